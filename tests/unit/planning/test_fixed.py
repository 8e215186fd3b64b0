"""Fixed heads, and what the search makes of the rest: limits, loads, handling, pairs, reloads and breaks by example."""

from dataclasses import replace
from datetime import time

import pytest

import dispatcher.planning.eligible as eligible_module
from dispatcher.domain.fleet import Lock
from dispatcher.domain.orders import Load, OrderKind
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Plan, Route, Stop
from dispatcher.planning.churn import handling_cost, objective
from dispatcher.planning.engine import TIMES, PyVrpEngine, Scope
from dispatcher.planning.fixed import Rest, fixed_heads, rests
from dispatcher.planning.judge import judge_route, weigh
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import assemble, clock, make_crew, make_depot, make_order, problem_of, window

DEPOT = make_depot()
WEST = [Place(50.775, 6.09 - i / 400) for i in range(8)]
EAST = [Place(50.775, 6.11 + i / 400) for i in range(8)]


def solve(problem, iterations=150, **options):
    return PyVrpEngine().solve(problem, stop=StopRule(iterations=iterations), **options).sequences


def with_done(day, count):
    """The first stops of every round are done."""
    routes = (
        Route(r.shift_id, tuple(Stop(s.order_id, s.held, done=i < count) for i, s in enumerate(r.stops)))
        for r in day.plan.routes
    )
    return replace(day, plan=Plan(day.plan.date, day.plan.revision, tuple(routes)))


def two_rounds(**crew):
    """Two vans, one in the west and one in the east, four stops each from near to far."""
    made = make_crew(2, DEPOT, **crew)
    west, east = made[2]
    orders = [make_order(i, WEST[i]) for i in range(4)] + [make_order(10 + i, EAST[i]) for i in range(4)]
    ids = [o.id for o in orders]
    return assemble(orders, made, depot=DEPOT, routes={west: ids[:4], east: ids[4:]}), west, east


def test_the_head_reaches_to_the_last_done_stop():
    day, west, east = two_rounds()
    ids = day.plan.routes[0].order_ids
    stops = tuple(Stop(o, done=i == 1) for i, o in enumerate(ids))
    day = replace(day, plan=Plan(day.plan.date, 1, (Route(west, stops), day.plan.routes[1])))
    p = problem_of(day)
    assert fixed_heads(p, p.planned) == {west: 2, east: 0}


def test_the_head_reaches_to_the_freeze_line():
    day, west, _ = two_rounds()
    times = judge_route(problem_of(day), west, day.plan.routes[0].order_ids)
    on_the_line = problem_of(replace(day, freeze_at=times.stops[2].starts_at))
    assert fixed_heads(on_the_line, on_the_line.planned)[west] == 2, "the line itself is free"
    late = problem_of(replace(day, freeze_at=clock("16:00")))
    assert set(fixed_heads(late, late.planned).values()) == {4}
    assert solve(late, start=late.planned) == {s: list(o) for s, o in late.planned.items()}


def test_the_rest_begins_where_the_head_ends():
    day, west, _ = two_rounds()
    p = problem_of(with_done(day, 2))
    times = judge_route(p, west, p.planned[west])
    rest = rests(p, p.planned)[west]
    assert rest == Rest.of(p, west, p.planned[west], 2)
    assert rest.head == p.planned[west][:2]
    assert rest.at == p.visits[p.planned[west][1]].at
    assert rest.duration_s == (times.stops[1].departs_at - times.leaves_at).total_seconds()
    assert rest.distance_m == times.stops[0].drive_m + times.stops[1].drive_m


def test_what_the_head_collected_stays_on_board_and_leaves_less_room():
    fetched = make_order(0, WEST[0], kind=OrderKind.COLLECTION, load=Load(70.0))
    orders = [fetched, *(make_order(i, WEST[i], kind=OrderKind.COLLECTION, load=Load(20.0)) for i in range(1, 4))]
    crew = make_crew(1, DEPOT, vehicle={"capacity": Load(100.0, 1.0, 1)})
    (shift,) = crew[2]
    p = problem_of(with_done(assemble(orders, crew, depot=DEPOT, routes={shift: [fetched.id]}), 1))
    assert rests(p, p.planned)[shift].aboard == (70_000, 0, 0)
    found = solve(p, start=p.planned)[shift]
    assert found[0] == fetched.id
    assert len(found) == 2, "70 + 20 of 100 kg"


def test_what_the_head_delivered_was_on_board_with_all_that_is_still_to_come():
    orders = [make_order(i, WEST[i], load=Load(30.0)) for i in range(5)]
    crew = make_crew(1, DEPOT, vehicle={"capacity": Load(100.0, 1.0, 1)})
    (shift,) = crew[2]
    day = assemble(orders, crew, depot=DEPOT, routes={shift: [o.id for o in orders[:2]]})
    p = problem_of(with_done(day, 2))
    assert len(solve(p, start=p.planned)[shift]) == 3
    assert weigh(p, solve(p, start=p.planned)).sound


