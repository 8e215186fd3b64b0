"""Places, addresses and how precisely they are known."""

import math
from dataclasses import dataclass
from enum import IntEnum

EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point on Earth in degrees, WGS 84."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat) and math.isfinite(self.lon)):
            raise ValueError(f"latitude and longitude must be numbers, not {self.lat}, {self.lon}")
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"latitude must lie in ±90 and longitude in ±180, not {self.lat}, {self.lon}")

    def distance_m(self, other: "Place") -> float:
        """Great-circle distance in metres (haversine, mean Earth radius of the IUGG)."""
        lat1, lat2 = math.radians(self.lat), math.radians(other.lat)
        dlat, dlon = lat2 - lat1, math.radians(other.lon - self.lon)
        h = math.sin(dlat / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(dlon / 2) ** 2
        return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle of degrees that does not cross the antimeridian."""

    south: float
    west: float
    north: float
    east: float

    def contains(self, place: Place) -> bool:
        """Whether the place lies inside or on the edge."""
        return self.south <= place.lat <= self.north and self.west <= place.lon <= self.east

    @property
    def centre(self) -> Place:
        """The middle of the rectangle."""
        return Place((self.south + self.north) / 2, (self.west + self.east) / 2)


class Precision(IntEnum):
    """How an address became a place; the larger, the better known."""

    NONE = 0
    """Not found, or not looked for yet."""
    AREA = 1
    """Only the town, district or postcode."""
    STREET = 2
    """The street, not the house."""
    INTERPOLATED = 3
    """Between two known house numbers of the street, or at a neighbouring number."""
    HOUSE = 4
    """The house number itself, or a named place of interest."""
    PIN = 5
    """Set by a person, or coordinates that came with the order."""

    @property
    def doubtful(self) -> bool:
        """Whether a person should look before a driver is sent."""
        return self < Precision.INTERPOLATED


@dataclass(frozen=True, slots=True)
class Address:
    """Where to go: the words as they came, and the place once known."""

    line: str
    """Street and number, or the whole address in one line."""
    postcode: str = ""
    city: str = ""
    country: str = ""
    place: Place | None = None
    precision: Precision = Precision.NONE
    matched: str = ""
    """The address index's own spelling of what it found."""

    @property
    def text(self) -> str:
        """All of it in one line, for people and for the geocoder."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (self.line, town, self.country) if part)

    @property
    def doubtful(self) -> bool:
        """Whether this address belongs on the review list."""
        return self.place is None or self.precision.doubtful


@dataclass(frozen=True, slots=True)
class Found:
    """One answer of the geocoder, in the address index's own spelling."""

    label: str
    """One line for people: "Templergraben 57, 52062 Aachen"."""
    place: Place
    precision: Precision
    score: float
    """0-100: how well the words fit."""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    city: str = ""
