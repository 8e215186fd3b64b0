"""What makes two messages the same one, and what they promised: both are in a message's key.

    order / attempt / date / event / mark / channel / promised interval

Up to the mark it is the message's name: nobody is told the same twice, by whatever channel and of whatever interval.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import Channel, Event

_MOMENT = "%Y%m%dT%H%MZ"
_NAME_PARTS = 5


@dataclass(frozen=True, slots=True)
class Interval:
    """From when until when a customer was told to expect somebody; whole minutes, UTC."""

    since: datetime
    until: datetime

    @classmethod
    def around(cls, earliest: datetime, latest: datetime, width: timedelta, minutes: int) -> Self:
        """So far to either side, and on to the next full quarter or half hour."""
        step = minutes * 60
        begin = (earliest - width).timestamp() // step * step
        end = -(-(latest + width).timestamp() // step) * step
        return cls(datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC))


def key_of(
    order_id: OrderId,
    attempt: int,
    on: date,
    event: Event,
    channel: Channel,
    mark: str = "",
    interval: Interval | None = None,
) -> str:
    """A message's key."""
    said = f"{interval.since.astimezone(UTC):{_MOMENT}}-{interval.until.astimezone(UTC):{_MOMENT}}" if interval else ""
    return "/".join((order_id, str(attempt), on.isoformat(), event.name, mark, channel.name, said))


def name_of(key: str) -> tuple[str, ...]:
    """The part of it that there is one message of."""
    return tuple(key.split("/")[:_NAME_PARTS])


def attempt_of(key: str) -> int:
    """Which attempt at the order it is about; 0 for a key of another shape."""
    parts = key.split("/")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0


def mark_of(key: str) -> str:
    """The mark; empty without one."""
    parts = key.split("/")
    return parts[4] if len(parts) >= _NAME_PARTS else ""


def promise_of(key: str) -> Interval | None:
    """What it promised; `None` where it did not."""
    since, dash, until = key.rpartition("/")[2].partition("-")
    if not dash:
        return None
    try:
        begin, end = (datetime.strptime(moment, _MOMENT).replace(tzinfo=UTC) for moment in (since, until))
    except ValueError:
        return None
    return Interval(begin, end)
