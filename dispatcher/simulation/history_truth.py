"""The laws of a made-up depot's history: how long doors take, how slow roads are, how often nobody opens.

Pure: everything follows from the seed. Nothing else in Roundhouse knows these laws; what is learned from a history can
be held against them. They are told in `docs/simulation.md`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatcher.domain.place import Place
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.streets import HOURS
from dispatcher.tracking.learning import geohash


class Kind(StrEnum):
    """What kind of address a customer has."""

    HOUSE = "house"
    FLAT = "flat"
    BUSINESS = "business"
    SHOP = "shop"
    SCHOOL = "school"
    CARE = "care"

    @property
    def home(self) -> bool:
        """Whether somebody lives there who may be out."""
        return self in (Kind.HOUSE, Kind.FLAT)


SERVICE_S: Mapping[Kind, float] = {
    Kind.HOUSE: 65, Kind.FLAT: 80, Kind.BUSINESS: 130, Kind.SHOP: 95, Kind.SCHOOL: 230, Kind.CARE: 290,
}  # fmt: skip
"""One parcel at the ground floor, by an average driver in an average building."""
STAIR_S, LIFT_S = 34.0, 9.0
"""More for each floor, without a lift and with one."""
PARCEL_S = 16.0
"""More for each parcel after the first."""
BUSY: Mapping[Kind, Mapping[int, float]] = {
    Kind.BUSINESS: {12: 1.35, 13: 1.25},
    Kind.SHOP: {11: 1.15, 12: 1.3, 16: 1.3, 17: 1.3},
    Kind.SCHOOL: {8: 1.4, 9: 1.2},
    Kind.CARE: {12: 1.3},
}
"""Times as long in these hours of the depot's clock."""
BUILDING_SPREAD = 0.25
"""Standard deviation of the log of a building's own factor, the same on all days."""

FAILS: Mapping[Kind, float] = {
    Kind.HOUSE: 0.05, Kind.FLAT: 0.075, Kind.BUSINESS: 0.015, Kind.SHOP: 0.012, Kind.SCHOOL: 0.012, Kind.CARE: 0.006,
}  # fmt: skip
"""Chance that a first attempt fails, before hour, weekday, slot and customer."""
OUT: Sequence[tuple[int, float]] = ((0, 0.4), (9, 1.0), (11, 2.2), (14, 1.2), (16, 0.4))
"""From this hour on, times as often nobody at home."""
CLOSES: Mapping[Kind, int] = {Kind.BUSINESS: 16, Kind.SHOP: 18, Kind.SCHOOL: 14}
"""From this hour on, doors are shut in `SHUT` of attempts."""
SHUT = 0.45
WEEKDAYS = (1.1, 1.0, 1.0, 1.0, 0.8, 0.7, 0.7)
CHOSE_SLOT, AGAIN = 0.3, 0.4
"""Times as often with a slot that the customer chose, and at a later attempt."""
CUSTOMER_SPREAD = 1.0
MOST = 0.85

CENTRE_M = 1_500.0
CENTRE_RUSH = 1.5
"""Times as much of what rush hours add, around the depot's town."""
ZONES = 0.92, 1.18
LEG_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Person:
    """What is particular of one driver."""

    pace: float = 1.0
    """Service time over an average driver's."""
    drives: float = 1.0
    """Driving time over an average driver's."""
    hurried: bool = False
    """Says that all is done before being there, now and then, and asks for no names."""
    late: bool = False
    """Leaves late on most days."""
    novice: bool = False
    """Takes half as long again at first, and learns."""


