"""The real window on 5,000 stops and 60 drivers in Aachen: verdicts, frames, opening, memory, and what follows a drop.

Runs offscreen unless the platform is named, with the real road engine, database and map page; in a process of its own,
so that its memory is the program's. Making the day takes some minutes the first time; `aachen_depot` keeps it.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import Load
from dispatcher.domain.plan import Day
from dispatcher.planning.judge import judge, judge_many
from dispatcher.services.fixes import fixes_for
from dispatcher.services.home import Home
from dispatcher.services.plan import sequences_of
from dispatcher.services.verdict import InHand, Verdict
from dispatcher.services.workplace import Workplace, open_workplace
from tests.benchmarks.aachen_depot import DAY, clock, opener, planned_home
from tests.benchmarks.extracts import extract_of, measured, unmeasured
from tests.benchmarks.map import p95, pan
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.window import drop, painted, standing_still, until, wait, worked_out
from ui.app import make_application, open_settings
from ui.board import drag
from ui.collecting import GuiCollector, settle_memory
from ui.window.main import MainWindow

STOPS, DRIVERS = 5_000, 60
VAN = Load(1_300.0, 10_000.0, 220)
PLANNED_S = 90.0
ON = f"aachen, {STOPS:,} stops, {DRIVERS} drivers"

FRAME = ("ms", 33.0)
ONE = ("verdicts painted in all rows, one stop", "ms", 16.0)
TWENTY = ("verdicts painted in all rows, 20 stops", "ms", 50.0)
OPEN = ("open the day, painted", "s", 3.0)
MEMORY = ("memory of the whole program (PSS)", "MB", 1_200.0)
JUDGE = ("judge the whole day", "ms", 20.0)
DROP = ("drop to redrawn routes", "s", 0.4)
FIXES = ("fixes of one unplanned stop", "s", 1.0)
AGREES = ("verdicts that differ from the judge", "", 0.0)
DRAGS, HANDFULS, MANY, DROPS, CHECKS = 200, 50, 20, 50, 50
QUIET_MS = 10_000
"""After so long the rest of the day is being improved quietly."""

type Figure = dict[str, object]
type Spent = tuple[float, float]
"""Milliseconds by the clock, and of this thread's processor: the machine may have other things to do."""


def run() -> Iterator[Figure]:
    """Each figure with its goal."""
    extract = extract_of("aachen")
    if extract is None:
        yield from (unmeasured(*figure, "aachen") for figure in (ONE, TWENTY, OPEN, MEMORY, JUDGE, DROP, FIXES, AGREES))
        return
    with planned_home(extract, drivers=DRIVERS, orders=STOPS, van=VAN, seconds=PLANNED_S) as home:
        yield _start(home)
        command = [sys.executable, "-m", "tests.benchmarks.full_board", str(home.root)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as measuring:
            assert measuring.stdout
            yield from map(json.loads, measuring.stdout)
        if measuring.returncode:
            raise RuntimeError(f"the measuring process ended with {measuring.returncode}")


def _start(home: Home) -> Figure:
    """The whole program as a process, on this day."""
    command = [sys.executable, "main.py", "--date", DAY.isoformat(), "--until-painted"]
    took = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, env=dict(os.environ, ROUNDHOUSE_HOME=str(home.root)), capture_output=True, check=True)
        took.append(time.perf_counter() - started)
    on = f"best of {len(took)} whole runs, closing included; slowest {max(took):.1f} s"
    return _told("start to painted day", min(took), "s", 5.0, on)


