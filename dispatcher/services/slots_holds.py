"""Taking places in slots, giving them back, and letting orders have them.

The logbook's one transaction looks whether there is room and takes it, so two clerks, in one process or two, never get
the same last place. An order gets its place within the change of the plan that gives it the slot's date and window:
the place is taken as the last step, and if there is none the plan stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.slots import HOLD_LASTS, HoldState, Slot, SlotBook, SlotHold
from dispatcher.domain.time import TimeWindow
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.slots_sold import booked, of_order, taken
from dispatcher.services.slots_view import SlotKey
from dispatcher.slots.calendar import FULL, Moment, Taken, named, no_room, slot_on

type Orders = Sequence[Order]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place that somebody wants."""

    key: SlotKey
    more: Taken
    in_plan: Orders
    """The orders that the plan had in this slot when it was asked for."""
    order_id: OrderId | None = None


def stood(reader: LogbookReader, book: SlotBook, wanted: Wanted, moment: Moment, *, but: str = "") -> Slot:
    """The slot as it stands without the order that wants it and without the hold `but`. Raises `BadInput` if gone."""
    rule_id, on = wanted.key
    rule = book.rules.get(rule_id)
    orders = [order for order in wanted.in_plan if order.id != wanted.order_id]
    others = [
        hold
        for hold in reader.slot_taken(rule_id, on, moment.now)
        if hold.id != but and (wanted.order_id is None or hold.order_id != wanted.order_id)
    ]
    slot = slot_on(book, rule, on, moment, taken(booked(others, orders, moment.now, {}))) if rule else None
    if slot is None:
        raise BadInput("That slot is not in the catalogue any more.", "The calendar shows those that are there.")
    return slot


def require_room(slot: Slot, more: Taken, zone: ZoneInfo) -> None:
    """Raises `BadInput` for a slot that cannot be chosen, or has not so much room."""
    where = named(slot, zone)
    if slot.closed not in ("", FULL):
        raise BadInput(f"{where} cannot be chosen: {slot.closed}.", "Choose another slot.")
    if why := no_room(slot, more):
        raise BadInput(f"{where} is full: {why}.", "Choose another slot, or raise its capacity.")


def take(
    writer: LogbookWriter,
    wanted: Wanted,
    moment: Moment,
    by: str,
    *,
    instead_of: str = "",
    until: datetime | None = None,
) -> SlotHold:
    """Hold a place for ten minutes, or until another moment; instead of another perhaps.

    Raises `BadInput`, with nothing changed.
    """
    book, now = writer.slot_book(), moment.now
    require_room(stood(writer, book, wanted, moment, but=instead_of), wanted.more, moment.zone)
    if instead_of:
        old = held(writer, instead_of, now, moment.zone)
        writer.put_slot_hold(replace(old, state=HoldState.LET_GO))
    rule_id, on = wanted.key
    until = until or now + HOLD_LASTS
    made = SlotHold(new_id(), rule_id, on, now, until, by, wanted.more.minutes, wanted.more.load, moved_from=instead_of)
    writer.put_slot_hold(made)
    return made


def held(reader: LogbookReader, hold_id: str, now: datetime, zone: ZoneInfo) -> SlotHold:
    """A place that is only held, and still is. Raises `BadInput`."""
    hold = reader.slot_hold(hold_id)
    if hold is None:
        raise BadInput("That place is gone.", "Choose a slot again.")
    if hold.state is HoldState.CONFIRMED:
        raise BadInput("An order has this place.", "Give the order another slot, or cancel it.")
    if hold.state is not HoldState.HELD:
        raise BadInput(f"That place was {hold.state.value} already.", "Choose a slot again.")
    if now >= hold.until:
        raise BadInput(f"The place was held until {hold.until.astimezone(zone):%H:%M}.", "Choose a slot again.")
    return hold


