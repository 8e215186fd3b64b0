"""A basemap as a picture: reads the tiles of a PMTiles file back and paints them, with no network and no window."""

import io
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pyogrio.errors import DataLayerError, DataSourceError

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Bounds
from dispatcher.region.basemap_bounds import WORLD_M, from_mercator, mercator_box
from dispatcher.region.basemap_vocabulary import FIRST_ZOOM, LAST_ZOOM
from dispatcher.region.picture_labels import Labels
from dispatcher.region.picture_style import STYLES, Colour, Style, width_px

SUPERSAMPLE = 2
LEAST_SPAN_M = 200.0
"""Even a single place is shown with its surroundings."""
MAX_PX = 8_000

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of the Web Mercator plane on a canvas of pixels."""

    left: float
    top: float
    metre_px: float
    """Pixels to one metre of EPSG:3857."""
    width: int
    height: int

    @classmethod
    def fitting(cls, bounds: Bounds, width: int, height: int) -> "View":
        """The smallest view of this shape that shows all of `bounds`, in the middle."""
        left, bottom, right, top = mercator_box(bounds)
        metre_px = min(width / max(right - left, LEAST_SPAN_M), height / max(top - bottom, LEAST_SPAN_M))
        metre_px = max(metre_px, max(width, height) / WORLD_M)
        x, y = (left + right) / 2, (bottom + top) / 2
        return cls(x - width / metre_px / 2, y + height / metre_px / 2, metre_px, width, height)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(left, bottom, right, top) in metres of EPSG:3857."""
        right, bottom = self.left + self.width / self.metre_px, self.top - self.height / self.metre_px
        return self.left, bottom, right, self.top

    @property
    def bounds(self) -> Bounds:
        """What it covers, in degrees."""
        left, bottom, right, top = self.box
        (south, west), (north, east) = from_mercator(left, bottom), from_mercator(right, top)
        return Bounds(south, max(west, -180.0), north, min(east, 180.0))

    @property
    def zoom(self) -> float:
        """The display zoom of 256-pixel tiles."""
        return math.log2(WORLD_M / 256 * self.metre_px)

    @property
    def data_zoom(self) -> int:
        """The zoom of the tiles that suit it; a still picture bears a little more than a map in motion."""
        return min(max(round(self.zoom - 0.5), FIRST_ZOOM), LAST_ZOOM)

    def pixels(self, xy: Points, scale: int = 1) -> Points:
        """(n, 2) metres → (n, 2) pixels."""
        return (xy - (self.left, self.top)) * (self.metre_px * scale, -self.metre_px * scale)


@dataclass(frozen=True, slots=True)
class Shapes:
    """The features of one layer that a view shows."""

    geometry: NDArray[np.object_]
    columns: dict[str, NDArray[Any]]

    def where(self, mask: NDArray[np.bool_]) -> "Shapes":
        """Those of them for which the mask is true."""
        return Shapes(self.geometry[mask], {name: values[mask] for name, values in self.columns.items()})


def draw(pmtiles: Path, bounds: Bounds, width_px: int, height_px: int, *, style: str = "light") -> tuple[bytes, Bounds]:
    """The basemap as a PNG, and the bounds it covers exactly (Web Mercator): `bounds` widened to the picture's shape.

    `style` is "light" or "grey". Raises `BadInput` for a file that is no basemap, `ValueError` for a size or a style
    that cannot be. A city on 1600 × 1200 pixels takes one to three seconds.
    """
    if not (0 < width_px <= MAX_PX and 0 < height_px <= MAX_PX):
        raise ValueError(f"a picture has 1 to {MAX_PX} pixels a side, not {width_px} × {height_px}")
    if style not in STYLES:
        raise ValueError(f"a picture's style is one of {', '.join(STYLES)}, not {style}")
    view = View.fitting(bounds, width_px, height_px)
    layers = _layers(pmtiles, view)
    canvas = _Canvas(view, STYLES[style])
    canvas.paint(layers)
    image = canvas.image.reduce(SUPERSAMPLE)
    labels = Labels(image, STYLES[style], view.zoom)
    _label(labels, layers, view)
    stream = io.BytesIO()
    image.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(stream, "PNG")  # a third of the size
    return stream.getvalue(), view.bounds


