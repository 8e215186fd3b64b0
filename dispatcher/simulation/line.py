"""The line between one phone and the gateway: real HTTP, cut where the world has no signal, and patient as apps are.

A phone that is sent away (429, 503, 507) waits as long as it is told; one that reaches nobody waits ever longer.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import aiohttp

from dispatcher.domain.errors import KnownError
from dispatcher.simulation.clock import Pace
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.tally import Tallies
from dispatcher.simulation.wire import Message

FIRST_S, LAST_S = 5.0, 300.0
"""Simulated, between tries (Traccar Client's)."""
LEAST_S = 0.3
"""Real: a fast simulation must not hammer."""
LOST = 0.01
"""Answers that never reach the phone, though the gateway has what was sent."""
SIGNAL_EVERY_S = 20.0
BUSY = {429, 503, 507}


class Lost(Exception):
    """No answer came."""


class Refused(KnownError):
    """The gateway will not have this, now or later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    etag: str = ""
    unkept: Mapping[str, int] = field(default_factory=dict)
    """How many of the positions sent the gateway does not keep, by the reason."""


@dataclass(slots=True)
class Line:
    """Of one phone. `signal` says whether there is any; `home` makes sure there is."""

    http: aiohttp.ClientSession
    origin: str
    pace: Pace
    tallies: Tallies
    dice: Dice
    signal: Callable[[], bool]
    home: asyncio.Event = field(default_factory=asyncio.Event)
    _waits_s: float = FIRST_S

    @property
    def up(self) -> bool:
        """Whether anything can be sent."""
        return self.home.is_set() or self.signal()

    async def ask(self, message: Message) -> Answer:
        """Send until the gateway answers for good; whatever the status then is.

        Raises `Lost` when the answer was lost on the way: the gateway may have it, the phone does not know.
        """
        while True:
            await self._until_up()
            try:
                answer, wait_s = await self._once(message)
            except (aiohttp.ClientError, TimeoutError, OSError):
                await self._wait()
                continue
            if answer.status in BUSY or answer.status >= 500:
                self.tallies.turned_away[answer.status] += 1
                await asyncio.sleep(wait_s) if wait_s else await self._wait()
                continue
            self._waits_s = FIRST_S
            if not self.home.is_set() and self.dice.random() < LOST:
                raise Lost
            return answer

    async def _once(self, message: Message) -> tuple[Answer, float]:
        url = self.origin + message.path
        async with self.http.request(message.method, url, data=message.body, headers=message.headers) as response:
            told, unkept = response.headers.get("Retry-After", ""), response.headers.get("Positions-Unkept", "")
            body, etag = await response.read(), response.headers.get("ETag", "")
            answer = Answer(response.status, body, etag, _counts(unkept))
            return answer, float(told) if told.isdecimal() else 0.0

    async def _until_up(self) -> None:
        while not self.up:
            await self.pace.after_s(SIGNAL_EVERY_S)

    async def _wait(self) -> None:
        await asyncio.sleep(max(LEAST_S, self._waits_s / self.pace.time.speed))
        self._waits_s = min(LAST_S, self._waits_s * 2)


def _counts(said: str) -> Mapping[str, int]:
    """Of a header as `ended=2, off-duty=1`."""
    parts = (part.strip().partition("=") for part in said.split(","))
    return {key: int(count) for key, _, count in parts if count.isdecimal()}


def require_good(answer: Answer, what: str) -> None:
    """Raise `Refused` with the gateway's own words unless the answer is good."""
    if not 200 <= answer.status < 300:
        words = answer.body[:300].decode("utf-8", "replace")
        raise Refused(f"The gateway turned {what} away ({answer.status}: {words}).", "Look at the gateway's log.")
