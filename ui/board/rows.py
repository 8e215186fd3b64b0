"""Rows of rounds and their stops as they will be painted: every string, share and shade prepared for looking up.

Knows no Qt. Made from a round's `RoundSource`; never from a widget.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Load, Order, OrderKind, Priority
from dispatcher.domain.plan import Stop
from dispatcher.domain.schedule import RouteTimes, Rule, StopTimes, Violation
from ui import format as fmt
from ui.board import words
from ui.board.filtering import Mark, half_days, skill_mark
from ui.board.onroad import OUTCOMES, QUIET, SILENT, RoundNow, StopNow
from ui.board.source import RoundSource

LONG_WAIT_S = 300
"""From here on, waiting for a window to open is worth showing."""

PRIORITIES = {Priority.LOW: "Low", Priority.NORMAL: "", Priority.HIGH: "High", Priority.CRITICAL: "Critical"}


@dataclass(frozen=True, slots=True)
class StopRow:
    """One stop of a round."""

    shift_id: ShiftId
    order_id: OrderId
    sequence: int
    """From 1."""
    number: str
    """The order's."""
    address: str
    customer: str
    phone: str
    sender: str
    notes: str
    arrives: str
    late: bool
    window: str
    service: str
    wait: str
    drive: str
    slack: str
    """How much later service could begin and still be in its window."""
    priority: str
    verdict: str
    """What is wrong or remarkable, in a word or two; mostly empty."""
    tone: str
    """The colour token of the verdict: "late", "risk" or "muted"."""
    load: str
    held: bool
    done: bool
    collection: bool
    pauses: tuple[str, ...]
    """What happens on the way there: "Break 12:10–12:40", "Loads again 11:05–11:20"."""
    resting: bool
    """Whether a break is among them."""
    reloading: bool
    loaded: str
    """"here", "elsewhere", or "" while the goods are in no vehicle."""
    frozen: bool
    """Service begins before the freeze line."""
    thaws: bool
    """The freeze line runs right behind it."""
    planned: str
    """What resting on it says of the plan."""
    search: str
    """What the filter looks in; case folded."""
    planned_marks: frozenset[str]
    now: StopNow = QUIET
    """How it stands on the road."""

    @property
    def key(self) -> OrderId:
        """Stays the same while the rest changes."""
        return self.order_id

    @property
    def tooltip(self) -> str:
        """Everything in words: as planned, then as it stands on the road."""
        return "\n".join((self.planned, *filter(None, self.now.lines)))

    @property
    def marks(self) -> frozenset[str]:
        """What it can be chosen by."""
        return self.planned_marks | self.now.marks if self.now.marks else self.planned_marks

    @property
    def said(self) -> tuple[str, str]:
        """What is wrong or remarkable now, and its colour token: what was planned of a stop behind matters no more."""
        if self.now.verdict and self.now.ended:
            return self.now.verdict, OUTCOMES[self.now.ended][1]
        return ("", "muted") if self.now.behind else (self.verdict, self.tone)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round as a whole."""

    shift_id: ShiftId
    number: int
    driver: str
    vehicle: str
    stops: str
    hours: str
    distance: str
    fill: float
    """The fullest dimension's share of the vehicle's capacity; above 1 when overloaded."""
    late: str
    """"2 late", as planned."""
    broken: str
    """Other rules: "overloaded", …; empty when all is well."""
    lock: Lock
    loaded: str
    """"loaded", "12 of 41 loaded", or empty."""
    planned: str
    """What resting on it says of the plan."""
    search: str
    planned_marks: frozenset[str]
    """Of a round that serves nobody: what is said of stops is never so of it."""
    now: RoundNow = SILENT
    """How it stands on the road."""

    @property
    def key(self) -> tuple[str, ShiftId]:
        """Stays the same while the rest changes."""
        return ("round", self.shift_id)

    @property
    def problems(self) -> str:
        """As in "2 late · overloaded"; empty when all is well. Once it is driven, late is what will be."""
        late = (self.now.late, self.now.at_risk) if self.now.followed else (self.late,)
        return " · ".join(filter(None, (*late, self.broken)))

    @property
    def tone(self) -> str:
        """The colour token of the problems."""
        late = self.now.late if self.now.followed else self.late
        return "late" if late or self.broken else "risk"

    @property
    def tooltip(self) -> str:
        """Everything in words: as planned, then as it stands on the road."""
        return "\n".join((self.planned, *self.now.lines))

    @property
    def marks(self) -> frozenset[str]:
        """What it can be chosen by."""
        return self.planned_marks | self.now.marks if self.now.marks else self.planned_marks


type BoardRow = RoundRow | StopRow


def round_row(source: RoundSource) -> RoundRow:
    """The row of the round as a whole."""
    times, shift = source.times, source.shift
    planned = times if times and times.stops else None
    fill, fill_text = _fullest(times.peak if times else _sum(source.orders), source.vehicle.capacity)
    loaded = _loaded(source)
    lines = (
        f"{source.driver.number} {source.driver.name} · {source.vehicle.name}",
        _span(planned, source) if planned else "Nothing planned yet.",
        f"Fullest: {fill_text}",
        words.lock_sentence(shift.lock),
        f"{loaded.capitalize()}." if loaded else "",
        *(words.sentences(times.broken)[:6] if times else ()),
    )
    return RoundRow(
        shift_id=shift.id,
        number=source.driver.number,
        driver=source.driver.name,
        vehicle=source.vehicle.name,
        stops=_progress(source),
        hours=fmt.duration(planned.duration_s) if planned else "",
        distance=fmt.distance(planned.distance_m) if planned else "",
        fill=fill,
        late=_late(times),
        broken=_broken(times),
        lock=shift.lock,
        loaded=loaded,
        planned="\n".join(line for line in lines if line),
        search=f"{source.driver.number} {source.driver.name} {source.vehicle.name}".casefold(),
        planned_marks=frozenset({Mark.TROUBLE} if times and times.violations else ()),
    )


def stop_rows(source: RoundSource) -> list[StopRow]:
    """The rows of a round's stops, in the order they are served."""
    judged = {s.order_id: s for s in source.times.stops} if source.times else {}
    every_time = [judged.get(stop.order_id) for stop in source.route.stops]
    last_frozen = _last_frozen(every_time, source.freeze_at)
    return [_stop_row(source, place, times, last_frozen) for place, times in enumerate(every_time)]


