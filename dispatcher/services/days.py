"""Reading a day again after a change, at the price of what changed."""

from dataclasses import replace
from datetime import date

from dispatcher.domain.plan import Day, Plan
from dispatcher.services.ports import Reader


def reread(reader: Reader, on: date, *, known: Day | None = None) -> Day:
    """The day as it is now. With `known`, whose orders, fleet and shifts are still true, only its routes are read.

    The parts taken over are the very same objects, by which others see that they did not change.
    """
    if known is None or known.date != on:
        return reader.day(on)
    plan = reader.plan(on)
    return replace(known, plan=_known_routes(known, plan)) if _fits(known, plan) else reader.day(on)


def _known_routes(known: Day, plan: Plan) -> Plan:
    """The plan with the known objects for the routes that are as they were."""
    routes = zip(known.plan.routes, plan.routes, strict=True)
    return replace(plan, routes=tuple(before if before == route else route for before, route in routes))


def _fits(known: Day, plan: Plan) -> bool:
    """Whether the routes speak of nothing that the known day does not have."""
    same_shifts = [route.shift_id for route in plan.routes] == list(known.shifts)
    return same_shifts and all(order_id in known.orders for route in plan.routes for order_id in route.order_ids)
