"""The program on a fresh data folder with the demo depot, and the thread that plays the day in it.

The clock stands at a fixed morning when it starts, so that the day is the same at any hour.
"""

import faulthandler
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer

from db.opening import open_store as open_database
from dispatcher.services import demo
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.hand import steps  # noqa: F401 - its modules put their steps on the list
from tests.hand.asking import Faults, Missed, Watched
from tests.hand.pointer import Hand
from tests.hand.script import Stage, play
from ui.app import Program, make_application
from ui.collecting import GuiCollector
from ui.signals import closing_on_signals
from ui.theme import Mode

STARTS_AT = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
"""A Tuesday, twenty to eleven at the depot."""
_began = time.monotonic()


def clock() -> datetime:
    """Goes on from the fixed morning."""
    return STARTS_AT + timedelta(seconds=time.monotonic() - _began)


open_store = partial(open_database, clock=clock)


class Quiet:
    """Progress that nobody watches."""

    def report(self, fraction: float, text: str) -> None:
        """Not said."""

    def cancelled(self) -> bool:
        """Never."""
        return False


class Opener:
    """Opens depots for the program and remembers which is open."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._open: Workplace | None = None

    def __call__(self, slug: str, *, what_if: str = "") -> Workplace:
        """As `main` does it."""
        self._open = open_workplace(
            self._home, slug, open_store=open_store, clock=clock, forgiving=True, what_if=what_if
        )
        return self._open

    def workplace(self) -> Workplace:
        """The one opened last."""
        assert self._open is not None
        return self._open


def main(folder: Path, data: Path, only: str) -> int:
    """Play the day in the display there is, on an empty data folder; 0 if every step went well."""
    faulthandler.enable()
    faults = Faults()
    logging.getLogger().addHandler(faults)
    home, well = Home(data), list[bool]()
    slug = demo.prepare(home, open_store=open_store, clock=clock, progress=Quiet())
    app, theme = make_application(home)
    theme.apply(Mode.LIGHT, 1.0)
    sys.excepthook = lambda kind, error, trace: faults.said.append(
        "".join(traceback.format_exception(kind, error, trace))
    )
    opener = Opener(home)
    maker = lambda depot: create_depot(home, depot, open_store=open_store)
    program = Program(home, theme, opener, maker, open_store)
    collector = GuiCollector(program)
    program.open(slug, STARTS_AT.date())
    see = Watched(program, opener.workplace, STARTS_AT.date())
    player = threading.Thread(target=_play, args=(see, folder, faults, only, well), name="hand", daemon=True)
    QTimer.singleShot(0, player.start)
    with closing_on_signals(program.close):
        app.exec()
    player.join(10)
    collector.stop()
    return 0 if well == [True] else 1


def _play(see: Watched, folder: Path, faults: Faults, only: str, well: list[bool]) -> None:
    """In the thread of the hand; the window is closed at the end whatever happens."""
    try:
        see.ask(see.window.showMaximized)
        _wait_for_first_day(see)
        hand = Hand(see.look)
        hand.click(see.of(lambda: see.window.board.rounds.line.count))  # the window gets the keys
        well.append(play(Stage(hand, see, folder, faults, see.day()), only))
    except Exception:  # noqa: BLE001 - said, and the exit status tells
        traceback.print_exc()
    finally:
        _close(see)


def _wait_for_first_day(see: Watched) -> None:
    see.until(lambda: see.window.day.present, "the day is read", 60)
    see.until(lambda: see.window._painting == -1, "the day is painted", 60)
    see.settle()


def _close(see: Watched) -> None:
    closing: Callable[[], object] = see.window.close
    try:
        see.ask(closing)
    except (Missed, RuntimeError):
        traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
