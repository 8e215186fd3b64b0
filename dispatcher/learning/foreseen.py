"""Answers from the tables, with their reasons. Plain Python: a thousand take milliseconds, and nothing is loaded.

What a term of a sum adds to a product is told by the logarithmic mean (Ang 2004, Energy Policy 32): with v the guess
and p the plain rule, a term c of log(v / p) adds L·c, where L = (v - p) / log(v / p): all add up to v - p exactly.
For chances the same holds with the logit in place of the logarithm.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import DriverId
from dispatcher.domain.learned import Because, Guess
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.learning.doors import Doors
from dispatcher.learning.kept import Kept
from dispatcher.learning.levels import level_words, moment_levels, moment_of, order_levels
from dispatcher.learning.tables import Tables, chance

SHORTEST_S, LONGEST_S = 10.0, 3_600.0
"""Of a stop; what is beyond is no mere service."""
_SHORTEST, _LONGEST = math.log(SHORTEST_S), math.log(LONGEST_S)
MOST_REASONS = 5
NARROW = ("door", "building", "kind")
"""The groups whose samples a guess counts as its own: the narrowest that is known."""
IN_GENERAL = "Stops of this depot in general"
FAILS_IN_GENERAL = "Attempts of this depot in general"

type Term = tuple[str, str, float, int]


@dataclass(frozen=True, slots=True)
class PlainRules:
    """What holds where nothing was learned."""

    share: float = 0.0
    """Of the depot's attempts, those that failed."""
    attempts: int = 0

    def service_s(self, order: Order, driver_id: DriverId | None = None, at: datetime | None = None) -> Guess:  # noqa: ARG002
        """The order's own."""
        return Guess(float(order.service_s))

    def travel(self, place: Place, at: datetime) -> Guess:  # noqa: ARG002
        """As planned."""
        return Guess(1.0)

    def failure(self, order: Order, at: datetime | None = None) -> Guess:  # noqa: ARG002
        """The depot's share."""
        return Guess(self.share, samples=self.attempts)


class Learned:
    """What was learned where that did better, plain rules where it did not. Any thread."""

    def __init__(self, kept: Kept, zone: ZoneInfo, doors: Doors, zone_of: Callable[[Place], str]) -> None:
        """`zone` is the depot's time zone, `zone_of` a place's geohash."""
        self._kept, self._zone, self._doors, self._zone_of = kept, zone, doors, zone_of
        self._plain = PlainRules(kept.share, kept.attempts)

    def service_s(self, order: Order, driver_id: DriverId | None = None, at: datetime | None = None) -> Guess:
        """Seconds at the door, whole."""
        tables = self._kept.service
        if tables is None:
            return self._plain.service_s(order)
        terms = self._terms(tables, order, at, driver_id or "")
        total = tables.base + math.log(tables.smear) + sum(term[2] for term in terms)
        value = round(math.exp(min(_LONGEST, max(_SHORTEST, total))))
        plain = order.service_s
        if plain <= 0:  # nothing to reckon from: all that is learned is added
            return Guess(value, True, _own(tables, terms), (Because(IN_GENERAL, float(value), tables.samples),))
        return Guess(value, True, _own(tables, terms), _because(terms, value, plain, math.log, IN_GENERAL, tables))

    def travel(self, place: Place, at: datetime) -> Guess:
        """The factor of this zone at this hour."""
        pace = self._kept.pace
        if pace is None:
            return self._plain.travel(place, at)
        local = at.astimezone(self._zone)
        factor, samples = pace.at(self._zone_of(place), local.hour, local.weekday())
        words = pace_words(local.hour, local.weekday() >= 5)
        return Guess(factor, True, samples, (Because(words, factor - 1, samples),))

    def failure(self, order: Order, at: datetime | None = None) -> Guess:
        """The chance."""
        tables = self._kept.failure
        if tables is None:
            return self._plain.failure(order)
        terms = self._terms(tables, order, at)
        value = chance(tables.base + sum(term[2] for term in terms))
        because = _because(terms, value, self._kept.share, _logit, FAILS_IN_GENERAL, tables)
        return Guess(value, True, _own(tables, terms), because)

    def _terms(self, tables: Tables, order: Order, at: datetime | None, driver_id: str = "") -> list[Term]:
        door = self._doors.read(order.address, order.contact.name, order.notes)
        moment = moment_of(order, at, self._zone)
        when = moment_levels(moment, kind=door.kind, attempt=order.attempt, driver_id=driver_id)
        return tables.terms(order_levels(order, door) | when)


def pace_words(hour: int, weekend: bool) -> str:
    """An hour of the week as traffic knows it."""
    return f"{hour} to {hour + 1} o’clock {'at weekends' if weekend else 'on working days'}"


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _own(tables: Tables, terms: list[Term]) -> int:
    """How many samples stand behind a guess."""
    known = {group: samples for group, _level, _effect, samples in terms}
    return next((known[group] for group in NARROW if group in known), tables.samples)


def _because(
    terms: list[Term], value: float, plain: float, scale: Callable[[float], float], general: str, tables: Tables
) -> tuple[Because, ...]:
    """Each term's share of the difference; what no term explains is how the depot is in general."""
    apart = scale(value) - scale(plain)
    steep = (value - plain) / apart if abs(apart) > 1e-9 else value * ((1 - value) if scale is _logit else 1)
    rest = (value - plain) - steep * sum(term[2] for term in terms)
    every = [(effect * steep, group, level, samples) for group, level, effect, samples in terms]
    every.append((rest, "", general, tables.samples))
    every.sort(key=lambda each: -abs(each[0]))
    return tuple(
        Because(level_words(group, level) if group else level, effect, samples)
        for effect, group, level, samples in every[:MOST_REASONS]
    )
