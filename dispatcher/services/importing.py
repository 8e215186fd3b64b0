"""Bringing an order file in: read, parse, find the places, compare with what is there, and only then write.

`prepare` does all the long work and writes nothing; `commit` is one change, which undo takes back whole.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.learned import Foreseer, Guess
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address
from dispatcher.domain.progress import NoProgress, Progress, Share, checkpoint
from dispatcher.intake import (
    Context,
    Field,
    ImportMode,
    MergePlan,
    Parsed,
    RowError,
    Sheet,
    Told,
    Unpaired,
    address_key,
    addressed,
    conflict_errors,
    deserted,
    match_headers,
    merge,
    missing,
    paired,
    pairing_errors,
    parse,
    read_sheet,
    redated,
)
from dispatcher.intake import write_rejects as write_rows
from dispatcher.intake.fields import REPEATABLE
from dispatcher.intake.sheet import text_of
from dispatcher.services.fleet import staff_day
from dispatcher.services.learned_addresses import noted
from dispatcher.services.learned_use_service import guesses, notes_of
from dispatcher.services.orders import locate
from dispatcher.services.ports import Reader, UnitOfWork
from dispatcher.services.workplace import Workplace

__all__ = [
    "REPEATABLE",
    "Field",
    "ImportMode",
    "Imported",
    "Memory",
    "NotUnderstood",
    "Preview",
    "Request",
    "RowError",
    "Sheet",
    "commit",
    "import_file",
    "label",
    "prepare",
    "text_of",
    "write_rejects",
]

BATCH = 50
"""Addresses located between two looks at whether the person has cancelled."""
NAMED = 5
"""Orders that a note names."""
WRITE_BATCH = 2_000
"""Orders written between two such looks."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to import and how."""

    path: Path
    on: date | None = None
    """For rows that name no date; today without it."""
    mode: str = ImportMode.MERGE
    sender: str = ""
    """Whose file it is: part of an order's identity, and the name its columns are remembered by."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Header → field name, over what the aliases and the memory say; an empty name ignores the column."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do."""

    request: Request
    sheet: Sheet
    columns: Mapping[str, Field | None]
    corrected: Mapping[str, str]
    """What a person said of columns, now or earlier: to be remembered."""
    errors: tuple[RowError, ...]
    file: "_File"
    notes: tuple[str, ...]
    plan: MergePlan
    doubtful: int
    """Orders that would join the review list of addresses."""

    @property
    def orders(self) -> tuple[Order, ...]:
        """The good rows as orders, with their places."""
        return self.file.orders


@dataclass(frozen=True, slots=True)
class _File:
    """What a file holds, ready to be compared with what is there."""

    orders: tuple[Order, ...]
    """With their places; what fetches their goods is found on comparing."""
    mode: ImportMode
    told: Mapping[OrderId, Told]
    """What the file tells of each of them: all else stays as it is with an order that exists."""
    faulty: frozenset[str]
    """Numbers of orders with bad rows: the file has them, though they do not go in."""
    fetched: Mapping[OrderId, str]
    """The number of the order that fetches the goods, for each of them that has one."""

    def over(self, existing: Sequence[Order], done: Collection[OrderId]) -> tuple[MergePlan, Sequence[Unpaired]]:
        """What becomes of the orders there are; and those of the file that these keep out.

        Where a driver has been, at those `done`, an order stays on its day, whether or not the file still has it there.
        """
        stay = self.staying(existing, done)
        if moved := redated(stay, self.orders):
            moved_out = [_driven(order) for order in moved]
            plan, others = self.without(moved_out).over(existing, done)
            return plan, (*moved_out, *others)
        return self._keeping(stay)._over(existing)

    def staying(self, existing: Sequence[Order], done: Collection[OrderId]) -> tuple[Order, ...]:
        """Those done that the file has no more."""
        if self.mode is not ImportMode.SYNC or not done:
            return ()
        return tuple(order for order in missing(existing, self.orders, self.faulty) if order.id in done)

    def _keeping(self, orders: Sequence[Order]) -> "_File":
        return replace(self, faulty=self.faulty | {order.number for order in orders}) if orders else self

    def _over(self, existing: Sequence[Order]) -> tuple[MergePlan, Sequence[Unpaired]]:
        told = self.told
        orders, lone = paired(existing, self.orders, self.fetched, self.mode, told=told, faulty=self.faulty)
        plan = merge(existing, orders, self.mode, told=told, faulty=self.without(lone).faulty)
        if wrong := deserted(existing, orders, plan):
            plan, others = self.without(wrong)._over(existing)
            lone = (*wrong, *others)
        return plan, lone

    def without(self, lone: Sequence[Unpaired]) -> "_File":
        """The same without these orders: it still has them, and what they wait for, though they do not go in."""
        if not lone:
            return self
        left_out = {each.order.id for each in lone}
        kept = tuple(order for order in self.orders if order.id not in left_out)
        named = {self.fetched[order_id] for order_id in left_out if order_id in self.fetched}
        return replace(self, orders=kept, faulty=self.faulty | named | {each.order.number for each in lone})


