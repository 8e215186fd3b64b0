"""What the inspector says of a stop, an order, a round, several orders or the whole day: headings, facts, warnings.

Knows no Qt. Made from a `Day`, its `Schedule` and the reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.orders import Load, Order, OrderState, Priority
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.schedule import Reason, ReasonCode, RouteTimes, Rule, Schedule, StopTimes
from dispatcher.services.contacts import Contacts
from dispatcher.services.live import LiveDay
from ui import format as fmt
from ui.board import contacted, words
from ui.board.door import NO_DOOR, Door, Looked, Wanted, door_of_order, door_of_round, is_behind
from ui.board.parts import Fact, Remark, Shot


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the inspector."""

    kicker: str
    """The small line on top: "Stop 14 of 20"."""
    title: str
    number: int | None = None
    """The driver's, for the badge."""
    remarks: tuple[Remark, ...] = ()
    facts: tuple[Fact, ...] = ()
    notes: str = ""
    lines: tuple[str, ...] = ()
    """The order's articles."""
    order_id: OrderId | None = None
    """Of the one order shown: what the buttons act on."""
    order_ids: tuple[OrderId, ...] = ()
    held: bool | None = None
    """`None` where nothing can be held."""
    tried: tuple[Fact, ...] = ()
    """What stopped which drivers."""
    mendable: bool = False
    """Whether it is worth asking what would mend it."""
    road: tuple[Fact, ...] = ()
    """How it stands on the road."""
    ended: tuple[Fact, ...] = ()
    """What happened at the door."""
    shots: tuple[Shot, ...] = ()
    """The signature and photos."""
    contacts: tuple[Fact, ...] = ()
    """What was said with the customer, the newest first."""
    wanted: Wanted | None = None
    """What there is to be looked up besides."""
    failed: bool = False
    """Somebody was there in vain."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the inspector knows of the day."""

    day: Day
    schedule: Schedule | None
    reasons: Mapping[OrderId, Reason]
    asked: Reason | None = None
    """What somebody asked about one order, planned or not."""
    live: LiveDay | None = None
    """How the day stands on the road; `None` where nobody knows."""
    looked: Looked | None = None
    """What was looked up last of what a sheet wanted."""
    contacts: Contacts | None = None
    """What was looked up last of an order's contacts."""

    def looked_up(self, wanted: Wanted | None) -> Looked | None:
        """What is known of it, if only as of a moment ago."""
        return self.looked if wanted and self.looked and self.looked.wanted.about == wanted.about else None

    def contacts_of(self, order_id: OrderId) -> tuple[Fact, ...]:
        """What is known of them, if only as of a moment ago."""
        known = self.contacts if self.contacts and self.contacts.order_id == order_id else None
        return contacted.facts_of(known, self.day.depot.zone, self.day.date)

    def door_of_order(self, order: Order) -> Door:
        """An order on the road."""
        return door_of_order(self.day, self.live, order) if self.live else NO_DOOR

    def door_of_round(self, shift_id: ShiftId) -> Door:
        """A round on the road."""
        if self.live is None:
            return NO_DOOR
        told = self.looked.told if self.looked and self.looked.wanted.about == shift_id else None
        return door_of_round(self.day, self.live, shift_id, told)

    def reason_of(self, order_id: OrderId) -> Reason | None:
        """Why it is unplanned, or breaks a rule where it is, as far as that is known."""
        if self.asked and self.asked.order_id == order_id:
            return self.asked
        return None if self.day.plan.route_of(order_id) else self.reasons.get(order_id)

    def times_of(self, shift_id: ShiftId) -> RouteTimes | None:
        """The round as judged."""
        return self.schedule.routes.get(shift_id) if self.schedule else None

    def stop_of(self, order_id: OrderId) -> tuple[Route | None, StopTimes | None]:
        """The route that serves an order, and when."""
        route = self.day.plan.route_of(order_id)
        times = self.times_of(route.shift_id) if route else None
        return route, next((s for s in times.stops if s.order_id == order_id), None) if times else None


