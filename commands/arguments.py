"""The command line itself, as `docs/automation.md` describes it: which commands there are and what they take."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import values
from commands.copies import whatif_compare, whatif_discard, whatif_list, whatif_new, whatif_promote
from commands.depots import (
    depot_list,
    depot_new,
    export_day,
    import_file,
    plan_day,
    region_addresses,
    region_build,
    region_list,
    send_rounds,
)
from commands.history import history_command
from commands.keeping import (
    driver_erase,
    driver_export,
    hold_add,
    hold_lift,
    hold_list,
    keep,
    person_erase,
    person_export,
    person_find,
)
from commands.proofs import close, evidence, verify
from commands.road import codes_out, run_gateway, simulate
from commands.window import open_window, shots
from dispatcher import __version__


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
    _keeping_commands(commands)
    _simulate_command(commands)
    history_command(commands, _command)
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
    to.add_argument("--date", type=values.a_date, default=argparse.SUPPRESS, help="the day to open")
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
    new.add_argument("--at", type=values.a_place, required=True, metavar="LAT,LON", help="where the vans start")
    new.add_argument("--region", default="", help="the region pack; without it straight lines")
    new.add_argument("--zone", type=values.a_zone, default="Europe/Berlin", help="the time zone")
    new.add_argument("--fleet", type=Path, metavar="FILE.json", help="drivers and vehicles")
    new.add_argument("--practice", action="store_true", help="for training: simulated days may be driven in it")
    _command(depot, "list", "list the depots", depot_list, needs="home")


def _day_commands(commands: Any) -> None:
    bring = _command(commands, "import", "bring an order file in", import_file, needs="depot")
    bring.add_argument("file", type=Path)
    bring.add_argument("--mode", choices=["create", "update", "merge", "sync"], default="merge")
    bring.add_argument("--sender", default="", help="whose file it is; its columns are remembered by this name")
    bring.add_argument(
        "--column", type=values.a_column, action="append", metavar="HEADER=FIELD", help="assign a column"
    )
    bring.add_argument("--rejects", type=Path, metavar="FILE", help="where to write the rows that were left out")
    plan = _command(commands, "plan", "optimise a day", plan_day, needs="depot")
    plan.add_argument("--seconds", type=values.seconds_of_search, default=30.0)
    plan.add_argument("--seed", type=values.a_seed, default=1)
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
    closed = _command(commands, "close", "sign a day off and write its report", close, needs="beside")
    closed.add_argument("--by", required=True, metavar="NAME", help="who signs")
    closed.add_argument("--report", type=Path, required=True, metavar="FILE.pdf", help="where to write the report")
    closed.add_argument("--force", action="store_true", help="even though something is open; the report says what")
    _which_day(closed)
    shown = _command(commands, "evidence", "write what shows one delivery, or verify it", evidence, needs="beside")
    shown.add_argument("order", nargs="?", default="", metavar="ORDER", help="its number")
    shown.add_argument("--out", type=Path, default=None, metavar="FILE.pdf")
    shown.add_argument("--attempt", type=values.a_count, default=None, metavar="N", help="without it the last one")
    shown.add_argument("--verify", type=Path, default=None, metavar="FILE.pdf", help="verify this file; needs no depot")
    shown.add_argument("--key", default="", metavar="FINGERPRINT", help="the key that it must be signed with")
    _which_depot(shown)


def _keeping_commands(commands: Any) -> None:
    kept = _command(commands, "keep", "let go what is kept no longer, by the depot's settings", keep, needs="depot")
    kept.add_argument("--dry-run", action="store_true", help="only say what would go")
    kept.add_argument("--by", default="", help="who has it done; it is written down")
    held = commands.add_parser("hold", help="put orders under legal hold").add_subparsers(required=True)
    added = _command(held, "add", "put orders under hold: nothing of them goes", hold_add, needs="depot")
    lifted = _command(held, "lift", "take the hold off orders", hold_lift, needs="depot")
    listed = _command(held, "list", "list the orders under hold", hold_list, needs="depot")
    person = commands.add_parser("person", help="find, write out or erase a customer").add_subparsers(required=True)
    found = _command(person, "find", "find a person's orders, of all dates", person_find, needs="depot")
    found.add_argument("words", nargs="+", help="of name, telephone, e-mail, address or order number; all must fit")
    out = _command(person, "export", "write all that is kept of a person to a ZIP file", person_export, needs="depot")
    out.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    gone = _command(person, "erase", "erase a person; it cannot be undone", person_erase, needs="depot")
    gone.add_argument(
        "--orders", type=values.a_count, required=True, metavar="N", help="how many there are, to be sure"
    )
    for command in (added, lifted, out, gone):
        command.add_argument("order", nargs="+", metavar="ORDER", help="its number, or its id as find prints it")
        command.add_argument("--by", required=True, help="who has it done; it is written down")
    for command in (added, lifted, gone):
        command.add_argument("--why", required=True, help="the reason; it is written down")
    driver = commands.add_parser("driver", help="write out or erase a driver's data").add_subparsers(required=True)
    told = _command(driver, "export", "write all that is kept of a driver to a ZIP file", driver_export, needs="depot")
    told.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    former = _command(driver, "erase", "erase a former driver; it cannot be undone", driver_erase, needs="depot")
    former.add_argument("--why", required=True, help="the reason; it is written down")
    for command in (told, former):
        command.add_argument("driver", help="name, or number")
        command.add_argument("--by", required=True, help="who has it done; it is written down")
    for command in (kept, added, lifted, listed, found, out, gone, told, former):
        _which_depot(command)


def _simulate_command(commands: Any) -> None:
    what = "drive a day's sent rounds with simulated drivers and phones, beside an open window"
    made = _command(commands, "simulate", what, simulate, needs="nothing")
    made.add_argument(
        "--speed", type=values.a_speed, default=60.0, help="how many times as fast as real, 1-3,600; usually 60"
    )
    made.add_argument("--seed", type=values.a_seed, default=1, help="the same seed and rounds give the same day")
    made.add_argument("--drivers", type=values.a_count, default=None, metavar="N", help="only the first so many")
    made.add_argument(
        "--until", type=values.a_clock, default=None, metavar="HH:MM", help="end then, by the depot's clock"
    )
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
    gateway.add_argument(
        "--port", type=values.a_port, default=None, help="for phones; without it as the depot's settings say"
    )
    gateway.add_argument(
        "--setup-port", type=values.a_port, default=None, help="for the page that hands out the certificate"
    )
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
    of.add_argument("--date", type=values.a_date, default=None, help="the day; without it today")
    _which_depot(of)


def _which_depot(of: argparse.ArgumentParser) -> None:
    of.add_argument("--depot", default=None, help="the depot; without it the only one, or the last opened")
