"""Bays and waves: which round is loaded at which bay when. Numbers in, a timetable out; knows no plan.

Every van wants one bay and one loader, so that no more are loaded at once than there are of the scarcer. That makes it
parallel machine scheduling with due dates (P | r, fixed | ΣT, then T_max): CP-SAT places the times, minute by minute,
and a sweep gives out the bays, which always works where what is fixed begins before all that is not.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.loading import Berth, Timetable, Yard
from dispatcher.domain.time import require_aware

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

MINUTE = 60
SEARCH_S = 4.6
"""Leaves time to build the models within five seconds."""
FAIR_SHARE = 0.3
"""Of the time, for keeping the longest delay short once the sum of all is known."""
_WATCH_S = 0.05


type Trip = tuple[ShiftId, int]
"""A round, and which trip of it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A round, or one trip of it, that is to be loaded."""

    shift_id: ShiftId
    leaves_at: datetime
    """When its plan has it leave."""
    orders: int
    parcels: int
    trip: int = 1
    """Of the round, from 1."""
    ready_at: datetime | None = None
    """When the van is back from the trip before; `None` where it stands in the yard from the start."""

    @property
    def key(self) -> "Trip":
        """What it is known by."""
        return self.shift_id, self.trip

    def duration_s(self, yard: Yard) -> int:
        """How long it stands at its bay."""
        return yard.setup_s + self.parcels * yard.parcel_s + self.orders * yard.order_s


@dataclass(frozen=True, slots=True)
class _Job:
    """In whole minutes from the origin."""

    visit: Visit
    takes: int
    due: int
    ready: int
    """Begins no sooner."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What is left to place, and what is in its way."""

    jobs: Sequence[_Job]
    busy: Sequence[tuple[int, int, int]]
    """From, until, so many at once: what stands already."""
    capacity: int
    horizon: int


def timetable(
    visits: Iterable[Visit],
    yard: Yard,
    earliest: datetime,
    *,
    standing: Mapping[Trip, Berth] | None = None,
    search_s: float = SEARCH_S,
    cancelled: Callable[[], bool] = lambda: False,
) -> Timetable:
    """Give every round a bay and a time: the least lateness of all together, then the shortest of the latest.

    `earliest` is aware; nothing that is not in `standing` begins before. What is `standing` keeps its berth. Answers
    after `search_s` seconds, or when `cancelled`, with the best so far; `Timetable.gap` says how far from the best
    possible it may be.
    """
    require_aware(earliest, "the yard's opening")
    fixed = dict(standing or {})
    jobs = [_job(visit, yard, earliest) for visit in visits if visit.key not in fixed]
    capacity = min(yard.bays, yard.loaders)
    busy = _busy([_minutes_of(berth, earliest) for berth in fixed.values()], capacity)
    latest = max([*(until for _, until, _ in busy), *(job.ready for job in jobs)], default=0)
    horizon = latest + sum(job.takes for job in jobs)
    task = _Task(jobs, busy, capacity, horizon)
    begins, gap = _placed(task, search_s, cancelled)
    berths = [*fixed.values(), *_at_bays(task, begins, earliest, yard.bays, fixed.values())]
    return Timetable(
        tuple(sorted(berths, key=lambda b: (b.begins_at, b.bay))), sum(berth.late_s for berth in berths), gap
    )


