"""Collections and the deliveries that bring their goods on: which of them a search can plan as one.

PyVRP's shipment is one pick-up and one delivery, each with one window at most. A pair that is more than that (several
windows, several deliveries of one collection, more fetched than brought, "do early") is kept where it is, or put in by
the judge afterwards.
"""

from collections import Counter
from collections.abc import Collection

from dispatcher.domain.ids import OrderId
from dispatcher.planning.problem import Problem, Visit


def shipments(problem: Problem, order_ids: Collection[OrderId]) -> dict[OrderId, OrderId]:
    """Of these orders, the collections that one delivery waits for, each with that delivery, if both are simple."""
    known = set(order_ids)
    waiting = [problem.visits[o] for o in order_ids if problem.visits[o].pickup in known]
    count = Counter(visit.pickup for visit in waiting)
    return {
        visit.pickup: visit.order_id
        for visit in waiting
        if visit.pickup is not None and count[visit.pickup] == 1
        and _fit_together(visit, problem.visits[visit.pickup])
    }  # fmt: skip


def together(problem: Problem, order_id: OrderId, order_ids: Collection[OrderId]) -> tuple[OrderId, ...]:
    """The order and those of `order_ids` that cannot be served without it or it without them, pick-up first."""
    first = problem.visits[order_id].pickup
    first = first if first in order_ids else order_id
    behind = (o for o in order_ids if o != first and problem.visits[o].pickup == first)
    return (first, *behind) if first is not None else (order_id,)


def _fit_together(delivery: Visit, pickup: Visit) -> bool:
    """Whether each has one window at most, one after the other is possible, and nothing rides on to the end."""
    simple = all(len(visit.windows) <= 1 and not visit.early for visit in (delivery, pickup))
    as_much = all(brought >= fetched for brought, fetched in zip(delivery.load, pickup.load, strict=True))
    opens_s = pickup.windows[0][0] if pickup.windows else 0
    return simple and as_much and (delivery.closes_s is None or opens_s <= delivery.closes_s)
