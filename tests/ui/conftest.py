"""Switches for tests of the window: settings apart from the user's, no timer, window or worker left behind."""

from collections.abc import Iterator
from pathlib import Path
from weakref import WeakSet

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from tests.fixtures.board import Board, make_board
from ui.theme import Mode, Theme


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """The light theme at 100 %."""
    return Theme(qapp, Mode.LIGHT, 1.0)


@pytest.fixture(scope="session")
def a_board() -> Board:
    """Eight rounds of twenty stops, some late, some with broken rules, and twelve orders unplanned."""
    return make_board()


@pytest.fixture(autouse=True)
def apart_from_the_user(tmp_path: Path) -> None:
    """Standard folders and settings that are nobody's."""
    QStandardPaths.setTestModeEnabled(True)
    for kind in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails the test if a top-level widget it made still exists, or a timer it started still runs, at its end."""
    timers: WeakSet[QTimer] = WeakSet()
    start = QTimer.start

    def remember(timer: QTimer, *args: int) -> None:
        timers.add(timer)
        start(timer, *args)

    monkeypatch.setattr(QTimer, "start", remember)
    before = set(map(id, qapp.topLevelWidgets()))
    yield
    monkeypatch.undo()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]
    widgets = [w for w in qapp.topLevelWidgets() if id(w) not in before and not _belongs_to_qt(w)]
    running = [t for t in timers if shiboken6.isValid(t) and t.isActive()]
    names = ", ".join(f"{type(w).__name__} {w.objectName()!r}" for w in widgets)
    for widget in filter(shiboken6.isValid, widgets):
        shiboken6.delete(widget)
    assert not names, f"widgets left: {names}"
    assert not running, f"timers left running: {', '.join(t.objectName() or repr(t.parent()) for t in running)}"


def _belongs_to_qt(widget: QObject) -> bool:
    """Tool tips and the like, which Qt makes once and keeps."""
    return type(widget).__name__ == "QWidget" and widget.metaObject().className() in (
        "QTipLabel",
        "QComboBoxPrivateContainer",
    )
