"""Which fixes are followed, and why not; and how wrong a device's clock is.

A fix is judged twice: by itself when it arrives (`doubt_of`), then among its neighbours in device time (`Sieve`), where
a leap shows. Nothing is deleted: what is doubted stays in the logbook and is not followed.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from dispatcher.domain.tracking import Doubt, StoredFix
from dispatcher.tracking.track import Point, between_m

FUTURE_S = 120.0
OLD_S = 86_400.0
INACCURATE_M = 200.0
FASTEST_MPS = 70.0
"""252 km/h: faster than any van, slower than the leap of a receiver that lost its way."""

AGREEING = 3
"""So many fixes in a row that fit one another outweigh the one before that they do not fit."""

WRONG_S = 60.0
"""A clock that is off by more is set right; less is the time messages take, and of no harm."""

_NULL_ISLAND_DEG = 1e-4
_SKEW_SAMPLES = 30
_SUSTAINED_S = 600.0


def doubt_of(stored: StoredFix) -> Doubt | None:
    """What speaks against following a fix, seen by itself."""
    fix = stored.fix
    ahead_s = (fix.at - stored.received_at).total_seconds()
    if not fix.valid:
        return Doubt.INVALID
    if abs(fix.place.lat) < _NULL_ISLAND_DEG and abs(fix.place.lon) < _NULL_ISLAND_DEG:
        return Doubt.ZERO
    if ahead_s > FUTURE_S:
        return Doubt.FUTURE
    if ahead_s < -OLD_S:
        return Doubt.OLD
    if fix.accuracy_m is not None and fix.accuracy_m > INACCURATE_M:
        return Doubt.INACCURATE
    return None


@dataclass(slots=True)
class Sieve:
    """One driver's points in the order of device time: holds back those that leap. `copy.copy` gives a checkpoint."""

    anchor: Point | None = None
    """The last point followed."""
    suspects: tuple[Point, ...] = ()
    """Points since that do not fit it, but one another."""

    def take(self, point: Point) -> tuple[Point, ...]:
        """What is to be followed now: this point, nothing, or the suspects too when they outweigh the anchor."""
        if self.anchor is None or fits(self.anchor, point):
            self.anchor, self.suspects = point, ()
            return (point,)
        if self.suspects and not fits(self.suspects[-1], point):
            self.suspects = ()
        self.suspects = (*self.suspects, point)
        if len(self.suspects) < AGREEING:
            return ()
        released, self.suspects, self.anchor = self.suspects, (), point
        return released


def fits(a: Point, b: Point) -> bool:
    """Whether somebody can have driven from one to the other, given how accurate both are."""
    way_m = between_m(a, b) - a.accuracy_m - b.accuracy_m
    return way_m <= FASTEST_MPS * max(1.0, abs(b.t - a.t))


@dataclass(slots=True)
class Skew:
    """How far one device's clock is ahead of the gateway's.

    What is sent takes time to arrive, so the largest difference seen lately is the nearest to the truth. A device that
    says when it sent is taken at its word; one that does not may have kept its fixes back, and is believed to be
    behind only after ten minutes.
    """

    _sent: deque[float] = field(default_factory=lambda: deque(maxlen=_SKEW_SAMPLES))
    _fixed: deque[tuple[datetime, float]] = field(default_factory=lambda: deque(maxlen=_SKEW_SAMPLES))
    _behind_since: datetime | None = None

    def take(self, stored: StoredFix) -> None:
        """Learn from one more fix, whether it is followed or not."""
        if stored.fix.sent_at is not None:
            self._sent.append((stored.fix.sent_at - stored.received_at).total_seconds())
        ahead_s = (stored.fix.at - stored.received_at).total_seconds()
        self._fixed.append((stored.received_at, ahead_s))
        if ahead_s > -FUTURE_S:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = stored.received_at

    @property
    def ahead_s(self) -> float:
        """Seconds; negative when the clock is slow; 0 as long as nothing is known."""
        if self._sent:
            return max(self._sent)
        if not self._fixed:
            return 0.0
        ahead_s = max(ahead for _, ahead in self._fixed)
        if ahead_s < -FUTURE_S and not self._slow_for_long:
            return 0.0
        return ahead_s

    @property
    def correction_s(self) -> float:
        """What to take off this device's times: its clock's error, once three fixes agree that it is a wrong clock.

        The third largest difference is taken, not the largest: one fix from the future must not move the others.
        """
        if abs(self.ahead_s) <= WRONG_S:
            return 0.0
        seen = self._sent or [ahead for _, ahead in self._fixed]
        return sorted(seen)[-AGREEING] if len(seen) >= AGREEING and abs(sorted(seen)[-AGREEING]) > WRONG_S else 0.0

    @property
    def _slow_for_long(self) -> bool:
        since = self._behind_since
        return since is not None and (self._fixed[-1][0] - since).total_seconds() >= _SUSTAINED_S
