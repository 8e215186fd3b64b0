"""What the road costs the board: rows, header and Details told several times a second while drivers move."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from dispatcher.domain.tracking import LiveRound, Risk
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from tests.fixtures.board import Board, make_board
from tests.fixtures.livedays import a_live_day, attempt, driven
from ui.board.filtering import Filter, Mark
from ui.board.inspector import Inspector
from ui.board.rounds import RoundsPanel
from ui.theme import Mode, Theme
from ui.window.header import Header
from ui.window.marks import StopMarks

MOVED_MS, FRAME_MS = 5.0, 33.0
ROUNDS, STOPS_EACH, DONE = 50, 100, 40
AT_ONCE = 25
"""Rounds that are timed anew in one step of the follower."""
REPEATS = 30


def run() -> Iterator[dict[str, object]]:
    """Milliseconds of the GUI thread, for a day of 50 rounds of 100 stops, all rounds open."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme, board = Theme(app, Mode.LIGHT, 1.0), make_board(ROUNDS, STOPS_EACH, 0)
    panel = RoundsPanel(theme)
    panel.set_day(board.day, board.schedule)
    panel.resize(480, 1000)
    panel.show()
    panel.view.expandAll()
    app.processEvents()
    days = list(_days(board, 1))
    yield _figure("a driver moved, rows told alone", _took(days, panel.set_live), MOVED_MS)
    yield _figure(
        "a driver moved, painted", _took(days, lambda live: (panel.set_live(live), app.processEvents())), FRAME_MS
    )
    yield _figure(
        f"{AT_ONCE} rounds timed anew, rows told alone", _took(list(_days(board, AT_ONCE)), panel.set_live), FRAME_MS
    )
    panel.line.set_filter(Filter(marks=frozenset({Mark.AT_RISK})))
    yield _figure("a driver moved, while filtered by risk", _took(days, panel.set_live), FRAME_MS)
    panel.close()
    yield from _others(theme, board, days)


def _others(theme: Theme, board: Board, days: list[LiveDay]) -> Iterator[dict[str, object]]:
    outlook = Outlook(board.day, board.schedule, {})
    header, inspector, marks = Header(theme), Inspector(theme), StopMarks()
    header.set_outlook(outlook)
    inspector.set_day(board.day, board.schedule, {})
    inspector.show_selection([board.day.plan.routes[0].order_ids[-1]], [])
    yield _figure("counts of the header", _took(days, header.set_live), MOVED_MS)
    yield _figure("Details of a stop ahead", _took(days, inspector.set_live), MOVED_MS)
    marks.of(outlook, days[0])
    yield _figure("marks of the map, by a worker", _took(days, lambda live: marks.of(outlook, live)), FRAME_MS)


def _days(board: Board, moved: int) -> Iterator[LiveDay]:
    """One moment after the other, so many rounds of it other than in the one before."""
    shifts = list(board.day.shifts)
    rounds: dict[str, LiveRound] = {s: driven(board, s, DONE, risks={60: Risk.AT_RISK}) for s in shifts}
    ended = [attempt(board, stop.order_id) for s in shifts for stop in board.schedule.routes[s].stops[:DONE]]
    first = a_live_day(board, rounds.values(), ended)
    yield first
    for step in range(1, REPEATS):
        for n in range(moved):
            shift_id = shifts[(step * 7 + n) % ROUNDS]
            rounds[shift_id] = driven(board, shift_id, DONE, late=timedelta(minutes=step), risks={60: Risk.AT_RISK})
        yield replace(first, rounds=dict(rounds))


def _took(days: list[LiveDay], tell: Callable[[LiveDay], object]) -> list[float]:
    """Of this thread's processor: the machine may have other things to do."""
    tell(days[0])
    took = []
    for live in days[1:]:
        began = time.thread_time()
        tell(live)
        took.append((time.thread_time() - began) * 1_000)
    return took


def _figure(name: str, took: list[float], goal: float) -> dict[str, object]:
    value = round(statistics.median(took), 2)
    on = f"made-up day of {ROUNDS * STOPS_EACH:,} stops, slowest of {len(took)}: {max(took):.1f} ms"
    return {"name": name, "value": value, "unit": "ms", "goal": goal, "ok": value <= goal, "on": on}
