"""Insertion prices against the judge: what they promise is so, and what they refuse is not to be had."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.place import Place
from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.schedule import Rule
from dispatcher.planning.insertion import Gap, Refusal, Room, insert_best, insert_fitting
from dispatcher.planning.judge import weigh, weigh_route
from dispatcher.planning.problem import NOWHERE
from tests.fixtures.days import assemble, make_crew, make_day, make_depot, make_order, problem_of, window
from tests.fixtures.examples import examples
from tests.unit.planning.judge_days import problems
from tests.unit.planning.strategies import days


@given(days(planned=True, odd=("forced", "skilled", "early", "heavy")))
@settings(max_examples=150, deadline=None)
def test_a_gap_breaks_nothing_and_a_refusal_means_no_place_at_all(day):
    p = problem_of(day)
    for shift_id, sequence in p.planned.items():
        room, now = Room.of(p, shift_id, sequence), weigh_route(p, shift_id, sequence)
        for order_id in p.unplanned(p.planned)[:3]:
            answer = room.place(p.visits[order_id])
            after = [
                weigh_route(p, shift_id, [*sequence[:i], order_id, *sequence[i:]]) for i in range(len(sequence) + 1)
            ]
            if isinstance(answer, Gap):
                assert all(a <= b for a, b in zip(after[answer.position][:4], now[:4], strict=True)), (
                    answer,
                    now,
                    after,
                )
            else:
                assert not any(weight.sound for weight in after), answer


@given(days(planned=True))
@settings(max_examples=60, deadline=None)
def test_inserting_loses_nobody_and_keeps_the_sequence_of_the_rest(day):
    p = problem_of(day)
    waiting = list(p.unplanned(p.planned))
    found = insert_best(p, p.planned, waiting)
    assert sorted(o for s in found.values() for o in s) == sorted(
        [*waiting, *(o for s in p.planned.values() for o in s)]
    )
    for shift_id, sequence in p.planned.items():
        assert [o for o in found[shift_id] if o not in waiting] == list(sequence)
    fitted, left = insert_fitting(p, p.planned, waiting)
    assert weigh(p, fitted).overrun_s <= weigh(p, p.planned).overrun_s
    assert sorted([*left, *(o for s in fitted.values() for o in s)]) == sorted(o for s in found.values() for o in s)


@given(problems(), st.data())
@settings(max_examples=examples(100), deadline=None)
def test_under_every_rule_a_gap_breaks_nothing_and_a_refusal_means_no_place_at_all(p, data):
    order_ids = data.draw(st.lists(st.sampled_from(list(p.visits)), max_size=3, unique=True)) if p.visits else []
    left = {s: [o for o in sequence if o not in order_ids] for s, sequence in p.planned.items()}
    for shift_id, sequence in left.items():
        room, now = Room.of(p, shift_id, sequence), weigh_route(p, shift_id, sequence)
        for order_id in order_ids:
            answer = room.place(p.visits[order_id])
            after = [
                weigh_route(p, shift_id, [*sequence[:i], order_id, *sequence[i:]]) for i in range(len(sequence) + 1)
            ]
            if isinstance(answer, Gap):
                assert _no_worse(after[answer.position], now), (answer, now, after)
            else:
                assert not any(weight.sound for weight in after), answer
                assert answer.rule is not Rule.EARLY
                assert answer.amount > 0 or answer.rule is Rule.NO_ROAD


@given(problems(), st.data())
@settings(max_examples=examples(60), deadline=None)
def test_where_only_the_judge_can_tell_the_gap_weighs_least(p, data):
    order_id = data.draw(st.sampled_from(list(p.visits))) if p.visits else None
    for shift_id, sequence in p.planned.items():
        rest, duty = [o for o in sequence if o != order_id], p.rounds[shift_id]
        if order_id is None or p.bars(p.visits[order_id], duty) or not (duty.pause or duty.max_reloads):
            continue
        now = weigh_route(p, shift_id, rest)
        after = [weigh_route(p, shift_id, [*rest[:i], order_id, *rest[i:]]) for i in range(len(rest) + 1)]
        answer = Room.of(p, shift_id, rest).place(p.visits[order_id])
        fitting = [weight for weight in after if _no_worse(weight, now)]
        assert isinstance(answer, Gap) == bool(fitting)
        if isinstance(answer, Gap):
            assert after[answer.position] == min(fitting)
            assert answer.cost == min(fitting).cost - now.cost


@given(problems())
@settings(max_examples=examples(60), deadline=None)
def test_inserting_breaks_no_rule_it_could_keep(p):
    waiting = list(p.unplanned(p.planned))
    fitted, left = insert_fitting(p, p.planned, waiting)
    assert _no_worse(weigh(p, fitted), weigh(p, p.planned))
    assert sorted([*left, *(o for s in fitted.values() for o in s)]) == sorted(
        [*waiting, *(o for s in p.planned.values() for o in s)]
    )
    found = insert_best(p, p.planned, waiting) if p.planned else {}
    if any((table.duration_s >= NO_WAY).any() for table in p.travel.values()):
        return  # a gap in the roads is as bad as goods that are not fetched
    shift_of = {o: (s, i) for s, sequence in found.items() for i, o in enumerate(sequence)}
    for order_id in waiting:
        pickup = p.visits[order_id].pickup
        if pickup in waiting and p.visits[pickup].collects and p.visits[order_id].at != NOWHERE:
            (shift_id, position), (fetching, before) = shift_of[order_id], shift_of[pickup]
            able = not p.bars(p.visits[order_id], p.rounds[fetching])
            assert not able or (shift_id == fetching and before < position)


def _no_worse(weight, now):
    return all(a <= b for a, b in zip(weight[:4], now[:4], strict=True))


def test_an_order_that_is_planned_already_moves():
    p = problem_of(make_day(12, 2, 3, windows=0))
    first, second = p.rounds
    ids = list(p.visits)
    found = insert_best(p, {first: ids[:6], second: ids[6:]}, [ids[0]])
    assert sorted(found[first] + found[second]) == sorted(ids)
    alone = insert_best(p, {second: ids[6:]}, [ids[0]])
    assert sorted(alone[second]) == sorted([*ids[6:], ids[0]])


def test_a_stop_without_a_place_does_not_hide_a_detour():
    """It is served where the vehicle is: behind the far stop it is far too, and what follows comes late."""
    homeless = make_order(0, None, windows=(window("10:00", "12:00"),))
    near = make_order(1, Place(50.776, 6.101), windows=(window("10:00", "10:10"),))
    far = make_order(2, Place(50.82, 6.17), windows=(window("08:00", "09:00"),))
    p = problem_of(assemble([homeless, near, far], make_crew(1, make_depot())))
    (shift_id,) = p.rounds
    route = [homeless.id, near.id]
    assert weigh(p, {shift_id: route}).overrun_s == 0 < weigh(p, {shift_id: [far.id, *route]}).overrun_s
    assert insert_fitting(p, {shift_id: route}, [far.id]) == ({shift_id: route}, [far.id])


def test_without_routes_there_is_nowhere_to_go():
    p = problem_of(assemble([make_order(0, None)], make_crew(1, make_day(1, 1).depot)))
    with pytest.raises(ValueError, match="no route"):
        insert_best(p, {}, list(p.visits))
    found = insert_best(p, p.planned, list(p.visits))
    assert list(found.values()) == [list(p.visits)]


def test_the_gap_is_the_cheapest_by_the_judge_where_nobody_waits():
    p = problem_of(make_day(30, 1, 8, windows=0, collections=0), skew=0)
    (shift_id,) = p.rounds
    *sequence, order_id = p.visits
    gap = Room.of(p, shift_id, sequence).place(p.visits[order_id])
    assert isinstance(gap, Gap)
    costs = [weigh_route(p, shift_id, [*sequence[:i], order_id, *sequence[i:]]).cost for i in range(len(sequence) + 1)]
    assert costs[gap.position] == min(costs)
    assert costs[gap.position] - weigh_route(p, shift_id, sequence).cost == pytest.approx(gap.cost, abs=1)


def test_refusals_name_what_is_in_the_way():
    day = make_day(6, 1, 1, windows=0)
    crew = make_crew(1, day.depot, driver={"max_stops": 5})
    p = problem_of(assemble(day.orders.values(), crew))
    (shift_id,) = p.rounds
    *sequence, order_id = p.visits
    answer = Room.of(p, shift_id, sequence).place(p.visits[order_id])
    assert isinstance(answer, Refusal)
    assert (answer.rule, answer.amount) == (Rule.MAX_STOPS, 1)
