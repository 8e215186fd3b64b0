"""What is out of the ordinary on a simulated day, and to whom it falls.

Each thing befalls one driver, dealt out by the seed; with fewer drivers than things, some do not happen.
"""

import random
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class DeadZone:
    """A circle without signal."""

    centre: Place
    radius_m: float


def deal(seed: int, driver_ids: Sequence[str]) -> dict[str, frozenset[Fate]]:
    """Who has to live with what; nobody with more than needs be."""
    dealt: dict[str, set[Fate]] = {driver_id: set() for driver_id in driver_ids}
    dice = Dice(seed, "fates")
    order, fates = sorted(driver_ids), list(Fate)
    dice.shuffle(order)
    dice.shuffle(fates)
    for driver_id, fate in zip(order, fates, strict=False):
        dealt[driver_id].add(fate)
    return {driver_id: frozenset(fates) for driver_id, fates in dealt.items()}


def dead_zones(seed: int, places: Sequence[Place]) -> tuple[DeadZone, ...]:
    """Around one place in twelve, up to six of them."""
    dice = Dice(seed, "dead zones")
    chosen = dice.sample(list(places), min(6, len(places) // 12 + (len(places) > 2)))
    return tuple(DeadZone(place, dice.uniform(80, 250)) for place in chosen)
