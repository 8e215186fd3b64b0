"""Where the cards lie: one below the other, as high as they are at this width, scrolled where that is too high."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ui.theme import Theme

_MAX = 16_777_215
"""QWIDGETSIZE_MAX: as high as it likes."""


class CardStack(QScrollArea):
    """GUI thread; owned by the panel."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._most = theme, _MAX
        self._column = _Column(self)
        self.setWidget(self._column)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._column.installEventFilter(self)

    def arrange(self, cards: Sequence[QWidget]) -> None:
        """Lay these below one another, in this order; what lay here and is not among them is let go."""
        rows = self._column.rows
        for row, card in enumerate(cards):
            if rows.indexOf(card) != row:
                rows.insertWidget(row, card)
        while rows.count() > len(cards):
            rows.takeAt(rows.count() - 1)
        rows.addStretch(1)

    def limit(self, most: int | None) -> None:
        """Be no higher than the cards, and than so many pixels; `None`: fill all there is."""
        self._most = _MAX if most is None else most
        self._fit()

    def dress(self) -> None:
        """Margins as the theme has them now."""
        grid = self._theme.grid
        self._column.rows.setContentsMargins(grid(2), grid(2), grid(2), grid(2))
        self._column.rows.setSpacing(grid(2))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cards that say more, or less, need another height."""
        if watched is self._column and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._most == _MAX:
            self.setMinimumHeight(0)
            self.setMaximumHeight(_MAX)
        else:
            self.setFixedHeight(min(self._column.minimumSizeHint().height(), self._most))


class _Column(QWidget):
    def __init__(self, stack: CardStack) -> None:
        super().__init__()
        self._stack = stack
        self.rows = QVBoxLayout(self)

    def minimumSizeHint(self) -> QSize:
        """At the width there is: a layout would answer for its narrowest, where texts wrap more."""
        width = self._stack.viewport().width()
        return QSize(super().minimumSizeHint().width(), self.rows.heightForWidth(width))
