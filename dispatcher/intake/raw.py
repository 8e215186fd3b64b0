"""What the readers of files hand to `sheet.py`: records of cells, and the limits that keep a file from drowning us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

type Cell = str | int | float | date | time | datetime | timedelta
"""Blank is the empty string. CSV gives text only; workbooks give what the cell held."""

MAX_BYTES = 200_000_000
"""Of a file, and of what a workbook unpacks to."""
MAX_ROWS = 500_000
MAX_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class RawTable:
    """All records of a file in their order, blank ones as empty, header not yet found."""

    records: Sequence[Sequence[Cell]]
    name: str
    encoding: str = ""
    delimiter: str = ""
