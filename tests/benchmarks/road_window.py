"""The window on 200 drivers whose phones send a position every second: what is lost, how it stalls, how late it is.

Takes 13 minutes: ten of load and three to begin; making the day takes eight more the first time (`aachen_depot` keeps
it). The real gateway, the phones (`road_phones`) and the window (offscreen unless the platform is named) are processes
of their own on the same cores. The drivers have been on the road since the morning. Their clock is simulated, at the
computer's own speed. `python -m tests.benchmarks.road_window --minutes 2` for a trial; with
`--stacks 60` it also tells what ran in beats that came so many milliseconds late.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QObject, QTimer

from db.logbook.opening import open_logbook
from dispatcher.domain.ids import ShiftId
from dispatcher.services.clocks import clock_of
from dispatcher.services.home import Home
from dispatcher.services.live import LiveDay
from dispatcher.services.workplace import open_workplace
from tests.benchmarks.aachen_depot import opener
from tests.benchmarks.beats import Gap, beats, share, told_of
from tests.benchmarks.extracts import measured, unmeasured
from tests.benchmarks.late_stacks import stacks_told
from tests.benchmarks.processes import memory_mb
from tests.benchmarks.road_days import AACHEN, FULL_DAY, ROOT, gateway, sent_day
from tests.benchmarks.window import wait
from ui.app import make_application, open_settings
from ui.collecting import GuiCollector, settle_memory
from ui.window.main import MainWindow

MINUTES = 10.0
AT = 12
"""The hour of the depot's day at which it begins: nine in ten rounds are on the road then."""
SETTLED_S = 5.0
STACKS = 40
"""Late beats whose stacks are told."""

LOST = ("positions acknowledged and not kept", "", 0.0)
STALL = ("longest the window stands still while 200 drivers move", "ms", 100.0)
LATE = ("from the gateway to the moved marker, 95 %", "ms", 1_000.0)

MORNING = "longest the window stands still while the morning is read"

type Figure = dict[str, object]


