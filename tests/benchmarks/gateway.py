"""What the gateway takes: positions accepted and committed a second, and how soon they are acknowledged.

The real gateway in its own process, the real logbook with `synchronous=FULL`, and phones in a third process that writes
requests by hand, so that it costs little; all on the same cores. Latency counts from the moment a request was due, not
from when a busy phone came to send it. Takes a minute.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from db.logbook.opening import open_logbook
from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import App
from dispatcher.domain.ids import DriverId, ShiftId
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.gateway_process import status
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.pairing import connect_app

ROOT = Path(__file__).resolve().parents[2]
PHONES = 400
CONNECTIONS = 100
SECONDS = 8.0
RATE = 4_000
BATCH = 50
GOAL_MS = 50.0


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    with tempfile.TemporaryDirectory() as folder, _gateway(Path(folder)) as place:
        yield from _paced(place, tls=False, batches=0.0)
        yield from _paced(place, tls=False, batches=0.01)
        yield from _paced(place, tls=True, batches=0.0)
        yield from _flat_out(place)


def _paced(place: "Place", *, tls: bool, batches: float) -> Iterator[dict[str, object]]:
    rate = RATE / (1 + batches * (BATCH - 1))
    load = Load(place.port(tls), tls, rate, SECONDS, batches, place.tokens, place.authority)
    took, told, committed = _measure(load, place)
    on = _mix(load, f"{RATE:,} positions/s offered")
    yield _figure(f"positions committed a second ({'TLS' if tls else 'plain'})", committed / took, RATE * 0.99, on)
    yield _latency("acknowledged within, 99 of 100", told, 99, on)
    yield _latency("acknowledged within, half", told, 50, on)


def _flat_out(place: "Place") -> Iterator[dict[str, object]]:
    load = Load(place.port(False), False, 0.0, SECONDS, 0.0, place.tokens, place.authority)
    took, told, committed = _measure(load, place)
    on = _mix(load, "each connection sends as soon as it is answered")
    yield _figure("positions committed a second, flat out", committed / took, RATE, on)
    yield _latency("acknowledged within, flat out, 99 of 100", told, 99, on)


def _mix(load: "Load", how: str) -> str:
    share = f", {load.batches:.0%} of the requests Overland batches of {BATCH}" if load.batches else ""
    kind = "TLS 1.3" if load.tls else "no TLS"
    return f"single points of Traccar Client{share}; {PHONES} phones on {CONNECTIONS} connections, {kind}, {how}"


def _figure(name: str, per_s: float, goal: float, on: str) -> dict[str, object]:
    return {"name": name, "value": round(per_s), "unit": "1/s", "goal": round(goal), "ok": per_s >= goal, "on": on}


def _latency(name: str, told_ms: list[float], percent: int, on: str) -> dict[str, object]:
    value = statistics.quantiles(told_ms, n=100)[percent - 1] if len(told_ms) > 1 else float("inf")
    return {"name": name, "value": round(value, 1), "unit": "ms", "goal": GOAL_MS, "ok": value <= GOAL_MS, "on": on}


# --- the gateway --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway that runs."""

    secure_port: int
    plain_port: int
    tokens: list[str]
    authority: str
    logbook: Logbook

    def port(self, tls: bool) -> int:
        return self.secure_port if tls else self.plain_port

    def committed(self) -> int:
        """Positions on the disk."""
        return self.logbook.read(lambda r: r.counts().fixes)


@contextlib.contextmanager
def _gateway(home: Path) -> Iterator[Place]:
    run = [sys.executable, str(ROOT / "main.py")]
    environment = {**os.environ, "ROUNDHOUSE_HOME": str(home)}
    subprocess.run([*run, "depot", "new", "Load", "--at", "60.17,24.94"], env=environment, check=True, stdout=-3)
    depot, ports = home / "depots" / "load", (_free_port(), _free_port())
    with contextlib.closing(open_logbook(depot, clock=_now)) as logbook:
        tokens = _phones(logbook)
        arguments = ["--depot", "load", "--bind", "127.0.0.1", "--port", str(ports[0]), "--setup-port", str(ports[1])]
        process = subprocess.Popen([*run, "gateway", *arguments], env=environment)
        try:
            _until(lambda: status(Home(home), "load").port > 0)
            yield Place(*ports, tokens, str(depot / "gateway" / "ca.pem"), logbook)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _phones(logbook: Logbook) -> list[str]:
    now = _now()
    logbook.write(lambda w: w.put_policy(replace(RoadPolicy(), clear_text=True)))
    hours = (now - timedelta(hours=4), now + timedelta(hours=8))
    tokens = []
    for n in range(PHONES):
        driver = DriverId(f"driver-{n}")
        sent = SentRound(ShiftId(f"shift-{n}"), driver, now.date(), 1, now, *hours, body={})
        logbook.write(lambda w, sent=sent: w.put_round(sent))
        tokens.append(connect_app(logbook, app=App.TRACCAR, driver_id=driver, label="", now=now).token)
    return tokens


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise TimeoutError("the gateway did not start")


