"""Which area an address belongs to."""

import pytest

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Address, Place
from dispatcher.domain.slots import Area, AreaId, SlotBook
from dispatcher.slots.areas import area_of, area_of_address
from dispatcher.slots.sense import require_area


def square(lat: float, lon: float, half: float) -> tuple[Place, ...]:
    return tuple(Place(lat + a * half, lon + b * half) for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1)))


WIDE = Area(AreaId("wide"), "Wide", ring=square(50.78, 6.08, 0.1))
CORE = Area(AreaId("core"), "Core", ring=square(50.78, 6.08, 0.01))
NORTH = Area(AreaId("north"), "North", ("520",))
MARKET = Area(AreaId("market"), "Market", ("52 062",))
REST = Area(AreaId("rest"), "Rest")
ALL = (WIDE, CORE, NORTH, MARKET, REST)


@pytest.mark.parametrize(
    ("place", "postcode", "area"),
    [
        (Place(50.78, 6.08), "52062", CORE),
        (Place(50.85, 6.08), "52062", WIDE),
        (Place(51.0, 6.08), "52062", MARKET),
        (None, "52070", NORTH),
        (None, "10115", REST),
        (None, "", REST),
    ],
)
def test_polygons_go_before_postcodes_and_the_nearer_before_the_wider(
    place: Place | None, postcode: str, area: Area
) -> None:
    assert area_of(ALL, place, postcode) is area
    assert area_of_address(ALL, Address("X", postcode, place=place)) is area


def test_no_area_has_what_none_covers() -> None:
    assert area_of((WIDE, NORTH), Place(10.0, 10.0), "99999") is None
    assert area_of((NORTH,), None, "") is None


@pytest.mark.parametrize(
    "area",
    [
        Area(AreaId("x"), " "),
        Area(AreaId("x"), "core"),
        Area(AreaId("x"), "Line", ring=(Place(1, 1), Place(2, 2))),
        Area(AreaId("x"), "Bow", ring=(Place(0, 0), Place(1, 1), Place(1, 0), Place(0, 1))),
        Area(AreaId("x"), "Twice", ("52062",)),
        Area(AreaId("x"), "Empty", (" -",)),
        Area(AreaId("x"), "Everything"),
    ],
)
def test_an_area_that_makes_no_sense_is_refused(area: Area) -> None:
    with pytest.raises(BadInput):
        require_area(SlotBook({a.id: a for a in ALL}), area)


def test_an_area_may_be_kept_as_it_is() -> None:
    for area in ALL:
        require_area(SlotBook({a.id: a for a in ALL}), area)
