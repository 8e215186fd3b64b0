"""What a command has of the terminal and the disk around it: progress in lines, its log, who waits for it."""

import logging
import logging.handlers
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from dispatcher.domain.errors import KnownError
from dispatcher.services.home import Home
from dispatcher.services.simulating import Step


class TerminalProgress:
    """Progress of a command as lines on standard error; Ctrl+C stops it."""

    def __init__(self) -> None:
        self._said = ""

    def report(self, fraction: float, text: str) -> None:
        """Print each new phrase once, with the share done."""
        if text != self._said:
            self._said = text
            print(f"{fraction:4.0%} {text}", file=sys.stderr, flush=True)

    def cancelled(self) -> bool:
        """Ctrl+C raises by itself."""
        return False


class TerminalTeller:
    """A simulated day as lines on standard error, for people."""

    def step(self, step: Step) -> None:
        """Print how far it is."""
        print(f"{step.been / max(1, step.of):4.0%} {step.words}", file=sys.stderr, flush=True)

    def say(self, words: str) -> None:
        """Print it."""
        print(f"     {words}", file=sys.stderr, flush=True)


def end_with_input() -> None:
    """End in good order once standard input does: whoever started this process has let go of it, or is no more."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 1024):
                pass
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=wait, name="attached", daemon=True).start()


@contextmanager
def kept_log(home: Home, name: str = "roundhouse") -> Iterator[None]:
    """Write a rotating log into the data folder; processes that run side by side have one each."""
    try:
        home.logs.mkdir(parents=True, exist_ok=True)
        to = logging.handlers.RotatingFileHandler(
            home.logs / f"{name}.log", maxBytes=2_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError as fault:
        raise KnownError(
            f"No log can be written to {home.logs} ({fault.strerror}).", "Allow writing to that folder."
        ) from fault
    to.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(to)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(to)
        to.close()
