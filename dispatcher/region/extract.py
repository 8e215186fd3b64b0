"""Looking an OpenStreetMap extract over before anything is built of it: is it one, is it whole, is it sorted.

The engines behind a build end the process on bad data; here the same faults become words. No building.
"""

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import osmium

from dispatcher.domain.errors import BadInput
from dispatcher.domain.progress import Progress, checkpoint

DOWNLOAD = "Get an extract in the .osm.pbf format, for example from download.geofabrik.de."
_OBJECTS_A_CHECKPOINT = 100_000
_BYTES_PER_OBJECT = 9
_RANK = {"n": 0, "w": 1, "r": 2}
_KIND = ("node", "way", "relation")


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over an extract found."""

    data_at: datetime | None
    """How old the data are, as the header declares it."""
    nodes: int
    ways: int
    relations: int
    highways: int
    """Ways tagged `highway`, of any kind."""

    @property
    def counts(self) -> dict[str, int]:
        """The four numbers by name."""
        return {"nodes": self.nodes, "ways": self.ways, "relations": self.relations, "highways": self.highways}


def check_file(extract: Path) -> None:
    """Raise `BadInput` unless `extract` is a readable file that begins as a PBF does."""
    if not extract.is_file():
        raise BadInput(f"There is no file {extract}.", "Check the path of the extract.")
    try:
        with extract.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise BadInput(f"{extract} cannot be read: {error.strerror}.", "Check its permissions.") from error
    if not head:
        raise BadInput(f"{extract.name} is empty.", "Download the extract again.")
    # https://wiki.openstreetmap.org/wiki/PBF_Format: the length of the BlobHeader, then its type
    if len(head) < 16 or not 11 <= struct.unpack(">I", head[:4])[0] <= 65_536 or b"OSMHeader" not in head:
        raise BadInput(f"{extract.name} is not an OpenStreetMap extract in PBF format.", DOWNLOAD)


def survey(extract: Path, name: str, progress: Progress) -> Survey:
    """Read every object once. Raises `BadInput` if the file is cut off, unsorted, or holds no roads.

    `name` is what people call the file. 1.5 s for a million objects.
    """
    counts, highways, last = [0, 0, 0], 0, (-1, 0)
    with _in_words(name):
        data_at = _data_at(extract)
        items: Iterable[Any] = osmium.FileProcessor(str(extract))
        for seen, item in enumerate(items):
            rank = _RANK[item.type_str()]
            if (rank, item.id) <= last:
                raise _unsorted(name, last, (rank, item.id))
            last = rank, item.id
            counts[rank] += 1
            if rank == 1:
                highways += "highway" in item.tags
            if seen % _OBJECTS_A_CHECKPOINT == 0:
                done = min(1.0, seen * _BYTES_PER_OBJECT / extract.stat().st_size)
                checkpoint(progress, done, "Checking the extract")
    if not highways:
        raise BadInput(f"{name} holds no roads.", "Get an extract of a whole town or region, with all its data.")
    nodes, ways, relations = counts
    return Survey(data_at, nodes, ways, relations, highways)


def _data_at(extract: Path) -> datetime | None:
    with osmium.io.Reader(str(extract)) as reader:
        header: Any = reader.header()
        return _moment(header.get("osmosis_replication_timestamp") or header.get("timestamp"))


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC)
    except ValueError:
        return None


def _unsorted(name: str, last: tuple[int, int], now: tuple[int, int]) -> BadInput:
    this = f"{_KIND[now[0]]} {now[1]}"
    if now == last:
        return BadInput(
            f"{name} holds {this} twice.", "It may be a history file, or a merged one: get an extract of one moment."
        )
    return BadInput(
        f"{name} is not sorted: {this} comes after {_KIND[last[0]]} {last[1]}.",
        "Sort it with “osmium sort”, or get the extract from another provider.",
    )


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """Turn libosmium's errors into ours."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise BadInput(f"{name} is cut off or damaged ({error}).", "Download the extract again.") from error
