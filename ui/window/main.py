"""The main window of one depot: panels behind a rail, the header above, the status below, and who talks to whom."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QActionGroup, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QToolBar, QToolButton, QVBoxLayout, QWidget

from dispatcher.domain.depot import Depot
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import RoadNetwork
from dispatcher.services.backups import back_up_today
from dispatcher.services.plan import Proposal
from dispatcher.services.planning import Outlook
from dispatcher.services.retention import forget_today
from dispatcher.services.workplace import OpenStore, Workplace, day_to_open
from ui import format as words
from ui.addresses.panel import AddressesPanel
from ui.board.filtering import Mark
from ui.day import DayBoard
from ui.disturbances.desk import Disturbances
from ui.drills.desk import DrillDesk
from ui.exceptions.panel import ExceptionsPanel
from ui.faults import show_fault
from ui.fleet.panel import FleetPanel
from ui.hand import Hand
from ui.history.banner import PastBanner, WhatIfBanner
from ui.insight.panel import InsightPanel
from ui.loading.panel import LoadingPanel
from ui.map.view import MapView
from ui.messages.panel import MessagesPanel
from ui.phones.panel import PhonesPanel
from ui.proofs.panel import ProofsPanel
from ui.proposals.desk import ProposalDesk
from ui.road.desk import RoadDesk
from ui.runner import OpRunner
from ui.search import AT_WORK, Search
from ui.simulation.desk import SimulationDesk
from ui.slots.panel import SlotsPanel
from ui.theme import Theme
from ui.window.actions import Actions
from ui.window.arranging import Arranging
from ui.window.board_panel import BoardPanel
from ui.window.copies import Copies
from ui.window.deeds import Deeds
from ui.window.desks import Desks
from ui.window.forms import Forms, import_words
from ui.window.header import Header
from ui.window.looks import Looks
from ui.window.news import News
from ui.window.palette import Palette
from ui.window.road import RoadWires
from ui.window.screens import Screens
from ui.window.search_bar import SearchBar
from ui.window.status import StatusLine
from ui.window.wires import Wires

RAIL_ICON = 20
RAIL_WIDE = 27
RAIL_HIGH = 13
"""All panels' buttons are there in the smallest window, too."""
"""Steps of the grid: room for the longest name with a count, so that nothing moves when there is one."""
SMALLEST = QSize(1100, 640)
PLAN_THE_DAY = "Plan the day"
PAINTED = -1
"""Instead of the token that the map is to give back."""
SUMMARY_S = 120.0
"""So long the status bar says what came of a simulated day."""