def sheet_of(picture: Picture, order_ids: Sequence[OrderId], shift_ids: Sequence[ShiftId]) -> Sheet:
    """The page for what is selected; what is no longer of this day is passed over."""
    orders = [picture.day.orders[o] for o in order_ids if o in picture.day.orders]
    shifts = [s for s in shift_ids if s in picture.day.shifts]
    if len(orders) == 1 and not shifts:
        return _order_sheet(picture, orders[0])
    if len(shifts) == 1 and not orders:
        return _round_sheet(picture, shifts[0])
    if orders or shifts:
        return _several_sheet(picture, orders, shifts)
    return _day_sheet(picture)


# ── One order ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _order_sheet(picture: Picture, order: Order) -> Sheet:
    route, times = picture.stop_of(order.id)
    door = picture.door_of_order(order)
    looked = picture.looked_up(door.wanted)
    # of a stop that is behind it matters no more what was planned
    remarks = () if door.ended else (*door.remarks, *_order_remarks(picture, order, times))
    reason = picture.reason_of(order.id)
    return Sheet(
        kicker=_where(picture, order, route),
        title=order.address.line,
        number=_number(picture.day, route.shift_id) if route else None,
        remarks=remarks,
        facts=tuple(f for f in (*_when(picture, order, times), *_what(picture.day, order)) if f.value),
        notes=order.notes,
        lines=door.lines or tuple(f"{line.quantity:g} × {line.name}" for line in order.lines),
        order_id=order.id,
        order_ids=(order.id,),
        held=next(s.held for s in route.stops if s.order_id == order.id) if route else None,
        tried=tuple(_tried(picture.day, reason)) if reason else (),
        mendable=order.state is OrderState.OPEN
        and order.address.place is not None
        and (route is None or bool(times and times.violations))
        and not door.ended,
        road=door.facts,
        ended=door.ended,
        shots=looked.shots if looked else (),
        contacts=picture.contacts_of(order.id),
        wanted=door.wanted,
        failed=door.failed and route is not None,
    )


NAMED_DRIVERS = 6
"""So many are named where one rule stopped many; the rest are counted."""


def _tried(day: Day, reason: Reason) -> Iterator[Fact]:
    """One line for each rule, with the drivers that it stopped: the rule that stopped most comes first.

    Each driver with what is in the way and by how much, the nearest first, where that is known.
    """
    by_rule: dict[Rule | None, list[DriverId]] = {}
    for driver_id in dict.fromkeys((*reason.stopped, *reason.obstacles)):
        if driver_id in day.drivers:
            found = reason.obstacles.get(driver_id)
            by_rule.setdefault(found.rule if found else reason.stopped[driver_id], []).append(driver_id)
    for rule, drivers in sorted(by_rule.items(), key=lambda item: -len(item[1])):
        told = any(driver_id in reason.obstacles for driver_id in drivers)
        yield Fact(words.stopped_words(rule), _with_obstacles(day, reason, drivers) if told else _named(day, drivers))


def _named(day: Day, drivers: Sequence[DriverId]) -> str:
    names = ", ".join(f"{day.drivers[d].number} {day.drivers[d].name}" for d in drivers[:NAMED_DRIVERS])
    more = len(drivers) - NAMED_DRIVERS
    return f"{names} and {fmt.count(more, 'other')}" if more > 0 else names


def _with_obstacles(day: Day, reason: Reason, drivers: Sequence[DriverId]) -> str:
    """One line for each sentence, with the drivers it is true of."""
    found = reason.obstacles
    nearest = sorted((d for d in drivers if d in found), key=lambda d: found[d].amount)[:NAMED_DRIVERS]
    alike: dict[str, list[DriverId]] = {}
    for driver_id in nearest:
        alike.setdefault(found[driver_id].sentence, []).append(driver_id)
    lines = [f"{_named(day, some)}: {sentence}" for sentence, some in alike.items()]
    more = len(drivers) - len(nearest)
    return "\n".join([*lines, f"and {fmt.count(more, 'other')}"] if more > 0 else lines)


