"""Where moments and lanes stand on the screen, and what lies under the pointer. Pure numbers: no Qt, no theme.

Seconds count from the depot's midnight. Pixels are device-independent and count from the upper left corner of the
lanes: the names of the drivers lie at negative x, the axis at negative y. A row is a lane's place among those shown.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from ui.timeline.lanes import Lane, Mark, Span

SNAP_S = 300
"""What is dragged in time stands on whole steps of this."""
GRAB_PX = 4
"""How near the pointer must be to a line to take hold of it."""
LEAST_PX = 6
"""No stop is narrower than this under the pointer."""
CLOSEST_PX_PER_S = 0.6
"""The deepest zoom: a minute is 36 pixels wide."""

_HOUR_S = 3_600
_STEPS_S = (60, 300, 900, 1_800, _HOUR_S, 2 * _HOUR_S, 3 * _HOUR_S, 6 * _HOUR_S, 12 * _HOUR_S, 24 * _HOUR_S)
_MINOR_S = {60: 60, 300: 60, 900: 300, 1_800: 300, _HOUR_S: 900, 2 * _HOUR_S: 1_800}
_BREATH_S = 900


@dataclass(frozen=True, slots=True)
class Extent:
    """All that can be brought into view: the day's work with a little air, in whole hours so that it rarely changes."""

    from_s: float = 6 * _HOUR_S
    until_s: float = 18 * _HOUR_S

    @classmethod
    def of(cls, lanes: Sequence[Lane], moments_s: Sequence[float] = ()) -> "Extent":
        """From the first shift's start to the last return, and to any of these moments that lies beyond."""
        if not lanes:
            return cls()
        first = min(*(min(lane.starts_s, lane.leaves_s) for lane in lanes), *moments_s, math.inf) - _BREATH_S
        last = max(*(max(lane.ends_s, lane.returns_s) for lane in lanes), *moments_s, -math.inf) + _BREATH_S
        return cls(math.floor(first / _HOUR_S) * _HOUR_S, math.ceil(last / _HOUR_S) * _HOUR_S)


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the day stands in how many pixels. Every change gives another view that stays in the extent."""

    extent: Extent = Extent()
    left_s: float = 6 * _HOUR_S
    px_per_s: float = 0.0
    """0 until it has a width: the whole extent, however wide the view."""
    top_px: float = 0.0
    """How much of the lanes is scrolled away."""
    width_px: float = 0.0
    height_px: float = 0.0
    lane_px: float = 34.0
    lanes: int = 0

    @property
    def fitted_px_per_s(self) -> float:
        """The scale at which the whole extent fills the width: the widest zoom."""
        return max(1.0, self.width_px) / (self.extent.until_s - self.extent.from_s)

    @property
    def fitted(self) -> bool:
        """Whether the whole day is in view."""
        return self.px_per_s == 0.0

    @property
    def scale(self) -> float:
        """Pixels a second."""
        return self.px_per_s or self.fitted_px_per_s

    @property
    def right_s(self) -> float:
        """The moment at the right edge."""
        return self.left_s + self.width_px / self.scale

    @property
    def most_top_px(self) -> float:
        """How far the lanes can be scrolled."""
        return max(0.0, self.lanes * self.lane_px - self.height_px)

    def x(self, seconds: float) -> float:
        """Where a moment stands."""
        return (seconds - self.left_s) * self.scale

    def seconds(self, x: float) -> float:
        """The moment that stands there."""
        return self.left_s + x / self.scale

    def y(self, row: int) -> float:
        """The upper edge of a lane."""
        return row * self.lane_px - self.top_px

    def row(self, y: float) -> int | None:
        """The lane that stands there."""
        row = math.floor((y + self.top_px) / self.lane_px)
        return row if 0 <= row < self.lanes else None

    @property
    def rows(self) -> range:
        """The lanes in view, also those cut off."""
        first = max(0, math.floor(self.top_px / self.lane_px))
        return range(first, min(self.lanes, math.ceil((self.top_px + self.height_px) / self.lane_px)))

    # ── Other views ──────────────────────────────────────────────────────────────────────────────────────────────

    def fit(self) -> "View":
        """The whole day."""
        return replace(self, px_per_s=0.0, left_s=self.extent.from_s)

    def zoomed(self, factor: float, at_x: float) -> "View":
        """Closer by `factor`; the moment at `at_x` stays where it is."""
        scale = min(self.scale * factor, max(CLOSEST_PX_PER_S, self.fitted_px_per_s))
        if scale <= self.fitted_px_per_s * 1.001:
            return self.fit()
        return replace(self, px_per_s=scale, left_s=self.seconds(at_x) - at_x / scale).settled()

    def sized(self, width_px: float, height_px: float, lane_px: float) -> "View":
        """In a window of another size, or with other lanes: the same hours and the same lanes stay in view."""
        wider = width_px / self.width_px if self.width_px else 1.0
        return replace(
            self,
            width_px=width_px,
            height_px=height_px,
            lane_px=lane_px,
            px_per_s=min(self.px_per_s * wider, CLOSEST_PX_PER_S),
            top_px=self.top_px * lane_px / self.lane_px,
        ).settled()

    def panned(self, right_px: float, down_px: float = 0.0) -> "View":
        """Moved over the day by so many pixels."""
        return replace(self, left_s=self.left_s + right_px / self.scale, top_px=self.top_px + down_px).settled()

    def showing(self, from_s: float, until_s: float) -> "View":
        """These moments from edge to edge, as far as zoom and extent allow."""
        scale = max(1.0, self.width_px) / max(1.0, until_s - from_s)
        return replace(self, left_s=from_s).zoomed(scale / self.scale, 0.0)

    def revealing(self, row: int, from_s: float, until_s: float, air_px: float) -> "View":
        """Moved no more than it takes to see this part of a lane."""
        top = min(self.y(row), max(0.0, self.y(row) + self.lane_px - self.height_px))
        left, right = self.x(from_s) - air_px, self.x(until_s) + air_px
        aside = min(left, max(0.0, right - self.width_px)) if left < 0 or right > self.width_px else 0.0
        return self.panned(aside, top if top < 0 or self.y(row) + self.lane_px > self.height_px else 0.0)

    def settled(self) -> "View":
        """The nearest view that shows nothing beyond the extent and the lanes."""
        if self.px_per_s <= self.fitted_px_per_s:
            fitted = self.fit()
            return replace(fitted, top_px=min(max(0.0, self.top_px), self.most_top_px))
        latest = self.extent.until_s - self.width_px / self.scale
        left = min(max(self.extent.from_s, self.left_s), latest)
        return replace(self, left_s=left, top_px=min(max(0.0, self.top_px), self.most_top_px))


def snapped(seconds: float) -> float:
    """The nearest step of five minutes."""
    return math.floor(seconds / SNAP_S + 0.5) * SNAP_S


def ticks(px_per_s: float, label_px: float) -> tuple[int, int]:
    """Seconds between labelled ticks and between all ticks: the finest for which a label of that width has room."""
    major = next((step for step in _STEPS_S if step * px_per_s >= label_px), _STEPS_S[-1])
    return major, _MINOR_S.get(major, _HOUR_S)


# ── Stops in a lane ──────────────────────────────────────────────────────────────────────────────────────────────────


def nearest(lane: Lane, seconds: float) -> int | None:
    """The stop whose service is nearest in time, as an index of the lane's marks."""
    if not lane.marks:
        return None
    return min(range(len(lane.marks)), key=lambda i: abs(lane.marks[i].middle_s - seconds))


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a round where a stop could come."""

    index: int | None
    """Before which stop of the route; `None` for anywhere."""
    at_s: float
    """Where its mark stands."""


def gap_at(lane: Lane, seconds: float) -> Gap:
    """Between the stops whose middles lie on either side; anywhere in a lane without judged stops."""
    marks = lane.marks
    if not marks:
        return Gap(None, lane.starts_s)
    i = bisect_left(marks, seconds, key=lambda mark: mark.middle_s)
    if i == len(marks):
        return Gap(len(lane.route), marks[-1].departs_s)
    if i == 0:
        return Gap(marks[0].position, marks[0].starts_s)
    return Gap(marks[i].position, (marks[i - 1].departs_s + marks[i].starts_s) / 2)


def stands_there(lane: Lane, order_ids: Sequence[str], index: int | None) -> bool:
    """Whether the round is the same with these orders put before stop `index` of what it has now."""
    if index is None:
        return False
    moving = set(order_ids)
    ahead = [o for o in lane.route[:index] if o not in moving]
    behind = [o for o in lane.route[index:] if o not in moving]
    return [*ahead, *order_ids, *behind] == list(lane.route)


# ── Under the pointer ────────────────────────────────────────────────────────────────────────────────────────────────


class Part(Enum):
    """What a point lies on."""

    NOTHING = "nothing"
    AXIS = "axis"
    NAME = "name"
    LANE = "lane"
    STOP = "stop"
    STARTS = "shift's start"
    ENDS = "shift's end"
    FREEZE = "freeze line"


@dataclass(frozen=True, slots=True)
class Hit:
    """What lies under the pointer."""

    part: Part
    row: int | None = None
    mark: int | None = None
    """Index in the lane's marks, for a stop."""
    span: Span | None = None
    """The piece of the round there, if any."""


