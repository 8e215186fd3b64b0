"""Simulated days as the window starts and watches them: where one may be driven, and the process that drives it.

What happens in such a day is `dispatcher.simulation`'s business; nothing of it runs in the window's process.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.services.children import detach, launch
from dispatcher.services.home import Home
from dispatcher.services.keeping import unkept_words

_LAST_WORDS = 20


def require_practice(depot: Depot) -> None:
    """Raise `KnownError` unless the depot is one for training."""
    if not depot.road.practice:
        raise KnownError(
            f"{depot.name} is not a depot for practice: simulated positions and proofs would stand among its real ones "
            "for good.",
            "Open the demo (roundhouse demo), or make a depot for practice (roundhouse depot new NAME --practice).",
        )


# --- what a running day says --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """How far a simulated day is."""

    at: datetime
    """By the depot's clock."""
    been: int
    """Stops that drivers have left behind them."""
    of: int
    sent: int
    """Positions, actions and photos so far."""
    waiting: int
    """Of them, on their way or still on phones."""

    @property
    def words(self) -> str:
        """For people."""
        return f"{self.at:%H:%M}  {self.been} of {self.of} stops, {self.sent} sent, {self.waiting} waiting"


class Teller(Protocol):
    """Whom a simulated day tells how it goes."""

    def step(self, step: Step) -> None:
        """Every few seconds."""

    def say(self, words: str) -> None:
        """Something that happened."""


class LineTeller:
    """Tells it as lines of JSON, for the window to read."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def step(self, step: Step) -> None:
        """As an object with the step's figures."""
        self._write(json.dumps({"step": {**asdict(step), "at": step.at.isoformat()}}))

    def say(self, words: str) -> None:
        """As an object with the words."""
        self._write(json.dumps({"say": words}))


def hear(line: str) -> Step | str | None:
    """What a line of `LineTeller` says; `None` for any other line."""
    try:
        said = json.loads(line)
        if "say" in said:
            return str(said["say"])
        told = said["step"]
        return Step(**{**told, "at": datetime.fromisoformat(told["at"])})
    except (ValueError, TypeError, KeyError):
        return None


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a simulated day."""

    drivers: int
    stopped: bool
    positions: int
    actions: int
    photos: int
    sent: int
    acknowledged: int
    unkept: Mapping[str, int]
    """Positions that were acknowledged and are not in the logbook, by the reason."""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Summary":
        """Of what the command prints."""
        positions = sum(tally["sent"] for tally in said["positions"].values())
        return cls(
            said["drivers"],
            said["stopped"],
            positions,
            said["actions"]["sent"],
            said["photos"]["sent"],
            said["sent"],
            said["acknowledged"],
            said["unkept"],
        )

    @property
    def words(self) -> str:
        """For people."""
        how = "was stopped" if self.stopped else "is over"
        what = f"{self.positions:,} positions, {self.actions:,} actions and {self.photos:,} photos sent"
        lost = self.sent - self.acknowledged
        came = f"{lost:,} of them never acknowledged" if lost else "all of them acknowledged"
        return f"The simulated day {how}: {what}, {came}. {unkept_words(self.unkept)}".rstrip()


# --- the process --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """A day to be simulated."""

    on: date
    speed: float = 60.0
    """How many times as fast as real."""
    seed: int = 1
    drivers: int | None = None
    """Only the first so many; `None` for all."""
    until: time | None = None
    """By the depot's clock; `None` for until everybody is home."""

    def arguments(self, slug: str) -> list[str]:
        """As the command line takes them."""
        said = ["--depot", slug, "--date", self.on.isoformat(), "--speed", f"{self.speed:g}", "--seed", str(self.seed)]
        if self.drivers is not None:
            said += ["--drivers", str(self.drivers)]
        if self.until is not None:
            said += ["--until", f"{self.until:%H:%M}"]
        return said


class Simulation:
    """One simulated day in a process of its own, which ends with this one. `end` may be called by any thread."""

    def __init__(self, home: Home, slug: str, wish: Wish) -> None:
        """Starts it. Raises `KnownError` if nothing can start."""
        command = ["simulate", *wish.arguments(slug), "--attached", "--json"]
        pipe = subprocess.PIPE
        try:
            self._process = launch(home, command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=home.root)
        except OSError as fault:
            raise KnownError(f"The simulation could not be started ({fault.strerror}).", "Look at the disk.") from fault

    def follow(self, heard: Callable[[Step | str], object]) -> Summary:
        """Pass on what it says until it ends. Raises `KnownError`, in its own words, if it fails."""
        process, others = self._process, list[str]()
        assert process.stderr is not None
        assert process.stdout is not None
        with process.stdout, process.stderr:
            for line in process.stderr:
                text = line.decode(errors="replace").strip()
                if (told := hear(text)) is not None:
                    heard(told)
                elif text:
                    others = [*others[-_LAST_WORDS:], text]
            result = process.stdout.read()
        process.wait()
        detach(process)
        try:
            return Summary.of(json.loads(result))
        except (ValueError, KeyError, TypeError):
            why = others[-1].removeprefix("roundhouse: ") if others else f"It ended with {process.returncode}."
            raise KnownError(f"The simulated day failed: {why}") from None

    def end(self) -> None:
        """Have the day end in good order: what is on the phones is still delivered. Does not wait."""
        detach(self._process)

    def kill(self) -> None:
        """Make an end of it now; whoever follows it hears that it failed."""
        self._process.kill()
