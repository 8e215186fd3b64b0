"""The board: rounds and pool at the left, the map in the middle, the inspector at the right; one selection for all.

Docks float, close and come back as they were left. Every wish goes to the day; what comes back goes to the views.
"""

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QByteArray, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.progress import Progress
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace
from ui.board import words
from ui.board.inspector import Inspector
from ui.board.pool import PoolPanel
from ui.board.rounds import RoundsPanel
from ui.day import DayBoard
from ui.hand import Hand
from ui.map.messages import DragHovered, Flavour, StopMark, StopsDropped, Tone
from ui.map.view import MapView
from ui.runner import OpRunner
from ui.theme import Theme
from ui.window.marks import StopMarks, route_lines, with_place

LAYOUT_VERSION = 1


class BoardPanel(QMainWindow):
    """A main window within the main window, for its docks. GUI thread.

    Signals:
        edit_requested(OrderId): open the order's form.
        fleet_requested(): show the fleet panel.
        import_requested(): open the import form.
    """

    edit_requested = Signal(object)
    import_requested = Signal()
    fleet_requested = Signal()

    def __init__(
        self,
        board: DayBoard,
        hand: Hand,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self.setObjectName("board")
        self._board, self._hand = board, hand
        self._workplace, self._runner, self._theme = workplace, runner, theme
        self._outlook: Outlook | None = None
        self._fitted: object = None
        self.selected: tuple[OrderId, ...] = ()
        self._marks = StopMarks()
        self.rounds = RoundsPanel(theme, parent=self)
        self.pool = PoolPanel(theme, parent=self)
        self.inspector = Inspector(theme, parent=self)
        self.map = MapView(self)
        self.map.setObjectName("board.map")
        self.map.setAccessibleName("Map of rounds and stops")
        self._lay_out()
        self._wire_views()
        self._wire_day()
        self._show_region()
        self._initial = self.saveState(LAYOUT_VERSION)

    def _lay_out(self) -> None:
        self.setDockNestingEnabled(True)
        self.setCentralWidget(self.map)
        self.docks = [
            self._dock("Rounds", self.rounds, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Pool", self.pool, Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Details", self.inspector, Qt.DockWidgetArea.RightDockWidgetArea),
        ]

    def _share_out(self) -> None:
        """The sizes of a first start: rounds get most of the height. Docks that are not shown yet take no sizes."""
        grid, (rounds, pool, details) = self._theme.grid, self.docks
        self.resizeDocks([rounds, pool], [grid(150), grid(40)], Qt.Orientation.Vertical)
        self.resizeDocks([rounds, details], [grid(94), grid(72)], Qt.Orientation.Horizontal)

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"board.dock.{title.lower()}")
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    # --- what is shown --------------------------------------------------------------------------------------------

    def _show_region(self) -> None:
        pack, depot = self._workplace.pack, self._workplace.depot
        self.map.set_region(pack.basemap if pack else None, pack.bounds if pack else None)
        self.map.show_depot(depot.place, depot.name)
        self._dress_map()
        self._theme.changed.connect(self._dress_map)

    @Slot()
    def _dress_map(self) -> None:
        self.map.set_flavour(Flavour.DARK if self._theme.dark else Flavour.LIGHT)

    @Slot(object)
    def _on_outlook_changed(self, outlook: Outlook) -> None:
        reasons = self._outlook.reasons if self._outlook and not outlook.reasons else outlook.reasons
        self._outlook = Outlook(outlook.day, outlook.schedule, reasons)
        self._show_outlook()
        if self._fitted != outlook.day.date:
            self._fitted = outlook.day.date
            self.map.show_routes([])
            self.map.fit()

    @Slot(object)
    def _on_reasons_changed(self, reasons: object) -> None:
        if self._outlook and isinstance(reasons, dict) and reasons != self._outlook.reasons:
            self._outlook = Outlook(self._outlook.day, self._outlook.schedule, reasons)
            self._show_waiting()

    def _show_outlook(self) -> None:
        assert self._outlook is not None
        self.rounds.set_day(self._outlook.day, self._outlook.schedule)
        self._show_waiting()

    def _show_waiting(self) -> None:
        """All that tells why an order waits, and what follows the rounds anyway."""
        assert self._outlook is not None
        day, schedule, reasons = self._outlook.day, self._outlook.schedule, self._outlook.reasons
        self.pool.set_day(day, reasons)
        self.inspector.set_day(day, schedule, reasons)
        draw = partial(self._draw, self._outlook)
        self._runner.start(draw, title="Drawing stops", on_done=self.map.show_stops, latest_key="stops")

    def _draw(self, outlook: Outlook, _progress: Progress) -> list[StopMark]:
        """Runs on a worker: a thousand labels take longer than a frame."""
        return self._marks.of(outlook)

    @Slot(object)
    def _on_lines_changed(self, lines: dict) -> None:  # type: ignore[type-arg]
        if self._outlook is None:
            return
        day = self._outlook.day
        drawn = route_lines(day, lines)
        gone = (set(lines) | self._shown_lines) - {line.shift_id for line in drawn} - (set(day.shifts) - set(lines))
        self._shown_lines = (self._shown_lines | {line.shift_id for line in drawn}) - gone
        self.map.update_routes(drawn, gone)

    # --- one selection --------------------------------------------------------------------------------------------

    def select(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = (), *, by: object = None) -> None:
        """Select in every view but the one it comes from."""
        self.selected = chosen = tuple(order_ids)
        if by is not self.rounds:
            self.rounds.select(chosen, shift_ids)
        if by is not self.pool:
            self.pool.select(chosen)
        if by is not self.map:
            self.map.select(chosen, shift_ids)
        self.inspector.show_selection(chosen, tuple(shift_ids))

    def find(self, order_id: OrderId) -> None:
        """Select an order and show it on the map."""
        self.select([order_id])
        self.show_on_map((order_id,))

    @Slot(object)
    def show_on_map(self, order_ids: tuple[OrderId, ...]) -> None:
        """Bring the first of these that has a place to the middle."""
        shown = with_place(self._outlook.day, tuple(order_ids)) if self._outlook else ()
        if shown:
            self.map.pan_to(shown[0])

    # --- wiring ---------------------------------------------------------------------------------------------------

    def _wire_views(self) -> None:
        self._shown_lines: set[ShiftId] = set()
        hand = self._hand
        self.rounds.selection_changed.connect(self._on_rounds_selection)
        self.rounds.move_requested.connect(hand.move)
        self.rounds.unassign_requested.connect(hand.unassign)
        self.rounds.hold_requested.connect(hand.hold)
        self.rounds.edit_requested.connect(self.edit_requested)
        self.rounds.show_on_map_requested.connect(self.show_on_map)
        self.rounds.optimise_requested.connect(hand.resequence)
        self.rounds.add_shifts_requested.connect(self.fleet_requested)
        self.rounds.drop_hovered.connect(self._on_rounds_hovered)
        self.pool.selection_changed.connect(self._on_pool_selection)
        self.pool.import_requested.connect(self.import_requested)
        self.pool.unassign_requested.connect(hand.unassign)
        self.pool.plan_requested.connect(hand.insert)
        self.pool.edit_requested.connect(self.edit_requested)
        self.pool.show_on_map_requested.connect(self.show_on_map)
        self.map.selection_changed.connect(self._on_map_selection)
        self.map.route_clicked.connect(self._on_route_clicked)
        self.map.stops_dropped.connect(self._on_stops_dropped)
        self.map.drag_hovered.connect(self._on_map_hovered)
        self.map.stop_activated.connect(self.edit_requested)
        self.map.context_requested.connect(self._on_map_context)
        self.inspector.edit_requested.connect(self.edit_requested)
        self.inspector.unassign_requested.connect(hand.unassign)
        self.inspector.hold_toggled.connect(hand.hold)
        self.inspector.show_on_map.connect(self.show_on_map)

    def _wire_day(self) -> None:
        self._board.outlook_changed.connect(self._on_outlook_changed)
        self._board.reasons_changed.connect(self._on_reasons_changed)
        self._board.lines_changed.connect(self._on_lines_changed)

    @Slot(object, object)
    def _on_rounds_selection(self, order_ids: tuple[OrderId, ...], shift_ids: tuple[ShiftId, ...]) -> None:
        self.select(order_ids, shift_ids, by=self.rounds)

    @Slot(object)
    def _on_pool_selection(self, order_ids: tuple[OrderId, ...]) -> None:
        self.select(order_ids, by=self.pool)

    @Slot(object)
    def _on_map_selection(self, order_ids: tuple[OrderId, ...]) -> None:
        self.select(order_ids, by=self.map)

    @Slot(object)
    def _on_route_clicked(self, shift_id: ShiftId) -> None:
        self.rounds.select((), (shift_id,))
        self.inspector.show_selection((), (shift_id,))

    @Slot(object)
    def _on_stops_dropped(self, drop: StopsDropped) -> None:
        if drop.after_order_id is None and drop.before_order_id is None:
            self._hand.move(drop.order_ids, drop.target_shift_id)
        else:
            self._hand.move_between(drop.order_ids, drop.target_shift_id, drop.after_order_id)

    @Slot(object, object, object)
    def _on_rounds_hovered(self, order_ids: tuple[OrderId, ...], shift_id: ShiftId, index: int | None) -> None:
        verdict = self._verdict(order_ids, shift_id, index)
        self.rounds.show_verdict(words.verdict_words(verdict) if verdict else "")

    @Slot(object)
    def _on_map_hovered(self, hovered: DragHovered) -> None:
        if hovered.slot is None:
            return
        shift_id = hovered.slot.shift_id
        index = self._hand.index_after(shift_id, hovered.slot.after_order_id)
        verdict = self._verdict(hovered.order_ids, shift_id, index)
        if verdict:
            tone = Tone.BAD if verdict.breaks else Tone.GOOD if verdict.cost < 0 or verdict.mends else Tone.PLAIN
            self.map.show_verdict(words.verdict_words(verdict), tone)

    @Slot(object, QPoint)
    def _on_map_context(self, order_ids: tuple[OrderId, ...], at: QPoint) -> None:
        if order_ids:
            self.select(order_ids)
            self.context_menu(order_ids).popup(at)

    def context_menu(self, order_ids: tuple[OrderId, ...]) -> QMenu:
        """What can be done with these orders; deletes itself when closed."""
        planned = any(self.rounds.model.index_of_order(order_id).isValid() for order_id in order_ids)
        return self.rounds.context_menu() if planned else self.pool.context_menu()

    # --- layout ---------------------------------------------------------------------------------------------------

    def layout_state(self) -> QByteArray:
        """How the docks are arranged."""
        return self.saveState(LAYOUT_VERSION)

    def restore_layout(self, state: QByteArray | None) -> None:
        """Arrange the docks as they were; as at first when nothing was kept."""
        if state is None or not self.restoreState(state, LAYOUT_VERSION):
            self.restoreState(self._initial, LAYOUT_VERSION)
            QTimer.singleShot(0, self, self._share_out)
