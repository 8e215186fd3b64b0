"""When a row's visit may happen: its date and its windows, as UTC moments."""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dispatcher.domain.orders import MAX_WINDOWS
from dispatcher.domain.time import TimeWindow, at_local
from dispatcher.intake import times
from dispatcher.intake.dates import DateOrder
from dispatcher.intake.fields import Field
from dispatcher.intake.raw import Cell
from dispatcher.intake.row import RowView
from dispatcher.intake.times import DAY_S, Moment
from dispatcher.intake.values import Unreadable

PAIRS = (
    (Field.WINDOW_FROM, Field.WINDOW_TO),
    (Field.WINDOW_FROM_2, Field.WINDOW_TO_2),
    (Field.WINDOW_FROM_3, Field.WINDOW_TO_3),
)
_DATED = re.compile(r"([0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}),?\s+(\S.*)")

type _Span = tuple[Field, Moment | None, Moment | None]


def when_of(row: RowView, order: DateOrder, default: date, zone: ZoneInfo) -> tuple[date, tuple[TimeWindow, ...]]:
    """The row's date and its windows: in order, those that touch made one. Faults are noted on the row.

    With no date of its own a row has that of its first window, else the default. A window with one end only lasts
    from midnight, or until midnight.
    """
    spans = _spans(row, order, zone)
    own = row.read(Field.DATE, order.read, None)
    told = next((end.day for _, *ends in spans for end in ends if end and end.day), None)
    day = own or told or default
    found = [window for field, *ends in spans if (window := _window(row, field, day, ends, zone))]
    joined = _joined(found)
    if len(joined) > MAX_WINDOWS:
        row.fail(spans[0][0], f"There are {len(joined)} windows; an order has at most {MAX_WINDOWS}.", "Join some.")
        joined = ()
    return day, joined


def _spans(row: RowView, order: DateOrder, zone: ZoneInfo) -> list[_Span]:
    def moment(cell: Cell) -> Moment | None:
        if isinstance(cell, str) and (dated := _DATED.fullmatch(cell)):
            return Moment(times.moment(dated[2], zone).second, order.read(dated[1]))
        return times.moment(cell, zone)

    spans: list[_Span] = []
    for opens, closes in PAIRS:
        begin, end = row.read(opens, moment, None), row.read(closes, moment, None)
        if begin or end:
            spans.append((closes if end else opens, begin, end))
    for begin, end in row.read(Field.WINDOW, lambda cell: times.windows(cell, zone), ()):
        spans.append((Field.WINDOW, begin, end))
    return spans


def _window(row: RowView, field: Field, day: date, ends: list[Moment | None], zone: ZoneInfo) -> TimeWindow | None:
    begin, end = ends
    opens_on = begin.day if begin and begin.day else day
    opens = (opens_on, begin.second if begin else 0)
    if end is None:
        closes = (opens_on, DAY_S)
    elif end.day is None and end.second == 0:
        closes = (opens_on, DAY_S)  # "20:00-00:00" means the midnight to come
    else:
        closes = (end.day or opens_on, end.second)
    if not day <= opens_on <= day + timedelta(days=1):
        row.fail(field, f"The window is on {opens_on}, the order on {day}.", "Give both the same date.")
        return None
    try:
        return TimeWindow(_utc(*opens, zone), _utc(*closes, zone))
    except ValueError:
        row.fail(
            field,
            f"The window ends ({_clock(closes[1])}) before it begins ({_clock(opens[1])}).",
            "Swap the times, or write “02:00 (+1)” if it ends on the next day.",
        )
        return None


@lru_cache(maxsize=20_000)
def _utc(day: date, second: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(second, DAY_S)
    try:
        return at_local(day + timedelta(days=days), time(rest // 3600, rest % 3600 // 60, rest % 60), zone)
    except OverflowError as fault:
        raise Unreadable(f"{day} is out of range.", "Check the date.") from fault


def _joined(windows: list[TimeWindow]) -> tuple[TimeWindow, ...]:
    joined: list[TimeWindow] = []
    for window in sorted(windows):
        if joined and window.opens_at <= joined[-1].closes_at:
            joined[-1] = TimeWindow(joined[-1].opens_at, max(joined[-1].closes_at, window.closes_at))
        else:
            joined.append(window)
    return tuple(joined)


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"
