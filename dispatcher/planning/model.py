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
- A round with a fixed head starts where and when the head ends, with what the head leaves of its limits; what the head
  has on board is an initial load.
- Reloads are visits to a depot of their own, at the round's start place, that takes as long as loading does. The order
  of clients is read back without them: the judge splits it again.
- A collection whose goods another order waits for is a shipment with it (see `planning.pairs`); other pairs are two
  plain clients, and the judge sees to their order.
- Breaks are unknown to PyVRP: a round that could last past the latest beginning of its break has a shift shorter by
  the break, and where every driver has one, windows close as much earlier unless the stop comes before the break.
- Taking over goods that another van has loaded: the way to such an order is longer by what handling costs, in metres
  that only money sees, else in seconds, for all but its van; when the matrices would outgrow `MATRIX_BYTES`, it may be
  served by its van and the round it is planned in only.
- Money becomes integers exactly: 1/18,000 of a minor unit, then divided by what the rates have in common.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pyvrp

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Priority
from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.time import seconds_after
from dispatcher.planning.fixed import Rest
from dispatcher.planning.judge import judge_route
from dispatcher.planning.pairs import shipments
from dispatcher.planning.problem import Pause, Problem, Round, Sequences, Visit

FAR = 1_000_000
"""Seconds and metres to where a vehicle must not go: longer than any shift, short enough not to overflow sums."""

EARLY_S = 2 * 3600
EARLY_WORTH_S = 900
MATRIX_BYTES = 256_000_000
type _Spot = tuple[int, int, ShiftId | None]
"""Place, set of vehicle types (0 for all, -1 for a depot), and the van that has the goods."""
type Matrix = np.ndarray[Any, np.dtype[np.int64]]
UNLIMITED = int(np.iinfo(np.int64).max)

_SHARES = {Priority.LOW: 1, Priority.NORMAL: 3, Priority.HIGH: 9, Priority.CRITICAL: 81}
_HELD_SHARE = 243
"""The prize for an order, in multiples of the dearest detour there can be."""


