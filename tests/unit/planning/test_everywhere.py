"""One more stop at every place weighs exactly what the judge says of the round written out."""

from hypothesis import given, settings

from dispatcher.planning.everywhere import Everywhere
from dispatcher.planning.judge import Weight, judge_route, weigh_route
from tests.unit.planning.judge_days import problems


@given(problems())
@settings(deadline=None)
def test_every_place_weighs_what_the_judge_says(p):
    planned = {order_id for sequence in p.planned.values() for order_id in sequence}
    loose = [order_id for order_id in p.visits if order_id not in planned]
    rounds = Everywhere(p, p.planned)
    for order_id in loose[:3]:
        places = rounds.weigh(order_id)
        for k, (shift_id, sequence) in enumerate(p.planned.items()):
            assert places.there[:, k].sum() == len(sequence) + 1
            for i in range(len(sequence) + 1):
                if places.settled[i, k]:
                    put = [*sequence[:i], order_id, *sequence[i:]]
                    found = Weight(*(int(places.weights[part][i, k]) for part in Weight._fields))
                    assert found == weigh_route(p, shift_id, put)
                    route = judge_route(p, shift_id, put)
                    now = places.duration_s[i, k], places.distance_m[i, k], places.late_s[i, k]
                    assert now == (route.duration_s, route.distance_m, route.late_s)
