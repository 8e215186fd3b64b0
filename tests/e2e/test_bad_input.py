"""Whatever is wrong with what it is given, the program says so on standard error, ends with 1, and has lost nothing."""

import csv
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from osmium.osm.mutable import Node, Way
from pysqlite3 import dbapi2

from db import sqlite
from db.lock import lock_home
from db.opening import open_store
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.services.demo import RESOURCES
from dispatcher.services.home import Home
from tests.e2e.conftest import Roundhouse, Said
from tests.fixtures.depots import AT, DEPOT, ON, REGION
from tests.fixtures.region import helsinki_extract, streets, write_extract


def stored(home: Path, on: date = ON) -> Day:
    """A day of the demo depot as its database has it."""
    with closing(open_store(Home(home).database(DEPOT), clock=lambda: datetime.now(UTC))) as store:
        return store.read(lambda r: r.day(on))


def files_of(folder: Path) -> dict[str, bytes]:
    """Everything below a folder but locks."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".lock")
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}


def assert_refused(said: Said, *words: str) -> None:
    """Status 1, nothing on standard output, one message with these words and with what to do."""
    assert (said.status, said.out) == (1, "")
    message = said.err.splitlines()[-1]
    assert message.startswith("roundhouse: ")
    assert "Traceback" not in said.err
    for word in words:
        assert word in message
    assert message.count(".") >= 2


def in_day(home: Path, said: Said, file: Path) -> dict[str, Order]:
    """The orders of the file's sender that went in, by number."""
    assert said.status == 0, said.err
    return {o.number: o for o in stored(home).orders.values() if o.sender == file.stem}


@pytest.fixture
def bring(roundhouse: Roundhouse, demo_home: Path) -> Callable[..., tuple[Said, Path]]:
    """Imports this content for `ON`, under a sender of its own."""

    def run(content: str | bytes, *arguments: object) -> tuple[Said, Path]:
        file = demo_home / "sender.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return roundhouse("import", file, "--date", ON, "--sender", file.stem, "--json", *arguments), file

    return run


type Bring = Callable[..., tuple[Said, Path]]


# --- extracts -------------------------------------------------------------------------------------------------------


def bad_extract(kind: str, folder: Path) -> Path:
    path = folder / "bad.osm.pbf"
    if kind == "truncated":
        path.write_bytes(helsinki_extract().read_bytes()[:300_000])
    elif kind == "no extract":
        path.write_bytes(b"Order ID,Address\n" * 100)
    elif kind == "unsorted":
        corner: list[Node | Way] = streets(Place(60.17, 24.94), [[(0, 0), (1, 0)]], {"highway": "residential"})
        write_extract(path, corner[::-1])
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("truncated", "bad.osm.pbf is cut off or damaged"),
        ("no extract", "bad.osm.pbf is not an OpenStreetMap extract"),
        ("unsorted", "bad.osm.pbf is not sorted"),
        ("missing", "There is no file"),
    ],
)
def test_a_bad_extract_leaves_the_region_that_is_there(
    roundhouse: Roundhouse, region_home: Path, tmp_path: Path, kind: str, words: str
) -> None:
    before = files_of(region_home / "regions")
    assert_refused(roundhouse("region", "build", bad_extract(kind, tmp_path), "--name", REGION), words)
    assert files_of(region_home / "regions") == before


def test_a_region_whose_files_are_damaged_is_named(roundhouse: Roundhouse, demo_home: Path) -> None:
    (demo_home / "regions" / REGION / "roads" / "car.osrm.hsgr").unlink()
    before = files_of(demo_home / "depots")
    said = roundhouse("plan", "--date", ON, "--seconds", "1")
    assert_refused(said, "helsinki", "car.osrm.hsgr")
    assert files_of(demo_home / "depots") == before


def test_a_depot_whose_region_is_gone_says_so(roundhouse: Roundhouse, demo_home: Path) -> None:
    shutil.rmtree(demo_home / "regions" / REGION)
    assert_refused(roundhouse("plan", "--date", ON, "--seconds", "1"), "helsinki")
    assert len(stored(demo_home).orders) == 150


# --- depots and fleets ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Espoo", "--at", AT, "--region", "espoo"], "no region “espoo”"),
        (["Helsinki", "--at", AT], "There is a depot “Helsinki” already"),
        (["…", "--at", AT], "no letter or digit"),
        (["Espoo", "--at", AT, "--fleet", "none.json"], "none.json cannot be read"),
    ],
)
def test_a_depot_that_cannot_be_made_is_not_half_made(
    roundhouse: Roundhouse, demo_home: Path, arguments: list[str], words: str
) -> None:
    assert_refused(roundhouse("depot", "new", *arguments), words)
    assert roundhouse("depot", "list").json == {"depots": [DEPOT]}


