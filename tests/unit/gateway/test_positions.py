"""Positions over the wire: every protocol's way from request to row, and what is never kept."""

import base64
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import orjson
import pytest

from dispatcher.domain.actions import Action, ActionKind, TakenAction
from dispatcher.domain.devices import App, Scope
from dispatcher.domain.ids import DeviceId, ShiftId, new_id
from dispatcher.domain.tracking import Source
from dispatcher.gateway.hours import KnownHours
from dispatcher.gateway.limits import Limits
from dispatcher.services.pairing import add_tracker, revoke
from tests.conftest import ExpectLog
from tests.unit.gateway.conftest import ANNA, BORIS, NOW, Depot, Site, hours

UNIX = int(NOW.timestamp())
ISO = NOW.isoformat()
SERVER = {
    "position": {
        "id": 1, "deviceId": 2, "protocol": "teltonika", "fixTime": ISO, "deviceTime": ISO, "serverTime": ISO,
        "valid": True, "outdated": False, "latitude": 60.17, "longitude": 24.94, "altitude": 4.0, "speed": 10.0,
        "course": 90.0, "accuracy": 5.0, "attributes": {},
    },
    "device": {"id": 2, "name": "Van 2", "uniqueId": "imei-2"},
}  # fmt: skip
OVERLAND = {
    "locations": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [24.94, 60.17]},
            "properties": {"timestamp": ISO, "speed": 10.0, "horizontal_accuracy": 5},
        }
    ]
}
NMEA = b"$GPRMC,100000,A,6010.200,N,02456.400,E,010.0,090.0,241126,,,A\r\n"

PROTOCOLS: Mapping[str, tuple[App, Source, str, dict[str, Any], bytes, float]] = {
    "traccar 10, form": (
        App.TRACCAR, Source.OSMAND, "/osmand/{}",
        {"data": {"lat": "60.17", "lon": "24.94", "timestamp": str(UNIX), "speed": "10"}}, b"", 5.144,
    ),
    "osmand, query": (
        App.OSMAND, Source.OSMAND, f"/osmand/{{}}?lat=60.17&lon=24.94&timestamp={UNIX}&speed=10", {}, b"", 5.144,
    ),
    "traccar 9, JSON": (
        App.TRACCAR, Source.OSMAND, "/osmand/{}",
        {"json": {"device_id": "7", "location": {"timestamp": ISO, "coords": {
            "latitude": 60.17, "longitude": 24.94, "speed": 10.0, "accuracy": 5}}}}, b"", 10.0,
    ),
    "owntracks": (
        App.OWNTRACKS, Source.OWNTRACKS, "/owntracks/{}",
        {"json": {"_type": "location", "lat": 60.17, "lon": 24.94, "tst": UNIX, "vel": 36, "tid": "an"}}, b"[]", 10.0,
    ),
    "overland": (App.OVERLAND, Source.OVERLAND, "/overland/{}", {"json": OVERLAND}, b'{"result":"ok"}', 10.0),
    "gpslogger": (
        App.GPSLOGGER, Source.GPSLOGGER, f"/gpslogger/{{}}?lat=60.17&lon=24.94&timestamp={UNIX}&spd=10.0", {}, b"", 10,
    ),
    "nmea": (App.NMEA, Source.NMEA, "/nmea/{}", {"data": NMEA}, b"", 5.144),
}  # fmt: skip


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_goes_from_request_to_row(depot: Depot, protocol: str) -> None:
    app, source, path, more, answer, speed_mps = PROTOCOLS[protocol]
    depot.send_round()
    connected = depot.connect(app)

    async def scenario(site: Site) -> None:
        got = await site.ask("POST" if more else "GET", path.format(connected.token), **more)
        assert (got.status, got.body) == (200, answer)
        assert got.headers["Cache-Control"] == "no-store"

    depot.run(scenario)
    (stored,) = depot.fixes()
    assert (stored.source, stored.driver_id, stored.device_id) == (source, ANNA, connected.device.id)
    assert stored.fix.at == NOW
    assert (stored.fix.place.lat, stored.fix.place.lon) == (pytest.approx(60.17), pytest.approx(24.94))
    assert stored.fix.speed_mps == pytest.approx(speed_mps, abs=0.001)
    assert depot.device(connected.device).seen_at == NOW
    assert depot.quarantined() == []


