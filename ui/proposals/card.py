"""A card as it lies in the panel: what it brings in one line, when it was made, and what can be done with it."""

from datetime import datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dispatcher.services.proposals import Card
from ui import format as fmt
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.proposals.words import brings
from ui.theme import Size, Theme


class CardFrame(QFrame):
    """One card; the one with the focus shows its buttons. GUI thread; owned by the panel.

    Signals:
        take_requested(), look_requested(), dismiss_requested(), focused(): of this card.
        step_requested(int): to the card so many further down.
    """

    take_requested = Signal()
    look_requested = Signal()
    dismiss_requested = Signal()
    focused = Signal()
    step_requested = Signal(int)

    def __init__(self, theme: Theme, card: Card, made_at: datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.proposals.card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme, self.card, self._made_at = theme, card, made_at
        self._current = self._looked_at = False
        self.title = QLabel(self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.made = QLabel(self)
        self.good = Said("board.proposals.card.good", "What it brings", theme, self)
        self.worse = Said("board.proposals.card.worse", "What becomes worse", theme, self)
        self._make_buttons()
        self._lay_out()
        theme.changed.connect(self._dress)
        self.show_card(card)
        self._dress()

    def _make_buttons(self) -> None:
        self.buttons = QWidget(self)
        self.take = self._button("take", "Take all", "Take all of it over (Enter)")
        self.look = self._button("look", "Look closer", "Show what changes, driver by driver, and on the map (Right)")
        self.dismiss = self._button("dismiss", "Dismiss", "Offer it no longer (Del)")
        signals = (self.take_requested, self.look_requested, self.dismiss_requested)
        for button, signal in zip((self.take, self.look, self.dismiss), signals, strict=True):
            button.setAutoDefault(False)
            button.setToolTip(button.accessibleName())
            button.clicked.connect(signal)
        primary(self.take)

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        return named(QPushButton(text, self.buttons), f"board.proposals.card.{name}", tip)

    def _lay_out(self) -> None:
        self._top, self._row = QHBoxLayout(), QHBoxLayout(self.buttons)
        self._top.addWidget(self.title, 1)
        self._top.addWidget(self.made, 0, Qt.AlignmentFlag.AlignTop)
        self._row.setContentsMargins(0, 0, 0, 0)
        for button in (self.take, self.look, self.dismiss):
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        for widget in (self.good, self.worse, self.buttons):
            self._column.addWidget(widget)

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def show_card(self, card: Card) -> None:
        """The card, or the same one anew."""
        self.card = card
        told = brings(card)
        self.title.setText(card.title)
        self.made.setText(fmt.clock(self._made_at, card.day.depot.zone))
        self.made.setToolTip("When it was found")
        self.good.say(told.good[:1].upper() + told.good[1:])
        self.worse.say(told.worse[:1].upper() + told.worse[1:], Tone.WARNING)
        self.take.setEnabled(not card.empty)
        self.setAccessibleName(f"Proposal: {card.title}, {self.made.text()}")
        self.setAccessibleDescription(f"{told.text}. Enter takes all, Right shows what changes, Del dismisses.")

    def set_state(self, *, current: bool, looked_at: bool) -> None:
        """Whether it is the one that keys are for, and whether what it changes is shown."""
        self._current, self._looked_at = current, looked_at
        self.buttons.setVisible(current)
        self.look.setText("Close" if looked_at else "Look closer")
        self._dress()

    # ── Keys and mouse ───────────────────────────────────────────────────────────────────────────────────────────

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.take.click()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.dismiss.click()
            case Qt.Key.Key_Right if not self._looked_at:
                self.look.click()
            case Qt.Key.Key_Left | Qt.Key.Key_Escape if self._looked_at:
                self.look.click()
            case Qt.Key.Key_Space:
                self.look.click()
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self.step_requested.emit(steps[Qt.Key(event.key())])
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.look.click()

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self.title.setFont(self._theme.font(Size.TEXT, bold=True))
        self.made.setFont(self._theme.font(Size.SMALL))
        self.made.setStyleSheet(f"color: {self._theme.colour('muted').name()};")
        self._column.setContentsMargins(grid(3), grid(2), grid(3), grid(2))
        self._column.setSpacing(grid(1))
        self._row.setSpacing(grid(1.5))
        edge = self._theme.colour("accent" if self._current else "border").name()
        ground = self._theme.colour("raised").name()
        self.setStyleSheet(
            f'QFrame[objectName="board.proposals.card"] {{ background: {ground}; border: 1px solid {edge};'
            " border-radius: 4px; }"
        )
