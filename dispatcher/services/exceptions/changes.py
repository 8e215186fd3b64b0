"""What remedies change in the plan: each one change inside a unit of work, refused if the order has moved on since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.place import Address
from dispatcher.domain.time import TimeWindow, at_local
from dispatcher.services.disturbances import try_another_day
from dispatcher.services.orders import save_order
from dispatcher.services.plan import land_orders, unassign
from dispatcher.services.ports import Reader, UnitOfWork

AFTER = timedelta(hours=1)
"""Whoever was not there is not there a minute later: so long after an attempt the next one is tried, if time allows."""
LOOK_AHEAD = 21
"""Days in which the next working days are looked for."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Which order, and as what it was seen when the remedy was offered."""

    order_id: OrderId
    attempt: int
    """Which attempt at it the next one was to be then; another by now means that somebody has seen to it."""
    tried: bool
    """Whether a driver was there, so that the next attempt has another number."""

    def order(self, reader: Reader) -> Order:
        """As it is now. Raises `KnownError` if it has moved on."""
        order = reader.order(self.order_id)
        if order is None:
            raise KnownError("The order is not there any more.", "Close the exception with a note.")
        if order.state is not OrderState.OPEN:
            raise KnownError(f"Order {order.number} was cancelled meanwhile.", "Close the exception with a note.")
        if order.attempt != self.attempt:
            raise KnownError(f"Order {order.number} is tried again already.", "Look at the queue anew.")
        return order

    def next(self, order: Order) -> Order:
        """The order with the number of its next attempt."""
        return replace(order, attempt=order.attempt + 1) if self.tried else order


def windows_from(order: Order, not_before: datetime, end: datetime) -> tuple[TimeWindow, ...]:
    """What is left of an order's windows from a moment on; until the day's end, if nothing is."""
    ahead = (TimeWindow(max(w.opens_at, not_before), w.closes_at) for w in order.windows if w.closes_at > not_before)
    return tuple(ahead) or (TimeWindow(not_before, end),)


def put_today(
    uow: UnitOfWork,
    *,
    aim: Aim,
    windows: tuple[TimeWindow, ...],
    to_shift: ShiftId,
    sequence: Sequence[OrderId],
    address: Address | None = None,
) -> None:
    """Into a round on the road, where it was priced, with these windows; to another address, if one is given."""
    order = aim.order(uow)
    unassign(uow, order_ids=[order.id])
    now = replace(aim.next(order), windows=windows)
    uow.put_orders([replace(now, address=address) if address else now])
    land_orders(uow, order_ids=[order.id], to_shift=to_shift, sequence=sequence)


def put_on_day(
    uow: UnitOfWork,
    *,
    aim: Aim,
    on: date,
    hours: tuple[time, time] | None = None,
    to_shift: ShiftId | None = None,
    sequence: Sequence[OrderId] = (),
) -> None:
    """To another day, at the same hours or at these; into a round of it, where it was priced, else into its pool."""
    order = aim.order(uow)
    if hours is None and on == order.date:
        raise BadInput(f"{on:%d %B} is the day the order has.", "Choose another day, or give the hours.")
    if on > order.date:
        try_another_day(uow, order_id=order.id, on=on, tried=aim.tried)
        moved = uow.order(order.id) or order
    elif on == order.date:
        unassign(uow, order_ids=[order.id])
        moved = aim.next(order)
    else:
        raise BadInput(f"{on:%d %B} is over.", "Choose a later day.")
    zone = uow.depot().zone
    if hours is not None:
        moved = replace(moved, windows=(TimeWindow(at_local(on, hours[0], zone), at_local(on, hours[1], zone)),))
    uow.put_orders([moved])
    if to_shift is not None:
        land_orders(uow, order_ids=[order.id], to_shift=to_shift, sequence=sequence)


@dataclass(frozen=True, slots=True)
class PlanDay:
    """Where a failed attempt goes by itself."""

    incident_id: str
    order_id: OrderId
    attempt: int
    on: date


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of it."""

    incident_id: str
    done: bool
    told: str
    """A sentence."""


def put_next_day(uow: UnitOfWork, goals: Iterable[PlanDay]) -> tuple[Retried, ...]:
    """All of these to their days, as far as they are as they were; those that cannot go stay, and keep none back."""
    found = []
    for goal in goals:
        order, day = uow.order(goal.order_id), f"{goal.on:%A} {goal.on.day} {goal.on:%B}"
        if order is None or order.state is not OrderState.OPEN or order.attempt != goal.attempt:
            continue
        try:
            try_another_day(uow, order_id=order.id, on=goal.on)
        except KnownError as fault:  # nothing is written before it is raised
            found.append(Retried(goal.incident_id, False, f"It could not be put on {day} by itself: {fault}"))
        else:
            found.append(Retried(goal.incident_id, True, f"Put on {day} by itself."))
    return tuple(found)


def put_address(uow: UnitOfWork, *, aim: Aim, address: Address) -> None:
    """To another address; of an order that was tried, into the pool of its day."""
    order = aim.order(uow)
    if aim.tried:
        unassign(uow, order_ids=[order.id])
    save_order(uow, replace(aim.next(order), address=address))


def put_aside(uow: UnitOfWork, *, aim: Aim, mark: str) -> None:
    """Off the plan for good, with a mark in its notes: the goods wait in the cage."""
    order = aim.order(uow)
    unassign(uow, order_ids=[order.id])
    uow.put_orders([replace(aim.next(order), state=OrderState.CANCELLED, notes=noted(order.notes, mark))])


def put_note(uow: UnitOfWork, *, order_id: OrderId, mark: str) -> None:
    """A line more in the order's notes."""
    order = uow.order(order_id)
    if order is None:
        raise KnownError("The order is not there any more.", "Close the exception with a note.")
    uow.put_orders([replace(order, notes=noted(order.notes, mark))])


def noted(notes: str, mark: str) -> str:
    """Notes with one line more."""
    return f"{notes}\n{mark}" if notes else mark


def working_days(reader: Reader, after: date, count: int) -> list[date]:
    """The next days on which somebody is on duty, or usually works."""
    weekdays = {day for driver in reader.drivers() if driver.active for day in driver.weekdays}
    ahead = (after + timedelta(days=n) for n in range(1, LOOK_AHEAD + 1))
    found: list[date] = []
    for on in ahead:
        if on.weekday() in weekdays or reader.shifts_of(on):
            found.append(on)
        if len(found) == count:
            break
    return found


def require_worked(reader: Reader, on: date, today: date) -> None:
    """Raises `BadInput` for a day on which nobody drives."""
    if on < today:
        raise BadInput(f"{on:%d %B} is over.", "Choose a later day.")
    if on not in working_days(reader, on - timedelta(days=1), 1):
        raise BadInput(f"Nobody works on {on:%A} {on.day} {on:%B}.", "Choose another day, or put drivers on duty.")


def day_and_hours(given: str) -> tuple[date, tuple[time, time] | None]:
    """What was given as a day: "2026-11-24", or "2026-11-24 10:00-12:00". Raises `BadInput`."""
    day, _, hours = " ".join(given.split()).partition(" ")
    try:
        on = date.fromisoformat(day)
        if not hours:
            return on, None
        opens, closes = (time.fromisoformat(part.strip()) for part in hours.replace("\N{EN DASH}", "-").split("-"))
    except ValueError:
        raise BadInput(f"“{given}” is no day.", "Write it as 2026-11-24, or 2026-11-24 10:00-12:00.") from None
    if opens >= closes:
        raise BadInput("The time ends before it begins.", "Write it as 10:00-12:00.")
    return on, (opens, closes)
