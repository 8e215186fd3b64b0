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
_STRETCH_S, _STRETCHES = 120.0, 60
_STEADY_STRETCHES, _STEADY_S = 6, 45.0


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
class _Tops:
    """The largest differences, device less gateway, in each of the last stretches of time in which anything came."""

    _stretches: deque[tuple[int, tuple[float, ...]]] = field(default_factory=lambda: deque(maxlen=_STRETCHES))

    def __bool__(self) -> bool:
        return bool(self._stretches)

    def take(self, at: datetime, received_at: datetime) -> None:
        ahead_s, stretch = (at - received_at).total_seconds(), int(received_at.timestamp() // _STRETCH_S)
        tops: tuple[float, ...] = (ahead_s,)
        if self._stretches and self._stretches[-1][0] == stretch:
            tops = tuple(sorted((*self._stretches.pop()[1], ahead_s))[-AGREEING:])
        self._stretches.append((stretch, tops))

    @property
    def largest(self) -> float:
        return max(tops[-1] for _, tops in self._stretches)

    @property
    def agreed(self) -> float | None:
        """The largest that so many reach as have to agree."""
        tops = sorted(top for _, tops in self._stretches for top in tops)
        return tops[-AGREEING] if len(tops) >= AGREEING else None

    @property
    def steady(self) -> bool:
        """Whether it was the same for long, give or take a few seconds."""
        lately = [tops[-1] for _, tops in self._stretches][-_STEADY_STRETCHES:]
        return len(lately) == _STEADY_STRETCHES and max(lately) - min(lately) <= _STEADY_S


@dataclass(slots=True)
class Skew:
    """How far one device's clock is ahead of the gateway's.

    What is sent takes time to arrive, so the largest difference seen in the last two hours is the nearest to the
    truth: no queue that is worked off meanwhile hides what a clock that is ahead has shown. A device that says when it
    sent is taken at its word. One that does not may have kept its fixes back: it is believed to be behind only when it
    has been so for ten minutes and as steadily as no queue is that is worked off.
    """

    _sent: _Tops = field(default_factory=_Tops)
    _fixed: _Tops = field(default_factory=_Tops)
    _behind: bool = False
    """Whether the clock was found to be slow."""

    def take(self, stored: StoredFix) -> None:
        """Learn from one more fix, whether it is followed or not."""
        if stored.fix.sent_at is not None:
            self._sent.take(stored.fix.sent_at, stored.received_at)
        self.hear(stored.fix.at, stored.received_at)

    def hear(self, at: datetime, received_at: datetime) -> None:
        """Learn from anything that the device says happened `at` a moment by its clock."""
        self._fixed.take(at, received_at)
        if self._fixed.largest > -FUTURE_S:
            self._behind = False
        elif self._fixed.steady:
            self._behind = True

    @property
    def ahead_s(self) -> float:
        """Seconds; negative when the clock is slow; 0 as long as nothing is known."""
        if self._sent:
            return self._sent.largest
        ahead_s = self._fixed.largest if self._fixed else 0.0
        return 0.0 if ahead_s < -FUTURE_S and not self._behind else ahead_s

    @property
    def correction_s(self) -> float:
        """What to take off this device's times: its clock's error, once three fixes agree that it is a wrong clock.

        The third largest difference is taken, not the largest: one fix from the future must not move the others.
        """
        if abs(self.ahead_s) <= WRONG_S:
            return 0.0
        agreed_s = (self._sent or self._fixed).agreed
        return 0.0 if agreed_s is None or abs(agreed_s) <= WRONG_S else agreed_s
