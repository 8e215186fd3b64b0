"""Where a day's rounds have room for one order as a customer wishes it, and at what price, by the planner's insertion.

Asked on a desk of its own: the tables of the day that is shown stay at hand.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.services.disturbances import under_way
from dispatcher.services.plan import land_orders, with_sequences
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.rounds import loads_at_depot
from dispatcher.services.verdict import InHand, Verdict
from dispatcher.services.workplace import Workplace

_FREE = (Lock.OPEN, Lock.SEQUENCE)


@dataclass(frozen=True, slots=True)
class Room:
    """The best place for one order, if a round has one."""

    order_id: OrderId
    offer: Verdict | None = None
    driver: str = ""
    more_s: int = 0
    more_m: int = 0
    """What all rounds together take more than now."""
    planned: bool = True
    """Whether the day has rounds at all by now."""
    obstacle: str = ""
    """What is in the way where least is."""

    @property
    def fits(self) -> bool:
        """Whether a round has room, or will be planned with it."""
        return self.offer is not None or not self.planned

    def verdict(self, on: str) -> str:
        """A sentence for the dispatcher."""
        if not self.planned:
            return f"{on} is not planned yet: it goes to that day's pool."
        if self.offer is None:
            return f"No round has room on {on}: {self.obstacle}. It would wait in the pool."
        return f"Fits {on}: {self._price} on {self.driver}'s round."

    @property
    def _price(self) -> str:
        minutes, metres = round(self.more_s / 60), self.more_m
        far = f", {'+' if metres > 0 else '−'}{abs(metres) / 1_000:.1f} km" if abs(metres) >= 50 else ""
        return f"{'−' if minutes < 0 else '+'}{abs(minutes)} min{far}"

    def take(self, uow: UnitOfWork) -> None:
        """Put the order there; it stays where it is if no round has room. Within the change that grants the wish."""
        if self.offer is not None:
            land_orders(uow, order_ids=[self.order_id], to_shift=self.offer.shift_id, sequence=self.offer.sequence)


def room_on(workplace: Workplace, outlook: Outlook, order: Order, *, now: datetime) -> Room:
    """The cheapest round that takes the order, as it is given, without breaking a rule."""
    shown = order.date == outlook.day.date
    day = outlook.day if shown else workplace.store.read(lambda reader: reader.day(order.date))
    if not any(route.stops for route in day.plan.routes):
        return Room(order.id, planned=False)
    desk = PlanningDesk(workplace.roads)
    try:
        schedule = outlook.schedule if shown else desk.look(day, why=False).schedule
        without = _without(under_way(day, schedule, now), order.id)
        left = desk.look(without, why=False).schedule
        gone = {s for s, times in schedule.routes.items() if times.stops and times.leaves_at <= now}
        wished = replace(without, orders={**without.orders, order.id: order})
        offers = InHand(desk, wished, [order.id]).all().values()
        can = [offer for offer in offers if _can(wished, order, offer.shift_id, gone)]
    finally:
        desk.close()
    return _room(wished, order, can, _saved(schedule, left))


def _without(day: Day, order_id: OrderId) -> Day:
    """The day with the order in no round: what it breaks where it is now is no measure for where it goes."""
    route = day.plan.route_of(order_id)
    return (
        day if route is None else with_sequences(day, {route.shift_id: [o for o in route.order_ids if o != order_id]})
    )


def _saved(before: Schedule, after: Schedule) -> tuple[int, int]:
    """Seconds and metres that the rounds take less when the order leaves them."""
    pairs = [(before.routes[shift_id], times) for shift_id, times in after.routes.items()]
    return sum(a.duration_s - b.duration_s for a, b in pairs), sum(a.distance_m - b.distance_m for a, b in pairs)


def _can(day: Day, order: Order, shift_id: ShiftId, gone: set[ShiftId]) -> bool:
    """Whether the round may be changed, and has the goods or can still load them."""
    if day.shifts[shift_id].lock not in _FREE:
        return False
    has_goods = day.loaded.get(order.id) in (None, shift_id)
    loads = loads_at_depot(order) and day.loaded.get(order.id) != shift_id
    return has_goods and not (loads and shift_id in gone)


def _room(day: Day, order: Order, offers: list[Verdict], saved: tuple[int, int]) -> Room:
    fitting = next((offer for offer in offers if not offer.breaks and not offer.worse), None)
    if fitting is not None:
        more = fitting.duration_s - saved[0], fitting.distance_m - saved[1]
        return Room(order.id, fitting, day.drivers[day.shifts[fitting.shift_id].driver_id].name, *more)
    if not offers:
        return Room(order.id, obstacle="every round is locked, or on its way without the goods")
    broken = (*offers[0].breaks, *offers[0].worse)[0]
    driver = day.drivers[day.shifts[offers[0].shift_id].driver_id].name
    return Room(order.id, obstacle=f"{broken.rule.value} with {driver}, where least is in the way")
