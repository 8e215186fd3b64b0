"""What would mend a stop that is unplanned, late, or breaks another rule: the cheapest ways, found by trying them.

Every fix is judged before it is told: the stop is planned and breaks no rule then, and no rule is broken that is kept
now. Fixes are ranked by money: what the rounds cost more, and what it costs to trouble people, by named prices.
What is locked, held, driven or frozen is touched only by a fix that says so (`Kind.UNLOCK`).
"""

import time
from collections.abc import Iterable

from dispatcher.domain.ids import OrderId
from dispatcher.planning import fixes_places, fixes_terms
from dispatcher.planning.fix import LIMITS, Fix, Kind, Wider, Yard, altered
from dispatcher.planning.mending import FREE, Mending
from dispatcher.planning.problem import Problem, Sequences
from dispatcher.planning.tries import Tries

__all__ = ["DEADLINE_S", "LIMITS", "Fix", "Kind", "Wider", "Yard", "altered", "fixes"]

DEADLINE_S = 1.0
"""A person waits for the answer with the order open before them."""
_LAST_TRY_S = 0.1
"""What is begun just before the deadline is finished by then."""

_WAYS = (
    fixes_places.puts,
    fixes_places.fetched,
    fixes_places.resequenced,
    fixes_places.unlocked,
    fixes_terms.hours,
    fixes_terms.windows,
    fixes_terms.limits,
    fixes_terms.vehicles,
    fixes_places.moves,
)
"""The quick ones first."""


def fixes(
    problem: Problem,
    sequences: Sequences,
    order_id: OrderId,
    *,
    most: int = 3,
    deadline_s: float = DEADLINE_S,
    yard: Yard | None = None,
) -> tuple[Fix, ...]:
    """The cheapest ways to mend a stop, cheapest first; of different kinds as far as there are.

    Nothing for a stop that breaks no rule where it is, for one that nobody can reach, and for one that was served.
    Raises `KeyError` for an order that does not belong to the day.
    """
    if order_id in problem.set_aside or problem.visits[order_id].done:
        return ()
    until = time.monotonic() + deadline_s - _LAST_TRY_S
    tries = Tries(problem, sequences, order_id, until)
    if tries.home is not None and not any(subject[1] == order_id for subject in tries.now[tries.home].broken):
        return ()
    mending = Mending(tries, yard or Yard(), until)
    return _chosen(_found(mending), most)


def _found(mending: Mending) -> Iterable[Fix]:
    for way in _WAYS:
        if mending.late():
            return
        for fix in way(mending):
            yield fix
            if mending.late():
                return


def _chosen(found: Iterable[Fix], most: int) -> tuple[Fix, ...]:
    """The cheapest of each kind first; nobody is troubled if the stop simply fits for less."""
    ranked = sorted(found, key=lambda fix: (fix.price, list(Kind).index(fix.kind)))
    free = next((fix for fix in ranked if fix.kind in FREE), None)
    if free:
        ranked = [free, *(f for f in ranked if f is not free and (f.kind in FREE or f.price < free.price))]
    first, again, kinds, seen = list[Fix](), list[Fix](), set[Kind](), set[object]()
    for fix in ranked:
        same = (fix.kind, fix.shift_id, fix.moved, fix.limit and fix.limit[0], _sides(fix.hours), _sides(fix.window))
        if same not in seen:
            (again if fix.kind in kinds else first).append(fix)
        seen.add(same)
        kinds.add(fix.kind)
    return tuple(sorted([*first, *again][:most], key=lambda fix: (fix is not free, fix.price)))


def _sides(wider: Wider | None) -> tuple[bool, bool]:
    return (bool(wider.earlier_s), bool(wider.later_s)) if wider else (False, False)
