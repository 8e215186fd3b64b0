"""One message or reply in full, and what can be done about it. It wishes; the panel does."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFormLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from dispatcher.domain.messages import CODE_MARK, Message, Reply
from ui.messages.words import DOTS, ORDER, STATE, WHAT, Row, moment
from ui.parts.fields import named
from ui.theme import Size, Theme

NOTHING = "Choose a message or a reply."


class Detail(QWidget):
    """GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, deeds: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "messages.detail", "The message chosen")
        self._theme, self._zone = theme, zone
        self.title = named(QLabel(NOTHING, self), "messages.detail.title", "What it is")
        self.title.setWordWrap(True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.text = named(QPlainTextEdit(self), "messages.detail.text", "Its words")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.facts = QWidget(self)
        self._form = QFormLayout(self.facts)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._whole = QVBoxLayout(self)
        self._whole.addWidget(self.title)
        self._whole.addWidget(self.text, 1)
        self._whole.addWidget(self.facts)
        self._buttons = [self._button(action) for action in deeds]
        for button in self._buttons:
            self._whole.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        theme.changed.connect(self._dress)
        self._dress()
        self.show_row(None, date.min)

    def _button(self, action: QAction) -> QPushButton:
        words = action.text().replace("&", "")
        button = named(QPushButton(words, self), f"{action.objectName()}.button", words)
        button.setToolTip(action.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(action.trigger)
        button.setVisible(False)
        action.enabledChanged.connect(button.setVisible)
        return button

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(grid(2), 0, 0, 0)
        self._whole.setSpacing(grid(2))
        self._form.setHorizontalSpacing(grid(3))
        self._form.setVerticalSpacing(grid(1))
        self.title.setFont(self._theme.font(Size.TEXT, bold=True))

    def show_row(self, row: Row | None, on: date) -> None:
        """All there is to know of it."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self.text.setVisible(row is not None)
        if row is None:
            self.title.setText(NOTHING)
            self.text.clear()
            return
        if row.message is not None:
            facts, text = self._of_message(row.message, on), row.message.text.replace(CODE_MARK, DOTS)
            if row.message.subject:
                text = f"{row.message.subject.replace(CODE_MARK, DOTS)}\n\n{text}"
        else:
            assert row.reply is not None
            facts, text = self._of_reply(row.reply, on), row.reply.text
        order = row.texts[ORDER]
        self.title.setText(f"{row.texts[WHAT].capitalize()}: {row.texts[STATE]}" + (f"\n{order}" if order else ""))
        if self.text.toPlainText() != text:
            self.text.setPlainText(text)
        for words, said in facts:
            value = QLabel(said, self.facts)
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            name = QLabel(words, self.facts)
            name.setProperty("muted", True)
            self._form.addRow(name, value)

    def _of_message(self, message: Message, on: date) -> list[tuple[str, str]]:
        at = lambda when: moment(when, self._zone, on)
        tries = f"{message.tries}" + (f", next {at(message.next_at)}" if message.next_at else "")
        facts: list[tuple[str, str, object]] = [
            ("To", message.to or "nobody", True),
            ("By", message.channel.value, True),
            ("Made", at(message.made_at) + (f" by {message.by}" if message.by else ""), True),
            ("Not before", at(message.not_before), _ahead(message.not_before, message)),
            ("Good until", at(message.expires_at), message.expires_at and not message.sent_at),
            ("Tries", tries, message.tries),
            ("Sent", at(message.sent_at), message.sent_at),
            ("Line", " · ".join(filter(None, (message.line, message.line_id))), message.line),
            ("It said", message.fault, message.fault),
        ]
        return [(words, said) for words, said, there in facts if there]

    def _of_reply(self, reply: Reply, on: date) -> list[tuple[str, str]]:
        at = lambda when: moment(when, self._zone, on)
        asks = {True: "no more messages; none go there any more", False: "messages again", None: ""}[reply.opted]
        seen = f"{at(reply.seen_at)} by {reply.seen_by}" if reply.seen_at else "by nobody yet"
        facts = [("From", reply.sender), ("By", reply.channel.value), ("Came", at(reply.at)), ("Read", seen)]
        return [*facts, *([("Asks for", asks)] if asks else [])]


def _ahead(moment_: datetime | None, message: Message) -> bool:
    return moment_ is not None and message.sent_at is None
