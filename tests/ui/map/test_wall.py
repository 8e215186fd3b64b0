"""The page reads what is listed and goes nowhere."""

import json
import logging

import pytest
import shiboken6
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage
from PySide6.QtWebEngineCore import QWebEnginePage

from dispatcher.domain.place import Bounds
from ui.map.scheme import ORIGIN, list_assets

pytestmark = pytest.mark.web

ELSEWHERE = "https://example.invalid/pixel.png"


def fetch(scene, address: str, headers: dict[str, str] | None = None) -> dict:
    """What the page's own fetch() gets: {ok, status, range, length} or {error}."""
    scene.run(
        f"""window.fetched = null;
        fetch({json.dumps(address)}, {{headers: {json.dumps(headers or {})}}})
          .then(async (answer) => ({{status: answer.status, range: answer.headers.get('Content-Range'),
                                     bytes: [...new Uint8Array(await answer.arrayBuffer())]}}))
          .catch((error) => ({{error: String(error)}}))
          .then((result) => {{ window.fetched = result; }}); ''"""
    )
    answers: list[str] = []

    def answered() -> bool:
        answers.append(scene.run("JSON.stringify(window.fetched)"))
        return answers[-1] != "null"

    scene.qtbot.waitUntil(answered, timeout=10_000)
    return json.loads(answers[-1])


def test_the_network_is_out_of_reach(scene, expect_log):
    with expect_log("Content Security Policy", logging.ERROR):
        assert "error" in fetch(scene, ELSEWHERE)


def test_the_wall_holds_for_a_page_without_any_policy(qtbot, view, expect_log):
    bare = QWebEnginePage(view.page.profile())
    with expect_log("Blocked", logging.ERROR), qtbot.waitSignal(bare.loadFinished):
        bare.setHtml(f"<img src='{ELSEWHERE}'><script src='http://example.invalid/x.js'></script>", QUrl(ORIGIN))
    assert set(view.wall.blocked) == {ELSEWHERE, "http://example.invalid/x.js"}
    shiboken6.delete(bare)


@pytest.mark.parametrize(
    "address", ["https://example.invalid/", "file:///etc/passwd", "roundhouse://elsewhere/map/map.html"]
)
def test_the_page_goes_nowhere_else(rounds, address, expect_log):
    with expect_log("tried to go|Not allowed to load", logging.ERROR):
        rounds.run(f"location.href = {json.dumps(address)}; ''")
        rounds.paint()
    assert rounds.view.page.url().toString() == f"{ORIGIN}/map/map.html"
    assert rounds.report()["stops"]


def test_no_window_opens(rounds):
    assert rounds.run("String(window.open('https://example.invalid/'))") == "null"


def test_inline_script_does_not_run(rounds, expect_log):
    with expect_log("Refused to execute inline script", logging.ERROR):
        rounds.run(
            "const s = document.createElement('script'); s.textContent = 'window.x = 1'; document.body.append(s); ''"
        )
        assert rounds.run("typeof window.x") == "undefined"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/map/",
        "/etc/passwd",
        "/map/../package.json",
        "/map/%2e%2e/package.json",
        "/lib/leaflet/package.json",
        "/tiles/basemap.pmtiles",
    ],
)
def test_unknown_paths_are_empty(scene, path, expect_log):
    with expect_log("which it may not have"):
        assert fetch(scene, f"{ORIGIN}{path}")["bytes"] == []


def test_every_listed_file_is_served(scene):
    for path in list_assets():
        assert fetch(scene, f"{ORIGIN}{path}")["bytes"], path


def test_pieces_of_the_base_map_are_served(scene, tmp_path):
    basemap = tmp_path / "basemap.pmtiles"
    whole = bytes(range(256)) * 400
    basemap.write_bytes(whole)
    scene.view._handler.basemap = basemap

    def piece(first: int, count: int) -> bytes:
        return bytes(fetch(scene, f"{ORIGIN}/tiles/basemap.pmtiles?v=1&from={first}&bytes={count}")["bytes"])

    assert piece(300, 4) == whole[300:304]
    assert piece(300, 70_001) == whole[300:70_301]  # more than Qt reads at once
    assert piece(102_390, 100) == whole[102_390:]
    assert piece(999_999, 100) == b""


@pytest.mark.parametrize("query", ["", "?from=0", "?from=-1&bytes=4", "?from=0&bytes=4x", "?from=٣&bytes=4"])
def test_a_piece_that_is_not_one_is_empty(scene, tmp_path, query, expect_log):
    (tmp_path / "basemap.pmtiles").write_bytes(b"abcdefgh")
    scene.view._handler.basemap = tmp_path / "basemap.pmtiles"
    with expect_log("which it may not have"):
        assert fetch(scene, f"{ORIGIN}/tiles/basemap.pmtiles{query}")["bytes"] == []


@pytest.mark.qt_log_ignore("QBuffer::seek: Invalid pos", extend=True)  # Qt says so, and goes on
@pytest.mark.parametrize("path", ["/map/map.css", "/tiles/basemap.pmtiles?from=0&bytes=4"])
@pytest.mark.parametrize("wanted", ["bytes=0-3", "bytes=999999-", "bytes=5-2"])
def test_a_range_header_gets_nothing_and_crashes_nothing(scene, tmp_path, path, wanted, expect_log):
    (tmp_path / "basemap.pmtiles").write_bytes(b"abcdefgh")
    scene.view._handler.basemap = tmp_path / "basemap.pmtiles"
    with expect_log("which it may not have"):
        assert fetch(scene, f"{ORIGIN}{path}", {"Range": wanted})["bytes"] == []


def test_a_region_is_drawn(scene, helsinki_map, tmp_path):
    scene.view.set_region(helsinki_map, Bounds(60.164, 24.935, 60.179, 24.953))
    scene.paint()
    report = scene.report()
    assert (report["basemap"], report["notice"]) == (True, "")
    picture = QImage.fromData(scene.view.grab_png())
    colours = {picture.pixelColor(x, y).name() for x in range(300, 600, 7) for y in range(100, 500, 7)}
    assert len(colours) > 20
    assert "#80deea" in colours  # the bay of Kaisaniemi
