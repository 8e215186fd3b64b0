"""What every shift on duty would make of some stops in the hand: at their best places, judged exactly, best first.

The stops leave their present routes first, then each shift in turn is given them all; a shift that has them already
takes them at their best places too. Nothing goes where a driver has been already, nor before the freeze line: only a
hand that points at a place there (`Hand.at`) puts it there. For one stop no other place by the judge is better. Several
are put in one after the other, the hardest first, each where the floors of `lanes.py` are lowest, and the result is
judged.
"Better" is the `Weight` of all routes touched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.schedule import Rule, Violation
from dispatcher.planning.ground import FAR
from dispatcher.planning.judge import Candidate, Weight
from dispatcher.planning.lanes import Lanes, Prices
from dispatcher.planning.problem import NOWHERE, Problem, Sequences, Visit
from dispatcher.planning.sharpen import sharpen
from dispatcher.planning.standing import Remembered, Standing, Tally, find_late, standings

_AT_ONCE = 2
"""Places of a round that the judge weighs together: the lowest is nearly always the best."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one shift would make of the stops: differences to the plan as it stands, over all routes touched."""

    shift_id: ShiftId
    sequence: tuple[OrderId, ...]
    """The shift's whole route afterwards."""
    duration_s: int
    distance_m: int
    cost: int
    """Minor currency units."""
    late: int
    """Stops that are late then and are not now."""
    late_s: int
    breaks: tuple[Violation, ...]
    """Rules that are broken then and are not now; a stop that is late now and late elsewhere then counts too."""
    worse: tuple[Violation, ...]
    """Rules that are broken now and more so then; the amount is how much more."""
    mends: int
    """Rules that are broken now and not then."""
    loaded: int
    """How many of the stops have their goods in another shift's vehicle already."""
    handling_s: int
    """What handing those goods over takes, less what it takes as planned now."""
    weight: Weight
    """The difference by which offers are ranked; its cost is `cost`."""


def rank(problem: Problem, sequences: Sequences, order_ids: Iterable[OrderId]) -> list[Offer]:
    """One offer for every shift that has a sequence, best first; equals in the order of the sequences.

    Raises `KeyError` for an order or a shift that does not belong to the day.
    """
    return Hand(problem, sequences, order_ids).offers()


