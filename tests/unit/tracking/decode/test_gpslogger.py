"""GPSLogger's custom address."""

from datetime import UTC, datetime

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Source
from dispatcher.tracking.decode import Message, decode
from tests.unit.tracking.decode.samples import FORM, GPSLOGGER_BODY, GPSLOGGER_QUERY, LAT, LON, NOW, posted

AT = datetime(2026, 11, 24, 6, 0, 0, 250000, tzinfo=UTC)


def read(message: Message) -> Decoded:
    return decode(Source.GPSLOGGER, message, now=NOW)


def asked(query: str) -> Decoded:
    return read(Message("GET", query))


@pytest.mark.parametrize("message", [GPSLOGGER_QUERY, GPSLOGGER_BODY])
def test_all_names(message):
    decoded = read(message)
    (fix,) = decoded.fixes
    assert (fix.at, fix.place) == (AT, Place(LAT, LON))
    assert (fix.speed_mps, fix.heading_deg, fix.accuracy_m, fix.altitude_m) == (10.0, 170.8125, 6.0, 31.5)
    assert (fix.battery, fix.charging, fix.motion) == (0.27, False, "")
    assert fix.extras == {"prov": "gps", "sat": 11.0, "dist": 5120.0, "profile": "Default Profile"}
    assert (decoded.unique_id, decoded.faults) == ("4ca9e1da592aca9b", ())


@pytest.mark.parametrize(
    ("speed", "expected"),
    [
        ("spd=10", 10.0),
        ("spd_kph=36", 10.0),
        ("speed=10", 5.14444),
        ("spd=10&speed=99&spd_kph=99", 10.0),
        ("spd=null&spd_kph=36", 10.0),
        ("spd=&spd_kph=&speed=", None),
    ],
)
def test_each_name_of_speed_has_its_unit(speed, expected):
    found = asked(f"lat={LAT}&lon={LON}&{speed}").fixes[0].speed_mps
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-4))


@pytest.mark.parametrize(
    ("stated", "at"),
    [
        ("timestamp=1795500000", AT.replace(microsecond=0)),
        ("time=2026-11-24T06:00:00.250Z&timestamp=1", AT),
        ("timeoffset=2026-11-24T08:00:00.250%2B02:00", AT),
        ("timeoffset=2026-11-24T08:00:00.250+02:00", AT),
        ("time=null&timestamp=", NOW),
        ("", NOW),
    ],
)
def test_each_name_of_the_moment(stated, at):
    assert asked(f"lat={LAT}&lon={LON}&{stated}").fixes[0].at == at


def test_a_wrong_moment_is_a_fault():
    assert "time" in asked(f"lat={LAT}&lon={LON}&time=soon").faults[0].what
    assert "time" in asked(f"lat={LAT}&lon={LON}&timestamp=12").faults[0].what


def test_osmand_s_names_and_any_case():
    fix = asked(f"ID=9&LAT={LAT}&LON={LON}&Accuracy=5&bearing=90&altitude=3&charge=true&batt=80").fixes[0]
    assert (fix.accuracy_m, fix.heading_deg, fix.altitude_m, fix.charging, fix.battery) == (5.0, 90.0, 3.0, True, 0.8)


def test_a_template_of_json():
    fix = read(posted({"lat": LAT, "lon": LON, "spd": 10, "batt": 50, "acc": None})).fixes[0]
    assert (fix.place, fix.speed_mps, fix.battery, fix.accuracy_m) == (Place(LAT, LON), 10.0, 0.5, None)


def test_query_and_body_together():
    fix = read(Message("POST", f"lat={LAT}&lon={LON}", FORM, b"lat=1&lon=1&spd=3")).fixes[0]
    assert (fix.place, fix.speed_mps) == (Place(LAT, LON), 3.0)


def test_without_a_place_it_is_a_heartbeat():
    assert asked("aid=7&lat=null&lon=&batt=50") == Decoded(
        events=(DeviceEvent(NOW, EventKind.HEARTBEAT),), unique_id="7"
    )


def test_nothing_said_is_legal():
    assert asked("") == asked("lat=&lon=null") == Decoded()
