"""The day as the road has it: when drivers were at their stops, and when they are expected at those ahead.

Knows no Qt and no colours: numbers to look up, and strips to paint.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.tracking import LiveRound, LiveStop, Risk, Visit
from ui.timeline.batches import Item, Strip
from ui.timeline.showing import Showing


class Ahead(NamedTuple):
    """Stops ahead that stand alike to their windows."""

    between: Strip
    """From the earliest to the latest arrival."""
    expected: Strip
    """The arrival expected; from and until are the same."""

    @classmethod
    def of(cls, items: Iterable[tuple[Item, float]]) -> "Ahead":
        """From intervals with the arrival expected in each."""
        pairs = sorted(items)
        return cls(Strip.of(item for item, _ in pairs), Strip.of((i[0], at, at, i[3]) for i, at in pairs))


@dataclass(frozen=True, slots=True)
class ActualStrips:
    """What is painted below the plan."""

    done: Strip = field(default_factory=lambda: Strip.of(()))
    late: Strip = field(default_factory=lambda: Strip.of(()))
    """Came after the last window had closed."""
    there: Strip = field(default_factory=lambda: Strip.of(()))
    """Stands there now."""
    ahead: Mapping[Risk, Ahead] = field(default_factory=dict)

    @classmethod
    def of(cls, showing: Showing) -> "ActualStrips":
        """The strips of the lanes shown."""
        if not showing.actual or showing.day is None or showing.clock is None:
            return cls()
        visits: dict[str, list[Item]] = {"done": [], "late": [], "there": []}
        ahead: dict[Risk, list[tuple[Item, float]]] = {}
        for shift_id, actual in showing.actual.items():
            if (row := showing.row(shift_id)) is not None:
                _add_visits(showing, row, actual.visits, visits)
                _add_ahead(showing, row, actual.stops, ahead)
        return cls(
            **{what: Strip.of(sorted(items)) for what, items in visits.items()},
            ahead={risk: Ahead.of(items) for risk, items in ahead.items()},
        )


def _add_visits(showing: Showing, row: int, visits: Iterable[Visit], found: dict[str, list[Item]]) -> None:
    assert showing.clock is not None
    assert showing.day is not None
    for visit in visits:
        came = showing.clock(visit.arrived_at)
        late = is_late(showing.day, visit)
        if visit.departed_at is None:
            item = (row, came, max(came, showing.now_s or came), _mark(showing, row, visit.order_id))
            found["there"].append(item)
        else:
            left = max(came, showing.clock(visit.departed_at))
            found["late" if late else "done"].append((row, came, left, _mark(showing, row, visit.order_id)))


def _add_ahead(
    showing: Showing, row: int, stops: Iterable[LiveStop], found: dict[Risk, list[tuple[Item, float]]]
) -> None:
    assert showing.clock is not None
    clock = showing.clock
    for stop in stops:
        item = (row, clock(stop.earliest_at), clock(stop.latest_at), _mark(showing, row, stop.order_id))
        found.setdefault(stop.risk, []).append((item, clock(stop.expected_at)))


def _mark(showing: Showing, row: int, order_id: OrderId) -> int:
    """The stop in its lane; -1 when it stands in another by now."""
    place = showing.place(order_id)
    return place.index if place and place.row == row else -1


def is_late(day: Day, visit: Visit) -> bool:
    """Whether the driver came after the last of the order's windows had closed."""
    order = day.orders.get(visit.order_id)
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
