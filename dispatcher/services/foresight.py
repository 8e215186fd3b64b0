"""What a change of facts would mean, before it is made: it is rehearsed on the day in memory and judged.

For changes of orders and shifts that leave places and routes alone, such as a delay; nothing is stored.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Plan
from dispatcher.domain.schedule import RouteTimes, Rule, Violation
from dispatcher.planning.judge import judge_route
from dispatcher.planning.problem import Problem, places_of, profiles_of
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would be worse than it is."""

    late: int
    """Stops that are in time now and would be late."""
    late_s: int
    """By how much the latest of them."""
    broken: tuple[Violation, ...]
    """Rules besides lateness that are kept now and would be broken."""


class _Draft:
    """As much of a unit of work as such a change needs, over a day in memory."""

    def __init__(self, day: Day) -> None:
        self.day = day

    def orders(self, ids: Iterable[OrderId]) -> Sequence[Order]:
        return [self.day.orders[o] for o in ids if o in self.day.orders]

    def order(self, order_id: OrderId) -> Order | None:
        return self.day.orders.get(order_id)

    def shifts_of(self, on: date) -> Sequence[Shift]:
        return list(self.day.shifts.values()) if on == self.day.date else []

    def plan(self, on: date) -> Plan:
        return self.day.plan if on == self.day.date else Plan(on, self.day.revision)

    def put_orders(self, orders: Iterable[Order]) -> None:
        self.day = replace(self.day, orders={**self.day.orders, **{o.id: o for o in orders}})

    def put_shifts(self, shifts: Iterable[Shift]) -> None:
        self.day = replace(self.day, shifts={**self.day.shifts, **{s.id: s for s in shifts}})


def rehearsed(day: Day, change: Callable[[UnitOfWork], object]) -> Day:
    """The day as such a change would leave it. Raises what the change does."""
    draft = _Draft(day)
    change(cast(UnitOfWork, draft))
    return draft.day


def foresee(desk: PlanningDesk, before: Outlook, change: Callable[[UnitOfWork], object]) -> Foresight | None:
    """What such a change would make worse; `None` if that takes other roads than are known. Any thread.

    Raises what the change does.
    """
    after = rehearsed(before.day, change)
    travel = desk.problem(before.day).travel
    if places_of(after).places != places_of(before.day).places or not profiles_of(after) <= travel.keys():
        return None
    problem = Problem.of(after, travel)
    found = [
        (before.schedule.routes[route.shift_id], judge_route(problem, route.shift_id, route.order_ids))
        for route in after.plan.routes
        if _touched(before.day, after, route.shift_id, route.order_ids)
    ]
    late = [s for was, now in found for s in _newly_late(was, now)]
    broken = tuple(v for was, now in found for v in _newly_broken(was, now))
    return Foresight(len(late), max(late, default=0), broken)


def _touched(before: Day, after: Day, shift_id: ShiftId, order_ids: Sequence[OrderId]) -> bool:
    return before.shifts[shift_id] != after.shifts[shift_id] or any(
        before.orders[o] is not after.orders[o] for o in order_ids
    )


def _newly_late(was: RouteTimes, now: RouteTimes) -> list[int]:
    known = {stop.order_id for stop in was.stops if stop.late_s}
    return [stop.late_s for stop in now.stops if stop.late_s and stop.order_id not in known]


def _newly_broken(was: RouteTimes, now: RouteTimes) -> list[Violation]:
    known = {(v.rule, v.order_id) for v in _violations(was)}
    return [v for v in _violations(now) if v.rule is not Rule.LATE and (v.rule, v.order_id) not in known]


def _violations(times: RouteTimes) -> list[Violation]:
    return [*times.violations, *(v for stop in times.stops for v in stop.violations)]
