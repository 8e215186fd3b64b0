"""What would mend one stop, in words and as one change: found by `planning.fixes`, carried out here.

A fix was tried on a snapshot. If the day moved since, it is tried again on what it touches before anything is written;
what no longer holds is refused in words, and nothing is changed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock, Shift
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Plan, Route, Stop
from dispatcher.domain.roads import RoadNetwork, obeyed
from dispatcher.domain.schedule import Reason, Rule, Schedule, Violation
from dispatcher.domain.time import TimeWindow
from dispatcher.planning import fixes as planning
from dispatcher.planning.fixes import DEADLINE_S, Kind, Wider, Yard
from dispatcher.planning.judge import judge
from dispatcher.planning.lateness import explain_late
from dispatcher.planning.problem import Problem, places_of, profiles_of
from dispatcher.planning.reasons import explain
from dispatcher.services import fix_words
from dispatcher.services.plan import place_behind, sequences_of
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import UnitOfWork

__all__ = ["Fix", "Kind", "apply_fix", "fixes_for", "why", "words"]


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend one stop of one day, as it was then."""

    date: date
    revision: int
    what: planning.Fix
    roads: RoadNetwork = field(repr=False, compare=False)
    """To try it again if the day has moved."""


def fixes_for(
    desk: PlanningDesk, day: Day, order_id: OrderId, *, most: int = 3, deadline_s: float = DEADLINE_S
) -> tuple[Fix, ...]:
    """The cheapest ways to mend a stop that is unplanned, late, or breaks another rule. Any thread; takes a second.

    None for an order that is not of the day any more.
    """
    problem, yard = desk.problem(day), _yard(day)
    if order_id not in problem.visits:
        return ()
    found = planning.fixes(problem, sequences_of(day), order_id, most=most, deadline_s=deadline_s, yard=yard)
    return tuple(Fix(day.date, day.revision, fix, desk.roads) for fix in found)


def why(desk: PlanningDesk, day: Day, order_id: OrderId) -> Reason | None:
    """Why an order is unplanned, or breaks a rule where it is; `None` if neither. Any thread.

    Nothing for an order that is not of the day.
    """
    problem, sequences = desk.problem(day), sequences_of(day)
    if day.plan.route_of(order_id):
        return explain_late(problem, sequences, order_id)
    return explain(problem, sequences, [order_id]).get(order_id)


def words(fix: Fix, day: Day) -> tuple[str, str]:
    """What to do, and what it costs: ("Driver 5 starts 20 min earlier", "+€6.20, +4.1 km")."""
    return fix_words.sentence(fix.what, day), fix_words.price(fix.what, day.depot.currency)


def apply_fix(uow: UnitOfWork, fix: Fix) -> None:
    """Make it so, as one change. Raises `KnownError` if the day has moved so that it would mend nothing any more."""
    day = uow.day(fix.date)
    then = _changed(day, fix.what)
    if day.revision != fix.revision:
        _try_again(day, then, fix)
    _write(uow, day, then)


def _yard(day: Day) -> Yard:
    out = {shift.vehicle_id for shift in day.shifts.values()}
    spare = tuple(vehicle for vehicle in day.vehicles.values() if vehicle.id not in out)
    return Yard(spare, {driver.id: driver.skills_on(day.date) for driver in day.drivers.values()})


# --- the day with the fix ---


def _changed(day: Day, what: planning.Fix) -> Day:
    """The day as it would be. Raises `KnownError` if what the fix speaks of is gone."""
    _require(day, what)
    orders, drivers, shifts = dict(day.orders), dict(day.drivers), dict(day.shifts)
    shift = shifts[what.shift_id]
    if what.window:
        orders[what.order_id] = _with_window(orders[what.order_id], what.window)
    if what.hours:
        shift = _with_hours(shift, what.hours)
    if what.vehicle_id:
        shift = replace(shift, vehicle_id=what.vehicle_id)
    shifts[shift.id] = shift
    for shift_id in what.unlocked:
        shifts[shift_id] = replace(shifts[shift_id], lock=Lock.OPEN)
    if what.limit:
        rule, limit = what.limit
        drivers[shift.driver_id] = replace(drivers[shift.driver_id], **{planning.LIMITS[rule]: limit})  # type: ignore[arg-type]
    plan = replace(day.plan, routes=tuple(_routes(day.plan, what)))
    return replace(day, orders=orders, drivers=drivers, shifts=shifts, plan=plan)


