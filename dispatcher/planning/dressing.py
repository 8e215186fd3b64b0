"""The judge's numbers dressed as what everybody reads: moments, loads, and broken rules by name.

A round is dressed at once, its stops when somebody first looks at them: a verdict over hundreds of rounds looks at
none. No rule is decided here.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, overload

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load
from dispatcher.domain.schedule import RouteTimes, Rule, StopTimes, Violation
from dispatcher.planning.many import Candidate, Figures
from dispatcher.planning.problem import Problem, Round, load_of
from dispatcher.planning.timeline import OVERLOADS, Timeline, Whole, overloads


class Stops(Sequence[StopTimes]):
    """A round's stops, dressed on first sight. Equal to a tuple of the same stops, and pickled as one."""

    __slots__ = ("_dress", "_length", "_made")

    def __init__(self, length: int, dress: Callable[[], tuple[StopTimes, ...]]) -> None:
        self._length = length
        self._made: tuple[StopTimes, ...] | None = None
        self._dress: Callable[[], tuple[StopTimes, ...]] | None = dress

    @property
    def all(self) -> tuple[StopTimes, ...]:
        """Every stop."""
        dress, made = self._dress, self._made
        if made is None:
            assert dress is not None
            made = self._made = dress()
            self._dress = None  # it holds on to the whole problem
        return made

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[StopTimes]:
        return iter(self.all)

    @overload
    def __getitem__(self, index: int) -> StopTimes: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[StopTimes, ...]: ...
    def __getitem__(self, index: int | slice) -> StopTimes | tuple[StopTimes, ...]:
        return self.all[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Stops):
            return self is other or self.all == other.all
        return self.all == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.all)

    def __repr__(self) -> str:
        return repr(self.all)

    def __reduce__(self) -> tuple[type, tuple[tuple[StopTimes, ...]]]:
        return tuple, (self.all,)


def dressed(problem: Problem, line: Timeline) -> RouteTimes:
    """A round from its timeline."""
    drive_s, service_s = sum(line.leg_s), sum(v.service_s for v in line.visits)
    rests = line.rests
    busy_s = drive_s + service_s + len(line.reloads) * line.reload_s + (rests.length_s if rests else 0)
    broken = [Violation(rule, amount(rule, over)) for rule, over in line.limits()]
    if len(line.visits) in line.gaps:
        broken.append(Violation(Rule.NO_ROAD, 0))
    rests_last = rests is not None and rests.before == len(line.visits)
    return RouteTimes(
        shift_id=line.duty.shift_id,
        leaves_at=_moment(problem, line.leaves_s),
        returns_at=_moment(problem, line.returns_s),
        stops=Stops(len(line.visits), lambda: _stops(problem, line)),
        drive_s=drive_s,
        distance_m=sum(line.leg_m),
        service_s=service_s,
        wait_s=line.duration_s - busy_s,
        late_s=sum(line.late_s),
        peak=load_of(line.peak),
        cost=round(line.cost),
        back_s=line.leg_s[-1],
        back_m=line.leg_m[-1],
        back_break_at=_moment(problem, rests.at_s) if rests and rests_last else None,
        back_break_s=rests.length_s if rests and rests_last else 0,
        violations=tuple(broken),
    )


def dressed_rows(problem: Problem, candidates: Sequence[Candidate], figures: Figures) -> list[RouteTimes | None]:
    """The rounds that were settled together, each from its row; `None` for the others."""
    found: list[RouteTimes | None] = []
    columns = [column.tolist() for column in figures.columns()]
    for (shift_id, sequence), settled, *row in zip(candidates, *columns, strict=True):
        found.append(_dressed_row(problem, problem.rounds[shift_id], tuple(sequence), row) if settled else None)
    return found


def _dressed_row(problem: Problem, duty: Round, sequence: tuple[OrderId, ...], row: Sequence[Any]) -> RouteTimes:
    leaves_s, returns_s, drive_s, distance_m, service_s, late_s, peak, back_s, back_m, late_rest_s, rest_s, last_s = row
    duration_s = returns_s - leaves_s
    whole = Whole(len(sequence), returns_s, duration_s, distance_m, late_rest_s)
    broken = (*overloads(duty, peak), *whole.beyond(duty))
    return RouteTimes(
        shift_id=duty.shift_id,
        leaves_at=_moment(problem, leaves_s),
        returns_at=_moment(problem, returns_s),
        stops=Stops(len(sequence), lambda: _stops_of(problem, duty, sequence)),
        drive_s=drive_s,
        distance_m=distance_m,
        service_s=service_s,
        wait_s=duration_s - drive_s - service_s - rest_s,
        late_s=late_s,
        peak=load_of(peak),
        cost=round(duty.cost(distance_m, duration_s)),
        back_s=back_s,
        back_m=back_m,
        back_break_at=_moment(problem, returns_s - back_s - last_s) if last_s else None,
        back_break_s=last_s,
        violations=tuple(Violation(rule, amount(rule, over)) for rule, over in broken),
    )


