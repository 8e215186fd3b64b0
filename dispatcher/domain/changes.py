"""What a change touched, so that every view refreshes just those rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of rows that change."""

    DEPOT = "depot"
    ORDER = "order"
    DRIVER = "driver"
    VEHICLE = "vehicle"
    SHIFT = "shift"
    STOP = "stop"
    """Keyed by order id: the order came to a route, left it, or moved within it."""
    DAY = "day"
    """Keyed by ISO date: the freeze line."""
    LOADED = "loaded"
    """Keyed by order id: its goods came into a vehicle, or out of it."""
    CLOSURE = "closure"
    """A closed street."""
    PIN = "pin"
    """A remembered place of an address."""
    REMEMBERED = "remembered"
    """What is remembered of an address besides its place."""
    MAPPING = "mapping"
    """A remembered assignment of a sender's columns."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The rows one unit of work touched."""

    revision: int
    label: str = ""
    """What was done, in the words of the menu: "Move 3 stops"."""
    ids: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    dates: frozenset[date] = frozenset()
    """The days whose orders, shifts or stops were touched."""

    def touches(self, *kinds: Kind) -> bool:
        """Whether any row of these kinds changed."""
        return any(self.ids.get(kind) for kind in kinds)

    @property
    def empty(self) -> bool:
        """Whether nothing changed at all."""
        return not any(self.ids.values())


@dataclass(frozen=True, slots=True)
class Done[T]:
    """What a unit of work returned, and what it touched."""

    value: T
    changes: ChangeSet


@dataclass(frozen=True, slots=True)
class HistoryState:
    """The labels of what undo and redo would do; `None` when there is nothing."""

    undo: str | None = None
    redo: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the audit trail."""

    revision: int
    at: datetime
    author: str
    label: str
    """"Move 3 stops"; for an undo "Undo: Move 3 stops"."""
    why: str = ""
    """The reason, where one was given: "Van 7 broke down"."""
    dates: frozenset[date] = frozenset()
    """The days whose orders, shifts or stops were touched."""


@dataclass(frozen=True, slots=True)
class DaySummary:
    """One date in the list of days."""

    date: date
    orders: int
    """Open ones; a date whose orders are all cancelled is still listed."""
    unplanned: int
    """Open orders that no route serves."""
    shifts: int
