"""The slot desk: the catalogue of slots, what is sold of them, offers at the counter, holds, capacity, bulk.

One door for the panel; the work is in `slots_catalogue`, `slots_holds`, `slots_offers`, `slots_capacity`, `slots_bulk`.
Catalogue and holds live in the logbook and are not undone with the plan. What is sold of a slot is counted anew each
time from both: places held, and orders of the plan whose only window is the slot's. So undoing a change of the plan
gives the place back, and redoing it takes it again. Any thread, never the GUI's: everything reads databases.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load, Order
from dispatcher.domain.place import Address, Place
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress, Progress
from dispatcher.domain.slots import (
    Area,
    AreaId,
    Blackout,
    RuleId,
    Slot,
    SlotBook,
    SlotChange,
    SlotHold,
    SlotRule,
    window_of,
)
from dispatcher.services import slots_catalogue as catalogue
from dispatcher.services import slots_holds as places
from dispatcher.services.learned_use import with_failure
from dispatcher.services.learning import LearningDesk
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.ports import Clock
from dispatcher.services.slots_days import KeptDays
from dispatcher.services.slots_giving import Giving
from dispatcher.services.slots_offers import Pricing, require_area_of, wants
from dispatcher.services.slots_sold import InPlan, booked, dates_of, grouped, in_plan, of_order, taken
from dispatcher.services.slots_view import (
    AreaFound,
    Assigned,
    Booked,
    BulkPreview,
    Enquiry,
    Offer,
    PlanChange,
    SlotsHeld,
    Suggested,
    Suggestion,
)
from dispatcher.services.workplace import Workplace
from dispatcher.slots.areas import area_of, area_of_address
from dispatcher.slots.calendar import FULL, Moment, Sold, Taken, named, no_room, occurs, oversold, slots_of
from dispatcher.slots.sense import require_blackout, require_change

__all__ = [
    "AreaFound", "Assigned", "Booked", "BulkPreview", "Enquiry", "Offer", "PlanChange", "SlotDesk", "SlotsHeld",
    "Suggested", "Suggestion",
]  # fmt: skip


class SlotDesk:
    """Slots of one depot. A what-if copy and a depot without logbook only look: every change raises `KnownError`."""

    def __init__(self, workplace: Workplace, clock: Clock | None = None) -> None:
        self._workplace, self._clock = workplace, clock or workplace.clock
        self._days = KeptDays(workplace)
        self._pricing = Pricing(workplace.roads)
        self._learning = LearningDesk(workplace, clock=workplace.clock)
        self._in_plan: dict[date, tuple[SlotBook, Day, InPlan]] = {}

    # catalogue

    def book(self) -> SlotBook:
        """The catalogue; empty where there is no logbook."""
        return self._read(lambda reader: reader.slot_book()) or SlotBook()

    def put_area(self, area: Area) -> None:
        """Add or change an area. Raises `BadInput` for one that makes no sense, with where."""
        self._write.write(lambda writer: catalogue.put_area(writer, area))

    def remove_area(self, area_id: AreaId, *, anyway: bool = False) -> None:
        """Its rules go with it. Raises `SlotsHeld` if places ahead are taken, unless `anyway`; those stay."""
        moment = self._moment()
        self._write.write(lambda writer: catalogue.remove_area(writer, area_id, moment, anyway=anyway))

    def put_rule(self, rule: SlotRule) -> tuple[Slot, ...]:
        """Add or change a recurring slot; answers with slots ahead in which more is sold now than fits.

        Raises `BadInput` for one that makes no sense, and for another area or other hours while orders have places.
        """
        before = self.book().rules.get(rule.id)
        if before and (before.area_id, before.opens, before.closes) != (rule.area_id, rule.opens, rule.closes):
            self._require_unsold(
                rule.id,
                self._busy(self._moment().today, date.max),
                "Let the slot end on a date and make another, or move those orders first.",
            )
        self._write.write(lambda writer: catalogue.put_rule(writer, rule))
        book, moment = self.book(), self._moment()
        dates = self._busy(moment.today, dates_of(moment.today, rule.ahead_days + 1)[-1])
        slots = slots_of(book, dates, moment, self._sold(book, dates, moment), rule.area_id)
        return tuple(slot for slot in slots if slot.rule.id == rule.id and oversold(slot))

    def remove_rule(self, rule_id: RuleId, *, anyway: bool = False) -> None:
        """Raises `SlotsHeld` if places ahead are taken, unless `anyway`; those stay, see `stranded`."""
        moment = self._moment()
        self._write.write(lambda writer: catalogue.remove_rule(writer, rule_id, moment, anyway=anyway))

    def put_change(self, change: SlotChange) -> Slot:
        """Close, open, move or widen one slot of one date; answers with it as it stands now, oversold perhaps.

        Raises `BadInput` for other hours while orders have places in it: nobody would know of them any more.
        """
        self._require_same_hours(change.rule_id, change.on, change)

        def put(writer: LogbookWriter) -> None:
            require_change(writer.slot_book(), change)
            writer.put_slot_change(change)

        self._write.write(put)
        return self._slot(change.rule_id, change.on)

    def remove_change(self, rule_id: RuleId, on: date) -> None:
        """As the rule says again. Raises `BadInput` for other hours while orders have places."""
        self._require_same_hours(rule_id, on, None)
        self._write.write(lambda writer: writer.remove_slot_change(rule_id, on))

    def put_blackout(self, blackout: Blackout) -> tuple[Booked, ...]:
        """Close a date, in one area or in all; answers with who has a place there all the same."""

        def put(writer: LogbookWriter) -> None:
            require_blackout(writer.slot_book(), blackout)
            writer.put_blackout(blackout)

        self._write.write(put)
        slots = self.calendar(blackout.on, 1, blackout.area_id)
        return tuple(place for slot in slots for place in self.booked(slot.rule.id, slot.on))

    def remove_blackout(self, on: date, area_id: AreaId | None) -> None:
        """Open it again."""
        self._write.write(lambda writer: writer.remove_blackout(on, area_id))

    def start_usual(self) -> SlotBook:
        """A usual catalogue to begin with: the whole region, mornings and afternoons of working days."""
        return self._write.write(catalogue.start_usual)

    # what is sold

    def calendar(self, first: date, days: int = 14, area_id: AreaId | None = None) -> tuple[Slot, ...]:
        """Every slot of these dates with its filling, by date, area and time."""
        dates, moment, book = dates_of(first, days), self._moment(), self.book()
        return slots_of(book, dates, moment, self._sold(book, dates, moment), area_id)

    def booked(self, rule_id: RuleId, on: date) -> tuple[Booked, ...]:
        """Who has a place in a slot, by when it was taken; then orders without a hold, by number."""
        book, moment = self.book(), self._moment()
        holds = grouped(self._holds(on, on)).get((rule_id, on), [])
        orders = self._plan_of(book, [on])[on].get((rule_id, on), ())
        return tuple(booked(holds, orders, moment.now, self._days.of([on])[on].orders))

    def stranded(self, first: date, days: int = 14) -> tuple[Booked, ...]:
        """Places whose slot is not in the catalogue any more, or not on their date."""
        rules, moment = self.book().rules, self._moment()
        holds = self._holds(first, dates_of(first, days)[-1])
        gone = [hold for hold in holds if hold.rule_id not in rules or not occurs(rules[hold.rule_id], hold.on)]
        ids = [hold.order_id for hold in gone if hold.order_id]
        orders = {order.id: order for order in self._workplace.store.read(lambda reader: reader.orders(ids))}
        return tuple(Booked(h, orders.get(h.order_id) if h.order_id else None) for h in gone if h.counts(moment.now))

    def history(self, order_id: OrderId) -> tuple[SlotHold, ...]:
        """Every place an order ever had, oldest first."""
        return tuple(self._read(lambda reader: reader.slot_holds_of(order_id)) or ())

    def area_of(self, where: Address | Place) -> AreaFound:
        """The area of an address: by polygon, else by the longest postcode that fits, else the one for all the rest."""
        areas = self.book().areas.values()
        found = area_of(areas, where) if isinstance(where, Place) else area_of_address(areas, where)
        if found is not None:
            return AreaFound(found)
        if not areas:
            return AreaFound(None, "There are no areas yet.")
        known = isinstance(where, Place) or where.place is not None
        return AreaFound(
            None, "No area has this address." if known else "The address has no place and no known postcode."
        )

    def why_not(self, order: Order, rule_id: RuleId, on: date) -> str:
        """What is against an order in this slot: closed, past its cut-off, no room, another area; empty if nothing."""
        slot = self._slot(rule_id, on, but=order)
        area = area_of_address(self.book().areas.values(), order.address)
        if slot.closed not in ("", FULL):
            return slot.closed
        if area is None or area.id != slot.area.id:
            return f"it belongs to {area.name}" if area else "no area has its address"
        return no_room(slot, of_order(order))

    # offers and holds

    def offers(
        self, enquiry: Enquiry, *, days: int = 14, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[Offer, ...]:
        """Slots that can be chosen from today on, cheapest first; those no round has room for come last.

        Raises `BadInput` for an address without place or area, `Cancelled`.
        """
        moment, book = self._moment(), self.book()
        area = require_area_of(book, enquiry)
        dates = dates_of(moment.today, days)
        slots = slots_of(book, dates, moment, self._sold(book, dates, moment), area.id)
        free = [slot for slot in slots if not slot.closed and not no_room(slot, wants(enquiry))]
        offers = self._pricing.offers(enquiry, free, self._days.of({s.on for s in free}), moment.now, cancelled)
        return with_failure(offers, enquiry, self._learning.foreseer())

    def hold(self, rule_id: RuleId, on: date, *, by: str, minutes: int = 0, load: Load | None = None) -> SlotHold:
        """Take a place for ten minutes. Raises `BadInput` if there is none; no two clerks get the last one."""
        by, moment = places.spoken(by), self._moment()
        orders = self._plan_of(self.book(), [on])[on].get((rule_id, on), ())
        wanted = places.held_as((rule_id, on), minutes, load or Load(), orders)
        return self._write.write(lambda writer: places.take(writer, wanted, moment, by))

    def let_go(self, hold_id: str) -> SlotHold:
        """Give a held place back. Raises `BadInput` for one that an order has: move or cancel the order."""
        moment = self._moment()
        return self._write.write(lambda writer: places.let_go(writer, hold_id, moment))

    def confirm(self, hold_id: str, order: Order, *, by: str, offer: Offer | None = None) -> PlanChange:
        """The change that gives an order, new or known, the slot held: date and window, with `offer` its round too.

        Its other places are let go. Of a known order nothing but these is taken from `order`.
        """
        hold = self._write.read(lambda reader: places.held(reader, hold_id, *self._now_here()))
        slot = self._slot(hold.rule_id, hold.on)
        label = f"Give {order.number} the slot {named(slot, self._moment().zone)}"
        return PlanChange(label, partial(self._giving(by).one, order=order, slot=slot, hold_id=hold_id, offer=offer))

    def give(self, order_id: OrderId, rule_id: RuleId, on: date, *, by: str) -> PlanChange:
        """The change that moves an order into a slot, whatever it had before: the drag on the board."""
        slot = self._slot(rule_id, on)
        found = self._workplace.store.read(lambda reader: reader.order(order_id))
        label = f"Move {found.number if found else 'an order'} to {named(slot, self._moment().zone)}"
        return PlanChange(label, partial(self._giving(by).one, order=order_id, slot=slot))

    def move(self, hold_id: str, rule_id: RuleId, on: date, *, by: str) -> SlotHold:
        """Hold another slot instead, ten minutes anew. Of a place that an order has: use `give`."""
        by, moment = places.spoken(by), self._moment()
        orders = self._plan_of(self.book(), [on])[on].get((rule_id, on), ())

        def take(writer: LogbookWriter) -> SlotHold:
            old = places.held(writer, hold_id, moment.now, moment.zone)
            wanted = places.held_as((rule_id, on), old.minutes, old.load, orders)
            return places.take(writer, wanted, moment, by, instead_of=hold_id)

        return self._write.write(take)

    # capacity and bulk

    def suggest_capacity(self, on: date, *, progress: Progress | None = None) -> Suggestion:
        """How many orders each slot of a date can take, by shifts, vehicles and real roads."""
        moment, book, dates = self._moment(), self.book(), [on]
        slots = slots_of(book, dates, moment, self._sold(book, dates, moment))
        day = self._days.of(dates)[on]
        from dispatcher.services.slots_capacity import suggest  # the solver takes half a second to load

        return suggest(self._workplace, day, slots, progress or NoProgress())

    def bulk(
        self,
        order_ids: Collection[OrderId],
        first: date,
        days: int = 14,
        *,
        seconds: float = 60.0,
        progress: Progress | None = None,
    ) -> BulkPreview:
        """Assign orders without windows to slots, so that planning all of them costs least. Raises `Cancelled`."""
        moment, book, dates = self._moment(), self.book(), dates_of(first, days)
        orders = self._workplace.store.read(lambda reader: reader.orders(order_ids))
        slots = [s for s in slots_of(book, dates, moment, self._sold(book, dates, moment)) if not s.closed]
        day_of = self._days.of({slot.on for slot in slots} | {order.date for order in orders})
        from dispatcher.services.slots_bulk import assign  # the solver takes half a second to load

        return assign(self._workplace, book, orders, slots, day_of, seconds, progress or NoProgress())

    def apply_bulk(self, preview: BulkPreview, *, by: str) -> PlanChange:
        """The change that gives all of a preview's orders their slots, or none if a place was taken meanwhile."""
        label = f"Give {len(preview.assigned)} orders their slots"
        return PlanChange(label, partial(self._giving(by).many, assigned=preview.assigned))

    # within

    @property
    def _write(self) -> Logbook:
        """The logbook, to change it. Raises `KnownError` where nothing is written."""
        live = self._workplace.live
        if live is None or self._workplace.what_if is not None:
            raise KnownError("Slots are not changed here.", "Open the depot itself, not a copy of it.")
        return live.logbook

    def _read[T](self, query: Callable[[LogbookReader], T]) -> T | None:
        live = self._workplace.live
        return live.logbook.read(query) if live is not None else None

    def _asked[T](self, query: Callable[[LogbookReader], T]) -> T:
        """Raises `KnownError` where there is no logbook."""
        if self._workplace.live is None:
            raise KnownError("There are no slots here.", "Open the depot with its logbook.")
        return self._workplace.live.logbook.read(query)

    def _require_same_hours(self, rule_id: RuleId, on: date, change: SlotChange | None) -> None:
        book, zone = self.book(), self._moment().zone
        rule, before = book.rules.get(rule_id), book.changes.get((rule_id, on))
        if rule and window_of(rule, before, on, zone) != window_of(rule, change, on, zone):
            self._require_unsold(rule_id, [on], "Move those orders to another slot first.")

    def _require_unsold(self, rule_id: RuleId, dates: Collection[date], remedy: str) -> None:
        """Raises `BadInput` if orders have places: with other hours they would be in no slot, and their places free."""
        found = [(on, place.order) for on in dates for place in self.booked(rule_id, on) if place.order]
        if found:
            count = "1 order has a place" if len(found) == 1 else f"{len(found):,} orders have places"
            on, order = found[0]
            raise BadInput(f"{count} in these hours: {order.number} on {on.day} {on:%B} is the first.", remedy)

    def _moment(self) -> Moment:
        return Moment(self._clock(), self._workplace.depot.zone)

    def _now_here(self) -> tuple[datetime, ZoneInfo]:
        moment = self._moment()
        return moment.now, moment.zone

    def _holds(self, first: date, last: date) -> Sequence[SlotHold]:
        return self._read(lambda reader: reader.slot_holds(first, last)) or ()

    def _busy(self, first: date, last: date) -> list[date]:
        """The dates that have orders or places taken."""
        days = self._workplace.store.read(lambda reader: reader.days())
        held = {hold.on for hold in self._holds(first, last)}
        return sorted(held | {day.date for day in days if first <= day.date <= last})

    def _plan_of(self, book: SlotBook, dates: Collection[date]) -> dict[date, InPlan]:
        """Which orders have which slots, by date; worked out again only for days and catalogues that changed."""
        for on, day in self._days.of(dates).items():
            kept = self._in_plan.get(on)
            if kept is None or kept[1] is not day or kept[0] != book:
                self._in_plan[on] = (book, day, in_plan(book, day))
        return {on: self._in_plan[on][2] for on in dates}

    def _sold(self, book: SlotBook, dates: Collection[date], moment: Moment) -> Sold:
        if not dates:
            return {}
        plan, holds = self._plan_of(book, dates), grouped(self._holds(min(dates), max(dates)))
        keys = {*holds, *(key for on in dates for key in plan[on])}
        orders = {key: plan[key[1]].get(key, ()) for key in keys}
        return {key: taken(booked(holds.get(key, ()), orders[key], moment.now, {})) for key in keys}

    def _slot(self, rule_id: RuleId, on: date, *, but: Order | None = None) -> Slot:
        """The slot as it stands, without the order `but`. Raises `BadInput` if it is gone."""
        book, moment = self.book(), self._moment()
        orders = self._plan_of(book, [on])[on].get((rule_id, on), ())
        wanted = places.Wanted((rule_id, on), Taken(), orders, but.id if but else None)
        return self._asked(lambda reader: places.stood(reader, book, wanted, moment))

    def _giving(self, by: str) -> Giving:
        return Giving(self._write, self._moment(), places.spoken(by))
