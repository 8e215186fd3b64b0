"""The town and postcode of a place when nobody wrote them down: areas first, then neighbours, then the nearest town."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import shapely

from dispatcher.region.addresses_osm import RawArea, RawPlace

Point = tuple[float, float]
"""Latitude, longitude."""

METRES_PER_DEG = 111_195.0
_TOWN_REACH_M = {"city": 9_000.0, "town": 4_000.0, "village": 2_000.0, "hamlet": 1_000.0}
"""How far each kind of settlement reaches when several could be meant."""
_MOST_REACHES = 3.0
"""Beyond this many reaches a point belongs to no town."""
_NEIGHBOUR_CITY_M = 250.0
_NEIGHBOUR_POSTCODE_M = 300.0
TOWN_LEVELS = (8, 7, 6)
"""Admin levels that bear a town's name, most local first."""


@dataclass(slots=True)
class Gaps:
    """Answers for many points at once. Feed it all areas, places and addresses before asking."""

    areas: list[RawArea] = field(default_factory=list)
    places: list[RawPlace] = field(default_factory=list)
    known_cities: list[tuple[float, float, str]] = field(default_factory=list)
    """Latitude, longitude and city of addresses that name it."""
    known_postcodes: list[tuple[float, float, str]] = field(default_factory=list)

    def cities(self, points: Sequence[Point]) -> list[str]:
        """The town of each point, or an empty string."""
        found = self.municipalities(points)
        _fill(found, points, lambda rest: _nearest(self.known_cities, rest, _NEIGHBOUR_CITY_M))
        _fill(found, points, self._nearest_towns)
        return found

    def municipalities(self, points: Sequence[Point]) -> list[str]:
        """The municipality whose area is around each point, or an empty string."""
        found = [""] * len(points)
        for level in TOWN_LEVELS:
            named = [(area.shape, area.names[0]) for area in self.areas if area.level == level and area.names]
            _fill(found, points, partial(_within, named))
        return found

    def postcodes(self, points: Sequence[Point]) -> list[str]:
        """The postcode of each point, or an empty string."""
        found = [""] * len(points)
        coded = [(a.shape, a.postcode) for a in self.areas if a.postcode and ";" not in a.postcode]
        _fill(found, points, partial(_within, coded))
        _fill(found, points, lambda rest: _nearest(self.known_postcodes, rest, _NEIGHBOUR_POSTCODE_M))
        return found

    def _nearest_towns(self, points: Sequence[Point]) -> list[str]:
        towns = [place for place in self.places if place.kind in _TOWN_REACH_M]
        if not towns:
            return [""] * len(points)
        shrink = math.cos(math.radians(towns[0].at[0]))
        here, there = _plane(points, shrink), _plane([town.at for town in towns], shrink)
        reach = np.array([_TOWN_REACH_M[town.kind] for town in towns]) / METRES_PER_DEG
        shares = np.hypot(here[:, None, 0] - there[:, 0], here[:, None, 1] - there[:, 1]) / reach
        best = shares.argmin(axis=1)
        return [towns[i].names[0] if shares[row, i] <= _MOST_REACHES else "" for row, i in enumerate(best.tolist())]


def _fill(found: list[str], points: Sequence[Point], ask: Callable[[Sequence[Point]], list[str]]) -> None:
    empty = [index for index, value in enumerate(found) if not value]
    if empty:
        answers = ask([points[index] for index in empty])
        for index, answer in zip(empty, answers, strict=True):
            found[index] = answer


def _within(areas: list[tuple[shapely.Geometry, str]], points: Sequence[Point]) -> list[str]:
    """The name of the smallest area around each point."""
    found = [""] * len(points)
    if areas:
        areas = sorted(areas, key=lambda area: -shapely.area(area[0]))
        spots = shapely.points([(lon, lat) for lat, lon in points])
        spot_ids, area_ids = shapely.STRtree([shape for shape, _ in areas]).query(spots, predicate="intersects")
        for spot, area in sorted(zip(spot_ids.tolist(), area_ids.tolist(), strict=True)):
            found[spot] = areas[area][1]
    return found


def _nearest(known: list[tuple[float, float, str]], points: Sequence[Point], limit_m: float) -> list[str]:
    found = [""] * len(points)
    if known:
        shrink = math.cos(math.radians(known[0][0]))
        tree = shapely.STRtree(_spots([(lat, lon) for lat, lon, _ in known], shrink))
        spots = _spots(points, shrink)
        limit = limit_m / METRES_PER_DEG
        spot_ids, known_ids = tree.query_nearest(spots, max_distance=limit, all_matches=False)
        for spot, index in zip(spot_ids.tolist(), known_ids.tolist(), strict=True):
            found[spot] = known[index][2]
    return found


def _spots(points: Sequence[Point], shrink: float) -> Any:
    return shapely.points(_plane(points, shrink))


def _plane(points: Sequence[Point], shrink: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    lats, lons = np.asarray(points, dtype=float).T
    return np.column_stack((lons * shrink, lats))
