"""Visits by the driver's word: what was said names the stop and a moment at it, the track when the van came and went.

Stays alone cannot tell two doors apart that lie within the error of positions from one another; a word can, and held
against the track it gives moments as exact as the track's: from what was said back to where the van last drove, and on
to where it drives off. What the track contradicts, because the driver was elsewhere or driving, is left to `visits`.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dispatcher.domain.ids import OrderId
from dispatcher.tracking.stays import DRIVING_MPS, WALKED_M
from dispatcher.tracking.stops import RoundStop, Word
from dispatcher.tracking.track import Point, between_m, metres
from dispatcher.tracking.visits import Served

_HEARD_S = 90.0
"""Without a fix nearer in time than this, nobody can say where the driver spoke."""

_LONGEST_S = 4 * 3600.0
"""Nobody stands at a door for longer before a word of it is said."""

_SPOT_M, _DOOR_M = 20.0, 30.0
"""Besides the error of positions: how far from the van the driver speaks, and how far from a door it may stand."""

_TO_NEXT_S, _STREET_MPS = 10.0, 5.0
"""From one door's outcome to the next: getting in, and how fast a street next door is driven."""

_NEAR_M, _SHORTEST_S = 60.0, 20.0

_ON_FOOT_MPS, _TELLING_S = 2.0, 15.0
"""Faster than people walk; in less time than this, positions move by their error alone."""

_LOOKED_AT = 8
"""Fixes back to see whether the van has moved."""

_FADES_S = 30.0

Window = Callable[[float, float], Sequence[Point]]
"""The points followed from one moment to another, by time."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A word to be held against the track."""

    stop: RoundStop
    word: Word
    former: RoundStop | None
    """The stop whose outcome was said last before."""
    since_t: float
    """When that was: before it nobody came here."""


class Spoken:
    """The visits of one round that the driver spoke of; what the track cannot change any more is looked at once."""

    def __init__(self) -> None:
        self._kept: dict[OrderId, tuple[_Said, Served | None, float]] = {}

    def forget(self, t: float) -> None:
        """The track changed from `t` on."""
        self._kept = {o: kept for o, kept in self._kept.items() if kept[2] < t}

    def over(
        self, served: Sequence[Served], words: Mapping[OrderId, Word], stops: Mapping[OrderId, RoundStop], track: Window
    ) -> list[Served]:
        """Visits told by stays alone, set right by what was said; by arrival."""
        by_stays = {each.order_id: each for each in served}
        found: dict[OrderId, Served] = {}
        for said in _in_order(words, stops):
            order_id = said.stop.order_id
            visit = self._visit(said, track)
            if visit is not None and not _contradicted(visit, by_stays.get(order_id)):
                found[order_id] = visit
        chained = _chained(sorted(found.values(), key=lambda visit: visit.t0))
        rest = [each for each in served if each.order_id not in found]
        return _fitted(chained, rest, words)

    def _visit(self, said: _Said, track: Window) -> Served | None:
        kept = self._kept.get(said.stop.order_id)
        if kept is None or kept[0] != said:
            kept = (said, *_held_against(said, track))
            self._kept[said.stop.order_id] = kept
        return kept[1]


def by_word_alone(words: Mapping[OrderId, Word], stops: Mapping[OrderId, RoundStop]) -> dict[OrderId, float]:
    """When the driver came to each stop, with no track to go by.

    Who said only what became of it had been there for as long as a stop takes, but not since before the last outcome.
    """
    outcomes = sorted(word.finished_t for word in words.values() if word.finished_t is not None)
    found = {}
    for order_id, word in words.items():
        t, stop = word.t, stops.get(order_id)
        if word.arrived_t is None and stop is not None:
            former = bisect_left(outcomes, t) - 1
            t = max(t - stop.service_s, outcomes[former] if former >= 0 else float("-inf"))
        found[order_id] = t
    return found


