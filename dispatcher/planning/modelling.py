"""Some orders and shifts of a problem in PyVRP's words. How to read its solutions is in `planning.model`.

- An open round ends at a depot that is no distance from anywhere.
- Several windows become a client group: one client for each window, of which at most one is served. "Do early" is
  one more such split, at `EARLY_S` after the first shift's start, with a prize for the early client: a preference
  worth a detour of `EARLY_WORTH_S` seconds of a vehicle's time, never a reason to leave an order out.
- A round with a fixed head starts where and when the head ends, with what the head leaves of its limits. That its van
  has to come home even without another stop is lost on PyVRP.
- A reload is a visit to a depot of its own, at the round's start place, that takes as long as loading does.
- A collection whose goods another order waits for is a shipment with it (see `planning.pairs`); other pairs are two
  plain clients, and the judge sees to their order.
- Breaks are unknown to PyVRP: a round that could last past the latest beginning of its break has a shift shorter by
  the break, and where every driver has one, windows close as much earlier unless the stop comes before the break.
- Money becomes integers exactly: 1/18,000 of a minor unit, then divided by what the rates have in common.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pyvrp

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Priority
from dispatcher.domain.roads import NO_WAY
from dispatcher.planning.dimensions import What, dimensions
from dispatcher.planning.eligible import Eligible
from dispatcher.planning.fixed import Rest
from dispatcher.planning.model import UNLIMITED, Client, Kind, Model, Pair
from dispatcher.planning.problem import Pause, Problem, Round, Visit

FAR = 1_000_000
"""Seconds and metres to where a vehicle must not go: longer than any shift, short enough not to overflow sums."""

EARLY_S = 2 * 3600
EARLY_WORTH_S = 900
NO_RESTS: Mapping[ShiftId, Rest] = MappingProxyType({})

type Matrix = np.ndarray[Any, np.dtype[np.int64]]
type Spot = tuple[int, int, ShiftId | None]
"""Place, set of vehicle types (0 for all, -1 for a depot), and the van that has the goods."""

_SHARES = {Priority.LOW: 1, Priority.NORMAL: 3, Priority.HIGH: 9, Priority.CRITICAL: 81}
_HELD_SHARE = 243
"""The prize for an order, in multiples of the dearest detour there can be."""


def model_of(
    problem: Problem,
    shift_ids: Sequence[ShiftId],
    order_ids: Sequence[OrderId],
    *,
    required: bool,
    rests: Mapping[ShiftId, Rest] = NO_RESTS,
) -> Model:
    """PyVRP's data for these rounds and orders, the latter outside the fixed heads.

    `required`: every order must be served, if need be against the rules; else each has a prize.
    """
    return _Builder(problem, shift_ids, order_ids, required, rests).model()


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
        self.problem, self.required, self.rests = problem, required, rests
        self.rounds = [problem.rounds[shift_id] for shift_id in shift_ids]
        self.visits = [problem.visits[order_id] for order_id in order_ids]
        self.who = Eligible(problem, self.rounds, self.visits, rests)
        self.kinds = self.who.kinds
        self.dimensions = dimensions(self.who)
        self.pauses = [self._pause(kind) for kind in self.kinds]
        self.pause = _shortest(self.pauses)
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

    # --- places and travel ---

    def _starts(self, duty: Round) -> int:
        rest = self.rests.get(duty.shift_id)
        return duty.start if rest is None else rest.at

    def _spots(self) -> dict[Spot, int]:
        """Spot → location: depots first. Orders at one place that not the same vehicles may serve are apart."""
        spots: dict[Spot, int] = {}
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

    def _spot(self, visit: Visit) -> Spot:
        bits = self.who.allowed[visit.order_id]
        return (
            visit.at,
            bits if self.who.as_matrices and bits in self.who.sets else 0,
            self.who.homes.get(visit.order_id),
        )

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
        keys = [self.who.profile_key(k, as_matrices=self.who.as_matrices) for k in range(len(self.kinds))]
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
        for source, extra in zip((table.distance_m, table.duration_s), self.who.handling(own), strict=True):
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
            more_m, more_s = self.who.handling(kind.duty)
            shift_s = kind.duty.ends_s - kind.duty.starts_s + more_s
            dearest = max(dearest, fixed + shift_s * per_s + (2 * far_m + more_m) * per_m)
        return max(1, dearest)

    # --- clients ---

    def _clients(self) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup]]:
        self.dearest = self._dearest_detour()
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        self.split: list[Client] = []
        early_until = min((duty.starts_s for duty in self.rounds), default=0) + EARLY_S
        in_pairs = {*self.who.paired, *self.who.paired.values()}
        for visit in (v for v in self.visits if v.order_id not in in_pairs):
            parts = list(_parts(visit, early_until))
            group = len(groups) if len(parts) > 1 else None
            base = self._prize(visit)
            if group is not None:
                members = range(len(clients), len(clients) + len(parts))
                groups.append(pyvrp.ClientGroup(list(members), required=self.required))
            for part in parts:
                prize = base + (round(EARLY_WORTH_S * self.scale) if part.early else 0)
                clients.append(self._client(part, prize, group))
            self.split += parts
        return clients, groups

    def _prize(self, visit: Visit) -> int:
        return 0 if self.required else self.dearest * (_HELD_SHARE if visit.held else _SHARES[visit.priority])

    def _shipments(self) -> list[pyvrp.Shipment]:
        """Pairs as PyVRP knows them; both steps' prizes together."""
        self.pairs: list[Pair] = []
        found = []
        for first, second in self.who.paired.items():
            pickup, delivery = self.problem.visits[first], self.problem.visits[second]
            (fetch,) = _parts(pickup, 0)
            (bring,) = _parts(delivery, 0)
            self.pairs.append(Pair(fetch, bring))
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

    def _client(self, part: Client, prize: int, group: int | None) -> pyvrp.Client:
        visit = part.visit
        amount = [d.demand(visit) for d in self.dimensions]
        fetched = [visit.collects and d.what is What.GOODS for d in self.dimensions]
        pickup = [n if fetch else 0 for fetch, n in zip(fetched, amount, strict=True)]
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

    # --- vehicles ---

    def _pause(self, kind: Kind) -> Pause | None:
        """The break that a round of this kind may still need."""
        rest, pause = self.rests.get(kind.duty.shift_id), kind.duty.pause
        taken = rest is not None and rest.paused
        return None if pause is None or taken or kind.duty.ends_s <= pause.until_s else pause

    def _vehicle_type(self, number: int, kind: Kind) -> pyvrp.VehicleType:
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


def _shortest(pauses: Sequence[Pause | None]) -> Pause | None:
    """What every round's break does to the windows: the shortest, if all have one."""
    known = [pause for pause in pauses if pause is not None]
    if not known or len(known) < len(pauses):
        return None
    return Pause(min(p.length_s for p in known), min(p.from_s for p in known), max(p.until_s for p in known))


def _left(limit: int | None, used: int) -> int:
    return UNLIMITED if limit is None else max(0, limit - used)


def _parts(visit: Visit, early_until: int) -> Iterable[Client]:
    """The order's windows as clients, early parts first; seconds before the origin are of no use to anybody."""
    windows: list[tuple[int, int | None]] = [(max(0, a), b) for a, b in visit.windows if b >= 0]
    if not windows:
        windows = [(0, 0 if visit.windows else None)]
    if not visit.early:
        return [Client(visit, a, b) for a, b in windows]
    soon = [(a, early_until if b is None else min(b, early_until)) for a, b in windows if a <= early_until]
    rest = [(max(a, early_until + 1), b) for a, b in windows if b is None or b > early_until]
    return [*(Client(visit, a, b, early=True) for a, b in soon), *(Client(visit, a, b) for a, b in rest)]
