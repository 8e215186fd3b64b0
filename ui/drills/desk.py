"""A drill as it is played: in its copy, on the real board.

Lives in the GUI thread. In a copy that was made for a drill its strip leads through the disturbances: each is written
as one change, the person works on the board as always, and the referee scores what they left, in a worker.
"""

import time
from collections.abc import Callable
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from dispatcher.services import drills
from dispatcher.services.drills import Drill, DrillState, Happening
from dispatcher.services.drills_scoring import Referee, rounds_of
from dispatcher.services.plan import Proposal, sequences_of, with_sequences
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Done
from dispatcher.services.workplace import OpenStore, Workplace
from ui.day import DayBoard
from ui.drills.asking import DrillAsking
from ui.drills.banner import DrillStrip
from ui.hand import Hand
from ui.parts.said import words_of
from ui.proposals.desk import ProposalDesk
from ui.runner import Job, Operation, OpRunner
from ui.theme import Theme

PLAN_TITLE = "The optimiser's plan"
LOOKING = "This is the optimiser's plan, to look at only: go back first (Ctrl+Alt+N)."
WORKING = "The drill is being worked out: wait a moment."


class Phase(Enum):
    """Where a drill is."""

    NONE = auto()
    BEGINNING = auto()
    OPEN = auto()
    BUSY = auto()
    TOLD = auto()
    OVER = auto()


