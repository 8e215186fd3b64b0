"""How fast the judge is on a day of 5,000 stops in 60 rounds: the whole day, and many candidates at once.

The rounds are those of a plan that sweeps round the yard, with breaks and without. Each figure is the best of several
runs, for the machine may be busy.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time as clock

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.everywhere import Everywhere
from dispatcher.planning.judge import judge, judge_many, weigh, weigh_many
from dispatcher.planning.problem import Problem
from tests.fixtures.days import AACHEN, make_day, problem_of

STOPS, ROUNDS = 5_000, 60


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal."""
    day = make_day(STOPS, ROUNDS, 1)
    yield from _figures(problem_of(day), "no breaks")
    resting = {
        driver_id: replace(driver, break_s=2700, break_from=clock(11), break_until=clock(13, 30))
        for driver_id, driver in day.drivers.items()
    }
    yield from _figures(problem_of(replace(day, drivers=resting)), "a break in every round")


def _figures(problem: Problem, kind: str) -> Iterator[dict[str, object]]:
    on = f"{STOPS:,} stops, {ROUNDS} rounds, {kind}"
    sequences = swept(problem)
    newcomer = sequences[next(iter(sequences))].pop()
    each = [(s, [*sequence[:40], newcomer, *sequence[40:]]) for s, sequence in sequences.items()]
    every = [
        (shift_id, [*sequence[:i], newcomer, *sequence[i:]])
        for shift_id, sequence in sequences.items()
        for i in range(len(sequence) + 1)
    ]
    yield _figure("judge a whole day", lambda: judge(problem, sequences), 20, on)
    yield _figure("judge a whole day and look at every stop", lambda: _looked_at(problem, sequences), None, on)
    yield _figure("weigh a whole day", lambda: weigh(problem, sequences), 20, on)
    yield _figure("judge one candidate for each round", lambda: judge_many(problem, each), 4, on)
    yield _figure("weigh one candidate for each round", lambda: weigh_many(problem, each), 4, on)
    yield _figure(f"weigh {len(every):,} candidates, written out", lambda: weigh_many(problem, every), None, on)
    rounds = Everywhere(problem, sequences)
    yield _figure("read the rounds for one more stop", lambda: Everywhere(problem, sequences), None, on)
    yield _figure("weigh one more stop at every place", lambda: rounds.weigh(newcomer), 12, on)


def swept(problem: Problem) -> dict[ShiftId, list[OrderId]]:
    """The stops by their angle round the yard, dealt out in equal runs, each run by when its windows open."""
    centre, places = AACHEN.centre, problem.index.places

    def angle(order_id: OrderId) -> float:
        place = places[problem.visits[order_id].at]
        return math.atan2(place.lat - centre.lat, place.lon - centre.lon)

    def opens(order_id: OrderId) -> int:
        windows = problem.visits[order_id].windows
        return windows[0][0] if windows else 0

    ids = sorted(problem.visits, key=angle)
    size = -(-len(ids) // len(problem.rounds))
    return {s: sorted(ids[i * size : (i + 1) * size], key=opens) for i, s in enumerate(problem.rounds)}


def _looked_at(problem: Problem, sequences: dict[ShiftId, list[OrderId]]) -> int:
    return sum(stop.late_s for route in judge(problem, sequences).routes.values() for stop in route.stops)


def _figure(name: str, call: Callable[[], object], goal: float | None, on: str) -> dict[str, object]:
    taken_ms = min(_timed(call) for _ in range(7))
    ok = None if goal is None else taken_ms <= goal
    return {"name": name, "value": round(taken_ms, 2), "unit": "ms", "goal": goal, "ok": ok, "on": on}


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)
