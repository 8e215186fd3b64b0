"""Doing something often asked for only so often: at once, and then once more for all that was asked meanwhile."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from ui.turns import Turns


class Seldom(QObject):
    """Does some things in turn, at most once in so many milliseconds. GUI thread."""

    def __init__(self, acts: tuple[Callable[[], object], ...], interval_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._acts = acts
        self._asked = False
        self._interval = QTimer(self, interval=interval_ms, singleShot=True)
        self._interval.timeout.connect(self._on_interval)
        self._turns = Turns(self)

    @Slot()
    def ask(self) -> None:
        """Do it now, or when it may be done again."""
        self._asked = self._interval.isActive()
        if not self._asked:
            self.do()

    @Slot()
    def do(self) -> None:
        """Do it now, however lately it was done."""
        self._asked = False
        self._interval.start()
        self._turns.take(self._acts)

    def stop(self) -> None:
        """Forget what was asked."""
        self._asked = False
        self._interval.stop()
        self._turns.drop()

    @Slot()
    def _on_interval(self) -> None:
        if self._asked:
            self.do()
