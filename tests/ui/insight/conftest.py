"""A depot with a day on the road in a real logbook, weeks of facts kept before it, and the panel on both."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from zlib import crc32

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.kept import KeptFacts
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.fixtures.facts import made_day
from tests.ui.proofs.conftest import Doors, Time
from tests.unit.services.conftest import keep
from ui.insight.page import InsightPage
from ui.insight.panel import InsightPanel
from ui.runner import OpRunner
from ui.theme import Theme

PATIENCE_MS = 20_000
STOPS = 6
"""Of each of the two rounds of the day."""
ON = days.DATE
QUIET_DAY = {"plan": 0, "chain": 0, "desk": crc32(repr(([], [], [], [])).encode()), "open": False}
"""How gathering sees a date that plan and logbook say nothing of: what is kept of it stays."""


@pytest.fixture
def time() -> Time:
    """The evening of the day."""
    return Time(days.clock("18:00"))


@pytest.fixture
def workplace(home: Path, time: Time) -> Iterator[Workplace]:
    """Twelve orders on two rounds, on straight lines, with a logbook."""
    folder, stores = Home(home), partial(open_store, clock=time, author="Anna")
    slug = create_depot(folder, days.make_depot(), open_store=stores)
    books = partial(open_logbook, clock=time)
    with open_workplace(folder, slug, open_store=stores, clock=time, open_logbook=books) as opened:
        made = days.make_day(2 * STOPS, 2, seed=4, windows=0.5, collections=0.0)
        ids, shifts = list(made.orders), list(made.shifts)
        day = days.with_plan(made, {shifts[0]: ids[:STOPS], shifts[1]: ids[STOPS:]})
        opened.store.write("Fill", lambda uow: keep(uow, day))
        yield opened


@pytest.fixture
def doors(workplace: Workplace, time: Time) -> Doors:
    """The day's rounds; nothing sent yet."""
    outlook = workplace.desk.look(workplace.store.read(lambda r: r.day(ON)), why=False)
    return Doors(workplace, time, outlook)


def put_days(workplace: Workplace, first: date, count: int, stops: int = 30) -> None:
    """Facts of so many days, kept as gathering keeps them."""
    kept, dice, made = KeptFacts(workplace.home.database(workplace.slug).parent / "insight"), random.Random(7), {}
    for n in range(count):
        on = first + timedelta(days=n)
        facts = {table: frame_of(table, rows) for table, rows in made_day(on, stops, dice, drivers=6).items()}
        made[on] = ({**QUIET_DAY, "stops": len(facts[TableName.STOPS])}, facts)
    kept.keep(made)


@pytest.fixture
def runner(workplace: Workplace) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(workplace.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """The window's."""
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@dataclass
class Shown:
    """The panel on the screen."""

    panel: InsightPanel
    runner: OpRunner
    qtbot: QtBot

    @property
    def page(self) -> InsightPage:
        assert self.panel.page is not None
        return self.panel.page

    def settle(self) -> None:
        """Until nothing is gathered or measured any more."""
        self.qtbot.waitUntil(lambda: not self.page.feed.gathering and self.runner.idle, timeout=PATIENCE_MS)

    def choose(self, measure_id: str, cut_id: str = "day") -> None:
        """Look at this measure along this cut."""
        assert self.page.tiles.choose(measure_id)
        self.page.bar.choose_cut(cut_id)
        self.settle()


@pytest.fixture
def panel(
    workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> Iterator[InsightPanel]:
    """As wide as a small screen leaves it, not shown yet."""
    panel = InsightPanel(workplace, runner, theme, settings)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    yield panel
    panel.stop()


@pytest.fixture
def show(panel: InsightPanel, runner: OpRunner, qtbot: QtBot) -> Callable[[], Shown]:
    """Brings it up on the day, and waits for it."""

    def show() -> Shown:
        panel.show_day(ON)
        with qtbot.waitActive(panel):
            panel.show()
            panel.activateWindow()
        shown = Shown(panel, runner, qtbot)
        shown.settle()
        return shown

    return show
