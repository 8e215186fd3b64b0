# ruff: noqa: E402
"""What tests of the address review share: a real map page beside the list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.map.environment import prepare_environment

prepare_environment()

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from tests.fixtures.forms import geocoder, helsinki_index, runner, without_index, workplace
from ui.map.scheme import register_scheme
from ui.map.view import MapView

register_scheme()

__all__ = ["geocoder", "helsinki_index", "runner", "without_index", "workplace"]

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
def view() -> Iterator[MapView]:
    """The map that the panel takes in."""
    view = MapView()
    yield view
    view.shut_down()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
