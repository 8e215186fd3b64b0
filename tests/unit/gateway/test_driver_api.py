"""The driver page's API over the wire: rounds down, actions, codes and photos up."""

import hashlib
import io
import logging
import os
import signal
from typing import Any

import pytest
from PIL import Image
from yarl import URL

from dispatcher.gateway import driver, looking
from dispatcher.gateway.limits import Limits
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.photos import Look
from dispatcher.services.pairing import revoke
from tests.conftest import ExpectLog
from tests.unit.gateway.conftest import BORIS, NOW, ORDER, Depot, Site

ISO = NOW.isoformat()


def action(kind: str, seq: int = 1, order: str | None = None, **body: Any) -> dict[str, Any]:
    key = f"0190a000-0000-7000-8000-{seq:012d}"
    said = {"key": key, "seq": seq, "kind": kind, "at": ISO, "shift_id": "shift-1", "body": body}
    return {**said, "order_id": order} if order else said


def envelope(*actions: Any) -> dict[str, Any]:
    return {"sent_at": ISO, "app": "1.0.0", "actions": list(actions)}


def test_a_round_comes_once_and_then_only_when_it_changed(depot: Depot) -> None:
    sent = depot.send_round()
    token = depot.page().proofs

    async def scenario(site: Site) -> None:
        first = await site.ask("GET", "/driver/api/round", token=token)
        assert first.json["round"]["stops"][0]["order_id"] == ORDER
        assert first.headers["Cache-Control"] == "no-store"
        tag = {"If-None-Match": first.headers["ETag"]}
        again = await site.ask("GET", "/driver/api/round", token=token, headers=tag)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        depot.send_round(version=2, body=sent.body)
        fresh = await site.ask("GET", "/driver/api/round", token=token, headers=tag)
        assert (fresh.status, fresh.json["round"]["version"]) == (200, 2)

    depot.run(scenario)
    found = depot.logbook.read(lambda r: r.round(sent.shift_id))
    assert found is not None
    assert found.fetched == 2


def test_a_driver_sees_no_other_drivers_round(depot: Depot) -> None:
    depot.send_round(BORIS)
    token = depot.page().proofs

    async def scenario(site: Site) -> None:
        assert (await site.ask("GET", "/driver/api/round", token=token)).json["round"] is None
        got = await site.ask("POST", "/driver/api/actions", token=token, json=envelope(action("begin")))
        assert got.json["taken"][0]["taking"] == "refused"
        got = await site.ask("POST", "/driver/api/code", token=token, json={"order_id": ORDER, "code": "123456"})
        assert got.json["verdict"] == "none"

    depot.run(scenario)


@pytest.mark.parametrize("on", ["tomorrow", "2026-13-01", "2026-11-24' OR 1", "9" * 40])
def test_a_date_that_is_none_is_refused(depot: Depot, on: str) -> None:
    token = depot.page().proofs

    async def scenario(site: Site) -> None:
        assert (await site.ask("GET", "/driver/api/round", token=token, params={"date": on})).status == 400

    depot.run(scenario)


def test_actions_are_answered_in_the_order_sent_and_once(depot: Depot) -> None:
    depot.send_round()
    token = depot.page().proofs
    said = envelope(action("arrive", 2, ORDER), action("begin", 1), 17)

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", "/driver/api/actions", token=token, json=said)
        assert [each["taking"] for each in got.json["taken"]] == ["taken", "taken", "refused"]
        got = await site.ask("POST", "/driver/api/actions", token=token, json=said)
        assert [each["taking"] for each in got.json["taken"]] == ["again", "again", "refused"]
        assert got.json["now"] == "2026-11-24T10:00:00Z"

    depot.run(scenario)
    assert depot.logbook.read(lambda r: r.counts()).actions == 3


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b'{"actions":[]}', b"[" * 9_000, b'{"actions":{}}'])
def test_an_envelope_that_is_none_is_refused(depot: Depot, body: bytes) -> None:
    token = depot.page().proofs

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", "/driver/api/actions", token=token, data=body)
        assert got.status == 400
        assert got.json["remedy"]

    depot.run(scenario)


def test_an_envelope_has_its_own_limit(depot: Depot) -> None:
    token = depot.page().proofs

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", "/driver/api/actions", token=token, data=b" " * 2_001)
        assert got.status == 413
        assert (await site.ask("POST", "/driver/api/code", token=token, data=b" " * 2_001)).status == 413

    depot.run(scenario, Limits(envelope_bytes=2_000))


