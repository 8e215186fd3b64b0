"""Rounds on their way to drivers' phones: what a phone is told of a round, and when that is another version.

What is sent is a picture of the plan as the judge times it. The gateway knows nothing else of the plan: with the window
closed the drivers go on with what was sent last.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from dispatcher.domain.actions import Former, SentRound
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.proof import Need, Needs, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.schedule import RouteTimes, StopTimes
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.planning import Outlook

ABSENT = Need.OFF

SHIFTED_S = 60
"""Times that moved by less are no news to a driver."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of sending."""

    rounds: int
    """Rounds that phones have now."""
    changed: tuple[ShiftId, ...]
    """Those that are another version than before."""
    withdrawn: tuple[ShiftId, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundSent:
    """How one round stands with its driver's phone."""

    version: int
    """The latest that was sent, from 1."""
    fetched: int
    """The latest that a phone has got; 0 for none."""
    accepted: int
    """The latest that the driver said to have seen; 0 for none."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How a day stands with its drivers' phones."""

    rounds: int
    """Sent and not withdrawn; 0 for a day that was never sent."""
    fetched: int
    """Rounds whose phone has the latest version."""
    accepted: int
    """Rounds whose driver has said to have seen it."""
    sent_at: datetime | None = None
    """The latest moment."""
    by_round: Mapping[ShiftId, RoundSent] = field(default_factory=dict)


def send(logbook: Logbook, outlook: Outlook, now: datetime) -> Sent:
    """Send every round of the day that has stops, and what changed of those sent before; withdraw those that are gone.

    Raises `KnownError` for a day without a stop to drive to.
    """
    day = outlook.day
    bodies = {route.shift_id: body_of(outlook, route) for route in day.plan.routes}
    full = {s for s, body in bodies.items() if body["stops"]}
    if not full:
        raise KnownError("There is no round to send: no stop is planned.", "Plan the day first.")
    return logbook.write(lambda book: _write(book, day, outlook.schedule.routes, bodies, full, now))


def standing(reader: LogbookReader, on: date) -> Sending:
    """How the day stands with its drivers' phones."""
    rounds = [r for r in reader.rounds_on(on, bodies=False) if not r.withdrawn]
    return Sending(
        rounds=len(rounds),
        fetched=sum(1 for r in rounds if r.fetched >= r.version),
        accepted=sum(1 for r in rounds if r.accepted >= r.version),
        sent_at=max((r.sent_at for r in rounds), default=None),
        by_round={r.shift_id: RoundSent(r.version, r.fetched, r.accepted) for r in rounds},
    )


def publish_policy(logbook: Logbook, policy: RoadPolicy) -> None:
    """Let the gateway know the depot's habits, if they are other than it knows."""
    if logbook.read(lambda reader: reader.policy()) != policy:
        logbook.write(lambda book: book.put_policy(policy))


def _write(
    book: LogbookWriter,
    day: Day,
    times: Mapping[ShiftId, RouteTimes],
    bodies: Mapping[ShiftId, dict[str, Any]],
    full: Collection[ShiftId],
    now: datetime,
) -> Sent:
    before = {r.shift_id: r for r in book.rounds_on(day.date)}
    book.put_policy(day.depot.road)
    # a round that was emptied is news to its driver; one that never had a stop is not
    wanted = [s for s in bodies if s in full or (s in before and not before[s].withdrawn)]
    routes, changed = {route.shift_id: route for route in day.plan.routes}, []
    for shift_id in wanted:
        done = {stop.order_id for stop in routes[shift_id].stops if stop.done}
        sent = _sent(day, day.shifts[shift_id], times[shift_id], bodies[shift_id], before.get(shift_id), done, now)
        if sent:
            book.put_round(sent)
            changed.append(shift_id)
    gone = [r for s, r in before.items() if s not in bodies and not r.withdrawn]
    for round_ in gone:
        book.put_round(replace(round_, withdrawn=True, version=round_.version + 1, sent_at=now))
    return Sent(len(wanted), tuple(changed), tuple(r.shift_id for r in gone))


def _sent(
    day: Day,
    shift: Shift,
    times: RouteTimes,
    body: dict[str, Any],
    before: SentRound | None,
    done: Collection[OrderId],
    now: datetime,
) -> SentRound | None:
    """The next version; `None` if it says nothing new."""
    if before and not before.withdrawn and same_to_driver(before.body, body, done):
        return None
    version = before.version + 1 if before else 1
    return SentRound(
        shift_id=shift.id,
        driver_id=shift.driver_id,
        on=day.date,
        version=version,
        sent_at=now,
        starts_at=shift.starts_at,
        ends_at=max(shift.ends_at, times.returns_at),
        body={**body, "version": version, "sent_at": _iso(now)},
        # another driver has seen nothing of it yet
        accepted=before.accepted if before and before.driver_id == shift.driver_id else 0,
        fetched=before.fetched if before and before.driver_id == shift.driver_id else 0,
        former=_former(before, shift, now),
    )


def round_to_send(outlook: Outlook, route: Route, before: SentRound | None, now: datetime) -> SentRound | None:
    """The next version of one round, for its driver alone; `None` if it says nothing new."""
    day, shift_id = outlook.day, route.shift_id
    done = {stop.order_id for stop in route.stops if stop.done}
    times = outlook.schedule.routes[shift_id]
    return _sent(day, day.shifts[shift_id], times, body_of(outlook, route), before, done, now)


def _former(before: SentRound | None, shift: Shift, now: datetime) -> tuple[Former, ...]:
    if before is None or before.driver_id == shift.driver_id:
        return before.former if before else ()
    return (*before.former, Former(before.driver_id, before.sent_at if before.withdrawn else now))


def same_to_driver(one: Mapping[str, Any], other: Mapping[str, Any], done: Collection[OrderId] = ()) -> bool:
    """Whether a driver would see no difference in what is ahead.

    Times may move by less than a minute; once something is done they follow from the driver's own pace, and are no
    news at all.
    """
    ahead, still = ([stop for stop in body["stops"] if stop["order_id"] not in done] for body in (one, other))
    if _plain(one) != _plain(other) or [_plain(stop) for stop in ahead] != [_plain(stop) for stop in still]:
        return False
    return bool(done) or all(_near(a, b) for a, b in zip([one, *ahead], [other, *still], strict=True))


_TIMES = ("leaves_at", "returns_at", "arrives_at", "starts_at", "departs_at")


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    """What is compared as it is."""
    return {k: v for k, v in told.items() if k not in {"version", "sent_at", "stops", "turn", *_TIMES}}


def _near(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    both = ((one.get(t), other.get(t)) for t in _TIMES)
    return all(a == b or (a and b and abs((_moment(a) - _moment(b)).total_seconds()) < SHIFTED_S) for a, b in both)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- what a phone is told -----------------------------------------------------------------------------------------


def body_of(outlook: Outlook, route: Route) -> dict[str, Any]:
    """A round as the driver page shows it; the shape is told in `docs/driver-page.md`."""
    day = outlook.day
    shift, times = day.shifts[route.shift_id], outlook.schedule.routes[route.shift_id]
    driver, vehicle, depot = day.drivers[shift.driver_id], day.vehicles[shift.vehicle_id], day.depot
    at = {stop.order_id: stop for stop in times.stops}
    return {
        "shift_id": shift.id,
        "date": day.date.isoformat(),
        "zone": depot.zone_name,
        "depot": _depot(depot),
        **_people(driver, vehicle),
        "starts_at": _iso(shift.starts_at),
        "ends_at": _iso(shift.ends_at),
        "leaves_at": _iso(times.leaves_at),
        "returns_at": _iso(times.returns_at),
        "stops": [_stop(turn, day, day.orders[o], at[o]) for turn, o in enumerate(route.order_ids, 1)],
        "reasons": [
            {"code": r.code, "label": r.label, "attempt": r.attempt, "demands": sorted(r.demands)}
            for r in depot.road.reasons
        ],
        "undo_s": depot.road.undo_s,
    }


def _depot(depot: Depot) -> dict[str, Any]:
    return {
        "name": depot.name,
        "address": depot.address,
        "phone": depot.road.phone,
        "lat": depot.place.lat,
        "lon": depot.place.lon,
    }


def _people(driver: Driver, vehicle: Vehicle) -> dict[str, Any]:
    return {
        "driver": {"id": driver.id, "name": driver.name, "number": driver.number},
        "vehicle": {"name": vehicle.name, "plate": vehicle.plate},
    }


def _stop(turn: int, day: Day, order: Order, times: StopTimes) -> dict[str, Any]:
    place, policy = order.address.place, day.depot.road
    delivering = wanted_of(order, policy)
    return {
        "order_id": order.id,
        "turn": turn,
        "number": order.number,
        "kind": order.kind.value,
        "attempt": order.attempt,
        "name": order.contact.name,
        "phone": order.contact.phone,
        "email": order.contact.email,
        "address": order.address.line or order.address.text,
        "postcode": order.address.postcode,
        "city": order.address.city,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
        "windows": [{"opens_at": _iso(w.opens_at), "closes_at": _iso(w.closes_at)} for w in order.windows],
        "arrives_at": _iso(times.arrives_at),
        "starts_at": _iso(times.starts_at),
        "departs_at": _iso(times.departs_at),
        "service_s": order.service_s,
        "notes": order.notes,
        "skills": sorted(order.skills),
        "parcels": order.load.parcels,
        "kg": order.load.kg,
        "litres": order.load.litres,
        "lines": [
            {"name": n.name, "quantity": n.quantity, "sku": n.sku, "barcode": n.barcode} for n in order.lines
        ],
        "cash_due": order.asked.cash_due,
        "currency": day.depot.currency,
        "needs": {"delivering": _levels(delivering), "failing": _levels(policy.needs(failed=True))},
        "has_code": delivering[ProofKind.CODE] is not Need.OFF,
    }  # fmt: skip


def wanted_of(order: Order, policy: RoadPolicy) -> Needs:
    """The proofs wanted when this order's goods change hands; cash only where some is due."""
    needs = dict(policy.needs(failed=False, asked=order.asked.needs))
    if not order.asked.cash_due:
        needs.pop(ProofKind.CASH, None)
    return {kind: needs.get(kind, ABSENT) for kind in ProofKind}


def _levels(needs: Needs) -> dict[str, str]:
    return {kind.value: needs.get(kind, ABSENT).value for kind in ProofKind}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
