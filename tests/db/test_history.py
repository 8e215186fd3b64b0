"""Undo and redo: whatever was done, back is as it was and forth is as it became; over restarts too."""

import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from pysqlite3 import dbapi2

from db.opening import open_store
from db.store import SqliteStore
from db.tables import RECORDED, key_of
from dispatcher.domain.changes import Done, HistoryState, Kind
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Stop
from dispatcher.services.ports import UnitOfWork
from tests.db.conftest import Clock, Open
from tests.fixtures import strategies
from tests.fixtures.yard import MONDAY, TUESDAY, YARD, Yard, order

type Dump = dict[str, list[tuple[object, ...]]]

DAYS = st.sampled_from([MONDAY, TUESDAY])


def dump(file: Path) -> Dump:
    """Every row that people edit, just as it is stored."""
    with closing(dbapi2.connect(str(file))) as connection:
        return {
            table.name: connection.execute(f"SELECT * FROM {table.name} ORDER BY {key_of(table).name}").fetchall()
            for table in RECORDED
        }


class History(RuleBasedStateMachine):
    """Random days of work, with every state they led through remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name), clock=Clock())
        self.yard = Yard(self.store)
        self.states = [dump(self.store.file)]
        self.at = 0

    def teardown(self) -> None:
        try:
            self.walk_all_the_way()
        finally:
            self.store.close()
            self.folder.cleanup()

    def walk_all_the_way(self) -> None:
        while self.at > 0:
            self.undo()
        assert self.store.undo() is None
        while self.at < len(self.states) - 1:
            self.redo()
        assert self.store.redo() is None

    def edit(self, change: Callable[[UnitOfWork], object], *, may_be_refused: bool = False) -> None:
        """Do it, and check that a step was made if and only if something changed."""
        before = self.states[self.at]
        try:
            done: Done[object] = self.store.write("Edit", change)
        except KnownError:
            assert may_be_refused
            assert dump(self.store.file) == before
            return
        after = dump(self.store.file)
        assert done.changes.empty == (after == before)
        if not done.changes.empty:
            self.states = [*self.states[: self.at + 1], after]
            self.at += 1

    @rule(data=st.data(), on=DAYS)
    def put_orders(self, data: st.DataObject, on) -> None:
        known = [o.id for o in self.yard.orders[on]]
        wanted = data.draw(st.lists(strategies.orders(id=st.sampled_from(known), on=DAYS), max_size=3))
        self.edit(lambda unit: unit.put_orders(wanted))

    @rule(data=st.data(), on=DAYS)
    def remove_orders(self, data: st.DataObject, on) -> None:
        gone = data.draw(st.lists(st.sampled_from([o.id for o in self.yard.orders[on]]), max_size=4))
        self.edit(lambda unit: unit.remove_orders(gone))

    @rule(data=st.data(), on=DAYS)
    def set_routes(self, data: st.DataObject, on) -> None:
        day = self.yard.day(on)
        ids = data.draw(st.permutations(sorted(day.orders)))
        shifts = data.draw(st.lists(st.sampled_from(sorted(day.shifts)), unique=True)) if day.shifts else []
        cuts = sorted(data.draw(st.lists(st.integers(0, len(ids)), min_size=len(shifts), max_size=len(shifts))))
        parts = [ids[a:b] for a, b in zip([0, *cuts], cuts, strict=False)]
        held = data.draw(st.booleans())
        routes = {shift: [Stop(i, held) for i in part] for shift, part in zip(shifts, parts, strict=True)}
        self.edit(lambda unit: unit.set_routes(routes))
        for shift, part in zip(shifts, parts, strict=True):
            assert self.yard.day(on).plan.routes[list(day.shifts).index(shift)].order_ids == tuple(part)

    @rule(n=st.integers(0, 2), on=DAYS)
    def remove_shift(self, n: int, on) -> None:
        self.edit(lambda unit: unit.remove_shift(self.yard.shifts[on][n].id))

    @rule(n=st.integers(0, 2), on=DAYS, to=DAYS)
    def put_shift(self, n: int, on, to) -> None:
        shift = replace(self.yard.shifts[on][n], date=to)
        self.edit(lambda unit: unit.put_shifts([shift]), may_be_refused=True)

    @rule(order=st.permutations([1, 2, 3]))
    def renumber_drivers(self, order: list[int]) -> None:
        """Undo meets numbers that are taken while it is half way."""

        def change(unit: UnitOfWork) -> None:
            for driver in unit.drivers():
                unit.put_driver(replace(driver, number=driver.number + 100))
            for driver, number in zip(unit.drivers(), order, strict=False):
                unit.put_driver(replace(driver, number=number))

        self.edit(change)

    @rule(n=st.integers(0, 2))
    def remove_driver_and_vehicle(self, n: int) -> None:
        def change(unit: UnitOfWork) -> None:
            unit.remove_driver(self.yard.drivers[n].id)
            unit.remove_vehicle(self.yard.vehicles[n].id)

        self.edit(change, may_be_refused=True)

    @rule(key=strategies.words, place=strategies.places)
    def remember(self, key: str, place: Place) -> None:
        self.edit(lambda unit: (unit.put_pin(key, place, key), unit.put_mapping(key, {key: "number"})))

    @rule(name=strategies.words)
    def rename_depot(self, name: str) -> None:
        self.edit(lambda unit: unit.put_depot(Depot(name, YARD)))

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo(self) -> None:
        assert self.store.undo() is not None
        self.at -= 1
        assert dump(self.store.file) == self.states[self.at]

    @precondition(lambda self: self.at < len(self.states) - 1)
    @rule()
    def redo(self) -> None:
        assert self.store.redo() is not None
        self.at += 1
        assert dump(self.store.file) == self.states[self.at]

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = self.yard.store = open_store(Path(self.folder.name), clock=Clock())

    @invariant()
    def every_order_is_in_one_place(self) -> None:
        for on in (MONDAY, TUESDAY):
            day = self.yard.day(on)
            served = [i for route in day.plan.routes for i in route.order_ids]
            assert len(served) == len(set(served))
            assert set(served) <= day.orders.keys()
            assert [r.shift_id for r in day.plan.routes] == list(day.shifts)


History.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    phases=set(Phase) - {Phase.explain},  # tracing every line of SQLAlchemy takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
TestHistory = pytest.mark.timeout(600)(History.TestCase)  # for shrinking, when it fails


def test_labels_tell_what_undo_and_redo_would_do(yard: Yard) -> None:
    store = yard.store
    assert store.history() == HistoryState()
    yard.plan("ab", label="First")
    yard.plan("ba", label="Second")
    assert store.history() == HistoryState(undo="Second")
    store.undo()
    assert store.history() == HistoryState(undo="First", redo="Second")
    store.undo()
    assert store.history() == HistoryState(redo="First")
    store.redo()
    yard.plan("c", label="Third")
    assert store.history() == HistoryState(undo="Third")


def test_undo_tells_what_it_touched(yard: Yard) -> None:
    yard.plan("abc", label="Plan")
    ids = frozenset(o.id for o in yard.orders[MONDAY][:3])
    changes = yard.store.undo(author="Ben")
    assert changes is not None
    assert changes.label == "Undo: Plan"
    assert changes.ids == {Kind.STOP: ids}
    assert changes.dates == {MONDAY}
    assert changes.revision == yard.day().revision


def test_the_audit_trail_names_who_did_what_when(yard: Yard) -> None:
    store = yard.store
    store.write("Remember", lambda unit: unit.put_pin("markt 1", YARD, "Markt 1"), author="Ben")
    store.undo(author="Cleo")
    store.redo()
    told = [(e.revision, e.author, e.label) for e in store.entries()]
    assert told == [
        (4, "Anna", "Redo: Remember"),
        (3, "Cleo", "Undo: Remember"),
        (2, "Ben", "Remember"),
        (1, "Anna", "Set up"),
    ]
    assert store.entries()[-1].at == datetime(2026, 5, 4, 6, 1, tzinfo=UTC)
    assert [e.revision for e in store.entries(limit=2)] == [4, 3]


def test_setting_up_the_depot_is_not_undone(yard: Yard) -> None:
    assert yard.store.undo() is None
    yard.store.write("Rename", lambda unit: unit.put_depot(Depot("Liège", YARD)))
    yard.store.undo()
    assert yard.day().depot.name == "Aachen"
    assert yard.store.undo() is None


def test_history_survives_a_restart(opened: Open, tmp_path: Path) -> None:
    first = Yard(opened(tmp_path))
    first.plan("abc", label="Plan")
    first.plan("cba", label="Turn")
    first.store.undo()
    first.store.close()
    first.store = opened(tmp_path)
    assert first.store.history() == HistoryState(undo="Plan", redo="Turn")
    first.store.redo()
    assert first.letters() == ["cba", "", ""]
    first.store.undo()
    first.store.undo()
    assert first.letters() == ["", "", ""]


def test_a_step_outlives_a_large_import(yard: Yard) -> None:
    store: SqliteStore = yard.store
    before = dump(store.file)
    store.write("Import", lambda unit: unit.put_orders(order(f"{n}") for n in range(5_000)))
    after = dump(store.file)
    store.undo()
    assert dump(store.file) == before
    store.redo()
    assert dump(store.file) == after


def test_a_closed_store_refuses(yard: Yard) -> None:
    yard.store.close()
    with pytest.raises(RuntimeError, match="closed"):
        yard.day()
    with pytest.raises(RuntimeError, match="closed"):
        yard.plan("a")