LEARNS_DAYS = 12.0
"""After so many days a novice lacks 37 % of what was lacking at first."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who orders again and again."""

    n: int
    kind: Kind
    name: str
    line: str
    """Address line, with the floor of a flat."""
    building: str
    """Street and number."""
    postcode: str
    city: str
    place: Place
    floor: int = 0
    lift: bool = False
    notes: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """The laws with what chance gave this depot."""

    seed: int
    centre: Place
    noise: float = 0.2
    """Standard deviation of the log of one stop's time besides all that is known."""
    people: Mapping[str, Person] = field(default_factory=dict)
    """By the driver's id."""

    def service_s(self, customer: Customer, parcels: int, driver_id: str, hour: int, worked: int = 99) -> float:
        """Seconds from the van and back to it, without chance. `worked`: days the driver has worked here before."""
        floors = customer.floor * (LIFT_S if customer.lift else STAIR_S)
        base_s = SERVICE_S[customer.kind] + floors + PARCEL_S * (max(1, parcels) - 1)
        busy = BUSY.get(customer.kind, {}).get(hour, 1.0)
        return base_s * busy * self.building(customer.building) * self.pace(driver_id, worked)

    def building(self, building: str) -> float:
        """A building's own factor."""
        return min(2.0, Dice(self.seed, "building", building).lognormvariate(0, BUILDING_SPREAD))

    def pace(self, driver_id: str, worked: int) -> float:
        """A driver's own factor."""
        person = self.people.get(driver_id, Person())
        return person.pace * (1 + 0.5 * math.exp(-worked / LEARNS_DAYS) if person.novice else 1.0)

    def travel(self, place: Place, local: datetime) -> float:
        """Driving time over free flow around a place, by an average driver; `local` is the depot's wall clock."""
        rush = HOURS[local.hour] - 1.0
        centre = place.distance_m(self.centre) < CENTRE_M
        return (1 + rush * (CENTRE_RUSH if centre and rush > 0 else 1.0)) * self.zone(place)

    def zone(self, place: Place) -> float:
        """A district's own factor: a geohash of five characters."""
        return Dice(self.seed, "zone", geohash(place)).uniform(*ZONES)

    def fails(self, customer: Customer, local: datetime, *, slot: bool, attempt: int = 1) -> float:
        """The chance that an attempt fails at this moment of the depot's wall clock."""
        if local.hour >= CLOSES.get(customer.kind, 24):
            return SHUT
        out = [times for hour, times in OUT if local.hour >= hour][-1] if customer.kind.home else 1.0
        own = Dice(self.seed, "customer", customer.n).lognormvariate(-(CUSTOMER_SPREAD**2) / 2, CUSTOMER_SPREAD)
        chance = FAILS[customer.kind] * out * WEEKDAYS[local.weekday()] * own
        return min(MOST, chance * (CHOSE_SLOT if slot else 1.0) * (AGAIN if attempt > 1 else 1.0))

    def told(self) -> dict[str, Any]:
        """Seed and parameters, JSON-ready."""
        return {
            "seed": self.seed,
            "noise": self.noise,
            "leg_spread": LEG_SPREAD,
            "service_s": {kind.value: seconds for kind, seconds in SERVICE_S.items()},
            "stair_s": STAIR_S,
            "lift_s": LIFT_S,
            "parcel_s": PARCEL_S,
            "busy": {kind.value: {str(h): f for h, f in hours.items()} for kind, hours in BUSY.items()},
            "fails": {kind.value: chance for kind, chance in FAILS.items()},
            "people": {driver_id: asdict(person) for driver_id, person in self.people.items()},
        }


def deal_people(seed: int, driver_ids: Sequence[str]) -> dict[str, Person]:
    """Everybody has a pace of their own; one is hurried, one late, one new, as far as there are drivers."""
    dice = Dice(seed, "people")
    fates: list[dict[str, Any]] = [{"hurried": True}, {"late": True}, {"novice": True}]
    paces = [(min(1.35, max(0.75, dice.lognormvariate(0, 0.13))), dice.uniform(0.95, 1.08)) for _ in driver_ids]
    order = dice.sample(range(len(driver_ids)), len(driver_ids))
    fated = dict(zip(order, fates, strict=False))
    return {
        driver_id: Person(round(pace, 3), round(drives, 3), **fated.get(n, {}))
        for n, (driver_id, (pace, drives)) in enumerate(zip(driver_ids, paces, strict=True))
    }
