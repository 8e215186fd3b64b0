"""The fields for an order's time windows: up to three rows of from and until."""

from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from PySide6.QtCore import QTime, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QTimeEdit, QVBoxLayout, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.orders import MAX_WINDOWS
from dispatcher.domain.time import TimeWindow, at_local


class WindowRow(QWidget):
    """One window: whether there is one, from when, until when."""

    def __init__(self, place: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.used = QCheckBox(f"Window {place}" if place > 1 else "Window", self)
        self.used.setObjectName(f"order.window{place}")
        self.opens = _clock(self, f"order.window{place}.opens", f"Window {place} from", QTime(8, 0))
        self.closes = _clock(self, f"order.window{place}.closes", f"Window {place} until", QTime(12, 0))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.used)
        row.addStretch(1)
        row.addWidget(self.opens)
        row.addWidget(QLabel("–", self))
        row.addWidget(self.closes)
        self.used.toggled.connect(self._on_toggled)
        self._on_toggled(False)

    @Slot(bool)
    def _on_toggled(self, used: bool) -> None:
        self.opens.setEnabled(used)
        self.closes.setEnabled(used)


class WindowFields(QWidget):
    """All windows of an order, read and written as `TimeWindow`s of a date."""

    def __init__(self, zone: ZoneInfo, parent: QWidget) -> None:
        super().__init__(parent)
        self._zone = zone
        self._given: tuple[date, tuple[TimeWindow, ...], object] | None = None
        self.rows = [WindowRow(place, self) for place in range(1, MAX_WINDOWS + 1)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for row in self.rows:
            column.addWidget(row)

    def set_windows(self, windows: tuple[TimeWindow, ...], on: date) -> None:
        """Show these, of that date."""
        for row, window in zip(self.rows, windows, strict=False):
            row.used.setChecked(True)
            for field, moment in ((row.opens, window.opens_at), (row.closes, window.closes_at)):
                local = moment.astimezone(self._zone)
                field.setTime(QTime(local.hour, local.minute))
        self._given = (on, windows, self.state())

    def state(self) -> tuple[tuple[bool, QTime, QTime], ...]:
        """All that is filled in, as it is."""
        return tuple((row.used.isChecked(), row.opens.time(), row.closes.time()) for row in self.rows)

    def windows(self, on: date) -> tuple[TimeWindow, ...]:
        """What is filled in, in order of time; to the second what was given, if nothing was changed.

        Raises `BadInput` for windows that overlap.
        """
        if self._given and self._given[0] == on and self._given[2] == self.state():
            return self._given[1]
        found = sorted(self._window(row, on) for row in self.rows if row.used.isChecked())
        if any(a.closes_at > b.opens_at for a, b in pairwise(found)):
            raise BadInput("Two time windows overlap.", "Let each begin after the one before has ended.")
        return tuple(found)

    def _window(self, row: WindowRow, on: date) -> TimeWindow:
        """A window that ends before it begins ends on the next day, as a night shift's does."""
        opens, closes = _python(row.opens.time()), _python(row.closes.time())
        ends_on = on if closes > opens else on + timedelta(days=1)
        return TimeWindow(at_local(on, opens, self._zone), at_local(ends_on, closes, self._zone))


def _clock(parent: QWidget, name: str, accessible: str, at: QTime) -> QTimeEdit:
    field = QTimeEdit(at, parent)
    field.setObjectName(name)
    field.setAccessibleName(accessible)
    field.setDisplayFormat("HH:mm")
    return field


def _python(at: QTime) -> time:
    return time(at.hour(), at.minute())
