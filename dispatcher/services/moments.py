"""The day as it was: taking the plan back to an earlier moment, as a change like any other."""

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day, Stop
from dispatcher.services.plan import Applied, count_moved
from dispatcher.services.ports import UnitOfWork


def take_back(uow: UnitOfWork, then: Day) -> Applied:
    """Give every round of today's shifts the stops it had `then`, held and done as they were.

    Orders, drivers and hours stay as they are now. What cannot go back - the order was cancelled, moved to another
    day or removed, or its shift is gone - is left out of the rounds or waits in the pool, and said.
    """
    now = uow.plan(then.date)
    on_duty = {route.shift_id for route in now.routes}
    orders = {order.id: order for order in uow.orders_of([then.date])}
    left: dict[OrderId, str] = {}
    routes: dict[ShiftId, list[Stop]] = {shift_id: [] for shift_id in on_duty}
    for route in then.plan.routes:
        kept = []
        for stop in route.stops:
            order = orders.get(stop.order_id)
            if order is None:
                left[stop.order_id] = "It is not of this day any more."
            elif order.state is not OrderState.OPEN:
                left[stop.order_id] = "It has been cancelled since."
            elif route.shift_id not in on_duty:
                left[stop.order_id] = "Its driver is no longer on duty."
            else:
                kept.append(stop)
        if route.shift_id in on_duty:
            routes[route.shift_id] = kept
    moved = count_moved(now, routes)
    uow.set_routes(routes)
    return Applied(moved, tuple(left.items()))
