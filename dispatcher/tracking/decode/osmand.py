"""OsmAnd's parameters and every shape of Traccar Client, on one address.

Five shapes are in use: a query, a form (Traccar Client 10), a JSON object with a `location` (Traccar Client 9, made by
transistorsoft's SDK, which may also put a list there), a JSON list of flat objects, and Dawarich's JSON, which has
coordinates in `location` itself and the battery beside it. Parameters state speed in knots and the battery in percent;
JSON with a `location` in metres a second and as a share, with -1 for what is not known.

Source: traccar/traccar, `OsmAndProtocolDecoder.java` and its test; Freika/dawarich, `Traccar::Params`.
The answer to a position is the gateway's; the device is known by its token, so an `id` may be missing.
"""

from datetime import datetime

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fix
from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.batch import Part, each, one
from dispatcher.tracking.decode.message import Message, Unusable, form_of, json_of, record, text_of, words

DEVICE = ("id", "deviceid", "device_id")
KNOWN = frozenset(
    (*DEVICE, "timestamp", "valid", "lat", "lon", "location", "speed", "bearing", "heading", "altitude", "accuracy")
) | {"batt", "charge", "mock", "cell", "wifi", "notificationToken"}
"""Parameters that are not extras: the last three name networks nearby and a secret of the app's, and are dropped."""
TELLING = ("event", "is_moving", "odometer", "age", "alarm")
"""Fields of a JSON `location` that are kept as extras."""


def read(message: Message, now: datetime) -> Decoded:
    """Any of the five shapes. A query or form without a place is a heartbeat."""
    body = message.body
    if body and (message.is_json or not message.query) and body.lstrip()[:1] in (b"{", b"["):
        return _documents(json_of(body), now)
    if message.is_json and body and not message.query:
        raise Unusable("The message must be a JSON object or list.")
    said = form_of(text_of(body)) if body and not message.is_json else {}
    said |= form_of(message.query)
    return one(flat(said, now), name_of(said)) if said else Decoded()


def name_of(said: dict[str, object]) -> str:
    """What the device calls itself."""
    return words(next((said[name] for name in DEVICE if said.get(name)), ""))


# --- parameters ---------------------------------------------------------------------------------------------------


def flat(said: dict[str, object], now: datetime) -> list[Part]:
    """One position by OsmAnd's parameters; its speed is in **knots**."""
    get = said.get
    stated = get("timestamp")
    at = units.moment(stated) if stated not in (None, "") else now
    where = place_of(said)
    parts: list[Part] = _alarm(get("alarm"), at)
    if where is None:
        return parts or [DeviceEvent(at, EventKind.HEARTBEAT)]
    fix = Fix(
        at=at,
        place=where,
        accuracy_m=units.accuracy_m(get("accuracy")),
        speed_mps=units.speed_mps_from_knots(get("speed")),
        heading_deg=units.heading_deg(get("bearing", get("heading"))),
        altitude_m=units.altitude_m(get("altitude")),
        battery=units.share_from_percent(get("batt")),
        charging=units.flag(get("charge")),
        mock=units.flag(get("mock")) is True,
        valid=units.flag(get("valid", True)) is True,
        extras=units.extras(said, KNOWN),
    )
    return [fix, *parts]


def place_of(said: dict[str, object]) -> Place | None:
    """From `lat` and `lon`, or from `location=lat,lon`; `None` when neither is there."""
    lat, lon = said.get("lat"), said.get("lon")
    if lat in (None, "") and lon in (None, ""):
        both = said.get("location")
        if both in (None, ""):
            return None
        lat, _, lon = both.partition(",") if isinstance(both, str) else (both, "", None)
    return units.place(lat, lon)


def _alarm(what: object, at: datetime) -> list[Part]:
    alarm = words(what)
    return [DeviceEvent(at, EventKind.ALARM, alarm)] if alarm else []


# --- JSON ---------------------------------------------------------------------------------------------------------


def _documents(said: object, now: datetime) -> Decoded:
    if isinstance(said, list):
        named = next((name for name in (name_of(record(part)) for part in said) if name), "")
        return each(said, lambda part: _document(record(part), now), named)
    document = record(said)
    several = document.get("location")
    if isinstance(several, list):
        return each(several, lambda part: located({**document, "location": part}), name_of(document))
    return one(_document(document, now), name_of(document)) if document else Decoded()


def _document(said: dict[str, object], now: datetime) -> list[Part]:
    if not said:
        raise Unusable("A position must be an object with at least one field.")
    return located(said) if isinstance(said.get("location"), dict) else flat(said, now)


def located(said: dict[str, object]) -> list[Part]:
    """One position by a JSON `location`; its speed is in **metres a second**. Without coordinates a heartbeat."""
    location = record(said.get("location"))
    at = units.moment(location.get("timestamp"))
    coords = record(location.get("coords", location))
    parts: list[Part] = _alarm(location.get("alarm"), at)
    if "latitude" not in coords and "longitude" not in coords:
        return parts or [DeviceEvent(at, EventKind.HEARTBEAT, words(location.get("event")))]
    battery = record(location.get("battery") or said.get("battery"))
    activity = record(location.get("activity") or said.get("activity"))
    telling = {name: location[name] for name in TELLING if name in location} | record(location.get("extras"))
    fix = Fix(
        at=at,
        place=units.place(coords.get("latitude"), coords.get("longitude")),
        accuracy_m=units.accuracy_m(coords.get("accuracy")),
        speed_mps=units.speed_mps(coords.get("speed")),
        heading_deg=units.heading_deg(coords.get("heading")),
        altitude_m=units.altitude_m(coords.get("altitude")),
        battery=units.share(battery.get("level")),
        charging=units.flag(battery.get("is_charging")),
        mock=units.flag(location.get("mock")) is True,
        motion=words(activity.get("type")),
        client_id=words(location.get("uuid")),
        extras=units.extras(telling),
    )
    return [fix, *parts]
