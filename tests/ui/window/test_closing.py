"""The end of a window: nothing it was told is lost, nothing of it is left, and it comes back as it was."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dispatcher.domain.depot import Depot
from dispatcher.domain.roads import RoadNetwork
from dispatcher.region.network import OsrmNetwork
from dispatcher.services.home import Home
from dispatcher.services.workplace import create_depot, open_workplace
from tests.conftest import ExpectLog
from tests.fixtures.region import ended
from tests.ui.window.conftest import SLUG, TODAY, TOMORROW, OpenWindow, helsinki_day, now, open_store
from tests.ui.window.shown import Shown
from ui.app import Program
from ui.faults import FaultBox
from ui.theme import Theme


def worker_of(shown: Shown) -> int:
    """The road engine's process."""
    network: RoadNetwork = shown.workplace.roads._network  # type: ignore[attr-defined]
    assert isinstance(network, OsrmNetwork)
    assert network.worker_pid is not None
    return network.worker_pid


def assert_nothing_left(worker: int, renderer: int) -> None:
    """No process, no thread of the window's."""
    assert ended(worker)
    assert ended(renderer)
    assert [t.name for t in threading.enumerate() if t.name.startswith("roundhouse")] == []


def test_closing_leaves_no_thread_and_no_process(shown: Shown) -> None:
    worker, renderer = worker_of(shown), shown.window.board.map.page.renderProcessPid()
    shown.close()
    assert_nothing_left(worker, renderer)


def test_closing_during_a_search_keeps_the_plan_as_it_was(open_window: OpenWindow) -> None:
    shown = open_window()
    worker, renderer = worker_of(shown), shown.window.board.map.page.renderProcessPid()
    before = shown.routes()
    with shown.qtbot.waitSignal(shown.window.day.outlook_changed, timeout=30_000):
        shown.window.optimise()
    shown.close()
    assert_nothing_left(worker, renderer)
    assert open_window().routes() == before


def test_what_was_submitted_before_closing_is_written(open_window: OpenWindow) -> None:
    shown = open_window()
    giving, taking, *_ = shown.routes()
    moved = shown.routes()[giving][0]
    shown.window.board.rounds.move_requested.emit((moved,), taking, 0)
    shown.close()
    again = open_window()
    assert moved in again.routes()[taking]
    again.assert_views_agree()


def test_an_import_under_way_is_written_before_the_end(open_window: OpenWindow) -> None:
    shown = open_window()
    file = shown.workplace.home.root / "tomorrow.csv"
    file.write_text(f"Order ID,Address,City,Date\nT-1,Fabianinkatu 24,Helsinki,{TOMORROW}\n", encoding="utf-8")
    shown.window.import_orders(file)
    go = shown.window.findChild(QPushButton, "import.go")
    assert go is not None
    shown.until(go.isEnabled)
    go.click()
    shown.close()
    assert "T-1" in {o.number for o in open_window().workplace.store.read(lambda r: r.orders_of([TOMORROW]))}


def test_the_layout_comes_back(open_window: OpenWindow) -> None:
    shown = open_window()
    details = shown.window.board.docks["Details"]
    details.hide()
    shown.window.resize(1100, 660)  # wider would not come back: the screen of the tests has 800 pixels
    shown.window.actions_by_name["panel_fleet"].trigger()
    size = shown.window.size()
    shown.close()
    again = open_window()
    assert not again.window.board.docks["Details"].isVisible()
    assert again.window.board.docks["Rounds"].isVisible()
    assert again.window.size() == size
    again.window.actions_by_name["reset_layout"].trigger()
    assert again.window.board.docks["Details"].isVisible()


