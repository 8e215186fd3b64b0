"""How long work reports and how it is stopped: one tiny protocol for builds, imports, geocoding and searches."""

from typing import Protocol

from dispatcher.domain.errors import Cancelled


class Progress(Protocol):
    """What long work is handed. Any thread."""

    def report(self, fraction: float, text: str) -> None:
        """Say how far the work is: `fraction` 0-1, `text` a short phrase for people."""

    def cancelled(self) -> bool:
        """Whether the person asked to stop."""


class NoProgress:
    """Nobody watches, nobody cancels."""

    def report(self, fraction: float, text: str) -> None:
        """Say nothing."""

    def cancelled(self) -> bool:
        """Never."""
        return False


def checkpoint(progress: Progress, fraction: float, text: str) -> None:
    """Report, and raise `Cancelled` if the person asked to stop."""
    if progress.cancelled():
        raise Cancelled
    progress.report(fraction, text)


class Share:
    """A part of a longer way: passes progress on, squeezed into its share."""

    def __init__(self, whole: Progress, start: float, end: float) -> None:
        self._whole, self._start, self._end = whole, start, end

    def report(self, fraction: float, text: str) -> None:
        """Say how far this part is."""
        self._whole.report(self._start + fraction * (self._end - self._start), text)

    def cancelled(self) -> bool:
        """Whether the whole was cancelled."""
        return self._whole.cancelled()
