"""Lanes in numbers: what every driver does when, made from a `Day` and its `Schedule`.

Knows no Qt, no pixels and no words for people. Seconds count from the depot's midnight.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from dispatcher.domain.fleet import Driver, Shift, Vehicle
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.schedule import RouteTimes, Schedule, StopTimes
from dispatcher.domain.time import midnight


class Piece(IntEnum):
    """What a driver does for a while."""

    DRIVE = 0
    WAIT = 1
    SERVICE = 2
    BREAK = 3
    RELOAD = 4


class Span(NamedTuple):
    """A piece of a round, and the stop it leads to or belongs to; the way back belongs to none."""

    piece: Piece
    from_s: float
    until_s: float
    mark: int | None
    """Index in the lane's marks."""


class Mark(NamedTuple):
    """One stop of a lane."""

    order_id: OrderId
    position: int
    """In the route, from 0."""
    arrives_s: float
    starts_s: float
    departs_s: float
    late_s: float
    broken: bool
    """Whether it breaks any rule."""
    held: bool
    done: bool
    address: str
    windows: tuple[tuple[float, float], ...]

    @property
    def middle_s(self) -> float:
        """The middle of the service: what a drop goes before or behind."""
        return (self.starts_s + self.departs_s) / 2


@dataclass(frozen=True, slots=True)
class Lane:
    """One driver's shift and round."""

    shift_id: ShiftId
    number: int
    driver: str
    vehicle: str
    starts_s: float
    ends_s: float
    route: tuple[OrderId, ...]
    """All its orders, also those the judge has not spoken of yet."""
    marks: tuple[Mark, ...] = ()
    """Its judged stops in the order they are served."""
    spans: tuple[Span, ...] = ()
    """Every piece of the round, in time."""

    @property
    def returns_s(self) -> float:
        """When the round is over; the shift's start while nothing is planned."""
        return self.spans[-1].until_s if self.spans else self.starts_s

    @property
    def leaves_s(self) -> float:
        """When the round begins; the shift's start while nothing is planned."""
        return self.spans[0].from_s if self.spans else self.starts_s


class Clock:
    """Moments as seconds after the midnight a day begins with."""

    def __init__(self, day: Day) -> None:
        self.midnight = midnight(day.date, day.depot.zone)
        self._began = self.midnight.timestamp()

    def __call__(self, moment: datetime) -> float:
        return moment.timestamp() - self._began


class Lanes:
    """Makes a day's lanes, anew only those of rounds that changed: for others the judge hands out the same times.

    Any thread.
    """

    def __init__(self) -> None:
        self._kept: dict[ShiftId, tuple[_Source, Lane]] = {}

    def of(self, day: Day, schedule: Schedule | None) -> tuple[Lane, ...]:
        """The day's lanes in the order of the plan."""
        clock, judged = Clock(day), schedule.routes if schedule else {}
        made: dict[ShiftId, tuple[_Source, Lane]] = {}
        for route, shift, driver, vehicle in day.rounds():
            orders = tuple(day.orders[order_id] for order_id in route.order_ids)
            source = _Source(judged.get(shift.id), route, orders, (clock.midnight, shift, driver, vehicle))
            kept = self._kept.get(shift.id)
            made[shift.id] = kept if kept and source.same(kept[0]) else (source, _lane(source, shift, clock))
        self._kept = made
        return tuple(lane for _, lane in made.values())


class _Source(NamedTuple):
    """All that a lane is made of."""

    times: RouteTimes | None
    route: Route
    orders: tuple[Order, ...]
    rest: tuple[datetime, Shift, Driver, Vehicle]

    def same(self, other: "_Source") -> bool:
        """Whether both make the same lane. Cheap, and rather no than yes."""
        return (
            self.times is other.times
            and self.route == other.route
            and self.rest == other.rest
            and all(
                a is b or (a.version and a.version == b.version) for a, b in zip(self.orders, other.orders, strict=True)
            )
        )


def _lane(source: _Source, shift: Shift, clock: Clock) -> Lane:
    times, route, (_, _, driver, vehicle) = source.times, source.route, source.rest
    stops = tuple(_known(route, times)) if times else ()
    marks = tuple(_mark(source, position, stop, clock) for position, stop in stops)
    return Lane(
        shift_id=shift.id,
        number=driver.number,
        driver=driver.name,
        vehicle=vehicle.name,
        starts_s=clock(shift.starts_at),
        ends_s=clock(shift.ends_at),
        route=route.order_ids,
        marks=marks,
        spans=tuple(_spans(times, [stop for _, stop in stops], marks, clock)) if times and marks else (),
    )


def _known(route: Route, times: RouteTimes) -> Iterator[tuple[int, StopTimes]]:
    """The judged stops that are still in the route, with their places in it: the judge may lag behind a change."""
    place = {order_id: position for position, order_id in enumerate(route.order_ids)}
    return ((place[stop.order_id], stop) for stop in times.stops if stop.order_id in place)


def _mark(source: _Source, position: int, stop: StopTimes, clock: Clock) -> Mark:
    order, planned = source.orders[position], source.route.stops[position]
    return Mark(
        stop.order_id,
        position,
        clock(stop.arrives_at),
        clock(stop.starts_at),
        clock(stop.departs_at),
        stop.late_s,
        bool(stop.violations),
        planned.held,
        planned.done,
        order.address.line,
        tuple((clock(w.opens_at), clock(w.closes_at)) for w in order.windows),
    )


def _spans(times: RouteTimes, stops: Sequence[StopTimes], marks: Sequence[Mark], clock: Clock) -> Iterator[Span]:
    """The round cut into pieces; breaks and reloads take their time out of driving and waiting."""
    at = clock(times.leaves_at)
    for i, (stop, mark) in enumerate(zip(stops, marks, strict=True)):
        pauses = _pauses(stop, clock) if stop.reload_s or stop.break_s else ()
        for piece, until in ((Piece.DRIVE, mark.arrives_s), (Piece.WAIT, mark.starts_s)):
            for pause, begins, ends in pauses:
                if at <= begins < until:
                    yield from _span(piece, at, begins, i)
                    yield Span(pause, begins, ends, i)
                    at = ends
            if until > at:
                yield Span(piece, at, until, i)
                at = until
        yield Span(Piece.SERVICE, mark.starts_s, mark.departs_s, i)
        at = mark.departs_s
    yield from _span(Piece.DRIVE, at, clock(times.returns_at), None)


def _pauses(stop: StopTimes, clock: Clock) -> list[tuple[Piece, float, float]]:
    """Break and reload before a stop, the earlier first."""
    found = []
    if stop.reload_at is not None:
        found.append((Piece.RELOAD, clock(stop.reload_at), clock(stop.reload_at) + stop.reload_s))
    if stop.break_at is not None:
        found.append((Piece.BREAK, clock(stop.break_at), clock(stop.break_at) + stop.break_s))
    return sorted(found, key=lambda pause: pause[1])


def _span(piece: Piece, begins: float, ends: float, mark: int | None) -> Iterator[Span]:
    if ends > begins:
        yield Span(piece, begins, ends, mark)