def _last_frozen(every_time: Sequence[StopTimes | None], freeze_at: datetime | None) -> int:
    """The place of the last stop that is served before the freeze line; -1 for none."""
    if freeze_at is None:
        return -1
    return max((i for i, times in enumerate(every_time) if times and times.starts_at < freeze_at), default=-1)


def _stop_row(source: RoundSource, place: int, times: StopTimes | None, last_frozen: int) -> StopRow:
    stop, order, zone, day = source.route.stops[place], source.orders[place], source.zone, source.shift.date
    verdict, tone = _verdict(times)
    arrives = fmt.clock(times.arrives_at, zone, day) if times else ""
    window = fmt.windows(order.windows, zone)
    aboard = source.loaded[place] if source.loaded else None
    pauses = tuple(_pauses(source, times)) if times and (times.break_at or times.reload_at) else ()
    return StopRow(
        shift_id=source.shift.id,
        order_id=order.id,
        sequence=place + 1,
        number=order.number,
        address=order.address.line,
        customer=order.contact.name,
        phone=order.contact.phone,
        sender=order.sender,
        notes=order.notes,
        arrives=arrives,
        late=times is not None and times.late_s > 0,
        window=window,
        service=fmt.minutes(order.service_s),
        wait=fmt.minutes(times.wait_s) if times and times.wait_s else "",
        drive=fmt.minutes(times.drive_s) if times else "",
        slack=_slack(order, times),
        priority=PRIORITIES[order.must_not_drop],
        verdict=verdict,
        tone=tone,
        load=short_load(order.load),
        held=stop.held,
        done=stop.done,
        collection=order.kind is OrderKind.COLLECTION,
        pauses=pauses,
        resting=times is not None and times.break_at is not None,
        reloading=times is not None and times.reload_at is not None,
        loaded="" if aboard is None else "here" if aboard.here else "elsewhere",
        frozen=place <= last_frozen,
        thaws=place == last_frozen,
        planned=_stop_tooltip(stop, order, times, (arrives, window, aboard.vehicle if aboard else ""), pauses),
        search=f"{searchable(order)} {source.driver.name} {source.vehicle.name}".casefold(),
        planned_marks=_marks(source, stop, order, times, aboard is not None),
    )


def _marks(source: RoundSource, stop: Stop, order: Order, times: StopTimes | None, loaded: bool) -> frozenset[str]:
    so = (
        (Mark.TROUBLE, times is not None and bool(times.violations or times.late_s)),
        (Mark.UNLOCKED, source.shift.lock is Lock.OPEN and not stop.held),
        (Mark.HELD, stop.held),
        (Mark.LOADED, loaded),
        (Mark.NOT_DONE, not stop.done),
    )
    return frozenset(mark for mark, is_so in so if is_so) | order_marks(order, source.zone)


def _pauses(source: RoundSource, times: StopTimes) -> Iterator[str]:
    """Break and reload on the way to a stop, in the order they come."""
    if times.reload_at:
        yield f"Loads again {_from_to(source, times.reload_at, times.reload_s)}"
    if times.break_at:
        yield f"Break {_from_to(source, times.break_at, times.break_s)}"


