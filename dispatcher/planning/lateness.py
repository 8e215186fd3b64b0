"""Why a planned stop is late, or breaks another rule where it stands: in the codes and words of `reasons`.

What takes the time is found by the judge: each stop before it is left out in turn, and the one without which it would
be least late is named.
"""

from collections.abc import Sequence

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.schedule import Reason, Rule, Violation
from dispatcher.planning.judge import Timeline
from dispatcher.planning.problem import NOWHERE, Problem, Sequences, Visit
from dispatcher.planning.reason_words import clock, minutes, quoted, run_out
from dispatcher.planning.reasons import CODES, excuses

_ORDER = (
    Rule.NO_PLACE, Rule.NO_ROAD, Rule.DRIVER, Rule.SKILL, Rule.CERTIFICATE, Rule.PAIR, Rule.LATE,
    Rule.EARLY,
)  # fmt: skip
"""What is told first where a stop breaks several rules."""


def explain_late(problem: Problem, sequences: Sequences, order_id: OrderId) -> Reason | None:
    """Why a planned stop breaks a rule, and what keeps it from every other driver; `None` if it breaks none.

    Raises `KeyError` for an order that is in no round.
    """
    shift_id = next((s for s, sequence in sequences.items() if order_id in sequence), None)
    if shift_id is None:
        raise KeyError(order_id)
    found = _Stop(problem, shift_id, tuple(sequences[shift_id]), order_id).fault()
    if found is None:
        return None
    fault, sentence = found
    left = {s: tuple(o for o in sequence if o != order_id) for s, sequence in sequences.items()}
    stopped, obstacles = excuses(problem, left, order_id, but=shift_id)
    return Reason(order_id, CODES[fault.rule], sentence, stopped, obstacles)


class _Stop:
    """One stop in its round."""

    def __init__(self, problem: Problem, shift_id: ShiftId, sequence: Sequence[OrderId], order_id: OrderId) -> None:
        self.problem, self.duty, self.sequence = problem, problem.rounds[shift_id], sequence
        self.visit, self.at = problem.visits[order_id], sequence.index(order_id)
        self.line = self._timed(sequence)

    def _timed(self, sequence: Sequence[OrderId]) -> Timeline:
        return Timeline.of(self.problem, self.duty, [self.problem.visits[o] for o in sequence])

    def fault(self) -> tuple[Violation, str] | None:
        """The rule it breaks that matters most, and the sentence."""
        found = list(self.problem.bars(self.visit, self.duty))
        if self.at in self.line.unfetched:
            found.append(Violation(Rule.PAIR, 1, self.visit.order_id))
        if self.at in self.line.gaps:
            found.append(Violation(Rule.NO_ROAD, 0, self.visit.order_id))
        if late_s := self.line.late_s[self.at]:
            found.append(Violation(Rule.LATE, late_s, self.visit.order_id))
        patience_s = self.problem.max_wait_s
        if patience_s is not None and self.line.wait_s(self.at) > patience_s:
            found.append(Violation(Rule.EARLY, self.line.wait_s(self.at) - patience_s, self.visit.order_id))
        if not found:
            return None
        first = min(found, key=lambda fault: _ORDER.index(fault.rule))
        return first, self._sentence(first)

    def _sentence(self, fault: Violation) -> str:
        name = self.duty.driver_name
        match fault.rule:
            case Rule.LATE:
                return self._late(int(fault.amount))
            case Rule.EARLY:
                opens = clock(self.problem, self.line.begins_s[self.at])
                waits = f"{name} waits {minutes(self.line.wait_s(self.at))} for the window that opens at {opens}"
                return f"{waits}, {minutes(fault.amount)} more than the depot allows."
            case Rule.SKILL:
                lacks = quoted(sorted(self.visit.skills - self.duty.skills))
                return f"Needs {lacks}, which {name} does not have{run_out([self.duty], self.visit)}."
            case Rule.CERTIFICATE:
                return f"{fault.detail}."
            case Rule.DRIVER:
                return f"Only {fault.detail or 'another driver'} may serve it, not {name}."
            case Rule.PAIR:
                return self._unfetched()
            case Rule.NO_PLACE:
                return "The address has no place on the map yet; set a pin or correct the address."
            case _:
                return "No road of the region leads there and on."

    def _unfetched(self) -> str:
        first = self.problem.visits.get(self.visit.pickup) if self.visit.pickup else None
        if first is None:
            return "Its goods are fetched by an order that is cancelled, or not of this day."
        where = "later in the same round" if first.order_id in self.sequence else "not in this round"
        return f"Its goods are fetched by {first.number}, which is {where}."

    # --- late ---

    def _late(self, late_s: int) -> str:
        closes = clock(self.problem, self.visit.closes_s or 0)
        begins = f"Begins {minutes(late_s)} after the window closes at {closes}"
        direct_s = self._timed([self.visit.order_id]).late_s[0] if self.at else late_s
        if direct_s >= late_s:
            return f"{begins}: {self._directly()}."
        return f"{begins}: {self._before()}{self._most(late_s)}."

    def _directly(self) -> str:
        if self.visit.at == NOWHERE:
            return "there is no earlier way"
        drive_s = int(self.problem.travel[self.duty.profile].duration_s[self.duty.start, self.visit.at])
        starts = clock(self.problem, self.duty.starts_s)
        return f"{self.duty.driver_name} starts at {starts} and drives {minutes(drive_s)} there"

    def _before(self) -> str:
        """How the time before it is spent."""
        line, ahead = self.line, self.line.visits[: self.at]
        spent = [
            ("driving", sum(line.leg_s[: self.at + 1])),
            (f"serving {_counted(ahead)}", sum(visit.service_s for visit in ahead)),
            ("waiting for windows", sum(line.wait_s(i) for i in range(self.at))),
            ("loading again", line.reload_s * sum(i <= self.at for i in line.reloads)),
        ]
        told = [f"{minutes(seconds)} {what}" for what, seconds in spent if seconds >= 60]
        if line.rests is not None and line.rests.before <= self.at:
            told.append(f"{minutes(line.rests.length_s)} on the break")
        return f"before it {self.duty.driver_name} spends {_joined(told)}"

    def _most(self, late_s: int) -> str:
        """The stop before it that takes most, and what would be gained without it."""
        best, least_s = None, late_s
        for i, order_id in enumerate(self.sequence[: self.at]):
            rest = [*self.sequence[:i], *self.sequence[i + 1 :]]
            without_s = self._timed(rest).late_s[self.at - 1]
            if without_s < least_s:
                best, least_s = order_id, without_s
        if best is None:
            return ""
        number = self.problem.visits[best].number
        if not least_s:
            return f"; without {number} it would be in time"
        return f"; without {number} it would be {minutes(late_s - least_s)} less late"


def _counted(ahead: Sequence[Visit]) -> str:
    return "1 stop" if len(ahead) == 1 else f"{len(ahead)} stops"


def _joined(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts) or "no time"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
