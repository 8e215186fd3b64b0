"""What an import does to the orders that are already there: to be looked at before it is done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.intake.combine import DraftOrder, Identity, identity
from dispatcher.intake.onto import ALL, Told, onto
from dispatcher.intake.row import RowError


class ImportMode(StrEnum):
    """What becomes of orders that exist, and of those that the file does not have. Names after OptimoRoute's."""

    CREATE = "create"
    """Only new orders go in; one whose number exists is a conflict."""
    UPDATE = "update"
    """Only existing orders change; one whose number is unknown is a conflict."""
    MERGE = "merge"
    """New ones go in, existing ones change."""
    SYNC = "sync"
    """As merge; and open orders of the same senders and dates that are not in the file are removed."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """An incoming order that the mode does not let in."""

    order: Order
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What to do. Every incoming order is in exactly one of add, replace, unchanged and conflicts."""

    add: tuple[Order, ...] = ()
    replace: tuple[Order, ...] = ()
    """With the existing order's id, version and state."""
    remove: tuple[Order, ...] = ()
    unchanged: tuple[Order, ...] = ()
    """As they exist."""
    conflicts: tuple[Conflict, ...] = ()


def merge(
    existing: Sequence[Order],
    incoming: Sequence[Order],
    mode: ImportMode,
    *,
    told: Mapping[OrderId, Told] | None = None,
    faulty: Collection[str] = (),
) -> MergePlan:
    """Compare by sender, date and number. `existing` are the orders of the incoming dates, cancelled ones too.

    `told` has the fields that the file tells of each incoming order, by its id, if not all: the others stay.
    `faulty` are the numbers of rows that did not go in (`Parsed.faulty`): the file has them, so SYNC leaves them be.

    An order that changes keeps its id, its state (what the dispatcher cancelled stays so) and, while its address
    reads the same, its place: a pin set by hand goes before coordinates that the file repeats.
    """
    told = told or {}
    known: dict[Identity, Order] = {}
    for order in existing:
        known.setdefault(identity(order), order)
    add, changed, unchanged, conflicts, seen = [], [], [], [], set[Identity]()
    for order in incoming:
        before = known.get(identity(order))
        if refused := _refused(order, before, mode, seen):
            conflicts.append(refused)
        elif before is None:
            add.append(order)
        elif (after := onto(before, order, told.get(order.id, ALL))) == before:
            unchanged.append(before)
        else:
            changed.append(after)
        seen.add(identity(order))
    remove = missing(existing, incoming, faulty) if mode is ImportMode.SYNC else ()
    gone = {order.id for order in remove}
    kept = tuple(replace(o, pickup_id=None) if o.pickup_id in gone else o for o in changed)
    return MergePlan(tuple(add), kept, remove, tuple(unchanged), tuple(conflicts))


def conflict_errors(conflicts: Iterable[Conflict], drafts: Iterable[DraftOrder]) -> list[RowError]:
    """The conflicts as lines of the row report, one for each row of the file."""
    rows: Mapping[str, tuple[int, ...]] = {draft.order.id: draft.rows for draft in drafts}
    return [
        RowError(row, "", conflict.order.number, conflict.reason, conflict.remedy)
        for conflict in conflicts
        for row in rows.get(conflict.order.id, ())
    ]


def _refused(order: Order, before: Order | None, mode: ImportMode, seen: set[Identity]) -> Conflict | None:
    name = f"Order {order.number} of {order.date}"
    if identity(order) in seen:
        return Conflict(order, f"{name} stands twice in the file.", "Give one of them another number.")
    if mode is ImportMode.CREATE and before is not None:
        return Conflict(order, f"{name} exists already.", "Import with “merge” to change it, or give it a new number.")
    if mode is ImportMode.UPDATE and before is None:
        return Conflict(order, f"{name} does not exist.", "Import with “merge” to add it, or correct the number.")
    return None


def redated(stay: Iterable[Order], incoming: Iterable[Order]) -> tuple[Order, ...]:
    """The incoming orders that are these, which SYNC would remove, on another date."""
    names = {(order.sender, order.number) for order in stay}
    dates = {identity(order) for order in stay}
    return tuple(o for o in incoming if (o.sender, o.number) in names and identity(o) not in dates)


def missing(existing: Iterable[Order], incoming: Sequence[Order], faulty: Collection[str]) -> tuple[Order, ...]:
    """The orders that SYNC removes: open ones of the same senders and dates that the file does not have."""
    named = {identity(order) for order in incoming}
    covered = {(order.sender, order.date) for order in incoming}
    return tuple(
        order
        for order in existing
        if (order.sender, order.date) in covered
        and identity(order) not in named
        and order.number not in faulty
        and order.state is OrderState.OPEN
    )
