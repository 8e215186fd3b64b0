"""Small random days for the property tests: everything that can bind an order or a shift occurs."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.plan import Day
from tests.fixtures.days import clock, make_day, with_plan

ODD = {
    "forced": lambda day, rng: {"driver_id": rng.choice(list(day.drivers))},
    "skilled": lambda day, rng: {"skills": frozenset({"chilled"})},
    "early": lambda day, rng: {"do_early": True},
    "heavy": lambda day, rng: {"load": Load(kg=700.0, litres=100.0, parcels=1)},
    "homeless": lambda day, rng: {"address": replace(next(iter(day.orders.values())).address, place=None)},
}


@st.composite
def days(draw: st.DrawFn, *, most_orders: int = 14, planned: bool = False, odd: tuple[str, ...] = tuple(ODD)) -> Day:
    """A day of up to `most_orders` orders and three drivers; `planned`: with routes, sensible or not, some held."""
    seed = draw(st.integers(0, 10_000))
    rng = random.Random(seed)
    day = make_day(
        draw(st.integers(0, most_orders)), draw(st.integers(1, 3)), seed, windows=0.6, several_windows=0.4, bicycles=1
    )
    day = replace(day, orders={o.id: _odd(o, day, rng, odd) for o in day.orders.values()})
    day = replace(day, shifts={s: _odd_shift(shift, rng) for s, shift in day.shifts.items()})
    limit = draw(st.sampled_from((None, None, "stops", "duration", "distance")))
    day = replace(day, drivers={d: _limited(driver, limit) for d, driver in day.drivers.items()})
    day = replace(day, drivers={d: _certified(driver, day, rng) for d, driver in day.drivers.items()})
    if planned:
        routes = draw(st.randoms(use_true_random=False).map(lambda r: scattered(day, r)))
        held = [o for sequence in routes.values() for o in sequence if rng.random() < 0.3]
        day = with_plan(day, routes, held)
    return day


def scattered(day: Day, rng: random.Random) -> dict[ShiftId, list[OrderId]]:
    """Most orders dealt out to the shifts without any thought."""
    routes: dict[ShiftId, list[OrderId]] = {shift_id: [] for shift_id in day.shifts}
    for order_id in day.orders:
        if rng.random() < 0.8:
            routes[rng.choice(list(routes))].append(order_id)
    return routes


def _odd(order: Order, day: Day, rng: random.Random, odd: tuple[str, ...]) -> Order:
    if not odd or rng.random() < 0.7:
        return order
    return replace(order, **ODD[rng.choice(odd)](day, rng))


def _odd_shift(shift, rng):
    if rng.random() < 0.3:
        shift = replace(shift, end=None)
    if rng.random() < 0.3:
        shift = replace(shift, ends_at=clock("10:00"))
    return shift


def _limited(driver, limit):
    limits = {"stops": {"max_stops": 3}, "duration": {"max_duration_s": 7200}, "distance": {"max_distance_m": 25_000}}
    return replace(driver, **limits.get(limit, {}))


def _certified(driver, day, rng):
    """Some have what orders need by a certificate: good, run out, or needed to drive at all."""
    if rng.random() < 0.6:
        return driver
    until = day.date + timedelta(days=rng.choice((-400, -1, 0, 30)))
    return replace(driver, certificates=(Certificate("chilled", until, required=rng.random() < 0.3),))
