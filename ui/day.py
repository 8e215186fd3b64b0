"""The day on the board: loads it, has it judged, turns gestures into operations, and follows every change.

Lives in the GUI thread and knows no widget. Views listen to its signals; the window wires their wishes to its slots.
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from dispatcher.domain.changes import ChangeSet, Kind
from dispatcher.domain.errors import Cancelled
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import RoadPath
from dispatcher.services import fleet, orders, plan
from dispatcher.services.days import reread
from dispatcher.services.plan import Applied, Proposal
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Done
from dispatcher.services.verdict import Verdict, verdict
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.runner import Job, Operation, OpRunner

PREVIEW_EVERY_S = 1.0
"""A better plan than the one shown waits so long: all rounds change at once, and eyes need a moment too."""


class DayBoard(QObject):
    """One date of one depot, as it stands or as a running search would have it.

    Signals:
        outlook_changed(Outlook): routes, times or orders are other than before. Reasons may still be those of before.
        reasons_changed(Mapping[OrderId, Reason]): why each unplanned order is unplanned.
        lines_changed(Mapping[ShiftId, RoadPath]): the rounds whose way changed.
        search_changed(bool): an optimisation of the day began or ended.
        told(str): a sentence for the status bar.
        kept(date): another day could not be read; this one is still shown.
    """

    outlook_changed = Signal(object)
    reasons_changed = Signal(object)
    lines_changed = Signal(object)
    search_changed = Signal(bool)
    told = Signal(str)
    kept = Signal(object)
    _better = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workplace = workplace
        self._desk = workplace.desk
        self._runner = runner
        self._date: date | None = None
        self._outlook: Outlook | None = None
        self._stale = True
        self._loose: set[ShiftId] = set()
        self._drawn: dict[ShiftId, tuple[object, ...]] = {}
        self._wanted: dict[ShiftId, tuple[object, ...]] = {}
        self._search: Job | None = None
        self._keep = threading.Event()
        self._previewed_at = 0.0
        runner.op_finished.connect(self._on_op_finished)
        self._better.connect(self._on_better)

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def date(self) -> date | None:
        """The date shown; `None` before the first."""
        return self._date

    @property
    def outlook(self) -> Outlook | None:
        """What the views show; `None` until the first day is judged."""
        return self._outlook

    @property
    def searching(self) -> bool:
        """Whether an optimisation of the day runs, and the views show its best plan so far."""
        return self._search is not None

    def open(self, on: date) -> None:
        """Show another date; a running search is given up."""
        if self._search:
            self._search.cancel()
            self._end_search()
        self._date = on
        self._stale = True
        self._loose.clear()
        self._drawn = {}
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read and judge the day again; the newest request wins."""
        if self._date is None:
            return
        look = partial(self._look, self._date, self._known())
        self._runner.start(
            look, title="Reading the day", on_done=self._on_looked, on_failed=self._on_look_failed, latest_key="look"
        )

    def _known(self) -> Day | None:
        """The day as it was read last, if only its routes can be other than then."""
        return self._outlook.day if self._outlook and not self._stale else None

    def _look(self, on: date, known: Day | None, _progress: Progress) -> Outlook:
        day = self._workplace.store.read(partial(reread, on=on, known=known))
        return self._desk.look(day, why=False)

    @Slot(object)
    def _on_looked(self, outlook: Outlook) -> None:
        if self._search:
            return
        self._stale = False
        self._show(outlook)
        explain = lambda _progress: self._desk.reasons(outlook.day)
        self._runner.start(explain, title="Finding reasons", on_done=self.reasons_changed.emit, latest_key="why")

    def _on_look_failed(self, error: Exception) -> None:
        """The views go on showing what they showed, and so does the date: gestures must mean what is seen."""
        self._runner.failed.emit(error)
        if self._outlook and self._outlook.day.date != self._date:
            self._date = self._outlook.day.date
            self.kept.emit(self._date)

    def _show(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self.outlook_changed.emit(outlook)
        self._request_lines(outlook.day)

    def _request_lines(self, day: Day) -> None:
        """Ask for the lines of the rounds that changed since they were drawn last."""
        self._wanted = {shift_id: _way(day, shift_id) for shift_id in day.shifts}
        stale = [shift_id for shift_id, way in self._wanted.items() if self._drawn.get(shift_id) != way]
        gone = set(self._drawn) - set(self._wanted)
        if not stale and not gone:
            return
        fetch = lambda progress: self._lines(day, stale, progress)
        drawn = partial(self._on_lines, self._wanted)
        self._runner.start(fetch, title="Drawing routes", on_done=drawn, latest_key="lines")

    def _lines(self, day: Day, shift_ids: Sequence[ShiftId], progress: Progress) -> dict[ShiftId, RoadPath]:
        lines = {}
        for shift_id in shift_ids:
            if progress.cancelled():
                raise Cancelled
            lines[shift_id] = self._desk.line(day, shift_id)
        return lines

    def _on_lines(self, asked: dict[ShiftId, tuple[object, ...]], lines: dict[ShiftId, RoadPath]) -> None:
        """Lines asked for a plan that was taken back meanwhile are not drawn: those of the plan shown still stand."""
        lines = {s: line for s, line in lines.items() if self._wanted.get(s) == asked[s]}
        self._drawn = {s: way for s, way in self._wanted.items() if s in lines or self._drawn.get(s) == way}
        self.lines_changed.emit(lines)

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        everywhere = changes.touches(Kind.DRIVER, Kind.VEHICLE, Kind.DEPOT)
        here = self._date in changes.dates
        if everywhere or (here and changes.touches(Kind.ORDER, Kind.SHIFT)):
            self._stale = True
            self.refresh()
        elif here and changes.touches(Kind.STOP):
            self.refresh()

    # --- gestures -------------------------------------------------------------------------------------------------

    def move(self, order_ids: Sequence[OrderId], shift_id: ShiftId, index: int | None = None) -> None:
        """Put orders into a round; it and the rounds they leave are re-sequenced behind the dispatcher's back.

        A move within one round keeps the sequence the dispatcher gave it.
        """
        if not order_ids or self._blocked():
            return
        sources = self._shifts_of(order_ids)
        label = f"Move {words.count(len(order_ids), 'stop')} to {self._driver_name(shift_id)}"
        change = partial(plan.move_orders, order_ids=tuple(order_ids), to_shift=shift_id, index=index)
        within = sources == {shift_id} and index is not None and set(order_ids) <= set(self._route(shift_id))
        then = None if within else partial(self._follow_up, label, sources | {shift_id})
        self._runner.submit(Operation(label, change), initiator=self, on_done=then)

    def verdict(self, order_ids: Sequence[OrderId], shift_id: ShiftId, index: int | None) -> Verdict | None:
        """What `move` would mean; `None` while nothing can be moved. Takes a few milliseconds."""
        if self._search or self._outlook is None or shift_id not in self._outlook.day.shifts:
            return None
        known = [o for o in order_ids if o in self._outlook.day.orders]
        return verdict(self._desk, self._outlook.day, known, shift_id, index) if known else None

    def index_after(self, shift_id: ShiftId, after: OrderId | None) -> int:
        """The place in a round right behind an order; the first for none."""
        route = self._route(shift_id)
        return route.index(after) + 1 if after in route else 0

    def move_between(self, order_ids: Sequence[OrderId], shift_id: ShiftId, after: OrderId | None) -> None:
        """Put orders into a round right behind `after`, or first."""
        self.move(order_ids, shift_id, self.index_after(shift_id, after))

    def _follow_up(self, label: str, shift_ids: set[ShiftId], done: Done[None]) -> None:
        """Improve the rounds a move touched, and those of moves just before; it joins the undo step of the move.

        Whatever is written meanwhile, an undo or the next move, makes it void: the next move begins it anew.
        """
        if self._runner.stopping:
            return
        self._loose |= shift_ids
        after = done.changes.revision
        improve = self._improving(frozenset(self._loose))
        complete = partial(self._complete, label, after)
        self._runner.start(improve, title="Re-sequencing", on_done=complete, latest_key="follow up")

    def _complete(self, label: str, after: int, proposal: Proposal) -> None:
        self._loose.clear()
        change = partial(plan.complete, proposal=proposal, after=after)
        self._runner.submit(Operation(label, change, after), initiator=self, on_done=self._on_applied)

    def resequence(self, shift_ids: Sequence[ShiftId]) -> None:
        """Improve just these rounds, which may exchange stops, as a change of its own."""
        if shift_ids and not self._blocked():
            label = f"Re-sequence {words.count(len(shift_ids), 'round')}"
            improve = self._improving(frozenset(shift_ids), exchange=True)
            self._runner.start(improve, title="Re-sequencing", on_done=partial(self._apply, label))

    def _improving(self, shift_ids: frozenset[ShiftId], *, exchange: bool = False) -> Callable[[Progress], Proposal]:
        """The work of improving these rounds of the day shown, for a worker."""
        assert self._date is not None
        read = partial(reread, on=self._date, known=self._known())
        improve = partial(self._desk.resequence, shift_ids=shift_ids, exchange=exchange)
        return lambda _progress: improve(self._workplace.store.read(read))

    def insert(self, order_ids: Sequence[OrderId]) -> None:
        """Plan orders where they fit best; nothing else moves."""
        if not order_ids or self._blocked() or self._outlook is None:
            return
        day = self._outlook.day
        if not day.shifts:
            self.told.emit("No driver is on duty on this day: put drivers on duty first.")
            return
        work = lambda _progress: self._desk.insert(day, order_ids)
        apply = partial(self._apply, f"Plan {words.count(len(order_ids), 'order')}")
        self._runner.start(work, title="Finding places", on_done=apply)

    def unassign(self, order_ids: Sequence[OrderId]) -> None:
        """Take orders out of their rounds."""
        planned = [o for o in order_ids if self._shifts_of([o])]
        if planned and not self._blocked():
            label = f"Unassign {words.count(len(planned), 'stop')}"
            self._runner.submit(Operation(label, partial(plan.unassign, order_ids=tuple(planned))), initiator=self)

    def hold(self, order_ids: Sequence[OrderId], held: bool) -> None:
        """Keep orders with their driver in re-planning, or let them go."""
        if order_ids and not self._blocked():
            label = f"{'Hold' if held else 'Release'} {words.count(len(order_ids), 'stop')}"
            change = partial(plan.hold_orders, order_ids=tuple(order_ids), held=held)
            self._runner.submit(Operation(label, change), initiator=self)

    def cancel_orders(self, order_ids: Sequence[OrderId]) -> None:
        """Take orders off the plan for good; they stay on record."""
        if not order_ids:
            self.told.emit("Choose the orders to cancel first.")
        elif not self._blocked():
            label = f"Cancel {words.count(len(order_ids), 'order')}"
            change = partial(orders.cancel_orders, order_ids=tuple(order_ids))
            self._runner.submit(Operation(label, change), initiator=self)

    def reopen_orders(self, order_ids: Sequence[OrderId]) -> None:
        """Bring cancelled orders back into the pool."""
        known = self._outlook.day.orders if self._outlook else {}
        cancelled = [o for o in order_ids if o in known and known[o].state is OrderState.CANCELLED]
        if not cancelled:
            self.told.emit("Find a cancelled order and choose it first.")
        elif not self._blocked():
            label = f"Reopen {words.count(len(cancelled), 'order')}"
            change = partial(orders.reopen_orders, order_ids=tuple(cancelled))
            self._runner.submit(Operation(label, change), initiator=self)

    @Slot()
    def clear(self) -> None:
        """Empty every round of the day."""
        if self._date and not self._blocked():
            change = partial(plan.clear_routes, on=self._date)
            self._runner.submit(Operation("Clear the plan", change), initiator=self)

    @Slot()
    def staff(self) -> None:
        """Put everyone with a vehicle on duty."""
        if self._date and not self._blocked():
            change = partial(fleet.staff_day, on=self._date)
            self._runner.submit(Operation("Put drivers on duty", change), initiator=self, on_done=self._on_staffed)

    @Slot(object)
    def _on_staffed(self, done: Done[int]) -> None:
        if not done.value:
            self.told.emit("Nobody else has a usual vehicle that is free: choose one for a driver under Fleet.")

    @Slot()
    def undo(self) -> None:
        """Take the latest step back."""
        if not self._blocked():
            self._loose.clear()
            self._runner.undo()

    @Slot()
    def redo(self) -> None:
        """Do it again."""
        if not self._blocked():
            self._loose.clear()
            self._runner.redo()

    def _blocked(self) -> bool:
        """While a search shows its plans, the board shows what is not kept yet: nothing to change there."""
        if self._search:
            self.told.emit("The optimiser is at work: stop it to keep its best plan, or cancel it, then go on.")
        return self._search is not None

    # --- the search -----------------------------------------------------------------------------------------------

    def optimise(self, seconds: float) -> None:
        """Search the whole day; every better plan is shown as it comes."""
        if self._search or self._outlook is None:
            return
        day = self._outlook.day
        if not any(order.state is OrderState.OPEN for order in day.orders.values()):
            self.told.emit("There are no orders on this day: import some first.")
            return
        self._keep.clear()
        search = lambda progress: self._searched(day, seconds, progress)
        self._search = self._runner.start(
            search, title="Optimising", on_done=self._on_searched, on_failed=self._on_search_failed, latest_key="search"
        )
        self.search_changed.emit(True)

    @Slot()
    def stop_search(self) -> None:
        """End the search and keep its best plan."""
        self._keep.set()

    @Slot()
    def cancel_search(self) -> None:
        """End the search and drop what it found."""
        if self._search:
            self._search.cancel()
            self._end_search()
            self.told.emit("The search was cancelled; the plan is as it was.")
            self.refresh()

    def _searched(self, day: Day, seconds: float, progress: Progress) -> Proposal:
        """Runs on a worker."""
        halt = _EitherEvent(self._keep, progress)
        tell = lambda proposal: self._better.emit((day, proposal))
        proposal = self._desk.optimise(day, seconds=seconds, stop=halt, on_best=tell, progress=progress)
        if progress.cancelled():
            raise Cancelled
        return proposal

    @Slot(object)
    def _on_better(self, found: tuple[Day, Proposal]) -> None:
        day, proposal = found
        now = time.monotonic()
        if self._search and day.date == self._date and now - self._previewed_at >= PREVIEW_EVERY_S:
            self._previewed_at = now
            show = lambda _progress: self._desk.preview(day, proposal)
            self._runner.start(show, title="Showing the best plan", on_done=self._on_preview, latest_key="preview")

    @Slot(object)
    def _on_preview(self, outlook: Outlook) -> None:
        if self._search and outlook.day.date == self._date:
            self._show(outlook)

    @Slot(object)
    def _on_searched(self, proposal: Proposal) -> None:
        self._end_search()
        self._apply("Optimise the day", proposal)
        self.refresh()

    @Slot(object)
    def _on_search_failed(self, error: Exception) -> None:
        self._end_search()
        self._runner.failed.emit(error)
        self.refresh()

    def _end_search(self) -> None:
        self._search = None
        self._keep.set()
        self.search_changed.emit(False)

    def _apply(self, label: str, proposal: Proposal) -> None:
        change = partial(plan.apply_proposal, proposal=proposal)
        self._runner.submit(Operation(label, change), initiator=self, on_done=self._on_applied)

    @Slot(object)
    def _on_applied(self, done: Done[Applied]) -> None:
        if done.value.left:
            kept = words.count(len(done.value.left), "stop")
            self.told.emit(f"{kept} stayed as moved meanwhile; the rest follows the optimiser.")

    # --- looking things up ----------------------------------------------------------------------------------------

    def _shifts_of(self, order_ids: Sequence[OrderId]) -> set[ShiftId]:
        chosen = set(order_ids)
        routes = self._outlook.day.plan.routes if self._outlook else ()
        return {route.shift_id for route in routes if chosen & set(route.order_ids)}

    def _route(self, shift_id: ShiftId) -> tuple[OrderId, ...]:
        routes = self._outlook.day.plan.routes if self._outlook else ()
        return next((route.order_ids for route in routes if route.shift_id == shift_id), ())

    def _driver_name(self, shift_id: ShiftId) -> str:
        if self._outlook is None or shift_id not in self._outlook.day.shifts:
            return "another driver"
        day = self._outlook.day
        return day.drivers[day.shifts[shift_id].driver_id].name


class _EitherEvent:
    """Set when either the person stops the search or the job is cancelled; what the engine's stop rule asks."""

    def __init__(self, keep: threading.Event, progress: Progress) -> None:
        self._keep, self._progress = keep, progress

    def is_set(self) -> bool:
        return self._keep.is_set() or self._progress.cancelled()


def _way(day: Day, shift_id: ShiftId) -> tuple[object, ...]:
    """Everything a round's line depends on."""
    shift = day.shifts[shift_id]
    route = next(r for r in day.plan.routes if r.shift_id == shift_id)
    places = tuple(day.orders[o].address.place for o in route.order_ids)
    return (shift.start, shift.end, day.vehicles[shift.vehicle_id].kind.profile, shift.driver_id, *places)
