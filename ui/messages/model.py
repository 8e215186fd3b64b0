"""The list of a day's messages and replies: rows that stay where they are while others come and change."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Slot,
)

from ui.messages import words
from ui.messages.words import Filter, Row
from ui.theme import Theme

ICON = 16
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Role(IntEnum):
    """What a row says besides its words."""

    ROW = _Role.UserRole


class BoxModel(QAbstractTableModel):
    """One row a message or reply. GUI thread."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[Row] = []
        theme.changed.connect(self._dress)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these. Rows that were there stay the rows they are, so that nothing jumps under the hand."""
        wanted = [row.key for row in rows]
        there = set(wanted)
        kept = [row.key for row in self._rows if row.key in there]
        here = set(kept)
        if not kept or kept != [key for key in wanted if key in here]:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
            return
        for n in reversed(range(len(self._rows))):
            if self._rows[n].key not in there:
                self.beginRemoveRows(QModelIndex(), n, n)
                del self._rows[n]
                self.endRemoveRows()
        for n, row in enumerate(rows):
            if row.key not in here:
                self.beginInsertRows(QModelIndex(), n, n)
                self._rows.insert(n, row)
                self.endInsertRows()
            elif self._rows[n] != row:
                self._rows[n] = row
                self.dataChanged.emit(self.index(n, 0), self.index(n, len(words.HEADERS) - 1))

    @property
    def rows(self) -> list[Row]:
        """All of them."""
        return self._rows

    def row_of_key(self, key: str) -> int | None:
        """Where one stands."""
        return next((n for n, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(words.HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole | _Role.ToolTipRole | _Role.AccessibleTextRole:
                return row.texts[column]
            case _Role.DecorationRole:
                return self._theme.pixmap(*row.sign, side=ICON, ratio=2.0) if column == words.STATE else None
            case _Role.ForegroundRole:
                return self._theme.colour(row.sign[1]) if column == words.STATE else None
            case _Role.FontRole:
                return self._theme.font(bold=True) if row.unread else None
            case _Role.TextAlignmentRole:
                return _RIGHT if column == words.AT else _LEFT
            case Role.ROW:
                return row
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.DisplayRole:
            return words.HEADERS[section]
        if role == _Role.TextAlignmentRole:
            return _RIGHT if section == words.AT else _LEFT
        return None

    @Slot()
    def _dress(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(words.HEADERS) - 1))


class BoxSorting(QSortFilterProxyModel):
    """Under one filter, with all the words typed; sorted by any column, by time below it."""

    def __init__(self, model: BoxModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.filter = Filter.ALL
        self._wanted: list[str] = []
        self.setSourceModel(model)

    def set_filter(self, which: Filter) -> None:
        """Show what belongs under it."""
        self.beginFilterChange()
        self.filter = which
        self.endFilterChange()

    def set_words(self, text: str) -> None:
        """Show rows with all of these words."""
        self.beginFilterChange()
        self._wanted = text.casefold().split()
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        row: Row = self.sourceModel().index(source_row, 0, source_parent).data(Role.ROW)
        return self.filter.takes(row) and all(word in row.found_by for word in self._wanted)

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other, column = left.data(Role.ROW).sorts, right.data(Role.ROW).sorts, left.column()
        return bool((one[column], one[words.AT]) < (other[column], other[words.AT]))
