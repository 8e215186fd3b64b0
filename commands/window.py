"""Commands that show the window."""

import argparse
from functools import partial

from commands.opening import open_depot, open_store, prepare_demo, undriven_day, usual_depot
from dispatcher.services.home import Home
from dispatcher.services.workplace import create_depot


def open_window(args: argparse.Namespace, home: Home) -> int:
    """Run the window until it is closed."""
    from ui.app import require_screen, run_window  # Qt loads only when a window is wanted

    require_screen()
    slug = args.depot or usual_depot(home) or prepare_demo(home)
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
