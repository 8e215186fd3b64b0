"""What the exceptions panel is shown, and what it says back: plain values, no reading and no rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.incidents import Incident, IncidentKind, Remedy, Severity
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Attempt
from dispatcher.domain.time import TimeWindow
from dispatcher.services.ports import UnitOfWork


class Given(StrEnum):
    """What a person must give with a remedy."""

    NOTHING = "nothing"
    TEXT = "text"
    DAY = "day"
    """ISO date, or ISO date and hours: "2026-11-24", "2026-11-24 10:00-12:00"."""
    SLOT = "slot"
    """One of the choices' values."""
    ADDRESS = "address"
    """Words for the geocoder, "lat, lon", or one of the choices' values."""
    DRIVER = "driver"
    """One of the choices' values: a shift's id."""
    REASON = "reason"
    """One of the choices' values: a failure reason's code."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to see to an exception, ready to press."""

    remedy: Remedy
    label: str
    """"Deliver again today: Aino Korhonen, about 14:20"."""
    price: str = ""
    """"+6 min, +2.1 km, nobody late"."""
    why_not: str = ""
    """Why it cannot be pressed; empty if it can."""
    wants: Given = Given.NOTHING
    choices: tuple[tuple[str, str], ...] = ()
    """Each a value and its words, for a `wants` that has some."""
    text: str = ""
    """Proposed words; of a call the number, of a day the first that fits."""
    option: str = ""
    """Which variant: a shift's id, a date."""
    to_shift: ShiftId | None = None
    """Of another day: the round that takes it; `None` where it waits in that day's pool."""
    sequence: tuple[OrderId, ...] = ()
    """The round of `option` or `to_shift` as it was priced, with the order in it."""
    windows: tuple[TimeWindow, ...] = ()
    """The order's, as it was priced."""

    @property
    def ready(self) -> bool:
        """Whether one press is enough."""
        return not self.why_not and self.wants is Given.NOTHING


@dataclass(frozen=True, slots=True)
class Shown:
    """One exception with all that is looked at with it."""

    incident: Incident
    order: Order | None = None
    """As it is now; `None` where there is none, or none any more."""
    number: str = ""
    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    driver: str = ""
    round: str = ""
    """Number and vehicle: "3, Van 3"."""
    place: Place | None = None
    attempt: Attempt | None = None
    reason: str = ""
    """What the failure reason is called, as the depot corrected it."""
    x12: str = ""
    edifact: str = ""
    overdue: bool = False


class Lying(StrEnum):
    """Where goods that come back are."""

    EXPECTED = "expected"
    HERE = "here"
    MISSING = "missing"
    """Should be here by now and are not."""


@dataclass(frozen=True, slots=True)
class CageRow:
    """One piece that came back, or should have."""

    order_id: OrderId
    number: str
    name: str
    piece: str
    """Its barcode, or its number from 1."""
    on: date
    driver: str
    lying: Lying
    expected_at: datetime
    scanned_at: datetime | None = None
    scanned_by: str = ""
    waits_for: Remedy | None = None
    """What was decided on: again to the customer, collection, back to the sender; `None` while nothing was."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan in the cage was."""

    right: bool
    title: str
    """Two or three words, to be read from afar: "Right", "Not expected", "Scanned before"."""
    text: str
    """A sentence."""
    order_id: OrderId | None = None
    piece: str = ""


@dataclass(frozen=True, slots=True)
class ExceptionBoard:
    """The queue at a moment."""

    at: datetime
    shown: tuple[Shown, ...] = ()
    """Open ones of all dates first, gravest and longest overdue first; then those of the date that are closed."""
    owners: tuple[str, ...] = ()
    """All names that own or did something, alphabetically."""
    cage: tuple[CageRow, ...] = ()
    """Missing first, then expected, then here."""
    by_kind: Mapping[IncidentKind, int] = field(default_factory=dict)
    """Of the open ones."""
    by_severity: Mapping[Severity, int] = field(default_factory=dict)
    open: int = 0
    overdue: int = 0

    @property
    def gravest(self) -> Severity | None:
        """Of the open ones; `None` if there is none."""
        return max((severity for severity, n in self.by_severity.items() if n), default=None)


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What a remedy changes in the plan: submit it as `Operation(label, change, why=why)`."""

    label: str
    change: Callable[[UnitOfWork], Any]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of a remedy."""

    operation: PlanChange | None
    """What is still to be done to the plan, after which `ExceptionDesk.settled` is called; `None`: all is done."""
    told: str
    """A sentence for the status bar."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to an order, in words."""

    at: datetime
    who: str
    """A person's name, a driver's, "customer", or empty for the program."""
    what: str
    shift_id: ShiftId | None = None
