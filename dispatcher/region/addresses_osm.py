"""What one OpenStreetMap extract says of addresses: raw rows, as tagged, in one pass.

Knows tags and geometry. Knows nothing of the index that the rows end up in, and fills no gaps.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import osmium
import shapely
from osmium.filter import KeyFilter

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Bounds
from dispatcher.region.text import HouseNumber, house_number, house_numbers, squeeze

Point = tuple[float, float]
"""Latitude, longitude."""


@dataclass(frozen=True, slots=True)
class RawAddress:
    """One house number; empty strings where the object bears no tag."""

    street: str
    number: HouseNumber
    shown: str
    """The number as written."""
    postcode: str
    city: str
    at: Point
    estimated: bool = False
    """Placed along an interpolation line, not surveyed."""


@dataclass(frozen=True, slots=True)
class RawStreet:
    """One way (or square) with its names, the first the one to show."""

    names: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class RawPoi:
    """A named place that people know: a shop, a station, a school."""

    names: tuple[str, ...]
    kind: str
    street: str
    number: str
    postcode: str
    city: str
    at: Point


@dataclass(frozen=True, slots=True)
class RawPlace:
    """A town, village or quarter as a point."""

    names: tuple[str, ...]
    kind: str
    postcode: str
    at: Point


@dataclass(frozen=True, slots=True)
class RawArea:
    """An administrative or postal-code area; `level` is 0 for postal codes."""

    names: tuple[str, ...]
    level: int
    postcode: str
    shape: shapely.Geometry
    at: Point
    """A point inside it."""


Raw = RawAddress | RawStreet | RawPoi | RawPlace | RawArea


_POI_KEYS = (
    "amenity", "shop", "tourism", "office", "healthcare", "railway", "aeroway", "public_transport", "leisure", "craft",
    "historic", "industrial", "landuse", "club", "emergency", "building", "man_made",
)  # fmt: skip
_POI_ONLY = {
    "railway": {"station", "halt"},
    "public_transport": {"station"},
    "landuse": {"industrial", "commercial", "retail", "cemetery", "allotments"},
    "man_made": {"works", "wastewater_plant"},
}
_NOT_POI = {"bench", "waste_basket", "parking_space", "bicycle_parking", "recycling", "information", "artwork"}
_SETTLEMENTS = {
    "city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood", "borough", "isolated_dwelling", "farm",
    "locality", "island", "islet",
}  # fmt: skip
_ADDRESS_KEYS = ("addr:housenumber", "addr:housename", "addr:interpolation", "addr:conscriptionnumber")
_LANGUAGE = re.compile(r"name:[a-z]{2,3}([-_].*)?")
_SAMPLE_DEG = 0.0008
"""Streets are kept as points at most this far apart (about 90 m)."""


def bounds_of(extract: Path) -> Bounds | None:
    """The rectangle in the file's header, if it has one. Raises `BadInput` for what is no map."""
    try:
        box = osmium.FileProcessor(str(extract)).header.box()
    except RuntimeError as error:
        raise _unreadable(extract, error) from error
    if not box.valid():
        return None
    return Bounds(box.bottom_left.lat, box.bottom_left.lon, box.top_right.lat, box.top_right.lon)


def read(extract: Path) -> Iterator[Raw]:
    """Every address, street, place, area and point of interest of a sorted .osm.pbf file.

    Raises `BadInput` when the file is missing, damaged, or not in the order of ids.
    """
    try:
        yield from _Reader(extract).rows()
    except RuntimeError as error:
        raise _unreadable(extract, error) from error


def _unreadable(extract: Path, error: Exception) -> BadInput:
    if not extract.exists():
        return BadInput(f"There is no map file {extract}.", "Choose an OpenStreetMap extract (.osm.pbf).")
    if "order" in str(error):
        remedy = "Sort it (osmium sort) or download the extract again."
        return BadInput(f"The map file {extract.name} is not sorted: {error}.", remedy)
    return BadInput(f"The map file {extract.name} cannot be read: {error}", "Download the extract again.")


