"""One cell → a time of day, windows, a duration. Whatever cannot be read raises `Unreadable`."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dispatcher.intake.raw import Cell
from dispatcher.intake.values import Unreadable, number

DAY_S = 86_400


class Moment(NamedTuple):
    """A wall-clock time at the depot, with its date if the cell had one."""

    second: int
    """After the midnight of the day; beyond 86,400 on the next."""
    day: date | None = None


_CLOCK = re.compile(
    r"(?:kl\.?|klo\.?|at|um)?\s*([0-9]{1,2})(?:\s*[:.h]\s*([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?"
    r"\s*(am|pm|a\.m\.|p\.m\.|uhr|h|o'clock)?"
)
_COMPACT = re.compile(r"([0-9]{1,2})([0-9]{2})")
_NEXT_DAY = re.compile(r"\s*(?:\(\+1\)|\+1d?|\(?next day\)?)$")
_WORDS = {"noon": 43_200, "midnight": DAY_S, "mittags": 43_200, "mitternacht": DAY_S}
_WRITE_TIME = "Write it as 08:30."


def moment(cell: Cell, zone: ZoneInfo) -> Moment:
    """A time of day: 8, 8:00, 0800, 8.30, 8am, 20h30, an ISO datetime, unix milliseconds, a workbook's time.

    Moments with a time zone are told in `zone`. "(+1)" is the next day. Raises `Unreadable`.
    """
    match cell:
        case str():
            return _moment(cell, zone)
        case datetime():
            return _of_datetime(cell, zone)
        case time():
            return Moment(_second(cell))
        case timedelta():
            return _in_day(round(cell.total_seconds()), str(cell))
        case int() | float():
            return _of_number(cell, zone)
        case _:
            raise Unreadable(f"“{cell}” is a date without a time.", _WRITE_TIME)


@lru_cache(maxsize=50_000)
def _moment(text: str, zone: ZoneInfo) -> Moment:
    words = text.strip().casefold()
    if tail := _NEXT_DAY.search(words):
        base = _moment(words[: tail.start()], zone)
        return Moment(base.second + DAY_S, base.day)
    if words in _WORDS:
        return Moment(_WORDS[words])
    if compact := _COMPACT.fullmatch(words):
        return _clock(text, compact[1], compact[2], None, None)
    if clock := _CLOCK.fullmatch(words):
        return _clock(text, clock[1], clock[2], clock[3], clock[4])
    if re.fullmatch(r"0[.,][0-9]{3,}", words):
        return _of_number(float(words.replace(",", ".")), zone)
    if re.fullmatch(r"[0-9]{9,14}", words):
        return _of_number(int(words), zone)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ t][0-9:.]+(z|[+\-][0-9:]+)?", words):
        raise Unreadable(f"“{text}” is not a time.", _WRITE_TIME)
    try:
        return _of_datetime(datetime.fromisoformat(words.upper()), zone)
    except ValueError:
        raise Unreadable(f"“{text}” is not a time.", _WRITE_TIME) from None


def _clock(text: str, hours: str, minutes: str | None, seconds: str | None, half: str | None) -> Moment:
    hour, minute, second = int(hours), int(minutes or 0), int(seconds or 0)
    if half in ("am", "pm", "a.m.", "p.m."):
        if not 1 <= hour <= 12:
            raise Unreadable(f"“{text}” is not a time.", _WRITE_TIME)
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    total = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or total > DAY_S:
        raise Unreadable(f"“{text}” is not a time of day.", _WRITE_TIME)
    return Moment(total)


def _of_datetime(value: datetime, zone: ZoneInfo) -> Moment:
    try:
        local = value.astimezone(zone) if value.tzinfo else value
    except OverflowError:
        raise Unreadable(f"“{value}” is not a time.", _WRITE_TIME) from None
    return Moment(_second(local.time()), local.date())


def _of_number(value: float, zone: ZoneInfo) -> Moment:
    """A fraction of a day, an hour, hhmm, a workbook's day count, unix seconds or milliseconds."""
    if 0 <= value < 1:
        return Moment(round(value * DAY_S))
    if float(value).is_integer() and value < 2500:
        digits = str(int(value))
        return _moment(digits, zone)
    if 20_000 <= value < 80_000:
        return _of_datetime(from_day_count(value), zone)
    if 1e9 <= value < 1e13:
        return _of_datetime(datetime.fromtimestamp(value / 1000 if value >= 1e11 else value, UTC), zone)
    raise Unreadable(f"“{value:g}” is not a time.", _WRITE_TIME)


def from_day_count(value: float) -> datetime:
    """A spreadsheet's days since 1899-12-30, to the second."""
    return datetime(1899, 12, 30) + timedelta(seconds=round(value * DAY_S))  # noqa: DTZ001 - wall clock by nature


