"""A simulated day from end to end: phones are paired, drivers live, everything is sent, counted and taken down.

What is needed of the depot is handed in; nothing here opens a database, and nothing is written but through the
gateway, besides the pairing of the phones.
"""

import asyncio
import json
import signal
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from dispatcher.domain.devices import App
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.roads import RoadNetwork
from dispatcher.services.clocks import published, system_clock
from dispatcher.services.logbook import Logbook
from dispatcher.services.simulating import Step, Teller
from dispatcher.simulation.clock import Pace
from dispatcher.simulation.driver import SimulatedDriver
from dispatcher.simulation.fates import DeadZone, Dice, Fate, dead_zones, deal
from dispatcher.simulation.line import Line, Lost
from dispatcher.simulation.page import Codes, Page
from dispatcher.simulation.phones import Paired, pair, put_away
from dispatcher.simulation.radio import PositionRadio
from dispatcher.simulation.receiver import Receiver
from dispatcher.simulation.rounds import Round
from dispatcher.simulation.tally import Tallies
from dispatcher.simulation.track import as_point, metres
from dispatcher.simulation.world import Life, truth

MIXED = (App.TRACCAR, App.PAGE, App.OWNTRACKS, App.OVERLAND, App.GPSLOGGER)
"""The order in which apps go round among the drivers of a mixed day."""
STALLED_S, HURRIED_S = 60.0, 10.0
"""Real: how long the end waits for an acknowledgement after the last one, and after being stopped."""
AGREES_S = 15.0
REPORT_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Site:
    """What a simulation needs of a depot."""

    folder: Path
    logbook: Logbook
    roads: RoadNetwork
    profiles: Mapping[str, Profile]
    """Of each shift's vehicle; a car where none is named."""
    codes: Codes
    gateway: str
    """Scheme, host and port."""
    certificate: Path
    """Of the depot's own authority."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of day it shall be."""

    on: str
    """ISO date."""
    seed: int = 1
    speed: float = 60.0
    app: App | None = None
    """For every driver; `None` for a mix."""
    begins: datetime | None = None
    """The simulated moment at which it begins, with nobody leaving earlier; `None` for when the first driver comes."""
    until: datetime | None = None


def run(
    site: Site, wish: Wish, rounds: Sequence[Round], teller: Teller, *, truth_to: Path | None = None
) -> dict[str, Any]:
    """Live through the day of these rounds; says what was sent and acknowledged.

    Raises `KnownError` when the gateway cannot be reached, does not live in simulated time, or another simulation runs.
    """
    running = published(site.folder)
    if running and running.until > system_clock():
        raise KnownError("A simulation of this depot runs already.", "End it, or wait until it has ended.")
    return asyncio.run(_Run(site, wish, rounds, teller, truth_to).go())


