"""What the hand does about slots: changes of a date, moves, holds, bulk, the catalogue. Knows the panel."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.slots import Area, AreaId, Blackout, RuleId, SlotHold, SlotRule
from dispatcher.domain.slots import Slot as Opening
from dispatcher.services.slots import Booked, BulkPreview, Enquiry, Offer, PlanChange, SlotDesk, Suggested, Suggestion
from ui import format as fmt
from ui.parts.said import Tone
from ui.slots import words
from ui.slots.bar import Page
from ui.slots.catalogue import Catalogue
from ui.slots.cell import Wish
from ui.slots.feed import Key

if TYPE_CHECKING:
    from ui.slots.panel import SlotsPanel

AHEAD = 14
OVERSOLD = "{} more sold now than fits: {}."


class Deeds(QObject):
    """GUI thread."""

    def __init__(self, panel: "SlotsPanel") -> None:
        super().__init__(panel)
        self._panel, self._feed = panel, panel.feed
        self._zone = panel.workplace.depot.zone
        self.hindrance: Callable[[], str] = lambda: ""
        self.suggested: dict[Key, Suggested] = {}
        cell, counter, bulk, book, hand = panel.cell, panel.counter, panel.bulk, panel.catalogue, panel.hand
        cell.change_wanted.connect(self._change)
        cell.blackout_wanted.connect(self._blackout)
        cell.picked_up.connect(self._pick_up)
        cell.put_down.connect(hand.give_up)
        cell.let_go_wanted.connect(self._release)
        hand.dropped.connect(self._move)
        counter.asked.connect(self._offers)
        counter.hold_wanted.connect(self._hold)
        counter.let_go_wanted.connect(self._let_go)
        counter.confirm_wanted.connect(self._confirm)
        bulk.day_wanted.connect(lambda on: self._feed.windowless(on, bulk.show_orders, bulk.say_fault))
        bulk.worked_out.connect(self._bulk)
        bulk.applied.connect(self._apply)
        bulk.stopped.connect(self._stop_bulk)
        panel.runner.job_progressed.connect(bulk.show_progress)
        panel.runner.job_ended.connect(bulk.end_job)
        book.area_saved.connect(self._save_area)
        book.rule_saved.connect(self._save_rule)
        book.area_removed.connect(self._remove_area)
        book.rule_removed.connect(self._remove_rule)

    # --- how it is told -------------------------------------------------------------------------------------------

    def _say(self, text: str, tone: Tone = Tone.GOOD) -> None:
        self._panel.said.say(text, tone)
        self._panel.told.emit(text)

    def _refuse(self, fault: Exception) -> None:
        self._panel.said.say_fault(fault)
        if not isinstance(fault, KnownError):
            self._panel.runner.failed.emit(fault)

    def _plan(
        self,
        work: Callable[[SlotDesk], PlanChange],
        then: Callable[[str], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """A change of the plan, unless something hinders it."""
        if hindered := self.hindrance():
            failed(KnownError(hindered))
        else:
            self._feed.change_plan(work, then, failed)

    # --- one slot of one date -------------------------------------------------------------------------------------

    @Slot(object)
    def _change(self, wish: Wish) -> None:
        change, (rule_id, on) = wish.change, wish.key
        if change is None:
            as_rule = lambda desk: desk.remove_change(rule_id, on)
            self._feed.do(as_rule, lambda _none: self._say("As the rule says again."), self._refuse)
        else:
            self._feed.do(lambda desk: desk.put_change(change), self._say_changed, self._refuse)

    def _say_changed(self, slot: object) -> None:
        assert isinstance(slot, Opening)
        over = words.standing(slot) == words.OVER
        more = " More is sold than fits: move some of its orders." if over else ""
        self._say(f"{words.said(slot, self._zone)}.{more}", Tone.WARNING if over else Tone.GOOD)

    @Slot(object, bool)
    def _blackout(self, blackout: Blackout, dark: bool) -> None:
        day = fmt.weekday_date(blackout.on)

        def told(places: object) -> None:
            assert isinstance(places, tuple)
            names = words.some([words.place_name(place) for place in places])
            kept = f" {fmt.count(len(places), 'place')} there all the same: {names}." if places else ""
            self._say(f"{day} is closed.{kept}", Tone.WARNING if places else Tone.GOOD)

        if dark:
            self._feed.do(lambda desk: desk.put_blackout(blackout), told, self._refuse)
        else:
            lift = lambda desk: desk.remove_blackout(blackout.on, blackout.area_id)
            self._feed.do(lift, lambda _none: self._say(f"{day} is open again."), self._refuse)

    @Slot()
    def suggest(self) -> None:
        """How much the slots of the day chosen can take."""
        key = self._panel.board.key
        if key is not None:
            self._panel.said.say(f"Working out what {fmt.weekday_date(key[1])} can take…", Tone.QUIET)
            self._feed.suggest(key[1], self._show_suggestion, self._refuse)

    def _show_suggestion(self, suggestion: Suggestion) -> None:
        on = suggestion.on
        self.suggested = {key: one for key, one in self.suggested.items() if key[1] != on}
        self.suggested |= {(one.slot.rule.id, on): one for one in suggestion.slots}
        self._panel.board.slots.show_suggested({key: one.orders for key, one in self.suggested.items()})
        self._panel.refresh_cell()
        areas = ", ".join(f"{name} {orders:,}" for name, orders in suggestion.by_area.items())
        proven = "" if suggestion.best else " (the best found in time)"
        self._say(f"{fmt.weekday_date(on)} can take, by its shifts{proven}: {areas or 'nothing'}.")

    # --- places ---------------------------------------------------------------------------------------------------

    @Slot(object, bool)
    def _pick_up(self, place: Booked, by_keys: bool) -> None:
        panel = self._panel
        panel.hand.pick_up(place, panel.cell_key, by_keys=by_keys)
        if by_keys:
            panel.said.say(panel.carried_words(place), Tone.QUIET)
            panel.board.setFocus()

    @Slot(object, object)
    def _move(self, place: Booked, key: Key) -> None:
        self._panel.as_somebody(lambda: self._do_move(place, key))

    def _do_move(self, place: Booked, key: Key) -> None:
        by, (rule_id, on) = self._panel.person, key
        if order := place.order:
            self._plan(lambda desk: desk.give(order.id, rule_id, on, by=by), self._say_done, self._refuse)
        elif hold := place.hold:
            move = lambda desk: desk.move(hold.id, rule_id, on, by=by)
            self._feed.do(move, lambda _hold: self._say("The place is held in the other slot."), self._refuse)

    def _say_done(self, label: str) -> None:
        self._say(f"{label}. Ctrl+Z takes it back.")

    @Slot(str)
    def _release(self, hold_id: str) -> None:
        self._feed.do(
            lambda desk: desk.let_go(hold_id), lambda _hold: self._say("The place is free again."), self._refuse
        )

    # --- the counter ----------------------------------------------------------------------------------------------

    @Slot(object)
    def _offers(self, enquiry: Enquiry) -> None:
        counter = self._panel.counter
        self._feed.offers(enquiry, lambda offers: counter.show_offers(offers, AHEAD), counter.say_fault)

    @Slot(object)
    def _hold(self, offer: Offer) -> None:
        self._panel.as_somebody(lambda: self._do_hold(offer))

    def _do_hold(self, offer: Offer) -> None:
        counter, rule_id, on, by = self._panel.counter, offer.slot.rule.id, offer.slot.on, self._panel.person
        minutes, load = counter.wanted

        def held(hold: object) -> None:
            assert isinstance(hold, SlotHold)
            counter.show_hold(hold, offer)

        take = lambda desk: desk.hold(rule_id, on, by=by, minutes=minutes, load=load)
        self._feed.do(take, held, counter.say_fault)

    @Slot(str)
    def _let_go(self, hold_id: str) -> None:
        counter = self._panel.counter
        gone = lambda _hold: counter.drop_hold("The place is free again.")
        self._feed.do(lambda desk: desk.let_go(hold_id), gone, counter.say_fault)

    @Slot(str, object, object)
    def _confirm(self, hold_id: str, order: Order, offer: Offer) -> None:
        counter, by = self._panel.counter, self._panel.person

        def confirmed(label: str) -> None:
            counter.confirmed(label)
            self._panel.told.emit(label)

        self._plan(lambda desk: desk.confirm(hold_id, order, by=by, offer=offer), confirmed, counter.say_fault)

    # --- many -----------------------------------------------------------------------------------------------------

    @Slot(list, object, int)
    def _bulk(self, order_ids: list[OrderId], first: object, days: int) -> None:
        bulk = self._panel.bulk
        bulk.show_job(self._feed.bulk(order_ids, first, days, bulk.show_preview, bulk.say_fault))  # type: ignore[arg-type]

    @Slot()
    def _stop_bulk(self) -> None:
        self._panel.bulk.stop_job()

    @Slot(object)
    def _apply(self, preview: BulkPreview) -> None:
        self._panel.as_somebody(lambda: self._do_apply(preview))

    def _do_apply(self, preview: BulkPreview) -> None:
        bulk, by = self._panel.bulk, self._panel.person
        self._plan(lambda desk: desk.apply_bulk(preview, by=by), bulk.was_applied, bulk.say_fault)

    # --- the catalogue --------------------------------------------------------------------------------------------

    @property
    def _book(self) -> Catalogue:
        return self._panel.catalogue

    def start_usual(self) -> None:
        """A catalogue to begin with."""
        made = lambda _book: self._say("The usual slots are made. Change them in the catalogue as you like.")
        self._feed.do(lambda desk: desk.start_usual(), made, self._refuse)
        self._panel.bar.pages[Page.BOARD].setChecked(True)

    @Slot(object)
    def _save_area(self, area: Area) -> None:
        saved = lambda _none: self._book.say(f"{area.name} is kept.")
        self._feed.do(lambda desk: desk.put_area(area), saved, self._book.say_fault)

    @Slot(object)
    def _save_rule(self, rule: SlotRule) -> None:
        def saved(oversold: object) -> None:
            assert isinstance(oversold, tuple)
            if not oversold:
                self._book.say(f"The slot {rule.opens:%H:%M}–{rule.closes:%H:%M} is kept.")
                return
            count = "1 slot has" if len(oversold) == 1 else f"{len(oversold):,} slots have"
            names = words.some([words.titled(slot, self._zone) for slot in oversold], 3)
            self._book.say(OVERSOLD.format(count, names), Tone.WARNING)

        self._feed.do(lambda desk: desk.put_rule(rule), saved, self._book.say_fault)

    @Slot(str, bool)
    def _remove_area(self, area_id: AreaId, anyway: bool) -> None:
        gone = lambda _none: self._book.say("The area is removed, with its slots.")
        self._feed.do(lambda desk: desk.remove_area(area_id, anyway=anyway), gone, self._book.say_fault)

    @Slot(str, bool)
    def _remove_rule(self, rule_id: RuleId, anyway: bool) -> None:
        gone = lambda _none: self._book.say("The slot is removed.")
        self._feed.do(lambda desk: desk.remove_rule(rule_id, anyway=anyway), gone, self._book.say_fault)
