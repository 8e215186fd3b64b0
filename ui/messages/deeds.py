"""What the hand does about messages: write, reply, send again, take out, read, note a call; asked, and handed on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import Call, Channel, Message, Reply
from dispatcher.services.contacts import put_reply_to
from dispatcher.services.workplace import Workplace
from ui.messages.bench import Bench
from ui.messages.composer import Composer, Written
from ui.messages.feed import MessageFeed
from ui.messages.words import AGAIN, DROP, ORDER, About, Row
from ui.parts.said import Said, Tone
from ui.proofs.asking import AskLine

PERSON = "proofs/reviewer"
"""One name for all that a person does at this window."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is under way."""

    done: str
    """What to say when it is done."""
    typed: bool = False
    """It was typed in the form, which waits for the answer."""


class Deeds(QObject):
    """GUI thread.

    Signals:
        told(str): what was done.
        person_changed(str): somebody else does things from now on.
    """

    told = Signal(str)
    person_changed = Signal(str)

    def __init__(
        self,
        feed: MessageFeed,
        bench: Bench,
        composer: Composer,
        ask: AskLine,
        said: Said,
        workplace: Workplace,
        settings: QSettings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._feed, self._bench, self._composer, self._ask, self._said = feed, bench, composer, ask, said
        self._workplace, self._settings = workplace, settings
        self._typed = False
        """What was typed is being written: whoever presses twice writes once."""
        self.orders: Callable[[], Sequence[tuple[OrderId, About]]] = lambda: ()
        """Those that can be written about."""
        done = {
            "reply": self._reply, "seen": self._seen, "put": self._put, "again": self._again, "drop": self._drop,
            "write": self.write, "call": self.note_call,
        }  # fmt: skip
        for name, deed in done.items():
            bench.on(name, deed)
        feed.done.connect(self._on_done)
        feed.refused.connect(self._on_refused)

    # --- who does it ------------------------------------------------------------------------------------------------

    @property
    def person(self) -> str:
        """Under whose name things are done; empty before it was asked."""
        return str(self._settings.value(PERSON, "") or "")

    @Slot()
    def ask_person(self, then: Callable[[], object] | None = None) -> None:
        """Ask for the name; it stays for this window and the next."""

        def keep(name: str) -> None:
            self._settings.setValue(PERSON, name)
            self.person_changed.emit(name)
            if then:
                then()

        question = "Your name, as it stands on what you do:"
        self._ask.ask_words(question, keep, go="Keep", missing="A name, please", text=self.person)

    def _do(self, what: Deed, deed: Callable[[str], object]) -> None:
        """Do it, when it is known under whose name."""
        if not self.person:
            self.ask_person(lambda: self._do(what, deed))
            return
        if what.typed and self._typed:
            return
        self._typed = self._typed or what.typed
        self._said.say("")
        self._feed.do(what, partial(deed, self.person))

    # --- words ------------------------------------------------------------------------------------------------------

    def write(self, order_id: OrderId | None = None) -> None:
        """A message to a customer; of the row chosen, unless another order is named."""
        row = self._bench.current
        chosen = order_id or (row.order_id if row else None)
        self._composer.write("To:", self.orders(), partial(self._send, None), chosen=chosen)

    def _reply(self) -> None:
        row = self._bench.current
        if row is None or row.order_id is None:
            return
        said = row.reply or row.message
        assert said is not None
        then = partial(self._send, row.reply)
        self._composer.write("Reply to:", self.orders(), then, chosen=row.order_id, channel=said.channel)

    def _send(self, answered: Reply | None, written: Written) -> None:
        def send(by: str) -> Message:
            order = self._workplace.store.read(lambda reader: reader.order(written.order_id))
            if order is None:
                raise KnownError("This order is no longer there.", "Choose another.")
            message = self._feed.desk.write_message(order, written.text, by, written.channel)
            if answered is not None and answered.seen_at is None:
                self._feed.desk.seen(answered.id, by)
            return message

        self._do(Deed("The message waits to be sent.", typed=True), send)

    def note_call(self, order_id: OrderId | None = None) -> None:
        """That somebody called a customer, and what came of it."""
        row = self._bench.current
        self._composer.note_call(self.orders(), self._keep_call, chosen=order_id or (row.order_id if row else None))

    def _keep_call(self, written: Written) -> None:
        def keep(by: str) -> Call:
            order = self._workplace.store.read(lambda reader: reader.order(written.order_id))
            to = (order.contact.phone or order.contact.name) if order else ""
            return self._feed.desk.note_call(written.order_id, to, written.text, written.reached, by)

        self._do(Deed("The call is noted on the order.", typed=True), keep)

    # --- the one chosen ---------------------------------------------------------------------------------------------

    def _put(self) -> None:
        row = self._bench.current
        if row is None or row.reply is None:
            return
        reply_id, workplace = row.reply.id, self._workplace

        def put(written: Written) -> None:
            what = Deed("The reply stands on the order.", typed=True)
            self._do(what, lambda by: put_reply_to(workplace, reply_id, written.order_id, by))

        self._composer.choose("This reply is about:", self.orders(), put)

    def _seen(self) -> None:
        row = self._bench.current
        if row and row.reply and row.unread:
            reply_id = row.reply.id
            self._do(Deed("Read."), lambda by: self._feed.desk.seen(reply_id, by))

    def _again(self) -> None:
        row = self._bench.current
        if row is None or row.message is None:
            return
        message_id, to = row.message.id, row.texts[ORDER] or row.message.to
        then = lambda: self._do(Deed("It waits to be sent."), lambda by: self._feed.desk.send_again(message_id, by))
        self._ask.ask_yes(f"Send the message “{row.message.event}” to {to} once more?", then, go="Send again")

    def _drop(self) -> None:
        row = self._bench.current
        if row and row.message:
            message_id = row.message.id
            self._do(Deed("Taken out; it is not sent."), lambda by: self._feed.desk.drop(message_id, by))

    @Slot(object, str)
    def opt_out(self, channel: Channel, to: str) -> None:
        """No more messages to this address."""
        self._do(Deed(f"No more messages to {to}."), lambda by: self._feed.desk.opt_out(channel, to, by))

    @Slot(object, str)
    def opt_in(self, channel: Channel, to: str) -> None:
        """Messages again."""
        self._do(Deed(f"{to} gets messages again."), lambda by: self._feed.desk.opt_in(channel, to, by))

    # --- what came of it --------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _on_done(self, what: Deed, _answer: object) -> None:
        if what.typed:
            self._typed = False
            self._composer.close_()
        self.told.emit(what.done)

    @Slot(object, object)
    def _on_refused(self, what: Deed, fault: Exception) -> None:
        self._typed = self._typed and not what.typed
        if what.typed and self._composer.isVisible():
            self._composer.say_fault(fault)
        elif isinstance(fault, KnownError):
            self._said.say(str(fault), Tone.BAD)
        else:
            self._said.say_fault(fault)


def may(row: Row | None, name: str) -> bool:
    """Whether one of the deeds makes sense for what is chosen."""
    match name:
        case "write" | "call":
            return True
        case "reply" | "show":
            return row is not None and row.order_id is not None
        case "seen":
            return row is not None and row.unread
        case "put":
            return row is not None and row.reply is not None and row.order_id is None
        case "again":
            return row is not None and row.message is not None and row.message.state in AGAIN
        case _:
            return row is not None and row.message is not None and row.message.state in DROP
