"""What Insight shows as a file: XLSX, PDF or HTML. A cut has its formula beside the numbers. Whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.evidence.paper import Paper
from dispatcher.insight.cuts import CutRow, CutTable, Span
from dispatcher.insight.scorecard import Scorecard
from dispatcher.intake.writing import guarded, whole_file
from dispatcher.services.insight_plans import PlanTable

FORMATS = {"%": "0.0", "min": "0.0", "h": "0.0", "km": "0.00", "per hour": "0.0", "minor": "0.00"}
_PLAIN = "General"
"""As many digits as there are."""
STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1f2328}
h1{font-size:1.5rem;margin:0}p{color:#57606a;margin:.3rem 0}table{border-collapse:collapse;margin-top:1rem;width:100%}
th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid #d0d7de;font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left}tr.all td{font-weight:600}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}p{color:#9198a1}th,td{border-color:#30363d}}"""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table as every format has it."""

    title: str
    lines: Sequence[str]
    """Below the title: depot, span, formula, what it does not say."""
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[float | None]]]
    formats: Sequence[str]
    """Of the numbers, as spreadsheets write them."""
    whole: bool = True
    """Whether the first row is the whole of the others."""


def write_table(table: CutTable, to: Path, *, depot: Depot, now: datetime) -> None:
    """A cut, as the file's name says. Raises `BadInput` for another ending, `KnownError` for a place that fails."""
    _write(_sheet(table, depot, now), to)


def write_cards(cards: Sequence[Scorecard], span: Span, to: Path, *, depot: Depot, now: datetime) -> None:
    """Scorecards, a line a driver, with what each part is. Raises as `write_table`."""
    kinds = list(dict.fromkeys(part.kind for card in cards for part in card.parts))
    rows = []
    for card in cards:
        scores = {part.kind: part.score for part in card.parts}
        rows.append((card.name, [card.score, *(scores.get(kind) for kind in kinds)]))
    words = [f"{kind.name}: {kind.words}" for kind in kinds]
    lines = [f"{depot.name}, {_span(span)}", "Score: the mean of the parts shown.", *words, _written(depot, now)]
    heads = ["Driver", "Score", *(kind.name for kind in kinds)]
    _write(_Sheet("Drivers' scorecards", lines, heads, rows, ["0"] * (1 + len(kinds)), whole=False), to)


def write_plans(table: PlanTable, to: Path, *, depot: Depot, now: datetime) -> None:
    """A day's plans side by side, each with its difference from the first. Raises as `write_table`."""
    rows = []
    for row in table.rows:
        values = [None if v is None else v / (100 if row.unit == "minor" else 1) for v in row.values]
        unit = unit_words(row.unit, depot.currency)
        others = [[v, None if v is None or values[0] is None else v - values[0]] for v in values[1:]]
        rows.append(
            (f"{row.name} ({unit})" if unit else row.name, [values[0], *(each for both in others for each in both)])
        )
    own, *copies = table.sides
    heads = ["", own, *(head for name in copies for head in (name, "Change"))]
    lines = [f"{depot.name}, {table.on}", *table.notes, _written(depot, now)]
    _write(_Sheet("Plans compared", lines, heads, rows, [_PLAIN] * (len(heads) - 1), whole=False), to)


def _write(sheet: _Sheet, to: Path) -> None:
    writers: dict[str, Callable[[_Sheet, Path], None]] = {".xlsx": _xlsx, ".pdf": _pdf, ".html": _html}
    writer = writers.get(to.suffix.lower())
    if writer is None:
        raise BadInput(f"“{to.name}” is no XLSX, PDF or HTML file.", "End the name in .xlsx, .pdf or .html.")
    with whole_file(to) as file:
        writer(sheet, file)


def unit_words(unit: str, currency: str) -> str:
    """A measure's unit for people."""
    return currency if unit == "minor" else unit


