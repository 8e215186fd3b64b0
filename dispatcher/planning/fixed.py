"""The head of a round that re-planning leaves as it is, and what is left of the round behind it.

Fixed is every stop up to the last that is done, and every stop whose service begins before the freeze line, by the
judge, as planned now. The rest begins where and when the head ends; what the head has used up of the round's limits
is gone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.schedule import StopTimes
from dispatcher.domain.time import seconds_after
from dispatcher.planning.judge import judge_route
from dispatcher.planning.problem import NOWHERE, Amounts, Problem, Sequences, Visit


def fixed_heads(problem: Problem, sequences: Sequences) -> dict[ShiftId, int]:
    """How many leading stops of each round are fixed."""
    return {shift_id: _fixed(problem, shift_id, sequence) for shift_id, sequence in sequences.items()}


def _fixed(problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId]) -> int:
    done = max((i + 1 for i, order_id in enumerate(sequence) if problem.visits[order_id].done), default=0)
    freeze_s = problem.freeze_s
    if freeze_s is None or done == len(sequence):
        return done
    times = judge_route(problem, shift_id, sequence)
    begun = sum(seconds_after(problem.origin, stop.starts_at) < freeze_s for stop in times.stops)
    return max(done, begun)


def frozen(problem: Problem, fixed: Collection[OrderId]) -> Problem:
    """The same problem with no service before the freeze line but that of the fixed orders.

    A stop whose windows have all closed by then is late wherever it stands.
    """
    freeze_s = problem.freeze_s
    if freeze_s is None:
        return problem
    visits = {
        o: visit if o in fixed else replace(visit, windows=_from(visit, freeze_s))
        for o, visit in problem.visits.items()
    }
    return replace(problem, visits=MappingProxyType(visits))


def _from(visit: Visit, freeze_s: int) -> tuple[tuple[int, int], ...]:
    if not visit.windows:
        return ((freeze_s, max(freeze_s, NO_WAY)),)
    return tuple((max(a, freeze_s), b) for a, b in visit.windows if b >= freeze_s) or ((0, 0),)


@dataclass(frozen=True, slots=True)
class Rest:
    """A round behind its fixed head, in numbers."""

    head: tuple[OrderId, ...]
    at: int
    """Index of the place where the head ends."""
    free_s: int
    """When its last service ends."""
    duration_s: int
    """From leaving until then."""
    distance_m: int
    sent: Amounts
    """The most that the head has on board since the last reload; what is to be delivered later comes on top."""
    aboard: Amounts
    """What it has collected since then and not brought to anybody: on board to the next reload, or to the end."""
    reloads: int
    paused: bool
    """Whether the driver's break lies in the head."""

    @classmethod
    def of(cls, problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId], head: int) -> "Rest":
        """Read the head of a round, of `head` stops, as the judge times it now."""
        times = judge_route(problem, shift_id, sequence)
        stops, visits = times.stops[:head], [problem.visits[order_id] for order_id in sequence[:head]]
        placed = [visit.at for visit in visits if visit.at != NOWHERE]
        free_s = seconds_after(problem.origin, stops[-1].departs_at)
        sent, aboard = _loads(_last_trip(stops, visits), {visit.pickup for visit in problem.visits.values()})
        return cls(
            head=tuple(sequence[:head]),
            at=placed[-1] if placed else problem.rounds[shift_id].start,
            free_s=free_s,
            duration_s=free_s - seconds_after(problem.origin, times.leaves_at),
            distance_m=sum(stop.drive_m for stop in stops),
            sent=sent,
            aboard=aboard,
            reloads=sum(stop.reload_at is not None for stop in stops),
            paused=any(stop.break_at is not None for stop in stops),
        )


def rests(problem: Problem, sequences: Sequences) -> dict[ShiftId, Rest]:
    """What is left of each of these rounds that has a fixed head."""
    heads = fixed_heads(problem, sequences)
    return {s: Rest.of(problem, s, sequences[s], head) for s, head in heads.items() if head}


def _last_trip(stops: Sequence[StopTimes], visits: Sequence[Visit]) -> Sequence[Visit]:
    began = max((i for i, stop in enumerate(stops) if stop.reload_at is not None), default=0)
    return visits[began:]


def _loads(visits: Sequence[Visit], fetched: set[OrderId | None]) -> tuple[Amounts, Amounts]:
    """The most on board, and what stays on board. Goods that are fetched for somebody count until brought there."""
    level = [sum(v.load[axis] for v in visits if not v.collects and v.pickup is None) for axis in range(3)]
    peak, bound_for_home = list(level), [0, 0, 0]
    for visit in visits:
        for axis, amount in enumerate(visit.load):
            level[axis] += amount if visit.collects else -amount
            peak[axis] = max(peak[axis], level[axis])
            if visit.collects and visit.order_id not in fetched:
                bound_for_home[axis] += amount
    return (peak[0], peak[1], peak[2]), (bound_for_home[0], bound_for_home[1], bound_for_home[2])
