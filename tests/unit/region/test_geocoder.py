"""Finding, suggesting and reversing: on a made-up district of two towns, and on the middle of Helsinki."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysqlite3 import dbapi2 as sqlite

from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.region.addresses import build_addresses
from dispatcher.region.geocoder import AddressIndex
from tests.fixtures.maps import TinyMap
from tests.fixtures.region import helsinki_extract

WEST, EAST = Place(50.0, 8.0), Place(50.0, 8.1)


def near(town: Place, north_m: float, east_m: float = 0.0) -> Place:
    """A place so far from a town's middle."""
    return Place(town.lat + north_m / 111_195, town.lon + east_m / 71_474)


def district() -> TinyMap:
    """Altdorf and Neudorf, seven kilometres apart, with the same streets in both."""
    tiny = TinyMap()
    for town, name, code in ((WEST, "Altdorf", "10001"), (EAST, "Neudorf", "10002")):
        place = {"addr__city": name, "addr__postcode": code}
        tiny.node(town, place="town", name=name)
        for number in (1, 3, 5, 7, 21, 23, 60):
            tiny.house(near(town, 100, 10.0 * number), "Hauptstraße", str(number), **place)
        tiny.line(near(town, 90), near(town, 90, 700), highway="residential", name="Hauptstraße")
        tiny.node(near(town, 300), shop="supermarket", name="Rewe", **place)
    west = {"addr__city": "Altdorf", "addr__postcode": "10001"}
    tiny.house(near(WEST, 200), "Jülicher Straße", "12", **west)
    tiny.house(near(WEST, 200, 40), "Jülicher Straße", "14-18", **west)
    tiny.house(near(WEST, 200, 80), "Jülicher Straße", "20a", **west)
    tiny.house(near(WEST, 400), "Straße des 17. Juni", "135", **west)
    tiny.house(near(WEST, 500), "Theodor-Heuss-Platz", "4", **west)
    tiny.house(near(WEST, 600), "Bachgasse", "2", **west)
    tiny.node(near(WEST, 700), railway="station", name="Altdorf Hbf")
    tiny.node(near(WEST, 900), place="suburb", name="Oberfeld")
    return tiny


@pytest.fixture(scope="module")
def two_towns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AddressIndex]:
    folder = tmp_path_factory.mktemp("district")
    out = folder / "addresses.sqlite"
    build_addresses(district().save(folder / "district.osm.pbf"), out, NoProgress())
    with closing(AddressIndex(out)) as index:
        yield index


@pytest.fixture(scope="module")
def helsinki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AddressIndex]:
    out = tmp_path_factory.mktemp("helsinki") / "addresses.sqlite"
    counts = build_addresses(helsinki_extract(), out, NoProgress())
    assert counts["addresses"] > 500
    assert counts["streets"] > 80
    with closing(AddressIndex(out)) as index:
        yield index


def first(index: AddressIndex, line: str, postcode: str = "", city: str = "") -> Found:
    """The best answer; there must be one."""
    return index.find(Address(line, postcode, city))[0]


@pytest.mark.parametrize(
    "line",
    [
        "Jülicher Straße 12, 10001 Altdorf",
        "Juelicher Str. 12 10001 Altdorf",
        "jülicherstr 12, altdorf",
        "12 Jülicher Straße, Altdorf",
        "10001 Altdorf, Jülicher Straße 12",
        "10001 Altdorf Jülicher Straße 12",
        "Altdorf, Jülicher Straße 12",
        "Jülicher Straße 12, D-10001 Altdorf, Deutschland",
        "Jülicher Straße, 12, Altdorf",
        "Jülicher Straße Nr. 12\nAltdorf",
        "Firma Meier GmbH, Jülicher Straße 12, Altdorf",
        "Jülicher Straße 12, 2. OG, Altdorf",
        "Jülicher Straße 12 (Hinterhaus), Altdorf",
        "Julicher Straße 12 Altdorf",
        "Jülihcer Straße 12, Altdorf",
        "Jülicher Straße 12, Altdrof",
    ],
)
def test_every_way_to_write_it_finds_the_house(two_towns: AddressIndex, line: str) -> None:
    found = first(two_towns, line)
    assert (found.label, found.precision) == ("Jülicher Straße 12, 10001 Altdorf", Precision.HOUSE)
    assert found.place == Place(round(near(WEST, 200).lat, 7), round(near(WEST, 200).lon, 7))


def test_a_number_within_a_street_s_name(two_towns: AddressIndex) -> None:
    found = first(two_towns, "Straße des 17. Juni 135")
    assert (found.street, found.house_number, found.precision) == ("Straße des 17. Juni", "135", Precision.HOUSE)
    assert first(two_towns, "Straße des 17. Juni").precision is Precision.STREET


