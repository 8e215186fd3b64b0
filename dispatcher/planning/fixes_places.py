"""Fixes by another place alone: for the stop, for its whole round, or for another stop that makes room.

Nobody is asked for anything; the circumstances stay as they are. What is locked or held is touched by `unlocked` only.
"""

from collections.abc import Iterator
from itertools import batched

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.everywhere import Everywhere
from dispatcher.planning.fix import Fix, Kind
from dispatcher.planning.judge import weigh_many
from dispatcher.planning.mending import LOOK, Mending
from dispatcher.planning.narrow import narrowed
from dispatcher.planning.rank import Hand
from dispatcher.planning.resequence import resequence
from dispatcher.planning.stop import StopRule
from dispatcher.planning.tries import Routes, Spot, no_worse

MOVE_PRICE = 50
"""Minor units: another driver has to look at another list."""
UNLOCK_PRICE = 500
"""Minor units: somebody decided that, and will want to know why it was undone."""


FEW, MANY = 4, 500
"""Rounds that are weighed between two looks at the clock: one that may load again takes a hundred times as long."""


def puts(m: Mending) -> Iterator[Fix]:
    """The stop at another place, in its round or in another."""
    for spot in m.tries.spots(m.problem, LOOK):
        outcome = m.tries.outcome(m.problem, m.tries.routes_with(spot))
        if outcome:
            kind = Kind.RESEQUENCE if spot.shift_id == m.tries.home else Kind.PUT
            yield m.fix(kind, spot.shift_id, outcome, 0)


def fetched(m: Mending) -> Iterator[Fix]:
    """Together with the collection that fetches its goods, where that is in no round or in another."""
    problem, first = m.problem, m.visit.pickup
    if first is None or first not in problem.visits or first in problem.set_aside:
        return
    routes = m.tries.routes
    giver = next((s for s, sequence in routes.items() if first in sequence), None)
    if giver is not None and first not in m.tries.movable(giver, fetched=True):
        return
    for offer in Hand(problem, routes, (first, m.visit.order_id)).offers():
        after = {offer.shift_id: offer.sequence}
        for gave in (giver, m.tries.home):
            if gave not in (None, offer.shift_id):
                after[gave] = tuple(o for o in routes[gave] if o not in (first, m.visit.order_id))
        outcome = m.tries.outcome(problem, after) if m.tries.welcomes(offer.shift_id, offer.sequence) else None
        if outcome:
            yield m.fix(Kind.PUT, offer.shift_id, outcome, 0, moved=((first, offer.shift_id),))


def resequenced(m: Mending) -> Iterator[Fix]:
    """Its whole round in another order."""
    home = m.tries.home
    if m.late() or home is None or m.problem.rounds[home].lock in (Lock.ROUTE, Lock.SEQUENCE):
        return
    routes = {home: m.tries.routes[home]}
    found = resequence(narrowed(m.problem, routes, ()), routes, [home], stop=StopRule(seconds=0.15, idle=300))
    outcome = m.tries.outcome(m.problem, {home: tuple(found[home])})
    if outcome:
        yield m.fix(Kind.RESEQUENCE, home, outcome, 0)


def unlocked(m: Mending) -> Iterator[Fix]:
    """The stop where a lock or a hold keeps it out, or keeps it in."""
    if m.tries.nailed or m.late():
        return
    for spot in m.tries.spots(m.problem, LOOK, unlocked=True):
        unlocked, released = m.tries.unlocks(spot)
        if not (unlocked or released):
            continue
        outcome = m.tries.outcome(m.problem, m.tries.routes_with(spot))
        if outcome:
            trouble = UNLOCK_PRICE * (len(unlocked) + len(released))
            yield m.fix(Kind.UNLOCK, spot.shift_id, outcome, trouble, unlocked=unlocked, released=released)


def moves(m: Mending) -> Iterator[Fix]:
    """The stop in a round that gives another of its stops away."""
    for shift_id in m.tries.nearest(5):
        if m.late():
            return
        cheap = (each for each in _ejections(m, shift_id) if m.worth(each[0], MOVE_PRICE))
        tried = sorted(cheap, key=lambda each: each[0])[:6]
        if not tried or m.late():
            continue
        rest = {s: sequence for s, sequence in m.tries.left.items() if s != shift_id}
        others = Everywhere(m.problem, rest) if rest else None
        for _, order_id, sequence in tried:
            if others is None or m.late():
                break
            yield from _moved(m, shift_id, sequence, order_id, rest, others)


def _ejections(m: Mending, shift_id: ShiftId) -> Iterator[tuple[int, OrderId, tuple[OrderId, ...]]]:
    """The round with the stop instead of another: what it costs, the other, the sequence."""
    tries, allowed = list[tuple[OrderId, tuple[OrderId, ...]]](), m.tries.places(shift_id)
    left, order_id = m.tries.left[shift_id], m.visit.order_id
    near = _near(m, shift_id)
    for other in m.tries.movable(shift_id):
        at = left.index(other)
        for place in dict.fromkeys((at, *near)):
            if place in allowed:
                whole = (*left[:place], order_id, *left[place:])
                tries.append((other, tuple(o for o in whole if o != other)))
    now, given = m.tries.now[shift_id].weight, 0 if shift_id == m.tries.home else m.tries.given
    at_once = FEW if m.problem.rounds[shift_id].max_reloads else MANY
    for some in batched(tries, at_once):
        if m.late():
            return
        weights = weigh_many(m.problem, [(shift_id, sequence) for _, sequence in some])
        for (other, sequence), weight in zip(some, weights, strict=True):
            if no_worse(weight, now):
                yield weight.cost - now.cost + given, other, sequence


def _near(m: Mending, shift_id: ShiftId) -> list[int]:
    """The places of a round with the least detour."""
    lane = list(m.tries.left).index(shift_id)
    ways = m.tries.here.distance_m[:, lane]
    return sorted(m.tries.places(shift_id), key=lambda place: int(ways[place]))[:3]


def _moved(
    m: Mending, shift_id: ShiftId, sequence: tuple[OrderId, ...], other: OrderId, rest: Routes, others: Everywhere
) -> Iterator[Fix]:
    home = m.tries.home
    given = {} if home is None or home == shift_id else {home: rest[home]}
    for to_shift, place, _ in _welcomes(m, other, rest, others):
        there = rest[to_shift]
        after = {**given, shift_id: sequence, to_shift: (*there[:place], other, *there[place:])}
        outcome = m.tries.outcome(m.problem, after)
        if outcome:
            yield m.fix(Kind.MOVE, shift_id, outcome, MOVE_PRICE, moved=((other, to_shift),))
            return


def _welcomes(m: Mending, other: OrderId, rest: Routes, others: Everywhere) -> list[Spot]:
    """Where another stop could go without harm, cheapest first."""
    places, found = others.weigh(other), list[Spot]()
    for lane, shift_id in enumerate(rest):
        duty, now = m.problem.rounds[shift_id], m.tries.now[shift_id].weight
        if duty.lock not in (Lock.OPEN, Lock.SEQUENCE):
            continue
        fine = places.settled[:, lane].copy()
        for part in now._fields[:-1]:
            fine &= places.weights[part][:, lane] <= getattr(now, part)
        fine[: m.tries.heads[shift_id]] = False
        for place in fine.nonzero()[0].tolist():
            found.append(Spot(shift_id, place, int(places.weights["cost"][place, lane]) - now.cost))
    return sorted(found, key=lambda spot: spot.cost)[:3]
