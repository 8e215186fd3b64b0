"""Where the sea is: OpenStreetMap knows the coast as lines with land to their left, never the sea as an area.

The lines and the frame cut the bounds into faces; each face is land or sea by what its coast says. Outside the
bounds, where there is no data, the sea goes on as it met the frame.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]
"""(left, bottom, right, top) in metres of EPSG:3857."""

BESIDE_M = 0.5
"""How far beside the coast a face is asked for."""


def sea(coast: NDArray[np.object_], box: Box, outer: Box) -> BaseGeometry:
    """The sea within `outer`, an (often empty) polygonal geometry.

    `coast` are lines in metres of EPSG:3857 with land to their left; `box` is what they are known to cover.
    """
    lines = _within(coast, box)
    if not len(lines):
        return Polygon()
    frame = shapely.box(*box)
    network = shapely.unary_union([*lines, frame.exterior])
    faces = np.array(shapely.get_parts(shapely.polygonize([network])), dtype=object)
    wet = faces[_is_sea(faces, lines)]
    if not len(wet):
        return Polygon()
    inside = shapely.union_all(wet)
    return shapely.union_all([inside, *_beyond(inside, box, outer)])


def _within(coast: NDArray[np.object_], box: Box) -> NDArray[np.object_]:
    """The coast inside the frame, joined, and led on to the frame where an extract has cut it off before."""
    cut = shapely.clip_by_rect(coast, *box)
    parts: NDArray[np.object_] = shapely.get_parts(cut)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    if not len(parts):
        return parts
    joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts), directed=True))
    edge = shapely.box(*box).exterior
    return np.array([_led_to(edge, line) for line in joined], dtype=object)


def _led_to(edge: LineString, line: LineString) -> LineString:
    if line.is_closed:
        return line
    ends = [shapely.Point(line.coords[i]) for i in (0, -1)]
    first, last = (edge.interpolate(edge.project(end)) for end in ends)
    return LineString([*first.coords, *line.coords, *last.coords])


def _is_sea(faces: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """For each face, whether more of its coast has it to the right than to the left."""
    left, right, length = _beside(lines)
    tree = shapely.STRtree(faces)
    votes = np.zeros(len(faces))
    for points, sign in ((left, -1.0), (right, 1.0)):
        point, face = tree.query(points, predicate="within")
        np.add.at(votes, face, sign * length[point])
    return votes > 0


def _beside(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.float64]]:
    """A point just left and just right of the middle of every segment, and the segments' lengths."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[1:] == owner[:-1]
    start, step = xy[:-1][same], (xy[1:] - xy[:-1])[same]
    length = np.hypot(step[:, 0], step[:, 1])
    start, step, length = (values[length > 0] for values in (start, step, length))
    middle = start + step / 2
    aside = np.column_stack((-step[:, 1], step[:, 0])) / length[:, None] * BESIDE_M
    return shapely.points(middle + aside), shapely.points(middle - aside), length


def _beyond(inside: BaseGeometry, box: Box, outer: Box) -> list[Polygon]:
    """The sea at the frame, drawn out to `outer`: across each side, and into the corners."""
    left, bottom, right, top = box
    far_left, far_bottom, far_right, far_top = outer
    strips = []
    for y, far in ((bottom, far_bottom), (top, far_top)):
        for a, b in _stretches(inside, LineString([(left, y), (right, y)]), axis=0):
            start, end = (far_left if a <= left else a), (far_right if b >= right else b)
            strips.append(shapely.box(start, min(y, far), end, max(y, far)))
    for x, far in ((left, far_left), (right, far_right)):
        for a, b in _stretches(inside, LineString([(x, bottom), (x, top)]), axis=1):
            strips.append(shapely.box(min(x, far), a, max(x, far), b))
    return strips


def _stretches(inside: BaseGeometry, side: LineString, axis: int) -> list[tuple[float, float]]:
    """From where to where the sea lies along one side of the frame."""
    wet = shapely.get_parts(shapely.intersection(inside, side))
    found = shapely.bounds(wet[shapely.get_type_id(wet) == shapely.GeometryType.LINESTRING])
    return [(float(row[axis]), float(row[axis + 2])) for row in found]
