"""The search: better plans as they come, keeping one or none, and what the window refuses meanwhile."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dispatcher.domain.orders import OrderState
from dispatcher.services.orders import cancel_orders
from tests.ui.window.conftest import TODAY, TOMORROW
from tests.ui.window.shown import Shown
from ui.runner import Operation

BUSY = "The optimiser is at work"


@pytest.fixture
def searching(shown: Shown) -> Shown:
    """A search that has shown a better plan and goes on."""
    with shown.qtbot.waitSignal(
        shown.window.day.outlook_changed,
        timeout=30_000,
        check_params_cb=lambda outlook: outlook.day.plan.routes != shown.stored().plan.routes,
    ):
        QTest.keyClick(shown.window, Qt.Key.Key_F9)
    assert shown.window.search.running
    return shown


def kept(shown: Shown) -> None:
    with shown.qtbot.waitSignal(shown.window.search.changed, timeout=30_000):
        shown.window.search.stop()
    shown.settle()


def test_better_plans_are_shown_and_nothing_is_kept_yet(searching: Shown) -> None:
    window = searching.window
    day = searching.outlook.day
    assert searching.in_tree() == {route.shift_id: route.order_ids for route in day.plan.routes}
    assert searching.in_tree() != searching.routes()
    assert searching.workplace.store.history().undo == "Fill"
    assert window.search_bar.isVisible()
    assert "nothing is kept yet" in window.search_bar._text.text()
    for name, enabled in {
        "stop_search": True,
        "cancel_search": True,
        "optimise": False,
        "import_orders": False,
    }.items():
        assert window.actions_by_name[name].isEnabled() == enabled, name


def test_stopping_keeps_the_best_plan_as_one_step(searching: Shown) -> None:
    before = searching.routes()
    cost = searching.outlook.schedule.cost
    kept(searching)
    assert not searching.window.search.running
    assert not searching.window.search_bar.isVisible()
    assert searching.routes() != before
    assert searching.outlook.schedule.cost <= cost
    searching.assert_views_agree()
    searching.assert_times_are_of_the_plan()
    assert "Plan the day" in searching.window.actions_by_name["undo"].text()
    searching.window.hand.undo()
    searching.settle()
    assert searching.routes() == before
    searching.assert_views_agree()


def test_cancelling_drops_what_was_found(searching: Shown) -> None:
    before = searching.routes()
    QTest.mouseClick(searching.window.search_bar._drop, Qt.MouseButton.LeftButton)
    searching.settle()
    assert searching.routes() == before
    assert searching.workplace.store.history().undo == "Fill"
    assert "the plan is as it was" in searching.told[-1]
    searching.assert_views_agree()
    searching.assert_times_are_of_the_plan()


def test_gestures_are_refused_in_words(searching: Shown) -> None:
    board, before = searching.window.board, searching.workplace.store.read(lambda r: r.revision)
    shift_id, stops = next((s, o) for s, o in searching.in_tree().items() if o)
    gestures = (
        lambda: board.rounds.move_requested.emit(stops[:1], shift_id, 0),
        lambda: board.rounds.unassign_requested.emit(stops[:1]),
        lambda: board.rounds.hold_requested.emit(stops[:1], True),
        lambda: board.rounds.optimise_requested.emit((shift_id,)),
        lambda: board.pool.plan_requested.emit(stops[:1]),
        searching.window.hand.undo,
        searching.window.hand.redo,
        searching.window.hand.clear,
        searching.window.hand.staff,
    )
    for count, gesture in enumerate(gestures, start=1):
        gesture()
        assert len([text for text in searching.told if text.startswith(BUSY)]) == count
    assert BUSY in searching.window.status._told.text()
    assert searching.workplace.store.read(lambda r: r.revision) == before
    assert searching.window.search.running


def test_what_is_moved_by_hand_before_a_search_stays_with_its_driver(shown: Shown) -> None:
    giving, taking = list(shown.routes())[:2]
    moved = shown.routes()[giving][0]
    shown.window.board.rounds.move_requested.emit((moved,), taking, 0)
    shown.settle()
    shown.window.optimise()
    kept(shown)
    assert moved in shown.routes()[taking]
    assert moved in shown.held()


def test_another_day_waits_for_the_search(searching: Shown) -> None:
    searching.window.open_day(TOMORROW)
    assert searching.window.day.date == TODAY
    assert searching.window.search.running
    assert BUSY in searching.window.status._told.text()
    searching.window.search.cancel()
    searching.window.open_day(TOMORROW)
    searching.settle()
    assert searching.window.day.date == TOMORROW
    searching.assert_views_agree()


def test_a_change_of_an_order_during_the_search_is_kept(searching: Shown) -> None:
    order_id = sorted(searching.in_pool() or searching.stored().orders)[0]
    cancel = Operation("Cancel", lambda uow: cancel_orders(uow, order_ids=[order_id]))
    with searching.qtbot.waitSignal(searching.window.runner.op_finished):
        searching.window.runner.submit(cancel)
    kept(searching)
    assert searching.stored().orders[order_id].state is OrderState.CANCELLED
    assert all(order_id not in stops for stops in searching.routes().values())
    searching.assert_views_agree()


def test_a_day_without_drivers_leads_to_the_fleet(shown: Shown) -> None:
    shown.window.open_day(TOMORROW)
    shown.settle()
    shown.window.optimise()
    assert shown.window.panels.currentWidget() is shown.window.fleet
    assert "put drivers on duty first" in shown.window.status._told.text()
    assert not shown.window.search.running
    shown.window.show_panel(shown.window.board)


def test_a_chosen_round_is_put_in_a_better_sequence(shown: Shown) -> None:
    before, shift_id = shown.routes(), next(iter(shown.routes()))
    drive = shown.outlook.schedule.routes[shift_id].drive_s
    shown.window.board.rounds.optimise_requested.emit((shift_id,))
    shown.settle()
    assert sorted(shown.routes()[shift_id]) == sorted(before[shift_id])
    assert {s: o for s, o in shown.routes().items() if s != shift_id} == {
        s: o for s, o in before.items() if s != shift_id
    }
    assert shown.outlook.schedule.routes[shift_id].drive_s < drive
    shown.window.hand.undo()
    shown.settle()
    assert shown.routes() == before
