"""A few words beside the pointer, where a drag hangs: on a card below the ghost, away from the place aimed at."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ui.board.words import SIGNS
from ui.theme import Size, Theme


class Bubble(QWidget):
    """A sign and a sentence on a small card. GUI thread; a child of what the drag hangs over."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._over = theme, parent
        self._sign, self._words = QLabel(self), QLabel(self)
        self._words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("board.bubble")
        self._layout = QHBoxLayout(self)
        self._layout.addWidget(self._sign)
        self._layout.addWidget(self._words, 1)
        self.hide()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def said(self) -> str:
        """The words; empty while hidden."""
        return self._words.text()

    def say(self, text: str, tone: str, at: QPoint) -> None:
        """Show these words beside a point of the parent; nothing for an empty text."""
        self._words.setText(text)
        self._words.setStyleSheet(f"color: {self._theme.colour(tone).name()}; background: transparent; border: none;")
        sign = SIGNS.get(tone, "")
        self._sign.setVisible(bool(sign))
        if sign:
            side = self._theme.grid(4)
            self._sign.setPixmap(self._theme.pixmap(sign, tone, side, self.devicePixelRatioF()))
        self._fit()
        self.setVisible(bool(text))
        self.follow(at)

    def _fit(self) -> None:
        """In one line if the parent is wide enough, else in as many as it takes."""
        most = self._over.width() - 2 * self._theme.grid(1)
        self._words.setWordWrap(False)
        self.adjustSize()
        if self.width() > most:
            self._words.setWordWrap(True)
            self.resize(most, self._layout.totalHeightForWidth(most))

    def follow(self, at: QPoint) -> None:
        """Stand below the drag's ghost, or above the pointer where there is no room; never outside the parent."""
        parent, grid = self._over.rect(), self._theme.grid
        left = min(at.x() + grid(3), parent.right() - self.width() - grid(1))
        below = at.y() + grid(10)
        top = below if below + self.height() <= parent.bottom() else at.y() - self.height() - grid(3)
        self.move(max(grid(1), left), top)

    @Slot()
    def _on_theme_changed(self) -> None:
        grid, colour = self._theme.grid, self._theme.colour
        self._words.setFont(self._theme.font(Size.SMALL, bold=True))
        self._layout.setContentsMargins(grid(2), grid(1), grid(2), grid(1))
        self._layout.setSpacing(grid(1))
        ground, border = colour("raised").name(), colour("border").name()
        self.setStyleSheet(f"Bubble {{ background: {ground}; border: 1px solid {border}; border-radius: 4px; }}")
