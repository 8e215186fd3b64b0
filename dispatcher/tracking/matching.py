"""A track laid onto the roads it followed, drive by drive, by `RoadNetwork.match`.

A network's matcher takes a track to be driven through: a phone that lies still for minutes would wander about the
side streets. So every stay becomes its mean place, and the drives between are matched one by one; each begins where
the one before ended. Long drives go in windows that overlap and are joined where both agree, so that nobody else who
asks the network waits for long. Points that would have a van drive around the block are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.domain.roads import RoadMatch, RoadNetwork, Snap
from dispatcher.tracking.progress import Line
from dispatcher.tracking.stays import Spot
from dispatcher.tracking.track import Point, between_m, metres

THIN_M = 20.0
"""Points nearer than this to the one before tell nothing but noise: about twice a phone's inaccuracy in a street, as in
Newson & Krumm 2009 (Hidden Markov map matching through noise and sparseness, GIS '09), 4.1."""

GAP_S = 180.0
"""Nobody knows which way was driven in a longer time without a fix."""

WINDOW, OVERLAP = 120, 20
"""Points asked for at once, and how many of them are asked for again."""

STAY_S = 20.0

LOOP_M, LOOP_MPS = 30.0, 5.0
"""The way between two fixes is at most so much longer than the straight line, and so much for each second between."""

_LOOKS = 4

_STEP_S = 300
"""The network splits a track at pauses in its times; ours are dealt with, so it is given even ones. They are long, for
it gives up every way that costs more than (50 m/s · time + distance) / 4 m/s (OSRM, `map_matching.cpp`), and the turn
into a street for residents, a yard or a car park counts as 3,277 s (`car.lua`)."""

_Growing = list[tuple[float, float]]
"""A line that is not done yet."""


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


class _Laid(NamedTuple):
    """A window on the roads."""

    line: Line
    snapped: Sequence[Snap | None]
    """Where each point lies; `None` where it fits no road."""
    along_m: Sequence[float]
    """How far along the line that is."""


def driven_on_roads(points: Iterable[Point], roads: RoadNetwork, profile: Profile) -> Driven:
    """Lay a track in the order of time onto the roads; raises what `RoadNetwork.match` raises."""
    lines, asked, outliers = list[Line](), 0, 0
    for drive in drives(points):
        line, before = _Growing(), _Laid((), [], [])
        for window in _windows(drive):
            laid = _laid(window, roads, profile)
            asked, outliers = asked + len(window), outliers + laid.snapped.count(None)
            line, before = _joined(line, before, laid), laid
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
    """Thinned; the ends stay, for they are where stays were."""
    kept: list[Point] = []
    for point in points:
        if not kept or between_m(kept[-1], point) >= THIN_M:
            kept.append(point)
    if len(kept) > 1:
        yield [*kept[:-1], points[-1]]


def _windows(drive: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """Each begins with the last points of the one before."""
    yield drive[:WINDOW]
    for first in range(WINDOW - OVERLAP, len(drive) - OVERLAP, WINDOW - OVERLAP):
        yield drive[first : first + WINDOW]


def _laid(window: Sequence[Point], roads: RoadNetwork, profile: Profile) -> _Laid:
    """The window on the roads.

    A point that noise has put behind the one before, in a one-way street or at a turn, would send the van around the
    block. Points for whose sake it would drive what it had no time for are left out.
    """
    kept = list(range(len(window)))
    for _ in range(_LOOKS):
        points = [window[n] for n in kept]
        match = roads.match([Place(p.lat, p.lon) for p in points], [i * _STEP_S for i in range(len(kept))], profile)
        snapped = dict(zip(kept, match.snapped, strict=True))
        along_m = dict(zip(kept, _along_m(match), strict=True))
        loops = _loops(points, match)
        if not loops:
            break
        kept = [n for i, n in enumerate(kept) if i not in loops]
    everyone = range(len(window))
    return _Laid(match.line, [snapped.get(n) for n in everyone], [along_m.get(n, 0.0) for n in everyone])


def _along_m(match: RoadMatch) -> list[float]:
    """How far along the line each point lies; pieces of it are joined by straight lines."""
    along_m, at_m, before = list[float](), 0.0, None
    for snap, driven_m in zip(match.snapped, match.driven_m, strict=True):
        if snap is not None:
            at_m += driven_m or (snap.place.distance_m(before.place) if before else 0.0)
            before = snap
        along_m.append(at_m)
    scale = length_m(match.line) / at_m if at_m else 0.0
    return [each * scale for each in along_m]


def _loops(points: Sequence[Point], match: RoadMatch) -> set[int]:
    """Which points to leave out: of two that are too far apart by road, the one farther off it. The ends stay."""
    loops: set[int] = set()
    before: tuple[int, Snap] | None = None
    for n, (snap, driven_m) in enumerate(zip(match.snapped, match.driven_m, strict=True)):
        if snap is None:
            continue
        if before is not None and before[0] not in loops:
            a, b = points[before[0]], points[n]
            if driven_m > between_m(a, b) + LOOP_M + LOOP_MPS * (b.t - a.t):
                inner = [(s.distance_m, i) for i, s in (before, (n, snap)) if 0 < i < len(points) - 1]
                loops |= {max(inner)[1]} if inner else set()
        before = n, snap
    return loops


def _joined(line: _Growing, before: _Laid, laid: _Laid) -> _Growing:
    """A line that ends with the window before, continued by the next one from a point that both lay at one place.

    Of all such points from the one that is as far from the windows' ends as can be.
    """
    if not line or not laid.line:
        return line or list(laid.line)
    same = [
        (abs(n - OVERLAP // 2), n)
        for n, (one, other) in enumerate(zip(before.snapped[-OVERLAP:], laid.snapped, strict=False))
        if one is not None and other is not None and one.place.distance_m(other.place) < 1
    ]
    if not same:
        return [*line, *laid.line]
    _, n = min(same)
    rest_m = length_m(before.line) - before.along_m[-OVERLAP:][n]
    return [*_without(line[::-1], rest_m)[::-1], *_without(laid.line, laid.along_m[n])]


def _without(line: Sequence[tuple[float, float]], first_m: float) -> _Growing:
    """The line without its first metres."""
    for i, (a, b) in enumerate(pairwise(line)):
        step_m = metres(*a, *b)
        if first_m < step_m:
            share = first_m / step_m
            return [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share), *line[i + 1 :]]
        first_m -= step_m
    return [line[-1]]
