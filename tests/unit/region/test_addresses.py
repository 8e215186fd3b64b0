"""Building the address index from small maps: what becomes of every kind of tag."""

from contextlib import closing
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.region.addresses import build_addresses
from dispatcher.region.geocoder import AddressIndex
from tests.fixtures.maps import TinyMap

HERE = Place(50.0, 8.0)


def beside(north_m: float = 0.0, east_m: float = 0.0) -> Place:
    """A place so far from `HERE`."""
    return Place(HERE.lat + north_m / 111_195, HERE.lon + east_m / 71_474)


class Stopping:
    """Asks to stop at the n-th look."""

    def __init__(self, after: int) -> None:
        self.left = after

    def report(self, fraction: float, text: str) -> None:
        assert 0.0 <= fraction <= 1.0

    def cancelled(self) -> bool:
        self.left -= 1
        return self.left < 0


def ask(tiny: TinyMap, folder: Path, line: str, postcode: str = "", city: str = "") -> Found | None:
    """The best answer of an index built from a map."""
    index_file = folder / "addresses.sqlite"
    build_addresses(tiny.save(folder / "tiny.osm.pbf"), index_file, NoProgress())
    with closing(AddressIndex(index_file)) as index:
        return next(iter(index.find(Address(line, postcode, city))), None)


def test_counts_and_a_plain_address(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(HERE, place="village", name="Altdorf")
    tiny.house(beside(10), "Hauptstraße", "1")
    tiny.line(beside(), beside(0, 300), highway="residential", name="Hauptstraße")
    out = tmp_path / "a.sqlite"
    counts = build_addresses(tiny.save(tmp_path / "tiny.osm.pbf"), out, NoProgress())
    assert counts == {"addresses": 1, "streets": 1, "pois": 0, "areas": 1, "cities": 1}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("a.")] == ["a.sqlite"]


