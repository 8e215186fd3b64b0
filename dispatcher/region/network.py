"""The road network of a region pack: asks the engine in its worker process, and brings that back when it dies.

The worker ends when its pipe to the parent does.
"""

import contextlib
import threading
from collections.abc import Sequence
from itertools import pairwise
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.roads import RoadMatch, RoadNetwork, RoadPath, Snap, TravelTable
from dispatcher.region.engine import Leg, Matrix, Outcome, serve
from dispatcher.region.pack import RegionPack
from dispatcher.region.straight import DETOUR, StraightLine, duration_s
from dispatcher.region.tables import CachedTables
from dispatcher.spawn import SPAWN, start

CELLS_A_QUESTION = 500_000
"""A large table is asked for in blocks of rows: the worker stays below 300 MB, and short questions get in between."""


def open_network(pack: RegionPack | None, cache_dir: Path) -> RoadNetwork:
    """The roads of a pack, with the tables remembered under `cache_dir`; straight lines without a pack."""
    if pack is None:
        return StraightLine()
    return CachedTables(OsrmNetwork.of(pack), cache_dir / "tables", pack.name, pack.manifest.build_id)


class OsrmNetwork:
    """The `RoadNetwork` of a region pack."""

    straight = False

    def __init__(self, name: str, roads: Path, bounds: Bounds, algorithm: str = "CH") -> None:
        """`roads` is the folder of data sets; the worker starts with the first question."""
        self.name = name
        self._worker = _Worker(name, roads, bounds, algorithm)

    @classmethod
    def of(cls, pack: RegionPack, algorithm: str = "CH") -> "OsrmNetwork":
        """The network of a pack; "CH" for speed, "MLD" for closed streets and learned speeds."""
        return cls(pack.name, pack.roads, pack.bounds, algorithm)

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, while it runs."""
        return self._worker.pid

    def table(self, places: Sequence[Place], profile: Profile) -> TravelTable:
        seconds, metres = self.between(places, places, profile)
        return TravelTable(seconds, metres, self.off_road_m(places, profile))

    def between(self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile) -> tuple[Matrix, Matrix]:
        """Seconds and metres, (len(sources), len(targets)); `NO_WAY` where no road leads."""
        rows = max(1, CELLS_A_QUESTION // max(1, len(targets)))
        blocks = [
            self._worker.ask("between", profile, sources[i : i + rows], targets) for i in range(0, len(sources), rows)
        ]
        if not blocks:
            nothing = np.zeros((0, len(targets)), np.int32)
            return nothing, nothing
        return np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks])

    def off_road_m(self, places: Sequence[Place], profile: Profile) -> NDArray[np.float32]:
        """Metres from each place to the main road network."""
        snaps = self._worker.ask("snap", profile, places) if places else []
        return np.array([snap.distance_m for snap in snaps], np.float32)

    def path(self, places: Sequence[Place], profile: Profile) -> RoadPath:
        """The totals are the table's, leg by leg; a leg that no road joins counts as `StraightLine` counts it."""
        pairs = list(pairwise(places))
        found = self._worker.ask("legs", profile, pairs) if pairs else []
        legs = [leg or _straight_leg(*pair, profile) for leg, pair in zip(found, pairs, strict=True)]
        return RoadPath(
            legs=tuple(line for line, _, _ in legs),
            duration_s=sum(seconds for _, seconds, _ in legs),
            distance_m=sum(metres for _, _, metres in legs),
        )

    def nearest(self, place: Place, profile: Profile) -> Snap:
        snap: Snap = self._worker.ask("snap", profile, [place])[0]
        return snap

    def match(self, places: Sequence[Place], times_s: Sequence[int], profile: Profile) -> RoadMatch:
        if len(places) != len(times_s) or any(a > b for a, b in pairwise(times_s)):
            raise ValueError("a track needs a time for every fix, in order")
        matched: RoadMatch = self._worker.ask("match", profile, places, times_s)
        return matched

    def driving_side(self) -> str:
        """Say "left" or "right", as most of the region's roads have it."""
        side: str = self._worker.ask("driving_side", Profile.CAR)
        return side

    def close(self) -> None:
        self._worker.close()


class _Worker:
    """The worker process and the pipe to it. One question at a time; any thread."""

    def __init__(self, region: str, *arguments: Path | Bounds | str) -> None:
        self._region = region
        self._arguments = arguments
        self._turn = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def ask(self, method: str, profile: Profile, *arguments: Any) -> Any:
        """The engine's answer; asked once more, of a new worker, if the first died over it."""
        question = (method, profile, arguments)
        with self._turn:
            outcome, answer = self._try(question) or self._try(question) or (Outcome.DIED, None)
        if outcome is Outcome.DONE:
            return answer
        if self._closed:
            raise KnownError(f"The road network of “{self._region}” was closed.")
        if outcome is Outcome.BROKEN:
            raise RuntimeError(f"the road engine's process failed:\n{answer}")
        words = "ended twice over one question" if outcome is Outcome.DIED else f"answered: {answer}"
        raise KnownError(
            f"The road engine of the region “{self._region}” {words}.",
            "Build the region again; if that does not help, free some memory.",
        )

    def close(self) -> None:
        """End the process now, whatever it is doing; a question under way fails."""
        self._closed = True
        if process := self._process:
            with contextlib.suppress(ValueError):  # the question under way may be clearing up after it
                process.kill()
        with self._turn:
            self._end()

    def _try(self, question: Any) -> tuple[Outcome, Any] | None:
        """One attempt; `None` if there is no worker left to answer."""
        if self._closed:
            return None
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        try:
            self._pipe.send(question)
            outcome, answer = self._pipe.recv()
        except (EOFError, OSError):
            self._end()
            return None
        return outcome, answer

    def _start(self) -> None:
        self._pipe, theirs = SPAWN.Pipe()
        self._process = start(serve, (theirs, *self._arguments), f"roads of {self._region}", daemon=True)
        theirs.close()  # so that its death is the pipe's end

    def _end(self) -> None:
        if self._pipe:
            self._pipe.close()
        if self._process:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._pipe = self._process = None


def _straight_leg(start: Place, end: Place, profile: Profile) -> Leg:
    metres = start.distance_m(end) * DETOUR
    line = ((start.lat, start.lon), (end.lat, end.lon))
    return line, round(float(duration_s(np.array(metres), profile))), round(metres)
