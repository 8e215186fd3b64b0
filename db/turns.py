"""First come, first served: the queue in which threads wait for the one writer."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock that serves threads in the order they came, which `threading.Lock` does not promise."""

    def __init__(self) -> None:
        self._waiting: deque[threading.Event] = deque()
        self._guard = threading.Lock()
        self._holder: int | None = None

    @property
    def waiting(self) -> int:
        """How many wait behind the one whose turn it is."""
        with self._guard:
            return max(0, len(self._waiting) - 1)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and keep it for the block."""
        if self._holder == threading.get_ident():
            raise RuntimeError("a write inside a write would wait for itself; use the unit of work at hand")
        mine = threading.Event()
        with self._guard:
            self._waiting.append(mine)
            self._waiting[0].set()
        try:
            mine.wait()
            self._holder = threading.get_ident()
            yield
        finally:
            with self._guard:
                if self._waiting[0] is mine:
                    self._holder = None
                self._waiting.remove(mine)
                if self._waiting:
                    self._waiting[0].set()