def run(minutes: float = MINUTES, *, stacks: float = 0.0) -> Iterator[Figure]:
    """Each figure with its goal. `stacks`: also tell what beats later than so many milliseconds were spent on."""
    with sent_day(FULL_DAY) as home:
        if home is None:
            yield from (unmeasured(*figure, FULL_DAY.name) for figure in (LOST, STALL, LATE))
            return
        with gateway(home, FULL_DAY.slug) as (port, _pid):
            command = [sys.executable, "-m", "tests.benchmarks.road_window"]
            command += ["--home", str(home.root), "--port", str(port), "--minutes", str(minutes)]
            command += ["--stacks", str(stacks)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as measuring:
                assert measuring.stdout
                yield from map(json.loads, measuring.stdout)
            if measuring.returncode:
                raise RuntimeError(f"the measuring process ended with {measuring.returncode}")


# --- inside the window's process ----------------------------------------------------------------------------------


@contextmanager
def _phones(home: Home, port: int, minutes: float) -> Iterator[subprocess.Popen[str]]:
    on = FULL_DAY.on.isoformat()
    command = [sys.executable, "-m", "tests.benchmarks.road_phones"]
    command += [str(home.root), FULL_DAY.slug, AACHEN, on, str(AT), str(port), str(minutes)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=ROOT) as phones:
        try:
            assert phones.stdout
            if phones.stdout.readline().strip() != "ready":
                raise RuntimeError("the phones did not come up")
            yield phones
        finally:
            phones.terminate()


def _measure(home: Home, port: int, minutes: float, stacks: float) -> Iterator[Figure]:
    app, theme = make_application(home)
    collector = GuiCollector(app)
    with _phones(home, port, minutes) as phones:
        clock = clock_of(home.depots / FULL_DAY.slug)
        opening = partial(open_logbook, clock=clock)
        workplace = open_workplace(home, FULL_DAY.slug, open_store=opener, open_logbook=opening, clock=clock)
        window = MainWindow(workplace, theme, open_settings(home), maker=lambda _depot: "", open_store=opener)
        window.resize(1600, 900)
        window.show()
        window.open_day(FULL_DAY.on)
        wait(window.first_painted)
        settle_memory()
        assert window.road is not None
        started = time.perf_counter()
        with beats() as gaps:
            wait(window.road.feed.moved, lambda live: live.followed)
            until(lambda: not window.runner.jobs)
            yield _told("followed from the morning on", time.perf_counter() - started, "s", None)
        yield _told(
            "longest the window stands still while the morning is read",
            max(gaps).late_ms,
            "ms",
            None,
            told_of(gaps, STALL[2]),
        )
        assert workplace.live is not None
        before, last = workplace.live.logbook.read(lambda r: (r.counts().fixes, r.last_seq()))
        seen = Markers(window, last)
        assert phones.stdin
        phones.stdin.write("go\n")
        phones.stdin.flush()
        with beats() as gaps, stacks_told(stacks, STACKS) if stacks else nullcontext():
            until(lambda: phones.poll() is not None)
        assert phones.stdout
        said = json.loads(phones.stdout.read())
        linger(SETTLED_S)
        kept = workplace.live.logbook.read(lambda r: r.counts().fixes) - before
    yield from _figures(said, kept, gaps, seen, minutes)
    window.destroyed.connect((loop := QEventLoop()).quit)
    window.close()
    loop.exec()
    collector.stop()


def _figures(said: dict[str, float], kept: int, gaps: list[Gap], seen: "Markers", minutes: float) -> Iterator[Figure]:
    late = sorted(seen.late_ms)
    sent = f"{said['sent']:,} sent, {said['acknowledged']:,} acknowledged, {kept:,} kept, {minutes:g} min"
    yield _told(LOST[0], abs(said["acknowledged"] - kept), *LOST[1:], sent)
    yield _told("positions not acknowledged", said["sent"] - said["acknowledged"], *LOST[1:])
    yield _told(STALL[0], max(gaps).late_ms, *STALL[1:], told_of(gaps, STALL[2]))
    longest = max(gap.window_ms for gap in gaps)
    yield _told("longest the GUI thread computes at a stretch", longest, "ms", STALL[2])
    shown = f"{len(late):,} positions shown, median {statistics.median(late):.0f} ms, slowest {late[-1]:.0f} ms"
    yield _told(LATE[0], share(late, 0.95), *LATE[1:], shown)
    within = f"median {said['half_ms']:.0f} ms, slowest {said['slowest_ms']:.0f} ms"
    yield _told("acknowledged within, 99 of 100", said["most_ms"], "ms", None, within)
    memory = memory_mb()
    made_of = ", ".join(f"{kind} {mb:.0f}" for kind, mb in sorted(memory.items()))
    yield _told("memory of the window and what it started (PSS)", sum(memory.values()), "MB", None, made_of)


@dataclass(slots=True, weakref_slot=True)
class Markers:
    """How long after its arrival each position was on the map: asked of the page itself, after each time it is told."""

    window: MainWindow
    morning_seq: int
    """Of the last position before the phones began."""
    late_ms: list[float] = field(default_factory=list)
    _shown: dict[ShiftId, int] = field(default_factory=dict)
    _under_way: dict[int, list[datetime]] = field(default_factory=dict)
    _paints: QObject | None = None

    def __post_init__(self) -> None:
        road, view = self.window.road, self.window.board.map
        assert road is not None
        road.feed.moved.connect(self._on_moved)
        view.painted.connect(self._on_painted)

    def _on_moved(self, live: LiveDay) -> None:
        latest = {s: r.latest for s, r in live.rounds.items() if r.latest}
        news = {s: fix for s, fix in latest.items() if fix.seq > self._shown.get(s, self.morning_seq)}
        if news:
            self._under_way[self.window.board.map.request_painted()] = [fix.received_at for fix in news.values()]
        self._shown |= {shift_id: fix.seq for shift_id, fix in news.items()}

    def _on_painted(self, token: int) -> None:
        assert self.window.road is not None
        now = self.window.road.feed.now
        self.late_ms += [(now - at).total_seconds() * 1_000 for at in self._under_way.pop(token, ())]


def until(ready: Callable[[], bool]) -> None:
    """Spin until `ready`, looked at twice a second."""
    loop, timer = QEventLoop(), QTimer(interval=500)
    timer.timeout.connect(lambda: loop.quit() if ready() else None)
    timer.start()
    loop.exec()


def linger(seconds: float) -> None:
    """Spin for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1_000), loop.quit)
    loop.exec()


def _told(name: str, value: float, unit: str, goal: float | None, more: str = "") -> Figure:
    on = "; ".join(part for part in (FULL_DAY.name, more, f"load {os.getloadavg()[0]:.1f}") if part)
    if goal is None:
        return {"name": name, "value": round(value, 3), "unit": unit, "goal": None, "ok": None, "on": on}
    return measured(name, value, unit, goal, on)


if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--minutes", type=float, default=MINUTES)
    wanted.add_argument("--home")
    wanted.add_argument("--port", type=int)
    wanted.add_argument("--stacks", type=float, default=0.0, metavar="MS")
    asked = wanted.parse_args()
    inside = asked.home is not None
    minutes, stacks = asked.minutes, asked.stacks
    figures = _measure(Home(Path(asked.home)), asked.port, minutes, stacks) if inside else run(minutes, stacks=stacks)
    for figure in figures:
        print(json.dumps(figure, ensure_ascii=False), flush=True)