class Hand:
    """Stops in the hand, and the plan they came from. What is worked out is kept; any thread may read."""

    def __init__(
        self,
        problem: Problem,
        sequences: Sequences,
        order_ids: Iterable[OrderId],
        remembered: Remembered | None = None,
    ) -> None:
        """`remembered` knows how rounds stand from the drag before. Raises `KeyError` as `rank` does."""
        self.problem = problem
        self.order_ids = tuple(dict.fromkeys(order_ids))
        self._visits = [problem.visits[order_id] for order_id in self.order_ids]
        routes = {shift_id: tuple(sequence) for shift_id, sequence in sequences.items()}
        leaving = set(self.order_ids)
        self.left = {
            s: sequence if leaving.isdisjoint(sequence) else tuple(o for o in sequence if o not in leaving)
            for s, sequence in routes.items()
        }
        """The routes without them."""
        self.givers = tuple(s for s, sequence in routes.items() if len(sequence) > len(self.left[s]))
        """The shifts that have any of them now."""
        self._now = (remembered or Remembered(problem)).of(routes)
        given = standings(problem, [(shift_id, self.left[shift_id]) for shift_id in self.givers])
        self._left = dict(zip(self.givers, given, strict=True))
        self._was, self._would = Tally(self._now[shift_id] for shift_id in self.givers), Tally(given)
        self._offers: list[Offer] | None = None

    def offers(self) -> list[Offer]:
        """Every shift's, best first."""
        if self._offers is None and self._now:
            found = self._best() if len(self.order_ids) == 1 else standings(self.problem, self._greedy())
            find_late(self.problem, found)
            self._offers = sorted(map(self._offer, found), key=lambda offer: offer.weight)
        return list(self._offers or ())

    def at(self, shift_id: ShiftId, index: int) -> Offer:
        """All of the stops, in the order given, at one place; `index` counts the stops of the route as it is now.

        Raises `KeyError` for a shift that has no sequence.
        """
        before = self._now[shift_id].sequence[: max(0, index)]
        at = len(before) - len(set(before) & set(self.order_ids))
        return self._offer(standings(self.problem, [self._put(shift_id, at)])[0])

    # --- where they go ---

    @cached_property
    def heads(self) -> dict[ShiftId, int]:
        """How many leading stops of each round, without those in the hand, are driven or lie before the freeze line."""
        problem, held = self.problem, set(self.order_ids)
        done = {order_id for order_id, visit in problem.visits.items() if visit.done}
        heads = {}
        for shift_id, standing in self._now.items():
            sequence = standing.sequence
            fixed = 0 if problem.freeze_s is None else standing.begun(problem.freeze_s)
            if not done.isdisjoint(sequence):
                fixed = max(fixed, *(i + 1 for i, order_id in enumerate(sequence) if order_id in done))
            heads[shift_id] = sum(order_id not in held for order_id in sequence[:fixed])
        return heads

    def _behind_heads(self, prices: Prices) -> Prices:
        """Without the places that are fixed."""
        first = np.array(list(self.heads.values()), np.int64)
        return prices._replace(there=prices.there & (np.arange(len(prices.there))[:, None] >= first))

    def _best(self) -> list[Standing]:
        """The best place for the one stop in every route.

        The judge weighs the places by their floors, lowest first, until no floor is below the best weight.
        """
        (visit,), lanes = self._visits, Lanes.of(self.problem, self.left)
        prices = self._behind_heads(lanes.price(visit, lanes.ground.reach(visit)))
        barred = [self._left.get(s, standing).weight.barred for s, standing in self._now.items()]
        prices.floors["barred"] += np.array(barred, np.int64) + lanes.ground.barred(visit)
        best = self._tried(list(enumerate(prices.lowest().tolist())))
        open_places = prices.there.copy()
        open_places[prices.lowest(), range(len(best))] = False
        sharpen(lanes, visit, prices, prices.below([standing.weight for standing in best], open_places))
        while tries := prices.below([standing.weight for standing in best], open_places, _AT_ONCE):
            for (lane, place), standing in zip(tries, self._tried(tries), strict=True):
                open_places[place, lane] = False
                if standing.weight < best[lane].weight:
                    best[lane] = standing
        return best

    def _tried(self, tries: Sequence[tuple[int, int]]) -> list[Standing]:
        shift_ids = list(self.left)
        return standings(self.problem, [self._put(shift_ids[lane], place) for lane, place in tries])

    def _put(self, shift_id: ShiftId, place: int) -> Candidate:
        rest = self.left[shift_id]
        return shift_id, (*rest[:place], *self.order_ids, *rest[place:])

    def _greedy(self) -> list[Candidate]:
        lanes = Lanes.of(self.problem, self.left)
        for visit in _hardest_first(self.problem, self._visits):
            prices = self._behind_heads(lanes.price(visit, lanes.ground.reach(visit)))
            lanes = lanes.with_stop(visit, prices.lowest(), prices.ways)
        return list(zip(self.left, lanes.sequences(), strict=True))

    # --- what that means ---

    def _offer(self, standing: Standing) -> Offer:
        shift_id = standing.shift_id
        was = self._was if shift_id in self._left else self._was.exchanged(None, self._now[shift_id])
        would = self._would.exchanged(self._left.get(shift_id), standing)
        breaks = tuple(fault for subject, fault in would.broken.items() if subject not in was.broken)
        weight = would.weight.less(was.weight)
        loaded = sum(self._elsewhere(order_id, shift_id) for order_id in self.order_ids)
        return Offer(
            shift_id=shift_id,
            sequence=standing.sequence,
            duration_s=would.duration_s - was.duration_s,
            distance_m=would.distance_m - was.distance_m,
            cost=weight.cost,
            late=sum(1 for fault in breaks if fault.rule is Rule.LATE),
            late_s=would.late_s - was.late_s,
            breaks=breaks,
            worse=tuple(
                replace(fault, amount=fault.amount - was.broken[subject].amount)
                for subject, fault in would.broken.items()
                if subject in was.broken and fault.amount > was.broken[subject].amount
            ),
            mends=sum(1 for subject in was.broken if subject not in would.broken),
            loaded=loaded,
            handling_s=self.problem.handling_s * (loaded - self._handed),
            weight=weight,
        )

    @cached_property
    def _handed(self) -> int:
        """How many of the stops are planned into another shift than the one that has their goods already."""
        held = set(self.order_ids)
        return sum(self._elsewhere(o, s) for s in self.givers for o in self._now[s].sequence if o in held)

    def _elsewhere(self, order_id: OrderId, shift_id: ShiftId) -> bool:
        return self.problem.visits[order_id].loaded_on not in (None, shift_id)


def _hardest_first(problem: Problem, visits: Sequence[Visit]) -> list[Visit]:
    """Tightest windows first, then the farthest; a collection before what it is fetched for, what has no place last.

    Measured on twenty stops at a time among 5,000: late by a third of what the given order makes late, and cheaper.
    """
    collected, places = {visit.pickup for visit in visits}, problem.index.places
    yard = places[next(iter(problem.rounds.values())).start]

    def hardness(visit: Visit) -> tuple[bool, bool, bool, int, float]:
        far_m = 0.0 if visit.at == NOWHERE else places[visit.at].distance_m(yard)
        fetches = visit.order_id in collected
        return visit.at == NOWHERE, visit.pickup is not None, not fetches, _openness(visit), -far_m

    return sorted(visits, key=hardness)


def _openness(visit: Visit) -> int:
    return sum(closes_s - opens_s for opens_s, closes_s in visit.windows) if visit.windows else FAR
