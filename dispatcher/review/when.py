"""Whether an attempt was reported when the van stood there, for long enough, and in its turn."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.review import Flag, FlagKind, FlagLimits
from dispatcher.review.seen import Findings, Seen


def when(seen: Sequence[Seen], limits: FlagLimits) -> Findings:
    """Before arrival, too few seconds at the door, out of sequence."""
    for one in seen:
        early_s, stay_s = _early_s(one), _stay_s(one)
        if limits.early_s is not None and early_s is not None and early_s >= limits.early_s:
            yield one.key, Flag(FlagKind.EARLY, early_s, limits.early_s, "s")
        if limits.quick_s is not None and stay_s is not None and stay_s < limits.quick_s:
            yield one.key, Flag(FlagKind.QUICK, stay_s, limits.quick_s, "s")
    yield from _out_of_turn(seen, limits)


def _early_s(one: Seen) -> float | None:
    """How long before the track has the van at the door; `None` when it was never seen there."""
    arrivals = [visit.arrived_at for visit in one.tracked]
    return (min(arrivals) - one.happened).total_seconds() if arrivals else None


def _stay_s(one: Seen) -> float | None:
    """At the door: by the track, else from the driver's own arrival to the report.

    Some say to have arrived only when they are done; the track knows better then.
    """
    if one.tracked:
        over = [visit.departed_at - visit.arrived_at for visit in one.tracked if visit.departed_at]
        return max(over).total_seconds() if len(over) == len(one.tracked) else None
    arrived_at = one.attempt.arrived_at
    return None if arrived_at is None else (one.attempt.at - arrived_at).total_seconds()


def _out_of_turn(seen: Sequence[Seen], limits: FlagLimits) -> Findings:
    if limits.out_of_turn is None:
        return
    rounds: dict[ShiftId, list[tuple[Seen, int]]] = defaultdict(list)
    for one in sorted(seen, key=lambda one: one.happened):
        if one.turn is not None:
            rounds[one.attempt.shift_id].append((one, one.turn))
    for done in rounds.values():
        turns = [turn for _, turn in done]
        kept = _in_turn(turns)
        for at, (one, turn) in enumerate(done):
            if at in kept:
                continue
            passed = sum((turns[other] < turn) != (other < at) for other in kept)
            if passed >= limits.out_of_turn:
                yield one.key, Flag(FlagKind.OUT_OF_TURN, passed, limits.out_of_turn, "places")


def _in_turn(turns: Sequence[int]) -> frozenset[int]:
    """Where the longest run lies that is in sequence (patience sorting): one stop put off puts no other out of turn."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int | None] = []
    for at, turn in enumerate(turns):
        pile = bisect_left(tops, turn)
        before.append(piles[pile - 1] if pile else None)
        tops[pile : pile + 1] = [turn]
        piles[pile : pile + 1] = [at]
    run: list[int] = []
    last = piles[-1] if piles else None
    while last is not None:
        run.append(last)
        last = before[last]
    return frozenset(run)
