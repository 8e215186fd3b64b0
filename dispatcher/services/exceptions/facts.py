"""What exceptions are made of: read from logbook and plan in one look, little of it twice. Writes nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from dispatcher.domain.customers import Wish
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind
from dispatcher.domain.loading import LoadedPiece
from dispatcher.domain.messages import Message, MessageState, Reply
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.proof import Attempt, Outcome
from dispatcher.domain.review import Decision
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.tracking import Risk
from dispatcher.incidents.rules_door import Tried, cash_short
from dispatcher.incidents.rules_road import Ended
from dispatcher.services.exceptions.chain import Chains, DayChain
from dispatcher.services.exceptions.rounds import RoundSaid, RoundsSaid
from dispatcher.services.liveday import LiveDay
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.ports import Reader, Store
from dispatcher.services.today import day_on_road

LOOK_BACK = timedelta(days=3)
"""So far back something new is raised: over a weekend."""
MOST_DATES = 40
"""Dates with something open that are looked at, the latest; what is older waits until a person closes it."""
TROUBLED = MessageState.FAILED, MessageState.UNKNOWN
WAITING = MessageState.QUEUED, MessageState.SENDING


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is at the depot, and by which habits."""

    now: datetime
    zone: ZoneInfo
    on_road: date
    """The day that is driven now."""
    policy: RoadPolicy

    @property
    def today(self) -> date:
        """The date at the depot."""
        return self.now.astimezone(self.zone).date()

    @property
    def raise_from(self) -> date:
        """Nothing new is raised of dates before."""
        return self.today - LOOK_BACK


def moment_of(store: Store, now: datetime) -> Moment:
    """As the depot's settings have it."""

    def read(reader: Reader) -> Moment:
        depot = reader.depot()
        return Moment(now, depot.zone, day_on_road(reader, now), depot.road)

    return store.read(read)


@dataclass(frozen=True)
class Seen:
    """Everything that is so at a moment."""

    moment: Moment
    live: LiveDay | None
    chains: Mapping[date, DayChain]
    """Of every date looked at."""
    rounds: Mapping[ShiftId, RoundSaid]
    orders: Mapping[OrderId, Order]
    """As they are now, of all orders that anything is about."""
    doubtful: Sequence[Order]
    ended: Sequence[Ended]
    goods: Sequence[CagedGoods]
    """All that came back, or should have, and has not left again."""
    messages: Sequence[Message]
    replies: Sequence[Reply]
    wishes: Sequence[Wish]
    short: Mapping[OrderId, Sequence[LoadedPiece]] = field(default_factory=dict)
    """Pieces that the depot said are not there, or damaged, at loading."""

    @property
    def dates(self) -> frozenset[date]:
        """The dates looked at."""
        return frozenset(self.chains)

    @cached_property
    def latest(self) -> Mapping[date, Mapping[OrderId, Attempt]]:
        """The latest attempt at each order, by date."""
        return {on: chain.latest() for on, chain in self.chains.items()}

    @cached_property
    def tries(self) -> Sequence[Tried]:
        """The attempts that anything is to be said of."""
        return [self.tried(attempt, on) for on, chain in self.chains.items() for attempt in notable(chain)]

    @cached_property
    def untouched(self) -> frozenset[tuple[date, OrderId]]:
        """Stops where nobody was when their round was over."""
        return frozenset((ended.on, order.id) for ended in self.ended for order in ended.untouched)

    def tried(self, attempt: Attempt, on: date) -> Tried:
        """An attempt of that date, with what is known about it."""
        chain = self.chains[on]
        review = chain.reviews.get((attempt.device_id, attempt.key))
        rejected = review if review and review.decision is Decision.REJECTED else None
        return Tried(attempt, on, self.orders.get(attempt.order_id), chain.reason(attempt), rejected)

    @cached_property
    def over(self) -> frozenset[ShiftId]:
        """Shifts whose rounds nobody drives any more."""
        return frozenset(said.shift_id for said in self.rounds.values() if said.over(self.moment.now))

    def latest_try(self, order_id: OrderId, on: date) -> Tried | None:
        """The latest attempt at an order on a date."""
        attempt = self.latest.get(on, {}).get(order_id)
        return self.tried(attempt, on) if attempt else None


def notable(chain: DayChain) -> Iterator[Attempt]:
    """Attempts that are no plain deliveries."""
    for name, attempt in chain.attempts.items():
        review = chain.reviews.get(name)
        rejected = review is not None and review.decision is Decision.REJECTED
        if attempt.outcome is not Outcome.DELIVERED or rejected or cash_short(attempt):
            yield attempt


