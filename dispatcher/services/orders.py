"""Changes of single orders, and the places of their addresses."""

from collections.abc import Collection
from dataclasses import replace

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.place import Address, Found, Place, Precision
from dispatcher.domain.proof import MOST_CASH, Need, ProofKind
from dispatcher.intake import address_key
from dispatcher.services.plan import unassign
from dispatcher.services.ports import Geocoder, Reader, UnitOfWork


class Unprovable(BadInput):
    """What an order asks for at the door cannot be had there."""

    def __init__(self, kind: ProofKind, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.kind = kind


def save_order(uow: UnitOfWork, order: Order) -> None:
    """Add or change an order by hand. The number must not be empty, nor used by another of its sender and day.

    An address that somebody pinned before gets that place. Raises `BadInput`, as for what cannot be had at the door.
    """
    if not order.number.strip():
        raise BadInput("An order needs a number.", "Type one.")
    require_sense_at_door(order)
    for other in uow.orders_of([order.date]):
        if other.id != order.id and (other.sender, other.number) == (order.sender, order.number):
            raise BadInput(f"Order {order.number} exists on {order.date:%d %B} already.", "Choose another number.")
    before = uow.order(order.id)
    _require_fit_pair(uow, order, before)
    if before and before.date != order.date:
        unassign(uow, order_ids=[order.id])
    uow.put_orders([_as_pinned(uow, order)])


def require_sense_at_door(order: Order) -> None:
    """Whether a driver could do what this order wants at the door. Raises `Unprovable`."""
    needs, due = order.asked.needs, order.asked.cash_due
    if due > MOST_CASH:
        what = f"The cash due is {due / 100:,.2f}: no driver takes that."
        raise Unprovable(ProofKind.CASH, what, f"Type an amount up to {MOST_CASH / 100:,.0f}.")
    if due and needs.get(ProofKind.CASH) is Need.OFF:
        what = "Cash is due, but the driver is not to be asked for it."
        raise Unprovable(ProofKind.CASH, what, "Ask for the cash, or let none be due.")
    countable = order.load.parcels or any(line.barcode for line in order.lines)
    if needs.get(ProofKind.SCAN) is Need.REQUIRED and not countable:
        what = "Every parcel is to be scanned, but the order has no parcels and no article with a barcode."
        raise Unprovable(ProofKind.SCAN, what, "Type how many parcels there are, or do not require the scan.")


def _require_fit_pair(reader: Reader, order: Order, before: Order | None) -> None:
    """Goods are fetched at a collection of the same day, and an order at which goods are fetched stays one."""
    if order.pickup_id is not None:
        pickup = reader.order(order.pickup_id)
        if pickup is None:
            raise BadInput(f"The order that fetches the goods of {order.number} is gone.", "Choose another.")
        if pickup.kind is not OrderKind.COLLECTION or pickup.date != order.date:
            raise BadInput(
                f"Order {pickup.number} is no collection on {order.date:%d %B}: it cannot fetch the goods of"
                f" {order.number}.",
                "Choose a collection of that day, or the depot.",
            )
    if before is None or (order.kind is OrderKind.COLLECTION and order.date == before.date):
        return
    for waiting in reader.orders_of([before.date]):
        if waiting.pickup_id == order.id:
            raise BadInput(
                f"The goods of order {waiting.number} are fetched here, so this stays a collection of its day.",
                f"Let {waiting.number} get its goods elsewhere first.",
            )


def _as_pinned(reader: Reader, order: Order) -> Order:
    key = address_key(order.address)
    pinned = reader.pins([key]).get(key) if order.address.precision < Precision.PIN else None
    return _at(order, pinned) if pinned else order


def cancel_orders(uow: UnitOfWork, *, order_ids: Collection[OrderId]) -> None:
    """Take orders off the plan for good; they stay on record."""
    unassign(uow, order_ids=order_ids)
    uow.put_orders([replace(o, state=OrderState.CANCELLED) for o in uow.orders(order_ids)])


def reopen_orders(uow: UnitOfWork, *, order_ids: Collection[OrderId]) -> None:
    """Bring cancelled orders back into the pool."""
    uow.put_orders([replace(o, state=OrderState.OPEN) for o in uow.orders(order_ids)])


def set_pin(uow: UnitOfWork, *, order_id: OrderId, place: Place) -> int:
    """Say where an address is; remembered for that address ever after.

    Every open order with the same address that is still doubtful gets the place too. Returns how many orders.
    """
    order = uow.order(order_id)
    if order is None:
        raise KnownError("That order no longer exists.", "Choose another on the list.")
    key = address_key(order.address)
    same = [o for o in uow.doubtful_orders() if address_key(o.address) == key and o.id != order_id]
    pinned = [_at(o, place) for o in (order, *same)]
    uow.put_pin(key, place, order.address.text)
    uow.put_orders(pinned)
    return len(pinned)


def _at(order: Order, place: Place) -> Order:
    return replace(order, address=replace(order.address, place=place, precision=Precision.PIN))


def locate(addresses: Collection[Address], reader: Reader, *, geocoder: Geocoder | None) -> dict[str, Address]:
    """The addresses with their places, by `address_key`: remembered pins first, then the address index."""
    by_key = {address_key(a): a for a in addresses}
    pins = reader.pins(by_key)
    located = {}
    for key, address in by_key.items():
        if key in pins:
            located[key] = replace(address, place=pins[key], precision=Precision.PIN)
        else:
            located[key] = placed_at(address, geocoder.find(address, limit=1) if geocoder else ())
    return located


def placed_at(address: Address, answers: Collection[Found]) -> Address:
    """The address with the best answer's place.

    A mere town or postcode is no place to send a driver to: its name is kept as a hint, the place is not.
    """
    best = next(iter(answers), None)
    if best is None:
        return replace(address, place=None, precision=Precision.NONE, matched="")
    place = best.place if best.precision >= Precision.STREET else None
    return replace(address, place=place, precision=best.precision, matched=best.label)
