"""Python's cyclic garbage is collected in the GUI thread alone, and little of it at a time.

A widget without a parent that is part of a cycle, by a lambda or by the frames behind an exception, is deleted by
whatever thread the collector happens to run in, and the program crashes when that is a worker's. So the collector is
switched off and runs by timers here.

It stops every thread for as long as it takes: some 5 ms for 10,000 objects. While 200 drivers move, each second brings
thousands that live for seconds, and the day itself is half a million. So what has outlived two looks is frozen, which
spares it the next; all of it is looked through once an hour, for a fifth of a second.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

THRESHOLDS = (5_000, 1, 0)
"""Of the three generations; the oldest is always empty."""
EVERY_MS = 50
"""Often enough that little has gathered."""
ALL_EVERY_MS = 3_600_000


class GuiCollector(QObject):
    """Takes over the collector while it lives. One to a program, made and ended in the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._before = gc.get_threshold()
        gc.set_threshold(*THRESHOLDS)
        self._timer = self._every(EVERY_MS, "collector")
        self._timer.timeout.connect(self.collect_due)
        self._hour = self._every(ALL_EVERY_MS, "collector.all")
        self._hour.timeout.connect(settle_memory)

    def _every(self, interval_ms: int, name: str) -> QTimer:
        timer = QTimer(self, interval=interval_ms)
        timer.setObjectName(name)
        timer.start()
        return timer

    @Slot()
    def collect_due(self) -> None:
        """Collect the young that are due; what this is the second time for is not looked at again."""
        young, middle, _ = gc.get_count()
        if middle > THRESHOLDS[1]:
            gc.collect(1)
            gc.freeze()
        elif young > THRESHOLDS[0]:
            gc.collect(0)

    def stop(self) -> None:
        """Leave it to Python again; once no worker runs any more."""
        self._timer.stop()
        self._hour.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()
        gc.enable()


@Slot()
def settle_memory() -> None:
    """Look through all there is, and spare the collector from now on what stays. In the GUI thread.

    Right for a day just opened, most of which lives as long as the window.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
