"""One round on the road: fixes in the order of arrival go in, what they mean comes out.

Everything is told from the track in the order of device time. A fix that comes late takes its place there and the rest
is told again from the nearest checkpoint, so that late fixes give what punctual ones would have given.
"""

import copy
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from dispatcher.domain.actions import ActionKind, TakenAction, Taking
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import DeviceId, OrderId
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.tracking import Alert, Doubt, StoredFix, Visit, Witness
from dispatcher.tracking.alerts import Watch
from dispatcher.tracking.filtering import Sieve, Skew, doubt_of
from dispatcher.tracking.progress import Line, PlannedWay, Progress
from dispatcher.tracking.spoken import Spoken, by_word_alone
from dispatcher.tracking.stays import WALKED_M, WALKING_MPS, Spot, Stay
from dispatcher.tracking.stops import RoundPlan, RoundStop, Word, put_off, words_of
from dispatcher.tracking.track import Point, Track, metres, point_of
from dispatcher.tracking.visits import Doorsteps, Fences, Served

CHECKPOINT = 100
"""Fixes between two moments that can be returned to."""

GAP_S = 90.0
"""Without a fix for longer than this, what happened between is inferred."""

_GAP_SPEED_MPS = 5.0
_GAP_REACH_M = 100.0
_COUNTED_M = 80.0
_BEFORE_S = 900.0

_PASSED_BY = 3
"""A stop before which so many later ones were made is not the next one."""

_START_M = 150.0
"""Within this of where the round starts, the driver has not left."""


@dataclass(slots=True)
class _State:
    """All that a track has told so far."""

    upto: int = 0
    """How many points of the track are in it."""
    sieve: Sieve = field(default_factory=Sieve)
    spot: Spot = field(default_factory=Spot)
    doors: Doorsteps = field(default_factory=Doorsteps)
    last: Point | None = None
    departed_t: float | None = None
    driven_m: float = 0.0
    counted: tuple[float, float] | None = None
    """Where the last metre was counted."""

    def checkpoint(self) -> "_State":
        twin = copy.copy(self)
        twin.sieve, twin.spot, twin.doors = copy.copy(self.sieve), copy.copy(self.spot), copy.copy(self.doors)
        return twin


