"""Where a phone is, on its way to the gateway: a queue that loses nothing and is sent from its head."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from dispatcher.simulation.line import Line, Lost, require_good
from dispatcher.simulation.receiver import Sighting
from dispatcher.simulation.tally import Tally
from dispatcher.simulation.wire import HABITS, Habit, Phone

MESSAGES_A_S = 12.0
"""Real: the gateway lets a phone send 20 a second."""


def interval_s(habit: Habit, speed: float) -> float:
    """Simulated seconds between two positions: an app that sends each by itself keeps to what a phone may send."""
    return max(habit.interval_s, speed / MESSAGES_A_S if habit.batch == 1 else 0.0)


@dataclass(slots=True)
class PositionRadio:
    """One app's."""

    phone: Phone
    line: Line
    tally: Tally
    skew: timedelta
    _queue: deque[Sighting] = field(default_factory=deque)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def idle(self) -> bool:
        """Whether everything has arrived."""
        return not self._queue

    def put(self, sighting: Sighting) -> None:
        """Have a position sent some time."""
        self._queue.append(sighting)
        self.tally.sent += 1
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled."""
        habit = HABITS[self.phone.app]
        while True:
            await self._woken.wait()
            await self._send(habit)
            if not self._queue:
                self._woken.clear()
            if habit.every_s and not self.line.home.is_set():
                await asyncio.sleep(max(1 / MESSAGES_A_S, habit.every_s / self.line.pace.time.speed))

    async def _send(self, habit: Habit) -> None:
        batch = [self._queue[i] for i in range(min(habit.batch, len(self._queue)))]
        sent_at = self.line.pace.now + self.skew
        try:
            answer = await self.line.ask(habit.encode(self.phone, batch, sent_at))
        except Lost:
            self.tally.again += len(batch)
            return
        require_good(answer, f"positions of {self.phone.app}")
        if not habit.taken(answer.body):  # as the app does: the batch is kept and sent again
            self.tally.again += len(batch)
            await self.line.pace.after_s(5)
            return
        for _ in batch:
            self._queue.popleft()
        self.tally.acknowledged += len(batch)
        self.line.tallies.unkept.update(answer.unkept)
