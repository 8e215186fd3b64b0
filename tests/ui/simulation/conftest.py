# ruff: noqa: E402
"""The real window on a depot for practice, in the depot's own time, which a simulation makes another."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ui.map.environment import prepare_environment

prepare_environment()

from pytestqt.qtbot import QtBot

from dispatcher.domain.depot import Depot
from dispatcher.services import gateway_process
from dispatcher.services.clocks import clock_of
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.ui.window.conftest import HARMLESS, SLUG, TODAY, OpenWindow, depot_home, open_book, open_store
from tests.ui.window.shown import Shown
from ui.app import open_settings
from ui.theme import Theme
from ui.window.main import MainWindow

__all__ = ["depot_home"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.web)
            item.add_marker(pytest.mark.timeout(240))
            item.add_marker(pytest.mark.qt_log_ignore(*HARMLESS, extend=True))


def practise(workplace: Workplace) -> None:
    """Make the depot one for practice."""
    road = replace(workplace.depot.road, practice=True)
    workplace.store.write("For practice", lambda uow: uow.put_depot(replace(uow.depot(), road=road)))


@pytest.fixture
def open_window(depot_home: Home, theme: Theme, qtbot: QtBot) -> Iterator[OpenWindow]:
    """Opens the window on the depot and waits until its day is painted; it is closed at the end, if not before."""
    opened: list[Shown] = []

    def maker(depot: Depot) -> str:
        return create_depot(depot_home, depot, open_store=open_store)

    def show() -> Shown:
        clock = clock_of(depot_home.depots / SLUG)
        workplace = open_workplace(depot_home, SLUG, open_store=open_store, clock=clock, open_logbook=open_book)
        practise(workplace)
        window = MainWindow(workplace, theme, open_settings(depot_home), maker=maker, open_store=open_store)
        opened.append(Shown(window, workplace, qtbot))
        with qtbot.waitSignal(window.first_painted, timeout=30_000):
            window.show()
            window.open_day(TODAY)
        opened[-1].settle()
        return opened[-1]

    yield show
    for shown in opened:
        shown.close()
    assert not gateway_process.status(depot_home, SLUG).running, "a day's own gateway ends with the day"


@pytest.fixture
def shown(open_window: OpenWindow) -> Shown:
    """One window, open on the day."""
    return open_window()