@pytest.mark.parametrize(
    ("number", "precision", "shown", "east_m"),
    [
        ("7", Precision.HOUSE, "7", 70),
        ("7a", Precision.INTERPOLATED, "7", 70),
        ("7-9", Precision.INTERPOLATED, "7", 70),
        ("13", Precision.INTERPOLATED, "13", 130),
        ("62", Precision.INTERPOLATED, "60", 600),
        ("900", Precision.STREET, "", 350),
    ],
)
def test_precision_falls_with_what_is_known_of_the_number(
    two_towns: AddressIndex, number: str, precision: Precision, shown: str, east_m: float
) -> None:
    found = first(two_towns, f"Hauptstraße {number}", "10001", "Altdorf")
    assert (found.precision, found.house_number) == (precision, shown)
    assert found.place.distance_m(near(WEST, 95, east_m)) < 100
    if precision is Precision.HOUSE:
        assert found.score == 100
    else:
        assert found.score < 100


def test_far_neighbours_say_nothing_of_the_houses_between(two_towns: AddressIndex) -> None:
    assert first(two_towns, "Hauptstraße 41", "", "Altdorf").precision is Precision.STREET


@pytest.mark.parametrize(("number", "shown"), [("14", "14-18"), ("16", "14-18"), ("14-18", "14-18")])
def test_a_building_with_a_range_holds_its_numbers(two_towns: AddressIndex, number: str, shown: str) -> None:
    found = first(two_towns, f"Jülicher Straße {number}", "", "Altdorf")
    assert (found.precision, found.house_number) == (Precision.HOUSE, shown)


@pytest.mark.parametrize(
    ("postcode", "city", "town"),
    [
        ("10001", "", WEST),
        ("10002", "", EAST),
        ("", "Altdorf", WEST),
        ("", "Neudorf", EAST),
        ("10002", "Neudorf", EAST),
    ],
)
def test_postcode_or_city_decide_between_towns(two_towns: AddressIndex, postcode: str, city: str, town: Place) -> None:
    found = first(two_towns, "Hauptstraße 5", postcode, city)
    assert found.precision is Precision.HOUSE
    assert found.place.distance_m(near(town, 100, 50)) < 1


def test_when_nothing_decides_both_are_answers_and_neither_is_sure(two_towns: AddressIndex) -> None:
    found = two_towns.find(Address("Hauptstraße 5"))
    assert {f.city for f in found[:2]} == {"Altdorf", "Neudorf"}
    assert all(f.precision.doubtful for f in found[:2])


@pytest.mark.parametrize(
    ("line", "postcode", "city"),
    [
        ("Jülicher Straße 12", "10002", "Neudorf"),
        ("Jülicher Straße 12", "", "Neudorf"),
        ("Jülicher Straße 12", "10002", ""),
        ("Jülicher Straße 12", "10002", "Altdorf"),
        ("Jülicher Straße 12", "50667", "Köln"),
        ("Jülicher Straße 12", "", "Köln"),
        ("Jülicher Straße 12, 50667 Köln", "", ""),
        ("Jülicher Straße 12, Köln", "", ""),
        ("Jülicher Straße 12 Köln", "", ""),
    ],
)
def test_a_contradiction_lowers_score_and_precision(
    two_towns: AddressIndex, line: str, postcode: str, city: str
) -> None:
    found = two_towns.find(Address(line, postcode, city))
    assert all(f.precision.doubtful for f in found)
    assert all(f.score <= 85 for f in found)


def test_a_slip_in_the_postcode_is_forgiven_when_the_town_fits(two_towns: AddressIndex) -> None:
    found = first(two_towns, "Jülicher Straße 12", "10009", "Altdorf")
    assert found.precision is Precision.HOUSE
    assert found.score == 95


def test_a_village_that_the_map_does_not_know_is_forgiven_when_the_postcode_fits(two_towns: AddressIndex) -> None:
    found = first(two_towns, "Jülicher Straße 12", "10001", "Hinterdupfing")
    assert found.precision is Precision.HOUSE
    assert found.score == 96


@pytest.mark.parametrize(
    ("line", "postcode", "precision"),
    [
        ("Buchgasse 2", "", Precision.STREET),
        ("Buchgasse 2", "10001", Precision.HOUSE),
        ("Bachgsase 2", "", Precision.HOUSE),
        ("Theodor-Heuss-Allee 4", "10001", Precision.STREET),
        ("Theodro-Heus-Platz 4", "", Precision.HOUSE),
    ],
)
def test_only_what_can_be_a_slip_is_taken_for_one(
    two_towns: AddressIndex, line: str, postcode: str, precision: Precision
) -> None:
    assert first(two_towns, line, postcode, "Altdorf").precision is precision


