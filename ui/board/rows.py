"""Rows of the board as they will be painted: every string, share and shade prepared, so that views only look up.

Knows no Qt. Made from a `Day`, its `Schedule` and the reasons; never from a widget.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Driver, Shift, Vehicle, VehicleKind
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Load, Order, OrderKind, Priority
from dispatcher.domain.plan import Day, Route, Stop
from dispatcher.domain.schedule import Reason, RouteTimes, Rule, Schedule, StopTimes, Violation
from ui import format as fmt
from ui.board import words

LONG_WAIT_S = 300
"""From here on, waiting for a window to open is worth showing."""

_VEHICLE_ICONS = {VehicleKind.VAN: "van-utility", VehicleKind.CARGO_BIKE: "bicycle-cargo", VehicleKind.TRUCK: "truck"}
_PRIORITIES = {Priority.LOW: "Low", Priority.NORMAL: "", Priority.HIGH: "High", Priority.CRITICAL: "Critical"}
_OVERLOADS = (Rule.WEIGHT, Rule.VOLUME, Rule.PARCELS)


@dataclass(frozen=True, slots=True)
class StopRow:
    """One stop of a round."""

    order_id: OrderId
    sequence: int
    """From 1."""
    number: str
    """The order's."""
    address: str
    arrives: str
    late: bool
    window: str
    verdict: str
    """What is wrong or remarkable, in a word or two; mostly empty."""
    tone: str
    """The colour token of the verdict: "late", "risk" or "muted"."""
    load: str
    held: bool
    collection: bool
    tooltip: str
    search: str
    """What the filter looks in; case folded."""


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round as a whole."""

    shift_id: ShiftId
    number: int
    driver: str
    vehicle: str
    vehicle_icon: str
    stops: str
    hours: str
    distance: str
    fill: float
    """The fullest dimension's share of the vehicle's capacity; above 1 when overloaded."""
    fill_text: str
    problems: str
    """"2 late", "overloaded", …; empty when all is well."""
    tooltip: str


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One order that no round serves."""

    order_id: OrderId
    number: str
    address: str
    window: str
    load: str
    load_rank: float
    reason: str
    tooltip: str
    priority: str
    priority_rank: int
    collection: bool
    search: str


@dataclass(frozen=True, slots=True)
class RoundSource:
    """All that a round's rows are made of."""

    route: Route
    shift: Shift
    driver: Driver
    vehicle: Vehicle
    times: RouteTimes | None
    """`None` while the judge has not spoken."""
    orders: tuple[Order, ...]
    zone: ZoneInfo

    @property
    def in_step(self) -> bool:
        """Whether the judge spoke of this very sequence, and not of one since changed."""
        return self.times is not None and len(self.times.stops) == len(self.route.stops)


def same_source(one: RoundSource, other: RoundSource) -> bool:
    """Whether two sources make the same rows. Cheap: it is asked of every round of the day at every change."""
    return (
        one.route == other.route
        and one.times == other.times
        and len(one.orders) == len(other.orders)
        and all(map(_same_order, one.orders, other.orders))
        and (one.shift, one.driver, one.vehicle, one.zone) == (other.shift, other.driver, other.vehicle, other.zone)
    )


def _same_order(one: Order, other: Order) -> bool:
    """By version, for orders that come from the storage.

    It stamps each write with a number that it gives but once, and undo brings number and content back together.
    """
    if one.version and other.version:
        return one.version == other.version and one.id == other.id
    return one == other


def round_sources(day: Day, schedule: Schedule | None) -> list[RoundSource]:
    """The day's rounds in the order of the plan."""
    routes = schedule.routes if schedule else {}
    zone = day.depot.zone
    return [
        RoundSource(
            route,
            shift,
            driver,
            vehicle,
            routes.get(route.shift_id),
            tuple(day.orders[s.order_id] for s in route.stops),
            zone,
        )
        for route, shift, driver, vehicle in day.rounds()
    ]


def round_row(source: RoundSource) -> RoundRow:
    """The row of the round as a whole."""
    times, day = source.times, source.shift.date
    fill, fill_text = _fullest(times.peak if times else _sum(source.orders), source.vehicle.capacity)
    problems = _problems(times)
    hours = fmt.duration(times.duration_s) if times and times.stops else ""
    span = _span(times, day, source.zone) if times and times.stops else "Nothing planned yet."
    lines = (
        f"{source.driver.number} {source.driver.name} · {source.vehicle.name}",
        span,
        f"Fullest: {fill_text}",
        *(words.sentences(times.broken)[:6] if times else ()),
    )
    return RoundRow(
        shift_id=source.shift.id,
        number=source.driver.number,
        driver=source.driver.name,
        vehicle=source.vehicle.name,
        vehicle_icon=_VEHICLE_ICONS[source.vehicle.kind],
        stops=fmt.count(len(source.route.stops), "stop"),
        hours=hours,
        distance=fmt.distance(times.distance_m) if times and times.stops else "",
        fill=fill,
        fill_text=fill_text,
        problems=problems,
        tooltip="\n".join(lines),
    )


