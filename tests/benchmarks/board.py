"""How smoothly rounds and pool run with 5,000 stops: showing, changing, scrolling, selecting, filtering."""

import os
import pickle
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from dispatcher.domain.ids import ShiftId
from tests.fixtures.board import Board, make_board, moved
from tests.fixtures.verdicts import make_verdict
from ui.board.filtering import Mark
from ui.board.pool import PoolPanel
from ui.board.pool_model import Column
from ui.board.rounds import RoundsPanel
from ui.theme import Mode, Theme

FRAME_MS = 33.0
FIRST_MS = 500.0
ROUNDS, STOPS_EACH = 60, 84
TYPED = "pontstraße 1"

type Step = Callable[[], object]


def run() -> Iterator[dict[str, object]]:
    """Milliseconds of the GUI thread from the hand's move to the last pixel, the paint included."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = Theme(app, Mode.LIGHT, 1.0)
    board = make_board(ROUNDS, STOPS_EACH, 0)
    yield from _rounds(app, theme, board)
    yield from _pool(app, theme)


def _rounds(app: QApplication, theme: Theme, board: Board) -> Iterator[dict[str, object]]:
    panel = _shown(app, RoundsPanel(theme))
    order = board.day.plan.routes[10].order_ids[5]
    there = moved(board, [order], list(board.day.shifts)[40], 20)
    yield _figure("show 60 rounds of 84 stops for the first time", _changes(app, panel, [board]), FIRST_MS)
    for name, unfold in (("all closed", panel.view.collapseAll), ("all open", panel.view.expandAll)):
        unfold()
        app.processEvents()
        yield _figure(f"change two of 60 rounds, {name}", _changes(app, panel, (there, board) * 8), FRAME_MS)
    yield _frames("open and close all 60 rounds", app, [panel.view.collapseAll, panel.view.expandAll] * 8)
    yield _frames("scroll 5,040 stops", app, _scrolling(panel))
    yield _frames("select among 5,040 stops", app, _selecting(panel, board))
    yield _frames("filter 5,040 stops", app, _filtering(panel))
    yield _frames("show the verdicts of 60 drivers", app, _judging(panel, board))
    panel.close()


def _pool(app: QApplication, theme: Theme) -> Iterator[dict[str, object]]:
    board = make_board(1, 1, ROUNDS * STOPS_EACH)
    panel = _shown(app, PoolPanel(theme))
    yield _figure("show 5,040 unplanned", [_timed(app, lambda: panel.set_day(board.day, board.reasons))], FIRST_MS)
    yield _frames("filter 5,040 unplanned", app, _typing(panel.filter.setText))
    sorts = [(lambda c=column: panel.view.sortByColumn(c, panel.model.sorted_by[1])) for column in list(Column) * 2]
    yield _frames("sort 5,040 unplanned", app, sorts)
    bar = panel.view.verticalScrollBar()
    yield _frames("scroll 5,040 unplanned", app, [lambda: bar.setValue(bar.value() + 90) for _ in range(200)])
    panel.close()


# ── What the hand does ───────────────────────────────────────────────────────────────────────────────────────────────


def _changes(app: QApplication, panel: RoundsPanel, boards: Iterable[Board]) -> list[float]:
    took = []
    for board in boards:
        fresh = _fresh(board)
        took.append(_timed(app, lambda fresh=fresh: panel.set_day(fresh.day, fresh.schedule)))
    return took


def _fresh(board: Board) -> Board:
    """A day that shares no object with the one shown, read and judged anew as after a real change."""
    stored = {order_id: replace(order, version=1) for order_id, order in board.day.orders.items()}
    return pickle.loads(pickle.dumps(replace(board, day=replace(board.day, orders=stored))))


def _scrolling(panel: RoundsPanel) -> list[Step]:
    """A wheel's notches, pages, and jumps of the scroll bar."""
    bar = panel.view.verticalScrollBar()
    notches: list[Step] = [lambda: bar.setValue(bar.value() + 60) for _ in range(200)]
    pages: list[Step] = [lambda: bar.setValue(bar.value() + bar.pageStep()) for _ in range(50)]
    jumps: list[Step] = [lambda i=i: bar.setValue(bar.maximum() * (i * 37 % 100) // 100) for i in range(50)]  # type: ignore[misc]
    return notches + pages + jumps


def _selecting(panel: RoundsPanel, board: Board) -> list[Step]:
    """Stop by stop down a round, whole rounds' stops from outside, and everything."""
    steps: list[Step] = []
    index_of = panel.model.index_of_order
    for route in board.day.plan.routes[::4]:
        steps += [lambda o=o: panel.view.setCurrentIndex(index_of(o)) for o in route.order_ids[:8]]  # type: ignore[misc]
        steps.append(lambda route=route: panel.select(route.order_ids))  # type: ignore[misc]
    return [*steps, *[panel.view.selectAll, panel.view.clearSelection] * 3]


def _filtering(panel: RoundsPanel) -> list[Step]:
    steps = _typing(panel.line.edit.setText)
    for mark in (Mark.TROUBLE, Mark.HELD, Mark.FORENOON, Mark.UNLOCKED):
        steps += [lambda mark=mark: panel.line.toggle(mark)] * 2  # type: ignore[misc]
    return steps


def _typing(put: Callable[[str], object]) -> list[Step]:
    """Letter by letter, and back."""
    texts = [TYPED[:n] for n in range(1, len(TYPED) + 1)]
    return [lambda text=text: put(text) for text in (*texts, *reversed(texts), "") * 3]  # type: ignore[misc]


def _judging(panel: RoundsPanel, board: Board) -> list[Step]:
    panel.view.collapseAll()
    ranked = [(s, make_verdict(ShiftId(s), minutes=i)) for i, s in enumerate(board.day.shifts)]
    turns = [dict(ranked[i:] + ranked[:i]) for i in range(20)]
    return [lambda turn=turn: panel.show_verdicts(turn) for turn in turns]  # type: ignore[misc]


# ── Timing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _shown[Panel: QWidget](app: QApplication, panel: Panel) -> Panel:
    panel.resize(480, 1000)
    panel.show()
    app.processEvents()
    return panel


def _timed(app: QApplication, step: Step) -> float:
    app.processEvents()
    began = time.perf_counter()
    step()
    app.processEvents()
    return (time.perf_counter() - began) * 1_000


def _frames(name: str, app: QApplication, steps: Iterable[Step]) -> dict[str, object]:
    """95 % of the steps stay within a frame."""
    took = sorted(_timed(app, step) for step in steps)
    value = round(took[int(0.95 * (len(took) - 1))], 1)
    on = f"made-up day, {len(took)} steps, median {statistics.median(took):.1f} ms, slowest {took[-1]:.1f} ms"
    return {"name": f"{name}, 95 %", "value": value, "unit": "ms", "goal": FRAME_MS, "ok": value <= FRAME_MS, "on": on}


def _figure(name: str, took: list[float], goal: float) -> dict[str, object]:
    """The median stands for all; the slowest goes with it."""
    value = round(statistics.median(took), 1)
    on = f"made-up day of 5,040 stops, slowest of {len(took)}: {max(took):.1f} ms"
    return {"name": name, "value": value, "unit": "ms", "goal": goal, "ok": value <= goal, "on": on}
