"""Bars of a card: two errors side by side, and what a guess goes by, to either side of nothing. GUI thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.parts.fields import named
from ui.theme import Size, Theme

ROW = 6.5
"""Steps of the grid that a row is high."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Bar:
    """One row."""

    name: str
    value: float | None
    says: str
    token: str = "bar_fill"
    tip: str = ""


class Bars(QWidget):
    """Rows of a name, a bar and a figure; `signed` bars go to either side of a middle line."""

    def __init__(self, name: str, accessible: str, theme: Theme, parent: QWidget, *, signed: bool = False) -> None:
        super().__init__(parent)
        named(self, name, accessible)
        self._theme, self._signed = theme, signed
        self.bars: Sequence[Bar] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._dress)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these."""
        self.bars = tuple(bars)
        self.setAccessibleDescription(", ".join(f"{bar.name}: {bar.says}" for bar in bars))
        self.setToolTip("\n".join(bar.tip or f"{bar.name}: {bar.says}" for bar in bars))
        self.setVisible(bool(bars))
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.grid(60), self._theme.grid(ROW) * len(self.bars))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.grid(40), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Row by row."""
        most = max((abs(bar.value) for bar in self.bars if bar.value is not None), default=0.0)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for n, bar in enumerate(self.bars):
                self._paint(painter, bar, self._theme.grid(ROW) * n, most)

    def _paint(self, painter: QPainter, bar: Bar, top: int, most: float) -> None:
        theme, grid, width = self._theme, self._theme.grid, self.width()
        high, names = grid(ROW), round(width * (0.56 if self._signed else 0.26))
        painter.setFont(theme.font(Size.SMALL if self._signed else Size.TEXT))
        metrics = painter.fontMetrics()
        figures = max(metrics.horizontalAdvance(other.says) for other in self.bars) + grid(2)
        painter.setPen(theme.colour("text"))
        elided = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, names - grid(2))
        painter.drawText(QRect(0, top, names, high), _LEFT, elided)
        painter.drawText(QRect(width - figures, top, figures, high), _RIGHT, bar.says)
        track = QRectF(names, top + high / 2 - grid(1), max(0, width - figures - names - grid(1)), grid(2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("bar_track"))
        painter.drawRoundedRect(track, 3, 3)
        if bar.value is not None and most > 0:
            painter.setBrush(theme.colour(bar.token))
            painter.drawRoundedRect(self._filled(track, bar.value / most), 3, 3)

    def _filled(self, track: QRectF, share: float) -> QRectF:
        if not self._signed:
            return QRectF(track.left(), track.top(), track.width() * share, track.height())
        long = track.width() / 2 * abs(share)
        left = track.center().x() - (long if share < 0 else 0)
        return QRectF(left, track.top(), long, track.height())
