"""The book of coaching cards: written, looked at again, settled. Each card is one paper of the logbook.

A card is never deleted: it is settled, and what was done about it stays told. Loads pandas only to measure.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import new_id
from dispatcher.domain.papers import PaperKind
from dispatcher.insight.coaching import CardState, CoachingCard, Told, follow_up_day, in_turn
from dispatcher.services.paper_book import PaperBook, person_named, words_of
from dispatcher.services.ports import Clock
from dispatcher.services.workplace import Workplace

if TYPE_CHECKING:
    from dispatcher.insight.effects import Effect
    from dispatcher.insight.measures import Terms
    from dispatcher.insight.scorecard import Event

__all__ = ["CardState", "CoachingBook", "CoachingCard", "Told"]

NO_WORDS = "The card says nothing."
NO_OUTCOME = "Nothing is said of what came of it."


class CoachingBook:
    """One depot's cards. Any thread; for a worker thread, since it reads and writes the logbook.

    In a depot without logbook there are none, and writing one raises `KnownError`; so it does in a what-if copy.
    """

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock
        self._papers = PaperBook(workplace, PaperKind.COACHING, CoachingCard, "coaching card")

    @property
    def today(self) -> date:
        """The date at the depot."""
        return self._clock().astimezone(self._workplace.depot.zone).date()

    def cards(self, driver_id: str | None = None) -> Sequence[CoachingCard]:
        """Of one driver or of all: due ones first, then open ones, then settled ones. Raises `KnownError`."""
        return in_turn(self._papers.read(driver_id), self.today)

    def due(self) -> Sequence[CoachingCard]:
        """Those that were to be looked at again by today, the longest overdue first."""
        today = self.today
        return [card for card in self.cards() if card.state(today) is CardState.DUE]

    def follow_up_day(self, weekdays: Collection[int]) -> date:
        """When a card written today is looked at again, unless somebody says otherwise: see `coaching`."""
        return follow_up_day(self.today, weekdays)

    def write(
        self,
        driver_id: str,
        part_id: str,
        note: str,
        *,
        by: str,
        event: "Event | None" = None,
        follow_up: date | None = None,
    ) -> CoachingCard:
        """A new card, about this event of a scorecard or about the part as a whole. Raises `BadInput`, `KnownError`."""
        from dispatcher.insight.effects import part_kind
        from dispatcher.insight.scorecard import PARTS

        if part_kind(part_id) is None:
            raise BadInput(f"No scorecard has a part “{part_id}”.", f"There are: {', '.join(k.id for k in PARTS)}.")
        self._require_ahead(follow_up)
        tied = {field.name: getattr(event, field.name) for field in fields(event)} if event else {}
        by, note = person_named(by), words_of(note, NO_WORDS)
        card = CoachingCard(new_id(), driver_id, part_id, self._clock(), by, note, follow_up=follow_up, **tied)
        return self._papers.add(card.id, driver_id, card.at, card)

    def settle(self, card_id: str, outcome: str, *, by: str) -> CoachingCard:
        """It was gone through. Raises `BadInput` for one that there is not, or that was settled; `KnownError`."""
        by, outcome = person_named(by), words_of(outcome, NO_OUTCOME)
        return self._papers.change(card_id, lambda card: _open(card).settled(self._clock(), by, outcome))

    def move(self, card_id: str, follow_up: date, *, by: str) -> CoachingCard:
        """Look at it again on another day. Raises as `settle` does, and for a day that is past."""
        self._require_ahead(follow_up)
        by = person_named(by)
        return self._papers.change(card_id, lambda card: _open(card).moved(self._clock(), by, follow_up))

    def reopen(self, card_id: str, why: str, *, by: str) -> CoachingCard:
        """It wants going through once more; to be followed up as it was, or today. Raises `BadInput`, `KnownError`."""
        by, why = person_named(by), words_of(why, "Nothing is said of why it is opened again.")

        def change(card: CoachingCard) -> CoachingCard:
            if card.open:
                raise BadInput("This card is open.", "There is nothing to open again.")
            return card.reopened(self._clock(), by, why)

        return self._papers.change(card_id, change)

    def effect(self, card: CoachingCard, *, terms: "Terms | None" = None) -> "Effect | None":
        """What followed in the driver's own numbers, of the facts gathered so far, with the depot's tolerance."""
        from dispatcher.insight.cuts import Span
        from dispatcher.insight.effects import effect_of, spans_of
        from dispatcher.insight.kept import KeptFacts
        from dispatcher.services.insight import terms_of

        zone, today = self._workplace.depot.zone, self.today
        before, after = spans_of(card, today, zone)
        kept = KeptFacts(self._workplace.home.database(self._workplace.slug).parent / "insight")
        facts = kept.read(Span(before.first, (after or before).last))
        return effect_of(facts, card, today, zone, terms or terms_of(self._workplace.depot.road))

    def _require_ahead(self, follow_up: date | None) -> None:
        if follow_up is not None and follow_up < self.today:
            raise BadInput(f"{follow_up} is past.", "Choose a day from today on to look at it again.")


def _open(card: CoachingCard) -> CoachingCard:
    if not card.open:
        raise BadInput(f"{card.settled_by} has settled this card.", "Open it again, or write a new one.")
    return card
