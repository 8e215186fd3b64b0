"""How a stop and a round stand on the road, in words, signs and tones: what live rows say besides the plan.

Knows no Qt. Made from a `LiveDay`; never from a widget. Asked several times a second, so that what says the same is
the very same object as before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderKind
from dispatcher.domain.proof import Attempt, FailureReason, Outcome
from dispatcher.domain.tracking import LiveRound, LiveStop, Risk, Visit
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from dispatcher.services.sending import RoundSent
from ui import format as fmt
from ui.board.filtering import Mark
from ui.board.source import RoundSource

OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    Outcome.DELIVERED: ("check", "done"),
    Outcome.PARTLY: ("circle-half-full", "risk"),
    Outcome.FAILED: ("close-thick", "late"),
}
"""The icon and the colour token of each way an attempt can end."""
GLYPHS: Mapping[Outcome, str] = {Outcome.DELIVERED: "✓", Outcome.PARTLY: "◐", Outcome.FAILED: "✗"}
RISKS: Mapping[Risk, tuple[str, str]] = {
    Risk.NONE: ("", "text"),
    Risk.AT_RISK: ("alert-outline", "risk"),
    Risk.LATE: ("alert", "late"),
}
"""The same of each risk."""
PUNCTUAL_MIN = 2
"""By less than this nobody is early or late."""


@dataclass(frozen=True, slots=True)
class StopNow:
    """How one stop stands; says nothing while nothing is heard of its round."""

    about: str = ""
    """"12:07" ahead, "since 12:03" while there, "08:14–08:19" behind."""
    short: str = ""
    """The same for a narrow column."""
    more: str = ""
    """"at risk" or "late", behind `about`."""
    sign: str = ""
    """An icon that goes before it."""
    tone: str = "muted"
    """The colour token of all that."""
    expected_at: datetime | None = None
    """Of a stop ahead; to the minute, as it is said."""
    ended: Outcome | None = None
    behind: bool = False
    """Nothing is to be expected there any more."""
    here: bool = False
    """The driver stands there."""
    verdict: str = ""
    """Why it failed, or that it was in part; in the tone of how it ended."""
    lines: tuple[str, ...] = ()
    """For resting on it."""
    marks: frozenset[str] = frozenset()


QUIET = StopNow()


@dataclass(frozen=True, slots=True)
class RoundNow:
    """How one round stands."""

    followed: bool = False
    """Whether the driver was heard of: what is late is then what the road says, and no longer what was planned."""
    delay: str = ""
    """"+12 min", "−3 min", "on time"."""
    tone: str = "muted"
    late: str = ""
    """"2 late"."""
    at_risk: str = ""
    """"3 at risk"."""
    next: str = ""
    """Where the driver is, or is going to."""
    phone: str = ""
    """"not sent", "sent", "changed, not seen yet" or "seen"; nothing on a day that was never sent."""
    lines: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


SILENT = RoundNow()


@dataclass(frozen=True, slots=True)
class Road:
    """A live day, and how the depot calls what can go wrong."""

    live: LiveDay
    reasons: Mapping[str, FailureReason] = field(default_factory=dict)

    def attempt_at(self, order: Order) -> Attempt | None:
        """The one that ended the stop; an order that is to be tried again has none."""
        return standing(self.live, order)

    def reason(self, attempt: Attempt) -> str:
        """Why it failed, as the depot calls it."""
        known = self.reasons.get(attempt.reason)
        return known.label if known else attempt.reason


def standing(live: LiveDay, order: Order) -> Attempt | None:
    """The attempt that ended an order's stop; `None` while it is to do, or to do again."""
    attempt = live.attempts.get(order.id)
    return attempt if attempt and attempt.number >= order.attempt else None


class Tally(NamedTuple):
    """How many stops of a day stand badly."""

    late: int = 0
    """Will come late; of rounds nobody was heard of, as planned."""
    at_risk: int = 0
    failed: int = 0


def tally_of(outlook: Outlook, live: LiveDay) -> Tally:
    """Counts the day's stops as they stand on the road."""
    risks = [stop.risk for round_ in live.rounds.values() for stop in round_.stops]
    routes = outlook.schedule.routes.items()
    unheard = (times for shift_id, times in routes if not _is_heard(live.rounds.get(shift_id)))
    late = sum(1 for times in unheard for stop in times.stops if stop.late_s > 0)
    orders = outlook.day.orders
    tried = (standing(live, orders[o]) for o in live.attempts if o in orders)
    failed = sum(1 for attempt in tried if attempt and attempt.outcome is Outcome.FAILED)
    return Tally(late + risks.count(Risk.LATE), risks.count(Risk.AT_RISK), failed)


