"""What the dispatcher has decided stays decided: held stops keep their shift, even where that breaks a rule.

Engines plan rounds that break no rule, so a rule that the held stops of a shift break among themselves is loosened for
that shift, exactly as far as they break it now; the judge goes on naming it. A held stop that no engine can handle
(no place, no road) is put back afterwards where it does least harm.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.schedule import Rule
from dispatcher.planning.judge import Timeline, weigh_many
from dispatcher.planning.problem import NOWHERE, Problem, Round, Sequences, Visit


def keep_drivers(problem: Problem, sequences: Sequences) -> Problem:
    """The same problem with every stop of the sequences held where it is."""
    visits = dict(problem.visits)
    for shift_id, sequence in sequences.items():
        visits.update({o: replace(visits[o], held=shift_id) for o in sequence})
    return replace(problem, visits=MappingProxyType(visits))


def loosened(problem: Problem, sequences: Sequences) -> Problem:
    """The same problem with limits as wide as the held stops of each sequence already need, in their present order."""
    visits, rounds = dict(problem.visits), dict(problem.rounds)
    for shift_id, sequence in sequences.items():
        duty = rounds[shift_id]
        kept = [visits[o] for o in sequence if visits[o].held == shift_id and _drivable(problem, visits[o], duty)]
        if kept:
            line = Timeline.of(problem, duty, kept)
            rounds[shift_id] = _widened(duty, line)
            for visit, begins_s, late_s in zip(kept, line.begins_s, line.late_s, strict=True):
                if late_s:
                    visits[visit.order_id] = open_until(visit, begins_s)
    return replace(problem, visits=MappingProxyType(visits), rounds=MappingProxyType(rounds))


def put_back(
    problem: Problem,
    found: Mapping[ShiftId, list[OrderId]],
    order_ids: Iterable[OrderId],
    heads: Mapping[ShiftId, int],
) -> dict[ShiftId, list[OrderId]]:
    """The sequences with every one of these held orders back in its shift, behind its fixed head."""
    whole = {shift_id: list(sequence) for shift_id, sequence in found.items()}
    present = {o for sequence in whole.values() for o in sequence}
    for order_id in order_ids:
        visit = problem.visits[order_id]
        if order_id not in present and visit.held in whole:
            whole[visit.held] = _least_bad(problem, visit, whole[visit.held], heads[visit.held])
    return whole


def _least_bad(problem: Problem, visit: Visit, sequence: list[OrderId], first: int) -> list[OrderId]:
    if visit.at == NOWHERE or visit.held is None:
        return [*sequence, visit.order_id]
    tries = [[*sequence[:i], visit.order_id, *sequence[i:]] for i in range(first, len(sequence) + 1)]
    weights = weigh_many(problem, [(visit.held, tried) for tried in tries])
    return tries[min(range(len(tries)), key=weights.__getitem__)]


def _drivable(problem: Problem, visit: Visit, duty: Round) -> bool:
    return not any(bar.rule in (Rule.NO_PLACE, Rule.NO_ROAD) for bar in problem.bars(visit, duty))


def open_until(visit: Visit, begins_s: int) -> Visit:
    """The same order with its last window open until then."""
    *earlier, (opens_s, _) = visit.windows
    return replace(visit, windows=(*earlier, (opens_s, begins_s)))


def _widened(duty: Round, line: Timeline) -> Round:
    grams, millilitres, parcels = (max(have, need) for have, need in zip(duty.capacity, line.peak, strict=True))
    return replace(
        duty,
        capacity=(grams, millilitres, parcels),
        ends_s=max(duty.ends_s, line.returns_s),
        max_stops=_at_least(duty.max_stops, len(line.visits)),
        max_duration_s=_at_least(duty.max_duration_s, line.duration_s),
        max_distance_m=_at_least(duty.max_distance_m, sum(line.leg_m)),
    )


def _at_least(limit: int | None, need: int) -> int | None:
    return None if limit is None else max(limit, need)