def _sheet(table: CutTable, depot: Depot, now: datetime) -> _Sheet:
    measure, unit = table.measure, unit_words(table.measure.unit, depot.currency)
    value = FORMATS.get(measure.unit, "0.0")
    rows = [(row.title, _numbers(row, table)) for row in (table.total, *table.rows)]
    sums = ["0" if all(float(numbers[n] or 0).is_integer() for _, numbers in rows) else "0.00" for n in (2, 3)]
    heads, formats = [f"{measure.name} ({unit})", "Rows", "Numerator", "Denominator"], [value, "0", *sums]
    if table.compared:
        heads, formats = [*heads, f"{_span(table.compared)} ({unit})", "Change"], [*formats, value, value]
    lines = [
        f"{depot.name}, {_span(table.span)}",
        f"Formula: {table.formula}",
        measure.trap,
        _written(depot, now),
    ]
    title = f"{measure.name} by {table.cut.name.lower()}"
    return _Sheet(title, [line for line in lines if line], [table.cut.name, *heads], rows, formats)


def _written(depot: Depot, now: datetime) -> str:
    return f"Written {now.astimezone(depot.zone):%Y-%m-%d %H:%M} by Roundhouse"


def _numbers(row: CutRow, table: CutTable) -> list[float | None]:
    hundred = 100 if table.measure.unit == "minor" else 1
    value = None if row.figure.value is None else row.figure.value / hundred
    found = [value, row.figure.rows, row.figure.top / hundred, row.figure.bottom]
    if row.before is None:
        return found
    before = None if row.before.value is None else row.before.value / hundred
    return [*found, before, None if value is None or before is None else value - before]


def _span(span: Span) -> str:
    return f"{span.first}" if span.first == span.last else f"{span.first} – {span.last}"


def _text(number: float | None, form: str) -> str:
    if number is None:
        return ""
    if form == _PLAIN:
        return f"{round(number, 2) + 0.0:,.2f}".rstrip("0").removesuffix(".")
    places = len(form.partition(".")[2])
    return f"{round(number, places) + 0.0:,.{places}f}"  # no "-0.00"


def _xlsx(sheet: _Sheet, to: Path) -> None:
    book = Workbook()
    page = cast(Worksheet, book.active)
    page.title = "Insight"
    page.append([sheet.title])
    for line in sheet.lines:
        page.append([guarded(line)])
    page.append([])
    page.append([guarded(head) for head in sheet.heads])
    bold = Font(bold=True)
    page["A1"].font = Font(bold=True, size=14)
    for cell in page[page.max_row]:
        cell.font, cell.alignment = bold, Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = f"B{page.max_row + 1}"
    for title, numbers in sheet.rows:
        page.append([guarded(title), *numbers])
        for filled, form in zip(page[page.max_row][1:], sheet.formats, strict=True):
            filled.number_format = form
    if sheet.whole:
        for whole in page[page.max_row - len(sheet.rows) + 1]:
            whole.font = bold
    for column in range(1, len(sheet.heads) + 1):
        page.column_dimensions[get_column_letter(column)].width = 32 if column == 1 else 18
    book.save(to)


def _pdf(sheet: _Sheet, to: Path) -> None:
    paper = Paper(sheet.title, sheet.lines[0])
    for line in sheet.lines[1:]:
        paper.text(line, small=True)
    rows = [[title, *map(_text, numbers, sheet.formats)] for title, numbers in sheet.rows]
    paper.table(sheet.heads, rows, [1.8, *(1.0 for _ in sheet.formats)])
    to.write_bytes(paper.pdf())


def _html(sheet: _Sheet, to: Path) -> None:
    heads = "".join(f"<th>{escape(head)}</th>" for head in sheet.heads)
    rows = []
    for n, (title, numbers) in enumerate(sheet.rows):
        cells = "".join(f"<td>{escape(text)}</td>" for text in (title, *map(_text, numbers, sheet.formats)))
        rows.append(f"<tr{' class=all' if n == 0 and sheet.whole else ''}>{cells}</tr>")
    lines = "".join(f"<p>{escape(line)}</p>" for line in sheet.lines)
    to.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(sheet.title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(sheet.title)}</h1>{lines}"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></body></html>\n",
        encoding="utf-8",
    )
