"""Many rounds timed at once, in numpy: every candidate takes its first stop, then every one its second, and so on.

The numbers are those of `Timeline`, exactly. What columns cannot say is left to it, and marked so: loading again, goods
fetched on the way, places without a road or without an address, waiting for a later window. The longest candidate
comes first: then each step works on a run of an array. No weights and no sentences here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.columns import FAR_S
from dispatcher.planning.problem import Problem, Round

type Candidate = tuple[ShiftId, Sequence[OrderId]]
"""One shift and what it would serve, in order."""

_WIDE = 500
"""From so many candidates a step on, adding up step by step is faster than all at once."""

type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]


@dataclass(slots=True)
class Figures:
    """What came out, one row a candidate. Rows that are not `settled` hold nothing of use."""

    duties: "Duties"
    settled: Bools
    stops: Ints
    leaves_s: Ints
    returns_s: Ints
    drive_s: Ints
    distance_m: Ints
    service_s: Ints
    late_s: Ints
    early_s: Ints
    """Waiting beyond what the depot allows."""
    barred: Ints
    """Stops the shift can never serve."""
    rest_late_s: Ints
    """How much too late the break begins, or would have to."""
    peak: Ints
    """(m, 3), thousandths."""
    rest_s: Ints
    """The break, wherever it is taken."""
    back_rest_s: Ints
    """The break before driving back."""
    back_s: Ints
    back_m: Ints

    @property
    def duration_s(self) -> Ints:
        """From leaving to returning."""
        return self.returns_s - self.leaves_s

    @property
    def cost(self) -> Ints:
        """Minor currency units, rounded."""
        return self.duties.cost(self.distance_m, self.duration_s)

    def columns(self) -> tuple[Ints | Bools, ...]:
        """What the times of a round are dressed from; see there for the order."""
        moments = (self.leaves_s, self.returns_s, self.drive_s, self.distance_m, self.service_s, self.late_s)
        rests = (self.rest_late_s, self.rest_s, self.back_rest_s)
        return self.settled, *moments, self.peak, self.back_s, self.back_m, *rests

    def weights(self) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
        """The columns of the judge's `Weight`."""
        duties, duration_s = self.duties, self.duration_s
        over_limits = _over(self.stops, duties.max_stops) + _over(self.distance_m, duties.max_distance_m)
        overrun_s = _over(self.returns_s, duties.ends_s) + _over(duration_s, duties.max_duration_s)
        overrun_s += self.late_s + self.rest_late_s
        overload = _over(self.peak, duties.capacity).sum(axis=1)
        return self.barred, overload, over_limits, overrun_s, self.early_s, self.cost


def _over(value: Ints, limit: Ints) -> Ints:
    over: Ints = np.maximum(value - limit, 0)
    return over


def figures_of(problem: Problem, candidates: Sequence[Candidate]) -> Figures:
    """Time and load them; each must have a stop.

    Raises `KeyError` for an order or a shift that does not belong to the day.
    """
    lengths = np.array([len(sequence) for _, sequence in candidates], np.int64)
    order = np.argsort(-lengths, kind="stable")
    duties = Duties.of([problem.rounds[candidates[k][0]] for k in order])
    field = Field.of(problem, [candidates[k][1] for k in order])
    figures = _Timing(problem, duties, field).figures()
    back = np.argsort(order, kind="stable")
    return replace(_in_order(figures, back), duties=_in_order(duties, back))


def _in_order[T: Figures | Duties](table: T, order: Ints) -> T:
    """The same with the rows in another order."""
    columns = {each.name: getattr(table, each.name) for each in fields(table)}
    changed: dict[str, Any] = {name: rows[order] for name, rows in columns.items() if isinstance(rows, np.ndarray)}
    return replace(table, **changed)


