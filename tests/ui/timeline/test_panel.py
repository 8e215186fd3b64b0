"""The timeline under the hand: selection, keys, zoom, lines that are dragged, what it is told; it only wishes."""

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from tests.fixtures import days
from tests.fixtures.board import Board, judged, moved
from tests.ui.timeline.conftest import Hands
from ui.theme import Theme
from ui.timeline.panel import TimelinePanel

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
PLAIN = Qt.KeyboardModifier.NoModifier
HOUR = 3_600


def wheel(hands: Hands, at: QPoint, notches: float, keys: Qt.KeyboardModifier = PLAIN) -> None:
    turned = QPoint(0, round(notches * 120))
    where = hands.port.mapToGlobal(at)
    event = QWheelEvent(
        QPointF(at),
        QPointF(where),
        QPoint(),
        turned,
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(hands.port, event)


# ── Selection ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_click_selects_a_stop_and_ctrl_another(hands: Hands) -> None:
    first, other = hands.orders(1)[3], hands.orders(0)[7]
    hands.click(hands.stop(1, 3))
    hands.click(hands.stop(0, 7), CTRL)
    hands.click(hands.stop(1, 3), CTRL)
    assert hands.of("selection_changed") == [((first,), ()), ((other, first), ()), ((other,), ())]


def test_shift_click_selects_all_between(hands: Hands) -> None:
    hands.click(hands.stop(1, 3))
    hands.click(hands.stop(1, 6), SHIFT)
    assert hands.of("selection_changed")[-1] == (tuple(hands.orders(1)[3:7]), ())


def test_a_click_on_a_name_selects_the_round_and_on_the_ground_nothing(hands: Hands) -> None:
    hands.click(hands.name(2))
    hands.click(hands.name(0), CTRL)
    hands.click(hands.point(1, hands.seconds("07:30")))
    both = (hands.shift(0), hands.shift(2))
    assert hands.of("selection_changed") == [((), (hands.shift(2),)), ((), both), ((), ())]


def test_a_click_on_one_of_several_leaves_that_one(hands: Hands) -> None:
    hands.panel.select(hands.orders(1)[3:6])
    hands.click(hands.stop(1, 4))
    assert hands.of("selection_changed") == [((hands.orders(1)[4],), ())]


def test_the_rubber_band_takes_what_it_touches(hands: Hands) -> None:
    lanes = hands.panel.showing.lanes
    start, end = hands.point(0, lanes[0].marks[2].starts_s - 60, 1), hands.point(1, lanes[0].marks[9].departs_s)
    hands.drag(start, start + (end - start) / 2, end, keys=SHIFT)
    left, right = lanes[0].marks[2].starts_s - 60, lanes[0].marks[9].departs_s
    wanted = tuple(
        mark.order_id for lane in lanes[:2] for mark in lane.marks if mark.departs_s >= left and mark.starts_s <= right
    )
    assert hands.of("selection_changed") == [(wanted, ())]
    assert len(wanted) > 8
    assert hands.panel.showing.band is None


def test_escape_gives_the_rubber_band_up(hands: Hands) -> None:
    kept = hands.orders(1)[3]
    hands.panel.select([kept])
    hands.drag(hands.point(0, 8 * HOUR), hands.point(3, 15 * HOUR), keys=SHIFT, release=False)
    assert len(hands.panel.showing.orders) > 40
    hands.press(Qt.Key.Key_Escape)
    QTest.mouseRelease(hands.port, Qt.MouseButton.LeftButton, SHIFT, hands.point(3, 15 * HOUR))
    assert hands.panel.showing.orders == (kept,)
    assert hands.of("selection_changed") == []


def test_select_shows_and_says_nothing(hands: Hands) -> None:
    hands.panel.select([hands.orders(7)[18], hands.board.day.unplanned[0]])
    assert hands.panel.showing.orders == (hands.orders(7)[18],)
    assert 7 in hands.view.rows
    assert hands.view.y(7) + hands.view.lane_px <= hands.view.height_px + 0.01
    assert hands.heard == []


def test_others_fade_while_a_round_is_selected(hands: Hands) -> None:
    assert hands.panel.showing.lit is None
    hands.panel.select(hands.orders(2)[:1], [hands.shift(4)])
    assert hands.panel.showing.lit == {2, 4}
    before = hands.port.grab().toImage()
    hands.panel.select(())
    at = hands.stop(1, 3)
    assert before.pixelColor(at) != hands.port.grab().toImage().pixelColor(at)


def test_an_update_keeps_selection_and_view(hands: Hands) -> None:
    chosen = hands.orders(1)[2:5]
    hands.panel.select(chosen)
    hands.chart.look(hands.view.showing(9 * HOUR, 12 * HOUR))
    view = hands.view
    after = moved(hands.board, [chosen[1]], hands.shift(5), 0)
    hands.panel.set_day(after.day, after.schedule)
    assert set(hands.panel.showing.orders) == set(chosen)
    assert hands.view == view
    assert hands.heard == []


def test_a_selected_stop_that_leaves_is_told(hands: Hands) -> None:
    gone, kept = hands.orders(1)[2:4]
    hands.panel.select([gone, kept])
    routes = {r.shift_id: [o for o in r.order_ids if o != gone] for r in hands.board.day.plan.routes}
    after = judged(days.with_plan(hands.board.day, routes))
    hands.panel.set_day(after.day, after.schedule)
    assert hands.heard == [("selection_changed", (kept,), ())]


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_arrows_go_along_and_across(hands: Hands) -> None:
    hands.panel.select([hands.orders(0)[4]])
    hands.press(Qt.Key.Key_Right)
    assert hands.panel.showing.orders == (hands.orders(0)[5],)
    hands.press(Qt.Key.Key_Down)
    assert hands.panel.showing.orders[0] in hands.orders(1)
    hands.press(Qt.Key.Key_Up)
    hands.press(Qt.Key.Key_Left)
    assert hands.panel.showing.orders[0] in hands.orders(0)
    assert len(hands.of("selection_changed")) == 4


def test_before_the_first_stop_comes_the_round_itself(hands: Hands) -> None:
    hands.panel.select([hands.orders(3)[0]])
    hands.press(Qt.Key.Key_Left)
    hands.press(Qt.Key.Key_Down)
    hands.press(Qt.Key.Key_Right)
    rounds = [((), (hands.shift(3),)), ((), (hands.shift(4),)), ((hands.orders(4)[0],), ())]
    assert hands.of("selection_changed") == rounds


def test_without_a_selection_arrows_begin_at_the_first_stop(hands: Hands) -> None:
    hands.press(Qt.Key.Key_Right)
    assert hands.panel.showing.orders == (hands.orders(0)[0],)


def test_keys_reach_every_lane_and_the_last_stop_stays_last(hands: Hands) -> None:
    for _ in range(12):
        hands.press(Qt.Key.Key_Down)
    assert hands.panel.showing.orders[0] in hands.orders(7)
    assert 7 in hands.view.rows
    hands.panel.select([hands.orders(7)[-1]])
    hands.press(Qt.Key.Key_Right)
    assert hands.panel.showing.orders == (hands.orders(7)[-1],)


def test_shift_extends_and_shrinks(hands: Hands) -> None:
    hands.panel.select([hands.orders(0)[4]])
    hands.press(Qt.Key.Key_Right, SHIFT)
    hands.press(Qt.Key.Key_Right, SHIFT)
    assert hands.panel.showing.orders == tuple(hands.orders(0)[4:7])
    hands.press(Qt.Key.Key_Left, SHIFT)
    assert hands.panel.showing.orders == tuple(hands.orders(0)[4:6])


def test_enter_and_double_click_open_the_order(hands: Hands) -> None:
    hands.panel.select([hands.orders(0)[4]])
    hands.press(Qt.Key.Key_Return)
    QTest.mouseDClick(hands.port, Qt.MouseButton.LeftButton, PLAIN, hands.stop(1, 3))
    assert hands.of("edit_requested") == [(hands.orders(0)[4],), (hands.orders(1)[3],)]


@pytest.mark.parametrize(
    ("rows", "key", "index"),
    [
        ([3], Qt.Key.Key_Left, 2),
        ([3], Qt.Key.Key_Right, 5),
        ([3, 4], Qt.Key.Key_Left, 2),
        ([3, 4], Qt.Key.Key_Right, 6),
    ],
)
def test_alt_moves_stops_earlier_and_later(hands: Hands, rows: list[int], key: Qt.Key, index: int) -> None:
    chosen = tuple(hands.orders(2)[row] for row in rows)
    hands.panel.select(chosen)
    hands.press(key, ALT)
    assert hands.heard == [("move_requested", chosen, hands.shift(2), index)]


def test_alt_up_and_down_hand_stops_over(hands: Hands) -> None:
    chosen = (hands.orders(2)[5],)
    hands.panel.select(chosen)
    hands.press(Qt.Key.Key_Up, ALT)
    hands.press(Qt.Key.Key_Down, ALT)
    wishes = [(chosen, hands.shift(1), None), (chosen, hands.shift(3), None)]
    assert hands.of("move_requested") == wishes
    hands.panel.select([hands.orders(0)[0]])
    hands.press(Qt.Key.Key_Up, ALT)
    hands.press(Qt.Key.Key_Left, ALT)
    assert hands.of("move_requested") == wishes, "nothing lies above the first lane or before the first stop"


def test_shift_hours_by_keys(hands: Hands) -> None:
    hands.panel.select([hands.orders(2)[5]])
    hands.press(Qt.Key.Key_Right, CTRL)
    hands.press(Qt.Key.Key_Left, CTRL | SHIFT)
    assert hands.of("shift_changed") == [
        (hands.shift(2), days.clock("08:00"), days.clock("16:35")),
        (hands.shift(2), days.clock("07:55"), days.clock("16:30")),
    ]


def test_the_freeze_line_by_keys(hands: Hands) -> None:
    hands.panel.select([hands.orders(2)[5]])
    hands.press(Qt.Key.Key_F)
    hands.press(Qt.Key.Key_F, SHIFT)
    (frozen,), (removed,) = hands.of("freeze_changed")
    begins = hands.board.schedule.routes[hands.shift(2)].stops[5].starts_at
    assert removed is None
    assert frozen.minute % 5 == 0
    assert 0 < (frozen - begins).total_seconds() <= 300


# ── Zoom and scroll ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_ctrl_and_wheel_zoom_at_the_pointer(hands: Hands) -> None:
    at = hands.point(2, 11 * HOUR)
    wheel(hands, at, 4, CTRL)
    assert hands.view.scale > 1.9 * hands.view.fitted_px_per_s
    assert abs(hands.point(2, 11 * HOUR).x() - at.x()) <= 1
    wheel(hands, at, -9, CTRL)
    assert hands.view.fitted


def test_the_wheel_scrolls_lanes_and_with_shift_time(hands: Hands) -> None:
    wheel(hands, hands.stop(2, 3), -1)
    assert hands.view.top_px == pytest.approx(1.5 * hands.view.lane_px)
    hands.chart.look(hands.view.showing(9 * HOUR, 12 * HOUR))
    wheel(hands, hands.point(2, 10 * HOUR), -1, SHIFT)
    assert 9 * HOUR < hands.view.left_s < 10 * HOUR
    wheel(hands, hands.point(2, 10 * HOUR), -50)
    assert hands.view.top_px == hands.view.most_top_px


def test_dragging_the_axis_pans(hands: Hands) -> None:
    hands.chart.look(hands.view.showing(9 * HOUR, 12 * HOUR))
    start = hands.axis(11 * HOUR)
    hands.drag(start, start - QPoint(40, 0), start - QPoint(100, 0))
    assert hands.axis(11 * HOUR).x() == pytest.approx(start.x() - 100, abs=1)
    assert hands.heard == []


def test_keys_zoom_and_fit(hands: Hands) -> None:
    whole = hands.view
    hands.press(Qt.Key.Key_Plus)
    assert hands.view.scale == pytest.approx(1.3 * whole.scale)
    hands.press(Qt.Key.Key_Minus)
    assert hands.view == whole
    hands.press(Qt.Key.Key_Plus)
    hands.press(Qt.Key.Key_Home)
    assert hands.view == whole
    hands.press(Qt.Key.Key_Plus)
    QTest.mouseDClick(hands.port, Qt.MouseButton.LeftButton, PLAIN, hands.point(1, hands.seconds("11:00"), 2))
    assert hands.view == whole


def test_the_scroll_bar_goes_along(hands: Hands, qtbot: QtBot) -> None:
    bar = hands.panel.findChild(type(hands.panel._scroll), "board.timeline.scroll")
    assert bar.isVisible()
    bar.setValue(bar.maximum())
    assert hands.view.top_px == hands.view.most_top_px
    wheel(hands, hands.point(3, 9 * HOUR), 50)
    assert bar.value() == 0


def test_the_zoom_is_kept_and_restored(hands: Hands, theme: Theme, qtbot: QtBot) -> None:
    assert hands.panel.state() == {"zoom": None}
    hands.chart.look(hands.view.showing(9 * HOUR, 12 * HOUR))
    kept = hands.panel.state()
    other = TimelinePanel(theme)
    qtbot.addWidget(other)
    other.restore(kept)
    assert other.state() == {"zoom": pytest.approx([9 * HOUR, 12 * HOUR])}
    other.set_day(hands.board.day, hands.board.schedule)
    other.resize(700, 300)
    other.show()
    qtbot.waitExposed(other)
    assert other.state() == {"zoom": pytest.approx([9 * HOUR, 12 * HOUR])}
    other.restore({"zoom": None})
    assert other.state() == {"zoom": None}


@pytest.mark.parametrize("zoom", ["far", [1], [5, 5], [9, 1], [float("nan"), 2], [None, 3], {"from": 1}])
def test_a_malformed_state_is_passed_over(hands: Hands, zoom: object) -> None:
    hands.chart.look(hands.view.showing(9 * HOUR, 12 * HOUR))
    view = hands.view
    hands.panel.restore({"zoom": zoom})
    assert hands.view == view


# ── Lines that are dragged ───────────────────────────────────────────────────────────────────────────────────────────


def test_dragging_a_shifts_end_in_steps_of_five_minutes(hands: Hands) -> None:
    start, end = hands.point(1, hands.seconds("16:30"), 3), hands.point(1, hands.seconds("17:13"), 3)
    hands.drag(start, start + QPoint(15, 0), end)
    assert hands.heard == [("shift_changed", hands.shift(1), days.clock("08:00"), days.clock("17:15"))]
    assert hands.panel.showing.hours is None


def test_a_shift_never_ends_before_it_begins(hands: Hands) -> None:
    start = hands.point(1, hands.seconds("08:00"), 3)
    hands.drag(start, start + QPoint(30, 0), start + QPoint(1000, 0))
    assert hands.heard == [("shift_changed", hands.shift(1), days.clock("16:25"), days.clock("16:30"))]


def test_escape_gives_a_dragged_end_up(hands: Hands) -> None:
    start, end = hands.point(1, hands.seconds("16:30"), 3), hands.point(1, hands.seconds("17:13"), 3)
    hands.drag(start, end, release=False)
    assert hands.panel.showing.hours is not None
    hands.press(Qt.Key.Key_Escape)
    QTest.mouseRelease(hands.port, Qt.MouseButton.LeftButton, PLAIN, end)
    assert hands.heard == []
    assert hands.panel.showing.hours is None


def test_a_click_on_a_shifts_end_changes_nothing(hands: Hands) -> None:
    hands.click(hands.point(1, hands.seconds("16:30"), 3) + QPoint(3, 0))
    assert hands.heard == []


def test_a_shift_that_went_while_in_the_hand_is_not_changed(hands: Hands) -> None:
    start, end = hands.point(7, hands.seconds("16:30"), 3), hands.point(7, hands.seconds("17:13"), 3)
    hands.panel.select((), [hands.shift(7)])
    start, end = hands.point(7, hands.seconds("16:30"), 3), hands.point(7, hands.seconds("17:13"), 3)
    hands.drag(start, end, release=False)
    nobody = judged(days.assemble(hands.board.day.orders.values(), ({}, {}, {})))
    hands.panel.set_day(nobody.day, nobody.schedule)
    QTest.mouseRelease(hands.port, Qt.MouseButton.LeftButton, PLAIN, end)
    assert hands.of("shift_changed") == []


def test_dragging_the_freeze_line_and_removing_it(hands: Hands) -> None:
    for start in (hands.axis(hands.seconds("08:30")), hands.point(2, hands.seconds("08:30"), 3)):
        hands.heard.clear()
        end = QPoint(hands.axis(hands.seconds("10:02")).x(), start.y())
        hands.drag(start, start + QPoint(20, 0), end)
        assert hands.heard == [("freeze_changed", days.clock("10:00"))]
    hands.heard.clear()
    hands.drag(hands.axis(hands.seconds("08:30")), hands.axis(hands.seconds("10:02")), release=False)
    hands.press(Qt.Key.Key_Escape)
    QTest.mouseRelease(hands.port, Qt.MouseButton.LeftButton, PLAIN, hands.axis(hands.seconds("10:02")))
    assert hands.heard == []
    QTest.mouseDClick(hands.port, Qt.MouseButton.LeftButton, PLAIN, hands.axis(hands.seconds("08:30")))
    assert hands.heard == [("freeze_changed", None)]


# ── Menus, tooltips, looks ───────────────────────────────────────────────────────────────────────────────────────────


def menu(hands: Hands, at: QPoint, reason: QContextMenuEvent.Reason = QContextMenuEvent.Reason.Mouse) -> None:
    QApplication.sendEvent(hands.port, QContextMenuEvent(reason, at, hands.port.mapToGlobal(at)))


def test_the_menu_is_for_what_lies_under_the_pointer(hands: Hands) -> None:
    order_id = hands.orders(1)[3]
    menu(hands, hands.stop(1, 3))
    menu(hands, hands.name(2))
    assert hands.of("context_requested") == [
        ((order_id,), (), hands.port.mapToGlobal(hands.stop(1, 3))),
        ((), (hands.shift(2),), hands.port.mapToGlobal(hands.name(2))),
    ]


def test_the_menu_key_opens_at_the_current_stop(hands: Hands) -> None:
    chosen = tuple(hands.orders(1)[3:5])
    hands.panel.select(chosen)
    menu(hands, QPoint(1, 1), QContextMenuEvent.Reason.Keyboard)
    orders, shifts, at = hands.of("context_requested")[0]
    assert (orders, shifts) == (chosen, ())
    assert (hands.port.mapFromGlobal(at) - hands.stop(1, 3)).manhattanLength() < 20


def test_a_right_click_brings_no_menu_of_the_library(hands: Hands) -> None:
    hands.click(hands.stop(1, 3), button=Qt.MouseButton.RightButton)
    assert QApplication.activePopupWidget() is None
    assert hands.chart.box.menu is None
    assert hands.heard == []


def test_tooltips_tell_what_lies_under_the_pointer(hands: Hands) -> None:
    assert hands.chart.tip_at(hands.stop(1, 3)).startswith("Stop 4 · ")
    assert hands.chart.tip_at(hands.name(2)).startswith("3 Maija Virtanen · Van 3\n")
    assert hands.chart.tip_at(hands.axis(hands.seconds("08:30"))).startswith("Frozen until 08:30")
    assert hands.chart.tip_at(hands.axis(hands.seconds("12:00"))) == ""


def test_the_filter_hides_lanes(hands: Hands) -> None:
    hands.panel.set_filter([hands.shift(5), hands.shift(2)])
    assert [lane.shift_id for lane in hands.panel.showing.lanes] == [hands.shift(2), hands.shift(5)]
    hands.click(hands.stop(1, 3))
    assert hands.of("selection_changed") == [((hands.orders(5)[3],), ())]
    hands.panel.set_filter(())
    assert hands.panel.empty.isVisible()
    assert hands.panel.empty.text == "No round passes the filter."
    hands.panel.set_filter(None)
    assert len(hands.panel.showing.lanes) == 8
    assert hands.chart.isVisible()


def test_without_drivers_it_says_what_to_do(hands: Hands) -> None:
    nobody = judged(days.assemble(hands.board.day.orders.values(), ({}, {}, {})))
    hands.panel.set_day(nobody.day, nobody.schedule)
    assert hands.panel.empty.text == "No drivers on duty this day – add shifts under Fleet."
    hands.panel.set_day(hands.board.day, None)
    assert hands.chart.isVisible(), "shifts without times are shown"
    hands.press(Qt.Key.Key_Down)
    assert hands.panel.showing.shifts == (hands.shift(0),)


def test_late_and_done_stops_look_their_part(hands: Hands, theme: Theme) -> None:
    lanes = hands.panel.showing.lanes
    row, index = next((r, i) for r, lane in enumerate(lanes) for i, m in enumerate(lane.marks) if m.late_s)
    mark = lanes[row].marks[index]
    hands.panel.select([mark.order_id])
    hands.chart.look(hands.view.showing(mark.middle_s - 900, mark.middle_s + 900))
    edge = lambda: hands.point(row, mark.starts_s, hands.chart.sizes.bar_top + 3) + QPoint(3, 0)
    assert hands.port.grab().toImage().pixelColor(edge()) == theme.colour("late")
    routes = list(hands.board.day.plan.routes)
    routes[row] = replace(routes[row], stops=tuple(replace(s, done=True) for s in routes[row].stops))
    day = replace(hands.board.day, plan=replace(hands.board.day.plan, routes=tuple(routes)))
    hands.panel.set_day(day, hands.board.schedule)
    assert hands.port.grab().toImage().pixelColor(edge()) == theme.colour("done_tint")


def test_names_for_tests_and_screen_readers(hands: Hands) -> None:
    assert (hands.panel.objectName(), hands.panel.accessibleName()) == ("board.timeline", "Timeline")
    assert hands.panel.accessibleDescription()
    assert hands.panel.focusProxy() is hands.chart
    assert hands.chart.objectName() == "board.timeline.lanes"
    assert all(action.text() and not action.icon().isNull() for action in hands.panel.actions())
    buttons = hands.chart.findChildren(QToolButton)
    assert len(buttons) == 5
    assert all(button.objectName() and button.accessibleName() and button.toolTip() for button in buttons)
    hands.panel.select([hands.orders(0)[4]])
    hands.press(Qt.Key.Key_Right)
    assert hands.chart.accessibleDescription().startswith("Stop 6 · ")


def test_the_panel_loads_pyqtgraph_only_when_it_is_seen() -> None:
    code = "import ui.timeline.panel, sys; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_it_was_told_before_it_is_seen(theme: Theme, a_board: Board, qtbot: QtBot) -> None:
    panel = TimelinePanel(theme)
    qtbot.addWidget(panel)
    panel.set_day(a_board.day, a_board.schedule)
    panel.set_now(days.clock("10:00"))
    panel.show_verdict("nobody asked")
    chosen = a_board.day.plan.routes[7].order_ids[3]
    panel.select([chosen])
    assert panel.chart is None
    panel.resize(900, 200)
    panel.show()
    qtbot.waitExposed(panel)
    assert panel.chart is not None
    assert panel.showing.orders == (chosen,)
    qtbot.waitUntil(lambda: 7 in panel.showing.view.rows)