def _measure(home: Home) -> Iterator[Figure]:
    """Everything inside one program."""
    app, theme = make_application(home)
    collector = GuiCollector(app)
    workplace = open_workplace(home, "aachen", open_store=opener, clock=clock)
    started = time.perf_counter()
    window = MainWindow(workplace, theme, open_settings(home), maker=lambda _depot: "", open_store=opener)
    window.resize(1600, 900)
    window.show()
    window.open_day(DAY)
    wait(window.first_painted)
    settle_memory()
    yield _told("open the window on the day, painted", time.perf_counter() - started, "s", None)
    _redrawn(window)
    yield _memory("after opening", window, workplace)
    yield from _opening(window)
    yield from _verdicts(window, workplace)
    yield from _frames(app, window)
    yield from _computed(window, workplace)
    yield from _dropping(window, workplace)
    loop = QEventLoop()
    window.destroyed.connect(loop.quit)
    window.close()
    loop.exec()
    collector.stop()


# ── The day opens ────────────────────────────────────────────────────────────────────────────────────────────────────


def _opening(window: MainWindow) -> Iterator[Figure]:
    took = []
    for _ in range(3):
        _turn_to(window, 1)
        started = time.perf_counter()
        with standing_still() as gaps:
            _turn_to(window, 0)
        took.append((time.perf_counter() - started, max(gaps)))
    name, unit, goal = OPEN
    seconds, stalls = zip(*took, strict=True)
    yield _told(name, statistics.median(seconds), unit, goal, f"median of {len(took)}, slowest {max(seconds):.2f} s")
    yield _told("longest the window stands still while the day opens", max(stalls), "ms", 100.0)


def _turn_to(window: MainWindow, days: int) -> None:
    on = DAY + timedelta(days=days)
    window.open_day(on)
    until(window, lambda: window.day.outlook is not None and window.day.outlook.day.date == on)
    _redrawn(window)


# ── Stops in the hand ────────────────────────────────────────────────────────────────────────────────────────────────


def _verdicts(window: MainWindow, workplace: Workplace) -> Iterator[Figure]:
    day, dice = _day(window), random.Random(5)
    planned = [o for route in day.plan.routes for o in route.order_ids]
    hands = [[order_id] for order_id in dice.sample(planned, DRAGS)]
    full = [dice.sample(planned, MANY) for _ in range(HANDFULS)]
    window.board.rounds.view.collapseAll()
    for (name, unit, goal), some in ((ONE, hands), (TWENTY, full)):
        _dragged(window, some[0])
        yield from _spread(name, [_dragged(window, order_ids) for order_ids in some], unit, goal)
        alone = [_timed(lambda order_ids=order_ids: InHand(workplace.desk, day, order_ids).all()) for order_ids in some]
        yield from _spread(f"{name}: working them out alone", alone, unit, goal)
    yield from _spread("verdict painted at a hovered place", _hovering(window, hands[:5]), "ms", 16.0)


def _dragged(window: MainWindow, order_ids: list[OrderId]) -> Spent:
    """Milliseconds from the drag's coming in until the window has painted and has nothing left to do."""
    view = window.board.rounds.view
    data, at = drag.pack(order_ids), QPointF(100, 60)
    come = QDragEnterEvent(at, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, _NO_KEY)
    took = _timed(lambda: _sent(view.viewport(), come))
    assert len(view.rulings.by_shift) == DRIVERS
    _sent(view.viewport(), QDragLeaveEvent())
    return took


def _hovering(window: MainWindow, hands: list[list[OrderId]]) -> list[Spent]:
    """From stop to stop down the view."""
    view, took = window.board.rounds.view, []
    view.expandAll()
    QApplication.processEvents()
    for order_ids in hands:
        data = drag.pack(order_ids)
        come = QDragEnterEvent(QPointF(100, 5), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, _NO_KEY)
        _sent(view.viewport(), come)
        for y in range(10, view.viewport().height() - 5, 10):
            move = QDragMoveEvent(QPointF(100, y), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, _NO_KEY)
            took.append(_timed(lambda move=move: _sent(view.viewport(), move)))
        _sent(view.viewport(), QDragLeaveEvent())
    return took


_NO_KEY = Qt.KeyboardModifier.NoModifier


def _sent(to: object, event: QEvent) -> None:
    QApplication.sendEvent(to, event)  # type: ignore[call-overload]
    QApplication.processEvents()