_PAINTED = ("landuse", "water", "buildings", "roads", "boundaries", "places")


def _layers(pmtiles: Path, view: View) -> dict[str, Shapes]:
    try:
        return {layer: _shapes(pmtiles, layer, view) for layer in _PAINTED}
    except (DataSourceError, DataLayerError, KeyError) as error:
        raise BadInput(f"“{pmtiles.name}” is not a readable map: {error}.", "Build the region again.") from error


def _shapes(pmtiles: Path, layer: str, view: View) -> Shapes:
    """The whole features of the tiles that touch the view: cut at the tiles' edges they would show seams."""
    options = {"ZOOM_LEVEL": str(view.data_zoom), "CLIP": "NO"}
    meta, _, wkb, columns = pyogrio.raw.read(pmtiles, layer=layer, bbox=view.box, **options)
    return Shapes(shapely.from_wkb(wkb), dict(zip(meta["fields"], columns, strict=True)))


class _Canvas:
    """The picture at twice its size, painted from the ground up."""

    def __init__(self, view: View, style: Style) -> None:
        self.view = view
        self.style = style
        self.image = Image.new("RGB", (view.width * SUPERSAMPLE, view.height * SUPERSAMPLE), style.earth)
        self.pen = ImageDraw.Draw(self.image)

    def paint(self, layers: dict[str, Shapes]) -> None:
        """Everything but the names."""
        self._landuse(layers["landuse"])
        self._water(layers["water"])
        self._fill(layers["buildings"].geometry, self.style.building)
        self._roads(layers["roads"])
        self._strokes(layers["boundaries"].geometry, self.style.border, 1.0)

    def _landuse(self, landuse: Shapes) -> None:
        """In the order of the tiles, which is from large to small."""
        for run, kind in _runs(landuse.columns["kind"].tolist()):
            if colour := self.style.landuse.get(kind):
                self._fill(landuse.geometry[run], colour)

    def _water(self, water: Shapes) -> None:
        areas = shapely.get_dimensions(water.geometry) == 2
        self._fill(water.geometry[areas], self.style.water)
        lines = water.where(shapely.get_dimensions(water.geometry) == 1)
        for kind in ("stream", "river"):
            broad = width_px(kind, "", self.view.zoom)
            self._strokes(lines.geometry[lines.columns["kind"] == kind], self.style.water, broad)

    def _roads(self, roads: Shapes) -> None:
        """Level by level (tunnels, ground, bridges), and on each level all edges before all insides."""
        rank = roads.columns["sort_rank"]
        for low, high in ((-999, -100), (-100, 100), (100, 999)):
            level = roads.where((rank > low) & (rank <= high))
            order = np.argsort(level.columns["sort_rank"], kind="stable")
            kinds = list(zip(level.columns["kind"][order], level.columns["kind_detail"][order], strict=True))
            geometry = level.geometry[order]
            for edge in (True, False):
                for run, (kind, detail) in _runs(kinds):
                    self._road(geometry[run], kind, detail, edge=edge)

    def _road(self, lines: NDArray[np.object_], kind: str, detail: str, *, edge: bool) -> None:
        broad = width_px(kind, detail, self.view.zoom)
        if stroke := self.style.roads.get(detail) or self.style.roads.get(kind):
            self._strokes(lines, stroke.edge if edge else stroke.fill, broad + 1.2 if edge else broad)
        elif not edge:
            single = {"path": self.style.path, "rail": self.style.rail, "aeroway": self.style.runway}
            if colour := single.get(kind):
                self._strokes(lines, colour, broad)

    def _fill(self, geometry: NDArray[np.object_], colour: Colour) -> None:
        parts = shapely.get_parts(geometry)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        holes = shapely.get_num_interior_rings(parts) > 0
        for ring in self._pixel_runs(shapely.get_exterior_ring(parts[~holes])):
            self.pen.polygon(ring, fill=colour)
        for polygon in parts[holes]:
            self._fill_around_holes(polygon, colour)

    def _fill_around_holes(self, polygon: shapely.Polygon, colour: Colour) -> None:
        rings = np.array([polygon.exterior, *polygon.interiors], dtype=object)
        outer, *inner = self._pixel_runs(rings)
        x, y = zip(*outer, strict=True)
        frame = (0, 0, self.image.width, self.image.height)
        left, top = max(frame[0], math.floor(min(x))), max(frame[1], math.floor(min(y)))
        right, bottom = min(frame[2], math.ceil(max(x)) + 1), min(frame[3], math.ceil(max(y)) + 1)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", (right - left, bottom - top))
        pen = ImageDraw.Draw(mask)
        for ring, ink in [(outer, 255), *((ring, 0) for ring in inner)]:
            pen.polygon([(px - left, py - top) for px, py in ring], fill=ink)
        self.image.paste(colour, (left, top), mask)

    def _strokes(self, geometry: NDArray[np.object_], colour: Colour, broad: float) -> None:
        width = round(broad * SUPERSAMPLE)
        if broad <= 0 or not len(geometry):
            return
        parts = shapely.get_parts(geometry)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
        for line in self._pixel_runs(parts):
            self.pen.line(line, fill=colour, width=max(1, width), joint="curve" if width >= 4 else None)
            if width >= 4:
                half = width / 2 - 0.5
                for x, y in (line[0], line[-1]):
                    self.pen.ellipse((x - half, y - half, x + half, y + half), fill=colour)

    def _pixel_runs(self, lines: NDArray[np.object_]) -> Iterator[list[tuple[float, float]]]:
        """The points of each line on the canvas."""
        pixels = [(x, y) for x, y in self.view.pixels(shapely.get_coordinates(lines), SUPERSAMPLE).tolist()]
        end = 0
        for count in shapely.get_num_coordinates(lines).tolist():
            start, end = end, end + count
            yield pixels[start:end]