def _now() -> datetime:
    return datetime.now(UTC)


# --- the phones ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """What the phones do."""

    port: int
    tls: bool
    rate: float
    """Requests a second; 0 for as fast as they are answered."""
    seconds: float
    batches: float
    """Share of the requests that are batches."""
    tokens: list[str]
    authority: str


def _measure(load: Load, place: Place) -> tuple[float, list[float], int]:
    """How long it took, how long each request waited in milliseconds, how many positions were on the disk after it."""
    before = place.committed()
    fields = {name: getattr(load, name) for name in load.__dataclass_fields__}
    command = [sys.executable, "-m", "tests.benchmarks.gateway"]
    done = subprocess.run(command, input=json.dumps(fields), capture_output=True, text=True, cwd=ROOT, check=True)
    said = json.loads(done.stdout)
    if said["refused"]:
        raise AssertionError(f"{said['refused']} requests were refused, first: {said['first']}")
    # The positions of the first round, one a phone, were not timed
    return said["took"], said["waited_ms"], place.committed() - before - PHONES


class Phone(asyncio.Protocol):
    """One connection. Its requests are due every so often; it sends the next when the one before is answered."""

    def __init__(self, load: Load, number: int, start: float, results: dict[str, Any]) -> None:
        self.load, self.number, self.results = load, number, results
        self.every = CONNECTIONS / load.rate if load.rate else 0.0
        self.due = start + self.every * number / CONNECTIONS
        self.until = start + load.seconds
        self.turn = 0
        self.loop = asyncio.get_running_loop()
        self.done = self.loop.create_future()
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.loop.call_at(self.due, self.send)

    def send(self) -> None:
        tokens = self.load.tokens
        # Each phone keeps to one connection, as phones do
        token = tokens[(self.number + self.turn * CONNECTIONS) % len(tokens)]
        nth = self.number * 100_000 + self.turn
        # not all connections at once, as a plain remainder of their count would have it
        batch = crc32(nth.to_bytes(8)) < self.load.batches * 2**32
        self.transport.write(_overland(token, nth) if batch else _single(token, nth))  # type: ignore[attr-defined]
        self.turn += 1

    def data_received(self, data: bytes) -> None:
        self.answer += data
        head, end, body = self.answer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0) if end else 0
        if not end or len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.results["refused"] += 1
            self.results["first"] = self.results["first"] or self.answer[:300].decode()
        self.answer = b""
        now = self.loop.time()
        self.results["waited_ms"].append((now - self.due) * 1_000)
        self.due = self.due + self.every if self.every else now
        if self.due >= self.until:
            self.transport.close()
            self.done.set_result(None)
        elif self.due <= now:
            self.send()
        else:
            self.loop.call_at(self.due, self.send)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the gateway hung up"))


def _request(path: str, kind: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: depot\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _single(token: str, nth: int) -> bytes:
    at = time.time()
    body = (
        f"id=7&lat={60 + nth % 9973 / 1e5:.5f}&lon={24 + nth / 1e8:.8f}&timestamp={int(at)}&accuracy=12"
        f"&altitude=4&speed=11.66&bearing={nth % 360}&batt=81&charge=false"
    )
    return _request(f"/osmand/{token}", "application/x-www-form-urlencoded", body.encode())


def _overland(token: str, nth: int) -> bytes:
    began = datetime.now(UTC) - timedelta(seconds=BATCH)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [24 + nth / 1e8, 60 + n / 1e4]},
            "properties": {
                "timestamp": (began + timedelta(seconds=n)).isoformat(),
                "altitude": 4,
                "speed": 6,
                "horizontal_accuracy": 12,
                "vertical_accuracy": -1,
                "motion": ["driving"],
                "battery_state": "unplugged",
                "battery_level": 0.81,
                "wifi": "",
                "device_id": "7",
            },
        }
        for n in range(BATCH)
    ]
    return _request(f"/overland/{token}", "application/json", json.dumps({"locations": features}).encode())


async def _drive(load: Load) -> dict[str, Any]:
    context = ssl.create_default_context(cafile=load.authority) if load.tls else None
    # Once around first: a gateway that has just started looks every phone up, once
    await _connected(replace(load, rate=PHONES, seconds=1.0), context)
    return await _connected(load, context)


async def _connected(load: Load, context: ssl.SSLContext | None) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    results: dict[str, Any] = {"waited_ms": [], "refused": 0, "first": ""}
    start = loop.time() + 1.0
    phones = []
    for number in range(CONNECTIONS):
        make = lambda number=number: Phone(load, number, start, results)
        _, phone = await loop.create_connection(make, "127.0.0.1", load.port, ssl=context)
        phones.append(phone)
    await asyncio.gather(*(phone.done for phone in phones))
    return {**results, "took": loop.time() - start}


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_drive(Load(**json.loads(sys.stdin.read()))))))
