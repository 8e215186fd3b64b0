"""The player of a day gone by: play, speed, a slider over the day with ticks at visits. It has no data of its own.

What the map shows at a moment is the window's to say.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import override
from zoneinfo import ZoneInfo

from PySide6.QtCore import QElapsedTimer, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QHideEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.time import after, require_aware
from ui import format as fmt
from ui.theme import Size, Theme

SPEEDS = (1, 10, 60, 300)
TICK_MS = 100
"""How often the moment changes while it plays."""
_MINUTE_S, _QUARTER_S = 60, 900


@dataclass(frozen=True, slots=True)
class ReplayEvent:
    """Something that happened: a tick on the slider, and a step for the buttons beside it."""

    at: datetime
    text: str
    """For people: "3 Aino K.: stop 7, Kirkkokatu 4"."""
    late: bool = False

    def __post_init__(self) -> None:
        require_aware(self.at, "an event of the day")


class ReplayBar(QWidget):
    """GUI thread; the window shows it below the map. Space plays, Escape closes.

    Signals:
        moment_changed(datetime): the day is at this moment now, UTC; not emitted for what the program sets.
        closed(): a person is done; the bar stays as it is until the window hides it.
    """

    moment_changed = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map.replay")
        self.setAccessibleName("Replay of the day")
        self._theme = theme
        self._begins_at = datetime.fromtimestamp(0, UTC)
        self._zone = ZoneInfo("UTC")
        self._at_s = 0.0
        self._events: tuple[ReplayEvent, ...] = ()
        self._event_s: list[float] = []
        self._speed = SPEEDS[2]
        self._elapsed = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setObjectName("map.replay.timer")
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._make_actions()
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def show_day(
        self, begins_at: datetime, ends_at: datetime, zone: ZoneInfo, events: Iterable[ReplayEvent] = ()
    ) -> None:
        """Take a day, from its first to its last moment, and go to its start. `ValueError` if it ends before it begins.

        Events outside the day are left out.
        """
        require_aware(begins_at, "a day's begin")
        if ends_at <= begins_at:
            raise ValueError("a day to replay must end after it begins")
        self.pause()
        self._begins_at, self._zone, self._at_s = begins_at.astimezone(UTC), zone, 0.0
        within = (event for event in events if begins_at <= event.at <= ends_at)
        self._events = tuple(sorted(within, key=lambda event: event.at))
        self._event_s = [self._seconds(event.at) for event in self._events]
        self.slider.show_day(math.ceil(self._seconds(ends_at)), self._events, self._event_s)
        self._show_moment()

    def set_moment(self, moment: datetime) -> None:
        """Go to a moment, or to the end of the day that is nearer, without a signal."""
        require_aware(moment, "a moment of the day")
        self._at_s = min(max(0.0, self._seconds(moment)), float(self.slider.maximum()))
        self._show_moment()

    @property
    def moment(self) -> datetime:
        """Where the day is; UTC."""
        return after(self._begins_at, self._at_s)

    @property
    def playing(self) -> bool:
        """Whether the day goes on by itself."""
        return self._timer.isActive()

    @property
    def speed(self) -> int:
        """Seconds of the day to a second."""
        return self._speed

    @Slot()
    def play(self) -> None:
        """Go on; from the start when the day is over."""
        if self._at_s >= self.slider.maximum():
            self._go(0.0)
        self._elapsed.start()
        self._timer.start()
        self._show_playing()

    @Slot()
    def pause(self) -> None:
        """Stay at this moment."""
        self._timer.stop()
        self._show_playing()

    def set_speed(self, speed: int) -> None:
        """Play so fast; one of `SPEEDS`."""
        self._speeds[SPEEDS.index(speed)].setChecked(True)
        self._speed = speed

    def advance(self, elapsed_s: float) -> None:
        """So much time has passed before the screen."""
        self._go(self._at_s + elapsed_s * self._speed)
        if self._at_s >= self.slider.maximum():
            self.pause()

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _make_actions(self) -> None:
        self.play_action = self._action("Play", "play", self._on_toggled, "Space")
        self.before_action = self._action("Previous event", "skip-previous", self._on_before, "Ctrl+Left")
        self.next_action = self._action("Next event", "skip-next", self._on_next, "Ctrl+Right")
        self.slower_action = self._action("Slower", "minus", self._on_slower, "-")
        self.faster_action = self._action("Faster", "plus", self._on_faster, "+", "=")
        self.close_action = self._action("Close the replay", "close", self._on_closed, "Escape")

    def _action(self, text: str, icon: str, slot: Callable[[], object], *keys: str) -> QAction:
        action = QAction(text, self)
        action.setData(icon)
        action.setObjectName(f"map.replay.{text.lower().replace(' ', '_')}")
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(slot)
        self.addAction(action)
        return action

    def _lay_out(self) -> None:
        """The slider as wide as the map, the rest below: a map beside two docks has no room for all in one row."""
        self.slider = DaySlider(self._theme)
        self.slider.valueChanged.connect(self._on_slid)
        self.clock_label = QLabel()
        self.clock_label.setObjectName("map.replay.clock")
        self.event_label = QLabel()
        self.event_label.setObjectName("map.replay.event")
        self.event_label.setProperty("muted", True)
        self.event_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout()
        row.setSpacing(self._theme.grid(1))
        for action in (self.before_action, self.play_action, self.next_action):
            row.addWidget(self._button(action))
        row.addWidget(self.clock_label)
        row.addWidget(self.event_label, 1)
        self._add_speeds(row)
        row.addWidget(self._button(self.close_action))
        column = QVBoxLayout(self)
        column.setContentsMargins(self._theme.grid(2), self._theme.grid(1), self._theme.grid(2), self._theme.grid(1))
        column.setSpacing(0)
        column.addWidget(self.slider)
        column.addLayout(row)
        self.setFocusProxy(self.slider)

    def _add_speeds(self, row: QHBoxLayout) -> None:
        group = QButtonGroup(self)
        self._speeds: list[QToolButton] = []
        for speed in SPEEDS:
            button = QToolButton()
            button.setText(f"{speed}×")
            button.setCheckable(True)
            button.setChecked(speed == self._speed)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setObjectName(f"map.replay.speed_{speed}")
            button.setAccessibleName(f"{speed} times as fast")
            button.setToolTip(f"{speed} times as fast as it was (+ and − change it)")
            group.addButton(button, speed)
            row.addWidget(button)
            self._speeds.append(button)
        group.idClicked.connect(self.set_speed)

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setObjectName(f"{action.objectName()}.button")
        button.setAccessibleName(action.text())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    # ── Keeping up ───────────────────────────────────────────────────────────────────────────────────────────────

    def _seconds(self, moment: datetime) -> float:
        return (moment - self._begins_at) / timedelta(seconds=1)

    def _go(self, seconds: float) -> None:
        before, self._at_s = self._at_s, min(max(0.0, seconds), float(self.slider.maximum()))
        self._show_moment()
        if self._at_s != before:
            self.moment_changed.emit(self.moment)

    def _show_moment(self) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(int(self._at_s))
        self.slider.blockSignals(False)
        told = fmt.clock(self.moment, self._zone, self._begins_at.astimezone(self._zone).date())
        self.clock_label.setText(told)
        self.slider.setAccessibleDescription(told)
        last = bisect_right(self._event_s, self._at_s) - 1
        text = self._events[last].text if last >= 0 else ""
        room = max(0, self.event_label.width())
        self.event_label.setText(
            QFontMetrics(self.event_label.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)
        )
        self.event_label.setToolTip(text)
        self.before_action.setEnabled(bool(self._event_s) and self._event_s[0] < self._at_s)
        self.next_action.setEnabled(bool(self._event_s) and self._event_s[-1] > self._at_s)

    def _show_playing(self) -> None:
        self.play_action.setText("Pause" if self.playing else "Play")
        self.play_action.setIcon(self._theme.icon("pause" if self.playing else "play"))
        self.play_action.setToolTip(f"{self.play_action.text()} (Space)")

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_moment()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.pause()

    @Slot()
    def _on_theme_changed(self) -> None:
        for action in self.actions():
            action.setIcon(self._theme.icon(action.data()))
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{action.text()} ({key})")
        self.clock_label.setFont(self._theme.font(Size.HEAD, bold=True))
        self.clock_label.setMinimumWidth(QFontMetrics(self.clock_label.font()).horizontalAdvance("00:00 +1"))
        side = self._theme.grid(5)
        for button in self.findChildren(QToolButton):
            button.setIconSize(QSize(side, side))
        self._show_playing()

    # ── By hand ──────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_tick(self) -> None:
        self.advance(self._elapsed.restart() / 1_000)

    @Slot(int)
    def _on_slid(self, seconds: int) -> None:
        self._go(float(seconds))

    @Slot()
    def _on_toggled(self) -> None:
        if self.playing:
            self.pause()
        else:
            self.play()

    @Slot()
    def _on_before(self) -> None:
        index = bisect_left(self._event_s, self._at_s) - 1
        if index >= 0:
            self._go(self._event_s[index])

    @Slot()
    def _on_next(self) -> None:
        index = bisect_right(self._event_s, self._at_s)
        if index < len(self._event_s):
            self._go(self._event_s[index])

    @Slot()
    def _on_slower(self) -> None:
        self.set_speed(SPEEDS[max(0, SPEEDS.index(self._speed) - 1)])

    @Slot()
    def _on_faster(self) -> None:
        self.set_speed(SPEEDS[min(len(SPEEDS) - 1, SPEEDS.index(self._speed) + 1)])

    @Slot()
    def _on_closed(self) -> None:
        self.pause()
        self.closed.emit()


class DaySlider(QSlider):
    """Seconds of a day, with a tick at every event; a click goes there at once. Arrows go by a minute."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("map.replay.slider")
        self.setAccessibleName("Moment of the day")
        self.setSingleStep(_MINUTE_S)
        self.setPageStep(_QUARTER_S)
        self.setMinimumHeight(theme.grid(7))
        self._theme = theme
        self._ticks: tuple[tuple[float, bool], ...] = ()

    def show_day(self, lasts_s: int, events: Iterable[ReplayEvent], event_s: Iterable[float]) -> None:
        """From 0 to `lasts_s`, with these ticks."""
        self.blockSignals(True)
        self.setRange(0, lasts_s)
        self.blockSignals(False)
        self._ticks = tuple((at, event.late) for event, at in zip(events, event_s, strict=True))
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setValue(self._value_at(event.position().toPoint()))
        super().mousePressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._paint_ticks()
        super().paintEvent(event)

    def _paint_ticks(self) -> None:
        """Late ones are red and as tall as all the bar, others green and short."""
        painter, groove, tall = QPainter(self), self._groove(), self._theme.grid(1.5)
        for at, late in self._ticks:
            x = groove.left() + round(at / max(1, self.maximum()) * groove.width())
            top, height = (1, self.height() - 2) if late else (self.height() - tall - 1, tall)
            painter.fillRect(QRect(x, top, 2, height), self._theme.colour("late" if late else "done"))
        painter.end()

    def _groove(self) -> QRect:
        """From where to where the middle of the handle can go."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        style, slider = self.style(), QStyle.ComplexControl.CC_Slider
        handle = style.subControlRect(slider, option, QStyle.SubControl.SC_SliderHandle, self)
        groove = style.subControlRect(slider, option, QStyle.SubControl.SC_SliderGroove, self)
        return groove.adjusted(handle.width() // 2, 0, -(handle.width() // 2), 0)

    def _value_at(self, at: QPoint) -> int:
        groove = self._groove()
        return round(self.maximum() * min(1.0, max(0.0, (at.x() - groove.left()) / max(1, groove.width()))))
