"""The smallest window: every panel can be reached, and what it shows has room."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QToolButton, QWidget

from tests.ui.window.shown import Shown
from ui.insight.words import Preset
from ui.window.main import SMALLEST


def within(part: QWidget, whole: QWidget) -> bool:
    return part.isVisible() and whole.rect().contains(QRect(part.mapTo(whole, part.rect().topLeft()), part.size()))


def test_every_panel_is_on_the_rail(shown: Shown) -> None:
    window = shown.window
    window.resize(SMALLEST)
    shown.qtbot.waitUntil(lambda: window.size() == SMALLEST)
    shown.settle()
    for button in window.rail.findChildren(QToolButton):
        if button.objectName().startswith("rail."):
            assert within(button, window.rail), button.objectName()
            words = button.fontMetrics().height()
            assert button.height() >= window.rail.iconSize().height() + words + 8, "nothing of the name is cut off"


def test_insight_has_room_for_its_bar(shown: Shown) -> None:
    window = shown.window
    window.resize(SMALLEST)
    window.actions_by_name["panel_insight"].trigger()
    shown.qtbot.waitUntil(lambda: window.insight.page is not None and window.insight.page.isVisible())
    shown.settle()
    assert window.insight.page is not None
    bar = window.insight.page.bar
    assert bar.minimumSizeHint().width() <= bar.width()
    assert within(bar.span_words, bar)
    bar.choose_preset(Preset.CUSTOM)
    shown.settle()
    assert bar.minimumSizeHint().width() <= bar.width()
    assert within(bar.last, bar)
