"""A round's fixes as they are followed: compact columns, sorted by device time, so that a day of them costs little.

Here live the points and the way between two of them. Which of them are believed is `filtering`'s affair.
"""

import math
from array import array
from bisect import bisect_left
from typing import NamedTuple

from dispatcher.domain.place import EARTH_RADIUS_M
from dispatcher.domain.tracking import StoredFix

USUAL_ACCURACY_M = 15.0
"""Of a phone in a street that states none."""

_METRES_A_DEGREE = math.radians(1) * EARTH_RADIUS_M


class Point(NamedTuple):
    """One fix, reduced to what is reckoned with."""

    t: float
    """Device time, seconds since 1970."""
    lat: float
    lon: float
    accuracy_m: float
    speed_mps: float
    """NaN when the device states none: it is neither fast nor slow then."""
    seq: int
    """Of the `StoredFix`."""


def metres(lat: float, lon: float, lat2: float, lon2: float) -> float:
    """The way between two places: equirectangular about their middle, 0.1 % off the great circle over 100 km."""
    east = lon2 - lon
    if abs(east) > 180:
        east -= math.copysign(360, east)
    east *= math.cos(math.radians((lat + lat2) / 2))
    return _METRES_A_DEGREE * math.hypot(lat2 - lat, east)


def between_m(a: Point, b: Point) -> float:
    """Metres between two points."""
    return metres(a.lat, a.lon, b.lat, b.lon)


def point_of(stored: StoredFix) -> Point:
    """What is reckoned with of a fix."""
    fix = stored.fix
    accuracy_m = USUAL_ACCURACY_M if fix.accuracy_m is None else fix.accuracy_m
    speed_mps = math.nan if fix.speed_mps is None else fix.speed_mps
    return Point(fix.at.timestamp(), fix.place.lat, fix.place.lon, accuracy_m, speed_mps, stored.seq)


class Track:
    """Points sorted by time, whatever order they come in; 48 bytes each."""

    def __init__(self) -> None:
        self._columns = tuple(array("d") for _ in range(5))
        self._seqs = array("q")

    def __len__(self) -> int:
        return len(self._seqs)

    def __getitem__(self, at: int) -> Point:
        t, lat, lon, accuracy_m, speed_mps = self._columns
        return Point(t[at], lat[at], lon[at], accuracy_m[at], speed_mps[at], self._seqs[at])

    def add(self, point: Point) -> Point | None:
        """Put a point where its time belongs, or name its twin that is there already: the same moment and place."""
        at = self.after(point.t)
        while at < len(self) and self[at].t == point.t:
            twin = self[at]
            if (twin.lat, twin.lon) == (point.lat, point.lon):
                return twin
            if (twin.lat, twin.lon) > (point.lat, point.lon):
                break
            at += 1
        for column, value in zip(self._columns, point, strict=False):
            column.insert(at, value)
        self._seqs.insert(at, point.seq)
        return None

    def after(self, t: float) -> int:
        """The index of the first point at `t` or later."""
        return bisect_left(self._columns[0], t)
