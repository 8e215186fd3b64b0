"""What is true of a day's orders at a moment, and may be worth telling: planned, on the way, near, late, done."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dispatcher.domain.depot import Depot
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.messages import Channel, Event, Message, MessageState
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.proof import Attempt, OneTimeCode, Outcome
from dispatcher.domain.schedule import Schedule, StopTimes
from dispatcher.domain.time import TimeWindow, at_local, midnight
from dispatcher.domain.tracking import LiveRound, LiveStop
from dispatcher.messages.fields import Facts
from dispatcher.messages.templates import handover_words, reason_words
from dispatcher.services.telling_keys import Interval, key_of, name_of, promise_of

CODE_BEFORE = timedelta(hours=1)
"""One-time codes are told from so long before the round starts."""
NEAR_FOR = timedelta(minutes=20)
AFTERWARDS = timedelta(hours=24)
APART = timedelta(minutes=15)
"""Who was told that the round has begun is not told of the last stops within this."""
DAY_BEFORE_WIDTH, ON_ROAD_WIDTH = timedelta(hours=1), timedelta(minutes=15)
"""A promise reaches so far at least to either side of the arrival expected."""


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
