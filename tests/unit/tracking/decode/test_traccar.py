"""What a Traccar server forwards."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Source
from dispatcher.tracking.decode import decode
from tests.unit.tracking.decode.samples import (
    LAT,
    LON,
    NOW,
    TRACCAR_DEVICE,
    TRACCAR_EVENT,
    TRACCAR_POSITION,
    TRACCAR_SAID,
    posted,
)

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
TRACKER = "888888888888888"


def read(said: object) -> Decoded:
    return decode(Source.TRACCAR, posted(said), now=NOW)


def position(**fields: object) -> Decoded:
    return read({"position": {**TRACCAR_SAID, **fields}, "device": TRACCAR_DEVICE})


def event(kind: str, **others: object) -> Decoded:
    said = {"type": kind, "eventTime": "2026-11-24T08:00:00.000+00:00", "attributes": {}}
    return read({"event": said, "device": TRACCAR_DEVICE, **others})


def test_a_position():
    (fix,) = decode(Source.TRACCAR, TRACCAR_POSITION, now=NOW).fixes
    assert (fix.at, fix.sent_at, fix.place) == (AT, AT + timedelta(seconds=2), Place(LAT, LON))
    assert fix.speed_mps == pytest.approx(5.14444, abs=1e-4)
    assert (fix.heading_deg, fix.altitude_m, fix.accuracy_m) == (316.0, 24.0, None)
    assert (fix.battery, fix.valid, fix.unique_id) == (0.66, True, TRACKER)
    assert (fix.extras["ignition"], fix.extras["totalDistance"]) == (True, 13022475.67)


@pytest.mark.parametrize("fields", [{"valid": False}, {"outdated": True}])
def test_without_a_fix_it_is_not_valid(fields):
    assert position(**fields).fixes[0].valid is False


def test_an_old_zone_format():
    assert position(fixTime="2026-11-24T08:00:00.000+0000").fixes[0].at == AT


def test_an_alarm_is_an_event():
    assert position(attributes={"alarm": "sos"}).events == (DeviceEvent(AT, EventKind.ALARM, "sos", TRACKER),)


def test_an_event_of_a_geofence():
    decoded = decode(Source.TRACCAR, TRACCAR_EVENT, now=NOW)
    assert decoded == Decoded(events=(DeviceEvent(AT, EventKind.ENTER, "Depot", TRACKER),))


@pytest.mark.parametrize(
    ("kind", "expected", "detail"),
    [
        ("geofenceExit", EventKind.LEAVE, ""),
        ("deviceOffline", EventKind.OFFLINE, ""),
        ("deviceOnline", EventKind.STATUS, "deviceOnline"),
        ("ignitionOn", EventKind.STATUS, "ignitionOn"),
        ("somethingNew", EventKind.STATUS, "somethingNew"),
    ],
)
def test_other_events(kind, expected, detail):
    assert event(kind).events == (DeviceEvent(AT, expected, detail, TRACKER),)


def test_details_of_events():
    said = {"type": "alarm", "eventTime": "2026-11-24T08:00:00Z", "attributes": {"alarm": "powerCut"}}
    assert read({"event": said, "device": TRACCAR_DEVICE}).events[0].detail == "powerCut"
    assert event("maintenance", maintenance={"name": "Oil"}).events[0].detail == "maintenance: Oil"


@pytest.mark.parametrize(
    "said", [{}, [{}], None, 3, {"position": TRACCAR_SAID}, {"device": {"uniqueId": ""}}, {"device": TRACCAR_DEVICE}]
)
def test_without_tracker_or_content_it_is_a_fault(said):
    decoded = read(said)
    assert (decoded.fixes, decoded.events, len(decoded.faults)) == ((), (), 1)


def test_a_list_keeps_its_good_ones():
    good = {"position": TRACCAR_SAID, "device": TRACCAR_DEVICE}
    decoded = read([good, {"device": TRACCAR_DEVICE, "position": {**TRACCAR_SAID, "latitude": None}}, good])
    assert (len(decoded.fixes), [fault.part for fault in decoded.faults]) == (2, [1])
