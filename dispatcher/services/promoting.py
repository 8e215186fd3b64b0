"""Promoting a what-if copy: what was changed in it comes into the depot, as one change.

Where the depot itself has changed the same thing meanwhile, the depot's own stands; what the depot has no room for any
more - a driver who was removed, a number that was given away - is brought over without that. Both are said for orders.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dispatcher.domain.fleet import Driver, Shift
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.roads import Closure
from dispatcher.services.fleet import next_number
from dispatcher.services.plan import Applied, Proposal, apply_proposal, sequences_of
from dispatcher.services.ports import UnitOfWork

_DRIVEN = "A driver has been there meanwhile; it stays as it is."
_CONTESTED = "It was changed in the depot meanwhile; that stands."


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a day in a copy."""

    day: Day
    postponed: tuple[Order, ...] = ()
    """Orders that were of the day and are of another by now."""
    closures: tuple[Closure, ...] = ()
    """All closed streets of the copy."""


def promote(uow: UnitOfWork, *, base: Day, tried: Tried) -> Applied:
    """Bring what was changed in a copy, since `base`, into the depot."""
    now, then = uow.day(base.date), tried.day
    if _differ(then.depot, base.depot) and not _differ(now.depot, base.depot):
        uow.put_depot(then.depot)
    _take_fleet(uow, base, then, now)
    _take_streets(uow, base, tried)
    told = _take_orders(uow, base, tried, now)
    before, after = sequences_of(base), sequences_of(then)
    applied = apply_proposal(uow, Proposal(base.date, base.revision, before, after, by_hand=True))
    _take_flags(uow, base, then, now)
    if then.freeze_at != base.freeze_at == now.freeze_at:
        uow.set_freeze(base.date, then.freeze_at)
    return replace(applied, left=tuple({**dict(applied.left), **told}.items()))


# --- drivers, vehicles, shifts, streets ---


def _take_fleet(uow: UnitOfWork, base: Day, then: Day, now: Day) -> None:
    for vehicle in _changed(base.vehicles, then.vehicles, now.vehicles):
        uow.put_vehicle(vehicle)
    for driver in _changed(base.drivers, then.drivers, now.drivers):
        uow.put_driver(_fitting(uow, driver))
    for shift_id, shift in base.shifts.items():
        if shift_id not in then.shifts and shift_id in now.shifts and not _differ(now.shifts[shift_id], shift):
            uow.remove_shift(shift_id)
    for shift in _changed(base.shifts, then.shifts, now.shifts):
        if _has_room(uow, shift):
            uow.put_shifts([shift])


def _fitting(uow: UnitOfWork, driver: Driver) -> Driver:
    """The driver with a number that is free, and a usual vehicle that is there."""
    taken = {other.number for other in uow.drivers() if other.id != driver.id}
    number = next_number(uow) if driver.number in taken else driver.number
    known = {vehicle.id for vehicle in uow.vehicles()}
    return replace(driver, number=number, vehicle_id=driver.vehicle_id if driver.vehicle_id in known else None)


def _has_room(uow: UnitOfWork, shift: Shift) -> bool:
    """Whether its driver and its vehicle are there, and out with no other shift at that time."""
    there = shift.driver_id in {d.id for d in uow.drivers()} and shift.vehicle_id in {v.id for v in uow.vehicles()}
    others = (s for s in uow.shifts_of(shift.date) if s.id != shift.id)
    return there and not any(
        (other.driver_id == shift.driver_id or other.vehicle_id == shift.vehicle_id)
        and other.starts_at < shift.ends_at
        and shift.starts_at < other.ends_at
        for other in others
    )


def _take_streets(uow: UnitOfWork, base: Day, tried: Tried) -> None:
    was, now = {c.id: c for c in base.closures}, {c.id: c for c in uow.closures()}
    then = {c.id: c for c in tried.closures if c.id in was or c.first <= base.date <= c.last}
    for closure in _changed(was, then, now):
        uow.put_closure(closure)
    for closure_id, closure in was.items():
        if closure_id not in then and closure_id in now and not _differ(now[closure_id], closure):
            uow.remove_closure(closure_id)


# --- orders ---


