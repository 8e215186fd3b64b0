"""What the dispatcher's hand does to the day: each gesture becomes one operation, and a move improves what it touched.

Lives in the GUI thread and knows no widget. Everything is checked against the day as it stands, never against a
preview; while something else than that is shown, nothing can be changed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.services import fleet, moments, orders, plan, rounds
from dispatcher.services.plan import Applied, Proposal
from dispatcher.services.ports import Done
from dispatcher.services.verdict import Verdict, verdict
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.day import DayBoard
from ui.runner import Operation, OpRunner

_LOCKED = {
    Lock.OPEN: "Unlock",
    Lock.SEQUENCE: "Lock the sequence of",
    Lock.DRIVER: "Lock the stops of",
    Lock.ROUTE: "Lock",
}


class Hand(QObject):
    """Gestures of the person at the board.

    Signals:
        told(str): a sentence for the status bar.
        improved(): a move and what followed it are done; the rest of the day may be improved now.
    """

    told = Signal(str)
    improved = Signal()

    def __init__(self, board: DayBoard, workplace: Workplace, runner: OpRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board, self._desk, self._runner = board, workplace.desk, runner
        self._loose: set[ShiftId] = set()
        self._hindrance: Callable[[], str] = lambda: ""

    def set_hindrance(self, hindrance: Callable[[], str]) -> None:
        """What to ask, besides the past, before anything is changed: a sentence if nothing can be, or nothing."""
        self._hindrance = hindrance

    @property
    def hindered(self) -> str:
        """Why nothing can be changed now: the views show something else than the day as it stands. Or nothing."""
        if self._board.past is not None:
            at = self._board.clock(self._board.past.entry.at)
            return f"This is the day as it was at {at}: go back to now first, or take the plan back to then."
        return self.engaged

    @property
    def engaged(self) -> str:
        """What, besides the past, keeps the views from showing the day as it stands. Or nothing."""
        return self._hindrance()

    def blocked(self) -> bool:
        """Whether nothing can be changed now; says why."""
        said = self.hindered
        if said:
            self.told.emit(said)
        return bool(said)

    def submit(
        self,
        label: str,
        change: Callable[..., object],
        *,
        then: Callable[[Done], object] | None = None,  # type: ignore[type-arg]
        failed: Callable[[Exception], object] | None = None,
        why: str = "",
    ) -> None:
        """One operation on the day."""
        self._runner.submit(Operation(label, change, why=why), initiator=self, on_done=then, on_failed=failed)

    # --- moving stops ---------------------------------------------------------------------------------------------

    def move(self, order_ids: Sequence[OrderId], shift_id: ShiftId, index: int | None = None) -> None:
        """Put orders into a round; it and the rounds they leave are re-sequenced behind the dispatcher's back.

        Without an index each lands where it fits best. A move within one round keeps the sequence given by hand.
        """
        order_ids = self._there(order_ids)
        if not order_ids or self.blocked():
            return
        if index is None:
            self._land_best(order_ids, shift_id)
            return
        change = partial(plan.move_orders, order_ids=order_ids, to_shift=shift_id, index=index)
        sources = self._board.shifts_of(order_ids)
        within = sources == {shift_id} and set(order_ids) <= set(self._board.route(shift_id))
        self._moved(self._move_label(order_ids, shift_id), change, set() if within else sources | {shift_id})

    def move_between(self, order_ids: Sequence[OrderId], shift_id: ShiftId, after: OrderId | None) -> None:
        """Put orders into a round right behind `after`, or first."""
        self.move(order_ids, shift_id, self.index_after(shift_id, after))

    def land(self, order_ids: Sequence[OrderId], shift_id: ShiftId, verdict: Verdict) -> None:
        """Put orders into a round exactly as a verdict showed it."""
        order_ids = self._there(order_ids)
        if not order_ids or self.blocked():
            return
        change = partial(plan.land_orders, order_ids=order_ids, to_shift=shift_id, sequence=verdict.sequence)
        touched = self._board.shifts_of(order_ids) | {shift_id}
        self._moved(self._move_label(order_ids, shift_id), change, touched)

    def _land_best(self, order_ids: Sequence[OrderId], shift_id: ShiftId) -> None:
        day = self._board.day
        if day is None or shift_id not in day.shifts:
            self.told.emit("That driver is no longer on duty on this day.")
            return
        find = lambda _progress: self._best(day, order_ids, shift_id)
        self._runner.start(find, title="Finding places", on_done=lambda v: self.land(order_ids, shift_id, v))

    def _best(self, day: Day, order_ids: Sequence[OrderId], shift_id: ShiftId) -> Verdict:
        return verdict(self._desk, day, order_ids, shift_id, None)

    def _moved(self, label: str, change: Callable[..., object], touched: set[ShiftId]) -> None:
        then = partial(self._follow_up, label, touched) if touched else None
        self._runner.submit(Operation(label, change), initiator=self, on_done=then)

    def index_after(self, shift_id: ShiftId, after: OrderId | None) -> int:
        """The place in a round right behind an order; the first for none."""
        route = self._board.route(shift_id)
        return route.index(after) + 1 if after in route else 0

    def _there(self, order_ids: Sequence[OrderId]) -> tuple[OrderId, ...]:
        """Those that still belong to the day: somebody else may have taken them away under the hand."""
        day = self._board.day
        found = tuple(o for o in order_ids if day and o in day.orders)
        if order_ids and not found:
            self.told.emit("What was chosen left the day meanwhile: nothing is moved.")
        elif len(found) < len(order_ids):
            gone = words.count(len(order_ids) - len(found), "order")
            self.told.emit(f"{gone} of those chosen left the day meanwhile; the others are moved.")
        return found

    def _move_label(self, order_ids: Sequence[OrderId], shift_id: ShiftId) -> str:
        return f"Move {words.count(len(order_ids), 'stop')} to {self._board.driver_name(shift_id)}"

    # --- what follows a move --------------------------------------------------------------------------------------

    def _follow_up(self, label: str, shift_ids: set[ShiftId], done: Done[None]) -> None:
        """Improve the rounds a move touched, and those of moves just before; it joins the undo step of the move.

        Whatever is written meanwhile, an undo or the next move, makes it void: the next move begins it anew.
        """
        if self._runner.stopping:
            return
        self._loose |= shift_ids
        after = done.changes.revision
        loose = frozenset(self._loose)
        improve = self._improving(loose)
        complete = partial(self._complete, label, loose, after)
        self._runner.start(improve, title="Re-sequencing", on_done=complete, latest_key="follow up")

    def _complete(self, label: str, loose: frozenset[ShiftId], after: int, proposal: Proposal) -> None:
        change, then = partial(plan.complete, proposal=proposal, after=after), partial(self._on_completed, loose, after)
        self._runner.submit(Operation(label, change, after), initiator=self, on_done=then)

    def _on_completed(self, loose: frozenset[ShiftId], after: int, done: Done[Applied]) -> None:
        """The rounds stay loose if it was void: the next move was written before it, and its follow-up needs them."""
        if done.changes.revision == after + (not done.changes.empty):
            self._loose -= loose
        self.on_applied(done)
        self.improved.emit()

    def resequence(self, shift_ids: Sequence[ShiftId]) -> None:
        """Improve just these rounds, which may exchange stops, as a change of its own."""
        if shift_ids and not self.blocked():
            label = f"Re-sequence {words.count(len(shift_ids), 'round')}"
            improve = self._improving(frozenset(shift_ids), exchange=True)
            self._runner.start(improve, title="Re-sequencing", on_done=partial(self.apply, label))

    def _improving(self, shift_ids: frozenset[ShiftId], *, exchange: bool = False) -> Callable[[Progress], Proposal]:
        """The work of improving these rounds of the day shown, for a worker."""
        improve = partial(self._desk.resequence, shift_ids=shift_ids, exchange=exchange)
        read = self._board.reading()
        return lambda _progress: improve(read())

    def insert(self, order_ids: Sequence[OrderId]) -> None:
        """Plan orders where they fit best; nothing else moves."""
        day = self._board.day
        if not order_ids or day is None or self.blocked():
            return
        if not day.shifts:
            self.told.emit("No driver is on duty on this day: put drivers on duty first.")
            return
        work = lambda _progress: self._desk.insert(day, order_ids)
        apply = partial(self.apply, f"Plan {words.count(len(order_ids), 'order')}")
        self._runner.start(work, title="Finding places", on_done=apply)

    def apply(self, label: str, proposal: Proposal) -> None:
        """Take an engine's plan over."""
        change = partial(plan.apply_proposal, proposal=proposal)
        self._runner.submit(Operation(label, change), initiator=self, on_done=self.on_applied)

    @Slot(object)
    def on_applied(self, done: Done[Applied]) -> None:
        """Say what did not follow."""
        if done.value.left:
            kept = words.count(len(done.value.left), "stop")
            self.told.emit(f"{kept} stayed as moved meanwhile; the rest follows the optimiser.")

    # --- single orders --------------------------------------------------------------------------------------------

    def unassign(self, order_ids: Sequence[OrderId]) -> None:
        """Take orders out of their rounds."""
        planned = [o for o in order_ids if self._board.shifts_of([o])]
        if planned and not self.blocked():
            label = f"Unassign {words.count(len(planned), 'stop')}"
            self.submit(label, partial(plan.unassign, order_ids=tuple(planned)))

    def hold(self, order_ids: Sequence[OrderId], held: bool) -> None:
        """Keep orders with their driver in re-planning, or let them go."""
        if order_ids and not self.blocked():
            label = f"{'Hold' if held else 'Release'} {words.count(len(order_ids), 'stop')}"
            self.submit(label, partial(plan.hold_orders, order_ids=tuple(order_ids), held=held))

    def mark_done(self, order_ids: Sequence[OrderId], done: bool) -> None:
        """Say that the drivers have been there, or have not."""
        if order_ids and self._board.date and not self.blocked():
            label = f"Mark {words.count(len(order_ids), 'stop')} as {'done' if done else 'not done'}"
            change = partial(rounds.mark_done, on=self._board.date, order_ids=tuple(order_ids), done=done)
            self.submit(label, change)

    def cancel_orders(self, order_ids: Sequence[OrderId]) -> None:
        """Take orders off the plan for good; they stay on record."""
        if not order_ids:
            self.told.emit("Choose the orders to cancel first.")
        elif not self.blocked():
            label = f"Cancel {words.count(len(order_ids), 'order')}"
            self.submit(label, partial(orders.cancel_orders, order_ids=tuple(order_ids)))

    def reopen_orders(self, order_ids: Sequence[OrderId]) -> None:
        """Bring cancelled orders back into the pool."""
        known = self._board.day.orders if self._board.day else {}
        cancelled = [o for o in order_ids if o in known and known[o].state is OrderState.CANCELLED]
        if not cancelled:
            self.told.emit("Find a cancelled order and choose it first.")
        elif not self.blocked():
            label = f"Reopen {words.count(len(cancelled), 'order')}"
            self.submit(label, partial(orders.reopen_orders, order_ids=tuple(cancelled)))

    # --- whole rounds ---------------------------------------------------------------------------------------------

    def lock(self, shift_ids: Sequence[ShiftId], lock: Lock) -> None:
        """Say what re-planning may not do to rounds."""
        if shift_ids and self._board.date and not self.blocked():
            label = f"{_LOCKED[lock]} {words.count(len(shift_ids), 'round')}"
            change = partial(rounds.lock_rounds, on=self._board.date, shift_ids=tuple(shift_ids), lock=lock)
            self.submit(label, change)

    def mark_loaded(self, shift_ids: Sequence[ShiftId], loaded: bool) -> None:
        """Say that the goods of rounds are in their vehicles, or in none."""
        if shift_ids and self._board.date and not self.blocked():
            label = f"Mark {words.count(len(shift_ids), 'round')} as {'loaded' if loaded else 'not loaded'}"
            change = partial(rounds.mark_loaded, on=self._board.date, shift_ids=tuple(shift_ids), loaded=loaded)
            self.submit(label, change)

    def swap(self, one: ShiftId, other: ShiftId) -> None:
        """Exchange what two drivers still have to do."""
        if self._board.date and not self.blocked():
            names = f"{self._board.driver_name(one)} and {self._board.driver_name(other)}"
            change = partial(rounds.swap_rounds, on=self._board.date, one=one, other=other)
            self.submit(f"Swap the rounds of {names}", change)

    def freeze(self, moment: datetime | None) -> None:
        """Draw the freeze line, or take it away."""
        if moment is None and self._board.day and self._board.day.freeze_at is None:
            self.told.emit("There is no freeze line on this day.")
        elif self._board.date and not self.blocked():
            label = f"Freeze up to {self._board.clock(moment)}" if moment else "Take the freeze line away"
            self.submit(label, partial(rounds.freeze, on=self._board.date, moment=moment))

    def change_hours(self, shift_id: ShiftId, starts_at: datetime, ends_at: datetime) -> None:
        """Let a shift begin and end at other times."""
        if self._board.date and not self.blocked():
            hours = f"{self._board.clock(starts_at)}–{self._board.clock(ends_at)}"
            change = partial(
                rounds.change_hours, on=self._board.date, shift_id=shift_id, starts_at=starts_at, ends_at=ends_at
            )
            self.submit(f"Let {self._board.driver_name(shift_id)} work {hours}", change)

    # --- the whole day --------------------------------------------------------------------------------------------

    @Slot()
    def clear(self) -> None:
        """Empty every round of the day."""
        if self._board.date and not self.blocked():
            self.submit("Clear the plan", partial(plan.clear_routes, on=self._board.date))

    @Slot()
    def staff(self) -> None:
        """Put everyone with a vehicle on duty."""
        if self._board.date and not self.blocked():
            change = partial(fleet.staff_day, on=self._board.date)
            self.submit("Put drivers on duty", change, then=self._on_staffed)

    @Slot(object)
    def _on_staffed(self, done: Done[int]) -> None:
        if not done.value:
            self.told.emit("Nobody else has a usual vehicle that is free: choose one for a driver under Fleet.")

    def take_back(self) -> None:
        """Give every round the stops it had at the moment that is looked at."""
        past = self._board.past
        if past is None:
            self.told.emit("Choose a moment in the history first.")
            return
        self._board.return_to_now()
        if not self.blocked():
            label = f"Take the plan back to {self._board.clock(past.entry.at)}"
            change = partial(moments.take_back, then=past.outlook.day)
            self.submit(label, change, then=self._on_taken_back)

    @Slot(object)
    def _on_taken_back(self, done: Done[Applied]) -> None:
        if done.value.left:
            kept = words.count(len(done.value.left), "stop")
            self.told.emit(f"{kept} could not go back: cancelled, or without their driver since.")

    @Slot()
    def undo(self) -> None:
        """Take the latest step back."""
        if not self.blocked():
            self._loose.clear()
            self._runner.undo()

    @Slot()
    def redo(self) -> None:
        """Do it again."""
        if not self.blocked():
            self._loose.clear()
            self._runner.redo()

    def forget(self) -> None:
        """Another day is shown: nothing is loose there."""
        self._loose.clear()
