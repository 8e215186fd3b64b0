"""The lines of tables, made ready by a worker: a cut by customer may have tens of thousands. Knows no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dispatcher.domain.ids import ShiftId
from dispatcher.services.insight import CutRow, CutTable, FactRows
from ui.insight.words import Units, change_of, line_words, number, right_aligned, span_words, sum_words

IN_TURN = {"day", "weekday", "hour", "attempt"}
"""Cuts whose lines follow one another."""


@dataclass(frozen=True, slots=True)
class Head:
    """A column."""

    title: str
    right: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row, ready to be shown."""

    texts: tuple[str, ...]
    sorts: tuple[object, ...]
    """By which each column sorts; of one kind in a column, `None` for not known."""
    tones: tuple[str, ...] = ()
    """The theme's token of each; empty for plain."""
    of: object = None
    """What it is about."""


@dataclass(frozen=True, slots=True)
class RoundRow:
    """What a row is about that is a round, and no order."""

    shift_id: ShiftId
    on: date


@dataclass(frozen=True, slots=True)
class Lines:
    """A whole table."""

    heads: tuple[Head, ...]
    lines: tuple[Line, ...]


IN_IT = (Head("Numerator", True, "What this row adds above the line"), Head("Denominator", True, "… and below it"))


def rows_shown(table: CutTable) -> Sequence[CutRow]:
    """Those that say something: of a cut by how stops ended, stops that did not end so are no line."""
    if not table.cut.of_ending:
        return table.rows
    return [row for row in table.rows if row.figure.top or (row.before and row.before.top)]


def lines_of_cut(table: CutTable, units: Units) -> Lines:
    """Name, value, what it was before, the two sums, and how many rows."""
    compares = table.compared is not None and table.cut.id != "day"  # days of one span are not those of another
    unit = units.unit(table.measure)
    before: tuple[Head, ...] = ()
    if table.compared and compares:
        before = Head("Before", True, span_words(table.compared)), Head("Change", True)
    heads = (
        Head(table.cut.name),
        Head(f"Value, {unit}" if unit else "Value", True),
        *before,
        Head("Numerator", True, "The sum above the line"),
        Head("Denominator", True, "The sum below the line"),
        Head("Rows", True, "Enter shows them"),
    )
    lines = (_cut_line(n, row, table, units, compares=compares) for n, row in enumerate(rows_shown(table)))
    return Lines(heads, tuple(lines))


def _cut_line(n: int, row: CutRow, table: CutTable, units: Units, *, compares: bool) -> Line:
    measure, figure = table.measure, row.figure
    texts, tones = [line_words(row, table.cut), units.value(figure.value, measure)], ["", ""]
    sorts: list[object] = [n if table.cut.id in IN_TURN else row.title.casefold(), figure.value]
    if compares:
        before = row.before.value if row.before else None
        change = change_of(figure.value, before, measure)
        texts += [units.value(before, measure), change.words]
        sorts += [before, figure.value - before if figure.value is not None and before is not None else None]
        tones += ["muted", change.tone]
    texts += [units.top(figure.top, measure), sum_words(figure.bottom), f"{figure.rows:,}"]
    sorts += [figure.top, figure.bottom, figure.rows]
    return Line(tuple(texts), tuple(sorts), (*tones, "muted", "muted", "muted"), row)


def lines_of_rows(rows: FactRows, units: Units) -> Lines:
    """The facts themselves, and what each adds to the two sums. A line is about its order's id, or its `RoundRow`."""
    heads = (*(Head(column.title, right_aligned(column)) for column in rows.columns), *IN_IT)
    lines, day = [], [column.name for column in rows.columns].index("date")
    each = zip(rows.rows, rows.order_ids, rows.shift_ids, rows.tops, rows.bottoms, strict=True)
    for values, order_id, shift_id, top, bottom in each:
        texts = [units.cell(value, column) for value, column in zip(values, rows.columns, strict=True)]
        texts += [number(top).removesuffix(".00"), number(bottom).removesuffix(".00")]
        about = RoundRow(ShiftId(shift_id), values[day]) if shift_id and not order_id else order_id
        sorts = [None if value is None or value == "" else value for value in values]
        lines.append(Line(tuple(texts), (*sorts, top, bottom), of=about))
    return Lines(heads, tuple(lines))
