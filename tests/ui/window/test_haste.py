"""A hand faster than the background: an undo before the follow-up of the drop has come."""

from collections.abc import Collection
from functools import partial
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.plan import Day
from dispatcher.services.plan import Proposal
from tests.ui.window.conftest import OpenWindow
from tests.ui.window.shown import PATIENCE_MS, Shown
from ui.runner import Operation
from ui.window.main import MainWindow


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


def test_a_drop_written_before_the_follow_up_of_another_takes_its_rounds_along(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second drop waits for the disk while the first one's follow-up is ready, and so comes to nothing."""
    desk, hand, runner = shown.workplace.desk, shown.window.hand, shown.window.runner
    asked: list[set[str]] = []
    ready, written = Event(), Event()
    resequence = desk.resequence

    def told(day: Day, shift_ids: Collection[ShiftId], **how: bool) -> Proposal:
        asked.append(set(shift_ids))
        if len(asked) == 1:
            ready.wait(30)
        return resequence(day, shift_ids, **how)

    monkeypatch.setattr(desk, "resequence", told)
    (a, first), (b, _), (c, third), (d, _) = shown.routes().items()
    hand.move(first[:1], b, 0)
    shown.until(lambda: asked)
    runner.submit(Operation("A slow disk", lambda _uow: written.wait(30)))
    hand.move(third[:1], d, 0)
    ready.set()
    shown.until(lambda: not [job for job in runner.jobs if job.title == "Re-sequencing"])
    written.set()
    shown.settle()
    assert asked == [{a, b}, {a, b, c, d}]


def _landed(shown: Shown, moved: set[str], taking: str) -> bool:
    return moved <= set(shown.routes()[taking])  # type: ignore[index]


@pytest.mark.parametrize("moment", ["at once", "with the day", "with its routes"])
def test_the_road_is_followed_though_another_panel_was_chosen_before_the_map_was_painted(
    open_window: OpenWindow, moment: str
) -> None:
    def leave(window: MainWindow) -> None:
        go = partial(window.show_panel, window.proofs)
        if moment == "at once":
            go()
        else:
            signal = window.day.outlook_changed if moment == "with the day" else window.day.lines_changed
            signal.connect(lambda _what: go())

    shown = open_window(leave)
    assert shown.window.panels.currentWidget() is shown.window.proofs
    assert shown.window.road is not None
    assert shown.window.road.feed._timer.isActive()
