"""What goes wrong on the day, in the facts' words: a van breaks down, a driver is late, a customer is not there.

Each function writes what is true now, as one change inside a unit of work; what to do about it is a proposal, which
`services.planning` finds and `services.plan` applies. `driven` is what the driver has behind them by then: the caller
knows it from the schedule and from what was marked as done.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Driver, Lock, Shift, Vehicle
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.plan import Day, Route, Stop
from dispatcher.domain.schedule import Schedule
from dispatcher.domain.time import TimeWindow, midnight
from dispatcher.services.plan import unassign
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.rounds import loads_at_depot, routes_named, shifts_named

_REST = timedelta(minutes=1)


def drop_out(
    uow: UnitOfWork, *, on: date, shift_id: ShiftId, at: datetime, driven: Collection[OrderId] = ()
) -> tuple[OrderId, ...]:
    """A van has broken down, or a driver fallen ill, and nobody takes over: the round ends at `at`.

    What was driven stays with it and the round is locked; the rest goes back to the pool and is returned. Before the
    round has begun, the shift is taken off duty altogether.
    """
    (shift,), (route,) = shifts_named(uow, on, (shift_id,)), routes_named(uow, on, (shift_id,))
    behind = {*driven, *(stop.order_id for stop in route.stops if stop.done)}
    rest = tuple(stop.order_id for stop in route.stops if stop.order_id not in behind)
    if len(rest) == len(route.stops) and at <= shift.starts_at:
        uow.remove_shift(shift_id)
        return rest
    done = [replace(stop, done=True, held=True) for stop in route.stops if stop.order_id in behind]
    uow.set_routes({shift_id: done})
    # an open round: what stands by the road does not come back by itself
    uow.put_shifts([replace(shift, ends_at=max(at, shift.starts_at + _REST), end=None, lock=Lock.ROUTE)])
    return rest


def take_over(
    uow: UnitOfWork,
    *,
    on: date,
    shift_id: ShiftId,
    driver_id: DriverId | None = None,
    vehicle_id: VehicleId | None = None,
    at: datetime | None = None,
    minutes: int = 0,
    driven: Collection[OrderId] = (),
) -> None:
    """Another driver, or another vehicle, takes the round over as it stands, so many minutes later.

    Whoever takes it over must be free from `at` on, or all through the shift.
    """
    (shift,) = shifts_named(uow, on, (shift_id,))
    busy = _busy(shift, uow.shifts_of(on), at)
    if driver_id in {s.driver_id for s in busy}:
        raise KnownError("That driver has a round of their own at that time.", "Choose somebody who is off duty.")
    if vehicle_id in {s.vehicle_id for s in busy}:
        raise KnownError("That vehicle is out with somebody else at that time.", "Choose one that stands in the yard.")
    uow.put_shifts([replace(shift, driver_id=driver_id or shift.driver_id, vehicle_id=vehicle_id or shift.vehicle_id)])
    if minutes:
        run_late(uow, on=on, shift_id=shift_id, minutes=minutes, driven=driven)


def stand_ins(day: Day, shift_id: ShiftId, at: datetime) -> tuple[Driver, ...]:
    """Who could and may drive a round from a moment on: at work, and out with no other round then. By number."""
    shift = day.shifts[shift_id]
    busy = {shift.driver_id, *(s.driver_id for s in _busy(shift, day.shifts.values(), at))}
    free = (driver for driver in day.drivers.values() if driver.active and driver.id not in busy)
    free = (driver for driver in free if driver.may_drive_on(shift.date))
    return tuple(sorted(free, key=lambda driver: driver.number))


def spare_vehicles(day: Day, shift_id: ShiftId, at: datetime) -> tuple[Vehicle, ...]:
    """Which vehicles stand in the yard from a moment on, and may go out. By name."""
    shift = day.shifts[shift_id]
    busy = {shift.vehicle_id, *(s.vehicle_id for s in _busy(shift, day.shifts.values(), at))}
    free = (v for v in day.vehicles.values() if v.id not in busy and v.may_drive_on(shift.date))
    return tuple(sorted(free, key=lambda vehicle: vehicle.name.casefold()))


def run_late(uow: UnitOfWork, *, on: date, shift_id: ShiftId, minutes: int, driven: Collection[OrderId] = ()) -> None:
    """A driver is late: by a later start, or, under way, by a longer stay at the last stop behind them."""
    _require_minutes(minutes)
    (shift,), (route,) = shifts_named(uow, on, (shift_id,)), routes_named(uow, on, (shift_id,))
    behind = [stop.order_id for stop in route.stops if stop.order_id in driven or stop.done]
    if not behind:
        uow.put_shifts([_later(shift, minutes)])
        return
    for order in uow.orders(behind[-1:]):
        uow.put_orders([replace(order, service_s=order.service_s + 60 * minutes)])


def start_late(uow: UnitOfWork, *, on: date, minutes: int, begun: Collection[ShiftId] = ()) -> int:
    """The depot is late: every round that has not begun starts later. Returns how many.

    A round with a stop done has begun besides those named.
    """
    _require_minutes(minutes)
    out = {*begun, *(route.shift_id for route in uow.plan(on).routes if any(stop.done for stop in route.stops))}
    waiting = [shift for shift in uow.shifts_of(on) if shift.id not in out]
    if not waiting:
        raise KnownError("Every round has begun already.", "Make single drivers late instead.")
    uow.put_shifts([_later(shift, minutes) for shift in waiting])
    return len(waiting)


def try_again(uow: UnitOfWork, *, order_id: OrderId, not_before: datetime) -> None:
    """Somebody was there in vain: the order comes back to the pool, to be tried again today after `not_before`."""
    order = _order(uow, order_id)
    ahead = tuple(
        TimeWindow(max(w.opens_at, not_before), w.closes_at) for w in order.windows if w.closes_at > not_before
    )
    end = midnight(order.date + timedelta(days=1), uow.depot().zone)
    if not ahead and not_before >= end:
        raise BadInput("That is not today any more.", "Choose a time today, or deliver it another day.")
    unassign(uow, order_ids=[order_id])
    windows = ahead or (TimeWindow(not_before, end),)
    uow.put_orders([replace(order, windows=windows, attempt=order.attempt + 1)])


def try_some_time(uow: UnitOfWork, *, order_id: OrderId) -> None:
    """Somebody was there in vain: the order comes back to the pool, with the windows it has."""
    order = _order(uow, order_id)
    unassign(uow, order_ids=[order_id])
    uow.put_orders([replace(order, attempt=order.attempt + 1)])


def try_another_day(uow: UnitOfWork, *, order_id: OrderId, on: date, tried: bool = True) -> None:
    """Somebody was there in vain, or, unless `tried`, will not come: the order goes to another day, same hours.

    Goods that were to be fetched on the way are at the depot by then; and what waits for the goods of a collection goes
    with it. Raises `BadInput` for a day that has an order of the same number.
    """
    order = _order(uow, order_id)
    if on <= order.date:
        raise BadInput(f"{on:%d %B} is not after the order's day.", "Choose a later day.")
    waiting = [other for other in uow.orders_of([order.date]) if other.pickup_id == order_id]
    going = [replace(order, pickup_id=None, attempt=order.attempt + tried), *waiting]
    _require_numbers(uow, going, on)
    unassign(uow, order_ids=[each.id for each in going])
    zone = uow.depot().zone
    uow.put_orders([replace(each, date=on, windows=hours_later(each, on, zone)) for each in going])


def _require_numbers(uow: UnitOfWork, orders: Collection[Order], on: date) -> None:
    taken = {(other.sender, other.number) for other in uow.orders_of([on])}
    for order in orders:
        if (order.sender, order.number) in taken:
            raise BadInput(f"Order {order.number} exists on {on:%d %B} already.", "Choose another day.")


def hours_later(order: Order, on: date, zone: ZoneInfo) -> tuple[TimeWindow, ...]:
    """The windows on the other day, at the same times of the clock."""
    days = on - order.date

    def moved(moment: datetime) -> datetime:
        return (moment.astimezone(zone) + days).astimezone(UTC)

    return tuple(TimeWindow(moved(w.opens_at), moved(w.closes_at)) for w in order.windows)


def announce_load(uow: UnitOfWork, *, order_id: OrderId, load: Load) -> None:
    """There is more of it, or less, than was announced."""
    uow.put_orders([replace(_order(uow, order_id), load=load)])


def driven_by(route: Route, departs_at: Mapping[OrderId, datetime], moment: datetime) -> tuple[OrderId, ...]:
    """What a driver has behind them at a moment: what is marked as done, and what the schedule has before it.

    Of a driver who is followed it is known what is done; the clock says nothing then.
    """

    def behind(stop: Stop) -> bool:
        return stop.done or (not route.followed and departs_at.get(stop.order_id, moment) < moment)

    return route.order_ids[: max((i + 1 for i, stop in enumerate(route.stops) if behind(stop)), default=0)]


def _later(shift: Shift, minutes: int) -> Shift:
    starts_at = shift.starts_at + timedelta(minutes=minutes)
    if starts_at >= shift.ends_at:
        raise BadInput(f"{minutes} minutes later the shift would be over.", "Take the driver off the day instead.")
    return replace(shift, starts_at=starts_at)


def _busy(shift: Shift, shifts: Iterable[Shift], at: datetime | None) -> list[Shift]:
    """Other shifts that are out while this one is, or while what is left of it from `at` on is."""
    begins = max(shift.starts_at, at or shift.starts_at)
    return [s for s in shifts if s.id != shift.id and s.starts_at < max(shift.ends_at, begins) and begins < s.ends_at]


def _require_minutes(minutes: int) -> None:
    if minutes < 1:
        raise BadInput(f"{minutes} is no delay.", "Give the minutes, 1 or more.")


def _order(uow: UnitOfWork, order_id: OrderId) -> Order:
    order = uow.order(order_id)
    if order is None:
        raise KnownError("That order no longer exists.", "The board shows what is there now; choose again.")
    return order


def under_way(day: Day, schedule: Schedule, moment: datetime) -> Day:
    """The day as a search must see it at `moment`: what is begun stays, and who has left has the goods in the van.

    Without this, what to do about a breakdown at noon would re-sequence the morning.
    """
    out = [r for r in schedule.routes.values() if r.stops and r.leaves_at <= moment]
    if not out:
        return day
    loaded = {
        stop.order_id: route.shift_id
        for route in out
        for stop in route.stops
        if loads_at_depot(day.orders[stop.order_id])
    }
    return replace(day, freeze_at=max(moment, day.freeze_at or moment), loaded={**loaded, **day.loaded})
