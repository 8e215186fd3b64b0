"""The pool: a sound model, a filter, sorting, why each order waits, drags out and drops in."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tests.fixtures import days
from tests.fixtures.board import Board, judged
from tests.fixtures.dragging import Hand, RunDrag
from ui.board import drag
from ui.board.pool import PoolPanel
from ui.board.pool_model import Column, PoolModel, Role
from ui.theme import Theme


@pytest.fixture
def run_drag() -> RunDrag:
    return RunDrag()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, a_board: Board, run_drag: RunDrag) -> PoolPanel:
    panel = PoolPanel(theme, run_drag=run_drag)
    qtbot.addWidget(panel)
    panel.set_day(a_board.day, a_board.reasons)
    panel.resize(700, 400)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.view.setFocus()
    return panel


def numbers(panel: PoolPanel) -> list[str]:
    model = panel.view.model()
    return [model.index(row, Column.NUMBER).data() for row in range(model.rowCount())]


def count(panel: PoolPanel) -> str:
    return panel.count


def planned_more(board: Board, how_many: int) -> Board:
    """The board after the first of the pool went to the first round."""
    routes = {r.shift_id: list(r.order_ids) for r in board.day.plan.routes}
    next(iter(routes.values())).extend(board.day.unplanned[:how_many])
    return judged(days.with_plan(board.day, routes))


def test_model_is_sound_and_changes_by_differences(a_board: Board, qtmodeltester: ModelTester) -> None:
    model = PoolModel()
    model.set_day(a_board.day, a_board.reasons)
    qtmodeltester.check(model)
    removed: list[tuple[int, int]] = []
    resets: list[bool] = []
    model.rowsRemoved.connect(lambda _p, a, b: removed.append((a, b)))
    model.modelReset.connect(lambda: resets.append(True))
    after = planned_more(a_board, 3)
    model.set_day(after.day, after.reasons)
    assert removed == [(0, 2)]
    assert [model.index(i, 0).data(Role.ORDER_ID) for i in range(model.rowCount())] == list(after.day.unplanned)
    model.set_day(a_board.day, a_board.reasons)
    assert model.rowCount() == 12
    assert resets == []


def test_shows_what_waits_and_why(panel: PoolPanel, a_board: Board) -> None:
    order_id = a_board.day.unplanned[1]
    row = panel.model.index_of(order_id)
    assert count(panel) == "12 unplanned"
    assert row.siblingAtColumn(Column.ADDRESS).data() == a_board.day.orders[order_id].address.line
    assert row.siblingAtColumn(Column.REASON).data() == "Time window"
    assert a_board.reasons[order_id].sentence in row.data(Qt.ItemDataRole.ToolTipRole)


def test_reasons_that_come_later_change_their_rows_only(panel: PoolPanel, a_board: Board) -> None:
    panel.set_day(a_board.day, {})
    assert panel.model.index(0, Column.REASON).data() == ""
    changed: list[tuple[int, int]] = []
    panel.model.dataChanged.connect(lambda a, b: changed.append((a.row(), b.row())))
    panel.set_day(a_board.day, {a_board.day.unplanned[4]: a_board.reasons[a_board.day.unplanned[4]]})
    assert changed == [(4, 4)]


def test_filter_takes_every_word_in_any_order(panel: PoolPanel, a_board: Board) -> None:
    order = a_board.day.orders[a_board.day.unplanned[2]]
    street, house = order.address.line.rsplit(" ", 1)
    panel.filter.setText(f"{house} {street.upper()}")
    assert order.number in numbers(panel)
    assert count(panel) == f"{len(numbers(panel))} of 12 unplanned"
    panel.filter.setText(order.number)
    assert numbers(panel) == [order.number]
    panel.filter.setText("nowhere at all")
    assert panel.missed.isVisible()
    assert panel.missed.text == "None of the 12 unplanned orders matches “nowhere at all”."
    panel.missed.step_requested.emit()
    assert len(numbers(panel)) == 12


def test_sorts_loads_and_priorities_by_amount(panel: PoolPanel, a_board: Board) -> None:
    by_number = {o.number: o for o in a_board.day.orders.values()}
    panel.view.sortByColumn(Column.LOAD, Qt.SortOrder.AscendingOrder)
    kilograms = [by_number[n].load.kg for n in numbers(panel)]
    assert kilograms == sorted(kilograms)
    panel.view.sortByColumn(Column.PRIORITY, Qt.SortOrder.DescendingOrder)
    priorities = [by_number[n].must_not_drop for n in numbers(panel)]
    assert priorities == sorted(priorities, reverse=True)


def test_everything_planned(panel: PoolPanel, a_board: Board) -> None:
    after = planned_more(a_board, 12)
    panel.set_day(after.day, after.reasons)
    assert panel.done.isVisible()
    assert panel.done.text == "Everything is planned."


def test_a_day_without_orders_does_not_claim_to_be_planned(panel: PoolPanel, a_board: Board) -> None:
    panel.set_day(replace(a_board.day, orders={}, plan=replace(a_board.day.plan, routes=())), {})
    assert panel.bare.isVisible()
    assert panel.bare.text == "No orders on this day yet – import an order file."
    wished: list[bool] = []
    panel.import_requested.connect(lambda: wished.append(True))
    panel.bare.step_requested.emit()
    assert wished == [True]


def test_selection_is_kept_and_told_when_it_shrinks(panel: PoolPanel, a_board: Board) -> None:
    heard: list[tuple[str, ...]] = []
    panel.selection_changed.connect(heard.append)
    gone, kept = a_board.day.unplanned[0], a_board.day.unplanned[7]
    panel.select([kept, gone])
    assert heard == [], "the caller knows"
    after = planned_more(a_board, 3)
    panel.set_day(after.day, after.reasons)
    assert panel.view.order_ids() == (kept,)
    assert heard == [(kept,)]


def test_drag_carries_the_selected_orders_in_the_order_shown(
    panel: PoolPanel, a_board: Board, run_drag: RunDrag
) -> None:
    chosen = [a_board.day.unplanned[i] for i in (1, 5, 6)]
    panel.view.sortByColumn(Column.NUMBER, Qt.SortOrder.DescendingOrder)
    panel.select(chosen)
    panel.view.startDrag(Qt.DropAction.MoveAction)
    assert run_drag.carried == [tuple(reversed(chosen))]
    assert panel.model.rowCount() == 12


@pytest.mark.parametrize("at", [QPoint(20, 20), QPoint(400, 330)])
def test_dropping_planned_orders_anywhere_wishes_to_unassign_them(panel: PoolPanel, a_board: Board, at: QPoint) -> None:
    heard: list[tuple[str, ...]] = []
    panel.unassign_requested.connect(heard.append)
    planned, waiting = a_board.day.plan.routes[0].order_ids[0], a_board.day.unplanned[0]
    hand = Hand(panel.view, drag.pack([planned, waiting]))
    assert hand.enter(at)
    assert hand.drop(at)
    assert heard == [(planned,)]
    own = Hand(panel.view, drag.pack([waiting]))
    assert not own.enter(at)
    assert not own.drop(at)
    assert len(heard) == 1


def test_an_empty_pool_takes_drops_too(panel: PoolPanel, a_board: Board, qtbot: QtBot) -> None:
    """Its table is hidden behind the empty state, which must not be a dead end."""
    after = planned_more(a_board, 12)
    panel.set_day(after.day, after.reasons)
    heard: list[tuple[str, ...]] = []
    panel.unassign_requested.connect(heard.append)
    planned = a_board.day.plan.routes[0].order_ids[0]
    hand = Hand(panel.done, drag.pack([planned]))
    assert hand.enter(QPoint(30, 30))
    assert hand.drop(QPoint(30, 30))
    assert heard == [(planned,)]


def test_keys(panel: PoolPanel, a_board: Board) -> None:
    heard: list[tuple[str, object]] = []
    panel.plan_requested.connect(lambda orders: heard.append(("plan", orders)))
    panel.edit_requested.connect(lambda order: heard.append(("edit", order)))
    panel.show_on_map_requested.connect(lambda orders: heard.append(("map", orders)))
    for key in (Qt.Key.Key_P, Qt.Key.Key_F2, Qt.Key.Key_M):
        QTest.keyClick(panel.view, key)
    assert heard == [], "nothing is selected"
    chosen = a_board.day.unplanned[:2]
    panel.select(chosen)
    for key in (Qt.Key.Key_P, Qt.Key.Key_F2, Qt.Key.Key_M):
        QTest.keyClick(panel.view, key)
    assert heard == [("plan", chosen), ("edit", chosen[0]), ("map", chosen)]


def test_typing_in_the_filter_types(panel: PoolPanel, a_board: Board) -> None:
    heard: list[object] = []
    panel.plan_requested.connect(heard.append)
    panel.select(a_board.day.unplanned[:1])
    panel.focus_filter()
    QTest.keyClicks(panel.filter, "map")
    assert panel.filter.text() == "map"
    assert heard == []


def test_menu_and_names(panel: PoolPanel) -> None:
    menu = panel.context_menu()
    assert [a.text() for a in menu.actions() if a.text()] == [
        "Plan where they fit best", "Move to…", "Edit order…", "Show on map", "Why, and what would mend it",
        "Cancel orders",
    ]  # fmt: skip
    menu.deleteLater()
    assert panel.objectName() == "board.pool"
    assert panel.accessibleName()
    assert panel.model.rowCount(panel.model.index(0, 0)) == 0
    assert panel.model.rowCount(QModelIndex()) == 12
