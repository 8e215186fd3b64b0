"""How long the timeline takes to show 60 rounds of 90 stops, and to paint it anew while zooming, panning, scrolling."""

import gc
import os
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.tracking import LiveRound, LiveStop, Risk, Visit
from tests.fixtures.board import Board, make_board
from ui.theme import Mode, Theme
from ui.timeline.geometry import View
from ui.timeline.panel import TimelinePanel

SHOW_MS, FRAME_MS = 60.0, 25.0
ROUNDS, STOPS_EACH = 60, 90
_IMPORT = """
import time, numpy, PySide6.QtWidgets, PySide6.QtSvg, ui.board.rounds
began = time.process_time()
import {}
print(time.process_time() - began)
"""


def run() -> Iterator[dict[str, object]]:
    """On the largest screen, where 38 lanes are in view.

    Processor time of the GUI thread, which works without waiting: the same on a machine that is busy besides.
    """
    gc.disable()  # the program collects when nothing moves, see ui.collecting
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    panel = TimelinePanel(Theme(app, Mode.LIGHT, 1.0))
    panel.resize(2560, 1440)
    panel.show()
    board = make_board(ROUNDS, STOPS_EACH, 0)
    panel.set_day(board.day, board.schedule)
    app.processEvents()
    yield _figure("set_day of 5,400 stops", [_set_day(panel, board) for _ in range(12)], SHOW_MS)
    lit = board.day.plan.routes[7].order_ids[:3]
    for name, chosen in (("", ()), (", three stops selected", lit)):
        panel.select(chosen)
        for what, step in _MOVES.items():
            panel.showing.view = panel.showing.view.fit()
            yield _figure(f"frame while {what}{name}", _frames(panel, step), FRAME_MS)
    yield from _on_the_road(panel, board)
    panel.close()
    gc.enable()
    for module in ("ui.timeline.panel", "ui.timeline.chart"):
        yield _figure(f"import {module}", [_import_ms(module) for _ in range(3)], 500.0)


def _on_the_road(panel: TimelinePanel, board: Board) -> Iterator[dict[str, object]]:
    """Half of the day driven, half ahead."""
    panel.select(())
    rounds = [_half_driven(board, route.shift_id) for route in board.day.plan.routes]
    panel.set_now(rounds[0].visits[-1].departed_at)
    yield _figure("show_actual of 5,400 stops", [_shown(panel, rounds) for _ in range(12)], SHOW_MS)
    for what, step in _MOVES.items():
        panel.showing.view = panel.showing.view.fit()
        yield _figure(f"frame while {what}, half of the day driven", _frames(panel, step), FRAME_MS)


def _shown(panel: TimelinePanel, rounds: list[LiveRound]) -> float:
    began = time.thread_time()
    panel.show_actual(rounds)
    QApplication.processEvents()
    return (time.thread_time() - began) * 1_000


def _half_driven(board: Board, shift_id: ShiftId) -> LiveRound:
    times, late, band = board.schedule.routes[shift_id].stops, timedelta(minutes=6), timedelta(minutes=9)
    half = len(times) // 2
    visits = tuple(Visit(shift_id, s.order_id, s.arrives_at + late, s.departs_at + late) for s in times[:half])
    risks = (Risk.NONE, Risk.NONE, Risk.NONE, Risk.AT_RISK, Risk.LATE)
    stops = tuple(
        LiveStop(s.order_id, s.arrives_at, at := s.arrives_at + late, at - band, at + band, risk=risks[i % 5])
        for i, s in enumerate(times[half:])
    )
    return LiveRound(shift_id, board.day.shifts[shift_id].driver_id, visits, stops)


_MOVES: dict[str, Callable[[View, int], View]] = {
    "zooming": lambda view, i: view.zoomed(1.15 if i < 16 else 1 / 1.15, 700),
    "panning": lambda view, i: view.zoomed(2.0, 700) if i == 0 else view.panned(40 if i < 16 else -40),
    "scrolling": lambda view, i: view.panned(0, 30 if i < 16 else -30),
}


def _set_day(panel: TimelinePanel, board: Board) -> float:
    """The day shares no object with the one shown, as after a real change."""
    fresh = pickle.loads(pickle.dumps(board))
    began = time.thread_time()
    panel.set_day(fresh.day, fresh.schedule)
    return (time.thread_time() - began) * 1_000


def _frames(panel: TimelinePanel, step: Callable[[View, int], View]) -> list[float]:
    """From the gesture to the last pixel."""
    chart = panel.chart
    assert chart is not None
    took = []
    for i in range(32):
        began = time.thread_time()
        chart.look(step(panel.showing.view, i))
        QApplication.processEvents()
        took.append((time.thread_time() - began) * 1_000)
    return took


def _import_ms(module: str) -> float:
    command = [sys.executable, "-c", _IMPORT.format(module)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout) * 1_000


def _figure(name: str, times_ms: list[float], goal: float) -> dict[str, object]:
    """The 95th percentile stands for all; median and slowest go with it."""
    ordered = sorted(times_ms)
    value = round(ordered[max(0, round(0.95 * len(ordered)) - 1)], 1)
    on = (
        f"made-up day of {ROUNDS * STOPS_EACH:,} stops, 95 % of {len(ordered)}; median {statistics.median(ordered):.1f}"
    )
    return {
        "name": name,
        "value": value,
        "unit": "ms",
        "goal": goal,
        "ok": value <= goal,
        "on": f"{on}, slowest {ordered[-1]:.1f} ms",
    }
