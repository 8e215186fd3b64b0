"""Stands where the queue will be while the day is looked at: how far it is, and the way out."""

from datetime import date

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui import format as fmt
from ui.parts.fields import named
from ui.theme import Size, Theme

STEPS = 1_000


class Loading(QWidget):
    """GUI thread.

    Signals:
        cancel_requested(): look no further.
    """

    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        centre = Qt.AlignmentFlag.AlignHCenter
        self.text = named(QLabel(self), "proofs.loading", "What is being done")
        self.bar = named(QProgressBar(self), "proofs.loading.progress", "Progress")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.cancel = named(QPushButton("Cancel", self), "proofs.loading.cancel", "Cancel")
        self.cancel.clicked.connect(self.cancel_requested)
        column = QVBoxLayout(self)
        column.addStretch(2)
        for part in (self.text, self.bar, self.cancel):
            column.addWidget(part, 0, centre)
        column.addStretch(3)
        self._column = column
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self._column.setSpacing(self._theme.grid(3))
        self.bar.setFixedWidth(self._theme.grid(70))
        self.text.setFont(self._theme.font(Size.TEXT))

    def begin(self, on: date) -> None:
        """A day is being looked at."""
        self.text.setText(f"Looking at the proofs of {fmt.weekday_date(on)}…")
        self.bar.setValue(0)

    @Slot(float)
    def show_fraction(self, fraction: float) -> None:
        """So far it is."""
        self.bar.setValue(round(fraction * STEPS))
