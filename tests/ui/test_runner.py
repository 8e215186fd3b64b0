"""The runner against a real database: order, answers in the GUI thread, failure, cancel, latest wins, its end."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from db.opening import open_store
from db.store import SqliteStore
from dispatcher.domain.changes import ChangeSet, HistoryState, Kind
from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.services.ports import Done, UnitOfWork
from tests.fixtures.yard import MONDAY, Yard
from ui import runner as module
from ui.runner import Job, Operation, OpRunner, Outcome

WAIT_S = 10.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path, clock=lambda: datetime(2026, 5, 4, 6, tzinfo=UTC))
    yield opened
    opened.close()


@pytest.fixture
def yard(store: SqliteStore) -> Yard:
    return Yard(store)


@pytest.fixture
def runner(qtbot: QtBot, store: SqliteStore, yard: Yard) -> Iterator[OpRunner]:
    runner = OpRunner(store, author="Anna")
    yield runner
    runner.shutdown()


class Diary(QObject):
    """Writes down every signal, with the thread it came in."""

    def __init__(self, runner: OpRunner) -> None:
        super().__init__()
        self.lines: list[tuple[str, object]] = []
        self.threads: set[threading.Thread] = set()
        runner.op_finished.connect(self.on_op)
        runner.history_changed.connect(partial(self.note, "history"))
        runner.failed.connect(partial(self.note, "failed"))
        runner.busy_changed.connect(partial(self.note, "busy"))
        runner.job_started.connect(lambda job: self.note("started", job.title))
        runner.job_progressed.connect(lambda job: self.note("progress", (job.fraction, job.text)))
        runner.job_ended.connect(lambda job: self.note("ended", job.outcome))

    def on_op(self, changes: ChangeSet, initiator: object) -> None:
        self.note("op", (changes.label, initiator))

    def note(self, what: str, value: object) -> None:
        self.threads.add(threading.current_thread())
        self.lines.append((what, value))

    def of(self, what: str) -> list[object]:
        return [value for kind, value in self.lines if kind == what]


@pytest.fixture
def diary(runner: OpRunner) -> Diary:
    return Diary(runner)


def rename(name: str) -> Operation[str]:
    """Gives the depot another name and returns the former."""

    def run(uow: UnitOfWork) -> str:
        depot = uow.depot()
        uow.put_depot(replace(depot, name=name))
        return depot.name

    return Operation(f"Rename to {name}", run)


# ── Changes ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_change_reaches_its_caller_first_and_then_everybody(runner: OpRunner, diary: Diary) -> None:
    me = object()
    runner.submit(rename("North"), initiator=me, on_done=lambda done: diary.note("done", done.value))
    assert diary.lines == [("busy", True)], "nothing comes back before the event loop runs"
    runner.wait_until_idle()
    assert diary.lines == [
        ("busy", True),
        ("busy", False),
        ("history", HistoryState(undo="Rename to North")),
        ("done", "Aachen"),
        ("op", ("Rename to North", me)),
    ]
    assert diary.threads == {threading.main_thread()}


def test_a_change_runs_off_the_gui_thread_and_names_its_author(runner: OpRunner, store: SqliteStore) -> None:
    seen: list[threading.Thread] = []
    runner.submit(Operation("Look", lambda uow: seen.append(threading.current_thread()) or rename("X").run(uow)))
    runner.wait_until_idle()
    assert seen != [threading.main_thread()]
    assert store.entries()[0].author == "Anna"


def test_changes_run_one_after_another_in_the_order_submitted(
    runner: OpRunner, store: SqliteStore, diary: Diary
) -> None:
    for number in range(20):
        runner.submit(rename(f"Depot {number}"), on_done=lambda done: diary.note("before", done.value))
    runner.wait_until_idle()
    assert diary.of("before") == ["Aachen", *(f"Depot {n}" for n in range(19))]
    assert diary.of("busy") == [True, False]
    assert store.read(lambda r: r.depot()).name == "Depot 19"


def test_a_change_says_which_rows_and_days_it_touched(runner: OpRunner, yard: Yard) -> None:
    done: list[Done[None]] = []
    gone = yard.orders[MONDAY][0].id
    runner.submit(Operation("Remove", lambda uow: uow.remove_orders([gone])), on_done=done.append)
    runner.wait_until_idle()
    assert done[0].changes.ids[Kind.ORDER] == {gone}
    assert done[0].changes.dates == {MONDAY}


def test_a_failed_change_leaves_all_as_it_was_and_goes_to_whom_asked(
    runner: OpRunner, store: SqliteStore, diary: Diary
) -> None:
    def refuse(uow: UnitOfWork) -> None:
        rename("Half done").run(uow)
        raise BadInput("The name is taken.", "Choose another.")

    errors: list[Exception] = []
    runner.submit(Operation("Rename", refuse), on_failed=errors.append)
    runner.submit(Operation("Rename", refuse))
    runner.wait_until_idle()
    assert [str(e) for e in errors] == ["The name is taken. Choose another."]
    assert [type(e) for e in diary.of("failed")] == [BadInput], "the one without a taker goes to everybody"
    assert diary.of("op") == []
    assert diary.of("busy") == [True, False]
    assert store.read(lambda r: r.depot()).name == "Aachen"


def test_a_cancelled_change_is_silent(runner: OpRunner, diary: Diary) -> None:
    def give_up(_uow: UnitOfWork) -> None:
        raise Cancelled

    runner.submit(Operation("Nothing", give_up), on_failed=partial(diary.note, "failed"))
    runner.wait_until_idle()
    assert diary.of("failed") == diary.of("op") == []


def test_everybody_hears_of_a_change_though_its_caller_stumbles(runner: OpRunner, diary: Diary, qtbot: QtBot) -> None:
    def stumble(_done: Done[str]) -> None:
        raise ValueError("a fault of the caller")

    with qtbot.captureExceptions() as faults:
        runner.submit(rename("South"), on_done=stumble)
        runner.wait_until_idle()
    assert [str(fault[1]) for fault in faults] == ["a fault of the caller"]
    assert diary.of("op") == [("Rename to South", None)]


def test_undo_and_redo_are_changes_like_any_other(runner: OpRunner, store: SqliteStore, diary: Diary) -> None:
    runner.submit(rename("North"))
    runner.undo()
    runner.redo()
    runner.undo()
    runner.wait_until_idle()
    assert store.read(lambda r: r.depot()).name == "Aachen"
    assert len(diary.of("op")) == 4
    assert diary.of("history")[-1] == HistoryState(undo=diary.of("history")[-1].undo, redo="Rename to North")


def test_undo_of_nothing_says_so_quietly(qtbot: QtBot, tmp_path: Path) -> None:
    empty = open_store(tmp_path / "empty.db", clock=lambda: datetime(2026, 5, 4, tzinfo=UTC))
    runner = OpRunner(empty)
    diary = Diary(runner)
    runner.undo()
    runner.wait_until_idle()
    runner.shutdown()
    empty.close()
    assert diary.of("op") == diary.of("failed") == []
    assert diary.of("history") == [HistoryState()]


# ── Reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_read_answers_in_the_gui_thread(runner: OpRunner, diary: Diary) -> None:
    runner.read(lambda r: len(r.days()), partial(diary.note, "days"))
    runner.wait_until_idle()
    assert diary.of("days") == [2]
    assert diary.threads == {threading.main_thread()}


def test_a_failed_read_goes_to_whom_asked(runner: OpRunner, diary: Diary) -> None:
    def broken(_reader: object) -> None:
        raise BadInput("No such day.")

    runner.read(broken, partial(diary.note, "never"), on_failed=partial(diary.note, "mine"))
    runner.read(broken, partial(diary.note, "never"))
    runner.wait_until_idle()
    assert len(diary.of("mine")) == len(diary.of("failed")) == 1
    assert diary.of("never") == []


def test_an_overtaken_read_is_dropped(runner: OpRunner, diary: Diary) -> None:
    gate = threading.Event()
    runner.read(lambda _r: gate.wait(WAIT_S) and "old", partial(diary.note, "answer"), latest_key="suggest")
    runner.read(lambda _r: "new", partial(diary.note, "answer"), latest_key="suggest")
    runner.read(lambda _r: "other", partial(diary.note, "answer"), latest_key="orders")
    gate.set()
    runner.wait_until_idle()
    assert sorted(diary.of("answer")) == ["new", "other"]


# ── Long work ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_job_reports_its_way_and_its_end(runner: OpRunner, diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REPORT_EVERY_S", 0.0)

    def work(progress: Progress) -> str:
        progress.report(0.5, "half")
        progress.report(1.0, "all")
        return "result"

    job = runner.start(work, title="Count", on_done=partial(diary.note, "done"))
    runner.wait_until_idle()
    assert diary.lines == [
        ("started", "Count"),
        ("progress", (0.5, "half")),
        ("progress", (1.0, "all")),
        ("done", "result"),
        ("ended", Outcome.DONE),
    ]
    assert job.outcome is Outcome.DONE
    assert runner.jobs == ()


def test_reports_are_passed_on_every_100_ms_at_most_but_the_end_always(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [50.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    passed: list[float] = []
    job = Job("Search", lambda _job, fraction, _text: passed.append(fraction))
    for step, at in ((0.1, 50.0), (0.2, 50.05), (0.3, 50.09), (0.4, 50.11), (0.5, 50.2), (0.6, 50.22), (1.0, 50.23)):
        now[0] = at
        job.report(step, "")
    assert passed == [0.1, 0.4, 0.6, 1.0]


def test_a_cancelled_job_ends_silently(runner: OpRunner, diary: Diary) -> None:
    began = threading.Event()

    def work(progress: Progress) -> None:
        began.set()
        while True:
            checkpoint(progress, 0.1, "searching")

    job = runner.start(
        work, title="Search", on_done=partial(diary.note, "done"), on_failed=partial(diary.note, "failed")
    )
    assert began.wait(WAIT_S)
    job.cancel()
    runner.wait_until_idle()
    assert job.outcome is Outcome.CANCELLED
    assert diary.of("done") == diary.of("failed") == []
    assert diary.of("ended") == [Outcome.CANCELLED]


def test_work_that_answers_after_a_cancel_is_heard(runner: OpRunner, diary: Diary) -> None:
    """An optimiser that is stopped has its best plan so far to give."""
    began = threading.Event()

    def work(progress: Progress) -> str:
        began.set()
        while not progress.cancelled():
            pass
        return "best so far"

    job = runner.start(work, title="Optimise", on_done=partial(diary.note, "done"))
    assert began.wait(WAIT_S)
    job.cancel()
    runner.wait_until_idle()
    assert diary.of("done") == ["best so far"]
    assert job.outcome is Outcome.DONE


def test_a_newer_job_takes_the_place_of_the_older(runner: OpRunner, diary: Diary) -> None:
    gate = threading.Event()
    done = partial(diary.note, "done")
    old = runner.start(lambda _p: gate.wait(WAIT_S) and "old", title="Lines", on_done=done, latest_key="lines")
    new = runner.start(lambda _p: "new", title="Lines", on_done=done, latest_key="lines")
    other = runner.start(lambda _p: "other", title="Reasons", on_done=done, latest_key="why")
    assert old.cancel_requested
    assert not new.cancel_requested
    gate.set()
    runner.wait_until_idle()
    assert sorted(diary.of("done")) == ["new", "other"]
    assert (old.outcome, new.outcome, other.outcome) == (Outcome.SUPERSEDED, Outcome.DONE, Outcome.DONE)


def test_the_failure_of_an_overtaken_job_is_nobodys_trouble(runner: OpRunner, diary: Diary) -> None:
    gate = threading.Event()

    def fail(_progress: Progress) -> None:
        gate.wait(WAIT_S)
        raise BadInput("too late to matter")

    runner.start(fail, title="Old", latest_key="lines")
    runner.start(lambda _p: None, title="New", latest_key="lines")
    gate.set()
    runner.wait_until_idle()
    assert diary.of("failed") == []


def test_a_job_cancelled_while_it_waits_never_begins(runner: OpRunner, diary: Diary) -> None:
    gate, ran = threading.Event(), []
    for _ in range(module._WORKERS):
        runner.start(lambda _p: gate.wait(WAIT_S), title="Busy")
    waiting = runner.start(lambda _p: ran.append(1), title="Waiting")
    waiting.cancel()
    gate.set()
    runner.wait_until_idle()
    assert waiting.outcome is Outcome.CANCELLED
    assert ran == []


def test_an_answer_for_a_widget_that_is_gone_is_dropped(runner: OpRunner, diary: Diary) -> None:
    class Asker(QObject):
        heard: list[object] = []  # noqa: RUF012

        @Slot(object)
        def on_done(self, value: object) -> None:
            self.heard.append(value)

    asker = Asker()
    runner.read(lambda _r: 1, asker.on_done)
    runner.read(lambda _r: 2, partial(asker.on_done))
    shiboken6.delete(asker)
    runner.wait_until_idle()
    assert Asker.heard == []
    assert diary.of("failed") == []


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_shutdown_carries_out_changes_cancels_work_and_refuses_more(
    runner: OpRunner, store: SqliteStore, diary: Diary
) -> None:
    began = threading.Event()

    def forever(progress: Progress) -> None:
        began.set()
        while True:
            checkpoint(progress, 0.0, "")

    job = runner.start(forever, title="Search")
    assert began.wait(WAIT_S)
    for number in range(10):
        runner.submit(rename(f"Depot {number}"))
    runner.shutdown()
    assert store.read(lambda r: r.depot()).name == "Depot 9", "nothing submitted is lost"
    assert job.outcome is Outcome.CANCELLED
    assert len(diary.of("op")) == 10
    assert runner.idle
    with pytest.raises(RuntimeError, match="stopping"):
        runner.submit(rename("Too late"))


def test_while_stopping_a_late_answer_may_ask_for_more(runner: OpRunner, qtbot: QtBot) -> None:
    gate, late = threading.Event(), list[Job]()
    asked: list[str] = []

    def on_done(_: object) -> None:
        runner.read(lambda r: asked.append(r.depot().name), asked.append)
        late.append(runner.start(lambda _p: asked.append("begun"), title="Draw", latest_key="draw"))

    def slow(uow: UnitOfWork) -> None:
        gate.wait(WAIT_S)
        rename("Late").run(uow)

    runner.submit(Operation("Slow", slow), on_done=on_done)
    with qtbot.waitSignal(runner.drained, timeout=WAIT_S * 1000):
        runner.stop()
        gate.set()
    assert [job.outcome for job in late] == [Outcome.CANCELLED]
    assert late[0].cancel_requested
    assert (asked, runner.jobs) == ([], ())


def test_stop_tells_when_all_has_ended(runner: OpRunner, qtbot: QtBot) -> None:
    gate = threading.Event()
    runner.start(lambda _p: gate.wait(WAIT_S), title="Slow")
    runner.stop()
    assert not runner.idle
    with qtbot.waitSignal(runner.drained):
        gate.set()
    assert runner.idle


def test_stop_of_an_idle_runner_tells_at_once_and_only_once(runner: OpRunner, qtbot: QtBot) -> None:
    told: list[bool] = []
    runner.drained.connect(lambda: told.append(True))
    with qtbot.waitSignal(runner.drained):
        runner.stop()
    runner.stop()
    assert told == [True]


def test_waiting_in_vain_is_an_error(runner: OpRunner) -> None:
    gate = threading.Event()
    runner.start(lambda _p: gate.wait(WAIT_S), title="Slow")
    with pytest.raises(TimeoutError, match="1 pieces"):
        runner.wait_until_idle(timeout_ms=1)
    gate.set()
    runner.wait_until_idle()
