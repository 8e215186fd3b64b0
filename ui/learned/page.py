"""What the depot has learned: a card for each thing, an order to try it on, and the day's service times.

All is read and learned in worker threads; here it is shown. Nothing is changed but by a press of a button, and undo
takes that back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.errors import KnownError
from dispatcher.domain.learned import Trial
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.progress import Progress
from dispatcher.services.learned_use import due, minutes_words, travel_used
from dispatcher.services.learned_use_service import LABEL, DayLearned, look_at_day, take
from dispatcher.services.learning import LearningDesk
from dispatcher.services.ports import Done
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.board.empty import EmptyState
from ui.learned.card import TrialCard
from ui.learned.trying import DayBox, TryBox, tried
from ui.learned.words import NAMES
from ui.parts.fields import named, primary, set_icon
from ui.parts.said import Said, Tone
from ui.runner import Job, Operation, OpRunner, Outcome
from ui.theme import Theme

NOTHING = (
    "Nothing to learn from yet: stops that drivers made teach how long a door takes,\n"
    "drives teach how long the way takes, attempts teach where nobody opens.\n"
    "A few weeks of sent and driven rounds are enough to begin with."
)
NEVER = "Nothing was learned yet. What holds until then are the plain rules."
LEARNING = "Learning from the depot's history"
READING = "Reading what was learned"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Read:
    """What is kept of the last learning."""

    trials: tuple[Trial, ...]
    trained_at: datetime | None
    fault: str


class LearnedPage(QWidget):
    """GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        learned(tuple): the trials, whenever they are read or new.
    """

    told = Signal(str)
    learned = Signal(object)

    def __init__(
        self, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None, *, alone: bool = True
    ) -> None:
        """`alone`: whether it learns by itself once a day; the window's own page does."""
        super().__init__(parent)
        named(self, "learned", "What the depot has learned")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._workplace, self._runner, self._theme, self._alone = workplace, runner, theme, alone
        self._flat_s, self._zone = workplace.depot.service_s, workplace.depot.zone
        self.desk = LearningDesk(workplace, clock=workplace.clock)
        self._on: date | None = None
        self._job: Job | None = None
        self._stopped = False
        self._make()
        self._lay_out()
        self._wire()
        self._dress()
        self.day.forget(minutes_words(self._flat_s))
        self.refresh()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.state = Said("learned.state", "When it was learned last", theme, self)
        self.said = Said("learned.said", "What was done last", theme, self)
        self.now = named(QPushButton("Learn now", self), "learned.now", "Learn from the depot's history now")
        primary(self.now)
        self.do_learn = QAction("Learn from the depot's history", self)
        self.do_learn.setObjectName("learned.do.learn")
        self.do_learn.setShortcut(QKeySequence("L"))
        self.do_learn.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(self.do_learn)
        self.now.setToolTip("Learn from the depot's history now  (L)")
        self.progress = named(QProgressBar(self), "learned.progress", "How far the learning is")
        self.cancel = named(
            QPushButton("Stop", self), "learned.cancel", "Stop learning; what was learned before stands"
        )
        self.cards = {target: TrialCard(target, theme, self) for target in NAMES}
        self.trying = TryBox(theme, self)
        self.day = DayBox(theme, self)
        self.empty = EmptyState(theme, icon="school-outline", text=NOTHING, step="Learn now", parent=self)
        self.empty.setObjectName("learned.empty")
        self._hourly = QTimer(self, interval=HOUR_MS)
        self._hourly.setObjectName("learned.hourly")

    def _lay_out(self) -> None:
        self._top, self._working = QHBoxLayout(), QWidget(self)
        self._top.addWidget(self.state, 1)
        self._top.addWidget(self.now)
        row = QHBoxLayout(self._working)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self._working.hide()
        inside = QWidget(self)
        self._inside = QVBoxLayout(inside)
        self._row, self._below = QHBoxLayout(), QHBoxLayout()
        for card in self.cards.values():
            self._row.addWidget(card, 1)
        for box in (self.trying, self.day):
            self._below.addWidget(box, 1)
        self._inside.addLayout(self._row)
        self._inside.addLayout(self._below)
        self._inside.addStretch(1)
        self.area = named(QScrollArea(self), "learned.scroll", "What was learned")
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.area)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._top)
        for part in (self.said, self._working):
            self._whole.addWidget(part)
        self._whole.addWidget(self.stack, 1)

    def _wire(self) -> None:
        self.now.clicked.connect(self.learn)
        self.do_learn.triggered.connect(self.learn)
        self.empty.step_requested.connect(self.learn)
        self.cancel.clicked.connect(self._on_cancel)
        self.trying.asked.connect(self._on_try)
        self.day.looked_for.connect(self._on_look)
        self.day.taken.connect(self._on_take)
        self._runner.job_progressed.connect(self._on_progressed)
        self._runner.job_ended.connect(self._on_ended)
        self._runner.op_finished.connect(self._on_op_finished)
        self._theme.changed.connect(self._dress)
        if self._alone and self._workplace.live is not None and self._workplace.what_if is None:
            self._hourly.timeout.connect(self.learn_if_due)
            self._hourly.start()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))
        self._inside.setContentsMargins(0, 0, 0, 0)
        for row in (self._row, self._below):
            row.setSpacing(grid(3))
        set_icon(self.now, "school-outline", self._theme, "on_accent")

    def actions(self) -> list[QAction]:
        """What can be done here, for menus."""
        return [self.do_learn]

    # --- what is shown --------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """As it is now."""
        super().showEvent(event)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read again what was learned, and the day's orders."""
        if self._stopped:
            return
        read = lambda _progress: Read(tuple(self.desk.trials()), self.desk.trained_at, self.desk.fault)
        self._start(read, self._on_read, "learned.read")
        self._read_day()

    @Slot(object)
    def _on_read(self, answer: Read) -> None:
        trials, at, fault = answer.trials, answer.trained_at, answer.fault
        self.state.say(fault or self._last_words(at), Tone.WARNING if fault else Tone.PLAIN)
        for trial in trials:
            self.cards[trial.target].show_trial(trial)
        self.stack.setCurrentWidget(self.area if trials else self.empty)
        self.now.setVisible(bool(trials))
        if self._workplace.live is not None:
            self._workplace.live.use_travel(learned=travel_used(trials))
        self.learned.emit(tuple(trials))

    def _last_words(self, at: datetime | None) -> str:
        if at is None:
            return NEVER
        return f"Learned last on {fmt.weekday_date(at.astimezone(self._zone).date())} at {fmt.clock(at, self._zone)}."

    def show_day(self, on: date) -> None:
        """Try it on orders of this day from now on."""
        if on != self._on:
            self._on = on
            self.day.forget(minutes_words(self._flat_s))
            self._read_day()

    def _read_day(self) -> None:
        on = self._on
        if on is not None and self.isVisible() and not self._stopped:
            self._runner.read(lambda book: book.orders_of([on]), self._on_orders, latest_key="learned.orders")

    @Slot(object)
    def _on_orders(self, orders: Sequence[Order]) -> None:
        opened = [order for order in orders if order.state is OrderState.OPEN]
        self.trying.show_orders(sorted(opened, key=lambda order: order.number))

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.touches(Kind.ORDER) and self._on in changes.dates:
            self.day.forget(minutes_words(self._flat_s))
            self._read_day()

    @Slot(object)
    def _on_try(self, order: Order) -> None:
        self._start(lambda _progress: tried(order, self.desk.foreseer()), self.trying.show_tried, "learned.try")

    # --- the day's service times ----------------------------------------------------------------------------------

    @Slot()
    def _on_look(self) -> None:
        on = self._on
        if on is None:
            return
        look = lambda progress: look_at_day(self._workplace, on, self.desk.foreseer(), progress)
        self._start(look, self.day.show_seen, "learned.look", title="Estimating service times")

    @Slot(object)
    def _on_take(self, seen: DayLearned) -> None:
        operation = Operation(LABEL, partial(take, learned=seen))
        self._runner.submit(operation, initiator=self, on_done=self._on_taken, on_failed=self._on_failed)

    def _on_taken(self, done: Done[int]) -> None:
        words = f"{fmt.count(done.value, 'order')} got a learned service time. Undo takes it back."
        self.said.say(words, Tone.GOOD)
        self.told.emit(words)

    # --- learning -------------------------------------------------------------------------------------------------

    @property
    def learning(self) -> bool:
        """Whether it learns now."""
        return self._job is not None

    @Slot()
    def learn(self) -> None:
        """Learn from the history, unless that is being done."""
        if self._job is not None or self._stopped:
            return
        self._job = self._runner.start(
            lambda progress: self.desk.train(progress=progress),
            title=LEARNING,
            on_done=self._on_learned,
            on_failed=self._on_failed,
            latest_key="learned.learn",
        )
        self.said.say("")
        self.progress.setValue(0)
        self._working.show()
        self.now.setEnabled(False)
        self.do_learn.setEnabled(False)

    @Slot()
    def learn_if_due(self) -> None:
        """Learn by itself: once a day, when there are new days. What goes wrong is told where it can be seen."""
        self._start(lambda _progress: self._is_due(), self._on_due, "learned.due")

    def _is_due(self) -> bool:
        """For a worker thread: pandas, which takes a second to load, is loaded there."""
        from dispatcher.services.insight import InsightDesk

        clock = self._workplace.clock
        return due(self.desk, InsightDesk(self._workplace, clock=clock).known(), clock())

    @Slot(object)
    def _on_due(self, is_due: bool) -> None:
        if is_due:
            self.learn()

    @Slot(object)
    def _on_learned(self, trials: Sequence[Trial]) -> None:
        used = [NAMES[trial.target].title.lower() for trial in trials if trial.used]
        words = f"Learned. In use: {', '.join(used)}." if used else "Learned. The plain rules still do better."
        self.said.say(words, Tone.GOOD)
        self.told.emit(words)

    @Slot()
    def _on_cancel(self) -> None:
        if self._job:
            self._job.cancel()

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._job:
            self.progress.setValue(round(job.fraction * 100))
            self.progress.setFormat(job.text or LEARNING)

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if job is not self._job:
            return
        self._job = None
        self._working.hide()
        self.now.setEnabled(True)
        self.do_learn.setEnabled(True)
        if job.outcome is Outcome.CANCELLED:
            self.said.say("Stopped. What was learned before stands.", Tone.QUIET)
        self.refresh()

    # --- asking ---------------------------------------------------------------------------------------------------

    def _start[T](
        self, work: Callable[[Progress], T], answer: Callable[[T], object], key: str, *, title: str = READING
    ) -> None:
        if not self._stopped:
            self._runner.start(work, title=title, on_done=answer, on_failed=self._on_failed, latest_key=key)

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if isinstance(fault, KnownError):
            self.said.say_fault(fault)
        else:
            self._runner.failed.emit(fault)

    def stop(self) -> None:
        """Ask no more. Before the runner is stopped."""
        self._stopped = True
        self._hourly.stop()
        self._on_cancel()
