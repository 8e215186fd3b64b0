"""The layout belongs to the set of screens it was made on."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.window.conftest import OpenWindow
from tests.ui.window.shown import Shown
from ui.window.screens import Screens, key_of


@dataclass(frozen=True)
class Screen:
    """As much of a screen as its name is made of."""

    x: int
    y: int
    width: int
    height: int

    def geometry(self) -> QRect:
        return QRect(self.x, self.y, self.width, self.height)


DESK = [Screen(0, 0, 1920, 1080), Screen(1920, -200, 1366, 768)]


def test_a_set_of_screens_has_one_name_whichever_came_first() -> None:
    assert key_of(DESK) == key_of(reversed(DESK)) == "1920x1080+0+0_1366x768+1920-200"  # type: ignore[arg-type]
    assert key_of(DESK[:1]) != key_of(DESK)  # type: ignore[arg-type]
    assert key_of([Screen(0, 0, 1366, 768)]) != key_of([Screen(0, 0, 768, 1366)])  # type: ignore[list-item]


def test_screens_that_come_one_by_one_are_one_change(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    screens = Screens(app)
    before, about, changed = screens.key, list[str](), list[str]()
    screens.about_to_change.connect(about.append)
    screens.changed.connect(changed.append)
    monkeypatch.setattr(QGuiApplication, "screens", lambda: DESK)
    for _ in DESK:
        app.screenAdded.emit(app.primaryScreen())
    qtbot.waitUntil(lambda: bool(changed))
    assert (about, changed) == ([before], [key_of(DESK)])  # type: ignore[arg-type]
    monkeypatch.undo()
    app.screenRemoved.emit(app.primaryScreen())
    qtbot.waitUntil(lambda: len(changed) == 2)
    assert changed[-1] == before
    app.screenAdded.emit(app.primaryScreen())  # gone and back within half a second: nothing changed
    qtbot.waitUntil(lambda: not screens._settling.isActive())
    assert len(changed) == 2
    screens.deleteLater()


def test_a_screen_with_another_resolution_is_another_set(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    screens, screen = Screens(app), app.primaryScreen()
    monkeypatch.setattr(QGuiApplication, "screens", lambda: DESK[:1])
    with qtbot.waitSignal(screens.changed) as changed:
        screen.geometryChanged.emit(QRect(0, 0, 1920, 1080))
    assert changed.args == ["1920x1080+0+0"]
    screens.deleteLater()


def test_each_set_of_screens_gets_back_what_was_arranged_on_it(shown: Shown) -> None:
    window, here = shown.window, shown.window.screens.key
    docks = window.board.docks
    docks["Timeline"].close()
    docks["Pool"].setFloating(True)
    window.screens.about_to_change.emit(here)
    window.screens.changed.emit("1920x1080+0+0")
    assert docks["Timeline"].isVisible(), "as at first on screens that are new"
    assert not docks["Pool"].isFloating()
    docks["History"].close()
    window.screens.about_to_change.emit("1920x1080+0+0")
    window.screens.changed.emit(here)
    assert not docks["Timeline"].isVisible()
    assert docks["Pool"].isFloating()
    assert docks["History"].isVisible() or docks["History"].toggleViewAction().isChecked()
    window.screens.changed.emit("1920x1080+0+0")
    assert not docks["History"].toggleViewAction().isChecked()
    assert not docks["Pool"].isFloating()
    window.screens.changed.emit(here)


def test_the_layout_is_there_when_the_window_is_opened_again(open_window: OpenWindow) -> None:
    first = open_window()
    first.window.board.docks["Timeline"].close()
    first.close()
    assert not open_window().window.board.docks["Timeline"].toggleViewAction().isChecked()
