"""The same problem in PyVRP's words, and its solutions back in ours.

- Load dimensions that can never overflow are left out; the greatest common divisor is taken out of the rest.
- Shifts that are alike in everything become one vehicle type with several vehicles.
- An open round ends at a depot that is no distance from anywhere.
- Several windows become a client group: one client for each window, of which at most one is served. "Do early" is
  one more such split, at `EARLY_S` after the first shift's start, with a prize for the early client: a preference
  worth a detour of `EARLY_WORTH_S` seconds of a vehicle's time, never a reason to leave an order out.
- Who may serve whom (skills, forced drivers, held stops, places off a profile's roads) is a set of vehicle types for
  each order. Few orders sets: each profile gets own matrices in which the way to a forbidden order is `FAR` long;
  when those matrices would outgrow `MATRIX_BYTES`, one load dimension for each set does the same: its orders take one
  unit, vehicles outside the set have none. Measured on 321 stops and 12 sets: 18 % against 40 % fewer iterations.
- The most stops of a shift is one load dimension in which every order takes one unit.
- Money becomes integers exactly: 1/18,000 of a minor unit, then divided by what the rates have in common.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyvrp

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Priority
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.judge import Timeline
from dispatcher.planning.problem import Problem, Round, Sequences, Visit

FAR = 1_000_000
"""Seconds and metres to where a vehicle must not go: longer than any shift, short enough not to overflow sums."""

EARLY_S = 2 * 3600
EARLY_WORTH_S = 900
MATRIX_BYTES = 256_000_000
type Matrix = np.ndarray[Any, np.dtype[np.int64]]
UNLIMITED = int(np.iinfo(np.int64).max)

_SHARES = {Priority.LOW: 1, Priority.NORMAL: 3, Priority.HIGH: 9, Priority.CRITICAL: 81}
_HELD_SHARE = 243
"""The prize for an order, in multiples of the dearest detour there can be."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A vehicle type and the shifts that are alike in it."""

    duty: Round
    shift_ids: tuple[ShiftId, ...]


@dataclass(frozen=True, slots=True)
class _Client:
    """One window of one order."""

    visit: Visit
    opens_s: int
    closes_s: int | None
    early: bool = False


@dataclass(frozen=True)
class Model:
    """PyVRP's data for some orders and shifts of a problem."""

    problem: Problem
    kinds: tuple[_Kind, ...]
    clients: tuple[_Client, ...]
    data: pyvrp.ProblemData
    scale: float
    """The price of a second of driving in the data's money."""
    top_prize: int

    @classmethod
    def of(
        cls, problem: Problem, shift_ids: Sequence[ShiftId], order_ids: Sequence[OrderId], *, required: bool
    ) -> "Model":
        """Build it. `required`: every order must be served, if need be against the rules; else each has a prize."""
        return _Builder(problem, shift_ids, order_ids, required).model()

    @cached_property
    def _clients_of(self) -> dict[OrderId, list[int]]:
        found: dict[OrderId, list[int]] = defaultdict(list)
        for i, client in enumerate(self.clients):
            found[client.visit.order_id].append(i)
        return found

    def solution(self, sequences: Sequences) -> pyvrp.Solution:
        """Our sequences as PyVRP's solution; orders it does not know, and repetitions, are passed over."""
        routes, seen = [], set[OrderId]()
        for number, kind in enumerate(self.kinds):
            for shift_id in kind.shift_ids:
                order_ids = [o for o in dict.fromkeys(sequences.get(shift_id, ())) if o in self._clients_of]
                order_ids = [o for o in order_ids if o not in seen]
                seen.update(order_ids)
                if order_ids:
                    routes.append(pyvrp.Route(self.data, self._chosen(kind.duty, order_ids), number))
        return pyvrp.Solution(self.data, routes)

    def _chosen(self, duty: Round, order_ids: list[OrderId]) -> list[int]:
        """For each order the client whose window the judge would use."""
        visits = [self.problem.visits[order_id] for order_id in order_ids]
        begins = Timeline.of(self.problem, duty, visits).begins_s
        chosen = []
        for order_id, begins_s in zip(order_ids, begins, strict=True):
            fitting = self._clients_of[order_id]
            chosen.append(next((i for i in fitting if _within(self.clients[i], begins_s)), fitting[-1]))
        return chosen

    def sequences(self, solution: pyvrp.Solution, like: Sequences) -> dict[ShiftId, list[OrderId]]:
        """PyVRP's solution as our sequences; among shifts that are alike, each gets the route most like its own."""
        routes: dict[int, list[list[OrderId]]] = defaultdict(list)
        for route in solution.routes():
            served = [self.clients[a.idx].visit.order_id for a in route if a.is_client()]
            routes[route.vehicle_type()].append(served)
        found: dict[ShiftId, list[OrderId]] = {}
        for number, kind in enumerate(self.kinds):
            found.update(_dealt(kind.shift_ids, routes[number], like))
        return found


