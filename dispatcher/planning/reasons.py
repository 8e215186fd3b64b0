"""Why an order is unplanned: one code and one plain sentence with names and figures, and what stopped each driver.

Asks of every driver first whether they could serve the order with nothing else to do, then whether it fits beside what
they have. The sentence tells of the driver who comes nearest. Figures about a round are the judge's.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.orders import Priority
from dispatcher.domain.schedule import Obstacle, Reason, ReasonCode, RouteTimes, Rule
from dispatcher.planning.fixed import fixed_heads, frozen
from dispatcher.planning.insertion import Gap, Refusal, Room
from dispatcher.planning.judge import judge_route, weigh_many
from dispatcher.planning.problem import Problem, Sequences, Visit
from dispatcher.planning.rank import Hand
from dispatcher.planning.reason_words import AXES, clock, figure, minutes, obstacle, quoted, run_out, told, told_late

_ENTERABLE = (Lock.OPEN, Lock.SEQUENCE)

_NEARNESS = (
    Rule.NO_PLACE,
    Rule.DRIVER,
    Rule.SKILL,
    Rule.CERTIFICATE,
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

CODES = {
    Rule.NO_PLACE: ReasonCode.NO_PLACE,
    Rule.DRIVER: ReasonCode.VEHICLE_NOT_ALLOWED,
    Rule.SKILL: ReasonCode.VEHICLE_NOT_ALLOWED,
    Rule.CERTIFICATE: ReasonCode.VEHICLE_NOT_ALLOWED,
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
    Rule.EARLY: ReasonCode.TIME_WINDOWS,
    Rule.SHIFT_END: ReasonCode.TIME_WINDOWS,
}


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


def excuses(
    problem: Problem, sequences: Sequences, order_id: OrderId, *, but: ShiftId, deadline_s: float = 0.5
) -> tuple[Mapping[DriverId, Rule], Mapping[DriverId, Obstacle]]:
    """What stops every shift but one, in these sequences without the order; those that can be asked in time."""
    until, answers = time.monotonic() + deadline_s, list[_Answer]()
    explainer = _Explainer(problem, sequences)
    for shift_id in problem.rounds:
        if shift_id != but and time.monotonic() < until:
            answers.append(explainer.answer(explainer.problem.visits[order_id], shift_id))
    return _stopped(answers), _obstacles(answers, problem.visits[order_id])


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one shift says to one order."""

    room: Room
    alone: Gap | Refusal
    now: Gap | Refusal

    @property
    def shut(self) -> bool:
        """Whether re-planning lets nothing into the round."""
        return self.room.duty.lock in (Lock.ROUTE, Lock.DRIVER)

    @property
    def rule(self) -> Rule | None:
        """What stops it as the plan stands."""
        return None if isinstance(self.now, Gap) else self.now.rule

    def obstacle(self, visit: Visit) -> Obstacle | None:
        """The same with its amount and in words, or the lock."""
        if isinstance(self.now, Refusal):
            return Obstacle(self.now.rule, self.now.amount, obstacle(self.now, self.room.duty, visit))
        return Obstacle(None, 0, "The round is locked.") if self.shut else None


