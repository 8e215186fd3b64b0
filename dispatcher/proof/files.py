"""Where the bytes of proofs lie: files named by their SHA-256, written whole or not at all, and uploads on their way.

A file's name says what must be in it, so nothing is ever written twice and any change shows. Uploads are kept by
device until they are whole, so that no phone can spoil another's.
"""

import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dispatcher.domain.errors import BadInput, KnownError

PHOTO_BYTES = 12 * 1024 * 1024
DAY_BYTES = 2_000_000_000
"""What one device may bring on one day."""
GONE = "is gone"
"""What `ProofFiles.fault` says of a file that is not there."""
_HASH = re.compile(r"[0-9a-f]{64}")
_DEVICE = re.compile(r"[0-9A-Za-z-]{1,64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WrongOffset(BadInput):
    """The bytes do not follow those that are there."""

    def __init__(self, have: int) -> None:
        super().__init__(f"There are {have} bytes of this file.", "Send those that follow.")
        self.have = have


class TooLarge(BadInput):
    """More than may be kept of one file, or of one device on one day."""


class WrongBytes(BadInput):
    """What arrived is not what its name says."""


class NoRoom(KnownError):
    """The disk is full."""


@dataclass(frozen=True, slots=True)
class ProofFiles:
    """The files of one depot, under one folder. Any thread and process."""

    root: Path
    day_bytes: int = DAY_BYTES

    def path(self, sha256: str) -> Path:
        """Where the file of this hash lies, or would."""
        name = _checked(sha256)
        return self.root / name[:2] / name[2:4] / name

    def has(self, sha256: str) -> bool:
        """Whether it is there."""
        return self.path(sha256).is_file()

    def have(self, device_id: str, sha256: str) -> int:
        """How many bytes of it this device has brought; all of them once it is whole."""
        if self.has(sha256):
            return self.path(sha256).stat().st_size
        return _size(self._part(device_id, sha256))

    def append(self, device_id: str, sha256: str, *, offset: int, total: int, chunk: bytes, on: date) -> int:
        """Add the next bytes of an upload; how many are there now. A file that is whole already stays as it is.

        Raises `WrongOffset`, `TooLarge` or `NoRoom`, with nothing added then.
        """
        if self.has(sha256):
            return self.path(sha256).stat().st_size
        part = self._part(device_id, sha256)
        have = _size(part)
        if offset != have:
            raise WrongOffset(have)
        if not 0 < total <= PHOTO_BYTES or have + len(chunk) > total:
            raise TooLarge(f"A photo has at most {PHOTO_BYTES // 2**20} MB, and no more bytes than it was said to.")
        with self._accounted(part.parent, on, len(chunk)), _disk(part), part.open("ab") as file:
            try:
                file.write(chunk)
                file.flush()
            except OSError:
                os.truncate(part, have)
                raise
        return have + len(chunk)

    def finish(self, device_id: str, sha256: str) -> Path:
        """Give a whole upload its place. Raises `WrongBytes` if its bytes are others; it starts over then."""
        part, path = self._part(device_id, sha256), self.path(sha256)
        if path.is_file():
            part.unlink(missing_ok=True)
            return path
        if not part.is_file() or _hash(part) != sha256:
            part.unlink(missing_ok=True)
            raise WrongBytes("The photo's bytes are not those that were announced.", "Send it anew.")
        with _disk(path):
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            _settle(part, path, self.root)
        return path

    def put(self, data: bytes) -> str:
        """Keep these bytes on the disk; their hash. Raises `NoRoom`."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if path.is_file():
            return sha256
        with _disk(path):
            self.root.mkdir(parents=True, exist_ok=True)
            new = self.root / f".{secrets.token_hex(8)}.new"
            try:
                with new.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                _settle(new, path, self.root)
            finally:
                new.unlink(missing_ok=True)
        return sha256

    def fault(self, sha256: str) -> str:
        """What is wrong with the file of this hash; empty if nothing is."""
        try:
            return "" if _hash(self.path(sha256)) == sha256 else "was changed"
        except FileNotFoundError:
            return GONE
        except OSError as fault:
            return f"cannot be read ({fault.strerror})"

    def _part(self, device_id: str, sha256: str) -> Path:
        if not _DEVICE.fullmatch(device_id):
            raise ValueError(f"{device_id!r} is no device")
        return self.root / "arriving" / device_id / f"{_checked(sha256)}.part"

    @contextmanager
    def _accounted(self, folder: Path, on: date, count: int) -> Iterator[None]:
        """Count the bytes of a device's day, if they may come."""
        account = folder / "day"
        with _disk(account):
            folder.mkdir(parents=True, exist_ok=True)
        day, _, brought = (account.read_text("ascii") if account.is_file() else "").partition(" ")
        brought_before = int(brought) if day == on.isoformat() and brought.isdecimal() else 0
        if brought_before + count > self.day_bytes:
            limit = f"{self.day_bytes / 1e9:g} GB"
            raise TooLarge(f"This phone has brought {limit} of photos today.", "The rest can come tomorrow.")
        yield
        with _disk(account):
            account.write_text(f"{on.isoformat()} {brought_before + count}", "ascii")


def _checked(sha256: str) -> str:
    if not _HASH.fullmatch(sha256):
        raise BadInput("That is no SHA-256 of 64 hexadecimal digits.", "Name the file by its hash.")
    return sha256


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(new: Path, path: Path, root: Path) -> None:
    """Rename such that a power failure leaves the whole file under its name, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new.replace(path)
    for folder in (path.parent, path.parent.parent, root):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there; NTFS journals names itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise NoRoom("There is no room left on the disk for photos.", "Make room; the phones keep them.") from fault
        raise KnownError(f"{path.parent} cannot be written ({fault.strerror}).", "Allow writing to it.") from fault
