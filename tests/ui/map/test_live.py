"""The road on the map: drivers who glide, age and run late, their trails, a day replayed, a driver followed."""

import json
import logging
import os
import signal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage

from dispatcher.domain.ids import DriverId, ShiftId
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.tracking import Risk
from tests.ui.map.scene import CENTRE, Scene, line
from ui.map.messages import MapPosition
from ui.map.road import Driven, DriverMark, Trail, VisitTick
from ui.map.scheme import ORIGIN

pytestmark = pytest.mark.web

BLUE = "#0072b2"
OTHERWHERE = QPoint(800, 100)
NEAR, FAR = Place(60.0, 25.002), Place(60.02, 25.002)
"""From `CENTRE` 111 m and 2.2 km."""


def driver(place: Place = CENTRE, name: str = "d1", **more: object) -> DriverMark:
    return DriverMark(DriverId(name), int(name[1:]), BLUE, place, **more)


def marks(scene: Scene) -> dict[str, dict]:
    return {mark["id"]: mark for mark in scene.report()["drivers"]}


def at(scene: Scene, name: str = "d1") -> QPoint:
    """Where the marker is, pixels of the view."""
    mark = marks(scene)[name]
    script = f"JSON.stringify(roundhouse.map.latLngToContainerPoint([{mark['lat']}, {mark['lon']}]))"
    point = json.loads(scene.run(script))
    return QPoint(round(point["x"]), round(point["y"]))


def settled(scene: Scene) -> dict[str, dict]:
    """The markers once none is on its way."""
    return {m["id"]: m for m in scene.until(lambda r: not any(d["gliding"] for d in r["drivers"]))["drivers"]}


def inked(scene: Scene, middle: QPoint, reach: int, ink: str, apart: int = 24) -> int:
    """How many pixels around a point are about of this colour."""
    picture, meant, span = QImage.fromData(scene.view.grab_png()), QColor(ink).getRgb()[:3], range(-reach, reach + 1)
    seen = (picture.pixelColor(middle + QPoint(dx, dy)).getRgb()[:3] for dx in span for dy in span)
    return sum(all(abs(a - b) <= apart for a, b in zip(one, meant, strict=True)) for one in seen)


@pytest.fixture
def road(scene: Scene) -> Scene:
    scene.view.go_to(MapPosition(CENTRE, 15))
    scene.view.show_drivers([driver()])
    scene.paint()
    return scene


# --- markers -----------------------------------------------------------------------------------------------------


def test_a_marker_shows_how_far_it_can_be_trusted(road: Scene) -> None:
    where = at(road)
    fresh = inked(road, where, 16, BLUE)
    road.view.show_drivers([driver(stale=True, age_text="7 min")])
    road.paint()
    assert inked(road, where, 16, BLUE) < fresh / 2
    assert inked(road, where, 16, "#ffffff") > fresh / 2


@pytest.mark.parametrize(
    ("more", "ink", "reach"),
    [({"risk": Risk.LATE}, "#c8102e", 22), ({"risk": Risk.AT_RISK}, "#a86200", 22), ({"mock": True}, "#ffd21f", 26)],
    ids=["late", "at risk", "mock"],
)
def test_risk_and_made_up_positions_have_a_sign(road: Scene, more: dict, ink: str, reach: int) -> None:
    assert inked(road, at(road), reach, ink) == 0
    road.view.show_drivers([driver(**more)])
    road.paint()
    assert inked(road, at(road), reach, ink) > 30


def test_the_arrow_points_where_the_driver_goes(road: Scene) -> None:
    where, tip = at(road), QPoint(20, 0)
    assert inked(road, where + tip, 2, BLUE) == 0
    road.view.show_drivers([driver(heading_deg=90.0)])
    road.paint()
    assert inked(road, where + tip, 2, BLUE) > 5
    assert inked(road, where - tip, 2, BLUE) == 0


def test_only_what_changed_is_sent(road: Scene) -> None:
    sent: list[str] = []
    road.view.show_drivers([driver(), driver(NEAR, "d2")])
    road.view._bridge.message.connect(sent.append)
    road.view.show_drivers([driver(), driver(NEAR, "d2")])
    assert sent == []
    road.view.update_drivers([driver(NEAR, "d3")], removed=["d2"])
    (update,) = map(json.loads, sent)
    assert (update["kind"], update["removed"], [d["id"] for d in update["drivers"]]) == (
        "update_drivers",
        ["d2"],
        ["d3"],
    )
    road.paint()
    assert set(marks(road)) == {"d1", "d3"}


