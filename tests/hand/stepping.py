"""A script in the GUI thread: each `yield` waits until something holds, and the window lives on meanwhile."""

import sys
import time
import traceback
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

type Condition = Callable[[], object]
type Script = Generator[Condition | tuple[Condition, str] | tuple[Condition, str, float], None, None]

BEAT_MS = 20
PATIENCE_S = 30.0


class Missed(AssertionError):
    """Something did not come to be in time."""


class Stepper(QObject):
    """Plays one script.

    Signals:
        ended(str): it is over; why not well, or nothing.
    """

    ended = Signal(str)

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script
        self._holds: Condition = lambda: True
        self._what, self._until = "", time.monotonic() + PATIENCE_S
        self._beat = QTimer(self, interval=BEAT_MS)
        self._beat.timeout.connect(self._on_beat)

    def start(self) -> None:
        """Play it."""
        self._beat.start()

    @Slot()
    def _on_beat(self) -> None:
        try:
            if self._holds():
                self._next()
            elif time.monotonic() > self._until:
                self._script.throw(Missed(f"{self._what or 'what was waited for'} did not come to be"))
        except StopIteration:
            self._end("")
        except Exception as error:  # noqa: BLE001 - told at the end
            traceback.print_exc(file=sys.stderr)
            self._end(f"{type(error).__name__}: {error}")

    def _next(self) -> None:
        asked = next(self._script)
        holds, what, patience_s, *_ = (*(asked if isinstance(asked, tuple) else (asked, "")), PATIENCE_S)
        self._holds, self._what = holds, what
        self._until = time.monotonic() + patience_s

    def _end(self, fault: str) -> None:
        self._beat.stop()
        self.ended.emit(fault)


def key(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press one where the keys are."""
    focused = QApplication.focusWidget()
    if focused is None:
        raise Missed("nothing has the keys")
    QTest.keyClick(focused, key, modifier)


def write(text: str) -> None:
    """Type where the keys are, and end it."""
    focused = QApplication.focusWidget()
    if focused is None:
        raise Missed("nothing has the keys")
    QTest.keyClicks(focused, text)
    key(Qt.Key.Key_Return)
