"""OsmAnd's parameters and every shape of Traccar Client."""

from datetime import UTC, datetime

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fix, Source
from dispatcher.tracking.decode import Message, decode
from tests.unit.tracking.decode.samples import (
    FORM,
    JSON,
    LAT,
    LON,
    NOW,
    OSMAND_DAWARICH,
    OSMAND_FLAT_LIST,
    OSMAND_FORM,
    OSMAND_JSON,
    OSMAND_PARAMETERS,
    OSMAND_QUERY,
    TRACCAR_CLIENT_9,
    posted,
)

AT = datetime.fromtimestamp(1795500000, UTC)
KNOT = 0.514444


def read(message: Message) -> Decoded:
    return decode(Source.OSMAND, message, now=NOW)


def fix_of(message: Message) -> Fix:
    decoded = read(message)
    assert decoded.faults == ()
    return decoded.fixes[0]


def asked(query: str) -> Decoded:
    return read(Message("GET", query))


def located(**location: object) -> Message:
    return posted({**TRACCAR_CLIENT_9, "location": {**TRACCAR_CLIENT_9["location"], **location}})  # type: ignore[dict-item]


@pytest.mark.parametrize("message", [OSMAND_QUERY, OSMAND_FORM, Message("POST", OSMAND_PARAMETERS)])
def test_parameters_in_query_or_form(message):
    fix = fix_of(message)
    assert (fix.at, fix.place) == (AT, Place(LAT, LON))
    assert fix.speed_mps == pytest.approx(12.34 * KNOT, abs=1e-4)
    assert (fix.accuracy_m, fix.altitude_m, fix.heading_deg) == (5.0, 12.3, 180.0)
    assert (fix.battery, fix.charging, fix.mock, fix.valid) == (0.87, False, False, True)
    assert read(message).unique_id == "48241179"


def test_the_same_number_as_speed_is_knots_in_parameters_and_metres_a_second_in_json():
    knots = asked(f"id=1&lat={LAT}&lon={LON}&speed=10").fixes[0].speed_mps
    metres = fix_of(located(coords={"latitude": LAT, "longitude": LON, "speed": 10})).speed_mps
    assert (knots, metres) == (pytest.approx(5.1444, abs=1e-4), 10.0)


def test_a_query_wins_over_a_form():
    decoded = read(Message("POST", f"id=7&lat={LAT}&lon={LON}", FORM, b"id=8&lat=1&lon=2&batt=50"))
    assert (decoded.unique_id, decoded.fixes[0].place, decoded.fixes[0].battery) == ("7", Place(LAT, LON), 0.5)


def test_a_query_beside_a_json_body_does_not_hide_it():
    fix = fix_of(Message("POST", "id=48241179", JSON, OSMAND_JSON.body))
    assert fix.client_id == TRACCAR_CLIENT_9["location"]["uuid"]


@pytest.mark.parametrize(
    ("stated", "at"),
    [
        ("1504763810", datetime(2017, 9, 7, 5, 56, 50, tzinfo=UTC)),
        ("1442068686579", datetime(2015, 9, 12, 14, 38, 6, 579000, tzinfo=UTC)),
        ("2016-01-27T18%3A55%3A47Z", datetime(2016, 1, 27, 18, 55, 47, tzinfo=UTC)),
        ("2016-01-27T18:55:47.5%2B02:00", datetime(2016, 1, 27, 16, 55, 47, 500000, tzinfo=UTC)),
        ("2016-01-27T18:55:47+02:00", datetime(2016, 1, 27, 16, 55, 47, tzinfo=UTC)),
        ("2014-06-04+09%3A10%3A11", datetime(2014, 6, 4, 9, 10, 11, tzinfo=UTC)),
        ("2200000000", datetime(2039, 9, 18, 23, 6, 40, tzinfo=UTC)),
        ("", NOW),
    ],
)
def test_every_form_of_timestamp(stated, at):
    assert asked(f"id=1&lat={LAT}&lon={LON}&timestamp={stated}").fixes[0].at == at


def test_without_a_timestamp_it_is_now():
    assert asked(f"id=1&lat={LAT}&lon={LON}").fixes[0].at == NOW


@pytest.mark.parametrize(
    "stated", ["yesterday", "0", "-1", "1e30", "99999999999999999999", "2016-13-40T00:00:00Z", "nan"]
)
def test_a_wrong_timestamp_is_a_fault(stated):
    decoded = asked(f"id=1&lat={LAT}&lon={LON}&timestamp={stated}")
    assert (decoded.fixes, decoded.events) == ((), ())
    assert "time" in decoded.faults[0].what


def test_location_in_one_parameter():
    assert asked("id=123456&timestamp=1377177267&location=60.0,30.0").fixes[0].place == Place(60, 30)


@pytest.mark.parametrize(
    "query",
    [
        "lat=91&lon=0",
        "lat=0&lon=181",
        "lat=nan&lon=1",
        "lat=1",
        "lon=1&lat=",
        "lat=a&lon=b",
        "location=60",
        "lat=1_0&lon=1",
    ],
)
def test_a_wrong_place_is_a_fault(query):
    decoded = asked(f"id=1&timestamp=1795500000&{query}")
    assert decoded.fixes == ()
    assert "atitude" in decoded.faults[0].what


def test_without_a_place_it_is_a_heartbeat():
    cells = "cell=257,02,16,2224&cell=257,02,16,2223,-90&wifi=00-14-22-01-23-45,-80"
    decoded = asked(f"id=123456&timestamp=1795500000&batt=50&{cells}")
    assert decoded == Decoded(events=(DeviceEvent(AT, EventKind.HEARTBEAT),), unique_id="123456")


