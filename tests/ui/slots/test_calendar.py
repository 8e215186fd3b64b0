"""The calendar: what its cells say, changes of one date, and orders that move between slots."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QSettings, Qt
from PySide6.QtGui import QDrag, QDragMoveEvent, QDropEvent
from pytestqt.qtbot import QtBot

from db.opening import open_store
from dispatcher.domain.slots import Blackout, HoldState, SlotChange
from dispatcher.services.home import Home
from dispatcher.services.slots import Booked, SlotDesk
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.ui.slots.conftest import AREA, DAY, MORNING, NOON, Shown, Ticking, press, shown_on
from ui.runner import OpRunner
from ui.slots import words
from ui.slots.bar import Page
from ui.slots.panel import SlotsPanel
from ui.theme import Theme


def give(shown: Shown, desk: SlotDesk, count: int = 1, rule: object = MORNING.id) -> list[str]:
    """Let the first orders have the morning; their numbers."""
    orders = shown.orders()[:count]
    for order in orders:
        change = desk.give(order.id, rule, DAY, by="Bert")  # type: ignore[arg-type]
        shown.workplace.store.write(change.label, change.run)
    shown.look()
    return [order.number for order in orders]


def test_without_a_catalogue_one_press_makes_the_usual(empty: Shown) -> None:
    assert "no slot yet" in empty.panel.empty.text
    empty.panel.empty.step_requested.emit()
    empty.settle()
    assert empty.panel.board.slots.rowCount() == 2
    assert empty.panel.stack.currentWidget() is empty.panel.split
    assert "usual slots are made" in empty.said


def test_cells_say_how_full_they_are_and_why_closed(shown: Shown, desk: SlotDesk) -> None:
    give(shown, desk, 2)
    model = shown.panel.board.slots
    index = model.index_of((MORNING.id, DAY))
    assert index.data() == "2 of 3"
    assert "2 of 3 taken" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    give(shown, desk, 3)
    assert words.mark(shown.slot()) == "full"
    desk.put_blackout(Blackout(DAY, None, "Corpus Christi"))
    shown.look()
    assert "blackout: Corpus Christi" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_arrows_walk_and_enter_opens_the_orders(shown: Shown, desk: SlotDesk) -> None:
    numbers = give(shown, desk, 2)
    shown.go_to(NOON)
    press(Qt.Key.Key_Up)
    shown.settle()
    assert shown.panel.board.key == (MORNING.id, DAY)
    press(Qt.Key.Key_Return)
    places = shown.panel.cell.places
    assert places.view.hasFocus()
    assert [words.place_name(place) for place in places.model.rows] == numbers
    press(Qt.Key.Key_Escape)
    assert shown.panel.board.hasFocus()


def test_keys_close_open_and_widen_a_slot(shown: Shown, desk: SlotDesk) -> None:
    shown.go_to()
    press(Qt.Key.Key_X)
    shown.settle()
    assert shown.slot().closed == "closed by hand"
    press(Qt.Key.Key_X)
    shown.settle()
    assert not shown.slot().closed
    assert not desk.book().changes
    press(Qt.Key.Key_Plus)
    shown.settle()
    assert shown.slot().most_orders == 4
    press(Qt.Key.Key_Minus)
    shown.settle()
    assert (shown.slot().most_orders, dict(desk.book().changes)) == (3, {})


def test_hours_and_orders_are_set_inline_and_given_back(shown: Shown, desk: SlotDesk) -> None:
    shown.go_to()
    cell = shown.panel.cell
    cell.most.setValue(1)
    cell.closes.setTime(cell.closes.time().addSecs(-3600))
    cell.set.click()
    shown.settle()
    change = desk.book().changes[MORNING.id, DAY]
    assert (change.most_orders, change.opens, str(change.closes)) == (1, None, "11:00:00")
    cell.usual.click()
    shown.settle()
    assert not desk.book().changes
    give(shown, desk, 2)
    shown.go_to()
    cell.closes.setTime(cell.closes.time().addSecs(-3600))
    cell.set.click()
    shown.settle()
    assert "2 orders have places in these hours" in shown.panel.said.text()
    assert not desk.book().changes
    cell.closes.setTime(cell.closes.time().addSecs(3600))
    cell.most.setValue(1)
    cell.set.click()
    shown.settle()
    assert words.standing(shown.slot()) == words.OVER
    assert "More is sold than fits" in shown.said
    assert len(desk.booked(MORNING.id, DAY)) == 2


def test_what_is_typed_stays_while_the_calendar_is_read_again(shown: Shown, desk: SlotDesk) -> None:
    shown.go_to()
    shown.panel.cell.most.setValue(17)
    give(shown, desk, 1)
    assert shown.panel.cell.most.value() == 17
    assert shown.panel.cell.set.isEnabled()


def test_a_day_is_closed_with_its_reason_and_who_is_there_is_told(shown: Shown, desk: SlotDesk) -> None:
    (number,) = give(shown, desk, 1)
    shown.go_to()
    shown.panel.cell.why.setText("Strike")
    shown.panel.board.setFocus()
    press(Qt.Key.Key_B)
    shown.settle()
    assert desk.book().blackouts == {Blackout(DAY, AREA.id, "Strike")}
    assert number in shown.said
    assert shown.slot().closed == "blackout: Strike"
    press(Qt.Key.Key_B)
    shown.settle()
    assert not desk.book().blackouts


def test_an_order_is_moved_by_keys_with_a_verdict_over_each_cell(shown: Shown, desk: SlotDesk) -> None:
    give(shown, desk, 1)
    order = shown.orders()[0]
    desk.put_change(SlotChange(NOON.id, DAY, closed=True))
    shown.go_to()
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_M)
    board = shown.panel.board
    assert board.hasFocus()
    assert shown.panel.hand.carrying
    press(Qt.Key.Key_Down)
    shown.settle()
    assert "closed by hand" in board.verdict.text()
    press(Qt.Key.Key_Return)
    assert shown.panel.hand.carrying
    press(Qt.Key.Key_Right)
    shown.settle()
    assert "20 of 20 left" in board.verdict.text()
    press(Qt.Key.Key_Return)
    shown.settle()
    moved = shown.order(order.id)
    assert (moved.date, len(moved.windows)) == (DAY + timedelta(days=1), 1)
    assert not shown.panel.hand.carrying
    assert board.verdict.isHidden()


def test_escape_leaves_it_where_it_is(shown: Shown, desk: SlotDesk) -> None:
    give(shown, desk, 1)
    before = shown.orders()[0]
    shown.go_to()
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_M)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Escape)
    shown.settle()
    assert not shown.panel.hand.carrying
    assert shown.order(before.id) == before


def test_an_order_is_dragged_onto_a_cell(shown: Shown, desk: SlotDesk) -> None:
    give(shown, desk, 1)
    order = shown.orders()[0]
    shown.go_to()
    board, cell = shown.panel.board, shown.panel.cell
    welcome: list[bool] = []

    def carry(drag: QDrag) -> None:
        for key in ((MORNING.id, DAY), (NOON.id, DAY)):
            point = board.visualRect(board.slots.index_of(key)).center()
            move = _event(QDragMoveEvent, QPointF(point), drag)
            board.dragMoveEvent(move)
            welcome.append(move.isAccepted())
        board.dropEvent(_event(QDropEvent, QPointF(point), drag))

    cell.run_drag = carry
    cell.enter()
    cell.drag_current()
    shown.settle()
    assert welcome == [False, True]
    assert shown.order(order.id).windows == (shown.slot(NOON).window,)
    assert not shown.panel.hand.carrying


def _event[E: (QDragMoveEvent, QDropEvent)](kind: type[E], point: QPointF, drag: QDrag) -> E:
    keys, button = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    return kind(point, Qt.DropAction.MoveAction, drag.mimeData(), button, keys)  # type: ignore[arg-type]


def test_a_place_only_held_is_moved_and_let_go(shown: Shown, desk: SlotDesk) -> None:
    hold = desk.hold(MORNING.id, DAY, by="Bert", minutes=4)
    shown.look()
    shown.go_to()
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_M)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    shown.settle()
    (place,) = desk.booked(NOON.id, DAY)
    assert place.hold is not None
    assert place.hold.moved_from == hold.id
    shown.go_to(NOON)
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Delete)
    shown.settle()
    assert not desk.booked(NOON.id, DAY)


def test_a_removed_slot_leaves_places_that_can_be_moved(shown: Shown, desk: SlotDesk) -> None:
    give(shown, desk, 1)
    order = shown.orders()[0]
    with shown.qtbot.waitSignal(shown.panel.count_changed) as counted:
        desk.remove_rule(MORNING.id, anyway=True)
        shown.look()
    assert counted.args == [1]
    assert order.number in shown.panel.lost.text()
    shown.go_to(NOON)
    shown.panel.board.setFocus()
    press(Qt.Key.Key_G)
    press(Qt.Key.Key_M)
    press(Qt.Key.Key_Right)
    shown.settle()
    press(Qt.Key.Key_Return)
    shown.settle()
    assert shown.order(order.id).date == DAY + timedelta(days=1)
    assert not desk.stranded(DAY, 14)
    assert shown.panel.lost.isHidden()


def test_what_hinders_the_plan_is_said_and_nothing_moves(shown: Shown, desk: SlotDesk) -> None:
    give(shown, desk, 1)
    order = shown.orders()[0]
    shown.panel.set_hindrance(lambda: "The past is shown.")
    shown.go_to()
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_M)
    press(Qt.Key.Key_Down)
    shown.settle()
    press(Qt.Key.Key_Return)
    shown.settle()
    assert "The past is shown." in shown.said
    assert shown.order(order.id) == order


@pytest.mark.parametrize("count", [7, 14])
def test_a_week_or_two_are_shown_and_stepped_through(shown: Shown, count: int) -> None:
    bar, model = shown.panel.bar, shown.panel.board.slots
    bar.span.setCurrentIndex(bar.span.findData(count))
    shown.settle()
    assert model.columnCount() == count
    shown.panel.keys["later"].trigger()
    shown.settle()
    assert model.index_of((MORNING.id, DAY + timedelta(days=7))).column() == 0
    bar.home.click()
    shown.settle()
    assert model.index_of((MORNING.id, DAY)).column() == 0


def test_capacity_is_suggested_and_taken(shown: Shown, desk: SlotDesk) -> None:
    shown.go_to()
    shown.panel.bar.suggest.click()
    shown.settle()
    (suggested,) = [s for s in desk.suggest_capacity(DAY).slots if s.slot.rule.id == MORNING.id]
    cell = shown.panel.cell
    assert suggested.why in cell.hint.text()
    cell.take.click()
    shown.settle()
    assert shown.slot().most_orders == suggested.orders


def test_a_names_asked_for_once(shown: Shown, desk: SlotDesk) -> None:
    shown.panel._settings.remove("proofs/reviewer")
    give(shown, desk, 1)
    order = shown.orders()[0]
    shown.go_to()
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_M)
    press(Qt.Key.Key_Down)
    shown.settle()
    press(Qt.Key.Key_Return)
    assert shown.panel.ask.asking
    shown.panel.ask.line.setText("Cleo")
    press(Qt.Key.Key_Return)
    shown.settle()
    (place,) = desk.booked(NOON.id, DAY)
    assert place.hold is not None
    assert (place.hold.by, place.hold.state, place.hold.order_id) == ("Cleo", HoldState.CONFIRMED, order.id)


def test_pages_follow_their_keys(shown: Shown) -> None:
    for page in Page:
        shown.panel.keys[f"page_{page.name.lower()}"].trigger()
        shown.settle()
        assert shown.panel.stack.currentWidget() is shown.panel._pages[page]


def test_today_is_marked(shown: Shown) -> None:
    shown.panel.bar.show_first(shown.clock.now.date())
    shown.settle()
    model = shown.panel.board.slots
    heads = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(2)]
    assert heads == ["Today\n14 Jun", "Mon\n15 Jun"]
    assert words.mark(shown.panel.board.slots.slot_of((MORNING.id, DAY))) == ""  # type: ignore[arg-type]


def test_a_depot_without_logbook_says_so_and_asks_nothing(
    tmp_path: Path, settings: QSettings, theme: Theme, clock: Ticking, qtbot: QtBot
) -> None:
    home, stores = Home(tmp_path / "another"), partial(open_store, clock=clock, author="Anna")
    slug = create_depot(home, days.make_depot(), open_store=stores)
    with open_workplace(home, slug, open_store=stores, clock=clock) as opened:
        runner = OpRunner(opened.store)
        panel = SlotsPanel(opened, runner, theme, settings)
        qtbot.addWidget(panel)
        panel.show_day(DAY)
        panel.show()
        assert "follows the road" in panel.empty.text
        assert not panel.bar.isEnabled()
        assert not panel.feed.busy
        panel.stop()
        runner.shutdown()


def test_a_copy_only_looks(
    desk: SlotDesk, workplace: Workplace, settings: QSettings, theme: Theme, clock: Ticking, qtbot: QtBot
) -> None:
    copy = replace(workplace, what_if=WhatIf("Fewer vans", DAY, 1, clock.now, Path("copy.db")))
    runner = OpRunner(copy.store)
    panel = SlotsPanel(copy, runner, theme, settings)
    qtbot.addWidget(panel)
    copied = shown_on(panel, runner, copy, clock, qtbot)
    book = desk.book()
    copied.go_to()
    press(Qt.Key.Key_X)
    press(Qt.Key.Key_B)
    copied.settle()
    assert desk.book() == book
    assert "copy" in copied.said
    assert not panel.cell.editor.isVisible()
    assert not panel.catalogue.buttons["rule.save"].isEnabled()
    panel.stop()
    runner.shutdown()


def test_what_was_begun_is_done_before_the_window_ends(shown: Shown, desk: SlotDesk) -> None:
    order = shown.orders()[0]
    shown.panel.deeds._do_move(Booked(None, order), (MORNING.id, DAY))
    shown.panel.stop()
    shown.runner.wait_until_idle()
    assert shown.order(order.id).windows == (shown.slot().window,)
