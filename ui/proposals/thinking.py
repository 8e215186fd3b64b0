"""A quiet line that says what is being searched for, with a mark that moves while it is."""

import math

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.parts.fields import named
from ui.theme import Size, Theme

_STEP_MS = 120
_STEPS = 12
_DOTS = 3


class Thinking(QWidget):
    """Takes no room while nothing is searched for. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "board.proposals.thinking", "What is being searched for")
        self._theme = theme
        self.mark = _Mark(theme, self)
        self.label = QLabel(self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.label.setProperty("muted", True)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.mark)
        self._row.addWidget(self.label, 1)
        theme.changed.connect(self._dress)
        self._dress()
        self.say("")

    def say(self, text: str) -> None:
        """What is searched for: "Improving the rest of the day"; nothing when empty."""
        self.label.setText(f"{text}…" if text else "")
        self.setAccessibleDescription(self.label.text())
        self.setVisible(bool(text))

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self.label.setFont(self._theme.font(Size.SMALL))
        self._row.setContentsMargins(grid(3), grid(1.5), grid(3), grid(1.5))
        self._row.setSpacing(grid(2))
        self.mark.updateGeometry()


class _Mark(QWidget):
    """Three dots of which one after the other is full; still while nobody sees it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self.step = theme, 0
        self._timer = QTimer(self, interval=_STEP_MS)
        self._timer.setObjectName("board.proposals.thinking.mark")
        self._timer.timeout.connect(self._on_step)

    @property
    def moving(self) -> bool:
        """Whether it does."""
        return self._timer.isActive()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.grid(6), self._theme.grid(4))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    @Slot()
    def _on_step(self) -> None:
        self.step = (self.step + 1) % _STEPS
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter, side = QPainter(self), self._theme.grid(1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent"))
        for dot in range(_DOTS):
            swing = math.sin(2 * math.pi * (self.step / _STEPS - dot / _STEPS * 2))
            painter.setOpacity(0.35 + 0.65 * max(0.0, swing))
            painter.drawEllipse(QRectF(dot * 2 * side, (self.height() - side) / 2, side, side))
        painter.end()
