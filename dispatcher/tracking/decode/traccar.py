"""A Traccar server that forwards what its trackers say: one position or event a request, with its device.

Speed is in **knots**, `batteryLevel` in percent, `accuracy` 0 when not known. A position that is `outdated` repeats the
place known last, for want of a fix. The tracker is `device.uniqueId`; there are many behind one server.

Source: traccar/traccar, `PositionData`, `EventData`, `model/Position.java`, `model/Event.java`; traccar.org/forward.
"""

from datetime import datetime

from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fix
from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.batch import Part, each
from dispatcher.tracking.decode.message import Message, Unusable, json_of, record, words

KINDS = {
    "geofenceEnter": EventKind.ENTER,
    "geofenceExit": EventKind.LEAVE,
    "alarm": EventKind.ALARM,
    "deviceOffline": EventKind.OFFLINE,
}
KNOWN = frozenset(("batteryLevel", "charge", "activity"))


def read(message: Message, now: datetime) -> Decoded:  # noqa: ARG001 - every protocol is read with the same two
    """`{"position": {…}, "device": {…}}`, or `{"event": {…}, "device": {…}, …}`; a list of them too."""
    said = json_of(message.body)
    return each(said if isinstance(said, list) else [said], lambda document: _parts(record(document)))


def _parts(said: dict[str, object]) -> list[Part]:
    unique_id = words(record(said.get("device")).get("uniqueId"))
    if not unique_id:
        raise Unusable("The message must name its tracker as “device.uniqueId”.")
    event, position = record(said.get("event")), record(said.get("position"))
    if not event and not position:
        raise Unusable("The message must have a “position” or an “event”.")
    return _event(event, said, unique_id) if event else _position(position, unique_id)


def _position(said: dict[str, object], unique_id: str) -> list[Part]:
    get = said.get
    attributes = record(get("attributes"))
    at = units.moment(get("fixTime") or get("deviceTime"))
    fix = Fix(
        at=at,
        place=units.place(get("latitude"), get("longitude")),
        sent_at=units.moment_or_none(get("deviceTime")),
        accuracy_m=units.accuracy_m(get("accuracy")),
        speed_mps=units.speed_mps_from_knots(get("speed")),
        heading_deg=units.heading_deg(get("course")),
        altitude_m=units.altitude_m(get("altitude")),
        battery=units.share_from_percent(attributes.get("batteryLevel")),
        charging=units.flag(attributes.get("charge")),
        motion=words(attributes.get("activity")),
        valid=units.flag(get("valid", True)) is True and units.flag(get("outdated")) is not True,
        unique_id=unique_id,
        extras=units.extras(attributes, KNOWN),
    )
    alarm = words(attributes.get("alarm"))
    return [fix, DeviceEvent(at, EventKind.ALARM, alarm, unique_id)] if alarm else [fix]


def _event(event: dict[str, object], said: dict[str, object], unique_id: str) -> list[Part]:
    """What happened. Its position is forwarded by itself and so is left."""
    kind = words(event.get("type"))
    detail = (
        words(record(said.get("geofence")).get("name"))
        or words(record(event.get("attributes")).get("alarm"))
        or words(record(said.get("maintenance")).get("name"))
    )
    if kind not in KINDS:
        detail = f"{kind}: {detail}" if detail else kind
    at = units.moment(event.get("eventTime"))
    return [DeviceEvent(at, KINDS.get(kind, EventKind.STATUS), detail, unique_id)]