@dataclass(slots=True)
class Facts:
    """Reads everything, and remembers what does not change. One thread at a time."""

    store: Store
    _chains: Chains = field(default_factory=Chains)
    _rounds: RoundsSaid = field(default_factory=RoundsSaid)
    _doubtful: tuple[int, Sequence[Order]] = (-1, ())
    over: frozenset[ShiftId] = frozenset()
    """Shifts whose rounds were over at the last look."""

    def look(self, book: LogbookReader, opened: Collection[Incident], live: LiveDay | None, moment: Moment) -> Seen:
        """Read on. `opened` are the exceptions that are open, whose dates are looked at besides."""
        goods = book.goods_expected()
        dates = _dates((*(i.on for i in opened), *(piece.on for piece in goods)), live, moment)
        dates |= _loaded_ahead(book, opened, moment.today)
        chains = self._chains.read_on(book, dates)
        rounds = self._rounds.read_on(book, dates)
        ids = {attempt.order_id for chain in chains.values() for attempt in notable(chain)}
        ids |= {piece.order_id for piece in goods} | {
            order_id for said in rounds.values() for order_id, loading in said.loading.items() if loading.missing
        }
        short = _short_on(book, dates)
        ids |= _risky(live) if live else set()
        ids |= set(short)
        orders, doubtful = self.store.read(partial(self._orders, ids=ids))
        moved_to = {orders[p.order_id].date for p in goods if p.order_id in orders} - dates
        chains = self._chains.read_on(book, dates | {on for on in moved_to if on <= moment.today})
        self._chains.forget(chains)
        seen = Seen(
            moment=moment,
            live=live,
            chains=chains,
            rounds=rounds,
            orders=orders,
            doubtful=doubtful,
            ended=list(self._ended(rounds.values(), chains, moment.now)),
            goods=goods,
            short=short,
            messages=[*book.messages_in(TROUBLED), *_sent_again(book, opened)],
            replies=book.replies(unseen=True),
            wishes=book.wishes(),
        )
        self.over = seen.over
        return seen

    def _orders(self, reader: Reader, ids: Collection[OrderId]) -> tuple[Mapping[OrderId, Order], Sequence[Order]]:
        if self._doubtful[0] != reader.revision:
            self._doubtful = reader.revision, reader.doubtful_orders()
        return {order.id: order for order in reader.orders(ids)}, self._doubtful[1]

    def _ended(self, rounds: Iterable[RoundSaid], chains: Mapping[date, DayChain], now: datetime) -> Iterator[Ended]:
        """The rounds that are over, with what nobody touched of them."""
        over = [round_ for round_ in rounds if round_.over(now)]
        for on in {round_.on for round_ in over}:
            some = {round_.shift_id: round_ for round_ in over if round_.on == on}
            left = self.store.read(partial(_left_in, on=on, shift_ids=set(some), latest=chains[on].latest()))
            for shift_id, said in some.items():
                yield Ended(on, shift_id, said.driver_id, said.until, said.ended_at is not None, left[shift_id])


def _left_in(
    reader: Reader, *, on: date, shift_ids: Collection[ShiftId], latest: Mapping[OrderId, Attempt]
) -> Mapping[ShiftId, Sequence[Order]]:
    """What these rounds still have to do, by the plan and by the chain."""
    routes = {r.shift_id: [s.order_id for s in r.stops if not s.done] for r in reader.plan(on).routes}
    routes = {shift_id: routes.get(shift_id, []) for shift_id in shift_ids}
    orders = {o.id: o for o in reader.orders([o for some in routes.values() for o in some])}

    def left(order_id: OrderId) -> bool:
        order, attempt = orders.get(order_id), latest.get(order_id)
        open_ = order is not None and order.state is OrderState.OPEN
        return bool(order and open_ and (attempt is None or attempt.number < order.attempt))

    return {shift_id: [orders[o] for o in some if left(o)] for shift_id, some in routes.items()}


def _sent_again(book: LogbookReader, opened: Iterable[Incident]) -> Iterator[Message]:
    """Messages nobody got that wait once more: until they are out nothing is settled."""
    for incident in opened:
        message = book.message(incident.about) if incident.kind is IncidentKind.UNDELIVERABLE else None
        if message is not None and message.state in WAITING:
            yield message


def _dates(open_on: Iterable[date], live: LiveDay | None, moment: Moment) -> frozenset[date]:
    """Today and yesterday, the day shown, and those with something open."""
    today = moment.today
    near = {today, today - timedelta(days=1), moment.on_road}
    if live is not None and moment.raise_from <= live.date <= today:
        near.add(live.date)
    older = sorted({on for on in open_on if on <= today} - near, reverse=True)
    return frozenset(near) | frozenset(older[:MOST_DATES])


def _loaded_ahead(book: LogbookReader, opened: Iterable[Incident], today: date) -> frozenset[date]:
    """Days to come whose vans are loaded already, as on the evening before, as far as something is missing, or was."""
    was = {i.on for i in opened if i.kind is IncidentKind.MISSING_LOADING and i.on > today}
    return frozenset(was | set(book.missing_dates(today)))


def _short_on(book: LogbookReader, dates: Iterable[date]) -> Mapping[OrderId, Sequence[LoadedPiece]]:
    found: dict[OrderId, list[LoadedPiece]] = {}
    for piece in (piece for on in sorted(dates) for piece in book.missing_on(on)):
        same = found.setdefault(piece.order_id, [])
        same[:] = [*(other for other in same if other.on == piece.on), piece]
    return found


def _risky(live: LiveDay) -> set[OrderId]:
    return {s.order_id for r in live.rounds.values() for s in r.stops if s.risk is not Risk.NONE}
