"""The edges of the timeline: the axis of times on top, and the column of drivers at the left."""

import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dispatcher.domain.tracking import Risk
from ui.board.onroad import delay_short
from ui.theme import Theme, driver_colour, legible_on
from ui.timeline import tips
from ui.timeline.actual import worst_risk
from ui.timeline.geometry import ticks
from ui.timeline.lanes import Lane
from ui.timeline.road import INKS
from ui.timeline.showing import Showing
from ui.timeline.sizes import Sizes

_CENTRE = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TimeAxis(pg.AxisItem):
    """Hours, then minutes as one zooms, by the depot's clock; above them now and the freeze line."""

    def __init__(self, showing: Showing, theme: Theme) -> None:
        self._showing, self._theme, self._sizes = showing, theme, Sizes.of(theme)
        super().__init__("top", showValues=True)
        self.enableAutoSIPrefix(False)
        self.showLabel(False)

    def dress(self, sizes: Sizes) -> None:
        """Take sizes and colours again."""
        self._sizes = sizes
        self.setStyle(tickLength=4, maxTextLevel=0, tickTextOffset=2, autoExpandTextSpace=False)
        self.setTickFont(sizes.small)
        self.setPen(pg.mkPen(self._theme.colour("border")))
        self.setTickPen(pg.mkPen(self._theme.colour("disabled")))
        self.setTextPen(pg.mkPen(self._theme.colour("muted")))
        self.setHeight(sizes.axis)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: ARG002, N803
        """Labelled ticks, and finer ones between them; seconds, from midnight."""
        major, minor = ticks(self._showing.view.scale, self._sizes.label)
        return [(major, 0), (minor, 0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        """Wall-clock times."""
        return [tips.at(self._showing, value) for value in values] if self._showing.day else []

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        super().paint(painter, option, widget)
        now, freeze = self._showing.now_s, self._showing.freeze_s
        apart = 0.0 if now is None or freeze is None else 0.5 if now >= freeze else -0.5
        if now is not None:
            self._paint_tab(painter, now, self._theme.colour("moving"), lean=apart)
        if freeze is not None:
            self._paint_tab(painter, freeze, self._theme.colour("text"), "snowflake", lean=-apart)
        if hours := self._showing.hours:
            for seconds in (hours.starts_s, hours.ends_s):
                self._paint_tab(painter, seconds, self._theme.colour("accent"))

    def _paint_tab(
        self, painter: QPainter, seconds: float, ground: QColor, icon: str = "", *, lean: float = 0.0
    ) -> None:
        """A time on a coloured tab that stands on the edge of the lanes, if it is in view.

        `lean` puts it to the left (-0.5) or the right (0.5) of its line, so that two lines close by can both be read.
        """
        x, view, sizes = self._showing.view.x(seconds), self._showing.view, self._sizes
        if not -1 <= x <= view.width_px + 1:
            return
        side = 1.5 * sizes.mark if icon else 0.0
        words = tips.at(self._showing, seconds)
        wide = QFontMetrics(sizes.small).horizontalAdvance(words) + side + 2 * sizes.mark
        left = min(max(0.0, x - wide / 2 + lean * (wide - 8)), view.width_px - wide)
        box = QRectF(left, 1, wide, sizes.axis - 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 3, 3)
        painter.drawConvexPolygon(
            [QPointF(x - 4, box.bottom()), QPointF(x + 4, box.bottom()), QPointF(x, sizes.axis - 1)]
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        if icon:
            pixmap = self._theme.pixmap(icon, "base", round(side), painter.device().devicePixelRatioF())
            painter.drawPixmap(QPointF(left + sizes.mark * 0.7, box.center().y() - side / 2), pixmap)
        painter.setFont(sizes.small)
        painter.setPen(legible_on(ground))
        painter.drawText(box.adjusted(side, 0, 0, 0), _CENTRE, words)


class NameColumn(pg.GraphicsWidget):
    """Number and name of each driver beside their lane; scrolls with the lanes."""

    def __init__(self, showing: Showing, theme: Theme) -> None:
        super().__init__()
        self._showing, self._theme, self._sizes = showing, theme, Sizes.of(theme)
        self.setFlag(self.GraphicsItemFlag.ItemClipsToShape)

    def dress(self, sizes: Sizes) -> None:
        """Take sizes and colours again."""
        self._sizes = sizes
        self.setFixedWidth(sizes.names)
        self.update()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,  # noqa: ARG002
        widget: QWidget | None = None,  # noqa: ARG002
    ) -> None:
        view, colour = self._showing.view, self._theme.colour
        painter.fillRect(self.boundingRect(), colour("base"))
        for row in view.rows:
            line = QRect(0, round(view.y(row)), self._sizes.names, round(view.lane_px) - 1)
            lane = self._showing.lanes[row]
            if lane.shift_id in self._showing.shifts:
                painter.fillRect(line, colour("selection"))
            self._paint_name(painter, line, lane)
            painter.fillRect(QRect(0, line.bottom() + 1, line.width(), 1), colour("border"))
        painter.setPen(QPen(colour("border"), 1))
        painter.drawLine(QPointF(self._sizes.names - 0.5, 0), QPointF(self._sizes.names - 0.5, view.height_px))

    def _paint_name(self, painter: QPainter, line: QRect, lane: Lane) -> None:
        ground, sizes, air = driver_colour(lane.number), self._sizes, self._theme.grid(2)
        wide = max(self._theme.grid(6), QFontMetrics(sizes.bold).horizontalAdvance(str(lane.number)) + air)
        badge = QRectF(air, line.center().y() - sizes.bar / 2 + 1, wide, sizes.bar)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(badge, 4, 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setFont(sizes.bold)
        painter.setPen(legible_on(ground))
        painter.drawText(badge, _CENTRE, str(lane.number))
        room = line.adjusted(round(wide) + 2 * air, 0, -air, 0)
        painter.setFont(sizes.small)
        metrics = QFontMetrics(sizes.small)
        if words := self._paint_delay(painter, room, lane):
            room.adjust(0, 0, -metrics.horizontalAdvance(words) - air, 0)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(room, _LEFT, metrics.elidedText(lane.driver, Qt.TextElideMode.ElideRight, room.width()))

    def _paint_delay(self, painter: QPainter, room: QRect, lane: Lane) -> str:
        """How far behind the plan the round is on the road, at the right; the words painted."""
        actual = self._showing.actual.get(lane.shift_id)
        if actual is None or actual.delay_s is None:
            return ""
        words, risk = delay_short(actual.delay_s), worst_risk(actual)
        painter.setPen(self._theme.colour("muted" if risk is Risk.NONE else INKS[risk]))
        painter.drawText(room, _RIGHT, words)
        return words
