"""A card as it lies in the panel: what it brings in one line, when it was made, and what can be done with it."""

from datetime import datetime

from PySide6.QtCore import QEvent, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.proposals import Card
from ui import format as fmt
from ui.parts.fields import named, primary, set_icon
from ui.parts.said import Said, Tone
from ui.proposals.words import brings
from ui.theme import Size, Theme

_KEYS = (
    Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Up, Qt.Key.Key_Down,
    Qt.Key.Key_Space,
)  # fmt: skip
_OPENING, _CLOSING = (Qt.Key.Key_Right,), (Qt.Key.Key_Left, Qt.Key.Key_Escape)


class CardFrame(QWidget):
    """One card; the current one shows its buttons. GUI thread; owned by the panel.

    Signals:
        take_requested(card_id), look_requested(card_id), dismiss_requested(card_id): what its buttons say.
        focused(card_id): it has the keys from now on.
        step_requested(card_id, by): to the card so many further down.
    """

    take_requested = Signal(str)
    look_requested = Signal(str)
    dismiss_requested = Signal(str)
    focused = Signal(str)
    step_requested = Signal(str, int)

    def __init__(self, theme: Theme, card: Card, made_at: datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.proposals.card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme, self.card, self._made_at = theme, card, made_at
        self._current = self._looked_at = False
        self.title = QLabel(self, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        self.made = QLabel(self)
        self.made.setProperty("muted", True)
        self.good = Said("board.proposals.card.good", "What it brings", theme, self)
        self.worse = Said("board.proposals.card.worse", "What becomes worse", theme, self)
        for said in (self.good, self.worse):
            said.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)  # a click is for the card
        self._make_buttons()
        self._lay_out()
        theme.changed.connect(self._dress)
        self.show_card(card)
        self.set_state(current=False, looked_at=False, brief=False)

    def _make_buttons(self) -> None:
        self.buttons = QWidget(self)
        self.take = self._button(QPushButton("Take all"), "take", "Take all of it over (Enter)")
        primary(self.take)
        self.look = self._button(
            QPushButton("Look closer"), "look", "Show what changes, driver by driver, and on the map (Right)"
        )
        self.dismiss = self._button(QToolButton(), "dismiss", "Dismiss: offer it no longer (Del)")
        self.take.clicked.connect(self._on_take)
        self.look.clicked.connect(self._on_look)
        self.dismiss.clicked.connect(self._on_dismiss)

    def _button[B: QAbstractButton](self, button: B, name: str, tip: str) -> B:
        button.setParent(self.buttons)
        button.setToolTip(tip)
        return named(button, f"board.proposals.card.{name}", tip)

    def _lay_out(self) -> None:
        self._top, self._row = QHBoxLayout(), QHBoxLayout(self.buttons)
        self._top.addWidget(self.title, 1)
        self._top.addWidget(self.made, 0, Qt.AlignmentFlag.AlignTop)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.addWidget(self.take)
        self._row.addWidget(self.look)
        self._row.addStretch(1)
        self._row.addWidget(self.dismiss)
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
        self.good.say(_sentence(told.good))
        self.worse.say(_sentence(told.worse), Tone.WARNING)
        self.take.setEnabled(not card.empty)
        self.setAccessibleName(f"Proposal: {card.title}, {self.made.text()}")
        self.setAccessibleDescription(f"{told.text}. Enter takes all, Right shows what changes, Del dismisses.")

    def set_state(self, *, current: bool, looked_at: bool, brief: bool) -> None:
        """Whether keys are for it, whether what it changes is shown, and whether its title must do."""
        self._current, self._looked_at = current, looked_at
        self.buttons.setVisible(current)
        self.good.setVisible(not brief)
        self.worse.setVisible(not brief and bool(self.worse.text()))
        self.look.setText("Close" if looked_at else "Look closer")
        self._dress()

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _on_take(self) -> None:
        self.take_requested.emit(self.card.id)

    @Slot()
    def _on_look(self) -> None:
        self.look_requested.emit(self.card.id)

    @Slot()
    def _on_dismiss(self) -> None:
        self.dismiss_requested.emit(self.card.id)

    def event(self, event: QEvent) -> bool:
        """Its keys are meant for it, whatever shortcuts the window has."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()
            return True
        return super().event(event)

    def _wants(self, event: QKeyEvent) -> bool:
        keys = (*_KEYS, *(_CLOSING if self._looked_at else _OPENING))
        return event.key() in keys and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._wants(event):
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.take.click()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self._on_dismiss()
            case Qt.Key.Key_Up:
                self.step_requested.emit(self.card.id, -1)
            case Qt.Key.Key_Down:
                self.step_requested.emit(self.card.id, 1)
            case _:
                self._on_look()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()
        self.focused.emit(self.card.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self._on_look()

    # ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self.title.setFont(self._theme.font(Size.TEXT, bold=True))
        self.made.setFont(self._theme.font(Size.SMALL))
        set_icon(self.dismiss, "close", self._theme)
        self._column.setContentsMargins(grid(3), grid(2), grid(3), grid(2))
        self._column.setSpacing(grid(1))
        self._row.setSpacing(grid(1.5))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """By hand: a style sheet would take the colours of what lies in the card away."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._theme.colour("accent" if self._current else "border"))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if self.hasFocus():
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)
        painter.end()


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
