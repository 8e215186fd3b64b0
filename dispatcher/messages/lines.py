"""What a line out of the depot answers when it is handed a message. Each kind of line has a file of its own.

Everything hangs on one question: may the message be handed over again? Only where the other side surely did not take
it. Where it may have, the answer is `UNKNOWN`, and nobody is told twice.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

ANSWER_S = 30.0
"""So long a line may keep silent at most."""
WHOLE_S = 90.0
"""So long one message may take at most, however slowly something trickles in."""
LONGEST_WORDS = 200


class Verdict(StrEnum):
    """What became of a message that was handed to a line."""

    TAKEN = "taken"
    REFUSED = "refused"
    """Not taken, and it never will be: the address is none, the text does not fit."""
    LATER = "later"
    """Not taken; it may be another time."""
    NO_LINE = "no line"
    """Not taken, and no other message would be: not reached, or the depot is not let in."""
    UNKNOWN = "unknown"
    """Handed over, and nothing heard since: it may have been taken."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A line's answer."""

    verdict: Verdict
    words: str = ""
    """What it said, or what went wrong, for people."""
    line_id: str = ""
    """What the line calls the message."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as the line gets it: with the digits of its code in the text."""

    id: str
    to: str
    text: str
    subject: str
    at: datetime
    page: str = ""
    """The customer's page, where wishes for no messages are taken; empty without one."""
    code: str = field(default="", repr=False)
    """The digits within the text; nothing else may say them."""


class Line(Protocol):
    """A way out. One thread."""

    @property
    def name(self) -> str:
        """What people call it: the server's name, the program's."""

    def hand(self, out: Outgoing) -> Handed:
        """Hand it over, and wait for the answer. Raises nothing."""

    def close(self) -> None:
        """Let go of the connection, if there is one."""


def words_of(text: str | bytes) -> str:
    """What a line said, fit to be shown: one line, not long."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_WORDS]


def fault_words(fault: Exception) -> str:
    """A fault of the network in words."""
    if isinstance(fault, TimeoutError):
        return "it does not answer"
    if isinstance(fault, ConnectionRefusedError):
        return "it is not there (connection refused)"
    if isinstance(fault, socket.gaierror):
        return "nobody knows its name: no line, or the name is wrong"
    if isinstance(fault, ConnectionError):
        return "it broke the connection off"
    return words_of(getattr(fault, "strerror", None) or str(fault)) or type(fault).__name__


@contextmanager
def cut_off_after(sock: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """Break the connection off when this takes longer, so that an answer letter by letter ends, too."""

    def cut() -> None:
        with suppress(OSError):
            if found := sock():
                found.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
