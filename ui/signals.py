"""Ctrl+C and the system's wish that the program ends: a window closes in good order. POSIX signals, in Qt's loop.

Python runs its signal handlers between two bytecodes only, and a window that waits runs none; so the interpreter
writes each signal into a socket that Qt watches. A second signal ends the program the hard way.
"""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSocketNotifier

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def closing_on_signals(close: Callable[[], object]) -> Iterator[None]:
    """Within, the first signal calls `close` in the GUI thread. Main thread only."""
    watched, told = socket.socketpair()
    told.setblocking(False)
    notifier = QSocketNotifier(watched.fileno(), QSocketNotifier.Type.Read)
    before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, _once) for number in NUMBERS}

    def heed() -> None:
        watched.recv(1)
        close()

    notifier.activated.connect(heed)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before)
        notifier.setEnabled(False)
        watched.close()
        told.close()


def _once(*_: object) -> None:
    """The socket has it already; whoever asks again does not want to wait."""
    for number in NUMBERS:
        signal.signal(number, signal.SIG_DFL)
