"""One address under review: what the address index offers for it, a search for another spelling, a pin on the map.

It decides nothing: it says which place a person chose.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.progress import Progress
from dispatcher.services.ports import Geocoder
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.addresses.model import PRECISIONS, SIGNS, WELL_KNOWN
from ui.map.messages import Flavour, MapPosition, StopMark
from ui.map.view import MapView
from ui.parts.fields import named, primary, set_icon
from ui.parts.places import SHORTEST, coordinates
from ui.parts.said import Said, Tone
from ui.runner import OpRunner
from ui.theme import Size, Theme

ZOOM = {Precision.HOUSE: 17.0, Precision.INTERPOLATED: 17.0, Precision.PIN: 17.0, Precision.STREET: 16.0}
FAR = 14.0
NOW, PROPOSED = "now", "proposed"
OFFERED, ROWS = 8, 4
"""Places asked for, and those to be seen without scrolling."""
WITHOUT_INDEX = (
    "This depot has no region: addresses cannot be looked up. "
    "Type latitude and longitude, or set a pin; both are remembered for the address."
)
NOTHING_FITS = "Nothing fits these words. Search for another spelling, or set a pin on the map."


class AddressDesk(QWidget):
    """The right side of the panel. GUI thread.

    Signals:
        place_chosen(Place): this is where the address is.
    """

    place_chosen = Signal(object)

    def __init__(
        self, workplace: Workplace, runner: OpRunner, theme: Theme, view: MapView, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._geocoder, self._runner, self._theme, self.map = workplace.geocoder, runner, theme, view
        self._order: Order | None = None
        self._offers: Sequence[Found] = ()
        self._beside: Sequence[StopMark] = ()
        """Where an address is taken to be, and where proofs say it is, while a proposal is looked at."""
        self._pinned: Place | None = None
        self._yard = workplace.depot.place
        self.map.show_depot(self._yard, workplace.depot.name)
        self._make_parts()
        self._lay_out()
        self._wire()
        self._dress()

    # --- building -------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self.title = named(QLabel(self), "addresses.title", "Address under review")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.detail = Said("addresses.detail", "About the order", self._theme, self, keeps_room=True)
        self.search = named(QLineEdit(self), "addresses.search", "Search for the address under another spelling")
        self.search.setPlaceholderText(
            "Another spelling, a place, a shop, or 60.1699, 24.9480" if self._geocoder else "60.1699, 24.9480"
        )
        self.search.setClearButtonEnabled(True)
        self.offers = named(QListWidget(self), "addresses.offers", "Places the address may mean")
        self.offers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.offers.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.said = Said("addresses.said", "What to do", self._theme, self)
        self.accept = named(QPushButton("Use the chosen place", self), "addresses.accept", "Use the chosen place")
        primary(self.accept)
        self.accept.setToolTip("Use the chosen place and go on to the next  (Enter)")
        self.pin = named(QPushButton(self), "addresses.pin", "Set a pin on the map")
        self.pin.setCheckable(True)
        self.drop = named(QPushButton("Drop the pin", self), "addresses.drop_pin", "Drop the pin")
        self.drop.setToolTip("The place stays as it was  (Escape)")
        self.drop.hide()

    def _lay_out(self) -> None:
        grid = self._theme.grid
        buttons = QHBoxLayout()
        for button in (self.accept, self.pin, self.drop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(grid(2), grid(3), grid(3), grid(3))
        column.setSpacing(grid(2))
        for part in (self.title, self.detail, self.search, self.offers, self.said):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addWidget(self.map, 1)

    def _wire(self) -> None:
        self.search.textEdited.connect(self._on_search)
        self.search.returnPressed.connect(self.take)
        self.offers.currentRowChanged.connect(self._on_offer_changed)
        self.offers.itemActivated.connect(self.take)
        self.accept.clicked.connect(self.take)
        self.pin.clicked.connect(self.toggle_pin)
        self.drop.clicked.connect(self.drop_pin)
        self.map.pin_placed.connect(self._on_pin_placed)
        self.map.pin_cancelled.connect(self._on_pin_gone)
        self.map.stop_activated.connect(self._on_mark_activated)
        self.map.selection_changed.connect(self._on_marks_selected)
        self.map.ready.connect(self._show_on_map)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        self.title.setFont(self._theme.font(Size.HEAD, bold=True))
        self.offers.setFixedHeight(ROWS * self._theme.grid(7))
        set_icon(self.accept, "check", self._theme, "on_accent")
        set_icon(self.pin, "map-marker-plus-outline", self._theme)
        set_icon(self.drop, "close", self._theme)
        self.map.set_flavour(Flavour.DARK if self._theme.dark else Flavour.LIGHT)
        for row, found in enumerate(self._offers):
            self.offers.item(row).setIcon(self._sign(found))
        self._show_pinning()

    # --- the address ----------------------------------------------------------------------------------------------

    @property
    def order(self) -> Order | None:
        """Whose address is under review."""
        return self._order

    @property
    def pinning(self) -> bool:
        """Whether the pin is out and not yet kept."""
        return self.pin.isChecked()

    def show_order(self, order: Order | None) -> None:
        """Review this one's address; `None` when there is none to review."""
        self.drop_pin()
        self._order, self._beside = order, ()
        self.search.clear()
        for part in (self.pin, self.search, self.offers):
            part.setEnabled(order is not None)
        self.title.setText(order.address.text if order else "No address matches the filter.")
        self.detail.say(_detail(order) if order else "", Tone.QUIET)
        self._show_offers(())
        if order:
            self._find()

    def show_proposal(self, address: Address | None, place: Place | None, title: str, detail: str) -> None:
        """Look at where proofs say an address is, beside where it is taken to be; nothing is chosen here."""
        self.show_order(None)
        self.set_choosing(on=False)
        self.title.setText(title)
        self.detail.say(detail, Tone.QUIET)
        now = address.place if address else None
        known = ((NOW, now, 1), (PROPOSED, place, 2))
        self._beside = [StopMark(OrderId(label), at, number=n, label=label) for label, at, n in known if at is not None]
        self._show_on_map()

    def set_choosing(self, *, on: bool) -> None:
        """Whether a place is chosen here, or only looked at."""
        for part in (self.search, self.offers, self.accept, self.pin):
            part.setVisible(on)

    def _find(self) -> None:
        if self._order is not None:
            self._ask(partial(_find, self._geocoder, self._order))

    @Slot(str)
    def _on_search(self, text: str) -> None:
        point = coordinates(text)
        if point is not None:
            self._ask(partial(_just, point))
        elif len(text.strip()) >= SHORTEST:
            self._ask(partial(_suggest, self._geocoder, text))
        elif not text.strip():
            self._find()

    def _ask(self, work: Callable[[Progress], Sequence[Found]]) -> None:
        """The newest question wins."""
        self._runner.start(work, title="Finding places", on_done=self._show_offers, latest_key="offers")

    @Slot(object)
    def _show_offers(self, offers: Sequence[Found]) -> None:
        self._offers = offers if self._order else ()
        self.offers.clear()
        for number, found in enumerate(self._offers, 1):
            how = f"{PRECISIONS[found.precision]}, {found.score:.0f} %" if found.precision < Precision.PIN else "point"
            item = QListWidgetItem(self._sign(found), f"{number}   {found.label}   ({how})")
            item.setToolTip(found.label)
            self.offers.addItem(item)
        self.accept.setEnabled(bool(self._offers) and not self.pinning)
        self.offers.setCurrentRow(0 if self._offers else -1)
        self._show_on_map()
        self._explain()

    def _sign(self, found: Found) -> QIcon:
        return self._theme.icon(*SIGNS.get(found.precision, WELL_KNOWN))

    def _explain(self) -> None:
        """What to do here, where it is not plain to see."""
        if self.pinning:
            self.said.say("Click the place on the map, or drag the pin. P or Enter keeps it, Escape drops it.")
        elif self._order is None or self._offers:
            self.said.say("")
        elif self._geocoder is None:
            self.said.say(WITHOUT_INDEX, Tone.WARNING)
        else:
            self.said.say(NOTHING_FITS, Tone.QUIET)

    # --- the map --------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_offer_changed(self, _row: int) -> None:
        self._show_choice()

    def showEvent(self, event: QShowEvent) -> None:
        """A map that was hidden did not go where it was told."""
        super().showEvent(event)
        self._show_on_map()

    @Slot()
    def _show_on_map(self) -> None:
        """All offers, numbered as in the list, and the chosen one in the middle; or the places of a proposal."""
        if self._beside:
            self.map.show_stops(self._beside)
            self.map.go_to(MapPosition(self._beside[-1].place, ZOOM[Precision.PIN]))
            return
        self.map.show_stops(
            StopMark(_mark(n), found.place, number=n + 1, label=found.label) for n, found in enumerate(self._offers)
        )
        self._show_choice()

    def _show_choice(self) -> None:
        chosen = self.chosen()
        if chosen is not None:
            self.map.select([_mark(self.offers.currentRow())])
            self.map.go_to(MapPosition(chosen.place, ZOOM.get(chosen.precision, FAR)))
        elif self._order is not None:
            self.map.select()
            place = self._order.address.place
            self.map.go_to(MapPosition(place or self._yard, ZOOM[Precision.STREET] if place else FAR))

    def chosen(self) -> Found | None:
        """The offer chosen."""
        row = self.offers.currentRow()
        return self._offers[row] if 0 <= row < len(self._offers) else None

    @Slot(object)
    def _on_marks_selected(self, order_ids: Sequence[OrderId]) -> None:
        rows = [row for row in range(len(self._offers)) if _mark(row) in order_ids]
        if rows:
            self.offers.setCurrentRow(rows[0])

    @Slot(object)
    def _on_mark_activated(self, order_id: OrderId) -> None:
        self._on_marks_selected((order_id,))
        self.take()

    # --- choosing -------------------------------------------------------------------------------------------------

    @Slot()
    def take(self) -> None:
        """The pin if it is out, else the chosen offer."""
        chosen = self.chosen()
        if self.pinning:
            self.toggle_pin()
        elif chosen is not None:
            self.place_chosen.emit(chosen.place)

    @Slot()
    def toggle_pin(self) -> None:
        """Put the pin out, or keep it where it is now."""
        if self._order is None:
            self.pin.setChecked(False)
        elif self._pinning_on_map:
            pinned = self._pinned
            if pinned is None:
                self.pin.setChecked(True)
                self.said.say("Click the place on the map first.", Tone.WARNING)
                return
            self.drop_pin()
            self.place_chosen.emit(pinned)
        else:
            self._put_pin_out(self._order)

    def _put_pin_out(self, order: Order) -> None:
        chosen = self.chosen()
        self._pinned = chosen.place if chosen else order.address.place
        self._pinning_on_map = True
        self.pin.setChecked(True)
        self.map.ask_pin(self._pinned, order.address.text)
        self._show_pinning()

    _pinning_on_map = False
    """Whether the map has the pin; the button alone may be pressed before it has."""

    @Slot()
    def drop_pin(self) -> None:
        """Take the pin back; the place stays as it was."""
        if self._pinning_on_map:
            self.map.end_pin()
        self._on_pin_gone()

    @Slot()
    def _on_pin_gone(self) -> None:
        self._pinned, self._pinning_on_map = None, False
        self.pin.setChecked(False)
        self._show_pinning()

    @Slot(object)
    def _on_pin_placed(self, place: Place) -> None:
        if self._pinning_on_map:
            self._pinned = place

    def _show_pinning(self) -> None:
        text = "Keep the pin here" if self.pinning else "Set a pin on the map"
        self.pin.setText(text)
        self.pin.setAccessibleName(text)
        self.pin.setToolTip(f"{text}  (P)")
        self.drop.setVisible(self.pinning)
        self.accept.setEnabled(bool(self._offers) and not self.pinning)
        self._explain()


def _mark(row: int) -> OrderId:
    return OrderId(f"offer-{row}")


def _detail(order: Order) -> str:
    who = order.contact.name or "no name"
    day = words.weekday_date(order.date)
    return f"Order {order.number} · {day} · {who} · now: {PRECISIONS[order.address.precision]}"


def _find(geocoder: Geocoder | None, order: Order, _progress: Progress) -> Sequence[Found]:
    return geocoder.find(order.address, limit=OFFERED) if geocoder else ()


def _suggest(geocoder: Geocoder | None, text: str, _progress: Progress) -> Sequence[Found]:
    return geocoder.suggest(text, limit=OFFERED) if geocoder else ()


def _just(found: Found, _progress: Progress) -> Sequence[Found]:
    return (found,)
