"""A simulated day: the same for the same seed, and in itself as the world is."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.actions import ActionKind
from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Outcome
from dispatcher.region.straight import StraightLine
from dispatcher.simulation.fates import Fate, dead_zones, deal
from dispatcher.simulation.lapses import EARLY_S, Lapse
from dispatcher.simulation.rounds import Round, read_round
from dispatcher.simulation.streets import PARKED_M, follow
from dispatcher.simulation.track import Track, length_m, metres
from dispatcher.simulation.world import Life, truth
from tests.unit.simulation.rounds import BEGINS, DEPOT, around, body

OUTCOMES = {ActionKind.DELIVER, ActionKind.FAIL}
places = st.builds(Place, st.floats(60.1, 60.3), st.floats(24.8, 25.1))
fates = st.frozensets(st.sampled_from(list(Fate)))


def lived(round_: Round, seed: int = 1, fate: frozenset[Fate] = frozenset()) -> Life:
    life = Life(round_, StraightLine(), seed=seed, fates=fate)
    life.live()
    return life


@given(st.lists(places, max_size=12), st.integers(0, 2**32 - 1), fates)
@settings(max_examples=40, deadline=None)
def test_every_day_is_as_the_world_is(stops: list[Place], seed: int, fate: frozenset[Fate]) -> None:
    round_ = read_round(body(stops))
    life = lived(round_, seed, fate)
    assert sorted(v.order_id for v in life.visits) == sorted(d.order_id for d in round_.doors)
    assert all(a.departed_at < b.arrived_at for a, b in pairwise(life.visits))
    doors = {d.order_id: (d.place.lat, d.place.lon) for d in round_.doors}
    for visit in life.visits:
        arrived, departed = life.second(visit.arrived_at), life.second(visit.departed_at)
        assert visit.parked_m <= PARKED_M + 0.1
        assert metres(life.track.at(arrived).point, doors[visit.order_id]) == pytest.approx(visit.parked_m, abs=0.1)
        for share in (0.0, 0.3, 0.6, 1.0):  # the driver stays at the door meanwhile
            there = life.track.at(arrived + share * (departed - arrived)).point
            assert metres(there, doors[visit.order_id]) <= visit.parked_m + 0.1
    walked_m = 2 * sum(v.parked_m for v in life.visits)
    line = [point for _, point in life.track.knots]
    assert length_m(line) - walked_m == pytest.approx(sum(leg.distance_m for leg in life.legs), abs=1 + len(stops))
    assert all(a < b for (a, _), (b, _) in pairwise(life.track.knots))


@given(st.lists(places, min_size=1, max_size=12), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_what_is_said_is_what_happened(stops: list[Place], seed: int) -> None:
    life = lived(read_round(body(stops)), seed)
    said = {d.order_id: d for d in life.deeds if d.kind in OUTCOMES}  # the last one that was said of each
    for visit in life.visits:
        deed = said[visit.order_id]
        if visit.lapse is Lapse.EARLY:
            assert deed.at == visit.arrived_at - timedelta(seconds=EARLY_S)
        else:
            assert visit.arrived_at < deed.at < visit.departed_at
        assert deed.lapse is visit.lapse
        assert (deed.kind is ActionKind.FAIL) == (visit.outcome is Outcome.FAILED)
    ordered = [d.at for d in life.deeds]
    assert ordered == sorted(ordered)
    assert life.deeds[0].kind is ActionKind.BEGIN
    assert life.deeds[-1].kind is ActionKind.END
    told = [d for d in life.deeds if d.kind in OUTCOMES]
    assert len(told) - len(life.visits) == sum(d.kind is ActionKind.UNDO for d in life.deeds)


def test_every_lapse_happens_and_is_told() -> None:
    wanted = {"needs": {"delivering": {"signature": "required", "photo": "required", "cash": "required"}}}
    rounds = [read_round(body(around(60), shift=f"s{n}", cash_due=2_000, **wanted)) for n in range(12)]
    lives = [lived(round_) for round_ in rounds]
    told = [visit["lapse"] for life in lives for visit in truth(life, life.known_until)["visits"]]
    assert {lapse for lapse in told if lapse} >= {lapse.value for lapse in Lapse} - {Lapse.EARLY.value}
    assert 0.02 < sum(map(bool, told)) / len(told) < 0.08
    short = {d.order_id for life in lives for d in life.deeds if d.kind in OUTCOMES and d.body.get("cash") == 1_500}
    assert short
    assert short == {v.order_id for life in lives for v in life.visits if v.lapse is Lapse.CASH}


def test_the_same_seed_gives_the_same_day() -> None:
    round_ = read_round(body(around(20)))
    one, again, other = lived(round_, 7), lived(round_, 7), lived(round_, 8)
    assert one.track.knots == again.track.knots
    assert one.deeds == again.deeds
    assert truth(one, one.known_until) == truth(again, again.known_until)
    assert one.track.knots != other.track.knots


def test_a_round_sent_anew_changes_only_what_lies_ahead() -> None:
    first = read_round(body(around(8)))
    life = Life(first, StraightLine(), seed=3)
    for _ in range(3):
        life.advance()
    visited, behind = [v.order_id for v in life.visits], life.track.knots
    life.change(replace(first, version=2, doors=tuple(d for d in first.doors if d.order_id != "order-6")[::-1]))
    life.live()
    assert life.track.knots[: len(behind)] == behind
    assert [v.order_id for v in life.visits][:3] == visited
    assert sorted(v.order_id for v in life.visits) == sorted(f"order-{i}" for i in range(8) if i != 6)


def test_what_is_done_already_is_not_done_again() -> None:
    life = lived(read_round(body(around(5)), done=["order-0", "order-3"]))
    assert sorted(v.order_id for v in life.visits) == ["order-1", "order-2", "order-4"]


def test_fates_befall() -> None:
    round_ = read_round(body(around(20)))
    plain = lived(round_)
    stood = lived(round_, fate=frozenset({Fate.STANDS}))
    assert stood.known_until - plain.known_until >= timedelta(minutes=24)
    strayed = lived(round_, fate=frozenset({Fate.ASTRAY}))
    assert sum(v.distance_m for v in strayed.legs) > sum(v.distance_m for v in plain.legs) + 1_000
    late = lived(round_, fate=frozenset({Fate.LATE}))
    assert late.legs[0].left_at - round_.leaves_at >= timedelta(minutes=20)


def test_nobody_is_served_before_the_window_opens() -> None:
    opens = "2026-11-24T09:00:00Z"
    windows = [{"opens_at": opens, "closes_at": "2026-11-24T12:00:00Z"}]
    life = lived(read_round(body(around(3), windows=windows)))
    assert all(d.at > BEGINS + timedelta(hours=3) for d in life.deeds if d.kind in OUTCOMES)
    assert life.visits[0].arrived_at < BEGINS + timedelta(hours=3)


def test_a_driver_who_is_late_to_the_simulation_leaves_then() -> None:
    now = BEGINS + timedelta(hours=5)
    life = Life(read_round(body(around(2))), StraightLine(), seed=1, not_before=now)
    assert life.known_until >= now - timedelta(minutes=3)


@given(st.lists(places, min_size=1, max_size=6), st.floats(1, 5_000), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_a_drive_takes_the_time_it_is_given(line: list[Place], seconds: float, seed: int) -> None:
    from dispatcher.simulation.fates import Dice

    track = Track((DEPOT.lat, DEPOT.lon))
    driven_m = follow(track, [(p.lat, p.lon) for p in line], seconds, Dice(seed))
    assert track.end == pytest.approx((line[-1].lat, line[-1].lon))
    assert track.end_s == pytest.approx(seconds, rel=0.01, abs=1)
    assert driven_m == pytest.approx(length_m([point for _, point in track.knots]), rel=0.001)


def test_fates_are_dealt_by_the_seed_and_once_each() -> None:
    drivers = [f"d{i}" for i in range(9)]
    dealt = deal(1, drivers)
    assert dealt == deal(1, drivers[::-1])
    assert sorted(fate for each in dealt.values() for fate in each) == sorted(Fate)
    assert any(deal(seed, drivers) != dealt for seed in range(2, 6))
    assert sum(map(len, deal(1, drivers[:2]).values())) == 2


@given(st.lists(places, min_size=12, max_size=60), places, st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_dead_zones_lie_at_doors_and_never_reach_the_depot(doors: list[Place], depot: Place, seed: int) -> None:
    zones = dead_zones(seed, doors, depot)
    assert zones == dead_zones(seed, doors, depot)
    assert all(zone.centre in doors for zone in zones)
    assert all(zone.centre.distance_m(depot) > zone.radius_m for zone in zones)


def test_a_day_has_dead_zones() -> None:
    assert 3 <= len(dead_zones(1, around(40), Place(61, 25))) <= 6


@pytest.mark.parametrize("spoilt", ["stops", "starts_at", "zone", "depot"])
def test_a_round_of_another_form_is_refused_in_words(spoilt: str) -> None:
    with pytest.raises(BadInput, match="Send the rounds again"):
        read_round({k: v for k, v in body(around(2)).items() if k != spoilt})
    with pytest.raises(BadInput, match="cannot read"):
        read_round(body(around(2)) | {spoilt: "no"})
