"""What a move would mean, said while the stops are still in the hand: the judge's word before and after.

`InHand` is made when a drag begins, answers as often as the pointer moves, and is thrown away at the drop. What a
verdict shows is what `landing` puts down, stop by stop.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from weakref import WeakKeyDictionary

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Violation
from dispatcher.planning.problem import Problem
from dispatcher.planning.rank import Hand, Offer
from dispatcher.planning.standing import Remembered
from dispatcher.services.plan import Proposal, sequences_of
from dispatcher.services.planning import PlanningDesk


@dataclass(frozen=True, slots=True)
class Verdict:
    """The difference a move makes to the rounds it touches."""

    shift_id: ShiftId
    sequence: tuple[OrderId, ...]
    """The whole route of that shift afterwards."""
    duration_s: int
    distance_m: int
    cost: int
    """Minor currency units."""
    late: int
    """Stops that would be late and are not now."""
    late_s: int
    breaks: tuple[Violation, ...]
    """Rules that would be broken and are not now; a stop that is late now and would be late elsewhere counts too."""
    worse: tuple[Violation, ...]
    """Rules that are broken now and would be more so; the amount is how much more."""
    mends: int
    """Rules that are broken now and would not be."""
    loaded: int
    """How many of the stops have their goods in another driver's vehicle already."""
    handling_s: int
    """What handing those goods over takes, less what it takes as planned now; no part of the duration."""


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
                self._all = {offer.shift_id: _verdict(offer) for offer in self._hand.offers()}
            return dict(self._all)

    def at(self, shift_id: ShiftId, index: int | None) -> Verdict:
        """With the stops in their order at one place; `index` as in `services.plan.move_orders`, `None` for the best.

        Raises `KeyError` for a shift that is not of the day.
        """
        if index is None:
            return self.all()[shift_id]
        with self._lock:
            if (shift_id, index) not in self._at:
                self._at[shift_id, index] = _verdict(self._hand.at(shift_id, index))
            return self._at[shift_id, index]

    def landing(self, verdict: Verdict) -> Proposal:
        """The routes a verdict speaks of, to be taken over as they are by `services.plan.apply_proposal`."""
        touched = dict.fromkeys((*self._hand.givers, verdict.shift_id))
        after = {shift_id: self._hand.left[shift_id] for shift_id in touched}
        after[verdict.shift_id] = verdict.sequence
        before = sequences_of(self._day, touched)
        return Proposal(self._day.date, self._day.revision, before, after, by_hand=True)


def verdict(
    desk: PlanningDesk, day: Day, order_ids: Sequence[OrderId], to_shift: ShiftId, index: int | None
) -> Verdict:
    """Judge a move before it is made; `index` as in `services.plan.move_orders`, `None` where they fit best."""
    return InHand(desk, day, order_ids).at(to_shift, index)


def verdicts(desk: PlanningDesk, day: Day, order_ids: Sequence[OrderId]) -> dict[ShiftId, Verdict]:
    """What every driver on duty would make of the stops at their best places; the best driver first."""
    return InHand(desk, day, order_ids).all()


_STANDING: WeakKeyDictionary[PlanningDesk, Remembered] = WeakKeyDictionary()
"""How the rounds stood at each desk's last drag: the next one judges only those that changed."""

_PARTS = [part.name for part in fields(Verdict)]


def _remembered(desk: PlanningDesk, problem: Problem) -> Remembered:
    kept = _STANDING.get(desk)
    if kept is None or not kept.holds_for(problem):
        kept = _STANDING[desk] = Remembered(problem)
    return kept


def _verdict(offer: Offer) -> Verdict:
    return Verdict(**{part: getattr(offer, part) for part in _PARTS})
