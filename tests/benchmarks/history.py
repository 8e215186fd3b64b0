"""How long a made-up history takes: the demo's 8 drivers, 145 orders a day, on real roads; reckoned to a quarter."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.progress import NoProgress
from dispatcher.insight.cuts import Span
from dispatcher.intake.fleet_file import read_fleet
from dispatcher.proof.files import ProofFiles
from dispatcher.services import demo, regions
from dispatcher.services.home import Home
from dispatcher.services.insight import InsightDesk
from dispatcher.services.verifying import verify_proofs
from dispatcher.services.workplace import create_depot, open_workplace
from dispatcher.simulation.history import make
from dispatcher.simulation.history_day import Moment, Wish

DAYS, QUARTER = 12, 90
MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
ON = f"{DAYS} days of 8 drivers in Helsinki"


def run() -> Iterator[dict[str, Any]]:
    """Figures of making, verifying and gathering; 30 s."""
    with TemporaryDirectory() as folder:
        home, clock = Home(Path(folder)), Moment(MONDAY)
        store, logbook = partial(open_store, clock=clock), partial(open_logbook, clock=clock)
        regions.build(home, demo.extract(), demo.REGION, NoProgress())
        depot = replace(read_fleet(demo.RESOURCES / "fleet.json").depot, region=demo.REGION)
        slug = create_depot(home, demo.for_practice(depot), open_store=store)
        opened = open_workplace(home, slug, open_store=store, open_logbook=logbook, clock=clock)
        with opened as workplace:
            demo.load_fleet(workplace.store, demo.RESOURCES / "fleet.json")
            begun = time.perf_counter()
            said = make(workplace, clock, Wish(DAYS), NoProgress())
            took_s = time.perf_counter() - begun
            yield _figure("a quarter at this pace", took_s / DAYS * QUARTER / 60, "min", 8)
            yield _figure("attempts a second", said["attempts"] / took_s, "1/s", None)
            size = sum(file.stat().st_size for file in home.database(slug).parent.glob("*.db*"))
            yield _figure("databases of a quarter", size / DAYS * QUARTER / 1e6, "MB", None)
            assert workplace.live
            files = ProofFiles(home.database(slug).parent / "proofs")
            verdict = verify_proofs(workplace.live.logbook, files, now=clock())
            yield _figure("faults of its chain", float(not verdict.sound), "", 0)
            gathered = InsightDesk(workplace, clock=clock).gather(
                Span(MONDAY.date() - timedelta(days=30), MONDAY.date())
            )
            yield _figure("dates that Insight could not gather", len(gathered.missing), "", 0)


def _figure(name: str, value: float, unit: str, goal: float | None) -> dict[str, Any]:
    ok = None if goal is None else value <= goal
    return {"name": name, "value": round(value, 2), "unit": unit, "goal": goal, "ok": ok, "on": ON}