def _order_remarks(picture: Picture, order: Order, times: StopTimes | None) -> Iterator[Remark]:
    """Broken rules, why it is unplanned, and whether the address is in doubt."""
    for sentence in words.sentences(times.violations) if times else ():
        yield Remark(sentence)
    if reason := picture.reason_of(order.id):
        yield Remark(reason.sentence, "risk")
        if reason.code is ReasonCode.NO_PLACE:  # which says it already
            return
    if order.address.doubtful:
        yield Remark(f"Address in doubt: {words.precision_words(order.address.precision)}.", "risk")


def _where(picture: Picture, order: Order, route: Route | None) -> str:
    if route is None:
        return "Cancelled order" if order.state is OrderState.CANCELLED else "Unplanned order"
    driver = picture.day.drivers[picture.day.shifts[route.shift_id].driver_id]
    return f"Stop {route.order_ids.index(order.id) + 1} of {len(route.stops)} · {driver.name}"


def _when(picture: Picture, order: Order, times: StopTimes | None) -> tuple[Fact, ...]:
    zone, day = picture.day.depot.zone, picture.day.date
    window = Fact("Window", fmt.windows(order.windows, zone) or "any time")
    service = Fact("Service", fmt.minutes(order.service_s))
    if times is None:
        return window, service
    late = times.late_s > 0
    return (
        window,
        Fact("Arrives", fmt.clock(times.arrives_at, zone, day), "late" if late else "text"),
        Fact("Late", fmt.minutes(times.late_s) if late else "", "late"),
        Fact("Waits", fmt.minutes(times.wait_s) if times.wait_s else ""),
        Fact("Leaves", fmt.clock(times.departs_at, zone, day)),
        service,
        Fact("Drive here", f"{fmt.minutes(times.drive_s)}, {fmt.distance(times.drive_m)}"),
        Fact("Loads again", _from_to(picture, times.reload_at, times.reload_s)),
        Fact("Break", _from_to(picture, times.break_at, times.break_s)),
    )


def _from_to(picture: Picture, begins: datetime | None, lasts_s: int) -> str:
    """A pause on the way there."""
    if begins is None:
        return ""
    zone, day = picture.day.depot.zone, picture.day.date
    return f"{fmt.clock(begins, zone, day)}–{fmt.clock(begins + timedelta(seconds=lasts_s), zone, day)}"


def _what(day: Day, order: Order) -> tuple[Fact, ...]:
    town = order.address.text.removeprefix(order.address.line).lstrip(", ")
    return (
        Fact("Order", order.number),
        Fact("Sender", order.sender),
        Fact("Town", town),
        Fact("Found", words.precision_words(order.address.precision), "risk" if order.address.doubtful else "text"),
        Fact("Kind", order.kind.value),
        Fact("Load", fmt.load(order.load)),
        Fact("Priority", "" if order.must_not_drop is Priority.NORMAL else order.must_not_drop.name.lower()),
        Fact("Do early", "yes" if order.do_early else ""),
        Fact("Needs", ", ".join(sorted(order.skills))),
        Fact("Only driver", _driver_name(day, order.driver_id)),
        Fact("Contact", order.contact.name),
        Fact("Phone", order.contact.phone),
        Fact("E-mail", order.contact.email),
        Fact("Picked up by", _pickup(day, order)),
        Fact("Goods", _aboard(day, order)),
        Fact("State", "" if order.state.value == "open" else order.state.value, "late"),
    )


def _pickup(day: Day, order: Order) -> str:
    """The order that fetches its goods."""
    if order.pickup_id is None:
        return ""
    return day.orders[order.pickup_id].number if order.pickup_id in day.orders else "an order of another day"


