"""The rounds of a plan side by side as arrays, for whoever tries something in all of them at once.

A column is a round, a row a step in it. A short round has steps left over at its end: they take no time and lie where
its last stop is. Read once for a plan; nothing here knows what is tried.
"""

import numpy as np

from dispatcher.domain.fleet import Profile
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.columns import FAR_S
from dispatcher.planning.many import Duties, Ints
from dispatcher.planning.problem import Problem, Sequences


class Abreast:
    """The rounds of a plan side by side: (steps, rounds), or (places, rounds) with a row more."""

    def __init__(self, problem: Problem, sequences: Sequences) -> None:
        """Read the rounds. Raises `KeyError` for an order or a shift that does not belong to the day."""
        self._problem, columns = problem, problem.columns
        self.rounds = [problem.rounds[shift_id] for shift_id in sequences]
        rows = [[columns.row[order_id] for order_id in sequence] for sequence in sequences.values()]
        self.lengths = np.array([len(row) for row in rows], np.int64)
        self.steps, self.count = int(self.lengths.max(initial=0)), len(rows)
        self.duties = Duties.of(self.rounds)
        self.real = np.arange(self.steps)[:, None] < self.lengths
        visits = np.zeros((self.steps, self.count), np.int64)
        visits.T[self.real.T] = [i for row in rows for i in row]
        self._read(visits)
        self._load(visits)
        self._roads()
        self.odd = (columns.odd[visits] & self.real).any(axis=0)

    def _read(self, visits: Ints) -> None:
        columns, real = self._problem.columns, self.real
        self.opens_s = np.where(real, columns.opens_s[:, visits], -FAR_S)
        self.closes_s = np.where(real, columns.closes_s[:, visits], FAR_S)
        self.last_s = np.where(real, columns.last_s[visits], FAR_S)
        self.service_s = np.where(real, columns.service_s[visits], 0)
        several = columns.several[visits] & real
        self.closing = (self.last_s < FAR_S).any(axis=1).tolist()
        self.choosing, self.several = [np.flatnonzero(step) for step in several], several.any(axis=0)
        self.stations = np.empty((self.steps + 1, self.count), np.int64)
        self.stations[0] = self.duties.start
        for step in range(self.steps):
            self.stations[step + 1] = np.where(real[step], columns.at[visits[step]], self.stations[step])
        bars = np.zeros(self.count, np.int64)
        for k, duty in enumerate(self.rounds):
            barred = columns.barred(duty, self._problem.travel[duty.profile])
            bars[k] = barred[visits[: self.lengths[k], k]].sum()
        self.bars = bars

    def _load(self, visits: Ints) -> None:
        """The most on board up to each place, and from it on: (3, places, rounds)."""
        columns, real = self._problem.columns, self.real
        brought = np.where(real, columns.brought[:, visits], 0).sum(axis=1, keepdims=True)
        change = np.where(real, columns.change[:, visits], 0)
        on_board = np.concatenate([brought, brought + np.cumsum(change, axis=1)], axis=1)
        self.before = np.maximum.accumulate(on_board, axis=1)
        self.beyond = np.maximum.accumulate(on_board[:, ::-1], axis=1)[:, ::-1]

    def _roads(self) -> None:
        shape = self.steps, self.count
        self.leg_s, self.leg_m = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.back_s, self.back_m = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        self._of_profile: dict[Profile, list[int]] = {}
        for k, duty in enumerate(self.rounds):
            self._of_profile.setdefault(duty.profile, []).append(k)
        for profile, ks in self._of_profile.items():
            table, stations, end = self._problem.travel[profile], self.stations[:, ks], self.duties.end[ks]
            self.leg_s[:, ks] = table.duration_s[stations[:-1], stations[1:]]
            self.leg_m[:, ks] = table.distance_m[stations[:-1], stations[1:]]
            closed = (end >= 0) & (self.lengths[ks] > 0)
            self.back_s[ks] = np.where(closed, table.duration_s[stations[-1], end], 0)
            self.back_m[ks] = np.where(closed, table.distance_m[stations[-1], end], 0)
        self.leg_s, self.leg_m = np.where(self.real, self.leg_s, 0), np.where(self.real, self.leg_m, 0)
        self.lost = (self.leg_s >= NO_WAY).any(axis=0) | (self.back_s >= NO_WAY)
        self.drive_m = self.leg_m.sum(axis=0)

    def ways(self, at: int) -> tuple[Ints, Ints, Ints, Ints]:
        """Seconds and metres from each place to there, and on from there to the next stop or the end."""
        there_s, there_m, on_s, on_m = (np.zeros((self.steps + 1, self.count), np.int64) for _ in range(4))
        onward = np.concatenate([self.stations[1:], self.duties.end[None]])
        onward = np.where(np.arange(self.steps + 1)[:, None] < self.lengths, onward, self.duties.end)
        for profile, ks in self._of_profile.items():
            table = self._problem.travel[profile]
            to_s, to_m = table.duration_s[:, at], table.distance_m[:, at]
            there_s[:, ks], there_m[:, ks] = to_s[self.stations[:, ks]], to_m[self.stations[:, ks]]
            on_s[:, ks], on_m[:, ks] = table.duration_s[at][onward[:, ks]], table.distance_m[at][onward[:, ks]]
        return there_s, there_m, np.where(onward < 0, 0, on_s), np.where(onward < 0, 0, on_m)
