"""The lanes as columns of numbers, one strip for each thing that is painted alike: what is in view is found at once.

Knows no Qt and no colours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatcher.domain.ids import ShiftId
from ui.timeline.geometry import View
from ui.timeline.lanes import Lane, Mark, Piece

type Flags = NDArray[np.bool_]
type Item = tuple[float, float, int]
"""From, until, index of the stop in its lane or -1."""
type Items = NDArray[np.float64]
"""Of one lane, in time: a line each."""


NOTHING: Items = np.empty((0, 3))


def items(pieces: Iterable[Item]) -> Items:
    """Pieces of one lane as a table."""
    return np.array(list(pieces), dtype=np.float64).reshape(-1, 3)


@dataclass(frozen=True, slots=True)
class Strip:
    """Pieces of time in lanes, sorted by row."""

    rows: NDArray[np.int64]
    from_s: NDArray[np.float64]
    until_s: NDArray[np.float64]
    marks: NDArray[np.int64]
    """Index of the stop in its lane; -1 for none."""

    @classmethod
    def of(cls, lanes: Iterable[tuple[int, Items]]) -> "Strip":
        """From the pieces of each lane with its row; rows come in order."""
        rows, tables = zip((-1, NOTHING), *lanes, strict=True)
        table = np.concatenate(tables)
        marks = table[:, 2].astype(np.int64)
        return cls(np.repeat(np.array(rows), [len(each) for each in tables]), table[:, 0], table[:, 1], marks)

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

    def until(self, until_s: float | None) -> "Strip":
        """The same pieces, but none ends before then."""
        return self if until_s is None else replace(self, until_s=np.maximum(self.until_s, until_s))

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
        return Batching().of(lanes)


class Batching:
    """Makes a day's strips; a lane that is the very same as before is not looked at again. Any thread."""

    def __init__(self) -> None:
        self._kept: dict[ShiftId, tuple[Lane, Pieces]] = {}

    def prepare(self, lanes: Sequence[Lane]) -> None:
        """Look at these lanes; they are to be shown soon."""
        self._kept = self._kept | {lane.shift_id: (lane, self._pieces(lane)) for lane in lanes}

    def of(self, lanes: Sequence[Lane]) -> Batches:
        """All strips of the lanes shown."""
        kept = {lane.shift_id: (lane, self._pieces(lane)) for lane in lanes}
        self._kept = kept
        nothing: list[tuple[Items, ...]] = [()] * len(Pieces._fields)
        columns = zip(*(pieces for _, pieces in kept.values()), strict=True) if kept else nothing
        return Batches(*(Strip.of(enumerate(column)) for column in columns))

    def _pieces(self, lane: Lane) -> "Pieces":
        kept = self._kept.get(lane.shift_id)
        return kept[1] if kept and kept[0] is lane else Pieces.of(lane)


class Pieces(NamedTuple):
    """The pieces of one lane that go into each of the `Batches`."""

    drive: Items
    wait: Items
    pause: Items
    reload: Items
    service: Items
    late: Items
    done: Items
    windows: Items
    behind: Items
    flawed: Items
    held: Items
    over: Items

    @classmethod
    def of(cls, lane: Lane) -> "Pieces":
        """All pieces of a lane."""
        table = np.array([_numbers(i, mark) for i, mark in enumerate(lane.marks)], dtype=np.float64).reshape(-1, 7)
        served, late_s = table[:, :3], table[:, 3]
        late, (broken, held, done) = late_s > 0, table[:, 4:].T > 0
        begun_late = np.column_stack([served[:, 0] - late_s, served[:, 0], served[:, 2]])
        overtime = lane.returns_s > lane.ends_s
        return cls(
            drive=items([(lane.leaves_s, lane.returns_s, -1)] if lane.spans else ()),
            wait=_spans(lane, Piece.WAIT),
            pause=_spans(lane, Piece.BREAK),
            reload=_spans(lane, Piece.RELOAD),
            service=served[~done & ~late],
            late=served[late & ~done],
            done=served[done],
            windows=items(_windows(lane)),
            behind=begun_late[late],
            flawed=served[broken | late],
            held=served[held],
            over=items([(lane.ends_s, lane.returns_s, -1)] if overtime else ()),
        )


def _numbers(index: int, mark: Mark) -> tuple[float, ...]:
    return mark.starts_s, mark.departs_s, index, mark.late_s, mark.broken, mark.held, mark.done


def _spans(lane: Lane, wanted: Piece) -> Items:
    """What the driver does between stops but drive."""
    return items(
        (begins, ends, -1 if mark is None else mark) for piece, begins, ends, mark in lane.spans if piece is wanted
    )


def _windows(lane: Lane) -> Iterator[Item]:
    since = lane.leaves_s
    for index, mark in enumerate(lane.marks):
        for opens, closes in mark.windows:
            if opens < mark.departs_s and closes > since:
                yield max(opens, since), min(closes, mark.departs_s), index
        since = mark.departs_s
