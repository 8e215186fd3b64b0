"""What accepted proofs propose, beside the review: looked for when first seen, accepted, declined, taken back."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dispatcher.services.learned_addresses import What
from tests.unit.services.test_learned_addresses import DOOR, KEY, Doors, doors, three
from ui.addresses.panel import AddressesPanel
from ui.map.view import MapView
from ui.runner import OpRunner
from ui.theme import Theme

__all__ = ["doors"]

PATIENCE_MS = 20_000


@pytest.fixture
def runner(doors: Doors) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(doors.workplace.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def settle(runner: OpRunner, qtbot: QtBot) -> Callable[[], None]:
    return lambda: qtbot.waitUntil(lambda: runner.idle, timeout=PATIENCE_MS)


@pytest.fixture
def panel(doors: Doors, runner: OpRunner, theme: Theme, view: MapView, qtbot: QtBot) -> AddressesPanel:
    """Shown on the proposals of three visits."""
    three(doors, note="Door is in the yard")
    panel = AddressesPanel(doors.workplace, runner, theme, view)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    panel.show()
    panel.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: runner.idle and bool(panel.proposed.table.model.rows), timeout=PATIENCE_MS)
    return panel


def choose(panel: AddressesPanel, what: What) -> None:
    row = next(n for n, p in enumerate(panel.proposed.table.model.rows) if p.what is what)
    panel.proposed.table.view.selectRow(row)


def left(panel: AddressesPanel) -> set[What]:
    return {p.what for p in panel.proposed.table.model.rows}


def test_proposals_are_listed_with_what_they_rest_on(panel: AddressesPanel) -> None:
    assert left(panel) == set(What)
    assert panel.tabs.tabText(1) == "Proposed by proofs (3)"
    choose(panel, What.PIN)
    assert "moves 67 m · 3 accepted proofs" in panel.desk.detail.text()
    assert panel.desk.title.text().startswith("Hofgasse 7")
    assert panel.desk.accept.isHidden()
    panel.tabs.setCurrentIndex(0)
    assert not panel.desk.accept.isHidden()


def test_accepting_remembers_and_undo_brings_it_back(
    panel: AddressesPanel, doors: Doors, runner: OpRunner, settle: Callable[[], None], qtbot: QtBot
) -> None:
    choose(panel, What.PIN)
    qtbot.mouseClick(panel.proposed.take, Qt.MouseButton.LeftButton)
    settle()
    assert left(panel) == {What.NOTE, What.SERVICE}
    assert panel.proposed.said.text().startswith("Remembered for Hofgasse 7")
    assert doors.workplace.store.read(lambda r: r.pins([KEY])) == {KEY: DOOR}
    runner.undo()
    qtbot.waitUntil(lambda: left(panel) == set(What), timeout=PATIENCE_MS)
    assert doors.workplace.store.read(lambda r: r.pins([KEY])) == {}


def test_declining_is_for_good(panel: AddressesPanel, settle: Callable[[], None], qtbot: QtBot) -> None:
    for what in What:
        choose(panel, what)
        panel.proposed.table.view.setFocus()
        panel.proposed.decline()
        settle()
    assert left(panel) == set()
    assert not panel.proposed.take.isEnabled()
    panel.proposed.again.click()
    qtbot.waitUntil(lambda: not panel.proposed.looking, timeout=PATIENCE_MS)
    settle()
    assert left(panel) == set()
    assert panel.proposed.said.text().startswith("Accepted proofs propose nothing.")
