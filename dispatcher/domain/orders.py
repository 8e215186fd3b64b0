"""Orders: what a customer wants brought or fetched, and everything that binds how."""

import math
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.place import Address
from dispatcher.domain.proof import Asked
from dispatcher.domain.time import TimeWindow

MAX_WINDOWS = 3


@dataclass(frozen=True, slots=True)
class Load:
    """An amount in the three dimensions that fill a vehicle."""

    kg: float = 0.0
    litres: float = 0.0
    parcels: int = 0

    def __post_init__(self) -> None:
        if self.kg < 0 or self.litres < 0 or self.parcels < 0:
            raise ValueError("a load must not be negative")
        if not (math.isfinite(self.kg) and math.isfinite(self.litres)):
            raise ValueError("a load must be a number")

    def __add__(self, other: "Load") -> "Load":
        return Load(self.kg + other.kg, self.litres + other.litres, self.parcels + other.parcels)


class OrderKind(StrEnum):
    """Which way the goods go."""

    DELIVERY = "delivery"
    """From the depot to the customer."""
    COLLECTION = "collection"
    """From the customer to the depot."""


class Priority(IntEnum):
    """How hard it is to leave an order out when not all fit: "must not drop"."""

    LOW = 25
    NORMAL = 50
    HIGH = 75
    CRITICAL = 100


class OrderState(StrEnum):
    """Whether the order still wants planning."""

    OPEN = "open"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One article of an order."""

    name: str
    quantity: float = 1.0
    sku: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask for, and how to reach them."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One visit that a customer waits for."""

    id: OrderId
    number: str
    """The sender's own order number; with `sender` and `date` it names the order across imports."""
    date: date
    address: Address
    kind: OrderKind = OrderKind.DELIVERY
    sender: str = ""
    contact: Contact = field(default_factory=Contact)
    windows: tuple[TimeWindow, ...] = ()
    """When service may begin, at most three, in order, none overlapping; empty means at any time."""
    service_s: int = 180
    load: Load = field(default_factory=Load)
    lines: tuple[OrderLine, ...] = ()
    skills: frozenset[str] = frozenset()
    """All of which the driver or the vehicle must have; lower case."""
    driver_id: DriverId | None = None
    """The only driver who may serve it."""
    pickup_id: OrderId | None = None
    """For a delivery whose goods are not at the depot: the collection that fetches them, earlier in the same round."""
    must_not_drop: Priority = Priority.NORMAL
    do_early: bool = False
    """Serve it as early in the round as may be; says nothing of whether it may be left out."""
    notes: str = ""
    asked: Asked = field(default_factory=Asked)
    """What is wanted at the door besides the depot's habits."""
    attempt: int = 1
    """Which attempt the next visit is; one that failed and is planned again has the next number."""
    state: OrderState = OrderState.OPEN
    version: int = 0
    """The revision that last changed this row, 0 before it is stored; the storage keeps it."""

    def __post_init__(self) -> None:
        if self.service_s < 0:
            raise ValueError("a service time must not be negative")
        if len(self.windows) > MAX_WINDOWS:
            raise ValueError(f"an order has at most {MAX_WINDOWS} time windows, not {len(self.windows)}")
        if any(a.closes_at > b.opens_at for a, b in zip(self.windows, self.windows[1:], strict=False)):
            raise ValueError("an order's time windows must be in order and must not overlap")
        if self.pickup_id is not None and (self.kind is not OrderKind.DELIVERY or self.pickup_id == self.id):
            raise ValueError("only a delivery can wait for the goods of another order")
