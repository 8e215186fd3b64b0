"""Which stretch of street a line means that a person drew on the map. Geometry on a `RoadGraph`; no travel times.

A line along a street means that street from the junction where it begins to where it ends: of all ways through the
graph, in whatever direction one may drive them, the one that stays nearest to the line. A line across streets means
the stretches that it cuts. Everything is reckoned in metres on a plane about the line's middle.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import EARTH_RADIUS_M, Place
from dispatcher.region.graph import RoadGraph

NEAR_M = 40.0
"""How far beside a street its line may begin and end."""

PEN_M = 10.0
"""How far a line drawn to a junction may reach past it without meaning the next street as well."""

ACROSS_M, SHORT_M = 200.0, 60.0
"""A line across streets is no longer than this; than the second, if its ends lie beside different streets."""

LONGEST_M = 20_000.0

_AROUND_M = 400.0
_BESIDE_M = 10.0
"""A way this far beside the line all along counts as twice as long."""
_ALONG = 0.4
_DETOUR, _DETOUR_M = 1.6, 15.0
_TWIN_M = 35.0

Points = NDArray[np.float64]


class NoStreet(BadInput):
    """A line that means no street."""


@dataclass(frozen=True, eq=False)
class Near:
    """The part of a graph about a line, flat: metres east and north of the line's middle."""

    at: NDArray[np.int64]
    """(segments,), their indices in the graph."""
    ends: Points
    """(segments, 2, 2): tail and head, each (x, y)."""
    shapes: NDArray[np.object_]
    """(segments,), as shapely lines."""
    drawn: shapely.LineString

    @staticmethod
    def of(graph: RoadGraph, line: Sequence[Place]) -> "Near":
        """All segments whose rectangle comes within 400 m of the line's."""
        middle = Place((line[0].lat + line[-1].lat) / 2, (line[0].lon + line[-1].lon) / 2)
        metre_lat = math.radians(1) * EARTH_RADIUS_M
        metre_lon = metre_lat * max(0.01, math.cos(math.radians(middle.lat)))
        x, y = (graph.lon - middle.lon) * metre_lon, (graph.lat - middle.lat) * metre_lat
        drawn = shapely.LineString([((p.lon - middle.lon) * metre_lon, (p.lat - middle.lat) * metre_lat) for p in line])
        west, south, east, north = drawn.buffer(_AROUND_M, cap_style="square").bounds
        inside = np.ones(len(graph.tail), bool)
        for values, low, high in ((x, west, east), (y, south, north)):
            inside &= np.minimum(values[graph.tail], values[graph.head]) <= high
            inside &= np.maximum(values[graph.tail], values[graph.head]) >= low
        at = np.flatnonzero(inside)
        nodes = np.stack([graph.tail[at], graph.head[at]], axis=1)
        ends = np.stack([x[nodes], y[nodes]], axis=2)
        return Near(at, ends, np.array(shapely.linestrings(ends), object), drawn)


def follow(graph: RoadGraph, line: Sequence[Place]) -> list[int]:
    """The segments (indices of the graph) that a drawn line of two points or more means, in the order it meets them.

    Raises `NoStreet`, in words, if there are none.
    """
    near = Near.of(graph, line)
    if near.drawn.length > LONGEST_M:
        raise NoStreet(
            f"The line is {near.drawn.length / 1000:.0f} km long.",
            f"Draw {LONGEST_M / 1000:.0f} km at most; close a longer street in pieces.",
        )
    if not near.drawn.length:
        raise NoStreet("The line has no length.", "Draw it along the street that is closed, or across it.")
    ends = _trimmed(near.drawn)
    first, last = (_nearest(near, point) for point in (ends.coords[0], ends.coords[-1]))
    way, length_m = ([], 0.0) if first is None or last is None else _way(graph, near, ends, first, last)
    if way and _ALONG * ends.length <= length_m <= _DETOUR * ends.length + _DETOUR_M:
        return _to_junctions(graph, [int(near.at[i]) for i in way])
    longest_m = ACROSS_M if length_m < _ALONG * ends.length else SHORT_M
    if near.drawn.length <= longest_m and (cut := _cut(near)):
        return [int(near.at[i]) for i in cut]
    if first is None and last is None:
        raise NoStreet("No street is near the line.", "Zoom in, and draw along the street that is closed.")
    raise NoStreet(
        "The line follows no street from end to end.", "Draw it along one street, with a point at every bend."
    )


