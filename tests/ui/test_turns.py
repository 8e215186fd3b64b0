"""Things done one in each turn of the event loop."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from ui.turns import Turns


@pytest.fixture
def turns(qtbot: QtBot) -> Iterator[Turns]:
    owner = QObject()
    yield Turns(owner)
    del owner


def test_the_window_has_its_turn_between_two(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    other = QTimer(turns, interval=0)
    other.timeout.connect(lambda: done.append("other"))
    other.start()
    turns.take([lambda: done.append("one"), lambda: done.append("two")])
    assert done == []
    qtbot.waitUntil(lambda: "two" in done)
    assert "other" in done[done.index("one") : done.index("two")]


def test_what_is_taken_later_goes_before_what_is_left(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    turns.take([lambda: turns.take([lambda: done.append("new")]), lambda: done.append("old")])
    qtbot.waitUntil(lambda: bool(done))
    turns.take([lambda: done.append("last")])
    qtbot.waitUntil(lambda: "last" in done)
    assert done == ["new", "last"]


def test_what_is_dropped_is_not_done(turns: Turns, qtbot: QtBot) -> None:
    done: list[str] = []
    turns.take([lambda: done.append("first"), turns.drop, lambda: done.append("never")])
    after = QTimer(turns, interval=20, singleShot=True)
    with qtbot.waitSignal(after.timeout):
        after.start()
    assert done == ["first"]
