# ruff: noqa: E402
"""The real window on a real depot: Helsinki's roads and map, forty orders, four drivers, a store in a file."""

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Protocol

import pytest

from ui.map.environment import prepare_environment

prepare_environment()

from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from db.opening import open_store as open_database
from dispatcher.domain.depot import Depot
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Bounds
from dispatcher.domain.plan import Day
from dispatcher.services.home import Home
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.workplace import create_depot, open_workplace
from tests.fixtures import days
from tests.fixtures.depots import REGION, built_region
from tests.ui.window.shown import Shown
from tests.unit.services.conftest import keep
from ui.app import open_settings
from ui.map.scheme import register_scheme
from ui.theme import Theme
from ui.window.main import MainWindow

register_scheme()

HERE = Path(__file__).parent
CENTRE = Bounds(60.1655, 24.9375, 60.1745, 24.9520)
"""All of it near streets."""
TODAY, TOMORROW = days.DATE, days.DATE + timedelta(days=1)
NAME, SLUG = "Helsinki", "helsinki"
WAITING = 4
HARMLESS = (
    # The platform without a screen, and Chromium without a graphics card
    "plugin does not support",
    "Failed to create",
    "Failed to initialize",
    "Sandboxing disabled by user",
    "GBM is not supported",
    "GPUInfo not initialized",
)


def now() -> datetime:
    return datetime.now(UTC)


open_store = partial(open_database, clock=now)
open_book = partial(open_logbook, clock=now)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.web)
            item.add_marker(pytest.mark.qt_log_ignore(*HARMLESS, extend=True))


def helsinki_day() -> Day:
    """Four rounds of nine stops by compass direction, in no good sequence, and `WAITING` orders unplanned."""
    made = days.make_day(40, 4, seed=7, bounds=CENTRE, windows=0.2, place_share=0.0)
    depot = replace(made.depot, name=NAME, region=REGION, zone_name="Europe/Helsinki", planning_s=60)
    planned = sorted(list(made.orders.values())[WAITING:], key=_bearing)
    routes = {shift_id: [o.id for o in planned[9 * i : 9 * i + 9]] for i, shift_id in enumerate(made.shifts)}
    usual = zip(made.drivers.items(), made.vehicles, strict=True)
    drivers = {driver_id: replace(driver, vehicle_id=vehicle_id) for (driver_id, driver), vehicle_id in usual}
    return replace(days.with_plan(made, routes), depot=depot, drivers=drivers)


def _bearing(order: Order) -> float:
    place = order.address.place
    assert place is not None
    return math.atan2(place.lat - CENTRE.centre.lat, place.lon - CENTRE.centre.lon)


def _fill(uow: UnitOfWork) -> None:
    """The day above, and five of its orders again for the day after, which nobody drives yet."""
    day = helsinki_day()
    keep(uow, day)
    again = [replace(o, id=OrderId(f"{o.id}-again"), date=TOMORROW, windows=()) for o in day.orders.values()]
    uow.put_orders(again[:5])


@cache
def _window_home(run_folder: Path) -> Path:
    home = Home(shutil.copytree(built_region(run_folder)[0], run_folder / "window"))
    depot = replace(helsinki_day().depot, version=0)
    slug = create_depot(home, depot, open_store=open_store)
    with open_workplace(home, slug, open_store=open_store, clock=now) as workplace:
        workplace.store.write("Fill", _fill)
        workplace.desk.look(workplace.store.read(lambda r: r.day(TODAY)))
    return home.root


@pytest.fixture
def depot_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The test's data folder, with the depot above."""
    return Home(shutil.copytree(_window_home(tmp_path_factory.getbasetemp()), home))


class OpenWindow(Protocol):
    """Opens the window, and does something as soon as it is told which day to show."""

    def __call__(self, meanwhile: Callable[[MainWindow], object] = ...) -> Shown: ...


@pytest.fixture
def open_window(depot_home: Home, theme: Theme, qtbot: QtBot) -> Iterator[OpenWindow]:
    """Opens the window on the depot and waits until its day is painted; it is closed at the end, if not before."""
    opened: list[Shown] = []

    def maker(depot: Depot) -> str:
        return create_depot(depot_home, depot, open_store=open_store)

    def show(meanwhile: Callable[[MainWindow], object] = lambda _window: None) -> Shown:
        workplace = open_workplace(depot_home, SLUG, open_store=open_store, clock=now, open_logbook=open_book)
        window = MainWindow(workplace, theme, open_settings(depot_home), maker=maker, open_store=open_store)
        opened.append(Shown(window, workplace, qtbot))
        with qtbot.waitSignal(window.first_painted, timeout=30_000):
            window.show()
            window.open_day(TODAY)
            meanwhile(window)
        opened[-1].settle()
        return opened[-1]

    yield show
    for shown in opened:
        shown.close()


@pytest.fixture
def shown(open_window: OpenWindow) -> Shown:
    """One window, open on the day."""
    return open_window()
