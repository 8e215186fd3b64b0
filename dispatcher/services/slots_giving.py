"""Changes of the plan that take places in slots with them: one order by hand, or many at once.

The plan's own transaction is open meanwhile, so what it says of orders in slots is exact; the logbook's comes last.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.slots import Slot
from dispatcher.services import slots_holds as places
from dispatcher.services.logbook import Logbook, LogbookWriter
from dispatcher.services.orders import save_order
from dispatcher.services.plan import land_orders, unassign
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.slots_sold import in_plan
from dispatcher.services.slots_view import Assigned, Offer
from dispatcher.slots.calendar import Moment


@dataclass(frozen=True, slots=True)
class Giving:
    """Who gives, and when."""

    logbook: Logbook
    moment: Moment
    by: str

    def one(
        self, uow: UnitOfWork, *, order: Order | OrderId, slot: Slot, hold_id: str = "", offer: Offer | None = None
    ) -> None:
        """Give an order a slot: the one held, or a new place. Raises `BadInput`, with nothing changed.

        Of an order that the plan has already only date and window change, whatever else it was when it was asked for.
        """
        whole = (uow.order(order.id) or order) if isinstance(order, Order) else _known(uow, order)
        book = self.logbook.read(lambda reader: reader.slot_book())
        key = (slot.rule.id, slot.on)
        there = in_plan(book, uow.day(slot.on)).get(key, ())
        _put(uow, whole, slot, offer)
        wanted = places.wanted_of(whole, key, there)
        self.logbook.write(lambda w: places.confirm(w, wanted, self.moment, self.by, slot.window, hold_id=hold_id))

    def many(self, uow: UnitOfWork, *, assigned: Sequence[Assigned]) -> int:
        """Give all of them their slots, or none of them any. Raises `BadInput`, with nothing changed."""
        book = self.logbook.read(lambda reader: reader.slot_book())
        orders = {order.id: order for order in uow.orders([each.order.id for each in assigned])}
        by_slot: dict[Slot, list[Order]] = defaultdict(list)
        for each in assigned:
            if orders.get(each.order.id) != each.order:
                raise BadInput(f"Order {each.order.number} was changed meanwhile.", "Make the preview again.")
            by_slot[each.slot].append(each.order)
        plan = {on: in_plan(book, uow.day(on)) for on in {slot.on for slot in by_slot}}
        _put_many(uow, by_slot)

        def take(writer: LogbookWriter) -> None:
            for slot, group in by_slot.items():
                key = (slot.rule.id, slot.on)
                wanted = [places.wanted_of(order, key, plan[slot.on].get(key, ())) for order in group]
                places.confirm_many(writer, wanted, self.moment, self.by, slot.window)

        self.logbook.write(take)
        return len(assigned)


def _known(uow: UnitOfWork, order_id: OrderId) -> Order:
    order = uow.order(order_id)
    if order is None:
        raise BadInput("That order no longer exists.", "The board shows what is there now.")
    return order


def _put(uow: UnitOfWork, order: Order, slot: Slot, offer: Offer | None) -> None:
    """The slot's date and window; if an offer says where, also the place in that round."""
    if order.state is not OrderState.OPEN:
        raise BadInput(f"Order {order.number} was cancelled.", "Reopen it first.")
    save_order(uow, replace(order, date=slot.on, windows=(slot.window,)))
    shifts = {shift.id for shift in uow.shifts_of(slot.on)}
    if offer is not None and offer.shift_id in shifts and offer.slot.on == slot.on:
        sequence = [order.id if other is None else other for other in offer.sequence]
        land_orders(uow, order_ids=[order.id], to_shift=offer.shift_id, sequence=sequence)


def _put_many(uow: UnitOfWork, by_slot: dict[Slot, list[Order]]) -> None:
    moving = [order.id for slot, group in by_slot.items() for order in group if order.date != slot.on]
    going = set(moving)
    for on in {slot.on for slot in by_slot}:
        there = {(o.sender, o.number) for o in uow.orders_of([on]) if o.id not in going}
        for slot, group in by_slot.items():
            for order in group if slot.on == on else ():
                if order.id in going and (order.sender, order.number) in there:
                    raise BadInput(f"Order {order.number} exists on {on:%d %B} already.", "Leave it out.")
                there.add((order.sender, order.number))
    unassign(uow, order_ids=moving)
    uow.put_orders([replace(o, date=s.on, windows=(s.window,)) for s, group in by_slot.items() for o in group])
