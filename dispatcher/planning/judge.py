"""The judge: every time, load and broken rule of any sequence, sensible or not.

Nothing else computes times: board, engines, drag verdicts, reasons and reports all ask here. A sequence is never
refused; what is wrong with it is said. Here are the ways in, the weighing, and the dressing of numbers as times and
sentences; the clock of one round is in `timeline`, its loads in `trips`, many rounds at once in `many`. The rules:

- Service begins on arrival, or when the next of the order's windows opens; after the last window it begins at once,
  late.
- A round is first timed as if it left when the shift starts; that settles when it returns and how late each stop is.
  It then leaves as late as it can so that it returns no later and no stop begins (more) late: waiting is spent in
  the yard, unpaid, never before the shift starts. This is the shortest duration for the earliest return, the measure
  PyVRP's routes have too (Vidal et al. 2013, "time-window segments", for one window per stop).
- Only if that takes longer than the driver may be out, and a later window of some stop would shorten the round, does
  it leave for the later window.
- The driver's break is needed by a round that, without it, would return after the break must have begun. It is taken
  at the first opportunity once it may begin: after a service, or in the yard, before driving on; or while waiting for
  a window, unless that stop would then be late. That settles its place; leaving later moves it, but not past the
  moment it must have begun. A round that is over before there was an opportunity has it too late by its return.
- A break counts as part of the round, also one taken in the yard before driving off.
- Where a vehicle loads again, and what is on board at each moment, is told in `trips`.
- A stop that waits longer than the depot allows is early. The engines need not mind; it is a rule all the same.
- A leg that no road joins is timed as the crow flies, so that the rest of the round keeps plausible times.
- An order without a place is served where the vehicle happens to be.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.schedule import RouteTimes, Rule, Schedule
from dispatcher.planning.dressing import dressed, dressed_rows
from dispatcher.planning.many import Candidate, Figures, figures_of
from dispatcher.planning.problem import Problem, Sequences, stations
from dispatcher.planning.timeline import OVERLOADS, Timeline

__all__ = [
    "Candidate", "Timeline", "Weight", "judge", "judge_many", "judge_route", "stations", "weigh", "weigh_many",
    "weigh_route",
]  # fmt: skip


def judge(problem: Problem, sequences: Sequences) -> Schedule:
    """Judge these rounds. Raises `KeyError` for an order or a shift that does not belong to the day."""
    routes = judge_many(problem, sequences.items())
    return Schedule(dict(zip(sequences, routes, strict=True)))


def judge_route(problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId]) -> RouteTimes:
    """Judge one round. Raises `KeyError` for an order or a shift that does not belong to the day."""
    return dressed(problem, _line(problem, shift_id, sequence))


def judge_many(problem: Problem, candidates: Iterable[Candidate]) -> list[RouteTimes]:
    """Judge many rounds at once, of one shift or several: the same as `judge_route` one by one, and faster."""
    listed = list(candidates)
    found: list[RouteTimes | None] = [None] * len(listed)
    rows, figures = _together(problem, listed)
    for i, route in zip(rows, dressed_rows(problem, [listed[i] for i in rows], figures), strict=True):
        found[i] = route
    return [route or judge_route(problem, *each) for route, each in zip(found, listed, strict=True)]


class Weight(NamedTuple):
    """How bad a plan is, worst first: compare two plans of the same orders by it. Sums, so that plans add up."""

    barred: int
    """Stops that their driver or vehicle can never serve, and deliveries whose goods are not fetched before."""
    overload: int
    """Thousandths of kilograms, litres and parcels over."""
    over_limits: int
    """Stops over, and metres over."""
    overrun_s: int
    """Seconds late, after the shift's end, over the longest duration, and by which the break is too late."""
    early_s: int
    """Seconds of waiting beyond what the depot allows. A soft rule: a plan is sound all the same."""
    cost: int
    """Minor currency units, each round's rounded as in `RouteTimes`."""

    def plus(self, other: "Weight") -> "Weight":
        """Both together."""
        return Weight(*(one + another for one, another in zip(self, other, strict=True)))

    def less(self, other: "Weight") -> "Weight":
        """How much worse this is than the other; negative where it is better."""
        return Weight(*(one - another for one, another in zip(self, other, strict=True)))

    @property
    def sound(self) -> bool:
        """Whether no rule is broken that engines must keep."""
        return not any(self[:4])


NO_WEIGHT = Weight(0, 0, 0, 0, 0, 0)


def weigh(problem: Problem, sequences: Sequences) -> Weight:
    """The weight of these rounds together."""
    found = weigh_many(problem, sequences.items())
    return Weight(*(sum(column) for column in zip(*found, strict=True))) if found else NO_WEIGHT


def weigh_route(problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId]) -> Weight:
    """The weight of one round: the judge's numbers without their dress, a few times faster."""
    line = _line(problem, shift_id, sequence)
    columns, duty = problem.columns, line.duty
    barred = columns.barred(duty, problem.travel[duty.profile])[[columns.row[order_id] for order_id in sequence]]
    over = dict.fromkeys(Rule, 0)
    for rule, much in line.limits():
        over[rule] = much
    patience_s = problem.max_wait_s
    waits = () if patience_s is None else [max(0, line.wait_s(i) - patience_s) for i in range(len(line.visits))]
    return Weight(
        barred=int(barred.sum()) + len(line.gaps) + len(line.unfetched),
        overload=sum(over[rule] for rule in OVERLOADS),
        over_limits=over[Rule.MAX_STOPS] + over[Rule.MAX_DISTANCE],
        overrun_s=sum(line.late_s) + over[Rule.SHIFT_END] + over[Rule.MAX_DURATION] + over[Rule.BREAK],
        early_s=sum(waits),
        cost=round(line.cost),
    )


def weigh_many(problem: Problem, candidates: Iterable[Candidate]) -> list[Weight]:
    """Weigh many rounds at once, of one shift or several: the same as `weigh_route` one by one, and faster."""
    listed = list(candidates)
    found: list[Weight | None] = [None] * len(listed)
    rows, figures = _together(problem, listed)
    settled = figures.settled.tolist()
    for i, fine, weight in zip(rows, settled, map(Weight, *(c.tolist() for c in figures.weights())), strict=True):
        found[i] = weight if fine else None
    return [weight or weigh_route(problem, *each) for weight, each in zip(found, listed, strict=True)]


def _together(problem: Problem, candidates: Sequence[Candidate]) -> tuple[list[int], Figures]:
    """Those that have a stop, with their figures."""
    rows = [i for i, (_, sequence) in enumerate(candidates) if sequence]
    return rows, figures_of(problem, [candidates[i] for i in rows])


def _line(problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId]) -> Timeline:
    return Timeline.of(problem, problem.rounds[shift_id], [problem.visits[order_id] for order_id in sequence])
