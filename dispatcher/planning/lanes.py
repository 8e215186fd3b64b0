"""All rounds of a plan side by side, as arrays: what one more stop would weigh at every place of every round.

A column is a round, a row a place in it, so one operation serves all places at once. The answers (`Prices`) are floors:
the judge weighs no place lighter than that; and where nobody waits for a later window, rests or loads again, they are
its weights. Whoever wants to be exact asks the judge about the places whose floors are low enough (`rank.py`). Earliest
times from the front and the slack from the back are the "push forward" of Solomon 1987 and Savelsbergh 1992, written
as running maxima and minima over moments less the work done before them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.ground import FAR, Flags, Ground, Ints, Legs, Reach
from dispatcher.planning.judge import Weight
from dispatcher.planning.problem import NOWHERE, Problem, Visit

_NOTHING = np.zeros((1, 1), np.int64)


class Prices(NamedTuple):
    """One more stop at every place of every round: (places, rounds)."""

    floors: dict[str, Ints]
    """The least the whole round weighs, by the name of the part of `Weight`; a part that is not here is 0 or more."""
    unsure: Flags
    """Places whose floors say nothing: for the judge to look at."""
    there: Flags
    """Places that are; a short round has fewer than there are rows."""
    ways: Reach
    """To the stop and on from it."""

    def lowest(self) -> Ints:
        """The place with the lowest floor in each round, the first of equals; one that is sure if any is."""
        alive = self.there & ~self.unsure
        alive |= self.there & ~alive.any(axis=0)
        for part in Weight._fields:
            if part in self.floors:
                floor = np.where(alive, self.floors[part], FAR)
                alive &= floor == floor.min(axis=0)
        return alive.argmax(axis=0)

    def below(self, weights: Sequence[Weight], among: Flags, most: int | None = None) -> list[tuple[int, int]]:
        """Rounds and places that weigh less than this for all their floors say; of each round so many, lowest first."""
        less, level = self.unsure.copy(), among.copy()
        for part, limits in zip(Weight._fields, zip(*weights, strict=True), strict=True):
            limit = np.array(limits, np.int64)
            floor = self.floors.get(part, _NOTHING)
            less |= level & (floor < limit)
            level &= floor == limit
        places, lanes = np.nonzero(less & among)
        parts = [self.floors[part][places, lanes] for part in reversed(Weight._fields) if part in self.floors]
        order = np.lexsort((*parts, self.unsure[places, lanes], lanes))
        places, lanes = places[order], lanes[order]
        if most is None:
            return list(zip(lanes.tolist(), places.tolist(), strict=True))
        nth = np.arange(len(lanes)) - np.searchsorted(lanes, lanes)
        return list(zip(lanes[nth < most].tolist(), places[nth < most].tolist(), strict=True))


class Lanes:
    """Rounds that can take one more stop anywhere. Arrays have a row more than the longest round has stops."""

    def __init__(self, ground: Ground, rows: Ints, legs: Legs) -> None:
        """`rows` of `Problem.columns`, a column for each round, filled up with `ground.none`."""
        self.ground, self.rows, self.legs = ground, rows, legs
        self.count = (rows != ground.none).sum(axis=0)
        stops = ground.stops
        self._opens_s = [opens_s[rows] for opens_s in stops.opens_s]
        self._closes_s = [closes_s[rows] for closes_s in stops.closes_s]
        self._service_s, self._last_s = stops.service_s[rows], stops.last_s[rows]
        self._time()
        self._fill()

    @classmethod
    def of(cls, problem: Problem, sequences: Mapping[ShiftId, Sequence[OrderId]]) -> "Lanes":
        """Lay these rounds out."""
        ground, row = Ground(problem, [problem.rounds[shift_id] for shift_id in sequences]), problem.columns.row
        rows = np.full((1 + max(map(len, sequences.values()), default=0), len(sequences)), ground.none, np.int64)
        for lane, sequence in enumerate(sequences.values()):
            rows[: len(sequence), lane] = [row[order_id] for order_id in sequence]
        return cls(ground, rows, ground.legs(rows))

    def with_stop(self, visit: Visit, places: Ints, ways: Reach) -> "Lanes":
        """The rounds with one more stop, in each at the place given."""
        lane, row = np.arange(len(places)), np.arange(len(self.rows) + 1)[:, None]
        source = (row - (row > places), lane)
        rows, legs = _grown(self.rows)[source], self.legs
        before, onward, leg_s, leg_m = (_grown(part)[source] for part in (legs.before, legs.onward, legs.s, legs.m))
        legs = Legs(before, onward, leg_s, leg_m, _grown(legs.gap)[source])
        rows[places, lane] = self.ground.problem.columns.row[visit.order_id]
        here = legs.before[places, lane] if visit.at == NOWHERE else visit.at + self.ground.offset
        legs.onward[places, lane] = legs.before[places + 1, lane] = here
        legs.s[places, lane], legs.m[places, lane] = ways.to_s[places, lane], ways.to_m[places, lane]
        legs.s[places + 1, lane], legs.m[places + 1, lane] = ways.on_s[places, lane], ways.on_m[places, lane]
        return Lanes(self.ground, rows, legs)

    def sequences(self) -> list[tuple[OrderId, ...]]:
        """The rounds again, as orders."""
        listed, columns = list(self.ground.problem.columns.row), self.rows.T.tolist()
        return [tuple([listed[row] for row in rows[:n]]) for rows, n in zip(columns, self.count.tolist(), strict=True)]

    # --- the rounds as they stand ---

    def _time(self) -> None:
        """Earliest times, what is late, and how far each place can be pushed."""
        self.work_s = np.cumsum(self.legs.s + self._service_s, axis=0) - self._service_s
        opens_s, begins_s = self._begin()
        self.free_s = np.concatenate((self.ground.starts_s[None], (begins_s + self._service_s)[:-1]))
        self.arrives_s = self.free_s + self.legs.s
        self.late_s = np.maximum(begins_s - self._last_s, 0)
        is_late = self.late_s > 0
        self.late_beyond_s = _sum_beyond(self.late_s)
        self.late_before_s = self.late_beyond_s[0] - self.late_beyond_s
        self.late_stops, self.late_work_s = (
            _sum_beyond(is_late),
            _sum_beyond(np.where(is_late, self.work_s - self._last_s, 0)),
        )
        self.slack_s = _least_beyond(np.where(is_late, FAR, self._last_s - self.work_s))
        bound_s = np.maximum(self._last_s, begins_s) - self.work_s
        self.bound_beyond_s = _least_beyond(bound_s)
        self.bound_before_s = np.full_like(bound_s, FAR)
        np.minimum.accumulate(bound_s[:-1], axis=0, out=self.bound_before_s[1:])
        self.opened_s = _most_beyond(opens_s - self.work_s)
        self.opened_first_s = _most_beyond(self._opens_s[0] - self.work_s)
        self.several = self.ground.stops.several[self.rows].any(axis=0)

    def _begin(self) -> tuple[Ints, Ints]:
        """The opening that counts at each stop, and when service begins: pushed on until no closed window counts."""
        starts_s, opens_s = self.ground.starts_s, self._opens_s[0]
        begins_s = self.work_s + np.maximum(np.maximum.accumulate(opens_s - self.work_s, axis=0), starts_s)
        while True:
            arrives_s = self.legs.s + np.concatenate((starts_s[None], (begins_s + self._service_s)[:-1]))
            missed, counts_s = arrives_s > self._closes_s[0], opens_s
            for following_s, closes_s in zip(self._opens_s[1:], self._closes_s[1:], strict=True):
                counts_s = np.where(missed, np.maximum(counts_s, following_s), counts_s)
                missed &= arrives_s > closes_s
            if (counts_s == opens_s).all():
                return opens_s, begins_s
            opens_s = counts_s
            begins_s = self.work_s + np.maximum(np.maximum.accumulate(opens_s - self.work_s, axis=0), starts_s)

    def _fill(self) -> None:
        """What is in the vehicles: the most up to each place, and from it on."""
        self.peaks_before, self.peaks_beyond = [], []
        for gains in self.ground.stops.gains:
            gain = gains[self.rows]
            leaving = -np.minimum(gain, 0).sum(axis=0)
            on_board = np.concatenate((leaving[None], (leaving + np.cumsum(gain, axis=0))[:-1]))
            self.peaks_before.append(np.maximum.accumulate(on_board, axis=0))
            self.peaks_beyond.append(_most_beyond(on_board))

    # --- one more stop ---

    def price(self, visit: Visit, reach: Reach | None) -> Prices:
        """One more stop at every place; `reach` of its place, `None` for one that has none."""
        ways = self._ways(reach)
        floors = self._timed(visit, ways)
        floors["barred"] = self._barred(visit)
        floors["overload"] = self._overload(visit)
        return Prices(floors, self._unsure(visit, floors), self.legs.onward <= self.ground.end_of_road, ways)

    def _ways(self, reach: Reach | None) -> Reach:
        before, onward = self.legs.before, self.legs.onward
        if reach is not None:
            to_s, to_m = reach.to_s[before], reach.to_m[before]
            return Reach(to_s, to_m, reach.on_s[onward], reach.on_m[onward], reach.joined)
        still = np.zeros_like(before)
        home_s, home_m = self.ground.between(before[0], onward[0], onward[0] < self.ground.end_of_road)
        on_s, on_m = self.legs.s.copy(), self.legs.m.copy()
        on_s[0], on_m[0] = np.where(self.count, on_s[0], home_s), np.where(self.count, on_m[0], home_m)
        return Reach(still, still, on_s, on_m)

    def _timed(self, visit: Visit, ways: Reach) -> dict[str, Ints]:
        ground, legs, work_s = self.ground, self.legs, self.work_s
        begins_s = _begins(visit, self.free_s + ways.to_s)
        next_s = begins_s + visit.service_s + ways.on_s
        longer_s = ways.to_s + ways.on_s - legs.s + visit.service_s
        pushed = next_s >= self.arrives_s
        opened_s = np.where(pushed, self.opened_s, self.opened_first_s)
        returns_s = work_s[-1] + np.maximum(next_s - work_s, opened_s)
        closes_s = FAR if visit.closes_s is None else visit.closes_s
        late_s = self.late_before_s + np.maximum(begins_s - closes_s, 0)
        late_then_s = self.late_stops * (next_s - work_s) + self.late_work_s
        late_s += np.maximum(np.where(pushed, self.late_beyond_s, 0), late_then_s)
        late_s += np.maximum(next_s - work_s - self.slack_s, 0)
        least_s = work_s[-1] + longer_s
        duration_s = self._duration(visit, ways, begins_s, next_s, least_s, returns_s)
        distance_m = legs.m.sum(axis=0) + ways.to_m + ways.on_m - legs.m
        fixed, km, hour = ground.rates
        # a round that needs its break takes it, or is late for it by as much as it returns late
        with_rest_s = np.maximum(duration_s, least_s + np.where(returns_s > ground.rest_by_s, ground.rest_s, 0))
        cost = fixed + distance_m * km / 1000 + with_rest_s * hour / 3600
        over_limits = np.maximum(self.count + 1 - ground.max_stops, 0) + np.maximum(
            distance_m - ground.max_distance_m, 0
        )
        over_s = np.maximum(returns_s - ground.ends_s, 0) + np.maximum(duration_s - ground.max_duration_s, 0)
        return {"over_limits": over_limits, "overrun_s": late_s + over_s, "cost": np.rint(cost).astype(np.int64)}

    def _duration(
        self, visit: Visit, ways: Reach, begins_s: Ints, next_s: Ints, least_s: Ints, returns_s: Ints
    ) -> Ints:
        """The shortest it can be, the break left out: all work, or longer if it cannot leave so late."""
        ground, work_s = self.ground, self.work_s
        closes_s = FAR if visit.closes_s is None else visit.closes_s
        leaves_s = np.minimum(self.bound_before_s, np.maximum(begins_s, closes_s) - (work_s - self.legs.s + ways.to_s))
        in_time = next_s - work_s <= self.bound_beyond_s
        leaves_s = np.where(in_time, np.minimum(leaves_s, self.bound_beyond_s - (least_s - work_s[-1])), leaves_s)
        duration_s = np.maximum(least_s, returns_s - leaves_s)
        may_wait = (self.several | (len(visit.windows) > 1)) & (duration_s > ground.max_duration_s)
        return np.where(may_wait, least_s, duration_s)

    def _barred(self, visit: Visit) -> Ints:
        """Goods that would not be fetched before they are brought, and gaps in the road that would be closed."""
        row = self.ground.problem.columns.row
        barred = -self.legs.gap.astype(np.int64)
        place = np.arange(len(self.rows))[:, None]
        if visit.pickup is not None:
            fetched = self.rows == row.get(visit.pickup, -1)
            barred += place <= np.where(fetched.any(axis=0), fetched.argmax(axis=0), FAR)
        for waiting in self.ground.waiting.get(visit.order_id, ()):
            brought = self.rows == row[waiting]
            barred -= place <= np.where(brought.any(axis=0), brought.argmax(axis=0), -1)
        return barred

    def _overload(self, visit: Visit) -> Ints:
        """Thousandths too much, if nothing is fetched on the way and nothing loaded again."""
        found = np.zeros_like(self.rows)
        for load, before, beyond, capacity in zip(
            visit.load, self.peaks_before, self.peaks_beyond, self.ground.capacity, strict=True
        ):
            peak = np.maximum(before, beyond + load) if visit.collects else np.maximum(before + load, beyond)
            found += np.maximum(peak - capacity, 0)
        return found

    def _unsure(self, visit: Visit, floors: dict[str, Ints]) -> Flags:
        """Before a stop without a place, which moves along; and where loads are not simply from or to the depot."""
        ground, waiting = self.ground, self.ground.waiting.get(visit.order_id, ())
        unsure = ground.stops.homeless[self.rows] | ground.reloads & (floors["overload"] > 0)
        fetched = ground.stops.fetched[self.rows].any(axis=0) | (visit.pickup is not None) | ground.reloads
        for order_id in waiting:
            fetched |= (self.rows == ground.problem.columns.row[order_id]).any(axis=0)
        floors["overload"][:, fetched] = 0
        return unsure


def _begins(visit: Visit, arrives_s: Ints) -> Ints:
    begins_s = arrives_s
    for opens_s, closes_s in reversed(visit.windows):
        begins_s = np.where(arrives_s <= closes_s, np.maximum(arrives_s, opens_s), begins_s)
    return begins_s


def _grown[T: np.generic](part: NDArray[T]) -> NDArray[T]:
    return np.concatenate((part, part[-1:]))


def _sum_beyond(part: NDArray[Any]) -> Ints:
    """From each row to the last."""
    found: Ints = np.cumsum(part[::-1], axis=0, dtype=np.int64)[::-1]
    return found


def _most_beyond(part: Ints) -> Ints:
    return np.maximum.accumulate(part[::-1], axis=0)[::-1]


def _least_beyond(part: Ints) -> Ints:
    return np.minimum.accumulate(part[::-1], axis=0)[::-1]
