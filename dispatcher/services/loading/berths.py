"""A day's bays and waves: what there is to load of each round by its plan, and what is being loaded already."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Berth, LoadedPiece, Timetable, Yard
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.schedule import Schedule
from dispatcher.domain.time import at_local
from dispatcher.loading.berths import SEARCH_S, Visit, timetable
from dispatcher.loading.pieces import loads_here, pieces_of
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import UnitOfWork

__all__ = ["Timetable", "Visit", "plan_berths", "set_yard", "standing_of", "visits_of"]


def visits_of(day: Day, schedule: Schedule) -> list[Visit]:
    """The rounds of a day that have something to load; of those that come back to load again their first trip."""
    found = []
    for route in day.plan.routes:
        times = schedule.routes.get(route.shift_id)
        orders = [day.orders[o] for o in _first_trip(route, schedule) if loads_here(day.orders[o])]
        if times is not None and orders:
            parcels = sum(len(pieces_of(order)) for order in orders)
            found.append(Visit(route.shift_id, times.leaves_at, len(orders), parcels))
    return found


def _first_trip(route: Route, schedule: Schedule) -> Iterator[OrderId]:
    times = schedule.routes.get(route.shift_id)
    for stop in times.stops if times else ():
        if stop.reload_at is not None:
            return
        yield stop.order_id


def plan_berths(
    outlook: Outlook,
    *,
    now: datetime,
    standing: Mapping[ShiftId, Berth],
    search_s: float = SEARCH_S,
    cancelled: Callable[[], bool] = lambda: False,
) -> Timetable:
    """Give every round of a day its bay and time. What is `standing` keeps them; nothing else begins before now.

    On a day whose rounds should all have left, the yard opens when it does: what might have been.
    """
    day = outlook.day
    yard = day.depot.road.yard
    opens = at_local(day.date, yard.opens, day.depot.zone)
    visits = visits_of(day, outlook.schedule)
    ahead = [visit for visit in visits if visit.shift_id not in standing]
    over = all(visit.leaves_at < now for visit in ahead)
    earliest = opens if over else max(opens, _full_minute(now) if now > opens else opens)
    leaves = {visit.shift_id: visit.leaves_at for visit in visits}
    kept = {s: _leaving(berth, leaves[s]) for s, berth in standing.items() if s in leaves}
    return timetable(visits, yard, earliest, standing=kept, search_s=search_s, cancelled=cancelled)


def _full_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _leaving(berth: Berth, leaves_at: datetime) -> Berth:
    """The berth, by when its round leaves now."""
    late_s = max(0, round((berth.ends_at - leaves_at).total_seconds()))
    return replace(berth, leaves_at=leaves_at, late_s=late_s)


def standing_of(
    outlook: Outlook, pieces: Iterable[LoadedPiece], before: Timetable | None, yard: Yard
) -> Mapping[ShiftId, Berth]:
    """The berths of rounds that are being loaded: as they were given, or from their first scan on if that was first."""
    first: dict[ShiftId, datetime] = {}
    for piece in pieces:
        first[piece.shift_id] = min(piece.at, first.get(piece.shift_id, piece.at))
    known = {berth.shift_id: berth for berth in before.berths} if before else {}
    begun = [visit for visit in visits_of(outlook.day, outlook.schedule) if visit.shift_id in first]
    found: dict[ShiftId, Berth] = {}
    for visit in sorted(
        begun, key=lambda v: (first[v.shift_id], known[v.shift_id].begins_at if v.shift_id in known else v.leaves_at)
    ):
        begins_at = first[visit.shift_id].replace(second=0, microsecond=0)
        given = known.get(visit.shift_id)
        if given is not None and given.begins_at <= begins_at:
            found[visit.shift_id] = given
            continue
        ends_at = begins_at + timedelta(seconds=visit.duration_s(yard))
        bay = _free_bay(found.values(), begins_at, ends_at)
        found[visit.shift_id] = Berth(visit.shift_id, bay, begins_at, ends_at, visit.leaves_at)
    return found


def _free_bay(berths: Iterable[Berth], begins_at: datetime, ends_at: datetime) -> int:
    taken = {berth.bay for berth in berths if berth.begins_at < ends_at and berth.ends_at > begins_at}
    return next(bay for bay in range(1, len(taken) + 2) if bay not in taken)


def in_order(timetable: Timetable | None, shifts: Iterable[Shift]) -> list[ShiftId]:
    """The shifts by when they are loaded; those without a berth at the end, as they come."""
    place = {berth.shift_id: n for n, berth in enumerate(timetable.berths)} if timetable else {}
    return sorted((shift.id for shift in shifts), key=lambda s: place.get(s, len(place)))


def set_yard(uow: UnitOfWork, yard: Yard) -> None:
    """Change what the depot loads with."""
    depot = uow.depot()
    uow.put_depot(replace(depot, road=replace(depot.road, yard=yard)))
