"""Remembering travel tables: in memory as one square per profile, on disk for the next morning.

A new stop costs its row and its column, not the table. Every set of closed streets has squares of its own, filled
from those of open streets. Knows nothing of OSRM: it asks any network that can tell the times between two lists of
places.
"""

import contextlib
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import Closure, RoadMatch, RoadNetwork, RoadPath, Snap, TravelTable, Understood

Matrix = NDArray[np.int32]
Metres = NDArray[np.float32]

UNASKED = -1
REMEMBERED = 2_500
"""Places a profile remembers between questions: 50 MB. The least recently asked for go first."""

CLOSED_SETS = 4
"""Sets of closed streets remembered beside the open ones; the least recently asked for go first."""

CLOSED_FILES = 4

SAVE_AFTER = 100_000
"""Cells asked for since the file was last written; fewer wait for `close`, they are asked again in no time."""


class PairwiseNetwork(RoadNetwork, Protocol):
    """A road network that can be asked for parts of a table."""

    def between(self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile) -> tuple[Matrix, Matrix]:
        """Seconds and metres, (len(sources), len(targets))."""

    def rerouted(
        self,
        known: tuple[Matrix, Matrix],
        sources: Sequence[Place],
        targets: Sequence[Place],
        profile: Profile,
        closures: Sequence[Closure],
    ) -> tuple[Matrix, Matrix]:
        """What is `known` between these without closures, and what becomes of it with them."""

    def closure_key(self, profile: Profile, closures: Sequence[Closure]) -> str:
        """What stands for the streets that these close."""

    def off_road_m(self, places: Sequence[Place], profile: Profile) -> Metres:
        """Metres from each place to the roads."""


