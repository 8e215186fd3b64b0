"""Travel without a map: straight lines, lengthened by what streets usually add. No files, no processes."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import EARTH_RADIUS_M, Place
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import Closure, RoadMatch, RoadPath, Snap, TravelTable, Understood

DETOUR = 1.3
"""Road over beeline in towns (Ballou, Rahardja & Sakai 2002, Transportation Research Part A 36: 1.2-1.5 by country)."""

SPEED_KMH = {Profile.CAR: 30.0, Profile.BICYCLE: 15.0}
"""Urban, stops at lights included."""


class StraightLine:
    """The `RoadNetwork` of a depot that has no region pack yet."""

    name = ""
    straight = True

    def table(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> TravelTable:
        """Every place is taken to lie on a road."""
        _refuse(closures)
        distance = beelines_m(places, places) * DETOUR
        return TravelTable(
            duration_s=_whole(duration_s(distance, profile)),
            distance_m=_whole(distance),
            off_road_m=np.zeros(len(places), np.float32),
        )

    def path(self, places: Sequence[Place], profile: Profile, closures: Sequence[Closure] = ()) -> RoadPath:
        """A leg has two points; the totals are the table's."""
        _refuse(closures)
        pairs = list(pairwise(places))
        distance = np.array([a.distance_m(b) for a, b in pairs]) * DETOUR
        return RoadPath(
            legs=tuple(((a.lat, a.lon), (b.lat, b.lon)) for a, b in pairs),
            duration_s=int(_whole(duration_s(distance, profile)).sum()),
            distance_m=int(_whole(distance).sum()),
        )

    def nearest(self, place: Place, profile: Profile) -> Snap:  # noqa: ARG002
        """The place itself."""
        return Snap(place, 0.0)

    def match(self, places: Sequence[Place], times_s: Sequence[int], profile: Profile) -> RoadMatch:  # noqa: ARG002
        """The track itself, of which nobody can be sure."""
        return RoadMatch(
            line=tuple((p.lat, p.lon) for p in places),
            snapped=tuple(Snap(p, 0.0) for p in places),
            driven_m=tuple(before.distance_m(p) for before, p in zip([*places[:1], *places], places, strict=False)),
            confidence=0.0,
        )

    def understood(self, line: Sequence[Place]) -> Understood:  # noqa: ARG002
        """Raise `BadInput`: there are no streets."""
        raise BadInput(
            "Straight lines know no streets that could be closed.",
            "Build a region from an OpenStreetMap extract and give it to the depot.",
        )

    def prepare(self, profiles: Iterable[Profile], closures: Sequence[Closure], progress: Progress) -> None:  # noqa: ARG002
        """Nothing takes long."""
        _refuse(closures)

    def close(self) -> None:
        """Nothing is held."""


def _refuse(closures: Sequence[Closure]) -> None:
    for closure in closures:
        StraightLine().understood(closure.line)


def beelines_m(sources: Sequence[Place], targets: Sequence[Place]) -> NDArray[np.float64]:
    """Great-circle distances, (len(sources), len(targets)), metres; haversine as in `Place.distance_m`."""
    lat1, lon1 = _radians(sources)
    lat2, lon2 = _radians(targets)
    dlat, dlon = lat2[None, :] - lat1[:, None], lon2[None, :] - lon1[:, None]
    h = np.sin(dlat / 2) ** 2 + np.cos(lat1)[:, None] * np.cos(lat2)[None, :] * np.sin(dlon / 2) ** 2
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
    return metres


def duration_s(distance_m: NDArray[np.float64], profile: Profile) -> NDArray[np.float64]:
    """Seconds for so many metres of street in town."""
    return distance_m * (3.6 / SPEED_KMH[profile])


def _radians(places: Sequence[Place]) -> NDArray[np.float64]:
    degrees = np.array([(p.lat, p.lon) for p in places], np.float64).reshape(-1, 2)
    radians: NDArray[np.float64] = np.radians(degrees).T
    return radians


def _whole(amounts: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(amounts).astype(np.int32)
