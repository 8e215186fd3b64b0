"""Simulated days to measure on, driven once through a real gateway: the demo's 8 drivers, 20 or 200 in Aachen.

A day takes minutes to plan and to drive: each is kept in the folder for temporary files, by what it was made of and by
the code that drove it, and each measurement gets a copy.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dispatcher.domain.orders import Load
from dispatcher.services.demo import for_practice
from dispatcher.services.gateway_process import status
from dispatcher.services.home import Home
from dispatcher.services.workplace import open_workplace
from tests.benchmarks.aachen_depot import DAY, clock, opener, planned_home
from tests.benchmarks.extracts import extract_of
from tests.fixtures.depots import ON, built_demo

ROOT = Path(__file__).resolve().parents[2]
DEMO, AACHEN = "helsinki", "aachen"
TRUTH = "truth.json"
LARGE, SMALL = Load(1_300.0, 10_000.0, 220), Load(420.0, 10_000.0, 66)
"""Vans; 200 of the small ones are needed for the 5,000 stops."""


@dataclass(frozen=True, slots=True)
class RoadDay:
    """A planned day, whose rounds are sent."""

    name: str
    slug: str
    on: date
    drivers: int
    orders: int
    van: Load = LARGE


DEMO_DAY = RoadDay("demo, 8 drivers, 150 stops", DEMO, ON, 8, 150)
AACHEN_DAY = RoadDay("aachen, 20 drivers, 1,000 stops", AACHEN, DAY, 20, 1_000)
FULL_DAY = RoadDay("aachen, 200 drivers, 5,000 stops", AACHEN, DAY, 200, 5_000, SMALL)


@dataclass(frozen=True, slots=True)
class Driven:
    """A day that was driven: the data folder with its logbook, and what truly happened."""

    day: RoadDay
    home: Home
    truth: Mapping[str, Any]


@contextmanager
def sent_day(day: RoadDay) -> Iterator[Home | None]:
    """A data folder of its own, in which the day is planned and sent; `None` without the extract it needs."""
    with _planned(day) as home:
        if home is not None:
            _let_simulate(home, day)
            roundhouse(home, "send", "--date", day.on, "--depot", day.slug)
        yield home


def _let_simulate(home: Home, day: RoadDay) -> None:
    with open_workplace(home, day.slug, open_store=opener, clock=clock) as workplace:
        workplace.store.write("For practice", lambda uow: uow.put_depot(for_practice(uow.depot())))


@contextmanager
def _planned(day: RoadDay) -> Iterator[Home | None]:
    if day.slug == DEMO:
        with TemporaryDirectory() as folder:
            yield Home(built_demo(Path(folder))[0])
    elif (extract := extract_of(AACHEN)) is None:
        yield None
    else:
        seconds = 30.0 if day.drivers < 100 else 60.0
        with planned_home(extract, drivers=day.drivers, orders=day.orders, van=day.van, seconds=seconds) as home:
            yield home


def drive_all(days: Iterable[RoadDay], seeds: Sequence[int], speed: int) -> None:
    """Drive all these days that were not driven yet, two at a time: busier, phones could not send what they have."""
    missing = [(day, seed) for day in days for seed in seeds if not _kept(day, seed, speed).exists()]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda each: _drive(*each, speed), missing))


@contextmanager
def driven_day(day: RoadDay, seed: int, speed: int) -> Iterator[Driven | None]:
    """A copy of the day as `roundhouse simulate` drove it; `None` without the extract it needs."""
    kept = _kept(day, seed, speed)
    if not kept.exists():
        _drive(day, seed, speed)
    if not kept.exists():
        yield None
        return
    with TemporaryDirectory() as folder:
        home = Home(shutil.copytree(kept, Path(folder) / "home"))
        yield Driven(day, home, json.loads((home.root / TRUTH).read_text(encoding="utf-8")))


def _kept(day: RoadDay, seed: int, speed: int) -> Path:
    key = hashlib.sha256(repr((day, seed, speed, _code())).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"roundhouse-driven-{key}"


def _code() -> str:
    """What a day's drive depends on."""
    names = ("simulation/*.py", "gateway/*.py", "tracking/decode/*.py", "services/driving*.py", "services/sending.py")
    files = sorted(file for name in names for file in (ROOT / "dispatcher").glob(name))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _drive(day: RoadDay, seed: int, speed: int) -> None:
    """Drive it and keep it; nothing is kept without the extract it needs."""
    kept = _kept(day, seed, speed)
    with sent_day(day) as home:
        if home is None:
            return
        with gateway(home, day.slug):
            which = ("--date", day.on, "--depot", day.slug, "--truth", home.root / TRUTH)
            roundhouse(home, "simulate", *which, "--seed", seed, "--speed", speed, "--json")
        with TemporaryDirectory(dir=kept.parent, prefix="roundhouse-driving-") as making:
            shutil.copytree(home.root, Path(making) / "home").rename(kept)


def roundhouse(home: Home, *arguments: object) -> None:
    """The program on a data folder. Raises `RuntimeError` with its words when it fails."""
    command = [sys.executable, str(ROOT / "main.py"), *map(str, arguments)]
    ran = subprocess.run(command, env=_environment(home), cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"{command[2]} ended with {ran.returncode}: {ran.stderr[-2_000:]}{ran.stdout[-500:]}")


@contextmanager
def gateway(home: Home, slug: str) -> Iterator[tuple[int, int]]:
    """The depot's gateway in a process of its own; gives its port and its process."""
    command = [sys.executable, str(ROOT / "main.py"), "gateway", "--depot", slug, "--bind", "127.0.0.1"]
    with subprocess.Popen([*command, "--port", "0", "--setup-port", "0"], env=_environment(home), cwd=ROOT) as process:
        try:
            yield _listening(process, home, slug), process.pid
        finally:
            process.terminate()


def _listening(process: subprocess.Popen[bytes], home: Home, slug: str) -> int:
    for _ in range(600):
        seen = status(home, slug)
        if seen.running and seen.pid == process.pid and seen.port:
            return seen.port
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError("the gateway did not come to listen")


def _environment(home: Home) -> dict[str, str]:
    return {**os.environ, "ROUNDHOUSE_HOME": str(home.root)}
