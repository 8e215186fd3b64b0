"""A driven day of a made-up history, as the gateway and the desk would have written it into the logbook.

Drivers' words go through the gateway's own taking of actions, so the chain of proofs is as real as any.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from dispatcher.domain.actions import ActionKind
from dispatcher.domain.devices import App, Device
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId, new_id
from dispatcher.domain.incidents import IncidentKind, IncidentPolicy, Remedy
from dispatcher.domain.messages import Channel, Event, Message, MessageState
from dispatcher.domain.orders import Order
from dispatcher.domain.proof import Attempt, FailureReason
from dispatcher.domain.review import Decision, Review
from dispatcher.domain.slots import HOLD_LASTS, HoldState, SlotHold
from dispatcher.domain.tracking import Decoded, Fix, Source
from dispatcher.incidents.queue import closed, reconciled
from dispatcher.incidents.rules_door import Tried, door_rules
from dispatcher.incidents.wanted import Sight
from dispatcher.services import driving
from dispatcher.services.driving_round import iso
from dispatcher.services.logbook import Letter, Logbook, LogbookWriter
from dispatcher.services.reviewing_chain import review_record
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.history_driving import Driven
from dispatcher.simulation.history_people import Ordered
from dispatcher.simulation.world import Deed

LABEL = "history"
DESK, CLERK = "Anna Berg", "Counter"
LINE_S = 2.0
"""From the driver's thumb to the gateway."""
BATCH = 60
"""Positions in a letter."""
REVIEWED, REJECTED = 0.08, 0.03
"""Share of proofs that are decided on, and of those that are rejected."""
SETTLED_S = 300.0, 7_200.0


def pair(logbook: Logbook, driver_ids: Iterable[DriverId], at: datetime) -> dict[DriverId, Device]:
    """A phone for each driver, the same one as in earlier days of a history. Nothing can speak in its name."""
    known = {d.driver_id: d for d in logbook.read(lambda book: book.devices()) if d.label == LABEL and d.driver_id}
    devices = {}
    for driver_id in driver_ids:
        devices[driver_id] = known.get(driver_id) or Device(
            DeviceId(new_id()), App.PAGE, driver_id, LABEL, paired_at=at
        )

    def put(book: LogbookWriter) -> None:
        for device in devices.values():
            if device.driver_id not in known:
                book.put_device(device)

    logbook.write(put)
    return devices


def put_away(logbook: Logbook, devices: Iterable[Device], at: datetime) -> None:
    """The phones are trusted no longer."""

    def put(book: LogbookWriter) -> None:
        for device in devices:
            known = book.device(device.id)
            if known and known.trusted:
                book.put_device(replace(known, revoked_at=at))

    logbook.write(put)


def hold_places(writer: LogbookWriter, ordered: Iterable[Ordered], at: datetime) -> None:
    """The places in slots that customers took at the counter, the day before."""
    for each in ordered:
        if each.rule:
            order, minutes = each.order, math.ceil(each.order.service_s / 60)
            hold = SlotHold(new_id(), each.rule.id, order.date, at, at + HOLD_LASTS, CLERK, minutes, order.load)
            writer.put_slot_hold(replace(hold, state=HoldState.CONFIRMED, order_id=order.id))


def tell_customers(writer: LogbookWriter, orders: Iterable[Order], at: datetime) -> None:
    """That their round has begun."""
    for order in orders:
        if order.contact.phone:
            key = f"{order.id}/{order.attempt}/{Event.OUT.name}/{Channel.SMS.name}"
            text = f"Your order {order.number} is on its way today."
            told = Message(new_id(), key, order.id, order.date, Event.OUT, Channel.SMS, order.contact.phone, text, at)
            writer.put_message(replace(told, state=MessageState.SENT, tries=1, sent_at=at, line="practice"))