class _Explainer:
    """Reads the routes once for all orders."""

    def __init__(self, problem: Problem, sequences: Sequences) -> None:
        self.heads = fixed_heads(problem, sequences)
        fixed = {o for shift_id, head in self.heads.items() for o in sequences[shift_id][:head]}
        self.said, self.problem, self.sequences = problem, frozen(problem, fixed), sequences
        self.empty = {shift_id: Room.of(self.problem, shift_id, ()) for shift_id in problem.rounds}
        self.rooms = {s: Room.of(self.problem, s, sequences.get(s, ())) for s in problem.rounds}
        self._served = {o for sequence in sequences.values() for o in sequence}
        self._fetching: dict[tuple[ShiftId, OrderId], Room] = {}

    def reason(self, visit: Visit) -> Reason:
        """Why this order is unplanned; `visit` as the problem has it that is to be explained."""
        order_id = visit.order_id
        if order_id in self.problem.set_aside:
            return self.problem.set_aside[order_id]
        if not self.rooms:
            return Reason(order_id, ReasonCode.NO_VEHICLE, "No driver is on duty on this day.")
        if visit.pickup is not None and visit.pickup not in self._served:
            return self._unfetched(visit, visit.pickup)
        freeze_s = self.problem.freeze_s
        if freeze_s is not None and visit.closes_s is not None and visit.closes_s < freeze_s:
            closed, line = clock(self.problem, visit.closes_s), clock(self.problem, freeze_s)
            sentence = f"Its window closed at {closed}, before the freeze line at {line}."
            return Reason(order_id, ReasonCode.SKIPPED_BY_CONSTRAINT, sentence)
        asked = self.problem.visits[order_id]
        answers = [self.answer(asked, shift_id) for shift_id in self.rooms]
        code, sentence = self._judged(visit, answers)
        return Reason(order_id, code, sentence, _stopped(answers), _obstacles(answers, visit))

    def _judged(self, visit: Visit, answers: list[_Answer]) -> tuple[ReasonCode, str]:
        possible = [a for a in answers if isinstance(a.alone, Gap)]
        fitting = [a for a in possible if isinstance(a.now, Gap)]
        welcome = [a for a in fitting if not a.shut]
        if welcome:
            return ReasonCode.NOT_PLANNED_YET, self._fits(welcome)
        if fitting:
            return ReasonCode.SEQUENCE_CONSTRAINED, self._fits(fitting)[:-1] + ", but the round is locked."
        if possible and all(a.shut for a in possible):
            names = _listed(a.room.duty.driver_name for a in possible)
            return ReasonCode.SEQUENCE_CONSTRAINED, f"Only locked rounds could take it: {names}."
        if possible:
            return self._crowded_code(visit, possible), self._crowded(visit, [a for a in possible if not a.shut])
        refusal = min((a.alone for a in answers if isinstance(a.alone, Refusal)), key=_remoteness)
        return self._code(visit, refusal), self._impossible(visit, refusal, answers)

    def _code(self, visit: Visit, refusal: Refusal) -> ReasonCode:
        """Of an order that does not fit alone; driving there and back may take too long by itself."""
        if refusal.rule is Rule.MAX_DURATION and self._drive_s(visit, refusal.shift_id) > self._limit_s(refusal):
            return ReasonCode.TRAVEL_DURATION_LIMIT
        return CODES[refusal.rule]

    def _drive_s(self, visit: Visit, shift_id: ShiftId) -> int:
        duty = self.problem.rounds[shift_id]
        table = self.problem.travel[duty.profile].duration_s
        back_s = 0 if duty.end is None else int(table[visit.at, duty.end])
        return int(table[duty.start, visit.at]) + back_s

    def _limit_s(self, refusal: Refusal) -> int:
        return self.problem.rounds[refusal.shift_id].max_duration_s or 0

    def _crowded_code(self, visit: Visit, possible: list[_Answer]) -> ReasonCode:
        if all(a.rule is Rule.MAX_STOPS for a in possible):
            return ReasonCode.VEHICLE_IGNORED
        dearer = all(self.problem.visits[o].priority > visit.priority for a in possible for o in a.room.sequence)
        return ReasonCode.ZERO_PENALTY if visit.priority is Priority.LOW and dearer else ReasonCode.CROWDED_OUT

    def _unfetched(self, visit: Visit, pickup: OrderId) -> Reason:
        """Nobody fetches its goods yet: whether somebody could fetch and bring them."""
        order_id, first = visit.order_id, self.said.visits.get(pickup)
        if first is None or not first.open:
            sentence = "Its goods are fetched by an order that is cancelled, or not of this day."
            return Reason(order_id, ReasonCode.ORDER_IGNORED, sentence)
        if pickup in self.problem.set_aside:
            sentence = f"Its goods are fetched by {first.number}, which nobody can reach."
            return Reason(order_id, ReasonCode.ORDER_IGNORED, sentence)
        offers = Hand(self.problem, {s: r.sequence for s, r in self.rooms.items()}, (pickup, order_id)).offers()
        free = [o for o in offers if o.weight.sound and self.problem.rounds[o.shift_id].lock in _ENTERABLE]
        if free:
            name = self.problem.rounds[free[0].shift_id].driver_name
            sentence = f"Fits now together with {first.number}, which fetches its goods: with {name}."
            return Reason(order_id, ReasonCode.NOT_PLANNED_YET, sentence)
        sentence = f"Its goods are fetched by {first.number}, which is unplanned itself."
        return Reason(order_id, ReasonCode.ORDER_IGNORED, sentence)

    def answer(self, visit: Visit, shift_id: ShiftId) -> _Answer:
        """What one shift says; `visit` as the frozen problem has it."""
        room, alone = self.rooms[shift_id], self._alone(visit, shift_id).place(visit)
        if not room.sequence or isinstance(alone, Refusal):
            return _Answer(room, alone, alone)
        now = room.place(visit)
        head = self.heads.get(shift_id, 0)
        return _Answer(
            room, alone, self._behind(visit, room, head) if isinstance(now, Gap) and now.position < head else now
        )

    def _alone(self, visit: Visit, shift_id: ShiftId) -> Room:
        """The shift with nothing to do but to fetch the goods."""
        if visit.pickup is None or visit.pickup not in self.rooms[shift_id].sequence:
            return self.empty[shift_id]
        key = (shift_id, visit.pickup)
        if key not in self._fetching:
            self._fetching[key] = Room.of(self.problem, shift_id, (visit.pickup,))
        return self._fetching[key]

    def _behind(self, visit: Visit, room: Room, head: int) -> Gap | Refusal:
        """The best place behind the fixed head of a round."""
        shift_id, rest = room.duty.shift_id, room.sequence
        tries = [(shift_id, (*rest[:i], visit.order_id, *rest[i:])) for i in range(head, len(rest) + 1)]
        now, *weights = weigh_many(self.problem, [(shift_id, rest), *tries])
        place = min(range(len(weights)), key=weights.__getitem__)
        worse = weights[place].less(now)
        if all(part <= 0 for part in worse[:4]):
            return Gap(shift_id, head + place, 0, worse.cost)
        return Refusal(shift_id, Rule.LATE, max(1, worse.overrun_s), head + place)

    # --- sentences ---

    def _fits(self, fitting: list[_Answer]) -> str:
        gap, duty = min(((a.now, a.room.duty) for a in fitting if isinstance(a.now, Gap)), key=lambda p: p[0].cost)
        return f"Fits now: with {duty.driver_name}, {minutes(max(0, gap.extra_s))} more driving."

    def _crowded(self, visit: Visit, possible: list[_Answer]) -> str:
        refusals = [(a.now, a.room) for a in possible if isinstance(a.now, Refusal)]
        refusal, room = min(refusals, key=lambda pair: _remoteness(pair[0]))
        count = len(room.sequence)
        others = "the one stop" if count == 1 else f"the {count} stops"
        beside = f"Fits {room.duty.driver_name} alone, but not beside {others} already planned"
        return f"{beside}; {self._consequence(visit, refusal, room)}."

    def _consequence(self, visit: Visit, refusal: Refusal, room: Room) -> str:
        """What would happen if it were put in all the same, as the judge sees it."""
        if refusal.rule in AXES:
            axis, unit, _ = AXES[refusal.rule]
            return f"{figure(self._overload(visit, room, axis))} {unit} too much"
        tried = [*room.sequence[: refusal.position], visit.order_id, *room.sequence[refusal.position :]]
        after_all = judge_route(self.problem, room.duty.shift_id, tried)
        now = judge_route(self.problem, room.duty.shift_id, room.sequence)
        broken = _new_amounts(now, after_all)
        first = refusal.rule if refusal.rule in broken else next((rule for rule in _TOLD if rule in broken), None)
        if first is Rule.LATE:
            return told_late(now, after_all)
        return told(first, broken.get(first, 0) if first else 0, room.duty)

    def _overload(self, visit: Visit, room: Room, axis: int) -> float:
        """The least there is too much of one kind of goods, over all places in the route."""
        peaks = (room.beyond if visit.collects else room.before) if room.sequence else [(0, 0, 0)]
        return (min(peak[axis] for peak in peaks) + visit.load[axis] - room.duty.capacity[axis]) / 1000

    def _impossible(self, visit: Visit, refusal: Refusal, answers: list[_Answer]) -> str:
        duty = self.problem.rounds[refusal.shift_id]
        name = duty.driver_name
        if refusal.rule in (Rule.DRIVER, Rule.SKILL, Rule.CERTIFICATE):
            return self._not_allowed(visit, refusal.rule, answers)
        if refusal.rule in AXES:
            return self._too_big(visit, refusal.rule, answers)
        if refusal.rule is Rule.LATE:
            return self._too_late(visit, refusal)
        if refusal.rule is Rule.PAIR:
            return self._no_partner(visit)
        if refusal.rule is Rule.BREAK:
            return f"Even alone, the break would begin {minutes(refusal.amount)} late ({name})."
        if refusal.rule is Rule.SHIFT_END:
            return f"Even alone, the shift would end {minutes(refusal.amount)} late ({name})."
        if self._code(visit, refusal) is ReasonCode.TRAVEL_DURATION_LIMIT:
            there_s, most_s = self._drive_s(visit, refusal.shift_id), self._limit_s(refusal)
            return f"Driving there and back takes {minutes(there_s)}; {name} may be out {minutes(most_s)}."
        if refusal.rule is Rule.MAX_DURATION:
            return f"Even alone, the round would take {minutes(refusal.amount)} longer than allowed ({name})."
        if refusal.rule is Rule.MAX_DISTANCE:
            return f"Even alone, the round would be {refusal.amount / 1000:,.1f} km longer than allowed ({name})."
        if refusal.rule is Rule.MAX_STOPS:
            return f"{name} may have no stops at all."
        return "No road of the region leads there and back from where the drivers start."

    def _no_partner(self, visit: Visit) -> str:
        """The driver who fetches the goods could not bring them; the others do not have them."""
        who = next(r.duty.driver_name for r in self.rooms.values() if visit.pickup in r.sequence)
        number = self.said.visits[visit.pickup].number if visit.pickup else ""
        return f"{who} fetches its goods ({number}) and cannot bring them; nobody else has them."

    def _not_allowed(self, visit: Visit, rule: Rule, answers: list[_Answer]) -> str:
        if rule is Rule.DRIVER:
            return self._wrong_driver(visit)
        return self._no_skill(visit, answers) if rule is Rule.SKILL else self._grounded(answers)

    def _wrong_driver(self, visit: Visit) -> str:
        assert visit.driver_id is not None
        return "Only one driver may serve it, who is not on duty on this day."

    def _no_skill(self, visit: Visit, answers: list[_Answer]) -> str:
        rounds = [a.room.duty for a in answers if visit.driver_id in (None, a.room.duty.driver_id)]
        nobody = sorted(s for s in visit.skills if not any(s in duty.skills for duty in rounds))
        who = rounds[0].driver_name if visit.driver_id is not None else ""
        once = run_out(rounds, visit)
        if nobody and who:
            return f"Needs {quoted(nobody)}, which its driver {who} does not have{once}."
        if nobody:
            return f"Needs {quoted(nobody)}{once or '; no driver on duty has it'}."
        return f"Needs {quoted(sorted(visit.skills))}; no driver on duty has all of it together{once}."

    @staticmethod
    def _grounded(answers: list[_Answer]) -> str:
        """Who could serve it may not be on the road."""
        could = (a.room.duty for a in answers if isinstance(a.alone, Refusal) and a.alone.rule is Rule.CERTIFICATE)
        told = list(dict.fromkeys(each.sentence for duty in could for each in duty.grounded))
        more = f" and {len(told) - 3} more" if len(told) > 3 else ""
        return f"Nobody else could take it: {'; '.join(told[:3])}{more}."

    def _too_big(self, visit: Visit, rule: Rule, answers: list[_Answer]) -> str:
        axis, unit, verb = AXES[rule]
        allowed = [a.room.duty for a in answers if not self.problem.bars(visit, a.room.duty)]
        most = max(duty.capacity[axis] for duty in allowed) / 1000
        has = figure(visit.load[axis] / 1000)
        return f"{verb} {has} {unit}; the largest vehicle allowed takes {figure(most)} {unit}."

    def _too_late(self, visit: Visit, refusal: Refusal) -> str:
        opens_s, closes_s = visit.windows[-1]
        duty = self.problem.rounds[refusal.shift_id]
        spell = f"Window {clock(self.problem, opens_s)}–{clock(self.problem, closes_s)}"
        return (
            f"{spell} closes before the earliest arrival {clock(self.problem, refusal.begins_s)} ({duty.driver_name})."
        )


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


