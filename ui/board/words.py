"""Broken rules, reasons and precisions in words for people.

Knows no Qt. A `Violation` carries a rule and an amount; here both become one sentence.
"""

from collections.abc import Callable, Iterable, Mapping

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

_REASONS = {
    ReasonCode.NO_VEHICLE: "No vehicle",
    ReasonCode.CAPACITY: "Too much load",
    ReasonCode.DISTANCE_LIMIT: "Distance limit",
    ReasonCode.DURATION_LIMIT: "Duration limit",
    ReasonCode.TRAVEL_DURATION_LIMIT: "Driving limit",
    ReasonCode.TIME_WINDOWS: "Time window",
    ReasonCode.VEHICLE_NOT_ALLOWED: "Vehicle not allowed",
    ReasonCode.VEHICLE_IGNORED: "Vehicle left out",
    ReasonCode.ORDER_IGNORED: "Order left out",
    ReasonCode.SKIPPED_BY_CONSTRAINT: "Kept out by hand",
    ReasonCode.SEQUENCE_CONSTRAINED: "Sequence fixed",
    ReasonCode.ZERO_PENALTY: "May be dropped",
    ReasonCode.NO_PLACE: "No address",
    ReasonCode.NO_ROAD: "No road",
    ReasonCode.NOT_PLANNED_YET: "Not planned yet",
    ReasonCode.CROWDED_OUT: "Crowded out",
}


def violation_sentence(violation: Violation) -> str:
    """One broken rule as a sentence: "Arrives 7 min after the window closes."."""
    return _SENTENCES[violation.rule](violation.amount, violation.detail)


def violation_code(violation: Violation) -> str:
    """One broken rule in a word or two, for narrow columns: "7 min late"."""
    match violation.rule:
        case Rule.LATE:
            return f"{fmt.minutes(violation.amount)} late"
        case Rule.EARLY:
            return "long wait"
        case Rule.WEIGHT | Rule.VOLUME | Rule.PARCELS:
            return "overloaded"
        case Rule.SKILL:
            return "skill"
        case Rule.DRIVER:
            return "other driver"
        case Rule.SHIFT_END:
            return "past shift"
        case Rule.BREAK:
            return "late break"
        case Rule.PAIR:
            return "before pick-up"
        case Rule.MAX_STOPS:
            return "too many stops"
        case Rule.MAX_DURATION:
            return "too long"
        case Rule.MAX_DISTANCE:
            return "too far"
        case Rule.NO_ROAD:
            return "no road"
        case Rule.NO_PLACE:
            return "no place"


def sentences(violations: Iterable[Violation]) -> tuple[str, ...]:
    """All of them, each once, worst known first: as the judge gave them."""
    return tuple(dict.fromkeys(violation_sentence(v) for v in violations))


def precision_words(precision: Precision) -> str:
    """How well an address is known."""
    return _PRECISIONS[precision]


def reason_words(code: ReasonCode) -> str:
    """Why an order is unplanned, in a word or two."""
    return _REASONS[code]


def verdict_words(verdict: Verdict) -> str:
    """What a drop would mean, in one line: "+6 min · +1.2 km · 2 late · overloaded"."""
    parts = [_signed(fmt.minutes(abs(verdict.duration_s)), verdict.duration_s)]
    parts.append(_signed(fmt.distance(abs(verdict.distance_m)), verdict.distance_m))
    late = sum(1 for v in verdict.breaks if v.rule is Rule.LATE)
    if late:
        parts.append(f"{fmt.count(late, 'stop')} late")
    parts += dict.fromkeys(violation_code(v) for v in verdict.breaks if v.rule is not Rule.LATE)
    if verdict.mends and not verdict.breaks:
        parts.append(f"mends {fmt.count(verdict.mends, 'broken rule')}")
    return " · ".join(parts)


def _signed(amount: str, value: float) -> str:
    return f"{'−' if value < 0 else '+'}{amount}"
