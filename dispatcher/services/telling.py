"""Which customers are to be told what, of a day as it stands: plain values in, messages out, nothing read or written.

A notice is something that is true of an order at this moment. One that is due, and was not told, becomes a message;
a message that waits and is no notice any more is not sent. So asking again changes nothing, however fast time runs.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, ShiftId, new_id
from dispatcher.domain.messages import Channel, Event, Message, MessageState
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.proof import Attempt, OneTimeCode, Outcome
from dispatcher.domain.schedule import Schedule, StopTimes
from dispatcher.domain.time import TimeWindow, at_local, midnight
from dispatcher.domain.tracking import LiveRound, LiveStop
from dispatcher.messages.fields import Facts
from dispatcher.messages.quiet import quiet_until
from dispatcher.messages.reach import Reached, is_silenced, reach
from dispatcher.messages.templates import handover_words, reason_words, template_for
from dispatcher.messages.words import Text, text_of
from dispatcher.services.telling_keys import Interval, key_of, name_of, promise_of

CODE_BEFORE = timedelta(hours=1)
"""One-time codes are told from so long before the round starts."""
NEAR_FOR = timedelta(minutes=20)
AFTERWARDS = timedelta(hours=24)
APART = timedelta(minutes=15)
"""Who was told that the round has begun is not told of the last stops within this."""
DAY_BEFORE_WIDTH, ON_ROAD_WIDTH = timedelta(hours=1), timedelta(minutes=15)
"""A promise reaches so far at least to either side of the arrival expected."""

UNTRUE = "not true any more"
NO_ADDRESS = "cannot be reached: "
NO_WORDS = "has no words: "
SILENCED = "asked for no messages"


@dataclass(frozen=True, slots=True)
class Standing:
    """A day as it stands, with all that telling goes by."""

    day: Day
    schedule: Schedule
    now: datetime
    followed: bool = False
    """Whether the road is followed: only then is anything known of what happens there."""
    rounds: Mapping[ShiftId, LiveRound] = field(default_factory=dict)
    begun: Collection[ShiftId] = ()
    attempts: Mapping[OrderId, Attempt] = field(default_factory=dict)
    moved: Mapping[OrderId, Order] = field(default_factory=dict)
    """Orders of the attempts that are planned for another date by now."""
    codes: Mapping[OrderId, OneTimeCode] = field(default_factory=dict)
    told: Sequence[Message] = ()
    """All messages of the date."""
    silenced: Collection[tuple[Channel, str]] = ()
    link_of: Callable[[OrderId], str] = lambda _order_id: ""
    """The address of an order's page; empty without one."""

    @property
    def depot(self) -> Depot:
        """With its habits."""
        return self.day.depot


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is true of an order."""

    order: Order
    attempt: int
    event: Event
    facts: Facts
    expires_at: datetime
    due: bool = True
    """Whether it is to be told, if it was not."""
    not_before: datetime | None = None
    mark: str = ""
    """What else makes it another message: which code, which driver's word."""
    interval: Interval | None = None


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


# --- what is true --------------------------------------------------------------------------------------------------


def notices(standing: Standing, told: Mapping[tuple[str, ...], Message]) -> Iterator[Notice]:
    """All that is true of the day's orders, by round and in their sequence."""
    for route in standing.day.plan.routes:
        yield from _ahead(route, standing, told)
    for attempt in standing.attempts.values():
        order = standing.day.orders.get(attempt.order_id) or standing.moved.get(attempt.order_id)
        if order is not None:
            yield _behind(order, attempt, standing)


def _ahead(route: Route, standing: Standing, told: Mapping[tuple[str, ...], Message]) -> Iterator[Notice]:
    times = {stop.order_id: stop for stop in _judged(standing.schedule, route.shift_id)}
    live = standing.rounds.get(route.shift_id)
    expected = {stop.order_id: stop for stop in live.stops} if live else {}
    ahead = _sequence(route, live, expected)
    begun = route.shift_id in standing.begun
    todo = [
        o for o in ahead if o in times and standing.day.orders[o].state is OrderState.OPEN if not _done(o, standing)
    ]
    for before, order_id in enumerate(todo):
        order, stop = standing.day.orders[order_id], times[order_id]
        if begun and standing.followed:
            yield from _on_road(order, _interval(stop, expected.get(order_id), standing), before, standing, told)
        elif not begun:
            yield from _day_before(order, stop, standing)
        yield from _code(order, route.shift_id, standing)


def _sequence(route: Route, live: LiveRound | None, expected: Collection[OrderId]) -> Sequence[OrderId]:
    """What lies ahead of the driver: as it is followed, and then what the plan has that is not followed yet."""
    if live is None:
        return [stop.order_id for stop in route.stops if not stop.done]
    if live.over:
        return []
    behind = {*expected, live.at_order_id, *(visit.order_id for visit in live.visits)}
    return [*expected, *(stop.order_id for stop in route.stops if not stop.done and stop.order_id not in behind)]


def _judged(schedule: Schedule, shift_id: ShiftId) -> Sequence[StopTimes]:
    times = schedule.routes.get(shift_id)
    return times.stops if times else ()


def _done(order_id: OrderId, standing: Standing) -> bool:
    attempt = standing.attempts.get(order_id)
    return attempt is not None and attempt.number >= standing.day.orders[order_id].attempt


