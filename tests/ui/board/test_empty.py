"""What stands where there is nothing to show: silence before a day is known, words before pictures."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui.board.empty import EmptyState
from ui.board.pool import PoolPanel
from ui.board.rounds import RoundsPanel
from ui.theme import Theme
from ui.timeline.panel import TimelinePanel


@pytest.mark.parametrize("kind", [RoundsPanel, PoolPanel, TimelinePanel])
def test_before_there_is_a_day_nothing_is_said_of_it(kind: type[QWidget], theme: Theme, qtbot: QtBot) -> None:
    panel = kind(theme)  # type: ignore[call-arg,arg-type]
    qtbot.addWidget(panel)
    panel.show()
    assert not [state.text for state in panel.findChildren(EmptyState) if state.isVisible()]


def test_a_low_place_shows_the_words_and_the_step_before_the_picture(theme: Theme, qtbot: QtBot) -> None:
    empty = EmptyState(theme, icon="tray", text="No orders on this day yet – import an order file.", step="Import…")
    qtbot.addWidget(empty)
    empty.show()
    for height, pictured in ((300, True), (150, False), (300, True)):
        empty.resize(340, height)
        QApplication.processEvents()
        label = empty.findChildren(QLabel)[1]
        assert empty.findChildren(QLabel)[0].isVisible() is pictured
        assert label.height() >= label.heightForWidth(label.width())
