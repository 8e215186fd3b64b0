"""Whose a round's positions are: who had it from when until when, and what is kept of its track."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import DriverId
from dispatcher.domain.tracking import StoredFix
from dispatcher.services.logbook import LogbookReader

OVERTIME = timedelta(hours=4)
"""So long after its shift a round may still be driven."""

type Tenure = tuple[DriverId, datetime, datetime]
"""A driver who had a round, from when until when."""


def tenures_of(reader: LogbookReader, shift: Shift) -> Sequence[Tenure]:
    """Who had the round, in their order, the last of them the one the plan names."""
    sent, (since, until) = reader.round(shift.id), span_of(shift)
    found: list[Tenure] = []
    for former in sent.former if sent else ():
        found.append((former.driver_id, since, min(former.until, until)))
        since = max(since, former.until)
    if sent and sent.driver_id != shift.driver_id:  # taken over, and not sent yet
        found.append((sent.driver_id, since, until))
    return [*found, (shift.driver_id, since, until)]


def track_of(reader: LogbookReader, tenures: Iterable[Tenure]) -> Sequence[StoredFix]:
    """What is kept of a round's positions, by device time, whoever drove it."""
    return [fix for tenure in tenures if tenure[1] <= tenure[2] for fix in reader.track(*tenure)]


def span_of(shift: Shift) -> tuple[datetime, datetime]:
    """When positions may belong to this round; which of them are kept is the gateway's affair."""
    return shift.starts_at - OVERTIME, shift.ends_at + OVERTIME
