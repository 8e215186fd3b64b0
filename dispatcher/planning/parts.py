"""Large days part by part: groups of neighbouring rounds, searched two at a time, each from where the plan stands.

An iteration costs less on a smaller part, travel matrices stay small, and both cores work: on instances of 1,000 stops
this was two to three times as good as the whole at once (compare "POPMUSIC", Taillard & Voss 2002). First the free
orders are divided by their direction from the depot, and each part is planned; then rounds are grouped anew, by
direction and along changing lines in turn, and each group may exchange stops. What a search of one part may touch is
the engine's affair: here is only who is searched with whom. Two threads of one process would share PyVRP's time (it
keeps the interpreter lock), so each worker is a process, and is told its part of the problem only.
"""

import math
import random
import threading
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from queue import SimpleQueue
from time import perf_counter

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.apart import ApartEngine
from dispatcher.planning.engine import EVERY_S, EVERYTHING, OnBest, Scope, Solution, Stats
from dispatcher.planning.fixed import fixed_heads
from dispatcher.planning.judge import weigh
from dispatcher.planning.narrow import narrowed
from dispatcher.planning.problem import NOWHERE, Problem, Sequences
from dispatcher.planning.stop import StopRule, Watch

WHOLE_UP_TO = 1_200
"""Orders that are searched at once."""
PART = 450
"""Orders of a part, about."""
WORKERS = 2
"""One when quiet: the hand at the board wants the other core, and each has 70 MB."""
LOOK_S = 0.02
"""How often to ask whether to stop."""
FIRST_S = (1.0, 2.0)
TURN_S = (2.0, 6.0)
"""Least and most seconds for a part, at first and later."""
_SHORTEST_S = 0.3
"""Of the last part that is begun before time is up."""


class Planner:
    """Plans days of any size in worker processes: small ones whole, large ones in parts.

    Any thread; one search at a time. Close it when done.
    """

    def __init__(self, *, quietly: bool = False) -> None:
        """`quietly`: the workers give way to everything else that wants a processor."""
        self._engines = [ApartEngine(quietly=quietly) for _ in range(1 if quietly else WORKERS)]

    def warm_up(self) -> None:
        """Start a worker if there is none, and do not wait for it."""
        self._engines[0].warm_up()

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
        """Search as `ApartEngine.solve` does; `on_best` and `stop.asked` are called in the calling thread.

        Of a large day `seconds` count from now, the first plan of all takes what it takes, and a seed repeats nothing.
        """
        if _count(problem, start, scope) <= WHOLE_UP_TO:
            first = self._engines[0]
            return first.solve(problem, stop=stop, start=start, on_best=on_best, seed=seed, scope=scope)
        return _Parts(problem, self._engines, stop, start, on_best, seed, scope).run()

    def close(self) -> None:
        """End the workers now; a search under way fails."""
        for engine in self._engines:
            engine.close()


def _count(problem: Problem, start: Sequences | None, scope: Scope) -> int:
    """The orders that a search could move."""
    if scope.shift_ids is None and scope.take_in:
        return len(problem.wanted)
    present = problem.planned if start is None else start
    return sum(len(present.get(s, ())) for s in problem.rounds if scope.shift_ids is None or s in scope.shift_ids)


@dataclass(frozen=True, slots=True)
class _Part:
    """Rounds that are searched together, and the unplanned orders they may take in."""

    shift_ids: tuple[ShiftId, ...]
    order_ids: frozenset[OrderId]


class _Halted(Exception):
    """Another part failed, or nobody wants the answer any more."""