def twins(graph: RoadGraph, line: Sequence[Place], chosen: Sequence[int]) -> list[int]:
    """One-way segments that run beside chosen one-way ones, the other way: perhaps the street's other carriageway."""
    one_way = ~(graph.forward & graph.backward)
    mine = [at for at in chosen if one_way[at]]
    if not mine:
        return []
    near = Near.of(graph, line)
    drive = near.ends[:, 1] - near.ends[:, 0]
    drive[graph.backward[near.at] & ~graph.forward[near.at]] *= -1
    taken = np.isin(near.at, mine)
    carriageway = shapely.union_all(near.shapes[taken])
    found = []
    for i in np.flatnonzero(one_way[near.at] & ~np.isin(near.at, chosen)):
        middle = shapely.line_interpolate_point(near.shapes[i], 0.5, normalized=True)
        if carriageway.distance(middle) > _TWIN_M:
            continue
        beside = np.flatnonzero(taken)[np.argmin(shapely.distance(near.shapes[taken], middle))]
        if _cosine(drive[i], drive[beside]) < -math.cos(math.radians(40)) and _abreast(near.shapes[beside], middle):
            found.append(int(near.at[i]))
    return found


def _trimmed(drawn: shapely.LineString) -> shapely.LineString:
    off = min(PEN_M, 0.2 * drawn.length)
    trimmed = substring(drawn, off, drawn.length - off)
    assert isinstance(trimmed, shapely.LineString)
    return trimmed


def _nearest(near: Near, point: tuple[float, ...]) -> int | None:
    """The segment nearest to where the line begins or ends; of several as near, the one along the line."""
    if not len(near.at):
        return None
    distance = shapely.distance(near.shapes, shapely.Point(point))
    beside = distance + _deviation(near) * 0.1
    within = distance <= NEAR_M
    return int(np.where(within, beside, np.inf).argmin()) if within.any() else None


def _deviation(near: Near) -> NDArray[np.float64]:
    """How far each segment leads from the line: the mean distance of its ends."""
    away: NDArray[np.float64] = shapely.distance(shapely.points(near.ends), near.drawn).mean(axis=1)
    return away


def _way(graph: RoadGraph, near: Near, line: shapely.LineString, first: int, last: int) -> tuple[list[int], float]:
    """The segments from one to the other that stay nearest to the line, and the metres between the line's ends.

    Dijkstra, every metre dearer by the square of how far beside the line it lies.
    """
    starts, ends = (_parts(near, i, p) for i, p in ((first, line.coords[0]), (last, line.coords[-1])))
    if first == last:
        return [first], abs(starts[0] - ends[0])
    length = shapely.length(near.shapes)
    price = length * (1 + (_deviation(near) / _BESIDE_M) ** 2)
    nodes = np.stack([graph.tail[near.at], graph.head[near.at]], axis=1).tolist()
    beside: dict[int, list[tuple[int, int]]] = {}
    for i, (tail, head) in enumerate(nodes):
        beside.setdefault(tail, []).append((head, i))
        beside.setdefault(head, []).append((tail, i))
    queue = [(part, node, -1, -1, part) for part, node in zip(starts, nodes[first], strict=True)]
    heapq.heapify(queue)
    came: dict[int, tuple[int, int, float]] = {}
    goals = dict(zip(nodes[last], ends, strict=True))
    while queue:
        paid, node, before, by, metres = heapq.heappop(queue)
        if node in came:
            continue
        came[node] = (before, by, metres)
        if node in goals:
            way = [i for i in _traced(came, node) if i not in (first, last)]
            return [first, *way, last], metres + goals[node]
        for other, i in beside[node]:
            if other not in came:
                heapq.heappush(queue, (paid + price[i], other, node, i, metres + length[i]))
    return [], 0.0


