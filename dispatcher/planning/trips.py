"""What is in the vehicle all along a round, and where it goes back to load again.

- A delivery is in the vehicle from the start of its trip until its stop, a collection from its stop until the end of
  its trip. A trip ends where the round ends, or where the vehicle loads again.
- A delivery whose goods are fetched on the way (`Visit.pickup`) is in the vehicle between the two stops only, reloads
  or not. What is fetched there is the greater of what the collection says and what its deliveries need; the rest rides
  on to the end. If it is not fetched earlier in the round there is nothing to deliver, and nothing in the vehicle.
- A vehicle that may load again does so where that takes least time, then least road, among all splits that fit; if
  none fits, where least is too much, summed over its trips. It never does when everything fits at once. Found by
  dynamic programming over the stops (the "split" of Prins 2004, with a limited fleet of trips).

No times of day here; those are the timeline's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from dispatcher.domain.ids import OrderId
from dispatcher.planning.problem import NOTHING, Amounts, Problem, Round, Visit, stations


@dataclass(slots=True)
class Cargo:
    """The loads of one round."""

    on_board: list[Amounts]
    """In the vehicle after leaving, and after each stop."""
    peak: Amounts
    """The most at any moment, dimension by dimension; loading again counts."""
    again: tuple[int, ...] = ()
    """Positions of the stops before which it loads again."""
    unfetched: tuple[int, ...] = ()
    """Positions of deliveries whose goods are not fetched before."""


class _Flow(NamedTuple):
    """What one stop does to the load, dimension by dimension."""

    drops: Amounts
    """Brought from the start of the trip."""
    takes: Amounts
    """Rides to the end of the trip."""
    passes: tuple[int, int, int]
    """Change of what goes from stop to stop."""


def stow(problem: Problem, duty: Round, visits: Sequence[Visit]) -> Cargo:
    """Load one round."""
    unfetched: tuple[int, ...] = ()
    if any(visit.pickup is not None for visit in visits):
        flows, unfetched = _fetched(visits)
        cargo = _loaded(flows, ())
    else:
        flows, cargo = [], _plain(visits)
    if duty.max_reloads and len(visits) > 1 and _over(cargo.peak, duty.capacity):
        flows = flows or [_own(visit) for visit in visits]
        cargo = _loaded(flows, _Split(problem, duty, visits, flows).cheapest())
    cargo.unfetched = unfetched
    return cargo


def _plain(visits: Sequence[Visit]) -> Cargo:
    grams = millilitres = parcels = 0
    for visit in visits:
        if not visit.collects:
            a, b, c = visit.load
            grams, millilitres, parcels = grams + a, millilitres + b, parcels + c
    on_board: list[Amounts] = [(grams, millilitres, parcels)]
    for visit in visits:
        a, b, c = visit.load
        if visit.collects:
            grams, millilitres, parcels = grams + a, millilitres + b, parcels + c
        else:
            grams, millilitres, parcels = grams - a, millilitres - b, parcels - c
        on_board.append((grams, millilitres, parcels))
    return Cargo(on_board, _most(on_board))


def _own(visit: Visit) -> _Flow:
    return _Flow(NOTHING, visit.load, NOTHING) if visit.collects else _Flow(visit.load, NOTHING, NOTHING)


def _fetched(visits: Sequence[Visit]) -> tuple[list[_Flow], tuple[int, ...]]:
    """What each stop does where goods go from stop to stop, and the deliveries that get nothing."""
    fetches: dict[OrderId, Amounts] = {}
    flows, unfetched = [], []
    for i, visit in enumerate(visits):
        if visit.collects:
            fetches.setdefault(visit.order_id, NOTHING)
        if visit.pickup is None:
            flows.append(_own(visit))
        elif visit.pickup in fetches:
            fetches[visit.pickup] = _sum(fetches[visit.pickup], visit.load)
            flows.append(_Flow(NOTHING, NOTHING, _less(NOTHING, visit.load)))
        else:
            unfetched.append(i)
            flows.append(_Flow(NOTHING, NOTHING, NOTHING))
    for i, visit in enumerate(visits):
        onward = fetches.pop(visit.order_id, NOTHING) if visit.collects else NOTHING
        if any(onward):
            a, b, c = _less(visit.load, onward)
            flows[i] = _Flow(NOTHING, (max(0, a), max(0, b), max(0, c)), onward)
    return flows, tuple(unfetched)


def _loaded(flows: Sequence[_Flow], again: tuple[int, ...]) -> Cargo:
    """The loads all along, if it loads again before these stops."""
    bounds = (0, *again, len(flows))
    on_board, peak, passing = [], NOTHING, NOTHING
    for first, last in pairwise(bounds):
        now = passing
        for flow in flows[first:last]:
            now = _sum(now, flow.drops)
        peak = _most((peak, now))
        if first == 0:
            on_board.append(now)
        for flow in flows[first:last]:
            passing = _sum(passing, flow.passes)
            now = _sum(_less(_sum(now, flow.takes), flow.drops), flow.passes)
            on_board.append(now)
            peak = _most((peak, now))
    return Cargo(on_board, peak, again)


class _Label(NamedTuple):
    """The best way found to serve the first stops in so many trips."""

    over: int
    extra_s: int
    extra_m: int
    bounds: tuple[int, ...]
    """Where its trips begin, the first left out."""


class _Split:
    """Where to load again on one round."""

    def __init__(self, problem: Problem, duty: Round, visits: Sequence[Visit], flows: Sequence[_Flow]) -> None:
        self._duty, self._flows = duty, flows
        table, along = problem.travel[duty.profile], stations(duty, visits)[:-1]
        before, after = along[:-1], along[1:]
        there_s, there_m = table.duration_s[before, duty.start], table.distance_m[before, duty.start]
        back_s, back_m = table.duration_s[duty.start, after], table.distance_m[duty.start, after]
        self._extra_s = (there_s + back_s - table.duration_s[before, after] + problem.reload_s).tolist()
        self._extra_m = (there_m + back_m - table.distance_m[before, after]).tolist()

    def cheapest(self) -> tuple[int, ...]:
        """The positions before which it loads again."""
        return (self._search(overloaded=False) or self._search(overloaded=True)).bounds  # type: ignore[union-attr]

    def _search(self, *, overloaded: bool) -> _Label | None:
        """The best split; without `overloaded` trips, if there is any."""
        count, most = len(self._flows), self._duty.max_reloads + 1
        best: list[list[_Label | None]] = [[None] * (most + 1) for _ in range(count + 1)]
        best[0][0] = _Label(0, 0, 0, ())
        passing: Amounts = NOTHING
        for first in range(count):
            starts = [self._started(label, first) for label in best[first][:most]]
            if any(starts):
                for end, over in self._trips(first, passing, overloaded=overloaded):
                    for trips, label in enumerate(starts, 1):
                        known = best[end][trips]
                        if label and (known is None or (label.over + over, *label[1:]) < known):
                            best[end][trips] = label._replace(over=label.over + over)
            passing = _sum(passing, self._flows[first].passes)
        return min((label for label in best[count] if label), default=None)

    def _started(self, label: _Label | None, first: int) -> _Label | None:
        """With a trip begun at this stop."""
        if label is None or first == 0:
            return label
        extra_s, extra_m = label.extra_s + self._extra_s[first], label.extra_m + self._extra_m[first]
        return _Label(label.over, extra_s, extra_m, (*label.bounds, first))

    def _trips(self, first: int, passing: Amounts, *, overloaded: bool) -> list[tuple[int, int]]:
        """The ends of trips that begin at this stop, shortest first, with how much each has too much."""
        (limit_a, limit_b, limit_c), found = self._duty.capacity, []
        end_a, end_b, end_c = peak_a, peak_b, peak_c = passing
        for end in range(first + 1, len(self._flows) + 1):
            (drop_a, drop_b, drop_c), (take_a, take_b, take_c), (pass_a, pass_b, pass_c) = self._flows[end - 1]
            end_a, end_b, end_c = end_a + take_a + pass_a, end_b + take_b + pass_b, end_c + take_c + pass_c
            # one more delivery is in the vehicle at every earlier moment of the trip
            peak_a, peak_b, peak_c = (
                max(peak_a + drop_a, end_a),
                max(peak_b + drop_b, end_b),
                max(peak_c + drop_c, end_c),
            )
            over = max(0, peak_a - limit_a) + max(0, peak_b - limit_b) + max(0, peak_c - limit_c)
            if over and not overloaded:
                break
            found.append((end, over))
        return found


def _over(load: Amounts, capacity: Amounts) -> bool:
    return load[0] > capacity[0] or load[1] > capacity[1] or load[2] > capacity[2]


def _sum(one: Amounts, other: Amounts) -> Amounts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _less(one: Amounts, other: Amounts) -> Amounts:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _most(loads: Sequence[Amounts]) -> Amounts:
    return max([a for a, _, _ in loads]), max([b for _, b, _ in loads]), max([c for _, _, c in loads])
