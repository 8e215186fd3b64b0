"""A gateway in this process: real sockets, real TLS by the depot's own authority, the real logbook."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import App, Device
from dispatcher.domain.ids import DriverId, ShiftId, new_id
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.tracking import StoredFix
from dispatcher.gateway.limits import Limits
from dispatcher.gateway.mqtt import Broker
from dispatcher.gateway.server import Gateway, Wanted
from dispatcher.services.gateway_process import private_folder
from dispatcher.services.logbook import Quarantined
from dispatcher.services.pairing import Connected, Paired, connect_app, invite, redeem

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ANNA, BORIS = DriverId("anna"), DriverId("boris")
ORDER = "order-1"
PAGE = Path(__file__).parents[3] / "resources" / "web" / "driver"


@dataclass
class Clock:
    """Stands still until it is set."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Any

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Depot:
    """A depot's logbook and folder; its gateway runs within `run` or `open`."""

    folder: Path
    logbook: SqliteLogbook
    clock: Clock = field(default_factory=Clock)

    def send_round(self, driver: DriverId = ANNA, *, shift: str = "shift-1", **changes: Any) -> SentRound:
        """Eight to four, one stop."""
        body = {
            "zone": "Europe/Helsinki",
            "depot": {"name": "Helsinki", "phone": "+358 9 1", "lat": 60.17, "lon": 24.94, "address": ""},
            "driver": {"id": driver, "name": "Anna Virtanen", "number": 1},
            "returns_at": "2026-11-24T15:00:00Z",
            "stops": [{"order_id": ORDER, "turn": 1, "number": "HEL-1", "attempt": 1, "lat": 60.17, "lon": 24.94}],
            "reasons": [],
            "undo_s": 60,
        }
        hours = NOW.replace(hour=8), NOW.replace(hour=16)
        sent = replace(SentRound(ShiftId(shift), driver, NOW.date(), 1, NOW, *hours, body=body), **changes)
        self.logbook.write(lambda w: w.put_round(sent))
        return sent

    def connect(self, app: App = App.TRACCAR, driver: DriverId | None = ANNA) -> Connected:
        return connect_app(self.logbook, app=app, driver_id=driver, label="", now=self.clock.now)

    def page(self, driver: DriverId = ANNA) -> Paired:
        offer = invite(self.logbook, driver_id=driver, label="", now=self.clock.now)
        return redeem(self.logbook, offer.code, unique_id=new_id(), label="Pixel 7", now=self.clock.now)

    def fixes(self) -> list[StoredFix]:
        return list(self.logbook.read(lambda r: r.fixes_after(0, 1_000_000)))

    def quarantined(self) -> list[Quarantined]:
        return list(self.logbook.read(lambda r: r.quarantined()))

    def device(self, device: Device) -> Device:
        found = self.logbook.read(lambda r: r.device(device.id))
        assert found is not None
        return found

    def policy(self, **changes: Any) -> None:
        self.logbook.write(lambda w: w.put_policy(replace(RoadPolicy(), **changes)))

    def run[T](self, scenario: "Callable[[Site], Awaitable[T]]", limits: Limits | None = None, **more: Any) -> T:
        """Run a scenario against the gateway."""

        async def whole() -> T:
            async with self.open(limits, **more) as site:
                return await scenario(site)

        return asyncio.run(whole())

    @asynccontextmanager
    async def open(
        self,
        limits: Limits | None = None,
        logbook: Any = None,
        page: Path = PAGE,
        broker: Broker | None = None,
        wanted: Wanted | None = None,
    ) -> "AsyncIterator[Site]":
        private_folder(self.folder / "gateway")
        gateway = Gateway(
            logbook or self.logbook,
            self.folder,
            name="Helsinki",
            page=page,
            clock=self.clock,
            wanted=wanted or Wanted("127.0.0.1", 0, 0, "127.0.0.1", broker),
            limits=limits or Limits(stop_s=2.0),
        )
        running = asyncio.create_task(gateway.run())
        listening = asyncio.create_task(gateway.listening.wait())
        await asyncio.wait({running, listening}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            listening.cancel()
            await running
        context = ssl.create_default_context(cafile=self.folder / "gateway" / "ca.pem")
        connector = aiohttp.TCPConnector(ssl=context)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(30)) as session:
            yield Site(self, gateway, session, context)
        gateway.end()
        await running


@dataclass
class Site:
    """The running gateway and a client that trusts it."""

    depot: Depot
    gateway: Gateway
    session: aiohttp.ClientSession
    context: ssl.SSLContext

    async def ask(
        self, method: str, path: str, *, token: str = "", headers: Any = None, plain: bool = False, **more: Any
    ) -> Answer:
        origin = f"http://127.0.0.1:{self.gateway.setup_port}" if plain else f"https://127.0.0.1:{self.gateway.port}"
        said = {**(headers or {}), **({"Authorization": f"Bearer {token}"} if token else {})}
        more.setdefault("allow_redirects", False)
        async with self.session.request(method, origin + path, headers=said, **more) as response:
            return Answer(response.status, await response.read(), response.headers)

    async def fix(self, token: str, at: datetime | None = None, lat: float = 60.17, **more: Any) -> Answer:
        """One position of Traccar Client 10."""
        moment = at or self.depot.clock.now
        form = {"lat": lat, "lon": 24.94, "timestamp": int(moment.timestamp()), "accuracy": 5, **more}
        return await self.ask("POST", f"/osmand/{token}", data={name: str(value) for name, value in form.items()})


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    clock = Clock()
    (tmp_path / "depot").mkdir()
    logbook = open_logbook(tmp_path / "depot", clock=clock)
    assert logbook is not None
    yield Depot(tmp_path / "depot", logbook, clock)
    logbook.close()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
