"""The verdict before a move agrees with the judge after it."""

import hypothesis.strategies as st
from hypothesis import given, settings

from dispatcher.domain.fleet import Profile
from dispatcher.domain.roads import RoadPath, Snap, TravelTable
from dispatcher.domain.schedule import Schedule
from dispatcher.planning.judge import judge
from dispatcher.services.plan import sequences_of
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.verdict import verdict
from tests.fixtures import days

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


@settings(max_examples=150, deadline=None)
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


def _broken(schedule: Schedule) -> set[tuple[object, ...]]:
    return {(s, v.order_id, v.rule) for s, route in schedule.routes.items() for v in route.broken}
