"""Why an order is unplanned: one code and one plain sentence with names and figures, and what stopped each driver.

Asks of every driver first whether they could serve the order with nothing else to do, then whether it fits beside what
they have. The sentence tells of the driver who comes nearest. Figures about a round are the judge's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.schedule import Reason, ReasonCode, RouteTimes, Rule
from dispatcher.domain.time import after
from dispatcher.planning.insertion import Gap, Refusal, Room
from dispatcher.planning.judge import judge_route
from dispatcher.planning.problem import Problem, Sequences, Visit

_NEARNESS = (
    Rule.NO_PLACE,
    Rule.DRIVER,
    Rule.SKILL,
    Rule.NO_ROAD,
    Rule.PAIR,
    Rule.MAX_STOPS,
    Rule.WEIGHT,
    Rule.VOLUME,
    Rule.PARCELS,
    Rule.MAX_DISTANCE,
    Rule.MAX_DURATION,
    Rule.BREAK,
    Rule.LATE,
    Rule.SHIFT_END,
)
"""What stops an order, from what no change of routes can cure to what nearly fits."""

_CODES = {
    Rule.NO_PLACE: ReasonCode.NO_PLACE,
    Rule.DRIVER: ReasonCode.VEHICLE_NOT_ALLOWED,
    Rule.SKILL: ReasonCode.VEHICLE_NOT_ALLOWED,
    Rule.NO_ROAD: ReasonCode.NO_ROAD,
    Rule.PAIR: ReasonCode.VEHICLE_NOT_ALLOWED,
    Rule.BREAK: ReasonCode.TIME_WINDOWS,
    Rule.MAX_STOPS: ReasonCode.VEHICLE_IGNORED,
    Rule.WEIGHT: ReasonCode.CAPACITY,
    Rule.VOLUME: ReasonCode.CAPACITY,
    Rule.PARCELS: ReasonCode.CAPACITY,
    Rule.MAX_DISTANCE: ReasonCode.DISTANCE_LIMIT,
    Rule.MAX_DURATION: ReasonCode.DURATION_LIMIT,
    Rule.LATE: ReasonCode.TIME_WINDOWS,
    Rule.SHIFT_END: ReasonCode.TIME_WINDOWS,
}

_AXES = {Rule.WEIGHT: (0, "kg", "Weighs"), Rule.VOLUME: (1, "litres", "Fills"), Rule.PARCELS: (2, "parcels", "Has")}


def explain(
    problem: Problem, sequences: Sequences, order_ids: Iterable[OrderId] | None = None
) -> dict[OrderId, Reason]:
    """The reason for every unplanned order, or for those of them that are given."""
    wanted = None if order_ids is None else set(order_ids)
    asked = [o for o in problem.unplanned(sequences) if wanted is None or o in wanted]
    if not asked:
        return {}
    explainer = _Explainer(problem, sequences)
    return {order_id: explainer.reason(problem.visits[order_id]) for order_id in asked}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one shift says to one order."""

    room: Room
    alone: Gap | Refusal
    now: Gap | Refusal

    @property
    def rule(self) -> Rule | None:
        """What stops it as the plan stands."""
        return None if isinstance(self.now, Gap) else self.now.rule


