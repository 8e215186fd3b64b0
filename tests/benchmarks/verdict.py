"""How fast the verdict is while stops are in the hand: all drivers for one stop and for twenty, and one hovered place.

On a made-up day of 5,000 stops and 60 drivers whose plan breaks no rule, roads being great circles; once more where
every driver has a break; and once where the stops were dealt out by their direction alone, so that most rounds are
late. Every drag begins anew, so preparing is part of it; `ROUNDHOUSE_BENCH_DRAGS` says how many (200). The processor's
own time stands beside the wall's, for machines that others use too.
"""

import math
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import time as clock_time
from datetime import timedelta

from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import TravelTable
from dispatcher.domain.time import TimeWindow
from dispatcher.planning.insertion import insert_fitting
from dispatcher.planning.problem import Problem
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.verdict import InHand
from tests.fixtures.days import haversine_table, make_day, with_plan

ORDERS, DRIVERS, MANY = 5_000, 60, 20
BREAK_S = 1_800
_DRAGS = int(os.environ.get("ROUNDHOUSE_BENCH_DRAGS", "200"))

type Routes = dict[ShiftId, list[OrderId]]
type Spent = tuple[float, float]
"""Wall and processor, milliseconds."""


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal."""
    day = make_day(ORDERS, DRIVERS, 3, windows=0.3, collections=0.05)
    desk = PlanningDesk(_GreatCircles())  # type: ignore[arg-type]
    sectors = _sectors(day)
    sound = _fitted(desk.problem(day), sectors)
    on = f"{ORDERS:,} stops, {DRIVERS} drivers"
    yield from _figures(desk, with_plan(day, sound), on, (16.0, 50.0, 4.0))
    pause = {"break_s": BREAK_S, "break_from": clock_time(11), "break_until": clock_time(13)}
    resting = replace(day, drivers={d: replace(driver, **pause) for d, driver in day.drivers.items()})
    rested = _fitted(desk.problem(_sooner(day, BREAK_S)), sectors)
    yield from _figures(desk, with_plan(resting, rested), f"{on}, each with a break", (16.0, 50.0, 4.0))
    yield from _figures(desk, with_plan(day, sectors), f"{on}, most rounds late", (None, None, None))
    desk.close()


def _figures(desk: PlanningDesk, day: Day, on: str, goals: Sequence[float | None]) -> Iterator[dict[str, object]]:
    rng, ids, shifts = random.Random(5), list(day.orders), list(day.shifts)
    hands = [[order_id] for order_id in rng.sample(ids, _DRAGS)]
    full = [rng.sample(ids, MANY) for _ in range(_DRAGS)]
    desk.look(day, why=False)
    InHand(desk, day, hands[0]).all()

    def drag(order_ids: list[OrderId]) -> Callable[[], object]:
        return lambda: InHand(desk, day, order_ids).all()

    def hover(order_ids: list[OrderId]) -> Callable[[], object]:
        hand, shift_id, index = InHand(desk, day, order_ids), rng.choice(shifts), rng.randrange(80)
        return lambda: hand.at(shift_id, index)

    yield from _figure("verdict of all drivers, one stop", map(drag, hands), goals[0], on)
    yield from _figure(f"verdict of all drivers, {MANY} stops", map(drag, full), goals[1], on)
    yield from _figure("verdict at a hovered place", map(hover, hands), goals[2], on)


def _figure(
    name: str, tasks: Iterator[Callable[[], object]], goal: float | None, on: str
) -> Iterator[dict[str, object]]:
    spent = [_timed(task) for task in tasks]
    for share, target in ((0.5, None), (0.95, goal)):
        wall, cpu = (sorted(column)[math.ceil(share * len(spent)) - 1] for column in zip(*spent, strict=True))
        yield {
            "name": f"{name}, p{share * 100:.0f}",
            "value": round(wall, 2),
            "unit": "ms",
            "goal": target,
            "ok": None if target is None else wall <= target,
            "on": f"{on}; {cpu:.1f} ms of processor",
        }


def _timed(task: Callable[[], object]) -> Spent:
    wall, cpu = time.perf_counter(), time.thread_time()
    task()
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000


def _sectors(day: Day) -> Routes:
    """As many stops for each driver, by their direction from the depot."""
    middle = day.depot.place

    def direction(order_id: OrderId) -> float:
        place = day.orders[order_id].address.place or middle
        return math.atan2(place.lat - middle.lat, place.lon - middle.lon)

    ids, n = sorted(day.orders, key=direction), len(day.shifts)
    return {s: ids[i * len(ids) // n : (i + 1) * len(ids) // n] for i, s in enumerate(day.shifts)}


def _fitted(problem: Problem, sectors: Routes) -> Routes:
    """The same stops where they fit: each round by itself, tightest first; then the rest where there is room."""
    found, left = dict[ShiftId, list[OrderId]](), list[OrderId]()
    for shift_id, order_ids in sectors.items():
        tightest = sorted(order_ids, key=lambda o: problem.visits[o].closes_s or math.inf)
        fitted, over = insert_fitting(problem, {shift_id: ()}, tightest)
        found |= fitted
        left += over
    return insert_fitting(problem, found, left)[0]


def _sooner(day: Day, seconds: int) -> Day:
    """The day with windows that close so much earlier: a plan for it has time to spare."""

    def closed(window: TimeWindow) -> TimeWindow:
        return replace(window, closes_at=window.closes_at - timedelta(seconds=seconds))

    orders = {o.id: replace(o, windows=tuple(map(closed, o.windows))) for o in day.orders.values()}
    return replace(day, orders=orders)


class _GreatCircles:
    """Roads as the crow flies, with a detour."""

    name, straight = "great circles", True

    def table(self, places: Sequence[Place], profile: Profile, *_: object) -> TravelTable:
        return haversine_table(places, profile)