def _require(day: Day, what: planning.Fix) -> None:
    gone = "The board shows what is there now; look for fixes again."
    order = day.orders.get(what.order_id)
    if order is None:
        raise KnownError("The order no longer exists.", gone)
    if any(shift_id not in day.shifts for shift_id in what.after):
        raise KnownError("A driver this needs is no longer on duty on this day.", gone)
    if any(order_id not in day.orders for order_id, _ in what.moved):
        raise KnownError("A stop this would move no longer exists.", gone)
    if what.vehicle_id and any(s.vehicle_id == what.vehicle_id for s in day.shifts.values()):
        raise KnownError("That vehicle is no longer in the yard.", gone)
    if what.vehicle_id and what.vehicle_id not in day.vehicles:
        raise KnownError("That vehicle no longer exists.", gone)
    if what.hours and _doubled(day, what.shift_id, what.hours):
        raise KnownError("That driver or vehicle has another shift by now at that time.", gone)
    if what.window and what.window.index >= len(order.windows):
        raise KnownError(f"The time windows of {order.number} were changed meanwhile.", gone)


def _doubled(day: Day, shift_id: ShiftId, hours: Wider) -> bool:
    """Whether the longer shift runs into another one of its driver or its vehicle."""
    now, then = day.shifts[shift_id], _with_hours(day.shifts[shift_id], hours)
    others = [s for s in day.shifts.values() if s.id != shift_id]
    shared = [s for s in others if s.driver_id == now.driver_id or s.vehicle_id == now.vehicle_id]
    return any(_overlap(s, then) and not _overlap(s, now) for s in shared)


def _overlap(one: Shift, other: Shift) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _with_window(order: Order, wider: Wider) -> Order:
    windows = list(order.windows)
    now = windows[wider.index]
    windows[wider.index] = TimeWindow(
        now.opens_at - timedelta(seconds=wider.earlier_s), now.closes_at + timedelta(seconds=wider.later_s)
    )
    try:
        return replace(order, windows=tuple(windows))
    except ValueError:
        raise KnownError(
            f"The time windows of {order.number} would overlap now.", "Open the order and set them by hand."
        ) from None


def _with_hours(shift: Shift, hours: Wider) -> Shift:
    return replace(
        shift,
        starts_at=shift.starts_at - timedelta(seconds=hours.earlier_s),
        ends_at=shift.ends_at + timedelta(seconds=hours.later_s),
    )


def _routes(plan: Plan, what: planning.Fix) -> Iterable[Route]:
    """The fix's routes; where a route has changed meanwhile, only what the fix moves goes to its place."""
    stops = {stop.order_id: stop for route in plan.routes for stop in route.stops}
    moving = {what.order_id, *(order_id for order_id, _ in what.moved)}
    for route in plan.routes:
        then = what.after.get(route.shift_id)
        if then is None:
            yield replace(route, stops=tuple(stop for stop in route.stops if stop.order_id not in moving))
        elif route.order_ids == tuple(what.before[route.shift_id]):
            yield replace(route, stops=tuple(_stop(stops, o, what) for o in then))
        else:
            yield _merged(route, then, moving, stops, what)


def _merged(
    route: Route,
    then: Sequence[OrderId],
    moving: Collection[OrderId],
    stops: Mapping[OrderId, Stop],
    what: planning.Fix,
) -> Route:
    if what.kind is Kind.RESEQUENCE:
        raise KnownError("The round has changed meanwhile.", "Look for fixes again.")
    kept = [stop for stop in route.stops if stop.order_id not in moving]
    place_behind(kept, [_stop(stops, o, what) for o in then if o in moving], then)
    return replace(route, stops=tuple(kept))


def _stop(stops: Mapping[OrderId, Stop], order_id: OrderId, what: planning.Fix) -> Stop:
    stop = stops.get(order_id, Stop(order_id))
    return replace(stop, held=False) if order_id in what.released else stop


