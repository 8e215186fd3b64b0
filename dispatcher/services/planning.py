"""The planning desk: looks at a day with the judge's eyes, and asks the engine for better plans.

Everything here computes against a snapshot and changes nothing; `services.plan` applies what comes out.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.fleet import Lock, Profile
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress, Progress
from dispatcher.domain.roads import RoadNetwork, RoadPath, obeyed
from dispatcher.domain.schedule import Reason, RouteTimes, Schedule
from dispatcher.planning.churn import objective
from dispatcher.planning.engine import EVERYTHING, IMPROVE, TIMES, Scope, Stats
from dispatcher.planning.fixed import fixed_heads, frozen
from dispatcher.planning.insertion import insert_best
from dispatcher.planning.judge import judge, judge_route
from dispatcher.planning.parts import Planner
from dispatcher.planning.problem import Problem, places_of, profiles_of
from dispatcher.planning.reasons import explain
from dispatcher.planning.resequence import resequence
from dispatcher.planning.stop import StopRule
from dispatcher.services.plan import Proposal, Sequences, sequences_of, with_sequences

__all__ = ["EVERYTHING", "IMPROVE", "MAX_PLACES", "TIMES", "Flag", "Line", "Outlook", "PlanningDesk", "Scope"]

MAX_PLACES = 6_000
"""Of a day: its travel table grows with the square, and has 1 GB then."""

KEPT = 3
"""Readings of the day that are remembered: as it stands, as a proposal would have it, as it was."""

LIGHT = 1_500
"""Places up to which a travel table of its own for each reading is no burden: 18 MB."""

SETTLED_S = 0.05
"""A round of 50 stops has found its sequence by then."""

DOORSTEP_M = 20.0
"""A door nearer than this to the road's middle needs no line of its own."""

type Line = tuple[tuple[float, float], ...]
"""A run of (lat, lon)."""


class _Enough(Exception):
    """Somebody needs the processor, or has another plan."""


class Flag(Protocol):
    """Something that says stop; a `threading.Event` is one."""

    def is_set(self) -> bool:
        """Whether to stop."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """A day as the judge sees it."""

    day: Day
    schedule: Schedule
    reasons: Mapping[OrderId, Reason]
    """Why each unplanned order is unplanned."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A day that was looked at: its numbers, and what the judge said of its rounds."""

    day: Day
    problem: Problem
    judged: Mapping[tuple[ShiftId, tuple[OrderId, ...]], RouteTimes]