def amount(rule: Rule, over: int) -> float:
    """In the rule's own unit."""
    return over / 1000 if rule in OVERLOADS else over


def _moment(problem: Problem, seconds: int) -> datetime:
    return problem.origin + timedelta(seconds=seconds)


def _stops_of(problem: Problem, duty: Round, sequence: Sequence[OrderId]) -> tuple[StopTimes, ...]:
    return _stops(problem, Timeline.of(problem, duty, [problem.visits[order_id] for order_id in sequence]))


def _stops(problem: Problem, line: Timeline) -> tuple[StopTimes, ...]:
    """All stops of a round, field by field in their order: thousands are made at once, and names cost a third more."""
    columns, origin, second, found = problem.columns, problem.origin, timedelta, []
    rows = [columns.row[visit.order_id] for visit in line.visits]
    barred = columns.barred(line.duty, problem.travel[line.duty.profile])[rows].tolist()
    suspects = _suspects(problem, line, barred)
    for i, (visit, arrives_s, begins_s, late_s, drive_s, drive_m, (grams, millilitres, parcels)) in enumerate(
        zip(
            line.visits,
            line.arrives_s,
            line.begins_s,
            line.late_s,
            line.leg_s,
            line.leg_m,
            line.on_board[1:],
            strict=False,
        )
    ):
        arrives_at = origin + second(0, arrives_s)
        starts_at = arrives_at if begins_s == arrives_s else origin + second(0, begins_s)
        load = Load(grams / 1000, millilitres / 1000, parcels // 1000)
        moments = visit.order_id, arrives_at, starts_at, origin + second(0, begins_s + visit.service_s)
        if i in suspects:
            wait_s, pauses = line.wait_s(i), _pauses(problem, line, i)
            broken = tuple(_broken(problem, line, i, wait_s, barred[i]))
            found.append(StopTimes(*moments, drive_s, drive_m, wait_s, late_s, load, *pauses, broken))
        else:
            found.append(StopTimes(*moments, drive_s, drive_m, begins_s - arrives_s, late_s, load))
    return tuple(found)


def _suspects(problem: Problem, line: Timeline, barred: Sequence[bool]) -> set[int]:
    """The stops that may break a rule, or have a break or a reload before them."""
    suspects = {i for i, bars in enumerate(barred) if bars}
    suspects.update(line.gaps, line.unfetched, line.reloads, (i for i, late_s in enumerate(line.late_s) if late_s))
    if line.rests:
        suspects.add(line.rests.before)
    if (allowed_s := problem.max_wait_s) is not None:
        suspects.update(i for i in range(len(barred)) if line.begins_s[i] - line.arrives_s[i] > allowed_s)
    return suspects


def _pauses(problem: Problem, line: Timeline, i: int) -> tuple[datetime | None, int, datetime | None, int]:
    """The break and the reload before a stop."""
    rests = line.rests if line.rests and line.rests.before == i else None
    reloads_s = line.reloads.get(i)
    return (
        _moment(problem, rests.at_s) if rests else None,
        rests.length_s if rests else 0,
        None if reloads_s is None else _moment(problem, reloads_s),
        0 if reloads_s is None else line.reload_s,
    )


def _broken(problem: Problem, line: Timeline, i: int, wait_s: int, barred: bool) -> Iterator[Violation]:
    visit = line.visits[i]
    if barred:
        yield from problem.bars(visit, line.duty)
    if i in line.gaps:
        yield Violation(Rule.NO_ROAD, 0, visit.order_id)
    if i in line.unfetched:
        yield Violation(Rule.PAIR, 1, visit.order_id)
    if line.late_s[i]:
        yield Violation(Rule.LATE, line.late_s[i], visit.order_id)
    if problem.max_wait_s is not None and wait_s > problem.max_wait_s:
        yield Violation(Rule.EARLY, wait_s - problem.max_wait_s, visit.order_id)
