"""The engine loses nothing and breaks nothing; PyVRP and the judge agree; seeds repeat; every wish has its effect."""

import threading
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

import dispatcher.planning.eligible as eligible_module
from dispatcher.domain.orders import Load, OrderState, Priority
from dispatcher.domain.place import Place
from dispatcher.planning.engine import EVERYTHING, IMPROVE, PyVrpEngine, Scope
from dispatcher.planning.judge import Timeline, judge, weigh, weigh_route
from dispatcher.planning.modelling import model_of
from dispatcher.planning.problem import NOWHERE
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import (
    assemble,
    clock,
    make_crew,
    make_day,
    make_depot,
    make_order,
    problem_of,
    window,
    with_plan,
)
from tests.unit.planning.strategies import days

DEPOT = make_depot()
NEAR = [Place(50.775 + i / 1000, 6.10) for i in range(12)]


def solve(problem, iterations=60, **options):
    return PyVrpEngine().solve(problem, stop=StopRule(iterations=iterations), **options)


def counted(sequences):
    return Counter(o for sequence in sequences.values() for o in sequence)


@given(days())
@settings(max_examples=60, deadline=None)
def test_a_plan_from_scratch_breaks_no_rule_and_serves_nobody_twice(day):
    p = problem_of(day)
    streamed = []
    found = solve(p, on_best=lambda plan, stats: streamed.append((plan, stats)))
    counts = counted(found.sequences)
    assert max(counts.values(), default=1) == 1
    assert set(found.sequences) == set(p.rounds)
    assert set(counts) | set(p.unplanned(found.sequences)) == set(p.visits)
    assert weigh(p, found.sequences).sound
    assert streamed[-1][0] == found.sequences
    assert streamed[-1][1].cost == found.cost == judge(p, found.sequences).cost


@given(days(planned=True))
@settings(max_examples=60, deadline=None)
def test_held_stops_stay_with_their_shift_and_make_nothing_worse(day):
    p = problem_of(day)
    held = {v.order_id: v.held for v in p.visits.values() if v.held is not None}
    found = solve(p, start=p.planned, iterations=30)
    owner = {o: s for s, sequence in found.sequences.items() for o in sequence}
    assert max(counted(found.sequences).values(), default=1) == 1
    assert {o: owner.get(o) for o in held} == held
    for shift_id, sequence in found.sequences.items():
        if not any(p.visits[o].held for o in sequence):
            assert weigh_route(p, shift_id, sequence).sound


@given(days(planned=True, odd=("forced", "skilled", "early", "heavy")))
@settings(max_examples=80, deadline=None)
def test_pyvrp_and_the_judge_agree_on_any_route(day):
    """Distance and feasibility are the same; the shortest duration too where each order has one window at most."""
    p = problem_of(day)
    sequences = {s: [o for o in seq if p.visits[o].held in (None, s)] for s, seq in p.planned.items()}
    order_ids = [o for sequence in sequences.values() for o in sequence]
    if not order_ids:
        return
    model = model_of(p, list(p.rounds), order_ids, required=True)
    by_orders = {
        tuple(model.clients[a.idx].visit.order_id for a in r if a.is_client()): r
        for r in model.solution(sequences).routes()
    }
    for shift_id, sequence in sequences.items():
        barred = any(p.visits[o].held is None and p.bars(p.visits[o], p.rounds[shift_id]) for o in sequence)
        held_amiss = any(p.bars(p.visits[o], p.rounds[shift_id]) for o in sequence)
        if not sequence or barred or held_amiss:
            continue
        route = by_orders[tuple(sequence)]
        line = Timeline.of(p, p.rounds[shift_id], [p.visits[o] for o in sequence])
        assert route.distance() == sum(line.leg_m)
        if weigh_route(p, shift_id, sequence).sound:
            assert route.is_feasible()
        if all(len(v.windows) < 2 and not v.early for v in line.visits):
            assert route.is_feasible() == weigh_route(p, shift_id, sequence).sound
            if route.is_feasible():
                assert route.duration() == line.duration_s


