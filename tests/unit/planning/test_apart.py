"""The engine in a process of its own: the same plans as without, and it stops, fails and ends as it should."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import MappingProxyType

import pytest

from dispatcher.domain.errors import KnownError
from dispatcher.planning.apart import ApartEngine
from dispatcher.planning.engine import PyVrpEngine, Scope
from dispatcher.planning.problem import Problem
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import make_day, problem_of, with_plan
from tests.fixtures.region import ended

ROOT = Path(__file__).parents[3]
SHORT = StopRule(iterations=40)
linux = pytest.mark.skipif(sys.platform != "linux", reason="watches processes by Linux's means")


@pytest.fixture(scope="module")
def shared() -> Iterator[ApartEngine]:
    """For tests that leave its worker alive."""
    engine = ApartEngine()
    yield engine
    engine.close()


@pytest.fixture
def others() -> set[BaseProcess]:
    """The processes there were before the test."""
    return set(multiprocessing.active_children())


@pytest.fixture
def engine(others: set[BaseProcess]) -> Iterator[ApartEngine]:
    """One to be ended; leaves no process behind."""
    engine = ApartEngine()
    yield engine
    engine.close()
    assert set(multiprocessing.active_children()) == others


@pytest.fixture(scope="module")
def problem() -> Problem:
    return problem_of(make_day(40, 3, 1))


def kill(engine: ApartEngine) -> int:
    pid = engine.worker_pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    return pid


def planned_day() -> Problem:
    day = make_day(60, 4, 2, skills=0.1, windows=0.4, collections=0.1)
    ids, shifts = list(day.orders), list(day.shifts)
    return problem_of(with_plan(day, {shifts[0]: ids[:12], shifts[1]: ids[12:24]}, held=ids[:3]))


@pytest.mark.parametrize("seed", [1, 5])
def test_the_same_seed_gives_the_plan_of_the_engine_within(shared, seed):
    p = planned_day()
    for options in (
        {},
        {"start": p.planned},
        {"start": p.planned, "scope": Scope(shift_ids=frozenset(list(p.rounds)[:2]), keep_drivers=True)},
    ):
        rule = StopRule(iterations=120)
        within, apart = (e.solve(p, stop=rule, seed=seed, **options) for e in (PyVrpEngine(), shared))
        assert apart.sequences == within.sequences
        assert (apart.cost, apart.iterations) == (within.cost, within.iterations)


def test_plans_come_on_the_callers_thread_and_the_last_is_the_answer(shared, problem):
    plans, threads = [], set()

    def on_best(plan, stats):
        plans.append((plan, stats.cost))
        threads.add(threading.current_thread())

    found = shared.solve(problem, stop=SHORT, on_best=on_best)
    assert plans[-1] == (found.sequences, found.cost)
    assert threads == {threading.current_thread()}


def test_a_stop_request_keeps_the_best_so_far(shared, problem):
    asked, plans = threading.Event(), []

    def on_best(plan, stats):
        plans.append(plan)
        asked.set()

    found = shared.solve(problem, stop=StopRule(asked=asked.is_set), on_best=on_best)
    assert found.sequences == plans[-1]
    assert not problem.unplanned(found.sequences)


def test_a_stop_request_ends_no_search_but_its_own(shared, problem):
    for _ in range(5):
        shared.solve(problem, stop=StopRule(iterations=1, asked=lambda: True))
        assert shared.solve(problem, stop=SHORT).iterations == SHORT.iterations


def test_time_ends_a_search(shared, problem):
    assert shared.solve(problem, stop=StopRule(seconds=0.1)).seconds >= 0.1


def test_the_worker_stays_between_searches(shared, problem):
    shared.solve(problem, stop=SHORT)
    pid = shared.worker_pid
    shared.warm_up()
    shared.solve(problem, stop=SHORT)
    assert shared.worker_pid == pid


def test_many_threads_take_turns(shared):
    problems = [problem_of(make_day(20, 2, seed)) for seed in range(4)]
    found = {}

    def solve(i):
        found[i] = shared.solve(problems[i], stop=SHORT).sequences

    threads = [threading.Thread(target=solve, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: PyVrpEngine().solve(p, stop=SHORT).sequences for i, p in enumerate(problems)}


def test_errors_of_the_search_reach_the_caller_and_harm_nobody(shared, problem):
    shared.warm_up()
    pid = shared.worker_pid
    first = next(iter(problem.visits))
    visits = {**problem.visits, first: replace(problem.visits[first], service_s=-1)}
    broken = replace(problem, visits=MappingProxyType(visits))
    with pytest.raises(ValueError) as within:
        PyVrpEngine().solve(broken, stop=SHORT)
    with pytest.raises(ValueError) as apart:
        shared.solve(broken, stop=SHORT)
    assert str(apart.value) == str(within.value)
    with pytest.raises(RuntimeError, match=r"(?s)process failed.*KeyError: 'nobody'"):
        shared.solve(problem, stop=SHORT, start={next(iter(problem.rounds)): ["nobody"]})
    assert shared.solve(problem, stop=SHORT).iterations == SHORT.iterations
    assert shared.worker_pid == pid


@pytest.mark.parametrize("where", ["on_best", "asked"])
def test_what_the_watcher_raises_ends_the_worker_and_reaches_the_caller(engine, others, problem, where):
    pids = []

    def fall(*_):
        pids.append(engine.worker_pid)
        raise OSError("window closed")

    rule = StopRule(asked=fall) if where == "asked" else StopRule()
    with pytest.raises(OSError, match="window closed"):
        engine.solve(problem, stop=rule, on_best=fall if where == "on_best" else None)
    assert len(pids) == 1
    assert engine.worker_pid is None
    assert set(multiprocessing.active_children()) == others
    if sys.platform == "linux":
        assert ended(pids[0])
    assert engine.solve(problem, stop=SHORT).sequences == PyVrpEngine().solve(problem, stop=SHORT).sequences


def test_a_worker_killed_at_work_is_told_in_words_and_the_next_search_works(engine, problem):
    with pytest.raises(KnownError, match="stopped unexpectedly; the plan is as it was") as told:
        engine.solve(problem, stop=StopRule(), on_best=lambda *_: kill(engine))
    assert told.value.remedy
    assert engine.solve(problem, stop=SHORT).sequences == PyVrpEngine().solve(problem, stop=SHORT).sequences


@linux
def test_a_worker_killed_at_rest_is_not_missed(engine, problem):
    engine.solve(problem, stop=SHORT)
    pid = kill(engine)
    assert ended(pid)
    assert engine.solve(problem, stop=SHORT).iterations == SHORT.iterations
    assert engine.worker_pid != pid


def test_closing_ends_the_worker_and_further_searches(engine, others, problem):
    engine.solve(problem, stop=SHORT)
    assert len(set(multiprocessing.active_children()) - others) == 1
    engine.close()
    engine.close()
    assert engine.worker_pid is None
    assert set(multiprocessing.active_children()) == others
    engine.warm_up()
    with pytest.raises(KnownError, match="was closed"):
        engine.solve(problem, stop=SHORT)
    assert set(multiprocessing.active_children()) == others


@pytest.mark.parametrize("warm", [True, False])
def test_closing_does_not_wait_for_a_search(engine, others, problem, warm):
    if warm:
        engine.solve(problem, stop=SHORT)
    begun, told = threading.Event(), []

    def solve():
        try:
            engine.solve(problem, stop=StopRule(asked=lambda: bool(begun.set())))
        except KnownError as error:
            told.append(str(error))

    thread = threading.Thread(target=solve)
    thread.start()
    assert begun.wait(30)
    engine.close()
    thread.join()
    assert told == ["The optimiser was closed; the plan is as it was."]
    assert set(multiprocessing.active_children()) == others


PROGRAM = """
import sqlalchemy, sys
print("imported", flush=True)
from dispatcher.planning.apart import ApartEngine
from dispatcher.planning.stop import StopRule
from tests.fixtures.days import make_day, problem_of
engine = ApartEngine()
tell = lambda *_: print(engine.worker_pid, flush=True) or sys.stdin.read()
engine.solve(problem_of(make_day(30, 2, 1)), stop=StopRule(), on_best=tell)
"""


@linux
def test_the_worker_imports_nothing_of_the_program_and_dies_with_it(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "imported\n"
        worker = int(parent.stdout.readline())
        loaded = Path(f"/proc/{worker}/maps").read_text()
        assert "sqlalchemy" in Path(f"/proc/{parent.pid}/maps").read_text()
        parent.kill()
        assert ended(worker)
        assert parent.stdout.read() == ""
    assert "pyvrp" in loaded
    assert not [room for room in ("sqlalchemy", "PySide6", "ortools", "osrm", "pandas") if f"/{room}/" in loaded]
