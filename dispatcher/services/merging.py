"""What an engine's plan comes to on the plan as it stands by now: what follows it, what stays as it is and why.

Everything here computes and changes nothing; `services.plan` writes. The dispatcher's hand wins: what was moved, held,
locked or driven meanwhile stays. What one that was left behind takes along - the delivery its goods - stays with it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Plan, Route, Stop

type Sequences = Mapping[ShiftId, Sequence[OrderId]]
"""Which orders each shift serves, in their order."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An engine's plan, computed against a snapshot and not yet applied."""

    date: date
    revision: int
    """Of the snapshot."""
    before: Sequences
    """The snapshot's routes that the engine was free to change."""
    after: Sequences
    """The same routes as they would be; who stands in none of them any more goes back to the pool."""
    cost: int = 0
    """Minor currency units, as the judge prices it."""
    by_hand: bool = False
    """A person chose it: locks, holds and what is driven do not bind it."""


def merged(
    plan: Plan, orders: Mapping[OrderId, Order], proposal: Proposal, locks: Mapping[ShiftId, Lock]
) -> tuple[dict[ShiftId, list[Stop]], dict[OrderId, str]]:
    """What a proposal comes to as the plan stands now: the routes that change, and what stays as it is and why.

    `orders` are as they are now; one that is missing there has been removed. `locks` are those of the shifts on duty.
    """
    now = {s.order_id: (r.shift_id, s) for r in plan.routes for s in r.stops}
    meant = destinations(proposal)
    left = dict(_left_alone(orders, proposal, meant, {o: s for o, (s, _) in now.items()}, locks))
    if not proposal.by_hand:
        for route in plan.routes:
            left = dict(_bound(route, proposal, meant, locks[route.shift_id], left)) | left
    left = left | dict(_parted(orders, shift_by_order(proposal.before), meant, left))
    after: dict[ShiftId, list[Stop]] = {}
    for shift_id in (s for s in proposal.after if s in locks):
        taken = [o for o in proposal.after[shift_id] if o not in left]
        after[shift_id] = [now[o][1] if o in now else Stop(o) for o in taken]
    for route in plan.routes:
        if route.shift_id in after:
            staying = [stop for stop in route.stops if stop.order_id in left or stop.order_id not in meant]
            place_behind(after[route.shift_id], staying, route.order_ids)
    return {
        r.shift_id: after[r.shift_id] for r in plan.routes if tuple(after.get(r.shift_id, r.stops)) != r.stops
    }, left


def destinations(proposal: Proposal) -> dict[OrderId, ShiftId | None]:
    """Where a proposal puts each order it speaks of; `None` for one it takes back into the pool."""
    out = {o: None for s, order_ids in proposal.before.items() if s in proposal.after for o in order_ids}
    return {**out, **shift_by_order(proposal.after)}


def _left_alone(
    orders: Mapping[OrderId, Order],
    proposal: Proposal,
    meant: Mapping[OrderId, ShiftId | None],
    now: Mapping[OrderId, ShiftId],
    on_duty: Collection[ShiftId],
) -> Iterator[tuple[OrderId, str]]:
    """What is not there any more, or not where the proposal found it."""
    was = shift_by_order(proposal.before)
    for order_id, shift_id in meant.items():
        order = orders.get(order_id)
        if shift_id is None and order_id not in now:
            continue
        if order is None:
            yield order_id, "It was removed meanwhile."
        elif order.state is not OrderState.OPEN and shift_id is not None:
            yield order_id, "It was cancelled meanwhile."
        elif now.get(order_id) != was.get(order_id):
            yield order_id, "It was moved by hand meanwhile."
        elif shift_id is not None and shift_id not in on_duty:
            yield order_id, "The driver it was meant for is no longer on duty."


def _bound(
    route: Route,
    proposal: Proposal,
    meant: Mapping[OrderId, ShiftId | None],
    lock: Lock,
    left: Collection[OrderId],
) -> Iterator[tuple[OrderId, str]]:
    """What would leave, enter or move in this round though that is not free any more."""
    then = proposal.after.get(route.shift_id)
    if then is None:
        return
    there, coming = set(route.order_ids), [o for o in then if o not in route.order_ids and o not in left]
    leaving = [o for o in route.order_ids if o not in left and meant.get(o, route.shift_id) != route.shift_id]
    staying = [o for o in then if o in there]
    if lock is not Lock.OPEN:
        resorted = lock in (Lock.SEQUENCE, Lock.ROUTE) and staying != [o for o in route.order_ids if o in set(staying)]
        enters = coming if lock in (Lock.DRIVER, Lock.ROUTE) else []
        yield from ((o, "Its round was locked meanwhile.") for o in (*leaving, *enters, *(staying if resorted else ())))
    held = {stop.order_id for stop in route.stops if stop.held}
    yield from ((o, "It was bound to its driver meanwhile.") for o in leaving if o in held)
    driven = route.order_ids[: max((i + 1 for i, stop in enumerate(route.stops) if stop.done), default=0)]
    if tuple(o for o in then if o not in left)[: len(driven)] != driven:
        yield from ((o, "The driver has been there meanwhile.") for o in driven if o in meant)


def _parted(
    orders: Mapping[OrderId, Order],
    was: Mapping[OrderId, ShiftId],
    meant: Mapping[OrderId, ShiftId | None],
    left: Collection[OrderId],
) -> Iterator[tuple[OrderId, str]]:
    """Deliveries and what fetches their goods, of which one would go to another driver without the other."""
    for order_id in meant:
        pickup_id = orders[order_id].pickup_id if order_id in orders else None
        if pickup_id is None or was.get(pickup_id) != was.get(order_id) or meant.get(pickup_id) != meant[order_id]:
            continue
        if (order_id in left) != (pickup_id in left) and was.get(order_id) != meant[order_id]:
            stays = pickup_id if order_id in left else order_id
            yield stays, "What is fetched and what is brought stay with one driver."


def place_behind(stops: list[Stop], coming: Iterable[Stop], sequence: Sequence[OrderId]) -> None:
    """Insert each coming stop right behind the nearest that precedes it in `sequence`; at the front for none."""
    for stop in coming:
        at = {s.order_id: i + 1 for i, s in enumerate(stops)}
        ahead = sequence[: sequence.index(stop.order_id)]
        stops.insert(next((at[o] for o in reversed(ahead) if o in at), 0), stop)


def count_moved(plan: Plan, changed: Mapping[ShiftId, Sequence[Stop]]) -> int:
    """How many orders stand in another place with the changed routes than in the plan, or in none any more."""
    now = {s.order_id: (r.shift_id, i) for r in plan.routes for i, s in enumerate(r.stops)}
    places = {s.order_id: (shift_id, i) for shift_id, stops in changed.items() for i, s in enumerate(stops)}
    taken_out = sum(1 for order_id, (shift_id, _) in now.items() if shift_id in changed and order_id not in places)
    return taken_out + sum(1 for order_id, place in places.items() if now.get(order_id) != place)


def shift_by_order(sequences: Sequences) -> dict[OrderId, ShiftId]:
    """Which shift serves each order."""
    return {order_id: shift_id for shift_id, order_ids in sequences.items() for order_id in order_ids}
