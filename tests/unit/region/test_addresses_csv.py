"""National address files: headers, encodings, merging, bad rows, all or nothing."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.region.addresses import add_addresses, build_addresses
from dispatcher.region.geocoder import AddressIndex
from tests.fixtures.maps import TinyMap

HERE = Place(50.0, 8.0)
ROWS = ["Neue Gasse;5;52099;Altdorf;50.0010;8.0010", "Neue Gasse;7;52099;Altdorf;50.0010;8.0013"]


class StopsAt:
    """Asks to stop once the work is so far."""

    def __init__(self, fraction: float) -> None:
        self.fraction, self.reached = fraction, False

    def report(self, fraction: float, text: str) -> None:
        self.reached = fraction >= self.fraction

    def cancelled(self) -> bool:
        return self.reached


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A village with one street: numbers 1 and 9 surveyed, 3 to 7 on an interpolation line."""
    tiny = TinyMap()
    tiny.node(HERE, place="village", name="Altdorf")
    ends = [tiny.house(Place(50.0, lon), "Hauptstraße", n) for lon, n in ((8.0, "1"), (8.004, "9"))]
    tiny.way(*ends, addr__interpolation="odd")
    tiny.line(Place(50.0, 8.0), Place(50.0, 8.004), highway="residential", name="Hauptstraße")
    out = tmp_path / "addresses.sqlite"
    build_addresses(tiny.save(tmp_path / "tiny.osm.pbf"), out, NoProgress())
    return out


@pytest.fixture
def geocoder(index: Path) -> Iterator[AddressIndex]:
    """Open before anything is added, as in the running program."""
    with closing(AddressIndex(index)) as opened:
        yield opened


def write(folder: Path, *rows: str, header: str = "street;number;postcode;city;lat;lon") -> Path:
    """A CSV file."""
    path = folder / "addresses.csv"
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return path


def test_new_addresses_are_found_at_once(index: Path, geocoder: AddressIndex, tmp_path: Path) -> None:
    address = Address("Neue Gasse 7", "52099", "Altdorf")
    assert all(found.street != "Neue Gasse" for found in geocoder.find(address))
    report = add_addresses(index, write(tmp_path, *ROWS), NoProgress())
    assert (report.rows, report.added, report.merged, report.outside, report.bad) == (2, 2, 0, 0, 0)
    found = geocoder.find(address)[0]
    assert (found.label, found.precision) == ("Neue Gasse 7, 52099 Altdorf", Precision.HOUSE)
    assert found.place == Place(50.001, 8.0013)
    assert geocoder.find(Address("52099"))[0].precision is Precision.AREA
    assert geocoder.suggest("neue g")[0].street == "Neue Gasse"
    nearest = geocoder.reverse(Place(50.001, 8.0013))
    assert nearest is not None
    assert nearest.house_number == "7"


def test_what_the_map_has_is_merged_and_estimates_are_improved(
    index: Path, geocoder: AddressIndex, tmp_path: Path
) -> None:
    before = geocoder.find(Address("Hauptstr. 5"))[0]
    assert before.precision is Precision.INTERPOLATED
    rows = ["Hauptstr.;1;52099;Altdorf;50.0001;8.0001", "HAUPTSTRASSE;5;52099;Altdorf;50.0002;8.0021"]
    report = add_addresses(index, write(tmp_path, *rows), NoProgress())
    assert (report.added, report.merged) == (0, 2)
    assert geocoder.find(Address("Hauptstr. 1"))[0].place == HERE
    improved = geocoder.find(Address("Hauptstr. 5"))[0]
    assert (improved.precision, improved.place) == (Precision.HOUSE, Place(50.0002, 8.0021))
    assert improved.label == "Hauptstraße 5, 52099 Altdorf"


def test_adding_the_same_file_twice_adds_nothing(index: Path, tmp_path: Path) -> None:
    add_addresses(index, write(tmp_path, *ROWS), NoProgress())
    report = add_addresses(index, write(tmp_path, *ROWS, ROWS[0]), NoProgress())
    assert (report.added, report.merged) == (0, 3)


def test_a_missing_town_comes_from_the_neighbourhood(index: Path, geocoder: AddressIndex, tmp_path: Path) -> None:
    add_addresses(index, write(tmp_path, "Neue Gasse;5;;;50.001;8.001"), NoProgress())
    assert geocoder.find(Address("Neue Gasse 5"))[0].city == "Altdorf"


