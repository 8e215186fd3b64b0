"""The post: hands the outbox's messages to the lines, each kind in order, and lets a line rest that is not there."""

import re
import shutil
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.messages import Channel, Event, Message, MessagePolicy, MessageState, SmsWay
from dispatcher.domain.orders import Order, OrderState
from dispatcher.messages.lines import Handed, Line, Verdict
from dispatcher.messages.lines_gammu import came_in
from dispatcher.messages.reach import is_silenced
from dispatcher.services.codes import depot_secret
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.outbox_lines import line_for
from dispatcher.services.outbox_sending import (
    CRASHED,
    LATE,
    NO_CODE,
    due_at,
    is_due,
    lease,
    marked,
    outgoing,
    put_mark,
    withdrawn,
    without_code,
)
from dispatcher.services.replies import take_reply
from dispatcher.services.telling import SILENCED, UNTRUE
from dispatcher.services.telling_keys import attempt_of
from dispatcher.services.workplace import Workplace

REST_S, LONGEST_REST_S = 30, 960
MINUTE = timedelta(minutes=1)
INBOX = "inbox"
"""Under the gateway's folder: where a modem's daemon puts what came in."""
_AHEAD = frozenset({Event.SCHEDULED, Event.OUT, Event.NEAR, Event.DELAYED, Event.CODE})
_PAGE = re.compile(r"https?://\S+/t/[\w\-]+")


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round of sending led to."""

    counts: Mapping[MessageState, int] = field(default_factory=dict)
    """Of the messages that were touched, by what became of them."""
    next_at: datetime | None = None
    """When there is something to do again; `None` while nothing waits that has a line."""
    replies: int = 0
    """That a modem took in."""


@dataclass(frozen=True, slots=True)
class Rest:
    """A line that is left alone for a while."""

    until: datetime
    times: int
    words: str


class Post:
    """Sends one depot's messages. One `send_some` at a time."""

    def __init__(self, workplace: Workplace, folder: Path) -> None:
        self.rests: dict[Channel, Rest] = {}
        self._workplace, self._folder = workplace, folder
        self._sending = threading.Lock()
        self._settled = False
        self._lately: dict[Channel, deque[datetime]] = {channel: deque() for channel in Channel}

    def send_some(self, cancel: Callable[[], bool], most: int) -> Sent:
        """See `MessageDesk.send_some`."""
        with self._sending:
            counts: Counter[MessageState] = Counter()
            if not self._settled:
                counts += self._settle()
            self._settled = False  # whatever breaks off below, nothing stays in the middle
            depot = self._workplace.depot
            counts += self._let_go(self._waiting(depot.road.messages), depot)
            waiting = self._waiting(depot.road.messages)
            comes: list[datetime] = []
            for channel in Channel:
                of_channel = [message for message in waiting if message.channel is channel]
                counts += self._send_channel(channel, of_channel, depot, cancel, most, comes)
            self._settled = True
            return Sent(counts, min(comes, default=None), self._take_in(depot.road.messages))

    def _settle(self) -> Counter[MessageState]:
        """What a program that ended left in the middle: whether it went nobody can say."""

        def settle(writer: LogbookWriter) -> Sequence[Message]:
            left = writer.messages_in({MessageState.SENDING})
            for message in left:
                writer.put_message(replace(message, state=MessageState.UNKNOWN, fault=CRASHED))
            return left

        return Counter({MessageState.UNKNOWN: len(self._write(settle))})

    def _waiting(self, policy: MessagePolicy) -> Sequence[Message]:
        """In the order they were made; what nobody wrote waits while the depot tells nothing by itself."""
        waiting = self._read(lambda reader: reader.messages_in({MessageState.QUEUED}))
        return [message for message in waiting if policy.on or message.by]

    def _let_go(self, waiting: Sequence[Message], depot: Depot) -> Counter[MessageState]:
        """Those that are too late, not true any more, or for who asked at any address for no messages."""
        ids, now, country = (
            {message.order_id for message in waiting},
            self._workplace.clock(),
            depot.road.messages.country,
        )
        orders = {o.id: o for o in self._workplace.store.read(lambda book: book.orders(ids))} if ids else {}
        opted = {(each.channel, each.to) for each in self._read(lambda reader: reader.opt_outs())} if ids else set()

        def last_word(message: Message) -> tuple[MessageState, str] | None:
            order = orders.get(message.order_id)
            if message.expires_at and message.expires_at <= now:
                return MessageState.EXPIRED, LATE
            if message.event in _AHEAD and not message.by and not _stands(message, order):
                return MessageState.EXPIRED, UNTRUE
            silenced = order is not None and is_silenced(order.contact, country, opted)
            return (MessageState.WITHHELD, SILENCED) if silenced else None

        words = {message.id: said for message in waiting if (said := last_word(message))}
        return self._write(lambda writer: _put_last_words(writer, words)) if words else Counter()

    def _send_channel(
        self,
        channel: Channel,
        waiting: Sequence[Message],
        depot: Depot,
        cancel: Callable[[], bool],
        most: int,
        comes: list[datetime],
    ) -> Counter[MessageState]:
        """`comes` gets when this channel has something to do again."""
        counts: Counter[MessageState] = Counter()
        line = self._line(channel, depot) if waiting else None
        if line is None:
            return counts
        try:
            for message in waiting:
                now = self._workplace.clock()
                if pause := self._pause(channel, depot, now):
                    comes.append(pause)
                    break
                if not is_due(message, now):
                    comes.append(due_at(message, now))
                    continue
                if cancel() or counts.total() >= most:
                    comes.append(now)
                    break
                if after := self._send(message, line, depot):
                    counts[after.state] += 1
                    if after.state is MessageState.QUEUED:
                        comes.append(after.next_at or self._pause(channel, depot, now) or now)
        finally:
            line.close()
        return counts

    def _line(self, channel: Channel, depot: Depot) -> Line | None:
        """The line, unless there is none or it cannot work; then messages wait."""
        try:
            return line_for(depot.road.messages, channel, self._folder)
        except KnownError as fault:
            self._let_rest(channel, str(fault))
            return None

    def _pause(self, channel: Channel, depot: Depot, now: datetime) -> datetime | None:
        """Until when nothing may go by this line: it rests, or has taken as many as it may in a minute."""
        rest = self.rests.get(channel)
        if rest and rest.until > now:
            return rest.until
        lately = self._lately[channel]
        while lately and lately[0] <= now - MINUTE:
            lately.popleft()
        full = channel is Channel.SMS and len(lately) >= depot.road.messages.sms.per_minute
        return lately[0] + MINUTE if full else None

    def _send(self, message: Message, line: Line, depot: Depot) -> Message | None:
        """One message through the outbox; as it is afterwards, `None` if it was not ours to send."""
        policy, clock = depot.road.messages, self._workplace.clock
        leased = self._write(lambda w: lease(w, message, policy, depot.zone, clock(), line.name))
        if leased is None:
            return None
        handed = self._hand(leased, line)
        after = marked(leased, handed, clock()) if handed else withdrawn(leased, NO_CODE)
        if handed:
            self._note(message.channel, handed)
        self._write(lambda w: put_mark(w, leased, after))
        return after

    def _hand(self, leased: Message, line: Line) -> Handed | None:
        """What the line said, without the code that it may have repeated; `None` if that is not good any more."""
        clock = self._workplace.clock
        page = found[0] if (found := _PAGE.search(leased.text)) else ""
        try:
            out = self._read(lambda r: outgoing(r, leased, clock(), lambda: depot_secret(self._folder), page))
        except KnownError as fault:
            return Handed(Verdict.LATER, str(fault))
        if out is None:
            return None
        self._lately[leased.channel].append(clock())
        try:
            handed = line.hand(out)
        except Exception as fault:  # a line raises nothing; what one did that does, nobody knows
            self._let_rest(leased.channel, f"it broke: {type(fault).__name__}")
            raise
        return without_code(handed, out)

    def _note(self, channel: Channel, handed: Handed) -> None:
        if handed.verdict is Verdict.NO_LINE:
            self._let_rest(channel, handed.words)
        else:
            self.rests.pop(channel, None)

    def _let_rest(self, channel: Channel, words: str) -> None:
        times = self.rests[channel].times + 1 if channel in self.rests else 0
        rest_s = min(REST_S * 2**times, LONGEST_REST_S)
        self.rests[channel] = Rest(self._workplace.clock() + timedelta(seconds=rest_s), times, words)

    def _take_in(self, policy: MessagePolicy) -> int:
        """Replies that a modem's daemon wrote into files; each is kept before its file is put away."""
        folder = self._folder / INBOX
        if policy.sms.way is not SmsWay.GAMMU or not folder.is_dir():
            return 0
        return sum(1 for _ in self._taken_in(folder))

    def _taken_in(self, folder: Path) -> Iterator[str]:
        away = folder / "taken"
        away.mkdir(exist_ok=True)
        for found in list(came_in(folder)):
            at = self._workplace.clock()
            self._write(lambda w, f=found, a=at: take_reply(w, Channel.SMS, f.sender, f.text, a, f.key))  # type: ignore[misc]
            for file in found.files:
                shutil.move(file, away / file.name)
            yield found.key

    def _read[T](self, query: Callable[[LogbookReader], T]) -> T:
        assert self._workplace.live
        return self._workplace.live.logbook.read(query)

    def _write[T](self, change: Callable[[LogbookWriter], T]) -> T:
        assert self._workplace.live
        return self._workplace.live.logbook.write(change)


def _stands(message: Message, order: Order | None) -> bool:
    """Whether the order is still what the message speaks of: neither cancelled, nor on another day or attempt."""
    if order is None or order.state is not OrderState.OPEN:
        return False
    return (order.date, order.attempt) == (message.on, attempt_of(message.key))


def _put_last_words(writer: LogbookWriter, words: Mapping[str, tuple[MessageState, str]]) -> Counter[MessageState]:
    done: Counter[MessageState] = Counter()
    for message_id, (state, fault) in words.items():
        message = writer.message(message_id)
        if message is not None and message.state is MessageState.QUEUED:
            done[state] += writer.put_message(replace(message, state=state, fault=fault, next_at=None))
    return done