def stop_rows(source: RoundSource) -> list[StopRow]:
    """The rows of a round's stops, in the order they are served."""
    judged = {s.order_id: s for s in source.times.stops} if source.times else {}
    pairs = zip(source.route.stops, source.orders, strict=True)
    return [
        _stop_row(position, stop, order, judged.get(stop.order_id), source.shift.date, source.zone)
        for position, (stop, order) in enumerate(pairs, 1)
    ]


def pool_rows(day: Day, reasons: Mapping[OrderId, Reason]) -> list[PoolRow]:
    """The orders no route serves, in the order of their numbers."""
    zone = day.depot.zone
    return [_pool_row(day.orders[order_id], reasons.get(order_id), zone) for order_id in day.unplanned]


def _stop_row(sequence: int, stop: Stop, order: Order, times: StopTimes | None, day: date, zone: ZoneInfo) -> StopRow:
    verdict, tone = _verdict(times)
    arrives = fmt.clock(times.arrives_at, zone, day) if times else ""
    window = fmt.windows(order.windows, zone)
    return StopRow(
        order_id=order.id,
        sequence=sequence,
        number=order.number,
        address=order.address.line,
        arrives=arrives,
        late=times is not None and times.late_s > 0,
        window=window,
        verdict=verdict,
        tone=tone,
        load=_short_load(order.load),
        held=stop.held,
        collection=order.kind is OrderKind.COLLECTION,
        tooltip=_stop_tooltip(stop, order, times, arrives, window),
        search=_searchable(order),
    )


def _stop_tooltip(stop: Stop, order: Order, times: StopTimes | None, arrives: str, window: str) -> str:
    lines = (
        f"{order.number} · {order.contact.name}" if order.contact.name else order.number,
        order.address.text,
        f"Arrives {arrives}" + (f", window {window}" if window else ", at any time") if times else "",
        f"{order.kind.value.capitalize()}: {fmt.load(order.load)}",
        "Held with this driver" if stop.held else "",
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


def _problems(times: RouteTimes | None) -> str:
    if times is None:
        return ""
    late = sum(1 for stop in times.stops if stop.late_s > 0)
    other = [v for v in times.broken if v.rule is not Rule.LATE]
    codes = list(dict.fromkeys(_round_code(v) for v in other))
    return " · ".join(([f"{late} late"] if late else []) + codes[:2])


def _round_code(violation: Violation) -> str:
    if violation.rule is Rule.SHIFT_END:
        return f"{fmt.minutes(violation.amount)} past shift"
    return words.violation_code(violation)


def _span(times: RouteTimes, day: date, zone: ZoneInfo) -> str:
    leaves, returns = fmt.clock(times.leaves_at, zone, day), fmt.clock(times.returns_at, zone, day)
    return f"{leaves}–{returns}, {fmt.distance(times.distance_m)}, {fmt.duration(times.drive_s)} driving"


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


def _short_load(load: Load) -> str:
    """The first dimension that says something; the tooltip has all."""
    if load.kg:
        return fmt.kilograms(load.kg)
    if load.litres:
        return fmt.litres(load.litres)
    return f"{load.parcels} pcl" if load.parcels else ""


def _pool_row(order: Order, reason: Reason | None, zone: ZoneInfo) -> PoolRow:
    lines = (f"{order.number} · {order.address.text}", fmt.load(order.load), reason.sentence if reason else "")
    return PoolRow(
        order_id=order.id,
        number=order.number,
        address=order.address.line,
        window=fmt.windows(order.windows, zone),
        load=_short_load(order.load),
        load_rank=order.load.kg,
        reason=words.reason_words(reason.code) if reason else "",
        tooltip="\n".join(line for line in lines if line),
        priority=_PRIORITIES[order.must_not_drop],
        priority_rank=int(order.must_not_drop),
        collection=order.kind is OrderKind.COLLECTION,
        search=_searchable(order),
    )


def _searchable(order: Order) -> str:
    return " ".join((order.number, order.address.text, order.contact.name, order.sender)).casefold()
