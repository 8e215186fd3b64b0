"""The tree of rounds under the hand: selection by id, keys, dragging and dropping. It wishes; it changes nothing."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTreeView, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from ui import format as fmt
from ui.board import drag
from ui.board.painting import RoundDelegate
from ui.board.round_model import Column, Role, RoundModel
from ui.theme import Size, Theme

_ROOM_FOR_WINDOW = 90
"""Width in steps of the 4-pixel grid from which the column is shown."""
_ROOM_FOR_LOAD = 110


@dataclass(frozen=True, slots=True)
class Target:
    """Where a drop would land: before stop `index` of a round, or anywhere in it."""

    shift_id: ShiftId
    index: int | None


class RoundView(QTreeView):
    """Shows a `RoundModel`. GUI thread; owned by the rounds panel.

    Signals:
        selection_changed(order_ids, shift_ids): a person chose other rows.
        open_requested(order_id): double click or Enter on a stop.
        drop_hovered(order_ids, shift_id, index): a drag hangs over a new place; answer with `show_verdict`.
        menu_requested(QPoint): where, in global coordinates.
    """

    selection_changed = Signal(object, object)
    open_requested = Signal(object)
    drop_hovered = Signal(object, object, object)
    menu_requested = Signal(QPoint)

    def __init__(self, model: RoundModel, theme: Theme, run_drag: drag.RunDrag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rounds, self._theme, self._run_drag = model, theme, run_drag
        self._target: Target | None = None
        self._updating = False
        self._delegate = RoundDelegate(theme, self)
        self._verdict = QLabel(self.viewport(), wordWrap=True)
        self._verdict.hide()
        self._verdict.setProperty("verdict", True)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._set_manners()
        model.rowsInserted.connect(self._on_rows_inserted)
        model.modelReset.connect(self._span_rounds)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.activated.connect(self._on_activated)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _set_manners(self) -> None:
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragDropOverwriteMode(False)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)
        self.setAutoExpandDelay(600)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(1)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.ADDRESS, QHeaderView.ResizeMode.Stretch)

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def set_day(self, day: Day, schedule: Schedule | None) -> None:
        """Update the rows; what was selected, current and open stays so, as far as it is still there."""
        orders, shifts = self.selected_orders(), self.selected_shifts()
        current = self.currentIndex().data(Role.ORDER_ID)
        with self._update():
            self._rounds.set_day(day, schedule)
            if (self.selected_orders(), self.selected_shifts()) != (orders, shifts):
                self._select(orders, shifts, current)
        self.fit_columns()
        if (self.selected_orders(), self.selected_shifts()) != (orders, shifts):
            self._announce_selection()

    def select(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = ()) -> None:
        """Select these stops and rounds, open them and show the first; says nothing, since the caller knows."""
        with self._update():
            self._select(order_ids, shift_ids, None)
        if chosen := self.selectionModel().selectedRows():
            self.scrollTo(min(chosen, key=self._place))

    def selected_orders(self) -> tuple[OrderId, ...]:
        """The selected stops' orders, top to bottom."""
        stops = [i for i in self.selectionModel().selectedRows() if not self._rounds.is_round(i)]
        return tuple(i.data(Role.ORDER_ID) for i in sorted(stops, key=self._place))

    def selected_shifts(self) -> tuple[ShiftId, ...]:
        """The selected rounds, top to bottom; not those of selected stops."""
        rounds = [i for i in self.selectionModel().selectedRows() if self._rounds.is_round(i)]
        return tuple(i.data(Role.SHIFT_ID) for i in sorted(rounds, key=self._place))

    @staticmethod
    def _place(index: QModelIndex) -> tuple[int, int]:
        parent = index.parent()
        return (parent.row(), index.row()) if parent.isValid() else (index.row(), -1)

    def _select(self, orders: Iterable[OrderId], shifts: Iterable[ShiftId], current: OrderId | None) -> None:
        stops = [index for o in orders if (index := self._rounds.index_of_order(o)).isValid()]
        rounds = [index for s in shifts if (index := self._rounds.index_of_shift(s)).isValid()]
        for stop in stops:
            self.expand(stop.parent())
        chosen, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        chosen.clearSelection()
        for index in (*rounds, *stops):
            chosen.select(index, flags.Select | flags.Rows)
        at = self._rounds.index_of_order(current) if current else next(iter((*stops, *rounds)), QModelIndex())
        if at.isValid():
            chosen.setCurrentIndex(at, flags.NoUpdate)

    @contextmanager
    def _update(self) -> Iterator[None]:
        """While rows change, the selection comes and goes: that is nobody's wish."""
        self._updating = True
        try:
            yield
        finally:
            self._updating = False

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._updating:
            self._announce_selection()

    def _announce_selection(self) -> None:
        self.selection_changed.emit(self.selected_orders(), self.selected_shifts())

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        if self._rounds.is_round(index):
            self.setExpanded(index.siblingAtColumn(0), not self.isExpanded(index.siblingAtColumn(0)))
        else:
            self.open_requested.emit(index.data(Role.ORDER_ID))

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_theme_changed(self) -> None:
        self._delegate.measure()
        self.setIndentation(self._theme.grid(3))
        self.header().setFont(self._theme.font(Size.SMALL))
        self._verdict.setFont(self._theme.font(Size.SMALL))
        self.fit_columns()
        self.scheduleDelayedItemsLayout()

    def fit_columns(self) -> None:
        """Give each column what its longest text needs, hide what a narrow panel has no room for."""
        width, grid = self.viewport().width(), self._theme.grid
        rows = self._rounds.all_stop_rows()
        self._fit(Column.SEQUENCE, [str(row.sequence) for row in rows], 0, extra=2 * self.indentation())
        self._fit(Column.ETA, [row.arrives for row in rows], grid(16))
        self._fit(Column.WINDOW, [row.window for row in rows], grid(28))
        self._fit(Column.LOAD, [row.load for row in rows], grid(20))
        self.setColumnHidden(Column.WINDOW, width < grid(_ROOM_FOR_WINDOW))
        self.setColumnHidden(Column.LOAD, width < grid(_ROOM_FOR_LOAD))

    def _fit(self, column: Column, texts: list[str], most: int, *, extra: int = 0) -> None:
        metrics = QFontMetrics(self._theme.font(Size.SMALL))
        heading = self._rounds.headerData(column, Qt.Orientation.Horizontal)
        longest = max((*texts, heading), key=len)
        wide = metrics.horizontalAdvance(longest) + self._theme.grid(3) if longest else 1
        self.setColumnWidth(column, (min(wide, most) if most else wide) + extra)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    @Slot(QModelIndex, int, int)
    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        if not parent.isValid():
            self._span_rounds(first, last)

    @Slot()
    def _span_rounds(self, first: int = 0, last: int | None = None) -> None:
        for row in range(first, self._rounds.rowCount() if last is None else last + 1):
            self.setFirstColumnSpanned(row, QModelIndex(), True)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target:
            self._paint_target(QPainter(self.viewport()), self._target)

    def _paint_target(self, painter: QPainter, target: Target) -> None:
        """A line between two stops, or a frame around a round."""
        painter.setPen(self._theme.colour("accent"))
        box = self._box_of(target)
        if target.index is None:
            painter.drawRect(box.adjusted(0, 0, -1, -1))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        else:
            painter.fillRect(box, self._theme.colour("accent"))

    def _box_of(self, target: Target) -> QRect:
        round_index, width = self._rounds.index_of_shift(target.shift_id), self.viewport().width()
        if target.index is None:
            box = self.visualRect(round_index)
            return QRect(0, box.top(), width, box.height())
        last = self._rounds.rowCount(round_index) - 1
        below = target.index > last
        box = self.visualRect(self._rounds.index(last if below else target.index, 0, round_index))
        return QRect(box.left(), (box.bottom() if below else box.top()) - 1, width - box.left(), 2)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    # ── Dragging ─────────────────────────────────────────────────────────────────────────────────────────────────

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: ARG002, N803
        orders = self.selected_orders()
        if orders:
            self._run_drag(drag.begin(self, orders, fmt.count(len(orders), "stop"), self._theme))

    def target_at(self, at: QPoint) -> Target | None:
        """Anywhere on a round is that round; on the upper half of a stop is before it, on the lower behind."""
        index = self.indexAt(at)
        if not index.isValid():
            return None
        shift_id = index.data(Role.SHIFT_ID)
        if self._rounds.is_round(index):
            return Target(shift_id, None)
        return Target(shift_id, index.row() + (at.y() > self.visualRect(index).center().y()))

    def show_verdict(self, text: str) -> None:
        """Say what the drop under the pointer would bring; empty for nothing."""
        self._verdict.setVisible(bool(text))
        self._verdict.setText(text)
        view, margin = self.viewport().rect(), self._theme.grid(2)
        width = view.width() - 2 * margin
        height = self._verdict.heightForWidth(width)
        self._verdict.setGeometry(margin, view.height() - height - margin, width, height)

    @property
    def verdict(self) -> str:
        """What is said of the drop under the pointer."""
        return self._verdict.text()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        super().dragEnterEvent(event)
        self._judge(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)
        self._judge(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._aim(None, ())

    def dropEvent(self, event: QDropEvent) -> None:
        target = self.target_at(event.position().toPoint())
        if target and self._drop(event, target):
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()
        self._aim(None, ())
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)

    def _drop(self, event: QDropEvent, target: Target) -> bool:
        row = -1 if target.index is None else target.index
        parent = self._rounds.index_of_shift(target.shift_id)
        return self._rounds.dropMimeData(event.mimeData(), Qt.DropAction.MoveAction, row, 0, parent)

    def _judge(self, event: QDragMoveEvent) -> None:
        target = self.target_at(event.position().toPoint())
        if target and self._takes(event, target):
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
            self._aim(target, drag.unpack(event.mimeData()))
        else:
            event.ignore()
            self._aim(None, ())

    def _takes(self, event: QDropEvent, target: Target) -> bool:
        row = -1 if target.index is None else target.index
        parent = self._rounds.index_of_shift(target.shift_id)
        return self._rounds.canDropMimeData(event.mimeData(), Qt.DropAction.MoveAction, row, 0, parent)

    def _aim(self, target: Target | None, order_ids: tuple[OrderId, ...]) -> None:
        if target == self._target:
            return
        self._target = target
        self.show_verdict("")
        self.viewport().update()
        if target:
            self.drop_hovered.emit(order_ids, target.shift_id, target.index)
