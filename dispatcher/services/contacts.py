"""Every contact with the customer of an order: what was told and answered, calls, wishes; and whose a reply is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from dispatcher.domain.customers import Wish
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import Call, Message, Reply
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.outbox_written import named
from dispatcher.services.workplace import Workplace

BACK = timedelta(days=60)
"""So far back a reply is looked for."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """Of one order."""

    order_id: OrderId
    messages: Sequence[Message] = ()
    replies: Sequence[Reply] = ()
    calls: Sequence[Call] = ()
    wishes: Sequence[Wish] = ()


def contacts_of(workplace: Workplace, order_id: OrderId) -> Contacts:
    """All there were; none where nobody follows the road."""
    if workplace.live is None:
        return Contacts(order_id)

    def read(reader: LogbookReader) -> Contacts:
        return Contacts(
            order_id,
            reader.messages_of(order_id),
            reader.replies_of(order_id),
            reader.calls_of(order_id),
            reader.wishes_of(order_id),
        )

    return workplace.live.logbook.read(read)


def put_reply_to(workplace: Workplace, reply_id: str, order_id: OrderId, by: str) -> Reply:
    """Say which order a stranger's reply is about; it is read with that. Raises `KnownError`."""
    who, now = named(by), workplace.clock()
    if workplace.live is None or workplace.what_if is not None:
        raise KnownError("Replies are put to orders in the depot itself.", "Go back to the depot.")

    def put(writer: LogbookWriter) -> Reply:
        found = {reply.id: reply for reply in (*writer.replies(now - BACK), *writer.replies(unseen=True))}
        if reply_id not in found:
            raise KnownError("There is no such reply any more.", "Look at the list again.")
        reply = found[reply_id]
        changed = replace(reply, order_id=order_id, seen_at=reply.seen_at or now, seen_by=reply.seen_by or who)
        writer.put_reply(changed)
        return changed

    return workplace.live.logbook.write(put)
