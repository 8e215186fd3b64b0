"""Quiet hours: when nothing is sent, by the depot's clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.time import at_local


def is_quiet(clock: time, policy: MessagePolicy) -> bool:
    """Whether it is quiet at this time of day."""
    begins, ends = policy.quiet_from, policy.quiet_until
    return begins <= clock < ends if begins <= ends else clock >= begins or clock < ends


def quiet_until(moment: datetime, policy: MessagePolicy, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold at this moment end, UTC; `None` while it is not quiet.

    From `quiet_from` on, `quiet_until` no more. On the night a clock is put back, an hour that comes twice is quiet
    both times if the wall clock says so; where both are the same time there are no quiet hours.
    """
    begins, ends = policy.quiet_from, policy.quiet_until
    local = moment.astimezone(zone)
    clock, day = local.time(), local.date()
    if not is_quiet(clock, policy):
        return None
    until = day + timedelta(days=begins > ends and clock >= begins)
    end = at_local(until, ends, zone)
    # the second time round of an hour that comes twice
    return end if end > moment else at_local(until, ends.replace(fold=1), zone)
