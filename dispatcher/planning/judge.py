"""The judge: every time, load and broken rule of any sequence, sensible or not.

Nothing else computes times: board, engines, drag verdicts, reasons and reports all ask here. A sequence is never
refused; what is wrong with it is said. The rules:

- Service begins on arrival, or when the next of the order's windows opens; after the last window it begins at once,
  late.
- A round is first timed as if it left when the shift starts; that settles when it returns and how late each stop is.
  It then leaves as late as it can so that it returns no later and no stop begins (more) late: waiting is spent in
  the yard, unpaid, never before the shift starts. This is the shortest duration for the earliest return, the measure
  PyVRP's routes have too (Vidal et al. 2013, "time-window segments", for one window per stop).
- Only if that takes longer than the driver may be out, and a later window of some stop would shorten the round, does
  it leave for the later window.
- Deliveries are in the vehicle from the start until their stop, collections from their stop until the end.
- A leg that no road joins is timed as the crow flies, so that the rest of the round keeps plausible times.
- An order without a place is served where the vehicle happens to be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.schedule import RouteTimes, Rule, Schedule, StopTimes, Violation
from dispatcher.planning.problem import NOWHERE, Amounts, Problem, Round, Sequences, Visit, load_of

CROW_DETOUR = 1.3
"""Road metres for each metre as the crow flies, where no road is known."""
CROW_SPEED_MS = 8.0

type Candidate = tuple[ShiftId, Sequence[OrderId]]
"""One shift and what it would serve, in order."""

_OVERLOADS = (Rule.WEIGHT, Rule.VOLUME, Rule.PARCELS)


def judge(problem: Problem, sequences: Sequences) -> Schedule:
    """Judge these rounds. Raises `KeyError` for an order or a shift that does not belong to the day."""
    return Schedule({shift_id: judge_route(problem, shift_id, sequence) for shift_id, sequence in sequences.items()})


def judge_route(problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId]) -> RouteTimes:
    """Judge one round. Raises `KeyError` for an order or a shift that does not belong to the day."""
    line = Timeline.of(problem, problem.rounds[shift_id], [problem.visits[order_id] for order_id in sequence])
    return _dressed(problem, line)


def judge_many(problem: Problem, candidates: Iterable[Candidate]) -> list[RouteTimes]:
    """Judge many rounds at once, of one shift or several: the same as `judge_route` one by one, and faster."""
    return [judge_route(problem, shift_id, sequence) for shift_id, sequence in candidates]


class Weight(NamedTuple):
    """How bad a plan is, worst first: compare two plans of the same orders by it. Sums, so that plans add up."""

    barred: int
    """Stops that their driver or vehicle can never serve."""
    overload: int
    """Thousandths of kilograms, litres and parcels over."""
    over_limits: int
    """Stops over, and metres over."""
    overrun_s: int
    """Seconds late, after the shift's end, and over the longest duration."""
    cost: int
    """Minor currency units, each round's rounded as in `RouteTimes`."""

    def plus(self, other: "Weight") -> "Weight":
        """Both together."""
        return Weight(
            self.barred + other.barred,
            self.overload + other.overload,
            self.over_limits + other.over_limits,
            self.overrun_s + other.overrun_s,
            self.cost + other.cost,
        )

    @property
    def sound(self) -> bool:
        """Whether no rule is broken."""
        return not any(self[:4])


NO_WEIGHT = Weight(0, 0, 0, 0, 0)


def weigh(problem: Problem, sequences: Sequences) -> Weight:
    """The weight of these rounds together."""
    total = NO_WEIGHT
    for shift_id, sequence in sequences.items():
        total = total.plus(weigh_route(problem, shift_id, sequence))
    return total


def weigh_route(problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId]) -> Weight:
    """The weight of one round: the judge's numbers without their dress, a few times faster."""
    line = Timeline.of(problem, problem.rounds[shift_id], [problem.visits[order_id] for order_id in sequence])
    amount = dict.fromkeys(Rule, 0)
    for rule, over in line.limits():
        amount[rule] += over
    barred = sum(1 for visit in line.visits if problem.bars(visit, line.duty)) + len(line.gaps)
    return Weight(
        barred,
        sum(amount[rule] for rule in _OVERLOADS),
        amount[Rule.MAX_STOPS] + amount[Rule.MAX_DISTANCE],
        sum(line.late_s) + amount[Rule.SHIFT_END] + amount[Rule.MAX_DURATION],
        round(line.cost),
    )


def weigh_many(problem: Problem, candidates: Iterable[Candidate]) -> list[Weight]:
    """Weigh many rounds at once: the same as `weigh_route` one by one, and faster."""
    return [weigh_route(problem, shift_id, sequence) for shift_id, sequence in candidates]