def _second(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _in_day(second: int, text: str) -> Moment:
    if not 0 <= second <= 2 * DAY_S:
        raise Unreadable(f"“{text}” is not a time of day.", _WRITE_TIME)
    return Moment(second)


_PRESETS: Mapping[str, tuple[int, int] | None] = {
    # Fleetbase's window presets (fleet-ops-options.js)
    **dict.fromkeys(("early morning",), (6, 9)),
    **dict.fromkeys(("morning", "vormittag", "vormittags", "aamu", "aamupäivä"), (8, 12)),
    **dict.fromkeys(("midday", "lunch", "mittag", "keskipäivä"), (11, 14)),
    **dict.fromkeys(("afternoon", "nachmittag", "nachmittags", "iltapäivä"), (12, 17)),
    **dict.fromkeys(("business hours", "office hours", "daytime"), (9, 17)),
    **dict.fromkeys(("evening", "abend", "abends", "ilta"), (17, 21)),
    **dict.fromkeys(("am", "am only"), (0, 12)),
    **dict.fromkeys(("pm", "pm only"), (12, 24)),
    **dict.fromkeys(("any", "anytime", "any time", "all day", "flexible", "-", "ganztägig"), None),
}
_BETWEEN = re.compile(r"\s*(?:[-–—/]|\bto\b|\bbis\b|\buntil\b|\band\b|\bund\b)\s*")
_SEVERAL = re.compile(r"\s*(?:[;,|&]|\bor\b|\boder\b|\btai\b)\s*")
_FROM_ON = re.compile(r"(?:after|from|ab|not before|alkaen)\s+(.+)")
_UP_TO = re.compile(r"(?:before|by|until|bis|not after|till)\s+(.+)")
_ISO_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}[ t][0-9:.z+]+?)\s*(?:/|\s-|–|\bto\b)\s*([0-9]{4}-.+)")


def windows(cell: Cell, zone: ZoneInfo) -> tuple[tuple[Moment | None, Moment | None], ...]:
    """The windows that one cell tells: "08:00-10:00; 14-16", "after 14", "morning". Raises `Unreadable`."""
    if not isinstance(cell, str):
        raise Unreadable(f"“{cell}” is one time, not a window.", "Write from and until: 10:00-10:30.")
    words = cell.strip().casefold().replace("_", " ")
    if words in _PRESETS:
        hours = _PRESETS[words]
        return () if hours is None else ((Moment(hours[0] * 3600), Moment(hours[1] * 3600)),)
    return tuple(_window(part, zone) for part in _SEVERAL.split(words) if part)


def _window(words: str, zone: ZoneInfo) -> tuple[Moment | None, Moment | None]:
    if iso := _ISO_RANGE.fullmatch(words):
        return _moment(iso[1], zone), _moment(iso[2], zone)
    if found := _FROM_ON.fullmatch(words):
        return _moment(found[1], zone), None
    if found := _UP_TO.fullmatch(words):
        return None, _moment(found[1], zone)
    ends = _BETWEEN.split(words.removeprefix("between ").removeprefix("zwischen "))
    if len(ends) != 2:
        raise Unreadable(f"“{words}” is not a window.", "Write from and until: 08:00-10:00.")
    return _moment(ends[0], zone), _moment(ends[1], zone)


_ISO_DURATION = re.compile(r"pt(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9.]+)s)?")
_SPELT = re.compile(r"([0-9.,]+)\s*(s|secs?|seconds?|m|mins?|minutes?|minuten|h|hours?|hrs?|std)\.?")
_CLOCK_DURATION = re.compile(r"([0-9]+):([0-9]{2})(?::([0-9]{2}))?")
MAX_SERVICE_S = DAY_S


def duration_s(cell: Cell, unit_s: float) -> int:
    """Seconds of a duration: a number of `unit_s`, "5 min", "0:05", "PT5M", a workbook's time. Raises `Unreadable`."""
    match cell:
        case str():
            seconds = _duration(cell.strip().casefold(), unit_s)
        case time():
            seconds = _second(cell)
        case timedelta():
            seconds = cell.total_seconds()
        case _:
            seconds = number(cell) * unit_s
    if not 0 <= seconds <= MAX_SERVICE_S:
        raise Unreadable(f"“{cell}” is not a service time.", "It must lie between 0 and 24 hours.")
    return round(seconds)


def _duration(text: str, unit_s: float) -> float:
    if (iso := _ISO_DURATION.fullmatch(text)) and any(iso.groups()):
        return int(iso[1] or 0) * 3600 + int(iso[2] or 0) * 60 + number(iso[3] or "0")
    if clock := _CLOCK_DURATION.fullmatch(text):
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    if spelt := _SPELT.fullmatch(text):
        return number(spelt[1]) * {"s": 1, "m": 60, "h": 3600}[spelt[2].replace("std", "h")[0]]
    return number(text) * unit_s
