"""Prepared rows as a table: the lines of a cut, the rows behind a number, drivers, events. One model for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

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
    SORT = _Role.UserRole + 1


@dataclass(frozen=True, slots=True)
class Head:
    """A column."""

    title: str
    right: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row, ready to be shown."""

    texts: tuple[str, ...]
    sorts: tuple[object, ...]
    """By which each column sorts; of one kind in a column, `None` for not known."""
    tones: tuple[str, ...] = ()
    """The theme's token of each; empty for plain."""
    of: object = None
    """What it is about."""


class GridModel(QAbstractTableModel):
    """GUI thread."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._heads: Sequence[Head] = ()
        self._lines: Sequence[Line] = ()
        theme.changed.connect(self._dress)

    def show_lines(self, heads: Sequence[Head], lines: Sequence[Line]) -> None:
        """Show these instead; the same number of rows below the same heads stay where they are."""
        if heads == self._heads and len(lines) == len(self._lines) and lines:
            self._lines = lines
            self._dress()
            return
        self.beginResetModel()
        self._heads, self._lines = heads, lines
        self.endResetModel()

    @property
    def lines(self) -> Sequence[Line]:
        """All there are, in no order: the view sorts."""
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
            case Role.SORT:
                return line.sorts[column]
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


class Sorting(QSortFilterProxyModel):
    """By any column; what is not known comes last either way, what is the same stays as it came."""

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(Role.SORT), right.data(Role.SORT)
        if one is None or other is None:
            last_first = self.sortOrder() is Qt.SortOrder.DescendingOrder
            return one is None and other is not None if last_first else other is None and one is not None
        return bool(one < other)


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
        self.sorting = Sorting(self)
        self.sorting.setSourceModel(self.model)
        self.table: QTableView = plain_table(self, name, accessible)
        self.table.setModel(self.sorting)
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
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
        """Show these; columns are measured where they are others than before, and `stretch` takes what is over.

        Where the heads are others, too: the most of the column `most_of` first.
        """
        fresh = heads != self._heads
        if fresh:
            self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self._heads = heads
        self.model.show_lines(heads, lines)
        if fresh or not lines:
            self._size(stretch)
        if fresh and most_of >= 0:
            self.table.sortByColumn(most_of, Qt.SortOrder.DescendingOrder)

    def _size(self, stretch: int) -> None:
        header = self.table.horizontalHeader()
        self.table.horizontalHeader().setResizeContentsPrecision(MEASURED)
        for column in range(len(self._heads)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            size_column(self.table, self._theme, column, least=12, most=75)
        if self._heads:
            header.setMinimumSectionSize(self._theme.grid(10))
            header.setSectionResizeMode(stretch, QHeaderView.ResizeMode.Stretch)

    def lines(self) -> list[Line]:
        """All that is shown, in its order."""
        return [self.sorting.index(n, 0).data(Role.LINE) for n in range(self.sorting.rowCount())]

    @property
    def current(self) -> object:
        """What the row is about that the keys are at."""
        index = self.table.currentIndex()
        return index.data(Role.LINE).of if index.isValid() else None

    def choose(self, n: int) -> None:
        """The row of this place."""
        if 0 <= n < self.sorting.rowCount():
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
