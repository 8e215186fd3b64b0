"""A disk that can be cut off: notes every write and sync of a database, and builds what a power failure leaves."""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import apsw

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""


class Did(NamedTuple):
    """One thing that was done to a file, or a mark in between."""

    what: Literal["write", "truncate", "sync", "delete", "acknowledge"]
    file: str = ""
    at: int = 0
    data: bytes = b""


class Disk(apsw.VFS):
    """SQLite's way to its files, by the name `name`."""

    def __init__(self, name: str) -> None:
        self.did: list[Did] = []
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> "File":
        return File(self.did, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.did.append(Did("delete", Path(filename).name))
        super().xDelete(filename, syncdir)


class File(apsw.VFSFile):
    """One file, watched."""

    def __init__(self, did: list[Did], name: Any, flags: list[int]) -> None:
        filename = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._did, self._name = did, Path(filename or "").name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._did.append(Did("write", self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._did.append(Did("truncate", self._name, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._did.append(Did("sync", self._name))


def images(before: dict[str, bytes], did: list[Did], cuts: int, seed: int) -> Iterator[tuple[dict[str, bytes], int]]:
    """What the files hold after each of so many power failures, and how many acknowledgements came before it.

    What was synced is there. Of what was not, each write may be there, or be missing, or end at any sector.
    """
    rng = random.Random(seed)
    for _ in range(cuts):
        cut = rng.randrange(1, len(did) + 1)
        yield _image(before, did[:cut], rng), sum(step.what == "acknowledge" for step in did[:cut])


def _image(before: dict[str, bytes], did: list[Did], rng: random.Random) -> dict[str, bytes]:
    files = {name: bytearray(content) for name, content in before.items()}
    waiting: dict[str, list[Did]] = defaultdict(list)
    for step in did:
        match step.what:
            case "write" | "truncate":
                waiting[step.file].append(step)
            case "sync":
                for due in waiting.pop(step.file, []):
                    _apply(files, due)
            case "delete":
                waiting.pop(step.file, None)
                files.pop(step.file, None)
    for due in (step for steps in waiting.values() for step in steps):
        kept = rng.choice((0, len(due.data), rng.randrange(len(due.data) // SECTOR + 1) * SECTOR))
        if due.what == "truncate" or kept:
            _apply(files, due._replace(data=due.data[:kept]))
    return {name: bytes(content) for name, content in files.items()}


def _apply(files: dict[str, bytearray], step: Did) -> None:
    content = files.setdefault(step.file, bytearray())
    if step.what == "truncate":
        del content[step.at :]
        return
    content.extend(bytes(max(0, step.at - len(content))))
    content[step.at : step.at + len(step.data)] = step.data
