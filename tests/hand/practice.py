"""A depot for practice in central Helsinki, as large as wanted: the demo's vehicles, drivers and streets, repeated.

Made through the ordinary ways in: a fleet file, an order file, the optimiser.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from commands.opening import open_depot, open_store
from dispatcher.domain.depot import Depot
from dispatcher.domain.place import Place
from dispatcher.domain.progress import NoProgress
from dispatcher.services import demo, importing, regions
from dispatcher.services.home import Home
from dispatcher.services.plan import apply_proposal
from dispatcher.services.workplace import Workplace, create_depot

STOPS_EACH = 20
ORDER = "Order ID"


def found(home: Home, on: date, *, drivers: int, orders: int, seconds: float) -> str:
    """A depot with so many drivers on duty and orders for a date, planned for so many seconds; its folder name.

    With 0 seconds the orders lie in the pool, nobody having chosen a time yet.
    """
    regions.build(home, demo.extract(), demo.REGION, NoProgress())
    fleet = json.loads((demo.RESOURCES / "fleet.json").read_text(encoding="utf-8"))
    said = fleet["depot"]
    depot = Depot("Practice", Place(said["lat"], said["lon"]), said["zone"], demo.REGION)
    slug = create_depot(home, demo.for_practice(depot), open_store=open_store)
    files = _fleet_file(home.root / "fleet.json", fleet, drivers), _order_file(home.root / "orders.csv", orders)
    with open_depot(home, slug) as workplace:
        demo.load_fleet(workplace.store, files[0])
        _plan(workplace, on, files[1], seconds)
    return slug


def _plan(workplace: Workplace, on: date, orders: Path, seconds: float) -> None:
    preview = importing.prepare(workplace, importing.Request(orders, on=on, sender="Practice"), NoProgress())
    workplace.store.write(importing.label(preview), lambda uow: importing.commit(uow, preview))
    if not seconds:
        open_orders = workplace.store.read(lambda r: r.day(on)).orders.values()
        workplace.store.write("Any time", lambda uow: uow.put_orders([replace(o, windows=()) for o in open_orders]))
        return
    proposal = workplace.desk.optimise(workplace.store.read(lambda r: r.day(on)), seconds=seconds)
    workplace.store.write("Plan the day", lambda uow: apply_proposal(uow, proposal))


def _fleet_file(to: Path, fleet: dict[str, Any], count: int) -> Path:
    """The demo's vans, and who drives them, again and again."""
    vans = [v for v in fleet["vehicles"] if v["kind"] == "van"]
    who = [d for d in fleet["drivers"] if d["vehicle"] in {v["name"] for v in vans}]
    vehicles, drivers = [], []
    for n in range(1, count + 1):
        vehicle, driver = vans[n % len(vans)], who[n % len(who)]
        vehicles.append({**vehicle, "name": f"Van {n}", "plate": f"PRA-{n:03d}", "skills": ["chilled", "tail lift"]})
        name = f"{driver['name']} {n}"
        drivers.append({**driver, "number": n, "name": name, "vehicle": f"Van {n}", "max_stops": STOPS_EACH})
    to.write_text(json.dumps({**fleet, "vehicles": vehicles, "drivers": drivers}), encoding="utf-8")
    return to


def _order_file(to: Path, count: int) -> Path:
    """The demo's orders again and again, with numbers of their own."""
    with (demo.RESOURCES / "orders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = list(dict.fromkeys(row[ORDER] for row in rows))
    kept: list[dict[str, str]] = []
    for copy in range(-(-count // len(numbers))):
        wanted = set(numbers[: count - copy * len(numbers)])
        kept += [{**row, ORDER: f"{row[ORDER]}-{copy + 1}"} for row in rows if row[ORDER] in wanted]
    _write(to, list(rows[0]), kept)
    return to


def _write(to: Path, columns: Sequence[str], rows: Sequence[dict[str, str]]) -> None:
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