def _is_heard(round_: LiveRound | None) -> bool:
    return round_ is not None and bool(round_.stops or round_.visits)


class Heard(NamedTuple):
    """What a round's rows depend on."""

    visits: tuple[Visit, ...]
    stops: tuple[LiveStop, ...]
    at: OrderId | None
    attempts: tuple[str, ...]
    """The keys of those at its stops, in turn."""
    sent: RoundSent | None
    on_phones: bool
    """Whether any round of the day was sent."""
    said: Mapping[OrderId, Attempt]
    """Of the whole day: where `attempts` are from."""

    def same(self, other: "Heard") -> bool:
        """Whether both surely make the same rows: a round that was not judged anew has the very same stops."""
        return self.visits is other.visits and self.stops is other.stops and self[2:-1] == other[2:-1]


def heard_of(live: LiveDay, source: RoundSource, before: Heard | None = None) -> Heard:
    """What is heard of a round; `before` of the same source."""
    shift_id, attempts = source.shift.id, live.attempts
    round_, sending = live.rounds.get(shift_id), live.sending
    driven = (round_.visits, round_.stops, round_.at_order_id) if round_ else ((), (), None)
    if before and before.said is attempts:
        keys = before.attempts
    else:
        keys = tuple([attempts[o.id].key if o.id in attempts else "" for o in source.orders] if attempts else ())
    return Heard(*driven, keys, sending.by_round.get(shift_id), sending.rounds > 0, attempts)


# ── Stops ────────────────────────────────────────────────────────────────────────────────────────────────────────────

type Known = Mapping[OrderId, tuple[object, StopNow]]
"""By order what its words were made of, and the words."""


def stops_now(source: RoundSource, heard: Heard, road: Road, known: Known) -> Known:
    """How every stop of a round stands; words are made anew only where they would differ."""
    visits = {visit.order_id: visit for visit in heard.visits}
    ahead = {stop.order_id: stop for stop in heard.stops}
    unseen = _unseen(heard)
    now = {}
    for order in source.orders:
        told = _Told(road.attempt_at(order), visits.get(order.id), ahead.get(order.id), heard.at == order.id, unseen)
        key, before = told.key(), known.get(order.id)
        now[order.id] = before if before and before[0] == key else (key, _Words(source, road, order).of(told))
    return now


class _Told(NamedTuple):
    """All that is known of one stop."""

    attempt: Attempt | None
    visit: Visit | None
    ahead: LiveStop | None
    here: bool
    unseen: bool

    def key(self) -> object:
        """Equal for what is said in the same words."""
        stop, visit = self.ahead, self.visit
        span = stop and (*map(_minute, (stop.expected_at, stop.earliest_at, stop.latest_at)), stop.risk)
        stay = visit and (_minute(visit.arrived_at), visit.departed_at and _minute(visit.departed_at))
        return self.attempt and self.attempt.key, stay, span, self.here, self.unseen


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


