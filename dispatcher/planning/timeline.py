"""The timing of one round: when it leaves, arrives, waits, serves, rests, loads again, and returns.

The rules are those of `dispatcher.planning.judge`; here is how they are worked out for one round, in plain integers.
Where a vehicle loads again is a halt like the others, so that nothing but the stowing knows of it. No datetimes, no
sentences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dispatcher.domain.ids import OrderId
from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.schedule import Rule
from dispatcher.planning.problem import Amounts, Pause, Problem, Round, Visit, stations
from dispatcher.planning.trips import stow

CROW_DETOUR = 1.3
"""Road metres for each metre as the crow flies, where no road is known."""
CROW_SPEED_MS = 8.0

OVERLOADS = (Rule.WEIGHT, Rule.VOLUME, Rule.PARCELS)


@dataclass(slots=True)
class Timeline:
    """One round in numbers. All lists run along the stops; legs have one more, the way back (0 for an open round)."""

    duty: Round
    visits: list[Visit]
    leg_s: list[int]
    """Driving from the stop before; by way of the start if it loads again between the two."""
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
    rests: "Rests | None" = None
    rest_late_s: int = 0
    """How much too late the driver's break begins, or would have to."""
    reloads: dict[int, int] = field(default_factory=dict)
    """Stops before which it loads again, with when it arrives at the start to do so."""
    reload_s: int = 0
    """How long it stays there each time."""
    unfetched: tuple[int, ...] = ()
    """Deliveries whose goods are not fetched earlier in the round."""

    @classmethod
    def of(cls, problem: Problem, duty: Round, visits: list[Visit]) -> "Timeline":
        """Time and load one round."""
        cargo = stow(problem, duty, visits)
        halts = _with_reloads(problem, duty, visits, cargo.again) if cargo.again else visits
        leg_s, leg_m, gaps = _legs(problem, duty, halts)
        course = _timed(duty, leg_s, halts)
        line = cls(
            duty=duty,
            visits=visits,
            leg_s=leg_s,
            leg_m=leg_m,
            gaps=gaps,
            leaves_s=course.leaves_s,
            returns_s=course.returns_s,
            arrives_s=course.arrives_s,
            begins_s=course.begins_s,
            late_s=[_late(visit, begins) for visit, begins in zip(halts, course.begins_s, strict=True)],
            on_board=cargo.on_board,
            peak=cargo.peak,
            rests=course.rests,
            rest_late_s=course.rest_late_s,
            unfetched=cargo.unfetched,
        )
        if cargo.again:
            line._join(cargo.again, problem.reload_s)
        return line

    def _join(self, again: tuple[int, ...], reload_s: int) -> None:
        """From lists along the halts to lists along the stops."""
        owner = [i for i in range(len(self.visits) + 1) for _ in range(2 if i in again else 1)]
        halt_at = {stop: halt for halt, stop in enumerate(owner)}
        self.reloads = {stop: self.arrives_s[halt_at[stop] - 1] for stop in again}
        self.reload_s = reload_s
        self.leg_s, self.leg_m = _summed(self.leg_s, owner), _summed(self.leg_m, owner)
        self.gaps = list(dict.fromkeys(owner[halt] for halt in self.gaps))
        halts = [halt_at[stop] for stop in range(len(self.visits))]
        self.arrives_s = [self.arrives_s[halt] for halt in halts]
        self.begins_s = [self.begins_s[halt] for halt in halts]
        self.late_s = [self.late_s[halt] for halt in halts]
        if self.rests:
            self.rests = self.rests._replace(before=owner[self.rests.before])

    @property
    def duration_s(self) -> int:
        """From leaving to returning."""
        return self.returns_s - self.leaves_s

    @property
    def cost(self) -> float:
        """Minor currency units; 0 for an empty round."""
        return self.duty.cost(sum(self.leg_m), self.duration_s) if self.visits else 0.0

    def wait_s(self, i: int) -> int:
        """Waiting before one stop, the break left out."""
        waited = self.begins_s[i] - self.arrives_s[i]
        return waited - self.rests.length_s if self.rests and self.rests.waiting and self.rests.before == i else waited

    def limits(self) -> Iterator[tuple[Rule, int]]:
        """What the round as a whole breaks, with how much: thousandths of load, stops, seconds, metres."""
        yield from overloads(self.duty, self.peak)
        if self.visits:
            whole = Whole(len(self.visits), self.returns_s, self.duration_s, sum(self.leg_m), self.rest_late_s)
            yield from whole.beyond(self.duty)


