"""Deliveries whose goods an order of the file, or of the day, fetches: its number → its id, once all rows are read.

The number is looked up among the orders as the import will leave them: first those of the same sender, then all others.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderKind
from dispatcher.intake.combine import DraftOrder, identity
from dispatcher.intake.fields import Field
from dispatcher.intake.merge import ImportMode, MergePlan, missing
from dispatcher.intake.onto import ALL, Told
from dispatcher.intake.row import RowError

AT_THE_DEPOT: Final = "-"
"""Says in words what an empty cell leaves open: nothing is fetched on the way."""


@dataclass(frozen=True, slots=True)
class Unpaired:
    """An incoming order that the orders there are keep out: mostly its goods cannot be fetched as the file says."""

    order: Order
    reason: str
    remedy: str
    field: Field = Field.PICKUP_ORDER
    """Where in the file it says so."""


def paired(
    existing: Sequence[Order],
    incoming: Sequence[Order],
    fetched: Mapping[OrderId, str],
    mode: ImportMode,
    *,
    told: Mapping[OrderId, Told],
    faulty: Collection[str] = (),
) -> tuple[tuple[Order, ...], tuple[Unpaired, ...]]:
    """The incoming orders with their `pickup_id`, and those that cannot go in for want of it.

    `existing` are the orders of the incoming dates, `fetched` the numbers that the file names, by the incoming order.
    A number that an order's pick-up has already means that one.
    """
    if not fetched:
        return tuple(incoming), ()
    named = {id_: number for id_, number in fetched.items() if number != AT_THE_DEPOT}
    bad = list(_odd(incoming, named))
    odd = {each.order.id for each in bad}
    sound = [order for order in incoming if order.id not in odd]
    there = _Expected(existing, sound, mode, told, faulty)
    good: list[Order] = []
    for order in sound:
        number = named.get(order.id) if order.kind is OrderKind.DELIVERY else None
        found = there.pickup_of(order, number) if number else None
        if isinstance(found, Unpaired):
            bad.append(found)
        else:
            good.append(replace(order, pickup_id=found) if found else order)
    return tuple(good), tuple(bad)


def _odd(incoming: Iterable[Order], named: Mapping[OrderId, str]) -> Iterator[Unpaired]:
    """Collections that name another order; not where that order names them: some senders say it on both sides."""
    waiting = {(order.date, order.number, named[order.id]) for order in incoming if order.id in named}
    for order in incoming:
        number = named.get(order.id)
        if number and order.kind is OrderKind.COLLECTION and (order.date, number, order.number) not in waiting:
            yield Unpaired(order, "Only the goods of a delivery are fetched at another order.", "Empty this cell.")


def deserted(existing: Iterable[Order], incoming: Iterable[Order], plan: MergePlan) -> tuple[Unpaired, ...]:
    """Incoming orders that would make a delivery of a collection at which others get their goods."""
    gone, changed = {order.id for order in plan.remove}, {order.id: order for order in plan.replace}
    staying = [changed.get(order.id, order) for order in existing if order.id not in gone]
    waiting = {order.pickup_id: order.number for order in (*staying, *plan.add)}
    lost = {identity(order): waiting[order.id] for order in plan.replace
            if order.id in waiting and order.kind is not OrderKind.COLLECTION}  # fmt: skip
    return tuple(
        Unpaired(
            order,
            f"The goods of order {lost[identity(order)]} are fetched here, so it stays a collection.",
            f"Let {lost[identity(order)]} get its goods elsewhere first.",
            Field.KIND,
        )
        for order in incoming
        if identity(order) in lost
    )


def pairing_errors(
    unpaired: Iterable[Unpaired], drafts: Iterable[DraftOrder], headers: Mapping[Field, str]
) -> list[RowError]:
    """The orders left out as lines of the row report, one for each row of the file."""
    known: Mapping[str, DraftOrder] = {draft.order.id: draft for draft in drafts}

    def value(each: Unpaired) -> str:
        if each.field is Field.DATE:
            return each.order.date.isoformat()
        return known[each.order.id].pickup if each.field is Field.PICKUP_ORDER else each.order.kind.value

    return [
        RowError(row, headers.get(each.field, ""), value(each), each.reason, each.remedy)
        for each in unpaired
        for row in known[each.order.id].rows
    ]


@dataclass(frozen=True, slots=True)
class _Other:
    """An order as the import will leave it."""

    id: OrderId
    sender: str
    kind: OrderKind


class _Expected:
    """The orders there will be, by day and number."""

    def __init__(
        self,
        existing: Sequence[Order],
        incoming: Sequence[Order],
        mode: ImportMode,
        told: Mapping[OrderId, Told],
        faulty: Collection[str],
    ) -> None:
        self._known = {identity(order): order for order in existing}
        self._numbers = {order.id: order.number for order in existing}
        self._told, self._faulty, self._mode = told, faulty, mode
        going = {order.id for order in missing(existing, incoming, faulty)} if mode is ImportMode.SYNC else ()
        self._going = frozenset(going)
        there = {key: _Other(o.id, o.sender, o.kind) for key, o in self._known.items() if o.id not in going}
        for order in incoming:
            other = self._as_it_will_be(order)
            if other is not None and (identity(order) not in there or other.id in self._numbers):
                there[identity(order)] = other
        self._days: dict[str, dict[object, list[_Other]]] = {}
        for (_, on, number), other in there.items():
            self._days.setdefault(number, {}).setdefault(on, []).append(other)

    def _as_it_will_be(self, order: Order) -> _Other | None:
        before = self._known.get(identity(order))
        if before is None:
            return None if self._mode is ImportMode.UPDATE else _Other(order.id, order.sender, order.kind)
        tells = self._mode is not ImportMode.CREATE and Field.KIND in self._told.get(order.id, ALL)
        return _Other(before.id, before.sender, order.kind if tells else before.kind)

    def pickup_of(self, order: Order, number: str) -> OrderId | Unpaired:
        """The collection that the number names for this order, or why there is none."""
        before = self._known.get(identity(order))
        known = before.pickup_id if before else None
        if known and self._numbers.get(known) == number and known not in self._going:
            return known
        itself = self._as_it_will_be(order)
        if itself is not None and itself.kind is not OrderKind.DELIVERY:
            return Unpaired(order, "Only the goods of a delivery are fetched at another order.", "Empty this cell.")
        on_days = self._days.get(number, {})
        others = on_days.get(order.date, [])
        found = [other for other in others if other.sender == order.sender] or others
        if not found:
            return Unpaired(order, *self._missing(order, number, on_days))
        if len(found) > 1:
            return Unpaired(order, f"Several senders have an order {number}.", "Give it a number of its own.")
        if found[0].kind is not OrderKind.COLLECTION:
            return Unpaired(
                order,
                f"Order {number} is a delivery: nothing is fetched there.",
                "Name a collection, or make that order one in the column of the type.",
            )
        return found[0].id

    def _missing(self, order: Order, number: str, on_days: Collection[object]) -> tuple[str, str]:
        if number in self._faulty:
            return f"Order {number}, which fetches its goods, is left out.", "Mend the rows of that order."
        if on_days:
            return (
                f"Order {number} is of {next(iter(on_days))}, this one of {order.date}.",
                "Give both the same date: goods are fetched and brought in one round.",
            )
        return f"There is no order {number} on {order.date} to fetch its goods.", "Add it, or correct the number."
