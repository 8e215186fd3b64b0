"""A small day in a real depot with a real logbook and a usual catalogue, and the panel on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.slots import Area, AreaId, RuleId, SlotRule
from dispatcher.domain.slots import Slot as Opening
from dispatcher.services.home import Home
from dispatcher.services.slots import SlotDesk
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, small_day
from ui.runner import OpRunner
from ui.slots.feed import Key
from ui.slots.panel import SlotsPanel
from ui.theme import Theme

PATIENCE_MS = 20_000
DAY = days.DATE
AREA = Area(AreaId("all"), "Whole region")
MORNING = SlotRule(
    RuleId("morning"), AREA.id, time(8), time(12), frozenset(range(7)), cut_off_s=3_600, most_orders=3, price=490
)
NOON = replace(MORNING, id=RuleId("noon"), opens=time(12), closes=time(16), most_orders=20, price=0)


@dataclass
class Ticking:
    """A clock that is set; the day before, in the morning."""

    now: datetime = datetime(2026, 6, 14, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Wherever the keys are."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


@pytest.fixture
def clock() -> Ticking:
    """Set by the test."""
    return Ticking()


@pytest.fixture
def workplace(tmp_path: Path, clock: Ticking) -> Iterator[Workplace]:
    """Twelve orders, eight planned, none with a window; on straight lines, with a logbook."""
    home, stores = Home(tmp_path / "home"), partial(open_store, clock=clock, author="Anna")
    slug = create_depot(home, days.make_depot(), open_store=stores)
    books = partial(open_logbook, clock=clock)
    day = small_day()
    day = replace(day, orders={o: replace(order, windows=()) for o, order in day.orders.items()})
    with open_workplace(home, slug, open_store=stores, clock=clock, open_logbook=books) as opened:
        opened.store.write("Fill", lambda uow: keep(uow, day))
        yield opened


@pytest.fixture
def desk(workplace: Workplace) -> SlotDesk:
    """Another clerk's, with a catalogue made."""
    desk = SlotDesk(workplace)
    desk.put_area(AREA)
    for rule in (MORNING, NOON):
        desk.put_rule(rule)
    return desk


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

    panel: SlotsPanel
    runner: OpRunner
    workplace: Workplace
    clock: Ticking
    qtbot: QtBot

    def settle(self) -> None:
        """Until nothing is looked at, priced or done any more."""
        feed = self.panel.feed
        self.qtbot.waitUntil(lambda: not feed.busy and self.runner.idle, timeout=PATIENCE_MS)

    def look(self) -> None:
        """Read anew."""
        self.panel.refresh()
        self.settle()

    def go_to(self, rule: SlotRule = MORNING, on: object = DAY) -> Opening:
        """Give a cell the keys."""
        key: Key = (rule.id, on)  # type: ignore[assignment]
        assert self.panel.board.go_to(key)
        self.settle()
        return self.slot(rule)

    def slot(self, rule: SlotRule = MORNING) -> Opening:
        """As the calendar shows it."""
        slot = self.panel.board.slots.slot_of((rule.id, DAY))
        assert slot is not None
        return slot

    def order(self, order_id: OrderId) -> Order:
        """As it stands in the plan."""
        found = self.workplace.store.read(lambda r: r.order(order_id))
        assert found is not None
        return found

    def orders(self) -> Sequence[Order]:
        """All of the day."""
        return sorted(self.workplace.store.read(lambda r: r.orders_of([DAY])), key=lambda o: o.number)

    @property
    def said(self) -> str:
        """What the panel said last."""
        return self.panel.said.text()


@pytest.fixture
def panel(
    workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> Iterator[SlotsPanel]:
    """As wide as a small screen leaves it, not shown yet."""
    panel = SlotsPanel(workplace, runner, theme, settings)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    yield panel
    panel.stop()


def shown_on(panel: SlotsPanel, runner: OpRunner, workplace: Workplace, clock: Ticking, qtbot: QtBot) -> Shown:
    """Bring it up on the day, and wait for it."""
    panel.show_day(DAY)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    shown = Shown(panel, runner, workplace, clock, qtbot)
    shown.settle()
    return shown


@pytest.fixture
def empty(panel: SlotsPanel, runner: OpRunner, workplace: Workplace, clock: Ticking, qtbot: QtBot) -> Shown:
    """Without a catalogue."""
    return shown_on(panel, runner, workplace, clock, qtbot)


@pytest.fixture
def shown(
    desk: SlotDesk, panel: SlotsPanel, runner: OpRunner, workplace: Workplace, clock: Ticking, qtbot: QtBot
) -> Shown:
    """With mornings for three orders, and afternoons for twenty."""
    assert desk.book().rules
    return shown_on(panel, runner, workplace, clock, qtbot)
