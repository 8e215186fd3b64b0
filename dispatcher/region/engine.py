"""OSRM as the road engine's own process sees it: loads data sets, answers in numpy. Runs in a worker (`network`).

OSRM holds Python's lock during every call, and may end the process on damaged data, so none of this belongs in the
window's process.

OSRM decides where a place joins the roads by the company it is asked in: among places that all lie on one small
island of roads (a yard, a car park) it stays there, otherwise it goes to the main network. Then a pair's time would
depend on who else is in the table. Here every place is snapped once, in the company of an anchor on the main network;
all further questions ask from that point of the road, and table, path and cache agree.
"""

import os
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import osrm
from numpy.typing import NDArray

from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.roads import NO_WAY, OFF_ROAD_M, RoadMatch, Snap
from dispatcher.region.roads import data_name

FIX_RADIUS_M = 15.0
"""How far a phone's fix in a street may lie from where the phone was: one standard deviation."""

_REMEMBERED = 100_000
_GRID = 5

Line = tuple[tuple[float, float], ...]
Leg = tuple[Line, int, int]
"""A line of (lat, lon), seconds, metres."""
Matrix = NDArray[np.int32]


class Outcome(Enum):
    """How a question ended."""

    DONE = 0
    REFUSED = 1
    """OSRM would not: its words follow."""
    BROKEN = 2
    """Our fault: the traceback follows."""
    DIED = 3
    """The process ended instead of answering."""


