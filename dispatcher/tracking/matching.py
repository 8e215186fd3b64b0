"""A track laid onto the roads it followed, drive by drive, by `RoadNetwork.match`.

A network's matcher takes a track to be driven through: a phone that lies still for minutes would wander about the
side streets. So every stay becomes its mean place, and the drives between are matched one by one; each begins where
the one before ended. Long drives go in windows that overlap and are joined where both agree, so that nobody else who
asks the network waits for long.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.ops import substring

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.domain.roads import RoadMatch, RoadNetwork
from dispatcher.tracking.progress import Line
from dispatcher.tracking.stays import Spot
from dispatcher.tracking.track import Point, metres

THIN_M = 5.0
"""Points nearer than this to the one before tell nothing new."""

GAP_S = 180.0
"""Nobody knows which way was driven in a longer time without a fix."""

WINDOW, OVERLAP = 120, 20
"""Points asked for at once, and how many of them are asked for again."""

STAY_S = 20.0

_STEP_S = 10
"""The network splits a track at pauses in its times; ours are dealt with, so it is given even ones."""


@dataclass(frozen=True, slots=True)
class Driven:
    """What was driven, on the roads."""

    lines: tuple[Line, ...]
    """One for each drive without a gap, (lat, lon)."""
    distance_m: float
    asked: int
    """Points laid onto roads."""
    outliers: int
    """Those that fitted none."""


def driven_on_roads(points: Iterable[Point], roads: RoadNetwork, profile: Profile) -> Driven:
    """Lay a track in the order of time onto the roads; raises what `RoadNetwork.match` raises."""
    lines, asked, outliers = [], 0, 0
    for drive in drives(points):
        line: list[tuple[float, float]] = []
        for first, window in _windows(drive):
            match = roads.match(
                [Place(p.lat, p.lon) for p in window], [i * _STEP_S for i in range(len(window))], profile
            )
            asked, outliers = asked + len(window), outliers + sum(snap is None for snap in match.snapped)
            line = _joined(line, match, first)
        if len(line) > 1:
            lines.append(tuple(line))
    return Driven(tuple(lines), sum(length_m(line) for line in lines), asked, outliers)


def drives(points: Iterable[Point]) -> Iterator[Sequence[Point]]:
    """The track between stays and gaps, stays as one point at either end, thinned."""
    spot, drive = Spot(), list[Point]()
    before: Point | None = None
    for point in points:
        if before is not None and point.t - before.t > GAP_S:
            yield from _drive(drive)
            spot, drive = Spot(), []
        before = point
        ended = spot.take(point)
        if ended is not None and ended.lasted_s >= STAY_S:
            place = Point(ended.t1, ended.lat, ended.lon, ended.accuracy_m, 0.0, point.seq)
            yield from _drive([*(p for p in drive if p.t < ended.t0), place])
            drive = [place, *(p for p in drive if p.t > ended.t1)]
        drive.append(point)
    stay = spot.end()
    if stay is not None and stay.lasted_s >= STAY_S:
        drive = [*(p for p in drive if p.t < stay.t0), Point(stay.t1, stay.lat, stay.lon, stay.accuracy_m, 0.0, 0)]
    yield from _drive(drive)


def length_m(line: Line) -> float:
    """Metres along a line."""
    return sum(metres(*a, *b) for a, b in pairwise(line))


def _drive(points: Sequence[Point]) -> Iterator[Sequence[Point]]:
    kept: list[Point] = []
    for point in points:
        if not kept or metres(kept[-1].lat, kept[-1].lon, point.lat, point.lon) >= THIN_M:
            kept.append(point)
    if len(kept) > 1:
        yield kept


def _windows(drive: Sequence[Point]) -> Iterator[tuple[int, Sequence[Point]]]:
    """Each with how many of its points were in the window before."""
    yield 0, drive[:WINDOW]
    for first in range(WINDOW - OVERLAP, len(drive) - OVERLAP, WINDOW - OVERLAP):
        yield OVERLAP, drive[first : first + WINDOW]


def _joined(line: list[tuple[float, float]], match: RoadMatch, again: int) -> list[tuple[float, float]]:
    """A line continued by the next window's, from the middle of what both have."""
    if not line or not match.line:
        return line or list(match.line)
    joint = next((s.place for s in match.snapped[again // 2 : again] if s is not None), None)
    if joint is None:
        return [*line, *match.line]
    return [*_cut(line[::-1], joint)[::-1], *_cut(match.line, joint)]


def _cut(line: Line, joint: Place) -> list[tuple[float, float]]:
    """The line without what lies before the first time it comes by a place of its own."""
    near: list[tuple[float, float]] = list(line)
    for i, (a, b) in enumerate(pairwise(line)):
        segment = shapely.LineString([a, b])
        point = shapely.Point(joint.lat, joint.lon)
        if segment.distance(point) < 1e-5:
            rest = substring(segment, segment.project(point), segment.length)
            return [*((float(x), float(y)) for x, y in rest.coords), *near[i + 2 :]]
    return near
