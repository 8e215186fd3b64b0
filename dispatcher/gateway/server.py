"""The gateway's life: one to a depot, listening under the depot's own certificate, ended in good order.

Ends when it is told to by the system (SIGTERM, Ctrl+C) or by the file `stop` in its folder, and when that folder is
gone: stops listening, finishes what is under way, commits, says so. When the depot's settings or the computer's
addresses change, it listens anew.
"""

import asyncio
import contextlib
import errno
import gc
import logging
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from dispatcher import __version__
from dispatcher.domain.errors import KnownError
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.gateway import tls
from dispatcher.gateway.customer import CustomerPages
from dispatcher.gateway.door import Door
from dispatcher.gateway.driver import DriverApi
from dispatcher.gateway.health import Health
from dispatcher.gateway.hours import KnownHours
from dispatcher.gateway.house import House
from dispatcher.gateway.ingest import Ingest
from dispatcher.gateway.limits import Limits
from dispatcher.gateway.mqtt import Broker, Subscription
from dispatcher.gateway.page import Page
from dispatcher.gateway.pair import pair
from dispatcher.gateway.photos import Photos
from dispatcher.gateway.positions import Positions
from dispatcher.gateway.pulse import Pulse
from dispatcher.gateway.reception import Handler, Reception, Under
from dispatcher.gateway.replies import Replies
from dispatcher.gateway.setup import SetupPage
from dispatcher.services.gateway_process import Claim, GatewayStatus, asked_to_stop, only_one, tell
from dispatcher.services.logbook import Logbook
from dispatcher.services.network import host_of, in_url, listening_addresses, private_addresses

log = logging.getLogger(__name__)

TICK_S = 1.0
READERS = 4
BACKLOG = 1_024
_ABSENT = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
LOOK_AGAIN_TICKS = 30
"""So often the computer's addresses and the certificate's end are looked at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says otherwise than the depot's settings."""

    host: str = ""
    port: int | None = None
    setup_port: int | None = None
    bind: str = ""
    """The one address to listen on; empty for this computer's own and its private ones."""
    broker: Broker | None = None
    """Where OwnTracks' messages come from besides."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How the gateway listens."""

    host: str
    port: int
    setup_port: int
    clear_text: bool
    addresses: tuple[str, ...]
    binds: tuple[str, ...]
    """The addresses to listen on."""

    @classmethod
    def of(cls, policy: RoadPolicy, wanted: Wanted) -> "Setting":
        """As the depot's policy and the command line have it, on this computer as it is now."""
        host = wanted.host or host_of(policy)
        return cls(
            host,
            policy.port if wanted.port is None else wanted.port,
            policy.setup_port if wanted.setup_port is None else wanted.setup_port,
            policy.clear_text,
            private_addresses(),
            (wanted.bind,) if wanted.bind else listening_addresses(host),
        )


