"""What a dispatcher does on the map beyond pointing: areas, proposals, closed streets, filters, the past."""

import json
import logging
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from dispatcher.domain.place import Place
from tests.ui.map.scene import Scene, line, one_round
from ui.map.messages import ClosureLine, IdleRound, RouteLine, StopMark, StopState, Tone

pytestmark = pytest.mark.web

ALT = Qt.KeyboardModifier.AltModifier
NO_KEY = Qt.KeyboardModifier.NoModifier
NOWHERE = QPoint(800, 300)


def draw_around(scene: Scene, order_ids: list[str], keys: Qt.KeyboardModifier = NO_KEY) -> QPoint:
    """A lasso about these stops of one row, not closed by hand; where it ends."""
    first, last = scene.at(order_ids[0]), scene.at(order_ids[-1])
    corners = [first + QPoint(-25, 25), first + QPoint(-25, -25), last + QPoint(25, -25), last + QPoint(25, 25)]
    scene.move(corners[0])
    scene.press(corners[0], keys)
    for start, end in pairwise(corners):
        for step in range(1, 6):
            scene.move(start + (end - start) * (step / 5))
        scene.paint()
    return corners[-1]


# --- choosing many -----------------------------------------------------------------------------------------------


def test_alt_drag_draws_a_lasso_and_selects_what_it_holds(rounds, qtbot):
    end = draw_around(rounds, ["b2", "b3"], ALT)
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.release(end, ALT)
    assert set(selected.args[0]) == {"b2", "b3"}
    assert rounds.report()["count"] == "2 stops selected · Esc clears"


@pytest.mark.parametrize(("key", "tool"), [(Qt.Key.Key_L, "lasso"), (Qt.Key.Key_B, "box")])
def test_a_tool_serves_one_drag(rounds, qtbot, key, tool):
    rounds.click(NOWHERE)
    rounds.key(key)
    rounds.until(lambda report: report["tool"] == tool)
    end = draw_around(rounds, ["a1", "a2"]) if tool == "lasso" else rounds.at("a2") + QPoint(20, 20)
    if tool == "box":
        rounds.drag(rounds.at("a1") - QPoint(20, 20), end)
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.release(end)
    assert set(selected.args[0]) == {"a1", "a2"}
    assert rounds.report()["tool"] is None


def test_the_tools_button_takes_it_up_and_escape_lays_it_down(rounds):
    rounds.run("document.querySelector('.tool-lasso').click()")
    assert rounds.report()["tool"] == "lasso"
    rounds.run("document.getElementById('map').focus()")
    rounds.key(Qt.Key.Key_Escape)
    rounds.until(lambda report: report["tool"] is None)


def test_escape_gives_up_a_lasso_half_drawn(rounds, qtbot):
    with qtbot.assertNotEmitted(rounds.view.selection_changed):
        end = draw_around(rounds, ["a1", "a2"], ALT)
        rounds.key(Qt.Key.Key_Escape)
        rounds.paint()
        rounds.release(end, ALT)
        rounds.paint()


def test_a_lasso_of_nothing_chooses_nothing(rounds, qtbot):
    rounds.view.select(["a1"])
    rounds.move(NOWHERE)
    rounds.press(NOWHERE, ALT)
    rounds.move(NOWHERE + QPoint(30, 0))
    rounds.move(NOWHERE + QPoint(30, 30))
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.release(NOWHERE + QPoint(30, 30), ALT)
    assert selected.args == [()]


