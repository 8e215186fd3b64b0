"""Reasons: every unplanned order has one, with the right code, names and figures."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.roads import NO_WAY, TravelTable
from dispatcher.domain.schedule import ReasonCode, Rule
from dispatcher.planning.insertion import Gap, Room
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
from tests.unit.planning.strategies import days

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
        ({"max_duration_s": 3600}, ReasonCode.DURATION_LIMIT, "min longer than allowed (Aino Korhonen)"),
        ({"max_distance_m": 40_000}, ReasonCode.DISTANCE_LIMIT, "km longer than allowed (Aino Korhonen)"),
        ({"max_stops": 0}, ReasonCode.VEHICLE_IGNORED, "Aino Korhonen may have no stops at all."),
    ):
        why = reason(make_order(0, FAR), make_crew(1, DEPOT, driver=limits))
        assert why.code is code
        assert words in why.sentence


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
