"""A simulated day beside an open window, with the real gateway, held against the logbook and against what is shown.

    python -m tests.hand.road_day DIR [--drivers 20] [--orders 400] [--speed 60] [--minutes 6]

Makes a depot for practice, opens the window on a display of its own (offscreen where there is none), has the day driven
for so many minutes, stops it, and takes a picture into DIR every half minute. Prints one JSON value: what phones sent,
what was acknowledged, what the logbook has, what the window shows, and whether they are equal. Exit status 0 if so.
"""

import argparse
import json
import os
import sys
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QTimer

from commands.opening import open_depot, open_store
from dispatcher.domain.proof import RecordKind
from dispatcher.services.clocks import system_clock
from dispatcher.services.home import Home
from dispatcher.services.simulating import Summary, Wish
from dispatcher.services.workplace import create_depot
from tests.hand.display import display, missing_programs
from tests.hand.practice import found
from ui.app import Program, make_application
from ui.collecting import GuiCollector
from ui.theme import Mode
from ui.window.main import MainWindow

SIZE = (1600, 960)
PICTURE_MS = 30_000
READS_ON_MS = 6_000
"""The window has so long to show the last of it."""
PLANNED_S = 20.0


class Show:
    """Drives, pictures, counts, closes."""

    def __init__(self, program: Program, folder: Path, args: argparse.Namespace) -> None:
        self._program, self._folder, self._minutes = program, folder, args.minutes
        self._wish = Wish(args.date, args.speed, args.seed)
        self._taken = 0
        self.result: dict[str, Any] = {"fault": "The window was closed before the day was over."}
        self._pictures = QTimer(interval=PICTURE_MS)
        self._pictures.timeout.connect(self.picture)
        program.painted.connect(self.begin)

    @property
    def window(self) -> MainWindow:
        assert self._program.window is not None
        return self._program.window

    def begin(self) -> None:
        """As “Drive a simulated day…” does."""
        simulation = self.window.simulation
        simulation.failed.connect(self._on_failed)
        simulation.over.connect(self._on_over)
        simulation.begin(self._wish)
        self._pictures.start()
        QTimer.singleShot(round(self._minutes * 60_000), simulation.end)

    def picture(self) -> None:
        """The window as it is."""
        self._taken += 1
        self.window.grab().save(str(self._folder / f"{self._taken:02d}.png"))
        print(f"{self._taken:02d}.png  {self.window.simulation.banner.text}", file=sys.stderr, flush=True)

    def _on_failed(self, fault: Exception) -> None:
        self.result = {"fault": str(fault)}
        self.window.close()

    def _on_over(self, summary: Summary) -> None:
        QTimer.singleShot(READS_ON_MS, partial(self._count, summary))

    def _count(self, summary: Summary) -> None:
        self.picture()
        self._pictures.stop()
        self.result = counted(self.window, summary)
        self.window.close()


def counted(window: MainWindow, summary: Summary) -> dict[str, Any]:
    """What phones sent, what the logbook has, and what the window has made of it."""
    assert window.road is not None
    live, outlook = window.road.live, window.day.present
    assert live is not None
    assert outlook is not None
    watch = window.road._desk._watches[live.date]
    logbook = window.road._desk.logbook
    stored, last = logbook.read(lambda r: (r.counts(), r.last_seq()))
    records = logbook.read(lambda r: r.records_on(live.date))
    standing = {r.key for r in records if r.kind is RecordKind.ATTEMPT}
    standing -= {r.key for r in records if r.kind is RecordKind.WITHDRAWN}
    done = sum(stop.done for route in outlook.day.plan.routes for stop in route.stops)
    sent = {"positions": summary.positions, "actions": summary.actions, "photos": summary.photos}
    kept = {"positions": stored.fixes, "actions": stored.actions, "photos": stored.photos, "attempts": len(standing)}
    shown = {
        "positions_followed": watch._seq == last,
        "attempts": len(live.attempts),
        "stops_done": done,
        "visits": sum(len(round_.visits) for round_ in live.rounds.values()),
        "alerts": len(live.alerts),
    }
    equal = {
        "acknowledged": summary.sent == summary.acknowledged,
        "actions": summary.actions == stored.actions,
        "photos": summary.photos == stored.photos,
        "positions": stored.fixes + sum(summary.unkept.values()) == summary.positions,
        "shown": shown["positions_followed"] and len(standing) == len(live.attempts) == done,
    }
    sides = {"drivers": summary.drivers, "sent": sent, "acknowledged": summary.acknowledged, "stored": kept}
    sides |= {"unkept": summary.unkept}
    return {**sides, "shown": shown, "equal": equal}


def play(folder: Path, args: argparse.Namespace) -> dict[str, Any]:
    """On a fresh data folder."""
    with TemporaryDirectory(prefix="roundhouse-road-") as data:
        home = Home(Path(data))
        slug = found(home, args.date, drivers=args.drivers, orders=args.orders, seconds=PLANNED_S)
        app, theme = make_application(home)
        theme.apply(Mode.LIGHT, 1.0)
        maker = lambda depot: create_depot(home, depot, open_store=open_store)
        program = Program(home, theme, partial(open_depot, home), maker, open_store)
        collector, show = GuiCollector(program), Show(program, folder, args)
        program.open(slug, args.date)
        show.window.resize(*SIZE)
        show.window.destroyed.connect(app.quit)
        app.exec()
        collector.stop()
        return show.result


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hand.road_day", description="A simulated day, looked at.")
    parser.add_argument("dir", type=Path, help="where the pictures go")
    parser.add_argument("--drivers", type=int, default=20)
    parser.add_argument("--orders", type=int, default=400)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--minutes", type=float, default=6.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--date", type=date.fromisoformat, default=system_clock().date())
    return parser.parse_args()


if __name__ == "__main__":
    asked = parsed()
    asked.dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        if missing_programs():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        else:
            os.environ |= {"DISPLAY": stack.enter_context(display()), "QT_QPA_PLATFORM": "xcb"}
            os.environ["QT_QUICK_BACKEND"] = "software"
        came_of_it = play(asked.dir, asked)
    print(json.dumps(came_of_it, indent=2), flush=True)
    sys.exit(0 if all(came_of_it.get("equal", {"": False}).values()) else 1)
