"""A region's roads with streets closed: customises data for them, and asks the second worker (`closed`) about those.

What a line means, and what closing it means for a profile, is worked out once; the answers never change for a pack.
"""

import hashlib
import threading
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.progress import NoProgress, Progress
from dispatcher.domain.roads import Closure, Understood
from dispatcher.region.closed import MOST, TOLL_S, Barrier, serve
from dispatcher.region.customise import CustomisedRoads
from dispatcher.region.engine import Leg, Matrix
from dispatcher.region.graph import Segment
from dispatcher.region.worker import Worker, in_blocks

SIDE = 1_000
"""Of the largest square asked for at once: multi-level data are searched from every row and every column of each."""

_REMEMBERED = 500


class ClosedRoads:
    """Travel in one region pack with streets closed. Any thread."""

    def __init__(self, region: str, roads: Path, bounds: Bounds, build_id: str, cache_dir: Path | None) -> None:
        """The worker starts with the first question. Without `cache_dir` data are kept until `close` only."""
        self._worker = Worker(region, serve, roads, bounds)
        self._open_data = partial(CustomisedRoads, roads, region=region, build_id=build_id)
        self._data = self._open_data(cache_dir) if cache_dir else None
        self._temporary: TemporaryDirectory[str] | None = None
        self._understood: dict[tuple[Place, ...], Understood | BadInput] = {}
        self._barriers: dict[tuple[Profile, tuple[Segment, ...]], Barrier] = {}
        self._turn = threading.Lock()

    def understood(self, line: Sequence[Place]) -> Understood:
        """See `RoadNetwork.understood`."""
        drawn = tuple(line)
        with self._turn:
            found = self._understood.get(drawn)
        if found is None:
            found = self._worker.ask("understood", Profile.CAR, drawn)
            with self._turn:
                if len(self._understood) >= _REMEMBERED:
                    self._understood.clear()
                self._understood[drawn] = found
        if isinstance(found, BadInput):
            raise BadInput(found.what, found.remedy)
        return found

    def segments(self, closures: Sequence[Closure]) -> tuple[Segment, ...]:
        """Everything that these close. Raises `BadInput` for one that is not understood, or for too much of it."""
        closed: set[Segment] = set()
        for closure in closures:
            try:
                closed.update(self.understood(closure.line).segments)
            except BadInput as fault:
                raise BadInput(f"The closure “{closure.name}” cannot be obeyed: {fault.what}", fault.remedy) from fault
        if len(closed) > MOST:
            raise BadInput(
                f"The closures of one day have {len(closed):,} pieces of street; up to {MOST:,} can be obeyed.",
                "Close fewer or shorter streets at a time.",
            )
        return tuple(sorted(closed))

    def key(self, profile: Profile, closures: Sequence[Closure]) -> str:
        """See `OsrmNetwork.closure_key`."""
        named = f"{TOLL_S} {profile.value} {self.segments(closures)}"
        return hashlib.sha256(named.encode("ascii")).hexdigest()[:20]

    def crossings(self, profile: Profile, closures: Sequence[Closure]) -> list[tuple[Place, int, int]]:
        """Points, each with a bearing, that every way through a closed street passes."""
        crossings = self._barrier(profile, self.segments(closures)).crossings
        return [(c.place, c.bearing, c.spread) for c in crossings]

    def beside(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure]) -> list[bool]:
        """Which places join the roads in a closed street."""
        found: list[bool] = self._ask("beside", profile, closures, places)
        return found

    def between(
        self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile, closures: Sequence[Closure]
    ) -> tuple[Matrix, Matrix]:
        """Seconds and metres as `OsrmNetwork.between`, on multi-level data."""

        def ask(some: Sequence[Place], others: Sequence[Place]) -> tuple[Matrix, Matrix]:
            answer: tuple[Matrix, Matrix] = self._ask("between", profile, closures, some, others)
            return answer

        parts = [targets[i : i + SIDE] for i in range(0, len(targets), SIDE)] or [targets]
        found = [in_blocks(ask, sources, part, SIDE * SIDE) for part in parts]
        return np.concatenate([f[0] for f in found], axis=1), np.concatenate([f[1] for f in found], axis=1)

    def legs(
        self, pairs: Sequence[tuple[Place, Place]], profile: Profile, closures: Sequence[Closure]
    ) -> list[Leg | None]:
        """The way from one place to the other, for every pair; `None` if no open road leads there."""
        found: list[Leg | None] = self._ask("legs", profile, closures, pairs)
        return found

    def prepare(self, profiles: Iterable[Profile], closures: Sequence[Closure], progress: Progress) -> None:
        """See `RoadNetwork.prepare`."""
        for profile in profiles:
            self._folder(profile, closures, progress)

    def close(self) -> None:
        """End the worker."""
        self._worker.close()
        if self._temporary:
            self._temporary.cleanup()

    def _ask(self, method: str, profile: Profile, closures: Sequence[Closure], *arguments: Any) -> Any:
        where = str(self._folder(profile, closures, NoProgress()).resolve())
        return self._worker.ask(method, profile, where, self.segments(closures), *arguments)

    def _folder(self, profile: Profile, closures: Sequence[Closure], progress: Progress) -> Path:
        speeds = self._barrier(profile, self.segments(closures)).speeds
        with self._turn:
            if self._data is None:
                self._temporary = TemporaryDirectory(prefix="roundhouse-closures-")
                self._data = self._open_data(Path(self._temporary.name))
        return self._data.of(profile, self.key(profile, closures), speeds, progress)

    def _barrier(self, profile: Profile, segments: tuple[Segment, ...]) -> Barrier:
        with self._turn:
            found = self._barriers.get((profile, segments))
        if found is None:
            answer: Barrier = self._worker.ask("barrier", profile, segments)
            found = answer
            with self._turn:
                if len(self._barriers) >= _REMEMBERED:
                    self._barriers.clear()
                self._barriers[profile, segments] = found
        return found