def _aboard(day: Day, order: Order) -> str:
    """The vehicle its goods are in."""
    shift_id = day.loaded.get(order.id)
    if shift_id is None:
        return ""
    known = shift_id in day.shifts
    return f"loaded in {day.vehicles[day.shifts[shift_id].vehicle_id].name if known else 'a vehicle not on duty'}"


def _driver_name(day: Day, driver_id: DriverId | None) -> str:
    if driver_id is None:
        return ""
    return day.drivers[driver_id].name if driver_id in day.drivers else "somebody not on duty"


# ── One round, several, the day ──────────────────────────────────────────────────────────────────────────────────────


def _round_sheet(picture: Picture, shift_id: ShiftId) -> Sheet:
    day, shift, times = picture.day, picture.day.shifts[shift_id], picture.times_of(shift_id)
    driver, vehicle, zone = day.drivers[shift.driver_id], day.vehicles[shift.vehicle_id], day.depot.zone
    route = next(r for r in day.plan.routes if r.shift_id == shift_id)
    door = picture.door_of_round(shift_id)
    facts = (
        Fact("Vehicle", f"{vehicle.name} · {vehicle.kind.value}"),
        Fact("Plate", vehicle.plate),
        Fact("Shift", f"{fmt.clock(shift.starts_at, zone)}–{fmt.clock(shift.ends_at, zone, day.date)}"),
        Fact("Stops", f"{len(route.stops)}"),
        Fact("Done", _done(route)),
        Fact("Lock", words.lock_words(shift.lock) if words.lock_sentence(shift.lock) else ""),
        *(_route_facts(picture, times, vehicle.capacity) if times and times.stops else ()),
        Fact("Phone", driver.phone),
        Fact("Can", ", ".join(sorted(driver.skills_on(shift.date) | vehicle.skills_on(shift.date)))),
        Fact("Ran out", _run_out(day, shift), "late"),
    )
    return Sheet(
        kicker="Round",
        title=driver.name,
        number=driver.number,
        remarks=(*door.remarks, *(_route_remarks(picture, times) if times else ())),
        facts=tuple(f for f in facts if f.value),
        order_ids=route.order_ids,
        road=door.facts,
        wanted=door.wanted,
    )


def _run_out(day: Day, shift: Shift) -> str:
    """Certificates of the driver and the vehicle that are no longer good on the day."""
    driver, vehicle = day.drivers[shift.driver_id], day.vehicles[shift.vehicle_id]
    return "; ".join(
        f"{each.whose}’s {each.certificate.skill}, {each.day}"
        for each in (*driver.lapsed_on(shift.date), *vehicle.lapsed_on(shift.date))
    )


def _done(route: Route) -> str:
    done = sum(1 for stop in route.stops if stop.done)
    return f"{done} of {len(route.stops)}" if done else ""


def _route_facts(picture: Picture, times: RouteTimes, capacity: Load) -> tuple[Fact, ...]:
    zone, on = picture.day.depot.zone, picture.day.date
    return (
        Fact("Out", f"{fmt.clock(times.leaves_at, zone, on)}–{fmt.clock(times.returns_at, zone, on)}"),
        Fact("Duration", fmt.duration(times.duration_s)),
        Fact("Driving", f"{fmt.duration(times.drive_s)}, {fmt.distance(times.distance_m)}"),
        Fact("Service", fmt.duration(times.service_s)),
        Fact("Waiting", fmt.minutes(times.wait_s) if times.wait_s else ""),
        *_fill(times.peak, capacity),
        Fact("Cost", fmt.money(times.cost, picture.day.depot.currency)),
    )


def _fill(peak: Load, capacity: Load) -> tuple[Fact, ...]:
    """How much of each dimension is used at most."""
    return (
        _used("Weight", peak.kg, capacity.kg, "kg"),
        _used("Volume", peak.litres, capacity.litres, "l"),
        _used("Parcels", peak.parcels, capacity.parcels, ""),
    )


