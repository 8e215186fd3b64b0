"""A plain table of values: each column says what it shows of a row. For places, offers, bulk and the catalogue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    title: str
    text: Callable[[Any], str]
    right: bool = False
    token: Callable[[Any], str] | None = None
    """The colour of the text, by the theme's token; empty for as usual."""
    tip: Callable[[Any], str] | None = None
    """More than the text says, where there is more."""
    most: float = 80
    """Steps of the grid that it may be wide."""


class Rows[T](QAbstractTableModel):
    """GUI thread."""

    def __init__(self, columns: Sequence[Column], theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns, self._theme = tuple(columns), theme
        self._rows: tuple[T, ...] = ()

    @property
    def columns(self) -> Sequence[Column]:
        """From left to right."""
        return self._columns

    @property
    def rows(self) -> tuple[T, ...]:
        """All there are."""
        return self._rows

    def show_rows(self, rows: Sequence[T]) -> None:
        """Show these; nothing is told if they are the same as before."""
        if tuple(rows) == self._rows:
            return
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        column, row = self._columns[index.column()], self._rows[index.row()]
        match role:
            case _Role.ToolTipRole if column.tip and (tip := column.tip(row)):
                return tip
            case _Role.DisplayRole | _Role.AccessibleTextRole | _Role.ToolTipRole:
                return column.text(row)
            case _Role.TextAlignmentRole:
                return _RIGHT if column.right else _LEFT
            case _Role.ForegroundRole if column.token and (token := column.token(row)):
                return self._theme.colour(token)
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return self._columns[section].title
        if orientation is Qt.Orientation.Horizontal and role == _Role.TextAlignmentRole:
            return _RIGHT if self._columns[section].right else _LEFT
        return None


class RowTable[T]:
    """A table and its rows; a row chosen before is chosen again where it still is. GUI thread."""

    def __init__(
        self,
        name: str,
        accessible: str,
        columns: Sequence[Column],
        theme: Theme,
        parent: QWidget,
        *,
        several: bool = False,
    ) -> None:
        mode = QAbstractItemView.SelectionMode
        self._theme = theme
        self.view: QTableView = plain_table(parent, name, accessible)
        self.model: Rows[T] = Rows(columns, theme, self.view)
        self.view.setModel(self.model)
        self.view.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.horizontalHeader().setStretchLastSection(True)

    def show_rows(self, rows: Sequence[T], key: Callable[[T], object]) -> None:
        """Show these; `key` tells which row is which."""
        now = self.current
        place = self.view.currentIndex().row()
        self.model.show_rows(rows)
        keys = [key(row) for row in self.model.rows]
        if now is not None and key(now) in keys:
            place = keys.index(key(now))
        if keys and self.view.currentIndex().row() != (wanted := max(0, min(place, len(keys) - 1))):
            self.view.selectRow(wanted)
        self.dress()

    @property
    def current(self) -> T | None:
        """The row with the keys."""
        n = self.view.currentIndex().row()
        return self.model.rows[n] if 0 <= n < len(self.model.rows) else None

    @property
    def chosen(self) -> list[T]:
        """All that are chosen, in their order."""
        return [self.model.rows[i.row()] for i in sorted(self.view.selectionModel().selectedRows())]

    def dress(self) -> None:
        """Sizes, again after the theme changed."""
        size_rows(self.view, self._theme)
        for n, column in enumerate(self.model.columns[:-1]):
            size_column(self.view, self._theme, n, most=column.most)
