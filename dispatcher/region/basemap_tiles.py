"""Bands of features → vector tiles → one PMTiles file.

GDAL cuts each band into an MBTiles file of its own (its drivers cannot add a layer to a file); the layers of a tile
are then put one after the other, which is how a Mapbox Vector Tile holds several (MVT 2.1, 4.1: repeated `layers`).
Hence a layer must come from one band only at any zoom.
"""

import gzip
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from pmtiles import writer as pmtiles_writer
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from shapely.geometry.base import BaseGeometry

from dispatcher.domain.place import Bounds
from dispatcher.region.basemap_bounds import WORLD_M, from_mercator, mercator_box
from dispatcher.region.basemap_coast import Box
from dispatcher.region.basemap_features import Layer
from dispatcher.region.basemap_kinds import LAYERS, Landuse, Row, Water
from dispatcher.region.basemap_layers import Band
from dispatcher.region.basemap_vocabulary import FIRST_ZOOM, LAST_ZOOM

_Writer: Any = pmtiles_writer.Writer  # the library has no types

EXTENT = 4096
BUFFER = 64
"""Tile units that a tile holds beyond its edge, so that wide lines have no seams."""

EARTH, WATER = "earth", "water"
OCEAN = Water("ocean")
ATTRIBUTION = '<a href="https://www.openstreetmap.org/copyright">© OpenStreetMap contributors</a>'