def test_the_pointer_shows_what_the_window_says_and_a_click_names_the_driver(road: Scene, qtbot) -> None:
    road.view.show_drivers([driver(label="1 Aino K.\nnext: stop 9")])
    road.paint()
    road.move(at(road))
    assert road.until(lambda report: report["tooltip"])["tooltip"] == "1 Aino K.\nnext: stop 9"
    with qtbot.waitSignal(road.view.driver_clicked) as clicked, qtbot.assertNotEmitted(road.view.selection_changed):
        road.click(at(road))
    assert clicked.args == ["d1"]


def test_a_driver_lies_over_a_stop(rounds: Scene, qtbot) -> None:
    rounds.view.show_drivers([driver(Place(60.003, 25.0))])
    rounds.paint()
    with qtbot.waitSignal(rounds.view.driver_clicked), qtbot.assertNotEmitted(rounds.view.selection_changed):
        rounds.click(rounds.at("a2"))


def test_several_at_one_place_are_told_apart(road: Scene, qtbot) -> None:
    road.view.show_drivers([driver(label="1 Aino K."), driver(name="d2", label="2 Eero L.")])
    road.paint()
    road.click(at(road))
    assert road.until(lambda report: report["chooser"])["chooser"] == ["1 Aino K.", "2 Eero L."]
    with qtbot.waitSignal(road.view.driver_clicked) as clicked:
        road.run("document.querySelectorAll('#chooser button')[1].click()")
    assert clicked.args == ["d2"]


# --- gliding -----------------------------------------------------------------------------------------------------

RECORD = """
window.seen = [];
(function tick() { window.seen.push(roundhouse.drivers.report()[0].lon); requestAnimationFrame(tick); })();
"""


def test_a_short_way_is_glided(road: Scene) -> None:
    road.run(RECORD)
    road.view.show_drivers([driver(NEAR)])
    road.until(lambda report: report["drivers"][0]["lon"] > 25.0005)
    assert settled(road)["d1"]["lon"] == pytest.approx(NEAR.lon, abs=1e-6)
    seen = json.loads(road.run("JSON.stringify(window.seen)"))
    assert seen == sorted(seen)
    assert any(25.0001 < lon < 25.0019 for lon in seen)


def test_a_long_way_is_a_jump(road: Scene) -> None:
    road.run(RECORD)
    road.view.show_drivers([driver(FAR)])
    road.until(lambda report: report["drivers"][0]["lat"] > 60.01)
    seen = json.loads(road.run("JSON.stringify(window.seen)"))
    assert not any(25.0001 < lon < 25.0019 for lon in seen)
    assert not marks(road)["d1"]["gliding"]


def glide(scene: Scene, expression: str) -> object:
    """What an expression says of the page's module `glide`."""
    scene.run(f"import('{ORIGIN}/map/glide.js').then((glide) => {{ window.said = JSON.stringify({expression}); }})")
    scene.qtbot.waitUntil(lambda: scene.run("window.said !== undefined"))
    return json.loads(scene.run("window.said"))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("glide.placeAt(glide.glideTo([0.5, 0.5], [0.50001, 0.5], 1000, true), 1250)", [0.5000025, 0.5]),
        ("glide.placeAt(glide.glideTo([0.5, 0.5], [0.50001, 0.5], 1000, true), 9000)", [0.50001, 0.5]),
        ("glide.placeAt(glide.glideTo([0.5, 0.5], [0.50001, 0.5], 1000, false), 1000)", [0.50001, 0.5]),
        ("glide.placeAt(glide.glideTo([0.5, 0.5], [0.50002, 0.5], 1000, true), 1000)", [0.50002, 0.5]),
    ],
    ids=["a quarter", "arrived", "nothing moves", "farther than half a kilometre"],
)
def test_places_on_the_way(scene: Scene, expression: str, expected: list[float]) -> None:
    assert glide(scene, expression) == pytest.approx(expected)


def test_a_picture_is_drawn_no_oftener_than_a_pixel_is_passed(scene: Scene) -> None:
    slow = "[{ from: [0, 0], to: [4 / 1024, 0] }]"
    assert glide(scene, f"glide.pause({slow}, 1024)") == 250


