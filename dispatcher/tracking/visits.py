"""Arrival, service and departure at stops, from the stays of a track and the driver's words.

A stay near a stop is a visit if it is long enough for its place in the plan: at the stop that comes next, the depot's
dwell time does; at another one it may as well be a red light, so it must last longer and lie nearer. Stops that share
a stay divide it in sequence. What the driver said outweighs all this. Weights and limits are this module's own, set by
the synthetic tracks of its tests.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import Place
from dispatcher.tracking.stays import DRIVING_MPS, WALKED_M, WALKING_MPS, Stay
from dispatcher.tracking.stops import RoundPlan, RoundStop, Word
from dispatcher.tracking.track import Point, metres

SAME_BUILDING_M = 30.0
"""Stops this near to one another are served from one parking place."""

SAID_M = 150.0
"""A driver who says to be at a stop may have parked this far away."""

_AWAY_S = 60.0
_SAID_BEFORE_S, _SAID_AFTER_S = 60.0, 180.0
_ARRIVED_AFTER_S = 20.0
_ELSEWHERE_S = 600.0
_SHORT_S = 90.0
_HOP_M = 20.0
_SKIPPED = 5
_TWICE = 2.0
_NEARER = 0.6
_MUCH_BETTER = 1.5

Entered = Callable[[RoundStop, float, float], float]
"""(stop, its fence in metres, the moment a stay there began) → the moment the fence was entered."""


@dataclass(frozen=True, slots=True)
class Served:
    """A stop the track was at."""

    order_id: OrderId
    t0: float
    t1: float | None
    """`None` while there."""
    distance_m: float
    weight: float
    """0-1: how much speaks for it."""
    in_turn: bool
    """Whether it was the stop to come next."""
    shared: bool = False
    """Only taken to be served with the stop next door: a stay of its own would outweigh that."""


@dataclass(frozen=True, slots=True)
class Fences:
    """What a stay is held against: the round, the depot's habits, what was said."""

    plan: RoundPlan
    start: Place
    geofence_m: float
    dwell_s: float
    words: Mapping[OrderId, Word] = field(default_factory=dict)

    def radius_m(self, accuracy_m: float) -> float:
        """A stop's fence for positions this accurate."""
        return self.geofence_m + accuracy_m / 2

    def said(self, order_id: OrderId, stay: Stay) -> bool:
        """Whether the driver spoke of this stop during the stay, or just after it."""
        word = self.words.get(order_id)
        if word is None:
            return False
        since = stay.t0 - _SAID_BEFORE_S
        if word.arrived_t is not None:  # not yet after leaving: then it is said of the next one
            return since <= word.arrived_t <= stay.t1 + _ARRIVED_AFTER_S
        return word.finished_t is not None and stay.t0 <= word.finished_t <= stay.t1 + _SAID_AFTER_S

    def arrived_t(self, order_id: OrderId) -> float | None:
        """When the driver said to have come to this stop."""
        word = self.words.get(order_id)
        return word.arrived_t if word else None

    def said_elsewhere(self, order_id: OrderId, stay: Stay) -> bool:
        """Whether the driver was at this stop at quite another time, by their own word."""
        word = self.words.get(order_id)
        return word is not None and (word.until_t < stay.t0 - _ELSEWHERE_S or word.t > stay.t1 + _ELSEWHERE_S)


@dataclass(frozen=True, slots=True)
class _Claim:
    """How well a stay explains a visit at one stop."""

    stop: RoundStop
    distance_m: float
    weight: float
    in_turn: bool
    said: bool

    @property
    def rank(self) -> tuple[bool, float]:
        return self.said, self.weight


