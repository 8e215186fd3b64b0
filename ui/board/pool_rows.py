"""Rows of the pool as they will be painted: orders that no round serves, and cancelled ones. Knows no Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason
from ui import format as fmt
from ui.board import words
from ui.board.filtering import Mark
from ui.board.rows import PRIORITIES, order_marks, searchable, short_load


@dataclass(frozen=True, slots=True)
class PoolRow:
    """One order that no round serves."""

    order_id: OrderId
    number: str
    address: str
    customer: str
    phone: str
    sender: str
    notes: str
    window: str
    window_rank: float
    """When the first window opens; orders without one come last."""
    service: str
    service_rank: int
    load: str
    load_rank: float
    reason: str
    tooltip: str
    priority: str
    priority_rank: int
    collection: bool
    cancelled: bool
    search: str
    marks: frozenset[str]

    @property
    def key(self) -> OrderId:
        """Stays the same while the rest changes."""
        return self.order_id


def pool_rows(day: Day, reasons: Mapping[OrderId, Reason]) -> list[PoolRow]:
    """The open orders no route serves, in the order of their numbers, then the cancelled ones."""
    zone, orders = day.depot.zone, day.orders
    waiting = [_pool_row(orders[order_id], reasons.get(order_id), zone) for order_id in day.unplanned]
    cancelled = sorted((o for o in orders.values() if o.state is OrderState.CANCELLED), key=lambda o: o.number)
    return waiting + [_pool_row(order, None, zone) for order in cancelled]


def _pool_row(order: Order, reason: Reason | None, zone: ZoneInfo) -> PoolRow:
    cancelled = order.state is OrderState.CANCELLED
    why = "Cancelled" if cancelled else words.reason_words(reason.code) if reason else ""
    lines = (f"{order.number} · {order.address.text}", fmt.load(order.load), reason.sentence if reason else "")
    return PoolRow(
        order_id=order.id,
        number=order.number,
        address=order.address.line,
        customer=order.contact.name,
        phone=order.contact.phone,
        sender=order.sender,
        notes=order.notes,
        window=fmt.windows(order.windows, zone),
        window_rank=order.windows[0].opens_at.timestamp() if order.windows else float("inf"),
        service=fmt.minutes(order.service_s),
        service_rank=order.service_s,
        load=short_load(order.load),
        load_rank=order.load.kg,
        reason=why,
        tooltip="\n".join(line for line in lines if line),
        priority=PRIORITIES[order.must_not_drop],
        priority_rank=int(order.must_not_drop),
        collection=order.kind is OrderKind.COLLECTION,
        cancelled=cancelled,
        search=searchable(order).casefold(),
        marks=order_marks(order, zone) | ({Mark.CANCELLED} if cancelled else frozenset()),
    )
