"""Which fixes are followed, and what a device's clock is taken to be."""

from datetime import timedelta

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Doubt, Fix
from dispatcher.tracking.filtering import Sieve, Skew, doubt_of
from dispatcher.tracking.track import Track, metres, point_of
from tests.unit.tracking.drives import BEGIN, ORIGIN, place_of, stored


def at(second: float, x: float = 0.0, y: float = 0.0, seq: int = 1, **said):
    return stored(Fix(BEGIN + timedelta(seconds=second), place_of((x, y)), **said), seq)


@pytest.mark.parametrize(
    ("fix", "lag_s", "doubt"),
    [
        (Fix(BEGIN, ORIGIN), 0, None),
        (Fix(BEGIN, ORIGIN, valid=False), 0, Doubt.INVALID),
        (Fix(BEGIN, Place(0.0, 0.0)), 0, Doubt.ZERO),
        (Fix(BEGIN, Place(0.0, 10.0)), 0, None),
        (Fix(BEGIN, ORIGIN), -119, None),
        (Fix(BEGIN, ORIGIN), -121, Doubt.FUTURE),
        (Fix(BEGIN, ORIGIN), 86_399, None),
        (Fix(BEGIN, ORIGIN), 86_401, Doubt.OLD),
        (Fix(BEGIN, ORIGIN, accuracy_m=200.0), 0, None),
        (Fix(BEGIN, ORIGIN, accuracy_m=201.0), 0, Doubt.INACCURATE),
    ],
)
def test_what_speaks_against_a_fix_by_itself(fix, lag_s, doubt):
    assert doubt_of(stored(fix, 1, lag_s)) is doubt


def test_a_leap_is_held_back_and_the_next_good_fix_followed():
    sieve = Sieve()
    points = [point_of(at(0)), point_of(at(5, 5_000)), point_of(at(10, 60))]
    assert [sieve.take(p) for p in points] == [(points[0],), (), (points[2],)]


def test_three_that_agree_outweigh_a_stale_anchor():
    sieve = Sieve()
    home, *there = [point_of(at(i, 90_000 * (i > 0))) for i in range(5)]
    assert [sieve.take(p) for p in (home, *there)] == [(home,), (), (), tuple(there[:3]), (there[3],)]


def test_leaps_that_do_not_agree_never_win():
    sieve = Sieve()
    first = point_of(at(0))
    wild = [point_of(at(i, 50_000 * (-1) ** i, 90_000)) for i in range(1, 20)]
    assert sieve.take(first) == (first,)
    assert all(sieve.take(p) == () for p in wild)


def test_a_fast_train_of_thought_across_a_gap_is_no_leap():
    sieve = Sieve()
    sieve.take(point_of(at(0)))
    later = point_of(at(3_600, 100_000))
    assert sieve.take(later) == (later,)


def test_a_track_sorts_by_time_and_names_twins():
    track = Track()
    late, early, beside = point_of(at(10, seq=1)), point_of(at(5, seq=2)), point_of(at(10, 9, seq=3))
    assert [track.add(p) for p in (late, early, beside)] == [None] * 3
    twin = track.add(point_of(at(10, seq=4)))
    assert twin is not None
    assert twin.seq == late.seq
    assert [track[i].seq for i in range(3)] == [2, 1, 3]
    assert track.after(point_of(at(10)).t) == 1


def test_metres_agree_with_the_great_circle():
    for a, b in [((60.17, 24.94), (60.2, 25.1)), ((-33.9, 151.2), (-34.0, 151.0)), ((1.0, 179.99), (1.0, -179.99))]:
        assert metres(*a, *b) == pytest.approx(Place(*a).distance_m(Place(*b)), rel=1e-4)


def test_a_clock_that_is_fast_shows_in_what_was_sent():
    skew = Skew()
    for i, lag_s in enumerate([3, 1, 40]):
        moment = BEGIN + timedelta(seconds=i + 300)
        skew.take(stored(Fix(moment, ORIGIN, sent_at=moment), 1, lag_s - 300))
    assert skew.ahead_s == pytest.approx(299)


def test_fixes_kept_back_for_hours_are_no_slow_clock():
    skew = Skew()
    for i in range(100):
        skew.take(stored(at(i).fix, i, 7_200 - i))
    assert skew.ahead_s == 0
    skew.take(at(7_300))
    assert skew.ahead_s == pytest.approx(-1)


def test_a_slow_clock_is_believed_in_time():
    skew = Skew()
    for i in range(0, 1_200, 10):
        skew.take(stored(at(i).fix, i, 300))
    assert skew.ahead_s == pytest.approx(-300)


def test_a_queue_that_is_worked_off_for_an_hour_is_no_slow_clock():
    skew = Skew()
    for i in range(0, 3_600, 15):
        skew.take(stored(at(i).fix, i, 1_800 - i / 4))
        assert skew.correction_s == 0


def test_a_slow_clock_stays_known_while_its_fixes_wait():
    skew = Skew()
    for i in range(0, 1_200, 15):
        skew.take(stored(at(i).fix, i, 540))
    for i in range(1_200, 1_500, 15):
        skew.take(stored(at(i).fix, i, 540 + 1_500 - i))
        assert skew.correction_s == pytest.approx(-540)


def test_a_wrong_clock_is_set_right_once_three_fixes_agree():
    skew = Skew()
    for i in range(2):
        skew.take(stored(at(i).fix, i, -540))
    assert skew.correction_s == 0
    skew.take(stored(at(2).fix, 2, -538))
    assert skew.correction_s == pytest.approx(538)


def test_one_fix_from_the_future_sets_no_clock_right():
    skew = Skew()
    for i in range(20):
        skew.take(stored(at(i).fix, i, -7_200 if i == 10 else 2))
    assert skew.ahead_s > 7_000
    assert skew.correction_s == 0
