"""The form of a simulated day: what can be asked for, and what it says that will do."""

from datetime import datetime, time, timedelta

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dispatcher.services.planning import Outlook
from dispatcher.services.simulating import Wish
from tests.fixtures.board import Board
from ui.simulation.dialog import SPEEDS, SimulationDialog
from ui.theme import Theme


@pytest.fixture
def outlook(a_board: Board) -> Outlook:
    """Eight rounds of twenty stops."""
    return Outlook(a_board.day, a_board.schedule, a_board.reasons)


def now(outlook: Outlook) -> datetime:
    return min(times.leaves_at for times in outlook.schedule.routes.values()) - timedelta(days=2)


@pytest.fixture
def dialog(outlook: Outlook, theme: Theme, qtbot: QtBot) -> SimulationDialog:
    made = SimulationDialog(outlook, now(outlook), theme)
    qtbot.addWidget(made)
    made.show()
    return made


def test_as_it_opens_it_asks_for_the_whole_day(dialog: SimulationDialog, outlook: Outlook) -> None:
    assert dialog.wish == Wish(outlook.day.date, 60.0, 1, None, None)
    assert "160 stops in 8 rounds" in dialog.meaning.text()
    assert "minutes" in dialog.meaning.text()
    assert outlook.day.depot.name in dialog.meaning.text()


def test_what_is_chosen_is_asked_for(dialog: SimulationDialog, outlook: Outlook, qtbot: QtBot) -> None:
    dialog.speed.setCurrentIndex(dialog.speed.findData(300))
    dialog.drivers.setValue(3)
    dialog.seed.setValue(7)
    assert not dialog.until.isEnabled()
    dialog.ends.click()
    assert dialog.until.isEnabled()
    dialog.until.setTime(QTime(13, 30))
    assert "60 stops in 3 rounds" in dialog.meaning.text()
    with qtbot.waitSignal(dialog.asked) as asked:
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args == [Wish(outlook.day.date, 300.0, 7, 3, time(13, 30))]
    assert not dialog.isVisible()


def test_escape_asks_for_nothing(dialog: SimulationDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.asked):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_faster_takes_less(dialog: SimulationDialog) -> None:
    takes = []
    for speed in SPEEDS:
        dialog.speed.setCurrentIndex(dialog.speed.findData(speed))
        takes.append(dialog._takes(dialog.wish, dialog._rounds(None)))
    assert [takes[0] / speed for speed in SPEEDS] == takes
    assert takes[0] > timedelta(hours=4)


def test_an_end_before_the_first_driver_leaves_cannot_be_asked_for(dialog: SimulationDialog) -> None:
    dialog.ends.click()
    dialog.until.setTime(QTime(4, 0))
    assert not dialog.go.isEnabled()
    assert dialog.meaning.text() == "By 04:00 nobody has left yet."
    dialog.until.setTime(QTime(15, 0))
    assert dialog.go.isEnabled()
