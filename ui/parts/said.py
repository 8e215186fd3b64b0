"""A sentence where it belongs: how it stands, what went wrong, what to do. Its tone is an icon and a colour."""

from enum import StrEnum

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from dispatcher.domain.errors import KnownError
from ui.theme import Size, Theme

ICON = 16


class Tone(StrEnum):
    """How good the news is; the value is the theme's token."""

    PLAIN = "text"
    QUIET = "muted"
    GOOD = "done"
    WARNING = "risk"
    BAD = "late"


_ICONS = {
    Tone.GOOD: "check-circle-outline",
    Tone.WARNING: "alert-outline",
    Tone.BAD: "alert-circle-outline",
}


class Said(QLabel):
    """Plain text that wraps; takes no room while it has nothing to say, unless `keeps_room`. GUI thread."""

    def __init__(
        self, name: str, accessible: str, theme: Theme, parent: QWidget | None = None, *, keeps_room: bool = False,
        size: Size = Size.TEXT,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._theme, self._keeps_room, self._size = theme, keeps_room, size
        self.tone = Tone.PLAIN
        self._bold = False
        theme.changed.connect(self._dress)
        self.say("")

    def say(self, text: str, tone: Tone = Tone.PLAIN, *, bold: bool = False) -> None:
        """Say this from now on; an empty text takes back what was said."""
        self.tone, self._bold = tone, bold
        self.setText(text)
        self.setVisible(bool(text) or self._keeps_room)
        self._dress()

    def say_fault(self, fault: Exception) -> None:
        """What is wrong, and what to do."""
        self.say(words_of(fault), Tone.BAD)

    @Slot()
    def _dress(self) -> None:
        self.setFont(self._theme.font(self._size, bold=self._bold))
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.colour(self.tone.value))
        self.setPalette(palette)
        room = self._theme.grid(1.5) + ICON if self.tone in _ICONS and self.text() else 0
        self.setContentsMargins(room, 0, 0, 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon stands beside the first line."""
        super().paintEvent(event)
        if self.tone not in _ICONS or not self.text():
            return
        pixmap = self._theme.pixmap(_ICONS[self.tone], self.tone.value, ICON, self.devicePixelRatioF())
        line = self.fontMetrics().height()
        centred = self.alignment() & Qt.AlignmentFlag.AlignVCenter
        top = (self.height() - ICON) // 2 if centred else max(0, (line - ICON) // 2)
        with QPainter(self) as painter:
            painter.drawPixmap(0, top, pixmap)


def words_of(fault: Exception) -> str:
    """A fault of the world in its own words; ours has its own window, with the details."""
    return str(fault) if isinstance(fault, KnownError) else "Something went wrong inside Roundhouse."
