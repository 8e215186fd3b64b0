"""What a simulation needs of a depot, gathered beside an open window: read-only, without the data folder's lock."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Any

from dispatcher.domain.depot import Depot
from dispatcher.domain.devices import App
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import OrderId
from dispatcher.domain.roads import RoadNetwork
from dispatcher.domain.time import at_local
from dispatcher.region.network import open_network
from dispatcher.region.pack import RegionPack
from dispatcher.services.clocks import system_clock
from dispatcher.services.codes import code_of, depot_secret
from dispatcher.services.driving_progress import attempts_of
from dispatcher.services.gateway_process import at_hand, folder_of
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.simulating import Teller, require_practice
from dispatcher.services.workplace import OpenLogbook, OpenStore
from dispatcher.simulation.page import Codes
from dispatcher.simulation.rounds import Round, read_round
from dispatcher.simulation.run import Site, Wish, run

CERTIFICATE = "ca.pem"


@dataclass(frozen=True, slots=True)
class Asked:
    """A simulation as the command line asks for it."""

    on: date | None = None
    """`None` for today at the depot."""
    speed: float = 60.0
    seed: int = 1
    drivers: int | None = None
    """How many, by their numbers; `None` for all."""
    until: time | None = None
    """By the depot's clock; `None` for until everybody is home."""
    gateway: str = ""
    """Scheme, host and port; empty for the depot's own on this computer."""
    app: App | None = None
    """What every driver's phone reports with; `None` for a mix."""
    truth_to: Path | None = None


def simulate(
    home: Home, slug: str, asked: Asked, *, open_store: OpenStore, open_logbook: OpenLogbook, teller: Teller
) -> dict[str, Any]:
    """Drive a day's sent rounds through the gateway; says what was sent and acknowledged.

    Raises `KnownError` when there is no such depot, it is none for practice, nothing was sent for the day, all that was
    is done, or the gateway does not listen.
    """
    if slug not in home.depot_slugs():
        known = ", ".join(home.depot_slugs()) or "none yet"
        raise KnownError(f"There is no depot “{slug}” in {home.root}.", f"Depots here: {known}.")
    folder = home.database(slug).parent
    with ExitStack() as opened:
        depot, on, profiles = _read(open_store, folder, asked.on)
        require_practice(depot)
        logbook = open_logbook(folder)
        opened.callback(logbook.close)
        rounds = sent_rounds(logbook, on, asked.drivers)
        roads = opened.enter_context(_roads(home, depot))
        gateway = asked.gateway.rstrip("/") or opened.enter_context(_own_gateway(home, slug, teller))
        site = Site(
            folder=folder,
            logbook=logbook,
            roads=roads,
            profiles=profiles,
            codes=_codes(logbook, folder_of(home, slug)),
            gateway=gateway,
            certificate=folder_of(home, slug) / CERTIFICATE,
        )
        return run(site, _wish(asked, on, depot), rounds, teller, truth_to=asked.truth_to)


def sent_rounds(logbook: Logbook, on: date, most: int | None = None) -> list[Round]:
    """The rounds of a day that phones can fetch, with what is done of them, by their drivers' numbers."""
    sent = [r for r in logbook.read(lambda r: r.rounds_on(on)) if not r.withdrawn and r.body.get("stops")]
    if not sent:
        raise KnownError(
            f"No round of {on:%d %B %Y} was sent to drivers.",
            f"Send the rounds first: “Send to drivers” in the window, or roundhouse send --date {on}.",
        )
    attempts = logbook.read(lambda r: attempts_of(r, [each.shift_id for each in sent]))
    rounds = []
    for each in sorted(sent, key=lambda r: (r.body["driver"]["number"], r.shift_id)):
        round_ = read_round(each.body)
        behind = {d.order_id: attempts.get(OrderId(d.order_id)) for d in round_.doors}
        done = {d.order_id for d in round_.doors if (a := behind[d.order_id]) and a.number >= d.attempt}
        rounds.append(replace(round_, done=frozenset(done)))
    if all(len(round_.done) == len(round_.doors) for round_ in rounds[:most]):
        raise KnownError(
            f"Drivers have every stop of {on:%d %B %Y} behind them already.", "Open another day, plan it, and send it."
        )
    return rounds[:most]


def _read(open_store: OpenStore, folder: Path, asked_on: date | None) -> tuple[Depot, date, Mapping[str, Profile]]:
    """The depot, the day, and which roads each shift drives on. The plan is read here, once, and never written."""
    store = open_store(folder)
    try:
        depot = store.read(lambda r: r.depot())
        on = asked_on or system_clock().astimezone(depot.zone).date()
        vehicles, shifts = store.read(lambda r: (r.vehicles(), r.shifts_of(on)))
    finally:
        store.close()
    kinds = {vehicle.id: vehicle.kind for vehicle in vehicles}
    return depot, on, {shift.id: kinds[shift.vehicle_id].profile for shift in shifts}


@contextmanager
def _roads(home: Home, depot: Depot) -> Iterator[RoadNetwork]:
    pack = RegionPack.open(home.regions / depot.region) if depot.region else None
    roads = open_network(pack, home.cache)
    try:
        yield roads
    finally:
        roads.close()


def _codes(logbook: Logbook, folder: Path) -> Codes:
    """What customers were sent: only the simulation plays them."""
    return lambda order_id, attempt: logbook.read(
        lambda r: code_of(r, OrderId(order_id), attempt, depot_secret(folder))
    )


@contextmanager
def _own_gateway(home: Home, slug: str, teller: Teller) -> Iterator[str]:
    """The depot's on this computer; where none runs, one for as long as the day lasts."""
    teller.say("Looking for the depot's gateway")
    with at_hand(home, slug) as seen:
        yield f"https://127.0.0.1:{seen.port}"


def _wish(asked: Asked, on: date, depot: Depot) -> Wish:
    """At the computer's own speed today is lived from now on; else the day from its start."""
    now = system_clock()
    begins = now if asked.speed == 1 and on == now.astimezone(depot.zone).date() else None
    until = at_local(on, asked.until, depot.zone) if asked.until else None
    if until and begins and until <= begins:
        raise BadInput(f"It is later than {asked.until:%H:%M} already.", "Name a later end, or another day.")
    return Wish(on.isoformat(), asked.seed, asked.speed, asked.app, begins, until)
