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
from tests.fixtures.days import problem_of, tables, window, with_plan
from tests.unit.planning.plain_judge import PlainJudge
from tests.unit.planning.strategies import ODD, days, scattered

KINDS = ("breaks", "breaks", "reloads", "pairs", "waits", "lost", "crowded", "windows", "short")
CAPACITIES = (Load(900, 8000, 200), Load(60, 500, 8), Load(25, 200, 4))


@st.composite
def problems(draw: st.DrawFn, *, most_orders: int = 14) -> Problem:
    """A planned day as a problem; each special thing occurs in some of them and in all mixtures."""
    day = draw(days(most_orders=most_orders, planned=True, odd=draw(st.sampled_from(((), tuple(ODD))))))
    rng = random.Random(draw(st.integers(0, 10_000)))
    kinds = draw(
        st.sets(st.sampled_from(("breaks", "reloads", "pairs", "waits", "lost", "crowded", "windows", "short")))
    )
    if "reloads" in kinds:
        day = _reloading(day, rng)
    if "short" in kinds:
        longest = {d: rng.choice((1200, 2400, 4800)) for d in day.drivers}
        day = replace(day, drivers={d: replace(v, max_duration_s=longest[d]) for d, v in day.drivers.items()})
    if kinds & {"windows", "short"}:
        day = replace(day, orders={o: _rewindowed(order, rng) for o, order in day.orders.items()})
    if "pairs" in kinds:
        day = replace(day, orders=_paired(day, rng))
    if "waits" in kinds:
        day = replace(day, depot=replace(day.depot, max_wait_s=rng.choice((0, 300, 1800))))
    if "crowded" in kinds:
        day = with_plan(day, scattered(replace(day, shifts=dict(list(day.shifts.items())[:1])), rng))
    if "breaks" in kinds:
        day = _resting(day, rng)
    roads = tables(day)
    return Problem.of(day, {p: _torn(table, rng) for p, table in roads.items()} if "lost" in kinds else roads)


def _resting(day: Day, rng: random.Random) -> Day:
    """With breaks about the moments at which something happens in the rounds."""
    p, drivers = problem_of(day), dict(day.drivers)
    for shift_id, sequence in p.planned.items():
        drive = PlainJudge(p, shift_id).judge(sequence).drive
        moments = rng.choice(([drive.free[-1]], [drive.returns], drive.free, drive.arrives or [0], drive.begins or [0]))
        minute = rng.choice(moments) // 60 + rng.choice((-15, -2, 0, 0, 1, 10))
        until = minute + rng.choice((0, 0, 5, 20, 90))
        driver_id = p.rounds[shift_id].driver_id
        drivers[driver_id] = replace(
            drivers[driver_id],
            break_s=rng.choice((0, 300, 1800, 2700)),
            break_from=rng.choice((None, _clock(minute), _clock(minute))),
            break_until=rng.choice((None, _clock(until), _clock(until), _clock(until))),
        )
    return replace(day, drivers=drivers)


def _clock(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


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


def candidates(problem, rng):
    """The plan's rounds, and each with a stop put in, taken out, or everything shuffled."""
    found = list(problem.planned.items())
    ids = list(problem.visits)
    for shift_id, sequence in problem.planned.items():
        loose = [o for o in ids if o not in sequence]
        if loose:
            place = rng.randrange(len(sequence) + 1)
            found.append((shift_id, [*sequence[:place], rng.choice(loose), *sequence[place:]]))
        found.append((shift_id, rng.sample(sequence, len(sequence))))
        found.append((shift_id, rng.sample(ids, rng.randint(0, len(ids)))))
    return found
