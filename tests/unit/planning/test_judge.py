"""The judge: examples worked out by hand, and laws that hold for any sequence."""

from dataclasses import replace
from datetime import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.fleet import Profile
from dispatcher.domain.orders import Load, OrderKind
from dispatcher.domain.place import Place
from dispatcher.domain.roads import NO_WAY, TravelTable
from dispatcher.domain.schedule import Rule
from dispatcher.planning.judge import Timeline, judge_route, weigh_route
from dispatcher.planning.problem import Problem, places_of
from tests.fixtures.days import assemble, clock, make_crew, make_depot, make_order, problem_of, tables, window
from tests.unit.planning.strategies import days

DEPOT = make_depot()
HERE = [Place(50.77, 6.10 + i / 100) for i in range(6)]


def problem(orders, *, step_s=600, step_m=5000, crew=None, table=None) -> Problem:
    """A day in which every way takes 10 minutes and 5 km."""
    day = assemble(orders, crew or make_crew(1, DEPOT), depot=DEPOT)
    n = len(places_of(day))
    between = np.ones((n, n), np.int32) - np.eye(n, dtype=np.int32)
    table = table or TravelTable(between * step_s, between * step_m, np.zeros(n, np.float32))
    return Problem.of(day, {Profile.CAR: table})


def the_route(p, sequence=None):
    shift_id = next(iter(p.rounds))
    return judge_route(p, shift_id, list(p.visits) if sequence is None else sequence)


def rules(route):
    return {v.rule: v.amount for v in route.broken}


def test_times_costs_and_loads_of_a_plain_round():
    p = problem([make_order(i, HERE[i], load=Load(10, 20, 1)) for i in range(2)])
    route = the_route(p)
    assert route.leaves_at == clock("08:00")
    assert [s.arrives_at for s in route.stops] == [clock("08:10"), clock("08:23")]
    assert route.returns_at == clock("08:36")
    assert (route.drive_s, route.distance_m, route.service_s) == (1800, 15_000, 360)
    assert (route.back_s, route.back_m) == (600, 5000)
    assert route.cost == round(15 * 35 + 36 / 60 * 2400)
    assert [s.load for s in route.stops] == [Load(10, 20, 1), Load(0, 0, 0)]
    assert route.peak == Load(20, 40, 2)
    assert not route.broken


def test_waiting_is_spent_in_the_yard():
    p = problem([make_order(0, HERE[0]), make_order(1, HERE[1], windows=(window("10:00", "11:00"),))])
    route = the_route(p)
    assert route.leaves_at == clock("09:37")
    assert route.wait_s == 0
    assert route.returns_at == clock("10:13")


def test_leaving_late_never_passes_a_window_on_the_way():
    p = problem(
        [
            make_order(0, HERE[0], windows=(window("08:00", "08:30"),)),
            make_order(1, HERE[1], windows=(window("10:00", "11:00"),)),
        ]
    )
    route = the_route(p)
    assert route.leaves_at == clock("08:20")
    assert route.stops[1].wait_s == 77 * 60
    assert not route.broken


def test_the_next_of_several_windows_is_waited_for():
    order = make_order(
        0, HERE[0], windows=(window("06:00", "07:00"), window("09:00", "09:30"), window("12:00", "13:00"))
    )
    assert the_route(problem([order])).stops[0].starts_at == clock("09:00")


def test_a_round_leaves_for_later_windows_only_if_it_may_not_be_out_for_long():
    orders = [
        make_order(0, HERE[0], windows=(window("08:00", "09:00"), window("14:00", "15:00"))),
        make_order(1, HERE[1], windows=(window("11:00", "12:00"), window("14:00", "15:00"))),
    ]
    free = the_route(problem(orders))
    bound = the_route(problem(orders, crew=make_crew(1, DEPOT, driver={"max_duration_s": 3600})))
    assert free.returns_at == clock("11:13")
    assert free.leaves_at == clock("08:50")
    assert (bound.leaves_at, bound.returns_at) == (clock("13:50"), clock("14:26"))
    assert not bound.broken


