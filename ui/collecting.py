"""Python's cyclic garbage is collected in the GUI thread alone.

A widget without a parent that is part of a cycle, by a lambda or by the frames behind an exception, is deleted by
whatever thread the collector happens to run in, and the program crashes when that is a worker's. So the collector is
switched off and runs by a timer here.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

THRESHOLDS = (20_000, 5, 200)
"""Of the three generations: with Python's own, reading a large day is looked through again and again while it grows.

The middle one is looked through often: what is told of 200 drivers lives for seconds, and gathers there meanwhile."""

EVERY_MS = 250
"""Often enough that little has gathered: a collection holds the window up for as long as it takes."""


class GuiCollector(QObject):
    """Takes over the collector while it lives. One to a program, made and ended in the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._before = gc.get_threshold()
        gc.set_threshold(*THRESHOLDS)
        self._timer = QTimer(self)
        self._timer.setObjectName("collector")
        self._timer.timeout.connect(self.collect_due)
        self._timer.start(EVERY_MS)

    @Slot()
    def collect_due(self) -> None:
        """Collect the oldest generation that is due."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [n for n, (count, most) in enumerate(zip(counts, thresholds, strict=True)) if most and count > most]
        if due:
            gc.collect(max(due))

    def stop(self) -> None:
        """Leave it to Python again; once no worker runs any more."""
        self._timer.stop()
        gc.set_threshold(*self._before)
        gc.enable()