def _from_to(source: RoundSource, begins: datetime, lasts_s: int) -> str:
    zone, day = source.zone, source.shift.date
    return f"{fmt.clock(begins, zone, day)}–{fmt.clock(begins + timedelta(seconds=lasts_s), zone, day)}"


def _slack(order: Order, times: StopTimes | None) -> str:
    """To the end of the window that service begins in."""
    if times is None or times.late_s > 0:
        return ""
    closes = next((w.closes_at for w in order.windows if w.closes_at >= times.starts_at), None)
    return fmt.minutes((closes - times.starts_at).total_seconds() // 60 * 60) if closes else ""


def _stop_tooltip(
    stop: Stop, order: Order, times: StopTimes | None, said: tuple[str, str, str], pauses: Sequence[str]
) -> str:
    arrives, window, vehicle = said
    lines = (
        f"{order.number} · {order.contact.name}" if order.contact.name else order.number,
        order.address.text,
        f"Arrives {arrives}" + (f", window {window}" if window else ", at any time") if times else "",
        f"{order.kind.value.capitalize()}: {fmt.load(order.load)}",
        *(f"{pause}, on the way there" for pause in pauses),
        "Done" if stop.done else "",
        "Held with this driver" if stop.held else "",
        f"Its goods are in {vehicle}" if vehicle else "",
        *(words.sentences(times.violations) if times else ()),
    )
    return "\n".join(line for line in lines if line)


def _verdict(times: StopTimes | None) -> tuple[str, str]:
    """The worst there is to say of a stop, and the colour token to say it in."""
    if times is None:
        return "", "muted"
    if times.late_s > 0:
        return f"+{fmt.minutes(times.late_s)}", "late"
    if times.violations:
        return words.violation_code(times.violations[0]), "late"
    if times.wait_s >= LONG_WAIT_S:
        return f"wait {fmt.minutes(times.wait_s)}", "muted"
    return "", "muted"


def _late(times: RouteTimes | None) -> str:
    late = sum(1 for stop in times.stops if stop.late_s > 0) if times else 0
    return f"{late} late" if late else ""


def _broken(times: RouteTimes | None) -> str:
    other = [v for v in times.broken if v.rule is not Rule.LATE] if times else []
    return " · ".join(list(dict.fromkeys(_round_code(v) for v in other))[:2])


def _round_code(violation: Violation) -> str:
    if violation.rule is Rule.SHIFT_END:
        return f"{fmt.minutes(violation.amount)} past shift"
    return words.violation_code(violation)


def _span(times: RouteTimes, source: RoundSource) -> str:
    zone, day = source.zone, source.shift.date
    leaves, returns = fmt.clock(times.leaves_at, zone, day), fmt.clock(times.returns_at, zone, day)
    return f"{leaves}–{returns}, {fmt.distance(times.distance_m)}, {fmt.duration(times.drive_s)} driving"


def _progress(source: RoundSource) -> str:
    """How many stops, or how many of them are done once the driver has been somewhere."""
    stops, done = len(source.route.stops), sum(1 for stop in source.route.stops if stop.done)
    return f"{done} of {stops} done" if done else fmt.count(stops, "stop")


def _loaded(source: RoundSource) -> str:
    aboard, stops = sum(1 for goods in source.loaded if goods and goods.here), len(source.route.stops)
    return "" if not aboard else "loaded" if aboard == stops else f"{aboard} of {stops} loaded"


def _fullest(peak: Load, capacity: Load) -> tuple[float, str]:
    """The share of the dimension that is fullest, and "412 of 900 kg"."""
    dimensions = (
        (peak.kg, capacity.kg, "kg"),
        (peak.litres, capacity.litres, "l"),
        (float(peak.parcels), float(capacity.parcels), "parcels"),
    )
    share, used, most, unit = max(
        (used / most if most else 10.0 * bool(used), used, most, u) for used, most, u in dimensions
    )
    return share, f"{used:,.0f} of {most:,.0f} {unit}"


def _sum(orders: tuple[Order, ...]) -> Load:
    return sum((order.load for order in orders), Load())


def short_load(load: Load) -> str:
    """The first dimension that says something; the tooltip has all."""
    if load.kg:
        return fmt.kilograms(load.kg)
    if load.litres:
        return fmt.litres(load.litres)
    return f"{load.parcels} pcl" if load.parcels else ""


def order_marks(order: Order, zone: ZoneInfo) -> frozenset[str]:
    """What an order is wherever it stands."""
    halves = half_days(order, zone)
    return halves | {skill_mark(skill) for skill in order.skills} if order.skills else halves


def searchable(order: Order) -> str:
    """Everything of an order that a person may type to find it; phone numbers with and without their spaces."""
    phone = order.contact.phone
    return " ".join((order.number, order.address.text, order.contact.name, order.sender, phone, phone.replace(" ", "")))
