"""The counter: an address and its goods, slots by what they really cost, a place held for ten minutes, the order.

It wishes holds and orders; the panel has them done. The address index answers while the clerk types.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Contact, Load, Order
from dispatcher.domain.place import Address, Found, Precision
from dispatcher.domain.slots import SlotHold
from dispatcher.services.orders import placed_at
from dispatcher.services.ports import Clock, Geocoder
from dispatcher.services.slots import Enquiry, Offer
from ui import format as fmt
from ui.parts.fields import label, mark, named, primary
from ui.parts.places import PlaceSearch, coordinates
from ui.parts.said import Said, Tone
from ui.slots import words
from ui.slots.rows import Column, RowTable
from ui.theme import Size, Theme

HINT = "Type an address and press Enter: the next slots come by what they really cost."
LOOKING = "Pricing slots against the rounds of these days…"
NO_ADDRESS = "Type an address."
NOT_FOUND = "This address was not found. Choose one of those offered, or type coordinates: 50.776, 6.084."
VAGUE = "Only {} was found: the costs are rough."
NONE = "No slot can be chosen for this address in the next {} days."
FOUND = "{}. Enter or H holds one for ten minutes."
HELD = "{} is held for {}. Number and name make it an order."
RUN_OUT = "The place was held for ten minutes and is free again. Hold one again, if there is one."
NO_NUMBER = "Type the order's number."
TICK_MS = 1_000


@dataclass(frozen=True, slots=True)
class Holding:
    """A place held at the counter, and what for."""

    hold: SlotHold
    offer: Offer
    address: Address


class Counter(QWidget):
    """GUI thread.

    Signals:
        asked(Enquiry): price slots for it.
        hold_wanted(Offer): hold this one.
        let_go_wanted(str): give the place held back, by the hold's id.
        confirm_wanted(str, Order, Offer): let this order have the place held.
    """

    asked = Signal(object)
    hold_wanted = Signal(object)
    let_go_wanted = Signal(str)
    confirm_wanted = Signal(str, object, object)

    def __init__(
        self, depot: Depot, clock: Clock, geocoder: Geocoder | None, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "slots.counter", "Counter")
        self._depot, self._clock, self._geocoder, self._theme = depot, clock, geocoder, theme
        self._zone: ZoneInfo = depot.zone
        self._chosen: Found | None = None
        self._order: Order | None = None
        self._asked_for: Address | None = None
        self._taken_for: Address | None = None
        self.holding: Holding | None = None
        self._mine = True
        self._make()
        self._make_held()
        self._lay_out()
        self._wire()
        theme.changed.connect(self._dress)
        self._dress()
        self._show_holding()
        self.said.say(HINT, Tone.QUIET)

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.about = Said("slots.counter.about", "For which order", theme, self)
        self.address = named(QLineEdit(self), "slots.counter.address", "Address")
        self.address.setPlaceholderText("Street, number, town")
        self.search = PlaceSearch(self.address)
        self.search.use(self._geocoder)
        self.parcels = named(QSpinBox(self), "slots.counter.parcels", "Parcels")
        self.parcels.setRange(0, 10_000)
        self.parcels.setValue(1)
        self.service = named(QSpinBox(self), "slots.counter.service", "Service time")
        self.service.setRange(0, 600)
        self.service.setSuffix(" min")
        self.service.setValue(round(self._depot.service_s / 60))
        self.kg = named(QDoubleSpinBox(self), "slots.counter.kg", "Weight")
        self.kg.setRange(0, 100_000)
        self.kg.setDecimals(1)
        self.kg.setSuffix(" kg")
        self.look = named(QPushButton("Find slots", self), "slots.counter.look", "Find slots")
        primary(self.look)
        self.anew = named(QPushButton("New", self), "slots.counter.new", "Begin with another customer")
        self.anew.setToolTip("Empty the counter for the next customer  (Ctrl+N)")
        self.said = Said("slots.counter.said", "What was found", theme, self)
        self.offers: RowTable[Offer] = RowTable("slots.offers", "Slots offered", self._columns(), theme, self)
        self.hold = named(QPushButton("Hold", self), "slots.counter.hold", "Hold the slot chosen for ten minutes")
        self.hold_action = QAction("Hold the slot chosen", self.offers.view)
        self.hold_action.setObjectName("slots.hold")
        self.hold_action.setShortcuts([QKeySequence("H"), QKeySequence("Return"), QKeySequence("Enter")])
        self.hold_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.offers.view.addAction(self.hold_action)

    def _make_held(self) -> None:
        self.held = Said("slots.counter.held", "What is held", self._theme, self)
        self.number = named(QLineEdit(self), "slots.counter.number", "Order number")
        self.customer = named(QLineEdit(self), "slots.counter.customer", "Customer")
        self.phone = named(QLineEdit(self), "slots.counter.phone", "Phone")
        self.confirm = named(QPushButton("Confirm", self), "slots.counter.confirm", "Make the order")
        primary(self.confirm)
        self.let_go = named(QPushButton("Let go", self), "slots.counter.let_go", "Give the place back")
        self._tick = QTimer(self)
        self._tick.setObjectName("slots.counter.tick")
        self._tick.setInterval(TICK_MS)

    def _columns(self) -> tuple[Column, ...]:
        zone, currency = self._zone, self._depot.currency
        return (
            Column("When", lambda o: words.when(o.slot, zone), most=46),
            Column("Costs the depot", lambda o: o.price, token=lambda o: "late" if o.cost is None else "", most=90),
            Column("Money", lambda o: "–" if o.cost is None else fmt.price(o.cost, currency), right=True, most=24),
            Column("Pays", lambda o: words.pays(o.slot, currency), right=True, most=22),
            Column("Left", lambda o: words.left(o.slot), right=True, most=18),
            Column(
                "Fails",
                lambda o: "–" if o.failure is None else f"{o.failure:.0%}",
                right=True,
                tip=lambda o: o.failure_why,
                most=20,
            ),
            Column("Choose until", lambda o: words.cut_off(o.slot, zone), most=46),
        )

    def _lay_out(self) -> None:
        self._fields, self._order_fields = QFormLayout(), QFormLayout()
        for text, field in (("&Address", self.address), ("&Parcels", self.parcels), ("&Service", self.service)):
            self._fields.addRow(label(text, field, self), field)
        self._fields.addRow(label("&Weight", self.kg, self), self.kg)
        for text, line in (("&Number", self.number), ("&Customer", self.customer), ("P&hone", self.phone)):
            self._order_fields.addRow(label(text, line, self), line)
        for form in (self._fields, self._order_fields):
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._asking, self._ending = QHBoxLayout(), QHBoxLayout()
        for part in (self.look, self.anew):
            self._asking.addWidget(part)
        for part in (self.confirm, self.let_go):
            self._ending.addWidget(part)
        self.held_box = QWidget(self)
        held = self._held_column = QVBoxLayout(self.held_box)
        held.addWidget(self.held)
        held.addLayout(self._order_fields)
        held.addLayout(self._ending)
        self._left = QVBoxLayout()
        self._left.addWidget(self.about)
        self._left.addLayout(self._fields)
        self._left.addLayout(self._asking)
        self._left.addWidget(self.held_box)
        self._left.addStretch(1)
        self._right = QVBoxLayout()
        self._right.addWidget(self.said)
        self._right.addWidget(self.offers.view, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.hold)
        self._right.addLayout(row)
        self._whole = QHBoxLayout(self)
        self._side = QWidget(self)
        self._side.setLayout(self._left)
        self._whole.addWidget(self._side)
        self._whole.addLayout(self._right, 1)

    def _wire(self) -> None:
        self.search.chosen.connect(self._on_chosen)
        self.address.textEdited.connect(self._on_edited)
        self.look.clicked.connect(self._on_look)
        self.anew.clicked.connect(self.begin)
        self.hold.clicked.connect(self._on_hold)
        self.hold_action.triggered.connect(self._on_hold)
        self.confirm.clicked.connect(self._on_confirm)
        self.let_go.clicked.connect(self._on_let_go)
        self.number.textEdited.connect(lambda: mark(self.number, invalid=False))
        self.offers.view.selectionModel().currentRowChanged.connect(self._allow)
        self._tick.timeout.connect(self.pass_time)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        for form in (self._fields, self._order_fields):
            form.setHorizontalSpacing(grid(3))
            form.setVerticalSpacing(grid(2))
        for box in (self._left, self._right, self._held_column):
            box.setSpacing(grid(2))
        self._held_column.setContentsMargins(0, grid(3), 0, 0)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(grid(4))
        self._left.setContentsMargins(0, 0, 0, 0)
        self._side.setFixedWidth(grid(70))
        self.about.setFont(self._theme.font(Size.TEXT))
        self.offers.dress()

    # --- the enquiry ----------------------------------------------------------------------------------------------

    def take_keys(self) -> None:
        """The keys go where they are wanted next."""
        if self.holding:
            self.number.setFocus()
        else:
            self.address.setFocus()
            self.address.selectAll()

    @Slot()
    def begin(self) -> None:
        """The next customer; what is held stays held until it is let go or runs out."""
        if self.holding:
            self.held.say("Confirm it, or let it go, before the next customer.", Tone.WARNING)
            return
        self._order = self._chosen = self._asked_for = None
        self.address.clear()
        self.parcels.setValue(1)
        self.service.setValue(round(self._depot.service_s / 60))
        self.kg.setValue(0)
        for field in (self.number, self.customer, self.phone):
            field.clear()
        self.about.say("")
        self._lock(known=False)
        self.said.say(HINT, Tone.QUIET)
        self.offers.show_rows((), _slot_of)
        self._allow()
        self.take_keys()

    def ask_for(self, order: Order) -> None:
        """Find slots for an order that there is already."""
        if self.holding:
            self.begin()
            return
        self._order, self._chosen = order, None
        self.address.setText(order.address.text)
        self.parcels.setValue(order.load.parcels)
        self.service.setValue(round(order.service_s / 60))
        self.kg.setValue(order.load.kg)
        self.number.setText(order.number)
        self.customer.setText(order.contact.name)
        self.phone.setText(order.contact.phone)
        self.about.say(f"Another slot for order {order.number}.")
        self._lock(known=True)
        self._on_look()

    def _lock(self, *, known: bool) -> None:
        """Of an order that there is already only the slot changes here."""
        for field in (self.address, self.number, self.customer, self.phone):
            field.setReadOnly(known)
        for box in (self.parcels, self.service, self.kg):
            box.setEnabled(not known)

    def event(self, event: QEvent) -> bool:
        """Here Ctrl+N is the next customer's, not the order form's."""
        begins = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.New)
        if begins and event.type() is QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field goes on: from the enquiry to the offers, from the order's fields to the order."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            inside = self.focusWidget()
            (self._on_confirm if inside and self.held_box.isAncestorOf(inside) else self._on_look)()
        elif event.matches(QKeySequence.StandardKey.New):
            self.begin()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_edited(self) -> None:
        self._chosen = None
        mark(self.address, invalid=False)

    @Slot(object)
    def _on_chosen(self, found: Found) -> None:
        self._chosen = found
        self.address.setText(found.label)
        self._on_look()

    @Slot()
    def _on_look(self) -> None:
        if self.holding:
            return
        self._asked_for = None
        self.offers.show_rows((), _slot_of)
        self._allow()
        try:
            enquiry = self._enquiry()
        except BadInput as fault:
            mark(self.address, invalid=True)
            self.said.say_fault(fault)
            self.address.setFocus()
            return
        mark(self.address, invalid=False)
        self._asked_for = enquiry.address
        self.said.say(LOOKING, Tone.QUIET)
        self.asked.emit(enquiry)

    def _enquiry(self) -> Enquiry:
        """Raises `BadInput`."""
        if order := self._order:
            if order.address.place is None:
                raise BadInput(f"Order {order.number} has no place yet.", "Set its pin under Addresses first.")
            return Enquiry(order.address, order.service_s, order.load, order.skills, order.id)
        return Enquiry(self._address(), self.service.value() * 60, self.wanted[1])

    def _address(self) -> Address:
        text = self.address.text().strip()
        if not text:
            raise BadInput(NO_ADDRESS)
        if found := self._chosen or coordinates(text):
            return _found_address(text, found)
        written = Address(text)
        answers = self._geocoder.find(written, limit=1) if self._geocoder else ()
        address = placed_at(written, answers)
        if address.place is None:
            raise BadInput(NOT_FOUND)
        return _found_address(text, answers[0])

    @property
    def wanted(self) -> tuple[int, Load]:
        """What of a slot is taken: minutes of service, and the goods."""
        if self._order:
            return -(-self._order.service_s // 60), self._order.load
        return self.service.value(), Load(self.kg.value(), 0.0, self.parcels.value())

    # --- the offers -----------------------------------------------------------------------------------------------

    def show_offers(self, offers: tuple[Offer, ...], days: int) -> None:
        """Those priced last; the keys go there. An answer to what is no longer asked is dropped."""
        address = self._asked_for
        if address is None:
            return
        self.offers.show_rows(offers, _slot_of)
        if not offers:
            self.said.say(NONE.format(days), Tone.WARNING)
        elif address.doubtful:
            self.said.say(VAGUE.format(address.matched or address.text), Tone.WARNING)
        else:
            self.said.say(FOUND.format(fmt.count(len(offers), "slot")), Tone.GOOD)
        if offers:
            self.offers.view.selectRow(0)
            if self.isVisible():
                self.offers.view.setFocus()
        self._allow()

    def say_fault(self, fault: Exception) -> None:
        """It could not be done, and this is why."""
        self.confirm.setEnabled(self.holding is not None and self._mine)
        (self.held if self.holding else self.said).say_fault(fault)
        self._allow()

    def set_mine(self, mine: bool) -> None:
        """Whether places can be taken here."""
        self._mine = mine
        self._allow()

    def allow(self) -> None:
        """What was asked besides was left: what could be done can be done again."""
        self._allow()

    @Slot()
    def _allow(self) -> None:
        can = self._mine and self.holding is None and self.offers.current is not None
        self.hold.setEnabled(can)
        self.hold_action.setEnabled(can)

    @Slot()
    def _on_hold(self) -> None:
        if (offer := self.offers.current) and self.holding is None:
            self.hold.setEnabled(False)
            self._taken_for = self._asked_for
            self.hold_wanted.emit(offer)

    # --- what is held ---------------------------------------------------------------------------------------------

    def show_hold(self, hold: SlotHold, offer: Offer) -> None:
        """This place is the clerk's now; the keys go to the order's fields. If the clerk went on, it is let go."""
        if self._taken_for is None or self._taken_for is not self._asked_for:
            self.let_go_wanted.emit(hold.id)
            return
        self.holding = Holding(hold, offer, self._taken_for)
        if not self.number.text():
            self.number.setText(f"C-{hold.id[-6:].upper()}")
        self.number.selectAll()
        self._tick.start()
        self._show_holding()
        if self.isVisible():
            self.take_keys()

    @Slot()
    def pass_time(self) -> None:
        """It is later: the countdown, and its end."""
        if self.holding is None:
            return
        if not words.countdown(self.holding.hold, self._clock()):
            self.drop_hold(RUN_OUT, Tone.WARNING)
        elif self.held.tone is not Tone.BAD:
            self._say_held(self._clock())

    def _say_held(self, now: datetime) -> None:
        assert self.holding is not None
        left = words.countdown(self.holding.hold, now)
        self.held.say(HELD.format(words.titled(self.holding.offer.slot, self._zone), left), Tone.GOOD)

    def drop_hold(self, text: str, tone: Tone = Tone.GOOD) -> None:
        """Nothing is held any more, and why."""
        self.holding = None
        self._tick.stop()
        self._show_holding()
        self.said.say(text, tone)
        if self.isVisible():
            (self.offers.view if self.offers.model.rows else self.address).setFocus()

    def _show_holding(self) -> None:
        self.held_box.setVisible(self.holding is not None)
        for part in (self.look, self.address):
            part.setEnabled(self.holding is None)
        if self.holding:
            self.address.setCursorPosition(0)
            self.held.say("")
            self._say_held(self._clock())
            self.confirm.setEnabled(self._mine)
        self._allow()

    @Slot()
    def _on_let_go(self) -> None:
        if self.holding:
            self.let_go_wanted.emit(self.holding.hold.id)

    @Slot()
    def _on_confirm(self) -> None:
        if self.holding is None or not self.confirm.isEnabled():
            return
        if not self.number.text().strip():
            mark(self.number, invalid=True)
            self.held.say(NO_NUMBER, Tone.BAD)
            self.number.setFocus()
            return
        self.confirm.setEnabled(False)
        self.held.say("")
        self._say_held(self._clock())
        self.confirm_wanted.emit(self.holding.hold.id, self._as_order(self.holding), self.holding.offer)

    def _as_order(self, holding: Holding) -> Order:
        slot = holding.offer.slot
        if self._order:
            return replace(self._order, date=slot.on, windows=(slot.window,))
        return Order(
            OrderId(new_id()),
            self.number.text().strip(),
            slot.on,
            holding.address,
            contact=Contact(self.customer.text().strip(), self.phone.text().strip()),
            windows=(slot.window,),
            service_s=self.service.value() * 60,
            load=self.wanted[1],
        )

    def confirmed(self, told: str) -> None:
        """The order is made; ready for the next customer."""
        self.drop_hold("")
        self.begin()
        self.said.say(f"{told}. The counter is ready for the next customer.", Tone.GOOD)

    def stop(self) -> None:
        """The window closes; what is held runs out by itself."""
        self._tick.stop()
        self.search.use(None)


def _slot_of(offer: Offer) -> object:
    return offer.slot.rule.id, offer.slot.on


def _found_address(text: str, found: Found) -> Address:
    """In the index's own spelling, where it has the parts."""
    line = f"{found.street} {found.house_number}".strip() or (text if found.precision is Precision.PIN else found.label)
    return Address(line, found.postcode, found.city, "", found.place, found.precision, found.label)
