"""Words to one customer, written in place: to whom, by what, how long it is. Ctrl+Enter sends, Esc leaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import Channel
from dispatcher.services.preview import measured
from ui.messages.words import About, length_words
from ui.parts.fields import mark, named
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

AS_SET = "as the depot prefers"


@dataclass(frozen=True, slots=True)
class Written:
    """What is filled in."""

    order_id: OrderId
    text: str
    channel: Channel | None
    """`None` for the way the depot prefers."""
    reached: bool = True
    """Of a call."""


class Composer(QFrame):
    """Hidden while nothing is written. GUI thread.

    Signals:
        closed(): sent or left; the keys may go back to where they were.
    """

    closed = Signal()

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, "Words to a customer")
        self._theme = theme
        self._then: Callable[[Written], object] | None = None
        self._missing = ""
        self._counts = False
        self.title = named(QLabel(self), f"{name}.title", "What is written")
        self.order = named(QComboBox(self), f"{name}.order", "Which order it is about")
        self.order.setEditable(True)
        self.order.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.order.completer().setFilterMode(Qt.MatchFlag.MatchContains)
        self.order.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.channel = named(QComboBox(self), f"{name}.channel", "By what it goes")
        self.channel.addItem(AS_SET, "")
        for channel in Channel:
            self.channel.addItem(f"by {channel}", channel.name)
        self.reached = named(QCheckBox("&Reached", self), f"{name}.reached", "Whether somebody answered")
        self.text = named(QPlainTextEdit(self), f"{name}.text", "Words")
        self.text.setTabChangesFocus(True)
        self.counter = named(QLabel(self), f"{name}.counter", "How long it is")
        self.counter.setProperty("muted", True)
        self.fault = Said(f"{name}.fault", "What is wrong", theme, self)
        self.go = named(QPushButton("Send", self), f"{name}.go", "Send")
        self.leave = named(QPushButton("Leave", self), f"{name}.leave", "Leave")
        self.go.setProperty("primary", True)  # looks like the one to press; within a form it is not its default
        for button in (self.go, self.leave):
            button.setAutoDefault(False)
        self._lay_out()
        self.text.textChanged.connect(self._on_edited)
        self.channel.currentIndexChanged.connect(self._on_edited)
        self.order.currentTextChanged.connect(self._on_edited)
        self.go.clicked.connect(self._on_go)
        self.leave.clicked.connect(self.close_)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def _lay_out(self) -> None:
        self._head, self._foot = QHBoxLayout(), QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.order, 1)
        self._head.addWidget(self.channel)
        self._head.addWidget(self.reached)
        self._foot.addWidget(self.counter, 1)
        self._foot.addWidget(self.go)
        self._foot.addWidget(self.leave)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._head)
        self._whole.addWidget(self.text)
        self._whole.addWidget(self.fault)
        self._whole.addLayout(self._foot)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(0, 0, 0, 0)
        for part in (self._whole, self._head, self._foot):
            part.setSpacing(grid(2))
        self.title.setFont(self._theme.font(Size.TEXT, bold=True))
        self.text.setFixedHeight(grid(22))
        self.order.setMinimumContentsLength(16)

    # --- opening ----------------------------------------------------------------------------------------------------

    def write(
        self,
        title: str,
        orders: Sequence[tuple[OrderId, About]],
        then: Callable[[Written], object],
        *,
        chosen: OrderId | None = None,
        channel: Channel | None = None,
    ) -> None:
        """A message to the customer of one of these orders."""
        self._open(title, orders, then, chosen, go="Send", missing="Type what the customer is to read.", counts=True)
        self.channel.setCurrentIndex(self.channel.findData(channel.name if channel else ""))

    def note_call(
        self, orders: Sequence[tuple[OrderId, About]], then: Callable[[Written], object], *, chosen: OrderId | None
    ) -> None:
        """A call, and what came of it."""
        self._open("Call:", orders, then, chosen, go="Keep", missing="Type what was said.", counts=False)
        self.reached.setChecked(True)

    def choose(self, title: str, orders: Sequence[tuple[OrderId, About]], then: Callable[[Written], object]) -> None:
        """Only an order."""
        self._open(title, orders, then, None, go="Put", missing="", counts=False)
        for part in (self.text, self.reached):
            part.hide()

    def _open(
        self,
        title: str,
        orders: Sequence[tuple[OrderId, About]],
        then: Callable[[Written], object],
        chosen: OrderId | None,
        *,
        go: str,
        missing: str,
        counts: bool,
    ) -> None:
        self._then, self._missing, self._counts = then, missing, counts
        self.title.setText(title)
        self.go.setText(go)
        self.go.setAccessibleName(go)
        self.order.blockSignals(True)
        self.order.clear()
        for order_id, about in orders:
            self.order.addItem(about.words, order_id)
        self.order.setCurrentIndex(self.order.findData(chosen) if chosen else -1)
        if not chosen:
            self.order.clearEditText()
        self.order.blockSignals(False)
        self.text.clear()
        self.text.show()
        self.channel.setVisible(counts)
        self.reached.setVisible(not counts)
        self.fault.say("")
        self._on_edited()
        self.show()
        (self.text if chosen else self.order).setFocus()

    # --- writing ----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_edited(self) -> None:
        mark(self.text, invalid=False)
        mark(self.order, invalid=False)
        self.fault.say("")
        text = self.text.toPlainText().strip()
        by_mail = self.channel.currentData() == Channel.EMAIL.name
        seen = measured(text, Channel.EMAIL if by_mail else Channel.SMS)
        self.counter.setText(length_words(seen) if self._counts else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As told above; the fields hand on what they have no use for."""
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (control or not self.text.hasFocus()):
            (self.close_ if self.leave.hasFocus() else self._on_go)()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_()
        else:
            super().keyPressEvent(event)

    def _order_id(self) -> OrderId | None:
        """The one chosen, or whose number was typed."""
        typed = self.order.currentText().strip()
        for n in range(self.order.count()):
            words = self.order.itemText(n)
            if typed and typed in (words, words.split("  ", 1)[0]):
                return OrderId(self.order.itemData(n))
        return None

    @Slot()
    def _on_go(self) -> None:
        order_id, text = self._order_id(), self.text.toPlainText().strip()
        if order_id is None:
            self._refuse(self.order, "No order of this day has this number. Choose one.")
            return
        if self._missing and not text and self.reached.isChecked() | self._counts:
            self._refuse(self.text, self._missing)
            return
        channel = self.channel.currentData() if self._counts else ""
        if self._then:
            self._then(Written(order_id, text, Channel[channel] if channel else None, self.reached.isChecked()))

    def _refuse(self, field: QWidget, why: str) -> None:
        mark(field, invalid=True)
        self.fault.say(why, Tone.BAD)
        field.setFocus()

    def say_fault(self, fault: Exception) -> None:
        """It was not taken, and this is why; what was typed stays."""
        self.fault.say_fault(fault)
        self.text.setFocus()

    @Slot()
    def close_(self) -> None:
        """Away with it."""
        self._then = None
        self.hide()
        self.closed.emit()
