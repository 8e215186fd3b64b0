"""Fixes by other terms: the customer's window, the driver's hours and limits, the vehicle; by the least that will do.

People have to be asked for these, so each has a price besides what the rounds cost.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from dispatcher.domain.fleet import Lock, Vehicle
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.schedule import Rule
from dispatcher.planning.fix import (
    LIMITS,
    Fix,
    Kind,
    Wider,
    of_driver,
    with_hours,
    with_limit,
    with_rounds,
    with_vehicle,
    with_visit,
    with_window,
)  # fmt: skip
from dispatcher.planning.judge import Timeline
from dispatcher.planning.mending import LOOK, Mending
from dispatcher.planning.problem import Problem, Round, amounts
from dispatcher.planning.tries import Outcome, Spot

CALL_PRICE = 600
"""Minor units: asking a customer for another window is a phone call of a quarter of an hour, and some say no."""
WINDOW_MINUTE_PRICE = 15
"""Minor units for each minute a customer has to wait longer: an hour is as dear as another call and a half."""
OVERTIME_SHARE = 0.5
"""Of the driver's hourly cost, on top of it, for time outside the shift."""
ASK_PRICE = 200
"""Minor units: asking a driver to begin earlier, to stay longer or to take more than was agreed."""
VEHICLE_PRICE = 800
"""Minor units: fetching another vehicle from the yard and loading it instead."""

WIDEST_MIN = 240
"""A window moved by more than that is another order."""
OVERTIME_MIN = 120


def hours(m: Mending) -> Iterator[Fix]:
    """A driver begins earlier, or ends later."""
    for earlier in (False, True):
        loose = with_rounds(m.problem, (_longer(r, earlier, OVERTIME_MIN) for r in _rounds(m, earlier)))
        for spot in m.tries.spots(loose, LOOK):
            if m.worth(spot.cost, ASK_PRICE):
                yield from _overtime(m, spot, earlier)


def _rounds(m: Mending, earlier: bool) -> Iterable[Round]:
    """Those whose shift may begin earlier have not begun."""
    begun = m.tries.heads if earlier else {}
    return [duty for s, duty in m.problem.rounds.items() if not begun.get(s) and s in m.tries.routes]


def _overtime(m: Mending, spot: Spot, earlier: bool) -> Iterator[Fix]:
    duty = m.problem.rounds[spot.shift_id]
    if earlier and m.tries.heads[spot.shift_id]:
        return

    def outcome(minutes: int) -> Outcome | None:
        problem = with_rounds(m.problem, [_longer(duty, earlier, minutes)])
        return m.tries.outcome(problem, m.tries.routes_with(spot))

    found = _least(outcome, min(OVERTIME_MIN, _spare_min(m, duty, earlier)))
    if found:
        minutes, how = found
        trouble = ASK_PRICE + minutes / 60 * duty.cost_per_hour * OVERTIME_SHARE
        hours = Wider(60 * minutes, 0) if earlier else Wider(0, 60 * minutes)
        yield m.fix(Kind.HOURS, spot.shift_id, how, trouble, hours=hours)


