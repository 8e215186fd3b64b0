"""What a round's rows are made of, and whether two of them make the same rows. Knows no Qt and no words."""

from dataclasses import dataclass
from datetime import datetime
from operator import is_
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.schedule import RouteTimes, Schedule


@dataclass(frozen=True, slots=True)
class Aboard:
    """Where the goods of a stop are."""

    vehicle: str
    here: bool
    """In the vehicle of the round that serves the stop."""


@dataclass(frozen=True, slots=True)
class RoundSource:
    """All that a round's rows are made of."""

    route: Route
    shift: Shift
    driver: Driver
    vehicle: Vehicle
    times: RouteTimes | None
    """`None` while the judge has not spoken."""
    orders: tuple[Order, ...]
    zone: ZoneInfo
    loaded: tuple[Aboard | None, ...] = ()
    """For each stop the vehicle its goods are in; empty while nothing of the day is loaded."""
    freeze_at: datetime | None = None


def same_source(one: RoundSource, other: RoundSource) -> bool:
    """Whether two sources make the same rows. Cheap: it is asked of every round of the day at every change."""
    return (
        one.route == other.route
        and (one.times is other.times or one.times == other.times)
        and len(one.orders) == len(other.orders)
        and (all(map(is_, one.orders, other.orders)) or all(map(_same_order, one.orders, other.orders)))
        and (one.shift, one.driver, one.vehicle, one.zone) == (other.shift, other.driver, other.vehicle, other.zone)
        and (one.loaded, one.freeze_at) == (other.loaded, other.freeze_at)
    )


def _same_order(one: Order, other: Order) -> bool:
    """By version, for orders that come from the storage.

    It stamps each write with a number that it gives but once, and undo brings number and content back together.
    """
    if one.version and other.version:
        return one.version == other.version and one.id == other.id
    return one == other


def round_sources(day: Day, schedule: Schedule | None) -> list[RoundSource]:
    """The day's rounds in the order of the plan."""
    routes = schedule.routes if schedule else {}
    return [
        RoundSource(
            route,
            shift,
            driver,
            vehicle,
            routes.get(route.shift_id),
            tuple(day.orders[s.order_id] for s in route.stops),
            day.depot.zone,
            tuple(_aboard(day, day.loaded.get(s.order_id), route) for s in route.stops) if day.loaded else (),
            day.freeze_at,
        )
        for route, shift, driver, vehicle in day.rounds()
    ]


def _aboard(day: Day, shift_id: ShiftId | None, route: Route) -> Aboard | None:
    if shift_id is None:
        return None
    known = shift_id in day.shifts
    name = day.vehicles[day.shifts[shift_id].vehicle_id].name if known else "a vehicle not on duty"
    return Aboard(name, shift_id == route.shift_id)
