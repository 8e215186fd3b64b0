"""The timeline under the hand: view, selection, gestures, dragging and dropping. It wishes; it changes nothing.

Qt's events go straight to the gestures of `hand`; pyqtgraph lays out and paints, its own mouse and menus stay unused.
"""

import html
from collections.abc import Collection
from datetime import datetime

import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.time import after
from ui import format as fmt
from ui.board import drag
from ui.theme import Theme
from ui.timeline import tips
from ui.timeline.axis import NameColumn, TimeAxis
from ui.timeline.batches import Batching
from ui.timeline.geometry import SNAP_S, Hit, Part, View, hit
from ui.timeline.hand import Band, Edge, Freeze, Gesture, NameClick, Pan, Press
from ui.timeline.painting import LanesItem
from ui.timeline.showing import Hours, Place, Showing
from ui.timeline.sizes import Sizes
from ui.timeline.walking import Spot, across, along

_CTRL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_NOTCH = 120
"""Eighths of a degree that one notch of a wheel turns."""
_CURSORS = {
    Part.STARTS: Qt.CursorShape.SizeHorCursor,
    Part.ENDS: Qt.CursorShape.SizeHorCursor,
    Part.FREEZE: Qt.CursorShape.SplitHCursor,
    Part.AXIS: Qt.CursorShape.OpenHandCursor,
    Part.STOP: Qt.CursorShape.PointingHandCursor,
}


