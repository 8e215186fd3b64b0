"""The orders nobody serves as a flat table of prepared rows, kept up to date by differences."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason
from ui.board import drag
from ui.board.diff import edits
from ui.board.rows import PoolRow, pool_rows

type Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """What stands where."""

    NUMBER = 0
    ADDRESS = 1
    REASON = 2
    WINDOW = 3
    LOAD = 4
    PRIORITY = 5


class Role(IntEnum):
    """Beyond Qt's own roles."""

    ORDER_ID = Qt.ItemDataRole.UserRole + 1
    SORT = Qt.ItemDataRole.UserRole + 2
    SEARCH = Qt.ItemDataRole.UserRole + 3
    COLLECTION = Qt.ItemDataRole.UserRole + 4


_HEADINGS = {
    Column.NUMBER: "Order",
    Column.ADDRESS: "Address",
    Column.REASON: "Why",
    Column.WINDOW: "Window",
    Column.LOAD: "Load",
    Column.PRIORITY: "Priority",
}

_TEXT: dict[int, Callable[[PoolRow], str]] = {
    Column.NUMBER: lambda row: row.number,
    Column.ADDRESS: lambda row: row.address,
    Column.REASON: lambda row: row.reason,
    Column.WINDOW: lambda row: row.window,
    Column.LOAD: lambda row: row.load,
    Column.PRIORITY: lambda row: row.priority,
}

_SORT_KEYS: dict[int, Callable[[PoolRow], object]] = {
    **_TEXT,
    Column.LOAD: lambda row: row.load_rank,
    Column.PRIORITY: lambda row: row.priority_rank,
}


class PoolModel(QAbstractTableModel):
    """Unplanned orders. GUI thread; owned by the pool panel.

    Signals:
        unassign_requested(order_ids): planned orders were dropped here.
    """

    unassign_requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._date: date | None = None
        self._rows: list[PoolRow] = []

    def set_day(self, day: Day, reasons: Mapping[OrderId, Reason]) -> None:
        """Show this day's pool; on the date already shown, change only the rows that differ."""
        rows = pool_rows(day, reasons)
        if day.date != self._date:
            self.beginResetModel()
            self._date, self._rows = day.date, rows
            self.endResetModel()
            return
        self._match(rows)

    def _match(self, rows: list[PoolRow]) -> None:
        plan = edits([row.order_id for row in self._rows], [row.order_id for row in rows])
        for first, last in plan.removed:
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self.endRemoveRows()
        for first, last in plan.inserted:
            self.beginInsertRows(QModelIndex(), first, last)
            self._rows[first:first] = rows[first : last + 1]
            self.endInsertRows()
        changed = [i for i, (old, new) in enumerate(zip(self._rows, rows, strict=True)) if old != new]
        self._rows = rows
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(Column) - 1))

    def index_of(self, order_id: OrderId) -> QModelIndex:
        """Where an order is; invalid if it is planned."""
        row = next((i for i, row in enumerate(self._rows) if row.order_id == order_id), None)
        return QModelIndex() if row is None else self.index(row, 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADINGS[Column(section)]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXT[column](row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Role.ORDER_ID:
            return row.order_id
        if role == Role.SORT:
            return _SORT_KEYS[column](row)
        if role == Role.SEARCH:
            return row.search
        return row.collection if role == Role.COLLECTION else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag
        return flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsDragEnabled | flags.ItemNeverHasChildren

    # ── Drag and drop ────────────────────────────────────────────────────────────────────────────────────────────

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [drag.MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = dict.fromkeys(i.row() for i in indexes)
        return drag.pack(self._rows[row].order_id for row in rows)

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        """Orders of which at least one is planned."""
        waiting = {row.order_id for row in self._rows}
        return any(order_id not in waiting for order_id in drag.unpack(data))

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        waiting = {row.order_id for row in self._rows}
        self.unassign_requested.emit(tuple(o for o in drag.unpack(data) if o not in waiting))
        return True


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if column == Column.LOAD else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
