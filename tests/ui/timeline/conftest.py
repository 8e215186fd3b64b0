"""A timeline on the screen, with everything it wishes written down."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId, ShiftId
from tests.fixtures import days
from tests.fixtures.board import Board
from tests.fixtures.dragging import RunDrag
from ui.theme import Theme
from ui.timeline.chart import Chart
from ui.timeline.geometry import View
from ui.timeline.panel import TimelinePanel

SIGNALS = (
    "selection_changed", "move_requested", "drop_hovered", "shift_changed", "freeze_changed", "edit_requested",
    "context_requested",
)  # fmt: skip
PLAIN = Qt.KeyboardModifier.NoModifier


class Hands:
    """A person before the panel: points by stop and moment, mouse and keys, and what the panel wished so far."""

    def __init__(self, panel: TimelinePanel, board: Board) -> None:
        assert panel.chart is not None
        self.panel, self.board = panel, board
        self.chart: Chart = panel.chart
        self.heard: list[tuple[object, ...]] = []
        for name in SIGNALS:
            getattr(panel, name).connect(lambda *args, name=name: self.heard.append((name, *args)))

    @property
    def port(self) -> QWidget:
        return self.chart.viewport()

    @property
    def view(self) -> View:
        return self.panel.showing.view

    def of(self, name: str) -> list[tuple[object, ...]]:
        return [wish[1:] for wish in self.heard if wish[0] == name]

    def shift(self, position: int) -> ShiftId:
        return list(self.board.day.shifts)[position]

    def orders(self, position: int) -> list[OrderId]:
        return list(self.board.day.plan.routes[position].order_ids)

    def seconds(self, clock: str) -> float:
        assert self.panel.showing.clock is not None
        return self.panel.showing.clock(days.clock(clock))

    def point(self, row: int, seconds: float, down: float | None = None) -> QPoint:
        """In the viewport; `down` from the lane's upper edge, else the middle of its bars."""
        sizes = self.chart.sizes
        within = sizes.bar_top + sizes.bar / 2 if down is None else down
        at = QPointF(self.view.x(seconds), self.view.y(row) + within)
        return (self.chart.area.topLeft() + at).toPoint()

    def stop(self, row: int, index: int) -> QPoint:
        return self.point(row, self.panel.showing.lanes[row].marks[index].middle_s)

    def name(self, row: int) -> QPoint:
        return QPoint(20, self.point(row, 0).y())

    def axis(self, seconds: float) -> QPoint:
        return QPoint(self.point(0, seconds).x(), self.chart.sizes.axis // 2)

    def click(
        self, at: QPoint, keys: Qt.KeyboardModifier = PLAIN, button: Qt.MouseButton = Qt.MouseButton.LeftButton
    ) -> None:
        QTest.mouseClick(self.port, button, keys, at)

    def drag(self, *way: QPoint, keys: Qt.KeyboardModifier = PLAIN, release: bool = True) -> None:
        """Press at the first point, go along the others, let go at the last."""
        QTest.mousePress(self.port, Qt.MouseButton.LeftButton, keys, way[0])
        for at in way[1:]:
            QTest.mouseMove(self.port, at)
        if release:
            QTest.mouseRelease(self.port, Qt.MouseButton.LeftButton, keys, way[-1])

    def press(self, key: Qt.Key, keys: Qt.KeyboardModifier = PLAIN) -> None:
        QTest.keyClick(self.chart, key, keys)


@pytest.fixture
def run_drag() -> RunDrag:
    return RunDrag()


@pytest.fixture
def hands(qtbot: QtBot, theme: Theme, a_board: Board, run_drag: RunDrag) -> Hands:
    """Eight lanes in a window that shows six, frozen until half past eight."""
    panel = TimelinePanel(theme, run_drag=run_drag)
    qtbot.addWidget(panel)
    day = replace(a_board.day, freeze_at=days.clock("08:30"))
    panel.set_day(day, a_board.schedule)
    panel.resize(1200, 260)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.setFocus()
    hands = Hands(panel, replace(a_board, day=day))
    assert len(hands.view.rows) < 8
    return hands
