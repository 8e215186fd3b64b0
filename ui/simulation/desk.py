"""A simulated day beside the window: begun, followed, ended; and what the window says while it lasts.

Lives in the GUI thread. The day is driven by a process of its own, which is followed by a thread.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from dispatcher.services.clocks import DepotClock, SimulatedTime
from dispatcher.services.dispatching import send_day
from dispatcher.services.planning import Outlook
from dispatcher.services.sending import Sent
from dispatcher.services.simulating import Simulation, Step, Summary, Wish, require_practice
from dispatcher.services.workplace import Workplace
from ui.day import DayBoard
from ui.hand import Hand
from ui.runner import OpRunner
from ui.simulation.banner import SimulationBanner
from ui.simulation.dialog import SimulationDialog
from ui.theme import Theme

TICK_MS = 500
PATIENCE_MS = 20_000
"""How long a day may take to end when the window closes."""


class SimulationDesk(QObject):
    """One simulated day at a time.

    Signals:
        told(str): a sentence for the status bar.
        over(Summary): the day has ended.
        failed(Exception): it could not begin, or fell.
        ticked(): simulated time went on.
        ended(): no process of it is left.
    """

    told = Signal(str)
    over = Signal(object)
    failed = Signal(object)
    ticked = Signal()
    ended = Signal()
    _heard = Signal(object)
    _followed = Signal(object)

    def __init__(
        self, board: DayBoard, hand: Hand, workplace: Workplace, runner: OpRunner, theme: Theme, window: QWidget
    ) -> None:
        super().__init__(window)
        self._board, self._hand, self._workplace, self._runner = board, hand, workplace, runner
        self._theme, self._window = theme, window
        self._simulation: Simulation | None = None
        self._sending = self._ending = self._stopped = False
        self._step: Step | None = None
        self._lane = ThreadPoolExecutor(1, "roundhouse-simulation")
        self.banner = SimulationBanner(theme)
        self.banner.stop_requested.connect(self.end)
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        self._followed.connect(self._on_followed, Qt.ConnectionType.QueuedConnection)
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.setObjectName("simulation.tick")
        self._tick.timeout.connect(self._on_tick)
        self._force = QTimer(self, interval=PATIENCE_MS, singleShot=True)
        self._force.setObjectName("simulation.force")
        self._force.timeout.connect(self._on_force)

    def start(self) -> None:
        """Say from now on whether the depot lives in simulated time."""
        self._tick.start()

    @property
    def running(self) -> bool:
        """Whether a day that this window started is under way."""
        return self._simulation is not None

    @property
    def time(self) -> SimulatedTime | None:
        """The simulated time that the depot lives in, whoever drives it."""
        clock = self._workplace.clock
        return clock.simulated if isinstance(clock, DepotClock) else None

    # --- beginning ------------------------------------------------------------------------------------------------

    @Slot()
    def open(self) -> None:
        """Ask how the day shown is to be driven."""
        try:
            outlook = self._drivable()
        except KnownError as fault:
            self.failed.emit(fault)
            return
        dialog = SimulationDialog(outlook, self._workplace.clock(), self._theme, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.asked.connect(self.begin)
        dialog.open()

    @Slot(object)
    def begin(self, wish: Wish) -> None:
        """Send the rounds of the day shown, and have them driven."""
        try:
            outlook = self._drivable()
        except KnownError as fault:
            self.failed.emit(fault)
            return
        self._board.return_to_now()
        self._sending = True
        self.banner.show_starting("Sending the rounds")

        def work(_progress: Progress) -> Sent:
            return send_day(self._workplace, outlook)

        done, failed = partial(self._on_sent, wish), self._on_unsent
        self._runner.start(work, title="Sending the rounds", on_done=done, on_failed=failed)

    def _drivable(self) -> Outlook:
        """The day shown. Raises `KnownError` where it cannot be simulated."""
        outlook = self._board.present
        if outlook is None:
            raise KnownError("The day has not been read yet.", "Wait a moment.")
        if self._workplace.what_if is not None or self._workplace.live is None:
            raise KnownError("Nothing is sent or driven in a copy.", "Go back to the depot.")
        require_practice(outlook.day.depot)
        if self._simulation or self._sending or self.time:
            raise KnownError("A simulated day is being driven already.", "Stop it first, or wait for its end.")
        if self._hand.engaged:
            raise KnownError(self._hand.engaged)
        if not any(route.stops for route in outlook.day.plan.routes):
            raise KnownError("There is no round to drive: no stop is planned.", "Plan the day first.")
        return outlook

    def _on_sent(self, wish: Wish, _sent: Sent) -> None:
        self._sending = False
        if self._stopped:
            return
        try:
            self._simulation = Simulation(self._workplace.home, self._workplace.slug, wish)
        except KnownError as fault:
            self._on_unsent(fault)
            return
        self._step, self._ending = None, False
        self.banner.show_starting("Starting")
        self._lane.submit(self._simulation.follow, self._heard.emit).add_done_callback(self._followed.emit)

    def _on_unsent(self, fault: Exception) -> None:
        self._sending = False
        self.banner.say("")
        self.failed.emit(fault)

    # --- meanwhile ------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_heard(self, said: Step | str) -> None:
        if isinstance(said, Step):
            self._step = said
        elif self.time is None and not self._ending:
            self.banner.show_starting(said)
        else:
            self.told.emit(said)
        self._on_tick()

    @Slot()
    def _on_tick(self) -> None:
        if self._ending or self._sending:
            return
        time = self.time
        if time is not None:
            zone = self._workplace.depot.zone if self._board.day is None else self._board.day.depot.zone
            self.banner.show_time(time, zone, self._step if self.running else None, own=self.running)
            self.ticked.emit()
        elif not self.running and self.banner.text:
            self.banner.say("")
            self.ticked.emit()

    # --- the end --------------------------------------------------------------------------------------------------

    @Slot()
    def end(self) -> None:
        """End the day that this window started, in good order."""
        if self._simulation and not self._ending:
            self._ending = True
            self.banner.show_ending()
            self._simulation.end()

    @Slot(object)
    def _on_followed(self, future: "Future[Summary]") -> None:
        self._simulation, self._step, self._ending = None, None, False
        self._force.stop()
        if not self._stopped:
            self.banner.say("")
            self._on_tick()
            if (fault := future.exception()) is not None:
                self.failed.emit(fault)
            else:
                self.over.emit(future.result())
        self.ended.emit()

    def stop(self) -> None:
        """The window closes: end what runs, and say nothing more; `ended` follows if anything does."""
        self._stopped = True
        self._tick.stop()
        if self._simulation:
            self.end()
            self._force.start()
        self._lane.shutdown(wait=False)

    @Slot()
    def _on_force(self) -> None:
        if self._simulation:
            self._simulation.kill()
