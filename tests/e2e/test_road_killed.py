"""A simulated day on which gateway and window are killed (SIGKILL) at work: all that was acknowledged is there."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.actions import Taking
from dispatcher.domain.ids import ShiftId
from dispatcher.services.driving_progress import attempts_of
from dispatcher.services.gateway_process import status
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from tests.fixtures.depots import DEPOT, HOUSE, ON, run, told

DRIVERS = 3
WHICH = ("--date", str(ON), "--depot", DEPOT)

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL"),
]

type Process = subprocess.Popen[str]


@contextmanager
def started(home: Path, *arguments: object) -> Iterator[Process]:
    """The program in a process of its own; killed in the end unless it has ended."""
    environment = {**os.environ, "ROUNDHOUSE_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(HOUSE / "main.py"), *map(str, arguments)]
    said = home.parent / f"{arguments[0]}-{len(list(home.parent.iterdir()))}.txt"
    with (
        said.open("w") as words,
        subprocess.Popen(command, env=environment, stdout=-1, stderr=words, encoding="utf-8") as process,
    ):
        try:
            yield process
        except BaseException:
            print(said.name, said.read_text(encoding="utf-8")[-3_000:], sep="\n")
            raise
        finally:
            process.kill()


def until(process: Process, true: Callable[[], bool]) -> None:
    """Look again and again while a process runs; the test's timeout ends a vain wait."""
    while not true():
        assert process.poll() is None, f"ended with {process.returncode}"
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def gateway(home: Path, port: int) -> Iterator[Process]:
    ports = ("--bind", "127.0.0.1", "--port", port, "--setup-port", 0)
    with started(home, "gateway", "--depot", DEPOT, *ports) as process:
        seen = lambda: status(Home(home), DEPOT)
        until(process, lambda: seen().pid == process.pid and seen().port == port)
        yield process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_day_on_which_both_are_killed_loses_nothing(practice: Path) -> None:
    port, plan = free_port(), practice / "depots" / DEPOT / "depot.db"
    with closing(open_logbook(plan.parent, clock=lambda: datetime.now(UTC))) as book:
        driving = ("simulate", *WHICH, "--drivers", DRIVERS, "--speed", 1200, "--json")
        driving += ("--gateway", f"https://127.0.0.1:{port}")
        with (
            gateway(practice, port) as first,
            started(practice, *driving) as day,
            started(practice, *WHICH) as window,
        ):
            kill_after(first, book, actions=20, watched=day)
            with gateway(practice, port) as second:
                # the window follows: it writes visits down
                until(window, lambda: bool(book.read(lambda r: r.visits(shifts(book)))))
                window.send_signal(signal.SIGKILL)
                kill_after(second, book, actions=120, watched=day)
            with gateway(practice, port):
                out, _ = day.communicate()
        agrees(book, json.loads(out), day.returncode)
    assert told(run(practice, "verify", "--depot", DEPOT, "--json"))
    painted = run_window(practice)
    assert painted.returncode == 0, painted.stderr


def kill_after(process: Process, book: Logbook, *, actions: int, watched: Process) -> None:
    """Kill it in the midst of work: once the drivers have said so much."""
    until(watched, lambda: book.read(lambda r: r.counts().actions) >= actions)
    process.send_signal(signal.SIGKILL)
    process.wait()


def shifts(book: Logbook) -> list[ShiftId]:
    return [round_.shift_id for round_ in book.read(lambda r: r.rounds_on(ON, bodies=False))]


def agrees(book: Logbook, said: dict, status_: int) -> None:  # type: ignore[type-arg]
    """Every phone has everything acknowledged, and everything acknowledged is on the disk, once."""
    assert said["sent"] == said["acknowledged"] > 0
    assert status_ == 0
    assert said["refused"] == 0, said["refusals"]
    counts = book.read(lambda r: r.counts())
    assert counts.actions == said["actions"]["sent"]
    assert counts.photos == said["photos"]["sent"]
    acknowledged = sum(tally["acknowledged"] for tally in said["positions"].values())
    assert counts.fixes + sum(said["unkept"].values()) == acknowledged
    actions = book.read(lambda r: r.actions_of(shifts(book)))
    assert {taken.taking for taken in actions} == {Taking.TAKEN}
    assert len(book.read(lambda r: attempts_of(r, shifts(book)))) > 0


def run_window(home: Path) -> subprocess.CompletedProcess[str]:
    """Opened once more after it was killed, until the day is painted."""
    command = [sys.executable, str(HOUSE / "main.py"), *WHICH, "--until-painted"]
    environment = {**os.environ, "ROUNDHOUSE_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
