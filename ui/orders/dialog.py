"""The form of one order: typed in anew, or changed. It wishes a save; it writes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import count

from PySide6.QtCore import QDate, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, OrderState, Priority
from dispatcher.domain.place import Address, Found, Precision
from dispatcher.domain.plan import Day
from dispatcher.services.orders import Unprovable, placed_at, require_sense_at_door
from dispatcher.services.ports import Geocoder
from ui import format as words
from ui.messages.contacts import ContactLog
from ui.orders.fields import KINDS, PRIORITIES, OrderFields
from ui.parts.fields import mark, named, primary
from ui.parts.said import Said, Tone
from ui.parts.sizes import open_at
from ui.theme import Theme

NOT_SAVED = "What you typed is not saved. Save it, or press Escape once more to drop it."
HOW_WELL = {
    Precision.STREET: ("Only the street was found: {}.", Tone.WARNING),
    Precision.AREA: ("Only the town was found: {}. It has no place on the map yet.", Tone.WARNING),
    Precision.INTERPOLATED: ("Found near: {}.", Tone.GOOD),
    Precision.HOUSE: ("Found: {}.", Tone.GOOD),
}
PINNED = "Its place was set by hand or came with the order. Another address is looked up anew."
NOT_FOUND = "Not found. Save it all the same, and set its pin under Addresses."
NO_INDEX = "The depot has no region, so addresses are not looked up. Set its pin under Addresses."


class _Wrong(BadInput):
    """Bad input of one field."""

    def __init__(self, field: QWidget, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.field = field


class OrderDialog(QDialog):
    """One order's fields. GUI thread; the address index answers while the person types.

    Signals:
        save_requested(Order): the order as filled in; the address carries its place if it was found. Answer with
            `on_saved` or `on_refused`.
    """

    save_requested = Signal(object)

    def __init__(
        self,
        day: Day,
        order: Order | None,
        theme: Theme,
        geocoder: Geocoder | None,
        parent: QWidget | None = None,
        *,
        must_not_drop: Priority = Priority.NORMAL,
        contacts: Callable[[QWidget], ContactLog] | None = None,
    ) -> None:
        """`contacts` makes what shows every contact with an order's customer; without it, and for a new order, none."""
        super().__init__(parent)
        self.setObjectName("order")
        self.setWindowTitle(f"Order {order.number}" if order else f"New order for {words.weekday_date(day.date)}")
        self._day, self._order, self._theme, self._geocoder = day, order, theme, geocoder
        self._chosen: Found | None = None
        self._warned = False
        self._marked: QWidget | None = None
        self._drivers = sorted(day.drivers.values(), key=lambda d: d.number)
        names = [f"{driver.number}  {driver.name}" for driver in self._drivers]
        self._collections = _collections(day, order)
        fetched = [f"{each.number}  {each.address.line}" for each in self._collections]
        self.fields = OrderFields(day.depot, names, fetched, theme, self)
        self._lay_out()
        self.contacts = contacts(self.tabs) if contacts and order else None
        if self.contacts:
            self.tabs.addTab(self.contacts, "Contacts")
            self.contacts.show_order(order)
        self.tabs.tabBar().setVisible(self.tabs.count() > 1)
        self._fill(order) if order else self._fill_new(must_not_drop)
        self._opened_with = self.fields.state()
        self._wire()
        self._tell_place(order.address if order else None)
        self.fields.number.setFocus()
        open_at(self, theme, 244, 182)

    def _lay_out(self) -> None:
        grid = self._theme.grid
        self.tabs = named(QTabWidget(self), "order.tabs", "The order and its contacts")
        self.tabs.setDocumentMode(True)
        self.area = named(QScrollArea(self.tabs), "order.scroll", "The order's fields")
        self.tabs.addTab(self.area, "Order")
        self.area.setWidget(self.fields)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.state = Said("order.state", "Whether it is cancelled", self._theme, self)
        self.fault = Said("order.fault", "What is wrong", self._theme, self)
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self)
        self.save = self.box.button(QDialogButtonBox.StandardButton.Save)
        self.cancel = self.box.button(QDialogButtonBox.StandardButton.Cancel)
        named(self.save, "order.save", "Save")
        named(self.cancel, "order.cancel", "Cancel")
        primary(self.save)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[grid(4)] * 4)
        whole.setSpacing(grid(2))
        whole.addWidget(self.state)
        whole.addWidget(self.tabs, 1)
        whole.addWidget(self.fault)
        whole.addWidget(self.box)

    def _wire(self) -> None:
        fields = self.fields
        fields.search.use(self._geocoder)
        fields.search.chosen.connect(self._on_place_chosen)
        fields.street.textEdited.connect(self._on_address_edited)
        for field in (fields.street, fields.postcode, fields.city):
            field.editingFinished.connect(self._on_address_finished)
        self.box.accepted.connect(self._on_save)
        self.cancel.clicked.connect(self._drop)
        self.finished.connect(self._on_finished)

    # --- filling --------------------------------------------------------------------------------------------------

    def _fill_new(self, must_not_drop: Priority) -> None:
        on = self._day.date
        self.fields.priority.setCurrentIndex(list(PRIORITIES.values()).index(must_not_drop))
        self.fields.date.setDate(QDate(on.year, on.month, on.day))
        self.fields.service.setValue(round(self._day.depot.service_s / 60))
        taken = {order.number for order in self._day.orders.values()}
        self.fields.number.setText(next(f"T-{n}" for n in count(1) if f"T-{n}" not in taken))
        self.fields.number.selectAll()  # on the phone there is none; whoever has one types over it

    def _fill(self, order: Order) -> None:
        fields = self.fields
        for field, text in (
            (fields.number, order.number),
            (fields.whose, order.sender),
            (fields.street, order.address.line),
            (fields.postcode, order.address.postcode),
            (fields.city, order.address.city),
            (fields.customer, order.contact.name),
            (fields.phone, order.contact.phone),
            (fields.email, order.contact.email),
            (fields.skills, ", ".join(sorted(order.skills))),
        ):
            field.setText(text)
            field.setCursorPosition(0)
        fields.kind.setCurrentIndex(list(KINDS.values()).index(order.kind))
        fields.date.setDate(QDate(order.date.year, order.date.month, order.date.day))
        fields.windows.set_windows(order.windows, order.date)
        fields.service.setValue(round(order.service_s / 60))
        fields.kg.setValue(order.load.kg)
        fields.litres.setValue(order.load.litres)
        fields.parcels.setValue(order.load.parcels)
        forced = [driver.id for driver in self._drivers]
        fields.driver.setCurrentIndex(forced.index(order.driver_id) + 1 if order.driver_id in forced else 0)
        pickups = [each.id for each in self._collections]
        fields.pickup.setCurrentIndex(pickups.index(order.pickup_id) + 1 if order.pickup_id in pickups else 0)
        fields.priority.setCurrentIndex(list(PRIORITIES.values()).index(order.must_not_drop))
        fields.early.setChecked(order.do_early)
        fields.notes.setPlainText(order.notes)
        fields.lines.set_lines(order.lines)
        fields.door.set_asked(order.asked, order.attempt)
        if order.state is OrderState.CANCELLED:
            self.state.say("This order is cancelled: it waits for no planning.", Tone.WARNING)

    # --- the address ----------------------------------------------------------------------------------------------

    @Slot()
    def _on_address_edited(self) -> None:
        self._chosen = None

    @Slot(object)
    def _on_place_chosen(self, found: Found) -> None:
        fields = self.fields
        self._chosen = found
        fields.street.setText(f"{found.street} {found.house_number}".strip() or found.label)
        fields.postcode.setText(found.postcode or fields.postcode.text())
        fields.city.setText(found.city or fields.city.text())
        self._tell_place(self._address())

    @Slot()
    def _on_address_finished(self) -> None:
        self._tell_place(self._address())

    def _tell_place(self, address: Address | None) -> None:
        """How well the address is known, before it is saved."""
        if address is None or not (address.line or address.city):
            self.fields.place.say("" if self._geocoder else NO_INDEX, Tone.QUIET)
        elif address.precision is Precision.PIN:
            self.fields.place.say(PINNED, Tone.GOOD)
        elif address.precision in HOW_WELL:
            text, tone = HOW_WELL[address.precision]
            self.fields.place.say(text.format(address.matched), tone)
        else:
            self.fields.place.say(NOT_FOUND if self._geocoder else NO_INDEX, Tone.WARNING)

    def _address(self) -> Address:
        """As it was while its words are as they were; else looked up anew."""
        fields = self.fields
        line, postcode, city = (f.text().strip() for f in (fields.street, fields.postcode, fields.city))
        before = self._order.address if self._order else Address("")
        if (line, postcode, city) == (before.line, before.postcode, before.city):
            return before
        written = Address(line, postcode, city, before.country)
        return placed_at(written, self._answers(written))

    def _answers(self, written: Address) -> Sequence[Found]:
        if self._chosen is not None:
            return (self._chosen,)
        return self._geocoder.find(written, limit=1) if self._geocoder and written.text else ()

    # --- saving ---------------------------------------------------------------------------------------------------

    @Slot()
    def _on_save(self) -> None:
        self._mark(None)
        try:
            order = self._as_order()
        except (BadInput, ValueError) as fault:
            self.fault.say(str(fault), Tone.BAD)
            if isinstance(fault, _Wrong):
                self._mark(fault.field)
            return
        self.save.setEnabled(False)
        self.save_requested.emit(order)

    @Slot(object)
    def on_saved(self, _done: object = None) -> None:
        """The order is written."""
        self.accept()

    @Slot(object)
    def on_refused(self, error: Exception) -> None:
        """It was not, and this is why; what was typed stays."""
        self.save.setEnabled(True)
        self.fault.say_fault(error)

    def _mark(self, field: QWidget | None) -> None:
        """Frame the field that is wrong and go there."""
        if self._marked is not None:
            mark(self._marked, invalid=False)
        self._marked = field
        if field is not None:
            mark(field, invalid=True)
            self.tabs.setCurrentWidget(self.area)
            field.setFocus()
            self.area.ensureWidgetVisible(field)

    def _as_order(self) -> Order:
        fields, on = self.fields, self._date()
        number, sender = fields.number.text().strip(), fields.whose.text().strip()
        base = self._order or Order(OrderId(new_id()), number, on, Address(""))
        self._require_free(base.id, number, sender, on)
        address = self._address()
        if not (address.line or address.city):
            raise _Wrong(fields.street, "The order has no address.", "Type street, number and town.")
        picked = fields.driver.currentIndex() - 1
        contact = (field.text().strip() for field in (fields.customer, fields.phone, fields.email))
        order = replace(
            base,
            number=number,
            date=on,
            address=address,
            kind=KINDS[fields.kind.currentText()],
            sender=sender,
            contact=Contact(*contact),
            windows=fields.windows.windows(on),
            service_s=self._service_s(base),
            load=self._load(base),
            lines=fields.lines.lines(),
            skills=frozenset(s.strip().lower() for s in fields.skills.text().split(",") if s.strip()),
            driver_id=self._drivers[picked].id if picked >= 0 else None,
            pickup_id=self._pickup_id(on),
            must_not_drop=PRIORITIES[fields.priority.currentText()],
            do_early=fields.early.isChecked(),
            notes=fields.notes.toPlainText().strip(),
            asked=fields.door.asked(),
        )
        self._require_sense_at_door(order)
        return order

    def _date(self) -> date:
        on = self.fields.date.date()
        return date(on.year(), on.month(), on.day())

    def _require_free(self, order_id: OrderId, number: str, sender: str, on: date) -> None:
        """The same rule as `save_order`'s, told while the form is still open."""
        if not number:
            raise _Wrong(self.fields.number, "The order has no number.", "Type one.")
        for other in self._day.orders.values():
            if other.id != order_id and (other.sender, other.number, other.date) == (sender, number, on):
                what = f"Order {number} exists on {words.weekday_date(on)} already."
                raise _Wrong(self.fields.number, what, "Choose another number, or change that order.")

    def _require_sense_at_door(self, order: Order) -> None:
        """The same rule as `save_order`'s, told of the field."""
        try:
            require_sense_at_door(order)
        except Unprovable as fault:
            raise _Wrong(self.fields.door.proofs[fault.kind], fault.what, fault.remedy) from fault

    def _pickup_id(self, on: date) -> OrderId | None:
        """The same rule as `save_order`'s, told of the field."""
        chosen = self.fields.pickup.currentIndex() - 1
        if chosen < 0:
            return None
        pickup = self._collections[chosen]
        if pickup.date != on:
            what = f"Order {pickup.number} fetches its goods on {words.weekday_date(pickup.date)}."
            raise _Wrong(self.fields.pickup, what, "Choose the depot, or leave the order on that day.")
        return pickup.id

    def _service_s(self, base: Order) -> int:
        """As it was, to the second, unless the minutes were changed."""
        minutes = self.fields.service.value()
        return base.service_s if self._order and round(base.service_s / 60) == minutes else minutes * 60

    def _load(self, base: Order) -> Load:
        """As it was, to the gram, unless the figure shown was changed."""
        kg, litres = _kept(base.load.kg, self.fields.kg), _kept(base.load.litres, self.fields.litres)
        return Load(kg, litres, self.fields.parcels.value())

    # --- the end --------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Escape and the window's cross warn once before they drop what was typed."""
        if self.fields.state() != self._opened_with and not self._warned:
            self._warned = True
            self.fault.say(NOT_SAVED, Tone.WARNING)
            return
        super().reject()

    @Slot()
    def _drop(self) -> None:
        """Cancel means it."""
        self._warned = True
        self.reject()

    @Slot()
    def _on_finished(self) -> None:
        """The address index may be closed before this form is deleted."""
        self.fields.search.use(None)


def _collections(day: Day, order: Order | None) -> list[Order]:
    """The orders that can fetch the goods of another one: open, or what fetches this one's now."""
    now = order.pickup_id if order else None
    found = (
        each
        for each in day.orders.values()
        if each.id == now or (each.kind is OrderKind.COLLECTION and each.state is OrderState.OPEN)
    )
    return sorted((each for each in found if not order or each.id != order.id), key=lambda each: each.number)


def _kept(before: float, field: QDoubleSpinBox) -> float:
    return before if round(before, field.decimals()) == round(field.value(), field.decimals()) else field.value()