def test_a_likely_street_is_offered_but_not_claimed(two_towns: AddressIndex) -> None:
    found = first(two_towns, "Heussplatz 4", "", "Altdorf")
    assert found.street == "Theodor-Heuss-Platz"
    assert found.precision is Precision.STREET


def test_a_street_unlike_any_falls_back_to_the_town(two_towns: AddressIndex) -> None:
    found = first(two_towns, "Wolkenkuckucksheimer Chaussee 3", "10001", "Altdorf")
    assert (found.precision, found.label) == (Precision.AREA, "10001 Altdorf")
    assert found.score <= 50
    assert not two_towns.find(Address("Wolkenkuckucksheimer Chaussee 3"))


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("10002", "10002 Neudorf"),
        ("Neudorf", "Neudorf"),
        ("10002 Neudorf", "10002 Neudorf"),
        ("Oberfeld", "Oberfeld, Altdorf"),
        ("Neudrof", "Neudorf"),
    ],
)
def test_towns_quarters_and_postcodes_are_areas(two_towns: AddressIndex, line: str, label: str) -> None:
    found = first(two_towns, line) if line != "Neudrof" else first(two_towns, "", "", line)
    assert (found.precision, found.label) == (Precision.AREA, label)


@pytest.mark.parametrize("line", ["Altdorf Hbf", "Hauptbahnhof Altdorf", "Hbf, Altdorf"])
def test_a_station_is_found_by_town_and_kind(two_towns: AddressIndex, line: str) -> None:
    found = first(two_towns, line)
    assert (found.precision, found.label) == (Precision.HOUSE, "Altdorf Hbf, 10001 Altdorf")


def test_a_chain_s_shop_is_sure_only_with_its_town(two_towns: AddressIndex) -> None:
    assert first(two_towns, "Rewe, Neudorf").precision is Precision.HOUSE
    assert first(two_towns, "Rewe", "", "Neudorf").place.distance_m(near(EAST, 300)) < 1
    assert first(two_towns, "Rewe").precision.doubtful


@pytest.mark.parametrize("line", ["", " ", ",", "!!!", "-", "12", "Deutschland"])
def test_nothing_comes_of_nothing(two_towns: AddressIndex, line: str) -> None:
    assert list(two_towns.find(Address(line))) == []


def test_the_limit_holds(two_towns: AddressIndex) -> None:
    assert len(two_towns.find(Address("Hauptstraße 5"), limit=1)) == 1
    assert len(two_towns.suggest("a", limit=2)) == 2


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("jül", "Jülicher Straße, 10001 Altdorf"),
        ("Jülicher S", "Jülicher Straße, 10001 Altdorf"),
        ("juelicherstr", "Jülicher Straße, 10001 Altdorf"),
        ("jülicher str. 1", "Jülicher Straße 12, 10001 Altdorf"),
        ("jülicher str. 12 altd", "Jülicher Straße 12, 10001 Altdorf"),
        ("hauptstraße neu", "Hauptstraße, 10002 Neudorf"),
        ("hauptstr 21 neud", "Hauptstraße 21, 10002 Neudorf"),
        ("neud", "Neudorf"),
        ("1000", "10001 Altdorf"),
        ("heu", "Theodor-Heuss-Platz, 10001 Altdorf"),
        ("altdorf h", "Altdorf Hbf, 10001 Altdorf"),
        ("jülihcer straße 12", "Jülicher Straße 12, 10001 Altdorf"),
    ],
)
def test_suggestions_while_typing(two_towns: AddressIndex, typed: str, label: str) -> None:
    assert label in [found.label for found in two_towns.suggest(typed)[:3]]


def test_suggestions_are_distinct(two_towns: AddressIndex) -> None:
    labels = [found.label for found in two_towns.suggest("hauptstraße 2")]
    assert len(labels) == len(set(labels))
    assert "Hauptstraße 21, 10001 Altdorf" in labels


def test_the_way_back(two_towns: AddressIndex) -> None:
    at_door = two_towns.reverse(near(WEST, 202))
    assert at_door is not None
    assert (at_door.label, at_door.precision) == ("Jülicher Straße 12, 10001 Altdorf", Precision.HOUSE)
    on_street = two_towns.reverse(near(EAST, 90, 400))
    assert on_street is not None
    assert (on_street.label, on_street.precision) == ("Hauptstraße, 10002 Neudorf", Precision.STREET)
    in_fields = two_towns.reverse(near(EAST, 4_000))
    assert in_fields is not None
    assert (in_fields.label, in_fields.precision) == ("Neudorf", Precision.AREA)
    assert two_towns.reverse(Place(0, 0)) is None