class Whole(NamedTuple):
    """What limits are put on, of one round that goes out."""

    stops: int
    returns_s: int
    duration_s: int
    distance_m: int
    rest_late_s: int

    def beyond(self, duty: Round) -> Iterator[tuple[Rule, int]]:
        """Which limits of the shift it exceeds, by how much."""
        if self.rest_late_s:
            yield Rule.BREAK, self.rest_late_s
        for rule, value, limit in (
            (Rule.SHIFT_END, self.returns_s, duty.ends_s),
            (Rule.MAX_STOPS, self.stops, duty.max_stops),
            (Rule.MAX_DURATION, self.duration_s, duty.max_duration_s),
            (Rule.MAX_DISTANCE, self.distance_m, duty.max_distance_m),
        ):
            if limit is not None and value > limit:
                yield rule, value - limit


def overloads(duty: Round, peak: Amounts) -> Iterator[tuple[Rule, int]]:
    """By how many thousandths this is more than the vehicle may carry."""
    for rule, load, capacity in zip(OVERLOADS, peak, duty.capacity, strict=True):
        if load > capacity:
            yield rule, load - capacity


# --- the way ---


def _with_reloads(problem: Problem, duty: Round, visits: list[Visit], again: tuple[int, ...]) -> list[Visit]:
    yard = Visit(OrderId(""), "", duty.start, service_s=problem.reload_s)
    return [halt for i, visit in enumerate(visits) for halt in ((yard, visit) if i in again else (visit,))]


def _summed(legs: list[int], owner: list[int]) -> list[int]:
    found = [0] * (owner[-1] + 1)
    for leg, stop in zip(legs, owner, strict=True):
        found[stop] += leg
    return found


def _legs(problem: Problem, duty: Round, halts: list[Visit]) -> tuple[list[int], list[int], list[int]]:
    table, along = problem.travel[duty.profile], stations(duty, halts)
    leg_s: list[int] = table.duration_s[along[:-1], along[1:]].tolist()
    leg_m: list[int] = table.distance_m[along[:-1], along[1:]].tolist()
    if duty.end is None or not halts:
        leg_s[-1] = leg_m[-1] = 0
    if max(leg_s) < NO_WAY:
        return leg_s, leg_m, []
    return _bridged(problem, duty, halts, along, leg_s, leg_m)


def _bridged(
    problem: Problem, duty: Round, halts: list[Visit], along: list[int], leg_s: list[int], leg_m: list[int]
) -> tuple[list[int], list[int], list[int]]:
    places, gaps = problem.index.places, []
    barred = {
        i
        for i, halt in enumerate(halts)
        if halt.order_id and any(b.rule is Rule.NO_ROAD for b in problem.bars(halt, duty))
    }
    for i, seconds in enumerate(leg_s):
        if seconds >= NO_WAY:
            metres = CROW_DETOUR * places[along[i]].distance_m(places[along[i + 1]])
            leg_s[i], leg_m[i] = round(metres / CROW_SPEED_MS), round(metres)
            if not barred & {i - 1, i}:
                gaps.append(i)
    return leg_s, leg_m, gaps


# --- the clock ---


class Rests(NamedTuple):
    """The driver's break, at its place in the round."""

    before: int
    """Before driving to this halt; the number of halts for before driving back."""
    waiting: bool
    """Not before driving there, but on arrival, while it waits for the window to open."""
    from_s: int
    """Not before this moment."""
    length_s: int
    at_s: int
    """When it begins."""


@dataclass(slots=True)
class _Course:
    """A round driven from one moment of leaving."""

    leaves_s: int
    arrives_s: list[int]
    begins_s: list[int]
    returns_s: int
    rests: Rests | None
    rest_late_s: int = 0


def _timed(duty: Round, leg_s: list[int], halts: Sequence[Visit]) -> _Course:
    course = _drive(duty.starts_s, leg_s, halts, None)
    if not halts:
        return course
    pause = duty.pause
    needed = pause is not None and course.returns_s > pause.until_s
    if pause is not None and needed and (rests := _first_rest(duty, pause, course, halts)):
        course = _drive(duty.starts_s, leg_s, halts, rests)
    leaves_s = _latest_leave(leg_s, halts, course, pause)
    if duty.max_duration_s is not None and course.returns_s - leaves_s > duty.max_duration_s:
        leaves_s = _leave_for_later_windows(duty, leg_s, halts, leaves_s, course.rests)
    if leaves_s != duty.starts_s:
        course = _drive(leaves_s, leg_s, halts, course.rests)
    if pause is not None and needed:
        begins_s = course.returns_s if course.rests is None else course.rests.at_s
        course.rest_late_s = max(0, begins_s - pause.until_s)
    return course


def _drive(leaves_s: int, leg_s: list[int], halts: Sequence[Visit], rests: Rests | None) -> _Course:
    if rests is not None:
        return _drive_resting(leaves_s, leg_s, halts, rests)
    now, arrives, begins = leaves_s, [], []
    for leg, halt in zip(leg_s, halts, strict=False):
        now += leg
        arrives.append(now)
        if halt.windows:
            now = halt.begins(now)
        begins.append(now)
        now += halt.service_s
    return _Course(leaves_s, arrives, begins, now + leg_s[-1], None)


