"""How files leave: whole or not at all, and without cells that a spreadsheet would run as formulas."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatcher.domain.errors import KnownError

_DANGEROUS = re.compile(r"'*[=+\-@\t\r\x00]")
_NEGATIVE_NUMBER = re.compile(r"-[0-9]+(?:[.,][0-9]+)?")


def guarded(text: str) -> str:
    """`text` such that no spreadsheet runs it as a formula: led by an apostrophe if need be.

    After OWASP's "CSV Injection". Negative numbers stay bare, so that -3.7 remains a number. `unguarded` takes
    away exactly what this adds.
    """
    return "'" + text if _DANGEROUS.match(text) and not _NEGATIVE_NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """`text` without the apostrophe that `guarded` put before it."""
    return text[1:] if text.startswith("'") and _DANGEROUS.match(text) else text


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; it takes the place of `path` when the block ends well, else nothing changes.

    A link is followed, and what is no file is never replaced: a device, a pipe. Raises `KnownError` when the place
    cannot be written.
    """
    path = path.resolve()
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise KnownError(f"{path} is a device or a pipe, not a file.", "Choose another place.")
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as fault:
        raise _cannot_write(path, fault) from fault
    temporary = Path(name)
    try:
        yield temporary
        _make_readable(temporary)
        temporary.replace(path)
    except OSError as fault:
        raise _cannot_write(path, fault) from fault
    finally:
        temporary.unlink(missing_ok=True)


def _make_readable(path: Path) -> None:
    """Give it the rights a plain `open` would have: `mkstemp` keeps others out."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _cannot_write(path: Path, fault: OSError) -> KnownError:
    return KnownError(
        f"{path.name} cannot be written in {path.parent}: {fault.strerror}.",
        "Close it in other programs, or choose another place.",
    )