def test_after_the_last_window_service_is_late_and_says_how_much():
    route = the_route(problem([make_order(0, HERE[0], windows=(window("06:00", "08:05"),))]))
    assert route.stops[0].late_s == 300
    assert rules(route) == {Rule.LATE: 300}
    assert route.leaves_at == clock("08:00")


def test_collections_ride_along_until_the_end():
    orders = [
        make_order(0, HERE[0], load=Load(600)),
        make_order(1, HERE[1], load=Load(500), kind=OrderKind.COLLECTION),
        make_order(2, HERE[2], load=Load(350)),
    ]
    p = problem(orders)
    good, bad = the_route(p), the_route(p, [orders[1].id, orders[0].id, orders[2].id])
    assert good.peak.kg == 950
    assert rules(good) == {Rule.WEIGHT: 50}
    assert bad.peak.kg == 1450
    assert [s.load.kg for s in good.stops] == [350, 850, 500]


def test_loads_of_tenths_add_up_exactly():
    crew = make_crew(1, DEPOT, vehicle={"capacity": Load(0.3, 100, 10)})
    p = problem([make_order(i, HERE[i], load=Load(0.1)) for i in range(3)], crew=crew)
    assert not the_route(p).broken


def test_every_limit_of_a_round_is_named_with_its_amount():
    crew = make_crew(
        1,
        DEPOT,
        driver={"max_stops": 1, "max_duration_s": 1800, "max_distance_m": 12_000},
        shift={"ends_at": clock("08:30")},
        vehicle={"capacity": Load(1, 15, 1)},
    )
    p = problem([make_order(i, HERE[i], load=Load(1, 10, 1)) for i in range(2)], crew=crew)
    assert rules(the_route(p)) == {
        Rule.SHIFT_END: 360, Rule.MAX_STOPS: 1, Rule.MAX_DURATION: 360, Rule.MAX_DISTANCE: 3000,
        Rule.WEIGHT: 1, Rule.VOLUME: 5, Rule.PARCELS: 1,
    }  # fmt: skip


def test_skill_and_driver_are_named_on_the_stop():
    crew = make_crew(2, DEPOT, driver={"skills": frozenset({"ladder"})}, vehicle={"skills": frozenset({"chilled"})})
    orders = [
        make_order(0, HERE[0], skills=frozenset({"ladder", "chilled"})),
        make_order(1, HERE[1], skills=frozenset({"tail lift"}), driver_id=list(crew[0])[1]),
    ]
    first, second = the_route(problem(orders, crew=crew)).stops
    assert not first.violations
    assert [(v.rule, v.detail) for v in second.violations] == [(Rule.DRIVER, "Eero Laine"), (Rule.SKILL, "tail lift")]


def test_an_open_round_ends_with_its_last_service():
    p = problem([make_order(0, HERE[0])], crew=make_crew(1, DEPOT, shift={"end": None}))
    route = the_route(p)
    assert route.returns_at == clock("08:13")
    assert (route.back_s, route.distance_m) == (0, 5000)


def test_an_empty_round_costs_nothing_and_goes_nowhere():
    route = the_route(problem([], crew=make_crew(1, DEPOT, vehicle={"fixed_cost": 5000})), [])
    assert (route.cost, route.duration_s, route.distance_m) == (0, 0, 0)
    assert route.leaves_at == clock("08:00")
    assert not route.broken


def test_unreachable_and_homeless_stops_are_blamed_and_times_stay_plausible():
    orders = [make_order(0, HERE[0]), make_order(1, HERE[1]), make_order(2, None)]
    n = 3
    seconds = np.full((n, n), 600, np.int32) - 600 * np.eye(n, dtype=np.int32)
    seconds[1, [0, 2]] = seconds[[0, 2], 1] = NO_WAY
    p = problem(orders, table=TravelTable(seconds, seconds, np.array([0, 0, 800], np.float32)))
    route = the_route(p)
    assert [[v.rule for v in s.violations] for s in route.stops] == [[Rule.NO_ROAD], [Rule.NO_ROAD], [Rule.NO_PLACE]]
    assert route.stops[1].violations[0].amount == 800
    assert route.duration_s < 3 * 3600
    assert route.stops[2].drive_s == 0