def test_still_markers_cost_no_picture(road: Scene) -> None:
    settled(road)
    road.run("const paint = roundhouse.drivers._paint; window.painted = 0;"
             "roundhouse.drivers._paint = function () { window.painted += 1; paint.call(this); };")  # fmt: skip
    road.view.update_drivers([driver(label="only the words are other")])
    road.paint()
    assert road.run("window.painted") == 0
    road.view.update_drivers([driver(heading_deg=10.0)])
    road.paint()
    assert road.run("window.painted") == 1


def test_a_hidden_page_jumps(road: Scene) -> None:
    road.view.hide()
    road.qtbot.waitUntil(lambda: road.run("document.hidden"))
    road.view.show_drivers([driver(NEAR)])
    report = road.until(lambda report: report["drivers"][0]["lon"] != CENTRE.lon)
    assert report["drivers"][0]["lon"] == pytest.approx(NEAR.lon, abs=1e-6)


# --- trails and a driven round -----------------------------------------------------------------------------------


def trail(name: str = "a", **more: object) -> Trail:
    points = ((60.0, 24.99, 0.0), (60.0, 24.995, 60.0), (60.0, 25.005, 90.0), (60.0, 25.01, 120.0))
    return Trail(ShiftId(name), BLUE, points, **more)


def test_a_trail_is_full_and_its_gap_dashed(scene: Scene) -> None:
    scene.view.go_to(MapPosition(CENTRE, 15))
    scene.view.show_trails([trail()])
    scene.paint()
    middle = QPoint(450, 300)
    full = inked(scene, middle, 40, BLUE)
    scene.view.show_trails([trail(gaps=(1,))])
    scene.paint()
    assert full > 100
    assert 0 < inked(scene, middle, 40, BLUE) < full / 2
    assert inked(scene, middle + QPoint(-150, 0), 20, BLUE) > 50


def test_trails_that_did_not_change_are_not_sent(scene: Scene) -> None:
    sent: list[str] = []
    scene.view.show_trails([trail("a"), trail("b")])
    scene.view._bridge.message.connect(sent.append)
    scene.view.show_trails([trail("a"), trail("b")])
    assert sent == []
    scene.view.show_trails([trail("b"), trail("c")])
    (update,) = map(json.loads, sent)
    assert ([t["id"] for t in update["trails"]], update["removed"]) == (["c"], ["a"])
    scene.paint()
    assert sorted(scene.report()["trails"]) == ["b", "c"]


def test_a_trail_of_one_point_or_none_is_no_fault(scene: Scene) -> None:
    scene.view.show_trails([Trail(ShiftId("a"), BLUE, ((60.0, 25.0, 0.0),)), Trail(ShiftId("b"), BLUE, ())])
    scene.paint()
    assert scene.report()["trails"] == ["a", "b"]


def test_a_gap_lies_between_two_points() -> None:
    with pytest.raises(ValueError, match="gap"):
        trail(gaps=(3,))


def a_driven_round() -> Driven:
    planned = line(Place(60.003, 24.992), Place(60.003, 25.008))
    driven = line(Place(60.003, 24.992), Place(60.001, 25.0), Place(60.003, 25.008))
    ticks = (VisitTick(1, Place(60.001, 25.0), label="Stop 2: 10:02–10:07"), VisitTick(2, Place(60.003, 25.008), True))
    return Driven(ShiftId("a"), BLUE, (planned,), (driven,), ticks)


def test_a_driven_round_stands_out_against_its_plan(rounds: Scene) -> None:
    rounds.view.show_driven(a_driven_round())
    rounds.paint()
    report = rounds.report()
    assert (report["driven"], report["visits"], report["full"], report["faded"]) == ("a", 2, ["a"], True)
    between = (rounds.at("a2") + rounds.at("a3")) / 2
    dashes = inked(rounds, between, 12, "#14171d")
    assert 10 < dashes < 25 * 3
    visit = rounds.run("(({x, y}) => `${x},${y}`)(roundhouse.map.latLngToContainerPoint([60.001, 25]))").split(",")
    rounds.move(QPoint(*(round(float(part)) for part in visit)) - QPoint(20, 20))
    assert rounds.until(lambda report: report["tooltip"])["tooltip"] == "Stop 2: 10:02–10:07"
    rounds.view.end_driven()
    rounds.paint()
    report = rounds.report()
    assert (report["driven"], report["visits"], report["full"], report["faded"]) == (None, 0, [], False)


# --- replay ------------------------------------------------------------------------------------------------------