def _parts(near: Near, i: int, point: tuple[float, ...]) -> tuple[float, float]:
    """Metres along a segment from where a point lies beside it to its tail and to its head."""
    along = float(shapely.line_locate_point(near.shapes[i], shapely.Point(point)))
    return along, float(near.shapes[i].length) - along


def _traced(came: dict[int, tuple[int, int, float]], node: int) -> list[int]:
    way = []
    while came[node][1] >= 0:
        way.append(came[node][1])
        node = came[node][0]
    return way[::-1]


def _to_junctions(graph: RoadGraph, way: list[int]) -> list[int]:
    """The way with the pen's length more at either end, if that leads to a junction."""
    outer = _outer_nodes(graph, way)
    return [*_stub(graph, way[0], outer[0])[::-1], *way, *_stub(graph, way[-1], outer[1])]


def _outer_nodes(graph: RoadGraph, way: Sequence[int]) -> tuple[int, int]:
    if len(way) == 1:
        return int(graph.tail[way[0]]), int(graph.head[way[0]])
    first, second, before, last = (
        {int(graph.tail[at]), int(graph.head[at])} for at in (way[0], way[1], way[-2], way[-1])
    )
    return min(first - second, default=min(first)), min(last - before, default=max(last))


def _stub(graph: RoadGraph, at: int, node: int) -> list[int]:
    """The few segments on from a node to the next junction; none if that is not near."""
    stub: list[int] = []
    left_m = 1.5 * PEN_M
    while graph.degree[node] == 2:
        (at,) = (i for i in np.flatnonzero((graph.tail == node) | (graph.head == node)).tolist() if i != at)
        other = int(graph.head[at] if graph.tail[at] == node else graph.tail[at])
        left_m -= graph.place(node).distance_m(graph.place(other))
        if left_m < 0 or at in stub:
            return []
        stub.append(at)
        node = other
    return stub


def _cut(near: Near) -> list[int]:
    """The segments that the line crosses, in its order."""
    cut = np.flatnonzero(shapely.intersects(near.shapes, near.drawn))
    where = [near.drawn.project(near.drawn.intersection(near.shapes[i]).centroid) for i in cut]
    return [int(cut[i]) for i in np.argsort(where)]


def _cosine(one: Points, other: Points) -> float:
    lengths = float(np.hypot(*one) * np.hypot(*other))
    return float(one @ other) / lengths if lengths else 0.0


def _abreast(street: shapely.LineString, point: shapely.Point) -> bool:
    """Whether the point lies beside the street, not before its beginning or past its end."""
    return 0.0 < street.project(point) < street.length


def joined(graph: RoadGraph, segments: Sequence[int]) -> list[list[Place]]:
    """The segments as runs of places, for the map."""
    runs: list[list[int]] = []
    for at in segments:
        tail, head = int(graph.tail[at]), int(graph.head[at])
        if runs and len(runs[-1]) == 2 and runs[-1][0] in (tail, head):
            runs[-1].reverse()
        if runs and runs[-1][-1] in (tail, head):
            runs[-1].append(head if runs[-1][-1] == tail else tail)
        else:
            runs.append([tail, head])
    return [[graph.place(node) for node in run] for run in runs]


def middle(graph: RoadGraph, at: int) -> Place:
    """Halfway along a segment."""
    (lat, lat2), (lon, lon2) = ((v[graph.tail[at]], v[graph.head[at]]) for v in (graph.lat, graph.lon))
    return Place(float(lat + lat2) / 2, float(lon + lon2) / 2)
