"""What people do with messages by hand, each within a transaction: write, send again, take out, read, note calls."""

from dataclasses import replace
from datetime import datetime

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.messages import CODE_MARK, Call, Channel, Event, Message, MessageState
from dispatcher.domain.orders import Order
from dispatcher.messages.quiet import quiet_until
from dispatcher.messages.reach import is_silenced, reach
from dispatcher.messages.segments import plainer, segments_of
from dispatcher.messages.words import LONGEST_EMAIL, MOST_SEGMENTS
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.telling_keys import key_of

LONGEST_NOTE = 1_000
_AGAIN = frozenset({MessageState.FAILED, MessageState.UNKNOWN, MessageState.WITHHELD})


def write_message(
    writer: LogbookWriter,
    depot: Depot,
    order: Order,
    text: str,
    *,
    by: str,
    now: datetime,
    channel: Channel | None = None,
) -> Message:
    """Put a message of somebody's own words into the outbox; quiet hours hold it like any other.

    Raises `BadInput` without words or a name, or for a customer who cannot be reached so; `KnownError` for one who
    asked for no messages.
    """
    policy, by, text = depot.road.messages, named(by), text.replace(CODE_MARK, "").strip()
    to = reach(order.contact, country=policy.country, prefer=policy.prefer, only=channel)
    if not to.to:
        raise BadInput(f"{order.number} cannot be reached: {to.why}.", "Correct the order's contact, or call.")
    _require_wanted(writer, order, policy.country)
    text = plainer(text) if to.channel is Channel.SMS else text
    _require_fits(text, to.channel)
    made = new_id()
    message = Message(
        id=made,
        key=key_of(order.id, order.attempt, order.date, Event.WRITTEN, to.channel, made),
        order_id=order.id,
        on=order.date,
        event=Event.WRITTEN,
        channel=to.channel,
        to=to.to,
        text=text,
        made_at=now,
        subject=f"{depot.name}: {order.number}" if to.channel is Channel.EMAIL else "",
        language=policy.language,
        not_before=quiet_until(now, policy, depot.zone),
        by=by,
    )
    writer.put_message(message)
    return message


def _require_wanted(writer: LogbookWriter, order: Order, country: str) -> None:
    if is_silenced(order.contact, country, {(each.channel, each.to) for each in writer.opt_outs()}):
        raise KnownError("This customer asked for no messages.", "Call, or note that they want messages again.")


def _require_fits(text: str, channel: Channel) -> None:
    if not text:
        raise BadInput("The message is empty.", "Type what the customer is to read.")
    if channel is Channel.SMS and (parts := segments_of(text).count) > MOST_SEGMENTS:
        raise BadInput(f"That takes {parts} short messages; up to {MOST_SEGMENTS} fit.", "Shorten it.")
    if len(text) > LONGEST_EMAIL:
        raise BadInput(f"That is longer than {LONGEST_EMAIL:,} characters.", "Shorten it.")


def send_again(
    writer: LogbookWriter, depot: Depot, message_id: str, order: Order | None, *, by: str, now: datetime
) -> Message:
    """Let a message wait again that failed, was withheld, or of which nobody knows; to the contact as it is now.

    Raises `KnownError` for one that waits, went, or would not be true any more.
    """
    by, message = named(by), _found(writer, message_id)
    if message.state not in _AGAIN:
        raise KnownError(f"That message is not sent again: it is {message.state.value}.", "Write a new one.")
    if message.expires_at and message.expires_at <= now:
        raise KnownError("That message would not be true any more.", "Write a new one.")
    if not message.text:
        raise KnownError(f"That message {message.fault}", "Mend the template; it is made again by itself.")
    policy, to = depot.road.messages, message.to
    if order is not None:
        _require_wanted(writer, order, policy.country)
        found = reach(order.contact, country=policy.country, prefer=policy.prefer, only=message.channel)
        to = found.to or to
    if not to:
        raise KnownError("This customer cannot be reached so.", "Correct the order's contact, or call.")
    again = replace(
        message,
        to=to,
        state=MessageState.QUEUED,
        tries=0,
        next_at=None,
        not_before=None if message.event is Event.CODE else quiet_until(now, policy, depot.zone),
        fault=f"sent again by {by}",
        by=message.by or by,
    )
    writer.put_message(again)
    return again


def drop(writer: LogbookWriter, message_id: str, *, by: str) -> Message:
    """Take a message out that waits. Raises `KnownError` for one that does not."""
    by, message = named(by), _found(writer, message_id)
    if message.state is not MessageState.QUEUED:
        raise KnownError(f"That message cannot be taken out: it is {message.state.value}.", "")
    dropped = replace(message, state=MessageState.WITHHELD, fault=f"taken out by {by}", next_at=None)
    writer.put_message(dropped)
    return dropped


def note_call(
    writer: LogbookWriter, order_id: OrderId, to: str, text: str, reached: bool, *, by: str, now: datetime
) -> Call:
    """Keep a call, or another contact. Raises `BadInput` without a name or a word of what came of it."""
    call = Call(new_id(), order_id, now, named(by), to.strip()[:LONGEST_NOTE], text.strip()[:LONGEST_NOTE], reached)
    if reached and not call.text:
        raise BadInput("The call has no words.", "Type what was said.")
    writer.put_call(call)
    return call


def mark_seen(writer: LogbookWriter, reply_id: str, *, by: str, now: datetime) -> None:
    """Note that somebody read a reply; who read it first stays. Raises `BadInput` without a name."""
    who = named(by)
    unseen = next((reply for reply in writer.replies(unseen=True) if reply.id == reply_id), None)
    if unseen is not None:
        writer.put_reply(replace(unseen, seen_at=now, seen_by=who))


def named(by: str) -> str:
    """The name of who does it. Raises `BadInput` without one."""
    if not by.strip():
        raise BadInput("Nobody says who did it.", "Type your name.")
    return by.strip()


def _found(writer: LogbookWriter, message_id: str) -> Message:
    message = writer.message(message_id)
    if message is None:
        raise KnownError("There is no such message any more.", "Look at the list again.")
    return message
