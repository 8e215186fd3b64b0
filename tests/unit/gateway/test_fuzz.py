"""Whatever is sent to whatever address, the gateway answers, and never with a fault of its own."""

import asyncio
import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.logbook.opening import open_logbook
from dispatcher.domain.devices import App
from dispatcher.gateway.limits import Limits
from tests.unit.gateway.conftest import ANNA, NOW, ORDER, Clock, Depot, Site

LIMITS = Limits(per_s=1e9, burst=1_000_000_000, failures=1_000_000_000, request_s=2.0, stop_s=2.0)


class Running:
    """A gateway in a loop of its own, for many examples."""

    def __init__(self, depot: Depot, tokens: dict[str, str]) -> None:
        self.depot, self.tokens = depot, tokens
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="gateway under test")
        self._thread.start()
        self._open = depot.open(LIMITS)
        self.site: Site = self.wait(self._open.__aenter__())

    def wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        self.wait(self._open.__aexit__(None, None, None))
        self.wait(self.loop.shutdown_default_executor())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        logbook = open_logbook(Path(folder), clock=clock)
        depot = Depot(Path(folder), logbook, clock)
        depot.send_round()
        depot.policy(clear_text=True)
        paired = depot.page()
        tokens = {
            "positions": depot.connect().token,
            "server": depot.connect(App.SERVER, None).token,
            "proofs": paired.proofs,
            "page": paired.positions,
            "none": "not-a-token",
        }
        gateway = Running(depot, tokens)
        gateway.wait(gateway.site.fix(tokens["positions"]))  # the thread of the commits is there from now on
        yield gateway
        gateway.close()
        logbook.close()


PATHS = [
    "/", "/osmand/{}", "/owntracks/{}", "/owntracks", "/overland/{}", "/overland", "/gpslogger/{}", "/nmea/{}",
    "/traccar/{}", "/traccar", "/pair", "/driver", "/driver/", "/driver/main.js", "/driver/api/round",
    "/driver/api/actions", "/driver/api/code", "/driver/api/positions", f"/driver/api/photos/{'0' * 64}",
    "/driver/api/photos/{}", "/health", "/ca.crt", "/ca.mobileconfig", "/nothing",
]  # fmt: skip
KINDS = ["", "application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]

header_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
names = st.sampled_from(
    ["actions", "sent_at", "key", "seq", "kind", "at", "shift_id", "order_id", "body", "code", "unique_id", "label",
     "positions", "lat", "lon", "locations", "geometry", "coordinates", "properties", "timestamp", "_type", "tst",
     "location", "coords", "position", "device", "uniqueId", "photos", "ink", "strokes", "reason", "outcome", "text"]
)  # fmt: skip
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["location", "transition", "lwt", "begin", "end", "accept", "arrive", "deliver", "fail", "undo", "note", "read",
         "load", "skip", "delivered", "shift-1", ORDER, NOW.isoformat(), "0190a000-0000-7000-8000-000000000001", ANNA]
    ),
)  # fmt: skip
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=8), inner, max_size=6)
)
bodies = st.one_of(
    st.binary(max_size=200),
    values.map(lambda value: json.dumps(value).encode()),
    st.lists(st.tuples(names, header_text)).map(lambda pairs: "&".join(f"{k}={v}" for k, v in pairs).encode()),
    st.text(max_size=100).map(lambda text: ("$GPRMC," + text).encode("utf-8", "replace")),
    st.integers(1, 5_000).map(lambda depth: b"[" * depth),
)
requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"]),
        "path": st.sampled_from(PATHS),
        "query": st.one_of(st.just(""), st.text("abc=&%?0189.latlonidtimestamp+-", max_size=60)),
        "token": st.sampled_from(["positions", "server", "proofs", "page", "none"]),
        "kind": st.sampled_from(KINDS) | header_text,
        "more": st.dictionaries(
            st.sampled_from(["Upload-Offset", "Upload-Length", "If-None-Match", "X-Limit-U", "Range", "Accept"]),
            header_text,
            max_size=3,
        ),
        "body": bodies,
        "plain": st.booleans(),
    }
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(asked=requests)
def test_no_request_makes_the_gateway_fail(running: Running, asked: dict[str, Any]) -> None:
    token = running.tokens[asked["token"]]
    query = f"?{asked['query']}" if asked["query"] else ""
    headers = {**asked["more"], **({"Content-Type": asked["kind"]} if asked["kind"].strip() else {})}
    got = running.wait(
        running.site.ask(
            asked["method"],
            asked["path"].format(token) + query,
            token=token,
            headers={name: value.strip() for name, value in headers.items()},
            data=asked["body"],
            plain=asked["plain"],
        )
    )
    assert got.status < 500, got.body
    if asked["path"].split("/")[1] in ("osmand", "overland", "owntracks", "gpslogger", "nmea", "traccar"):
        known = asked["token"] in ("positions", "server", "page")
        assert got.status == (200 if known else 403 if asked["token"] == "proofs" else 401)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"POST /osmand/x HTTP/1.1\r\n" + tail))
def test_no_bytes_make_the_gateway_fail(running: Running, sent: bytes) -> None:
    async def scenario() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.site.gateway.setup_port)
        writer.write(sent + b"\r\n\r\n")
        writer.write_eof()
        try:
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    got = running.wait(scenario())
    assert not got.startswith(b"HTTP/1.1 5"), got


def test_all_positions_that_were_understood_are_kept_or_counted(running: Running) -> None:
    """After everything above, or after the one position of the beginning."""
    health = running.wait(running.site.ask("GET", "/health")).json
    assert health["fixes"] == len(running.site.depot.fixes()) > 0
    assert "aside" not in health["unkept"], "the gateway failed over a message"