def test_a_replay_hides_what_is_now_and_says_so(road: Scene) -> None:
    road.view.show_replay([driver(NEAR), driver(FAR, "d2")], "10:42")
    road.paint()
    assert road.report()["replay"] == "Replay 10:42"
    road.view.show_drivers([driver(FAR), driver(FAR, "d7")])
    road.paint()
    shown = marks(road)
    assert set(shown) == {"d1", "d2"}
    assert shown["d1"]["lon"] == pytest.approx(NEAR.lon, abs=1e-6)
    road.view.end_replay()
    road.paint()
    assert road.report()["replay"] == ""
    assert set(marks(road)) == {"d1", "d7"}


def test_a_replay_does_not_glide(road: Scene) -> None:
    road.view.show_replay([driver()], "10:42")
    road.view.show_replay([driver(NEAR)], "10:43")
    report = road.until(lambda report: report["replay"] == "Replay 10:43" and report["drivers"])
    assert report["drivers"][0]["lon"] == pytest.approx(NEAR.lon, abs=1e-6)
    assert not report["drivers"][0]["gliding"]


# --- following ---------------------------------------------------------------------------------------------------


def followed(scene: Scene) -> Scene:
    scene.view.show_drivers([driver(label="1 Aino K.\nnext: stop 9")])
    scene.view.follow(DriverId("d1"))
    scene.until(lambda report: report["followed"] == "d1")
    return scene


def test_the_map_goes_along_with_who_is_followed(road: Scene) -> None:
    followed(road)
    assert road.report()["following"] == "Following 1 Aino K. · Esc ends"
    road.view.update_drivers([driver(FAR)])
    report = road.until(lambda report: abs(report["centre"][0] - FAR.lat) < 1e-4)
    assert report["followed"] == "d1"


def test_the_map_stays_while_who_is_followed_stays_in_the_middle(road: Scene) -> None:
    followed(road)
    before = road.report()["centre"]
    road.view.update_drivers([driver(NEAR)])
    road.paint()
    assert road.report()["centre"] == before


def test_a_pan_by_hand_ends_following(road: Scene, qtbot) -> None:
    followed(road)
    with qtbot.waitSignal(road.view.followed_changed) as changed:
        road.drag(OTHERWHERE, OTHERWHERE + QPoint(-60, 60))
    road.release(OTHERWHERE + QPoint(-60, 60))
    assert changed.args == [None]
    assert (road.report()["followed"], road.view.followed) == (None, None)


@pytest.mark.parametrize("key", [Qt.Key.Key_Left, Qt.Key.Key_Escape])
def test_keys_end_following(road: Scene, qtbot, key: Qt.Key) -> None:
    followed(road)
    road.run("document.getElementById('map').focus()")
    with qtbot.waitSignal(road.view.followed_changed):
        road.key(key)
    assert road.view.followed is None


def test_going_elsewhere_ends_following(road: Scene, qtbot) -> None:
    followed(road)
    with qtbot.waitSignal(road.view.followed_changed):
        road.view.fit_bounds(Bounds(59.9, 24.8, 60.1, 25.2))
    assert road.view.followed is None


def test_following_is_told_once_and_only_of_who_is_followed(road: Scene, qtbot) -> None:
    changes: list[object] = []
    road.view.followed_changed.connect(changes.append)
    followed(road)
    road.view.follow(DriverId("d1"))
    road.view._bridge.post('{"kind": "follow_ended", "driver_id": "d9"}')
    road.view.follow(None)
    road.paint()
    assert changes == ["d1", None]
    assert road.report()["followed"] is None


# --- a dead renderer ---------------------------------------------------------------------------------------------


def test_the_road_comes_back_after_a_crash(rounds: Scene, qtbot, expect_log) -> None:
    view = rounds.view
    view.show_trails([trail()])
    view.show_driven(a_driven_round())
    view.show_replay([driver(NEAR)], "10:42")
    view.follow(DriverId("d1"))
    rounds.paint()
    before = rounds.report()
    with expect_log("process ended", logging.ERROR), qtbot.waitSignals([view.crashed, view.ready]):
        os.kill(view.page.renderProcessPid(), signal.SIGKILL)
    rounds.paint()
    after = rounds.report()
    for part in ("trails", "driven", "visits", "replay", "followed", "following"):
        assert after[part] == before[part] != [], part
    assert set(marks(rounds)) == {"d1"}