def _used(label: str, used: float, most: float, unit: str) -> Fact:
    return Fact(label, f"{used:,.0f} of {most:,.0f} {unit}".rstrip(), "late" if used > most else "text")


def _route_remarks(picture: Picture, times: RouteTimes) -> tuple[Remark, ...]:
    """The round's broken rules, then those of its stops ahead with the stop's place in the sequence."""
    orders, live = picture.day.orders, picture.live
    of_stops = (
        f"Stop {position}, {orders[stop.order_id].address.line}: {sentence}"
        for position, stop in enumerate(times.stops, 1)
        if stop.violations and not (live and is_behind(live, orders[stop.order_id]))
        for sentence in words.sentences(stop.violations)
    )
    return tuple(Remark(sentence) for sentence in (*words.sentences(times.violations), *of_stops))


def _several_sheet(picture: Picture, orders: Sequence[Order], shift_ids: Sequence[ShiftId]) -> Sheet:
    served = [o for r in picture.day.plan.routes if r.shift_id in shift_ids for o in r.order_ids]
    chosen = dict.fromkeys((*(o.id for o in orders), *served))
    all_orders = [picture.day.orders[o] for o in chosen]
    planned = {o for route in picture.day.plan.routes for o in route.order_ids}
    rounds = [times for s in shift_ids if (times := picture.times_of(s))]
    judged = picture.schedule.routes.values() if picture.schedule else ()
    late = sum(1 for times in judged for stop in times.stops if stop.late_s > 0 and stop.order_id in chosen)
    facts = (
        Fact("Orders", f"{len(all_orders)}"),
        Fact("Planned", f"{sum(1 for o in chosen if o in planned)}"),
        Fact("Late", f"{late}" if late else "", "late"),
        Fact("Load", fmt.load(sum((o.load for o in all_orders), Load()))),
        Fact("Service", fmt.duration(sum(o.service_s for o in all_orders))),
        Fact("Driving", fmt.distance(sum(r.distance_m for r in rounds)) if rounds else ""),
    )
    title = fmt.count(len(shift_ids), "round") if shift_ids and not orders else fmt.count(len(all_orders), "order")
    return Sheet("Selected", title, facts=tuple(f for f in facts if f.value), order_ids=tuple(chosen))


def _day_sheet(picture: Picture) -> Sheet:
    day, schedule = picture.day, picture.schedule
    rounds = [r for r in day.plan.routes if r.stops]
    unplanned = len(day.unplanned)
    cancelled = sum(1 for order in day.orders.values() if order.state is OrderState.CANCELLED)
    facts = (
        Fact("Orders", f"{len(day.orders) - cancelled:,}"),
        *([Fact("Cancelled", f"{cancelled:,}")] if cancelled else ()),
        Fact("Unplanned", f"{unplanned:,}" if unplanned else "none", "risk" if unplanned else "text"),
        Fact("Rounds", f"{len(rounds)} of {len(day.shifts)}"),
        *(_schedule_facts(day, schedule) if schedule and rounds else ()),
    )
    return Sheet("Day", fmt.weekday_date(day.date), facts=facts)


def _schedule_facts(day: Day, schedule: Schedule) -> tuple[Fact, ...]:
    late = schedule.late_stops
    broken = sum(1 for r in schedule.routes.values() if r.broken)
    return (
        Fact("Late", fmt.count(late, "stop") if late else "none", "late" if late else "text"),
        Fact("Broken rules", f"in {fmt.count(broken, 'round')}" if broken else "none", "late" if broken else "text"),
        Fact("Driving", f"{fmt.duration(schedule.drive_s)}, {fmt.distance(schedule.distance_m)}"),
        Fact("Cost", fmt.money(schedule.cost, day.depot.currency)),
    )


def _number(day: Day, shift_id: ShiftId) -> int:
    return day.drivers[day.shifts[shift_id].driver_id].number
