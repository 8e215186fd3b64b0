"""How long bays and waves of 60 vans take, and a scan among 5,000 pieces."""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.loading import ScanKind, Yard
from dispatcher.domain.orders import Load
from dispatcher.loading.berths import Visit, timetable
from dispatcher.loading.pieces import code_of, loads_here, pieces_of
from dispatcher.services.home import Home
from dispatcher.services.loading import LoadDesk
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep

VANS = 60
BAYS = (6, 10, 14)
"""Far too few, hardly enough, plenty."""
PIECES = 5_000
SCANS = 300


def run() -> Iterator[dict[str, Any]]:
    """Figures in seconds, milliseconds and shares."""
    yield from _berths()
    with TemporaryDirectory() as folder:
        home, clock = Home(Path(folder)), lambda: days.clock("06:00")
        stores = partial(open_store, clock=clock, author="Anna")
        slug = create_depot(home, days.make_depot(), open_store=stores)
        books = partial(open_logbook, clock=clock)
        with open_workplace(home, slug, open_store=stores, clock=clock, open_logbook=books) as workplace:
            yield from _scans(workplace)


def _berths() -> Iterator[dict[str, Any]]:
    dice = random.Random(1)
    opens = days.clock("05:00")
    visits = [
        Visit(
            ShiftId(f"shift-{n}"),
            opens + timedelta(minutes=60 + 5 * dice.randrange(24)),
            dice.randint(15, 40),
            dice.randint(30, 90),
        )
        for n in range(VANS)
    ]
    for bays in BAYS:
        begun = time.perf_counter()
        found = timetable(visits, Yard(bays=bays, loaders=bays), opens)
        taken_s = time.perf_counter() - begun
        on = f"{VANS} vans, {bays} bays, {found.late_s // 60:,} min late, gap {found.gap:.0%}"
        yield _figure(f"bays and waves, {bays} bays", taken_s, "s", 5, on)


def _scans(workplace: Workplace) -> Iterator[dict[str, Any]]:
    made = days.make_day(PIECES // 2, VANS, seed=5, windows=0.0, collections=0.0)
    orders = {o: replace(order, load=Load(3.0, 20.0, 2)) for o, order in made.orders.items()}
    ids, shifts = list(orders), list(made.shifts)
    day = days.with_plan(replace(made, orders=orders), {s: ids[n::VANS] for n, s in enumerate(shifts)})
    workplace.store.write("Fill", lambda uow: keep(uow, day))
    assert all(map(loads_here, orders.values()))
    codes = [code_of(order, piece) for order in orders.values() for piece in pieces_of(order)]
    assert len(codes) == PIECES
    desk = LoadDesk(workplace, clock=workplace.clock)
    begun = time.perf_counter()
    desk.keeper.open(days.DATE)
    yield _figure("opening the dock", time.perf_counter() - begun, "s", 1, f"{PIECES} pieces")
    taken = []
    for code in codes[:SCANS]:
        begun = time.perf_counter()
        said = desk.scan(code, None, on=days.DATE, by="Anna")
        taken.append(time.perf_counter() - begun)
        assert said.kind is ScanKind.RIGHT
        if said.plan:
            workplace.store.write(said.plan.label, said.plan.change)
    on = f"{PIECES} pieces, every second one makes an order whole in the plan"
    yield _figure("a scan, median", 1_000 * statistics.median(taken), "ms", 50, on)
    yield _figure("a scan, the slowest of 100", 1_000 * statistics.quantiles(taken, n=100)[98], "ms", 50, on)
    begun = time.perf_counter()
    assert desk.scan("nobody's", None, on=days.DATE, by="Anna").kind is ScanKind.UNKNOWN
    yield _figure("a code nobody knows, the plan just changed", 1_000 * (time.perf_counter() - begun), "ms", 500, on)


def _figure(name: str, value: float, unit: str, goal: float, on: str) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "unit": unit, "goal": goal, "ok": value <= goal, "on": on}