def test_the_page_says_where_it_is(depot: Depot) -> None:
    depot.send_round()
    paired = depot.page()
    said = {"sent_at": ISO, "positions": [{"at": ISO, "lat": 60.17, "lon": 24.94, "accuracy_m": 5, "speed_mps": 10}]}

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", "/driver/api/positions", token=paired.positions, json=said)
        assert (got.status, got.json) == (200, {"taken": 1})
        wrong = await site.ask("POST", "/driver/api/positions", token=paired.proofs, json=said)
        assert wrong.status == 403

    depot.run(scenario)
    assert [stored.source for stored in depot.fixes()] == [Source.PAGE]


def test_tokens_come_by_header_too(depot: Depot) -> None:
    depot.send_round()
    owntracks, overland = depot.connect(App.OWNTRACKS), depot.connect(App.OVERLAND)
    basic = base64.b64encode(f"anna:{owntracks.token}".encode()).decode()
    location = {"_type": "location", "lat": 60.17, "lon": 24.94, "tst": UNIX}

    async def scenario(site: Site) -> None:
        headers = {"Authorization": f"Basic {basic}"}
        assert (await site.ask("POST", "/owntracks", headers=headers, json=location)).body == b"[]"
        assert (await site.ask("POST", "/owntracks", headers=headers)).body == b"[]"  # a friend was deleted
        assert (await site.ask("POST", "/overland", token=overland.token, json=OVERLAND)).json == {"result": "ok"}

    depot.run(scenario)
    assert len(depot.fixes()) == 2


HOSTILE = [
    b"",
    b"\x00\xff\xfe",
    b"[" * 100_000,
    b'{"locations":' + b"[" * 50_000,
    b'{"_type":"location","lat":NaN,"lon":1e999,"tst":-1}',
    b"lat=91&lon=181&timestamp=9999999999999999999999",
    b"$GPRMC,,,,,,,,,,,*00",
    b'{"locations":[{"type":"Feature"},17,null,{"geometry":{"coordinates":["a","b"]}}]}',
    b'{"a":' * 500 + b"1" + b"}" * 500,
]


@pytest.mark.parametrize("source", ["osmand", "owntracks", "overland", "gpslogger", "nmea", "traccar"])
def test_no_message_of_a_known_phone_is_refused(depot: Depot, source: str) -> None:
    depot.send_round()
    token = depot.connect(App.SERVER if source == "traccar" else App.TRACCAR).token

    async def scenario(site: Site) -> None:
        for body in HOSTILE:
            for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain", "x" * 200):
                got = await site.ask("POST", f"/{source}/{token}", data=body, headers={"Content-Type": kind})
                assert got.status == 200, (body[:40], kind, got.body)

    depot.run(scenario)
    assert depot.fixes() == []
    kept = {each.body for each in depot.quarantined()}
    assert len(kept) >= 3, "what nobody understood is kept as it came"
    assert kept <= set(HOSTILE)


def test_a_fault_of_ours_blocks_no_phone(depot: Depot, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog) -> None:
    depot.send_round()
    token = depot.connect().token

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(KnownHours, "keep", fail)

    async def scenario(site: Site) -> None:
        assert (await site.fix(token)).status == 200

    with expect_log("fault of ours", logging.ERROR):
        depot.run(scenario)
    (aside,) = depot.quarantined()
    assert b"lat=60.17" in aside.body


def test_what_comes_twice_is_kept_once(depot: Depot) -> None:
    depot.send_round()
    token = depot.connect().token

    async def scenario(site: Site) -> None:
        for _ in range(3):
            assert (await site.fix(token)).status == 200

    depot.run(scenario)
    assert len(depot.fixes()) == 1


