"""The customers of a made-up history, and what they order on a day. Pure: seed and houses say who lives where."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Contact, Load, Order, OrderLine
from dispatcher.domain.place import EARTH_RADIUS_M, Address, Found, Place, Precision
from dispatcher.domain.slots import SlotRule, window_of
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.history_truth import Customer, Kind

POPULATION = 2_500
REACH_M = 6_000.0
"""The farthest that customers live from the depot."""
TRIES = 12
"""Places looked at for each house that is wanted; where a region has too few houses, more live in each."""
SENDER = "Practice shop"
KINDS = {Kind.HOUSE: 22, Kind.FLAT: 54, Kind.BUSINESS: 12, Kind.SHOP: 6, Kind.SCHOOL: 3, Kind.CARE: 3}
FLOORS = ("ground floor", "1st floor", "2nd floor", "3rd floor", "4th floor", "5th floor", "6th floor")
FIRST = (
    "Aino",
    "Eero",
    "Helmi",
    "Onni",
    "Sofia",
    "Väinö",
    "Venla",
    "Elias",
    "Noora",
    "Marta",
    "Pavel",
    "Leïla",
    "Jonas",
)
LAST = ("Korhonen", "Laine", "Weber", "Ünal", "Novák", "Berg", "Salo", "Moreau", "Rossi", "Kallio", "Niemi", "Haas")
TRADES = ("Print", "Cycle", "Bike", "Timber", "Sound", "North", "Harbour", "Bright", "Paper", "Lens")
NAMES = {
    Kind.BUSINESS: ("{trade} Oy, reception", "{trade} Ltd, office"),
    Kind.SHOP: ("{trade} shop", "{trade} Café", "Pharmacy {trade}"),
    Kind.SCHOOL: ("{trade} School", "Kindergarten {trade}"),
    Kind.CARE: ("{trade} Clinic", "Nursing home {trade}"),
}
LIFTS = 0.45
"""Share of houses of flats that have one."""
SLOTTED = 0.45
"""Share of orders whose customer chose a slot."""
PHONED = 0.8
PARCELS = (1, 1, 1, 1, 2, 2, 3, 4)
BULKY = (1, 2, 2, 3, 4, 6)
"""Parcels of those who are no homes."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order, who wants it, and the slot they chose."""

    order: Order
    customer: Customer
    rule: SlotRule | None = None


def houses_around(depot: Place, reverse: Callable[[Place], Found | None] | None, count: int, seed: int) -> list[Found]:
    """So many houses with their addresses; made-up streets where no address index is at hand."""
    dice, found = Dice(seed, "houses"), dict[str, Found]()
    for place in (_near(depot, dice) for _ in range(count * TRIES)):
        if len(found) >= count:
            break
        house = reverse(place) if reverse else _made_up(depot, place)
        if house and house.house_number and house.place.distance_m(depot) <= REACH_M:
            found.setdefault(f"{house.street} {house.house_number}", house)
    return list(found.values())


def _near(depot: Place, dice: Dice) -> Place:
    """Anywhere around, denser towards the depot."""
    away_deg, way = math.degrees(REACH_M * dice.random() ** 0.75 / EARTH_RADIUS_M), dice.uniform(0, 2 * math.pi)
    return Place(
        depot.lat + away_deg * math.cos(way), depot.lon + away_deg * math.sin(way) / math.cos(math.radians(depot.lat))
    )


def _made_up(depot: Place, place: Place) -> Found:
    """A house on a grid of streets, 220 m apart."""
    row, column = round((place.lat - depot.lat) * 500), round((place.lon - depot.lon) * 250)
    street, number = f"Row {row + 50}", str(1 + abs(column) * 2 + (column < 0))
    at = Place(depot.lat + row / 500, depot.lon + column / 250)
    return Found(f"{street} {number}", at, Precision.HOUSE, 100.0, street, number, "10000", "Practice")


def population(houses: Sequence[Found], seed: int, count: int = POPULATION) -> list[Customer]:
    """Who lives and works in these houses: several in each house of flats, and more where houses are few."""
    customers: list[Customer] = []
    kinds, weights = list(KINDS), list(KINDS.values())
    for turn in range(count):
        house = houses[turn % len(houses)]
        dice = Dice(seed, "house", house.street, house.house_number)
        kind, top, lift = dice.choices(kinds, weights)[0], dice.randint(2, 6), dice.random() < LIFTS
        households = dice.randint(2, 4) if kind is Kind.FLAT else 1
        for each in range(min(households, count - len(customers))):
            customers.append(_customer(len(customers), house, kind, top, lift, Dice(seed, "who", turn, each)))
        if len(customers) >= count:
            break
    return customers


def _customer(n: int, house: Found, kind: Kind, top: int, lift: bool, dice: Dice) -> Customer:
    building = f"{house.street} {house.house_number}"
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
    if not kind.home:
        name = dice.choice(NAMES[kind]).format(trade=dice.choice(TRADES))
    floor = dice.randint(0, top) if kind is Kind.FLAT else 0
    notes = "Detached house." if kind is Kind.HOUSE else ""
    if kind is Kind.FLAT:
        notes = "Lift." if lift else "No lift."
    return Customer(
        n=n,
        kind=kind,
        name=name,
        line=f"{building}, {FLOORS[floor]}" if kind is Kind.FLAT else building,
        building=building,
        postcode=house.postcode,
        city=house.city,
        place=house.place,
        floor=floor,
        lift=lift,
        notes=notes,
        phone=f"040 555 {dice.randint(0, 9999):04}" if dice.random() < PHONED else "",
    )


def orders_on(
    on: date, customers: Sequence[Customer], count: int, rules: Sequence[tuple[SlotRule, int]], service_s: int,
    zone: ZoneInfo, seed: int,
) -> Iterator[Ordered]:  # fmt: skip
    """So many orders of one date. `rules`: the slots that can be chosen, and how many places each has left."""
    dice, left = Dice(seed, "orders", on), {rule.id: places for rule, places in rules}
    weights = [1.6 if not customer.kind.home else 1.0 for customer in customers]
    chosen = dict.fromkeys(customer.n for customer in dice.choices(customers, weights, k=2 * count))
    for turn, n in enumerate(list(chosen)[:count], 1):
        customer = customers[n]
        free = [rule for rule, _ in rules if left[rule.id] > 0]
        rule = dice.choice(free) if free and dice.random() < SLOTTED else None
        order = _order(f"{on:%y%m%d}-{turn:03}", on, customer, service_s, dice)
        if rule:
            left[rule.id] -= 1
            order = replace(order, windows=(window_of(rule, None, on, zone),))
        yield Ordered(order, customer, rule)


def _order(number: str, on: date, customer: Customer, service_s: int, dice: Dice) -> Order:
    parcels = dice.choice(PARCELS if customer.kind.home else BULKY)
    load = Load(
        round(parcels * dice.uniform(0.5, 3.5), 1), round(parcels * dice.uniform(4, 20)), parcels
    )  # a cargo bike takes twenty of them
    at, label = customer.place, f"{customer.building}, {customer.postcode} {customer.city}".strip(" ,")
    return Order(
        id=OrderId(new_id()),
        number=number,
        date=on,
        address=Address(customer.line, customer.postcode, customer.city, "", at, Precision.HOUSE, label),
        sender=SENDER,
        contact=Contact(customer.name, customer.phone),
        service_s=service_s,
        load=load,
        lines=(OrderLine("Parcel", float(parcels)),),
        notes=customer.notes,
    )
