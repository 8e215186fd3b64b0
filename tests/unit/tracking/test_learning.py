"""Factors of travel time: what they owe to the data, and what to the depot as a whole."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Leg, Visit, Witness
from dispatcher.tracking.learning import CAP, PRIOR_SPREAD, Factors, Stops, geohash, leg_of, legs_of
from dispatcher.tracking.stops import RoundPlan
from tests.unit.tracking.drives import BEGIN, SHIFT
from tests.unit.tracking.test_following import stops_at

HELSINKI = ZoneInfo("Europe/Helsinki")
ANNA, BEN = DriverId("anna"), DriverId("ben")

legs = st.builds(
    Leg,
    st.sampled_from(["ud9wr", "ud9wp"]),
    st.integers(7, 9),
    st.integers(0, 6),
    st.integers(30, 1_200),
    st.integers(1, 6_000),
)
cells = st.tuples(st.sampled_from(["ud9wr", "ud9wp", "u0000"]), st.integers(6, 10), st.integers(0, 6))


@given(cells)
def test_without_data_the_factor_is_one_with_the_priors_spread(cell):
    factor = Factors().factor_for(*cell)
    assert (factor.factor, factor.spread, factor.samples) == (1.0, pytest.approx(PRIOR_SPREAD), 0)


@given(st.lists(legs, max_size=30), cells, st.randoms(use_true_random=False))
def test_the_order_of_legs_does_not_matter(some, cell, dice):
    factor = Factors(some).factor_for(*cell)
    dice.shuffle(some)
    assert Factors(some).factor_for(*cell) == factor


@given(st.lists(legs, min_size=1, max_size=30), cells, st.integers(1, 5_000), st.data())
def test_a_slower_leg_never_makes_a_factor_smaller(some, cell, more_s, data):
    at = data.draw(st.integers(0, len(some) - 1))
    leg = some[at]
    slower = [*some[:at], Leg(leg.zone, leg.hour, leg.weekday, leg.planned_s, leg.driven_s + more_s), *some[at + 1 :]]
    assert Factors(slower).factor_for(*cell).factor >= Factors(some).factor_for(*cell).factor * (1 - 1e-12)


@given(st.lists(legs, max_size=30), cells)
def test_a_factor_stays_within_what_was_seen(some, cell):
    factor = Factors(some).factor_for(*cell)
    ratios = [0.0, *(max(-CAP, min(CAP, math.log(leg.driven_s / leg.planned_s))) for leg in some)]
    assert min(ratios) - 1e-9 <= math.log(factor.factor) <= max(ratios) + 1e-9
    assert factor.spread > 0


def test_much_data_speaks_for_itself_and_little_for_its_surroundings():
    rush = [Leg("ud9wr", 8, i % 5, 600, 900) for i in range(400)]
    calm = [Leg("ud9wp", 8, 1, 600, 600)]
    factors = Factors([*rush, *calm])
    assert factors.factor_for("ud9wr", 8, 2).factor == pytest.approx(1.5, rel=0.02)
    assert factors.factor_for("ud9wr", 8, 2).samples == 400
    beside, unseen = factors.factor_for("ud9wp", 8, 2), factors.factor_for("u0000", 8, 2)
    assert beside.samples == 1
    assert unseen.samples == 0
    assert beside.factor < unseen.factor == pytest.approx(1.5, rel=0.04)
    assert 1 < factors.factor_for("ud9wr", 11, 2).factor < factors.factor_for("ud9wr", 8, 2).factor + 1e-9


def test_one_lost_afternoon_moves_little():
    usual = [Leg("ud9wr", 8, 1, 600, 660) for _ in range(30)]
    before = Factors(usual).factor_for("ud9wr", 8, 1).factor
    after = Factors([*usual, Leg("ud9wr", 8, 1, 60, 20_000)]).factor_for("ud9wr", 8, 1).factor
    assert before < after < before * 1.05


def test_geohash_agrees_with_its_published_example():
    assert geohash(Place(57.64911, 10.40744), 11) == "u4pruydqqvj"
    assert geohash(Place(42.605, -5.603)) == "ezs42"


def visit(order: str, arrived_s: float, departed_s: float | None, witness: Witness = Witness.TRACK) -> Visit:
    departed = None if departed_s is None else BEGIN + timedelta(seconds=departed_s)
    return Visit(SHIFT.id, OrderId(order), BEGIN + timedelta(seconds=arrived_s), departed, witness)


def test_legs_lie_between_visits_and_know_their_hour_at_the_depot():
    plan = RoundPlan(stops_at(0.0, 600.0, 1_200.0, 1_800.0))
    visits = [visit("o0", 0, 100), visit("o1", 160, 300), visit("o3", 500, None)]
    [leg] = legs_of(visits, plan, HELSINKI, 50)
    assert (leg.planned_s, leg.driven_s, leg.hour, leg.weekday) == (48, 60, 9, 1)
    both = legs_of(visits, plan, HELSINKI, 50, lambda a, b: (150, 1_200.0))
    assert [(leg.planned_s, leg.driven_s) for leg in both] == [(48, 60), (138, 200)]


@pytest.mark.parametrize(
    ("start", "end", "planned_s"),
    [
        (visit("o0", 0, None), visit("o1", 100, 200), 60),
        (visit("o0", 0, 50, Witness.DRIVER), visit("o1", 100, 200), 60),
        (visit("o0", 0, 50), visit("o1", 100, 200, Witness.DRIVER), 60),
        (visit("o0", 0, 50), visit("o1", 100, 200), 29),
        (visit("o0", 0, 100), visit("o1", 100, 200), 60),
        (visit("o0", 0, 100), visit("o1", 1_000, 2_000), 60),
    ],
)
def test_what_says_nothing_of_traffic_is_no_leg(start, end, planned_s):
    assert leg_of(start, end, Place(60.17, 24.94), planned_s, HELSINKI) is None


def test_the_hour_follows_the_depots_clock_through_the_change_of_clocks():
    start = Visit(
        SHIFT.id, OrderId("a"), datetime(2026, 10, 25, 0, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    )
    end = Visit(SHIFT.id, OrderId("b"), datetime(2026, 10, 25, 0, 32, tzinfo=UTC))
    leg = leg_of(start, end, Place(60.17, 24.94), 100, HELSINKI)
    assert leg is not None
    assert (leg.hour, leg.weekday) == (3, 6)


def test_stops_take_what_they_took():
    assert Stops().factor_for(ANNA)[0] == pytest.approx(1.1, abs=0.02)  # a log-normal's mean over its median
    told = [(ANNA, 200.0, 400.0)] * 30 + [(BEN, 200.0, 200.0)] * 30
    (slow, _, sure), (quick, _, _), (other, _, _) = (Stops(told).factor_for(d) for d in (ANNA, BEN, DriverId("new")))
    assert quick < other < slow
    assert slow == pytest.approx(2.0, rel=0.15)
    assert sure < Stops(told[:3]).factor_for(ANNA)[2] < Stops().factor_for(ANNA)[2]


def test_a_stop_without_a_planned_time_teaches_nothing():
    assert Stops([(ANNA, 0.0, 500.0), (ANNA, 200.0, 0.0)]).factor_for(ANNA) == Stops().factor_for(ANNA)


def test_one_long_talk_moves_little():
    usual = [(ANNA, 200.0, 220.0)] * 10
    with_it = Stops([*usual, (ANNA, 200.0, 20_000.0)])
    assert with_it.factor_for(ANNA)[0] < 1.5 * Stops(usual).factor_for(ANNA)[0]
