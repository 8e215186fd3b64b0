"""What the inspector says of the road: when a stop is expected, what happened at its door, how a round is driven.

Knows no Qt. Made from a `LiveDay`, and from what was looked up besides (`Looked`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, CodeVerdict, FailureReason, LineResult, Nearness, Outcome
from dispatcher.domain.tracking import LiveRound, LiveStop, Risk, Visit
from dispatcher.services.evidence import RoundTold
from dispatcher.services.live import LiveDay
from dispatcher.services.sending import RoundSent
from ui import format as fmt
from ui.board.onroad import GLYPHS, OUTCOMES, RISKS, Road, delay_short, outcome_words, phone_words, standing
from ui.board.parts import Fact, Remark, Shot

_CODES: Mapping[CodeVerdict, tuple[str, str]] = {
    CodeVerdict.RIGHT: ("✓ right", "done"),
    CodeVerdict.WRONG: ("✗ wrong", "late"),
    CodeVerdict.EXPIRED: ("✗ expired", "late"),
    CodeVerdict.SPENT: ("✗ used already, or tried too often", "late"),
    CodeVerdict.PENDING: ("typed without a line, checked later", "risk"),
}
FAR_M = 1_000
"""From here on kilometres are said."""


@dataclass(frozen=True, slots=True)
class OfAttempt:
    """More is to be looked up of an attempt: its signature and photos."""

    attempt: Attempt

    @property
    def about(self) -> str:
        """The same for everything that may be looked up of one thing at different moments."""
        return self.attempt.key


@dataclass(frozen=True, slots=True)
class OfRound:
    """More is to be looked up of a round: what its driver said of it; anew whenever that may have changed."""

    shift_id: ShiftId
    visited: tuple[OrderId, ...]
    sent: RoundSent | None
    ends: int
    """How many attempts there are."""

    @property
    def about(self) -> str:
        """As that of `OfAttempt`."""
        return self.shift_id


type Wanted = OfAttempt | OfRound


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of what was wanted."""

    wanted: Wanted
    shots: tuple[Shot, ...] = ()
    told: RoundTold | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """All that there is to say of one order or round on the road."""

    remarks: tuple[Remark, ...] = ()
    facts: tuple[Fact, ...] = ()
    ended: tuple[Fact, ...] = ()
    """What happened at the door."""
    lines: tuple[str, ...] = ()
    """The order's articles with what became of them; empty for as planned."""
    wanted: Wanted | None = None
    failed: bool = False
    """Somebody was there in vain: what next?"""


NO_DOOR = Door()


def door_of_order(day: Day, live: LiveDay, order: Order) -> Door:
    """One order on the road."""
    road = Road(live, day.depot.road.reason_by_code)
    visit, stop, here = _seen(live, order.id)
    attempt = road.attempt_at(order)
    former = live.attempts.get(order.id) if attempt is None else None
    facts = (*_arrival(day, visit, stop, here), *_former(day, road, former))
    if attempt is None:
        return Door(tuple(_risk(day, stop)), tuple(facts))
    return Door(
        facts=tuple(facts),
        ended=tuple(fact for fact in _ended(day, road, order, attempt) if fact.value),
        lines=_lines(road, order, attempt) if attempt.lines else (),
        wanted=OfAttempt(attempt) if attempt.ink or attempt.photos else None,
        failed=attempt.outcome is Outcome.FAILED,
    )


def is_behind(live: LiveDay, order: Order) -> bool:
    """Whether the driver was there, and nothing that was planned of it matters any more."""
    if standing(live, order):
        return True
    visits = (visit for round_ in live.rounds.values() for visit in round_.visits)
    return any(visit.order_id == order.id and visit.departed_at for visit in visits)


def _seen(live: LiveDay, order_id: OrderId) -> tuple[Visit | None, LiveStop | None, bool]:
    """The last stay there, what is expected, and whether the driver is there now; of whichever round."""
    visits = [v for round_ in live.rounds.values() for v in round_.visits if v.order_id == order_id]
    stops = (stop for round_ in live.rounds.values() for stop in round_.stops if stop.order_id == order_id)
    here = any(round_.at_order_id == order_id for round_ in live.rounds.values())
    return max(visits, key=lambda visit: visit.arrived_at, default=None), next(stops, None), here


