"""The script of a drill follows from its seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import KnownError
from dispatcher.drills.cues import APART, COUNTS, Cue, CueKind, Difficulty, deal, ranked

BEGINS = datetime(2026, 6, 15, 7, 0, tzinfo=UTC)
ENDS = BEGINS + timedelta(hours=6)
ROUND_ENDS = {CueKind.BREAKDOWN, CueKind.ILL}


@given(st.integers(0, 2**31), st.sampled_from(Difficulty))
def test_as_many_as_the_difficulty_has_apart_and_within_the_day(seed: int, difficulty: Difficulty) -> None:
    cues = deal(seed, difficulty, BEGINS, ENDS)
    count, grave = COUNTS[difficulty]
    assert len(cues) == count
    assert sum(1 for cue in cues if cue.kind in ROUND_ENDS) == grave
    assert all(BEGINS < cue.at < ENDS for cue in cues)
    assert all(later.at - cue.at >= APART for cue, later in pairwise(cues))
    assert cues == deal(seed, difficulty, BEGINS, ENDS)


def test_what_is_recorded_stands_and_counts() -> None:
    real = [Cue(CueKind.LATE, BEGINS + timedelta(hours=1), driver=3, minutes=25)]
    cues = deal(1, Difficulty.EASY, BEGINS, ENDS, besides=real)
    assert len(cues) == 3
    assert real[0] in cues
    many = [Cue(CueKind.LATE, BEGINS + n * timedelta(minutes=20)) for n in range(1, 7)]
    assert deal(1, Difficulty.EASY, BEGINS, ENDS, besides=many) == many


def test_a_day_too_short_is_said() -> None:
    with pytest.raises(KnownError, match="too short for 8"):
        deal(1, Difficulty.HARD, BEGINS, BEGINS + timedelta(minutes=40))


def test_who_is_hit_depends_on_seed_and_turn_alone_and_not_on_who_else_is_there() -> None:
    numbers = range(1, 9)
    first = ranked(3, 0, numbers, str)
    assert ranked(3, 0, reversed(numbers), str) == first
    assert ranked(3, 0, first[1:], str) == first[1:]
    hits = Counter(ranked(seed, 0, numbers, str)[0] for seed in range(400))
    assert set(hits) == set(numbers)
