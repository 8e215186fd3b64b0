"""What of each layer is drawn at which zoom, and how coarsely. No files here.

A band is a run of data zooms that share one set of geometries. protomaps-leaflet shows data of zoom z at display
zoom z + 1, so a class enters one zoom before it is first seen.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from dispatcher.region.basemap_bounds import WORLD_M
from dispatcher.region.basemap_features import Layer
from dispatcher.region.basemap_kinds import Kind, Water
from dispatcher.region.basemap_vocabulary import FIRST_ZOOM, LAST_ZOOM

TILE_PX = 512

BANDS: dict[str, tuple[tuple[int, int], ...]] = {
    "landuse": ((6, 7), (8, 9), (10, 10), (11, 11), (12, 12), (13, 13), (14, 14)),
    "water": tuple((zoom, zoom) for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1)),
    "buildings": ((13, 13), (14, 14)),
    "roads": ((6, 7), (8, 8), (9, 9), (10, 10), (11, 11), (12, 12), (13, 13), (14, 14)),
    "boundaries": ((6, 6), (7, 7), (8, 8), (9, 10), (11, 12), (13, 14)),
    "places": tuple((zoom, zoom) for zoom in range(FIRST_ZOOM, LAST_ZOOM + 1)),
    "pois": ((13, 13), (14, 14)),
    "addresses": ((14, 14),),
}
"""Layer → (first, last) zoom of each band; together they hold every zoom once. The sea is cut zoom by zoom."""

SMALLEST_PX2 = {"landuse": 12.0, "water": 4.0, "buildings": 16.0}
"""Areas below so many square pixels are left out, except at the last zoom."""
SIMPLIFY_PX = 0.5
LAKE_LABEL_PX = 45.0
"""A lake gets its name where its breadth is at least this on the screen."""
LAST_LABEL_ZOOM = LAST_ZOOM + 1
"""Ponds that are not as broad even here remain nameless: the last tiles would show all their names at once."""


@dataclass(frozen=True, slots=True)
class Band:
    """One layer over a run of zooms, ready to be cut into tiles."""

    layer: Layer
    first: int
    last: int


def pixel_m(zoom: int) -> float:
    """Metres of EPSG:3857 to one screen pixel of a data tile."""
    return WORLD_M / TILE_PX / 2.0**zoom


def prepared(layer: Layer) -> Layer:
    """A layer as it is drawn at the last zoom: lines joined, areas from large to small, names of lakes placed."""
    if layer.name == "roads":
        return _sorted_by_rank(_joined(layer))
    if layer.name == "water":
        return _named(layer)
    if layer.name == "boundaries":
        return _joined(layer)
    if layer.name == "landuse":
        return layer.take(np.argsort(-shapely.area(layer.geometry), kind="stable"))
    return layer


def bands(layer: Layer) -> Iterator[Band]:
    """The bands of a prepared layer, those with nothing in them too."""
    for first, last in BANDS[layer.name]:
        here = layer.take((layer.min_zoom <= first) & (layer.max_zoom >= last))
        yield Band(_coarser(here, last) if last < LAST_ZOOM else here, first, last)


def _coarser(layer: Layer, zoom: int) -> Layer:
    pixel = pixel_m(zoom)
    if smallest := SMALLEST_PX2.get(layer.name):
        area = shapely.area(layer.geometry)
        layer = layer.take((area == 0) | (area >= smallest * pixel**2))
    if layer.name == "roads" and zoom <= 12:
        layer = _sorted_by_rank(_joined(_nameless(layer, zoom)))
    geometry = shapely.simplify(layer.geometry, SIMPLIFY_PX * pixel, preserve_topology=layer.name != "roads")
    return layer.shaped(geometry)


def _nameless(layer: Layer, zoom: int) -> Layer:
    """Roads without what is not shown yet, so that more of them join; street names begin at display zoom 12."""
    rows = layer.rows.copy()
    for i, row in enumerate(rows):
        named = zoom >= 11 and row.kind != "minor_road"
        rows[i] = row._replace(name=row.name if named else None, is_bridge=None, sort_rank=_flat(row.sort_rank))
    return Layer(layer.name, layer.geometry, rows, layer.min_zoom, layer.max_zoom)


def _flat(rank: int) -> int:
    """A rank without what bridges and tunnels add to it."""
    return rank - 200 if rank > 100 else rank


def _joined(layer: Layer) -> Layer:
    """Lines that say the same made one where they meet: fewer of them, and longer ones carry names better."""
    alike: dict[Kind, list[int]] = defaultdict(list)
    for i, (row, first, last) in enumerate(zip(layer.rows, layer.min_zoom, layer.max_zoom, strict=True)):
        alike[Kind(row, int(first), int(last))].append(i)
    collected = [shapely.multilinestrings(_lines(layer, places)) for places in alike.values()]
    merged = shapely.line_merge(np.array(collected, dtype=object))
    parts, owner = shapely.get_parts(merged, return_index=True)
    said = list(alike)
    return Layer(
        layer.name,
        parts,
        np.fromiter((said[i].row for i in owner), dtype=object, count=len(owner)),
        np.array([said[i].min_zoom for i in owner], dtype=np.int8),
        np.array([said[i].max_zoom for i in owner], dtype=np.int8),
    )


def _lines(layer: Layer, places: list[int]) -> list[shapely.LineString]:
    parts = shapely.get_parts(layer.geometry[places])
    return [part for part in parts if isinstance(part, shapely.LineString)]


def _sorted_by_rank(layer: Layer) -> Layer:
    return layer.take(np.argsort([row.sort_rank for row in layer.rows], kind="stable"))


def _named(layer: Layer) -> Layer:
    """Waters, large before small, and a point with the name on each lake, bay and sea that is broad enough for it."""
    layer = layer.take(np.argsort(-shapely.area(layer.geometry), kind="stable"))
    open_water = np.array([row.kind in _OPEN for row in layer.rows], dtype=bool)
    labelled = np.array([_bears_name(row) for row in layer.rows], dtype=bool)
    names = layer.take(labelled)
    breadth = np.maximum(np.sqrt(shapely.area(names.geometry)), 1e-9)
    fitting = np.ceil(np.log2(LAKE_LABEL_PX * pixel_m(0) / breadth))
    zoom = np.where(open_water[labelled], names.min_zoom, np.clip(fitting, FIRST_ZOOM, 99)).astype(np.int8)
    points = Layer(
        layer.name,
        shapely.point_on_surface(names.geometry),
        np.fromiter(
            (row._replace(min_zoom=int(z) + 1) for row, z in zip(names.rows, zoom, strict=True)), object, len(names)
        ),
        np.minimum(zoom, LAST_ZOOM),
        names.max_zoom,
    )
    return _together(layer.take(~open_water), points.take(zoom <= LAST_LABEL_ZOOM))


_LAKES = frozenset({"lake", "water"})
_OPEN = frozenset({"bay", "strait", "sea", "ocean"})
_WORKS = frozenset({"basin", "reservoir", "wastewater", "fountain"})


def _bears_name(water: Water) -> bool:
    named = water.kind in _OPEN or (water.kind in _LAKES and water.kind_detail not in _WORKS)
    return named and bool(water.name)


def _together(one: Layer, other: Layer) -> Layer:
    return Layer(
        one.name,
        np.concatenate((one.geometry, other.geometry)),
        np.concatenate((one.rows, other.rows)),
        np.concatenate((one.min_zoom, other.min_zoom)),
        np.concatenate((one.max_zoom, other.max_zoom)),
    )
