"""What the timeline shows at this moment: lanes, selection, lines, and what the hand is about to do.

One mutable record that the chart changes and the painters read. Knows no Qt.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.domain.tracking import LiveRound
from ui.timeline.geometry import Extent, Gap, View
from ui.timeline.lanes import Clock, Lane, Lanes, Mark

type Actual = Mapping[ShiftId, LiveRound]
"""How each round stands on the road."""


class Place(NamedTuple):
    """A stop among the lanes shown."""

    row: int
    index: int
    """In the lane's marks."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a drop would land."""

    shift_id: ShiftId
    gap: Gap


@dataclass(frozen=True, slots=True)
class Hours:
    """A shift's hours while one of its ends is in the hand."""

    shift_id: ShiftId
    starts_s: float
    ends_s: float


@dataclass(slots=True)
class Showing:
    """All that painters need to know."""

    day: Day | None = None
    schedule: Schedule | None = None
    clock: Clock | None = None
    all_lanes: tuple[Lane, ...] = ()
    lanes: tuple[Lane, ...] = ()
    """Those the filter lets through: a row is an index here."""
    wanted: frozenset[ShiftId] | None = None
    """The filter; `None` for all."""
    view: View = field(default_factory=View)
    wanted_zoom: tuple[float, float] | None = None
    """From when until when to show, once there is a width to show it in."""
    orders: tuple[OrderId, ...] = ()
    """Selected stops, top to bottom and left to right."""
    shifts: tuple[ShiftId, ...] = ()
    """Selected rounds, top to bottom; not those of selected stops."""
    current: tuple[ShiftId, OrderId | None] | None = None
    """Where keys go on from: a stop, or a lane as a whole."""
    anchor: OrderId | None = None
    """From where Shift selects."""
    now: datetime | None = None
    actual: Actual = field(default_factory=dict)
    target: Target | None = None
    hours: Hours | None = None
    freeze_preview_s: float | None = None
    band: tuple[float, float, float, float] | None = None
    """The rubber band: left, top, width, height in pixels of the lanes."""
    _maker: Lanes = field(default_factory=Lanes)
    _found: dict[OrderId, Place] | None = None
    """Where each stop is; `None` until somebody asks."""
    _rows: dict[ShiftId, int] = field(default_factory=dict)

    # ── The day ──────────────────────────────────────────────────────────────────────────────────────────────────

    def prepare_day(self, day: Day, schedule: Schedule | None) -> tuple[Lane, ...]:
        """Any thread: the lanes that `set_day` will show."""
        return self._maker.of(day, schedule)

    def set_day(self, day: Day, schedule: Schedule | None) -> bool:
        """Take another day or another state of it; whether the selection lost something."""
        self.day, self.schedule, self.clock = day, schedule, Clock(day)
        self.all_lanes = self._maker.of(day, schedule)
        self.target = None
        self._arrange()
        before = self.orders, self.shifts
        self.choose(self.orders, self.shifts)
        return (frozenset(before[0]), before[1]) != (frozenset(self.orders), self.shifts)

    def set_filter(self, shift_ids: Iterable[ShiftId] | None) -> None:
        """Show only these rounds."""
        self.wanted = None if shift_ids is None else frozenset(shift_ids)
        self._arrange()

    def set_actual(self, rounds: Iterable[LiveRound]) -> None:
        """The road has news: what lies beyond the planned day comes into reach."""
        self.actual = {actual.shift_id: actual for actual in rounds}
        self._reach()

    def _reach(self) -> None:
        shown = [self.actual[lane.shift_id] for lane in self.lanes if lane.shift_id in self.actual]
        moments = [moment for actual in shown for moment in _ends_of(actual)]
        extent = Extent.of(self.lanes, [self.clock(moment) for moment in moments] if self.clock else ())
        self.view = replace(self.view, extent=extent, lanes=len(self.lanes)).settled()

    def _arrange(self) -> None:
        shown = self.wanted
        self.lanes = tuple(lane for lane in self.all_lanes if shown is None or lane.shift_id in shown)
        self._rows = {lane.shift_id: row for row, lane in enumerate(self.lanes)}
        self._found = None
        self._reach()

    # ── Finding ──────────────────────────────────────────────────────────────────────────────────────────────────

    def place(self, order_id: OrderId | None) -> Place | None:
        """Where a stop is shown."""
        if order_id is None:
            return None
        if self._found is None:
            self._found = {
                mark.order_id: Place(row, index)
                for row, lane in enumerate(self.lanes)
                for index, mark in enumerate(lane.marks)
            }
        return self._found.get(order_id)

    def row(self, shift_id: ShiftId) -> int | None:
        """The lane of a round."""
        return self._rows.get(shift_id)

    def mark(self, place: Place) -> Mark:
        """The stop at a place."""
        return self.lanes[place.row].marks[place.index]

    @property
    def current_place(self) -> tuple[int, int | None] | None:
        """Row and index of what keys go on from, if it is still shown."""
        if self.current is None:
            return None
        shift_id, order_id = self.current
        if place := self.place(order_id):
            return place
        row = self.row(shift_id)
        return None if row is None else (row, None)

    @property
    def freeze_s(self) -> float | None:
        """The freeze line, as it is dragged or as it stands."""
        if self.freeze_preview_s is not None or self.day is None or self.clock is None:
            return self.freeze_preview_s
        return None if self.day.freeze_at is None else self.clock(self.day.freeze_at)

    @property
    def now_s(self) -> float | None:
        """The line of now."""
        return self.clock(self.now) if self.clock and self.now else None

    @property
    def now_seen(self) -> tuple[int, int] | None:
        """The same as far as it can be seen: pixels from the left, and minutes."""
        return None if self.now_s is None else (round(self.view.x(self.now_s)), int(self.now_s // 60))

    def hours_of(self, lane: Lane) -> tuple[float, float]:
        """A shift's start and end, as they are dragged or as they stand."""
        if self.hours and self.hours.shift_id == lane.shift_id:
            return self.hours.starts_s, self.hours.ends_s
        return lane.starts_s, lane.ends_s

    # ── Selection ────────────────────────────────────────────────────────────────────────────────────────────────

    def choose(self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = ()) -> bool:
        """Select these stops and rounds, as far as they are here; whether that is another selection than before."""
        before = self.orders, self.shifts
        wanted, rounds = frozenset(order_ids), frozenset(shift_ids)
        self.orders = tuple(o for lane in self.all_lanes for o in lane.route if o in wanted) if wanted else ()
        self.shifts = tuple(lane.shift_id for lane in self.all_lanes if lane.shift_id in rounds)
        return before != (self.orders, self.shifts)

    @property
    def lit(self) -> frozenset[int] | None:
        """The rows of selected rounds and stops, which stay full while others fade; `None` when all are full."""
        rows = {self._rows[shift_id] for shift_id in self.shifts if shift_id in self._rows}
        rows |= {place.row for order_id in self.orders if (place := self.place(order_id))}
        return frozenset(rows) if rows else None


def _ends_of(actual: LiveRound) -> Iterator[datetime]:
    """The first and the last moment that a round on the road speaks of."""
    if actual.visits:
        yield actual.visits[0].arrived_at
        yield actual.visits[-1].departed_at or actual.visits[-1].arrived_at
    if actual.stops:
        yield actual.stops[-1].latest_at
