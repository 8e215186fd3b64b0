"""Reads and writes what the depot has on paper about its people: coaching cards and training plans.

Knows no widget, and loads no pandas before something is measured. All of it is work of the window's runner. What is
written is read again afterwards, so that every view shows the same papers.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal, Slot

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver
from dispatcher.domain.progress import Progress
from dispatcher.services.insight_coaching import CardState, CoachingBook, CoachingCard
from dispatcher.services.training import Proposed, TrainingBook, TrainingItem, TrainingState
from dispatcher.services.workplace import Workplace
from ui.runner import OpRunner

if TYPE_CHECKING:
    from dispatcher.services.insight import Scorecard
    from dispatcher.services.insight_effects import Effect

log = logging.getLogger(__name__)
LOOKING = "Reading coaching and training"
WRITING = "Writing it down"
MEASURING = "Measuring what followed"


@dataclass(frozen=True, slots=True)
class People:
    """All papers of one moment."""

    today: date
    zone: ZoneInfo
    cards: Sequence[CoachingCard]
    """In the order they want looking at."""
    items: Sequence[TrainingItem]
    drivers: Mapping[str, Driver]

    @property
    def due(self) -> int:
        """Cards that were to be looked at again by now."""
        return sum(card.state(self.today) is CardState.DUE for card in self.cards)

    @property
    def overdue(self) -> int:
        """Lines of training plans that should be done by now."""
        return sum(item.state(self.today) is TrainingState.OVERDUE for item in self.items)

    def name_of(self, about: str) -> str:
        """A driver's name; of anybody else it is the name already. Who was removed has left but an id."""
        driver = self.drivers.get(about)
        if driver is None and _is_id(about):
            return f"Former driver ({about[-4:]})"
        return driver.name if driver else about

    def cards_of(self, driver_id: str) -> Sequence[CoachingCard]:
        """One driver's."""
        return [card for card in self.cards if card.driver_id == driver_id]

    def plan_of(self, about: str) -> Sequence[TrainingItem]:
        """One person's, in its turn."""
        return [item for item in self.items if item.about == about]


@dataclass(frozen=True)
class Followed:
    """What followed a card."""

    card: CoachingCard
    effect: "Effect | None"


def _is_id(about: str) -> bool:
    with suppress(ValueError):
        return str(UUID(about)) == about
    return False


class PeopleFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        people_read(People): the papers as they are now.
        effect_read(Followed): what followed a card.
        proposed(str, object): what could be put into this person's plan.
        written(str): it is done; in words.
        refused(Exception): it is not.
        failed(Exception): the papers cannot be read.
    """

    people_read = Signal(object)
    effect_read = Signal(object)
    proposed = Signal(str, object)
    written = Signal(str)
    refused = Signal(object)
    failed = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace, self._runner = workplace, runner
        self.cards = CoachingBook(workplace, clock=workplace.clock)
        self.training = TrainingBook(workplace, clock=workplace.clock)
        self.writes = workplace.live is not None and workplace.what_if is None
        self.people: People | None = None
        self._stopped = False

    @Slot()
    def look(self) -> None:
        """Read the papers now."""
        if not self._stopped:
            work = lambda _progress: self._read()
            self._runner.start(
                work, title=LOOKING, on_done=self._on_read, on_failed=self._on_failed, latest_key="insight.people"
            )

    def write(self, work: Callable[[], object], words: str) -> None:
        """Do this to the papers; `words` are told when it is done."""
        if self._stopped:
            return

        def done(_result: object) -> None:
            self.written.emit(words)
            self.look()

        self._runner.start(lambda _progress: work(), title=WRITING, on_done=done, on_failed=self._on_refused)

    def measure(self, card: CoachingCard) -> None:
        """What followed this card."""
        if not self._stopped:
            work = lambda progress: Followed(card, self._effect(card, progress))
            self._runner.start(
                work,
                title=MEASURING,
                on_done=self.effect_read.emit,
                on_failed=self._on_failed,
                latest_key="insight.effect",
            )

    def _effect(self, card: CoachingCard, progress: Progress) -> "Effect | None":
        """Of all days of both spans, whether anybody looked at them before or not."""
        from dispatcher.services.insight import InsightDesk, Span
        from dispatcher.services.insight_effects import spans_of

        clock = self._workplace.clock
        desk = InsightDesk(self._workplace, clock=clock)
        before, after = spans_of(card, desk.today, self._workplace.depot.zone)
        desk.gather(Span(before.first, (after or before).last), progress)
        return self.cards.effect(card)

    def propose(self, about: str, card: "Scorecard | None") -> None:
        """What could be put into this person's plan."""
        if self._stopped or self.people is None:
            return
        driver = self.people.drivers.get(about)
        work = lambda _progress: tuple(self.training.proposals(about, card, driver))
        done: Callable[[tuple[Proposed, ...]], object] = lambda found: self.proposed.emit(about, found)
        self._runner.start(work, title=LOOKING, on_done=done, on_failed=self._on_failed, latest_key="insight.proposals")

    def _read(self) -> People:
        drivers: Mapping[str, Driver] = {d.id: d for d in self._workplace.store.read(lambda r: r.drivers())}
        return People(
            self.cards.today,
            self._workplace.depot.zone,
            tuple(self.cards.cards()),
            tuple(self.training.items()),
            drivers,
        )

    @Slot(object)
    def _on_read(self, people: People) -> None:
        self.people = people
        self.people_read.emit(people)

    @Slot(object)
    def _on_refused(self, fault: Exception) -> None:
        self._note(fault)
        self.refused.emit(fault)

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self._note(fault)
        self.failed.emit(fault)

    def _note(self, fault: Exception) -> None:
        if not isinstance(fault, KnownError):
            log.warning("coaching and training", exc_info=fault)

    def stop(self) -> None:
        """Ask no more. Before the runner is stopped."""
        self._stopped = True