@pytest.mark.parametrize("limit", [{"max_stops": 3}, {"max_distance_m": 3_000}, {"max_duration_s": 2_400}])
def test_the_head_has_used_up_part_of_the_limits(limit):
    day, west, _ = two_rounds(driver=limit)
    orders = {**day.orders, **{o.id: o for o in (make_order(20 + i, WEST[i], service_s=400) for i in range(6))}}
    day = replace(day, orders=orders, plan=Plan(day.plan.date, 1, tuple(
        Route(r.shift_id, r.stops[:2]) for r in day.plan.routes)))  # fmt: skip
    p = problem_of(with_done(day, 2))
    found = solve(p, start=p.planned)
    assert found[west][:2] == list(p.planned[west])
    assert weigh(p, found).sound
    assert len(found[west]) < 8


def test_nothing_is_planned_before_the_freeze_line():
    day, _, _ = two_rounds()
    early = make_order(30, WEST[5], windows=(window("08:00", "09:00"),))
    day = replace(day, orders={**day.orders, early.id: early}, freeze_at=clock("12:00"))
    p = problem_of(day)
    assert early.id in p.unplanned(solve(p, start=p.planned))


def test_a_locked_sequence_takes_stops_in_between():
    day, west, _ = two_rounds()
    late = make_order(30, Place(50.7751, WEST[1].lon - 0.001))
    shifts = {**day.shifts, west: replace(day.shifts[west], lock=Lock.SEQUENCE)}
    day = replace(day, orders={**day.orders, late.id: late}, shifts={west: shifts[west]})
    day = replace(day, plan=Plan(day.plan.date, 1, day.plan.routes[:1]))
    p = problem_of(day)
    found = solve(p, start=p.planned)[west]
    assert late.id in found
    assert [o for o in found if o != late.id and o in p.planned[west]] == list(p.planned[west])


def test_a_round_that_keeps_its_stops_is_put_straight():
    day, west, _ = two_rounds()
    muddled = tuple(Stop(day.plan.routes[0].order_ids[i]) for i in (3, 0, 2, 1))
    day = replace(day, plan=Plan(day.plan.date, 1, (Route(west, muddled), day.plan.routes[1])))
    day = replace(day, shifts={**day.shifts, west: replace(day.shifts[west], lock=Lock.DRIVER)})
    p = problem_of(day)
    found = solve(p, start=p.planned)
    assert sorted(found[west]) == sorted(p.planned[west])
    assert weigh(p, found).cost < weigh(p, p.planned).cost


def test_times_moves_nothing_and_rounds_only_those():
    day, west, east = two_rounds()
    p = problem_of(replace(day, plan=Plan(day.plan.date, 1, (
        Route(west, day.plan.routes[1].stops[::-1]), Route(east, day.plan.routes[0].stops)))))  # fmt: skip
    assert solve(p, start=p.planned, scope=TIMES) == {s: list(o) for s, o in p.planned.items()}
    found = solve(p, start=p.planned, scope=Scope.rounds([east]))
    assert found[west] == list(p.planned[west])
    assert sorted(found[east]) == sorted(p.planned[east])


# --- goods that are loaded ---


def crossed(handling_s, **fields):
    """West's goods in the east's van and the other way round, all loaded."""
    day, west, east = two_rounds(shift={"ends_at": clock("16:30")})
    by_west, by_east = day.plan.routes[1].stops, day.plan.routes[0].stops
    goods = {s.order_id: west for s in by_west} | {s.order_id: east for s in by_east}
    orders = {o.id: replace(o, **fields) for o in day.orders.values()}
    plan = Plan(day.plan.date, 1, (Route(west, by_west[:2] + by_east[2:]), Route(east, by_east[:2] + by_west[2:])))
    depot = replace(day.depot, handling_s=handling_s)
    return problem_of(replace(day, orders=orders, depot=depot, loaded=goods, plan=plan)), west, east, goods


@pytest.mark.parametrize("matrix_bytes", [0, eligible_module.MATRIX_BYTES])
def test_dear_handling_brings_every_stop_back_to_its_van(monkeypatch, matrix_bytes):
    monkeypatch.setattr(eligible_module, "MATRIX_BYTES", matrix_bytes)
    p, _, _, goods = crossed(20_000)
    found = solve(p, start=p.planned)
    assert {o: s for s, sequence in found.items() for o in sequence} == goods


def test_free_handling_moves_what_lies_better_elsewhere():
    p, _, _, goods = crossed(0)
    found = solve(p, start=p.planned)
    assert objective(p, found) == weigh(p, found)
    assert len({(s, goods[o] == s) for s, sequence in found.items() for o in sequence}) <= 2
    assert weigh(p, found).cost < weigh(p, p.planned).cost


