"""What the gateway must know of slots to offer them on customers' pages: it has the logbook, and never the plan.

Catalogue and places held are in the logbook anyway. What is sold besides, orders of the plan whose only window is a
slot's, lies there for every date ahead as a paper; and an order's page says in which area it is and what it takes.
A date without a paper is offered to nobody. The window's side; the gateway's is `wishes_slots`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.papers import Paper, PaperKind
from dispatcher.domain.place import Address
from dispatcher.domain.slots import HOLD_LASTS, HoldState, RuleId, SlotBook, SlotHold
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.ports import Store
from dispatcher.services.slots_sold import among, booked, of_order, taken
from dispatcher.services.slots_view import SlotKey
from dispatcher.services.workplace import Workplace
from dispatcher.slots.areas import area_of_address
from dispatcher.slots.calendar import Taken

FARTHEST = 60
"""Days ahead at most: who orders earlier than that asks the depot."""
_LOOK_BACK = 200
"""Changes of the plan; after more of them every date is read anew."""


def wants_of(order: Order, book: SlotBook) -> dict[str, Any] | None:
    """Of which area's slots an order takes how much; `None` where its area has none."""
    area = area_of_address(book.areas.values(), order.address)
    if area is None or not any(rule.area_id == area.id for rule in book.rules.values()):
        return None
    return {"area": area.id, **_amounts(order)}


def _amounts(order: Order) -> dict[str, Any]:
    taken = of_order(order)
    return {"minutes": taken.minutes, "kg": taken.load.kg, "litres": taken.load.litres, "parcels": taken.load.parcels}


# --- what the plan has in slots, written and read -----------------------------------------------------------------


def publish_planned(workplace: Workplace, book: SlotBook, *, now: datetime) -> int:
    """Put down what the plan has in the slots of every date ahead, where that is not known; how many dates that were.

    Nothing is read of the plan while nothing of it was written. Worker; as often as one likes.
    """
    if workplace.live is None or workplace.what_if is not None or not book.rules:
        return 0
    zone, logbook = workplace.depot.zone, workplace.live.logbook
    today = now.astimezone(zone).date()
    ahead = min(FARTHEST, max(rule.ahead_days for rule in book.rules.values()))
    dates = [today + timedelta(days=n) for n in range(ahead + 1)]
    known = {paper.about: paper for paper in logbook.read(lambda r: r.papers(PaperKind.SLOTS_PLANNED))}
    stamp = _stamp(book, zone)
    due = _due(workplace.store, {on: known.get(on.isoformat()) for on in dates}, stamp)
    if not due:
        return 0
    revision, orders = workplace.store.read(lambda r: (r.revision, r.orders_of(due)))
    papers = [_paper(book, on, zone, orders, {"catalogue": stamp, "revision": revision}, now) for on in due]
    gone = [paper.id for about, paper in known.items() if about < today.isoformat()]

    def write(writer: LogbookWriter) -> None:
        for paper in papers:
            writer.put_paper(paper)
        for paper_id in gone:
            writer.remove_paper(paper_id)

    logbook.write(write)
    return len(due)


def _stamp(book: SlotBook, zone: ZoneInfo) -> str:
    """Another one for a catalogue by which other orders are in slots."""
    areas = sorted((a.id, a.name, a.postcodes, a.ring) for a in book.areas.values())
    rules = sorted(
        (r.id, r.area_id, r.opens, r.closes, sorted(r.weekdays), r.first, r.last) for r in book.rules.values()
    )
    changes = sorted((c.rule_id, c.on, c.opens, c.closes) for c in book.changes.values() if c.opens or c.closes)
    return hashlib.sha256(repr((zone.key, areas, rules, changes)).encode()).hexdigest()[:16]


