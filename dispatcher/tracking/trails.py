"""A day's track as people look at it: thinned for drawing, at any moment for replay, and held against the plan."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from dispatcher.domain.place import EARTH_RADIUS_M
from dispatcher.tracking.progress import Line
from dispatcher.tracking.track import metres

Moment = tuple[float, float, float]
"""(lat, lon, seconds since 1970)."""

TOLERANCE_M = 8.0
"""Less than this beside the line nobody sees on a map."""

GAP_S = 180.0
"""Longer without a fix, the way between is not known and drawn as a gap."""

_METRE = math.radians(1) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class Somewhere:
    """Where a driver was at a moment."""

    lat: float
    lon: float
    age_s: float
    """Since the last fix before that moment; 0 at a fix."""
    heading_deg: float | None
    """Clockwise from north; `None` while standing, or when nothing followed."""


@dataclass(frozen=True, slots=True)
class Against:
    """The way driven against the way planned."""

    planned_m: float
    driven_m: float
    beside: tuple[Line, ...]
    """The stretches driven farther from the planned way than allowed."""
    beside_m: float
    left_out: tuple[Line, ...]
    """The stretches planned that nobody drove along."""


def thinned(track: Sequence[Moment], tolerance_m: float = TOLERANCE_M) -> list[list[Moment]]:
    """The track without what a drawing does not need, split at gaps; kept points keep their times.

    Douglas-Peucker in metres (shapely). For replay take the whole track: standing still has no length.
    """
    return [_simplified(run, tolerance_m) for run in _runs(track)]


def position_at(track: Sequence[Moment], t: float) -> Somewhere | None:
    """Where the driver was, between two fixes on the straight line; `None` before the first.

    In a gap, and after the last fix, the last place known.
    """
    at = bisect_right(track, t, key=lambda moment: moment[2]) - 1
    if at < 0:
        return None
    lat, lon, since = track[at]
    if at + 1 == len(track) or track[at + 1][2] - since > GAP_S:
        return Somewhere(lat, lon, t - since, None)
    lat2, lon2, until = track[at + 1]
    share = (t - since) / (until - since) if until > since else 0.0
    return Somewhere(lat + (lat2 - lat) * share, lon + (lon2 - lon) * share, t - since, _heading(lat, lon, lat2, lon2))


def against(planned: Sequence[Line], track: Sequence[Moment], allowed_m: float) -> Against:
    """Hold a driven track, or one laid onto roads, against the planned legs."""
    legs = [leg for leg in planned if len(leg) > 1]
    # a phone that lies still scribbles: thousands of crossings that geometry would go through one by one
    driven = [[(lat, lon) for lat, lon, _ in run] for run in thinned(track) if len(run) > 1]
    every = [*legs, *driven]
    if not every:
        return Against(0.0, 0.0, (), 0.0, ())
    plane = _Plane(every[0][0])
    way, ways = (shapely.MultiLineString([plane.line(line) for line in lines]) for lines in (legs, driven))
    beside = shapely.difference(ways, _around(way, allowed_m))
    left_out = shapely.difference(way, _around(ways, allowed_m))
    return Against(
        planned_m=float(way.length),
        driven_m=float(ways.length),
        beside=plane.lines(beside),
        beside_m=float(beside.length),
        left_out=plane.lines(left_out),
    )


class _Plane:
    """Metres east and north of a place."""

    def __init__(self, around: tuple[float, float]) -> None:
        self._around = around
        self._scale = _METRE, _METRE * max(0.01, math.cos(math.radians(around[0])))

    def line(self, line: Line) -> shapely.LineString:
        degrees = np.asarray(line, np.float64)[:, :2] - self._around
        return shapely.LineString((degrees * self._scale)[:, ::-1])

    def lines(self, shape: shapely.Geometry) -> tuple[Line, ...]:
        """Back to (lat, lon), in pieces."""
        merged = shapely.line_merge(shape)
        pieces = [
            part for part in shapely.get_parts(merged) if isinstance(part, shapely.LineString) and part.length > 0
        ]
        return tuple(self._degrees(shapely.get_coordinates(piece)) for piece in pieces)

    def _degrees(self, metres_: np.ndarray) -> Line:
        degrees = metres_[:, ::-1] / self._scale + self._around
        return tuple((float(lat), float(lon)) for lat, lon in degrees)


def _around(lines: shapely.MultiLineString, metres_: float) -> shapely.Geometry:
    """All within so many metres of the lines: the union of each one's surroundings, which are simple shapes."""
    pieces = [shapely.buffer(line, metres_, quad_segs=4) for line in shapely.get_parts(lines)]
    return shapely.union_all(pieces)


def _runs(track: Sequence[Moment]) -> list[Sequence[Moment]]:
    """The track split where nothing was heard for long."""
    cuts = [i for i in range(1, len(track)) if track[i][2] - track[i - 1][2] > GAP_S]
    return [track[a:b] for a, b in zip([0, *cuts], [*cuts, len(track)], strict=True) if b > a]


def _simplified(run: Sequence[Moment], tolerance_m: float) -> list[Moment]:
    if len(run) < 3:
        return list(run)
    flat = shapely.get_coordinates(_Plane(run[0][:2]).line([(lat, lon) for lat, lon, _ in run]))
    numbered = np.column_stack([flat, np.arange(len(run))])
    simple = shapely.simplify(shapely.LineString(numbered), tolerance_m, preserve_topology=False)
    kept = shapely.get_coordinates(simple, include_z=True)
    return [run[int(i)] for i in kept[:, 2]]


def _heading(lat: float, lon: float, lat2: float, lon2: float) -> float | None:
    if metres(lat, lon, lat2, lon2) < 3:
        return None
    east = (lon2 - lon) * math.cos(math.radians((lat + lat2) / 2))
    return math.degrees(math.atan2(east, lat2 - lat)) % 360