def write_road(writer: LogbookWriter, rounds: Sequence[Driven], devices: Mapping[DriverId, Device]) -> None:
    """What drivers said, all rounds in the order it arrived; and the visits and legs made of their tracks."""
    for driven in rounds:
        shift_id = ShiftId(driven.round.shift_id)
        if sent := writer.round(shift_id):
            writer.put_round(replace(sent, fetched=sent.version))
        writer.put_visits(shift_id, driven.visits)
        writer.put_legs(driven.begins_at.astimezone(driven.round.zone).date(), shift_id, driven.legs)
    said = ((deed, driven) for driven in rounds for deed in driven.deeds)
    arrived: dict[str, str] = {}
    for seq, (deed, driven) in enumerate(sorted(said, key=lambda each: each[0].at)):
        if deed.kind is ActionKind.ARRIVE:
            arrived[deed.order_id] = iso(deed.at)
        envelope = {
            "sent_at": iso(deed.at + timedelta(seconds=LINE_S)),
            "app": "1",
            "actions": [_action(deed, driven, seq, arrived)],
        }
        device = devices[DriverId(driven.round.driver_id)]
        driving.take(writer, device, envelope, now=deed.at + timedelta(seconds=LINE_S))


def _action(deed: Deed, driven: Driven, seq: int, arrived: Mapping[str, str]) -> dict[str, Any]:
    """As the driver page queues it."""
    at, body = iso(deed.at), dict(deed.body)
    if deed.kind in (ActionKind.ARRIVE, ActionKind.DELIVER, ActionKind.FAIL):
        where = driven.where(deed.at)
        body["position"] = {"lat": where.lat, "lon": where.lon, "accuracy_m": 8.0, "at": at}
    if deed.kind in (ActionKind.DELIVER, ActionKind.FAIL) and deed.order_id in arrived:
        body["arrived_at"] = arrived[deed.order_id]
    action = {"key": new_id(), "seq": seq, "kind": deed.kind.value, "at": at, "shift_id": driven.round.shift_id}
    return action | ({"order_id": deed.order_id} if deed.order_id else {}) | {"body": body}


def letters(device: Device, track: Iterable[Fix]) -> list[Letter]:
    """A round's positions as the page sends them, some at a time; the bytes themselves were never made."""
    return [
        Letter(device.id, device.driver_id, Source.PAGE, some[-1].at, b"", Decoded(fixes=some))
        for some in batched(track, BATCH)
    ]


def review(writer: LogbookWriter, attempts: Iterable[Attempt], on: date, at: datetime, dice: Dice) -> int:
    """Decide on some proofs in the evening; how many."""
    done = 0
    for attempt in attempts:
        if dice.random() >= REVIEWED:
            continue
        rejected = dice.random() < REJECTED
        decision, note = (Decision.REJECTED, "Not readable.") if rejected else (Decision.ACCEPTED, "")
        at, done = at + timedelta(seconds=9), done + 1
        writer.put_record(review_record(writer.head(), attempt, on, Review(attempt.key, decision, DESK, at, note)))
    return done


def settle(
    writer: LogbookWriter,
    attempts: Mapping[OrderId, Attempt],
    orders: Mapping[OrderId, Order],
    on: date,
    policy: tuple[IncidentPolicy, Mapping[str, FailureReason]],
    dice: Dice,
) -> int:
    """The exceptions that the day's attempts were, each settled some time later; how many."""
    incidents, reasons = policy
    tries = [Tried(attempt, on, orders.get(order_id), attempt.reason) for order_id, attempt in attempts.items()]
    latest = max((tried.at for tried in tries), default=None)
    if latest is None:
        return 0
    raised = reconciled((), door_rules(tries, reasons), Sight(), incidents, now=latest, raise_from=on)
    for incident in raised:
        again = incident.kind in (IncidentKind.FAILED, IncidentKind.REFUSED, IncidentKind.NOT_ATTEMPTED)
        remedy, text = (Remedy.ANOTHER_DAY, "Deliver on the next day") if again else (Remedy.CLOSE, "Seen")
        at = incident.since + timedelta(seconds=dice.uniform(*SETTLED_S))
        writer.put_incident(closed(incident, at, DESK, text, remedy))
    return len(raised)