def test_a_broken_way_between_reachable_stops_is_blamed_once():
    orders = [make_order(0, HERE[0]), make_order(1, HERE[1])]
    seconds = np.full((3, 3), 600, np.int32) - 600 * np.eye(3, dtype=np.int32)
    seconds[1, 2] = NO_WAY
    p = problem(orders, table=TravelTable(seconds, seconds, np.zeros(3, np.float32)))
    assert [[v.rule for v in s.violations] for s in the_route(p).stops] == [[], [Rule.NO_ROAD]]
    assert weigh_route(p, next(iter(p.rounds)), list(p.visits)).barred == 1


def resting(minutes, begins, by, **shift):
    driver = {"break_s": minutes * 60, "break_from": begins and time.fromisoformat(begins)}
    return make_crew(1, DEPOT, driver={**driver, "break_until": time.fromisoformat(by)}, shift=shift)


def test_a_break_is_taken_after_a_service_and_only_by_a_round_that_lasts():
    orders = [make_order(i, HERE[i]) for i in range(3)]
    long = the_route(problem(orders, crew=resting(30, "08:20", "08:40")))
    assert [s.break_at for s in long.stops] == [None, None, clock("08:26")]
    assert long.stops[2].arrives_at == clock("09:06")
    assert (long.returns_at, long.break_s, long.wait_s) == (clock("09:19"), 1800, 0)
    assert not long.broken
    short = the_route(problem(orders, crew=resting(30, "08:20", "08:49")))
    assert (short.returns_at, short.break_s) == (clock("08:49"), 0)


def test_waiting_absorbs_a_break():
    first = make_order(0, HERE[0], windows=(window("08:00", "08:10"),))
    second = make_order(1, HERE[1], windows=(window("09:30", "10:00"),))
    route = the_route(problem([first, second], crew=resting(45, "08:30", "09:00")))
    assert route.stops[1].break_at == clock("08:30")
    assert route.stops[1].starts_at == clock("09:30")
    assert route.stops[1].wait_s == 22 * 60
    assert not route.broken


def test_a_break_that_comes_too_late_says_how_much():
    orders = [make_order(0, HERE[0], service_s=3600), make_order(1, HERE[1])]
    assert rules(the_route(problem(orders, crew=resting(30, "08:15", "08:30")))) == {Rule.BREAK: 40 * 60}


def test_a_round_over_before_any_opportunity_has_its_break_too_late_by_its_return():
    route = the_route(problem([make_order(0, HERE[0])], crew=resting(30, "08:14", "08:20")))
    assert (route.returns_at, route.break_s) == (clock("08:23"), 0)
    assert rules(route) == {Rule.BREAK: 180}


def test_a_break_before_driving_back_stands_on_the_round():
    route = the_route(problem([make_order(0, HERE[0])], crew=resting(30, "08:13", "08:20")))
    assert (route.back_break_at, route.back_break_s, route.returns_at) == (clock("08:13"), 1800, clock("08:53"))
    assert route.break_s == 1800


def test_leaving_late_does_not_push_a_break_past_its_end():
    order = make_order(0, HERE[0], windows=(window("11:00", "12:00"),))
    route = the_route(problem([order], crew=resting(60, None, "09:00")))
    assert route.stops[0].break_at == route.leaves_at == clock("09:00")
    assert (route.stops[0].wait_s, route.duration_s) == (50 * 60, (60 + 10 + 50 + 3 + 10) * 60)
    assert not route.broken


def reloading(times, parcels=2):
    return make_crew(1, DEPOT, vehicle={"max_reloads": times, "capacity": Load(900, 8000, parcels)})


