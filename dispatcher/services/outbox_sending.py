"""How a message goes through the outbox: leased, handed to a line, and marked with what the line said.

The lease is committed before anything is handed over, and only who gets it hands over: so a crash, or a second window,
can leave a message of which nobody knows whether it went, but never send one twice.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from dispatcher.domain.messages import CODE_MARK, Event, Message, MessagePolicy, MessageState
from dispatcher.messages.lines import Handed, Outgoing, Verdict
from dispatcher.messages.quiet import quiet_until
from dispatcher.services.codes import code_of
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.telling import SILENCED, UNTRUE
from dispatcher.services.telling_keys import attempt_of, mark_of

MOST_TRIES = 6
BACKOFF_S = 30
LATE = "its time was over before a line took it"
CRASHED = "the program ended while it was handed over"
NO_CODE = "its code is not good any more"


def backoff(message_id: str, tries: int) -> timedelta:
    """30 s, doubled with every try, and up to a quarter more, so that many do not come back at the same moment."""
    share = crc32(f"{message_id} {tries}".encode()) / 2**32
    return timedelta(seconds=BACKOFF_S * 2 ** max(0, tries - 1) * (1 + share / 4))


def lease(
    writer: LogbookWriter, seen: Message, policy: MessagePolicy, zone: ZoneInfo, now: datetime, line: str
) -> Message | None:
    """Take a waiting message to hand it over, within a transaction; `None` if it is not to be, or not by us."""
    message = writer.message(seen.id)
    if message is None or message.state is not MessageState.QUEUED or not is_due(message, now):
        return None
    kept: Message
    if message.expires_at and message.expires_at <= now:
        kept = replace(message, state=MessageState.EXPIRED, fault=LATE, next_at=None)
    elif writer.opt_out(message.channel, message.to):
        kept = replace(message, state=MessageState.WITHHELD, fault=SILENCED, next_at=None)
    elif message.event is not Event.CODE and (quiet := quiet_until(now, policy, zone)):
        kept = replace(message, not_before=quiet)
    else:
        kept = replace(message, state=MessageState.SENDING, tries=message.tries + 1, next_at=None, line=line)
    writer.put_message(kept)
    return kept if kept.state is MessageState.SENDING else None


def is_due(message: Message, now: datetime) -> bool:
    """Whether it may be tried at this moment."""
    return all(moment is None or moment <= now for moment in (message.not_before, message.next_at))


def due_at(message: Message, now: datetime) -> datetime:
    """When it may be tried next."""
    return max(filter(None, (now, message.not_before, message.next_at)))


def outgoing(
    reader: LogbookReader, message: Message, now: datetime, secret: Callable[[], bytes], page: str
) -> Outgoing | None:
    """The message as the line gets it, its code's digits in place; `None` if its code is not good any more."""
    text, subject, digits = message.text, message.subject, ""
    if message.event is Event.CODE:
        attempt = attempt_of(message.key)
        code = reader.code(message.order_id, attempt)
        if code is None or code.right_at is not None or not code.salt.hex().startswith(mark_of(message.key)):
            return None
        digits = code_of(reader, message.order_id, attempt, secret()) or ""
        text, subject = text.replace(CODE_MARK, digits), subject.replace(CODE_MARK, digits)
    return Outgoing(message.id, message.to, text, subject, now, page, digits)


def without_code(handed: Handed, out: Outgoing) -> Handed:
    """The line's answer as it may be kept and shown: some say again what they were handed."""
    if not out.code:
        return handed
    return Handed(handed.verdict, *(said.replace(out.code, "…") for said in (handed.words, handed.line_id)))


def marked(leased: Message, handed: Handed, now: datetime) -> Message:
    """The message as it is after the line's answer."""
    match handed.verdict:
        case Verdict.TAKEN:
            return replace(leased, state=MessageState.SENT, sent_at=now, line_id=handed.line_id, fault="")
        case Verdict.UNKNOWN:
            return replace(leased, state=MessageState.UNKNOWN, fault=handed.words)
        case Verdict.NO_LINE:
            return replace(leased, state=MessageState.QUEUED, tries=leased.tries - 1, fault=handed.words)
        case Verdict.LATER if leased.tries < MOST_TRIES:
            next_at = now + backoff(leased.id, leased.tries)
            return replace(leased, state=MessageState.QUEUED, next_at=next_at, fault=handed.words)
        case _:
            return replace(leased, state=MessageState.FAILED, fault=handed.words)


def put_mark(writer: LogbookWriter, leased: Message, after: Message) -> bool:
    """Keep what the line said, unless somebody has done something else with the message since."""
    current = writer.message(leased.id)
    ours = current and current.tries == leased.tries
    if not ours or current.state not in (MessageState.SENDING, MessageState.UNKNOWN):  # type: ignore[union-attr]
        return False
    return writer.put_message(after)


def withdrawn(leased: Message, fault: str = UNTRUE) -> Message:
    """A leased message that is not to be handed over after all."""
    return replace(leased, state=MessageState.EXPIRED, tries=leased.tries - 1, fault=fault)
