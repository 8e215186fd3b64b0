"""What Insight says: spans, values in their units, changes and whether they are good. Knows no Qt."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.services.insight import Better, Column, ColumnKind, Cut, CutRow, Figure, Measure, Span
from ui import format as fmt

NONE = "–"
"""Where nothing was measured."""
WEEK_DAYS = 7


class Preset(StrEnum):
    """How long a span is; the value is its name."""

    DAY = "Day"
    WEEK = "Week"
    MONTH = "Month"
    QUARTER = "Quarter"
    CUSTOM = "Custom"


DAYS = {Preset.DAY: 1, Preset.WEEK: 7, Preset.MONTH: 28, Preset.QUARTER: 91}
"""Whole weeks, so that a span and the one before it have the same weekdays."""
TIPS = {
    Preset.DAY: "The day shown",
    Preset.WEEK: "7 days, the day shown last",
    Preset.MONTH: "28 days, the day shown last",
    Preset.QUARTER: "91 days, the day shown last",
    Preset.CUSTOM: "From one date to another",
}


def span_of(preset: Preset, on: date) -> Span:
    """So many days that end with this one. Not of `CUSTOM`, which people give."""
    return Span(on - timedelta(days=DAYS[preset] - 1), on)


def span_before(span: Span) -> Span:
    """The same span, moved back by the fewest whole weeks that make them two: both have the same weekdays."""
    back = timedelta(days=WEEK_DAYS * math.ceil(span.days / WEEK_DAYS))
    return Span(span.first - back, span.last - back)


def span_words(span: Span) -> str:
    """From when until when: "Mon 23 Nov 2026", "Tue 17 Nov – Mon 23 Nov 2026"."""
    last = f"{fmt.weekday_date(span.last)} {span.last.year}"
    if span.days == 1:
        return last
    first = fmt.weekday_date(span.first)
    year = f" {span.first.year}" if span.first.year != span.last.year else ""
    return f"{first}{year} – {last}"


@dataclass(frozen=True, slots=True)
class Units:
    """How amounts of one depot are said."""

    currency: str
    zone: ZoneInfo

    def value(self, value: float | None, measure: Measure) -> str:
        """With its unit: "94.2 %", "3.4 min", "€2.31"."""
        if value is None:
            return NONE
        if measure.unit == "minor":
            return fmt.price(round(value), self.currency) if value >= 0 else fmt.money(round(value), self.currency)
        if measure.unit == "per hour":
            return f"{number(value)}/h"
        return f"{number(value)} {measure.unit}".rstrip()

    def tick(self, value: float, measure: Measure) -> str:
        """On an axis: short, since the unit stands in the title."""
        shown = value / 100 if measure.unit == "minor" else value
        return f"{shown:,.6g}"

    def unit(self, measure: Measure) -> str:
        """What an axis counts."""
        return self.currency if measure.unit == "minor" else measure.unit

    def top(self, value: float, measure: Measure) -> str:
        """A numerator: a sum of rows' numbers; of money in whole units."""
        return f"{value / 100:,.2f}" if measure.unit == "minor" else sum_words(value)

    def cell(self, value: Any, column: Column) -> str:
        """One value of a row; nothing where it is not known."""
        match value:
            case None:
                return ""
            case bool():
                return "yes" if value else ""
            case datetime():
                return fmt.clock(value, self.zone)
            case date():
                return f"{fmt.weekday_date(value)} {value.year}"
            case float() | int():
                return self._amount(float(value), column)
            case _:
                return str(value)

    def _amount(self, value: float, column: Column) -> str:
        match column.unit:
            case "s":
                return f"{value / 60:,.1f} min"
            case "minor":
                return fmt.money(round(value), self.currency)
            case "":
                return f"{value:,.2f}".rstrip("0").removesuffix(".")
            case unit:
                return f"{number(value)} {unit}"


def number(value: float) -> str:
    """As many digits as say something: "1,240", "94.2", "3.41", "0.04"."""
    digits = 0 if abs(value) >= 1_000 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}".replace("-0.00", "0.00")


@dataclass(frozen=True, slots=True)
class Change:
    """How a value differs from the one before, in words, and the theme's token that says whether that is good."""

    words: str = ""
    tone: str = "muted"


def change_of(now: float | None, then: float | None, measure: Measure) -> Change:
    """In points of a share, in its unit where zero is best, else in percent.

    With an arrow, so that it is not said by colour alone.
    """
    if now is None or then is None:
        return Change()
    if measure.unit == "%":
        amount, unit = now - then, " pt"
    elif measure.better is Better.NEITHER:  # such a one goes through zero
        amount, unit = now - then, f" {measure.unit}"
    elif then:
        amount, unit = 100 * (now - then) / abs(then), " %"
    else:
        return Change()
    if round(abs(amount), 1) == 0:
        return Change("= as before")
    arrow = "▲" if amount > 0 else "▼"
    return Change(f"{arrow} {abs(amount):,.1f}{unit}", _tone(amount > 0, measure.better))


def _tone(more: bool, better: Better) -> str:
    if better is Better.NEITHER:
        return "muted"
    return "done" if more is (better is Better.MORE) else "late"


def sum_words(value: float) -> str:
    """A numerator or denominator: a sum of rows' numbers."""
    return f"{value:,.1f}".removesuffix(".0")


def rows_words(figure: Figure) -> str:
    """From how many rows a number comes."""
    return fmt.count(figure.rows, "row")


def right_aligned(column: Column) -> bool:
    """Numbers stand under each other."""
    return column.kind in (ColumnKind.NUMBER, ColumnKind.MOMENT)


BANDS = {
    "good": ("Good", "done"),
    "fair": ("Fair", "risk"),
    "attention": ("Attention", "late"),
    "": ("No data", "muted"),
}
"""A score's band, in a word and the theme's token."""


def line_words(row: CutRow, cut: Cut) -> str:
    """What a line of a cut is called."""
    return fmt.weekday_date(date.fromisoformat(row.key)) if cut.id == "day" and row.key else row.title