class Gateway:
    """One depot's gateway. `run` ends when it is asked to, or raises `KnownError` when it cannot listen."""

    def __init__(
        self,
        logbook: Logbook,
        folder: Path,
        *,
        name: str,
        page: Path,
        clock: Callable[[], datetime],
        wanted: Wanted | None = None,
        limits: Limits | None = None,
    ) -> None:
        """`folder` is the depot's, `page` the folder of the driver page's files."""
        self._logbook, self._folder, self._name, self._page, self._clock = logbook, folder, name, page, clock
        self._wanted, self._limits = wanted or Wanted(), limits or Limits()
        self._own = folder / "gateway"
        self._ending = asyncio.Event()
        self._changed = asyncio.Event()
        self.port = self.setup_port = 0
        """Where it listens, once it does."""
        self.house: House | None = None
        """While it runs."""
        self.listening = asyncio.Event()

    def end(self) -> None:
        """End in good order; call it from the loop."""
        self._ending.set()
        self._changed.set()

    async def run(self) -> None:
        """Listen until asked to end."""
        # As many as the logbook keeps connections for reading; one more would open its own each time
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(READERS, "asyncio_reads"))
        house = self.house = self._furnished()
        photos, health = Photos(house, self._folder / "proofs"), Health(house)
        try:
            while not self._ending.is_set():
                self._changed.clear()
                setting = Setting.of(await asyncio.to_thread(self._logbook.read, lambda r: r.policy()), self._wanted)
                async with (
                    self._listening(house, photos, health, setting),
                    _beside(self._tick(health, setting)),
                ):
                    await self._changed.wait()
        finally:
            await photos.close()
            await house.ingest.close()

    def _furnished(self) -> House:
        pulse = Pulse(self._logbook)
        door = Door(self._logbook, pulse, self._limits)
        return House(
            self._logbook,
            self._folder,
            self._name,
            self._page,
            self._clock,
            self._limits,
            door,
            KnownHours(self._logbook, pulse, self._clock),
            Ingest(self._logbook, self._limits),
        )

    @asynccontextmanager
    async def _listening(self, house: House, photos: Photos, health: Health, setting: Setting) -> AsyncIterator[None]:
        hosts = [setting.host, *setting.addresses]
        context = await asyncio.to_thread(tls.prepare, self._own, self._name, hosts, datetime.now(UTC))
        positions = Positions(house)
        secure = Reception(house, positions, *_routes(house, photos, health, positions))
        setup = SetupPage(self._own, self._name)
        plain = Reception(house, positions if setting.clear_text else None, _setup_routes(setup), {}, private=True)
        async with (
            _server(secure, self._limits, setting.binds, setting.port, context) as self.port,
            _server(plain, self._limits, setting.binds, setting.setup_port, None) as self.setup_port,
            self._subscribed(house, positions, health),
        ):
            log.info("Listening on port %d as %s, set-up page on %d", self.port, setting.host, self.setup_port)
            self._tell(health, setting)
            self.listening.set()
            try:
                yield
            finally:
                self.listening.clear()

    @asynccontextmanager
    async def _subscribed(self, house: House, positions: Positions, health: Health) -> AsyncIterator[None]:
        """Take messages from the broker too, if there is one."""
        if self._wanted.broker is None:
            yield
            return
        health.subscription = Subscription(self._wanted.broker, house, positions, self._own / "ca.pem")
        async with _beside(health.subscription.run()):
            yield

    async def _tick(self, health: Health, setting: Setting) -> None:
        """Every second: say how things stand, see whether to end, or to listen anew."""
        turn = 0
        while True:
            await asyncio.sleep(TICK_S)
            turn += 1
            try:
                await health.measure()
                self._tell(health, setting)
                if asked_to_stop(self._own):
                    self.end()
                if turn % LOOK_AGAIN_TICKS == 0 and await asyncio.to_thread(self._outdated, setting):
                    self._changed.set()
            except (OSError, KnownError) as fault:  # a full disk: the phones matter more than the status
                log.warning("The gateway's status could not be told: %s", fault)

    def _outdated(self, setting: Setting) -> bool:
        fresh = Setting.of(self._logbook.read(lambda r: r.policy()), self._wanted)
        return fresh != setting or tls.near_end(self._own, datetime.now(UTC))

    def _tell(self, health: Health, setting: Setting) -> None:
        tell(
            self._own,
            GatewayStatus(
                running=True,
                pid=os.getpid(),
                version=__version__,
                since=health.since.isoformat(),
                written=datetime.now(UTC).isoformat(),
                host=setting.host,
                port=self.port,
                setup_port=self.setup_port,
                addresses=setting.addresses,
                counters=health.counters(),
                fault=health.fault,
            ),
        )


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Work that goes on as long as the block does."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def serve(gateway: Callable[[], Gateway], folder: Path, *, mqtt: bool = False) -> None:
    """Be the gateway of the depot in `folder` until asked to end. Raises `KnownError` if one runs already."""
    gc.collect()
    gc.freeze()  # all that is loaded by now stays; to look through it again would hold up every phone for 80 ms
    with only_one(folder / "gateway") as claim, asyncio.Runner(loop_factory=_loop(mqtt=mqtt)) as runner:
        runner.run(_until_told(gateway, claim))


async def _until_told(make: Callable[[], Gateway], claim: Claim) -> None:
    gateway = make()
    with _signals(gateway.end):
        minding = asyncio.create_task(_mind(claim, gateway))
        try:
            await gateway.run()
        finally:
            minding.cancel()


async def _mind(claim: Claim, gateway: Gateway) -> None:
    """End a gateway whose depot is no longer there: nobody else could."""
    while claim.stands:
        await asyncio.sleep(TICK_S)
    log.warning("The depot's folder is gone: this gateway ends.")
    gateway.end()