def _risk(day: Day, stop: LiveStop | None) -> Iterator[Remark]:
    if stop and stop.risk is not Risk.NONE and stop.closes_at:
        closes = _clock(day, stop.closes_at)
        will = "is expected" if stop.risk is Risk.LATE else "may come"
        yield Remark(f"The driver {will} after the window closes at {closes}.", RISKS[stop.risk][1])


def _arrival(day: Day, visit: Visit | None, stop: LiveStop | None, here: bool) -> Iterator[Fact]:
    if here:
        yield Fact("Driver", f"there since {_clock(day, visit.arrived_at)}" if visit else "there now", "moving")
    elif visit and visit.departed_at:
        yield Fact("There", f"{_clock(day, visit.arrived_at)}–{_clock(day, visit.departed_at)}")
    elif stop:
        tone = RISKS[stop.risk][1]
        word = f", {stop.risk.value}" if stop.risk is not Risk.NONE else ""
        yield Fact("Expected", f"{_clock(day, stop.expected_at)}{word}", tone)
        yield Fact("Between", f"{_clock(day, stop.earliest_at)} and {_clock(day, stop.latest_at)}, four times of five")
        yield Fact("Delay", delay_short(stop.delay_s))


def _former(day: Day, road: Road, attempt: Attempt | None) -> Iterator[Fact]:
    """An attempt that is behind, of an order that is to be tried again."""
    if attempt:
        at = _clock(day, attempt.at)
        yield Fact("Before", f"attempt {attempt.number}, {at}: {road.reason(attempt) or attempt.outcome.value}")


def _ended(day: Day, road: Road, order: Order, attempt: Attempt) -> Iterator[Fact]:
    what = f"{GLYPHS[attempt.outcome]} {outcome_words(attempt.outcome, order)} {_clock(day, attempt.at)}"
    again = f", attempt {attempt.number}" if attempt.number > 1 else ""
    yield Fact("Outcome", what + again, OUTCOMES[attempt.outcome][1])
    yield Fact("Reason", road.reason(attempt))
    yield Fact("By", _driver(day, attempt))
    yield Fact(
        "Given to", " · ".join(p for p in (attempt.name, attempt.handover.value if attempt.handover else "") if p)
    )
    yield Fact("Note", attempt.note)
    yield code_fact(attempt)
    yield cash_fact(attempt, day.depot.currency)
    yield Fact("Scanned", fmt.count(len(attempt.scans), "barcode") if attempt.scans else "")
    yield nearness_fact(attempt)
    yield Fact("Missing", ", ".join(kind.value for kind in attempt.missing), "risk")


def _driver(day: Day, attempt: Attempt) -> str:
    driver = day.drivers.get(attempt.driver_id)
    return f"{driver.number} {driver.name}" if driver else "a driver not on duty"


def code_fact(attempt: Attempt) -> Fact:
    """What became of the one-time code."""
    words, tone = _CODES.get(attempt.code, ("", "text"))
    tries = f", {fmt.count(attempt.code_tries, 'try', 'tries')}" if attempt.code_tries > 1 and words else ""
    return Fact("Code", words + tries, tone)


def cash_fact(attempt: Attempt, currency: str) -> Fact:
    """What was taken of what was due."""
    if not attempt.cash_due and attempt.cash is None:
        return Fact("Cash", "")
    taken, due = attempt.cash or 0, attempt.cash_due
    said = f"{fmt.price(taken, currency)} of {fmt.price(due, currency)}"
    return Fact("Cash", said, "text" if taken == due else "late")


def nearness_fact(attempt: Attempt) -> Fact:
    """Where it was said from, and how well that is known."""
    if attempt.distance_m is None:
        return Fact("Where", "the phone did not say")
    far = f"{attempt.distance_m:.0f} m" if attempt.distance_m < FAR_M else fmt.distance(attempt.distance_m)
    if attempt.mock:
        return Fact("Where", f"{far} from the address, by a made-up position", "late")
    if attempt.nearness is Nearness.UNCERTAIN:
        return Fact("Where", f"{far} from the address, by an uncertain position", "muted")
    return Fact("Where", f"{far} from the address", "late" if attempt.nearness is Nearness.FAR else "text")


