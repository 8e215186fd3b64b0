"""OwnTracks' kinds of messages."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from nacl.secret import SecretBox

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Source
from dispatcher.tracking.decode import Message, decode
from tests.unit.tracking.decode.samples import (
    JSON,
    LAT,
    LON,
    NOW,
    OWNTRACKS_LOCATION,
    OWNTRACKS_SAID,
    OWNTRACKS_TRANSITION,
    OWNTRACKS_WILL,
    posted,
)

AT = datetime.fromtimestamp(1795500000, UTC)
PHRASE = "mysecreTpass01"


def read(message: Message) -> Decoded:
    return decode(Source.OWNTRACKS, message, now=NOW)


def said(**fields: object) -> Decoded:
    return read(posted({"_type": "location", "lat": LAT, "lon": LON, "tst": 1795500000, **fields}))


def test_a_location():
    decoded = read(OWNTRACKS_LOCATION)
    (fix,) = decoded.fixes
    assert (fix.at, fix.sent_at, fix.place) == (AT, AT + timedelta(seconds=4), Place(LAT, LON))
    assert fix.speed_mps == pytest.approx(61 / 3.6)
    assert (fix.accuracy_m, fix.altitude_m, fix.heading_deg) == (15.0, 44.0, 271.0)
    assert (fix.battery, fix.charging, fix.motion, fix.client_id) == (0.46, True, "automotive", "a1b2c3d4")
    assert fix.extras["inregions"] == "Depot, City"
    assert decoded.unique_id == "owntracks/aino/phone"
    assert (decoded.events, decoded.faults) == ((), ())


def test_networks_nearby_are_not_kept():
    assert "Home of somebody" not in str(read(OWNTRACKS_LOCATION))


def test_what_is_left_out_or_negative_is_unknown():
    assert said().fixes[0].speed_mps is None
    fix = said(vel=-1, cog=-1, acc=0, batt=-1, bs=0).fixes[0]
    assert (fix.speed_mps, fix.heading_deg, fix.accuracy_m, fix.battery, fix.charging) == (None,) * 5


@pytest.mark.parametrize(("state", "charging"), [(0, None), (1, False), (2, True), (3, True), (9, None), ("x", None)])
def test_battery_state(state, charging):
    assert said(bs=state).fixes[0].charging is charging


@pytest.mark.parametrize(("tst", "at"), [("1795500000", AT), (1795500000.0, AT), ("2026-11-24T06:00:00Z", AT)])
def test_a_moment_may_be_text_or_have_a_point(tst, at):
    assert said(tst=tst).fixes[0].at == at


@pytest.mark.parametrize("wrong", [{"tst": None}, {"lat": None}, {"lon": "east"}, {"lat": 90.001}, {"tst": 5}])
def test_a_location_without_place_or_time_is_a_fault(wrong):
    assert (said(**wrong).fixes, len(said(**wrong).faults)) == ((), 1)


def test_trackers_behind_qtripp():
    decoded = said(t="I", odometer=12.5, sent=1795500009, topic="owntracks/qtripp/865284041968706", rty=1)
    fix = decoded.fixes[0]
    assert (fix.extras["odometer"], fix.extras["ignition"]) == (12500.0, False)
    assert fix.sent_at == AT + timedelta(seconds=9)
    assert said(t="9").events == (DeviceEvent(AT, EventKind.ALARM, "battery low"),)
    assert said(t="l").fixes[0].valid is False


def test_a_transition_is_an_event_and_a_place():
    decoded = read(OWNTRACKS_TRANSITION)
    at = datetime.fromtimestamp(1795500100, UTC)
    assert decoded.events == (DeviceEvent(at, EventKind.ENTER, "Eteläesplanadi 20"),)
    assert [(fix.at, fix.place, fix.accuracy_m) for fix in decoded.fixes] == [(at, Place(LAT, LON), 12.5)]
    assert decoded.unique_id == "owntracks/aino/phone"


def test_a_region_s_id_comes_before_its_name():
    decoded = read(
        posted({"_type": "transition", "event": "leave", "tst": 1795500000, "desc": "Home", "rid": "6da9cf"})
    )
    assert decoded == Decoded(events=(DeviceEvent(AT, EventKind.LEAVE, "6da9cf"),))


def test_a_will_says_offline_now_whatever_its_moment():
    assert read(OWNTRACKS_WILL).events == (DeviceEvent(NOW, EventKind.OFFLINE),)
    assert read(posted({"_type": "lwt"})).events == (DeviceEvent(NOW, EventKind.OFFLINE),)


@pytest.mark.parametrize("kind", ["card", "status", "waypoint", "waypoints", "cmd", "configuration", "steps", "dump"])
def test_legal_kinds_without_a_place_are_told_and_nothing_of_them_kept(kind):
    decoded = read(posted({"_type": kind, "face": "private", "lat": LAT, "lon": LON, "tst": 1, "tid": "A7"}))
    assert decoded == Decoded(events=(DeviceEvent(NOW, EventKind.STATUS, kind),), unique_id="A7")


@pytest.mark.parametrize(
    "message", [posted({"_type": "surprise"}), posted({}), posted([]), posted({"_type": {"a": 1}})]
)
def test_an_unknown_kind_is_a_fault(message):
    assert "_type" in read(message).faults[0].what


@pytest.mark.parametrize("body", [b"", b"  \r\n"])
def test_an_empty_body_is_legal(body):
    assert read(Message("POST", "", JSON, body)) == Decoded()


@pytest.mark.parametrize(
    "message",
    [
        Message("POST", "", JSON, posted({"_type": "lwt"}).body, {"x-limit-u": "aino", "x-limit-d": "phone"}),
        Message("POST", "u=aino&d=phone", JSON, posted({"_type": "lwt"}).body),
    ],
)
def test_without_a_topic_user_and_device_name_it(message):
    assert read(message).unique_id == "owntracks/aino/phone"


# --- encryption ---------------------------------------------------------------------------------------------------


def sealed(said: object, phrase: str = PHRASE) -> dict[str, str]:
    box = SecretBox(phrase.encode().ljust(32, b"\0"))
    return {"_type": "encrypted", "data": b64encode(box.encrypt(orjson.dumps(said))).decode()}


def opened(said: object, secret: str = PHRASE) -> Decoded:
    return read(Message("POST", "", JSON, orjson.dumps(said), secret=secret))


def test_with_the_pass_phrase_it_opens():
    assert opened(sealed(OWNTRACKS_SAID)) == read(OWNTRACKS_LOCATION)


def test_without_one_the_fault_says_what_to_do():
    decoded = read(posted(sealed(OWNTRACKS_SAID)))
    assert decoded.fixes == ()
    assert "encrypted" in decoded.faults[0].what
    assert "encryption key out of OwnTracks" in decoded.faults[0].what


@pytest.mark.parametrize(
    "said",
    [
        sealed(OWNTRACKS_SAID, "another phrase"),
        {"_type": "encrypted", "data": "not base64!"},
        {"_type": "encrypted", "data": ""},
        {"_type": "encrypted", "data": "QUJD"},
        {"_type": "encrypted", "data": "ä"},
        {"_type": "encrypted", "data": ["x"]},
        {"_type": "encrypted"},
    ],
)
def test_what_does_not_open_is_a_fault(said):
    assert "does not open" in opened(said).faults[0].what


def test_one_within_another_is_a_fault():
    assert "_type" in opened(sealed(sealed(OWNTRACKS_SAID))).faults[0].what
