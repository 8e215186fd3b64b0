"""What time it is at a depot: the computer's, or a simulation's while one runs beside the window and the gateway.

A simulation says its time in a small file. Whoever asks `clock_of` reads it, so that the gateway, the window and the
simulated phones agree on the moment. A simulation that was killed stops extending `until`; its time ends by itself.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from dispatcher.services.ports import Clock

CLOCK = Path("gateway", "clock.json")
"""Under the depot's folder."""
LEASE = timedelta(seconds=15)
"""For how long, in real time, a simulation's word holds."""
LOOK_EVERY_S = 0.2
"""The file is looked at this often at most: the gateway asks for the time thousands of times a second."""


@dataclass(frozen=True, slots=True)
class SimulatedTime:
    """At `real`, by the computer's clock, it was `simulated`; since then time has run `speed` times as fast."""

    real: datetime
    simulated: datetime
    speed: float
    until: datetime
    """Real; from then on the computer's time counts again."""

    def at(self, real: datetime) -> datetime:
        """The simulated moment at a real one."""
        return self.simulated + (real - self.real) * self.speed

    def real_at(self, simulated: datetime) -> datetime:
        """The real moment at a simulated one."""
        return self.real + (simulated - self.simulated) / self.speed


def system_clock() -> datetime:
    """The computer's, aware, UTC."""
    return datetime.now(UTC)


def publish(folder: Path, time: SimulatedTime) -> None:
    """Let everybody who has this depot open live in simulated time, until `withdraw` or `time.until`."""
    file = folder / CLOCK
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = {name: getattr(time, name).isoformat() for name in ("real", "simulated", "until")}
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(json.dumps({**said, "speed": time.speed}), encoding="utf-8")
    draft.replace(file)


def withdraw(folder: Path) -> None:
    """Go back to the computer's time."""
    (folder / CLOCK).unlink(missing_ok=True)


def published(folder: Path) -> SimulatedTime | None:
    """What the file says, whether or not it still holds; `None` without a file, or with one that says nothing."""
    try:
        said: Any = json.loads((folder / CLOCK).read_text(encoding="utf-8"))
        real, simulated, until = (datetime.fromisoformat(said[name]) for name in ("real", "simulated", "until"))
        speed = float(said["speed"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    aware = all(moment.tzinfo for moment in (real, simulated, until))
    return SimulatedTime(real, simulated, speed, until) if aware and 0 < speed < float("inf") else None


@dataclass(slots=True)
class DepotClock:
    """The `Clock` of one depot. Any thread."""

    folder: Path
    real: Clock = system_clock
    ticks_s: Callable[[], float] = monotonic
    """Decides when the file is looked at again; never goes back, as the computer's time may."""
    _time: SimulatedTime | None = field(default=None, init=False)
    _seen: tuple[int, int] | None = field(default=None, init=False)
    _looked_s: float = field(default=float("-inf"), init=False)

    def __call__(self) -> datetime:
        """The moment at the depot, aware, UTC."""
        time, real = self.simulated, self.real()
        return time.at(real).astimezone(UTC) if time else real

    @property
    def simulated(self) -> SimulatedTime | None:
        """The simulation's time, while one runs: the window says so."""
        if self.ticks_s() - self._looked_s >= LOOK_EVERY_S:
            self._look()
        time = self._time
        return time if time and self.real() < time.until else None

    def _look(self) -> None:
        self._looked_s = self.ticks_s()
        try:
            stat = (self.folder / CLOCK).stat()
        except OSError:
            self._seen = self._time = None
            return
        seen = stat.st_mtime_ns, stat.st_ino
        if seen != self._seen:
            self._time, self._seen = published(self.folder), seen


def clock_of(folder: Path) -> DepotClock:
    """The clock of the depot in this folder (`depots/<slug>`): the computer's, unless a simulation runs there."""
    return DepotClock(folder)