def test_a_batch_of_ten_thousand_points(depot: Depot) -> None:
    depot.send_round()
    token = depot.connect(App.OVERLAND).token
    began = NOW - hours(2)
    batch = {
        "locations": [
            {
                "geometry": {"type": "Point", "coordinates": [24.94, 60 + n / 100_000]},
                "properties": {"timestamp": (began + timedelta(seconds=n / 2)).isoformat()},
            }
            for n in range(10_000)
        ]
    }

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", f"/overland/{token}", data=BytesIO(orjson.dumps(batch)))
        assert got.json == {"result": "ok"}

    depot.run(scenario)
    assert len(depot.fixes()) == 10_000


def test_a_message_beyond_the_limit_is_too_large(depot: Depot) -> None:
    token = depot.connect().token

    async def scenario(site: Site) -> None:
        assert (await site.ask("POST", f"/osmand/{token}", data=b"x" * 3_001)).status == 413
        assert (await site.ask("POST", f"/osmand/{token}", data=b"x" * 3_000)).status == 200

    depot.run(scenario, Limits(body_bytes=3_000))


# --- hours ---------------------------------------------------------------------------------------------------------


def bodies(depot: Depot) -> list[bytes]:
    """What is kept of messages as they came."""
    from pysqlite3 import dbapi2

    connection = dbapi2.connect(str(depot.logbook.file))
    try:
        return [bytes(row[0] or b"") for row in connection.execute("SELECT body FROM letter")]
    finally:
        connection.close()


def test_positions_outside_the_shift_are_acknowledged_and_forgotten(depot: Depot) -> None:
    depot.send_round()  # 8 to 16, margin half an hour
    token = depot.connect().token
    moments = {NOW.replace(hour=h, minute=m): kept for h, m, kept in
               [(7, 29, False), (7, 30, True), (16, 30, True), (16, 31, False), (23, 0, False)]}  # fmt: skip

    async def scenario(site: Site) -> None:
        for moment in moments:
            depot.clock.now = moment
            assert (await site.fix(token, moment)).status == 200
        health = (await site.ask("GET", "/health")).json
        assert (health["fixes"], health["unkept"]) == (2, {"off-duty": 3})

    depot.run(scenario)
    assert [stored.fix.at for stored in depot.fixes()] == [moment for moment, kept in moments.items() if kept]


def test_without_a_round_nothing_is_kept_but_that_the_phone_was_heard(depot: Depot) -> None:
    depot.send_round(BORIS)
    connected = depot.connect()

    async def scenario(site: Site) -> None:
        assert (await site.fix(connected.token)).status == 200
        assert (await site.ask("POST", f"/osmand/{connected.token}", data=b"lat=60.17&lon=nowhere")).status == 200
        depot.send_round(ANNA, shift="shift-2")
        assert (await site.fix(connected.token)).status == 200, "and is at once with one"

    depot.run(scenario)
    assert len(depot.fixes()) == 1
    assert depot.device(connected.device).seen_at == NOW
    assert all(b"60.17" not in each.body for each in depot.quarantined())


def test_a_late_return_is_within_the_shift(depot: Depot) -> None:
    sent = depot.send_round()
    depot.send_round(body={**sent.body, "returns_at": "2026-11-24T18:00:00Z"})
    token = depot.connect().token
    depot.clock.now = NOW.replace(hour=18, minute=20)

    async def scenario(site: Site) -> None:
        await site.fix(token)

    depot.run(scenario)
    assert len(depot.fixes()) == 1


def test_of_a_batch_across_the_shifts_end_only_what_lies_within_is_kept_and_not_its_bytes(depot: Depot) -> None:
    depot.send_round()
    token = depot.connect(App.OVERLAND).token
    batch = {"locations": [
        {**OVERLAND["locations"][0], "properties": {"timestamp": NOW.replace(hour=hour).isoformat()}}
        for hour in (15, 16, 17, 18)
    ]}  # fmt: skip
    depot.clock.now = NOW.replace(hour=18)

    async def scenario(site: Site) -> None:
        await site.ask("POST", f"/overland/{token}", json=batch)

    depot.run(scenario)
    assert [stored.fix.at.hour for stored in depot.fixes()] == [15, 16]
    assert [len(body) for body in bodies(depot)] == [1], "nothing but the mark of how it is packed"


