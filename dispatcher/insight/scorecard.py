"""A driver's scorecard: shown parts, each against what the planner expected of that very round, never of others.

A part's score is 100 where the driver did as expected or better, and falls in proportion to what is missing. Parts
without data are left out; the score is the mean of those shown. After Curri's driver score, with the bands of that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from dispatcher.insight.columns import TableName
from dispatcher.insight.cuts import Facts, Figure, Part, Span, in_span, total_of
from dispatcher.insight.measures import BY_ID, ON_TIME_FAIR, Measure, Numbers, Terms

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


def measure_of(kind: PartKind) -> Measure:
    """What a part is scored by."""
    return ON_TIME_FAIR if kind.measure_id == ON_TIME_FAIR.id else BY_ID[kind.measure_id]


def drivers_of(facts: Facts, span: Span) -> tuple[str, ...]:
    """Who had a round with stops, or made one."""
    stops = in_span(facts[TableName.STOPS], span)
    return tuple(sorted({str(driver_id) for driver_id in stops["driver_id"].unique() if driver_id}))


def card_of(facts: Facts, driver_id: str, span: Span, terms: Terms) -> Scorecard:
    """One driver's scorecard."""
    frames = {table: in_span(facts[table], span) for table in (TableName.STOPS, TableName.ROUNDS)}
    own = {table: frame[frame["driver_id"] == driver_id] for table, frame in frames.items()}
    stops = own[TableName.STOPS]
    numbers = {kind.id: (kind, _numbers(own, kind, terms)) for kind in PARTS}
    parts = [scored for kind, part in numbers.values() if (scored := _part(kind, part, terms))]
    shown = {part.kind.id for part in parts}
    score = mean_of([part.score for part in parts])
    return Scorecard(
        driver_id=driver_id,
        name=str(stops["driver"].iloc[-1]) if len(stops) else "",
        span=span,
        rounds=len(own[TableName.ROUNDS]),
        stops=int((stops["outcome"] != "").sum()),
        score=score,
        band=band_of(score),
        parts=tuple(parts),
        skipped=tuple(kind for kind in PARTS if kind.id not in shown),
        trend=tuple(_trend(numbers.values(), span)),
    )


def mean_of(scores: Sequence[float]) -> float | None:
    """`None` of nothing."""
    return sum(scores) / len(scores) if scores else None


def _numbers(own: Facts, kind: PartKind, terms: Terms) -> Part:
    measure = measure_of(kind)
    frame = own[measure.table]
    return Part(frame, *measure.parts(frame, terms))


def _part(kind: PartKind, part: Part, terms: Terms) -> ScorePart | None:
    """`None` without data."""
    measure = measure_of(kind)
    figure = total_of(measure, part)
    if figure.value is None:
        return None
    return ScorePart(kind, measure.formula(terms), figure, kind.score(figure.value), tuple(events_of(kind, part)))


def _trend(numbers: Iterable[tuple[PartKind, Part]], span: Span) -> Iterator[TrendPoint]:
    first = span.first - timedelta(days=span.first.weekday())
    weeks = (span.last - first).days // 7 + 1
    scores: list[dict[str, float]] = [{} for _ in range(weeks)]
    for kind, part in numbers:
        days = part.frame["date"].to_numpy().astype("datetime64[D]") - np.datetime64(first, "D")
        week = days.astype(np.int64) // 7
        tops, bottoms = (np.bincount(week, each, weeks).tolist() for each in (part.top, part.bottom))
        for n, (top, bottom) in enumerate(zip(tops, bottoms, strict=True)):
            value = measure_of(kind).value(top, bottom)
            if value is not None:
                scores[n][kind.id] = kind.score(value)
    for n, some in enumerate(scores):
        score = mean_of(list(some.values()))
        if score is not None:
            yield TrendPoint(first + timedelta(days=7 * n), score, some)


# --- what cost points ---------------------------------------------------------------------------------------------


def events_of(kind: PartKind, part: Part) -> Iterator[Event]:
    """The rows that took points away, the gravest first."""
    lost = np.where(part.within, _lost(kind, part), 0.0)
    places = [int(n) for n in np.argsort(-lost, kind="stable")[:EVENTS] if lost[n] > 0]
    for place in places:
        row = part.frame.iloc[place]
        yield Event(
            on=row["date"].date(),
            order_id=str(row.get("order_id", "")),
            number=str(row.get("number", "")),
            shift_id=str(row["shift_id"]),
            attempt_key=str(row.get("attempt_key", "")),
            what=_what(kind, row, part.top[place], part.bottom[place]),
        )


def _lost(kind: PartKind, part: Part) -> Numbers:
    """How much each row weighs: what is missing of a share, what is over the plan."""
    return part.top - part.bottom if kind.score is _not_over else part.bottom - part.top


def _what(kind: PartKind, row: "pd.Series[Any]", top: float, bottom: float) -> str:
    match kind.id:
        case "on_time":
            return _lateness(row)
        case "proof":
            return "proof missing"
        case "adherence":
            return f"{bottom - top:.0f} of {bottom:.0f} stops out of the planned order"
        case "door":
            return f"{top / 60:.0f} min at the door, {bottom / 60:.0f} planned"
        case _:
            return f"{top:.1f} km, {bottom:.1f} planned"


def _lateness(row: "pd.Series[Any]") -> str:
    came = row["done_at"] if pd.isna(row["arrived_at"]) else row["arrived_at"]
    late_s = (came - row["promised_until"]).total_seconds()
    if late_s > 0:
        return f"{late_s / 60:.0f} min late"
    return f"{(row['promised_from'] - came).total_seconds() / 60:.0f} min early"
