"""How rounds stand, by the judge, with no more dress than a comparison needs.

The numbers of many rounds at once, and the rules each of them breaks worked out when somebody asks. Equal to what
`judge_route` and `weigh_route` say; no places are searched here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.schedule import Rule, Violation
from dispatcher.planning.dressing import amount
from dispatcher.planning.judge import NO_WEIGHT, Candidate, Weight, weigh_route
from dispatcher.planning.lanes import Lanes
from dispatcher.planning.many import figures_of
from dispatcher.planning.problem import Amounts, Problem, Round
from dispatcher.planning.timeline import Timeline, Whole, overloads

type Routes = Mapping[ShiftId, tuple[OrderId, ...]]

type Subject = tuple[ShiftId, OrderId | None, Rule]
"""A rule, and the round and the stop it is broken on: a stop that is late here and was late there is newly late."""

_WORTH_IT = 4
"""Rounds from which on arrays are faster."""


class Standing:
    """One round, judged."""

    def __init__(self, problem: Problem, candidate: Candidate, weight: Weight, numbers: "_Numbers | None") -> None:
        """Without `numbers` they are worked out alone."""
        self.shift_id, self.sequence, self.weight = candidate[0], tuple(candidate[1]), weight
        self._problem, self._numbers = problem, numbers
        if numbers:
            whole = numbers.whole
            self.duration_s, self.distance_m, self.late_s = whole.duration_s, whole.distance_m, numbers.late_s
        else:
            line = self._line
            self.duration_s, self.distance_m, self.late_s = line.duration_s, sum(line.leg_m), sum(line.late_s)

    @property
    def columnar(self) -> bool:
        """Whether arrays alone can say which of its stops are late."""
        return self._numbers is not None and not self._numbers.rests

    @cached_property
    def late(self) -> Mapping[OrderId, int]:
        """Its late stops, with seconds."""
        if not self.late_s:
            return {}
        return {o: late_s for o, late_s in zip(self.sequence, self._line.late_s, strict=True) if late_s}

    def begun(self, moment_s: int) -> int:
        """How many of its stops have begun by a moment."""
        return sum(begins_s < moment_s for begins_s in self._line.begins_s) if self.sequence else 0

    @cached_property
    def broken(self) -> Mapping[Subject, Violation]:
        """Each broken rule once."""
        weight = self.weight
        if weight.sound and not weight.early_s:
            return {}
        return {(self.shift_id, fault.order_id, fault.rule): fault for fault in self._faults()}

    def _faults(self) -> Iterator[Violation]:
        """As `RouteTimes.broken`, in another order."""
        numbers, duty = self._numbers, self._problem.rounds[self.shift_id]
        limits = (*overloads(duty, numbers.peak), *numbers.whole.beyond(duty)) if numbers else self._line.limits()
        for rule, over in limits:
            yield Violation(rule, amount(rule, over))
        if self.weight.barred:
            yield from self._barred(duty)
        for order_id, late_s in self.late.items():
            yield Violation(Rule.LATE, late_s, order_id)
        if self.weight.early_s:
            yield from self._early()

    def _barred(self, duty: Round) -> Iterator[Violation]:
        problem, columns = self._problem, self._problem.columns
        barred = columns.barred(duty, problem.travel[duty.profile])
        for order_id in self.sequence:
            if barred[columns.row[order_id]]:
                yield from problem.bars(problem.visits[order_id], duty)
        if self._numbers is None:
            for i in self._line.gaps:
                yield Violation(Rule.NO_ROAD, 0, self.sequence[i] if i < len(self.sequence) else None)
            for i in self._line.unfetched:
                yield Violation(Rule.PAIR, 1, self.sequence[i])

    def _early(self) -> Iterator[Violation]:
        patience_s, line = self._problem.max_wait_s, self._line
        for i, order_id in enumerate(self.sequence):
            if patience_s is not None and line.wait_s(i) > patience_s:
                yield Violation(Rule.EARLY, line.wait_s(i) - patience_s, order_id)

    @cached_property
    def _line(self) -> Timeline:
        problem = self._problem
        return Timeline.of(problem, problem.rounds[self.shift_id], [problem.visits[o] for o in self.sequence])


class _Numbers(NamedTuple):
    """Of a round that was judged together with others: it has no gap in its roads and fetches nothing on the way."""

    whole: Whole
    late_s: int
    peak: Amounts
    rests: bool
    """Whether the driver has the break in it."""


def standings(problem: Problem, candidates: Sequence[Candidate]) -> list[Standing]:
    """Judge these rounds together. Raises `KeyError` for an order or a shift that does not belong to the day."""
    out = [(shift_id, sequence) for shift_id, sequence in candidates if sequence]
    told = iter(_standings(problem, out) if out else ())
    return [next(told) if candidate[1] else Standing(problem, candidate, NO_WEIGHT, None) for candidate in candidates]


def _standings(problem: Problem, candidates: Sequence[Candidate]) -> Iterator[Standing]:
    figures = figures_of(problem, candidates)
    settled, weights = figures.settled.tolist(), zip(*(column.tolist() for column in figures.weights()), strict=True)
    columns = (figures.stops, figures.returns_s, figures.duration_s, figures.distance_m, figures.rest_late_s)
    wholes = zip(*(column.tolist() for column in columns), strict=True)
    rests = ((figures.rest_s > 0) | (figures.rest_late_s > 0)).tolist()
    numbers = zip(wholes, figures.late_s.tolist(), figures.peak.tolist(), rests, strict=True)
    parts = zip(candidates, settled, weights, numbers, strict=True)
    for candidate, is_settled, weight, (whole, late_s, peak, has_break) in parts:
        if is_settled:
            yield Standing(problem, candidate, Weight(*weight), _Numbers(Whole(*whole), late_s, peak, has_break))
        else:
            yield Standing(problem, candidate, weigh_route(problem, *candidate), None)


def find_late(problem: Problem, judged: Sequence[Standing]) -> None:
    """Work out together which stops of these rounds, of a shift each, are late: some twenty times faster than alone."""
    late = [standing for standing in judged if standing.late_s and standing.columnar]
    if len(late) < _WORTH_IT:
        return
    lanes = Lanes.of(problem, {standing.shift_id: standing.sequence for standing in late})
    found: list[dict[OrderId, int]] = [{} for _ in late]
    places, owners = np.nonzero(lanes.late_s)
    late_s = lanes.late_s[places, owners].tolist()
    for place, lane, seconds in zip(places.tolist(), owners.tolist(), late_s, strict=True):
        found[lane][late[lane].sequence[place]] = seconds
    for standing, stops in zip(late, found, strict=True):
        standing.late = stops


class Tally:
    """Several rounds together."""

    def __init__(self, judged: Iterable[Standing]) -> None:
        self.duration_s = self.distance_m = self.late_s = 0
        self.weight, self.broken = NO_WEIGHT, dict[Subject, Violation]()
        for standing in judged:
            self._add(standing)

    def exchanged(self, out: Standing | None, into: Standing | None) -> "Tally":
        """Without the one and with the other."""
        tally = Tally(())
        tally.duration_s, tally.distance_m, tally.late_s = self.duration_s, self.distance_m, self.late_s
        tally.weight, tally.broken = self.weight, dict(self.broken)
        if out:
            tally.duration_s -= out.duration_s
            tally.distance_m -= out.distance_m
            tally.late_s -= out.late_s
            tally.weight = tally.weight.less(out.weight)
            for subject in out.broken:
                del tally.broken[subject]
        if into:
            tally._add(into)
        return tally

    def _add(self, standing: Standing) -> None:
        self.duration_s += standing.duration_s
        self.distance_m += standing.distance_m
        self.late_s += standing.late_s
        self.weight = self.weight.plus(standing.weight)
        self.broken.update(standing.broken)


class Remembered:
    """How the rounds of a plan stand, kept while they stay as they are: a new plan costs the rounds that changed."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._kept: Mapping[ShiftId, Standing] = {}

    def holds_for(self, problem: Problem) -> bool:
        """Whether that is the same day but for its routes."""
        mine = self._problem
        return problem.columns is mine.columns and problem.rounds is mine.rounds and problem.travel is mine.travel

    def of(self, routes: Routes) -> dict[ShiftId, Standing]:
        """How these stand; what is not among them is forgotten."""
        kept = {s: standing for s, standing in self._kept.items() if standing.sequence == routes.get(s)}
        told = standings(self._problem, [route for route in routes.items() if route[0] not in kept])
        find_late(self._problem, told)
        kept |= {standing.shift_id: standing for standing in told}
        found = self._kept = {shift_id: kept[shift_id] for shift_id in routes}
        return dict(found)
