"""The rows of an order file as a table, with what is wrong where; and the list of what is wrong.

Nothing is prepared per row: a file of half a million rows costs no more than one of ten.
"""

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from dispatcher.services.importing import RowError, text_of
from ui.intake.look import Look
from ui.theme import Theme

ICON = 16
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class SheetModel(QAbstractTableModel):
    """Rows as the file has them; faulty cells are tinted, have a sign and say why; ignored columns are faint."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._look: Look | None = None
        theme.changed.connect(self._dress)
        self._dress()

    def set_look(self, look: Look | None) -> None:
        """Another file, or the same one understood otherwise; the view keeps its place in the latter case."""
        before, self._look = self._look, look
        if before and look and before.sheet is look.sheet:
            self._tell_all()
            return
        self._look = before
        self.beginResetModel()
        self._look = look
        self.endResetModel()

    def row_of(self, number: int) -> int | None:
        """Where a row of the file is shown."""
        if self._look is None:
            return None
        rows = self._look.sheet.rows
        at = bisect_left(rows, number, key=lambda row: row.number)
        return at if at < len(rows) and rows[at].number == number else None

    def column_of(self, header: str) -> int:
        """The column of a header; the first for an unknown one."""
        headers = self._look.sheet.headers if self._look else ()
        return headers.index(header) if header in headers else 0

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._look is None else len(self._look.sheet.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self._look is None else len(self._look.sheet.headers)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        assert self._look is not None
        row, at = self._look.sheet.rows[index.row()], index.column()
        header = self._look.sheet.headers[at]
        if role == _Role.DisplayRole:
            return text_of(row.cells[at])
        if role in (_Role.ForegroundRole, _Role.FontRole):
            ignored = self._look.columns.get(header) is None
            return (self._grey if role == _Role.ForegroundRole else self._slanted) if ignored else None
        if role not in (_Role.BackgroundRole, _Role.ToolTipRole, _Role.DecorationRole):
            return None
        own, whole = self._look.faults.get((row.number, header)), self._look.faults.get((row.number, ""))
        if role == _Role.DecorationRole:
            return self._sign if own or (whole and at == 0) else None
        fault = own or whole
        return fault if role == _Role.ToolTipRole or not fault else self._tint

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if role != _Role.DisplayRole or self._look is None:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return self._look.sheet.headers[section]
        number = self._look.sheet.rows[section].number
        return f"⚠ {number}" if number in self._look.faulty else str(number)

    @Slot()
    def _dress(self) -> None:
        self._tint = self._theme.colour("late_tint")
        self._grey = self._theme.colour("muted")
        self._slanted = self._theme.font()
        self._slanted.setItalic(True)
        self._sign = self._theme.pixmap("alert-circle-outline", "late", ICON, 2.0)
        self._tell_all()

    def _tell_all(self) -> None:
        if self.rowCount() and self.columnCount():
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self.rowCount() - 1)


class ProblemModel(QAbstractTableModel):
    """The rows left out, each with where, why and the way out."""

    HEADERS = ("Row", "Column", "Value", "Problem", "What to do")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errors: Sequence[RowError] = ()

    def set_errors(self, errors: Sequence[RowError]) -> None:
        """Other problems."""
        self.beginResetModel()
        self._errors = errors
        self.endResetModel()

    def error(self, row: int) -> RowError:
        """The problem in a row of the table."""
        return self._errors[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._errors)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        if role not in (_Role.DisplayRole, _Role.ToolTipRole):
            return None
        error = self._errors[index.row()]
        return (str(error.row), error.column or "whole row", error.value, error.reason, error.remedy)[index.column()]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if role == _Role.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self.HEADERS[section]
        return None
