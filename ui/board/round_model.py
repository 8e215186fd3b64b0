"""The rounds and their stops as a tree of prepared rows, kept up to date by differences.

The model never edits its rows. A drop becomes a wish (`move_requested`); the rows change when the day comes back.
"""

from collections.abc import Callable, Sequence
from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from ui.board import drag
from ui.board.diff import edits
from ui.board.rows import RoundRow, RoundSource, StopRow, round_row, round_sources, same_source, stop_rows

type Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """What stands where in a stop's row; a round's row spans all of them."""

    SEQUENCE = 0
    ETA = 1
    ADDRESS = 2
    WINDOW = 3
    LOAD = 4


class Role(IntEnum):
    """Beyond Qt's own roles."""

    ROW = Qt.ItemDataRole.UserRole + 1
    """The `RoundRow` or `StopRow`."""
    ORDER_ID = Qt.ItemDataRole.UserRole + 2
    SHIFT_ID = Qt.ItemDataRole.UserRole + 3


_HEADINGS = {
    Column.SEQUENCE: ("", "Place in the round"),
    Column.ETA: ("ETA", "Planned arrival"),
    Column.ADDRESS: ("Address", "Street and number"),
    Column.WINDOW: ("Window", "When service may begin"),
    Column.LOAD: ("Load", "What is brought or fetched"),
}

_STOP_TEXT: dict[int, Callable[[StopRow], str]] = {
    Column.SEQUENCE: lambda row: str(row.sequence),
    Column.ETA: lambda row: row.arrives,
    Column.ADDRESS: lambda row: row.address,
    Column.WINDOW: lambda row: row.window,
    Column.LOAD: lambda row: row.load,
}

_COLUMNS = len(Column)
_NO_FLAGS = Qt.ItemFlag.NoItemFlags
_ROUND_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDropEnabled
_STOP_FLAGS = (
    Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)


class _Round:
    """A round's node: what it was made of, its own row, its stops' rows, and where it stands."""

    __slots__ = ("position", "row", "source", "stops")

    def __init__(self, source: RoundSource, position: int) -> None:
        self.source = source
        self.position = position
        self.row: RoundRow = round_row(source)
        self.stops: list[StopRow] = stop_rows(source)


