"""Slots in words: how full, why closed, what would be against a drop. Knows no widget."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.slots import HoldState, Slot, SlotHold
from dispatcher.services.slots import Booked
from ui import format as fmt

OVER, FULL, CLOSED, NARROW, OPEN = "over", "full", "closed", "narrow", "open"
NEARLY = 0.8
_FULL = "full"
"""What the desk calls a slot that nothing is against but that it has no room left."""
TOKENS = {OVER: "late", FULL: "risk", CLOSED: "muted", NARROW: "risk", OPEN: "done"}
"""The colour of the bar, by how it stands."""


def filled(slot: Slot) -> str:
    """As in "12 of 20", "12" where there is no limit."""
    return f"{slot.orders:,}" if slot.most_orders is None else f"{slot.orders:,} of {slot.most_orders:,}"


def standing(slot: Slot) -> str:
    """One of the five words above: what the cell's colour says."""
    if slot.filling > 1 or (slot.most_orders == 0 and slot.orders):
        return OVER
    if slot.closed == _FULL:
        return FULL
    if slot.closed:
        return CLOSED
    return NARROW if slot.filling >= NEARLY else OPEN


def mark(slot: Slot) -> str:
    """The short words in a cell: "oversold", "full", "blackout: Midsummer"; empty if it can be chosen."""
    return "oversold" if standing(slot) == OVER else slot.closed


def when(slot: Slot, zone: ZoneInfo) -> str:
    """As in "Tue 24 Nov 08–12"."""
    return f"{fmt.weekday_date(slot.on)} {fmt.window(slot.window, zone)}"


def titled(slot: Slot, zone: ZoneInfo) -> str:
    """As in "North, Tue 24 Nov 08–12"."""
    return f"{slot.area.name}, {when(slot, zone)}"


def said(slot: Slot, zone: ZoneInfo) -> str:
    """All of a cell in a sentence, for tips and screen readers."""
    why = f", {mark(slot)}" if mark(slot) else ""
    return f"{titled(slot, zone)}: {filled(slot)} taken{why}"


def facts(slot: Slot, zone: ZoneInfo, currency: str) -> str:
    """What there is to know of a slot besides its orders."""
    parts = [f"{filled(slot)} taken"]
    if slot.rule.most_minutes is not None:
        parts.append(f"{slot.minutes:,} of {slot.rule.most_minutes:,} min of service")
    if slot.rule.most:
        parts.append(f"{fmt.load(slot.load)} of {fmt.load(slot.rule.most)}")
    parts.append(pays(slot, currency))
    parts.append(f"cut-off {fmt.weekday_date(_cut(slot, zone).date())} {_cut(slot, zone):%H:%M}")
    return " · ".join(parts)


def cut_off(slot: Slot, zone: ZoneInfo) -> str:
    """Until when it can be chosen: "Mon 23 Nov 20:00"."""
    local = _cut(slot, zone)
    return f"{fmt.weekday_date(local.date())} {local:%H:%M}"


def _cut(slot: Slot, zone: ZoneInfo) -> datetime:
    opens = slot.window.opens_at.timestamp() - slot.rule.cut_off_s
    return datetime.fromtimestamp(opens, zone)


def room(slot: Slot) -> str:
    """As in "8 of 20 left"."""
    if slot.most_orders is None:
        return f"no limit, {slot.orders:,} taken"
    return f"{max(0, slot.most_orders - slot.orders):,} of {slot.most_orders:,} left"


def left(slot: Slot) -> str:
    """How many places are left, for a narrow column: "8", "no limit"."""
    return "no limit" if slot.most_orders is None else f"{max(0, slot.most_orders - slot.orders):,}"


def pays(slot: Slot, currency: str) -> str:
    """What the customer pays: "€4.90", "free"."""
    return fmt.price(slot.rule.price, currency) if slot.rule.price else "free"


def against(slot: Slot | None) -> str:
    """What the board itself knows against a drop; the desk is asked besides."""
    if slot is None:
        return "There is no slot here on this day."
    return f"Cannot be chosen: {mark(slot)}." if mark(slot) else ""


def verdict(slot: Slot, why_not: str, zone: ZoneInfo, currency: str) -> str:
    """What hangs beside the pointer while an order is over a cell."""
    if why_not:
        return why_not
    return f"{titled(slot, zone)}: {room(slot)}, cut-off {cut_off(slot, zone)}, {pays(slot, currency)}"


# --- places -----------------------------------------------------------------------------------------------------------


def place_name(place: Booked) -> str:
    """By what a place is called: the order's number, or by whom it is held."""
    if place.order is not None:
        return place.order.number
    return f"Held by {place.hold.by}" if place.hold else "?"


def place_who(place: Booked) -> str:
    """Where it goes."""
    if place.order is None:
        return "no order yet" if place.hold and place.hold.order_id is None else "its order is gone"
    name = place.order.contact.name
    return f"{name}, {place.order.address.text}" if name else place.order.address.text


def place_state(place: Booked, zone: ZoneInfo) -> str:
    """How it came by its place."""
    if place.hold is None:
        return "by its window"
    if place.hold.state is HoldState.HELD:
        return f"until {place.hold.until.astimezone(zone):%H:%M}"
    return place.hold.state.value


def countdown(hold: SlotHold, now: datetime) -> str:
    """As in "9:41"; empty when it has run out."""
    left = int((hold.until - now).total_seconds())
    return f"{left // 60}:{left % 60:02d}" if left > 0 else ""


def some(names: Collection[str], most: int = 4) -> str:
    """As in "A1, A2, A3, A4 and 3 more"."""
    listed = list(names)
    more = len(listed) - most
    return ", ".join(listed[:most]) + (f" and {more:,} more" if more > 0 else "")


def weekdays(days: Collection[int]) -> str:
    """As in "Mon–Fri", "Tue, Thu"."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    chosen = sorted(days)
    if len(chosen) > 2 and chosen == list(range(chosen[0], chosen[-1] + 1)):
        return f"{names[chosen[0]]}–{names[chosen[-1]]}"
    return ", ".join(names[day] for day in chosen)
