"""From a plan with free choice of day and hour to slots: each order gets the one that costs least more than that.

First whole rounds change dates or begin later where that costs nothing and more of their orders then have slots with
room. Then every order gets the slot it is served in, or where that is full the one with the least detour: a minimum
cost flow.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.fleet import EVERY_DAY, Lock
from dispatcher.domain.ids import DriverId, OrderId, ShiftId, VehicleId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.slots import Slot, SlotBook
from dispatcher.domain.time import midnight, seconds_after
from dispatcher.planning.judge import judge
from dispatcher.planning.problem import Problem, Sequences, amounts, stations
from dispatcher.services.slots_sold import of_order
from dispatcher.slots.areas import area_of_address
from dispatcher.slots.assignment import Need, Room, assigned
from dispatcher.slots.spreading import Roving, spread

PLENTY = 1_000_000
STEP_S = 1_800
"""Rounds may begin so much later, or several times that."""


class Choice:
    """Chooses slots for some orders of a problem of several days."""

    def __init__(
        self, whole: Day, problem: Problem, wanted: Sequence[Order], slots: Sequence[Slot], book: SlotBook
    ) -> None:
        self._whole, self._wanted, self._slots = whole, wanted, slots
        areas = tuple(book.areas.values())
        self._areas = {order.id: area_of_address(areas, order.address) for order in wanted}
        after = partial(seconds_after, problem.origin)
        self._windows = [(after(slot.window.opens_at), after(slot.window.closes_at)) for slot in slots]
        dates = {shift.date for shift in whole.shifts.values()}
        self._midnight_s = {on: after(midnight(on, whole.depot.zone)) for on in dates}
        self.problem = self._in_slot_hours(problem)
        """With idle rounds out only while slots are open, so that more of a free plan is in slots."""

    def _in_slot_hours(self, problem: Problem) -> Problem:
        at = [problem.visits[order.id].at for order in self._wanted]
        rounds = dict(problem.rounds)
        for shift_id, duty in problem.rounds.items():
            on, table = self._whole.shifts[shift_id].date, problem.travel[duty.profile].duration_s
            windows = [w for slot, w in zip(self._slots, self._windows, strict=True) if slot.on == on]
            if problem.planned[shift_id] or not windows:
                continue
            out_s = int(np.median(table[duty.start, at]))
            home_s = 0 if duty.end is None else int(np.median(table[at, duty.end]))
            starts_s = max(duty.starts_s, min(a for a, _ in windows) - out_s)
            ends_s = min(duty.ends_s, max(b for _, b in windows) + home_s)
            if starts_s < ends_s:
                rounds[shift_id] = replace(duty, starts_s=starts_s, ends_s=ends_s)
        return replace(problem, rounds=MappingProxyType(rounds))

    def of(self, loose: Sequences) -> dict[OrderId, Slot]:
        """The slot of each order that gets one."""
        legs, own = _legs(self._whole, self.problem, loose), own_costs(self.problem, loose)
        begins = _begins(self.problem, loose)
        places = np.array([self.problem.visits[order.id].at for order in self._wanted])
        detours = _detours(self.problem, legs, places)
        costs: list[dict[int, int]] = [{} for _ in self._wanted]
        for j, (slot, (opens_s, closes_s)) in enumerate(zip(self._slots, self._windows, strict=True)):
            there = (legs.on == slot.on.toordinal()) & (legs.since_s <= closes_s) & (legs.until_s >= opens_s)
            if not there.any():
                continue
            least, per_s = detours[:, there].min(axis=1), float(legs.per_s[there].mean())
            for i, order in enumerate(self._wanted):
                if self._areas[order.id] != slot.area or not np.isfinite(least[i]):
                    continue
                home = opens_s <= begins.get(order.id, -1) <= closes_s
                more = max(0.0, least[i] + order.service_s * per_s - own.get(order.id, 0.0))
                costs[i][j] = 0 if home else 1 + round(more)
        needs = [Need(of_order(o).minutes, amounts(o.load), c) for o, c in zip(self._wanted, costs, strict=True)]
        found = assigned(needs, [_room(slot) for slot in self._slots])
        return {o.id: self._slots[j] for o, j in zip(self._wanted, found, strict=True) if j is not None}

    def at_better_times(self, loose: Sequences) -> Sequences:
        """The same rounds, those with new orders alone on the dates and at the hours where most of these find room.

        A round that begins later is a shift that begins later, in `problem` too.
        """
        begins = _begins(self.problem, loose)
        free = [s for s in loose if self._may_rove(s, loose[s])]
        rounds = [s for s in free if loose[s]]
        dates: dict[Hashable, set[date]] = defaultdict(set)
        for shift_id in free:
            dates[self._kind(shift_id)].add(self._whole.shifts[shift_id].date)
        rovings = [self._roving(s, loose[s], begins, dates[self._kind(s)]) for s in rounds]
        shifts = Counter(self._key(s) for s in free)
        rooms, staying = [_room(slot).orders for slot in self._slots], set(loose) - set(rounds)
        for order_id in (o for s in staying for o in loose[s] if o in self._areas):
            for j in self._slots_at(order_id, begins[order_id]):
                rooms[j] -= 1
        found = spread(rovings, shifts, rooms)
        left = {s: loose[s] for s in loose if s not in free}
        idle: dict[tuple[Hashable, int], list[ShiftId]] = defaultdict(list)
        for shift_id in free:
            idle[self._key(shift_id)].append(shift_id)
        moved, duties = {}, dict(self.problem.rounds)
        for shift_id, (on, later_s) in zip(rounds, found, strict=True):
            there = idle[self._kind(shift_id), on].pop()
            moved[there] = loose[shift_id]
            duties[there] = replace(duties[there], starts_s=duties[there].starts_s + later_s)
        self.problem = replace(self.problem, rounds=MappingProxyType(duties))
        return {s: left.get(s) or moved.get(s, ()) for s in loose}

    def _may_rove(self, shift_id: ShiftId, sequence: Sequence[OrderId]) -> bool:
        """Whether nothing binds the round to its date or its driver."""
        visits = [self.problem.visits[o] for o in sequence]
        loose = all(v.order_id in self._areas and v.driver_id is None and v.held is None for v in visits)
        return loose and self._whole.shifts[shift_id].lock is Lock.OPEN

    def _key(self, shift_id: ShiftId) -> tuple[Hashable, int]:
        return self._kind(shift_id), self._whole.shifts[shift_id].date.toordinal()

    def _kind(self, shift_id: ShiftId) -> Hashable:
        """All of a shift but its date and who it is."""
        shift = self._whole.shifts[shift_id]
        vehicle, driver = self._whole.vehicles[shift.vehicle_id], self._whole.drivers[shift.driver_id]
        clock = self._whole.depot.zone
        hours = (shift.starts_at.astimezone(clock).time(), shift.ends_at - shift.starts_at, shift.start, shift.end)
        plain = replace(driver, id=DriverId(""), name="", number=0, phone="", version=0)
        plain = replace(plain, vehicle_id=None, starts=None, ends=None, weekdays=EVERY_DAY)
        return (*hours, replace(vehicle, id=VehicleId(""), name="", plate="", version=0), plain)

    def _roving(
        self, shift_id: ShiftId, sequence: Sequence[OrderId], begins: Mapping[OrderId, int], dates: set[date]
    ) -> Roving:
        now, use = self._whole.shifts[shift_id].date, {}
        spare_s = self._spare_s(shift_id, sequence)
        for on in sorted(dates):
            for later_s in range(0, spare_s + 1, STEP_S):
                shift_s = self._midnight_s[on] - self._midnight_s[now] + later_s
                found = Counter(j for o in sequence for j in self._slots_at(o, begins[o] + shift_s))
                use[on.toordinal(), later_s] = found
        return Roving(self._kind(shift_id), (now.toordinal(), 0), use)

    def _spare_s(self, shift_id: ShiftId, sequence: Sequence[OrderId]) -> int:
        """By how much the round could begin later and still be home in time."""
        returns_at = judge(self.problem, {shift_id: sequence}).routes[shift_id].returns_at
        return max(0, self.problem.rounds[shift_id].ends_s - seconds_after(self.problem.origin, returns_at))

    def _slots_at(self, order_id: OrderId, at_s: int) -> list[int]:
        """The first slot of the order's area that is open at a moment."""
        area = self._areas[order_id]
        both = enumerate(zip(self._slots, self._windows, strict=True))
        return [j for j, (slot, (a, b)) in both if a <= at_s <= b and slot.area == area][:1]


