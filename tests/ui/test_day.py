"""The day between store and views, without a widget: the newest picture wins, and every picture is the store's."""

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import Closure, RoadPath
from dispatcher.region.straight import StraightLine
from dispatcher.services.home import Home
from dispatcher.services.orders import set_pin
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.workplace import Workplace, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, now, open_stores, small_day
from ui.day import DayBoard
from ui.hand import Hand
from ui.runner import Operation, OpRunner
from ui.search import Search

TOMORROW = days.DATE + timedelta(days=1)
PATIENCE_MS = 20_000


class GatedLines(StraightLine):
    """Straight lines that are drawn only while the gate is open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()

    def path(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> RoadPath:
        assert self.gate.wait(PATIENCE_MS / 1000)
        return super().path(places, profile, closures)


class Follower:
    """A day, and what a view that listens to it has by now."""

    def __init__(self, workplace: Workplace, roads: GatedLines) -> None:
        self.workplace, self.roads = workplace, roads
        self.runner = OpRunner(workplace.store)
        self.board = DayBoard(workplace, self.runner)
        self.hand = Hand(self.board, workplace, self.runner)
        self.search = Search(self.board, workplace, self.runner)
        self.told: list[str] = []
        self.lines: dict[ShiftId, RoadPath] = {}
        self.shown: list[Day] = []
        self.faults: list[Exception] = []
        for teller in (self.board, self.hand, self.search):
            teller.told.connect(self.told.append)
        self.board.lines_changed.connect(lambda lines: self.lines.update(lines))
        self.board.outlook_changed.connect(lambda outlook: self.shown.append(outlook.day))
        self.runner.failed.connect(self.faults.append)

    def stored(self) -> Day:
        assert self.board.date is not None
        on = self.board.date
        return self.workplace.store.read(lambda r: r.day(on))

    def route(self, number: int) -> tuple[ShiftId, tuple[OrderId, ...]]:
        route = self.stored().plan.routes[number]
        return route.shift_id, route.order_ids

    def settle(self) -> None:
        self.runner.wait_until_idle(PATIENCE_MS)

    def assert_true(self) -> None:
        """What is shown is what the store has, with its times and its lines."""
        day, desk, outlook = self.stored(), PlanningDesk(self.roads), self.board.outlook
        assert outlook is not None
        assert (outlook.day.orders, outlook.day.shifts) == (day.orders, day.shifts)
        assert outlook.day.plan.routes == day.plan.routes
        assert outlook.schedule == desk.look(day).schedule
        for shift_id in day.shifts:
            assert self.lines.get(shift_id, RoadPath((), 0, 0)) == desk.line(day, shift_id), shift_id


@pytest.fixture
def follower(tmp_path: Path, qtbot: QtBot) -> Iterator[Follower]:
    """Open on the small day; the day after has three orders and nobody on duty."""
    home, roads, day = Home(tmp_path / "home"), GatedLines(), small_day()
    again = [replace(o, id=OrderId(f"{o.id}-again"), date=TOMORROW, windows=()) for o in day.orders.values()]
    home.database("depot").parent.mkdir(parents=True)
    with closing(open_stores(home.database("depot"))) as store:
        # Together with the founding of the depot: before that, undo does not go
        store.write("Found", lambda uow: (keep(uow, day), uow.put_orders(again[:3])))
    with open_workplace(home, "depot", open_store=open_stores, clock=now) as opened:
        workplace = replace(opened, roads=roads, desk=PlanningDesk(roads))
        made = Follower(workplace, roads)
        made.board.open(days.DATE)
        made.settle()
        yield made
        roads.gate.set()
        made.runner.shutdown()
        workplace.desk.close()


def test_a_day_is_shown_with_its_times_and_lines(follower: Follower) -> None:
    follower.assert_true()
    assert len(follower.lines) == 3


def test_of_days_opened_at_once_the_last_is_shown_alone(follower: Follower) -> None:
    follower.shown.clear()
    follower.board.open(TOMORROW)
    follower.board.open(days.DATE)
    follower.board.open(TOMORROW)
    follower.settle()
    assert [day.date for day in follower.shown] == [TOMORROW]
    follower.assert_true()


def test_lines_of_a_plan_that_was_taken_back_are_not_drawn(follower: Follower, qtbot: QtBot) -> None:
    (giving, stops), (taking, _) = follower.route(0), follower.route(1)
    before = dict(follower.lines)
    follower.roads.gate.clear()
    with qtbot.waitSignal(follower.board.outlook_changed, timeout=PATIENCE_MS):
        follower.hand.move(stops[:1], taking, 0)
    is_back = lambda: follower.shown[-1].plan.routes[0].order_ids == stops
    follower.hand.undo()
    qtbot.waitUntil(is_back, timeout=PATIENCE_MS)
    follower.roads.gate.set()
    follower.settle()
    assert follower.route(0) == (giving, stops)
    follower.assert_true()
    assert follower.lines == before


def test_lines_of_another_day_are_not_drawn(follower: Follower, qtbot: QtBot) -> None:
    (_, stops), (taking, _) = follower.route(0), follower.route(1)
    follower.roads.gate.clear()
    with qtbot.waitSignal(follower.board.outlook_changed, timeout=PATIENCE_MS):
        follower.hand.move(stops[:1], taking, 0)
    with qtbot.waitSignal(follower.board.outlook_changed, timeout=PATIENCE_MS):
        follower.board.open(TOMORROW)
    follower.lines.clear()
    follower.roads.gate.set()
    follower.settle()
    assert follower.lines == {}
    follower.board.open(days.DATE)
    follower.settle()
    follower.assert_true()


def test_a_changed_order_is_read_again_a_moved_stop_alone_is_not(follower: Follower) -> None:
    before = follower.shown[-1]
    shift_id, stops = follower.route(0)
    follower.hand.move(stops[:1], shift_id, 3)
    follower.settle()
    assert follower.shown[-1].orders is before.orders
    pin = Operation("Pin", lambda uow: set_pin(uow, order_id=stops[0], place=Place(50.79, 6.1)))
    follower.runner.submit(pin)
    follower.settle()
    assert follower.shown[-1].orders[stops[0]].address.place == Place(50.79, 6.1)
    follower.assert_true()


def test_what_happens_on_another_day_is_nothing_to_this_one(follower: Follower) -> None:
    follower.shown.clear()
    other = OrderId("order-00000-again")
    follower.runner.submit(Operation("Pin", lambda uow: set_pin(uow, order_id=other, place=Place(50.79, 6.1))))
    follower.settle()
    assert follower.shown == []


def test_what_cannot_be_done_is_said(follower: Follower) -> None:
    follower.hand.staff()
    follower.settle()
    assert "Nobody else has a usual vehicle" in follower.told[-1]
    follower.board.open(TOMORROW)
    follower.settle()
    revision = follower.stored().revision
    follower.hand.insert(follower.stored().unplanned)
    assert "No driver is on duty" in follower.told[-1]
    follower.search.start(1.0)
    follower.settle()
    assert "No driver is on duty" in str(follower.faults[-1])
    assert not follower.search.running
    assert follower.stored().revision == revision


def test_nothing_asked_is_nothing_done(follower: Follower) -> None:
    revision, shift_id = follower.stored().revision, follower.route(0)[0]
    follower.hand.move([], shift_id)
    follower.hand.unassign([])
    follower.hand.unassign(follower.stored().unplanned)
    follower.hand.hold([], True)
    follower.hand.cancel_orders([])
    follower.hand.insert([])
    follower.hand.resequence([])
    follower.settle()
    assert follower.stored().revision == revision


@pytest.mark.parametrize("seed", range(8))
def test_gestures_in_haste_end_in_what_the_store_has(follower: Follower, seed: int) -> None:
    """Nobody waits for an answer before the next gesture; in the end every picture is true and no order is lost."""
    rng, ids = random.Random(seed), list(follower.stored().orders)
    shifts = list(follower.stored().shifts)
    board, hand = follower.board, follower.hand
    some = lambda: rng.sample(ids, rng.randint(1, 3))
    gestures = (
        lambda: hand.move(some(), rng.choice(shifts), rng.choice([None, 0, 2, 9])),
        lambda: hand.move_between(some(), rng.choice(shifts), rng.choice([None, *ids])),
        lambda: hand.unassign(some()),
        lambda: hand.hold(some(), rng.random() < 0.5),
        lambda: hand.insert(some()),
        lambda: hand.resequence([rng.choice(shifts)]),
        lambda: hand.undo(),
        lambda: hand.redo(),
        lambda: board.refresh(),
    )
    for _ in range(14):
        rng.choice(gestures)()
        if rng.random() < 0.3:
            follower.settle()
    follower.settle()
    assert follower.faults == []
    day = follower.stored()
    planned = [order_id for route in day.plan.routes for order_id in route.order_ids]
    assert sorted([*planned, *day.unplanned]) == sorted(ids)
    follower.assert_true()
