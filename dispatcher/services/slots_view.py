"""What the slot desk answers with. Values alone; nothing here computes more than a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.place import Address
from dispatcher.domain.slots import Area, RuleId, Slot, SlotHold
from dispatcher.services.ports import UnitOfWork

type SlotKey = tuple[RuleId, date]
"""One rule on one date."""


class SlotsHeld(BadInput):
    """What is to be removed has places that people hold; asked again with `anyway` it is removed, and they stay."""

    def __init__(self, what: str, remedy: str, holds: tuple[SlotHold, ...]) -> None:
        super().__init__(what, remedy)
        self.holds = holds


@dataclass(frozen=True, slots=True)
class Booked:
    """Somebody's place in a slot: a hold, an order, or both."""

    hold: SlotHold | None
    """`None` for an order whose only window is the slot's, however it came by it."""
    order: Order | None
    """`None` while it is only held, or if the order is gone."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What somebody wants a slot for."""

    address: Address
    """Must have a place."""
    service_s: int = 180
    load: Load = field(default_factory=Load)
    skills: frozenset[str] = frozenset()
    order_id: OrderId | None = None
    """The order that it is for, if there is one: it is not in its own way."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One slot for one enquiry, with what it would cost the depot."""

    slot: Slot
    cost: int | None = None
    """What the day's plan would cost more, minor currency units; `None` if no round has room in these hours."""
    priced: bool = False
    """Whether the planner inserted it into that day's plan; else the cost is an estimate by the nearest stops."""
    extra_s: int = 0
    """More time of the driver, service included."""
    extra_m: int = 0
    driver: str = ""
    """Whose round it would be; empty without a plan."""
    shift_id: ShiftId | None = None
    sequence: tuple[OrderId | None, ...] = ()
    """The round as it would be, with `None` for the new stop."""
    obstacle: str = ""
    """Why no round has room."""
    failure: float | None = None
    """Predicted chance of a failed attempt, 0-1; `None` without a model."""
    failure_why: str = ""
    """The same with its reasons, as a sentence."""

    @property
    def price(self) -> str:
        """As people read it: "+4 min on Aino's round", "about +9 min, day not planned yet"."""
        minutes = round(self.extra_s / 60)
        if self.cost is None:
            return self.obstacle
        if not self.priced:
            return f"about {minutes:+d} min, day not planned yet".replace("-", "−")
        return f"{minutes:+d} min on {self.driver}'s round".replace("-", "−")


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A change of the plan that takes a place with it: run it as one `Operation(label, run)`.

    Raises `BadInput` from within if the place was taken meanwhile; nothing is changed then, neither plan nor slots.
    """

    label: str
    run: Callable[[UnitOfWork], Any]


@dataclass(frozen=True, slots=True)
class Assigned:
    """An order without a window, and the slot it gets."""

    order: Order
    slot: Slot
    cost: int
    """Minor currency units that the plan costs more with it than without, roughly: its detour and its service."""


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """Many orders assigned to slots at least cost; nothing has happened yet."""

    assigned: tuple[Assigned, ...]
    left_out: tuple[tuple[Order, str], ...]
    """With why."""
    cost_before: int
    """Of the plans of all days that were looked at, as they stand; minor currency units."""
    cost: int
    """Of the best plans found for these days, everybody served in their slots."""
    seconds: float = 0.0

    @property
    def added(self) -> int:
        """What all of it costs more."""
        return self.cost - self.cost_before


@dataclass(frozen=True, slots=True)
class Suggested:
    """How much one slot can take on a date, and why."""

    slot: Slot
    orders: int
    why: str
    """"3 drivers for 2 h, 5.2 min a stop; 11 min to get there"."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the shifts of a date can do in all slots together."""

    on: date
    slots: tuple[Suggested, ...]
    best: bool
    """Whether it is proven that not more can be had."""
    by_area: Mapping[str, int] = field(default_factory=dict)
    """Orders, by name of the area."""


@dataclass(frozen=True, slots=True)
class AreaFound:
    """The area of an address; `None` with why."""

    area: Area | None
    why_not: str = ""