def _in_order(words: Mapping[OrderId, Word], stops: Mapping[OrderId, RoundStop]) -> Iterable[_Said]:
    """What was said, by when it was said first, each with the outcome before it."""
    outcomes = sorted((w.finished_t, o) for o, w in words.items() if w.finished_t is not None)
    for order_id, word in sorted(words.items(), key=lambda item: item[1].t):
        stop = stops.get(order_id)
        if stop is None:
            continue
        before = [(t, o) for t, o in outcomes if t < word.t and o != order_id]
        since_t, former = before[-1] if before else (float("-inf"), None)
        yield _Said(stop, word, None if former is None else stops.get(former), since_t)


def _held_against(said: _Said, track: Window) -> tuple[Served | None, float]:
    """The visit, if the track bears the word out; and until when the track was looked at."""
    word = said.word
    until_t = word.until_t + _HEARD_S
    for t in (word.arrived_t, word.finished_t):
        if t is None:
            continue
        points = _doubted(track(max(said.since_t - _HEARD_S, t - _LONGEST_S), t + _HEARD_S))
        here = _place_at(points, t)
        if here is None or _driving_at(points, t):
            continue
        off_m = metres(here.lat, here.lon, said.stop.place.lat, said.stop.place.lon)
        if off_m <= WALKED_M:
            t0 = _came(said, t, here, [p for p in points if p.t <= t])
            t1, until_t = _left(word.until_t, track)
            return Served(said.stop.order_id, t0, t1, off_m, 1.0, in_turn=True), until_t
    return None, until_t


def _doubted(points: Sequence[Point]) -> list[Point]:
    """The same, none of them much more exact than the one before: errors of neighbouring fixes are alike.

    They fade with the time constant of a first-order Gauss-Markov process (Groves 2013, Principles of GNSS, 2nd ed.,
    B.4.3), whatever the device states after it lost its way.
    """
    found: list[Point] = []
    for point in points:
        last = found[-1] if found else point
        faded_m = last.accuracy_m * math.exp((last.t - point.t) / _FADES_S)
        found.append(point._replace(accuracy_m=max(point.accuracy_m, faded_m)))
    return found


def _place_at(points: Sequence[Point], t: float) -> Point | None:
    """Where the track was at a moment, by the nearest fix."""
    nearest = min(points, key=lambda p: abs(p.t - t), default=None)
    return nearest if nearest is not None and abs(nearest.t - t) <= _HEARD_S else None


def _driving_at(points: Sequence[Point], t: float) -> bool:
    """Whether both fixes around a moment drive."""
    before = next((p for p in reversed(points) if p.t <= t), None)
    after = next((p for p in points if p.t > t), None)
    return all(p is not None and p.speed_mps > DRIVING_MPS for p in (before, after))


def _drove(before: Point, after: Point) -> bool:
    """Whether nobody can have walked from one fix to the other, as far as their error lets one say."""
    way_m = between_m(before, after) - 2 * math.hypot(before.accuracy_m, after.accuracy_m)
    return way_m > _ON_FOOT_MPS * max(_TELLING_S, after.t - before.t)


def _came(said: _Said, t: float, here: Point, points: Sequence[Point]) -> float:
    """When the van came to stand for the door at which the driver was at `t`; `points` up to then."""
    behind = [point for point in reversed(points) if point.t >= said.since_t]
    if said.word.arrived_t == t:  # said beside the van, or not far from it
        entry = _entry(behind, here.lat, here.lon, _SPOT_M + here.accuracy_m)
        return t if entry is None else entry
    place = said.stop.place
    parked_t = _parked(behind, t, lambda p: metres(p.lat, p.lon, place.lat, place.lon) <= WALKED_M + p.accuracy_m)
    entry = parked_t if parked_t is not None else _entry(behind, place.lat, place.lon, _DOOR_M)
    if entry is not None or said.former is None:
        return behind[-1].t if entry is None and behind else min(t, entry or t)
    return min(t, said.since_t + _TO_NEXT_S + said.former.place.distance_m(place) / _STREET_MPS)


