"""Positions as each app puts them on the wire: shapes, units and answers of the apps themselves, not of the gateway.

Written from what the apps send: Traccar Client 10 (form, knots) and 9 (JSON, m/s), OwnTracks (JSON, km/h), Overland
(GeoJSON, longitude first), GPSLogger (`%ALL`), and the driver page.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dispatcher.domain.devices import App
from dispatcher.simulation.receiver import Sighting

KNOTS, KMH = 1.943_844, 3.6
"""In a metre a second."""


@dataclass(frozen=True, slots=True)
class Phone:
    """What an app knows of itself."""

    app: App
    unique_id: str
    token: str
    older: bool = False
    """Traccar Client 9 rather than 10."""


@dataclass(frozen=True, slots=True)
class Message:
    """One request."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Habit:
    """How an app reports."""

    interval_s: float
    """Between two positions."""
    every_s: float
    """Between two messages while there is a signal."""
    batch: int
    """Positions in one message at most, oldest first."""
    encode: Callable[[Phone, Sequence[Sighting], datetime], Message]
    taken: Callable[[bytes], bool]
    """Whether the body of a good answer lets the app forget what it sent."""


def _traccar(phone: Phone, sightings: Sequence[Sighting], _: datetime) -> Message:
    (one,) = sightings
    return _traccar_9(phone, one) if phone.older or one.mock else _traccar_10(phone, one)


def _traccar_10(phone: Phone, one: Sighting) -> Message:
    fields = {
        "id": phone.unique_id,
        "lat": one.place.lat,
        "lon": one.place.lon,
        "timestamp": int(one.at.timestamp()),
        "accuracy": one.accuracy_m,
        "altitude": one.altitude_m,
        "speed": f"{one.speed_mps * KNOTS:.2f}",
        "bearing": one.heading_deg or 0.0,
        "batt": round(one.battery * 100),
    }
    form = urlencode(fields | ({"charge": "true"} if one.charging else {}))
    return Message(
        "POST", f"/osmand/{phone.token}", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    )


def _traccar_9(phone: Phone, one: Sighting) -> Message:
    coords = {
        "latitude": one.place.lat,
        "longitude": one.place.lon,
        "accuracy": one.accuracy_m,
        "speed": one.speed_mps if one.heading_deg is not None else -1,
        "heading": -1 if one.heading_deg is None else one.heading_deg,
        "altitude": one.altitude_m,
    }
    location = {
        "timestamp": _iso(one.at),
        "coords": coords,
        "is_moving": one.speed_mps > 0,
        "odometer": 0,
        "uuid": f"{phone.unique_id}-{one.n}",
        "mock": one.mock,
        "activity": {"type": "in_vehicle" if one.speed_mps > 2 else "still"},
        "battery": {"level": one.battery, "is_charging": one.charging},
        "extras": {},
    }
    return _json(f"/osmand/{phone.token}", {"location": location, "device_id": phone.unique_id, "_": "&id=x"})


def _owntracks(phone: Phone, sightings: Sequence[Sighting], sent_at: datetime) -> Message:
    (one,) = sightings
    said: dict[str, Any] = {
        "_type": "location",
        "_id": f"{phone.unique_id}{one.n:08x}",
        "topic": f"owntracks/driver/{phone.unique_id}",
        "tid": phone.unique_id[-2:],
        "lat": one.place.lat,
        "lon": one.place.lon,
        "tst": int(one.at.timestamp()),
        "created_at": int(sent_at.timestamp()),
        "acc": round(one.accuracy_m),
        "alt": round(one.altitude_m),
        "batt": round(one.battery * 100),
        "bs": 2 if one.charging else 1,
        "conn": "m",
        "t": "t",
        "m": 2,
    }
    if one.heading_deg is not None:  # those that are zero are left out
        said |= {"vel": round(one.speed_mps * KMH), "cog": round(one.heading_deg) % 360}
    return _json(f"/owntracks/{phone.token}", said, {"X-Limit-U": "driver", "X-Limit-D": phone.unique_id})


def _overland(phone: Phone, sightings: Sequence[Sighting], _: datetime) -> Message:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.place.lon, one.place.lat]},
            "properties": {
                "timestamp": one.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "altitude": round(one.altitude_m),
                "speed": one.speed_mps if one.heading_deg is not None else -1,
                "course": -1 if one.heading_deg is None else one.heading_deg,
                "horizontal_accuracy": one.accuracy_m,
                "vertical_accuracy": -1,
                "motion": ["driving"] if one.speed_mps > 2 else ["stationary"],
                "battery_state": "charging" if one.charging else "unplugged",
                "battery_level": one.battery,
                "wifi": "",
                "device_id": "",
                "unique_id": phone.unique_id,
            },
        }
        for one in sightings
    ]
    return _json("/overland", {"locations": features}, {"Authorization": f"Bearer {phone.token}"})


def _gpslogger(phone: Phone, sightings: Sequence[Sighting], _: datetime) -> Message:
    (one,) = sightings
    fields = {
        "lat": one.place.lat,
        "lon": one.place.lon,
        "sat": 14,
        "desc": "",
        "alt": one.altitude_m,
        "acc": one.accuracy_m,
        "dir": "" if one.heading_deg is None else one.heading_deg,
        "prov": "gps",
        "spd_kph": round(one.speed_mps * KMH, 2),
        "spd": one.speed_mps,
        "timestamp": int(one.at.timestamp()),
        "time": _iso(one.at),
        "date": one.at.date().isoformat(),
        "batt": f"{one.battery * 100:.1f}",
        "ischarging": str(one.charging).lower(),
        "aid": phone.unique_id,
        "ser": phone.unique_id,
        "act": "null",
        "hdop": "",
        "filename": f"{one.at:%Y%m%d}",
        "profile": "Default Profile",
    }
    return Message("GET", f"/gpslogger/{phone.token}?{urlencode(fields)}")


def _page(phone: Phone, sightings: Sequence[Sighting], sent_at: datetime) -> Message:
    positions = [
        {
            "at": _iso(one.at),
            "lat": one.place.lat,
            "lon": one.place.lon,
            "accuracy_m": one.accuracy_m,
            "speed_mps": one.speed_mps if one.heading_deg is not None else None,
            "heading_deg": one.heading_deg,
            "altitude_m": one.altitude_m,
            "battery": one.battery,
            "charging": one.charging,
        }
        for one in sightings
    ]
    said = {"sent_at": _iso(sent_at), "positions": positions}
    return _json("/driver/api/positions", said, {"Authorization": f"Bearer {phone.token}"})


def _json(path: str, said: Any, headers: Mapping[str, str] | None = None) -> Message:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    return Message("POST", path, json.dumps(said).encode(), kind | dict(headers or {}))


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _answers(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _any(_: bytes) -> bool:
    return True


HABITS: Mapping[App, Habit] = {
    App.PAGE: Habit(10, 30, 200, _page, lambda body: isinstance(_answers(body), dict)),
    App.TRACCAR: Habit(15, 0, 1, _traccar, _any),
    App.OWNTRACKS: Habit(15, 0, 1, _owntracks, _any),
    App.OVERLAND: Habit(5, 60, 200, _overland, lambda body: _answers(body) == {"result": "ok"}),
    App.GPSLOGGER: Habit(15, 0, 1, _gpslogger, _any),
}
"""As set up for a depot, not as the apps come."""
