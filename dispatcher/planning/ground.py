"""What the rounds of a plan stand on while stops are priced in them: their shifts and the roads, as arrays.

Stations are places numbered through the profiles, so that one look-up serves rounds of cars and bicycles alike; two
more stand for "nowhere further", at the end of an open round, and for "no such place in this round".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import EARTH_RADIUS_M
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.columns import FAR_S
from dispatcher.planning.problem import NOWHERE, Problem, Round, Visit
from dispatcher.planning.timeline import CROW_DETOUR, CROW_SPEED_MS

type Ints = NDArray[np.int64]
type Flags = NDArray[np.bool_]

FAR = FAR_S
"""Seconds, metres or thousandths beyond all others."""

DIMENSIONS = 3


class Legs(NamedTuple):
    """The ways of rounds: (places, rounds)."""

    before: Ints
    """The station a place comes after."""
    onward: Ints
    """The station that follows the place."""
    s: Ints
    """From one to the other as the round stands; 0 where there is nothing to drive."""
    m: Ints
    gap: Flags
    """No road joins the two."""


class Reach(NamedTuple):
    """The ways to one place from every station, and on from it to every station."""

    to_s: Ints
    to_m: Ints
    on_s: Ints
    on_m: Ints
    joined: bool = True
    """Whether a road leads everywhere."""


class Stops(NamedTuple):
    """The columns of the visits that rounds are laid out from; see `Problem.columns`."""

    at: Ints
    service_s: Ints
    opens_s: list[Ints]
    closes_s: list[Ints]
    last_s: Ints
    several: Flags
    """Has more than one window."""
    gains: list[Ints]
    """What the vehicle has more of after the stop, thousandths in each dimension."""
    homeless: Flags
    """Has no place."""
    fetched: Flags
    """Its goods are fetched on the way."""


@dataclass(frozen=True)
class Ground:
    """The shifts of some rounds, and the roads."""

    problem: Problem
    duties: Sequence[Round]

    @cached_property
    def none(self) -> int:
        """The row of a stop that is not there: it fills the ends of short rounds."""
        return len(self.problem.columns.at)

    @cached_property
    def profiles(self) -> list[Profile]:
        """Each once."""
        return sorted({duty.profile for duty in self.duties})

    @cached_property
    def profile_of(self) -> Ints:
        """Which of the profiles each round has."""
        return np.array([self.profiles.index(duty.profile) for duty in self.duties], np.int64)

    @property
    def offset(self) -> Ints:
        """The station of place 0 for each round."""
        return self.profile_of * len(self.problem.index)

    @property
    def end_of_road(self) -> int:
        """The station behind the last stop of an open round; the one after it is no place of the round."""
        return len(self.profiles) * len(self.problem.index)

    @cached_property
    def starts_s(self) -> Ints:
        """When each shift starts."""
        return self._each([duty.starts_s for duty in self.duties])

    @cached_property
    def ends_s(self) -> Ints:
        """When each shift ends."""
        return self._each([duty.ends_s for duty in self.duties])

    @cached_property
    def start(self) -> Ints:
        """The station each round starts from."""
        return self._each([duty.start for duty in self.duties]) + self.offset

    @cached_property
    def end(self) -> Ints:
        """The station each round ends at."""
        ends = self._each([NOWHERE if duty.end is None else duty.end for duty in self.duties])
        return np.where(ends == NOWHERE, self.end_of_road, ends + self.offset)

    @cached_property
    def max_stops(self) -> Ints:
        """Or `FAR`; so the limits that follow."""
        return self._limits([duty.max_stops for duty in self.duties])

    @cached_property
    def max_duration_s(self) -> Ints:
        return self._limits([duty.max_duration_s for duty in self.duties])

    @cached_property
    def max_distance_m(self) -> Ints:
        return self._limits([duty.max_distance_m for duty in self.duties])

    @cached_property
    def rest_s(self) -> Ints:
        """The length of the break, 0 for none."""
        return self._each([duty.pause.length_s if duty.pause else 0 for duty in self.duties])

    @cached_property
    def rest_from_s(self) -> Ints:
        """When the break may begin."""
        return self._each([duty.pause.from_s if duty.pause else 0 for duty in self.duties])

    @cached_property
    def rest_by_s(self) -> Ints:
        """A round that lasts longer needs the break."""
        return self._limits([duty.pause.until_s if duty.pause else None for duty in self.duties])

    @cached_property
    def reloads(self) -> Flags:
        """Which vehicles may load again."""
        return np.array([duty.max_reloads > 0 for duty in self.duties], bool)

    @cached_property
    def capacity(self) -> Ints:
        """By dimension, (3, rounds)."""
        return np.array([duty.capacity for duty in self.duties], np.int64).reshape(-1, DIMENSIONS).T

    @cached_property
    def rates(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Fixed, for each kilometre, for each hour."""
        duties = self.duties
        fixed, km, hour = zip(*((d.fixed_cost, d.cost_per_km, d.cost_per_hour) for d in duties), strict=True)
        return np.array(fixed, np.float64), np.array(km, np.float64), np.array(hour, np.float64)

    @cached_property
    def waiting(self) -> Mapping[OrderId, Sequence[OrderId]]:
        """For each collection whose goods are brought on, the deliveries that wait for them."""
        columns, visits = self.problem.columns, self.problem.visits
        found: dict[OrderId, list[OrderId]] = {}
        listed = list(columns.row)
        for order_id in (listed[row] for row in np.flatnonzero(columns.odd)):
            if (pickup := visits[order_id].pickup) is not None:
                found.setdefault(pickup, []).append(order_id)
        return found

    @cached_property
    def stops(self) -> "Stops":
        """Every visit's row, and one more for `none`."""
        columns, fetched = self.problem.columns, np.zeros(self.none + 1, bool)
        fetched[[columns.row[order_id] for order_ids in self.waiting.values() for order_id in order_ids]] = True
        return Stops(
            at=np.append(columns.at, NOWHERE),
            service_s=np.append(columns.service_s, 0),
            opens_s=[np.append(opens, -FAR) for opens in columns.opens_s],
            closes_s=[np.append(closes, FAR) for closes in columns.closes_s],
            last_s=np.append(columns.last_s, FAR),
            several=np.append(columns.several, False),
            gains=[np.append(np.where(columns.collects, load, -load), 0) for load in columns.load.T],
            homeless=np.append(columns.at == NOWHERE, False),
            fetched=fetched,
        )

    def barred(self, visit: Visit) -> Ints:
        """1 for each shift that can never serve the order."""
        row, columns = self.problem.columns.row[visit.order_id], self.problem.columns
        return self._each([columns.barred(duty, self.problem.travel[duty.profile])[row] for duty in self.duties])

    def legs(self, rows: Ints) -> Legs:
        """The ways of rounds given as rows of visits, with a row more than the longest has stops."""
        at = self.stops.at[rows]
        count, lane = (rows != self.none).sum(axis=0), np.arange(len(self.duties))
        station = np.concatenate((self.start[None], np.where(at == NOWHERE, NOWHERE, at + self.offset)))
        for i in np.flatnonzero((at == NOWHERE).any(axis=1)):  # served where the vehicle is
            station[i + 1] = np.where(station[i + 1] == NOWHERE, station[i], station[i + 1])
        before, onward = station[:-1], station[1:].copy()
        onward[count, lane] = self.end
        onward[np.arange(len(rows))[:, None] > count] = self.end_of_road + 1
        before = np.where(onward > self.end_of_road, onward, before)
        drives = (onward < self.end_of_road) & (count > 0)
        s, m = self.between(before, onward, drives)
        gap = s >= NO_WAY
        for i, j in zip(*np.nonzero(gap), strict=True):
            s[i, j], m[i, j] = self._crow(int(before[i, j]), int(onward[i, j]))
        return Legs(before, onward, s, m, gap)

    def between(self, start: Ints, end: Ints, wanted: Flags) -> tuple[Ints, Ints]:
        """Seconds and metres from stations to stations of the same round; 0 where not wanted."""
        s, m = np.zeros(start.shape, np.int64), np.zeros(start.shape, np.int64)
        for number, profile in enumerate(self.profiles):
            table, first = self.problem.travel[profile], number * len(self.problem.index)
            chosen = wanted & (self.profile_of == number)
            pair = start[chosen] - first, end[chosen] - first
            s[chosen], m[chosen] = table.duration_s[pair], table.distance_m[pair]
        return s, m

    def _crow(self, start: int, end: int) -> tuple[int, int]:
        """As the judge has it."""
        places = self.problem.index.places
        metres = CROW_DETOUR * places[start % len(places)].distance_m(places[end % len(places)])
        return round(metres / CROW_SPEED_MS), round(metres)

    def reach(self, visit: Visit) -> Reach | None:
        """The ways to and from the order's place; where no road leads not longer than the judge will have it.

        `None` for an order without a place.
        """
        at, found = visit.at, []
        if at == NOWHERE:
            return None
        for profile in self.profiles:
            table = self.problem.travel[profile]
            found.append((table.duration_s[:, at], table.distance_m[:, at], table.duration_s[at], table.distance_m[at]))
        ends = np.array((0, FAR))
        to_s, to_m, on_s, on_m = (np.concatenate((*parts, ends)) for parts in zip(*found, strict=True))
        joined = True
        for s, m in ((to_s, to_m), (on_s, on_m)):
            lost = np.flatnonzero(s[: self.end_of_road] >= NO_WAY)
            if len(lost):
                joined = False
                metres = self._crow_floor_m(lost % len(self.problem.index), at)
                s[lost], m[lost] = np.maximum(0, metres / CROW_SPEED_MS - 1), metres
        return Reach(to_s, to_m, on_s, on_m, joined)

    def _crow_floor_m(self, places: Ints, at: int) -> NDArray[np.float64]:
        lat, lon = self._radians
        h = np.sin((lat[places] - lat[at]) / 2) ** 2
        h += np.cos(lat[places]) * np.cos(lat[at]) * np.sin((lon[places] - lon[at]) / 2) ** 2
        metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h)))
        return np.maximum(0.0, CROW_DETOUR * metres - 1)

    @cached_property
    def _radians(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        places = self.problem.index.places
        return np.radians([place.lat for place in places]), np.radians([place.lon for place in places])

    @staticmethod
    def _each(numbers: Sequence[int]) -> Ints:
        return np.array(numbers, np.int64)

    @staticmethod
    def _limits(numbers: Sequence[int | None]) -> Ints:
        return np.array([FAR if number is None else number for number in numbers], np.int64)
