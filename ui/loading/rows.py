"""The load list of one round, in the order of loading: what goes in next, where to, and what of it is there."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dispatcher.domain.ids import OrderId
from dispatcher.services.loading.board import LoadRow, RowState
from ui import format as fmt
from ui.theme import Theme

HEADERS = ("State", "Stop", "Order", "For", "In", "Load", "Place in the van", "Note")
STATE, STOP, NUMBER, WHO, IN, LOAD, PLACE, NOTE = range(8)
RIGHT = {STOP, IN}
ICON = 16
STATES = {
    RowState.WAITING: ("checkbox-blank-circle-outline", "muted"),
    RowState.PARTLY: ("circle-half-full", "moving"),
    RowState.WHOLE: ("check-circle", "done"),
    RowState.SHORT: ("alert-circle", "late"),
    RowState.ELSEWHERE: ("arrow-decision", "late"),
}
"""Icon and token."""
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class RowsModel(QAbstractTableModel):
    """GUI thread."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: tuple[LoadRow, ...] = ()
        self._texts: list[tuple[str, ...]] = []

    def show_rows(self, rows: Sequence[LoadRow]) -> None:
        """Show these; where it is the same stops, only what differs is drawn again."""
        same = [r.order_id for r in rows] == [r.order_id for r in self.rows]
        if not same:
            self.beginResetModel()
        before, self.rows = self.rows, tuple(rows)
        self._texts = [_texts(row) for row in rows]
        if not same:
            self.endResetModel()
            return
        for n, (one, other) in enumerate(zip(before, self.rows, strict=True)):
            if one != other:
                self.dataChanged.emit(self.index(n, 0), self.index(n, len(HEADERS) - 1))

    def row_of(self, order_id: OrderId | None) -> int | None:
        """Where an order stands."""
        return next((n for n, row in enumerate(self.rows) if row.order_id == order_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        icon, token = STATES[row.state]
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self._texts[index.row()][column]
            case _Role.DecorationRole if column == STATE:
                return self._theme.pixmap(icon, token, ICON, 2.0)
            case _Role.ForegroundRole if column in (STATE, NOTE):
                return self._theme.colour(token if column == STATE or row.note else "text")
            case _Role.TextAlignmentRole if column in RIGHT:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal:
            if role == _Role.DisplayRole:
                return HEADERS[section]
            if role == _Role.TextAlignmentRole and section in RIGHT:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def _texts(row: LoadRow) -> tuple[str, ...]:
    who = ", ".join(filter(None, (row.name, row.address)))
    load = fmt.load(replace(row.load, parcels=0))
    inside = f"{row.loaded} of {len(row.pieces)}"
    return row.state.value, str(row.turn), row.number, who, inside, load, row.place, row.note
