"""How much longer than free flow driving takes, by zone and hour, learned from the depot's own legs.

The logarithm of driven over planned, averaged with pseudo-counts: a zone's hour is drawn towards that hour on such a
day everywhere, this towards the hour on all days, this towards the depot as a whole, and that towards 1. That is the
posterior mean of a normal mean whose prior is worth so many observations (Gelman et al., Bayesian Data Analysis, 3rd
ed., 2.5; empirical Bayes in the sense of Efron & Morris 1975, JASA 70: the prior is the depot's own). A leg counts at
most for a third or threefold: one lunch or one lost phone moves nothing much.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import DriverId
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Factor, Leg, Visit, Witness
from dispatcher.tracking.stops import RoundPlan

PRIOR_SPREAD = 0.35
"""Standard deviation of a leg's log ratio before any leg was driven."""

OVERALL_COUNT, HOUR_COUNT, DAY_COUNT, ZONE_COUNT = 20.0, 15.0, 15.0, 10.0
"""What the level above is worth in legs."""

STOP_SPREAD, STOPS_COUNT, DRIVER_COUNT = 0.45, 10.0, 6.0
"""The same of stops: one stop's log ratio before any was made; what the plan, and all drivers, are worth in stops."""

STOP_UNSURE = 0.25
"""How far planned services are off before any was seen: the standard deviation of the logarithm of their factor."""

CAP = math.log(3)

SHORTEST_S, SHORTEST_M = 30, 300.0
"""Shorter legs say more of fences and parking than of traffic."""

LONGEST = 6.0
"""A leg that took longer than so many times its plan was no mere driving."""

_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class _Cell:
    """What one group of legs says."""

    mean: float
    variance: float
    count: int

    def below(self, ratios: Sequence[float], worth: float) -> "_Cell":
        """A group within this one: its own legs, and this one's mean and variance as if `worth` legs more."""
        weight = len(ratios) + worth
        mean = (math.fsum(ratios) + worth * self.mean) / weight
        squares = math.fsum((r - mean) ** 2 for r in ratios)
        variance = (squares + worth * (self.variance + (self.mean - mean) ** 2)) / weight
        return _Cell(mean, variance, len(ratios))


_NOTHING = _Cell(0.0, PRIOR_SPREAD**2, 0)


class Factors:
    """Factors of travel time, learned from legs in any order."""

    def __init__(self, legs: Iterable[Leg] = ()) -> None:
        ratios: defaultdict[tuple[object, ...], list[float]] = defaultdict(list)
        for leg in legs:
            if leg.planned_s > 0 and leg.driven_s > 0:
                ratio = max(-CAP, min(CAP, math.log(leg.driven_s / leg.planned_s)))
                for group in _groups(leg.zone, leg.hour, leg.weekday):
                    ratios[group].append(ratio)
        self._ratios = dict(ratios)

    def factor_for(self, zone: str, hour: int, weekday: int) -> Factor:
        """For a geohash of five characters, an hour of the depot's clock and a weekday (Monday 0).

        The factor is the median's; `samples` counts the legs of this zone at this hour on such days.
        """
        cell = _NOTHING
        worths = OVERALL_COUNT, HOUR_COUNT, DAY_COUNT, ZONE_COUNT
        for group, worth in zip(_groups(zone, hour, weekday), worths, strict=True):
            cell = cell.below(self._ratios.get(group, ()), worth)
        return Factor(math.exp(cell.mean), math.sqrt(cell.variance), cell.count)


