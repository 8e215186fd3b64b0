"""The phones as a table."""

from datetime import datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPixmap

from dispatcher.services.phones import Phones, PhoneState
from ui.phones import words
from ui.phones.words import PhoneRow, row_of
from ui.theme import Theme

ICON = 16
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
STATES = {
    PhoneState.NONE: ("cellphone-off", "muted"),
    PhoneState.INVITED: ("qrcode", "moving"),
    PhoneState.EXPIRED: ("timer-off-outline", "muted"),
    PhoneState.PAIRED: ("check-circle-outline", "done"),
    PhoneState.REVOKED: ("cancel", "late"),
}
"""Icon and token."""


class Role(IntEnum):
    """What a row says besides its words."""

    ROW = _Role.UserRole
    SORT = _Role.UserRole + 1
    FILTER = _Role.UserRole + 2


class PhoneModel(QAbstractTableModel):
    """One row a phone. It shows; what is done about a phone is wished elsewhere.

    Signals:
        rename_requested(Device, str): a person typed another name.
    """

    rename_requested = Signal(object, str)

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._zone = theme, zone
        self._rows: list[PhoneRow] = []
        self._signs: dict[str, QPixmap] = {}
        theme.changed.connect(self._dress)
        self._dress()

    def show_phones(self, phones: Phones, now: datetime) -> None:
        """Show these; rows that are the same ones stay chosen where they are."""
        fresh = [row_of(phone, phones, now, self._zone) for phone in phones.rows]
        if [r.phone.key for r in fresh] != [r.phone.key for r in self._rows]:
            self.beginResetModel()
            self._rows = fresh
            self.endResetModel()
            return
        former, self._rows = self._rows, fresh
        for n, (was, row) in enumerate(zip(former, fresh, strict=True)):
            if was != row:
                self.dataChanged.emit(self.index(n, 0), self.index(n, len(words.HEADERS) - 1))

    def row(self, n: int) -> PhoneRow:
        """What stands in a row."""
        return self._rows[n]

    def row_of_key(self, key: str) -> int | None:
        """Where a phone stands."""
        return next((n for n, row in enumerate(self._rows) if row.phone.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(words.HEADERS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        there = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        named = index.column() == words.LABEL and self._rows[index.row()].phone.device is not None
        return there | Qt.ItemFlag.ItemIsEditable if named else there

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole:
                return row.texts[column]
            case _Role.EditRole:
                return row.phone.device.label if row.phone.device else ""
            case _Role.ToolTipRole:
                return self._tip(row, column)
            case _Role.DecorationRole:
                return self._sign(row, column)
            case _Role.ForegroundRole:
                token = self._token(row, column)
                return self._theme.colour(token) if token else None
            case _Role.TextAlignmentRole:
                return _RIGHT if column == words.BATTERY else _LEFT
            case Role.SORT:
                return row.sorts[column]
            case Role.FILTER:
                return " ".join(row.texts)
            case Role.ROW:
                return row
            case _:
                return None

    def setData(self, index: Index, value: object, role: int = _Role.EditRole) -> bool:
        """A name typed in place is wished; it is shown when it is kept."""
        device = self._rows[index.row()].phone.device
        text = str(value).strip()
        if role != _Role.EditRole or device is None or text == device.label:
            return False
        self.rename_requested.emit(device, text)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.DisplayRole:
            return words.HEADERS[section]
        if role == _Role.TextAlignmentRole:
            return _RIGHT if section == words.BATTERY else _LEFT
        return None

    def _token(self, row: PhoneRow, column: int) -> str:
        if row.state is PhoneState.NONE and column == words.STATE:
            return "accent"
        if row.state in (PhoneState.REVOKED, PhoneState.EXPIRED):
            return "muted"
        amber = {words.HEARD: row.silent, words.BATTERY: row.low, words.ROUND: row.waits}
        return "risk" if amber.get(column) else ""

    def _sign(self, row: PhoneRow, column: int) -> QPixmap | None:
        if column == words.STATE:
            return self._signs[row.state]
        amber = {words.HEARD: row.silent, words.BATTERY: row.low, words.ROUND: row.waits}
        return self._signs["amber"] if amber.get(column) else None

    def _tip(self, row: PhoneRow, column: int) -> str:
        if column == words.HEARD and row.silent:
            return f"{row.texts[column]}: the shift is under way, and this phone should have been heard"
        if column == words.ROUND and row.waits:
            return f"{row.texts[column]}: the driver has not seen the round as it is now"
        if column == words.STATE and row.state in (PhoneState.NONE, PhoneState.EXPIRED):
            return "This driver has no phone that is let in; Enter pairs one"
        if column == words.BATTERY and row.low:
            return f"{row.texts[column]}: the battery is low"
        return row.texts[column]

    @Slot()
    def _dress(self) -> None:
        signs = {**{state.value: sign for state, sign in STATES.items()}, "amber": ("alert-outline", "risk")}
        self._signs = {name: self._theme.pixmap(*sign, side=ICON, ratio=2.0) for name, sign in signs.items()}
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(words.HEADERS) - 1))


class PhoneSorting(QSortFilterProxyModel):
    """Sorted by any column, by driver below it; filtered by all words that are typed, in any order.

    Revoked phones are shown on wish alone.
    """

    def __init__(self, model: PhoneModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: list[str] = []
        self._revoked = False
        self.setSourceModel(model)

    def set_words(self, text: str) -> None:
        """Show rows with all of these words."""
        self.beginFilterChange()
        self._wanted = text.casefold().split()
        self.endFilterChange()

    def show_revoked(self, shown: bool) -> None:
        """Show phones that were let in once, too, or not."""
        self.beginFilterChange()
        self._revoked = shown
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        index = self.sourceModel().index(source_row, 0, source_parent)
        text = str(index.data(Role.FILTER)).casefold()
        there = self._revoked or index.data(Role.ROW).state is not PhoneState.REVOKED
        return there and all(word in text for word in self._wanted)

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other, column = left.data(Role.ROW).sorts, right.data(Role.ROW).sorts, left.column()
        return bool((one[column], one[words.DRIVER]) < (other[column], other[words.DRIVER]))
