"""After a drag: the same orders in a few routes, in a better sequence, before the eye notices.

Nothing enters the routes and nothing leaves them, late or not. Held stops stay with their shift, and so does what its
neighbours may not serve; the others may change between the given routes. The outcome is never worse than what it
began with, by the judge.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

import pyvrp
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchCallbacks, IteratedLocalSearchParams

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.engine import Penalties, local_search
from dispatcher.planning.judge import weigh
from dispatcher.planning.model import Model
from dispatcher.planning.problem import NOWHERE, Problem, Sequences
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
    better = _searched(_pinned(problem, routes), routes, rule, seed)
    improved = better is not None and weigh(problem, better) < weigh(problem, routes)
    chosen = better if improved and better is not None else routes
    return {s: list(chosen.get(s, sequence)) for s, sequence in {**sequences, **routes}.items()}


def _pinned(problem: Problem, routes: Sequences) -> Problem:
    """The same problem with what its own shift may not serve held there: the dispatcher put it there."""
    visits = dict(problem.visits)
    for shift_id, sequence in routes.items():
        for order_id in sequence:
            visit = visits[order_id]
            if visit.held is not None or problem.bars(visit, problem.rounds[shift_id]):
                visits[order_id] = replace(visit, held=shift_id)
    return replace(problem, visits=MappingProxyType(visits))


def _searched(
    problem: Problem, routes: dict[ShiftId, list[OrderId]], rule: StopRule, seed: int
) -> dict[ShiftId, list[OrderId]] | None:
    """The best the search found; `None` if there was nothing to search."""
    watch = Watch(rule)
    placed = [o for sequence in routes.values() for o in sequence if problem.visits[o].at != NOWHERE]
    if len(placed) < 2 or len(set(placed)) < len(placed):
        return None
    model = Model.of(problem, list(routes), placed, required=True)
    rng = pyvrp.RandomNumberGenerator(seed=seed)
    penalties, first = Penalties.of(model), model.solution(routes)
    best = _LeastBad(first, penalties.max_cost_evaluator(), watch.tick)
    params = IteratedLocalSearchParams(callbacks=best)
    algorithm = IteratedLocalSearch(model.data, penalties, local_search(model, rng), first, params)
    algorithm.run(best.stop, collect_stats=False, display=False)
    found = model.sequences(best.solution, routes)
    for shift_id, sequence in routes.items():
        found[shift_id] += [o for o in sequence if problem.visits[o].at == NOWHERE]
    return found


class _LeastBad(IteratedLocalSearchCallbacks):
    """Remembers the best solution even if all break rules: PyVRP itself keeps only those that break none."""

    def __init__(self, first: pyvrp.Solution, price: pyvrp.CostEvaluator, tick: Callable[[float], bool]) -> None:
        self.solution, self.price, self.tick = first, price, tick
        self.cost = price.penalised_cost(first)

    def on_iteration(
        self,
        current: pyvrp.Solution,  # noqa: ARG002
        candidate: pyvrp.Solution,
        best: pyvrp.Solution,
        cost_evaluator: pyvrp.CostEvaluator,  # noqa: ARG002
    ) -> None:
        for solution in (candidate, best):
            cost = self.price.penalised_cost(solution)
            if cost < self.cost and solution.is_complete():
                self.solution, self.cost = solution, cost

    def stop(self, best_cost: float) -> bool:  # noqa: ARG002
        """PyVRP's stopping criterion."""
        return self.tick(self.cost)
