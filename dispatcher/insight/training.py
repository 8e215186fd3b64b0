"""Training plans: what a person is to learn, by when, and what was made of it; and what could well be put into one.

A person is a driver, by id, or somebody at the depot, by name. Loads no pandas.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from dispatcher.domain.certificates import long_date
from dispatcher.insight.coaching import Told


class TrainingKind(StrEnum):
    """How it is learned; the value is its name."""

    COACHING = "coaching"
    SHADOWING = "shadowing"
    COURSE = "course"
    DRILL = "drill"
    CERTIFICATE = "certificate"
    """One to be got, or to be renewed."""


class TrainingState(StrEnum):
    """How a line of a plan stands on a day."""

    OVERDUE = "overdue"
    DUE = "due"
    """It still has time."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class TrainingItem:
    """One line of a person's plan."""

    id: str
    about: str
    """A driver's id, or the name of somebody at the depot."""
    kind: TrainingKind
    what: str
    at: datetime
    """When it was put into the plan."""
    by: str
    due: date
    place: int = 0
    """Its turn in the plan."""
    reason: str = ""
    """Why it was proposed: "On time 72 % of 143 stops, score 72"."""
    done_on: date | None = None
    done_by: str = ""
    note: str = ""
    """What was written when it was done."""
    told: tuple[Told, ...] = ()
    """All that was done about it, oldest first."""

    @property
    def done(self) -> bool:
        """Whether it is behind."""
        return self.done_on is not None

    def state(self, today: date) -> TrainingState:
        """How it stands."""
        if self.done:
            return TrainingState.DONE
        return TrainingState.OVERDUE if self.due < today else TrainingState.DUE

    def finished(self, at: datetime, by: str, on: date, note: str) -> "TrainingItem":
        """The same, done."""
        what = f"done on {long_date(on)}: {note}" if note else f"done on {long_date(on)}"
        return replace(self, done_on=on, done_by=by, note=note, told=(*self.told, Told(at, by, what)))

    def reopened(self, at: datetime, by: str) -> "TrainingItem":
        """The same, not done after all; what was written stays told."""
        return replace(self, done_on=None, done_by="", note="", told=(*self.told, Told(at, by, "not done after all")))

    def changed(self, at: datetime, by: str, kind: TrainingKind, what: str, due: date) -> "TrainingItem":
        """The same with other words or another day."""
        old = f"was: {self.kind.value}, {self.what}, due {long_date(self.due)}"
        return replace(self, kind=kind, what=what, due=due, told=(*self.told, Told(at, by, old)))


@dataclass(frozen=True, slots=True)
class Proposed:
    """What could be put into a plan, and why."""

    about: str
    kind: TrainingKind
    what: str
    due: date
    reason: str


USUAL: tuple[tuple[TrainingKind, str], ...] = (
    (TrainingKind.SHADOWING, "Ride along with an experienced driver"),
    (TrainingKind.SHADOWING, "Sit beside the dispatcher for a morning"),
    (TrainingKind.COURSE, "Safe driving and loading"),
    (TrainingKind.COURSE, "Customers at the door"),
    (TrainingKind.COURSE, "Data protection: photos, names and notes"),
    (TrainingKind.COURSE, "The driver’s app, with proof of delivery"),
    (TrainingKind.DRILL, "Work through a drill on the board"),
    (TrainingKind.CERTIFICATE, "First aid"),
)
"""What depots mostly put into a plan; any other words will do."""

FOR_PART = {
    "on_time": (TrainingKind.SHADOWING, "Ride along: the first stops and the order of the round"),
    "proof": (TrainingKind.COURSE, "The driver’s app, with proof of delivery"),
    "adherence": (TrainingKind.COACHING, "Why the round has its order, and how to say when it does not fit"),
    "door": (TrainingKind.SHADOWING, "Ride along: at the door"),
    "km": (TrainingKind.COACHING, "Navigation and the planned way"),
}
"""What helps where a part of the scorecard is weak, by the part's id."""


def in_turn(items: Iterable[TrainingItem], today: date) -> list[TrainingItem]:
    """As the plan has them: what is to be done in its turn, what is done last, newest first."""
    found = list(items)
    ahead = sorted((i for i in found if not i.done), key=lambda item: (item.place, item.due, item.at, item.id))
    behind = sorted((i for i in found if i.done), key=lambda item: (item.done_on or today, item.at, item.id))
    return [*ahead, *reversed(behind)]