def test_bad_rows_are_counted_and_told_and_the_rest_goes_in(index: Path, tmp_path: Path) -> None:
    rows = [
        ROWS[0],
        ";5;52099;Altdorf;50.001;8.001",
        "Neue Gasse;;52099;Altdorf;50.001;8.001",
        "Neue Gasse;x;52099;Altdorf;50.001;8.001",
        "Neue Gasse;9;52099;Altdorf;north;8.001",
        "Neue Gasse;9;52099;Altdorf;5541234;365123",
        "Neue Gasse;9;52099",
        "",
        "Weit Weg;1;;Fern;51;9",
    ]
    report = add_addresses(index, write(tmp_path, *rows), NoProgress())
    assert (report.rows, report.added, report.outside, report.bad) == (8, 1, 1, 6)
    assert report.problems[0] == "Row 3: There is no street."
    assert "Row 5: “x” is no house number." in report.problems
    assert "5541234" in report.problems[4]


def test_only_the_first_problems_are_kept(index: Path, tmp_path: Path) -> None:
    report = add_addresses(index, write(tmp_path, *["a;x;;;50;8"] * 40), NoProgress())
    assert report.bad == 40
    assert len(report.problems) == 10


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters(
    index: Path, geocoder: AddressIndex, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "a.csv"
    text = "Straße;Hausnummer;PLZ;Ort;Breitengrad;Längengrad\r\nGrüne Gaß;5;52099;Altdorf;50.001;8.001\r\n"
    path.write_bytes(text.replace(";", delimiter).encode(encoding))
    assert add_addresses(index, path, NoProgress()).added == 1
    assert geocoder.find(Address("Grüne Gaß 5"))[0].label == "Grüne Gaß 5, 52099 Altdorf"


@pytest.mark.parametrize(
    ("header", "row", "line"),
    [
        ("LON,LAT,NUMBER,STREET,UNIT,CITY,POSTCODE", "8.001,50.001,5,Neue Gasse,,Altdorf,52099", "Neue Gasse 5"),
        ("x;y;Street Name;House Number;Zip Code", "8,001;50,001;Neue Gasse;5;52099", "Neue Gasse 5"),
        ("numero;rep;nom_voie;nom_commune;x;y;lon;lat", "5;bis;R Neuve;Altdorf;1e6;2e6;8.001;50.001", "rue Neuve 5bis"),
        ("straatnaam;huisnummer;huisletter;woonplaats;lat;lon", "Dam;5;A;Altdorf;50.001;8.001", "Dam 5a"),
        ("number,street,unit,lat,lng", "5,Neue Gasse,APT 3,50.001,8.001", "Neue Gasse 5"),
        ("address,latitude,longitude", "Große Gasse 5,50.001,8.001", "Große Gasse 5"),
    ],
)
def test_headers_of_many_registers(
    index: Path, geocoder: AddressIndex, tmp_path: Path, header: str, row: str, line: str
) -> None:
    report = add_addresses(index, write(tmp_path, row, header=header), NoProgress())
    assert report.added == 1, report.problems
    found = geocoder.find(Address(line))[0]
    assert (found.precision, found.place) == (Precision.HOUSE, Place(50.001, 8.001))


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"name;colour\nx;red\n", "“name”, “colour”"), (b"", "none"), (b"street;number\n", "latitude and longitude")],
)
def test_a_file_without_usable_columns_is_refused_by_name(
    index: Path, tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    before = index.read_bytes()
    with pytest.raises(BadInput, match=told):
        add_addresses(index, path, NoProgress())
    assert index.read_bytes() == before


def test_a_missing_file_is_told(index: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        add_addresses(index, tmp_path / "none.csv", NoProgress())


@pytest.mark.parametrize("fraction", [0.0, 0.5])
def test_cancelling_adds_nothing(index: Path, geocoder: AddressIndex, tmp_path: Path, fraction: float) -> None:
    rows = [f"Gasse {chr(97 + i % 26)}{chr(97 + i // 26)};{i};;Altdorf;50.001;8.001" for i in range(1, 600)]
    with pytest.raises(Cancelled):
        add_addresses(index, write(tmp_path, *rows * 2), StopsAt(fraction))
    assert all("Gasse" not in found.label for found in geocoder.find(Address("Gasse ba 1")))
    assert add_addresses(index, write(tmp_path, *ROWS), NoProgress()).added == 2


def test_a_broken_index_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all" * 100)
    with pytest.raises(KnownError, match="cannot be read"):
        add_addresses(broken, write(tmp_path, *ROWS), NoProgress())