def _job(visit: Visit, yard: Yard, origin: datetime) -> _Job:
    takes = max(1, -(-visit.duration_s(yard) // MINUTE))
    due = int((visit.leaves_at - origin).total_seconds() // MINUTE)
    back_s = (visit.ready_at - origin).total_seconds() if visit.ready_at else 0.0
    return _Job(visit, takes, due, max(0, int(-(-back_s // MINUTE))))


def _minutes_of(berth: Berth, origin: datetime) -> tuple[int, int]:
    begins = (berth.begins_at - origin).total_seconds() // MINUTE
    return int(begins), int(-(-(berth.ends_at - origin).total_seconds() // MINUTE))


def _busy(spans: Sequence[tuple[int, int]], capacity: int) -> list[tuple[int, int, int]]:
    """How many stand at once from the origin on, never more than may: a yard may have been larger this morning."""
    edges = sorted({0, *(edge for span in spans for edge in span if edge > 0)})
    found = []
    for since, until in itertools.pairwise(edges):
        at_once = sum(begins <= since < ends for begins, ends in spans)
        if at_once:
            found.append((since, until, min(at_once, capacity)))
    return found


# --- times --------------------------------------------------------------------------------------------------------


def _placed(task: _Task, search_s: float, cancelled: Callable[[], bool]) -> tuple[list[int], float]:
    """When each job begins, and how far from the best that may be."""
    hint = _by_due(task)
    late = _lateness(task, hint)
    if not late or not task.jobs:
        return hint, 0.0
    least = _least(task)
    begins, bound = _searched(task, hint, search_s * (1 - FAIR_SHARE), cancelled, least=least)
    total, bound = _lateness(task, begins), max(bound, least)
    gap = max(0.0, (total - bound) / total) if total else 0.0
    if total and not cancelled():
        begins, _ = _searched(task, begins, search_s * FAIR_SHARE, cancelled, most=total)
    return begins, gap


def _by_due(task: _Task) -> list[int]:
    """One after the other by when they are due, each as early as there is room: where the search begins."""
    begins = [0] * len(task.jobs)
    placed = list(task.busy)
    for n in sorted(range(len(task.jobs)), key=lambda n: (task.jobs[n].due, task.jobs[n].takes)):
        takes, ready = task.jobs[n].takes, task.jobs[n].ready
        moments = sorted({ready, *(end for _, end, _ in placed if end > ready)})
        begins[n] = next(at for at in moments if _fits(placed, at, at + takes, task.capacity))
        placed.append((begins[n], begins[n] + takes, 1))
    return begins


def _fits(placed: Iterable[tuple[int, int, int]], since: int, until: int, capacity: int) -> bool:
    inside = [(a, b, k) for a, b, k in placed if a < until and b > since]
    moments = {since, *(a for a, _, _ in inside if a > since)}
    return all(sum(k for a, b, k in inside if a <= at < b) < capacity for at in moments)


def _lateness(task: _Task, begins: Sequence[int]) -> int:
    return sum(max(0, at + job.takes - job.due) for at, job in zip(begins, task.jobs, strict=True))


def _least(task: _Task) -> int:
    """Lateness that no timetable avoids, in minutes: that of those due first, whatever becomes of the others."""
    by_due = sorted(task.jobs, key=lambda job: job.due)
    return max((_least_of(task, by_due[:n]) for n in range(1, len(by_due) + 1)), default=0)


def _least_of(task: _Task, jobs: Sequence[_Job]) -> int:
    """Lateness of these, were no others there.

    The k-th van to be ready needs at least the work of the k shortest to be done, all loaders at it. However the vans
    share these moments, lateness is least if the k-th is the one with the k-th earliest departure: exchanging two that
    are not in this sequence never makes it more.
    """
    work, late = 0, 0
    shortest, due = sorted(job.takes for job in jobs), sorted(job.due for job in jobs)
    for takes, leaves in zip(shortest, due, strict=True):
        work += takes
        late += max(0, max(takes, _done_by(task, work)) - leaves)
    return late


def _done_by(task: _Task, work: int) -> int:
    """The minute by which so much work can be done at the earliest, all hands at it."""
    at = 0
    for since, until, taken in task.busy:
        work -= (since - at) * task.capacity
        if work <= 0:
            return since - (-work // task.capacity)
        inside = (until - since) * (task.capacity - taken)
        if work <= inside:
            return since + -(-work // (task.capacity - taken))
        work, at = work - inside, until
    return at + -(-work // task.capacity)


def _searched(
    task: _Task,
    hint: Sequence[int],
    search_s: float,
    cancelled: Callable[[], bool],
    *,
    least: int = 0,
    most: int | None = None,
) -> tuple[list[int], float]:
    """The best begins found, and the bound on what was minimised: all lateness, or with `most` the longest."""
    from ortools.sat.python import cp_model  # takes half a second to load

    model = cp_model.CpModel()
    begins = [model.new_int_var(job.ready, task.horizon, "") for job in task.jobs]
    lates = []
    intervals = [model.new_fixed_size_interval_var(a, b - a, "") for a, b, _ in task.busy]
    for job, begin in zip(task.jobs, begins, strict=True):
        late = model.new_int_var(0, max(0, task.horizon + job.takes - job.due), "")
        model.add(late >= begin + job.takes - job.due)
        intervals.append(model.new_fixed_size_interval_var(begin, job.takes, ""))
        lates.append(late)
    model.add_cumulative(intervals, [*(k for _, _, k in task.busy), *([1] * len(task.jobs))], task.capacity)
    _order_alike(model, task.jobs, begins)
    if most is None:
        model.add(sum(lates) >= least)
        model.minimize(sum(lates))
    else:
        model.add(sum(lates) <= most)
        longest = model.new_int_var(0, task.horizon + max(job.takes for job in task.jobs), "")
        model.add_max_equality(longest, lates)
        model.minimize(longest)
    for begin, at in zip(begins, hint, strict=True):
        model.add_hint(begin, at)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.1, search_s)
    solver.parameters.num_workers = max(1, min(8, os.cpu_count() or 1))
    with _watched(solver, cancelled):
        status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return list(hint), 0.0
    return [solver.value(begin) for begin in begins], solver.best_objective_bound


def _order_alike(model: "cp_model.CpModel", jobs: Sequence[_Job], begins: "Sequence[cp_model.IntVar]") -> None:
    """Of two that take equally long the one due first begins first; it costs nothing, and halves the search again.

    Only where both can begin from the same moment on.
    """
    alike: dict[tuple[int, int], list[int]] = {}
    for n in sorted(range(len(jobs)), key=lambda n: (jobs[n].due, n)):
        alike.setdefault((jobs[n].takes, jobs[n].ready), []).append(n)
    for group in alike.values():
        for one, other in itertools.pairwise(group):
            model.add(begins[one] <= begins[other])


@contextmanager
def _watched(solver: "cp_model.CpSolver", cancelled: Callable[[], bool]) -> Iterator[None]:
    """Stop the search when somebody asks: the solver calls nobody while it finds nothing."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_WATCH_S):
            if cancelled():
                solver.stop_search()

    watcher = threading.Thread(target=watch, name="roundhouse-berths")
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


# --- bays ---------------------------------------------------------------------------------------------------------


def _at_bays(
    task: _Task, begins: Sequence[int], origin: datetime, bays: int, fixed: Iterable[Berth]
) -> Iterator[Berth]:
    """Each at the lowest bay that is free while it stands; at one that is free when it comes, if there is none."""
    placed = [(*_minutes_of(berth, origin), berth.bay) for berth in fixed]
    for at, job in sorted(zip(begins, task.jobs, strict=True), key=lambda p: (p[0], p[1].due)):
        until = at + job.takes
        now = {bay for since, end, bay in placed if since <= at < end}
        then = {bay for since, end, bay in placed if since < until and end > at}
        free = [bay for bay in range(1, bays + 1) if bay not in now]
        bay = next((bay for bay in free if bay not in then), free[0] if free else bays)
        placed.append((at, until, bay))
        begins_at = origin + timedelta(minutes=at)
        ends_at = origin + timedelta(minutes=until)
        late_s = max(0, round((ends_at - job.visit.leaves_at).total_seconds()))
        yield Berth(job.visit.shift_id, bay, begins_at, ends_at, job.visit.leaves_at, late_s, job.visit.trip)
