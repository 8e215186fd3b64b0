"""A driver's scorecard: shown parts, each against what the planner expected of that very round, never of others.

A part's score is 100 where the driver did as expected or better, and falls in proportion to what is missing. Parts
without data are left out; the score is the mean of those shown. After Curri's driver score, with the bands of that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from dispatcher.insight.columns import TableName
from dispatcher.insight.cuts import Facts, Figure, Span, in_span
from dispatcher.insight.measures import BY_ID, Measure, Terms

GOOD, FAIR = 80.0, 60.0
EVENTS = 50


@dataclass(frozen=True, slots=True)
class PartKind:
    """One thing a driver's round is looked at for."""

    id: str
    name: str
    measure_id: str
    words: str
    """How the score follows from the measure."""
    score: Callable[[float], float]
    """0-100 from the measure's value."""


def _share(value: float) -> float:
    return min(100.0, value)


def _not_over(value: float) -> float:
    """100 up to the plan; twice the plan is 50."""
    return 100.0 if value <= 100 else 100 * 100 / value


PARTS: tuple[PartKind, ...] = (
    PartKind("on_time", "On time, where the plan was", "on_time_fair",
             "Attempts on time ÷ attempts whose planned arrival was on time. The share is the score.", _share),
    PartKind("proof", "Proof compliance", "proof_complete", "The share is the score.", _share),
    PartKind("adherence", "Planned order kept", "adherence", "The share is the score.", _share),
    PartKind("door", "Time at the door against the plan", "door_against_plan",
             "100 up to the planned time; above, planned ÷ true time.", _not_over),
    PartKind("km", "Kilometres against the plan", "km_against_plan",
             "100 up to the planned kilometres; above, planned ÷ true kilometres.", _not_over),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that cost points."""

    on: date
    order_id: str
    """Empty where it is the whole round."""
    number: str
    shift_id: str
    attempt_key: str
    """By which the proof is found; empty without one."""
    what: str
    """"12 min late", "no signature", "41 km, 30 km planned"."""


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part as it came out."""

    kind: PartKind
    formula: str
    figure: Figure
    score: float
    events: tuple[Event, ...]
    """The gravest first, no more than fifty."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A week's score."""

    monday: date
    score: float
    parts: Mapping[str, float]
    """By the part's id."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One driver in a span."""

    driver_id: str
    name: str
    span: Span
    rounds: int
    stops: int
    score: float | None
    """`None` where there is no data for any part."""
    band: str
    """"good", "fair", "attention", or empty."""
    parts: tuple[ScorePart, ...]
    skipped: tuple[PartKind, ...]
    """Without data."""
    trend: tuple[TrendPoint, ...]
    """By week; weeks without data are left out."""


def band_of(score: float | None) -> str:
    """In a word."""
    if score is None:
        return ""
    return "good" if score >= GOOD else "fair" if score >= FAIR else "attention"
