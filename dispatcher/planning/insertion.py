"""What it takes to put one more order into a route: where it fits, at what price, and what is in the way.

Reads a route once (`Room`) and then answers for each place in it in a few operations: earliest departures from the
front, latest beginnings from the back (the "push forward" check of Solomon 1987, and Savelsbergh's forward slack).
"Fits" means that the route breaks no rule because of it: what is late already may stay as late as it is. Of a round
with a break, a vehicle that may load again, or goods fetched on the way, only the judge can tell; `fit.py` asks it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.schedule import Rule
from dispatcher.planning.fit import Fit
from dispatcher.planning.judge import Timeline, stations
from dispatcher.planning.problem import NOWHERE, Problem, Round, Sequences, Visit
from dispatcher.planning.rank import rank

NO_HEADS: Mapping[ShiftId, int] = MappingProxyType({})

_OVERLOADS = (Rule.WEIGHT, Rule.VOLUME, Rule.PARCELS)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a route where an order fits."""

    shift_id: ShiftId
    position: int
    extra_s: int
    """More driving."""
    cost: float
    """More driving and the service, in minor currency units."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order fits nowhere in a route."""

    shift_id: ShiftId
    rule: Rule
    amount: float
    """As in `domain.schedule.Rule`, of the place where least is in the way. For `SHIFT_END` and `LATE` the seconds by
    which the round falls behind there; the judge tells how much of that later waits make up for."""
    position: int
    """Where least is in the way."""
    detail: str = ""
    begins_s: int = 0
    """For `LATE` of the order itself: when service could begin there."""


