"""What customers are told, and what they answer. What is written to and from drivers is a `Note` in `devices`."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from dispatcher.domain.ids import OrderId


class Event(StrEnum):
    """What a customer is told of; the value is what it is called."""

    SCHEDULED = "scheduled"
    """The day before: that, and when, it is planned."""
    OUT = "out for delivery"
    """The round has begun: the interval of its arrival."""
    NEAR = "nearly there"
    """So many stops away."""
    DELAYED = "delayed"
    DELIVERED = "delivered"
    FAILED = "failed"
    """And how another attempt is to be had."""
    CODE = "one-time code"
    """Alone, never beside a link."""
    WRITTEN = "written by hand"


class Channel(StrEnum):
    """By what a message goes."""

    SMS = "SMS"
    EMAIL = "e-mail"


class MessageState(StrEnum):
    """How far a message is."""

    QUEUED = "waiting"
    SENDING = "being sent"
    """Handed to the line, which has not answered; whoever comes back to find it so shows it as unknown."""
    SENT = "sent"
    FAILED = "undeliverable"
    EXPIRED = "too late"
    """Not sent, since it would not have been true any more."""
    WITHHELD = "withheld"
    """Not sent: the person does not want messages, or cannot be reached."""
    UNKNOWN = "unknown"
    """Whether it went out nobody can say; it is not sent again by itself."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one customer, as it lies in the outbox."""

    id: str
    key: str
    """Order, attempt, event, channel and what else makes it the same message: there is one of each."""
    order_id: OrderId
    on: date
    event: Event
    channel: Channel
    to: str
    """A number as E.164 has it, or an e-mail address; empty where neither is known."""
    text: str
    """As it goes out; of a one-time code with `CODE_MARK` in the place of the digits, which only the line gets."""
    made_at: datetime
    subject: str = ""
    """Of an e-mail."""
    language: str = "en"
    not_before: datetime | None = None
    """Quiet hours hold it until then."""
    expires_at: datetime | None = None
    """After this it is not worth sending."""
    state: MessageState = MessageState.QUEUED
    tries: int = 0
    next_at: datetime | None = None
    """When it is tried again."""
    sent_at: datetime | None = None
    line: str = ""
    """Which line took it: the name of the server or gateway."""
    line_id: str = ""
    """What the line calls it."""
    fault: str = ""
    """What the line said when it did not take it, or why it is withheld."""
    by: str = ""
    """Who wrote it by hand; empty for the program."""


CODE_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody wrote back."""

    id: str
    key: str
    """The line's own name of it, or a hash of all it says: the same reply sent again is kept once."""
    channel: Channel
    sender: str
    text: str
    at: datetime
    order_id: OrderId | None = None
    """The order it answers; `None` for a stranger's."""
    opted: bool | None = None
    """`True` if it asked for no more messages, `False` if for messages again, `None` for neither."""
    seen_at: datetime | None = None
    seen_by: str = ""


@dataclass(frozen=True, slots=True)
class OptOut:
    """An address that gets no messages."""

    channel: Channel
    to: str
    at: datetime
    how: str
    """"replied STOP", "on the customer's page", "said to Anna on the phone"."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call or another contact with a customer, noted by hand."""

    id: str
    order_id: OrderId
    at: datetime
    by: str
    to: str
    """Number or name."""
    text: str
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """The words of one event in one language on one channel: sandboxed Jinja2."""

    event: Event
    channel: Channel
    language: str
    text: str
    subject: str = ""


class SmsWay(StrEnum):
    """How short messages leave the depot."""

    NONE = "not at all"
    HTTP = "HTTP gateway"
    ANDROID = "Android phone"
    """An app on a phone in the depot's network that takes them by HTTP."""
    GAMMU = "modem (gammu)"


class Security(StrEnum):
    """How the way to a mail server is kept private."""

    STARTTLS = "STARTTLS"
    TLS = "TLS"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail server. Its password is a secret, kept elsewhere."""

    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    sender: str = ""
    """"Depot Aachen <depot@example.org>"."""


@dataclass(frozen=True, slots=True)
class SmsLine:
    """How short messages go out. `{to}`, `{text}`, `{id}`, `{secret}` stand for what they say, escaped as fits."""

    way: SmsWay = SmsWay.NONE
    method: str = "POST"
    url: str = ""
    headers: tuple[str, ...] = ()
    """Each "Name: value"."""
    body: str = '{"to": "{to}", "text": "{text}", "reference": "{id}"}'
    taken: str = ""
    """A regular expression that the answer of a gateway that took the message matches; empty: any 2xx."""
    id_path: str = ""
    """Where in a JSON answer the gateway's own id is: "messages.0.id"."""
    command: str = "gammu"
    """Program, or its path, that drives the modem."""
    per_minute: int = 60


EVENTS = frozenset({Event.SCHEDULED, Event.OUT, Event.DELAYED, Event.FAILED, Event.CODE})
"""What a depot tells at first."""


@dataclass(frozen=True, slots=True)
class MessagePolicy:
    """A depot's habits with messages to customers."""

    on: bool = False
    """Whether anything is sent by itself."""
    events: frozenset[Event] = EVENTS
    prefer: Channel = Channel.SMS
    """Where a customer can be reached both ways."""
    language: str = "en"
    country: str = "DE"
    """Of numbers that are written without one; ISO 3166."""
    near_stops: int = 3
    scheduled_from: time = time(16, 0)
    """Of the day before, by the depot's clock: from then on tomorrow's customers are told."""
    delayed_s: int = 1_800
    """Told once, if the promise has moved by more."""
    quiet_from: time = time(21, 0)
    quiet_until: time = time(8, 0)
    """Nothing is sent between these, by the depot's clock; one-time codes of the day are."""
    templates: tuple[Template, ...] = ()
    """The depot's own; the rest as the program has them."""
    mail: MailLine = field(default_factory=MailLine)
    sms: SmsLine = field(default_factory=SmsLine)
    page: bool = False
    """Whether customers get a link to the page of their order."""
    page_origin: str = ""
    """"https://track.example.org", where the gateway is reached from outside; empty: the gateway's own address."""
