"""What would mend a stop that is unplanned, late, or breaks another rule: the cheapest ways, found by trying them.

Every fix is judged before it is told: the stop is planned and breaks no rule then, and no rule is broken that is kept
now. Fixes are ranked by money: what the rounds cost more, and what it costs to trouble people, by the prices below.
What is locked, held, driven or frozen is touched only by a fix that says so (`Kind.UNLOCK`).
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from dispatcher.domain.fleet import Lock, Vehicle
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.schedule import Rule
from dispatcher.planning.everywhere import Everywhere
from dispatcher.planning.judge import Timeline, weigh_many
from dispatcher.planning.narrow import narrowed
from dispatcher.planning.problem import Pause, Problem, Round, Sequences, Visit, amounts
from dispatcher.planning.rank import Hand
from dispatcher.planning.resequence import resequence
from dispatcher.planning.stop import StopRule
from dispatcher.planning.tries import Outcome, Routes, Spot, Tries, no_worse

DEADLINE_S = 1.0
"""A person waits for the answer with the order open before them."""

CALL_PRICE = 600
"""Minor units: asking a customer for another window is a phone call of a quarter of an hour, and some say no."""
WINDOW_MINUTE_PRICE = 15
"""Minor units for each minute a customer has to wait longer: an hour is as dear as another call and a half."""
OVERTIME_SHARE = 0.5
"""Of the driver's hourly cost, on top of it, for time outside the shift."""
ASK_PRICE = 200
"""Minor units: asking a driver to begin earlier, to stay longer or to take more than was agreed."""
MOVE_PRICE = 50
"""Minor units: another driver has to look at another list."""
VEHICLE_PRICE = 800
"""Minor units: fetching another vehicle from the yard and loading it instead."""
UNLOCK_PRICE = 500
"""Minor units: somebody decided that, and will want to know why it was undone."""

WIDEST_MIN = 240
"""A window moved by more than that is another order."""
OVERTIME_MIN = 120

_LAST_TRY_S = 0.1
"""What is begun just before the deadline is finished by then."""

_LOOK = 10
"""Places of each kind that are judged to the last rule."""


class Kind(StrEnum):
    """What is done, in one word."""

    PUT = "put"
    """With this driver, at this place; nothing else."""
    RESEQUENCE = "resequence"
    """The same round in another order."""
    WINDOW = "window"
    """The customer takes it earlier or later."""
    HOURS = "hours"
    """The driver begins earlier or ends later."""
    MOVE = "move"
    """Another stop goes to another driver."""
    LIMIT = "limit"
    """The driver takes more stops, time or distance than was agreed."""
    VEHICLE = "vehicle"
    """The round goes out in another vehicle of the yard."""
    UNLOCK = "unlock"
    """A lock or a hold is dropped."""


@dataclass(frozen=True, slots=True)
class Wider:
    """A time window, or a shift, opened by so much to either side."""

    earlier_s: int = 0
    later_s: int = 0
    index: int = 0
    """Of the window among the order's."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend one stop. Differences are by the judge, over all rounds that change."""

    kind: Kind
    order_id: OrderId
    shift_id: ShiftId
    """The round that serves it then."""
    before: Routes
    after: Routes
    """The rounds that change, whole."""
    cost: int
    """Minor currency units more than now."""
    distance_m: int
    duration_s: int
    price: int
    """What fixes are ranked by: the cost, handing loaded goods over, and what it is worth not to trouble people."""
    window: Wider | None = None
    hours: Wider | None = None
    """Of the shift `shift_id`."""
    limit: tuple[Rule, int] | None = None
    """The driver's new limit: stops, seconds or metres."""
    vehicle_id: VehicleId | None = None
    unlocked: tuple[ShiftId, ...] = ()
    """Rounds whose lock is dropped."""
    released: tuple[OrderId, ...] = ()
    """Stops that are no longer held."""
    moved: tuple[tuple[OrderId, ShiftId], ...] = ()
    """Other stops, each with the round it goes to."""


@dataclass(frozen=True, slots=True)
class Yard:
    """What a problem does not know: vehicles that stand in the yard, and what each driver can do without a vehicle."""

    vehicles: Sequence[Vehicle] = ()
    skills: Mapping[DriverId, frozenset[str]] = MappingProxyType({})