@dataclass(frozen=True, slots=True)
class _Legs:
    """All legs of a plan, as columns: where a stop could be put between, when, and at what rate."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    """Indices of places; -1 for the open end of a round."""
    since_s: NDArray[np.int64]
    until_s: NDArray[np.int64]
    """When service there could begin."""
    on: NDArray[np.int64]
    """Ordinal of the date."""
    profile: NDArray[np.str_]
    per_s: NDArray[np.float64]
    per_m: NDArray[np.float64]


def _legs(whole: Day, problem: Problem, sequences: Sequences) -> _Legs:
    rows = []
    times = judge(problem, sequences).routes
    for shift_id, sequence in sequences.items():
        duty, stops = problem.rounds[shift_id], times[shift_id].stops
        along = stations(duty, [problem.visits[o] for o in sequence])
        ends = [*along[1:-1], -1 if duty.end is None else duty.end]
        since = [duty.starts_s, *(seconds_after(problem.origin, stop.departs_at) for stop in stops)]
        until = [*(seconds_after(problem.origin, stop.starts_at) for stop in stops), duty.ends_s]
        on, rate = whole.shifts[shift_id].date.toordinal(), (duty.cost_per_hour / 3600, duty.cost_per_km / 1000)
        rows += [
            (a, b, c, d, on, duty.profile.value, *rate) for a, b, c, d in zip(along, ends, since, until, strict=False)
        ]
    columns = zip(*rows, strict=True)
    return _Legs(*(np.array(column) for column in columns))


def _detours(problem: Problem, legs: _Legs, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """(places, legs): minor currency units more for a stop put there; infinite where no road leads."""
    found = np.full((len(places), len(legs.start)), np.inf)
    for profile, table in problem.travel.items():
        here = np.flatnonzero(legs.profile == profile.value)
        a, b, open_end = legs.start[here], legs.end[here], legs.end[here] < 0
        more = np.zeros((len(places), len(here)))
        for matrix, rate in ((table.duration_s, legs.per_s[here]), (table.distance_m, legs.per_m[here])):
            on = np.where(open_end, 0, matrix[places][:, b])
            there = matrix[a][:, places].T.astype(np.float64)
            skipped = np.where(open_end, 0, matrix[a, b])
            more += np.where(np.maximum(there, on) >= NO_WAY, np.inf, (there + on - skipped) * rate)
        found[:, here] = more
    return found


def own_costs(problem: Problem, sequences: Sequences) -> dict[OrderId, float]:
    """What each stop costs in its round: its detour and its service, minor currency units."""
    found = {}
    for shift_id, sequence in sequences.items():
        duty = problem.rounds[shift_id]
        visits = [problem.visits[o] for o in sequence]
        along, table = stations(duty, visits), problem.travel[duty.profile]
        last = len(visits) if duty.end is None else None
        for n, visit in enumerate(visits, 1):
            a, o, b = along[n - 1], along[n], along[n + 1]
            legs = ((a, o, 1),) if n == last else ((a, o, 1), (o, b, 1), (a, b, -1))
            seconds = sum(int(table.duration_s[i, j]) * sign for i, j, sign in legs) + visit.service_s
            metres = sum(int(table.distance_m[i, j]) * sign for i, j, sign in legs)
            found[visit.order_id] = seconds * duty.cost_per_hour / 3600 + metres * duty.cost_per_km / 1000
    return found


def _begins(problem: Problem, sequences: Sequences) -> dict[OrderId, int]:
    routes = judge(problem, sequences).routes.values()
    return {stop.order_id: seconds_after(problem.origin, stop.starts_at) for times in routes for stop in times.stops}


def _room(slot: Slot) -> Room:
    """What is left of a slot. Amounts are limits only where the rule has one."""
    orders = PLENTY if slot.most_orders is None else slot.most_orders - slot.orders
    minutes = None if slot.rule.most_minutes is None else slot.rule.most_minutes - slot.minutes
    if slot.rule.most is None:
        return Room(orders, minutes)
    most, used = amounts(slot.rule.most), amounts(slot.load)
    left = [max(1, m - u) if m else 0 for m, u in zip(most, used, strict=True)]
    return Room(orders, minutes, (left[0], left[1], left[2]))
