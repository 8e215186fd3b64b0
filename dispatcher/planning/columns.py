"""The visits of a problem as numpy columns, for whoever looks at thousands of them at once.

Row i is the i-th of `Problem.visits`. Made once for a problem; held and done stops are not in here, so a re-planned
problem keeps them. Nothing here knows a route.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.orders import MAX_WINDOWS
from dispatcher.domain.roads import NO_WAY, OFF_ROAD_M, TravelTable

if TYPE_CHECKING:
    from dispatcher.planning.problem import Round, Visit

FAR_S = 1 << 40
"""A moment after all others: a window that never closes, or (negative) was always open."""

type _Duty = tuple[DriverId, frozenset[str], bool, Profile, int, int | None]


@dataclass(slots=True)
class Columns:
    """What the visits are, one row each."""

    row: Mapping[OrderId, int]
    at: NDArray[np.int64]
    """Place indices; -1 without a place."""
    opens_s: NDArray[np.int64]
    """(3, n); -`FAR_S` where there is no such window."""
    closes_s: NDArray[np.int64]
    """(3, n); `FAR_S` where there is no such window."""
    last_s: NDArray[np.int64]
    """When the last window closes; `FAR_S` without windows."""
    several: NDArray[np.bool_]
    """Has more than one window."""
    service_s: NDArray[np.int64]
    load: NDArray[np.int64]
    """(n, 3), thousandths."""
    brought: NDArray[np.int64]
    """(3, n), thousandths of what is in the vehicle from the start for this visit: 0 for a collection."""
    change: NDArray[np.int64]
    """(3, n), thousandths more in the vehicle after the visit; negative for a delivery."""
    collects: NDArray[np.bool_]
    odd: NDArray[np.bool_]
    """Has no place, or waits for goods fetched on the way: not to be judged by columns."""
    drivers: NDArray[np.int64]
    """Which driver it asks for, by `driver_codes`; -1 for any."""
    driver_codes: Mapping[DriverId, int]
    wants: NDArray[np.int64]
    """Which of `skill_sets` it needs."""
    skill_sets: tuple[frozenset[str], ...]
    _barred: dict[_Duty, NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def of(cls, visits: Mapping[OrderId, "Visit"]) -> "Columns":
        """Read the visits."""
        listed = list(visits.values())
        opens, closes = np.full((MAX_WINDOWS, len(listed)), -FAR_S), np.full((MAX_WINDOWS, len(listed)), FAR_S)
        for i, visit in enumerate(listed):
            for w, (opens_s, closes_s) in enumerate(visit.windows):
                opens[w, i], closes[w, i] = opens_s, closes_s
        drivers, skills = _codes(v.driver_id for v in listed), _codes(v.skills for v in listed)
        load = np.array([v.load for v in listed], np.int64).reshape(-1, 3)
        collects = np.array([v.collects for v in listed], bool)
        asked = {d: code for d, code in drivers.items() if d is not None}
        return cls(
            row={order_id: i for i, order_id in enumerate(visits)},
            at=np.array([v.at for v in listed], np.int64),
            opens_s=opens,
            closes_s=closes,
            last_s=np.array([FAR_S if v.closes_s is None else v.closes_s for v in listed], np.int64),
            several=np.array([len(v.windows) > 1 for v in listed], bool),
            service_s=np.array([v.service_s for v in listed], np.int64),
            load=load,
            brought=np.where(collects, 0, load.T),
            change=np.where(collects, load.T, -load.T),
            collects=collects,
            odd=np.array([v.at < 0 or v.pickup is not None for v in listed], bool),
            drivers=np.array([-1 if v.driver_id is None else asked[v.driver_id] for v in listed], np.int64),
            driver_codes=asked,
            wants=np.array([skills[v.skills] for v in listed], np.int64),
            skill_sets=tuple(skills),
        )

    def barred(self, duty: "Round", table: TravelTable) -> NDArray[np.bool_]:
        """Which visits this shift can never serve: where `Problem.bars` has anything to say."""
        key: _Duty = (duty.driver_id, duty.skills, bool(duty.grounded), duty.profile, duty.start, duty.end)
        found = self._barred.get(key)
        if found is None:
            found = self._barred[key] = self._bars(duty, table)
        return found

    def _bars(self, duty: "Round", table: TravelTable) -> NDArray[np.bool_]:
        if duty.grounded:
            return np.ones(len(self.at), bool)
        lacking = np.array([bool(skills - duty.skills) for skills in self.skill_sets], bool)
        barred: NDArray[np.bool_] = (self.drivers >= 0) & (self.drivers != self.driver_codes.get(duty.driver_id, -1))
        if len(lacking):
            barred |= lacking[self.wants]
        barred |= (self.at < 0) | (table.off_road_m[self.at] > OFF_ROAD_M)
        barred |= table.duration_s[duty.start, self.at] >= NO_WAY
        if duty.end is not None:
            barred |= table.duration_s[self.at, duty.end] >= NO_WAY
        return barred


def _codes[K](keys: Iterable[K]) -> dict[K, int]:
    found: dict[K, int] = {}
    for key in keys:
        found.setdefault(key, len(found))
    return found
