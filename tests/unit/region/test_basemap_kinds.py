"""What tags make of an object on the map."""

import pytest

from dispatcher.region import basemap_kinds as kinds
from dispatcher.region.basemap_kinds import Kind, Tags
from dispatcher.region.basemap_layers import BANDS
from dispatcher.region.basemap_vocabulary import FIRST_ZOOM, LANDUSES, LAST_ZOOM

# The kinds protomaps-leaflet 5.1's default rules name, less those OpenStreetMap has no areas for
PAINTED_LANDUSE = {
    *("allotments", "village_green", "playground", "national_park", "park", "cemetery", "nature_reserve", "forest"),
    *("golf_course", "hospital", "industrial", "school", "university", "college", "beach", "zoo", "military"),
    *("naval_base", "airfield", "wood", "scrub", "grassland", "grass", "glacier", "sand", "aerodrome", "pedestrian"),
    "pier",
}


def drawn(kind: Kind | None) -> tuple[str, int] | None:
    return (kind.row.kind, kind.min_zoom) if kind else None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "motorway"}, ("highway", 6)),
        ({"highway": "motorway_link"}, ("highway", 11)),
        ({"highway": "tertiary"}, ("major_road", 11)),
        ({"highway": "residential"}, ("minor_road", 12)),
        ({"highway": "service"}, ("minor_road", 13)),
        ({"highway": "service", "service": "parking_aisle"}, ("minor_road", 14)),
        ({"highway": "footway"}, ("path", 14)),
        ({"highway": "proposed"}, None),
        ({"highway": "construction"}, None),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"railway": "rail"}, ("rail", 9)),
        ({"railway": "rail", "service": "yard"}, ("rail", 13)),
        ({"railway": "subway", "tunnel": "yes"}, None),
        ({"railway": "abandoned"}, None),
        ({"aeroway": "runway"}, ("aeroway", 10)),
        ({"man_made": "pier"}, ("path", 13)),
        ({"route": "ferry"}, ("ferry", 10)),
        ({"building": "yes"}, None),
    ],
)
def test_lines_of_movement(tags: dict[str, str], expected: tuple[str, int] | None) -> None:
    assert drawn(kinds.road(Tags(tags))) == expected


def test_bridges_go_over_and_tunnels_under_every_road() -> None:
    def rank(**tags: str) -> int:
        found = kinds.road(Tags(tags))
        assert found
        assert isinstance(found.row, kinds.Road)
        return found.row.sort_rank

    levels = (
        rank(highway="motorway", tunnel="yes"),
        rank(highway="footway"),
        rank(highway="motorway"),
        rank(highway="footway", bridge="yes"),
    )
    assert levels == tuple(sorted(levels))
    assert rank(highway="primary", bridge="no") == rank(highway="primary")


def test_a_ref_becomes_a_shield() -> None:
    found = kinds.road(Tags(highway="motorway", ref="A 544; E 314"))
    assert found
    assert isinstance(found.row, kinds.Road)
    assert (found.row.ref, found.row.shield_text) == ("A 544", "A544")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"leisure": "park"}, "park"),
        ({"landuse": "forest"}, "forest"),
        ({"natural": "wood"}, "wood"),
        ({"landuse": "meadow"}, "grassland"),
        ({"amenity": "school", "landuse": "grass"}, "school"),
        ({"landuse": "military", "military": "airfield"}, "airfield"),
        ({"aeroway": "aerodrome", "landuse": "military"}, "aerodrome"),
        ({"highway": "pedestrian", "area": "yes"}, "pedestrian"),
        ({"boundary": "protected_area"}, None),
        ({"highway": "residential"}, None),
    ],
)
def test_areas_of_land(tags: dict[str, str], expected: str | None) -> None:
    found = kinds.landuse(Tags(tags))
    assert (found.row.kind if found else None) == expected


def test_every_painted_kind_of_land_can_come_about() -> None:
    made = {kind for values in LANDUSES.values() for kind in values.values()}
    assert made >= PAINTED_LANDUSE


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"natural": "water", "water": "lake"}, "lake"),
        ({"natural": "water", "water": "river"}, "river"),
        ({"natural": "water"}, "water"),
        ({"waterway": "riverbank"}, "river"),
        ({"landuse": "basin", "basin": "detention"}, None),
        ({"leisure": "swimming_pool"}, "swimming_pool"),
        ({"natural": "water", "tunnel": "yes"}, None),
        ({"natural": "bay"}, None),
    ],
)
def test_areas_of_water(tags: dict[str, str], expected: str | None) -> None:
    found = kinds.water_area(Tags(tags))
    assert (found.row.kind if found else None) == expected


def test_culverts_are_not_seen() -> None:
    assert drawn(kinds.waterway(Tags(waterway="stream"))) == ("stream", 13)
    assert kinds.waterway(Tags(waterway="stream", tunnel="culvert")) is None
    assert drawn(kinds.waterway(Tags(waterway="canal"))) == ("river", 12)


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        ("247380", 247_380),
        ("247,380", 247_380),
        ("247 380", 247_380),
        ("~5000 (2011)", 5_000),
        ("", 2_000),
        ("?", 2_000),
    ],
)
def test_populations_are_read_as_people_write_them(population: str, expected: int) -> None:
    found = kinds.settlement(Tags(place="village", name="X", population=population))
    assert found
    assert isinstance(found.row, kinds.Settlement)
    assert found.row.population == expected


def test_larger_places_show_earlier() -> None:
    def place(kind: str, people: str = "") -> Kind:
        found = kinds.settlement(Tags(place=kind, name="X", population=people))
        assert found
        return found

    zooms = [place(*of).min_zoom for of in (("city", "300000"), ("town",), ("village",), ("hamlet",), ("farm",))]
    assert zooms == sorted(zooms)
    assert zooms[0] == FIRST_ZOOM
    assert zooms[-1] == LAST_ZOOM
    assert place("country").max_zoom < LAST_ZOOM, "a country's name is not in the way in the streets"
    assert kinds.settlement(Tags(place="town")) is None


def test_points_of_interest_have_names() -> None:
    assert drawn(kinds.poi(Tags(amenity="pharmacy", name="Adler"))) == ("pharmacy", 14)
    assert drawn(kinds.poi(Tags(railway="station", name="Centraal"))) == ("station", 13)
    assert kinds.poi(Tags(amenity="pharmacy")) is None
    assert kinds.poi(Tags(amenity="bench", name="Bench")) is None
    assert kinds.poi(Tags(shop="vacant", name="Gone")) is None


def test_coarse_borders_come_first_and_fine_ones_never() -> None:
    assert drawn(kinds.border(2)) == ("country", 6)
    assert drawn(kinds.border(8)) == ("locality", 11)
    assert kinds.border(10) is None


def test_an_absent_tag_reads_as_empty_and_stays_absent() -> None:
    tags = Tags(a="1")
    assert tags["b"] == ""
    assert "b" not in tags


@pytest.mark.parametrize("layer", sorted(BANDS))
def test_a_layer_has_no_zoom_twice(layer: str) -> None:
    zooms = [zoom for first, last in BANDS[layer] for zoom in range(first, last + 1)]
    assert len(zooms) == len(set(zooms))
    assert max(zooms) == LAST_ZOOM