@dataclass(slots=True)
class Room:
    """The room one route has."""

    problem: Problem
    duty: Round
    sequence: tuple[OrderId, ...]
    along: list[int]
    """Place indices from start to end."""
    leg_s: list[int]
    leg_m: list[int]
    free_at: list[int]
    """When the vehicle can leave the start, and each stop, at the earliest."""
    due_by: list[int]
    """By when it must reach each stop, and the end (an open round: finish), so that nothing gets worse."""
    due_for: list[Rule]
    """What would be broken first after that."""
    before: list[tuple[int, int, int]]
    """The most on board up to each leg."""
    beyond: list[tuple[int, int, int]]
    """The most on board from each leg on."""
    has_waits: bool
    fetches: bool
    """Whether goods are fetched on the way."""
    first: int = 0
    """The first place that may be taken: what lies before it is fixed."""
    _fit: Fit | None = None

    @classmethod
    def of(cls, problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId], first: int = 0) -> "Room":
        """Read a route with so many fixed stops. Raises `KeyError` for what does not belong to the day."""
        duty, visits = problem.rounds[shift_id], [problem.visits[order_id] for order_id in sequence]
        line = Timeline.of(problem, duty, visits)
        free_at, waits = _free_at(duty, visits, line.leg_s)
        due_by, due_for = _due_by(duty, visits, line, free_at)
        return cls(
            problem=problem,
            duty=duty,
            sequence=tuple(sequence),
            along=stations(duty, visits),
            leg_s=line.leg_s,
            leg_m=line.leg_m,
            free_at=free_at,
            due_by=due_by,
            due_for=due_for,
            before=_running_peak(line.on_board),
            beyond=_running_peak(line.on_board[::-1])[::-1],
            has_waits=waits,
            fetches=any(visit.pickup is not None for visit in visits),
            first=first,
        )

    def place(self, visit: Visit) -> Gap | Refusal:
        """The cheapest place where the order fits, or what is in the way where least is."""
        if bars := self.problem.bars(visit, self.duty):
            first = bars[0]
            return Refusal(self.duty.shift_id, first.rule, first.amount, len(self.sequence), first.detail)
        end = len(self.sequence)
        if self.duty.max_stops is not None and end + 1 > self.duty.max_stops:
            return Refusal(self.duty.shift_id, Rule.MAX_STOPS, end + 1 - self.duty.max_stops, end)
        if self.fetches or visit.pickup is not None or self.duty.pause is not None or self.duty.max_reloads:
            return self._ask_the_judge(visit)
        return self._too_big(visit) or self._scan(visit)

    def _ask_the_judge(self, visit: Visit) -> Gap | Refusal:
        shift_id = self.duty.shift_id
        self._fit = fit = self._fit or Fit(self.problem, shift_id, self.sequence, self.first)
        if found := fit.best(visit):
            return Gap(shift_id, found.place, found.extra_s, found.standing.weight.cost - fit.now.weight.cost)
        place, fault = fit.nearest(visit)
        begins_s = (visit.closes_s or 0) + int(fault.amount) if fault.order_id == visit.order_id else 0
        return Refusal(shift_id, fault.rule, fault.amount, place, fault.detail, begins_s)

    def waits_for(self, visit: Visit) -> bool:
        """Whether a delivery of the round wants the goods of this collection."""
        return self.fetches and any(self.problem.visits[o].pickup == visit.order_id for o in self.sequence)

    def _too_big(self, visit: Visit) -> Refusal | None:
        """In no place is there so much room; checked before any place is looked at."""
        shift_id, end = self.duty.shift_id, len(self.sequence)
        peaks = self.beyond[end] if visit.collects else self.before[0]
        for rule, load, peak, capacity in zip(_OVERLOADS, visit.load, peaks, self.duty.capacity, strict=True):
            if load and load + peak > capacity:
                return Refusal(shift_id, rule, (load + peak - capacity) / 1000, 0)
        return None

    def _scan(self, visit: Visit) -> Gap | Refusal:
        gaps, nearest = [], Refusal(self.duty.shift_id, Rule.NO_ROAD, float("inf"), 0)
        for position, to_s, on_s, extra_s, extra_m in self._detours(visit):
            refusal = self._in_the_way(visit, position, to_s, on_s)
            if refusal is None:
                refusal = self._limit(visit, position, extra_s, extra_m)
            if refusal is None:
                gaps.append(Gap(self.duty.shift_id, position, extra_s, self._price(visit, extra_s, extra_m)))
            else:
                nearest = min(nearest, refusal, key=_in_the_way_most)
        return self._sound(visit, gaps) or nearest if gaps else nearest

    def _detours(self, visit: Visit) -> Iterator[tuple[int, int, int, int, int]]:
        """For each position: seconds to the order, seconds on from it, and the detour in seconds and metres.

        None right before a stop without a place: that is served where the vehicle is, so it would move along, and the
        detour would be another one. Behind it is as good.
        """
        table, at = self.problem.travel[self.duty.profile], visit.at
        onward = self.along[1:]
        to_s: list[int] = table.duration_s[self.along[:-1], at].tolist()
        on_s: list[int] = table.duration_s[at, onward].tolist()
        to_m: list[int] = table.distance_m[self.along[:-1], at].tolist()
        on_m: list[int] = table.distance_m[at, onward].tolist()
        if self.duty.end is None or not self.sequence:
            back = self.duty.end
            on_s[-1] = 0 if back is None else int(table.duration_s[at, back])
            on_m[-1] = 0 if back is None else int(table.distance_m[at, back])
        moves_along = [*(self.problem.visits[o].at == NOWHERE for o in self.sequence), False]
        for i, (a, b, c, d) in enumerate(zip(to_s, on_s, to_m, on_m, strict=True)):
            if i >= self.first and a < NO_WAY and b < NO_WAY and not moves_along[i]:
                yield i, a, b, a + b - self.leg_s[i], c + d - self.leg_m[i]

    def _in_the_way(self, visit: Visit, position: int, to_s: int, on_s: int) -> Refusal | None:
        """Load, the order's own windows, and whatever comes after it."""
        loads = self.beyond[position] if visit.collects else self.before[position]
        for rule, load, peak, capacity in zip(_OVERLOADS, visit.load, loads, self.duty.capacity, strict=True):
            if load and load + peak > capacity:
                return Refusal(self.duty.shift_id, rule, (load + peak - capacity) / 1000, position)
        begins_s = visit.begins(self.free_at[position] + to_s)
        closes_s = visit.closes_s
        if closes_s is not None and begins_s > closes_s:
            return Refusal(self.duty.shift_id, Rule.LATE, begins_s - closes_s, position, begins_s=begins_s)
        over_s = begins_s + visit.service_s + on_s - self.due_by[position]
        if over_s > 0:
            return Refusal(self.duty.shift_id, self.due_for[position], over_s, position)
        return None

    def _limit(self, visit: Visit, position: int, extra_s: int, extra_m: int) -> Refusal | None:
        """Longest distance and duration. With waits in the round this is a first sieve; `_sound` settles it."""
        duty = self.duty
        if duty.max_distance_m is not None and (over := sum(self.leg_m) + extra_m - duty.max_distance_m) > 0:
            return Refusal(duty.shift_id, Rule.MAX_DISTANCE, over, position)
        if duty.max_duration_s is not None:
            busy_s = sum(self.leg_s) + extra_s + visit.service_s
            busy_s += sum(self.problem.visits[o].service_s for o in self.sequence)
            if (over := busy_s - duty.max_duration_s) > 0:
                return Refusal(duty.shift_id, Rule.MAX_DURATION, over, position)
        return None

    def _price(self, visit: Visit, extra_s: int, extra_m: int) -> float:
        opening = 0 if self.sequence else self.duty.fixed_cost
        seconds = (extra_s + visit.service_s) * self.duty.cost_per_hour / 3600
        return opening + extra_m * self.duty.cost_per_km / 1000 + seconds

    def _sound(self, visit: Visit, gaps: list[Gap]) -> Gap | Refusal | None:
        """The cheapest gap, or the cheapest that keeps the longest duration where waits make that hard to tell."""
        gaps.sort(key=lambda gap: gap.cost)
        if self.duty.max_duration_s is None or not (self.has_waits or visit.windows):
            return gaps[0]
        over = [(self._over_duration(visit, gap.position), gap) for gap in gaps]
        for over_s, gap in over:
            if over_s <= 0:
                return gap
        least, gap = min(over, key=lambda pair: pair[0])
        return Refusal(self.duty.shift_id, Rule.MAX_DURATION, least, gap.position)

    def _over_duration(self, visit: Visit, position: int) -> int:
        assert self.duty.max_duration_s is not None
        visits = [self.problem.visits[order_id] for order_id in self.sequence]
        visits.insert(position, visit)
        return Timeline.of(self.problem, self.duty, visits).duration_s - self.duty.max_duration_s


