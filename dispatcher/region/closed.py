"""Closed streets inside the second worker process: what a drawn line means, and travel on data customised for them.

A closed segment is not taken out of the data (speed 0): OSRM then takes the whole stretch between two junctions out,
turns and all (https://github.com/Project-OSRM/osrm-backend/issues/7332), and moves the places beside it to other
streets (https://github.com/Project-OSRM/osrm-backend/issues/4335). Instead, driving it takes `TOLL_S`, more than any
way round, and an answer that contains it is "no road leads there".
"""

import os
import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import atan2, cos, degrees, radians
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import osrm

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import EARTH_RADIUS_M, Bounds, Place
from dispatcher.domain.roads import NO_WAY, Understood
from dispatcher.region.engine import Leg, Matrix, RoadEngine, reply
from dispatcher.region.follow import NoStreet, follow, joined, middle, twins
from dispatcher.region.graph import RoadGraph, Segment
from dispatcher.region.roads import data_name

TOLL_S = 100_000
"""What driving a closed segment takes. OSRM keeps a segment's weight in 22 bits, a way's in 31, both in tenths."""

_BARRED_S = TOLL_S // 2

MOST = 1_000
"""Closed segments at a time: a way through all of them must still be a number of 31 bits."""

AT_THE_CORNER_M = 25.0
"""A place so near to the open end of a closed street is served from there."""


METRES_A_DEGREE = radians(1) * EARTH_RADIUS_M

_ON_IT_M = 0.25
"""OSRM tells where a place joins the roads to a millionth of a degree."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A closed segment in one direction: who passes `place` heading for `bearing` uses it."""

    place: Place
    bearing: int
    """Degrees clockwise from north."""
    spread: int
    """Degrees either side that count as this direction."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """What closing segments means in one profile's graph."""

    speeds: tuple[tuple[int, int, float], ...]
    """(from node, to node, km/h), as `osrm-customize` takes them."""
    crossings: tuple[Crossing, ...]
    """Enough of them that every way through a closed street passes one."""


class Streets:
    """One profile's graph, and its names."""

    def __init__(self, roads: Path, profile: Profile) -> None:
        self._data = roads / data_name(profile)

    @cached_property
    def graph(self) -> RoadGraph:
        """The graph, read when first asked for."""
        return RoadGraph.load(self._data)

    @cached_property
    def _osrm(self) -> Any:
        return osrm.OSRM(storage_config=str(self._data), algorithm="MLD", use_shared_memory=False, verbosity="NONE")

    def understood(self, line: Sequence[Place]) -> Understood:
        """What a drawn line means. Raises `NoStreet`."""
        chosen = follow(self.graph, line)
        names = {at: self._name(at) for at in chosen}
        others = [at for at in twins(self.graph, line, chosen) if (name := self._name(at)) and name in names.values()]
        return Understood(
            lines=tuple(
                tuple((p.lat, p.lon) for p in run) for some in (chosen, others) for run in joined(self.graph, some)
            ),
            streets=tuple(dict.fromkeys(name for name in names.values() if name)),
            segments=tuple(sorted({self.graph.segment(at) for at in (*chosen, *others)})),
        )

    def barrier(self, segments: Iterable[Segment]) -> Barrier:
        """The closed segments as `osrm-customize` takes them, and where to ask who uses them."""
        closed = self.graph.find(segments)
        graph, speeds = self.graph, []
        for at in closed:
            tail, head = int(graph.tail[at]), int(graph.head[at])
            kmh = max(0.1, graph.place(tail).distance_m(graph.place(head))) / TOLL_S * 3.6
            ids = int(graph.osm_id[tail]), int(graph.osm_id[head])
            speeds += [(*ids, kmh), (*ids[::-1], kmh)]
        crossings = [c for chain in _chains(graph, closed) for c in _crossings(graph, chain)]
        return Barrier(tuple(speeds), tuple(crossings))

    def _name(self, at: int) -> str:
        place = middle(self.graph, at)
        ask = osrm.NearestParameters(coordinates=[(place.lon, place.lat)], generate_hints=False)
        return str(self._osrm.Nearest(ask)["waypoints"][0]["name"])


