"""The lines of the history as a list that grows at its ends without losing its place."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.history.rows import Line

type _Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROOT = QModelIndex()


class HistoryModel(QAbstractListModel):
    """`Line`s, newest first. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show these; when newer changes came on top or older ones below, the others stay where they are."""
        new, old = list(lines), self.lines
        kept = len(old) - 1
        if new[: len(old)] == old:
            self._insert(new, len(old), len(new) - 1)
        elif kept > 0 and len(new) > len(old) and _alike(new[-kept:], old[1:]):
            self._insert(new, 1, len(new) - kept - 1)
        else:
            self.beginResetModel()
            self.lines = new
            self.endResetModel()

    def _insert(self, lines: list[Line], first: int, last: int) -> None:
        if first > last:
            return
        self.beginInsertRows(QModelIndex(), first, last)
        self.lines = lines
        self.endInsertRows()
        self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))

    def row_of(self, revision: int | None) -> int | None:
        """Where a change stands, if it is shown; the present for `None`."""
        return next((row for row, line in enumerate(self.lines) if line.revision == revision), None)

    def newer_than(self, revision: int) -> int:
        """How many lines are later than this change, the present included."""
        return sum(1 for line in self.lines if line.revision is None or line.revision > revision)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return line.spoken
        if role == _Role.ToolTipRole and line.entry:
            return f"{line.entry.label}\n{line.why}".strip()
        return None


def _alike(some: Sequence[Line], others: Sequence[Line]) -> bool:
    """The same changes: the newest of a date loses its heading to a newer one."""
    return [line.entry for line in some] == [line.entry for line in others]