class _Parts:
    """One search of a large day."""

    def __init__(
        self,
        problem: Problem,
        engines: Sequence[ApartEngine],
        stop: StopRule,
        start: Sequences | None,
        on_best: OnBest | None,
        seed: int,
        scope: Scope,
    ) -> None:
        self.problem, self.scope, self.on_best, self.seed = problem, scope, on_best, seed
        self.watch, self.rng = Watch(stop), random.Random(seed)  # noqa: S311 - nothing secret
        self.engines: SimpleQueue[ApartEngine] = SimpleQueue()
        self.workers = len(engines)
        for engine in engines:
            self.engines.put(engine)
        self.shift_ids = [s for s in problem.rounds if scope.shift_ids is None or s in scope.shift_ids]
        present = problem.planned if start is None else start
        self.plan = {s: list(present.get(s, ())) for s in problem.rounds}
        if start is None:
            self.plan = {s: self._kept(s) for s in problem.rounds}
        self.stopping, self.halted = threading.Event(), threading.Event()
        self.streamed: Sequences | None = None
        self.told_at = self.watch.began

    def run(self) -> Solution:
        """Parts in turns until the watch ends it."""
        begun = sum(map(len, self.plan.values()))
        first = self._wedges() if begun < WHOLE_UP_TO else self._groups(0)
        self._turn(first, FIRST_S, 0)
        turn = 1
        while not self.stopping.is_set() and not self.watch.over:
            self._turn(self._groups(turn), TURN_S, turn)
            turn += 1
        cost = weigh(self.problem, self.plan).cost
        if self.on_best is not None and self.plan != self.streamed:
            self._tell()
        return Solution(self.plan, cost, self.watch.elapsed_s, self.watch.iterations)

    def _kept(self, shift_id: ShiftId) -> list[OrderId]:
        """What stays in a round that is planned from scratch."""
        sequence = list(self.plan[shift_id])
        if shift_id not in self.shift_ids or self.problem.rounds[shift_id].lock is not Lock.OPEN:
            return sequence
        head = fixed_heads(self.problem, {shift_id: sequence})[shift_id]
        return [o for i, o in enumerate(sequence) if i < head or self.problem.visits[o].held == shift_id]

    # --- who is searched with whom ---

    def _free(self) -> list[OrderId]:
        """Orders to be taken in, each at a place."""
        served = {o for sequence in self.plan.values() for o in sequence}
        wanted = self.problem.wanted if self.scope.take_in is True else self.scope.take_in or ()
        return [o for o in wanted if o not in served and self.problem.visits[o].at != NOWHERE]

    def _wedges(self) -> list[_Part]:
        """Free orders by their direction from the depot, and rounds of every kind for each such wedge."""
        free = self._free()
        count = max(1, min(len(self.shift_ids) // 2, math.ceil(len(free) / PART)))
        free.sort(key=self._direction_of)
        orders = [free[i * len(free) // count : (i + 1) * len(free) // count] for i in range(count)]
        duties = sorted((self.problem.rounds[s] for s in self.shift_ids), key=lambda d: (d.profile, sorted(d.skills)))
        rounds = [[duty.shift_id for duty in duties[i::count]] for i in range(count)]
        return self._with_homes(rounds, orders)

    def _groups(self, turn: int) -> list[_Part]:
        """Neighbouring rounds: by direction in even turns, along some line in odd ones."""
        at = {s: self._centre(self.plan[s]) for s in self.shift_ids}
        angle = self.rng.uniform(0, math.tau)
        if turn % 2:
            key = {s: x * math.cos(angle) + y * math.sin(angle) for s, (x, y) in at.items()}
        else:
            key = {s: (math.atan2(y, x) - angle) % math.tau for s, (x, y) in at.items()}
        parts: list[list[ShiftId]] = [[]]
        size = 0
        for shift_id in sorted(key, key=key.__getitem__):
            if size >= PART and len(parts[-1]) > 1:
                parts.append([])
                size = 0
            parts[-1].append(shift_id)
            size += len(self.plan[shift_id])
        return self._with_homes(parts, self._nearest(parts, at))

    def _nearest(
        self, parts: Sequence[Sequence[ShiftId]], at: dict[ShiftId, tuple[float, float]]
    ) -> list[list[OrderId]]:
        """Free orders with the part that has the round whose centre is nearest."""
        part_of = {shift_id: i for i, part in enumerate(parts) for shift_id in part}
        found: list[list[OrderId]] = [[] for _ in parts]
        for order_id in self._free():
            spot = self._offset(order_id)
            found[part_of[min(at, key=lambda s: math.dist(at[s], spot))]].append(order_id)
        return found

    def _with_homes(self, rounds: Sequence[Sequence[ShiftId]], orders: Sequence[Iterable[OrderId]]) -> list[_Part]:
        """The parts; an order that only some rounds may serve goes to a part that has one, its van's if it has one."""
        found: list[list[OrderId]] = [[] for _ in rounds]
        for i, order_ids in enumerate(orders):
            for order_id in order_ids:
                found[self._home(order_id, rounds, i)].append(order_id)
        return [_Part(tuple(part), frozenset(some)) for part, some in zip(rounds, found, strict=True)]

    def _home(self, order_id: OrderId, rounds: Sequence[Sequence[ShiftId]], near: int) -> int:
        visit = self.problem.visits[order_id]
        beside = [near, *(i for i in range(len(rounds)) if i != near)]
        for shift_id in (visit.held, visit.loaded_on, self._owner(visit.pickup)):
            if shift_id is not None and (own := [i for i in beside if shift_id in rounds[i]]):
                return own[0]
        able = (i for i in beside if any(not self.problem.bars(visit, self.problem.rounds[s]) for s in rounds[i]))
        return next(able, near)

    def _owner(self, order_id: OrderId | None) -> ShiftId | None:
        if order_id is None:
            return None
        return next((s for s, sequence in self.plan.items() if order_id in sequence), None)

    def _centre(self, order_ids: Collection[OrderId]) -> tuple[float, float]:
        spots = [self._offset(o) for o in order_ids if self.problem.visits[o].at != NOWHERE]
        if not spots:
            return 0.0, 0.0
        return sum(x for x, _ in spots) / len(spots), sum(y for _, y in spots) / len(spots)

    def _offset(self, order_id: OrderId) -> tuple[float, float]:
        """Degrees east and north of the first round's start, the east ones made as long as the north ones."""
        places = self.problem.index.places
        depot = places[self.problem.rounds[self.shift_ids[0]].start]
        place = places[self.problem.visits[order_id].at]
        return (place.lon - depot.lon) * math.cos(math.radians(depot.lat)), place.lat - depot.lat

    def _direction_of(self, order_id: OrderId) -> float:
        x, y = self._offset(order_id)
        return math.atan2(y, x)

    # --- searching ---

    def _turn(self, parts: list[_Part], bounds_s: tuple[float, float], turn: int) -> None:
        """Search each part once; what anybody raises ends all and is raised here."""
        seconds = self._seconds(len(parts), bounds_s)
        with ThreadPoolExecutor(self.workers, "part") as pool:
            jobs = {pool.submit(self._search, part, seconds, turn): part for part in parts}
            try:
                waiting = set(jobs)
                while waiting:
                    ready, waiting = wait(waiting, LOOK_S, FIRST_COMPLETED)
                    for job in ready:
                        self._take(jobs[job], job.result())
                    if self.watch.rule.asked():
                        self.stopping.set()
            except BaseException:
                self.halted.set()
                raise

    def _seconds(self, parts: int, bounds_s: tuple[float, float]) -> float:
        least_s, most_s = bounds_s
        if self.watch.rule.seconds is None:
            return most_s
        left_s = max(0.0, self.watch.rule.seconds - self.watch.elapsed_s)
        turns = max(1, round(left_s * self.workers / parts / most_s))
        return max(least_s, min(most_s, left_s * self.workers / parts / turns))

    def _search(self, part: _Part, seconds: float, turn: int) -> Solution | None:
        """One part, in a worker that is free; `None` if it is too late for that."""
        if self.stopping.is_set() or self.halted.is_set() or (turn and self.watch.over):
            return None
        narrow = narrowed(self.problem, {s: self.plan[s] for s in part.shift_ids}, part.order_ids)
        start = {s: self.plan[s] for s in part.shift_ids}
        scope = replace(self.scope, shift_ids=None, take_in=True)
        engine = self.engines.get()
        try:
            if turn and self.watch.rule.seconds is not None:
                seconds = max(_SHORTEST_S, min(seconds, self.watch.rule.seconds - self.watch.elapsed_s))
            rule = StopRule(seconds=seconds, iterations=self._iterations(turn), asked=self._asked)
            return engine.solve(narrow, start=start, stop=rule, seed=self.seed + turn, scope=scope)
        finally:
            self.engines.put(engine)

    def _iterations(self, turn: int) -> int | None:
        most = self.watch.rule.iterations
        return None if most is None else max(1, most - self.watch.iterations if turn else most // 2)

    def _asked(self) -> bool:
        if self.halted.is_set():
            raise _Halted
        return self.stopping.is_set()

    def _take(self, part: _Part, found: Solution | None) -> None:
        if found is None:
            return
        self.plan = {**self.plan, **{s: found.sequences[s] for s in part.shift_ids}}
        self.watch.iterations += found.iterations
        if self.on_best is not None and perf_counter() - self.told_at >= EVERY_S:
            self._tell()

    def _tell(self) -> None:
        assert self.on_best is not None
        self.streamed, self.told_at = self.plan, perf_counter()
        planned = sum(map(len, self.plan.values()))
        cost = weigh(self.problem, self.plan).cost
        self.on_best(self.plan, Stats(self.watch.elapsed_s, self.watch.iterations, cost, planned))
