"""A depot of the first schema, as it lies on people's disks, opened by today's program."""

import json
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from db.opening import DATABASE_NAME
from db.store import SqliteStore
from db.upgrading import BACKUPS
from dispatcher.domain.changes import HistoryState
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.orders import Contact, Load, OrderLine
from dispatcher.domain.place import Place
from dispatcher.domain.time import TimeWindow
from tests.db.conftest import Open
from tests.db.test_opening import query, schema
from tests.fixtures.yard import MONDAY, TUESDAY, YARD, Yard

FIRST_SCHEMA = Path(__file__).parents[1] / "data" / "schema-1.sql"
"""A yard of two days, written by the program of then: thirteen revisions, five steps to undo, two to redo."""

LETTERS = {MONDAY: ["cba", "def", ""], TUESDAY: ["gh", "", "i"]}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The file, untouched yet."""
    file = tmp_path / "old" / DATABASE_NAME
    file.parent.mkdir()
    with closing(dbapi2.connect(str(file), isolation_level=None)) as connection:
        connection.executescript(FIRST_SCHEMA.read_text(encoding="utf-8"))
    return file


@pytest.fixture
def upgraded(old: Path, opened: Open, tmp_path: Path) -> Yard:
    """The same depot under today's schema, with what `Yard` knows of it."""
    yard = Yard(opened(tmp_path / "new"))
    yard.store.close()
    yard.store = opened(old)
    return yard


def test_it_becomes_todays_schema(old: Path, opened: Open, tmp_path: Path) -> None:
    assert schema(opened(old).file) == schema(opened(tmp_path / "new").file)


def test_every_row_stays_as_it_was(old: Path, opened: Open) -> None:
    tables = ("depot", "vehicle", "driver", "shift", "orders", "stop", "pin", "mapping", "audit")
    columns = {t: ", ".join(f'"{row[1]}"' for row in query(old, f"PRAGMA table_info({t})")) for t in tables}
    before = {t: sorted(query(old, f"SELECT {columns[t]} FROM {t}")) for t in tables}
    assert all(before.values())
    file = opened(old).file
    assert {t: sorted(query(file, f"SELECT {columns[t]} FROM {t}")) for t in tables} == before


def test_the_days_are_the_days_of_then_with_the_domains_defaults(upgraded: Yard) -> None:
    yard, day = upgraded, upgraded.day()
    assert {on: yard.letters(on) for on in LETTERS} == LETTERS
    assert day.depot == Depot("Aachen", YARD, version=1)
    assert list(day.vehicles.values()) == [replace(v, version=1) for v in yard.vehicles]
    jussi = replace(yard.drivers[1], starts=time(7, 30), skills=frozenset({"chilled"}), version=6)
    assert list(day.drivers.values()) == [replace(d, version=1) if d.number != 2 else jussi for d in yard.drivers]
    assert list(day.shifts.values()) == [replace(s, version=1) for s in yard.shifts[MONDAY]]
    changed, *others = (day.orders[o.id] for o in yard.orders[MONDAY])
    assert others == [replace(o, version=1) for o in yard.orders[MONDAY][1:]]
    assert (changed.notes, changed.driver_id, changed.version) == ("Ring twice; 'quoted'", yard.drivers[0].id, 2)
    assert (changed.load, changed.lines) == (Load(4.5, 20.0, 2), (OrderLine("Crate", 2.0),))
    assert (changed.contact, len(changed.windows)) == (Contact("Erika", "+49 241 0"), 1)
    assert isinstance(changed.windows[0], TimeWindow)
    assert not any(stop.held or stop.done for route in day.plan.routes for stop in route.stops)
    assert (day.freeze_at, day.loaded, day.closures) == (None, {}, ())


def test_the_file_of_then_is_kept(upgraded: Yard) -> None:
    (copy,) = (upgraded.store.file.parent / BACKUPS).iterdir()
    assert query(copy, "PRAGMA user_version") == [(1,)]
    assert query(copy, "SELECT count(*) FROM orders") == [(24,)]


def test_all_of_its_steps_are_undone_and_redone(upgraded: Yard) -> None:
    yard, store = upgraded, upgraded.store
    assert store.history() == HistoryState(undo="Remember", redo="Remove two orders")
    wanted = [
        ("Remember", ["cba", "def", ""], ["gh", "", "i"]),
        ("Change Jussi", ["cba", "def", ""], ["gh", "", "i"]),
        ("Plan Tuesday", ["abc", "def", ""], ["", "", ""]),
        ("Plan Monday", ["", "", ""], ["", "", ""]),
        ("Change an order", ["", "", ""], ["", "", ""]),
    ]
    for label, monday, tuesday in wanted:
        assert store.history().undo == label
        store.undo()
        assert (yard.letters(), yard.letters(TUESDAY)) == (monday, tuesday)
    assert store.undo() is None
    assert yard.day().orders == {o.id: replace(o, version=1) for o in yard.orders[MONDAY]}
    assert yard.day().drivers[yard.drivers[1].id] == replace(yard.drivers[1], version=1)
    assert store.read(lambda reader: (reader.pins(["markt 1"]), reader.senders())) == ({}, [])
    for _ in range(7):
        assert store.redo() is not None
    assert store.redo() is None
    assert store.read(lambda reader: reader.pins(["markt 1"])) == {"markt 1": Place(50.77, 6.08)}
    assert store.history() == HistoryState(undo="Plan Monday anew")
    assert yard.day().drivers[yard.drivers[1].id].skills == {"chilled"}
    assert len(yard.day().orders) == 10


def test_moments_since_are_known_and_those_before_are_told(upgraded: Yard) -> None:
    yard, store = upgraded, upgraded.store
    moments = [yard.day()]
    for change in (store.redo, store.undo, store.undo, store.undo, store.undo):
        change()
        moments.append(yard.day())
    yard.plan("jkl")
    assert moments[0].revision == 13
    assert [store.day_at(MONDAY, day.revision) for day in moments] == moments
    for revision in (1, 12):
        with pytest.raises(KnownError, match=f"number {revision} is not known") as refusal:
            store.day_at(MONDAY, revision)
        assert refusal.value.remedy == (
            "Choose “Undo: Remove two orders” of 04 May 2026, 08:13, or any change after it."
        )


def test_its_audit_trail_goes_on(upgraded: Yard) -> None:
    store: SqliteStore = upgraded.store
    store.undo(author="Ben")
    told = [(e.revision, e.author, e.label, e.why) for e in store.entries(3)]
    assert told == [
        (14, "Ben", "Undo: Remember", ""),
        (13, "Anna", "Undo: Remove two orders", ""),
        (12, "Anna", "Undo: Plan Monday anew", ""),
    ]


def test_a_column_that_is_no_more_is_left_out_of_what_comes_back(yard: Yard) -> None:
    """An image may be older than a schema that gave a column up."""
    before = yard.day()
    yard.store.write("Rename", lambda unit: unit.put_vehicle(replace(yard.vehicles[0], name="Old van")))
    (packed,) = query(yard.store.file, "SELECT rows FROM image WHERE revision = 2")[0]
    content = json.loads(zlib.decompress(packed))
    content["columns"].append("colour")
    content["rows"][0].append("white")
    with closing(dbapi2.connect(str(yard.store.file), isolation_level=None)) as connection:
        changed = zlib.compress(json.dumps(content).encode())
        connection.execute("UPDATE image SET rows = ? WHERE revision = 2", (changed,))
    assert yard.store.day_at(MONDAY, 1) == before
    yard.store.undo()
    assert yard.day().vehicles == before.vehicles
