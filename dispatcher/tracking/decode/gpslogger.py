"""GPSLogger for Android: a custom address, query or body, with the names of its `%ALL`, in whatever case.

`spd` is in metres a second, `spd_kph` in km/h, `batt` in percent, `time` in ISO 8601 and `timestamp` in seconds. What
the phone does not know arrives empty or as `null`. OsmAnd's names are accepted too, for the documentation shows them:
there `speed` is in **knots**.

Source: mendhak/gpslogger, `CustomUrlManager.java`.
"""

from datetime import datetime

from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fix
from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.batch import one
from dispatcher.tracking.decode.message import Message, form_of, json_of, record, text_of, words
from dispatcher.tracking.decode.osmand import place_of

TELLING = ("desc", "prov", "sat", "hdop", "dist", "profile", "alarm")
UNKNOWN = frozenset(("", "null", "nan", "none"))


def read(message: Message, now: datetime) -> Decoded:
    """One position; without a place a heartbeat."""
    said = _said(message)
    if not said:
        return Decoded()
    get = said.get
    name = words(get("aid") or get("ser") or get("id") or get("deviceid"))
    at = _moment(said, now)
    where = place_of(said)
    if where is None:
        return one([DeviceEvent(at, EventKind.HEARTBEAT)], name)
    fix = Fix(
        at=at,
        place=where,
        accuracy_m=units.accuracy_m(get("acc", get("accuracy"))),
        speed_mps=_speed_mps(said),
        heading_deg=units.heading_deg(get("dir", get("bearing", get("heading")))),
        altitude_m=units.altitude_m(get("alt", get("altitude"))),
        battery=units.share_from_percent(get("batt")),
        charging=units.flag(get("ischarging", get("charge"))),
        motion=words(get("act")),
        extras=units.extras({name: said[name] for name in TELLING if name in said}),
    )
    return one([fix], name)


def _said(message: Message) -> dict[str, object]:
    """Query and body together, the query's word before the body's, without what is unknown."""
    body = message.body.strip()
    within = {} if not body else record(json_of(body)) if body[:1] == b"{" else form_of(text_of(body))
    both = within | form_of(message.query)
    return {name.lower(): value for name, value in both.items() if not _unknown(value)}


def _unknown(value: object) -> bool:
    return value is None or (isinstance(value, str) and len(value) < 5 and value.strip().lower() in UNKNOWN)


def _moment(said: dict[str, object], now: datetime) -> datetime:
    """`time` first, for it has milliseconds; the moment of arrival when none is given."""
    for name in ("time", "timeoffset"):
        if at := units.moment_or_none(said.get(name)):
            return at
    stated = said.get("timestamp", said.get("time"))
    return now if stated is None else units.moment(stated)


def _speed_mps(said: dict[str, object]) -> float | None:
    if "spd" in said:
        return units.speed_mps(said["spd"])
    if "spd_kph" in said:
        return units.speed_mps_from_kmh(said["spd_kph"])
    return units.speed_mps_from_knots(said.get("speed"))
