"""What a person arranges in rounds and pool: columns, filters, sorting, saved views; kept as JSON and brought back."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from dispatcher.domain.orders import OrderState
from tests.fixtures.board import Board, judged, moved
from tests.fixtures.livedays import a_live_day, driven
from ui.board.filter_line import FilterLine
from ui.board.filtering import Filter, Mark, skill_mark
from ui.board.pool import PoolPanel
from ui.board.pool_model import Column as PoolColumn
from ui.board.round_columns import COLUMNS, Column
from ui.board.rounds import RoundsPanel
from ui.theme import Mode, Theme


@pytest.fixture
def rounds(qtbot: QtBot, theme: Theme, a_board: Board) -> RoundsPanel:
    panel = RoundsPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(700, 700)
    panel.set_day(a_board.day, a_board.schedule)
    panel.show()
    return panel


@pytest.fixture
def pool(qtbot: QtBot, theme: Theme, a_board: Board) -> PoolPanel:
    panel = PoolPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(700, 400)
    panel.set_day(a_board.day, a_board.reasons)
    panel.show()
    return panel


def kept(state: object) -> object:
    """Through JSON and back, as settings keep it."""
    return json.loads(json.dumps(state))


def shown_columns(panel: RoundsPanel) -> list[str]:
    header = panel.view.horizontalHeader()
    shown = [c for c in Column if not panel.view.isColumnHidden(c)]
    return [COLUMNS[c].name for c in sorted(shown, key=header.visualIndex)]


def named(menu: QMenu, text: str) -> object:
    return next(action for action in menu.actions() if action.text() == text)


# ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_column_is_chosen_in_the_menu_of_the_header(rounds: RoundsPanel, a_board: Board) -> None:
    menu = rounds.view.columns.menu()
    assert {"Customer", "Slack", "Phone", "Window"} <= {action.text() for action in menu.actions()}
    assert "Address" not in {action.text() for action in menu.actions()}, "it is always there"
    named(menu, "Customer").trigger()  # type: ignore[attr-defined]
    menu.deleteLater()
    assert "customer" in shown_columns(rounds)
    rounds.view.expandAll()
    order = a_board.day.plan.routes[0].order_ids[0]
    cell = rounds.model.index_of_order(order).siblingAtColumn(Column.CUSTOMER)
    assert cell.data() == a_board.day.orders[order].contact.name
    rounds.view.columns.choose(Column.CUSTOMER, False)
    assert "customer" not in shown_columns(rounds)


def test_every_column_can_be_shown_at_once_where_there_is_room(rounds: RoundsPanel, a_board: Board) -> None:
    rounds.set_live(a_live_day(a_board, [driven(a_board, next(iter(a_board.day.shifts)), 3)]))
    for column in Column:
        rounds.view.columns.choose(column, True)
    rounds.resize(2_400, 500)
    assert len(shown_columns(rounds)) == len(Column)
    rounds.resize(360, 500)
    assert shown_columns(rounds)[:4] == ["sequence", "eta", "about", "address"], "what matters least goes first"
    assert sum(rounds.view.columnWidth(c) for c in Column) <= rounds.view.viewport().width()
    rounds.resize(2_400, 500)
    assert len(shown_columns(rounds)) == len(Column), "hidden for want of room is not chosen away"


def test_order_and_widths_are_kept_and_brought_back(
    rounds: RoundsPanel, qtbot: QtBot, theme: Theme, a_board: Board
) -> None:
    header = rounds.view.horizontalHeader()
    rounds.view.columns.choose(Column.CUSTOMER, True)
    header.moveSection(header.visualIndex(Column.LOAD), header.visualIndex(Column.ADDRESS))
    header.resizeSection(Column.WINDOW, 150)
    state = kept(rounds.state())
    other = RoundsPanel(theme)
    qtbot.addWidget(other)
    other.resize(900, 700)
    other.set_day(a_board.day, a_board.schedule)
    other.restore(state)
    other.show()
    assert other.view.columnWidth(Column.WINDOW) == 150
    assert shown_columns(other) == ["sequence", "eta", "load", "address", "window", "customer"]
    assert kept(other.state()) == state
    other.view.columns.reset()
    assert shown_columns(other) == ["sequence", "eta", "address", "window", "load"]
    assert other.view.columnWidth(Column.WINDOW) != 150


def test_why_an_order_waits_is_cut_short_before_it_goes(pool: PoolPanel) -> None:
    """The column's longest words fit a wide pool; the pool of a small window is a little narrower than that."""
    full = pool.view.columnWidth(PoolColumn.REASON)
    for width in range(700, 300, -10):
        pool.resize(width, 400)
        if pool.view.columnWidth(PoolColumn.REASON) < full:
            break
    assert full / 2 < pool.view.columnWidth(PoolColumn.REASON) < full
    assert pool.view.isColumnHidden(PoolColumn.WINDOW)
    pool.resize(240, 400)
    assert not pool.view.isColumnHidden(PoolColumn.REASON)
    assert pool.view.columnWidth(PoolColumn.ADDRESS) >= 0.3 * pool.view.viewport().width()


