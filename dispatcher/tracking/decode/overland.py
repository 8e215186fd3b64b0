"""Overland for iOS, and what sends the same (GPSLogger's Dawarich sender): a batch of GeoJSON features.

Coordinates are **[longitude, latitude]**, speed in metres a second, the battery a share; what is negative is unknown.
A feature without a place, or with an `action`, tells what the app did, such as `will_terminate`; a `visit` has a
place, but the one of a stay that may have ended hours ago, and so is no position. When the queue is long, `current` is
the newest point beside the batch, ahead of its turn; it comes again in a later batch.

Source: aaronpk/Overland-iOS, `README.md` and `GLManager.m`.
"""

from datetime import datetime

from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fix
from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.batch import Part, each
from dispatcher.tracking.decode.message import Message, Unusable, json_of, quoted, record, words

CHARGING = {"charging": True, "full": True, "unplugged": False}
TELLING = ("trip_id", "activity", "vertical_accuracy", "speed_accuracy", "course_accuracy")
CLOSING = "will_terminate"


def read(message: Message, now: datetime) -> Decoded:
    """`{"locations": […], "current": {…}}`; the current point is the last part, after those of the list."""
    said = record(json_of(message.body))
    locations = said.get("locations")
    if not isinstance(locations, list):
        raise Unusable("The message must be an object with a list named “locations”.")
    current = said.get("current")
    features = [*locations, current] if current else locations
    return each(features, lambda feature: [_part(record(feature), now)], _name(features))


def _name(features: list[object]) -> str:
    """The installation's own id if that is switched on, else what a person called the device."""
    named = (record(record(feature).get("properties")) for feature in features)
    return next((name for said in named if (name := words(said.get("unique_id")) or words(said.get("device_id")))), "")


def _part(feature: dict[str, object], now: datetime) -> Part:
    said = record(feature.get("properties"))
    get = said.get
    geometry = record(feature.get("geometry"))
    if not geometry or get("action") or get("type") == "trip":
        return _event(said, now)
    at = units.moment(get("timestamp"))
    lonlat = geometry.get("coordinates")
    if not isinstance(lonlat, list) or len(lonlat) < 2:
        raise Unusable(f"Coordinates must be a list of longitude and latitude, not {quoted(lonlat)}.")
    return Fix(
        at=at,
        place=units.place(lonlat[1], lonlat[0]),
        accuracy_m=units.accuracy_m(get("horizontal_accuracy")),
        speed_mps=units.speed_mps(get("speed")),
        heading_deg=units.heading_deg(get("course")),
        altitude_m=units.altitude_m(get("altitude")),
        battery=units.share(get("battery_level")),
        charging=CHARGING.get(words(get("battery_state"))),
        motion=units.listed(get("motion")),
        extras=units.extras({name: said[name] for name in TELLING if name in said}),
    )


def _event(said: dict[str, object], now: datetime) -> DeviceEvent:
    what = words(said.get("action")) or words(said.get("type"))
    if not what:
        raise Unusable("A feature must have a geometry or an action.")
    at = units.moment(said["timestamp"]) if said.get("timestamp") else now
    return DeviceEvent(at, EventKind.CLOSING if what == CLOSING else EventKind.STATUS, what)
