"""One more stop at every place of every round, weighed exactly: thousands of candidates that differ by one stop.

The rounds lie side by side: a row is a place for the stop, a column a round, and one operation serves a whole step of
all candidates, as in `many`; but what the rounds have in common is read once, when the plan changes, not for each
candidate. The numbers are the judge's; what columns cannot say is marked, and left to `weigh_many`.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.ids import OrderId
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.abreast import Abreast
from dispatcher.planning.columns import FAR_S
from dispatcher.planning.many import Bools, Ints
from dispatcher.planning.problem import Problem, Sequences


class Places(NamedTuple):
    """The answer. All arrays are (places, rounds); a short round has fewer places than there are rows."""

    weights: Mapping[str, Ints]
    """Of the whole round with the stop there, by the names of the parts of `Weight`."""
    settled: Bools
    """Places whose weights hold; the others are for `weigh_many`. False where there is no such place."""
    there: Bools
    """Places that are."""
    duration_s: Ints
    distance_m: Ints
    late_s: Ints


class Everywhere:
    """The rounds of a plan, ready to be tried with one more stop."""

    def __init__(self, problem: Problem, sequences: Sequences) -> None:
        """Read the rounds. Raises `KeyError` for an order or a shift that does not belong to the day."""
        self._problem, self._rounds = problem, Abreast(problem, sequences)

    def weigh(self, order_id: OrderId) -> Places:
        """With this stop more, which must not stand in any of the rounds. Raises `KeyError` for a strange order."""
        return _Trial(self._rounds, self._problem, order_id).places()


class _Trial:
    """One stop, tried everywhere."""

    def __init__(self, rounds: Abreast, problem: Problem, order_id: OrderId) -> None:
        self._r, self._problem, self._row = rounds, problem, problem.columns.row[order_id]
        columns, i = problem.columns, self._row
        self._opens, self._closes = columns.opens_s[:, i].tolist(), columns.closes_s[:, i].tolist()
        self._last_s, self._service_s = int(columns.last_s[i]), int(columns.service_s[i])
        self._there_s, there_m, on_s, on_m = rounds.ways(int(columns.at[i]))
        place = np.arange(rounds.steps + 1)[:, None]
        self._inside = place < rounds.lengths
        self._exists = place <= rounds.lengths
        self._on_s = np.where(self._inside, on_s, 0)
        self._back_s = np.where(self._inside, rounds.back_s, on_s)
        left_m = np.where(
            self._inside, np.concatenate([rounds.leg_m, np.zeros((1, rounds.count), np.int64)]), rounds.back_m
        )
        self._distance_m = rounds.drive_m + rounds.back_m - left_m + there_m + on_m
        self._lost = (self._there_s >= NO_WAY) | (on_s >= NO_WAY)
        self._rests = _Rests(self._exists.shape)
        self._timed = problem.max_wait_s is not None or any(duty.pause for duty in rounds.rounds)
        self._arrives_s, self._begins_s = (np.empty((rounds.steps, *self._exists.shape), np.int64) for _ in range(2))

    def places(self) -> Places:
        """Everything, place by place."""
        r, duties = self._r, self._r.duties
        starts_s = np.broadcast_to(duties.starts_s, self._exists.shape)
        self._drive(starts_s)
        needed = (self._returns_s > duties.break_until_s) & self._exists
        if needed.any():
            self._rest(needed)
            self._drive(starts_s)
            lacking = needed & ~self._rests.found
            self._rests.late_s[lacking] = (self._returns_s - duties.break_until_s)[lacking]
        late_s = self._late_s
        leaves_s = self._latest_leave()
        duration_s, returns_s = self._returns_s - leaves_s, self._returns_s
        peak = self._peak()
        weights = {
            "barred": np.broadcast_to(r.bars + self._bars(), duration_s.shape),
            "overload": np.maximum(peak - duties.capacity.T[:, None], 0).sum(axis=0),
            "over_limits": _over(r.lengths + 1, duties.max_stops) + _over(self._distance_m, duties.max_distance_m),
            "overrun_s": _over(returns_s, duties.ends_s) + _over(duration_s, duties.max_duration_s)
            + late_s + self._rests.late_s,
            "early_s": self._early(leaves_s),
            "cost": duties.cost(self._distance_m, duration_s),
        }  # fmt: skip
        settled = self._settled(peak, duration_s)
        return Places(weights, settled, self._exists, duration_s, self._distance_m, late_s)

    def _settled(self, peak: Ints, duration_s: Ints) -> Bools:
        r, duties, columns = self._r, self._r.duties, self._problem.columns
        again = duties.reloads & (peak > duties.capacity.T[:, None]).any(axis=0)
        postponed = (duration_s > duties.max_duration_s) & (r.several | columns.several[self._row])
        settled: Bools = self._exists & ~(self._lost | again | postponed | r.odd | r.lost | columns.odd[self._row])
        return settled

    def _bars(self) -> Ints:
        rounds, columns, travel = self._r.rounds, self._problem.columns, self._problem.travel
        return np.array([int(columns.barred(duty, travel[duty.profile])[self._row]) for duty in rounds], np.int64)

    def _peak(self) -> Ints:
        load = self._problem.columns.load[self._row][:, None, None]
        if self._problem.columns.collects[self._row]:
            peak: Ints = np.maximum(self._r.before, self._r.beyond + load)
        else:
            peak = np.maximum(self._r.before + load, self._r.beyond)
        return peak

    # --- the clock ---

    def _drive(self, leaves_s: Ints) -> None:
        """Drive all candidates from these moments, with the rests there are; see `Timeline` for the rules."""
        r, rests, now = self._r, self._rests, leaves_s.copy()
        self._new_arrives_s, self._new_begins_s, late_s = np.empty_like(now), np.empty_like(now), np.zeros_like(now)
        for step in range(r.steps + 1):
            self._meet(step, now[step])
            if step == r.steps:
                break
            now[step] += self._on_s[step] - r.leg_s[step]
            now += r.leg_s[step]
            for cells, length_s in rests.at(step, waiting=False):
                now[cells] += length_s
            if self._timed:
                self._arrives_s[step] = now
            for cells, length_s in rests.at(step, waiting=True):
                now[cells] = np.maximum(now[cells], r.duties.break_from_s[cells[1]]) + length_s
            self._await_window(step, now)
            self._begins_s[step] = now
            if r.closing[step]:
                late_s += np.maximum(now - r.last_s[step], 0)
            now += r.service_s[step]
        self._late_s = late_s + np.maximum(self._new_begins_s - self._last_s, 0)
        self._done_s = now
        self._returns_s = now + self._back_s + rests.back_s

    def _meet(self, step: int, now: Ints) -> None:
        """Serve the new stop, where its place is before this step."""
        rests = self._rests
        now += self._there_s[step] + rests.new_driving_s[step]
        self._new_arrives_s[step] = now
        if rests.new_waiting_s[step].any():
            pausing = np.maximum(now, self._r.duties.break_from_s) + rests.new_waiting_s[step]
            now[:] = np.where(rests.new_waiting_s[step] > 0, pausing, now)
        now[:] = self._new_begins(now)
        self._new_begins_s[step] = now
        now += self._service_s

    def _new_begins(self, now: Ints) -> Ints:
        opens, closes = self._opens, self._closes
        after_second = np.where(now > closes[1], opens[2], opens[1])
        begins: Ints = np.maximum(now, np.where(now > closes[0], after_second, opens[0]))
        return begins

    def _await_window(self, step: int, now: Ints) -> None:
        """From arrival to the beginning of service, in place."""
        r, choosing = self._r, self._r.choosing[step]
        arrives_s = now[:, choosing]
        np.maximum(now, r.opens_s[0, step], out=now)
        if len(choosing):
            opens, closes = r.opens_s[:, step, choosing], r.closes_s[:, step, choosing]
            after_second = np.where(arrives_s > closes[1], opens[2], opens[1])
            now[:, choosing] = np.maximum(arrives_s, np.where(arrives_s > closes[0], after_second, opens[0]))

    def _latest_leave(self) -> Ints:
        r, rests = self._r, self._rests
        by = self._returns_s - self._back_s
        by = np.where(rests.back_s > 0, np.minimum(by - rests.back_s, rests.by_s), by)
        self._leave_new(r.steps, by[r.steps])
        for step in range(r.steps - 1, -1, -1):
            by -= r.service_s[step]
            self._close(step, by)
            for cells, length_s in rests.at(step, waiting=True):
                by[cells] = np.minimum(by[cells] - length_s, rests.by_s[cells])
            by -= r.leg_s[step]
            by[step] += r.leg_s[step] - self._on_s[step]
            for cells, length_s in rests.at(step, waiting=False):
                by[cells] = np.minimum(by[cells] - length_s, rests.by_s[cells])
            self._leave_new(step, by[step])
        return by

    def _leave_new(self, step: int, by: Ints) -> None:
        rests, begins_s = self._rests, self._new_begins_s[step]
        by -= self._service_s
        late = begins_s > self._last_s
        np.minimum(by, np.where(late, begins_s, self._new_closing(by)), out=by)
        for length_s, there_s in ((rests.new_waiting_s[step], 0), (rests.new_driving_s[step], self._there_s[step])):
            by -= there_s
            by[:] = np.where(length_s > 0, np.minimum(by - length_s, rests.by_s[step]), by)

    def _new_closing(self, by: Ints) -> Ints:
        opens, closes = self._opens, self._closes
        closing = np.full_like(by, closes[0])
        for window in (1, 2):
            if opens[window] > -FAR_S:
                closing[by >= opens[window]] = closes[window]
        return closing

    def _close(self, step: int, by: Ints) -> None:
        """From when service must begin for what follows to when its window allows, in place; the late keep theirs."""
        r, choosing, begins_s = self._r, self._r.choosing[step], self._begins_s[step]
        wanted_s = by[:, choosing]
        np.minimum(by, np.maximum(r.closes_s[0, step], begins_s), out=by)
        if len(choosing):
            opens, closes, begins_s = r.opens_s[:, step, choosing], r.closes_s[:, step, choosing], begins_s[:, choosing]
            third = (wanted_s >= opens[2]) & (opens[2] > -FAR_S)
            closing = np.where(third, closes[2], np.where(wanted_s >= opens[1], closes[1], closes[0]))
            late = begins_s > r.last_s[step, choosing]
            by[:, choosing] = np.minimum(wanted_s, np.where(late, begins_s, closing))

    def _early(self, leaves_s: Ints) -> Ints:
        allowed_s = self._problem.max_wait_s
        if allowed_s is None:
            return np.zeros_like(leaves_s)
        self._drive(leaves_s)
        rests = self._rests
        early_s = np.maximum(self._new_begins_s - self._new_arrives_s - rests.new_waiting_s - allowed_s, 0)
        waits_s = self._begins_s - self._arrives_s
        for step in range(self._r.steps):
            for cells, length_s in rests.at(step, waiting=True):
                waits_s[step][cells] -= length_s
        total: Ints = early_s + np.maximum(waits_s - allowed_s, 0).sum(axis=0)
        return total

    # --- breaks ---

    def _rest(self, needed: Bools) -> None:
        """Give each candidate that needs one its first opportunity: as `_first_rest` of the timeline."""
        r, duties, rests, pending = self._r, self._r.duties, self._rests, needed.copy()
        free_s = np.broadcast_to(duties.starts_s, needed.shape).copy()
        for step in range(r.steps + 1):
            self._rest_at_new(step, pending, free_s)
            if step == r.steps or not pending.any():
                break
            here = pending & r.real[step]
            self._rest_at(step, here, free_s, pending)
            free_s = self._begins_s[step] + r.service_s[step]
        last = pending & (self._done_s >= duties.break_from_s) & (duties.end >= 0)
        rests.back_s[last] = np.broadcast_to(duties.break_s, last.shape)[last]
        self._bound(last, self._done_s)

    def _rest_at_new(self, step: int, pending: Bools, free_s: Ints) -> None:
        duties, rests, here, free = self._r.duties, self._rests, pending[step].copy(), free_s[step]
        driving = here & (free >= duties.break_from_s)
        at_s = np.maximum(self._new_arrives_s[step], duties.break_from_s)
        in_time = self._new_begins(at_s + duties.break_s) <= self._last_s
        waiting = here & ~driving & (at_s < self._new_begins_s[step]) & in_time
        rests.new_driving_s[step][driving] = duties.break_s[driving]
        rests.new_waiting_s[step][waiting] = duties.break_s[waiting]
        cells = driving | waiting
        if cells.any():
            self._bound(cells, np.where(driving, free, at_s), slice(step, step + 1))
            pending[step] &= ~cells
        free_s[step] = self._new_begins_s[step] + self._service_s

    def _rest_at(self, step: int, here: Bools, free_s: Ints, pending: Bools) -> None:
        r, duties, rests = self._r, self._r.duties, self._rests
        driving = here & (free_s >= duties.break_from_s)
        at_s, waiting = free_s, _NOBODY
        if r.closing[step]:
            at_s = np.maximum(self._arrives_s[step], duties.break_from_s)
            waiting = here & ~driving & (at_s < self._begins_s[step])
        if waiting.any():
            resumes_s = at_s + duties.break_s
            self._await_window(step, resumes_s)
            waiting &= resumes_s <= r.last_s[step]
        for kind, cells in ((False, driving), (True, waiting)):
            if cells.any():
                where = np.nonzero(cells)
                rests.put(step, kind, where, duties.break_s[where[1]])
                self._bound(cells, free_s if not kind else at_s)
                pending &= ~cells

    def _bound(self, cells: Bools, at_s: Ints, rows: slice = slice(None)) -> None:
        """Note when these rest; the cells are those of some rows only."""
        rests, cells = self._rests, np.atleast_2d(cells)
        at, until_s = np.atleast_2d(at_s)[cells], self._r.duties.break_until_s[np.nonzero(cells)[1]]
        rests.found[rows][cells] = True
        rests.by_s[rows][cells] = np.maximum(until_s, at)
        rests.late_s[rows][cells] = np.maximum(0, at - until_s)


_NOBODY = np.zeros((1, 1), bool)

type _Cells = tuple[NDArray[np.int64], ...]


class _Rests:
    """Where the candidates rest."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.found, self.by_s = np.zeros(shape, bool), np.full(shape, FAR_S)
        self.late_s, self.back_s = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.new_driving_s, self.new_waiting_s = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self._at: dict[tuple[int, bool], list[tuple[_Cells, Ints]]] = {}

    def put(self, step: int, waiting: bool, cells: _Cells, length_s: Ints) -> None:
        """Before this step."""
        self._at.setdefault((step, waiting), []).append((cells, length_s))

    def at(self, step: int, *, waiting: bool) -> list[tuple[_Cells, Ints]]:
        """Who rests before this step, and for how long."""
        return self._at.get((step, waiting), [])


def _over(value: Ints, limit: Ints) -> Ints:
    over: Ints = np.maximum(value - limit, 0)
    return over
