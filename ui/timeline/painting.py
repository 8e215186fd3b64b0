"""The lanes as one graphics item: ground, windows, bars and marks; what lies over them is in `overlay`.

Paints only what is in view, everything of one kind at a time. Reads `Showing` and changes nothing.
"""

from collections.abc import Callable, Iterable
from itertools import starmap

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from ui.theme import Theme, legible_on
from ui.timeline.batches import Batches, Strip
from ui.timeline.geometry import ticks
from ui.timeline.overlay import Overlay
from ui.timeline.road import Road
from ui.timeline.showing import Showing
from ui.timeline.sizes import Sizes

_FADED = 0.28
"""How strong the rounds are that are not selected."""
_PALE = 0.14
"""How much of the accent is in a window."""
_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LanesItem(pg.GraphicsObject):
    """Fills the box of the lanes; its coordinates are the pixels that `geometry` speaks of."""

    def __init__(self, showing: Showing, theme: Theme) -> None:
        super().__init__()
        self._showing, self._theme = showing, theme
        self.sizes = Sizes.of(theme)
        self.batches = Batches.of(())
        self.road = Road(showing)
        self.focused = False
        self._overlay = Overlay(showing, theme)
        self._strength = 1.0
        self._flag_made: tuple[int, int, int, float] | None = None
        self._flag_pixmap = QPixmap()

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._showing.view.width_px, self._showing.view.height_px)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,  # noqa: ARG002
        widget: QWidget | None = None,  # noqa: ARG002
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setFont(self.sizes.small)
        self._paint_ground(painter)
        lit = self._showing.lit
        if lit is None:
            self._paint_lanes(painter, lambda strip: strip)
        else:
            bright = np.isin(np.arange(len(self._showing.lanes)), list(lit))
            self._strength = _FADED
            self._paint_lanes(painter, lambda strip: strip.where(~bright[strip.rows]))
            self._strength = 1.0
            self._paint_lanes(painter, lambda strip: strip.where(bright[strip.rows]))
        self._overlay.paint(painter, self.sizes, focused=self.focused)

    # ── Ground ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _paint_ground(self, painter: QPainter) -> None:
        """Shifts light on dark, a hairline between lanes, the hours, and what is frozen."""
        view, colour = self._showing.view, self._theme.colour
        painter.fillRect(self.boundingRect(), colour("sunken"))
        for row in view.rows:
            lane = self._showing.lanes[row]
            starts, ends = self._showing.hours_of(lane)
            left, right = max(-1.0, view.x(starts)), min(view.width_px + 1, view.x(ends))
            ground = "selection" if lane.shift_id in self._showing.shifts else "base"
            painter.fillRect(QRectF(left, view.y(row), max(0.0, right - left), view.lane_px - 1), colour(ground))
        self._paint_grid(painter)
        self._paint_frozen(painter)

    def _paint_grid(self, painter: QPainter) -> None:
        view = self._showing.view
        step, _ = ticks(view.scale, self.sizes.label)
        first, last = int(view.left_s // step), int(view.right_s // step)
        painter.setPen(QPen(self._theme.colour("border"), 1))
        bottom = min(view.height_px, view.lanes * view.lane_px - view.top_px)
        for n in range(first, last + 1):
            x = round(view.x(n * step)) + 0.5
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_frozen(self, painter: QPainter) -> None:
        freeze = self._showing.freeze_s
        if freeze is None:
            return
        view = self._showing.view
        painter.fillRect(
            QRectF(0, 0, max(0.0, view.x(freeze)), view.height_px),
            QBrush(self._theme.colour("border"), Qt.BrushStyle.FDiagPattern),
        )

    def _ink(self, token: str) -> QColor:
        """A colour as strong as the lanes being painted: mixed with the ground, since see-through paint is slow."""
        ink, ground, part = self._theme.colour(token), self._theme.colour("base"), self._strength
        if part == 1.0:
            return ink
        pairs = zip((ink.red(), ink.green(), ink.blue()), (ground.red(), ground.green(), ground.blue()), strict=True)
        return QColor(*(round(part * one + (1 - part) * other) for one, other in pairs))

    # ── Bars ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _paint_lanes(self, painter: QPainter, of: Callable[[Strip], Strip]) -> None:
        """Everything in the lanes whose strips `of` lets through."""
        view, sizes, colour = self._showing.view, self.sizes, self._ink
        top, bar = sizes.bar_top, sizes.bar

        def seen(strip: Strip) -> Strip:
            return of(strip.within(view))

        def fill(strip: Strip, token: str, inset: float = 0.0, least: float = 1.0) -> None:
            painter.setBrush(colour(token))
            height = bar - 2 * round(inset * bar)
            painter.drawRects(_rects(strip.boxes(view, top + round(inset * bar), height, least)))

        b = self.batches
        self._paint_windows(painter, seen(b.windows))
        painter.setBrush(QBrush(colour("late"), Qt.BrushStyle.BDiagPattern))
        painter.drawRects(_rects(seen(b.over).boxes(view, 1, view.lane_px - 3)))
        fill(seen(b.drive), "timeline_drive", inset=0.38)
        self._paint_waits(painter, seen(b.wait))
        self._paint_pauses(painter, seen(b.pause), "timeline_break", Qt.BrushStyle.BDiagPattern)
        self._paint_pauses(painter, seen(b.reload), "timeline_reload", Qt.BrushStyle.DiagCrossPattern)
        service, late, done = seen(b.service), seen(b.late), seen(b.done)
        fill(service, "timeline_service", least=2)
        fill(late, "late", least=2)
        self._paint_done(painter, done)
        painter.setBrush(colour("late"))
        painter.drawRects(_rects(seen(b.behind).boxes(view, top - 3, 2)))
        self._paint_flaws(painter, seen(b.flawed))
        self._paint_held(painter, seen(b.held))
        for strip, ground in ((service, "timeline_service"), (late, "late"), (done, "done_tint")):
            self._paint_numbers(painter, strip, colour(ground))
        self.road.paint(painter, self.sizes, colour, of)

    def _paint_windows(self, painter: QPainter, windows: Strip) -> None:
        """A pale band behind each service, as far as its window reaches back to the stop before."""
        pale = self._theme.colour("accent")
        pale.setAlphaF(_PALE * self._strength)
        painter.setBrush(pale)
        view = self._showing.view
        painter.drawRects(_rects(windows.boxes(view, 1, view.lane_px - 3)))

    def _paint_waits(self, painter: QPainter, strip: Strip) -> None:
        """Hollow: nothing happens."""
        painter.setBrush(self._ink("base"))
        painter.setPen(QPen(self._ink("timeline_wait"), 1))
        inset = round(0.3 * self.sizes.bar)
        painter.drawRects(
            [QRectF(x + 0.5, y + inset + 0.5, w - 1, h - 2 * inset - 1) for x, y, w, h in self._bars(strip)]
        )
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_pauses(self, painter: QPainter, strip: Strip, token: str, style: Qt.BrushStyle) -> None:
        """Hatched, with a frame."""
        if not len(strip):
            return
        colour = self._ink(token)
        boxes = [QRectF(*box).adjusted(0.5, 0.5, -0.5, -0.5) for box in self._bars(strip)]
        painter.setBrush(self._ink("base"))
        painter.drawRects(boxes)
        painter.setBrush(QBrush(colour, style))
        painter.setPen(QPen(colour, 1))
        painter.drawRects(boxes)
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_done(self, painter: QPainter, strip: Strip) -> None:
        """Hollow: what is behind us."""
        if not len(strip):
            return
        painter.setBrush(self._ink("done_tint"))
        painter.setPen(QPen(self._ink("done"), 1))
        boxes = self._bars(strip)
        painter.drawRects([QRectF(*box).adjusted(0.5, 0.5, -0.5, -0.5) for box in boxes])
        painter.setPen(Qt.PenStyle.NoPen)
        for box in boxes:
            if box[2] >= self.sizes.mark + 3 * self.sizes.digit:
                self._icon(painter, "check-bold", "done", box[0] + 2, box)

    def _bars(self, strip: Strip, least: float = 2.0) -> list[list[float]]:
        return strip.boxes(self._showing.view, self.sizes.bar_top, self.sizes.bar, least)

    # ── Marks and words ──────────────────────────────────────────────────────────────────────────────────────────

    def _paint_flaws(self, painter: QPainter, strip: Strip) -> None:
        """A flag above each stop that breaks a rule; from a picture, since there may be many."""
        flag = self._flag(painter.device().devicePixelRatioF())
        half, up = self.sizes.mark // 2, self.sizes.bar_top - 1
        for left, top, wide, _ in self._bars(strip):
            painter.drawPixmap(int(left + wide / 2) - half, int(top) - up, flag)

    def _flag(self, ratio: float) -> QPixmap:
        """A triangle on its tip."""
        wide, tall, colour = self.sizes.mark, self.sizes.bar_top - 2, self._ink("late")
        if self._flag_made != (key := (wide, tall, colour.rgb(), ratio)):
            self._flag_made = key
            self._flag_pixmap = QPixmap(round(wide * ratio), round(tall * ratio))
            self._flag_pixmap.setDevicePixelRatio(ratio)
            self._flag_pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._flag_pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawConvexPolygon([QPointF(0, 0), QPointF(wide, 0), QPointF(wide / 2, tall)])
            painter.end()
        return self._flag_pixmap

    def _paint_held(self, painter: QPainter, strip: Strip) -> None:
        """A line below the bar, and a lock where it has room."""
        painter.setBrush(self._ink("text"))
        boxes = self._bars(strip)
        painter.drawRects([QRectF(left, top + tall, wide, 2) for left, top, wide, tall in boxes])
        for (row, index), box in zip(strip.places(), boxes, strict=True):
            if box[2] >= 2 * self.sizes.mark + 4 * self.sizes.digit:
                token = "done" if self._showing.lanes[row].marks[index].done else "base"
                self._icon(painter, "lock", token, box[0] + box[2] - 1.5 * self.sizes.mark - 2, box)

    def _icon(self, painter: QPainter, name: str, token: str, left: float, box: list[float]) -> None:
        side = round(1.5 * self.sizes.mark)
        pixmap = self._theme.pixmap(name, token, side, painter.device().devicePixelRatioF())
        painter.drawPixmap(round(left), round(box[1] + (box[3] - side) / 2), pixmap)

    def _paint_numbers(self, painter: QPainter, strip: Strip, ground: QColor) -> None:
        """The stop's number in its bar; in a wide one the address too."""
        digit, wide = self.sizes.digit, 14 * self.sizes.digit
        strip = strip.longer((digit + 2) / self._showing.view.scale)
        metrics = QFontMetrics(self.sizes.small)
        painter.setPen(legible_on(ground))
        for (row, index), box in zip(strip.places(), self._bars(strip), strict=True):
            mark = self._showing.lanes[row].marks[index]
            words = str(mark.position + 1)
            if box[2] >= wide:
                room = box[2] - 3 * self.sizes.mark - digit
                words = metrics.elidedText(f"{words}  {mark.address}", Qt.TextElideMode.ElideRight, int(room))
                painter.drawText(QRectF(box[0] + 2 * self.sizes.mark, box[1], room, box[3]), _LEFT, words)
            elif box[2] >= len(words) * digit + 2:
                painter.drawText(QRectF(*box), _CENTRE, words)
        painter.setPen(Qt.PenStyle.NoPen)


def _rects(boxes: Iterable[list[float]]) -> list[QRectF]:
    return list(starmap(QRectF, boxes))
