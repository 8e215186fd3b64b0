"""What the map shows of a day: an outlook and its lines as marks. Plain values in, plain values out; no Qt widgets."""

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Driver, Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Bounds
from dispatcher.domain.plan import Day, Route, Stop
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.schedule import RouteTimes, StopTimes
from dispatcher.services.closures import Closed
from dispatcher.services.planning import Outlook
from ui import format as words
from ui.map.messages import ClosureLine, IdleRound, RouteLine, StopMark, StopState
from ui.theme import driver_colour


def route_lines(day: Day, lines: Mapping[ShiftId, RoadPath]) -> list[RouteLine]:
    """The rounds' ways in their drivers' colours."""
    return [
        RouteLine(
            shift.id,
            driver.number,
            driver_colour(driver.number).name(),
            driver.name,
            path.legs,
            locked=shift.lock is not Lock.OPEN,
        )
        for _, shift, driver, _ in day.rounds()
        if shift.id in lines and (path := lines[shift.id]).legs
    ]


def idle_rounds(day: Day) -> list[IdleRound]:
    """The rounds without a line, so that a stop can be dropped on them too."""
    return [
        IdleRound(shift.id, driver.number, driver_colour(driver.number).name(), driver.name)
        for route, shift, driver, _ in day.rounds()
        if not any(day.orders[o].address.place for o in route.order_ids)
    ]


def closure_lines(closed: Iterable[Closed]) -> list[ClosureLine]:
    """Closed streets as the roads understand them; as they were drawn where they cannot be obeyed."""
    return [
        ClosureLine(
            each.closure.id,
            each.closure.name,
            each.understood.lines if each.understood else (tuple((p.lat, p.lon) for p in each.closure.line),),
        )
        for each in closed
    ]


class StopMarks:
    """The marks of a day's orders, made anew only for the rounds whose times changed. Any thread."""

    def __init__(self) -> None:
        self._rounds: dict[ShiftId, tuple[RouteTimes, Route, list[StopMark]]] = {}

    def of(self, outlook: Outlook) -> list[StopMark]:
        """Every order that has a place: planned ones numbered in their round's colour, the others as waiting."""
        day, known = outlook.day, self._rounds
        rounds: dict[ShiftId, tuple[RouteTimes, Route, list[StopMark]]] = {}
        for route, shift, driver, _ in day.rounds():
            times = outlook.schedule.routes[shift.id]
            kept = known.get(shift.id)
            # the judge hands out the very same object for a round that is as it was
            same = kept is not None and kept[0] is times and kept[1] == route
            marks = kept[2] if kept and same else _round_marks(day, route, driver, times)
            rounds[shift.id] = (times, route, marks)
        self._rounds = rounds
        planned = [mark for _, _, marks in rounds.values() for mark in marks]
        zone = day.depot.zone
        return planned + [_waiting(day.orders[o], zone, outlook) for o in day.unplanned if day.orders[o].address.place]


def _round_marks(day: Day, route: Route, driver: Driver, times: RouteTimes) -> list[StopMark]:
    at_stop = {s.order_id: s for s in times.stops}
    colour, zone = driver_colour(driver.number).name(), day.depot.zone
    marks = []
    for number, stop in enumerate(route.stops, 1):
        order, at = day.orders[stop.order_id], at_stop.get(stop.order_id)
        state = _state(stop, at)
        if order.address.place:
            label = _label(order, zone, f"{number} · {driver.name}", at)
            marks.append(StopMark(order.id, order.address.place, state, route.shift_id, number, colour, label))
    return marks


def _state(stop: Stop, at: StopTimes | None) -> StopState:
    if stop.done:
        return StopState.DONE
    if at and at.late_s:
        return StopState.LATE
    return StopState.HELD if stop.held else StopState.PLANNED


def _waiting(order: Order, zone: ZoneInfo, outlook: Outlook) -> StopMark:
    assert order.address.place is not None
    reason = outlook.reasons.get(order.id)
    why = f"\n{reason.sentence}" if reason else ""
    return StopMark(order.id, order.address.place, label=_label(order, zone, "Unplanned", None) + why)


def _label(order: Order, zone: ZoneInfo, head: str, at: StopTimes | None) -> str:
    lines = [head, f"{order.number}  {order.contact.name}".strip(), order.address.line or order.address.text]
    if order.windows:
        lines.append(f"window {words.windows(order.windows, zone)}")
    if at:
        late = f", {words.minutes(at.late_s)} late" if at.late_s else ""
        lines.append(f"arrives {words.clock(at.arrives_at, zone)}{late}")
    return "\n".join(lines)


def with_place(day: Day, order_ids: tuple[OrderId, ...]) -> tuple[OrderId, ...]:
    """Those that the map can show."""
    return tuple(o for o in order_ids if o in day.orders and day.orders[o].address.place)


def bounds_around(day: Day, order_ids: Iterable[OrderId]) -> Bounds:
    """The rectangle around orders that have a place."""
    places = [place for o in order_ids if (place := day.orders[o].address.place)]
    lats, lons = [place.lat for place in places], [place.lon for place in places]
    return Bounds(min(lats), min(lons), max(lats), max(lons))
