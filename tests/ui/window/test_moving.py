"""Orders that change rounds: from the tree, on the map, by keys; what follows, and the way back."""

from itertools import chain

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.judge import judge
from tests.ui.map.scene import Scene
from tests.ui.window.conftest import OpenWindow
from tests.ui.window.shown import Routes, Shown
from ui.faults import FaultBox
from ui.map.messages import StopsDropped


def two_rounds(shown: Shown) -> tuple[ShiftId, ShiftId]:
    first, second = list(shown.routes())[:2]
    return first, second


def undo(shown: Shown) -> None:
    QTest.keyClick(shown.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    shown.settle()


def redo(shown: Shown) -> None:
    QTest.keyClick(shown.window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    shown.settle()


def assert_landed(shown: Shown, moved: set[OrderId], to_shift: ShiftId, before: Routes) -> None:
    """In the round and held there; the rounds concerned serve together what they did, the others are untouched."""
    after, leaving = shown.routes(), {s for s, stops in before.items() if moved & set(stops)}
    concerned = {to_shift} | leaving
    assert moved <= set(after[to_shift])
    assert moved <= shown.held()
    assert sorted(chain(*(after[s] for s in concerned))) == sorted({*moved, *chain(*(before[s] for s in concerned))})
    assert {s: after[s] for s in after if s not in concerned} == {s: before[s] for s in before if s not in concerned}
    shown.assert_views_agree()
    shown.assert_times_are_of_the_plan()


def assert_one_step(shown: Shown, before: Routes, held: set[OrderId]) -> None:
    """One undo takes it all back exactly, redo brings it again."""
    after, held_after = shown.routes(), shown.held()
    undo(shown)
    assert (shown.routes(), shown.held()) == (before, held)
    shown.assert_views_agree()
    shown.assert_times_are_of_the_plan()
    redo(shown)
    assert (shown.routes(), shown.held()) == (after, held_after)
    shown.assert_views_agree()


def drive_s(shown: Shown, routes: Routes) -> int:
    """All driving, if these were the rounds."""
    desk, day = shown.workplace.desk, shown.stored()
    return judge(desk.problem(day), routes).drive_s


def test_from_the_tree_both_rounds_are_resequenced_and_one_undo_takes_it_back(shown: Shown) -> None:
    giving, taking = two_rounds(shown)
    before, held = shown.routes(), shown.held()
    moved = before[giving][2:4]
    shown.window.board.rounds.move_requested.emit(moved, taking, 1)
    shown.settle()
    assert_landed(shown, set(moved), taking, before)
    by_hand = {
        **before,
        giving: tuple(o for o in before[giving] if o not in moved),
        taking: (before[taking][0], *moved, *before[taking][1:]),
    }
    assert drive_s(shown, shown.routes()) < drive_s(shown, by_hand)
    assert_one_step(shown, before, held)


def test_within_a_round_the_sequence_stays_as_the_hand_made_it(shown: Shown) -> None:
    shift_id, _ = two_rounds(shown)
    before, held = shown.routes(), shown.held()
    first, *others = before[shift_id]
    shown.window.board.rounds.move_requested.emit((first,), shift_id, 4)
    shown.settle()
    assert shown.routes()[shift_id] == (*others[:3], first, *others[3:])
    assert_landed(shown, {first}, shift_id, before)
    assert_one_step(shown, before, held)


def test_from_the_pool_into_a_round(shown: Shown) -> None:
    _, taking = two_rounds(shown)
    before, held = shown.routes(), shown.held()
    moved = sorted(shown.in_pool())[:2]
    shown.window.board.rounds.move_requested.emit(tuple(moved), taking, None)
    shown.settle()
    assert_landed(shown, set(moved), taking, before)
    assert_one_step(shown, before, held)


def test_a_mark_dragged_on_the_map_onto_a_stop_of_another_round(shown: Shown) -> None:
    giving, taking = two_rounds(shown)
    before, held = shown.routes(), shown.held()
    scene = Scene(shown.window.board.map, shown.qtbot)
    moved, onto = farthest_apart(scene, before[giving], before[taking])
    target = scene.at(onto)
    with shown.qtbot.waitSignal(scene.view.drag_hovered, check_params_cb=lambda hover: hover.slot is not None):
        scene.drag(scene.at(moved), target)
    with shown.qtbot.waitSignal(scene.view.stops_dropped) as dropped:
        scene.release(target)
    assert (dropped.args[0].order_ids, dropped.args[0].target_shift_id) == ((moved,), taking)
    shown.settle()
    assert_landed(shown, {moved}, taking, before)
    assert_one_step(shown, before, held)


def farthest_apart(scene: Scene, ones: tuple[OrderId, ...], others: tuple[OrderId, ...]) -> tuple[OrderId, OrderId]:
    """One of each round, such that nothing lies in between."""
    at = {mark["id"]: complex(mark["x"], mark["y"]) for mark in scene.report()["stops"]}
    room = lambda o: min(abs(at[o] - there) for other, there in at.items() if other != o)
    return max(ones, key=room), max(others, key=room)


@pytest.mark.parametrize("several", [1, 3])
def test_dropped_on_the_map_between_two_stops(shown: Shown, several: int) -> None:
    giving, taking = two_rounds(shown)
    before, held = shown.routes(), shown.held()
    moved = before[giving][:several]
    at = shown.stored().depot.place
    drop = StopsDropped(moved, taking, before[taking][2], before[taking][3], at)
    shown.window.board.map.stops_dropped.emit(drop)
    shown.settle()
    assert_landed(shown, set(moved), taking, before)
    assert_one_step(shown, before, held)


def test_by_keys_a_stop_moves_down_and_up_again(shown: Shown) -> None:
    shift_id, _ = two_rounds(shown)
    before = shown.routes()
    first, second, *others = before[shift_id]
    view = shown.window.board.rounds.view
    shown.window.board.select([first])
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    shown.settle()
    assert shown.routes()[shift_id] == (second, first, *others)
    assert view.selected_orders() == (first,)
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    shown.settle()
    assert shown.routes()[shift_id] == before[shift_id]
    undo(shown)
    undo(shown)
    assert (shown.routes(), shown.held()) == (before, set())


def test_by_keys_stops_are_held_released_and_unassigned(shown: Shown) -> None:
    shift_id, _ = two_rounds(shown)
    before, chosen = shown.routes(), shown.routes()[shift_id][:2]
    view = shown.window.board.rounds.view
    shown.window.board.select(chosen)
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_H)
    shown.settle()
    assert shown.held() == set(chosen)
    QTest.keyClick(view, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    shown.settle()
    assert shown.held() == set()
    QTest.keyClick(view, Qt.Key.Key_Delete)
    shown.settle()
    assert set(chosen) <= shown.in_pool()
    assert shown.routes()[shift_id] == before[shift_id][2:]
    shown.assert_views_agree()
    undo(shown)
    assert shown.routes() == before


@pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)")
def test_from_the_menu_to_another_driver(shown: Shown) -> None:
    giving, taking = two_rounds(shown)
    before, held = shown.routes(), shown.held()
    rounds = shown.window.board.rounds
    shown.window.board.select(before[giving][:1])
    menu = rounds.context_menu()
    (move_to,) = [action for action in menu.actions() if action.text() == "Move to…"]
    move_to.trigger()
    menu.close()
    chooser = shown.window.wires.move_to
    assert any(offer.best for offer in chooser.shown)
    QTest.keyClicks(chooser.edit, shown.stored().drivers[shown.stored().shifts[taking].driver_id].name)
    (offer,) = chooser.shown
    assert offer.shift_id == taking
    assert offer.ruling
    QTest.keyClick(chooser.edit, Qt.Key.Key_Return)
    shown.window.activateWindow()
    shown.settle()
    assert_landed(shown, set(before[giving][:1]), taking, before)
    assert_one_step(shown, before, held)


def test_orders_of_the_pool_are_planned_where_they_fit_best(shown: Shown) -> None:
    before, held, waiting = shown.routes(), shown.held(), shown.in_pool()
    shown.window.board.pool.view.selectAll()
    shown.window.board.pool.view.setFocus()
    QTest.keyClick(shown.window.board.pool.view, Qt.Key.Key_P)
    shown.settle()
    assert shown.in_pool() == set()
    for shift_id, stops in before.items():
        assert [o for o in shown.routes()[shift_id] if o not in waiting] == list(stops)
    shown.assert_views_agree()
    assert_one_step(shown, before, held)


def test_moves_in_quick_succession_are_a_step_each_and_lose_nothing(shown: Shown) -> None:
    first, second = two_rounds(shown)
    before, everything = shown.routes(), set(shown.stored().orders)
    a, b = before[first][:2]
    move = shown.window.board.rounds.move_requested
    move.emit((a,), second, 0)
    move.emit((b,), second, 0)
    shown.settle()
    assert {a, b} <= set(shown.routes()[second])
    assert {o for stops in shown.routes().values() for o in stops} | shown.in_pool() == everything
    shown.assert_views_agree()
    shown.assert_times_are_of_the_plan()
    while shown.window.actions_by_name["undo"].isEnabled() and shown.routes() != before:
        undo(shown)
    assert shown.routes() == before


def test_undo_goes_on_after_a_restart(open_window: OpenWindow) -> None:
    shown = open_window()
    giving, taking = two_rounds(shown)
    before = shown.routes()
    shown.window.board.rounds.move_requested.emit(before[giving][:1], taking, 0)
    shown.settle()
    after = shown.routes()
    shown.close()
    again = open_window()
    assert again.routes() == after
    assert "Move 1 stop to" in again.window.actions_by_name["undo"].text()
    undo(again)
    assert again.routes() == before
    assert again.held() == set()
    redo(again)
    assert again.routes() == after
    again.assert_views_agree()


def test_when_everyone_is_on_duty_that_is_told_and_no_step(shown: Shown) -> None:
    shown.window.actions_by_name["staff"].trigger()
    shown.settle()
    assert "Nobody else has a usual vehicle" in shown.window.status._told.text()
    assert shown.workplace.store.history().undo == "Fill"


def test_a_move_of_what_is_gone_meanwhile_is_told_and_changes_nothing(shown: Shown) -> None:
    giving, taking = two_rounds(shown)
    order_id = shown.routes()[giving][0]
    shown.workplace.store.write("Elsewhere", lambda uow: uow.remove_orders([order_id]))
    before = shown.routes()
    shown.window.board.rounds.move_requested.emit((order_id,), taking, 0)
    shown.settle()
    fault = shown.window.findChild(FaultBox, "fault")
    assert isinstance(fault, FaultBox)
    assert "no longer exist" in fault.what.text()
    assert shown.routes() == before
    fault.accept()
