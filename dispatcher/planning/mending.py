"""What every kind of fix needs while it is looked for: the stop in its plan, the clock, and the price to beat."""

import math
import time

from dispatcher.domain.ids import ShiftId
from dispatcher.planning.fix import Fix, Kind, Yard
from dispatcher.planning.tries import Outcome, Tries

LOOK = 10
"""Places of each kind that are judged to the last rule."""

FREE = (Kind.PUT, Kind.RESEQUENCE)
"""Kinds that trouble nobody."""


class Mending:
    """One stop that is to be mended, until the time is over."""

    def __init__(self, tries: Tries, yard: Yard, until: float) -> None:
        """`until` is a moment of the monotonic clock."""
        self.tries, self.yard, self._until = tries, yard, until
        self.problem, self.visit = tries.problem, tries.visit
        self._free = math.inf

    def late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._until

    def worth(self, cost: float, trouble: float) -> bool:
        """Whether there is time, and it can be cheaper than what troubles nobody."""
        return not self.late() and cost + trouble < self._free

    def fix(self, kind: Kind, shift_id: ShiftId, outcome: Outcome, trouble: float, **how: object) -> Fix:
        """What was found, with its price; it is the one to beat if it troubles nobody."""
        before = {s: self.tries.routes[s] for s in outcome.routes}
        fix = Fix(
            kind=kind,
            order_id=self.visit.order_id,
            shift_id=shift_id,
            before=before,
            after=outcome.routes,
            cost=outcome.cost,
            distance_m=outcome.distance_m,
            duration_s=outcome.duration_s,
            price=outcome.cost + outcome.handling + round(trouble),
            **how,  # type: ignore[arg-type]
        )
        if kind in FREE:
            self._free = min(self._free, fix.price)
        return fix
