"""The queue of exceptions as a table, and what of it is shown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Slot,
)
from PySide6.QtGui import QPixmap

from dispatcher.domain.incidents import IncidentState, Severity
from dispatcher.services.exceptions import Shown
from ui.exceptions import words
from ui.exceptions.words import Row, row_of
from ui.theme import Theme

ICON = 16
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_STATES = {IncidentState.OPEN: "text", IncidentState.WAITING: "moving", IncidentState.CLOSED: "done"}


class Role(IntEnum):
    """What a row says besides its words."""

    ROW = _Role.UserRole


class QueueModel(QAbstractTableModel):
    """One row an exception, in no order: the view sorts. GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._rows: list[Row] = []
        self._on = date.min
        self._signs: dict[Severity, QPixmap] = {}
        theme.changed.connect(self._dress)
        self._dress()

    def show_board(self, shown: Sequence[Shown], now: datetime, on: date, doing: Mapping[str, str]) -> None:
        """Show these. Rows that were there stay the rows they are; only what differs is told."""
        fresh = {one.incident.id: row_of(one, now, self._zone, on, doing.get(one.incident.id, "")) for one in shown}
        if on != self._on or not self._rows:
            self.beginResetModel()
            self._on, self._rows = on, list(fresh.values())
            self.endResetModel()
            return
        for n in reversed(range(len(self._rows))):
            row = fresh.pop(self._rows[n].id, None)
            if row is None:
                self.beginRemoveRows(QModelIndex(), n, n)
                del self._rows[n]
                self.endRemoveRows()
            else:
                self._set(n, row)
        if fresh:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows += fresh.values()
            self.endInsertRows()

    def pass_time(self, now: datetime, doing: Mapping[str, str]) -> None:
        """It is later, or something is being done: what is over due, or under way, says so."""
        for n, row in enumerate(self._rows):
            self._set(n, row_of(row.shown, now, self._zone, self._on, doing.get(row.id, "")))

    def _set(self, n: int, row: Row) -> None:
        if self._rows[n] != row:
            self._rows[n] = row
            self.dataChanged.emit(self.index(n, 0), self.index(n, len(words.HEADERS) - 1))

    @property
    def rows(self) -> Sequence[Row]:
        """All there are."""
        return self._rows

    def row_of_id(self, incident_id: str) -> int | None:
        """Where an exception stands."""
        return next((n for n, row in enumerate(self._rows) if row.id == incident_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(words.HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return row.texts[column]
            case _Role.ToolTipRole:
                return f"{row.texts[column]}\n{row.incident.what}" if column in (words.KIND, words.WHO) else None
            case _Role.DecorationRole:
                return self._signs[row.incident.severity] if column == words.SEVERITY else None
            case _Role.ForegroundRole:
                token = self._token(row, column)
                return self._theme.colour(token) if token else None
            case _Role.TextAlignmentRole:
                return _RIGHT if column == words.SINCE else _LEFT
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
            return _RIGHT if section == words.SINCE else _LEFT
        return None

    def _token(self, row: Row, column: int) -> str:
        if row.doing:
            return "muted"
        if column == words.SEVERITY:
            return words.SEVERITIES[row.incident.severity][2] if row.incident.open else "muted"
        if column == words.DUE:
            return "late" if row.over else ""
        return _STATES[row.incident.state] if column == words.STATE else ""

    @Slot()
    def _dress(self) -> None:
        signs = {which: (icon, token) for which, (_, icon, token) in words.SEVERITIES.items()}
        self._signs = {which: self._theme.pixmap(*sign, side=ICON, ratio=2.0) for which, sign in signs.items()}
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(words.HEADERS) - 1))


class QueueSorting(QSortFilterProxyModel):
    """What the filters let through; sorted by any column, by gravity below it."""

    def __init__(self, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._accept: Callable[[Row], bool] = lambda row: row.incident.open
        self.setDynamicSortFilter(True)
        self.setSourceModel(model)

    def set_filter(self, accept: Callable[[Row], bool]) -> None:
        """Show rows that this accepts."""
        self.beginFilterChange()
        self._accept = accept
        self.endFilterChange()

    def row(self, n: int) -> Row:
        """What stands in a row shown."""
        return self.index(n, 0).data(Role.ROW)  # type: ignore[no-any-return]

    def rows(self) -> list[Row]:
        """All that is shown, in its order."""
        return [self.row(n) for n in range(self.rowCount())]

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        return self._accept(self.sourceModel().index(source_row, 0, source_parent).data(Role.ROW))

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other, column = left.data(Role.ROW), right.data(Role.ROW), left.column()
        return bool((one.sorts[column], *self._below(one)) < (other.sorts[column], *self._below(other)))

    def _below(self, row: Row) -> tuple[object, str]:
        return row.sorts[words.SEVERITY], row.id
