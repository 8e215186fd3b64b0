"""One cell → a number, a kind, a priority, skills, coordinates. Whatever cannot be read raises `Unreadable`.

Times are in `times.py`, dates in `dates.py`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from dispatcher.domain.orders import OrderKind, Priority
from dispatcher.intake.raw import Cell

FORMULA_FAULTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


class Unreadable(Exception):
    """A cell that means nothing as what it should be: why, and what to write instead."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


_NUMBER = re.compile(r"([+\-−]?)([0-9][0-9.,'’ ]*|[.,][0-9]+)\s*([a-zA-Zµ³%]*[23]?)\.?")


def number(cell: Cell) -> float:
    """A decimal number, with point or comma, thousands in groups, a unit behind allowed.

    One mark alone is the decimal mark: "1,234" is 1.234 as "1.234" is. Raises `Unreadable`.
    """
    if isinstance(cell, str):
        # Most cells by far are plain digits with a point, and need no more than this
        plain = cell.isascii() and len(cell) < 16 and cell.replace(".", "", 1).isdigit()
        return float(cell) if plain else _number(cell)
    if isinstance(cell, int | float) and abs(cell) < 1e15:
        return float(cell)
    raise Unreadable(f"“{cell}” is not a number.", "Write digits, such as 12.5.")


@lru_cache(maxsize=50_000)
def _number(text: str) -> float:
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        raise Unreadable(f"“{text}” is not a number.", "Write digits, such as 12.5.")
    digits = re.sub(r"['’ ]", "", found[2])
    marks = [mark for mark in digits if mark in ".,"]
    if len(set(marks)) == 2:
        decimal = marks[-1]
        whole = digits.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    else:
        whole = digits.replace(",", ".") if len(marks) <= 1 else digits.replace(marks[0], "")
    try:
        value = float(whole)
    except ValueError:
        raise Unreadable(f"“{text}” is not a number.", "Write digits, such as 12.5.") from None
    if value >= 1e15:
        raise Unreadable(f"“{text}” is too large.", "Check the column.")
    return -value if found[1] and found[1] != "+" else value


def spelt[T](meanings: Mapping[T, str]) -> dict[str, T]:
    """Every word between commas → what it means."""
    return {word: meaning for meaning, words in meanings.items() for word in words.split(",")}


_KINDS = spelt(
    {
        OrderKind.DELIVERY: "d,delivery,deliver,dropoff,drop off,drop-off,drop,0,false,no,n,t,task,service,visit"
        ",lieferung,zustellung,toimitus,jakelu",
        OrderKind.COLLECTION: "p,pickup,pick up,pick-up,collection,collect,1,true,yes,y,return"
        ",abholung,abholen,retoure,nouto",
    }
)


def kind(text: str) -> OrderKind:
    """Delivery or collection, by word, OptimoRoute's letter or Track-POD's digit. Raises `Unreadable`."""
    found = _KINDS.get(text.casefold().replace("_", " "))
    if found is None:
        raise Unreadable(f"“{text}” is no kind of order.", "Write delivery or collection (or D, P; 0, 1).")
    return found


_PRIORITIES = spelt(
    {
        Priority.LOW: "l,low,lowest,flexible,niedrig,matala",
        Priority.NORMAL: "m,n,medium,normal,standard,default,normaali",
        Priority.HIGH: "h,high,hoch,korkea,important",
        Priority.CRITICAL: "c,critical,urgent,highest,kritisch,dringend,kriittinen,express",
    }
)


def priority(cell: Cell) -> tuple[Priority, bool]:
    """How hard to leave out, and whether to serve early. Raises `Unreadable`.

    Words and letters, or 0-100 to the nearest of 25, 50, 75, 100 (Fleetbase's scale). OptimoRoute's C says both.
    """
    if isinstance(cell, str) and (found := _PRIORITIES.get(cell.casefold())) is not None:
        return found, cell.casefold() == "c"
    try:
        value = number(cell)
    except Unreadable:
        value = -1.0
    if not 0 <= value <= 100:
        raise Unreadable(f"“{cell}” is no priority.", "Write low, normal, high or critical, or a number 0-100.")
    return min(Priority, key=lambda level: abs(level - value)), False


_EARLY = frozenset(["1", "yes", "y", "true", "x", "first", "early", "asap", "ja", "kyllä"])
_NOT_EARLY = frozenset(["0", "no", "n", "false", "default", "auto", "any", "nein", "ei", "-"])


def early(text: str) -> bool:
    """Whether to serve it early; Spoke's "first" says so. Raises `Unreadable`."""
    word = text.casefold()
    if word in _EARLY:
        return True
    if word in _NOT_EARLY:
        return False
    raise Unreadable(f"“{text}” does not say whether to serve it early.", "Write yes or no.")


@lru_cache(maxsize=10_000)
def skills(text: str) -> frozenset[str]:
    """Names between semicolons, commas or bars: lower case, "tail_lift" and "Tail lift" are one."""
    return frozenset(
        skill for part in re.split(r"[;,|]", text) if (skill := " ".join(part.replace("_", " ").lower().split()))
    )


_PAIR = re.compile(r"[(\[]?\s*(-?[0-9]{1,3}[.,][0-9]+)°?\s*(?:[,;/]\s*|\s+)(-?[0-9]{1,3}[.,][0-9]+)°?\s*[)\]]?")


def coordinate_pair(text: str) -> tuple[float, float] | None:
    """Latitude and longitude of "60.17, 24.94" or "60,17; 24,94"; `None` if it is no such pair."""
    found = _PAIR.fullmatch(text)
    return (_number(found[1]), _number(found[2])) if found else None
