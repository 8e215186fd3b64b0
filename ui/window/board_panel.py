"""The board: rounds and pool, map and timeline, details, proposals and history; one selection for all of them.

Every part is a dock: it floats onto another screen, closes, and comes back as it was left. What is shown comes in
here and is handed round; what the views wish goes out through `ui.window.wires`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import QByteArray, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDrag, QShowEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QVBoxLayout, QWidget

from dispatcher.domain.ids import ClosureId, OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import Closure, RoadPath, Understood
from dispatcher.services import closures
from dispatcher.services.learning import LearningDesk
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace
from ui.board.drag import run_drag
from ui.board.inspector import Inspector
from ui.board.pool import PoolPanel
from ui.board.rounds import RoundsPanel
from ui.day import DayBoard, Past, same_ahead
from ui.history.panel import HistoryPanel
from ui.learned.chance import ChanceLine
from ui.map.messages import ClosureLine, Flavour
from ui.map.replay import ReplayBar
from ui.map.view import DrawnStops, MapView
from ui.proposals.panel import ProposalsPanel
from ui.road.alerts import AlertsPanel
from ui.road.card import DriverCard
from ui.runner import OpRunner
from ui.theme import Theme
from ui.timeline.panel import TimelinePanel
from ui.turns import Turns
from ui.window.contacts import ContactsDesk
from ui.window.marks import StopMarks, bounds_around, closure_lines, idle_rounds, route_lines, with_place
from ui.window.proofs import ProofDesk

LAYOUT_VERSION = 3
DRAW_LIVE_MS = 2_000
"""So long after a row said something else the marks on the map follow: that goes to the page as text."""


class BoardPanel(QMainWindow):
    """A main window within the main window, for its docks. GUI thread.

    Signals:
        selected_changed(order_ids, shift_ids): the one selection is another.
        told(str): a sentence for the status bar.
        drag_ended(): stops that were taken in hand anywhere on the board were dropped or given up.
    """

    selected_changed = Signal(object, object)
    told = Signal(str)
    drag_ended = Signal()

    def __init__(
        self, board: DayBoard, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self.setObjectName("board")
        self._board, self._workplace, self._runner, self._theme = board, workplace, runner, theme
        self._outlook: Outlook | None = None
        self._fitted: date | None = None
        self._lines_of: date | None = None
        self._arranged = False
        self._shown_lines: set[ShiftId] = set()
        self._closures: tuple[Closure, ...] = ()
        self._closed: list[ClosureLine] = []
        self._meant: list[ClosureLine] = []
        self.selected: tuple[OrderId, ...] = ()
        self.selected_shifts: tuple[ShiftId, ...] = ()
        self._waiting: frozenset[OrderId] = frozenset()
        """Those of the selected orders that no round serves."""
        self._telling = False
        self._marks = StopMarks()
        self._live: LiveDay | None = None
        self._turns = Turns(self)
        self._showing = (self._show_rounds, self._show_lanes, self._show_around, self._show_rest)
        self._drawing = QTimer(self, interval=DRAW_LIVE_MS, singleShot=True)
        self._drawing.timeout.connect(self._draw_stops)
        self._make_views()
        self._lay_out()
        self._wire_selection()
        for view in (self.rounds, self.timeline):
            board.prepare_with(view.prepare_day)
        board.outlook_changed.connect(self._on_outlook_changed)
        board.reasons_changed.connect(self._on_reasons_changed)
        board.lines_changed.connect(self._on_lines_changed)
        board.past_changed.connect(self._on_past_changed)
        self._show_region()
        self._initial = self.saveState(LAYOUT_VERSION)

    def _make_views(self) -> None:
        self.rounds = RoundsPanel(self._theme, run_drag=self._run_drag, parent=self)
        self.pool = PoolPanel(self._theme, run_drag=self._run_drag, parent=self)
        self.map = MapView(self)
        self.map.setObjectName("board.map")
        self.map.setAccessibleName("Map of rounds and stops")
        self.replay = ReplayBar(self._theme, self)
        self.replay.hide()
        self._map_column = _below_one_another(self.map, self.replay)
        self.timeline = TimelinePanel(self._theme, run_drag=self._run_drag, parent=self)
        self.inspector = Inspector(self._theme, parent=self)
        self.proposals = ProposalsPanel(self._theme, parent=self, clock=self._workplace.clock)
        self.history = HistoryPanel(self._theme, parent=self)
        self.driver = DriverCard(self._theme, parent=self)
        self.alerts = AlertsPanel(self._theme, parent=self)
        self.proofs = ProofDesk(self.inspector, self._board, self._workplace, self._runner, self._theme, self)
        self.contacts = ContactsDesk(self.inspector, self._workplace, self._runner, self)
        learned = LearningDesk(self._workplace, clock=self._workplace.clock)
        self.inspector.offer_chance(ChanceLine(learned, self._runner, self._theme, self.inspector))

        self.map.drag_ended.connect(self.drag_ended)

    def _run_drag(self, carried: QDrag) -> None:
        """Carry it out; wherever it ended, it is over then."""
        run_drag(carried)
        self.drag_ended.emit()

    # --- docks ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setDockNestingEnabled(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, self.tabPosition(Qt.DockWidgetArea.TopDockWidgetArea))
        views = {
            "Rounds": self.rounds, "Pool": self.pool, "Map": self._map_column, "Timeline": self.timeline,
            "Details": self.inspector, "Proposals": self.proposals, "History": self.history,
            "Driver": self.driver, "Alerts": self.alerts,
        }  # fmt: skip
        self.docks = {title: self._dock(title, widget) for title, widget in views.items()}
        rounds, pool, chart, lanes, details, *behind = self.docks.values()
        beside, below = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, rounds)
        self.splitDockWidget(rounds, chart, beside)
        self.splitDockWidget(chart, details, beside)
        self.splitDockWidget(rounds, pool, below)
        self.splitDockWidget(chart, lanes, below)
        *beside_details, alerts = behind
        for dock in beside_details:
            self.tabifyDockWidget(details, dock)
        self.tabifyDockWidget(pool, alerts)
        details.raise_()
        pool.raise_()

    def _dock(self, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"board.dock.{title.lower()}")
        dock.setWidget(widget)
        return dock

    def _share_out(self) -> None:
        """The sizes of a first start: the map gets what rounds and details leave, the lanes a third of its height."""
        grid, width, height = self._theme.grid, self.width(), self.height()
        rounds, pool, chart, lanes, details, *_ = self.docks.values()
        left, right = min(grid(94), width * 3 // 10), min(grid(84), width * 3 // 10)
        self.resizeDocks([rounds, chart, details], [left, width - left - right, right], Qt.Orientation.Horizontal)
        self.resizeDocks([rounds, pool], [height * 3 // 4, height // 4], Qt.Orientation.Vertical)
        self.resizeDocks([chart, lanes], [height * 2 // 3, height // 3], Qt.Orientation.Vertical)

    def showEvent(self, event: QShowEvent) -> None:
        """Docks take no sizes before they are on the screen."""
        super().showEvent(event)
        if not self._arranged:
            self._arranged = True
            QTimer.singleShot(0, self, self._share_out)

    def bring_up(self, title: str) -> None:
        """Show a part that may be closed or behind another."""
        self.docks[title].show()
        self.docks[title].raise_()

    def layout_state(self) -> QByteArray:
        """How the docks are arranged."""
        return self.saveState(LAYOUT_VERSION)

    def restore_layout(self, state: QByteArray | None) -> None:
        """Arrange the docks as they were; as at first when nothing was kept."""
        self._arranged = state is not None and self.restoreState(state, LAYOUT_VERSION)
        if not self._arranged:
            self.restoreState(self._initial, LAYOUT_VERSION)
            if self.isVisible():
                self._arranged = True
                QTimer.singleShot(0, self, self._share_out)

    def views_state(self) -> dict[str, object]:
        """Columns, filters, views and zoom, as plain values."""
        return {"rounds": self.rounds.state(), "pool": self.pool.state(), "timeline": self.timeline.state()}

    def restore_views(self, state: Mapping[str, object]) -> None:
        """Columns, filters, views and zoom as they were; what is malformed is passed over."""
        self.rounds.restore(state.get("rounds"))
        self.pool.restore(state.get("pool"))
        zoom = state.get("timeline")
        self.timeline.restore(zoom if isinstance(zoom, Mapping) else {})

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def outlook(self) -> Outlook | None:
        """What the views show, with the reasons known so far."""
        return self._outlook

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
        before, self._outlook = self._outlook, Outlook(outlook.day, outlook.schedule, reasons)
        self._turns.drop()
        if before and same_ahead(before.day, outlook.day):  # it may take a moment
            self._turns.take(self._showing)
        else:
            for show in self._showing:
                show()

    @Slot(object)
    def _on_reasons_changed(self, reasons: object) -> None:
        if self._outlook and isinstance(reasons, dict) and reasons != self._outlook.reasons:
            self._outlook = Outlook(self._outlook.day, self._outlook.schedule, reasons)
            self._show_waiting()

    @Slot(object)
    def _on_past_changed(self, past: Past | None) -> None:
        at = self._board.clock(past.entry.at) if past else ""
        self.map.set_read_only(f"As it was at {at} – read only" if past else None)
        self.history.set_past(past)

    def _show_rounds(self) -> None:
        assert self._outlook is not None
        self._telling = True
        self.rounds.set_day(self._outlook.day, self._outlook.schedule)
        self._telling = False

    def _show_lanes(self) -> None:
        assert self._outlook is not None
        self._telling = True
        self.timeline.set_day(self._outlook.day, self._outlook.schedule)
        self._telling = False

    def _show_around(self) -> None:
        """What is on the map beside lines and stops."""
        assert self._outlook is not None
        day = self._outlook.day
        if self._lines_of != day.date:
            self._lines_of = day.date
            self.map.show_routes([])
        self.map.show_idle_rounds(idle_rounds(day))
        self._show_closures(day)

    def _show_rest(self) -> None:
        assert self._outlook is not None
        self._telling = True
        self._show_waiting()
        self._telling = False
        self._keep_selection(self._outlook.day)

    def _show_closures(self, day: Day) -> None:
        """The day's closed streets on the map; what cannot be obeyed is said."""
        if day.closures == self._closures:
            return
        self._closures = day.closures
        look = lambda _progress: closures.closures_on(self._workplace.roads, day)
        self._runner.start(look, title="Closed streets", on_done=self._on_closures, latest_key="closures")

    def _on_closures(self, closed: Sequence[closures.Closed]) -> None:
        self._closed = closure_lines(closed)
        self.map.show_closures([*self._closed, *self._meant])
        if said := closures.notice(closed):
            self.told.emit(said)

    def _show_waiting(self) -> None:
        """All that tells why an order waits, and what follows the rounds anyway."""
        assert self._outlook is not None
        day, schedule, reasons = self._outlook.day, self._outlook.schedule, self._outlook.reasons
        self.pool.set_day(day, reasons)
        self.inspector.set_day(day, schedule, reasons)
        self._draw_stops()

    @Slot()
    def _draw_stops(self) -> None:
        if self._outlook is None:
            return
        self._drawing.stop()
        on = self._outlook.day.date
        live = self._live if self._live and self._live.date == on else None
        draw = partial(self._draw, self._outlook, live)
        self._runner.start(draw, title="Drawing stops", on_done=partial(self._on_drawn, on), latest_key="stops")

    def _draw(self, outlook: Outlook, live: LiveDay | None, _progress: Progress) -> DrawnStops:
        """Runs on a worker: a thousand labels take longer than a frame."""
        with self._board.preparing:
            return self.map.draw_stops(self._marks.of(outlook, live))

    def _on_drawn(self, on: date, stops: DrawnStops) -> None:
        """A day just opened is shown as a whole, once the map knows where its stops are."""
        self.map.show_drawn(stops)
        if self._fitted != on:
            self._fitted = on
            self.map.fit()

    @Slot(object)
    def _on_lines_changed(self, lines: Mapping[ShiftId, RoadPath]) -> None:
        if self._outlook is None:
            return
        day = self._outlook.day
        drawn = route_lines(day, lines)
        gone = (set(lines) | self._shown_lines) - {line.shift_id for line in drawn} - (set(day.shifts) - set(lines))
        self._shown_lines = (self._shown_lines | {line.shift_id for line in drawn}) - gone
        self.map.update_routes(drawn, gone)

    @Slot(object)
    def show_understood(self, street: Understood | None) -> None:
        """Which street a line that was drawn means, beside those that are closed; `None` for none any more."""
        lines = street.lines if street else ()
        self._meant = [ClosureLine(ClosureId("drawn"), ", ".join(street.streets), lines)] if street and lines else []
        self.map.show_closures([*self._closed, *self._meant])

    def set_now(self, now: datetime | None) -> None:
        """Where the line of now stands; nowhere on another day than today."""
        self.timeline.set_now(now)

    def set_live(self, live: LiveDay | None) -> None:
        """How the day shown stands on the road; `None` where nobody knows."""
        self._live = live
        self.inspector.set_live(live)
        if self.rounds.set_live(live) and not self._drawing.isActive():
            self._drawing.start()

    # --- one selection --------------------------------------------------------------------------------------------

    def _wire_selection(self) -> None:
        for view in (self.rounds, self.timeline, self.pool, self.map):
            view.selection_changed.connect(partial(self._on_selection, view))
        self.map.route_clicked.connect(self._on_route_clicked)

    def select(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = (), *, by: object = None) -> None:
        """Select in every view but the one it comes from."""
        self.selected, self.selected_shifts = tuple(order_ids), tuple(shift_ids)
        for view in (self.rounds, self.timeline, self.map):
            if by is not view:
                view.select(self.selected, self.selected_shifts)
        if by is not self.pool:
            self.pool.select(self.selected)
        self._tell_selection()

    def _tell_selection(self) -> None:
        self._waiting = self._selected_waiting()
        self.inspector.show_selection(self.selected, self.selected_shifts)
        self.selected_changed.emit(self.selected, self.selected_shifts)

    def _keep_selection(self, day: Day) -> None:
        """What is selected stays so, in the pool or in a round, wherever it is now; what left the day is not."""
        orders = tuple(o for o in self.selected if o in day.orders)
        shifts = tuple(s for s in self.selected_shifts if s in day.shifts)
        if (orders, shifts, self._selected_waiting()) == (self.selected, self.selected_shifts, self._waiting):
            return
        self.selected, self.selected_shifts = orders, shifts
        self.rounds.select(orders, shifts, sought=False)
        self.pool.select(orders, sought=False)
        self.timeline.select(orders, shifts)
        self.map.select(orders, shifts)
        self._tell_selection()

    def _selected_waiting(self) -> frozenset[OrderId]:
        plan = self._outlook.day.plan if self._outlook else None
        planned = {o for route in plan.routes for o in route.order_ids} if plan and self.selected else ()
        return frozenset(o for o in self.selected if o not in planned)

    def _on_selection(self, view: object, order_ids: tuple[OrderId, ...], shift_ids: tuple[ShiftId, ...] = ()) -> None:
        """A view that is told another day misses what is not there; only a person's choice is one."""
        if not self._telling:
            self.select(order_ids, shift_ids, by=view)

    @Slot(object)
    def _on_route_clicked(self, shift_id: ShiftId) -> None:
        self.select((), (shift_id,), by=self.map)

    def find(self, order_id: OrderId) -> None:
        """Select an order and show it on the map."""
        self.select([order_id])
        self.show_on_map((order_id,))

    @Slot(object)
    def show_on_map(self, order_ids: tuple[OrderId, ...]) -> None:
        """Bring one to the middle, or as near as all of them fit; those without a place are not on the map."""
        if self._outlook is None:
            return
        shown = with_place(self._outlook.day, tuple(order_ids))
        if not shown:
            self.told.emit("Nothing of that is on the map: the address has no place yet. Look under Addresses.")
            return
        self.bring_up("Map")
        if len(shown) == 1:
            self.map.pan_to(shown[0])
        else:
            self.map.fit_bounds(bounds_around(self._outlook.day, shown))

    # --- menus ----------------------------------------------------------------------------------------------------

    def context_menu(self, order_ids: tuple[OrderId, ...]) -> QMenu:
        """What can be done with these orders; deletes itself when closed."""
        planned = any(self.rounds.model.shift_of(order_id) for order_id in order_ids)
        return self.rounds.context_menu() if planned or not order_ids else self.pool.context_menu()

    def show_menu(self, order_ids: tuple[OrderId, ...], shift_ids: tuple[ShiftId, ...], at: QPoint) -> None:
        """The menu of what was clicked in the map or the timeline."""
        if order_ids or shift_ids:
            self.select(order_ids, shift_ids)
            self.context_menu(order_ids).popup(at)


def _below_one_another(first: QWidget, *others: QWidget) -> QWidget:
    """A column whose first part takes what room the others leave, and the keys."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(first, 1)
    for other in others:
        layout.addWidget(other)
    column.setFocusProxy(first)
    return column
