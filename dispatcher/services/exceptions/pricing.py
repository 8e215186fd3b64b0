"""What it would mean to put one stop into a round that is on the road: where, when, and for whom it would be late.

Each round is looked at alone, in a day that has nothing else, so that its roads are measured in no time and the day
shown is left in peace. The judge prices; what the road says of delays is added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.roads import RoadNetwork, obeyed
from dispatcher.domain.schedule import RouteTimes, Rule
from dispatcher.domain.time import TimeWindow
from dispatcher.domain.tracking import LiveRound, Risk
from dispatcher.planning.judge import judge_route
from dispatcher.planning.problem import Problem, places_of, profiles_of
from dispatcher.planning.rank import Hand
from dispatcher.planning.rank import Offer as Ranked
from dispatcher.services.liveday import LiveDay
from dispatcher.services.plan import sequences_of

_ROOM = frozenset({Rule.WEIGHT, Rule.VOLUME, Rule.PARCELS})
NEAREST = 6
"""Rounds that are priced when any could do it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A stop at its best place in a round."""

    shift_id: ShiftId
    driver: str
    sequence: tuple[OrderId, ...]
    windows: tuple[TimeWindow, ...]
    """The order's, as it was priced."""
    at: datetime
    """When it would be reached, with the delay the round has on the road."""
    duration_s: int
    distance_m: int
    late: int
    """Stops that would be late by it, this one among them."""
    obstacle: str = ""
    """A rule besides lateness that it would break, in words."""

    @property
    def price(self) -> str:
        """As people read it: "+6 min, +2.1 km, nobody late"."""
        late = "nobody late" if not self.late else f"{self.late} {'stop' if self.late == 1 else 'stops'} late"
        minutes = round(self.duration_s / 60)
        return f"{minutes:+d} min, {self.distance_m / 1000:+.1f} km, {late}".replace("-", "\N{MINUS SIGN}")

    @property
    def good(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.late and not self.obstacle


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices stops on one day's rounds, as they stand on the road."""

    day: Day
    live: LiveDay | None
    roads: RoadNetwork
    now: datetime

    def into(
        self, order: Order, shift_id: ShiftId, *, after_reload: bool = False, aboard: bool = False
    ) -> Placed | None:
        """At its best place in this round, behind what is driven; `order` as it would be then.

        With `after_reload` only where the vehicle has been at the depot before; `None` where it does not come there.
        What is `aboard` takes no more room than it does already.
        """
        part = self._part(order, shift_id)
        closed = obeyed(self.roads, part.closures)
        places = places_of(part).places
        travel = {profile: self.roads.table(places, profile, closed) for profile in profiles_of(part)}
        problem = Problem.of(part, travel)
        hand = Hand(problem, sequences_of(part), [order.id])
        now = judge_route(problem, shift_id, sequences_of(part)[shift_id])
        first = self.loads_at(now) if after_reload else 0
        if first is None:
            return None
        if first:
            length = len(now.stops)
            ranked = min((hand.at(shift_id, n) for n in range(first, length + 1)), key=lambda each: each.weight)
        else:
            ranked = hand.offers()[0]
        placed = self._placed(order, ranked, judge_route(problem, shift_id, ranked.sequence), now)
        faults = [
            v for v in (*ranked.breaks, *ranked.worse) if not (v.rule is Rule.LATE or (aboard and v.rule in _ROOM))
        ]
        return replace(placed, obstacle=_words(faults[0].rule, faults[0].amount) if faults else "")

    def nearest(self, place: Place | None, shift_ids: Iterable[ShiftId]) -> list[ShiftId]:
        """The rounds with a stop ahead that is nearest to a place."""
        routes = {r.shift_id: r for r in self.day.plan.routes}

        def metres(shift_id: ShiftId) -> float:
            ahead = (self.day.orders[s.order_id].address.place for s in routes[shift_id].stops if not s.done)
            places = [*filter(None, ahead), self.day.shifts[shift_id].start]
            return min(place.distance_m(other) for other in places) if place else 0.0

        return sorted((s for s in shift_ids if s in routes), key=metres)[:NEAREST]

    def left(self, shift_id: ShiftId) -> bool:
        """Whether the round has left the depot."""
        round_ = self.live.rounds.get(shift_id) if self.live else None
        route = next((r for r in self.day.plan.routes if r.shift_id == shift_id), None)
        begun = bool(round_ and round_.visits) or bool(route and (route.followed or any(s.done for s in route.stops)))
        shift = self.day.shifts.get(shift_id)
        return begun or shift is None or shift.starts_at <= self.now

    def loads_at(self, times: RouteTimes) -> int | None:
        """From which stop on a round has been at the depot since now; `None` if it does not come there again."""
        if not self.left(times.shift_id):
            return 0
        return next((n for n, stop in enumerate(times.stops) if stop.reload_at and stop.reload_at > self.now), None)

    def _part(self, order: Order, shift_id: ShiftId) -> Day:
        """The day with this round alone, and the order outside of it."""
        route = next(r for r in self.day.plan.routes if r.shift_id == shift_id)
        route = Route(shift_id, tuple(s for s in route.stops if s.order_id != order.id), route.followed)
        orders = {o: self.day.orders[o] for o in route.order_ids if o in self.day.orders}
        freeze_at = self.day.freeze_at if route.followed else max(self.now, self.day.freeze_at or self.now)
        shift = replace(self.day.shifts[shift_id], lock=Lock.OPEN)
        return replace(
            self.day,
            orders={**orders, order.id: order},
            shifts={shift_id: shift},
            plan=replace(self.day.plan, routes=(route,)),
            freeze_at=freeze_at,
            loaded={},
        )

    def _placed(self, order: Order, ranked: Ranked, times: RouteTimes, before: RouteTimes) -> Placed:
        shift = self.day.shifts[ranked.shift_id]
        round_ = self.live.rounds.get(ranked.shift_id) if self.live else None
        delay_s = (round_.delay_s or 0) if round_ else 0
        stop = next(stop for stop in times.stops if stop.order_id == order.id)
        return Placed(
            shift_id=ranked.shift_id,
            driver=self.day.drivers[shift.driver_id].name,
            sequence=ranked.sequence,
            windows=order.windows,
            at=stop.starts_at + timedelta(seconds=delay_s),
            duration_s=round((times.returns_at - before.returns_at).total_seconds()),
            distance_m=ranked.distance_m,
            late=max(ranked.late, _late_on_road(round_, order.id, ranked)),
        )


def _late_on_road(round_: LiveRound | None, order_id: OrderId, ranked: Ranked) -> int:
    """Stops behind it that would miss their window, as they are expected on the road now."""
    if round_ is None or order_id not in ranked.sequence:
        return 0
    behind = set(ranked.sequence[ranked.sequence.index(order_id) + 1 :])
    extra = timedelta(seconds=ranked.duration_s)
    ahead = (stop for stop in round_.stops if stop.order_id in behind and stop.risk is not Risk.LATE)
    return sum(1 for stop in ahead if stop.closes_at and stop.expected_at + extra > stop.closes_at)


def _words(rule: Rule, amount: float) -> str:
    if rule in (Rule.SHIFT_END, Rule.MAX_DURATION, Rule.BREAK):
        return f"{_RULES[rule]} by {max(1, round(amount / 60))} min"
    return _RULES.get(rule, rule.value)


_RULES = {
    Rule.SHIFT_END: "the round would end after the shift",
    Rule.MAX_DURATION: "the round would be too long",
    Rule.BREAK: "the break would come too late",
    Rule.WEIGHT: "it would be too heavy",
    Rule.VOLUME: "there is no room for it",
    Rule.PARCELS: "there is no room for it",
    Rule.SKILL: "neither driver nor vehicle can do it",
    Rule.CERTIFICATE: "a certificate it takes to drive has run out",
    Rule.DRIVER: "another driver must do it",
    Rule.NO_ROAD: "no road leads there",
    Rule.NO_PLACE: "its address has no place",
    Rule.MAX_STOPS: "the driver would have too many stops",
    Rule.MAX_DISTANCE: "the round would be too far",
    Rule.PAIR: "the goods are not fetched before",
}


def cheapest(placed: Iterable[Placed | None]) -> Sequence[Placed]:
    """The possible ones, the best first: nobody late, then the least time."""
    found = [each for each in placed if each is not None]
    return sorted(found, key=lambda each: (bool(each.obstacle), each.late, each.duration_s))
