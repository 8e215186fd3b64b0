"""A history for a depot for practice: past working days, planned by the real planner and driven by made-up drivers.

Days are made one after the other, each whole: orders and plan by units of work, then the road as the gateway would have
written it. What drivers do is `history_driving`'s affair, by the laws of `history_truth`; customers are of
`history_people`; what the logbook gets is `history_writing`'s.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import orjson

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import new_id
from dispatcher.domain.progress import Progress
from dispatcher.domain.slots import Area, AreaId, Blackout, RuleId, SlotRule
from dispatcher.domain.time import at_local
from dispatcher.services import slots_catalogue
from dispatcher.services.gateway_process import write_whole
from dispatcher.services.logbook import Logbook, LogbookWriter
from dispatcher.services.simulating import require_practice
from dispatcher.services.workplace import Workplace
from dispatcher.simulation.history_day import Calendar, Ground, Moment, Tally, Truths, Wish, make_day
from dispatcher.simulation.history_people import houses_around, population
from dispatcher.simulation.history_truth import Customer, Truth, deal_people
from dispatcher.simulation.history_writing import pair, put_away

TRUTH = "history-truth.json"
HOLIDAYS = ((1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26))
"""Months and days on which nothing is delivered."""
MOST_DAYS = 400
FEW = 5
"""Days from which on there is a holiday, a day without drivers, and a substitute."""
FILLED = 0.86
"""Orders of a usual day over the stops that its drivers can make."""
USUAL_STOPS = 20
SLOTS = (8, 10, 12, 14)
SLOT_H = 2
SLOT_SHARE = 0.14
"""Places in one slot over the orders of a usual day."""


def calendar(last: date, days: int) -> Calendar:
    """So many working days up to a date. Holidays are none; where the span has none of `HOLIDAYS`, one is made up."""
    found: list[date] = []
    holidays: list[date] = []
    on = last
    while len(found) < days:
        if (on.month, on.day) in HOLIDAYS and on.weekday() < 5:
            holidays.append(on)
        elif on.weekday() < 5:
            found.append(on)
        on -= timedelta(days=1)
    found.reverse()
    if days < FEW:
        return Calendar(tuple(found), tuple(reversed(holidays)))
    if not holidays:
        holidays = [found.pop(days // 2)]
        found.insert(0, _working_before(found[0]))
    idle, substituted = found[days * 2 // 3], found[days // 3]
    return Calendar(tuple(found), tuple(reversed(holidays)), idle, substituted)


def _working_before(on: date) -> date:
    before = on - timedelta(days=1)
    while before.weekday() >= 5 or (before.month, before.day) in HOLIDAYS:
        before -= timedelta(days=1)
    return before


def make(workplace: Workplace, clock: Moment, wish: Wish, progress: Progress) -> dict[str, Any]:
    """Make a history; says what was made. A day that has orders already is left alone.

    `clock` is the workplace's; it is moved from day to day, and put back. A `progress` that is cancelled ends it after
    the day under way. Raises `KnownError` in a depot that is none for practice.
    """
    depot = workplace.depot
    require_practice(depot)
    if workplace.live is None or workplace.what_if is not None:
        raise KnownError("This is a copy to try things out in: nothing happens in it.", "Go back to the depot.")
    if not 1 <= wish.days <= MOST_DAYS:
        raise BadInput(f"A history has 1 to {MOST_DAYS} days, not {wish.days}.", "Choose fewer days.")
    now = clock()
    last = wish.last or now.astimezone(depot.zone).date() - timedelta(days=1)
    if last >= now.astimezone(depot.zone).date():
        raise BadInput(f"{last:%d %B %Y} is not past.", "A history ends yesterday at the latest.")
    progress.report(0.0, "Looking for houses")
    dates = calendar(last, wish.days)
    taken = _taken(workplace, workplace.live.logbook, dates)
    due = [on for on in dates.dates if on not in taken]
    tally, stopped = Tally(), False
    if due:
        try:
            ground = _ground(workplace, workplace.live.logbook, clock, wish, dates, due[0])
            stopped = _make_days(ground, due, tally, progress)
        finally:
            clock.now = now
    return {
        "depot": workplace.slug,
        "seed": wish.seed,
        "first": dates.dates[0].isoformat(),
        "last": dates.dates[-1].isoformat(),
        **asdict(tally),
        "left_alone": len(taken),
        "stopped": stopped,
        "truth": str(_truth_file(workplace)),
    }


def _make_days(ground: Ground, due: Sequence[date], tally: Tally, progress: Progress) -> bool:
    """Make them in turn; whether that was stopped before the last."""
    seen = Truths()
    try:
        for n, on in enumerate(due):
            if progress.cancelled():
                return True
            progress.report(n / len(due), f"{on:%a %d %b %Y}")
            make_day(ground, on, tally, seen)
    finally:
        _write_truth(ground, seen)
        put_away(ground.logbook, ground.devices.values(), ground.clock())
    progress.report(1.0, "Made")
    return False


def _taken(workplace: Workplace, logbook: Logbook, wanted: Calendar) -> frozenset[date]:
    """Days that have orders or drivers, or that lie before what the chain of proofs has already."""
    head, read = logbook.read(lambda book: book.head()), workplace.store.read
    told = date.fromisoformat(head.on) if head and head.on else date.min
    new = {order.date for order in read(lambda r: r.orders_of(wanted.dates)) if order.attempt == 1}
    staffed = read(lambda reader: {on for on in wanted.dates if reader.shifts_of(on)})
    return frozenset(on for on in wanted.dates if on <= told or on in new or on in staffed)


# --- before the first day -----------------------------------------------------------------------------------------


def _ground(workplace: Workplace, logbook: Logbook, clock: Moment, wish: Wish, dates: Calendar, first: date) -> Ground:
    depot, seed = workplace.depot, wish.seed
    clock.now = at_local(first - timedelta(days=2), time(9), depot.zone)
    drivers = [d for d in workplace.store.read(lambda r: r.drivers()) if d.active and d.vehicle_id]
    if not drivers:
        raise KnownError(f"{depot.name} has no drivers with vehicles.", "Add some under Fleet first.")
    usual = wish.orders or int(FILLED * sum(d.max_stops or USUAL_STOPS for d in drivers))
    reverse = workplace.geocoder.reverse if workplace.geocoder else None
    houses = houses_around(depot.place, reverse, max(20, wish.customers // 3), seed)
    if not houses:
        raise KnownError("No houses are known around the depot.", "Choose a region whose address index has some.")
    people = deal_people(seed, [driver.name for driver in drivers])
    truth = Truth(seed, depot.place, people={driver.id: people[driver.name] for driver in drivers})
    customers = population(houses, seed, wish.customers)
    rules = logbook.write(lambda book: _catalogue(book, usual, dates.holidays))
    devices = pair(logbook, [driver.id for driver in drivers], clock())
    ground = Ground(workplace, logbook, clock, wish, dates, depot, drivers, customers, rules, truth, usual, devices)
    driven = {(visit["driver"], visit["on"]) for visit in _earlier(_truth_file(workplace), seed).visits}
    ground.worked.update(driver for driver, _ in driven)
    return ground


def _catalogue(writer: LogbookWriter, usual: int, holidays: Sequence[date]) -> list[SlotRule]:
    """The depot's slots; where it has none, four of two hours on working days."""
    if not writer.slot_book().areas:
        area, most = Area(AreaId(new_id()), "Whole region"), max(2, round(SLOT_SHARE * usual))
        slots_catalogue.put_area(writer, area)
        for hour in SLOTS:
            rule = SlotRule(RuleId(new_id()), area.id, time(hour), time(hour + SLOT_H), most_orders=most)
            slots_catalogue.put_rule(writer, rule)
    for holiday in holidays:
        writer.put_blackout(Blackout(holiday, None, "Public holiday"))
    return list(writer.slot_book().rules.values())


