"""The doubtful addresses as a table: what was written, what was found, how well."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Precision
from ui import format as words

HEADERS = ("Order", "Day", "Customer", "Address as written", "Found as", "How well")
PRECISIONS = {
    Precision.NONE: "not found",
    Precision.AREA: "town only",
    Precision.STREET: "street only",
    Precision.INTERPOLATED: "near the number",
    Precision.HOUSE: "house number",
    Precision.PIN: "pin",
}
ID_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
type Index = QModelIndex | QPersistentModelIndex


class AddressModel(QAbstractTableModel):
    """One row an order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._orders: list[Order] = []
        self._rows: list[tuple[str, ...]] = []

    def set_orders(self, orders: Sequence[Order]) -> None:
        """Other orders; those that stay keep their rows' selection as far as Qt can."""
        if list(orders) == self._orders:
            return
        self.beginResetModel()
        self._orders = list(orders)
        self._rows = [_row(order) for order in orders]
        self.endResetModel()

    def order(self, row: int) -> Order:
        """The order in a row."""
        return self._orders[row]

    def row_of(self, order_id: OrderId | None) -> int | None:
        """Where an order stands."""
        return next((row for row, order in enumerate(self._orders) if order.id == order_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._orders)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(HEADERS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        if role == SORT_ROLE:
            order = self._orders[index.row()]
            return order.date.toordinal() if index.column() == 1 else self._rows[index.row()][index.column()]
        return self._orders[index.row()].id if role == ID_ROLE else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADERS[section]
        return None


def _row(order: Order) -> tuple[str, ...]:
    return (
        order.number,
        words.weekday_date(order.date),
        order.contact.name,
        order.address.text,
        order.address.matched or "–",
        PRECISIONS[order.address.precision],
    )
