"""The queue and the cage as they are shown: exceptions with their orders, attempts, drivers and places."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind, Remedy
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.proof import Attempt, FailureReason
from dispatcher.incidents.queue import ordered
from dispatcher.incidents.wanted import ATTEMPTED
from dispatcher.services.driving_round import stop_of
from dispatcher.services.exceptions.chain import Chains, DayChain
from dispatcher.services.exceptions.view import CageRow, ExceptionBoard, Lying, Shown
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.ports import Reader, Store

_WITH_ATTEMPT = ATTEMPTED | {IncidentKind.CASH_SHORT, IncidentKind.PROOF_REJECTED}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is looked up in the plan."""

    orders: Mapping[OrderId, Order]
    drivers: Mapping[DriverId, Driver]
    vehicles: Mapping[VehicleId, Vehicle]
    shifts: Mapping[ShiftId, Shift]
    reasons: Mapping[str, FailureReason]


def board_of(book: LogbookReader, store: Store, chains: Chains, on: date, now: datetime) -> ExceptionBoard:
    """Everything to see at this moment."""
    opened = book.incidents(open_only=True)
    closed = [incident for incident in book.incidents(on) if not incident.open]
    incidents, goods = ordered([*opened, *closed], now), book.goods_expected()
    ids = {i.order_id for i in incidents if i.order_id} | {piece.order_id for piece in goods}
    dates = {i.on for i in incidents} | {piece.on for piece in goods}
    plan = store.read(lambda reader: _plan(reader, ids, dates))
    days = chains.read_on(book, {i.on for i in incidents if i.kind in _WITH_ATTEMPT})
    by_key = {on: {attempt.key: attempt for attempt in day.attempts.values()} for on, day in days.items()}
    shown = []
    for incident in incidents:
        attempt = by_key.get(incident.on, {}).get(incident.about) if incident.kind in _WITH_ATTEMPT else None
        shown.append(_shown(book, incident, attempt, days.get(incident.on), plan, now))
    missing = {(i.order_id, i.on) for i in opened if i.kind is IncidentKind.NOT_BACK}
    rows = [_row(piece, plan, (piece.order_id, piece.on) in missing) for piece in goods]
    return ExceptionBoard(
        at=now,
        shown=tuple(shown),
        owners=tuple(sorted({i.owner for i in incidents if i.owner} | _named(incidents), key=str.casefold)),
        cage=tuple(sorted(rows, key=lambda row: (_LYING[row.lying], row.on, row.number, row.piece))),
        by_kind=Counter(i.kind for i in opened),
        by_severity=Counter(i.severity for i in opened),
        open=len(opened),
        overdue=sum(1 for i in opened if i.due_at <= now),
    )


_LYING = {Lying.MISSING: 0, Lying.EXPECTED: 1, Lying.HERE: 2}


def _plan(reader: Reader, ids: Iterable[OrderId], dates: Iterable[date]) -> _Plan:
    return _Plan(
        orders={order.id: order for order in reader.orders(ids)},
        drivers={driver.id: driver for driver in reader.drivers()},
        vehicles={vehicle.id: vehicle for vehicle in reader.vehicles()},
        shifts={shift.id: shift for on in dates for shift in reader.shifts_of(on)},
        reasons=reader.depot().road.reason_by_code,
    )


def _named(incidents: Iterable[Incident]) -> set[str]:
    return {entry.by for incident in incidents for entry in incident.entries if entry.by}


def _shown(
    book: LogbookReader, incident: Incident, attempt: Attempt | None, day: DayChain | None, plan: _Plan, now: datetime
) -> Shown:
    order = plan.orders.get(incident.order_id) if incident.order_id else None
    number, name, address = _label(book, incident, order)
    driver, shift = _driver(incident, plan), plan.shifts.get(incident.shift_id) if incident.shift_id else None
    vehicle = plan.vehicles.get(shift.vehicle_id) if shift else None
    code = day.reason(attempt) if day and attempt else ""
    reason = plan.reasons.get(code)
    return Shown(
        incident=incident,
        order=order,
        number=number,
        name=name,
        address=address,
        phone=order.contact.phone if order else "",
        email=order.contact.email if order else "",
        driver=driver.name if driver else "",
        round=", ".join(filter(None, (str(driver.number) if driver else "", vehicle.name if vehicle else ""))),
        place=order.address.place if order else None,
        attempt=attempt,
        reason=reason.label if reason else code,
        x12=reason.x12 if reason else "",
        edifact=reason.edifact if reason else "",
        overdue=incident.open and incident.due_at <= now,
    )


def _label(book: LogbookReader, incident: Incident, order: Order | None) -> tuple[str, str, str]:
    """Number, customer and address; of an order that is gone, as its driver was told."""
    if order is not None:
        return order.number, order.contact.name, order.address.text
    sent = book.round(incident.shift_id) if incident.shift_id and incident.order_id else None
    stop = stop_of(sent, incident.order_id) if sent and incident.order_id else None
    if stop is None:
        return "", "", ""
    return stop.get("number", ""), stop.get("name", ""), stop.get("address", "")


def _driver(incident: Incident, plan: _Plan) -> Driver | None:
    if incident.driver_id:
        return plan.drivers.get(incident.driver_id)
    shift = plan.shifts.get(incident.shift_id) if incident.shift_id else None
    return plan.drivers.get(shift.driver_id) if shift else None


def _row(piece: CagedGoods, plan: _Plan, missing: bool) -> CageRow:
    order = plan.orders.get(piece.order_id)
    shift = plan.shifts.get(piece.shift_id) if piece.shift_id else None
    driver = plan.drivers.get(shift.driver_id) if shift else None
    lying = Lying.HERE if piece.here else Lying.MISSING if missing else Lying.EXPECTED
    return CageRow(
        order_id=piece.order_id,
        number=order.number if order else "",
        name=order.contact.name if order else "",
        piece=piece.piece,
        on=piece.on,
        driver=driver.name if driver else "",
        lying=lying,
        expected_at=piece.expected_at,
        scanned_at=piece.scanned_at,
        scanned_by=piece.scanned_by,
        waits_for=_waits_for(piece, order),
    )


COLLECTED, RETURNED = "Collected at the depot", "Back to the sender"
"""How the marks in an order's notes begin, by which the cage knows what its goods wait for."""


def _waits_for(piece: CagedGoods, order: Order | None) -> Remedy | None:
    if order is None:
        return None
    if order.state is OrderState.CANCELLED:
        marks = [line for line in order.notes.splitlines() if line.startswith((COLLECTED, RETURNED))]
        return (Remedy.COLLECT if marks[-1].startswith(COLLECTED) else Remedy.RETURN) if marks else None
    return Remedy.ANOTHER_DAY if order.date > piece.on else None
