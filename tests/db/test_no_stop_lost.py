"""No stop is ever lost or doubled: after anything, every open order is in one route, once, or in the pool.

A real database, two days, the services as the window calls them, proposals that come late, undo, redo, restarts, and
the plan taken back to any moment.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from db.opening import open_store
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.services import moments, orders, plan, rounds
from dispatcher.services.plan import Proposal, sequences_of
from dispatcher.services.ports import UnitOfWork
from tests.db.conftest import Clock
from tests.fixtures.examples import examples
from tests.fixtures.yard import MONDAY, TUESDAY, Yard

BOTH = (MONDAY, TUESDAY)
DAYS = st.sampled_from(BOTH)
SHIFTS = st.integers(0, 2)
SOME = st.lists(st.integers(0, 11), min_size=1, max_size=5, unique=True)
FLAGS = st.booleans()


class Dispatching(RuleBasedStateMachine):
    """A dispatcher's hand, and what must be true whatever it does."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name), clock=Clock())
        self.yard = Yard(self.store)
        self.ids = {on: [o.id for o in self.yard.orders[on]] for on in BOTH}
        self.everyone = {i for on in BOTH for i in self.ids[on]}
        self.removed: list[set[OrderId]] = [set()]
        """After every step that can be undone, and at last after those that can be redone: which orders are gone."""
        self.at = 0
        self.offered: list[Proposal] = []
        self.latest_step = 0
        """The revision of the latest change by hand: what a later one may amend, unless undo or redo came between."""

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def change(
        self, run: Callable[[UnitOfWork], object], *, removes: Sequence[OrderId] = (), amends: int | None = None
    ) -> None:
        """One step, or part of the one before; or a refusal in words, with nothing changed."""
        before = self.days()
        try:
            done = self.store.write("Change", run, amends=amends)
        except KnownError:
            assert self.days() == before
            return
        if not done.changes.empty:
            gone = self.removed[self.at] | set(removes)
            self.at += amends is None or self.latest_step != amends
            self.removed = [*self.removed[: self.at], gone]
            self.latest_step = done.changes.revision

    def days(self) -> list[Day]:
        return [self.yard.day(on) for on in BOTH]

    def some(self, on: date, numbers: Sequence[int]) -> list[OrderId]:
        return [self.ids[on][n] for n in numbers]

    def shift(self, on: date, n: int) -> ShiftId:
        return self.yard.shifts[on][n].id

    @rule(on=DAYS, some=SOME, to=SHIFTS, index=st.none() | st.integers(-1, 13), hold=FLAGS)
    def move(self, on: date, some: list[int], to: int, index: int | None, hold: bool) -> None:
        ids, shift = self.some(on, some), self.shift(on, to)
        self.change(lambda uow: plan.move_orders(uow, order_ids=ids, to_shift=shift, index=index, hold=hold))

    @rule(some=SOME, others=SOME)
    def move_across_days(self, some: list[int], others: list[int]) -> None:
        ids = [*self.some(MONDAY, some), *self.some(TUESDAY, others)]
        self.change(lambda uow: plan.move_orders(uow, order_ids=ids, to_shift=self.shift(MONDAY, 0)))

    @rule(on=DAYS, some=SOME)
    def unassign(self, on: date, some: list[int]) -> None:
        self.change(lambda uow: plan.unassign(uow, order_ids=self.some(on, some)))

    @rule(on=DAYS, some=SOME, held=FLAGS)
    def hold(self, on: date, some: list[int], held: bool) -> None:
        self.change(lambda uow: plan.hold_orders(uow, order_ids=self.some(on, some), held=held))

    @rule(on=DAYS, only=st.none() | SHIFTS)
    def clear(self, on: date, only: int | None) -> None:
        chosen = None if only is None else [self.shift(on, only)]
        self.change(lambda uow: plan.clear_routes(uow, on=on, shift_ids=chosen))

    @rule(on=DAYS, one=SHIFTS, other=SHIFTS)
    def swap(self, on: date, one: int, other: int) -> None:
        self.change(lambda uow: rounds.swap_rounds(uow, on=on, one=self.shift(on, one), other=self.shift(on, other)))

    @rule(on=DAYS, some=SOME, done=FLAGS)
    def mark_done(self, on: date, some: list[int], done: bool) -> None:
        self.change(lambda uow: rounds.mark_done(uow, on=on, order_ids=self.some(on, some), done=done))

    @rule(on=DAYS, n=SHIFTS, loaded=FLAGS)
    def mark_loaded(self, on: date, n: int, loaded: bool) -> None:
        self.change(lambda uow: rounds.mark_loaded(uow, on=on, shift_ids=[self.shift(on, n)], loaded=loaded))

    @rule(on=DAYS, some=SOME, cancel=FLAGS)
    def cancel_or_reopen(self, on: date, some: list[int], cancel: bool) -> None:
        act = orders.cancel_orders if cancel else orders.reopen_orders
        self.change(lambda uow: act(uow, order_ids=self.some(on, some)))

    @rule(on=DAYS, n=st.integers(0, 11), to=DAYS)
    def postpone(self, on: date, n: int, to: date) -> None:
        def change(uow: UnitOfWork) -> None:
            (order,) = uow.orders([self.ids[on][n]]) or [None]
            if order:
                orders.save_order(uow, replace(order, date=to))

        self.change(change)

    @rule(on=DAYS, one=st.integers(0, 11), other=st.integers(0, 11))
    def pair(self, on: date, one: int, other: int) -> None:
        def change(uow: UnitOfWork) -> None:
            found = uow.orders([self.ids[on][one], self.ids[on][other]])
            if len(found) == 2:
                uow.put_orders([replace(found[0], pickup_id=found[1].id)])

        self.change(change)

    @rule(on=DAYS, n=st.integers(0, 11))
    def remove(self, on: date, n: int) -> None:
        gone = [self.ids[on][n]]
        self.change(lambda uow: uow.remove_orders(gone), removes=gone)

    @rule(on=DAYS, n=SHIFTS)
    def end_a_shift(self, on: date, n: int) -> None:
        self.change(lambda uow: uow.remove_shift(self.shift(on, n)))

    @rule(on=DAYS, n=SHIFTS, to=DAYS)
    def put_a_shift(self, on: date, n: int, to: date) -> None:
        self.change(lambda uow: uow.put_shifts([replace(self.yard.shifts[on][n], date=to)]))

    @rule(data=st.data(), on=DAYS)
    def offer(self, data: st.DataObject, on: date) -> None:
        """An engine's plan of some of the rounds and some of the pool, to be taken over at once or much later."""
        day = self.yard.day(on)
        chosen = [s for s in day.shifts if data.draw(FLAGS)]
        before = sequences_of(day, chosen)
        pool = [o for o in day.unplanned if data.draw(FLAGS)]
        stops = data.draw(st.permutations([o for route in before.values() for o in route] + pool))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(stops)), min_size=len(chosen), max_size=len(chosen))))
        after = {s: stops[a:b] for s, a, b in zip(chosen, [0, *cuts], cuts, strict=False)}
        self.offered.append(Proposal(on, day.revision, before, after))

    @rule(data=st.data())
    def take_over(self, data: st.DataObject) -> None:
        if self.offered:
            proposal = data.draw(st.sampled_from(self.offered))
            self.change(lambda uow: plan.apply_proposal(uow, proposal))

    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """What re-sequencing in the background does: part of the step before, unless something came between."""
        if self.offered:
            proposal = data.draw(st.sampled_from(self.offered))
            after = self.days()[0].revision - data.draw(st.integers(0, 1))
            self.change(lambda uow: plan.complete(uow, proposal, after=after), amends=after)

    @rule(data=st.data(), on=DAYS)
    def take_back(self, data: st.DataObject, on: date) -> None:
        then = self.store.day_at(on, data.draw(st.integers(1, self.yard.day(on).revision)))
        self.change(lambda uow: moments.take_back(uow, then))

    @rule()
    def undo(self) -> None:
        assert (self.store.undo() is not None) == (self.at > 0)
        self.at = max(0, self.at - 1)

    @rule()
    def redo(self) -> None:
        before_last = self.at < len(self.removed) - 1
        assert (self.store.redo() is not None) == before_last
        self.at += before_last

    @rule()
    def undo_then_redo(self) -> None:
        before = self.days()
        if self.store.undo():
            self.store.redo()
        assert [same_moment(day) for day in self.days()] == [same_moment(day) for day in before]

    @rule()
    def restart(self) -> None:
        before = self.days()
        self.store.close()
        self.store = self.yard.store = open_store(Path(self.folder.name), clock=Clock())
        assert self.days() == before

    @invariant()
    def every_open_order_is_in_one_route_or_in_the_pool(self) -> None:
        there = []
        for day in self.days():
            planned = [i for route in day.plan.routes for i in route.order_ids]
            waiting = [o.id for o in day.orders.values() if o.id not in planned and o.state is OrderState.OPEN]
            assert len(planned) == len(set(planned))
            assert set(planned) <= day.orders.keys()
            assert sorted(day.unplanned) == sorted(waiting)
            assert set(day.loaded) <= day.orders.keys()
            assert set(day.loaded.values()) <= day.shifts.keys()
            there += day.orders
        assert len(there) == len(set(there))
        assert set(there) == self.everyone - self.removed[self.at]


def same_moment(day: Day) -> Day:
    """The day without the storage's counter."""
    return replace(day, plan=replace(day.plan, revision=0))


Dispatching.TestCase.settings = settings(
    max_examples=examples(15),
    stateful_step_count=25,
    deadline=None,
    phases=set(Phase) - {Phase.explain},  # tracing every line of SQLAlchemy takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
TestDispatching = pytest.mark.timeout(3_600)(Dispatching.TestCase)  # for shrinking, or when many are asked for
