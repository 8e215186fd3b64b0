"""The road graph of one profile as arrays, read from the road engine's own files. No routing here.

OSRM answers along roads it may drive, in the direction it may drive them; who draws on a map knows nothing of that.
So a drawn line is laid onto these segments instead (`follow`). The files are tar archives of plain arrays
(https://github.com/Project-OSRM/osrm-backend/wiki/Toolchain-file-overview); they belong to the pinned version of
OSRM, and a test holds them against OSRM's own answers.
"""

import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.errors import KnownError
from dispatcher.domain.place import Place

type Segment = tuple[int, int]
"""Two neighbouring nodes of a street by their OpenStreetMap ids, the lower first: both directions."""

_BLOCK = 64
_EDGE_WORDS = 3
"""Of an edge-based node; the first is the street it drives along, its highest bit set if from tail to head."""
_STREET = np.uint32(2**31 - 1)


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Nodes and the segments between neighbours, each once."""

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    """(nodes,), degrees."""
    osm_id: NDArray[np.int64]
    """(nodes,)"""
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    """(segments,), node indices."""
    forward: NDArray[np.bool_]
    backward: NDArray[np.bool_]
    """(segments,), whether one may drive from tail to head, and from head to tail."""

    @staticmethod
    def load(data: Path) -> "RoadGraph":
        """Read the graph of a data set (a base name such as `roads/car.osrm`). Raises `KnownError` if it is damaged."""
        try:
            nodes, geometry, edges = (_arrays(data, suffix) for suffix in (".nbg_nodes", ".geometry", ".ebg_nodes"))
            places = np.frombuffer(nodes["common/nbn_data/coordinates"], "<i4").reshape(-1, 2) / 1e6
            osm_id = _unpacked(nodes["common/nbn_data/osm_node_ids/packed"], len(places)).astype(np.int64)
            along = np.frombuffer(geometry["common/segment_data/nodes"], "<u4").astype(np.int64)
            starts = np.frombuffer(geometry["common/segment_data/index"], "<u4").astype(np.int64)
            driven = np.frombuffer(edges["common/ebg_node_data/nodes"], "<u4").reshape(-1, _EDGE_WORDS)[:, 0]
        except (OSError, KeyError, ValueError, IndexError, tarfile.TarError) as error:
            raise KnownError(f"The roads in {data.parent} are damaged: {error}.", "Build the region again.") from error
        street = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        # a street's last node begins no segment; a light or barrier is a segment from a node to itself
        first = np.flatnonzero((street[:-1] == street[1:]) & (along[:-1] != along[1:]))
        there, back = (np.isin(street[first], driven[driven >> 31 == way] & _STREET) for way in (1, 0))
        return RoadGraph(places[:, 1], places[:, 0], osm_id, along[first], along[first + 1], there, back)

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """(nodes,), how many segments meet at each."""
        return np.bincount(np.concatenate([self.tail, self.head]), minlength=len(self.lat))

    def place(self, node: int) -> Place:
        """Where a node is."""
        return Place(float(self.lat[node]), float(self.lon[node]))

    def segment(self, at: int) -> Segment:
        """A segment's name beyond this graph."""
        one, other = int(self.osm_id[self.tail[at]]), int(self.osm_id[self.head[at]])
        return (min(one, other), max(one, other))

    def find(self, segments: Iterable[Segment]) -> list[int]:
        """The indices of those segments that this profile has at all."""
        wanted = set(segments)
        ids = np.array(sorted({node for segment in wanted for node in segment}), np.int64)
        near = np.isin(self.osm_id[self.tail], ids) & np.isin(self.osm_id[self.head], ids)
        return [int(at) for at in np.flatnonzero(near) if self.segment(int(at)) in wanted]


def _arrays(data: Path, suffix: str) -> dict[str, bytes]:
    found = {}
    with tarfile.open(data.with_name(data.name + suffix)) as archive:
        for member in archive:
            content = archive.extractfile(member)
            found[member.name.lstrip("/")] = content.read() if content else b""
    return found


def _unpacked(packed: bytes, count: int) -> NDArray[np.uint64]:
    """OSRM's `PackedVector`: numbers of so many bits each, end to end, in blocks of 64 numbers."""
    words = np.frombuffer(packed, "<u8")
    blocks = -(-count // _BLOCK)
    if not blocks or len(words) % blocks:
        raise ValueError("a packed array has a wrong length")
    bits = len(words) // blocks
    offset = np.arange(count, dtype=np.uint64) * np.uint64(bits)
    at, shift = offset >> np.uint64(6), offset & np.uint64(63)
    low = words[at] >> shift
    spill = np.append(words, np.uint64(0))[at + np.uint64(1)] << ((np.uint64(64) - shift) & np.uint64(63))
    whole = np.where(shift > 0, low | spill, low)
    numbers: NDArray[np.uint64] = whole & np.uint64((1 << bits) - 1)
    return numbers
