"""Where the scanner types, and what it is told: right or wrong, to be read from across the dock."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from dispatcher.domain.loading import ScanKind
from ui.parts.fields import named
from ui.theme import Size, Theme

LONGEST = 200
SIGN = 40
TONES = {
    ScanKind.RIGHT: ("check-circle", "done"),
    ScanKind.OTHER_VAN: ("arrow-decision", "late"),
    ScanKind.OTHER_DAY: ("calendar-remove", "late"),
    ScanKind.UNKNOWN: ("help-circle", "late"),
    ScanKind.NOT_WANTED: ("close-octagon", "late"),
    ScanKind.TWICE: ("content-duplicate", "risk"),
    ScanKind.AWAY: ("package-variant-remove", "risk"),
    ScanKind.SURPLUS: ("plus-circle", "risk"),
}
"""Sign and token: every kind has a sign of its own, so that nobody depends on colours."""


class Scanner(QLineEdit):
    """Enter hands on what was typed and empties it; the arrows go about in the list.

    Signals:
        read(str): a code.
        stepped(int): so many rows down.
        turned(int): so many rounds down.
    """

    read = Signal(str)
    stepped = Signal(int)
    turned = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As told above; Esc empties it."""
        typed, steps = self.text().strip(), {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        rounds = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clear()
            if typed:
                self.read.emit(typed)
        elif key in steps:
            self.stepped.emit(steps[key])
        elif key in rounds and not event.modifiers():
            self.turned.emit(rounds[key])
        elif key == Qt.Key.Key_Escape and typed:
            self.clear()
        else:
            super().keyPressEvent(event)


class Verdict(QWidget):
    """What the last scan came to: ground, sign and words. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "loading.verdict", "What the last scan was")
        self._theme = theme
        self._sign, self.token = "barcode-scan", "muted"
        self.title = named(QLabel(self), "loading.verdict.title", "Right or wrong")
        self.text = named(QLabel(self), "loading.verdict.text", "Where to, or why not")
        for label in (self.title, self.text):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.addStretch()
        self._column.addWidget(self.title)
        self._column.addWidget(self.text)
        self._column.addStretch()
        theme.changed.connect(self._dress)
        self._dress()

    def say(self, title: str, text: str, kind: ScanKind | None) -> None:
        """`None` for neither right nor wrong."""
        self._sign, self.token = TONES[kind] if kind else ("barcode-scan", "muted")
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleDescription(f"{title}. {text}")
        self._dress()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(grid(4) + grid(SIGN / 4) + grid(3), grid(2), grid(4), grid(2))
        self._column.setSpacing(0)
        for label, bold in ((self.title, True), (self.text, False)):
            font = self._theme.font(Size.HEAD, bold=bold)
            if bold:
                font.setPointSizeF(font.pointSizeF() * 1.5)
            label.setFont(font)
            palette = label.palette()
            palette.setColor(label.foregroundRole(), self._theme.colour(self.token))
            label.setPalette(palette)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground and the sign."""
        theme, side = self._theme, self._theme.grid(SIGN / 4)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("sunken" if self.token == "muted" else f"{self.token}_tint"))
            painter.drawRoundedRect(self.rect(), theme.grid(1), theme.grid(1))
            sign = theme.pixmap(self._sign, self.token, side, self.devicePixelRatioF())
            painter.drawPixmap(theme.grid(4), (self.height() - side) // 2, sign)
