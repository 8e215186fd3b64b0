"""The first rows of an order file as a table, with what is wrong where."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from dispatcher.domain.errors import KnownError
from dispatcher.services.importing import RowError, Sheet

SHOWN_ROWS = 200
type Index = QModelIndex | QPersistentModelIndex


class SheetModel(QAbstractTableModel):
    """Rows as the file has them; faulty cells are tinted and say why."""

    def __init__(self, fault: QColor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fault = QBrush(fault)
        self._headers: tuple[str, ...] = ()
        self._rows: list[tuple[int, tuple[str, ...]]] = []
        self._faults: Mapping[tuple[int, str], str] = {}

    def set_sheet(self, sheet: Sheet, errors: Sequence[RowError]) -> None:
        """Another file, or the same one understood otherwise."""
        self.beginResetModel()
        self._headers = sheet.headers
        faulty = {error.row for error in errors}
        shown = [row for row in sheet.rows if row.number in faulty][: SHOWN_ROWS // 2]
        shown += [row for row in sheet.rows[:SHOWN_ROWS] if row.number not in faulty]
        shown.sort(key=lambda row: row.number)
        self._rows = [(row.number, tuple("" if cell is None else str(cell) for cell in row.cells)) for row in shown]
        self._faults = {(e.row, e.column): f"{e.reason} {e.remedy}".strip() for e in errors}
        self.endResetModel()

    def row_of(self, number: int) -> int | None:
        """Where a row of the file is shown, if it is."""
        return next((at for at, (shown, _) in enumerate(self._rows) if shown == number), None)

    def column_of(self, header: str) -> int:
        """The column of a header; the first for an unknown one."""
        return self._headers.index(header) if header in self._headers else 0

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        number, cells = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cells[index.column()] if index.column() < len(cells) else ""
        fault = self._faults.get((number, self._headers[index.column()])) or self._faults.get((number, ""))
        if role == Qt.ItemDataRole.BackgroundRole and fault:
            return self._fault
        return fault if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._headers[section] if orientation is Qt.Orientation.Horizontal else str(self._rows[section][0])


class ProblemModel(QAbstractTableModel):
    """The rows left out, each with where and why."""

    HEADERS = ("Row", "Column", "Value", "Problem")

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

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        error = self._errors[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return (str(error.row), error.column, error.value, f"{error.reason} {error.remedy}".strip())[index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self.HEADERS[section]
        return None


def words_of(error: Exception) -> str:
    """A fault of the world in its own words; ours by its name."""
    return str(error) if isinstance(error, KnownError) else f"Something went wrong: {error!r}"
