"""A file as a table: headers, rows, and where each row stood. What the columns mean is `fields.py`'s business."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count as count_from
from pathlib import Path
from typing import NamedTuple

from dispatcher.domain.errors import BadInput
from dispatcher.intake import csv_file
from dispatcher.intake.fields import recognised
from dispatcher.intake.raw import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Cell, RawTable

PREAMBLE_ROWS = 30
"""How far down a header may stand below titles and remarks."""

_SAVE_AS = "Save it as .xlsx or .csv and import that."
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", f"an old Excel workbook (.xls) or one with a password. {_SAVE_AS}"),
    (b"%PDF", "a PDF. Ask the sender for an .xlsx or .csv file."),
    (b"\x89PNG", "a picture. Ask the sender for an .xlsx or .csv file."),
    (b"\xff\xd8\xff", "a picture. Ask the sender for an .xlsx or .csv file."),
    (b"\x1f\x8b", "a compressed archive. Unpack it and import the file inside."),
    (b"Rar!", "a compressed archive. Unpack it and import the file inside."),
    (b"7z\xbc\xaf", "a compressed archive. Unpack it and import the file inside."),
    (b"SQLite format 3", "a database, not a table of orders."),
    (b"{\\rtf", f"a text document. {_SAVE_AS}"),
    (b"<", f"a web page or XML, whatever its name says. {_SAVE_AS}"),
)


class Row(NamedTuple):
    """One record under the header."""

    number: int
    """As a spreadsheet counts it: the first record of the file is 1, blank ones included."""
    cells: tuple[Cell, ...]
    """At least as many as there are headers; more only if the file has more."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a header, as a file held it."""

    headers: tuple[str, ...]
    """Unique: a repeated one is "Note (2)", a blank one "Column 3"."""
    rows: tuple[Row, ...] = field(repr=False)
    encoding: str
    delimiter: str
    """Empty for a workbook."""
    name: str
    """Of the file, and of the worksheet if it is a workbook."""


def read_sheet(path: Path) -> Sheet:
    """Read a CSV or XLSX file; the content decides which it is, not the name.

    Raises `BadInput` when there is no table in it.
    """
    data = _bytes_of(path)
    raw = _workbook(data, path.name) if data[:4] == b"PK\x03\x04" else csv_file.read(data, path.name)
    header = find_header(raw.records)
    if header is None:
        raise BadInput(f"{path.name} holds no table.", "It needs one line of column names with the orders below.")
    rows = _rows_below(raw, header)
    if not rows:
        raise BadInput(
            f"{path.name} has column names in row {header + 1} but no orders below them.",
            "Check that the right file, and the right sheet of it, was exported.",
        )
    widest = max(len(row.cells) for row in rows)
    headers = _unique(raw.records[header][: max(widest, _named(raw.records[header]))])
    width = len(headers)
    padded = tuple(row if len(row.cells) >= width else _padded(row, width) for row in rows)
    return Sheet(headers, padded, raw.encoding, raw.delimiter, raw.name)


def _workbook(data: bytes, name: str) -> RawTable:
    from dispatcher.intake import xlsx_file  # its library takes half a second to load

    return xlsx_file.read(data, name)


def find_header(records: Sequence[Sequence[Cell]]) -> int | None:
    """The index of the record that reads like column names, `None` if there are only blank ones.

    It is the one, among the first, with the most names known to `fields`; if none has any, the first as wide
    as most records are.
    """
    top = records[:PREAMBLE_ROWS]
    known = [recognised(record) for record in top]
    if known and max(known) > 0:
        return known.index(max(known))
    widths = [sum(cell != "" for cell in record) for record in records[: 10 * PREAMBLE_ROWS]]
    usual = Counter(width for width in widths if width).most_common(1)
    return next((i for i, width in enumerate(widths) if width and width >= usual[0][0]), None)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)  # what lies on no disk, a pipe say, tells no size beforehand
        if len(data) > MAX_BYTES:
            raise BadInput(
                f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB, which is all that is read of a file.",
                "Split it by date and import the parts.",
            )
    except OSError as fault:
        raise BadInput(
            f"{path.name} cannot be read: {fault.strerror}.", "Close it in other programs and check its place."
        ) from fault
    if not data.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise BadInput(f"{path.name} is empty.", "Export it again, with at least one order.")
    for magic, what in _REFUSED:
        if data.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(magic):
            raise BadInput(f"{path.name} is {what}")
    return data


def _rows_below(raw: RawTable, header: int) -> list[Row]:
    rows = []
    width = _named(raw.records[header])
    for index in range(header + 1, len(raw.records)):
        cells = raw.records[index]
        if any(cell != "" for cell in cells):
            rows.append(Row(index + 1, _trimmed(cells, width)))
    if len(rows) > MAX_ROWS:
        raise BadInput(f"{raw.name} has {len(rows):,} rows; up to {MAX_ROWS:,} are read.", "Split it by date.")
    return rows


def _named(record: Sequence[Cell]) -> int:
    """How many cells there are up to the last that is not blank."""
    return max((at for at, cell in enumerate(record, start=1) if cell != ""), default=0)


def _trimmed(cells: Sequence[Cell], width: int) -> tuple[Cell, ...]:
    end = len(cells)
    while end > width and cells[end - 1] == "":
        end -= 1
    return tuple(cells[:end])


def _padded(row: Row, width: int) -> Row:
    return Row(row.number, row.cells + ("",) * (width - len(row.cells)))


def _unique(names: Sequence[Cell]) -> tuple[str, ...]:
    """Column names that differ: a repeated one counts on, a blank one says where it stands."""
    unique: dict[str, None] = {}
    for position, cell in enumerate(names[:MAX_COLUMNS], start=1):
        name = text_of(cell) or f"Column {position}"
        free = (candidate for count in count_from(2) if (candidate := f"{name} ({count})") not in unique)
        unique[name if name not in unique else next(free)] = None
    return tuple(unique)


def text_of(cell: Cell) -> str:
    """A cell as people would write it: whole numbers without a point, dates as ISO."""
    match cell:
        case str():
            return cell
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(sep=" ", timespec="minutes" if not cell.second else "seconds")
        case time():
            return cell.isoformat(timespec="minutes" if not cell.second else "seconds")
        case date() | timedelta() | float() | int():
            return str(cell)
