"""When each driver's positions may be kept, remembered for as long as the hot path needs it.

Nothing is turned away on old knowledge: before a position is forgotten, every change of the logbook makes this look
again. What would be kept is looked up again once a minute, and at once when the driver ends the round on the page.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatcher.domain.ids import DriverId
from dispatcher.domain.tracking import Decoded, Fix, Unkept
from dispatcher.gateway.pulse import Pulse
from dispatcher.services.keeping import Hours, hours_of
from dispatcher.services.logbook import Logbook, LogbookReader

BEFORE, AFTER = timedelta(days=2), timedelta(days=1)
AGAIN_S = 60.0
_MILLISECOND = timedelta(milliseconds=1)
NOTHING: Mapping[Unkept, int] = {}


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
        self,
        logbook: Logbook,
        pulse: Pulse,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._logbook, self._pulse, self._clock, self._now = logbook, pulse, clock, monotonic
        self._known: dict[DriverId, _Known] = {}

    async def keep(self, driver_id: DriverId | None, decoded: Decoded) -> tuple[Decoded, Mapping[Unkept, int]]:
        """What of a message may be kept, and how many positions may not, by the reason.

        Faults stay: whoever sends what nobody understands must be helped. Their bytes are the caller's affair.
        A position that is in the logbook already stays too: its phone never heard the answer, and asks again.
        """
        moments = [fix.at for fix in decoded.fixes] + [event.at for event in decoded.events]
        if not moments:
            return decoded, NOTHING
        if driver_id is None:
            return replace(decoded, fixes=(), events=()), {Unkept.NO_DRIVER: len(decoded.fixes)}
        hours = self._at_hand(driver_id, moments) or await self._ask(driver_id, min(moments), max(moments))
        if all(map(hours.keep, moments)):
            return decoded, NOTHING
        events = tuple(event for event in decoded.events if hours.keep(event.at))
        why = {n: hours.why_not(fix.at) for n, fix in enumerate(decoded.fixes) if not hours.keep(fix.at)}
        ended = {n: decoded.fixes[n] for n, reason in why.items() if reason is Unkept.ENDED}
        for n in await self._held(driver_id, ended) if ended else ():
            del why[n]
        fixes = tuple(fix for n, fix in enumerate(decoded.fixes) if n not in why)
        return replace(decoded, fixes=fixes, events=events), Counter(why.values())

    async def on_duty(self, driver_id: DriverId | None) -> bool:
        """Whether positions of this driver would be kept now."""
        now = self._clock()
        return driver_id is not None and (
            (self._at_hand(driver_id, [now]) or await self._ask(driver_id, now, now)).keep(now)
        )

    def forget(self, driver_id: DriverId) -> None:
        """Look again at the next position of this driver."""
        self._known.pop(driver_id, None)

    async def _held(self, driver_id: DriverId, fixes: Mapping[int, Fix]) -> Sequence[int]:
        """Those of them that came before the driver ended the round, and are in the logbook."""
        moments = [fix.at for fix in fixes.values()]
        first, last = min(moments), max(moments)
        track = await asyncio.to_thread(self._logbook.read, lambda r: r.track(driver_id, first, last))
        return [n for n, fix in fixes.items() if any(_same(fix, stored.fix) for stored in track)]

    def _at_hand(self, driver_id: DriverId, moments: Sequence[datetime]) -> Hours | None:
        """What is known already, if it is known well enough for these moments."""
        known = self._known.get(driver_id)
        if known is None or known.first > min(moments) or known.last < max(moments):
            return None
        if known.version == self._pulse.version():
            return known.hours
        settled = self._now() - known.at < AGAIN_S and all(map(known.hours.keep, moments))
        return known.hours if settled else None

    async def _ask(self, driver_id: DriverId, first: datetime, last: datetime) -> Hours:
        now, version = self._clock(), self._pulse.version()
        usual = now - BEFORE <= first and last <= now + AFTER
        begins, ends = (now - BEFORE - AFTER, now + AFTER + AFTER) if usual else (first, min(last, now + AFTER))
        ask: Callable[[LogbookReader], Hours] = lambda r: hours_of(r, driver_id, begins, max(begins, ends))
        hours = await asyncio.to_thread(self._logbook.read, ask)
        if usual:
            # Not all at once, when a minute ago all phones came at once
            at = self._now() - AGAIN_S / 2 * random.random()  # noqa: S311
            self._known[driver_id] = _Known(hours, begins, ends, version, at)
        return hours


def _same(one: Fix, other: Fix) -> bool:
    """As the logbook keeps them: moments to the millisecond, degrees to seven digits."""
    apart_deg = max(abs(one.place.lat - other.place.lat), abs(one.place.lon - other.place.lon))
    return abs(one.at - other.at) < _MILLISECOND and apart_deg < 1e-7
