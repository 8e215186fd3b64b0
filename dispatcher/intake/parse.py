"""A sheet and the meaning of its columns → orders, and a report of every row that is none. The room's main road."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dispatcher.domain.errors import BadInput
from dispatcher.domain.progress import NoProgress, Progress, checkpoint
from dispatcher.intake.combine import DraftOrder, combined, contradictions, grouped, totals_repeat, without_repeats
from dispatcher.intake.dates import DateOrder, decide_order
from dispatcher.intake.fields import ITEM_FIELDS, Field, normalised
from dispatcher.intake.row import Columns, RowError
from dispatcher.intake.rows import Context, ParsedRow, RowReader
from dispatcher.intake.sheet import Sheet
from dispatcher.intake.whens import PAIRS

_REPORT_EVERY = 2_000
_DATED = (Field.DATE, *(field for pair in PAIRS for field in pair))


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a sheet came to."""

    orders: tuple[DraftOrder, ...]
    errors: tuple[RowError, ...]
    """By row. A row in here gave no order, and no row of the same order did."""
    notes: tuple[str, ...] = ()
    """What was decided about the file as a whole, in sentences for people."""
    faulty: frozenset[str] = frozenset()
    """Order numbers of the rows in `errors`: orders that the file names, though not well enough to go in."""


def parse(
    sheet: Sheet, columns: Mapping[str, Field | None], context: Context, progress: Progress | None = None
) -> Parsed:
    """Read every row. Good rows become orders, each with a fresh id; the rest is reported.

    Raises `BadInput` if no column says where to go, and `Cancelled` if asked to stop.
    """
    where = Columns(sheet.headers, columns)
    _require_somewhere_to_go(sheet, where)
    order = decide_order(row.cells[at] for field in _DATED for at in where.at.get(field, ()) for row in sheet.rows)
    reader = RowReader(where, order, context)
    rows, errors = _read_rows(sheet, reader, progress or NoProgress())
    groups = grouped(rows)
    errors += _homeless(groups)
    groups, spoilt = _agreeing(groups, errors, where.header(Field.DATE))
    errors += spoilt
    repeats: list[str] = []
    if not any(field in where for field in ITEM_FIELDS):
        groups = [_counted_once(group, repeats) for group in groups]
    repeat = totals_repeat(groups)
    drafts = tuple(combined(group, where, repeat=repeat, service_s=context.service_s) for group in groups)
    notes = [*_notes(where, order, drafts, reader), *repeats, *_load_note(groups, repeat=repeat)]
    bad_rows = {error.row for error in errors}
    faulty = frozenset(row.number for row in rows if row.row in bad_rows)
    return Parsed(drafts, tuple(sorted(errors, key=lambda error: error.row)), tuple(notes), faulty)


def _require_somewhere_to_go(sheet: Sheet, where: Columns) -> None:
    if any(f in where for f in (Field.ADDRESS, Field.ADDRESS_2, Field.PLACE_NAME, Field.COORDINATES)):
        return
    if Field.LAT in where and Field.LON in where:
        return
    raise BadInput(
        f"No column of {sheet.name} says where to go. Its columns are: {', '.join(sheet.headers[:40])}.",
        "Assign one of them to the address, or a pair to latitude and longitude.",
    )


def _read_rows(sheet: Sheet, reader: RowReader, progress: Progress) -> tuple[list[ParsedRow], list[RowError]]:
    """Rows as read, faulty ones too: they spoil the order they belong to."""
    rows, errors = [], []
    for count, row in enumerate(sheet.rows):
        if count % _REPORT_EVERY == 0:
            checkpoint(progress, count / len(sheet.rows), "Reading orders")
        parsed, view = reader.read(row)
        rows.append(parsed)
        errors.extend(view.errors)
    return rows, errors


def _homeless(groups: Iterable[Sequence[ParsedRow]]) -> list[RowError]:
    """A fault for each row of an order that says nowhere where to go."""
    return [
        RowError(
            row.row,
            "",
            row.number,
            "There is neither an address nor coordinates.",
            "Fill in a street with its number, or latitude and longitude.",
        )
        for group in groups
        if all(row.address is None for row in group)
        for row in group
    ]


def _agreeing(
    groups: Sequence[list[ParsedRow]], errors: Sequence[RowError], date_header: str
) -> tuple[list[list[ParsedRow]], list[RowError]]:
    """The groups without a fault; and why the sound rows of the others do not go in alone."""
    faulty = {error.row for error in errors}
    undated_rows = {error.row for error in errors if error.column == date_header}
    # A row whose date cannot be read may belong to any order of its number, so none of them is whole
    undated = {row.number: row.row for group in groups for row in group if row.row in undated_rows}
    good, more = [], []
    for group in groups:
        bad = next((row.row for row in group if row.row in faulty), None) or undated.get(group[0].number)
        if bad is not None:
            more += [_spoilt(row, bad) for row in group if row.row not in faulty]
        elif clashes := contradictions(group):
            told = {error.row for error in clashes}
            more += clashes + [_spoilt(row, clashes[0].row) for row in group if row.row not in told]
        else:
            good.append(group)
    return good, more


def _spoilt(row: ParsedRow, bad: int) -> RowError:
    return RowError(
        row.row,
        "",
        row.number,
        f"Order {row.number} has a fault in row {bad}, and goes in as a whole or not at all.",
        f"Mend row {bad}.",
    )


def _counted_once(group: list[ParsedRow], notes: list[str]) -> list[ParsedRow]:
    if len(group) == 1:
        return group
    kept = without_repeats(group)
    if len(kept) < len(group):
        notes.append(f"Order {group[0].number} stands {len(group)} times in the file with the same data; once counts.")
    return kept


def _load_note(groups: Sequence[Sequence[ParsedRow]], *, repeat: bool) -> list[str]:
    several = [group for group in groups if len(group) > 1]
    if not several or not any(amount for group in several for row in group for amount in row.loads):
        return []
    if repeat:
        return ["Orders of several rows repeat their weight, volume and parcels on each: they count once."]
    return ["Weight, volume and parcels of an order's rows are added up."]


def _notes(where: Columns, order: DateOrder, drafts: Sequence[DraftOrder], reader: RowReader) -> list[str]:
    notes = []
    if order.guessed:
        notes.append("Dates such as 03/04 can be read two ways: they are read as day/month.")
    elif order.month_first:
        notes.append("Dates are read as month/day: some can be nothing else.")
    if Field.DATE not in where:
        notes.append("There is no column for the date: orders without a dated window are of the chosen day.")
    if Field.WEIGHT in where and normalised(where.header(Field.WEIGHT)) in ("load", "load1"):
        notes.append(f"“{where.header(Field.WEIGHT)}” is read as kilograms: assign it otherwise if it counts parcels.")
    if Field.VOLUME in where and where.header(Field.VOLUME).strip().casefold() == "volume":
        unit = "litres" if reader.unit(Field.VOLUME) == 1 else "cubic metres"
        notes.append(f"“{where.header(Field.VOLUME)}” is read as {unit}.")
    far = [d for d in drafts if d.order.address.place and not reader.area.near(d.order.address.place)]
    if far:
        notes.append(f"{len(far)} orders lie far outside the region, the first in row {far[0].rows[0]}.")
    return notes