@dataclass(slots=True)
class _Reader:
    extract: Path
    streets_of_members: dict[tuple[str, int], str] = field(default_factory=dict)
    """Street names that relations give to their houses (type=associatedStreet, type=street)."""
    numbered_nodes: dict[int, dict[str, str]] = field(default_factory=dict)
    """Address tags of nodes that may end an interpolation line."""

    def rows(self) -> Iterator[Raw]:
        self._read_memberships()
        keys = (*_ADDRESS_KEYS, *_POI_KEYS, "highway", "place", "boundary", "postal_code")
        processor = osmium.FileProcessor(str(self.extract)).with_areas(KeyFilter(*keys))
        obj: Any
        for obj in processor.with_filter(KeyFilter(*keys)):
            if obj.is_node():
                yield from self._node(obj)
            elif obj.is_way():
                yield from self._way(obj)
            elif obj.is_area() and not obj.from_way():
                yield from self._relation(obj)

    def _read_memberships(self) -> None:
        relation: Any
        for relation in osmium.FileProcessor(str(self.extract), osmium.osm.RELATION):
            tags = relation.tags
            name = tags.get("name") or tags.get("addr:street")
            if tags.get("type") in ("associatedStreet", "street") and name:
                self.streets_of_members |= {
                    (member.type, member.ref): name
                    for member in relation.members
                    if member.role in ("house", "address", "")
                }

    def _node(self, node: Any) -> Iterator[Raw]:
        tags = node.tags
        if "addr:housenumber" in tags:
            self.numbered_nodes[node.id] = {tag.k: tag.v for tag in tags if tag.k.startswith("addr:")}
        at = (node.lat, node.lon)
        names = names_of(tags)
        if names and tags.get("place") in _SETTLEMENTS:
            yield RawPlace(names, str(tags.get("place")), tags.get("postal_code") or "", at)
        yield from self._addressed(tags, ("n", node.id), at)

    def _way(self, way: Any) -> Iterator[Raw]:
        tags = way.tags
        points = [(node.lat, node.lon) for node in way.nodes if node.location.valid()]
        if not points:
            return
        names = names_of(tags)
        if names and ("highway" in tags or tags.get("place") == "square"):
            yield RawStreet(names, _sample(points))
        if "addr:interpolation" in tags:
            yield from self._interpolated(way)
        if names and way.is_closed() and tags.get("place") in _SETTLEMENTS:
            yield RawPlace(names, str(tags.get("place")), tags.get("postal_code") or "", _middle(points))
        yield from self._addressed(tags, ("w", way.id), _middle(points))

    def _relation(self, area: Any) -> Iterator[Raw]:
        tags = area.tags
        names = names_of(tags)
        boundary = tags.get("boundary")
        shape = _shape(area)
        if shape is None:
            return
        at = _inside(shape)
        if boundary in ("administrative", "postal_code"):
            level = int(tags.get("admin_level") or 0) if str(tags.get("admin_level") or "0").isdecimal() else 0
            code = tags.get("postal_code") or (tags.get("ref") or "" if boundary == "postal_code" else "")
            yield RawArea(names, level if boundary == "administrative" else 0, code, shape, at)
            return
        if names and tags.get("place") in _SETTLEMENTS:
            yield RawPlace(names, str(tags.get("place")), tags.get("postal_code") or "", at)
        if names and (tags.get("place") == "square" or "highway" in tags):
            yield RawStreet(names, (at,))
        yield from self._addressed(tags, ("r", area.orig_id()), at)

    def _addressed(self, tags: Any, ref: tuple[str, int], at: Point) -> Iterator[Raw]:
        street = tags.get("addr:street") or tags.get("addr:place") or self.streets_of_members.get(ref) or ""
        written = tags.get("addr:housenumber") or tags.get("addr:conscriptionnumber") or ""
        postcode, city = tags.get("addr:postcode") or "", _city(tags)
        numbers = house_numbers(written) if street else []
        for number in numbers:
            shown = written if squeeze(written) == squeeze(number.text) else number.text
            yield RawAddress(street, number, shown, postcode, city, at)
        kind = _poi_kind(tags)
        names = names_of(tags) if kind else ()
        if house := tags.get("addr:housename"):
            names, kind = (*names, house), kind or "house"
        if names:
            yield RawPoi(tuple(dict.fromkeys(names)), kind, street, written, postcode, city, at)

    def _interpolated(self, way: Any) -> Iterator[RawAddress]:
        step = {"odd": 2, "even": 2, "all": 1}.get(way.tags.get("addr:interpolation"))
        ends: list[tuple[dict[str, str], int]] = []
        points = [(node.lat, node.lon) if node.location.valid() else None for node in way.nodes]
        for index, node in enumerate(way.nodes):
            if points[index] and node.ref in self.numbered_nodes:
                ends.append((self.numbered_nodes[node.ref], index))
        if step is None:
            return
        for (here, i), (there, j) in pairwise(ends):
            line = [point for point in points[i : j + 1] if point]
            yield from _between(here, there, line, step, way.tags.get("addr:street") or "")


