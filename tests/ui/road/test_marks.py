"""Which drivers the map shows, and what their marks say."""

from dataclasses import replace
from datetime import timedelta

from dispatcher.domain.ids import DeviceId
from dispatcher.domain.tracking import Fix, LiveRound, Source, StoredFix
from dispatcher.services.live import LiveDay
from tests.fixtures.board import Board
from tests.fixtures.livedays import a_live_day, driven
from ui.road.marks import driver_marks


def heard(board: Board, round_: LiveRound, ago: timedelta) -> LiveDay:
    """The driver of this round was heard so long ago."""
    live = a_live_day(board, ())
    fix = Fix(live.at - ago, board.day.depot.place, speed_mps=0.0)
    stored = StoredFix(1, DeviceId("phone"), round_.driver_id, fix.at, Source.PAGE, fix)
    return replace(live, rounds={round_.shift_id: replace(round_, latest=stored)})


def test_a_silent_driver_stays_where_they_were_heard_until_the_round_is_over(a_board: Board) -> None:
    round_ = driven(a_board, next(iter(a_board.day.shifts)), 3)
    (mark,) = driver_marks(a_board.day, heard(a_board, round_, timedelta(minutes=20)))
    assert mark.stale
    over = replace(round_, over=True, stops=())
    assert not list(driver_marks(a_board.day, heard(a_board, over, timedelta(minutes=20))))


def test_who_is_on_the_way_back_is_shown_as_done(a_board: Board) -> None:
    over = replace(driven(a_board, next(iter(a_board.day.shifts)), 3), over=True)
    (mark,) = driver_marks(a_board.day, heard(a_board, over, timedelta(seconds=20)))
    assert not mark.stale
    assert "round over" in mark.label
    assert "next" not in mark.label
