"""The road network of a region pack: asks the engine in its worker process, and brings that back when it dies.

The worker ends when its pipe to the parent does. Closed streets have a worker of their own (`closures`), which keeps
nobody waiting who asks about open ones.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import Closure, RoadMatch, RoadNetwork, RoadPath, Snap, TravelTable, Understood
from dispatcher.region.affected import blocks, passing
from dispatcher.region.closures import ClosedRoads
from dispatcher.region.engine import Leg, Matrix, serve
from dispatcher.region.pack import RegionPack
from dispatcher.region.straight import DETOUR, StraightLine, duration_s
from dispatcher.region.tables import CachedTables
from dispatcher.region.worker import Worker, in_blocks

CELLS_A_QUESTION = 500_000
"""A large table is asked for in blocks of rows: the worker stays below 300 MB, and short questions get in between."""


def open_network(pack: RegionPack | None, cache_dir: Path) -> RoadNetwork:
    """The roads of a pack, with the tables remembered under `cache_dir`; straight lines without a pack."""
    if pack is None:
        return StraightLine()
    network = OsrmNetwork.of(pack, cache_dir=cache_dir / "closures")
    return CachedTables(network, cache_dir / "tables", pack.name, pack.manifest.build_id)


class OsrmNetwork:
    """The `RoadNetwork` of a region pack."""

    straight = False

    def __init__(
        self,
        name: str,
        roads: Path,
        bounds: Bounds,
        algorithm: str = "CH",
        *,
        build_id: str = "",
        cache_dir: Path | None = None,
    ) -> None:
        """`roads` is the folder of data sets; the workers start with their first questions.

        Data with closed streets are kept under `cache_dir`, without it until `close` only.
        """
        self.name = name
        self._worker = Worker(name, serve, roads, bounds, algorithm)
        self._closed = ClosedRoads(name, roads, bounds, build_id, cache_dir)

    @classmethod
    def of(cls, pack: RegionPack, algorithm: str = "CH", cache_dir: Path | None = None) -> "OsrmNetwork":
        """The network of a pack; "CH" for speed, "MLD" for learned speeds."""
        build_id = pack.manifest.build_id
        return cls(pack.name, pack.roads, pack.bounds, algorithm, build_id=build_id, cache_dir=cache_dir)

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id, while it runs."""
        return self._worker.pid

    def table(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> TravelTable:
        seconds, metres = self.between(places, places, profile)
        if closures:
            seconds, metres = self.rerouted((seconds, metres), places, places, profile, closures)
        return TravelTable(seconds, metres, self.off_road_m(places, profile))

    def between(self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile) -> tuple[Matrix, Matrix]:
        """Seconds and metres, (len(sources), len(targets)); `NO_WAY` where no road leads."""

        def ask(some: Sequence[Place], others: Sequence[Place]) -> tuple[Matrix, Matrix]:
            answer: tuple[Matrix, Matrix] = self._worker.ask("between", profile, some, others)
            return answer

        return in_blocks(ask, sources, targets, CELLS_A_QUESTION)

    def rerouted(
        self,
        known: tuple[Matrix, Matrix],
        sources: Sequence[Place],
        targets: Sequence[Place],
        profile: Profile,
        closures: Sequence[Closure],
    ) -> tuple[Matrix, Matrix]:
        """What is `known` of these pairs, with those pairs asked for anew that closed streets can touch."""
        seconds, metres = known[0].copy(), known[1].copy()
        for rows, columns in blocks(self._touched(seconds, sources, targets, profile, closures)):
            some = [sources[i] for i in rows], [targets[i] for i in columns]
            cells = np.ix_(rows, columns)
            seconds[cells], metres[cells] = self._closed.between(*some, profile, closures)
        return seconds, metres

    def _touched(
        self,
        seconds: Matrix,
        sources: Sequence[Place],
        targets: Sequence[Place],
        profile: Profile,
        closures: Sequence[Closure],
    ) -> NDArray[np.bool_]:
        places = list(dict.fromkeys([*sources, *targets]))
        at = {place: i for i, place in enumerate(places)}
        rows, columns = [at[p] for p in sources], [at[p] for p in targets]
        touched = np.zeros(seconds.shape, bool)
        crossings = self._closed.crossings(profile, closures)
        step = max(1, CELLS_A_QUESTION // max(1, len(places)))
        for i in range(0, len(crossings), step):
            there, onward = self._worker.ask("through", profile, places, crossings[i : i + step])
            touched |= passing(seconds, there[rows], onward[columns])
        beside = np.array(self._closed.beside(places, profile, closures), bool)
        touched |= beside[rows][:, None] | beside[columns][None, :]
        return touched

    def closure_key(self, profile: Profile, closures: Sequence[Closure]) -> str:
        """What stands for the streets that these close; the same for the same streets, however drawn."""
        return self._closed.key(profile, closures)

    def understood(self, line: Sequence[Place]) -> Understood:
        return self._closed.understood(line)

    def prepare(self, profiles: Iterable[Profile], closures: Sequence[Closure], progress: Progress) -> None:
        if closures:
            self._closed.prepare(profiles, closures, progress)

    def off_road_m(self, places: Sequence[Place], profile: Profile) -> NDArray[np.float32]:
        """Metres from each place to the main road network."""
        snaps = self._worker.ask("snap", profile, places) if places else []
        return np.array([snap.distance_m for snap in snaps], np.float32)

    def path(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> RoadPath:
        """The totals are the table's, leg by leg; a leg that no road joins counts as `StraightLine` counts it."""
        pairs = list(pairwise(places))
        if not pairs:
            found = []
        elif closures:
            found = self._closed.legs(pairs, profile, closures)
        else:
            found = self._worker.ask("legs", profile, pairs)
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
        self._closed.close()


def _straight_leg(start: Place, end: Place, profile: Profile) -> Leg:
    metres = start.distance_m(end) * DETOUR
    line = ((start.lat, start.lon), (end.lat, end.lon))
    return line, round(float(duration_s(np.array(metres), profile))), round(metres)
