"""Which pairs of places closed streets can touch, so that only those are asked for anew. Numbers alone.

The way from i to j uses a closed segment just if going to that segment, passing it, and going on takes as long as the
whole way does. All three are asked of the fast data without closures.
"""

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.bool_]

SLACK_S = 1.5
"""Tables are whole seconds, the parts tenths; ways of the same weight may differ by a little."""

SLACK = 0.002

_SEARCH = 300
"""What a row or column costs of multi-level data, in cells of the answer."""


def passing(seconds: NDArray[np.int32], there: NDArray[np.float32], onward: NDArray[np.float32]) -> Pairs:
    """(sources, targets): whether the way of so many `seconds` may lead past any crossing.

    `there` is (sources, crossings), `onward` (targets, crossings).
    """
    found = np.zeros(seconds.shape, bool)
    limit = seconds * np.float32(1 + SLACK) + np.float32(SLACK_S)
    for to, on in zip(there.T, onward.T, strict=True):
        rows, columns = np.flatnonzero(np.isfinite(to)), np.flatnonzero(np.isfinite(on))
        cells = np.ix_(rows, columns)
        found[cells] |= to[rows, None] + on[None, columns] <= limit[cells]
    return found


def blocks(pairs: Pairs) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Questions (rows, columns) that cover all pairs: as one rectangle, or as a few whole rows and a few columns."""
    whole = (np.flatnonzero(pairs.any(1)), np.flatnonzero(pairs.any(0)))
    if not whole[0].size:
        return []
    rows, columns = _cover(pairs)
    across = (rows, np.flatnonzero(pairs[rows].any(0)))
    rest = pairs.copy()
    rest[rows] = False
    down = (np.flatnonzero(rest[:, columns].any(1)), columns)
    parts = [part for part in (across, down) if part[0].size and part[1].size]
    return parts if sum(map(_cost, parts)) < _cost(whole) else [whole]


def _cover(pairs: Pairs) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns that hold every pair; greedily, those with the most first."""
    left = pairs.copy()
    by_row, by_column = left.sum(1), left.sum(0)
    rows, columns = [], []
    while by_row.any():
        row, column = int(by_row.argmax()), int(by_column.argmax())
        if by_row[row] >= by_column[column]:
            rows.append(row)
            by_column -= left[row]
            left[row] = False
            by_row[row] = 0
        else:
            columns.append(column)
            by_row -= left[:, column]
            left[:, column] = False
            by_column[column] = 0
    return np.array(sorted(rows), np.intp), np.array(sorted(columns), np.intp)


def _cost(block: tuple[NDArray[np.intp], NDArray[np.intp]]) -> int:
    rows, columns = block[0].size, block[1].size
    return _SEARCH * (rows + columns) + rows * columns
