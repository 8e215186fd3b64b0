"""The queue of proofs as a table, and what of it is shown."""

from collections.abc import Mapping, Sequence
from datetime import date
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

from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.review import Decision, Proof
from ui.board.onroad import OUTCOMES
from ui.proofs import words
from ui.proofs.words import Filter, Row, flag_words, row_of
from ui.theme import Theme

ICON = 16
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Role(IntEnum):
    """What a row says besides its words."""

    ROW = _Role.UserRole


class QueueModel(QAbstractTableModel):
    """One row a proof, in the order they came. GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._rows: list[Row] = []
        self._drivers: Mapping[DriverId, Driver] = {}
        self._on = date.min
        self._signs: dict[tuple[str, str], QPixmap] = {}
        theme.changed.connect(self._dress)
        self._dress()

    def show_proofs(
        self,
        proofs: Sequence[Proof],
        drivers: Mapping[DriverId, Driver],
        on: date,
        deciding: Mapping[str, Decision] | None = None,
    ) -> None:
        """Show these. Rows that were there stay the rows they are, so that nothing jumps under the hand."""
        self._drivers, self._on = drivers, on
        waits = deciding or {}
        fresh = [row_of(p, drivers, self._zone, on, waits.get(p.attempt.key)) for p in proofs]
        wanted = [row.key for row in fresh]
        there, here = set(wanted), {row.key for row in self._rows}
        kept = [row.key for row in self._rows if row.key in there]
        if not kept or kept != [key for key in wanted if key in here]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        self._remove_all_but(there)
        self._put_in(fresh)

    def _remove_all_but(self, keys: set[str]) -> None:
        for n in reversed(range(len(self._rows))):
            if self._rows[n].key not in keys:
                self.beginRemoveRows(QModelIndex(), n, n)
                del self._rows[n]
                self.endRemoveRows()

    def _put_in(self, fresh: Sequence[Row]) -> None:
        """New rows in runs, changed ones in place."""
        known, n = {row.key for row in self._rows}, 0
        while n < len(fresh):
            end = n
            while end < len(fresh) and fresh[end].key not in known:
                end += 1
            if end > n:
                self.beginInsertRows(QModelIndex(), n, end - 1)
                self._rows[n:n] = fresh[n:end]
                self.endInsertRows()
                n = end
            if n < len(fresh):
                self._set(n, fresh[n])
                n += 1

    def change(self, proofs: Sequence[Proof], deciding: Mapping[str, Decision]) -> None:
        """These are different now, or are being decided: told at once, since they may be thousands."""
        by_key = {proof.attempt.key: proof for proof in proofs}
        changed: list[int] = []
        for n, row in enumerate(self._rows):
            waits = deciding.get(row.key)
            if row.key in by_key or waits is not row.deciding:
                proof = by_key.get(row.key, row.proof)
                self._rows[n] = row_of(proof, self._drivers, self._zone, self._on, waits)
                changed.append(n)
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(words.HEADERS) - 1))

    def _set(self, n: int, row: Row) -> None:
        if self._rows[n] != row:
            self._rows[n] = row
            self.dataChanged.emit(self.index(n, 0), self.index(n, len(words.HEADERS) - 1))

    @property
    def proofs(self) -> list[Proof]:
        """All of the day."""
        return [row.proof for row in self._rows]

    def texts(self, column: int) -> set[str]:
        """All that stands in a column."""
        return {row.texts[column] for row in self._rows}

    def row_of_key(self, key: str) -> int | None:
        """Where a proof stands."""
        return next((n for n, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(words.HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole:
                return row.texts[column]
            case _Role.AccessibleTextRole:
                return self._tip(row, column) if column == words.OUTCOME else row.texts[column]
            case _Role.ToolTipRole:
                return self._tip(row, column)
            case _Role.DecorationRole:
                return self._sign(row) if column == words.DECISION else None
            case _Role.ForegroundRole:
                token = self._token(row, column)
                return self._theme.colour(token) if token else None
            case _Role.TextAlignmentRole:
                return _RIGHT if column == words.AT else _LEFT
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
            return _RIGHT if section == words.AT else _LEFT
        return None

    def _token(self, row: Row, column: int) -> str:
        if column == words.OUTCOME:
            return OUTCOMES[row.proof.attempt.outcome][1]
        if column == words.DECISION:
            sign = words.sign_of(row.proof)
            return "muted" if row.deciding or sign is None else sign[1]
        return ""

    def _sign(self, row: Row) -> QPixmap | None:
        sign = words.sign_of(row.proof)
        return self._signs[sign] if sign and not row.deciding else None

    def _tip(self, row: Row, column: int) -> str:
        if column == words.FLAGS:
            return "\n".join(map(flag_words, row.proof.flags))
        if column == words.DECISION and row.proof.second_wanted:
            return words.second_words(row.proof)
        if column == words.DECISION and row.proof.reviews:
            last = row.proof.reviews[-1]
            return f"{last.decision.value} by {last.by}" + (f": {last.note}" if last.note else "")
        if column == words.OUTCOME:
            return words.OUTCOMES[row.proof.attempt.outcome]
        if column == words.NUMBER:
            return f"{row.texts[column]}, {row.proof.address}"
        return row.texts[column]

    @Slot()
    def _dress(self) -> None:
        signs = (*words.DECISIONS.values(), words.SECOND)
        self._signs = {sign: self._theme.pixmap(*sign, side=ICON, ratio=2.0) for sign in signs}
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(words.HEADERS) - 1))


class QueueSorting(QSortFilterProxyModel):
    """Under one filter, of one driver or all, with all the words typed; sorted by any column, by time below it."""

    def __init__(self, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.filter = Filter.OPEN
        self._driver: DriverId | None = None
        self._wanted: list[str] = []
        self.setSourceModel(model)

    def set_filter(self, which: Filter) -> None:
        """Show what belongs under it."""
        self.beginFilterChange()
        self.filter = which
        self.endFilterChange()

    def set_driver(self, driver_id: DriverId | None) -> None:
        """Show one driver's only; all for `None`."""
        self.beginFilterChange()
        self._driver = driver_id
        self.endFilterChange()

    def set_words(self, text: str) -> None:
        """Show rows with all of these words."""
        self.beginFilterChange()
        self._wanted = text.casefold().split()
        self.endFilterChange()

    @property
    def narrowed(self) -> bool:
        """Whether a driver or words are looked for besides."""
        return self._driver is not None or bool(self._wanted)

    def row(self, n: int) -> Row:
        """What stands in a row shown."""
        return self.index(n, 0).data(Role.ROW)  # type: ignore[no-any-return]

    def rows(self) -> list[Row]:
        """All that is shown, in its order."""
        return [self.row(n) for n in range(self.rowCount())]

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        row: Row = self.sourceModel().index(source_row, 0, source_parent).data(Role.ROW)
        if self._driver is not None and row.proof.driver_id != self._driver:
            return False
        return self.filter.takes(row.proof) and all(word in row.found_by for word in self._wanted)

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other, column = left.data(Role.ROW).sorts, right.data(Role.ROW).sorts, left.column()
        return bool((one[column], one[words.AT]) < (other[column], other[words.AT]))
