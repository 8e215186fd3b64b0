"""A simulated day through the real gateway in a process of its own: what was sent is what the logbook has."""

import json
import os
import shutil
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

from commands.opening import open_store, prepare_demo
from db.logbook.opening import open_logbook
from dispatcher.domain.actions import ActionKind, Taking
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.place import Place
from dispatcher.services.clocks import CLOCK
from dispatcher.services.driving_progress import attempts_of
from dispatcher.services.gateway_process import GatewayStatus, status
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.simulating import Step, Summary, hear
from tests.e2e.conftest import Roundhouse
from tests.fixtures.depots import AT, DEPOT, HOUSE, ON, run

DRIVERS = 3
SIMULATE = ("simulate", "--date", str(ON), "--depot", DEPOT)


def started(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """The program in a process of its own, to be ended."""
    return subprocess.Popen(
        [sys.executable, HOUSE / "main.py", *arguments],
        env={**os.environ, "ROUNDHOUSE_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def a_gateway(home: Path, *more: str) -> subprocess.Popen[str]:
    ports = ("--port", "0", "--setup-port", "0")
    return started(home, "gateway", "--depot", DEPOT, "--bind", "127.0.0.1", *ports, *more)


@contextmanager
def gateway(home: Path) -> Iterator[str]:
    """The depot's gateway, listening; gives its address."""
    with a_gateway(home) as process:
        try:
            yield f"https://127.0.0.1:{listening(process, home).port}"
        finally:
            process.terminate()
            said = process.communicate()
    assert process.returncode == 0, said


def listening(process: subprocess.Popen[str], home: Path) -> GatewayStatus:
    """Wait until the gateway says that it listens; the test's timeout ends a vain wait."""
    while process.poll() is None:
        seen = status(Home(home), DEPOT)
        if seen.port and seen.pid == process.pid:
            return seen
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"the gateway ended: {process.communicate()}")


@contextmanager
def logbook(home: Path) -> Iterator[Logbook]:
    with closing(open_logbook(home / "depots" / DEPOT, clock=lambda: datetime.now(UTC))) as opened:
        yield opened


def total(said: dict[str, Any], what: str) -> int:
    return sum(tally[what] for tally in said["positions"].values())


def test_where_real_customers_are_served_nothing_is_simulated(demo_home: Path, roundhouse: Roundhouse) -> None:
    assert roundhouse("send", "--date", ON, "--depot", DEPOT).status == 0
    said = roundhouse(*SIMULATE)
    assert said.status == 1
    assert "Helsinki is not a depot for practice" in said.err
    assert "--practice" in said.err
    with logbook(demo_home) as book:
        assert not book.read(lambda r: r.devices())


def test_a_depot_for_practice_can_be_made(region_home: Path, roundhouse: Roundhouse) -> None:
    assert roundhouse("depot", "new", "School", "--at", AT, "--practice").status == 0
    said = roundhouse("simulate", "--depot", "school", "--date", ON)
    assert said.status == 1
    assert "Send the rounds first" in said.err


def test_the_demo_made_by_an_older_version_becomes_one_for_practice(demo_home: Path) -> None:
    with closing(open_store(Home(demo_home).database(DEPOT))) as store:
        assert not store.read(lambda r: r.depot()).road.practice
        assert prepare_demo(Home(demo_home)) == DEPOT
        assert store.read(lambda r: r.depot()).road.practice


@pytest.mark.parametrize("wrong", [("--speed", "0"), ("--drivers", "0"), ("--until", "25:00"), ("--app", "fax")])
def test_wrong_usage_is_refused(roundhouse: Roundhouse, wrong: tuple[str, str]) -> None:
    assert roundhouse(*SIMULATE, *wrong).status == 2


@pytest.mark.timeout(300)
def test_everything_that_was_sent_is_kept_once(practice: Path) -> None:
    demo_home, told = practice, practice / "truth.json"
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
    assert counts.fixes + sum(said["unkept"].values()) == total(said, "acknowledged")
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
def test_without_a_gateway_it_brings_one_of_its_own(practice: Path) -> None:
    ran = run(practice, *SIMULATE, "--drivers", "1", "--until", "09:00", "--speed", "3600", "--json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["acknowledged"] > 0
    assert not status(Home(practice), DEPOT).running


@pytest.mark.timeout(300)
def test_what_is_done_is_not_driven_again(practice: Path, roundhouse: Roundhouse) -> None:
    assert run(practice, *SIMULATE, "--drivers", "1", "--speed", "3600").returncode == 0
    said = roundhouse(*SIMULATE, "--drivers", "1")
    assert said.status == 1
    assert "behind them already" in said.err


def heard(process: subprocess.Popen[str]) -> Step:
    """The first step that it tells."""
    assert process.stderr is not None
    for line in process.stderr:
        if isinstance(told := hear(line), Step):
            return told
    raise AssertionError(f"it ended with {process.wait()}")


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C of another process needs a console there")
def test_a_day_that_is_stopped_ends_in_order(practice: Path) -> None:
    clock = practice / "depots" / DEPOT / CLOCK
    with gateway(practice) as address, started(practice, *SIMULATE, "--gateway", address, "--json") as process:
        assert process.stderr is not None
        said = [process.stderr.readline()]
        while "waiting" not in said[-1]:
            assert said[-1], said
            said.append(process.stderr.readline())
        assert clock.exists()
        second = run(practice, *SIMULATE, "--gateway", address)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert second.returncode == 1
    assert "runs already" in second.stderr
    assert process.returncode == 0, err
    result = json.loads(out)
    assert result["stopped"]
    assert result["sent"] == result["acknowledged"]
    assert not clock.exists()


@pytest.mark.timeout(300)
def test_an_attached_day_ends_in_order_when_it_is_let_go_of(practice: Path) -> None:
    """And its gateway with it: nothing is left of a window that was killed."""
    with started(practice, *SIMULATE, "--attached", "--json") as process:
        step = heard(process)
        assert (step.of, step.at.utcoffset()) == (149, timedelta(hours=2))
        assert status(Home(practice), DEPOT).running
        out, err = process.communicate()  # lets go of its standard input
    assert process.returncode == 0, err
    assert Summary.of(json.loads(out)).words.startswith("The simulated day was stopped: ")
    assert not (practice / "depots" / DEPOT / CLOCK).exists()
    assert not status(Home(practice), DEPOT).running


@pytest.mark.timeout(120)
@pytest.mark.skipif(sys.platform == "win32", reason="a file in use cannot be deleted there")
@pytest.mark.parametrize("made_anew", [False, True])
def test_a_gateway_whose_depot_is_gone_ends_by_itself(demo_home: Path, made_anew: bool) -> None:
    folder = demo_home / "depots" / DEPOT
    with a_gateway(demo_home) as process:
        listening(process, demo_home)
        folder.rename(folder.with_name("away"))
        shutil.rmtree(folder.with_name("away"))
        if made_anew:
            (folder / "gateway").mkdir(parents=True)
            (folder / "gateway" / "gateway.lock").touch()
        said = process.communicate()
    assert process.returncode == 0, said
    assert folder.exists() == made_anew, "nothing is put where the depot was"
