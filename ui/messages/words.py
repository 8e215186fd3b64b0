"""What rows of messages, replies and calls say, in words and signs, and what belongs under each filter. Knows no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import CODE_MARK, Message, MessageState, Reply
from dispatcher.services.preview import Preview
from ui import format as fmt

HEADERS = ("State", "What", "By", "Order", "To", "When", "Text, or what the line said")
STATE, WHAT, CHANNEL, ORDER, TO, AT, SAID = range(len(HEADERS))
MOST_FOREIGN = 8
DOTS = "••••••"
"""In the place of a one-time code, which the window never shows."""
STATES: Mapping[MessageState, tuple[str, str]] = {
    MessageState.QUEUED: ("clock-outline", "muted"),
    MessageState.SENDING: ("progress-upload", "moving"),
    MessageState.SENT: ("check", "done"),
    MessageState.FAILED: ("close-thick", "late"),
    MessageState.EXPIRED: ("timer-off-outline", "muted"),
    MessageState.WITHHELD: ("bell-off-outline", "muted"),
    MessageState.UNKNOWN: ("help-circle-outline", "risk"),
}
"""The icon and the colour token of each state."""
UNREAD, READ = ("message-reply-text", "accent"), ("message-reply-text-outline", "muted")


class Filter(StrEnum):
    """What the list shows; the value is its button's word."""

    ALL = "All"
    WAITING = "Waiting"
    SENT = "Sent"
    UNDELIVERABLE = "Undeliverable"
    UNKNOWN = "Unknown"
    WITHHELD = "Withheld"
    REPLIES = "Replies"

    def takes(self, row: "Row") -> bool:
        """Whether this row belongs under it."""
        if self is Filter.ALL:
            return True
        if row.message is None:
            return self is Filter.REPLIES
        return row.message.state in _UNDER.get(self, ())


_UNDER: Mapping[Filter, frozenset[MessageState]] = {
    Filter.WAITING: frozenset({MessageState.QUEUED, MessageState.SENDING}),
    Filter.SENT: frozenset({MessageState.SENT}),
    Filter.UNDELIVERABLE: frozenset({MessageState.FAILED}),
    Filter.UNKNOWN: frozenset({MessageState.UNKNOWN}),
    Filter.WITHHELD: frozenset({MessageState.WITHHELD, MessageState.EXPIRED}),
}
AGAIN = frozenset({MessageState.FAILED, MessageState.UNKNOWN, MessageState.WITHHELD})
"""What may be sent once more, by somebody's wish."""
DROP = frozenset({MessageState.QUEUED})


@dataclass(frozen=True, slots=True)
class About:
    """What is shown of an order beside its messages."""

    number: str
    name: str = ""

    @property
    def words(self) -> str:
        """Number and customer."""
        return f"{self.number}  {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: a message or a reply."""

    message: Message | None
    reply: Reply | None
    texts: tuple[str, ...]
    sorts: tuple[object, ...]
    sign: tuple[str, str]
    found_by: str

    @property
    def key(self) -> str:
        """Its id; messages and replies never share one."""
        said = self.message or self.reply
        assert said is not None
        return said.id

    @property
    def order_id(self) -> OrderId | None:
        """What it is about; `None` for a stranger's reply."""
        said = self.message or self.reply
        assert said is not None
        return said.order_id

    @property
    def unread(self) -> bool:
        """A reply that nobody has seen."""
        return self.reply is not None and self.reply.seen_at is None


def shown(text: str) -> str:
    """A message's text as people may see it, in one line."""
    return " ".join(text.replace(CODE_MARK, DOTS).split())


def row_of_message(message: Message, about: About | None, zone: ZoneInfo, on: date) -> Row:
    """A message as the list has it."""
    at = message.sent_at or message.made_at
    order = about.words if about else ""
    said = message.fault or shown(message.text)
    texts = (
        message.state.value, message.event.value, message.channel.value, order, message.to or "nobody",
        fmt.clock(at, zone, on), said,
    )  # fmt: skip
    sorts = (list(MessageState).index(message.state), message.event, message.channel, order, message.to, at, said)
    found_by = " ".join((*texts, shown(message.text), message.line)).casefold()
    return Row(message, None, texts, sorts, STATES[message.state], found_by)


def row_of_reply(reply: Reply, about: About | None, zone: ZoneInfo, on: date) -> Row:
    """A reply as the list has it."""
    order = about.words if about else "" if reply.order_id else "nobody's yet"
    state = "reply" if reply.seen_at else "new reply"
    what = {True: "no more messages", False: "messages again", None: "reply"}[reply.opted]
    said = " ".join(reply.text.split())
    texts = (state, what, reply.channel.value, order, reply.sender, fmt.clock(reply.at, zone, on), said)
    sorts = (-1 if reply.seen_at is None else 9, what, reply.channel, order, reply.sender, reply.at, said)
    return Row(None, reply, texts, sorts, READ if reply.seen_at else UNREAD, " ".join(texts).casefold())


def length_words(seen: Preview) -> str:
    """How many short messages it takes, and why; how long an e-mail is."""
    if not seen.segments:
        return fmt.count(len(seen.text), "character") if seen.text else ""
    said = f"{fmt.count(seen.segments, 'short message')}, room for {seen.left} more ({seen.encoding})"
    return f"{said}; because of {seen.foreign[:MOST_FOREIGN]}" if seen.foreign else said


def moment(at: datetime | None, zone: ZoneInfo, on: date) -> str:
    """A time of the day shown, or with how many days beside it; a dash for none."""
    return fmt.clock(at, zone, on) if at else "–"
