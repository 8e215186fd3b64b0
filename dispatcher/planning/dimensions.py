"""What fills a vehicle in PyVRP's words: goods along three axes, and counts of stops that work like goods.

- Dimensions that can never overflow are left out; the greatest common divisor is taken out of the rest.
- The most stops of a shift is one dimension in which every order takes one unit.
- A gate is one more: the orders behind it take one unit, vehicles that may not serve them have none.
- Behind a fixed head goods take two dimensions: what the head has collected stays on board, and what it has delivered
  was on board together with all that is still to be delivered.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.eligible import Eligible
from dispatcher.planning.fixed import Rest
from dispatcher.planning.problem import Round, Visit


class What(Enum):
    """What a load dimension counts."""

    GOODS = "goods"
    """Which collections bring in and deliveries take out."""
    BROUGHT = "brought"
    """Goods of deliveries, as if nothing were collected."""
    MEMBERS = "members"
    """One unit for each of some orders."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One load dimension."""

    what: What
    capacity: list[int]
    """Of each vehicle type."""
    members: frozenset[OrderId] = frozenset()
    axis: int = -1
    divisor: int = 1
    initial: tuple[int, ...] = ()
    """On board where a round begins."""

    def begins_with(self, number: int) -> int:
        """What a vehicle of this type has on board where its round begins; PyVRP knows no more than its capacity."""
        return min(self.initial[number], self.capacity[number]) if self.initial else 0

    def demand(self, visit: Visit) -> int:
        """How much the order takes."""
        if self.what is What.MEMBERS:
            return int(visit.order_id in self.members)
        if self.what is What.BROUGHT and visit.collects:
            return 0
        return visit.load[self.axis] // self.divisor

    def between(self, pickup: Visit, delivery: Visit) -> int:
        """How much a pair takes between its two stops; of a count of stops it takes two, though only there."""
        if self.what is What.MEMBERS:
            return self.demand(pickup) + self.demand(delivery)
        return max(pickup.load[self.axis], delivery.load[self.axis]) // self.divisor


def dimensions(eligible: Eligible) -> list[Dimension]:
    """All that some vehicle could have too little of."""
    duties = [kind.duty for kind in eligible.kinds]
    rests = [eligible.rests.get(duty.shift_id) for duty in duties]
    found = [d for axis in range(3) for d in _goods(axis, eligible.visits, duties, rests)]
    room = [_stops_left(duty, eligible.rests, len(eligible.visits)) for duty in duties]
    if any(limit < len(eligible.visits) for limit in room):
        found.append(Dimension(What.MEMBERS, room, frozenset(eligible.allowed)))
    if not eligible.as_matrices:
        found += [_gate(eligible, bits) for bits in sorted(eligible.sets)]
    return found


def _stops_left(duty: Round, rests: Mapping[ShiftId, Rest], most: int) -> int:
    if duty.max_stops is None:
        return most
    rest = rests.get(duty.shift_id)
    return max(0, duty.max_stops - (0 if rest is None else len(rest.head)))


def _goods(
    axis: int, visits: Sequence[Visit], duties: Sequence[Round], rests: Sequence[Rest | None]
) -> Iterator[Dimension]:
    aboard = [0 if rest is None else rest.aboard[axis] for rest in rests]
    sent = [0 if rest is None else rest.sent[axis] for rest in rests]
    loads = [visit.load[axis] for visit in visits]
    free = [duty.capacity[axis] - max(a, b) for duty, a, b in zip(duties, aboard, sent, strict=True)]
    if not any(loads) or sum(loads) <= min(free, default=0):
        return
    divisor = math.gcd(*loads)
    capacity = [duty.capacity[axis] // divisor for duty in duties]
    yield Dimension(What.GOODS, capacity, axis=axis, divisor=divisor, initial=_shares(aboard, divisor))
    to_bring = sum(visit.load[axis] for visit in visits if not visit.collects)
    if any(b > a and duty.capacity[axis] < b + to_bring for duty, a, b in zip(duties, aboard, sent, strict=True)):
        yield Dimension(What.BROUGHT, capacity, axis=axis, divisor=divisor, initial=_shares(sent, divisor))


def _gate(eligible: Eligible, bits: int) -> Dimension:
    behind = frozenset(order_id for order_id, allowed in eligible.allowed.items() if allowed == bits)
    open_to = [len(behind) if bits >> k & 1 else 0 for k in range(len(eligible.kinds))]
    return Dimension(What.MEMBERS, open_to, behind)


def _shares(amounts: Sequence[int], divisor: int) -> tuple[int, ...]:
    return tuple(-(-amount // divisor) for amount in amounts)
