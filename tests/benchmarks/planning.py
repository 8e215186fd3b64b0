"""How well and how fast planning is: against plain PyVRP, to the first plan, the judge, after a drag; who waits for it.

`ROUNDHOUSE_BENCH_SECONDS` (10) is the time each search gets, `ROUNDHOUSE_BENCH_ALL=1` takes every instance.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator

import pyvrp
from pyvrp.stop import MaxRuntime

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.apart import ApartEngine
from dispatcher.planning.engine import PyVrpEngine, Stats
from dispatcher.planning.judge import judge, weigh
from dispatcher.planning.parts import Planner
from dispatcher.planning.problem import Problem
from dispatcher.planning.reasons import explain
from dispatcher.planning.resequence import resequence
from dispatcher.planning.stop import StopRule
from dispatcher.region.straight import StraightLine
from dispatcher.services.planning import PlanningDesk
from tests.benchmarks.vrp_instances import Instance, instance_of
from tests.fixtures.days import make_day, problem_of, with_plan

_SECONDS = float(os.environ.get("ROUNDHOUSE_BENCH_SECONDS", "10"))
_LARGE_S = 30.0
_BEAT_S = 0.005
_FEW = (
    ("ortec/ORTEC-VRPTW-ASYM-53690b3c-d1-n321-k35.txt", "none"),
    ("gh1000/R1_10_1.vrp", "dimacs"),
)
_ALL = (
    *_FEW,
    ("ortec/ORTEC-VRPTW-ASYM-a2c1e21d-d1-n504-k38.txt", "none"),
    ("ortec/ORTEC-VRPTW-ASYM-00c5356f-d1-n258-k12.txt", "none"),
    ("gh1000/RC1_10_6.vrp", "dimacs"),
    ("gh1000/C2_10_7.vrp", "dimacs"),
    ("hfvrp/X223-HVRP.vrp", "round"),
    ("hfvrp/X459-HD.vrp", "round"),
    ("mtvrptwr/C2_2_09R0.25.vrp", "none"),
)


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal."""
    yield from _first_plan()
    yield from _large_day()
    yield _giving_way()
    yield _keeping_waiting()
    yield from _judging()
    yield _resequencing()
    yield _explaining()
    for path, rounding in _ALL if os.environ.get("ROUNDHOUSE_BENCH_ALL") else _FEW:
        yield _against_plain(path, rounding)


def _figure(name: str, value: float | None, unit: str, goal: float | None, on: str) -> dict[str, object]:
    ok = None if value is None or goal is None else value <= goal
    shown = None if value is None else round(value, 4)
    return {"name": name, "value": shown, "unit": unit, "goal": goal, "ok": ok, "on": on}


# --- against plain PyVRP ---


def _against_plain(path: str, rounding: str) -> dict[str, object]:
    name = f"cost against plain PyVRP, {_SECONDS:g} s each"
    if path.startswith("mtvrptwr"):
        return _figure(name, None, "ratio", 1.01, f"{path}: skipped, vehicles reload on the way")
    instance = instance_of(path, rounding)
    if instance is None:
        return _figure(name, None, "ratio", 1.01, f"{path}: skipped, the file is not there")
    plain, plain_rounds = _plain(instance)
    ours, our_rounds = _ours(instance)
    on = f"{instance.name}: ours {ours:,} in {our_rounds:,} iterations, plain {plain:,} in {plain_rounds:,}"
    return _figure(name, ours / plain, "ratio", 1.01, on)


def _plain(instance: Instance) -> tuple[int, int]:
    result = pyvrp.solve(instance.data, MaxRuntime(_SECONDS), seed=1, collect_stats=False, display=False)
    assert result.is_feasible()
    return int(result.cost()), result.num_iterations


def _ours(instance: Instance) -> tuple[int, int]:
    found = PyVrpEngine().solve(instance.problem, stop=StopRule(seconds=_SECONDS), seed=1)
    assert not instance.problem.unplanned(found.sequences), "plain PyVRP serves all; so must we"
    assert weigh(instance.problem, found.sequences).sound
    return found.cost, found.iterations


# --- to the first plan ---


def _first_plan() -> Iterator[dict[str, object]]:
    for orders, drivers, goal in ((500, 12, 5.0), (1_000, 24, None)):
        problem = problem_of(make_day(orders, drivers, 1, windows=0.3, collections=0.05))
        seconds, planned = _first(problem)
        yield _figure("first complete plan", seconds, "s", goal, f"{planned} of {orders} orders, {drivers} drivers")


def _first(problem: Problem) -> tuple[float, int]:
    plans: list[tuple[float, int]] = []
    PyVrpEngine().solve(
        problem,
        stop=StopRule(seconds=30, asked=lambda: bool(plans) and plans[-1][1] == len(problem.wanted)),
        on_best=lambda _, stats: plans.append((stats.seconds, stats.planned)),
        seed=1,
    )
    return plans[-1]


# --- a large day ---


