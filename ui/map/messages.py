"""What the window and the map page say to each other, as plain values. No Qt here; their JSON is in `wire`.

Towards the page go `RouteLine`, `StopMark`, `ClosureLine` and a few more, and what `road` has of drivers; back come
`Event`s.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from dispatcher.domain.ids import ClosureId, DriverId, OrderId, ShiftId
from dispatcher.domain.place import Place

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
    AT_RISK = "at_risk"
    """A disc in an amber ring with an amber sign: on the road it may come late."""
    DONE = "done"
    """A disc with a green tick."""
    PARTLY = "partly"
    """A disc with a half-filled amber one: done in part."""
    FAILED = "failed"
    """A disc with a red cross: the driver was there in vain."""
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
    locked: bool = False
    """Re-planning may not touch it: a padlock stands beside its number."""

    def __post_init__(self) -> None:
        require_colour(self.colour)


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
        require_colour(self.colour)


@dataclass(frozen=True, slots=True)
class IdleRound:
    """A round with nothing to do, and so without a line to drop on."""

    shift_id: ShiftId
    number: int
    colour: str
    """`#rrggbb`."""
    driver_name: str

    def __post_init__(self) -> None:
        require_colour(self.colour)


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """A street that nobody can drive."""

    id: ClosureId
    name: str
    lines: tuple[Line, ...]
    """Each of one point or more."""

    def __post_init__(self) -> None:
        if not self.lines or not all(self.lines):
            raise ValueError(f"the closed street {self.name!r} has no line")


def require_colour(colour: str) -> None:
    """Raise `ValueError` unless it is written #rrggbb: the page draws with it as it stands."""
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
    closure_id: ClosureId | None = None
    """The closed street under the pointer; only where there is no stop."""


@dataclass(frozen=True, slots=True)
class DragHovered:
    """A drag is over `slot`; over nothing when `None`. Sent when the target changes.

    Where several rounds share the street it is the one chosen, at first the nearest.
    """

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
class DragEnded:
    """A drag that began on the map is over, wherever it ended; follows `StopsDropped`."""


@dataclass(frozen=True, slots=True)
class LineDrawn:
    """The line asked for, two points or more."""

    line: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class LineCancelled:
    """Escape was pressed while a line was drawn."""


@dataclass(frozen=True, slots=True)
class ClosureClicked:
    """A closed street was clicked."""

    closure_id: ClosureId


@dataclass(frozen=True, slots=True)
class DriverClicked:
    """A driver's marker was clicked."""

    driver_id: DriverId


@dataclass(frozen=True, slots=True)
class FollowEnded:
    """A hand took the map elsewhere, or pressed Escape: this driver is not followed any more."""

    driver_id: DriverId


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
    | DragEnded
    | LineDrawn
    | LineCancelled
    | ClosureClicked
    | DriverClicked
    | FollowEnded
    | Moved
    | Failed
)
