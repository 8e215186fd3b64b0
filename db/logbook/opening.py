"""Opens a depot's logbook: the only way in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from db.faults import database_faults, disk_faults
from db.logbook.store import SqliteLogbook
from db.sqlite import require_local, require_sound_sqlite
from db.upgrading import bring_up_to_date
from dispatcher.domain.errors import KnownError

LOGBOOK_NAME = "logbook.db"
APPLICATION_ID = 0x524E444C
"""`RNDL`, in the file's header: no plan's database will be taken for a logbook, nor the other way round."""
MIGRATIONS = Path(__file__).parent / "migrations"
MAKING_S = 120.0
"""How long to wait for another process that makes or upgrades the file."""


def open_logbook(place: Path, *, clock: Callable[[], datetime]) -> SqliteLogbook:
    """The logbook in the file `place`, or in the folder `place`; created or upgraded as needed.

    Any number of processes may have it open. Raises `KnownError` when the file is newer than this program, not ours,
    on a network drive, cannot be written, or is found damaged; it is then left as it was.
    """
    file = place / LOGBOOK_NAME if place.is_dir() or not place.suffix else place
    require_sound_sqlite()
    require_local(file)
    with disk_faults(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(file), database_faults(file):
        bring_up_to_date(file, clock=clock, scripts=MIGRATIONS, application_id=APPLICATION_ID, read_through=False)
        return SqliteLogbook(file, clock=clock)


@contextmanager
def _one_at_a_time(file: Path) -> Iterator[None]:
    """Let no two processes make or upgrade the same file."""
    lock = FileLock(file.with_suffix(".lock"), timeout=MAKING_S)
    with disk_faults(file):
        try:
            lock.acquire()
        except Timeout:
            raise KnownError(f"{file} is being prepared by another process.", "Wait for it, then try again.") from None
    try:
        yield
    finally:
        lock.release()
