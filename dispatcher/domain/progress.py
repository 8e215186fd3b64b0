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