def test_a_broken_rule_is_worth_handling():
    day, west, _ = two_rounds()
    near, far = (o for o in day.plan.routes[0].order_ids[2:])
    soon = {o: replace(day.orders[o], windows=(window("08:00", "08:10"),), service_s=900) for o in (near, far)}
    depot = replace(day.depot, handling_s=50_000)
    p = problem_of(replace(day, orders={**day.orders, **soon}, depot=depot, loaded=dict.fromkeys(soon, west)))
    found = solve(p, start=p.planned)
    assert not weigh(p, p.planned).sound
    assert weigh(p, found).sound
    assert not p.unplanned(found)


def test_handling_is_money_of_the_van_that_takes_over():
    p, west, _, goods = crossed(900)
    assert handling_cost(p, west, list(goods)) == pytest.approx(4 * 900 * p.rounds[west].cost_per_hour / 3600)
    extra = objective(p, p.planned).cost - weigh(p, p.planned).cost
    assert extra == 2 * 2 * 600


# --- pairs, reloads, breaks ---


def test_a_pair_is_one_round_in_order_even_where_that_is_the_long_way():
    fetch = make_order(0, WEST[7], kind=OrderKind.COLLECTION, load=Load(10.0))
    bring = make_order(1, EAST[7], pickup_id=fetch.id, load=Load(10.0))
    others = [make_order(10 + i, place) for i, place in enumerate((*WEST[:3], *EAST[:3]))]
    p = problem_of(assemble([fetch, bring, *others], make_crew(2, DEPOT), depot=DEPOT))
    found = solve(p)
    (together,) = (sequence for sequence in found.values() if fetch.id in sequence)
    assert bring.id in together[together.index(fetch.id) :]
    assert not p.unplanned(found)


def test_a_collection_that_several_wait_for_is_put_in_with_all_of_them():
    fetch = make_order(0, WEST[2], kind=OrderKind.COLLECTION, load=Load(10.0))
    waiting = [make_order(1 + i, EAST[i], pickup_id=fetch.id, load=Load(5.0)) for i in range(2)]
    p = problem_of(assemble([*waiting, fetch, make_order(9, WEST[0])], make_crew(2, DEPOT), depot=DEPOT))
    found = solve(p)
    assert not p.unplanned(found)
    assert weigh(p, found).sound


def test_goods_that_were_fetched_in_the_head_are_brought_by_the_same_van():
    fetch = make_order(0, WEST[0], kind=OrderKind.COLLECTION, load=Load(10.0))
    bring = make_order(1, EAST[3], pickup_id=fetch.id, load=Load(10.0))
    crew = make_crew(2, DEPOT)
    west, east = crew[2]
    orders = [fetch, bring, *(make_order(10 + i, EAST[i]) for i in range(3))]
    routes = {west: [fetch.id], east: [o.id for o in orders[2:]]}
    p = problem_of(with_done(assemble(orders, crew, depot=DEPOT, routes=routes), 1))
    found = solve(p, start=p.planned)
    assert bring.id in found[west]


def test_a_small_van_loads_again_to_serve_all():
    orders = [make_order(i, (WEST + EAST)[i], load=Load(40.0)) for i in range(12)]
    for reloads, left in ((0, 10), (2, 6), (5, 0)):
        crew = make_crew(1, DEPOT, vehicle={"capacity": Load(100.0, 1.0, 1), "max_reloads": reloads})
        p = problem_of(assemble(orders, crew, depot=DEPOT))
        found = solve(p)
        assert weigh(p, found).sound
        assert len(p.unplanned(found)) == left
        again = solve(p, 20, start=found)
        assert weigh(p, again) <= weigh(p, found)


def test_rounds_leave_room_for_the_break():
    pause = {"break_s": 3600, "break_from": time(11), "break_until": time(12)}
    orders = [make_order(i, (WEST + EAST)[i], service_s=1_750) for i in range(15)]
    for driver, left in (({}, 0), (pause, 1)):
        p = problem_of(assemble(orders, make_crew(1, DEPOT, driver=driver), depot=DEPOT))
        found = solve(p)
        assert weigh(p, found).sound
        assert len(p.unplanned(found)) == left


def test_a_window_behind_the_break_is_kept():
    pause = {"break_s": 3600, "break_from": time(11), "break_until": time(12, 30)}
    orders = [make_order(i, (WEST + EAST)[i], service_s=1_200) for i in range(10)]
    orders.append(make_order(20, WEST[3], windows=(window("11:30", "12:15"),)))
    orders.append(make_order(21, EAST[3], windows=(window("13:00", "13:30"),)))
    p = problem_of(assemble(orders, make_crew(1, DEPOT, driver=pause), depot=DEPOT))
    found = solve(p, 400)
    assert weigh(p, found).sound
    assert not p.unplanned(found)
