"""Changes of a day's plan by hand: move, take out, hold; and taking over what an engine proposes.

Each function is one change inside a unit of work. Nothing is refused for breaking a rule: the judge says afterwards
what a move breaks. Only nonsense raises: an order or a shift that is not there any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Plan, Route, Stop
from dispatcher.services.merging import (
    Proposal,
    Sequences,
    count_moved,
    destinations,
    merged,
    place_behind,
    shift_by_order,
)
from dispatcher.services.ports import UnitOfWork

__all__ = [
    "Applied", "Proposal", "Sequences", "apply_proposal", "clear_routes", "complete", "count_moved", "hold_orders",
    "land_orders", "merged", "move_orders", "place_behind", "sequences_of", "shift_by_order", "unassign",
    "with_sequences",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a proposal."""

    moved: int
    """Orders whose shift or place in the sequence changed."""
    left: tuple[tuple[OrderId, str], ...] = ()
    """Orders that stay as they are because the plan moved meanwhile, each with why."""


def move_orders(
    uow: UnitOfWork,
    *,
    order_ids: Sequence[OrderId],
    to_shift: ShiftId,
    index: int | None = None,
    hold: bool = True,
) -> None:
    """Put orders, planned or not, into a route; there they stay together, in the sequence given.

    `index` counts the stops of the target route as the dispatcher sees it, before the move; `None` appends.
    `hold` keeps re-planning from giving them to another driver.
    """
    orders = _existing(uow, order_ids)
    route = _route(uow.plan(_one_date(orders)), to_shift)
    moving = {order.id for order in orders}
    at = len(route.stops) if index is None else max(0, min(index, len(route.stops)))
    before = [s for s in route.stops[:at] if s.order_id not in moving]
    behind = [s for s in route.stops[at:] if s.order_id not in moving]
    placed = [Stop(order_id, held=hold) for order_id in dict.fromkeys(order_ids)]
    uow.set_routes({to_shift: [*before, *placed, *behind]})


def land_orders(
    uow: UnitOfWork, *, order_ids: Collection[OrderId], to_shift: ShiftId, sequence: Sequence[OrderId]
) -> None:
    """Put orders into a route, each where `sequence`, the route as it was shown, has it; they stay with the driver.

    If the route is another one by now, each goes behind the one it was to follow, as far as that is still there.
    """
    orders = _existing(uow, order_ids)
    route = _route(uow.plan(_one_date(orders)), to_shift)
    landing = set(order_ids)
    stops = [s for s in route.stops if s.order_id not in landing]
    place_behind(stops, [Stop(o, held=True) for o in sequence if o in landing], sequence)
    uow.set_routes({to_shift: stops})


def unassign(uow: UnitOfWork, *, order_ids: Collection[OrderId]) -> None:
    """Take orders out of their routes, back into the pool."""
    orders = _existing(uow, order_ids)
    leaving = {order.id for order in orders}
    for on in {order.date for order in orders}:
        touched = [r for r in uow.plan(on).routes if leaving & set(r.order_ids)]
        uow.set_routes({r.shift_id: [s for s in r.stops if s.order_id not in leaving] for r in touched})


def clear_routes(uow: UnitOfWork, *, on: date, shift_ids: Collection[ShiftId] | None = None) -> None:
    """Empty these routes, or all of the day."""
    routes = uow.plan(on).routes
    chosen = {r.shift_id for r in routes} if shift_ids is None else set(shift_ids)
    uow.set_routes({r.shift_id: [] for r in routes if r.shift_id in chosen and r.stops})


def hold_orders(uow: UnitOfWork, *, order_ids: Collection[OrderId], held: bool) -> None:
    """Bind orders to the driver they are with, or let the optimiser give them to another."""
    orders = _existing(uow, order_ids)
    chosen = {order.id for order in orders}
    for on in {order.date for order in orders}:
        touched = [r for r in uow.plan(on).routes if chosen & set(r.order_ids)]
        uow.set_routes(
            {r.shift_id: [replace(s, held=held) if s.order_id in chosen else s for s in r.stops] for r in touched}
        )


def apply_proposal(uow: UnitOfWork, proposal: Proposal) -> Applied:
    """Take an engine's plan over.

    If the plan moved since the snapshot, the dispatcher's hand wins: an order that was moved, taken out, cancelled,
    held, locked or served meanwhile stays where it is now, an order that came meanwhile stays too, and the rest follows
    the proposal.
    """
    plan = uow.plan(proposal.date)
    orders = {order.id: order for order in uow.orders(destinations(proposal))}
    locks = {shift.id: shift.lock for shift in uow.shifts_of(proposal.date)}
    changed, left = merged(plan, orders, proposal, locks)
    moved = count_moved(plan, changed)
    if changed:
        uow.set_routes(changed)
    return Applied(moved, tuple(left.items()))


def complete(uow: UnitOfWork, proposal: Proposal, *, after: int) -> Applied:
    """Take over what completes the change of revision `after`; nothing if anything was written since, an undo say."""
    return apply_proposal(uow, proposal) if uow.revision == after else Applied(0)


def with_sequences(day: Day, sequences: Sequences) -> Day:
    """The day as it would be with these routes; for showing a proposal before it is applied."""
    stops = {s.order_id: s for r in day.plan.routes for s in r.stops}
    elsewhere = set(shift_by_order(sequences))
    routes = []
    for route in day.plan.routes:
        if route.shift_id in sequences:
            kept = tuple(stops.get(o, Stop(o)) for o in sequences[route.shift_id] if o in day.orders)
        else:
            kept = tuple(s for s in route.stops if s.order_id not in elsewhere)
        routes.append(Route(route.shift_id, kept))
    plan = Plan(day.date, day.revision, tuple(routes))
    return replace(day, plan=plan)


def sequences_of(day: Day, shift_ids: Collection[ShiftId] | None = None) -> dict[ShiftId, tuple[OrderId, ...]]:
    """The day's routes, or these of them, as plain sequences."""
    return {r.shift_id: r.order_ids for r in day.plan.routes if shift_ids is None or r.shift_id in shift_ids}


def _existing(uow: UnitOfWork, order_ids: Collection[OrderId]) -> list[Order]:
    orders = list(uow.orders(order_ids))
    if len(orders) < len(set(order_ids)):
        gone = len(set(order_ids)) - len(orders)
        raise KnownError(
            f"{gone} of the chosen orders no longer exist.", "The board shows what is there now; choose again."
        )
    return orders


def _one_date(orders: Collection[Order]) -> date:
    dates = {order.date for order in orders}
    if len(dates) != 1:
        raise KnownError("The chosen orders belong to several days.", "Choose orders of one day.")
    return dates.pop()


def _route(plan: Plan, shift_id: ShiftId) -> Route:
    for route in plan.routes:
        if route.shift_id == shift_id:
            return route
    raise KnownError(
        "That driver is no longer on duty on this day.", "Choose another driver, or add the shift again under Fleet."
    )
