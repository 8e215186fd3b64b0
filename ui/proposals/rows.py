"""The rows of an opened card, prepared: drivers with what changes for them, their stops, what is no longer possible.

Knows no Qt. A row says everything that is painted or read aloud of it, so that painting looks nothing up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import RouteTimes, StopTimes
from dispatcher.services.proposals import Card, RoundDiff, StopDiff
from ui import format as fmt
from ui.proposals import words

HEADINGS = ("Stops", "km", "h", "Late", "Cost")
_FULL = ("stops", "kilometres", "hours", "late stops", "cost")


@dataclass(frozen=True, slots=True)
class Figure:
    """One amount before and after."""

    before: str
    after: str
    way: int
    """-1 less, 0 the same, 1 more."""
    tone: str
    """The colour token of the change."""


@dataclass(frozen=True, slots=True)
class DriverRow:
    """A driver's round before and after."""

    shift_id: ShiftId
    number: int
    driver: str
    vehicle: str
    figures: tuple[Figure, ...]
    """In the order of `HEADINGS`."""
    note: str
    """What the figures do not say: new broken rules, or that only the sequence changes."""
    note_tone: str
    stops: int
    """How many of its stops come, leave or change."""

    @property
    def key(self) -> ShiftId:
        """The round."""
        return self.shift_id

    @property
    def said(self) -> str:
        """Everything in one sentence, for those who do not see it."""
        pairs = zip(_FULL, self.figures, strict=True)
        changes = ", ".join(f"{name} {f.before} to {f.after}" for name, f in pairs if f.way)
        told = ", ".join(part for part in (changes, self.note) if part)
        return f"Driver {self.number} {self.driver}, {self.vehicle}: {told or 'figures stay as they are'}"


@dataclass(frozen=True, slots=True)
class Side:
    """A stop before, or after: where it is in its round, and when."""

    where: str
    """Place and time: "7 · 09:15"."""
    late: str = ""
    """Such as "4 min late"."""
    number: int | None = None
    """Of the other driver, if it is with another."""
    driver: str = ""

    @property
    def clock(self) -> str:
        """The time alone."""
        return self.where.rsplit(" · ", 1)[-1]

    @property
    def said(self) -> str:
        """As it is read aloud."""
        if self.where == words.UNPLANNED:
            return self.where
        whose = f"driver {self.number} {self.driver}, " if self.number is not None else ""
        return ", ".join((f"{whose}stop {self.where.replace(' · ', ', ')}", *filter(None, [self.late])))


@dataclass(frozen=True, slots=True)
class StopRow:
    """What happens to one order, seen from one of its drivers."""

    shift_id: ShiftId
    order_id: OrderId
    icon: str
    verb: str
    """What the icon means: "comes", "leaves", "changes"."""
    address: str
    number: str
    before: Side
    after: Side
    tone: str
    handling: str

    @property
    def key(self) -> tuple[ShiftId, OrderId]:
        """An order that changes its driver stands with both."""
        return self.shift_id, self.order_id

    @property
    def said(self) -> str:
        """Everything in one sentence."""
        goods = f"; {self.handling}" if self.handling else ""
        return f"{self.address}, order {self.number}, {self.verb}: {self.before.said} → {self.after.said}{goods}"


@dataclass(frozen=True, slots=True)
class GoneHead:
    """The heading above what cannot be had any more."""

    count: int

    @property
    def key(self) -> str:
        """There is one."""
        return "gone"

    @property
    def said(self) -> str:
        """With how many."""
        return f"No longer possible: {fmt.count(self.count, 'stop')}"


@dataclass(frozen=True, slots=True)
class GoneRow:
    """A move that cannot be had any more."""

    order_id: OrderId
    address: str
    why: str

    @property
    def key(self) -> tuple[str, OrderId]:
        """The order, apart from the same order's other rows."""
        return "gone", self.order_id

    @property
    def said(self) -> str:
        """With why."""
        return f"{self.address}: {self.why}"


type Row = DriverRow | StopRow | GoneHead | GoneRow


