"""Reading an extract into the rows that the basemap draws, layer by layer, in Web Mercator and within the bounds.

What a tag means is `basemap_kinds`' business; what is drawn at which zoom is `basemap_layers`'.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray

from dispatcher.domain.place import Bounds
from dispatcher.region import basemap_kinds as kinds
from dispatcher.region.basemap_bounds import mercator_box, to_mercator
from dispatcher.region.basemap_kinds import LAYER_OF, LAYERS, Kind, Tags
from dispatcher.region.basemap_vocabulary import KEYS

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Layer:
    """The features of one layer; all arrays are of one length."""

    name: str
    geometry: Geometries
    """Shapely geometries, metres of EPSG:3857."""
    rows: NDArray[np.object_]
    """Named tuples of `basemap_kinds`."""
    min_zoom: NDArray[np.int8]
    max_zoom: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: NDArray[Any]) -> "Layer":
        """The features at these positions, or where this mask is true."""
        return Layer(self.name, self.geometry[which], self.rows[which], self.min_zoom[which], self.max_zoom[which])

    def shaped(self, geometry: Geometries) -> "Layer":
        """The same features with other geometries; those that became empty are gone."""
        keep = ~(shapely.is_empty(geometry) | shapely.is_missing(geometry))
        return Layer(self.name, geometry, self.rows, self.min_zoom, self.max_zoom).take(keep)


@dataclass(slots=True)
class _Pile:
    """A layer while it is read."""

    wkb: list[bytes] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """What one pass over an extract gathers."""

    piles: dict[str, _Pile] = field(default_factory=lambda: {name: _Pile() for name in LAYERS})
    coast: list[bytes] = field(default_factory=list)
    """WKB lines in degrees; land is to their left."""
    border_ways: dict[int, int] = field(default_factory=dict)
    """Way id → the weightiest admin_level it bounds."""

    def add(self, kind: Kind | None, wkb: bytes | None) -> None:
        """Note a feature, if it is one and has a shape."""
        if kind and wkb:
            pile = self.piles[LAYER_OF[type(kind.row)]]
            pile.wkb.append(wkb)
            pile.kinds.append(kind)


def read(extract: Path) -> Reading:
    """Everything an extract has to draw. Raises `RuntimeError` as osmium does when the file is broken or unsorted."""
    reading = Reading()
    keyed = osmium.filter.KeyFilter(*KEYS)
    objects = osmium.FileProcessor(str(extract)).with_areas(keyed).with_filter(keyed)
    for found in objects:
        tags = Tags((tag.k, tag.v) for tag in found.tags)
        if isinstance(found, osmium.osm.Way):
            _read_way(reading, found, tags)
        elif isinstance(found, osmium.osm.Area):
            _read_area(reading, found, tags)
        elif isinstance(found, osmium.osm.Node):
            _read_node(reading, found, tags)
        elif isinstance(found, osmium.osm.Relation):
            _read_relation(reading, found, tags)
    _read_borders(reading, extract)
    return reading


_shapes = osmium.geom.WKBFactory()


def _read_node(reading: Reading, node: osmium.osm.Node, tags: Tags) -> None:
    found = (kinds.settlement(tags), kinds.open_water(tags), kinds.poi(tags), kinds.house(tags))
    if not any(found) or not node.location.valid():
        return
    wkb = bytes.fromhex(_shapes.create_point(node))
    for kind in found:
        reading.add(kind, wkb)


def _read_way(reading: Reading, way: osmium.osm.Way, tags: Tags) -> None:
    coast = tags["natural"] == "coastline"
    kind = kinds.road(tags) or kinds.waterway(tags)
    if not (coast or kind):
        return
    for wkb in _lines(way):
        if coast:
            reading.coast.append(wkb)
        reading.add(kind, wkb)


def _lines(way: osmium.osm.Way) -> Iterator[bytes]:
    """A way's line; where an extract has cut nodes off, the pieces that are left."""
    try:
        yield bytes.fromhex(_shapes.create_linestring(way))
    except (osmium.InvalidLocationError, RuntimeError):
        run: list[tuple[float, float]] = []
        for node in [*way.nodes, None]:
            if node is not None and node.location.valid():
                run.append((node.lon, node.lat))
                continue
            if len(set(run)) > 1:
                yield shapely.to_wkb(shapely.LineString(run))
            run = []


def _read_area(reading: Reading, area: osmium.osm.Area, tags: Tags) -> None:
    found = (
        kinds.building(tags),
        kinds.water_area(tags) or kinds.landuse(tags),
        kinds.open_water(tags),
        kinds.poi(tags),
        kinds.house(tags),
    )
    if not any(found):
        return
    try:
        wkb = bytes.fromhex(_shapes.create_multipolygon(area))
    except RuntimeError:  # an area of no extent
        return
    for kind in found:
        reading.add(kind, wkb)


def _read_relation(reading: Reading, relation: osmium.osm.Relation, tags: Tags) -> None:
    level = tags["admin_level"]
    if tags["boundary"] != "administrative" or not level.isdecimal() or not kinds.border(int(level)):
        return
    for member in relation.members:
        if member.type == "w":
            reading.border_ways[member.ref] = min(int(level), reading.border_ways.get(member.ref, 99))


def _read_borders(reading: Reading, extract: Path) -> None:
    """Borders as lines: an extract seldom holds the whole ring, so their areas cannot be built."""
    if not reading.border_ways:
        return
    ways = osmium.FileProcessor(str(extract), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in ways.with_filter(osmium.filter.IdFilter(reading.border_ways)):
        if not isinstance(way, osmium.osm.Way):
            continue
        if way.tags.get("maritime") != "yes" and way.tags.get("natural") != "coastline":
            for wkb in _lines(way):
                reading.add(kinds.border(reading.border_ways[way.id]), wkb)


def layers(reading: Reading, bounds: Bounds) -> dict[str, Layer]:
    """What was read, by layer, cut to the bounds. Empties `reading`'s piles as it goes, to spare memory."""
    box = mercator_box(bounds)
    made = {}
    for name in LAYERS:
        pile = reading.piles.pop(name)
        layer = Layer(
            name,
            shapes(pile.wkb),
            _objects([kind.row for kind in pile.kinds]),
            np.array([kind.min_zoom for kind in pile.kinds], dtype=np.int8),
            np.array([kind.max_zoom for kind in pile.kinds], dtype=np.int8),
        )
        made[name] = _cut(layer, box)
    return made


def shapes(wkb: list[bytes]) -> Geometries:
    """WKB in degrees → valid shapely geometries in metres of EPSG:3857."""
    made = shapely.transform(shapely.from_wkb(_objects(wkb)), to_mercator)
    broken = ~shapely.is_valid(made)
    made[broken] = shapely.make_valid(made[broken])
    return made


def _cut(layer: Layer, box: tuple[float, float, float, float]) -> Layer:
    if layer.name in ("places", "pois", "addresses"):
        layer = layer.shaped(shapely.point_on_surface(layer.geometry))
    whole = shapely.contains(shapely.box(*box), layer.geometry)
    cut = layer.geometry.copy()
    cut[~whole] = shapely.clip_by_rect(cut[~whole], *box)
    return layer.shaped(cut)


def _objects(values: list[Any]) -> NDArray[np.object_]:
    """A one-dimensional array of objects, tuples among them."""
    return np.fromiter(values, dtype=object, count=len(values))
