"""What must leave and what must come to turn one list of ids into another. Pure."""

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edits:
    """Runs of rows, first and last, to carry out in the order given: first all that leave, then all that come."""

    removed: tuple[tuple[int, int], ...]
    """Rows of the old list, from the bottom up, so that no run shifts the next."""
    inserted: tuple[tuple[int, int], ...]
    """Rows of the new list, from the top down."""


def edits(old: Sequence[Hashable], new: Sequence[Hashable]) -> Edits:
    """The fewest rows to take out and put in; what keeps its relative order stays where it is. Ids occur once."""
    if old == new:
        return Edits((), ())
    place = {key: row for row, key in enumerate(old)}
    common = [(place[key], row) for row, key in enumerate(new) if key in place]
    kept = [common[i] for i in _longest_rising([was for was, _ in common])]
    stays, settled = {was for was, _ in kept}, {row for _, row in kept}
    removed = runs([row for row in range(len(old)) if row not in stays])
    inserted = runs([row for row in range(len(new)) if row not in settled])
    return Edits(tuple(reversed(removed)), tuple(inserted))


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """Positions of a longest strictly rising subsequence (patience sorting, O(n log n))."""
    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for position, number in enumerate(numbers):
        pile = bisect_left(tops, number)
        before.append(at[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [number]
        at[pile : pile + 1] = [position]
    chain: list[int] = []
    position = at[-1] if at else -1
    while position >= 0:
        chain.append(position)
        position = before[position]
    return chain[::-1]


def runs(rows: Sequence[int], gap: int = 1) -> list[tuple[int, int]]:
    """Rising rows at most `gap` apart joined: [1, 2, 3, 7] → [(1, 3), (7, 7)]."""
    joined: list[tuple[int, int]] = []
    for row in rows:
        if joined and row - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], row)
        else:
            joined.append((row, row))
    return joined
