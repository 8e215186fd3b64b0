"""One Roundhouse to a data folder: whoever opens its database holds this lock for as long as it runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from db.faults import disk_faults
from dispatcher.domain.errors import KnownError

LOCK_NAME = "roundhouse.lock"
HOLDER_NAME = "roundhouse.pid"
"""Beside the lock, because Windows lets nobody read a locked file."""


@contextmanager
def lock_home(home: Path) -> Iterator[None]:
    """Hold the data folder `home`, creating it if need be; the system lets go even if the process is killed.

    Raises `KnownError` if another process, or this one, holds it already.
    """
    holder = home / HOLDER_NAME
    with disk_faults(home):
        home.mkdir(parents=True, exist_ok=True)
        lock = FileLock(home / LOCK_NAME, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise KnownError(
                f"Roundhouse is already open on {home}{_by_whom(holder)}.",
                "Use that window, or close it first.",
            ) from None
        try:
            holder.write_text(str(os.getpid()), encoding="ascii")
        except BaseException:
            lock.release()
            raise
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _by_whom(holder: Path) -> str:
    try:
        return f" (process {int(holder.read_text(encoding='ascii'))})"
    except (OSError, ValueError):
        return ""
