"""What the timeline says of what lies under the pointer, in one to a few lines. Knows no Qt."""

from collections.abc import Iterator
from datetime import datetime

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.schedule import Rule, StopTimes
from dispatcher.domain.time import after
from dispatcher.domain.tracking import LiveStop, Risk, Visit
from ui import format as fmt
from ui.board import words
from ui.board.onroad import delay_short
from ui.timeline.actual import expected, is_late, visit_of
from ui.timeline.geometry import Hit, Part
from ui.timeline.lanes import Lane, Mark, Piece, Span
from ui.timeline.showing import Place, Showing


def tip(showing: Showing, hit: Hit) -> str:
    """The words for a point; empty where there is nothing to say."""
    if showing.day is None or hit.part is Part.NOTHING:
        return ""
    if hit.part is Part.FREEZE:
        return _freeze(showing)
    if hit.row is None:
        return ""
    lane = showing.lanes[hit.row]
    if hit.part is Part.STOP and hit.mark is not None:
        return stop_tip(showing, Place(hit.row, hit.mark))
    if hit.part in (Part.STARTS, Part.ENDS):
        return f"{lane_tip(showing, hit.row)}\nDrag to change the {hit.part.value}"
    if hit.span and hit.part is Part.LANE:
        return _span(showing, lane, hit.span)
    return lane_tip(showing, hit.row)


def lane_tip(showing: Showing, row: int) -> str:
    """A driver's round: "3 Maija Virtanen · Van 3", its hours, and what is broken."""
    lane, day = showing.lanes[row], showing.day
    assert day is not None
    times = showing.schedule.routes.get(lane.shift_id) if showing.schedule else None
    lines = [f"{lane.number} {lane.driver} · {lane.vehicle}"]
    lines.append(f"Shift {at(showing, lane.starts_s)}–{at(showing, lane.ends_s)}")
    if times and times.stops:
        figures = f"{fmt.count(len(times.stops), 'stop')}, {fmt.distance(times.distance_m)}"
        lines.append(f"Out {at(showing, lane.leaves_s)}–{at(showing, lane.returns_s)}, {figures}")
        lines += _progress(showing, lane)
        lines += words.sentences(times.violations)
    else:
        lines.append("Nothing planned yet.")
    return "\n".join(lines)


def _progress(showing: Showing, lane: Lane) -> Iterator[str]:
    actual = showing.actual.get(lane.shift_id)
    if actual is None or not (actual.visits or actual.stops):
        return
    done = sum(visit.departed_at is not None for visit in actual.visits)
    told = f"{done} of {len(lane.route)} visited"
    yield told if actual.delay_s is None else f"{told}, at the next stop {delay_short(actual.delay_s)}"


def stop_tip(showing: Showing, place: Place) -> str:
    """A stop: "Stop 14 · Pontstraße 5 · arrives 12:07, window 10–12, 7 min late", and what else there is to know."""
    mark, day = showing.mark(place), showing.day
    assert day is not None
    order, stop, times = _records(showing, day, mark)
    window = fmt.windows(order.windows, day.depot.zone)
    head = f"Stop {mark.position + 1} · {mark.address} · arrives {at(showing, mark.arrives_s)}"
    parts = [head, f"window {window}" if window else "at any time"]
    parts += [f"{fmt.minutes(mark.late_s)} late"] if mark.late_s > 0 else []
    lines = [", ".join(parts), f"{order.number} · {order.contact.name}" if order.contact.name else order.number]
    lines.append(f"Service {at(showing, mark.starts_s)}–{at(showing, mark.departs_s)}")
    lines += _state(showing, stop, mark.order_id)
    lines += words.sentences(v for v in times.violations if v.rule is not Rule.LATE)
    return "\n".join(lines)


def _records(showing: Showing, day: Day, mark: Mark) -> tuple[Order, Stop, StopTimes]:
    route = day.plan.route_of(mark.order_id)
    assert route is not None
    assert showing.schedule is not None
    times = next(s for s in showing.schedule.routes[route.shift_id].stops if s.order_id == mark.order_id)
    return day.orders[mark.order_id], route.stops[mark.position], times


def _state(showing: Showing, stop: Stop, order_id: OrderId) -> Iterator[str]:
    if stop.held:
        yield "Held with this driver"
    if visit := visit_of(showing, order_id):
        yield _visit(showing, visit)
    elif live := expected(showing, order_id):
        yield _expected(showing, live)
    if stop.done:
        yield "Done"


def _visit(showing: Showing, visit: Visit) -> str:
    """A stay: "Was there 09:58–10:04", "There since 10:12, after its window"."""
    assert showing.day is not None
    came, left = _clock(showing, visit.arrived_at), visit.departed_at
    told = f"Was there {came}–{_clock(showing, left)}" if left else f"There since {came}"
    return told + (", after its window" if is_late(showing.day.orders.get(visit.order_id), visit) else "")


def _expected(showing: Showing, live: LiveStop) -> str:
    """An arrival ahead: "Expected 12:19 (12:11–12:27), +12 min, at risk"."""
    between = f"{_clock(showing, live.earliest_at)}–{_clock(showing, live.latest_at)}"
    told = f"Expected {_clock(showing, live.expected_at)} ({between}), {delay_short(live.delay_s)}"
    return told if live.risk is Risk.NONE else f"{told}, {live.risk}"


def _span(showing: Showing, lane: Lane, span: Span) -> str:
    """A piece of a round: "Drives 6 min, 2.1 km, to stop 14"."""
    lasts, begins = fmt.minutes(span.until_s - span.from_s), at(showing, span.from_s)
    stop = "" if span.mark is None else f"stop {lane.marks[span.mark].position + 1}"
    between = f"{begins}–{at(showing, span.until_s)}"
    match span.piece:
        case Piece.DRIVE:
            text = f"Drives {lasts} to {stop}" if stop else f"Drives back, {lasts}"
        case Piece.WAIT:
            text = f"Waits {lasts} for the window of {stop}"
        case Piece.BREAK:
            text = f"Break of {lasts}"
        case Piece.RELOAD:
            text = f"Loads again, {lasts}, before {stop}"
        case Piece.SERVICE:
            text = f"Serves {stop}, {lasts}"
    over = span.until_s - lane.ends_s
    return f"{text} · {between}" + (f"\n{fmt.minutes(over)} past the end of the shift" if over > 0 else "")


def _freeze(showing: Showing) -> str:
    if showing.freeze_s is None:
        return ""
    until = f"Frozen until {at(showing, showing.freeze_s)}: what begins before is not planned again."
    return f"{until}\nDrag to move, double click to remove"


def _clock(showing: Showing, moment: datetime) -> str:
    assert showing.clock is not None
    return at(showing, showing.clock(moment))


def at(showing: Showing, seconds: float) -> str:
    """The depot's wall clock at a moment of the day shown: "08:12"."""
    day, clock = showing.day, showing.clock
    assert day is not None
    assert clock is not None
    return fmt.clock(after(clock.midnight, seconds), day.depot.zone, day.date)
