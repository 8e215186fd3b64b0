"""Cutting: a measure over a span, along one side of the facts, with the rows behind every number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dispatcher.insight.columns import TABLES, Column, TableName
from dispatcher.insight.measures import Measure, Numbers, Terms

type Facts = Mapping[TableName, pd.DataFrame]
"""The tables."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Span:
    """Dates from the first to the last; both belong to it."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span must not end before it begins")

    @property
    def days(self) -> int:
        """How many dates."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """The one as long that ends the day before."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Cut:
    """A side along which numbers are told apart."""

    id: str
    name: str
    column: str
    """Of the table; a measure whose table lacks it cannot be cut so."""
    of_ending: bool = False
    """It says how a stop ended: what is measured is then the share of all stops, not of those that ended so."""

    def fits(self, measure: Measure) -> bool:
        """Whether the measure can be cut so."""
        return any(column.name == self.column for column in TABLES[measure.table])


CUTS: tuple[Cut, ...] = (
    Cut("day", "Day", "date"),
    Cut("weekday", "Weekday", "weekday"),
    Cut("hour", "Hour", "hour"),
    Cut("driver", "Driver", "driver_id"),
    Cut("vehicle", "Vehicle", "vehicle"),
    Cut("area", "Area", "area"),
    Cut("postcode", "Postcode", "postcode"),
    Cut("customer", "Customer", "customer"),
    Cut("sender", "Sender", "sender"),
    Cut("slot", "Slot", "slot"),
    Cut("attempt", "Attempt", "attempt"),
    Cut("reason", "Reason", "reason", of_ending=True),
    Cut("owner", "Whose affair", "owner", of_ending=True),
    Cut("kind", "Kind", "kind"),
)
CUT_BY_ID: Mapping[str, Cut] = {cut.id: cut for cut in CUTS}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number and what it is made of."""

    value: float | None
    """`None` where nothing was measured."""
    top: float
    """The numerator's sum."""
    bottom: float
    """The denominator's."""
    rows: int
    """How many rows it is made of."""


