"""What the map shows of a day: an outlook and its lines as marks. Plain values in, plain values out; no Qt widgets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Bounds
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.proof import Outcome
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.schedule import StopTimes
from dispatcher.services.closures import Closed
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from ui import format as words
from ui.board.filtering import Mark
from ui.board.onroad import QUIET, Heard, Known, Road, StopNow, heard_of, stops_now
from ui.board.source import RoundSource, round_sources
from ui.map.messages import ClosureLine, IdleRound, RouteLine, StopMark, StopState
from ui.theme import driver_colour

REDRAW_S = 150
"""An expected arrival that moved by less leaves the mark on the map as it is: thousands would be drawn every minute."""


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
    """The marks of a day's orders, made anew only for the rounds that are other than before. Any thread."""

    def __init__(self) -> None:
        self._rounds: dict[ShiftId, _Marked] = {}

    def of(self, outlook: Outlook, live: LiveDay | None = None) -> list[StopMark]:
        """Every order that has a place: planned ones numbered in their round's colour, the others as waiting.

        With a live day as they stand on the road.
        """
        day, road = outlook.day, Road(live, outlook.day.depot.road.reason_by_code) if live else None
        rounds: dict[ShiftId, _Marked] = {}
        for source in round_sources(day, outlook.schedule):
            shift_id, heard = source.shift.id, heard_of(road.live, source) if road else None
            known = self._rounds.get(shift_id)
            rounds[shift_id] = known if known and known.still(source, heard) else _marked(source, heard, road, known)
        self._rounds = rounds
        planned = [mark for marked in rounds.values() for _, mark in marked.marks.values() if mark]
        zone = day.depot.zone
        return planned + [_waiting(day.orders[o], zone, outlook) for o in day.unplanned if day.orders[o].address.place]


type Marks = Mapping[OrderId, tuple[StopNow, StopMark | None]]


@dataclass(frozen=True, slots=True)
class _Marked:
    """A round's marks, and what they were made of."""

    source: RoundSource
    heard: Heard | None
    known: Known
    marks: Marks

    def planned(self, source: RoundSource) -> bool:
        """Whether the plan is as it was: the judge hands out the very same object for a round that is."""
        return self.source.times is source.times and self.source.route == source.route

    def still(self, source: RoundSource, heard: Heard | None) -> bool:
        """Whether all is as it was."""
        same = heard is self.heard or (heard is not None and self.heard is not None and heard.same(self.heard))
        return same and self.planned(source)


def _marked(source: RoundSource, heard: Heard | None, road: Road | None, before: _Marked | None) -> _Marked:
    known = stops_now(source, heard, road, before.known if before else {}) if heard and road else {}
    old: Marks = before.marks if before and before.planned(source) else {}
    at_stop = {s.order_id: s for s in source.times.stops} if source.times else {}
    marks: dict[OrderId, tuple[StopNow, StopMark | None]] = {}
    for number, (stop, order) in enumerate(zip(source.route.stops, source.orders, strict=True), 1):
        now = known[order.id][1] if known else QUIET
        drawn = old.get(order.id)
        if drawn and (drawn[0] == now or _alike(drawn[0], now)):
            marks[order.id] = drawn
        else:
            marks[order.id] = now, _mark(source, number, stop, order, at_stop.get(order.id), now)
    return _Marked(source, heard, known, marks)


def _alike(one: StopNow, other: StopNow) -> bool:
    """A minute more or less, or an interval that grew, is not worth drawing a stop anew."""
    if not (one.expected_at and other.expected_at):
        return False
    near = abs((one.expected_at - other.expected_at).total_seconds()) < REDRAW_S
    return near and (one.more, one.marks) == (other.more, other.marks)


def _mark(
    source: RoundSource, number: int, stop: Stop, order: Order, at: StopTimes | None, now: StopNow
) -> StopMark | None:
    if order.address.place is None:
        return None
    colour = driver_colour(source.driver.number).name()
    label = "\n".join((_label(order, source.zone, f"{number} · {source.driver.name}", at), *filter(None, now.lines)))
    state = _state(stop, at, now)
    return StopMark(order.id, order.address.place, state, source.shift.id, number, colour, label)


_ENDED = {Outcome.DELIVERED: StopState.DONE, Outcome.PARTLY: StopState.PARTLY, Outcome.FAILED: StopState.FAILED}


def _state(stop: Stop, at: StopTimes | None, now: StopNow) -> StopState:
    """What the road says goes before the plan."""
    if now.ended:
        return _ENDED[now.ended]
    if stop.done:
        return StopState.DONE
    if Mark.AT_RISK in now.marks:
        return StopState.AT_RISK
    if Mark.TROUBLE in now.marks or (at and at.late_s and not now.about):
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