def say(depot: Depot, kind: ActionKind, at_hour: float) -> None:
    at = NOW.replace(hour=0) + hours(at_hour)
    action = Action(new_id(), 1, kind, at, ShiftId("shift-1"))
    depot.logbook.write(lambda w: w.put_action(TakenAction(0, DeviceId("d"), ANNA, at, action)))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([(ActionKind.END, 14.0)], [7.5, 13.9]),
        ([(ActionKind.BEGIN, 7.15)], [7.2, 7.5, 13.9, 14.1, 16.4]),
        ([(ActionKind.BEGIN, 5.0)], [7.1, 7.2, 7.5, 13.9, 14.1, 16.4]),
        ([(ActionKind.BEGIN, 8.0), (ActionKind.END, 12.0), (ActionKind.BEGIN, 14.0)], [7.5, 14.1, 16.4]),
        ([], [7.5, 13.9, 14.1, 16.4]),
    ],
)
def test_the_driver_has_the_last_word(depot: Depot, said: list[tuple[ActionKind, float]], kept: list[float]) -> None:
    depot.send_round()
    token = depot.connect().token
    for kind, at in said:
        say(depot, kind, at)
    depot.clock.now = NOW.replace(hour=20)
    sent = [5.1, 6.9, 7.1, 7.2, 7.5, 13.9, 14.1, 16.4, 16.6]

    async def scenario(site: Site) -> None:
        for hour in sent:
            await site.fix(token, NOW.replace(hour=0) + hours(hour))

    depot.run(scenario)
    midnight = NOW.replace(hour=0)
    assert [round((stored.fix.at - midnight) / hours(1), 2) for stored in depot.fixes()] == kept


def test_the_end_said_on_the_page_holds_at_once(depot: Depot) -> None:
    depot.send_round()
    paired = depot.page()
    at = {"at": ISO, "lat": 60.17, "lon": 24.94}
    later = {**at, "at": (NOW + timedelta(seconds=30)).isoformat()}
    end = {"key": new_id(), "seq": 1, "kind": "end", "at": ISO, "shift_id": "shift-1", "body": {}}

    async def scenario(site: Site) -> None:
        positions = "/driver/api/positions"
        await site.ask("POST", positions, token=paired.positions, json={"sent_at": ISO, "positions": [at]})
        got = await site.ask(
            "POST", "/driver/api/actions", token=paired.proofs, json={"sent_at": ISO, "app": "1", "actions": [end]}
        )
        assert [each["taking"] for each in got.json["taken"]] == ["taken"]
        depot.clock.now += timedelta(minutes=1)
        got = await site.ask("POST", positions, token=paired.positions, json={"sent_at": ISO, "positions": [later]})
        assert got.status == 200

    depot.run(scenario)
    assert [stored.fix.at for stored in depot.fixes()] == [NOW]


# --- names ---------------------------------------------------------------------------------------------------------


def test_a_link_is_bound_to_the_first_phone_that_uses_it(depot: Depot) -> None:
    depot.send_round()
    connected = depot.connect()

    async def scenario(site: Site) -> None:
        for n, name in enumerate(["first", "first", "second", "second", "first"]):
            got = await site.fix(connected.token, NOW + timedelta(seconds=n), id=name)
            assert got.status == 200

    depot.run(scenario)
    assert depot.device(connected.device).unique_id == "first"
    assert len(depot.fixes()) == 5, "what another phone says is kept, but told"
    (told,) = depot.quarantined()
    assert "second" in told.why


