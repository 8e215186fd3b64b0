"""The search: PyVRP's iterated local search, led so that no order is left out that could be served.

First every order must be served, the shape PyVRP searches best (measured on 500-1,000 stops: 40 % more iterations
than with prizes). If that yields no plan without broken rules, each order gets a prize instead, far above the dearest
detour and by its priority, and the least valuable ones stay out; as soon as all are served again, all must be again.
Plans stream out from the first moment on. Runs in any thread; PyVRP lets go of the interpreter lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import pyvrp
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchCallbacks, IteratedLocalSearchParams
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import OPERATORS, LocalSearch, compute_neighbours

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.held import keep_drivers, loosened, put_back
from dispatcher.planning.insertion import Gap, Room, insert_fitting
from dispatcher.planning.judge import weigh
from dispatcher.planning.model import Model
from dispatcher.planning.problem import Problem, Sequences
from dispatcher.planning.stop import StopRule, Watch

EVERY_S = 0.3
"""Least time between two plans handed to `on_best`."""

_TRY_ALL_SHARE = 0.2
_TRY_ALL_ITERATIONS = 3_000
_HOPELESS = 0.05
"""How long to insist on serving all; with more than this share left out at first, not at all."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of the plan a search may change."""

    shift_ids: frozenset[ShiftId] | None = None
    """Whose routes may change; `None` for all. The others stay as they are, to the second."""
    keep_drivers: bool = False
    """Whether every planned stop stays with its driver; its place in the route may change."""
    take_in: bool = True
    """Whether unplanned orders may be planned."""


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Stats:
    """How a search stands."""

    seconds: float
    iterations: int
    cost: int
    """The judge's, of all routes, in minor currency units."""
    planned: int
    """Orders in all routes."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What a search found: one sequence for every shift of the problem."""

    sequences: dict[ShiftId, list[OrderId]]
    cost: int
    """The judge's, of all routes, in minor currency units."""
    seconds: float
    iterations: int


type OnBest = Callable[[dict[ShiftId, list[OrderId]], Stats], None]


class PyVrpEngine:
    """Plans with PyVRP."""

    def solve(
        self,
        problem: Problem,
        *,
        stop: StopRule,
        start: Sequences | None = None,
        on_best: OnBest | None = None,
        seed: int = 0,
        scope: Scope = EVERYTHING,
    ) -> Solution:
        """Search for the cheapest plan that breaks no rule and serves as much as can be, by priority.

        Begins from `start`, or from scratch without; routes outside the scope and held stops are those of `start`, or
        of the day's plan without. `on_best` gets a whole plan as soon as there is one, then better ones, at most
        one every `EVERY_S`, and always the last; what it raises ends the search and reaches the caller.
        """
        return _Search(problem, Watch(stop), start, on_best, seed, scope).run()


