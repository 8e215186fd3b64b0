"""Re-sequencing: the same orders, never worse, held stops where they were."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.place import Place
from dispatcher.planning.judge import weigh
from dispatcher.planning.resequence import resequence
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import assemble, make_crew, make_day, make_depot, make_order, problem_of, window, with_plan
from tests.unit.planning.strategies import days


@given(days(planned=True), st.integers(1, 3))
@settings(max_examples=80, deadline=None)
def test_nothing_enters_leaves_or_gets_worse(day, routes):
    p = problem_of(day)
    shift_ids = list(p.rounds)[:routes]
    found = resequence(p, p.planned, shift_ids, stop=StopRule(iterations=30))
    for shift_id in p.rounds:
        if shift_id not in shift_ids:
            assert found[shift_id] == list(p.planned[shift_id])
        for order_id in p.planned[shift_id]:
            if p.visits[order_id].held:
                assert order_id in found[shift_id]
    assert Counter(o for s in found.values() for o in s) == Counter(o for s in p.planned.values() for o in s)
    assert weigh(p, found) <= weigh(p, p.planned)
    if len(shift_ids) == 1:
        assert sorted(found[shift_ids[0]]) == sorted(p.planned[shift_ids[0]])


def test_a_muddled_round_is_put_straight():
    day = make_day(30, 1, 6, windows=0)
    ids = list(day.orders)
    random.Random(1).shuffle(ids)
    (shift_id,) = day.shifts
    p = problem_of(with_plan(day, {shift_id: ids}))
    found = resequence(p, p.planned, [shift_id], stop=StopRule(iterations=200))
    assert weigh(p, found).cost < 0.7 * weigh(p, p.planned).cost


def test_lateness_that_cannot_be_helped_is_kept_small():
    """Nothing can be on time at noon of yesterday, but the other window still can."""
    near, far = Place(50.776, 6.101), Place(50.82, 6.17)
    orders = [
        make_order(0, far, windows=(window("06:00", "06:30"),)),
        make_order(1, near, windows=(window("08:00", "08:05"),)),
    ]
    day = assemble(orders, make_crew(1, make_depot()))
    (shift_id,) = day.shifts
    p = problem_of(with_plan(day, {shift_id: [orders[0].id, orders[1].id]}))
    found = resequence(p, p.planned, [shift_id], stop=StopRule(iterations=50))
    assert found[shift_id] == [orders[1].id, orders[0].id]


def test_the_same_seed_gives_the_same_sequence():
    day = make_day(40, 2, 6)
    first, second = day.shifts
    ids = list(day.orders)
    p = problem_of(with_plan(day, {first: ids[:20], second: ids[20:]}))
    runs = [resequence(p, p.planned, [first, second], seed=4, stop=StopRule(iterations=60)) for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_repeated_order_is_left_alone():
    p = problem_of(make_day(3, 2, 1))
    first, second = p.rounds
    nonsense = {first: list(p.visits), second: list(p.visits)}
    assert resequence(p, nonsense, [first, second]) == nonsense