def _driven(order: Order) -> Unpaired:
    return Unpaired(
        order,
        f"A driver has been at order {order.number} on another day already; it stays there.",
        "Give the order of this day another number.",
        Field.DATE,
    )


class NotUnderstood(BadInput):
    """The file is a table, but no orders come of it while its columns are assigned as they are."""

    def __init__(self, fault: BadInput, sheet: Sheet, columns: Mapping[str, Field | None]) -> None:
        super().__init__(fault.what, fault.remedy)
        self.sheet, self.columns = sheet, columns


@dataclass(slots=True)
class Memory:
    """What a form keeps from one look at a file to the next, so that a correction costs no second search.

    A file that was written to since it was read is read again.
    """

    places: dict[str, Address] = field(default_factory=dict)
    """Addresses located so far, by `address_key`."""
    sheet: tuple[object, Sheet] | None = None
    """The sheet read last, with what tells its file from others."""

    def read(self, path: Path) -> Sheet:
        """The file's table."""
        state = _state_of(path)
        kept = self.sheet
        if kept is not None and state is not None and kept[0] == state:
            return kept[1]
        sheet = read_sheet(path)
        self.sheet = (state, sheet)
        return sheet


def _state_of(path: Path) -> object:
    try:
        written = path.stat()
    except OSError:
        return None
    return path, written.st_mtime_ns, written.st_size


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    file: str
    """The order file's name."""
    added: int
    replaced: int
    removed: int
    unchanged: int
    rejected: int
    """Rows left out."""
    doubtful: int
    staffed: int
    """Drivers put on duty on days that had none."""
    dates: tuple[date, ...]


def prepare(
    workplace: Workplace,
    request: Request,
    progress: Progress,
    memory: Memory | None = None,
    *,
    foreseer: Foreseer | None = None,
) -> Preview:
    """Do everything but write. Orders without a service time get a learned one, if `foreseer`, or the depot, has one.

    Raises `BadInput` for a file that is no order file, `NotUnderstood` when its columns say too little, `Cancelled`.
    """
    checkpoint(progress, 0.0, "Reading the file")
    memory = memory or Memory()
    sheet = memory.read(request.path)
    remembered = workplace.store.read(lambda r: r.mapping(request.sender)) or {}
    corrected = {**remembered, **_checked(sheet, request.columns)}
    columns = match_headers(sheet.headers, corrected)
    checkpoint(progress, 0.1, f"Understanding {len(sheet.rows):,} rows")
    try:
        parsed = parse(sheet, columns, _context(workplace, request), Share(progress, 0.1, 0.2))
    except BadInput as fault:
        raise NotUnderstood(fault, sheet, columns) from fault
    mode, faulty = ImportMode(request.mode), parsed.faulty
    told = told_of(parsed, columns, mode)
    drafted = [draft.order for draft in parsed.orders]
    wanted = workplace.store.read(lambda r: addressed(_existing(r, drafted), drafted, told))
    placed = _located(wanted, workplace, memory.places, Share(progress, 0.2, 0.9))
    orders, guessed = _served(placed, workplace, parsed, foreseer, Share(progress, 0.9, 0.95))
    checkpoint(progress, 0.95, "Comparing with the orders that are there")
    file = _File(orders, mode, told, faulty, {d.order.id: d.pickup for d in parsed.orders if d.pickup})
    existing, done = workplace.store.read(lambda r: (_existing(r, orders), _done(r, orders)))
    plan, lone = file.over(existing, done)
    headers = {known: header for header, known in reversed(columns.items()) if known}
    faults = (*conflict_errors(plan.conflicts, parsed.orders), *pairing_errors(lone, parsed.orders, headers))
    return Preview(
        request=request,
        sheet=sheet,
        columns=columns,
        corrected=corrected,
        errors=tuple(sorted((*parsed.errors, *faults), key=lambda error: error.row)),
        file=file.without(lone),
        notes=(
            *parsed.notes,
            *_staying_words(file.without(lone).staying(existing, done)),
            *notes_of(_getting(orders, plan, told), guessed, workplace.depot.service_s),
        ),
        plan=plan,
        doubtful=sum(1 for order in (*plan.add, *plan.replace) if order.address.doubtful),
    )


