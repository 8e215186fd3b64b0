"""Conversions and bounds."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.tracking.decode import units
from dispatcher.tracking.decode.message import Unusable

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.none()), st.binary())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        ("2.5", 2.5),
        (" 3 ", 3.0),
        (True, None),
        ("1_0", None),
        ("nan", None),
        (math.inf, None),
        (10**400, None),
        ("", None),
        ("null", None),
        (None, None),
        ([], None),
        ("9" * 100, None),
    ],
)
def test_number(value, expected):
    assert units.number(value) == expected


def test_speeds_of_the_same_drive_agree():
    assert units.speed_mps(10.0) == 10.0
    assert units.speed_mps_from_knots(19.43844) == pytest.approx(10.0, abs=1e-5)
    assert units.speed_mps_from_kmh(36) == pytest.approx(10.0)


@pytest.mark.parametrize(("value", "expected"), [(0, 0.0), (100, 100.0), (100.01, None), (-1, None), (-0.001, None)])
def test_speed_bounds(value, expected):
    assert units.speed_mps(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(0, 0.0), (359.9, 359.9), (360, 0.0), (725, 5.0), (-1, None)])
def test_heading(value, expected):
    assert units.heading_deg(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(0, None), (-5, None), (0.1, 0.1), (2e6, None)])
def test_accuracy(value, expected):
    assert units.accuracy_m(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(0, 0.0), (0.5, 0.5), (1.2, 1.0), (-1, None)])
def test_share(value, expected):
    assert units.share(value) == expected
    assert units.share_from_percent(value * 100) == expected


def test_moments_of_the_same_second_agree():
    expected = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    for stated in (
        1795500000,
        1795500000.0,
        "1795500000",
        1795500000000,
        "2026-11-24T06:00:00Z",
        "2026-11-24T08:00:00+0200",
    ):
        assert units.moment(stated) == expected
        assert units.moment(stated).tzinfo is UTC


@pytest.mark.parametrize(
    "stated",
    [
        None,
        "",
        True,
        0,
        946684799,
        4102444800,
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-24T25:00:00Z",
        "x" * 1000,
        [],
        {},
    ],
)
def test_moments_out_of_bounds(stated):
    with pytest.raises(Unusable):
        units.moment(stated)


@given(ANYTHING)
def test_whatever_it_is_the_answer_is_within_bounds_or_unknown(value):
    for ask, low, high in (
        (units.speed_mps, 0, 100),
        (units.speed_mps_from_knots, 0, 100),
        (units.speed_mps_from_kmh, 0, 100),
        (units.heading_deg, 0, math.nextafter(360, 0)),
        (units.accuracy_m, 0, 1e6),
        (units.altitude_m, -1000, 50_000),
        (units.share, 0, 1),
        (units.share_from_percent, 0, 1),
    ):
        found = ask(value)
        assert found is None or low <= found <= high
    assert units.flag(value) in (True, False, None)


@given(
    st.one_of(st.integers(), st.floats(), st.text(), st.datetimes().map(str), st.datetimes().map(datetime.isoformat))
)
def test_a_moment_is_aware_and_of_this_century_or_unusable(value):
    found = units.moment_or_none(value)
    assert found is None or datetime(2000, 1, 1, tzinfo=UTC) <= found < datetime(2100, 1, 1, tzinfo=UTC)


def test_extras_are_bounded():
    kept = units.extras({f"name{n}" * 20: "word " * 100 for n in range(500)} | {"list": [1], "object": {}})
    assert len(kept) <= units.EXTRAS
    assert all(len(name) <= 40 and len(str(value)) <= 200 for name, value in kept.items())
