"""The review of doubtful addresses: the list at the left, the one under review at the right.

What is decided here is remembered for the address ever after, and the next one comes by itself. Keys in the list and
among the offers: Enter takes the chosen place, P sets a pin and keeps it, Escape drops it.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.errors import KnownError
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.services import orders
from dispatcher.services.learned_addresses import Proposal
from dispatcher.services.ports import Done
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.addresses.desk import AddressDesk
from ui.addresses.model import AddressModel, Column, Role
from ui.addresses.proposed import ProposedList, detail_words
from ui.board.empty import EmptyState
from ui.map.view import MapView
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.parts.tables import plain_table, size_column, size_rows
from ui.runner import Operation, OpRunner
from ui.theme import Theme

NONE_LEFT = "Every address is known.\nDoubtful ones appear here after an import."

TO_REVIEW, PROPOSED = "To review", "Proposed by proofs"

LEGIBLE = 32
"""Steps of the grid that an address needs at the least."""


class AddressesPanel(QWidget):
    """Works on the orders of all days. GUI thread.

    Signals:
        count_changed(int): how many addresses wait.
        proposed_changed(int): how many proposals of accepted proofs wait, once they were looked for.
    """

    count_changed = Signal(int)
    proposed_changed = Signal(int)

    def __init__(
        self, workplace: Workplace, runner: OpRunner, theme: Theme, view: MapView, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, "addresses", "Addresses to review")
        self._runner, self._theme, self.map = runner, theme, view
        self._make_list()
        self.desk = AddressDesk(workplace, runner, theme, view, self)
        self.proposed = ProposedList(workplace, runner, theme, self)
        self._add_keys(self.table)
        self._add_keys(self.desk.offers)
        self._lay_out()
        self._wire()
        self._dress()
        self.refresh()

    def _make_list(self) -> None:
        self.model = AddressModel(self._theme, self)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self.model)
        self._proxy.setFilterRole(Role.FILTER)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._proxy.setSortRole(Role.SORT)
        self.filter = named(QLineEdit(self), "addresses.filter", "Filter the list")
        self.filter.setPlaceholderText("Filter by order, address, customer…")
        self.filter.setClearButtonEnabled(True)
        self.table = plain_table(self, "addresses.list", "Doubtful addresses")
        self.table.setModel(self._proxy)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(Column.DAY, Qt.SortOrder.AscendingOrder)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        for column in (Column.ADDRESS, Column.FOUND):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.told = Said("addresses.told", "What was decided last", self._theme, self)

    def _add_keys(self, where: QWidget) -> None:
        keys: tuple[tuple[str, str, Qt.Key, Callable[[], object]], ...] = (
            ("take", "Use the chosen place", Qt.Key.Key_Return, self.desk.take),
            ("take", "Use the chosen place", Qt.Key.Key_Enter, self.desk.take),
            ("pin", "Set a pin on the map, or keep it", Qt.Key.Key_P, self.desk.toggle_pin),
            ("drop", "Drop the pin", Qt.Key.Key_Escape, self.desk.drop_pin),
        )
        for name, text, key, slot in keys:
            action = QAction(text, where)
            action.setObjectName(f"{where.objectName()}.{name}")
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(slot)
            where.addAction(action)

    def _lay_out(self) -> None:
        grid = self._theme.grid
        review = QWidget(self)
        column = QVBoxLayout(review)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(grid(2))
        for part in (self.filter, self.table, self.told):
            column.addWidget(part, 1 if part is self.table else 0)
        self.lists = QStackedWidget(self)
        self.lists.addWidget(review)
        self.lists.addWidget(self.proposed)
        left = QWidget(self)
        inside = QVBoxLayout(left)
        inside.setContentsMargins(grid(3), grid(2), grid(2), grid(3))
        inside.addWidget(self.lists)
        self.split = split = named(QSplitter(Qt.Orientation.Horizontal, self), "addresses.split", "List and address")
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.desk)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([grid(170), grid(140)])
        self.empty = EmptyState(self._theme, icon="map-marker-check-outline", text=NONE_LEFT, parent=self)
        self.empty.setObjectName("addresses.empty")
        self.stack = QStackedWidget(self)
        self.stack.addWidget(split)
        self.stack.addWidget(self.empty)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.tabs = named(QTabBar(self), "addresses.tabs", "Addresses to review, or proposals of proofs")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        for text in (TO_REVIEW, PROPOSED):
            self.tabs.addTab(text)
        whole.addWidget(self.tabs)
        whole.addWidget(self.stack, 1)

    def _wire(self) -> None:
        self.filter.textChanged.connect(self._on_filter)
        self.split.splitterMoved.connect(self._fit_columns)
        self.table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.desk.place_chosen.connect(self._on_place_chosen)
        self.tabs.currentChanged.connect(self._on_tab)
        self.proposed.chosen.connect(self._on_proposal)
        self.proposed.count_changed.connect(self._on_proposed_count)
        self._runner.op_finished.connect(self._on_op_finished)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        size_rows(self.table, self._theme)
        self._size_columns()

    def _size_columns(self) -> None:
        for column, least in ((Column.ORDER, 20), (Column.PRECISION, 28), (Column.DAY, 24)):
            size_column(self.table, self._theme, column, least=least, most=44)
        self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for both, the address as written matters more; what was found stands at the right."""
        super().resizeEvent(event)
        self._fit_columns()

    @Slot()
    def _fit_columns(self) -> None:
        fixed = sum(self.table.columnWidth(column) for column in (Column.ORDER, Column.PRECISION, Column.DAY))
        room = self.table.viewport().width() - fixed
        self.table.setColumnHidden(Column.FOUND, room < 2 * self._theme.grid(LEGIBLE))

    # --- the list -------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Read the list again."""
        self._runner.read(lambda r: r.doubtful_orders(), self._on_read, latest_key="doubtful")

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.touches(Kind.ORDER, Kind.PIN):
            self.refresh()

    @Slot(object)
    def _on_read(self, waiting: Sequence[Order]) -> None:
        row = self.table.currentIndex().row()
        self.model.set_orders(waiting)
        self._size_columns()
        self.tabs.setTabText(0, f"{TO_REVIEW} ({len(waiting)})" if waiting else TO_REVIEW)
        self._show_list()
        self.count_changed.emit(len(waiting))
        if not self._proposing:
            self._choose_row(row)

    # --- what proofs propose --------------------------------------------------------------------------------------

    @property
    def _proposing(self) -> bool:
        return self.tabs.currentIndex() == 1

    def _show_list(self) -> None:
        """The empty state is the review's; proposals say themselves that there are none."""
        self.lists.setCurrentIndex(self.tabs.currentIndex())
        self.stack.setCurrentIndex(0 if self._proposing or self.model.rowCount() else 1)

    @Slot()
    def _on_tab(self) -> None:
        self._show_list()
        if self._proposing:
            self._on_proposal(self.proposed.table.current)
        else:
            self.desk.set_choosing(on=True)
            self.desk.show_order(None)
            self._choose_row(self.table.currentIndex().row())

    @Slot(object)
    def _on_proposal(self, proposal: Proposal | None) -> None:
        if not self._proposing:
            return
        if proposal is None:
            self.desk.show_proposal(None, None, "No proposal chosen", "")
        else:
            self.desk.show_proposal(proposal.address, proposal.place, proposal.address.text, detail_words(proposal))

    @Slot(int)
    def _on_proposed_count(self, count: int) -> None:
        self.tabs.setTabText(1, f"{PROPOSED} ({count})" if count else PROPOSED)
        self.proposed_changed.emit(count)

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        self._proxy.setFilterFixedString(text)
        self._choose_row(0)

    def _choose_row(self, row: int) -> None:
        """Stay on the order worked on; when it is done, the one that moved into its place."""
        source = self.model.row_of(self.desk.order)
        if source is not None:
            at = self._proxy.mapFromSource(self.model.index(source, 0)).row()
            row = at if at >= 0 else row
        if self._proxy.rowCount():
            self.table.setCurrentIndex(self._proxy.index(max(0, min(row, self._proxy.rowCount() - 1)), 0))
            self._on_row_changed(self.table.currentIndex())
        else:
            self.desk.show_order(None)

    @Slot(QModelIndex)
    def _on_row_changed(self, index: QModelIndex) -> None:
        order = index.data(Role.ORDER)
        if order is not None and order != self.desk.order:
            self.desk.show_order(order)

    # --- deciding -------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_place_chosen(self, place: Place) -> None:
        order = self.desk.order
        if order is None:
            return
        change = partial(orders.set_pin, order_id=order.id, place=place)
        self._runner.submit(
            Operation(f"Set the place of {order.number}", change),
            initiator=self,
            on_done=partial(self._on_decided, order),
            on_failed=self._on_failed,
        )
        self.table.setFocus()

    def _on_decided(self, order: Order, done: Done[int]) -> None:
        more = done.value - 1
        others = f", and for {words.count(more, 'other order')} with this address" if more else ""
        self.told.say(f"Remembered for {order.address.text}{others}.", Tone.GOOD)

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if isinstance(fault, KnownError):
            self.told.say_fault(fault)
        else:
            self._runner.failed.emit(fault)
        self.refresh()
