"""Does what is scanned and said at the dock, reads the board when it may differ, and has bays and waves worked out.

Knows no widget. One lane does all that touches the load desk, in its order; the timetable is long work of the window's
runner, where the newest question wins. What changes the plan goes to the runner.
"""

import logging
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.loading import Berth, Departure, PieceState, Timetable, Yard
from dispatcher.domain.progress import Progress
from dispatcher.services.loading import Check, LoadDesk, PlanChange, Scanned
from dispatcher.services.loading.berths import Trip, Visit, plan_berths, set_yard, standing_of, visits_of
from dispatcher.services.loading.board import LoadBoard, board_of
from dispatcher.services.loading.paper import Paper, print_to, rounds_to_print
from dispatcher.services.loading.sheet_desk import SheetDesk
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Done
from dispatcher.services.workplace import Workplace
from ui.runner import Operation, OpRunner

log = logging.getLogger(__name__)

TITLE = "Planning bays and waves"
SOON_MS = 120
"""After something was scanned or the plan changed: several scans are read together."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read in one go."""

    board: LoadBoard
    standing: dict[Trip, Berth]
    visits: tuple[Visit, ...]
    behind: PlanChange | None


class LoadFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        read(LoadBoard): the dock as it is now.
        failed(Exception): it cannot be read, or the bays cannot be planned.
        scanned(Scanned): what a scan, or a word about a piece, came to.
        round_named(ShiftId): a load sheet was scanned.
        departed(Departure): a round was checked and has left.
        done(str): something else is done; a sentence.
        refused(Exception): something could not be done.
    """

    read = Signal(object)
    failed = Signal(object)
    scanned = Signal(object)
    round_named = Signal(object)
    departed = Signal(object)
    done = Signal(str)
    refused = Signal(object)
    _answered = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace, self._runner = workplace, runner
        self.desk = LoadDesk(workplace, clock=workplace.clock)
        self.sheets = SheetDesk(workplace, clock=workplace.clock)
        self._lane = ThreadPoolExecutor(1, "roundhouse-loading")
        self._on: date | None = None
        self._outlook: Outlook | None = None
        self._timetable: Timetable | None = None
        self._planned: tuple[object, ...] | None = None
        """What the timetable was made of."""
        self._planning = self._stopped = self._watched = self._caught_up = False
        self._revision: int | None = None
        """Of the latest order that went into the plan: one step of undo for all that are loaded in a row."""
        self._changes = 0
        self._under_way: dict[Future[object], Callable[[Future[object]], None]] = {}
        self._soon = QTimer(self, singleShot=True)
        self._soon.setObjectName("loading.soon")
        self._soon.timeout.connect(self._look)
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    @property
    def mine(self) -> bool:
        """Whether anything is written here: a what-if copy only looks."""
        return self.desk.mine

    @property
    def outlook(self) -> Outlook | None:
        """The plan of the day that is followed, judged; `None` before it is told."""
        return self._outlook if self._outlook and self._outlook.day.date == self._on else None

    @property
    def sound(self) -> bool:
        """Whether the depot wants to hear of what is wrong."""
        return self._outlook is not None and self._outlook.day.depot.road.incidents.sound

    @property
    def busy(self) -> bool:
        """Whether anything is under way in the lane, the plan or the timetable."""
        return bool(self._under_way or self._changes or self._planning or self._soon.isActive())

    # --- looking --------------------------------------------------------------------------------------------------

    def follow(self, on: date) -> None:
        """Turn to this day."""
        self._on, self._timetable, self._planned, self._caught_up = on, None, None, False
        if self._outlook and self._outlook.day.date != on:
            self._outlook = None
        self.look()

    def take_outlook(self, outlook: Outlook) -> None:
        """The plan as it stands, judged; that the views show a preview of another meanwhile changes nothing here."""
        if outlook is not self._outlook:
            self._outlook = outlook
            self.look()

    def watch(self, watched: bool) -> None:
        """Whether anybody looks: bays are planned for those alone."""
        self._watched = watched
        if watched:
            self.look()

    def look(self) -> None:
        """Read again soon."""
        if not self._stopped:
            self._soon.start(SOON_MS)

    @Slot()
    def _look(self) -> None:
        outlook = self._outlook
        if self._stopped or outlook is None or outlook.day.date != self._on:
            return
        self.send(partial(self._read_all, outlook, self._timetable), self._on_read)

    def _read_all(self, outlook: Outlook, timetable: Timetable | None) -> _Read:
        """On the lane."""
        day, keeper = outlook.day, self.desk.keeper
        keeper.open(day.date)
        self.desk.know({shift_id: times.leaves_at for shift_id, times in outlook.schedule.routes.items()})
        pieces = [piece for seen in keeper.pieces.values() for piece in seen.values()]
        standing = standing_of(outlook, pieces, timetable, day.depot.road.yard)
        board = board_of(outlook, keeper.pieces, keeper.departures, timetable)
        visits = tuple(visits_of(day, outlook.schedule))
        return _Read(board, dict(standing), visits, None if self._caught_up else self.desk.behind(day))

    def _on_read(self, future: Future[object]) -> None:
        fault = future.exception()
        if isinstance(fault, Exception):
            log.warning("the dock cannot be read", exc_info=fault)
            self.failed.emit(fault)
            return
        read = future.result()
        assert isinstance(read, _Read)
        if read.board.on != self._on:
            return
        if read.behind and not self._caught_up:
            self._change(read.behind)
        self._caught_up = True
        self.read.emit(read.board)
        made_of = (read.visits, read.board.yard)
        if self._watched and made_of != self._planned:
            self._planned = made_of
            self._plan(read.standing)

    @Slot()
    def plan_again(self) -> None:
        """Plan bays and waves anew, from now on."""
        self._planned = None
        self.look()

    def _plan(self, standing: dict[Trip, Berth]) -> None:
        outlook, now = self._outlook, self._workplace.clock()
        if outlook is None or self._stopped:
            return

        def work(progress: Progress) -> tuple[date, Timetable]:
            found = plan_berths(outlook, now=now, standing=standing, cancelled=progress.cancelled)
            return outlook.day.date, found

        self._planning = True
        self._runner.start(
            work, title=TITLE, on_done=self._on_planned, on_failed=self._on_not_planned, latest_key="loading.berths"
        )

    def _on_planned(self, found: tuple[date, Timetable]) -> None:
        self._planning = False
        if found[0] == self._on:
            self._timetable = found[1]
            self.look()

    def _on_not_planned(self, fault: Exception) -> None:
        self._planning = False
        self.failed.emit(fault)

    # --- doing ----------------------------------------------------------------------------------------------------

    def scan(self, text: str, shift_id: ShiftId | None, *, by: str) -> None:
        """A code was read."""
        on = self._day

        def work() -> Scanned | ShiftId:
            return self.desk.round_of(text, on) or self.desk.scan(text, shift_id, on=on, by=by)

        self.send(work, self._on_scanned)

    def say(self, order_id: OrderId, state: PieceState, *, by: str) -> None:
        """What nobody spoke of yet of an order is short, or damaged."""
        self.send(partial(self.desk.say, order_id, state, on=self._day, by=by), self._on_scanned)

    def undo(self, *, by: str) -> None:
        """Take the last scan or word back."""
        self.send(partial(self.desk.undo, on=self._day, by=by), self._on_scanned)

    def take_off(self, order_id: OrderId, *, by: str) -> None:
        """Take an order off its round."""
        self.send(partial(self.desk.take_off, order_id, on=self._day, by=by), self._on_change)

    def take_out(self, order_id: OrderId, shift_id: ShiftId, *, by: str) -> None:
        """An order's goods were taken out of this van."""
        self.send(partial(self.desk.take_out, order_id, shift_id, on=self._day, by=by), self._on_change)

    def depart(self, check: Check, photos: Collection[Path], *, by: str) -> None:
        """A round leaves."""
        self.send(partial(self.desk.depart, check, on=self._day, by=by, photos=photos), self._on_departed)

    def take_back_departure(self, shift_id: ShiftId, *, by: str) -> None:
        """It has not left after all."""
        work = partial(self.desk.take_back_departure, shift_id, on=self._day, by=by)
        self.send(work, partial(self._on_done, "The round has not left."))

    def print_to(self, path: Path, paper: Paper, board: LoadBoard, shift_ids: Collection[ShiftId] | None) -> None:
        """Write a PDF."""
        if (outlook := self._outlook) is not None:
            work = partial(self._print, path, paper, outlook, board, shift_ids)
            self.send(work, partial(self._on_done, f"{paper.value.capitalize()} are in {path}."))

    def _print(
        self, path: Path, paper: Paper, outlook: Outlook, board: LoadBoard, shift_ids: Collection[ShiftId] | None
    ) -> None:
        """On the lane. What is printed of a round is kept, so that it can be keyed when it returns."""
        wanted = [round_.shift_id for round_ in rounds_to_print(board, shift_ids)]
        codes = self.sheets.issue(outlook, wanted) if paper is Paper.RUN_SHEETS else {}
        print_to(path, paper, outlook, board, shift_ids, codes)

    def set_yard(self, yard: Yard) -> None:
        """What the depot loads with."""
        self._runner.submit(Operation("Change the yard", partial(set_yard, yard=yard)), on_failed=self.refused.emit)

    @property
    def _day(self) -> date:
        assert self._on is not None
        return self._on

    def _on_scanned(self, future: Future[object]) -> None:
        fault = future.exception()
        if isinstance(fault, Exception):
            self.refused.emit(fault)
            return
        answer = future.result()
        if isinstance(answer, Scanned):
            self.scanned.emit(answer)
            if answer.plan:
                self._change(answer.plan)
            self.look()
        else:
            self.round_named.emit(answer)

    def _on_change(self, future: Future[object]) -> None:
        if isinstance(fault := future.exception(), Exception):
            self.refused.emit(fault)
        elif isinstance(change := future.result(), PlanChange):
            self._change(change, told=f"{change.label}: done.")

    def _on_departed(self, future: Future[object]) -> None:
        if isinstance(fault := future.exception(), Exception):
            self.refused.emit(fault)
        elif isinstance(departure := future.result(), Departure):
            self.departed.emit(departure)
            self.look()

    def _on_done(self, told: str, future: Future[object]) -> None:
        if isinstance(fault := future.exception(), Exception):
            self.refused.emit(fault)
        else:
            self.done.emit(told)
            self.look()

    def _change(self, change: PlanChange, *, told: str = "") -> None:
        """Orders that are loaded in a row are one step back."""
        self._changes += 1

        def done(changed: Done[object]) -> None:
            self._changes -= 1
            if told:
                self._revision = None
                self.done.emit(told)
            elif not changed.changes.empty:  # else its revision is somebody else's
                self._revision = changed.changes.revision
            self.look()

        def failed(fault: Exception) -> None:
            self._changes -= 1
            self.refused.emit(fault)

        amends = None if told else self._revision
        operation = Operation(change.label, change.change, amends=amends, why=change.why)
        self._runner.submit(operation, initiator=self, on_done=done, on_failed=failed)

    # --- the lane -------------------------------------------------------------------------------------------------

    def send(self, work: Callable[[], object], then: Callable[[Future[object]], None]) -> None:
        """Do this after what was sent before; `then` is told in the GUI thread."""
        if self._stopped:
            return
        task: Future[object] = self._lane.submit(work)
        self._under_way[task] = then
        task.add_done_callback(self._answered.emit)

    @Slot(object)
    def _on_answered(self, future: Future[object]) -> None:
        if (then := self._under_way.pop(future, None)) is not None:
            then(future)

    def stop(self) -> None:
        """Look no more; all that was scanned is kept first. Before the runner stops, since some of it is the plan's."""
        self._soon.stop()
        self._lane.shutdown(wait=True)
        self._stopped = True
        while self._under_way:
            self._on_answered(next(iter(self._under_way)))
