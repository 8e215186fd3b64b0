"""Opens a depot's database: the only way in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from db.faults import database_faults, disk_faults
from db.sqlite import require_local, require_sound_sqlite
from db.store import SqliteStore
from db.upgrading import bring_up_to_date

DATABASE_NAME = "depot.db"


def open_store(place: Path, *, clock: Callable[[], datetime], author: str = "") -> SqliteStore:
    """The store in the file `place`, or in the folder `place`; created or upgraded as needed.

    `author` signs what is written without a name of its own. Whoever opens holds `lock_home` on the data folder.
    Raises `KnownError` when the file is damaged, newer than this program, not ours, on a network drive or cannot
    be written; it is then left as it was.
    """
    file = place / DATABASE_NAME if place.is_dir() or not place.suffix else place
    require_sound_sqlite()
    require_local(file)
    with disk_faults(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    with database_faults(file):
        bring_up_to_date(file, clock=clock)
    return SqliteStore(file, clock=clock, author=author)
