"""A hand faster than the background: an undo before the follow-up of the drop has come."""

from functools import partial

from pytestqt.qtbot import QtBot

from tests.ui.window.shown import PATIENCE_MS, Shown


def test_an_undo_right_after_a_drop_takes_it_back_and_redo_brings_it(shown: Shown, qtbot: QtBot) -> None:
    giving, taking = list(shown.routes())[:2]
    before = shown.routes()
    moved = before[giving][1:3]
    shown.window.board.rounds.move_requested.emit(moved, taking, 0)
    qtbot.waitUntil(partial(_landed, shown, set(moved), taking), timeout=PATIENCE_MS)
    shown.window.hand.undo()
    shown.settle()
    assert shown.routes() == before
    assert shown.workplace.store.history().redo is not None
    shown.window.hand.redo()
    shown.settle()
    assert set(moved) <= set(shown.routes()[taking])
    shown.assert_views_agree()


def test_two_drops_at_once_leave_every_touched_round_in_its_best_sequence(shown: Shown) -> None:
    first, second, third = list(shown.routes())[:3]
    before = shown.routes()
    move = shown.window.board.rounds.move_requested
    move.emit(before[first][:1], second, 0)
    move.emit(before[first][1:2], third, 0)
    shown.settle()
    after = shown.routes()
    desk, day = shown.workplace.desk, shown.stored()
    again = desk.resequence(day, [first, second, third])
    assert again.cost >= desk.look(day).schedule.cost * 0.98
    assert sorted(o for route in after.values() for o in route) == sorted(o for r in before.values() for o in r)


def _landed(shown: Shown, moved: set[str], taking: str) -> bool:
    return moved <= set(shown.routes()[taking])  # type: ignore[index]