def _obstacles(answers: Iterable[_Answer], visit: Visit) -> Mapping[DriverId, Obstacle]:
    """By driver; of several shifts of one driver, the one that comes nearest; none for a driver whom nothing stops."""
    found: dict[DriverId, Obstacle] = {}
    told_of = [(a.room.duty.driver_id, a.obstacle(visit)) for a in answers]
    free = {driver_id for driver_id, each in told_of if each is None}
    for driver_id, each in told_of:
        if each is not None and driver_id not in free:
            known = found.get(driver_id)
            if known is None or _nearness(each) > _nearness(known):
                found[driver_id] = each
    return found


def _nearness(told_of: Obstacle) -> int:
    return len(_NEARNESS) if told_of.rule is None else _NEARNESS.index(told_of.rule)


def _listed(names: Iterable[str]) -> str:
    first = list(dict.fromkeys(names))
    return ", ".join(first[:3]) + (f" and {len(first) - 3} more" if len(first) > 3 else "")


def _new_amounts(now: RouteTimes, after_all: RouteTimes) -> dict[Rule, float]:
    """By how much each rule is broken more than it is now."""
    found: dict[Rule, float] = {}
    for sign, route in ((1, after_all), (-1, now)):
        for violation in route.broken:
            found[violation.rule] = found.get(violation.rule, 0) + sign * violation.amount
    return {rule: amount for rule, amount in found.items() if amount > 0}


_TOLD = (Rule.SHIFT_END, Rule.LATE, Rule.BREAK, Rule.PAIR, Rule.MAX_STOPS, Rule.MAX_DURATION, Rule.MAX_DISTANCE)
"""The consequence people ask for first."""