def test_a_revoked_phone_is_told_so(depot: Depot) -> None:
    depot.send_round()
    paired = depot.page()
    revoke(depot.logbook, paired.device.id, now=NOW)

    async def scenario(site: Site) -> None:
        for method, path in (("GET", "round"), ("POST", "actions"), ("POST", "code"), ("GET", "photos/" + "0" * 64)):
            got = await site.ask(method, f"/driver/api/{path}", token=paired.proofs, json=envelope(action("begin")))
            assert (got.status, got.json["error"][:26]) == (403, "This phone is no longer pa")

    depot.run(scenario)


def test_a_fault_of_ours_keeps_no_queue_on_the_phone(
    depot: Depot, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    depot.send_round()
    token = depot.page().proofs

    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(driver, "take_queue", fail)
    said = envelope(action("begin"), "nonsense")

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", "/driver/api/actions", token=token, json=said)
        assert [(each["key"], each["taking"]) for each in got.json["taken"]] == [
            (said["actions"][0]["key"], "refused"),
            ("", "refused"),
        ]

    with expect_log("could not be taken", logging.ERROR):
        depot.run(scenario)
    (aside,) = depot.quarantined()
    assert b'"begin"' in aside.body


# --- photos --------------------------------------------------------------------------------------------------------


def jpeg(width: int = 640, height: int = 480) -> bytes:
    made = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(made, "JPEG", quality=90)
    return made.getvalue()


async def put(site: Site, token: str, data: bytes, offset: int, piece: bytes, name: str = "") -> Any:
    path = f"/driver/api/photos/{name or hashlib.sha256(data).hexdigest()}"
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(len(data))}
    return await site.ask("PUT", path, token=token, headers=headers, data=piece)


def test_a_photo_comes_in_pieces_and_goes_on_where_it_broke_off(depot: Depot) -> None:
    depot.send_round()
    token, data = depot.page().proofs, jpeg()
    path = f"/driver/api/photos/{hashlib.sha256(data).hexdigest()}"
    half = len(data) // 2

    async def scenario(site: Site) -> None:
        assert (await site.ask("GET", path, token=token)).json == {"have": 0}
        assert (await put(site, token, data, 0, data[:half])).json == {"have": half}
        wrong = await put(site, token, data, 0, data[:half])
        assert (wrong.status, wrong.json["have"]) == (409, half)
        assert (await site.ask("GET", path, token=token)).json == {"have": half}
        whole = await put(site, token, data, half, data[half:])
        assert whole.json == {"size": len(data), "have": len(data), "done": True, "fault": ""}
        again = await put(site, token, data, 0, data)
        assert again.json == {"size": len(data), "have": len(data), "done": True, "fault": ""}
        assert (await site.ask("GET", path, token=token)).json["done"] is True

    depot.run(scenario)
    photo = depot.logbook.read(lambda r: r.photo(hashlib.sha256(data).hexdigest()))
    assert photo is not None
    assert (photo.mime, photo.width, photo.height, photo.size) == ("image/jpeg", 640, 480, len(data))
    kept = depot.folder / "proofs" / photo.sha256[:2] / photo.sha256[2:4] / photo.sha256
    assert kept.read_bytes() == data
    assert photo.copy_sha256


def test_a_photo_that_was_whole_when_the_gateway_fell_is_noted_when_asked_for(depot: Depot) -> None:
    token, data = depot.page().proofs, jpeg()
    name = ProofFiles(depot.folder / "proofs").put(data)

    async def scenario(site: Site) -> None:
        got = await site.ask("GET", f"/driver/api/photos/{name}", token=token)
        assert got.json == {"size": len(data), "have": len(data), "done": True, "fault": ""}

    depot.run(scenario)
    assert depot.logbook.read(lambda r: r.photo(name)) is not None


def test_what_is_no_photo_is_kept_and_told(depot: Depot) -> None:
    token, data = depot.page().proofs, b"PK\x03\x04" + bytes(1_000)

    async def scenario(site: Site) -> None:
        got = await put(site, token, data, 0, data)
        assert got.json["done"] is True
        assert got.json["fault"]

    depot.run(scenario)


def test_other_bytes_than_announced_start_over(depot: Depot) -> None:
    token, data = depot.page().proofs, jpeg()
    name = hashlib.sha256(b"something else").hexdigest()

    async def scenario(site: Site) -> None:
        assert (await put(site, token, data, 0, data, name)).status == 422
        assert (await site.ask("GET", f"/driver/api/photos/{name}", token=token)).json == {"have": 0}

    depot.run(scenario)