def _checked(sheet: Sheet, columns: Mapping[str, str]) -> Mapping[str, str]:
    """The corrections, which must name headers of the file and fields that exist."""
    unknown = [header for header in columns if header not in sheet.headers]
    if unknown:
        raise BadInput(f"The file has no column “{unknown[0]}”.", f"Its columns: {', '.join(sheet.headers)}.")
    names = {f.value for f in Field}
    wrong = [name for name in columns.values() if name and name not in names]
    if wrong:
        raise BadInput(f"There is no field “{wrong[0]}”.", f"Fields: {', '.join(sorted(names))}.")
    return columns


def told_of(parsed: Parsed, columns: Mapping[str, Field | None], mode: ImportMode) -> Mapping[OrderId, Told]:
    """What the file tells of each order: the cells it fills in, with UPDATE those it leaves empty too."""
    has = frozenset(known for known in columns.values() if known)
    return {draft.order.id: has if mode is ImportMode.UPDATE else draft.told for draft in parsed.orders}


def _context(workplace: Workplace, request: Request) -> Context:
    depot = workplace.depot
    drivers = workplace.store.read(lambda r: r.drivers())
    return Context(
        default_date=request.on or workplace.today,
        zone=depot.zone,
        service_s=depot.service_s,
        drivers=tuple(drivers),
        sender=request.sender,
        bounds=workplace.pack.bounds if workplace.pack else None,
        depot=depot.place,
        currency=depot.currency,
    )


def _located(
    orders: Sequence[Order], workplace: Workplace, located: dict[str, Address], progress: Progress
) -> tuple[Order, ...]:
    """The orders with places: their own coordinates, remembered pins, or the address index. Adds to `located`."""
    asking = {address_key(o.address): o.address for o in orders if o.address.place is None}
    keys = [key for key in asking if key not in located]
    for start in range(0, len(keys), BATCH):
        checkpoint(progress, start / len(keys), _finding(len(keys)))
        batch = [asking[key] for key in keys[start : start + BATCH]]
        located |= workplace.store.read(partial(locate, batch, geocoder=workplace.geocoder))
    return tuple(_placed(order, located.get(address_key(order.address))) for order in orders)


def _finding(count: int) -> str:
    return "Finding one address" if count == 1 else f"Finding {count:,} addresses"


def _placed(order: Order, found: Address | None) -> Order:
    if order.address.place is not None or found is None:
        return order
    known = replace(order.address, place=found.place, precision=found.precision, matched=found.matched)
    return replace(order, address=known)


type _Guesses = Mapping[OrderId, Guess]


def _served(
    orders: Sequence[Order], workplace: Workplace, parsed: Parsed, foreseer: Foreseer | None, progress: Progress
) -> tuple[tuple[Order, ...], _Guesses]:
    """The orders with learned service times where the file says none, and with what was learned of their addresses."""
    silent = {draft.order.id for draft in parsed.orders if Field.SERVICE not in draft.told}
    guessed = guesses(workplace, [order for order in orders if order.id in silent], foreseer, progress)
    known = workplace.store.read(lambda book: book.remembered({address_key(order.address) for order in orders}))
    with_notes = (noted(order, known.get(address_key(order.address))) for order in orders)
    return tuple(
        replace(order, service_s=round(guessed[order.id].value)) if order.id in guessed else order
        for order in with_notes
    ), guessed