class _Explainer:
    """Reads the routes once for all orders."""

    def __init__(self, problem: Problem, sequences: Sequences) -> None:
        self.problem = problem
        self.empty = {shift_id: Room.of(problem, shift_id, ()) for shift_id in problem.rounds}
        self.rooms = {s: Room.of(problem, s, sequences.get(s, ())) for s in problem.rounds}

    def reason(self, visit: Visit) -> Reason:
        """Why this order is unplanned."""
        order_id = visit.order_id
        if order_id in self.problem.set_aside:
            return self.problem.set_aside[order_id]
        if not self.rooms:
            return Reason(order_id, ReasonCode.NO_VEHICLE, "No driver is on duty on this day.")
        answers = [self._answer(visit, shift_id) for shift_id in self.rooms]
        stopped = _stopped(answers)
        fitting = [a for a in answers if isinstance(a.alone, Gap) and isinstance(a.now, Gap)]
        if fitting:
            return Reason(order_id, ReasonCode.NOT_PLANNED_YET, self._fits(fitting), stopped)
        possible = [answer for answer in answers if isinstance(answer.alone, Gap)]
        if possible:
            return Reason(order_id, ReasonCode.CROWDED_OUT, self._crowded(visit, possible), stopped)
        refusal = min((a.alone for a in answers if isinstance(a.alone, Refusal)), key=_remoteness)
        return Reason(order_id, _CODES[refusal.rule], self._impossible(visit, refusal, answers), stopped)

    def _answer(self, visit: Visit, shift_id: ShiftId) -> _Answer:
        room, alone = self.rooms[shift_id], self.empty[shift_id].place(visit)
        if not room.sequence or isinstance(alone, Refusal):
            return _Answer(room, alone, alone)
        return _Answer(room, alone, room.place(visit))

    # --- sentences ---

    def _fits(self, fitting: list[_Answer]) -> str:
        gap, duty = min(((a.now, a.room.duty) for a in fitting if isinstance(a.now, Gap)), key=lambda p: p[0].cost)
        return f"Fits now: with {duty.driver_name}, {_minutes(max(0, gap.extra_s))} more driving."

    def _crowded(self, visit: Visit, possible: list[_Answer]) -> str:
        refusals = [(a.now, a.room) for a in possible if isinstance(a.now, Refusal)]
        refusal, room = min(refusals, key=lambda pair: _remoteness(pair[0]))
        count = len(room.sequence)
        others = "the one stop" if count == 1 else f"the {count} stops"
        beside = f"Fits {room.duty.driver_name} alone, but not beside {others} already planned"
        return f"{beside}; {self._consequence(visit, refusal, room)}."

    def _consequence(self, visit: Visit, refusal: Refusal, room: Room) -> str:
        """What would happen if it were put in all the same, as the judge sees it."""
        if refusal.rule in _AXES:
            axis, unit, _ = _AXES[refusal.rule]
            return f"{_figure(self._overload(visit, room, axis))} {unit} too much"
        tried = [*room.sequence[: refusal.position], visit.order_id, *room.sequence[refusal.position :]]
        after_all = judge_route(self.problem, room.duty.shift_id, tried)
        now = judge_route(self.problem, room.duty.shift_id, room.sequence)
        broken = _new_amounts(now, after_all)
        first = refusal.rule if refusal.rule in broken else next((rule for rule in _TOLD if rule in broken), None)
        if first is Rule.LATE:
            return _told_late(now, after_all)
        return _told(first, broken.get(first, 0) if first else 0, room)

    def _overload(self, visit: Visit, room: Room, axis: int) -> float:
        """The least there is too much of one kind of goods, over all places in the route."""
        peaks = (room.beyond if visit.collects else room.before) if room.sequence else [(0, 0, 0)]
        return (min(peak[axis] for peak in peaks) + visit.load[axis] - room.duty.capacity[axis]) / 1000

    def _impossible(self, visit: Visit, refusal: Refusal, answers: list[_Answer]) -> str:
        duty = self.problem.rounds[refusal.shift_id]
        name = duty.driver_name
        if refusal.rule is Rule.DRIVER:
            return self._wrong_driver(visit)
        if refusal.rule is Rule.SKILL:
            return self._no_skill(visit, answers)
        if refusal.rule in _AXES:
            return self._too_big(visit, refusal.rule, answers)
        if refusal.rule is Rule.LATE:
            return self._too_late(visit, refusal)
        if refusal.rule is Rule.PAIR:
            return "Its goods are fetched by another order; no driver fetches them yet."
        if refusal.rule is Rule.BREAK:
            return f"Even alone, the break would begin {_minutes(refusal.amount)} late ({name})."
        if refusal.rule is Rule.SHIFT_END:
            return f"Even alone, the shift would end {_minutes(refusal.amount)} late ({name})."
        if refusal.rule is Rule.MAX_DURATION:
            return f"Even alone, the round would take {_minutes(refusal.amount)} longer than allowed ({name})."
        if refusal.rule is Rule.MAX_DISTANCE:
            return f"Even alone, the round would be {refusal.amount / 1000:,.1f} km longer than allowed ({name})."
        if refusal.rule is Rule.MAX_STOPS:
            return f"{name} may have no stops at all."
        return "No road of the region leads there and back from where the drivers start."

    def _wrong_driver(self, visit: Visit) -> str:
        assert visit.driver_id is not None
        return "Only one driver may serve it, who is not on duty on this day."

    def _no_skill(self, visit: Visit, answers: list[_Answer]) -> str:
        rounds = [a.room.duty for a in answers if visit.driver_id in (None, a.room.duty.driver_id)]
        nobody = sorted(s for s in visit.skills if not any(s in duty.skills for duty in rounds))
        who = rounds[0].driver_name if visit.driver_id is not None else ""
        if nobody and who:
            return f"Needs {_quoted(nobody)}, which its driver {who} does not have."
        if nobody:
            return f"Needs {_quoted(nobody)}; no driver on duty has it."
        return f"Needs {_quoted(sorted(visit.skills))}; no driver on duty has all of it together."

    def _too_big(self, visit: Visit, rule: Rule, answers: list[_Answer]) -> str:
        axis, unit, verb = _AXES[rule]
        allowed = [a.room.duty for a in answers if not self.problem.bars(visit, a.room.duty)]
        most = max(duty.capacity[axis] for duty in allowed) / 1000
        has = _figure(visit.load[axis] / 1000)
        return f"{verb} {has} {unit}; the largest vehicle allowed takes {_figure(most)} {unit}."

    def _too_late(self, visit: Visit, refusal: Refusal) -> str:
        opens_s, closes_s = visit.windows[-1]
        duty = self.problem.rounds[refusal.shift_id]
        spell = f"Window {self._clock(opens_s)}–{self._clock(closes_s)}"
        return f"{spell} closes before the earliest arrival {self._clock(refusal.begins_s)} ({duty.driver_name})."

    def _clock(self, seconds: int) -> str:
        """Wall-clock time at the depot, with the weekday if it is another day than the plan's."""
        local = after(self.problem.origin, seconds).astimezone(self.problem.zone)
        return local.strftime("%H:%M" if local.date() == self.problem.date else "%a %H:%M")


