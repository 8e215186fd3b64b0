"""The rows of a returned run sheet as a table: what was planned, what was keyed, what stands already."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dispatcher.domain.proof import Outcome
from dispatcher.services.loading.returned import Returned, Row, said_of
from ui import format as fmt
from ui.theme import Theme

HEADERS = ("Stop", "Planned", "Order", "For", "Cash due", "At", "What happened")
STOP, PLANNED, NUMBER, WHO, DUE, AT, WHAT = range(7)
RIGHT = {STOP, PLANNED, DUE, AT}
ICON = 16
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


def sign_of(row: Row) -> tuple[str, str]:
    """Icon and token: how a row stands."""
    if row.fault or row.opposed:
        return "alert-circle", "late"
    if row.settled:
        return "lock-outline", "muted"
    if row.skipped:
        return "debug-step-over", "muted"
    if row.keyed is None:
        return "checkbox-blank-circle-outline", "muted"
    failed = row.keyed.outcome is Outcome.FAILED
    return ("close-circle-outline", "late") if failed else ("check-circle", "done")


def known_of(row: Row) -> str:
    """What stands, or what is in the way."""
    return ". ".join(filter(None, (row.done_words, row.fault)))


class SheetModel(QAbstractTableModel):
    """GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self.rows: tuple[Row, ...] = ()
        self._texts: list[tuple[str, ...]] = []

    def show_sheet(self, returned: Returned | None) -> None:
        """Show this; where it is the same stops, only what differs is drawn again."""
        rows = returned.rows if returned else ()
        same = [row.id for row in rows] == [row.id for row in self.rows]
        if not same:
            self.beginResetModel()
        before, self.rows = self.rows, rows
        self._texts = [self._texts_of(row) for row in rows]
        if not same:
            self.endResetModel()
            return
        for n, (one, other) in enumerate(zip(before, rows, strict=True)):
            if one != other:
                self.dataChanged.emit(self.index(n, 0), self.index(n, len(HEADERS) - 1))

    def row_of(self, row_id: str | None) -> int | None:
        """Where a row stands."""
        return next((n for n, row in enumerate(self.rows) if row.id == row_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        icon, token = sign_of(row)
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self._texts[index.row()][column]
            case _Role.ToolTipRole if column == WHAT:
                return self._texts[index.row()][column]
            case _Role.DecorationRole if column == WHAT:
                return self._theme.pixmap(icon, token, ICON, 2.0)
            case _Role.ForegroundRole if column == WHAT and (row.fault or row.settled):
                return self._theme.colour("late" if row.fault or row.opposed else "muted")
            case _Role.ForegroundRole if column == AT and row.guessed:
                return self._theme.colour("muted")
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

    def _texts_of(self, row: Row) -> tuple[str, ...]:
        due = f"{row.asked.cash_due / 100:,.2f}" if row.asked.cash_due else ""
        at = f"~{self._clock(row.at)}" if row.guessed else self._clock(row.done.at if row.done else row.at)
        who = ", ".join(filter(None, (row.name, row.address)))
        return row.turn, self._clock(row.planned_at), row.number, who, due, at, _what(row)

    def _clock(self, moment: datetime | None) -> str:
        return fmt.clock(moment, self._zone) if moment else ""


def _what(row: Row) -> str:
    """What was keyed, and what stands or is in the way."""
    known = known_of(row)
    if not row.typed:
        return known
    if row.skipped:
        keyed = "Passed by"
    elif row.keyed is None:
        keyed = row.text
    else:
        keyed = said_of(row.keyed, row.asked) if row.is_stop else "Yes"
    return f"{known} · sheet: {keyed}" if row.settled else ". ".join(filter(None, (keyed, known)))
