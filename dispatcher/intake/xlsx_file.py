"""Workbooks (.xlsx, .xlsm) → records: values as the cells held them, the first sheet that has any. No macros run."""

import io
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from dispatcher.domain.errors import BadInput
from dispatcher.intake.raw import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Cell, RawTable

MAX_ENTRIES = 2_000
MAX_RATIO = 100
"""Bytes unpacked per byte packed; a bomb has thousands."""

_BLANK_TAIL = 2_000
"""So many blank rows on end are formatting, not data."""


def read(data: bytes, name: str) -> RawTable:
    """The records of the first sheet with content. Raises `BadInput` for what is no workbook or is a bomb."""
    _check_archive(data, name)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations that it drops; none of them is data
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                return _first_with_content(book, name)
            finally:
                book.close()
    except BadInput:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError, TypeError, EOFError) as fault:
        # A damaged part surfaces as any of these: openpyxl has no error of its own for it.
        raise BadInput(f"{name} is damaged: {fault}.", "Open it in a spreadsheet program and save it again.") from fault


def _check_archive(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as fault:
        raise BadInput(f"{name} is damaged or cut short.", "Copy or export it again.") from fault
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        kind = "an OpenDocument file" if "content.xml" in names else "an archive, not a workbook"
        raise BadInput(f"{name} is {kind}.", "Save it as .xlsx or .csv and import that.")
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or size > MAX_BYTES or size > MAX_RATIO * max(len(data), 10_000):
        raise BadInput(
            f"{name} unpacks to {size // 1_000_000} MB in {len(entries)} parts, which no list of orders does.",
            "Copy the orders into a new workbook, or save the sheet as .csv.",
        )


def _first_with_content(book: Any, name: str) -> RawTable:
    for sheet in book.worksheets:
        # Some writers state dimensions that are wrong; reading until the end is right
        sheet.reset_dimensions()
        records = _records(sheet.iter_rows(), name)
        if records:
            return RawTable(records, f"{name}, sheet {sheet.title}")
    raise BadInput(f"{name} has no sheet with content.", "Check that the right workbook was exported.")


def _records(rows: Iterable[Sequence[Any]], name: str) -> list[Sequence[Cell]]:
    records: list[Sequence[Cell]] = []
    filled = 0
    for row in rows:
        record = [_value(cell) for cell in row[:MAX_COLUMNS]]
        records.append(record)
        if any(value != "" for value in record):
            filled = len(records)
        elif len(records) - filled > _BLANK_TAIL:
            break
        if filled > MAX_ROWS + 100:
            raise BadInput(f"{name} has more than {MAX_ROWS:,} rows.", "Split it by date and import the parts.")
    return records[:filled]


def _value(cell: Any) -> Cell:
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            return value.replace("\xa0", " ").strip()
        case bool():
            return "TRUE" if value else "FALSE"
        case int() if set(str(cell.number_format)) == {"0"}:
            # A postcode formatted as 00000 is stored as 170 and seen as 00170
            return str(value).zfill(len(cell.number_format))
        case int() | float() | datetime() | date() | time() | timedelta():
            return value
        case _:
            return str(value)
