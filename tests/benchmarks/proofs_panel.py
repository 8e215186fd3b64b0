"""The workbench with 3,000 proofs: opening it, and painting the next proof with its photo, prefetched and not."""

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.proof.files import ProofFiles
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.home import Home
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.benchmarks.reviewing import PROOFS
from tests.benchmarks.reviewing import _fill as fill
from tests.fixtures import days
from tests.fixtures.proofs import START
from tests.unit.proof.pictures import saved, scene

STEPS = 60
PAUSE_S = 0.4
"""Nobody looks at a photo for less."""


def run() -> Iterator[dict[str, Any]]:
    """Figures in milliseconds and seconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    with TemporaryDirectory() as folder:
        home, clock = Home(Path(folder)), lambda: START
        stores = partial(open_store, clock=clock, author="Anna")
        slug = create_depot(home, days.make_depot(), open_store=stores)
        books = partial(open_logbook, clock=clock)
        with open_workplace(home, slug, open_store=stores, clock=clock, open_logbook=books) as workplace:
            assert workplace.live
            copies = _photos(workplace)
            workplace.live.logbook.write(lambda book: _fill(book, copies))
            yield from _measure(workplace, Path(folder), app)


def _photos(workplace: Workplace) -> list[str]:
    """Clean copies of 1,600 × 1,200 pixels."""
    files = ProofFiles(proofs_folder(workplace.home, workplace.slug))
    return [files.put(saved(scene(1_600, 1_200, seed=seed), quality=85)) for seed in range(40)]


def _fill(book: LogbookWriter, copies: list[str]) -> None:
    fill(book)
    for n in range(PROOFS):
        photo = book.photo(f"{n:064x}")
        assert photo is not None
        book.put_photo(replace(photo, copy_sha256=copies[n % len(copies)]))


def _measure(workplace: Workplace, folder: Path, app: Any) -> Iterator[dict[str, Any]]:
    from PySide6.QtCore import QSettings

    from ui.proofs.panel import ProofsPanel
    from ui.runner import OpRunner
    from ui.theme import Mode, Theme

    theme = Theme(app, Mode.LIGHT, 1.0)
    runner = OpRunner(workplace.store)
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    panel = ProofsPanel(workplace, runner, theme, settings)
    panel.resize(1_600, 900)
    assert panel.feed is not None
    panel.feed.desk.day(days.DATE)  # its flags are known: worked out in the background
    begun = time.perf_counter()
    panel.set_date(days.DATE)
    panel.show()
    _until(app, lambda: panel.day is not None and panel.bench.pictures.photo.picture is not None)
    yield _figure("opening a day whose flags are known", time.perf_counter() - begun, 1.0, "s")
    ready, cold = [], []
    for n in range(STEPS):
        _spin(app, PAUSE_S)
        ready.append(_step(app, panel, lambda: panel.bench.go(1)))
        if n % 4 == 0:
            _spin(app, PAUSE_S)
            cold.append(_step(app, panel, lambda n=n: panel.bench.choose(200 + 37 * n)))
    yield _figure("next proof painted with its photo, median", statistics.median(ready) * 1e3, 100, "ms")
    yield _figure("next proof painted with its photo, worst", max(ready) * 1e3, 100, "ms")
    yield _figure("another proof far away painted with its photo, median", statistics.median(cold) * 1e3, None, "ms")
    panel.stop()
    runner.shutdown()
    panel.close()


def _step(app: Any, panel: Any, move: Any) -> float:
    """From the key to the photo on the screen."""
    begun = time.perf_counter()
    move()
    key = panel.bench.current.key
    _until(app, lambda: panel.showing.key == key and (shown := panel.bench.pictures.photo.picture) and not shown.fault)
    panel.bench.pictures.photo.repaint()
    panel.bench.facts.viewport().repaint()
    panel.bench.sketch.repaint()
    return time.perf_counter() - begun


def _until(app: Any, done: Any) -> None:
    end = time.perf_counter() + 60
    while not done():
        assert time.perf_counter() < end, "nothing was painted"
        app.processEvents()


def _spin(app: Any, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()


def _figure(name: str, value: float, goal: float | None, unit: str) -> dict[str, Any]:
    ok = goal is None or value <= goal
    on = f"{PROOFS} proofs, photos of 1,600 × 1,200, window of 1,600 × 900, offscreen"
    return {"name": name, "value": round(value, 2), "unit": unit, "goal": goal, "ok": ok, "on": on}