class Stops:
    """How long stops take beside their planned service, learned from the visits of a day so far, in any order.

    As with legs: the driver's own stops are drawn towards those of all drivers, and these towards the plan. The way to
    the door and back is in it: nobody plans it.
    """

    def __init__(self, lasted: Iterable[tuple[DriverId, float, float]] = ()) -> None:
        """(driver, planned seconds, seconds it took) of each visit that ended."""
        self._ratios: defaultdict[DriverId | None, list[float]] = defaultdict(list)
        for driver_id, planned_s, took_s in lasted:
            if planned_s >= SHORTEST_S and took_s > 0:
                ratio = max(-CAP, min(CAP, math.log(took_s / planned_s)))
                self._ratios[None].append(ratio)
                self._ratios[driver_id].append(ratio)

    def factor_for(self, driver_id: DriverId) -> tuple[float, float, float]:
        """The mean stop's time over the plan's, the standard deviation of one stop's logarithm, and of the factor's."""
        everybody = _Cell(0.0, STOP_SPREAD**2, 0).below(self._ratios.get(None, ()), STOPS_COUNT)
        own = everybody.below(self._ratios.get(driver_id, ()), DRIVER_COUNT)
        unsure = 1 / math.sqrt(1 / STOP_UNSURE**2 + own.count / own.variance)
        return math.exp(own.mean + own.variance / 2), math.sqrt(own.variance), unsure


def leg_of(start: Visit, end: Visit, middle: Place, planned_s: int, zone: ZoneInfo) -> Leg | None:
    """The drive between two visits; `None` if it says nothing of the traffic.

    `middle` lies halfway; `planned_s` is free flow between the two fences; `zone` is the depot's time zone.
    """
    if start.departed_at is None or Witness.DRIVER in (start.witness, end.witness) or planned_s < SHORTEST_S:
        return None
    driven_s = round((end.arrived_at - start.departed_at).total_seconds())
    if not 0 < driven_s <= LONGEST * planned_s:
        return None
    local = start.departed_at.astimezone(zone)
    return Leg(geohash(middle), local.hour, local.weekday(), planned_s, driven_s)


def legs_of(
    visits: Sequence[Visit],
    plan: RoundPlan,
    zone: ZoneInfo,
    geofence_m: float,
    free_flow: Callable[[Place, Place], tuple[int, float]] | None = None,
) -> list[Leg]:
    """The legs between visits, in the order they happened.

    Arrivals and departures are crossings of fences, so the plan's time is cut by the fences' share of the way. Stops
    that do not follow one another in the plan need `free_flow`, (seconds, metres) between two places, or are left out.
    """
    legs = []
    for start, end in pairwise(sorted(visits, key=lambda visit: visit.arrived_at)):
        a, b = plan.stop(start.order_id), plan.stop(end.order_id)
        if a is None or b is None:
            continue
        seconds, metres = b.drive_s, float(b.drive_m)
        if plan.turn[b.order_id] != plan.turn[a.order_id] + 1:
            if free_flow is None:
                continue
            seconds, metres = free_flow(a.place, b.place)
        if metres < SHORTEST_M:
            continue
        middle = Place((a.place.lat + b.place.lat) / 2, (a.place.lon + b.place.lon) / 2)
        leg = leg_of(start, end, middle, round(seconds * (1 - 2 * geofence_m / metres)), zone)
        if leg is not None:
            legs.append(leg)
    return legs


def geohash(place: Place, characters: int = 5) -> str:
    """The geohash of a place (Niemeyer 2008): five characters are a cell of 4.9 km."""
    spans, words, odd = {True: [-180.0, 180.0], False: [-90.0, 90.0]}, [], True
    for _ in range(characters):
        value = 0
        for _ in range(5):
            span, degrees = spans[odd], place.lon if odd else place.lat
            middle = (span[0] + span[1]) / 2
            value = value * 2 + (degrees >= middle)
            span[degrees < middle] = middle
            odd = not odd
        words.append(_BASE32[value])
    return "".join(words)


def _groups(zone: str, hour: int, weekday: int) -> tuple[tuple[object, ...], ...]:
    """From the widest to the narrowest; working days are alike, and so are those of a weekend."""
    weekend = weekday >= 5
    return (), (hour,), (hour, weekend), (hour, weekend, zone)