def insert_best(
    problem: Problem, sequences: Sequences, order_ids: Iterable[OrderId], heads: Mapping[ShiftId, int] = NO_HEADS
) -> dict[ShiftId, list[OrderId]]:
    """Put these orders into the sequences, each where it is cheapest behind the fixed heads; the rest keeps its order.

    An order that fits nowhere goes where the plan gets least worse by the judge; one that stands in the sequences
    already leaves its old place first. Collections go before the deliveries that wait for them, and into one round with
    them. An order without a place is put at the end of the first route. Give the sequences of one shift only to force
    its driver. Raises `ValueError` when there is no sequence to put them into.
    """
    if not sequences:
        raise ValueError("there is no route to put the orders into")
    leaving = _fetched_first(problem, order_ids)
    found = {s: [o for o in sequence if o not in set(leaving)] for s, sequence in sequences.items()}
    heads = {s: sum(o not in leaving for o in sequences[s][: heads.get(s, 0)]) for s in sequences}
    rooms = {shift_id: Room.of(problem, shift_id, sequence, heads[shift_id]) for shift_id, sequence in found.items()}
    for order_id in leaving:
        gap = _cheapest(rooms, problem.visits[order_id])
        if gap is not None:
            found[gap.shift_id].insert(gap.position, order_id)
            changed = gap.shift_id
        else:
            changed, found[changed] = _least_worse(problem, found, problem.visits[order_id])
        rooms[changed] = Room.of(problem, changed, found[changed], heads[changed])
    return found


