"""What the shifts of a date can do in its slots: measured on real roads between a few known doors of each area.

Doors, service times and loads are those of the depot's orders of the last weeks and of the date itself. Ways between
doors get shorter the more doors there are: by the root of their number (Beardwood, Halton & Hammersley 1959).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.fleet import Profile
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.domain.roads import NO_WAY, obeyed
from dispatcher.domain.slots import Area, AreaId, Slot
from dispatcher.domain.time import seconds_after
from dispatcher.services.slots_sold import dates_of
from dispatcher.services.slots_view import Suggested, Suggestion
from dispatcher.services.workplace import Workplace
from dispatcher.slots.areas import area_of_address
from dispatcher.slots.capacity import Crew, Found, Ground, Hours, capacity

SAMPLE = 12
"""Doors of each area that are measured."""
BACK_DAYS = 14
PLENTY = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an area."""

    doors: tuple[Place, ...]
    a_day: float
    service_s: float
    kg: float
    litres: float
    parcels: float


def suggest(workplace: Workplace, day: Day, slots: Sequence[Slot], progress: Progress) -> Suggestion:
    """How many orders each slot of the day can take. Raises `Cancelled`."""
    open_ = [slot for slot in slots if slot.window.opens_at < slot.window.closes_at]
    areas = {slot.area.id: slot.area for slot in open_}
    checkpoint(progress, 0.0, "Reading the last weeks")
    known = _known(workplace, day, tuple(areas.values()))
    checkpoint(progress, 0.3, "Measuring the roads")
    measured = [area_id for area_id in areas if known[area_id].doors]
    slot_counts = Counter(slot.area.id for slot in open_)
    grounds, between = _grounds(workplace, day, [known[a] for a in measured], [slot_counts[a] for a in measured])
    checkpoint(progress, 0.6, "Dividing the drivers")
    asked = [slot for slot in open_ if slot.area.id in measured]
    hours = [_hours(slot, measured, known, slot_counts, day) for slot in asked]
    found = capacity(_crews(day, list(known.values())), grounds, between, hours)
    return _told(day, open_, asked, found, measured, grounds)


def _told(
    day: Day, slots: Sequence[Slot], asked: Sequence[Slot], found: Found, measured: Sequence[AreaId],
    grounds: Sequence[Ground],
) -> Suggestion:  # fmt: skip
    said, by_area = list[Suggested](), Counter[str]()
    for slot in slots:
        if slot not in asked:
            said.append(Suggested(slot, 0, "No order of this area is known yet: there is nothing to measure by."))
            continue
        n, ground = asked.index(slot), grounds[measured.index(slot.area.id)]
        said.append(Suggested(slot, found.orders[n], _why(day, slot, found.drivers[n], ground)))
        by_area[slot.area.name] += found.orders[n]
    return Suggestion(day.date, tuple(said), found.best, dict(by_area))


def _why(day: Day, slot: Slot, drivers: int, ground: Ground) -> str:
    if not day.shifts:
        return "Nobody is on duty on this date."
    window = slot.window
    if not any(s.starts_at < window.closes_at and s.ends_at > window.opens_at for s in day.shifts.values()):
        return "Nobody is on duty in these hours."
    if not drivers:
        return f"No driver is left for it: {round(ground.there_s / 60)} min to get there."
    hours = (window.closes_at - window.opens_at).total_seconds() / 3600
    who = "1 driver" if drivers == 1 else f"{drivers} drivers"
    return f"{who} for {hours:g} h, {ground.stop_s / 60:.1f} min a stop; {round(ground.there_s / 60)} min to get there."


# --- what is known of the areas -------------------------------------------------------------------------------------


def _known(workplace: Workplace, day: Day, areas: Sequence[Area]) -> Mapping[AreaId, _Known]:
    before = dates_of(day.date, 1)[0].toordinal() - BACK_DAYS
    dates = dates_of(day.date.fromordinal(before), BACK_DAYS + 1)
    orders = workplace.store.read(lambda reader: reader.orders_of(dates))
    by_area: dict[AreaId, list[Order]] = defaultdict(list)
    for order in orders:
        area = area_of_address(areas, order.address)
        if area is not None and order.address.place is not None and order.state is OrderState.OPEN:
            by_area[area.id].append(order)
    busy = len({order.date for order in orders}) or 1
    return {area.id: _of(by_area[area.id], busy, day.depot.service_s) for area in areas}


