"""After a drag: the same orders in a few routes, in a better sequence, before the eye notices.

Nothing enters the routes and nothing leaves them, late or not. Held stops stay with their shift, and so does what its
neighbours may not serve; the others may change between the given routes. Fixed heads stay as they are; a round that
keeps its stops is sequenced for itself, one whose sequence or route is locked not at all. The outcome is never worse
than what it began with, by the judge, with what it costs to hand loaded goods over.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

import pyvrp
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchCallbacks, IteratedLocalSearchParams

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.churn import objective
from dispatcher.planning.fixed import frozen, rests
from dispatcher.planning.held import open_until
from dispatcher.planning.ils import Penalties, local_search
from dispatcher.planning.model import Model
from dispatcher.planning.modelling import model_of
from dispatcher.planning.narrow import narrowed
from dispatcher.planning.pairs import shipments, together
from dispatcher.planning.problem import NOWHERE, Problem, Round, Sequences, Visit
from dispatcher.planning.stop import StopRule, Watch

SECONDS = 0.1
IDLE = 400
"""Iterations without a better plan after which two routes of 46 stops have settled."""


def resequence(
    problem: Problem,
    sequences: Sequences,
    shift_ids: Sequence[ShiftId],
    *,
    seconds: float = SECONDS,
    seed: int = 0,
    stop: StopRule | None = None,
) -> dict[ShiftId, list[OrderId]]:
    """Better sequences for these shifts' routes with exactly the orders they have; all other routes as given.

    `stop` instead of `seconds` for another end than time. Orders without a place go to the end of their route.
    """
    routes = {shift_id: list(sequences.get(shift_id, ())) for shift_id in dict.fromkeys(shift_ids)}
    rule = StopRule(seconds=seconds, idle=IDLE) if stop is None else stop
    problem = narrowed(problem, routes, ())
    for some in _apart(problem, routes):
        better = _searched(problem, some, rule, seed)
        if better is not None and objective(problem, better) < objective(problem, some):
            routes.update(better)
    return {shift_id: list(sequence) for shift_id, sequence in {**sequences, **routes}.items()}


def _apart(problem: Problem, routes: dict[ShiftId, list[OrderId]]) -> list[dict[ShiftId, list[OrderId]]]:
    """The routes that may change: open ones together, each that keeps its stops for itself."""
    lock = {shift_id: problem.rounds[shift_id].lock for shift_id in routes}
    free = {shift_id: sequence for shift_id, sequence in routes.items() if lock[shift_id] is Lock.OPEN}
    return [free, *({s: sequence} for s, sequence in routes.items() if lock[s] is Lock.DRIVER)]


def _pinned(problem: Problem, routes: Sequences) -> Problem:
    """The same problem with what its own shift may not serve held there: the dispatcher put it there.

    So is what shares goods with another stop, unless PyVRP can plan both as one. And windows that none of the shifts
    can reach stay open until one can: PyVRP forgives the stops after a late one its lateness ("time warp"), so a
    hopeless stop would go first and make the others late in earnest.
    """
    visits = dict(problem.visits)
    rounds = [problem.rounds[shift_id] for shift_id in routes]
    for shift_id, sequence in routes.items():
        simple = shipments(problem, sequence)
        for order_id in sequence:
            visit = visits[order_id]
            if order_id not in {*simple, *simple.values()} and len(together(problem, order_id, sequence)) > 1:
                visit = replace(visit, held=shift_id)
            if visit.held is not None or problem.bars(visit, problem.rounds[shift_id]):
                visit = replace(visit, held=shift_id)
            visits[order_id] = _reachable(problem, visit, rounds)
    return replace(problem, visits=MappingProxyType(visits))


def _reachable(problem: Problem, visit: Visit, rounds: Sequence[Round]) -> Visit:
    if visit.closes_s is None or visit.at == NOWHERE:
        return visit
    begins_s = min(_soonest(problem, visit, duty) for duty in rounds)
    return visit if begins_s <= visit.closes_s or begins_s >= NO_WAY else open_until(visit, begins_s)


def _soonest(problem: Problem, visit: Visit, duty: Round) -> int:
    return visit.begins(duty.starts_s + int(problem.travel[duty.profile].duration_s[duty.start, visit.at]))


def _searched(
    problem: Problem, routes: dict[ShiftId, list[OrderId]], rule: StopRule, seed: int
) -> dict[ShiftId, list[OrderId]] | None:
    """The best the search found; `None` if there was nothing to search."""
    watch = Watch(rule)
    fixed = rests(problem, routes)
    tails = {s: sequence[len(fixed[s].head) if s in fixed else 0 :] for s, sequence in routes.items()}
    placed = [o for tail in tails.values() for o in tail if problem.visits[o].at != NOWHERE]
    if len(placed) < 2 or len(set(placed)) < len(placed):
        return None
    heads = {o for rest in fixed.values() for o in rest.head}
    model = model_of(_pinned(frozen(problem, heads), routes), list(routes), placed, required=True, rests=fixed)
    rng = pyvrp.RandomNumberGenerator(seed=seed)
    penalties, first = Penalties.of(model), model.solution(routes)
    best = _LeastBad(problem, model, first, routes, watch.tick)
    params = IteratedLocalSearchParams(callbacks=best)
    algorithm = IteratedLocalSearch(model.data, penalties, local_search(model, rng), first, params)
    algorithm.run(best.stop, collect_stats=False, display=False)
    found = best.sequences
    for shift_id, tail in tails.items():
        found[shift_id] += [o for o in tail if problem.visits[o].at == NOWHERE and o not in found[shift_id]]
    return found


class _LeastBad(IteratedLocalSearchCallbacks):
    """Remembers the best solution by the judge.

    PyVRP itself keeps only those that break no rule, and it forgives a stop after a late one its lateness ("time
    warp"); so as long as none is without fault, the judge weighs each.
    """

    def __init__(
        self,
        problem: Problem,
        model: Model,
        first: pyvrp.Solution,
        routes: Sequences,
        tick: Callable[[float], bool],
    ) -> None:
        self.problem, self.model, self.routes, self.tick = problem, model, routes, tick
        self.price = pyvrp.CostEvaluator([1.0] * model.data.num_load_dimensions, model.scale, 1.0)
        self.seen = set[int]()
        self.sequences = {shift_id: list(sequence) for shift_id, sequence in routes.items()}
        self.weight = objective(problem, self.sequences)
        self.cost = self.price.penalised_cost(first)

    def on_iteration(
        self,
        current: pyvrp.Solution,  # noqa: ARG002
        candidate: pyvrp.Solution,
        best: pyvrp.Solution,
        cost_evaluator: pyvrp.CostEvaluator,  # noqa: ARG002
    ) -> None:
        for solution in (candidate, best):
            cost = self.price.penalised_cost(solution)
            if cost not in self.seen and solution.is_complete() and self._promises(solution, cost):
                self.seen.add(cost)
                self._weigh(solution, cost)

    def _promises(self, solution: pyvrp.Solution, cost: int) -> bool:
        return not self.weight.sound or (cost < self.cost and solution.is_feasible())

    def _weigh(self, solution: pyvrp.Solution, cost: int) -> None:
        sequences = self.model.sequences(solution, self.routes)
        weight = objective(self.problem, sequences)
        if weight < self.weight:
            self.sequences, self.weight, self.cost = sequences, weight, cost

    def stop(self, best_cost: float) -> bool:  # noqa: ARG002
        """PyVRP's stopping criterion."""
        return self.tick(self.cost)