class Changes:
    """A card, prepared driver by driver; a driver's stops only when somebody looks: there may be hundreds."""

    def __init__(self, card: Card | None) -> None:
        self._card = card
        self._stops: dict[ShiftId, tuple[StopRow, ...]] = {}
        self._diffs: dict[ShiftId, list[StopDiff]] = {}
        if card is None:
            self.drivers: tuple[DriverRow, ...] = ()
            self.gone: tuple[GoneRow, ...] = ()
            return
        for stop in card.stops:
            for shift_id in dict.fromkeys(s for s in (stop.before_shift, stop.after_shift) if s):
                self._diffs.setdefault(shift_id, []).append(stop)
        self._names = _Names(card)
        self.drivers = tuple(_driver(card.day, diff, len(self._diffs.get(diff.shift_id, ()))) for diff in card.rounds)
        self.gone = tuple(GoneRow(order_id, _address(card.day, order_id), why) for order_id, why in card.gone)

    @property
    def count(self) -> int:
        """How many rows of stops there are in all."""
        return sum(driver.stops for driver in self.drivers)

    def orders(self, shift_id: ShiftId) -> set[OrderId]:
        """The orders that come, leave or change with a driver."""
        return {stop.order_id for stop in self._diffs.get(shift_id, ())}

    def stops(self, shift_id: ShiftId) -> tuple[StopRow, ...]:
        """A driver's stops in the sequence they will have; those that leave, where they were."""
        if shift_id not in self._stops:
            names = self._names
            rows = [_stop(names, shift_id, stop) for stop in self._diffs.get(shift_id, ())]
            place = lambda row: (names.before if row.verb == "leaves" else names.after).get(row.order_id, 0)
            self._stops[shift_id] = tuple(sorted(rows, key=place))
        return self._stops[shift_id]


class _Names:
    """Who drives what, and where each stop stands in its round, before and after."""

    def __init__(self, card: Card) -> None:
        self.day = card.day
        self._zone = card.day.depot.zone
        self.before = _places(diff.before for diff in card.rounds)
        self.after = _places(diff.after for diff in card.rounds)

    def side(self, place: int | None, times: StopTimes | None, with_shift: ShiftId | None) -> Side:
        """One end of a change; with a driver if that is another one."""
        if times is None:
            return Side(words.UNPLANNED)
        where = f"{place or '–'} · {fmt.clock(times.starts_at, self._zone, self.day.date)}"
        late = f"{fmt.minutes(times.late_s)} late" if times.late_s else ""
        if with_shift is None:
            return Side(where, late)
        driver = self.day.drivers[self.day.shifts[with_shift].driver_id]
        return Side(where, late, driver.number, driver.name)


def _places(routes: Iterator[RouteTimes]) -> dict[OrderId, int]:
    return {stop.order_id: i + 1 for route in routes for i, stop in enumerate(route.stops)}


def _driver(day: Day, diff: RoundDiff, stops: int) -> DriverRow:
    shift = day.shifts[diff.shift_id]
    driver, vehicle = day.drivers[shift.driver_id], day.vehicles[shift.vehicle_id]
    broken = words.newly_broken(diff.before, diff.after)
    return DriverRow(
        diff.shift_id, driver.number, driver.name, vehicle.name, _figures(diff),
        f"New: {', '.join(broken)}" if broken else _sequence_note(diff), "late" if broken else "muted", stops,
    )  # fmt: skip


def _sequence_note(diff: RoundDiff) -> str:
    """The part of a change that no stop's row tells."""
    if not diff.resequenced:
        return ""
    return "The other stops change their sequence" if diff.comes or diff.leaves else "Only the sequence changes"


def _figures(diff: RoundDiff) -> tuple[Figure, ...]:
    one, two = diff.before, diff.after
    late = [sum(1 for stop in route.stops if stop.late_s) for route in (one, two)]
    return (
        _figure(len(one.stops), len(two.stops), str, weighs=False),
        _figure(one.distance_m, two.distance_m, lambda m: f"{m / 1000:,.1f}"),
        _figure(one.duration_s, two.duration_s, lambda s: fmt.duration(s).removesuffix(" h")),
        _figure(late[0], late[1], str, bad="late"),
        _figure(one.cost, two.cost, lambda c: f"{c / 100:,.0f}"),
    )


def _figure(before: int, after: int, say: Callable[[int], str], *, weighs: bool = True, bad: str = "risk") -> Figure:
    was, will = say(before), say(after)
    way = 0 if was == will else (after > before) - (after < before)
    tone = "text" if not way or not weighs else "done" if way < 0 else bad
    return Figure(was, will, way, tone)


def _stop(names: _Names, shift_id: ShiftId, stop: StopDiff) -> StopRow:
    comes, leaves = stop.after_shift == shift_id, stop.before_shift == shift_id
    was = names.side(names.before.get(stop.order_id), stop.before, None if leaves else stop.before_shift)
    will = names.side(names.after.get(stop.order_id), stop.after, None if comes else stop.after_shift)
    icon, verb = (
        ("swap-vertical", "changes") if comes and leaves else ("plus", "comes") if comes else ("minus", "leaves")
    )
    order = names.day.orders[stop.order_id]
    return StopRow(
        shift_id, stop.order_id, icon, verb, order.address.line, order.number, was, will,
        _tone(stop), words.handling(stop.handling_s),
    )  # fmt: skip


def _tone(stop: StopDiff) -> str:
    if stop.after is None or stop.after.late_s:
        return "late"
    return "done" if stop.mends or stop.before is None else "text"


def _address(day: Day, order_id: OrderId) -> str:
    order = day.orders.get(order_id)
    return order.address.line if order else "A removed order"
