"""A day's plan: which orders each shift serves, in which order; and the day it belongs to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatcher.domain.depot import Depot
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.roads import Closure


@dataclass(frozen=True, slots=True)
class Stop:
    """An order's place in a route. An order has at most one stop."""

    order_id: OrderId
    held: bool = False
    """The dispatcher put it with this driver: re-planning may move it within the route, not to another."""
    done: bool = False
    """The driver has been there: neither it nor what lies before it in the route is planned any more."""


@dataclass(frozen=True, slots=True)
class Route:
    """The round of one shift."""

    shift_id: ShiftId
    stops: tuple[Stop, ...] = ()
    followed: bool = False
    """Its driver says what is done: what is not is ahead, whatever the clock says."""
    order_ids: tuple[OrderId, ...] = field(init=False, repr=False, compare=False)
    """The orders in the order they are served."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "order_ids", tuple(stop.order_id for stop in self.stops))


@dataclass(frozen=True, slots=True)
class Plan:
    """All routes of a day. `revision` is the storage's counter at the moment it was read."""

    date: date
    revision: int
    routes: tuple[Route, ...] = ()

    def route_of(self, order_id: OrderId) -> Route | None:
        """The route that serves the order."""
        return next((r for r in self.routes if order_id in r.order_ids), None)


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that belongs to one date, read in one transaction: what boards show and engines plan."""

    date: date
    depot: Depot
    orders: Mapping[OrderId, Order]
    drivers: Mapping[DriverId, Driver]
    vehicles: Mapping[VehicleId, Vehicle]
    shifts: Mapping[ShiftId, Shift]
    """In the order of their drivers' numbers."""
    plan: Plan
    """Has one route for every shift, empty or not, in the order of `shifts`."""
    freeze_at: datetime | None = None
    """The freeze line: re-planning touches no stop whose service begins before it."""
    loaded: Mapping[OrderId, ShiftId] = field(default_factory=dict)
    """In which shift's vehicle the goods of an order are already; also of orders that are planned elsewhere now."""
    closures: tuple[Closure, ...] = ()
    """Streets that are closed on this date."""

    @property
    def revision(self) -> int:
        """The storage's counter when the day was read."""
        return self.plan.revision

    @property
    def unplanned(self) -> tuple[OrderId, ...]:
        """Open orders that no route serves, in the order of their numbers."""
        served = {order_id for route in self.plan.routes for order_id in route.order_ids}
        waiting = (o for o in self.orders.values() if o.id not in served and o.state is OrderState.OPEN)
        return tuple(o.id for o in sorted(waiting, key=lambda o: o.number))

    def rounds(self) -> Iterator[tuple[Route, Shift, Driver, Vehicle]]:
        """Each route with who drives it in what."""
        for route in self.plan.routes:
            shift = self.shifts[route.shift_id]
            yield route, shift, self.drivers[shift.driver_id], self.vehicles[shift.vehicle_id]
