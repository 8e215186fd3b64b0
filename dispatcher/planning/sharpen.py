"""Floors raised to what the judge would say: for places in doubt, of a stop that might go there.

Where windows follow one another or the driver has a break, the floors of `lanes.py` may lie far below. Here such rounds
are driven through once, all places of all rounds together, step by step along the stops. The rules are the judge's
(`timeline.py`); what arrays cannot say keeps its floor, and nothing here is shown to anybody: the judge has the word.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dispatcher.planning.ground import FAR, Flags, Ints
from dispatcher.planning.lanes import Lanes, Prices
from dispatcher.planning.problem import Visit


def sharpen(lanes: Lanes, visit: Visit, prices: Prices, tries: Sequence[tuple[int, int]]) -> None:
    """Raise the floors of these rounds and places, in place."""
    if not tries or not prices.ways.joined:
        return
    lane, place = (np.array(column, np.int64) for column in zip(*tries, strict=True))
    run = _Run(lanes, visit, prices, lane, place)
    returns_s, duration_s, late_s, settled = run.driven()
    ground, floors = lanes.ground, prices.floors
    over_s = np.maximum(returns_s - ground.ends_s[lane], 0) + np.maximum(duration_s - ground.max_duration_s[lane], 0)
    fixed, km, hour = (rate[lane] for rate in ground.rates)
    distance_m = lanes.legs.m.sum(axis=0)[lane] + (prices.ways.to_m + prices.ways.on_m - lanes.legs.m)[place, lane]
    cost = np.rint(fixed + distance_m * km / 1000 + duration_s * hour / 3600).astype(np.int64)
    for part, value in (("overrun_s", late_s + over_s), ("cost", cost)):
        floors[part][place, lane] = np.where(settled, value, floors[part][place, lane])


class _Rests(NamedTuple):
    """The breaks of some rounds: before which stop, whether on arrival there, and by when."""

    before: Ints
    """A row beyond all others where there is none."""
    waiting: Flags
    from_s: Ints
    length_s: Ints
    by_s: Ints

    def rows(self, *, waiting: bool) -> dict[int, Ints]:
        """Which of them rest before each stop that anybody rests before, on arrival there or before driving there."""
        lanes = np.flatnonzero((self.waiting == waiting) & (self.length_s > 0))
        order = lanes[np.argsort(self.before[lanes], kind="stable")]
        stops, firsts = np.unique(self.before[order], return_index=True)
        return dict(zip(stops.tolist(), np.split(order, firsts[1:]), strict=True)) if len(order) else {}


class _Choice(NamedTuple):
    """Tries whose stop on some row has several windows, and those: (windows, tries)."""

    lanes: Ints
    opens_s: Ints
    closes_s: Ints


class _Run:
    """Rounds with one more stop: (stops, tries)."""

    def __init__(self, lanes: Lanes, visit: Visit, prices: Prices, lane: Ints, place: Ints) -> None:
        ground, each, row = lanes.ground, np.arange(len(lane)), np.arange(len(lanes.rows) + 1)[:, None]
        source = np.minimum(row - (row > place), len(lanes.rows) - 1) * len(lanes.count) + lane
        rows, self.leg_s = lanes.rows.ravel().take(source), lanes.legs.s.ravel().take(source)
        rows[place, each] = ground.problem.columns.row[visit.order_id]
        ways = prices.ways
        self.leg_s[place, each], self.leg_s[place + 1, each] = ways.to_s[place, lane], ways.on_s[place, lane]
        self.stops, self.rows = ground.stops, rows
        self.service_s, self.last_s = self.stops.service_s.take(rows), self.stops.last_s.take(rows)
        self.opens_s, self.closes_s = self.stops.opens_s[0].take(rows), self.stops.closes_s[0].take(rows)
        self.several = self.stops.several.take(rows)
        self.choices = {i: self._choice(i) for i in np.flatnonzero(self.several.any(axis=1)).tolist()}
        self.lanes, self.lane, self.count = lanes, lane, lanes.count[lane] + 1
        self.starts_s = ground.starts_s[lane]

    def _choice(self, i: int) -> _Choice:
        lanes = np.flatnonzero(self.several[i])
        rows = self.rows[i, lanes]
        opens_s, closes_s = (
            np.stack([part[rows] for part in parts]) for parts in (self.stops.opens_s, self.stops.closes_s)
        )
        return _Choice(lanes, opens_s, closes_s)

    def driven(self) -> tuple[Ints, Ints, Ints, Flags]:
        """When they return, how long they take, how late all is together, and of which that is so."""
        ground, lane = self.lanes.ground, self.lane
        arrives_s, begins_s = self._forward(None)
        until_s = ground.rest_by_s[lane]
        needed, rests, rest_late_s = begins_s[-1] > until_s, None, np.zeros_like(lane)
        if needed.any():
            rests = self._rests(needed, arrives_s, begins_s)
            arrives_s, begins_s = self._forward(rests)
            at_s = np.where(rests.length_s > 0, rests.by_s, begins_s[-1])
            rest_late_s = np.where(needed, np.maximum(at_s - until_s, 0), 0)
        late = np.maximum(begins_s - self.last_s, 0)
        returns_s = begins_s[-1]
        duration_s = returns_s - self._leaves(begins_s, late > 0, rests)
        settled = ~(self.several.any(axis=0) & (duration_s > ground.max_duration_s[lane]))
        return returns_s, duration_s, late.sum(axis=0) + rest_late_s, settled

    def _forward(self, rests: _Rests | None) -> tuple[Ints, Ints]:
        """When each stop is reached and begun; the last row is the return."""
        arrives_s, begins_s, now = np.empty_like(self.leg_s), np.empty_like(self.leg_s), self.starts_s.copy()
        driving, waiting = (rests.rows(waiting=w) if rests else {} for w in (False, True))
        for i in range(len(self.leg_s)):
            now += self.leg_s[i]
            if rests and i in driving:
                now[driving[i]] += rests.length_s[driving[i]]
            arrives_s[i] = now
            if rests and i in waiting:
                some = waiting[i]
                now[some] = np.maximum(now[some], rests.from_s[some]) + rests.length_s[some]
            now = begins_s[i] = np.maximum(now, self._opening(i, now))
            now = now + self.service_s[i]
        return arrives_s, begins_s

    def _opening(self, i: int, now: Ints) -> Ints:
        """When the first window that is not over opens."""
        opens_s: Ints = self.opens_s[i]
        if i not in self.choices:
            return opens_s
        some, opens, closes = self.choices[i]
        at, opens_s = now[some], opens_s.copy()
        opens_s[some] = np.where(at > closes[0], np.where(at > closes[1], opens[2], opens[1]), opens[0])
        return opens_s

    def _rests(self, needed: Flags, arrives_s: Ints, begins_s: Ints) -> _Rests:
        """The first opportunity for the break in rounds driven without it."""
        ground, lane, row = self.lanes.ground, self.lane, np.arange(len(arrives_s))[:, None]
        from_s, length_s, until_s = ground.rest_from_s[lane], ground.rest_s[lane], ground.rest_by_s[lane]
        free_s = np.concatenate((self.starts_s[None], (begins_s + self.service_s)[:-1]))
        homing = (row == self.count) & (ground.end[lane] != ground.end_of_road)
        driving = (free_s >= from_s) & ((row < self.count) | homing)
        at_s = np.maximum(arrives_s, from_s)
        # then a window is open, or opens in time: the last one closes when it closes
        waiting = (at_s < begins_s) & (at_s + length_s <= self.last_s) & (row < self.count)
        chance = (driving | waiting) & needed
        found, first, each = chance.any(axis=0), chance.argmax(axis=0), np.arange(len(lane))
        on_the_way = driving[first, each]
        begins = np.where(on_the_way, free_s[first, each], at_s[first, each])
        before, length_s = np.where(found, first, len(row)), np.where(found, length_s, 0)
        return _Rests(before, ~on_the_way, from_s, length_s, np.maximum(until_s, begins))

    def _leaves(self, begins_s: Ints, late: Flags, rests: _Rests | None) -> Ints:
        """The latest departure that returns no later and makes nothing later."""
        by_s: Ints = begins_s[-1].copy()
        driving, waiting = (rests.rows(waiting=w) if rests else {} for w in (False, True))
        for i in range(len(self.leg_s) - 1, -1, -1):
            by_s -= self.service_s[i]
            by_s = np.where(late[i], begins_s[i], np.minimum(by_s, self._closing(i, by_s)))
            if rests and i in waiting:
                some = waiting[i]
                by_s[some] = np.minimum(by_s[some] - rests.length_s[some], rests.by_s[some])
            by_s -= self.leg_s[i]
            if rests and i in driving:
                some = driving[i]
                by_s[some] = np.minimum(by_s[some] - rests.length_s[some], rests.by_s[some])
        return by_s

    def _closing(self, i: int, by_s: Ints) -> Ints:
        """When the last window that opens in time closes."""
        closes_s: Ints = self.closes_s[i]
        if i not in self.choices:
            return closes_s
        some, opens, closes = self.choices[i]
        by, closing, closes_s = by_s[some], closes[0], closes_s.copy()
        for opening, closed in zip(opens[1:], closes[1:], strict=True):
            closing = np.where((opening > -FAR) & (opening <= by), closed, closing)
        closes_s[some] = closing
        return closes_s
