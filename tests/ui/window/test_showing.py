"""One day in every view, one selection through all of them, and the way to another day."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.place import Address
from tests.ui.map.scene import Scene
from tests.ui.window.conftest import TODAY, TOMORROW, WAITING
from tests.ui.window.shown import Shown
from ui.intake.dialog import ImportDialog
from ui.window.find import FindBox


def test_the_day_is_the_same_in_every_view(shown: Shown) -> None:
    shown.assert_views_agree()
    shown.assert_times_are_of_the_plan()
    assert len(shown.in_pool()) == WAITING
    assert all(len(stops) == 9 for stops in shown.in_tree().values())
    assert "40 orders" in shown.window.header._counts.text()
    assert "helsinki" in shown.window.windowTitle().casefold()
    assert "roads of helsinki" in shown.window.status._roads.text()


def test_a_selection_in_the_tree_is_one_everywhere(shown: Shown) -> None:
    board, order_id = shown.window.board, next(iter(shown.routes().values()))[3]
    board.rounds.view.expandAll()
    board.rounds.view.setCurrentIndex(board.rounds.model.index_of_order(order_id))
    shown.settle()
    assert board.selected == (order_id,)
    assert shown.on_map()["selected"] == [order_id]
    assert board.inspector.sheet.order_ids == (order_id,)
    assert board.pool.view.order_ids() == ()


def test_a_selection_in_the_pool_is_one_everywhere(shown: Shown) -> None:
    board = shown.window.board
    board.select(next(iter(shown.routes().values()))[:2])
    board.pool.view.selectRow(1)
    (order_id,) = board.pool.view.order_ids()
    shown.settle()
    assert shown.on_map()["selected"] == [order_id]
    assert board.inspector.sheet.order_ids == (order_id,)
    assert board.rounds.view.selected_orders() == ()


def test_a_selection_on_the_map_is_one_everywhere(shown: Shown) -> None:
    board, scene = shown.window.board, Scene(shown.window.board.map, shown.qtbot)
    mark = _lonely(scene)
    with shown.qtbot.waitSignal(board.map.selection_changed):
        scene.click(scene.at(mark))
    assert board.selected == (mark,)
    assert (*board.rounds.view.selected_orders(), *board.pool.view.order_ids()) == (mark,)
    assert board.inspector.sheet.order_ids == (mark,)


def _lonely(scene: Scene) -> str:
    """The stop whose mark is farthest from any other."""
    marks = [(mark["id"], complex(mark["x"], mark["y"])) for mark in scene.report()["stops"]]
    return max(marks, key=lambda one: min(abs(one[1] - at) for other, at in marks if other != one[0]))[0]


def test_a_found_order_is_selected_and_brought_to_the_middle(shown: Shown) -> None:
    board, find = shown.window.board, shown.window.header.find
    order = shown.stored().orders[list(shown.routes().values())[2][4]]
    shown.window.show_panel(shown.window.fleet)
    shown.window.actions_by_name["find"].trigger()
    QTest.keyClicks(find, order.number)
    QTest.keyClick(find, Qt.Key.Key_Return)
    assert shown.window.panels.currentWidget() is board
    assert board.selected == board.rounds.view.selected_orders() == (order.id,)
    shown.settle()
    report = shown.on_map()
    mark = next(mark for mark in report["stops"] if mark["id"] == order.id)
    assert report["selected"] == [order.id]
    assert abs(mark["x"] - board.map.width() / 2) <= 2
    assert abs(mark["y"] - board.map.height() / 2) <= 2


def test_a_day_just_opened_is_on_the_map_as_a_whole(shown: Shown) -> None:
    board = shown.window.board
    for step in ("next_day", "previous_day"):
        shown.window.actions_by_name[step].trigger()
        shown.settle()
    marks = shown.on_map()["stops"]
    assert marks
    assert all(0 <= m["x"] <= board.map.width() and 0 <= m["y"] <= board.map.height() for m in marks)
    across = max(m["x"] for m in marks) - min(m["x"] for m in marks)
    down = max(m["y"] for m in marks) - min(m["y"] for m in marks)
    assert across > board.map.width() / 2 or down > board.map.height() / 2


def test_a_round_is_shown_on_the_map_as_a_whole(shown: Shown) -> None:
    board, stops = shown.window.board, list(shown.routes().values())[1]
    board.find(stops[0])
    board.show_on_map(stops)
    shown.settle()
    marks = [m for m in shown.on_map()["stops"] if m["id"] in stops]
    assert len(marks) == len(stops)
    assert all(0 <= m["x"] <= board.map.width() and 0 <= m["y"] <= board.map.height() for m in marks)


def test_an_order_without_a_place_is_not_silently_missed_on_the_map(shown: Shown) -> None:
    day = shown.stored()
    (nowhere, *_) = [o for o in day.unplanned if not day.orders[o].address.place] or [OrderId("cancelled elsewhere")]
    with shown.qtbot.waitSignal(shown.window.board.told) as said:
        shown.window.board.show_on_map((nowhere,))
    assert "Addresses" in said.args[0]


def test_the_find_box_names_its_key_where_there_is_room(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    find = FindBox(parent)
    parent.show()
    for width, prompt in ((300, "Find…  Ctrl+K"), (90, "Find…"), (300, "Find…  Ctrl+K")):
        find.resize(width, 30)
        assert find.placeholderText() == prompt


def test_another_day_replaces_all_that_is_shown(shown: Shown) -> None:
    shown.window.actions_by_name["next_day"].trigger()
    shown.settle()
    assert shown.window.day.date == TOMORROW
    shown.assert_views_agree()
    assert (shown.in_tree(), len(shown.in_pool())) == ({}, 5)
    assert shown.window.board.rounds.empty.isVisible()
    shown.window.actions_by_name["staff"].trigger()
    shown.settle()
    assert len(shown.in_tree()) == 4
    shown.window.actions_by_name["previous_day"].trigger()
    shown.settle()
    assert shown.window.day.date == TODAY
    shown.assert_views_agree()
    assert sum(map(len, shown.in_tree().values())) == 36


def test_an_order_file_is_brought_in_and_taken_back_as_one_step(shown: Shown) -> None:
    file = shown.workplace.home.root / "orders.csv"
    file.write_text(
        "Order ID,Address,Postal code,City,Time window from,Time window to\n"
        "N-1,Fabianinkatu 24,00130,Helsinki,,\n"
        "N-2,Keskuskatu 4,00100,Helsinki,,\n"
        "N-3,Kasarmikatu 25,00130,Helsinki,12:00,10:00\n",
        encoding="utf-8",
    )
    before = shown.stored()
    shown.window.import_orders(file)
    dialog = shown.window.findChild(QDialog, "import")
    assert isinstance(dialog, ImportDialog)
    go, summary = dialog.findChild(QPushButton, "import.go"), dialog.findChild(QWidget, "import.summary")
    assert go is not None
    shown.until(go.isEnabled)
    assert "2 new" in summary.text()
    assert "1 row left out" in summary.text()
    with shown.qtbot.waitSignal(dialog.imported) as imported:
        QTest.mouseClick(go, Qt.MouseButton.LeftButton)
    assert (imported.args[0].added, imported.args[0].rejected) == (2, 1)
    shown.settle()
    assert len(shown.in_pool()) == WAITING + 2
    shown.assert_views_agree()
    assert shown.window.findChild(QDialog, "import") is None
    shown.window.hand.undo()
    shown.settle()
    assert shown.stored().orders == before.orders
    shown.assert_views_agree()


def test_the_map_beside_the_addresses_has_streets(shown: Shown) -> None:
    """Its page is loaded when the panel is first shown, and is told to go elsewhere before its first view is read."""
    order = next(iter(shown.stored().orders.values()))
    lost = replace(order, address=Address(line="Mannerheimintie 3", city="Helsinki"))
    shown.window.hand.submit("Lose a place", lambda uow: uow.put_orders([lost]))
    shown.settle()
    shown.window.show_panel(shown.window.addresses)
    view = shown.window.review_map
    shown.until(view.isVisible)
    with shown.qtbot.waitSignal(view.painted, timeout=30_000):
        view.request_painted()
    picture = QImage.fromData(view.grab_png())
    across, down = range(20, picture.width() - 60, 5), range(20, picture.height() - 40, 5)
    seen = {picture.pixel(x, y) for x in across for y in down}
    assert len(seen) > 20
