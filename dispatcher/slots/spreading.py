"""Whole rounds over dates and hours, so that few orders stand in slots without room for them; by CP-SAT.

A round that has only orders with free choice costs the same on any date that has such a driver to spare, and at any
hour from which it is home in time.
"""

import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

type When = tuple[int, int]
"""A date, as an ordinal, and by how many seconds later the round begins."""


@dataclass(frozen=True, slots=True)
class Roving:
    """A round that may be driven on several dates."""

    kind: Hashable
    """Of shift: it may take any of its kind."""
    now: When
    use: Mapping[When, Mapping[int, int]]
    """For each time it may be driven at, how many orders it then has in which slots, by their index."""


def spread(
    rounds: Sequence[Roving], shifts: Mapping[tuple[Hashable, int], int], rooms: Sequence[int], search_s: float = 2.0
) -> list[When]:
    """When to drive each round; `shifts`: how many there are of each kind and date, `rooms`: what slots still take."""
    if not rounds:
        return []
    model = cp_model.CpModel()
    goes = {(r, when): model.new_bool_var("") for r, each in enumerate(rounds) for when in each.use}
    for r, each in enumerate(rounds):
        model.add_exactly_one(goes[r, when] for when in each.use)
    for (kind, on), count in shifts.items():
        model.add(sum(v for (r, when), v in goes.items() if rounds[r].kind == kind and when[0] == on) <= count)
    over = [model.new_int_var(0, sum(map(_most, rounds)), "") for _ in rooms]
    for s, room in enumerate(rooms):
        model.add(sum(var * rounds[r].use[when].get(s, 0) for (r, when), var in goes.items()) - max(0, room) <= over[s])
    moves = sum(var for (r, when), var in goes.items() if when != rounds[r].now)
    model.minimize(sum(over) * 2 * len(rounds) + moves)
    for (r, when), var in goes.items():
        model.add_hint(var, when == rounds[r].now)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = search_s
    solver.parameters.num_workers = max(1, min(8, os.cpu_count() or 1))
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [each.now for each in rounds]
    return [next(when for when in each.use if solver.value(goes[r, when])) for r, each in enumerate(rounds)]


def _most(each: Roving) -> int:
    return max((sum(use.values()) for use in each.use.values()), default=0)
