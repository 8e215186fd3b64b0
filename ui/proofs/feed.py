"""Reads a day's proofs for the panel, again when something came in, and writes what is decided, in its order.

Knows no widget. Reading is long work of the window's runner; decisions have a lane of their own: each is written,
whatever the window does meanwhile, and none waits for a reading.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

from PySide6.QtCore import QObject, Qt, Signal, Slot

from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.progress import Progress
from dispatcher.domain.review import Decision, Proof, ReviewDay
from dispatcher.services.closing import Closings, closings_on
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.workplace import Workplace
from ui.runner import Job, OpRunner

TITLE = "Looking at the day's proofs"
AGAIN = "Looking at new proofs"


@dataclass(frozen=True, slots=True)
class Read:
    """A day as it was read."""

    on: date
    day: ReviewDay
    drivers: Mapping[DriverId, Driver]
    rounds: int
    """How many were sent to drivers."""
    closings: Closings = field(default_factory=Closings)
    """Whether, and by whom, it was signed off."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A decision that could not be written."""

    keys: tuple[str, ...]
    decision: Decision
    fault: Exception


class ReviewFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        read(Read): the day as it is now.
        progressed(float): so much of a first reading is done.
        stopped(object): a reading ended without an answer: the fault, or `None` if it was cancelled.
        decided(object): these proofs have a new decision.
        refused(Refused): these have none.
    """

    read = Signal(object)
    progressed = Signal(float)
    stopped = Signal(object)
    decided = Signal(object)
    refused = Signal(object)
    _answered = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace, self._runner = workplace, runner
        self.desk = ReviewDesk(workplace, clock=workplace.clock)
        self._lane = ThreadPoolExecutor(1, "roundhouse-reviews")
        self._job: Job | None = None
        self._since: dict[str, Proof] = {}
        """Decided after the reading under way began."""
        self._deciding: dict[str, Decision] = {}
        self._stopped = False
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        runner.job_progressed.connect(self._on_progressed)
        runner.job_ended.connect(self._on_ended)

    @property
    def deciding(self) -> Mapping[str, Decision]:
        """What is decided and not written yet, by the attempt's key."""
        return self._deciding

    @property
    def reading(self) -> bool:
        """Whether a reading is under way."""
        return self._job is not None

    def look(self, on: date, *, first: bool) -> None:
        """Read a day; `first` when nothing of it is shown yet. Replaces a reading under way."""
        if self._stopped or self._runner.stopping:
            return
        self._since = {}
        title = TITLE if first else AGAIN
        work = lambda progress: self._read(on, progress)
        self._job = self._runner.start(
            work, title=title, on_done=self._on_read, on_failed=self._on_failed, latest_key="reviews"
        )

    def cancel(self) -> None:
        """Read no further."""
        if self._job:
            self._job.cancel()

    def _read(self, on: date, progress: Progress) -> Read:
        """On a worker."""
        assert self._workplace.live is not None
        told = lambda fraction: progress.report(fraction, "")
        day = self.desk.day(on, cancel=progress.cancelled, told=told)
        drivers = {driver.id: driver for driver in self._workplace.store.read(lambda r: r.drivers())}
        sent = self._workplace.live.logbook.read(lambda reader: reader.rounds_on(on, bodies=False))
        closings = self._workplace.live.logbook.read(lambda reader: closings_on(reader, on))
        return Read(on, day, drivers, sum(not round_.withdrawn for round_ in sent), closings)

    def _on_read(self, read: Read) -> None:
        """What was decided meanwhile is newer than what was read."""
        newer = [self._since.get(p.attempt.key, p) for p in read.day.proofs]
        proofs = tuple(
            n if len(n.reviews) >= len(p.reviews) else p for n, p in zip(newer, read.day.proofs, strict=True)
        )
        self._job = None
        self.read.emit(replace(read, day=replace(read.day, proofs=proofs)))

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self._job = None
        self.stopped.emit(fault)

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._job and job.title == TITLE:
            self.progressed.emit(job.fraction)

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.stopped.emit(None)

    # --- deciding -------------------------------------------------------------------------------------------------

    def decide(self, on: date, keys: Sequence[str], decision: Decision, *, by: str, note: str = "") -> None:
        """Write it after what was decided before."""
        if self._stopped:
            return
        chosen = tuple(keys)
        if decision is not Decision.NOTED:
            self._deciding |= dict.fromkeys(chosen, decision)
        task = self._lane.submit(self.desk.decide, on, chosen, decision, by=by, note=note)
        task.add_done_callback(lambda future: self._answered.emit((future, chosen, decision)))

    @Slot(object)
    def _on_answered(self, answer: tuple[Future[Sequence[Proof]], tuple[str, ...], Decision]) -> None:
        future, keys, decision = answer
        for key in keys:
            self._deciding.pop(key, None)
        if self._stopped:
            return
        if (fault := future.exception()) is not None:
            assert isinstance(fault, Exception)
            self.refused.emit(Refused(keys, decision, fault))
            return
        proofs = tuple(future.result())
        self._since |= {proof.attempt.key: proof for proof in proofs}
        self.decided.emit(proofs)

    def stop(self) -> None:
        """Read no more, and wait until all that was decided is written."""
        self._stopped = True
        self.cancel()
        self._lane.shutdown(wait=True)
