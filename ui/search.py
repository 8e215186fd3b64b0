"""The search of the whole day: runs it, shows its plans as they come, and hands the best to the day or to a card.

Lives in the GUI thread and knows no widget.
"""

import threading
import time

from PySide6.QtCore import QObject, Signal, Slot

from dispatcher.domain.errors import Cancelled
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.services.plan import Proposal
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace
from ui.day import DayBoard
from ui.runner import Job, OpRunner

PREVIEW_EVERY_S = 1.0
"""A better plan than the one shown waits so long: all rounds change at once, and eyes need a moment too."""

AT_WORK = "The optimiser is at work: stop it to keep its best plan, or cancel it, then go on."


class Search(QObject):
    """One search at a time.

    Signals:
        changed(bool): a search began or ended.
        wanted(Proposal): the person wants this plan: they asked to keep it, or there was none before.
        found(Proposal): a better plan than the one there is, perhaps.
        told(str): a sentence for the status bar.
    """

    changed = Signal(bool)
    wanted = Signal(object)
    found = Signal(object)
    told = Signal(str)
    _better = Signal(object)

    def __init__(self, board: DayBoard, workplace: Workplace, runner: OpRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board, self._desk, self._runner = board, workplace.desk, runner
        self._job: Job | None = None
        self._keep = threading.Event()
        self._previewed_at = 0.0
        self._better.connect(self._on_better)

    @property
    def running(self) -> bool:
        """Whether the views show the best plan so far of a search."""
        return self._job is not None

    def hindrance(self) -> str:
        """Why nothing can be changed now: the board shows what is not kept yet."""
        return AT_WORK if self.running else ""

    def start(self, seconds: float) -> None:
        """Search the whole day; every better plan is shown as it comes."""
        day = self._board.day
        if self._job or day is None:
            return
        if not any(order.state is OrderState.OPEN for order in day.orders.values()):
            self.told.emit("There are no orders on this day: import some first.")
            return
        keep = self._keep = threading.Event()
        fresh = not any(route.stops for route in day.plan.routes)
        search = lambda progress: self._searched(day, seconds, keep, progress)
        job = self._runner.start(
            search,
            title="Optimising",
            on_done=lambda proposal: self._on_searched(job, proposal, fresh),
            on_failed=lambda error: self._on_failed(job, error),
            latest_key="search",
        )
        self._job = job
        self.changed.emit(True)

    @Slot()
    def stop(self) -> None:
        """End the search and keep its best plan."""
        self._keep.set()

    @Slot()
    def cancel(self) -> None:
        """End the search and drop what it found."""
        if self._job:
            self.give_up()
            self.told.emit("The search was cancelled; the plan is as it was.")

    def give_up(self) -> None:
        """End a search, if one runs, without a word."""
        if self._job:
            self._job.cancel()
            self._end()

    def _searched(self, day: Day, seconds: float, keep: threading.Event, progress: Progress) -> Proposal:
        """Runs on a worker."""
        halt = EitherEvent(keep, progress)
        tell = lambda proposal: self._better.emit((day, proposal))
        proposal = self._desk.optimise(day, seconds=seconds, stop=halt, on_best=tell, progress=progress)
        if progress.cancelled():
            raise Cancelled
        return proposal

    @Slot(object)
    def _on_better(self, found: tuple[Day, Proposal]) -> None:
        day, proposal = found
        now = time.monotonic()
        if self._job and day.date == self._board.date and now - self._previewed_at >= PREVIEW_EVERY_S:
            self._previewed_at = now
            show = lambda _progress: self._desk.preview(day, proposal)
            self._runner.start(show, title="Showing the best plan", on_done=self._on_preview, latest_key="preview")

    @Slot(object)
    def _on_preview(self, outlook: Outlook) -> None:
        if self._job and outlook.day.date == self._board.date:
            self._board.show_preview(outlook)

    def _on_searched(self, job: Job, proposal: Proposal, fresh: bool) -> None:
        """One that ended while it was given up has nothing to say any more."""
        if job is not self._job:
            return
        kept = self._keep.is_set()
        self._end()
        if fresh or kept:
            self.wanted.emit(proposal)
        else:
            self.found.emit(proposal)

    def _on_failed(self, job: Job, error: Exception) -> None:
        if job is self._job:
            self._end()
            self._runner.failed.emit(error)

    def _end(self) -> None:
        self._job = None
        self._keep.set()
        self._board.show_preview(None)
        self._board.refresh()
        self.changed.emit(False)


class EitherEvent:
    """Set when either the person stops the search or the job is cancelled; what the engine's stop rule asks."""

    def __init__(self, keep: threading.Event, progress: Progress) -> None:
        self._keep, self._progress = keep, progress

    def is_set(self) -> bool:
        return self._keep.is_set() or self._progress.cancelled()
