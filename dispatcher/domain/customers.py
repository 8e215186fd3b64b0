"""What a customer sees of an order on a page of its own, and what can be wished there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from dispatcher.domain.ids import OrderId


class WishKind(StrEnum):
    """What a customer can wish; the value is what it is called."""

    DAY = "another day"
    SLOT = "another time"
    PLACE = "another place"
    INSTRUCTIONS = "instructions"
    NEIGHBOUR = "leave with a neighbour"
    SAFE_PLACE = "leave in a safe place"
    NO_MESSAGES = "no messages"


class WishState(StrEnum):
    """What became of a wish."""

    OPEN = "open"
    GRANTED = "granted"
    DECLINED = "declined"
    OVERTAKEN = "overtaken"
    """A later wish of the same kind took its place, or the stop was done before."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer asked for. Nothing changes by it until somebody at the depot grants it."""

    id: str
    order_id: OrderId
    attempt: int
    at: datetime
    kind: WishKind
    text: str = ""
    """What was typed: instructions, the neighbour's name, the place."""
    on: date | None = None
    """The day wished for."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    """The time wished for."""
    hold_id: str = ""
    """The place that is held for it, where the depot has slots."""
    held_until: datetime | None = None
    """Until when, unless it is answered before."""
    state: WishState = WishState.OPEN
    answer: str = ""
    """What the customer is told of it."""
    decided_at: datetime | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One order as its customer may see it: what the window published, for the gateway to show."""

    order_id: OrderId
    digest: str
    """SHA-256 of the link's secret part, in hexadecimal."""
    on: date
    attempt: int
    expires_at: datetime
    """After this the link opens nothing."""
    made_at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    """What the page shows, as JSON; see `docs/customer-page.md`."""