def _of(orders: Sequence[Order], days: int, service_s: int) -> _Known:
    if not orders:
        return _Known((), 0.0, service_s, 0.0, 0.0, 0.0)
    doors = sorted({order.address.place for order in orders if order.address.place})
    step = max(1, len(doors) // SAMPLE)
    n, loads = len(orders), [order.load for order in orders]
    kg, litres, parcels = sum(x.kg for x in loads), sum(x.litres for x in loads), sum(x.parcels for x in loads)
    service = sum(order.service_s for order in orders) / n
    return _Known(tuple(doors[::step][:SAMPLE]), n / days, service, kg / n, litres / n, parcels / n)


def _grounds(
    workplace: Workplace, day: Day, areas: Sequence[_Known], slots: Sequence[int]
) -> tuple[list[Ground], list[list[int]]]:
    """Each area in numbers, and the seconds between them; medians over the sampled doors."""
    if not areas:
        return [], []
    places, rows = [day.depot.place], list[list[int]]()
    for area in areas:
        rows.append(list(range(len(places), len(places) + len(area.doors))))
        places += area.doors
    table = workplace.roads.table(places, Profile.CAR, obeyed(workplace.roads, day.closures)).duration_s
    grounds = []
    for area, row, count in zip(areas, rows, slots, strict=True):
        there, back = _median(table[0, row]), _median(table[row, 0])
        door_s = _next_door_s(table[np.ix_(row, row)], area.a_day / count)
        grounds.append(Ground(max(30.0, area.service_s + door_s), there, back))
    between = [[0 if a is b else _median(table[np.ix_(a, b)].ravel()) for b in rows] for a in rows]
    return grounds, between


def _next_door_s(inside: NDArray[np.int32], orders: float) -> float:
    """From door to door with so many orders in a slot, from the ways between the nearest of the sample."""
    n = len(inside)
    if n < 2:
        return 0.0
    apart = inside + np.where(np.eye(n, dtype=bool), NO_WAY, 0)
    return float(np.median(apart.min(axis=1))) * sqrt(n / max(1.0, orders))


def _median(seconds: NDArray[np.int32]) -> int:
    reachable = seconds[seconds < NO_WAY]
    return int(np.median(reachable)) if len(reachable) else NO_WAY


def _hours(
    slot: Slot, measured: Sequence[AreaId], known: Mapping[AreaId, _Known], counts: Mapping[AreaId, int], day: Day
) -> Hours:
    origin = _origin(day)
    opens_s, closes_s = (seconds_after(origin, t) for t in (slot.window.opens_at, slot.window.closes_at))
    weight = max(known[slot.area.id].a_day, 0.1) / counts[slot.area.id]
    return Hours(measured.index(slot.area.id), opens_s, closes_s, weight)


def _crews(day: Day, known: Sequence[_Known]) -> list[Crew]:
    """Those on duty, alike together."""
    busy = [area for area in known if area.doors]
    whole = sum(area.a_day for area in busy) or 1.0
    kg, litres, parcels = (
        sum(getattr(area, part) * area.a_day for area in busy) / whole for part in ("kg", "litres", "parcels")
    )
    origin, found = _origin(day), Counter[tuple[int, int, int]]()
    for _, shift, driver, vehicle in day.rounds():
        if not (driver.may_drive_on(shift.date) and vehicle.may_drive_on(shift.date)):
            continue
        most, trips = vehicle.capacity, 1 + vehicle.max_reloads
        pairs = ((most.kg, kg), (most.litres, litres), (most.parcels, parcels))
        fits = [int(trips * room / each) for room, each in pairs if each]
        limit = min([*fits, driver.max_stops if driver.max_stops is not None else PLENTY, PLENTY])
        rest = seconds_after(origin, shift.ends_at) - driver.break_s
        found[seconds_after(origin, shift.starts_at), rest, limit] += 1
    return [Crew(count, starts, ends, limit) for (starts, ends, limit), count in found.items()]


def _origin(day: Day) -> datetime:
    starts = [shift.starts_at for shift in day.shifts.values()]
    return min(starts) if starts else datetime.combine(day.date, datetime.min.time(), tzinfo=day.depot.zone)