def _take_orders(uow: UnitOfWork, base: Day, tried: Tried, now: Day) -> dict[OrderId, str]:
    """Add, change, postpone and remove as the copy did; what could not be had as it was there, with why."""
    then = {**tried.day.orders, **{order.id: order for order in tried.postponed}}
    told = dict.fromkeys(_contested(base.orders, then, now.orders), _CONTESTED)
    numbers = {(o.sender, o.number, o.date): o.id for o in uow.orders_of({o.date for o in then.values()})}
    wanted, driven = {}, {stop.order_id for route in now.plan.routes for stop in route.stops if stop.done}
    driven -= {stop.order_id for route in base.plan.routes for stop in route.stops if stop.done}
    for order in _changed(base.orders, then, now.orders):
        if order.id in driven and (order.date != now.date or order.state is not now.orders[order.id].state):
            told[order.id] = _DRIVEN
        elif numbers.get((order.sender, order.number, order.date), order.id) != order.id:
            told[order.id] = f"The depot has an order {order.number} of its own meanwhile; that stands."
        else:
            wanted[order.id] = order
    fitted = dict(_with_known_names(uow, wanted))
    told |= {order_id: why for order_id, (_, why) in fitted.items() if why}
    uow.put_orders([order for order, _ in fitted.values()])
    gone = {o for o in base.orders if o not in then and o in now.orders}
    told |= dict.fromkeys(gone & driven, _DRIVEN)
    uow.remove_orders([o for o in gone - driven if not _differ(now.orders[o], base.orders[o])])
    return told


def _with_known_names(uow: UnitOfWork, wanted: Mapping[OrderId, Order]) -> Iterator[tuple[OrderId, tuple[Order, str]]]:
    """Each without a driver, or an order to fetch its goods, that the depot has removed meanwhile; with why."""
    drivers = {driver.id for driver in uow.drivers()}
    fetching = {o.pickup_id for o in wanted.values() if o.pickup_id is not None}
    known = {*wanted, *(order.id for order in uow.orders(fetching))}
    for order_id, order in wanted.items():
        fitted, why = order, ""
        if order.driver_id is not None and order.driver_id not in drivers:
            fitted, why = replace(fitted, driver_id=None), "Its driver was removed meanwhile; anybody may serve it."
        if order.pickup_id is not None and order.pickup_id not in known:
            fitted, why = replace(fitted, pickup_id=None), "What fetches its goods was removed meanwhile."
        yield order_id, (fitted, why)


def _take_flags(uow: UnitOfWork, base: Day, then: Day, now: Day) -> None:
    """What is held, done and loaded follows the copy where it was changed there."""
    was, meant, here = _stops(base), _stops(then), uow.day(base.date)
    routes = {}
    for route in here.plan.routes:
        stops = [meant[s.order_id] if _reflagged(was, meant, s) else s for s in route.stops]
        if tuple(stops) != route.stops:
            routes[route.shift_id] = stops
    if routes:
        uow.set_routes(routes)
    for order_id in base.loaded.keys() | then.loaded.keys():
        van = then.loaded.get(order_id)
        changed = base.loaded.get(order_id) != van and base.loaded.get(order_id) == now.loaded.get(order_id)
        if changed and order_id in here.orders and (van is None or van in here.shifts):
            uow.set_loaded([order_id], van)


def _reflagged(was: Mapping[Any, Stop], meant: Mapping[Any, Stop], stop: Stop) -> bool:
    order_id = stop.order_id
    return order_id in meant and meant[order_id] != was.get(order_id, Stop(order_id))


def _stops(day: Day) -> dict[Any, Stop]:
    return {stop.order_id: stop for route in day.plan.routes for stop in route.stops}


# --- what changed ---


def _changed[K, V](base: Mapping[K, V], tried: Mapping[K, V], now: Mapping[K, V]) -> list[V]:
    """What the copy changed or added, where the depot still has it as it was."""
    contested = _contested(base, tried, now)
    return [row for key, row in tried.items() if _differ(row, base.get(key)) and key not in contested]


def _contested[K, V](base: Mapping[K, V], tried: Mapping[K, V], now: Mapping[K, V]) -> Collection[K]:
    return {
        key
        for key, row in tried.items()
        if _differ(row, base.get(key)) and _differ(now.get(key), base.get(key)) and _differ(now.get(key), row)
    }


def _differ(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is not other
    return bool(replace(one, version=0) != replace(other, version=0))
