"""What is measured: every measure is one sum over another, each over named rows, with its formula in words.

`value = scale · Σ numerator / Σ denominator` over the rows with a denominator. So any cut of any measure is two sums,
and the rows behind a number are those with a denominator. Definitions follow the field's (see `docs/measures.md`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from dispatcher.insight.columns import TableName

type Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Terms:
    """How strictly a promise is read."""

    early_s: int = 300
    """So long before the promised time begins, an arrival is on time all the same."""
    late_s: int = 300
    """So long after it ends, too."""

    def __post_init__(self) -> None:
        if min(self.early_s, self.late_s) < 0:
            raise ValueError("a tolerance must not be negative")


class Better(StrEnum):
    """Which way is better."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


type Part = Callable[[pd.DataFrame, Terms], Numbers]
"""One number a row; NaN for rows that are not in it."""


@dataclass(frozen=True)
class Measure:
    """One thing that is measured."""

    id: str
    name: str
    unit: str
    """"%", "min", "km", "per hour", …; "minor" for an amount of money in minor currency units."""
    table: TableName
    top: Part = field(repr=False, compare=False)
    bottom: Part = field(repr=False, compare=False)
    words: str
    """The formula in words; `{early}` and `{late}` stand for the tolerances."""
    trap: str = ""
    """What it does not say, and what others count differently."""
    better: Better = Better.NEITHER
    scale: float = 1.0
    shows: tuple[str, ...] = ()
    """Columns that matter to it, besides those that say which row it is."""

    def formula(self, terms: Terms) -> str:
        """In words, with the tolerances in it."""
        return self.words.format(early=_minutes(terms.early_s), late=_minutes(terms.late_s))

    def parts(self, frame: pd.DataFrame, terms: Terms) -> tuple[Numbers, Numbers]:
        """Numerator and denominator of every row, 0 and 0 for a row that is not in it."""
        top, bottom = self.top(frame, terms), self.bottom(frame, terms)
        in_it = ~(np.isnan(top) | np.isnan(bottom))
        return np.where(in_it, top, 0.0), np.where(in_it, bottom, 0.0)

    def value(self, top: float, bottom: float) -> float | None:
        """Of two sums; `None` without a denominator."""
        return self.scale * top / bottom if bottom else None


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:g} min"


# --- what rows are ------------------------------------------------------------------------------------------------


def _ones(mask: "pd.Series[bool] | npt.NDArray[np.bool_]") -> Numbers:
    return np.asarray(mask, dtype=float)


def _among(mask: "pd.Series[bool]", of: "pd.Series[bool]") -> Numbers:
    """1 or 0 of the rows in `of`, NaN elsewhere."""
    return np.where(of, _ones(mask), np.nan)


def _has(frame: pd.DataFrame) -> "pd.Series[bool]":
    return frame["outcome"] != ""


def _tried(frame: pd.DataFrame) -> "pd.Series[bool]":
    return _has(frame) & frame["counted"]


def _delivered(frame: pd.DataFrame) -> "pd.Series[bool]":
    return frame["outcome"] == "delivered"


def _handed(frame: pd.DataFrame) -> "pd.Series[bool]":
    return frame["outcome"].isin(("delivered", "partly"))


def _seconds(later: "pd.Series[pd.Timestamp]", earlier: "pd.Series[pd.Timestamp]") -> "pd.Series[float]":
    return (later - earlier).dt.total_seconds()


