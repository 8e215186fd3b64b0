"""The board for a screen on the wall: today in six large figures that can be read from across the room."""

from datetime import datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRect, QRectF, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QColor,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from dispatcher.services.ports import Clock
from ui import format as fmt
from ui.insight.today import NOT_KNOWN, Exceptions, Figures, WallTile, tiles_of
from ui.parts.fields import named
from ui.theme import Theme, tokens

DARK = "insight/wall_dark"
TICK_MS = 5_000
"""The clock on it shows minutes."""
OLD_S = 120
"""Figures older than this say so."""
COLUMNS, ROWS = 3, 2
_CENTRE = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class WallBoard(QWidget):
    """A window of its own. GUI thread; owned by the panel, which tells it what is new.

    Signals:
        closed(): it is shown no longer.
    """

    closed = Signal()

    def __init__(
        self, name: str, zone: ZoneInfo, clock: Clock, theme: Theme, settings: QSettings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        named(self, "insight.wall.board", "Board for the wall")
        self.setWindowTitle(f"{name} – today")
        self._name, self._zone, self._clock, self._theme, self._settings = name, zone, clock, theme, settings
        kept = settings.value(DARK)
        self.dark = theme.dark if kept is None else str(kept) == "1"
        self._figures: Figures | None = None
        self._exceptions = NOT_KNOWN
        self._action("Leave the wall board", ("Esc",), self.close)
        self._action("Full screen", ("F11", "F"), self.toggle_full)
        self._action("Light or dark", ("L",), self.toggle_dark)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.setObjectName("insight.wall.tick")
        self._tick.timeout.connect(self.update)
        self.resize(960, 540)

    def _action(self, text: str, keys: tuple[str, ...], what: object) -> None:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(what)
        self.addAction(action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    # --- what it shows --------------------------------------------------------------------------------------------

    def show_figures(self, figures: Figures | None) -> None:
        """The day as it stands; `None` while nothing is heard of it."""
        if figures != self._figures:
            self._figures = figures
            self._describe()

    def show_exceptions(self, exceptions: Exceptions) -> None:
        """How many are open."""
        if exceptions != self._exceptions:
            self._exceptions = exceptions
            self._describe()

    @property
    def tiles(self) -> list[WallTile]:
        """What stands on it."""
        return list(tiles_of(self._figures, self._exceptions))

    def _describe(self) -> None:
        self.setAccessibleDescription("; ".join(f"{t.title}: {t.value} {t.below}".rstrip() for t in self.tiles))
        self.update()

    # --- the window -----------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Full screen; on another screen than the desk's, if there is one."""
        parent = self.parentWidget()
        desk = parent.screen() if parent else None
        others = [screen for screen in QGuiApplication.screens() if screen is not desk]
        if others:
            self.setGeometry(others[0].geometry())
        self._tick.start()
        self.showFullScreen()
        self.activateWindow()

    @Slot()
    def toggle_full(self) -> None:
        """Full screen, or a window that can be moved."""
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    @Slot()
    def toggle_dark(self) -> None:
        """The other theme, for this board alone; kept."""
        self.dark = not self.dark
        self._settings.setValue(DARK, "1" if self.dark else "0")
        self.update()

    def closeEvent(self, event: QCloseEvent) -> None:
        """No clock runs while nobody looks."""
        self._tick.stop()
        super().closeEvent(event)
        self.closed.emit()

    # --- painting -------------------------------------------------------------------------------------------------

    def _colour(self, token: str) -> QColor:
        return QColor(tokens("dark" if self.dark else "light")[token])

    def _font(self, pixels: float, *, bold: bool = False) -> QFont:
        font = self._theme.font(bold=bold)
        font.setPixelSize(max(8, round(pixels)))
        return font

    def paintEvent(self, _event: QPaintEvent) -> None:
        """All of it anew: it changes a few times a minute."""
        unit = min(self.width() / 16, self.height() / 9)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), self._colour("window"))
            air = round(0.3 * unit)
            head = QRect(air, round(0.15 * unit), self.width() - 2 * air, round(0.9 * unit))
            self._paint_head(painter, head, unit)
            top = head.bottom() + round(0.1 * unit)
            wide = (self.width() - (COLUMNS + 1) * air) / COLUMNS
            high = (self.height() - top - (ROWS) * air) / ROWS
            for n, tile in enumerate(self.tiles):
                row, column = divmod(n, COLUMNS)
                box = QRectF(air + column * (wide + air), top + row * (high + air), wide, high)
                self._paint_tile(painter, box, tile, unit)

    def _paint_head(self, painter: QPainter, room: QRect, unit: float) -> None:
        now = self._clock()
        painter.setPen(self._colour("text"))
        painter.setFont(self._font(0.5 * unit, bold=True))
        day = fmt.weekday_date(now.astimezone(self._zone).date())
        painter.drawText(room, _LEFT, f"{self._name}   {day}")
        clock = fmt.clock(now, self._zone)
        painter.drawText(room, _RIGHT, clock)
        painter.setFont(self._font(0.27 * unit))
        words, tone = self._freshness(now)
        painter.setPen(self._colour(tone))
        painter.drawText(room.adjusted(0, 0, -round(2.0 * unit), 0), _RIGHT, words)

    def _freshness(self, now: datetime) -> tuple[str, str]:
        if self._figures is None:
            return "nothing is heard of today yet", "muted"
        old = (now - self._figures.at).total_seconds()
        if old > OLD_S:
            return f"▲ as of {fmt.clock(self._figures.at, self._zone)}", "risk"
        return "", "muted"

    def _paint_tile(self, painter: QPainter, box: QRectF, tile: WallTile, unit: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour("raised"))
        painter.drawRoundedRect(box, 0.12 * unit, 0.12 * unit)
        if tile.tone in ("late", "risk"):
            painter.setBrush(self._colour(tile.tone))
            painter.drawRoundedRect(QRectF(box.left(), box.top(), 0.12 * unit, box.height()), 3, 3)
        inner = box.adjusted(0.4 * unit, 0.3 * unit, -0.4 * unit, -0.3 * unit)
        painter.setFont(self._font(0.42 * unit))
        painter.setPen(self._colour("muted"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, tile.title)
        painter.setFont(self._fitting(tile.value, 1.6 * unit, inner.width()))
        painter.setPen(self._colour(tile.tone))
        painter.drawText(inner, _LEFT, tile.value)
        painter.setFont(self._fitting(tile.below, 0.34 * unit, inner.width(), bold=False))
        painter.setPen(self._colour("muted"))
        foot = inner.adjusted(0, 0, 0, -0.25 * unit if tile.share is not None else 0)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, tile.below)
        if tile.share is not None:
            self._paint_share(painter, inner, tile, unit)

    def _fitting(self, text: str, pixels: float, width: float, *, bold: bool = True) -> QFont:
        """As large as wanted, or as there is room for."""
        font = self._font(pixels, bold=bold)
        wide = QFontMetrics(font).horizontalAdvance(text)
        return font if wide <= width else self._font(pixels * width / wide, bold=bold)

    def _paint_share(self, painter: QPainter, inner: QRectF, tile: WallTile, unit: float) -> None:
        high = 0.14 * unit
        track = QRectF(inner.left(), inner.bottom() - high, inner.width(), high)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour("bar_track"))
        painter.drawRoundedRect(track, high / 2, high / 2)
        painter.setBrush(self._colour("bar_fill" if tile.tone == "text" else tile.tone))
        track.setWidth(track.width() * min(1.0, tile.share or 0.0))
        painter.drawRoundedRect(track, high / 2, high / 2)
