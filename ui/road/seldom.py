"""Doing something often asked for only so often: at once, and then once more for all that was asked meanwhile."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot


class Seldom(QObject):
    """Does one thing, at most once in so many milliseconds. GUI thread."""

    def __init__(self, act: Callable[[], None], interval_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._act = act
        self._asked = False
        self._timer = QTimer(self, interval=interval_ms, singleShot=True)
        self._timer.timeout.connect(self._on_timeout)

    @Slot()
    def ask(self) -> None:
        """Do it now, or when it may be done again."""
        self._asked = self._timer.isActive()
        if not self._asked:
            self.do()

    def do(self) -> None:
        """Do it now, however lately it was done."""
        self._asked = False
        self._timer.start()
        self._act()

    def stop(self) -> None:
        """Forget what was asked."""
        self._asked = False
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        if self._asked:
            self.do()
