"""A depot of the second schema - locks, loaded goods, a closed street, a history of every image - opened today."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from db import upgrading
from db.opening import DATABASE_NAME
from db.upgrading import BACKUPS
from dispatcher.domain.certificates import Certificate
from dispatcher.domain.changes import HistoryState
from dispatcher.domain.depot import Depot
from dispatcher.domain.fleet import Lock
from dispatcher.domain.orders import OrderKind, OrderLine
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Stop
from dispatcher.domain.proof import Asked, Need, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from tests.db.conftest import Clock, Open
from tests.db.test_opening import SCHEMA, query, schema
from tests.fixtures.yard import MONDAY, TUESDAY, YARD, Yard

SECOND_SCHEMA = Path(__file__).parents[1] / "data" / "schema-2.sql"
"""A yard of two days, written by the program of then: eleven revisions, six steps to undo, two to redo."""
RECORDED_THEN = ("depot", "vehicle", "driver", "shift", "orders", "stop", "loaded", "day", "closure", "pin", "mapping")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The file, untouched yet."""
    file = tmp_path / "old" / DATABASE_NAME
    file.parent.mkdir()
    with closing(dbapi2.connect(str(file), isolation_level=None)) as connection:
        connection.executescript(SECOND_SCHEMA.read_text(encoding="utf-8"))
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
    tables = (*RECORDED_THEN, "audit", "touched", "image", "step")
    columns = {t: ", ".join(f'"{row[1]}"' for row in query(old, f"PRAGMA table_info({t})")) for t in tables}
    before = {t: sorted(query(old, f"SELECT {columns[t]} FROM {t}")) for t in tables}
    assert all(rows for table, rows in before.items() if table not in ("pin", "mapping"))
    file = opened(old).file
    assert {t: sorted(query(file, f"SELECT {columns[t]} FROM {t}")) for t in tables} == before
    (copy,) = (file.parent / BACKUPS).iterdir()
    assert query(copy, "PRAGMA user_version") == [(2,)]


def test_the_day_is_the_day_of_then_with_the_domains_defaults(upgraded: Yard) -> None:
    yard, day = upgraded, upgraded.day()
    assert day.depot == Depot("Aachen West", YARD, improve_s=0, max_wait_s=900, version=6)
    assert day.depot.road == RoadPolicy()
    assert all((o.asked, o.attempt) == (Asked(), 1) for o in day.orders.values())
    first, *others = yard.orders[MONDAY]
    assert [day.orders[o.id] for o in others] == [replace(o, version=1) for o in others]
    assert day.orders[first.id].notes == "Ring twice; 'quoted'"
    bring = next(o for o in day.orders.values() if o.pickup_id)
    assert (bring.lines, len(bring.windows)) == ((OrderLine("Crate", 2.0),), 1)
    assert day.orders[bring.pickup_id].kind is OrderKind.COLLECTION
    a, b, c = yard.orders[MONDAY][:3]
    assert day.plan.routes[0].stops == (Stop(a.id, done=True), Stop(b.id, held=True), Stop(c.id))
    assert day.shifts[yard.shifts[MONDAY][0].id].lock is Lock.ROUTE
    assert day.loaded == dict.fromkeys((b.id, c.id), yard.shifts[MONDAY][0].id)
    assert day.freeze_at == datetime(2026, 5, 4, 5, 30, tzinfo=UTC)
    assert [closure.name for closure in day.closures] == ["Markt"]


def test_every_moment_since_the_first_is_known(upgraded: Yard) -> None:
    yard, store = upgraded, upgraded.store
    then = [store.day_at(MONDAY, revision) for revision in range(1, 12)]
    assert then[-1] == yard.day()
    assert then[0].orders == {o.id: replace(o, version=1) for o in yard.orders[MONDAY]}
    assert [day.depot.name for day in then] == ["Aachen"] * 5 + ["Aachen West"] * 6
    assert all(day.depot.road == RoadPolicy() for day in then)
    assert [day.drivers[yard.drivers[0].id].break_s for day in then] == [0] * 9 + [1_800, 0]


def test_all_of_its_steps_are_undone_and_redone(upgraded: Yard) -> None:
    yard, store = upgraded, upgraded.store
    assert store.history() == HistoryState(undo="Remember", redo="Give Mira a break")
    labels = []
    while label := store.history().undo:
        labels.append(label)
        store.undo()
    assert labels == ["Remember", "Change habits", "Close Markt", "Begin the round", "Plan Monday", "Import a pair"]
    assert yard.day().orders == {o.id: replace(o, version=1) for o in yard.orders[MONDAY]}
    assert yard.day().depot == Depot("Aachen", YARD, version=1)
    while store.redo():
        pass
    assert store.history() == HistoryState(undo="Give Mira a break")
    assert yard.day().drivers[yard.drivers[0].id].break_from == time(11)
    assert store.read(lambda reader: reader.pins(["markt 1"])) == {"markt 1": Place(50.77, 6.08)}


def test_what_the_road_wants_is_undone_over_images_of_then(upgraded: Yard) -> None:
    yard, store = upgraded, upgraded.store
    before, moment = yard.day(), yard.day().revision
    first, depot = next(iter(before.orders.values())), before.depot
    asked = Asked({ProofKind.CODE: Need.REQUIRED}, 1_250)
    policy = RoadPolicy(geofence_m=80, failing={**RoadPolicy().failing, ProofKind.PHOTO: Need.REQUIRED})

    def change(unit):
        unit.put_orders([replace(first, asked=asked, attempt=2)])
        unit.put_depot(replace(depot, road=policy))

    store.write("Ask for a code", change)
    assert (yard.day().orders[first.id].asked, yard.day().orders[first.id].attempt) == (asked, 2)
    assert yard.day(TUESDAY).depot.road == policy
    assert store.day_at(MONDAY, moment) == before
    store.undo()
    assert (yard.day().orders, yard.day().depot) == (before.orders, before.depot)


@pytest.mark.parametrize("kept", range(2, SCHEMA))
def test_from_every_schema_in_between_nobody_has_a_certificate_until_given_one(
    kept: int, old: Path, opened: Open, tmp_path: Path
) -> None:
    scripts = tmp_path / "migrations"
    shutil.copytree(upgrading.MIGRATIONS, scripts)
    for later in sorted((scripts / "versions").glob("v*.py"))[kept:]:
        later.unlink()
    upgrading.bring_up_to_date(old, clock=Clock(), scripts=scripts)
    assert query(old, "PRAGMA user_version") == [(kept,)]
    store = opened(old)
    assert query(old, "PRAGMA user_version") == [(SCHEMA,)]
    before = store.read(lambda r: (r.drivers(), r.vehicles()))
    assert {each.certificates for owners in before for each in owners} == {()}
    licence = Certificate("driving licence", MONDAY, "77", "B", required=True)
    driver, vehicle = (replace(owners[0], certificates=(licence,)) for owners in before)
    store.write("Certify", lambda unit: (unit.put_driver(driver), unit.put_vehicle(vehicle)))
    assert store.read(lambda r: (r.drivers()[0].certificates, r.vehicles()[0].certificates)) == ((licence,),) * 2
    store.undo()
    plain = lambda owners: [replace(each, version=0) for each in owners]
    assert [plain(owners) for owners in store.read(lambda r: (r.drivers(), r.vehicles()))] == [
        plain(owners) for owners in before
    ]
