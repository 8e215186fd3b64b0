"""Roundhouse's composition root and command line: parse, open the depot, wire, run, shut down.

Start-up, in order: arguments → data folder and its lock → log file → database → region (roads, addresses) → for a
window: Qt's environment, the map's scheme, the application, the window. What was opened is closed in reverse.
Exit status: 0; 1 for bad input, with a message on standard error; 2 for wrong usage.
"""

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from commands.arguments import parser
from commands.opening import open_depot, usual_depot
from commands.terminal import kept_log
from db.lock import lock_home
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.services.home import Home, find_home


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
            slug = args.depot or usual_depot(home)
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
