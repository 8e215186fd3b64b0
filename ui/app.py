"""The Qt application: environment, theme, faults, the window of one depot and the change to another.

Start-up: environment → scheme → application → theme → depot → window. Shut-down in reverse, after the runner has
drained: page, window, depot.
"""

import ctypes
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from types import TracebackType

import shiboken6
from PySide6.QtCore import QObject, QSettings, QTimer, QtMsgType, Signal, Slot, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.services.home import Home
from dispatcher.services.simulating import Wish
from dispatcher.services.workplace import OpenStore, Workplace
from ui.collecting import GuiCollector, settle_memory
from ui.faults import show_fault
from ui.map.environment import prepare_environment
from ui.map.scheme import register_scheme
from ui.signals import closing_on_signals
from ui.theme import TEXT_SCALES, Mode, Theme
from ui.window.main import MainWindow

log = logging.getLogger("roundhouse.ui")
STARTED = time.monotonic()

_M_ARENA_MAX = -8

TURN_S = 0.000_5
"""So long a thread may compute while others wait. The GUI thread hands over at nearly every call into Qt, and with
Python's own 5 ms would wait ten times as long each time while a worker computes: a frame has dozens of such calls."""

type Opener = Callable[..., Workplace]
"""Opens a depot by its folder name; with `what_if` the copy of it that has this name."""
type Maker = Callable[[Depot], str]

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def make_application(home: Home) -> tuple[QApplication, Theme]:
    """The application with the look that was chosen last."""
    share_heaps()
    sys.setswitchinterval(TURN_S)
    prepare_environment()
    register_scheme()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("Roundhouse")
    app.setApplicationDisplayName("Roundhouse")
    return app, Theme(app, *_chosen_look(open_settings(home)))


def share_heaps() -> None:
    """Let glibc's threads share two heaps. Before threads are started.

    Each would get one of its own, up to eight a core, and keeps there what was freed: with 5,000 stops and fifty drops
    the window had 730 MB so, and has 640 with two (mallopt(3), M_ARENA_MAX).
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def require_screen(environ: Mapping[str, str] = os.environ) -> None:
    """Raise `KnownError` where no window can open: Qt itself would end the process without a word to act on."""
    named = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not any(environ.get(name) for name in named):
        raise KnownError(
            "There is no screen to open a window on.",
            "Start Roundhouse on a desktop, or set QT_QPA_PLATFORM=offscreen to run it without one.",
        )


def _chosen_look(settings: QSettings) -> tuple[Mode, float]:
    """What was chosen last; the usual look when the file says nothing that makes sense."""
    try:
        mode = Mode(str(settings.value("look/mode", Mode.SYSTEM.value)))
        scale = float(str(settings.value("look/scale", 1.0)))
    except ValueError:
        return Mode.SYSTEM, 1.0
    return mode, scale if scale in TEXT_SCALES else 1.0


def open_settings(home: Home) -> QSettings:
    """What the person arranged: layout, look, last depot."""
    return QSettings(str(home.settings), QSettings.Format.IniFormat)


class Program(QObject):
    """One window at a time, on one depot; opens another when asked. GUI thread.

    Signals:
        painted(float): the first day was on the screen so many seconds after the start.
    """

    painted = Signal(float)

    def __init__(self, home: Home, theme: Theme, opener: Opener, maker: Maker, open_store: OpenStore) -> None:
        super().__init__()
        self._home, self._theme, self._opener, self._maker = home, theme, opener, maker
        self._open_store = open_store
        self.window: MainWindow | None = None

    def open(self, slug: str, on: date | None = None, *, what_if: str = "", promote: str = "") -> None:
        """Show a depot, or a what-if copy of it; `promote` names a copy to bring into it.

        The window shown before is closed first, and stays open when the other cannot be opened.
        """
        workplace = self._opener(slug, what_if=what_if) if what_if else self._opener(slug)
        if self.window:
            self.window.arranging.remember()  # the next one opens as this one stands
        with suppress(OSError):  # a full disk is no reason to stay out
            (self._home.root / "last-depot").write_text(slug, encoding="utf-8")
        window = MainWindow(
            workplace, self._theme, open_settings(self._home), maker=self._maker, open_store=self._open_store
        )
        window.depot_requested.connect(self._on_depot_requested)
        window.what_if_requested.connect(partial(self._on_what_if_requested, slug))
        window.promote_requested.connect(partial(self._on_promote_requested, slug))
        window.first_painted.connect(self._on_first_painted)
        window.show()
        window.open_day(on)
        previous, self.window = self.window, window
        if previous:
            previous.close()
        if promote:
            window.copies.promote(promote)
        if workplace.fault:
            show_fault(window, workplace.fault)

    @Slot()
    def close(self) -> None:
        """Close the window; the application ends with it."""
        if self.window and shiboken6.isValid(self.window):
            self.window.close()

    @Slot(str)
    def _on_depot_requested(self, slug: str) -> None:
        self._try(partial(self.open, slug))

    def _on_what_if_requested(self, slug: str, name: str, on: date) -> None:
        self._try(partial(self.open, slug, on, what_if=name))

    def _on_promote_requested(self, slug: str, name: str, on: date) -> None:
        self._try(partial(self.open, slug, on, promote=name))

    def _try(self, opening: Callable[[], None]) -> None:
        try:
            opening()
        except KnownError as error:
            show_fault(self.window, error)

    @Slot()
    def _on_first_painted(self) -> None:
        settle_memory()
        log.info("the day was painted %.1f s after the window's code was loaded", time.monotonic() - STARTED)
        self.painted.emit(time.monotonic() - STARTED)


def run_window(
    home: Home,
    slug: str,
    *,
    opener: Opener,
    maker: Maker,
    open_store: OpenStore,
    on: date | None = None,
    until_painted: bool = False,
    alive: bool = False,
) -> int:
    """Run the window until it is closed; with `until_painted` only until the day is on the screen.

    `alive`: have a simulated day driven in it, at once.
    """
    app, theme = make_application(home)
    _take_faults()
    program = Program(home, theme, opener, maker, open_store)
    collector = GuiCollector(program)
    try:
        with closing_on_signals(program.close):
            program.open(slug, on)
            if until_painted:
                program.painted.connect(lambda seconds: _say_painted(program, seconds))
            if alive:
                program.painted.connect(lambda _seconds: _come_alive(program))
            return app.exec()
    finally:
        collector.stop()


def _say_painted(program: Program, seconds: float) -> None:
    print(json.dumps({"painted_after_s": round(seconds, 3)}), flush=True)  # noqa: T201
    QTimer.singleShot(0, program, program.close)


def _come_alive(program: Program) -> None:
    window = program.window
    if window and window.day.date:
        window.simulation.begin(Wish(window.day.date))


def _take_faults() -> None:
    """Qt's messages go to the log; a fault in a slot goes to the log and to one dialog."""
    qInstallMessageHandler(lambda kind, _context, text: log.log(_QT_LEVELS[kind], "%s", text))
    sys.excepthook = _on_exception


def _on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("%s", "".join(traceback.format_exception(kind, error, trace)))
    show_fault(QApplication.activeWindow(), error)
