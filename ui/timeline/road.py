"""What the road says, painted below the plan of each lane: stays as bars, expected arrivals as dots on whiskers.

Reads `Showing` and changes nothing.
"""

from collections.abc import Callable, Iterable
from itertools import starmap

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from dispatcher.domain.tracking import Risk
from ui.timeline.actual import ActualStrips, Stripping
from ui.timeline.batches import Strip
from ui.timeline.showing import Showing
from ui.timeline.sizes import Sizes

INKS = {Risk.NONE: "moving", Risk.AT_RISK: "risk", Risk.LATE: "late"}
_ROOMY_PX_PER_H = 110
"""From this zoom on whiskers of neighbouring stops can be told apart; before, only those of stops at risk are drawn."""

type Ink = Callable[[str], QColor]
type Sift = Callable[[Strip], Strip]


class Road:
    """Painted with the lanes, in the same pixels."""

    def __init__(self, showing: Showing) -> None:
        self._showing, self._strips = showing, ActualStrips()
        self._stripping = Stripping()
        self._beads: dict[tuple[str, int, float], QPixmap] = {}

    def refresh(self) -> None:
        """The road has news, or the lanes are others."""
        self._strips = self._stripping.of(self._showing)

    def paint(self, painter: QPainter, sizes: Sizes, ink: Ink, of: Sift) -> None:
        """Everything in the lanes whose strips `of` lets through; `ink` gives a token's colour."""
        strips, view = self._strips, self._showing.view
        top, tall = sizes.strip_top, sizes.strip
        for strip, token, shape in (
            (strips.done, "done", "round"),
            (strips.late, "late", "flag"),
            (strips.there.until(self._showing.now_s), "moving", "round"),
        ):
            if len(seen := of(strip.within(view))):
                boxes = seen.boxes(view, top + tall // 4, tall - 2 * (tall // 4), 2)
                painter.setBrush(ink(token))
                painter.drawRects(list(starmap(QRectF, boxes)))
                self._paint_beads(painter, (box[:2] for box in boxes), (ink(token), shape, tall), -(tall // 4))
        for risk in Risk:
            self._paint_ahead(painter, sizes, ink(INKS[risk]), of, risk)

    def _paint_ahead(self, painter: QPainter, sizes: Sizes, colour: QColor, of: Sift, risk: Risk) -> None:
        """A thin line from the earliest to the latest arrival, and a mark at the expected one."""
        ahead, view, tall = self._strips.ahead.get(risk), self._showing.view, sizes.strip
        if ahead is None:
            return
        if risk is not Risk.NONE or view.scale * 3_600 >= _ROOMY_PX_PER_H:
            boxes = of(ahead.between.within(view)).boxes(view, sizes.strip_top + tall // 2 - 1, 2)
            painter.setBrush(colour)
            painter.drawRects(list(starmap(QRectF, boxes)))
        shape = {Risk.NONE: "round", Risk.AT_RISK: "diamond", Risk.LATE: "flag"}[risk]
        side = tall if risk is not Risk.NONE else round(0.7 * tall)
        spots = (box[:2] for box in of(ahead.expected.within(view)).boxes(view, sizes.strip_top, tall))
        self._paint_beads(painter, spots, (colour, shape, side), (tall - side) // 2)

    def _paint_beads(
        self, painter: QPainter, spots: Iterable[list[float]], look: tuple[QColor, str, int], down: int
    ) -> None:
        """From a picture, since there may be thousands."""
        side = look[2]
        bead = self._bead(*look, painter.device().devicePixelRatioF())
        for left, top in spots:
            painter.drawPixmap(int(left) - side // 2, int(top) + down, bead)

    def _bead(self, colour: QColor, shape: str, side: int, ratio: float) -> QPixmap:
        key = (f"{shape} {colour.name()}", side, ratio)
        if key not in self._beads:
            self._beads[key] = _draw_bead(colour, shape, side, ratio)
        return self._beads[key]


def _draw_bead(colour: QColor, shape: str, side: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_bead(painter, colour, shape, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def paint_bead(painter: QPainter, colour: QColor, shape: str, box: QRectF) -> None:
    """`round` is as it should be, a `diamond` at risk, a `flag` on its edge late."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    middle = box.center()
    if shape == "round":
        painter.drawEllipse(box)
    elif shape == "diamond":
        painter.drawConvexPolygon(
            [
                QPointF(middle.x(), box.top()),
                QPointF(box.right(), middle.y()),
                QPointF(middle.x(), box.bottom()),
                QPointF(box.left(), middle.y()),
            ]
        )
    else:
        painter.drawConvexPolygon([box.bottomLeft(), box.bottomRight(), QPointF(middle.x(), box.top())])