NOTHING = Figure(None, 0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class CutRow:
    """One line of a cut."""

    key: str
    """What `rows` is asked with: an ISO date, a driver's id, an hour, the words themselves; empty for not known."""
    title: str
    figure: Figure
    before: Figure | None = None
    """The same in the span compared with; `None` without one."""


@dataclass(frozen=True)
class CutTable:
    """A measure along a cut: what a chart draws and a table shows."""

    measure: Measure
    cut: Cut
    span: Span
    compared: Span | None
    total: CutRow
    rows: tuple[CutRow, ...]
    """In the cut's own order: dates and hours as they come, all else by title."""
    formula: str


@dataclass(frozen=True)
class FactRows:
    """The very rows behind a number."""

    measure: Measure
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    """Values as people's programs have them: text, `date`, aware `datetime`, float, bool; `None` for not known."""
    order_ids: tuple[str, ...]
    """One a row; empty where a row is about no order."""
    shift_ids: tuple[str, ...]
    """Of the round that a row belongs to; empty where it belongs to none."""
    tops: tuple[float, ...]
    bottoms: tuple[float, ...]
    total: int
    """How many there are, should `rows` be the first of more."""


@dataclass(frozen=True, slots=True)
class Part:
    """A measure's two numbers for every row of a span."""

    frame: pd.DataFrame = field(repr=False)
    top: Numbers
    bottom: Numbers

    @property
    def within(self) -> npt.NDArray[np.bool_]:
        """Rows that are in the number."""
        return np.asarray((self.bottom != 0) | (self.top != 0))


def in_span(frame: pd.DataFrame, span: Span) -> pd.DataFrame:
    """The rows of these dates. The frame is in the order of its dates."""
    days = frame["date"].to_numpy()
    since = np.searchsorted(days, np.datetime64(span.first, "s"), side="left")
    until = np.searchsorted(days, np.datetime64(span.last, "s"), side="right")
    return frame.iloc[int(since) : int(until)]


def part_of(facts: Facts, measure: Measure, span: Span, terms: Terms) -> Part:
    """The measure's numbers for every row of the span."""
    frame = in_span(facts[measure.table], span)
    return Part(frame, *measure.parts(frame, terms))


def total_of(measure: Measure, part: Part) -> Figure:
    """Over all rows."""
    top, bottom = float(part.top.sum()), float(part.bottom.sum())
    return Figure(measure.value(top, bottom), top, bottom, int(part.within.sum()))


def day_values(measure: Measure, part: Part, span: Span) -> tuple[tuple[date, float | None], ...]:
    """The measure on every date of the span."""
    origin = np.datetime64(span.first, "D")
    places = (part.frame["date"].to_numpy().astype("datetime64[D]") - origin).astype(np.int64)
    tops = np.bincount(places, part.top, span.days).tolist()
    bottoms = np.bincount(places, part.bottom, span.days).tolist()
    days = (span.first + timedelta(days=n) for n in range(span.days))
    return tuple((on, measure.value(t, b)) for on, t, b in zip(days, tops, bottoms, strict=True))


def cut_table(
    facts: Facts, measure: Measure, cut: Cut, span: Span, terms: Terms, compared: Span | None = None
) -> CutTable:
    """The measure along the cut, in the span and the one compared with. Raises `ValueError` if it cannot be cut so."""
    if not cut.fits(measure):
        raise ValueError(f"“{measure.name}” cannot be cut by {cut.name.lower()}")
    part = part_of(facts, measure, span, terms)
    before = part_of(facts, measure, compared, terms) if compared else None
    now, then = _figures(measure, cut, part), _figures(measure, cut, before) if before else {}
    names = {**(_titles(cut, before) if before else {}), **_titles(cut, part)}
    keys = list(now) if cut.column == "date" else list(dict.fromkeys((*now, *then)))
    rows = [CutRow(k, names[k], now.get(k, NOTHING), then.get(k, NOTHING) if before else None) for k in keys]
    total = CutRow("", "All", total_of(measure, part), total_of(measure, before) if before else None)
    return CutTable(measure, cut, span, compared, total, tuple(sorted(rows, key=_order(cut))), measure.formula(terms))


def rows_behind(
    facts: Facts, measure: Measure, span: Span, terms: Terms, *, cut: Cut | None, key: str, most: int
) -> FactRows:
    """The rows a number is made of: of one line of a cut, or of all. Of a cut by endings: those that ended so."""
    part = part_of(facts, measure, span, terms)
    chosen = part.within
    if cut is not None:
        chosen = chosen & (_keys(part.frame, cut) == key)
    frame, places = part.frame[chosen], np.flatnonzero(chosen)
    head = frame.iloc[:most]
    columns = _columns_of(measure)
    values = zip(*(_values(head[c.name]) for c in columns), strict=True)
    ids, shifts = (head[name] if name in head else [""] * len(head) for name in ("order_id", "shift_id"))
    tops, bottoms = part.top[places[:most]], part.bottom[places[:most]]
    return FactRows(
        measure,
        columns,
        tuple(values),
        tuple(ids),
        tuple(shifts),
        tuple(tops.tolist()),
        tuple(bottoms.tolist()),
        len(frame),
    )


_WHO = ("date", "number", "driver", "customer", "area", "vehicle", "slot")


def _columns_of(measure: Measure) -> tuple[Column, ...]:
    """Which row it is, then what matters to the measure."""
    known = {column.name: column for column in TABLES[measure.table]}
    wanted = dict.fromkeys((*(name for name in _WHO if name in known), *measure.shows))
    return tuple(known[name] for name in wanted)


def _values(series: "pd.Series[Any]") -> list[Any]:
    if series.dtype.kind == "M":
        moments = series.dt.tz_localize("UTC") if series.name != "date" else series
        return [None if pd.isna(v) else (v.date() if series.name == "date" else v.to_pydatetime()) for v in moments]
    return [None if isinstance(v, float) and np.isnan(v) else v for v in series.tolist()]


def _figures(measure: Measure, cut: Cut, part: Part) -> dict[str, Figure]:
    within = part.within
    codes, keys = _coded(part.frame, cut)
    top = np.bincount(codes, part.top, len(keys))
    bottom = np.bincount(codes, part.bottom, len(keys))
    count = np.bincount(codes[within], minlength=len(keys))
    if cut.of_ending:
        bottom = np.where(count > 0, part.bottom.sum(), 0.0)
    sums = zip(keys, top.tolist(), bottom.tolist(), count.tolist(), strict=True)
    return {k: Figure(measure.value(t, b), t, b, n) for k, t, b, n in sums if n}


def _coded(frame: pd.DataFrame, cut: Cut) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Which group every row is in, and the groups' keys."""
    series = frame[cut.column]
    if isinstance(series.dtype, pd.CategoricalDtype):
        of_words: npt.NDArray[np.int64] = np.asarray(series.cat.codes, dtype=np.int64)
        return of_words, [str(word) for word in series.cat.categories]
    factored, uniques = pd.factorize(series.to_numpy(), use_na_sentinel=False)
    codes: npt.NDArray[np.int64] = np.asarray(factored, dtype=np.int64)
    return codes, [_key(value) for value in uniques]


def _keys(frame: pd.DataFrame, cut: Cut) -> npt.NDArray[np.object_]:
    codes, keys = _coded(frame, cut)
    return np.array(keys, dtype=object)[codes] if keys else np.array([], dtype=object)


def _key(value: Any) -> str:
    if isinstance(value, np.datetime64):
        return str(value.astype("datetime64[D]"))
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:g}"
    return str(value)


def _titles(cut: Cut, part: Part) -> dict[str, str]:
    """What every key is called."""
    if cut.column == "driver_id":
        pairs = part.frame[["driver_id", "driver"]].drop_duplicates("driver_id", keep="last")
        return {i: n or UNKNOWN for i, n in zip(pairs["driver_id"], pairs["driver"], strict=True)}
    return {key: _title(cut, key) for key in _coded(part.frame, cut)[1]}


def _title(cut: Cut, key: str) -> str:
    if not key:
        return UNKNOWN
    match cut.column:
        case "weekday":
            return WEEKDAYS[int(key)]
        case "hour":
            return f"{int(key):02}:00"
        case _:
            return key


def _order(cut: Cut) -> Any:
    if cut.column in ("weekday", "hour", "attempt"):
        return lambda row: (not row.key, float(row.key or 0))
    return lambda row: (not row.key, row.title.casefold(), row.key)
