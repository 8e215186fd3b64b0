"""What can go wrong with a database file, in words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pysqlite3 import dbapi2
from sqlalchemy.exc import DBAPIError

from dispatcher.domain.errors import BadInput, KnownError

# Primary result codes, https://sqlite.org/rescode.html
BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, CONSTRAINT, NOTADB = 5, 6, 8, 10, 11, 13, 14, 19, 26

_WORDS = {
    BUSY: ("{file} is in use by another program.", "Close that program and try again."),
    LOCKED: ("{file} is in use by another program.", "Close that program and try again."),
    READONLY: ("{file} may only be read.", "Allow writing to the file and its folder, or choose another folder."),
    IOERR: ("The disk would not read or write {file}.", "Check the disk, then start Roundhouse again."),
    CORRUPT: ("{file} is damaged.", "Keep a copy of it, and put the latest backup in its place."),
    FULL: ("The disk that holds {file} is full.", "Free some space and try again; nothing was changed."),
    CANTOPEN: ("{file} cannot be opened.", "Check that its folder exists and may be written."),
    NOTADB: ("{file} is not a Roundhouse database.", "Choose another folder, or move that file away."),
}
_NO_SPACE = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def database_faults(file: Path) -> Iterator[None]:
    """Turn what SQLite says of `file` into `KnownError` where it is the world's fault; let ours pass."""
    try:
        yield
    except DBAPIError as error:
        raise _known(error.orig, file) or error from error.orig
    except dbapi2.Error as error:
        raise _known(error, file) or error from error


@contextmanager
def disk_faults(file: Path) -> Iterator[None]:
    """Turn what the disk says while `file` is made, copied or moved into `KnownError`."""
    try:
        yield
    except OSError as error:
        what, remedy = _WORDS[FULL if error.errno in _NO_SPACE else CANTOPEN]
        raise KnownError(f"{what.format(file=file)} ({error.strerror})", remedy) from error


@contextmanager
def value_faults() -> Iterator[None]:
    """Turn what no database column can hold - half a character, 70 digits - into `BadInput`."""
    try:
        yield
    except (UnicodeEncodeError, OverflowError) as error:
        raise BadInput(f"A value cannot be stored ({error}).", "Correct it and try again.") from error


def damaged(file: Path) -> KnownError:
    """What to raise when SQLite's own check finds faults in `file`."""
    what, remedy = _WORDS[CORRUPT]
    return KnownError(what.format(file=file), remedy)


def _known(error: BaseException | None, file: Path) -> KnownError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == CONSTRAINT and "FOREIGN KEY" in str(error):
        return KnownError(
            "The change needs an order, shift, driver or vehicle that is no longer there.",
            "Look at the day again and repeat the change.",
        )
    if code not in _WORDS:
        return None
    what, remedy = _WORDS[code]
    return KnownError(what.format(file=file), remedy)