class _Run:
    def __init__(self, site: Site, wish: Wish, rounds: Sequence[Round], teller: Teller, truth_to: Path | None) -> None:
        self.site, self.wish, self.rounds, self.teller, self.truth_to = site, wish, rounds, teller, truth_to
        self.tallies = Tallies()
        places = [door.place for round_ in rounds for door in round_.doors]
        self.zones = dead_zones(wish.seed, places, rounds[0].depot)
        self.phones: dict[str, Paired] = {}
        self.drivers: list[SimulatedDriver] = []
        self.stopped = asyncio.Event()

    async def go(self) -> dict[str, Any]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(_stop_on_signals(self.stopped))
            http = await stack.enter_async_context(_session(self.site))
            stack.callback(put_away, self.site.logbook, self.phones.values())
            await self._pair(http)
            lives = self._lives()
            pace = Pace(self._begins(lives), self.wish.speed)
            stack.callback(self._write_truth, lives, pace)
            await stack.enter_async_context(pace.shared(self.site.folder))
            for round_ in self.rounds:
                self._equip(round_, lives[round_.shift_id], http, pace)
            await self._agree(pace)
            await self._live(pace)
        return {"date": self.wish.on, "seed": self.wish.seed, "speed": self.wish.speed, **self._said()}

    # --- before ---------------------------------------------------------------------------------------------------

    async def _pair(self, http: aiohttp.ClientSession) -> None:
        self.teller.say(f"Pairing {len(self.rounds)} phones")
        for i, round_ in enumerate(self.rounds):
            app, older = self.wish.app or MIXED[i % len(MIXED)], i % 2 == 1
            self.phones[round_.shift_id] = await pair(
                http, self.site.logbook, self.site.gateway, round_, app, older=older
            )

    def _lives(self) -> dict[str, Life]:
        fates = [f for f in Fate if f is not Fate.MOCK or self.wish.app in (None, App.TRACCAR)]
        dealt = deal(self.wish.seed, [r.shift_id for r in self.rounds], fates)
        return {
            r.shift_id: Life(
                r,
                self.site.roads,
                seed=self.wish.seed,
                fates=dealt[r.shift_id],
                profile=self.site.profiles.get(r.shift_id, Profile.CAR),
                not_before=self.wish.begins,
            )
            for r in self.rounds
        }

    def _begins(self, lives: Mapping[str, Life]) -> datetime:
        """Not before somebody comes to the yard: nobody wants to watch an empty one."""
        return self.wish.begins or min(life.begins_at for life in lives.values())

    def _equip(self, round_: Round, life: Life, http: aiohttp.ClientSession, pace: Pace) -> None:
        paired, receiver = self.phones[round_.shift_id], Receiver(life, self.wish.seed)
        line = Line(
            http,
            self.site.gateway,
            pace,
            self.tallies,
            Dice(self.wish.seed, round_.shift_id, "line"),
            lambda: _has_signal(life, pace.now, self.zones),
        )
        page = Page(line, paired.proofs, round_, self.wish.on, receiver.skew, self.wish.seed, self.site.codes)
        radio = PositionRadio(paired.phone, line, self.tallies.of_app(paired.phone.app), receiver.skew)
        self.drivers.append(SimulatedDriver(life, page, radio, receiver, self._complain))

    async def _agree(self, pace: Pace) -> None:
        """Fetch every round, and wait until the gateway lives in simulated time too."""
        for driver in self.drivers:
            with suppress(Lost):
                await driver.page.look()
        loop, page = asyncio.get_running_loop(), self.drivers[0].page
        gives_up, near_s = loop.time() + AGREES_S, max(5.0, 2 * pace.time.speed)
        while True:
            with suppress(Lost):
                now = datetime.fromisoformat(await page.look(anew=True))
                if abs((now - pace.now).total_seconds()) <= near_s:
                    return
            if self.stopped.is_set():
                return
            if loop.time() > gives_up:
                raise KnownError(
                    "The gateway does not live in simulated time.", "Start it with this version of Roundhouse."
                )
            await asyncio.sleep(0.1)

    # --- meanwhile ------------------------------------------------------------------------------------------------

    async def _live(self, pace: Pace) -> None:
        until = self.wish.until or pace.now + timedelta(days=3)
        for driver in self.drivers:
            driver.switch_on()
        async with _background(self._report(pace)):
            living = asyncio.create_task(self._live_all(until))
            stopped = asyncio.create_task(self.stopped.wait())
            await asyncio.wait({living, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if living.done():
                living.result()
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living
            await self._drain()
            stopped.cancel()
        for driver in self.drivers:
            await driver.switch_off()

    async def _live_all(self, until: datetime) -> None:
        async with asyncio.TaskGroup() as group:
            for driver in self.drivers:
                group.create_task(driver.live(until))

    async def _drain(self) -> None:
        """Let what is still on the phones arrive."""
        for driver in self.drivers:
            driver.page.line.home.set()
        loop = asyncio.get_running_loop()
        before, since = -1, loop.time()
        while not all(driver.idle for driver in self.drivers):
            if self.tallies.acknowledged != before:
                before, since = self.tallies.acknowledged, loop.time()
            if loop.time() - since > (HURRIED_S if self.stopped.is_set() else STALLED_S):
                return
            await asyncio.sleep(0.05)

    async def _report(self, pace: Pace) -> None:
        doors = sum(len(round_.doors) - len(round_.done) for round_ in self.rounds)
        while True:
            now = pace.now
            been = sum(visit.departed_at <= now for driver in self.drivers for visit in driver.life.visits)
            sent, waiting = self.tallies.sent, self.tallies.sent - self.tallies.acknowledged
            here = now.astimezone(self.rounds[0].zone)
            self.teller.step(Step(here, been, doors, sent, waiting))
            await asyncio.sleep(REPORT_EVERY_S)

    def _complain(self, words: str) -> None:
        self.teller.say(words)

    # --- after ----------------------------------------------------------------------------------------------------

    def _said(self) -> dict[str, Any]:
        return {"drivers": len(self.drivers), "stopped": self.stopped.is_set(), **self.tallies.said()}

    def _write_truth(self, lives: Mapping[str, Life], pace: Pace) -> None:
        if self.truth_to is None:
            return
        by_shift = {driver.life.round.shift_id: driver for driver in self.drivers}
        until = min(pace.now, self.wish.until or pace.now)
        days = [{**truth(lives[s], until), **_phone(driver)} for s, driver in by_shift.items()]
        zones = [
            {"lat": zone.centre.lat, "lon": zone.centre.lon, "radius_m": round(zone.radius_m)} for zone in self.zones
        ]
        told = {"date": self.wish.on, "seed": self.wish.seed, "until": until.isoformat()}
        text = json.dumps({**told, "dead_zones": zones, "drivers": days}, indent=1, ensure_ascii=False)
        try:
            self.truth_to.write_text(text + "\n", encoding="utf-8")
        except OSError as fault:
            raise KnownError(
                f"The truth could not be written to {self.truth_to} ({fault.strerror}).", "Name another file."
            ) from fault


def _phone(driver: SimulatedDriver) -> dict[str, Any]:
    ahead_s = driver.receiver.skew.total_seconds()
    return {"app": driver.radio.phone.app.value, "clock_ahead_s": round(ahead_s, 1)}


def _has_signal(life: Life, moment: datetime, zones: Sequence[DeadZone]) -> bool:
    point = life.track.at(life.second(moment)).point
    return not any(metres(point, as_point(zone.centre)) < zone.radius_m for zone in zones)


@asynccontextmanager
async def _session(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    """A session that trusts the depot's own certificate and no other."""
    try:
        trust = ssl.create_default_context(cafile=str(site.certificate))
    except (OSError, ssl.SSLError) as fault:
        raise KnownError(
            f"The depot's certificate {site.certificate} cannot be read.", "Start the gateway once: it makes one."
        ) from fault
    connector = aiohttp.TCPConnector(ssl=trust, limit=100)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as session:
        yield session


@asynccontextmanager
async def _background(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()


@asynccontextmanager
async def _stop_on_signals(stopped: asyncio.Event) -> AsyncIterator[None]:
    """Ctrl+C, or the system's wish, ends the day in good order."""
    loop = asyncio.get_running_loop()
    former = {}
    for wish in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError):  # not the main thread
            former[wish] = signal.signal(wish, lambda *_: loop.call_soon_threadsafe(stopped.set))
    try:
        yield
    finally:
        for wish, handler in former.items():
            signal.signal(wish, handler)