def _spare_min(m: Mending, duty: Round, earlier: bool) -> int:
    """Minutes until the driver, or the vehicle, has another shift."""
    others = [
        other
        for other in m.problem.rounds.values()
        if other.shift_id != duty.shift_id
        and (other.driver_id == duty.driver_id or other.vehicle_name == duty.vehicle_name)
    ]
    if earlier:
        gaps = [duty.starts_s - other.ends_s for other in others if other.starts_s < duty.starts_s]
    else:
        gaps = [other.starts_s - duty.ends_s for other in others if other.ends_s > duty.ends_s]
    return max(0, min(gaps, default=OVERTIME_MIN * 60) // 60)


def _longer(duty: Round, earlier: bool, minutes: int) -> Round:
    return with_hours(duty, Wider(60 * minutes, 0) if earlier else Wider(0, 60 * minutes))


def windows(m: Mending) -> Iterator[Fix]:
    """The customer takes it earlier, or later."""
    if not m.visit.windows:
        return
    anytime = with_visit(m.problem, replace(m.visit, windows=()))
    for spot in m.tries.spots(anytime, LOOK):
        if m.worth(spot.cost, CALL_PRICE):
            yield from _widened(m, anytime, spot)


def _widened(m: Mending, anytime: Problem, spot: Spot) -> Iterator[Fix]:
    shift_id, sequence = m.tries.put(spot)
    line = Timeline.of(anytime, anytime.rounds[shift_id], [anytime.visits[o] for o in sequence])
    for index, sign, most_s in _edges(m.visit.windows, line.begins_s[spot.place]):

        def wider(minutes: int, index: int = index, sign: int = sign) -> Wider:
            return Wider(60 * minutes, 0, index) if sign < 0 else Wider(0, 60 * minutes, index)

        def outcome(minutes: int, wider: Callable[[int], Wider] = wider) -> Outcome | None:
            problem = with_visit(m.problem, with_window(m.visit, wider(minutes)))
            return m.tries.outcome(problem, m.tries.routes_with(spot))

        found = _least(outcome, min(WIDEST_MIN, -(-most_s // 60)))
        if found:
            trouble = CALL_PRICE + found[0] * WINDOW_MINUTE_PRICE
            yield m.fix(Kind.WINDOW, shift_id, found[1], trouble, window=wider(found[0]))


def limits(m: Mending) -> Iterator[Fix]:
    """A driver takes more than was agreed."""
    free = {"max_stops": None, "max_duration_s": None, "max_distance_m": None}
    limited = [r for r in m.problem.rounds.values() if any(getattr(r, name) is not None for name in free)]
    if not limited:
        return
    loose = with_rounds(m.problem, (replace(duty, **free) for duty in limited))  # type: ignore[arg-type]
    for spot in m.tries.spots(loose, LOOK):
        if m.worth(spot.cost, ASK_PRICE):
            yield from _allowed_more(m, loose, spot)


def _allowed_more(m: Mending, loose: Problem, spot: Spot) -> Iterator[Fix]:
    duty, (shift_id, sequence) = m.problem.rounds[spot.shift_id], m.tries.put(spot)
    line = Timeline.of(loose, loose.rounds[shift_id], [loose.visits[o] for o in sequence])
    needs = {
        Rule.MAX_STOPS: len(sequence),
        Rule.MAX_DURATION: -(-line.duration_s // 60) * 60,
        Rule.MAX_DISTANCE: -(-sum(line.leg_m) // 100) * 100,
    }
    for rule, need in needs.items():
        limit = getattr(duty, LIMITS[rule])
        if limit is None or need <= limit:
            continue
        problem = with_rounds(m.problem, [with_limit(duty, rule, need)])
        outcome = m.tries.outcome(problem, m.tries.routes_with(spot))
        if outcome:
            yield m.fix(Kind.LIMIT, shift_id, outcome, ASK_PRICE, limit=(rule, need))


def vehicles(m: Mending) -> Iterator[Fix]:
    """A round that is not loaded goes out in another vehicle of the yard."""
    spare = [v for v in m.yard.vehicles if v.kind.profile in m.problem.travel]
    if not spare:
        return
    rounds = [m.problem.rounds[s] for s in m.tries.routes if _unloaded(m, s)]
    loose = with_rounds(m.problem, (_roomy(duty, spare) for duty in rounds))
    for spot in m.tries.spots(loose, LOOK):
        if not _unloaded(m, spot.shift_id):
            continue
        for vehicle in spare:
            if m.late():
                return
            problem = with_rounds(m.problem, [with_vehicle(m.problem.rounds[spot.shift_id], vehicle, m.yard)])
            outcome = m.tries.outcome(problem, m.tries.routes_with(spot))
            if outcome:
                yield m.fix(Kind.VEHICLE, spot.shift_id, outcome, VEHICLE_PRICE, vehicle_id=vehicle.id)


def _unloaded(m: Mending, shift_id: ShiftId) -> bool:
    """Whether the round can still change its vehicle."""
    visits = m.problem.visits
    loaded = any(visits[o].loaded_on == shift_id for o in m.tries.routes[shift_id])
    return not m.tries.heads[shift_id] and not loaded and m.problem.rounds[shift_id].lock is not Lock.ROUTE


def _roomy(duty: Round, spare: Sequence[Vehicle]) -> Round:
    loads = [amounts(vehicle.capacity) for vehicle in spare]
    kg, litres, parcels = (max(column) for column in zip(duty.capacity, *loads, strict=True))
    skills = duty.skills.union(*(vehicle.skills_on(duty.on) for vehicle in spare))
    return replace(duty, capacity=(kg, litres, parcels), skills=skills, lapsed=of_driver(duty))


def _edges(windows: Sequence[tuple[int, int]], begins_s: int) -> Iterator[tuple[int, int, int]]:
    """Windows that could be widened to hold a moment: which, to which side, by how many seconds at most."""
    for i, (opens_s, closes_s) in enumerate(windows):
        if closes_s < begins_s:
            free_s = windows[i + 1][0] - closes_s if i + 1 < len(windows) else 60 * WIDEST_MIN
            if begins_s - closes_s <= free_s:
                yield i, 1, begins_s - closes_s
        elif opens_s > begins_s:
            free_s = opens_s - windows[i - 1][1] if i else 60 * WIDEST_MIN
            if opens_s - begins_s <= free_s:
                yield i, -1, opens_s - begins_s


def _least(outcome: Callable[[int], Outcome | None], most: int) -> tuple[int, Outcome] | None:
    """The least whole number of minutes, up to `most`, for which there is an outcome; halving, as more helps more."""
    best = outcome(most) if most > 0 else None
    if best is None:
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        found = outcome(middle)
        if found:
            high, best = middle, found
        else:
            low = middle
    return high, best
