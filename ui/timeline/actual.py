"""The day as the road has it: when drivers were at their stops, and when they are expected at those ahead.

Knows no Qt and no colours: numbers to look up, and strips to paint.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched, starmap
from operator import is_
from typing import NamedTuple

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.tracking import LiveRound, LiveStop, Risk, Visit
from ui.timeline.batches import Item, Items, Strip, items
from ui.timeline.lanes import Clock, Lane
from ui.timeline.showing import Showing

EMPTY = Strip.of(())


class Ahead(NamedTuple):
    """Stops ahead that stand alike to their windows."""

    between: Strip
    """From the earliest to the latest arrival."""
    expected: Strip
    """The arrival expected; from and until are the same."""


@dataclass(frozen=True, slots=True)
class ActualStrips:
    """What is painted below the plan."""

    done: Strip = EMPTY
    late: Strip = EMPTY
    """Came after the last window had closed."""
    there: Strip = EMPTY
    """Came, and has not left: it lasts until now."""
    ahead: Mapping[Risk, Ahead] = field(default_factory=dict)

    @classmethod
    def of(cls, showing: Showing) -> "ActualStrips":
        """The strips of the lanes shown."""
        return Stripping().of(showing)


class Stripping:
    """Makes the strips of a day on the road; a round that stands as before is not looked at again."""

    def __init__(self) -> None:
        self._kept: dict[ShiftId, tuple[_Source, _Pieces]] = {}

    def of(self, showing: Showing) -> ActualStrips:
        """The strips of the lanes shown."""
        if not showing.actual or showing.day is None or showing.clock is None:
            return ActualStrips()
        self._kept = dict(self._made(showing, showing.day, showing.clock))
        if not self._kept:
            return ActualStrips()
        rows = [row for shift_id in self._kept if (row := showing.row(shift_id)) is not None]
        done, late, there, *ahead = (
            Strip.of(zip(rows, column, strict=True))
            for column in zip(*(pieces for _, pieces in self._kept.values()), strict=True)
        )
        return ActualStrips(
            done, late, there, dict(zip(Risk, starmap(Ahead, batched(ahead, 2, strict=True)), strict=True))
        )

    def _made(self, showing: Showing, day: Day, clock: Clock) -> Iterator[tuple[ShiftId, tuple["_Source", "_Pieces"]]]:
        """In the order of the lanes."""
        for lane in showing.lanes:
            if actual := showing.actual.get(lane.shift_id):
                source = _Source(actual.visits, actual.stops, lane, day.orders)
                kept = self._kept.get(lane.shift_id)
                same = kept is not None and all(map(is_, kept[0], source))
                yield lane.shift_id, kept if kept and same else (source, _pieces(source, clock))


class _Source(NamedTuple):
    """All that the pieces of a round are made of."""

    visits: Sequence[Visit]
    stops: Sequence[LiveStop]
    lane: Lane
    orders: Mapping[OrderId, Order]


type _Pieces = tuple[Items, ...]
"""Those of one round that go into each strip of `ActualStrips`, in turn."""


def _pieces(source: _Source, clock: Clock) -> _Pieces:
    mark_of = {mark.order_id: index for index, mark in enumerate(source.lane.marks)}
    found: dict[str, list[Item]] = {"done": [], "late": [], "there": []}
    for visit in source.visits:
        came, mark = clock(visit.arrived_at), mark_of.get(visit.order_id, -1)  # it may stand in another lane by now
        if visit.departed_at is None:
            found["there"].append((came, came, mark))
        else:
            late = is_late(source.orders.get(visit.order_id), visit)
            found["late" if late else "done"].append((came, max(came, clock(visit.departed_at)), mark))
    ahead: list[Items] = []
    for risk in Risk:
        stops = sorted((stop for stop in source.stops if stop.risk is risk), key=lambda stop: stop.earliest_at)
        marks = [mark_of.get(stop.order_id, -1) for stop in stops]
        spans = [(clock(stop.earliest_at), clock(stop.latest_at)) for stop in stops]
        expected = [clock(stop.expected_at) for stop in stops]
        ahead.append(items((*span, mark) for span, mark in zip(spans, marks, strict=True)))
        ahead.append(items((at, at, mark) for at, mark in zip(expected, marks, strict=True)))
    return *(items(sorted(pieces)) for pieces in found.values()), *ahead


def is_late(order: Order | None, visit: Visit) -> bool:
    """Whether the driver came after the last of the order's windows had closed."""
    closes: list[datetime] = [window.closes_at for window in order.windows] if order else []
    return bool(closes) and visit.arrived_at > max(closes)


def worst_risk(actual: LiveRound) -> Risk:
    """Of all stops ahead."""
    return max((stop.risk for stop in actual.stops), key=list(Risk).index, default=Risk.NONE)


def visit_of(showing: Showing, order_id: OrderId) -> Visit | None:
    """The last stay at an order, whoever was there."""
    stays = [v for actual in showing.actual.values() for v in actual.visits if v.order_id == order_id]
    return max(stays, key=lambda visit: visit.arrived_at, default=None)


def expected(showing: Showing, order_id: OrderId) -> LiveStop | None:
    """What is expected at an order ahead."""
    stops = (stop for actual in showing.actual.values() for stop in actual.stops)
    return next((stop for stop in stops if stop.order_id == order_id), None)