class Chart(pg.GraphicsLayoutWidget):
    """Shows a `Showing`. GUI thread; owned by the timeline panel, which says what its signals mean.

    Signals:
        view_changed(): zoom or scroll is another.
        current_changed(text): keys went to another stop or lane; in words, for screen readers.
        and those of `TimelinePanel` with the same names.
    """

    view_changed = Signal()
    current_changed = Signal(str)
    selection_changed = Signal(object, object)
    shift_changed = Signal(object, object, object)
    freeze_changed = Signal(object)
    edit_requested = Signal(object)
    context_requested = Signal(object, object, QPoint)

    def __init__(self, showing: Showing, theme: Theme, run_drag: drag.RunDrag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.showing, self.theme = showing, theme
        self._run_drag = run_drag
        self._gesture: Gesture | None = None
        self._looked = View()
        self.batching = Batching()
        self.axis = TimeAxis(showing, theme)
        self.names = NameColumn(showing, theme)
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False, invertY=True)
        self.lanes = LanesItem(showing, theme)
        self.lanes.setParentItem(self.box)
        self._lay_out()
        self.dress()

    def _lay_out(self) -> None:
        self.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.ci.layout.setSpacing(0)
        self.addItem(self.axis, row=0, col=1)
        self.addItem(self.names, row=1, col=0)
        self.addItem(self.box, row=1, col=1)
        self.axis.linkToView(self.box)
        self.setAcceptDrops(True)

    # ── Told by the panel ────────────────────────────────────────────────────────────────────────────────────────

    def dress(self) -> None:
        """Take fonts, sizes and colours from the theme again."""
        sizes = Sizes.of(self.theme, live=bool(self.showing.actual))
        self.lanes.sizes = sizes
        self.setBackground(self.theme.colour("base"))
        self.axis.dress(sizes)
        self.names.dress(sizes)
        self.ci.layout.activate()
        self.fill()

    def refresh(self) -> None:
        """The lanes are others: prepare and paint them."""
        self.lanes.batches = self.batching.of(self.showing.lanes)
        self.lanes.road.refresh()
        self.look(self.showing.view)
        self.repaint_lanes()

    def refresh_actual(self) -> None:
        """The road has news: lanes make room below the plan as soon as there is any."""
        self.lanes.road.refresh()
        self.look(self.showing.view)
        if self.sizes.live != bool(self.showing.actual):
            self.dress()
        self.repaint_lanes()

    def repaint_lanes(self) -> None:
        """Only what stands in the lanes changed: selection, lines, marks."""
        self.lanes.update()
        self.names.update()
        self.axis.update()

    def look(self, view: View) -> None:
        """Bring this part of the day into view."""
        self.showing.view = view
        right, bottom = view.left_s + max(1.0, view.width_px) / view.scale, view.top_px + max(1.0, view.height_px)
        before, self._looked = self._looked, view
        self.box.setRange(xRange=(view.left_s, right), yRange=(view.top_px, bottom), padding=0)
        self.lanes.update()
        if (before.top_px, before.height_px, before.lanes) != (view.top_px, view.height_px, view.lanes):
            self.names.update()
        if (before.left_s, before.scale) != (view.left_s, view.scale):
            self.axis.update()
        self.view_changed.emit()

    @property
    def sizes(self) -> Sizes:
        """How big everything is now."""
        return self.lanes.sizes

    @property
    def area(self) -> QRectF:
        """Where the lanes stand in the viewport."""
        sizes, port = self.sizes, self.viewport().rect()
        width, height = max(0, port.width() - sizes.names), max(0, port.height() - sizes.axis)
        return QRectF(sizes.names, sizes.axis, width, height)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:
            self.fill()

    def fill(self) -> None:
        """Bring view and window to the same size; zoom as was wanted before there was one."""
        area = self.area
        if area.width() < 1 or area.height() < 1:
            return
        self.lanes.prepareGeometryChange()
        view = self.showing.view.sized(area.width(), area.height(), self.sizes.lane)
        wanted, self.showing.wanted_zoom = self.showing.wanted_zoom, None
        self.look(view.showing(*wanted) if wanted else view)

    # ── Selection ────────────────────────────────────────────────────────────────────────────────────────────────

    def choose(
        self,
        order_ids: Collection[OrderId],
        shift_ids: Collection[ShiftId],
        current: tuple[ShiftId, OrderId | None] | None = None,
    ) -> None:
        """A person chose these."""
        self.showing.current = current or self.showing.current
        changed = self.showing.choose(order_ids, shift_ids)
        self.repaint_lanes()
        if changed:
            self.selection_changed.emit(self.showing.orders, self.showing.shifts)

    def choose_stop(self, order_id: OrderId) -> None:
        """Select this stop alone."""
        self.showing.anchor = order_id
        self.choose((order_id,), (), self._home_of(order_id))

    def toggle(self, order_id: OrderId) -> None:
        """Select this stop too, or no longer."""
        self.showing.anchor = order_id
        self.choose(frozenset(self.showing.orders) ^ {order_id}, (), self._home_of(order_id))

    def extend_to(self, at: QPointF) -> None:
        """Select everything from the anchor to the stop under the pointer."""
        found = self.hit(at)
        if found.mark is not None and found.row is not None:
            self._extend((found.row, found.mark))

    def _home_of(self, order_id: OrderId) -> tuple[ShiftId, OrderId | None] | None:
        place = self.showing.place(order_id)
        return (self.showing.lanes[place.row].shift_id, order_id) if place else None

    def _extend(self, spot: Spot) -> None:
        """From the anchor to there along one lane; a stop of another lane joins."""
        row, index = spot
        if index is None:
            return
        lane, anchor = self.showing.lanes[row], self.showing.place(self.showing.anchor)
        order_id = lane.marks[index].order_id
        if anchor is None or anchor.row != row:
            self.showing.anchor = self.showing.anchor or order_id
            self.choose({*self.showing.orders, order_id}, (), (lane.shift_id, order_id))
            return
        first, last = sorted((anchor.index, index))
        run = [mark.order_id for mark in lane.marks[first : last + 1]]
        self.choose(run, (), (lane.shift_id, order_id))

    # ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._gesture:
            self._gesture.cancel()
            self._gesture = None
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.showing.orders:
            self.edit_requested.emit(self._first_chosen())
        elif spot := self._spot(event):
            self.walk_to(spot, extend=bool(event.modifiers() & _SHIFT))
        else:
            event.ignore()

    def _first_chosen(self) -> OrderId:
        current = self.showing.current
        at = current[1] if current else None
        return at if at is not None and at in self.showing.orders else self.showing.orders[0]

    def _spot(self, event: QKeyEvent) -> Spot | None:
        if event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier):
            return None
        page = max(1, len(self.showing.view.rows) - 1)
        match event.key():
            case Qt.Key.Key_PageUp:
                return across(self.showing, -page)
            case Qt.Key.Key_PageDown:
                return across(self.showing, page)
            case Qt.Key.Key_Left:
                return along(self.showing, -1)
            case Qt.Key.Key_Right:
                return along(self.showing, 1)
            case Qt.Key.Key_Up:
                return across(self.showing, -1)
            case Qt.Key.Key_Down:
                return across(self.showing, 1)
        return None

    def walk_to(self, spot: Spot, *, extend: bool) -> None:
        """Go on to a stop, or to a lane as a whole."""
        row, index = spot
        lane = self.showing.lanes[row]
        self.reveal(spot)
        if index is None:
            self.choose((), (lane.shift_id,), (lane.shift_id, None))
            self.current_changed.emit(tips.lane_tip(self.showing, row))
            return
        if extend:
            self._extend(spot)
        else:
            self.choose_stop(lane.marks[index].order_id)
        self.current_changed.emit(tips.stop_tip(self.showing, Place(row, index)))

    def reveal(self, spot: Spot) -> None:
        """Scroll no more than it takes to see it."""
        row, index = spot
        view, air = self.showing.view, float(4 * self.sizes.mark)
        if index is None:
            self.look(view.revealing(row, view.left_s, view.left_s, 0.0))
        else:
            mark = self.showing.lanes[row].marks[index]
            self.look(view.revealing(row, mark.starts_s, mark.departs_s, air))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_focus()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_focus()

    def _show_focus(self) -> None:
        self.lanes.focused = self.hasFocus()
        self.repaint_lanes()

    # ── Mouse ────────────────────────────────────────────────────────────────────────────────────────────────────

    def local(self, at: QPointF | QPoint) -> QPointF:
        """A point of the viewport in pixels of the lanes."""
        return QPointF(at) - self.area.topLeft()

    def hit(self, at: QPointF) -> Hit:
        """What lies at a point of the lanes."""
        bar = float(self.sizes.bar_top), float(self.sizes.bar)
        return hit(self.showing.view, self.showing.lanes, bar, self.showing.freeze_s, at.x(), at.y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._gesture:
            self._gesture.cancel()
        at = self.local(event.position())
        left = event.button() is Qt.MouseButton.LeftButton
        if event.button() is Qt.MouseButton.MiddleButton and self.hit(at).part is not Part.NAME:
            self._gesture = Pan(self, at, lanes=True, clears=False)
        else:
            self._gesture = self._begin(self.hit(at), at, event.modifiers()) if left else None

    def _begin(self, found: Hit, at: QPointF, keys: Qt.KeyboardModifier) -> Gesture | None:
        adds = bool(keys & _CTRL)
        lane = None if found.row is None else self.showing.lanes[found.row]
        if found.part is Part.AXIS:
            return Pan(self, at, lanes=False, clears=False)
        if found.part is Part.FREEZE:
            return Freeze(self, at)
        if found.part is Part.NAME and lane:
            return NameClick(self, lane.shift_id, toggles=adds)
        if at.x() < 0 or at.y() < 0:
            return None
        if keys & _SHIFT:
            return Band(self, at, self.showing.orders if adds else ())
        if found.mark is not None and lane:
            return Press(self, at, lane.marks[found.mark].order_id, toggles=adds)
        if found.part in (Part.STARTS, Part.ENDS) and lane:
            return Edge(self, at, lane, found.part)
        return Pan(self, at, lanes=True, clears=not adds)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        at = self.local(event.position())
        if self._gesture:
            self._gesture.move(at)
        else:
            self.viewport().setCursor(_CURSORS.get(self.hit(at).part, Qt.CursorShape.ArrowCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        gesture, self._gesture = self._gesture, None
        if gesture:
            gesture.finish(self.local(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        found = self.hit(self.local(event.position()))
        if found.part is Part.FREEZE:
            self.freeze_changed.emit(None)
        elif found.mark is not None and found.row is not None:
            self.edit_requested.emit(self.showing.lanes[found.row].marks[found.mark].order_id)
        elif found.part in (Part.LANE, Part.NOTHING, Part.AXIS):
            self.look(self.showing.view.fit())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()
        turned, pixels = event.angleDelta(), event.pixelDelta()
        view, notches = self.showing.view, (turned.y() or turned.x()) / _NOTCH
        if event.modifiers() & _CTRL:
            self.look(view.zoomed(1.2**notches, max(0.0, self.local(event.position()).x())))
        elif event.modifiers() & _SHIFT:
            self.look(view.panned(-notches * view.lane_px * 2))
        elif not pixels.isNull():
            self.look(view.panned(-pixels.x(), -pixels.y()))
        else:
            step = 1.5 * view.lane_px / _NOTCH
            self.look(view.panned(-turned.x() * step, -turned.y() * step))

    def zoom(self, factor: float) -> None:
        """Closer or further, around the current stop if it is in view, else around the middle."""
        view, at = self.showing.view, self.showing.current_place
        middle = view.width_px / 2
        if at and at[1] is not None:
            x = view.x(self.showing.mark(Place(at[0], at[1])).middle_s)
            middle = x if 0 <= x <= view.width_px else middle
        self.look(view.zoomed(factor, middle))

    # ── Menus and tooltips ───────────────────────────────────────────────────────────────────────────────────────

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            where = self._current_point()
        else:
            where = event.pos()
            self._choose_under(self.hit(self.local(where)))
        at = self.viewport().mapToGlobal(where)
        self.context_requested.emit(self.showing.orders, self.showing.shifts, at)

    def _choose_under(self, found: Hit) -> None:
        """What a menu is called for is selected first, unless it is already."""
        if found.row is None:
            return
        lane = self.showing.lanes[found.row]
        if found.mark is not None:
            if lane.marks[found.mark].order_id not in self.showing.orders:
                self.choose_stop(lane.marks[found.mark].order_id)
        elif found.part is Part.NAME and lane.shift_id not in self.showing.shifts:
            self.choose((), (lane.shift_id,), (lane.shift_id, None))

    def _current_point(self) -> QPoint:
        """Where the current stop or lane stands in the viewport."""
        view, at, area = self.showing.view, self.showing.current_place, self.area
        if at is None:
            return area.center().toPoint()
        x = 0.0 if at[1] is None else view.x(self.showing.mark(Place(at[0], at[1])).middle_s)
        inside = min(max(0.0, x), area.width()), min(max(0.0, view.y(at[0]) + view.lane_px / 2), area.height())
        return (area.topLeft() + QPointF(*inside)).toPoint()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            text = self.tip_at(event.pos())
            shown = f"<p style='white-space:pre'>{html.escape(text)}</p>" if text else ""
            QToolTip.showText(event.globalPos(), shown, self.viewport())
            return True
        return bool(super().viewportEvent(event))

    def tip_at(self, at: QPoint) -> str:
        """What there is to say of a point of the viewport."""
        return tips.tip(self.showing, self.hit(self.local(at)))

    def say(self, text: str) -> None:
        """Show a text as a tooltip at once, over the upper left corner of the lanes."""
        QToolTip.showText(self.viewport().mapToGlobal(self.area.topLeft().toPoint()), text, self.viewport())

    # ── What gestures ask for ────────────────────────────────────────────────────────────────────────────────────

    def carry(self) -> None:
        """Take the selected stops along; returns when they are dropped or given up."""
        self._gesture = None
        orders = self.showing.orders
        if orders:
            self._run_drag(drag.begin(self, orders, fmt.count(len(orders), "stop"), self.theme))

    def preview_hours(self, hours: Hours | None) -> None:
        """Show a shift as it would be."""
        self.showing.hours = hours
        self.repaint_lanes()

    def wish_hours(self, hours: Hours) -> None:
        """A person wants these hours."""
        if self.showing.day and hours.shift_id in self.showing.day.shifts:
            starts, ends = self._moment(hours.starts_s), self._moment(hours.ends_s)
            self.shift_changed.emit(hours.shift_id, starts, ends)

    def stretch(self, *, start_s: float = 0, end_s: float = 0) -> None:
        """Wish the current lane's shift to begin or end so much later."""
        if (at := self.showing.current_place) is None:
            return
        lane = self.showing.lanes[at[0]]
        starts, ends = lane.starts_s + start_s, lane.ends_s + end_s
        if ends - starts >= SNAP_S:
            self.wish_hours(Hours(lane.shift_id, starts, ends))

    def preview_freeze(self, seconds: float | None) -> None:
        """Show the freeze line elsewhere."""
        self.showing.freeze_preview_s = seconds
        self.repaint_lanes()

    def wish_freeze(self, seconds: float) -> None:
        """A person wants the freeze line there."""
        self.freeze_changed.emit(self._moment(seconds))

    def _moment(self, seconds: float) -> datetime:
        assert self.showing.clock is not None
        return after(self.showing.clock.midnight, seconds)
