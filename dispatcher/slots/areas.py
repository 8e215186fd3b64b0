"""Which area a place or an address belongs to."""

from collections.abc import Iterable
from functools import lru_cache

from shapely import Point, Polygon, prepare

from dispatcher.domain.place import Address, Place
from dispatcher.domain.slots import Area


def area_of(areas: Iterable[Area], place: Place | None, postcode: str = "") -> Area | None:
    """The smallest polygon around the place; else the longest prefix of the postcode; else an area without either.

    Of two that fit equally well the first by name is taken.
    """
    listed = sorted(areas, key=lambda area: (area.name, area.id))
    around = [area for area in listed if area.ring and place is not None and _covers(area, place)]
    if around:
        return min(around, key=lambda area: outline(area).area)
    code = plain(postcode)
    fitting = [(len(prefix), area) for area in listed for p in area.postcodes if code.startswith(prefix := plain(p))]
    if code and fitting:
        return max(fitting, key=lambda pair: pair[0])[1]
    return next((area for area in listed if not area.ring and not area.postcodes), None)


def area_of_address(areas: Iterable[Area], address: Address) -> Area | None:
    """The same for an address; a postcode only its matched spelling has is not looked for."""
    return area_of(areas, address.place, address.postcode)


@lru_cache(maxsize=256)
def outline(area: Area) -> Polygon:
    """The polygon, in degrees; for covering and comparing, never for distances."""
    made = Polygon([(point.lon, point.lat) for point in area.ring])
    prepare(made)
    return made


def plain(postcode: str) -> str:
    """Without what people write between: "SW1A 1AA" and "sw1a1aa" are one."""
    return "".join(c for c in postcode.upper() if c.isalnum())


def _covers(area: Area, place: Place) -> bool:
    return bool(outline(area).covers(Point(place.lon, place.lat)))
