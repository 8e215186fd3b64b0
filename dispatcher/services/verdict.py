"""What a move would mean, said while the stop is still in the hand: the judge's word before and after."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import RouteTimes, Violation
from dispatcher.planning.insertion import insert_best
from dispatcher.planning.judge import judge
from dispatcher.planning.problem import Problem
from dispatcher.services.plan import sequences_of
from dispatcher.services.planning import PlanningDesk


@dataclass(frozen=True, slots=True)
class Verdict:
    """The difference a move makes to the rounds it touches."""

    duration_s: int
    distance_m: int
    cost: int
    """Minor currency units."""
    breaks: tuple[Violation, ...]
    """Rules that would be broken and are not now."""
    mends: int
    """Rules that are broken now and would not be."""


def verdict(
    desk: PlanningDesk, day: Day, order_ids: Sequence[OrderId], to_shift: ShiftId, index: int | None
) -> Verdict:
    """Judge a move before it is made; `index` as in `services.plan.move_orders`, `None` where they fit best."""
    problem = desk.problem(day)
    before = _touched(sequences_of(day), set(order_ids), to_shift)
    after = _moved(problem, before, order_ids, to_shift, index)
    was, would = judge(problem, before).routes.values(), judge(problem, after).routes.values()
    known, new = _broken(was), _broken(would)
    return Verdict(
        duration_s=sum(r.duration_s for r in would) - sum(r.duration_s for r in was),
        distance_m=sum(r.distance_m for r in would) - sum(r.distance_m for r in was),
        cost=sum(r.cost for r in would) - sum(r.cost for r in was),
        breaks=tuple(violation for key, violation in new.items() if key not in known),
        mends=sum(1 for key in known if key not in new),
    )


type Routes = dict[ShiftId, list[OrderId]]


def _touched(sequences: dict[ShiftId, tuple[OrderId, ...]], moving: set[OrderId], to_shift: ShiftId) -> Routes:
    return {s: list(route) for s, route in sequences.items() if s == to_shift or moving & set(route)}


def _moved(
    problem: Problem, before: Routes, order_ids: Sequence[OrderId], to_shift: ShiftId, index: int | None
) -> Routes:
    moving = set(order_ids)
    left = {s: [o for o in route if o not in moving] for s, route in before.items()}
    if index is None:
        return {**left, **insert_best(problem, {to_shift: left[to_shift]}, order_ids)}
    at = sum(1 for o in before[to_shift][:index] if o not in moving)
    target = left[to_shift]
    return {**left, to_shift: [*target[:at], *order_ids, *target[at:]]}


def _broken(routes: Collection[RouteTimes]) -> dict[tuple[object, ...], Violation]:
    """Each broken rule once, by where and what."""
    return {(route.shift_id, v.order_id, v.rule): v for route in routes for v in route.broken}
