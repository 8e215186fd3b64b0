"""The learning desk: learns from the depot's own history, tries it on days held out, and answers by what did better.

What was learned lies beside the depot's database and can be thrown away at any time: it is learned again. For worker
threads; nothing leaves the machine.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dispatcher.domain.errors import KnownError
from dispatcher.domain.keeping import Trace
from dispatcher.domain.learned import Foreseer, Trial
from dispatcher.domain.progress import NoProgress, Progress, Share, checkpoint
from dispatcher.intake.addresses import address_key
from dispatcher.learning.doors import Doors
from dispatcher.learning.foreseen import Learned, PlainRules
from dispatcher.learning.kept import Kept, Reading, read, write
from dispatcher.services.ports import Clock
from dispatcher.services.workplace import Workplace
from dispatcher.tracking.learning import geohash

if TYPE_CHECKING:  # pandas loads only where something is learned
    from dispatcher.insight.cuts import Span

__all__ = ["LearningDesk", "PlainRules"]

LOOKS_BACK = timedelta(days=182)
"""Older days say less of how it is now, and their people may be erased."""
_LEARNING = threading.Lock()
"""Whoever forgets a person has another desk than whoever learns: both write the same file."""


class LearningDesk:
    """What one depot has learned. Any thread."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock
        self._file = workplace.home.database(workplace.slug).parent / "learned" / "learned.json"
        self._reading: Callable[[tuple[int, int]], Reading] = lru_cache(1)(lambda _version: read(self._file))
        self._answers: tuple[Kept, Foreseer] | None = None

    @property
    def trained_at(self) -> datetime | None:
        """When it was learned last; `None` for never."""
        kept = self._read().kept
        return kept.trained_at if kept else None

    @property
    def fault(self) -> str:
        """Why nothing of what was learned can be used, in words; empty where there is no such reason."""
        return self._read().fault

    def trials(self) -> Sequence[Trial]:
        """As kept from the last training: service, travel, failure. Empty before any."""
        kept = self._read().kept
        return kept.trials if kept else ()

    def foreseer(self) -> Foreseer:
        """Answers by what was learned where that is better, and by plain rules elsewhere. Never raises.

        A what-if copy has the depot's. The same until something is learned, or forgotten, again.
        """
        kept, known = self._read().kept, self._answers
        if kept is None:
            return PlainRules()
        if known is None or known[0] is not kept:
            zone, doors = self._workplace.depot.zone, Doors(bytes.fromhex(kept.salt), address_key)
            known = self._answers = kept, Learned(kept, zone, doors, geohash)
        return known[1]

    def train(self, span: "Span | None" = None, progress: Progress | None = None) -> Sequence[Trial]:
        """Bring the facts up to date, learn from them, try it, and keep what is better. Without a span: half a year.

        Today is left out while it lasts. Raises `Cancelled`, and `KnownError` in a what-if copy, in a depot whose road
        nobody looks at, or where it cannot be kept; what was learned before stands then.
        """
        from dispatcher.services.insight import InsightDesk, Span
        from dispatcher.services.learning_training import Training

        live = self._workplace.live
        if self._workplace.what_if is not None:
            raise KnownError("A what-if copy learns nothing of its own.", "Go back to the depot, and learn there.")
        if live is None:
            raise KnownError("Without a logbook there is no history to learn from.", "Open the depot's window.")
        progress = progress or NoProgress()
        with _LEARNING:
            yesterday = self._workplace.today - timedelta(days=1)
            span = span or Span(yesterday - LOOKS_BACK, yesterday)
            InsightDesk(self._workplace, clock=self._clock).gather(span, Share(progress, 0.0, 0.6))
            training = Training(self._workplace.depot, self._workplace.store, live.logbook, self._folder / "insight")
            kept = training.run(span, self._clock(), Share(progress, 0.6, 1.0))
            checkpoint(progress, 1.0, "Learned")
            write(self._file, kept)
        return kept.trials

    def forget(self, traces: Collection[Trace]) -> None:
        """Take out what was learned of the houses that these orders ever went to, and of who lives there, at once.

        The houses have hidden names in the file, which only their addresses lead to: so these must be told, and
        are asked for before they are erased. Raises `KnownError` if the file cannot be written.
        """
        with _LEARNING:
            kept = self._read().kept
            if kept is not None:
                doors = Doors(bytes.fromhex(kept.salt), address_key)
                houses = {doors.building(*address) for trace in traces for address in _addresses(trace)}
                rest = kept.without(frozenset(houses))
                if rest != kept:
                    write(self._file, rest)

    @property
    def _folder(self) -> Path:
        return self._file.parent.parent

    def _read(self) -> Reading:
        version = 0, 0
        with suppress(OSError):
            stat = self._file.stat()
            version = stat.st_mtime_ns, stat.st_ino
        return self._reading(version)


def _addresses(trace: Trace) -> Iterable[tuple[str, str, str]]:
    return {*trace.addresses, (trace.address, trace.postcode, trace.city)}
