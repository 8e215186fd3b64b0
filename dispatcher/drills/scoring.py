"""The score of what somebody did about a disturbance: which share of the avoidable harm they avoided.

Harm is money: what the rounds cost by the planner's own reckoning, and a price for everything that people see of a bad
plan. Three plans for one situation are compared: the one left alone, the person's, and the optimiser's.
"""

from dataclasses import dataclass

LEFT_OUT = 10_000
"""Minor currency units for an order of normal priority that nobody serves; in proportion for others."""
LATE_MINUTE = 100
"""For every minute that a stop is late."""
BROKEN = 2_500
"""For every other rule broken."""
SHARE = 0.005
LEAST = 100
"""What makes less of a difference than this share of the day's cost, or than this, is no difference."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One plan for one situation, in the figures it is scored by."""

    cost: int
    """Of the rounds, minor currency units, handing over of loaded goods included."""
    distance_m: int
    duration_s: int
    late: int
    late_s: int
    unplanned: int
    left_out: float
    """The unplanned, each by its priority: 1 is a normal one."""
    broken: int
    """Rules broken besides lateness."""
    moved: int = 0
    """Stops with another driver, or at another place in the round, than in the situation. Not priced."""

    @property
    def harm(self) -> int:
        """Minor currency units."""
        late = round(LATE_MINUTE * self.late_s / 60)
        return self.cost + round(LEFT_OUT * self.left_out) + late + BROKEN * self.broken


@dataclass(frozen=True, slots=True)
class Score:
    """What somebody's plan is worth."""

    points: int
    """0-100."""
    avoidable: int
    """How much harm the optimiser avoids against doing nothing; 0 if that is no difference."""
    avoided: int
    """How much the person did; less than nothing if they made it worse."""
    words: str


def score(nothing: Standing, person: Standing, optimiser: Standing, *, tampered: str = "") -> Score:
    """`100 x (1 - (person - optimiser) / (nothing - optimiser))` of the harm, from 0 to 100.

    Where the optimiser finds nothing worth doing, the plan left alone is what the person is held against, and the scale
    is what still counts as no difference. `tampered` says what was changed that cannot be: there are no points for it.
    """
    slack = max(LEAST, round(SHARE * nothing.cost))
    avoidable = nothing.harm - optimiser.harm
    avoided = nothing.harm - person.harm
    idle = avoidable < slack
    reference = max(nothing.harm, optimiser.harm) if idle else optimiser.harm
    points = round(100 * (1 - (person.harm - reference) / max(avoidable, slack)))
    points = 0 if tampered else min(100, max(0, points))
    return Score(points, 0 if idle else avoidable, avoided, _words(points, avoided, avoidable, slack, tampered))


def total(points: list[int]) -> int:
    """The score of a whole drill: every disturbance counts alike."""
    return round(sum(points) / len(points)) if points else 0


def _words(points: int, avoided: int, avoidable: int, slack: int, tampered: str) -> str:
    if tampered:
        return f"{tampered} That cannot be done, so there are no points."
    if avoidable < slack:
        if points == 100:
            return "Nothing could be avoided here, and nothing was made worse."
        return "Nothing could be avoided here: leaving the plan alone would have been better."
    if avoided > avoidable + slack:
        return "Better than what the optimiser found."
    if points == 100:
        return "As good as the optimiser."
    if avoided < -slack:
        return "Worse than doing nothing."
    return "As if nothing had been done." if points == 0 else f"{points} % of what could be avoided was avoided."
