"""What a pressed mouse button does until it is let go: one small class for each gesture. GUI thread.

Each is begun by the chart with the point where the button went down, hears every move, and ends by `finish` or
`cancel`. Points are pixels of the lanes.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from dispatcher.domain.ids import OrderId, ShiftId
from ui.timeline.geometry import SNAP_S, Part, marks_within, snapped
from ui.timeline.lanes import Lane
from ui.timeline.showing import Hours

if TYPE_CHECKING:
    from ui.timeline.chart import Chart


class Gesture(Protocol):
    """Something under way."""

    def move(self, at: QPointF) -> None:
        """The pointer is there now."""

    def finish(self, at: QPointF) -> None:
        """The button was let go there."""

    def cancel(self) -> None:
        """Escape, or the window lost the mouse: all as before."""


class Pan:
    """Moves the view over the day, from the axis in time only; a click on the ground clears the selection."""

    def __init__(self, chart: "Chart", at: QPointF, *, lanes: bool, clears: bool) -> None:
        self._chart, self._from, self._lanes, self._clears = chart, at, lanes, clears
        self._before = chart.showing.view
        self._moved = False

    def move(self, at: QPointF) -> None:
        gone = self._from - at
        self._moved = self._moved or gone.manhattanLength() >= QApplication.startDragDistance()
        if self._moved:
            self._chart.look(self._before.panned(gone.x(), gone.y() if self._lanes else 0.0))

    def finish(self, at: QPointF) -> None:
        self.move(at)
        if not self._moved and self._clears:
            self._chart.choose((), ())

    def cancel(self) -> None:
        self._chart.look(self._before)


class Band:
    """The rubber band; adds to what was selected with Ctrl."""

    def __init__(self, chart: "Chart", at: QPointF, kept: Collection[OrderId]) -> None:
        self._chart, self._from, self._kept = chart, at, tuple(kept)
        self._before = chart.showing.orders, chart.showing.shifts
        self._moved = False

    def move(self, at: QPointF) -> None:
        self._moved = self._moved or (at - self._from).manhattanLength() >= QApplication.startDragDistance()
        if not self._moved:
            return
        showing = self._chart.showing
        left, right = sorted((self._from.x(), at.x()))
        top, bottom = sorted((self._from.y(), at.y()))
        showing.band = (left, top, right - left, bottom - top)
        found = marks_within(showing.view, showing.lanes, (left, top), (right, bottom))
        showing.choose([*self._kept, *(mark.order_id for mark in found)])
        self._chart.repaint_lanes()

    def finish(self, at: QPointF) -> None:
        self.move(at)
        chosen = self._chart.showing.orders
        self.cancel()
        if self._moved:
            self._chart.choose(chosen, ())
        else:
            self._chart.extend_to(self._from)

    def cancel(self) -> None:
        self._chart.showing.band = None
        self._chart.showing.choose(*self._before)
        self._chart.repaint_lanes()


class Press:
    """A stop under the button: let go, it is selected; pulled away, all selected stops go along."""

    def __init__(self, chart: "Chart", at: QPointF, order_id: OrderId, *, toggles: bool) -> None:
        self._chart, self._from, self._order_id, self._toggles = chart, at, order_id, toggles
        if not toggles and order_id not in chart.showing.orders:
            chart.choose_stop(order_id)

    def move(self, at: QPointF) -> None:
        if (at - self._from).manhattanLength() >= QApplication.startDragDistance():
            if self._order_id not in self._chart.showing.orders:
                self._chart.toggle(self._order_id)
            self._chart.carry()

    def finish(self, at: QPointF) -> None:  # noqa: ARG002
        if self._toggles:
            self._chart.toggle(self._order_id)
        else:
            self._chart.choose_stop(self._order_id)

    def cancel(self) -> None:
        pass


class Edge:
    """A shift's start or end in the hand, in steps of five minutes."""

    def __init__(self, chart: "Chart", at: QPointF, lane: Lane, part: Part) -> None:
        self._chart, self._from, self._lane, self._part = chart, at, lane, part
        self._moved = False
        held = lane.ends_s if part is Part.ENDS else lane.starts_s
        self._offset_s = held - chart.showing.view.seconds(at.x())

    def move(self, at: QPointF) -> None:
        self._moved = self._moved or (at - self._from).manhattanLength() >= QApplication.startDragDistance()
        if not self._moved:
            return
        wanted = snapped(self._chart.showing.view.seconds(at.x()) + self._offset_s)
        starts, ends = self._lane.starts_s, self._lane.ends_s
        if self._part is Part.ENDS:
            ends = max(wanted, starts + SNAP_S)
        else:
            starts = min(wanted, ends - SNAP_S)
        self._chart.preview_hours(Hours(self._lane.shift_id, starts, ends))

    def finish(self, at: QPointF) -> None:
        self.move(at)
        hours = self._chart.showing.hours
        self.cancel()
        if hours and (hours.starts_s, hours.ends_s) != (self._lane.starts_s, self._lane.ends_s):
            self._chart.wish_hours(hours)

    def cancel(self) -> None:
        self._chart.preview_hours(None)


class Freeze:
    """The freeze line in the hand, in steps of five minutes."""

    def __init__(self, chart: "Chart", at: QPointF) -> None:
        self._chart, self._from = chart, at
        self._moved = False

    def move(self, at: QPointF) -> None:
        self._moved = self._moved or (at - self._from).manhattanLength() >= QApplication.startDragDistance()
        if self._moved:
            self._chart.preview_freeze(snapped(self._chart.showing.view.seconds(at.x())))

    def finish(self, at: QPointF) -> None:
        self.move(at)
        wanted = self._chart.showing.freeze_preview_s
        self.cancel()
        if wanted is not None and wanted != self._chart.showing.freeze_s:
            self._chart.wish_freeze(wanted)

    def cancel(self) -> None:
        self._chart.preview_freeze(None)


class NameClick:
    """A driver's name under the button: lets the whole round be selected."""

    def __init__(self, chart: "Chart", shift_id: ShiftId, *, toggles: bool) -> None:
        chosen = frozenset(chart.showing.shifts)
        if toggles:
            chart.choose(chart.showing.orders, chosen ^ {shift_id}, current=(shift_id, None))
        else:
            chart.choose((), (shift_id,), current=(shift_id, None))

    def move(self, at: QPointF) -> None:
        pass

    def finish(self, at: QPointF) -> None:
        pass

    def cancel(self) -> None:
        pass
