"""Trying a stop in other places, under other circumstances, and telling by the judge whether that is an improvement.

What re-planning may touch is settled here: locks, held stops, what is driven or frozen. A try counts only if the stop
is planned and breaks no rule, and nothing else breaks a rule, or breaks it more, than in the plan as it stands.
"""

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import batched
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.churn import handling_cost
from dispatcher.planning.everywhere import Everywhere, Places
from dispatcher.planning.fixed import fixed_heads
from dispatcher.planning.judge import Timeline, Weight, weigh_many
from dispatcher.planning.problem import Problem, Sequences
from dispatcher.planning.standing import Standing, find_late, standings

type Routes = Mapping[ShiftId, tuple[OrderId, ...]]

MINUTE_PRICE = 40
"""Minor units for a minute by which a place is missed, to look at the likely places first; no price that is shown."""

_ALIKE = 3
"""So many places of one round are looked at: neighbours are much alike."""

_BY_HAND = 8
"""Places of one round that columns cannot weigh are many and slow: those with the least detour are weighed."""

_AT_ONCE = 8
_SHARE = 0.3
"""Of the time that is left, for weighing those of one kind of fix: a few rounds that load again can take it all."""

_IMPOSSIBLE = np.iinfo(np.int64).max // 4


class Spot(NamedTuple):
    """A place in a round that does not have the stop."""

    shift_id: ShiftId
    place: int
    cost: int = 0
    """About what the round costs more with it, in minor units."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rounds as they would be, and the differences to the plan as it stands, by the judge."""

    routes: Routes
    cost: int
    """Minor currency units."""
    distance_m: int
    duration_s: int
    handling: int
    """Minor currency units for goods that another van has loaded; no part of `cost`."""


