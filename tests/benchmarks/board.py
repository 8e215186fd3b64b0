"""How long the board takes to show a day of 60 rounds of 90 stops, and a change of two rounds in it."""

import os
import pickle
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.fixtures.board import Board, make_board, moved
from ui.board.rounds import RoundsPanel
from ui.theme import Mode, Theme

FRAME_MS = 33.0


def run() -> Iterator[dict[str, object]]:
    """Milliseconds of the GUI thread, the paint included; every row read and judged anew, as after a real change."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    panel = RoundsPanel(Theme(app, Mode.LIGHT, 1.0))
    board = make_board(60, 90, 0)
    order = board.day.plan.routes[10].order_ids[5]
    there = moved(board, [order], list(board.day.shifts)[40], 20)
    panel.resize(480, 1000)
    panel.show()
    app.processEvents()
    yield _figure("show 60 rounds of 90 stops", [_timed(app, panel, board)], 1_000.0)
    for name, unfold in (("all closed", panel.view.collapseAll), ("all open", panel.view.expandAll)):
        unfold()
        app.processEvents()
        yield _figure(f"change two of 60 rounds, {name}", [_timed(app, panel, b) for b in (there, board) * 8], FRAME_MS)
    panel.close()


def _timed(app: QApplication, panel: RoundsPanel, board: Board) -> float:
    """From the day coming in to the last pixel; the day shares no object with the one shown."""
    stored = {order_id: replace(order, version=1) for order_id, order in board.day.orders.items()}
    fresh = pickle.loads(pickle.dumps(replace(board, day=replace(board.day, orders=stored))))
    app.processEvents()
    began = time.perf_counter()
    panel.set_day(fresh.day, fresh.schedule)
    app.processEvents()
    return (time.perf_counter() - began) * 1_000


def _figure(name: str, times_ms: list[float], goal: float) -> dict[str, object]:
    """The median stands for all; the slowest goes with it."""
    value = round(statistics.median(times_ms), 1)
    on = f"made-up day of 5,400 stops, slowest of {len(times_ms)}: {max(times_ms):.1f} ms"
    return {"name": name, "value": value, "unit": "ms", "goal": goal, "ok": value <= goal, "on": on}