def test_a_faulty_fleet_file_makes_no_depot_and_can_be_mended(
    roundhouse: Roundhouse, home: Path, tmp_path: Path
) -> None:
    fleet = tmp_path / "fleet.json"
    whole = (RESOURCES / "fleet.json").read_text(encoding="utf-8")
    fleet.write_text(whole.replace('"kg": 900', '"kg": -900', 1), encoding="utf-8")
    assert_refused(roundhouse("depot", "new", "Espoo", "--at", AT, "--fleet", fleet), "fleet.json")
    assert roundhouse("depot", "list").json == {"depots": []}
    fleet.write_text(whole, encoding="utf-8")
    assert roundhouse("depot", "new", "Espoo", "--at", AT, "--fleet", fleet).json["drivers"] == 8


def test_an_unknown_depot_is_told_with_those_there_are(roundhouse: Roundhouse, demo_home: Path) -> None:
    assert_refused(roundhouse("plan", "--depot", "espoo"), "no depot “espoo”", "Depots here: helsinki")


def test_a_day_without_orders_is_not_planned(roundhouse: Roundhouse, demo_home: Path) -> None:
    assert_refused(roundhouse("plan", "--date", "2027-01-01", "--seconds", "1"), "no orders on 01 January 2027")
    assert not stored(demo_home, date(2027, 1, 1)).shifts
    out = demo_home / "day.csv"
    assert_refused(roundhouse("export", "--date", "2027-01-01", "--format", "csv", out), "no orders on 01 January 2027")
    assert not out.exists()


# --- order files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Colour,Shape\nred,round\n", "address"),
        ("", "is empty"),
        ("Order ID,Address\n", "no orders below"),
        (bytes(range(256)) * 20, "not a table of text"),
        (b"PK\x03\x04 cut short", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel workbook"),
    ],
)
def test_a_file_that_is_no_order_file_changes_nothing(
    bring: Bring, demo_home: Path, content: str | bytes, words: str
) -> None:
    before = stored(demo_home)
    said, _ = bring(content)
    assert_refused(said, words)
    assert stored(demo_home) == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac-roman"])
def test_whatever_the_encoding_the_letters_are_right(bring: Bring, demo_home: Path, encoding: str) -> None:
    said, file = bring(
        "Order ID;Address;City;Recipient\nE-1;Eteläesplanadi 20;Helsinki;Väinö Åström\n"
        "E-2;Pitkänsillanranta 9;Helsinki;Jörg Müller\n".encode(encoding)
    )
    orders = in_day(demo_home, said, file)
    assert orders["E-1"].contact.name == "Väinö Åström"
    assert orders["E-1"].address.place is not None
    assert orders["E-2"].address.line == "Pitkänsillanranta 9"


FAULTY = (
    ("2026-02-30", "", "", "60.17", "24.94", "5", "Date", "does not exist"),
    ("", "", "", "24.94", "60.17", "5", "Lat", "the other way round"),
    ("", "", "", "60.17", "24.94", "-5", "Weight (kg)", "is negative"),
    ("", "10:00", "08:00", "60.17", "24.94", "5", "To", "before it begins"),
    ("", "", "", "91", "24.94", "5", "Lat", "not on Earth"),
)


def test_faulty_rows_are_told_one_by_one_and_the_others_go_in(bring: Bring, demo_home: Path) -> None:
    rows = [f"F-{n},{','.join(row[:6])}" for n, row in enumerate(FAULTY)]
    head, good = "Order ID,Date,From,To,Lat,Lon,Weight (kg)", "G-1,,08:00,10:00,60.17,24.94,5"
    before = stored(demo_home).orders
    left_out = demo_home / "left-out.csv"
    said, file = bring("\n".join([head, *rows, good]), "--rejects", left_out)
    assert set(in_day(demo_home, said, file)) == {"G-1"}
    assert {k: o for k, o in stored(demo_home).orders.items() if o.sender != file.stem} == before
    told = [(p["column"], p["reason"]) for p in said.json["problems"] if p["column"]]
    assert [column for column, _ in told] == [row[6] for row in FAULTY]
    for (_, reason), row in zip(told, FAULTY, strict=True):
        assert row[7] in reason
    assert all(problem["remedy"] for problem in said.json["problems"])
    with left_out.open(encoding="utf-8-sig", newline="") as opened:
        assert [row["Order ID"] for row in csv.DictReader(opened)] == [f"F-{n}" for n in range(len(FAULTY))]


