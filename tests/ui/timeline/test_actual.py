"""The day as it really goes, below the plan: stays, expected arrivals, delays, now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor

from dispatcher.domain.ids import OrderId
from dispatcher.domain.tracking import LiveRound, LiveStop, Risk, Visit
from tests.fixtures import days
from tests.fixtures.board import Board
from tests.ui.timeline.conftest import Hands
from ui.theme import Mode, Theme
from ui.timeline import tips
from ui.timeline.actual import ActualStrips, worst_risk
from ui.timeline.showing import Place

ROW = 1
MINUTE = timedelta(minutes=1)


def driven(board: Board, row: int, done: int, late: timedelta = timedelta(), risk: Risk = Risk.NONE) -> LiveRound:
    """The first `done` stops of a round visited as planned but for `late`, the others expected so much later."""
    route = board.day.plan.routes[row]
    times = board.schedule.routes[route.shift_id].stops
    visits = tuple(Visit(route.shift_id, s.order_id, s.arrives_at + late, s.departs_at + late) for s in times[:done])
    stops = tuple(
        LiveStop(s.order_id, s.arrives_at, at := s.arrives_at + late, at - 5 * MINUTE, at + 8 * MINUTE, risk=risk)
        for s in times[done:]
    )
    return LiveRound(route.shift_id, board.day.shifts[route.shift_id].driver_id, visits, stops)


def standing(board: Board, row: int, index: int, since: datetime) -> LiveRound:
    """At a stop since then, the others forgotten."""
    route = board.day.plan.routes[row]
    visit = Visit(route.shift_id, route.order_ids[index], since)
    return LiveRound(route.shift_id, board.day.shifts[route.shift_id].driver_id, (visit,))


def strip_point(hands: Hands, row: int, moment: datetime) -> QPoint:
    """In the middle of the strip below the plan."""
    sizes, clock = hands.chart.sizes, hands.panel.showing.clock
    assert clock is not None
    return hands.point(row, clock(moment), sizes.strip_top + sizes.strip / 2)


def colour_at(hands: Hands, at: QPoint) -> QColor:
    return hands.port.grab().toImage().pixelColor(at)


def time_of(hands: Hands, row: int, index: int) -> datetime:
    route = hands.board.day.plan.routes[row]
    return hands.board.schedule.routes[route.shift_id].stops[index].arrives_at


@pytest.fixture(params=[(Mode.LIGHT, 1.0), (Mode.DARK, 1.0), (Mode.LIGHT, 1.5)], ids=str)
def dressed(request: pytest.FixtureRequest, hands: Hands, theme: Theme) -> Iterator[Hands]:
    theme.apply(*request.param)
    yield hands
    theme.apply(Mode.LIGHT, 1.0)


def test_stays_expectations_and_now_are_drawn_and_taken_away(dressed: Hands, theme: Theme) -> None:
    before, panel = dressed.port.grab().toImage(), dressed.panel
    now = days.clock("10:00")
    panel.set_now(now)
    panel.show_actual([driven(dressed.board, ROW, 5, 12 * MINUTE)])
    came = time_of(dressed, ROW, 2) + 12 * MINUTE
    assert colour_at(dressed, strip_point(dressed, ROW, came) + QPoint(1, 0)) == theme.colour("done")
    comes = time_of(dressed, ROW, 9) + 12 * MINUTE
    assert colour_at(dressed, strip_point(dressed, ROW, comes)) == theme.colour("moving")
    assert colour_at(dressed, dressed.point(0, dressed.seconds("10:00"), 2)) == theme.colour("moving")
    panel.set_now(None)
    panel.show_actual([])
    assert dressed.port.grab().toImage() == before


def test_lanes_have_room_for_what_happens_only_when_something_does(hands: Hands) -> None:
    planned = hands.view.lane_px
    hands.panel.show_actual([driven(hands.board, ROW, 3)])
    assert hands.view.lane_px > planned
    hands.panel.show_actual([])
    assert hands.view.lane_px == planned


def test_a_stay_after_the_window_is_late(hands: Hands) -> None:
    row, index, closes = next(
        (row, index, mark.windows[-1][1])
        for row, lane in enumerate(hands.panel.showing.lanes)
        for index, mark in enumerate(lane.marks)
        if mark.windows
    )
    at = hands.panel.showing.day.depot.zone and days.clock("00:00") + timedelta(seconds=closes)
    route = hands.board.day.plan.routes[row]
    for came, late in ((at, 0), (at + MINUTE, 1)):
        visit = Visit(route.shift_id, route.order_ids[index], came, came + 5 * MINUTE)
        hands.panel.show_actual([LiveRound(route.shift_id, hands.board.day.shifts[route.shift_id].driver_id, (visit,))])
        strips = ActualStrips.of(hands.panel.showing)
        assert (len(strips.done), len(strips.late)) == (1 - late, late)


def test_who_stands_at_a_stop_stands_there_until_now(hands: Hands, theme: Theme) -> None:
    since = days.clock("09:30")
    hands.panel.set_now(days.clock("09:50"))
    hands.panel.show_actual([standing(hands.board, ROW, 4, since)])
    assert colour_at(hands, strip_point(hands, ROW, days.clock("09:45"))) == theme.colour("moving")
    assert colour_at(hands, strip_point(hands, ROW, days.clock("09:58"))) != theme.colour("moving")
    hands.panel.set_now(days.clock("10:10"))
    assert colour_at(hands, strip_point(hands, ROW, days.clock("09:58"))) == theme.colour("moving")


@pytest.mark.parametrize(("risk", "token"), [(Risk.NONE, "moving"), (Risk.AT_RISK, "risk"), (Risk.LATE, "late")])
def test_an_expected_arrival_has_its_interval(hands: Hands, theme: Theme, risk: Risk, token: str) -> None:
    hands.panel.show_actual([driven(hands.board, ROW, 5, risk=risk)])
    comes = time_of(hands, ROW, 9)
    hands.chart.look(hands.view.showing(*(hands.panel.showing.clock(comes + s * 30 * MINUTE) for s in (-1, 1))))
    assert colour_at(hands, strip_point(hands, ROW, comes)) == theme.colour(token)
    assert colour_at(hands, strip_point(hands, ROW, comes + 7 * MINUTE)) == theme.colour(token)


def test_a_stay_is_drawn_in_the_lane_of_who_was_there(hands: Hands) -> None:
    """The stop may have gone to another round since."""
    order_id = hands.orders(3)[0]
    visit = Visit(hands.shift(ROW), order_id, days.clock("09:00"), days.clock("09:05"))
    hands.panel.show_actual([LiveRound(hands.shift(ROW), hands.board.day.shifts[hands.shift(ROW)].driver_id, (visit,))])
    strips = ActualStrips.of(hands.panel.showing)
    assert strips.done.rows.tolist() + strips.late.rows.tolist() == [ROW]
    assert strips.done.marks.tolist() + strips.late.marks.tolist() == [-1]


def test_a_round_that_runs_into_the_night_can_be_reached(hands: Hands) -> None:
    planned = hands.view.extent
    hands.panel.show_actual([driven(hands.board, ROW, 5, 8 * 60 * MINUTE)])
    last = time_of(hands, ROW, -1) + 8 * 60 * MINUTE
    assert hands.view.extent.until_s > hands.panel.showing.clock(last) > planned.until_s
    assert hands.view.fitted
    hands.panel.show_actual([])
    assert hands.view.extent == planned


def test_rounds_that_are_not_shown_are_passed_over(hands: Hands) -> None:
    hands.panel.set_filter([hands.shift(5)])
    hands.panel.show_actual([driven(hands.board, ROW, 5), driven(hands.board, 5, 2)])
    strips = ActualStrips.of(hands.panel.showing)
    assert set(strips.done.rows.tolist()) | set(strips.late.rows.tolist()) == {0}


def test_tooltips_tell_what_was_and_what_comes(hands: Hands) -> None:
    hands.panel.show_actual([driven(hands.board, ROW, 5, 12 * MINUTE, Risk.AT_RISK)])
    was, comes = (tips.stop_tip(hands.panel.showing, Place(ROW, i)) for i in (4, 5))
    assert "Was there " in was
    assert "Expected " in comes
    assert "+12 min, at risk" in comes
    assert f"5 of {len(hands.orders(ROW))} visited, at the next stop +12 min" in hands.chart.tip_at(hands.name(ROW))


def test_the_delay_stands_beside_the_name(hands: Hands) -> None:
    before = hands.port.grab().toImage()
    hands.panel.show_actual([driven(hands.board, ROW, 5, 12 * MINUTE, Risk.LATE)])
    after = hands.port.grab().toImage()
    at = hands.name(ROW)
    row = range(hands.chart.sizes.names // 2, hands.chart.sizes.names - 8)
    strong = lambda image, y: sum(image.pixelColor(x, y).red() > image.pixelColor(x, y).blue() + 60 for x in row)
    assert any(strong(after, y) > strong(before, y) for y in range(at.y() - 8, at.y() + 8))


def test_the_worst_of_what_lies_ahead_colours_the_delay(a_board: Board) -> None:
    live = driven(a_board, 0, 3)
    risks = {Risk.NONE: (), Risk.AT_RISK: (Risk.AT_RISK,), Risk.LATE: (Risk.AT_RISK, Risk.LATE)}
    for worst, among in risks.items():
        stops = tuple(
            LiveStop(OrderId(str(i)), s.planned_at, s.expected_at, s.earliest_at, s.latest_at, risk=risk)
            for i, (s, risk) in enumerate(zip(live.stops, (*among, Risk.NONE), strict=False))
        )
        assert worst_risk(LiveRound(live.shift_id, live.driver_id, stops=stops)) is worst