def _large_day() -> Iterator[dict[str, object]]:
    """5,000 orders in two processes: the first plan with everybody in it, and what half a minute makes of that."""
    orders, drivers = 5_000, 60
    problem = problem_of(make_day(orders, drivers, 1, windows=0.3, collections=0.05))
    planner, told = Planner(), list[Stats]()
    found = planner.solve(problem, stop=StopRule(seconds=_LARGE_S), on_best=lambda _, stats: told.append(stats), seed=1)
    planner.close()
    first = next((stats for stats in told if stats.planned == orders), None)
    on = f"{orders:,} orders, {drivers} drivers"
    yield _figure("first complete plan", first.seconds if first else None, "s", 20.0, on)
    gain = found.cost / first.cost if first else None
    yield _figure(f"cost after {_LARGE_S:g} s against that plan", gain, "ratio", 1.0, f"{on}; {found.cost:,} at last")
    yield _figure("orders left out", float(len(problem.unplanned(found.sequences))), "orders", 0.0, on)


def _giving_way() -> dict[str, object]:
    """How long a quiet search goes on after somebody wants it to end."""
    day = make_day(2_000, 30, 1, windows=0.3)
    ids = list(day.orders)
    day = with_plan(day, {shift_id: ids[i::30] for i, shift_id in enumerate(day.shifts)})
    desk, taken = PlanningDesk(StraightLine()), []
    desk.problem(day)
    for seconds in (0.2, 1.0, 2.0, 3.0, 4.0):
        stop, ended = threading.Event(), []
        improving = threading.Thread(
            target=lambda: (desk.improve(day, seconds=60, stop=stop), ended.append(time.perf_counter()))  # noqa: B023
        )
        improving.start()
        time.sleep(seconds)
        asked = time.perf_counter()
        stop.set()
        improving.join()
        taken.append(1000 * (ended[0] - asked))
    desk.close()
    return _figure("a quiet search ends after it is asked to", max(taken), "ms", 100.0, "2,000 stops, asked 5 times")


# --- who waits for a search ---


def _keeping_waiting() -> dict[str, object]:
    """How long another thread is kept from running while 1,000 orders are planned, the worker's start included."""
    problem = problem_of(make_day(1_000, 24, 1, windows=0.3, collections=0.05))
    engine = ApartEngine()
    apart_ms = _longest_gap_ms(engine, problem)
    engine.close()
    within_ms = _longest_gap_ms(PyVrpEngine(), problem)
    name = "longest a thread beside the search stands still"
    on = f"1,000 orders, {_SECONDS:g} s, a beat every {_BEAT_S * 1000:g} ms; {within_ms:.0f} ms were it in this process"
    return _figure(name, apart_ms, "ms", 100.0, on)


def _longest_gap_ms(engine: ApartEngine | PyVrpEngine, problem: Problem) -> float:
    gaps, over = [0.0], threading.Event()

    def beat() -> None:
        last = time.perf_counter()
        while not over.wait(_BEAT_S):
            now = time.perf_counter()
            gaps.append(1000 * (now - last))
            last = now

    thread = threading.Thread(target=beat)
    thread.start()
    engine.solve(problem, stop=StopRule(seconds=_SECONDS), on_best=lambda *_: None, seed=1)
    over.set()
    thread.join()
    return max(gaps)


# --- the judge ---


def _judging() -> Iterator[dict[str, object]]:
    for stops, drivers, goal in ((1_000, 20, 20.0), (5_000, 100, 100.0)):
        problem = problem_of(make_day(stops, drivers, 1))
        sequences = _dealt(problem)
        taken = min(_timed(lambda: judge(problem, sequences)) for _ in range(5))  # noqa: B023 - called at once
        yield _figure("judge a whole day", taken * 1000, "ms", goal, f"{stops:,} stops, {drivers} routes")


def _dealt(problem: Problem) -> dict[ShiftId, list[OrderId]]:
    ids = list(problem.visits)
    return {shift_id: ids[i :: len(problem.rounds)] for i, shift_id in enumerate(problem.rounds)}


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


# --- after a drag, and why orders wait ---


def _resequencing() -> dict[str, object]:
    problem = problem_of(make_day(92, 2, 3, windows=0.3))
    shift_ids = list(problem.rounds)
    base = PyVrpEngine().solve(problem, stop=StopRule(seconds=2), start=_dealt(problem), seed=1).sequences
    dice, taken = random.Random(1), []
    for seed in range(40):
        dragged = {shift_id: list(sequence) for shift_id, sequence in base.items()}
        source, target = dice.sample(shift_ids, 2)
        if not dragged[source]:
            source, target = target, source
        order_id = dragged[source].pop(dice.randrange(len(dragged[source])))
        dragged[target].insert(dice.randrange(len(dragged[target]) + 1), order_id)
        taken.append(_timed(lambda: resequence(problem, dragged, shift_ids, seed=seed)))  # noqa: B023 - called at once
    p95 = sorted(taken)[int(0.95 * len(taken))]
    sizes = " + ".join(str(len(sequence)) for sequence in base.values())
    return _figure("re-sequence two routes, p95", p95, "s", 0.15, f"{sizes} stops, 40 drops")


def _explaining() -> dict[str, object]:
    problem = problem_of(make_day(590, 12, 1, windows=0.5))
    sequences = _dealt(problem)
    for sequence in sequences.values():
        del sequence[45:]
    count = len(problem.unplanned(sequences))
    taken = min(_timed(lambda: explain(problem, sequences)) for _ in range(3))
    return _figure("reasons for all unplanned orders", taken, "s", 0.5, f"{count} orders, 12 routes of 45 stops")
