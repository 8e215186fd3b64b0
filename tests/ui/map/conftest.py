# ruff: noqa: E402
"""A real page in a real, hidden window: nothing here stands in for anything."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from ui.map.environment import prepare_environment

prepare_environment()

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fixtures.basemap import helsinki_map  # noqa: F401 - a fixture
from tests.ui.map.scene import Scene
from ui.map.scheme import register_scheme
from ui.map.view import MapView

register_scheme()

HERE = Path(__file__).parent

HARMLESS = (
    "plugin does not support",  # the offscreen platform has no window manager
    "Failed to create",  # no graphics card: Chromium falls back to software
    "Failed to initialize",
    "Sandboxing disabled by user",
    "GBM is not supported",
    "GPUInfo not initialized",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore(*HARMLESS, extend=True))


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[MapView]:
    widget = MapView()
    widget.resize(900, 600)
    qtbot.addWidget(widget)
    with qtbot.waitSignal(widget.ready, timeout=20_000):
        widget.show()
    yield widget
    widget.shut_down()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def scene(view: MapView, qtbot: QtBot) -> Scene:
    return Scene(view, qtbot)


@pytest.fixture
def rounds(scene: Scene) -> Scene:
    scene.show_two_rounds()
    return scene