@dataclass(slots=True)
class Timeline:
    """One round in numbers. All lists run along the stops; legs have one more, the way back (0 for an open round)."""

    duty: Round
    visits: list[Visit]
    leg_s: list[int]
    leg_m: list[int]
    gaps: list[int]
    """Legs that no road joins though both their ends can be reached otherwise."""
    leaves_s: int
    returns_s: int
    arrives_s: list[int]
    begins_s: list[int]
    late_s: list[int]
    on_board: list[Amounts]
    """In the vehicle after leaving, and after each stop."""
    peak: Amounts

    @classmethod
    def of(cls, problem: Problem, duty: Round, visits: list[Visit]) -> "Timeline":
        """Time and load one round."""
        leg_s, leg_m, gaps = _legs(problem, duty, visits)
        arrives_s, begins_s, returns_s = _forward(duty.starts_s, leg_s, visits)
        leaves_s = _latest_leave(leg_s, visits, begins_s, returns_s) if visits else duty.starts_s
        if duty.max_duration_s is not None and returns_s - leaves_s > duty.max_duration_s:
            leaves_s = _leave_for_later_windows(duty, leg_s, visits, leaves_s)
        if leaves_s != duty.starts_s:
            arrives_s, begins_s, returns_s = _forward(leaves_s, leg_s, visits)
        late_s = [_late(visit, begins) for visit, begins in zip(visits, begins_s, strict=True)]
        on_board = _on_board(visits)
        peak: Amounts = (
            max(a for a, _, _ in on_board),
            max(b for _, b, _ in on_board),
            max(c for _, _, c in on_board),
        )
        return cls(duty, visits, leg_s, leg_m, gaps, leaves_s, returns_s, arrives_s, begins_s, late_s, on_board, peak)

    @property
    def duration_s(self) -> int:
        """From leaving to returning."""
        return self.returns_s - self.leaves_s

    @property
    def cost(self) -> float:
        """Minor currency units; 0 for an empty round."""
        return self.duty.cost(sum(self.leg_m), self.duration_s) if self.visits else 0.0

    def limits(self) -> Iterator[tuple[Rule, int]]:
        """What the round as a whole breaks, with how much: thousandths of load, stops, seconds, metres."""
        duty = self.duty
        for rule, load, capacity in zip(_OVERLOADS, self.peak, duty.capacity, strict=True):
            if load > capacity:
                yield rule, load - capacity
        if not self.visits:
            return
        for rule, value, limit in (
            (Rule.SHIFT_END, self.returns_s, duty.ends_s),
            (Rule.MAX_STOPS, len(self.visits), duty.max_stops),
            (Rule.MAX_DURATION, self.duration_s, duty.max_duration_s),
            (Rule.MAX_DISTANCE, sum(self.leg_m), duty.max_distance_m),
        ):
            if limit is not None and value > limit:
                yield rule, value - limit


def stations(duty: Round, visits: Sequence[Visit]) -> list[int]:
    """Place indices along a round, from its start to its end; an open round ends where its last stop is."""
    at = duty.start
    found = [at]
    for visit in visits:
        at = at if visit.at == NOWHERE else visit.at
        found.append(at)
    found.append(at if duty.end is None or not visits else duty.end)
    return found


def _legs(problem: Problem, duty: Round, visits: list[Visit]) -> tuple[list[int], list[int], list[int]]:
    table, along = problem.travel[duty.profile], stations(duty, visits)
    leg_s: list[int] = table.duration_s[along[:-1], along[1:]].tolist()
    leg_m: list[int] = table.distance_m[along[:-1], along[1:]].tolist()
    if duty.end is None or not visits:
        leg_s[-1] = leg_m[-1] = 0
    if max(leg_s) < NO_WAY:
        return leg_s, leg_m, []
    return _bridged(problem, duty, visits, along, leg_s, leg_m)


def _bridged(
    problem: Problem, duty: Round, visits: list[Visit], along: list[int], leg_s: list[int], leg_m: list[int]
) -> tuple[list[int], list[int], list[int]]:
    places, gaps = problem.index.places, []
    barred = {i for i, visit in enumerate(visits) if any(b.rule is Rule.NO_ROAD for b in problem.bars(visit, duty))}
    for i, seconds in enumerate(leg_s):
        if seconds >= NO_WAY:
            metres = CROW_DETOUR * places[along[i]].distance_m(places[along[i + 1]])
            leg_s[i], leg_m[i] = round(metres / CROW_SPEED_MS), round(metres)
            if not barred & {i - 1, i}:
                gaps.append(i)
    return leg_s, leg_m, gaps


def _forward(leaves_s: int, leg_s: list[int], visits: list[Visit]) -> tuple[list[int], list[int], int]:
    now, arrives, begins = leaves_s, [], []
    for leg, visit in zip(leg_s, visits, strict=False):
        now += leg
        arrives.append(now)
        if visit.windows:
            now = visit.begins(now)
        begins.append(now)
        now += visit.service_s
    return arrives, begins, now + leg_s[-1]


