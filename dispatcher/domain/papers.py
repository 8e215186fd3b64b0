"""What the depot writes about its people: coaching cards, training, drills. Each paper is one entry of the logbook.

What the gateway must know of a date besides lies as a paper, too.

The storage knows whose it is, what kind, and when; what is in it is the affair of whoever reads that kind.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatcher.domain.time import require_aware


class PaperKind(StrEnum):
    """What a paper is."""

    COACHING = "coaching"
    TRAINING = "training"
    DRILL = "drill"
    SLOTS_PLANNED = "slots planned"
    """What the plan has in the slots of a date, about which it is; see `services.customer_pages_slots`."""
    RUN_SHEET = "run sheet"
    """A round as it was printed for its driver, and what was keyed of it; about the date of the round."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One of them, as it stands now."""

    id: str
    kind: PaperKind
    about: str
    """A driver's id, or the name of somebody at the depot."""
    at: datetime
    """When it was begun."""
    body: dict[str, Any] = field(default_factory=dict)
    """What JSON can hold."""

    def __post_init__(self) -> None:
        require_aware(self.at, "the moment of a paper")