def _drive_resting(leaves_s: int, leg_s: list[int], halts: Sequence[Visit], rests: Rests) -> _Course:
    now, at_s, arrives, begins = leaves_s, leaves_s, [], []
    on_the_way, on_arrival = (-1, rests.before) if rests.waiting else (rests.before, -1)
    for i, (leg, halt) in enumerate(zip(leg_s, halts, strict=False)):
        if i == on_the_way:
            at_s, now = now, now + rests.length_s
        now += leg
        arrives.append(now)
        if i == on_arrival:
            at_s = max(now, rests.from_s)
            now = at_s + rests.length_s
        now = halt.begins(now)
        begins.append(now)
        now += halt.service_s
    if on_the_way == len(halts):
        at_s, now = now, now + rests.length_s
    return _Course(leaves_s, arrives, begins, now + leg_s[-1], rests._replace(at_s=at_s))


def _first_rest(duty: Round, pause: Pause, course: _Course, halts: Sequence[Visit]) -> Rests | None:
    """The first opportunity for the break in a round driven without it, if there is one before the round is over."""
    free_s, from_s, length_s = course.leaves_s, pause.from_s, pause.length_s
    for i, halt in enumerate(halts):
        if free_s >= from_s:
            return Rests(i, False, from_s, length_s, free_s)
        at_s = max(course.arrives_s[i], from_s)
        if at_s < course.begins_s[i] and not _late(halt, halt.begins(at_s + length_s)):
            return Rests(i, True, from_s, length_s, at_s)
        free_s = course.begins_s[i] + halt.service_s
    if free_s >= from_s and duty.end is not None:
        return Rests(len(halts), False, from_s, length_s, free_s)
    return None


def _latest_leave(leg_s: list[int], halts: Sequence[Visit], course: _Course, pause: Pause | None) -> int:
    rests, begins_s = course.rests, course.begins_s
    before, length_s, rest_by = -1, 0, 0
    if rests is not None and pause is not None:
        before, length_s, rest_by = rests.before, rests.length_s, max(pause.until_s, rests.at_s)
    done_by = course.returns_s - leg_s[-1]
    if before == len(halts):
        done_by = min(done_by - length_s, rest_by)
    for i in range(len(halts) - 1, -1, -1):
        halt = halts[i]
        begin_by = done_by - halt.service_s
        if halt.windows:
            latest = halt.begins_by(begin_by) if not _late(halt, begins_s[i]) else begins_s[i]
            begin_by = begins_s[i] if latest is None else latest
        if i != before or rests is None:
            done_by = begin_by - leg_s[i]
        elif rests.waiting:
            done_by = min(begin_by - length_s, rest_by) - leg_s[i]
        else:
            done_by = min(begin_by - leg_s[i] - length_s, rest_by)
    return done_by


def _leave_for_later_windows(
    duty: Round, leg_s: list[int], halts: Sequence[Visit], leaves_s: int, rests: Rests | None
) -> int:
    """The first later departure that keeps the longest duration and makes nothing late; `leaves_s` if there is none."""
    assert duty.max_duration_s is not None
    course, pause = _drive(leaves_s, leg_s, halts, rests), duty.pause
    overdue_s, bound_s = _overdue(halts, course, pause), max(_home_by(duty, rests), course.returns_s)
    for _ in range(3 * len(halts)):
        closing = (_open_for(halt, begins) for halt, begins in zip(halts, course.begins_s, strict=True))
        patience = min((seconds for seconds in closing if seconds is not None), default=None)
        if patience is None:
            break
        course = _drive(course.leaves_s + patience + 1, leg_s, halts, rests)
        if course.returns_s > bound_s or _overdue(halts, course, pause) > overdue_s:
            break
        tried_s = max(course.leaves_s, _latest_leave(leg_s, halts, course, pause))
        if course.returns_s - tried_s <= duty.max_duration_s:
            return tried_s
        course = _drive(tried_s, leg_s, halts, rests)
    return leaves_s


def _home_by(duty: Round, rests: Rests | None) -> int:
    """When it must be back: a round that needs no break as long as it is short stays short."""
    return duty.ends_s if duty.pause is None or rests is not None else min(duty.ends_s, duty.pause.until_s)


def _open_for(halt: Visit, begins_s: int) -> int | None:
    """How much longer the present window stays open, if another one follows."""
    return next((closes_s - begins_s for _, closes_s in halt.windows[:-1] if begins_s <= closes_s), None)


def _overdue(halts: Sequence[Visit], course: _Course, pause: Pause | None) -> int:
    late = sum(_late(halt, begins) for halt, begins in zip(halts, course.begins_s, strict=True))
    return late + (max(0, course.rests.at_s - pause.until_s) if course.rests and pause else 0)


def _late(halt: Visit, begins_s: int) -> int:
    return max(0, begins_s - halt.windows[-1][1]) if halt.windows else 0
