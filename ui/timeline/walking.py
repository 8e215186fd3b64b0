"""Where the keys lead: from stop to stop along a lane, and from lane to lane. Knows no Qt."""

from ui.timeline.geometry import nearest
from ui.timeline.showing import Place, Showing

type Spot = tuple[int, int | None]
"""A row and the index of a stop in it; `None` for the lane as a whole."""


def along(showing: Showing, step: int) -> Spot | None:
    """The stop before or behind; before the first comes the lane as a whole."""
    at = showing.current_place
    if at is None:
        return _first(showing)
    row, index = at
    last = len(showing.lanes[row].marks) - 1
    if index is None:
        return (row, 0) if step > 0 and last >= 0 else at
    return (row, None) if index + step < 0 else (row, min(index + step, last))


def across(showing: Showing, step: int) -> Spot | None:
    """The lane above or below, at the stop nearest in time."""
    at = showing.current_place
    if at is None:
        return _first(showing)
    row, index = at
    to = min(max(0, row + step), len(showing.lanes) - 1)
    if to == row or index is None:
        return to, None if index is None else index
    return to, nearest(showing.lanes[to], showing.mark(Place(row, index)).middle_s)


def _first(showing: Showing) -> Spot | None:
    """The first stop in view, else the first lane."""
    for row in showing.view.rows:
        for index, mark in enumerate(showing.lanes[row].marks):
            if mark.departs_s >= showing.view.left_s:
                return row, index
    return (0, None) if showing.lanes else None
