"""The catalogue laid out over dates: which slots there are, what is sold of each, and why one cannot be chosen."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.orders import Load
from dispatcher.domain.slots import AreaId, RuleId, Slot, SlotBook, SlotChange, SlotRule, window_of

CLOSED, FULL, TOO_LATE, NEVER = "closed by hand", "full", "past its cut-off", "skipped by the change of clocks"
TOO_SOON, TOO_FAR = "too soon", "not open yet"


@dataclass(frozen=True, slots=True)
class Taken:
    """What is sold of one slot."""

    orders: int = 0
    minutes: int = 0
    load: Load = field(default_factory=Load)

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.orders + other.orders, self.minutes + other.minutes, self.load + other.load)


@dataclass(frozen=True, slots=True)
class Moment:
    """By what slots are judged besides the catalogue."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """By the depot's clock."""
        return self.now.astimezone(self.zone).date()


type Sold = Mapping[tuple[RuleId, date], Taken]


def slots_of(
    book: SlotBook, dates: Iterable[date], moment: Moment, sold: Sold, area_id: AreaId | None = None
) -> tuple[Slot, ...]:
    """Every slot of these dates, by date, name of the area and time."""
    found = []
    for on in dates:
        rules = (rule for rule in book.rules.values() if area_id in (None, rule.area_id) and occurs(rule, on))
        slots = [slot_on(book, rule, on, moment, sold.get((rule.id, on), Taken())) for rule in rules]
        found += sorted(filter(None, slots), key=lambda s: (s.area.name, s.window.opens_at, s.rule.id))
    return tuple(found)


def occurs(rule: SlotRule, on: date) -> bool:
    """Whether the rule has a slot on this date."""
    inside = (rule.first is None or rule.first <= on) and (rule.last is None or on <= rule.last)
    return inside and on.weekday() in rule.weekdays


def slot_on(book: SlotBook, rule: SlotRule, on: date, moment: Moment, taken: Taken) -> Slot | None:
    """One rule on one date; `None` for a rule whose area is gone."""
    area, change = book.areas.get(rule.area_id), book.changes.get((rule.id, on))
    if area is None:
        return None
    most = rule.most_orders if change is None or change.most_orders is None else change.most_orders
    window = window_of(rule, change, on, moment.zone)
    slot = Slot(rule, area, on, window, "", most, taken.orders, taken.minutes, taken.load)
    return replace(slot, closed=next(_closed(book, slot, change, moment), ""))


def _closed(book: SlotBook, slot: Slot, change: SlotChange | None, moment: Moment) -> Iterator[str]:
    """Why nobody can choose it, the weightiest first."""
    dark = [b for b in book.blackouts if b.on == slot.on and b.area_id in (None, slot.area.id)]
    if dark:
        yield f"blackout: {dark[0].why}" if dark[0].why else "blackout"
    if change is not None and change.closed:
        yield CLOSED
    if slot.window.closes_at <= slot.window.opens_at:
        yield NEVER
    if slot.window.opens_at - timedelta(seconds=slot.rule.cut_off_s) <= moment.now:
        yield TOO_LATE
    ahead = (slot.on - moment.today).days
    if ahead < slot.rule.lead_days:
        yield TOO_SOON
    if ahead > slot.rule.ahead_days:
        yield TOO_FAR
    if no_room(slot, Taken(1)):
        yield FULL


def no_room(slot: Slot, more: Taken) -> str:
    """Why so much more does not fit; empty if it does."""
    if slot.most_orders is not None and slot.orders + more.orders > slot.most_orders:
        return f"{slot.orders} of {slot.most_orders} orders are taken"
    most_minutes, most = slot.rule.most_minutes, slot.rule.most
    if most_minutes is not None and slot.minutes + more.minutes > most_minutes:
        return f"{slot.minutes} of {most_minutes} minutes of service are taken"
    if most is None:
        return ""
    sums = slot.load + more.load
    if most.kg and sums.kg > most.kg:
        return f"{slot.load.kg:,.0f} of {most.kg:,.0f} kg are taken"
    if most.litres and sums.litres > most.litres:
        return f"{slot.load.litres:,.0f} of {most.litres:,.0f} l are taken"
    if most.parcels and sums.parcels > most.parcels:
        return f"{slot.load.parcels} of {most.parcels} parcels are taken"
    return ""


def oversold(slot: Slot) -> bool:
    """Whether more is sold than fits."""
    return bool(no_room(slot, Taken()))


def named(slot: Slot, zone: ZoneInfo) -> str:
    """As people read it: "Nord, Tuesday 24 November, 08:00–10:00"."""
    opens, closes = slot.window.opens_at.astimezone(zone), slot.window.closes_at.astimezone(zone)
    return f"{slot.area.name}, {slot.on:%A} {slot.on.day} {slot.on:%B}, {opens:%H:%M}–{closes:%H:%M}"