def test_a_column_made_too_wide_gives_way_but_stays(rounds: RoundsPanel, a_board: Board) -> None:
    rounds.view.horizontalHeader().resizeSection(Column.WINDOW, 660)
    rounds.set_day(a_board.day, a_board.schedule)
    assert "window" in shown_columns(rounds)
    assert rounds.view.columnWidth(Column.ADDRESS) >= 0.3 * rounds.view.viewport().width()


def test_a_width_grows_with_the_text(rounds: RoundsPanel, theme: Theme) -> None:
    rounds.resize(1_200, 600)
    rounds.view.horizontalHeader().resizeSection(Column.WINDOW, 120)
    try:
        theme.apply(Mode.LIGHT, 1.5)
        assert rounds.view.columnWidth(Column.WINDOW) == 180
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_an_update_and_a_narrower_panel_leave_the_widths_alone(rounds: RoundsPanel, a_board: Board) -> None:
    rounds.view.horizontalHeader().resizeSection(Column.LOAD, 99)
    after = moved(a_board, [a_board.day.plan.routes[0].order_ids[0]], list(a_board.day.shifts)[3], 2)
    rounds.set_day(after.day, after.schedule)
    rounds.resize(320, 700)
    rounds.resize(700, 700)
    assert rounds.view.columnWidth(Column.LOAD) == 99
    assert rounds.state()["columns"]["widths"] == {"load": 99.0}  # type: ignore[index]


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "state",
        {"columns": 3, "filter": [], "sort": 1, "views": "x"},
        {"columns": {"order": ["gone", "load"], "chosen": {}, "widths": {"load": "wide", "window": -4, "eta": 1e9}}},
        {"filter": {"text": 5, "marks": ["nonsense", 3]}, "sort": {"column": ["x"], "descending": "yes"}},
        {"views": {"odd": 7}},
    ],
)
def test_what_cannot_be_read_leaves_a_panel_as_at_first(rounds: RoundsPanel, pool: PoolPanel, broken: object) -> None:
    first = shown_columns(rounds)
    rounds.restore(broken)
    pool.restore(broken)
    assert set(shown_columns(rounds)) == set(first)
    assert not rounds.line.filter
    assert pool.model.sorted_by == (PoolColumn.NUMBER, Qt.SortOrder.AscendingOrder)


# ── Filters ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_typing_finds_stops_opens_their_rounds_and_tells(rounds: RoundsPanel, a_board: Board) -> None:
    heard: list[object] = []
    rounds.filter_changed.connect(heard.append)
    order = a_board.day.orders[a_board.day.plan.routes[5].order_ids[3]]
    rounds.focus_filter()
    QTest.keyClicks(rounds.line.edit, order.number)
    assert rounds.model.index_of_order(order.id).isValid(), "its round stands open"
    assert rounds.line.count.text() == "1 of 160 stops"
    assert heard[-1] == frozenset({order.id})
    rounds.line.edit.clear()
    assert heard[-1] is None
    assert rounds.model.open_rounds == frozenset(), "closed again, as before"
    assert rounds.line.count.text() == "8 · 160 stops"


def test_nothing_found_says_so_and_offers_a_way_back(rounds: RoundsPanel) -> None:
    rounds.line.edit.setText("nowhere at all")
    assert rounds.missed.isVisible()
    assert rounds.line.isVisible(), "what was typed can be mended"
    rounds.missed.step_requested.emit()
    assert rounds.view.isVisible()
    assert rounds.line.edit.text() == ""


