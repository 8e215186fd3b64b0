"""The book of training plans: lines added, changed, moved, done; and what could well be added, of what is known.

Each line is one paper of the logbook. Loads no pandas: scorecards are given.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from dispatcher.domain.certificates import long_date
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import new_id
from dispatcher.domain.papers import PaperKind
from dispatcher.insight.training import (
    FOR_PART,
    USUAL,
    Proposed,
    TrainingItem,
    TrainingKind,
    TrainingState,
    in_turn,
)
from dispatcher.services.paper_book import PaperBook, person_named, words_of
from dispatcher.services.ports import Clock
from dispatcher.services.workplace import Workplace

if TYPE_CHECKING:
    from dispatcher.insight.scorecard import Scorecard

__all__ = ["USUAL", "Proposed", "TrainingBook", "TrainingItem", "TrainingKind", "TrainingState"]

NO_WORDS = "Nothing is said of what is to be learned."
SOON = timedelta(days=60)
"""A certificate that runs out within this time is to be renewed."""
FOR_A_PART = timedelta(days=28)
"""Until when what helps a weak part is to be done."""
GOOD = 80.0
"""The score from which nothing is proposed: the band of `scorecard`."""
ENOUGH = 5
"""So few rows behind a part say nothing of anybody."""


class TrainingBook:
    """One depot's training plans. Any thread; for a worker thread, since it reads and writes the logbook.

    In a depot without logbook there are none, and writing raises `KnownError`; so it does in a what-if copy.
    """

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock
        self._papers = PaperBook(workplace, PaperKind.TRAINING, TrainingItem, "line of a training plan")

    @property
    def today(self) -> date:
        """The date at the depot."""
        return self._clock().astimezone(self._workplace.depot.zone).date()

    def items(self, about: str | None = None) -> Sequence[TrainingItem]:
        """Of one person's plan or of all, in their turn; what is done last. Raises `KnownError`."""
        return in_turn(self._papers.read(about), self.today)

    def add(self, about: str, kind: TrainingKind, what: str, due: date, *, by: str, reason: str = "") -> TrainingItem:
        """One more line at the end of a person's plan. Raises `BadInput`, `KnownError`."""
        about = _about(about)
        by, what = person_named(by), words_of(what, NO_WORDS)
        self._require_ahead(due)
        place = max((item.place for item in self._papers.read(about)), default=0) + 1
        item = TrainingItem(new_id(), about, kind, what, self._clock(), by, due, place, reason)
        return self._papers.add(item.id, about, item.at, item)

    def change(self, item_id: str, kind: TrainingKind, what: str, due: date, *, by: str) -> TrainingItem:
        """Other words, or another day. Raises `BadInput` for one that there is not, or that is done; `KnownError`."""
        by, what = person_named(by), words_of(what, NO_WORDS)

        def change(item: TrainingItem) -> TrainingItem:
            if due != item.due:
                self._require_ahead(due)
            return _ahead(item).changed(self._clock(), by, kind, what, due)

        return self._papers.change(item_id, change)

    def finish(self, item_id: str, note: str = "", *, by: str, on: date | None = None) -> TrainingItem:
        """It was done, today or on an earlier day. Raises `BadInput`, `KnownError`."""
        by, on = person_named(by), on or self.today
        note = words_of(note, "") if note.strip() else ""
        if on > self.today:
            raise BadInput(f"{on} is still to come.", "Choose the day it was done on, today at the latest.")
        return self._papers.change(item_id, lambda item: _ahead(item).finished(self._clock(), by, on, note))

    def reopen(self, item_id: str, *, by: str) -> TrainingItem:
        """It was not done after all. Raises `BadInput`, `KnownError`."""
        by = person_named(by)

        def change(item: TrainingItem) -> TrainingItem:
            if not item.done:
                raise BadInput("This line is not done.", "There is nothing to take back.")
            return item.reopened(self._clock(), by)

        return self._papers.change(item_id, change)

    def move(self, item_id: str, by_places: int) -> None:
        """Up the plan, or down, past so many that are still to be done; no further than its end.

        Raises `BadInput`, `KnownError`.
        """

        def moved(item: TrainingItem, plan: Sequence[TrainingItem]) -> Mapping[str, TrainingItem]:
            _ahead(item)
            ahead = [other for other in in_turn(plan, self.today) if not other.done]
            old = ahead.index(item)
            ahead.insert(min(max(old + by_places, 0), len(ahead) - 1), ahead.pop(old))
            placed = enumerate(ahead, 1)
            return {other.id: replace(other, place=place) for place, other in placed if other.place != place}

        self._papers.change_beside(item_id, moved)

    def remove(self, item_id: str) -> TrainingItem:
        """Take a line out that is not done; what it was, for `put_back`. Raises `BadInput`, `KnownError`."""
        return self._papers.remove(item_id, _ahead)

    def put_back(self, item: TrainingItem) -> TrainingItem:
        """As it was before it was removed."""
        return self._papers.add(item.id, item.about, item.at, item)

    def proposals(
        self, about: str, card: "Scorecard | None" = None, driver: Driver | None = None
    ) -> Sequence[Proposed]:
        """What is not in the plan yet: weak parts of the scorecard, and certificates that run out."""
        taken = {(item.kind, item.what) for item in self._papers.read(about) if not item.done}
        found = [*_for_parts(about, card, self.today), *_for_certificates(about, driver, self.today)]
        return [each for each in found if (each.kind, each.what) not in taken]

    def _require_ahead(self, due: date) -> None:
        if due < self.today:
            raise BadInput(f"{due} is past.", "Choose a day from today on by which it is to be done.")


def _for_parts(about: str, card: "Scorecard | None", today: date) -> Iterator[Proposed]:
    """The weakest first."""
    for part in sorted(card.parts if card else (), key=lambda part: part.score):
        if part.score < GOOD and part.figure.rows >= ENOUGH and part.kind.id in FOR_PART:
            kind, what = FOR_PART[part.kind.id]
            measured = f"{part.figure.value:.0f} % over {part.figure.rows:,} rows"
            reason = f"{part.kind.name}: {measured}, score {part.score:.0f}"
            yield Proposed(about, kind, what, today + FOR_A_PART, reason)


def _for_certificates(about: str, driver: Driver | None, today: date) -> Iterator[Proposed]:
    """The one that runs out first, first."""
    ending = [(c.valid_until, c.skill) for c in (driver.certificates if driver else ()) if c.valid_until is not None]
    for last, skill in sorted(ending):
        if last <= today + SOON:
            reason = f"{'Ran' if last < today else 'Runs'} out on {long_date(last)}"
            yield Proposed(about, TrainingKind.CERTIFICATE, f"Renew: {skill}", max(last, today), reason)


def _about(about: str) -> str:
    """Of names, one line; an id is one already. Raises `BadInput` without anybody."""
    if not about.strip():
        raise BadInput("Nobody is named who is to learn it.", "Choose a driver, or type the name of a person.")
    return person_named(about)


def _ahead(item: TrainingItem) -> TrainingItem:
    if item.done:
        raise BadInput(f"{item.done_by} has noted this as done.", "Take that back first, or add another line.")
    return item
