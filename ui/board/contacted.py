"""What the inspector says of contacts with an order's customer: the newest of them, and how many more there are.

Knows no Qt. Made from what was looked up of one order (`Contacts`).
"""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.customers import Wish
from dispatcher.domain.messages import Call, Message, Reply
from dispatcher.services.contacts import Contacts
from ui import format as fmt
from ui.board.parts import Fact
from ui.messages.words import STATES, shown

MOST = 5
"""So many are told; the order's form has all of them."""
LONGEST = 140
WANTING = frozenset({"late", "risk"})
"""Tones of what went wrong; the rest is said quietly."""

type _Said = tuple[datetime, str, str]
"""When, what, and in which tone."""


def facts_of(contacts: Contacts | None, zone: ZoneInfo, on: date) -> tuple[Fact, ...]:
    """The newest first; times of other dates than `on` with their date. Empty where there were none."""
    if contacts is None:
        return ()
    said = sorted(_said(contacts), key=lambda each: each[0], reverse=True)
    facts = [Fact(_when(at, zone, on), words, tone) for at, words, tone in said[:MOST]]
    more = len(said) - MOST
    return (*facts, *([Fact("Before", f"{fmt.count(more, 'more', 'more')}, under Edit order")] if more > 0 else []))


def _said(contacts: Contacts) -> Iterator[_Said]:
    yield from map(_message, contacts.messages)
    yield from map(_reply, contacts.replies)
    yield from map(_call, contacts.calls)
    yield from map(_wish, contacts.wishes)


def _message(message: Message) -> _Said:
    fault = f" ({message.fault})" if message.fault else ""
    by = f", by {message.by}" if message.by else ""
    tone = STATES[message.state][1]
    words = _lines(f"{message.channel}, {message.event}: {message.state}{fault}{by}", shown(message.text))
    return message.sent_at or message.made_at, words, tone if tone in WANTING else "text"


def _reply(reply: Reply) -> _Said:
    seen = f"read by {reply.seen_by}" if reply.seen_at else "not read yet"
    return reply.at, _lines(f"Reply by {reply.channel}, {seen}", reply.text), "text" if reply.seen_at else "accent"


def _call(call: Call) -> _Said:
    went = f"Call {'' if call.reached else 'not '}answered, noted by {call.by}"
    return call.at, _lines(went, call.text), "text"


def _wish(wish: Wish) -> _Said:
    answer = f", {wish.answer}" if wish.answer else ""
    return wish.at, _lines(f"Wish, {wish.kind}: {wish.state}{answer}", wish.text), "text"


def _lines(what: str, text: str) -> str:
    said = " ".join(text.split())
    return f"{what}\n{said if len(said) <= LONGEST else said[:LONGEST].rstrip() + ' …'}".rstrip()


def _when(at: datetime, zone: ZoneInfo, on: date) -> str:
    local = at.astimezone(zone)
    time = fmt.clock(at, zone)
    return time if local.date() == on else f"{fmt.weekday_date(local.date()).split(' ', 1)[1]} {time}"
