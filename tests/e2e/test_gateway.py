"""The gateway as a process: started and watched as the window does, killed, ended and filled up under load."""

import asyncio
import contextlib
import itertools
import json
import os
import resource
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher import __version__
from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import App
from dispatcher.domain.ids import DriverId, ShiftId
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.gateway_process import GatewayStatus, Watch, folder_of, start, status, stop
from dispatcher.services.home import Home
from dispatcher.services.pairing import connect_app
from tests.e2e.conftest import Roundhouse

ROOT = Path(__file__).parents[2]
PORTS = ["--port", "0", "--setup-port", "0", "--bind", "127.0.0.1"]
PHONES = 20

pytestmark = pytest.mark.timeout(300)
"""Each test starts several processes, one after the other."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Yard:
    """A depot with phones, without a gateway yet."""

    home: Home
    logbook: SqliteLogbook
    tokens: list[str]
    acknowledged: set[int] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    sending: bool = False

    @property
    def folder(self) -> Path:
        return folder_of(self.home, "yard")

    def status(self) -> GatewayStatus:
        return status(self.home, "yard")

    def kept(self) -> set[int]:
        """The `extras` number of every fix on the disk."""
        return {int(stored.fix.extras["nth"]) for stored in self.logbook.read(lambda r: r.fixes_after(0, 1_000_000))}

    async def until(self, true: Callable[[], bool], within_s: float = 120.0) -> None:
        async with asyncio.timeout(within_s):
            while not true():
                await asyncio.sleep(0.02)

    @contextlib.asynccontextmanager
    async def phones(self) -> "AsyncIterator[asyncio.Task[None]]":
        """Phones that send one numbered position after the other until the gateway is gone, or this is over.

        None is broken off while it opens a connection: asyncio forgets such a one without closing it.
        """
        self.sending = True
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        connector = aiohttp.TCPConnector(ssl=context, limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
            sending = asyncio.ensure_future(self._send_all(session, self.status().port))
            try:
                yield sending
            finally:
                self.sending = False
                await sending

    async def _send_all(self, session: aiohttp.ClientSession, port: int) -> None:
        await asyncio.gather(*(self._send(session, port, phone) for phone in range(PHONES)))

    async def _send(self, session: aiohttp.ClientSession, port: int, phone: int) -> None:
        for n in itertools.takewhile(lambda _n: self.sending, itertools.count()):
            nth = n * PHONES + phone
            body = {
                "lat": "60.17",
                "lon": f"{24 + nth / 1e6}",
                "timestamp": str(int(now().timestamp())),
                "nth": str(nth),
            }
            try:
                url = f"https://127.0.0.1:{port}/osmand/{self.tokens[phone]}"
                async with session.post(url, data=body) as response:
                    self.statuses.add(response.status)
                    if response.status == 200:
                        self.acknowledged.add(nth)
                    elif response.status == 429:
                        await asyncio.sleep(0.2)
            except (aiohttp.ClientError, ConnectionError, TimeoutError):
                return


@pytest.fixture
def yard(home: Path, roundhouse: Roundhouse) -> Iterator[Yard]:
    assert roundhouse("depot", "new", "Yard", "--at", "60.17,24.94").status == 0
    folder = Home(home).depots / "yard"
    with contextlib.closing(open_logbook(folder, clock=now)) as logbook:
        tokens = []
        span = now() - timedelta(hours=2), now() + timedelta(hours=8)
        for n in range(PHONES):
            driver = DriverId(f"driver-{n}")
            sent = SentRound(ShiftId(f"shift-{n}"), driver, now().date(), 1, now(), *span, body={})
            logbook.write(lambda w, sent=sent: w.put_round(sent))
            tokens.append(connect_app(logbook, app=App.TRACCAR, driver_id=driver, label="", now=now()).token)
        yield Yard(Home(home), logbook, tokens)
        if not stop(Home(home), "yard", wait_s=60.0) and (pid := status(Home(home), "yard").pid):
            os.kill(pid, signal.SIGKILL)


def begin(yard: Yard) -> None:
    start(yard.home, "yard", *PORTS)


def test_it_is_started_watched_and_stopped_as_the_window_does(yard: Yard, roundhouse: Roundhouse) -> None:
    assert yard.status() == GatewayStatus()

    async def scenario() -> None:
        begin(yard)
        await yard.until(lambda: yard.status().port > 0)
        running = yard.status()
        assert running.running
        assert running.pid != os.getpid()
        assert running.fault == ""
        begin(yard)  # once more changes nothing
        second = roundhouse("gateway", "--depot", "yard", *PORTS)
        assert (second.status, "runs already" in second.err) == (1, True)
        assert yard.status().pid == running.pid
        assert Watch(yard.home, "yard").look().pid == running.pid
        async with yard.phones():
            await yard.until(lambda: len(yard.acknowledged) > 50)
        await yard.until(lambda: yard.status().counters["fixes"] >= len(yard.acknowledged))
        assert stop(yard.home, "yard")

    asyncio.run(scenario())
    assert not yard.status().running
    assert yard.kept() >= yard.acknowledged
    said = (yard.home.logs / "gateway-yard.log").read_text(encoding="utf-8")
    assert not any(token in said for token in yard.tokens)
    for secret in ("ca.key", "leaf.key"):
        assert (yard.folder / secret).stat().st_mode & 0o077 == 0
    assert yard.folder.stat().st_mode & 0o077 == 0


def test_killed_under_load_it_has_every_position_that_it_acknowledged(yard: Yard) -> None:
    async def scenario() -> None:
        for turn in range(1, 4):
            begin(yard)
            await yard.until(lambda: yard.status().port > 0)
            async with yard.phones() as sending:
                await yard.until(lambda turn=turn: len(yard.acknowledged) > 150 * turn)
                os.kill(yard.status().pid, signal.SIGKILL)
                await sending
            await yard.until(lambda: not yard.status().running)

    asyncio.run(scenario())
    assert len(yard.acknowledged) > 450
    assert yard.acknowledged <= yard.kept()
    assert yard.statuses <= {200, 429}


def test_ended_under_load_it_loses_nothing_and_ends_well(yard: Yard) -> None:
    environment = {**os.environ, "ROUNDHOUSE_HOME": str(yard.home.root)}
    command = [sys.executable, str(ROOT / "main.py"), "gateway", "--depot", "yard", *PORTS]

    async def scenario() -> int:
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
        await yard.until(lambda: yard.status().port > 0)
        async with yard.phones() as sending:
            await yard.until(lambda: len(yard.acknowledged) > 200)
            process.send_signal(signal.SIGTERM)
            await sending
        said = (await asyncio.to_thread(process.communicate, timeout=30))[1]
        assert said == b""
        return process.returncode

    assert asyncio.run(scenario()) == 0
    assert not yard.status().running
    assert not (yard.folder / "status.json").exists()
    assert yard.acknowledged <= yard.kept()
    assert yard.statuses <= {200, 429, 503}


def test_a_full_disk_is_said_and_acknowledges_nothing(yard: Yard) -> None:
    """The process may write no file beyond a size, which SQLite takes for a full disk."""
    environment = {**os.environ, "ROUNDHOUSE_HOME": str(yard.home.root)}
    command = [sys.executable, str(ROOT / "main.py"), "gateway", "--depot", "yard", *PORTS]
    most = sum(file.stat().st_size for file in yard.folder.parent.glob("logbook.db*")) + 600_000

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    async def scenario() -> None:
        process = subprocess.Popen(command, env=environment, preexec_fn=limited)
        try:
            await yard.until(lambda: yard.status().port > 0)
            async with yard.phones():
                await yard.until(lambda: 507 in yard.statuses)
            await yard.until(lambda: yard.status().fault != "")
        finally:
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 30)
        assert process.returncode == 0

    asyncio.run(scenario())
    assert yard.acknowledged <= yard.kept()
    assert yard.statuses <= {200, 429, 507}

    async def afterwards() -> None:
        begin(yard)
        await yard.until(lambda: yard.status().port > 0)
        before = len(yard.acknowledged)
        async with yard.phones():
            await yard.until(lambda: len(yard.acknowledged) > before + 20)

    asyncio.run(afterwards())


def test_the_watch_starts_what_fell_and_replaces_what_hangs_or_is_of_another_version(yard: Yard) -> None:
    moment = [0.0]
    starter = lambda home, slug: start(home, slug, *PORTS)
    watch = Watch(yard.home, "yard", monotonic=lambda: moment[0], starter=starter)

    def update(home: Home, slug: str) -> None:
        """Starts a gateway of this version, and is content with it from then on."""
        starter(home, slug)
        newer._version = __version__

    newer = Watch(yard.home, "yard", version="9.9.9", monotonic=lambda: moment[0], starter=update)

    async def up(other_than: int = 0) -> GatewayStatus:
        await yard.until(lambda: yard.status().port > 0 and yard.status().pid != other_than)
        return yard.status()

    async def replaced(by: Watch, former: GatewayStatus) -> GatewayStatus:
        async with asyncio.timeout(120):
            while (await asyncio.to_thread(by.look)).pid in (0, former.pid):
                moment[0] += Watch.LAST_S  # whatever it waits for is over
                await asyncio.sleep(0.1)
        return await up(former.pid)

    async def scenario() -> None:
        watch.look()
        first = await up()
        os.kill(first.pid, signal.SIGKILL)
        await yard.until(lambda: not yard.status().running)
        assert not watch.look().running, "not at once: it was started a moment ago"
        second = await replaced(watch, first)
        third = await replaced(newer, second)
        os.kill(third.pid, signal.SIGSTOP)
        stale = json.loads((yard.folder / "status.json").read_bytes())
        stale["written"] = (now() - timedelta(minutes=1)).isoformat()
        (yard.folder / "status.json").write_text(json.dumps(stale))
        await replaced(watch, third)

    asyncio.run(scenario())


def test_a_port_that_is_taken_ends_it_with_a_word(yard: Yard, roundhouse: Roundhouse) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        yard.logbook.write(lambda w: w.put_policy(RoadPolicy(port=port)))
        said = roundhouse("gateway", "--depot", "yard", "--setup-port", 0, "--bind", "127.0.0.1")
        assert said.status == 1
        assert f"Port {port} is taken" in said.err
        start(yard.home, "yard", "--setup-port", "0", "--bind", "127.0.0.1")

        async def fallen() -> None:
            await yard.until(lambda: "is taken" in yard.status().fault)

        asyncio.run(fallen())
        assert not yard.status().running


def test_a_depot_that_is_none_is_said(roundhouse: Roundhouse) -> None:
    said = roundhouse("gateway", "--depot", "nowhere")
    assert (said.status, "Depots here: none yet" in said.err) == (1, True)