def confirm(
    writer: LogbookWriter, wanted: Wanted, moment: Moment, by: str, window: TimeWindow, *, hold_id: str = ""
) -> None:
    """Let an order have a place, the one held or a new one; its other places are let go.

    A place that is held is its holder's to the last moment, though the slot was closed meanwhile; a new one, and more
    than was held, must have room. `window` is the slot's, as the plan has it. Raises `BadInput`: nothing is changed.
    """
    slot = stood(writer, writer.slot_book(), wanted, moment, but=hold_id)
    if slot.window != window:
        raise BadInput(f"{named(slot, moment.zone)} was moved meanwhile.", "Look at it, and choose again.")
    old = held(writer, hold_id, moment.now, moment.zone) if hold_id else None
    before = Taken(1, old.minutes, old.load) if old else None
    if before is None:
        require_room(slot, wanted.more, moment.zone)
    elif _more(wanted.more, before) and (why := no_room(slot, wanted.more)):
        raise BadInput(f"{named(slot, moment.zone)} has no room for that much more: {why}.", "Choose another slot.")
    _confirmed(writer, wanted, moment.now, by, old)


def _more(wanted: Taken, before: Taken) -> bool:
    one, other = wanted.load, before.load
    grown = one.kg > other.kg or one.litres > other.litres or one.parcels > other.parcels
    return wanted.minutes > before.minutes or grown


def confirm_many(writer: LogbookWriter, wanted: Sequence[Wanted], moment: Moment, by: str, window: TimeWindow) -> None:
    """Let many orders have places of one slot. Raises `BadInput` if there is not room for all, with nothing changed."""
    ids = {each.order_id for each in wanted}
    free = [order for order in wanted[0].in_plan if order.id not in ids]
    slot = stood(writer, writer.slot_book(), replace(wanted[0], in_plan=free), moment)
    if slot.window != window:
        raise BadInput(f"{named(slot, moment.zone)} was moved meanwhile.", "Make the preview again.")
    require_room(slot, sum((each.more for each in wanted), Taken()), moment.zone)
    for each in wanted:
        _confirmed(writer, each, moment.now, by, None)


def _confirmed(writer: LogbookWriter, wanted: Wanted, now: datetime, by: str, old: SlotHold | None) -> None:
    assert wanted.order_id is not None
    former = [hold for hold in writer.slot_holds_of(wanted.order_id) if hold.counts(now)]
    for hold in former:
        writer.put_slot_hold(replace(hold, state=HoldState.LET_GO))
    until = now + HOLD_LASTS
    made = old or SlotHold(new_id(), *wanted.key, now, until, by, moved_from=former[-1].id if former else "")
    more = wanted.more
    made = replace(made, state=HoldState.CONFIRMED, order_id=wanted.order_id, until=until)
    writer.put_slot_hold(replace(made, minutes=more.minutes, load=more.load))


def let_go(writer: LogbookWriter, hold_id: str, moment: Moment) -> SlotHold:
    """Give a held place back; one that ran out is left as it is."""
    hold = writer.slot_hold(hold_id)
    if hold is not None and hold.state is HoldState.HELD and moment.now >= hold.until:
        fresh = replace(hold, state=HoldState.RUN_OUT)
    else:
        fresh = replace(held(writer, hold_id, moment.now, moment.zone), state=HoldState.LET_GO)
    writer.put_slot_hold(fresh)
    return fresh


def spoken(by: str) -> str:
    """A name. Raises `BadInput` for nobody's."""
    if not by.strip():
        raise BadInput("Nobody said who takes the place.", "Type your name first.")
    return by.strip()


def wanted_of(order: Order, key: SlotKey, in_plan: Orders) -> Wanted:
    """What an order wants of a slot."""
    return Wanted(key, of_order(order), in_plan, order.id)


def held_as(key: SlotKey, minutes: int, load: Load, in_plan: Orders) -> Wanted:
    """What somebody wants to hold for an order that is not there yet."""
    rule_id, on = key
    return Wanted((rule_id, on), Taken(1, minutes, load), in_plan)


def ahead(reader: LogbookReader, first: date, now: datetime) -> list[SlotHold]:
    """Places from a date on that take up room."""
    return [hold for hold in reader.slot_holds(first, date.max) if hold.counts(now)]