def _between(
    here: dict[str, str], there: dict[str, str], line: list[Point], step: int, way_street: str
) -> Iterator[RawAddress]:
    street = here.get("addr:street") or there.get("addr:street") or way_street
    first, last = house_number(here["addr:housenumber"]), house_number(there["addr:housenumber"])
    if not street or not first or not last or len(line) < 2 or abs(last.first - first.first) > 1000:
        return
    path = shapely.LineString([(lon, lat) for lat, lon in line])
    span = last.first - first.first
    direction = step if span > 0 else -step
    tags = there | here
    postcode, city = tags.get("addr:postcode", ""), _city(tags)
    for end, number, at in ((here, first, line[0]), (there, last, line[-1])):
        if "addr:street" not in end:
            yield RawAddress(street, number, number.text, postcode, city, at)
    for value in range(first.first + direction, last.first, direction):
        point = path.interpolate((value - first.first) / span, normalized=True)
        number = HouseNumber(str(value), value, value)
        yield RawAddress(street, number, number.text, postcode, city, (point.y, point.x), estimated=True)


def names_of(tags: Any) -> tuple[str, ...]:
    """All names of an object in every language, `name` first; a name may list several behind semicolons."""
    keys = [key for key in ("name", "official_name", "short_name", "alt_name", "old_name", "loc_name") if key in tags]
    if "name" not in tags and not keys:
        return ()
    found = [str(tags.get(key)) for key in keys]
    found += [tag.v for tag in tags if _LANGUAGE.fullmatch(tag.k)]
    split = (name.strip() for value in found for name in value.split(";"))
    return tuple(dict.fromkeys(name for name in split if name))


def _city(tags: Any) -> str:
    city = tags.get("addr:city") or ""
    return city if any(c.isalpha() for c in city) else ""


def _poi_kind(tags: Any) -> str:
    for key in _POI_KEYS:
        value = tags.get(key)
        if not value or value in _NOT_POI:
            continue
        if key not in _POI_ONLY or value in _POI_ONLY[key]:
            return f"{key}={value}"
    return ""


def _sample(points: list[Point]) -> tuple[Point, ...]:
    """The ends, and points between at most `_SAMPLE_DEG` apart."""
    line = shapely.LineString([(lon, lat) for lat, lon in points]) if len(points) > 1 else None
    if line is None or line.length == 0:
        return (points[0],)
    steps = max(1, int(line.length / _SAMPLE_DEG) + 1)
    spots = (line.interpolate(i / steps, normalized=True) for i in range(steps + 1))
    return tuple((spot.y, spot.x) for spot in spots)


def _middle(points: list[Point]) -> Point:
    """The middle of the bounding box: inside or beside any ordinary building."""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _inside(shape: shapely.Geometry) -> Point:
    spot = shapely.point_on_surface(shape)
    return float(shapely.get_y(spot)), float(shapely.get_x(spot))


def _shape(area: Any) -> shapely.Geometry | None:
    try:
        shape = shapely.from_wkb(bytes.fromhex(osmium.geom.WKBFactory().create_multipolygon(area)))
    except (RuntimeError, shapely.GEOSException):
        return None
    return None if shape.is_empty else shape
