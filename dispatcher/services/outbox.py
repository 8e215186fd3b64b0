"""The message desk: tells customers of their orders, sends what waits, takes what comes back. For worker threads.

Nothing here depends on how often it is asked: `step` makes what is due and was not made, `send_some` hands over what
waits and may go. In a what-if copy, or where nobody follows the road, it only looks.
"""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.messages import Call, Channel, Message, MessageState, OptOut, Reply
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.messages.reach import address_of
from dispatcher.services.codes import depot_secret, ends_of, issue_codes, wants_code
from dispatcher.services.customer_pages_links import link_of
from dispatcher.services.driving_progress import progress_of
from dispatcher.services.liveday import LiveDay
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.outbox_lines import line_for
from dispatcher.services.outbox_post import Post, Sent
from dispatcher.services.outbox_written import drop, mark_seen, named, note_call, send_again, write_message
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.replies import silence
from dispatcher.services.telling import Standing, changes
from dispatcher.services.today import Today
from dispatcher.services.trying import try_line
from dispatcher.services.workplace import Workplace

__all__ = ["LineState", "MessageDesk", "Outbox", "Sent", "Told", "write_message"]

CODES_AT_ONCE = 20
"""Each takes some 40 ms to issue."""
REPLIES_FOR = timedelta(days=7)
OLD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Told:
    """What a step led to."""

    made: int = 0
    expired: int = 0
    """That waited and are not true any more."""


@dataclass(frozen=True, slots=True)
class LineState:
    """How a line stands."""

    name: str
    """Empty where none is set up."""
    fault: str = ""
    """Why it rests, or cannot work."""
    rests_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outbox:
    """All there is to see of a date's messages."""

    messages: Sequence[Message] = ()
    """In the order they were made."""
    replies: Sequence[Reply] = ()
    """Of the last seven days, and all that nobody has seen."""
    opt_outs: Sequence[OptOut] = ()
    counts: Mapping[MessageState, int] = field(default_factory=dict)
    """Of `messages`."""
    lines: Mapping[Channel, LineState] = field(default_factory=dict)
    on: bool = False
    """Whether the depot tells customers anything by itself."""


