"""Stops dragged out of the table of rounds and dropped into it: where they would land, and what that would mean."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from ui import format as fmt
from ui.board import drag
from ui.board.bubble import Bubble
from ui.board.round_model import RoundModel
from ui.board.round_table import RoundTable
from ui.board.rows import RoundRow
from ui.theme import Theme

OPEN_AFTER_MS = 600
"""A drag that rests on a closed round for so long opens it."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a drop would land: before stop `index` of a round, or anywhere in it."""

    shift_id: ShiftId
    index: int | None


class RoundView(RoundTable):
    """The table under the hand. GUI thread; owned by the rounds panel.

    Signals:
        drag_began(order_ids): stops are in the hand, whether they come from here or from outside.
        drag_ended(): they were dropped, given up, or carried out again by a drag from outside.
        drop_hovered(order_ids, shift_id, index): a drag hangs over a new place; answer with `show_verdict`.
    """

    drag_began = Signal(object)
    drag_ended = Signal()
    drop_hovered = Signal(object, object, object)

    def __init__(self, model: RoundModel, theme: Theme, run_drag: drag.RunDrag, parent: QWidget | None = None) -> None:
        super().__init__(model, theme, parent)
        self._run_drag = run_drag
        self._target: Target | None = None
        self._mark = QRect()
        self._at = QPoint()
        self._own = False
        self._carried: tuple[OrderId, ...] = ()
        self._bubble = Bubble(theme, self.viewport())
        self._opening = QTimer(self, singleShot=True, interval=OPEN_AFTER_MS)
        self._opening.setObjectName("board.rounds.opening")
        self._opening.timeout.connect(self._on_rested)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragDropOverwriteMode(False)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)

    # ── What is in the hand ──────────────────────────────────────────────────────────────────────────────────────

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: ARG002, N803
        if orders := self.selected_orders():
            self._own = True
            self._begin(orders)
            self._run_drag(drag.begin(self, orders, fmt.count(len(orders), "stop"), self._theme))
            self._own = False
            self._end()

    def _begin(self, order_ids: tuple[OrderId, ...]) -> None:
        if order_ids and order_ids != self._carried:
            self._carried = order_ids
            self.drag_began.emit(order_ids)

    def _end(self) -> None:
        """A drag of our own goes on outside, and may come back."""
        self._aim(None)
        if self._carried and not self._own:
            self._carried = ()
            self.show_rulings({}, None)
            self.drag_ended.emit()

    def show_verdict(self, text: str, tone: str = "text") -> None:
        """Say beside the pointer what a drop there would bring, unless the round's own row says it already."""
        told = self._target and self._target.index is None and self._target.shift_id in self.rulings.by_shift
        self._bubble.say("" if told else text, tone, self._at)

    @property
    def verdict(self) -> str:
        """What is said of the drop under the pointer."""
        return self._bubble.said

    # ── Where it hangs ───────────────────────────────────────────────────────────────────────────────────────────

    def target_at(self, at: QPoint) -> Target | None:
        """Anywhere on a round is that round; on the upper half of a stop is before it, on the lower behind."""
        place = self.rowAt(at.y())
        if place < 0:
            return None
        row = self._rounds.rows[place]
        if isinstance(row, RoundRow):
            return Target(row.shift_id, None)
        return Target(row.shift_id, row.sequence - 1 + self._below(at, place))

    def _below(self, at: QPoint, place: int) -> bool:
        return at.y() > self.row_rect(place).center().y()

    def _mark_at(self, at: QPoint) -> QRect:
        """Around a round, or between two stops."""
        place = self.rowAt(at.y())
        box = self.row_rect(place)
        if isinstance(self._rounds.rows[place], RoundRow):
            return box
        return QRect(0, (box.bottom() if self._below(at, place) else box.top()) - 1, box.width(), 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target:
            self._paint_target(QPainter(self.viewport()), self._target)

    def _paint_target(self, painter: QPainter, target: Target) -> None:
        """A line between two stops, or a frame around a round."""
        accent = self._theme.colour("accent")
        painter.setPen(accent)
        if target.index is None:
            painter.drawRect(self._mark.adjusted(0, 0, -1, -1))
            painter.drawRect(self._mark.adjusted(1, 1, -2, -2))
        else:
            painter.fillRect(self._mark, accent)
            side = self._theme.grid(1.5)
            knob = QRect(0, 0, side, side)
            knob.moveCenter(QPoint(side // 2, self._mark.center().y()))
            painter.fillRect(knob, accent)

    def _aim(self, target: Target | None, mark: QRect | None = None) -> None:
        if target == self._target and (mark is None or mark == self._mark):
            return
        moved = target != self._target
        self._target, self._mark = target, mark or QRect()
        self.viewport().update()
        if not moved:
            return
        self.show_verdict("")
        self._opening.stop()
        if target:
            if target.index is None and target.shift_id not in self._rounds.open_rounds:
                self._opening.start()
            self.drop_hovered.emit(self._carried, target.shift_id, target.index)

    @Slot()
    def _on_rested(self) -> None:
        if self._target:
            self.set_open(self._rounds.open_rounds | {self._target.shift_id})

    # ── Events of a drag ─────────────────────────────────────────────────────────────────────────────────────────

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Taken wherever it enters, since a refused drag never says that it has left; each move is judged by itself."""
        super().dragEnterEvent(event)
        orders = drag.unpack(event.mimeData())
        self._begin(orders)
        self._judge(event)
        event.setAccepted(bool(orders))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        self._judge(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._end()

    def dropEvent(self, event: QDropEvent) -> None:
        target = self.target_at(event.position().toPoint())
        data = event.mimeData()
        if target and self._rounds.takes(data, target.shift_id, target.index):
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()
        self._aim(None)
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)
        if event.isAccepted() and target:
            self._rounds.drop(data, target.shift_id, target.index)
        self._end()

    def _judge(self, event: QDragMoveEvent) -> None:
        self._at = event.position().toPoint()
        target = self.target_at(self._at)
        if target and self._rounds.takes(event.mimeData(), target.shift_id, target.index):
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
            self._aim(target, self._mark_at(self._at))
            self._bubble.follow(self._at)
        else:
            event.ignore()
            self._aim(None)
