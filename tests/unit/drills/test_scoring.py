"""The score is the share of the avoidable harm that was avoided."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.drills.scoring import LEFT_OUT, Standing, score, total

PLAIN = Standing(cost=40_000, distance_m=30_000, duration_s=36_000, late=0, late_s=0, unplanned=0, left_out=0, broken=0)
NOTHING = replace(PLAIN, unplanned=4, left_out=4)
BEST = replace(PLAIN, cost=44_000)

standings = st.builds(
    Standing,
    cost=st.integers(0, 200_000),
    distance_m=st.just(0),
    duration_s=st.just(0),
    late=st.integers(0, 9),
    late_s=st.integers(0, 20_000),
    unplanned=st.integers(0, 9),
    left_out=st.floats(0, 18),
    broken=st.integers(0, 5),
)


def test_harm_is_money_and_a_price_for_what_people_see() -> None:
    standing = replace(PLAIN, left_out=1.5, late=2, late_s=600, broken=1)
    assert standing.harm == 40_000 + 15_000 + 1_000 + 2_500


@pytest.mark.parametrize(
    ("left_out", "cost", "points"),
    [(4, 40_000, 0), (2, 42_000, 50), (1, 43_000, 75), (0, 44_000, 100), (0, 43_000, 100)],
)
def test_the_share_of_what_could_be_avoided(left_out: int, cost: int, points: int) -> None:
    person = replace(PLAIN, unplanned=left_out, left_out=left_out, cost=cost)
    given = score(NOTHING, person, BEST)
    assert given.points == points
    assert given.avoidable == 4 * LEFT_OUT - 4_000


def test_who_makes_it_worse_has_nothing_and_is_told() -> None:
    given = score(NOTHING, replace(NOTHING, late=3, late_s=3_600), BEST)
    assert (given.points, given.words) == (0, "Worse than doing nothing.")
    assert given.avoided < 0


def test_where_nothing_is_avoidable_leaving_it_alone_is_right_and_spoiling_it_is_not() -> None:
    assert score(PLAIN, PLAIN, replace(PLAIN, cost=39_900)).points == 100
    assert score(PLAIN, replace(PLAIN, cost=40_100), PLAIN).points == 50
    assert score(PLAIN, replace(PLAIN, left_out=1), PLAIN).points == 0


def test_what_cannot_be_done_has_no_points() -> None:
    given = score(NOTHING, BEST, BEST, tampered="Stops were moved that had been driven already.")
    assert given.points == 0
    assert given.words.startswith("Stops were moved")


@given(standings, standings, standings)
def test_points_lie_between_nothing_and_all_and_the_optimiser_always_has_all(
    nothing: Standing, person: Standing, optimiser: Standing
) -> None:
    assert 0 <= score(nothing, person, optimiser).points <= 100
    assert score(nothing, optimiser, optimiser).points == 100


@given(standings, standings, standings, st.integers(1, 50_000))
def test_more_harm_never_has_more_points(nothing: Standing, person: Standing, optimiser: Standing, more: int) -> None:
    worse = replace(person, cost=person.cost + more)
    assert score(nothing, worse, optimiser).points <= score(nothing, person, optimiser).points


def test_every_disturbance_counts_alike() -> None:
    assert total([100, 0, 50]) == 50
    assert total([]) == 0