class PlanningDesk:
    """Answers about one depot's days on its roads. Any thread. Close it when done.

    The problems of the last `KEPT` readings of a day are kept: looking again after a look costs nothing. A whole
    day is searched in a process of its own; what takes a tenth of a second (`resequence`, `insert`) is done here.
    """

    def __init__(self, roads: RoadNetwork) -> None:
        self.roads = roads
        self._engine = Planner()
        self._quiet = Planner(quietly=True)
        self._lock = threading.Lock()
        self._known: list[_Known] = []

    def problem(self, day: Day) -> Problem:
        """The day in numbers, with travel tables for every profile on duty, its closed streets closed.

        Raises `KnownError` for a day so large that its tables would not fit into memory.
        """
        if found := self._kept(day):
            return found.problem
        with self._lock:
            like = next((k for k in self._known if _differ_in_plan_only(k.day, day)), None)
        if like:
            known = _Known(day, like.problem.replanned(day), like.judged)
        else:
            places = places_of(day)
            if len(places.places) > MAX_PLACES:
                raise KnownError(
                    f"{day.date:%d %B %Y} has orders at {len(places.places):,} places; up to {MAX_PLACES:,} fit.",
                    "Undo the import, or divide the orders among several days or depots.",
                )
            profiles = sorted(profiles_of(day) or {Profile.CAR})
            closed = obeyed(self.roads, day.closures)
            travel = {profile: self.roads.table(places.places, profile, closed) for profile in profiles}
            known = _Known(day, Problem.of(day, travel), {})
        with self._lock:
            others = [k for k in self._known if k.day is not day and _light_beside(k.problem, known.problem)]
            self._known = [known, *others[: KEPT - 1]]
        return known.problem

    def ready(self, day: Day) -> bool:
        """Whether `problem` answers at once: the roads between the day's places have been measured."""
        with self._lock:
            return any(k.day is day or _differ_in_plan_only(k.day, day) for k in self._known)

    def _kept(self, day: Day) -> _Known | None:
        with self._lock:
            return next((k for k in self._known if k.day is day), None)

    def _judge(self, day: Day, sequences: Sequences) -> Schedule:
        """What the judge says; rounds that were judged before as they are now are not judged again."""
        problem = self.problem(day)
        latest = self._kept(day)
        before = latest.judged if latest else {}
        keys = [(shift_id, tuple(sequence)) for shift_id, sequence in sequences.items()]
        judged = {key: before.get(key) or judge_route(problem, *key) for key in keys}
        with self._lock:
            self._known = [replace(k, judged=judged) if k.day is day else k for k in self._known]
        return Schedule({shift_id: times for (shift_id, _), times in judged.items()})

    def look(self, day: Day, *, why: bool = True) -> Outlook:
        """Times, loads and broken rules of every round; with `why` also the reasons of unplanned orders."""
        schedule = self._judge(day, sequences_of(day))
        return Outlook(day, schedule, self.reasons(day) if why else {})

    def reasons(self, day: Day) -> Mapping[OrderId, Reason]:
        """Why each unplanned order is unplanned."""
        return explain(self.problem(day), sequences_of(day))

    def preview(self, day: Day, proposal: Proposal) -> Outlook:
        """The day as it would be with a proposal for it."""
        schedule = self._judge(day, {**sequences_of(day), **proposal.after})
        return Outlook(with_sequences(day, proposal.after), schedule, {})

    def optimise(
        self,
        day: Day,
        *,
        seconds: float,
        scope: Scope = EVERYTHING,
        seed: int = 1,
        stop: Flag | None = None,
        on_best: Callable[[Proposal], None] | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """Search the whole day, or what `scope` says; `stop` ends the search early and keeps the best so far.

        What has been driven, lies before the freeze line or is locked stays as it is. With the scope `TIMES` nothing
        moves: the proposal is the plan as it is, priced anew. `seconds` count from when the search begins. A cancelled
        `progress` raises `Cancelled` at once.
        """
        if not day.shifts:
            raise KnownError("No driver is on duty on this day.", "Put drivers on duty under Fleet, then plan again.")
        watch = progress or NoProgress()
        watch.report(0.0, "Measuring the roads")
        before = sequences_of(day)
        if scope == TIMES:
            return self._proposal(day, before, before, self._judge(day, before).cost)
        self._engine.warm_up()
        problem = self.problem(day)
        free = sequences_of(day, scope.shift_ids)

        began, planned = time.monotonic(), sum(map(len, before.values()))

        def asked() -> bool:
            if watch.cancelled():
                raise Cancelled
            gone = time.monotonic() - began
            watch.report(min(1.0, gone / seconds), f"{planned} stops planned, {max(0.0, seconds - gone):.0f} s left")
            return stop is not None and stop.is_set()

        def stream(sequences: Sequences, stats: Stats) -> None:
            nonlocal planned
            planned = stats.planned
            if on_best:
                on_best(self._proposal(day, free, {s: sequences[s] for s in free}, stats.cost))

        start = before if any(before.values()) else None
        rule = StopRule(seconds=seconds, asked=asked)
        solution = self._engine.solve(problem, start=start, stop=rule, on_best=stream, seed=seed, scope=scope)
        return self._proposal(day, free, {s: solution.sequences[s] for s in free}, solution.cost)

    def improve(
        self, day: Day, *, seconds: float, stop: Flag | None = None, seed: int = 1, scope: Scope = IMPROVE
    ) -> Proposal:
        """A better plan for the day, searched for quietly from the plan as it is; that plan itself if none is found.

        Nobody who is planned is left out. For the background: the search has a process of its own that gives way to
        everything else, and `stop` ends it within 0.1 s, with the best plan so far.
        """
        before, found = sequences_of(day), list[Sequences]()
        problem = self.problem(day)

        def asked() -> bool:
            if stop is not None and stop.is_set():
                raise _Enough
            return False

        rule = StopRule(seconds=seconds, asked=asked)
        if any(before.values()):
            with suppress(_Enough):
                best = self._quiet.solve(
                    problem, start=before, stop=rule, on_best=lambda plan, _: found.append(plan), seed=seed, scope=scope
                )
                found.append(best.sequences)
        after = found[-1] if found and _improves(problem, before, found[-1]) else before
        return self._proposal(day, before, after, judge(problem, after).cost)

    def resequence(
        self, day: Day, shift_ids: Collection[ShiftId], *, exchange: bool = False, seed: int = 1
    ) -> Proposal:
        """Better sequences of these rounds; nothing else enters or leaves them.

        Every driver keeps their stops, or with `exchange` the rounds may give stops to one another; held orders keep
        their driver always.
        """
        problem = self.problem(day)
        before = sequences_of(day, shift_ids)
        after: Sequences = sequences_of(day)
        together = [list(before)] if exchange else [[shift_id] for shift_id in before]
        for some in together:
            after = resequence(problem, after, some, seconds=SETTLED_S * len(some), seed=seed)
        return self._proposal(day, before, {s: after[s] for s in before}, judge(problem, after).cost)

    def insert(self, day: Day, order_ids: Iterable[OrderId], *, to_shift: ShiftId | None = None) -> Proposal:
        """The cheapest places for orders, in one round or in any that is not locked; behind what is driven or frozen.

        Raises `KnownError` if every round is locked.
        """
        problem, present = self.problem(day), sequences_of(day)
        free = [s for s, duty in problem.rounds.items() if duty.lock in (Lock.OPEN, Lock.SEQUENCE)]
        before = {s: present[s] for s in (free if to_shift is None else [to_shift])}
        if not before:
            raise KnownError("Every round is locked.", "Unlock one, or choose the driver by hand.")
        heads = fixed_heads(problem, before)
        fixed = {o for s, sequence in before.items() for o in sequence[: heads[s]]}
        after = insert_best(frozen(problem, fixed), before, list(order_ids), heads)
        return self._proposal(day, before, after, judge(problem, {**present, **after}).cost)

    def line(self, day: Day, shift_id: ShiftId) -> RoadPath:
        """The way one round takes, from its start through its stops to its end."""
        shift = day.shifts[shift_id]
        route = next(r for r in day.plan.routes if r.shift_id == shift_id)
        stops = [p for p in (day.orders[o].address.place for o in route.order_ids) if p is not None]
        if not stops:
            return RoadPath((), 0, 0)
        through = [shift.start, *stops, *([shift.end] if shift.end else [])]
        closed = obeyed(self.roads, day.closures)
        path = self.roads.path(through, day.vehicles[shift.vehicle_id].kind.profile, closed)
        doors = [_to_doors(leg, *pair) for leg, pair in zip(path.legs, pairwise(through), strict=True)]
        return replace(path, legs=tuple(doors))

    def close(self) -> None:
        """End the optimiser's processes; a search under way fails."""
        self._engine.close()
        self._quiet.close()

    def _proposal(self, day: Day, before: Sequences, after: Sequences, cost: int) -> Proposal:
        kept = {shift_id: tuple(order_ids) for shift_id, order_ids in after.items()}
        return Proposal(day.date, day.revision, before, kept, cost)


def _improves(problem: Problem, before: Sequences, after: Sequences) -> bool:
    """Whether nobody is left out and the plan is better, handling included."""
    served = {order_id for sequence in after.values() for order_id in sequence}
    missing = any(order_id not in served for sequence in before.values() for order_id in sequence)
    more = len(served) > sum(map(len, before.values()))
    old, new = objective(problem, before), objective(problem, after)
    return not missing and (new < old or (more and new[:4] <= old[:4]))


def _to_doors(leg: Line, start: Place, end: Place) -> Line:
    """The leg with the last steps from the road to both doors, where they are worth drawing."""
    if not leg:
        return ((start.lat, start.lon), (end.lat, end.lon))
    before = [(start.lat, start.lon)] if start.distance_m(Place(*leg[0])) > DOORSTEP_M else []
    behind = [(end.lat, end.lon)] if end.distance_m(Place(*leg[-1])) > DOORSTEP_M else []
    return (*before, *leg, *behind)


def _differ_in_plan_only(one: Day, other: Day) -> bool:
    """Whether both are one reading of a day; its routes, freeze line and loaded goods may be others."""
    parts = ("depot", "orders", "drivers", "vehicles", "shifts", "closures")
    return one.date == other.date and all(getattr(one, part) is getattr(other, part) for part in parts)


def _light_beside(kept: Problem, newest: Problem) -> bool:
    """Whether it may be kept too: a large day's travel tables are there once only."""
    large = any(len(table.off_road_m) > LIGHT for table in kept.travel.values())
    return kept.date == newest.date and (not large or kept.travel is newest.travel)