@pytest.mark.parametrize("matrix_bytes", [0, eligible_module.MATRIX_BYTES])
def test_who_may_serve_whom_holds_in_either_form(monkeypatch, matrix_bytes):
    monkeypatch.setattr(eligible_module, "MATRIX_BYTES", matrix_bytes)
    crew = make_crew(3, DEPOT)
    (first, second, third), vehicles = list(crew[0]), list(crew[1])
    crew[1][vehicles[2]] = replace(crew[1][vehicles[2]], skills=frozenset({"chilled"}))
    orders = [
        make_order(0, NEAR[0], driver_id=second),
        make_order(1, NEAR[0], skills=frozenset({"chilled"})),
        make_order(2, NEAR[0], skills=frozenset({"chilled"}), driver_id=first),
        *(make_order(i, NEAR[i]) for i in range(3, 10)),
    ]
    p = problem_of(assemble(orders, crew, depot=DEPOT))
    found = solve(p).sequences
    owner = {o: p.rounds[s].driver_id for s, sequence in found.items() for o in sequence}
    assert owner[orders[0].id] == second
    assert owner[orders[1].id] == third
    assert p.unplanned(found) == (orders[2].id,)


def test_the_same_seed_gives_the_same_plan():
    p = problem_of(make_day(60, 4, 2, skills=0.1))
    one, again = solve(p, 150, seed=5), solve(p, 150, seed=5)
    assert one.sequences == again.sequences
    assert one.iterations == again.iterations == 150


def test_vehicles_that_are_alike_are_one_type_and_plain_days_stay_plain():
    for skills, types in ((0, 1), (1, 2)):
        p = problem_of(make_day(20, 5, 1, skills=skills))
        assert model_of(p, list(p.rounds), p.wanted, required=True).data.num_vehicle_types == types
    p = problem_of(assemble([make_order(i, NEAR[i]) for i in range(5)], make_crew(4, DEPOT), depot=DEPOT))
    data = model_of(p, list(p.rounds), list(p.visits), required=True).data
    assert (data.num_vehicle_types, data.num_load_dimensions, data.num_profiles, data.num_groups) == (1, 0, 1, 0)


def test_the_less_important_stay_out_when_not_all_fit():
    crew = make_crew(1, DEPOT, driver={"max_stops": 4})
    ranks = [Priority.LOW, Priority.CRITICAL, Priority.NORMAL, Priority.HIGH] * 2
    orders = [make_order(i, NEAR[i], must_not_drop=rank) for i, rank in enumerate(ranks)]
    p = problem_of(assemble(orders, crew, depot=DEPOT))
    found = solve(p, 200).sequences
    left = sorted(p.visits[o].priority for o in p.unplanned(found))
    assert left == [Priority.LOW, Priority.LOW, Priority.NORMAL, Priority.NORMAL]


def test_early_orders_come_early_but_are_never_left_out_for_it():
    far = Place(50.82, 6.17)
    plain = [make_order(i, NEAR[i], service_s=1500) for i in range(10)]
    wish = make_order(10, far, do_early=True)
    p = problem_of(assemble([*plain, wish], make_crew(1, DEPOT), depot=DEPOT))
    route = judge(p, solve(p, 300).sequences).routes[next(iter(p.rounds))]
    begins = {s.order_id: s.starts_at for s in route.stops}
    assert len(begins) == 11
    assert begins[wish.id] <= clock("10:00")
    late_only = replace(wish, windows=(window("14:00", "15:00"),))
    p = problem_of(assemble([*plain, late_only], make_crew(1, DEPOT), depot=DEPOT))
    assert not p.unplanned(solve(p, 100).sequences)


def test_an_open_round_is_planned_as_such():
    orders = [make_order(i, NEAR[i]) for i in range(8)]
    p = problem_of(assemble(orders, make_crew(1, DEPOT, shift={"end": None}), depot=DEPOT), skew=0)
    route = judge(p, solve(p, 100).sequences).routes[next(iter(p.rounds))]
    assert [s.order_id for s in route.stops] == [o.id for o in orders], "straight away from the depot"


def test_routes_outside_the_scope_are_untouched():
    day = make_day(40, 3, 4)
    ids, shifts = list(day.orders), list(day.shifts)
    p = problem_of(with_plan(day, {shifts[0]: ids[:12], shifts[1]: ids[12:24], shifts[2]: ids[24:30]}))
    found = solve(p, scope=Scope(shift_ids=frozenset(shifts[:2]))).sequences
    assert found[shifts[2]] == ids[24:30]
    assert not set(found[shifts[0]] + found[shifts[1]]) & set(ids[24:30])
    closed = solve(p, scope=Scope(take_in=False)).sequences
    assert set(counted(closed)) <= set(ids[:30])
    kept = solve(p, scope=Scope(keep_drivers=True)).sequences
    assert all(set(p.planned[s]) <= set(kept[s]) for s in shifts)


