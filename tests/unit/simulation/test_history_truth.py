"""The laws of a made-up history: what follows from what, and how strongly."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dispatcher.domain.place import Place
from dispatcher.simulation.history_truth import (
    LIFT_S,
    PARCEL_S,
    SHUT,
    STAIR_S,
    Customer,
    Kind,
    Person,
    Truth,
    deal_people,
)

DEPOT = Place(60.166, 24.947)
TRUTH = Truth(1, DEPOT, people={"new": Person(novice=True)})
FLAT = Customer(1, Kind.FLAT, "Kim", "Row 1 2, 3rd floor", "Row 1 2", "10000", "Practice", DEPOT, floor=3)
NOON, WEDNESDAY = 12, 11


def at(hour: int, day: int = WEDNESDAY) -> datetime:
    return datetime(2026, 11, day, hour, 30, tzinfo=UTC)


def test_floors_and_parcels_take_their_time() -> None:
    factor = TRUTH.building(FLAT.building)
    ground = TRUTH.service_s(replace(FLAT, floor=0), 1, "", 10)
    assert TRUTH.service_s(FLAT, 1, "", 10) - ground == pytest.approx(3 * STAIR_S * factor)
    assert TRUTH.service_s(replace(FLAT, lift=True), 1, "", 10) - ground == pytest.approx(3 * LIFT_S * factor)
    assert TRUTH.service_s(replace(FLAT, floor=0), 4, "", 10) - ground == pytest.approx(3 * PARCEL_S * factor)


def test_a_building_is_the_same_on_all_days_and_another_is_another() -> None:
    assert TRUTH.building("Row 1 2") == Truth(1, Place(0, 0)).building("Row 1 2")
    assert len({TRUTH.building(f"Row 1 {n}") for n in range(20)}) == 20
    assert TRUTH.building("Row 1 2") != replace(TRUTH, seed=2).building("Row 1 2")


def test_somebody_new_learns() -> None:
    paces = [TRUTH.pace("new", worked) for worked in (0, 5, 20, 100)]
    assert paces == sorted(paces, reverse=True)
    assert paces[0] == pytest.approx(1.5)
    assert paces[-1] == pytest.approx(1.0, abs=0.001)


def test_rush_hours_are_slower_and_slowest_in_the_centre() -> None:
    far = Place(DEPOT.lat + 0.03, DEPOT.lon)
    for place in (DEPOT, far):
        assert TRUTH.travel(place, at(16)) > TRUTH.travel(place, at(13)) > TRUTH.travel(place, at(3))
    rush = [TRUTH.travel(place, at(16)) / TRUTH.zone(place) for place in (DEPOT, far)]
    assert rush[0] > rush[1]


def test_failures_go_by_hour_slot_attempt_and_shut_doors() -> None:
    noon = TRUTH.fails(FLAT, at(NOON), slot=False)
    assert TRUTH.fails(FLAT, at(17), slot=False) < noon
    assert TRUTH.fails(FLAT, at(NOON), slot=True) < noon
    assert TRUTH.fails(FLAT, at(NOON), slot=False, attempt=2) < noon
    shop = replace(FLAT, kind=Kind.BUSINESS)
    assert TRUTH.fails(shop, at(15), slot=False) < SHUT == TRUTH.fails(shop, at(16), slot=False)


def test_each_peculiarity_falls_to_one_driver_as_far_as_there_are_some() -> None:
    dealt = deal_people(5, [f"Driver {n}" for n in range(8)])
    for name in ("hurried", "late", "novice"):
        assert sum(getattr(person, name) for person in dealt.values()) == 1
    assert deal_people(5, ["Kim"]).keys() == {"Kim"}
    assert deal_people(5, list(dealt)) == dealt
