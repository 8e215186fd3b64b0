"""Cells → dates. Whether a column writes day or month first is decided from all of its rows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from dispatcher.intake.raw import Cell
from dispatcher.intake.times import from_day_count
from dispatcher.intake.values import Unreadable

_ISO = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})(?:[tT ].*)?")
_COMPACT = re.compile(r"(20[0-9]{2})([0-9]{2})([0-9]{2})")
_TRIPLE = re.compile(r"([0-9]{1,2})\s*([./-])\s*([0-9]{1,2})\s*[./-]\s*([0-9]{4}|[0-9]{2})(?:[ T,].*)?")
_DAY_NAMED = re.compile(r"(?:[a-z]{2,9}\.?,?\s+)?([0-9]{1,2})\.?[\s-]+([a-zä]{3,9})\.?,?[\s-]+([0-9]{4}|[0-9]{2})")
_MONTH_NAMED = re.compile(r"(?:[a-z]{2,9}\.?,?\s+)?([a-zä]{3,9})\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_MONTH_NAMES = (
    "jan tam;feb hel;mar mär maa;apr huh;may mai tou;jun kes;jul hei;aug elo;sep syy;oct okt lok;nov;dec dez jou"
)
"""The first three letters in English, German and Finnish."""
_MONTHS = {name: month for month, names in enumerate(_MONTH_NAMES.split(";"), start=1) for name in names.split()}
_WRITE_DATE = "Write it as 2026-11-24."


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column writes 3/4/2026, and how sure that is."""

    month_first: bool = False
    guessed: bool = False
    """No row decided it, though there are rows that could be read either way."""

    def read(self, cell: Cell) -> date:
        """The date in a cell. Raises `Unreadable` for what is none, or one that does not exist."""
        match cell:
            case datetime():
                found = cell.date()
            case date():
                found = cell
            case str():
                found = _read(cell, self.month_first)
            case int() | float() if 20_000 <= cell < 80_000:
                found = from_day_count(cell).date()
            case int() if 20_000_101 <= cell <= 21_001_231:
                found = _read(str(cell), self.month_first)
            case _:
                raise Unreadable(f"“{cell}” is not a date.", _WRITE_DATE)
        if not 2000 <= found.year <= 2100:
            raise Unreadable(f"“{cell}” lies in the year {found.year}.", _WRITE_DATE)
        return found


def decide_order(cells: Iterable[Cell]) -> DateOrder:
    """Day or month first, by what the rows of a column allow; day first if none of them tells.

    A part above 12 can only be a day. Dates with points are day first and tell nothing of those with strokes.
    """
    day_first = month_first = either = 0
    for cell in cells:
        if not isinstance(cell, str) or not (found := _TRIPLE.fullmatch(cell)) or found[2] == ".":
            continue
        first, second = int(found[1]), int(found[3])
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        either += first <= 12 and second <= 12 and first != second
    return DateOrder(month_first > day_first, either > 0 and not day_first and not month_first)


@lru_cache(maxsize=10_000)
def _read(text: str, month_first: bool) -> date:
    year, month, day = _parts(text.strip().casefold(), month_first, text)
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"“{text}” does not exist: there is no such day.", _WRITE_DATE) from None


def _parts(words: str, month_first: bool, text: str) -> tuple[int, int, int]:
    """Year, month, day as written."""
    if found := _ISO.fullmatch(words) or _COMPACT.fullmatch(words):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _TRIPLE.fullmatch(words):
        first, second = int(found[1]), int(found[3])
        swap = month_first and found[2] != "."
        return _full_year(found[4]), first if swap else second, second if swap else first
    if (found := _DAY_NAMED.fullmatch(words)) and (month := _month(found[2])):
        return _full_year(found[3]), month, int(found[1])
    if (found := _MONTH_NAMED.fullmatch(words)) and (month := _month(found[1])):
        return int(found[3]), month, int(found[2])
    if re.fullmatch(r"[2-7][0-9]{4}(\.[0-9]+)?", words):
        counted = from_day_count(float(words))
        return counted.year, counted.month, counted.day
    raise Unreadable(f"“{text}” is not a date.", _WRITE_DATE)


def _month(name: str) -> int | None:
    return 11 if name.startswith("marras") else _MONTHS.get(name[:3])


def _full_year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)