def hit(view: View, lanes: Sequence[Lane], bar: tuple[float, float], freeze_s: float | None, x: float, y: float) -> Hit:
    """What lies at a point. `lanes` are those shown; `bar` is the upper edge and the height of bars in a lane.

    Stops come before the lines that can be dragged, and these reach all the way up and down a lane, so that there is
    always a place to take hold of them.
    """
    if y < 0:
        near = freeze_s is not None and x >= 0 and abs(view.x(freeze_s) - x) <= 2 * GRAB_PX
        return Hit(Part.FREEZE if near else Part.AXIS if x >= 0 else Part.NOTHING)
    row = view.row(y)
    if x < 0:
        return Hit(Part.NOTHING if row is None else Part.NAME, row)
    lane = None if row is None else lanes[row]
    if lane is not None and row is not None:
        within = bar[0] <= y - view.y(row) <= bar[0] + bar[1]
        mark = mark_at(view, lane, x) if within else None
        if mark is not None:
            return Hit(Part.STOP, row, mark, span_at(view, lane, x))
    if freeze_s is not None and abs(view.x(freeze_s) - x) <= GRAB_PX:
        return Hit(Part.FREEZE, row)
    if lane is None:
        return Hit(Part.NOTHING)
    for part, seconds in ((Part.ENDS, lane.ends_s), (Part.STARTS, lane.starts_s)):
        if abs(view.x(seconds) - x) <= GRAB_PX:
            return Hit(part, row)
    return Hit(Part.LANE, row, span=span_at(view, lane, x))


