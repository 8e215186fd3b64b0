"""The pool panel: orders that no round serves, with why; drag them out to plan, drop planned ones in to unassign."""

from collections.abc import Callable, Collection, Mapping

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLineEdit, QMenu, QStackedLayout, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason
from ui import format as fmt
from ui.board import drag
from ui.board.arrangement import Arrangement
from ui.board.empty import EmptyState
from ui.board.filter_line import FilterLine
from ui.board.filtering import Filter, Mark
from ui.board.pool_model import PoolModel
from ui.board.pool_view import PoolView
from ui.theme import Size, Theme

_BARE = "No orders on this day yet – import an order file."
_MARKS = (Mark.CANCELLED, Mark.FORENOON, Mark.AFTERNOON)


class PoolPanel(QWidget):
    """Unplanned orders. GUI thread; the window owns it and answers its wishes.

    Signals:
        selection_changed(order_ids): a person chose other rows.
        filter_changed(frozenset of order ids | None): the orders that the filter takes; None while there is none.
        move_to_requested(order_ids): choose a driver; answer with `MoveTo.offer`.
        unassign_requested(order_ids): planned orders were dropped here.
        plan_requested(order_ids): put them where they fit best.
        cancel_requested(order_ids), reopen_requested(order_ids): take orders off for good, or bring them back.
        import_requested(): the day has no orders yet.
        edit_requested(order_id), explain_requested(order_id), show_on_map_requested(order_ids).
    """

    selection_changed = Signal(object)
    filter_changed = Signal(object)
    move_to_requested = Signal(object)
    unassign_requested = Signal(object)
    plan_requested = Signal(object)
    cancel_requested = Signal(object)
    reopen_requested = Signal(object)
    import_requested = Signal()
    edit_requested = Signal(object)
    explain_requested = Signal(object)
    show_on_map_requested = Signal(object)

    def __init__(self, theme: Theme, *, run_drag: drag.RunDrag = drag.run_drag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.pool")
        self.setAccessibleName("Pool of unplanned orders")
        self._theme = theme
        self._has_orders: bool | None = None
        """Whether the day has any; `None` before there is one."""
        self._told: frozenset[OrderId] | None = None
        self.model = PoolModel(self)
        self.view = PoolView(self.model, theme, run_drag, self)
        self.view.setObjectName("board.pool.table")
        self.view.setAccessibleName("Unplanned orders")
        self.setFocusProxy(self.view)
        self.line = FilterLine(theme, _MARKS, "board.pool", self)
        self.line.edit.setAccessibleName("Filter unplanned orders")
        self.arrangement = Arrangement(
            self.view.columns, self.line, self, sorting=self.view.sorting, sort=self.view.sort_as
        )
        self.setAcceptDrops(True)
        self._lay_out()
        self._make_actions()
        self._connect()
        self._on_theme_changed()
        self._show_counts()
        self._offer()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def set_day(self, day: Day, reasons: Mapping[OrderId, Reason]) -> None:
        """Show this day's unplanned orders; on the same date only what differs changes."""
        self._has_orders = bool(day.orders)
        with self.view.keeping_selection():
            self.model.set_day(day, reasons)
        self.view.columns.fit()
        skills = (day.orders[row.order_id].skills for row in self.model.rows)
        self.line.set_skills(frozenset().union(*skills))
        self._show_counts()
        self._tell_filter()

    def select(self, order_ids: Collection[OrderId], *, sought: bool = True) -> None:
        """Select these orders and bring the first into view, without a signal.

        A filter that hides all of them gives way if they were sought: what was asked for must be seen.
        """
        waiting = [o for o in order_ids if self.model.is_waiting(o) and not self.model.is_cancelled(o)]
        if sought and self.line.filter and waiting and all(self.model.place_of(o) is None for o in waiting):
            self.line.clear()
        if rows := self.view.choose(order_ids):
            self.view.scrollTo(self.model.index(rows[0], 0))
        self._offer()

    @property
    def filter(self) -> QLineEdit:
        """Where words to look for are typed."""
        return self.line.edit

    @property
    def count(self) -> str:
        """What the heading says of how many."""
        return self.line.count.text()

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def state(self) -> dict[str, object]:
        """Columns, filter, sorting and saved views, to be kept as JSON."""
        return self.arrangement.state()

    def restore(self, kept: object) -> None:
        """Arrange the panel as it was kept."""
        self.arrangement.restore(kept)

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
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
        layout.addWidget(self.line)
        layout.addLayout(self._stack, 1)

    def _make_actions(self) -> None:
        make = self._make_action
        self.plan_action = make("Plan where they fit best", "playlist-plus", self._on_plan, "P")
        self.move_to_action = make("Move to…", "account-arrow-right-outline", self._on_move_to, "V")
        self.edit_action = make("Edit order…", "pencil-outline", self._on_edit, "F2")
        self.map_action = make("Show on map", "map-marker-outline", self._on_show_on_map, "M")
        self.explain_action = make("Why, and what would mend it", "lightbulb-on-outline", self._on_explain, "W")
        self.cancel_action = make("Cancel orders", "package-variant-closed-remove", self._on_cancel, "")
        self.reopen_action = make("Reopen orders", "package-variant-closed", self._on_reopen, "R")

    def _make_action(self, text: str, icon: str, slot: Callable[[], None], key: str) -> QAction:
        action = QAction(text, self)
        action.setData(icon)
        action.setObjectName(f"board.pool.{text.rstrip('…').lower().replace(',', '').replace(' ', '_')}")
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self.view.addAction(action)
        return action

    def _connect(self) -> None:
        self.model.unassign_requested.connect(self.unassign_requested)
        self.view.selection_changed.connect(self._on_selection_changed)
        self.view.activated.connect(self._on_edit)
        self.view.menu_requested.connect(self._on_menu_requested)
        self.line.changed.connect(self._on_filter_changed)
        self.missed.step_requested.connect(self.line.clear)
        self.bare.step_requested.connect(self.import_requested)
        self._theme.changed.connect(self._on_theme_changed)

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_selection_changed(self) -> None:
        self._offer()
        self.selection_changed.emit(self.view.order_ids())

    def _offer(self) -> None:
        chosen = self.view.order_ids()
        cancelled = [self.model.is_cancelled(order_id) for order_id in chosen]
        for action in (self.edit_action, self.map_action):
            action.setEnabled(bool(chosen))
        for action in (self.plan_action, self.move_to_action, self.cancel_action):
            action.setEnabled(bool(chosen) and not any(cancelled))
        self.explain_action.setEnabled(cancelled == [False])
        self.reopen_action.setEnabled(any(cancelled))

    @Slot()
    def _on_plan(self) -> None:
        self.plan_requested.emit(self.view.order_ids())

    @Slot()
    def _on_move_to(self) -> None:
        self.move_to_requested.emit(self.view.order_ids())

    @Slot()
    def _on_edit(self) -> None:
        if orders := self.view.order_ids():
            self.edit_requested.emit(orders[0])

    @Slot()
    def _on_show_on_map(self) -> None:
        self.show_on_map_requested.emit(self.view.order_ids())

    @Slot()
    def _on_explain(self) -> None:
        self.explain_requested.emit(self.view.order_ids()[0])

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel_requested.emit(self.view.order_ids())

    @Slot()
    def _on_reopen(self) -> None:
        self.reopen_requested.emit(tuple(o for o in self.view.order_ids() if self.model.is_cancelled(o)))

    def context_menu(self) -> QMenu:
        """What can be done with the selection; deletes itself when closed."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.reopen_action.isEnabled():
            menu.addActions([self.reopen_action, self.edit_action, self.map_action])
            return menu
        menu.addActions([self.plan_action, self.move_to_action, self.edit_action, self.map_action])
        menu.addSeparator()
        menu.addActions([self.explain_action, self.cancel_action])
        return menu

    @Slot(object)
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

    @Slot(object)
    def _on_filter_changed(self, chosen: Filter) -> None:
        with self.view.keeping_selection():
            self.model.set_filter(chosen)
        self.view.columns.fit()
        self._show_counts()
        self._tell_filter()

    def _tell_filter(self) -> None:
        taken = frozenset(row.order_id for row in self.model.rows) if self.line.filter else None
        if taken != self._told:
            self._told = taken
            self.filter_changed.emit(taken)

    def _show_counts(self) -> None:
        total, shown = self.model.waiting(), len(self.model.rows)
        chosen = self.line.filter
        if Mark.CANCELLED in chosen.marks:
            self.line.count.setText(f"{shown:,} cancelled")
        else:
            self.line.count.setText(f"{shown:,} of {total:,} unplanned" if shown != total else f"{total:,} unplanned")
        self.missed.set_text(self._nothing(chosen, total))
        empty = self.missed if total or chosen else self.done if self._has_orders else self.bare
        self._stack.setCurrentWidget(self.view if shown or self._has_orders is None else empty)

    @staticmethod
    def _nothing(chosen: Filter, total: int) -> str:
        if Mark.CANCELLED in chosen.marks:
            return "No cancelled order matches."
        orders = fmt.count(total, "unplanned order")
        return f"None of the {orders} matches “{chosen.text}”." if chosen.text else f"None of the {orders} matches."

    @Slot()
    def _on_theme_changed(self) -> None:
        grid, small = self._theme.grid, self._theme.font(Size.SMALL)
        self.view.setProperty("small", True)  # a font set by hand is lost when a dock takes the panel in
        self.view.setFont(small)
        self.view.verticalHeader().setDefaultSectionSize(self.view.fontMetrics().height() + grid(2))
        self.view.columns.fit()
        for action in self.view.actions():
            action.setIcon(self._theme.icon(action.data()))
