"""From an extract to a PMTiles file: what is in it, where the sea is, and what happens when it cannot be made."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from osmium.osm.mutable import Node, Way
from pmtiles.reader import MemorySource, Reader

from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import NoProgress
from dispatcher.region.basemap import build_basemap
from dispatcher.region.basemap_bounds import extract_bounds
from tests.fixtures.basemap import (
    COAST_BOUNDS,
    coast_extract,
    coast_map,
    features,
    helsinki_map,
    kinds,
    kinds_at,
    tile_of,
    write_lines,
)
from tests.fixtures.region import helsinki_extract, write_extract

__all__ = ["coast_map", "helsinki_map"]

HELSINKI = Bounds(60.164155, 24.9351762, 60.179113, 24.9534145)
ZOOMS = range(6, 15)


class Watched:
    """Progress that remembers, and cancels at its nth question."""

    def __init__(self, cancel_at: int | None = None) -> None:
        self.said: list[tuple[float, str]] = []
        self.asked = 0
        self.cancel_at = cancel_at

    def report(self, fraction: float, text: str) -> None:
        self.said.append((fraction, text))

    def cancelled(self) -> bool:
        self.asked += 1
        return self.asked == self.cancel_at


def reader(pmtiles: Path) -> Reader:
    return Reader(MemorySource(pmtiles.read_bytes()))


def layer_names(tile: bytes) -> list[str]:
    """The names of the layers of a vector tile, in order (MVT 2.1: field 3 of the tile, field 1 of the layer)."""
    names, at = [], 0
    while at < len(tile):
        assert tile[at] == 0x1A
        length, shift, at = 0, 0, at + 1
        while True:
            byte = tile[at]
            length, shift, at = length | (byte & 0x7F) << shift, shift + 7, at + 1
            if byte < 0x80:
                break
        layer, at = tile[at : at + length], at + length
        named = layer.index(0x0A)  # GDAL writes the name right after the version
        names.append(layer[named + 2 : named + 2 + layer[named + 1]].decode())
    return names


def test_every_layer_of_a_city_holds_its_kinds(helsinki_map: Path) -> None:
    assert kinds(helsinki_map, "earth", 14) == {"earth"}
    assert {"highway", "major_road", "minor_road", "path", "rail"} - kinds(helsinki_map, "roads", 14) == {"highway"}
    assert {"park", "grass", "school", "university", "pedestrian"} <= kinds(helsinki_map, "landuse", 14)
    assert {"ocean", "lake", "bay"} <= kinds(helsinki_map, "water", 14)
    assert kinds(helsinki_map, "buildings", 14) == {"building"}
    assert kinds(helsinki_map, "places", 14) == {"locality", "neighbourhood"}
    assert {"hotel", "museum", "supermarket"} <= kinds(helsinki_map, "pois", 14)


def test_attributes_come_back_with_their_types(helsinki_map: Path) -> None:
    roads = {road["name"]: road for road in features(helsinki_map, "roads", 14) if road["name"]}
    assert roads["Mannerheimintie"]["kind"] == "major_road"
    assert roads["Mannerheimintie"]["sort_rank"] == 70
    assert roads["Pitkäsilta"]["is_bridge"] == 1
    assert roads["Mannerheimintie"]["is_bridge"] != 1
    (city,) = {f["name"]: f for f in features(helsinki_map, "places", 14) if f["kind_detail"] == "city"}.values()
    assert (city["name"], city["kind"], city["min_zoom"]) == ("Helsinki", "locality", 6)
    assert city["population_rank"] >= 10
    houses = features(helsinki_map, "addresses", 14)
    assert len(houses) > 1_000
    assert {h["addr_street"] for h in houses} >= {"Fabianinkatu", "Mannerheimintie"}
    assert all(h["addr_housenumber"] for h in houses)


def test_classes_enter_zoom_by_zoom(helsinki_map: Path) -> None:
    assert kinds(helsinki_map, "roads", 7) == set()
    assert "minor_road" not in kinds(helsinki_map, "roads", 11)
    assert "minor_road" in kinds(helsinki_map, "roads", 12)
    footways = [f for f in features(helsinki_map, "roads", 13) if f["kind_detail"] == "footway"]
    assert not footways
    assert kinds(helsinki_map, "buildings", 12) == set()
    assert len(features(helsinki_map, "buildings", 13)) < len(features(helsinki_map, "buildings", 14))
    assert kinds(helsinki_map, "addresses", 13) == set()


def test_a_tile_holds_each_layer_once_and_ground_first(helsinki_map: Path) -> None:
    tiles = reader(helsinki_map)
    for zoom in ZOOMS:
        names = layer_names(gzip.decompress(tiles.get(*tile_of(HELSINKI.centre, zoom))))
        assert names[0] == "earth"
        assert len(names) == len(set(names)), names
    assert {"landuse", "water", "buildings", "roads", "places", "pois", "addresses"} <= set(names)


def test_the_file_says_what_it_is(helsinki_map: Path) -> None:
    header, metadata = reader(helsinki_map).header(), reader(helsinki_map).metadata()
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (6, 14, True)
    assert metadata["region_bounds"] == [HELSINKI.west, HELSINKI.south, HELSINKI.east, HELSINKI.north]
    edges = [header[k] / 1e7 for k in ("min_lat_e7", "min_lon_e7", "max_lat_e7", "max_lon_e7")]
    assert edges == pytest.approx([HELSINKI.south - 1, HELSINKI.west - 1, HELSINKI.north + 1, HELSINKI.east + 1])
    assert HELSINKI.contains(Place(header["center_lat_e7"] / 1e7, header["center_lon_e7"] / 1e7))
    assert "OpenStreetMap contributors" in metadata["attribution"]
    described = {layer["id"]: layer["fields"] for layer in metadata["vector_layers"]}
    assert described["places"]["population_rank"] == "Number"
    assert described["roads"]["is_bridge"] == "Boolean"


def test_counts_tell_of_every_layer(tmp_path: Path) -> None:
    counts = build_basemap(coast_extract(tmp_path / "coast.osm.pbf"), tmp_path / "out.pmtiles", NoProgress())
    assert counts == {
        "landuse": 0,
        "water": 1,
        "buildings": 0,
        "roads": 0,
        "boundaries": 0,
        "places": 0,
        "pois": 0,
        "addresses": 0,
    }


@pytest.mark.parametrize("zoom", [6, 9, 11, 13, 14])
def test_the_sea_lies_right_of_the_coast(coast_map: Path, zoom: int) -> None:
    def wet(lat: float, lon: float) -> bool:
        return "ocean" in kinds_at(coast_map, "water", zoom, Place(lat, lon))

    assert wet(54.18, 10.02)
    assert wet(54.08, 10.17)
    assert not wet(54.02, 10.1)
    assert not wet(54.11, 10.08), "the island"
    assert wet(54.7, 10.1), "north of the frame the sea goes on"
    assert wet(54.15, 10.6), "east of the frame too"
    assert wet(54.8, 10.9), "and in the corner between them"
    assert not wet(54.02, 9.5), "as the land does in the west"
    assert not wet(53.5, 10.9), "and in the south east"


def test_a_lake_is_no_part_of_the_sea_and_has_its_name(coast_map: Path) -> None:
    assert kinds_at(coast_map, "water", 14, Place(54.13, 10.1)) == {"lake"}
    names = [f for f in features(coast_map, "water", 14) if f["geometry"].geom_type.endswith("Point")]
    assert [f["name"] for f in names] == ["Inner Lake"]


def test_there_is_ground_around_the_region(helsinki_map: Path) -> None:
    tiles = reader(helsinki_map)
    for zoom in ZOOMS:
        for lat, lon in ((59.2, 24.94), (61.1, 24.94), (60.17, 24.0), (60.17, 25.9)):
            assert tiles.get(*tile_of(Place(lat, lon), zoom)), (zoom, lat, lon)
    assert tiles.get(*tile_of(Place(64.0, 24.9), 14)) is None


def test_an_inland_region_has_no_sea(tmp_path: Path) -> None:
    line = [(7.0, 50.0), (7.01, 50.01)]
    extract = write_lines(
        tmp_path / "inland.osm.pbf", Bounds(50.0, 7.0, 50.1, 7.1), [(line, {"highway": "residential"})]
    )
    counts = build_basemap(extract, tmp_path / "inland.pmtiles", NoProgress())
    assert counts["roads"] == 1
    assert kinds(tmp_path / "inland.pmtiles", "water", 14) == set()
    assert kinds(tmp_path / "inland.pmtiles", "roads", 12) == {"minor_road"}


def test_broken_shapes_do_not_stop_the_rest(tmp_path: Path) -> None:
    bow_tie = [(7.0, 50.0), (7.02, 50.02), (7.02, 50.0), (7.0, 50.02), (7.0, 50.0)]
    flat = [(7.03, 50.03), (7.04, 50.03), (7.03, 50.03), (7.03, 50.03)]
    lines = [
        (bow_tie, {"landuse": "forest"}),
        (flat, {"building": "yes"}),
        ([(7.05, 50.05), (7.05, 50.05)], {"highway": "primary"}),
        ([(7.05, 50.05), (7.06, 50.06)], {"highway": "primary", "name": "Main Street"}),
    ]
    extract = write_lines(tmp_path / "odd.osm.pbf", Bounds(50.0, 7.0, 50.1, 7.1), lines)
    counts = build_basemap(extract, tmp_path / "odd.pmtiles", NoProgress())
    assert counts["buildings"] == 0
    assert [f["name"] for f in features(tmp_path / "odd.pmtiles", "roads", 14)][:1] == ["Main Street"]


def test_a_road_whose_nodes_were_cut_off_keeps_its_pieces(tmp_path: Path) -> None:
    spots = {1: (7.01, 50.01), 2: (7.02, 50.02), 4: (7.04, 50.04), 5: (7.05, 50.05)}
    nodes = [Node(id=i, version=1, location=spot) for i, spot in spots.items()]
    way = Way(id=1, version=1, nodes=[1, 2, 3, 4, 5], tags={"highway": "primary"})
    extract = write_extract(tmp_path / "cut.osm.pbf", [*nodes, way])
    assert build_basemap(extract, tmp_path / "cut.pmtiles", NoProgress())["roads"] == 2


def test_progress_rises_to_one_and_names_the_layers(tmp_path: Path) -> None:
    progress = Watched()
    build_basemap(coast_extract(tmp_path / "coast.osm.pbf"), tmp_path / "out.pmtiles", progress)
    fractions = [fraction for fraction, _ in progress.said]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert any("roads" in text for _, text in progress.said)


@pytest.mark.parametrize("step", [1, 2, 3, 20, -1])
def test_cancelling_leaves_nothing_behind(tmp_path: Path, step: int) -> None:
    extract = coast_extract(tmp_path / "coast.osm.pbf")
    if step < 0:
        counting = Watched()
        build_basemap(extract, tmp_path / "counted.pmtiles", counting)
        (tmp_path / "counted.pmtiles").unlink()
        step = counting.asked
    with pytest.raises(Cancelled):
        build_basemap(extract, tmp_path / "out.pmtiles", Watched(cancel_at=step))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["coast.osm.pbf"]
    assert not list(tmp_path.glob(".*"))


def test_a_failed_build_keeps_the_old_map(tmp_path: Path) -> None:
    out = tmp_path / "out.pmtiles"
    out.write_bytes(b"the old map")
    with pytest.raises(Cancelled):
        build_basemap(coast_extract(tmp_path / "coast.osm.pbf"), out, Watched(cancel_at=5))
    assert out.read_bytes() == b"the old map"


def test_bad_extracts_are_named_in_a_sentence(tmp_path: Path) -> None:
    text = tmp_path / "notes.osm.pbf"
    text.write_text("no map at all")
    torn = tmp_path / "torn.osm.pbf"
    torn.write_bytes(helsinki_extract().read_bytes()[:300_000])
    ways = [Way(id=i, version=1, nodes=[1, 2], tags={"highway": "primary"}) for i in (2, 1)]
    nodes = [Node(id=i, version=1, location=(7 + i / 100, 50.0)) for i in (1, 2)]
    unsorted = write_extract(tmp_path / "unsorted.osm.pbf", [*nodes, *ways])
    empty = write_extract(tmp_path / "empty.osm.pbf", [])
    for bad in (text, torn, unsorted, empty, tmp_path / "missing.osm.pbf"):
        with pytest.raises(BadInput, match=bad.name) as caught:
            build_basemap(bad, tmp_path / "out.pmtiles", NoProgress())
        assert caught.value.remedy
    assert not (tmp_path / "out.pmtiles").exists()


def test_bounds_come_from_the_header() -> None:
    assert extract_bounds(helsinki_extract()) == HELSINKI


def test_a_senseless_header_gives_way_to_the_nodes(tmp_path: Path) -> None:
    street = [(7.0 + i / 1000, 50.0 + i / 2000) for i in range(101)]
    for name, box in (("without", None), ("world", Bounds(0.0, 0.0, 90.0, 180.0))):
        found = extract_bounds(write_lines(tmp_path / f"{name}.osm.pbf", box, [(street, {"highway": "primary"})]))
        assert (found.west, found.east) == pytest.approx((7.0, 7.1), abs=1e-6)
        assert (found.south, found.north) == pytest.approx((50.0, 50.05), abs=1e-6)


def test_a_few_far_nodes_do_not_stretch_the_bounds(tmp_path: Path) -> None:
    street = [(7.0 + i / 10_000, 50.0 + i / 20_000) for i in range(1_000)]
    ferry = [(7.05, 50.02), (12.0, 55.0)]
    lines = [(street, {"highway": "primary"}), (ferry, {"route": "ferry"})]
    found = extract_bounds(write_lines(tmp_path / "ferry.osm.pbf", None, lines))
    assert found.east < 7.2
    assert found.north < 50.2
    assert found.contains(Place(50.0, 7.0))


def test_the_made_up_coast_declares_its_bounds(tmp_path: Path) -> None:
    assert extract_bounds(coast_extract(tmp_path / "coast.osm.pbf")) == COAST_BOUNDS


def test_a_street_in_pieces_becomes_one_line_and_keeps_its_length(tmp_path: Path) -> None:
    street = [(7.001 + i / 1000, 50.001) for i in range(9)]
    pieces = [(list(pair), {"highway": "primary", "name": "Long Street"}) for pair in pairwise(street)]
    extract = write_lines(tmp_path / "long.osm.pbf", Bounds(50.0, 7.0, 50.002, 7.012), pieces)
    build_basemap(extract, tmp_path / "long.pmtiles", NoProgress())
    (road,) = features(tmp_path / "long.pmtiles", "roads", 14)
    (part,) = shapely.get_parts(road["geometry"])
    assert part.length == pytest.approx(0.008 * 111_319.49, rel=0.01)