class DrillDesk(QObject):
    """One for each window.

    Signals:
        told(str): a sentence for the status bar.
        what_if_requested(str, date): show this copy instead, or the depot itself for no name.
        failed(Exception): something could not be done, for whoever shows faults.
    """

    told = Signal(str)
    what_if_requested = Signal(str, object)
    failed = Signal(object)

    def __init__(
        self,
        board: DayBoard,
        hand: Hand,
        proposals: ProposalDesk,
        workplace: Workplace,
        open_store: OpenStore,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        window: QWidget,
        *,
        ticks_s: Callable[[], float] = time.monotonic,
        search_s: float | None = None,
    ) -> None:
        """`ticks_s` measures how long the person takes; `search_s` is what the optimiser has for its answer."""
        super().__init__(window)
        self._board, self._hand, self._proposals, self._workplace = board, hand, proposals, workplace
        self._runner, self._window, self._ticks_s = runner, window, ticks_s
        self._referee = Referee(workplace.roads, **({} if search_s is None else {"seconds": search_s}))
        self._drill: Drill | None = None
        self._phase = Phase.NONE
        self._began_s = 0.0
        self._took_s = 0.0
        self._looking = self._done_wanted = False
        self._searching: Job | None = None
        self.asking = DrillAsking(workplace, open_store, runner, theme, settings, window)
        self.asking.open_requested.connect(self.what_if_requested)
        self.asking.plan_requested.connect(self.show_plan)
        self.asking.failed.connect(self._on_failed)
        self.banner = DrillStrip(theme)
        self.banner.next_requested.connect(self.go_on)
        self.banner.plan_requested.connect(self._offer_plan)
        self.banner.leave_requested.connect(self.leave)
        runner.job_ended.connect(self._on_job_ended)
        runner.drained.connect(self.close)

    @property
    def drill(self) -> Drill | None:
        """The one that is played in this window."""
        return self._drill

    @property
    def phase(self) -> Phase:
        """Where it is."""
        return self._phase

    def hindrance(self) -> str:
        """Why nothing can be changed now; or nothing."""
        if self._looking:
            return LOOKING
        return WORKING if self._phase is Phase.BUSY else ""

    def start(self) -> None:
        """The day is on the screen: go on with the copy's drill, or clear up after those that are over."""
        if self._workplace.live is None:
            return
        copy = self._workplace.what_if
        if copy is not None and copy.drill and self._drill is None:
            work = lambda _progress: drills.running_in(self._workplace)
            self._runner.start(work, title="Reading the drill", on_done=self._on_found, on_failed=self._on_failed)
        elif copy is None:
            sweep = lambda _progress: drills.sweep(self._workplace)
            self._runner.start(sweep, title="Clearing up after drills")

    def stop(self) -> None:
        """Before the runner stops: nothing is searched for any more. What was played is kept."""
        if self._searching:
            self._searching.cancel()

    @Slot()
    def close(self) -> None:
        """Let go of the optimiser, when nothing is under way any more."""
        self._referee.close()

    @Slot()
    def open(self) -> None:
        """Ask which drill, and list those played."""
        self.asking.open()

    # --- playing --------------------------------------------------------------------------------------------------

    def _on_found(self, drill: Drill | None) -> None:
        if drill is None:
            self.banner.show_lost()
            return
        self._drill = drill
        turn = drill.open
        if turn is not None:
            self._phase, self._began_s = Phase.OPEN, self._ticks_s()
            self.banner.show_open(drill, turn, self._workplace.depot.zone)
            self._search()
        elif drill.over or drill.state is not DrillState.RUNNING:
            self._end()
        else:
            self._phase = Phase.BEGINNING
            self.banner.show_beginning(drill)

    @Slot()
    def go_on(self) -> None:
        """Whatever comes next: the next disturbance, the score of this one, the debrief."""
        if self._looking:
            self._look_away()
        elif self._hand.blocked() or self._drill is None:
            return
        elif self._phase is Phase.OPEN:
            self._judge()
        elif self._phase is Phase.OVER or (self._phase is Phase.TOLD and self._drill.over):
            self._end()
            self.asking.show_debrief(self._drill, here=True)
        elif self._phase in (Phase.BEGINNING, Phase.TOLD):
            self._next()

    def _next(self) -> None:
        drill, place = self._drill, self._workplace
        assert drill is not None
        self._busy("Looking what happens next")
        work = lambda _progress: drills.upcoming(place.desk, place.store, drill)
        self._runner.start(
            work, title="Looking what happens next", on_done=self._on_upcoming, on_failed=self._on_failed
        )

    def _on_upcoming(self, found: tuple[Drill, Happening | None]) -> None:
        self._drill, happened = found
        if happened is None:
            self._end()
            self.asking.show_debrief(self._drill, here=True)
            return
        self._runner.submit(
            Operation(happened.label, happened.change, why=happened.what),
            initiator=self,
            on_done=partial(self._on_happened, happened),
            on_failed=self._on_failed,
        )

    def _on_happened(self, happened: Happening, done: Done[object]) -> None:
        assert self._drill is not None
        self._drill = drills.came(self._drill, happened, done.changes.revision)
        self._phase, self._began_s = Phase.OPEN, self._ticks_s()
        for card in self._proposals.cards:  # they answer what is over
            self._proposals.dismiss(card.id)
        self.banner.show_happening(self._drill, happened, self._workplace.depot.zone)
        self._keep()
        self._search()

    def _search(self) -> None:
        """Find the optimiser's answer while the person is at it."""
        drill, store = self._drill, self._workplace.store
        if drill is None or drill.open is None or drill.open.best:
            return
        revision = drill.open.revision

        def work(progress: Progress) -> dict[str, tuple[str, ...]]:
            return dict(self._referee.best(store.day_at(drill.on, revision), progress))

        self._searching = self._runner.start(work, title="Drill: the optimiser's answer", on_done=self._on_answer)

    def _on_answer(self, best: dict[str, tuple[str, ...]]) -> None:
        if self._drill:
            self._drill = drills.answered(self._drill, best)

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        if job is self._searching:
            self._searching = None
            if self._done_wanted:
                self._done_wanted = False
                self._score()

    def _judge(self) -> None:
        assert self._drill is not None
        self._took_s = self._ticks_s() - self._began_s
        self._busy("Holding your plan against the optimiser’s")
        # what the hand did a moment ago is written first
        self._runner.submit(
            Operation("Done", lambda _uow: None),
            initiator=self,
            on_done=self._on_settled,
            on_failed=self._on_not_judged,
        )

    def _on_settled(self, _done: object) -> None:
        if self._searching:
            self._done_wanted = True
        else:
            self._score()

    def _score(self) -> None:
        drill, store, took_s = self._drill, self._workplace.store, self._took_s
        assert drill is not None

        def work(progress: Progress) -> Drill:
            judged = self._referee.judge(store, drill, seconds=took_s, progress=progress)
            drills.keep(drills.logbook_of(self._workplace), judged)
            return judged

        self._runner.start(work, title="Scoring", on_done=self._on_judged, on_failed=self._on_not_judged)

    def _on_judged(self, drill: Drill) -> None:
        self._drill, self._phase = drill, Phase.TOLD
        self.banner.show_verdict(drill)

    def _on_not_judged(self, fault: Exception) -> None:
        """The disturbance stays open: what is wrong is said, and can be mended."""
        self._phase = Phase.OPEN
        if self._drill and self._drill.open:
            self.banner.show_open(self._drill, self._drill.open, self._workplace.depot.zone)
        self._on_failed(fault)

    def _busy(self, said: str) -> None:
        self._phase = Phase.BUSY
        self.banner.show_busy(said)

    def _end(self) -> None:
        assert self._drill is not None
        if self._drill.state is DrillState.RUNNING:
            self._drill = drills.close(self._drill)
            self._keep()
        self._phase = Phase.OVER
        self.banner.show_over(self._drill)

    def _keep(self) -> None:
        drill = self._drill
        assert drill is not None
        work = lambda _progress: drills.keep(drills.logbook_of(self._workplace), drill)
        self._runner.start(work, title="Keeping the drill", on_failed=self._on_failed)

    # --- the optimiser's plan -------------------------------------------------------------------------------------

    @Slot()
    def _offer_plan(self) -> None:
        """As a proposal for the day as it stands: it can be looked at, and gone on with."""
        day, drill = self._board.day, self._drill
        if day is None or drill is None or not drill.turns or self._hand.blocked():
            return
        found = Proposal(day.date, day.revision, sequences_of(day), rounds_of(day, drill.turns[-1].best))
        self._proposals.offer(found, PLAN_TITLE)

    def show_plan(self, number: int) -> None:
        """Show on the board what the optimiser would have done about a disturbance, counted from 0."""
        drill, place = self._drill, self._workplace
        if drill is None or not (0 <= number < len(drill.turns)) or self._hand.blocked():
            return
        turn = drill.turns[number]

        def work(_progress: Progress) -> Outlook:
            situation = place.store.day_at(drill.on, turn.revision)
            return place.desk.look(with_sequences(situation, rounds_of(situation, turn.best)))

        shown = partial(self._on_plan, number + 1)
        self._runner.start(work, title="Showing the plan", on_done=shown, on_failed=self._on_failed, latest_key="drill")

    def _on_plan(self, number: int, outlook: Outlook) -> None:
        if self._board.date != outlook.day.date:
            self.told.emit("Open the drill's day first.")
            return
        self._looking = True
        self._board.show_preview(outlook)
        self.banner.show_looking(number)

    def _look_away(self) -> None:
        self._looking = False
        self._board.show_preview(None)
        if self._drill and self._phase is Phase.OVER:
            self.banner.show_over(self._drill)
        elif self._drill and self._phase is Phase.TOLD:
            self.banner.show_verdict(self._drill)

    # --- the end --------------------------------------------------------------------------------------------------

    @Slot()
    def leave(self) -> None:
        """Back to the depot; asks what is to become of a drill that is not over."""
        if self._looking:
            self._look_away()
        if self._drill is None or self._phase is Phase.OVER:
            self._go()
            return
        if self._phase is Phase.BUSY:
            self.told.emit(WORKING)
            return
        if self._phase is Phase.TOLD and self._drill.over:
            self._end()
            self._go()
            return
        ask = QMessageBox(
            QMessageBox.Icon.Question, "Leave the drill", "Leave before the drill is over?", parent=self._window
        )
        ask.setObjectName("drill.leaving")
        ask.setInformativeText(
            "Later: it waits as it is. Keep: the score so far, as left early. Discard: as if never played."
        )
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        role = QMessageBox.ButtonRole
        later, keep = ask.addButton("Go on later", role.AcceptRole), ask.addButton("Keep the score", role.AcceptRole)
        discard = ask.addButton("Discard", role.DestructiveRole)
        ask.setEscapeButton(ask.addButton("Stay", role.RejectRole))
        later.clicked.connect(self._go)
        keep.clicked.connect(partial(self._leave_with, drills.close))
        discard.clicked.connect(partial(self._leave_with, None))
        ask.open()

    def _leave_with(self, change: Callable[[Drill], Drill] | None) -> None:
        """Keep the drill as `change` has it, or not at all; then go."""
        drill = self._drill
        assert drill is not None

        def work(_progress: Progress) -> None:
            logbook = drills.logbook_of(self._workplace)
            if change is None:
                drills.discard(logbook, drill)
            else:
                drills.keep(logbook, change(drill))

        self._runner.start(work, title="Keeping the drill", on_done=lambda _: self._go(), on_failed=self._on_failed)

    @Slot()
    def _go(self) -> None:
        self.what_if_requested.emit("", None)

    def _on_failed(self, fault: Exception) -> None:
        if self._phase is Phase.BUSY and self._drill:
            self._phase = Phase.BEGINNING
            self.banner.show_beginning(self._drill)
        self.told.emit(words_of(fault))
        if not isinstance(fault, KnownError):
            self.failed.emit(fault)
