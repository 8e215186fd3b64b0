"""What goes wrong in a drill, and when: dealt from a seed, whoever plays.

A cue names a kind and a moment. Whom it hits is decided when it comes, among those whom it still can hit by then, by a
ranking that the seed gives: the same seed hits the same rounds and orders, as far as the plan played still has them.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from dispatcher.domain.errors import KnownError
from dispatcher.domain.time import TimeWindow


class CueKind(StrEnum):
    """What can go wrong; the value is what it is called."""

    BREAKDOWN = "van breaks down"
    ILL = "driver falls ill"
    LATE = "driver is late"
    HOURS = "customer wants another hour"
    URGENT = "urgent order"
    CANCELLED = "order is cancelled"
    NO_SHOW = "nobody was there"


class Difficulty(StrEnum):
    """How much goes wrong."""

    EASY = "easy"
    USUAL = "usual"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that goes wrong. What is left open is decided when it comes."""

    kind: CueKind
    at: datetime
    number: str = ""
    """Of the order it is about; where it is recorded."""
    driver: int | None = None
    """The number of the driver it is about; where it is recorded."""
    minutes: int = 0
    """How late, or how long to wait before trying again; 0 for what the seed says."""
    windows: tuple[TimeWindow, ...] = ()
    """The hours the customer wants instead; where they are recorded."""


_MILD = (CueKind.LATE, CueKind.HOURS, CueKind.URGENT, CueKind.NO_SHOW, CueKind.CANCELLED)
_GRAVE = (CueKind.BREAKDOWN, CueKind.ILL)

COUNTS = {Difficulty.EASY: (3, 0), Difficulty.USUAL: (5, 1), Difficulty.HARD: (8, 2)}
"""How many things go wrong, and how many of them end a round."""

STEP = timedelta(minutes=5)
APART = timedelta(minutes=15)
"""Between two of them at least."""


def deal(
    seed: int, difficulty: Difficulty, begins: datetime, ends: datetime, *, besides: Sequence[Cue] = ()
) -> list[Cue]:
    """The cues of a day on the road between two moments, in order; those `besides` stand, and count.

    Raises `KnownError` for a day so short that they would not fit.
    """
    rng = random.Random(f"{seed}/{difficulty}")  # noqa: S311 - practice, repeatable by its seed
    count, grave = COUNTS[difficulty]
    kinds = [*rng.sample(_GRAVE * 2, grave), *_mild(rng, count - grave)]
    rng.shuffle(kinds)
    taken = list(besides)
    wanted = max(0, count - len(taken))
    moments = _moments(rng, begins, ends, wanted, [cue.at for cue in taken])
    return sorted([*taken, *map(Cue, kinds[:wanted], moments)], key=lambda cue: cue.at)


def _mild(rng: random.Random, count: int) -> list[CueKind]:
    """Every kind once before any comes twice."""
    found: list[CueKind] = []
    while len(found) < count:
        found += rng.sample(_MILD, len(_MILD))
    return found[:count]


def _moments(
    rng: random.Random, begins: datetime, ends: datetime, count: int, taken: Iterable[datetime]
) -> list[datetime]:
    steps = [begins + STEP * n for n in range(1, int((ends - begins) / STEP))]
    found: list[datetime] = []
    busy = list(taken)
    for moment in rng.sample(steps, len(steps)):
        if len(found) < count and all(abs(moment - other) >= APART for other in busy):
            found.append(moment)
            busy.append(moment)
    if len(found) < count:
        raise KnownError(
            f"The day is too short for {count} disturbances: {begins:%H:%M} to {ends:%H:%M} UTC.",
            "Choose an easier drill, or a day with longer rounds.",
        )
    return sorted(found)


def ranked[T](seed: int, turn: int, those: Iterable[T], key: Callable[[T], object]) -> list[T]:
    """Those whom a cue may hit, the first choice first: by the seed, the turn and their own names alone."""
    return sorted(those, key=lambda each: _draw(seed, turn, str(key(each))))


def drawn(seed: int, turn: int, what: str, choices: Sequence[int]) -> int:
    """One of these, by the seed, the turn and what it is for."""
    return choices[int.from_bytes(_draw(seed, turn, what)) % len(choices)]


def _draw(seed: int, turn: int, name: str) -> bytes:
    return blake2b(f"{seed}/{turn}/{name}".encode(), digest_size=8).digest()
