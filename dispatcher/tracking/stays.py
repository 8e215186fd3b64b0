"""Where a track keeps to one spot: stays, found while the points come. Whose door it is, `visits` says.

A stay-point as in Li et al. 2008 (Mining user similarity based on location history, GIS '08): points within a reach of
their mean. The reach grows with the positions' inaccuracy; two points in a row outside it end the stay.
"""

from dataclasses import dataclass
from typing import NamedTuple

from dispatcher.tracking.track import Point, metres

DRIVING_MPS = 3.0
"""Faster than people walk with a parcel."""

WALKING_MPS = 2.0
"""Slower than this, and yet on their way, people walk between their van and a door."""

WALKED_M = 300.0
"""Farther nobody parks."""

_REACH_M, _FARTHEST_M = 35.0, 80.0
_ENDING = 2
_FEW, _SHIFT_M = 4, 22.0
"""So many points whose mean lies so far from the stay's are another stay."""


class Stay(NamedTuple):
    """A time at one spot."""

    t0: float
    t1: float
    lat: float
    lon: float
    accuracy_m: float
    """The mean of its points'."""
    drift_mps: float
    """How fast it moved all the same: the slope of a line through its points (least squares)."""

    @property
    def lasted_s(self) -> float:
        """From its first point to its last."""
        return self.t1 - self.t0

    def from_m(self, lat: float, lon: float) -> float:
        """Metres from a place."""
        return metres(self.lat, self.lon, lat, lon)


@dataclass(slots=True)
class Spot:
    """The stay that may be under way. `copy.copy` gives a checkpoint."""

    first: Point | None = None
    t1: float = 0.0
    count: int = 0
    away: tuple[Point, ...] = ()
    """The latest points, if they lie outside."""
    recent: tuple[Point, ...] = ()
    """The last few that lie inside."""
    _sums: tuple[float, ...] = (0.0,) * 7
    """Of accuracy, time, time², latitude, longitude, and both times time; all but the first less `first`'s."""

    def take(self, point: Point) -> Stay | None:
        """The stay that this point ended, if there was one."""
        if self.first is None:
            self._begin(point)
            return None
        distance_m, reach_m = self._from_m(point), reach(point.accuracy_m)
        driving = point.speed_mps > DRIVING_MPS
        if distance_m <= reach_m and not driving:
            self._join(point)
            return self._shifted()
        self.away = (*self.away, point)
        if len(self.away) < _ENDING and distance_m <= 2 * reach_m and not driving:
            return None
        return self._restart()

    def stay(self) -> Stay | None:
        """The one under way, as far as it has come."""
        if self.first is None or self.count < 2:
            return None
        n, first = self.count, self.first
        accuracy, t, tt, lat, lon, lat_t, lon_t = self._sums
        return Stay(
            first.t,
            self.t1,
            first.lat + lat / n,
            first.lon + lon / n,
            accuracy / n,
            _slope_mps(n, t, tt, (lat, lat_t), (lon, lon_t), first.lat),
        )

    def end(self) -> Stay | None:
        """The one under way, ended here: nothing is known of what came after."""
        stay = self.stay()
        self.first, self.count, self.away = None, 0, ()
        return stay

    @property
    def standing(self) -> bool:
        """Whether the points have kept to one spot for a while."""
        return self.first is not None and self.count > 2 and self.t1 - self.first.t >= 15

    def centre(self) -> tuple[float, float]:
        """Mean latitude and longitude; only while there is a point."""
        assert self.first is not None
        return self.first.lat + self._sums[3] / self.count, self.first.lon + self._sums[4] / self.count

    def _from_m(self, point: Point) -> float:
        return metres(*self.centre(), point.lat, point.lon)

    def _begin(self, point: Point) -> None:
        self.first, self.t1, self.count, self.away, self.recent = point, point.t, 1, (), (point,)
        self._sums = (point.accuracy_m, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    def _join(self, point: Point) -> None:
        assert self.first is not None
        t, lat, lon = point.t - self.first.t, point.lat - self.first.lat, point.lon - self.first.lon
        accuracy, t1, tt, lat1, lon1, lat_t, lon_t = self._sums
        sums = (
            accuracy + point.accuracy_m,
            t1 + t,
            tt + t * t,
            lat1 + lat,
            lon1 + lon,
            lat_t + lat * t,
            lon_t + lon * t,
        )
        self._sums, self.t1, self.away, self.recent = sums, point.t, (), (*self.recent, point)[-_FEW:]
        self.count += 1

    def _shifted(self) -> Stay | None:
        """The stay that ended unnoticed: the latest points lie inside its reach, but their mean is elsewhere."""
        if self.count < 2 * _FEW or self.first is None:
            return None
        lat, lon = (sum(p[i] for p in self.recent) / _FEW for i in (1, 2))
        if metres(*self.centre(), lat, lon) <= max(_SHIFT_M, _SHIFT_M / 10 * self.recent[-1].accuracy_m):
            return None
        ended = self.stay()
        assert ended is not None
        before, self.away = ended._replace(t1=self.recent[0].t), self.recent[1:]
        self._restart()
        return before

    def _restart(self) -> Stay | None:
        ended, away = self.stay(), self.away
        self._begin(away[0])
        for point in away[1:]:
            if self._from_m(point) <= reach(point.accuracy_m):
                self._join(point)
            else:
                self._begin(point)
        return ended


def reach(accuracy_m: float) -> float:
    """How far from its mean a point of a stay may lie."""
    return min(_FARTHEST_M, max(_REACH_M, 20 + 1.5 * accuracy_m))


def _slope_mps(
    n: int, t: float, tt: float, lats: tuple[float, float], lons: tuple[float, float], around_lat: float
) -> float:
    spread = tt - t * t / n
    if spread <= 0:
        return 0.0
    north, east = (((with_t - total * t / n) / spread) for total, with_t in (lats, lons))
    return metres(around_lat, 0.0, around_lat + north, east)
