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

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.ids import OrderId
from dispatcher.planning.problem import NOTHING, Amounts, Problem, Round, Visit, stations

type Ints = NDArray[np.int64]

_FAR = 2**60
"""More than anything amounts to."""


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


class _Split:
    """Where to load again on one round: the least too much, then the least time, then the least road, then earliest.

    Stage by stage, a trip more each; all first and last stops of that trip at once, (stops, ends).
    """

    def __init__(self, problem: Problem, duty: Round, visits: Sequence[Visit], flows: Sequence[_Flow]) -> None:
        self._most = min(duty.max_reloads + 1, len(visits))
        table, along = problem.travel[duty.profile], stations(duty, visits)[:-1]
        before, after = along[:-1], along[1:]
        self._extra = [
            (by[before, duty.start].astype(np.int64) + by[duty.start, after] - by[before, after])[:, None]
            for by in (table.duration_s, table.distance_m)
        ]
        self._extra[0] += problem.reload_s
        for extra in self._extra:
            extra[0] = 0  # the first trip begins without
        self._over = _too_much(duty.capacity, flows)
        self._before: list[Ints] = []

    def cheapest(self) -> tuple[int, ...]:
        """The positions before which it loads again."""
        count = len(self._over)
        labels = [np.where(np.arange(count + 1) == 0, 0, part) for part in (_FAR, 0, 0)]
        found: list[tuple[list[int], tuple[int, ...]]] = []
        for _ in range(self._most):
            labels = self._with_trip(labels)
            found.append(([int(part[count]) for part in labels], self._bounds(len(self._before), count)))
        return min(found)[1]

    def _with_trip(self, labels: Sequence[Ints]) -> list[Ints]:
        """The best to serve so many stops first, with one trip more."""
        begun = [label[:-1, None] + extra for label, extra in zip(labels[1:], self._extra, strict=True)]
        keys = np.broadcast_arrays(np.minimum(labels[0][:-1, None] + self._over, _FAR), *begun)
        level, least = np.ones_like(self._over, bool), []
        for key in keys:
            least.append(np.where(level, key, _FAR).min(axis=0))
            level &= key == least[-1]
        first = level.argmax(axis=0)
        for end in np.flatnonzero((level.sum(axis=0) > 1) & (least[0] < _FAR)).tolist():
            alike = np.flatnonzero(level[:, end]).tolist()
            first[end] = min(alike, key=lambda i: (*self._bounds(len(self._before), i), i))
        self._before.append(first)
        return least

    def _bounds(self, trips: int, end: int) -> tuple[int, ...]:
        """Where the trips of the best way to serve so many stops first begin, the first left out."""
        found = []
        for first in reversed(self._before[:trips]):
            end = int(first[end])
            found.append(end)
        return tuple(found[-2::-1])


def _too_much(capacity: Amounts, flows: Sequence[_Flow]) -> Ints:
    """By how much a trip is overloaded, by its first stop and its end: (stops, ends); `_FAR` where there is none."""
    count = len(flows)
    total = np.zeros((count, count + 1), np.int64)
    drops, takes, passes = (np.cumsum([(0, 0, 0), *part], axis=0) for part in zip(*flows, strict=True))
    some = np.arange(count)[:, None] < np.arange(count + 1)
    for axis, limit in enumerate(capacity):
        dropped, passing = drops[:, axis], passes[:, axis]
        level = takes[:, axis] + passing - dropped
        # one more delivery is in the vehicle at every earlier moment of the trip
        top = np.maximum.accumulate(np.where(some, level, -_FAR), axis=1)
        begins = passing - (takes[:, axis] + passing)
        peak = dropped + np.maximum((passing - dropped)[:-1, None], begins[:-1, None] + top)
        total += np.maximum(peak - limit, 0)
    return np.where(some, total, _FAR)


def _over(load: Amounts, capacity: Amounts) -> bool:
    return load[0] > capacity[0] or load[1] > capacity[1] or load[2] > capacity[2]


def _sum(one: Amounts, other: Amounts) -> Amounts:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _less(one: Amounts, other: Amounts) -> Amounts:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _most(loads: Sequence[Amounts]) -> Amounts:
    return max([a for a, _, _ in loads]), max([b for _, b, _ in loads]), max([c for _, _, c in loads])
