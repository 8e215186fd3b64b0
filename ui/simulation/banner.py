"""The strip that says that the depot lives in simulated time, how far the day is, and stops it."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dispatcher.services.clocks import SimulatedTime, system_clock
from dispatcher.services.simulating import Step
from ui import format as words
from ui.history.banner import Banner
from ui.theme import Theme


class SimulationBanner(Banner):
    """Hidden while the depot's clock is the computer's. GUI thread.

    Signals:
        stop_requested(): end the day that this window started.
    """

    stop_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "banner.simulation", "clock-fast", parent)
        self.stop = self.offer(
            "stop", "Stop", "stop-circle-outline", "End the day; what is on the phones still arrives"
        )
        self.stop.clicked.connect(self.stop_requested)
        self._dress()

    def show_starting(self, said: str) -> None:
        """What is done before the first driver leaves."""
        self.stop.setVisible(True)
        self.say(f"Simulated day: {said[:1].lower()}{said[1:]}…")

    def show_time(self, time: SimulatedTime, zone: ZoneInfo, step: Step | None, *, own: bool) -> None:
        """What time it is, and how far the day; `own`: this window started it, and can end it."""
        parts = [f"Simulated time {words.clock(time.at(system_clock()), zone)}", f"{time.speed:g}×"]
        if step:
            parts.append(f"{step.been} of {words.count(step.of, 'stop')}")
        self.stop.setVisible(own)
        self.say(" · ".join(parts))

    def show_ending(self) -> None:
        """It was told to end."""
        self.stop.setVisible(False)
        self.say("Simulated day: ending, what is still on the phones is being delivered…")
