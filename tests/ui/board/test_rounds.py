"""The rounds panel under the hand: selection, keys, menu, filter, dragging and dropping; it only wishes."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from tests.fixtures import days
from tests.fixtures.board import Board, judged, moved
from tests.fixtures.dragging import Hand, RunDrag
from ui.board import drag
from ui.board.round_columns import Column
from ui.board.round_model import Role
from ui.board.rounds import RoundsPanel
from ui.board.rows import RoundRow
from ui.theme import Mode, Theme

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def run_drag() -> RunDrag:
    return RunDrag()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, a_board: Board, run_drag: RunDrag) -> RoundsPanel:
    panel = RoundsPanel(theme, run_drag=run_drag)
    qtbot.addWidget(panel)
    panel.set_day(a_board.day, a_board.schedule)
    panel.resize(480, 900)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.view.setFocus()
    return panel


class Wishes:
    """Every signal of the panel, by name."""

    def __init__(self, panel: RoundsPanel) -> None:
        self.heard: list[tuple[object, ...]] = []
        for name in (
            "selection_changed", "move_requested", "unassign_requested", "hold_requested", "edit_requested",
            "show_on_map_requested", "optimise_requested", "add_shifts_requested", "drop_hovered", "drag_began",
            "drag_ended", "move_to_requested", "tail_requested", "split_requested", "swap_requested", "lock_requested",
            "loaded_requested", "done_requested", "cancel_requested", "explain_requested", "filter_changed",
        ):  # fmt: skip
            getattr(panel, name).connect(lambda *args, name=name: self.heard.append((name, *args)))

    def but_selection(self) -> list[tuple[object, ...]]:
        return [wish for wish in self.heard if wish[0] != "selection_changed"]


@pytest.fixture
def wishes(panel: RoundsPanel) -> Wishes:
    return Wishes(panel)


def shift(board: Board, position: int) -> ShiftId:
    return list(board.day.shifts)[position]


def orders_of(board: Board, position: int) -> list[OrderId]:
    return list(board.day.plan.routes[position].order_ids)


def press(panel: RoundsPanel, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(panel.view, key, modifier)


def round_index(panel: RoundsPanel, board: Board, position: int) -> QModelIndex:
    return panel.model.index_of_shift(shift(board, position))


def middle_of_round(panel: RoundsPanel, board: Board, position: int) -> QPoint:
    return panel.view.row_rect(round_index(panel, board, position).row()).center()


def is_open(panel: RoundsPanel, board: Board, position: int) -> bool:
    return shift(board, position) in panel.model.open_rounds


def middle(panel: RoundsPanel, order_id: OrderId) -> QPoint:
    index = panel.model.index_of_order(order_id)
    return panel.view.visualRect(index.siblingAtColumn(Column.ADDRESS)).center()


# ── Selection ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_click_selects_and_tells(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    panel.view.set_open([shift(a_board, 0)])
    first, third = orders_of(a_board, 0)[0], orders_of(a_board, 0)[2]
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=middle(panel, first))
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, SHIFT, middle(panel, third))
    assert wishes.heard[0] == ("selection_changed", (first,), ())
    assert wishes.heard[-1] == ("selection_changed", tuple(orders_of(a_board, 0)[:3]), ())
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of_round(panel, a_board, 0))
    assert wishes.heard[-1] == ("selection_changed", (), (shift(a_board, 0),))


def test_select_opens_shows_and_says_nothing(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    wanted = [orders_of(a_board, 7)[18], orders_of(a_board, 6)[19], a_board.day.unplanned[0]]
    panel.select(wanted)
    assert panel.view.selected_orders() == (wanted[1], wanted[0])
    assert panel.view.viewport().rect().contains(middle(panel, wanted[1]))
    assert wishes.heard == []
    assert panel.action("unassign").isEnabled()


def test_an_update_keeps_selection_current_and_open_rounds(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    chosen = orders_of(a_board, 1)[2:5]
    panel.select(chosen)
    after = moved(a_board, [chosen[1]], shift(a_board, 5), 0)
    panel.set_day(after.day, after.schedule)
    assert set(panel.view.selected_orders()) == set(chosen), "also the one that went to another round"
    assert panel.view.currentIndex().data(Role.ORDER_ID) == chosen[0]
    assert is_open(panel, a_board, 1)
    assert is_open(panel, a_board, 5), "opened to show where it went"
    assert not is_open(panel, a_board, 3)


def test_a_selected_stop_that_leaves_the_rounds_is_told(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    gone, kept = orders_of(a_board, 1)[2:4]
    panel.select([gone, kept])
    routes = {r.shift_id: [o for o in r.order_ids if o != gone] for r in a_board.day.plan.routes}
    after = judged(days.with_plan(a_board.day, routes))
    panel.set_day(after.day, after.schedule)
    assert wishes.heard == [("selection_changed", (kept,), ())]


def test_selected_rounds_survive_an_update(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    panel.view.setCurrentIndex(panel.model.index(2, 0))
    after = moved(a_board, orders_of(a_board, 2)[:3], shift(a_board, 0), 0)
    panel.set_day(after.day, after.schedule)
    assert panel.view.selected_shifts() == (shift(a_board, 2),)
    assert len(wishes.heard) == 1


# ── Keys and menu ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rows", "key", "index"),
    [([3], Qt.Key.Key_Up, 2), ([3], Qt.Key.Key_Down, 5), ([3, 4], Qt.Key.Key_Up, 2), ([3, 4], Qt.Key.Key_Down, 6)],
)
def test_alt_arrows_move_stops_within_their_round(
    panel: RoundsPanel, a_board: Board, wishes: Wishes, rows: list[int], key: Qt.Key, index: int
) -> None:
    chosen = [orders_of(a_board, 2)[row] for row in rows]
    panel.select(chosen)
    press(panel, key, ALT)
    assert wishes.heard == [("move_requested", tuple(chosen), shift(a_board, 2), index)]


@pytest.mark.parametrize(("row", "key"), [(0, Qt.Key.Key_Up), (19, Qt.Key.Key_Down)])
def test_alt_arrows_stop_at_the_ends(panel: RoundsPanel, a_board: Board, wishes: Wishes, row: int, key: Qt.Key) -> None:
    panel.select([orders_of(a_board, 2)[row]])
    press(panel, key, ALT)
    assert wishes.heard == []


def test_alt_arrows_do_nothing_across_rounds(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    panel.select([orders_of(a_board, 2)[5], orders_of(a_board, 3)[5]])
    press(panel, Qt.Key.Key_Up, ALT)
    assert wishes.heard == []


def test_moving_by_keys_gets_where_it_says(panel: RoundsPanel, a_board: Board) -> None:
    """The index counts what is shown before the move, as the service takes it."""
    order = orders_of(a_board, 2)[3]
    panel.select([order])
    board = a_board
    heard: list[tuple[tuple[OrderId, ...], ShiftId, int]] = []
    panel.move_requested.connect(lambda *wish: heard.append(wish))
    press(panel, Qt.Key.Key_Down, ALT)
    _, to_shift, index = heard[-1]
    standing = [o for o in orders_of(board, 2)[:index] if o != order]
    board = moved(board, [order], to_shift, len(standing))
    panel.set_day(board.day, board.schedule)
    assert orders_of(board, 2).index(order) == 4
    assert panel.view.selected_orders() == (order,)


def test_delete_edit_hold_and_map_keys(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    chosen = tuple(o.order_id for r in a_board.day.plan.routes[2:3] for o in r.stops if not o.held)[:2]
    panel.select(chosen)
    press(panel, Qt.Key.Key_Delete)
    press(panel, Qt.Key.Key_F2)
    press(panel, Qt.Key.Key_Return)
    press(panel, Qt.Key.Key_H)
    press(panel, Qt.Key.Key_M)
    assert wishes.but_selection() == [
        ("unassign_requested", chosen),
        ("edit_requested", chosen[0]),
        ("edit_requested", chosen[0]),
        ("hold_requested", chosen, True),
        ("show_on_map_requested", chosen),
    ]


def test_enter_opens_and_closes_a_round(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    panel.view.setCurrentIndex(round_index(panel, a_board, 4))
    press(panel, Qt.Key.Key_Return)
    assert is_open(panel, a_board, 4)
    press(panel, Qt.Key.Key_Return)
    assert not is_open(panel, a_board, 4)
    assert wishes.but_selection() == []


def test_nothing_selected_offers_nothing(panel: RoundsPanel, wishes: Wishes) -> None:
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_F2, Qt.Key.Key_H, Qt.Key.Key_M):
        press(panel, key)
    assert wishes.heard == []
    assert not panel.action("unassign").isEnabled()


def test_a_held_stop_can_be_released(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    held = next(s.order_id for r in a_board.day.plan.routes for s in r.stops if s.held)
    panel.select([held])
    assert not panel.action("hold").isEnabled()
    panel.action("release").trigger()
    assert wishes.heard == [("hold_requested", (held,), False)]


def test_the_menu_names_what_can_be_done(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    chosen = (orders_of(a_board, 0)[0],)
    panel.select(chosen)
    menu = panel.context_menu()
    named = {action.text(): action for action in menu.actions() if action.text()}
    wanted = {"Edit order…", "Show on map", "Move to…", "Unassign", "Move down", "Lock", "Cancel orders"}
    assert wanted <= named.keys()
    assert "Swap the two rounds" not in named
    named["Move to…"].trigger()
    assert wishes.heard == [("move_to_requested", chosen)]
    menu.deleteLater()


def test_the_menus_offer_what_may_happen_on_the_way(panel: RoundsPanel, a_board: Board) -> None:
    of_stops, of_rounds = [QAction("Try again…", panel)], [QAction("Driver late…", panel)]
    panel.offer_troubles(of_stops, of_rounds)
    panel.select([orders_of(a_board, 0)[0]])
    assert troubles_in(panel) == of_stops
    panel.select((), (shift(a_board, 1),))
    assert troubles_in(panel) == of_rounds
    panel.view.clearSelection()
    assert troubles_in(panel) == []


def troubles_in(panel: RoundsPanel) -> list[QAction]:
    menu = panel.context_menu()
    found = [a.menu() for a in menu.actions() if a.text() == "Disturbance"]
    actions = found[0].actions() if found else []
    menu.deleteLater()
    return actions


def test_the_menu_of_rounds(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    panel.view.setCurrentIndex(panel.model.index(1, 0))
    menu = panel.context_menu()
    assert "Re-sequence these drivers" in [a.text() for a in menu.actions()]
    menu.deleteLater()
    panel.action("optimise").trigger()
    panel.action("map").trigger()
    assert wishes.but_selection() == [
        ("optimise_requested", (shift(a_board, 1),)),
        ("show_on_map_requested", tuple(orders_of(a_board, 1))),
    ]


# ── Dragging and dropping ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_drag_carries_the_selected_stops(panel: RoundsPanel, a_board: Board, run_drag: RunDrag) -> None:
    chosen = (orders_of(a_board, 0)[1], orders_of(a_board, 3)[0])
    panel.select(chosen)
    panel.view.startDrag(Qt.DropAction.MoveAction)
    assert run_drag.carried == [chosen]
    assert run_drag.ghosts[0][0] > 40
    assert len(panel.model.stop_ids(shift(a_board, 0))) == 20, "a finished drag takes nothing away by itself"


def test_a_round_itself_is_not_dragged(panel: RoundsPanel, run_drag: RunDrag) -> None:
    panel.view.setCurrentIndex(panel.model.index(0, 0))
    panel.view.startDrag(Qt.DropAction.MoveAction)
    assert run_drag.carried == []


def test_dropping_on_a_round(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    order = a_board.day.unplanned[0]
    hand = Hand(panel.view, drag.pack([order]))
    at = middle_of_round(panel, a_board, 3)
    assert hand.enter(at)
    assert hand.move(at)
    assert hand.drop(at)
    assert wishes.heard == [
        ("drag_began", (order,)),
        ("drop_hovered", (order,), shift(a_board, 3), None),
        ("move_requested", (order,), shift(a_board, 3), None),
        ("drag_ended",),
    ]


@pytest.mark.parametrize(("offset", "index"), [(-6, 4), (6, 5)])
def test_dropping_between_stops(panel: RoundsPanel, a_board: Board, wishes: Wishes, offset: int, index: int) -> None:
    panel.view.set_open([shift(a_board, 0)])
    order = a_board.day.unplanned[0]
    hand = Hand(panel.view, drag.pack([order]))
    at = middle(panel, orders_of(a_board, 0)[4]) + QPoint(0, offset)
    hand.enter(at)
    assert hand.drop(at)
    assert wishes.heard[-2] == ("move_requested", (order,), shift(a_board, 0), index)


def test_nothing_is_taken_below_the_last_round_or_of_another_kind(
    panel: RoundsPanel, a_board: Board, wishes: Wishes
) -> None:
    hand = Hand(panel.view, drag.pack([a_board.day.unplanned[0]]))
    below = QPoint(50, panel.view.viewport().height() - 5)
    hand.enter(below)
    assert not hand.move(below)
    assert not hand.drop(below)
    stranger = Hand(panel.view, drag.pack([]))
    assert not stranger.enter(middle_of_round(panel, a_board, 3))
    assert [wish[0] for wish in wishes.heard] == ["drag_began", "drag_ended"]


def test_the_verdict_stands_while_the_drag_hangs_there(panel: RoundsPanel, a_board: Board) -> None:
    panel.drop_hovered.connect(lambda *_: panel.show_verdict("+12 min, 2 stops late"))
    hand = Hand(panel.view, drag.pack([a_board.day.unplanned[0]]))
    hand.enter(middle_of_round(panel, a_board, 3))
    assert panel.view.verdict == "+12 min, 2 stops late"
    hand.leave()
    assert panel.view.verdict == ""


# ── Looks ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_drivers_it_says_what_to_do(panel: RoundsPanel, a_board: Board, wishes: Wishes, qtbot: QtBot) -> None:
    nobody = judged(days.assemble(a_board.day.orders.values(), ({}, {}, {})))
    panel.set_day(nobody.day, nobody.schedule)
    assert not panel.view.isVisible()
    assert panel.empty.isVisible()
    assert panel.empty.text == "No drivers on duty this day – add shifts under Fleet."
    panel.empty.step_requested.emit()
    assert wishes.heard == [("add_shifts_requested",)]
    panel.set_day(a_board.day, a_board.schedule)
    assert panel.view.isVisible()


@pytest.mark.parametrize("width", [300, 360, 420, 480, 700])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_columns_fit_the_width_and_leave_room_for_addresses(
    panel: RoundsPanel, theme: Theme, qtbot: QtBot, width: int, scale: float
) -> None:
    try:
        theme.apply(Mode.DARK, scale)
        panel.setFixedWidth(width)
        qtbot.waitUntil(lambda: panel.view.width() == width)
        widths = [panel.view.columnWidth(c) for c in Column if not panel.view.isColumnHidden(c)]
        assert sum(widths) <= panel.view.viewport().width()
        assert panel.view.columnWidth(Column.ADDRESS) >= 0.3 * panel.view.viewport().width()
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_names_for_tests_and_screen_readers(panel: RoundsPanel) -> None:
    assert panel.objectName() == "board.rounds"
    assert panel.accessibleName()
    assert panel.view.objectName() == "board.rounds.table"
    assert all(action.text() and not action.icon().isNull() for action in panel.actions())


# ── Folding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_arrow_keys_fold_as_in_a_tree(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    panel.view.setCurrentIndex(round_index(panel, a_board, 1))
    press(panel, Qt.Key.Key_Right)
    assert is_open(panel, a_board, 1)
    press(panel, Qt.Key.Key_Right)
    assert panel.view.currentIndex().data(Role.ORDER_ID) == orders_of(a_board, 1)[0]
    press(panel, Qt.Key.Key_Down)
    press(panel, Qt.Key.Key_Left)
    assert panel.view.selected_shifts() == (shift(a_board, 1),)
    press(panel, Qt.Key.Key_Left)
    assert not is_open(panel, a_board, 1)
    press(panel, Qt.Key.Key_End)
    assert panel.view.selected_shifts() == (shift(a_board, 7),)
    press(panel, Qt.Key.Key_Home)
    assert panel.view.selected_shifts() == (shift(a_board, 0),)


def test_the_arrow_folds_without_selecting(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    box = panel.view.row_rect(round_index(panel, a_board, 2).row())
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(6, box.center().y()))
    assert is_open(panel, a_board, 2)
    assert wishes.heard == []
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    QTest.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert not is_open(panel, a_board, 2)


def test_all_open_and_all_close_by_keys(panel: RoundsPanel) -> None:
    QTest.keyClick(panel.view, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert panel.model.rowCount() == 8 * 21
    QTest.keyClick(panel.view, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert panel.model.rowCount() == 8


def test_folding_away_a_selected_stop_tells(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    panel.select([orders_of(a_board, 0)[3]])
    panel.view.toggle(shift(a_board, 0))
    assert wishes.heard == [("selection_changed", (), ())]


def test_rounds_are_higher_than_stops_whatever_comes_and_goes(panel: RoundsPanel, a_board: Board) -> None:
    panel.view.expandAll()
    after = moved(a_board, orders_of(a_board, 1)[:5], shift(a_board, 6), 3)
    panel.set_day(after.day, after.schedule)
    panel.view.toggle(shift(a_board, 3))
    heights = {(isinstance(row, RoundRow), panel.view.rowHeight(i)) for i, row in enumerate(panel.model.rows)}
    (_, stop), (_, of_round) = sorted(heights)
    assert of_round > stop


# ── Locks, done, loaded, swap, split, tail ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "modifier", "lock"),
    [
        (Qt.Key.Key_L, NONE, Lock.ROUTE),
        (Qt.Key.Key_L, ALT, Lock.DRIVER),
        (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier, Lock.SEQUENCE),
    ],
)
def test_rounds_and_the_rounds_of_stops_are_locked(
    panel: RoundsPanel, a_board: Board, wishes: Wishes, key: Qt.Key, modifier: Qt.KeyboardModifier, lock: Lock
) -> None:
    panel.view.setCurrentIndex(round_index(panel, a_board, 3))
    press(panel, key, modifier)
    panel.select([orders_of(a_board, 1)[0], orders_of(a_board, 2)[0]])
    press(panel, key, modifier)
    assert wishes.but_selection() == [
        ("lock_requested", (shift(a_board, 3),), lock),
        ("lock_requested", (shift(a_board, 1), shift(a_board, 2)), lock),
    ]


def test_a_locked_round_says_so_and_can_be_unlocked(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    one = shift(a_board, 0)
    shifts = {**a_board.day.shifts, one: replace(a_board.day.shifts[one], lock=Lock.DRIVER)}
    locked = replace(a_board.day, shifts=shifts)
    panel.view.setCurrentIndex(round_index(panel, a_board, 0))
    press(panel, Qt.Key.Key_L, SHIFT)
    assert wishes.but_selection() == [], "it is open already"
    panel.set_day(locked, a_board.schedule)
    index = round_index(panel, a_board, 0)
    assert "Driver locked" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "Driver locked" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    press(panel, Qt.Key.Key_L, SHIFT)
    press(panel, Qt.Key.Key_L, ALT)
    assert wishes.but_selection() == [("lock_requested", (one,), Lock.OPEN)], "and not locked twice"


def with_done(board: Board, position: int, count: int) -> Board:
    route = board.day.plan.routes[position]
    stops = tuple(replace(stop, done=i < count) for i, stop in enumerate(route.stops))
    routes = [replace(route, stops=stops) if i == position else r for i, r in enumerate(board.day.plan.routes)]
    return replace(board, day=replace(board.day, plan=replace(board.day.plan, routes=tuple(routes))))


def test_done_up_to_here_and_not_done_from_here_on(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    mine = orders_of(a_board, 2)
    under_way = with_done(a_board, 2, 3)
    panel.set_day(under_way.day, under_way.schedule)
    panel.select([mine[5]])
    press(panel, Qt.Key.Key_D)
    press(panel, Qt.Key.Key_D, SHIFT)
    panel.select([mine[1]])
    press(panel, Qt.Key.Key_D)
    press(panel, Qt.Key.Key_D, SHIFT)
    assert wishes.but_selection() == [
        ("done_requested", tuple(mine[3:6]), True),
        ("done_requested", tuple(mine[1:3]), False),
    ]


def test_loaded_and_swapped_are_for_rounds(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    flags = panel.view.selectionModel().SelectionFlag
    panel.view.setCurrentIndex(round_index(panel, a_board, 1))
    press(panel, Qt.Key.Key_S)
    panel.view.selectionModel().select(round_index(panel, a_board, 4), flags.Select | flags.Rows)
    both = (shift(a_board, 1), shift(a_board, 4))
    press(panel, Qt.Key.Key_S)
    press(panel, Qt.Key.Key_G)
    press(panel, Qt.Key.Key_G, SHIFT)
    assert wishes.but_selection() == [
        ("swap_requested", *both),
        ("loaded_requested", both, True),
        ("loaded_requested", both, False),
    ]
    menu = panel.context_menu()
    assert {"Swap the two rounds", "Mark as loaded", "Lock"} <= {action.text() for action in menu.actions()}
    menu.deleteLater()


def test_splitting_the_tail_fixes_and_moving_by_keys(panel: RoundsPanel, a_board: Board, wishes: Wishes) -> None:
    mine = orders_of(a_board, 3)
    panel.select([mine[7]])
    press(panel, Qt.Key.Key_S, SHIFT)
    press(panel, Qt.Key.Key_V, SHIFT)
    press(panel, Qt.Key.Key_V)
    press(panel, Qt.Key.Key_W)
    panel.action("cancel").trigger()
    panel.select([mine[0]])
    press(panel, Qt.Key.Key_S, SHIFT)
    assert wishes.heard == [
        ("split_requested", shift(a_board, 3), 7),
        ("tail_requested", shift(a_board, 3), 7),
        ("move_to_requested", (mine[7],)),
        ("explain_requested", mine[7]),
        ("cancel_requested", (mine[7],)),
    ], "and before the first stop there is nothing to split"


def test_every_key_is_one_actions_own(panel: RoundsPanel) -> None:
    keys = [action.shortcut().toString() for action in panel.actions() if not action.shortcut().isEmpty()]
    assert len(keys) == len(set(keys))
    assert all(f"({key})" in action.toolTip() for action in panel.actions() if (key := action.shortcut().toString()))


def test_a_round_under_way_is_painted_otherwise(panel: RoundsPanel, a_board: Board) -> None:
    """Done, loaded, resting and frozen each change the picture: nothing that changed goes unseen."""
    one = shift(a_board, 0)
    panel.view.set_open([one])
    pictures = [panel.view.viewport().grab().toImage()]
    stop = a_board.schedule.routes[one].stops[4]
    under_way = with_done(a_board, 0, 2).day
    for day in (
        under_way,
        replace(under_way, loaded={orders_of(a_board, 0)[3]: one}),
        replace(under_way, loaded={orders_of(a_board, 0)[3]: shift(a_board, 1)}),
        replace(under_way, freeze_at=stop.starts_at),
    ):
        panel.set_day(day, a_board.schedule)
        pictures.append(panel.view.viewport().grab().toImage())
    resting = replace(stop, break_at=stop.arrives_at, break_s=1_800)
    times = a_board.schedule.routes[one]
    stops = tuple(resting if s.order_id == stop.order_id else s for s in times.stops)
    routes = {**a_board.schedule.routes, one: replace(times, stops=stops)}
    panel.set_day(under_way, replace(a_board.schedule, routes=routes))
    pictures.append(panel.view.viewport().grab().toImage())
    assert all(one != other for i, one in enumerate(pictures) for other in pictures[i + 1 :])
