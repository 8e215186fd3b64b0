"""The book of coaching cards: a file of lines beside the depot's database, one for each time a card was written.

The last line of a card stands. Lines are only ever added, each on the disk before it counts; a line that cannot be
read, as a power cut may leave the last one, is passed by.
"""

import os
import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import new_id
from dispatcher.insight.coaching import CoachingCard, Effect, effect_of, part_kind, spans_of
from dispatcher.insight.cuts import Span
from dispatcher.insight.kept import KeptFacts
from dispatcher.insight.measures import Terms
from dispatcher.insight.scorecard import PARTS, Event
from dispatcher.services.ports import Clock
from dispatcher.services.workplace import Workplace

__all__ = ["CoachingBook", "CoachingCard", "Effect"]

FILE = "coaching.jsonl"
LONGEST_NAME, LONGEST_NOTE = 200, 4_000
TERMS = Terms()


class CoachingBook:
    """One depot's cards. Any thread; for a worker thread, since it reads and writes a file."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock
        folder = workplace.home.database(workplace.slug).parent
        self._file, self._kept = folder / FILE, KeptFacts(folder / "insight")
        self._guard = threading.Lock()

    def cards(self, driver_id: str = "", *, open_only: bool = False) -> Sequence[CoachingCard]:
        """Of one driver or of all, newest first. Raises `KnownError`."""
        with self._guard:
            cards = self._read().values()
        some = (c for c in cards if driver_id in ("", c.driver_id) and (c.open or not open_only))
        return sorted(some, key=lambda card: (card.at, card.id), reverse=True)

    def due(self) -> Sequence[CoachingCard]:
        """Those that were to be looked at again by today, the longest overdue first."""
        today = self._today()
        return sorted((c for c in self.cards() if c.due(today)), key=lambda card: (card.follow_up or today, card.id))

    def write(
        self,
        driver_id: str,
        part_id: str,
        note: str,
        *,
        by: str,
        event: Event | None = None,
        follow_up: date | None = None,
    ) -> CoachingCard:
        """A new card, about this event of a scorecard or about the part as a whole. Raises `BadInput`, `KnownError`."""
        if part_kind(part_id) is None:
            raise BadInput(f"No scorecard has a part “{part_id}”.", f"There are: {', '.join(k.id for k in PARTS)}.")
        if follow_up is not None and follow_up < self._today():
            raise BadInput(f"{follow_up} is past.", "Choose a day from today on to look at it again.")
        tied = (
            {}
            if event is None
            else {name: getattr(event, name) for name in Event.__dataclass_fields__ if name != "what"}
        )
        card = CoachingCard(
            new_id(), driver_id, part_id, self._clock(), _name(by), _note(note), follow_up=follow_up, **tied
        )
        with self._guard:
            self._add(card)
        return card

    def settle(self, card_id: str, outcome: str, *, by: str) -> CoachingCard:
        """It was gone through. Raises `BadInput` for one that there is not, or that was settled; `KnownError`."""
        by, outcome = _name(by), _note(outcome)
        with self._guard:
            card = self._read().get(card_id)
            if card is None:
                raise BadInput("There is no such card any more.", "Look at the cards again.")
            if not card.open:
                raise BadInput(f"{card.settled_by} has settled this card.", "Write a new one if there is more to say.")
            card = card.settled(self._clock(), by, outcome)
            self._add(card)
        return card

    def effect(self, card: CoachingCard, *, terms: Terms = TERMS) -> Effect | None:
        """What followed in the driver's own numbers, of the facts gathered so far."""
        zone, today = self._workplace.depot.zone, self._today()
        before, after = spans_of(card, today, zone)
        facts = self._kept.read(Span(before.first, (after or before).last))
        return effect_of(facts, card, today, zone, terms)

    def _today(self) -> date:
        return self._clock().astimezone(self._workplace.depot.zone).date()

    def _read(self) -> dict[str, CoachingCard]:
        try:
            lines = self._file.read_bytes().splitlines()
        except FileNotFoundError:
            return {}
        except OSError as fault:
            raise KnownError(f"{self._file} cannot be read: {fault.strerror}.", "See to who may read it.") from fault
        found: dict[str, CoachingCard] = {}
        for line in lines:
            try:
                card = msgspec.json.decode(line, type=CoachingCard)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            found[card.id] = card
        return found

    def _add(self, card: CoachingCard) -> None:
        if self._workplace.what_if is not None:
            raise KnownError("This is a copy to try things out in.", "Write coaching cards in the depot itself.")
        try:
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab") as file:
                file.write(b"\n" * _is_torn(self._file) + msgspec.json.encode(card) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            what = f"The card cannot be written in {self._file.parent}: {fault.strerror}."
            raise KnownError(what, "Make room there, or see to who may write.") from fault


def _is_torn(file: Path) -> bool:
    """Whether the last line was never finished."""
    with file.open("rb") as read:
        size = read.seek(0, os.SEEK_END)
        read.seek(max(0, size - 1))
        return read.read(1) not in (b"", b"\n")


def _name(by: str) -> str:
    name = " ".join(by.split())
    if not name or len(name) > LONGEST_NAME or not _can_be_kept(name):
        raise BadInput("Nobody is named who says so.", f"Type your name first, at most {LONGEST_NAME} signs.")
    return name


def _note(text: str) -> str:
    note = text.strip()
    if not note:
        raise BadInput("The card says nothing.", "Write what it is about, in a sentence or two.")
    if len(note) > LONGEST_NOTE or not _can_be_kept(note):
        raise BadInput("That text cannot be kept.", f"Use at most {LONGEST_NOTE:,} ordinary signs.")
    return note


def _can_be_kept(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
