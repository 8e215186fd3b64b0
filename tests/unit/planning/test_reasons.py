"""Reasons: every unplanned order has one, with the right code, names and figures."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.orders import Load, OrderKind, OrderState, Priority
from dispatcher.domain.place import Place
from dispatcher.domain.roads import NO_WAY, TravelTable
from dispatcher.domain.schedule import ReasonCode, Rule
from dispatcher.planning.insertion import Gap, Room
from dispatcher.planning.judge import judge
from dispatcher.planning.lateness import explain_late
from dispatcher.planning.problem import Problem
from dispatcher.planning.reasons import explain
from tests.fixtures.days import (
    assemble,
    clock,
    make_crew,
    make_depot,
    make_order,
    problem_of,
    tables,
    window,
    with_plan,
)
from tests.fixtures.examples import examples
from tests.unit.planning.bound_days import bound_days
from tests.unit.planning.strategies import days

FIRST = ShiftId("shift-000")
DEPOT = make_depot()
NEAR, FAR = Place(50.776, 6.101), Place(50.9, 6.4)


def reason(order, crew=None, routes=None, others=()):
    """Why the order is unplanned on a day of two drivers."""
    day = assemble([order, *others], crew or make_crew(2, DEPOT), depot=DEPOT)
    p = problem_of(with_plan(day, routes or {}), skew=0)
    return explain(p, p.planned)[order.id]


@given(days(planned=True))
@settings(max_examples=100, deadline=None)
def test_every_unplanned_order_has_a_reason_and_fits_only_if_it_says_so(day):
    p = problem_of(day)
    reasons = explain(p, p.planned)
    assert set(reasons) == set(p.unplanned(p.planned))
    for order_id, why in reasons.items():
        fits = any(_fits(p, s, (), order_id) and _fits(p, s, p.planned[s], order_id) for s in p.rounds)
        assert (why.code is ReasonCode.NOT_PLANNED_YET) == fits
        assert why.sentence.endswith(".")
        assert "None" not in why.sentence
        assert "inf" not in why.sentence


def _fits(p, shift_id, sequence, order_id):
    return isinstance(Room.of(p, shift_id, sequence).place(p.visits[order_id]), Gap)


@pytest.mark.parametrize(
    ("fields", "code", "sentence", "rule"),
    [
        (
            {"skills": frozenset({"chilled"})},
            ReasonCode.VEHICLE_NOT_ALLOWED,
            "Needs “chilled”; no driver on duty has it.",
            Rule.SKILL,
        ),
        (
            {"load": Load(kg=1240)},
            ReasonCode.CAPACITY,
            "Weighs 1,240 kg; the largest vehicle allowed takes 900 kg.",
            Rule.WEIGHT,
        ),
        (
            {"load": Load(parcels=201)},
            ReasonCode.CAPACITY,
            "Has 201 parcels; the largest vehicle allowed takes 200 parcels.",
            Rule.PARCELS,
        ),
        (
            {"driver_id": "ill"},
            ReasonCode.VEHICLE_NOT_ALLOWED,
            "Only one driver may serve it, who is not on duty on this day.",
            Rule.DRIVER,
        ),
        (
            {"service_s": 9 * 3600},
            ReasonCode.TIME_WINDOWS,
            "Even alone, the shift would end 31 min late (Aino Korhonen).",
            Rule.SHIFT_END,
        ),
        (
            {"windows": (window("07:00", "07:30"),)},
            ReasonCode.TIME_WINDOWS,
            "Window 07:00–07:30 closes before the earliest arrival 08:00 (Aino Korhonen).",
            Rule.LATE,
        ),
    ],
)
def test_what_no_driver_could_do_even_alone(fields, code, sentence, rule):
    why = reason(make_order(0, NEAR, **fields))
    assert (why.code, why.sentence) == (code, sentence)
    assert list(why.stopped.values()) == [rule, rule]


def test_limits_of_drivers_are_named():
    for limits, code, words in (
        ({"max_duration_s": 7620}, ReasonCode.DURATION_LIMIT, "min longer than allowed (Aino Korhonen)"),
        ({"max_duration_s": 3600}, ReasonCode.TRAVEL_DURATION_LIMIT, "Driving there and back takes"),
        ({"max_distance_m": 40_000}, ReasonCode.DISTANCE_LIMIT, "km longer than allowed (Aino Korhonen)"),
        ({"max_stops": 0}, ReasonCode.VEHICLE_IGNORED, "Aino Korhonen may have no stops at all."),
    ):
        why = reason(make_order(0, FAR), make_crew(1, DEPOT, driver=limits))
        assert why.code is code
        assert words in why.sentence


def bound(orders, *, count=1, driver=None, vehicle=None, shift=None, routes=None, **fields):
    """A problem of a few orders."""
    crew = make_crew(count, DEPOT, driver=driver, vehicle=vehicle, shift=shift)
    day = assemble(orders, crew, depot=replace(DEPOT, **fields.pop("depot", {})), routes=routes)
    return problem_of(replace(day, **fields), skew=0)


def explained(p, order_id="order-00000"):
    return explain(p, p.planned)[order_id]


@pytest.mark.parametrize("lock", [Lock.ROUTE, Lock.DRIVER])
def test_only_a_locked_round_could_take_it(lock):
    p = bound([make_order(0, NEAR)], shift={"lock": lock})
    why = explained(p)
    assert why.code is ReasonCode.SEQUENCE_CONSTRAINED
    assert why.sentence == "Fits now: with Aino Korhonen, 1 min more driving, but the round is locked."
    assert [(o.rule, o.sentence) for o in why.obstacles.values()] == [(None, "The round is locked.")]
    full = bound([make_order(0, NEAR), make_order(1, NEAR)], shift={"lock": lock}, driver={"max_stops": 1},
                 routes={FIRST: ["order-00001"]})  # fmt: skip
    assert explained(full).code is ReasonCode.SEQUENCE_CONSTRAINED
    assert explained(full).sentence == "Only locked rounds could take it: Aino Korhonen."


def test_a_sequence_lock_lets_others_in():
    assert explained(bound([make_order(0, NEAR)], shift={"lock": Lock.SEQUENCE})).code is ReasonCode.NOT_PLANNED_YET


def test_a_window_that_closes_before_the_freeze_line():
    p = bound([make_order(0, NEAR, windows=(window("08:00", "09:00"),))], freeze_at=clock("10:00"))
    why = explained(p)
    assert why.code is ReasonCode.SKIPPED_BY_CONSTRAINT
    assert why.sentence == "Its window closed at 09:00, before the freeze line at 10:00."


def test_what_would_fit_only_before_the_freeze_line_does_not_fit():
    late = make_order(1, FAR, windows=(window("08:00", "10:00"),))
    order = make_order(0, NEAR, service_s=8 * 3600)
    assert explained(bound([order])).code is ReasonCode.NOT_PLANNED_YET
    assert explained(bound([order], freeze_at=clock("10:00"))).code is ReasonCode.TIME_WINDOWS
    assert explained(bound([make_order(0, NEAR), late], freeze_at=clock("12:00"))).code is ReasonCode.NOT_PLANNED_YET


def test_every_driver_full_by_rule():
    p = bound([make_order(0, NEAR), make_order(1, NEAR)], driver={"max_stops": 1}, routes={FIRST: ["order-00001"]})
    why = explained(p)
    assert why.code is ReasonCode.VEHICLE_IGNORED
    assert [(o.rule, o.amount, o.sentence) for o in why.obstacles.values()] == [
        (Rule.MAX_STOPS, 1, "May have 1 stop at most.")
    ]


def test_low_priority_is_left_out_for_dearer_orders():
    def left_out(priority):
        orders = [
            make_order(0, NEAR, load=Load(kg=500), must_not_drop=priority),
            make_order(1, NEAR, load=Load(kg=500)),
        ]
        return explained(bound(orders, routes={FIRST: ["order-00001"]})).code

    assert left_out(Priority.LOW) is ReasonCode.ZERO_PENALTY
    assert left_out(Priority.NORMAL) is ReasonCode.CROWDED_OUT


def test_goods_that_are_not_fetched():
    fetching = make_order(1, NEAR, kind=OrderKind.COLLECTION)
    bringing = make_order(0, NEAR, pickup_id=fetching.id)
    both = explained(bound([bringing, fetching]))
    assert both.code is ReasonCode.NOT_PLANNED_YET
    assert both.sentence == "Fits now together with A00001, which fetches its goods: with Aino Korhonen."
    cancelled = explained(bound([bringing, replace(fetching, state=OrderState.CANCELLED)]))
    assert cancelled.code is ReasonCode.ORDER_IGNORED
    heavy = explained(bound([bringing, replace(fetching, load=Load(kg=5000))]))
    assert (heavy.code, "A00001" in heavy.sentence) == (ReasonCode.ORDER_IGNORED, True)
    fetched = explained(bound([bringing, fetching], routes={FIRST: [fetching.id]}))
    assert fetched.code is ReasonCode.NOT_PLANNED_YET
    small = bound([replace(bringing, skills=frozenset({"lift"})), fetching], routes={FIRST: [fetching.id]}, count=2)
    assert explained(small).code is ReasonCode.VEHICLE_NOT_ALLOWED


@given(bound_days())
@settings(max_examples=examples(60), deadline=None)
def test_with_all_that_binds_every_order_and_every_driver_has_an_answer(day):
    p = problem_of(day)
    reasons = explain(p, p.planned)
    assert set(reasons) == set(p.unplanned(p.planned))
    for why in reasons.values():
        assert why.sentence.endswith(".")
        assert "None" not in why.sentence
        assert set(why.stopped) == {d for d, o in why.obstacles.items() if o.rule is not None}
        assert all(why.stopped[d] is o.rule for d, o in why.obstacles.items() if o.rule is not None)
        assert all(o.sentence.endswith(".") and o.amount >= 0 for o in why.obstacles.values())
        if why.code is ReasonCode.CROWDED_OUT:
            assert why.obstacles


@given(bound_days())
@settings(max_examples=examples(60), deadline=None)
def test_a_planned_stop_has_a_reason_just_if_it_breaks_a_rule(day):
    p = problem_of(day)
    for route in judge(p, p.planned).routes.values():
        for stop in route.stops:
            why = explain_late(p, p.planned, stop.order_id)
            assert (why is not None) == bool(stop.violations)
            if why:
                assert why.sentence.endswith(".")
                assert "None" not in why.sentence


def test_a_late_stop_names_what_takes_the_time():
    orders = [
        make_order(0, NEAR, windows=(window("08:00", "08:30"),)),
        make_order(1, NEAR, service_s=3600),
        make_order(2, NEAR, service_s=300),
    ]
    p = bound(orders, routes={FIRST: ["order-00002", "order-00001", "order-00000"]}, count=2)
    why = explain_late(p, p.planned, "order-00000")
    assert why.code is ReasonCode.TIME_WINDOWS
    assert why.sentence.startswith("Begins ")
    assert "after the window closes at 08:30: before it Aino Korhonen spends " in why.sentence
    assert "65 min serving 2 stops" in why.sentence
    assert why.sentence.endswith("; without A00001 it would be in time.")
    assert not why.stopped


def test_a_stop_that_is_late_even_first_says_when_the_driver_starts():
    p = bound([make_order(0, FAR, windows=(window("08:00", "08:10"),))], routes={FIRST: ["order-00000"]}, count=2)
    why = explain_late(p, p.planned, "order-00000")
    assert "Aino Korhonen starts at 08:00 and drives " in why.sentence
    assert list(why.stopped.values()) == [Rule.LATE]
    with pytest.raises(KeyError):
        explain_late(p, {FIRST: []}, "order-00000")


def test_other_broken_rules_of_a_stop_are_told_too():
    lift = bound([make_order(0, NEAR, skills=frozenset({"lift"}))], routes={FIRST: ["order-00000"]})
    why = explain_late(lift, lift.planned, "order-00000")
    assert (why.code, why.sentence) == (
        ReasonCode.VEHICLE_NOT_ALLOWED, "Needs “lift”, which Aino Korhonen does not have.",
    )  # fmt: skip
    first = make_order(1, NEAR, windows=(window("08:00", "08:30"),))
    orders = [make_order(0, NEAR, windows=(window("14:00", "15:00"),)), first]
    wait = bound(orders, routes={FIRST: [first.id, "order-00000"]}, depot={"max_wait_s": 60})
    early = explain_late(wait, wait.planned, "order-00000")
    assert early.code is ReasonCode.TIME_WINDOWS
    assert early.sentence.startswith("Aino Korhonen waits 5 h ")
    assert "for the window that opens at 14:00" in early.sentence


def test_it_fits_now_with_the_nearest_driver():
    why = reason(make_order(0, NEAR))
    assert why.code is ReasonCode.NOT_PLANNED_YET
    assert why.sentence == "Fits now: with Aino Korhonen, 1 min more driving."
    assert not why.stopped


def test_crowded_out_by_time():
    long = [make_order(i, NEAR, service_s=4 * 3600) for i in (1, 2)]
    crew = make_crew(1, DEPOT)
    why = reason(make_order(0, NEAR, service_s=3600), crew, {next(iter(crew[2])): [o.id for o in long]}, long)
    assert why.code is ReasonCode.CROWDED_OUT
    assert why.sentence == (
        "Fits Aino Korhonen alone, but not beside the 2 stops already planned; the shift would end 31 min late."
    )


def test_crowded_out_by_load_and_by_the_number_of_stops():
    full = make_order(1, NEAR, load=Load(kg=850))
    crew = make_crew(1, DEPOT)
    routes = {next(iter(crew[2])): [full.id]}
    why = reason(make_order(0, NEAR, load=Load(kg=62.5)), crew, routes, [full])
    assert why.sentence == "Fits Aino Korhonen alone, but not beside the one stop already planned; 12.5 kg too much."
    why = reason(make_order(0, NEAR), make_crew(1, DEPOT, driver={"max_stops": 1}), routes, [full])
    assert why.sentence.endswith("Aino Korhonen may have 1 stop at most.")


def test_crowded_out_by_a_window_that_others_need():
    tight = [make_order(i, FAR, windows=(window("09:00", "09:05"),)) for i in (1, 2)]
    tight[1] = replace(tight[1], windows=(window("09:03", "09:05"),))
    crew = make_crew(1, DEPOT)
    order = make_order(0, FAR, windows=(window("09:00", "09:05"),))
    why = reason(order, crew, {next(iter(crew[2])): [o.id for o in tight]}, tight)
    assert why.code is ReasonCode.CROWDED_OUT
    assert "would be" in why.sentence
    assert set(why.stopped.values()) == {Rule.LATE}


def test_a_mixed_crew_stops_it_for_different_reasons():
    crew = make_crew(2, DEPOT)
    (first, second), vehicles = list(crew[0]), list(crew[1])
    crew[1][vehicles[0]] = replace(crew[1][vehicles[0]], skills=frozenset({"chilled"}), capacity=Load(1, 1, 1))
    why = reason(make_order(0, NEAR, skills=frozenset({"chilled"}), load=Load(kg=5)), crew)
    assert dict(why.stopped) == {first: Rule.WEIGHT, second: Rule.SKILL}
    assert why.sentence == "Weighs 5 kg; the largest vehicle allowed takes 1 kg."


def test_no_place_no_road_nobody_on_duty():
    assert reason(make_order(0, None)).code is ReasonCode.NO_PLACE
    nobody = assemble([make_order(0, NEAR)], ({}, {}, {}), depot=DEPOT)
    (why,) = explain(problem_of(nobody), {}).values()
    assert (why.code, why.sentence) == (ReasonCode.NO_VEHICLE, "No driver is on duty on this day.")
    day = assemble([make_order(0, NEAR)], make_crew(1, DEPOT), depot=DEPOT)
    ((profile, table),) = tables(day).items()
    off = Problem.of(day, {profile: replace(table, off_road_m=table.off_road_m + 1240)})
    (why,) = explain(off, {}).values()
    assert (why.code, "1,240 m" in why.sentence) == (ReasonCode.NO_ROAD, True)
    island = TravelTable(table.duration_s + NO_WAY, table.distance_m + NO_WAY, table.off_road_m)
    (why,) = explain(Problem.of(day, {profile: island}), {}).values()
    assert why.code is ReasonCode.NO_ROAD
    assert list(why.stopped.values()) == [Rule.NO_ROAD]


def test_clock_times_of_another_day_say_which():
    why = reason(
        make_order(0, NEAR, windows=(replace(window("07:00", "07:30"), opens_at=clock("07:00").replace(day=14)),))
    )
    assert why.sentence.startswith("Window Sun 07:00–07:30 closes")