def _runs[T](values: Sequence[T]) -> Iterator[tuple[slice, T]]:
    """Stretches of equal neighbours."""
    start = 0
    for value, run in itertools.groupby(values):
        end = start + sum(1 for _ in run)
        yield slice(start, end), value
        start = end


def _label(labels: Labels, layers: dict[str, Shapes], view: View) -> None:
    _label_places(labels, layers["places"], view)
    _label_water(labels, layers["water"], view)
    _label_streets(labels, layers["roads"], view)
    labels.credit("© OpenStreetMap contributors")


def _label_places(labels: Labels, places: Shapes, view: View) -> None:
    """What shows first on the way in comes first, and of equals the more populous."""
    columns = places.columns
    pixels = view.pixels(shapely.get_coordinates(places.geometry)).tolist()
    for i in np.lexsort((-columns["population"].astype(np.int64), columns["min_zoom"].astype(np.int64))):
        labels.place(*pixels[i], name=columns["name"][i], kind=columns["kind"][i], rank=columns["population_rank"][i])


def _label_water(labels: Labels, water: Shapes, view: View) -> None:
    named = water.where((shapely.get_dimensions(water.geometry) == 0) & (water.columns["min_zoom"] <= view.zoom + 0.5))
    pixels = view.pixels(shapely.get_coordinates(named.geometry))
    for (x, y), name in zip(pixels.tolist(), named.columns["name"], strict=True):
        labels.water(x, y, name)


def _label_streets(labels: Labels, roads: Shapes, view: View) -> None:
    """The important streets first, and of each the longest piece."""
    named = roads.where(np.array([bool(name) for name in roads.columns["name"]], dtype=bool))
    lines, owner = shapely.get_parts(named.geometry, return_index=True)
    rank = named.columns["sort_rank"][owner] % 200
    for i in np.lexsort((-shapely.length(lines), -rank)):
        columns, whose = named.columns, owner[i]
        labels.street(view.pixels(shapely.get_coordinates(lines[i])), columns["name"][whose], columns["kind"][whose])
