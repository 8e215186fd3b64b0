"""A driver's usual hours in words, and words as hours: "08:00", "11:00–13:00", "Mon–Fri", "Mon, Wed"."""

import re
from datetime import time
from itertools import groupby

from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import EVERY_DAY

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?")
_BETWEEN = re.compile(r"[-–]|\b(?:to|until|and)\b")
_ONE_END = re.compile(r"(from|after|until|before|by)\s+(\S+)")


def to_clock(text: str) -> time | None:
    """A time of day such as 8, 8:30 or 0830; nothing means the depot's. Raises `BadInput`."""
    if not text:
        return None
    found = _CLOCK.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:
        raise BadInput(f"“{text}” is no time of day.", "Write it as 08:30, or nothing for the usual.")
    return time(hour, minute)


def between_text(first: time | None, last: time | None) -> str:
    """From when until when, as it is typed; empty for at any time."""
    if first and last:
        return f"{first:%H:%M}–{last:%H:%M}"
    return f"from {first:%H:%M}" if first else f"until {last:%H:%M}" if last else ""


def to_between(text: str) -> tuple[time | None, time | None]:
    """Two times of day, or one: "11–13", "from 11:00", "until 13"; nothing for the usual. Raises `BadInput`."""
    words = text.casefold().strip()
    if one := _ONE_END.fullmatch(words):
        clock = to_clock(one[2])
        return (clock, None) if one[1] in ("from", "after") else (None, clock)
    ends = [to_clock(part.strip()) for part in _BETWEEN.split(words.removeprefix("from ").removeprefix("between "))]
    if words and len(ends) != 2:
        raise BadInput(f"“{text}” does not say from when until when.", "Write it as 11:00–13:00, or until 13:00.")
    return (ends[0], ends[1]) if words else (None, None)


def days_text(weekdays: frozenset[int]) -> str:
    """Three days or more on end as a range, the others one by one."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(sorted(weekdays)), lambda pair: pair[1] - pair[0])]
    parts = [f"{DAYS[run[0]]}–{DAYS[run[-1]]}" if len(run) > 2 else ", ".join(DAYS[day] for day in run) for run in runs]
    return ", ".join(parts) or "never"


def to_days(text: str) -> frozenset[int]:
    """Weekdays by name, alone or from one to another. Raises `BadInput`."""
    if text.casefold() in ("all", "daily", "every day"):
        return EVERY_DAY
    found: set[int] = set()
    for part in filter(None, re.split(r"\s*[,;]\s*|(?<=[a-z])\s+(?=[A-Za-z])", text.strip())):
        first, *last = (_day(name) for name in re.split(r"\s*[-–]\s*", part, maxsplit=1))
        length = (last[0] - first) % 7 if last else 0
        found |= {(first + step) % 7 for step in range(length + 1)}
    if not found:
        raise BadInput("No day is named.", "Write such as Mon–Fri. Who does not work any more is not “Active”.")
    return frozenset(found)


def _day(name: str) -> int:
    for number, day in enumerate(DAYS):
        if name.casefold().startswith(day.casefold()):
            return number
    raise BadInput(f"“{name}” is no weekday.", f"Write {', '.join(DAYS)}, or such as Mon–Fri.")