class MessageDesk:
    """A depot's messages to its customers. Any thread; one `step` and one `send_some` at a time."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._telling = threading.Lock()
        self._begun: tuple[int, date, frozenset[ShiftId]] = (-1, date.min, frozenset())
        self._aside: PlanningDesk | None = None
        self._beside: Outlook | None = None
        self._post = Post(workplace, self.folder)

    @property
    def folder(self) -> Path:
        """The gateway's, where secrets lie."""
        return self._workplace.home.database(self._workplace.slug).parent / "gateway"

    @property
    def works(self) -> bool:
        """Whether anything is made and sent here: not in a copy to try things out in."""
        return self._workplace.live is not None and self._workplace.what_if is None

    # telling

    def step(self, outlook: Outlook, live: LiveDay | None = None) -> Told:
        """Make the messages that are due on a day as it stands, and let go of those not true any more.

        Without `live` nothing is known of the road, so nothing is told or let go that happens there.
        """
        now, depot = self._workplace.clock(), outlook.day.depot
        on, today = outlook.day.date, now.astimezone(depot.zone).date()
        if not self.works or not depot.road.messages.on or not today - OLD < on <= today + timedelta(days=1):
            return Told()
        with self._telling:
            self._issue_codes(outlook, now)
            standing = self._standing(outlook, live if live and live.date == on else None, now)
            return self._put(standing, changes(standing))

    def beside(self, today: Today) -> Outlook:
        """The day on the road while another one is shown; judged once for every reading of it."""
        if self._beside is None or self._beside.day != today.day:
            self._beside = self._judged(today.day)
        return self._beside

    def tomorrow(self) -> Outlook | None:
        """The next day, read and judged, from the hour on at which its customers are told; `None` before, or empty."""
        depot, now = self._workplace.depot, self._workplace.clock()
        local = now.astimezone(depot.zone)
        if not self.works or not depot.road.messages.on or local.time() < depot.road.messages.scheduled_from:
            return None
        day = self._workplace.store.read(lambda book: book.day(local.date() + timedelta(days=1)))
        return self._judged(day) if day.orders else None

    def _judged(self, day: Day) -> Outlook:
        """A day that is not shown, by a desk of its own: the tables of the one shown stay as they are."""
        if self._aside is None:
            self._aside = PlanningDesk(self._workplace.roads)
        return self._aside.look(day, why=False)

    def close(self) -> None:
        """Let go of what days were judged by. Nobody must be asking meanwhile."""
        if self._aside is not None:
            self._aside.close()
            self._aside = None

    def _standing(self, outlook: Outlook, live: LiveDay | None, now: datetime) -> Standing:
        day, attempts = outlook.day, live.attempts if live else {}
        moved = [order_id for order_id in attempts if order_id not in day.orders]
        elsewhere = self._workplace.store.read(lambda book: book.orders(moved)) if moved else ()
        begun = {s for s, r in live.rounds.items() if r.visits} if live else set()
        begun |= {attempt.shift_id for attempt in attempts.values()}

        def read(reader: LogbookReader) -> Standing:
            wanting = [o for o in day.orders.values() if wants_code(o, day.depot.road)]
            codes = {order.id: reader.code(order.id, order.attempt) for order in wanting}
            return Standing(
                day,
                outlook.schedule,
                now,
                followed=live is not None,
                rounds=live.rounds if live else {},
                begun=begun | self._set_out(reader, day.date, day.shifts),
                attempts=attempts,
                moved={order.id: order for order in elsewhere},
                codes={order_id: code for order_id, code in codes.items() if code},
                told=reader.messages_on(day.date),
                silenced={(each.channel, each.to) for each in reader.opt_outs()},
                link_of=self._link_of(day.depot),
            )

        return self._logbook().read(read)

    def _set_out(self, reader: LogbookReader, on: date, shift_ids: Collection[ShiftId]) -> frozenset[ShiftId]:
        """Rounds that their drivers said to have begun; read again only after somebody said something."""
        n = reader.last_action()
        if self._begun[:2] != (n, on):
            begun = {s for s, progress in progress_of(reader, shift_ids).items() if progress.begun_at}
            self._begun = n, on, frozenset(begun)
        return self._begun[2]

    def _link_of(self, depot: Depot) -> Callable[[OrderId], str]:
        if not depot.road.messages.page:
            return lambda _order_id: ""
        return partial(link_of, policy=depot.road, secret=depot_secret(self.folder))

    def _issue_codes(self, outlook: Outlook, now: datetime) -> None:
        """A few of those that rounds about to begin still lack; the rest with the next steps."""
        day = outlook.day
        planned = (day.orders[order_id] for route in day.plan.routes for order_id in route.order_ids)
        wanting = [order for order in planned if wants_code(order, day.depot.road)]
        soon = min((s.starts_at for s in day.shifts.values()), default=now) - timedelta(hours=1) <= now
        if not wanting or not soon:
            return
        lacking = self._logbook().read(lambda book: [o for o in wanting if book.code(o.id, o.attempt) is None])
        if lacking:
            road, zone, secret = day.depot.road, day.depot.zone, depot_secret(self.folder)
            some = lacking[:CODES_AT_ONCE]
            issue_codes(self._logbook(), some, policy=road, zone=zone, secret=secret, now=now, ends=ends_of(day))

    def _put(self, standing: Standing, changed: Sequence[Message]) -> Told:
        if not changed:
            return Told()
        seen = {message.id: message for message in standing.told}

        def put(writer: LogbookWriter) -> Told:
            counts: Counter[bool] = Counter()
            for message in changed:
                # what was leased or silenced meanwhile stays as it is now
                if writer.message(message.id) == seen.get(message.id) and writer.put_message(message):
                    counts[message.id in seen and message.state is MessageState.EXPIRED] += 1
            return Told(counts[False], counts[True])

        return self._logbook().write(put)

    # sending

    def send_some(self, cancel: Callable[[], bool] = lambda: False, most: int = 100) -> Sent:
        """Hand over what waits and may go, in order; `most` at once. Says when to come again."""
        return self._post.send_some(cancel, most) if self.works else Sent()

    def try_line(self, channel: Channel, to: str) -> str:
        """Send a line of test to this address, past the outbox; what the line says. Raises `KnownError`."""
        depot = self._workplace.depot
        return try_line(
            depot.road.messages, channel, to, depot=depot.name, folder=self.folder, now=self._workplace.clock()
        )

    # looking

    def box(self, on: date) -> Outbox:
        """What there is to see of a date."""
        if self._workplace.live is None:
            return Outbox()
        since, policy = self._workplace.clock() - REPLIES_FOR, self._workplace.depot.road.messages

        def read(reader: LogbookReader) -> Outbox:
            messages = reader.messages_on(on)
            replies = {reply.id: reply for reply in (*reader.replies(since), *reader.replies(unseen=True))}
            return Outbox(
                messages,
                sorted(replies.values(), key=lambda reply: (reply.at, reply.id)),
                reader.opt_outs(),
                Counter(message.state for message in messages),
                {channel: self._line_state(channel) for channel in Channel},
                policy.on,
            )

        return self._logbook().read(read)

    def _line_state(self, channel: Channel) -> LineState:
        rest = self._post.rests.get(channel)
        try:
            line = line_for(self._workplace.depot.road.messages, channel, self.folder)
        except KnownError as fault:
            return LineState("", str(fault))
        resting = rest and rest.until > self._workplace.clock()
        return LineState(
            line.name if line else "", rest.words if rest else "", rest.until if rest and resting else None
        )

    # by hand

    def write_message(self, order: Order, text: str, by: str, channel: Channel | None = None) -> Message:
        """Put a message of somebody's own words into the outbox. Raises `KnownError`."""
        depot, now = self._workplace.depot, self._workplace.clock()
        return self._writes(lambda w: write_message(w, depot, order, text, by=by, now=now, channel=channel))

    def send_again(self, message_id: str, by: str) -> Message:
        """Let one that failed, or nobody knows of, wait to be sent again. Raises `KnownError`."""
        now, depot = self._workplace.clock(), self._workplace.depot
        message = self._logbook().read(lambda book: book.message(message_id))
        order = self._workplace.store.read(lambda book: book.order(message.order_id)) if message else None
        return self._writes(lambda w: send_again(w, depot, message_id, order, by=by, now=now))

    def drop(self, message_id: str, by: str) -> Message:
        """Take one that waits out. Raises `KnownError`."""
        return self._writes(lambda w: drop(w, message_id, by=by))

    def seen(self, reply_id: str, by: str) -> None:
        """Note that somebody read a reply. Raises `KnownError`."""
        now = self._workplace.clock()
        self._writes(lambda w: mark_seen(w, reply_id, by=by, now=now))

    def opt_out(self, channel: Channel, to: str, by: str) -> None:
        """No more messages to this address. Raises `KnownError`."""
        who, address, now = named(by), self._address(channel, to), self._workplace.clock()
        self._writes(lambda w: silence(w, channel, address, now, f"said to {who}"))

    def opt_in(self, channel: Channel, to: str, by: str) -> None:
        """Messages again, since the person asked for them. Raises `KnownError`."""
        named(by)
        address = self._address(channel, to)
        self._writes(lambda w: w.remove_opt_out(channel, address))

    def note_call(self, order_id: OrderId, to: str, text: str, reached: bool, by: str) -> Call:
        """Keep that somebody called a customer, and what came of it. Raises `BadInput`."""
        now = self._workplace.clock()
        return self._writes(lambda w: note_call(w, order_id, to, text, reached, by=by, now=now))

    def _address(self, channel: Channel, to: str) -> str:
        if not to.strip():
            raise BadInput("There is no address.", "Type the number, or the e-mail address.")
        return address_of(channel, to, self._workplace.depot.road.messages.country)

    def _writes[T](self, change: Callable[[LogbookWriter], T]) -> T:
        if not self.works:
            raise KnownError("This is a copy to try things out in: nothing is sent from it.", "Go back to the depot.")
        return self._logbook().write(change)

    def _logbook(self) -> Logbook:
        if self._workplace.live is None:
            raise KnownError("Nobody follows the road here.", "Open the depot in a window.")
        return self._workplace.live.logbook
