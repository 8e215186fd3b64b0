"""What customers write back: kept once, put to the order it answers, and obeyed at once where it says stop."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dispatcher.domain.ids import new_id
from dispatcher.domain.messages import Channel, Message, MessageState, OptOut, Reply
from dispatcher.messages.asking import asked
from dispatcher.messages.reach import address_of, number_of, sms_fault
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.telling import SILENCED

LONGEST_REPLY = 2_000
LONGEST_SENDER = 254
BACK, AHEAD = 7, 2
"""Days of messages among which the order is looked for that a reply answers."""
AGAIN_WITHIN = timedelta(days=30)
"""So long a gateway may send the same reply again."""


def take_reply(writer: LogbookWriter, channel: Channel, sender: str, text: str, at: datetime, key: str) -> Reply:
    """Keep a reply, within a transaction; the one that is kept already if it came before.

    `key` is the line's own name of it; empty for a line that has none: then all it says is. A reply that is nothing
    but STOP, or that word in another language, ends messages to this address at once, also those that wait.
    """
    text, (sender, order) = _readable(text), _from(writer, channel, sender[:LONGEST_SENDER], at)
    key = f"{channel.name} {key[:200]}" if key else f"{channel.name} {_digest(sender, text, at)}"
    reply = Reply(new_id(), key, channel, sender, text, at, order.order_id if order else None, asked(text))
    if not writer.put_reply(reply):
        return next((r for r in reversed(writer.replies(at - AGAIN_WITHIN)) if r.key == key), reply)
    if reply.opted:
        silence(writer, channel, sender, at, f"replied {text[:20]}")
    elif reply.opted is False:
        writer.remove_opt_out(channel, sender)
    return reply


def silence(writer: LogbookWriter, channel: Channel, to: str, at: datetime, how: str) -> Sequence[Message]:
    """No more messages to this address, from now on; what waited and is withheld now."""
    if writer.opt_out(channel, to) is None:
        writer.put_opt_out(OptOut(channel, to, at, how))
    waiting = [m for m in writer.messages_in({MessageState.QUEUED}) if m.channel is channel and m.to == to]
    withheld = [replace(m, state=MessageState.WITHHELD, fault=SILENCED, next_at=None) for m in waiting]
    for message in withheld:
        writer.put_message(message)
    return withheld


def _from(reader: LogbookReader, channel: Channel, said: str, at: datetime) -> tuple[str, Message | None]:
    """The sender's address, and the message that is answered.

    Gateways like to leave the plus of a number away, and 491511… is a number of Germany's own as well: whom the depot
    has written to is meant before anybody else, then who has a mobile number.
    """
    country = reader.policy().messages.country
    whole = number_of(f"+{said.strip()}", "") if channel is Channel.SMS and said.strip().isdecimal() else None
    plain = address_of(channel, said, country)
    for sender in dict.fromkeys(filter(None, (whole, plain))):
        if order := _answered(reader, channel, sender, at):
            return sender, order
    return (whole, None) if whole and sms_fault(plain, country) and not sms_fault(whole, "") else (plain, None)


def _answered(reader: LogbookReader, channel: Channel, sender: str, at: datetime) -> Message | None:
    """The last message that went to this address before the reply came."""
    went = MessageState.SENT, MessageState.SENDING, MessageState.UNKNOWN
    today = at.date()
    found = [
        message
        for days in range(-BACK, AHEAD + 1)
        for message in reader.messages_on(today + timedelta(days=days))
        if message.to == sender and message.channel is channel and message.state in went
    ]
    before = [message for message in found if (message.sent_at or message.made_at) <= at]
    return max(before or found, key=lambda m: m.sent_at or m.made_at, default=None)


def _readable(text: str) -> str:
    kept = "".join(c for c in text if c.isprintable() or c == "\n")
    return kept.strip()[:LONGEST_REPLY]


def _digest(sender: str, text: str, at: datetime) -> str:
    return hashlib.sha256(f"{sender}\n{at.isoformat()}\n{text}".encode("utf-8", "replace")).hexdigest()[:32]
