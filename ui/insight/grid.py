"""Prepared rows as a table: the lines of a cut, the rows behind a number, drivers, events. One model for all."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from ui.insight.lines import Head, Line
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
MEASURED = 200
"""So many rows say how wide a column is."""


class Role(IntEnum):
    """What a cell says besides its words."""

    LINE = _Role.UserRole


class GridModel(QAbstractTableModel):
    """GUI thread."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._heads: Sequence[Head] = ()
        self._came: Sequence[Line] = ()
        self._lines: list[Line] = []
        self._by: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)
        theme.changed.connect(self._dress)

    def show_lines(self, heads: Sequence[Head], lines: Sequence[Line]) -> None:
        """Show these instead; the same number of rows below the same heads stay where they are."""
        if heads == self._heads and len(lines) == len(self._came) and lines:
            self._came, self._lines = lines, self._sorted(lines)
            self._dress()
            return
        self.beginResetModel()
        if heads != self._heads:
            self._by = (-1, Qt.SortOrder.AscendingOrder)
        self._heads, self._came, self._lines = heads, lines, self._sorted(lines)
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; what is not known comes last either way, what is the same stays as it came. -1: as they came.

        A proxy would ask for every cell, which takes a quarter of a minute for all the customers of a year.
        """
        self._by = (column, order)
        self.layoutAboutToBeChanged.emit()
        former, held = self._lines, self.persistentIndexList()
        self._lines = self._sorted(self._came)
        if held:
            places = {id(line): n for n, line in enumerate(self._lines)}
            now = [self.index(places[id(former[index.row()])], index.column()) for index in held]
            self.changePersistentIndexList(held, now)
        self.layoutChanged.emit()

    def _sorted(self, lines: Sequence[Line]) -> list[Line]:
        column, order = self._by
        if not 0 <= column < len(self._heads):
            return list(lines)
        known = [line for line in lines if line.sorts[column] is not None]
        known.sort(key=lambda line: line.sorts[column], reverse=order is Qt.SortOrder.DescendingOrder)  # type: ignore[arg-type,return-value]
        return known + [line for line in lines if line.sorts[column] is None]

    @property
    def lines(self) -> Sequence[Line]:
        """All there are, in their order."""
        return self._lines

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        line, column = self._lines[index.row()], index.column()
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return line.texts[column]
            case _Role.ToolTipRole:
                return line.texts[column] if len(line.texts[column]) > 20 else None
            case _Role.TextAlignmentRole:
                return _RIGHT if self._heads[column].right else _LEFT
            case _Role.ForegroundRole:
                tone = line.tones[column] if line.tones else ""
                return self._theme.colour(tone) if tone else None
            case Role.LINE:
                return line
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self._heads):
            return None
        head = self._heads[section]
        match role:
            case _Role.DisplayRole:
                return head.title
            case _Role.ToolTipRole:
                return head.tip or None
            case _Role.TextAlignmentRole:
                return _RIGHT if head.right else _LEFT
            case _:
                return None

    @Slot()
    def _dress(self) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, len(self._heads) - 1))


class Grid(QWidget):
    """A table of prepared rows. GUI thread.

    Signals:
        opened(object): Enter or a double click on a row; what it is about.
        row_changed(object): keys or pointer went to another row; what it is about, or `None`.
        order_changed(): rows stand in another order.
    """

    opened = Signal(object)
    row_changed = Signal(object)
    order_changed = Signal()

    def __init__(self, name: str, accessible: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.model = GridModel(theme, self)
        self.table: QTableView = plain_table(self, name, accessible)
        self.table.setModel(self.model)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicatorClearable(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusProxy(self.table)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.table)
        self._heads: Sequence[Head] = ()
        self._enter = QAction("Open the row", self.table)
        self._enter.setShortcuts([QKeySequence(Qt.Key.Key_Return), QKeySequence(Qt.Key.Key_Enter)])
        self._enter.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._enter.triggered.connect(lambda: self._open(self.table.currentIndex()))
        self.table.addAction(self._enter)
        self.table.doubleClicked.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.table.horizontalHeader().sortIndicatorChanged.connect(self._on_sorted)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        size_rows(self.table, self._theme)

    def show_lines(self, heads: Sequence[Head], lines: Sequence[Line], *, stretch: int = 0, most_of: int = -1) -> None:
        """Show these; columns are measured where they are others than before, or had nothing in them.

        The column `stretch` takes what is over.

        Where the heads are others, too: the most of the column `most_of` first.
        """
        fresh = heads != self._heads
        if fresh:
            self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        blank = range(len(heads)) if fresh else self._blank()
        self._heads = heads
        self.model.show_lines(heads, lines)
        self._size([n for n in blank if fresh or any(line.texts[n] for line in lines)], stretch)
        if fresh and most_of >= 0:
            self.table.sortByColumn(most_of, Qt.SortOrder.DescendingOrder)

    def _blank(self) -> list[int]:
        """Columns that nothing stood in when they were measured."""
        return [n for n in range(len(self._heads)) if not any(line.texts[n] for line in self.model.lines)]

    def _size(self, columns: Sequence[int], stretch: int) -> None:
        header = self.table.horizontalHeader()
        self.table.horizontalHeader().setResizeContentsPrecision(MEASURED)
        for column in columns:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            size_column(self.table, self._theme, column, least=12, most=75)
        if columns:
            header.setMinimumSectionSize(self._theme.grid(10))
            header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)

    def lines(self) -> Sequence[Line]:
        """All that is shown, in its order."""
        return self.model.lines

    @property
    def current(self) -> object:
        """What the row is about that the keys are at."""
        index = self.table.currentIndex()
        return index.data(Role.LINE).of if index.isValid() else None

    def choose(self, n: int) -> None:
        """The row of this place."""
        if 0 <= n < self.model.rowCount():
            self.table.selectRow(n)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(index.data(Role.LINE).of)

    @Slot()
    def _on_row(self) -> None:
        self.row_changed.emit(self.current)

    @Slot()
    def _on_sorted(self) -> None:
        self.order_changed.emit()