def test_a_held_stop_that_comes_late_stays_and_the_rest_keeps_the_rules():
    late = make_order(0, NEAR[11], windows=(window("06:00", "07:00"),))
    orders = [late, *(make_order(i, NEAR[i]) for i in range(1, 8))]
    day = assemble(orders, make_crew(2, DEPOT), depot=DEPOT)
    shift = next(iter(day.shifts))
    p = problem_of(with_plan(day, {shift: [late.id]}, held=[late.id]))
    found = solve(p, start=p.planned).sequences
    assert late.id in found[shift]
    assert not p.unplanned(found)
    assert weigh(p, found).overrun_s == weigh(p, p.planned).overrun_s


def test_a_held_stop_without_a_place_and_a_cancelled_order():
    homeless, gone = make_order(0, None), make_order(1, NEAR[1], state=OrderState.CANCELLED)
    day = assemble([homeless, gone, make_order(2, NEAR[2])], make_crew(1, DEPOT), depot=DEPOT)
    shift = next(iter(day.shifts))
    p = problem_of(with_plan(day, {shift: [homeless.id, gone.id]}, held=[homeless.id]))
    assert p.visits[homeless.id].at == NOWHERE
    assert set(solve(p).sequences[shift]) == {homeless.id, day.orders[gone.id].id.replace("1", "2")}


def test_a_stop_request_keeps_the_best_so_far():
    asked = threading.Event()
    plans = []

    def on_best(plan, stats):
        plans.append(plan)
        asked.set()

    p = problem_of(make_day(50, 3, 1))
    found = PyVrpEngine().solve(p, stop=StopRule(asked=asked.is_set), on_best=on_best)
    assert found.sequences == plans[-1]
    assert not p.unplanned(found.sequences)


def test_what_the_watcher_raises_reaches_the_caller():
    def on_best(plan, stats):
        raise RuntimeError("window closed")

    with pytest.raises(RuntimeError, match="window closed"):
        solve(problem_of(make_day(10, 1, 1)), on_best=on_best)


def test_days_without_orders_or_shifts():
    empty = problem_of(assemble([], make_crew(1, DEPOT), depot=DEPOT))
    assert list(solve(empty).sequences.values()) == [[]]
    idle = problem_of(assemble([make_order(0, NEAR[0])], ({}, {}, {}), depot=DEPOT))
    assert solve(idle).sequences == {}


def test_free_driving_still_gives_a_plan():
    crew = make_crew(2, DEPOT, driver={"cost_per_hour": 0}, vehicle={"cost_per_km": 0, "capacity": Load(1, 1, 1)})
    p = problem_of(assemble([make_order(i, NEAR[i]) for i in range(6)], crew, depot=DEPOT))
    assert not p.unplanned(solve(p).sequences)


def test_a_warm_start_is_never_made_worse():
    p = problem_of(make_day(60, 4, 9))
    good = solve(p, 400)
    again = solve(p, 20, start=good.sequences, seed=3)
    assert again.cost <= good.cost


@pytest.mark.parametrize("scope", [EVERYTHING, IMPROVE])
def test_with_more_orders_than_room_what_fits_is_put_in_and_nobody_planned_is_left_out(scope):
    crew = make_crew(2, DEPOT, driver={"max_stops": 4})
    orders = [make_order(i, place) for i, place in enumerate([Place(50.85, 6.2), *NEAR])]
    day = assemble(orders, crew, depot=DEPOT)
    first, second = day.shifts
    # the first is far away: whoever may choose leaves it out
    start = {first: [orders[0].id, orders[1].id], second: [orders[2].id]}
    p = problem_of(day)
    found = solve(p, 200, start=start, scope=scope).sequences
    assert {o for sequence in start.values() for o in sequence} <= counted(found).keys()
    assert sorted(map(len, found.values())) == [4, 4]
    assert weigh(p, found)[:4] == weigh(p, start)[:4]
