"""What was let go, held or erased when, and by whom: a file of JSON lines in the depot's folder, newest last.

Names of customers never stand in it: it is kept for good.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.services.workplace import Workplace

FILE = "kept.jsonl"
LONGEST = 500


class RunKind(StrEnum):
    """What was done; the value is what it is called."""

    FORGOT = "let go what was due"
    HELD = "put under hold"
    LIFTED = "lifted a hold"
    EXPORTED = "wrote out a person’s data"
    ERASED = "erased a person"
    DRIVER_ERASED = "erased a driver"


@dataclass(frozen=True, slots=True)
class Run:
    """One line."""

    at: datetime
    kind: RunKind
    by: str = ""
    """Empty for the program's own daily run."""
    why: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many of what; bytes under `bytes`."""


def write_down(
    workplace: Workplace, kind: RunKind, *, by: str = "", why: str = "", counts: Mapping[str, int] | None = None
) -> Run:
    """Add a line, on the disk when this returns. Raises `KnownError`."""
    run = Run(workplace.clock(), kind, by, why, dict(counts or {}))
    said = {"at": run.at.isoformat(), "kind": kind.name, "by": by, "why": why, "counts": run.counts}
    file = _file(workplace)
    try:
        with file.open("a", encoding="utf-8") as handle:
            # what a power failure cut off must not swallow this line too
            start = "\n" if _cut_off(file) else ""
            handle.write(f"{start}{json.dumps(said, ensure_ascii=False)}\n")
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as fault:
        raise KnownError(f"{file} cannot be written ({fault.strerror}).", "Allow writing to it.") from fault
    return run


def runs(workplace: Workplace, limit: int = 200) -> Sequence[Run]:
    """The newest first. A line that cannot be read, of a write that a power failure cut off, is passed by."""
    try:
        lines = _file(workplace).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    except OSError as fault:
        raise KnownError(f"{_file(workplace)} cannot be read ({fault.strerror}).", "Allow reading it.") from fault
    found: list[Run] = []
    for line in reversed(lines):
        with suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            at, kind = datetime.fromisoformat(said["at"]), RunKind[said["kind"]]
            found.append(Run(at, kind, said["by"], said["why"], said["counts"]))
        if len(found) == limit:
            break
    return found


def spoken(words: str, what: str) -> str:
    """The words as they are kept. Raises `BadInput` for none, too many, or what cannot be kept."""
    words = " ".join(words.split())
    if not words:
        raise BadInput(f"It is not said {what}.", f"Type {what}.")
    if len(words) > LONGEST:
        raise BadInput(f"There are more than {LONGEST} characters on {what}.", "Make it shorter.")
    if any("\ud800" <= sign <= "\udfff" for sign in words):
        raise BadInput(f"There are signs in {what} that cannot be kept.", "Type it anew.")
    return words


def _cut_off(file: Path) -> bool:
    return not file.read_bytes().endswith(b"\n") if file.stat().st_size else False


def _file(workplace: Workplace) -> Path:
    return workplace.home.database(workplace.slug).parent / FILE
