"""What would mend a stop: every fix does what it says, at the price it says, and touches nothing that is locked."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.fleet import Lock, Vehicle
from dispatcher.domain.ids import VehicleId
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.time import seconds_after
from dispatcher.planning.fixed import fixed_heads
from dispatcher.planning.fixes import Kind, Yard, altered, fixes
from dispatcher.planning.judge import judge
from tests.fixtures.days import (
    make_depot,
    problem_of,
)
from tests.fixtures.examples import examples
from tests.unit.planning.bound_days import bound_days

DEPOT = make_depot()
NEAR, BESIDE, FAR = Place(50.776, 6.101), Place(50.777, 6.102), Place(50.9, 6.4)
UNHURRIED_S = 60.0
"""No deadline in tests: what is found must not depend on the machine."""

BIG = Vehicle(
    VehicleId("big"), "Truck", capacity=Load(kg=5_000, litres=30_000, parcels=900), skills=frozenset({"chilled"})
)


def yard_of(day):
    return Yard((BIG,), {driver.id: driver.skills for driver in day.drivers.values()})


def troubled(problem):
    """Stops that a person would ask about."""
    routes = judge(problem, problem.planned).routes.values()
    broken = [s.order_id for r in routes for s in r.stops if s.violations]
    return [*problem.unplanned(problem.planned), *broken]


def subjects(schedule):
    found = {}
    for shift_id, times in schedule.routes.items():
        for v in times.broken:
            subject = (shift_id, v.order_id, v.rule)
            found[subject] = max(v.amount, found.get(subject, 0))
    return found


@given(bound_days(), st.data())
@settings(max_examples=examples(60), deadline=None)
def test_a_fix_mends_the_stop_breaks_nothing_and_costs_what_it_says(day, data):
    p = problem_of(day)
    asked = troubled(p)
    if not asked:
        return
    order_id = data.draw(st.sampled_from(asked))
    before = judge(p, p.planned)
    for fix in fixes(p, p.planned, order_id, most=9, deadline_s=UNHURRIED_S, yard=yard_of(day)):
        then = altered(p, fix, yard_of(day))
        after = judge(then, {**p.planned, **fix.after})
        planned = [o for s in {**p.planned, **fix.after}.values() for o in s]
        assert len(planned) == len(set(planned))
        assert {o for s in p.planned.values() for o in s} <= set(planned)
        assert order_id in fix.after[fix.shift_id]
        assert not any(subject[1] == order_id for subject in subjects(after))
        was = subjects(before)
        assert all(amount <= was.get(subject, 0) for subject, amount in subjects(after).items())
        assert fix.cost == after.cost - before.cost
        assert fix.distance_m == after.distance_m - before.distance_m


@given(bound_days(binding=("locks", "done", "freeze", "loaded", "pairs")), st.data())
@settings(max_examples=examples(60), deadline=None)
def test_what_is_locked_held_driven_or_frozen_is_touched_only_by_name(day, data):
    p = problem_of(day)
    asked = troubled(p)
    if not asked:
        return
    order_id = data.draw(st.sampled_from(asked))
    heads = fixed_heads(p, p.planned)
    for fix in fixes(p, p.planned, order_id, most=9, deadline_s=UNHURRIED_S, yard=yard_of(day)):
        assert (fix.kind is Kind.UNLOCK) == bool(fix.unlocked or fix.released)
        for shift_id, after in fix.after.items():
            now = p.planned[shift_id]
            assert after[: heads[shift_id]] == now[: heads[shift_id]]
            _keeps_lock(p.rounds[shift_id].lock if shift_id not in fix.unlocked else Lock.OPEN, now, after)
            gone = set(now) - set(after)
            assert all(p.visits[o].held is None or o in fix.released for o in gone)
        if p.freeze_s is not None:
            times = judge(altered(p, fix, yard_of(day)), fix.after)
            for shift_id, route in times.routes.items():
                behind = route.stops[heads[shift_id] :]
                assert all(seconds_after(p.origin, s.starts_at) >= p.freeze_s for s in behind)


def _keeps_lock(lock, now, after):
    if lock is Lock.ROUTE:
        assert after == now
    if lock is Lock.DRIVER:
        assert set(after) == set(now)
    if lock is Lock.SEQUENCE:
        assert [o for o in after if o in now] == list(now)
