"""The review of doubtful addresses: the list, what the address index offers, and the map to set a pin on.

What is decided here is remembered for the address ever after. Keys: Enter takes the offer chosen, P sets a pin.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Found, Place
from dispatcher.services import orders
from dispatcher.services.ports import Done
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.addresses.model import ID_ROLE, PRECISIONS, SORT_ROLE, AddressModel
from ui.map.messages import MapPosition, StopMark
from ui.map.view import MapView
from ui.runner import Operation, OpRunner
from ui.theme import Size, Theme

CLOSE_UP = 17.0


class AddressesPanel(QWidget):
    """The list at the left, offers and map at the right. GUI thread.

    Signals:
        count_changed(int): how many addresses wait.
    """

    count_changed = Signal(int)

    def __init__(
        self, workplace: Workplace, runner: OpRunner, theme: Theme, view: MapView, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("addresses")
        self.setAccessibleName("Addresses to review")
        self._workplace, self._runner, self._theme, self.map = workplace, runner, theme, view
        self._current: OrderId | None = None
        self._offers: Sequence[Found] = ()
        self._pinned: Place | None = None
        self._make_list()
        self._make_offers()
        self._make_actions()
        self._lay_out()
        self._wire()
        self.refresh()

    # --- building -------------------------------------------------------------------------------------------------

    def _make_list(self) -> None:
        self.model = AddressModel(self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self.model)
        self._proxy.setFilterKeyColumn(-1)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._proxy.setSortRole(SORT_ROLE)
        self.filter = QLineEdit(self)
        self.filter.setObjectName("addresses.filter")
        self.filter.setAccessibleName("Filter the list")
        self.filter.setPlaceholderText("Filter…")
        self.filter.setClearButtonEnabled(True)
        self.table = QTableView(self)
        self.table.setObjectName("addresses.list")
        self.table.setAccessibleName("Doubtful addresses")
        self.table.setModel(self._proxy)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.horizontalHeader().setStretchLastSection(True)

    def _make_offers(self) -> None:
        self._title = QLabel(self)
        self._title.setFont(self._theme.font(Size.HEAD, bold=True))
        self._title.setWordWrap(True)
        self._detail = QLabel(self)
        self._detail.setWordWrap(True)
        self.search = QLineEdit(self)
        self.search.setObjectName("addresses.search")
        self.search.setAccessibleName("Search for the address under another spelling")
        self.search.setPlaceholderText("Search for another spelling, a place, a shop…")
        self.search.setClearButtonEnabled(True)
        self.offers = QListWidget(self)
        self.offers.setObjectName("addresses.offers")
        self.offers.setAccessibleName("Places the address may mean")
        self.accept = QPushButton("Use the chosen place", self)
        self.accept.setObjectName("addresses.accept")
        self.pin = QPushButton("Set a pin on the map", self)
        self.pin.setObjectName("addresses.pin")
        self.pin.setCheckable(True)

    def _make_actions(self) -> None:
        for name, key, slot in (
            ("take", QKeySequence(Qt.Key.Key_Return), self._on_accept),
            ("pin", QKeySequence(Qt.Key.Key_P), self.pin.click),
        ):
            action = QAction(self)
            action.setObjectName(f"addresses.{name}_action")
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            self.table.addAction(action)

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        grid = self._theme.grid
        column.setContentsMargins(grid(3), grid(3), grid(1), grid(3))
        column.addWidget(self.filter)
        column.addWidget(self.table, 1)
        right = QWidget(self)
        offers = QVBoxLayout(right)
        offers.setContentsMargins(grid(2), grid(3), grid(3), grid(3))
        offers.addWidget(self._title)
        offers.addWidget(self._detail)
        offers.addWidget(self.search)
        offers.addWidget(self.offers, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.accept)
        buttons.addWidget(self.pin)
        buttons.addStretch(1)
        offers.addLayout(buttons)
        offers.addWidget(self.map, 3)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(split)
        self._stack.addWidget(_empty(self._theme, self))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _wire(self) -> None:
        self.filter.textChanged.connect(self._proxy.setFilterFixedString)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.search.textEdited.connect(self._on_search)
        self.offers.currentRowChanged.connect(self._on_offer_changed)
        self.offers.itemActivated.connect(self._on_accept)
        self.accept.clicked.connect(self._on_accept)
        self.pin.toggled.connect(self._on_pin_toggled)
        self.map.pin_placed.connect(self._on_pin_placed)
        self.map.pin_cancelled.connect(self._on_pin_cancelled)
        self._runner.op_finished.connect(self._on_op_finished)

    # --- the list -------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        self._runner.read(lambda r: r.doubtful_orders(), self._on_read, latest_key="doubtful")

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.touches(Kind.ORDER, Kind.PIN):
            self.refresh()

    def _on_read(self, waiting: Sequence[Order]) -> None:
        row = self.table.currentIndex().row()
        self.model.set_orders(waiting)
        self.table.resizeColumnsToContents()
        self._stack.setCurrentIndex(0 if waiting else 1)
        self.count_changed.emit(len(waiting))
        self._choose_row(row)

    def _choose_row(self, row: int) -> None:
        """Stay on the order worked on; when it is done, the one that moved into its place."""
        source = self.model.row_of(self._current)
        if source is not None:
            row = self._proxy.mapFromSource(self.model.index(source, 0)).row()
        row = max(0, min(row, self._proxy.rowCount() - 1))
        if self._proxy.rowCount():
            self.table.setCurrentIndex(self._proxy.index(row, 0))
        else:
            self._show(None)

    @Slot(QModelIndex)
    def _on_row_changed(self, index: QModelIndex) -> None:
        order_id = index.data(ID_ROLE)
        row = self.model.row_of(order_id)
        if order_id != self._current or row is None:
            self._show(self.model.order(row) if row is not None else None)

    # --- the order worked on --------------------------------------------------------------------------------------

    def _show(self, order: Order | None) -> None:
        self._current = order.id if order else None
        self.pin.setChecked(False)
        self.search.clear()
        for widget in (self.accept, self.pin, self.search):
            widget.setEnabled(order is not None)
        if order is None:
            self._title.setText("")
            self._detail.setText("")
            self._show_offers(())
            return
        self._title.setText(order.address.text)
        known = PRECISIONS[order.address.precision]
        self._detail.setText(f"Order {order.number} · {order.contact.name or 'no name'} · now: {known}")
        self._ask(partial(self._find, order))

    def _find(self, order: Order, _progress: object) -> Sequence[Found]:
        geocoder = self._workplace.geocoder
        return geocoder.find(order.address, limit=6) if geocoder else ()

    def _suggest(self, text: str, _progress: object) -> Sequence[Found]:
        geocoder = self._workplace.geocoder
        return geocoder.suggest(text, limit=8) if geocoder else ()

    @Slot(str)
    def _on_search(self, text: str) -> None:
        if len(text) > 2:
            self._ask(partial(self._suggest, text))

    def _ask(self, work: object) -> None:
        self._runner.start(work, title="Finding places", on_done=self._show_offers, latest_key="offers")  # type: ignore[arg-type]

    def _show_offers(self, offers: Sequence[Found]) -> None:
        self._offers = offers
        self.offers.clear()
        for found in offers:
            text = f"{found.label}   ({PRECISIONS[found.precision]}, {found.score:.0f} %)"
            self.offers.addItem(QListWidgetItem(self._theme.icon("map-marker-outline", "muted"), text))
        self.map.show_stops(
            StopMark(OrderId(f"offer-{n}"), found.place, label=found.label) for n, found in enumerate(offers)
        )
        self.accept.setEnabled(bool(offers))
        if offers:
            self.offers.setCurrentRow(0)
        elif self._current:
            self.offers.addItem("Nothing fits these words: search for another spelling, or set a pin on the map.")

    @Slot(int)
    def _on_offer_changed(self, row: int) -> None:
        if 0 <= row < len(self._offers):
            self.map.go_to(MapPosition(self._offers[row].place, CLOSE_UP))
            self.map.select([OrderId(f"offer-{row}")])

    # --- deciding -------------------------------------------------------------------------------------------------

    @Slot()
    def _on_accept(self) -> None:
        row = self.offers.currentRow()
        if 0 <= row < len(self._offers):
            self._decide(self._offers[row].place)

    @Slot(bool)
    def _on_pin_toggled(self, on: bool) -> None:
        row = self.offers.currentRow()
        if on and self._current is not None:
            start = self._offers[row].place if 0 <= row < len(self._offers) else None
            self.map.ask_pin(start, self._title.text())
            self.pin.setText("Drag the pin, then press here to keep it")
        else:
            self.map.end_pin()
            self.pin.setText("Set a pin on the map")
            pinned, self._pinned = self._pinned, None
            if pinned is not None and self._current is not None:
                self._decide(pinned)

    @Slot(object)
    def _on_pin_placed(self, place: Place) -> None:
        self._pinned = place

    @Slot()
    def _on_pin_cancelled(self) -> None:
        self._pinned = None
        self.pin.setChecked(False)

    def _decide(self, place: Place) -> None:
        assert self._current is not None
        change = partial(orders.set_pin, order_id=self._current, place=place)
        self._runner.submit(Operation("Set the place of an address", change), initiator=self, on_done=self._on_decided)

    @Slot(object)
    def _on_decided(self, done: Done[int]) -> None:
        more = done.value - 1
        told = f" and {words.count(more, 'other order')} with the same address" if more else ""
        self._detail.setText(f"Remembered for this address{told}.")


def _empty(theme: Theme, parent: QWidget) -> QLabel:
    label = QLabel("Every address is known.\n\nDoubtful ones appear here after an import.", parent)
    label.setObjectName("addresses.empty")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setStyleSheet(f"color: {theme.colour('muted').name()}")
    return label
