"""What a road network answers, and the port that `dispatcher.region` implements."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import ClosureId
from dispatcher.domain.place import Place
from dispatcher.domain.progress import Progress

NO_WAY = 10_000_000
"""Seconds and metres that stand for "cannot be reached": about 115 days."""

OFF_ROAD_M = 500.0
"""A place farther than this from any road of the region is reported, never planned."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A street that nobody can drive for some days, both ways, drawn as a line along it."""

    id: ClosureId
    name: str
    line: tuple[Place, ...]
    """Two points or more, along the street."""
    first: date
    last: date
    """Both days belong to it."""
    version: int = 0

    def __post_init__(self) -> None:
        if len(self.line) < 2:
            raise ValueError("a closed street is drawn with two points or more")
        if self.last < self.first:
            raise ValueError("a closure must not end before it begins")


@dataclass(frozen=True, slots=True)
class Understood:
    """What the line of a closure means on the roads of a region."""

    lines: tuple[tuple[tuple[float, float], ...], ...]
    """The closed stretches, each a run of (lat, lon)."""
    streets: tuple[str, ...]
    """Their names, those that have one, each once."""
    segments: tuple[tuple[int, int], ...]
    """Pairs of neighbouring nodes by their OpenStreetMap ids, the lower first; sorted."""


@dataclass(frozen=True, slots=True)
class TravelTable:
    """Travel between all pairs of places, for one profile."""

    duration_s: NDArray[np.int32]
    """(n, n), from row to column, seconds; `NO_WAY` where no road leads."""
    distance_m: NDArray[np.int32]
    """(n, n), from row to column, metres; `NO_WAY` where no road leads."""
    off_road_m: NDArray[np.float32]
    """(n,), metres from each place to the road it was snapped to."""


@dataclass(frozen=True, slots=True)
class RoadPath:
    """The line a vehicle follows through several places."""

    legs: tuple[tuple[tuple[float, float], ...], ...]
    """One line per pair of neighbours in the request, each a run of (lat, lon)."""
    duration_s: int
    distance_m: int


@dataclass(frozen=True, slots=True)
class Snap:
    """The nearest point of the road network."""

    place: Place
    distance_m: float
    street: str = ""


@dataclass(frozen=True, slots=True)
class RoadMatch:
    """A track laid onto the roads it most likely followed."""

    line: tuple[tuple[float, float], ...]
    """(lat, lon) along the roads."""
    snapped: tuple[Snap | None, ...]
    """For every fix of the request, where it lay on the road; `None` for an outlier."""
    driven_m: tuple[float, ...]
    """For every fix, metres along the roads from the last one before it that lay on one; 0 where the line begins anew,
    and for an outlier."""
    confidence: float
    """0-1, as the engine states it."""


class RoadNetwork(Protocol):
    """Answers about roads. Safe to call from any thread; every call may take a while."""

    @property
    def name(self) -> str:
        """The region's name; empty for straight lines."""

    @property
    def straight(self) -> bool:
        """Whether these are straight lines for want of a region pack: the window says so."""

    def table(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> TravelTable:
        """Durations and distances between all pairs, with these streets closed.

        Raises `BadInput` for a closure that is not `understood`.
        """

    def path(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> RoadPath:
        """The line through the places in their order; legs that no road joins are straight."""

    def understood(self, line: Sequence[Place]) -> Understood:
        """Which streets a line of two points or more closes: those along it, or those it cuts across.

        Raises `BadInput` if it is near no street, follows none, or there are no streets at all but straight lines.
        """

    def prepare(self, profiles: Iterable[Profile], closures: Sequence[Closure], progress: Progress) -> None:
        """Make ready for questions with these streets closed: what takes a second and more of their first one.

        Raises what they would, or `Cancelled`.
        """

    def nearest(self, place: Place, profile: Profile) -> Snap:
        """The nearest road."""

    def match(self, places: Sequence[Place], times_s: Sequence[int], profile: Profile) -> RoadMatch:
        """Lay a track of fixes, with their seconds, onto the roads."""

    def close(self) -> None:
        """Let go of files and processes."""


def obeyed(roads: RoadNetwork, closures: Iterable[Closure]) -> tuple[Closure, ...]:
    """Those closures that the network understands: a day must open though its region was changed or is missing."""
    kept = []
    for closure in closures:
        with suppress(BadInput):
            roads.understood(closure.line)
            kept.append(closure)
    return tuple(kept)
