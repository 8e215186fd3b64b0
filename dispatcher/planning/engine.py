"""The search: PyVRP's iterated local search, led so that no order is left out that could be served.

First every order must be served, the shape PyVRP searches best (measured on 500-1,000 stops: 40 % more iterations
than with prizes). If that yields no plan without broken rules, each order gets a prize instead, far above the dearest
detour and by its priority, and the least valuable ones stay out; as soon as all are served again, all must be again.
Plans stream out from the first moment on. Runs in any thread; PyVRP lets go of the interpreter lock.

Only what may change is searched: open rounds, each behind its fixed head. Afterwards the judge puts right what PyVRP
cannot know: breaks, odd pairs, rounds whose sequence is locked (they take in what fits), handling that does not pay.
Rounds that keep their stops are sequenced each for itself. Locks, heads and held stops hold whatever happens.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

import pyvrp
from pyvrp.IteratedLocalSearch import IteratedLocalSearch, IteratedLocalSearchCallbacks, IteratedLocalSearchParams
from pyvrp.search import LocalSearch

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.churn import objective
from dispatcher.planning.draft import Draft
from dispatcher.planning.fixed import fixed_heads, frozen, rests
from dispatcher.planning.held import keep_drivers, loosened, put_back
from dispatcher.planning.ils import Penalties, local_search
from dispatcher.planning.insertion import Gap, Room
from dispatcher.planning.judge import weigh
from dispatcher.planning.model import Model
from dispatcher.planning.modelling import model_of
from dispatcher.planning.pairs import shipments, together
from dispatcher.planning.problem import Problem, Sequences
from dispatcher.planning.resequence import IDLE, resequence
from dispatcher.planning.stop import StopRule, Watch

EVERY_S = 0.3
"""Least time between two plans handed to `on_best`."""

_KEEPING_ITERATIONS = 2_000
_MENDING_TRIES = 60
_LEFT_TRIES = 100
"""How much work for the judge there is after a search, at most."""

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
    take_in: bool | frozenset[OrderId] = True
    """Whether unplanned orders may be planned, or which of them."""
    drop: bool = True
    """Whether planned orders that fit no round without breaking a rule are left out."""

    @classmethod
    def rounds(cls, shift_ids: Iterable[ShiftId]) -> "Scope":
        """Re-sequence these rounds; they may exchange stops, and nothing else enters or leaves them."""
        return cls(frozenset(shift_ids), take_in=False, drop=False)


EVERYTHING = Scope()
"""The whole day, as well as can be."""
IMPROVE = Scope(drop=False)
"""The whole day, and whoever is planned stays planned."""
TIMES = Scope(frozenset(), take_in=False, drop=False)
"""Nothing moves; only the times are computed anew."""


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
        self.watch, self.on_best, self.seed, self.scope = watch, on_best, seed, scope
        self.whole = problem
        present = problem.planned if start is None else start
        self.present = {shift_id: list(present.get(shift_id, ())) for shift_id in problem.rounds}
        locks = {s: problem.rounds[s].lock for s in problem.rounds if scope.shift_ids is None or s in scope.shift_ids}
        self.shift_ids = [s for s, lock in locks.items() if lock is Lock.OPEN]
        self.keeping = [s for s, lock in locks.items() if lock is Lock.DRIVER]
        self.in_order = [s for s, lock in locks.items() if lock is Lock.SEQUENCE]
        moving = {shift_id: self.present[shift_id] for shift_id in self.shift_ids}
        self.heads = fixed_heads(problem, {s: self.present[s] for s in (*self.shift_ids, *self.in_order)})
        self.problem = loosened(self._bound(moving), {**moving, **{s: self.present[s] for s in self.in_order}})
        self.rests = rests(problem, moving)
        self.warm = None if start is None else moving
        waiting = self._candidates(moving)
        self.order_ids = self._possible(waiting)
        self.beside = [o for o in waiting if o not in set(self.order_ids)]
        self.streamed: Sequences | None = None

    def _bound(self, moving: Sequences) -> Problem:
        """The problem with everything held that keeps its round: heads, locked sequences, odd pairs."""
        kept: dict[ShiftId, list[OrderId]] = {s: self.present[s] for s in self.in_order}
        for shift_id, sequence in moving.items():
            tail = sequence[self.heads[shift_id] :]
            bound = tail if self.scope.keep_drivers else _in_odd_pairs(self.whole, sequence, tail)
            kept[shift_id] = [*sequence[: self.heads[shift_id]], *bound]
        fixed = {o for s, head in self.heads.items() for o in self.present[s][:head]}
        return keep_drivers(frozen(self.whole, fixed), kept)

    def _candidates(self, moving: Sequences) -> list[OrderId]:
        """What the search may place: orders of open rounds behind their heads, and unplanned ones."""
        bound = {o for s, sequence in self.present.items() if s not in moving for o in sequence}
        bound |= {o for s, sequence in moving.items() for o in sequence[: self.heads[s]]}
        moved = {o for sequence in moving.values() for o in sequence}
        taken = self.scope.take_in
        coming = taken if isinstance(taken, frozenset) else self.whole.visits if taken else moved
        return [o for o in self.whole.wanted if o not in bound and (o in coming or o in moved)]

    def _possible(self, order_ids: list[OrderId]) -> list[OrderId]:
        """Those that somebody could serve who has nothing else to do; the others only slow a search down.

        Halves of pairs that PyVRP cannot plan as one stay out unless they are held; the judge puts them in.
        """
        rooms = [Room.of(self.problem, shift_id, ()) for shift_id in self.shift_ids]
        could = {o: {room.duty.shift_id for room in rooms if self._could(room, o)} for o in order_ids}
        pairs = shipments(self.problem, order_ids)
        for first, second in pairs.items():
            could[first] = could[second] = could[first] & could[second]
        whole = {*pairs, *pairs.values()}
        visits, waited_for = self.problem.visits, {self.problem.visits[o].pickup for o in order_ids}
        return [
            o
            for o in order_ids
            if could[o] and (o in whole or visits[o].held or not (visits[o].pickup or o in waited_for))
        ]

    def _could(self, room: Room, order_id: OrderId) -> bool:
        visit = self.problem.visits[order_id]
        if visit.held is not None:
            return visit.held == room.duty.shift_id
        if self.problem.bars(visit, room.duty):
            return False
        return room.duty.pause is not None or visit.pickup is not None or isinstance(room.place(visit), Gap)

    def run(self) -> Solution:
        found: Sequences = {shift_id: self.present[shift_id][: self.heads[shift_id]] for shift_id in self.shift_ids}
        for shift_id in self.keeping:
            rule = StopRule(iterations=_KEEPING_ITERATIONS, idle=IDLE, asked=lambda: self.watch.over)
            self.present.update(resequence(self.whole, self.present, [shift_id], stop=rule, seed=self.seed))
        if self.order_ids and self.shift_ids:
            found = self._search()
        whole = self._no_worse(self._settled(self._completed(found)))
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
        """With every held stop, and the routes outside the search."""
        moving = {shift_id: list(found.get(shift_id, ())) for shift_id in self.shift_ids}
        held = [o for shift_id in self.shift_ids for o in self.present[shift_id] if self._held_at(o) == shift_id]
        moving = put_back(self.problem, moving, held, self.heads)
        return {shift_id: moving.get(shift_id, self.present[shift_id]) for shift_id in self.whole.rounds}

    def _settled(self, found: dict[ShiftId, list[OrderId]]) -> dict[ShiftId, list[OrderId]]:
        """What the judge can still do: mend what is broken, hand back what need not move, put in the rest."""
        held = {o for sequence in found.values() for o in sequence if self._held_at(o) is not None}
        locked = {o for s in found if s not in self.shift_ids for o in found[s]}
        moved = [o for s in self.shift_ids for o in self.present[s]]
        enterable = [*self.shift_ids, *self.in_order]
        draft = Draft(self.problem, found, heads=self.heads, enterable=enterable, staying=held | locked)
        draft.mend(self.shift_ids, tries=_MENDING_TRIES)
        out = [o for shift_id in self.shift_ids for o in draft.shed(shift_id)]
        homes = {o: v.loaded_on for o, v in self.whole.visits.items() if v.loaded_on is not None}
        if self.whole.handling_s:
            draft.take_back(homes)
        left = draft.lacking((*out, *self.order_ids, *self.beside))
        left.sort(key=lambda o: -self.problem.visits[o].priority)
        draft.insert(left[:_LEFT_TRIES])
        if not self.scope.drop:
            draft.force(draft.lacking(moved))
        return draft.sequences

    def _no_worse(self, found: dict[ShiftId, list[OrderId]]) -> dict[ShiftId, list[OrderId]]:
        """What the search began from, with whatever else fits it, if that serves as much and is as good.

        With more orders than room a search may leave out who was planned in favour of others, or take both and
        break a rule; neither is for it.
        """
        if self.warm is None:
            return found
        before = {o for sequence in self.present.values() for o in sequence}
        after = {o for sequence in found.values() for o in sequence}
        old, new = objective(self.whole, self.present), objective(self.whole, found)
        lost_for_nothing = before - after and old[:4] <= new[:4]
        worse = lost_for_nothing or new[:4] > old[:4] or (after <= before and new >= old)
        return self._filled() if worse else found

    def _filled(self) -> dict[ShiftId, list[OrderId]]:
        """The plan that the search began from, and whatever else fits it as it is."""
        staying = [o for sequence in self.present.values() for o in sequence]
        enterable = [*self.shift_ids, *self.in_order]
        draft = Draft(self.problem, self.present, heads=self.heads, enterable=enterable, staying=staying)
        left = draft.lacking((*self.order_ids, *self.beside))
        left.sort(key=lambda o: -self.problem.visits[o].priority)
        draft.insert(left[:_LEFT_TRIES])
        return draft.sequences

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
        model = model_of(search.problem, search.shift_ids, search.order_ids, required=required, rests=search.rests)
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


def _in_odd_pairs(problem: Problem, sequence: Sequence[OrderId], tail: Sequence[OrderId]) -> list[OrderId]:
    """Stops of the tail that share goods with another stop of the round, unless PyVRP can plan them as one."""
    simple = shipments(problem, tail)
    planned_as_one = {*simple, *simple.values()}
    return [o for o in tail if o not in planned_as_one and len(together(problem, o, sequence)) > 1]