def test_buildings_as_ways_and_as_areas_have_addresses(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(HERE, place="village", name="Altdorf")
    corners = [tiny.node(beside(n, e)) for n, e in ((0, 0), (0, 20), (20, 20), (20, 0))]
    tiny.way(*corners, corners[0], building="yes", addr__street="Gasse", addr__housenumber="2")
    outer = tiny.ring(HERE.lat + 0.002, HERE.lon, HERE.lat + 0.0022, HERE.lon + 0.0002)
    tiny.relation(("w", outer, "outer"), type="multipolygon", addr__street="Gasse", addr__housenumber="4")
    for line, at in (("Gasse 2", beside(10, 10)), ("Gasse 4", Place(HERE.lat + 0.0021, HERE.lon + 0.0001))):
        found = ask(tiny, tmp_path, line)
        assert found is not None
        assert found.precision is Precision.HOUSE
        assert found.place.distance_m(at) < 5


@pytest.mark.parametrize(("kind", "number", "there"), [("even", "6", True), ("even", "5", False), ("all", "5", True)])
def test_interpolation_lines_are_filled(tmp_path: Path, kind: str, number: str, there: bool) -> None:
    tiny = TinyMap()
    tiny.node(beside(50), place="village", name="Altdorf")
    first = tiny.house(beside(0, 0), "Allee", "2")
    middle = tiny.node(beside(0, 200))
    last = tiny.house(beside(0, 400), "Allee", "10")
    tiny.way(first, middle, last, addr__interpolation=kind)
    found = ask(tiny, tmp_path, f"Allee {number}")
    assert found is not None
    assert found.precision is Precision.INTERPOLATED
    assert found.place.distance_m(beside(0, (int(number) - 2) * 50)) < 5
    assert (found.score == 100) is there


def test_interpolation_without_street_on_its_ends_takes_the_line_s(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(beside(50), place="village", name="Altdorf")
    ends = [tiny.node(beside(0, e), addr__housenumber=n) for e, n in ((0, "1"), (80, "5"))]
    tiny.way(*ends, addr__interpolation="odd", addr__street="Wall")
    for line, east_m, precision in (("Wall 1", 0, Precision.HOUSE), ("Wall 3", 40, Precision.INTERPOLATED)):
        found = ask(tiny, tmp_path, line)
        assert found is not None
        assert found.precision is precision
        assert found.place.distance_m(beside(0, east_m)) < 3


def test_a_surveyed_house_replaces_an_interpolated_one(tmp_path: Path) -> None:
    tiny = TinyMap()
    ends = [tiny.house(beside(0, e), "Wall", n) for e, n in ((0, "1"), (400, "9"))]
    tiny.way(*ends, addr__interpolation="odd")
    tiny.house(beside(15, 150), "Wall", "5", addr__city="Altdorf")
    found = ask(tiny, tmp_path, "Wall 5")
    assert found is not None
    assert found.precision is Precision.HOUSE
    assert found.place.distance_m(beside(15, 150)) < 1


def test_town_and_postcode_come_from_the_areas_around(tmp_path: Path) -> None:
    tiny = TinyMap()
    west = tiny.ring(49.9, 7.9, 50.1, 8.05)
    east = tiny.ring(49.9, 8.05, 50.1, 8.2)
    for ring, name, code in ((west, "Altdorf", "10001"), (east, "Neudorf", "10002")):
        tiny.relation(("w", ring, "outer"), type="boundary", boundary="administrative", admin_level="8", name=name)
        tiny.relation(("w", ring, "outer"), type="boundary", boundary="postal_code", postal_code=code)
    tiny.house(Place(50.0, 8.0), "Markt", "1")
    tiny.house(Place(50.0, 8.1), "Markt", "1")
    for city, code, lon in (("Altdorf", "10001", 8.0), ("Neudorf", "10002", 8.1)):
        by_city, by_code = ask(tiny, tmp_path, "Markt 1", "", city), ask(tiny, tmp_path, "Markt 1", code)
        assert by_city is not None
        assert by_city == by_code
        assert by_city.label == f"Markt 1, {code} {city}"
        assert by_city.place == Place(50.0, lon)


def test_town_comes_from_the_nearest_place_when_there_is_no_area(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(beside(0, 0), place="village", name="Altdorf")
    tiny.node(beside(0, 7_000), place="village", name="Neudorf")
    tiny.house(beside(0, 6_500), "Ring", "3")
    found = ask(tiny, tmp_path, "Ring 3")
    assert found is not None
    assert found.city == "Neudorf"


def test_a_street_is_found_by_its_names_in_both_languages_and_its_old_one(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(HERE, place="city", name="Helsinki", name__sv="Helsingfors")
    tiny.line(
        beside(), beside(0, 200), highway="residential", name="Pitkäkatu", name__fi="Pitkäkatu", name__sv="Långgatan",
        old_name="Kasarmikatu",
    )  # fmt: skip
    tiny.house(beside(5, 50), "Pitkäkatu", "4")
    tiny.house(beside(5, 90), "Långgatan", "6")
    for line in ("Pitkäkatu 4", "Långgatan 4, Helsingfors", "Kasarmikatu 4", "Pitkäkatu 6"):
        found = ask(tiny, tmp_path, line)
        assert found is not None, line
        assert found.precision is Precision.HOUSE
        assert found.street == "Pitkäkatu"
        assert found.city == "Helsinki"


def test_houses_of_a_street_relation_need_no_street_tag(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(HERE, place="village", name="Altdorf")
    house = tiny.node(beside(10), addr__housenumber="8")
    tiny.relation(("n", house, "house"), type="associatedStreet", name="Kirchgasse")
    found = ask(tiny, tmp_path, "Kirchgasse 8")
    assert found is not None
    assert found.precision is Precision.HOUSE


def test_one_building_mapped_twice_is_one_address(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.house(beside(0), "Markt", "1", addr__city="Altdorf")
    tiny.house(beside(10), "Markt", "1", addr__city="Altdorf", shop="bakery", name="Müller")
    counts = build_addresses(tiny.save(tmp_path / "t.osm.pbf"), tmp_path / "t.sqlite", NoProgress())
    assert counts["addresses"] == 1
    assert counts["pois"] == 1


def test_a_town_s_spelling_in_addresses_means_the_town_on_the_map(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(HERE, place="town", name="Il-Mosta")
    tiny.house(beside(100), "Markt", "1", addr__city="Mosta")
    for city in ("Mosta", "Il-Mosta"):
        found = ask(tiny, tmp_path, "Markt 1", "", city)
        assert found is not None
        assert (found.city, found.precision) == ("Il-Mosta", Precision.HOUSE)


def test_a_map_without_any_address_makes_an_empty_index(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.node(HERE)
    assert ask(tiny, tmp_path, "Markt 1") is None


def test_cancelling_at_any_step_leaves_the_old_index_alone(tmp_path: Path) -> None:
    tiny = TinyMap()
    tiny.house(HERE, "Markt", "1", addr__city="Altdorf", shop="bakery", name="Müller")
    extract, out = tiny.save(tmp_path / "t.osm.pbf"), tmp_path / "t.sqlite"
    out.write_bytes(b"the old one")
    for after in range(5):
        with pytest.raises(Cancelled):
            build_addresses(extract, out, Stopping(after))
        assert out.read_bytes() == b"the old one"
        assert sorted(path.name for path in tmp_path.glob("t.*")) == ["t.osm.pbf", "t.sqlite"]


@pytest.mark.parametrize(
    ("content", "words"), [(None, "There is no map file"), (b"", "cannot be read"), (b"hello" * 99, "cannot be read")]
)
def test_what_is_no_map_ends_in_a_clear_error(tmp_path: Path, content: bytes | None, words: str) -> None:
    extract = tmp_path / "bad.osm.pbf"
    if content is not None:
        extract.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        build_addresses(extract, tmp_path / "out.sqlite", NoProgress())
    assert not list(tmp_path.glob("out*"))


def test_an_unsorted_map_ends_in_a_clear_error(tmp_path: Path) -> None:
    tiny = TinyMap()
    refs = [tiny.node(beside(0, e)) for e in (0, 50)]
    tiny.way(*refs, highway="residential", name="Zweite")
    tiny.way(*refs, highway="residential", name="Erste")
    tiny.ways.reverse()
    with pytest.raises(BadInput, match="not sorted"):
        build_addresses(tiny.save(tmp_path / "t.osm.pbf"), tmp_path / "t.sqlite", NoProgress())
