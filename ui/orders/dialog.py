"""The form of one order: typed in anew, or changed. It wishes a save; it writes nothing."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, OrderLine, Priority
from dispatcher.domain.place import Address, Found
from dispatcher.domain.plan import Day
from dispatcher.services.orders import placed_at
from dispatcher.services.ports import Geocoder
from ui.orders.windows import WindowFields
from ui.theme import Theme

_PRIORITIES = {"May be left out": Priority.LOW, "Normal": Priority.NORMAL, "Important": Priority.HIGH}
_PRIORITIES["Must not be dropped"] = Priority.CRITICAL
_KINDS = {"Delivery": OrderKind.DELIVERY, "Collection": OrderKind.COLLECTION}
_MAX_AMOUNT = 100_000


class OrderDialog(QDialog):
    """One order's fields. GUI thread; the address index answers while the person types.

    Signals:
        save_requested(Order): the order as filled in; the address carries its place if it was found.
    """

    save_requested = Signal(object)

    def __init__(
        self, day: Day, order: Order | None, theme: Theme, geocoder: Geocoder | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("order")
        self.setWindowTitle(f"Order {order.number}" if order else "New order")
        self._day, self._order, self._theme, self._geocoder = day, order, theme, geocoder
        self._chosen: Found | None = None
        self._suggestions: Sequence[Found] = ()
        self._make_fields()
        self._lay_out()
        if order:
            self._fill(order)
        else:
            self.service.setValue(round(day.depot.service_s / 60))
        self.number.setFocus()

    def _make_fields(self) -> None:
        self.number = _line(self, "order.number", "Order number")
        self.kind = _choice(self, "order.kind", "Delivery or collection", list(_KINDS))
        self.sender = _line(self, "order.sender", "Sender")
        self.address = _line(self, "order.address", "Street and number")
        self.postcode = _line(self, "order.postcode", "Postcode")
        self.city = _line(self, "order.city", "Town")
        self.contact = [_line(self, f"order.{n}", n.capitalize()) for n in ("customer", "phone", "email")]
        self.windows = WindowFields(self._day.depot.zone, self)
        self.service = _whole(self, "order.service", "Service time", " min", 600)
        self.kg = _amount(self, "order.kg", "Weight", " kg")
        self.litres = _amount(self, "order.litres", "Volume", " l")
        self.parcels = _whole(self, "order.parcels", "Parcels", "", _MAX_AMOUNT)
        self.skills = _line(self, "order.skills", "Skills, parted by commas")
        self.driver = _choice(self, "order.driver", "Only this driver", ["Any driver", *self._driver_names()])
        self.priority = _choice(self, "order.must_not_drop", "How hard it is to leave it out", list(_PRIORITIES))
        self.early = QCheckBox("Serve it early in the round", self)
        self.early.setObjectName("order.do_early")
        self.notes = QPlainTextEdit(self)
        self.notes.setObjectName("order.notes")
        self.notes.setAccessibleName("Notes for the driver")
        self.notes.setFixedHeight(self._theme.grid(16))
        self.lines = LineTable(self)
        self.fault = QLabel(self)
        self.fault.setObjectName("order.fault")
        self.fault.setAccessibleName("What is wrong")
        self.fault.setWordWrap(True)
        self.fault.setStyleSheet(f"color: {self._theme.colour('late').name()}")
        self.fault.hide()
        self._complete_addresses()

    def _driver_names(self) -> list[str]:
        self._drivers = sorted(self._day.drivers.values(), key=lambda d: d.number)
        return [f"{d.number}  {d.name}" for d in self._drivers]

    def _complete_addresses(self) -> None:
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.activated[QModelIndex].connect(self._on_suggestion_chosen)
        self.address.setCompleter(completer)
        self.address.textEdited.connect(self._on_address_edited)

    def _lay_out(self) -> None:
        left, right = QFormLayout(), QFormLayout()
        for label, field in (
            ("Number", self.number), ("Kind", self.kind), ("Sender", self.sender),
            ("Address", self.address), ("Postcode", self.postcode), ("Town", self.city),
            ("Customer", self.contact[0]), ("Phone", self.contact[1]), ("E-mail", self.contact[2]),
            ("Notes", self.notes),
        ):  # fmt: skip
            left.addRow(label, field)
        for label, field in (
            ("When", self.windows), ("Service time", self.service), ("Weight", self.kg), ("Volume", self.litres),
            ("Parcels", self.parcels), ("Skills", self.skills), ("Driver", self.driver), ("Priority", self.priority),
            ("", self.early), ("Articles", self.lines),
        ):  # fmt: skip
            right.addRow(label, field)
        columns = QHBoxLayout()
        columns.addLayout(left, 1)
        columns.addSpacing(self._theme.grid(6))
        columns.addLayout(right, 1)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self)
        box.accepted.connect(self._on_save)
        box.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.addLayout(columns, 1)
        whole.addWidget(self.fault)
        whole.addWidget(box)
        self.resize(self._theme.grid(220), self._theme.grid(120))

    def _fill(self, order: Order) -> None:
        self.number.setText(order.number)
        self.kind.setCurrentIndex(list(_KINDS.values()).index(order.kind))
        self.sender.setText(order.sender)
        self.address.setText(order.address.line)
        self.postcode.setText(order.address.postcode)
        self.city.setText(order.address.city)
        for field, text in zip(
            self.contact, (order.contact.name, order.contact.phone, order.contact.email), strict=True
        ):
            field.setText(text)
        self.windows.set_windows(order.windows)
        self.service.setValue(round(order.service_s / 60))
        self.kg.setValue(order.load.kg)
        self.litres.setValue(order.load.litres)
        self.parcels.setValue(order.load.parcels)
        self.skills.setText(", ".join(sorted(order.skills)))
        forced = [d.id for d in self._drivers]
        self.driver.setCurrentIndex(forced.index(order.driver_id) + 1 if order.driver_id in forced else 0)
        self.priority.setCurrentIndex(list(_PRIORITIES.values()).index(order.must_not_drop))
        self.early.setChecked(order.do_early)
        self.notes.setPlainText(order.notes)
        self.lines.set_lines(order.lines)

    # --- the address ----------------------------------------------------------------------------------------------

    @Slot(str)
    def _on_address_edited(self, text: str) -> None:
        self._chosen = None
        if self._geocoder is not None and len(text) > 2:
            self._suggestions = self._geocoder.suggest(text, limit=8)
            self._model.setStringList([found.label for found in self._suggestions])

    @Slot(QModelIndex)
    def _on_suggestion_chosen(self, index: QModelIndex) -> None:
        found = self._suggestions[index.row()]
        self._chosen = found
        if found.street:
            self.address.setText(f"{found.street} {found.house_number}".strip())
        self.postcode.setText(found.postcode or self.postcode.text())
        self.city.setText(found.city or self.city.text())

    def _address(self) -> Address:
        line, postcode, city = (f.text().strip() for f in (self.address, self.postcode, self.city))
        if not (line or city):
            raise BadInput("The order has no address.", "Type street, number and town.")
        before = self._order.address if self._order else Address("")
        if (line, postcode, city) == (before.line, before.postcode, before.city):
            return before
        written = Address(line, postcode, city, before.country)
        if self._chosen is not None:
            return placed_at(written, [self._chosen])
        return placed_at(written, self._geocoder.find(written, limit=1) if self._geocoder else ())

    # --- saving ---------------------------------------------------------------------------------------------------

    @Slot()
    def _on_save(self) -> None:
        try:
            order = self._as_order()
        except (BadInput, ValueError) as fault:
            self.fault.setText(str(fault))
            self.fault.show()
            return
        self.save_requested.emit(order)
        self.accept()

    def _as_order(self) -> Order:
        number = self.number.text().strip()
        if not number:
            raise BadInput("The order has no number.", "Type one.")
        on = self._order.date if self._order else self._day.date
        base = self._order or Order(OrderId(new_id()), number, on, Address(""))
        picked = self.driver.currentIndex() - 1
        return replace(
            base,
            number=number,
            address=self._address(),
            kind=_KINDS[self.kind.currentText()],
            sender=self.sender.text().strip(),
            contact=Contact(*(field.text().strip() for field in self.contact)),
            windows=self.windows.windows(on),
            service_s=self._service_s(),
            load=Load(self.kg.value(), self.litres.value(), self.parcels.value()),
            lines=self.lines.lines(),
            skills=frozenset(s.strip().lower() for s in self.skills.text().split(",") if s.strip()),
            driver_id=self._drivers[picked].id if picked >= 0 else None,
            must_not_drop=_PRIORITIES[self.priority.currentText()],
            do_early=self.early.isChecked(),
            notes=self.notes.toPlainText().strip(),
        )

    def _service_s(self) -> int:
        """As it was, to the second, unless the minutes were changed."""
        kept = self._order.service_s if self._order else None
        minutes = self.service.value()
        return kept if kept is not None and round(kept / 60) == minutes else minutes * 60


class LineTable(QTableWidget):
    """The order's articles; the last row is always empty and takes the next."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(1, 3, parent)
        self.setObjectName("order.lines")
        self.setAccessibleName("Articles")
        self.setHorizontalHeaderLabels(["Article", "Quantity", "SKU"])
        self.horizontalHeader().setSectionResizeMode(0, self.horizontalHeader().ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.setMinimumHeight(96)
        self.itemChanged.connect(self._on_item_changed)

    def set_lines(self, lines: Sequence[OrderLine]) -> None:
        """Show these."""
        self.setRowCount(len(lines) + 1)
        for row, line in enumerate(lines):
            for column, text in enumerate((line.name, f"{line.quantity:g}", line.sku)):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, line.barcode)
                self.setItem(row, column, item)

    def lines(self) -> tuple[OrderLine, ...]:
        """What is filled in. Raises `BadInput` for a quantity that is no number."""
        return tuple(self._line(row) for row in range(self.rowCount()) if self._text(row, 0))

    def _line(self, row: int) -> OrderLine:
        text = self._text(row, 1).replace(",", ".") or "1"
        try:
            quantity = float(text)
        except ValueError as fault:
            raise BadInput(f"“{text}” is no quantity.", "Type a number.") from fault
        item = self.item(row, 0)
        return OrderLine(self._text(row, 0), quantity, self._text(row, 2), item.data(Qt.ItemDataRole.UserRole) or "")

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text().strip() if item else ""

    @Slot(QTableWidgetItem)
    def _on_item_changed(self, item: QTableWidgetItem) -> None:
        if item.row() == self.rowCount() - 1 and item.text().strip():
            self.setRowCount(self.rowCount() + 1)


def _line(parent: QWidget, name: str, accessible: str) -> QLineEdit:
    field = QLineEdit(parent)
    field.setObjectName(name)
    field.setAccessibleName(accessible)
    return field


def _choice(parent: QWidget, name: str, accessible: str, texts: Sequence[str]) -> QComboBox:
    field = QComboBox(parent)
    field.setObjectName(name)
    field.setAccessibleName(accessible)
    field.addItems(list(texts))
    if "Normal" in texts:
        field.setCurrentText("Normal")
    return field


def _whole(parent: QWidget, name: str, accessible: str, suffix: str, most: int) -> QSpinBox:
    field = QSpinBox(parent)
    field.setObjectName(name)
    field.setAccessibleName(accessible)
    field.setSuffix(suffix)
    field.setRange(0, most)
    return field


def _amount(parent: QWidget, name: str, accessible: str, suffix: str) -> QDoubleSpinBox:
    field = QDoubleSpinBox(parent)
    field.setObjectName(name)
    field.setAccessibleName(accessible)
    field.setSuffix(suffix)
    field.setDecimals(1)
    field.setRange(0, _MAX_AMOUNT)
    return field
