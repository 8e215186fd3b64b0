"""Where work runs: writes in one lane, reads and long work in two small pools, every answer back in the GUI thread.

Knows the storage by its port only, and no widget. What a change *does* is a service's business; what a view does
with a `ChangeSet` is the view's.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer, Signal, Slot

from dispatcher.domain.changes import ChangeSet
from dispatcher.domain.errors import Cancelled
from dispatcher.domain.progress import Progress
from dispatcher.services.ports import Done, Reader, Store, UnitOfWork

REPORT_EVERY_S = 0.1
_READERS = 2
_WORKERS = 4
"""So that a long search leaves room for what the hand waits for."""


@dataclass(frozen=True, slots=True)
class Operation[T]:
    """One change to the plan: all answers gathered, plain ids and values inside, no widget touched."""

    label: str
    """In the words of the menu: "Move 3 stops"."""
    run: Callable[[UnitOfWork], T]
    amends: int | None = None
    """The revision of the change that this one completes: both are one undo step, if nothing came between."""
    why: str = ""
    """The reason, for the audit trail."""


class Outcome(StrEnum):
    """How a job ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    """A newer job with the same key took its place; its answer is dropped."""


class Job:
    """Long work under way: a title, how far it is, and a way to stop it. Read it in the GUI thread.

    `cancel` asks; the work decides. Work that raises `Cancelled` ends silently. Work that returns all the same
    (an optimiser with its best plan so far) has its answer delivered.
    """

    def __init__(self, title: str, report: Callable[["Job", float, str], None]) -> None:
        self.title = title
        self.fraction = 0.0
        self.text = ""
        self.outcome: Outcome | None = None
        self._cancelled = threading.Event()
        self._post = report
        self._reported_at = -1.0

    @property
    def cancel_requested(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to stop. Any thread."""
        self._cancelled.set()

    def report(self, fraction: float, text: str) -> None:
        """Say how far the work is; called by the work. Passed on every 100 ms at most, the end always."""
        now = time.monotonic()
        if fraction < 1.0 and 0 <= now - self._reported_at < REPORT_EVERY_S and self._reported_at >= 0:
            return
        self._reported_at = now
        self._post(self, fraction, text)

    def cancelled(self) -> bool:
        """Whether the work should stop; asked by the work."""
        return self._cancelled.is_set()


@dataclass(frozen=True, slots=True)
class _Calls:
    """Whom to tell; each may be absent, or its widget be gone by then."""

    done: Callable[[Any], object] | None
    failed: Callable[[Exception], object] | None


class OpRunner(QObject):
    """Runs operations, reads and long work. Lives in the GUI thread; call it there only.

    Signals:
        op_finished(ChangeSet, initiator): a change is committed; refresh the rows it names.
        history_changed(HistoryState): what undo and redo would do now.
        failed(Exception): something went wrong and nobody else took it.
        busy_changed(bool): whether writes are under way.
        job_started(Job), job_progressed(Job), job_ended(Job): long work; the job knows how far and how it ended.
        drained(): after `stop`, everything under way has ended.
    """

    op_finished = Signal(object, object)
    history_changed = Signal(object)
    failed = Signal(object)
    busy_changed = Signal(bool)
    job_started = Signal(object)
    job_progressed = Signal(object)
    job_ended = Signal(object)
    drained = Signal()
    _posted = Signal(object)
    _idle = Signal()

    def __init__(self, store: Store, *, author: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._author = author
        self._writer = ThreadPoolExecutor(1, "roundhouse-writer")
        self._readers = ThreadPoolExecutor(_READERS, "roundhouse-reader")
        self._workers = ThreadPoolExecutor(_WORKERS, "roundhouse-worker")
        self._writes = 0
        self._pending = 0
        self._jobs: list[Job] = []
        self._latest: dict[str, object] = {}
        self._stopping = False
        # Queued always: work that ends at once is settled from this very thread, and must not answer before its caller
        # has even got the job in hand.
        self._posted.connect(self._on_posted, Qt.ConnectionType.QueuedConnection)

    # ── Changes ──────────────────────────────────────────────────────────────────────────────────────────────────

    def submit[T](
        self,
        op: Operation[T],
        *,
        initiator: object = None,
        on_done: Callable[[Done[T]], object] | None = None,
        on_failed: Callable[[Exception], object] | None = None,
    ) -> None:
        """Run a change after those already submitted; `on_done` gets its value and change set before all others."""
        write = lambda: self._store.write(op.label, op.run, author=self._author, amends=op.amends, why=op.why)
        self._enqueue_write(write, initiator, _Calls(on_done, on_failed))

    def undo(self) -> None:
        """Take the latest step back, if there is one."""
        self._enqueue_write(lambda: self._step(self._store.undo), None, _Calls(None, None))

    def redo(self) -> None:
        """Do again what was undone last, if there is such a step."""
        self._enqueue_write(lambda: self._step(self._store.redo), None, _Calls(None, None))

    def refresh_history(self) -> None:
        """Announce what undo and redo would do now; at the start, and when another workstation wrote."""
        self._enqueue_write(lambda: None, None, _Calls(None, None))

    def _step(self, move: Callable[..., ChangeSet | None]) -> Done[None] | None:
        changes = move(author=self._author)
        return Done(None, changes) if changes is not None else None

    def _enqueue_write(self, write: Callable[[], Done[Any] | None], initiator: object, calls: _Calls) -> None:
        self._writes += 1
        if self._writes == 1:
            self.busy_changed.emit(True)
        task = lambda: (write(), self._store.history())
        self._launch(self._writer, task, lambda future: self._settle_write(future, initiator, calls))

    def _settle_write(self, future: Future[Any], initiator: object, calls: _Calls) -> None:
        self._writes -= 1
        if self._writes == 0:
            self.busy_changed.emit(False)
        if (error := future.exception()) is not None:
            self._tell_failure(error, calls)
            return
        done, history = future.result()
        self.history_changed.emit(history)
        if done is None:
            return
        try:
            _tell(calls.done, done)
        finally:
            self.op_finished.emit(done.changes, initiator)

    # ── Reads and long work ──────────────────────────────────────────────────────────────────────────────────────

    def read[T](
        self,
        query: Callable[[Reader], T],
        on_done: Callable[[T], object],
        *,
        on_failed: Callable[[Exception], object] | None = None,
        latest_key: str | None = None,
    ) -> None:
        """Ask the storage; with a key, an answer that a newer question with the same key overtook is dropped.

        While stopping nothing is asked: nobody would hear the answer.
        """
        if self._stopping:
            return
        ticket = self._take_ticket(latest_key)
        calls = _Calls(on_done, on_failed)
        settle = lambda future: self._settle_read(future, calls, latest_key, ticket)
        self._launch(self._readers, lambda: self._store.read(query), settle)

    def start[T](
        self,
        work: Callable[[Progress], T],
        *,
        title: str,
        on_done: Callable[[T], object] | None = None,
        on_failed: Callable[[Exception], object] | None = None,
        latest_key: str | None = None,
    ) -> Job:
        """Begin long work off the GUI thread. With a key, it cancels and replaces the work that had the key.

        While stopping nothing begins: the job returned is cancelled already.
        """
        job = Job(title, self._post_progress)
        if self._stopping:
            job.cancel()
            job.outcome = Outcome.CANCELLED
            return job
        previous = self._latest.get(latest_key or "")
        if isinstance(previous, Job):
            previous.cancel()
        self._take_ticket(latest_key, job)
        calls = _Calls(on_done, on_failed)
        self._jobs.append(job)
        settle = lambda future: self._settle_job(future, job, calls, latest_key)
        self._launch(self._workers, lambda: _run_unless_cancelled(work, job), settle)
        self.job_started.emit(job)
        return job

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Long work under way or waiting, oldest first."""
        return tuple(self._jobs)

    def _take_ticket(self, key: str | None, ticket: object = None) -> object:
        ticket = ticket if ticket is not None else object()
        if key:
            self._latest[key] = ticket
        return ticket

    def _is_latest(self, key: str | None, ticket: object) -> bool:
        return not key or self._latest.get(key) is ticket

    def _settle_read(self, future: Future[Any], calls: _Calls, key: str | None, ticket: object) -> None:
        if not self._is_latest(key, ticket) or self._stopping:
            return
        if (error := future.exception()) is not None:
            self._tell_failure(error, calls)
        else:
            _tell(calls.done, future.result())

    def _settle_job(self, future: Future[Any], job: Job, calls: _Calls, key: str | None) -> None:
        self._jobs.remove(job)
        error = future.exception()
        job.outcome = self._outcome_of(job, error, key)
        if key and self._is_latest(key, job):
            del self._latest[key]
        try:
            if job.outcome is Outcome.FAILED and error is not None:
                self._tell_failure(error, calls)
            elif job.outcome is Outcome.DONE and not self._stopping:
                _tell(calls.done, future.result())
        finally:
            self.job_ended.emit(job)

    def _outcome_of(self, job: Job, error: BaseException | None, key: str | None) -> Outcome:
        if isinstance(error, Cancelled):
            return Outcome.CANCELLED if self._is_latest(key, job) else Outcome.SUPERSEDED
        if not self._is_latest(key, job):
            return Outcome.SUPERSEDED
        return Outcome.FAILED if error is not None else Outcome.DONE

    def _post_progress(self, job: Job, fraction: float, text: str) -> None:
        """Any thread."""
        self._posted.emit(lambda: self._advance(job, fraction, text))

    def _advance(self, job: Job, fraction: float, text: str) -> None:
        if job.outcome is None:
            job.fraction, job.text = fraction, text
            self.job_progressed.emit(job)

    # ── The way back, and the end ────────────────────────────────────────────────────────────────────────────────

    def _launch(self, lane: ThreadPoolExecutor, task: Callable[[], Any], settle: Callable[[Future[Any]], None]) -> None:
        if self._stopping:
            raise RuntimeError("the runner is stopping and takes no more work")
        self._pending += 1
        lane.submit(task).add_done_callback(lambda future: self._posted.emit(lambda: self._settle(future, settle)))

    def _settle(self, future: Future[Any], settle: Callable[[Future[Any]], None]) -> None:
        try:
            settle(future)
        finally:
            self._pending -= 1
            if self._pending == 0:
                self._idle.emit()
                if self._stopping:
                    self.drained.emit()

    @Slot(object)
    def _on_posted(self, call: Callable[[], None]) -> None:
        """Runs in the GUI thread whatever other threads emit: the connection is to a bound method of a QObject here."""
        call()

    def _tell_failure(self, error: BaseException, calls: _Calls) -> None:
        if isinstance(error, Cancelled):
            return
        if calls.failed is not None and _alive(calls.failed):
            calls.failed(error)  # type: ignore[arg-type]
        else:
            self.failed.emit(error)

    @property
    def stopping(self) -> bool:
        """Whether it takes no more work."""
        return self._stopping

    @property
    def busy(self) -> bool:
        """Whether a write is under way or waiting."""
        return self._writes > 0

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return self._pending == 0

    def stop(self) -> None:
        """Refuse new changes, drop other new work, cancel what can be; submitted changes are carried out.

        `drained` follows.
        """
        if self._stopping:
            return
        self._stopping = True
        for job in self._jobs:
            job.cancel()
        if self.idle:
            QTimer.singleShot(0, self, self.drained.emit)

    def shutdown(self) -> None:
        """`stop`, then wait for what is under way and deliver its answers. Immediate after `drained`."""
        self.stop()
        for lane in (self._workers, self._readers, self._writer):
            lane.shutdown(wait=True)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def wait_until_idle(self, timeout_ms: int = 10_000) -> None:
        """Spin the event loop until nothing is under way; for tests. Raises `TimeoutError`."""
        if self.idle:
            return
        loop, timer = QEventLoop(), QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(loop.quit)
        self._idle.connect(loop.quit)
        timer.start(timeout_ms)
        while not self.idle and timer.isActive():  # what ends may begin something else before the loop does
            loop.exec()
        timer.stop()
        self._idle.disconnect(loop.quit)
        if not self.idle:
            raise TimeoutError(f"{self._pending} pieces of work are still under way after {timeout_ms} ms")


def _run_unless_cancelled[T](work: Callable[[Progress], T], job: Job) -> T:
    if job.cancelled():
        raise Cancelled
    return work(job)


def _alive(call: Callable[..., object]) -> bool:
    """Whether the widget a bound method belongs to still exists."""
    while isinstance(call, partial):
        call = call.func
    owner = getattr(call, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)


def _tell(call: Callable[[Any], object] | None, value: object) -> None:
    if call is not None and _alive(call):
        call(value)
