"""The JSON that passes between window and map page. No Qt here.

Every event is checked: the page draws text that came from outside, so what it sends is data from outside too.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

import numpy as np

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import ClosureId, DriverId, OrderId, ShiftId
from dispatcher.domain.place import Bounds, Place
from ui.map.messages import (
    ClosureClicked,
    ClosureLine,
    ContextRequested,
    DragEnded,
    DragHovered,
    DriverClicked,
    Event,
    Failed,
    FollowEnded,
    IdleRound,
    Line,
    LineCancelled,
    LineDrawn,
    MapPosition,
    Moved,
    Painted,
    PinCancelled,
    PinPlaced,
    Ready,
    RouteLine,
    SelectionChanged,
    Slot,
    StopActivated,
    StopMark,
    StopsDropped,
)
from ui.map.road import Driven, DriverMark, Trail

ORDERS_MIME = "application/x-roundhouse-orders"
"""Orders under the mouse: UTF-8 JSON `{"order_ids": [...]}`."""

MAX_IDS = 20_000
"""More orders than this in one message are nonsense, not work."""

MAX_POINTS = 1_000
"""Nobody clicks a line of more points."""

# --- towards the page --------------------------------------------------------------------------------------------


def encode(kind: str, **values: Any) -> str:
    """One message to the page."""
    message = {"kind": kind, **values}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=list)


def route_values(route: RouteLine) -> dict[str, Any]:
    """A third of the text and half the time of nested floats: see `_flat`."""
    return {
        "id": route.shift_id,
        "number": route.number,
        "colour": route.colour,
        "name": route.driver_name,
        "locked": route.locked,
        "legs": [_flat(leg) for leg in route.legs],
    }


def _flat(line: Line) -> list[int]:
    """[lat, lon, …] in whole 1e-6 degrees (about 0.1 m), from the second point on as steps from the one before."""
    whole = np.rint(np.fromiter(chain.from_iterable(line), np.float64) * 1e6).astype(np.int64)
    whole[2:] -= whole[:-2].copy()
    return whole.tolist()


def idle_values(idle: IdleRound) -> dict[str, Any]:
    """An empty round as the page reads it."""
    return {"id": idle.shift_id, "number": idle.number, "colour": idle.colour, "name": idle.driver_name}


def closure_values(closure: ClosureLine) -> dict[str, Any]:
    """A closed street as the page reads it."""
    return {"id": closure.id, "name": closure.name, "lines": [_flat(line) for line in closure.lines]}


def stop_values(stop: StopMark) -> dict[str, Any]:
    """A stop as the page reads it."""
    return {
        "id": stop.order_id,
        "at": place_values(stop.place),
        "state": stop.state,
        "route": stop.shift_id,
        "number": stop.number,
        "colour": stop.colour,
        "label": stop.label,
    }


def driver_values(driver: DriverMark) -> dict[str, Any]:
    """A driver as the page reads it."""
    return {
        "id": driver.driver_id,
        "number": driver.number,
        "colour": driver.colour,
        "at": place_values(driver.place),
        "heading": driver.heading_deg,
        "age": driver.age_text,
        "stale": driver.stale,
        "mock": driver.mock,
        "risk": driver.risk.name.lower(),
        "label": driver.label,
    }


def trail_values(trail: Trail) -> dict[str, Any]:
    """Points as `_flat`; times in whole seconds, from the second on as steps from the one before."""
    return {
        "id": trail.shift_id,
        "colour": trail.colour,
        "line": _flat(tuple((lat, lon) for lat, lon, _ in trail.points)),
        "times": np.diff(np.rint([t_s for _, _, t_s in trail.points]), prepend=0).astype(np.int64).tolist(),
        "gaps": list(trail.gaps),
    }


def driven_values(driven: Driven) -> dict[str, Any]:
    """A round's plan and track as the page reads them."""
    return {
        "id": driven.shift_id,
        "colour": driven.colour,
        "planned": [_flat(line) for line in driven.planned],
        "driven": [_flat(line) for line in driven.driven],
        "visits": [
            {"number": visit.number, "at": place_values(visit.place), "late": visit.late, "label": visit.label}
            for visit in driven.visits
        ],
    }


def place_values(place: Place) -> list[float]:
    """[lat, lon], to about 1 cm."""
    return [round(place.lat, 7), round(place.lon, 7)]


