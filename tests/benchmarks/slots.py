"""Slots on real roads: offers at the counter, holds by eight clerks, what the shifts can take, many orders at once.

`ROUNDHOUSE_BENCH_SECONDS` (60) is the time that assigning many orders gets, and planning them with free choice.
"""

import os
import random
import time as clocks
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Profile, Shift
from dispatcher.domain.ids import OrderId, ShiftId, new_id
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.slots import Area, AreaId, RuleId, SlotRule
from dispatcher.domain.time import at_local
from dispatcher.planning.judge import weigh
from dispatcher.planning.parts import Planner
from dispatcher.planning.problem import Problem, places_of
from dispatcher.planning.stop import StopRule
from dispatcher.services.home import Home
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.slots import Enquiry, SlotDesk
from dispatcher.services.slots_bulk import together
from dispatcher.services.workplace import Workplace, open_workplace
from tests.benchmarks.aachen_depot import DAY, planned_home
from tests.benchmarks.extracts import extract_of, measured, unmeasured
from tests.benchmarks.road_days import LARGE

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECONDS = float(os.environ.get("ROUNDHOUSE_BENCH_SECONDS", "60"))
DRIVERS, ORDERS, VAN, PLANNED_S = 20, 1_000, LARGE, 30.0
DAYS, CLERKS, HOLDS = 14, 8, 10_000
BULK, BULK_DAYS = 1_000, 5
HOURS = ((8, 10), (10, 12), (12, 14), (14, 16))


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal; every size is the goal's."""
    extract = extract_of("aachen")
    if extract is None:
        yield unmeasured("offers for one address", "s", 1.0, "aachen")
        return
    with planned_home(extract, drivers=DRIVERS, orders=ORDERS, van=VAN, seconds=PLANNED_S) as home:
        with _opened(home) as workplace:
            yield from _offers(workplace)
            yield from _capacity(workplace)
            yield from _holds(workplace)
        with _opened(home) as workplace:
            yield from _bulk(workplace)


@contextmanager
def _opened(home: Home) -> Iterator[Workplace]:
    """The depot at a fixed moment, with a logbook of its own."""
    clock = lambda: NOW
    with TemporaryDirectory() as folder:
        books = lambda _: open_logbook(Path(folder), clock=clock)
        opener = partial(open_store, clock=clock)
        with open_workplace(home, "aachen", open_store=opener, clock=clock, open_logbook=books) as workplace:
            yield workplace


def _catalogue(desk: SlotDesk, most: int | None) -> None:
    area = Area(AreaId("all"), "Aachen")
    desk.put_area(area)
    for n, (opens, closes) in enumerate(HOURS):
        days = frozenset(range(7))
        rule = SlotRule(RuleId(str(n)), area.id, time(opens), time(closes), days, ahead_days=60, most_orders=most)
        desk.put_rule(rule)


# --- offers ---


