"""Moments, windows, and a depot's day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def require_aware(moment: datetime, what: str) -> None:
    """Raise `ValueError` unless `moment` carries a time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{what} needs a time zone")


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """From when until when something may begin; both ends belong to it. Aware datetimes."""

    opens_at: datetime
    closes_at: datetime

    def __post_init__(self) -> None:
        require_aware(self.opens_at, "a time window's start")
        require_aware(self.closes_at, "a time window's end")
        if self.closes_at < self.opens_at:
            raise ValueError("a time window must not end before it begins")

    def contains(self, moment: datetime) -> bool:
        """Whether service may begin at `moment`."""
        return self.opens_at <= moment <= self.closes_at


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The UTC moment of a wall-clock time at the depot.

    In the hour that a spring change of clocks skips, the wall clock is read as before the change (`fold=0`).
    """
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The UTC moment at which the depot's day begins."""
    return at_local(day, time(0), zone)


def seconds_after(origin: datetime, moment: datetime) -> int:
    """Whole seconds from `origin` to `moment`."""
    return round((moment - origin).total_seconds())


def after(origin: datetime, seconds: float) -> datetime:
    """`origin` plus `seconds`."""
    return origin + timedelta(seconds=seconds)
