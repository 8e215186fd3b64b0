"""What the gateway's rooms share: the logbook, the clock, the door, the way to the disk, and what is counted."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from aiohttp import web

from dispatcher.domain.tracking import Unkept
from dispatcher.gateway.door import Door
from dispatcher.gateway.hours import KnownHours
from dispatcher.gateway.ingest import Ingest
from dispatcher.gateway.limits import Limits
from dispatcher.services.logbook import Logbook


@dataclass(slots=True)
class Counters:
    """What happened since the start."""

    requests: int = 0
    fixes: int = 0
    again: int = 0
    """Positions seen before."""
    unkept: Counter[Unkept] = field(default_factory=Counter)
    """Positions that were acknowledged and are not kept."""
    faults: int = 0
    refused: int = 0
    actions: int = 0
    photos: int = 0
    rates: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=11))
    """(moment, fixes) of the last seconds."""

    def fixes_per_s(self) -> float:
        """Over the last ten seconds."""
        if len(self.rates) < 2 or self.rates[-1][0] <= self.rates[0][0]:
            return 0.0
        (began, before), (at, fixes) = self.rates[0], self.rates[-1]
        return round((fixes - before) / (at - began), 1)


@dataclass(frozen=True, slots=True)
class House:
    """One depot's gateway, as every handler of requests is given it."""

    logbook: Logbook
    folder: Path
    """The depot's: the logbook and `proofs` are in there."""
    name: str
    """The depot's, until a round says it."""
    page: Path
    """The driver page's files."""
    clock: Callable[[], datetime]
    limits: Limits
    door: Door
    hours: KnownHours
    ingest: Ingest
    counters: Counters = field(default_factory=Counters)


async def body_of(request: web.BaseRequest, limits: Limits) -> bytes:
    """The whole body, within the time allowed; `aiohttp` holds it to its size."""
    if not request.can_read_body:
        return b""
    if request.content.is_eof():  # here with its head already, as a single position mostly is
        return await request.read()
    async with asyncio.timeout(limits.request_s):
        return await request.read()


def address_of(request: web.BaseRequest) -> str:
    """Where the request comes from; never what a header claims."""
    return request.remote or ""
