"""The window in a process of its own: asked to end by the system, without a screen, and on a region that is damaged."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.opening import open_store
from dispatcher.services.fleet import end_duty
from dispatcher.services.home import Home
from dispatcher.services.ports import Store
from tests.e2e.conftest import Roundhouse
from tests.fixtures.depots import DEPOT, HOUSE, ON, REGION

OPEN = (sys.executable, HOUSE / "main.py", "--depot", DEPOT, "--date", str(ON))
TELLING = (
    "import sys; sys.path.insert(0, {house!r})\n"
    "from ui.app import Program\n"
    "opened = Program.open\n"
    "def telling(self, *args):\n"
    "    self.painted.connect(lambda _: print('painted', flush=True))\n"
    "    opened(self, *args)\n"
    "Program.open = telling\n"
    "import main\n"
    "sys.exit(main.main(['--depot', {depot!r}, '--date', {on!r}]))\n"
)
"""The program, saying when its window is painted."""


@contextmanager
def database(home: Path) -> Iterator[Store]:
    """The demo depot's."""
    with closing(open_store(Home(home).database(DEPOT), clock=lambda: datetime.now(UTC))) as store:
        yield store


@contextmanager
def window(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A painted window on the demo depot."""
    script = TELLING.format(house=str(HOUSE), depot=DEPOT, on=str(ON))
    with subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "ROUNDHOUSE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "painted\n"
        yield process


@pytest.mark.web
@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_in_good_order(demo_home: Path, number: signal.Signals) -> None:
    with window(demo_home) as process:
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert "geometry" in (demo_home / "window.ini").read_text()  # what only an orderly end writes
    folder = demo_home / "depots" / DEPOT
    assert [f.name for f in folder.iterdir() if f.name.startswith("depot.db-")] == []
    assert not (demo_home / "roundhouse.pid").exists()


@pytest.mark.web
@pytest.mark.parametrize("damage", ["gone", "a file short", "addresses"])
def test_a_window_opens_although_its_region_is_damaged(demo_home: Path, damage: str) -> None:
    pack = demo_home / "regions" / REGION
    if damage == "gone":
        shutil.rmtree(pack)
    elif damage == "a file short":
        (pack / "roads" / "car.osrm.hsgr").unlink()
    else:
        (pack / "addresses.sqlite").write_bytes(b"\0" * 5_000)
    ran = subprocess.run(
        [*OPEN, "--until-painted"],
        env={**os.environ, "ROUNDHOUSE_HOME": str(demo_home)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "painted_after_s" in ran.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always one")
def test_without_a_screen_the_window_says_so(home: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"}}
    ran = subprocess.run(
        [sys.executable, HOUSE / "main.py", "demo"],
        env={**environment, "ROUNDHOUSE_HOME": str(home)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("roundhouse: There is no screen to open a window on.")
    assert not (home / "regions").exists()


@pytest.mark.parametrize("left", [b"\xff\xfe", b"no-such-depot", None], ids=["no text", "gone", "a folder"])
def test_what_was_opened_last_may_be_unreadable(roundhouse: Roundhouse, demo_home: Path, left: bytes | None) -> None:
    last = demo_home / "last-depot"
    last.unlink(missing_ok=True)
    if left is None:
        last.mkdir()
    else:
        last.write_bytes(left)
    said = roundhouse("export", demo_home / "day.csv", "--format", "csv", "--date", ON)
    assert said.status == 0, said.err


def test_a_log_that_cannot_be_written_is_named(roundhouse: Roundhouse, home: Path) -> None:
    home.mkdir()
    (home / "logs").touch()
    said = roundhouse("depot", "list")
    assert said.status == 1
    assert said.err.startswith(f"roundhouse: No log can be written to {home / 'logs'}")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plan", "--date", "0001-01-01"), "year 1"),
        (("plan", "--date", "9999-12-31"), "year 9999"),
        (("plan", "--seed", "-1"), "no seed"),
        (("plan", "--seed", "4294967296"), "no seed"),
    ],
)
def test_numbers_out_of_range_are_wrong_usage(
    roundhouse: Roundhouse, home: Path, arguments: tuple[str, ...], words: str
) -> None:
    said = roundhouse(*arguments)
    assert said.status == 2
    assert words in said.err
    assert not home.exists()


def test_a_plan_that_fails_puts_nobody_on_duty(roundhouse: Roundhouse, demo_home: Path) -> None:
    with database(demo_home) as store:
        shifts = store.read(lambda r: r.shifts_of(ON))
        store.write("Nobody on duty", lambda uow: end_duty(uow, [shift.id for shift in shifts]))
    for file in (demo_home / "regions" / REGION / "roads").glob("*.osrm.*"):
        file.write_bytes(b"\0" * file.stat().st_size)
    shutil.rmtree(demo_home / "cache")
    said = roundhouse("plan", "--date", ON, "--seconds", "1")
    assert said.status == 1
    assert "Build the region again" in said.err
    with database(demo_home) as store:
        assert store.read(lambda r: r.shifts_of(ON)) == []
