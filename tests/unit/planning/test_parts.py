"""Large days in parts: nothing is lost between them, locks hold, it stops when told, and failures reach the caller."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

import dispatcher.planning.parts as parts_module
from dispatcher.domain.fleet import Lock
from dispatcher.planning.engine import IMPROVE, PyVrpEngine, Scope
from dispatcher.planning.fixed import fixed_heads
from dispatcher.planning.judge import judge_route, weigh, weigh_route
from dispatcher.planning.narrow import narrowed
from dispatcher.planning.parts import Planner
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import clock, make_day, problem_of, with_plan

FEW = StopRule(iterations=60)


@pytest.fixture(scope="module")
def shared() -> Iterator[Planner]:
    planner = Planner()
    yield planner
    planner.close()


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days of a test are large, and their parts small."""
    monkeypatch.setattr(parts_module, "WHOLE_UP_TO", 50)
    monkeypatch.setattr(parts_module, "PART", 40)


def counted(sequences):
    return Counter(o for sequence in sequences.values() for o in sequence)


def planned_day():
    """A day of 120 orders in six rounds, one of each lock, with a freeze line and two skilled vans."""
    day = make_day(120, 6, 3, skills=0.2, windows=0.3, bicycles=1)
    p = problem_of(day)
    found = PyVrpEngine().solve(p, stop=StopRule(iterations=30)).sequences
    locks = [Lock.ROUTE, Lock.DRIVER, Lock.SEQUENCE, Lock.OPEN, Lock.OPEN, Lock.OPEN]
    shifts = {s: replace(shift, lock=lock) for (s, shift), lock in zip(day.shifts.items(), locks, strict=True)}
    kept = {s: sequence[: -2 or None] for s, sequence in found.items()}
    held = [sequence[-1] for sequence in kept.values() if sequence]
    return problem_of(replace(with_plan(day, kept, held), shifts=shifts, freeze_at=clock("09:00")))


def test_a_small_day_is_searched_whole(shared):
    p = problem_of(make_day(30, 2, 1))
    assert shared.solve(p, stop=FEW, seed=4).sequences == PyVrpEngine().solve(p, stop=FEW, seed=4).sequences


def test_a_large_day_is_planned_from_nothing(shared):
    p = problem_of(make_day(150, 8, 1, skills=0.2, windows=0.3, bicycles=2))
    told = []
    found = shared.solve(
        p, stop=FEW, on_best=lambda plan, stats: told.append((plan, stats, threading.current_thread()))
    )
    assert set(found.sequences) == set(p.rounds)
    assert max(counted(found.sequences).values()) == 1
    assert not p.unplanned(found.sequences)
    assert weigh(p, found.sequences).sound
    assert told[-1][:1] == (found.sequences,)
    assert told[-1][1].cost == found.cost
    assert {thread for _, _, thread in told} == {threading.current_thread()}


@pytest.mark.parametrize("scope", [Scope(), IMPROVE])
def test_locks_heads_and_held_stops_hold_across_parts(shared, scope):
    p = planned_day()
    found = shared.solve(p, stop=FEW, start=p.planned, scope=scope).sequences
    heads = fixed_heads(p, p.planned)
    assert any(heads.values())
    assert max(counted(found).values()) == 1
    for shift_id, before in ((s, list(sequence)) for s, sequence in p.planned.items()):
        after, lock = found[shift_id], p.rounds[shift_id].lock
        assert after[: heads[shift_id]] == before[: heads[shift_id]]
        assert lock is not Lock.ROUTE or after == before
        assert lock is not Lock.DRIVER or sorted(after) == sorted(before)
        assert lock is not Lock.SEQUENCE or [o for o in after if o in set(before)] == before
        assert all(o in after for o in before if p.visits[o].held)
    assert set(counted(p.planned)) <= set(counted(found))


def test_a_part_is_judged_as_it_is_in_the_whole():
    p = planned_day()
    some = list(p.rounds)[2:5]
    sequences = {s: list(p.planned[s]) for s in some}
    narrow = narrowed(p, sequences, p.unplanned(p.planned)[:5])
    assert len(narrow.index) < len(p.index)
    for shift_id, sequence in sequences.items():
        assert judge_route(narrow, shift_id, sequence) == judge_route(p, shift_id, sequence)
        assert weigh_route(narrow, shift_id, sequence) == weigh_route(p, shift_id, sequence)


def test_a_stop_request_keeps_what_there_is(shared):
    p = planned_day()
    asked = threading.Event()
    asked.set()
    found = shared.solve(p, stop=StopRule(asked=asked.is_set), start=p.planned).sequences
    assert set(counted(p.planned)) <= set(counted(found)) | set(p.unplanned(found))
    assert max(counted(found).values()) == 1


def test_time_ends_it(shared):
    p = problem_of(make_day(120, 6, 2))
    found = shared.solve(p, stop=StopRule(seconds=0.5))
    assert found.seconds >= 0.5
    assert not p.unplanned(found.sequences)


def test_what_the_watcher_raises_reaches_the_caller_and_the_next_search_works(shared):
    p = problem_of(make_day(120, 6, 2))

    def fall():
        raise OSError("window closed")

    with pytest.raises(OSError, match="window closed"):
        shared.solve(p, stop=StopRule(asked=fall))
    assert not p.unplanned(shared.solve(p, stop=FEW).sequences)


def test_what_a_part_raises_reaches_the_caller(shared):
    p = problem_of(make_day(120, 6, 2))
    with pytest.raises(KeyError, match="nobody"):
        shared.solve(p, stop=FEW, start={next(iter(p.rounds)): ["nobody"]})
    assert not p.unplanned(shared.solve(p, stop=FEW).sequences)
