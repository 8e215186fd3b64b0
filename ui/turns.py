"""Doing several things one after the other, and letting the window have its turn between two of them."""

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Slot


class Turns(QObject):
    """Things to do, one in each turn of the event loop: together they may take longer than a frame. GUI thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left: deque[Callable[[], object]] = deque()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._on_turn)

    def take(self, acts: Iterable[Callable[[], object]]) -> None:
        """Do these, in the next turns; what was left of others is not done any more."""
        self._left = deque(acts)
        self._turn.start()

    def drop(self) -> None:
        """Do nothing more of it."""
        self._left.clear()
        self._turn.stop()

    @Slot()
    def _on_turn(self) -> None:
        act = self._left.popleft() if self._left else None
        if not self._left:
            self._turn.stop()
        if act is not None:
            act()