# --- trying again ---


def _try_again(day: Day, then: Day, fix: Fix) -> None:
    """Raise `KnownError` unless the stop is mended, nothing is broken by it, and nothing locked is touched."""
    what, number = fix.what, day.orders[fix.what.order_id].number
    moved_on = KnownError(
        f"The plan has changed meanwhile, and this would no longer mend {number}.", "Look for fixes again."
    )
    pairs = list(zip(day.plan.routes, then.plan.routes, strict=True))
    if any(_touches(now, after, day.shifts[now.shift_id].lock, what) for now, after in pairs):
        raise KnownError(
            f"What mending {number} this way needs was locked, held or driven meanwhile.", "Look for fixes again."
        )
    touched = {what.shift_id, *(now.shift_id for now, after in pairs if now.order_ids != after.order_ids)}
    before = {_subject(s, v): v.amount for s, v in _broken(_judged(_part(day, touched, what.order_id), fix.roads))}
    after = _judged(_part(then, touched, what.order_id), fix.roads)
    for shift_id, fault in _broken(after):
        if fault.order_id == what.order_id or fault.amount > before.get(_subject(shift_id, fault), 0):
            raise moved_on
    begins = next(s.starts_at for s in after.routes[what.shift_id].stops if s.order_id == what.order_id)
    if day.freeze_at is not None and begins < day.freeze_at:
        raise moved_on


def _touches(now: Route, then: Route, lock: Lock, what: planning.Fix) -> bool:
    """Whether a round changes that is locked, or gives away what is held or driven, or changes what is driven."""
    if now.order_ids == then.order_ids:
        return False
    lock = Lock.OPEN if now.shift_id in what.unlocked else lock
    kept = set(then.order_ids)
    left = [stop for stop in now.stops if stop.order_id not in kept]
    same = [o for o in then.order_ids if o in now.order_ids] == list(now.order_ids)
    binds = {
        Lock.ROUTE: True,
        Lock.DRIVER: kept != set(now.order_ids),
        Lock.SEQUENCE: not same,
        Lock.OPEN: any(stop.held and stop.order_id not in what.released for stop in left),
    }
    driven = max((i + 1 for i, stop in enumerate(now.stops) if stop.done), default=0)
    return binds[lock] or now.order_ids[:driven] != then.order_ids[:driven]


def _subject(shift_id: ShiftId, fault: Violation) -> tuple[ShiftId, OrderId | None, Rule]:
    return shift_id, fault.order_id, fault.rule


def _broken(schedule: Schedule) -> list[tuple[ShiftId, Violation]]:
    return [(shift_id, fault) for shift_id, times in schedule.routes.items() for fault in times.broken]


def _judged(day: Day, roads: RoadNetwork) -> Schedule:
    places, closed = places_of(day).places, obeyed(roads, day.closures)
    travel = {profile: roads.table(places, profile, closed) for profile in profiles_of(day)}
    return judge(Problem.of(day, travel), sequences_of(day))


def _part(day: Day, shift_ids: Collection[ShiftId], order_id: OrderId) -> Day:
    """The day with these rounds alone: its tables are small."""
    plan = replace(day.plan, routes=tuple(route for route in day.plan.routes if route.shift_id in shift_ids))
    kept = {order_id, *(o for route in plan.routes for o in route.order_ids)}
    return replace(
        day,
        plan=plan,
        shifts={shift_id: shift for shift_id, shift in day.shifts.items() if shift_id in shift_ids},
        orders={o: order for o, order in day.orders.items() if o in kept},
    )


def _write(uow: UnitOfWork, day: Day, then: Day) -> None:
    uow.put_orders(order for order_id, order in then.orders.items() if order is not day.orders[order_id])
    for driver_id, driver in then.drivers.items():
        if driver is not day.drivers[driver_id]:
            uow.put_driver(driver)
    uow.put_shifts(shift for shift_id, shift in then.shifts.items() if shift != day.shifts[shift_id])
    now = {route.shift_id: route.stops for route in day.plan.routes}
    changed = {route.shift_id: route.stops for route in then.plan.routes if route.stops != now[route.shift_id]}
    if changed:
        uow.set_routes(changed)