def fixes(
    problem: Problem,
    sequences: Sequences,
    order_id: OrderId,
    *,
    most: int = 3,
    deadline_s: float = DEADLINE_S,
    yard: Yard | None = None,
) -> tuple[Fix, ...]:
    """The cheapest ways to mend a stop, cheapest first; of different kinds as far as there are.

    Nothing for a stop that breaks no rule where it is, for one that nobody can reach, and for one that was served.
    Raises `KeyError` for an order that does not belong to the day.
    """
    if order_id in problem.set_aside or problem.visits[order_id].done:
        return ()
    tries = Tries(problem, sequences, order_id)
    if tries.home is not None and not any(subject[1] == order_id for subject in tries.now[tries.home].broken):
        return ()
    return _Search(tries, yard or Yard(), time.monotonic() + deadline_s - _LAST_TRY_S).best(most)


_FREE = (Kind.PUT, Kind.RESEQUENCE)
"""Kinds that trouble nobody."""


class _Search:
    """All kinds, one after the other, until the time is over."""

    def __init__(self, tries: Tries, yard: Yard, until: float) -> None:
        self._tries, self._yard, self._until = tries, yard, until
        self._problem, self._visit = tries.problem, tries.visit
        self._free = math.inf
        """The price of the cheapest fix that troubles nobody."""

    def _worth(self, cost: float, trouble: float) -> bool:
        """Whether it can be cheaper than what troubles nobody."""
        return not self._late() and cost + trouble < self._free

    def best(self, most: int) -> tuple[Fix, ...]:
        """The cheapest of each kind, then the next cheapest of any."""
        kinds = (
            self._puts, self._fetched, self._resequenced, self._unlocked, self._hours, self._windows, self._limits,
            self._vehicles, self._moves,
        )  # fmt: skip
        found = list[Fix]()
        for kind in kinds:
            for fix in kind():
                found.append(fix)
                if fix.kind in _FREE:
                    self._free = min(self._free, fix.price)
                if self._late():
                    break
            if self._late():
                break
        return _chosen(found, most)

    def _late(self) -> bool:
        return time.monotonic() > self._until

    def _fix(self, kind: Kind, shift_id: ShiftId, outcome: Outcome, trouble: float, **how: object) -> Fix:
        before = {s: self._tries.routes[s] for s in outcome.routes}
        return Fix(
            kind=kind,
            order_id=self._visit.order_id,
            shift_id=shift_id,
            before=before,
            after=outcome.routes,
            cost=outcome.cost,
            distance_m=outcome.distance_m,
            duration_s=outcome.duration_s,
            price=outcome.cost + outcome.handling + round(trouble),
            **how,  # type: ignore[arg-type]
        )

    # --- nothing but another place ---

    def _puts(self) -> Iterator[Fix]:
        for spot in self._tries.spots(self._problem, _LOOK):
            outcome = self._tries.outcome(self._problem, self._tries.routes_with(spot))
            if outcome:
                kind = Kind.RESEQUENCE if spot.shift_id == self._tries.home else Kind.PUT
                yield self._fix(kind, spot.shift_id, outcome, 0)

    def _fetched(self) -> Iterator[Fix]:
        """Together with the collection that fetches its goods, where that is in no round or in another."""
        problem, first = self._problem, self._visit.pickup
        if first is None or first not in problem.visits or first in problem.set_aside:
            return
        routes = self._tries.routes
        giver = next((s for s, sequence in routes.items() if first in sequence), None)
        if giver is not None and first not in self._tries.movable(giver, fetched=True):
            return
        for offer in Hand(problem, routes, (first, self._visit.order_id)).offers():
            after = {offer.shift_id: offer.sequence}
            for gave in (giver, self._tries.home):
                if gave not in (None, offer.shift_id):
                    after[gave] = tuple(o for o in routes[gave] if o not in (first, self._visit.order_id))
            outcome = (
                self._tries.outcome(problem, after) if self._tries.welcomes(offer.shift_id, offer.sequence) else None
            )
            if outcome:
                yield self._fix(Kind.PUT, offer.shift_id, outcome, 0, moved=((first, offer.shift_id),))

    def _resequenced(self) -> Iterator[Fix]:
        home = self._tries.home
        if home is None or self._problem.rounds[home].lock in (Lock.ROUTE, Lock.SEQUENCE):
            return
        routes = {home: self._tries.routes[home]}
        found = resequence(narrowed(self._problem, routes, ()), routes, [home], stop=StopRule(seconds=0.15, idle=300))
        outcome = self._tries.outcome(self._problem, {home: tuple(found[home])})
        if outcome:
            yield self._fix(Kind.RESEQUENCE, home, outcome, 0)

    def _unlocked(self) -> Iterator[Fix]:
        if self._tries.nailed:
            return
        for spot in self._tries.spots(self._problem, _LOOK, unlocked=True):
            unlocked, released = self._tries.unlocks(spot)
            if not (unlocked or released):
                continue
            outcome = self._tries.outcome(self._problem, self._tries.routes_with(spot))
            if outcome:
                trouble = UNLOCK_PRICE * (len(unlocked) + len(released))
                yield self._fix(Kind.UNLOCK, spot.shift_id, outcome, trouble, unlocked=unlocked, released=released)

    # --- more time ---

    def _hours(self) -> Iterator[Fix]:
        for earlier in (False, True):
            loose = _with_rounds(self._problem, (self._longer(r, earlier, OVERTIME_MIN) for r in self._rounds(earlier)))
            for spot in self._tries.spots(loose, _LOOK):
                if self._worth(spot.cost, ASK_PRICE):
                    yield from self._overtime(spot, earlier)

    def _rounds(self, earlier: bool) -> Iterable[Round]:
        """Those whose shift may begin earlier have not begun."""
        begun = self._tries.heads if earlier else {}
        return [duty for s, duty in self._problem.rounds.items() if not begun.get(s) and s in self._tries.routes]

    def _overtime(self, spot: Spot, earlier: bool) -> Iterator[Fix]:
        duty = self._problem.rounds[spot.shift_id]
        if earlier and self._tries.heads[spot.shift_id]:
            return

        def outcome(minutes: int) -> Outcome | None:
            problem = _with_rounds(self._problem, [self._longer(duty, earlier, minutes)])
            return self._tries.outcome(problem, self._tries.routes_with(spot))

        found = _least(outcome, min(OVERTIME_MIN, self._spare_min(duty, earlier)))
        if found:
            minutes, how = found
            trouble = ASK_PRICE + minutes / 60 * duty.cost_per_hour * OVERTIME_SHARE
            hours = Wider(60 * minutes, 0) if earlier else Wider(0, 60 * minutes)
            yield self._fix(Kind.HOURS, spot.shift_id, how, trouble, hours=hours)

    def _spare_min(self, duty: Round, earlier: bool) -> int:
        """Minutes until the driver, or the vehicle, has another shift."""
        others = [
            other
            for other in self._problem.rounds.values()
            if other.shift_id != duty.shift_id
            and (other.driver_id == duty.driver_id or other.vehicle_name == duty.vehicle_name)
        ]
        if earlier:
            gaps = [duty.starts_s - other.ends_s for other in others if other.starts_s < duty.starts_s]
        else:
            gaps = [other.starts_s - duty.ends_s for other in others if other.ends_s > duty.ends_s]
        return max(0, min(gaps, default=OVERTIME_MIN * 60) // 60)

    @staticmethod
    def _longer(duty: Round, earlier: bool, minutes: int) -> Round:
        return with_hours(duty, Wider(60 * minutes, 0) if earlier else Wider(0, 60 * minutes))

    def _windows(self) -> Iterator[Fix]:
        if not self._visit.windows:
            return
        anytime = _with_visit(self._problem, replace(self._visit, windows=()))
        for spot in self._tries.spots(anytime, _LOOK):
            if self._worth(spot.cost, CALL_PRICE):
                yield from self._widened(anytime, spot)

    def _widened(self, anytime: Problem, spot: Spot) -> Iterator[Fix]:
        shift_id, sequence = self._tries.put(spot)
        line = Timeline.of(anytime, anytime.rounds[shift_id], [anytime.visits[o] for o in sequence])
        for index, sign, most_s in _edges(self._visit.windows, line.begins_s[spot.place]):

            def wider(minutes: int, index: int = index, sign: int = sign) -> Wider:
                return Wider(60 * minutes, 0, index) if sign < 0 else Wider(0, 60 * minutes, index)

            def outcome(minutes: int, wider: Callable[[int], Wider] = wider) -> Outcome | None:
                problem = _with_visit(self._problem, with_window(self._visit, wider(minutes)))
                return self._tries.outcome(problem, self._tries.routes_with(spot))

            found = _least(outcome, min(WIDEST_MIN, -(-most_s // 60)))
            if found:
                trouble = CALL_PRICE + found[0] * WINDOW_MINUTE_PRICE
                yield self._fix(Kind.WINDOW, shift_id, found[1], trouble, window=wider(found[0]))

    # --- more room ---

    def _limits(self) -> Iterator[Fix]:
        free = {"max_stops": None, "max_duration_s": None, "max_distance_m": None}
        limited = [r for r in self._problem.rounds.values() if any(getattr(r, name) is not None for name in free)]
        if not limited:
            return
        loose = _with_rounds(self._problem, (replace(duty, **free) for duty in limited))  # type: ignore[arg-type]
        for spot in self._tries.spots(loose, _LOOK):
            if self._worth(spot.cost, ASK_PRICE):
                yield from self._allowed_more(loose, spot)

    def _allowed_more(self, loose: Problem, spot: Spot) -> Iterator[Fix]:
        duty, (shift_id, sequence) = self._problem.rounds[spot.shift_id], self._tries.put(spot)
        line = Timeline.of(loose, loose.rounds[shift_id], [loose.visits[o] for o in sequence])
        needs = {
            Rule.MAX_STOPS: len(sequence),
            Rule.MAX_DURATION: -(-line.duration_s // 60) * 60,
            Rule.MAX_DISTANCE: -(-sum(line.leg_m) // 100) * 100,
        }
        for rule, need in needs.items():
            limit = getattr(duty, LIMITS[rule])
            if limit is None or need <= limit:
                continue
            problem = _with_rounds(self._problem, [with_limit(duty, rule, need)])
            outcome = self._tries.outcome(problem, self._tries.routes_with(spot))
            if outcome:
                yield self._fix(Kind.LIMIT, shift_id, outcome, ASK_PRICE, limit=(rule, need))

    def _vehicles(self) -> Iterator[Fix]:
        spare = [v for v in self._yard.vehicles if v.kind.profile in self._problem.travel]
        if not spare:
            return
        skills = frozenset(skill for vehicle in spare for skill in vehicle.skills)
        loads = [amounts(vehicle.capacity) for vehicle in spare]
        rounds = [self._problem.rounds[s] for s in self._tries.routes if self._unloaded(s)]
        loose = _with_rounds(self._problem, (_roomy(duty, loads, skills) for duty in rounds))
        for spot in self._tries.spots(loose, _LOOK):
            if not self._unloaded(spot.shift_id):
                continue
            for vehicle in spare:
                if self._late():
                    return
                problem = _with_rounds(
                    self._problem, [with_vehicle(self._problem.rounds[spot.shift_id], vehicle, self._yard)]
                )
                outcome = self._tries.outcome(problem, self._tries.routes_with(spot))
                if outcome:
                    yield self._fix(Kind.VEHICLE, spot.shift_id, outcome, VEHICLE_PRICE, vehicle_id=vehicle.id)

    def _unloaded(self, shift_id: ShiftId) -> bool:
        """Whether the round can still change its vehicle."""
        visits = self._problem.visits
        loaded = any(visits[o].loaded_on == shift_id for o in self._tries.routes[shift_id])
        return not self._tries.heads[shift_id] and not loaded and self._problem.rounds[shift_id].lock is not Lock.ROUTE

    # --- another stop makes room ---

    def _moves(self) -> Iterator[Fix]:
        for shift_id in self._tries.nearest(5):
            cheap = (each for each in self._ejections(shift_id) if self._worth(each[0], MOVE_PRICE))
            tried = sorted(cheap, key=lambda each: each[0])[:6]
            if not tried or self._late():
                continue
            rest = {s: sequence for s, sequence in self._tries.left.items() if s != shift_id}
            others = Everywhere(self._problem, rest) if rest else None
            for _, order_id, sequence in tried:
                if others is None or self._late():
                    break
                yield from self._moved(shift_id, sequence, order_id, rest, others)

    def _ejections(self, shift_id: ShiftId) -> Iterator[tuple[int, OrderId, tuple[OrderId, ...]]]:
        """The round with the stop instead of another: what it costs, the other, the sequence."""
        tries, allowed = list[tuple[OrderId, tuple[OrderId, ...]]](), self._tries.places(shift_id)
        left, order_id = self._tries.left[shift_id], self._visit.order_id
        near = self._near(shift_id)
        for other in self._tries.movable(shift_id):
            at = left.index(other)
            for place in dict.fromkeys((at, *near)):
                if place in allowed:
                    whole = (*left[:place], order_id, *left[place:])
                    tries.append((other, tuple(o for o in whole if o != other)))
        now, given = self._tries.now[shift_id].weight, 0 if shift_id == self._tries.home else self._tries.given
        weights = weigh_many(self._problem, [(shift_id, sequence) for _, sequence in tries])
        for (other, sequence), weight in zip(tries, weights, strict=True):
            if no_worse(weight, now):
                yield weight.cost - now.cost + given, other, sequence

    def _near(self, shift_id: ShiftId) -> list[int]:
        """The places of a round with the least detour."""
        lane = list(self._tries.left).index(shift_id)
        ways = self._tries.here.distance_m[:, lane]
        return sorted(self._tries.places(shift_id), key=lambda place: int(ways[place]))[:3]

    def _moved(
        self, shift_id: ShiftId, sequence: tuple[OrderId, ...], other: OrderId, rest: Routes, others: Everywhere
    ) -> Iterator[Fix]:
        home = self._tries.home
        given = {} if home is None or home == shift_id else {home: rest[home]}
        for to_shift, place, _ in self._welcomes(other, rest, others):
            there = rest[to_shift]
            after = {**given, shift_id: sequence, to_shift: (*there[:place], other, *there[place:])}
            outcome = self._tries.outcome(self._problem, after)
            if outcome:
                yield self._fix(Kind.MOVE, shift_id, outcome, MOVE_PRICE, moved=((other, to_shift),))
                return

    def _welcomes(self, other: OrderId, rest: Routes, others: Everywhere) -> list[Spot]:
        """Where another stop could go without harm, cheapest first."""
        places, found = others.weigh(other), list[Spot]()
        for lane, shift_id in enumerate(rest):
            duty, now = self._problem.rounds[shift_id], self._tries.now[shift_id].weight
            if duty.lock not in (Lock.OPEN, Lock.SEQUENCE):
                continue
            fine = places.settled[:, lane].copy()
            for part in now._fields[:-1]:
                fine &= places.weights[part][:, lane] <= getattr(now, part)
            fine[: self._tries.heads[shift_id]] = False
            for place in fine.nonzero()[0].tolist():
                found.append(Spot(shift_id, place, int(places.weights["cost"][place, lane]) - now.cost))
        return sorted(found, key=lambda spot: spot.cost)[:3]


# --- circumstances ---

LIMITS = {
    Rule.MAX_STOPS: "max_stops",
    Rule.MAX_DURATION: "max_duration_s",
    Rule.MAX_DISTANCE: "max_distance_m",
}


def altered(problem: Problem, fix: Fix, yard: Yard | None = None) -> Problem:
    """The problem as it is once a fix is made, but for its routes."""
    duty = problem.rounds[fix.shift_id]
    if fix.window:
        problem = _with_visit(problem, with_window(problem.visits[fix.order_id], fix.window))
    if fix.hours:
        duty = with_hours(duty, fix.hours)
    if fix.limit:
        duty = with_limit(duty, *fix.limit)
    if fix.vehicle_id and yard:
        duty = with_vehicle(duty, next(v for v in yard.vehicles if v.id == fix.vehicle_id), yard)
    return _with_rounds(problem, [duty])


def with_hours(duty: Round, hours: Wider) -> Round:
    """The same shift, longer. A break that may begin with the shift, or end with it, follows."""
    pause = duty.pause
    if pause:
        from_s = pause.from_s - (hours.earlier_s if pause.from_s == duty.starts_s else 0)
        until_s = pause.until_s + (hours.later_s if pause.until_s == duty.ends_s else 0)
        pause = Pause(pause.length_s, from_s, until_s)
    return replace(duty, starts_s=duty.starts_s - hours.earlier_s, ends_s=duty.ends_s + hours.later_s, pause=pause)


def with_window(visit: Visit, wider: Wider) -> Visit:
    """The same order with one window wider."""
    windows = list(visit.windows)
    opens_s, closes_s = windows[wider.index]
    windows[wider.index] = (opens_s - wider.earlier_s, closes_s + wider.later_s)
    return replace(visit, windows=tuple(windows))


def with_limit(duty: Round, rule: Rule, limit: int) -> Round:
    """The same shift with another limit."""
    return replace(duty, **{LIMITS[rule]: limit})  # type: ignore[arg-type]


def with_vehicle(duty: Round, vehicle: Vehicle, yard: Yard) -> Round:
    """The same shift in another vehicle."""
    return replace(
        duty,
        vehicle_name=vehicle.name,
        profile=vehicle.kind.profile,
        capacity=amounts(vehicle.capacity),
        skills=yard.skills.get(duty.driver_id, frozenset()) | vehicle.skills,
        cost_per_km=vehicle.cost_per_km,
        fixed_cost=vehicle.fixed_cost,
        max_reloads=vehicle.max_reloads,
    )


def _roomy(duty: Round, loads: Sequence[tuple[int, int, int]], skills: frozenset[str]) -> Round:
    kg, litres, parcels = (max(column) for column in zip(duty.capacity, *loads, strict=True))
    return replace(duty, capacity=(kg, litres, parcels), skills=duty.skills | skills)


def _with_rounds(problem: Problem, rounds: Iterable[Round]) -> Problem:
    changed = {**problem.rounds, **{duty.shift_id: duty for duty in rounds}}
    again = replace(problem, rounds=MappingProxyType(changed))
    again.__dict__["columns"] = problem.columns  # no visit is another
    return again


def _with_visit(problem: Problem, visit: Visit) -> Problem:
    return replace(problem, visits=MappingProxyType({**problem.visits, visit.order_id: visit}))


def _edges(windows: Sequence[tuple[int, int]], begins_s: int) -> Iterator[tuple[int, int, int]]:
    """Windows that could be widened to hold a moment: which, to which side, by how many seconds at most."""
    for i, (opens_s, closes_s) in enumerate(windows):
        if closes_s < begins_s:
            free_s = windows[i + 1][0] - closes_s if i + 1 < len(windows) else 60 * WIDEST_MIN
            if begins_s - closes_s <= free_s:
                yield i, 1, begins_s - closes_s
        elif opens_s > begins_s:
            free_s = opens_s - windows[i - 1][1] if i else 60 * WIDEST_MIN
            if opens_s - begins_s <= free_s:
                yield i, -1, opens_s - begins_s


def _least(outcome: Callable[[int], Outcome | None], most: int) -> tuple[int, Outcome] | None:
    """The least whole number of minutes, up to `most`, for which there is an outcome; halving, as more helps more."""
    best = outcome(most) if most > 0 else None
    if best is None:
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        found = outcome(middle)
        if found:
            high, best = middle, found
        else:
            low = middle
    return high, best


def _chosen(found: Iterable[Fix], most: int) -> tuple[Fix, ...]:
    """The cheapest of each kind first; nobody is troubled if the stop simply fits for less."""
    ranked = sorted(found, key=lambda fix: (fix.price, list(Kind).index(fix.kind)))
    free = next((fix for fix in ranked if fix.kind in _FREE), None)
    if free:
        ranked = [free, *(f for f in ranked if f is not free and (f.kind in _FREE or f.price < free.price))]
    first, again, kinds, seen = list[Fix](), list[Fix](), set[Kind](), set[object]()
    for fix in ranked:
        same = (fix.kind, fix.shift_id, fix.moved, fix.limit and fix.limit[0], _sides(fix.hours), _sides(fix.window))
        if same not in seen:
            (again if fix.kind in kinds else first).append(fix)
        seen.add(same)
        kinds.add(fix.kind)
    return tuple(sorted([*first, *again][:most], key=lambda fix: (fix is not free, fix.price)))


def _sides(wider: Wider | None) -> tuple[bool, bool]:
    return (bool(wider.earlier_s), bool(wider.later_s)) if wider else (False, False)
