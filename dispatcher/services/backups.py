"""A copy of the depot for each day it is opened: what is put in its place when the database is damaged."""

from datetime import timedelta
from pathlib import Path

from dispatcher.services.workplace import Workplace

KEPT = timedelta(days=14)


def folder(workplace: Workplace) -> Path:
    """Where a depot's copies are, beside its database."""
    return workplace.home.database(workplace.slug).parent / "backups"


def back_up_today(workplace: Workplace) -> Path | None:
    """Copy the depot unless that was done today; forget copies older than `KEPT`. Returns the new copy, if any."""
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
    return copy