class RoundModel(QAbstractItemModel):
    """Rounds on top, their stops below. GUI thread; owned by the rounds panel.

    Signals:
        move_requested(order_ids, shift_id, index): orders were dropped on a round (`index` None: where they fit best)
            or before its stop `index`, counted as shown, before the move.
    """

    move_requested = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._date: date | None = None
        self._rounds: list[_Round] = []
        self._by_shift: dict[ShiftId, _Round] = {}
        self._shift_of: dict[OrderId, ShiftId] = {}
        self._top = object()
        # Qt's indexes point at nodes without owning them: one that a view still holds must not dangle.
        self._retired: list[_Round] = []

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def set_day(self, day: Day, schedule: Schedule | None) -> None:
        """Show this day; on the date already shown, change only the rows that differ."""
        sources = round_sources(day, schedule)
        if day.date != self._date:
            self._reset(day.date, sources)
            return
        self._match_rounds(sources)
        for node, source in zip(self._rounds, sources, strict=True):
            if not same_source(node.source, source):
                self._match_stops(node, source)

    def index_of_order(self, order_id: OrderId) -> QModelIndex:
        """Where an order's stop is; invalid if no round serves it."""
        node = self._by_shift.get(self._shift_of.get(order_id, ShiftId("")))
        if node is None:
            return QModelIndex()
        row = next(i for i, stop in enumerate(node.stops) if stop.order_id == order_id)
        return self.createIndex(row, 0, node)

    def index_of_shift(self, shift_id: ShiftId) -> QModelIndex:
        """Where a round is; invalid if it is not of this day."""
        node = self._by_shift.get(shift_id)
        return self.createIndex(node.position, 0, self._top) if node else QModelIndex()

    def stop_ids(self, shift_id: ShiftId) -> tuple[OrderId, ...]:
        """The orders of a round as shown."""
        node = self._by_shift.get(shift_id)
        return tuple(stop.order_id for stop in node.stops) if node else ()

    def round_rows(self) -> list[RoundRow]:
        """All rounds as shown, top to bottom."""
        return [node.row for node in self._rounds]

    def all_stop_rows(self) -> list[StopRow]:
        """All stops as shown, top to bottom."""
        return [stop for node in self._rounds for stop in node.stops]

    def is_round(self, index: Index) -> bool:
        """Whether the index is of a round, not of a stop."""
        return index.internalPointer() is self._top

    # ── Differences ──────────────────────────────────────────────────────────────────────────────────────────────

    def _reset(self, day: date, sources: Sequence[RoundSource]) -> None:
        self.beginResetModel()
        self._date = day
        self._retired = self._rounds
        self._rounds = [_Round(source, i) for i, source in enumerate(sources)]
        self._by_shift = {node.row.shift_id: node for node in self._rounds}
        self._shift_of = {s.order_id: node.row.shift_id for node in self._rounds for s in node.stops}
        self.endResetModel()

    def _match_rounds(self, sources: Sequence[RoundSource]) -> None:
        plan = edits([node.row.shift_id for node in self._rounds], [source.shift.id for source in sources])
        for first, last in plan.removed:
            self.beginRemoveRows(QModelIndex(), first, last)
            self._retired += self._rounds[first : last + 1]
            for node in self._rounds[first : last + 1]:
                self._forget(node.row.shift_id, [stop.order_id for stop in node.stops])
                del self._by_shift[node.row.shift_id]
            del self._rounds[first : last + 1]
            self._number()
            self.endRemoveRows()
        for first, last in plan.inserted:
            self.beginInsertRows(QModelIndex(), first, last)
            nodes = [_Round(source, 0) for source in sources[first : last + 1]]
            self._rounds[first:first] = nodes
            for node in nodes:
                self._by_shift[node.row.shift_id] = node
                self._shift_of |= {stop.order_id: node.row.shift_id for stop in node.stops}
            self._number()
            self.endInsertRows()

    def _number(self) -> None:
        for position, node in enumerate(self._rounds):
            node.position = position

    def _forget(self, shift_id: ShiftId, order_ids: Sequence[OrderId]) -> None:
        """Unless another round has taken the order meanwhile."""
        for order_id in order_ids:
            if self._shift_of.get(order_id) == shift_id:
                del self._shift_of[order_id]

    def _match_stops(self, node: _Round, source: RoundSource) -> None:
        parent = self.createIndex(node.position, 0, self._top)
        rows = stop_rows(source)
        plan = edits([stop.order_id for stop in node.stops], [row.order_id for row in rows])
        for first, last in plan.removed:
            self.beginRemoveRows(parent, first, last)
            self._forget(node.row.shift_id, [stop.order_id for stop in node.stops[first : last + 1]])
            del node.stops[first : last + 1]
            self.endRemoveRows()
        for first, last in plan.inserted:
            self.beginInsertRows(parent, first, last)
            node.stops[first:first] = rows[first : last + 1]
            self._shift_of |= {row.order_id: node.row.shift_id for row in rows[first : last + 1]}
            self.endInsertRows()
        self._replace_rows(node, rows)
        node.source = source
        row = round_row(source)
        if row != node.row:
            node.row = row
            self.dataChanged.emit(parent, parent.siblingAtColumn(Column.LOAD))

    def _replace_rows(self, node: _Round, rows: list[StopRow]) -> None:
        changed = [i for i, (old, new) in enumerate(zip(node.stops, rows, strict=True)) if old != new]
        node.stops[:] = rows
        if changed:
            first, last = changed[0], changed[-1]
            self.dataChanged.emit(self.createIndex(first, 0, node), self.createIndex(last, Column.LOAD, node))

    # ── The tree, as Qt asks for it ──────────────────────────────────────────────────────────────────────────────

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 (Qt's signature)
        # Views ask this, and flags(), for every open row at every layout: as few calls into Qt as can be.
        above = parent.internalPointer()
        if above is None:
            inside = 0 <= row < len(self._rounds) and 0 <= column < _COLUMNS
            return self.createIndex(row, column, self._top) if inside else QModelIndex()
        if above is not self._top:
            return QModelIndex()
        node = self._rounds[parent.row()]
        inside = 0 <= row < len(node.stops) and 0 <= column < _COLUMNS
        return self.createIndex(row, column, node) if inside else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        node: Any = index.internalPointer() if index.isValid() else self._top
        return QModelIndex() if node is self._top else self.createIndex(node.position, 0, self._top)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._rounds)
        return len(self._rounds[parent.row()].stops) if parent.column() == 0 and self.is_round(parent) else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: ARG002, B008
        return _COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        label, tooltip = _HEADINGS[Column(section)]
        if role == Qt.ItemDataRole.DisplayRole:
            return label
        return tooltip if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = index.internalPointer()
        if node is self._top:
            return self._round_data(self._rounds[index.row()].row, index.column(), role)
        return self._stop_data(node, index, role)

    def _round_data(self, row: RoundRow, column: int, role: int) -> Any:
        if role == Role.ROW:
            return row
        if role == Role.SHIFT_ID:
            return row.shift_id
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip
        if column:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{row.number} {row.driver}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (f"Round {row.number}", row.driver, row.vehicle, row.stops, row.hours, row.distance, row.problems)
            return ", ".join(part for part in parts if part)
        return None

    def _stop_data(self, node: _Round, index: Index, role: int) -> Any:
        row = node.stops[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _STOP_TEXT[index.column()](row)
        if role == Role.ROW:
            return row
        if role == Role.ORDER_ID:
            return row.order_id
        if role == Role.SHIFT_ID:
            return node.row.shift_id
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return f"Stop {row.sequence}, " + row.tooltip.replace("\n", ", ")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        node = index.internalPointer()
        if node is None:
            return _NO_FLAGS
        return _ROUND_FLAGS if node is self._top else _STOP_FLAGS

    # ── Drag and drop ────────────────────────────────────────────────────────────────────────────────────────────

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [drag.MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The stops among the indexes, in the order they are shown."""
        places = sorted({(i.internalPointer().position, i.row()) for i in indexes if not self.is_round(i)})
        return drag.pack(self._rounds[position].stops[row].order_id for position, row in places)

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        """Orders, on a round or between its stops; not where they stand already."""
        if not parent.isValid() or not self.is_round(parent):
            return False
        order_ids = drag.unpack(data)
        return bool(order_ids) and not self._stand_there(order_ids, self._rounds[parent.row()], row)

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        shift_id = self._rounds[parent.row()].row.shift_id
        self.move_requested.emit(drag.unpack(data), shift_id, row if row >= 0 else None)
        return True

    @staticmethod
    def _stand_there(order_ids: Sequence[OrderId], node: _Round, row: int) -> bool:
        if row < 0:
            return False
        now = [stop.order_id for stop in node.stops]
        moving = set(order_ids)
        ahead = [o for o in now[:row] if o not in moving]
        behind = [o for o in now[row:] if o not in moving]
        return [*ahead, *order_ids, *behind] == now
