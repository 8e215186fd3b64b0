"""Doing something often asked for only so often: at once, and then once more for all that was asked meanwhile."""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Slot


class Seldom(QObject):
    """Does some things one after the other, at most once in so many milliseconds. GUI thread.

    Between two of them the window has its turn: together they may take longer than a frame.
    """

    def __init__(self, acts: tuple[Callable[[], object], ...], interval_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._acts = acts
        self._left: Iterator[Callable[[], object]] = iter(())
        self._asked = False
        self._interval = QTimer(self, interval=interval_ms, singleShot=True)
        self._interval.timeout.connect(self._on_interval)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._on_turn)

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
        self._left = iter(self._acts)
        self._interval.start()
        self._turn.start()

    def stop(self) -> None:
        """Forget what was asked."""
        self._asked = False
        self._interval.stop()
        self._turn.stop()

    @Slot()
    def _on_interval(self) -> None:
        if self._asked:
            self.do()

    @Slot()
    def _on_turn(self) -> None:
        act = next(self._left, None)
        if act is None:
            self._turn.stop()
        else:
            act()
