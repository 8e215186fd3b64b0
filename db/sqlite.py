"""SQLite as Roundhouse wants it: the driver, the settings of every connection, and where a database may lie.

The driver is `pysqlite3`, whose SQLite has the fix for the WAL-reset corruption (SQLite 3.51.3) that the systems'
own libraries mostly lack. Memory mapping stays off: it turns I/O errors into crashes.
"""

import ctypes
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2
from sqlalchemy import URL, Connection, Engine, create_engine, event

from dispatcher.domain.errors import KnownError

OLDEST_SQLITE = (3, 51, 3)
APPLICATION_ID = 0x524E4448
"""`RNDH`, in the file's header."""

SETTINGS = (
    "busy_timeout=5000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    f"journal_size_limit={64 * 1024 * 1024}",
    "trusted_schema=OFF",
    "cell_size_check=ON",
)

_NETWORK_TYPES = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs"}
_DRIVE_REMOTE = 4  # GetDriveTypeW


def require_sound_sqlite(version: tuple[int, ...] = dbapi2.sqlite_version_info) -> None:
    """Raise `KnownError` when this SQLite may corrupt a database that several connections use."""
    if version < OLDEST_SQLITE:
        have, need = (".".join(map(str, v)) for v in (version, OLDEST_SQLITE))
        raise KnownError(
            f"The SQLite library {have} can damage databases; Roundhouse needs {need} or later.",
            "Run start.py again: it installs a pysqlite3 that carries a sound one.",
        )


def require_local(file: Path) -> None:
    """Raise `KnownError` when the database would lie on a network drive, whose locks SQLite cannot trust."""
    if _is_share(str(file)) or _mounted_from_network(file) or _mapped_drive(file):
        raise KnownError(
            f"{file} lies on a network drive, where a database can be damaged.",
            "Choose a folder on a disk of this computer.",
        )


def writing_engine(file: Path, *settings: str) -> Engine:
    """One connection, whose transactions take the write lock at once; foreign keys are checked at commit.

    `settings` come after `SETTINGS`, in their words.
    """
    # What is deleted is overwritten too, not only let go of: nobody reads it out of the file any more
    wanted = (*SETTINGS, "secure_delete=ON", *settings)
    return _engine(file, wanted, ("BEGIN IMMEDIATE", "PRAGMA defer_foreign_keys=ON"), pool_size=1, max_overflow=0)


def empty_journal(engine: Engine) -> None:
    """Move what was written into the database's own file, and cut its journal to nothing, where nobody reads just now.

    The journal holds pages as they were before, until they are written over.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        connection.close()


def reading_engine(file: Path) -> Engine:
    """Pooled connections that cannot write; a transaction sees one moment, from its first query on."""
    return _engine(file, (*SETTINGS, "query_only=ON"), ("BEGIN",), pool_size=4, max_overflow=12)


def migrating_engine(file: Path) -> Engine:
    """As for writing, but with foreign keys off: copying a table under its children would break them."""
    return _engine(file, (*SETTINGS, "foreign_keys=OFF"), ("BEGIN IMMEDIATE",), pool_size=1, max_overflow=0)


def _engine(file: Path, settings: Sequence[str], begin: Sequence[str], **pool: int) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(file)),
        module=dbapi2,
        # The driver's own implicit transactions stay out of the way: BEGIN is ours.
        connect_args={"isolation_level": None},
        # What is kept is nobody's business who reads a log: no numbers, texts or tokens in the words of a fault.
        hide_parameters=True,
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")),
        **pool,
    )

    @event.listens_for(engine, "connect")
    def _set(connection: Any, _record: Any) -> None:
        for setting in settings:
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        for statement in begin:
            connection.exec_driver_sql(statement)

    return engine


def _is_share(path: str) -> bool:
    return path.startswith(("\\\\", "//"))


def _mounted_from_network(file: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """Whether the mount point that holds `file` is of a network file system (Linux)."""
    if not mounts.exists():
        return False
    kinds = {}
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, point, kind, *_ = line.split(" ")
        kinds[Path(point.replace("\\040", " "))] = kind
    place = file.absolute().resolve()
    return next((kinds[p] for p in (place, *place.parents) if p in kinds), "") in _NETWORK_TYPES


def _mapped_drive(file: Path) -> bool:
    """Whether a drive letter stands for a network share (Windows)."""
    if sys.platform == "win32":
        root = file.absolute().anchor
        return _is_share(root) or bool(ctypes.windll.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE)
    return False
