"""Follows the road for the day shown and for today, on a thread of its own, and tells the window what it sees."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.services.live import LiveDay, LiveDesk, Today
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Clock
from ui.day import DayBoard

log = logging.getLogger(__name__)

LOOK_MS = 250
"""How often the logbook is asked whether anything is new. With nobody on the road that costs microseconds; of 200
drivers there always is, and to work it out takes a worker 25 ms, in which the window has only half the interpreter."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer: what is new of the day shown, and of the day on the road if that is another one."""

    shown: LiveDay | None
    today: Today | None
    on_road: date


class RoadFeed(QObject):
    """Asks the live desk again and again, one question at a time. GUI thread; the answers come there too.

    Signals:
        moved(LiveDay): drivers are elsewhere, or the day was judged anew: everything that is drawn of the road.
        today_moved(Today): the same of the day that is on the road, while another one is shown.
        facts_changed(): drivers have other stops behind them than the plan shown knows.
        fault_changed(str): the road cannot be followed, and why; empty when it can again.
    """

    moved = Signal(object)
    today_moved = Signal(object)
    facts_changed = Signal()
    fault_changed = Signal(str)
    _answered = Signal(object)

    def __init__(self, desk: LiveDesk, board: DayBoard, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._board, self._clock = desk, board, clock
        self._lane = ThreadPoolExecutor(1, "roundhouse-road")
        self._busy = self._stopped = False
        self._fault = ""
        self._preparing: list[Callable[[LiveDay], None]] = []
        self.latest: LiveDay | None = None
        self.on_road: date | None = None
        """The day that is on the road, as far as that was asked."""
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def now(self) -> datetime:
        """The moment at the depot; a simulation may make it another than the computer's."""
        return self._clock()

    def take_time_of(self, clock: Clock) -> None:
        """Follow by another clock from now on: for pictures of a day at an hour of one's choice."""
        self._clock = clock

    def prepare_with(self, prepare: Callable[[LiveDay], None]) -> None:
        """Have this asked, on the thread that follows, of every live day before the window is told of it."""
        self._preparing.append(prepare)

    def start(self) -> None:
        """Begin to follow."""
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Ask now, unless a question is under way or no day is shown yet."""
        outlook = self._board.present
        if self._busy or self._stopped or outlook is None:
            return
        self._busy = True
        self._lane.submit(self._ask, outlook, self._clock()).add_done_callback(self._answered.emit)

    def _ask(self, outlook: Outlook, now: datetime) -> Heard:
        """On the lane."""
        shown = self._desk.step(outlook, now)
        if shown is not None:
            with self._board.preparing:
                for prepare in self._preparing:
                    prepare(shown)
        today = self._desk.step_today(outlook.day.date, now)
        return Heard(shown, today, self._desk.date_on_road(now))

    @Slot(object)
    def _on_answered(self, future: Future[Heard]) -> None:
        self._busy = False
        if self._stopped:
            return
        if (error := future.exception()) is not None:
            self._say(str(error))
            return
        self._say("")
        heard = future.result()
        self.on_road = heard.on_road
        if heard.shown is not None:
            self._tell(heard.shown)
        if heard.today is not None:
            self.today_moved.emit(heard.today)

    def _tell(self, live: LiveDay) -> None:
        outlook = self._board.present
        if outlook is None or outlook.day.date != live.date:
            return
        self.latest = live
        self.moved.emit(live)
        if live.news:
            self.facts_changed.emit()

    def _say(self, fault: str) -> None:
        if fault != self._fault:
            self._fault = fault
            if fault:
                log.warning("the road cannot be followed: %s", fault)
            self.fault_changed.emit(fault)

    def stop(self) -> None:
        """Ask no more, and wait for the question under way."""
        self._stopped = True
        self._timer.stop()
        self._lane.shutdown(wait=True)
