"""Tracks on the real roads of Helsinki, driven with noise."""

import math
import statistics
from itertools import pairwise

import pytest

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.region.straight import StraightLine
from dispatcher.tracking import matching as module
from dispatcher.tracking.matching import driven_on_roads, drives, length_m
from dispatcher.tracking.track import Point, metres
from tests.fixtures.driven import agreement, driven_track
from tests.fixtures.region import scattered
from tests.unit.tracking.drives import place_of


def point(x: float, y: float, t: float) -> Point:
    place = place_of((x, y))
    return Point(t, place.lat, place.lon, 5.0, math.nan, int(t))


@pytest.mark.parametrize(("every_s", "noise_m"), [(1, 5.0), (2, 8.0), (5, 10.0), (15, 10.0)])
def test_a_noisy_track_is_found_on_the_streets_that_were_driven(helsinki_network, helsinki_roads, every_s, noise_m):
    recalls, precisions, lengths = [], [], []
    for seed in range(1, 8):
        places = scattered(helsinki_roads.bounds, 8, seed)
        truth, points = driven_track(helsinki_network, places, seed=seed, every_s=every_s, noise_m=noise_m)
        driven = driven_on_roads(points, helsinki_network, Profile.CAR)
        recall, precision = agreement(truth, driven.lines)
        recalls.append(recall)
        precisions.append(precision)
        lengths.append(driven.distance_m / length_m(truth))
    assert statistics.mean(recalls) > 0.98
    assert statistics.mean(precisions) > 0.975
    assert min(recalls) > 0.95
    assert statistics.median(lengths) == pytest.approx(1, abs=0.02)


def test_a_dead_end_for_residents_is_driven_to_its_end(helsinki_network):
    """Kaisankuja: a service road, `motor_vehicle=destination`."""
    end = Place(60.17291, 24.94232)
    truth, points = driven_track(helsinki_network, [Place(60.17428, 24.94282), end, Place(60.17202, 24.94343)])
    driven = driven_on_roads(points, helsinki_network, Profile.CAR)
    there, back = driven.lines
    assert metres(*there[-1], end.lat, end.lon) < 10
    assert metres(*back[0], end.lat, end.lon) < 10
    assert agreement(truth, driven.lines)[0] > 0.98
    assert driven.outliers == 0


@pytest.mark.parametrize("seed", range(1, 7))
def test_windows_join_without_a_seam(helsinki_network, helsinki_roads, monkeypatch, seed):
    places = scattered(helsinki_roads.bounds, 5, seed)
    _, points = driven_track(helsinki_network, places, every_s=2, noise_m=3.0, stand_s=0)
    whole = driven_on_roads(points, helsinki_network, Profile.CAR)
    monkeypatch.setattr(module, "WINDOW", 40)
    monkeypatch.setattr(module, "OVERLAP", 10)
    pieces = driven_on_roads(points, helsinki_network, Profile.CAR)
    assert pieces.distance_m == pytest.approx(whole.distance_m, rel=0.01)
    assert max(metres(*a, *b) for line in pieces.lines for a, b in pairwise(line)) < 150
    assert min(agreement(whole.lines[0], pieces.lines)) > 0.99


def test_stays_become_one_point_and_drives_begin_where_the_last_ended():
    track = [point(10 * t, 0, t) for t in range(0, 100, 5)]
    track += [point(1_000 + (t % 3) * 8, (t % 5) * 6, t) for t in range(100, 300, 5)]
    track += [point(1_000 + 10 * (t - 300), 0, t) for t in range(300, 400, 5)]
    first, second = drives(track)
    assert first[-1] == second[0]
    assert metres(first[-1].lat, first[-1].lon, *spot_at(1_000)) < 25
    assert len(first) + len(second) < 50


def spot_at(x: float) -> tuple[float, float]:
    place: Place = place_of((x, 0.0))
    return place.lat, place.lon


def test_a_gap_splits_and_standing_still_drives_nothing():
    track = [point(10 * t, 0, t) for t in range(0, 100, 5)] + [
        point(5_000 + 10 * t, 0, 1_000 + t) for t in range(0, 100, 5)
    ]
    assert len(list(drives(track))) == 2
    assert list(drives([])) == []
    assert list(drives([point(0, 0, t) for t in range(0, 500, 5)])) == []


def test_straight_lines_give_the_track_itself():
    track = [point(10 * t, 0, t) for t in range(0, 100, 5)]
    driven = driven_on_roads(track, StraightLine(), Profile.CAR)
    assert driven.distance_m == pytest.approx(950, rel=0.01)
    assert (driven.asked, driven.outliers) == (20, 0)