@dataclass(slots=True)
class Duties:
    """The shifts of the candidates as columns; `FAR_S` for what is not limited."""

    starts_s: Ints
    ends_s: Ints
    start: Ints
    end: Ints
    """-1 for an open round."""
    capacity: Ints
    """(m, 3), thousandths."""
    reloads: Bools
    """May load again."""
    break_s: Ints
    break_from_s: Ints
    break_until_s: Ints
    """`FAR_S` for no break."""
    max_stops: Ints
    max_duration_s: Ints
    max_distance_m: Ints
    fixed_cost: Ints
    cost_per_km: Ints
    cost_per_hour: Ints
    group: Ints
    """Which of `kinds` each is."""
    kinds: list[Round]
    """Each different shift once."""

    @classmethod
    def of(cls, rounds: list[Round]) -> "Duties":
        """Read the shifts, each different one once."""
        kinds: dict[int, int] = {}
        group = np.array([kinds.setdefault(id(duty), len(kinds)) for duty in rounds], np.int64)
        each = list({id(duty): duty for duty in rounds}.values())

        def column(values: list[int]) -> Ints:
            return np.array(values, np.int64)[group]

        return cls(
            starts_s=column([d.starts_s for d in each]),
            ends_s=column([d.ends_s for d in each]),
            start=column([d.start for d in each]),
            end=column([-1 if d.end is None else d.end for d in each]),
            capacity=np.array([d.capacity for d in each], np.int64).reshape(-1, 3)[group],
            reloads=np.array([d.max_reloads > 0 for d in each], bool)[group],
            break_s=column([d.pause.length_s if d.pause else 0 for d in each]),
            break_from_s=column([d.pause.from_s if d.pause else FAR_S for d in each]),
            break_until_s=column([d.pause.until_s if d.pause else FAR_S for d in each]),
            max_stops=column([_or_far(d.max_stops) for d in each]),
            max_duration_s=column([_or_far(d.max_duration_s) for d in each]),
            max_distance_m=column([_or_far(d.max_distance_m) for d in each]),
            fixed_cost=column([d.fixed_cost for d in each]),
            cost_per_km=column([d.cost_per_km for d in each]),
            cost_per_hour=column([d.cost_per_hour for d in each]),
            group=group,
            kinds=each,
        )

    def cost(self, distance_m: Ints, duration_s: Ints) -> Ints:
        """As `Round.cost`, rounded: the same sums in the same order, so that not even a half cent differs."""
        cost: NDArray[np.float64]
        cost = self.fixed_cost + distance_m * self.cost_per_km / 1000 + duration_s * self.cost_per_hour / 3600
        rounded: Ints = np.rint(cost).astype(np.int64)
        return rounded


def _or_far(limit: int | None) -> int:
    return FAR_S if limit is None else limit


