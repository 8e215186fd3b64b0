"""Lanes from a judged day: every moment of a round is in exactly one piece; breaks and reloads take their time out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.domain.time import after
from tests.fixtures import days
from tests.fixtures.board import Board, moved
from ui.timeline.batches import Batches
from ui.timeline.geometry import Hit, Part, View
from ui.timeline.lanes import Clock, Lane, Lanes, Piece
from ui.timeline.showing import Showing
from ui.timeline.tips import tip


def lanes_of(day: Day, schedule: Schedule | None) -> tuple[Lane, ...]:
    return Lanes().of(day, schedule)


def test_pieces_follow_one_another_without_gap(a_board: Board) -> None:
    for lane in lanes_of(a_board.day, a_board.schedule):
        assert all(a.until_s == b.from_s for a, b in zip(lane.spans, lane.spans[1:], strict=False))
        assert all(span.until_s > span.from_s for span in lane.spans)


def test_pieces_add_up_to_what_the_judge_says(a_board: Board) -> None:
    for lane in lanes_of(a_board.day, a_board.schedule):
        times = a_board.schedule.routes[lane.shift_id]
        lasts = dict.fromkeys(Piece, 0.0)
        for span in lane.spans:
            lasts[span.piece] += span.until_s - span.from_s
        assert (lasts[Piece.DRIVE], lasts[Piece.SERVICE]) == (times.drive_s, times.service_s)
        assert lasts[Piece.WAIT] == times.wait_s
        assert lane.returns_s - lane.leaves_s == times.duration_s


def test_stops_carry_what_is_drawn(a_board: Board) -> None:
    clock = Clock(a_board.day)
    for lane, route in zip(lanes_of(a_board.day, a_board.schedule), a_board.day.plan.routes, strict=True):
        times = a_board.schedule.routes[lane.shift_id].stops
        assert tuple(mark.order_id for mark in lane.marks) == route.order_ids == lane.route
        assert [mark.held for mark in lane.marks] == [stop.held for stop in route.stops]
        assert [mark.late_s for mark in lane.marks] == [stop.late_s for stop in times]
        assert [after(clock.midnight, mark.arrives_s) for mark in lane.marks] == [stop.arrives_at for stop in times]


def test_breaks_and_reloads_take_their_time_out(a_board: Board) -> None:
    route = a_board.day.plan.routes[0]
    times = a_board.schedule.routes[route.shift_id]
    before, stop, last = times.stops[3], times.stops[4], times.stops[5]
    pause = timedelta(minutes=15)
    moments = ("arrives_at", "starts_at", "departs_at")
    shifted = [replace(s, **{m: getattr(s, m) + 2 * pause for m in moments}) for s in (stop, last)]
    begins = before.departs_at + timedelta(seconds=stop.drive_s // 2)
    shifted[0] = replace(
        shifted[0], reload_at=begins, reload_s=900, break_at=begins + pause, break_s=900,
        arrives_at=before.departs_at + timedelta(seconds=stop.drive_s) + 2 * pause,
    )  # fmt: skip
    changed = replace(times, stops=(*times.stops[:4], *shifted), returns_at=shifted[1].departs_at)
    lane = lanes_of(a_board.day, Schedule({route.shift_id: changed}))[0]
    pieces = [span for span in lane.spans if span.mark == 4]
    kinds = [span.piece for span in pieces if span.piece is not Piece.WAIT]
    assert kinds == [Piece.DRIVE, Piece.RELOAD, Piece.BREAK, Piece.DRIVE, Piece.SERVICE]
    drives = sum(span.until_s - span.from_s for span in pieces if span.piece is Piece.DRIVE)
    assert drives == stop.drive_s
    assert all(a.until_s == b.from_s for a, b in zip(lane.spans, lane.spans[1:], strict=False))


def test_without_times_a_lane_has_its_shift_only(a_board: Board) -> None:
    lanes = lanes_of(a_board.day, None)
    assert [lane.route for lane in lanes] == [route.order_ids for route in a_board.day.plan.routes]
    assert not any(lane.marks or lane.spans for lane in lanes)
    assert {(lane.starts_s, lane.ends_s) for lane in lanes} == {(8 * 3600.0, 16.5 * 3600.0)}


def test_times_of_an_older_sequence_show_what_is_still_there(a_board: Board) -> None:
    gone = a_board.day.plan.routes[0].order_ids[0]
    newer = moved(a_board, [gone], a_board.day.plan.routes[1].shift_id, 0)
    lanes = lanes_of(newer.day, a_board.schedule)
    assert gone not in [mark.order_id for mark in lanes[0].marks]
    assert len(lanes[0].marks) == 19
    assert [mark.position for mark in lanes[1].marks] == list(range(1, 21))


def test_only_what_changed_is_made_anew(a_board: Board) -> None:
    maker = Lanes()
    first = maker.of(a_board.day, a_board.schedule)
    assert all(a is b for a, b in zip(first, maker.of(a_board.day, a_board.schedule), strict=True))
    order_id = a_board.day.plan.routes[0].order_ids[0]
    order = a_board.day.orders[order_id]
    renamed = replace(order, address=replace(order.address, line="Elsewhere 1"))
    day = replace(a_board.day, orders={**a_board.day.orders, order_id: renamed})
    again = maker.of(day, a_board.schedule)
    assert again[0].marks[0].address == "Elsewhere 1"
    assert [a is b for a, b in zip(first, again, strict=True)] == [False] + [True] * 7


def test_every_stop_is_painted_once(a_board: Board) -> None:
    lanes = lanes_of(a_board.day, a_board.schedule)
    batches = Batches.of(lanes)
    painted = [place for strip in (batches.service, batches.late, batches.done) for place in strip.places()]
    assert sorted(painted) == [(row, i) for row, lane in enumerate(lanes) for i in range(len(lane.marks))]
    assert len(batches.late) == a_board.schedule.late_stops > 0
    assert len(batches.over) == sum(1 for lane in lanes if lane.returns_s > lane.ends_s)


def test_only_what_is_in_view_is_painted(a_board: Board) -> None:
    lanes = lanes_of(a_board.day, a_board.schedule)
    view = View(lanes=len(lanes)).sized(800, 68, 34).showing(10 * 3600, 11 * 3600).panned(0, 68)
    seen = Batches.of(lanes).service.within(view)
    wanted = [
        (row, i)
        for row in (2, 3)
        for i, mark in enumerate(lanes[row].marks)
        if not mark.late_s and mark.departs_s >= view.left_s and mark.starts_s <= view.right_s
    ]
    assert list(seen.places()) == wanted
    assert wanted
    assert all(box[1] in (8, 42) and box[3] == 18 for box in seen.boxes(view, 8, 18))


def test_windows_of_neighbours_do_not_cover_one_another(a_board: Board) -> None:
    windows = Batches.of(lanes_of(a_board.day, a_board.schedule)).windows
    pairs = zip(windows.rows[1:] == windows.rows[:-1], windows.until_s[:-1], windows.from_s[1:], strict=True)
    assert len(windows)
    assert all(ends <= begins for same, ends, begins in pairs if same)


@pytest.fixture
def showing(a_board: Board) -> Showing:
    showing = Showing()
    showing.set_day(a_board.day, a_board.schedule)
    return showing


def test_a_late_stop_in_words(showing: Showing) -> None:
    row, index = next((r, i) for r, n in enumerate(showing.lanes) for i, m in enumerate(n.marks) if m.late_s)
    mark = showing.lanes[row].marks[index]
    first = tip(showing, Hit(Part.STOP, row, index)).splitlines()[0]
    assert first.startswith(f"Stop {index + 1} · {mark.address} · arrives ")
    assert ", window " in first
    assert first.endswith(f"{-(-mark.late_s // 60)} min late")


def test_every_piece_has_words(showing: Showing) -> None:
    said = {span.piece: tip(showing, Hit(Part.LANE, 0, span=span)) for span in showing.lanes[0].spans}
    assert said[Piece.DRIVE].startswith("Drives back, ")
    assert said[Piece.SERVICE].startswith("Serves stop 20, ")
    assert said[Piece.WAIT].startswith("Waits ")
    assert tip(showing, Hit(Part.NAME, 0)).splitlines()[:2] == ["1 Aino Korhonen · Van 1", "Shift 08:00–16:30"]
    assert tip(showing, Hit(Part.NOTHING)) == ""


def test_the_freeze_line_in_words(a_board: Board) -> None:
    showing = Showing()
    showing.set_day(replace(a_board.day, freeze_at=days.clock("10:05")), a_board.schedule)
    assert tip(showing, Hit(Part.FREEZE)).startswith("Frozen until 10:05: ")
