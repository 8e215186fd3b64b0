"""Messages as the apps send them, field by field after their sources, with places of Helsinki's.

One of each shape; the tests of each protocol say what they mean, the properties cut and twist them, the benchmark times
them.
"""

from datetime import UTC, datetime

import orjson

from dispatcher.domain.tracking import Source
from dispatcher.tracking.decode import Message

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LAT, LON = 60.169856, 24.938379
JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"


def posted(said: object) -> Message:
    """A JSON document in the body."""
    return Message("POST", "", JSON, orjson.dumps(said))


# --- OsmAnd and Traccar Client ------------------------------------------------------------------------------------

OSMAND_PARAMETERS = (
    "id=48241179&lat=60.169856&lon=24.938379&timestamp=1795500000&accuracy=5.0&altitude=12.3&speed=12.34"
    "&bearing=180.0&batt=87.0&charge=false"
)
OSMAND_QUERY = Message("GET", OSMAND_PARAMETERS)
OSMAND_FORM = Message("POST", "", FORM, OSMAND_PARAMETERS.encode())
TRACCAR_CLIENT_9 = {
    "location": {
        "event": "motionchange",
        "is_moving": True,
        "uuid": "0e9a2473-a9a7-4c00-997b-fb97d2154e75",
        "timestamp": "2026-11-24T08:06:34.444Z",
        "odometer": 1250.5,
        "age": 188,
        "coords": {
            "latitude": LAT,
            "longitude": LON,
            "accuracy": 3.8,
            "speed": 18.67,
            "speed_accuracy": 0.26,
            "heading": 63,
            "heading_accuracy": 0.28,
            "altitude": 35.7,
            "altitude_accuracy": 3.8,
            "floor": None,
        },
        "activity": {"type": "in_vehicle", "confidence": 100},
        "battery": {"is_charging": True, "level": 0.79},
        "extras": {"van": "HEL-7", "doors": 3, "cooled": True},
        "_": "&id=8737767034&lat=60.169856&lon=24.938379&timestamp=2026-11-24T08:06:34.444Z&",
    },
    "device_id": "8737767034",
}
OSMAND_JSON = posted(TRACCAR_CLIENT_9)
OSMAND_FLAT_LIST = posted(
    [
        {"id": "48241179", "lat": LAT, "lon": LON, "timestamp": 1795500000, "speed": 10.0, "batt": 87},
        {"id": "48241179", "lat": LAT + 0.001, "lon": LON, "timestamp": 1795500010, "speed": 20.0, "batt": 87},
    ]
)
OSMAND_DAWARICH = posted(
    {
        "device_id": "iphone-frey",
        "location": {
            "timestamp": "2026-04-23T12:34:56Z",
            "latitude": LAT,
            "longitude": LON,
            "accuracy": 5,
            "speed": 1.4,
            "heading": 90,
            "altitude": 42,
            "is_moving": True,
            "odometer": 1200,
            "event": "motionchange",
        },
        "battery": {"level": 0.85, "is_charging": True},
        "activity": {"type": "walking"},
    }
)

# --- OwnTracks ----------------------------------------------------------------------------------------------------

OWNTRACKS_SAID = {
    "_type": "location",
    "_id": "a1b2c3d4",
    "acc": 15,
    "alt": 44,
    "batt": 46,
    "bs": 2,
    "cog": 271,
    "conn": "m",
    "created_at": 1795500004,
    "inregions": ["Depot", "City"],
    "inrids": ["6da9cf"],
    "lat": LAT,
    "lon": LON,
    "m": 2,
    "motionactivities": ["automotive"],
    "p": 101.3,
    "SSID": "Home of somebody",
    "t": "t",
    "tid": "A7",
    "topic": "owntracks/aino/phone",
    "tst": 1795500000,
    "vac": 2,
    "vel": 61,
}
OWNTRACKS_LOCATION = posted(OWNTRACKS_SAID)
OWNTRACKS_TRANSITION = posted(
    {
        "_type": "transition",
        "wtst": 1795400000,
        "lat": LAT,
        "lon": LON,
        "tst": 1795500100,
        "acc": 12.5,
        "tid": "A7",
        "event": "enter",
        "desc": "Eteläesplanadi 20",
        "t": "c",
        "topic": "owntracks/aino/phone/event",
    }
)
OWNTRACKS_WILL = posted({"_type": "lwt", "tst": "1795400000", "topic": "owntracks/aino/phone"})

# --- Overland -----------------------------------------------------------------------------------------------------


