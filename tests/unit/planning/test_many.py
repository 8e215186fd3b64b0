"""Many rounds judged together come out as one by one, whatever they are."""

import pickle

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.planning.judge import judge, judge_many, judge_route, weigh_many, weigh_route
from dispatcher.planning.many import figures_of
from tests.fixtures.days import make_day, problem_of
from tests.unit.planning.judge_days import candidates, problems


@given(problems(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_together_as_one_by_one(p, rng):
    tried = candidates(p, rng)
    assert weigh_many(p, tried) == [weigh_route(p, *each) for each in tried]
    assert judge_many(p, tried) == [judge_route(p, *each) for each in tried]


@given(problems())
@settings(max_examples=30, deadline=None)
def test_a_judged_round_is_the_same_after_pickling(p):
    judged = judge(p, p.planned)
    again = pickle.loads(pickle.dumps(judged))
    assert again == judged
    assert judged == again
    assert all(isinstance(route.stops, tuple) for route in again.routes.values())
    assert [hash(route) for route in again.routes.values()] == [hash(route) for route in judged.routes.values()]


def test_plain_rounds_are_all_settled_together():
    p = problem_of(make_day(60, 4, 5, several_windows=0.5))
    ids = list(p.visits)
    assert figures_of(p, [(shift_id, ids[i::4]) for i, shift_id in enumerate(p.rounds)]).settled.all()
