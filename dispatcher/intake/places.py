"""Where a row's visit is: its address and its coordinates. Finding an address on the map is not done here."""

from dataclasses import dataclass
from typing import Final

from dispatcher.domain.place import Address, Bounds, Place, Precision
from dispatcher.intake.fields import Field
from dispatcher.intake.row import RowView
from dispatcher.intake.values import coordinate_pair, number

FAR_DEGREES: Final = 1.0
"""So far beyond the region's edge a coordinate is more likely wrong than a long trip."""
FAR_M: Final = 300_000.0
"""The same from the depot, when there is no region."""


@dataclass(frozen=True, slots=True)
class Area:
    """Roughly where a depot's customers live."""

    bounds: Bounds | None = None
    depot: Place | None = None

    @property
    def known(self) -> bool:
        """Whether there is anything to compare with."""
        return self.bounds is not None or self.depot is not None

    def near(self, place: Place) -> bool:
        """Whether the place may well be a customer's."""
        if self.bounds is not None:
            b, far = self.bounds, FAR_DEGREES
            return b.south - far <= place.lat <= b.north + far and b.west - far <= place.lon <= b.east + far
        return self.depot is None or self.depot.distance_m(place) <= FAR_M


def address_of(row: RowView, area: Area) -> Address | None:
    """The row's address, with a pin if it has coordinates; `None` if it has neither (which is not noted)."""
    line = _line(row)
    pair = coordinate_pair(line) if line else None
    place = _place(row, area, pair)
    if place is None and (not line or pair):
        return None
    return Address(
        line=_coordinates(place) if place and (not line or pair) else line,
        postcode=row.text(Field.POSTCODE),
        city=row.text(Field.CITY),
        country=", ".join(part for part in (row.text(Field.STATE), row.text(Field.COUNTRY)) if part),
        place=place,
        precision=Precision.PIN if place else Precision.NONE,
    )


def is_only_coordinates(address: Address) -> bool:
    """Whether its words are but its place, for want of others."""
    return address.place is not None and address.line == _coordinates(address.place)


def _coordinates(place: Place) -> str:
    return f"{place.lat:.5f}, {place.lon:.5f}"


def _line(row: RowView) -> str:
    street, house = row.text(Field.ADDRESS), row.text(Field.HOUSE_NUMBER)
    line = " ".join(part for part in (street, house) if part) if street else ""
    return line or row.text(Field.ADDRESS_2) or row.text(Field.PLACE_NAME)


def second_line(row: RowView) -> str:
    """Flat, floor, entrance: what helps at the door and hinders in finding the house."""
    second = row.text(Field.ADDRESS_2)
    return second if row.text(Field.ADDRESS) else ""


def _place(row: RowView, area: Area, in_address: tuple[float, float] | None) -> Place | None:
    faults = len(row.errors)
    field, degrees = _degrees(row, in_address)
    if degrees is None or len(row.errors) > faults:
        return None
    lat, lon = degrees
    if lat == 0 and lon == 0:
        # Exports write 0, 0 for "not known"; nobody delivers to the Gulf of Guinea
        return None
    place, swapped = _as_place(lat, lon), _as_place(lon, lat)
    if swapped and area.known and area.near(swapped) and not (place and area.near(place)):
        row.fail(
            field,
            f"Latitude {lat:g} and longitude {lon:g} are far away; the other way round they are in the region.",
            "Swap the two.",
        )
    elif place is None:
        row.fail(field, f"{lat:g}, {lon:g} is not on Earth.", "Latitude lies in ±90, longitude in ±180 degrees.")
    return place


def _degrees(row: RowView, in_address: tuple[float, float] | None) -> tuple[Field, tuple[float, float] | None]:
    lat, lon = row.read(Field.LAT, number, None), row.read(Field.LON, number, None)
    if lat is not None and lon is not None:
        return Field.LAT, (lat, lon)
    if (lat is None) != (lon is None) and not row.errors:
        missing = Field.LAT if lat is None else Field.LON
        row.fail(missing, "Only one of latitude and longitude is given.", "Fill in both, or neither.")
    if words := row.text(Field.COORDINATES):
        pair = coordinate_pair(words)
        if pair is None:
            row.fail(Field.COORDINATES, f"“{words}” is no pair of coordinates.", "Write 60.1699, 24.9384.")
        return Field.COORDINATES, pair
    return Field.ADDRESS, in_address


def _as_place(lat: float, lon: float) -> Place | None:
    try:
        return Place(lat, lon)
    except ValueError:
        return None
