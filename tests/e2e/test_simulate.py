"""A simulated day through the real gateway in a process of its own: what was sent is what the logbook has."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.actions import ActionKind, Taking
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.place import Place
from dispatcher.services.clocks import CLOCK
from dispatcher.services.driving_progress import attempts_of
from dispatcher.services.gateway_process import GatewayStatus, status
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from tests.e2e.conftest import Roundhouse
from tests.fixtures.depots import DEPOT, HOUSE, ON, run

DRIVERS = 3
SIMULATE = ("simulate", "--date", str(ON), "--depot", DEPOT)


@contextmanager
def gateway(home: Path) -> Iterator[str]:
    """The depot's gateway, listening; gives its address."""
    ports = ("--port", "0", "--setup-port", "0")
    with subprocess.Popen(
        [sys.executable, HOUSE / "main.py", "gateway", "--depot", DEPOT, "--bind", "127.0.0.1", *ports],
        env={**os.environ, "ROUNDHOUSE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        try:
            yield f"https://127.0.0.1:{listening(process, home).port}"
        finally:
            process.terminate()
            assert process.stdout is not None
            said = process.stdout.read()
    assert process.returncode == 0, said


def listening(process: subprocess.Popen[str], home: Path) -> GatewayStatus:
    """Wait until the gateway says that it listens; the test's timeout ends a vain wait."""
    while process.poll() is None:
        seen = status(Home(home), DEPOT)
        if seen.running and seen.pid == process.pid:
            return seen
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"the gateway ended: {process.stdout and process.stdout.read()}")


@contextmanager
def logbook(home: Path) -> Iterator[Logbook]:
    with closing(open_logbook(home / "depots" / DEPOT, clock=lambda: datetime.now(UTC))) as opened:
        yield opened


def total(said: dict[str, Any], what: str) -> int:
    return sum(tally[what] for tally in said["positions"].values())


def test_a_day_without_sent_rounds_says_what_to_do(demo_home: Path, roundhouse: Roundhouse) -> None:
    said = roundhouse(*SIMULATE)
    assert said.status == 1
    assert "Send the rounds first" in said.err


def test_a_day_without_a_gateway_says_what_to_do(demo_home: Path, roundhouse: Roundhouse) -> None:
    assert roundhouse("send", "--date", ON, "--depot", DEPOT).status == 0
    said = roundhouse(*SIMULATE)
    assert said.status == 1
    assert "gateway does not run" in said.err


@pytest.mark.parametrize("wrong", [("--speed", "0"), ("--drivers", "0"), ("--until", "25:00"), ("--app", "fax")])
def test_wrong_usage_is_refused(roundhouse: Roundhouse, wrong: tuple[str, str]) -> None:
    assert roundhouse(*SIMULATE, *wrong).status == 2


@pytest.mark.timeout(300)
def test_everything_that_was_sent_is_kept_once(demo_home: Path) -> None:
    told = demo_home / "truth.json"
    assert run(demo_home, "send", "--date", str(ON), "--depot", DEPOT).returncode == 0
    plan = demo_home / "depots" / DEPOT / "depot.db"
    before = plan.read_bytes()
    with gateway(demo_home):
        ran = run(demo_home, *SIMULATE, "--drivers", str(DRIVERS), "--speed", "3600", "--truth", told, "--json")
    assert ran.returncode == 0, ran.stderr
    said, truth = json.loads(ran.stdout), json.loads(told.read_text(encoding="utf-8"))
    assert said["sent"] == said["acknowledged"] > 0
    assert said["refused"] == 0, said["refusals"]
    assert not (demo_home / "depots" / DEPOT / CLOCK).exists()
    assert plan.read_bytes() == before
    with logbook(demo_home) as book:
        _agrees(book, said, truth)


def _agrees(book: Logbook, said: dict[str, Any], truth: dict[str, Any]) -> None:
    counts = book.read(lambda r: r.counts())
    assert counts.actions == said["actions"]["sent"]
    assert counts.photos == said["photos"]["sent"]
    assert counts.quarantined == 0
    # what is said after a driver has ended the round is taken and, by the law of the house, not kept
    assert 0 <= total(said, "sent") - counts.fixes <= 5 * DRIVERS
    shifts = [ShiftId(driver["shift_id"]) for driver in truth["drivers"]]
    actions = book.read(lambda r: r.actions_of(shifts))
    assert {taken.taking for taken in actions} == {Taking.TAKEN}
    kinds = Counter(taken.action.kind for taken in actions)
    assert kinds[ActionKind.BEGIN] == kinds[ActionKind.END] == kinds[ActionKind.ACCEPT] == DRIVERS
    attempts = book.read(lambda r: attempts_of(r, shifts))
    visits = {visit["order_id"]: visit for driver in truth["drivers"] for visit in driver["visits"]}
    assert {order_id: attempt.outcome.value for order_id, attempt in attempts.items()} == {
        order_id: visit["outcome"] for order_id, visit in visits.items()
    }
    for driver in truth["drivers"]:
        _positions_agree(book, driver)
    assert not any(device.trusted for device in book.read(lambda r: r.devices()))


def _positions_agree(book: Logbook, driver: dict[str, Any]) -> None:
    """While the truth has the van at a door, its phone was seen near there."""
    ahead = timedelta(seconds=driver["clock_ahead_s"])
    orders = {
        stop["order_id"]: Place(stop["lat"], stop["lon"])
        for stop in book.read(lambda r: r.round(driver["shift_id"])).body["stops"]  # type: ignore[union-attr]
    }
    near, far = 0, 0
    for visit in driver["visits"]:
        since, until = (datetime.fromisoformat(visit[name]) + ahead for name in ("arrived_at", "departed_at"))
        for stored in book.read(lambda r, a=since, b=until: r.track(driver["driver_id"], a, b)):  # type: ignore[misc]
            reach_m = visit["parked_m"] + 60 + 2 * (stored.fix.accuracy_m or 0)
            within = stored.fix.place.distance_m(orders[visit["order_id"]]) <= reach_m
            near, far = near + within, far + (not within)
    assert near > 0
    assert far <= 0.02 * (near + far) + 1  # a receiver's rare glitches


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C of another process needs a console there")
def test_a_day_that_is_stopped_ends_in_order(demo_home: Path) -> None:
    assert run(demo_home, "send", "--date", str(ON), "--depot", DEPOT).returncode == 0
    clock = demo_home / "depots" / DEPOT / CLOCK
    with (
        gateway(demo_home) as address,
        subprocess.Popen(
            [sys.executable, HOUSE / "main.py", *SIMULATE, "--speed", "60", "--gateway", address, "--json"],
            env={**os.environ, "ROUNDHOUSE_HOME": str(demo_home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process,
    ):
        assert process.stderr is not None
        while "waiting" not in process.stderr.readline():
            assert process.poll() is None
        assert clock.exists()
        second = run(demo_home, *SIMULATE, "--gateway", address)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert second.returncode == 1
    assert "runs already" in second.stderr
    assert process.returncode == 0, err
    said = json.loads(out)
    assert said["stopped"]
    assert said["sent"] == said["acknowledged"]
    assert not clock.exists()
