"""The doubtful addresses as a table: how well each is known, what was written, what was found."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from dispatcher.domain.orders import Order
from dispatcher.domain.place import Precision
from ui import format as words
from ui.theme import Theme

ICON = 16
PRECISIONS = {
    Precision.NONE: "not found",
    Precision.AREA: "town only",
    Precision.STREET: "street only",
    Precision.INTERPOLATED: "near the number",
    Precision.HOUSE: "house number",
    Precision.PIN: "pin",
}
SIGNS: Mapping[Precision, tuple[str, str]] = {
    Precision.NONE: ("map-marker-off-outline", "late"),
    Precision.AREA: ("map-marker-question-outline", "risk"),
    Precision.STREET: ("map-marker-question-outline", "risk"),
}
"""Icon and token; whatever is not here is known well enough."""
WELL_KNOWN = ("map-marker-check-outline", "done")
type Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


class Column(IntEnum):
    """In the order of importance: the last to be seen is the last."""

    ORDER = 0
    PRECISION = 1
    ADDRESS = 2
    FOUND = 3
    DAY = 4


HEADERS = ("Order", "How well", "Address as written", "Found as", "Day")


class Role(IntEnum):
    """What a row says besides its words."""

    ORDER = _Role.UserRole
    SORT = _Role.UserRole + 1
    FILTER = _Role.UserRole + 2
    """All the words by which the order may be looked for, in the first column."""


class AddressModel(QAbstractTableModel):
    """One row an order."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._orders: list[Order] = []
        self._rows: list[tuple[str, ...]] = []
        theme.changed.connect(self._dress)
        self._dress()

    def set_orders(self, orders: Sequence[Order]) -> None:
        """Other orders."""
        if list(orders) == self._orders:
            return
        self.beginResetModel()
        self._orders = list(orders)
        self._rows = [_row(order) for order in orders]
        self.endResetModel()

    def order(self, row: int) -> Order:
        """The order in a row."""
        return self._orders[row]

    def row_of(self, order: Order | None) -> int | None:
        """Where an order stands now, changed or not."""
        return next((row for row, other in enumerate(self._orders) if order and other.id == order.id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._orders)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def data(self, index: Index, role: int = _Role.DisplayRole) -> object:
        order, texts, column = self._orders[index.row()], self._rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole | _Role.ToolTipRole:
                return texts[column]
            case _Role.DecorationRole if column == Column.PRECISION:
                return self._signs[order.address.precision]
            case Role.SORT:
                keys = {Column.DAY: order.date.toordinal(), Column.PRECISION: int(order.address.precision)}
                return keys.get(Column(column), texts[column])
            case Role.FILTER:
                return " ".join((*texts, order.contact.name)) if column == Column.ORDER else ""
            case Role.ORDER:
                return order
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if role == _Role.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADERS[section]
        return None

    @Slot()
    def _dress(self) -> None:
        self._signs = {
            known: self._theme.pixmap(*SIGNS.get(known, WELL_KNOWN), side=ICON, ratio=2.0) for known in Precision
        }
        if self._orders:
            self.dataChanged.emit(self.index(0, Column.PRECISION), self.index(len(self._orders) - 1, Column.PRECISION))


def _row(order: Order) -> tuple[str, ...]:
    return (
        order.number,
        PRECISIONS[order.address.precision],
        order.address.text,
        order.address.matched or "–",
        words.weekday_date(order.date),
    )