def insert_fitting(
    problem: Problem, sequences: Sequences, order_ids: Iterable[OrderId]
) -> tuple[dict[ShiftId, list[OrderId]], list[OrderId]]:
    """Put those of the orders that fit where they are cheapest; returns the sequences and the orders left over."""
    found = {shift_id: list(sequence) for shift_id, sequence in sequences.items()}
    rooms = {shift_id: Room.of(problem, shift_id, sequence) for shift_id, sequence in found.items()}
    left = []
    for order_id in _fetched_first(problem, order_ids):
        gap = _cheapest(rooms, problem.visits[order_id])
        if gap is None:
            left.append(order_id)
            continue
        found[gap.shift_id].insert(gap.position, order_id)
        rooms[gap.shift_id] = Room.of(problem, gap.shift_id, found[gap.shift_id])
    return found, left


def _fetched_first(problem: Problem, order_ids: Iterable[OrderId]) -> list[OrderId]:
    """Each once; what is fetched on the way behind all others, so that its collection has a place already."""
    return sorted(dict.fromkeys(order_ids), key=lambda order_id: problem.visits[order_id].pickup is not None)


def _cheapest(rooms: dict[ShiftId, Room], visit: Visit) -> Gap | None:
    """The cheapest place of all; for goods that a round waits for already, of those rounds if there is any."""
    waiting = [room for room in rooms.values() if room.waits_for(visit)]
    for some in (waiting, rooms.values()):
        gaps = [answer for room in some if isinstance(answer := room.place(visit), Gap)]
        if gaps:
            return min(gaps, key=lambda gap: gap.cost)
    return None


def _least_worse(problem: Problem, sequences: Sequences, visit: Visit) -> tuple[ShiftId, list[OrderId]]:
    if visit.at == NOWHERE:
        shift_id = next(iter(sequences))
        return shift_id, [*sequences[shift_id], visit.order_id]
    best = rank(problem, sequences, [visit.order_id])[0]
    return best.shift_id, list(best.sequence)


def _free_at(duty: Round, visits: Sequence[Visit], leg_s: Sequence[int]) -> tuple[list[int], bool]:
    now, found, waits = duty.starts_s, [duty.starts_s], False
    for leg, visit in zip(leg_s, visits, strict=False):
        begins = visit.begins(now + leg)
        waits = waits or begins > now + leg
        now = begins + visit.service_s
        found.append(now)
    return found, waits


def _due_by(
    duty: Round, visits: Sequence[Visit], line: Timeline, free_at: Sequence[int]
) -> tuple[list[int], list[Rule]]:
    due = max(duty.ends_s, line.returns_s) if visits else duty.ends_s
    rule, found, rules = Rule.SHIFT_END, [due], [Rule.SHIFT_END]
    for i in range(len(visits) - 1, -1, -1):
        visit, begins = visits[i], free_at[i + 1] - visits[i].service_s
        bound = due - line.leg_s[i + 1] - visit.service_s
        latest = visit.begins_by(bound)
        due = begins if latest is None or latest < begins else latest
        rule = rule if due == bound else Rule.LATE
        found.append(due)
        rules.append(rule)
    return found[::-1], rules[::-1]


def _in_the_way_most(refusal: Refusal) -> tuple[bool, float]:
    """Time can be found more easily than room."""
    return refusal.rule in _OVERLOADS, refusal.amount


def _running_peak(on_board: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    a = b = c = 0
    found = []
    for x, y, z in on_board:
        a, b, c = max(a, x), max(b, y), max(c, z)
        found.append((a, b, c))
    return found
