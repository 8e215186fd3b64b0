"""What the window and the map page say to each other, as plain values and their JSON. No Qt here.

Towards the page go `RouteLine`, `StopMark`, `DriverMark` and a few bare values; back come `Event`s. Every event is
checked: the page draws text that came from outside, so what it sends is data from outside too.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.place import Bounds, Place

ORDERS_MIME = "application/x-roundhouse-orders"
"""Orders under the mouse: UTF-8 JSON `{"order_ids": [...]}`."""

MAX_IDS = 20_000
"""More orders than this in one message are nonsense, not work."""

GREY = "#6b7280"

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Flavour(StrEnum):
    """How the base map is coloured."""

    LIGHT = "light"
    GREYSCALE = "grayscale"
    DARK = "dark"


class StopState(StrEnum):
    """What a stop's mark says; each has a shape of its own besides its colour."""

    PLANNED = "planned"
    """A disc."""
    LATE = "late"
    """A disc in a red ring with a red flag."""
    HELD = "held"
    """A square: it stays with its driver."""
    UNPLANNED = "unplanned"
    """A hollow grey diamond."""


class Tone(StrEnum):
    """How good news is; amber and red as everywhere in the window."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


Line = tuple[tuple[float, float], ...]
"""A run of (lat, lon)."""


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One round's line. Leg *i* (from 0) leads to the stop with number *i* + 1; one more leads back, if any."""

    shift_id: ShiftId
    number: int
    """The driver's number, shown on the line."""
    colour: str
    """`#rrggbb`."""
    driver_name: str
    legs: tuple[Line, ...]

    def __post_init__(self) -> None:
        _require_colour(self.colour)


@dataclass(frozen=True, slots=True)
class StopMark:
    """One order on the map."""

    order_id: OrderId
    place: Place
    state: StopState = StopState.UNPLANNED
    shift_id: ShiftId | None = None
    number: int | None = None
    """Its turn in the round, from 1."""
    colour: str = GREY
    """`#rrggbb`, its round's."""
    label: str = ""
    """What the pointer shows; plain text, lines parted by newlines."""

    def __post_init__(self) -> None:
        _require_colour(self.colour)


@dataclass(frozen=True, slots=True)
class DriverMark:
    """Where a driver's phone last was."""

    driver_id: DriverId
    number: int
    colour: str
    """`#rrggbb`."""
    place: Place
    heading_deg: float | None = None
    """Clockwise from north; `None` when standing or unknown."""
    age_text: str = ""
    """How old the fix is, in words: "2 min"."""
    stale: bool = False
    """Too old to be trusted: drawn hollow and dashed."""

    def __post_init__(self) -> None:
        _require_colour(self.colour)


def _require_colour(colour: str) -> None:
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"a colour is written #rrggbb, not {colour!r}")


@dataclass(frozen=True, slots=True)
class MapPosition:
    """What part of the map is shown."""

    centre: Place
    zoom: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A position within a round: between two orders that stay where they are; `None` at the depot's end."""

    shift_id: ShiftId
    after_order_id: OrderId | None
    before_order_id: OrderId | None


# --- events: what the page reports -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """The page has connected and listens."""


@dataclass(frozen=True, slots=True)
class Painted:
    """Everything sent before request `token` is on the screen."""

    token: int


@dataclass(frozen=True, slots=True)
class SelectionChanged:
    """A person selected these orders on the map; empty when cleared."""

    order_ids: tuple[OrderId, ...]
    shift_ids: tuple[ShiftId, ...] = ()
    """The round whose line was clicked."""


@dataclass(frozen=True, slots=True)
class StopActivated:
    """A stop was double-clicked."""

    order_id: OrderId


@dataclass(frozen=True, slots=True)
class ContextRequested:
    """The right button was pressed at (x, y), pixels of the view; `order_ids` empty beside every stop."""

    order_ids: tuple[OrderId, ...]
    x: float
    y: float
    at: Place


@dataclass(frozen=True, slots=True)
class DragHovered:
    """A drag is over `slot`; over nothing when `None`. Sent when the target changes."""

    order_ids: tuple[OrderId, ...]
    slot: Slot | None
    at: Place


@dataclass(frozen=True, slots=True)
class StopsDropped:
    """Orders were dropped on a round: put them between `after_order_id` and `before_order_id`, in this order.

    Neither neighbour is among `order_ids`. `before_order_id` None: last in the round; `after_order_id` None: first.
    """

    order_ids: tuple[OrderId, ...]
    target_shift_id: ShiftId
    after_order_id: OrderId | None
    before_order_id: OrderId | None
    at: Place


@dataclass(frozen=True, slots=True)
class PinPlaced:
    """The pin was set or moved."""

    place: Place


@dataclass(frozen=True, slots=True)
class PinCancelled:
    """Escape was pressed in pin mode."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The map shows another part."""

    position: MapPosition


@dataclass(frozen=True, slots=True)
class Failed:
    """A fault in the page's own code."""

    text: str


Event = (
    Ready
    | Painted
    | SelectionChanged
    | StopActivated
    | ContextRequested
    | DragHovered
    | StopsDropped
    | PinPlaced
    | PinCancelled
    | Moved
    | Failed
)


# --- towards the page --------------------------------------------------------------------------------------------


def encode(kind: str, **values: Any) -> str:
    """One message to the page."""
    return json.dumps({"kind": kind, **values}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def route_values(route: RouteLine) -> dict[str, Any]:
    """Legs are flat runs of whole 1e-6 degrees (about 0.1 m): half the text and half the time of nested floats."""
    return {
        "id": route.shift_id,
        "number": route.number,
        "colour": route.colour,
        "name": route.driver_name,
        "legs": [[round(degrees * 1e6) for point in leg for degrees in point] for leg in route.legs],
    }


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
    return ContextRequested(_order_ids(values), _number(values["x"]), _number(values["y"]), _place(values["at"]))


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
    "moved": lambda v: Moved(MapPosition(_place(v["centre"]), _number(v["zoom"]))),
    "failed": lambda v: Failed(str(v["text"])[:2_000]),
}
