"""The panel under keys and mouse, its wishes carried out on a real store."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId
from dispatcher.services import plan
from dispatcher.services.orders import cancel_orders
from dispatcher.services.plan import sequences_of
from tests.ui.proposals.conftest import Desk
from ui.proposals.panel import FILTER_FROM, ProposalsPanel
from ui.proposals.rows import DriverRow, GoneHead, GoneRow, StopRow
from ui.theme import Mode, Theme

LEFT = Qt.MouseButton.LeftButton


def choose(panel: ProposalsPanel, key: object) -> None:
    panel.view.setCurrentIndex(panel.view.diff.index_of(key))
    panel.view.setFocus()


def keys_of(panel: ProposalsPanel) -> list[object]:
    return [row.key for row in panel.view.diff.rows]


def test_without_cards_it_says_what_belongs_here_and_how_to_begin(panel: ProposalsPanel) -> None:
    assert panel.empty.isVisible()
    assert "F9" in panel.empty.text


def test_enter_takes_all_of_the_card(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    card = desk.exchanged()
    desk.show(card)
    panel.frame(card.id).setFocus()
    qtbot.keyClick(panel.frame(card.id), Qt.Key.Key_Return)
    assert desk.accepted == [(card.id, (), ())]
    assert sequences_of(desk.day) == {s: tuple(o) for s, o in card.proposal.after.items()}
    assert panel.empty.isVisible()


def test_delete_dismisses_and_the_next_card_has_the_keys(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    one, other = desk.exchanged(), desk.exchanged("Van 7 broke down")
    desk.show(one, other)
    panel.frame(one.id).setFocus()
    qtbot.keyClick(panel.frame(one.id), Qt.Key.Key_Delete)
    assert desk.cards == (other,)
    assert QApplication.focusWidget() is panel.frame(other.id)


def test_buttons_of_the_current_card_do_what_keys_do(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    one, other = desk.exchanged(), desk.exchanged("Van 7 broke down")
    desk.show(one, other)
    assert panel.frame(one.id).take.isVisible()
    assert not panel.frame(other.id).take.isVisible()
    qtbot.mouseClick(panel.frame(other.id), LEFT)
    assert panel.frame(other.id).take.isVisible()
    qtbot.mouseClick(panel.frame(other.id).look, LEFT)
    assert panel.opened is other
    qtbot.mouseClick(panel.frame(other.id).dismiss, LEFT)
    assert desk.cards == (one,)
    assert panel.opened is None
    qtbot.mouseClick(panel.frame(one.id).take, LEFT)
    assert desk.accepted == [(one.id, (), ())]


def test_arrows_go_from_card_to_card_and_into_what_is_open(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    one, other = desk.exchanged(), desk.exchanged("Van 7 broke down")
    desk.show(one, other)
    panel.frame(one.id).setFocus()
    qtbot.keyClick(panel.frame(one.id), Qt.Key.Key_Down)
    assert QApplication.focusWidget() is panel.frame(other.id)
    qtbot.keyClick(panel.frame(other.id), Qt.Key.Key_Right)
    assert (panel.opened, QApplication.focusWidget()) == (other, panel.view)
    qtbot.keyClick(panel.view, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is panel.frame(other.id)
    qtbot.keyClick(panel.frame(other.id), Qt.Key.Key_Escape)
    assert panel.opened is None


def test_a_closed_card_leaves_escape_to_the_window(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    desk.show(desk.exchanged())
    heard: list[bool] = []
    shortcut = QShortcut(QKeySequence(Qt.Key.Key_Escape), panel, lambda: heard.append(True))
    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    frame = panel.frame(desk.cards[0].id)
    frame.setFocus()
    qtbot.keyClick(frame, Qt.Key.Key_Space)
    frame.setFocus()
    qtbot.keyClick(frame, Qt.Key.Key_Escape)
    assert (panel.opened, heard) == (None, [])
    qtbot.keyClick(frame, Qt.Key.Key_Escape)
    assert heard == [True]


def test_who_looks_closer_is_told_to_the_map(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    card = desk.exchanged()
    desk.show(card)
    told: list[object] = []
    panel.card_chosen.connect(told.append)
    panel.show_card(card.id)
    assert told == [card]
    desk.anew()
    assert told == [card, desk.cards[0]]
    qtbot.keyClick(panel.frame(card.id), Qt.Key.Key_Left)
    assert told == [card, desk.cards[0], None]
    panel.show_card(card.id)
    desk.show()
    assert told[-1] is None


def test_a_card_that_is_not_there_opens_nothing(desk: Desk, panel: ProposalsPanel) -> None:
    desk.show(desk.exchanged())
    panel.show_card("gone")
    assert panel.opened is None


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_key_takes_one_stop_and_goes_to_the_next(
    desk: Desk, panel: ProposalsPanel, qtbot: QtBot, key: Qt.Key
) -> None:
    card = desk.exchanged()
    desk.show(card)
    panel.show_card(card.id)
    (a, first), (b, second), _ = sequences_of(desk.day).items()
    choose(panel, (a, first[2]))
    qtbot.keyClick(panel.view, key)
    assert desk.accepted == [(card.id, (), (first[2],))]
    assert sequences_of(desk.day)[b] == (*second, first[2])
    assert (a, first[2]) not in keys_of(panel)
    assert panel.view.selected_rows()[0].key[0] == a
    assert isinstance(panel.view.selected_rows()[0], StopRow)
    assert panel.opened is desk.cards[0]


def test_space_again_and_again_takes_every_stop_but_no_driver(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    card = desk.exchanged()
    desk.show(card)
    panel.show_card(card.id)
    choose(panel, next(row.key for row in panel.view.diff.rows if isinstance(row, StopRow)))
    for _ in range(len(card.stops)):
        if not any(isinstance(row, StopRow) for row in panel.view.diff.rows):
            break
        qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert desk.accepted
    assert not any(shifts for _, shifts, _ in desk.accepted)
    assert {o: s for s, r in sequences_of(desk.day).items() for o in r} == {
        o: s for s, r in card.proposal.after.items() for o in r
    }


def test_space_on_a_driver_takes_the_whole_round(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    card = desk.exchanged()
    desk.show(card)
    panel.show_card(card.id)
    _, b, _ = desk.day.shifts
    choose(panel, b)
    assert panel.take_button.text() == "Take this driver"
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert desk.accepted == [(card.id, (b,), ())]
    assert sequences_of(desk.day)[b] == card.proposal.after[b]


def test_the_check_takes_the_row_that_is_clicked(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    card = desk.exchanged()
    desk.show(card)
    panel.show_card(card.id)
    a, first = next(iter(sequences_of(desk.day).items()))
    rect = panel.view.visualRect(panel.view.diff.index_of((a, first[2])))
    qtbot.mouseClick(panel.view.viewport(), LEFT, pos=panel.view.painter.check_box(rect).center())
    assert desk.accepted == [(card.id, (), (first[2],))]


def test_several_rows_are_taken_with_the_button(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    card = desk.exchanged()
    desk.show(card)
    panel.show_card(card.id)
    (a, first), _, (c, _) = sequences_of(desk.day).items()
    view = panel.view
    for key, held in (((a, first[2]), Qt.KeyboardModifier.NoModifier), (c, Qt.KeyboardModifier.ControlModifier)):
        view.scrollTo(view.diff.index_of(key))
        qtbot.mouseClick(
            view.viewport(), LEFT, held, view.visualRect(view.diff.index_of(key)).topLeft() + QPoint(120, 12)
        )
    assert panel.take_button.text() == "Take 1 driver and 1 stop"
    qtbot.mouseClick(panel.take_button, LEFT)
    assert desk.accepted == [(card.id, (c,), (first[2],))]


def test_selected_rows_are_told(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    desk.show(desk.exchanged())
    panel.show_card(desk.cards[0].id)
    a, first = next(iter(sequences_of(desk.day).items()))
    choose(panel, a)
    with qtbot.waitSignal(panel.select_requested) as told:
        qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    (order_id,), shifts = told.args
    assert order_id in first
    assert shifts == ()


def test_left_and_right_close_and_open_a_driver(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    desk.show(desk.exchanged())
    panel.show_card(desk.cards[0].id)
    a, *_ = desk.day.shifts
    before = keys_of(panel)
    choose(panel, before[1])
    qtbot.keyClick(panel.view, Qt.Key.Key_Left)
    assert panel.view.selected_rows()[0].key == a
    qtbot.keyClick(panel.view, Qt.Key.Key_Left)
    assert keys_of(panel) == [k for k in before if k == a or not (isinstance(k, tuple) and k[0] == a)]
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    assert keys_of(panel) == before


def test_a_chevron_opens_and_closes(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    desk.show(desk.exchanged())
    panel.show_card(desk.cards[0].id)
    before = len(keys_of(panel))
    rect = panel.view.visualRect(panel.view.diff.index(0, 0))
    for closed in (True, False):
        qtbot.mouseClick(panel.view.viewport(), LEFT, pos=rect.topLeft() + QPoint(8, 16))
        assert (len(keys_of(panel)) < before) is closed


def test_what_is_open_selected_and_scrolled_stays_when_the_plan_moves(
    desk: Desk, panel: ProposalsPanel, qtbot: QtBot
) -> None:
    panel.resize(320, 420)
    desk.show(desk.exchanged())
    panel.show_card(desk.cards[0].id)
    (a, first), (b, second), _ = sequences_of(desk.day).items()
    choose(panel, a)
    qtbot.keyClick(panel.view, Qt.Key.Key_Left)
    choose(panel, (b, second[0]))
    panel.view.verticalScrollBar().setValue(90)
    assert panel.view.verticalScrollBar().value() == 90
    desk.workplace.store.write("By hand", lambda uow: plan.unassign(uow, order_ids=[first[2]]))
    desk.anew()
    assert panel.view.diff.open == frozenset(desk.day.shifts) - {a}
    assert [row.key for row in panel.view.selected_rows()] == [(b, second[0])]
    assert panel.view.verticalScrollBar().value() == 90
    assert QApplication.focusWidget() is panel.view


def test_what_is_no_longer_possible_is_told_with_why(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    desk.show(desk.exchanged())
    panel.show_card(desk.cards[0].id)
    (_, first), (_, second), (c, _) = sequences_of(desk.day).items()
    desk.workplace.store.write("By hand", lambda uow: plan.move_orders(uow, order_ids=[first[2]], to_shift=c))
    desk.workplace.store.write("Cancel", lambda uow: cancel_orders(uow, order_ids=[second[0]]))
    desk.anew()
    rows = panel.view.diff.rows
    assert [row.count for row in rows if isinstance(row, GoneHead)] == [2]
    assert {row.order_id: row.why for row in rows if isinstance(row, GoneRow)} == {
        first[2]: "It was moved by hand meanwhile.",
        second[0]: "It was cancelled meanwhile.",
    }
    choose(panel, ("gone", first[2]))
    assert not panel.take_button.isEnabled()
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    assert not desk.accepted


def test_a_card_of_which_nothing_is_left_cannot_be_taken(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    (_, first), (b, second), (c, _) = sequences_of(desk.day).items()
    card = desk.card({b: second, c: (desk.day.unplanned[0],)})
    desk.show(card)
    new = desk.day.unplanned[0]
    desk.workplace.store.write("Cancel", lambda uow: cancel_orders(uow, order_ids=[new]))
    desk.anew()
    frame = panel.frame(card.id)
    assert frame.good.text() == "Changes nothing any more"
    frame.setFocus()
    qtbot.keyClick(frame, Qt.Key.Key_Return)
    assert not desk.accepted
    assert first


def test_few_drivers_need_no_filter(desk: Desk, panel: ProposalsPanel) -> None:
    desk.show(desk.exchanged())
    panel.show_card(desk.cards[0].id)
    assert len(desk.cards[0].rounds) < FILTER_FROM
    assert not panel.filter.isVisible()


def test_the_filter_shows_one_driver(
    desk: Desk, panel: ProposalsPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.proposals.panel.FILTER_FROM", 2)
    desk.show(desk.exchanged())
    panel.show_card(desk.cards[0].id)
    assert panel.filter.isVisible()
    assert panel.filter.count() == 1 + len(desk.cards[0].rounds)
    panel.filter.setFocus()
    qtbot.keyClick(panel.filter, Qt.Key.Key_Down)
    drivers = [row.shift_id for row in panel.view.diff.rows if isinstance(row, DriverRow)]
    assert drivers == [next(iter(desk.day.shifts))]
    desk.anew()
    assert panel.filter.currentIndex() == 1
    qtbot.keyClick(panel.filter, Qt.Key.Key_Up)
    assert len([row for row in panel.view.diff.rows if isinstance(row, DriverRow)]) == len(desk.cards[0].rounds)


def test_thinking_shows_and_goes(panel: ProposalsPanel, qtbot: QtBot) -> None:
    panel.set_thinking("Improve the rest of the day")
    assert panel.thinking.label.text() == "Improve the rest of the day…"
    assert panel.thinking.isVisible()
    mark = panel.thinking.mark
    step = mark.step
    qtbot.waitUntil(lambda: mark.step != step)
    panel.set_thinking("")
    assert not panel.thinking.isVisible()
    assert not mark.moving


def test_everything_has_a_name_for_those_who_do_not_see(desk: Desk, panel: ProposalsPanel) -> None:
    card = desk.exchanged()
    desk.show(card)
    panel.show_card(card.id)
    frame = panel.frame(card.id)
    assert card.title in frame.accessibleName()
    assert "moves 3 stops" in frame.accessibleDescription()
    for widget in (panel, panel.view, panel.filter, panel.take_button, frame.take, frame.look, frame.dismiss):
        assert widget.accessibleName()
        assert widget.objectName().startswith("board.proposals")
    for button, key in ((frame.take, "Enter"), (frame.look, "Right"), (frame.dismiss, "Del")):
        assert f"({key})" in button.toolTip()
    for row in range(panel.view.diff.rowCount()):
        assert panel.view.diff.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)


@pytest.mark.parametrize(("mode", "scale"), [(Mode.DARK, 1.0), (Mode.LIGHT, 1.5)])
def test_all_buttons_fit_a_narrow_dock(
    desk: Desk, panel: ProposalsPanel, theme: Theme, qtbot: QtBot, mode: Mode, scale: float
) -> None:
    desk.show(desk.exchanged(), desk.exchanged("Van 7 broke down"))
    panel.show_card(desk.cards[0].id)
    try:
        theme.apply(mode, scale)
        panel.resize(theme.grid(72), 700)
        frame = panel.frame(desk.cards[0].id)
        qtbot.waitUntil(lambda: frame.width() <= panel.width() - theme.grid(4))
        for button in (frame.take, frame.look, frame.dismiss):
            assert frame.rect().contains(button.rect().translated(button.mapTo(frame, QPoint())))
        line = panel.view.painter.figures_line(panel.view.visualRect(panel.view.diff.index(0, 0)))
        assert len(panel.view.painter.columns(line)) == 5
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_hundreds_of_moves_stand_closed_until_opened(desk: Desk, panel: ProposalsPanel, qtbot: QtBot) -> None:
    card = desk.exchanged()
    many = tuple(replace(card.stops[0], order_id=OrderId(o)) for o in desk.day.orders)
    desk.show(replace(card, id="many", stops=many))
    panel.show_card("many")
    assert all(isinstance(row, DriverRow) for row in panel.view.diff.rows)
    choose(panel, panel.view.diff.rows[0].key)
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    assert any(isinstance(row, StopRow) for row in panel.view.diff.rows)
