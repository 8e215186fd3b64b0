"""The sea from its coast: left is land, right is water."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.region.basemap_coast import sea

BOX = (0.0, 0.0, 10_000.0, 10_000.0)
OUTER = (-50_000.0, -50_000.0, 60_000.0, 60_000.0)
FRAME = shapely.box(*BOX)


def coast(*lines: list[tuple[float, float]]) -> np.ndarray:
    return np.array([shapely.LineString(line) for line in lines], dtype=object)


def wet(area: shapely.Geometry, x: float, y: float) -> bool:
    return bool(shapely.intersects_xy(area, x, y))


def test_no_coast_no_sea() -> None:
    assert sea(coast(), BOX, OUTER).is_empty
    far = coast([(20_000, 0), (20_000, 9_000)])
    assert sea(far, BOX, OUTER).is_empty


def test_a_coast_through_the_frame_parts_land_from_sea() -> None:
    area = sea(coast([(5_000, -100), (5_000, 10_100)]), BOX, OUTER)  # northward: land in the west
    assert not wet(area, 4_900, 5_000)
    assert wet(area, 5_100, 5_000)
    assert wet(area, 40_000, 5_000)
    assert wet(area, 40_000, 40_000), "the corner follows its two sides"
    assert wet(area, 8_000, -40_000)
    assert not wet(area, -40_000, 5_000)
    assert not wet(area, 2_000, 40_000)


def test_an_island_lies_in_the_sea_on_all_sides() -> None:
    ring = [(4_000, 4_000), (6_000, 4_000), (6_000, 6_000), (4_000, 6_000), (4_000, 4_000)]
    area = sea(coast(ring), BOX, OUTER)
    assert not wet(area, 5_000, 5_000)
    assert area.area == pytest.approx(110_000**2 - 2_000**2)


def test_a_coast_in_many_pieces_is_one_coast() -> None:
    whole = [(5_000.0, float(y)) for y in range(-500, 11_000, 500)]
    pieces = [list(pair) for pair in pairwise(whole)]
    assert shapely.equals(sea(coast(*pieces[::-1]), BOX, OUTER), sea(coast(whole), BOX, OUTER))


def test_a_coast_cut_off_before_the_frame_is_led_on_to_it() -> None:
    area = sea(coast([(5_000, 300), (5_000, 9_700)]), BOX, OUTER)
    assert wet(area, 5_100, 100)
    assert not wet(area, 4_900, 100)


def test_an_inlet_that_leaves_and_comes_back() -> None:
    inlet = [(-100, 2_000), (3_000, 2_000), (3_000, 8_000), (-100, 8_000)]  # land is outside, to the left
    area = sea(coast(inlet[::-1]), BOX, BOX)
    assert wet(area, 1_000, 5_000)
    assert not wet(area, 5_000, 5_000)
    assert not wet(area, 1_000, 9_000)


def test_of_contradicting_coasts_the_longer_one_is_believed() -> None:
    right = [(5_000.0, -100.0), (5_000.0, 10_100.0)]
    wrong = [(9_000.0, 5_000.0), (9_000.0, 5_200.0), (9_200.0, 5_200.0), (9_000.0, 5_000.0)]  # clockwise: a pond
    area = sea(coast(right, wrong), BOX, OUTER)
    assert wet(area, 7_000, 5_000)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(500, 4_500), min_size=5, max_size=24))
def test_turning_a_coast_round_swaps_land_and_sea(radii: list[float]) -> None:
    angles = [2 * math.pi * i / len(radii) for i in range(len(radii))]
    ring = [(5_000 + r * math.cos(a), 5_000 + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    ring.append(ring[0])
    island, pool = sea(coast(ring), BOX, BOX), sea(coast(ring[::-1]), BOX, BOX)
    assert not wet(island, 5_000, 5_000)
    assert wet(pool, 5_000, 5_000)
    assert island.area + pool.area == pytest.approx(FRAME.area, rel=1e-9)
    assert shapely.area(shapely.intersection(island, pool)) == pytest.approx(0, abs=1e-3)