class _Words:
    """Puts into words how one stop stands."""

    def __init__(self, source: RoundSource, road: Road, order: Order) -> None:
        self._source, self._road, self._order = source, road, order

    def of(self, told: _Told) -> StopNow:
        if told.attempt:
            return self._ended(told.attempt, told.visit, told.here)
        if told.visit and told.visit.departed_at:
            return self._was_there(told.visit)
        if told.here:
            return self._there(told)
        if told.ahead:
            return self._ahead(told.ahead, told.unseen)
        return replace(QUIET, marks=frozenset({Mark.NOT_SEEN})) if told.unseen else QUIET

    def _clock(self, moment: datetime) -> str:
        return fmt.clock(moment, self._source.zone, self._source.shift.date)

    def _ended(self, attempt: Attempt, visit: Visit | None, here: bool) -> StopNow:
        came = visit.arrived_at if visit else attempt.arrived_at
        left = None if here else visit.departed_at if visit and visit.departed_at else attempt.at
        span = f"{self._clock(came) if came else ''}–{self._clock(left) if left else ''}"
        about = span if came else self._clock(attempt.at)
        late, why = self._late(came or attempt.at), self._road.reason(attempt)
        return StopNow(
            about=about,
            short=about[:5],
            more="late" if late else "",
            tone="late" if late else "muted",
            ended=attempt.outcome,
            behind=True,
            here=here,
            verdict=why or "failed" if attempt.outcome is Outcome.FAILED else _IN_PART[attempt.outcome],
            lines=(f"{GLYPHS[attempt.outcome]} {outcome_words(attempt.outcome, self._order)} {self._clock(attempt.at)}"
                   + (f": {why}" if why else ""), f"There {about}{', late' if late else ''}" if came else ""),
            marks=frozenset({Mark.FAILED}) if attempt.outcome is Outcome.FAILED else frozenset(),
        )  # fmt: skip

    def _late(self, came: datetime) -> bool:
        return bool(self._order.windows) and came > max(window.closes_at for window in self._order.windows)

    def _was_there(self, visit: Visit) -> StopNow:
        assert visit.departed_at is not None
        about = f"{self._clock(visit.arrived_at)}–{self._clock(visit.departed_at)}"
        line = f"There {about}, by the track; the driver said nothing of it"
        return StopNow(about=about, short=about[:5], sign="map-marker-check-outline", behind=True, lines=(line,))

    def _there(self, told: _Told) -> StopNow:
        came = self._clock(told.visit.arrived_at) if told.visit else ""
        about = f"since {came}" if came else "there now"
        line = f"The driver is there{f' since {came}' if came else ''}"
        return StopNow(
            about=about, short=came or "there", sign="truck-outline", tone="moving", here=True, lines=(line,)
        )

    def _ahead(self, stop: LiveStop, unseen: bool) -> StopNow:
        sign, tone = RISKS[stop.risk]
        about, risky = self._clock(stop.expected_at), stop.risk is not Risk.NONE
        marks = ((Mark.AT_RISK, stop.risk is Risk.AT_RISK), (Mark.TROUBLE, stop.risk is Risk.LATE),
                 (Mark.NOT_SEEN, unseen))  # fmt: skip
        return StopNow(
            about=about,
            short=about,
            more=stop.risk.value if risky else "",
            expected_at=stop.expected_at.replace(second=0, microsecond=0),
            sign=sign,
            tone=tone,
            lines=(f"Expected {self.expected(stop)}" + (f", {stop.risk.value}" if risky else ""),),
            marks=frozenset(mark for mark, is_so in marks if is_so),
        )

    def expected(self, stop: LiveStop) -> str:
        """As in "12:07, between 12:01 and 12:14"."""
        early, late = self._clock(stop.earliest_at), self._clock(stop.latest_at)
        span = f", between {early} and {late}" if early != late else ""
        return f"{self._clock(stop.expected_at)}{span}"


_IN_PART: Mapping[Outcome, str] = {Outcome.DELIVERED: "", Outcome.PARTLY: "in part"}


def outcome_words(outcome: Outcome, order: Order) -> str:
    """How an attempt ended, in a word: what is fetched is not delivered."""
    if outcome is Outcome.DELIVERED:
        return "Collected" if order.kind is OrderKind.COLLECTION else "Delivered"
    return "In part" if outcome is Outcome.PARTLY else "Failed"


# ── Rounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def round_now(source: RoundSource, heard: Heard) -> RoundNow:
    """How a round stands as a whole."""
    phone = phone_words(heard.sent) if heard.on_phones else ""
    late, at_risk = (sum(1 for s in heard.stops if s.risk is risk) for risk in (Risk.LATE, Risk.AT_RISK))
    delay = delay_short(heard.stops[0].delay_s) if heard.stops else ""
    where = _where(source, heard)
    lines = (
        where,
        f"To the plan: {delay}" if delay else "",
        f"Phone: {phone}" if phone else "",
    )
    return RoundNow(
        followed=bool(heard.stops or heard.visits),
        delay=delay,
        tone="late" if late else "risk" if at_risk else "muted",
        late=f"{late} late" if late else "",
        at_risk=f"{at_risk} at risk" if at_risk else "",
        next=where,
        phone=phone,
        lines=tuple(line for line in lines if line),
        marks=frozenset({Mark.NOT_SEEN}) if _unseen(heard) else frozenset(),
    )


def _where(source: RoundSource, heard: Heard) -> str:
    to = heard.at or (heard.stops[0].order_id if heard.stops else None)
    order = next((order for order in source.orders if order.id == to), None)
    if order is None or (not heard.stops and order.id in heard.said):  # the last stop of all, and it ended
        return ""
    return f"{'at' if heard.at else 'next'} {order.address.line or order.address.text}"


def _unseen(heard: Heard) -> bool:
    return heard.sent is not None and heard.sent.accepted < heard.sent.version


def phone_words(sent: RoundSent | None) -> str:
    """How a round stands with its driver's phone."""
    if sent is None:
        return "not sent"
    if sent.accepted >= sent.version:
        return "seen"
    return "changed, not seen yet" if sent.version > 1 and (sent.accepted or sent.fetched) else "sent"


def delay_short(delay_s: int) -> str:
    """How a driver stands to the plan: "+12 min", "−4 min", "on time"."""
    minutes = round(abs(delay_s) / 60)
    if minutes < PUNCTUAL_MIN:
        return "on time"
    return f"{'+' if delay_s > 0 else '−'}{fmt.minutes(minutes * 60)}"
