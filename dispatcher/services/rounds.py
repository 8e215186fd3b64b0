"""Changes of whole rounds: lock, swap, mark as loaded or driven, and the day's freeze line.

Each function is one change inside a unit of work. Locks and the freeze line bind re-planning, never the dispatcher.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock, Shift
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderKind
from dispatcher.domain.plan import Route, Stop
from dispatcher.services.ports import UnitOfWork


def lock_rounds(uow: UnitOfWork, *, on: date, shift_ids: Collection[ShiftId], lock: Lock) -> None:
    """Say what re-planning may not do to these rounds."""
    uow.put_shifts(replace(shift, lock=lock) for shift in shifts_named(uow, on, shift_ids))


def swap_rounds(uow: UnitOfWork, *, on: date, one: ShiftId, other: ShiftId) -> None:
    """Exchange what two drivers still have to do; where they have been already stays theirs."""
    if one == other:
        raise KnownError("A round cannot be swapped with itself.", "Choose two rounds.")
    first, second = routes_named(uow, on, (one, other))
    (driven, ahead), (driven_too, ahead_too) = parted(first), parted(second)
    uow.set_routes({one: [*driven, *ahead_too], other: [*driven_too, *ahead]})


def mark_done(uow: UnitOfWork, *, on: date, order_ids: Collection[OrderId], done: bool) -> None:
    """Say that the drivers have been at these stops, or that they have not."""
    chosen = set(order_ids)
    touched = [r for r in uow.plan(on).routes if chosen & set(r.order_ids)]
    uow.set_routes(
        {r.shift_id: [replace(s, done=done) if s.order_id in chosen else s for s in r.stops] for r in touched}
    )


def mark_loaded(uow: UnitOfWork, *, on: date, shift_ids: Collection[ShiftId], loaded: bool) -> None:
    """Say that the goods of these rounds are in their vehicles, or in none.

    Only goods that come from the depot: what is fetched on the way is not loaded there.
    """
    for route in routes_named(uow, on, shift_ids):
        brought = [order.id for order in uow.orders(route.order_ids) if loads_at_depot(order)]
        uow.set_loaded(brought if loaded else route.order_ids, route.shift_id if loaded else None)


def loads_at_depot(order: Order) -> bool:
    """Whether its goods are in the van from the start: neither collected nor fetched on the way."""
    return order.kind is OrderKind.DELIVERY and order.pickup_id is None


def freeze(uow: UnitOfWork, *, on: date, moment: datetime | None) -> None:
    """Draw the line before which re-planning touches nothing; `None` takes it away."""
    uow.set_freeze(on, moment)


def change_hours(uow: UnitOfWork, *, on: date, shift_id: ShiftId, starts_at: datetime, ends_at: datetime) -> None:
    """Let a shift begin and end at other times; what it makes late is said, not refused."""
    if ends_at <= starts_at:
        raise KnownError("A shift must end after it begins.", "Drag its end behind its start.")
    (shift,) = shifts_named(uow, on, (shift_id,))
    uow.put_shifts([replace(shift, starts_at=starts_at, ends_at=ends_at)])


def shifts_named(uow: UnitOfWork, on: date, shift_ids: Collection[ShiftId]) -> Sequence[Shift]:
    """These shifts of the day; raises `KnownError` if one is gone."""
    known = {shift.id: shift for shift in uow.shifts_of(on)}
    _require(known, shift_ids)
    return [known[shift_id] for shift_id in shift_ids]


def routes_named(uow: UnitOfWork, on: date, shift_ids: Collection[ShiftId]) -> Sequence[Route]:
    """The routes of these shifts; raises `KnownError` if one is gone."""
    known = {route.shift_id: route for route in uow.plan(on).routes}
    _require(known, shift_ids)
    return [known[shift_id] for shift_id in shift_ids]


def parted(route: Route) -> tuple[list[Stop], list[Stop]]:
    """The stops up to the last one where the driver has been, and those still ahead."""
    behind = max((i + 1 for i, stop in enumerate(route.stops) if stop.done), default=0)
    return list(route.stops[:behind]), list(route.stops[behind:])


def _require(known: Collection[ShiftId], shift_ids: Collection[ShiftId]) -> None:
    if any(shift_id not in known for shift_id in shift_ids):
        raise KnownError(
            "That driver is no longer on duty on this day.",
            "Choose another driver, or add the shift again under Fleet.",
        )