def test_a_mark_is_chosen_in_the_funnel_and_dropped_by_its_chip(rounds: RoundsPanel, a_board: Board) -> None:
    menu = rounds.line.funnel.menu()
    menu.aboutToShow.emit()
    named(menu, "Late or broken").trigger()  # type: ignore[attr-defined]
    broken = {s.order_id for r in a_board.schedule.routes.values() for s in r.stops if s.violations}
    assert {row.order_id for row in rounds.model.taken_stops()} == broken
    chip = rounds.findChild(QToolButton, "chip.trouble")
    assert chip.text().startswith("Late or broken")
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not rounds.line.filter
    assert len(rounds.model.taken_stops()) == 160


def test_the_funnel_offers_the_skills_of_the_day(qtbot: QtBot, rounds: RoundsPanel, a_board: Board) -> None:
    rounds.line.funnel.menu().aboutToShow.emit()
    skills = named(rounds.line.funnel.menu(), "Needs a skill").menu()  # type: ignore[attr-defined]
    assert [action.text() for action in skills.actions()] == ["Needs chilled"]
    skills.actions()[0].trigger()
    needing = {o.id for o in a_board.day.orders.values() if o.skills} - set(a_board.day.unplanned)
    assert {row.order_id for row in rounds.model.taken_stops()} == needing


def test_a_selection_shrinks_with_the_filter_and_is_told(rounds: RoundsPanel, a_board: Board) -> None:
    one, other = a_board.day.plan.routes[0].order_ids[:2]
    rounds.select([one, other])
    heard: list[tuple[object, ...]] = []
    rounds.selection_changed.connect(lambda *chosen: heard.append(chosen))
    rounds.line.edit.setText(a_board.day.orders[one].number)
    assert heard == [((one,), ())]


def test_a_filter_gives_way_to_what_is_asked_for(rounds: RoundsPanel, pool: PoolPanel, a_board: Board) -> None:
    planned, waiting = a_board.day.plan.routes[4].order_ids[2], a_board.day.unplanned[3]
    for panel in (rounds, pool):
        panel.line.edit.setText("nowhere at all")
        panel.select([planned, waiting])
    assert rounds.view.selected_orders() == (planned,)
    assert pool.view.order_ids() == (waiting,)
    rounds.line.edit.setText("aino")
    rounds.select([a_board.day.plan.routes[0].order_ids[1], planned])
    assert rounds.line.edit.text() == "aino", "something of it is seen"
    rounds.select([waiting])
    assert rounds.line.edit.text() == "aino", "and what is elsewhere is no reason"


@pytest.mark.parametrize(
    ("marks", "taken"),
    [
        ({Mark.HELD}, False),
        ({Mark.LOADED}, True),
        ({Mark.LOADED, Mark.NOT_DONE}, True),
        ({Mark.LOADED, Mark.HELD}, False),
        ({skill_mark("lift"), skill_mark("chilled")}, True),
        ({skill_mark("lift")}, False),
        ({Mark.FORENOON, Mark.AFTERNOON}, True),
        ({Mark.AFTERNOON}, False),
    ],
)
def test_marks_add_up_but_of_skills_and_half_days_one_is_enough(marks: set[str], taken: bool) -> None:
    row = frozenset({Mark.LOADED, Mark.NOT_DONE, Mark.FORENOON, skill_mark("chilled")})
    assert Filter(marks=frozenset(marks)).takes("", row) is taken


def test_a_filter_survives_json() -> None:
    chosen = Filter("pont 4", frozenset({Mark.HELD, skill_mark("chilled")}))
    assert Filter.from_json(kept(chosen.to_json())) == chosen


# ── The pool: sorting and cancelled orders ───────────────────────────────────────────────────────────────────────────