def _lines(road: Road, order: Order, attempt: Attempt) -> tuple[str, ...]:
    return tuple(line_words([(line.quantity, line.name) for line in order.lines], attempt, road.reasons))


def line_words(
    lines: Sequence[tuple[float, str]], attempt: Attempt, reasons: Mapping[str, FailureReason]
) -> Iterator[str]:
    """Each article, of which quantity and name are given, with what became of it."""
    results: Mapping[int, LineResult] = {result.line: result for result in attempt.lines}
    for place, (quantity, name) in enumerate(lines):
        result = results.get(place)
        if result is None or result.quantity == quantity:
            yield f"✓ {quantity:g} × {name}"
            continue
        reason = reasons[result.reason].label if result.reason in reasons else result.reason
        sign = "◐" if result.quantity else "✗"
        yield f"{sign} {result.quantity:g} of {quantity:g} × {name}" + (f": {reason}" if reason else "")


# ── Rounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def door_of_round(day: Day, live: LiveDay, shift_id: ShiftId, told: RoundTold | None) -> Door:
    """One round on the road."""
    round_ = live.rounds.get(shift_id) or LiveRound(shift_id, day.shifts[shift_id].driver_id)
    sent = live.sending.by_round.get(shift_id)
    facts = (
        *_progress(day, round_),
        *_said(day, told),
        Fact("Phone", _phone(sent) if live.sending.rounds else ""),
        Fact("Driven", _driven(round_) if round_.driven_m else ""),
        Fact("Sequence", _sequence(told)),
    )  # fmt: skip
    visited = tuple(visit.order_id for visit in round_.visits)
    wanted = OfRound(shift_id, visited, sent, len(live.attempts)) if sent or visited else None
    return Door(_risks(round_), tuple(fact for fact in facts if fact.value), wanted=wanted)


def _driven(round_: LiveRound) -> str:
    return f"{fmt.distance(round_.driven_m)} of {fmt.distance(round_.planned_m)} planned"


def _risks(round_: LiveRound) -> tuple[Remark, ...]:
    counts = ((risk, sum(1 for stop in round_.stops if stop.risk is risk)) for risk in (Risk.LATE, Risk.AT_RISK))
    words = {Risk.LATE: "will be late", Risk.AT_RISK: "may be late"}
    return tuple(Remark(f"{fmt.count(n, 'stop')} {words[risk]}.", RISKS[risk][1]) for risk, n in counts if n)


def _progress(day: Day, round_: LiveRound) -> Iterator[Fact]:
    if order := day.orders.get(round_.at_order_id) if round_.at_order_id else None:
        yield Fact("Now", f"at {order.address.line or order.address.text}", "moving")
    elif round_.stops and (order := day.orders.get(round_.stops[0].order_id)):
        first = round_.stops[0]
        yield Fact("Next", f"{order.address.line or order.address.text}, {_clock(day, first.expected_at)}")
    if round_.delay_s is not None:
        worst = max((stop.risk for stop in round_.stops), key=list(Risk).index)
        yield Fact("Delay", delay_short(round_.delay_s), RISKS[worst][1])


def _said(day: Day, told: RoundTold | None) -> Iterator[Fact]:
    if told:
        yield Fact("Begun", _clock(day, told.begun_at))
        yield Fact("Ended", _clock(day, told.ended_at))


def _clock(day: Day, moment: datetime | None) -> str:
    return fmt.clock(moment, day.depot.zone, day.date) if moment else ""


def _phone(sent: RoundSent | None) -> str:
    words = phone_words(sent)
    if sent is None or sent.version == 1:
        return words
    seen = f", {sent.accepted} seen" if 0 < sent.accepted < sent.version else ""
    return f"{words} (version {sent.version}{seen})"


def _sequence(told: RoundTold | None) -> str:
    return f"{fmt.count(told.out_of_sequence, 'visit')} out of it" if told and told.out_of_sequence else ""
