"""A table of mere texts, with a box before each row where some are to be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

type _Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROOT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Line:
    """One row."""

    key: str
    texts: tuple[str, ...]
    tip: str = ""


class LineModel(QAbstractTableModel):
    """GUI thread.

    Signals:
        chosen_changed(): other rows are ticked than before.
    """

    chosen_changed = Signal()

    def __init__(
        self,
        headers: Sequence[str],
        *,
        right: Sequence[int] = (),
        choosing: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """`right` are the columns of figures."""
        super().__init__(parent)
        self._headers, self._right, self._choosing = tuple(headers), frozenset(right), choosing
        self.lines: tuple[Line, ...] = ()
        self._chosen: set[str] = set()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """These, all of them ticked."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self._chosen = {line.key for line in lines} if self._choosing else set()
        self.endResetModel()
        self.chosen_changed.emit()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The keys of the rows that are ticked, in their order."""
        return tuple(line.key for line in self.lines if line.key in self._chosen)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.TextAlignmentRole and section in self._right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self._headers[section] if role == _Role.DisplayRole else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if self._choosing and index.column() == 0 else flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        line, column = self.lines[index.row()], index.column()
        if role == _Role.DisplayRole:
            return line.texts[column]
        if role == _Role.ToolTipRole:
            return line.tip or line.texts[column]
        if role == _Role.TextAlignmentRole and column in self._right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == _Role.CheckStateRole and self._choosing and column == 0:
            return Qt.CheckState.Checked if line.key in self._chosen else Qt.CheckState.Unchecked
        return None

    def setData(self, index: _Index, value: object, role: int = _Role.EditRole) -> bool:
        if role != _Role.CheckStateRole or not self._choosing or not index.isValid():
            return False
        key, ticked = self.lines[index.row()].key, Qt.CheckState(value) is Qt.CheckState.Checked
        self._chosen = self._chosen | {key} if ticked else self._chosen - {key}
        self.dataChanged.emit(index, index, [role])
        self.chosen_changed.emit()
        return True
