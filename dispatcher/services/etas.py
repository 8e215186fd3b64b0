"""When a driver will be at the stops ahead: the plan's clock set to where the driver is, with learned driving times."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.schedule import RouteTimes, StopTimes
from dispatcher.domain.time import after, seconds_after
from dispatcher.domain.tracking import Factor, LiveStop, Risk
from dispatcher.planning.onward import AS_PLANNED, Ahead, Habit, Pace, Start, onward
from dispatcher.planning.problem import NOWHERE, Problem

EIGHTY = 1.2816
"""Standard deviations to either side that hold four of five cases of a normal distribution."""

LEAVES_S = 45.0
"""From saying what became of a stop to driving off."""

FEW = 8.0
"""What is known of driving before any leg was driven, in legs."""

UNSURE_S = 60.0
"""Nobody knows a moment of leaving better than this."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of a driver at a moment."""

    now: datetime
    at: OrderId | None = None
    """The stop they stand at."""
    arrived_at: datetime | None = None
    done_at: datetime | None = None
    """When they said what became of it, if they did."""
    behind: OrderId | None = None
    """The stop they were at last."""
    left_at: datetime | None = None
    """When they left it; or, with no track, when they said it was done."""
    place: Place | None = None
    seen_at: datetime | None = None
    """When they were at `place`."""
    begun: bool = False
    """Whether they have left the depot."""
    heard_of: datetime | None = None
    """The latest moment anything is known of, by position or word; later they may have gone on unseen."""

    @property
    def known_until(self) -> datetime:
        """Up to when it is known what has not happened yet."""
        return self.now if self.heard_of is None else min(self.now, self.heard_of)


type Drive = Callable[[Place, OrderId], float | None]
"""Free-flow seconds from a place to a stop, by the roads; `None` if nobody can say."""

type FactorAt = Callable[[Place, datetime], Factor]


def ahead_of(
    problem: Problem,
    shift_id: ShiftId,
    rest: Sequence[OrderId],
    times: RouteTimes,
    where: Whereabouts,
    *,
    drive: Drive,
    factor_at: FactorAt,
    habit: Habit = AS_PLANNED,
) -> tuple[LiveStop, ...]:
    """Each stop of `rest`, in this order, with the interval of its arrival. A stop they stand at is not ahead."""
    if where.at in rest:
        rest = [o for o in rest if o != where.at]
    if not rest:
        return ()
    start = _start(problem, shift_id, rest[0], times, where, drive, habit)
    planned = {stop.order_id: stop for stop in times.stops}
    pause = next((planned[o] for o in rest if o in planned and planned[o].break_s), None)
    found = onward(
        problem,
        shift_id,
        rest,
        start,
        _pace(problem, factor_at),
        habit=habit,
        breaks_before=pause.order_id if pause else None,
        break_s=pause.break_s if pause else 0,
    )
    return tuple(_live(problem, planned, each, where.now) for each in found)


def _start(
    problem: Problem,
    shift_id: ShiftId,
    first: OrderId,
    times: RouteTimes,
    where: Whereabouts,
    drive: Drive,
    habit: Habit,
) -> Start:
    now_s, known_s = (seconds_after(problem.origin, t) for t in (where.now, where.known_until))
    if where.at is not None and where.arrived_at is not None:
        visit = problem.visits[where.at]
        if where.done_at is not None:
            leaves_s = max(known_s, seconds_after(problem.origin, where.done_at) + round(LEAVES_S))
            return Start(leaves_s, _known(visit.at), None, UNSURE_S**2, known_s)
        begins = visit.begins(seconds_after(problem.origin, where.arrived_at))
        rest_s = habit.rest_s(visit.service_s, known_s - begins)
        deviation_s = math.hypot(UNSURE_S, habit.spread * rest_s)
        return Start(max(begins, known_s) + round(rest_s), _known(visit.at), None, deviation_s**2, known_s)
    if where.begun and where.place is not None and where.seen_at is not None:
        seconds = drive(where.place, first)
        if seconds is not None:
            return Start(seconds_after(problem.origin, where.seen_at), None, seconds, UNSURE_S**2, known_s)
    if where.behind is not None and where.left_at is not None:
        left_s = seconds_after(problem.origin, where.left_at)
        return Start(left_s, _known(problem.visits[where.behind].at), None, (2 * UNSURE_S) ** 2, known_s)
    leaves_s = seconds_after(problem.origin, times.leaves_at)
    late = (3 * UNSURE_S) ** 2 if leaves_s > now_s else (5 * UNSURE_S) ** 2
    return Start(max(leaves_s, now_s), problem.rounds[shift_id].start, None, late, now_s)


def _known(place: int) -> int | None:
    return None if place == NOWHERE else place


def _pace(problem: Problem, factor_at: FactorAt) -> Pace:
    places = problem.index.places

    def pace(a: int, b: int, at_s: int) -> tuple[float, float, float]:
        if NOWHERE in (a, b):
            return 1.0, 0.0, 0.0
        middle = Place((places[a].lat + places[b].lat) / 2, (places[a].lon + places[b].lon) / 2)
        factor = factor_at(middle, after(problem.origin, at_s))
        return factor.factor, factor.spread, factor.spread / math.sqrt(factor.samples + FEW)

    return pace


def _live(problem: Problem, planned: Mapping[OrderId, StopTimes], each: Ahead, now: datetime) -> LiveStop:
    windows = problem.visits[each.order_id].windows
    closes_s = windows[-1][1] if windows else None
    early, late = (each.arrives_s + sign * EIGHTY * each.deviation_s for sign in (-1, 1))
    risk = Risk.NONE
    # past the close nobody knows whether an unseen driver was there in time
    if closes_s is not None and max(late, seconds_after(problem.origin, now)) > closes_s:
        risk = Risk.LATE if each.arrives_s > closes_s else Risk.AT_RISK

    def moment(seconds: float) -> datetime:
        return after(problem.origin, round(seconds))

    expected = max(now, moment(each.arrives_s))  # they may be there by now, unseen
    plan = planned.get(each.order_id)
    return LiveStop(
        order_id=each.order_id,
        planned_at=plan.arrives_at if plan else expected,
        expected_at=expected,
        earliest_at=max(now, moment(early)),
        latest_at=max(expected, moment(late)),
        closes_at=None if closes_s is None else moment(closes_s),
        risk=risk,
    )
