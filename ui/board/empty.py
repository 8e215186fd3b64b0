"""What stands where a list has nothing to show: what belongs here, and the first step."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ui.theme import Size, Theme


class EmptyState(QWidget):
    """An icon, a sentence, and at most one button.

    Signals:
        step_requested(): the button was pressed.
    """

    step_requested = Signal()

    def __init__(self, theme: Theme, *, icon: str, text: str, step: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._icon_name = theme, icon
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._label = QLabel(text, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._button = QPushButton(step)
        self._button.setVisible(bool(step))
        self._button.clicked.connect(self.step_requested)
        self._label.setProperty("muted", True)
        self._layout = layout = QVBoxLayout(self)
        layout.addStretch(2)
        for widget in (self._icon, self._label):
            layout.addWidget(widget)
        layout.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(3)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_text(self, text: str) -> None:
        """Say something else."""
        self._label.setText(text)

    def set_step(self, step: str) -> None:
        """Offer another first step; none when empty."""
        self._button.setText(step)
        self._button.setVisible(bool(step))

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the height is short, words and button matter more than the picture."""
        super().resizeEvent(event)
        grid = self._theme.grid
        words = self._label.heightForWidth(self.width() - 2 * grid(4))
        step = self._button.sizeHint().height() + grid(3) if not self._button.isHidden() else 0
        self._icon.setVisible(self.height() >= 2 * grid(4) + grid(8) + 3 * grid(3) + words + step)

    @Slot()
    def _on_theme_changed(self) -> None:
        side = self._theme.grid(8)
        self._icon.setPixmap(self._theme.pixmap(self._icon_name, "muted", side, self.devicePixelRatioF()))
        self._label.setFont(self._theme.font(Size.TEXT))
        self._layout.setContentsMargins(*[self._theme.grid(4)] * 4)
        self._layout.setSpacing(self._theme.grid(3))
