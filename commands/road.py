"""Commands beside an open window: codes, the gateway, simulated drivers."""

import argparse
import json
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from commands.opening import folder_of_depot, now, open_store, usual_depot
from commands.terminal import TerminalTeller, end_with_input, kept_log
from db.logbook.opening import open_logbook
from dispatcher.domain.devices import App
from dispatcher.domain.errors import KnownError
from dispatcher.services import codes
from dispatcher.services.clocks import clock_of
from dispatcher.services.home import Home
from dispatcher.services.simulating import LineTeller


def codes_out(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Give a day's orders their one-time codes, beside an open window; write them to a file to send them from."""
    folder = folder_of_depot(args, home)
    clock = clock_of(folder)
    with closing(open_store(folder)) as store:
        depot = store.read(lambda r: r.depot())
        on = args.date or clock().astimezone(depot.zone).date()
        day = store.read(lambda r: r.day(on))
    secret, orders = codes.depot_secret(folder / "gateway"), list(day.orders.values())
    with closing(open_logbook(folder, clock=clock)) as logbook:
        issued = codes.issue_codes(
            logbook,
            orders,
            policy=depot.road,
            zone=depot.zone,
            secret=secret,
            now=clock(),
            ends=codes.ends_of(day),
            anew=args.renew,
        )
        written = logbook.read(lambda r: codes.codes_file(r, orders, zone=depot.zone, secret=secret, out=args.out))
    return {"date": on.isoformat(), "codes": written, "issued": len(issued), "file": str(args.out)}


def simulate(args: argparse.Namespace, home: Home) -> int:
    """Drive a day's sent rounds through the gateway, beside an open window; 0 if all that was sent was acknowledged."""
    from dispatcher.simulation.site import Asked
    from dispatcher.simulation.site import simulate as drive

    slug = args.depot or usual_depot(home)
    if slug is None:
        raise KnownError("There is no depot to work on, or several.", "Name one with --depot, or make one: depot new.")
    if args.attached:
        end_with_input()
    asked = Asked(
        on=args.date,
        speed=args.speed,
        seed=args.seed,
        drivers=args.drivers,
        until=args.until,
        gateway=args.gateway,
        app=None if args.app == "mixed" else App[args.app.upper()],
        truth_to=args.truth,
    )
    logbook = partial(open_logbook, clock=now)
    teller = LineTeller(lambda line: print(line, file=sys.stderr, flush=True)) if args.attached else TerminalTeller()
    result = drive(home, slug, asked, open_store=open_store, open_logbook=logbook, teller=teller)
    print(json.dumps(result, indent=None if args.json else 2, ensure_ascii=False), flush=True)
    return 0 if result["sent"] == result["acknowledged"] else 1


def run_gateway(args: argparse.Namespace, home: Home) -> int:
    """Be a depot's gateway until asked to end."""
    from dispatcher.gateway.mqtt import Broker  # the web server loads only where it serves
    from dispatcher.gateway.server import Gateway, Wanted, serve

    slug = args.depot or usual_depot(home)
    if slug is None or slug not in home.depot_slugs():
        known = ", ".join(home.depot_slugs()) or "none yet"
        raise KnownError("The gateway needs a depot to serve.", f"Name one with --depot. Depots here: {known}.")
    if args.attached:
        end_with_input()
    folder = home.depots / slug
    clock = clock_of(folder)
    broker = Broker.of(args.mqtt) if args.mqtt else None
    wanted = Wanted(args.host, args.port, args.setup_port, args.bind, broker)
    page = Path(__file__).resolve().parents[1] / "resources" / "web" / "driver"
    with kept_log(home, f"gateway-{slug}"), closing(open_logbook(folder, clock=clock)) as logbook:
        name = slug.replace("-", " ").title()
        serve(
            lambda: Gateway(logbook, folder, name=name, page=page, clock=clock, wanted=wanted),
            folder,
            mqtt=bool(broker),
        )
    return 0
