"""The planning desk's search of a whole day: it runs apart, and stops, is cancelled and ends with the depot."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from db.opening import open_store
from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress
from dispatcher.region.straight import StraightLine
from dispatcher.services.home import Home
from dispatcher.services.planning import TIMES, PlanningDesk, Scope
from dispatcher.services.workplace import create_depot, open_workplace
from tests.fixtures.days import make_day, make_depot, with_plan

LONG = 600.0


type Optimisers = Callable[[], list[BaseProcess]]


@pytest.fixture
def optimisers() -> Optimisers:
    """Asks for the searching processes that the test has begun and not ended."""
    before = multiprocessing.active_children()
    return lambda: [p for p in multiprocessing.active_children() if p.name == "optimiser" and p not in before]


@pytest.fixture
def desk(optimisers: Optimisers) -> Iterator[PlanningDesk]:
    desk = PlanningDesk(StraightLine())
    yield desk
    desk.close()
    assert optimisers() == []


@pytest.fixture(scope="module")
def day() -> Day:
    return make_day(40, 3, 1, skills=0)


class Watched(NoProgress):
    """Remembers what it is told, and is cancelled on demand."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str]] = []
        self.given_up = threading.Event()

    def report(self, fraction: float, text: str) -> None:
        self.told.append((fraction, text))

    def cancelled(self) -> bool:
        return self.given_up.is_set()


def test_only_a_whole_day_is_searched_apart(desk: PlanningDesk, optimisers: Optimisers, day: Day) -> None:
    shift_id, *_ = day.shifts
    inserted = desk.insert(day, list(day.orders)[:5], to_shift=shift_id)
    assert [len(sequence) for sequence in inserted.after.values()] == [5]
    desk.resequence(day, [shift_id])
    assert optimisers() == []
    desk.optimise(day, seconds=0.2)
    assert len(optimisers()) == 1


def test_stopping_keeps_the_best_plan(desk: PlanningDesk, day: Day) -> None:
    stop, plans = threading.Event(), []
    progress = Watched()

    def on_best(proposal) -> None:
        plans.append(proposal)
        stop.set()

    found = desk.optimise(day, seconds=LONG, stop=stop, on_best=on_best, progress=progress)
    assert found == plans[-1]
    assert sum(map(len, found.after.values())) == len(day.orders)
    assert any(text.startswith("40 stops planned") for _, text in progress.told)


def test_cancelling_drops_the_search_and_the_next_one_works(
    desk: PlanningDesk, optimisers: Optimisers, day: Day
) -> None:
    progress = Watched()
    with pytest.raises(Cancelled):
        desk.optimise(day, seconds=LONG, on_best=lambda _: progress.given_up.set(), progress=progress)
    assert optimisers() == []
    assert sum(map(len, desk.optimise(day, seconds=0.5).after.values())) == len(day.orders)


def test_an_optimiser_that_dies_is_told_in_words(desk: PlanningDesk, optimisers: Optimisers, day: Day) -> None:
    def kill(_) -> None:
        (worker,) = optimisers()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    with pytest.raises(KnownError, match="stopped unexpectedly; the plan is as it was"):
        desk.optimise(day, seconds=LONG, on_best=kill)
    assert sum(map(len, desk.optimise(day, seconds=0.5).after.values())) == len(day.orders)


def test_the_optimiser_ends_with_the_depot(home: Path, optimisers: Optimisers, day: Day) -> None:
    opener = partial(open_store, clock=lambda: datetime.now(UTC))
    slug = create_depot(Home(home), make_depot(), open_store=opener)
    with open_workplace(Home(home), slug, open_store=opener, clock=lambda: datetime.now(UTC)) as workplace:
        workplace.desk.optimise(day, seconds=0.2)
        assert len(optimisers()) == 1
    assert optimisers() == []


# --- scopes, and the rest of the day ---


@pytest.fixture
def muddled(day: Day) -> Day:
    """The same day with every second order in some round, in no good order."""
    ids, shifts = list(day.orders), list(day.shifts)
    return with_plan(day, {shift_id: ids[i:30:3] for i, shift_id in enumerate(shifts)})


def routes(day: Day) -> dict[str, list[str]]:
    return {route.shift_id: list(route.order_ids) for route in day.plan.routes}


def test_times_only_moves_nothing(desk: PlanningDesk, optimisers: Optimisers, muddled: Day) -> None:
    found = desk.optimise(muddled, seconds=LONG, scope=TIMES)
    assert {s: list(o) for s, o in found.after.items()} == routes(muddled)
    assert found.cost == desk.look(muddled).schedule.cost
    assert optimisers() == []


def test_some_rounds_exchange_stops_and_the_proposal_is_of_them_alone(desk: PlanningDesk, muddled: Day) -> None:
    first, second, _ = muddled.shifts
    found = desk.optimise(muddled, seconds=0.5, scope=Scope.rounds([first, second]))
    before = routes(muddled)
    assert set(found.before) == set(found.after) == {first, second}
    assert sorted([*found.after[first], *found.after[second]]) == sorted(before[first] + before[second])
    assert found.cost < desk.look(muddled).schedule.cost


def test_the_day_improves_quietly_and_nobody_is_left_out(
    desk: PlanningDesk, optimisers: Optimisers, muddled: Day
) -> None:
    found = desk.improve(muddled, seconds=1.0)
    assert {o for s in routes(muddled).values() for o in s} <= {o for s in found.after.values() for o in s}
    assert sum(map(len, found.after.values())) == len(muddled.orders)
    (worker,) = optimisers()
    if sys.platform == "linux":
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_improving_gives_way_at_once_and_leaves_the_plan_or_a_better_one(
    desk: PlanningDesk, optimisers: Optimisers, muddled: Day
) -> None:
    stop = threading.Event()
    stop.set()
    found = desk.improve(muddled, seconds=LONG, stop=stop)
    assert found.after == found.before
    assert found.cost == desk.look(muddled).schedule.cost
    assert optimisers() == [], "the search is not waited for"


def test_improving_goes_on_beside_a_search(desk: PlanningDesk, optimisers: Optimisers, muddled: Day) -> None:
    stop, found = threading.Event(), []
    thread = threading.Thread(target=lambda: found.append(desk.improve(muddled, seconds=LONG, stop=stop)))
    thread.start()
    assert sum(map(len, desk.optimise(muddled, seconds=0.5).after.values())) == len(muddled.orders)
    stop.set()
    thread.join()
    assert {o for s in routes(muddled).values() for o in s} <= {o for s in found[0].after.values() for o in s}


def test_an_empty_day_has_nothing_to_improve(desk: PlanningDesk, optimisers: Optimisers, day: Day) -> None:
    assert not any(desk.improve(day, seconds=LONG).after.values())
    assert optimisers() == []
