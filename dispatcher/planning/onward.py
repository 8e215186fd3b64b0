"""The rest of a round that is under way: when each stop ahead will be reached, as things stand.

The judge times whole rounds as they are planned; this is its clock for a driver who is somewhere in the middle, with
the same windows, services, breaks and legs, and driving that takes as long as was learned it does. Its times come with
their variance, so that an interval can be shown.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.problem import NOWHERE, Problem, Visit

type Pace = Callable[[int, int, int], tuple[float, float, float]]
"""(from place, to place, second of the day) → how much longer than free flow driving takes there and then, the standard
deviation of that factor's logarithm for one leg, and that of the factor itself: wrong for one leg, it is for all."""

SURPRISE_S = 120.0
"""Standard deviation of what nobody planned, per stop ahead: another sequence, a detour, a halt. By simulated days."""

SERVICE_SPREAD = 0.45
"""Standard deviation of a service time's logarithm: what field studies of parcel deliveries find, 0.3-0.6."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How long stops take beside their planned service: log-normal, as service times are."""

    factor: float = 1.0
    """Of the mean over the plan."""
    spread: float = SERVICE_SPREAD
    """Standard deviation of one stop's logarithm."""
    unsure: float = 0.0
    """Standard deviation of the factor's own logarithm: wrong for one stop, it is wrong for all."""

    def rest_s(self, service_s: float, past_s: float) -> float:
        """What is still to come, in the mean, of a stop planned to take `service_s` that has lasted `past_s`.

        The mean residual life of a log-normal time (Klein & Moeschberger 2003, Survival Analysis, 2.4).
        """
        mean_s = self.factor * service_s
        if past_s < 1 or mean_s <= 0 or self.spread <= 0:  # in less than a second nothing is learned
            return max(0.0, mean_s - past_s)
        z = (math.log(past_s / mean_s) + self.spread**2 / 2) / self.spread
        beyond = _NORMAL.cdf(-z)
        if beyond < 1e-6:  # lasts already longer than any: as much again as at the edge of what is known
            return self.spread * mean_s
        return max(0.0, mean_s * _NORMAL.cdf(self.spread - z) / beyond - past_s)

    def deviation_s(self, service_s: float) -> float:
        """Standard deviation of one stop's time."""
        return self.factor * service_s * math.sqrt(math.expm1(self.spread**2))


_NORMAL = NormalDist()

AS_PLANNED = Habit()


@dataclass(frozen=True, slots=True)
class Start:
    """Where the rest of the round begins."""

    at_s: int
    """The moment of leaving `place`, seconds after the problem's origin."""
    place: int | None
    """Index of the place driven from; `None` when `ahead_s` says all of the first leg."""
    ahead_s: float | None = None
    """Free-flow seconds still to drive to the first stop, where the roads were asked from the driver's position."""
    variance: float = 0.0
    """Of the moment of leaving, seconds squared."""
    not_before_s: int = 0
    """No arrival ahead can be earlier: up to here it would be known."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """One stop ahead."""

    order_id: OrderId
    arrives_s: float
    begins_s: float
    departs_s: float
    deviation_s: float
    """Standard deviation of the arrival."""


def onward(
    problem: Problem,
    shift_id: ShiftId,
    rest: Sequence[OrderId],
    start: Start,
    pace: Pace,
    *,
    habit: Habit = AS_PLANNED,
    breaks_before: OrderId | None = None,
    break_s: int = 0,
) -> list[Ahead]:
    """Time the stops of `rest`, in this order.

    `breaks_before`: the stop before which the driver's break of `break_s` is still to be taken. An order without a
    place is served where the vehicle happens to be, as the judge has it.
    """
    duty = problem.rounds[shift_id]
    travel = problem.travel[duty.profile].duration_s
    found: list[Ahead] = []
    now, variance, at, shared_s = float(start.at_s), start.variance, start.place, 0.0
    for i, order_id in enumerate(rest):
        visit = problem.visits[order_id]
        if order_id == breaks_before:
            now += break_s
        free_s = start.ahead_s if i == 0 and start.ahead_s is not None else _leg(travel, at, visit.at)
        factor, spread, unsure = pace(visit.at if at is None else at, visit.at, round(now))
        now += free_s * factor
        variance += (free_s * factor * spread) ** 2
        shared_s += free_s * factor * unsure
        now = max(now, start.not_before_s)
        begins = _begins(visit, now)
        # waiting for a window swallows what was uncertain before it
        held = min(variance, max(0.0, variance**0.5 - (begins - now)) ** 2)
        deviation_s = math.hypot(variance**0.5, shared_s)
        service_s = habit.factor * visit.service_s
        found.append(Ahead(order_id, now, begins, begins + service_s, deviation_s))
        variance = held + habit.deviation_s(visit.service_s) ** 2 + SURPRISE_S**2
        shared_s += service_s * habit.unsure
        now, at = begins + service_s, at if visit.at == NOWHERE else visit.at
    return found


def _leg(travel: NDArray[np.int32], a: int | None, b: int) -> float:
    if a is None or NOWHERE in (a, b):
        return 0.0
    seconds = int(travel[a, b])
    return float(seconds) if seconds < NO_WAY else 0.0


def _begins(visit: Visit, arrives_s: float) -> float:
    return max(arrives_s, float(visit.begins(round(arrives_s)))) if visit.windows else arrives_s
