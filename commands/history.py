"""The command that gives a depot for practice a history."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from commands import values
from commands.opening import now, usual_depot
from commands.terminal import TerminalProgress
from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.errors import KnownError
from dispatcher.services.home import Home
from dispatcher.services.workplace import open_workplace


def history(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Fill a depot for practice with past days that were planned and driven."""
    from dispatcher.simulation.history import make  # what it needs loads only where a history is made
    from dispatcher.simulation.history_day import Moment, Wish

    slug = args.depot or usual_depot(home)
    if slug is None:
        raise KnownError("There is no depot to work on, or several.", "Name one with --depot, or make one: depot new.")
    clock = Moment(now())
    store, logbook = partial(open_store, clock=clock), partial(open_logbook, clock=clock)
    wish = Wish(args.days, args.seed, args.until, args.orders, args.seconds)
    opened = open_workplace(home, slug, open_store=store, open_logbook=logbook, clock=clock)
    with opened as workplace, _ending() as progress:
        return make(workplace, clock, wish, progress)


class _DayByDay(TerminalProgress):
    """Says each day; Ctrl+C ends after the one under way."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()

    def cancelled(self) -> bool:
        """Whether Ctrl+C was pressed."""
        return self.asked.is_set()


@contextmanager
def _ending() -> Iterator[_DayByDay]:
    """Ctrl+C is heard, and waits for the end of the day."""
    progress = _DayByDay()
    before = signal.signal(signal.SIGINT, lambda *_: progress.asked.set())
    try:
        yield progress
    finally:
        signal.signal(signal.SIGINT, before)


def history_command(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    """What the command line takes."""
    what = "fill a depot for practice with past days that were planned and driven"
    made = command(commands, "history", what, history, needs="home")
    made.add_argument("--days", type=values.a_count, default=90, metavar="N", help="working days; usually 90")
    made.add_argument("--seed", type=values.a_seed, default=1, help="the same seed gives the same customers and laws")
    made.add_argument("--until", type=values.a_date, default=None, help="the last day; without it yesterday")
    made.add_argument("--orders", type=values.a_count, default=None, metavar="N", help="new ones on a usual day")
    made.add_argument("--seconds", type=values.seconds_of_search, default=0.5, help="of search for each day's plan")
    made.add_argument("--depot", default=None, help="the depot; without it the only one, or the last opened")
