"""Which times a customer can choose, and the place that is held for the one chosen, until the depot has answered.

Where the depot has slots in the order's area they are the same as at the counter: as many places, the same cut-off,
lead time and blackouts, and a place is taken in the same transaction as the wish. Elsewhere they are the depot's hours
in pieces, on days on which somebody works. The gateway's side; what it must know of the plan: `customer_pages_slots`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.customers import CustomerPage, Wish, WishState
from dispatcher.domain.slots import AreaId, HoldState, Slot, SlotHold
from dispatcher.domain.time import TimeWindow, at_local
from dispatcher.services import slots_holds as places
from dispatcher.services.customer_pages_slots import NOBODY, load_of, planned_in, sold
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.slots_sold import grouped
from dispatcher.slots.calendar import Moment, Taken, no_room, slots_of

DAYS = 14
"""So many dates are looked at for slots."""
_HERE_STILL = ("planned", "waiting")


@dataclass(frozen=True, slots=True)
class Choice:
    """A time that can be chosen."""

    on: date
    window: TimeWindow
    opens: str
    closes: str
    """By the depot's clock: "08:00"."""
    slot: Slot | None = None
    """`None` for a piece of the depot's hours."""
    left: int | None = None
    """Places; `None` without a limit."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen at this moment."""

    days: Sequence[date] = ()
    """Other days, to be had without a time."""
    times: Sequence[Choice] = field(default_factory=tuple)
    slots: bool = False
    """Whether they are the catalogue's; then none may be left."""

    def on(self, day: date) -> list[Choice]:
        """The times of one date."""
        return [choice for choice in self.times if choice.on == day]

    @property
    def dates(self) -> list[date]:
        """Those that have times."""
        return sorted({choice.on for choice in self.times})


def choices_of(reader: LogbookReader, page: CustomerPage, now: datetime) -> Choices:
    """What the customer of this page can choose."""
    wanted = page.body.get("slot")
    if wanted is not None and any(r.area_id == wanted["area"] for r in reader.slot_book().rules.values()):
        return Choices(times=_of_catalogue(reader, page, wanted, now), slots=True)
    zone = ZoneInfo(page.body["zone"])
    today = now.astimezone(zone).date()
    days = [on for on in map(date.fromisoformat, page.body["days"]) if on > today and on != page.on]
    return Choices(days, _pieces(page, [page.on, *days], now))


def _pieces(page: CustomerPage, days: Iterable[date], now: datetime) -> list[Choice]:
    """The depot's hours: what has begun is over, and a failed attempt's day is, too."""
    zone, found = ZoneInfo(page.body["zone"]), []
    for on in days:
        if on == page.on and page.body["state"] not in _HERE_STILL:
            continue
        for opens, closes in page.body["slots"]:
            window = TimeWindow(*(at_local(on, time.fromisoformat(each), zone) for each in (opens, closes)))
            if window.opens_at > now:
                found.append(Choice(on, window, opens, closes))
    return found


def _of_catalogue(reader: LogbookReader, page: CustomerPage, wanted: Mapping[str, Any], now: datetime) -> list[Choice]:
    """Slots with room for this order, from its own day on; the one it has already is none."""
    moment, book = Moment(now, ZoneInfo(page.body["zone"])), reader.slot_book()
    first = max(moment.today, page.on)
    plan = planned_in(reader, (first + timedelta(days=n) for n in range(DAYS)))
    own = {wish.hold_id for wish in reader.wishes_of(page.order_id) if wish.state is WishState.OPEN}
    held = grouped(h for h in reader.slot_holds(first, first + timedelta(days=DAYS)) if h.id not in own)
    keys = {*held, *(key for there in plan.values() for key in there)}
    taken = {key: sold(plan.get(key[1], {}).get(key, NOBODY), held.get(key, ()), now) for key in keys}
    has = {(w[0], w[1]) for w in page.body["windows"]}
    found = []
    for slot in slots_of(book, plan, moment, taken, AreaId(wanted["area"])):
        here = slot.on == page.on and page.body["state"] not in _HERE_STILL
        choice = _choice(slot, moment.zone)
        if not (here or slot.closed or no_room(slot, _more(wanted)) or _said(slot.window) in has):
            found.append(choice)
    return found


def _said(window: TimeWindow) -> tuple[str, str]:
    """As a page's body has a window."""
    opens, closes = (
        at.isoformat(timespec="seconds").replace("+00:00", "Z") for at in (window.opens_at, window.closes_at)
    )
    return opens, closes


def _choice(slot: Slot, zone: ZoneInfo) -> Choice:
    opens, closes = (f"{at.astimezone(zone):%H:%M}" for at in (slot.window.opens_at, slot.window.closes_at))
    left = None if slot.most_orders is None else slot.most_orders - slot.orders
    return Choice(slot.on, slot.window, opens, closes, slot, left)


def _more(wanted: Mapping[str, Any]) -> Taken:
    return Taken(1, wanted["minutes"], load_of(wanted))


# --- the place held for a wish ------------------------------------------------------------------------------------


def hold_for(writer: LogbookWriter, page: CustomerPage, slot: Slot, now: datetime) -> SlotHold:
    """Take a place until the slot's cut-off. Raises `BadInput` if the last one went meanwhile."""
    key, more = (slot.rule.id, slot.on), _more(page.body["slot"])
    there = planned_in(writer, [slot.on]).get(slot.on, {}).get(key, NOBODY)
    wanted = places.held_as(key, more.minutes, more.load, there.orders)
    until = slot.window.opens_at - timedelta(seconds=slot.rule.cut_off_s)
    moment = Moment(now, ZoneInfo(page.body["zone"]))
    return places.take(writer, wanted, moment, f"customer of {page.body['number']}", until=until)


def free(writer: LogbookWriter, wish: Wish, now: datetime) -> None:
    """Give the place back that is held for a wish which is not to be granted any more."""
    hold = writer.slot_hold(wish.hold_id) if wish.hold_id else None
    if hold is not None and hold.state is HoldState.HELD:
        writer.put_slot_hold(replace(hold, state=HoldState.LET_GO if now < hold.until else HoldState.RUN_OUT))
