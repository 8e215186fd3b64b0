"""What the depot's own history says: how long a stop takes, how long the way, how likely nobody takes the goods.

Each guess says whether it was learned or is the plain rule's; each kind of guess has a trial on days that were held
out, against the plain rule, and only what did better there is used.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from dispatcher.domain.ids import DriverId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place


class Target(StrEnum):
    """What can be learned."""

    SERVICE = "service"
    """Seconds at the door, waiting left out."""
    TRAVEL = "travel"
    """Driven over planned seconds of a leg."""
    FAILURE = "failure"
    """The chance that an attempt fails, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that a guess, or a whole model, goes by."""

    words: str
    """Ready to be read: "Third floor or higher"."""
    effect: float
    """What it adds to the plain rule, in the target's unit."""
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Guess:
    """One value."""

    value: float
    """In the target's unit."""
    learned: bool = False
    """Whether it is more than the plain rule."""
    samples: int = 0
    because: tuple[Because, ...] = ()
    """The weightiest first; empty for the plain rule."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How what was learned does on days it has not seen, beside the plain rule it would replace."""

    target: Target
    samples: int
    """It was learned from."""
    held_out: int
    """Samples of the days held out."""
    first: date | None
    last: date | None
    """Of all days together; `None` without any."""
    plain: float | None
    """The plain rule's error on the days held out; `None` without any. Seconds, log ratio or Brier score."""
    learned: float | None
    """The same of what was learned; `None` if nothing could be."""
    used: bool
    why: str = ""
    """Why it is not used, in words."""
    because: tuple[Because, ...] = ()
    """What it goes by mostly."""


class Foreseer(Protocol):
    """Answers from what was learned where that is better, by the plain rule where it is not. Any thread."""

    def service_s(self, order: Order, driver_id: DriverId | None = None, at: datetime | None = None) -> Guess:
        """Seconds at this order's door. The plain rule is the order's own `service_s`."""

    def travel(self, place: Place, at: datetime) -> Guess:
        """Driven over planned time around this place at this moment. The plain rule is 1."""

    def failure(self, order: Order, at: datetime | None = None) -> Guess:
        """The chance that an attempt at this moment, or in the order's window, fails.

        The plain rule is the depot's share of failed attempts; 0 attempts know of none: NaN is never given.
        """
