"""Broken rules, reasons and precisions in words for people.

Knows no Qt. A `Violation` carries a rule and an amount; here both become one sentence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dispatcher.domain.fleet import Lock
from dispatcher.domain.place import Precision
from dispatcher.domain.schedule import ReasonCode, Rule, Violation
from dispatcher.services.verdict import Verdict
from ui import format as fmt

_PRECISIONS = {
    Precision.NONE: "address not found",
    Precision.AREA: "only the town or postcode is known",
    Precision.STREET: "only the street is known",
    Precision.INTERPOLATED: "between two known house numbers",
    Precision.HOUSE: "house number found",
    Precision.PIN: "pin set by hand",
}

_SENTENCES: Mapping[Rule, Callable[[float, str], str]] = {
    Rule.LATE: lambda s, _: f"Arrives {fmt.minutes(s)} after the window closes.",
    Rule.EARLY: lambda s, _: f"The driver waits {fmt.minutes(s)} longer for the window than the depot allows.",
    Rule.WEIGHT: lambda kg, _: f"{fmt.kilograms(kg)} too heavy for the vehicle.",
    Rule.VOLUME: lambda litres, _: f"{fmt.litres(litres)} too much for the vehicle.",
    Rule.PARCELS: lambda n, _: f"{fmt.count(round(n), 'parcel')} too many for the vehicle.",
    Rule.SKILL: lambda n, name: f"Neither driver nor vehicle has {name or fmt.count(round(n), 'needed skill')}.",
    Rule.CERTIFICATE: lambda _, told: f"{told or 'A certificate that is needed to drive has run out'}.",
    Rule.DRIVER: lambda _, name: f"Only {name or 'another driver'} may serve this order.",
    Rule.SHIFT_END: lambda s, _: f"The round ends {fmt.minutes(s)} after the shift.",
    Rule.BREAK: lambda s, _: f"The driver's break begins {fmt.minutes(s)} too late.",
    Rule.PAIR: lambda *_: "The goods are not picked up earlier in the same round.",
    Rule.MAX_STOPS: lambda n, _: f"{fmt.count(round(n), 'stop')} more than the driver's limit.",
    Rule.MAX_DURATION: lambda s, _: f"The round is {fmt.minutes(s)} longer than the driver's limit.",
    Rule.MAX_DISTANCE: lambda m, _: f"The round is {fmt.distance(m)} longer than the driver's limit.",
    Rule.NO_ROAD: lambda m, _: f"{fmt.distance(m)} from the nearest road." if m else "No road leads there.",
    Rule.NO_PLACE: lambda *_: "The address has not been found on the map yet.",
}

_CODES: Mapping[Rule, str] = {
    Rule.LATE: "late",
    Rule.EARLY: "long wait",
    Rule.WEIGHT: "overloaded",
    Rule.VOLUME: "overloaded",
    Rule.PARCELS: "overloaded",
    Rule.SKILL: "skill",
    Rule.CERTIFICATE: "certificate",
    Rule.DRIVER: "other driver",
    Rule.SHIFT_END: "past shift",
    Rule.BREAK: "late break",
    Rule.PAIR: "before pick-up",
    Rule.MAX_STOPS: "too many stops",
    Rule.MAX_DURATION: "too long",
    Rule.MAX_DISTANCE: "too far",
    Rule.NO_ROAD: "no road",
    Rule.NO_PLACE: "no place",
}

_STOPPED: Mapping[Rule, str] = {
    Rule.LATE: "Would be late",
    Rule.EARLY: "Would wait too long",
    Rule.WEIGHT: "Too heavy",
    Rule.VOLUME: "Too bulky",
    Rule.PARCELS: "Too many parcels",
    Rule.SKILL: "Lacks a skill",
    Rule.CERTIFICATE: "Certificate ran out",
    Rule.DRIVER: "Not the driver wanted",
    Rule.SHIFT_END: "Past the shift",
    Rule.BREAK: "Break too late",
    Rule.PAIR: "No pick-up before",
    Rule.MAX_STOPS: "Too many stops",
    Rule.MAX_DURATION: "Round too long",
    Rule.MAX_DISTANCE: "Round too far",
    Rule.NO_ROAD: "No road",
    Rule.NO_PLACE: "No address",
}

_REASONS = {
    ReasonCode.NO_VEHICLE: "No vehicle",
    ReasonCode.CAPACITY: "Too much load",
    ReasonCode.DISTANCE_LIMIT: "Distance limit",
    ReasonCode.DURATION_LIMIT: "Duration limit",
    ReasonCode.TRAVEL_DURATION_LIMIT: "Driving limit",
    ReasonCode.TIME_WINDOWS: "Time window",
    ReasonCode.VEHICLE_NOT_ALLOWED: "Vehicle not allowed",
    ReasonCode.VEHICLE_IGNORED: "Drivers full",
    ReasonCode.ORDER_IGNORED: "Order left out",
    ReasonCode.SKIPPED_BY_CONSTRAINT: "Kept out by hand",
    ReasonCode.SEQUENCE_CONSTRAINED: "Rounds locked",
    ReasonCode.ZERO_PENALTY: "May be dropped",
    ReasonCode.NO_PLACE: "No address",
    ReasonCode.NO_ROAD: "No road",
    ReasonCode.NOT_PLANNED_YET: "Fits now",
    ReasonCode.CROWDED_OUT: "Crowded out",
}

_LOCKS = {
    Lock.OPEN: ("Open", ""),
    Lock.SEQUENCE: (
        "Sequence locked",
        "Sequence locked: its stops stay, in this order; re-planning may put others between.",
    ),
    Lock.DRIVER: ("Driver locked", "Driver locked: it keeps exactly its stops; re-planning may change their order."),
    Lock.ROUTE: ("Route locked", "Route locked: re-planning leaves it as it is."),
}


def stopped_words(rule: Rule | None) -> str:
    """What kept a driver from taking an order, in a few words; `None` is a lock."""
    return _STOPPED[rule] if rule else "Locked"


def lock_words(lock: Lock) -> str:
    """What is locked of a round, in two words."""
    return _LOCKS[lock][0]


def lock_sentence(lock: Lock) -> str:
    """What a round's lock means; empty when nothing is locked."""
    return _LOCKS[lock][1]


