"""The day that a drill is played on, in its copy: made up of the depot's own orders, or one of its days once more.

It lies on a date of its own, of which no driver has said anything: what phones told of the recorded day stays there.
"""

import random
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, new_id
from dispatcher.domain.orders import Contact, Order, OrderState
from dispatcher.domain.plan import Day, Stop
from dispatcher.services.disturbances import hours_later
from dispatcher.services.fleet import staff_day
from dispatcher.services.ports import Reader, UnitOfWork

SHELF = timedelta(days=366)
"""So far behind the drill's day lies what is to come in during it."""
LATEST_DAYS = 40
"""Of the depot's days, from which a made-up one takes its orders."""
MOST = 400
_WEEK = 7


def free_date(reader: Reader, today: date) -> date:
    """The first date behind everything that the depot has planned."""
    return max([today, *(summary.date for summary in reader.days())]) + timedelta(days=1)


def make_up(uow: UnitOfWork, *, on: date, seed: int, count: int) -> date:
    """Put drivers on duty and orders into the pool of the first date from `on` on that drivers work; which it is.

    Raises `KnownError` where there is no driver or no order to make a day of.
    """
    if not 1 <= count <= MOST:
        raise BadInput(f"A day of {count} orders cannot be made up.", f"Choose 1 to {MOST}.")
    dates = (on + timedelta(days=n) for n in range(_WEEK))
    when = next((each for each in dates if staff_day(uow, each)), None)
    if when is None:
        raise KnownError("No driver has a usual vehicle, so nobody could drive.", "Give drivers one under Fleet.")
    known = _orders_known(uow)
    if not known:
        raise KnownError("The depot has no order with a place yet to make a day of.", "Import orders first.")
    rng = random.Random(f"day/{seed}")  # noqa: S311 - practice, repeatable by its seed
    drawn = [o for _ in range(-(-count // len(known))) for o in rng.sample(known, len(known))][:count]
    zone = uow.depot().zone
    uow.put_orders([_as_drill(o, when, zone, f"D{n:03d}") for n, o in enumerate(drawn, 1)])
    return when


def _orders_known(reader: Reader) -> list[Order]:
    """One for every house of the latest days, by number: whoever asks with the same seed draws the same."""
    days = [summary.date for summary in reader.days() if summary.orders][-LATEST_DAYS:]
    orders = reader.orders_of(days)
    pairs = {order.pickup_id for order in orders}
    alone = (o for o in orders if o.address.place and o.pickup_id is None and o.id not in pairs)
    houses = {(o.address.place, o.kind): o for o in alone}
    return sorted(houses.values(), key=lambda o: (o.date, o.sender, o.number))


def _as_drill(order: Order, on: date, zone: ZoneInfo, number: str) -> Order:
    """The order on the drill's day: a customer who cannot be called, by a new number."""
    return replace(
        order, id=OrderId(new_id()), number=number, date=on, windows=hours_later(order, on, zone), driver_id=None,
        contact=Contact(order.contact.name), attempt=1, state=OrderState.OPEN, version=0,
    )  # fmt: skip


def replay(uow: UnitOfWork, then: Day, *, on: date, later: Sequence[Order] = ()) -> None:
    """Put a day as it once was onto another date, with its plan; `later` goes to the shelf.

    Drivers and vehicles are those of now: a shift of somebody who is gone is left out, its orders wait in the pool.
    """
    zone = uow.depot().zone
    drivers, vehicles = {d.id for d in uow.drivers()}, {v.id for v in uow.vehicles()}
    shifts = {
        old: _moved(shift, on, zone)
        for old, shift in then.shifts.items()
        if shift.driver_id in drivers and shift.vehicle_id in vehicles
    }
    uow.put_shifts(shifts.values())
    ids = {order_id: OrderId(new_id()) for order_id in then.orders}
    uow.put_orders([_again(o, ids, on, zone, drivers=drivers) for o in then.orders.values()])
    uow.put_orders([_shelved(o, on, zone) for o in later])
    uow.set_routes({
        shifts[route.shift_id].id: [Stop(ids[stop.order_id], held=stop.held) for stop in route.stops]
        for route in then.plan.routes
        if route.shift_id in shifts
    })  # fmt: skip


def _again(order: Order, ids: Mapping[OrderId, OrderId], on: date, zone: ZoneInfo, *, drivers: Set[DriverId]) -> Order:
    return replace(
        order, id=ids[order.id], date=on, windows=hours_later(order, on, zone), contact=Contact(order.contact.name),
        pickup_id=ids.get(order.pickup_id) if order.pickup_id else None,
        driver_id=order.driver_id if order.driver_id in drivers else None, attempt=1, version=0,
    )  # fmt: skip


def _shelved(order: Order, on: date, zone: ZoneInfo) -> Order:
    """With the windows it has on the drill's day, but on another."""
    kept = replace(order, contact=Contact(order.contact.name), pickup_id=None, driver_id=None, attempt=1, version=0)
    return replace(kept, id=OrderId(new_id()), date=on + SHELF, windows=hours_later(order, on, zone))


def _moved(shift: Shift, on: date, zone: ZoneInfo) -> Shift:
    starts_at, ends_at = (
        same_clock(shift.starts_at, shift.date, on, zone),
        same_clock(shift.ends_at, shift.date, on, zone),
    )
    return replace(shift, id=ShiftId(new_id()), date=on, starts_at=starts_at, ends_at=ends_at, version=0)


def same_clock(moment: datetime, was: date, on: date, zone: ZoneInfo) -> datetime:
    """The same time of the depot's clock, as many days later as `on` is after `was`. UTC."""
    return (moment.astimezone(zone) + (on - was)).astimezone(UTC)
