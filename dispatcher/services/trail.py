"""Where drivers were of late, thinned for drawing and lengthened as they go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import StoredFix
from dispatcher.tracking.following import RoundTracker

TRAIL = timedelta(minutes=30)
STEP_M = 12.0
GAP_S = 120.0


@dataclass(frozen=True, slots=True)
class TrailPoints:
    """Where a driver was in the last half hour."""

    points: tuple[tuple[float, float, float], ...] = ()
    """(lat, lon, seconds since 1970)."""
    gaps: tuple[int, ...] = ()
    """Points after which nothing was heard for a while."""


class Trail:
    """The last half hour of one driver."""

    def __init__(self) -> None:
        self._points: list[tuple[float, float, float]] = []
        self._heard_t = -GAP_S

    def lengthen(self, tracker: RoundTracker, latest: StoredFix, now: datetime) -> None:
        """Add where the driver is, and forget the far end; after a gap it is made anew, for what came late."""
        oldest, t, place = (now - TRAIL).timestamp(), latest.fix.at.timestamp(), latest.fix.place
        points, heard_t = self._points, self._heard_t
        self._heard_t = max(t, heard_t)
        if t - heard_t > GAP_S:
            points[:] = _thinned(tracker.trail_since(oldest))
            return
        if not points or (t > points[-1][2] and Place(*points[-1][:2]).distance_m(place) >= STEP_M):
            points.append((place.lat, place.lon, t))
        while points and points[0][2] < oldest:
            del points[0]

    @property
    def points(self) -> TrailPoints:
        """What is drawn."""
        points = tuple(self._points)
        return TrailPoints(points, tuple(i for i, (a, b) in enumerate(pairwise(points)) if b[2] - a[2] > GAP_S))


def _thinned(points: Iterable[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    last: Place | None = None
    for lat, lon, t in points:
        here = Place(lat, lon)
        if last is None or last.distance_m(here) >= STEP_M:
            last = here
            yield lat, lon, t