def mark_at(view: View, lane: Lane, x: float) -> int | None:
    """The stop whose service stands there; the nearest, if several are that narrow."""
    i = nearest(lane, view.seconds(x))
    return i if i is not None and reach(view, lane.marks[i])[0] <= x <= reach(view, lane.marks[i])[1] else None


def reach(view: View, mark: Mark) -> tuple[float, float]:
    """From where to where a stop answers to the pointer."""
    left, right = view.x(mark.starts_s), view.x(mark.departs_s)
    short = max(0.0, LEAST_PX - (right - left)) / 2
    return left - short, right + short


def span_at(view: View, lane: Lane, x: float) -> Span | None:
    """The piece of the round that stands there."""
    seconds = view.seconds(x)
    return next((span for span in lane.spans if span.from_s <= seconds <= span.until_s), None)


def marks_within(
    view: View, lanes: Sequence[Lane], corner: tuple[float, float], other: tuple[float, float]
) -> list[Mark]:
    """The stops that a rectangle touches, lane by lane."""
    (left, right), (top, bottom) = (sorted(pair) for pair in zip(corner, other, strict=True))
    first = max(0, math.floor((top + view.top_px) / view.lane_px))
    last = min(len(lanes), math.floor((bottom + view.top_px) / view.lane_px) + 1)
    found = (mark for lane in lanes[first:last] for mark in lane.marks)
    return [mark for mark in found if view.x(mark.starts_s) <= right and view.x(mark.departs_s) >= left]
