"""Small random days with everything the judge has a rule for: also breaks, reloads, pairs, waits, lost roads."""

import random
from dataclasses import replace
from datetime import time

import numpy as np
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, Order, OrderKind
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import NO_WAY, TravelTable
from dispatcher.planning.problem import Problem
from tests.fixtures.days import tables, window, with_plan
from tests.unit.planning.strategies import days, scattered

CLOCKS = (None, time(8, 0), time(8, 30), time(9, 0), time(9, 45), time(10, 30), time(11, 15))
CAPACITIES = (Load(900, 8000, 200), Load(60, 500, 8), Load(25, 200, 4))


@st.composite
def problems(draw: st.DrawFn, *, most_orders: int = 14) -> Problem:
    """A planned day as a problem; each special thing occurs in some of them and in all mixtures."""
    day = draw(days(most_orders=most_orders, planned=True))
    rng = random.Random(draw(st.integers(0, 10_000)))
    kinds = draw(st.sets(st.sampled_from(("breaks", "reloads", "pairs", "waits", "lost", "crowded", "windows"))))
    if "breaks" in kinds:
        day = replace(day, drivers={d: _resting(driver, rng) for d, driver in day.drivers.items()})
    if "reloads" in kinds:
        day = _reloading(day, rng)
    if "windows" in kinds:
        day = replace(day, orders={o: _rewindowed(order, rng) for o, order in day.orders.items()})
    if "pairs" in kinds:
        day = replace(day, orders=_paired(day, rng))
    if "waits" in kinds:
        day = replace(day, depot=replace(day.depot, max_wait_s=rng.choice((0, 300, 1800))))
    if "crowded" in kinds:
        day = with_plan(day, scattered(replace(day, shifts=dict(list(day.shifts.items())[:1])), rng))
    roads = tables(day)
    return Problem.of(day, {p: _torn(table, rng) for p, table in roads.items()} if "lost" in kinds else roads)


def _resting(driver, rng):
    starts, until = rng.choice(CLOCKS), rng.choice(CLOCKS)
    if starts and until and until < starts:
        starts, until = until, starts
    return replace(driver, break_s=rng.choice((0, 300, 1800, 2700)), break_from=starts, break_until=until)


def _reloading(day: Day, rng: random.Random) -> Day:
    vehicles = {
        v: replace(vehicle, max_reloads=rng.choice((0, 1, 2, 4)), capacity=rng.choice(CAPACITIES))
        for v, vehicle in day.vehicles.items()
    }
    return replace(day, vehicles=vehicles, depot=replace(day.depot, reload_s=rng.choice((0, 600, 900))))


def _rewindowed(order: Order, rng: random.Random) -> Order:
    hours = sorted(rng.sample(range(16, 36), 2 * rng.randint(0, 3)))
    clocks = [f"{hour // 2:02d}:{hour % 2 * 30:02d}" for hour in hours]
    return replace(order, windows=tuple(window(a, b) for a, b in zip(clocks[::2], clocks[1::2], strict=True)))


def _paired(day: Day, rng: random.Random) -> dict[OrderId, Order]:
    collections = [o.id for o in day.orders.values() if o.kind is OrderKind.COLLECTION]
    orders = dict(day.orders)
    for order in day.orders.values():
        if not collections and rng.random() < 0.3:
            orders[order.id] = replace(order, kind=OrderKind.COLLECTION)
            collections.append(order.id)
        elif collections and order.kind is OrderKind.DELIVERY and rng.random() < 0.4:
            orders[order.id] = replace(order, pickup_id=rng.choice(collections))
    return orders


def _torn(table: TravelTable, rng: random.Random) -> TravelTable:
    lost = np.random.default_rng(rng.randrange(1000)).random(table.duration_s.shape) < 0.05
    np.fill_diagonal(lost, False)
    return TravelTable(
        np.where(lost, NO_WAY, table.duration_s).astype(np.int32),
        np.where(lost, NO_WAY, table.distance_m).astype(np.int32),
        table.off_road_m,
    )