def violation_sentence(violation: Violation) -> str:
    """One broken rule as a sentence: "Arrives 7 min after the window closes."."""
    return _SENTENCES[violation.rule](violation.amount, violation.detail)


def violation_code(violation: Violation) -> str:
    """One broken rule in a word or two, for narrow columns: "7 min late"."""
    code = _CODES[violation.rule]
    return f"{fmt.minutes(violation.amount)} {code}" if violation.rule is Rule.LATE else code


def sentences(violations: Iterable[Violation]) -> tuple[str, ...]:
    """All of them, each once, worst known first: as the judge gave them."""
    return tuple(dict.fromkeys(violation_sentence(v) for v in violations))


def precision_words(precision: Precision) -> str:
    """How well an address is known."""
    return _PRECISIONS[precision]


def reason_words(code: ReasonCode) -> str:
    """Why an order is unplanned, in a word or two."""
    return _REASONS[code]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a verdict."""

    text: str
    tone: str = "text"
    """A colour token; its sign stands before the whole."""
    weight: int = 0
    """What weighs least goes first where room is short."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict in words: what a driver's row, the chooser and the bubble say of a move."""

    parts: tuple[Part, ...]
    tone: str
    """"late" where a rule breaks, "risk" where a broken one gets worse, "done" where it mends or saves, else "text"."""

    @property
    def text(self) -> str:
        """In one line."""
        return " · ".join(part.text for part in self.parts)


SIGNS: Mapping[str, str] = {"late": "alert", "risk": "alert-outline", "done": "check-circle-outline", "text": ""}
"""The icon that goes with each tone: never by colour alone."""


def changes_nothing(verdict: Verdict) -> bool:
    """Whether all stays as it is: with their own driver stops are often at their best place already."""
    amounts = (verdict.duration_s, verdict.distance_m, verdict.cost, verdict.handling_s)
    return not any((*amounts, verdict.breaks, verdict.worse, verdict.mends))


def ruling(verdict: Verdict, currency: str) -> Ruling:
    """What a move would mean: "+6 min · +1.2 km · +€3.40 · 2 late · overloaded"; "no change"."""
    if changes_nothing(verdict):
        return Ruling((Part("no change"),), "text")
    figures = (
        Part(_signed(fmt.minutes(abs(verdict.duration_s)), verdict.duration_s), weight=3),
        Part(_signed(fmt.distance(abs(verdict.distance_m)), verdict.distance_m), weight=1),
        Part(_signed(fmt.price(verdict.cost, currency), verdict.cost), weight=2),
    )
    return Ruling((*figures, *_broken(verdict)), tone_of(verdict))


def tone_of(verdict: Verdict) -> str:
    """The colour token of a verdict."""
    if verdict.breaks:
        return "late"
    if verdict.worse:
        return "risk"
    return "done" if verdict.mends or verdict.cost < 0 else "text"


def _broken(verdict: Verdict) -> Iterator[Part]:
    """New breaches, late stops counted and the rest by name; what gets worse; what is mended; goods to carry over."""
    if verdict.late:
        yield Part(f"{verdict.late} late", "late", 9)
    elif any(v.rule is Rule.LATE for v in verdict.breaks):
        yield Part("still late", "late", 9)
    for name in dict.fromkeys(violation_code(v) for v in verdict.breaks if v.rule is not Rule.LATE):
        yield Part(name, "late", 8)
    if verdict.worse:
        yield Part("later still" if all(v.rule is Rule.LATE for v in verdict.worse) else "worse", "risk", 7)
    if verdict.mends and not verdict.breaks:
        yield Part(f"mends {verdict.mends}", "done", 6)
    if verdict.handling_s > 0:
        yield Part(f"hand over {fmt.minutes(verdict.handling_s)}", "risk", 5)


def verdict_words(verdict: Verdict, currency: str = "EUR") -> str:
    """What a drop would mean, in one line."""
    return ruling(verdict, currency).text


def _signed(amount: str, value: float) -> str:
    return f"{'−' if value < 0 else '+'}{amount}"