@pytest.mark.parametrize("name", ["x", "..%2f..%2fdepot.db", "A" * 64, "0" * 63, "0" * 65])
def test_a_name_that_is_no_hash_is_refused(depot: Depot, name: str) -> None:
    token = depot.page().proofs

    async def scenario(site: Site) -> None:
        assert (await site.ask("GET", f"/driver/api/photos/{name}", token=token)).status == 400
        assert (await put(site, token, b"x", 0, b"x", name)).status == 400
        assert (await site.ask("DELETE", f"/driver/api/photos/{'0' * 64}", token=token)).status == 405

    depot.run(scenario)


@pytest.mark.parametrize(("offset", "length"), [("", "1"), ("0", ""), ("-1", "1"), ("0", "1e9"), ("٣", "4")])
def test_headers_of_a_piece_must_be_numbers(depot: Depot, offset: str, length: str) -> None:
    token = depot.page().proofs
    headers = {"Upload-Offset": offset, "Upload-Length": length}

    async def scenario(site: Site) -> None:
        path = f"/driver/api/photos/{'0' * 64}"
        assert (await site.ask("PUT", path, token=token, headers=headers, data=b"x")).status == 400

    depot.run(scenario)


def test_a_photo_too_large_is_refused_before_it_comes(depot: Depot) -> None:
    token = depot.page().proofs
    headers = {"Upload-Offset": "0", "Upload-Length": str(13 * 1024 * 1024)}

    async def scenario(site: Site) -> None:
        path = f"/driver/api/photos/{'0' * 64}"
        assert (await site.ask("PUT", path, token=token, headers=headers, data=b"x")).status == 413
        data = io.BytesIO(bytes(1_048_577))
        headers["Upload-Length"] = "1048577"
        assert (await site.ask("PUT", path, token=token, headers=headers, data=data)).status == 413

    depot.run(scenario)


def hang(_: Any) -> Look:
    signal.pause()
    raise AssertionError


def die(_: Any) -> Look:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def serve_with(pipe: Any) -> None:
    """The worker's `serve`, with a decoder that hangs or dies by the photo's first byte."""
    whole = looking.look_at
    looking.look_at = lambda file: {b"h": hang, b"d": die}.get(file.read_bytes()[:1], whole)(file)
    looking.serve(pipe)


def test_a_photo_that_kills_or_hangs_its_decoder_harms_nobody(depot: Depot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "serve", serve_with)
    token, good = depot.page().proofs, jpeg()

    async def scenario(site: Site) -> None:
        for data, fault in ((b"d", looking.DIED), (b"h", looking.TOO_LONG), (good, "")):
            got = await put(site, token, data, 0, data)
            assert got.json == {"size": len(data), "have": len(data), "done": True, "fault": fault}

    depot.run(scenario, Limits(photo_s=5.0))
    assert depot.logbook.read(lambda r: r.counts()).photos == 3


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_page_is_given_out_with_its_guards(depot: Depot) -> None:
    async def scenario(site: Site) -> None:
        got = await site.ask("GET", "/driver/")
        assert got.status == 200
        assert b"<!doctype html>" in got.body.lower()
        assert "default-src 'self'" in got.headers["Content-Security-Policy"]
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Cache-Control"] == "no-cache"
        script = await site.ask("GET", "/driver/main.js?v=abc")
        assert script.headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in script.headers["Cache-Control"]
        assert (await site.ask("HEAD", "/driver/main.js")).status == 200
        tag = {"If-None-Match": script.headers["ETag"]}
        assert (await site.ask("GET", "/driver/main.js", headers=tag)).status == 304

    depot.run(scenario)


@pytest.mark.parametrize(
    "path",
    [
        "../../../main.py",
        "..%2f..%2f..%2fmain.py",
        "%2fetc%2fpasswd",
        "%00",
        "nothing.js",
        "a" * 300,
        "main.js/x",
    ],
)
def test_nothing_else_is_given_out(depot: Depot, path: str) -> None:
    async def scenario(site: Site) -> None:
        url = URL(f"https://127.0.0.1:{site.gateway.port}/driver/{path}", encoded=True)
        async with site.session.get(url, allow_redirects=False) as response:
            assert response.status in (400, 404)
            assert b"import" not in await response.read()

    depot.run(scenario)


def test_a_page_that_is_not_there_is_404(depot: Depot) -> None:
    async def scenario() -> None:
        async with depot.open(page=depot.folder / "nowhere") as site:
            assert (await site.ask("GET", "/driver/")).status == 404

    import asyncio

    asyncio.run(scenario())
