"""How long a year of 1,000 orders a day takes: to open, to cut in every way, and how much memory that is."""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dispatcher.insight.columns import TableName
from dispatcher.insight.cuts import CUTS, Span, cut_table, day_values, part_of, rows_behind
from dispatcher.insight.kept import KeptFacts
from dispatcher.insight.measures import MEASURES, Terms
from dispatcher.insight.scorecard import card_of, drivers_of
from tests.fixtures.facts import a_year

FIRST, DAYS, STOPS = date(2026, 1, 1), 365, 1_000
YEAR = Span(FIRST, FIRST + timedelta(days=DAYS - 1))
HALF, BEFORE = Span(FIRST + timedelta(days=182), YEAR.last), Span(FIRST, FIRST + timedelta(days=181))
ON = f"{DAYS} days of {STOPS} orders"


def run() -> Iterator[dict[str, Any]]:
    """Figures in seconds and megabytes; opening and memory in a process of their own."""
    with TemporaryDirectory() as folder:
        kept, month = KeptFacts(Path(folder)), {}
        for on, facts in a_year(FIRST, DAYS, STOPS):
            month[on] = ({"plan": 1, "chain": 1, "desk": 0, "open": False, "stops": STOPS}, facts)
            if (on + timedelta(days=1)).day == 1 or on == YEAR.last:
                kept.keep(month)
                month = {}
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        yield _figure("size of the files", size, "MB", None)
        told = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.insight", folder], capture_output=True, text=True, check=True
        ).stdout.split()
        yield _figure("opening", float(told[0]), "s", 2)
        yield _figure("all tiles, compared with half a year before", float(told[1]), "s", None)
        yield _figure("the slowest cut of any measure", float(told[2]), "s", 1)
        yield _figure("the slowest cut with its 5,000 rows", float(told[3]), "s", 1)
        yield _figure("one scorecard of a year", float(told[4]), "s", 1)
        yield _figure("memory at most", float(told[5]), "MB", 1_500)


def _measure(folder: Path) -> Iterator[float]:
    begun = time.perf_counter()
    facts = KeptFacts(folder).read(YEAR)
    yield time.perf_counter() - begun
    assert len(facts[TableName.STOPS]) == DAYS * STOPS
    terms = Terms()
    yield _timed(lambda: [day_values(m, part_of(facts, m, s, terms), s) for m in MEASURES for s in (HALF, BEFORE)])
    pairs = [(measure, cut) for measure in MEASURES for cut in CUTS if cut.fits(measure)]
    yield max(_timed(lambda m=m, c=c: cut_table(facts, m, c, YEAR, terms, BEFORE)) for m, c in pairs)
    yield max(_timed(lambda m=m, c=c: rows_behind(facts, m, YEAR, terms, cut=c, key="7", most=5_000)) for m, c in pairs)
    driver_id = drivers_of(facts, YEAR)[0]
    yield _timed(lambda: card_of(facts, driver_id, YEAR, terms))
    yield _most_memory_mb()


def _most_memory_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _figure(name: str, value: float, unit: str, goal: float | None) -> dict[str, Any]:
    ok = goal is None or value <= goal
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "ok": ok, "on": ON}


if __name__ == "__main__":
    print(*(round(value, 4) for value in _measure(Path(sys.argv[1]))))