def test_rows_left_out_are_mended_in_their_file_and_brought_in(bring: Bring, demo_home: Path) -> None:
    left_out = demo_home / "left-out.csv"
    bring("Order ID,Lat,Lon,Weight (kg)\nF-1,60.17,24.94,-5\nF-2,60.17,24.94,5\n", "--rejects", left_out)
    mended = left_out.read_bytes().replace(b"-5", b"5", 1)
    said, file = bring(mended)
    assert set(in_day(demo_home, said, file)) == {"F-1", "F-2"}
    assert said.json["problems"] == []


def test_rejects_that_cannot_be_written_keep_the_import_out(bring: Bring, demo_home: Path) -> None:
    before = stored(demo_home)
    said, _ = bring("Order ID,Lat,Lon\nF-1,60.17,24.94\nF-2,95,24.94\n", "--rejects", demo_home / "none" / "out.csv")
    assert_refused(said, "out.csv cannot be written")
    assert stored(demo_home) == before


def test_unknown_columns_and_fields_are_named(bring: Bring, demo_home: Path) -> None:
    before = stored(demo_home)
    assert_refused(bring("Order ID,Address\n1,Keskuskatu 4\n", "--column", "Street=address")[0], "no column “Street”")
    assert_refused(bring("Order ID,Address\n1,Keskuskatu 4\n", "--column", "Address=street_name")[0], "no field")
    assert stored(demo_home) == before


def test_an_order_for_a_driver_who_has_no_shift_waits_and_says_why(
    bring: Bring, roundhouse: Roundhouse, demo_home: Path
) -> None:
    day = stored(demo_home)
    shift = next(iter(day.shifts.values()))
    driver = day.drivers[shift.driver_id]
    with closing(open_store(Home(demo_home).database(DEPOT), clock=lambda: datetime.now(UTC))) as store:
        store.write("End duty", lambda uow: uow.remove_shift(shift.id))
    said, file = bring(f"Order ID,Address,City,Driver\nD-1,Keskuskatu 4,Helsinki,{driver.name}\n")
    assert set(in_day(demo_home, said, file)) == {"D-1"}
    planned = roundhouse("plan", "--date", ON, "--seconds", "1", "--json").json
    (waiting,) = [each for each in planned["unplanned"] if each["order"] == "D-1"]
    assert waiting["code"] == "VEHICLE_NOT_ALLOWED"
    assert "not on duty" in waiting["reason"]
    assert len(stored(demo_home).shifts) == 7


# --- the data folder ------------------------------------------------------------------------------------------------


@contextmanager
def database(home: Path) -> Iterator[dbapi2.Connection]:
    with closing(dbapi2.connect(str(Home(home).database(DEPOT)), isolation_level=None)) as connection:
        yield connection


def test_a_full_disk_is_told_and_the_day_is_as_it_was(
    bring: Bring, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(demo_home)
    with database(demo_home) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    monkeypatch.setattr(sqlite, "SETTINGS", (*sqlite.SETTINGS, f"max_page_count={pages + 2}"))
    rows = "\n".join(f"L-{n},60.17,24.94,{'a long remark ' * 20}" for n in range(500))
    assert_refused(bring(f"Order ID,Lat,Lon,Notes\n{rows}\n")[0], "is full")
    monkeypatch.undo()
    assert stored(demo_home) == before
    monkeypatch.setenv("ROUNDHOUSE_HOME", str(demo_home))
    said, file = bring(f"Order ID,Lat,Lon,Notes\n{rows}\n")
    assert len(in_day(demo_home, said, file)) == 500


def test_a_newer_database_is_left_alone(roundhouse: Roundhouse, demo_home: Path) -> None:
    with database(demo_home) as connection:
        connection.execute("PRAGMA user_version=99")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = Home(demo_home).database(DEPOT).read_bytes()
    for command in (["plan", "--seconds", "1"], ["import", RESOURCES / "orders.csv"]):
        assert_refused(roundhouse(*command, "--date", ON), "newer Roundhouse")
    assert Home(demo_home).database(DEPOT).read_bytes() == before


def test_a_second_start_is_refused_with_the_process_that_has_it(roundhouse: Roundhouse, demo_home: Path) -> None:
    before = stored(demo_home)
    with lock_home(demo_home):
        for command in (["plan", "--date", ON], ["depot", "list"], ["demo", "--until-painted"]):
            assert_refused(roundhouse(*command), "already open", "process")
    assert stored(demo_home) == before
    assert roundhouse("depot", "list").status == 0


def test_a_data_folder_that_cannot_be_made_is_told(roundhouse: Roundhouse, home: Path) -> None:
    home.write_text("in the way", encoding="utf-8")
    assert_refused(roundhouse("depot", "list"), str(home))
    assert home.read_text(encoding="utf-8") == "in the way"