def test_the_map_may_die_and_the_window_goes_on(shown: Shown, expect_log: ExpectLog) -> None:
    view = shown.window.board.map
    before = shown.on_map()
    with (
        expect_log("process ended", logging.ERROR),
        shown.qtbot.waitSignals([view.crashed, view.ready], timeout=30_000),
    ):
        os.kill(view.page.renderProcessPid(), signal.SIGKILL)
    shown.settle()
    shown.assert_views_agree()
    assert {m["id"] for m in shown.on_map()["stops"]} == {m["id"] for m in before["stops"]}
    giving, taking, *_ = shown.routes()
    with expect_log("ended|twice", logging.ERROR), shown.qtbot.waitSignal(view.crashed, timeout=30_000):
        os.kill(view.page.renderProcessPid(), signal.SIGKILL)
    assert view.broken
    moved = shown.routes()[giving][0]
    shown.window.board.rounds.move_requested.emit((moved,), taking, 0)
    shown.settle()
    assert moved in shown.in_tree()[taking]
    with shown.qtbot.waitSignal(view.ready, timeout=30_000):
        QTest.mouseClick(view.reload_button, Qt.MouseButton.LeftButton)
    shown.settle()
    shown.assert_views_agree()


def test_the_road_engine_may_die_and_the_window_goes_on(shown: Shown) -> None:
    worker = worker_of(shown)
    os.kill(worker, signal.SIGKILL)
    assert ended(worker)
    giving, taking, *_ = shown.routes()
    moved = shown.routes()[giving][0]
    shown.window.board.rounds.move_requested.emit((moved,), taking, 0)
    shown.settle()
    assert moved in shown.routes()[taking]
    shown.assert_views_agree()
    assert worker_of(shown) != worker


# --- one depot after another ----------------------------------------------------------------------------------------


@pytest.fixture
def program(depot_home: Home, theme: Theme, qtbot: QtBot) -> Iterator[Program]:
    """The program on the depot, and another depot beside it that has no region."""
    create_depot(depot_home, Depot("Espoo", helsinki_day().depot.place), open_store=open_store)
    opener = partial(open_workplace, depot_home, open_store=open_store, clock=now)
    maker = lambda depot: create_depot(depot_home, depot, open_store=open_store)
    made = Program(depot_home, theme, opener, maker, open_store)
    with qtbot.waitSignal(made.painted, timeout=30_000):
        made.open(SLUG, TODAY)
    yield made
    if made.window and shiboken6.isValid(made.window):
        Shown(made.window, made.window._workplace, qtbot).close()


def test_another_depot_takes_the_place_of_the_first(program: Program, qtbot: QtBot, depot_home: Home) -> None:
    first = program.window
    assert first is not None
    worker = worker_of(Shown(first, first._workplace, qtbot))
    first.depot_requested.emit("espoo")
    qtbot.waitUntil(lambda: not shiboken6.isValid(first), timeout=30_000)
    assert ended(worker)
    second = program.window
    assert second is not None
    qtbot.waitUntil(lambda: second.day.outlook is not None, timeout=30_000)
    assert "straight lines" in second.status._roads.text()
    assert second.windowTitle().endswith("Espoo")
    assert (depot_home.root / "last-depot").read_text(encoding="utf-8") == "espoo"


def test_a_depot_that_cannot_be_opened_leaves_the_first(program: Program, qtbot: QtBot, depot_home: Home) -> None:
    window = program.window
    assert window is not None
    depot_home.database("espoo").write_bytes(b"no database" * 1000)
    window.depot_requested.emit("espoo")
    assert program.window is window
    assert window.isVisible()
    fault = window.findChild(FaultBox, "fault")
    assert isinstance(fault, FaultBox)
    assert "is not a Roundhouse database" in fault.what.text()
    fault.accept()
    assert (depot_home.root / "last-depot").read_text(encoding="utf-8") == SLUG
    shown = Shown(window, window._workplace, qtbot)
    shown.settle()
    shown.assert_views_agree()


def test_a_day_is_there_with_the_map_put_away(open_window: OpenWindow) -> None:
    shown = open_window()
    shown.window.board.docks["Map"].hide()
    shown.close()
    again = open_window()  # waits for the day to be painted
    assert not again.window.board.map.isVisible()
    assert again.in_tree() == again.routes()
    again.window.actions_by_name["show_map"].trigger()
    again.settle()
    again.assert_views_agree()
