"""Who may come in, how often, and what the log says of it."""

import logging
import secrets

import pytest

from dispatcher.domain.devices import App, Scope
from dispatcher.gateway.limits import Buckets, Failures, Limits
from dispatcher.gateway.reception import plain
from dispatcher.services.pairing import ALPHABET, digest, invite, rename, revoke
from tests.unit.gateway.conftest import ANNA, NOW, Depot, Site, hours


def test_an_unknown_token_is_401_whatever_it_looks_like(depot: Depot) -> None:
    async def scenario(site: Site) -> None:
        for token in ("x", "x" * 5_000, "%00", "%F0%9F%9A%9A", "..%2f..", "a/b/c"):
            got = await site.ask("GET", f"/osmand/{token}")
            assert (got.status, got.json["remedy"]) == (401, "Ask the dispatcher to pair it."), token
        assert (await site.ask("POST", "/overland")).status == 401
        assert (await site.ask("GET", "/driver/api/round")).status == 401
        got = await site.ask("GET", "/driver/api/round", headers={"Authorization": "Basic !!!"})
        assert got.status == 401
        assert "Bearer" in got.headers["WWW-Authenticate"]

    depot.run(scenario)


def test_revoking_holds_at_once(depot: Depot) -> None:
    depot.send_round()
    first, second = depot.connect(), depot.connect()

    async def scenario(site: Site) -> None:
        for connected in (first, second):
            assert (await site.fix(connected.token)).status == 200
        revoke(depot.logbook, first.device.id, now=NOW)
        assert (await site.fix(first.token)).status == 403
        assert (await site.fix(second.token)).status == 200

    depot.run(scenario)


def test_whatever_changed_before_a_revoked_phone_stays_out_and_the_others_in(depot: Depot) -> None:
    depot.send_round()
    first, second, third = depot.connect(), depot.connect(), depot.connect()

    async def scenario(site: Site) -> None:
        assert (await site.fix(first.token)).status == 200
        revoke(depot.logbook, first.device.id, now=NOW)
        rename(depot.logbook, second.device.id, "Anna's other phone")
        assert [(await site.fix(each.token)).status for each in (first, second, third)] == [403, 200, 200]
        later = depot.connect()
        assert [(await site.fix(each.token)).status for each in (first, second, later)] == [403, 200, 200]
        revoke(depot.logbook, later.device.id, now=NOW)
        assert [(await site.fix(each.token)).status for each in (later, first, second)] == [403, 403, 200]

    depot.run(scenario)


def test_a_token_is_taken_often_but_not_for_ever(depot: Depot) -> None:
    token = depot.connect().token

    async def scenario(site: Site) -> None:
        statuses = [(await site.fix(token)).status for _ in range(6)]
        assert statuses[:5] == [200] * 5
        assert statuses[5] == 429
        got = await site.fix(token)
        assert int(got.headers["Retry-After"]) >= 1

    depot.run(scenario, Limits(per_s=0.01, burst=5))


def test_wrong_tokens_make_an_address_wait_and_good_ones_pass(depot: Depot) -> None:
    depot.send_round()
    known, fresh = depot.connect(), depot.connect()

    async def scenario(site: Site) -> None:
        assert (await site.fix(known.token)).status == 200
        assert [(await site.fix(f"wrong-{n}")).status for n in range(4)] == [401, 401, 401, 429]
        assert (await site.fix(known.token)).status == 200
        assert (await site.fix(fresh.token)).status == 200

    depot.run(scenario, Limits(failures=3))


def test_codes_cannot_be_guessed_at(depot: Depot) -> None:
    offer = invite(depot.logbook, driver_id=ANNA, label="", now=NOW)

    async def scenario(site: Site) -> None:
        said = {"unique_id": "u", "label": "Pixel"}
        for n in range(3):
            got = await site.ask("POST", "/pair", json={**said, "code": f"WRONG-{n}"})
            assert got.status == 403
        got = await site.ask("POST", "/pair", json={**said, "code": offer.code})
        assert got.status == 429, "not even the right one, for a minute"

    depot.run(scenario, Limits(failures=3))


