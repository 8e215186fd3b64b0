"""Every contact with the customer of one order as lines: messages, replies, calls, wishes; and ways to add one."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.orders import Order
from dispatcher.domain.progress import Progress
from dispatcher.services.contacts import Contacts, contacts_of
from dispatcher.services.outbox import MessageDesk
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.messages.composer import Composer, Written
from ui.messages.deeds import PERSON
from ui.messages.feed import about
from ui.messages.words import READ, STATES, UNREAD, shown
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.proofs.asking import AskLine
from ui.runner import OpRunner
from ui.theme import Theme

NONE = "No contact with this customer yet."
ICON = 16
CALLED, MISSED = ("phone-outline", "done"), ("phone-missed-outline", "risk")
WISHED = ("hand-heart-outline", "accent")


class Line(NamedTuple):
    """One contact."""

    at: datetime
    sign: tuple[str, str]
    text: str


def lines_of(contacts: Contacts, zone: ZoneInfo) -> list[Line]:
    """All of them, the newest first."""
    lines = []
    for message in contacts.messages:
        at, fault = message.sent_at or message.made_at, f" ({message.fault})" if message.fault else ""
        by = f", by {message.by}" if message.by else ""
        words = f"{message.channel} to {message.to or 'nobody'}: {message.event}, {message.state}{fault}{by}"
        lines.append(Line(at, STATES[message.state], f"{words}\n{shown(message.text)}"))
    for reply in contacts.replies:
        seen = f"read by {reply.seen_by}" if reply.seen_at else "not read yet"
        sign = READ if reply.seen_at else UNREAD
        lines.append(
            Line(reply.at, sign, f"{reply.channel} from {reply.sender}, {seen}\n{' '.join(reply.text.split())}")
        )
    for call in contacts.calls:
        went = f"Call to {call.to or 'the customer'}, {'' if call.reached else 'not '}reached, by {call.by}"
        lines.append(Line(call.at, CALLED if call.reached else MISSED, f"{went}\n{call.text}".rstrip()))
    for wish in contacts.wishes:
        answer = f": {wish.answer}" if wish.answer else ""
        lines.append(Line(wish.at, WISHED, f"Wish: {wish.kind}, {wish.state}{answer}\n{wish.text}".rstrip()))
    lines.sort(key=lambda line: line.at, reverse=True)
    return [line._replace(text=f"{_when(line.at, zone)}  {line.text}") for line in lines]


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{fmt.weekday_date(local.date())} {local:%H:%M}"


class ContactLog(QWidget):
    """One order's. GUI thread; read and written by workers.

    Signals:
        changed(): a message waits, or a call is noted.
    """

    changed = Signal()

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "contacts", "Contacts with the customer")
        self._workplace, self._runner, self._theme, self._settings = workplace, runner, theme, settings
        self._zone = workplace.depot.zone
        self._desk = MessageDesk(workplace) if workplace.live else None
        self._order: Order | None = None
        self.list = named(QListWidget(self), "contacts.list", "Contacts, the newest first")
        self.list.setWordWrap(True)
        self.list.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.said = Said("contacts.said", "How it stands", theme, self)
        self.ask = AskLine(theme, self)
        self.ask.setObjectName("contacts.ask")
        self.composer = Composer("contacts.composer", theme, self)
        self._writing = False
        """What was typed is being written: whoever presses twice writes once."""
        self.call = named(QPushButton("Note a &call…", self), "contacts.call", "Note a call")
        self.write = named(QPushButton("&Write…", self), "contacts.write", "Write to the customer")
        self._lay_out()
        self.call.clicked.connect(self._on_call)
        self.write.clicked.connect(self._on_write)
        self.composer.closed.connect(self._allow)
        theme.changed.connect(self._dress)
        self._dress()
        self._allow()

    def _lay_out(self) -> None:
        self._row, self._whole = QHBoxLayout(), QVBoxLayout(self)
        for button in (self.write, self.call):
            button.setAutoDefault(False)
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.addLayout(self._row)
        for part in (self.said, self.ask, self.composer):
            self._whole.addWidget(part)
        self._whole.addWidget(self.list, 1)

    @Slot()
    def _dress(self) -> None:
        self._whole.setSpacing(self._theme.grid(2))
        self._row.setSpacing(self._theme.grid(2))

    @Slot()
    def _allow(self) -> None:
        mine = self._desk is not None and self._desk.works and self._order is not None
        for button in (self.call, self.write):
            button.setEnabled(mine and not self.composer.isVisibleTo(self))

    def show_order(self, order: Order | None) -> None:
        """All contacts about this order; nothing for `None`."""
        if order is None or self._order is None or order.id != self._order.id:
            self.list.clear()
            self.composer.close_()
        self._order = order
        self._allow()
        self._look()

    def _look(self) -> None:
        order = self._order
        if order is None or self._desk is None:
            self.said.say(NONE if order else "", Tone.QUIET)
            return
        order_id = order.id

        def work(_progress: Progress) -> Contacts:
            return contacts_of(self._workplace, order_id)

        self._runner.start(work, title="Reading the contacts", on_done=self._on_read, on_failed=self._on_fault)

    def _on_read(self, contacts: Contacts) -> None:
        if self._order is None or contacts.order_id != self._order.id:
            return
        lines = lines_of(contacts, self._zone)
        self.list.clear()
        for line in lines:
            item = QListWidgetItem(self._theme.icon(*line.sign), line.text, self.list)
            item.setToolTip(line.text)
        if not self.said.text() or self.said.tone is Tone.QUIET:
            self.said.say("" if lines else NONE, Tone.QUIET)

    def _on_fault(self, fault: Exception) -> None:
        if self.composer.isVisibleTo(self):
            self.composer.say_fault(fault)
        elif isinstance(fault, KnownError):
            self.said.say(str(fault), Tone.BAD)
        else:
            self.said.say_fault(fault)

    # --- adding -----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_write(self) -> None:
        if self._order:
            self.composer.write("To:", [(self._order.id, about(self._order))], self._send, chosen=self._order.id)
            self._allow()

    @Slot()
    def _on_call(self) -> None:
        if self._order:
            self.composer.note_call([(self._order.id, about(self._order))], self._keep_call, chosen=self._order.id)
            self._allow()

    def _send(self, written: Written) -> None:
        order, desk = self._order, self._desk
        if order and desk:
            self._do(lambda by: desk.write_message(order, written.text, by, written.channel))

    def _keep_call(self, written: Written) -> None:
        order, desk = self._order, self._desk
        if order and desk:
            to = order.contact.phone or order.contact.name
            self._do(lambda by: desk.note_call(order.id, to, written.text, written.reached, by))

    def _do(self, deed: Callable[[str], object]) -> None:
        """Under the name of who does it, which is asked for once."""
        name = str(self._settings.value(PERSON, "") or "")
        if not name:
            keep = lambda typed: (self._settings.setValue(PERSON, typed), self._do(deed))
            self.ask.ask_words("Your name, as it stands on what you do:", keep, go="Keep", missing="A name, please")
            return
        if self._writing:
            return
        self._writing = True
        self._runner.start(
            lambda _progress: deed(name), title="Writing it down", on_done=self._on_done, on_failed=self._on_refused
        )

    def _on_refused(self, fault: Exception) -> None:
        self._writing = False
        self._on_fault(fault)

    def _on_done(self, _done: object) -> None:
        self._writing = False
        self.composer.close_()
        self.changed.emit()
        self._look()
