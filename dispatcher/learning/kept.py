"""What was learned as one readable JSON file: written whole or not at all, read with every type checked."""

import os
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec

from dispatcher.domain.errors import KnownError
from dispatcher.domain.learned import Trial
from dispatcher.learning.tables import Tables

SCHEMA = 1
"""Other tables, or others meant by them: a file of another one counts as nothing learned."""
HIDDEN = ("building", "door")
"""Groups whose levels are hidden names of where people live."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Driven over planned time; JSON as it is."""

    samples: int
    cells: dict[str, tuple[float, int]]
    """By "zone|hour|weekend", the zone empty for all others: the factor, and from how many legs of it."""

    def at(self, zone: str, hour: int, weekday: int) -> tuple[float, int]:
        """For a geohash of five characters, an hour of the depot's clock, and a weekday (Monday 0)."""
        rest = f"|{hour}|{int(weekday >= 5)}"
        return self.cells.get(zone + rest) or self.cells.get(rest) or (1.0, 0)


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept of one training."""

    trained_at: datetime
    salt: str
    """In hexadecimal; made anew at each training, so that hidden names of two trainings do not meet."""
    share: float
    """Of all attempts, those that failed."""
    attempts: int
    flat_s: int
    """The depot's flat figure for the time at a door, when this was learned."""
    trials: tuple[Trial, ...] = ()
    service: Tables | None = None
    """`None` where it is not used; so are the others."""
    failure: Tables | None = None
    pace: Pace | None = None
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        if not 0 < len(bytes.fromhex(self.salt)) <= 64:
            raise ValueError("a salt has 1 to 64 bytes")
        if self.failure is not None and not 0 < self.share < 1:
            raise ValueError("where chances were learned, some attempts failed and some did not")

    def without(self, buildings: frozenset[str]) -> "Kept":
        """The same with nothing of these houses and of who lives there."""
        service, failure = (table and _without(table, buildings) for table in (self.service, self.failure))
        return replace(self, service=service, failure=failure)


def _without(tables: Tables, buildings: frozenset[str]) -> Tables:
    effects = {
        group: {n: v for n, v in table.items() if group not in HIDDEN or n.partition(".")[0] not in buildings}
        for group, table in tables.effects.items()
    }
    return Tables(tables.base, tables.smear, tables.samples, effects)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file said."""

    kept: Kept | None = None
    fault: str = ""
    """Why it says nothing, in words; empty where there is none."""


@dataclass(frozen=True, slots=True)
class _Header:
    schema: int = field(default=0)


def read(path: Path) -> Reading:
    """Never raises: what cannot be read is nothing learned, and says so."""
    try:
        text = path.read_bytes()
        if msgspec.json.decode(text, type=_Header).schema != SCHEMA:
            return Reading(fault="What was learned is of another version of Roundhouse. Learn again.")
        return Reading(msgspec.json.decode(text, type=Kept))
    except FileNotFoundError:
        return Reading()
    except OSError as fault:
        return Reading(fault=f"What was learned cannot be read from {path} ({fault.strerror}). Learn again.")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Reading(fault=f"What was learned cannot be read: {path} is damaged. Learn again.")


def write(path: Path, kept: Kept) -> None:
    """Only for this user's eyes. Raises `KnownError`, with the file as it was."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".json", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(kept), indent=1))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as fault:
        what = f"What was learned cannot be kept in {path.parent}: {fault.strerror}."
        raise KnownError(what, "Make room there, or see to who may write.") from fault
