"""Whatever the hand does in whatever order: no order is lost or doubled, and undo and redo retrace it exactly."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from db.opening import open_store
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.region.straight import StraightLine
from dispatcher.services import orders, plan
from dispatcher.services.plan import Proposal, sequences_of
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import UnitOfWork
from tests.fixtures import days
from tests.unit.services.conftest import keep, small_day

chosen = st.lists(st.integers(0, 11), min_size=1, max_size=4, unique=True)
shift = st.integers(0, 2)


def content(day: Day) -> tuple[object, ...]:
    """What undo must bring back: versions count on."""
    told = {o.id: (o.state, o.address.place) for o in day.orders.values()}
    return tuple(route.stops for route in day.plan.routes), tuple(day.shifts), told


class Dispatching(RuleBasedStateMachine):
    """A real store, and what the day was after each step that can be undone."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self._open()
        day = small_day()
        self.store.write("Fill", lambda uow: keep(uow, day))
        self.ids, self.shifts = list(day.orders), list(day.shifts)
        self.desk = PlanningDesk(StraightLine())
        self.behind: list[tuple[object, ...]] = []
        self.ahead: list[tuple[object, ...]] = []
        self.kept: Proposal | None = None

    def _open(self) -> None:
        self.store = open_store(Path(self.folder.name) / "depot.db", clock=lambda: datetime.now(UTC))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.store.close()
            self.folder.cleanup()

    def day(self) -> Day:
        return self.store.read(lambda r: r.day(days.DATE))

    def change(self, run: Callable[[UnitOfWork], object]) -> None:
        before = content(self.day())
        if not self.store.write("Change", run).changes.empty:
            self.behind.append(before)
            self.ahead.clear()

    def some(self, numbers: list[int]) -> list[OrderId]:
        return [self.ids[n] for n in numbers]

    def target(self, number: int) -> ShiftId:
        there = list(self.day().shifts)
        return there[number % len(there)]

    @rule(numbers=chosen, to=shift, index=st.none() | st.integers(0, 12), hold=st.booleans())
    def move(self, numbers: list[int], to: int, index: int | None, hold: bool) -> None:
        ids, shift_id = self.some(numbers), self.target(to)
        self.change(lambda uow: plan.move_orders(uow, order_ids=ids, to_shift=shift_id, index=index, hold=hold))
        route = sequences_of(self.day())[shift_id]
        at = route.index(ids[0])
        assert list(route[at : at + len(ids)]) == ids

    @rule(numbers=chosen)
    def unassign(self, numbers: list[int]) -> None:
        self.change(lambda uow: plan.unassign(uow, order_ids=self.some(numbers)))

    @rule(numbers=chosen, held=st.booleans())
    def hold(self, numbers: list[int], held: bool) -> None:
        self.change(lambda uow: plan.hold_orders(uow, order_ids=self.some(numbers), held=held))

    @rule(numbers=chosen)
    def cancel(self, numbers: list[int]) -> None:
        self.change(lambda uow: orders.cancel_orders(uow, order_ids=self.some(numbers)))

    @rule(numbers=chosen)
    def reopen(self, numbers: list[int]) -> None:
        self.change(lambda uow: orders.reopen_orders(uow, order_ids=self.some(numbers)))

    @rule(number=st.integers(0, 11), lat=st.floats(50.7, 50.8))
    def pin(self, number: int, lat: float) -> None:
        self.change(lambda uow: orders.set_pin(uow, order_id=self.ids[number], place=Place(lat, 6.08)))

    @rule()
    def clear(self) -> None:
        self.change(lambda uow: plan.clear_routes(uow, on=days.DATE))

    @rule(number=shift)
    def end_a_shift(self, number: int) -> None:
        if len(self.day().shifts) > 1:
            self.change(lambda uow: uow.remove_shift(self.target(number)))

    @rule(to=shift)
    def insert_and_take_over(self, to: int) -> None:
        day = self.day()
        proposal = self.desk.insert(day, day.unplanned[:3], to_shift=self.target(to))
        self.change(lambda uow: plan.apply_proposal(uow, proposal))

    @rule()
    def propose(self) -> None:
        """A plan that turns every round around and deals the pool out, to be taken over later, when much has moved."""
        day = self.day()
        after = {shift_id: list(sequence)[::-1] for shift_id, sequence in sequences_of(day).items()}
        for n, order_id in enumerate(day.unplanned):
            after[list(after)[n % len(after)]].append(order_id)
        self.kept = Proposal(day.date, day.revision, sequences_of(day), after)

    @rule()
    def take_over(self) -> None:
        if self.kept:
            proposal, self.kept = self.kept, None
            self.change(lambda uow: plan.apply_proposal(uow, proposal))

    @rule()
    def undo(self) -> None:
        before = content(self.day())
        if len(self.behind) and self.store.undo():
            assert content(self.day()) == self.behind.pop()
            self.ahead.append(before)

    @rule()
    def redo(self) -> None:
        before = content(self.day())
        done = self.store.redo()
        assert (done is not None) == bool(self.ahead)
        if done:
            assert content(self.day()) == self.ahead.pop()
            self.behind.append(before)

    @rule()
    def restart(self) -> None:
        before = self.day()
        self.store.close()
        self._open()
        assert self.day() == before

    @invariant()
    def no_order_is_lost_or_doubled(self) -> None:
        if not hasattr(self, "folder"):
            return
        day = self.day()
        planned = [order_id for sequence in sequences_of(day).values() for order_id in sequence]
        # A cancelled order that somebody puts into a round again stands there; else it is in no list
        aside = [o.id for o in day.orders.values() if o.state is OrderState.CANCELLED and o.id not in planned]
        assert sorted([*planned, *day.unplanned, *aside]) == sorted(self.ids)


TestDispatching = Dispatching.TestCase
TestDispatching.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
