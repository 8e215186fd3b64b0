"""The one selection, while what is selected moves, leaves the day, or the day itself is another."""

from tests.ui.window.conftest import TOMORROW
from tests.ui.window.shown import Shown


def test_what_is_selected_stays_so_when_it_leaves_its_round_and_comes_back(shown: Shown) -> None:
    board, hand = shown.window.board, shown.window.hand
    first, second = next(iter(shown.routes().values()))[:2]
    board.select([first, second])
    hand.unassign([first])
    shown.settle()
    assert board.selected == (first, second)
    assert board.pool.view.order_ids() == (first,)
    assert board.rounds.view.selected_orders() == (second,)
    hand.insert([first])
    shown.settle()
    assert board.selected == (first, second)
    assert board.pool.view.order_ids() == ()
    assert set(board.rounds.view.selected_orders()) == {first, second}


def test_a_filter_does_not_give_way_to_what_moves_by_itself(shown: Shown) -> None:
    board = shown.window.board
    waiting = shown.stored().unplanned[0]
    board.select([waiting])
    board.rounds.line.edit.setText("nothing has these words")
    shown.window.hand.insert([waiting])
    shown.settle()
    assert board.selected == (waiting,)
    assert board.rounds.line.edit.text()


def test_nothing_of_another_day_stays_in_the_hand(shown: Shown) -> None:
    window = shown.window
    for chosen in (next(iter(shown.routes().values()))[0], shown.stored().unplanned[0]):
        window.board.select([chosen])
        before = window.day.date
        window.open_day(TOMORROW)
        shown.settle()
        assert window.board.selected == ()
        window.open_day(before)
        shown.settle()


def test_the_details_follow_an_order_that_is_planned(shown: Shown) -> None:
    board = shown.window.board
    waiting = shown.stored().unplanned[0]
    board.select([waiting])
    assert board.inspector.sheet.kicker == "Unplanned order"
    shown.window.hand.insert([waiting])
    shown.settle()
    assert board.inspector.sheet.kicker.startswith("Stop ")