def _getting(orders: Sequence[Order], plan: MergePlan, told: Mapping[OrderId, Told]) -> list[Order]:
    """Those whose service time is taken over though the file leaves it open: new ones, and what UPDATE empties."""
    added = {order.id for order in plan.add}
    return [order for order in orders if order.id in added or Field.SERVICE in told[order.id]]


def _existing(reader: Reader, orders: Sequence[Order]) -> Sequence[Order]:
    return reader.orders_of({order.date for order in orders})


def _done(reader: Reader, orders: Sequence[Order]) -> frozenset[OrderId]:
    """Where drivers have been on the dates of these."""
    plans = [reader.plan(on) for on in {order.date for order in orders}]
    return frozenset(stop.order_id for plan in plans for route in plan.routes for stop in route.stops if stop.done)


def _staying_words(orders: Sequence[Order]) -> tuple[str, ...]:
    if not orders:
        return ()
    named = ", ".join(order.number for order in orders[:NAMED]) + (", …" if len(orders) > NAMED else "")
    stay = "it stays" if len(orders) == 1 else "they stay"
    return (f"Not in the file, but a driver has been there, so {stay}: {named}.",)


def commit(uow: UnitOfWork, preview: Preview, progress: Progress | None = None) -> Imported:
    """Write a prepared import, compared anew with what is there by now; put drivers on duty where a day has none.

    Raises `Cancelled` when asked to stop, and `KnownError` if an order that fetches goods was taken away since; the
    unit of work then leaves everything as it was.
    """
    plan, lone = preview.file.over(_existing(uow, preview.orders), _done(uow, preview.orders))
    if lone:
        what = f"Order {lone[0].order.number} cannot go in any more. {lone[0].reason}"
        raise KnownError(what, "Choose the file once more.")
    uow.remove_orders([order.id for order in plan.remove])
    _put(uow, [*plan.add, *plan.replace], progress or NoProgress())
    if preview.corrected:
        uow.put_mapping(preview.request.sender, preview.corrected)
    dates = tuple(sorted({order.date for order in preview.orders}))
    staffed = sum(staff_day(uow, on) for on in dates if not uow.shifts_of(on))
    doubtful = sum(1 for order in (*plan.add, *plan.replace) if order.address.doubtful)
    return Imported(
        file=preview.request.path.name,
        added=len(plan.add),
        replaced=len(plan.replace),
        removed=len(plan.remove),
        unchanged=len(plan.unchanged),
        rejected=len({error.row for error in preview.errors}),
        doubtful=doubtful,
        staffed=staffed,
        dates=dates,
    )


def _put(uow: UnitOfWork, orders: Sequence[Order], progress: Progress) -> None:
    for start in range(0, len(orders), WRITE_BATCH):
        checkpoint(progress, start / len(orders), f"Writing {len(orders):,} orders")
        uow.put_orders(orders[start : start + WRITE_BATCH])


def _as_names(columns: Mapping[str, Field | None]) -> dict[str, str]:
    return {header: known.value if known else "" for header, known in columns.items()}


def write_rejects(preview: Preview, path: Path) -> None:
    """The rows left out, as a file that can be corrected and imported again."""
    write_rows(preview.sheet, preview.errors, path)


def label(preview: Preview) -> str:
    """The undo step's words."""
    return f"Import {preview.request.path.name}"


def import_file(workplace: Workplace, request: Request, progress: Progress, *, rejects: Path | None) -> dict[str, Any]:
    """The whole import at once, for the command line; returns what `--json` prints."""
    preview = prepare(workplace, request, progress)
    if rejects and preview.errors:
        # First, so that a file that cannot be written leaves the day as it was
        write_rejects(preview, rejects)
    done = workplace.store.write(label(preview), lambda uow: commit(uow, preview)).value
    problems = [
        {"row": e.row, "column": e.column, "value": e.value, "reason": e.reason, "remedy": e.remedy}
        for e in preview.errors
    ]
    return {
        "file": str(request.path),
        "added": done.added,
        "replaced": done.replaced,
        "removed": done.removed,
        "unchanged": done.unchanged,
        "rejected": done.rejected,
        "doubtful": done.doubtful,
        "drivers_put_on_duty": done.staffed,
        "dates": [on.isoformat() for on in done.dates],
        "columns": _as_names(preview.columns),
        "notes": list(preview.notes),
        "problems": problems,
    }
