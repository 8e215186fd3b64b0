"""Rows → orders: rows of one number, date and address are one order with several lines; contradictions are faults.

How loads add up: where the weights, volumes and parcels are the same on every row of each order of several rows, they
are the order's totals, written again for each article, and count once. If any differs, each row states its own and
they are added.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, Priority
from dispatcher.domain.proof import Asked
from dispatcher.intake.addresses import address_key
from dispatcher.intake.door import strictest
from dispatcher.intake.fields import Field
from dispatcher.intake.row import Columns, RowError
from dispatcher.intake.rows import ParsedRow

type Identity = tuple[str, date, str]
"""Sender, date, number: what names an order across imports."""


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """An order read from a file, and the rows it was read from."""

    order: Order
    rows: tuple[int, ...]
    told: frozenset[Field] = frozenset()
    """The fields that at least one of its rows fills in; the others of the order are what an order has without them."""
    pickup: str = ""
    """The number of the order that fetches its goods: `pairs.py` finds it when all rows are read."""


def identity(order: Order) -> Identity:
    """What names an order across imports."""
    return order.sender, order.date, order.number


def grouped(rows: Iterable[ParsedRow]) -> list[list[ParsedRow]]:
    """Rows of one order together, in the order of their first rows. Rows without a number stand alone.

    A row that has only a number and an article belongs to the order above with that number.
    """
    groups: dict[Identity, list[ParsedRow]] = {}
    last: dict[str, ParsedRow] = {}
    nameless: Counter[Identity] = Counter()
    for row in rows:
        if not row.number:
            row.number = _own_number(row, nameless)
        elif row.address is None and (head := last.get(row.number)) is not None:
            row.date, row.sender = head.date, head.sender
        else:
            last[row.number] = row
        groups.setdefault((row.sender, row.date, row.number), []).append(row)
    return list(groups.values())


def contradictions(group: Sequence[ParsedRow]) -> list[RowError]:
    """Why these rows cannot be one order: told of the first and of each that contradicts it. Empty if they can."""
    head, *others = group
    errors: dict[int, RowError] = {}
    for other in others:
        if about := _differs(head, other):
            errors.setdefault(head.row, _clash(head, other, about))
            errors[other.row] = _clash(other, head, about)
    return list(errors.values())


def _clash(row: ParsedRow, against: ParsedRow, about: str) -> RowError:
    return RowError(
        row.row,
        "",
        row.number,
        f"Order {row.number} of {row.date} stands in row {against.row} too, with another {about}.",
        "Give one of them another number, or make them agree.",
    )


def totals_repeat(groups: Iterable[Sequence[ParsedRow]]) -> bool:
    """Whether rows of an order repeat its totals, by the evidence of all orders of several rows."""
    several = [group for group in groups if len(group) > 1]
    return bool(several) and all(len({row.loads for row in group}) == 1 for group in several)


def without_repeats(group: Sequence[ParsedRow]) -> list[ParsedRow]:
    """The group without rows that say the very same as one before."""
    return list({row.cells: row for row in reversed(group)}.values())[::-1]


def combined(group: Sequence[ParsedRow], where: Columns, *, repeat: bool, service_s: int) -> DraftOrder:
    """One order of the rows of a group. `repeat`: see `totals_repeat`."""
    head = group[0]
    address = next(row.address for row in group if row.address is not None)
    services = [row.service_s for row in group if row.service_s is not None]
    order = Order(
        id=OrderId(new_id()),
        number=head.number,
        date=head.date,
        address=address,
        kind=_first((row.kind for row in group), OrderKind.DELIVERY),
        sender=head.sender,
        contact=head.contact if len(group) == 1 else _contact(group),
        windows=next((row.windows for row in group if row.windows), ()),
        service_s=max(services, default=service_s),
        load=_load(group[:1] if repeat else group),
        lines=tuple(row.line for row in group if row.line is not None),
        skills=frozenset().union(*(row.skills for row in group)),
        driver_id=next((row.driver_id for row in group if row.driver_id), None),
        must_not_drop=max((row.priority for row in group if row.priority is not None), default=Priority.NORMAL),
        do_early=any(row.early for row in group),
        asked=Asked(strictest(row.needs for row in group), max(row.cash_due or 0 for row in group)),
        notes="\n".join(dict.fromkeys(note for row in group for note in row.notes)),
    )
    pickup = next((row.pickup for row in group if row.pickup), "")
    return DraftOrder(order, tuple(row.row for row in group), where.told(row.cells for row in group), pickup)


def _own_number(row: ParsedRow, taken: Counter[Identity]) -> str:
    """A number for a row without one: the same whenever the same visit is imported again."""
    where = address_key(row.address) if row.address else ""
    text = f"{where}|{row.contact.name.casefold()}"
    number = "R-" + hashlib.blake2s(text.encode(), digest_size=4).hexdigest().upper()
    identity = (row.sender, row.date, number)
    taken[identity] += 1
    return number if taken[identity] == 1 else f"{number}-{taken[identity]}"


def _differs(head: ParsedRow, other: ParsedRow) -> str:
    """What two rows of one number contradict each other in; what one leaves open is no contradiction."""
    if head.address and other.address and _where(head) != _where(other):
        return "address"
    pairs: Mapping[str, tuple[object, object]] = {
        "type": (head.kind, other.kind),
        "time window": (head.windows, other.windows),
        "driver": (head.driver_id, other.driver_id),
        "amount of cash due": (head.cash_due, other.cash_due),
        "pickup order": (head.pickup, other.pickup),
        "recipient": (head.contact.name.casefold(), other.contact.name.casefold()),
    }
    return next((what for what, (a, b) in pairs.items() if a and b and a != b), "")


def _where(row: ParsedRow) -> tuple[str, object]:
    assert row.address is not None
    return address_key(row.address), row.address.place


def _first[T](options: Iterable[T | None], default: T) -> T:
    return next((option for option in options if option is not None), default)


def _contact(group: Sequence[ParsedRow]) -> Contact:
    def said(part: str) -> str:
        return next((text for row in group if (text := str(getattr(row.contact, part)))), "")

    return Contact(said("name"), said("phone"), said("email"))


def _load(group: Sequence[ParsedRow]) -> Load:
    # Rounded: a sum such as 0.30000000000000004 would differ from itself when read again from a file
    kg, litres, parcels = (round(sum(row.loads[i] or 0.0 for row in group), 6) for i in range(3))
    return Load(kg, litres, int(parcels))
