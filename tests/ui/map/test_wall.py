"""The page reads what is listed and goes nowhere."""

import json
import logging

import pytest
import shiboken6
from PySide6.QtCore import QUrl
from PySide6.QtWebEngineCore import QWebEnginePage

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


def test_a_range_of_the_base_map_is_served(scene, tmp_path):
    basemap = tmp_path / "basemap.pmtiles"
    basemap.write_bytes(bytes(range(256)) * 4)
    scene.view._handler.basemap = basemap
    answer = fetch(scene, f"{ORIGIN}/tiles/basemap.pmtiles?v=1", {"Range": "bytes=300-303"})
    assert answer == {"status": 206, "range": "bytes 300-303/1024", "bytes": [44, 45, 46, 47]}