def _within(client: _Client, begins_s: int) -> bool:
    return client.opens_s <= begins_s and (client.closes_s is None or begins_s <= client.closes_s)


def _dealt(shift_ids: Sequence[ShiftId], routes: list[list[OrderId]], like: Sequences) -> dict[ShiftId, list[OrderId]]:
    """Deal the routes of one vehicle type to its shifts, most common orders first, then in the given order."""
    if len(shift_ids) == 1:
        return {shift_ids[0]: routes[0] if routes else []}
    owner = {order_id: shift_id for shift_id in shift_ids for order_id in like.get(shift_id, ())}
    common: dict[tuple[int, ShiftId], int] = defaultdict(int)
    for i, route in enumerate(routes):
        for order_id in route:
            if order_id in owner:
                common[i, owner[order_id]] += 1
    found: dict[ShiftId, list[OrderId]] = {}
    dealt = set[int]()
    for i, shift_id in sorted(common, key=lambda pair: -common[pair]):
        if i not in dealt and shift_id not in found:
            found[shift_id] = routes[i]
            dealt.add(i)
    rest = (route for i, route in enumerate(routes) if i not in dealt)
    return {shift_id: found[shift_id] if shift_id in found else next(rest, []) for shift_id in shift_ids}


class _Builder:
    """Builds one model; lives only that long."""

    def __init__(
        self, problem: Problem, shift_ids: Sequence[ShiftId], order_ids: Sequence[OrderId], required: bool
    ) -> None:
        self.problem = problem
        self.rounds = [problem.rounds[shift_id] for shift_id in shift_ids]
        self.visits = [problem.visits[order_id] for order_id in order_ids]
        self.required = required
        self.allowed = {v.order_id: self._allowed(v) for v in self.visits}
        self.kinds = self._kinds()
        self.sets = self._sets()
        self.as_matrices = self._fits_matrices()
        self.spots = self._spots()
        self.money_m, self.money_s, self.money_fixed = self._money()

    def model(self) -> Model:
        """The data, and what is needed to read solutions."""
        distances, durations = self._matrices()
        clients, groups = self._clients()
        return Model(
            problem=self.problem,
            kinds=self.kinds,
            clients=tuple(self.split),
            data=pyvrp.ProblemData(
                locations=[pyvrp.Location(0, 0) for _ in range(len(distances[0]))],
                clients=clients,
                depots=[pyvrp.Depot(i) for i in range(self.depots)],
                vehicle_types=[self._vehicle_type(i, kind) for i, kind in enumerate(self.kinds)],
                distance_matrices=distances,
                duration_matrices=durations,
                groups=groups,
            ),
            scale=self.scale,
            top_prize=max((c.prize for c in clients), default=0),
        )

    # --- who may serve whom ---

    def _allowed(self, visit: Visit) -> int:
        """The shifts that may serve the order, as bits in the order of `rounds`."""
        bits = 0
        for i, duty in enumerate(self.rounds):
            held_here = visit.held == duty.shift_id
            if held_here or (visit.held is None and not self.problem.bars(visit, duty)):
                bits |= 1 << i
        return bits

    def _kinds(self) -> tuple[_Kind, ...]:
        sets = sorted(set(self.allowed.values()))
        alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for i, duty in enumerate(self.rounds):
            alike[*_nature(duty), *(bits >> i & 1 for bits in sets)].append(i)
        return tuple(
            _Kind(self.rounds[members[0]], tuple(self.rounds[i].shift_id for i in members))
            for members in alike.values()
        )

    def _sets(self) -> tuple[int, ...]:
        """The different sets of vehicle types that are not all of them; `allowed` is rewritten to such bits."""
        first = [self.rounds.index(kind.duty) for kind in self.kinds]
        everybody = (1 << len(first)) - 1
        for order_id, bits in self.allowed.items():
            self.allowed[order_id] = sum((bits >> i & 1) << k for k, i in enumerate(first))
        return tuple(sorted(set(self.allowed.values()) - {everybody}))

    def _fits_matrices(self) -> bool:
        profiles = len({self._profile_key(k, True) for k in range(len(self.kinds))})
        return 16 * profiles * (len(self.visits) + len(self.rounds) + 2) ** 2 <= MATRIX_BYTES

    def _profile_key(self, kind: int, as_matrices: bool) -> tuple[object, ...]:
        forbidden = tuple(bits for bits in self.sets if not bits >> kind & 1) if as_matrices else ()
        return (self.kinds[kind].duty.profile, forbidden)

    # --- places and travel ---

    def _spots(self) -> dict[tuple[int, int], int]:
        """(place, set) → location: depots first. Orders at one place that different vehicles may serve are apart."""
        spots: dict[tuple[int, int], int] = {}
        for duty in self.rounds:
            for place in (duty.start, duty.start if duty.end is None else duty.end):
                spots.setdefault((place, -1), len(spots))
        self.nowhere = len(spots) if any(duty.end is None for duty in self.rounds) else None
        self.depots = len(spots) + (self.nowhere is not None)
        if self.nowhere is not None:
            spots[-1, -1] = self.nowhere
        for visit in self.visits:
            spots.setdefault(self._spot(visit), len(spots))
        return spots

    def _spot(self, visit: Visit) -> tuple[int, int]:
        bits = self.allowed[visit.order_id]
        return visit.at, bits if self.as_matrices and bits in self.sets else 0

    def _matrices(self) -> tuple[list[Matrix], list[Matrix]]:
        keys = [self._profile_key(k, self.as_matrices) for k in range(len(self.kinds))]
        self.profiles = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        self.profile_of = [self.profiles[key] for key in keys]
        kind_of = {profile: k for k, profile in enumerate(self.profile_of)}
        made = [self._matrix_pair(kind_of[profile]) for profile in range(len(self.profiles))]
        return [distance for distance, _ in made], [duration for _, duration in made]

    def _matrix_pair(self, kind: int) -> tuple[Matrix, Matrix]:
        table = self.problem.travel[self.kinds[kind].duty.profile]
        places = [max(place, 0) for place, _ in self.spots]
        shut = [i for i, (place, bits) in enumerate(self.spots) if place >= 0 and bits > 0 and not bits >> kind & 1]
        pair = []
        for source in (table.distance_m, table.duration_s):
            matrix = source[np.ix_(places, places)].astype(np.int64)
            matrix[matrix >= NO_WAY] = FAR
            matrix[shut, :] = matrix[:, shut] = FAR
            if self.nowhere is not None:
                matrix[:, self.nowhere] = matrix[self.nowhere, :] = 0
            np.fill_diagonal(matrix, 0)
            pair.append(matrix)
        return pair[0], pair[1]

    # --- money ---

    def _money(self) -> tuple[list[int], list[int], list[int]]:
        """Integer prices of a metre, a second and a start for each kind, exact up to their common factor."""
        per_m = [kind.duty.cost_per_km * 18 for kind in self.kinds]
        per_s = [kind.duty.cost_per_hour * 5 for kind in self.kinds]
        fixed = [kind.duty.fixed_cost * 18_000 for kind in self.kinds]
        if not any(per_m) and not any(per_s):
            per_s = [1] * len(per_s)
        factor = math.gcd(*per_m, *per_s, *fixed)
        per_m, per_s, fixed = ([n // factor for n in numbers] for numbers in (per_m, per_s, fixed))
        self.scale = max(1.0, *(s + m * self._speed_ms() for m, s in zip(per_m, per_s, strict=True)))
        return per_m, per_s, fixed

    def _speed_ms(self) -> float:
        table = self.problem.travel[self.kinds[0].duty.profile]
        known = table.duration_s < NO_WAY
        return float(table.distance_m[known].sum()) / max(1.0, float(table.duration_s[known].sum()))

    def _dearest_detour(self) -> int:
        """More than any order can cost where it fits: a whole shift, and the longest way there and back."""
        dearest = 0
        for kind, per_m, per_s, fixed in zip(self.kinds, self.money_m, self.money_s, self.money_fixed, strict=True):
            distance_m = self.problem.travel[kind.duty.profile].distance_m
            far_m = int(distance_m[distance_m < NO_WAY].max(initial=0))
            dearest = max(dearest, fixed + (kind.duty.ends_s - kind.duty.starts_s) * per_s + 2 * far_m * per_m)
        return max(1, dearest)

    # --- clients ---

    def _clients(self) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
        dearest = self._dearest_detour()
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        self.split: list[_Client] = []
        dimensions = self._dimensions()
        early_until = min((duty.starts_s for duty in self.rounds), default=0) + EARLY_S
        for visit in self.visits:
            parts = list(_parts(visit, early_until))
            group = len(groups) if len(parts) > 1 else None
            base = 0 if self.required else dearest * (_HELD_SHARE if visit.held else _SHARES[visit.priority])
            if group is not None:
                members = range(len(clients), len(clients) + len(parts))
                groups.append(pyvrp.ClientGroup(list(members), required=self.required))
            for part in parts:
                prize = base + (round(EARLY_WORTH_S * self.scale) if part.early else 0)
                clients.append(self._client(part, dimensions, prize, group))
            self.split += parts
        return clients, groups

    def _client(self, part: _Client, dimensions: "list[_Dimension]", prize: int, group: int | None) -> pyvrp.Client:
        visit = part.visit
        amount = [d.demand(visit) for d in dimensions]
        pickup = [n if visit.collects and d.goods else 0 for d, n in zip(dimensions, amount, strict=True)]
        return pyvrp.Client(
            self.spots[self._spot(visit)],
            delivery=[n - p for n, p in zip(amount, pickup, strict=True)],
            pickup=pickup,
            service_duration=visit.service_s,
            tw_early=part.opens_s,
            tw_late=UNLIMITED if part.closes_s is None else part.closes_s,
            prize=prize,
            required=self.required and group is None,
            group=group,
        )

    # --- vehicles and what fills them ---

    def _dimensions(self) -> "list[_Dimension]":
        found: list[_Dimension] = []
        for axis in range(3):
            found += _goods(axis, self.visits, [kind.duty for kind in self.kinds])
        limits = [kind.duty.max_stops for kind in self.kinds]
        if any(limit is not None and limit < len(self.visits) for limit in limits):
            room = [len(self.visits) if limit is None else limit for limit in limits]
            found.append(_Dimension(frozenset(self.allowed), room))
        if not self.as_matrices:
            found += [self._gate(bits) for bits in self.sets]
        self.dimensions = found
        return found

    def _gate(self, bits: int) -> "_Dimension":
        behind = frozenset(order_id for order_id, allowed in self.allowed.items() if allowed == bits)
        return _Dimension(behind, [len(behind) if bits >> k & 1 else 0 for k in range(len(self.kinds))])

    def _vehicle_type(self, number: int, kind: _Kind) -> pyvrp.VehicleType:
        duty = kind.duty
        end = self.nowhere if duty.end is None else self.spots[duty.end, -1]
        assert end is not None
        return pyvrp.VehicleType(
            num_available=len(kind.shift_ids),
            capacity=[d.capacity[number] for d in self.dimensions],
            start_depot=self.spots[duty.start, -1],
            end_depot=end,
            fixed_cost=self.money_fixed[number],
            tw_early=duty.starts_s,
            tw_late=duty.ends_s,
            unit_distance_cost=self.money_m[number],
            unit_duration_cost=self.money_s[number],
            shift_duration=UNLIMITED if duty.max_duration_s is None else duty.max_duration_s,
            max_distance=UNLIMITED if duty.max_distance_m is None else duty.max_distance_m,
            profile=self.profile_of[number],
        )


@dataclass(frozen=True, slots=True)
class _Dimension:
    """One load dimension: goods along an axis, or one unit for each of some orders."""

    members: frozenset[OrderId]
    capacity: list[int]
    axis: int = -1
    divisor: int = 1

    @property
    def goods(self) -> bool:
        """Whether it is about goods, which collections bring in and deliveries take out."""
        return self.axis >= 0

    def demand(self, visit: Visit) -> int:
        """How much the order takes."""
        return visit.load[self.axis] // self.divisor if self.goods else int(visit.order_id in self.members)


def _goods(axis: int, visits: Iterable[Visit], rounds: Sequence[Round]) -> list[_Dimension]:
    """The dimension of one kind of goods; none if all of them together fit every vehicle."""
    loads = [visit.load[axis] for visit in visits]
    capacity = [duty.capacity[axis] for duty in rounds]
    if sum(loads) <= min(capacity, default=0):
        return []
    divisor = math.gcd(*loads)
    return [_Dimension(frozenset(), [c // divisor for c in capacity], axis, divisor)]


def _nature(duty: Round) -> tuple[object, ...]:
    """Everything of a shift that planning depends on, but not who it is."""
    return (
        duty.profile, duty.starts_s, duty.ends_s, duty.start, duty.end, duty.capacity, duty.cost_per_km,
        duty.cost_per_hour, duty.fixed_cost, duty.max_stops, duty.max_duration_s, duty.max_distance_m,
    )  # fmt: skip


def _parts(visit: Visit, early_until: int) -> Iterable[_Client]:
    """The order's windows as clients, early parts first; seconds before the origin are of no use to anybody."""
    windows: list[tuple[int, int | None]] = [(max(0, a), b) for a, b in visit.windows if b >= 0]
    if not windows:
        windows = [(0, 0 if visit.windows else None)]
    if not visit.early:
        return [_Client(visit, a, b) for a, b in windows]
    soon = [(a, early_until if b is None else min(b, early_until)) for a, b in windows if a <= early_until]
    rest = [(max(a, early_until + 1), b) for a, b in windows if b is None or b > early_until]
    return [*(_Client(visit, a, b, early=True) for a, b in soon), *(_Client(visit, a, b) for a, b in rest)]
