"""A driver's usual hours, typed and shown."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from ui.fleet.hours import clock_text, days_text, to_clock, to_days


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_days_are_read_as_they_are_shown(weekdays: frozenset[int]) -> None:
    assert to_days(days_text(weekdays)) == weekdays


@given(st.none() | st.times().map(lambda t: t.replace(second=0, microsecond=0)))
def test_a_clock_is_read_as_it_is_shown(clock: time | None) -> None:
    assert to_clock(clock_text(clock)) == clock


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mon–Fri", "Mon–Fri"),
        ("mon-fri", "Mon–Fri"),
        ("Monday - Friday", "Mon–Fri"),
        ("Mon Wed", "Mon, Wed"),
        ("wed, mon", "Mon, Wed"),
        ("Sat–Mon", "Mon, Sat, Sun"),
        ("Mon, Tue", "Mon, Tue"),
        ("Mon–Wed; Fri", "Mon–Wed, Fri"),
        ("every day", "Mon–Sun"),
    ],
)
def test_days_as_people_write_them(text: str, shown: str) -> None:
    assert days_text(to_days(text)) == shown


@pytest.mark.parametrize(("text", "clock"), [("8", time(8)), ("8:30", time(8, 30)), ("0830", time(8, 30)), ("", None)])
def test_clocks_as_people_write_them(text: str, clock: time | None) -> None:
    assert to_clock(text) == clock


@pytest.mark.parametrize("text", ["24:00", "8:75", "eight", "8:3", "-1"])
def test_what_is_no_clock_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="no time of day"):
        to_clock(text)


@pytest.mark.parametrize("text", ["", ",", "Someday", "Mon–Later", "1-5"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        to_days(text)