class RoadEngine:
    """One profile's data set in memory. Not for several threads."""

    def __init__(self, data: Path, bounds: Bounds, algorithm: str = "CH") -> None:
        """Load `data` (a base name such as `roads/car.osrm`); `algorithm` is "CH" or "MLD".

        Raises `RuntimeError` if OSRM cannot load it.
        """
        self._osrm = osrm.OSRM(
            storage_config=str(data),
            algorithm=algorithm,
            use_shared_memory=False,
            max_locations_distance_table=100_000,
            max_locations_map_matching=100_000,
            verbosity="NONE",
        )
        self._snaps: dict[Place, Snap] = {}
        self._grid = self._main_network(bounds)

    def snap(self, places: Sequence[Place]) -> list[Snap]:
        """Where each place joins the main road network, however far that is."""
        if len(self._snaps) > _REMEMBERED:
            self._snaps.clear()
        if new := [p for p in dict.fromkeys(places) if p not in self._snaps]:
            self._snaps.update(zip(new, self._ask_snaps([*new, self._grid[0]])[:-1], strict=True))
        return [self._snaps[p] for p in places]

    def between(self, sources: Sequence[Place], targets: Sequence[Place]) -> tuple[Matrix, Matrix]:
        """Seconds and metres, (len(sources), len(targets)); `NO_WAY` where no road leads, 0 from a place to itself."""
        seconds = np.full((len(sources), len(targets)), NO_WAY, np.int32)
        metres = seconds.copy()
        rows, columns = self._on_road(sources), self._on_road(targets)
        if rows and columns:
            index: dict[Place, int] = {}
            reply = self._osrm.Table(
                osrm.TableParameters(
                    sources=[index.setdefault(p, len(index)) for p in rows.values()],
                    destinations=[index.setdefault(p, len(index)) for p in columns.values()],
                    # OSRM wants two coordinates at least
                    coordinates=[(p.lon, p.lat) for p in (*index, self._grid[0])],
                    annotations=["duration", "distance"],
                    generate_hints=False,
                )
            )
            cells = np.ix_(list(rows), list(columns))
            seconds[cells], metres[cells] = _matrix(reply["durations"]), _matrix(reply["distances"])
        _zero_itself(seconds, metres, sources, targets)
        return seconds, metres

    def through(
        self, places: Sequence[Place], crossings: Sequence[tuple[Place, int, int]]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Seconds from each place to points passed in one direction, and from there on to each place.

        A crossing is (point of the road, bearing, degrees either side). Both (len(places), len(crossings)), to a tenth
        of a second; infinite where no road leads.
        """
        there = np.full((len(places), len(crossings)), np.inf, np.float32)
        onward = there.copy()
        joints = self._on_road(places)
        if joints and crossings:
            rows = list(range(len(joints)))
            columns = list(range(len(joints), len(joints) + len(crossings)))
            points = [*joints.values(), *(place for place, _, _ in crossings)]
            bearings = [None] * len(joints) + [osrm.Bearing((bearing, spread)) for _, bearing, spread in crossings]
            for into, sources, targets in ((there, rows, columns), (onward, columns, rows)):
                answer = self._osrm.Table(
                    osrm.TableParameters(
                        sources=sources,
                        destinations=targets,
                        coordinates=[(p.lon, p.lat) for p in points],
                        bearings=bearings,
                        annotations=["duration"],
                        generate_hints=False,
                    )
                )
                seconds = np.array([list(row) for row in answer["durations"]], np.float32)
                into[list(joints)] = np.nan_to_num(seconds if into is there else seconds.T, nan=np.inf)
        return there, onward

    def legs(self, pairs: Sequence[tuple[Place, Place]]) -> list[Leg | None]:
        """The way from one place to the other, for every pair; `None` if no road leads there.

        One question each, so that a missing way spoils one leg and not the round (0.4 ms a leg in Aachen).
        """
        return [self._leg(start, end) for start, end in pairs]

    def match(self, places: Sequence[Place], times_s: Sequence[int]) -> RoadMatch:
        """Lay a track onto the roads; a track that fits none gives an empty line and no snapped fix."""
        lost = RoadMatch((), (None,) * len(places), (0.0,) * len(places), 0.0)
        if len(places) < 2:
            return lost
        try:
            reply = self._osrm.Match(
                osrm.MatchParameters(
                    coordinates=[(p.lon, p.lat) for p in places],
                    timestamps=[t - times_s[0] for t in times_s],
                    radiuses=[FIX_RADIUS_M] * len(places),
                    geometries="geojson",
                    overview="full",
                    generate_hints=False,
                )
            )
        except RuntimeError as error:
            if _is(error, "NoMatch", "NoSegment"):
                return lost
            raise
        return _road_match(reply)

    def driving_side(self) -> str:
        """Say "left" or "right": what most manoeuvres between points all over the region keep to."""
        sides: Counter[str] = Counter()
        for start, end in pairwise(self._grid):
            try:
                reply = self._osrm.Route(
                    osrm.RouteParameters(coordinates=[(start.lon, start.lat), (end.lon, end.lat)], steps=True)
                )
            except RuntimeError:
                continue
            sides.update(step["driving_side"] for leg in reply["routes"][0]["legs"] for step in leg["steps"])
        return sides.most_common(1)[0][0] if sides else "right"

    def _main_network(self, bounds: Bounds) -> list[Place]:
        """Points of the main network all over the region: together they never lie on one small island of roads."""
        lats = np.linspace(bounds.south, bounds.north, _GRID)
        lons = np.linspace(bounds.west, bounds.east, _GRID)
        return [s.place for s in self._ask_snaps([Place(float(a), float(o)) for a in lats for o in lons])]

    def _ask_snaps(self, places: Sequence[Place]) -> list[Snap]:
        reply = self._osrm.Table(
            osrm.TableParameters(
                coordinates=[(p.lon, p.lat) for p in places],
                destinations=[len(places) - 1],
                annotations=["duration"],
                generate_hints=False,
            )
        )
        return [_snap(point) for point in reply["sources"]]

    def _leg(self, start: Place, end: Place) -> Leg | None:
        joined = self._on_road([start, end])
        if len(joined) < 2:
            return None
        try:
            reply = self._osrm.Route(
                osrm.RouteParameters(
                    coordinates=[(p.lon, p.lat) for p in joined.values()],
                    geometries="geojson",
                    overview="full",
                    continue_straight=False,
                    generate_hints=False,
                )
            )
        except RuntimeError as error:
            if _is(error, "NoRoute"):
                return None
            raise
        route = reply["routes"][0]
        return _line(route["geometry"]), round(route["duration"]), round(route["distance"])

    def _on_road(self, places: Sequence[Place]) -> dict[int, Place]:
        """By index, where those places that are near enough to a road join it."""
        snaps = enumerate(self.snap(places))
        return {i: snap.place for i, snap in snaps if snap.distance_m <= OFF_ROAD_M}


def serve(connection: Connection, folder: str, bounds: Bounds, algorithm: str) -> None:
    """Answer (method, profile, arguments) with (`Outcome`, answer or words) until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that owns the terminal
    # OSRM on Windows opens no path that is not ASCII, but any relative one that is
    os.chdir(folder)
    engines: dict[Profile, RoadEngine] = {}

    def answer(method: str, profile: Profile, arguments: tuple[Any, ...]) -> Any:
        if profile not in engines:
            engines[profile] = RoadEngine(Path(data_name(profile)), bounds, algorithm)
        return getattr(engines[profile], method)(*arguments)

    reply(connection, answer)


def reply(connection: Connection, answer: Callable[[str, Profile, tuple[Any, ...]], Any]) -> None:
    """Answer questions until the other side is gone; what goes wrong is an answer too."""
    try:
        while True:
            question = connection.recv()
            connection.send(_outcome(answer, question))
    except (EOFError, OSError):
        return


def _outcome(answer: Callable[..., Any], question: tuple[Any, ...]) -> tuple[Outcome, Any]:
    try:
        return Outcome.DONE, answer(*question)
    except RuntimeError as error:  # what OSRM raises
        return Outcome.REFUSED, str(error)
    except Exception:  # noqa: BLE001 - the other side raises it
        return Outcome.BROKEN, traceback.format_exc()


def _matrix(rows: Iterable[Iterable[float | None]]) -> Matrix:
    numbers = np.array([list(row) for row in rows], np.float64)
    return np.rint(np.nan_to_num(numbers, nan=NO_WAY)).astype(np.int32)


def _zero_itself(seconds: Matrix, metres: Matrix, sources: Sequence[Place], targets: Sequence[Place]) -> None:
    where: dict[Place, list[int]] = {}
    for column, place in enumerate(targets):
        where.setdefault(place, []).append(column)
    for row, place in enumerate(sources):
        seconds[row, where.get(place, [])] = metres[row, where.get(place, [])] = 0


def _snap(point: Any) -> Snap:
    lon, lat = point["location"]
    return Snap(Place(lat, lon), point["distance"], point["name"])


def _line(geometry: Any) -> Line:
    return tuple((lat, lon) for lon, lat in geometry["coordinates"])


def _road_match(reply: Any) -> RoadMatch:
    """Join the pieces into which OSRM splits a track with gaps; confidence is their mean by length in metres."""
    pieces = list(reply["matchings"])
    weights = [max(1.0, piece["distance"]) for piece in pieces]
    return RoadMatch(
        line=tuple(point for piece in pieces for point in _line(piece["geometry"])),
        snapped=tuple(_snap(point) if point is not None else None for point in reply["tracepoints"]),
        driven_m=tuple(_driven_m(point, pieces) for point in reply["tracepoints"]),
        confidence=float(np.average([piece["confidence"] for piece in pieces], weights=weights)),
    )


def _driven_m(point: Any, pieces: Sequence[Any]) -> float:
    """The leg that ends at a tracepoint, if one does."""
    if point is None or not (leg := int(point["waypoint_index"])):
        return 0.0
    return float(pieces[int(point["matchings_index"])]["legs"][leg - 1]["distance"])


def _is(error: RuntimeError, *codes: str) -> bool:
    """Whether OSRM raised it with one of these codes (http://project-osrm.org/docs/v5.24.0/api/#responses)."""
    return str(error).startswith(codes)