@dataclass(slots=True)
class Field:
    """All stops of the candidates, all first stops first: one element a stop."""

    steps: list[tuple[int, int]]
    """From where to where the elements of each step lie; the k-th of them is the k-th candidate's."""
    visit: Ints
    """Rows of `Columns`."""
    column: Ints
    """Which candidate."""
    lengths: Ints
    before: Ints
    """The element of the stop before; for the first step, of itself."""
    last: Ints
    """The element of each candidate's last stop."""

    @classmethod
    def of(cls, problem: Problem, sequences: Sequence[Sequence[OrderId]]) -> "Field":
        """Lay them out. The sequences must be sorted, longest first."""
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        visits = np.fromiter(map(problem.columns.row.__getitem__, chain.from_iterable(sequences)), np.int64)
        position = np.arange(len(visits)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        width = np.bincount(position)
        begins = np.concatenate([[0], np.cumsum(width)])
        candidates = np.arange(len(lengths))
        column = np.repeat(candidates, lengths)
        target = begins[position] + column
        visit, of_column, before = np.empty_like(visits), np.empty_like(visits), np.empty_like(visits)
        visit[target], of_column[target] = visits, column
        before[target] = np.where(position == 0, target, begins[position - 1] + column)
        steps = [(int(a), int(b)) for a, b in pairwise(begins)]
        return cls(steps, visit, of_column, lengths, before, last=begins[lengths - 1] + candidates)

    def each(self, values: Ints) -> Ints:
        """The sum of each candidate's elements."""
        if len(values) < _WIDE * len(self.steps):  # exact as floats too: whole numbers below 2^53
            return np.bincount(self.column, weights=values, minlength=len(self.lengths)).astype(np.int64)
        found = np.zeros(len(self.lengths), np.int64)
        for a, b in self.steps:
            found[: b - a] += values[a:b]
        return found

    def any(self, flags: Bools) -> Bools:
        """Which candidates have such an element."""
        found = np.zeros(len(self.lengths), bool)
        found[self.column[flags]] = True
        return found


class _Timing:
    """The clock and the scales for all candidates."""

    def __init__(self, problem: Problem, duties: Duties, field: Field) -> None:
        self._problem, self._duties, self._field, self._columns = problem, duties, field, problem.columns
        columns, visit = self._columns, field.visit
        self._opens, self._closes = columns.opens_s[:, visit], columns.closes_s[:, visit]
        self._last_s, self._service_s = columns.last_s[visit], columns.service_s[visit]
        self._several = columns.several[visit]
        self._collects = bool(columns.collects[visit].any())
        self._windowed = [bool(self._several[a:b].any()) for a, b in field.steps]
        self._roads()

    def figures(self) -> Figures:
        """Work everything out, in the order of the field."""
        duties, field = self._duties, self._field
        arrives_s, begins_s, returns_s = self._forward(duties.starts_s)
        rests = _Rests(len(field.lengths), len(field.visit))
        needed = returns_s > duties.break_until_s
        if needed.any():
            self._find_rests(rests, needed, arrives_s, begins_s)
            arrives_s, begins_s, returns_s = self._forward(duties.starts_s, rests)
            rests.late_s[needed & ~rests.found] = (returns_s - duties.break_until_s)[needed & ~rests.found]
        leaves_s = self._latest_leave(begins_s, returns_s, rests)
        late_s = field.each(np.maximum(begins_s - self._last_s, 0))
        peak = self._peak()
        return Figures(
            duties=duties,
            settled=self._settled(peak, returns_s - leaves_s),
            stops=field.lengths,
            leaves_s=leaves_s,
            returns_s=returns_s,
            drive_s=field.each(self._leg_s) + self._back_s,
            distance_m=field.each(self._leg_m) + self._back_m,
            service_s=field.each(self._service_s),
            late_s=late_s,
            early_s=self._early(leaves_s, rests),
            barred=field.each(self._barred()),
            rest_late_s=rests.late_s,
            peak=peak,
            rest_s=np.where(rests.found, duties.break_s, 0),
            back_rest_s=rests.back_s,
            back_s=self._back_s,
            back_m=self._back_m,
        )

    def _settled(self, peak: Ints, duration_s: Ints) -> Bools:
        """Which candidates columns can say everything of."""
        duties, field = self._duties, self._field
        special = field.any(self._columns.odd[field.visit] | (self._leg_s >= NO_WAY)) | (self._back_s >= NO_WAY)
        reloads = duties.reloads & (peak > duties.capacity).any(axis=1)
        postponed = (duration_s > duties.max_duration_s) & field.any(self._several)
        return ~(special | reloads | postponed)

    # --- the way ---

    def _roads(self) -> None:
        field, duties, count = self._field, self._duties, len(self._field.lengths)
        at = self._columns.at[field.visit]
        before = at[field.before]
        before[:count] = duties.start
        last = at[field.last]
        self._leg_s, self._leg_m = np.zeros_like(at), np.zeros_like(at)
        self._back_s, self._back_m = np.zeros(count, np.int64), np.zeros(count, np.int64)
        profiles = [duty.profile for duty in duties.kinds]
        for profile in dict.fromkeys(profiles):
            table, here = self._problem.travel[profile], np.array([p is profile for p in profiles])[duties.group]
            legs = slice(None) if here.all() else np.flatnonzero(here[field.column])
            self._leg_s[legs] = table.duration_s[before[legs], at[legs]]
            self._leg_m[legs] = table.distance_m[before[legs], at[legs]]
            back = np.flatnonzero(here & (duties.end >= 0))
            self._back_s[back] = table.duration_s[last[back], duties.end[back]]
            self._back_m[back] = table.distance_m[last[back], duties.end[back]]

    def _barred(self) -> Ints:
        """1 for each stop that its shift can never serve."""
        field, duties = self._field, self._duties
        tables = (self._problem.travel[duty.profile] for duty in duties.kinds)
        bars = np.array([self._columns.barred(duty, table) for duty, table in zip(duties.kinds, tables, strict=True)])
        return bars[duties.group[field.column], field.visit].astype(np.int64) if len(bars) else field.column

    # --- the scales ---

    def _peak(self) -> Ints:
        """The most on board, dimension by dimension."""
        field, visit = self._field, self._field.visit
        peaks = []
        for brought, change in zip(self._columns.brought, self._columns.change, strict=True):
            now = field.each(brought[visit])
            peaks.append(now.copy())
            if self._collects:
                along = change[visit]
                for a, b in field.steps:
                    now[: b - a] += along[a:b]
                    np.maximum(peaks[-1][: b - a], now[: b - a], out=peaks[-1][: b - a])
        return np.stack(peaks, axis=1)

    # --- the clock ---

    def _forward(self, leaves_s: Ints, rests: "_Rests | None" = None) -> tuple[Ints, Ints, Ints]:
        """When each stop is reached and begun, and when each round returns."""
        leg_s = self._leg_s if rests is None else self._leg_s + rests.driving_s
        arrives_s, begins_s, now = np.empty_like(leg_s), np.empty_like(leg_s), leaves_s.copy()
        waiting = {} if rests is None else rests.waiting
        for step, (a, b) in enumerate(self._field.steps):
            head = now[: b - a]
            head += leg_s[a:b]
            arrives_s[a:b] = head
            if (k := waiting.get(step)) is not None:
                head[k] = np.maximum(head[k], self._duties.break_from_s[k]) + self._duties.break_s[k]
            np.maximum(head, self._opening(step, a, b, head), out=head)
            begins_s[a:b] = head
            head += self._service_s[a:b]
        return arrives_s, begins_s, now + self._back_s + (0 if rests is None else rests.back_s)

    def _opening(self, step: int, a: int, b: int, now: Ints) -> Ints:
        """When the first window that is not over opens: as `Visit.begins`."""
        if not self._windowed[step]:
            return self._opens[0, a:b]
        after_second = np.where(now > self._closes[1, a:b], self._opens[2, a:b], self._opens[1, a:b])
        return np.where(now > self._closes[0, a:b], after_second, self._opens[0, a:b])

    def _latest_leave(self, begins_s: Ints, returns_s: Ints, rests: "_Rests") -> Ints:
        field, by = self._field, returns_s - self._back_s
        by = np.where(rests.back_s > 0, np.minimum(by - rests.back_s, rests.by_s), by)
        late = begins_s > self._last_s
        closing = np.where(late, begins_s, self._closes[0])
        for step in range(len(field.steps) - 1, -1, -1):
            a, b = field.steps[step]
            head = by[: b - a]
            head -= self._service_s[a:b]
            np.minimum(head, self._closing(step, a, b, head, closing, late), out=head)
            if (k := rests.waiting.get(step)) is not None:
                head[k] = np.minimum(head[k] - self._duties.break_s[k], rests.by_s[k])
            head -= self._leg_s[a:b]
            if (k := rests.driving.get(step)) is not None:
                head[k] = np.minimum(head[k] - self._duties.break_s[k], rests.by_s[k])
        return by

    def _closing(self, step: int, a: int, b: int, by: Ints, first: Ints, late: Bools) -> Ints:
        """When the last window that opens in time closes: as `Visit.begins_by`; a late stop keeps its moment."""
        if not self._windowed[step]:
            return first[a:b]
        closes, opens = self._closes[:, a:b], self._opens[:, a:b]
        second = (by >= opens[1]) & (opens[1] > -FAR_S)
        third = (by >= opens[2]) & (opens[2] > -FAR_S)
        return np.where(late[a:b], first[a:b], np.where(third, closes[2], np.where(second, closes[1], closes[0])))

    def _early(self, leaves_s: Ints, rests: "_Rests") -> Ints:
        allowed_s = self._problem.max_wait_s
        if allowed_s is None:
            return np.zeros_like(leaves_s)
        arrives_s, begins_s, _ = self._forward(leaves_s, rests)
        return self._field.each(np.maximum(begins_s - arrives_s - rests.waiting_s - allowed_s, 0))

    # --- breaks ---

    def _find_rests(self, rests: "_Rests", needed: Bools, arrives_s: Ints, begins_s: Ints) -> None:
        """Give each round that needs one its first opportunity: as `_first_rest` of the timeline."""
        field, duties = self._field, self._duties
        done_s = begins_s + self._service_s
        free_s = done_s[field.before]
        free_s[: len(needed)] = duties.starts_s
        from_s, length_s = duties.break_from_s[field.column], duties.break_s[field.column]
        driving = free_s >= from_s
        at_s = np.maximum(arrives_s, from_s)
        resumes_s = at_s + length_s
        begins_then = np.maximum(resumes_s, self._opening_of_all(resumes_s))
        waiting = (at_s < begins_s) & (begins_then <= self._last_s)
        found = np.flatnonzero((driving | waiting) & needed[field.column])
        candidates, where = np.unique(field.column[found], return_index=True)
        places = found[where]
        at_s = np.where(driving[places], free_s[places], at_s[places])
        rests.put(candidates, places, driving[places], duties, at_s)
        for kind, chosen in ((rests.driving, driving[places]), (rests.waiting, ~driving[places])):
            steps = np.searchsorted([b for _, b in field.steps], places[chosen], side="right")
            kind.update({step: candidates[chosen][steps == step] for step in set(steps.tolist())})
        back = needed & ~rests.found & (duties.end >= 0) & (done_s[field.last] >= duties.break_from_s)
        last = np.flatnonzero(back)
        rests.put_back(last, duties, done_s[field.last[last]])

    def _opening_of_all(self, now: Ints) -> Ints:
        after_second = np.where(now > self._closes[1], self._opens[2], self._opens[1])
        opening: Ints = np.where(now > self._closes[0], after_second, self._opens[0])
        return opening


class _Rests:
    """The breaks of those candidates that need one."""

    def __init__(self, candidates: int, elements: int) -> None:
        self.found = np.zeros(candidates, bool)
        self.late_s = np.zeros(candidates, np.int64)
        self.by_s = np.full(candidates, FAR_S)
        self.back_s = np.zeros(candidates, np.int64)
        self.driving_s, self.waiting_s = np.zeros(elements, np.int64), np.zeros(elements, np.int64)
        self.driving: dict[int, Ints] = {}
        self.waiting: dict[int, Ints] = {}
        """By step, the candidates that rest before driving there, or on arrival."""

    def put(self, candidates: Ints, elements: Ints, driving: Bools, duties: Duties, at_s: Ints) -> None:
        """Before a stop: the element of each."""
        self.driving_s[elements] = np.where(driving, duties.break_s[candidates], 0)
        self.waiting_s[elements] = np.where(driving, 0, duties.break_s[candidates])
        self._bound(candidates, duties, at_s)

    def put_back(self, candidates: Ints, duties: Duties, at_s: Ints) -> None:
        """Before driving back."""
        self.back_s[candidates] = duties.break_s[candidates]
        self._bound(candidates, duties, at_s)

    def _bound(self, candidates: Ints, duties: Duties, at_s: Ints) -> None:
        until_s = duties.break_until_s[candidates]
        self.found[candidates] = True
        self.by_s[candidates], self.late_s[candidates] = np.maximum(until_s, at_s), np.maximum(0, at_s - until_s)
