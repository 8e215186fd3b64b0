"""Roundhouse's composition root and command line: parse, open the depot, wire, run, shut down.

Start-up, in order: arguments → data folder and its lock → log file → database → region (roads, addresses) → for a
window: Qt's environment, the map's scheme, the application, the window. What was opened is closed in reverse.
Exit status: 0; 1 for bad input, with a message on standard error; 2 for wrong usage.
"""

import argparse
import io
import json
import logging
import logging.handlers
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from db.lock import lock_home
from db.logbook.opening import open_logbook
from db.opening import open_store as open_database
from dispatcher import __version__
from dispatcher.domain.depot import Depot
from dispatcher.domain.devices import App
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.place import Place
from dispatcher.proof.files import ProofFiles
from dispatcher.services import codes, comparing, demo, exporting, importing, regions, whatifs
from dispatcher.services.clocks import clock_of
from dispatcher.services.dispatching import send_day
from dispatcher.services.fleet import add_file, read_file, staff_day
from dispatcher.services.home import Home, find_home
from dispatcher.services.plan import apply_proposal
from dispatcher.services.simulating import LineTeller, Step
from dispatcher.services.verifying import verify_proofs
from dispatcher.services.workplace import Workplace, create_depot, open_workplace

log = logging.getLogger("roundhouse")


def now() -> datetime:
    """The moment, aware, UTC."""
    return datetime.now(UTC)


open_store = partial(open_database, clock=now)
"""How a depot's database is opened, wherever one is."""


def open_depot(home: Home, slug: str, **options: Any) -> Workplace:
    """How a depot is opened by the window and by commands: in its own time, which a simulation may make another."""
    logbook = partial(open_logbook, clock=now)
    clock = clock_of(home.depots / slug)
    return open_workplace(home, slug, open_store=open_store, open_logbook=logbook, clock=clock, **options)


class TerminalProgress:
    """Progress of a command as lines on standard error; Ctrl+C stops it."""

    def __init__(self) -> None:
        self._said = ""

    def report(self, fraction: float, text: str) -> None:
        """Print each new phrase once, with the share done."""
        if text != self._said:
            self._said = text
            print(f"{fraction:4.0%} {text}", file=sys.stderr, flush=True)

    def cancelled(self) -> bool:
        """Ctrl+C raises by itself."""
        return False


class TerminalTeller:
    """A simulated day as lines on standard error, for people."""

    def step(self, step: Step) -> None:
        """Print how far it is."""
        print(f"{step.been / max(1, step.of):4.0%} {step.words}", file=sys.stderr, flush=True)

    def say(self, words: str) -> None:
        """Print it."""
        print(f"     {words}", file=sys.stderr, flush=True)


def end_with_input() -> None:
    """End in good order once standard input does: whoever started this process has let go of it, or is no more."""

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 1024):
                pass
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=wait, name="attached", daemon=True).start()


# --- commands -----------------------------------------------------------------------------------------------------


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


