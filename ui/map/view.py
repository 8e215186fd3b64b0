"""The map as a widget: told what to show in plain values, tells of gestures in signals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, override

from PySide6.QtCore import QPoint, QPointF, Signal, Slot
from PySide6.QtWidgets import QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Bounds, Place
from ui.map import messages as msg
from ui.map import wire
from ui.map.live import LIVE_KEPT, LiveStage
from ui.map.scheme import BASEMAP_PATH, ORIGIN, WEB_ROOT
from ui.map.wire import encode

NO_REGION = "No map of this region yet – build one under Region › Build…"

BEST = 3
"""Drivers that the ghost names."""

_KEPT = (
    "flavour",
    "region",
    "routes",
    "stops",
    "visible",
    "depot",
    "idle",
    "closures",
    "position",
    "select",
    "changes",
    "read_only",
    "pin",
    "sketch",
    *LIVE_KEPT,
)


@dataclass(frozen=True, slots=True)
class DrawnStops:
    """All stops to be shown, and what that is news of to a page that shows those known."""

    known: Mapping[OrderId, msg.StopMark]
    marks: Mapping[OrderId, msg.StopMark]
    news: str
    """As it goes to the page; empty for nothing."""


class MapView(LiveStage):
    """The map. GUI thread only. Call `shut_down` before the program ends.

    Signals, besides those of `LiveStage` and `Stage`:
        selection_changed(tuple[OrderId, ...]): a person selected on the map; not emitted for `select`.
        route_clicked(ShiftId): a round's line was clicked; follows selection_changed(()).
        stop_activated(OrderId): double click.
        context_requested(tuple[OrderId, ...], QPoint): right click, global position; no orders beside every stop.
        drag_hovered(DragHovered): the target of a drag changed; answer with `show_verdict` and `show_verdicts`.
        drag_ended(): a drag that began on the map is over, wherever it ended.
        stops_dropped(StopsDropped): orders were dropped on a round, from the map or from elsewhere in the window.
        pin_placed(Place): the pin was set or moved; pin mode goes on until `end_pin`.
        pin_cancelled(): Escape in pin mode, which has ended.
        line_drawn(tuple[Place, ...]): the line of `ask_line`, two points or more; the mode has ended.
        line_cancelled(): Escape while a line was drawn; the mode has ended.
        closure_clicked(ClosureId): a closed street was clicked.
        closure_context_requested(ClosureId, QPoint): right click on a closed street, global position.
        moved(MapPosition): another part is shown.
    """

    selection_changed = Signal(object)
    route_clicked = Signal(object)
    stop_activated = Signal(object)
    context_requested = Signal(object, QPoint)
    drag_hovered = Signal(object)
    drag_ended = Signal()
    stops_dropped = Signal(object)
    pin_placed = Signal(object)
    pin_cancelled = Signal()
    line_drawn = Signal(object)
    line_cancelled = Signal()
    closure_clicked = Signal(object)
    closure_context_requested = Signal(object, QPoint)
    moved = Signal(object)

    def __init__(self, parent: QWidget | None = None, *, web_root: Path = WEB_ROOT) -> None:
        super().__init__(parent, web_root, _KEPT)
        self._routes: dict[ShiftId, msg.RouteLine] = {}
        self._marks: Mapping[OrderId, msg.StopMark] = {}
        self._bounds: Bounds | None = None
        self.web.orders_dragged.connect(self._on_orders_dragged)
        self.web.orders_dropped.connect(self._on_orders_dropped)
        self.web.drag_left.connect(self._on_drag_left)
        self.set_flavour(msg.Flavour.LIGHT)
        self.set_region(None, None)

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
        self._routes = {route.shift_id: route for route in routes}
        self._send("routes", routes=map(wire.route_values, self._routes.values()))

    def update_routes(self, changed: Iterable[msg.RouteLine], removed: Iterable[ShiftId] = ()) -> None:
        """Replace, add or take away these lines only."""
        lines, gone = {route.shift_id: route for route in changed}, set(removed)
        self._routes = {key: line for key, line in (self._routes | lines).items() if key not in gone}
        self._send("update_routes", routes=map(wire.route_values, lines.values()), removed=gone)

    def show_stops(self, stops: Iterable[msg.StopMark]) -> None:
        """Replace all stops; the page is told only of those that are other than before."""
        self.show_drawn(self.draw_stops(stops))

    def draw_stops(self, stops: Iterable[msg.StopMark]) -> "DrawnStops":
        """For a worker, before `show_drawn`: to write thousands of stops takes longer than a frame."""
        marks, known = {stop.order_id: stop for stop in stops}, self._marks
        changed = [mark for key, mark in marks.items() if known.get(key) is not mark and known.get(key) != mark]
        removed = [key for key in known if key not in marks]
        news = encode("update_stops", stops=map(wire.stop_values, changed), removed=removed)
        return DrawnStops(known, marks, news if changed or removed else "")

    def show_drawn(self, drawn: "DrawnStops") -> None:
        """Show these stops and no others."""
        if drawn.known is not self._marks:  # others were shown meanwhile
            drawn = self.draw_stops(drawn.marks.values())
        self._marks = drawn.marks
        if drawn.news and self._page_ready:
            self._bridge.message.emit(drawn.news)

    @override
    def _kept_values(self, kind: str) -> Mapping[str, Any] | None:
        """Routes and stops are written anew when a page asks: kept as text they would take as much memory again."""
        if kind == "routes":
            return {"routes": map(wire.route_values, self._routes.values())}
        if kind == "stops":
            return {"stops": map(wire.stop_values, self._marks.values())}
        return super()._kept_values(kind)

    def show_depot(self, place: Place | None, name: str = "") -> None:
        """Where the depot is; `None` takes it away."""
        self._keep("depot", at=wire.place_values(place) if place else None, name=name)

    def select(self, order_ids: Iterable[OrderId] = (), shift_ids: Iterable[ShiftId] = ()) -> None:
        """Mark these stops; their rounds and `shift_ids` stay full while the others fade. Emits nothing."""
        self._keep("select", order_ids=list(order_ids), shift_ids=list(shift_ids))

    def set_visible(self, order_ids: Iterable[OrderId] | None) -> None:
        """Only these stops are marks that can be pointed at; the others are faint dots. `None`: all."""
        self._keep("visible", order_ids=None if order_ids is None else list(order_ids))

    def show_idle_rounds(self, rounds: Iterable[msg.IdleRound]) -> None:
        """Rounds that have no line: offered at the map's edge while stops are dragged."""
        values = {"rounds": [wire.idle_values(one) for one in rounds]}
        if values != self._state.get("idle"):
            self._keep("idle", **values)

    def show_closures(self, closures: Iterable[msg.ClosureLine]) -> None:
        """Replace all closed streets."""
        self._keep("closures", closures=[wire.closure_values(closure) for closure in closures])

    def set_read_only(self, text: str | None) -> None:
        """Show `text` on a ribbon and refuse drags with it; `None` takes them again."""
        self._keep("read_only", text=text)

    # --- a proposal ----------------------------------------------------------------------------------------------

    def show_changes(
        self, before: Iterable[msg.RouteLine], after: Iterable[msg.RouteLine], moved: Iterable[OrderId]
    ) -> None:
        """How these rounds run, dashed, and how they would, full; `moved` stops are ringed, other rounds fade."""
        old, new = [[wire.route_values(route) for route in routes] for routes in (before, after)]
        self._keep("changes", active=True, before=old, after=new, moved=list(moved))

    def end_changes(self) -> None:
        """Take away what `show_changes` drew."""
        self._keep("changes", active=False)

    # --- verdicts on a drag --------------------------------------------------------------------------------------

    def show_verdicts(self, verdicts: Iterable[tuple[ShiftId, str, msg.Tone]]) -> None:
        """What each driver taking the dragged stops would mean, best first; the ghost names the best three."""
        best = [{"shift_id": shift_id, "text": text, "tone": tone} for shift_id, text, tone in verdicts][:BEST]
        self._send("verdicts", verdicts=best)

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
        self._keep("position", centre=wire.place_values(position.centre), zoom=position.zoom)

    def fit(self) -> None:
        """Show all stops and the depot; the region when there are none."""
        self._ask("fit", fallback=wire.bounds_values(self._bounds) if self._bounds else None)

    def fit_bounds(self, bounds: Bounds) -> None:
        """Show all of this rectangle."""
        self._ask("fit_bounds", bounds=wire.bounds_values(bounds))

    def pan_to(self, order_id: OrderId) -> None:
        """Bring this stop to the middle, near enough to read."""
        self._ask("pan_to", order_id=order_id)

    # --- pin -----------------------------------------------------------------------------------------------------

    def ask_pin(self, place: Place | None, label: str) -> None:
        """Let a person show where `label` is, starting at `place`; reports by `pin_placed` until `end_pin`."""
        self._keep("pin", active=True, at=wire.place_values(place) if place else None, label=label)

    def end_pin(self) -> None:
        """Leave pin mode."""
        self._keep("pin", active=False)

    # --- a line --------------------------------------------------------------------------------------------------

    def ask_line(self, label: str) -> None:
        """Let a person draw `label`, a line, by clicks; reports once by `line_drawn` or `line_cancelled`."""
        self._keep("sketch", active=True, label=label)

    def end_line(self) -> None:
        """Leave the drawing of a line without a report."""
        self._keep("sketch", active=False)

    # --- what the page reports -----------------------------------------------------------------------------------

    @override
    def _on_event(self, event: msg.Event) -> None:
        receive = _RECEIVERS.get(type(event))
        if receive:
            receive(self, event)
        else:
            super()._on_event(event)

    def _on_selection(self, event: msg.SelectionChanged) -> None:
        self._state["select"] = {"order_ids": list(event.order_ids), "shift_ids": list(event.shift_ids)}
        self.selection_changed.emit(event.order_ids)
        for shift_id in event.shift_ids:
            self.route_clicked.emit(shift_id)

    def _on_context(self, event: msg.ContextRequested) -> None:
        at = self.web.mapToGlobal(QPoint(round(event.x), round(event.y)))
        if event.closure_id is not None:
            self.closure_context_requested.emit(event.closure_id, at)
        else:
            self.context_requested.emit(event.order_ids, at)

    def _on_pin(self, event: msg.PinPlaced) -> None:
        self._state["pin"]["at"] = wire.place_values(event.place)
        self.pin_placed.emit(event.place)

    def _on_pin_cancelled(self, _event: msg.PinCancelled) -> None:
        self._state["pin"] = {"active": False}
        self.pin_cancelled.emit()

    def _on_line(self, event: msg.LineDrawn) -> None:
        self._state["sketch"] = {"active": False}
        self.line_drawn.emit(event.line)

    def _on_line_cancelled(self, _event: msg.LineCancelled) -> None:
        self._state["sketch"] = {"active": False}
        self.line_cancelled.emit()

    def _on_moved(self, event: msg.Moved) -> None:
        self._state["position"] = {
            "centre": wire.place_values(event.position.centre),
            "zoom": event.position.zoom,
        }
        self.moved.emit(event.position)

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
    msg.SelectionChanged: MapView._on_selection,
    msg.StopActivated: lambda view, event: view.stop_activated.emit(event.order_id),
    msg.ContextRequested: MapView._on_context,
    msg.DragHovered: lambda view, event: view.drag_hovered.emit(event),
    msg.StopsDropped: lambda view, event: view.stops_dropped.emit(event),
    msg.DragEnded: lambda view, _event: view.drag_ended.emit(),
    msg.PinPlaced: MapView._on_pin,
    msg.PinCancelled: MapView._on_pin_cancelled,
    msg.LineDrawn: MapView._on_line,
    msg.LineCancelled: MapView._on_line_cancelled,
    msg.ClosureClicked: lambda view, event: view.closure_clicked.emit(event.closure_id),
    msg.Moved: MapView._on_moved,
}
