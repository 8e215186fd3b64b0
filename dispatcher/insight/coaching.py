"""Coaching cards: what somebody at the depot wants to go through with a driver, tied to the very stop and its proof.

What it did shows in the driver's own numbers: the part the card is about, so long before it and so long after.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatcher.insight.cuts import NOTHING, Facts, Figure, Part, Span, in_span, total_of
from dispatcher.insight.measures import Measure, Terms
from dispatcher.insight.scorecard import PARTS, PartKind, measure_of

LOOKED_AT = timedelta(days=28)
"""So long before a card and after it."""


@dataclass(frozen=True, slots=True)
class CoachingCard:
    """One thing to go through with one driver."""

    id: str
    driver_id: str
    part_id: str
    """What it is about: the id of a scorecard's part."""
    at: datetime
    by: str
    note: str
    on: date | None = None
    """Of the stop or round; `None` where it is about none in particular."""
    order_id: str = ""
    number: str = ""
    shift_id: str = ""
    attempt_key: str = ""
    """By which the proof is found."""
    follow_up: date | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    outcome: str = ""
    """What was written when it was settled."""

    @property
    def open(self) -> bool:
        """Whether it still wants going through."""
        return self.settled_at is None

    def due(self, today: date) -> bool:
        """Whether it was to be looked at again by now."""
        return self.open and self.follow_up is not None and self.follow_up <= today

    def settled(self, at: datetime, by: str, outcome: str) -> "CoachingCard":
        """The same, gone through."""
        return replace(self, settled_at=at, settled_by=by, outcome=outcome)


@dataclass(frozen=True, slots=True)
class Effect:
    """The driver's own number before a card and after it. One case proves nothing: it shows what followed."""

    measure: Measure
    before: Figure
    after: Figure
    before_span: Span
    after_span: Span | None
    """`None` on the day of the card itself."""

    @property
    def change(self) -> float | None:
        """In the measure's unit; `None` where either is not known."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


def part_kind(part_id: str) -> PartKind | None:
    """The scorecard's part of this id."""
    return next((kind for kind in PARTS if kind.id == part_id), None)


def spans_of(card: CoachingCard, today: date, zone: ZoneInfo) -> tuple[Span, Span | None]:
    """The four weeks up to the card's day, which is in them, and those after it, as far as they have gone."""
    told_on = card.at.astimezone(zone).date()
    last = min(told_on + LOOKED_AT, today)
    after = Span(told_on + timedelta(days=1), last) if last > told_on else None
    return Span(told_on - LOOKED_AT + timedelta(days=1), told_on), after


def effect_of(facts: Facts, card: CoachingCard, today: date, zone: ZoneInfo, terms: Terms) -> Effect | None:
    """What followed; `None` for a card about a part that there is not."""
    kind = part_kind(card.part_id)
    if kind is None:
        return None
    before, after = spans_of(card, today, zone)
    measure = measure_of(kind)
    then = _of_driver(facts, measure, card.driver_id, after, terms) if after else NOTHING
    return Effect(measure, _of_driver(facts, measure, card.driver_id, before, terms), then, before, after)


def _of_driver(facts: Facts, measure: Measure, driver_id: str, span: Span, terms: Terms) -> Figure:
    frame = in_span(facts[measure.table], span)
    own = frame[frame["driver_id"] == driver_id]
    return total_of(measure, Part(own, *measure.parts(own, terms)))
