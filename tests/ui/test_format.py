"""Figures as people read them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.orders import Load
from dispatcher.domain.time import TimeWindow
from ui import format as fmt

HELSINKI = ZoneInfo("Europe/Helsinki")
DAY = date(2026, 11, 24)


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HELSINKI).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "shown"),
    [(at(8, 12), "08:12"), (at(0, 5, 25), "00:05 +1"), (at(23, 50, 23), "23:50 -1"), (at(23, 59), "23:59")],
)
def test_clock(moment: datetime, shown: str) -> None:
    assert fmt.clock(moment, HELSINKI, DAY) == shown
    assert fmt.clock(moment, HELSINKI) == shown[:5]


@pytest.mark.parametrize(
    ("opens", "closes", "shown"),
    [
        (at(10), at(12), "10–12"),
        (at(8), at(9), "08–09"),
        (at(10, 30), at(12), "10:30–12:00"),
        (at(22), at(0, 0, 25), "22–24"),
        (at(22, 30), at(0, 0, 25), "22:30–24:00"),
        (at(22), at(1, 0, 25), "22–01"),
    ],
)
def test_window(opens: datetime, closes: datetime, shown: str) -> None:
    assert fmt.window(TimeWindow(opens, closes), HELSINKI) == shown


def test_several_windows() -> None:
    spans = (TimeWindow(at(8), at(10)), TimeWindow(at(14), at(16)))
    assert fmt.windows(spans, HELSINKI) == "08–10, 14–16"
    assert fmt.windows((), HELSINKI) == ""


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (22_320, "6:12 h"),
        (0, "0:00 h"),
        (59 * 60 + 40, "1:00 h"),
        (360_000, "100:00 h"),
        (-90, "−0:02 h"),
        (-1, "0:00 h"),
    ],
)
def test_duration(seconds: int, shown: str) -> None:
    assert fmt.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(1, "1 min"), (60, "1 min"), (61, "2 min"), (0, "0 min"), (7140, "119 min"), (7500, "2:05 h")],
)
def test_minutes_round_up(seconds: int, shown: str) -> None:
    assert fmt.minutes(seconds) == shown


@given(st.integers(1, 1_000_000))
def test_something_late_is_never_shown_as_nothing(seconds: int) -> None:
    assert fmt.minutes(seconds) not in ("0 min", "0:00 h")


def test_distance_and_money_and_counts() -> None:
    assert fmt.distance(12_412) == "12.4 km"
    assert fmt.distance(1_240_000) == "1,240.0 km"
    assert fmt.money(123_450, "EUR") == "1,234.50 EUR"
    assert fmt.price(123_450, "EUR") == "€1,234.50"
    assert fmt.price(-340, "CHF") == "3.40 CHF"
    assert fmt.price(3_149, "GBP", whole_from=1_000) == "£31"
    assert fmt.count(1, "stop") == "1 stop"
    assert fmt.count(0, "stop") == "0 stops"
    assert fmt.count(1240, "delivery", "deliveries") == "1,240 deliveries"
    assert fmt.weekday_date(DAY) == "Tue 24 Nov"


@pytest.mark.parametrize(
    ("load", "shown"),
    [
        (Load(412.3), "412 kg"),
        (Load(2.5, 80, 1), "2.5 kg · 80 l · 1 parcel"),
        (Load(parcels=3), "3 parcels"),
        (Load(9.96), "10 kg"),
        (Load(2.0), "2 kg"),
        (Load(), "–"),
    ],
)
def test_load(load: Load, shown: str) -> None:
    assert fmt.load(load) == shown


@pytest.mark.parametrize(
    ("past", "shown"),
    [(20, "just now"), (-20, "just now"), (240, "4 min ago"), (3 * 3600, "3 h ago"), (86_400, "1 day ago")],
)
def test_ago(past: int, shown: str) -> None:
    assert fmt.ago(at(12) - timedelta(seconds=past), at(12)) == shown
