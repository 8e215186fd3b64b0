"""All fields of an order's form and where they stand. What they mean is the dialog's business."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.orders import OrderKind, Priority
from ui.orders.door import DoorFields
from ui.orders.lines import LineTable
from ui.orders.windows import WindowFields
from ui.parts.fields import label, named
from ui.parts.places import PlaceSearch
from ui.parts.said import Said
from ui.theme import Theme

PRIORITIES = {
    "May be left out": Priority.LOW,
    "Normal": Priority.NORMAL,
    "Important": Priority.HIGH,
    "Must not be dropped": Priority.CRITICAL,
}
KINDS = {"Delivery": OrderKind.DELIVERY, "Collection": OrderKind.COLLECTION}
ANY_DRIVER = "Any driver"
AT_DEPOT = "The depot"
LONGEST_MIN = 10_000
MOST = 100_000_000


class OrderFields(QWidget):
    """Two columns: who and where; when and what. Below them: what is wanted at the door. GUI thread."""

    def __init__(
        self, depot: Depot, drivers: Sequence[str], collections: Sequence[str], theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._make_who_and_where()
        self._make_when_and_what(depot, drivers, collections)
        self.door = DoorFields(depot, theme, self)
        self._lay_out()
        self._order_tabs()
        self.kind.currentTextChanged.connect(self._on_kind_changed)
        theme.changed.connect(self._dress)
        self._dress()

    def _make_who_and_where(self) -> None:
        self.number = named(QLineEdit(self), "order.number", "Order number")
        self.kind = named(QComboBox(self), "order.kind", "Delivery or collection")
        self.kind.addItems(list(KINDS))
        self.date = named(QDateEdit(self), "order.date", "Day")
        self.date.setCalendarPopup(True)
        self.date.setDisplayFormat("ddd d MMM yyyy")
        self.whose = named(QLineEdit(self), "order.sender", "Sender")
        self.street = named(QLineEdit(self), "order.address", "Street and number")
        self.search = PlaceSearch(self.street)
        self.postcode = named(QLineEdit(self), "order.postcode", "Postcode")
        self.city = named(QLineEdit(self), "order.city", "Town")
        self.place = Said("order.address.said", "How well the address is known", self._theme, self, keeps_room=True)
        self.customer = named(QLineEdit(self), "order.customer", "Customer")
        self.phone = named(QLineEdit(self), "order.phone", "Phone")
        self.email = named(QLineEdit(self), "order.email", "Email")
        self.notes = named(_Notes(self), "order.notes", "Notes for the driver")
        self.notes.setTabChangesFocus(True)

    def _make_when_and_what(self, depot: Depot, drivers: Sequence[str], collections: Sequence[str]) -> None:
        self.windows = WindowFields(depot.zone, self)
        self.service = named(QSpinBox(self), "order.service", "Service time")
        self.service.setSuffix(" min")
        self.service.setRange(0, LONGEST_MIN)
        self.kg = _amount(self, "order.kg", "Weight", " kg")
        self.litres = _amount(self, "order.litres", "Volume", " l")
        self.parcels = named(QSpinBox(self), "order.parcels", "Parcels")
        self.parcels.setRange(0, MOST)
        self.skills = named(QLineEdit(self), "order.skills", "Skills, parted by commas")
        self.skills.setPlaceholderText("tail lift, chilled")
        self.driver = _chooser(self, "order.driver", "Only this driver", [ANY_DRIVER, *drivers])
        self.pickup = _chooser(self, "order.pickup", "Where its goods are fetched", [AT_DEPOT, *collections])
        self.pickup.setToolTip("Goods that are not at the depot: the collection that fetches them, in the same round")
        self.priority = named(QComboBox(self), "order.must_not_drop", "How hard it is to leave it out")
        self.priority.addItems(list(PRIORITIES))
        self.priority.setCurrentText("Normal")
        self.early = QCheckBox("Serve it early in the round", self)
        self.early.setObjectName("order.do_early")
        self.lines = LineTable(self._theme, self)

    def _lay_out(self) -> None:
        left = self._column(
            ("&Number", self.number),
            ("&Kind", self.kind),
            ("&Day", self.date),
            ("&Sender", self.whose),
            ("&Address", self.street),
            ("&Postcode, town", self._row((self.postcode, 2), (self.city, 3))),
            ("", self.place),
            ("&Customer", self.customer),
            ("P&hone", self.phone),
            ("&E-mail", self.email),
            ("N&otes", self.notes),
        )
        right = self._column(
            ("When", self.windows),
            ("Ser&vice, parcels", self._row((self.service, 1), (self.parcels, 1))),
            ("&Weight, volume", self._row((self.kg, 1), (self.litres, 1))),
            ("&Goods from", self.pickup),
            ("S&kills", self.skills),
            ("Dr&iver", self.driver),
            ("Prior&ity", self.priority),
            ("", self.early),
            ("Artic&les", self.lines),
        )
        whole = QGridLayout(self)
        whole.setContentsMargins(0, 0, self._theme.grid(1), 0)
        whole.setHorizontalSpacing(self._theme.grid(6))
        whole.setVerticalSpacing(self._theme.grid(4))
        for place, column in enumerate((left, right)):
            whole.addLayout(column, 0, place)
            whole.setColumnStretch(place, 1)
        whole.addWidget(self.door, 1, 0, 1, 2)
        whole.setRowStretch(0, 1)

    def _column(self, *rows: tuple[str, QWidget | QLayout]) -> QFormLayout:
        column = QFormLayout()
        column.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.setHorizontalSpacing(self._theme.grid(3))
        column.setVerticalSpacing(self._theme.grid(2))
        for text, field in rows:
            first = field.itemAt(0).widget() if isinstance(field, QLayout) else field
            assert first is not None
            column.addRow(label(text, first, self), field)
        return column

    def _row(self, *fields: tuple[QWidget, int]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.grid(2))
        for field, share in fields:
            row.addWidget(field, share)
        return row

    def _order_tabs(self) -> None:
        """Down the left column, then down the right one, then along the door."""
        rows = [part for row in self.windows.rows for part in (row.used, row.opens, row.closes)]
        way: list[QWidget] = [
            *(self.number, self.kind, self.date, self.whose, self.street, self.postcode, self.city),
            *(self.customer, self.phone, self.email, self.notes),
            *rows,
            *(self.service, self.parcels, self.kg, self.litres, self.pickup, self.skills, self.driver, self.priority),
            *(self.early, self.lines),
            *self.door.in_turn(),
        ]
        for before, after in pairwise(way):
            QWidget.setTabOrder(before, after)

    @Slot(str)
    def _on_kind_changed(self, kind: str) -> None:
        """What is collected is fetched nowhere else."""
        delivered = KINDS[kind] is OrderKind.DELIVERY
        if not delivered:
            self.pickup.setCurrentIndex(0)
        self.pickup.setEnabled(delivered)

    @Slot()
    def _dress(self) -> None:
        for field in (self.service, self.parcels, self.kg, self.litres):
            field.setMinimumWidth(self._theme.grid(20))  # by itself it has room for the largest figure there is
        self.notes.setMinimumHeight(self._theme.grid(16))

    def state(self) -> tuple[object, ...]:
        """All that is filled in, as it is: to tell whether anything was typed."""
        texts = (self.number, self.whose, self.street, self.postcode, self.city, self.customer, self.phone, self.email)
        return (
            *(field.text() for field in (*texts, self.skills)),
            *(field.currentIndex() for field in (self.kind, self.driver, self.priority, self.pickup)),
            *(field.value() for field in (self.service, self.kg, self.litres, self.parcels)),
            self.date.date(),
            self.early.isChecked(),
            self.notes.toPlainText(),
            self.windows.state(),
            self.lines.texts(),
            self.door.state(),
        )


class _Notes(QPlainTextEdit):
    """Takes what height is left, and asks for none."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())


def _chooser(parent: QWidget, name: str, accessible: str, choices: Sequence[str]) -> QComboBox:
    """As wide as its column, however long the choices are."""
    field = named(QComboBox(parent), name, accessible)
    field.addItems(list(choices))
    field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    field.setMinimumContentsLength(12)
    return field


def _amount(parent: QWidget, name: str, accessible: str, suffix: str) -> QDoubleSpinBox:
    field = named(QDoubleSpinBox(parent), name, accessible)
    field.setSuffix(suffix)
    field.setDecimals(1)
    field.setRange(0, MOST)
    return field