def test_a_phone_trades_its_code_once(depot: Depot) -> None:
    depot.send_round()
    offer = invite(depot.logbook, driver_id=ANNA, label="", now=NOW)
    assert set(offer.code) <= set(ALPHABET) | {"-"}
    said = {"code": offer.code.lower(), "unique_id": "u-1", "label": "Pixel 7"}

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", "/pair", json=said)
        assert got.status == 200
        assert got.json["driver"] == {"id": ANNA, "name": "Anna Virtanen"}
        assert got.json["depot"] == {"name": "Helsinki", "phone": "+358 9 1", "zone": "Europe/Helsinki"}
        tokens = got.json["tokens"]
        round_ = await site.ask("GET", "/driver/api/round", token=tokens["proofs"])
        assert round_.json["round"]["shift_id"] == "shift-1"
        assert (await site.ask("POST", "/pair", json=said)).status == 403

    depot.run(scenario)
    (device,) = depot.logbook.read(lambda r: r.devices())
    assert (device.app, device.driver_id, device.label, device.unique_id) == (App.PAGE, ANNA, "Pixel 7", "u-1")


def test_a_code_lasts_ten_minutes(depot: Depot) -> None:
    offer = invite(depot.logbook, driver_id=ANNA, label="", now=NOW)

    async def scenario(site: Site) -> None:
        depot.clock.now = NOW + hours(10 / 60)
        got = await site.ask("POST", "/pair", json={"code": offer.code, "unique_id": "", "label": ""})
        assert got.status == 403

    depot.run(scenario)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"code": 7}', b'{"code": ""}', b"\xff", b"[" * 3_000])
def test_what_is_no_code_is_refused_in_words(depot: Depot, body: bytes) -> None:
    async def scenario(site: Site) -> None:
        got = await site.ask("POST", "/pair", data=body)
        assert got.status == 400
        assert got.json["error"].startswith("The message")

    depot.run(scenario)


def test_health_is_for_this_computer_and_other_ways_lead_nowhere(depot: Depot) -> None:
    async def scenario(site: Site) -> None:
        assert (await site.ask("GET", "/health")).json["status"] == "ok"
        assert (await site.ask("GET", "/nothing")).status == 404
        assert (await site.ask("DELETE", "/health")).status == 405
        assert (await site.ask("GET", "/")).headers["Location"] == "/driver/"

    depot.run(scenario)


def test_no_token_reaches_the_log(depot: Depot, caplog: pytest.LogCaptureFixture) -> None:
    secret = "s3cr3t-t0ken"

    async def scenario(site: Site) -> None:
        for path in (f"/osmand/{secret}", f"/overland/{secret}/more", f"/nmea/{secret}%0Aforged%20line"):
            assert (await site.ask("GET", path)).status == 401
        assert (await site.ask("GET", "/a%0d%0a2026-01-01 INFO forged")).status == 404
        assert (await site.ask("GET", f"/driver/api/round?token={secret}")).status == 401

    with caplog.at_level(logging.INFO):
        depot.run(scenario)
    said = [record.getMessage() for record in caplog.records if "gateway" in record.name]
    assert len(said) >= 5
    assert not any(secret in line or "\n" in line or "\r" in line for line in said)


def test_paths_are_shown_without_their_secrets() -> None:
    assert plain("/osmand/abc") == "/osmand/…"
    assert plain("/driver/api/round") == "/driver/api/round"
    assert plain("/driver/api/" + "x/" * 500) == "/driver/api/" + "x/" * 34
    token = secrets.token_urlsafe(32)
    mistyped = (f"//osmand/{token}", f"/OsmAnd/{token}", f"/{token}", f"/osmand//{token}", f"/depot/osmand/{token}/")
    assert not [path for path in mistyped if token[:20] in plain(path) or token[-20:] in plain(path)]
    assert "\x1b" not in plain("/\x1b[2J")


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    buckets = Buckets(2.0, 3, lambda: now[0])
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") == pytest.approx(0.5)
    assert buckets.take("b") == 0
    now[0] = 0.5
    assert buckets.take("a") == 0
    assert buckets.take("a") > 0
    now[0] = 1_000
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") > 0


def test_failures_are_forgotten_with_time_and_in_number() -> None:
    now = [0.0]
    failures = Failures(2, 60.0, lambda: now[0])
    failures.note("a")
    assert failures.wait_s("a") == 0
    now[0] = 10
    failures.note("a")
    assert failures.wait_s("a") == pytest.approx(50)
    now[0] = 60
    assert failures.wait_s("a") == 0
    for n in range(Failures.ADDRESSES + 5):
        failures.note(f"address {n}")
    assert len(failures._of) == Failures.ADDRESSES


def test_only_hashes_are_kept(depot: Depot) -> None:
    connected = depot.connect()
    found = depot.logbook.read(lambda r: r.device_of_token(digest(connected.token), Scope.POSITIONS))
    assert found is not None
    assert found.id == connected.device.id
    files = [file.read_bytes() for file in depot.folder.glob("logbook.db*") if file.is_file()]
    assert not any(connected.token.encode() in content for content in files)
