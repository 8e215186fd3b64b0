"""How a depot, its database and its logbook are opened by the window and by commands, and which depot is meant."""

import argparse
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from commands.terminal import TerminalProgress
from db.logbook.opening import open_logbook
from db.opening import open_store as open_database
from dispatcher.domain.errors import KnownError
from dispatcher.services import demo
from dispatcher.services.clocks import clock_of
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, open_workplace


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


def prepare_demo(home: Home) -> str:
    """The demo depot, made if need be, with orders for today."""
    return demo.prepare(home, open_store=open_store, clock=now, progress=TerminalProgress())


def undriven_day(home: Home, slug: str) -> date:
    """The demo's next day that can be driven from its start."""
    logbook = partial(open_logbook, clock=now)
    return demo.undriven_day(
        home, slug, open_store=open_store, open_logbook=logbook, clock=now, progress=TerminalProgress()
    )


def usual_depot(home: Home) -> str | None:
    """The only depot, or the one opened last."""
    slugs = home.depot_slugs()
    try:
        last = (home.root / "last-depot").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        last = ""
    if last in slugs:
        return last
    return slugs[0] if len(slugs) == 1 else None


def folder_of_depot(args: argparse.Namespace, home: Home) -> Path:
    """Where the depot lies that is meant. Raises `KnownError`."""
    slug = args.depot or usual_depot(home)
    if slug is None or slug not in home.depot_slugs():
        raise KnownError("There is no such depot, or several.", "Name one with --depot; depot list says which.")
    return home.database(slug).parent