# --- the truth ----------------------------------------------------------------------------------------------------


def _truth_file(workplace: Workplace) -> Path:
    return workplace.home.database(workplace.slug).parent / TRUTH


def _write_truth(ground: Ground, seen: Truths) -> None:
    """Beside the databases: the laws, whom they were applied to, and what chance made of each visit."""
    file, truth = _truth_file(ground.workplace), ground.truth
    before = _earlier(file, truth.seed)
    told = {
        **truth.told(),
        "dates": asdict(ground.calendar),
        "drivers": {driver.id: driver.name for driver in ground.drivers},
        "customers": [_told(customer, truth) for customer in ground.customers],
        "visits": [*before.visits, *seen.visits],
        "legs": [*before.legs, *seen.legs],
    }
    write_whole(file, orjson.dumps(told))


def _told(customer: Customer, truth: Truth) -> dict[str, Any]:
    told = {name: getattr(customer, name) for name in ("n", "name", "line", "kind", "building", "floor", "lift")}
    return {**told, "building_factor": round(truth.building(customer.building), 4)}


def _earlier(file: Path, seed: int) -> Truths:
    """What was true of days that were made before, by the same laws."""
    try:
        known = orjson.loads(file.read_bytes())
        return Truths(known["visits"], known["legs"]) if known["seed"] == seed else Truths()
    except (OSError, ValueError, KeyError, TypeError):
        return Truths()