NO_RESTS: Mapping[ShiftId, Rest] = MappingProxyType({})


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

    def by_s(self, pause: Pause | None) -> int:
        """When service must begin so that a break of the driver's before it does no harm."""
        if self.closes_s is None:
            return UNLIMITED
        if pause is None:
            return self.closes_s
        return max(self.closes_s - pause.length_s, min(self.closes_s, pause.from_s), self.opens_s)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A collection and the only delivery that waits for it."""

    pickup: _Client
    delivery: _Client


@dataclass(frozen=True)
class Model:
    """PyVRP's data for some orders and shifts of a problem."""

    problem: Problem
    kinds: tuple[_Kind, ...]
    clients: tuple[_Client, ...]
    pairs: tuple[_Pair, ...]
    heads: Mapping[ShiftId, tuple[OrderId, ...]]
    """What is fixed at the head of a round: no part of the search."""
    reload_depots: Mapping[ShiftId, int]
    """The depot of rounds that may load again, by the first shift of their kind."""
    data: pyvrp.ProblemData
    scale: float
    """The price of a second of driving in the data's money."""
    top_prize: int

    @classmethod
    def of(
        cls,
        problem: Problem,
        shift_ids: Sequence[ShiftId],
        order_ids: Sequence[OrderId],
        *,
        required: bool,
        rests: Mapping[ShiftId, Rest] = NO_RESTS,
    ) -> "Model":
        """Build it, for orders outside the fixed heads.

        `required`: every order must be served, if need be against the rules; else each has a prize.
        """
        return _Builder(problem, shift_ids, order_ids, required, rests).model()

    @cached_property
    def _clients_of(self) -> dict[OrderId, list[int]]:
        found: dict[OrderId, list[int]] = defaultdict(list)
        for i, client in enumerate(self.clients):
            found[client.visit.order_id].append(i)
        return found

    @cached_property
    def _steps_of(self) -> dict[OrderId, pyvrp.Activity]:
        found: dict[OrderId, pyvrp.Activity] = {}
        for i, pair in enumerate(self.pairs):
            found[pair.pickup.visit.order_id] = pyvrp.Activity(pyvrp.ActivityType.PICKUP, i)
            found[pair.delivery.visit.order_id] = pyvrp.Activity(pyvrp.ActivityType.DELIVERY, i)
        return found

    def solution(self, sequences: Sequences) -> pyvrp.Solution:
        """Our sequences as PyVRP's solution.

        Orders it does not know, repetitions, and pairs that are not in one route in order, are passed over.
        """
        routes, seen = [], set[OrderId]()
        for number, kind in enumerate(self.kinds):
            for shift_id in kind.shift_ids:
                whole = list(dict.fromkeys(sequences.get(shift_id, ())))
                known = [o for o in self._in_order(whole) if o not in seen]
                seen.update(known)
                if known:
                    routes.append(pyvrp.Route(self.data, self._activities(shift_id, whole, set(known)), number))
        return pyvrp.Solution(self.data, routes)

    def _in_order(self, order_ids: list[OrderId]) -> list[OrderId]:
        """Those that the model knows, pairs only where the collection comes first."""
        at = {order_id: i for i, order_id in enumerate(order_ids)}
        whole = set[OrderId]()
        for pair in self.pairs:
            first, second = pair.pickup.visit.order_id, pair.delivery.visit.order_id
            if first in at and second in at and at[first] < at[second]:
                whole |= {first, second}
        return [o for o in order_ids if o in self._clients_of or o in whole]

    def _activities(self, shift_id: ShiftId, order_ids: list[OrderId], known: set[OrderId]) -> list[pyvrp.Activity]:
        """For each order the client whose window the judge would use; a depot where the judge loads again.

        Not between the stops of a pair: PyVRP serves both on one trip.
        """
        times = judge_route(self.problem, shift_id, order_ids).stops
        depot = self.reload_depots.get(shift_id)
        found: list[pyvrp.Activity] = []
        under_way = 0
        for order_id, stop in zip(order_ids, times, strict=True):
            if order_id not in known:
                continue
            if stop.reload_at is not None and depot is not None and found and not under_way:
                found.append(pyvrp.Activity(pyvrp.ActivityType.DEPOT, depot))
            if (step := self._steps_of.get(order_id)) is None:
                begins_s = seconds_after(self.problem.origin, stop.starts_at)
                step = pyvrp.Activity(pyvrp.ActivityType.CLIENT, self._chosen(order_id, begins_s))
            under_way += step.is_pickup() - step.is_delivery()
            found.append(step)
        return found

    def _chosen(self, order_id: OrderId, begins_s: int) -> int:
        fitting = self._clients_of[order_id]
        return next((i for i in fitting if _within(self.clients[i], begins_s)), fitting[-1])

    def sequences(self, solution: pyvrp.Solution, like: Sequences) -> dict[ShiftId, list[OrderId]]:
        """PyVRP's solution as our sequences, heads included.

        Among shifts that are alike, each gets the route most like its own.
        """
        routes: dict[int, list[list[OrderId]]] = defaultdict(list)
        for route in solution.routes():
            routes[route.vehicle_type()].append([self._order_id(a) for a in route if not a.is_depot()])
        found: dict[ShiftId, list[OrderId]] = {}
        for number, kind in enumerate(self.kinds):
            found.update(_dealt(kind.shift_ids, routes[number], like))
        return {shift_id: [*self.heads.get(shift_id, ()), *tail] for shift_id, tail in found.items()}

    def _order_id(self, activity: pyvrp.Activity) -> OrderId:
        if activity.is_client():
            return self.clients[activity.idx].visit.order_id
        pair = self.pairs[activity.idx]
        return (pair.pickup if activity.is_pickup() else pair.delivery).visit.order_id


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
        self,
        problem: Problem,
        shift_ids: Sequence[ShiftId],
        order_ids: Sequence[OrderId],
        required: bool,
        rests: Mapping[ShiftId, Rest],
    ) -> None:
        self.problem = problem
        self.rounds = [problem.rounds[shift_id] for shift_id in shift_ids]
        self.visits = [problem.visits[order_id] for order_id in order_ids]
        self.required, self.rests = required, rests
        self.paired = shipments(problem, order_ids)
        self.homes = self._homes()
        self._divide()
        if self.homes and not self._fits_matrices():
            self._divide(at_home=True)
        self.as_matrices = self._fits_matrices()
        self.pauses = [self._pause(kind) for kind in self.kinds]
        self.spots = self._spots()
        self.money_m, self.money_s, self.money_fixed = self._money()

    def model(self) -> Model:
        """The data, and what is needed to read solutions."""
        distances, durations = self._matrices()
        clients, groups = self._clients()
        steps = self._shipments()
        return Model(
            problem=self.problem,
            kinds=self.kinds,
            clients=tuple(self.split),
            pairs=tuple(self.pairs),
            heads={
                duty.shift_id: self.rests[duty.shift_id].head for duty in self.rounds if duty.shift_id in self.rests
            },
            reload_depots={s: depot for k, depot in self._reloads().items() for s in self.kinds[k].shift_ids},
            data=pyvrp.ProblemData(
                locations=[pyvrp.Location(0, 0) for _ in range(len(distances[0]))],
                clients=clients,
                depots=self._depots(),
                vehicle_types=[self._vehicle_type(i, kind) for i, kind in enumerate(self.kinds)],
                distance_matrices=distances,
                duration_matrices=durations,
                groups=groups,
                shipments=steps,
            ),
            scale=self.scale,
            top_prize=max([0, *(c.prize for c in clients), *(step.prize for step in steps)]),
        )

    # --- who may serve whom ---

    def _homes(self) -> dict[OrderId, ShiftId]:
        """The van that has loaded each order, where that matters."""
        if not self.problem.handling_s or not any(duty.cost_per_hour for duty in self.rounds):
            return {}
        here = {duty.shift_id for duty in self.rounds}
        return {v.order_id: v.loaded_on for v in self.visits if v.loaded_on is not None and v.loaded_on in here}

    def _divide(self, *, at_home: bool = False) -> None:
        """Who may serve whom, and the kinds of vehicles and sets of orders that this makes.

        With `at_home` an order that a van has loaded may only be served by it, or where it is planned.
        """
        self.allowed = {v.order_id: self._allowed(v) for v in self.visits}
        if at_home:
            self._keep_at_home()
        # A pair that is held apart is two plain clients
        self.paired = {p: d for p, d in self.paired.items() if self.allowed[p] & self.allowed[d]}
        for pickup, delivery in self.paired.items():
            self.allowed[pickup] = self.allowed[delivery] = self.allowed[pickup] & self.allowed[delivery]
        self.kinds = self._kinds()
        self.sets = self._sets()

    def _keep_at_home(self) -> None:
        bit = {duty.shift_id: 1 << i for i, duty in enumerate(self.rounds)}
        planned = {o: s for s, sequence in self.problem.planned.items() for o in sequence}
        for order_id, home in self.homes.items():
            near = bit[home] | bit.get(planned.get(order_id, home), 0)
            self.allowed[order_id] = self.allowed[order_id] & near or self.allowed[order_id]
        self.homes = {}

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
        own = {*self.rests, *self.homes.values()}
        alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
        for i, duty in enumerate(self.rounds):
            name = duty.shift_id if duty.shift_id in own else None
            alike[name, *_nature(duty), *(bits >> i & 1 for bits in sets)].append(i)
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
        duty = self.kinds[kind].duty
        forbidden = tuple(bits for bits in self.sets if not bits >> kind & 1) if as_matrices else ()
        home = duty.shift_id if duty.shift_id in self.homes.values() else None
        return (duty.profile, forbidden, home, self._handling(duty) if self.homes else None)

    def _handling(self, duty: Round) -> tuple[int, int]:
        """Metres and seconds that a round drives more, in the search's eyes, to goods that another van has."""
        if not duty.cost_per_hour:
            return 0, 0
        if duty.cost_per_km and duty.max_distance_m is None:
            return round(self.problem.handling_s * duty.cost_per_hour / (3.6 * duty.cost_per_km)), 0
        return 0, self.problem.handling_s

    # --- places and travel ---

    def _starts(self, duty: Round) -> int:
        rest = self.rests.get(duty.shift_id)
        return duty.start if rest is None else rest.at

    def _spots(self) -> dict[_Spot, int]:
        """Spot → location: depots first. Orders at one place that not the same vehicles may serve are apart."""
        spots: dict[_Spot, int] = {}
        for duty in self.rounds:
            for place in (self._starts(duty), duty.start, duty.start if duty.end is None else duty.end):
                spots.setdefault((place, -1, None), len(spots))
        self.nowhere = len(spots) if any(duty.end is None for duty in self.rounds) else None
        self.depots = len(spots) + (self.nowhere is not None)
        if self.nowhere is not None:
            spots[-1, -1, None] = self.nowhere
        for visit in self.visits:
            spots.setdefault(self._spot(visit), len(spots))
        return spots

    def _spot(self, visit: Visit) -> _Spot:
        bits = self.allowed[visit.order_id]
        return visit.at, bits if self.as_matrices and bits in self.sets else 0, self.homes.get(visit.order_id)

    def _depots(self) -> list[pyvrp.Depot]:
        """Where rounds start and end, then where they load again."""
        plain = [pyvrp.Depot(i) for i in range(self.depots)]
        starts = sorted({self.kinds[k].duty.start for k in self._reloads()})
        return plain + [pyvrp.Depot(self.spots[at, -1, None], service_duration=self.problem.reload_s) for at in starts]

    def _reloads(self) -> dict[int, int]:
        """Kind → the depot where it may load again."""
        again = {k: kind.duty.start for k, kind in enumerate(self.kinds) if self._max_reloads(kind.duty)}
        at = {start: self.depots + i for i, start in enumerate(sorted(set(again.values())))}
        return {k: at[start] for k, start in again.items()}

    def _max_reloads(self, duty: Round) -> int:
        rest = self.rests.get(duty.shift_id)
        return max(0, duty.max_reloads - (0 if rest is None else rest.reloads))

    def _matrices(self) -> tuple[list[Matrix], list[Matrix]]:
        keys = [self._profile_key(k, self.as_matrices) for k in range(len(self.kinds))]
        self.profiles = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        self.profile_of = [self.profiles[key] for key in keys]
        kind_of = {profile: k for k, profile in enumerate(self.profile_of)}
        made = [self._matrix_pair(kind_of[profile]) for profile in range(len(self.profiles))]
        return [distance for distance, _ in made], [duration for _, duration in made]

    def _matrix_pair(self, kind: int) -> tuple[Matrix, Matrix]:
        table = self.problem.travel[self.kinds[kind].duty.profile]
        places = [max(place, 0) for place, _, _ in self.spots]
        shut = [i for i, (place, bits, _) in enumerate(self.spots) if place >= 0 and bits > 0 and not bits >> kind & 1]
        own = self.kinds[kind].duty
        foreign = [i for i, (_, _, home) in enumerate(self.spots) if home is not None and home != own.shift_id]
        pair = []
        for source, extra in zip((table.distance_m, table.duration_s), self._handling(own), strict=True):
            matrix = source[np.ix_(places, places)].astype(np.int64)
            matrix[matrix >= NO_WAY] = FAR
            if foreign and extra:
                matrix[:, foreign] += extra
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
        fixed = [0 if k.duty.shift_id in self.rests else k.duty.fixed_cost * 18_000 for k in self.kinds]
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
            more_m, more_s = self._handling(kind.duty) if self.homes else (0, 0)
            shift_s = kind.duty.ends_s - kind.duty.starts_s + more_s
            dearest = max(dearest, fixed + shift_s * per_s + (2 * far_m + more_m) * per_m)
        return max(1, dearest)

    # --- clients ---

    def _clients(self) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
        self.dearest = self._dearest_detour()
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        self.split: list[_Client] = []
        dimensions = self._dimensions()
        early_until = min((duty.starts_s for duty in self.rounds), default=0) + EARLY_S
        in_pairs = {*self.paired, *self.paired.values()}
        for visit in (v for v in self.visits if v.order_id not in in_pairs):
            parts = list(_parts(visit, early_until))
            group = len(groups) if len(parts) > 1 else None
            base = self._prize(visit)
            if group is not None:
                members = range(len(clients), len(clients) + len(parts))
                groups.append(pyvrp.ClientGroup(list(members), required=self.required))
            for part in parts:
                prize = base + (round(EARLY_WORTH_S * self.scale) if part.early else 0)
                clients.append(self._client(part, dimensions, prize, group))
            self.split += parts
        return clients, groups

    def _prize(self, visit: Visit) -> int:
        return 0 if self.required else self.dearest * (_HELD_SHARE if visit.held else _SHARES[visit.priority])

    def _shipments(self) -> list[pyvrp.Shipment]:
        """Pairs as PyVRP knows them; both steps' prizes together."""
        self.pairs: list[_Pair] = []
        found = []
        for first, second in self.paired.items():
            pickup, delivery = self.problem.visits[first], self.problem.visits[second]
            (fetch,) = _parts(pickup, 0)
            (bring,) = _parts(delivery, 0)
            self.pairs.append(_Pair(fetch, bring))
            found.append(
                pyvrp.Shipment(
                    pickup_location=self.spots[self._spot(pickup)],
                    delivery_location=self.spots[self._spot(delivery)],
                    pickup_tw_early=fetch.opens_s,
                    pickup_tw_late=fetch.by_s(self.pause),
                    pickup_service_duration=pickup.service_s,
                    delivery_tw_early=bring.opens_s,
                    delivery_tw_late=max(bring.by_s(self.pause), fetch.opens_s, bring.opens_s),
                    delivery_service_duration=delivery.service_s,
                    amount=[d.between(pickup, delivery) for d in self.dimensions],
                    prize=self._prize(pickup) + self._prize(delivery),
                    required=self.required,
                )
            )
        return found

    def _client(self, part: _Client, dimensions: "list[_Dimension]", prize: int, group: int | None) -> pyvrp.Client:
        visit = part.visit
        amount = [d.demand(visit) for d in dimensions]
        pickup = [n if visit.collects and d.kind is _What.GOODS else 0 for d, n in zip(dimensions, amount, strict=True)]
        return pyvrp.Client(
            self.spots[self._spot(visit)],
            delivery=[n - p for n, p in zip(amount, pickup, strict=True)],
            pickup=pickup,
            service_duration=visit.service_s,
            tw_early=part.opens_s,
            tw_late=part.by_s(self.pause),
            prize=prize,
            required=self.required and group is None,
            group=group,
        )

    # --- vehicles and what fills them ---

    def _dimensions(self) -> "list[_Dimension]":
        found: list[_Dimension] = []
        for axis in range(3):
            found += self._goods(axis)
        room = [self._stops_left(kind.duty) for kind in self.kinds]
        if any(limit < len(self.visits) for limit in room):
            found.append(_Dimension(_What.MEMBERS, room, frozenset(self.allowed)))
        if not self.as_matrices:
            found += [self._gate(bits) for bits in self.sets]
        self.dimensions = found
        return found

    def _stops_left(self, duty: Round) -> int:
        if duty.max_stops is None:
            return len(self.visits)
        rest = self.rests.get(duty.shift_id)
        return max(0, duty.max_stops - (0 if rest is None else len(rest.head)))

    def _goods(self, axis: int) -> "list[_Dimension]":
        """The dimensions of one kind of goods; none if all of them together fit every vehicle.

        Behind a head it takes two: what the head has collected stays on board, and what it has delivered was on board
        together with all that is still to be delivered.
        """
        duties = [kind.duty for kind in self.kinds]
        rests = [self.rests.get(duty.shift_id) for duty in duties]
        aboard = [0 if rest is None else rest.aboard[axis] for rest in rests]
        sent = [0 if rest is None else rest.sent[axis] for rest in rests]
        loads = [visit.load[axis] for visit in self.visits]
        free = [duty.capacity[axis] - max(a, b) for duty, a, b in zip(duties, aboard, sent, strict=True)]
        if not any(loads) or sum(loads) <= min(free, default=0):
            return []
        divisor = math.gcd(*loads)
        capacity = [duty.capacity[axis] // divisor for duty in duties]
        found = [_Dimension(_What.GOODS, capacity, axis=axis, divisor=divisor, initial=_shares(aboard, divisor))]
        to_bring = sum(v.load[axis] for v in self.visits if not v.collects)
        if any(b > a and duty.capacity[axis] < b + to_bring for duty, a, b in zip(duties, aboard, sent, strict=True)):
            found.append(
                _Dimension(_What.BROUGHT, capacity, axis=axis, divisor=divisor, initial=_shares(sent, divisor))
            )
        return found

    def _gate(self, bits: int) -> "_Dimension":
        behind = frozenset(order_id for order_id, allowed in self.allowed.items() if allowed == bits)
        open_to = [len(behind) if bits >> k & 1 else 0 for k in range(len(self.kinds))]
        return _Dimension(_What.MEMBERS, open_to, behind)

    # --- vehicles ---

    def _pause(self, kind: _Kind) -> Pause | None:
        """The break that a round of this kind may still need."""
        rest, pause = self.rests.get(kind.duty.shift_id), kind.duty.pause
        taken = rest is not None and rest.paused
        return None if pause is None or taken or kind.duty.ends_s <= pause.until_s else pause

    @property
    def pause(self) -> Pause | None:
        """What every round's break does to the windows: the shortest, if all have one."""
        known = [pause for pause in self.pauses if pause is not None]
        if not known or len(known) < len(self.pauses):
            return None
        return Pause(min(p.length_s for p in known), min(p.from_s for p in known), max(p.until_s for p in known))

    def _vehicle_type(self, number: int, kind: _Kind) -> pyvrp.VehicleType:
        duty, rest, pause = kind.duty, self.rests.get(kind.duty.shift_id), self.pauses[number]
        end = self.nowhere if duty.end is None else self.spots[duty.end, -1, None]
        assert end is not None
        starts_s = duty.starts_s if rest is None else rest.free_s
        ends_s = duty.ends_s if pause is None else max(pause.until_s, duty.ends_s - pause.length_s)
        reload = self._reloads().get(number)
        used_s = (0 if rest is None else rest.duration_s) + (0 if pause is None else pause.length_s)
        return pyvrp.VehicleType(
            num_available=len(kind.shift_ids),
            capacity=[d.capacity[number] for d in self.dimensions],
            start_depot=self.spots[self._starts(duty), -1, None],
            end_depot=end,
            fixed_cost=self.money_fixed[number],
            tw_early=starts_s,
            tw_late=max(starts_s, ends_s),
            start_late=None if rest is None else starts_s,
            unit_distance_cost=self.money_m[number],
            unit_duration_cost=self.money_s[number],
            shift_duration=UNLIMITED if duty.max_duration_s is None else max(0, duty.max_duration_s - used_s),
            max_distance=_left(duty.max_distance_m, 0 if rest is None else rest.distance_m),
            profile=self.profile_of[number],
            initial_load=[d.begins_with(number) for d in self.dimensions],
            reload_depots=[] if reload is None else [reload],
            max_reloads=self._max_reloads(duty) if reload is not None else 0,
        )


class _What(Enum):
    """What a load dimension counts."""

    GOODS = "goods"
    """Which collections bring in and deliveries take out."""
    BROUGHT = "brought"
    """Goods of deliveries, as if nothing were collected."""
    MEMBERS = "members"
    """One unit for each of some orders."""


@dataclass(frozen=True, slots=True)
class _Dimension:
    """One load dimension: goods along an axis, or one unit for each of some orders."""

    kind: _What
    capacity: list[int]
    members: frozenset[OrderId] = frozenset()
    axis: int = -1
    divisor: int = 1
    initial: list[int] | None = None
    """On board where a round begins."""

    def begins_with(self, number: int) -> int:
        """What a vehicle of this type has on board where its round begins; PyVRP knows no more than its capacity."""
        return min(self.initial[number], self.capacity[number]) if self.initial else 0

    def demand(self, visit: Visit) -> int:
        """How much the order takes."""
        if self.kind is _What.MEMBERS:
            return int(visit.order_id in self.members)
        if self.kind is _What.BROUGHT and visit.collects:
            return 0
        return visit.load[self.axis] // self.divisor

    def between(self, pickup: Visit, delivery: Visit) -> int:
        """How much a pair takes between its two stops; of a count of stops it takes two, though only there."""
        if self.kind is _What.MEMBERS:
            return self.demand(pickup) + self.demand(delivery)
        return max(pickup.load[self.axis], delivery.load[self.axis]) // self.divisor


def _shares(amounts: Sequence[int], divisor: int) -> list[int]:
    return [-(-amount // divisor) for amount in amounts]


def _left(limit: int | None, used: int) -> int:
    return UNLIMITED if limit is None else max(0, limit - used)


def _nature(duty: Round) -> tuple[object, ...]:
    """Everything of a shift that planning depends on, but not who it is."""
    return (
        duty.profile, duty.starts_s, duty.ends_s, duty.start, duty.end, duty.capacity, duty.cost_per_km,
        duty.cost_per_hour, duty.fixed_cost, duty.max_stops, duty.max_duration_s, duty.max_distance_m,
        duty.max_reloads, duty.pause,
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
