"""Stops taken from the timeline, and stops that hang over it: gap, verdict, drop, Escape, creeping at the edges."""

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from tests.fixtures.board import moved
from tests.fixtures.dragging import Hand, RunDrag
from tests.ui.timeline.conftest import Hands
from ui.board import drag

HOUR = 3_600


def holding(hands: Hands, *order_ids: str) -> Hand:
    return Hand(hands.port, drag.pack(order_ids))  # type: ignore[arg-type]


def verdict(hands: Hands) -> str:
    assert hands.panel._landing is not None
    return hands.panel._landing.verdict


def test_a_pulled_stop_takes_all_selected_along(hands: Hands, run_drag: RunDrag) -> None:
    chosen = tuple(hands.orders(1)[3:6])
    hands.panel.select(chosen)
    at = hands.stop(1, 4)
    hands.drag(at, at + QPoint(3, 0), at + QPoint(40, 20))
    assert run_drag.carried == [chosen]
    assert run_drag.ghosts[0][0] > 40
    assert hands.heard == []


def test_a_stop_that_is_not_selected_is_taken_alone(hands: Hands, run_drag: RunDrag) -> None:
    hands.panel.select(hands.orders(1)[3:6])
    at = hands.stop(2, 4)
    hands.drag(at, at + QPoint(40, 20))
    assert run_drag.carried == [(hands.orders(2)[4],)]
    assert hands.panel.showing.orders == (hands.orders(2)[4],)


def test_a_small_tremor_is_a_click(hands: Hands, run_drag: RunDrag) -> None:
    at = hands.stop(2, 4)
    hands.drag(at, at + QPoint(2, 1))
    assert run_drag.carried == []
    assert hands.of("selection_changed") == [((hands.orders(2)[4],), ())]


@pytest.mark.parametrize(("side", "index"), [(-1, 4), (1, 5)])
def test_dropping_between_stops(hands: Hands, side: int, index: int) -> None:
    order = hands.board.day.unplanned[0]
    mark = hands.panel.showing.lanes[0].marks[4]
    hands.chart.look(hands.view.showing(mark.middle_s - HOUR, mark.middle_s + HOUR))
    at = hands.point(0, mark.middle_s) + QPoint(side * 2, 0)
    hand = holding(hands, order)
    assert hand.enter(at)
    assert hand.move(at)
    assert hands.panel.showing.target is not None
    assert hand.drop(at)
    wish = ((order,), hands.shift(0), index)
    assert hands.heard == [("drop_hovered", *wish), ("move_requested", *wish)]
    assert hands.panel.showing.target is None


def test_dropping_on_a_name_is_anywhere_in_the_round(hands: Hands) -> None:
    order = hands.board.day.unplanned[0]
    hand = holding(hands, order)
    assert hand.enter(hands.name(2))
    assert hand.drop(hands.name(2))
    assert hands.of("move_requested") == [((order,), hands.shift(2), None)]


def test_dropping_into_a_lane_without_times_is_anywhere(hands: Hands) -> None:
    hands.panel.set_day(hands.board.day, None)
    hand = holding(hands, hands.board.day.unplanned[0])
    assert hand.enter(hands.point(3, 11 * HOUR))
    assert hands.of("drop_hovered")[0][2] is None
    hand.leave()


def test_a_stop_is_not_dropped_where_it_stands_or_beside_the_lanes(hands: Hands) -> None:
    own, position = hands.orders(1)[4], hands.stop(1, 4)
    hand = holding(hands, own)
    assert not hand.enter(position)
    assert not hand.drop(position)
    assert not hand.enter(hands.axis(10 * HOUR))
    assert not holding(hands).enter(hands.stop(2, 3))
    assert hands.heard == []


def test_a_drop_lands_where_its_mark_stood(hands: Hands) -> None:
    order = hands.orders(2)[1]
    later = hands.panel.showing.lanes[2].marks[6]
    hand = holding(hands, order)
    hand.enter(hands.point(2, later.departs_s + 1))
    hand.drop(hands.point(2, later.departs_s + 1))
    ((orders, shift_id, index),) = hands.of("move_requested")
    standing = [o for o in hands.orders(2)[:index] if o != order]
    after = moved(hands.board, list(orders), shift_id, len(standing))
    now = list(after.day.plan.routes[2].order_ids)
    assert now.index(order) == now.index(later.order_id) + 1


def test_the_verdict_stands_beside_the_gap_and_goes_with_it(hands: Hands) -> None:
    hands.panel.drop_hovered.connect(lambda *_: hands.panel.show_verdict("+12 min, 2 stops late"))
    hand = holding(hands, hands.board.day.unplanned[0])
    for row in (1, hands.view.rows[-2]):
        at = hands.point(row, 13 * HOUR)
        hand.enter(at)
        label = hands.panel._landing._verdict
        assert label.isVisible()
        assert not label.geometry().contains(at)
        assert hands.port.rect().contains(label.geometry())
    assert verdict(hands) == "+12 min, 2 stops late"
    hand.leave()
    assert verdict(hands) == ""
    assert hands.panel.showing.target is None


def test_the_same_place_is_asked_about_once(hands: Hands) -> None:
    hand = holding(hands, hands.board.day.unplanned[0])
    at = hands.point(1, hands.panel.showing.lanes[1].marks[3].departs_s + 20)
    hand.enter(at)
    for _ in range(3):
        hand.move(at)
    assert len(hands.of("drop_hovered")) == 1


def test_a_day_that_changes_under_the_hand_is_aimed_at_anew(hands: Hands) -> None:
    hand = holding(hands, hands.board.day.unplanned[0])
    hand.enter(hands.point(1, 13 * HOUR))
    (before,) = hands.of("drop_hovered")
    gone = hands.orders(1)[0]
    after = moved(hands.board, [gone], hands.shift(6), 0)
    hands.panel.set_day(after.day, after.schedule)
    assert len(hands.of("drop_hovered")) == 2
    hand.drop(hands.point(1, 13 * HOUR))
    assert hands.of("move_requested")[0] == hands.of("drop_hovered")[1] != before


def test_lanes_come_nearer_while_a_drag_hangs_at_the_edge(hands: Hands, qtbot: QtBot) -> None:
    hand = holding(hands, hands.board.day.unplanned[0])
    bottom = QPoint(hands.point(0, 11 * HOUR).x(), hands.port.height() - 3)
    hand.enter(bottom)
    qtbot.waitUntil(lambda: hands.view.top_px == hands.view.most_top_px)
    assert hands.of("drop_hovered")[-1][1] == hands.shift(7)
    hand.leave()


def test_pulling_the_ground_moves_the_view(hands: Hands) -> None:
    hands.chart.look(hands.view.showing(9 * HOUR, 12 * HOUR))
    free = hands.point(5, 10 * HOUR, 2)
    hands.drag(free, free - QPoint(30, 20), free - QPoint(60, 40))
    assert hands.view.top_px == pytest.approx(40, abs=1)
    assert hands.view.x(10 * HOUR) == pytest.approx(free.x() - 60 - hands.chart.sizes.names, abs=1)
    assert hands.heard == []
