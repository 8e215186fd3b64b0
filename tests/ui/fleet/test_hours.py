"""A driver's usual hours, typed and shown."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from ui.fleet.hours import between_text, days_text, to_between, to_clock, to_days


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_days_are_read_as_they_are_shown(weekdays: frozenset[int]) -> None:
    assert to_days(days_text(weekdays)) == weekdays


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


clocks = st.none() | st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(clocks, clocks)
def test_two_clocks_are_read_as_they_are_shown(first: time | None, last: time | None) -> None:
    assert to_between(between_text(first, last)) == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("11-13", time(11), time(13)),
        (" 11:00 – 13:30 ", time(11), time(13, 30)),
        ("from 11 until 13", time(11), time(13)),
        ("Between 11 and 13", time(11), time(13)),
        ("0830 to 0900", time(8, 30), time(9)),
        ("after 11", time(11), None),
        ("by 13:00", None, time(13)),
        ("11:00–", time(11), None),
        ("–13", None, time(13)),
        ("22:00–06:00", time(22), time(6)),
        ("", None, None),
    ],
)
def test_two_clocks_as_people_write_them(text: str, first: time | None, last: time | None) -> None:
    assert to_between(text) == (first, last)


@pytest.mark.parametrize("text", ["11", "11-12-13", "noon–13", "from noon", "25-26", "11,13"])
def test_what_are_no_two_clocks_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        to_between(text)
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["", ",", "Someday", "Mon–Later", "1-5"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        to_days(text)
