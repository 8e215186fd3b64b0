"""The calendar as a view: walked by arrows, entered by Enter, and a target for what is carried."""

from datetime import date

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QWidget

from dispatcher.services.workplace import Workplace
from ui.parts.fields import named
from ui.slots.calendar import ROW, CalendarModel, CellPainter, Index
from ui.slots.feed import Key, Read
from ui.slots.hand import Hand
from ui.theme import Size, Theme

NARROWEST, AREA = 17, 34
"""Steps of the grid: a day's column, and the heads of rows."""
SHEET = """
QTableCornerButton::section { background: palette(base); border: none; border-bottom: 1px solid palette(mid); }
QHeaderView::section:vertical { border: none; }
"""


class CalendarView(QTableView):
    """GUI thread. Enter drops what is carried, or enters the cell.

    Signals:
        cell_changed(): another cell has the keys.
        entered_cell(): its orders are wanted.
    """

    cell_changed = Signal()
    entered_cell = Signal()

    def __init__(self, workplace: Workplace, hand: Hand, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "slots.calendar", "Slots by day")
        self._theme, self._hand = theme, hand
        self.slots = CalendarModel(workplace.depot.zone, self)
        self.painter = CellPainter(theme, self)
        self._wanted: Key | None = None
        self.verdict = named(QLabel(self), "slots.verdict", "Whether it can be dropped here")
        self.verdict.setProperty("verdict", True)
        self.verdict.setWordWrap(True)
        self.verdict.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.verdict.hide()
        self._set_up()
        hand.judged.connect(self._show_verdict)
        hand.ended.connect(self._hide_verdict)
        theme.changed.connect(self._dress)
        self._dress()

    def _set_up(self) -> None:
        self.setModel(self.slots)
        self.setStyleSheet(SHEET)
        self.setItemDelegate(self.painter)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAcceptDrops(True)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self.slots.modelReset.connect(self._on_reset)
        self.doubleClicked.connect(self.entered_cell)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_read(self, read: Read, today: date) -> None:
        """Show the calendar; the cell with the keys keeps them."""
        self._wanted = self.key or self._wanted
        self.slots.show_slots(read.slots, read.first, read.days, today)

    @Slot()
    def _on_reset(self) -> None:
        self._size()
        index = self.slots.index_of(self._wanted) if self._wanted else QModelIndex()
        if not index.isValid() and self.slots.rowCount():
            column = max(0, min(self._column_of_wanted(), self.slots.columnCount() - 1))
            index = self.slots.index(0, column)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _column_of_wanted(self) -> int:
        """The first that can be chosen, to begin with."""
        can = [self.slots.index_of((s.rule.id, s.on)).column() for s in self.slots.slots if not s.closed]
        return min(can, default=0)

    @property
    def key(self) -> Key | None:
        """The cell with the keys."""
        return self.slots.key_of(self.currentIndex())

    def go_to(self, key: Key) -> bool:
        """Give a cell the keys, at once or as soon as it is shown; whether it is."""
        self._wanted = key
        index = self.slots.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)
        return index.isValid()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """What is carried by keys goes along."""
        super().currentChanged(current, previous)
        if self._hand.by_keys:
            self._hand.over(self.key, self.slots.slot_of(self.key))
        self.cell_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As told above; Esc gives up what is carried."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._hand.carrying:
                self._hand.drop(self.key, self.slots.slot_of(self.key))
            else:
                self.entered_cell.emit()
        elif event.key() == Qt.Key.Key_Escape and self._hand.carrying:
            self._hand.give_up()
        else:
            super().keyPressEvent(event)

    # --- what is carried ------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._hand.carrying:
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        key = self._under(event.position().toPoint())
        self._hand.over(key, self.slots.slot_of(key))
        if self._hand.welcome:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._hand.over(None, None)

    def dropEvent(self, event: QDropEvent) -> None:
        key = self._under(event.position().toPoint())
        if self._hand.carrying and key:
            event.acceptProposedAction()
            self._hand.drop(key, self.slots.slot_of(key))

    def _under(self, point: QPoint) -> Key | None:
        return self.slots.key_of(self.indexAt(point))

    @Slot(object, str, bool)
    def _show_verdict(self, key: Key | None, text: str, welcome: bool) -> None:
        self.painter.target, self.painter.welcome = key, welcome
        index = self.slots.index_of(key) if key else QModelIndex()
        self.viewport().update()
        if not index.isValid():
            self.verdict.hide()
            return
        self.verdict.setText(text)
        self.verdict.setFixedWidth(min(self._theme.grid(72), self.viewport().width()))
        self.verdict.setFixedHeight(self.verdict.heightForWidth(self.verdict.width()))
        cell = self.visualRect(index).translated(self.viewport().pos())
        below = cell.bottom() + self.verdict.height() < self.height()
        y = cell.bottom() + 2 if below else cell.top() - self.verdict.height() - 2
        self.verdict.move(max(0, min(cell.x(), self.width() - self.verdict.width())), max(0, y))
        self.verdict.show()
        self.verdict.raise_()

    @Slot()
    def _hide_verdict(self) -> None:
        self.painter.target = None
        self.verdict.hide()
        self.viewport().update()

    # --- sizes ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.grid(80), self._theme.grid(40))

    def _size(self) -> None:
        """Days share the width; scrolled where that would be too little."""
        days = self.slots.columnCount()
        if days:
            width = max(self._theme.grid(NARROWEST), self.viewport().width() // days)
            self.horizontalHeader().setDefaultSectionSize(width)

    @Slot()
    def _dress(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.grid(ROW))
        self.verticalHeader().setFixedWidth(self._theme.grid(AREA))
        font = QFontMetrics(self._theme.font(Size.SMALL))
        room = self._theme.grid(AREA - 3)
        self.slots.elide = lambda name: font.elidedText(name, Qt.TextElideMode.ElideRight, room)
        self._size()
        self.viewport().update()
