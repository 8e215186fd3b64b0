"""What is sold of slots: places held, and orders of the plan whose only window is the slot's.

A confirmed place counts for its ten minutes whatever the plan says, since the order may be on its way into the plan;
afterwards it counts if the order has the slot. So a confirmation that is undone gives the place back, and one that is
redone takes it again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.slots import AreaId, HoldState, RuleId, SlotBook, SlotHold, window_of
from dispatcher.domain.time import TimeWindow
from dispatcher.services.slots_view import Booked, SlotKey
from dispatcher.slots.areas import area_of_address
from dispatcher.slots.calendar import Taken, occurs

type InPlan = Mapping[SlotKey, tuple[Order, ...]]


def in_plan(book: SlotBook, day: Day) -> InPlan:
    """The open orders of a day that have a slot, by slot."""
    return among(book, day.date, day.depot.zone, day.orders.values())


def among(book: SlotBook, on: date, zone: ZoneInfo, there: Iterable[Order]) -> InPlan:
    """Of the orders of a date those open ones that have a slot, by slot."""
    by_window: dict[TimeWindow, dict[AreaId, RuleId]] = defaultdict(dict)
    for rule in book.rules.values():
        if occurs(rule, on):
            window = window_of(rule, book.changes.get((rule.id, on)), on, zone)
            by_window[window].setdefault(rule.area_id, rule.id)
    found: dict[SlotKey, list[Order]] = defaultdict(list)
    areas = tuple(book.areas.values())
    for order in there:
        if order.state is not OrderState.OPEN or len(order.windows) != 1 or order.windows[0] not in by_window:
            continue
        area = area_of_address(areas, order.address)
        rule_id = by_window[order.windows[0]].get(area.id) if area else None
        if rule_id is not None:
            found[rule_id, on].append(order)
    return {key: tuple(sorted(orders, key=lambda o: o.number)) for key, orders in found.items()}


def standing(holds: Iterable[SlotHold], orders: Sequence[Order], now: datetime) -> list[SlotHold]:
    """Those of a slot's holds that take up room, given the orders that the plan has in it."""
    there = {order.id for order in orders}
    return [
        hold
        for hold in holds
        if hold.counts(now) and (hold.state is HoldState.HELD or now < hold.until or hold.order_id in there)
    ]


def booked(
    holds: Iterable[SlotHold], orders: Sequence[Order], now: datetime, known: Mapping[OrderId, Order]
) -> list[Booked]:
    """Who has a place: holds with their orders, then orders without a hold. One order has one place."""
    by_id = {order.id: order for order in orders}
    found, seen = [], set[OrderId]()
    for hold in standing(holds, orders, now):
        if hold.order_id in seen:
            continue
        order = by_id.get(hold.order_id) or known.get(hold.order_id) if hold.order_id else None
        found.append(Booked(hold, order))
        if hold.order_id:
            seen.add(hold.order_id)
    return found + [Booked(None, order) for order in orders if order.id not in seen]


def taken(places: Iterable[Booked]) -> Taken:
    """Their sum; of an order that the plan has, as it is there."""
    return sum((_one(place) for place in places), Taken())


def _one(place: Booked) -> Taken:
    if place.order is not None:
        return of_order(place.order)
    assert place.hold is not None
    return Taken(1, place.hold.minutes, place.hold.load)


def of_order(order: Order) -> Taken:
    """What an order takes of a slot; minutes of service rounded up."""
    return Taken(1, -(-order.service_s // 60), order.load)


def grouped(holds: Iterable[SlotHold]) -> dict[SlotKey, list[SlotHold]]:
    """By slot."""
    found: dict[SlotKey, list[SlotHold]] = defaultdict(list)
    for hold in holds:
        found[hold.rule_id, hold.on].append(hold)
    return found


def dates_of(first: date, days: int) -> list[date]:
    """So many dates from the first on."""
    return [date.fromordinal(first.toordinal() + n) for n in range(days)]
