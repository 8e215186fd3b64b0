"""What both charts are drawn on: axes with a few round ticks in the theme's ink; nothing moves under the pointer."""

import math
from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QWidget

from ui.parts.fields import named
from ui.theme import Size, Theme

BEHIND = -200
"""Lower than pyqtgraph puts a chart's contents, so that an axis' lines go behind what is drawn."""
type Ticks = Sequence[tuple[float, str]]


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Round values within a range, 1, 2 or 5 times a power of ten apart, no more than `most` of them and at least 2."""
    reach = high - low
    if not reach > 0:
        return [low]
    scale = 10 ** math.floor(math.log10(reach / max(2, most)))
    step = next(scale * n for n in (1, 2, 5, 10, 20) if reach / (scale * n) <= max(2, most))
    return [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


class Plot(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """GUI thread. Without pyqtgraph's own mouse and menus, which would outlive it."""

    def __init__(self, name: str, accessible: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, accessible)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.theme = theme
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False)
        self.left, self.bottom = pg.AxisItem("left"), pg.AxisItem("bottom")
        self.ci.layout.setContentsMargins(0, 0, 0, 0)
        self.ci.layout.setSpacing(0)
        for item, row, column in ((self.left, 0, 0), (self.box, 0, 1), (self.bottom, 1, 1)):
            self.addItem(item, row=row, col=column)
        for axis in (self.left, self.bottom):
            axis.linkToView(self.box)
            axis.setZValue(BEHIND)

    def start(self) -> None:
        """Nothing is drawn yet, in the colours there are now."""
        self.box.clear()
        self.setBackground(self.theme.colour("base"))
        for axis in (self.left, self.bottom):
            axis.setTickFont(self.theme.font(Size.SMALL))
            axis.setPen(pg.mkPen(self.theme.colour("border")))
            axis.setTickPen(pg.mkPen(self.theme.colour("border")))
            axis.setTextPen(pg.mkPen(self.theme.colour("muted")))
            axis.setStyle(tickLength=0, tickTextOffset=self.theme.grid(1.5), hideOverlappingLabels=False)
        self.bottom.setHeight(self.theme.grid(7))

    def add(self, item: Any) -> None:
        """Draw this, too; the frame stays as it is."""
        self.box.addItem(item, ignoreBounds=True)

    def frame(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this part of the plane."""
        self.box.setRange(xRange=x, yRange=y, padding=0, disableAutoRange=True)

    def put_ticks(self, axis: pg.AxisItem, ticks: Ticks, *, lines: bool) -> None:
        """What stands beside an axis, and whether lines go from there across the chart."""
        axis.setGrid(255 if lines else False)
        axis.setTicks([list(ticks)])

    def wheelEvent(self, event: QEvent) -> None:
        """What is around scrolls."""
        event.ignore()
