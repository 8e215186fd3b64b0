"""Edits turn the old list into the new, with as few rows touched as can be."""

from hypothesis import given
from hypothesis import strategies as st

from ui.board.diff import Edits, edits

ids = st.lists(st.integers(0, 30), unique=True, max_size=20)


def carry_out(old: list[int], new: list[int], plan: Edits) -> list[int]:
    rows = list(old)
    for first, last in plan.removed:
        del rows[first : last + 1]
    for first, last in plan.inserted:
        rows[first:first] = new[first : last + 1]
    return rows


def longest_common(old: list[int], new: list[int]) -> int:
    """By the textbook's table."""
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, a in enumerate(old, 1):
        for j, b in enumerate(new, 1):
            best[i][j] = best[i - 1][j - 1] + 1 if a == b else max(best[i - 1][j], best[i][j - 1])
    return best[-1][-1]


@given(ids, ids)
def test_edits_turn_old_into_new_with_the_fewest_rows(old: list[int], new: list[int]) -> None:
    plan = edits(old, new)
    assert carry_out(old, new, plan) == new
    kept = longest_common(old, new)
    assert sum(last - first + 1 for first, last in plan.removed) == len(old) - kept
    assert sum(last - first + 1 for first, last in plan.inserted) == len(new) - kept


def test_one_row_moved_is_one_run_out_and_one_in() -> None:
    assert edits("abcdef", "bcdaef") == Edits(((0, 0),), ((3, 3),))


def test_neighbours_move_as_one_run() -> None:
    assert edits("abcdefg", "defgabc") == Edits(((0, 2),), ((4, 6),))


def test_nothing_to_do() -> None:
    assert edits("abc", "abc") == edits("", "") == Edits((), ())
