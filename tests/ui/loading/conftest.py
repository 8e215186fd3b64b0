"""The panel of loading on a real depot of two rounds, with Anna at the dock."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dispatcher.services.loading.board import RoundLoad
from tests.fixtures import days
from tests.unit.services.loading_day import Morning, open_morning
from ui.loading.panel import LoadingPanel
from ui.runner import OpRunner
from ui.theme import Theme

PATIENCE_MS = 20_000


@pytest.fixture
def morning(home: Path) -> Iterator[Morning]:
    """Nothing loaded yet."""
    with open_morning(home) as opened:
        yield opened


@pytest.fixture
def runner(morning: Morning) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(morning.workplace.store)
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

    panel: LoadingPanel
    runner: OpRunner
    morning: Morning
    qtbot: QtBot

    def settle(self) -> None:
        """Until nothing is scanned, changed, planned or read any more; the plan is told as the window tells it."""
        feed = self.panel.feed
        assert feed is not None
        idle = lambda: not feed.busy and self.runner.idle
        self.qtbot.waitUntil(idle, timeout=PATIENCE_MS)
        self.panel.take_outlook(self.morning.outlook)
        self.qtbot.waitUntil(idle, timeout=PATIENCE_MS)

    def scan(self, text: str) -> str:
        """As a scanner types it, wherever the keys are; the verdict's title."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, text)
        QTest.keyClick(focused, Qt.Key.Key_Return)
        self.settle()
        return self.panel.verdict.title.text()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Wherever the keys are."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, key, modifier)

    @property
    def round(self) -> RoundLoad:
        """The one shown."""
        found = self.panel.bench.round
        assert found is not None
        return found

    def states(self) -> list[str]:
        """Of the list shown."""
        return [row.state.value for row in self.panel.bench.rows.rows]


@pytest.fixture
def panel(
    morning: Morning, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> Iterator[LoadingPanel]:
    """As wide as a small screen leaves it, not shown yet."""
    panel = LoadingPanel(morning.workplace, runner, theme, settings)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    yield panel
    panel.stop()


@pytest.fixture
def shown(morning: Morning, panel: LoadingPanel, runner: OpRunner, qtbot: QtBot) -> Shown:
    """The day, read, with its bays."""
    panel.take_outlook(morning.outlook)
    panel.show_day(days.DATE)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    shown = Shown(panel, runner, morning, qtbot)
    panel.take_outlook(morning.outlook)
    shown.settle()
    assert panel.bench.choose(morning.vans[0])
    return shown
