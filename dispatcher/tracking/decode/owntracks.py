"""OwnTracks: one JSON object a message, its kind in `_type`; by HTTP with the MQTT topic inside.

Speed is in **km/h**, the battery in percent, moments in Unix seconds (some logs have them as text); what is zero may be
left out, what is negative is unknown. A message without a body is legal. Trackers that come through qtripp add fields
and triggers of their own. An encrypted message is a libsodium secretbox whose key is the pass phrase, padded with
binary zeroes to 32 bytes.

Source: owntracks/booklet, `tech/json.md`, `tech/http.md`, `features/encrypt.md`; traccar/traccar,
`OwnTracksProtocolDecoder.java`.
"""

import binascii
from base64 import b64decode
from datetime import datetime

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fix
from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.batch import Part, one
from dispatcher.tracking.decode.message import Message, Unusable, form_of, json_of, quoted, record, words

SAYING = frozenset(("status", "steps", "card", "cmd", "configuration", "waypoint", "waypoints", "beacon", "dump"))
SAYING |= {"request", "response"}
"""Legal and no position: kept as an event that names the kind and nothing else of what may be private."""
SUFFIXES = tuple(f"/{name}" for name in ("event", "cmd", "waypoint", "waypoints", "step", "status", "dump", "info"))
ALARMS = {"9": "battery low", "!": "towed", "e": "power cut", "s": "speeding", "h": "harsh driving"}
"""Triggers of trackers behind qtripp."""
IGNITION = {"i": True, "I": False}
LOST = frozenset("lL")
"""Triggers of a place known last, sent for want of a fix."""
CHARGING = {1: False, 2: True, 3: True}
KNOWN = frozenset(
    ("_type", "_id", "lat", "lon", "tst", "acc", "alt", "vel", "cog", "batt", "bs", "created_at", "sent", "topic")
) | {"motionactivities", "odometer", "ign", "SSID", "BSSID", "image", "imagename", "face", "raw_line", "_http"}


def read(message: Message, now: datetime) -> Decoded:
    """One message of any kind. An unknown kind, and one that cannot be opened, raises `Unusable`."""
    if not message.body.strip():
        return Decoded()
    said = record(json_of(message.body))
    name = _name(said, message)
    if said.get("_type") == "encrypted":
        said = _opened(said.get("data"), message.secret)
        name = _name(said, message) or name
    return one(_parts(said, now), name)


def _parts(said: dict[str, object], now: datetime) -> list[Part]:
    kind = said.get("_type")
    if kind == "location":
        return _location(said)
    if kind == "transition":
        return _transition(said)
    if kind == "lwt":
        return [DeviceEvent(now, EventKind.OFFLINE)]  # its `tst` is when the connection was made, not when it broke
    if isinstance(kind, str) and kind in SAYING:
        return [DeviceEvent(now, EventKind.STATUS, kind)]
    raise Unusable(f"OwnTracks sends no messages with {quoted(kind)} as “_type”.")


def _name(said: dict[str, object], message: Message) -> str:
    """The topic without what follows the device in it; else made from user and device; else the tracker id."""
    topic = words(said.get("topic"))
    if topic:
        return next((topic.removesuffix(suffix) for suffix in SUFFIXES if topic.endswith(suffix)), topic)
    asked = form_of(message.query) if message.query else {}
    user = words(message.headers.get("x-limit-u") or asked.get("u"))
    device = words(message.headers.get("x-limit-d") or asked.get("d"))
    return f"owntracks/{user}/{device}" if user and device else words(said.get("tid"))


# --- where it is --------------------------------------------------------------------------------------------------


def _location(said: dict[str, object]) -> list[Part]:
    get = said.get
    at = units.moment(get("tst"))
    trigger = words(get("t"))
    fix = Fix(
        at=at,
        place=units.place(get("lat"), get("lon")),
        sent_at=units.moment_or_none(get("created_at") or get("sent")),
        accuracy_m=units.accuracy_m(get("acc")),
        speed_mps=units.speed_mps_from_kmh(get("vel")),
        heading_deg=units.heading_deg(get("cog")),
        altitude_m=units.altitude_m(get("alt")),
        battery=units.share_from_percent(get("batt")),
        charging=CHARGING.get(int(units.number(get("bs")) or 0)),
        motion=units.listed(get("motionactivities")),
        valid=trigger not in LOST,
        client_id=words(get("_id")),
        extras=_extras(said, trigger),
    )
    alarm = ALARMS.get(trigger)
    return [fix, DeviceEvent(at, EventKind.ALARM, alarm)] if alarm else [fix]


def _extras(said: dict[str, object], trigger: str) -> dict[str, str | float | bool]:
    kept = units.extras(said, KNOWN)
    if regions := units.listed(said.get("inregions")):
        kept["inregions"] = regions
    odometer_km = units.number(said.get("odometer"))
    if odometer_km is not None:
        kept["odometer"] = odometer_km * 1000
    ignition = IGNITION.get(trigger, units.flag(said.get("ign")))
    if ignition is not None:
        kept["ignition"] = ignition
    return kept


def _transition(said: dict[str, object]) -> list[Part]:
    """Entering or leaving a region, and where that was if it says so."""
    kind = {"enter": EventKind.ENTER, "leave": EventKind.LEAVE}.get(words(said.get("event")))
    if kind is None:
        raise Unusable(f"A transition must be “enter” or “leave”, not {quoted(said.get('event'))}.")
    at = units.moment(said.get("tst"))
    event = DeviceEvent(at, kind, words(said.get("rid")) or words(said.get("desc")))
    if "lat" not in said and "lon" not in said:
        return [event]
    place = units.place(said.get("lat"), said.get("lon"))
    return [Fix(at=at, place=place, accuracy_m=units.accuracy_m(said.get("acc"))), event]


# --- encryption ---------------------------------------------------------------------------------------------------


def _opened(data: object, secret: str) -> dict[str, object]:
    """What an encrypted message holds. One within another is of no kind, for nobody sends such."""
    if not secret:
        raise Unusable(
            "The message is encrypted, and no pass phrase is known for this device. "
            "Take the encryption key out of OwnTracks's settings: HTTPS encrypts the way here already."
        )
    key = secret.encode("utf-8", "replace")[: SecretBox.KEY_SIZE].ljust(SecretBox.KEY_SIZE, b"\0")
    try:
        return record(json_of(SecretBox(key).decrypt(b64decode(data if isinstance(data, str) else "", validate=True))))
    except (CryptoError, binascii.Error, ValueError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable(
            "The encrypted message does not open with this device's pass phrase. "
            "Enter the same one here and as the encryption key in OwnTracks."
        ) from None