def bounds_values(bounds: Bounds) -> list[list[float]]:
    """South-west and north-east corner."""
    return [[bounds.south, bounds.west], [bounds.north, bounds.east]]


# --- from the page -----------------------------------------------------------------------------------------------


def decode(text: str) -> Event:
    """One event from the page. Raises `BadInput` on anything that is not one."""
    try:
        values = json.loads(text)
        return _DECODERS[values["kind"]](values)
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise BadInput(f"The map page sent something that is no event: {text[:200]!r} ({fault}).") from fault


def encode_order_ids(order_ids: Iterable[OrderId]) -> bytes:
    """The payload of a drag, of type `ORDERS_MIME`."""
    return json.dumps({"order_ids": list(order_ids)}).encode()


def decode_order_ids(payload: bytes) -> tuple[OrderId, ...]:
    """The orders in a drag. Raises `BadInput` when it carries none."""
    try:
        order_ids = _order_ids(json.loads(payload))
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise BadInput("What is being dragged carries no orders.", "Drag rows from the board or the pool.") from fault
    if not order_ids:
        raise BadInput("What is being dragged carries no orders.", "Drag rows from the board or the pool.")
    return order_ids


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise TypeError(f"not an id: {value!r:.80}")
    return value


def _ids(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) > MAX_IDS:
        raise TypeError("not a list of ids")
    return [_text(item) for item in value]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"not a number: {value!r:.80}")
    return float(value)


def _place(value: object) -> Place:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError("not a place")
    return Place(_number(value[0]), _number(value[1]))


def _order_ids(values: Mapping[str, Any]) -> tuple[OrderId, ...]:
    return tuple(OrderId(item) for item in _ids(values["order_ids"]))


def _order_id(value: object) -> OrderId | None:
    return None if value is None else OrderId(_text(value))


def _slot(value: object) -> Slot | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TypeError("not a slot")
    return Slot(ShiftId(_text(value["shift_id"])), _order_id(value["after"]), _order_id(value["before"]))


def _dropped(values: Mapping[str, Any]) -> StopsDropped:
    slot, order_ids = _slot(values["slot"]), _order_ids(values)
    if slot is None or not order_ids:
        raise ValueError("a drop needs orders and a round")
    return StopsDropped(order_ids, slot.shift_id, slot.after_order_id, slot.before_order_id, _place(values["at"]))


def _context(values: Mapping[str, Any]) -> ContextRequested:
    x, y, closure = _number(values["x"]), _number(values["y"]), values.get("closure_id")
    closure_id = None if closure is None else ClosureId(_text(closure))
    return ContextRequested(_order_ids(values), x, y, _place(values["at"]), closure_id)


def _line(values: Mapping[str, Any]) -> LineDrawn:
    points = values["line"]
    if not isinstance(points, list) or not 2 <= len(points) <= MAX_POINTS:
        raise TypeError("not a line")
    return LineDrawn(tuple(_place(point) for point in points))


def _selection(values: Mapping[str, Any]) -> SelectionChanged:
    return SelectionChanged(_order_ids(values), tuple(ShiftId(item) for item in _ids(values["shift_ids"])))


_DECODERS: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "ready": lambda _: Ready(),
    "painted": lambda v: Painted(int(_number(v["token"]))),
    "selection": _selection,
    "activated": lambda v: StopActivated(OrderId(_text(v["order_id"]))),
    "context": _context,
    "hovered": lambda v: DragHovered(_order_ids(v), _slot(v["slot"]), _place(v["at"])),
    "dropped": _dropped,
    "pin": lambda v: PinPlaced(_place(v["at"])),
    "pin_cancelled": lambda _: PinCancelled(),
    "drag_ended": lambda _: DragEnded(),
    "line": _line,
    "line_cancelled": lambda _: LineCancelled(),
    "closure": lambda v: ClosureClicked(ClosureId(_text(v["closure_id"]))),
    "driver": lambda v: DriverClicked(DriverId(_text(v["driver_id"]))),
    "follow_ended": lambda v: FollowEnded(DriverId(_text(v["driver_id"]))),
    "moved": lambda v: Moved(MapPosition(_place(v["centre"]), _number(v["zoom"]))),
    "failed": lambda v: Failed(str(v["text"])[:2_000]),
}
