"""A made day on which drivers were at doors in vain, in a real depot with a real logbook, and the panel on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.incidents import Incident, IncidentKind
from dispatcher.domain.orders import Contact, Order
from dispatcher.services.home import Home
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.ui.proofs.conftest import Doors, Time
from tests.unit.services.conftest import keep
from ui.exceptions.panel import ExceptionsPanel
from ui.exceptions.words import Row
from ui.runner import OpRunner
from ui.theme import Theme

PATIENCE_MS = 20_000
STOPS = 8
"""Of each of the two rounds."""
DONE = 3
"""Stops of each that are behind: the last of them was in vain."""


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Wherever the keys are."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


def write(text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type where the keys are, and end it."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)
    press(key)


@pytest.fixture
def time() -> Time:
    """Before the rounds; moved on when drivers have been at doors."""
    return Time(days.clock("07:00"))


@pytest.fixture
def workplace(home: Path, time: Time) -> Iterator[Workplace]:
    """Sixteen orders on two rounds, on straight lines, with a logbook."""
    folder, stores = Home(home), partial(open_store, clock=time, author="Anna")
    slug = create_depot(folder, days.make_depot(), open_store=stores)
    books = partial(open_logbook, clock=time)
    with open_workplace(folder, slug, open_store=stores, clock=time, open_logbook=books) as opened:
        made = days.make_day(2 * STOPS, 2, seed=4, windows=0.0, collections=0.0)
        reach = Contact("Lena Schmitz", "+49 241 5550123")
        made = replace(made, orders={o.id: replace(o, contact=reach) for o in made.orders.values()})
        ids, shifts = list(made.orders), list(made.shifts)
        day = days.with_plan(made, {shifts[0]: ids[:STOPS], shifts[1]: ids[STOPS:]})
        opened.store.write("Fill", lambda uow: keep(uow, day))
        yield opened


@dataclass
class Morning(Doors):
    """The same day's doors, until a little after the third stop of each round."""

    def go(self, failures: int = 2) -> None:
        """Rounds are sent and driven; the last stop of so many of them was in vain."""
        self.send()
        for n, shift in enumerate(self.shifts):
            for turn in range(DONE):
                vain = turn == DONE - 1 and n < failures
                self.deliver(shift, turn, photos=0, outcome="failed" if vain else "delivered")
        last = max(self.stops(shift)[DONE - 1].departs_at for shift in self.shifts)
        self.time.now = last + timedelta(minutes=1)

    def fail(self, shift: ShiftId, turn: int) -> None:
        """One more in vain, a minute ago."""
        self.deliver(shift, turn, photos=0, outcome="failed")
        self.time.now = max(self.time.now, self.stops(shift)[turn].departs_at + timedelta(minutes=1))

    def looked_at(self) -> Outlook:
        """The plan as it stands now, judged."""
        return self.workplace.desk.look(self.workplace.store.read(lambda r: r.day(days.DATE)), why=False)

    def order(self, order_id: OrderId) -> Order:
        """As it stands in the plan."""
        found = self.workplace.store.read(lambda r: r.order(order_id))
        assert found is not None
        return found

    def incidents(self, kind: IncidentKind = IncidentKind.FAILED) -> Sequence[Incident]:
        """Of this kind, as the logbook has them."""
        return [i for i in self.logbook.read(lambda r: r.incidents()) if i.kind is kind]


@pytest.fixture
def morning(workplace: Workplace, time: Time) -> Morning:
    """Nothing sent yet."""
    outlook = workplace.desk.look(workplace.store.read(lambda r: r.day(days.DATE)), why=False)
    return Morning(workplace, time, outlook)


@pytest.fixture
def runner(workplace: Workplace) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(workplace.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """The window's, with Anna at it."""
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("proofs/reviewer", "Anna")
    return settings


@dataclass
class Shown:
    """The panel on the screen."""

    panel: ExceptionsPanel
    runner: OpRunner
    morning: Morning
    qtbot: QtBot

    def settle(self) -> None:
        """Until nothing is looked at, priced or done any more."""
        feed = self.panel.feed
        assert feed is not None
        self.qtbot.waitUntil(lambda: not feed.busy and self.runner.idle, timeout=PATIENCE_MS)

    def look(self) -> None:
        """Step and read, with the plan as it stands."""
        self.panel.take_outlook(self.morning.looked_at())
        self.panel.refresh()
        self.settle()

    def rows(self) -> list[Row]:
        """What the queue shows, in its order."""
        return self.panel.bench.queue.rows()

    def numbers(self) -> list[str]:
        """The orders of it."""
        return [row.shown.number for row in self.rows()]

    @property
    def current(self) -> Row:
        """The one chosen."""
        row = self.panel.bench.current
        assert row is not None
        return row

    def choose(self, kind: IncidentKind) -> Row:
        """The first of this kind."""
        row = next(row for row in self.rows() if row.incident.kind is kind)
        assert self.panel.bench.choose_id(row.id)
        self.settle()
        return row

    def button(self, name: str) -> Any:
        """A remedy's."""
        return next(b for b in self.panel.bench.detail.remedies.buttons if b.objectName().endswith(f".{name}"))


@pytest.fixture
def panel(
    workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> Iterator[ExceptionsPanel]:
    """As wide as a small screen leaves it, not shown yet."""
    panel = ExceptionsPanel(workplace, runner, theme, settings)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    yield panel
    panel.stop()


def shown_on(panel: ExceptionsPanel, runner: OpRunner, morning: Morning, qtbot: QtBot) -> Shown:
    """Bring it up on the day, and wait for it."""
    panel.take_outlook(morning.looked_at())
    panel.show_day(days.DATE)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    shown = Shown(panel, runner, morning, qtbot)
    shown.settle()
    return shown


@pytest.fixture
def shown(morning: Morning, panel: ExceptionsPanel, runner: OpRunner, qtbot: QtBot) -> Shown:
    """A morning with two attempts in vain."""
    morning.go()
    return shown_on(panel, runner, morning, qtbot)
