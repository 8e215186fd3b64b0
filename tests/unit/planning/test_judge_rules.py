"""The judge against the same rules written down plainly, and what holds for any round whatever its rules."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.schedule import Rule
from dispatcher.planning.judge import judge_many, judge_route, weigh_route
from dispatcher.planning.problem import load_of
from tests.unit.planning.judge_days import candidates, problems
from tests.unit.planning.plain_judge import PlainJudge


def seconds(p, moment):
    return None if moment is None else round((moment - p.origin).total_seconds())


@given(problems(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_judge_says_what_the_rules_say(p, rng):
    for shift_id, sequence in candidates(p, rng):
        plain, judged = PlainJudge(p, shift_id).judge(sequence), judge_route(p, shift_id, sequence)
        drive = plain.drive
        assert seconds(p, judged.leaves_at) == drive.leaves
        assert seconds(p, judged.returns_at) == drive.returns
        assert [seconds(p, s.arrives_at) for s in judged.stops] == [drive.arrives[i] for i in plain.stops]
        assert [seconds(p, s.starts_at) for s in judged.stops] == [drive.begins[i] for i in plain.stops]
        assert [s.load for s in judged.stops] == [load_of(load) for load in plain.loads[1:]]
        assert judged.peak == load_of(plain.peak)
        assert (judged.drive_s, judged.distance_m) == tuple(map(sum, zip(*plain.legs, strict=True)))
        assert Counter((v.rule, v.amount, v.order_id) for v in judged.broken) == Counter(plain.broken)
        assert_rest_and_reloads(p, plain, judged)


def assert_rest_and_reloads(p, plain, judged):
    rests = [s.break_at for s in judged.stops if s.break_at] + [t for t in (judged.back_break_at,) if t]
    assert [seconds(p, at) for at in rests] == ([] if plain.rest is None else [plain.drive.rest_at])
    halts = range(len(plain.drive.arrives))
    reloads = [plain.drive.arrives[i] for i in halts if i not in plain.stops]
    assert [seconds(p, s.reload_at) for s in judged.stops if s.reload_at] == reloads
    for i, stop in enumerate(judged.stops):
        assert (stop.reload_at is not None) == (plain.stops[i] - 1 in halts and plain.stops[i] - 1 not in plain.stops)


@given(problems())
@settings(deadline=None)
def test_every_second_of_a_round_is_accounted_for(p):
    for route in judge_many(p, p.planned.items()):
        duty = p.rounds[route.shift_id]
        busy_s = route.drive_s + route.service_s + route.wait_s + route.break_s + route.reload_s
        assert route.duration_s == busy_s
        assert route.wait_s == sum(s.wait_s for s in route.stops)
        assert route.late_s == sum(s.late_s for s in route.stops)
        assert route.drive_s == sum(s.drive_s for s in route.stops) + route.back_s
        assert route.distance_m == sum(s.drive_m for s in route.stops) + route.back_m
        assert route.leaves_at >= p.origin + timedelta(seconds=duty.starts_s)
        assert sum(1 for s in route.stops if s.reload_at) <= duty.max_reloads
        weight = weigh_route(p, route.shift_id, p.planned[route.shift_id])
        assert weight.sound == all(v.rule is Rule.EARLY for v in route.broken)
        assert (weight.early_s > 0) == any(v.rule is Rule.EARLY for v in route.broken)
        assert weight.cost == route.cost
