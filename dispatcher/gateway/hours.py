"""When each driver's positions may be kept, remembered for as long as the hot path needs it.

A door that is shut opens at once: while nothing is kept, every change of the logbook makes it look again. One that is
open looks again every few seconds if anything changed, and at once when the driver ends the round on the page.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatcher.domain.ids import DriverId
from dispatcher.domain.tracking import Decoded
from dispatcher.services.keeping import Hours, hours_of
from dispatcher.services.logbook import Logbook

BEFORE, AFTER = timedelta(days=2), timedelta(days=1)
AGAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class _Known:
    hours: Hours
    first: datetime
    last: datetime
    version: int
    at: float


class KnownHours:
    """What `services.keeping` says of each driver."""

    def __init__(
        self, logbook: Logbook, clock: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._logbook, self._clock, self._now = logbook, clock, monotonic
        self._known: dict[DriverId, _Known] = {}

    async def keep(self, driver_id: DriverId | None, decoded: Decoded) -> tuple[Decoded, int]:
        """What of a message may be kept, and of how many positions the rest consisted.

        Faults stay: whoever sends what nobody understands must be helped. Their bytes are the caller's affair.
        """
        moments = [fix.at for fix in decoded.fixes] + [event.at for event in decoded.events]
        if not moments:
            return decoded, 0
        if driver_id is None:
            return replace(decoded, fixes=(), events=()), len(decoded.fixes)
        hours = await self._hours(driver_id, min(moments), max(moments))
        if all(map(hours.keep, moments)):
            return decoded, 0
        fixes = tuple(fix for fix in decoded.fixes if hours.keep(fix.at))
        events = tuple(event for event in decoded.events if hours.keep(event.at))
        return replace(decoded, fixes=fixes, events=events), len(decoded.fixes) - len(fixes)

    async def on_duty(self, driver_id: DriverId | None) -> bool:
        """Whether positions of this driver would be kept now."""
        now = self._clock()
        return driver_id is not None and (await self._hours(driver_id, now, now)).keep(now)

    def forget(self, driver_id: DriverId) -> None:
        """Look again at the next position of this driver."""
        self._known.pop(driver_id, None)

    async def _hours(self, driver_id: DriverId, first: datetime, last: datetime) -> Hours:
        version, known = self._logbook.version(), self._known.get(driver_id)
        if known is not None and known.first <= first and last <= known.last:
            settled = known.hours.spans and self._now() - known.at < AGAIN_S
            if known.version == version or settled:
                return known.hours
        now = self._clock()
        usual = now - BEFORE <= first and last <= now + AFTER
        begins, ends = (now - BEFORE - AFTER, now + AFTER + AFTER) if usual else (first, min(last, now + AFTER))
        hours = await asyncio.to_thread(self._logbook.read, lambda r: hours_of(r, driver_id, begins, max(begins, ends)))
        if usual:
            self._known[driver_id] = _Known(hours, begins, ends, version, self._now())
        return hours