def test_many_at_once_are_the_same_as_one_by_one(two_towns: AddressIndex) -> None:
    addresses = [Address(line) for line in ("Hauptstraße 5, Neudorf", "Rewe", "", "10001", "Bachgase 2, Altdorf")]
    assert two_towns.find_many(addresses, NoProgress()) == [list(two_towns.find(address)) for address in addresses]
    assert two_towns.find_many([], NoProgress()) == []


def test_many_at_once_can_be_stopped(two_towns: AddressIndex) -> None:
    class Stop(NoProgress):
        def cancelled(self) -> bool:
            return True

    with pytest.raises(Cancelled):
        two_towns.find_many([Address("Rewe")], Stop())


def test_threads_may_ask_at_the_same_time(two_towns: AddressIndex) -> None:
    lines = ["Hauptstraße 5, Neudorf", "Jülihcer Str. 12, Altdorf", "Altdorf Hbf", "10002"] * 25
    alone = [list(two_towns.find(Address(line))) for line in lines]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda line: list(two_towns.find(Address(line))), lines))
    assert together == alone


@given(st.text())
def test_odd_text_never_raises(two_towns: AddressIndex, text: str) -> None:
    two_towns.find(Address(text, text, text))
    two_towns.find(Address(text))
    two_towns.suggest(text)


ODD = [
    "Haupt",
    "straße",
    "str.",
    " ",
    "5",
    "12a",
    ",",
    "-",
    "/",
    '"',
    "*",
    "(",
    "10001",
    "Altdorf",
    "AND",
    "OR",
    "NEAR",
    ":",
    "^",
    "\0",
    "\ud800",
    "Rewe",
    "€",
]


@given(st.lists(st.sampled_from(ODD), max_size=12))
def test_odd_mixtures_of_address_words_never_raise(two_towns: AddressIndex, parts: list[str]) -> None:
    text = "".join(parts)
    found = [*two_towns.find(Address(text)), *two_towns.find(Address("Haupt", text, text)), *two_towns.suggest(text)]
    assert all(0 <= f.score <= 100 for f in found)
    assert all(f.precision < Precision.PIN for f in found)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_the_way_back_never_raises(two_towns: AddressIndex, lat: float, lon: float) -> None:
    two_towns.reverse(Place(lat, lon))


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Mannerheimintie 5, 00100 Helsinki", "Mannerheimintie 5, 00100 Helsinki"),
        ("Mannerheimvägen 5, Helsingfors", "Mannerheimintie 5, 00100 Helsinki"),
        ("Aleksanterink. 15", "Aleksanterinkatu 15, 00100 Helsinki"),
        ("Alexandersgatan 15, 100 Helsinki", "Aleksanterinkatu 15, 00100 Helsinki"),
        ("Unioninkatu 24 B 7", "Unioninkatu 24, 00130 Helsinki"),
    ],
)
def test_both_official_languages_of_helsinki(helsinki: AddressIndex, line: str, label: str) -> None:
    found = first(helsinki, line)
    assert found.label == label
    assert not found.precision.doubtful


def test_what_reverse_says_find_finds_again(helsinki: AddressIndex) -> None:
    backs = [helsinki.reverse(Place(60.1642 + step * 0.0005, 24.945)) for step in range(28)]
    houses = [back for back in backs if back and back.precision is Precision.HOUSE]
    assert len(houses) > 14
    for back in houses:
        found = first(helsinki, f"{back.street} {back.house_number}", back.postcode, back.city)
        assert found.label == back.label
        assert found.place.distance_m(back.place) < 300


def test_missing_damaged_and_outdated_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="There is no address index"):
        AddressIndex(tmp_path / "none.sqlite")
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"not a database, whatever its name says" * 50)
    with pytest.raises(KnownError, match="cannot be read"):
        AddressIndex(damaged)
    outdated = tmp_path / "outdated.sqlite"
    with closing(sqlite.connect(str(outdated))) as connection:
        connection.execute("PRAGMA user_version=99")
    with pytest.raises(KnownError, match="version 99"):
        AddressIndex(outdated)


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    out = tmp_path / "ö #1 ?.sqlite"
    build_addresses(district().save(tmp_path / "d.osm.pbf"), out, NoProgress())
    index = AddressIndex(out)
    assert first(index, "Altdorf Hbf").precision is Precision.HOUSE
    index.close()
    with pytest.raises(ValueError, match="closed"):
        index.find(Address("Altdorf"))
