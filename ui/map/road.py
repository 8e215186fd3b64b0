"""What the map shows of the road, as plain values: where drivers are, where they were, and a round as it was driven.

No Qt here; their JSON is in `wire`.
"""

from dataclasses import dataclass

from dispatcher.domain.ids import DriverId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Risk
from ui.map.messages import Line, require_colour


@dataclass(frozen=True, slots=True)
class DriverMark:
    """Where a driver's phone last was."""

    driver_id: DriverId
    number: int
    colour: str
    """`#rrggbb`."""
    place: Place
    heading_deg: float | None = None
    """Clockwise from north; `None` when standing or unknown: a round mark without an arrow."""
    age_text: str = ""
    """How old the fix is, in words: "2 min". Stands under the mark when it is stale."""
    stale: bool = False
    """Too old to be trusted: drawn hollow and dashed."""
    mock: bool = False
    """The phone says that the position is made up: a warning sign."""
    risk: Risk = Risk.NONE
    """The worst of the stops ahead: an amber ring with a clock, a red one with a flag."""
    label: str = ""
    """What the pointer shows, its first line the driver's name; plain text, lines parted by newlines."""

    def __post_init__(self) -> None:
        require_colour(self.colour)


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a driver was of late."""

    shift_id: ShiftId
    colour: str
    """`#rrggbb`."""
    points: tuple[tuple[float, float, float], ...]
    """(lat, lon, seconds on a clock that all trails share), in time. The line fades with its age."""
    gaps: tuple[int, ...] = ()
    """Of which points the way to the next one is not known: dashed."""

    def __post_init__(self) -> None:
        require_colour(self.colour)
        if not all(0 <= gap < len(self.points) - 1 for gap in self.gaps):
            raise ValueError("a gap in a trail lies between two of its points")


@dataclass(frozen=True, slots=True)
class VisitTick:
    """A stay at a stop."""

    number: int
    """Its turn in the round as it was driven, from 1."""
    place: Place
    late: bool = False
    label: str = ""
    """What the pointer shows; plain text, lines parted by newlines."""


@dataclass(frozen=True, slots=True)
class Driven:
    """One round: as it was planned, and as it was driven."""

    shift_id: ShiftId
    colour: str
    """`#rrggbb`."""
    planned: tuple[Line, ...]
    """Each of one point or more; dashed."""
    driven: tuple[Line, ...]
    """Each of one point or more, a new one after every gap; full."""
    visits: tuple[VisitTick, ...] = ()

    def __post_init__(self) -> None:
        require_colour(self.colour)
        if not all(self.planned) or not all(self.driven):
            raise ValueError("a line of a driven round has no point")