class Tries:
    """One stop, planned or not, and the plan it is to be tried in."""

    def __init__(self, problem: Problem, sequences: Sequences, order_id: OrderId, until: float = math.inf) -> None:
        """`until` is a moment of the monotonic clock. Raises `KeyError` for an order that is not of the day."""
        self._until = until
        self.problem, self.visit = problem, problem.visits[order_id]
        self.routes: Routes = {shift_id: tuple(sequence) for shift_id, sequence in sequences.items()}
        self.home = next((s for s, sequence in self.routes.items() if order_id in sequence), None)
        self.left: Routes = {s: tuple(o for o in sequence if o != order_id) for s, sequence in self.routes.items()}
        self.heads = fixed_heads(problem, self.routes)
        found = standings(problem, list(self.routes.items()))
        find_late(problem, found)
        self.now = dict(zip(self.routes, found, strict=True))

    # --- what may be touched ---

    @property
    def own(self) -> int | None:
        """Its present place in its round."""
        return None if self.home is None else self.routes[self.home].index(self.visit.order_id)

    @cached_property
    def nailed(self) -> bool:
        """Whether it is driven, or lies before the freeze line: nobody can move it any more."""
        return self.home is not None and self.own is not None and self.own < self.heads[self.home]

    def places(self, shift_id: ShiftId, *, unlocked: bool = False) -> range:
        """Where in this round, without the stop, it may be put; with `unlocked` as if nothing were locked or held."""
        lock, length = self.problem.rounds[shift_id].lock, len(self.left[shift_id])
        behind = range(self.heads[shift_id], length + 1)
        if shift_id == self.home:
            assert self.own is not None
            fast = self.nailed or (not unlocked and lock in (Lock.ROUTE, Lock.SEQUENCE))
            return range(self.own, self.own + 1) if fast else behind
        if self.nailed or self.visit.done or not (unlocked or self._may_leave()):
            return range(0)
        return behind if unlocked or lock in (Lock.OPEN, Lock.SEQUENCE) else range(0)

    def _may_leave(self) -> bool:
        return self.home is None or (self.visit.held != self.home and self.problem.rounds[self.home].lock is Lock.OPEN)

    def unlocks(self, spot: Spot) -> tuple[tuple[ShiftId, ...], tuple[OrderId, ...]]:
        """Which rounds' locks, and which holds, stand in the way of that place."""
        shift_id = spot.shift_id
        if spot.place in self.places(shift_id):
            return (), ()
        rounds = self.problem.rounds
        locked = [] if rounds[shift_id].lock in (Lock.OPEN, Lock.SEQUENCE) else [shift_id]
        if shift_id == self.home:
            return (shift_id,), ()
        if self.home is not None and rounds[self.home].lock is not Lock.OPEN:
            locked.append(self.home)
        held = (self.visit.order_id,) if self.home is not None and self.visit.held == self.home else ()
        return tuple(locked), held

    def movable(self, shift_id: ShiftId, *, fetched: bool = False) -> tuple[OrderId, ...]:
        """The other stops of a round that re-planning may give away; with `fetched` also what others wait for."""
        if self.problem.rounds[shift_id].lock is not Lock.OPEN:
            return ()
        visits = self.problem.visits
        behind = [o for o in self.routes[shift_id][self.heads[shift_id] :] if o != self.visit.order_id]
        return tuple(
            o for o in behind if not visits[o].held and visits[o].pickup is None and (fetched or o not in self._fetched)
        )

    def welcomes(self, shift_id: ShiftId, sequence: Sequence[OrderId]) -> bool:
        """Whether re-planning may make this of a round that gets the stop and another."""
        head, lock = self.heads[shift_id], self.problem.rounds[shift_id].lock
        if tuple(sequence[:head]) != self.routes[shift_id][:head]:
            return False
        if shift_id == self.home:
            return lock is Lock.OPEN and not self.nailed
        return bool(self.places(shift_id)) and lock in (Lock.OPEN, Lock.SEQUENCE)

    @cached_property
    def _fetched(self) -> Collection[OrderId | None]:
        return {visit.pickup for visit in self.problem.visits.values()}

    # --- where it might go ---

    @cached_property
    def here(self) -> Places:
        """As things are."""
        return Everywhere(self.problem, self.left).weigh(self.visit.order_id)

    def spots(self, problem: Problem, most: int, *, unlocked: bool = False) -> list[Spot]:
        """The places where nothing would get worse under these circumstances, the likeliest first."""
        if not self.left:
            return []
        same = problem is self.problem
        places = self.here if same else Everywhere(problem, self.left).weigh(self.visit.order_id)
        cost = self._costs(problem, places, unlocked=unlocked)
        return self._lowest(cost, most)

    def nearest(self, most: int, *, unlocked: bool = False) -> list[ShiftId]:
        """The rounds whose way it lies on most, whatever else is in the way but person, skills and roads."""
        shift_ids = list(self.left)
        barred = self.here.weights["barred"] > [self.now[s].weight.barred for s in shift_ids]
        allowed = self._allowed(unlocked=unlocked) & ~barred
        price = np.where(allowed, self.here.weights["cost"] - self._costs_now(), _IMPOSSIBLE)
        best = price.min(axis=0)
        return [shift_ids[i] for i in np.argsort(best, kind="stable")[:most] if best[i] < _IMPOSSIBLE]

    def _costs(self, problem: Problem, places: Places, *, unlocked: bool) -> NDArray[np.int64]:
        """What each place costs more than the round does now; much for a place that makes anything worse."""
        allowed = self._allowed(unlocked=unlocked)
        fine = allowed & places.settled
        for part in Weight._fields[:-1]:
            fine &= places.weights[part] <= [getattr(self.now[s].weight, part) for s in self.left]
        cost: NDArray[np.int64] = np.where(fine, places.weights["cost"] - self._costs_now(), _IMPOSSIBLE)
        for lane, place, more in self._unsettled(problem, places, allowed):
            cost[place, lane] = more
        return cost

    def _allowed(self, *, unlocked: bool) -> NDArray[np.bool_]:
        allowed = np.zeros(self.here.there.shape, bool)
        for lane, shift_id in enumerate(self.left):
            spots = self.places(shift_id, unlocked=unlocked)
            allowed[spots.start : spots.stop, lane] = True
        return allowed & self.here.there

    def _missed(self) -> NDArray[np.int64]:
        """What a place is likely to cost besides driving: by how much it is missed as things are."""
        now = np.array([self.now[s].weight.overrun_s for s in self.left])
        late_s = np.where(self.here.settled, np.maximum(self.here.weights["overrun_s"] - now, 0), 0)
        found: NDArray[np.int64] = late_s * MINUTE_PRICE // 60
        return found

    def _costs_now(self) -> NDArray[np.int64]:
        return np.array([self.now[s].weight.cost for s in self.left], np.int64)

    def _unsettled(
        self, problem: Problem, places: Places, allowed: NDArray[np.bool_]
    ) -> Iterator[tuple[int, int, int]]:
        """The places that columns cannot weigh, weighed one by one."""
        shift_ids, odd, tries = list(self.left), allowed & ~places.settled, list[tuple[int, int, int]]()
        for lane in np.nonzero(odd.any(axis=0))[0].tolist():
            open_places = np.nonzero(odd[:, lane])[0]
            near = open_places[np.argsort(places.distance_m[open_places, lane], kind="stable")[:_BY_HAND]]
            now_m = self.now[shift_ids[lane]].distance_m
            tries += [(int(places.distance_m[place, lane]) - now_m, lane, place) for place in near.tolist()]
        began = time.monotonic()
        for some in batched(sorted(tries), _AT_ONCE):
            weights = weigh_many(problem, [self.put(Spot(shift_ids[lane], place)) for _, lane, place in some])
            for (_, lane, place), weight in zip(some, weights, strict=True):
                now = self.now[shift_ids[lane]].weight
                if no_worse(weight, now):
                    yield lane, place, weight.cost - now.cost
            if time.monotonic() - began > (self._until - began) * _SHARE:
                return

    def _lowest(self, cost: NDArray[np.int64], most: int) -> list[Spot]:
        shift_ids, found, alike = list(self.left), list[Spot](), dict[int, int]()
        missed = self._missed()
        possible = cost < _IMPOSSIBLE
        width = cost.shape[1]
        for cell in np.argsort(np.where(possible, cost + missed, _IMPOSSIBLE), axis=None, kind="stable").tolist():
            place, lane = divmod(cell, width)
            if not possible[place, lane] or len(found) == most:
                break
            alike[lane] = alike.get(lane, 0) + 1
            if alike[lane] <= _ALIKE:
                shift_id = shift_ids[lane]
                more = int(cost[place, lane]) + (0 if shift_id == self.home else self.given)
                found.append(Spot(shift_id, place, more))
        return found

    @cached_property
    def given(self) -> int:
        """What its round costs more without it."""
        if self.home is None:
            return 0
        (left,) = weigh_many(self.problem, [(self.home, self.left[self.home])])
        return left.cost - self.now[self.home].weight.cost

    def put(self, spot: Spot) -> tuple[ShiftId, tuple[OrderId, ...]]:
        """The round with the stop at that place."""
        rest = self.left[spot.shift_id]
        return spot.shift_id, (*rest[: spot.place], self.visit.order_id, *rest[spot.place :])

    def routes_with(self, spot: Spot) -> dict[ShiftId, tuple[OrderId, ...]]:
        """All rounds that change, with the stop at that place."""
        given = {} if self.home is None else {self.home: self.left[self.home]}
        return {**given, **dict([self.put(spot)])}

    # --- whether it helps ---

    def outcome(self, problem: Problem, routes: Routes) -> Outcome | None:
        """What comes of these rounds under these circumstances; `None` if that is no improvement."""
        if "columns" not in problem.__dict__:  # reading the whole day for a few rounds takes longer than judging them
            known = {o: problem.visits[o] for sequence in routes.values() for o in sequence}
            problem = replace(problem, visits=MappingProxyType(known))
        then = dict(zip(routes, standings(problem, list(routes.items())), strict=True))
        before = {subject: v.amount for s in routes for subject, v in self.now[s].broken.items()}
        for standing in then.values():
            for subject, fault in standing.broken.items():
                if subject[1] == self.visit.order_id or fault.amount > before.get(subject, 0):
                    return None
        if self._thaws(problem, routes):
            return None
        return self._difference(routes, then)

    def _difference(self, routes: Routes, then: Mapping[ShiftId, Standing]) -> Outcome:
        def more(figure: Callable[[Standing], int]) -> int:
            return sum(figure(standing) - figure(self.now[s]) for s, standing in then.items())

        handling = sum(
            handling_cost(self.problem, s, sequence) - handling_cost(self.problem, s, self.routes[s])
            for s, sequence in routes.items()
        )
        return Outcome(
            routes=dict(routes),
            cost=more(lambda standing: standing.weight.cost),
            distance_m=more(lambda standing: standing.distance_m),
            duration_s=more(lambda standing: standing.duration_s),
            handling=round(handling),
        )

    def _thaws(self, problem: Problem, routes: Routes) -> bool:
        """Whether any service but that of the fixed heads would begin before the freeze line."""
        freeze_s = problem.freeze_s
        if freeze_s is None:
            return False
        for shift_id, sequence in routes.items():
            line = Timeline.of(problem, problem.rounds[shift_id], [problem.visits[o] for o in sequence])
            if any(begins_s < freeze_s for begins_s in line.begins_s[self.heads[shift_id] :]):
                return True
        return False


def no_worse(weight: Weight, now: Weight) -> bool:
    """Whether no kind of broken rule weighs more than now."""
    return all(then <= before for then, before in zip(weight[:-1], now[:-1], strict=True))