def test_sorting_is_kept(pool: PoolPanel, qtbot: QtBot, theme: Theme, a_board: Board) -> None:
    header = pool.view.horizontalHeader()
    for _ in range(2):
        at = QPoint(header.sectionViewportPosition(PoolColumn.LOAD) + 8, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    loads = [a_board.day.orders[row.order_id].load.kg for row in pool.model.rows]
    assert loads in (sorted(loads), sorted(loads, reverse=True))
    other = PoolPanel(theme)
    qtbot.addWidget(other)
    other.restore(kept(pool.state()))
    other.set_day(a_board.day, a_board.reasons)
    assert [row.order_id for row in other.model.rows] == [row.order_id for row in pool.model.rows]


def with_cancelled(board: Board) -> Board:
    orders = dict(board.day.orders)
    for order_id in board.day.unplanned[:2]:
        orders[order_id] = replace(orders[order_id], state=OrderState.CANCELLED)
    return judged(replace(board.day, orders=orders))


def test_cancelled_orders_are_shown_to_those_who_ask_and_can_be_reopened(pool: PoolPanel, a_board: Board) -> None:
    board = with_cancelled(a_board)
    gone = a_board.day.unplanned[:2]
    pool.set_day(board.day, board.reasons)
    assert pool.count == "10 unplanned"
    pool.line.toggle(Mark.CANCELLED)
    assert [row.order_id for row in pool.model.rows] == list(gone)
    assert pool.count == "2 cancelled"
    heard: list[tuple[str, object]] = []
    pool.reopen_requested.connect(lambda orders: heard.append(("reopen", orders)))
    pool.plan_requested.connect(lambda orders: heard.append(("plan", orders)))
    pool.view.selectAll()
    QTest.keyClick(pool.view, Qt.Key.Key_P)
    QTest.keyClick(pool.view, Qt.Key.Key_R)
    assert heard == [("reopen", gone)]
    menu = pool.context_menu()
    assert menu.actions()[0].text() == "Reopen orders"
    menu.deleteLater()
    pool.line.clear()
    assert len(pool.model.rows) == 10


def test_the_pool_tells_what_its_filter_takes(pool: PoolPanel, a_board: Board) -> None:
    heard: list[object] = []
    pool.filter_changed.connect(heard.append)
    number = a_board.day.orders[a_board.day.unplanned[3]].number
    pool.filter.setText(number)
    pool.filter.clear()
    assert heard == [frozenset({a_board.day.unplanned[3]}), None]


# ── Saved views ──────────────────────────────────────────────────────────────────────────────────────────────────────


def name_view(line: FilterLine, name: str) -> None:
    line.views.menu().aboutToShow.emit()
    field = line.findChild(QLineEdit, "board.view_name") or line.views.menu().findChild(QLineEdit, "board.view_name")
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_view_brings_filter_columns_and_sorting_back(pool: PoolPanel) -> None:
    pool.line.toggle(Mark.FORENOON)
    pool.view.columns.choose(PoolColumn.CUSTOMER, True)
    pool.view.sortByColumn(PoolColumn.LOAD, Qt.SortOrder.DescendingOrder)
    rows = [row.order_id for row in pool.model.rows]
    name_view(pool.line, "Heavy & early")
    pool.restore({"views": kept(pool.state())["views"]})  # type: ignore[index]
    assert [row.order_id for row in pool.model.rows] != rows
    pool.line.views.menu().aboutToShow.emit()
    named(pool.line.views.menu(), "Heavy && early").trigger()  # type: ignore[attr-defined]
    assert [row.order_id for row in pool.model.rows] == rows
    assert "customer" in pool.view.columns.chosen()


def test_a_view_of_the_same_name_is_replaced_and_one_can_be_thrown_away(rounds: RoundsPanel) -> None:
    rounds.line.edit.setText("aino")
    name_view(rounds.line, "Mine")
    rounds.line.edit.setText("eero")
    name_view(rounds.line, "Mine")
    assert rounds.arrangement.views == ("Mine",)
    rounds.line.clear()
    rounds.line.view_chosen.emit("Mine")
    assert rounds.line.edit.text() == "eero"
    rounds.line.views.menu().aboutToShow.emit()
    removals = named(rounds.line.views.menu(), "Delete a view").menu()  # type: ignore[attr-defined]
    removals.actions()[0].trigger()
    assert rounds.arrangement.views == ()
    assert rounds.line.edit.text() == "eero", "what is shown stays"


def test_a_view_without_a_name_is_not_saved(rounds: RoundsPanel) -> None:
    name_view(rounds.line, "   ")
    assert rounds.arrangement.views == ()
