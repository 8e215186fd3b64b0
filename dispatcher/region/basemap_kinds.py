"""What an OpenStreetMap object's tags make of it on the map, and from which zoom it is there.

The rows of each layer are the named tuples below; their field names are the attributes in the tiles. The words
themselves stand in `basemap_vocabulary`. No geometry and no files here.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from dispatcher.region.basemap_vocabulary import (
    BACKYARD_SERVICE,
    BOUNDARY_KINDS,
    BOUNDARY_ZOOM,
    COUNTRY_LAST_ZOOM,
    DRY_BASINS,
    FIRST_ZOOM,
    HIGHWAYS,
    LANDMARKS,
    LANDUSES,
    LARGE_CITY_RANK,
    LAST_ZOOM,
    LINK_ZOOM,
    MILLION_RANK,
    OPEN_WATERS,
    POIS,
    POPULATION_BREAKS,
    RAILWAYS,
    REGION_LAST_ZOOM,
    SETTLEMENTS,
    WATER_KINDS,
    WATERWAYS,
)


class Tags(dict[str, str]):
    """An object's tags; an absent key reads as empty."""

    def __missing__(self, key: str) -> str:
        return ""


class Road(NamedTuple):
    """A line people or things move along."""

    kind: str
    kind_detail: str
    sort_rank: int
    """Painted in rising order: what is more important, or higher up, comes later."""
    name: str | None = None
    ref: str | None = None
    shield_text: str | None = None
    is_link: bool | None = None
    is_bridge: bool | None = None
    is_tunnel: bool | None = None


class Landuse(NamedTuple):
    """What an area of land is for."""

    kind: str


class Water(NamedTuple):
    """A water area, the line of a small stream, or the point where a water's name stands."""

    kind: str
    kind_detail: str | None = None
    name: str | None = None
    min_zoom: int | None = None
    """Of a name: the display zoom from which the water is broad enough to bear it."""


class Building(NamedTuple):
    """A footprint."""

    kind: str = "building"


class Settlement(NamedTuple):
    """The name of a town or of a part of one."""

    kind: str
    kind_detail: str
    name: str
    min_zoom: int
    population: int
    population_rank: int


class Boundary(NamedTuple):
    """A piece of an administrative border; `kind_detail` is the weightiest admin_level it bounds."""

    kind: str
    kind_detail: int


class Poi(NamedTuple):
    """Something with a name that people find their way by."""

    kind: str
    name: str
    min_zoom: int


class House(NamedTuple):
    """A house number, by the schema's names."""

    addr_housenumber: str
    addr_street: str | None = None
    kind: str = "address"


Row = Road | Landuse | Water | Building | Settlement | Boundary | Poi | House

LAYERS: Mapping[str, type[Row]] = {
    "landuse": Landuse,
    "water": Water,
    "buildings": Building,
    "roads": Road,
    "boundaries": Boundary,
    "places": Settlement,
    "pois": Poi,
    "addresses": House,
}
"""Layer name → its row, in the order they are painted."""

LAYER_OF: Mapping[type[Row], str] = {row: layer for layer, row in LAYERS.items()}


class Kind(NamedTuple):
    """What to draw, and the data zooms at which it is there."""

    row: Row
    min_zoom: int
    max_zoom: int = LAST_ZOOM


def road(tags: Tags) -> Kind | None:
    """What a way is as a line of movement, if it is one."""
    if highway := tags["highway"]:
        return _highway(highway, tags)
    if railway := tags["railway"]:
        return _railway(railway, tags)
    if (aeroway := tags["aeroway"]) in ("runway", "taxiway"):
        return Kind(Road("aeroway", aeroway, 5, tags["ref"] or None), 10 if aeroway == "runway" else 13)
    if tags["man_made"] == "pier":
        return Kind(Road("path", "pier", 1), 13)
    if tags["route"] == "ferry":
        return Kind(Road("ferry", "ferry", 0, tags["name"] or None), 10)
    return None


def _highway(highway: str, tags: Tags) -> Kind | None:
    detail = highway.removesuffix("_link")
    known = HIGHWAYS.get(detail)
    if not known or tags["area"] == "yes" or tags["indoor"] == "yes":
        return None
    kind, rank, zoom = known
    link = detail != highway
    if link:
        rank, zoom = rank - 5, max(zoom, LINK_ZOOM)
    if detail == "service" and tags["service"] in BACKYARD_SERVICE:
        rank, zoom = 25, LAST_ZOOM
    tunnel, bridge = _lies_in_tunnel(tags), _lies_on_bridge(tags)
    ref = tags["ref"].split(";")[0].strip()
    row = Road(
        kind=kind,
        kind_detail=highway,
        sort_rank=rank + (200 if bridge else -200 if tunnel else 0),
        name=tags["name"] or None,
        ref=ref or None,
        shield_text=ref.replace(" ", "") or None,
        is_link=link or None,
        is_bridge=bridge or None,
        is_tunnel=tunnel or None,
    )
    return Kind(row, zoom)


