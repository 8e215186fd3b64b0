"""The orders nobody serves as a flat table of prepared rows: filtered, sorted, and kept up to date by differences."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal

from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason
from ui.board import drag
from ui.board.columns import ColumnSpec
from ui.board.filtering import Filter, Mark
from ui.board.pool_rows import PoolRow, pool_rows
from ui.board.row_model import Index, RowModel


class Column(IntEnum):
    """What stands where, the most important first."""

    NUMBER = 0
    ADDRESS = 1
    REASON = 2
    WINDOW = 3
    LOAD = 4
    PRIORITY = 5
    CUSTOMER = 6
    SERVICE = 7
    PHONE = 8
    SENDER = 9
    NOTES = 10


COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("number", "Order", "The sender's order number", 28, fixed=True),
    ColumnSpec("address", "Address", "Street and number", stretches=True),
    ColumnSpec("reason", "Why", "Why no round serves it", 32, least=16, chosen=True),
    ColumnSpec("window", "Window", "When service may begin", 32, chosen=True),
    ColumnSpec("load", "Load", "What is brought or fetched", 20, right=True, chosen=True),
    ColumnSpec("priority", "Priority", "How hard it is to leave the order out", 18, chosen=True),
    ColumnSpec("customer", "Customer", "Whom to ask for", 36),
    ColumnSpec("service", "Service", "How long the driver stays", 18, right=True),
    ColumnSpec("phone", "Phone", "The customer's phone", 36),
    ColumnSpec("sender", "Sender", "Who gave the order", 28),
    ColumnSpec("notes", "Notes", "Notes for the driver", 40),
)

TEXTS: Mapping[int, Callable[[PoolRow], str]] = {
    Column.NUMBER: lambda row: row.number,
    Column.ADDRESS: lambda row: row.address,
    Column.REASON: lambda row: row.reason,
    Column.WINDOW: lambda row: row.window,
    Column.LOAD: lambda row: row.load,
    Column.PRIORITY: lambda row: row.priority,
    Column.CUSTOMER: lambda row: row.customer,
    Column.SERVICE: lambda row: row.service,
    Column.PHONE: lambda row: row.phone,
    Column.SENDER: lambda row: row.sender,
    Column.NOTES: lambda row: row.notes,
}

_SORT_KEYS: Mapping[int, Callable[[PoolRow], Any]] = {
    **{column: lambda row, text=text: text(row).casefold() for column, text in TEXTS.items()},  # type: ignore[misc]
    Column.WINDOW: lambda row: row.window_rank,
    Column.LOAD: lambda row: row.load_rank,
    Column.PRIORITY: lambda row: row.priority_rank,
    Column.SERVICE: lambda row: row.service_rank,
}

_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)


class Role(IntEnum):
    """Beyond Qt's own roles."""

    ORDER_ID = Qt.ItemDataRole.UserRole + 1


class PoolModel(RowModel[PoolRow]):
    """Unplanned orders. GUI thread; owned by the pool panel.

    Signals:
        unassign_requested(order_ids): planned orders were dropped here.
    """

    unassign_requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(len(COLUMNS), parent)
        self._date: date | None = None
        self._every: list[PoolRow] = []
        self._known: dict[OrderId, PoolRow] = {}
        self._filter = Filter()
        self.sorted_by: tuple[int, Qt.SortOrder] = (Column.NUMBER, Qt.SortOrder.AscendingOrder)

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def set_day(self, day: Day, reasons: Mapping[OrderId, Reason]) -> None:
        """Show this day's pool; on the date already shown, change only the rows that differ."""
        self._every = [self._same_or(row) for row in pool_rows(day, reasons)]
        self._known = {row.order_id: row for row in self._every}
        if day.date != self._date:
            self._date = day.date
            self.reset_rows(self._lines())
        else:
            self.show_rows(self._lines())

    def _same_or(self, row: PoolRow) -> PoolRow:
        known = self._known.get(row.order_id)
        return known if known is not None and known == row else row

    def _lines(self) -> list[PoolRow]:
        column, order = self.sorted_by
        taken = [row for row in self._every if self.takes_row(row)]
        return sorted(taken, key=_SORT_KEYS[column], reverse=order is Qt.SortOrder.DescendingOrder)

    def takes_row(self, row: PoolRow) -> bool:
        """Cancelled orders are shown only to those who ask for them."""
        return row.cancelled == (Mark.CANCELLED in self._filter.marks) and self._filter.takes(row.search, row.marks)

    def set_filter(self, chosen: Filter) -> None:
        """Show only what it takes."""
        self._filter = chosen
        self.show_rows(self._lines())

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(COLUMNS) and (column, order) != self.sorted_by:
            self.sorted_by = (column, order)
            self.reset_rows(self._lines())

    def waiting(self) -> int:
        """How many orders wait for a round, shown or not."""
        return sum(1 for row in self._every if not row.cancelled)

    def is_waiting(self, order_id: OrderId) -> bool:
        """Whether no round serves it."""
        return order_id in self._known

    def is_cancelled(self, order_id: OrderId) -> bool:
        """Whether it is taken off for good."""
        row = self._known.get(order_id)
        return row is not None and row.cancelled

    # ── The table, as Qt asks for it ─────────────────────────────────────────────────────────────────────────────

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].heading
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return COLUMNS[section].what if role == Qt.ItemDataRole.ToolTipRole else None

    def row_data(self, row: PoolRow, column: int, role: int) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return TEXTS[column](row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return row.order_id if role == Role.ORDER_ID else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    # ── Drag and drop ────────────────────────────────────────────────────────────────────────────────────────────

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [drag.MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = sorted({index.row() for index in indexes})
        return drag.pack(self._rows[row].order_id for row in rows)

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        """Orders of which at least one is planned."""
        return any(order_id not in self._known for order_id in drag.unpack(data))

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        self.unassign_requested.emit(tuple(o for o in drag.unpack(data) if o not in self._known))
        return True


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].right else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
