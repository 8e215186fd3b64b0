"""The one selection, while what is selected moves, leaves the day, or the day itself is another."""

from dispatcher.domain.roads import Understood
from dispatcher.services.whatifs import all_of
from tests.ui.window.conftest import TOMORROW
from tests.ui.window.shown import Shown
from ui.whatif.dialog import WhatIfDialog


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


def test_what_is_selected_of_rounds_and_pool_is_given_away_together(shown: Shown) -> None:
    board = shown.window.board
    planned, waiting = next(iter(shown.routes().values()))[0], shown.stored().unplanned[0]
    board.select([planned, waiting])
    board.rounds.action("move_to").trigger()
    chooser = shown.window.wires.move_to
    assert chooser.title.text() == "Move 2 stops to"
    taker = next(offer.shift_id for offer in chooser.shown if planned not in shown.routes()[offer.shift_id])
    chooser.close()
    chooser.move_requested.emit((planned, waiting), taker, None)
    shown.settle()
    assert {planned, waiting} <= set(shown.routes()[taker])


def test_map_and_timeline_follow_a_filter_when_the_plan_moves(shown: Shown) -> None:
    board = shown.window.board
    kept, gone = next(iter(shown.routes().values()))[:2]
    board.rounds.line.edit.setText(shown.stored().orders[kept].number)
    shown.settle()
    told: list[set[str]] = []
    board.map.set_visible = lambda ids: told.append(set(ids))  # type: ignore[assignment, arg-type]
    shown.window.hand.unassign([gone])
    shown.settle()
    assert gone in told[-1], "the pool is not filtered"


def test_a_street_that_was_drawn_stays_on_the_map_when_the_closed_ones_change(shown: Shown) -> None:
    board = shown.window.board
    line = ((60.17, 24.94), (60.171, 24.942))
    board.show_understood(Understood((line,), ("Fabianinkatu",), ()))
    board._on_closures([])
    shown.settle()
    assert shown.on_map()["closures"] == ["drawn"]
    board.show_understood(None)
    shown.settle()
    assert shown.on_map()["closures"] == []


def test_there_is_one_form_of_copies_and_it_follows_the_day(shown: Shown) -> None:
    window = shown.window
    for _ in range(2):
        window.actions_by_name["what_if"].trigger()
    [form] = window.findChildren(WhatIfDialog)
    window.open_day(TOMORROW)
    shown.settle()
    assert f"{TOMORROW.day} " in form.form.make.text()
    assert all_of(shown.workplace.home, shown.workplace.slug) == ()
    form.reject()
