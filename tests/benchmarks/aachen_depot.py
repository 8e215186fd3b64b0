"""A depot in Aachen to measure on: the region built once, a fleet, and order files at real addresses.

A depot whose day is planned takes minutes to make: it is kept in the folder for temporary files, by what it was made
of, and each measurement gets a copy.
"""

import csv
import hashlib
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from db.opening import open_store
from dispatcher.domain.depot import Depot
from dispatcher.domain.fleet import Driver, Vehicle
from dispatcher.domain.ids import DriverId, VehicleId, new_id
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.progress import NoProgress
from dispatcher.region.pack import FORMAT
from dispatcher.services import importing, regions
from dispatcher.services.home import Home
from dispatcher.services.plan import apply_proposal
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.benchmarks.geocoding import tagged

DAY = date(2026, 11, 24)
YARD = Place(50.7766, 6.0834)
HEADER = ("Order ID", "Address", "ZIP Code", "Town/City", "Duration (min)", "Weight kg", "Parcels", "Time window from",
          "Time window to")  # fmt: skip
VAN = Load(1_200.0, 10_000.0, 200)
SLOTS = (("", ""), ("", ""), ("", ""), ("08:00", "12:00"), ("12:00", "16:00"))


def clock() -> datetime:
    """The moment, as the program asks it."""
    return datetime.now(UTC)


opener = partial(open_store, clock=clock)


@contextmanager
def depot(extract: Path, *, drivers: int) -> Iterator[Workplace]:
    """A workplace in a data folder of its own, with drivers and vehicles but no orders."""
    with TemporaryDirectory() as folder, _founded(Home(Path(folder)), extract, drivers, VAN) as workplace:
        yield workplace


@contextmanager
def _founded(home: Home, extract: Path, drivers: int, van: Load) -> Iterator[Workplace]:
    regions.build(home, extract, "aachen", NoProgress())
    made = Depot("Aachen", YARD, region="aachen", shift_starts=time(7, 30), shift_ends=time(16, 30))
    slug = create_depot(home, made, open_store=opener)
    with open_workplace(home, slug, open_store=opener, clock=clock) as workplace:
        workplace.store.write("Fill the yard", partial(_fill, drivers=drivers, van=van))
        yield workplace


@contextmanager
def planned_home(extract: Path, *, drivers: int, orders: int, van: Load, seconds: float) -> Iterator[Home]:
    """A data folder of its own, with so many orders of `DAY` in the rounds of so many drivers."""
    recipe = (extract.read_bytes(), Path(__file__).read_bytes(), FORMAT, drivers, orders, van, seconds)
    key = hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]
    kept = Path(tempfile.gettempdir()) / f"roundhouse-bench-{key}"
    if not kept.exists():
        with TemporaryDirectory(dir=kept.parent, prefix="roundhouse-making-") as making:
            _plan(Home(Path(making) / "home"), extract, drivers, orders, van, seconds)
            (Path(making) / "home").rename(kept)
    with TemporaryDirectory() as folder:
        yield Home(shutil.copytree(kept, Path(folder) / "home"))


def _plan(home: Home, extract: Path, drivers: int, orders: int, van: Load, seconds: float) -> None:
    with TemporaryDirectory() as folder, _founded(home, extract, drivers, van) as workplace:
        bring(workplace, write_orders(extract, Path(folder) / "orders.csv", orders))
        proposal = workplace.desk.optimise(workplace.store.read(lambda r: r.day(DAY)), seconds=seconds)
        workplace.store.write("Plan the day", partial(apply_proposal, proposal=proposal))


def _fill(uow: UnitOfWork, drivers: int, van: Load) -> None:
    for number in range(1, drivers + 1):
        vehicle = Vehicle(VehicleId(new_id()), f"Van {number}", capacity=van)
        uow.put_vehicle(vehicle)
        uow.put_driver(Driver(DriverId(new_id()), f"Driver {number}", number, vehicle_id=vehicle.id))


def write_orders(extract: Path, file: Path, count: int, seed: int = 7) -> Path:
    """An order file of different real addresses, in one sender's ordinary words."""
    unique = {(t.street, t.number): t for t in tagged(extract)}
    dice = random.Random(seed)
    chosen = dice.sample(sorted(unique.values(), key=lambda t: (t.street, t.number)), count)
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(HEADER)
        for n, t in enumerate(chosen, 1):
            kilograms, parcels = dice.randint(1, 25), dice.randint(1, 4)
            slot = dice.choice(SLOTS)
            rows.writerow([f"AC-{n:05}", f"{t.street} {t.number}", t.postcode, t.city, 3, kilograms, parcels, *slot])
    return file


def bring(workplace: Workplace, file: Path) -> dict[str, object]:
    """Import an order file for `DAY`."""
    return importing.import_file(workplace, importing.Request(file, on=DAY), NoProgress(), rejects=None)
