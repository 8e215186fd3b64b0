"""Many orders to slots at least cost, as a flow: each order goes to one slot or is left out, no slot takes too many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

LEFT_OUT = 50_000_000
"""What leaving one out costs: more than any detour."""


@dataclass(frozen=True, slots=True)
class Room:
    """What one slot can still take."""

    orders: int
    minutes: int | None = None
    load: tuple[int, int, int] | None = None
    """Thousandths; 0 for no limit."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one order takes, and what each slot that it may have would cost, by the slot's index."""

    minutes: int
    load: tuple[int, int, int]
    costs: Mapping[int, int]


def assigned(needs: Sequence[Need], rooms: Sequence[Room]) -> list[int | None]:
    """The slot of each order, or `None`: at least cost by how many each slot takes, then by minutes and load.

    Counting orders alone this is a minimum cost flow and so the best there is (ortools `SimpleMinCostFlow`, Goldberg's
    cost scaling). Where minutes or loads are then too much, the orders that it costs least to move go to their next
    slot.
    """
    chosen = _by_count(needs, rooms)
    return _within_limits(needs, rooms, chosen)


def _by_count(needs: Sequence[Need], rooms: Sequence[Room]) -> list[int | None]:
    n, m = len(needs), len(rooms)
    if not n:
        return []
    source, sink, out = n + m, n + m + 1, n + m + 2
    arcs = [(i, n + j, 1, cost) for i, need in enumerate(needs) for j, cost in need.costs.items()]
    wanted = len(arcs)
    arcs += [(source, i, 1, 0) for i in range(n)] + [(i, out, 1, LEFT_OUT) for i in range(n)]
    arcs += [(n + j, sink, max(0, min(n, room.orders)), 0) for j, room in enumerate(rooms)] + [(out, sink, n, 0)]
    table = np.array(arcs, np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    made = flow.add_arcs_with_capacity_and_unit_cost(table[:, 0], table[:, 1], table[:, 2], table[:, 3])
    flow.set_nodes_supplies(np.array([source, sink]), np.array([n, -n]))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the assignment has no solution: {status}")
    used: NDArray[np.int64] = np.asarray(flow.flows(made[:wanted]))
    chosen: list[int | None] = [None] * n
    for row in np.flatnonzero(used):
        chosen[int(table[row, 0])] = int(table[row, 1]) - n
    return chosen


def _within_limits(needs: Sequence[Need], rooms: Sequence[Room], chosen: Sequence[int | None]) -> list[int | None]:
    """Place by place again, those first that lose most by moving."""
    used = [_Used() for _ in rooms]
    found: list[int | None] = [None] * len(needs)
    for i in sorted(range(len(needs)), key=lambda i: -_regret(needs[i], chosen[i])):
        ways = sorted(needs[i].costs, key=lambda j: (j != chosen[i], needs[i].costs[j]))
        for j in ways if chosen[i] is not None else ():
            kept = sum(1 for k, other in enumerate(chosen) if other == j and found[k] is None and k != i)
            if used[j].takes(needs[i], rooms[j], 0 if j == chosen[i] else kept):
                found[i] = j
                break
    return found


def _regret(need: Need, chosen: int | None) -> int:
    if chosen is None:
        return -1
    others = [cost for j, cost in need.costs.items() if j != chosen]
    return min(others, default=LEFT_OUT) - need.costs[chosen]


@dataclass(slots=True)
class _Used:
    orders: int = 0
    minutes: int = 0
    load: tuple[int, int, int] = (0, 0, 0)

    def takes(self, need: Need, room: Room, kept: int) -> bool:
        """Take it if it fits beside what is there and so many that are still to come."""
        minutes = self.minutes + need.minutes
        load = (self.load[0] + need.load[0], self.load[1] + need.load[1], self.load[2] + need.load[2])
        heavy = room.load is not None and any(m and a > m for a, m in zip(load, room.load, strict=True))
        if self.orders + 1 + kept > room.orders or heavy or (room.minutes is not None and minutes > room.minutes):
            return False
        self.orders, self.minutes, self.load = self.orders + 1, minutes, load
        return True