class CachedTables:
    """A `RoadNetwork` that asks for each pair of places once. Safe to call from any thread."""

    def __init__(self, network: PairwiseNetwork, folder: Path, region: str, build_id: str) -> None:
        """Keep files in `folder`, of this build only: those of the region's earlier builds are removed."""
        self._network = network
        self.name = network.name
        self.straight = network.straight
        self._folder = folder
        self._stem = f"{region}.{build_id}"
        self._squares: dict[_Key, _Square] = {}
        self._turns = {profile: threading.Lock() for profile in Profile}
        self._closed_turns = {profile: threading.Lock() for profile in Profile}
        for stale in folder.glob(f"{region}.*.npz*"):
            if not stale.name.startswith(f"{self._stem}."):
                with contextlib.suppress(OSError):  # another window may hold it; it only takes room
                    stale.unlink()

    def table(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> TravelTable:
        """From memory what was asked before; the rest as few whole rows and columns as will do."""
        unique = list(dict.fromkeys(places))
        with self._turns[profile]:
            square = self._square((profile, ""))
            square.make_room(unique, self._network, profile)
            for sources, targets in square.missing(unique):
                square.put(sources, targets, *self._network.between(sources, targets, profile))
            self._save_much(profile, "")
            known = square.take(unique if closures else places)
        return self._closed_table(known, unique, places, profile, closures) if closures else known

    def _closed_table(
        self,
        known: TravelTable,
        unique: Sequence[Place],
        places: Sequence[Place],
        profile: Profile,
        closures: Sequence[Closure],
    ) -> TravelTable:
        """As `table`, from what is known of open streets; who asks about those does not wait for it."""
        key = self._network.closure_key(profile, closures)
        with self._closed_turns[profile]:
            square = self._square((profile, key))
            square.make_room(unique, self._network, profile)
            at = {place: i for i, place in enumerate(unique)}
            for sources, targets in square.missing(unique):
                cells = np.ix_([at[p] for p in sources], [at[p] for p in targets])
                open_streets = known.duration_s[cells], known.distance_m[cells]
                answer = self._network.rerouted(open_streets, sources, targets, profile, closures)
                square.put(sources, targets, *answer)
            self._save_much(profile, key)
            self._forget_closed(profile, key)
            return square.take(places)

    def path(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> RoadPath:
        return self._network.path(places, profile, closures)

    def understood(self, line: Sequence[Place]) -> Understood:
        return self._network.understood(line)

    def prepare(self, profiles: Iterable[Profile], closures: Sequence[Closure], progress: Progress) -> None:
        self._network.prepare(profiles, closures, progress)

    def nearest(self, place: Place, profile: Profile) -> Snap:
        return self._network.nearest(place, profile)

    def match(self, places: Sequence[Place], times_s: Sequence[int], profile: Profile) -> RoadMatch:
        return self._network.match(places, times_s, profile)

    def close(self) -> None:
        self._network.close()
        for profile in Profile:
            with self._turns[profile], self._closed_turns[profile]:
                for (whose, key), square in list(self._squares.items()):
                    if whose is profile and square.unsaved:
                        square.save(self._file(profile, key))

    def _square(self, key: "_Key") -> "_Square":
        """The square; of all closed ones it is the most recently used now."""
        square = self._squares.pop(key) if key in self._squares else _Square.load(self._file(*key))
        self._squares[key] = square
        return square

    def _save_much(self, profile: Profile, key: str) -> None:
        if self._squares[profile, key].unsaved >= SAVE_AFTER:
            self._squares[profile, key].save(self._file(profile, key))

    def _forget_closed(self, profile: Profile, key: str) -> None:
        """Let go of closed streets nobody asked about for long, in memory and on disk."""
        mine = [each for each in list(self._squares) if each[0] is profile and each[1]]
        for each in mine[:-CLOSED_SETS]:
            if (square := self._squares.pop(each)).unsaved:
                square.save(self._file(*each))
        with contextlib.suppress(OSError):
            files = [
                f for f in self._folder.glob(f"{self._stem}.{profile.value}.*.npz") if f != self._file(profile, key)
            ]
            for old in sorted(files, key=lambda f: f.stat().st_mtime)[:-CLOSED_FILES]:
                old.unlink()

    def _file(self, profile: Profile, key: str) -> Path:
        return self._folder / (
            f"{self._stem}.{profile.value}.{key}.npz" if key else f"{self._stem}.{profile.value}.npz"
        )


type _Key = tuple[Profile, str]
"""A profile and what stands for its closed streets; empty for none."""


class _Square:
    """All pairs of the places it has room for, asked for or not. One profile; not for several threads."""

    def __init__(
        self, places: Sequence[Place], off_road_m: NDArray[np.float32], seconds: Matrix, metres: Matrix
    ) -> None:
        self._index = {place: i for i, place in enumerate(places)}
        """Each place's row and column; the order is that of their last use, oldest first."""
        self._off_road_m = off_road_m
        self._seconds = seconds
        self._metres = metres
        self.unsaved = 0
        """Cells put since the last save."""

    @classmethod
    def empty(cls) -> "_Square":
        nothing = np.zeros((0, 0), np.int32)
        return cls([], np.zeros(0, np.float32), nothing, nothing)

    @classmethod
    def load(cls, file: Path) -> "_Square":
        """As saved; empty if there is no such file or it is damaged, for all of it can be asked again."""
        try:
            with file.open("rb") as opened, np.load(opened, allow_pickle=False) as saved:
                places = [Place(lat, lon) for lat, lon in saved["places"].tolist()]
                off_road, seconds, metres = saved["off_road_m"], saved["seconds"], saved["metres"]
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            return cls.empty()
        n = len(places)
        if off_road.shape != (n,) or seconds.shape != (n, n) or metres.shape != (n, n) or len(set(places)) != n:
            return cls.empty()
        kept = (off_road.astype(np.float32, copy=False), *(m.astype(np.int32, copy=False) for m in (seconds, metres)))
        return cls(places, *kept)

    def save(self, file: Path) -> None:
        """Replace the file whole, or leave it as it was; a full disk is no reason to stop planning."""
        part = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                np.savez(
                    out,
                    places=np.array([(p.lat, p.lon) for p in self._by_row()]).reshape(-1, 2),
                    off_road_m=self._off_road_m,
                    seconds=self._seconds,
                    metres=self._metres,
                )
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
        self.unsaved = 0

    def make_room(self, places: Sequence[Place], network: PairwiseNetwork, profile: Profile) -> None:
        """Have a row and a column for each of `places`; forget those longest unused if there come to be too many.

        So many that only they are remembered lie in the order asked: `take` need not copy them.
        """
        new = [p for p in places if p not in self._index]
        large = len(places) > REMEMBERED
        if new or (large and not self._lies_as(places)):
            off_road = network.off_road_m(new, profile) if new else np.zeros(0, np.float32)
            self._lay_out(places if large else [*self._kept(places), *new], off_road)
        for place in places:
            self._index[place] = self._index.pop(place)

    def _kept(self, places: Sequence[Place]) -> list[Place]:
        asked = set(places)
        others = [p for p in self._index if p not in asked]
        forgotten = set(others[: max(0, len(others) + len(places) - REMEMBERED)])
        return [p for p in self._index if p not in forgotten]

    def _lay_out(self, rows: Sequence[Place], new_off_road_m: NDArray[np.float32]) -> None:
        """Have exactly these rows and columns; new ones unasked."""
        known = np.array([p in self._index for p in rows], bool)
        old, at = self._at([p for p in rows if p in self._index]), np.flatnonzero(known)
        off_road_m = np.empty(len(rows), np.float32)
        off_road_m[at], off_road_m[~known] = self._off_road_m[old], new_off_road_m
        self._off_road_m = off_road_m
        self._seconds = _laid_out(self._seconds, old, at, len(rows))
        self._metres = _laid_out(self._metres, old, at, len(rows))
        self._index = {p: i for i, p in enumerate(rows)}

    def _lies_as(self, places: Sequence[Place]) -> bool:
        """Whether these, in this order, are all there is."""
        return len(places) == len(self._index) and all(self._index[p] == i for i, p in enumerate(places))

    def missing(self, places: Sequence[Place]) -> list[tuple[list[Place], list[Place]]]:
        """Questions (sources, targets) that together cover every unasked pair of `places`.

        Greedy cover: the place with the most unasked pairs gives its row and its column, until none is left.
        """
        at = self._at(places)
        unasked = self._seconds[np.ix_(at, at)] == UNASKED
        owed = unasked.sum(0) + unasked.sum(1)
        chosen: list[int] = []
        while owed.any() and len(chosen) <= len(places) // 2:
            i = int(owed.argmax())
            chosen.append(i)
            owed -= unasked[i] * 1 + unasked[:, i] * 1
            unasked[i] = unasked[:, i] = False
            owed[i] = 0
        if not chosen:
            return []
        if owed.any():
            return [(list(places), list(places))]
        picked = [places[i] for i in chosen]
        rest = [p for i, p in enumerate(places) if i not in set(chosen)]
        return [(picked, list(places)), *([(rest, picked)] if rest else [])]

    def put(self, sources: Sequence[Place], targets: Sequence[Place], seconds: Matrix, metres: Matrix) -> None:
        """Remember answers."""
        cells = np.ix_(self._at(sources), self._at(targets))
        self._seconds[cells], self._metres[cells] = seconds, metres
        self.unsaved += seconds.size

    def take(self, places: Sequence[Place]) -> TravelTable:
        """The table of places that were all asked for, in this order; not to be written to.

        All there is as it lies is shared, not copied: a large day's table is the largest thing in the program. What is
        put later changes no asked cell, and new places make new matrices.
        """
        if self._lies_as(places):
            return TravelTable(_read_only(self._seconds), _read_only(self._metres), _read_only(self._off_road_m))
        at = self._at(places)
        cells = np.ix_(at, at)
        return TravelTable(self._seconds[cells], self._metres[cells], self._off_road_m[at])

    def _by_row(self) -> list[Place]:
        return sorted(self._index, key=self._index.__getitem__)

    def _at(self, places: Sequence[Place]) -> NDArray[np.intp]:
        return np.array([self._index[p] for p in places], np.intp)


def _laid_out(matrix: Matrix, old: NDArray[np.intp], at: NDArray[np.intp], size: int) -> Matrix:
    """A matrix of this size with the `old` rows and columns of another `at` these; the rest unasked."""
    made = np.full((size, size), UNASKED, np.int32)
    made[np.ix_(at, at)] = matrix[np.ix_(old, old)]
    return made


def _read_only[Kind: np.generic](array: NDArray[Kind]) -> NDArray[Kind]:
    view = array.view()
    view.flags.writeable = False
    return view