class RoundTracker:
    """Follows one round. Not for several threads."""

    def __init__(self, shift: Shift, stops: Iterable[RoundStop], policy: RoadPolicy, legs: Sequence[Line] = ()) -> None:
        """`legs` is the planned way, from the start to the first stop and so on (`RoadPath.legs`)."""
        self.shift = shift
        self.policy = policy
        self.mock = False
        """Whether any position was made up."""
        self.doubts: dict[int, Doubt] = {}
        """By `seq`: the fixes that are not followed."""
        self.position: StoredFix | None = None
        """The fix with the latest device time that is followed."""
        self.heard_at: datetime | None = None
        """When anything came last, followed or not."""
        self._plan = RoundPlan(stops)
        self._words: Mapping[OrderId, Word] = {}
        self._put_off: Sequence[OrderId] = ()
        self._track = Track()
        self._state = _State()
        self._saved: list[_State] = []
        self._skews: dict[DeviceId, Skew] = {}
        self._learned_n = 0
        """The last action by which clocks were looked at."""
        self._stored: dict[int, StoredFix] = {}
        self._spoken = Spoken()
        self._way = PlannedWay(legs, shift.start)
        self._watch = Watch(shift, policy)
        self._mock_at: datetime | None = None
        self._ended = False
        self._known: Sequence[Served] | None = None
        """What `_told` found, until something changes."""

    def take(self, fixes: Iterable[StoredFix]) -> None:
        """Take in fixes in the order they arrived, however late they are."""
        earliest = None
        for stored in fixes:
            added = self._admit(stored)
            if added is not None:
                earliest = added if earliest is None else min(earliest, added)
        if earliest is not None:
            self._return_to(earliest)
            self._catch_up()

    def hear(self, actions: Iterable[TakenAction]) -> None:
        """Take in all that the driver said in this round so far; replaces what was given before."""
        actions = [self._said_right(taken) for taken in self._learn_clocks(actions)]
        self._ended = self._has_ended(actions)
        words, self._put_off = words_of(actions), put_off(actions)
        changed = [o for o in words.keys() | self._words.keys() if words.get(o) != self._words.get(o)]
        if not changed:
            return
        moments = [word.t for book in (words, self._words) for o in changed if (word := book.get(o)) is not None]
        moments += [served.t0 for served in self._told() if served.order_id in changed]
        self._words = words
        self._return_to(min(moments) - _BEFORE_S)
        self._catch_up()

    def hand_over(self, shift: Shift) -> None:
        """Another driver goes on with the round; what is behind it stays."""
        self.shift, self._ended = shift, False
        self._watch = Watch(shift, self.policy)

    def _has_ended(self, actions: Iterable[TakenAction]) -> bool:
        """By the latest word of the driver who has the round now, as far as it was taken."""
        own = (a for a in actions if a.driver_id == self.shift.driver_id and a.taking is Taking.TAKEN)
        turns = [a.action for a in own if a.action.kind in (ActionKind.BEGIN, ActionKind.END) and not a.withdrawn]
        latest = max(turns, key=lambda action: action.at, default=None)
        return latest is not None and latest.kind is ActionKind.END

    def replan(self, stops: Iterable[RoundStop], legs: Sequence[Line] = ()) -> None:
        """Go on with the round as it is now; what is behind the driver stays as it was told."""
        self._plan, self._known = RoundPlan(stops), None
        self._way = PlannedWay(legs, self.shift.start)

    def alerts(self, now: datetime, planned: RouteTimes | None = None) -> Sequence[Alert]:
        """What wants attention at this moment; with `planned`, the round's times, departure and break are known."""
        return self._watch.look(self.progress, now, planned)

    @property
    def plan(self) -> RoundPlan:
        """The stops as they are planned now."""
        return self._plan

    @property
    def visits(self) -> Sequence[Visit]:
        """By arrival, the one at hand included."""
        tracked = [
            Visit(
                self.shift.id,
                served.order_id,
                _moment(served.t0),
                None if served.t1 is None else _moment(served.t1),
                Witness.TRACK,
                round(served.distance_m, 1),
            )
            for served in self._told()
        ]
        known = {visit.order_id for visit in tracked}
        said = [
            Visit(self.shift.id, order_id, _moment(t), self._said_end(self._words[order_id]), Witness.DRIVER)
            for order_id, t in by_word_alone(self._words, self._stops).items()
            if order_id not in known
        ]
        return sorted([*tracked, *said], key=lambda visit: visit.arrived_at)

    def onward(self, ids: Iterable[OrderId]) -> Sequence[OrderId]:
        """Open stops, given as planned, in the order in which the driver is likely to make them.

        Those that were put off, or that others were made before one after the other, come last.
        """
        turn = self._plan.turn
        made = sorted(turn[o] for o in {served.order_id for served in self._told()} | self._words.keys() if o in turn)

        def rank(order_id: OrderId) -> int:
            if order_id in self._put_off:
                return 2 + self._put_off.index(order_id)
            passed_by = len(made) - bisect_right(made, turn.get(order_id, len(turn)))
            return 1 if passed_by >= _PASSED_BY else 0

        return sorted(ids, key=rank)

    @property
    def heard_of(self) -> datetime | None:
        """The latest moment of which anything was heard: where the driver was, or what they said of a stop."""
        seen = [] if self.position is None else [self.position.fix.at]
        return max([*seen, *(_moment(word.until_t) for word in self._words.values())], default=None)

    def word(self, order_id: OrderId) -> Word | None:
        """What the driver said of a stop, by the depot's clock."""
        return self._words.get(order_id)

    @property
    def driven_m(self) -> float:
        """Metres driven so far, the noise of standing still left out."""
        state = self._state
        if state.last is None or state.counted is None or state.spot.standing:
            return state.driven_m
        return state.driven_m + metres(*state.counted, state.last.lat, state.last.lon)

    @property
    def trail(self) -> Sequence[tuple[float, float, float]]:
        """(lat, lon, seconds since 1970) of all fixes that are followed, by time."""
        return self.trail_since(float("-inf"))

    def trail_since(self, t: float) -> Sequence[tuple[float, float, float]]:
        """The same from a moment on."""
        points = (self._track[i] for i in range(self._track.after(t), len(self._track)))
        return [(p.lat, p.lon, p.t) for p in points if p.seq not in self.doubts]

    @property
    def progress(self) -> Progress:
        """Where in its round the driver is."""
        state, position = self._state, self.position
        told = self._told()
        at = next((self._plan.stop(s.order_id) for s in told if s.t1 is None), None)
        visited = {s.order_id for s in told} | self._words.keys()
        ahead = self.onward(s.order_id for s in self._plan.stops if s.order_id not in visited and not s.done)
        fix = None if position is None else position.fix
        return Progress(
            at=None if fix is None else fix.at,
            heard_at=self.heard_at,
            departed_at=None if state.departed_t is None else _moment(state.departed_t),
            over=self._ended or (not ahead and at is None and state.departed_t is not None and self._back),
            at_order_id=None if at is None else at.order_id,
            at_name="" if at is None else at.name,
            at_start=fix is not None and fix.place.distance_m(self.shift.start) <= _START_M,
            next_order_id=ahead[0] if ahead else None,
            service_s=0 if at is None else at.service_s,
            standing_since=_moment(state.spot.first.t) if state.spot.standing and state.spot.first else None,
            driven_m=self.driven_m,
            off_route_m=None if at is not None else self._off_route_m(ahead, told),
            speed_mps=None if fix is None else fix.speed_mps,
            battery=None if fix is None else fix.battery,
            charging=None if fix is None else fix.charging,
            mock_at=self._mock_at,
            skew_s=max((skew.ahead_s for skew in self._skews.values()), key=abs, default=0.0),
        )

    @property
    def _back(self) -> bool:
        end, position = self.shift.end, self.position
        return end is None or (position is not None and position.fix.place.distance_m(end) <= _START_M)

    def _off_route_m(self, ahead: Sequence[OrderId], told: Sequence[Served]) -> float | None:
        """From the ways between the last stop and the next, and the one after it."""
        if self.position is None or self._state.departed_t is None:
            return None
        turn = self._plan.turn
        following = turn[ahead[0]] if ahead else len(turn)
        behind = [turn[s.order_id] for s in told if s.order_id in turn]
        first = min(following, behind[-1] + 1) if behind else following
        return self._way.off_m(self.position.fix.place, first, following + 1)

    def skew_s(self, device_id: DeviceId) -> float:
        """How far a device's clock is ahead."""
        skew = self._skews.get(device_id)
        return 0.0 if skew is None else skew.ahead_s

    def _learn_clocks(self, actions: Iterable[TakenAction]) -> Sequence[TakenAction]:
        """See how the clocks of their phones go by what is new among them; returns them all."""
        known = list(actions)
        for taken in known:
            if taken.n > self._learned_n:
                self._skews.setdefault(taken.device_id, Skew()).hear(taken.action.at, taken.received_at)
        self._learned_n = max((taken.n for taken in known), default=self._learned_n)
        return known

    def _said_right(self, taken: TakenAction) -> TakenAction:
        """An action by the depot's clock, as far as that of its phone is known."""
        skew = self._skews.get(taken.device_id)
        off_s = skew.correction_s if skew else 0.0
        if not off_s:
            return taken
        return replace(taken, action=replace(taken.action, at=taken.action.at - timedelta(seconds=off_s)))

    def _admit(self, stored: StoredFix) -> float | None:
        """Keep a fix, unless doubt forbids; the moment from which to tell again."""
        self.heard_at = stored.received_at if self.heard_at is None else max(self.heard_at, stored.received_at)
        if stored.fix.mock:
            self.mock, self._mock_at = True, max(stored.fix.at, self._mock_at or stored.fix.at)
        skew = self._skews.setdefault(stored.device_id, Skew())
        skew.take(stored)
        stored = _set_right(stored, skew.correction_s)
        doubt = doubt_of(stored)
        point = point_of(stored)
        twin = self._track.add(point) if doubt is None else None
        if twin is not None:
            if twin.seq == stored.seq:
                return None
            doubt = Doubt.DUPLICATE
        if doubt is not None:
            self.doubts[stored.seq] = doubt
            return None
        if self.position is None or stored.fix.at >= self.position.fix.at:
            self._stored[stored.seq] = stored
        return point.t

    def _return_to(self, t: float) -> None:
        """Forget what was told from `t` on."""
        self._spoken.forget(t)
        at = self._track.after(t)
        if self._state.upto <= at:
            return
        while self._saved and self._saved[-1].upto > at:
            self._saved.pop()
        self._state = self._saved[-1].checkpoint() if self._saved else _State()

    def _catch_up(self) -> None:
        """Tell what the track has beyond the state, keeping a checkpoint now and then."""
        state, self._known = self._state, None
        while state.upto < len(self._track):
            if state.upto % CHECKPOINT == 0 and state.upto and (not self._saved or self._saved[-1].upto < state.upto):
                self._saved.append(state.checkpoint())
            point = self._track[state.upto]
            state.upto += 1
            released = state.sieve.take(point)
            if not released:
                self.doubts[point.seq] = Doubt.JUMP
            for follow in released:
                self.doubts.pop(follow.seq, None)
                self._follow(state, follow)
        self._show(state.last)

    def _show(self, last: Point | None) -> None:
        """Move the live marker, and let go of fixes that cannot be it any more."""
        if last is None:
            return
        self.position = self._stored.get(last.seq, self.position)
        self._stored = {seq: stored for seq, stored in self._stored.items() if stored.fix.at.timestamp() >= last.t}

    def _follow(self, state: _State, point: Point) -> None:
        fences = self._fences()
        if state.last is not None and point.t - state.last.t > GAP_S:
            self._bridge(state, state.last, point, fences)
        ended = state.spot.take(point)
        if ended is not None and ended.lasted_s >= self.policy.dwell_s / 4:
            state.doors.settle(ended, fences, self._entered)
        state.doors.move(point, fences)
        self._count(state, point)
        start = self.shift.start
        if (
            state.departed_t is None
            and metres(start.lat, start.lon, point.lat, point.lon) > _START_M + point.accuracy_m
        ):
            state.departed_t = point.t
        state.last = point

    def _bridge(self, state: _State, before: Point, after: Point, fences: Fences) -> None:
        """A time without fixes: a visit, if it began and ended by the door of a stop and was long enough for one."""
        for stop in fences.plan.near(after.lat, after.lon):
            place, near_m = stop.place, fences.radius_m(after.accuracy_m) + _GAP_REACH_M
            there_m, back_m = (metres(place.lat, place.lon, p.lat, p.lon) for p in (before, after))
            t0, t1 = before.t + there_m / _GAP_SPEED_MPS, after.t - back_m / _GAP_SPEED_MPS
            if max(there_m, back_m) > near_m or t1 - t0 < self.policy.dwell_s or self._kept(state, after):
                continue
            ended = state.spot.end()
            if ended is not None and ended.lasted_s >= self.policy.dwell_s / 4:
                state.doors.settle(ended, fences, self._entered)
            state.doors.settle(Stay(t0, t1, place.lat, place.lon, after.accuracy_m, 0.0), fences, _as_is)
            return

    def _kept(self, state: _State, point: Point) -> bool:
        """Whether the point is where the stay at hand is: then the gap is simply part of it."""
        spot = copy.copy(state.spot)
        return spot.first is not None and spot.take(point) is None and not spot.away

    def _count(self, state: _State, point: Point) -> None:
        """Add to the metres driven once the point is clearly farther than noise from where the last was counted."""
        if state.spot.standing:
            here = state.spot.centre()
            if state.counted is not None:
                state.driven_m += _beyond_noise(metres(*state.counted, *here))
            state.counted = here if state.counted is None or metres(*state.counted, *here) > 10 else state.counted
            return
        if state.counted is None:
            state.counted = (point.lat, point.lon)
            return
        step_m = metres(*state.counted, point.lat, point.lon)
        if step_m >= max(_COUNTED_M, 2 * point.accuracy_m):
            state.driven_m += step_m
            state.counted = (point.lat, point.lon)

    def _entered(self, stop: RoundStop, radius_m: float, t: float) -> float:
        """When the track last came into a fence before `t`; on foot, when the van was left."""
        at = self._track.after(t)
        inside_t, inside_m = t, 0.0
        while at > 0:
            at -= 1
            point = self._track[at]
            if point.seq in self.doubts:
                continue
            distance_m = metres(stop.place.lat, stop.place.lon, point.lat, point.lon)
            if distance_m > radius_m and point.speed_mps < WALKING_MPS and distance_m <= WALKED_M:
                inside_t, inside_m, radius_m = point.t, distance_m, distance_m
            elif distance_m > radius_m:
                share = (radius_m - inside_m) / max(1.0, distance_m - inside_m)
                return max(inside_t - share * (inside_t - point.t), inside_t - 30)
            inside_t, inside_m = point.t, distance_m
        return inside_t

    def _fences(self) -> Fences:
        policy = self.policy
        return Fences(self._plan, self.shift.start, policy.geofence_m, policy.dwell_s, self._words)

    def _told(self) -> Sequence[Served]:
        """All visits, as if the stay under way ended now."""
        if self._known is None:
            doors, fences = copy.copy(self._state.doors), self._fences()
            stay = self._state.spot.stay()
            if stay is not None and stay.lasted_s >= self.policy.dwell_s / 4:
                doors.settle(stay, fences, self._entered)
            self._known = self._spoken.over(doors.told(fences), self._words, self._stops, self._between)
        return self._known

    @property
    def _stops(self) -> Mapping[OrderId, RoundStop]:
        return {stop.order_id: stop for stop in self._plan.stops}

    def _between(self, t0: float, t1: float) -> list[Point]:
        """The points that are followed from one moment to another."""
        points = (self._track[i] for i in range(self._track.after(t0), self._track.after(t1)))
        return [point for point in points if point.seq not in self.doubts]

    def _said_end(self, word: Word) -> datetime | None:
        return None if word.finished_t is None else _moment(word.finished_t)


def _set_right(stored: StoredFix, off_s: float) -> StoredFix:
    """A fix by the depot's clock; what is stored stays as the device said it."""
    if not off_s:
        return stored
    return replace(stored, fix=replace(stored.fix, at=stored.fix.at - timedelta(seconds=off_s)))


def _beyond_noise(step_m: float) -> float:
    return step_m if step_m > 10 else 0.0


def _moment(t: float) -> datetime:
    return datetime.fromtimestamp(t, UTC)


def _as_is(_stop: RoundStop, _radius_m: float, t: float) -> float:
    return t