def overland_feature(second: int, **properties: object) -> dict[str, object]:
    """One feature of a batch."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [LON, LAT + second / 10_000]},
        "properties": {
            "timestamp": f"2026-11-24T10:00:{second:02}+0200",
            "altitude": 12,
            "speed": 8.5,
            "course": 90,
            "horizontal_accuracy": 30,
            "vertical_accuracy": -1,
            "speed_accuracy": 0.4,
            "motion": ["driving", "stationary"],
            "pauses": False,
            "activity": "automotive_navigation",
            "desired_accuracy": 100,
            "deferred": 1000,
            "locations_in_payload": 1,
            "battery_state": "charging",
            "battery_level": 0.89,
            "device_id": "van 7",
            "wifi": "Home of somebody",
            **properties,
        },
    }


OVERLAND_END = {
    "type": "Feature",
    "properties": {"timestamp": "2026-11-24T08:00:30Z", "action": "will_terminate", "battery_level": 0.88},
}
OVERLAND_BATCH = posted(
    {
        "locations": [overland_feature(1), overland_feature(2, speed=-1, course=-1), OVERLAND_END],
        "current": overland_feature(59),
        "trip": {"mode": "driving", "distance": 1200, "start": "2026-11-24T08:00:00Z"},
    }
)
OVERLAND_200 = posted({"locations": [overland_feature(n % 60) for n in range(200)]})

# --- GPSLogger ----------------------------------------------------------------------------------------------------

GPSLOGGER_ALL = (
    "lat=60.169856&lon=24.938379&sat=11&desc=&alt=31.5&acc=6.0&dir=170.8125&prov=gps&spd_kph=36.0&spd=10.0"
    "&timestamp=1795500000&timeoffset=2026-11-24T08:00:00.250%2B02:00&time=2026-11-24T06:00:00.250Z"
    "&starttimestamp=1795490000&date=2026-11-24&batt=27.0&ischarging=false&aid=4ca9e1da592aca9b&ser=4ca9e1da592aca9b"
    "&act=&filename=20261124&profile=Default+Profile&hdop=&vdop=&pdop=null&dist=5120&"
)
GPSLOGGER_QUERY = Message("GET", GPSLOGGER_ALL)
GPSLOGGER_BODY = Message("POST", "", FORM, GPSLOGGER_ALL.encode())

# --- NMEA ---------------------------------------------------------------------------------------------------------


def sentence(body: str) -> str:
    """With its dollar sign and checksum."""
    total = 0
    for byte in body.encode():
        total ^= byte
    return f"${body}*{total:02X}"


RMC = sentence("GPRMC,080000.250,A,6010.19136,N,02456.30274,E,19.44,184.27,241126,,,A")
GGA = sentence("GPGGA,080000.250,6010.19136,N,02456.30274,E,1,10,0.7,31.5,M,17.0,M,,")
GLL = sentence("GNGLL,6010.19136,N,02456.30274,E,080000.250,A,A")
NMEA_SECOND = Message(body=f"{GGA}\r\n{sentence('GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1')}\r\n{RMC}\r\n".encode())

# --- Traccar server -----------------------------------------------------------------------------------------------

TRACCAR_DEVICE = {
    "id": 4,
    "attributes": {},
    "groupId": 0,
    "calendarId": 0,
    "name": "Van 7",
    "uniqueId": "888888888888888",
    "status": "online",
    "lastUpdate": "2026-11-24T08:00:07.470+00:00",
    "positionId": 5265,
    "phone": "",
    "model": "",
    "category": None,
    "disabled": False,
    "expirationTime": None,
}
TRACCAR_SAID = {
    "id": 5266,
    "attributes": {
        "sat": 13,
        "ignition": True,
        "motion": True,
        "power": 14.238,
        "batteryLevel": 66,
        "distance": 15.09,
        "totalDistance": 13022475.67,
    },
    "deviceId": 4,
    "protocol": "teltonika",
    "serverTime": "2026-11-24T08:00:07.468+00:00",
    "deviceTime": "2026-11-24T08:00:02.000+00:00",
    "fixTime": "2026-11-24T08:00:00.000+00:00",
    "outdated": False,
    "valid": True,
    "latitude": LAT,
    "longitude": LON,
    "altitude": 24.0,
    "speed": 10.0,
    "course": 316.0,
    "address": None,
    "accuracy": 0.0,
    "network": None,
    "geofenceIds": None,
}
TRACCAR_POSITION = posted({"position": TRACCAR_SAID, "device": TRACCAR_DEVICE})
TRACCAR_EVENT = posted(
    {
        "event": {
            "id": 9,
            "attributes": {},
            "deviceId": 4,
            "type": "geofenceEnter",
            "eventTime": "2026-11-24T08:00:00.000+00:00",
            "positionId": 5266,
            "geofenceId": 2,
            "maintenanceId": 0,
        },
        "position": TRACCAR_SAID,
        "device": TRACCAR_DEVICE,
        "geofence": {"id": 2, "name": "Depot", "area": "CIRCLE (60.1 24.9, 100)"},
    }
)

# --- the driver page ----------------------------------------------------------------------------------------------

PAGE_SAID = {
    "at": "2026-11-24T08:00:00.250Z",
    "lat": LAT,
    "lon": LON,
    "accuracy_m": 6.5,
    "speed_mps": 8.25,
    "heading_deg": 359.5,
    "altitude_m": 31.5,
    "battery": 0.5,
    "charging": True,
}
PAGE_BATCH = posted({"sent_at": "2026-11-24T08:00:05Z", "positions": [PAGE_SAID, {**PAGE_SAID, "speed_mps": None}]})

SAMPLES = {
    Source.OSMAND: (OSMAND_QUERY, OSMAND_FORM, OSMAND_JSON, OSMAND_FLAT_LIST, OSMAND_DAWARICH),
    Source.OWNTRACKS: (OWNTRACKS_LOCATION, OWNTRACKS_TRANSITION, OWNTRACKS_WILL),
    Source.OVERLAND: (OVERLAND_BATCH,),
    Source.GPSLOGGER: (GPSLOGGER_QUERY, GPSLOGGER_BODY),
    Source.NMEA: (NMEA_SECOND, Message(body=GLL.encode())),
    Source.TRACCAR: (TRACCAR_POSITION, TRACCAR_EVENT),
    Source.PAGE: (PAGE_BATCH,),
}
