"""The inspector's offer of help: what would mend a late or unplanned stop, each fix with its price and its button."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from dispatcher.domain.ids import OrderId
from ui.theme import Size, Theme

type Fix = tuple[str, str, object]
"""What to do, what it costs, and the fix itself, which goes back as it came."""

_WAITING = "Trying windows, shifts and other drivers…"
_NOTHING = "Nothing was found that would mend it by itself."
_MOST = 0.45
"""Of the inspector's height; beyond that the list scrolls: the facts above matter too."""


class FixList(QFrame):
    """Asks, waits, and shows fixes for one order. GUI thread; owned by the inspector.

    Signals:
        asked(): a person wants to know what would mend it.
        fix_requested(fix): carry this one out.
    """

    asked = Signal()
    fix_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.inspector.fixes")
        self.setAccessibleName("Why, and what would mend it")
        self._theme = theme
        self._order: OrderId | None = None
        self._rows: list[tuple[QLabel, QLabel, QPushButton, object]] = []
        self.heading = QLabel("What would mend it")
        self.heading.setProperty("muted", True)
        self.ask_button = QPushButton("Why, and what would mend it")
        self.ask_button.setMinimumWidth(1)
        self.ask_button.clicked.connect(self.asked)
        self.note = QLabel(wordWrap=True)
        self.note.setProperty("muted", True)
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()
        self.reset()

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        """The fixes' buttons, from the top."""
        return tuple(button for _, _, button, _ in self._rows)

    def set_order(self, order_id: OrderId | None) -> None:
        """Offer to look for fixes of this order; hide for none. What was found for it stays."""
        if order_id != self._order:
            self._order = order_id
            self.setVisible(order_id is not None)
            self.reset()

    def reset(self) -> None:
        """What was found, or is being looked for, is of a plan that is no more: it may be asked again."""
        self._show([], "")
        self.ask_button.show()

    def pend(self) -> None:
        """One is being carried out: it would be done twice if it were pressed twice."""
        for button in self.buttons:
            button.setEnabled(False)

    def fail(self, order_id: OrderId, text: str) -> None:
        """Say what went wrong; it may be asked again."""
        if order_id == self._order:
            self._show([], text)
            self.ask_button.show()

    def wait(self, order_id: OrderId) -> None:
        """Say that fixes are being looked for."""
        if order_id == self._order:
            self._show([], _WAITING)

    def show_fixes(self, order_id: OrderId, fixes: Sequence[Fix]) -> None:
        """Show what was found; for an order that is no longer shown, nothing."""
        if order_id == self._order:
            self._show(fixes, "" if fixes else _NOTHING)

    def _show(self, fixes: Sequence[Fix], note: str) -> None:
        for row in self._inside.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for fix in fixes:
            self._list.addWidget(self._row(*fix))
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._area.setVisible(bool(fixes))
        self.heading.setVisible(bool(fixes or note))
        self.ask_button.hide()
        self._fit()

    def _row(self, text: str, price: str, fix: object) -> QWidget:
        row = QWidget()
        words, cost, button = QLabel(text, wordWrap=True), QLabel(price, wordWrap=True), QPushButton("Do it")
        cost.setProperty("muted", True)
        button.setAccessibleName(f"Do it: {text}, {price}")
        button.setToolTip(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a press takes it away, and the keys with it
        button.clicked.connect(self._on_clicked)
        grid = QGridLayout(row)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.addWidget(words, 0, 0)
        grid.addWidget(button, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(cost, 1, 0, 1, 2)
        self._rows.append((words, cost, button, fix))
        for widget in (words, cost, button):
            widget.setFont(self._theme.font(Size.SMALL))
        return row

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        found = next((fix for _, _, known, fix in self._rows if known is button), None)
        if found is not None:
            self.fix_requested.emit(found)

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self._inside = QWidget()
        self._list = QVBoxLayout(self._inside)
        self._area = QScrollArea(widgetResizable=True)
        self._area.setAccessibleName("Fixes")
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self._inside)
        self._layout = QVBoxLayout(self)
        for widget in (self.ask_button, self.heading, self.note, self._area):
            self._layout.addWidget(widget)

    def _fit(self) -> None:
        """As high as the fixes, up to a share of the sheet."""
        if not self._rows:
            return
        width = max(self.width() - 2 * self._theme.grid(3), self._theme.grid(40))
        needed = self._list.totalHeightForWidth(width)
        self._area.setFixedHeight(min(needed + 2, self._most()))

    def _most(self) -> int:
        sheet = self.parentWidget()
        return max(self._theme.grid(24), round(_MOST * sheet.height())) if sheet else self._theme.grid(60)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_theme_changed(self) -> None:
        grid = self._theme.grid
        self._layout.setContentsMargins(grid(3), grid(2), grid(3), 0)
        self._layout.setSpacing(grid(1))
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(grid(2))
        for widget in (self.ask_button, self.heading, self.note):
            widget.setFont(self._theme.font(Size.SMALL))
        for words, cost, button, _ in self._rows:
            for widget in (words, cost, button):
                widget.setFont(self._theme.font(Size.SMALL))
        self._fit()
