"""The place in a slot that is held for a wish, as the window finds it, and has the order keep it. Changes no plan."""

from dataclasses import dataclass
from datetime import datetime

from dispatcher.domain.customers import Wish
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.slots import SlotHold
from dispatcher.domain.time import TimeWindow
from dispatcher.services import slots_holds
from dispatcher.services.logbook import Logbook
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.slots_sold import in_plan
from dispatcher.services.workplace import Workplace
from dispatcher.slots.calendar import Moment


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A place in a slot that is held for a wish."""

    logbook: Logbook
    hold: SlotHold
    window: TimeWindow
    moment: Moment

    def confirm(self, uow: UnitOfWork, order_id: OrderId) -> None:
        """Let the order have it; its former place is free then. Raises `BadInput`, with nothing changed."""
        order, key = uow.order(order_id), (self.hold.rule_id, self.hold.on)
        if order is None:
            raise BadInput("That order no longer exists.", "Decline the wish, or call the customer.")
        book = self.logbook.read(lambda reader: reader.slot_book())
        there = in_plan(book, uow.day(self.hold.on)).get(key, ())
        wanted, by = slots_holds.wanted_of(order, key, there), self.hold.by
        self.logbook.write(lambda w: slots_holds.confirm(w, wanted, self.moment, by, self.window, hold_id=self.hold.id))


def place_of(workplace: Workplace, wish: Wish, now: datetime) -> tuple[HeldPlace | None, str]:
    """The place held for a wish, if one is; and why it cannot be had any more, if so."""
    if not wish.hold_id or workplace.live is None or wish.opens_at is None or wish.closes_at is None:
        return None, ""
    logbook, moment = workplace.live.logbook, Moment(now, workplace.depot.zone)
    try:
        hold = logbook.read(lambda reader: slots_holds.held(reader, wish.hold_id, now, moment.zone))
    except BadInput as gone:
        return None, f"{gone.what} Give the order a slot by hand, or decline."
    return HeldPlace(logbook, hold, TimeWindow(wish.opens_at, wish.closes_at), moment), ""
