"""What the gateway takes: positions accepted and committed a second, and how soon they are acknowledged.

The real gateway in its own process, the real logbook with `synchronous=FULL`, and the phones in a third process, all on
the same cores. Every position that was acknowledged must be on the disk. Takes a minute.
"""

import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.logbook.opening import open_logbook
from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import App
from dispatcher.domain.ids import DriverId, ShiftId
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.gateway_process import status
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.pairing import connect_app
from tests.benchmarks.gateway_phones import BATCH, CONNECTIONS, Load, Told

ROOT = Path(__file__).resolve().parents[2]
PHONES = 400
SECONDS = 8.0
RATE = 4_000
GOAL_MS = 50.0


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal."""
    with tempfile.TemporaryDirectory() as folder, _gateway(Path(folder)) as place:
        yield from _paced(place, tls=False, batches=0.0)
        yield from _paced(place, tls=False, batches=0.01)
        yield from _paced(place, tls=True, batches=0.0)
        yield from _flat_out(place)


def _paced(place: "Place", *, tls: bool, batches: float) -> Iterator[dict[str, object]]:
    load = place.load(tls=tls, rate=RATE / (1 + batches * (BATCH - 1)), batches=batches)
    told = _measure(load, place)
    on = _mix(load, told, f"{RATE:,} positions/s offered")
    goal = 0.99 * told.positions / SECONDS
    yield _figure(f"positions committed a second ({'TLS' if tls else 'plain'})", told, goal, on)
    yield _latency("acknowledged within, 99 of 100", told, 99, on)
    yield _latency("acknowledged within, half", told, 50, on)


def _flat_out(place: "Place") -> Iterator[dict[str, object]]:
    load = place.load(tls=False, rate=0.0, batches=0.0)
    told = _measure(load, place)
    on = _mix(load, told, "each connection sends as soon as it is answered")
    yield _figure("positions committed a second, flat out", told, RATE, on)
    yield _latency("acknowledged within, flat out, 99 of 100", told, 99, on)


def _mix(load: Load, told: Told, how: str) -> str:
    share = f", {load.batches:.0%} of the requests Overland batches of {BATCH}" if load.batches else ""
    kind = "TLS 1.3" if load.tls else "no TLS"
    return (
        f"single points of Traccar Client{share}; {PHONES} phones on {CONNECTIONS} connections, {kind}, {how}; "
        f"the phones take {told.cpu_s / told.took_s:.0%} of a core"
    )


def _figure(name: str, told: Told, goal: float, on: str) -> dict[str, object]:
    per_s = told.positions / told.took_s
    return {"name": name, "value": round(per_s), "unit": "1/s", "goal": round(goal), "ok": per_s >= goal, "on": on}


def _latency(name: str, told: Told, percent: int, on: str) -> dict[str, object]:
    value = statistics.quantiles(told.waited_ms, n=100)[percent - 1]
    return {"name": name, "value": round(value, 1), "unit": "ms", "goal": GOAL_MS, "ok": value <= GOAL_MS, "on": on}


def _measure(load: Load, place: "Place") -> Told:
    before = place.committed()
    command = [sys.executable, "-m", "tests.benchmarks.gateway_phones"]
    done = subprocess.run(command, input=json.dumps(asdict(load)), stdout=-1, text=True, cwd=ROOT, check=True)
    told = Told(**json.loads(done.stdout))
    if told.refused:
        raise AssertionError(f"{told.refused} requests were refused, first: {told.first}")
    # The positions of the first round, one a phone, were not timed
    if (committed := place.committed() - before - PHONES) != told.positions:
        raise AssertionError(f"{told.positions} positions were acknowledged and {committed} are on the disk")
    return told


# --- the gateway --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway that runs."""

    secure_port: int
    plain_port: int
    tokens: list[str]
    authority: str
    logbook: Logbook

    def load(self, *, tls: bool, rate: float, batches: float) -> Load:
        """What its phones are to do."""
        port = self.secure_port if tls else self.plain_port
        return Load(port, tls, rate, SECONDS, batches, self.tokens, self.authority)

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
