"""The rounds panel: the tree of rounds with its heading, filter, menu and keys. Every wish leaves as a signal."""

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from ui import format as fmt
from ui.board import drag
from ui.board.empty import EmptyState
from ui.board.round_model import Role, RoundModel
from ui.board.round_view import RoundView
from ui.board.rows import RoundRow
from ui.theme import Size, Theme

_EMPTY = "No drivers on duty this day – add shifts under Fleet."


class RoundsPanel(QWidget):
    """Rounds and their stops. GUI thread; the window owns it and answers its wishes.

    Signals:
        selection_changed(order_ids, shift_ids): a person chose other rows.
        move_requested(order_ids, shift_id, index): put them before stop `index` as shown; None: where they fit best.
        unassign_requested(order_ids), hold_requested(order_ids, held), edit_requested(order_id),
        show_on_map_requested(order_ids), optimise_requested(shift_ids), add_shifts_requested().
        drop_hovered(order_ids, shift_id, index): a drag hangs there; answer with `show_verdict`.
    """

    selection_changed = Signal(object, object)
    move_requested = Signal(object, object, object)
    unassign_requested = Signal(object)
    hold_requested = Signal(object, bool)
    edit_requested = Signal(object)
    show_on_map_requested = Signal(object)
    optimise_requested = Signal(object)
    add_shifts_requested = Signal()
    drop_hovered = Signal(object, object, object)

    def __init__(self, theme: Theme, *, run_drag: drag.RunDrag = drag.run_drag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.rounds")
        self.setAccessibleName("Rounds")
        self._theme = theme
        self.model = RoundModel(self)
        self.view = RoundView(self.model, theme, run_drag, self)
        self.view.setObjectName("board.rounds.tree")
        self.view.setAccessibleName("Rounds and their stops")
        self._make_actions()
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._show_counts()
        self._on_selection_changed()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def set_day(self, day: Day, schedule: Schedule | None) -> None:
        """Show this day's rounds; on the same date only what differs changes."""
        self.view.set_day(day, schedule)
        self._apply_filter()
        self._show_counts()
        self._on_selection_changed()

    def select(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = ()) -> None:
        """Select these stops and rounds and bring the first into view, without a signal."""
        self.view.select(order_ids, shift_ids)
        self._on_selection_changed()

    def show_verdict(self, text: str) -> None:
        """Say what the drop under the pointer would bring."""
        self.view.show_verdict(text)

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _make_actions(self) -> None:
        make = self._make_action
        self.edit_action = make("Edit order…", "pencil-outline", self._on_edit, "F2")
        self.up_action = make("Move up", "arrow-up", self._on_up, "Alt+Up")
        self.down_action = make("Move down", "arrow-down", self._on_down, "Alt+Down")
        self.hold_action = make("Hold with driver", "lock", self._on_hold, "H")
        self.release_action = make("Release from driver", "lock-open-variant-outline", self._on_release, "Shift+H")
        self.unassign_action = make("Unassign", "tray-arrow-down", self._on_unassign, QKeySequence.StandardKey.Delete)
        self.map_action = make("Show on map", "map-marker-outline", self._on_show_on_map, "M")
        self.optimise_action = make("Optimise these rounds", "auto-fix", self._on_optimise, "")
        self.expand_action = make("Open all rounds", "unfold-more-horizontal", self.view.expandAll, "Ctrl++")
        self.collapse_action = make("Close all rounds", "unfold-less-horizontal", self.view.collapseAll, "Ctrl+-")

    def _make_action(
        self, text: str, icon: str, slot: Callable[[], object], key: str | QKeySequence.StandardKey
    ) -> QAction:
        action = QAction(text, self)
        action.setData(icon)
        action.setObjectName(f"board.rounds.{text.rstrip('…').lower().replace(' ', '_')}")
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(slot)
        self.addAction(action)
        return action

    def _lay_out(self) -> None:
        self._count = QLabel()
        self._count.setProperty("muted", True)
        self._filter = QToolButton(popupMode=QToolButton.ToolButtonPopupMode.InstantPopup)
        self._filter.setObjectName("board.rounds.filter")
        self._filter.setMenu(self._filter_menu())
        heading = QHBoxLayout()
        heading.addWidget(self._count)
        heading.addStretch(1)
        heading.addWidget(self._filter)
        self.empty = EmptyState(self._theme, icon="account-clock-outline", text=_EMPTY, step="Add shifts…")
        self._stack = QStackedLayout()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)
        self._heading = heading
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(heading)
        layout.addLayout(self._stack, 1)

    def _filter_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(self)
        self.all_action = menu.addAction("All rounds")
        self.problems_action = menu.addAction("Only with problems")
        for action in (self.all_action, self.problems_action):
            action.setCheckable(True)
            group.addAction(action)
        self.all_action.setChecked(True)
        group.triggered.connect(self._apply_filter)
        return menu

    def _connect(self) -> None:
        self.model.move_requested.connect(self.move_requested)
        self.view.selection_changed.connect(self.selection_changed)
        self.view.selection_changed.connect(self._on_selection_changed)
        self.view.open_requested.connect(self.edit_requested)
        self.view.drop_hovered.connect(self.drop_hovered)
        self.view.menu_requested.connect(self._on_menu_requested)
        self.empty.step_requested.connect(self.add_shifts_requested)
        self._theme.changed.connect(self._on_theme_changed)

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _nudge(self, step: int) -> None:
        """Wish the selected stops one place up or down, together."""
        chosen = self.view.selected_orders()
        shift_ids = {self.model.index_of_order(order_id).data(Role.SHIFT_ID) for order_id in chosen}
        if len(shift_ids) != 1:
            return
        shift_id = shift_ids.pop()
        route = self.model.stop_ids(shift_id)
        rows = [route.index(order_id) for order_id in chosen]
        index = rows[0] - 1 if step < 0 else rows[-1] + 2
        if 0 <= index <= len(route):
            self.move_requested.emit(chosen, shift_id, index)

    @Slot()
    def _on_up(self) -> None:
        self._nudge(-1)

    @Slot()
    def _on_down(self) -> None:
        self._nudge(1)

    @Slot()
    def _on_hold(self) -> None:
        self.hold_requested.emit(self.view.selected_orders(), True)

    @Slot()
    def _on_release(self) -> None:
        self.hold_requested.emit(self.view.selected_orders(), False)

    @Slot()
    def _on_edit(self) -> None:
        if orders := self.view.selected_orders():
            self.edit_requested.emit(orders[0])

    @Slot()
    def _on_unassign(self) -> None:
        if orders := self.view.selected_orders():
            self.unassign_requested.emit(orders)

    @Slot()
    def _on_show_on_map(self) -> None:
        if orders := self._chosen_orders():
            self.show_on_map_requested.emit(orders)

    @Slot()
    def _on_optimise(self) -> None:
        if shifts := self.view.selected_shifts():
            self.optimise_requested.emit(shifts)

    def _chosen_orders(self) -> tuple[OrderId, ...]:
        """The selected stops and those of selected rounds, each once."""
        of_rounds = (order_id for shift_id in self.view.selected_shifts() for order_id in self.model.stop_ids(shift_id))
        return tuple(dict.fromkeys((*self.view.selected_orders(), *of_rounds)))

    @Slot()
    def _on_selection_changed(self) -> None:
        """Offer only what can be done with what is selected."""
        stops, rounds = bool(self.view.selected_orders()), bool(self.view.selected_shifts())
        held = [self.model.index_of_order(o).data(Role.ROW).held for o in self.view.selected_orders()]
        for action in (self.edit_action, self.up_action, self.down_action, self.unassign_action):
            action.setEnabled(stops)
        self.hold_action.setEnabled(not all(held))
        self.release_action.setEnabled(any(held))
        self.map_action.setEnabled(stops or rounds)
        self.optimise_action.setEnabled(rounds)

    # ── Menu, filter, looks ──────────────────────────────────────────────────────────────────────────────────────

    def context_menu(self) -> QMenu:
        """What can be done with the selection; the caller shows it and it deletes itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.view.selected_orders():
            menu.addActions([self.edit_action, self.map_action])
            menu.addMenu(self._destinations(menu))
            menu.addActions([self.up_action, self.down_action])
            menu.addSeparator()
            menu.addActions([a for a in (self.hold_action, self.release_action) if a.isEnabled()])
            menu.addAction(self.unassign_action)
        elif self.view.selected_shifts():
            menu.addActions([self.optimise_action, self.map_action])
        menu.addSeparator()
        menu.addActions([self.expand_action, self.collapse_action])
        return menu

    def _destinations(self, parent: QMenu) -> QMenu:
        """The rounds to move the selected stops to."""
        menu = QMenu("Move to", parent)
        menu.setIcon(self._theme.icon("arrow-right"))
        for row in self.model.round_rows():
            action = menu.addAction(f"{row.number}  {row.driver}")
            action.triggered.connect(partial(self._move_to, row))
        return menu

    def _move_to(self, row: RoundRow, _checked: bool = False) -> None:
        self.move_requested.emit(self.view.selected_orders(), row.shift_id, None)

    @Slot(QPoint)
    def _on_menu_requested(self, at: QPoint) -> None:
        self.context_menu().popup(at)

    @Slot()
    def _apply_filter(self) -> None:
        only_problems = self.problems_action.isChecked()
        for position, row in enumerate(self.model.round_rows()):
            hidden = only_problems and not row.problems
            if hidden != self.view.isRowHidden(position, self.view.rootIndex()):  # each costs a layout of all rows
                self.view.setRowHidden(position, self.view.rootIndex(), hidden)
        self._show_filter()

    def _show_filter(self) -> None:
        self._filter.setText("With problems ▾" if self.problems_action.isChecked() else "All ▾")

    def _show_counts(self) -> None:
        rounds = self.model.round_rows()
        self._count.setText(f"{len(rounds)} · {fmt.count(len(self.model.all_stop_rows()), 'stop')}" if rounds else "")
        self._filter.setVisible(bool(rounds))
        self._stack.setCurrentWidget(self.view if rounds else self.empty)

    @Slot()
    def _on_theme_changed(self) -> None:
        grid = self._theme.grid
        self._count.setFont(self._theme.font(Size.SMALL))
        self._filter.setFont(self._theme.font(Size.SMALL))
        self._show_filter()
        self._filter.setIcon(self._theme.icon("filter-variant", "muted"))
        self._filter.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._filter.setToolTip("Which rounds to show")
        self._heading.setContentsMargins(grid(3), grid(1), grid(2), grid(1))
        self._heading.setSpacing(grid(2))
        for action in self.actions():
            action.setIcon(self._theme.icon(action.data()))
