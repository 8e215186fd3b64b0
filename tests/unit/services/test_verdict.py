"""The verdict before a move agrees with the judge after it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from db.store import SqliteStore
from dispatcher.domain.certificates import Certificate
from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Stop
from dispatcher.domain.roads import RoadPath, Snap, TravelTable
from dispatcher.domain.schedule import Rule, Schedule, Violation
from dispatcher.planning.judge import judge
from dispatcher.services.plan import land_orders, place_behind, sequences_of
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.verdict import InHand, verdict
from tests.fixtures import days
from tests.fixtures.examples import examples

DAY = days.make_day(24, 3, seed=5, skills=0.3)
IDS, SHIFTS = list(DAY.orders), list(DAY.shifts)
PLANNED = days.with_plan(DAY, {SHIFTS[0]: IDS[:9], SHIFTS[1]: IDS[9:18]})


class MadeUpRoads:
    """Great circles with a detour: enough to tell routes apart."""

    name, straight = "made up", False

    def table(self, places: object, profile: Profile, closures: object = ()) -> TravelTable:
        return days.haversine_table(places, profile, skew=0.2)  # type: ignore[arg-type]

    def path(self, places: object, profile: Profile, closures: object = ()) -> RoadPath:
        raise AssertionError("no line is asked for")

    def nearest(self, place: object, profile: Profile) -> Snap:
        raise AssertionError("no road is asked for")

    match = nearest

    def close(self) -> None:
        """Nothing is open."""


DESK = PlanningDesk(MadeUpRoads())  # type: ignore[arg-type]


@settings(max_examples=examples(150), deadline=None)
@given(
    moving=st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True),
    to=st.sampled_from(SHIFTS),
    index=st.none() | st.integers(0, 9),
)
def test_difference_and_broken_rules_are_those_after_the_move(moving: list, to: object, index: int | None) -> None:
    said = verdict(DESK, PLANNED, moving, to, index)  # type: ignore[arg-type]
    problem = DESK.problem(PLANNED)
    before = {s: list(route) for s, route in sequences_of(PLANNED).items()}
    after = {s: [o for o in route if o not in moving] for s, route in before.items()}
    was = judge(problem, before)
    places = range(len(after[to]) + 1) if index is None else [sum(1 for o in before[to][:index] if o not in moving)]
    outcomes = [judge(problem, {**after, to: [*after[to][:i], *moving, *after[to][i:]]}) for i in places]
    if index is None and len(moving) > 1:
        return  # several orders without a place are put each where it fits: not one of these outcomes
    assert (said.cost, said.distance_m) in [(o.cost - was.cost, o.distance_m - was.distance_m) for o in outcomes]
    if index is not None:
        new, old = _broken(outcomes[0]), _broken(was)
        assert {(v.order_id, v.rule) for v in said.breaks} == {(order, rule) for _, order, rule in new - old}
        assert said.mends == len(old - new)


@settings(max_examples=examples(60), deadline=None)
@given(moving=st.lists(st.sampled_from(IDS), min_size=1, max_size=6, unique=True))
def test_all_drivers_are_told_what_the_judge_says_of_the_landing(moving: list) -> None:
    hand, problem = InHand(DESK, PLANNED, moving), DESK.problem(PLANNED)
    was = judge(problem, sequences_of(PLANNED))
    said = hand.all()
    assert sorted(said) == sorted(SHIFTS)
    for shift_id, one in said.items():
        left = {r.shift_id: [s for s in r.stops if s.order_id not in moving] for r in PLANNED.plan.routes}
        place_behind(left[shift_id], [Stop(o) for o in one.sequence if o in moving], one.sequence)
        after = {s: tuple(stop.order_id for stop in stops) for s, stops in left.items()}
        assert after[shift_id] == one.sequence
        assert sorted(o for route in after.values() for o in route) == sorted(
            {*moving, *(o for route in sequences_of(PLANNED).values() for o in route)}
        )
        would = judge(problem, after)
        assert (one.cost, one.distance_m) == (would.cost - was.cost, would.distance_m - was.distance_m)
        new, old = _broken(would), _broken(was)
        assert {(v.order_id, v.rule) for v in one.breaks} == {(order, rule) for _, order, rule in new - old}
        assert (one.mends, hand.at(shift_id, None)) == (len(old - new), one)


def test_what_lands_is_what_was_shown(store: SqliteStore) -> None:
    day = store.read(lambda r: r.day(days.DATE))
    moving = [day.plan.routes[0].order_ids[1], day.unplanned[0], day.plan.routes[1].order_ids[2]]
    hand = InHand(DESK, day, moving)
    shift_id, best = next(iter(hand.all().items()))
    land = partial(land_orders, order_ids=moving, to_shift=shift_id, sequence=best.sequence)
    store.write("Move 3 stops", land)
    landed = store.read(lambda r: r.day(days.DATE))
    assert sequences_of(landed)[shift_id] == best.sequence
    held = {stop.order_id for route in landed.plan.routes for stop in route.stops if stop.held}
    assert held >= set(moving)
    problem = DESK.problem(landed)
    assert judge(problem, sequences_of(landed)).cost - judge(problem, sequences_of(day)).cost == best.cost


def test_many_threads_are_told_the_same() -> None:
    hand, index = InHand(DESK, PLANNED, IDS[:2]), 3
    alone = InHand(DESK, PLANNED, IDS[:2])
    expected = [alone.all(), alone.at(SHIFTS[1], index)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: [hand.all(), hand.at(SHIFTS[1], index)], range(8)))
    assert answers == [expected] * 8


def test_an_order_or_a_driver_of_another_day_is_refused() -> None:
    with pytest.raises(KeyError):
        InHand(DESK, PLANNED, [OrderId("another day's")])
    with pytest.raises(KeyError):
        InHand(DESK, PLANNED, IDS[:1]).at(ShiftId("another day's"), 0)


def _broken(schedule: Schedule) -> set[tuple[object, ...]]:
    return {(s, v.order_id, v.rule) for s, route in schedule.routes.items() for v in route.broken}


def test_a_drag_onto_somebody_whose_licence_ran_out_says_so() -> None:
    aino = PLANNED.drivers[PLANNED.shifts[SHIFTS[1]].driver_id]
    licence = Certificate("driving licence", days.DATE, required=True)
    asked = IDS[20]

    def broken(until: timedelta) -> list[Violation]:
        driver = replace(aino, certificates=(replace(licence, valid_until=days.DATE + until),))
        day = replace(PLANNED, drivers={**PLANNED.drivers, aino.id: driver})
        return [v for v in verdict(DESK, day, [asked], SHIFTS[1], 0).breaks if v.rule is Rule.CERTIFICATE]

    assert broken(timedelta()) == []
    assert [v.detail for v in broken(timedelta(days=-1))] == [f"{aino.name}’s driving licence ran out on 14 June 2026"]