def _remoteness(refusal: Refusal) -> tuple[int, float]:
    return -_NEARNESS.index(refusal.rule), refusal.amount


def _stopped(answers: Iterable[_Answer]) -> Mapping[DriverId, Rule]:
    """By driver; of several shifts of one driver, the one that comes nearest."""
    found: dict[DriverId, Rule] = {}
    fits = {a.room.duty.driver_id for a in answers if a.rule is None}
    for answer in answers:
        driver_id, rule = answer.room.duty.driver_id, answer.rule
        if rule is None or driver_id in fits:
            continue
        if driver_id not in found or _NEARNESS.index(rule) > _NEARNESS.index(found[driver_id]):
            found[driver_id] = rule
    return found


def _new_amounts(now: RouteTimes, after_all: RouteTimes) -> dict[Rule, float]:
    """By how much each rule is broken more than it is now."""
    found: dict[Rule, float] = {}
    for sign, route in ((1, after_all), (-1, now)):
        for violation in route.broken:
            found[violation.rule] = found.get(violation.rule, 0) + sign * violation.amount
    return {rule: amount for rule, amount in found.items() if amount > 0}


_TOLD = (Rule.SHIFT_END, Rule.LATE, Rule.BREAK, Rule.PAIR, Rule.MAX_STOPS, Rule.MAX_DURATION, Rule.MAX_DISTANCE)
"""The consequence people ask for first."""


def _told(rule: Rule | None, amount: float, room: Room) -> str:
    if rule is Rule.SHIFT_END:
        return f"the shift would end {_minutes(amount)} late"
    if rule is Rule.BREAK:
        return f"the break would begin {_minutes(amount)} late"
    if rule is Rule.PAIR:
        return "its goods would not be fetched before"
    if rule is Rule.MAX_STOPS:
        return f"{room.duty.driver_name} may have {_stops(room.duty.max_stops or 0)} at most"
    if rule is Rule.MAX_DURATION:
        return f"the round would take {_minutes(amount)} longer than allowed"
    if rule is Rule.MAX_DISTANCE:
        return f"the round would be {amount / 1000:,.1f} km longer than allowed"
    return "no road leads on from there"


def _told_late(now: RouteTimes, after_all: RouteTimes) -> str:
    already = {stop.order_id: stop.late_s for stop in now.stops}
    later = [stop.late_s for stop in after_all.stops if stop.late_s > already.get(stop.order_id, 0)]
    if len(later) == 1:
        return f"one stop would be {_minutes(later[0])} late"
    return f"{len(later)} stops would be late, by up to {_minutes(max(later))}"


def _stops(count: int) -> str:
    return "1 stop" if count == 1 else f"{count:,} stops"


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


def _figure(amount: float) -> str:
    """With thousands separators, and one decimal only where it says something."""
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:,.1f}"


def _quoted(words: list[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
