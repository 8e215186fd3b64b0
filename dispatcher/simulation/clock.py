"""The pace of a simulation: its moments follow one another `speed` times as fast as the computer's.

Nothing else in the simulation asks what time it is.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dispatcher.services.clocks import LEASE, SimulatedTime, publish, system_clock, withdraw
from dispatcher.services.ports import Clock


class Pace:
    """Simulated time as the simulated drivers and phones live in it."""

    def __init__(self, begins: datetime, speed: float, real: Clock = system_clock) -> None:
        """It is `begins` now."""
        self._real = real
        now = real()
        self.time = SimulatedTime(now, begins, speed, now + LEASE)

    @property
    def now(self) -> datetime:
        """The simulated moment."""
        return self.time.at(self._real())

    async def until(self, moment: datetime) -> None:
        """Come back at a simulated moment, at once if it has passed."""
        await self.after_s((moment - self.now).total_seconds())

    async def after_s(self, seconds: float) -> None:
        """Come back after so many simulated seconds."""
        await asyncio.sleep(max(0.0, seconds / self.time.speed))

    @asynccontextmanager
    async def shared(self, folder: Path) -> AsyncIterator[None]:
        """Have gateway and window live in this time too, for as long as the block runs."""
        self._extend(folder)
        extending = asyncio.create_task(self._keep_extending(folder))
        try:
            yield
        finally:
            extending.cancel()
            withdraw(folder)

    async def _keep_extending(self, folder: Path) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            self._extend(folder)

    def _extend(self, folder: Path) -> None:
        self.time = replace(self.time, until=self._real() + LEASE)
        publish(folder, self.time)