class MainWindow(QMainWindow):
    """One window on one depot; owns its runner and closes the workplace with itself. GUI thread.

    Signals:
        depot_requested(str): show another depot instead, by its folder name.
        what_if_requested(str, date): show this what-if copy of the depot instead, or the depot itself for no name.
        promote_requested(str, date): show the depot itself, and bring this copy into it.
        first_painted(): the first day is on the screen, its routes drawn.
    """

    depot_requested = Signal(str)
    what_if_requested = Signal(str, object)
    promote_requested = Signal(str, object)
    first_painted = Signal()

    def __init__(
        self,
        workplace: Workplace,
        theme: Theme,
        settings: QSettings,
        *,
        maker: Callable[[Depot], str],
        open_store: OpenStore,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(SMALLEST)
        self._workplace, self._theme, self.settings = workplace, theme, settings
        self.runner = OpRunner(workplace.store, parent=self)
        self.day = DayBoard(workplace, self.runner, self)
        self.hand = Hand(self.day, workplace, self.runner, self)
        self.search = Search(self.day, workplace, self.runner, self)
        self.proposals = ProposalDesk(self.day, self.hand, workplace, self.runner, self)
        self.simulation = SimulationDesk(self.day, self.hand, workplace, self.runner, theme, self)
        self.copies = Copies(self.day, self.hand, workplace, open_store, self.runner, theme, self)
        self.drills = DrillDesk(
            self.day, self.hand, self.proposals, workplace, open_store, self.runner, theme, settings, self
        )
        self.looks = Looks(theme, settings, self)
        self.actions_by_name = Actions(self, theme)
        self.disturbances = Disturbances(self.day, self.hand, self.proposals, workplace, self.runner, theme, self)
        self.forms = Forms(self, workplace, self.runner, theme, settings, maker)
        self._build(open_store)
        self.palette_box = Palette(self.menuBar(), self._theme, self)
        self.screens = Screens(self)
        self.road_wires = RoadWires(
            self.road, self.day, self.board, self.phones, self.disturbances, self.header, self.status,
            self.actions_by_name, self,
        )  # fmt: skip
        self._fill_menus()
        self._wire()
        self.arranging = Arranging(self, self.board, self.screens, settings)
        self.arranging.restore()
        self._painting: int | None = None
        self._minute = QTimer(self, interval=20_000)
        self._minute.timeout.connect(self._on_tick)
        self._minute.start()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self, open_store: OpenStore) -> None:
        self.header = Header(self._theme, self)
        self.header.add_actions([self.actions_by_name[n] for n in ("optimise", "send_rounds", "undo", "redo")])
        top = QToolBar("Header", self)
        top.setObjectName("window.header")
        top.setMovable(False)
        top.addWidget(self.header)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, top)
        self._build_panels(open_store)
        self._build_rail()
        self.status = StatusLine(self._theme, self)
        self.setStatusBar(self.status)
        self.search_bar = SearchBar(self._theme, self)
        self.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.search_bar)

    def _build_panels(self, open_store: OpenStore) -> None:
        self.board = BoardPanel(self.day, self._workplace, self.runner, self._theme, self)
        self.wires = Wires(self.board, self.day, self.hand, self.proposals, self._workplace, self.runner, self._theme)
        self.road = self._make_road()
        self.review_map = MapView(self)
        self.review_map.setObjectName("addresses.map")
        pack = self._workplace.pack
        self.review_map.set_region(pack.basemap if pack else None, pack.bounds if pack else None)
        self.addresses = AddressesPanel(self._workplace, self.runner, self._theme, self.review_map)
        self.fleet = FleetPanel(self._workplace, self.runner, self._theme)
        self.phones = PhonesPanel(self._workplace, self.runner, self._theme)
        self.proofs = ProofsPanel(self._workplace, self.runner, self._theme, self.settings)
        parts = self._workplace, self.runner, self._theme, self.settings
        self.exceptions, self.messages = ExceptionsPanel(*parts), MessagesPanel(*parts)
        self.slots, self.loading = SlotsPanel(*parts), LoadingPanel(*parts)
        self.insight = InsightPanel(*parts, open_store=open_store)
        self.panels = QStackedWidget(self)
        for panel in self._panels().values():
            self.panels.addWidget(panel)
        self.what_if_banner, self.past_banner = WhatIfBanner(self._theme), PastBanner(self._theme)
        copy = self._workplace.what_if
        self.what_if_banner.set_what_if(None if copy and copy.drill else copy)
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.simulation.banner, self.drills.banner, self.what_if_banner, self.past_banner, self.panels):
            column.addWidget(part)
        self.setCentralWidget(middle)

    def _make_road(self) -> RoadDesk | None:
        live = self._workplace.live
        if live is None:
            return None
        return RoadDesk(live, self.day, self.hand, self.board, self._workplace, self.runner, self._theme, self)

    def _build_rail(self) -> None:
        self.rail = QToolBar("Panels", self)
        self.rail.setObjectName("window.rail")
        self.rail.setMovable(False)
        self.rail.setIconSize(QSize(RAIL_ICON, RAIL_ICON))
        self.rail.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        if (column := self.rail.layout()) is not None:
            column.setSpacing(0)
        self._which = QActionGroup(self)
        for name, panel in self._panels().items():
            action = self.actions_by_name[f"panel_{name}"]
            self._which.addAction(action)
            self.rail.addAction(action)
            action.triggered.connect(partial(self.show_panel, panel))
            button = self.rail.widgetForAction(action)
            assert isinstance(button, QToolButton)
            button.setObjectName(f"rail.{name}")
            button.setMinimumWidth(self._theme.grid(RAIL_WIDE))
            button.setFixedHeight(self._theme.grid(RAIL_HIGH))
        self.actions_by_name["panel_board"].setChecked(True)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.rail)

    def _panels(self) -> dict[str, QWidget]:
        return {
            "board": self.board,
            "addresses": self.addresses,
            "fleet": self.fleet,
            "phones": self.phones,
            "proofs": self.proofs,
            "exceptions": self.exceptions,
            "messages": self.messages,
            "slots": self.slots,
            "loading": self.loading,
            "insight": self.insight,
        }

    def _fill_menus(self) -> None:
        menus = self.actions_by_name.fill(self.menuBar())
        edit, view = menus["&Edit"], menus["&View"]
        edit.addSeparator()
        # what has no key there is in other menus, with the same name and a key
        edit.addActions([a for a in self.board.rounds.actions() if not a.shortcut().isEmpty()])
        edit.addAction(self.board.pool.plan_action)
        edit.addSeparator()
        edit.addActions(self.board.timeline.actions())
        of_stops, of_rounds = ("no_show", "bigger_load"), ("van_broken_down", "driver_ill", "driver_late")
        self.board.inspector.offer_again(self.actions_by_name["no_show"])
        self.board.rounds.offer_troubles(*([self.actions_by_name[n] for n in ns] for ns in (of_stops, of_rounds)))
        view.addSeparator()
        self.looks.offer_in(view)
        self.header.depot.setMenu(menus["&Depot"])

    # --- wiring ---------------------------------------------------------------------------------------------------

    def _wire(self) -> None:
        self.news = News(self)
        self.desks = Desks(self, self._theme, self.settings)
        self.deeds = Deeds(self)
        self.runner.drained.connect(self._on_drained)
        self.road_wires.phones_requested.connect(partial(self.show_panel, self.phones))
        self.road_wires.board_requested.connect(partial(self.show_panel, self.board))
        self.road_wires.day_requested.connect(self.open_day)
        self._wire_simulation()
        self.header.day_requested.connect(self.open_day)
        self.header.found.connect(self._on_found)
        self.header.round_found.connect(self._on_round_found)
        self.header.mark_requested.connect(self._on_mark_requested)
        self.day.past_changed.connect(self.past_banner.set_past)
        self.past_banner.now_requested.connect(self.day.return_to_now)
        self.past_banner.take_back_requested.connect(self.hand.take_back)
        self.what_if_banner.leave_requested.connect(self.copies.leave)
        self.what_if_banner.promote_requested.connect(self.copies.bring_home)
        self.what_if_banner.compare_requested.connect(self.copies.show)
        self.header.find.missed.connect(self._on_missed)
        self.day.outlook_changed.connect(self._on_outlook_changed)
        self.day.lines_changed.connect(self._on_first_lines)
        self.day.kept.connect(self._show_date)
        for teller in (self.day, self.hand, self.search, self.proposals, self.wires, self.board, self.disturbances):
            teller.told.connect(self.status.tell)
        self.hand.set_hindrance(lambda: self.search.hindrance() or self.drills.hindrance())
        self.board.map.closure_clicked.connect(self.disturbances.tell_closure)
        self.board.map.closure_context_requested.connect(self.disturbances.offer_closure)
        self.disturbances.line_wanted.connect(self._on_line_wanted)
        self.disturbances.line_unwanted.connect(self.board.map.end_line)
        self.disturbances.street_understood.connect(self.board.show_understood)
        self.board.map.line_drawn.connect(self.disturbances.line_drawn)
        self.board.map.line_cancelled.connect(self.disturbances.line_cancelled)
        self.search.changed.connect(self._on_search_changed)
        self.search.wanted.connect(partial(self.hand.apply, PLAN_THE_DAY))
        self.search.found.connect(self._on_plan_found)
        self.forms.told.connect(self.status.tell)
        self.copies.told.connect(self.status.tell)
        self.drills.told.connect(self.status.tell)
        self.drills.failed.connect(partial(show_fault, self))
        self.drills.what_if_requested.connect(self.what_if_requested)
        self.copies.what_if_requested.connect(self.what_if_requested)
        self.copies.promote_requested.connect(self.promote_requested)
        self.search_bar.stop_requested.connect(self.search.stop)
        self.search_bar.cancel_requested.connect(self.search.cancel)
        self.wires.edit_requested.connect(self.edit_order)
        self.wires.fleet_requested.connect(partial(self.show_panel, self.fleet))
        self.wires.import_requested.connect(self.import_orders)
        self.phones.told.connect(self.status.tell)
        self.phones.drivers_requested.connect(partial(self.show_panel, self.fleet))
        self.proofs.told.connect(self.status.tell)
        self.proofs.send_requested.connect(self.actions_by_name["send_rounds"].trigger)
        if self.road:
            self.road.live_changed.connect(self.proofs.take_live)
        self.board.map.painted.connect(self._on_painted)
        self.forms.imported.connect(self._on_imported)
        self.forms.depot_made.connect(self.depot_requested)
        self.forms.depot_chosen.connect(self.depot_requested)
        self.forms.region_built.connect(self._on_region_built)

    def _wire_simulation(self) -> None:
        self.simulation.told.connect(self.status.tell)
        self.simulation.over.connect(lambda summary: self.status.tell(summary.words, SUMMARY_S))
        self.simulation.failed.connect(partial(show_fault, self))
        self.simulation.ticked.connect(self._on_tick)
        self.simulation.ended.connect(self._on_simulation_ended)

    @Slot()
    def _on_simulation_ended(self) -> None:
        """A window that closes has waited for it."""
        if self.runner.stopping and self.runner.idle:
            self._on_drained()

    @Slot(object)
    def _on_mark_requested(self, mark: Mark) -> None:
        """A count of the header was clicked: the rounds show what it counts."""
        self.show_panel(self.board)
        self.board.bring_up("Rounds")
        self.board.rounds.show_only(mark)

    @Slot(str)
    def _on_line_wanted(self, label: str) -> None:
        self.show_panel(self.board)
        self.board.bring_up("Map")
        self.board.map.ask_line(label)

    # --- what the person wants ------------------------------------------------------------------------------------

    def open_day(self, on: date | None = None) -> None:
        """Show a date; without one, the one that most likely matters now."""
        chosen = on or day_to_open(self._workplace)
        if self.search.running:
            self.status.tell(AT_WORK)
            return
        self.hand.forget()
        self._show_date(chosen)
        self.day.open(chosen)
        self._on_tick()
        self.runner.read(lambda r: r.days(), self.header.set_days, latest_key="days")

    @Slot(object)
    def _show_date(self, on: date) -> None:
        self.header.set_date(on)
        self.fleet.set_date(on)
        self.proofs.set_date(on)
        self.desks.show_day(on)

    def show_panel(self, panel: QWidget, _checked: bool = True) -> None:
        """Bring a panel to the front."""
        self.panels.setCurrentWidget(panel)
        for name, which in self._panels().items():
            self.actions_by_name[f"panel_{name}"].setChecked(which is panel)
        if self._painting not in (None, PAINTED) and self._map_rests():
            self._settle()  # a map that is hidden while it is painted does not say so before it is shown again

    @Slot()
    def optimise(self) -> None:
        """Search the day for as long as the depot's setting says."""
        day = self.day.day
        if day is None or self.hand.blocked():
            return
        if not day.shifts:
            self.status.tell("No driver is on duty on this day: put drivers on duty first.")
            self.show_panel(self.fleet)
            return
        self.show_panel(self.board)
        self.search.start(day.depot.planning_s)

    def import_orders(self, path: Path | None = None) -> None:
        """Open the import form, with a file if one was dropped."""
        if not self.in_the_past():
            self.forms.import_orders(self.day.date or self._workplace.today, path)

    @Slot(object)
    def edit_order(self, order_id: OrderId) -> None:
        """Open the form of an order as it stands now."""
        if not self.in_the_past() and self.day.day and (order := self.day.day.orders.get(order_id)):
            self.forms.edit_order(self.day.day, order)

    def in_the_past(self) -> bool:
        """Whether a moment of the past is looked at, where nothing can be changed; says so."""
        return self.day.past is not None and self.hand.blocked()

    @Slot(object)
    def _on_found(self, order_id: OrderId) -> None:
        self.show_panel(self.board)
        self.board.find(order_id)

    @Slot(object)
    def _on_round_found(self, shift_id: ShiftId) -> None:
        self.show_panel(self.board)
        self.board.select((), (shift_id,))

    @Slot(str)
    def _on_missed(self, text: str) -> None:
        self.status.tell(f"Nothing on this day matches “{text}”.")

    @Slot()
    def _on_tick(self) -> None:
        """The line of now, on today's board only."""
        self.board.set_now(self._workplace.clock() if self.day.date == self._workplace.today else None)

    # --- what happened --------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_outlook_changed(self, outlook: Outlook) -> None:
        depot, roads = outlook.day.depot, self._workplace.roads
        self.setWindowTitle(f"{words.weekday_date(outlook.day.date)} – {depot.name}")
        self.header.set_depot(depot.name)
        self.header.set_outlook(outlook)
        self._tell_roads(roads)
        empty = not any(route.stops for route in outlook.day.plan.routes)
        if self._painting is None and (empty or self._map_rests()):
            self._await_painted()

    def _map_rests(self) -> bool:
        """Without its page, or hidden, the map paints nothing; the rest of the window is there."""
        return self.board.map.broken or not self.board.map.isVisible()

    def _await_painted(self) -> None:
        if self._map_rests():
            self._settle()
        else:
            self._painting = self.board.map.request_painted()

    def _tell_roads(self, roads: RoadNetwork) -> None:
        self.status.set_roads(roads.name, roads.straight)

    @Slot(object)
    def _on_first_lines(self, _lines: object) -> None:
        if self._painting is None:
            self._await_painted()

    @Slot(int)
    def _on_painted(self, token: int) -> None:
        if token == self._painting:
            if self.header.depot.hasFocus():  # where Qt begins; hands begin at the rounds
                self.board.rounds.view.setFocus()
            self._settle()

    def _settle(self) -> None:
        """The day is on the screen: time for what can wait."""
        self._painting = PAINTED
        self.first_painted.emit()
        if self.road:
            self.road.start()
        self.phones.start()
        self.desks.start()
        self.simulation.start()
        self.drills.start()
        if self._workplace.what_if:
            return
        self.runner.start(self._keep_house, title="Backing up")

    def _keep_house(self, progress: Progress) -> None:
        """What is due once a day."""
        back_up_today(self._workplace)
        forget_today(self._workplace, progress)

    @Slot(bool)
    def _on_search_changed(self, searching: bool) -> None:
        self.search_bar.set_searching(searching)
        for name in ("stop_search", "cancel_search"):
            self.actions_by_name[name].setEnabled(searching)
        for name in ("optimise", "clear", "staff", "import_orders"):
            self.actions_by_name[name].setEnabled(not searching)

    @Slot(object)
    def _on_plan_found(self, proposal: Proposal) -> None:
        self.proposals.offer(proposal, PLAN_THE_DAY)

    @Slot(object)
    def _on_imported(self, done: object) -> None:
        dates = getattr(done, "dates", ())
        if dates and self.day.date not in dates and not self.runner.stopping:
            self.open_day(dates[0])
        # after the change itself was told, which follows at once
        QTimer.singleShot(0, self, partial(self.status.tell, import_words(done), 20.0))

    @Slot(str)
    def _on_region_built(self, name: str) -> None:
        self.status.tell(f"The region {name} is ready: choose it under Depot › Settings, or for a new depot.")
        if name == self._workplace.depot.region:
            self.depot_requested.emit(self._workplace.slug)

    # --- the end ------------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout, let what is submitted be written, then close."""
        if not self.runner.stopping:
            self.arranging.remember()
            self.status.tell("Finishing…", 60)
            event.ignore()
            if self.road:
                self.road.stop()
            self.phones.stop()
            self.proofs.stop()
            self.desks.stop()
            self.simulation.stop()
            self.drills.stop()
            self.setEnabled(False)
            self.news.stop()
            self.runner.stop()
            return
        if self.simulation.running:
            event.ignore()
            self.status.tell("Ending the simulated day…", 60)
            return
        self.runner.shutdown()
        for view in (self.board.map, self.review_map):
            view.shut_down()
        self._workplace.close()
        super().closeEvent(event)

    @Slot()
    def _on_drained(self) -> None:
        QTimer.singleShot(0, self, self.close)
