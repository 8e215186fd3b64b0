"""Whatever was done: undo brings back what was, redo what came of it; every day at every revision is still known."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from db.opening import open_store
from dispatcher.domain.changes import Done
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Stop
from dispatcher.services.ports import UnitOfWork
from tests.db.conftest import Clock
from tests.db.dump import dump
from tests.fixtures import strategies
from tests.fixtures.examples import examples
from tests.fixtures.yard import MONDAY, TUESDAY, YARD, Yard

DAY = timedelta(days=1)
BOTH = (MONDAY, TUESDAY)
DAYS = st.sampled_from(BOTH)


class History(RuleBasedStateMachine):
    """Random days of work, with every state they led through, and both days at every revision, remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name), clock=Clock())
        self.yard = Yard(self.store)
        self.states = [dump(self.store.file)]
        self.at = 0
        self.amendable = False
        self.moments: dict[int, list[Day]] = {}
        self.remember_moment()

    def teardown(self) -> None:
        try:
            self.walk_all_the_way()
            for revision in self.moments:
                self.look_at(revision)
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

    def remember_moment(self) -> None:
        days = [self.yard.day(on) for on in BOTH]
        self.moments[days[0].revision] = days

    def look_at(self, revision: int) -> None:
        assert [self.store.day_at(on, revision) for on in BOTH] == self.moments[revision]

    def edit(
        self, change: Callable[[UnitOfWork], object], *, may_be_refused: bool = False, amends: bool = False
    ) -> None:
        """Do it, and check that a step was made, or grew, if and only if something changed."""
        before = self.states[self.at]
        revision = max(self.moments) if amends else None
        try:
            done: Done[object] = self.store.write("Edit", change, amends=revision)
        except KnownError:
            assert may_be_refused
            assert dump(self.store.file) == before
            return
        after = dump(self.store.file)
        assert done.changes.empty == (after == before)
        if not done.changes.empty:
            self.at += 0 if amends and self.amendable else 1
            self.states = [*self.states[: self.at], after]
            self.amendable = True
            self.remember_moment()

    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        self.look_at(data.draw(st.sampled_from(sorted(self.moments))))

    @rule(data=st.data(), on=DAYS)
    def put_orders(self, data: st.DataObject, on) -> None:
        known = [o.id for o in self.yard.orders[on]]
        wanted = data.draw(st.lists(strategies.orders(id=st.sampled_from(known), on=DAYS), max_size=3))
        self.edit(lambda unit: unit.put_orders(wanted))

    @rule(one=st.integers(0, 11), other=st.integers(0, 11), on=DAYS)
    def pair(self, one: int, other: int, on) -> None:
        """The goods of one order come from another, if both are still there."""
        delivery, pickup = self.yard.orders[on][one], self.yard.orders[on][other]
        if one != other:
            paired = replace(delivery, pickup_id=pickup.id)
            self.edit(lambda unit: unit.put_orders([paired]), may_be_refused=True)

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
        done, amends = data.draw(st.booleans()), data.draw(st.booleans())
        routes = {shift: [Stop(i, held, done) for i in part] for shift, part in zip(shifts, parts, strict=True)}
        self.edit(lambda unit: unit.set_routes(routes), amends=amends)
        for shift, part in zip(shifts, parts, strict=True):
            assert self.yard.day(on).plan.routes[list(day.shifts).index(shift)].order_ids == tuple(part)

    @rule(n=st.integers(0, 2), on=DAYS)
    def remove_shift(self, n: int, on) -> None:
        self.edit(lambda unit: unit.remove_shift(self.yard.shifts[on][n].id))

    @rule(data=st.data(), on=DAYS)
    def set_loaded(self, data: st.DataObject, on) -> None:
        day = self.yard.day(on)
        some = data.draw(st.lists(st.sampled_from(sorted(day.orders)), max_size=4)) if day.orders else []
        shift = data.draw(st.sampled_from([None, *sorted(day.shifts)]))
        self.edit(lambda unit: unit.set_loaded(some, shift))
        assert all(self.yard.day(on).loaded.get(i) == shift for i in some)

    @rule(on=DAYS, moment=st.none() | strategies.moments)
    def set_freeze(self, on, moment) -> None:
        self.edit(lambda unit: unit.set_freeze(on, moment))

    @rule(data=st.data(), key=st.sampled_from("abc"))
    def close_street(self, data: st.DataObject, key: str) -> None:
        drawn = data.draw(strategies.closures(on=st.dates(MONDAY - DAY, TUESDAY + DAY)))
        self.edit(lambda unit: unit.put_closure(replace(drawn, id=key)))

    @rule(key=st.sampled_from("abc"))
    def open_street(self, key: str) -> None:
        self.edit(lambda unit: unit.remove_closure(key))

    @rule(n=st.integers(0, 2), on=DAYS, to=DAYS, lock=st.sampled_from(Lock))
    def put_shift(self, n: int, on, to, lock: Lock) -> None:
        shift = replace(self.yard.shifts[on][n], date=to, lock=lock)
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
        self.amendable = False
        assert dump(self.store.file) == self.states[self.at]
        self.remember_moment()

    @precondition(lambda self: self.at < len(self.states) - 1)
    @rule()
    def redo(self) -> None:
        assert self.store.redo() is not None
        self.at += 1
        self.amendable = False
        assert dump(self.store.file) == self.states[self.at]
        self.remember_moment()

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = self.yard.store = open_store(Path(self.folder.name), clock=Clock())

    @invariant()
    def every_order_is_in_one_place(self) -> None:
        for on in BOTH:
            day = self.yard.day(on)
            served = [i for route in day.plan.routes for i in route.order_ids]
            assert len(served) == len(set(served))
            assert set(served) <= day.orders.keys()
            assert [r.shift_id for r in day.plan.routes] == list(day.shifts)


History.TestCase.settings = settings(
    max_examples=examples(12),
    stateful_step_count=20,
    deadline=None,
    phases=set(Phase) - {Phase.explain},  # tracing every line of SQLAlchemy takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
TestHistory = pytest.mark.timeout(3_600)(History.TestCase)  # for shrinking, or when many are asked for