class _Search:
    """One call of `solve`."""

    def __init__(
        self,
        problem: Problem,
        watch: Watch,
        start: Sequences | None,
        on_best: OnBest | None,
        seed: int,
        scope: Scope,
    ) -> None:
        self.watch, self.on_best, self.seed = watch, on_best, seed
        self.whole = problem
        present = problem.planned if start is None else start
        self.present = {shift_id: list(present.get(shift_id, ())) for shift_id in problem.rounds}
        self.shift_ids = [s for s in problem.rounds if scope.shift_ids is None or s in scope.shift_ids]
        moving = {shift_id: self.present[shift_id] for shift_id in self.shift_ids}
        kept = keep_drivers(problem, moving) if scope.keep_drivers else problem
        self.problem = loosened(kept, moving)
        self.warm = None if start is None else moving
        self.order_ids = self._possible(self._candidates(moving, scope))
        self.streamed: Sequences | None = None

    def _candidates(self, moving: Sequences, scope: Scope) -> list[OrderId]:
        frozen = {o for s, sequence in self.present.items() if s not in moving for o in sequence}
        moved = {o for sequence in moving.values() for o in sequence}
        return [o for o in self.whole.wanted if o not in frozen and (scope.take_in or o in moved)]

    def _possible(self, order_ids: list[OrderId]) -> list[OrderId]:
        """Those that somebody could serve who has nothing else to do; the others only slow a search down."""
        rooms = [Room.of(self.problem, shift_id, ()) for shift_id in self.shift_ids]
        return [o for o in order_ids if any(self._could(room, o) for room in rooms)]

    def _could(self, room: Room, order_id: OrderId) -> bool:
        visit = self.problem.visits[order_id]
        if visit.held is not None:
            return visit.held == room.duty.shift_id
        return isinstance(room.place(visit), Gap)

    def run(self) -> Solution:
        found: Sequences = {shift_id: [] for shift_id in self.shift_ids}
        if self.order_ids and self.shift_ids:
            found = self._search()
        whole = self._completed(found)
        if self.on_best is not None and whole != self.streamed:
            self._stream(whole)
        cost = weigh(self.whole, whole).cost
        return Solution(whole, cost, self.watch.elapsed_s, self.watch.iterations)

    def _search(self) -> Sequences:
        """Serve all if that can be; else as much as can be."""
        every = _Phase.of(self, required=True, seed=self.seed)
        best = every.begin(self.warm)
        if not best.is_feasible():
            some = _Phase.of(self, required=False, seed=self.seed + 1)
            trimmed = some.trim(every.read(best))
            if len(self.order_ids) - trimmed.num_clients() <= max(2, _HOPELESS * len(self.order_ids)):
                best = every.run(best, until=lambda best: best.is_feasible() or self._tried())
            if not best.is_feasible():
                most = some.run(trimmed, until=lambda best: best.num_clients() == len(self.order_ids))
                if most.num_clients() < len(self.order_ids):
                    return some.read(most)
                best = every.model.solution(some.read(most))
        return every.read(every.run(best))

    def _tried(self) -> bool:
        return self.watch.share >= _TRY_ALL_SHARE or self.watch.iterations >= _TRY_ALL_ITERATIONS

    # --- whole plans ---

    def _completed(self, found: Sequences) -> dict[ShiftId, list[OrderId]]:
        """With every held stop, every order that still fits, and the routes outside the scope."""
        moving = {shift_id: list(found.get(shift_id, ())) for shift_id in self.shift_ids}
        held = [o for shift_id in self.shift_ids for o in self.present[shift_id] if self._held_at(o) == shift_id]
        moving = put_back(self.problem, moving, held)
        served = {o for sequence in moving.values() for o in sequence}
        left = [o for o in self.order_ids if o not in served]
        if left and moving:
            left.sort(key=lambda o: -self.problem.visits[o].priority)
            moving, _ = insert_fitting(self.problem, moving, left)
        return {shift_id: moving.get(shift_id, self.present[shift_id]) for shift_id in self.whole.rounds}

    def _held_at(self, order_id: OrderId) -> ShiftId | None:
        return self.problem.visits[order_id].held

    def offer(self, found: Sequences) -> None:
        """Stream a plan that breaks no rule."""
        if self.on_best is not None:
            self._stream(self._completed(found))

    def _stream(self, whole: dict[ShiftId, list[OrderId]]) -> None:
        assert self.on_best is not None
        self.streamed = whole
        cost = weigh(self.whole, whole).cost
        planned = sum(len(sequence) for sequence in whole.values())
        self.on_best(whole, Stats(self.watch.elapsed_s, self.watch.iterations, cost, planned))