def test_a_vehicle_loads_again_where_it_is_near_the_start():
    orders = [make_order(i, HERE[i], load=Load(parcels=1)) for i in range(3)]
    n = 4
    seconds = np.full((n, n), 600, np.int32) - 600 * np.eye(n, dtype=np.int32)
    seconds[2, 0] = seconds[0, 2] = seconds[0, 3] = seconds[3, 0] = 60
    p = problem(orders, table=TravelTable(seconds, seconds, np.zeros(n, np.float32)), crew=reloading(1))
    route = the_route(p)
    assert [s.reload_at for s in route.stops] == [None, None, clock("08:27")]
    assert (route.stops[2].reload_s, route.reload_s, route.stops[2].drive_s) == (900, 900, 120)
    assert [s.load.parcels for s in route.stops] == [1, 0, 0]
    assert (route.peak.parcels, route.drive_s) == (2, 600 + 600 + 60 + 60 + 60)
    assert not route.broken
    assert route.duration_s == route.drive_s + route.service_s + route.reload_s


def test_no_more_reloads_than_the_vehicle_may_make():
    orders = [make_order(i, HERE[i], load=Load(parcels=2)) for i in range(3)]
    assert not rules(the_route(problem(orders, crew=reloading(2))))
    one = the_route(problem(orders, crew=reloading(1)))
    assert rules(one) == {Rule.PARCELS: 2}
    assert sum(1 for s in one.stops if s.reload_at) == 1
    assert rules(the_route(problem(orders, crew=reloading(0)))) == {Rule.PARCELS: 4}


def test_fetched_goods_ride_between_their_two_stops_only():
    fetch = make_order(0, HERE[0], kind=OrderKind.COLLECTION, load=Load(parcels=3))
    bring = make_order(1, HERE[1], load=Load(parcels=2), pickup_id=fetch.id)
    p = problem([fetch, make_order(2, HERE[2], load=Load(parcels=1)), bring])
    right = the_route(p, [fetch.id, "order-00002", bring.id])
    assert [s.load.parcels for s in right.stops] == [4, 3, 1]
    assert (right.peak.parcels, right.broken) == (4, ())
    wrong = the_route(p, [bring.id, fetch.id])
    assert [(v.rule, v.order_id) for v in wrong.broken] == [(Rule.PAIR, bring.id)]
    assert [s.load.parcels for s in wrong.stops] == [0, 3]
    assert weigh_route(p, next(iter(p.rounds)), [bring.id, fetch.id]).barred == 1


def test_waiting_too_long_is_a_soft_rule():
    orders = [
        make_order(0, HERE[0], windows=(window("08:00", "08:30"),)),
        make_order(1, HERE[1], windows=(window("10:00", "11:00"),)),
    ]
    p = replace(problem(orders), max_wait_s=600)
    assert rules(the_route(p)) == {Rule.EARLY: 67 * 60}
    weight = weigh_route(p, next(iter(p.rounds)), list(p.visits))
    assert (weight.early_s, weight.sound) == (67 * 60, True)


def test_a_stranger_is_no_part_of_the_day():
    p = problem([make_order(0, HERE[0])])
    with pytest.raises(KeyError):
        the_route(p, ["order-of-another-day"])


def test_a_wrong_table_is_refused():
    day = assemble([make_order(0, HERE[0])], make_crew(1, DEPOT))
    with pytest.raises(ValueError, match="missing"):
        Problem.of(day, {})
    other = tables(assemble([make_order(i, HERE[i]) for i in range(3)], make_crew(1, DEPOT)))
    with pytest.raises(ValueError, match="2 places"):
        Problem.of(day, other)


@given(days(planned=True), st.integers(1, 3600))
@settings(max_examples=150, deadline=None)
def test_no_other_departure_is_better(day, shift_s):
    """Leaving earlier returns no earlier and makes nobody less late; leaving later returns later or is later."""
    p = problem_of(day)
    for shift_id, duty in p.rounds.items():
        visits = [p.visits[o] for o in p.planned[shift_id]]
        duty = replace(duty, max_duration_s=None)
        if not visits:
            continue
        line = Timeline.of(p, duty, visits)
        early = Timeline.of(p, replace(duty, starts_s=max(duty.starts_s, line.leaves_s - shift_s)), visits)
        late = Timeline.of(p, replace(duty, starts_s=line.leaves_s + shift_s), visits)
        assert (early.returns_s, sum(early.late_s)) == (line.returns_s, sum(line.late_s))
        assert late.returns_s > line.returns_s or sum(late.late_s) > sum(line.late_s)
