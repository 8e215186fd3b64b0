"""The map as a widget: told what to show in plain values, tells of gestures in signals.

It keeps the last of everything it was told, so a page that is not ready yet, or has crashed, gets all of it again.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, override

import shiboken6
from PySide6.QtCore import QBuffer, QIODevice, QObject, QPoint, QPointF, Qt, QUrl, Signal, Slot
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Bounds, Place
from ui.map import messages as msg
from ui.map.page import MapPage, make_profile
from ui.map.scheme import BASEMAP_PATH, ORIGIN, WEB_ROOT, AssetHandler, Wall, list_assets, missing_libraries
from ui.map.web import WebView

log = logging.getLogger(__name__)

NO_REGION = "No map of this region yet – build one under Region › Build…"

_KEPT = ("flavour", "region", "routes", "stops", "depot", "drivers", "position", "select", "pin")
"""Kinds of messages that make up the page's state, in the order in which a new page gets them."""


class Bridge(QObject):
    """All that the page can reach of the program: one string each way."""

    message = Signal(str)

    def __init__(self, receive: Callable[[str], None], parent: QObject) -> None:
        super().__init__(parent)
        self._receive = receive

    @Slot(str)
    def post(self, text: str) -> None:
        """Called by the page."""
        self._receive(text)


class MapView(QWidget):
    """The map. GUI thread only; owns view, page, profile, channel and bridge. Call `shut_down` before the program ends.

    Signals:
        ready(): the page listens; again after each reload.
        selection_changed(tuple[OrderId, ...]): a person selected on the map; not emitted for `select`.
        route_clicked(ShiftId): a round's line was clicked; follows selection_changed(()).
        stop_activated(OrderId): double click.
        context_requested(tuple[OrderId, ...], QPoint): right click, global position; no orders beside every stop.
        drag_hovered(DragHovered): the target of a drag changed; answer with `show_verdict`.
        stops_dropped(StopsDropped): orders were dropped on a round, from the map or from elsewhere in the window.
        pin_placed(Place): the pin was set or moved; pin mode goes on until `end_pin`.
        pin_cancelled(): Escape in pin mode, which has ended.
        moved(MapPosition): another part is shown.
        painted(int): see `request_painted`.
        crashed(bool): the page's process died; whether it is being reloaded by itself.
    """

    ready = Signal()
    selection_changed = Signal(object)
    route_clicked = Signal(object)
    stop_activated = Signal(object)
    context_requested = Signal(object, QPoint)
    drag_hovered = Signal(object)
    stops_dropped = Signal(object)
    pin_placed = Signal(object)
    pin_cancelled = Signal()
    moved = Signal(object)
    painted = Signal(int)
    crashed = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, web_root: Path = WEB_ROOT) -> None:
        super().__init__(parent)
        self._web_root = web_root
        self._state: dict[str, dict[str, Any]] = {}
        self._routes: dict[ShiftId, dict[str, Any]] = {}
        self._marks: dict[OrderId, msg.StopMark] = {}
        self._stops: dict[OrderId, dict[str, Any]] = {}
        self._bounds: Bounds | None = None
        self._waiting: list[str] = []
        self._page_ready = False
        self._may_reload = True
        self._token = 0
        self.wall = Wall(self)
        self._handler = AssetHandler(list_assets(web_root), self)
        self._build_web()
        self._build_layout()
        self.set_flavour(msg.Flavour.LIGHT)
        self.set_region(None, None)
        self._load()

    def _build_web(self) -> None:
        self.web = WebView(self)
        profile = make_profile(self._handler, self.wall, self)
        self._page = MapPage(profile, self)
        profile.setParent(None)
        profile.setParent(self)  # again, as the last child: children die in order, and the page must go first
        self._profile = profile
        self._bridge = Bridge(self._receive, self)
        self._channel = QWebChannel(self)
        self._channel.registerObject("bridge", self._bridge)
        self._page.setWebChannel(self._channel)
        self.web.setPage(self._page)
        self._page.renderProcessTerminated.connect(self._on_render_process_terminated)
        self._page.loadFinished.connect(self._on_load_finished)
        self.web.orders_dragged.connect(self._on_orders_dragged)
        self.web.orders_dropped.connect(self._on_orders_dropped)
        self.web.drag_left.connect(self._on_drag_left)

    def _build_layout(self) -> None:
        self._fault = QLabel(self)
        self._fault.setWordWrap(True)
        self._fault.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.reload_button = QPushButton("Reload map", self)
        self.reload_button.clicked.connect(self.reload)
        self._placeholder = QWidget(self)
        column = QVBoxLayout(self._placeholder)
        column.addStretch()
        column.addWidget(self._fault)
        column.addWidget(self.reload_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.web)
        self._stack.addWidget(self._placeholder)
        self.setFocusProxy(self.web)

    # --- what to show --------------------------------------------------------------------------------------------

    def set_region(self, pmtiles: Path | None, bounds: Bounds | None) -> None:
        """Draw this base map and, with nothing else shown yet, go there; a plain grid and a notice without one."""
        self._handler.basemap, self._bounds = pmtiles, bounds
        url = None
        if pmtiles is not None:
            written = pmtiles.stat()  # a rebuilt map must not be taken from the page's cache
            url = f"{ORIGIN}{BASEMAP_PATH}?v={written.st_mtime_ns:x}-{written.st_size:x}"
        self._keep("region", url=url, notice="" if url else NO_REGION)
        if bounds is not None and "position" not in self._state:
            self.fit_bounds(bounds)

    def set_flavour(self, flavour: msg.Flavour | str) -> None:
        """Recolour the base map and the page's own furniture."""
        self._keep("flavour", flavour=msg.Flavour(flavour))

    def show_routes(self, routes: Iterable[msg.RouteLine]) -> None:
        """Replace all lines."""
        self._routes = {route.shift_id: msg.route_values(route) for route in routes}
        self._keep("routes", routes=list(self._routes.values()))

    def update_routes(self, changed: Iterable[msg.RouteLine], removed: Iterable[ShiftId] = ()) -> None:
        """Replace, add or take away these lines only."""
        values = {route.shift_id: msg.route_values(route) for route in changed}
        gone = list(removed)
        self._routes = {key: value for key, value in (self._routes | values).items() if key not in gone}
        self._state["routes"] = {"routes": list(self._routes.values())}
        if self._page_ready:
            self._send("update_routes", routes=list(values.values()), removed=gone)

    def show_stops(self, stops: Iterable[msg.StopMark]) -> None:
        """Replace all stops; the page is told only of those that are other than before."""
        marks = {stop.order_id: stop for stop in stops}
        known, self._marks = self._marks, marks
        changed = [mark for key, mark in marks.items() if known.get(key) is not mark and known.get(key) != mark]
        removed = [key for key in known if key not in marks]
        self._stops = {key: values for key, values in self._stops.items() if key in marks}
        self._stops |= {mark.order_id: msg.stop_values(mark) for mark in changed}
        self._state["stops"] = {"stops": list(self._stops.values())}
        if changed or removed:
            self._send("update_stops", stops=[self._stops[mark.order_id] for mark in changed], removed=removed)

    def show_depot(self, place: Place | None, name: str = "") -> None:
        """Where the depot is; `None` takes it away."""
        self._keep("depot", at=msg.place_values(place) if place else None, name=name)

    def show_drivers(self, drivers: Iterable[msg.DriverMark]) -> None:
        """Replace all drivers."""
        self._keep("drivers", drivers=[msg.driver_values(driver) for driver in drivers])

    def select(self, order_ids: Iterable[OrderId] = (), shift_ids: Iterable[ShiftId] = ()) -> None:
        """Mark these stops; their rounds and `shift_ids` stay full while the others fade. Emits nothing."""
        self._keep("select", order_ids=list(order_ids), shift_ids=list(shift_ids))

    def show_verdict(self, text: str, tone: msg.Tone = msg.Tone.PLAIN) -> None:
        """What a drop on the target announced last by `drag_hovered` would mean; stands in the ghost."""
        self._send("verdict", text=text, tone=tone)

    # --- where to look -------------------------------------------------------------------------------------------

    @property
    def position(self) -> msg.MapPosition | None:
        """What part is shown; `None` before the page has said so. Give it to `go_to` tomorrow."""
        kept = self._state.get("position")
        return msg.MapPosition(Place(*kept["centre"]), kept["zoom"]) if kept else None

    def go_to(self, position: msg.MapPosition) -> None:
        """Show this part."""
        self._keep("position", centre=msg.place_values(position.centre), zoom=position.zoom)

    def fit(self) -> None:
        """Show all stops and the depot; the region when there are none."""
        self._ask("fit", fallback=msg.bounds_values(self._bounds) if self._bounds else None)

    def fit_bounds(self, bounds: Bounds) -> None:
        """Show all of this rectangle."""
        self._ask("fit_bounds", bounds=msg.bounds_values(bounds))

    def pan_to(self, order_id: OrderId) -> None:
        """Bring this stop to the middle, near enough to read."""
        self._ask("pan_to", order_id=order_id)

    # --- pin -----------------------------------------------------------------------------------------------------

    def ask_pin(self, place: Place | None, label: str) -> None:
        """Let a person show where `label` is, starting at `place`; reports by `pin_placed` until `end_pin`."""
        self._keep("pin", active=True, at=msg.place_values(place) if place else None, label=label)

    def end_pin(self) -> None:
        """Leave pin mode."""
        self._keep("pin", active=False)

    # --- pictures ------------------------------------------------------------------------------------------------

    def request_painted(self) -> int:
        """Ask for `painted` with the number returned, once all that was sent so far is on the screen.

        A widget that is not shown paints nothing and never answers.
        """
        self._token += 1
        self._ask("painted", token=self._token)
        return self._token

    def grab_png(self) -> bytes:
        """What is on the screen now. After a change, wait for `painted` first."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.grab().save(buffer, "PNG")
        return bytes(buffer.data().data())

    # --- life of the page ----------------------------------------------------------------------------------------

    @property
    def page(self) -> QWebEnginePage:
        """For tests and fault reports."""
        return self._page

    @property
    def broken(self) -> bool:
        """Whether the placeholder stands where the map should be."""
        return self._stack.currentWidget() is self._placeholder

    @Slot()
    def reload(self) -> None:
        """Start the page afresh and tell it everything again."""
        self._may_reload = True
        self._load()

    def shut_down(self) -> None:
        """Let go of the page, the view and the profile, in the order Chromium wants. A second call does nothing."""
        self._page_ready = False
        if shiboken6.isValid(self.web):
            self.web.forget_drag()
        for part in (self._page, self.web, self._profile):
            if shiboken6.isValid(part):
                shiboken6.delete(part)

    def _load(self) -> None:
        self._page_ready = False
        missing = missing_libraries(self._web_root)
        if missing:
            self._give_up(f"The map's libraries are not installed ({missing[0]}). Run start.py to set them up.")
            return
        self._stack.setCurrentWidget(self.web)
        self._page.load(QUrl(f"{ORIGIN}/map/map.html"))

    def _give_up(self, fault: str) -> None:
        log.error("%s", fault)
        self._fault.setText(fault)
        self._stack.setCurrentWidget(self._placeholder)

    def _on_load_finished(self, ok: bool) -> None:
        if not ok and not self._page_ready:
            self._give_up("The map page could not be loaded.")

    def _on_render_process_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        if status is QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            return
        again, self._may_reload = self._may_reload, False
        log.error("The map's process ended: %s, code %d", status.name, code)
        if again:
            self._load()
        else:
            self._page_ready = False
            self._give_up("The map has stopped twice. All other panels go on.")
        self.crashed.emit(again)

    # --- talking to the page -------------------------------------------------------------------------------------

    def _keep(self, kind: str, **values: Any) -> None:
        """State: the latest of its kind, for this page and every later one."""
        self._state[kind] = values
        if self._page_ready:
            self._send(kind, **values)

    def _ask(self, kind: str, **values: Any) -> None:
        """A request: now, or when the page is ready; once."""
        if self._page_ready:
            self._send(kind, **values)
        else:
            self._waiting.append(msg.encode(kind, **values))

    def _send(self, kind: str, **values: Any) -> None:
        if self._page_ready:
            self._bridge.message.emit(msg.encode(kind, **values))

    def _receive(self, text: str) -> None:
        try:
            event = msg.decode(text)
        except BadInput as fault:
            log.error("%s", fault)
            return
        _RECEIVERS[type(event)](self, event)

    def _on_ready(self, _event: msg.Ready) -> None:
        self._page_ready = True
        for kind in _KEPT:
            if kind in self._state:
                self._send(kind, **self._state[kind])
        waiting, self._waiting = self._waiting, []
        for text in waiting:
            self._bridge.message.emit(text)
        self.ready.emit()

    def _on_selection(self, event: msg.SelectionChanged) -> None:
        self._state["select"] = {"order_ids": list(event.order_ids), "shift_ids": list(event.shift_ids)}
        self.selection_changed.emit(event.order_ids)
        for shift_id in event.shift_ids:
            self.route_clicked.emit(shift_id)

    def _on_context(self, event: msg.ContextRequested) -> None:
        self.context_requested.emit(event.order_ids, self.web.mapToGlobal(QPoint(round(event.x), round(event.y))))

    def _on_pin(self, event: msg.PinPlaced) -> None:
        self._state["pin"]["at"] = msg.place_values(event.place)
        self.pin_placed.emit(event.place)

    def _on_pin_cancelled(self, _event: msg.PinCancelled) -> None:
        self._state["pin"] = {"active": False}
        self.pin_cancelled.emit()

    def _on_moved(self, event: msg.Moved) -> None:
        self._state["position"] = {
            "centre": msg.place_values(event.position.centre),
            "zoom": event.position.zoom,
        }
        self.moved.emit(event.position)

    def _on_failed(self, event: msg.Failed) -> None:
        log.error("Fault in the map page: %s", event.text)

    # --- drags from elsewhere in the window ----------------------------------------------------------------------

    @Slot(object, object)
    def _on_orders_dragged(self, order_ids: Sequence[OrderId], at: QPointF) -> None:
        self._send("drag_over", order_ids=list(order_ids), x=at.x(), y=at.y())

    @Slot(object, object)
    def _on_orders_dropped(self, order_ids: Sequence[OrderId], at: QPointF) -> None:
        self._send("drag_drop", order_ids=list(order_ids), x=at.x(), y=at.y())

    @Slot()
    def _on_drag_left(self) -> None:
        self._send("drag_leave")

    @override
    def closeEvent(self, event: Any) -> None:
        self.shut_down()
        super().closeEvent(event)


_RECEIVERS: Mapping[type, Callable[[MapView, Any], None]] = {
    msg.Ready: MapView._on_ready,
    msg.Painted: lambda view, event: view.painted.emit(event.token),
    msg.SelectionChanged: MapView._on_selection,
    msg.StopActivated: lambda view, event: view.stop_activated.emit(event.order_id),
    msg.ContextRequested: MapView._on_context,
    msg.DragHovered: lambda view, event: view.drag_hovered.emit(event),
    msg.StopsDropped: lambda view, event: view.stops_dropped.emit(event),
    msg.PinPlaced: MapView._on_pin,
    msg.PinCancelled: MapView._on_pin_cancelled,
    msg.Moved: lambda view, event: view._on_moved(event),
    msg.Failed: MapView._on_failed,
}
