"""Small random days with all that binds re-planning: locks, done stops, a freeze line, loaded vans, breaks, reloads,
collections that other orders wait for."""

import random
from dataclasses import replace
from datetime import time

from hypothesis import strategies as st

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, Order, OrderKind
from dispatcher.domain.plan import Day, Plan, Route
from tests.fixtures.days import clock
from tests.unit.planning.strategies import days

ALL = ("locks", "done", "freeze", "loaded", "breaks", "reloads", "pairs")


@st.composite
def bound_days(draw: st.DrawFn, *, planned: bool = True, binding: tuple[str, ...] = ALL, most_orders: int = 12) -> Day:
    """Any day of `strategies.days`, with some of these added."""
    day = draw(days(planned=planned, most_orders=most_orders))
    rng = random.Random(draw(st.integers(0, 10_000)))
    chosen = draw(st.sets(st.sampled_from(binding)))
    for name in sorted(chosen):
        day = _ADDED[name](day, rng)
    return day


def _locks(day: Day, rng: random.Random) -> Day:
    return replace(day, shifts={s: replace(shift, lock=rng.choice(list(Lock))) for s, shift in day.shifts.items()})


def _done(day: Day, rng: random.Random) -> Day:
    def begun(route: Route) -> Route:
        last = rng.randrange(len(route.stops) + 1) // 2
        return replace(route, stops=tuple(replace(stop, done=i < last) for i, stop in enumerate(route.stops)))

    return replace(day, plan=Plan(day.plan.date, day.plan.revision, tuple(begun(r) for r in day.plan.routes)))


def _freeze(day: Day, rng: random.Random) -> Day:
    return replace(day, freeze_at=clock(f"{rng.randrange(7, 12):02d}:{rng.choice((0, 20, 45)):02d}"))


def _loaded(day: Day, rng: random.Random) -> Day:
    goods = {o: rng.choice(list(day.shifts)) for o in day.orders if rng.random() < 0.5}
    return replace(day, loaded=goods, depot=replace(day.depot, handling_s=rng.choice((0, 300, 100_000))))


def _breaks(day: Day, rng: random.Random) -> Day:
    pause = {"break_s": 1800, "break_from": time(rng.choice((8, 9, 11))), "break_until": time(rng.choice((11, 13)))}
    drivers = {d: replace(driver, **pause) if rng.random() < 0.7 else driver for d, driver in day.drivers.items()}
    return replace(day, drivers=drivers)


def _reloads(day: Day, rng: random.Random) -> Day:
    small = {"max_reloads": rng.randrange(1, 4), "capacity": Load(60.0, 300.0, 6)}
    vehicles = {v: replace(vehicle, **small) if rng.random() < 0.7 else vehicle for v, vehicle in day.vehicles.items()}
    return replace(day, vehicles=vehicles)


def _pairs(day: Day, rng: random.Random) -> Day:
    orders = dict(day.orders)
    fetching = [o for o in orders.values() if o.kind is OrderKind.COLLECTION]
    waiting = [o for o in orders.values() if o.kind is OrderKind.DELIVERY]
    rng.shuffle(waiting)
    if len(waiting) > 3:
        fetching.append(replace(waiting.pop(), kind=OrderKind.COLLECTION))
        orders[fetching[-1].id] = fetching[-1]
    for order in waiting[:3]:
        if fetching:
            orders[order.id] = _behind(order, rng.choice(fetching), rng)
    return replace(day, orders=orders)


def _behind(order: Order, fetched: Order, rng: random.Random) -> Order:
    load = fetched.load if rng.random() < 0.8 else order.load
    windows = order.windows if rng.random() < 0.5 else ()
    return replace(order, pickup_id=OrderId(fetched.id), load=load, windows=windows)


_ADDED = {
    "locks": _locks, "done": _done, "freeze": _freeze, "loaded": _loaded,
    "breaks": _breaks, "reloads": _reloads, "pairs": _pairs,
}  # fmt: skip
