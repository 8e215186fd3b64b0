"""Offers of all shifts against the judge: what is said beforehand is what is so afterwards, and no place is better."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.schedule import Rule
from dispatcher.planning.fixed import fixed_heads
from dispatcher.planning.judge import judge, judge_route, weigh, weigh_route
from dispatcher.planning.lanes import Lanes
from dispatcher.planning.problem import Problem
from dispatcher.planning.rank import Hand, Offer, rank
from dispatcher.planning.sharpen import sharpen
from dispatcher.planning.standing import Remembered
from tests.fixtures.days import assemble, make_crew, make_day, make_depot, make_order, problem_of, window, with_plan
from tests.fixtures.examples import examples
from tests.unit.planning.bound_days import bound_days
from tests.unit.planning.judge_days import problems

type Routes = dict[ShiftId, list[OrderId]]


@given(problems(), st.data())
@settings(max_examples=examples(150), deadline=None)
def test_the_floors_are_below_every_weight_and_only_doubtful_places_are_better(problem: Problem, data: st.DataObject):
    order_id = _some(problem, data, 1)[0]
    left = _without(problem, [order_id])
    visit, lanes = problem.visits[order_id], Lanes.of(problem, left)
    prices = lanes.price(visit, lanes.ground.reach(visit))
    prices.floors["barred"] += [weigh_route(problem, s, q).barred for s, q in left.items()] + lanes.ground.barred(visit)
    for lane, (shift_id, rest) in enumerate(left.items()):
        for place in range(len(rest) + 1):
            weight = weigh_route(problem, shift_id, [*rest[:place], order_id, *rest[place:]])
            floor = [int(prices.floors[part][place, lane]) if part in prices.floors else 0 for part in weight._fields]
            assert prices.unsure[place, lane] or floor <= list(weight), (shift_id, place, floor, weight)
        assert prices.there[:, lane].sum() == len(rest) + 1


@given(problems(), st.data())
@settings(max_examples=examples(100), deadline=None)
def test_for_one_stop_no_place_weighs_less_and_the_best_comes_first(problem: Problem, data: st.DataObject):
    order_id = _some(problem, data, 1)[0]
    left, offers = _without(problem, [order_id]), rank(problem, problem.planned, [order_id])
    now = weigh(problem, problem.planned)
    for offer in offers:
        rest = left[offer.shift_id]
        tries = [[*rest[:i], order_id, *rest[i:]] for i in range(len(rest) + 1)]
        best = min(weigh(problem, {**left, offer.shift_id: sequence}) for sequence in tries)
        assert list(offer.sequence) in tries
        assert offer.weight == best.less(now)
    weights = [offer.weight for offer in offers]
    assert weights == sorted(weights)
    order = list(problem.planned)
    assert [o.shift_id for o in offers] == sorted(order, key=lambda s: (weights[_at(offers, s)], order.index(s)))


@given(problems(), st.data())
@settings(max_examples=examples(100), deadline=None)
def test_what_is_said_is_what_the_judge_says_after_the_drop(problem: Problem, data: st.DataObject):
    moving = _some(problem, data, data.draw(st.integers(1, 5)))
    hand, left = Hand(problem, problem.planned, moving), _without(problem, moving)
    offers = hand.offers()
    assert {o.shift_id for o in offers} == set(problem.planned)
    for offer in offers:
        assert sorted(offer.sequence) == sorted([*left[offer.shift_id], *moving])
        assert [o for o in offer.sequence if o not in moving] == left[offer.shift_id]
        _agrees(problem, offer, {**left, offer.shift_id: list(offer.sequence)})
    for shift_id, sequence in problem.planned.items():
        for index in range(len(sequence) + 1):
            at = sum(1 for o in sequence[:index] if o not in moving)
            dropped = [*left[shift_id][:at], *moving, *left[shift_id][at:]]
            offer = hand.at(shift_id, index)
            assert list(offer.sequence) == dropped
            _agrees(problem, offer, {**left, shift_id: dropped})


@given(bound_days(binding=("done", "freeze")), st.data())
@settings(max_examples=examples(60), deadline=None)
def test_nothing_goes_where_a_driver_has_been_or_before_the_freeze_line(day, data: st.DataObject):
    problem = problem_of(day)
    moving = _some(problem, data, data.draw(st.integers(1, 3)))
    heads, left = fixed_heads(problem, problem.planned), _without(problem, moving)
    for offer in rank(problem, problem.planned, moving):
        head = [o for o in problem.planned[offer.shift_id][: heads[offer.shift_id]] if o not in moving]
        assert list(offer.sequence)[: len(head)] == head
        if len(moving) == 1:
            rest, first = left[offer.shift_id], len(head)
            tries = [[*rest[:i], *moving, *rest[i:]] for i in range(first, len(rest) + 1)]
            least = min(weigh_route(problem, offer.shift_id, sequence) for sequence in tries)
            assert weigh_route(problem, offer.shift_id, offer.sequence) == least


@given(bound_days(binding=("loaded",)), st.data())
@settings(max_examples=examples(40), deadline=None)
def test_goods_in_another_van_cost_handling(day, data: st.DataObject):
    problem = problem_of(day)
    moving = _some(problem, data, 2)
    was = {o: s for s, sequence in problem.planned.items() for o in sequence}
    before = sum(o in was and problem.visits[o].loaded_on not in (None, was[o]) for o in moving)
    for offer in rank(problem, problem.planned, moving):
        elsewhere = sum(problem.visits[o].loaded_on not in (None, offer.shift_id) for o in moving)
        assert (offer.loaded, offer.handling_s) == (elsewhere, problem.handling_s * (elsewhere - before))


def test_several_stops_go_apart_to_where_they_belong():
    day = make_day(40, 3, 7, windows=0.3, collections=0.1)
    ids, shifts = list(day.orders), list(day.shifts)
    problem = problem_of(with_plan(day, {shifts[0]: ids[:12], shifts[1]: ids[12:24]}))
    offer = next(o for o in rank(problem, problem.planned, ids[30:35]) if o.shift_id == shifts[0])
    together = [*ids[:12], *ids[30:35]]
    assert offer.cost < judge_route(problem, shifts[0], together).cost - judge_route(problem, shifts[0], ids[:12]).cost
    positions = [offer.sequence.index(o) for o in ids[30:35]]
    assert max(positions) - min(positions) > len(positions)


def test_a_pick_up_goes_before_what_it_is_fetched_for():
    day = make_day(12, 2, 5, windows=0, collections=0)
    fetched, brought, *others = day.orders.values()
    fetched = replace(fetched, kind=type(fetched.kind).COLLECTION)
    brought = replace(brought, pickup_id=fetched.id, load=fetched.load)
    day = replace(day, orders={o.id: o for o in (fetched, brought, *others)})
    shifts = list(day.shifts)
    problem = problem_of(with_plan(day, {shifts[0]: [o.id for o in others[:5]]}))
    for offer in rank(problem, problem.planned, [brought.id, fetched.id]):
        assert offer.sequence.index(fetched.id) < offer.sequence.index(brought.id)
        assert not offer.breaks
    with_brought = {shifts[0]: [others[0].id, brought.id, others[1].id], shifts[1]: []}
    assert judge(problem, with_brought).routes[shifts[0]].broken[0].rule is Rule.PAIR
    first = rank(problem, with_brought, [fetched.id])[0]
    assert (first.shift_id, first.mends, first.breaks) == (shifts[0], 1, ())
    assert first.sequence.index(fetched.id) < first.sequence.index(brought.id)


def test_worse_is_told_from_new():
    early, late = window("08:00", "08:01"), window("08:00", "18:00")
    far, near = (
        make_order(0, Place(50.82, 6.17), windows=(early,)),
        make_order(1, Place(50.776, 6.101), windows=(late,)),
    )
    heavy = make_order(2, Place(50.776, 6.102), load=Load(kg=1000))
    crew = make_crew(1, make_depot())
    problem = problem_of(assemble([far, near, heavy], crew, routes={next(iter(crew[2])): [far.id, near.id]}))
    (shift_id,) = problem.rounds
    offer = Hand(problem, problem.planned, [heavy.id]).at(shift_id, 0)
    assert [v.rule for v in offer.breaks] == [Rule.WEIGHT]
    assert [(v.rule, v.order_id) for v in offer.worse] == [(Rule.LATE, far.id)]
    assert offer.worse[0].amount == offer.late_s > 0 == offer.late


def test_nothing_in_the_hand_and_nobody_on_duty():
    problem = problem_of(make_day(3, 2, 1))
    assert [o.weight for o in rank(problem, problem.planned, [])] == [weigh(problem, {})] * 2
    assert rank(problem, {}, list(problem.visits)[:1]) == []
    with pytest.raises(KeyError):
        rank(problem, problem.planned, [OrderId("nobody's")])
    with pytest.raises(KeyError):
        Hand(problem, problem.planned, list(problem.visits)[:1]).at(ShiftId("nobody's"), 0)


def test_what_is_remembered_serves_the_next_plan_of_the_day():
    day = make_day(20, 2, 3)
    ids, shifts = list(day.orders), list(day.shifts)
    one, other = {shifts[0]: ids[:9], shifts[1]: ids[9:18]}, {shifts[0]: ids[:8], shifts[1]: ids[8:18]}
    problem = problem_of(with_plan(day, one))
    remembered = Remembered(problem)
    again = problem.replanned(with_plan(day, other))
    assert remembered.holds_for(again)
    assert not remembered.holds_for(problem_of(day))
    for p in (problem, again):
        assert Hand(p, p.planned, ids[18:19], remembered).offers() == rank(p, p.planned, ids[18:19])


def _some(problem: Problem, data: st.DataObject, count: int) -> list[OrderId]:
    assume(problem.visits)
    return data.draw(st.lists(st.sampled_from(list(problem.visits)), min_size=1, max_size=count, unique=True))


def _without(problem: Problem, moving: list[OrderId]) -> Routes:
    return {s: [o for o in sequence if o not in moving] for s, sequence in problem.planned.items()}


def _at(offers: list[Offer], shift_id: ShiftId) -> int:
    return next(i for i, offer in enumerate(offers) if offer.shift_id == shift_id)


def _agrees(problem: Problem, offer: Offer, after: Routes) -> None:
    """The offer is the difference that the judge sees over the whole day."""
    was, would = judge(problem, problem.planned), judge(problem, after)
    assert offer.cost == would.cost - was.cost == offer.weight.cost
    assert offer.distance_m == would.distance_m - was.distance_m
    assert offer.duration_s == _sum(would, "duration_s") - _sum(was, "duration_s")
    assert offer.late_s == _sum(would, "late_s") - _sum(was, "late_s")
    assert offer.weight == weigh(problem, after).less(weigh(problem, problem.planned))
    known, new = _broken(was.routes.values()), _broken(would.routes.values())
    assert Counter(offer.breaks) == Counter(v for key, v in new.items() if key not in known)
    assert offer.mends == len(known.keys() - new.keys())
    assert Counter(offer.worse) == Counter(
        replace(v, amount=v.amount - known[key].amount)
        for key, v in new.items()
        if key in known and v.amount > known[key].amount
    )
    assert offer.late == sum(1 for *_, rule in new.keys() - known.keys() if rule is Rule.LATE)


def _sum(schedule, figure: str) -> int:
    return sum(getattr(route, figure) for route in schedule.routes.values())


def _broken(routes):
    return {(route.shift_id, v.order_id, v.rule): v for route in routes for v in route.broken}


@given(problems(), st.data())
@settings(max_examples=examples(100), deadline=None)
def test_sharpened_floors_are_weights_where_nothing_is_odd(problem: Problem, data: st.DataObject):
    order_id = _some(problem, data, 1)[0]
    left = _without(problem, [order_id])
    visit, lanes = problem.visits[order_id], Lanes.of(problem, left)
    prices = lanes.price(visit, lanes.ground.reach(visit))
    tries = [(lane, place) for place, lane in np.argwhere(prices.there).tolist()]
    floors = {part: prices.floors[part].copy() for part in ("overrun_s", "cost")}
    sharpen(lanes, visit, prices, tries)
    for lane, place in tries:
        if prices.unsure[place, lane]:
            continue
        shift_id, rest = list(left.items())[lane]
        weight = weigh_route(problem, shift_id, [*rest[:place], order_id, *rest[place:]])
        sharp, blunt = (
            (int(f["overrun_s"][place, lane]), int(f["cost"][place, lane])) for f in (prices.floors, floors)
        )
        assert sharp in (blunt, (weight.overrun_s, weight.cost))
        assert sharp <= (weight.overrun_s, weight.cost)
        duty = problem.rounds[shift_id]
        if duty.max_duration_s is None and prices.ways.joined and not lanes.ground.reloads[lane]:
            assert sharp == (weight.overrun_s, weight.cost)
