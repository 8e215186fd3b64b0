"""A copy of the depot and its logbook for each day it is opened: what is put in place when a database is damaged."""

from datetime import timedelta
from pathlib import Path

from dispatcher.services.workplace import Workplace

KEPT = timedelta(days=14)
LOGBOOKS_KEPT = 2
"""A logbook holds two months of tracks and grows to gigabytes; what is older than these copies is in them too."""


def folder(workplace: Workplace) -> Path:
    """Where a depot's copies are, beside its database."""
    return workplace.home.database(workplace.slug).parent / "backups"


def back_up_today(workplace: Workplace) -> Path | None:
    """Copy the depot unless that was done today; forget older copies. Returns the depot's new copy, if any.

    Photos and signatures are files that never change, named by their content: any copy of their folder will do.
    """
    today = workplace.today
    copy = folder(workplace) / f"depot-{today.isoformat()}.db"
    if copy.exists():
        return None
    copy.parent.mkdir(parents=True, exist_ok=True)
    workplace.store.backup(copy)
    oldest = f"depot-{(today - KEPT).isoformat()}.db"
    for old in copy.parent.glob("depot-????-??-??.db"):
        if old.name < oldest:
            old.unlink(missing_ok=True)
    if workplace.live is not None:
        workplace.live.logbook.backup(copy.with_name(f"logbook-{today.isoformat()}.db"))
        for old in sorted(copy.parent.glob("logbook-????-??-??.db"))[:-LOGBOOKS_KEPT]:
            old.unlink(missing_ok=True)
    return copy
