"""What is out of the ordinary on a simulated day, and to whom it falls.

Each thing befalls one driver, dealt out by the seed; with fewer drivers than things, some do not happen.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatcher.domain.place import Place


class Fate(StrEnum):
    """Something a dispatcher should notice."""

    STANDS = "stands for long between two stops"
    ASTRAY = "goes off the route for some kilometres"
    CLOCK = "has a phone whose clock is wrong"
    MOCK = "has a phone that makes its positions up"
    BATTERY = "has a phone that runs down"
    LATE = "leaves late"


class Dice(random.Random):
    """A random source of its own for everything that is decided: what one decision draws moves no other."""

    def __init__(self, *of: object) -> None:
        """The same words give the same throws, on every machine."""
        super().__init__("/".join(map(str, of)))


YARD_M = 60.0


@dataclass(frozen=True, slots=True)
class DeadZone:
    """A circle without signal."""

    centre: Place
    radius_m: float


def deal(seed: int, driver_ids: Sequence[str], fates: Collection[Fate] = tuple(Fate)) -> dict[str, frozenset[Fate]]:
    """Who has to live with what; nobody with more than needs be."""
    dealt: dict[str, set[Fate]] = {driver_id: set() for driver_id in driver_ids}
    dice = Dice(seed, "fates")
    order, dealing = sorted(driver_ids), sorted(fates)
    dice.shuffle(order)
    dice.shuffle(dealing)
    for driver_id, fate in zip(order, dealing, strict=False):
        dealt[driver_id].add(fate)
    return {driver_id: frozenset(each) for driver_id, each in dealt.items()}


def dead_zones(seed: int, places: Sequence[Place], depot: Place) -> tuple[DeadZone, ...]:
    """Around one place in twelve, up to six of them; none reaches the depot, where phones are switched on."""
    dice = Dice(seed, "dead zones")
    chosen = dice.sample(list(places), min(6, len(places) // 12 + (len(places) > 2)))
    zones = (DeadZone(place, dice.uniform(80, 250)) for place in chosen)
    return tuple(zone for zone in zones if zone.centre.distance_m(depot) > zone.radius_m + YARD_M)
