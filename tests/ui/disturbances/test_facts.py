"""Times and words of the forms, without a widget."""

from datetime import datetime, time, timedelta

import pytest

from dispatcher.domain.fleet import Shift
from dispatcher.domain.schedule import Rule, Violation
from dispatcher.services.foresight import Foresight
from tests.fixtures import days
from tests.unit.services.conftest import small_day
from ui.disturbances import facts

DAY = small_day()
HOUR = timedelta(hours=1)


def shift(starts: datetime, hours: float) -> Shift:
    first = next(iter(DAY.shifts.values()))
    return Shift(first.id, days.DATE, first.driver_id, first.vehicle_id, starts, starts + hours * HOUR, first.start)


def test_a_time_past_midnight_belongs_to_the_night_shift() -> None:
    night = shift(days.clock("22:00"), 8)
    two, eleven = (
        facts.moment_of(DAY, time(2), night, night.ends_at),
        facts.moment_of(DAY, time(23), night, night.ends_at),
    )
    assert two == days.clock("02:00") + timedelta(days=1)
    assert eleven == days.clock("23:00")
    early = shift(days.clock("08:00"), 8)
    assert facts.moment_of(DAY, time(6), early, early.ends_at) == days.clock("06:00"), "before the shift, same day"


def test_now_is_meant_today_and_in_a_running_shift() -> None:
    day_shift, night = shift(days.clock("08:00"), 8), shift(days.clock("22:00"), 8)
    now, tomorrow = days.clock("10:40"), days.clock("02:00") + timedelta(days=1)
    assert facts.usual_moment(DAY, day_shift, now) == now
    assert facts.usual_moment(DAY, night, tomorrow) == tomorrow
    assert facts.usual_moment(DAY, day_shift, tomorrow) == day_shift.starts_at


@pytest.mark.parametrize(("at", "quarter"), [("10:00", "10:00"), ("10:01", "10:15"), ("10:59", "11:00")])
def test_quarters(at: str, quarter: str) -> None:
    assert facts.next_quarter(days.clock(at)) == days.clock(quarter)
    assert facts.next_quarter(days.clock(at) - timedelta(seconds=1)) >= days.clock(at) - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("foreseen", "said"),
    [
        (Foresight(0, 0, ()), "No stop comes late by that, and no rule is broken."),
        (Foresight(1, 61, ()), "1 stop comes late, by 2 min."),
        (Foresight(3, 1500, ()), "3 stops come late, by up to 25 min."),
        (Foresight(0, 0, (Violation(Rule.SHIFT_END, 600),)), "The round ends 10 min after the shift."),
    ],
)
def test_what_is_foreseen(foreseen: Foresight, said: str) -> None:
    assert facts.foresight_words(foreseen) == said


def test_names_in_a_row() -> None:
    assert facts.together(["Aino"]) == "Aino"
    assert facts.together(["Aino", "Eero", "Oona"]) == "Aino, Eero and Oona"
