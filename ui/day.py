"""The day on the board: loads it, has it judged, has its lines drawn, and follows every change.

Lives in the GUI thread and knows no widget. Views listen to its signals. What changes the day is elsewhere: the hand's
gestures in `ui.hand`, the optimiser in `ui.search`, proposals in `ui.proposals`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from threading import Lock

from PySide6.QtCore import QObject, Signal, Slot

from dispatcher.domain.changes import ChangeSet, HistoryEntry, Kind
from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.schedule import Schedule
from dispatcher.services.days import reread
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace
from ui.runner import Job, OpRunner, Outcome

type Ways = dict[ShiftId, tuple[object, ...]]
"""What the line of each round depends on."""


@dataclass(frozen=True, slots=True)
class Past:
    """A moment of the day's history that is looked at."""

    entry: HistoryEntry
    outlook: Outlook


class DayBoard(QObject):
    """One date of one depot: as it stands, as a running search would have it, or as it was at some moment.

    Signals:
        outlook_changed(Outlook): routes, times or orders are other than before. Reasons may still be those of before.
        reasons_changed(Mapping[OrderId, Reason]): why each unplanned order is unplanned.
        lines_changed(Mapping[ShiftId, RoadPath]): the rounds whose way changed.
        settled(Day): the day was read after a change, and nothing newer is on its way.
        past_changed(Past | None): the views show the day as it was, or as it is again.
        past_failed(Exception): a moment cannot be shown.
        told(str): a sentence for the status bar.
        kept(date): another day could not be read; this one is still shown.
    """

    outlook_changed = Signal(object)
    reasons_changed = Signal(object)
    lines_changed = Signal(object)
    settled = Signal(object)
    past_changed = Signal(object)
    past_failed = Signal(object)
    told = Signal(str)
    kept = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workplace = workplace
        self._desk = workplace.desk
        self._runner = runner
        self._date: date | None = None
        self._outlook: Outlook | None = None
        self._present: Outlook | None = None
        self._stale = True
        self._drawn: Ways = {}
        self._wanted: Ways = {}
        self._past: Past | None = None
        self._looking: Job | None = None
        self._previewing = False
        self.preparing = Lock()
        """Held by the one worker that makes ready what the views show: each of several that compute at a time takes
        as large a share of the interpreter as the window has."""
        self._prepare: list[Callable[[Day, Schedule], None]] = []
        runner.op_finished.connect(self._on_op_finished)
        runner.job_ended.connect(self._on_job_ended)

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
    def day(self) -> Day | None:
        """The day as it stands, whatever the views show; `None` until it was read."""
        return self._present.day if self._present else None

    @property
    def present(self) -> Outlook | None:
        """The day as it stands, judged."""
        return self._present

    @property
    def past(self) -> Past | None:
        """The moment that is looked at, if any."""
        return self._past

    def prepare_with(self, prepare: Callable[[Day, Schedule], None]) -> None:
        """Have this called, by a worker, with every day that is read, before views are told of it."""
        self._prepare.append(prepare)

    def open(self, on: date) -> None:
        """Show another date."""
        self.return_to_now()
        self._date = on
        self._stale = True
        self._drawn = {}
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read and judge the day again; the newest request wins."""
        if self._date is None:
            return
        look = partial(self._look, self._date, self.known())
        self._runner.start(
            look, title="Reading the day", on_done=self._on_looked, on_failed=self._on_look_failed, latest_key="look"
        )

    def known(self) -> Day | None:
        """The day as it was read last, if only its routes can be other than then."""
        return self.day if not self._stale else None

    def reading(self) -> Callable[[], Day]:
        """How a worker reads the day shown now as it stands then, whatever is shown by then."""
        assert self._date is not None
        return partial(self.workplace.store.read, partial(reread, on=self._date, known=self.known()))

    def _look(self, on: date, known: Day | None, _progress: Progress) -> Outlook:
        day = self.workplace.store.read(partial(reread, on=on, known=known))
        outlook = self._desk.look(day, why=False)
        with self.preparing:
            for prepare in self._prepare:
                prepare(outlook.day, outlook.schedule)
        return outlook

    @Slot(object)
    def _on_looked(self, outlook: Outlook) -> None:
        self._stale = False
        self._present = outlook
        if not self._previewing and self._past is None:
            self._show(outlook)
            self._explain(outlook.day)
        self.settled.emit(outlook.day)

    def _explain(self, day: Day) -> None:
        explain = lambda _progress: self._desk.reasons(day)
        self._runner.start(explain, title="Finding reasons", on_done=self.reasons_changed.emit, latest_key="why")

    def _on_look_failed(self, error: Exception) -> None:
        """The views go on showing what they showed, and so does the date: gestures must mean what is seen."""
        self._runner.failed.emit(error)
        if self._present and self._present.day.date != self._date:
            self._date = self._present.day.date
            self.kept.emit(self._date)

    def _show(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self.outlook_changed.emit(outlook)
        self._request_lines(outlook.day)

    # --- instead of the day as it stands --------------------------------------------------------------------------

    def show_preview(self, outlook: Outlook | None) -> None:
        """Show a plan that is not kept yet; with `None` the day as it stands again. A moment looked at stays shown."""
        self._previewing = outlook is not None
        if self._past is not None:
            return
        if outlook is not None:
            self._show(outlook)
        elif self._present and self._outlook is not self._present:
            self._show(self._present)

    def show_moment(self, entry: HistoryEntry) -> None:
        """Show the day as it was right after a change, read only."""
        if self._date is None:
            return
        on = self._date
        look = lambda progress: self._looked_back(on, entry, progress)
        self._looking = self._runner.start(
            look,
            title="Looking back",
            on_done=self._on_looked_back,
            on_failed=self.past_failed.emit,
            latest_key="past",
        )

    @Slot(object)
    def _on_job_ended(self, job: Job) -> None:
        """Whoever waits for a moment must hear that somebody cancelled the reading of it."""
        if job is self._looking:
            self._looking = None
            if job.outcome is Outcome.CANCELLED:
                self.past_failed.emit(KnownError("The moment was not read: that was cancelled.", "Choose it again."))

    def _looked_back(self, on: date, entry: HistoryEntry, progress: Progress) -> Past:
        past = Past(entry, self._desk.look(self.workplace.store.day_at(on, entry.revision), why=True))
        if progress.cancelled():
            raise Cancelled
        return past

    def _on_looked_back(self, past: Past) -> None:
        self._looking = None
        if past.outlook.day.date == self._date:
            self._past = past
            self.past_changed.emit(past)
            self._show(past.outlook)
            self.reasons_changed.emit(past.outlook.reasons)

    @Slot()
    def return_to_now(self) -> None:
        """Show the day as it stands again; a moment that is still being read is not shown."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        if self._past is not None:
            self._past = None
            self.past_changed.emit(None)
            self.show_preview(None)
            if self._present:
                self._explain(self._present.day)

    # --- lines on the map -----------------------------------------------------------------------------------------

    def _request_lines(self, day: Day) -> None:
        """Ask for the lines of the rounds that changed since they were drawn last."""
        self._wanted = _ways(day)
        stale = [shift_id for shift_id, way in self._wanted.items() if self._drawn.get(shift_id) != way]
        gone = set(self._drawn) - set(self._wanted)
        if not stale and not gone:
            return
        fetch = lambda progress: self.lines(day, stale, progress)
        drawn = partial(self._on_lines, self._wanted)
        self._runner.start(fetch, title="Drawing routes", on_done=drawn, latest_key="lines")

    def lines(self, day: Day, shift_ids: Collection[ShiftId], progress: Progress) -> dict[ShiftId, RoadPath]:
        """The ways of these rounds; for a worker."""
        lines = {}
        for shift_id in shift_ids:
            if progress.cancelled():
                raise Cancelled
            lines[shift_id] = self._desk.line(day, shift_id)
        return lines

    def _on_lines(self, asked: Ways, lines: Mapping[ShiftId, RoadPath]) -> None:
        """Lines asked for a plan that was taken back meanwhile are not drawn: those of the plan shown still stand."""
        lines = {s: line for s, line in lines.items() if self._wanted.get(s) == asked[s]}
        self._drawn = {s: way for s, way in self._wanted.items() if s in lines or self._drawn.get(s) == way}
        self.lines_changed.emit(lines)

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        everywhere = changes.touches(Kind.DRIVER, Kind.VEHICLE, Kind.DEPOT)
        here = self._date in changes.dates
        if everywhere or (here and changes.touches(Kind.ORDER, Kind.SHIFT, Kind.DAY, Kind.LOADED, Kind.CLOSURE)):
            self._stale = True
            self.refresh()
        elif here and changes.touches(Kind.STOP):
            self.refresh()

    # --- looking things up ----------------------------------------------------------------------------------------

    def shifts_of(self, order_ids: Collection[OrderId]) -> set[ShiftId]:
        """The rounds that serve any of these orders."""
        chosen = set(order_ids)
        routes = self.day.plan.routes if self.day else ()
        return {route.shift_id for route in routes if chosen & set(route.order_ids)}

    def route(self, shift_id: ShiftId) -> tuple[OrderId, ...]:
        """The orders of a round."""
        routes = self.day.plan.routes if self.day else ()
        return next((r.order_ids for r in routes if r.shift_id == shift_id), ())

    def driver_name(self, shift_id: ShiftId) -> str:
        """Who drives a round."""
        if self.day is None or shift_id not in self.day.shifts:
            return "another driver"
        return self.day.drivers[self.day.shifts[shift_id].driver_id].name

    def clock(self, moment: datetime) -> str:
        """A moment as the depot's clocks show it."""
        zone = self.day.depot.zone if self.day else None
        return f"{moment.astimezone(zone):%H:%M}"


def same_ahead(before: Day, day: Day) -> bool:
    """Whether nothing is other than before but that more stops are done: drivers know that themselves."""
    if replace(before, plan=day.plan) != day or len(before.plan.routes) != len(day.plan.routes):
        return False
    for one, other in zip(before.plan.routes, day.plan.routes, strict=True):
        done = {stop.order_id for stop in other.stops if stop.done}
        ahead = [stop for stop in one.stops if not stop.done and stop.order_id not in done]
        if one.shift_id != other.shift_id or ahead != [stop for stop in other.stops if not stop.done]:
            return False
    return True


def _ways(day: Day) -> Ways:
    return {route.shift_id: _way(day, route.shift_id, route.order_ids) for route in day.plan.routes}


def _way(day: Day, shift_id: ShiftId, order_ids: Sequence[OrderId]) -> tuple[object, ...]:
    """Everything a round's line depends on."""
    shift = day.shifts[shift_id]
    places = tuple(day.orders[o].address.place for o in order_ids)
    profile = day.vehicles[shift.vehicle_id].kind.profile
    return (shift.start, shift.end, profile, shift.driver_id, day.closures, *places)
