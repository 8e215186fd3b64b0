"""Clicks, boxes, drags, keys and pins on the page, as a person makes them."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dispatcher.domain.place import Place
from tests.ui.map.scene import one_round
from ui.map.messages import Slot, StopMark, StopState, Tone
from ui.map.wire import ORDERS_MIME, encode_order_ids

pytestmark = pytest.mark.web

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_click_selects_a_stop_and_its_round_stays_full(rounds, qtbot):
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.click(rounds.at("a2"))
    assert selected.args == [("a2",)]
    rounds.paint()
    report = rounds.report()
    assert (report["selected"], report["full"]) == (["a2"], ["a"])


def test_control_click_adds_and_takes_out(rounds, qtbot):
    for at, expected in (("a2", ("a2",)), ("b1", ("a2", "b1")), ("a2", ("b1",))):
        with qtbot.waitSignal(rounds.view.selection_changed) as selected:
            rounds.click(rounds.at(at), CONTROL)
        assert selected.args == [expected]


def test_shift_drag_selects_the_stops_in_the_box(rounds, qtbot):
    corner = rounds.at("a1") - QPoint(20, 20)
    end = rounds.at("a2") + QPoint(20, 20)
    rounds.drag(corner, end, SHIFT)
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.release(end, SHIFT)
    assert set(selected.args[0]) == {"a1", "a2"}


def test_click_on_a_line_names_the_round(rounds, qtbot):
    selected = []
    rounds.view.selection_changed.connect(selected.append)
    with qtbot.waitSignal(rounds.view.route_clicked) as clicked:
        rounds.click(rounds.between("b1", "b2"))
    assert clicked.args == ["b"]
    assert selected == [()]
    assert rounds.report()["full"] == ["b"]


def test_click_beside_everything_clears_the_selection(rounds, qtbot):
    rounds.view.select(["a1"])
    rounds.paint()
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.click(QPoint(800, 300))
    assert selected.args == [()]


def test_escape_clears_the_selection(rounds, qtbot):
    with qtbot.waitSignal(rounds.view.selection_changed):
        rounds.click(rounds.at("a1"))
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.key(Qt.Key.Key_Escape)
    assert selected.args == [()]


def test_keys_pan_and_zoom(rounds, qtbot):
    rounds.click(QPoint(800, 300))
    zoom = rounds.view.position.zoom
    with qtbot.waitSignal(rounds.view.moved):
        rounds.key(Qt.Key.Key_Plus)
    assert rounds.view.position.zoom == zoom + 1
    before = rounds.view.position.centre
    with qtbot.waitSignal(rounds.view.moved):
        rounds.key(Qt.Key.Key_Right)
    assert rounds.view.position.centre.lon > before.lon


def test_double_click_activates_a_stop_without_zooming(rounds, qtbot):
    at, zoom = rounds.at("b2"), rounds.view.position.zoom
    rounds.move(at)
    with qtbot.waitSignal(rounds.view.stop_activated) as activated:
        rounds.double_click(at)
    assert activated.args == ["b2"]
    assert rounds.report()["zoom"] == zoom


def test_right_click_asks_for_a_menu_over_the_stop(rounds, qtbot):
    at = rounds.at("b3")
    with qtbot.waitSignal(rounds.view.context_requested) as asked:
        QTest.mouseClick(rounds.view.web.focusProxy(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, at)
    assert asked.args == [("b3",), rounds.view.web.mapToGlobal(at)]


def test_pointer_shows_the_label_as_text(scene):
    label = "<img src=x onerror=\"document.title='owned'\"><b>Bold Street</b>"
    scene.show([], [StopMark("x", Place(60.0, 25.0), label=label)])
    scene.move(scene.at("x") - QPoint(3, 3))
    scene.move(scene.at("x"))
    assert scene.until(lambda report: report["tooltip"])["tooltip"] == label
    assert scene.run("document.title") == "Map"
    assert scene.run("document.querySelectorAll('#tooltip *').length") == 0


# --- dragging marks ----------------------------------------------------------------------------------------------


def test_a_mark_dropped_on_another_rounds_line_goes_between_its_neighbours(rounds, qtbot):
    target = rounds.between("b1", "b2")
    with qtbot.waitSignal(rounds.view.drag_hovered, check_params_cb=lambda hover: hover.slot is not None) as hovered:
        rounds.drag(rounds.at("a2"), target)
    assert hovered.args[0].slot == Slot("b", "b1", "b2")
    with qtbot.waitSignal(rounds.view.stops_dropped) as dropped:
        rounds.release(target)
    drop = dropped.args[0]
    assert (drop.order_ids, drop.target_shift_id) == (("a2",), "b")
    assert (drop.after_order_id, drop.before_order_id) == ("b1", "b2")
    assert drop.at.distance_m(Place(59.997, 24.996)) < 20


def test_a_mark_dropped_on_a_stop_goes_behind_it(rounds, qtbot):
    rounds.drag(rounds.at("u"), rounds.at("a3"))
    with qtbot.waitSignal(rounds.view.stops_dropped) as dropped:
        rounds.release(rounds.at("a3"))
    drop = dropped.args[0]
    assert (drop.order_ids, drop.target_shift_id) == (("u",), "a")
    assert (drop.after_order_id, drop.before_order_id) == ("a3", None)


def test_the_leg_from_the_depot_means_first(rounds, qtbot):
    depot = QPoint(450 - 326, 300)
    target = (rounds.at("b1") * 2 + depot) / 3
    rounds.drag(rounds.at("a2"), target)
    with qtbot.waitSignal(rounds.view.stops_dropped) as dropped:
        rounds.release(target)
    assert (dropped.args[0].after_order_id, dropped.args[0].before_order_id) == (None, "b1")


def test_the_whole_selection_is_dragged_in_the_order_of_the_rounds(rounds, qtbot):
    for order_id in ("a3", "a1"):
        with qtbot.waitSignal(rounds.view.selection_changed):
            rounds.click(rounds.at(order_id), CONTROL)
    target = rounds.between("b2", "b3")
    rounds.drag(rounds.at("a3"), target)
    assert "2 stops" in rounds.until(lambda report: report["targets"])["ghost"]
    with qtbot.waitSignal(rounds.view.stops_dropped) as dropped:
        rounds.release(target)
    assert dropped.args[0].order_ids == ("a1", "a3")


def test_moving_within_a_round_passes_over_the_moved_stop(rounds, qtbot):
    target = rounds.between("a2", "a3") + QPoint(30, 0)
    rounds.drag(rounds.at("a1"), target)
    with qtbot.waitSignal(rounds.view.stops_dropped) as dropped:
        rounds.release(target)
    assert (dropped.args[0].after_order_id, dropped.args[0].before_order_id) == ("a2", "a3")


def test_dropping_where_it_stands_changes_nothing(rounds, qtbot):
    target = rounds.between("a1", "a2")
    with qtbot.assertNotEmitted(rounds.view.stops_dropped):
        rounds.drag(rounds.at("a2"), target)
        rounds.release(target)
        rounds.until(lambda report: "already" in report["message"])


def test_dropping_on_nothing_says_so_and_changes_nothing(rounds, qtbot):
    nowhere = QPoint(800, 300)
    with qtbot.assertNotEmitted(rounds.view.stops_dropped):
        rounds.drag(rounds.at("a2"), nowhere)
        rounds.release(nowhere)
        rounds.until(lambda report: "Dropped beside every round" in report["message"])


def test_escape_lets_a_drag_go(rounds, qtbot):
    target = rounds.between("b1", "b2")
    with qtbot.assertNotEmitted(rounds.view.stops_dropped):
        rounds.drag(rounds.at("a2"), target)
        rounds.until(lambda report: report["targets"])
        rounds.key(Qt.Key.Key_Escape)
        report = rounds.until(lambda report: not report["dragging"])
        rounds.release(target)
        rounds.paint()
    assert report["ghost"] == ""


def test_the_windows_verdict_stands_in_the_ghost(rounds):
    verdicts = []
    rounds.view.drag_hovered.connect(verdicts.append)
    rounds.drag(rounds.at("a2"), rounds.between("b1", "b2"))
    rounds.until(lambda report: report["targets"])
    rounds.view.show_verdict("2 stops late", Tone.BAD)
    ghost = rounds.until(lambda report: "late" in report["ghost"])["ghost"]
    assert "2 Driver b, between 1 and 2" in ghost
    assert verdicts[-1].order_ids == ("a2",)


@pytest.fixture
def street(scene):
    """Rounds `b` and `c` run along the same street; `u` waits beside it."""
    first, first_stops = one_round("b", 2, 59.997, "#d55e00")
    second, _ = one_round("c", 3, 59.997, "#009e73")
    scene.show([first, second], [*first_stops, StopMark("u", Place(60.0, 25.004))])
    return scene


def test_rounds_in_the_same_street_are_listed_while_hovering_and_a_key_chooses(street, qtbot):
    target = street.between("b1", "b2")
    street.drag(street.at("u"), target)
    ghost = street.until(lambda report: len(report["targets"]) == 2)["ghost"]
    assert "2 Driver b" in ghost
    assert "3 Driver c" in ghost
    with qtbot.waitSignal(street.view.drag_hovered) as hovered:
        street.key(Qt.Key.Key_2)
    assert hovered.args[0].slot.shift_id == "c"
    assert street.until(lambda report: report["full"] == ["c"])
    with qtbot.waitSignal(street.view.stops_dropped) as dropped:
        street.release(target)
    assert dropped.args[0].target_shift_id == "c"


def test_the_wheel_chooses_among_rounds_in_the_same_street_without_zooming(street, qtbot):
    target, zoom = street.between("b1", "b2"), street.report()["zoom"]
    street.drag(street.at("u"), target)
    street.until(lambda report: report["chosen"] and report["chosen"]["shift_id"] == "b")
    with qtbot.waitSignal(street.view.drag_hovered) as hovered:
        street.wheel(target, -120)
    assert hovered.args[0].slot.shift_id == "c"
    assert street.report()["zoom"] == zoom
    with qtbot.waitSignal(street.view.stops_dropped) as dropped:
        street.release(target)
    assert dropped.args[0].target_shift_id == "c"


def test_rows_dropped_on_a_shared_street_are_asked_for(street, qtbot):
    """A drag from elsewhere holds the keyboard, so nothing could be chosen before the drop."""
    data, target = dragged(encode_order_ids(["p1"])), street.between("b1", "b2")
    send(street.view, QDragEnterEvent, target, data)
    send(street.view, QDropEvent, target, data)
    offered = street.until(lambda report: report["chooser"])["chooser"]
    assert ["2 Driver b" in offered[0], "3 Driver c" in offered[1]] == [True, True]
    with qtbot.waitSignal(street.view.stops_dropped) as dropped:
        street.key(Qt.Key.Key_Down)
        street.key(Qt.Key.Key_Return)
    assert dropped.args[0].target_shift_id == "c"


def test_stops_at_one_place_are_chosen_from_a_list(scene, qtbot):
    here = Place(60.0, 25.0)
    stops = [StopMark(f"x{n}", here, StopState.PLANNED, "a", n, "#0072b2", f"Flat {n}") for n in (1, 2, 3)]
    scene.show([], stops)
    assert [mark["stack"] for mark in scene.report()["stops"]] == [3]
    scene.click(QPoint(450, 300))
    offered = scene.until(lambda report: report["chooser"])["chooser"]
    assert offered[0].strip() == "All 3"
    assert "Flat 2" in offered[2]
    with qtbot.waitSignal(scene.view.selection_changed) as selected:
        scene.run("document.querySelectorAll('#chooser button')[2].click()")
    assert selected.args == [("x2",)]


def test_near_by_stops_of_one_place_stand_in_a_ring(scene):
    stops = [StopMark(f"x{n}", Place(60.0, 25.0)) for n in range(5)]
    scene.show([], stops, zoom=17)
    marks = scene.report()["stops"]
    assert [mark["stack"] for mark in marks] == [1] * 5
    apart = [(a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2 for i, a in enumerate(marks) for b in marks[:i]]
    assert min(apart) >= 20**2


# --- drags from elsewhere in the window --------------------------------------------------------------------------


def dragged(payload: bytes, kind: str = ORDERS_MIME) -> QMimeData:
    data = QMimeData()
    data.setData(kind, payload)
    return data


def send(view, event_type, at: QPoint, data: QMimeData):
    actions = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    where = QPointF(at)
    event = event_type(where, actions, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.web, event)
    return event


def test_rows_dropped_from_the_board_go_where_the_pointer_is(rounds, qtbot):
    data, target = dragged(encode_order_ids(["p1", "p2"])), rounds.between("a2", "a3")
    assert send(rounds.view, QDragEnterEvent, QPoint(10, 10), data).isAccepted()
    with qtbot.waitSignal(rounds.view.drag_hovered, check_params_cb=lambda hover: hover.slot is not None) as hovered:
        assert send(rounds.view, QDragMoveEvent, target, data).isAccepted()
    assert hovered.args[0].slot == Slot("a", "a2", "a3")
    with qtbot.waitSignal(rounds.view.stops_dropped) as dropped:
        event = send(rounds.view, QDropEvent, target, data)
    assert event.dropAction() is Qt.DropAction.CopyAction
    drop = dropped.args[0]
    assert (drop.order_ids, drop.target_shift_id) == (("p1", "p2"), "a")
    assert (drop.after_order_id, drop.before_order_id) == ("a2", "a3")


def test_a_drag_that_leaves_takes_its_ghost_along(rounds):
    data, target = dragged(encode_order_ids(["p1"])), rounds.at("a2")
    send(rounds.view, QDragEnterEvent, target, data)
    rounds.until(lambda report: report["ghost"])
    QApplication.sendEvent(rounds.view.web, QDragLeaveEvent())
    rounds.until(lambda report: not report["ghost"] and not report["dragging"])


def test_a_map_that_goes_in_mid_drag_leaves_no_target(rounds):
    data, target = dragged(encode_order_ids(["p1"])), rounds.at("a2")
    send(rounds.view, QDragEnterEvent, target, data)
    rounds.view.shut_down()
    move = QDragMoveEvent(
        QPointF(target), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(rounds.view, move)  # Qt looks for the widget under the drag: there must be none


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b'{"order_ids": ["p1"]}', "text/plain"),
        (b"", ORDERS_MIME),
        (b"\xff\xfe", ORDERS_MIME),
        (b'{"order_ids": []}', ORDERS_MIME),
        (b'{"order_ids": [7]}', ORDERS_MIME),
        (b"[" * 100_000, ORDERS_MIME),
    ],
)
def test_other_things_are_refused(rounds, qtbot, payload, kind):
    data, target = dragged(payload, kind), rounds.at("a2")
    with qtbot.assertNotEmitted(rounds.view.stops_dropped):
        for event_type in (QDragEnterEvent, QDragMoveEvent, QDropEvent):
            assert not send(rounds.view, event_type, target, data).isAccepted()
        rounds.paint()


# --- pin ---------------------------------------------------------------------------------------------------------


def test_a_click_in_pin_mode_places_the_pin_and_a_drag_moves_it(rounds, qtbot):
    rounds.view.ask_pin(None, "Kirkkokatu 4")
    rounds.until(lambda report: report["pinning"])
    with qtbot.waitSignal(rounds.view.pin_placed) as placed:
        rounds.click(QPoint(450, 300))
    first = placed.args[0]
    assert first.distance_m(Place(60.0, 25.0)) < 5
    rounds.drag(QPoint(450, 280), QPoint(550, 280))
    with qtbot.waitSignal(rounds.view.pin_placed) as moved:
        rounds.release(QPoint(550, 280))
    assert moved.args[0].lon > first.lon + 0.003
    rounds.view.end_pin()
    rounds.until(lambda report: not report["pinning"])


def test_a_stop_is_not_selected_while_a_pin_is_wanted(rounds, qtbot):
    rounds.view.ask_pin(None, "Kirkkokatu 4")
    rounds.until(lambda report: report["pinning"])
    with qtbot.assertNotEmitted(rounds.view.selection_changed), qtbot.waitSignal(rounds.view.pin_placed):
        rounds.click(rounds.at("a2"))


def test_escape_ends_pin_mode(rounds, qtbot):
    rounds.view.ask_pin(Place(60.001, 25.001), "Kirkkokatu 4")
    rounds.until(lambda report: report["pinning"])
    with qtbot.waitSignal(rounds.view.pin_cancelled):
        rounds.key(Qt.Key.Key_Escape)
    assert not rounds.report()["pinning"]
