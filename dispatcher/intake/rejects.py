"""The rows that did not go in, as a file of the same columns that can be mended and imported again."""

import csv
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from dispatcher.intake.raw import Cell
from dispatcher.intake.row import RowError
from dispatcher.intake.sheet import Sheet, text_of
from dispatcher.intake.writing import guarded, whole_file

ADDED = ("Row", "Column", "Problem")
"""What the file has besides the sheet's own columns; an import takes no notice of them."""


def write_rejects(sheet: Sheet, errors: Iterable[RowError], path: Path) -> int:
    """Write each faulty row once, with all that is wrong in it; the number of rows written.

    `.xlsx` gives a workbook with the cells as they were; anything else comma-separated UTF-8. Raises `KnownError`
    if the place cannot be written, leaving what was there.
    """
    headers = [header for header in sheet.headers if header not in ADDED]
    kept = [at for at, header in enumerate(sheet.headers) if header not in ADDED]
    rows = list(_rows(sheet, errors, kept))
    with whole_file(path) as temporary:
        if path.suffix.lower() == ".xlsx":
            _write_workbook([*headers, *ADDED], rows, temporary)
        else:
            _write_csv([*headers, *ADDED], rows, temporary)
    return len(rows)


def _rows(sheet: Sheet, errors: Iterable[RowError], kept: Sequence[int]) -> Iterable[list[Cell]]:
    by_row: dict[int, list[RowError]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    for row in sheet.rows:
        if faults := by_row.get(row.number):
            columns = ", ".join(dict.fromkeys(fault.column for fault in faults if fault.column))
            problems = " ".join(f"{fault.reason} {fault.remedy}".strip() for fault in faults)
            spill = [text_of(cell) for cell in row.cells[len(sheet.headers) :]]
            if spill:
                problems += f" Cells beyond the last column: {' | '.join(spill)}"
            yield [*(row.cells[at] for at in kept), row.number, columns, problems]


def _write_csv(headers: Sequence[str], rows: Sequence[Sequence[Cell]], path: Path) -> None:
    # With a byte-order mark, else Excel takes UTF-8 for the system's code page
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([guarded(header) for header in headers])
        writer.writerows([guarded(text_of(cell)) for cell in row] for row in rows)


def _write_workbook(headers: Sequence[str], rows: Sequence[Sequence[Cell]], path: Path) -> None:
    from openpyxl import Workbook  # takes half a second to load, and few need it

    book = Workbook(write_only=True)
    page = book.create_sheet("Rejected")
    for row in (headers, *rows):
        page.append([_as_it_was(page, cell) for cell in row])
    book.save(path)


def _as_it_was(page: object, cell: Cell) -> object:
    """Text as text, never as a formula; the rest typed as in the file."""
    if not isinstance(cell, str):
        return str(cell) if isinstance(cell, timedelta) else cell
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    written = WriteOnlyCell(page, value=None)  # type: ignore[arg-type]
    written.value = ILLEGAL_CHARACTERS_RE.sub("", cell)
    written.data_type = "s"
    return written
