"""The proposals on offer: finds them, keeps their figures true as the plan moves, and takes them over in parts.

Lives in the GUI thread and knows no widget. After a change by hand the rest of the day is improved quietly: a job of
its own that any further change ends, and whose outcome is offered only if it is worth a look.
"""

import threading
from collections.abc import Collection, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.errors import Cancelled
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.services import proposals
from dispatcher.services.disturbances import under_way
from dispatcher.services.plan import Proposal
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.proposals import Card
from dispatcher.services.workplace import Workplace
from ui.day import DayBoard
from ui.hand import Hand
from ui.runner import Job, OpRunner
from ui.search import EitherEvent

CALM_MS = 2_500
"""So long nothing must have changed before the rest of the day is improved."""

WORTH = 0.005
"""What nobody asked for is offered if it saves this share of the day's cost, or mends or plans something."""

ANSWER_S = 5.0
"""How long what to do about a disturbance is searched for."""

QUIET = "Improve the rest of the day"


class ProposalDesk(QObject):
    """What is offered for the day shown.

    Signals:
        changed(tuple[Card, ...]): the cards on offer, newest first.
        offered(Card): a card that somebody waits for has come.
        thinking_changed(str): what is being searched for in the background, or nothing.
        told(str): a sentence for the status bar.
    """

    changed = Signal(object)
    offered = Signal(object)
    thinking_changed = Signal(str)
    told = Signal(str)

    def __init__(
        self, board: DayBoard, hand: Hand, workplace: Workplace, runner: OpRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._board, self._hand, self._runner = board, hand, runner
        self._workplace = workplace
        self._desk: PlanningDesk = workplace.desk
        self._cards: tuple[Card, ...] = ()
        self._quiet: Job | None = None
        self._answering: Job | None = None
        self._thinking = ""
        self._asked: tuple[date, str] | None = None
        self._answered: date | None = None
        self._taking: set[tuple[str, frozenset[ShiftId], frozenset[OrderId]]] = set()
        """What is being taken over: pressed again before the day is read, it is the same wish."""
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self._improve)
        board.settled.connect(self._on_settled)
        board.past_changed.connect(self._hush)
        # after `op_finished` of the change that improved it, which would end what it begins
        hand.improved.connect(self._on_improved, Qt.ConnectionType.QueuedConnection)
        runner.op_finished.connect(self._on_op_finished)
        runner.job_ended.connect(self._on_job_ended)
        runner.failed.connect(self._on_failed)

    @property
    def cards(self) -> tuple[Card, ...]:
        """What is on offer, newest first."""
        return self._cards

    def card(self, card_id: str) -> Card | None:
        """A card by its id, if it is still on offer."""
        return next((card for card in self._cards if card.id == card_id), None)

    # --- offering -------------------------------------------------------------------------------------------------

    def offer(self, proposal: Proposal, title: str, *, asked: bool = True) -> None:
        """Offer a plan; says so if it changes nothing, or next to nothing and nobody `asked` for a better one."""
        day = self._board.day
        if day is None or day.date != proposal.date:
            return  # it was searched for a day that is no longer shown
        read = self._board.reading()
        work = lambda _progress: proposals.card_of(self._desk, read(), proposal, title)
        self._runner.start(work, title="Comparing the plans", on_done=partial(self._on_card, asked))

    def _on_card(self, asked: bool, card: Card) -> None:
        if card.day.date != self._board.date:
            return
        if card.empty or not (asked or self._worth(card)):
            better = "nothing better was found" if card.empty else "nothing is so much better that stops should move"
            self.told.emit(f"{card.title}: {better}; the plan stays as it is.")
            return
        self._put(card)
        self.offered.emit(card)

    def _worth(self, card: Card) -> bool:
        """Whether it brings more than the unrest of moving stops."""
        whole = self._board.present.schedule.cost if self._board.present else 0
        fewer = sum(len(diff.after.broken) - len(diff.before.broken) for diff in card.rounds) < 0
        return card.mends > card.spoils or bool(card.plans) or fewer or card.saves_cost > WORTH * whole

    def answer(self, title: str) -> None:
        """Search for what to do about what just happened; the search begins when the day has been read."""
        if self._board.date:
            self._asked = (self._board.date, title)
            self._hush()

    def _put(self, card: Card) -> None:
        others = tuple(c for c in self._cards if c.id != card.id and c.title != card.title)
        self._show((card, *others))

    def _show(self, cards: tuple[Card, ...]) -> None:
        if cards != self._cards:
            self._cards = cards
            self.changed.emit(cards)

    # --- taking ---------------------------------------------------------------------------------------------------

    def accept(self, card_id: str, *, shift_ids: Collection[ShiftId] = (), order_ids: Collection[OrderId] = ()) -> None:
        """Take a card over: all of it, or only these drivers' rounds, or only these moves."""
        card = self.card(card_id)
        if card is None:
            self.told.emit("That proposal is no longer on offer.")
        elif (wish := (card_id, frozenset(shift_ids), frozenset(order_ids))) in self._taking:
            return
        elif not self._hand.blocked():
            self._taking.add(wish)
            partly = bool(shift_ids or order_ids)
            taken = proposals.part(card, shift_ids=shift_ids, order_ids=order_ids) if partly else card.proposal
            self._hand.apply(f"{card.title}{' (in part)' if partly else ''}", taken)

    def dismiss(self, card_id: str) -> None:
        """Offer it no longer."""
        self._show(tuple(card for card in self._cards if card.id != card_id))

    # --- keeping true ---------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_settled(self, day: Day) -> None:
        """The day is other than before: so are the cards, and the search somebody asked for begins."""
        self._taking.clear()
        kept = tuple(card for card in self._cards if card.day.date == day.date)
        if len(kept) < len(self._cards):
            self._show(kept)
        if kept and any(card.day is not day for card in kept):
            work = lambda _progress: [proposals.anew(self._desk, day, card) for card in kept]
            self._runner.start(work, title="Comparing the plans", on_done=self._on_anew, latest_key="cards")
        if self._answering and day.date != self._answered:
            self._answering.cancel()
        if self._asked and self._asked[0] == day.date:
            self._search_for(day, self._asked[1])
            self._asked = None

    def _on_anew(self, cards: Sequence[Card]) -> None:
        known = {card.id for card in self._cards}
        fresh = {card.id: card for card in cards if card.id in known}
        cards = [fresh.get(card.id, card) for card in self._cards]
        self._show(tuple(card for card in cards if not card.empty or card.gone))

    # --- searching ------------------------------------------------------------------------------------------------

    def _search_for(self, day: Day, title: str) -> None:
        if not day.shifts:
            self.told.emit("No driver is on duty on this day: put drivers on duty first.")
            return
        self._answered = day.date
        self._answering = self._runner.start(
            lambda progress: self._improved(day, ANSWER_S, progress),
            title=title,
            on_done=lambda proposal: self.offer(proposal, title, asked=title == QUIET),
            latest_key="answer",
        )
        self._tell_thinking()

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        """However it ended, found, failed or cancelled: nothing is searched for any more."""
        if job is self._answering:
            self._answering = None
        elif job is self._quiet:
            self._quiet = None
        self._tell_thinking()

    def _tell_thinking(self) -> None:
        jobs = [job for job in (self._answering, self._quiet) if job and job.outcome is None]
        thinking = jobs[0].title if jobs else ""
        if thinking != self._thinking:
            self._thinking = thinking
            self.thinking_changed.emit(thinking)

    @Slot()
    def _on_improved(self) -> None:
        day = self._board.day
        if day and day.depot.improve_s and not self._runner.stopping:
            self._calm.start()

    @Slot()
    def improve_now(self) -> None:
        """Look for a better plan of the whole day, because somebody asks."""
        if self._board.day and not self._hand.blocked():
            self._hush()
            self._search_for(self._board.day, QUIET)

    @Slot()
    def _improve(self) -> None:
        day = self._board.day
        if day is None or not day.shifts or self._answering or self._runner.stopping or self._hand.hindered:
            return
        work = lambda progress: self._quietly(day, progress)
        self._quiet = self._runner.start(
            work, title=QUIET, on_done=self._on_quiet, on_failed=lambda _error: None, latest_key="improve"
        )
        self._tell_thinking()

    def _quietly(self, day: Day, progress: Progress) -> Card:
        proposal = self._improved(day, float(day.depot.improve_s), progress)
        return proposals.card_of(self._desk, day, proposal, QUIET)

    def _improved(self, day: Day, seconds: float, progress: Progress) -> Proposal:
        halt = EitherEvent(threading.Event(), progress)
        if day.date == self._workplace.today:
            day = under_way(day, self._desk.look(day, why=False).schedule, self._workplace.clock())
        proposal = self._desk.improve(day, seconds=seconds, stop=halt)
        if progress.cancelled():
            raise Cancelled
        return proposal

    def _on_quiet(self, card: Card) -> None:
        if card.day is not self._board.day:
            return
        if self._worth(card):
            self._put(card)

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        self._taking.clear()

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.empty:
            self._taking.clear()
        if changes.touches(Kind.STOP, Kind.ORDER, Kind.SHIFT, Kind.CLOSURE):
            self._hush()

    @Slot()
    def _hush(self, _past: object = None) -> None:
        """Whatever is improved quietly is improved for a plan that is no more."""
        self._calm.stop()
        if self._quiet:
            self._quiet.cancel()
            self._quiet = None
            self._tell_thinking()
