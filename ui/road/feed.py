"""Follows the road for the day shown, on a thread of its own, and tells the window what it sees."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.services.live import LiveDay, LiveDesk
from dispatcher.services.ports import Clock
from ui.day import DayBoard

log = logging.getLogger(__name__)

LOOK_MS = 200
"""How often the logbook is asked whether anything is new; that costs microseconds."""


class RoadFeed(QObject):
    """Asks the live desk again and again, one question at a time. GUI thread; the answers come there too.

    Signals:
        moved(LiveDay): drivers are elsewhere, or the day was judged anew: everything that is drawn of the road.
        facts_changed(): drivers have other stops behind them than the plan shown knows.
        fault_changed(str): the road cannot be followed, and why; empty when it can again.
    """

    moved = Signal(object)
    facts_changed = Signal()
    fault_changed = Signal(str)
    _answered = Signal(object)

    def __init__(self, desk: LiveDesk, board: DayBoard, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._board, self._clock = desk, board, clock
        self._lane = ThreadPoolExecutor(1, "roundhouse-road")
        self._busy = self._stopped = False
        self._fault = ""
        self.latest: LiveDay | None = None
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
        self._lane.submit(self._desk.step, outlook, self._clock()).add_done_callback(self._answered.emit)

    @Slot(object)
    def _on_answered(self, future: Future[LiveDay | None]) -> None:
        self._busy = False
        if self._stopped:
            return
        if (error := future.exception()) is not None:
            self._say(str(error))
            return
        self._say("")
        live = future.result()
        if live is None:
            return
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
