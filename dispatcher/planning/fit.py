"""Where one more stop fits into a round, found by asking the judge: for rounds whose times no short formula gives.

Those are rounds with a break, a vehicle that may load again, or goods fetched on the way. The floors of `lanes.py` say
in which order to ask, and when to stop asking. "Fits" means that no rule is broken more than it is now; waiting longer
than the depot likes is no rule in this sense.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import batched

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.schedule import Rule, Violation
from dispatcher.planning.ground import FAR
from dispatcher.planning.judge import Weight
from dispatcher.planning.lanes import Lanes, Prices
from dispatcher.planning.problem import Problem, Visit
from dispatcher.planning.standing import Standing, standings

_HARD = Weight._fields[:4]
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A place where a stop fits."""

    place: int
    extra_s: int
    """More driving."""
    standing: Standing
    """The round with the stop."""


class Fit:
    """One round as it is, and what the judge says of it with one more stop."""

    def __init__(self, problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId], first: int = 0) -> None:
        """`first` is the first place that may be taken."""
        self._problem, self._shift_id, self._sequence, self._first = problem, shift_id, tuple(sequence), first

    @cached_property
    def now(self) -> Standing:
        """The round as it is."""
        return standings(self._problem, [(self._shift_id, self._sequence)])[0]

    @cached_property
    def _lanes(self) -> Lanes:
        return Lanes.of(self._problem, {self._shift_id: self._sequence})

    def best(self, visit: Visit) -> Found | None:
        """The place of least weight where the stop fits."""
        prices, best = self._priced(visit), None
        extra_s = prices.ways.to_s + prices.ways.on_s - self._lanes.legs.s
        for places in batched(self._by_floor(prices, fitting=True), _AT_ONCE):
            if best and _floor(prices, places[0]) >= best.standing.weight:
                break
            for place, standing in self._tried(visit, places):
                if self._keeps(standing.weight) and (best is None or standing.weight < best.standing.weight):
                    best = Found(place, int(extra_s[place, 0]), standing)
        return best

    def nearest(self, visit: Visit) -> tuple[int, Violation]:
        """Where least is in the way of a stop that does not fit, and what that is; the amount is how much too much."""
        prices = self._priced(visit)
        places = self._by_floor(prices, fitting=False)[:_AT_ONCE]
        place, standing = min(self._tried(visit, places), key=lambda tried: tried[1].weight)
        worse = [
            replace(fault, amount=fault.amount - (known.amount if known else 0))
            for subject, fault in standing.broken.items()
            if fault.rule is not Rule.EARLY
            and ((known := self.now.broken.get(subject)) is None or fault.amount > known.amount)
        ]
        return place, worse[0]

    def _priced(self, visit: Visit) -> Prices:
        prices = self._lanes.price(visit, self._lanes.ground.reach(visit))
        prices.floors["barred"] += self.now.weight.barred + self._lanes.ground.barred(visit)
        return prices

    def _by_floor(self, prices: Prices, *, fitting: bool) -> list[int]:
        """Those first of which the floors say nothing."""
        there = prices.there.copy()
        there[: self._first] = False
        if fitting:
            for part in _HARD:
                there &= (prices.floors[part] <= getattr(self.now.weight, part)) | prices.unsure
        beyond_all = Weight(*[FAR] * len(Weight._fields))
        places = [place for _, place in prices.below([beyond_all], there, len(there))]
        return sorted(places, key=lambda place: not prices.unsure[place, 0])

    def _keeps(self, weight: Weight) -> bool:
        return all(getattr(weight, part) <= getattr(self.now.weight, part) for part in _HARD)

    def _tried(self, visit: Visit, places: Sequence[int]) -> list[tuple[int, Standing]]:
        rest = self._sequence
        tries = [(self._shift_id, (*rest[:place], visit.order_id, *rest[place:])) for place in places]
        return list(zip(places, standings(self._problem, tries), strict=True))


def _floor(prices: Prices, place: int) -> tuple[int, ...]:
    if prices.unsure[place, 0]:
        return ()
    return tuple(int(prices.floors[part][place, 0]) if part in prices.floors else 0 for part in Weight._fields)