def _railway(railway: str, tags: Tags) -> Kind | None:
    known = RAILWAYS.get(railway)
    if not known or _lies_in_tunnel(tags):
        return None
    rank, zoom = known
    bridge = _lies_on_bridge(tags)
    if "service" in tags:
        zoom = max(zoom, 13)
    row = Road("rail", railway, rank + (200 if bridge else 0), is_bridge=bridge or None)
    return Kind(row, zoom)


def _lies_in_tunnel(tags: Tags) -> bool:
    return tags["tunnel"] not in ("", "no")


def _lies_on_bridge(tags: Tags) -> bool:
    return tags["bridge"] not in ("", "no")


def waterway(tags: Tags) -> Kind | None:
    """What a way is as a line of open water."""
    known = WATERWAYS.get(tags["waterway"])
    if not known or _lies_in_tunnel(tags):
        return None
    kind, zoom = known
    return Kind(Water(kind, tags["waterway"], tags["name"] or None), zoom)


def water_area(tags: Tags) -> Kind | None:
    """What an area is as water."""
    if tags["leisure"] == "swimming_pool" or tags["amenity"] == "fountain":
        kind = "swimming_pool" if tags["leisure"] else "fountain"
        return Kind(Water(kind), LAST_ZOOM)
    detail = tags["water"] or tags["waterway"] or tags["landuse"]
    wet = (
        tags["natural"] == "water"
        or tags["waterway"] in ("riverbank", "dock", "canal", "river", "stream", "boatyard")
        or tags["landuse"] in ("reservoir", "basin")
        or tags["water"] in WATER_KINDS
    )
    if not wet or tags["basin"] in DRY_BASINS or _lies_in_tunnel(tags):
        return None
    kind = "river" if detail == "riverbank" else WATER_KINDS.get(detail, "water")
    return Kind(Water(kind, detail or None, tags["name"] or None), FIRST_ZOOM)


def open_water(tags: Tags) -> Kind | None:
    """What a point or an area is as a named part of the sea: only its name is drawn."""
    for key, kinds in OPEN_WATERS.items():
        known = kinds.get(tags[key])
        if known and (name := tags["name"]):
            return Kind(Water(known[0], None, name), known[1])
    return None


def landuse(tags: Tags) -> Kind | None:
    """What an area of land is for."""
    if tags["highway"] in ("pedestrian", "footway") and tags["area"] == "yes":
        return Kind(Landuse("pedestrian"), 13)
    for key, kinds in LANDUSES.items():
        if kind := kinds.get(tags[key]):
            return Kind(Landuse(kind), FIRST_ZOOM)
    return None


def building(tags: Tags) -> Kind | None:
    """A footprint above ground."""
    if tags["building"] in ("", "no") or tags["location"] == "underground":
        return None
    return Kind(Building(), 13)


def settlement(tags: Tags) -> Kind | None:
    """A town, a part of one, or what they lie in, by name."""
    place, name = tags["place"], tags["name"]
    known = SETTLEMENTS.get(place)
    if not known or not name:
        return None
    kind, label_zoom, people = known
    population = _count(tags["population"]) or people
    rank = sum(population >= least for least in POPULATION_BREAKS)
    if place == "city" and rank >= LARGE_CITY_RANK:
        label_zoom = 5 if rank >= MILLION_RANK else 6
    last = {"country": COUNTRY_LAST_ZOOM, "region": REGION_LAST_ZOOM}.get(kind, LAST_ZOOM)
    first = min(max(label_zoom - 1, FIRST_ZOOM), LAST_ZOOM)
    return Kind(Settlement(kind, place, name, label_zoom, population, rank), first, last)


def _count(text: str) -> int:
    digits = re.match(r"\d+(?:[.,' ]\d{3})*", text.strip(" ~<>≈"))
    return int(re.sub(r"\D", "", digits[0])[:12]) if digits else 0


def poi(tags: Tags) -> Kind | None:
    """Something people find their way by."""
    name = tags["name"]
    if not name:
        return None
    for key, values in POIS.items():
        value = tags[key]
        if value and value not in ("no", "vacant", "yes") and (values is None or value in values):
            zoom = 13 if value in LANDMARKS else LAST_ZOOM
            return Kind(Poi(value, name, zoom + 1), zoom)
    return None


def house(tags: Tags) -> Kind | None:
    """A house number."""
    number = tags["addr:housenumber"]
    return Kind(House(number, tags["addr:street"] or tags["addr:place"] or None), LAST_ZOOM) if number else None


def border(admin_level: int) -> Kind | None:
    """A border between administrative areas of this level."""
    if admin_level not in BOUNDARY_ZOOM:
        return None
    return Kind(Boundary(BOUNDARY_KINDS.get(admin_level, "locality"), admin_level), BOUNDARY_ZOOM[admin_level])
