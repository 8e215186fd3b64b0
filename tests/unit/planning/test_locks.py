"""What re-planning may not touch: heads, locks, held stops; and that nothing is lost, doubled or broken by it."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.fleet import Lock
from dispatcher.planning.churn import objective
from dispatcher.planning.engine import EVERYTHING, IMPROVE, PyVrpEngine, Scope
from dispatcher.planning.fixed import fixed_heads
from dispatcher.planning.judge import weigh, weigh_route
from dispatcher.planning.resequence import resequence
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import problem_of
from tests.unit.planning.bound_days import bound_days

SOME = settings(deadline=None)


def solve(problem, iterations=40, **options):
    return PyVrpEngine().solve(problem, stop=StopRule(iterations=iterations), **options)


def owners(sequences):
    return {o: s for s, sequence in sequences.items() for o in sequence}


def check_bounds(p, found, *, present=None):
    """Everything that holds after any re-planning of any day."""
    present = p.planned if present is None else present
    assert set(found) == set(p.rounds)
    assert max(Counter(o for sequence in found.values() for o in sequence).values(), default=1) == 1
    heads, owner = fixed_heads(p, present), owners(found)
    for shift_id, before in present.items():
        before, after, lock = list(before), list(found[shift_id]), p.rounds[shift_id].lock
        if lock is Lock.ROUTE:
            assert after == before
        if lock is Lock.DRIVER:
            assert sorted(after) == sorted(before)
        if lock is Lock.SEQUENCE:
            assert [o for o in after if o in set(before)] == before
        assert after[: heads[shift_id]] == before[: heads[shift_id]]
        assert all(owner[o] == shift_id for o in before if p.visits[o].held == shift_id)


def check_pairs(p, found):
    """A delivery that came to its round stands behind its collection."""
    before = owners(p.planned)
    for shift_id, sequence in found.items():
        for i, order_id in enumerate(sequence):
            pickup = p.visits[order_id].pickup
            if pickup is not None and before.get(order_id) != shift_id:
                assert pickup in sequence[:i]


@given(bound_days())
@SOME
def test_the_engine_keeps_heads_locks_and_held_stops(day):
    p = problem_of(day)
    found = solve(p, start=p.planned).sequences
    check_bounds(p, found)
    check_pairs(p, found)
    assert set(owners(found)) | set(p.unplanned(found)) == set(p.visits) | set(owners(p.planned))


@given(bound_days())
@SOME
def test_without_a_start_too(day):
    p = problem_of(day)
    check_bounds(p, solve(p).sequences)


@given(bound_days(planned=False, binding=("breaks", "reloads", "pairs")))
@SOME
def test_a_plan_from_scratch_breaks_no_rule_that_an_engine_must_keep(day):
    p = problem_of(day)
    assert weigh(p, solve(p).sequences).sound


@given(bound_days())
@SOME
def test_no_round_breaks_a_rule_more_than_what_stays_in_it(day):
    p = problem_of(day)
    heads, found = fixed_heads(p, p.planned), solve(p, start=p.planned).sequences
    for shift_id, sequence in found.items():
        before = list(p.planned[shift_id])
        if sequence == before or p.rounds[shift_id].lock is not Lock.OPEN:
            continue
        if any(p.visits[o].pickup for o in before):
            continue  # its goods may be on board: then it stays, like a held stop
        fixed = set(before[: heads[shift_id]])
        stays = [o for o in sequence if o in fixed or p.visits[o].held == shift_id]
        if not stays or stays == sequence[: heads[shift_id]]:
            base = weigh_route(p, shift_id, stays)
            assert all(a <= max(b, 0) for a, b in zip(weigh_route(p, shift_id, sequence)[:4], base[:4], strict=True))


@given(bound_days())
@SOME
def test_improving_leaves_nobody_out_and_makes_nothing_worse(day):
    p = problem_of(day)
    found = solve(p, start=p.planned, scope=IMPROVE).sequences
    check_bounds(p, found)
    assert set(owners(p.planned)) <= set(owners(found))
    if len(owners(found)) == len(owners(p.planned)):
        assert objective(p, found) <= objective(p, p.planned)


@given(bound_days(), st.integers(1, 3))
@SOME
def test_a_scope_of_rounds_only_exchanges_among_them(day, count):
    p = problem_of(day)
    chosen = list(p.rounds)[:count]
    found = solve(p, start=p.planned, scope=Scope.rounds(chosen)).sequences
    check_bounds(p, found)
    for shift_id in set(p.rounds) - set(chosen):
        assert found[shift_id] == list(p.planned[shift_id])
    assert set(owners(p.planned)) == set(owners(found))


@given(bound_days(), st.integers(1, 3))
@SOME
def test_resequencing_keeps_them_too_and_is_never_worse(day, count):
    p = problem_of(day)
    found = resequence(p, p.planned, list(p.rounds)[:count], stop=StopRule(iterations=30))
    check_bounds(p, found)
    assert set(owners(found)) == set(owners(p.planned))
    assert objective(p, found) <= objective(p, p.planned)
    for shift_id, lock in ((s, duty.lock) for s, duty in p.rounds.items()):
        if lock is Lock.SEQUENCE:
            assert found[shift_id] == list(p.planned[shift_id])


def test_everything_is_the_default():
    assert Scope() == EVERYTHING
