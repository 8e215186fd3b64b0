"""One simulated driver: a life, a phone that watches it, and the page on which the driver says what was done."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatcher.simulation.line import Refused
from dispatcher.simulation.page import Page
from dispatcher.simulation.radio import PositionRadio, interval_s
from dispatcher.simulation.receiver import Receiver, Sighting
from dispatcher.simulation.wire import HABITS
from dispatcher.simulation.world import Deed, Life


@dataclass(slots=True)
class SimulatedDriver:
    """Lives until the day is over, or until cancelled."""

    life: Life
    page: Page
    radio: PositionRadio
    receiver: Receiver
    complain: Callable[[str], None]
    lost: bool = field(default=False, init=False)
    """The gateway will have no more of this phone."""
    _said: int = field(default=0, init=False)
    _senders: list[asyncio.Task[None]] = field(default_factory=list, init=False)

    @property
    def idle(self) -> bool:
        """Whether everything that can arrive has arrived."""
        return self.lost or (self.page.idle and self.radio.idle)

    def switch_on(self) -> None:
        """Have the phone send from now on."""
        for sending in (self.page.run(), self.page.upload(), self.page.watch(), self.radio.run()):
            self._senders.append(asyncio.create_task(self._guarded(sending)))

    async def switch_off(self) -> None:
        """Have it send no more."""
        for sender in self._senders:
            sender.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)

    async def live(self, until: datetime) -> None:
        """Go through the day at its pace, a position at a time; come home when it is over."""
        pace, every = self.page.line.pace, timedelta(seconds=interval_s(HABITS[self.radio.phone.app], self._speed))
        moment = max(self.life.begins_at, pace.now)
        while moment <= until:
            await self._grow(moment)
            if self.life.finished and moment > self.life.known_until:
                await self._do(self.life.known_until, self.receiver.look(self.life.known_until))
                break
            where = self.receiver.look(moment)
            await self._do(moment, where)
            await pace.until(moment)
            self.radio.put(where)
            moment += every
        self.page.line.home.set()

    @property
    def _speed(self) -> float:
        return self.page.line.pace.time.speed

    async def _grow(self, moment: datetime) -> None:
        """Decide the day as far as this moment, by the round as the phone has it."""
        while self.life.known_until < moment and not self.life.finished:
            if self.page.round is not self.life.round:
                self.life.change(self.page.round)
            await asyncio.to_thread(self.life.advance)

    async def _do(self, moment: datetime, where: Sighting) -> None:
        """Say on the page what was done up to this moment."""
        while self._said < len(self.life.deeds) and self.life.deeds[self._said].at <= moment:
            deed: Deed = self.life.deeds[self._said]
            await self.page.line.pace.until(deed.at)
            self.page.put(deed, where)
            self._said += 1

    async def _guarded(self, sending: Coroutine[Any, Any, None]) -> None:
        try:
            await sending
        except Refused as refused:
            self.lost = True
            self.complain(f"{self.life.round.driver}: {refused}")
