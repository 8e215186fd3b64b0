"""What a move would mean, said while the stops are still in the hand: the judge's word before and after.

`InHand` is made when a drag begins, answers as often as the pointer moves, and is thrown away at the drop. What a
verdict shows is what `services.plan.land_orders` puts down, stop by stop.
"""

import threading
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.planning.problem import Problem
from dispatcher.planning.rank import Hand
from dispatcher.planning.rank import Offer as Verdict
from dispatcher.planning.standing import Remembered
from dispatcher.services.planning import PlanningDesk

__all__ = ["InHand", "Verdict", "verdict"]


class InHand:
    """Some stops in the hand. Any thread may ask; what was worked out once is kept."""

    def __init__(self, desk: PlanningDesk, day: Day, order_ids: Sequence[OrderId]) -> None:
        """Raises `KeyError` for an order that does not belong to the day."""
        self._day, self._lock = day, threading.Lock()
        problem = desk.problem(day)
        self._hand = Hand(problem, problem.planned, order_ids, _remembered(desk, problem))
        self._all: dict[ShiftId, Verdict] | None = None
        self._at: dict[tuple[ShiftId, int], Verdict] = {}

    @property
    def order_ids(self) -> tuple[OrderId, ...]:
        """What is in the hand, each once."""
        return self._hand.order_ids

    def all(self) -> dict[ShiftId, Verdict]:
        """For every driver, with the stops at their best places; the best driver first."""
        with self._lock:
            if self._all is None:
                self._all = {offer.shift_id: offer for offer in self._hand.offers()}
            return dict(self._all)

    def at(self, shift_id: ShiftId, index: int | None) -> Verdict:
        """With the stops in their order at one place; `index` as in `services.plan.move_orders`, `None` for the best.

        Raises `KeyError` for a shift that is not of the day.
        """
        if index is None:
            return self.all()[shift_id]
        with self._lock:
            if (shift_id, index) not in self._at:
                self._at[shift_id, index] = self._hand.at(shift_id, index)
            return self._at[shift_id, index]


def verdict(
    desk: PlanningDesk, day: Day, order_ids: Sequence[OrderId], to_shift: ShiftId, index: int | None
) -> Verdict:
    """Judge a move before it is made; `index` as in `services.plan.move_orders`, `None` where they fit best."""
    return InHand(desk, day, order_ids).at(to_shift, index)


_STANDING: WeakKeyDictionary[PlanningDesk, Remembered] = WeakKeyDictionary()
"""How the rounds stood at each desk's last drag: the next one judges only those that changed."""


def _remembered(desk: PlanningDesk, problem: Problem) -> Remembered:
    kept = _STANDING.get(desk)
    if kept is None or not kept.holds_for(problem):
        kept = _STANDING[desk] = Remembered(problem)
    return kept