class ClosedEngine(RoadEngine):
    """The engine on data customised for closed segments. Not for several threads."""

    def __init__(self, data: Path, bounds: Bounds, graph: RoadGraph, segments: Iterable[Segment]) -> None:
        super().__init__(data, bounds, "MLD")
        self._closed = graph.find(segments)
        self._graph = graph
        ends = np.concatenate([graph.tail[self._closed], graph.head[self._closed]])
        meeting = np.bincount(ends.astype(np.intp), minlength=len(graph.lat))
        self._open_ends = (meeting > 0) & (meeting < graph.degree)
        self._moved: dict[Place, Place | None] = {}

    def between(self, sources: Sequence[Place], targets: Sequence[Place]) -> tuple[Matrix, Matrix]:
        seconds, metres = super().between(sources, targets)
        barred = seconds >= _BARRED_S
        seconds[barred] = metres[barred] = NO_WAY
        return seconds, metres

    def legs(self, pairs: Sequence[tuple[Place, Place]]) -> list[Leg | None]:
        return [leg if leg and leg[1] < _BARRED_S else None for leg in super().legs(pairs)]

    def beside(self, places: Sequence[Place]) -> list[bool]:
        """Which places join the roads in a closed street: they are cut off, or served from its corner."""
        return [self._past(snap.place) != snap.place for snap in self.snap(places)]

    def _on_road(self, places: Sequence[Place]) -> dict[int, Place]:
        moved = {i: self._past(place) for i, place in super()._on_road(places).items()}
        return {i: place for i, place in moved.items() if place is not None}

    def _past(self, joint: Place) -> Place | None:
        """Where one who joins the roads at `joint` joins them now; `None` in the midst of a closed street."""
        if joint not in self._moved:
            at = self._on_closed(joint)
            self._moved[joint] = joint if at is None else self._corner(joint, at)
        return self._moved[joint]

    def _on_closed(self, joint: Place) -> int | None:
        """The closed segment that a point of the road lies on.

        By geometry: the nodes that OSRM's Nearest names are wrong on one-way streets.
        """
        graph, closed = self._graph, self._closed
        if not closed:
            return None
        scale = np.array([METRES_A_DEGREE * cos(radians(joint.lat)), METRES_A_DEGREE])
        tails, heads = (
            (np.stack([graph.lon[n], graph.lat[n]], axis=1) - (joint.lon, joint.lat)) * scale
            for n in (graph.tail[closed], graph.head[closed])
        )
        along = heads - tails
        share = np.clip(-(tails * along).sum(1) / np.maximum((along**2).sum(1), 1e-9), 0, 1)
        away = np.hypot(*(tails + share[:, None] * along).T)
        nearest = int(away.argmin())
        return closed[nearest] if away[nearest] <= _ON_IT_M else None

    def _corner(self, joint: Place, at: int) -> Place | None:
        nodes = [int(n) for n in (self._graph.tail[at], self._graph.head[at]) if self._open_ends[n]]
        corners = [self._graph.place(n) for n in nodes]
        near = [c for c in corners if joint.distance_m(c) <= AT_THE_CORNER_M]
        return min(near, key=joint.distance_m, default=None)


def serve(connection: Connection, folder: str, bounds: Bounds) -> None:
    """Answer (method, profile, arguments) as `engine.serve` does; `folder` is the pack's road folder.

    "understood" and "barrier" are asked of the streets; any other question begins its arguments with the folder of
    customised data and the closed segments, and is the engine's.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir(folder)
    streets = {profile: Streets(Path(), profile) for profile in Profile}
    engines: dict[tuple[Profile, str], ClosedEngine] = {}

    def answer(method: str, profile: Profile, arguments: tuple[Any, ...]) -> Any:
        if method == "understood":
            return _understood(streets, *arguments)
        if method == "barrier":
            return streets[profile].barrier(*arguments)
        where, segments, *rest = arguments
        if (profile, where) not in engines:
            while len(engines) >= _LOADED:
                engines.pop(next(iter(engines)))
            graph = streets[profile].graph
            os.chdir(where)
            try:
                engines[profile, where] = ClosedEngine(Path(data_name(profile)), bounds, graph, segments)
            finally:
                os.chdir(folder)
        return getattr(engines[profile, where], method)(*rest)

    reply(connection, answer)


_LOADED = 4
"""Customised data sets in memory; the one loaded first goes first."""


def _understood(streets: dict[Profile, Streets], line: Sequence[Place]) -> Understood | KnownError:
    """A street for cars, else one that only bicycles have; an error is handed over as an answer."""
    try:
        return streets[Profile.CAR].understood(line)
    except NoStreet as fault:
        try:
            return streets[Profile.BICYCLE].understood(line)
        except NoStreet:
            return fault


def _chains(graph: RoadGraph, closed: Sequence[int]) -> list[list[int]]:
    """The closed segments, those together that a way can only pass together."""
    at_node: dict[int, list[int]] = {}
    for at in closed:
        for node in (int(graph.tail[at]), int(graph.head[at])):
            at_node.setdefault(node, []).append(at)
    chain_of = {at: [at] for at in closed}
    for node, (one, *others) in at_node.items():
        if len(others) == 1 and graph.degree[node] == 2 and chain_of[one] is not chain_of[others[0]]:
            longer, other = chain_of[one], chain_of[others[0]]
            longer += other
            chain_of.update(dict.fromkeys(other, longer))
    return list({id(chain): chain for chain in chain_of.values()}.values())


def _crossings(graph: RoadGraph, chain: Sequence[int]) -> list[Crossing]:
    """Its longest segment, in each direction that one may drive."""

    def metres(at: int) -> float:
        return graph.place(int(graph.tail[at])).distance_m(graph.place(int(graph.head[at])))

    at = max(chain, key=metres)
    spread = 60 if metres(at) > 3 else 180
    bearing = _bearing(graph.place(int(graph.tail[at])), graph.place(int(graph.head[at])))
    ways = [b for b, may in ((bearing, graph.forward[at]), (bearing + 180, graph.backward[at])) if may]
    return [Crossing(middle(graph, at), b % 360, spread) for b in ways]


def _bearing(start: Place, end: Place) -> int:
    east = (end.lon - start.lon) * cos(radians((start.lat + end.lat) / 2))
    return round(degrees(atan2(east, end.lat - start.lat))) % 360
