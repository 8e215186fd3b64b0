"""What lies over the lanes: selected stops with their windows, lines of shifts, freeze and now, and the hand's marks.

Reads `Showing` and changes nothing.
"""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.theme import Theme
from ui.timeline.showing import Place, Showing
from ui.timeline.sizes import Sizes

_STRONG = 0.22
"""How much of the accent is in the window of a selected stop."""


class Overlay:
    """Painted after the lanes, in the same pixels."""

    def __init__(self, showing: Showing, theme: Theme) -> None:
        self._showing, self._theme, self._sizes = showing, theme, Sizes.of(theme)
        self._focused = False

    def paint(self, painter: QPainter, sizes: Sizes, *, focused: bool) -> None:
        """Everything, the hand's marks last."""
        self._sizes, self._focused = sizes, focused
        self._paint_chosen_windows(painter)
        self._paint_selection(painter)
        self._paint_lines(painter)
        self._paint_hand(painter)

    def _paint_selection(self, painter: QPainter) -> None:
        """A ring around each selected stop, a finer one around where keys go on from."""
        ring = QPen(self._theme.colour("accent"), 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = [place for order_id in self._showing.orders if (place := self._showing.place(order_id))]
        shown = self._showing.view.rows
        painter.setPen(ring)
        painter.drawRects([self._around(place, 2.0) for place in places if place.row in shown])
        at = self._showing.current_place
        if self._focused and at and at[1] is not None and at[0] in shown:
            painter.setPen(QPen(self._theme.colour("text"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self._around(Place(at[0], at[1]), 4.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_chosen_windows(self, painter: QPainter) -> None:
        """The windows of selected stops as far as they reach, with a post at either end."""
        view, accent = self._showing.view, self._theme.colour("accent")
        pale = QColor(accent)
        pale.setAlphaF(_STRONG)
        places = [place for order_id in self._showing.orders if (place := self._showing.place(order_id))]
        for place in places:
            for opens, closes in self._showing.mark(place).windows if place.row in view.rows else ():
                left, right = max(-4.0, view.x(opens)), min(view.width_px + 4.0, view.x(closes))
                top, tall = view.y(place.row) + 1, view.lane_px - 3
                painter.fillRect(QRectF(left, top, max(0.0, right - left), tall), pale)
                for x in (left, right - 2):
                    painter.fillRect(QRectF(x, top, 2, tall), accent)

    def _around(self, place: Place, air: float) -> QRectF:
        view, mark = self._showing.view, self._showing.mark(place)
        left, right = view.x(mark.starts_s), view.x(mark.departs_s)
        left, right = max(-20.0, left), min(view.width_px + 20.0, max(right, left + 2))
        top = view.y(place.row) + self._sizes.bar_top
        return QRectF(left, top, max(0.0, right - left), self._sizes.bar).adjusted(-air, -air, air, air)

    def _paint_lines(self, painter: QPainter) -> None:
        """The ends of shifts, the freeze line, and now."""
        view, colour = self._showing.view, self._theme.colour
        painter.setPen(QPen(colour("disabled"), 2))
        for row in view.rows:
            for edge in self._showing.hours_of(self._showing.lanes[row]):
                x = view.x(edge)
                painter.drawLine(QPointF(x, view.y(row) + 2), QPointF(x, view.y(row) + view.lane_px - 4))
        for seconds, token, style in (
            (self._showing.freeze_s, "text", Qt.PenStyle.DashLine),
            (self._showing.now_s, "moving", Qt.PenStyle.SolidLine),
        ):
            if seconds is not None:
                painter.setPen(QPen(colour(token), 2, style))
                painter.drawLine(QPointF(view.x(seconds), 0), QPointF(view.x(seconds), view.height_px))
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_hand(self, painter: QPainter) -> None:
        """Where a drop would land, the shift's end that is dragged, the rubber band."""
        view, accent, showing = self._showing.view, self._theme.colour("accent"), self._showing
        if showing.target and (row := showing.row(showing.target.shift_id)) is not None:
            self._paint_target(painter, row)
        if showing.hours and (row := showing.row(showing.hours.shift_id)) is not None:
            painter.setPen(QPen(accent, 2))
            for seconds in (showing.hours.starts_s, showing.hours.ends_s):
                x = view.x(seconds)
                painter.drawLine(QPointF(x, view.y(row)), QPointF(x, view.y(row) + view.lane_px - 1))
        if showing.band:
            pale = QColor(accent)
            pale.setAlphaF(0.15)
            painter.setPen(QPen(accent, 1))
            painter.setBrush(pale)
            painter.drawRect(QRectF(*showing.band))
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_target(self, painter: QPainter, row: int) -> None:
        """A beam between two bars, or a frame around the lane."""
        view, accent, target = self._showing.view, self._theme.colour("accent"), self._showing.target
        assert target is not None
        if target.gap.index is None:
            painter.setPen(QPen(accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(1, view.y(row) + 1, view.width_px - 2, view.lane_px - 3))
            return
        x, top = round(view.x(target.gap.at_s)), view.y(row)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawRect(QRectF(x - 1, top, 3, view.lane_px - 1))
        for y in (top, top + view.lane_px - 4):
            painter.drawRect(QRectF(x - 4, y, 9, 3))
