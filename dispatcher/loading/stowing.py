"""Where in the van the goods of each stop lie, and so in which order they are loaded. A simple rule, on purpose.

Last in, first out: what is delivered last goes in first, by the cab; what is delivered first lies by the doors. The
hold is cut into three by what fills it. Within each part the heavy lies on the floor, and either side of the aisle is
filled so that both weigh about the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, Order

HEAVY_KG = 12.0
"""A piece from here on is not lifted to a shelf: about what most guides allow at shoulder height."""


class Depth(StrEnum):
    """How far in."""

    CAB = "cab"
    MIDDLE = "middle"
    DOORS = "doors"


class Side(StrEnum):
    """Of the aisle, looking forward."""

    LEFT = "left"
    RIGHT = "right"


class Level(StrEnum):
    """How high."""

    FLOOR = "floor"
    SHELF = "shelf"


@dataclass(frozen=True, slots=True)
class Stowed:
    """One stop's goods in the van."""

    order_id: OrderId
    turn: int
    """Which stop of the round it is, from 1."""
    depth: Depth
    side: Side
    level: Level

    @property
    def words(self) -> str:
        """As people say it: "Cab, left, floor"."""
        return f"{self.depth.value}, {self.side.value}, {self.level.value}".capitalize()


def stowing(stops: Sequence[tuple[int, Order]]) -> tuple[Stowed, ...]:
    """Places for the goods of these stops, each with its turn, in the order of delivery; in the order of loading."""
    sizes = _sizes([order.load for _, order in stops])
    whole = sum(sizes) or 1.0
    weights = dict.fromkeys(Side, 0.0)
    behind, found = 0.0, []
    for (turn, order), size in sorted(zip(stops, sizes, strict=True), key=lambda p: -p[0][0]):
        share = (behind + size / 2) / whole
        behind += size
        side = min(Side, key=lambda s: weights[s])
        weights[side] += order.load.kg
        depth = Depth.CAB if share < 1 / 3 else Depth.MIDDLE if share < 2 / 3 else Depth.DOORS
        found.append(Stowed(order.id, turn, depth, side, _level(order.load)))
    return tuple(found)


def _sizes(loads: Iterable[Load]) -> list[float]:
    """What each takes of the hold: litres where they are known, else parcels; something always."""
    loads = list(loads)
    by_litres = any(load.litres for load in loads)
    return [max(load.litres if by_litres else float(load.parcels), 0.5) for load in loads]


def _level(load: Load) -> Level:
    each = load.kg / max(1, load.parcels)
    return Level.FLOOR if each >= HEAVY_KG else Level.SHELF
