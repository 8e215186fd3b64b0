"""The table of rounds: selection by id, folding, painting, keys. Dragging and dropping are `round_view`'s."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.services.live import LiveDay
from ui.board.columns import Columns
from ui.board.filtering import Filter
from ui.board.painting import Cell, Look, RowPainter, Rulings
from ui.board.round_columns import COLUMNS, Column
from ui.board.round_model import RoundModel
from ui.board.rows import RoundRow, StopRow
from ui.board.selecting import FLAGS, Quiet, places, select_rows, selected_rows, selected_runs
from ui.board.words import Ruling
from ui.theme import Theme


class RoundTable(QTableView):
    """Shows a `RoundModel`. GUI thread; owned by the rounds panel.

    Signals:
        selection_changed(order_ids, shift_ids): a person chose other rows.
        open_requested(order_id): double click or Enter on a stop.
        menu_requested(QPoint): where, in global coordinates.
    """

    selection_changed = Signal(object, object)
    open_requested = Signal(object)
    menu_requested = Signal(QPoint)

    def __init__(self, model: RoundModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rounds, self._theme = model, theme
        self._painter = RowPainter(theme)
        self._quiet = Quiet()
        self._hovered = -1
        self.setModel(model)
        self.columns = Columns(self, theme, COLUMNS, model.longest_in, extra=6)
        self._set_manners()
        model.rowsInserted.connect(self._on_rows_inserted)
        model.rows_replaced.connect(self._size_rows)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.activated.connect(self._on_activated)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _set_manners(self) -> None:
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def set_day(self, day: Day, schedule: Schedule | None) -> None:
        """Update the rows; what was selected, current and open stays so, as far as it is still there."""
        orders, shifts = self.selected_orders(), self.selected_shifts()
        with self._keeping_selection():
            self._rounds.set_day(day, schedule)
            self._open_rounds_of(orders)
        self.columns.fit()
        if (self.selected_orders(), self.selected_shifts()) != (orders, shifts):
            self._announce_selection()

    def set_live(self, live: LiveDay | None) -> bool:
        """Say how the day stands on the road; selection, folding and the place scrolled to stay. As the model's."""
        before, told = (self.selected_orders(), self.selected_shifts()), self._told
        if self._rounds.filtered:
            with self._keeping_selection():
                changed = self._rounds.set_live(live)
        else:
            changed = self._rounds.set_live(live)
        if changed and told != self._told:
            self.columns.fit()
        if changed and (self.selected_orders(), self.selected_shifts()) != before:
            self._announce_selection()
        return changed

    @property
    def _told(self) -> bool:
        return bool(self._rounds.longest_in(Column.ABOUT))

    def set_filter(self, chosen: Filter) -> None:
        """Show only what it takes."""
        before = self.selected_orders(), self.selected_shifts()
        with self._keeping_selection():
            self._rounds.set_filter(chosen)
        if (self.selected_orders(), self.selected_shifts()) != before:
            self._announce_selection()

    def show_rulings(self, by_shift: Mapping[ShiftId, Ruling], best: ShiftId | None) -> None:
        """Say in every round's row what it would make of the stops in hand; nothing for none."""
        self._painter.rulings = Rulings(by_shift, best)
        self.viewport().update()

    @property
    def rulings(self) -> Rulings:
        """What is said in the rounds' rows."""
        return self._painter.rulings

    # ── Folding ──────────────────────────────────────────────────────────────────────────────────────────────────

    def set_open(self, shift_ids: Iterable[ShiftId]) -> None:
        """Show the stops of just these rounds; a selected stop that is folded away is selected no more."""
        before = self.selected_orders(), self.selected_shifts()
        with self._keeping_selection():
            self._rounds.set_open(shift_ids)
        if (self.selected_orders(), self.selected_shifts()) != before:
            self._announce_selection()

    def toggle(self, shift_id: ShiftId) -> None:
        """Open a closed round, close an open one."""
        self.set_open(self._rounds.open_rounds ^ {shift_id})

    @Slot()
    def expandAll(self) -> None:
        """Open every round."""
        self.set_open(row.shift_id for row in self._rounds.round_rows())

    @Slot()
    def collapseAll(self) -> None:
        """Close every round."""
        self.set_open(())

    def _open_rounds_of(self, order_ids: Iterable[OrderId]) -> None:
        wanted = {shift_id for order_id in order_ids if (shift_id := self._rounds.shift_of(order_id))}
        self._rounds.set_open(self._rounds.open_rounds | wanted)

    # ── Selection ────────────────────────────────────────────────────────────────────────────────────────────────

    def select(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = ()) -> None:
        """Select these stops and rounds, open them and show the first; says nothing, since the caller knows."""
        with self._quiet.kept():
            self._open_rounds_of(order_ids)
            keys = (*(("round", shift_id) for shift_id in shift_ids), *order_ids)
            rows = self._select(keys)
        if rows:
            self.scrollTo(self._rounds.index(rows[0], 0))

    def selected_stops(self) -> tuple[StopRow, ...]:
        """The selected stops, top to bottom."""
        rows = self._rounds.rows
        return tuple(row for i in selected_rows(self) if isinstance(row := rows[i], StopRow))

    def selected_orders(self) -> tuple[OrderId, ...]:
        """The selected stops' orders, top to bottom."""
        return tuple(row.order_id for row in self.selected_stops())

    def selected_shifts(self) -> tuple[ShiftId, ...]:
        """The selected rounds, top to bottom; not those of selected stops."""
        rows = self._rounds.rows
        return tuple(row.shift_id for i in selected_rows(self) if isinstance(row := rows[i], RoundRow))

    def _select(self, keys: Iterable[object]) -> list[int]:
        """Select the rows of these keys, nothing else; returns them from the top."""
        rows = places(self._rounds.place_of(key) for key in keys)
        select_rows(self, rows)
        return rows

    @contextmanager
    def _keeping_selection(self) -> Iterator[None]:
        """What is selected and what is current are found again by id."""
        rows, current = self._rounds.rows, self.currentIndex()
        keys = [rows[i].key for i in selected_rows(self)]
        at = rows[current.row()].key if current.isValid() else None
        with self._quiet.kept():
            yield
            if [self._rounds.rows[i].key for i in selected_rows(self)] != keys:
                self._select(keys)
            if at is not None and (index := self._rounds.index_of(at)).isValid() and index != self.currentIndex():
                self.setAutoScroll(False)  # what stands under the eyes, or under a drag, stays there
                self.selectionModel().setCurrentIndex(index, FLAGS.NoUpdate)
                self.setAutoScroll(True)

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._quiet:
            self._announce_selection()

    def _announce_selection(self) -> None:
        self.selection_changed.emit(self.selected_orders(), self.selected_shifts())

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        row = self._rounds.row(index)
        if isinstance(row, RoundRow):
            self.toggle(row.shift_id)
        else:
            self.open_requested.emit(row.order_id)

    # ── Keys and mouse ───────────────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bare = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if bare and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.currentIndex().isValid():
            self._fold_by_key(self._rounds.row(self.currentIndex()), event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def _fold_by_key(self, row: RoundRow | StopRow, opens: bool) -> None:
        """As in a tree: Right opens a round or goes to its first stop, Left goes to the round or closes it."""
        at, is_open = self.currentIndex().row(), row.shift_id in self._rounds.open_rounds
        if isinstance(row, StopRow):
            if not opens:
                self.setCurrentIndex(self._rounds.index_of_shift(row.shift_id))
        elif opens != is_open:
            self.toggle(row.shift_id)
        elif opens and at + 1 < len(self._rounds.rows) and isinstance(self._rounds.rows[at + 1], StopRow):
            self.setCurrentIndex(self._rounds.index(at + 1, 0))

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Home and End go to the first and last row: there are no cells to go to."""
        ends = {QAbstractItemView.CursorAction.MoveHome: 0, QAbstractItemView.CursorAction.MoveEnd: -1}
        if action in ends and self._rounds.rows:
            return self._rounds.index(ends[action] % len(self._rounds.rows), 0)
        return super().moveCursor(action, modifiers)

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of actions here; the filter line searches."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._fold_at(event.position().toPoint())
        if row and event.button() == Qt.MouseButton.LeftButton:
            self.toggle(row.shift_id)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self._fold_at(event.position().toPoint())
        if row:
            self.toggle(row.shift_id)
        else:
            super().mouseDoubleClickEvent(event)

    def _fold_at(self, at: QPoint) -> RoundRow | None:
        """The round whose arrow is there."""
        place = self.rowAt(at.y())
        row = self._rounds.rows[place] if place >= 0 else None
        return row if isinstance(row, RoundRow) and at.x() < self._painter.fold_width else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            was, self._hovered = self._hovered, place
            for row in (was, place):
                if row >= 0:
                    self.viewport().update(self.row_rect(row))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            at = self.viewport().mapToGlobal(self.row_rect(self.currentIndex().row()).center())
        self.menu_requested.emit(at)

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_theme_changed(self) -> None:
        self._painter.measure()
        self.setProperty("small", True)
        self.verticalHeader().setDefaultSectionSize(self._painter.stop_height)
        self._size_rows()
        self.columns.fit()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.fit()

    @Slot(QModelIndex, int, int)
    def _on_rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._size_rows(first, last)

    @Slot()
    def _size_rows(self, first: int = 0, last: int | None = None) -> None:
        """Rounds are higher than stops, and stops are as high as rows are unless told otherwise."""
        header, rows = self.verticalHeader(), self._rounds.rows
        for place in range(first, len(rows) if last is None else last + 1):
            if isinstance(rows[place], RoundRow):
                header.resizeSection(place, self._painter.round_height)

    def row_rect(self, place: int) -> QRect:
        """Where a row is in the viewport, over the whole width."""
        return QRect(0, self.rowViewportPosition(place), self.viewport().width(), self.rowHeight(place))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        if first < 0:
            return
        chosen, cells = self._chosen_among(first, last), self._cells()
        for place in range(first, (len(self._rounds.rows) - 1 if last < 0 else last) + 1):
            self._paint_row(painter, place, place in chosen, cells)
        painter.end()

    def _chosen_among(self, first: int, last: int) -> set[int]:
        end = last if last >= 0 else len(self._rounds.rows) - 1
        return {i for top, bottom in selected_runs(self) for i in range(max(top, first), min(bottom, end) + 1)}

    def _cells(self) -> list[Cell]:
        shown = (column for column in Column if not self.isColumnHidden(column))
        return [Cell(int(c), self.columnViewportPosition(c), self.columnWidth(c)) for c in shown]

    def _paint_row(self, painter: QPainter, place: int, selected: bool, cells: list[Cell]) -> None:
        row, rect = self._rounds.rows[place], self.row_rect(place)
        is_open = row.shift_id in self._rounds.open_rounds
        look = Look(selected, place == self._hovered, is_open, place == 0)
        if isinstance(row, RoundRow):
            self._painter.paint_round(painter, rect, row, look)
        else:
            self._painter.paint_stop(painter, rect, row, cells, look)
        if place == self.currentIndex().row() and self.hasFocus():
            painter.setPen(self._theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawLine(rect.left(), rect.top(), rect.left(), rect.bottom())