def whatif_list(_: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Say which what-if copies there are."""
    return {"copies": [comparing.described_copy(c) for c in whatifs.all_of(workplace.home, workplace.slug)]}


def whatif_new(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Make a what-if copy of a day."""
    home, slug, on = workplace.home, workplace.slug, args.date or workplace.today
    made = whatifs.make(home, slug, workplace.store, name=args.name, on=on, clock=now, open_store=open_store)
    return comparing.described_copy(made)


def whatif_compare(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Judge a day in the depot and in its copies."""
    on = args.date or workplace.today
    compared = comparing.compare(workplace, on, open_store=open_store, progress=TerminalProgress())
    sides = [comparing.described(side) for side in compared.sides]
    return {"date": on.isoformat(), "currency": compared.currency, "depot": sides[0], "copies": sides[1:]}


def whatif_promote(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Bring what was changed in a copy into the depot."""
    what_if = whatifs.named(workplace.home, workplace.slug, args.name)
    promotion = comparing.prepare_promotion(workplace, what_if, open_store=open_store)
    done = workplace.store.write(promotion.label, promotion.run)
    left = [{"order": number, "why": why} for number, why in promotion.left(done.value).items()]
    return {"name": what_if.name, "changed": not done.changes.empty, "moved": done.value.moved, "left": left}


def whatif_discard(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Throw a copy away."""
    what_if = whatifs.named(workplace.home, workplace.slug, args.name)
    whatifs.throw_away(what_if)
    return {"discarded": what_if.name}


def prepare_demo(home: Home) -> str:
    """The demo depot, made if need be, with orders for today."""
    return demo.prepare(home, open_store=open_store, clock=now, progress=TerminalProgress())


def undriven_day(home: Home, slug: str) -> date:
    """The demo's next day that can be driven from its start."""
    logbook = partial(open_logbook, clock=now)
    return demo.undriven_day(
        home, slug, open_store=open_store, open_logbook=logbook, clock=now, progress=TerminalProgress()
    )


def codes_out(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Give a day's orders their one-time codes, beside an open window; write them to a file to send them from."""
    folder = _folder_of_depot(args, home)
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


def verify(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Go through the chain of proofs and the files it names, beside an open window.

    Raises `KnownError` at the first break.
    """
    folder = _folder_of_depot(args, home)
    with closing(open_logbook(folder, clock=now)) as logbook:
        verdict = verify_proofs(logbook, ProofFiles(folder / "proofs"), now=now(), head=args.head)
    if not verdict.sound:
        raise KnownError(verdict.fault, "Keep the data folder as it is, and compare it with a backup.")
    return verdict.described()


def _folder_of_depot(args: argparse.Namespace, home: Home) -> Path:
    slug = args.depot or _usual_depot(home)
    if slug is None or slug not in home.depot_slugs():
        raise KnownError("There is no such depot, or several.", "Name one with --depot; depot list says which.")
    return home.database(slug).parent


def simulate(args: argparse.Namespace, home: Home) -> int:
    """Drive a day's sent rounds through the gateway, beside an open window; 0 if all that was sent was acknowledged."""
    from dispatcher.simulation.site import Asked
    from dispatcher.simulation.site import simulate as drive

    slug = args.depot or _usual_depot(home)
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


# --- the gateway --------------------------------------------------------------------------------------------------


def run_gateway(args: argparse.Namespace, home: Home) -> int:
    """Be a depot's gateway until asked to end."""
    from dispatcher.gateway.mqtt import Broker  # the web server loads only where it serves
    from dispatcher.gateway.server import Gateway, Wanted, serve

    slug = args.depot or _usual_depot(home)
    if slug is None or slug not in home.depot_slugs():
        known = ", ".join(home.depot_slugs()) or "none yet"
        raise KnownError("The gateway needs a depot to serve.", f"Name one with --depot. Depots here: {known}.")
    if args.attached:
        end_with_input()
    folder = home.depots / slug
    clock = clock_of(folder)
    broker = Broker.of(args.mqtt) if args.mqtt else None
    wanted = Wanted(args.host, args.port, args.setup_port, args.bind, broker)
    page = Path(__file__).resolve().parent / "resources" / "web" / "driver"
    with kept_log(home, f"gateway-{slug}"), closing(open_logbook(folder, clock=clock)) as logbook:
        name = slug.replace("-", " ").title()
        serve(
            lambda: Gateway(logbook, folder, name=name, page=page, clock=clock, wanted=wanted),
            folder,
            mqtt=bool(broker),
        )
    return 0


# --- the window ---------------------------------------------------------------------------------------------------


def open_window(args: argparse.Namespace, home: Home) -> int:
    """Run the window until it is closed."""
    from ui.app import require_screen, run_window  # Qt loads only when a window is wanted

    require_screen()
    slug = args.depot or _usual_depot(home) or prepare_demo(home)
    if args.command == "demo":
        slug = prepare_demo(home)
    on = args.date or (undriven_day(home, slug) if args.alive else None)
    opener = partial(open_depot, home, forgiving=True)
    maker = lambda depot: create_depot(home, depot, open_store=open_store)
    return run_window(
        home,
        slug,
        opener=opener,
        maker=maker,
        open_store=open_store,
        on=on,
        until_painted=args.until_painted,
        alive=args.alive,
    )


def shots(args: argparse.Namespace, home: Home) -> int:
    """Write a picture of every panel, on the demo day unless a depot is named."""
    from ui.app import require_screen
    from ui.shots import take_shots

    require_screen()
    slug = args.depot or prepare_demo(home)
    opener = partial(open_depot, home)
    maker = lambda depot: create_depot(home, depot, open_store=open_store)
    return take_shots(home, slug, args.dir, opener=opener, maker=maker, open_store=open_store, on=args.date)


def _usual_depot(home: Home) -> str | None:
    """The only depot, or the one opened last."""
    slugs = home.depot_slugs()
    try:
        last = (home.root / "last-depot").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        last = ""
    if last in slugs:
        return last
    return slugs[0] if len(slugs) == 1 else None


# --- arguments ----------------------------------------------------------------------------------------------------


def _date(text: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no date; write it as 2026-11-24") from error
    if not 2000 <= on.year <= 2100:  # as in order files
        raise argparse.ArgumentTypeError(f"“{text}” lies in the year {on.year}")
    return on


def _place(text: str) -> Place:
    try:
        lat, lon = (float(part) for part in text.split(","))
        return Place(lat, lon)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no place; write it as 50.7753,6.0839") from error


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"“{text}” is no time zone; write it as Europe/Berlin")
    return text


def _column(text: str) -> tuple[str, str]:
    header, equals, field = text.rpartition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"“{text}” assigns nothing; write it as “Stop address=address”")
    return header, field


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of seconds") from error
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError("the search needs more than 0 and at most 86,400 seconds")
    return seconds


def _seed(text: str) -> int:
    if not (text.isdecimal() and int(text) < 1 << 32):
        raise argparse.ArgumentTypeError(f"“{text}” is no seed; use a whole number from 0 to 4,294,967,295")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no speed; write 60 for a minute in a second") from error
    if not 1 <= speed <= 3_600:
        raise argparse.ArgumentTypeError("a day can be simulated 1 to 3,600 times as fast as it is")
    return speed


def _count(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= 1_000):
        raise argparse.ArgumentTypeError(f"“{text}” is no number of drivers")
    return int(text)


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no time of day; write it as 14:30") from error


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"“{text}” is no port; use a whole number from 1 to 65535, 0 for any free one")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line, as `docs/automation.md` describes it."""
    top = argparse.ArgumentParser("roundhouse", description="The workstation of a delivery depot's dispatcher.")
    top.add_argument("--version", action="version", version=f"roundhouse {__version__}")
    top.set_defaults(command="window", run=open_window, depot=None, date=None, until_painted=False, alive=False)
    _window_options(top)
    commands = top.add_subparsers(metavar="COMMAND")
    shown = _command(commands, "demo", "open the demo depot, made if need be", open_window)
    shown.add_argument("--alive", action="store_true", help="have simulated drivers drive its day, 60 times as fast")
    _window_options(shown)
    _region_commands(commands)
    _depot_commands(commands)
    _day_commands(commands)
    _proof_commands(commands)
    _simulate_command(commands)
    _whatif_commands(commands)
    _gateway_command(commands)
    pictures = _command(commands, "shots", "write a picture of every panel on the demo day", shots)
    pictures.add_argument("dir", type=Path, metavar="DIR")
    _which_day(pictures)
    return top


def _command(commands: Any, name: str, what: str, run: Callable[..., Any], **more: Any) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=what, description=what.capitalize() + ".")
    made.set_defaults(command=name, run=run, **more)
    if "needs" in more:
        hint = "print the result as one line of JSON; without it, indented"
        made.add_argument("--json", action="store_true", help=hint)
    return made


def _window_options(to: argparse.ArgumentParser) -> None:
    to.add_argument("--depot", default=argparse.SUPPRESS, help="the depot to open; without it the one opened last")
    to.add_argument("--date", type=_date, default=argparse.SUPPRESS, help="the day to open")
    hint = "close again once the day is painted, and print how long that took"
    to.add_argument("--until-painted", action="store_true", default=argparse.SUPPRESS, help=hint)


def _region_commands(commands: Any) -> None:
    region = commands.add_parser("region", help="build and list region packs").add_subparsers(required=True)
    build = _command(region, "build", "make a region pack from an OpenStreetMap extract", region_build, needs="home")
    build.add_argument("extract", type=Path, metavar="FILE.osm.pbf")
    build.add_argument("--name", required=True)
    adding = "add a national address file to a region"
    addresses = _command(region, "addresses", adding, region_addresses, needs="home")
    addresses.add_argument("file", type=Path, metavar="FILE.csv")
    addresses.add_argument("--name", required=True, help="the region")
    _command(region, "list", "list the regions", region_list, needs="home")


def _depot_commands(commands: Any) -> None:
    depot = commands.add_parser("depot", help="make and list depots").add_subparsers(required=True)
    new = _command(depot, "new", "make a depot", depot_new, needs="home")
    new.add_argument("name")
    new.add_argument("--at", type=_place, required=True, metavar="LAT,LON", help="where the vans start")
    new.add_argument("--region", default="", help="the region pack; without it straight lines")
    new.add_argument("--zone", type=_zone, default="Europe/Berlin", help="the time zone")
    new.add_argument("--fleet", type=Path, metavar="FILE.json", help="drivers and vehicles")
    new.add_argument("--practice", action="store_true", help="for training: simulated days may be driven in it")
    _command(depot, "list", "list the depots", depot_list, needs="home")


def _day_commands(commands: Any) -> None:
    bring = _command(commands, "import", "bring an order file in", import_file, needs="depot")
    bring.add_argument("file", type=Path)
    bring.add_argument("--mode", choices=["create", "update", "merge", "sync"], default="merge")
    bring.add_argument("--sender", default="", help="whose file it is; its columns are remembered by this name")
    bring.add_argument("--column", type=_column, action="append", metavar="HEADER=FIELD", help="assign a column")
    bring.add_argument("--rejects", type=Path, metavar="FILE", help="where to write the rows that were left out")
    plan = _command(commands, "plan", "optimise a day", plan_day, needs="depot")
    plan.add_argument("--seconds", type=_seconds, default=30.0)
    plan.add_argument("--seed", type=_seed, default=1)
    send_out = _command(commands, "send", "send a day's rounds to the drivers' phones", send_rounds, needs="depot")
    export = _command(commands, "export", "write a day's plan to a file", export_day, needs="depot")
    export.add_argument("--format", choices=["csv", "xlsx", "json", "geojson", "html"], required=True)
    export.add_argument("out", type=Path, metavar="OUT")
    for command in (bring, plan, send_out, export):
        _which_day(command)


def _proof_commands(commands: Any) -> None:
    what = "give a day's orders their one-time codes and write them to a file"
    coded = _command(commands, "codes", what, codes_out, needs="beside")
    coded.add_argument("--out", type=Path, required=True, metavar="FILE.csv", help="only its owner may read it")
    coded.add_argument("--renew", action="store_true", help="make all of them anew; the former digits are void")
    _which_day(coded)
    checked = _command(commands, "verify", "check that no proof was changed since it was kept", verify, needs="beside")
    checked.add_argument("--head", default="", metavar="HASH", help="a hash noted earlier, which must be on the chain")
    _which_depot(checked)


def _simulate_command(commands: Any) -> None:
    what = "drive a day's sent rounds with simulated drivers and phones, beside an open window"
    made = _command(commands, "simulate", what, simulate, needs="nothing")
    made.add_argument("--speed", type=_speed, default=60.0, help="how many times as fast as real, 1-3,600; usually 60")
    made.add_argument("--seed", type=_seed, default=1, help="the same seed and rounds give the same day")
    made.add_argument("--drivers", type=_count, default=None, metavar="N", help="only the first so many")
    made.add_argument("--until", type=_clock, default=None, metavar="HH:MM", help="end then, by the depot's clock")
    made.add_argument("--gateway", default="", metavar="URL", help="without it the depot's own on this computer")
    apps = ["page", "traccar", "owntracks", "overland", "gpslogger", "mixed"]
    made.add_argument("--app", choices=apps, default="mixed", help="what phones report with")
    made.add_argument("--truth", type=Path, default=None, metavar="FILE.json", help="write down what truly happened")
    _attached(made)
    _which_day(made)


def _whatif_commands(commands: Any) -> None:
    copies = commands.add_parser("whatif", help="try a day out in copies of the depot").add_subparsers(required=True)
    made = _command(copies, "new", "make a what-if copy of the depot for a day", whatif_new, needs="depot")
    weighed = _command(copies, "compare", "judge a day in the depot and in its copies", whatif_compare, needs="depot")
    listed = _command(copies, "list", "list the what-if copies", whatif_list, needs="depot")
    promote = "bring what was changed in a copy into the depot, as one step"
    promoted = _command(copies, "promote", promote, whatif_promote, needs="depot")
    discard = "throw a copy away; it cannot come back"
    discarded = _command(copies, "discard", discard, whatif_discard, needs="depot")
    for command in (made, promoted, discarded):
        command.add_argument("name")
    for command in (made, weighed):
        _which_day(command)
    for command in (listed, promoted, discarded):
        _which_depot(command)


def _gateway_command(commands: Any) -> None:
    gateway = _command(commands, "gateway", "serve the drivers' phones, beside or without a window", run_gateway)
    gateway.add_argument("--port", type=_port, default=None, help="for phones; without it as the depot's settings say")
    gateway.add_argument("--setup-port", type=_port, default=None, help="for the page that hands out the certificate")
    gateway.add_argument("--host", default="", help="name or address that phones are told")
    gateway.add_argument("--bind", default="", metavar="ADDRESS", help="listen on this address only; 0.0.0.0 for all")
    broker = "take OwnTracks' messages from this broker too, mqtts://user:password@host; or from ROUNDHOUSE_MQTT"
    gateway.add_argument("--mqtt", default=os.environ.get("ROUNDHOUSE_MQTT", ""), metavar="URL", help=broker)
    gateway.set_defaults(needs="nothing")
    _attached(gateway)
    _which_depot(gateway)


def _attached(to: argparse.ArgumentParser) -> None:
    to.add_argument("--attached", action="store_true", help="end when standard input does, for whoever starts it")


def _which_day(of: argparse.ArgumentParser) -> None:
    of.add_argument("--date", type=_date, default=None, help="the day; without it today")
    _which_depot(of)


def _which_depot(of: argparse.ArgumentParser) -> None:
    of.add_argument("--depot", default=None, help="the depot; without it the only one, or the last opened")


# --- running ------------------------------------------------------------------------------------------------------


@contextmanager
def kept_log(home: Home, name: str = "roundhouse") -> Iterator[None]:
    """Write a rotating log into the data folder; processes that run side by side have one each."""
    try:
        home.logs.mkdir(parents=True, exist_ok=True)
        to = logging.handlers.RotatingFileHandler(
            home.logs / f"{name}.log", maxBytes=2_000_000, backupCount=3, encoding="utf-8"
        )
    except OSError as fault:
        raise KnownError(
            f"No log can be written to {home.logs} ({fault.strerror}).", "Allow writing to that folder."
        ) from fault
    to.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(to)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(to)
        to.close()


def execute(args: argparse.Namespace, home: Home) -> int:
    """Run one command with what it needs opened, and print what it returns."""
    needs = getattr(args, "needs", "window")
    if needs == "nothing":
        return int(args.run(args, home))
    with ExitStack() as opened:
        if needs != "beside":
            opened.enter_context(lock_home(home.root))
            opened.enter_context(kept_log(home))
        if needs == "window":
            return int(args.run(args, home))
        if needs in ("home", "beside"):
            result = args.run(args, home)
        else:
            slug = args.depot or _usual_depot(home)
            if slug is None:
                raise KnownError(
                    "There is no depot to work on, or several.", "Name one with --depot, or make one: depot new."
                )
            workplace = opened.enter_context(open_depot(home, slug))
            result = args.run(args, workplace)
    # Flushed here, so that a reader who left early (“| head”) is noticed here
    print(json.dumps(result, indent=None if getattr(args, "json", False) else 2, ensure_ascii=False), flush=True)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """The console script `roundhouse`."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # JSON is, also into a pipe on Windows
    args = parser().parse_args(argv)
    try:
        return execute(args, find_home())
    except (KnownError, BadInput) as error:
        print(f"roundhouse: {error}", file=sys.stderr)
        return 1
    except (Cancelled, KeyboardInterrupt):
        print("roundhouse: stopped; nothing was changed", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Else Python complains at its end, when it flushes what nobody reads
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
