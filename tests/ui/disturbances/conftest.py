"""A real store with the small day, its board, hand and proposals; forms over a window as small as screens get."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.plan import Day
from dispatcher.services.home import Home
from dispatcher.services.plan import sequences_of
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.proposals import Card
from dispatcher.services.workplace import Workplace, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, open_stores, small_day
from ui.day import DayBoard
from ui.disturbances.desk import Disturbances
from ui.disturbances.form import DisturbanceForm
from ui.hand import Hand
from ui.proposals import desk as proposal_desk
from ui.proposals.desk import ProposalDesk
from ui.runner import Operation, OpRunner
from ui.theme import Theme

PATIENCE_MS = 20_000


class Scene:
    """A day at work, what is told, and what is offered."""

    def __init__(self, workplace: Workplace, theme: Theme, window: QWidget) -> None:
        self.workplace, self.window, self.theme = workplace, window, theme
        self.now = workplace.clock()
        self.workplace = workplace = replace(workplace, clock=lambda: self.now)
        self.runner = OpRunner(workplace.store, author="Anna")
        self.board = DayBoard(workplace, self.runner)
        self.hand = Hand(self.board, workplace, self.runner)
        self.proposals = ProposalDesk(self.board, self.hand, workplace, self.runner)
        self.desk = Disturbances(self.board, self.hand, self.proposals, workplace, self.runner, theme, window)
        self.told: list[str] = []
        self.thought: list[str] = []
        self.offered: list[Card] = []
        self.faults: list[Exception] = []
        self.desk.told.connect(self.told.append)
        self.hand.told.connect(self.told.append)
        self.proposals.told.connect(self.told.append)
        self.proposals.thinking_changed.connect(self.thought.append)
        self.proposals.offered.connect(self.offered.append)
        self.runner.failed.connect(self.faults.append)

    def at(self, clock: str) -> datetime:
        """It is that time at the depot now."""
        self.now = days.clock(clock)
        return self.now

    def forms(self) -> list[DisturbanceForm]:
        """Those that are open."""
        return [w for w in self.window.findChildren(DisturbanceForm) if w.isVisible()]

    def form(self, name: str) -> DisturbanceForm:
        """The open form of that name."""
        return next(w for w in self.forms() if w.objectName() == f"disturbance.{name}")

    def is_open(self, name: str) -> bool:
        return any(w.objectName() == f"disturbance.{name}" for w in self.forms())

    def write(self, change: Callable[[UnitOfWork], object]) -> None:
        """Somebody changes the day, and the board hears of it."""
        self.runner.submit(Operation("Change", change))
        self.settle()

    def stored(self) -> Day:
        return self.workplace.store.read(lambda r: r.day(days.DATE))

    def sequences(self) -> dict[str, tuple[str, ...]]:
        return {str(k): tuple(map(str, v)) for k, v in sequences_of(self.stored()).items()}

    def everything(self) -> tuple[object, ...]:
        day = self.stored()
        routes = [(r.shift_id, r.stops) for r in day.plan.routes]
        return dict(day.orders), dict(day.shifts), routes, dict(day.loaded), day.freeze_at, day.closures

    def last(self) -> tuple[str, str]:
        """Label and reason of the newest change."""
        entry = self.workplace.store.entries(1)[0]
        return entry.label, entry.why

    def settle(self) -> None:
        self.runner.wait_until_idle(PATIENCE_MS)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(QSize(1366, 768))
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


@pytest.fixture
def small() -> Day:
    return small_day()


@pytest.fixture
def fast_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to do is searched for no longer than a small day needs."""
    monkeypatch.setattr(proposal_desk, "ANSWER_S", 0.2)


@pytest.fixture
def scene(tmp_path: Path, theme: Theme, window: QWidget, small: Day, fast_answers: None) -> Iterator[Scene]:
    home = Home(tmp_path / "home")
    home.database("depot").parent.mkdir(parents=True)
    store = open_stores(home.database("depot"))
    store.write("Found", lambda uow: keep(uow, small))
    store.close()
    with open_workplace(home, "depot", open_store=open_stores, clock=lambda: days.clock("10:40")) as workplace:
        made = Scene(workplace, theme, window)
        made.board.open(days.DATE)
        made.settle()
        yield made
        made.runner.shutdown()
