"""Certificates that run out: the planner, the judge, the reasons and the fixes go by the shift's own date."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.fleet import Vehicle
from dispatcher.domain.ids import OrderId, ShiftId, VehicleId
from dispatcher.domain.place import Place
from dispatcher.domain.schedule import ReasonCode, Rule
from dispatcher.planning.engine import PyVrpEngine
from dispatcher.planning.fixes import Kind, Yard, fixes
from dispatcher.planning.judge import judge_route, weigh_many, weigh_route
from dispatcher.planning.lateness import explain_late
from dispatcher.planning.reasons import explain
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import DATE, assemble, clock, make_crew, make_depot, make_order, problem_of

DEPOT = make_depot()
NEAR = Place(50.776, 6.101)
AINO, BEN = ShiftId("shift-000"), ShiftId("shift-001")
ADR = frozenset({"adr"})
TANK = OrderId("order-00000")
YESTERDAY, TODAY = DATE - timedelta(days=1), DATE


def adr(until: date | None) -> Certificate:
    return Certificate("adr", until, "FI-77")


def licence(until: date | None) -> Certificate:
    return Certificate("driving licence", until, required=True)


def the_problem(orders=None, routes=None, *, aino=(), ben=(), van=(), shift=None):
    """Two drivers, each with a van; their certificates, and those of Aino's van."""
    drivers, vehicles, shifts = make_crew(2, DEPOT, shift=shift)
    for driver, papers in zip(list(drivers.values()), (aino, ben), strict=True):
        drivers[driver.id] = replace(driver, certificates=tuple(papers))
    first = next(iter(vehicles.values()))
    vehicles[first.id] = replace(first, certificates=tuple(van))
    orders = orders or [make_order(0, NEAR, skills=ADR)]
    return problem_of(assemble(orders, (drivers, vehicles, shifts), depot=DEPOT, routes=routes), skew=0)


def rules(problem, shift_id=AINO):
    return [v.rule for v in judge_route(problem, shift_id, [TANK]).broken]


@pytest.mark.parametrize(("until", "broken"), [(TODAY, []), (None, []), (YESTERDAY, [Rule.SKILL])])
def test_a_certificate_is_good_on_its_last_day_and_no_longer(until, broken):
    assert rules(the_problem(aino=[adr(until)])) == broken
    assert rules(the_problem(van=[adr(until)])) == broken


def test_a_shift_past_midnight_counts_by_the_date_it_began():
    night = {"starts_at": clock("20:00"), "ends_at": clock("04:00", DATE + timedelta(days=1))}
    late = make_order(0, NEAR, skills=ADR, service_s=5 * 3600)
    p = the_problem([late], aino=[adr(TODAY)], shift=night)
    assert judge_route(p, AINO, [TANK]).stops[0].departs_at.astimezone(DEPOT.zone).date() > DATE
    assert rules(p) == []


def test_a_shift_of_another_date_in_the_same_problem_goes_by_its_own():
    """As when many days are planned together."""
    assert rules(the_problem(aino=[adr(TODAY)], shift={"date": DATE + timedelta(days=1)})) == [Rule.SKILL]


@pytest.mark.parametrize("whose", ["aino", "van"])
def test_without_a_required_certificate_every_stop_of_the_round_breaks_a_rule(whose):
    plain = [make_order(i, NEAR) for i in range(2)]
    p = the_problem(plain, **{whose: [licence(YESTERDAY)]})
    sequence = [order.id for order in plain]
    times = judge_route(p, AINO, sequence)
    name = {"aino": "Aino Korhonen", "van": "Van 1"}[whose]
    said = f"{name}’s driving licence ran out on 14 June 2026"
    assert [(v.rule, v.detail) for s in times.stops for v in s.violations] == [(Rule.CERTIFICATE, said)] * 2
    assert weigh_route(p, AINO, sequence).barred == 2
    assert weigh_many(p, [(AINO, sequence)])[0].barred == 2
    assert not judge_route(p, BEN, sequence).broken


def test_an_expired_certificate_that_is_not_required_leaves_the_round_to_other_orders():
    p = the_problem([make_order(0, NEAR)], aino=[adr(YESTERDAY)])
    assert rules(p) == []