def _entry(behind: Sequence[Point], lat: float, lon: float, radius_m: float) -> float | None:
    """Since when the track has kept within a circle, looking back; `None` if it was there all the time."""
    inside_t, outside = None, 0
    for point in behind:
        if metres(point.lat, point.lon, lat, lon) <= radius_m + point.accuracy_m:
            inside_t, outside = point.t, 0
        elif (outside := outside + 1) == 2:
            return inside_t
    return None


def _parked(behind: Sequence[Point], t: float, walkable: Callable[[Point], bool]) -> float | None:
    """When the van stopped driving, looking back as far as somebody may have walked; `None` if it did not drive."""
    stood: list[Point] = []
    for point in behind:
        drive = next((later for later in reversed(stood) if _drove(point, later)), None)
        if drive is not None or point.speed_mps > DRIVING_MPS:
            arrival = drive or (stood[-1] if stood else None)
            way_m = 0.0 if arrival is None else between_m(point, arrival)
            return min(t if arrival is None else arrival.t, point.t + way_m / _speed_mps(point))
        if not walkable(point):
            return None
        stood.append(point)
    return None


def _speed_mps(point: Point) -> float:
    return _STREET_MPS if math.isnan(point.speed_mps) else max(point.speed_mps, _STREET_MPS)


def _left(t: float, track: Window) -> tuple[float | None, float]:
    """When the van drove off after the last word, `None` if it has not yet; and until when that was looked for."""
    stood: list[Point] = []
    for point in _doubted(track(t - _HEARD_S, float("inf"))):
        start = next((before for before in reversed(stood[-_LOOKED_AT:]) if _drove(before, point)), None)
        if point.t > t and stood and (start is not None or point.speed_mps > DRIVING_MPS):
            start = start or stood[-1]
            return max(t, start.t, point.t - between_m(start, point) / _speed_mps(point)), point.t
        stood.append(point)
    return None, float("inf")


def _contradicted(visit: Served, by_stays: Served | None) -> bool:
    """Whether the stop was said from somewhere else, after a stay that is surely its own."""
    if by_stays is None or by_stays.shared or by_stays.t1 is None:
        return False
    return by_stays.t1 < visit.t0 and by_stays.distance_m < _NEAR_M < visit.distance_m


def _chained(visits: Sequence[Served]) -> list[Served]:
    """Nobody is at two doors at once: who comes to the next has left the one before."""
    ended = [
        replace(visit, t1=following.t0) if visit.t1 is None or visit.t1 > following.t0 else visit
        for visit, following in pairwise(visits)
    ]
    return [*ended, *visits[-1:]]


def _fitted(said: Sequence[Served], rest: Sequence[Served], words: Mapping[OrderId, Word]) -> list[Served]:
    """Both kinds by arrival; a stay's guess gives way to what was said."""
    visits = list(said)
    for guess in rest:
        fitted: Served | None = guess
        for i, visit in enumerate(visits[: len(said)]):
            if fitted is None:
                break
            word = words[visit.order_id]
            done_t = float("inf") if word.finished_t is None else word.finished_t
            if visit.t1 is None and fitted.t0 >= done_t:
                visits[i] = replace(visit, t1=fitted.t0)
            else:
                fitted = _without(fitted, visit)
        if fitted is not None:
            visits.append(fitted)
    return sorted(visits, key=lambda visit: visit.t0)


def _without(guess: Served, visit: Served) -> Served | None:
    """What is left of a guess once the time of a visit that was said is taken from it."""
    g0, g1 = guess.t0, float("inf") if guess.t1 is None else guess.t1
    v0, v1 = visit.t0, float("inf") if visit.t1 is None else visit.t1
    if g1 <= v0 or g0 >= v1:
        return guess
    first, last = (v0 - g0, replace(guess, t1=v0)), (g1 - v1, replace(guess, t0=v1))
    length_s, part = max(first, last, key=lambda each: each[0])
    return part if length_s >= _SHORTEST_S else None