def test_an_alarm_is_an_event_with_a_place_and_without():
    with_place, without = asked(f"id=1&lat={LAT}&lon={LON}&alarm=sos"), asked("id=1&alarm=sos")
    assert [event.kind for event in with_place.events] == [EventKind.ALARM]
    assert with_place.fixes[0].extras == {"alarm": "sos"}
    assert without.events == (DeviceEvent(NOW, EventKind.ALARM, "sos"),)


def test_extras_are_numbers_yes_or_no_and_texts_but_no_networks_and_no_secrets():
    query = "ignition=true&rpm=933&driverUniqueId=A-7&hdop=0.9&notificationToken=s3cret&cell=1,2,3,4&wifi=a,1&empty="
    extras = asked(f"deviceid=1&lat={LAT}&lon={LON}&{query}").fixes[0].extras
    assert extras == {"ignition": True, "rpm": 933.0, "driverUniqueId": "A-7", "hdop": 0.9}


@pytest.mark.parametrize(
    ("stated", "valid"), [("true", True), ("1", True), ("false", False), ("0", False), ("no", False)]
)
def test_valid(stated, valid):
    assert asked(f"id=1&lat=1&lon=1&valid={stated}").fixes[0].valid is valid


def test_heading_is_the_other_name_of_bearing():
    assert asked("id=1&lat=1&lon=1&heading=270").fixes[0].heading_deg == 270.0


def test_json_of_traccar_client_9():
    fix = fix_of(OSMAND_JSON)
    assert (fix.at, fix.place) == (datetime(2026, 11, 24, 8, 6, 34, 444000, tzinfo=UTC), Place(LAT, LON))
    assert (fix.speed_mps, fix.heading_deg, fix.accuracy_m, fix.altitude_m) == (18.67, 63.0, 3.8, 35.7)
    assert (fix.battery, fix.charging, fix.mock, fix.motion) == (0.79, True, False, "in_vehicle")
    assert fix.client_id == "0e9a2473-a9a7-4c00-997b-fb97d2154e75"
    assert fix.extras == {
        "event": "motionchange",
        "is_moving": True,
        "odometer": 1250.5,
        "age": 188.0,
        "van": "HEL-7",
        "doors": 3.0,
        "cooled": True,
    }
    assert read(OSMAND_JSON).unique_id == "8737767034"


def test_minus_one_is_unknown_and_mock_is_told():
    coords = {"latitude": LAT, "longitude": LON, "accuracy": -1, "speed": -1, "heading": -1, "altitude": 0}
    fix = fix_of(located(coords=coords, mock=True, battery={"level": -1, "is_charging": False}))
    assert (fix.accuracy_m, fix.speed_mps, fix.heading_deg, fix.altitude_m) == (None, None, None, 0.0)
    assert (fix.battery, fix.charging, fix.mock) == (None, False, True)


def test_json_without_coordinates_is_a_heartbeat():
    location = {k: v for k, v in TRACCAR_CLIENT_9["location"].items() if k != "coords"}
    decoded = read(posted({"location": {**location, "event": "heartbeat"}, "device_id": "8"}))
    assert decoded.events == (
        DeviceEvent(datetime(2026, 11, 24, 8, 6, 34, 444000, tzinfo=UTC), EventKind.HEARTBEAT, "heartbeat"),
    )


def test_a_list_in_location_is_a_batch():
    one = TRACCAR_CLIENT_9["location"]
    decoded = read(posted({"device_id": "8", "location": [one, {"timestamp": "never"}, one]}))
    assert (len(decoded.fixes), [fault.part for fault in decoded.faults]) == (2, [1])


def test_a_list_of_flat_objects_is_in_knots():
    decoded = read(OSMAND_FLAT_LIST)
    assert [fix.speed_mps for fix in decoded.fixes] == [
        pytest.approx(10 * KNOT, abs=1e-4),
        pytest.approx(20 * KNOT, abs=1e-4),
    ]
    assert decoded.unique_id == "48241179"


def test_dawarich():
    fix = fix_of(OSMAND_DAWARICH)
    assert (fix.place, fix.speed_mps, fix.heading_deg) == (Place(LAT, LON), 1.4, 90.0)
    assert (fix.battery, fix.charging, fix.motion) == (0.85, True, "walking")


def test_the_good_points_of_a_batch_are_kept():
    bad = [{}, None, 7, {"lat": 1}, {"lat": 95, "lon": 1}, [[]], "text"]
    decoded = read(posted([{"lat": 1, "lon": 1}, *bad, {"lat": 2, "lon": 2}]))
    assert [fix.place.lat for fix in decoded.fixes] == [1, 2]
    assert [fault.part for fault in decoded.faults] == list(range(1, 8))


@pytest.mark.parametrize("body", [b"[1", b"{", b"nonsense", b"\xff\xfe", b"[" * 10_000 + b"]" * 10_000, b'{"a":NaN}'])
def test_what_is_called_json_and_is_none_is_a_fault(body):
    decoded = read(Message("POST", "", JSON, body))
    assert (decoded.fixes, decoded.events, len(decoded.faults)) == ((), (), 1)


@pytest.mark.parametrize(
    "message", [Message("GET"), Message("POST", "", JSON, b"{}"), Message("POST", "", JSON, b"[]")]
)
def test_nothing_said_is_legal(message):
    assert read(message) == Decoded()


def test_too_many_fields_are_a_fault():
    assert "fields" in asked("&".join(f"a{n}=1" for n in range(300))).faults[0].what
