"""Spans, values and changes in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.services.insight import BY_ID, CUT_BY_ID, Column, ColumnKind, CutRow, Figure, Span
from ui.insight.plot import round_ticks
from ui.insight.words import Change, Preset, Units, change_of, line_words, number, span_before, span_of, span_words

UNITS = Units("EUR", ZoneInfo("Europe/Berlin"))
ON = date(2026, 6, 15)
ON_TIME, COST, STOPS_PER_HOUR = BY_ID["on_time"], BY_ID["cost_per_stop"], BY_ID["stops_per_hour"]


@pytest.mark.parametrize(
    ("preset", "count"), [(Preset.DAY, 1), (Preset.WEEK, 7), (Preset.MONTH, 28), (Preset.QUARTER, 91)]
)
def test_spans_end_with_the_day_shown(preset: Preset, count: int) -> None:
    span = span_of(preset, ON)
    assert (span.last, span.days) == (ON, count)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 800))
def test_the_span_before_has_the_same_weekdays_and_is_another(first: date, more: int) -> None:
    span = Span(first, date.fromordinal(first.toordinal() + more))
    before = span_before(span)
    assert before.days == span.days
    assert before.first.weekday() == span.first.weekday()
    assert before.last < span.first
    assert (span.first - before.last).days <= 7, "no whole week lies between"


def test_a_span_in_words() -> None:
    assert span_words(Span(ON, ON)) == "Mon 15 Jun 2026"
    assert span_words(Span(date(2025, 12, 30), ON)) == "Tue 30 Dec 2025 – Mon 15 Jun 2026"
    assert span_words(span_of(Preset.WEEK, ON)) == "Tue 9 Jun – Mon 15 Jun 2026"


def test_values_have_their_units() -> None:
    assert UNITS.value(94.23, ON_TIME) == "94.2 %"
    assert UNITS.value(231.0, COST) == "€2.31"
    assert UNITS.value(9.444, STOPS_PER_HOUR) == "9.44/h"
    assert UNITS.value(None, ON_TIME) == "–"
    assert UNITS.top(123_456.0, COST) == "1,234.56"
    assert number(1_239.6) == "1,240"


def test_a_change_says_whether_it_is_good() -> None:
    assert change_of(90.0, 88.0, ON_TIME) == Change("▲ 2.0 pt", "done")
    assert change_of(110.0, 100.0, COST) == Change("▲ 10.0 %", "late")
    assert change_of(95.0, 100.0, COST) == Change("▼ 5.0 %", "done")
    assert change_of(-1.5, 0.5, BY_ID["arrival_bias"]) == Change("▼ 2.0 min", "muted"), "it goes through zero"
    assert change_of(90.0, 90.01, ON_TIME).words == "= as before"
    assert change_of(None, 90.0, ON_TIME) == change_of(3.0, 0.0, COST) == Change()


def test_cells_are_said_as_people_read_them() -> None:
    def cell(value: object, kind: ColumnKind, unit: str = "") -> str:
        return UNITS.cell(value, Column("c", kind, "C", unit))

    assert cell(datetime(2026, 6, 15, 6, 12, tzinfo=UTC), ColumnKind.MOMENT) == "08:12"
    assert cell(ON, ColumnKind.DAY) == "Mon 15 Jun 2026"
    assert cell(True, ColumnKind.YES) == "yes"
    assert cell(False, ColumnKind.YES) == ""
    assert cell(90.0, ColumnKind.NUMBER, "s") == "1.5 min"
    assert cell(1_250.0, ColumnKind.NUMBER, "minor") == "12.50 EUR"
    assert cell(3.0, ColumnKind.NUMBER) == "3"
    assert cell(None, ColumnKind.NUMBER) == ""


def test_days_are_named_as_days() -> None:
    row = CutRow("2026-06-15", "2026-06-15", Figure(1.0, 1.0, 1.0, 1))
    assert line_words(row, CUT_BY_ID["day"]) == "Mon 15 Jun"
    assert line_words(CutRow("", "not known", row.figure), CUT_BY_ID["driver"]) == "not known"


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(2, 12))
def test_ticks_are_few_and_within(low: float, reach: float, most: int) -> None:
    ticks = round_ticks(low, low + reach, most)
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * reach <= tick <= low + 1.000001 * reach for tick in ticks)
