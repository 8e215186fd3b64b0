"""How many orders the slots of a date can take, given who works when: a flow of crews between areas, solved by CP-SAT.

The hours are cut into bands where slots begin and end. In each band a crew is in one area, or at the depot; going over
to another area, out and home takes its time off the band. Crews that are alike flow together, so the model stays small
however many there are. First the slot that is worst off for what is asked of it gets as much as can be, then all
together.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ortools.sat.python import cp_model

AT_DEPOT = -1
MOST_PER_BAND = 1_000


@dataclass(frozen=True, slots=True)
class Crew:
    """So many drivers who are alike. Seconds from any one moment."""

    count: int
    starts_s: int
    ends_s: int
    most_orders: int
    """What one can have in a day, by vehicle and contract."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One area in numbers."""

    stop_s: float
    """Service and the way to the next door."""
    there_s: int
    """From the depot."""
    back_s: int


@dataclass(frozen=True, slots=True)
class Hours:
    """One slot: where, when, and what share of all orders asks for it."""

    area: int
    opens_s: int
    closes_s: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """Orders and driver-minutes for each slot, in the order given."""

    orders: tuple[int, ...]
    drivers: tuple[int, ...]
    """At most at one time."""
    best: bool


type _Moves = dict[tuple[int, int, int, int], cp_model.IntVar]
"""By crew, band, area before, area in the band: how many go so."""


def capacity(
    crews: Sequence[Crew], grounds: Sequence[Ground], between_s: Sequence[Sequence[int]], slots: Sequence[Hours],
    search_s: float = 5.0,
) -> Found:  # fmt: skip
    """What each slot can take. All zero without crews."""
    bands = _bands(slots)
    if not crews or not bands:
        return Found((0,) * len(slots), (0,) * len(slots), best=True)
    model = cp_model.CpModel()
    moves = _moves(model, crews, len(bands), len(grounds))
    orders = {
        (c, s, b): model.new_int_var(0, MOST_PER_BAND * crew.count, "")
        for c, crew in enumerate(crews)
        for s, slot in enumerate(slots)
        for b, band in enumerate(bands)
        if _inside(band, slot)
    }
    _limit(model, crews, grounds, between_s, slots, bands, moves, orders)
    totals = [sum(var for (_, t, _), var in orders.items() if t == s) for s in range(len(slots))]
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = search_s
    solver.parameters.num_workers = max(1, min(8, os.cpu_count() or 1))
    able = _able(crews, grounds, slots)
    status = _solve(model, solver, totals, slots, able)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found((0,) * len(slots), (0,) * len(slots), best=False)
    drivers = [_most_at_once(solver, slot, bands, moves) for slot in slots]
    return Found(tuple(solver.value(t) for t in totals), tuple(drivers), best=status == cp_model.OPTIMAL)


def _solve(
    model: cp_model.CpModel,
    solver: cp_model.CpSolver,
    totals: Sequence[object],
    slots: Sequence[Hours],
    able: list[bool],
) -> object:
    whole = sum(slot.weight for slot, can in zip(slots, able, strict=True) if can) or 1.0
    level = model.new_int_var(0, MOST_PER_BAND * 1_000, "level")
    for total, slot, can in zip(totals, slots, able, strict=True):
        share = round(1_000 * slot.weight / whole)
        if can and share and not isinstance(total, int):
            model.add(1_000 * total >= level * share)  # type: ignore[operator]
    model.maximize(level * 10 + sum(totals))  # type: ignore[arg-type]
    return solver.solve(model)


def _bands(slots: Sequence[Hours]) -> list[tuple[int, int]]:
    """The hours, cut where any slot begins or ends; none that no slot covers."""
    cuts = sorted({moment for slot in slots for moment in (slot.opens_s, slot.closes_s)})
    return [band for band in pairwise(cuts) if any(_inside(band, slot) for slot in slots)]


def _inside(band: tuple[int, int], slot: Hours) -> bool:
    return slot.opens_s <= band[0] and band[1] <= slot.closes_s


def _moves(model: cp_model.CpModel, crews: Sequence[Crew], bands: int, areas: int) -> _Moves:
    """Who goes where from band to band; everybody begins at the depot and is somewhere always."""
    everywhere = range(AT_DEPOT, areas)
    moves: _Moves = {}
    for c, crew in enumerate(crews):
        for b in range(bands):
            for i in everywhere if b else (AT_DEPOT,):
                for j in everywhere:
                    moves[c, b, i, j] = model.new_int_var(0, crew.count, "")
        model.add(sum(moves[c, 0, AT_DEPOT, j] for j in everywhere) == crew.count)
        for b in range(1, bands):
            for i in everywhere:
                come = sum(moves[c, b - 1, h, i] for h in (everywhere if b > 1 else (AT_DEPOT,)))
                model.add(come == sum(moves[c, b, i, j] for j in everywhere))
    return moves


def _limit(
    model: cp_model.CpModel,
    crews: Sequence[Crew],
    grounds: Sequence[Ground],
    between_s: Sequence[Sequence[int]],
    slots: Sequence[Hours],
    bands: Sequence[tuple[int, int]],
    moves: _Moves,
    orders: dict[tuple[int, int, int], cp_model.IntVar],
) -> None:
    for c, crew in enumerate(crews):
        for b in range(len(bands)):
            for j in range(len(grounds)):
                served = [var for (d, s, e), var in orders.items() if (d, e) == (c, b) and slots[s].area == j]
                can = sum(
                    _orders_of_one(crew, grounds, between_s, bands, b, i, j) * var
                    for (d, e, i, k), var in moves.items()
                    if (d, e, k) == (c, b, j)
                )
                model.add(sum(served) <= can)
        model.add(sum(var for (d, _, _), var in orders.items() if d == c) <= crew.count * crew.most_orders)


def _orders_of_one(
    crew: Crew, grounds: Sequence[Ground], between_s: Sequence[Sequence[int]], bands: Sequence[tuple[int, int]],
    b: int, i: int, j: int,
) -> int:  # fmt: skip
    """How many one driver can serve in a band who comes from another area, or the depot."""
    opens_s, closes_s = bands[b]
    ground, idle_s = grounds[j], opens_s - bands[b - 1][1] if b else 0
    if i == AT_DEPOT:
        from_s = max(opens_s, crew.starts_s + ground.there_s)
    else:
        from_s = max(opens_s + max(0, between_s[i][j] - idle_s), crew.starts_s + ground.there_s)
    spare_s = min(closes_s, crew.ends_s - ground.back_s) - from_s
    return min(MOST_PER_BAND, max(0, int(spare_s // ground.stop_s)))


def _able(crews: Sequence[Crew], grounds: Sequence[Ground], slots: Sequence[Hours]) -> list[bool]:
    """Whether anybody could serve a slot, were it the only one."""
    alone = [[(slot.opens_s, slot.closes_s)] for slot in slots]
    return [
        any(_orders_of_one(crew, grounds, (), band, 0, AT_DEPOT, slot.area) and crew.most_orders for crew in crews)
        for slot, band in zip(slots, alone, strict=True)
    ]


def _most_at_once(solver: cp_model.CpSolver, slot: Hours, bands: Sequence[tuple[int, int]], moves: _Moves) -> int:
    inside = [b for b, band in enumerate(bands) if _inside(band, slot)]
    there = [sum(solver.value(v) for (_, e, _, k), v in moves.items() if (e, k) == (b, slot.area)) for b in inside]
    return max(there, default=0)
