"""Commands about regions, depots and what is planned of a day."""

import argparse
from typing import Any

from commands.opening import open_depot, open_store
from commands.terminal import TerminalProgress
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.services import demo, exporting, importing, regions
from dispatcher.services.dispatching import send_day
from dispatcher.services.fleet import add_file, read_file, staff_day
from dispatcher.services.home import Home
from dispatcher.services.plan import apply_proposal
from dispatcher.services.workplace import Workplace, create_depot


def region_build(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Make a region pack."""
    return regions.build(home, args.extract, args.name, TerminalProgress())


def region_addresses(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Add a national address file to a region."""
    return regions.add_addresses(home, args.name, args.file, TerminalProgress())


def region_list(_: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Say which regions there are."""
    return {"regions": regions.describe_all(home)}


def depot_new(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Make a depot, with a fleet when a file names one."""
    depot = Depot(name=args.name, place=args.at, zone_name=args.zone, region=args.region)
    depot = demo.for_practice(depot) if args.practice else depot
    fleet = read_file(args.fleet) if args.fleet else None
    slug = create_depot(home, depot, open_store=open_store)
    if fleet:
        with open_depot(home, slug) as workplace:
            workplace.store.write(f"Import {args.fleet.name}", lambda uow: add_file(uow, fleet))
    drivers, vehicles = (len(fleet.drivers), len(fleet.vehicles)) if fleet else (0, 0)
    return {"depot": slug, "drivers": drivers, "vehicles": vehicles}


def depot_list(_: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Say which depots there are."""
    return {"depots": list(home.depot_slugs())}


def import_file(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Bring an order file in."""
    request = importing.Request(
        path=args.file, on=args.date, mode=args.mode, sender=args.sender, columns=dict(args.column or [])
    )
    return importing.import_file(workplace, request, TerminalProgress(), rejects=args.rejects)


def plan_day(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Optimise a day and keep the plan."""
    store, on = workplace.store, args.date or workplace.today
    if not store.read(lambda r: r.orders_of([on])):
        raise KnownError(f"There are no orders on {on:%d %B %Y}.", "Import some, or choose a day that has some.")
    staffed = 0
    if not store.read(lambda r: r.shifts_of(on)):
        staffed = store.write(f"Put drivers on duty on {on}", lambda uow: staff_day(uow, on)).value
    try:
        day = store.read(lambda r: r.day(on))
        proposal = workplace.desk.optimise(day, seconds=args.seconds, seed=args.seed)
        store.write("Plan the day", lambda uow: apply_proposal(uow, proposal))
    except BaseException:
        if staffed:
            store.undo()
        raise
    outlook = workplace.desk.look(store.read(lambda r: r.day(on)))
    return exporting.summary(outlook)


def send_rounds(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Send a day's rounds to the drivers' phones."""
    on = args.date or workplace.today
    sent = send_day(workplace, workplace.desk.look(workplace.store.read(lambda r: r.day(on)), why=False))
    return {
        "date": on.isoformat(),
        "rounds": sent.rounds,
        "changed": len(sent.changed),
        "withdrawn": len(sent.withdrawn),
    }


def export_day(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Write a day's plan to a file."""
    return exporting.export(workplace, args.date or workplace.today, args.format, args.out)
