"""One exception with all that its remedies depend on. How it is read: `case`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from dispatcher.domain.customers import Wish
from dispatcher.domain.fleet import Driver, Lock, Shift
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.incidents import CagedGoods, Incident
from dispatcher.domain.orders import Order, OrderKind
from dispatcher.domain.place import Address
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, FailureReason
from dispatcher.domain.roads import RoadNetwork
from dispatcher.domain.time import midnight
from dispatcher.services.disturbances import hours_later
from dispatcher.services.exceptions.changes import AFTER, windows_from
from dispatcher.services.exceptions.facts import Moment
from dispatcher.services.exceptions.pricing import Placed, Pricing, cheapest
from dispatcher.services.liveday import LiveDay
from dispatcher.services.ports import Geocoder

_FREE = (Lock.OPEN, Lock.SEQUENCE)
"""Rounds of a later day that still take something."""


@dataclass(frozen=True)
class Case:
    """One exception with all that its remedies depend on."""

    incident: Incident
    moment: Moment
    order: Order | None
    attempt: Attempt | None
    """The one it is about."""
    code: str
    """Its failure reason, as corrected."""
    shift: Shift | None
    """Of the round it happened on."""
    driver: Driver | None
    round_over: bool
    goods: tuple[CagedGoods, ...]
    """The order's, in the cage or awaited there."""
    no_attempts: int
    """How often somebody was to come and did not: these do not count towards the limit."""
    days: tuple[date, ...]
    """The next working days that have no order of the same number."""
    day: Day | None
    """The day that is on the road, if the order is of it."""
    live: LiveDay | None
    roads: RoadNetwork
    geocoder: Geocoder | None
    read_day: Callable[[date], Day]
    """Reads one of `days`, as it is planned."""
    wish: Wish | None = None
    wish_verdict: str = ""
    wish_why_not: str = ""

    @property
    def reasons(self) -> Mapping[str, FailureReason]:
        """The depot's list."""
        return self.moment.policy.reason_by_code

    @property
    def tried(self) -> bool:
        """Whether a driver says how the order's present attempt ended."""
        return self.order is not None and self.attempt is not None and self.attempt.number >= self.order.attempt

    @property
    def spent(self) -> bool:
        """Whether the order has had as many attempts as the depot makes."""
        counted = (self.attempt.number if self.attempt else 0) - self.no_attempts
        return self.attempt is not None and counted >= self.moment.policy.incidents.most_attempts

    @property
    def in_cage(self) -> bool:
        """Whether the goods lie in the cage."""
        return any(piece.here for piece in self.goods)

    @cached_property
    def pricing(self) -> Pricing | None:
        """On the day that is on the road."""
        return Pricing(self.day, self.live, self.roads, self.moment.now) if self.day else None

    @cached_property
    def again(self) -> Order | None:
        """The order as it would be tried again today, not before it makes sense: see `AFTER`."""
        since = self.attempt.at + AFTER if self.attempt is not None and self.tried else self.moment.now
        return self._again(max(self.moment.now, since))

    @cached_property
    def at_once(self) -> Order | None:
        """The same without waiting, for a round that is over before."""
        return self._again(self.moment.now)

    def _again(self, soon: datetime) -> Order | None:
        if self.order is None:
            return None
        end = midnight(self.order.date + timedelta(days=1), self.moment.zone)
        number = self.order.attempt + 1 if self.tried else self.order.attempt
        return replace(self.order, attempt=number, windows=windows_from(self.order, min(soon, end), end))

    @property
    def delivers(self) -> bool:
        """Whether goods are brought, so that whoever goes must have them."""
        return self.order is None or self.order.kind is OrderKind.DELIVERY

    def has_goods(self, shift_id: ShiftId) -> bool:
        """Whether the goods are in this round's vehicle."""
        return shift_id == self.incident.shift_id and not self.in_cage and not self.round_over

    def priced(self, shift_id: ShiftId, address: Address | None = None) -> Placed | None:
        """What it would mean for this round; `None` if it does not come where the goods are."""
        later = self._priced(self.again, shift_id, address)
        if later is None or later.good or self.at_once == self.again:
            return later
        sooner = self._priced(self.at_once, shift_id, address)
        return sooner if sooner is not None and sooner.good else later

    def on_day(self, on: date) -> Placed | None:
        """The best place on a later day's rounds, among the nearest; `None` if nothing is planned there by now."""
        day, order = self.read_day(on), self.order
        assert order is not None
        free = {s.id for s in day.shifts.values() if s.lock in _FREE}
        planned = [route.shift_id for route in day.plan.routes if route.stops and route.shift_id in free]
        moved = replace(order, date=on, windows=hours_later(order, on, self.moment.zone), pickup_id=None)
        moved = replace(moved, attempt=order.attempt + self.tried)
        pricing = Pricing(day, None, self.roads, self.moment.now)
        nearest = pricing.nearest(order.address.place, planned)
        return next(iter(cheapest(pricing.into(moved, shift_id) for shift_id in nearest)), None)

    def _priced(self, again: Order | None, shift_id: ShiftId, address: Address | None) -> Placed | None:
        if self.pricing is None or again is None or shift_id not in self.pricing.day.shifts:
            return None
        order, aboard = replace(again, address=address) if address else again, self.has_goods(shift_id)
        return self.pricing.into(order, shift_id, after_reload=self.delivers and not aboard, aboard=aboard)
