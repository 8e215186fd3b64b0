"""Whole rounds over dates, so that as few orders as can be stand in slots that have no room for them; by CP-SAT.

A round that has only orders with free choice of the day costs the same on any date that has such a driver to spare.
"""

import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model


@dataclass(frozen=True, slots=True)
class Roving:
    """A round that may be driven on several dates."""

    kind: Hashable
    """Of shift: it may take any of its kind."""
    now: int
    """The date it is on, as an ordinal."""
    use: Mapping[int, Mapping[int, int]]
    """For each date it may be driven on, how many orders it then has in which slots, by their index."""


def spread(
    rounds: Sequence[Roving], shifts: Mapping[tuple[Hashable, int], int], rooms: Sequence[int], search_s: float = 2.0
) -> list[int]:
    """The date of each round. `shifts` says how many there are of each kind and date, `rooms` what slots still take."""
    if not rounds:
        return []
    model = cp_model.CpModel()
    goes = {(r, on): model.new_bool_var("") for r, each in enumerate(rounds) for on in each.use}
    for r, each in enumerate(rounds):
        model.add_exactly_one(goes[r, on] for on in each.use)
    for (kind, on), count in shifts.items():
        model.add(sum(goes[r, on] for r, each in enumerate(rounds) if each.kind == kind and on in each.use) <= count)
    over = [model.new_int_var(0, sum(map(_most, rounds)), "") for _ in rooms]
    for s, room in enumerate(rooms):
        model.add(sum(var * rounds[r].use[on].get(s, 0) for (r, on), var in goes.items()) - max(0, room) <= over[s])
    moves = sum(var for (r, on), var in goes.items() if on != rounds[r].now)
    model.minimize(sum(over) * 2 * len(rounds) + moves)
    for (r, on), var in goes.items():
        model.add_hint(var, on == rounds[r].now)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = search_s
    solver.parameters.num_workers = max(1, min(8, os.cpu_count() or 1))
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [each.now for each in rounds]
    return [next(on for on in each.use if solver.value(goes[r, on])) for r, each in enumerate(rounds)]


def _most(each: Roving) -> int:
    return max((sum(use.values()) for use in each.use.values()), default=0)