def _due(store: Store, known: Mapping[date, Paper | None], stamp: str) -> list[date]:
    """The dates of which the plan may say something else by now."""
    fresh = {on: paper for on, paper in known.items() if paper is not None and paper.body["catalogue"] == stamp}
    if not fresh:
        return list(known)
    since = min(paper.body["revision"] for paper in fresh.values())
    if store.read(lambda r: r.revision) == since:
        return [on for on in known if on not in fresh]
    entries = store.entries(_LOOK_BACK)
    whole = len(entries) < _LOOK_BACK or entries[-1].revision <= since
    after = {on: [e for e in entries if e.revision > paper.body["revision"]] for on, paper in fresh.items()}
    same = {on for on, later in after.items() if whole and all(e.dates and on not in e.dates for e in later)}
    return [on for on in known if on not in same]


def _paper(
    book: SlotBook, on: date, zone: ZoneInfo, orders: Iterable[Order], how: Mapping[str, Any], now: datetime
) -> Paper:
    there = among(book, on, zone, (order for order in orders if order.date == on))
    slots = {rule_id: [{"order_id": o.id, **_amounts(o)} for o in placed] for (rule_id, _), placed in there.items()}
    return Paper(_id(on), PaperKind.SLOTS_PLANNED, on.isoformat(), now, {**how, "slots": packed(slots)})


def packed(slots: Mapping[RuleId, Any]) -> str:
    """As a paper has them: a text, which is cheap to know again."""
    return json.dumps(slots, separators=(",", ":"), sort_keys=True)


def _id(on: date) -> str:
    return f"{PaperKind.SLOTS_PLANNED.value} {on}"


@dataclass(frozen=True, slots=True)
class Planned:
    """The orders that the plan has in one slot; they have nothing but what they take of it."""

    orders: tuple[Order, ...]
    ids: frozenset[OrderId]
    total: Taken


NOBODY = Planned((), frozenset(), Taken())


def planned_in(reader: LogbookReader, dates: Iterable[date]) -> dict[date, Mapping[SlotKey, Planned]]:
    """What the plan has in the slots of these dates; those of which it is not known are left out.

    A place that an order was given since a date was put down counts as in the plan: nobody may be there to put it down.
    """
    papers = {on: reader.paper(_id(on)) for on in dates}
    return {
        on: _with_later(_planned(on, paper.body["slots"]), reader.slot_holds(on, on), paper.at)
        for on, paper in papers.items()
        if paper is not None
    }


def _with_later(
    there: Mapping[SlotKey, Planned], holds: Iterable[SlotHold], since: datetime
) -> Mapping[SlotKey, Planned]:
    found = dict(there)
    for hold in holds:
        key = hold.rule_id, hold.on
        before = found.get(key, NOBODY)
        later = hold.state is HoldState.CONFIRMED and hold.until - HOLD_LASTS >= since
        if later and hold.order_id is not None and hold.order_id not in before.ids:
            order = Order(hold.order_id, "", hold.on, Address(""), service_s=60 * hold.minutes, load=hold.load)
            found[key] = Planned((*before.orders, order), before.ids | {order.id}, before.total + of_order(order))
    return found


@lru_cache(maxsize=2 * FARTHEST)
def _planned(on: date, slots: str) -> Mapping[SlotKey, Planned]:
    """Remembered: every look at a page asks for the same two weeks, and days of 1,000 orders take long to unpack."""
    found = {}
    for rule_id, placed in json.loads(slots).items():
        orders = tuple(_order(on, each) for each in placed)
        total = sum(map(of_order, orders), Taken())
        found[RuleId(rule_id), on] = Planned(orders, frozenset(order.id for order in orders), total)
    return MappingProxyType(found)


def sold(planned: Planned, holds: Iterable[SlotHold], now: datetime) -> Taken:
    """What is taken of a slot: all the plan has in it, and who holds a place besides. As `slots_sold` has it."""
    besides = [hold for hold in holds if hold.order_id not in planned.ids]
    return planned.total + taken(booked(besides, (), now, {}))


def _order(on: date, said: Mapping[str, Any]) -> Order:
    return Order(OrderId(said["order_id"]), "", on, Address(""), service_s=60 * said["minutes"], load=load_of(said))


def load_of(said: Mapping[str, Any]) -> Load:
    """The load that an order takes of a slot."""
    return Load(said["kg"], said["litres"], said["parcels"])
