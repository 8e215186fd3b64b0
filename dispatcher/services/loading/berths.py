"""A day's bays and waves: what there is to load of each round by its plan, and what is being loaded already."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.loading import Berth, LoadedPiece, Timetable, Yard
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.schedule import Schedule, StopTimes
from dispatcher.domain.time import at_local
from dispatcher.loading.berths import SEARCH_S, Trip, Visit, timetable
from dispatcher.loading.pieces import loads_here, pieces_of
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import UnitOfWork

__all__ = ["Timetable", "Trip", "Visit", "plan_berths", "set_yard", "standing_of", "trips_of", "visits_of"]


def trips_of(route: Route, schedule: Schedule) -> list[list[StopTimes]]:
    """The stops of a round by trip: a new one begins where the van comes back to load again."""
    times = schedule.routes.get(route.shift_id)
    trips: list[list[StopTimes]] = []
    for stop in times.stops if times else ():
        if not trips or stop.reload_at is not None:
            trips.append([])
        trips[-1].append(stop)
    return trips


def visits_of(day: Day, schedule: Schedule) -> list[Visit]:
    """What is to be loaded on a day: each round, and each time again that it comes back for more."""
    return [visit for route in day.plan.routes for visit in _visits(day, route, schedule)]


def _visits(day: Day, route: Route, schedule: Schedule) -> Iterator[Visit]:
    for n, stops in enumerate(trips_of(route, schedule), 1):
        orders = [day.orders[stop.order_id] for stop in stops if loads_here(day.orders[stop.order_id])]
        if not orders:
            continue
        parcels, back_at = sum(len(pieces_of(order)) for order in orders), stops[0].reload_at
        leaves_at = schedule.routes[route.shift_id].leaves_at
        if back_at is not None:
            leaves_at = back_at + timedelta(seconds=stops[0].reload_s)
        yield Visit(route.shift_id, leaves_at, len(orders), parcels, n, back_at)


def plan_berths(
    outlook: Outlook,
    *,
    now: datetime,
    standing: Mapping[Trip, Berth],
    search_s: float = SEARCH_S,
    cancelled: Callable[[], bool] = lambda: False,
) -> Timetable:
    """Give every round of a day its bay and time, and every trip that is loaded later.

    What is `standing` keeps them; nothing else begins before now.

    On a day whose rounds should all have left, the yard opens when it does: what might have been.
    """
    day = outlook.day
    yard = day.depot.road.yard
    opens = at_local(day.date, yard.opens, day.depot.zone)
    visits = visits_of(day, outlook.schedule)
    ahead = [visit for visit in visits if visit.key not in standing]
    over = all(visit.leaves_at < now for visit in ahead)
    earliest = opens if over else max(opens, _full_minute(now) if now > opens else opens)
    leaves = {visit.key: visit.leaves_at for visit in visits}
    kept = {key: _leaving(berth, leaves[key]) for key, berth in standing.items() if key in leaves}
    return timetable(visits, yard, earliest, standing=kept, search_s=search_s, cancelled=cancelled)


def _full_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _leaving(berth: Berth, leaves_at: datetime) -> Berth:
    """The berth, by when its round leaves now."""
    late_s = max(0, round((berth.ends_at - leaves_at).total_seconds()))
    return replace(berth, leaves_at=leaves_at, late_s=late_s)


def standing_of(
    outlook: Outlook, pieces: Iterable[LoadedPiece], before: Timetable | None, yard: Yard
) -> Mapping[Trip, Berth]:
    """The berths of trips that are being loaded: as they were given, or from their first scan on if that was first."""
    day, schedule = outlook.day, outlook.schedule
    trip_of = {
        (route.shift_id, stop.order_id): n
        for route in day.plan.routes
        for n, stops in enumerate(trips_of(route, schedule), 1)
        for stop in stops
    }
    first: dict[Trip, datetime] = {}
    for piece in pieces:
        key = piece.shift_id, trip_of.get((piece.shift_id, piece.order_id), 1)
        first[key] = min(piece.at, first.get(key, piece.at))
    known = {(berth.shift_id, berth.trip): berth for berth in before.berths} if before else {}
    begun = [visit for visit in visits_of(day, schedule) if visit.key in first]
    found: dict[Trip, Berth] = {}
    for visit in sorted(begun, key=lambda v: (first[v.key], known[v.key].begins_at if v.key in known else v.leaves_at)):
        begins_at = first[visit.key].replace(second=0, microsecond=0)
        given = known.get(visit.key)
        if given is not None and given.begins_at <= begins_at:
            found[visit.key] = given
            continue
        ends_at = begins_at + timedelta(seconds=visit.duration_s(yard))
        bay = _free_bay(found.values(), begins_at, ends_at)
        found[visit.key] = Berth(visit.shift_id, bay, begins_at, ends_at, visit.leaves_at, trip=visit.trip)
    return found


def _free_bay(berths: Iterable[Berth], begins_at: datetime, ends_at: datetime) -> int:
    taken = {berth.bay for berth in berths if berth.begins_at < ends_at and berth.ends_at > begins_at}
    return next(bay for bay in range(1, len(taken) + 2) if bay not in taken)


def in_order(timetable: Timetable | None, shifts: Iterable[Shift]) -> list[ShiftId]:
    """The shifts by when they are loaded; those without a berth at the end, as they come."""
    place: dict[ShiftId, int] = {}
    for n, berth in enumerate(timetable.berths if timetable else ()):
        place.setdefault(berth.shift_id, n)
    return sorted((shift.id for shift in shifts), key=lambda s: place.get(s, len(place)))


def set_yard(uow: UnitOfWork, yard: Yard) -> None:
    """Change what the depot loads with."""
    depot = uow.depot()
    uow.put_depot(replace(depot, road=replace(depot.road, yard=yard)))
