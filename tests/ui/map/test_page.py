"""The page's life: handshake, what it was told, crash and recovery."""

import json
import logging
import os
import signal
import threading

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from dispatcher.domain.place import Bounds, Place
from tests.ui.map.scene import one_round
from ui.map.messages import Flavour, StopMark, StopState
from ui.map.road import DriverMark
from ui.map.view import NO_REGION, MapView

pytestmark = pytest.mark.web


def kill(view: MapView) -> None:
    """End the renderer as the system does when memory is short."""
    os.kill(view.page.renderProcessPid(), signal.SIGKILL)


def test_what_was_said_before_the_page_was_ready_is_shown(qtbot):
    from tests.ui.map.scene import Scene

    view = MapView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    route, stops = one_round("a", 1, 60.0, "#0072b2")
    view.show_routes([route])
    view.show_stops(stops)
    view.show_depot(Place(60.0, 24.99), "Depot")
    view.show_drivers([DriverMark("d1", 1, "#0072b2", Place(60.0, 25.0), 90.0, "2 min")])
    view.select(["a2"])
    view.fit()
    with qtbot.waitSignal(view.ready, timeout=20_000):
        view.show()
    report = Scene(view, qtbot).report()
    assert [stop["id"] for stop in report["stops"]] == ["a1", "a2", "a3"]
    assert (report["routes"], report["depot"]) == (["a"], "Depot")
    assert [driver["id"] for driver in report["drivers"]] == ["d1"]
    assert (report["selected"], report["full"]) == (["a2"], ["a"])
    assert all(0 < stop["x"] < 600 and 0 < stop["y"] < 400 for stop in report["stops"])
    view.shut_down()


def test_stops_drawn_by_a_worker_are_shown_whatever_came_between(rounds):
    drawn = []
    new = [StopMark("n", Place(60.001, 25.001), StopState.PLANNED, "a", 1, "#0072b2")]
    worker = threading.Thread(target=lambda: drawn.append(rounds.view.draw_stops(new)))
    worker.start()
    worker.join()
    rounds.view.show_stops([StopMark("x", Place(60.0, 25.0))])
    rounds.view.show_drawn(drawn[0])
    assert [stop["id"] for stop in rounds.report()["stops"]] == ["n"]
    again = rounds.view.draw_stops(new)
    assert again.news == ""
    rounds.view.show_drawn(again)
    assert [stop["id"] for stop in rounds.report()["stops"]] == ["n"]


def test_stops_and_lines_are_on_the_screen(rounds):
    picture = QImage.fromData(rounds.view.grab_png())
    blue, orange = QColor("#0072b2"), QColor("#d55e00")
    assert near(picture.pixelColor(rounds.at("a2") + QPoint(7, 4)), blue)
    halfway = rounds.between("b1", "b2")
    assert any(near(picture.pixelColor(halfway + QPoint(dx, 0)), orange, 40) for dx in range(-40, 41))


def near(seen: QColor, meant: QColor, apart: int = 12) -> bool:
    """Whether the colours are alike; edges and the lines' slight transparency mix in some of the ground."""
    return all(abs(a - b) <= apart for a, b in zip(seen.getRgb()[:3], meant.getRgb()[:3], strict=True))


def test_only_changed_lines_are_sent_again(rounds):
    sent = []
    rounds.view._bridge.message.connect(sent.append)
    moved, _ = one_round("b", 2, 59.998, "#d55e00")
    rounds.view.update_routes([moved], removed=["a"])
    rounds.paint()
    assert rounds.report()["routes"] == ["b"]
    update = json.loads(sent[0])
    assert (update["kind"], [route["id"] for route in update["routes"]], update["removed"]) == (
        "update_routes",
        ["b"],
        ["a"],
    )


def test_selecting_from_outside_emits_nothing(rounds, qtbot):
    with qtbot.assertNotEmitted(rounds.view.selection_changed):
        rounds.view.select(["b1"], ["a"])
        rounds.paint()
    report = rounds.report()
    assert (report["selected"], sorted(report["full"])) == (["b1"], ["a", "b"])


def test_without_a_region_a_notice_says_what_to_do(scene):
    report = scene.report()
    assert report["notice"] == NO_REGION
    assert not report["basemap"]
    assert (
        scene.run("document.querySelector('.leaflet-control-attribution').innerText") == "© OpenStreetMap contributors"
    )


@pytest.mark.parametrize("flavour", list(Flavour))
def test_flavours_recolour_the_page(scene, flavour):
    scene.view.set_flavour(flavour)
    scene.paint()
    assert scene.report()["flavour"] == flavour


def test_panning_to_a_stop_brings_it_to_the_middle(rounds):
    rounds.view.pan_to("b3")
    rounds.paint()
    where = rounds.at("b3")
    assert abs(where.x() - 450) <= 2
    assert abs(where.y() - 300) <= 2


def test_fitting_bounds_and_going_back(rounds):
    kept = rounds.view.position
    rounds.view.fit_bounds(Bounds(59.9, 24.8, 60.1, 25.2))
    rounds.paint()
    assert rounds.view.position.zoom < kept.zoom
    rounds.view.go_to(kept)
    rounds.paint()
    assert rounds.report()["zoom"] == kept.zoom
    assert Place(*rounds.report()["centre"]).distance_m(kept.centre) < 2


def test_a_dead_renderer_comes_back_with_everything(rounds, qtbot, expect_log):
    rounds.view.select(["a2"])
    rounds.view.ask_pin(Place(60.001, 25.001), "Kirkkokatu 4")
    rounds.paint()
    before = rounds.report()
    with expect_log("process ended", logging.ERROR), qtbot.waitSignals([rounds.view.crashed, rounds.view.ready]):
        kill(rounds.view)
    rounds.paint()
    after = rounds.report()
    for part in ("routes", "selected", "full", "pinning", "zoom"):
        assert after[part] == before[part], part
    assert {stop["id"] for stop in after["stops"]} == {stop["id"] for stop in before["stops"]}


def test_a_renderer_that_dies_again_leaves_a_button(rounds, qtbot, expect_log):
    with expect_log("process ended", logging.ERROR), qtbot.waitSignals([rounds.view.crashed, rounds.view.ready]):
        kill(rounds.view)
    with expect_log("ended|twice", logging.ERROR), qtbot.waitSignal(rounds.view.crashed) as crashed:
        kill(rounds.view)
    assert crashed.args == [False]
    assert rounds.view.broken
    with qtbot.waitSignal(rounds.view.ready, timeout=20_000):
        rounds.view.reload_button.click()
    assert not rounds.view.broken
    assert len(rounds.report()["stops"]) == 7


def test_missing_libraries_are_named_instead_of_a_blank_page(qtbot, tmp_path, expect_log):
    (tmp_path / "map").mkdir()
    view = MapView(web_root=tmp_path)
    qtbot.addWidget(view)
    with expect_log("libraries are not installed", logging.ERROR):
        view.show()
    assert view.broken
    view.shut_down()


def test_a_second_shut_down_does_nothing(view):
    view.shut_down()
    view.shut_down()
    view.show_stops([StopMark("x", Place(60.0, 25.0))])  # told too late, and harmless


def test_nonsense_from_the_page_is_logged_and_dropped(rounds, qtbot, expect_log):
    with expect_log("no event", logging.ERROR), qtbot.assertNotEmitted(rounds.view.stops_dropped):
        rounds.view._bridge.post('{"kind": "dropped", "order_ids": "all"}')
