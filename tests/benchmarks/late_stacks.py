"""What ran while a beat of the GUI thread was late: every thread's stack, looked at from another thread meanwhile.

Costs a little of what it measures, so it is asked for (`--stacks`) and is no part of a measurement that counts.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from PySide6.QtCore import Qt, QTimer

LOOK_S = 0.005
FOLDED = 24
"""Frames of a stack that are told, the innermost of them."""


class Watcher:
    """Looks on while a beat is late, and tells of the latest. `beat` is called by the GUI thread."""

    def __init__(self, late_ms: float) -> None:
        self._late_s, self._gui = late_ms / 1_000, threading.get_ident()
        self._last = time.perf_counter()
        self._seen: list[tuple[float, dict[int, str]]] = []
        self._held: list[dict[int, FrameType]] = []
        """A frame let go of here would take what its function left there with it: timers die in their own thread."""
        self._looking = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="watcher")
        self.late: list[tuple[float, float, list[tuple[float, dict[int, str]]]]] = []
        self._cpu = time.thread_time()
        self._thread.start()

    def beat(self) -> None:
        """Another beat of the GUI thread."""
        now, cpu = time.perf_counter(), time.thread_time()
        if now - self._last >= self._late_s:
            seen = [each for each in self._seen if each[0] >= self._last]
            self.late.append((1_000 * (now - self._last), 1_000 * (cpu - self._cpu), seen))
        self._seen = []
        self._last, self._cpu = now, cpu
        with self._looking:
            self._held.clear()

    def _look_on(self) -> None:
        while not self._ended.wait(LOOK_S):
            if time.perf_counter() - self._last > 3 * LOOK_S:
                with self._looking:
                    self._look()

    def _look(self) -> None:
        self._held.append(sys._current_frames())
        mine = threading.get_ident()
        self._seen.append((time.perf_counter(), {i: _folded(f) for i, f in self._held[-1].items() if i != mine}))

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def told(self, most: int) -> Iterator[str]:
        """The latest beats: what the GUI thread was seen at and how often, and what others were at besides."""
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for late_ms, cpu_ms, seen in sorted(self.late, key=lambda each: -each[0])[:most]:
            yield f"--- {late_ms:.0f} ms, of which the GUI thread computed {cpu_ms:.0f}; seen {len(seen)} times"
            for stack, times in Counter(s[self._gui] for _, s in seen).most_common(6):
                yield f"{times:4d} GUI {stack}"
            others = Counter(
                (names.get(i, str(i)), s) for _, stacks in seen for i, s in stacks.items() if i != self._gui
            )
            for (name, stack), times in others.most_common(6):
                if not stack.endswith(("wait", "_worker", "select", "get")):
                    yield f"{times:4d} {name} {stack}"


def _folded(frame: FrameType | None) -> str:
    found: list[str] = []
    while frame is not None and len(found) < FOLDED:
        code = frame.f_code
        found.append(f"{Path(code.co_filename).name}:{frame.f_lineno}:{code.co_name}")
        frame = frame.f_back
    return ";".join(reversed(found))


@contextmanager
def stacks_told(late_ms: float, most: int) -> Iterator[None]:
    """Prints to standard error what the latest beats of the GUI thread were spent on."""
    watcher = Watcher(late_ms)
    timer = QTimer(interval=10, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(watcher.beat)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        watcher.end()
        print(*watcher.told(most), sep="\n", file=sys.stderr, flush=True)
