"""What the depot loads with: bays, people, hours and times. Asked where bays are shown; Enter keeps, Esc leaves."""

from PySide6.QtCore import Qt, QTime, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QSpinBox, QTimeEdit, QVBoxLayout, QWidget

from dispatcher.domain.loading import Yard
from ui.parts.fields import label, named, primary
from ui.theme import Theme

NUMBERS = {
    "bays": ("&Bays", 1, 200, ""),
    "loaders": ("&Loaders", 1, 500, ""),
    "setup_s": ("Set-&up", 0, 240, " min"),
    "parcel_s": ("A &piece", 0, 600, " s"),
    "order_s": ("An &order", 0, 600, " s"),
}
"""Words, least, most and unit of each figure; set-up is asked in minutes."""
AHEAD_MIN = 60
"""Proposed for the freeze line."""


class YardForm(QFrame):
    """Hidden while nothing is asked. GUI thread.

    Signals:
        changed(Yard): the depot loads with this from now on.
        closed(): kept or left; the keys may go back to the scanner.
    """

    changed = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "loading.yard.form", "Yard")
        self._theme = theme
        self.numbers = {name: self._number(name) for name in NUMBERS}
        self.opens = named(QTimeEdit(self), "loading.yard.opens", "The yard opens")
        self.opens.setDisplayFormat("HH:mm")
        self.freezes = named(QCheckBox("&Freeze until", self), "loading.yard.freezes", "Loading moves the freeze line")
        self.freezes.setToolTip("Once a round is being loaded, no stop that begins until then is re-planned")
        self.ahead = named(QSpinBox(self), "loading.yard.ahead", "Minutes after departure")
        self.ahead.setRange(0, 720)
        self.ahead.setSuffix(" min after it leaves")
        self.go = named(QPushButton("Keep", self), "loading.yard.go", "Keep")
        primary(self.go)
        self.leave = named(QPushButton("Leave", self), "loading.yard.leave", "Leave")
        self._lay_out()
        self.freezes.toggled.connect(self.ahead.setEnabled)
        self.go.clicked.connect(self._on_go)
        self.leave.clicked.connect(self.dismiss)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _number(self, name: str) -> QSpinBox:
        words, least, most, unit = NUMBERS[name]
        box = named(QSpinBox(self), f"loading.yard.{name}", words.replace("&", ""))
        box.setRange(least, most)
        box.setSuffix(unit)
        return box

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._rows = [QHBoxLayout(), QHBoxLayout()]
        for row in self._rows:
            self._column.addLayout(row)
        above, below = self._rows
        for name, box in self.numbers.items():
            row = above if name in ("bays", "loaders") else below
            row.addWidget(label(NUMBERS[name][0], box, self))
            row.addWidget(box)
        above.addWidget(label("Open&s", self.opens, self))
        for part in (self.opens, self.freezes, self.ahead):
            above.addWidget(part)
        for row in self._rows:
            row.addStretch()
        for button in (self.go, self.leave):
            below.addWidget(button)

    @Slot()
    def _dress(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self._theme.grid(1.5))
        for row in self._rows:
            row.setSpacing(self._theme.grid(2))

    def ask(self, yard: Yard) -> None:
        """Show these figures, to be changed."""
        for name, box in self.numbers.items():
            seconds = getattr(yard, name)
            box.setValue(round(seconds / 60) if name == "setup_s" else seconds)
        self.opens.setTime(QTime(yard.opens.hour, yard.opens.minute))
        ahead_s = yard.freeze_ahead_s
        self.freezes.setChecked(ahead_s is not None)
        self.ahead.setEnabled(ahead_s is not None)
        self.ahead.setValue(AHEAD_MIN if ahead_s is None else round(ahead_s / 60))
        self.show()
        self.numbers["bays"].setFocus()
        self.numbers["bays"].selectAll()

    @property
    def asking(self) -> bool:
        """Whether it is shown."""
        return not self.isHidden()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Wherever in the form the keys are."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.dismiss if self.leave.hasFocus() else self._on_go)()
        elif event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _on_go(self) -> None:
        figures = {name: box.value() * (60 if name == "setup_s" else 1) for name, box in self.numbers.items()}
        freeze_ahead_s = self.ahead.value() * 60 if self.freezes.isChecked() else None
        yard = Yard(**figures, opens=self.opens.time().toPython(), freeze_ahead_s=freeze_ahead_s)  # type: ignore[arg-type]
        self.dismiss()
        self.changed.emit(yard)

    @Slot()
    def dismiss(self) -> None:
        """Ask no more."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()
