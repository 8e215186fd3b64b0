"""Which customers are to be told what, of a day as it stands: plain values in, messages out, nothing read or written.

A notice is something that is true of an order at this moment. One that is due, and was not told, becomes a message;
a message that waits and is no notice any more is not sent. So asking again changes nothing, however fast time runs.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import new_id
from dispatcher.domain.messages import Channel, Event, Message, MessageState
from dispatcher.messages.quiet import quiet_until
from dispatcher.messages.reach import Reached, is_silenced, reach
from dispatcher.messages.templates import template_for
from dispatcher.messages.words import Text, text_of
from dispatcher.services.telling_keys import key_of, name_of, promise_of
from dispatcher.services.telling_notices import DAY_BEFORE_WIDTH, ON_ROAD_WIDTH, Notice, Standing, notices

__all__ = [
    "DAY_BEFORE_WIDTH", "NO_ADDRESS", "NO_WORDS", "ON_ROAD_WIDTH", "SILENCED", "UNTRUE", "Standing", "changes",
]  # fmt: skip

UNTRUE = "not true any more"
NO_ADDRESS = "cannot be reached: "
NO_WORDS = "has no words: "
SILENCED = "asked for no messages"


def changes(standing: Standing) -> Sequence[Message]:
    """Messages to put: new ones, ones that are true again or say another time, and ones that expire."""
    policy = standing.depot.road.messages
    told: dict[tuple[str, ...], Message] = {}
    for message in standing.told:
        told[name_of(message.key)] = message
    true: set[tuple[str, ...]] = set()
    found = []
    for notice in notices(standing, told):
        name = _name(notice, standing)
        true.add(name)
        before = told.get(name)
        if notice.event not in policy.events or not (_wants(notice, before, policy.delayed_s)):
            continue
        made = _message(notice, standing, before)
        if made and (before is None or made.state is MessageState.QUEUED):
            found.append(made)
    return [*found, *_untrue(standing, true, {message.id for message in found})]


def _name(notice: Notice, standing: Standing) -> tuple[str, ...]:
    on = standing.day.date
    return name_of(key_of(notice.order.id, notice.attempt, on, notice.event, Channel.SMS, notice.mark))


def _wants(notice: Notice, before: Message | None, moved_s: int) -> bool:
    if before is None:
        return notice.due
    if before.by:
        return False
    if before.state is MessageState.QUEUED:
        promised = promise_of(before.key)
        return bool(
            promised and notice.interval and abs(notice.interval.until - promised.until).total_seconds() > moved_s
        )
    again = before.state is MessageState.EXPIRED and before.tries == 0
    unsaid = before.state is MessageState.WITHHELD and before.fault.startswith((NO_ADDRESS, NO_WORDS))
    return notice.due and (again or unsaid)


def _untrue(standing: Standing, true: Collection[tuple[str, ...]], put: Collection[str]) -> Iterator[Message]:
    known = frozenset(Event) - {Event.WRITTEN} if standing.followed else {Event.SCHEDULED, Event.CODE}
    for message in standing.told:
        waits = message.state is MessageState.QUEUED and not message.by and message.event in known
        if waits and message.id not in put and name_of(message.key) not in true:
            yield replace(message, state=MessageState.EXPIRED, fault=UNTRUE, next_at=None)


def _message(notice: Notice, standing: Standing, before: Message | None) -> Message | None:
    """The message of a notice; withheld, with why, where it cannot be sent."""
    depot, order, now = standing.depot, notice.order, standing.now
    policy = depot.road.messages
    to = reach(order.contact, country=policy.country, prefer=policy.prefer)
    made = Message(
        id=before.id if before else new_id(),
        key=key_of(order.id, notice.attempt, standing.day.date, notice.event, to.channel, notice.mark, notice.interval),
        order_id=order.id,
        on=standing.day.date,
        event=notice.event,
        channel=to.channel,
        to=to.to,
        text="",
        made_at=now,
        language=policy.language,
        not_before=_later(notice.not_before, now, standing) if notice.event is not Event.CODE else None,
        expires_at=notice.expires_at,
    )
    try:
        said = _words(notice, to, standing)
    except BadInput as fault:
        return replace(made, state=MessageState.WITHHELD, fault=f"{NO_WORDS}{fault}")
    made = replace(made, text=said.text, subject=said.subject)
    if is_silenced(order.contact, policy.country, standing.silenced):
        return replace(made, state=MessageState.WITHHELD, fault=SILENCED)
    if not to.to:
        return replace(made, state=MessageState.WITHHELD, fault=f"{NO_ADDRESS}{to.why}")
    if made.not_before and made.not_before >= notice.expires_at:
        return replace(made, state=MessageState.EXPIRED, fault="the quiet hours last too long for it")
    return made


def _words(notice: Notice, to: Reached, standing: Standing) -> Text:
    template = template_for(standing.depot.road.messages, notice.event, to.channel)
    if template is None:
        raise BadInput(f"There is no template for “{notice.event.value}”.", "Write one.")
    # made only here: of most notices nothing is said
    return text_of(template, replace(notice.facts, link=standing.link_of(notice.order.id)))


def _later(earliest: datetime | None, now: datetime, standing: Standing) -> datetime | None:
    """Not before this, nor in the quiet hours it falls into."""
    moment = max(now, earliest) if earliest else now
    return quiet_until(moment, standing.depot.road.messages, standing.depot.zone) or (
        earliest if moment > now else None
    )