def test_a_server_speaks_for_its_trackers(depot: Depot) -> None:
    depot.send_round()
    server = depot.connect(App.SERVER, None)
    unknown = {**SERVER, "device": {**SERVER["device"], "uniqueId": "imei-9"}}

    async def scenario(site: Site) -> None:
        assert (await site.ask("POST", "/traccar", token=server.token, json=SERVER)).status == 200
        assert depot.fixes() == []
        tracker = add_tracker(depot.logbook, unique_id="imei-2", driver_id=ANNA, label="Van 2", now=NOW)
        assert (await site.ask("POST", "/traccar", token=server.token, json=SERVER)).status == 200
        (stored,) = depot.fixes()
        assert (stored.device_id, stored.driver_id) == (tracker.id, ANNA)
        assert stored.fix.speed_mps == pytest.approx(5.144, abs=0.001)
        assert (await site.ask("POST", f"/traccar/{server.token}", json=unknown)).status == 200
        revoke(depot.logbook, tracker.id, now=NOW)
        later = {**SERVER, "position": {**SERVER["position"], "fixTime": (NOW + hours(0.1)).isoformat()}}
        assert (await site.ask("POST", "/traccar", token=server.token, json=later)).status == 200

    depot.run(scenario)
    assert len(depot.fixes()) == 1
    assert ["imei-2" in each.why or "imei-9" in each.why for each in depot.quarantined()] == [True] * 2


def test_a_server_s_unknown_tracker_is_told_of_once_and_nothing_is_kept_of_where_it_was(depot: Depot) -> None:
    depot.send_round()
    server = depot.connect(App.SERVER, None)
    add_tracker(depot.logbook, unique_id="imei-2", driver_id=ANNA, label="Van 2", now=NOW)

    async def scenario(site: Site) -> None:
        for n in range(5):
            moment = (NOW + timedelta(seconds=n)).isoformat()
            known = {**SERVER, "position": {**SERVER["position"], "fixTime": moment}}
            unknown = {**known, "device": {**SERVER["device"], "uniqueId": "imei-9"}}
            assert (await site.ask("POST", "/traccar", token=server.token, json=[known, unknown])).status == 200

    depot.run(scenario)
    assert len(depot.fixes()) == 5
    (told,) = depot.quarantined()
    assert "imei-9" in told.why
    assert told.body == b""


def test_a_phone_that_sends_rubbish_without_end_does_not_fill_the_disk(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dispatcher.gateway.positions.ASIDE_BYTES", 3_000)
    depot.send_round()
    token = depot.connect(App.OVERLAND).token

    async def scenario(site: Site) -> None:
        for n in range(10):
            got = await site.ask("POST", f"/overland/{token}", data=f"{n} ".encode() + b"x" * 1_000)
            assert (got.status, got.body) == (200, b'{"result":"ok"}')
        assert (await site.fix(token)).status == 200
        depot.clock.now += timedelta(days=1)
        depot.send_round(shift="shift-2", on=depot.clock.now.date(), starts_at=depot.clock.now, ends_at=depot.clock.now)
        assert (await site.ask("POST", f"/overland/{token}", data=b"the next day")).status == 200
        assert site.gateway.house is not None
        assert site.gateway.house.counters.faults == 11

    depot.run(scenario)
    assert [each.body[:3] for each in depot.quarantined()] == [b"the", b"2 x", b"1 x", b"0 x"]
    assert len(depot.fixes()) == 1


def test_without_encryption_positions_are_taken_only_if_the_depot_says_so(depot: Depot) -> None:
    depot.send_round()
    token, proofs = depot.connect().token, depot.page().proofs
    path = f"/osmand/{token}?lat=60.17&lon=24.94&timestamp={UNIX}"

    async def refused(site: Site) -> None:
        assert (await site.ask("GET", path, plain=True)).status == 404

    depot.run(refused)
    depot.policy(clear_text=True)

    async def taken(site: Site) -> None:
        assert (await site.ask("GET", path, plain=True)).status == 200
        assert (await site.ask("GET", "/driver/api/round", plain=True, token=proofs)).status == 404
        assert (await site.ask("POST", "/pair", plain=True, json={"code": "x"})).status == 404

    depot.run(taken)
    assert len(depot.fixes()) == 1


def test_scopes_are_apart(depot: Depot) -> None:
    paired = depot.page()

    async def scenario(site: Site) -> None:
        assert (await site.fix(paired.proofs)).status == 403
        assert (await site.ask("GET", "/driver/api/round", token=paired.positions)).status == 403

    depot.run(scenario)
    assert depot.logbook.read(lambda r: r.device_of_token("", Scope.PROOFS)) is None
    assert replace(paired.device, seen_at=None) is not None
