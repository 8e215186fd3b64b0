"""A day in Aachen without a window: orders in, the first complete plan, and how good the plan is."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from dispatcher.services.plan import Proposal
from dispatcher.services.workplace import Workplace
from tests.benchmarks.aachen_depot import DAY, bring, depot, write_orders
from tests.benchmarks.extracts import extract_of, measured, unmeasured

IMPORT = ("import and geocode 1,000 orders", "s", 10.0)
PLAN = ("first complete plan of 500 orders after the table", "s", 5.0)
TABLE = ("travel table of 500 orders, first time", "s", 3.0)
SEARCH_S = 10.0


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal."""
    extract = extract_of("aachen")
    if extract is None:
        yield from (unmeasured(*figure, "aachen") for figure in (IMPORT, TABLE, PLAN))
        return
    with TemporaryDirectory() as folder:
        thousand = write_orders(extract, Path(folder) / "thousand.csv", 1_000, seed=1)
        half = write_orders(extract, Path(folder) / "half.csv", 500)
        with depot(extract, drivers=12) as workplace:
            yield _imported(workplace, thousand)
        with depot(extract, drivers=12) as workplace:
            bring(workplace, half)
            yield from _planned(workplace)


def _imported(workplace: Workplace, file: Path) -> dict[str, object]:
    started = time.perf_counter()
    result = bring(workplace, file)
    on = f"aachen, {result['added']} added, {result['doubtful']} doubtful, {result['rejected']} left out"
    name, unit, goal = IMPORT
    return measured(name, time.perf_counter() - started, unit, goal, on)


def _planned(workplace: Workplace) -> Iterator[dict[str, object]]:
    day = workplace.store.read(lambda r: r.day(DAY))
    started = time.perf_counter()
    workplace.desk.problem(day)
    name, unit, goal = TABLE
    yield measured(name, time.perf_counter() - started, unit, goal, "aachen, 12 drivers")
    placed = sum(1 for order in day.orders.values() if order.address.place)
    first: list[float] = []
    started = time.perf_counter()

    def note(proposal: Proposal) -> None:
        if not first and sum(map(len, proposal.after.values())) >= placed:
            first.append(time.perf_counter() - started)

    proposal = workplace.desk.optimise(day, seconds=SEARCH_S, on_best=note)
    planned = sum(map(len, proposal.after.values()))
    name, unit, goal = PLAN
    taken = first[0] if first else float("inf")
    yield measured(name, taken, unit, goal, f"aachen, 12 drivers, {planned} of {placed} planned after {SEARCH_S:.0f} s")
