"""What lies on the desk: addresses to look at, messages that did not arrive, replies and wishes to answer."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.customers import Wish
from dispatcher.domain.incidents import IncidentKind
from dispatcher.domain.messages import Message, MessageState, Reply
from dispatcher.domain.orders import Order
from dispatcher.incidents.wanted import Wanted

LONGEST = 200
"""Characters of somebody's words that are told."""


def address_rules(doubtful: Iterable[Order], today: date, now: datetime) -> Iterator[Wanted]:
    """Open orders of today and days ahead of whose address nobody is sure."""
    for order in doubtful:
        if order.date >= today:
            found = f"; {order.address.matched} is the nearest that is known" if order.address.matched else ""
            sure = "not sure" if order.address.place else "not found"
            what = f"{order.address.text or 'An empty address'}: {sure}{found}."
            yield Wanted(IncidentKind.ADDRESS, order.date, order.id, what, now, None, order.id)


_WHETHER = {MessageState.FAILED: "did not go out", MessageState.UNKNOWN: "may or may not have gone out"}


def message_rules(messages: Iterable[Message]) -> Iterator[Wanted]:
    """Messages that nobody got, or of which nobody knows, until they are out."""
    for message in messages:
        whether = _WHETHER.get(message.state, "waits to be sent again")
        why = f": {message.fault.rstrip('.')}" if message.fault and message.state in _WHETHER else ""
        what = f"The message “{message.event.value}” to {message.to or 'nobody'} {whether}{why}."
        since = message.sent_at or message.made_at
        yield Wanted(IncidentKind.UNDELIVERABLE, message.on, message.id, what, since, None, message.order_id)


def reply_rules(replies: Iterable[Reply], zone: ZoneInfo) -> Iterator[Wanted]:
    """What somebody wrote and nobody has seen. Who only asked for no more messages, or for them again, got it."""
    for reply in replies:
        if reply.opted is None:
            whose = "" if reply.order_id else f" (from {reply.sender}, of whom no order is known)"
            what = f"“{_short(reply.text)}”{whose}"
            on = reply.at.astimezone(zone).date()
            yield Wanted(IncidentKind.REPLY, on, reply.id, what, reply.at, None, reply.order_id)


def wish_rules(wishes: Iterable[Wish], zone: ZoneInfo) -> Iterator[Wanted]:
    """What customers ask for on their pages."""
    for wish in wishes:
        on = wish.at.astimezone(zone).date()
        yield Wanted(IncidentKind.WISH, on, wish.id, wish_words(wish, zone), wish.at, None, wish.order_id)


def wish_words(wish: Wish, zone: ZoneInfo) -> str:
    """A wish in words: "another day: Tuesday 24 November"."""
    parts = [f"{wish.on:%A} {wish.on.day} {wish.on:%B}"] if wish.on else []
    if wish.opens_at and wish.closes_at:
        parts.append(f"{wish.opens_at.astimezone(zone):%H:%M}–{wish.closes_at.astimezone(zone):%H:%M}")
    if wish.text:
        parts.append(f"“{_short(wish.text)}”")
    return f"{wish.kind.value.capitalize()}{': ' if parts else ''}{', '.join(parts)}"


def left_out_rule(file: str, rows: int, path: str, on: date, at: datetime) -> Wanted:
    """An import that left rows out; it says so itself, when it ends."""
    many = "1 row was" if rows == 1 else f"{rows:,} rows were"
    where = f" They are in {path}." if path else ""
    return Wanted(IncidentKind.LEFT_OUT, on, file, f"{file}: {many} left out.{where}", at)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