def test_what_the_filter_holds_back_is_neither_hit_nor_chosen(rounds, qtbot):
    hidden = rounds.at("a1")
    rounds.view.set_visible(["a2", "b1"])
    rounds.paint()
    assert {stop["id"] for stop in rounds.report()["stops"]} == {"a2", "b1"}
    corner, end = hidden - QPoint(25, 25), rounds.at("a2") + QPoint(25, 25)
    rounds.drag(corner, end, Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(rounds.view.selection_changed) as selected:
        rounds.release(end, Qt.KeyboardModifier.ShiftModifier)
    assert selected.args == [("a2",)]
    rounds.view.set_visible(None)
    rounds.paint()
    assert len(rounds.report()["stops"]) == 7


# --- dragging ----------------------------------------------------------------------------------------------------


def test_the_round_under_a_drag_lights_up_and_the_others_fade(rounds):
    rounds.drag(rounds.at("u"), rounds.between("b1", "b2"))
    report = rounds.until(lambda report: report["targets"])
    assert (report["full"], report["faded"]) == (["b"], True)
    rounds.move(NOWHERE)
    report = rounds.until(lambda report: not report["targets"])
    assert (report["full"], report["faded"]) == ([], False)
    assert "a drop here moves nothing" in report["ghost"]
    rounds.key(Qt.Key.Key_Escape)


def test_an_empty_round_takes_a_drop_from_the_strip(rounds, qtbot):
    rounds.view.show_idle_rounds([IdleRound("i", 7, "#009e73", "Onni L."), IdleRound("j", 8, "#cc79a7", "Veera")])
    assert rounds.report()["idle"] == ""
    rounds.drag(rounds.at("u"), NOWHERE)
    assert "7 Onni L." in rounds.until(lambda report: report["idle"])["idle"]
    box = "document.querySelector('[data-shift=j]').getBoundingClientRect()"
    row = json.loads(rounds.run(f"JSON.stringify({box})"))
    target = QPoint(round(row["x"] + row["width"] / 2), round(row["y"] + row["height"] / 2))
    with qtbot.waitSignal(rounds.view.drag_hovered, check_params_cb=lambda hover: hover.slot is not None) as hovered:
        rounds.move(target)
    assert hovered.args[0].slot.shift_id == "j"
    with qtbot.waitSignal(rounds.view.stops_dropped) as dropped:
        rounds.release(target)
    drop = dropped.args[0]
    assert (drop.order_ids, drop.target_shift_id) == (("u",), "j")
    assert (drop.after_order_id, drop.before_order_id) == (None, None)
    assert rounds.until(lambda report: not report["idle"])


def test_the_map_moves_on_while_a_drag_hangs_at_its_edge(rounds, qtbot):
    before = rounds.view.position.centre
    rounds.drag(rounds.at("u"), QPoint(890, 300))
    with qtbot.waitSignal(rounds.view.moved):
        rounds.until(lambda report: report["dragging"])
    qtbot.waitUntil(lambda: rounds.view.position.centre.lon > before.lon + 0.01)
    rounds.key(Qt.Key.Key_Escape)
    rounds.until(lambda report: not report["dragging"])


def test_a_drag_of_the_map_says_when_it_is_over_wherever_it_ends(rounds, qtbot):
    for end in ("dropped beside every round", "given up"):
        rounds.drag(rounds.at("u"), NOWHERE)
        rounds.until(lambda report: report["dragging"])
        with qtbot.waitSignal(rounds.view.drag_ended):
            rounds.release(NOWHERE) if end.startswith("dropped") else rounds.key(Qt.Key.Key_Escape)
        rounds.until(lambda report: not report["dragging"])


def test_verdicts_that_come_before_a_drag_from_outside_stand_in_its_ghost(rounds):
    rounds.view.show_verdicts([("b", "+3 min", Tone.GOOD)])
    at = rounds.between("b1", "b2")
    rounds.view.web.orders_dragged.emit(["u"], QPointF(at))
    assert "+3 min" in rounds.until(lambda report: report["dragging"] and report["ghost"])["ghost"]
    rounds.view.web.drag_left.emit()
    rounds.until(lambda report: not report["ghost"])
    rounds.view.show_verdicts([])


def test_the_ghost_ranks_the_best_three_drivers(rounds):
    rounds.view.show_idle_rounds([IdleRound("i", 7, "#009e73", "Onni L.")])
    rounds.drag(rounds.at("u"), rounds.between("b1", "b2"))
    rounds.until(lambda report: report["targets"])
    verdicts = [
        ("b", "+3 min", Tone.GOOD),
        ("i", "+9 min", Tone.WARNING),
        ("a", "late", Tone.BAD),
        ("z", "no", Tone.BAD),
    ]
    rounds.view.show_verdicts(verdicts)
    ghost = rounds.until(lambda report: "+3 min" in report["ghost"])["ghost"]
    best = ghost[ghost.index("2 Driver b", ghost.index("between")) :].split("\n")
    assert [text for text in best if text] == ["2 Driver b", "+3 min", "7 Onni L.", "+9 min", "1 Driver a", "late"]
    rounds.key(Qt.Key.Key_Escape)
    rounds.until(lambda report: not report["ghost"])


def test_stops_that_go_while_they_are_dragged_break_nothing(rounds, qtbot, caplog):
    """Somebody else unplanned them, and the round they hang over, meanwhile."""
    target = rounds.between("b1", "b2")
    rounds.drag(rounds.at("a2"), target)
    rounds.until(lambda report: report["targets"])
    with caplog.at_level(logging.ERROR):
        rounds.view.show_stops([StopMark("b3", Place(59.997, 25.008), StopState.PLANNED, "b", 3, "#d55e00")])
        rounds.view.update_routes([], removed=["b"])
        rounds.until(lambda report: not report["targets"])
        with qtbot.assertNotEmitted(rounds.view.stops_dropped):
            rounds.release(target)
            rounds.until(lambda report: "nothing was moved" in report["message"])
    assert not caplog.records


def test_the_past_refuses_drags_in_its_own_words(rounds, qtbot):
    said = "As it was at 09:14 – read only"
    rounds.view.set_read_only(said)
    assert rounds.until(lambda report: report["ribbon"])["ribbon"] == said
    target = rounds.between("b1", "b2")
    with qtbot.assertNotEmitted(rounds.view.stops_dropped):
        rounds.drag(rounds.at("a2"), target)
        assert said in rounds.until(lambda report: report["ghost"])["ghost"]
        rounds.release(target)
        assert rounds.until(lambda report: report["message"])["message"] == said
    rounds.view.set_read_only(None)
    rounds.until(lambda report: not report["ribbon"])
    rounds.drag(rounds.at("a2"), target)
    with qtbot.waitSignal(rounds.view.stops_dropped):
        rounds.release(target)


# --- proposals ---------------------------------------------------------------------------------------------------


def colours_near(scene: Scene, at: QPoint, reach: int = 12) -> list[QColor]:
    picture = QImage.fromData(scene.view.grab_png())
    span = range(-reach, reach + 1)
    return [picture.pixelColor(at + QPoint(dx, dy)) for dx in span for dy in span]


def is_like(seen: QColor, meant: str, apart: int = 24) -> bool:
    return all(abs(a - b) <= apart for a, b in zip(seen.getRgb()[:3], QColor(meant).getRgb()[:3], strict=True))


def test_a_proposal_shows_before_and_after_and_rings_what_moves(rounds):
    before, _ = one_round("a", 1, 60.003, "#0072b2")
    straight = line(Place(60.003, 24.992), Place(60.0015, 25.0), Place(60.003, 25.008))
    after = RouteLine(before.shift_id, 1, "#0072b2", "Driver a", (*before.legs[:1], straight))
    rounds.view.show_changes([before], [after], ["a2"])
    rounds.paint()
    report = rounds.report()
    assert (report["changes"], report["full"], report["faded"]) == (["a"], ["a"], True)
    ring = colours_near(rounds, rounds.at("a2") + QPoint(0, 15), 3)
    assert any(is_like(seen, "#7a28c8") for seen in ring)
    left = colours_near(rounds, rounds.at("a2") + QPoint(60, 0))
    assert any(is_like(seen, "#14171d", 60) for seen in left)  # dashes where the round no longer runs
    assert not any(is_like(seen, "#0072b2", 60) for seen in left)
    rounds.view.end_changes()
    rounds.paint()
    assert (rounds.report()["changes"], rounds.report()["faded"]) == ([], False)


# --- closed streets ----------------------------------------------------------------------------------------------

CLOSED = ClosureLine("c1", "Kirkkokatu", (line(Place(60.0, 24.994), Place(60.0, 25.0)),))


def test_a_closed_street_is_drawn_named_and_clicked(rounds, qtbot):
    rounds.view.show_closures([CLOSED])
    rounds.paint()
    at = QPoint(380, 300)
    assert any(is_like(seen, "#c8102e") for seen in colours_near(rounds, at))
    rounds.move(at - QPoint(4, 0))
    rounds.move(at)
    assert rounds.until(lambda report: report["tooltip"])["tooltip"] == "Closed: Kirkkokatu"
    with qtbot.waitSignal(rounds.view.closure_clicked) as clicked:
        rounds.click(at)
    assert clicked.args == ["c1"]
    with (
        qtbot.assertNotEmitted(rounds.view.context_requested),
        qtbot.waitSignal(rounds.view.closure_context_requested) as asked,
    ):
        QTest.mouseClick(rounds.view.web.focusProxy(), Qt.MouseButton.RightButton, NO_KEY, at)
    assert asked.args == ["c1", rounds.view.web.mapToGlobal(at)]
    rounds.view.show_closures([])
    rounds.until(lambda report: report["closures"] == [])


def test_a_line_is_drawn_by_clicks_and_ends_with_enter(rounds, qtbot):
    rounds.view.ask_line("Closed street")
    rounds.paint()
    for count, at in enumerate((QPoint(300, 300), QPoint(700, 100), QPoint(400, 300)), 1):
        rounds.click(at)
        rounds.until(lambda report, count=count: report["sketching"] == count)
        if count == 2:
            rounds.key(Qt.Key.Key_Backspace)
            rounds.until(lambda report: report["sketching"] == 1)
            rounds.click(QPoint(350, 290))
            rounds.until(lambda report: report["sketching"] == 2)
    with qtbot.waitSignal(rounds.view.line_drawn) as drawn:
        rounds.key(Qt.Key.Key_Return)
    [first, _second, last] = drawn.args[0]
    assert first.lat == pytest.approx(60.0, abs=1e-4)
    assert last.lon - first.lon == pytest.approx(0.0043, abs=2e-4)
    assert rounds.report()["sketching"] == 0


def test_a_double_click_ends_a_line_without_zooming(rounds, qtbot):
    rounds.view.ask_line("Closed street")
    zoom = rounds.report()["zoom"]
    rounds.click(QPoint(300, 300))
    rounds.until(lambda report: report["sketching"] == 1)
    rounds.move(QPoint(450, 250))
    with qtbot.waitSignal(rounds.view.line_drawn) as drawn:
        rounds.double_click(QPoint(450, 250))
    assert len(drawn.args[0]) == 2
    assert rounds.report()["zoom"] == zoom


def test_one_point_is_no_line_and_escape_gives_up(rounds, qtbot):
    rounds.view.ask_line("Closed street")
    rounds.paint()
    with qtbot.assertNotEmitted(rounds.view.line_drawn):
        rounds.click(QPoint(300, 300))
        rounds.until(lambda report: report["sketching"] == 1)
        rounds.key(Qt.Key.Key_Return)
        rounds.until(lambda report: "two points" in report["message"])
    with qtbot.waitSignal(rounds.view.line_cancelled):
        rounds.key(Qt.Key.Key_Escape)


def test_a_closed_street_has_a_line():
    with pytest.raises(ValueError, match="no line"):
        ClosureLine("c", "Kirkkokatu", ())


# --- signs -------------------------------------------------------------------------------------------------------


def test_a_done_stop_has_a_green_tick(scene):
    done = StopMark("d", Place(60.0, 25.0), StopState.DONE, "a", 1, "#0072b2")
    scene.show([], [done])
    at = scene.at("d")
    assert any(is_like(seen, "#1b7f3b") for seen in colours_near(scene, at + QPoint(9, -9), 5))
