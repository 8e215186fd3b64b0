"""Whole, checked copies of a database, made while it is in use."""

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2

from db.faults import damaged, database_faults, disk_faults

PAGES_A_STEP = 1_000


def copy_database(source: Any, to: Path) -> None:
    """Copy the open connection `source` to the file `to`, replacing it, or leave `to` as it was.

    The copy is one file, passes SQLite's `integrity_check`, and is on the disk when this returns.
    Raises `KnownError` when it cannot be made.
    """
    part = to.with_name(f"{to.name}.part")
    with disk_faults(to), database_faults(to):
        to.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            _copy(source, part)
            _flush(part)
            part.replace(to)
            _flush(to.parent)
        finally:
            part.unlink(missing_ok=True)


def _copy(source: Any, part: Path) -> None:
    with closing(dbapi2.connect(str(part), isolation_level=None)) as target:
        source.backup(target, pages=PAGES_A_STEP)
        target.execute("PRAGMA journal_mode=DELETE")
        if target.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise damaged(part)


def _flush(path: Path) -> None:
    """Have the disk keep a file, or a folder's names where the system can (not on Windows)."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
