"""One round that is followed: what is known of it so far, and what of that is told to others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.tracking import Alert, LiveRound, StoredFix, Visit, Witness
from dispatcher.services.tenures import span_of
from dispatcher.services.trail import Trail
from dispatcher.services.underway import Behind, Facts
from dispatcher.tracking.following import RoundTracker
from dispatcher.tracking.progress import Line
from dispatcher.tracking.stops import RoundStop

type Plan = tuple[Route, RouteTimes, RoadPath | None]
"""How it is planned, when it is to be where, and the way it is to take."""


@dataclass(slots=True)
class Followed:
    """One round and what is known of it so far."""

    tracker: RoundTracker
    plan: Plan | None = None
    live: LiveRound | None = None
    remembered: tuple[Visit, ...] = ()
    """Visits of a track that is no longer kept."""
    alerts: tuple[Alert, ...] = ()
    judged_at: datetime | None = None
    """`None` when arrivals are to be worked out at once."""
    since: datetime | None = None
    """When the driver who has it now took it over from another."""
    asked: tuple[Place, OrderId, float] | None = None
    """From where the roads were asked last, to where, and the seconds they said."""
    trail: Trail = field(default_factory=Trail)
    risky: dict[OrderId, datetime] = field(default_factory=dict)
    """Stops ahead that are at risk or late, with since when."""
    _tracked: tuple[tuple[Visit, ...], Mapping[OrderId, Order], Facts] = ((), {}, {})
    """What `tracked` found, and in what."""

    def tracked(self, day: Day) -> Facts:
        """The stops that the track alone says are behind. Asked several times a second: looked for when it is told."""
        visits, orders = self.live.visits if self.live else (), day.orders
        if self._tracked[0] is not visits or self._tracked[1] is not orders:
            # of several stays at an order the first counts: it is put in last
            self._tracked = visits, orders, dict(_behind(visits, orders))
        return self._tracked[2]


def _behind(visits: Sequence[Visit], orders: Mapping[OrderId, Order]) -> Iterator[tuple[OrderId, Behind]]:
    """By their track alone, the latest first."""
    for visit in _over(visits):
        order = orders.get(visit.order_id)
        if order and visit.departed_at and visit.witness is Witness.TRACK:
            yield order.id, Behind(order.attempt, visit.departed_at, visit.shift_id, told=False)


def _over(visits: Sequence[Visit]) -> Iterator[Visit]:
    """Those that are over, the latest first.

    Next-door stops made in one stay are over together, when the driver goes: until then every position shares the stay
    out anew, by the order of the plan too, which a stop that is done changes.
    """
    there_since = next((visit.arrived_at for visit in visits if visit.departed_at is None), None)
    for visit in reversed(visits):
        if visit.departed_at and there_since and visit.departed_at >= there_since:
            there_since = min(visit.arrived_at, there_since)
        elif visit.departed_at:
            yield visit


def as_before(live: LiveRound | None, visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """The very same object while nothing is new: by that others see that nothing is."""
    return live.visits if live and live.visits == visits else visits


def same_plan(one: Plan | None, other: Plan) -> bool:
    """Whether a tracker need not hear of the other."""
    return one is not None and one[0] == other[0] and one[1] is other[1] and one[2] is other[2]


def stops_of(day: Day, plan: Plan) -> Iterator[RoundStop]:
    """The stops of a round as its tracker knows them; those that nobody knows the place of are left out."""
    route, times, _ = plan
    at = {stop.order_id: stop for stop in times.stops}
    for stop in route.stops:
        order = day.orders[stop.order_id]
        if order.address.place is not None:
            planned = at[order.id]
            yield RoundStop(
                order.id,
                order.address.place,
                planned.arrives_at,
                order.service_s,
                planned.drive_s,
                planned.drive_m,
                stop.done,
                order.number,
            )


def line_of(plan: Plan) -> Sequence[Line]:
    """The way it is to take, leg by leg; empty while that is not drawn."""
    return plan[2].legs if plan[2] else ()


def round_of(fix: StoredFix, rounds: Iterable[Followed]) -> ShiftId | None:
    """Which of the driver's rounds was on at the moment of a fix; the nearest, where shifts of one driver meet."""
    found: list[tuple[timedelta, ShiftId]] = []
    for followed in rounds:
        shift = followed.tracker.shift
        since, until = span_of(shift)
        if max(since, followed.since or since) <= fix.fix.at <= until:
            away = max(shift.starts_at - fix.fix.at, fix.fix.at - shift.ends_at, timedelta())
            found.append((away, shift.id))
    return min(found)[1] if found else None
