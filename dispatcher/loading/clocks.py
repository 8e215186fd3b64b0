"""Times of day from a sheet of paper become moments: on the right side of midnight, and between those written down."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.time import at_local


def moment_near(clock: time, planned_at: datetime, zone: ZoneInfo) -> datetime:
    """The moment with this time of day that is nearest to the one planned: rounds go past midnight."""
    day = planned_at.astimezone(zone).date()
    moments = [at_local(day + timedelta(days=n), clock, zone) for n in (-1, 0, 1)]
    return min(moments, key=lambda moment: abs(moment - planned_at))


def between(planned: Sequence[datetime], written: Mapping[int, datetime], latest: datetime) -> list[datetime]:
    """A moment for each of these, given those of some: as late or early as the neighbours, the nearer the more.

    `planned` in any order, `written` by place. Without any it is as planned; none is after `latest`.
    """
    anchors = sorted((planned[n], moment - planned[n]) for n, moment in written.items())
    at = [moment for moment, _ in anchors]
    return [
        written.get(n, min(latest, moment + _offset(anchors, bisect_right(at, moment), moment)))
        for n, moment in enumerate(planned)
    ]


def _offset(anchors: Sequence[tuple[datetime, timedelta]], after: int, moment: datetime) -> timedelta:
    if not anchors:
        return timedelta()
    if after in (0, len(anchors)):
        return anchors[min(after, len(anchors) - 1)][1]
    (since, one), (until, other) = anchors[after - 1], anchors[after]
    return one + (other - one) * ((moment - since) / (until - since))
