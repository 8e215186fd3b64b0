"""How long the GUI thread ever stands still, and whose computing keeps it: a timer's beats."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from PySide6.QtCore import Qt, QTimer

BEAT_MS = 10


class Gap(NamedTuple):
    """How late a beat came, in milliseconds, and what was computed meanwhile: who the others are, that tells."""

    late_ms: float
    window_ms: float
    """Of the processor, by the GUI thread."""
    program_ms: float
    """By all threads of the window's process."""


@contextmanager
def beats() -> Iterator[list[Gap]]:
    """The beats of a timer of the GUI thread."""
    gaps: list[Gap] = [Gap(0.0, 0.0, 0.0)]
    last = [(time.perf_counter(), time.thread_time(), time.process_time())]

    def beat() -> None:
        now = time.perf_counter(), time.thread_time(), time.process_time()
        late, window, program = (1_000 * (b - a) for a, b in zip(last[0], now, strict=True))
        gaps.append(Gap(late - BEAT_MS, window, program))
        last[0] = now

    timer = QTimer(interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(beat)
    timer.start()
    yield gaps
    timer.stop()


def told_of(gaps: Sequence[Gap], limit_ms: float) -> str:
    """The latest beats, in words."""
    worst = ", ".join(f"{g.late_ms:.0f} ({g.window_ms:.0f}, {g.program_ms:.0f})" for g in sorted(gaps)[:-6:-1])
    most = share(sorted(gap.late_ms for gap in gaps), 0.999)
    long = sum(gap.late_ms > limit_ms for gap in gaps)
    counted = f"{len(gaps):,} beats, 99.9 % within {most:.0f} ms, {long} later than {limit_ms:.0f} ms"
    return f"{counted}; the latest by ms (of which the GUI thread, the whole program computed): {worst}"


def share(ordered: Sequence[float], part: float) -> float:
    """The value below which this part of them lies."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
