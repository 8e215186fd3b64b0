"""Where an extract lies: its bounds, and Web Mercator. No drawing."""

import math
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Bounds

MERCATOR_RADIUS_M = 6_378_137.0
WORLD_M = 2 * math.pi * MERCATOR_RADIUS_M
"""The side of the Web Mercator square (EPSG:3857)."""
MERCATOR_LAT = 85.0511287798

WIDEST_DEG = 20.0
"""A header that claims more is wrong: no depot's extract is as wide."""
OUTLIERS_PERCENT = 1.0
"""Nodes of far-reaching relations and ferries lie outside the data proper."""


def extract_bounds(extract: Path) -> Bounds:
    """The rectangle an extract covers: what its header says if that can be, else where its nodes lie.

    Raises `BadInput` if the file is no OpenStreetMap extract or holds no nodes.
    """
    try:
        box = osmium.FileProcessor(str(extract)).header.box()
        if box.valid():
            low, high = box.bottom_left, box.top_right
            if 0 < high.lon - low.lon <= WIDEST_DEG and 0 < high.lat - low.lat <= WIDEST_DEG:
                return Bounds(low.lat, low.lon, high.lat, high.lon)
        return _bounds_of_nodes(extract)
    except (RuntimeError, OSError) as error:
        raise unreadable(extract, error) from error


def unreadable(extract: Path, error: Exception) -> BadInput:
    """The error for a file that osmium cannot read."""
    return BadInput(
        f"“{extract.name}” cannot be read as an OpenStreetMap extract: {error}.",
        "Download the extract again, or sort it with “osmium sort” if it was cut by another tool.",
    )


def _bounds_of_nodes(extract: Path) -> Bounds:
    nodes = (node for node in osmium.FileProcessor(str(extract), osmium.osm.NODE) if isinstance(node, osmium.osm.Node))
    seen = [(node.lat, node.lon) for node in nodes if node.location.valid()]
    places = np.array(seen, dtype=np.float64).reshape(-1, 2)
    if not len(places):
        raise BadInput(f"“{extract.name}” holds no map data.", "Choose another extract.")
    least, most = places.min(axis=0), places.max(axis=0)
    low, high = np.percentile(places, (OUTLIERS_PERCENT, 100 - OUTLIERS_PERCENT), axis=0)
    margin = (high - low) * 0.05 + 1e-4
    south, west = np.maximum(least, low - margin)
    north, east = np.minimum(most, high + margin)
    return Bounds(*(float(edge) for edge in (south, west, max(north, south + 1e-4), max(east, west + 1e-4))))


def to_mercator(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) longitudes and latitudes in degrees → (n, 2) metres of EPSG:3857."""
    lat = np.radians(np.clip(lon_lat[:, 1], -MERCATOR_LAT, MERCATOR_LAT))
    x = MERCATOR_RADIUS_M * np.radians(lon_lat[:, 0])
    return np.column_stack((x, MERCATOR_RADIUS_M * np.arctanh(np.sin(lat))))


def from_mercator(x: float, y: float) -> tuple[float, float]:
    """Metres of EPSG:3857 → (lat, lon) in degrees."""
    lat = math.degrees(math.atan(math.sinh(y / MERCATOR_RADIUS_M)))
    return lat, math.degrees(x / MERCATOR_RADIUS_M)


def mercator_box(bounds: Bounds) -> tuple[float, float, float, float]:
    """(left, bottom, right, top) in metres of EPSG:3857."""
    corners = to_mercator(np.array([[bounds.west, bounds.south], [bounds.east, bounds.north]]))
    (left, bottom), (right, top) = corners.tolist()
    return left, bottom, right, top


def padded(bounds: Bounds, degrees: float) -> Bounds:
    """The rectangle with so many degrees more on every side, within what Web Mercator shows."""
    return Bounds(
        max(bounds.south - degrees, -MERCATOR_LAT),
        max(bounds.west - degrees, -180.0),
        min(bounds.north + degrees, MERCATOR_LAT),
        min(bounds.east + degrees, 180.0),
    )
