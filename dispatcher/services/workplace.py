"""A depot that is open: its database, roads, addresses and planning desk, wired together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.roads import RoadNetwork
from dispatcher.region.geocoder import AddressIndex
from dispatcher.region.network import open_network
from dispatcher.region.pack import RegionPack
from dispatcher.services.home import Home, slug_of
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Clock, Geocoder, Store

type OpenStore = Callable[[Path], Store]
"""Opens, makes or upgrades the database at a path."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Everything a window or a command needs of one depot. Close it when done."""

    slug: str
    home: Home
    store: Store
    pack: RegionPack | None
    roads: RoadNetwork
    geocoder: Geocoder | None
    desk: PlanningDesk
    clock: Clock

    @property
    def depot(self) -> Depot:
        """The depot as it stands now."""
        return self.store.read(lambda r: r.depot())

    @property
    def today(self) -> date:
        """The date at the depot."""
        return self.clock().astimezone(self.depot.zone).date()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the optimiser, the road engine, the address index and the database."""
        self.desk.close()
        self.roads.close()
        if self.geocoder is not None:
            self.geocoder.close()
        self.store.close()


def open_workplace(home: Home, slug: str, *, open_store: OpenStore, clock: Clock) -> Workplace:
    """Open a depot of this data folder with its region."""
    if slug not in home.depot_slugs():
        known = ", ".join(home.depot_slugs()) or "none yet"
        raise KnownError(f"There is no depot “{slug}” in {home.root}.", f"Depots here: {known}.")
    store = open_store(home.database(slug))
    try:
        region = store.read(lambda r: r.depot()).region
        pack = RegionPack.open(home.regions / region) if region else None
    except BaseException:
        store.close()
        raise
    roads = open_network(pack, home.cache)
    geocoder = AddressIndex(pack.addresses) if pack else None
    return Workplace(slug, home, store, pack, roads, geocoder, PlanningDesk(roads), clock)


def create_depot(home: Home, depot: Depot, *, open_store: OpenStore) -> str:
    """Make a new depot's database; returns its folder name."""
    slug = slug_of(depot.name)
    if slug in home.depot_slugs():
        raise BadInput(f"There is a depot “{depot.name}” already.", "Choose another name.")
    if depot.region and not (home.regions / depot.region).is_dir():
        raise BadInput(
            f"There is no region “{depot.region}”.", "Build it first: roundhouse region build FILE --name NAME."
        )
    home.database(slug).parent.mkdir(parents=True, exist_ok=True)
    store = open_store(home.database(slug))
    try:
        store.write(f"Found the depot {depot.name}", lambda uow: uow.put_depot(depot))
    finally:
        store.close()
    return slug


def day_to_open(workplace: Workplace) -> date:
    """Today if it has orders, else the next day that has, else the latest, else today."""
    today = workplace.today
    busy: Sequence[date] = [d.date for d in workplace.store.read(lambda r: r.days()) if d.orders]
    ahead = [d for d in busy if d >= today]
    return min(ahead) if ahead else max(busy, default=today)
