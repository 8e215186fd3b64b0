"""One more stop at every place weighs exactly what the judge says of the round written out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.planning.everywhere import Everywhere
from dispatcher.planning.judge import Weight, judge_route, weigh_route
from tests.fixtures.days import make_day, problem_of
from tests.unit.planning.judge_days import problems


@given(problems(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_every_place_weighs_what_the_judge_says(p, rng):
    for order_id in rng.sample(list(p.visits), min(4, len(p.visits))):
        left = {shift_id: [o for o in sequence if o != order_id] for shift_id, sequence in p.planned.items()}
        places = Everywhere(p, left).weigh(order_id)
        for k, (shift_id, sequence) in enumerate(left.items()):
            assert places.there[:, k].sum() == len(sequence) + 1
            for i in range(len(sequence) + 1):
                if places.settled[i, k]:
                    assert_as_judged(p, shift_id, [*sequence[:i], order_id, *sequence[i:]], places, i, k)


def assert_as_judged(p, shift_id, sequence, places, i, k):
    found = Weight(*(int(places.weights[part][i, k]) for part in Weight._fields))
    assert found == weigh_route(p, shift_id, sequence)
    route = judge_route(p, shift_id, sequence)
    now = places.duration_s[i, k], places.distance_m[i, k], places.late_s[i, k]
    assert now == (route.duration_s, route.distance_m, route.late_s)


def test_plain_places_are_all_settled():
    p = problem_of(make_day(40, 3, 5, several_windows=0.5))
    *rest, newcomer = p.visits
    places = Everywhere(p, {shift_id: rest[i::3] for i, shift_id in enumerate(p.rounds)}).weigh(newcomer)
    assert (places.settled == places.there).all()
    assert places.there.sum() == len(rest) + 3
