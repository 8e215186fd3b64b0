"""Tracks as they are drawn, replayed and held against the plan."""

from itertools import pairwise

import pytest

from dispatcher.tracking.track import metres
from dispatcher.tracking.trails import against, position_at, thinned
from tests.unit.tracking.drives import Habits, drive, place_of
from tests.unit.tracking.test_following import tracked


def moment(x: float, y: float, t: float) -> tuple[float, float, float]:
    place = place_of((x, y))
    return place.lat, place.lon, t


def line(*spots: tuple[float, float]):
    return tuple(moment(x, y, 0)[:2] for x, y in spots)


def test_a_days_track_is_thinned_and_stays_where_it_was():
    day = drive(1, Habits(stops=20))
    track = tracked(day.stops, day.fixes(noise_m=1.0)).trail
    [kept] = thinned(track)
    assert len(kept) < len(track) / 5
    assert set(kept) <= set(track)
    assert [t for _, _, t in kept] == sorted(t for _, _, t in kept)
    assert kept[0] == track[0]
    assert kept[-1] == track[-1]
    found = against([[(lat, lon) for lat, lon, _ in kept]], track, 9.0)
    assert found.beside_m == 0


def test_gaps_split_a_trail():
    track = [moment(i, 0, i) for i in range(10)] + [moment(500 + i, 0, 1_000 + i) for i in range(10)]
    assert [len(run) for run in thinned(track)] == [2, 2]
    assert thinned([]) == []
    assert thinned([moment(0, 0, 0)]) == [[moment(0, 0, 0)]]


def test_a_position_at_any_moment():
    track = [moment(0, 0, 0), moment(100, 0, 10), moment(100, 100, 20), moment(900, 100, 500)]
    assert position_at(track, -1) is None
    halfway = position_at(track, 5)
    assert halfway is not None
    assert metres(halfway.lat, halfway.lon, *moment(50, 0, 0)[:2]) < 0.1
    assert halfway.age_s == 5
    assert halfway.heading_deg == pytest.approx(90, abs=0.1)
    north = position_at(track, 15)
    assert north is not None
    assert north.heading_deg == pytest.approx(0, abs=0.1)
    for t, age_s in ((300, 280), (600, 100)):
        there = position_at(track, t)
        assert there is not None
        assert (there.age_s, there.heading_deg) == (age_s, None)
    assert position_at([], 0) is None


def test_the_way_driven_against_the_way_planned():
    planned = [line((0, 0), (1_000, 0)), line((1_000, 0), (2_000, 0))]
    track = [moment(0, 5, 0), moment(500, 5, 50), moment(500, 300, 80), moment(1_500, 300, 160), moment(1_500, 5, 190)]
    found = against(planned, track, 50.0)
    assert found.planned_m == pytest.approx(2_000, rel=0.01)
    assert found.driven_m == pytest.approx(500 + 295 + 1_000 + 295, rel=0.01)
    assert found.beside_m == pytest.approx(250 + 1_000 + 250, rel=0.02)
    assert len(found.beside) == 1
    assert sum(metres(*a, *b) for piece in found.left_out for a, b in pairwise(piece)) == pytest.approx(
        900 + 450, rel=0.05
    )


def test_against_nothing():
    assert against([], [], 50).planned_m == 0
    only = against([line((0, 0), (100, 0))], [], 50)
    assert (only.driven_m, len(only.left_out)) == (0, 1)
    astray = against([], [moment(0, 0, 0), moment(100, 0, 10)], 50)
    assert astray.beside_m == pytest.approx(100, rel=0.01)
