"""Who hears whom on the board: what the views wish goes to the hand, what the hand would do comes back as a verdict."""

from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtGui import QCursor

from dispatcher.domain.changes import HistoryEntry
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Reason
from dispatcher.services import fixes
from dispatcher.services.proposals import Card
from dispatcher.services.verdict import Verdict
from dispatcher.services.workplace import Workplace
from ui.board import words
from ui.board.fixes import Fix as Offer
from ui.board.move_to import MoveTo
from ui.day import DayBoard
from ui.hand import Hand
from ui.inhand import Verdicts
from ui.map.messages import DragHovered, RouteLine, StopsDropped, Tone
from ui.parts.said import words_of
from ui.proposals.desk import ProposalDesk
from ui.runner import OpRunner
from ui.theme import Theme
from ui.window.board_panel import BoardPanel
from ui.window.marks import route_lines

ENTRIES = 200
"""Changes listed at first; each wish for older ones shows four times as many."""

_TONES = {"late": Tone.BAD, "risk": Tone.WARNING, "done": Tone.GOOD}


class Wires(QObject):
    """Joins the board's views to what changes the day. GUI thread.

    Signals:
        edit_requested(OrderId): open the order's form.
        fleet_requested(): show the fleet panel.
        import_requested(): open the import form.
        told(str): a sentence for the status bar.
    """

    edit_requested = Signal(object)
    fleet_requested = Signal()
    import_requested = Signal()
    told = Signal(str)

    def __init__(
        self,
        panel: BoardPanel,
        board: DayBoard,
        hand: Hand,
        desk: ProposalDesk,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
    ) -> None:
        super().__init__(panel)
        self._panel, self._board, self._hand, self._desk = panel, board, hand, desk
        self._workplace, self._runner = workplace, runner
        self.verdicts = Verdicts(board, hand, workplace, runner)
        self._dragged: tuple[OrderId, ...] = ()
        self._entries = ENTRIES
        self._mapped: Card | None = None
        """The card whose changes the map shows."""
        self._proposals_seen = False
        self._visible: dict[str, frozenset[OrderId] | None] = {"rounds": None, "pool": None}
        self.move_to = MoveTo(theme, panel)
        self.move_to.move_requested.connect(self._on_chosen)
        self._wire_rounds()
        self._wire_pool()
        self._wire_map()
        self._wire_timeline()
        self._wire_inspector()
        self._wire_proposals()
        self._wire_history()

    def _wire_rounds(self) -> None:
        rounds, hand = self._panel.rounds, self._hand
        rounds.move_requested.connect(self._move)
        rounds.unassign_requested.connect(hand.unassign)
        rounds.hold_requested.connect(hand.hold)
        rounds.cancel_requested.connect(hand.cancel_orders)
        rounds.lock_requested.connect(hand.lock)
        rounds.loaded_requested.connect(hand.mark_loaded)
        rounds.done_requested.connect(hand.mark_done)
        rounds.swap_requested.connect(hand.swap)
        rounds.split_requested.connect(self._on_split)
        rounds.tail_requested.connect(self._on_split)
        rounds.optimise_requested.connect(hand.resequence)
        rounds.edit_requested.connect(self.edit_requested)
        rounds.explain_requested.connect(self.explain)
        rounds.show_on_map_requested.connect(self._panel.show_on_map)
        rounds.add_shifts_requested.connect(self.fleet_requested)
        rounds.move_to_requested.connect(self.choose_driver)
        rounds.drop_hovered.connect(self._on_rounds_hovered)
        rounds.drag_began.connect(self._on_drag_began)
        rounds.drag_ended.connect(self._on_drag_ended)
        self._panel.drag_ended.connect(self._on_drag_ended)
        self._board.outlook_changed.connect(self._filter_others)
        rounds.filter_changed.connect(partial(self._on_filter_changed, "rounds"))

    def _wire_pool(self) -> None:
        pool, hand = self._panel.pool, self._hand
        pool.unassign_requested.connect(hand.unassign)
        pool.plan_requested.connect(hand.insert)
        pool.cancel_requested.connect(hand.cancel_orders)
        pool.reopen_requested.connect(hand.reopen_orders)
        pool.import_requested.connect(self.import_requested)
        pool.edit_requested.connect(self.edit_requested)
        pool.explain_requested.connect(self.explain)
        pool.show_on_map_requested.connect(self._panel.show_on_map)
        pool.move_to_requested.connect(self.choose_driver)
        pool.filter_changed.connect(partial(self._on_filter_changed, "pool"))

    def _wire_map(self) -> None:
        chart = self._panel.map
        chart.stops_dropped.connect(self._on_stops_dropped)
        chart.drag_hovered.connect(self._on_map_hovered)
        chart.stop_activated.connect(self.edit_requested)
        chart.context_requested.connect(self._on_map_context)

    def _wire_timeline(self) -> None:
        lanes, hand = self._panel.timeline, self._hand
        lanes.move_requested.connect(self._move)
        lanes.drop_hovered.connect(self._on_lanes_hovered)
        lanes.shift_changed.connect(hand.change_hours)
        lanes.freeze_changed.connect(hand.freeze)
        lanes.edit_requested.connect(self.edit_requested)
        lanes.context_requested.connect(self._panel.show_menu)

    def _wire_inspector(self) -> None:
        inspector, hand = self._panel.inspector, self._hand
        inspector.edit_requested.connect(self.edit_requested)
        inspector.unassign_requested.connect(hand.unassign)
        inspector.hold_toggled.connect(hand.hold)
        inspector.show_on_map.connect(self._panel.show_on_map)
        inspector.explain_requested.connect(self.explain)
        inspector.fix_requested.connect(self._on_fix)

    def _wire_proposals(self) -> None:
        panel, desk = self._panel.proposals, self._desk
        desk.changed.connect(panel.set_cards)
        desk.thinking_changed.connect(panel.set_thinking)
        desk.offered.connect(self._on_offered)
        panel.accept_requested.connect(self._on_accept)
        panel.dismiss_requested.connect(desk.dismiss)
        panel.card_chosen.connect(self._show_card)
        self._panel.docks["Proposals"].visibilityChanged.connect(self._on_proposals_seen)
        self._board.outlook_changed.connect(self._show_card)
        panel.select_requested.connect(self._panel.select)

    def _wire_history(self) -> None:
        history = self._panel.history
        history.moment_requested.connect(self._on_moment)
        history.now_requested.connect(self._board.return_to_now)
        history.take_back_requested.connect(self._hand.take_back)
        history.more_requested.connect(self._on_more_history)
        self._board.past_failed.connect(history.show_fault)
        self._board.settled.connect(self._read_history)

    # --- moving ---------------------------------------------------------------------------------------------------

    @Slot(object, object, object)
    def _move(self, order_ids: tuple[OrderId, ...], shift_id: ShiftId, index: int | None) -> None:
        """Where no place was named and the verdict is known, they land exactly as it said."""
        shown = self.verdicts.at(order_ids, shift_id, None) if index is None and order_ids == self._dragged else None
        if shown is not None:
            self._hand.land(order_ids, shift_id, shown)
        else:
            self._hand.move(order_ids, shift_id, index)

    @Slot(object)
    def _on_stops_dropped(self, drop: StopsDropped) -> None:
        if drop.after_order_id is None and drop.before_order_id is None:
            self._hand.move(drop.order_ids, drop.target_shift_id)
        else:
            self._hand.move_between(drop.order_ids, drop.target_shift_id, drop.after_order_id)

    @Slot(object)
    def choose_driver(self, order_ids: tuple[OrderId, ...]) -> None:
        """Offer the drivers for these orders, best first; what is selected of rounds and pool goes together."""
        day, selected = self._board.day, self._panel.selected
        if day and set(order_ids) < set(selected):
            known = (day.orders[o] for o in selected if o in day.orders)
            order_ids = tuple(order.id for order in known if order.state is OrderState.OPEN)
        self._offer(tuple(order_ids))

    @Slot(object, int)
    def _on_split(self, shift_id: ShiftId, index: int) -> None:
        """Somebody else takes the round from this stop on."""
        self._offer(self._board.route(shift_id)[index:])

    def _offer(self, order_ids: tuple[OrderId, ...]) -> None:
        day = self._board.day
        if not order_ids or day is None or self._hand.blocked():
            return
        if not day.shifts:
            self.told.emit("No driver is on duty on this day: put drivers on duty first.")
            return
        self.move_to.offer(order_ids, self.verdicts.all(order_ids), day, QCursor.pos())

    @Slot(object, object, object)
    def _on_chosen(self, order_ids: tuple[OrderId, ...], shift_id: ShiftId, _index: object) -> None:
        shown = self.verdicts.at(order_ids, shift_id, None)
        if shown is not None:
            self._hand.land(order_ids, shift_id, shown)
        else:
            self._hand.move(order_ids, shift_id)

    # --- verdicts -------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_drag_began(self, order_ids: tuple[OrderId, ...]) -> None:
        self._dragged = tuple(order_ids)
        verdicts = self.verdicts.all(order_ids)
        self._panel.rounds.show_verdicts(verdicts)
        self._panel.map.show_verdicts(
            (shift_id, self._words(verdict), _TONES.get(words.tone_of(verdict), Tone.PLAIN))
            for shift_id, verdict in list(verdicts.items())[:3]
        )

    @Slot()
    def _on_drag_ended(self) -> None:
        self._dragged = ()
        self._panel.rounds.clear_verdicts()
        self._panel.map.show_verdicts(())

    def _words(self, verdict: Verdict) -> str:
        day = self._board.day
        return words.verdict_words(verdict, day.depot.currency if day else "EUR")

    @Slot(object, object, object)
    def _on_rounds_hovered(self, order_ids: tuple[OrderId, ...], shift_id: ShiftId, index: int | None) -> None:
        verdict = self.verdicts.at(order_ids, shift_id, index)
        tone = words.tone_of(verdict) if verdict else "text"
        self._panel.rounds.show_verdict(self._words(verdict) if verdict else "", tone)

    @Slot(object, object, object)
    def _on_lanes_hovered(self, order_ids: tuple[OrderId, ...], shift_id: ShiftId, index: int | None) -> None:
        if tuple(order_ids) != self._dragged:
            self._on_drag_began(order_ids)
        verdict = self.verdicts.at(order_ids, shift_id, index)
        self._panel.timeline.show_verdict(self._words(verdict) if verdict else "")

    @Slot(object)
    def _on_map_hovered(self, hovered: DragHovered) -> None:
        if hovered.order_ids != self._dragged:
            self._on_drag_began(hovered.order_ids)
        if hovered.slot is None:
            return
        shift_id = hovered.slot.shift_id
        index = self._hand.index_after(shift_id, hovered.slot.after_order_id)
        if verdict := self.verdicts.at(hovered.order_ids, shift_id, index):
            tone = _TONES.get(words.tone_of(verdict), Tone.PLAIN)
            self._panel.map.show_verdict(self._words(verdict), tone)

    # --- the history ----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_moment(self, entry: HistoryEntry) -> None:
        """Not while the board shows the plans of a search: one of the two would be taken for the other."""
        if self._hand.engaged:
            self._panel.history.show_fault(KnownError(self._hand.engaged))
        else:
            self._board.show_moment(entry)

    @Slot()
    def _on_more_history(self) -> None:
        self._entries *= 4
        self._read_history()

    @Slot(object)
    def _read_history(self, _day: object = None) -> None:
        """What was done to the day shown, after every change to it."""
        day, most = self._board.day, self._entries
        if day is None:
            return
        read = lambda _progress: self._workplace.store.entries(most + 1, on=day.date)
        show = lambda entries: self._panel.history.set_entries(entries[:most], day.depot.zone, more=len(entries) > most)
        self._runner.start(read, title="Reading the history", on_done=show, latest_key="history")

    # --- the rest -------------------------------------------------------------------------------------------------

    @Slot(object, QPoint)
    def _on_map_context(self, order_ids: tuple[OrderId, ...], at: QPoint) -> None:
        self._panel.show_menu(order_ids, (), at)

    def _on_filter_changed(self, which: str, visible: frozenset[OrderId] | None) -> None:
        """The map and the timeline follow both panels' filters."""
        self._visible[which] = visible
        if any(kept is not None for kept in self._visible.values()):
            self._filter_others()
        else:
            self._panel.map.set_visible(None)
            self._panel.timeline.set_filter(None)

    @Slot()
    def _filter_others(self, _outlook: object = None) -> None:
        """What a filter leaves alone may be in another round now, or in none."""
        rounds, pool = self._visible["rounds"], self._visible["pool"]
        outlook = self._board.outlook
        if outlook is None or (rounds is None and pool is None):
            return
        routes = outlook.day.plan.routes
        planned = {o for route in routes for o in route.order_ids}
        waiting = set(outlook.day.orders) - planned
        self._panel.map.set_visible((planned if rounds is None else rounds) | (waiting if pool is None else pool))
        kept = None if rounds is None else [r.shift_id for r in routes if rounds & set(r.order_ids)]
        self._panel.timeline.set_filter(kept)

    @Slot(object)
    def explain(self, order_id: OrderId) -> None:
        """Look for what would mend an order, and show it in the details."""
        day = self._board.day
        if day is None or order_id not in day.orders or self._hand.blocked():
            return
        self._panel.bring_up("Details")
        if self._panel.selected != (order_id,):
            self._panel.select([order_id])
        order = day.orders[order_id]
        if order.address.place is None:
            self.told.emit(f"Order {order.number} has no place on the map: set a pin under Addresses, or correct it.")
            return
        if not self._panel.inspector.sheet.mendable:
            self.told.emit(f"Order {order.number} breaks no rule where it is: there is nothing to mend.")
            return
        self._panel.inspector.wait_for_fixes(order_id)
        self._runner.start(
            lambda _progress: self._explained(day, order_id),
            title="Trying what would mend it",
            on_done=partial(self._on_explained, day, order_id),
            on_failed=partial(self._on_no_fix, order_id),
            latest_key="fixes",
        )

    def _explained(self, day: Day, order_id: OrderId) -> tuple[Reason | None, list[Offer]]:
        """Runs on a worker."""
        desk = self._workplace.desk
        found = fixes.fixes_for(desk, day, order_id)
        return fixes.why(desk, day, order_id), [(*fixes.words(fix, day), fix) for fix in found]

    def _on_explained(self, day: Day, order_id: OrderId, found: tuple[Reason | None, list[Offer]]) -> None:
        """What was found for a plan that is no more is not shown."""
        if day is self._board.day:
            reason, offers = found
            self._panel.inspector.show_reason(reason)
            self._panel.inspector.show_fixes(order_id, offers)

    def _on_no_fix(self, order_id: OrderId, fault: Exception) -> None:
        """Where it was asked, in words; what is no fault of the world has its own window besides."""
        self._panel.inspector.fixes.fail(order_id, words_of(fault))
        if not isinstance(fault, KnownError):
            self._runner.failed.emit(fault)

    @Slot(object)
    def _on_fix(self, fix: fixes.Fix) -> None:
        day = self._board.day
        if day is not None and not self._hand.blocked():
            self._panel.inspector.fixes.pend()
            change, failed = partial(fixes.apply_fix, fix=fix), partial(self._on_no_fix, fix.what.order_id)
            self._hand.submit(fixes.words(fix, day)[0], change, failed=failed)

    @Slot(object)
    def _on_offered(self, card: Card) -> None:
        self._panel.bring_up("Proposals")
        self._panel.proposals.show_card(card.id)

    @Slot(str, object, object)
    def _on_accept(self, card_id: str, shift_ids: object, order_ids: object) -> None:
        self._desk.accept(card_id, shift_ids=tuple(shift_ids), order_ids=tuple(order_ids))  # type: ignore[arg-type]

    @Slot(bool)
    def _on_proposals_seen(self, seen: bool) -> None:
        self._proposals_seen = seen
        self._show_card()

    @Slot()
    def _show_card(self, _changed: object = None) -> None:
        """Before and after on the map, of the card that is looked at: not behind another tab, nor over the past."""
        card = self._panel.proposals.opened if self._proposals_seen and not self._hand.hindered else None
        if card is self._mapped:
            return
        self._mapped = card
        if card is None:
            self._panel.map.end_changes()
            return
        shift_ids = [diff.shift_id for diff in card.rounds]
        work = lambda progress: [
            route_lines(day, self._board.lines(day, shift_ids, progress)) for day in (card.day, card.after)
        ]
        drawn = partial(self._on_card_drawn, card)
        self._runner.start(work, title="Drawing the proposal", on_done=drawn, latest_key="changes")

    def _on_card_drawn(self, card: Card, lines: list[list[RouteLine]]) -> None:
        """Unless it was taken or put away meanwhile."""
        if card is self._mapped:
            self._panel.map.show_changes(*lines, [stop.order_id for stop in card.stops if stop.moves])