def _routes(
    house: House, photos: Photos, health: Health, positions: Positions
) -> tuple[dict[tuple[str, str], Handler], dict[str, Under]]:
    page, driver = Page(house.page), DriverApi(house)
    customers, replies = CustomerPages(house, house.page.parent / "customer"), Replies(house)
    exact: dict[tuple[str, str], Handler] = {
        ("GET", "/"): page.home,
        ("GET", "/driver"): page.home,
        ("GET", "/health"): health.answer,
        ("POST", "/pair"): partial(pair, house),
        ("GET", "/driver/api/round"): driver.round,
        ("POST", "/driver/api/actions"): driver.actions,
        ("POST", "/driver/api/code"): driver.code,
        ("POST", "/driver/api/positions"): positions.take_of_page,
        ("GET", "/messages/reply"): replies.bare,
        ("POST", "/messages/reply"): replies.bare,
    }
    under: dict[str, Under] = {
        "/driver/api/photos/": photos.answer,
        "/driver/": page.file,
        "/t/": customers.answer,
        "/messages/reply/": replies.take,
    }
    return exact, under


def _setup_routes(setup: SetupPage) -> dict[tuple[str, str], Handler]:
    return {
        ("GET", "/"): setup.page,
        ("GET", "/ca.crt"): setup.certificate,
        ("GET", "/ca.mobileconfig"): setup.profile,
    }


# --- listening ----------------------------------------------------------------------------------------------------


def _worth_telling(record: logging.LogRecord) -> bool:
    """Whoever sends what is no HTTP gets his 400, and no traceback in our log."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


protocol_log = logging.getLogger(f"{__name__}.protocol")
protocol_log.addFilter(_worth_telling)


class _Bounded(web.Server):
    """Hangs up on connections beyond a number."""

    most = 0

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self.connections) > self.most:
            transport.abort()


@asynccontextmanager
async def _server(
    reception: Reception, limits: Limits, binds: Sequence[str], port: int, context: ssl.SSLContext | None
) -> AsyncIterator[int]:
    """Listen; gives the port. At the end what is under way is finished within the time allowed."""
    loop = asyncio.get_running_loop()
    server = _Bounded(
        reception,
        request_factory=_maker(loop, limits.body_bytes),
        access_log=None,
        logger=protocol_log,
        keepalive_timeout=limits.idle_s,
        lingering_time=2.0,
    )
    server.most = limits.connections
    handshake_s = limits.handshake_s if context else None
    sockets = _bound(binds, port)
    port, listeners = sockets[0].getsockname()[1], []
    try:
        for each in sockets:
            listeners.append(
                await loop.create_server(
                    server, sock=each, backlog=BACKLOG, ssl=context, ssl_handshake_timeout=handshake_s
                )
            )
        yield port
    finally:
        for listener in listeners:
            listener.close()
        server.pre_shutdown()
        await server.shutdown(limits.stop_s)


def _bound(binds: Sequence[str], port: int) -> list[socket.socket]:
    """A socket for each address, all with the same port. One of several addresses may have gone a moment ago."""
    found: list[socket.socket] = []
    for address in binds:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            found.append(socket.create_server((address, port), family=family, backlog=BACKLOG))
        except OSError as fault:
            if fault.errno in _ABSENT and address != binds[0]:
                continue
            for each in found:
                each.close()
            raise _not_listening(address, port, fault) from fault
        port = found[0].getsockname()[1]
    return found


def _maker(loop: asyncio.AbstractEventLoop, most_bytes: int) -> Any:
    """Makes requests whose bodies are held to a size."""
    make = web.BaseRequest
    return lambda message, payload, protocol, writer, task: make(
        message, payload, protocol, writer, task, loop, client_max_size=most_bytes
    )


def _not_listening(bind: str, port: int, fault: OSError) -> KnownError:
    if fault.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
        return KnownError(f"Port {port} is taken by another program.", "End that program, or choose another port.")
    if fault.errno == errno.EACCES:
        return KnownError(f"This user may not listen on port {port}.", "Choose a port above 1023.")
    where = f"{in_url(bind)}:{port}"
    return KnownError(f"The gateway cannot listen on {where} ({fault.strerror}).", "Choose another address or port.")


def _loop(*, mqtt: bool) -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:  # Windows has none, and its usual loop cannot watch the broker's socket
        return asyncio.SelectorEventLoop if mqtt else asyncio.new_event_loop
    return uvloop.new_event_loop


@contextmanager
def _signals(end: Callable[[], None]) -> Iterator[None]:
    """Have SIGTERM and Ctrl+C call `end` in the loop."""
    loop = asyncio.get_running_loop()
    wanted = (signal.SIGTERM, signal.SIGINT)
    former = {each: signal.signal(each, lambda *_: loop.call_soon_threadsafe(end)) for each in wanted}
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
