"""The lanes as columns of numbers, one strip for each thing that is painted alike: what is in view is found at once.

Knows no Qt and no colours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ui.timeline.geometry import View
from ui.timeline.lanes import Lane, Piece

type Flags = NDArray[np.bool_]
type Item = tuple[int, float, float, int]
"""Row, from, until, index of the stop in its lane or -1."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Pieces of time in lanes, sorted by row."""

    rows: NDArray[np.int64]
    from_s: NDArray[np.float64]
    until_s: NDArray[np.float64]
    marks: NDArray[np.int64]
    """Index of the stop in its lane; -1 for none."""

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Strip":
        """From pieces that come row by row."""
        table = np.array(list(items), dtype=np.float64).reshape(-1, 4)
        return cls(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3].astype(np.int64))

    def __len__(self) -> int:
        return len(self.rows)

    def within(self, view: View) -> "Strip":
        """The pieces in view."""
        first, last = np.searchsorted(self.rows, (view.rows.start, view.rows.stop))
        lanes = slice(int(first), int(last))
        seen = (self.until_s[lanes] >= view.left_s) & (self.from_s[lanes] <= view.right_s)
        return self._only(np.flatnonzero(seen) + first)

    def longer(self, seconds: float) -> "Strip":
        """The pieces that last at least so long."""
        return self._only(np.flatnonzero(self.until_s - self.from_s >= seconds))

    def where(self, flags: Flags) -> "Strip":
        """Those that are flagged."""
        return self._only(np.flatnonzero(flags))

    def _only(self, which: NDArray[np.int64]) -> "Strip":
        return Strip(self.rows[which], self.from_s[which], self.until_s[which], self.marks[which])

    def boxes(self, view: View, top_px: float, height_px: float, least_px: float = 1.0) -> list[list[float]]:
        """Left, top, width and height in pixels of the lanes: whole pixels, none beyond what a painter can bear."""
        left = np.rint(np.clip((self.from_s - view.left_s) * view.scale, -9.0, view.width_px + 9.0))
        right = np.rint(np.clip((self.until_s - view.left_s) * view.scale, -9.0, view.width_px + 9.0))
        top = np.rint(self.rows * view.lane_px - view.top_px + top_px)
        wide = np.maximum(least_px, right - left)
        found: list[list[float]] = np.column_stack([left, top, wide, np.full(len(self), height_px)]).tolist()
        return found

    def places(self) -> Iterable[tuple[int, int]]:
        """Row and index of each piece's stop."""
        return zip(self.rows.tolist(), self.marks.tolist(), strict=True)


class Batches(NamedTuple):
    """Everything in the lanes that does not depend on the view."""

    drive: Strip
    """From leaving to returning, one piece a lane: what is not driving is painted over it."""
    wait: Strip
    pause: Strip
    reload: Strip
    service: Strip
    """On time and not done."""
    late: Strip
    done: Strip
    windows: Strip
    """Of each window what falls between the stop before and the end of its own service: so none covers another."""
    behind: Strip
    """From the closing of a window to the service that comes after it."""
    flawed: Strip
    """Stops that break a rule."""
    held: Strip
    over: Strip
    """From a shift's end to the round's return."""

    @classmethod
    def of(cls, lanes: Sequence[Lane]) -> "Batches":
        """All strips of the lanes shown."""
        pieces, stops = _pieces(lanes), _Stops.of(lanes)
        served = stops.served
        return cls(
            drive=Strip.of((row, n.leaves_s, n.returns_s, -1) for row, n in enumerate(lanes) if n.spans),
            wait=Strip.of(pieces[Piece.WAIT]),
            pause=Strip.of(pieces[Piece.BREAK]),
            reload=Strip.of(pieces[Piece.RELOAD]),
            service=served.where(~stops.done & ~stops.late),
            late=served.where(stops.late & ~stops.done),
            done=served.where(stops.done),
            windows=Strip.of(_windows(lanes)),
            behind=stops.behind.where(stops.late),
            flawed=served.where(stops.broken | stops.late),
            held=served.where(stops.held),
            over=Strip.of((r, n.ends_s, n.returns_s, -1) for r, n in enumerate(lanes) if n.returns_s > n.ends_s),
        )


class _Stops(NamedTuple):
    """All stops of the lanes shown, and what is true of each."""

    served: Strip
    behind: Strip
    late: Flags
    broken: Flags
    held: Flags
    done: Flags

    @classmethod
    def of(cls, lanes: Sequence[Lane]) -> "_Stops":
        rows = [
            (row, i, mark.starts_s, mark.departs_s, mark.late_s, mark.broken, mark.held, mark.done)
            for row, lane in enumerate(lanes)
            for i, mark in enumerate(lane.marks)
        ]
        row, index, starts, departs, late, broken, held, done = np.array(rows, dtype=np.float64).reshape(-1, 8).T
        row, index = row.astype(np.int64), index.astype(np.int64)
        served, behind = Strip(row, starts, departs, index), Strip(row, starts - late, starts, index)
        return cls(served, behind, late > 0, broken > 0, held > 0, done > 0)


def _pieces(lanes: Sequence[Lane]) -> dict[Piece, list[Item]]:
    """What the driver does between stops but drive."""
    found: dict[Piece, list[Item]] = {piece: [] for piece in Piece}
    for row, lane in enumerate(lanes):
        for piece, begins, ends, mark in lane.spans:
            if piece is not Piece.SERVICE and piece is not Piece.DRIVE:
                found[piece].append((row, begins, ends, -1 if mark is None else mark))
    return found


def _windows(lanes: Sequence[Lane]) -> Iterator[Item]:
    for row, lane in enumerate(lanes):
        since = lane.leaves_s
        for index, mark in enumerate(lane.marks):
            for opens, closes in mark.windows:
                if opens < mark.departs_s and closes > since:
                    yield row, max(opens, since), min(closes, mark.departs_s), index
            since = mark.departs_s