def came_at(frame: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """When the driver was there: the arrival; where that is not known, when it was done."""
    return frame["arrived_at"].fillna(frame["done_at"])


def in_time(frame: pd.DataFrame, terms: Terms) -> "pd.Series[bool]":
    """Whether the driver came within the promised time, give or take."""
    at = came_at(frame)
    early, late = _seconds(frame["promised_from"], at), _seconds(at, frame["promised_until"])
    return (early <= terms.early_s) & (late <= terms.late_s)


def _promised(frame: pd.DataFrame) -> "pd.Series[bool]":
    return _tried(frame) & frame["promised_until"].notna() & came_at(frame).notna()


def _number(name: str, factor: float = 1.0) -> Part:
    return lambda frame, _terms: frame[name].to_numpy(float) * factor


def _where(number: str, mask: "Callable[[pd.DataFrame], pd.Series[bool]]", factor: float = 1.0) -> Part:
    return lambda frame, _terms: np.where(mask(frame), frame[number].to_numpy(float) * factor, np.nan)


def _count(mask: "Callable[[pd.DataFrame], pd.Series[bool]]") -> Part:
    """1 a row for which it holds; the rest are not in it."""
    return lambda frame, _terms: np.where(mask(frame), 1.0, np.nan)


def _share(mask: "Callable[[pd.DataFrame], pd.Series[bool]]", of: "Callable[[pd.DataFrame], pd.Series[bool]]") -> Part:
    return lambda frame, _terms: _among(mask(frame), of(frame))


def _first(frame: pd.DataFrame) -> "pd.Series[bool]":
    return _tried(frame) & (frame["attempt"] == 1)


def _closed(frame: pd.DataFrame) -> "pd.Series[bool]":
    return frame["closed_at"].notna()


def _otif(frame: pd.DataFrame, terms: Terms) -> Numbers:
    on_time = frame["promised_until"].isna() | in_time(frame, terms)
    in_full = _delivered(frame) & frame["in_full"]
    unknown = in_full & frame["promised_until"].notna() & came_at(frame).isna()
    return np.where(unknown, np.nan, _among(in_full & on_time, _has(frame)))


def _arrival_error(frame: pd.DataFrame, _terms: Terms) -> Numbers:
    return np.abs(_seconds(frame["arrived_at"], frame["planned_at"]).to_numpy(float)) / 60


def _arrival_bias(frame: pd.DataFrame, _terms: Terms) -> Numbers:
    return _seconds(frame["arrived_at"], frame["planned_at"]).to_numpy(float) / 60


def _service_error(frame: pd.DataFrame, terms: Terms) -> Numbers:
    return np.abs(_service_bias(frame, terms))


def _service_bias(frame: pd.DataFrame, _terms: Terms) -> Numbers:
    minutes = (frame["service_s"].to_numpy(float) - frame["service_planned_s"].to_numpy(float)) / 60
    return np.where(_tried(frame), minutes, np.nan)


def _resolution(frame: pd.DataFrame, _terms: Terms) -> Numbers:
    return _seconds(frame["closed_at"], frame["since"]).to_numpy(float) / 3600


def _all(frame: pd.DataFrame) -> "pd.Series[bool]":
    return pd.Series(True, index=frame.index)


def _proofs(frame: pd.DataFrame) -> "pd.Series[bool]":
    return frame["attempt_key"] != ""


def _when(
    part: Callable[[pd.DataFrame, Terms], "pd.Series[bool]"], of: "Callable[[pd.DataFrame], pd.Series[bool]]"
) -> Part:
    return lambda frame, terms: _among(part(frame, terms), of(frame))


# --- the measures -------------------------------------------------------------------------------------------------

_S, _R, _E, _L = TableName.STOPS, TableName.ROUNDS, TableName.EXCEPTIONS, TableName.SLOTS
_PROMISE = ("promised_from", "promised_until", "arrived_at", "done_at")
NO_ATTEMPT = "Failures where nobody stood at the door (out of time, breakdown, not loaded, weather) are not counted."
SHARED = "What a round took is shared out over the stops made of it; rounds without a track or an end are not counted."

MEASURES: tuple[Measure, ...] = (
    Measure(
        "first_attempt", "First-attempt success", "%", _S, _share(_delivered, _first), _count(_first),
        "Stops delivered at the first attempt ÷ stops tried for the first time.",
        f"{NO_ATTEMPT} Delivered in part is no success.", Better.MORE, 100, ("attempt", "outcome", "reason"),
    ),
    Measure(
        "success", "Success of all attempts", "%", _S, _share(_delivered, _tried), _count(_tried),
        "Stops delivered ÷ attempts, whichever attempt it was.", NO_ATTEMPT, Better.MORE, 100,
        ("attempt", "outcome", "reason"),
    ),
    Measure(
        "on_time", "On time", "%", _S, _when(in_time, _promised), _count(_promised),
        "Attempts with an arrival from {early} before to {late} after the promised time ÷ attempts with one.",
        f"Without a promise a stop is not counted. {NO_ATTEMPT} Where no arrival is known, the moment it was done is.",
        Better.MORE, 100, _PROMISE,
    ),
    Measure(
        "otif", "On time and in full", "%", _S, _otif, _count(_has),
        "Stops delivered in full, from {early} before to {late} after the promised time ÷ stops that ended in any way.",
        "A stop without a promise is on time; delivered when nobody wrote down, one with a promise is not counted. "
        "Failures without an attempt do count here: the customer got nothing.",
        Better.MORE, 100, ("outcome", "in_full", *_PROMISE),
    ),
    Measure(
        "completion", "Stops made", "%", _S, _share(_tried, _all), _count(_all),
        "Stops with an attempt ÷ all stops that were on a round.",
        "Says nothing of success. A stop that failed without an attempt was not made.", Better.MORE, 100, ("outcome",),
    ),
    Measure(
        "stops_per_hour", "Stops per hour", "per hour", _S, _count(_tried), _where("minutes", _tried, 1 / 60),
        "Attempts ÷ hours of the rounds, from leaving to returning.", SHARED, Better.MORE, 1, ("minutes",),
    ),
    Measure(
        "parcels_per_hour", "Parcels per hour", "per hour", _S, _where("parcels_done", _tried),
        _where("minutes", _tried, 1 / 60), "Parcels handed over ÷ hours of the rounds, from leaving to returning.",
        SHARED, Better.MORE, 1, ("parcels_done", "minutes"),
    ),
    Measure(
        "km_per_stop", "Kilometres per stop", "km", _S, _where("km", _tried), _count(_tried),
        "Kilometres driven ÷ attempts.", SHARED, Better.LESS, 1, ("km",),
    ),
    Measure(
        "minutes_per_stop", "Minutes per stop", "min", _S, _where("minutes", _tried), _count(_tried),
        "Minutes of the rounds, from leaving to returning ÷ attempts.", SHARED, Better.LESS, 1, ("minutes",),
    ),
    Measure(
        "cost_per_stop", "Cost per stop", "minor", _S, _where("cost", _tried), _count(_tried),
        "Cost of the rounds (day, kilometres, hours) ÷ attempts.", SHARED, Better.LESS, 1, ("cost",),
    ),
    Measure(
        "cost_per_success", "Cost per successful stop", "minor", _S, _where("cost", _tried),
        _share(_delivered, _tried), "Cost of the rounds (day, kilometres, hours) ÷ stops delivered.",
        f"The honest one: failures cost, too. {SHARED}", Better.LESS, 1, ("cost", "outcome"),
    ),
    Measure(
        "cost_per_parcel", "Cost per parcel", "minor", _S, _where("cost", _tried), _where("parcels_done", _tried),
        "Cost of the rounds (day, kilometres, hours) ÷ parcels handed over.", SHARED, Better.LESS, 1,
        ("cost", "parcels_done"),
    ),
    Measure(
        "waiting", "Waiting per stop", "min", _S, _where("wait_s", _tried, 1 / 60), _count(_tried),
        "Minutes from arriving until the promised time began ÷ attempts with a known arrival.",
        "Nothing is capped.", Better.LESS, 1, ("arrived_at", "promised_from", "wait_s"),
    ),
    Measure(
        "at_door", "Minutes at the door", "min", _S, _where("service_s", _tried, 1 / 60), _count(_tried),
        "Minutes from arriving, or from when the promised time began, until leaving ÷ attempts where both are known.",
        "Where leaving is not known, the moment it was done counts. Nothing is capped.",
        Better.LESS, 1, ("arrived_at", "departed_at", "service_s"),
    ),
    Measure(
        "door_against_plan", "Time at the door against the plan", "%", _S, _where("service_s", _tried),
        lambda f, _t: np.where(f["service_s"].notna() & _tried(f), f["service_planned_s"].to_numpy(float), np.nan),
        "Time at the door ÷ what the plan had for the same stops.", "100 % is as planned.", Better.LESS, 100,
        ("service_planned_s", "service_s"),
    ),
    Measure(
        "arrival_error", "Arrival against the plan", "min", _S, _arrival_error, _count(_all),
        "Minutes between planned and true arrival, early or late alike ÷ stops where both are known.",
        "Early does not make up for late.", Better.LESS, 1, ("planned_at", "arrived_at"),
    ),
    Measure(
        "arrival_bias", "Later than planned", "min", _S, _arrival_bias, _count(_all),
        "Minutes from planned to true arrival, early ones below zero ÷ stops where both are known.",
        "Early makes up for late: at zero arrivals are as likely early as late, however far off.", Better.NEITHER, 1,
        ("planned_at", "arrived_at"),
    ),
    Measure(
        "service_error", "Minutes at the door off the plan", "min", _S, _service_error, _count(_tried),
        "Minutes between planned and true time at the door, longer or shorter alike ÷ attempts where both are known.",
        "Shorter does not make up for longer. Nothing is capped.", Better.LESS, 1, ("service_planned_s", "service_s"),
    ),
    Measure(
        "service_bias", "Longer at the door than planned", "min", _S, _service_bias, _count(_tried),
        "Minutes at the door above the planned ones, fewer below zero ÷ attempts where both are known.",
        "Shorter makes up for longer: far from zero, planned times want another look.", Better.NEITHER, 1,
        ("service_planned_s", "service_s"),
    ),
    Measure(
        "failures", "Failures", "%", _S, _share(lambda f: f["outcome"] == "failed", _has), _count(_has),
        "Stops that failed ÷ stops that ended in any way.",
        "By reason or by whose affair it was, the shares add up to the whole.", Better.LESS, 100,
        ("outcome", "reason", "owner"),
    ),
    Measure(
        "redelivery", "Re-deliveries", "%", _S, _share(lambda f: f["attempt"] > 1, _all), _count(_all),
        "Stops that are a second or later attempt ÷ all stops.",
        "Counts visits, not orders: an order tried twice is two stops, one of them a re-delivery.", Better.LESS, 100,
        ("attempt",),
    ),
    Measure(
        "proof_complete", "Proof compliance", "%", _S,
        _share(lambda f: f["proof_complete"], lambda f: f["proof_wanted"]), _count(lambda f: f["proof_wanted"]),
        "Attempts with every proof that was asked for ÷ attempts that were asked for one.",
        "Says that it is there, not that it is good: see flagged proofs.", Better.MORE, 100,
        ("proof_wanted", "proof_complete"),
    ),
    Measure(
        "flagged", "Flagged proofs", "%", _S, _share(lambda f: f["flags"] > 0, _proofs), _count(_proofs),
        "Attempts with at least one flag ÷ attempts.", "A flag is a question, not a verdict.", Better.LESS, 100,
        ("flags", "flagged", "decision"),
    ),
    Measure(
        "cash", "Cash taken", "%", _S, _where("cash", lambda f: _handed(f) & (f["cash_due"] > 0)),
        _where("cash_due", lambda f: _handed(f) & (f["cash_due"] > 0)),
        "Cash taken ÷ cash due where goods changed hands.", "", Better.MORE, 100, ("cash_due", "cash"),
    ),
    Measure(
        "told", "Customers told", "%", _S, _share(lambda f: f["messages"] > 0, _all), _count(_all),
        "Stops whose customer got a message ÷ all stops.", "Sent is not read.", Better.MORE, 100, ("messages",),
    ),
    Measure(
        "km_against_plan", "Kilometres against the plan", "%", _R, _number("km"), _number("km_planned"),
        "Kilometres driven ÷ kilometres planned, of rounds that were driven with a track.", "100 % is as planned.",
        Better.LESS, 100, ("km_planned", "km"),
    ),
    Measure(
        "minutes_against_plan", "Time against the plan", "%", _R, _number("minutes"), _number("minutes_planned"),
        "Minutes from leaving to returning ÷ minutes planned, of rounds that have ended.", "100 % is as planned.",
        Better.LESS, 100, ("minutes_planned", "minutes"),
    ),
    Measure(
        "cost_against_plan", "Cost against the plan", "%", _R, _number("cost"), _number("cost_planned"),
        "Cost of rounds that were driven ÷ their planned cost.", "100 % is as planned.", Better.LESS, 100,
        ("cost_planned", "cost"),
    ),
    Measure(
        "adherence", "Planned order kept", "%", _R, _number("pairs_kept"), _number("pairs"),
        "Stops made right after a stop that the plan has earlier ÷ stops made right after another.",
        "The order as last planned, not as first.", Better.MORE, 100, ("pairs", "pairs_kept"),
    ),
    Measure(
        "resolution", "Time to settle an exception", "h", _E, _resolution, _count(_closed),
        "Hours from when an exception began until it was settled ÷ exceptions that are settled.",
        "Open ones are not in it.", Better.LESS, 1, ("kind", "since", "due_at", "closed_at"),
    ),
    Measure(
        "settled_in_time", "Exceptions settled in time", "%", _E,
        _share(lambda f: f["closed_at"] <= f["due_at"], _closed), _count(_closed),
        "Exceptions settled by when they were due ÷ exceptions that are settled.", "Open ones are not in it.",
        Better.MORE, 100, ("kind", "due_at", "closed_at"),
    ),
    Measure(
        "slot_filling", "Slot filling", "%", _L, _where("taken", lambda f: f["capacity"] > 0),
        _where("capacity", lambda f: f["capacity"] > 0),
        "Places sold ÷ places there were, of slots that could be chosen.",
        "Sold are places that orders got, and orders planned in exactly these hours. Slots without a limit of orders "
        "are not counted.", Better.MORE, 100, ("capacity", "taken"),
    ),
)  # fmt: skip


def _plannable(frame: pd.DataFrame, terms: Terms) -> "pd.Series[bool]":
    """Where whoever kept to the plan was on time."""
    early = _seconds(frame["promised_from"], frame["planned_at"]) - frame["wait_planned_s"].fillna(0)
    late = _seconds(frame["planned_at"], frame["promised_until"])
    return _promised(frame) & (early <= terms.early_s) & (late <= terms.late_s)


ON_TIME_FAIR = Measure(
    "on_time_fair", "On time, where the plan was", "%", _S,
    lambda f, t: _among(in_time(f, t), _plannable(f, t)),
    lambda f, t: np.where(_plannable(f, t), 1.0, np.nan),
    "Attempts from {early} before to {late} after the promised time ÷ attempts that the plan itself had on time.",
    f"What the plan had late is not the driver's affair. {NO_ATTEMPT}", Better.MORE, 100, (*_PROMISE, "planned_at"),
)  # fmt: skip
"""Of scorecards alone."""

BY_ID: Mapping[str, Measure] = {measure.id: measure for measure in MEASURES}
