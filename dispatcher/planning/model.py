"""A plan in PyVRP's words and back in ours: what `planning.modelling` made, and how to read and write solutions.

Clients are windows of orders; shifts that are alike in everything are one vehicle type; heads are no part of it, and
neither are reloads in our sequences: the judge splits them again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyvrp

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.time import seconds_after
from dispatcher.planning.judge import judge_route
from dispatcher.planning.problem import Pause, Problem, Round, Sequences, Visit

UNLIMITED = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Kind:
    """A vehicle type and the shifts that are alike in it."""

    duty: Round
    shift_ids: tuple[ShiftId, ...]


@dataclass(frozen=True, slots=True)
class Client:
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
class Pair:
    """A collection and the only delivery that waits for it."""

    pickup: Client
    delivery: Client


@dataclass(frozen=True)
class Model:
    """PyVRP's data for some orders and shifts of a problem."""

    problem: Problem
    kinds: tuple[Kind, ...]
    clients: tuple[Client, ...]
    pairs: tuple[Pair, ...]
    heads: Mapping[ShiftId, tuple[OrderId, ...]]
    """What is fixed at the head of a round: no part of the search."""
    reload_depots: Mapping[ShiftId, int]
    """The depot of each round that may load again."""
    data: pyvrp.ProblemData
    scale: float
    """The price of a second of driving in the data's money."""
    top_prize: int

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


def _within(client: Client, begins_s: int) -> bool:
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