def _day_before(order: Order, stop: StopTimes, standing: Standing) -> Iterator[Notice]:
    depot, on = standing.depot, standing.day.date
    ends = midnight(on, depot.zone)
    if standing.now >= ends:
        return
    opens = at_local(on - timedelta(days=1), depot.road.messages.scheduled_from, depot.zone)
    interval = _clipped(Interval.around(stop.starts_at, stop.starts_at, DAY_BEFORE_WIDTH, 30), order)
    facts = _facts(order, standing, interval)
    yield Notice(order, order.attempt, Event.SCHEDULED, facts, ends, standing.now >= opens, interval=interval)


def _on_road(
    order: Order, interval: Interval, before: int, standing: Standing, told: Mapping[tuple[str, ...], Message]
) -> Iterator[Notice]:
    """Of a stop that lies ahead of a driver who has set out."""
    policy, now, on = standing.depot.road.messages, standing.now, standing.day.date
    facts = replace(_facts(order, standing, interval), stops_before=before)

    def former(event: Event) -> Message | None:
        return told.get(name_of(key_of(order.id, order.attempt, on, event, Channel.SMS)))

    out = former(Event.OUT)
    expires = max(interval.until, now + NEAR_FOR)
    yield Notice(order, order.attempt, Event.OUT, facts, expires, interval=interval)
    settled = (out is not None and now - out.made_at >= APART) or Event.OUT not in policy.events
    near = settled and before <= policy.near_stops
    yield Notice(order, order.attempt, Event.NEAR, facts, now + NEAR_FOR, near, interval=interval)
    promised = _promised(filter(None, map(former, (Event.SCHEDULED, Event.OUT))))
    late = promised is not None and (interval.until - promised.until).total_seconds() > policy.delayed_s
    # what waits to say that the round has begun says the new time
    late = late and (out.state is not MessageState.QUEUED if out else Event.OUT not in policy.events)
    yield Notice(order, order.attempt, Event.DELAYED, facts, expires, late, interval=interval)


def _promised(said: Iterable[Message]) -> Interval | None:
    """What the customer was told last, as far as anybody knows."""
    went = MessageState.SENT, MessageState.SENDING, MessageState.UNKNOWN
    last = max((m for m in said if m.state in went), key=lambda m: m.sent_at or m.made_at, default=None)
    return promise_of(last.key) if last else None


def _code(order: Order, shift_id: ShiftId, standing: Standing) -> Iterator[Notice]:
    code = standing.codes.get(order.id)
    if code is None or code.attempt != order.attempt or code.right_at is not None:
        return
    due = shift_id in standing.begun or standing.now >= standing.day.shifts[shift_id].starts_at - CODE_BEFORE
    facts, mark = _facts(order, standing), code.salt.hex()[:12]
    if standing.now < code.expires_at:
        yield Notice(order, order.attempt, Event.CODE, facts, code.expires_at, due, mark=mark)


def _behind(order: Order, attempt: Attempt, standing: Standing) -> Notice:
    """Of a stop where somebody was; not told while the driver may take it back."""
    road, at = standing.depot.road, attempt.at - timedelta(seconds=attempt.skew_s)
    language = road.messages.language
    facts = replace(
        _facts(replace(order, date=standing.day.date), standing),
        at=at,
        partly=attempt.outcome is Outcome.PARTLY,
        left_with=handover_words(attempt.handover, language),
        reason=reason_words(road.reason_by_code.get(attempt.reason), language),
    )
    event = Event.FAILED if attempt.outcome is Outcome.FAILED else Event.DELIVERED
    expires, until = at + AFTERWARDS, attempt.received_at + timedelta(seconds=road.undo_s)
    return Notice(order, attempt.number, event, facts, expires, standing.now < expires, until)


def _facts(order: Order, standing: Standing, interval: Interval | None = None) -> Facts:
    depot = standing.depot
    return Facts(
        order=order,
        depot=depot.name,
        zone=depot.zone,
        phone=depot.road.phone,
        country=depot.road.messages.country,
        since=interval.since if interval else None,
        until=interval.until if interval else None,
    )


def _interval(stop: StopTimes, live: LiveStop | None, standing: Standing) -> Interval:
    """When somebody is there, as it stands on the road; never before now."""
    order = standing.day.orders[stop.order_id]
    if live is None:
        return _clipped(Interval.around(stop.starts_at, stop.starts_at, ON_ROAD_WIDTH, 15), order)
    opens = (
        max((w.opens_at for w in order.windows if w.opens_at <= live.closes_at), default=None)
        if live.closes_at
        else None
    )
    expected = max(live.expected_at, opens) if opens else live.expected_at
    around = Interval.around(expected, expected, ON_ROAD_WIDTH, 15)
    reported = Interval.around(live.earliest_at, live.latest_at, timedelta(), 15)
    return _clipped(Interval(min(around.since, reported.since), max(around.until, reported.until)), order)


def _clipped(interval: Interval, order: Order) -> Interval:
    """Not before its window opens: the driver waits. After it closes is late, and said so."""
    middle = interval.since + (interval.until - interval.since) / 2
    window = next((w for w in order.windows if w.opens_at <= middle <= w.closes_at), None)
    return _within(interval, window) if window else interval


def _within(interval: Interval, window: TimeWindow) -> Interval:
    return Interval(max(interval.since, window.opens_at.astimezone(UTC)), interval.until)
