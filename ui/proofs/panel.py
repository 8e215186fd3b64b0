"""The workbench: the day's proofs as a queue at the left, one of them large, and what is decided on it by keys."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import DriverId
from dispatcher.domain.review import Proof, ReviewDay
from dispatcher.services.agreeing import agreement
from dispatcher.services.closing import Closings
from dispatcher.services.closing_open import OpenItem
from dispatcher.services.live import LiveDay
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.board.empty import EmptyState
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.proofs import words
from ui.proofs.asking import AskLine
from ui.proofs.bar import QueueBar
from ui.proofs.bench import Bench
from ui.proofs.feed import Read, Refused, ReviewFeed
from ui.proofs.judging import Judge
from ui.proofs.loading import Loading
from ui.proofs.looking import Ahead
from ui.proofs.paperwork import Paperwork
from ui.proofs.showing import Showing
from ui.proofs.words import Filter, tally
from ui.runner import OpRunner
from ui.theme import Theme

SOON_MS, HIDDEN_MS = 500, 20_000
"""After something came in the day is read again so soon: while it is looked at, and while it is not."""
NO_LOGBOOK = "Proofs are reviewed in a window that follows the road."
IN_A_COPY = "This is a copy to try things out in: decide on proofs in the depot itself."
NOT_SENT = "No rounds were sent on {day}.\nWhat drivers do at the doors comes here, once their phones have rounds."
NONE_YET = "No attempts yet on {day}.\n{rounds} sent; the first proof comes here by itself."
NO_MATCH = "No proof of this day is shown by this filter."
STOPPED = "The proofs were not looked at to the end."


class ProofsPanel(QWidget):
    """One day's proofs. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        count_changed(int): so many proofs have findings and no decision.
        send_requested(): no rounds are on any phone yet.
        elsewhere_requested(OpenItem): an exception, a round or a phone is to be shown, which others do.
    """

    told = Signal(str)
    count_changed = Signal(int)
    send_requested = Signal()
    elsewhere_requested = Signal(object)

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "proofs", "Proofs")
        self._workplace, self._theme, self._settings = workplace, theme, settings
        self._zone = workplace.depot.zone
        self._on: date | None = None
        self._read: Read | None = None
        self._heard: object = None
        self._wanted = ""
        """The key of an attempt that is to be shown once the day is read."""
        self._closings = Closings()
        self.feed = ReviewFeed(workplace, runner, self) if workplace.live else None
        self._make()
        self.showing = self._showing(runner) if self.feed else None
        desk = self.feed.desk if self.feed else None
        self.paperwork = Paperwork(workplace, desk, runner, theme, settings, self)
        self._lay_out()
        self._wire()
        self._dress()

    def _showing(self, runner: OpRunner) -> Showing:
        assert self.feed is not None
        ahead = Ahead(self._workplace, self.feed.desk.track_near, runner, self)
        return Showing(self.bench, ahead, self._zone, self)

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.bar = QueueBar(theme, self)
        self.ask = AskLine(theme, self)
        self.said = Said("proofs.said", "What was decided last", theme, self)
        self.closed = Said("proofs.closed", "Whether the day is closed", theme, self)
        self.bench = Bench(theme, self._zone, self)
        self.judge = Judge(self.bench, self.bar, self.ask, self.said, self.feed, self._settings, self)
        self.loading = Loading(theme, self)
        self.empty = EmptyState(theme, icon="clipboard-check-outline", text=NO_LOGBOOK, parent=self)
        self.empty.setObjectName("proofs.empty")
        self._later = QTimer(self, singleShot=True)
        self._later.setObjectName("proofs.later")

    def _lay_out(self) -> None:
        self.stack = QStackedWidget(self)
        for page in (self.bench, self.loading, self.empty):
            self.stack.addWidget(page)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self.bar)
        self._whole.addWidget(self.closed)
        self._whole.addWidget(self.said)
        self._whole.addWidget(self.ask)
        self._whole.addWidget(self.stack, 1)

    def _wire(self) -> None:
        self._theme.changed.connect(self._dress)
        self._later.timeout.connect(self._look)
        if self.feed is None or self.showing is None:
            self._show_empty(NO_LOGBOOK)
            return
        bar, bench, queue = self.bar, self.bench, self.bench.queue
        bar.filter_changed.connect(self._on_filter)
        bar.driver_changed.connect(self._on_driver)
        bar.words_changed.connect(self._on_words)
        bar.left.connect(bench.table.setFocus)
        bar.reviewer_requested.connect(self.judge.ask_reviewer)
        bench.row_changed.connect(self._show_current)
        queue.modelReset.connect(self._show_current)
        self.ask.closed.connect(bench.table.setFocus)
        self.loading.cancel_requested.connect(self.feed.cancel)
        self.empty.step_requested.connect(self._on_step)
        self.feed.read.connect(self._on_read)
        self.feed.progressed.connect(self.loading.show_fraction)
        self.feed.stopped.connect(self._on_stopped)
        self.feed.decided.connect(self._on_decided)
        self.feed.refused.connect(self._on_refused)
        self._wire_paperwork()
        self.showing.photos_came.connect(self._look)

    def _wire_paperwork(self) -> None:
        paperwork = self.paperwork
        paperwork.close_day.triggered.connect(self._on_close_day)
        paperwork.evidence.triggered.connect(self._on_evidence)
        self.bench.closing.clicked.connect(paperwork.close_day.trigger)
        self.bench.evidence.clicked.connect(paperwork.evidence.trigger)
        paperwork.told.connect(self._on_written)
        paperwork.failed.connect(self._say_fault)
        paperwork.closed.connect(self._look)
        paperwork.jump_requested.connect(self.jump_to)
        paperwork.yes_asked.connect(lambda question, then: self.ask.ask_yes(question, then, go="Write"))

    @property
    def actions_by_name(self) -> Mapping[str, QAction]:
        """What can be done here on paper, for menus and the command palette; connected already."""
        return {"proofs_close_day": self.paperwork.close_day, "proofs_evidence": self.paperwork.evidence}

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))

    # --- which day, and when it is read ---------------------------------------------------------------------------

    def set_date(self, on: date) -> None:
        """Show this day's proofs; they are read when somebody looks."""
        if on == self._on:
            return
        self._later.stop()
        self.bench.model.show_proofs((), {}, on)
        self._on, self._read, self._heard, self._wanted = on, None, None, ""
        self.judge.on = on
        self.closed.say("")
        self.paperwork.forget()
        if self.feed is None or self.showing is None:
            return
        self.feed.cancel()
        self.showing.take(None)
        self.count_changed.emit(0)
        if self.isVisible():
            self._look()

    @Slot(object)
    def take_live(self, live: LiveDay) -> None:
        """The road tells how the day stands: where somebody was at a door, or answered, there is more to see."""
        if self.feed is None or live.date != self._on:
            return
        heard = (
            frozenset((attempt.key, attempt.code) for attempt in live.attempts.values()),
            sum(note.from_driver for note in live.notes),
            live.sending.rounds,
        )
        if heard != self._heard:
            self._heard = heard
            if self._read and not self._later.isActive():
                self._later.start(SOON_MS if self.isVisible() else HIDDEN_MS)

    @Slot()
    def _look(self) -> None:
        self._later.stop()
        if self.feed is None or self._on is None:
            return
        first = self._read is None
        if first:
            self.loading.begin(self._on)
            self.bar.set_narrowing(False)
            self.stack.setCurrentWidget(self.loading)
        self.feed.look(self._on, first=first)

    def open_attempt(self, key: str) -> None:
        """Show the proof of this attempt of the day, as soon as it is read."""
        self._wanted = key
        if self._read is not None:
            self._choose_wanted()

    def _choose_wanted(self) -> None:
        key, self._wanted = self._wanted, ""
        if key and not self.bench.choose_key(key):
            self.bar.reset(Filter.ALL)
            self.bench.choose_key(key)

    def showEvent(self, event: QShowEvent) -> None:
        """The day is read when it is looked at first, and again if something came in since."""
        super().showEvent(event)
        if self.feed and (self._later.isActive() or (self._read is None and not self.feed.reading)):
            self._look()
        self.bench.table.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was asked is left."""
        super().hideEvent(event)
        if self.showing:
            self.showing.again.stop()
        self.ask.hide()

    def stop(self) -> None:
        """Read no more; what was decided is written first."""
        self._later.stop()
        if self.showing:
            self.showing.again.stop()
        self.paperwork.stop()
        if self.feed:
            self.feed.stop()

    # --- what was read --------------------------------------------------------------------------------------------

    @property
    def day(self) -> ReviewDay | None:
        """As read last."""
        return self._read.day if self._read else None

    @Slot(object)
    def _on_read(self, read: Read) -> None:
        if read.on != self._on or self.feed is None or self.showing is None:
            return
        self._read = read
        self.showing.take(read)
        self.bench.model.show_proofs(read.day.proofs, read.drivers, read.on, self.feed.deciding)
        self.bar.offer_drivers(read.drivers, {proof.driver_id for proof in read.day.proofs})
        self._closings = read.closings
        self.bench.size_columns()
        self._settle()
        self._choose_wanted()
        self._show_day()
        self._show_current(again=True)

    def _show_day(self, *, since: int = 0) -> None:
        """Whether the day is closed, and how far its reviewers agree; `since` so many more records."""
        if self._closings.done:
            self._closings = replace(self._closings, since=self._closings.since + since)
        self.closed.say(*words.day_words(self._closings, agreement(self.bench.model.proofs), self._zone))

    @Slot(object)
    def _on_stopped(self, fault: Exception | None) -> None:
        if self._read is not None:
            if fault is not None:
                self._say_fault(fault)
            return
        if isinstance(fault, KnownError) or fault is None:
            self._show_empty(f"{STOPPED}\n{fault}" if fault else STOPPED, "Look again")
        else:
            self._show_empty(STOPPED, "Look again")
            self._say_fault(fault)

    def _settle(self) -> None:
        """Counts, and what to show if the queue is empty."""
        proofs = self.bench.model.proofs
        self.bar.show_counts(proofs)
        self.bar.set_narrowing(bool(proofs))
        self.count_changed.emit(sum(Filter.FLAGGED.takes(proof) for proof in proofs))
        if not proofs:
            self._show_none()
        elif self.bench.queue.rowCount():
            self.stack.setCurrentWidget(self.bench)
            self.bench.keep_a_row()
        elif not any(proof.open for proof in proofs) and not self.bench.queue.narrowed:
            self._show_empty(tally(proofs), "Show all")
        else:
            self._show_empty(NO_MATCH, "Show all")
        self._allow()

    def _show_none(self) -> None:
        assert self._read is not None
        day = fmt.weekday_date(self._read.on)
        if self._read.rounds:
            self._show_empty(NONE_YET.format(day=day, rounds=fmt.count(self._read.rounds, "round")))
        else:
            self._show_empty(NOT_SENT.format(day=day), "Send rounds to drivers")

    def _show_empty(self, text: str, step: str = "") -> None:
        self.empty.set_text(text)
        self.empty.set_step(step)
        self.stack.setCurrentWidget(self.empty)

    @Slot()
    def _on_step(self) -> None:
        if self._read is None:
            self._look()
        elif self.bench.model.rowCount():
            self.bar.reset(Filter.ALL)
            self.bench.table.setFocus()
        else:
            self.send_requested.emit()

    # --- what of it is shown --------------------------------------------------------------------------------------

    @Slot(object)
    def _on_filter(self, which: Filter) -> None:
        self.bench.narrow(lambda queue: queue.set_filter(which))
        self._settle()

    @Slot(object)
    def _on_driver(self, driver_id: DriverId | None) -> None:
        self.bench.narrow(lambda queue: queue.set_driver(driver_id))
        self._settle()

    @Slot(str)
    def _on_words(self, text: str) -> None:
        self.bench.narrow(lambda queue: queue.set_words(text))
        self._settle()

    def focus_filter(self) -> None:
        """Let the keys go to the find box."""
        self.bar.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.finder.selectAll()

    @Slot()
    def _show_current(self, *, again: bool = False) -> None:
        if self.showing:
            self.showing.show_current(again=again)
        self._allow()

    @Slot()
    def _allow(self) -> None:
        """What can be done now."""
        mine = self._workplace.what_if is None
        there = self.stack.currentWidget() is self.bench and self.bench.current is not None
        for name, action in self.bench.deeds.items():
            action.setEnabled(mine and (there or name == "accept_unflagged"))
        self.paperwork.close_day.setEnabled(mine and self._read is not None)
        self.paperwork.evidence.setEnabled(there)
        self.bench.closing.setEnabled(self.paperwork.close_day.isEnabled())
        self.bench.evidence.setEnabled(there)
        self.bench.buttons.setToolTip("" if mine else IN_A_COPY)

    @property
    def reviewer(self) -> str:
        """Under whose name decisions are kept; empty before it was asked."""
        return self.judge.reviewer

    # --- what was decided, closed, written ------------------------------------------------------------------------

    @Slot(object)
    def _on_decided(self, proofs: Sequence[Proof]) -> None:
        if self.feed is None or self._read is None:
            return
        self.bench.model.change(proofs, self.feed.deciding)
        self._show_day(since=len(proofs))
        self._settle()
        if any(self.showing and proof.attempt.key == self.showing.key for proof in proofs):
            self._show_current(again=True)
        if proofs and proofs[-1].reviews:
            about = proofs[0].number if len(proofs) == 1 else fmt.count(len(proofs), "proof")
            more = ", and a second reviewer is wanted" if any(proof.second_wanted for proof in proofs) else ""
            self.told.emit(f"{about}: {proofs[-1].reviews[-1].decision.value}{more}.")

    @Slot(object)
    def _on_refused(self, refused: Refused) -> None:
        if self.feed is None:
            return
        self.bench.model.change((), self.feed.deciding)
        self._settle()
        n = self.bench.model.row_of_key(refused.keys[0])
        number = self.bench.model.proofs[n].number if n is not None and len(refused.keys) == 1 else ""
        self._say_fault(refused.fault, number)

    @Slot()
    def _on_close_day(self) -> None:
        if self._on is not None:
            self.paperwork.open_closing(self._on, self.reviewer)

    @Slot()
    def _on_evidence(self) -> None:
        row = self.bench.current
        if row is not None:
            self.paperwork.ask_evidence(row.proof, self._closings)

    @Slot(str)
    def _on_written(self, words_: str) -> None:
        self.said.say(words_, Tone.GOOD)
        self.told.emit(words_)

    @Slot(object)
    def jump_to(self, item: OpenItem) -> None:
        """Show what is open: its proof here, an exception or a round where these are."""
        if not item.key:
            self.elsewhere_requested.emit(item)
            return
        if not self.bench.choose_key(item.key):
            self.bar.reset(Filter.ALL)
            self.bench.choose_key(item.key)
        self.bench.table.setFocus()

    def _say_fault(self, fault: Exception, about: str = "") -> None:
        if isinstance(fault, KnownError):
            self.said.say(f"{about}: {fault}" if about else str(fault), Tone.BAD)
        else:
            self.said.say_fault(fault)
