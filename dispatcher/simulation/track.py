"""Where somebody truly is at every moment: a line in time, of knots with straight, even motion between them.

Seconds are counted from the track's epoch; metres are on a plane, which is right to a thousandth within a region.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from dispatcher.domain.place import EARTH_RADIUS_M, Place

type Point = tuple[float, float]
"""(lat, lon), degrees."""
METRES_A_DEGREE = math.radians(1) * EARTH_RADIUS_M


class Motion(NamedTuple):
    """Where, how fast and which way at a moment."""

    point: Point
    speed_mps: float
    heading_deg: float | None
    """`None` when standing."""


def metres(a: Point, b: Point) -> float:
    """From one point to another a few kilometres away."""
    north, east = apart_m(a, b)
    return math.hypot(north, east)


def apart_m(a: Point, b: Point) -> tuple[float, float]:
    """Metres to the north and to the east from `a` to `b`."""
    shrink = math.cos(math.radians((a[0] + b[0]) / 2))
    return (b[0] - a[0]) * METRES_A_DEGREE, (b[1] - a[1]) * METRES_A_DEGREE * shrink


def moved(point: Point, north_m: float, east_m: float) -> Point:
    """The point so many metres away."""
    lat = point[0] + north_m / METRES_A_DEGREE
    return lat, point[1] + east_m / (METRES_A_DEGREE * math.cos(math.radians(lat)))


def between(a: Point, b: Point, share: float) -> Point:
    """The point at this share of the way from `a` to `b`."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def length_m(line: Sequence[Point]) -> float:
    """Along the line."""
    return sum(metres(a, b) for a, b in pairwise(line))


def as_point(place: Place) -> Point:
    """A place as a plain pair."""
    return place.lat, place.lon


@dataclass(slots=True)
class Track:
    """A line that grows at its end."""

    start: Point
    start_s: float = 0.0
    _at_s: list[float] = field(default_factory=list, init=False)
    _points: list[Point] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._at_s.append(self.start_s)
        self._points.append(self.start)

    @property
    def end_s(self) -> float:
        """When the last knot is."""
        return self._at_s[-1]

    @property
    def end(self) -> Point:
        """Where it is."""
        return self._points[-1]

    @property
    def knots(self) -> tuple[tuple[float, Point], ...]:
        """All of it."""
        return tuple(zip(self._at_s, self._points, strict=True))

    def stand(self, seconds: float) -> None:
        """Stay for so long."""
        if seconds > 0:
            self.go(self.end, seconds)

    def go(self, to: Point, seconds: float) -> None:
        """Move there evenly. Taking no time at all is not possible: a millisecond is added."""
        self._points.append(to)  # first: whoever reads meanwhile goes by the seconds
        self._at_s.append(self.end_s + max(seconds, 0.001))

    def at(self, second: float) -> Motion:
        """The motion at this second; standing before the first knot and after the last."""
        i = bisect_right(self._at_s, second)
        if i in (0, len(self._at_s)):
            return Motion(self._points[max(0, i - 1)], 0.0, None)
        (since, until), (a, b) = self._at_s[i - 1 : i + 1], self._points[i - 1 : i + 1]
        speed_mps = metres(a, b) / (until - since)
        point = between(a, b, (second - since) / (until - since))
        return Motion(point, speed_mps, heading_deg(a, b) if speed_mps > 0.1 else None)


def heading_deg(a: Point, b: Point) -> float:
    """Clockwise from north, 0 ≤ heading < 360."""
    north, east = apart_m(a, b)
    return math.degrees(math.atan2(east, north)) % 360 % 360  # -1e-17 % 360 is 360
