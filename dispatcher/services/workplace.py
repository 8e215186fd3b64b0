"""A depot that is open: its database, roads, addresses and planning desk, wired together."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Self

from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.roads import RoadNetwork
from dispatcher.region.geocoder import AddressIndex
from dispatcher.region.network import open_network
from dispatcher.region.pack import RegionPack
from dispatcher.services.habits import require_sense_on_road
from dispatcher.services.home import Home, slug_of
from dispatcher.services.live import LiveDesk, facts_on
from dispatcher.services.logbook import Logbook
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Clock, Geocoder, Store, UnitOfWork
from dispatcher.services.underway import Underway
from dispatcher.services.whatifs import WhatIf, named

type OpenStore = Callable[[Path], Store]
"""Opens, makes or upgrades the database at a path."""

type OpenLogbook = Callable[[Path], Logbook]
"""Opens, makes or upgrades the logbook in a depot's folder."""


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
    fault: KnownError | None = None
    """Why the region, or its addresses, had to be left out."""
    what_if: WhatIf | None = None
    """The copy that is worked in instead of the depot itself."""
    live: LiveDesk | None = None
    """What happens on the road; `None` where nobody looks at it."""

    @property
    def depot(self) -> Depot:
        """The depot as it stands now."""
        return self.store.read(lambda r: r.depot())

    @property
    def today(self) -> date:
        """The date at the depot."""
        return self.clock().astimezone(self.depot.zone).date()

    def on_road(self, store: Store) -> Store:
        """A database of this depot, or of a copy of it, that knows what drivers have done."""
        if self.live is None or isinstance(store, Underway):
            return store
        return Underway(store, partial(facts_on, self.live.logbook))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the optimiser, the road engine, the address index and the database."""
        if self.live is not None:
            self.live.close()
        self.desk.close()
        self.roads.close()
        if self.geocoder is not None:
            self.geocoder.close()
        self.store.close()


@dataclass(frozen=True, slots=True)
class _Region:
    pack: RegionPack | None
    roads: RoadNetwork
    geocoder: Geocoder | None
    fault: KnownError | None = None


def open_workplace(
    home: Home,
    slug: str,
    *,
    open_store: OpenStore,
    clock: Clock,
    open_logbook: OpenLogbook | None = None,
    forgiving: bool = False,
    what_if: str = "",
) -> Workplace:
    """Open a depot of this data folder with its region, or the what-if copy of it that has this name.

    With a logbook the plan knows what drivers have done, and the road can be followed; a copy has the depot's.

    Raises `KnownError`. If `forgiving`, not for the region's sake: what of it is missing or damaged is left out then,
    and `Workplace.fault` says why.
    """
    if slug not in home.depot_slugs():
        known = ", ".join(home.depot_slugs()) or "none yet"
        raise KnownError(f"There is no depot “{slug}” in {home.root}.", f"Depots here: {known}.")
    tried = named(home, slug, what_if) if what_if else None
    with ExitStack() as opened:
        store = open_store(tried.file if tried else home.database(slug))
        opened.callback(store.close)
        logbook = open_logbook(home.database(slug).parent) if open_logbook else None
        if logbook is not None:
            opened.callback(logbook.close)
        found = _open_region(home, store.read(lambda r: r.depot()).region)
        if found.fault and not forgiving:
            raise found.fault
        opened.pop_all()
    desk, live = PlanningDesk(found.roads), None
    if logbook is not None:
        store = underway = Underway(store, partial(facts_on, logbook))
        live = LiveDesk(logbook, underway, desk, keeps=tried is None)
    return Workplace(slug, home, store, found.pack, found.roads, found.geocoder, desk, clock, found.fault, tried, live)


def _open_region(home: Home, name: str) -> _Region:
    """As much of the region as can be used."""
    try:
        pack = RegionPack.open(home.regions / name) if name else None
        roads = open_network(pack, home.cache)
    except KnownError as fault:
        return _Region(None, open_network(None, home.cache), None, fault)
    try:
        return _Region(pack, roads, AddressIndex(pack.addresses) if pack else None)
    except KnownError as fault:
        return _Region(pack, roads, None, fault)


def create_depot(home: Home, depot: Depot, *, open_store: OpenStore) -> str:
    """Make a new depot's database; returns its folder name."""
    slug = slug_of(depot.name)
    if slug in home.depot_slugs():
        raise BadInput(f"There is a depot “{depot.name}” already.", "Choose another name.")
    if depot.region:
        _require_within(depot, home)
    try:
        store = open_store(home.database(slug))
        try:
            store.write(f"Found the depot {depot.name}", lambda uow: uow.put_depot(depot))
        finally:
            store.close()
    except BaseException:
        _remove_database(home.database(slug))
        raise
    return slug


def _remove_database(database: Path) -> None:
    """A depot that could not be founded must not keep its name from being used."""
    with suppress(OSError):
        for suffix in ("", "-wal", "-shm"):
            database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)
        database.parent.rmdir()


def _require_within(depot: Depot, home: Home) -> None:
    """A depot from which no road of its region leads is a mistake, of the place or of the region."""
    if not (home.regions / depot.region).is_dir():
        remedy = "Build it first: roundhouse region build FILE --name NAME."
        raise BadInput(f"There is no region “{depot.region}”.", remedy)
    bounds = RegionPack.open(home.regions / depot.region).bounds
    if not bounds.contains(depot.place):
        place = f"{depot.place.lat:.4f}, {depot.place.lon:.4f}"
        where = f"{bounds.south:.4f}–{bounds.north:.4f}, {bounds.west:.4f}–{bounds.east:.4f}"
        raise BadInput(
            f"The depot at {place} lies outside the region {depot.region} ({where}).",
            "Correct the place (latitude first), or choose the region it lies in.",
        )


def change_depot(uow: UnitOfWork, depot: Depot, *, home: Home) -> None:
    """Change the depot's settings. Another region is in force when the depot is opened next. Raises `BadInput`."""
    if not depot.name.strip():
        raise BadInput("The depot has no name.", "Type one.")
    require_sense_on_road(depot.road)
    if depot.region:
        _require_within(depot, home)
    uow.put_depot(depot)


def day_to_open(workplace: Workplace) -> date:
    """Today if it has orders, else the next day that has, else the latest, else today."""
    today = workplace.today
    busy: Sequence[date] = [d.date for d in workplace.store.read(lambda r: r.days()) if d.orders]
    ahead = [d for d in busy if d >= today]
    return min(ahead) if ahead else max(busy, default=today)