def _offers(workplace: Workplace) -> Iterator[dict[str, object]]:
    first = workplace.store.read(lambda r: r.day(DAY))
    for n in range(1, DAYS):
        workplace.store.write("Copy the day", partial(_copy, day=first, on=DAY + timedelta(days=n)))
    _catalogue(SlotDesk(workplace), None)
    desk = SlotDesk(workplace)  # that has read nothing
    dice = random.Random(3)
    addresses = [order.address for order in dice.sample(sorted(first.orders.values(), key=lambda o: o.id), 12)]
    took = []
    for address in addresses:
        began = clocks.perf_counter()
        offers = desk.offers(Enquiry(address), days=DAYS + 1)
        took.append(clocks.perf_counter() - began)
    fit = sum(offer.cost is not None for offer in offers)
    on = f"{DAYS} planned days of {ORDERS:,} orders, {len(offers)} slots, {fit} with room"
    yield measured("offers for one address, days read before", sorted(took[1:])[len(took) // 2], "s", 1.0, on)
    yield measured("offers for one address, the slowest of 11", max(took[1:]), "s", 1.0, on)
    yield measured("offers for the first address of all", took[0], "s", 1.0, on)
    shift = next(iter(first.shifts.values()))
    longer = replace(shift, ends_at=shift.ends_at + timedelta(minutes=1))
    workplace.store.write("Lengthen a shift", lambda uow: uow.put_shifts([longer]))
    began = clocks.perf_counter()
    desk.offers(Enquiry(addresses[0]), days=DAYS + 1)
    yield measured("offers for one address after a change", clocks.perf_counter() - began, "s", 1.0, on)


def _copy(uow: UnitOfWork, day: Day, on: date) -> None:
    """The same day, rounds and all, on another date."""
    later = timedelta(days=(on - day.date).days)
    names = {o: OrderId(new_id()) for o in day.orders}
    shifts = {s: ShiftId(new_id()) for s in day.shifts}
    uow.put_shifts(
        replace(x, id=shifts[x.id], date=on, starts_at=x.starts_at + later, ends_at=x.ends_at + later)
        for x in day.shifts.values()
    )
    uow.put_orders(replace(_later(order, later), id=names[order.id], date=on) for order in day.orders.values())
    stops = {route.shift_id: route.stops for route in day.plan.routes}
    uow.set_routes({shifts[s]: [replace(p, order_id=names[p.order_id]) for p in row] for s, row in stops.items()})


def _later(order: Order, later: timedelta) -> Order:
    windows = (replace(w, opens_at=w.opens_at + later, closes_at=w.closes_at + later) for w in order.windows)
    return replace(order, windows=tuple(windows))


# --- capacity ---


def _capacity(workplace: Workplace) -> Iterator[dict[str, object]]:
    began = clocks.perf_counter()
    found = SlotDesk(workplace).suggest_capacity(DAY)
    took = clocks.perf_counter() - began
    on = f"{DRIVERS} drivers: {', '.join(str(s.orders) for s in found.slots)} orders, best: {found.best}"
    yield measured("what the shifts of a date can take", took, "s", 5.0, on)


# --- holds ---


def _holds(workplace: Workplace) -> Iterator[dict[str, object]]:
    desk, most = SlotDesk(workplace), 60
    for rule in desk.book().rules.values():
        desk.put_rule(replace(rule, most_orders=most))
    dates = [DAY + timedelta(days=20 + n) for n in range(10)]
    keys = [(RuleId(str(n)), on) for n in range(len(HOURS)) for on in dates]

    def clerk(seed: int) -> int:
        dice, got = random.Random(seed), 0
        for _ in range(HOLDS // CLERKS):
            got += _held(desk, *dice.choice(keys), f"clerk {seed}")
        return got

    began = clocks.perf_counter()
    with ThreadPoolExecutor(CLERKS) as pool:
        got = sum(pool.map(clerk, range(CLERKS)))
    took = clocks.perf_counter() - began
    slots = [slot for slot in desk.calendar(dates[0], len(dates)) if slot.on in dates]
    over = sum(max(0, slot.orders - most) for slot in slots)
    assert got == sum(slot.orders for slot in slots)
    on = f"{HOLDS:,} tries by {CLERKS} clerks at {len(keys)} slots of {most}; {got:,} got a place, {took:.0f} s"
    yield measured("places oversold", float(over), "places", 0.0, on)


def _held(desk: SlotDesk, rule_id: RuleId, on: date, by: str) -> bool:
    try:
        desk.hold(rule_id, on, by=by)
    except BadInput:
        return False
    return True


# --- many at once ---


def _bulk(workplace: Workplace) -> Iterator[dict[str, object]]:
    """The orders of one day for a week that has drivers and no orders yet."""
    first = date(2027, 1, 4)
    source = workplace.store.read(lambda r: r.day(DAY))
    orders = [replace(o, id=OrderId(new_id()), date=first, windows=()) for o in source.orders.values()][:BULK]
    days = [first + timedelta(days=n) for n in range(BULK_DAYS)]
    shifts = [s for on in days for s in _shifts(source, on)]
    workplace.store.write("A week", lambda uow: (uow.put_shifts(shifts), uow.put_orders(orders)))
    desk = SlotDesk(workplace)
    _catalogue(desk, BULK * 13 // (10 * BULK_DAYS * len(HOURS)))
    began = clocks.perf_counter()
    preview = desk.bulk([order.id for order in orders], first, BULK_DAYS, seconds=SECONDS * 0.9)
    took = clocks.perf_counter() - began
    on = f"{BULK:,} orders, {BULK_DAYS} days of {len(shifts) // BULK_DAYS} drivers, {len(preview.left_out)} left out"
    yield measured("many orders assigned", took, "s", 60.0, on)
    cost, planned = _freely(workplace, orders, days, desk)
    on += f"; {preview.cost:,} against {cost:,} with free choice of day and hour ({planned:,} planned)"
    yield measured("cost against planning with free choice", preview.cost / cost, "ratio", 1.05, on)
    began = clocks.perf_counter()
    change = desk.apply_bulk(preview, by="Anna")
    workplace.store.write(change.label, change.run)
    took, sold = clocks.perf_counter() - began, sum(slot.orders for slot in desk.calendar(first, BULK_DAYS))
    yield measured("a preview applied", took, "s", 5.0, f"{sold:,} places taken")


def _shifts(source: Day, on: date) -> list[Shift]:
    zone = source.depot.zone
    starts, ends = at_local(on, time(7, 30), zone), at_local(on, time(16, 30), zone)
    few = list(source.shifts.values())[: DRIVERS // 4]
    return [replace(s, id=ShiftId(new_id()), date=on, starts_at=starts, ends_at=ends) for s in few]


def _freely(workplace: Workplace, orders: list[Order], days: list[date], desk: SlotDesk) -> tuple[int, int]:
    """The cost of the same orders planned over the same days for as long, by the same search, and how many."""
    read = [workplace.store.read(lambda r, on=on: r.day(on)) for on in days]
    whole = together(read, orders, desk.calendar(days[0], len(days)))
    table = workplace.roads.table(places_of(whole).places, Profile.CAR)
    problem, planner = Problem.of(whole, {Profile.CAR: table}), Planner()
    try:
        found = planner.solve(problem, stop=StopRule(seconds=SECONDS * 0.9), seed=1)
    finally:
        planner.close()
    return weigh(problem, found.sequences).cost, sum(map(len, found.sequences.values()))
