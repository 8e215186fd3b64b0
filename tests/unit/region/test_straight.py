"""Straight lines: the same numbers as the domain's own distance, and path and table agree."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.region.straight import DETOUR, SPEED_KMH, StraightLine

places = st.lists(st.builds(Place, st.floats(-90, 90), st.floats(-180, 180)), max_size=6)


@given(places, st.sampled_from(Profile))
def test_a_table_is_haversine_times_detour_at_the_profile_s_speed(places, profile):
    table = StraightLine().table(places, profile)
    metres = np.array([[a.distance_m(b) * DETOUR for b in places] for a in places]).reshape(len(places), len(places))
    assert table.distance_m.dtype == table.duration_s.dtype == np.int32
    assert table.distance_m == pytest.approx(metres, abs=1)
    assert table.duration_s == pytest.approx(metres * 3.6 / SPEED_KMH[profile], abs=1)
    assert table.off_road_m.tolist() == [0.0] * len(places)


@given(places, st.sampled_from(Profile))
def test_a_path_is_as_long_as_its_table_says(places, profile):
    table, path = StraightLine().table(places, profile), StraightLine().path(places, profile)
    steps = list(pairwise(range(len(places))))
    # the two haversines may round differently by one
    assert path.distance_m == pytest.approx(sum(int(table.distance_m[s]) for s in steps), abs=len(steps))
    assert path.duration_s == pytest.approx(sum(int(table.duration_s[s]) for s in steps), abs=len(steps))
    assert [leg[0] for leg in path.legs] == [(p.lat, p.lon) for p in places[:-1]]


def test_it_says_what_it_is_and_leaves_places_where_they_are():
    network, place = StraightLine(), Place(50.7, 6.1)
    assert (network.name, network.straight) == ("", True)
    assert network.nearest(place, Profile.CAR).place == place
    match = network.match([place], [0], Profile.CAR)
    assert match.line == ((50.7, 6.1),)
    assert match.confidence == 0.0
    north = Place(50.71, 6.1)
    assert network.match([place, north, north], [0, 10, 20], Profile.CAR).driven_m == (0, place.distance_m(north), 0)
    network.close()
