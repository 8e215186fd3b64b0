"""One date as plan and logbook have it, ready to be made into facts. Only shapes: nothing is reckoned here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.incidents import Incident
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import LineResult, Outcome
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.time import TimeWindow
from dispatcher.domain.tracking import Visit


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt that stands, as far as it counts here; of an erased one what is no person's."""

    order_id: OrderId
    number: int
    shift_id: ShiftId
    driver_id: str
    outcome: Outcome
    at: datetime
    """By the gateway's clock."""
    key: str = ""
    """Empty for an erased one."""
    reason: str = ""
    """As the depot corrected it."""
    arrived_at: datetime | None = None
    lines: tuple[LineResult, ...] = ()
    cash: int | None = None
    cash_due: int = 0
    proof_wanted: bool = False
    proof_complete: bool = False
    flags: tuple[str, ...] = ()
    """What each is called."""
    decision: str = ""
    guessed: bool = False
    """Nobody wrote a time on the paper: `at` is where the plan has it, and says nothing of being on time."""


@dataclass(frozen=True, slots=True)
class ToldStop:
    """A stop as its driver was told of it last."""

    turn: int
    number: str
    attempt: int
    customer: str
    postcode: str
    windows: tuple[TimeWindow, ...]
    arrives_at: datetime | None
    starts_at: datetime | None
    service_s: int
    parcels: int
    quantities: tuple[float, ...]
    """Of its lines."""


@dataclass(frozen=True, slots=True)
class Driven:
    """A round as it was driven, as far as that is known."""

    left_at: datetime | None = None
    returned_at: datetime | None = None
    driven_m: float | None = None
    """By its track; `None` without one."""


@dataclass(frozen=True, slots=True)
class SlotPlaces:
    """One slot of the catalogue on the date."""

    rule_id: str
    area: str
    window: TimeWindow
    capacity: int | None
    taken: int


@dataclass(frozen=True)
class DaySeen:
    """Everything that is known of a date."""

    on: date
    day: Day
    """In the sequence the dispatcher left it in."""
    times: Mapping[ShiftId, RouteTimes]
    tried: tuple[Tried, ...] = ()
    """In the order they came; the latest of an order's attempt holds."""
    told: Mapping[tuple[ShiftId, OrderId], ToldStop] = field(default_factory=dict)
    orders: Mapping[OrderId, Order] = field(default_factory=dict)
    """Those of the day, and those tried on it that are another day's by now."""
    areas: Mapping[OrderId, str] = field(default_factory=dict)
    """The slot area each order lies in, where there is one."""
    visits: Mapping[tuple[ShiftId, OrderId], tuple[Visit, ...]] = field(default_factory=dict)
    driven: Mapping[ShiftId, Driven] = field(default_factory=dict)
    messages: Mapping[OrderId, int] = field(default_factory=dict)
    """How many went out."""
    incidents: tuple[Incident, ...] = ()
    slots: tuple[SlotPlaces, ...] = ()