@dataclass(slots=True)
class Doorsteps:
    """The visits of one round, stay after stay in the order of time. `copy.copy` gives a checkpoint.

    Nothing is decided for good while the driver is there: the visit at hand is told anew from its stay each time.
    """

    past: Mapping[OrderId, Served] = field(default_factory=dict)
    """Those that ended."""
    present: Stay | None = None
    """The stay at hand: from entering the fence, all its parts joined."""
    at: RoundStop | None = None
    """Whose door it is."""
    inside: tuple[float, float] = (0.0, 0.0)
    """When, and how far from its place, the track was inside its fence last."""
    left_t: float | None = None
    """When it left the fence, if it is outside."""
    stood_t: float = 0.0
    """When the latest stay ended, at a door or anywhere: before that nobody arrived at the next."""

    def settle(self, stay: Stay, fences: Fences, entered: Entered) -> None:
        """Take in one more stay."""
        claim, before_t, self.stood_t = self._best(stay, fences), self.stood_t, stay.t1
        if claim is None:
            return
        if self.present is not None and self.at is not None:
            if claim.stop.order_id == self.at.order_id:
                self._extend(stay, fences, entered)
                return
            before_t = min(stay.t0, self.left_t or stay.t0)
            self.depart(fences, before_t, but=claim.stop.order_id)
        radius_m = max(fences.radius_m(stay.accuracy_m), claim.distance_m)
        self.at = claim.stop
        t0 = min(stay.t0, max(before_t, entered(claim.stop, radius_m, stay.t0)))
        if claim.distance_m > fences.radius_m(stay.accuracy_m):  # beyond the fence only the driver's word counts
            t0 = max(t0, min(stay.t1, fences.arrived_t(claim.stop.order_id) or t0))
        self.present = stay._replace(t0=t0)
        self.inside, self.left_t = (stay.t1, claim.distance_m), None

    def move(self, point: Point, fences: Fences) -> None:
        """See whether a point after the stay is outside its fence: for good, or for a moment."""
        if self.present is None or self.at is None or point.t <= self.inside[0]:
            return
        distance_m = metres(self.at.place.lat, self.at.place.lon, point.lat, point.lon)
        stood_m = self.present.from_m(self.at.place.lat, self.at.place.lon)
        radius_m = max(fences.radius_m(point.accuracy_m), stood_m + 25)
        walking = self.left_t is None and point.speed_mps < WALKING_MPS and distance_m <= WALKED_M
        if distance_m <= radius_m or walking:
            self.inside, self.left_t = (point.t, distance_m), None
            return
        if self.left_t is None:
            share = (radius_m - self.inside[1]) / max(1.0, distance_m - self.inside[1])
            self.left_t = self.inside[0] + min(1.0, max(0.0, share)) * (point.t - self.inside[0])
        if distance_m > 2 * radius_m or point.t - self.left_t > _AWAY_S:
            self.depart(fences, self.left_t)

    def depart(self, fences: Fences, t1: float, but: OrderId | None = None) -> None:
        """End the visit at hand; `but` was not part of it after all."""
        if self.present is None:
            return
        ended = self.present._replace(t1=max(t1, self.present.t0))
        group = [s for s in self._group(ended, fences, ended=True) if s.order_id != but]
        self.past = {**self._without(group), **{served.order_id: served for served in group}}
        self.present = self.at = self.left_t = None

    def told(self, fences: Fences) -> Sequence[Served]:
        """All visits so far, the one at hand included, by arrival."""
        known = dict(self.past)
        if self.present is not None:
            reaching = self.present._replace(t1=max(self.present.t1, self.inside[0]))
            group = self._group(reaching, fences, ended=False)
            known = {**self._without(group), **{served.order_id: served for served in group}}
        return sorted(known.values(), key=lambda served: served.t0)

    def _without(self, group: Sequence[Served]) -> dict[OrderId, Served]:
        """The past, less what these visits correct; whoever shared a stay with one of them gets its time."""
        past = dict(self.past)
        for served in group:
            taken = past.pop(served.order_id, None)
            if taken is None:
                continue
            for other in past.values():
                if other.t1 == taken.t0:
                    past[other.order_id] = replace(other, t1=taken.t1)
                elif other.t0 == taken.t1:
                    past[other.order_id] = replace(other, t0=taken.t0)
        return past

    def _extend(self, stay: Stay, fences: Fences, entered: Entered) -> None:
        """The driver goes on standing at the same door, perhaps after moving a little."""
        assert self.present is not None
        assert self.at is not None
        place, before = self.at.place, self.present
        hop_m, hop_s = stay.from_m(before.lat, before.lon), max(1.0, stay.t0 - before.t1)
        waited = before.lasted_s < min(_SHORT_S, stay.lasted_s)
        if waited and hop_m > _HOP_M and hop_m / hop_s > DRIVING_MPS * 0.7:
            # waited at a light or looked for a place to park: only now is it there
            radius_m = fences.radius_m(stay.accuracy_m)
            self.present = stay._replace(t0=max(before.t1, entered(self.at, radius_m, stay.t0)))
        else:
            self.present = before._replace(t1=stay.t1)
        self.inside, self.left_t = (stay.t1, stay.from_m(place.lat, place.lon)), None

    def _best(self, stay: Stay, fences: Fences) -> _Claim | None:
        """Whose visit the stay is, if anybody's."""
        claims = self._claims(stay, fences)
        best = max(claims, key=lambda claim: claim.rank, default=None)
        if best is None or best.said:
            return best
        # neighbours in one building are told apart by the plan alone
        like = (c for c in claims if c.in_turn == best.in_turn and not c.said)
        doors = [c for c in like if c.stop.place.distance_m(best.stop.place) <= SAME_BUILDING_M]
        return min(doors, key=lambda claim: fences.plan.turn[claim.stop.order_id])

    def _claims(self, stay: Stay, fences: Fences) -> list[_Claim]:
        expected = self._expected(stay, fences)
        claims = (self._claim(stop, stay, fences, expected) for stop in fences.plan.near(stay.lat, stay.lon))
        return [claim for claim in claims if claim is not None]

    def _claim(self, stop: RoundStop, stay: Stay, fences: Fences, expected: frozenset[OrderId]) -> _Claim | None:
        distance_m, radius_m = stay.from_m(stop.place.lat, stop.place.lon), fences.radius_m(stay.accuracy_m)
        said, in_turn = fences.said(stop.order_id, stay), stop.order_id in expected
        if distance_m > (max(SAID_M, radius_m) if said else radius_m):
            return None
        at_start = stay.from_m(fences.start.lat, fences.start.lon) <= min(distance_m, fences.geofence_m)
        if not said and (at_start or fences.said_elsewhere(stop.order_id, stay)):
            return None
        if not (said or self._long_enough(stop, stay, fences, in_turn=in_turn, near=distance_m <= _NEARER * radius_m)):
            return None
        wanted_s = max(fences.dwell_s, stop.service_s)
        weight = min(1.0, stay.lasted_s / wanted_s) * (1 - min(1.0, distance_m / (2 * radius_m)))
        claim = _Claim(stop, distance_m, weight * (1.0 if in_turn else 0.5), in_turn, said)
        before = self.past.get(stop.order_id)
        if before is None or before.shared or said or claim.weight > _MUCH_BETTER * before.weight:
            return claim
        return None

    def _long_enough(self, stop: RoundStop, stay: Stay, fences: Fences, *, in_turn: bool, near: bool) -> bool:
        if self.at is not None and stop.order_id == self.at.order_id:
            return True
        if in_turn:
            return stay.lasted_s >= fences.dwell_s or (stay.lasted_s >= fences.dwell_s / 2 and stay.drift_mps < 1)
        return near and stay.lasted_s >= max(_TWICE * fences.dwell_s, min(stop.service_s / 2, 150.0))

    def _expected(self, stay: Stay, fences: Fences) -> frozenset[OrderId]:
        """The stops that may come next: the first open one of all, and the first after the latest visited."""
        stops, turn = fences.plan.stops, fences.plan.turn
        visited = {served.order_id: served.t0 for served in self.past.values()}
        if self.present is not None and self.at is not None:
            visited |= {s.order_id: s.t0 for s in self._group(self.present, fences, ended=False)}
        visited |= {word.order_id: word.t for word in fences.words.values() if word.until_t < stay.t0 - _SAID_BEFORE_S}
        latest = max((o for o in visited if o in turn), key=lambda o: visited[o], default=None)
        after = 0 if latest is None else turn[latest] + 1
        in_turn = {o for o, served in self.past.items() if served.in_turn} | (visited.keys() - self.past.keys())
        onward = next((s.order_id for s in stops[after:] if s.order_id not in in_turn), None)
        due = [s.order_id for s in stops[:after] if s.order_id not in visited and not s.done]
        here = None if self.at is None else self.at.order_id
        return frozenset(o for o in (onward, here, *due[:1], *due[-_SKIPPED:]) if o is not None)

    def _group(self, stay: Stay, fences: Fences, *, ended: bool) -> list[Served]:
        """The stops that one stay served, each with its share of the time."""
        assert self.at is not None
        radius_m = fences.radius_m(stay.accuracy_m)
        group = [self.at]
        for stop in self._beside(stay, fences):
            needed_s = sum(self._needed_s(s, fences, ended=ended) for s in (*group, stop)[: None if ended else -1])
            if fences.said(stop.order_id, stay) or stay.lasted_s >= needed_s:
                group.append(stop)
        shares = _shares(self._sequence(group, fences), stay, fences.words, ended=ended)
        served = []
        for stop, (t0, t1) in zip(self._sequence(group, fences), shares, strict=True):
            distance_m = stay.from_m(stop.place.lat, stop.place.lon)
            weight = min(1.0, (t1 - t0) / max(fences.dwell_s, stop.service_s))
            weight *= 1 - min(1.0, distance_m / (2 * radius_m))
            guest = stop.order_id != self.at.order_id
            shared = guest and not fences.said(stop.order_id, stay)
            served.append(Served(stop.order_id, t0, t1, distance_m, weight, not guest, shared))
        return served if ended else [*served[:-1], replace(served[-1], t1=None)]

    def _beside(self, stay: Stay, fences: Fences) -> list[RoundStop]:
        """Other stops that the same stay may serve: those said, and those next door that follow in the plan."""
        assert self.at is not None
        turn, beside = fences.plan.turn, []
        run = {turn.get(self.at.order_id, -9)}
        for stop in sorted(fences.plan.near(stay.lat, stay.lon), key=lambda s: turn[s.order_id]):
            if stop.order_id == self.at.order_id or stop.order_id in self.past:
                continue
            away_m = stay.from_m(stop.place.lat, stop.place.lon)
            near = self.at.place.distance_m(stop.place) <= SAME_BUILDING_M
            in_fence = away_m <= fences.radius_m(stay.accuracy_m)
            follows = turn[stop.order_id] - 1 in run or turn[stop.order_id] + 1 in run
            if (away_m <= SAID_M and fences.said(stop.order_id, stay)) or (
                near and in_fence and follows and not fences.said_elsewhere(stop.order_id, stay)
            ):
                beside.append(stop)
                run.add(turn[stop.order_id])
        return beside

    def _needed_s(self, stop: RoundStop, fences: Fences, *, ended: bool) -> float:
        """The least time at a stop: all of the planned service while there, a quarter of it in hindsight."""
        return max(fences.dwell_s / 2, stop.service_s * (0.25 if ended else 1.0))

    def _sequence(self, group: Sequence[RoundStop], fences: Fences) -> list[RoundStop]:
        """As the driver reported them; the others as planned."""

        def when(stop: RoundStop) -> tuple[float, int]:
            word = fences.words.get(stop.order_id)
            reported = [w.until_t for s in group if (w := fences.words.get(s.order_id)) is not None]
            last = max(reported, default=0.0)
            return (word.until_t if word else last), fences.plan.turn.get(stop.order_id, 0)

        return sorted(group, key=when)


def _shares(
    stops: Sequence[RoundStop], stay: Stay, words: Mapping[OrderId, Word], *, ended: bool
) -> list[tuple[float, float]]:
    """From when until when each stop had the stay.

    Until the driver said to have come to the next one, or what became of it, or for its share by planned service.
    """
    planned_s = sum(stop.service_s for stop in stops)
    scale = stay.lasted_s / planned_s if planned_s and (ended or stay.lasted_s < planned_s) else 1.0
    shares, t0 = [], stay.t0
    for stop, following in pairwise(stops):
        word, next_word = words.get(stop.order_id), words.get(following.order_id)
        said_t = (next_word.arrived_t if next_word else None) or (word.finished_t if word else None)
        t1 = min(stay.t1, max(t0, t0 + stop.service_s * scale if said_t is None else said_t))
        shares.append((t0, t1))
        t0 = t1
    return [*shares, (t0, max(t0, stay.t1))]