@dataclass(slots=True)
class Tiles:
    """Tiles in the making, by PMTiles tile id."""

    workshop: Path
    """A folder for GDAL's files."""
    outer: Box
    """Where there is ground, or sea, even without data."""
    sea: BaseGeometry
    cut_tiles: dict[int, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    """Gzipped vector tiles of one layer each, to be put one after the other."""
    all_sea: set[int] = field(default_factory=set)
    """Tiles that hold nothing but sea."""

    def add(self, band: Band) -> None:
        """Cut a band into tiles, and the sea with it if it is water."""
        layer = band.layer
        if layer.name == WATER:
            layer = self._with_sea(layer, band.first)
        if not len(layer):
            return
        for tile, data in _cut(Band(layer, band.first, band.last), self.workshop):
            if layer.name != WATER or tile not in self.all_sea:
                self.cut_tiles[tile].append(data)

    def _with_sea(self, layer: Layer, zoom: int) -> Layer:
        """Water with the sea before it, tile by tile; tiles that are sea and nothing else are only noted."""
        if self.sea.is_empty:
            return layer
        tiles, boxes = _tiles_of(self.outer, zoom)
        wet = shapely.intersects(self.sea, boxes)
        full = shapely.covers(self.sea, boxes)
        busy = np.zeros(len(boxes), dtype=bool)
        busy[shapely.STRtree(boxes).query(layer.geometry, predicate="intersects")[1]] = True
        self.all_sea.update(tiles[full & ~busy].tolist())
        pieces = [_clipped(self.sea, box, zoom) for box in boxes[wet & ~(full & ~busy)]]
        pieces = [piece for piece in pieces if not piece.is_empty]
        zooms = np.full(len(pieces), zoom, dtype=np.int8)
        rows = np.fromiter((OCEAN for _ in pieces), dtype=object, count=len(pieces))
        return Layer(
            WATER,
            np.concatenate((np.array(pieces, dtype=object), layer.geometry)),
            np.concatenate((rows, layer.rows)),
            np.concatenate((zooms, layer.min_zoom)),
            np.concatenate((zooms, layer.max_zoom)),
        )

    def write(self, path: Path, name: str, bounds: Bounds) -> None:
        """Put the layers of every tile together, ground first, and write them as PMTiles version 3."""
        ground = _full_tile(EARTH, Landuse("earth"), self.workshop)
        only_ground = gzip.compress(ground, mtime=0)
        only_sea = gzip.compress(ground + _full_tile(WATER, OCEAN, self.workshop), mtime=0)
        blank = [int(t) for z in range(FIRST_ZOOM, LAST_ZOOM + 1) for t in _tiles_of(self.outer, z)[0]]
        with path.open("wb") as file:
            writer = _Writer(file)
            for tile in sorted({*blank, *self.cut_tiles}):
                wet = tile in self.all_sea
                if parts := self.cut_tiles.get(tile):
                    start = only_sea if wet else only_ground
                    data = gzip.compress(b"".join(map(gzip.decompress, [start, *parts])), 6, mtime=0)
                else:
                    data = only_sea if wet else only_ground
                writer.write_tile(tile, data)
            writer.finalize(_header(bounds, self.outer), _metadata(name, bounds))


def _clipped(sea: BaseGeometry, box: BaseGeometry, zoom: int) -> BaseGeometry:
    margin = 2 * BUFFER / EXTENT * WORLD_M / 2**zoom
    left, bottom, right, top = box.bounds
    return shapely.clip_by_rect(sea, left - margin, bottom - margin, right + margin, top + margin)


def _tiles_of(area: Box, zoom: int) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """The tiles that touch an area: PMTiles ids, and boxes in metres of EPSG:3857."""
    side, half, count = WORLD_M / 2**zoom, WORLD_M / 2, 2**zoom
    left, bottom, right, top = area
    columns = range(max(0, math.floor((left + half) / side)), min(count - 1, math.floor((right + half) / side)) + 1)
    rows = range(max(0, math.floor((half - top) / side)), min(count - 1, math.floor((half - bottom) / side)) + 1)
    places = [(x, y) for x in columns for y in rows]
    tiles = np.array([zxy_to_tileid(zoom, x, y) for x, y in places], dtype=np.int64)
    x, y = np.array(places, dtype=np.float64).reshape(-1, 2).T
    boxes = shapely.box(x * side - half, half - (y + 1) * side, (x + 1) * side - half, half - y * side)
    return tiles, boxes


def _cut(band: Band, workshop: Path) -> Iterator[tuple[int, bytes]]:
    """(tile id, gzipped vector tile) of one band."""
    path = workshop / "band.mbtiles"
    columns = _columns(band.layer.rows)
    pyogrio.raw.write(
        str(path),
        geometry=shapely.to_wkb(band.layer.geometry),
        field_data=[values for values, _ in columns.values()],
        field_mask=[missing for _, missing in columns.values()],
        fields=list(columns),
        geometry_type="Unknown",
        crs="EPSG:3857",
        driver="MBTiles",
        layer=band.layer.name,
        dataset_options={
            "NAME": band.layer.name,
            "TYPE": "baselayer",
            "MINZOOM": str(band.first),
            "MAXZOOM": str(band.last),
            "EXTENT": str(EXTENT),
            "BUFFER": str(BUFFER),
            "MAX_SIZE": "20000000",
            "MAX_FEATURES": "2000000",
        },
    )
    with closing(sqlite3.connect(path)) as database:
        for zoom, x, row, data in database.execute(
            "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles ORDER BY 1, 2, 3"
        ):
            yield zxy_to_tileid(zoom, x, 2**zoom - 1 - row), data
    path.unlink()


_DTYPES: Mapping[type, Any] = {str: object, int: np.int32, bool: np.bool_}


def _columns(rows: NDArray[np.object_]) -> dict[str, tuple[NDArray[Any], NDArray[np.bool_]]]:
    """Attribute → its values and where they are missing, for rows of one kind."""
    made = {}
    for (name, kind), values in zip(_attributes(type(rows[0])).items(), zip(*rows, strict=True), strict=True):
        missing = np.array([value is None for value in values], dtype=bool)
        filler = None if kind is str else 0
        filled = [filler if value is None else value for value in values]
        made[name] = np.array(filled, dtype=_DTYPES[kind]), missing
    return made


def _attributes(row: type[Row]) -> dict[str, type]:
    """Attribute → `str`, `int` or `bool`, whether it may be missing or not."""
    hints = get_type_hints(row)
    return {name: next(kind for kind in (hint, *get_args(hint)) if kind in _DTYPES) for name, hint in hints.items()}


def _full_tile(layer: str, row: Row, workshop: Path) -> bytes:
    """The vector tile, not gzipped, that one polygon fills to beyond its edges; it is the same wherever it lies."""
    zoom, x, y = FIRST_ZOOM, 33, 21
    side, half = WORLD_M / 2**zoom, WORLD_M / 2
    centre = shapely.Point((x + 0.5) * side - half, half - (y + 0.5) * side)
    zooms = np.array([zoom], dtype=np.int8)
    rows = np.fromiter([row], dtype=object, count=1)
    square = np.array([centre.buffer(0.6 * side, cap_style="square")], dtype=object)
    tiles = dict(_cut(Band(Layer(layer, square, rows, zooms, zooms), zoom, zoom), workshop))
    return gzip.decompress(tiles[zxy_to_tileid(zoom, x, y)])


def _header(bounds: Bounds, outer: Box) -> dict[str, Any]:
    """The bounds are those of the tiles, or GDAL would not look beyond them; the centre is the region's."""
    (south, west), (north, east) = from_mercator(*outer[:2]), from_mercator(*outer[2:])
    left, _, right, _ = mercator_box(bounds)
    fitting = math.log2(WORLD_M / max(right - left, 1.0)) + 1  # the width on about two tiles of 512 pixels
    return {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": round(west * 1e7),
        "min_lat_e7": round(south * 1e7),
        "max_lon_e7": round(east * 1e7),
        "max_lat_e7": round(north * 1e7),
        "center_lon_e7": round(bounds.centre.lon * 1e7),
        "center_lat_e7": round(bounds.centre.lat * 1e7),
        "center_zoom": min(max(round(fitting), FIRST_ZOOM), LAST_ZOOM),
    }


_JSON_TYPES: Mapping[type, str] = {str: "String", int: "Number", bool: "Boolean"}


def _metadata(name: str, bounds: Bounds) -> dict[str, Any]:
    return {
        "name": name,
        "type": "baselayer",
        "format": "pbf",
        "region_bounds": [bounds.west, bounds.south, bounds.east, bounds.north],
        "attribution": ATTRIBUTION,
        "description": "A basemap in the Protomaps schema, of OpenStreetMap data under the ODbL 1.0",
        "tilestats": {"layerCount": len(_GEOMETRY), "layers": [_counted(*layer) for layer in _GEOMETRY.items()]},
        "vector_layers": [_described(layer, row) for layer, row in {EARTH: Landuse, **LAYERS}.items()],
    }


_GEOMETRY = {
    EARTH: "Polygon",
    "landuse": "Polygon",
    WATER: "Polygon",
    "buildings": "Polygon",
    "roads": "LineString",
    "boundaries": "LineString",
    "places": "Point",
    "pois": "Point",
    "addresses": "Point",
}
"""The usual geometry of each layer: a reader that is not told looks through every tile for it, GDAL for one."""


def _counted(layer: str, geometry: str) -> dict[str, Any]:
    return {"layer": layer, "geometry": geometry, "count": 1, "attributeCount": 0, "attributes": []}


def _described(layer: str, row: type[Row]) -> dict[str, Any]:
    fields = {name: _JSON_TYPES[kind] for name, kind in _attributes(row).items()}
    return {"id": layer, "minzoom": FIRST_ZOOM, "maxzoom": LAST_ZOOM, "fields": fields}
