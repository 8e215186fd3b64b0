"""What followed a coaching card in the driver's own number: four weeks up to it, four weeks after, and day by day.

One driver's case proves nothing: a card is written when something went badly, and what went badly often gets better by
itself. So a difference is called one only where chance alone hardly makes it, and never where there is little to see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import hypot, sqrt
from zoneinfo import ZoneInfo

from dispatcher.insight.coaching import CoachingCard
from dispatcher.insight.columns import TableName
from dispatcher.insight.cuts import NOTHING, Facts, Figure, Part, Span, day_values, in_span, total_of
from dispatcher.insight.measures import Better, Measure, Terms
from dispatcher.insight.scorecard import PARTS, PartKind, measure_of

LOOKED_AT = timedelta(days=28)
"""So long before a card and after it."""
ENOUGH: Mapping[TableName, int] = {TableName.STOPS: 20, TableName.ROUNDS: 5}
"""So many rows on either side before anything is said of a difference."""
ERRORS = 2.0
"""A difference larger than so many of its standard errors is hardly chance: some 5 times in 100."""


class Verdict(StrEnum):
    """What can fairly be said."""

    TOO_FEW = "too few"
    CHANCE = "chance"
    """No larger than chance alone makes it."""
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Effect:
    """The driver's own number before a card and after it. It shows what followed, not why."""

    measure: Measure
    before: Figure
    after: Figure
    before_span: Span
    after_span: Span | None
    """`None` on the day of the card itself."""
    error: float = 0.0
    """The standard error of the difference, in the measure's unit."""
    days: tuple[tuple[date, float | None], ...] = ()
    """The number on every date of both spans."""

    @property
    def change(self) -> float | None:
        """In the measure's unit; `None` where either is not known."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value

    @property
    def verdict(self) -> Verdict:
        """What can be said of the difference."""
        change, enough = self.change, ENOUGH.get(self.measure.table, 1)
        if change is None or min(self.before.rows, self.after.rows) < enough:
            return Verdict.TOO_FEW
        if abs(change) <= ERRORS * self.error or change == 0:
            return Verdict.CHANCE
        return Verdict.BETTER if (change > 0) is (self.measure.better is Better.MORE) else Verdict.WORSE


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
    then = _of_driver(facts, measure, card.driver_id, before, terms)
    since = _of_driver(facts, measure, card.driver_id, after, terms) if after else None
    return Effect(
        measure,
        total_of(measure, then),
        total_of(measure, since) if since else NOTHING,
        before,
        after,
        hypot(standard_error(measure, then), standard_error(measure, since) if since else 0.0),
        (*day_values(measure, then, before), *(day_values(measure, since, after) if since and after else ())),
    )


def standard_error(measure: Measure, part: Part) -> float:
    """Of a ratio of two sums, by its linear part (Cochran, Sampling techniques, 1977, 6.4); 0 of less than two rows."""
    top, bottom = part.top[part.within], part.bottom[part.within]
    whole, rows = float(bottom.sum()), len(top)
    if rows < 2 or not whole:
        return 0.0
    missed = top - float(top.sum()) / whole * bottom
    return measure.scale * sqrt(float((missed**2).sum()) * rows / (rows - 1)) / whole


def _of_driver(facts: Facts, measure: Measure, driver_id: str, span: Span, terms: Terms) -> Part:
    frame = in_span(facts[measure.table], span)
    own = frame[frame["driver_id"] == driver_id]
    return Part(own, *measure.parts(own, terms))