def _latest_leave(leg_s: list[int], visits: list[Visit], begins_s: list[int], returns_s: int) -> int:
    done_by = returns_s - leg_s[-1]
    for i in range(len(visits) - 1, -1, -1):
        visit = visits[i]
        begin_by = done_by - visit.service_s
        if visit.windows:
            latest = visit.begins_by(begin_by) if not _late(visit, begins_s[i]) else begins_s[i]
            begin_by = begins_s[i] if latest is None else latest
        done_by = begin_by - leg_s[i]
    return done_by


def _leave_for_later_windows(duty: Round, leg_s: list[int], visits: list[Visit], leaves_s: int) -> int:
    """The first later departure that keeps the longest duration and makes nothing late; `leaves_s` if there is none."""
    assert duty.max_duration_s is not None
    _, begins_s, returns_s = _forward(leaves_s, leg_s, visits)
    late_s, bound_s, tried_s = _all_late(visits, begins_s), max(duty.ends_s, returns_s), leaves_s
    for _ in range(3 * len(visits)):
        closing = (_open_for(visit, begins) for visit, begins in zip(visits, begins_s, strict=True))
        patience = min((seconds for seconds in closing if seconds is not None), default=None)
        if patience is None:
            break
        _, begins_s, returns_s = _forward(tried_s + patience + 1, leg_s, visits)
        if returns_s > bound_s or _all_late(visits, begins_s) > late_s:
            break
        tried_s = max(tried_s + patience + 1, _latest_leave(leg_s, visits, begins_s, returns_s))
        if returns_s - tried_s <= duty.max_duration_s:
            return tried_s
        _, begins_s, returns_s = _forward(tried_s, leg_s, visits)
    return leaves_s


def _open_for(visit: Visit, begins_s: int) -> int | None:
    """How much longer the present window stays open, if another one follows."""
    return next((closes_s - begins_s for _, closes_s in visit.windows[:-1] if begins_s <= closes_s), None)


def _all_late(visits: list[Visit], begins_s: list[int]) -> int:
    return sum(_late(visit, begins) for visit, begins in zip(visits, begins_s, strict=True))


def _late(visit: Visit, begins_s: int) -> int:
    return max(0, begins_s - visit.windows[-1][1]) if visit.windows else 0


def _on_board(visits: list[Visit]) -> list[Amounts]:
    grams = sum(v.load[0] for v in visits if not v.collects)
    millilitres = sum(v.load[1] for v in visits if not v.collects)
    parcels = sum(v.load[2] for v in visits if not v.collects)
    found: list[Amounts] = [(grams, millilitres, parcels)]
    for visit in visits:
        sign = 1 if visit.collects else -1
        a, b, c = visit.load
        grams, millilitres, parcels = grams + sign * a, millilitres + sign * b, parcels + sign * c
        found.append((grams, millilitres, parcels))
    return found


def _dressed(problem: Problem, line: Timeline) -> RouteTimes:
    moment = _Moments(problem.origin)
    stops = tuple(_dressed_stop(problem, line, i, moment) for i in range(len(line.visits)))
    gap_back = (Violation(Rule.NO_ROAD, 0),) if len(line.visits) in line.gaps else ()
    return RouteTimes(
        shift_id=line.duty.shift_id,
        leaves_at=moment(line.leaves_s),
        returns_at=moment(line.returns_s),
        stops=stops,
        drive_s=sum(line.leg_s),
        distance_m=sum(line.leg_m),
        service_s=sum(v.service_s for v in line.visits),
        wait_s=sum(stop.wait_s for stop in stops),
        late_s=sum(line.late_s),
        peak=load_of(line.peak),
        cost=round(line.cost),
        back_s=line.leg_s[-1],
        back_m=line.leg_m[-1],
        violations=tuple(Violation(rule, _amount(rule, over)) for rule, over in line.limits()) + gap_back,
    )


def _amount(rule: Rule, over: int) -> float:
    return over / 1000 if rule in _OVERLOADS else over


def _dressed_stop(problem: Problem, line: Timeline, i: int, moment: "_Moments") -> StopTimes:
    visit, arrives_s, begins_s, late_s = line.visits[i], line.arrives_s[i], line.begins_s[i], line.late_s[i]
    broken = problem.bars(visit, line.duty)
    if i in line.gaps:
        broken += (Violation(Rule.NO_ROAD, 0, visit.order_id),)
    if late_s:
        broken += (Violation(Rule.LATE, late_s, visit.order_id),)
    return StopTimes(
        order_id=visit.order_id,
        arrives_at=moment(arrives_s),
        starts_at=moment(begins_s),
        departs_at=moment(begins_s + visit.service_s),
        drive_s=line.leg_s[i],
        drive_m=line.leg_m[i],
        wait_s=begins_s - arrives_s,
        late_s=late_s,
        load=load_of(line.on_board[i + 1]),
        violations=broken,
    )


@dataclass(frozen=True, slots=True)
class _Moments:
    origin: datetime

    def __call__(self, seconds: int) -> datetime:
        return self.origin + timedelta(seconds=seconds)
