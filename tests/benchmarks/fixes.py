"""How long it takes to find what would mend one stop, and to say why it needs mending.

On a made-up day of 5,000 stops and 60 drivers, roads being great circles: for stops that are late in a plan dealt out
by direction alone, and for one more order on a day whose drivers are all full. The processor's own time stands beside
the wall's, for machines that others use too.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.services.fixes import fixes_for, why
from dispatcher.services.planning import PlanningDesk
from tests.benchmarks.verdict import _fitted, _GreatCircles, _sectors
from tests.fixtures.days import make_day, with_plan

ORDERS, DRIVERS, ASKED = 5_000, 60, 12
GOAL_MS = 1_000.0


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal."""
    day = make_day(ORDERS, DRIVERS, 3, windows=0.3, collections=0.05)
    desk = PlanningDesk(_GreatCircles())  # type: ignore[arg-type]
    sectors = _sectors(day)
    yield from _figures(desk, with_plan(day, sectors), "late stops")
    sound = _fitted(desk.problem(day), sectors)
    limits = {day.shifts[s].driver_id: len(sequence) - 1 for s, sequence in sound.items()}
    drivers = {d: replace(driver, max_stops=limits[d]) for d, driver in day.drivers.items()}
    full = {s: sequence[:-1] for s, sequence in sound.items()}
    yield from _figures(desk, with_plan(replace(day, drivers=drivers), full), "orders too many")
    desk.close()


def _figures(desk: PlanningDesk, day: Day, which: str) -> Iterator[dict[str, object]]:
    schedule = desk.look(day, why=False).schedule
    late = [stop.order_id for times in schedule.routes.values() for stop in times.stops if stop.late_s]
    asked = random.Random(7).sample(late or list(day.unplanned), ASKED)
    found = list[int]()
    yield _figure(f"fixes for one of the {which}, slowest", asked, lambda o: found.append(len(fixes_for(desk, day, o))))
    yield {
        "name": f"fixes found for one of the {which}, fewest", "value": min(found), "unit": "",
        "goal": None, "ok": None, "on": f"{ORDERS:,} stops, {DRIVERS} drivers",
    }  # fmt: skip
    yield _figure(f"why, for one of the {which}, slowest", asked, lambda o: why(desk, day, o))


def _figure(name: str, asked: Sequence[OrderId], ask: Callable[[OrderId], object]) -> dict[str, object]:
    spent = sorted(_timed(ask, order_id) for order_id in asked)
    wall_ms, processor_ms = spent[-1]
    on = f"{ORDERS:,} stops, {DRIVERS} drivers; {processor_ms:.0f} ms of processor"
    return {
        "name": name,
        "value": round(wall_ms),
        "unit": "ms",
        "goal": GOAL_MS,
        "ok": wall_ms <= GOAL_MS,
        "on": on,
    }


def _timed(ask: Callable[[OrderId], object], order_id: OrderId) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.thread_time()
    ask(order_id)
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - processor) * 1000
