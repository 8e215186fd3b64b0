"""Strips above the board that say what is not the depot as it stands: a what-if copy, or a moment of the past."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from dispatcher.services.whatifs import WhatIf
from ui import format as words
from ui.day import Past
from ui.history.rows import moment_words
from ui.parts.fields import named, set_icon
from ui.theme import Theme

EDGE = 4
"""Of the bar at the left, in device-independent pixels."""


class Banner(QWidget):
    """An amber strip with a sign, a sentence and buttons; hidden while it has nothing to say. GUI thread."""

    def __init__(self, theme: Theme, name: str, icon: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        named(self, name, "")
        self._theme, self._icon, self._said = theme, icon, ""
        self._sign = QLabel(self)
        self._label = named(QLabel(self), f"{name}.text", "")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._buttons: list[tuple[QPushButton, str]] = []
        self._line = QHBoxLayout(self)
        self._line.addWidget(self._sign)
        self._line.addWidget(self._label, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()
        theme.changed.connect(self._dress)

    def offer(self, name: str, text: str, icon: str, hint: str) -> QPushButton:
        """One more button at the right."""
        button = named(QPushButton(text, self), f"{self.objectName()}.{name}", text)
        button.setToolTip(hint)
        self._buttons.append((button, icon))
        self._line.addWidget(button)
        return button

    def say(self, text: str) -> None:
        """Say this from now on; nothing takes the strip away."""
        self._said = text
        self.setAccessibleName(text)
        self._label.setAccessibleName(text)
        self._label.setToolTip(text)
        self._elide()
        self.setVisible(bool(text))

    @property
    def text(self) -> str:
        """What it says, all of it."""
        return self._said

    def _elide(self) -> None:
        metrics = QFontMetrics(self._label.font())
        self._label.setText(metrics.elidedText(self._said, Qt.TextElideMode.ElideRight, self._label.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._line.activate()
        self._elide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.colour("risk_tint"))
            painter.fillRect(0, 0, EDGE, self.height(), self._theme.colour("risk"))
            painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.colour("risk"))

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._label.setFont(self._theme.font(bold=True))
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.colour("text"))
        self._label.setPalette(palette)
        self._sign.setPixmap(self._theme.pixmap(self._icon, "risk", grid(5), self.devicePixelRatioF()))
        self._line.setContentsMargins(grid(3) + EDGE, grid(1.5), grid(2), grid(1.5))
        self._line.setSpacing(grid(2))
        for button, icon in self._buttons:
            set_icon(button, icon, self._theme)
        self._dress_parts()
        self._line.activate()
        self._elide()
        self.update()

    def _dress_parts(self) -> None:
        """What a strip has besides; a slot that is overridden would be called when the strip is gone."""


class WhatIfBanner(Banner):
    """Says that a copy is worked in.

    Signals:
        compare_requested(): show it side by side with the depot and the other copies.
        promote_requested(name): bring what was changed in it into the depot.
        leave_requested(): back to the depot; the copy stays.
    """

    compare_requested = Signal()
    promote_requested = Signal(str)
    leave_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "banner.whatif", "flask-outline", parent)
        self._name = ""
        compare = self.offer("compare", "Compare", "scale-balance", "The depot and its copies side by side")
        promote = self.offer(
            "promote", "Promote…", "source-merge", "Bring what was changed here into the depot, as one step"
        )
        leave = self.offer("leave", "Back to the depot", "arrow-left", "Leave this copy; it is kept")
        compare.clicked.connect(self.compare_requested)
        promote.clicked.connect(self._on_promote)
        leave.clicked.connect(self.leave_requested)
        self._dress()

    def set_what_if(self, what_if: WhatIf | None) -> None:
        """Which copy is worked in; `None` for the depot itself."""
        self._name = what_if.name if what_if else ""
        self.say(f"What if: {self._name} – nothing here reaches the depot" if what_if else "")

    @Slot()
    def _on_promote(self) -> None:
        self.promote_requested.emit(self._name)


class PastBanner(Banner):
    """Says that the board shows the day as it was.

    Signals:
        now_requested(): show the day as it stands.
        take_back_requested(): take the plan back to this moment.
    """

    now_requested = Signal()
    take_back_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "banner.past", "history", parent)
        now = self.offer("now", "Back to now", "arrow-right-bold-circle-outline", "Show the day as it stands (Esc)")
        back = self.offer("take_back", "Take the plan back", "backup-restore", "Give every round the stops it had then")
        now.clicked.connect(self.now_requested)
        back.clicked.connect(self.take_back_requested)
        self._dress()

    @Slot(object)
    def set_past(self, past: Past | None) -> None:
        """Which moment is looked at; `None` for the present."""
        self.say(_as_it_was(past) if past else "")


def _as_it_was(past: Past) -> str:
    day = past.outlook.day
    on = past.entry.at.astimezone(day.depot.zone).date()
    when = f"on {words.weekday_date(on)} " if on != day.date else ""
    return f"As it was {when}at {moment_words(past.entry, day.depot.zone)} – read only"
