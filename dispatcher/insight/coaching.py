"""Coaching cards: what somebody at the depot wants to go through with a driver, tied to the very stop and its proof.

What a card is and how it stands. What followed in the driver's numbers: `effects.py`. Loads no pandas.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from dispatcher.domain.certificates import long_date

FOLLOW_UP = timedelta(days=14)
"""After which a card is looked at again, unless somebody says otherwise."""
WEEK = 7


class CardState(StrEnum):
    """How a card stands on a day."""

    DUE = "due"
    """It was to be looked at again by now."""
    OPEN = "open"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Told:
    """What was done about a card, or a line of a training plan, after it was written."""

    at: datetime
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class CoachingCard:
    """One thing to go through with one driver."""

    id: str
    driver_id: str
    part_id: str
    """What it is about: the id of a scorecard's part."""
    at: datetime
    by: str
    note: str
    on: date | None = None
    """Of the stop or round; `None` where it is about none in particular."""
    order_id: str = ""
    number: str = ""
    shift_id: str = ""
    attempt_key: str = ""
    """By which the proof is found."""
    what: str = ""
    """What happened there, in the scorecard's words: "12 min late"."""
    follow_up: date | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    outcome: str = ""
    """What was written when it was settled."""
    told: tuple[Told, ...] = ()
    """All that was done about it, oldest first."""

    @property
    def open(self) -> bool:
        """Whether it still wants going through."""
        return self.settled_at is None

    def state(self, today: date) -> CardState:
        """How it stands."""
        if not self.open:
            return CardState.SETTLED
        return CardState.DUE if self.follow_up is not None and self.follow_up <= today else CardState.OPEN

    def settled(self, at: datetime, by: str, outcome: str) -> "CoachingCard":
        """The same, gone through."""
        told = (*self.told, Told(at, by, f"settled: {outcome}"))
        return replace(self, settled_at=at, settled_by=by, outcome=outcome, told=told)

    def reopened(self, at: datetime, by: str, why: str) -> "CoachingCard":
        """The same, to be gone through once more; what came of it the first time stays told."""
        told = (*self.told, Told(at, by, f"opened again: {why}"))
        return replace(self, settled_at=None, settled_by="", outcome="", told=told)

    def moved(self, at: datetime, by: str, follow_up: date) -> "CoachingCard":
        """The same, to be looked at on another day."""
        told = (*self.told, Told(at, by, f"follow-up on {long_date(follow_up)}"))
        return replace(self, follow_up=follow_up, told=told)


def follow_up_day(today: date, weekdays: Collection[int]) -> date:
    """Two weeks on, or the first day after that when the driver works (Monday 0); of nobody's days any will do."""
    days = (today + FOLLOW_UP + timedelta(days=n) for n in range(WEEK))
    return next((day for day in days if day.weekday() in weekdays), today + FOLLOW_UP)


def in_turn(cards: Iterable[CoachingCard], today: date) -> list[CoachingCard]:
    """Due ones first, the longest overdue before all; then open ones by their day; settled ones last, newest first."""
    found = list(cards)
    unsettled = sorted((c for c in found if c.open), key=lambda card: (card.follow_up or date.max, card.at, card.id))
    settled = sorted((c for c in found if not c.open), key=lambda card: (card.settled_at or card.at, card.id))
    due = [card for card in unsettled if card.state(today) is CardState.DUE]
    return [*due, *(card for card in unsettled if card not in due), *reversed(settled)]