# ── Frames ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _frames(app: QApplication, window: MainWindow) -> Iterator[Figure]:
    rounds = window.board.rounds
    rounds.view.expandAll()
    app.processEvents()
    for what, acts in {
        "scrolling the rounds": _scrolling(window),
        "selecting stops by key": _selecting(window),
        "filtering by typing": _typing(rounds.line.edit),
    }.items():
        took = [_timed(lambda act=act: (act(), app.processEvents())) for act in acts]
        yield from _spread(f"frame of the window while {what}", took, *FRAME)
        _redrawn(window)
    view = window.board.map
    window.board.select(())
    position = view.position
    assert position is not None
    for zoom in (12, 14):
        with standing_still() as gaps:
            frames = pan(view, position.centre, zoom)
        yield _told(f"frame of the map gliding at zoom {zoom}, 95 %", p95(frames), *FRAME)
        yield _told(f"frame of the window while the map glides at zoom {zoom}, 95 %", p95(sorted(gaps)), *FRAME)


def _scrolling(window: MainWindow) -> list[Callable[[], object]]:
    bar = window.board.rounds.view.verticalScrollBar()
    notches = [partial(_scroll, window, 60) for _ in range(150)]
    jumps = [partial(bar.setValue, bar.maximum() * (i * 37 % 100) // 100) for i in range(50)]
    return [partial(bar.setValue, 0), *notches, *jumps]


def _scroll(window: MainWindow, by: int) -> None:
    bar = window.board.rounds.view.verticalScrollBar()
    bar.setValue(bar.value() + by)


def _selecting(window: MainWindow) -> Iterator[Callable[[], object]]:
    """Down the stops of several rounds, and some of them together."""
    view, model = window.board.rounds.view, window.board.rounds.model
    for route in [route for route in _day(window).plan.routes if route.stops][::8]:
        yield partial(view.setCurrentIndex, model.index_of_order(route.order_ids[0]))
        for i in range(20):
            shift = Qt.KeyboardModifier.ShiftModifier if i > 14 else _NO_KEY
            yield partial(QTest.keyClick, view, Qt.Key.Key_Down, shift)


def _typing(edit: QLineEdit) -> Iterator[Callable[[], object]]:
    for word in ("pontstra", "AC-0012", "weg 1"):
        for letter in word:
            yield partial(QTest.keyClicks, edit, letter)
        for _ in word:
            yield partial(QTest.keyClick, edit, Qt.Key.Key_Backspace)


# ── Worked out without the window ────────────────────────────────────────────────────────────────────────────────────


def _computed(window: MainWindow, workplace: Workplace) -> Iterator[Figure]:
    day, desk, dice = _day(window), workplace.desk, random.Random(3)
    problem, sequences = desk.problem(day), sequences_of(day)
    name, unit, goal = JUDGE
    yield _told(name, min(_timed(lambda: judge(problem, sequences))[0] for _ in range(7)), unit, goal, "best of 7")
    planned = [o for route in day.plan.routes for o in route.order_ids]
    name, unit, goal = AGREES
    wrong = sum(not _agrees(workplace, day, order_id, dice) for order_id in dice.sample(planned, CHECKS))
    yield _told(name, wrong, unit, goal, f"{CHECKS} stops, each with every driver and at one place")
    taken = dice.sample(planned, 10)
    window.hand.unassign(taken)
    _redrawn(window)
    day = _day(window)
    took = []
    for order_id in taken:
        started = time.perf_counter()
        found = fixes_for(desk, day, order_id)
        took.append((time.perf_counter() - started, len(found)))
    name, unit, goal = FIXES
    yield _told(f"{name}, slowest of 10", max(took)[0], unit, goal, f"{sum(n for _, n in took)} fixes found")
    window.hand.undo()
    _redrawn(window)


def _agrees(workplace: Workplace, day: Day, order_id: OrderId, dice: random.Random) -> bool:
    """Whether the judge says of the rounds as they would be what the verdicts say."""
    hand = InHand(workplace.desk, day, [order_id])
    shift_id = dice.choice(list(day.shifts))
    verdicts = [*hand.all().values(), hand.at(shift_id, dice.randrange(60))]
    return all(_as_judged(workplace, day, hand, verdict) for verdict in verdicts)


def _as_judged(workplace: Workplace, day: Day, hand: InHand, verdict: Verdict) -> bool:
    after = hand.landing(verdict).after
    before: dict[ShiftId, tuple[OrderId, ...]] = {s: tuple(sequences_of(day)[s]) for s in after}
    problem = workplace.desk.problem(day)
    was, would = (judge_many(problem, list(rounds.items())) for rounds in (before, after))
    return all(
        sum(getattr(route, part) for route in would) - sum(getattr(route, part) for route in was)
        == getattr(verdict, part)
        for part in ("duration_s", "distance_m", "cost")
    )


# ── Drops ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _dropping(window: MainWindow, workplace: Workplace) -> Iterator[Figure]:
    with standing_still() as gaps:
        tables, all_drawn = map(sorted, zip(*(drop(window, random.Random(n)) for n in range(DROPS)), strict=True))
    name, unit, goal = DROP
    for what, took in ((name, all_drawn), (f"{name}, the map left aside", tables)):
        on = f"{DROPS} drops, median {statistics.median(took):.2f} s"
        yield _told(f"{what}, 95 %", p95(took), unit, goal, on)
    yield _told("longest the window stands still while dropping stops", max(gaps), "ms", 100.0)
    loop = QEventLoop()
    QTimer.singleShot(QUIET_MS, loop.quit)
    loop.exec()
    yield _memory(f"after {DROPS} drops, the day being improved quietly", window, workplace)


def _memory(when: str, window: MainWindow, workplace: Workplace) -> Figure:
    parts = memory_mb()
    tables = workplace.desk.problem(_day(window)).travel.values()
    table_mb = sum(t.duration_s.nbytes + t.distance_m.nbytes + t.off_road_m.nbytes for t in tables) / 2**20
    name, unit, goal = MEMORY
    made_of = ", ".join(f"{kind} {mb:.0f}" for kind, mb in sorted(parts.items()))
    return _told(f"{name}, {when}", sum(parts.values()), unit, goal, f"{made_of}; travel table {table_mb:.0f}")


def _redrawn(window: MainWindow) -> None:
    worked_out(window)
    painted(window)


# ── Telling ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _day(window: MainWindow) -> Day:
    assert window.day.day is not None
    return window.day.day


def _timed(act: Callable[[], object]) -> Spent:
    QApplication.processEvents()
    wall, cpu = time.perf_counter(), time.thread_time()
    act()
    return (time.perf_counter() - wall) * 1_000, (time.thread_time() - cpu) * 1_000


def _spread(name: str, took: Iterable[Spent], unit: str, goal: float) -> Iterator[Figure]:
    walls, cpus = map(sorted, zip(*took, strict=True))
    slowest = f"{len(walls)} times, slowest {walls[-1]:.3g} {unit}"
    for share, at, target in (("median", len(walls) // 2, None), ("95 %", int(0.95 * len(walls)), goal)):
        yield _told(f"{name}, {share}", walls[at], unit, target, f"{slowest}; {cpus[at]:.3g} {unit} of processor")


def _told(name: str, value: float, unit: str, goal: float | None, more: str = "") -> Figure:
    load = f"load {os.getloadavg()[0]:.1f}"
    on = "; ".join(part for part in (ON, more, load) if part)
    if goal is None:
        return {"name": name, "value": round(value, 3), "unit": unit, "goal": None, "ok": None, "on": on}
    return measured(name, value, unit, goal, on)


if __name__ == "__main__":
    for _figure in _measure(Home(Path(sys.argv[1]))):
        print(json.dumps(_figure), flush=True)