def test_the_planner_gives_nothing_to_who_may_not_drive_and_adr_to_who_has_it():
    orders = [make_order(i, NEAR, skills=ADR if i < 3 else frozenset()) for i in range(6)]
    p = the_problem(orders, aino=[licence(YESTERDAY), adr(None)], ben=[adr(TODAY)])
    found = PyVrpEngine().solve(p, stop=StopRule(iterations=60)).sequences
    assert (len(found.get(AINO, ())), len(found[BEN])) == (0, 6)
    p = the_problem(orders, aino=[licence(TODAY), adr(None)], ben=[adr(YESTERDAY)])
    found = PyVrpEngine().solve(p, stop=StopRule(iterations=60)).sequences
    assert {order.id for order in orders[:3]} <= set(found[AINO])


def test_the_planner_leaves_all_unplanned_where_nobody_may_drive():
    p = the_problem(aino=[licence(YESTERDAY)], ben=[licence(YESTERDAY)])
    found = PyVrpEngine().solve(p, stop=StopRule(iterations=20)).sequences
    assert not any(found.values())
    why = explain(p, found)[TANK]
    assert why.code is ReasonCode.VEHICLE_NOT_ALLOWED
    p = the_problem([make_order(0, NEAR)], aino=[licence(YESTERDAY)], ben=[licence(YESTERDAY)])
    why = explain(p, {})[TANK]
    assert why.code is ReasonCode.VEHICLE_NOT_ALLOWED
    assert why.sentence == (
        "Nobody else could take it: Aino Korhonen’s driving licence ran out on 14 June 2026; "
        f"{p.rounds[BEN].driver_name}’s driving licence ran out on 14 June 2026."
    )
    assert {o.sentence for o in why.obstacles.values()} == {
        f"{duty.driver_name}’s driving licence ran out on 14 June 2026." for duty in p.rounds.values()
    }


def test_the_reason_names_whose_certificate_ran_out_and_when():
    p = the_problem(aino=[adr(date(2026, 5, 3))])
    why = explain(p, {})[TANK]
    assert why.sentence == "Needs “adr”; Aino Korhonen’s certificate ran out on 3 May 2026."
    first, second = (o.sentence for o in why.obstacles.values())
    assert first == "Does not have “adr”; Aino Korhonen’s certificate ran out on 3 May 2026."
    assert second == "Does not have “adr”."


def test_a_planned_stop_says_why_it_breaks_the_rule():
    p = the_problem(routes={AINO: [TANK]}, aino=[adr(date(2026, 5, 3))])
    why = explain_late(p, p.planned, TANK)
    name = "Aino Korhonen"
    assert why.sentence == f"Needs “adr”, which {name} does not have; {name}’s certificate ran out on 3 May 2026."
    (broken,) = judge_route(p, AINO, [TANK]).broken
    assert broken.detail == f"adr – {name}’s ran out on 3 May 2026"
    p = the_problem([make_order(0, NEAR)], {AINO: [TANK]}, aino=[licence(date(2026, 5, 3))])
    assert explain_late(p, p.planned, TANK).sentence == f"{name}’s driving licence ran out on 3 May 2026."


def test_a_fix_gives_it_to_the_driver_whose_certificate_is_good():
    p = the_problem(routes={AINO: [TANK]}, aino=[adr(YESTERDAY)], ben=[adr(TODAY)])
    best = fixes(p, p.planned, TANK, deadline_s=60)[0]
    assert (best.kind, best.shift_id) == (Kind.PUT, BEN)


@pytest.mark.parametrize("until", [TODAY, YESTERDAY])
def test_another_vehicle_of_the_yard_mends_what_ran_out_only_if_its_own_papers_are_good(until):
    spare = Vehicle(VehicleId("spare"), "Van 9", certificates=(Certificate("inspection", until, required=True),))
    p = the_problem(
        [make_order(0, NEAR)], {AINO: [TANK]}, van=[Certificate("inspection", YESTERDAY, required=True)],
        ben=[licence(YESTERDAY)],
    )  # fmt: skip
    found = fixes(p, p.planned, TANK, deadline_s=60, yard=Yard((spare,)))
    wanted = {(Kind.VEHICLE, AINO, spare.id)} if until == TODAY else set()
    assert {(f.kind, f.shift_id, f.vehicle_id) for f in found} == wanted


def test_another_vehicle_does_not_mend_the_drivers_licence():
    p = the_problem([make_order(0, NEAR)], {AINO: [TANK]}, aino=[licence(YESTERDAY)], ben=[licence(YESTERDAY)])
    assert not fixes(p, p.planned, TANK, deadline_s=60, yard=Yard((Vehicle(VehicleId("spare"), "Van 9"),)))
