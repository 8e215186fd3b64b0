"""The pool panel: orders that no round serves, with why; drag them out to plan, drop planned ones in to unassign."""

from collections.abc import Collection, Mapping

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason
from ui import format as fmt
from ui.board import drag
from ui.board.empty import EmptyState
from ui.board.pool_model import Column, PoolModel, Role
from ui.theme import Size, Theme

_ROOM_FOR = {Column.WINDOW: 105, Column.LOAD: 125, Column.PRIORITY: 145}
"""Width in steps of the 4-pixel grid from which a column is shown."""

_BARE = "No orders on this day yet – import an order file."


class _Filter(QSortFilterProxyModel):
    """Rows whose order number, address, customer or sender holds every word typed."""

    words: tuple[str, ...] = ()

    def set_text(self, text: str) -> None:
        self.beginFilterChange()
        self.words = tuple(text.casefold().split())
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        searched = self.sourceModel().index(source_row, 0, source_parent).data(Role.SEARCH)
        return all(word in searched for word in self.words)


class PoolView(QTableView):
    """The table under the hand; owned by the pool panel, which takes the drops.

    Signals:
        menu_requested(QPoint): where, in global coordinates.
    """

    menu_requested = Signal(QPoint)

    def __init__(self, theme: Theme, run_drag: drag.RunDrag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._run_drag = theme, run_drag
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSortingEnabled(True)
        self.verticalHeader().hide()
        self.setTabKeyNavigation(False)

    def order_ids(self) -> tuple[OrderId, ...]:
        """The selected orders, top to bottom."""
        rows = sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)
        return tuple(index.data(Role.ORDER_ID) for index in rows)

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: ARG002, N803
        if orders := self.order_ids():
            self._run_drag(drag.begin(self, orders, fmt.count(len(orders), "order"), self._theme))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Hide what a narrow panel has no room for; the tooltip has it all."""
        for column, steps in _ROOM_FOR.items():
            self.setColumnHidden(column, self.viewport().width() < self._theme.grid(steps))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())


class PoolPanel(QWidget):
    """Unplanned orders. GUI thread; the window owns it and answers its wishes.

    Signals:
        selection_changed(order_ids): a person chose other rows.
        unassign_requested(order_ids): planned orders were dropped here.
        plan_requested(order_ids): put them where they fit best.
        import_requested(): the day has no orders yet.
        edit_requested(order_id), show_on_map_requested(order_ids).
    """

    selection_changed = Signal(object)
    unassign_requested = Signal(object)
    edit_requested = Signal(object)
    show_on_map_requested = Signal(object)
    plan_requested = Signal(object)
    import_requested = Signal()

    def __init__(self, theme: Theme, *, run_drag: drag.RunDrag = drag.run_drag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.pool")
        self.setAccessibleName("Pool of unplanned orders")
        self._theme = theme
        self._updating = False
        self._has_orders = False
        self.model = PoolModel(self)
        self._proxy = _Filter(self)
        self._proxy.setSourceModel(self.model)
        self._proxy.setSortRole(Role.SORT)
        self.view = PoolView(theme, run_drag, self)
        self.view.setObjectName("board.pool.table")
        self.view.setAccessibleName("Unplanned orders")
        self.view.setModel(self._proxy)
        self.view.sortByColumn(Column.NUMBER, Qt.SortOrder.AscendingOrder)
        self.setAcceptDrops(True)
        self._set_columns()
        self._lay_out()
        self._make_actions()
        self._connect()
        self._on_theme_changed()
        self._show_counts()
        self._on_selection_changed()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def set_day(self, day: Day, reasons: Mapping[OrderId, Reason]) -> None:
        """Show this day's unplanned orders; on the same date only what differs changes."""
        chosen = self.view.order_ids()
        self._updating = True
        self._has_orders = bool(day.orders)
        self.model.set_day(day, reasons)
        self._select(chosen)
        self._updating = False
        self._show_counts()
        if self.view.order_ids() != chosen:
            self._on_selection_changed()

    def select(self, order_ids: Collection[OrderId]) -> None:
        """Select these orders and bring the first into view, without a signal."""
        self._updating = True
        self._select(order_ids)
        self._updating = False
        if rows := self.view.selectionModel().selectedRows():
            self.view.scrollTo(min(rows, key=QModelIndex.row))
        self._offer()

    @property
    def count(self) -> str:
        """What the heading says of how many."""
        return self._count.text()

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def _select(self, order_ids: Collection[OrderId]) -> None:
        chosen, flags = self.view.selectionModel(), QItemSelectionModel.SelectionFlag
        chosen.clearSelection()
        for order_id in order_ids:
            index = self._proxy.mapFromSource(self.model.index_of(order_id))
            if index.isValid():
                chosen.select(index, flags.Select | flags.Rows)

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _set_columns(self) -> None:
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(Column.ADDRESS, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)

    def _lay_out(self) -> None:
        self._count = QLabel()
        self._count.setProperty("muted", True)
        self.filter = QLineEdit(placeholderText="Filter", clearButtonEnabled=True)
        self.filter.setObjectName("board.pool.filter")
        self.filter.setAccessibleName("Filter unplanned orders")
        self._heading = QHBoxLayout()
        self._heading.addWidget(self._count, 1)
        self._heading.addWidget(self.filter)
        self.done = EmptyState(self._theme, icon="check-circle-outline", text="Everything is planned.")
        self.missed = EmptyState(self._theme, icon="magnify", text="", step="Clear the filter")
        self.bare = EmptyState(self._theme, icon="tray-arrow-down", text=_BARE, step="Import orders…")
        self._frame = QFrame(self)
        self._frame.setProperty("target", True)
        self._frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._frame.hide()
        self._stack = QStackedLayout()
        for widget in (self.view, self.done, self.missed, self.bare):
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._heading)
        layout.addLayout(self._stack, 1)

    def _make_actions(self) -> None:
        self.plan_action = self._make_action("Plan where they fit best", "playlist-plus", self._on_plan, "P")
        self.edit_action = self._make_action("Edit order…", "pencil-outline", self._on_edit, "F2")
        self.map_action = self._make_action("Show on map", "map-marker-outline", self._on_show_on_map, "M")

    def _make_action(self, text: str, icon: str, slot: object, key: str) -> QAction:
        action = QAction(text, self)
        action.setData(icon)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self.view.addAction(action)
        return action

    def _connect(self) -> None:
        self.model.unassign_requested.connect(self.unassign_requested)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.view.activated.connect(self._on_edit)
        self.view.menu_requested.connect(self._on_menu_requested)
        self.filter.textChanged.connect(self._on_filter_changed)
        self.missed.step_requested.connect(self.filter.clear)
        self.bare.step_requested.connect(self.import_requested)
        self._theme.changed.connect(self._on_theme_changed)

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._updating:
            self._offer()
            self.selection_changed.emit(self.view.order_ids())

    def _offer(self) -> None:
        chosen = bool(self.view.order_ids())
        for action in (self.plan_action, self.edit_action, self.map_action):
            action.setEnabled(chosen)

    @Slot()
    def _on_plan(self) -> None:
        self.plan_requested.emit(self.view.order_ids())

    @Slot()
    def _on_edit(self) -> None:
        if orders := self.view.order_ids():
            self.edit_requested.emit(orders[0])

    @Slot()
    def _on_show_on_map(self) -> None:
        self.show_on_map_requested.emit(self.view.order_ids())

    def context_menu(self) -> QMenu:
        """What can be done with the selection; deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.plan_action, self.edit_action, self.map_action])
        return menu

    @Slot(QPoint)
    def _on_menu_requested(self, at: QPoint) -> None:
        self.context_menu().popup(at)

    # ── Drops, anywhere on the panel ─────────────────────────────────────────────────────────────────────────────

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        taken = self.model.canDropMimeData(event.mimeData(), Qt.DropAction.MoveAction, -1, -1, QModelIndex())
        event.setDropAction(Qt.DropAction.MoveAction)
        event.setAccepted(taken)
        self._frame.setGeometry(self.rect())
        self._frame.setVisible(taken)
        self._frame.raise_()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._frame.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self._frame.hide()
        taken = self.model.dropMimeData(event.mimeData(), Qt.DropAction.MoveAction, -1, -1, QModelIndex())
        event.setDropAction(Qt.DropAction.MoveAction)
        event.setAccepted(taken)

    # ── Filter and looks ─────────────────────────────────────────────────────────────────────────────────────────

    @Slot(str)
    def _on_filter_changed(self, text: str) -> None:
        self._proxy.set_text(text)
        self._show_counts()

    def _show_counts(self) -> None:
        total, shown = self.model.rowCount(), self._proxy.rowCount()
        self._count.setText(f"{shown} of {total} unplanned" if shown != total else f"{total} unplanned")
        self.missed.set_text(f"None of the {fmt.count(total, 'unplanned order')} matches “{self.filter.text()}”.")
        empty = self.missed if total else self.done if self._has_orders else self.bare
        self._stack.setCurrentWidget(self.view if shown else empty)

    @Slot()
    def _on_theme_changed(self) -> None:
        grid, small = self._theme.grid, self._theme.font(Size.SMALL)
        for widget in (self._count, self.filter, self.view):
            widget.setProperty("small", True)  # a font set by hand is lost when a dock takes the panel in
            widget.setFont(small)
        self.view.horizontalHeader().setFont(small)
        self.filter.setMaximumWidth(grid(44))
        self.view.verticalHeader().setMinimumSectionSize(1)
        self.view.verticalHeader().setDefaultSectionSize(self.view.fontMetrics().height() + grid(2))
        self.view.fit_columns()
        self._heading.setContentsMargins(grid(3), grid(1), grid(2), grid(1))
        self._heading.setSpacing(grid(2))
        for action in self.view.actions():
            action.setIcon(self._theme.icon(action.data()))