@dataclass
class _Phase:
    """A search over one model."""

    search: _Search
    model: Model
    rng: pyvrp.RandomNumberGenerator
    local: LocalSearch
    penalties: "Penalties"

    @classmethod
    def of(cls, search: _Search, *, required: bool, seed: int) -> "_Phase":
        model = Model.of(search.problem, search.shift_ids, search.order_ids, required=required)
        rng = pyvrp.RandomNumberGenerator(seed=seed)
        return cls(search, model, rng, local_search(model, rng), Penalties.of(model))

    def begin(self, warm: Sequences | None) -> pyvrp.Solution:
        """A first solution: the given one if it breaks no rule and lacks nobody, else improved until no move helps."""
        if warm is None:
            rough = pyvrp.Solution.make_random(self.model.data, self.rng)
        else:
            rough = self.model.solution(warm)
            if rough.is_feasible():
                return rough
        return self.local(rough, self.penalties.max_cost_evaluator(), exhaustive=True)

    def trim(self, sequences: Sequences) -> pyvrp.Solution:
        """The same routes without the orders that break rules; streams the result."""
        rough = self.model.solution(sequences)
        trimmed = self.local(rough, self.penalties.max_cost_evaluator(), exhaustive=True)
        if not trimmed.is_feasible():
            trimmed = pyvrp.Solution(self.model.data, [])
        self.search.offer(self.read(trimmed))
        return trimmed

    def run(self, first: pyvrp.Solution, until: Callable[[pyvrp.Solution], bool] | None = None) -> pyvrp.Solution:
        """Search from `first` on until the watch or `until` ends it; the best plan found."""
        streamer = _Streamer(self, first, until)
        params = IteratedLocalSearchParams(callbacks=streamer)
        algorithm = IteratedLocalSearch(self.model.data, self.penalties, self.local, first, params)
        return algorithm.run(streamer.stop, collect_stats=False, display=False).best

    def read(self, solution: pyvrp.Solution) -> dict[ShiftId, list[OrderId]]:
        """A solution as sequences."""
        return self.model.sequences(solution, self.search.present)


class _Streamer(IteratedLocalSearchCallbacks):
    """Hands better plans on as they come, and stops the search."""

    def __init__(self, phase: _Phase, first: pyvrp.Solution, until: Callable[[pyvrp.Solution], bool] | None) -> None:
        self.phase, self.until = phase, until
        self.best = first
        self.offered: pyvrp.Solution | None = None
        self.offered_at = float("-inf")
        self._offer()

    def on_iteration(
        self,
        current: pyvrp.Solution,  # noqa: ARG002
        candidate: pyvrp.Solution,  # noqa: ARG002
        best: pyvrp.Solution,
        cost_evaluator: pyvrp.CostEvaluator,  # noqa: ARG002
    ) -> None:
        self.best = best
        if best is not self.offered and perf_counter() - self.offered_at >= EVERY_S:
            self._offer()

    def stop(self, best_cost: float) -> bool:
        """PyVRP's stopping criterion."""
        reached = self.until is not None and self.until(self.best)
        return reached or self.phase.search.watch.tick(best_cost)

    def _offer(self) -> None:
        if self.best.is_feasible():
            self.offered, self.offered_at = self.best, perf_counter()
            self.phase.search.offer(self.phase.read(self.best))


def local_search(model: Model, rng: pyvrp.RandomNumberGenerator) -> LocalSearch:
    """PyVRP's local search with all its operators that the data has a use for, as in `pyvrp.solve`."""
    local = LocalSearch(model.data, rng, compute_neighbours(model.data))
    for operator in OPERATORS:
        if operator.supports(model.data):
            local.add_operator(operator(model.data))
    return local


class Penalties(PenaltyManager):
    """PyVRP's penalties in the model's money, high enough to outweigh a prize.

    Without PyVRP's warning that rules are hard to keep: on an overfull day they are, and the reasons say so.
    """

    @classmethod
    def of(cls, model: Model) -> "Penalties":
        """The penalties that `pyvrp.solve` begins with, for each second of a driver's time instead of each unit."""
        plain = PenaltyParams()
        params = PenaltyParams(
            min_penalty=plain.min_penalty * model.scale,
            max_penalty=max(plain.max_penalty * model.scale, 2.0 * model.top_prize),
        )
        loads, late, far = plain.midpoint_penalties(model.data)
        return cls(([n * model.scale for n in loads], late * model.scale, far * model.scale), params)

    def _register(self, idx: int, violation: int) -> None:
        seen = self._viol_lists[idx]
        seen.append(violation)
        if len(seen) == self._params.solutions_between_updates:
            kept = sum(n == 0 for n in seen) / len(seen)
            seen.clear()
            self._penalties[idx] = self._compute(self._penalties[idx], kept)
