"""The player of a day gone by: where it is, how fast it goes, what keys and mouse do."""

from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fixtures import days
from ui.map.replay import SPEEDS, ReplayBar, ReplayEvent
from ui.theme import Theme

BEGINS, ENDS = days.clock("08:00"), days.clock("16:00")
EVENTS = (
    ReplayEvent(days.clock("09:30"), "3 Aino K.: stop 2", late=True),
    ReplayEvent(days.clock("09:00"), "3 Aino K.: stop 1"),
    ReplayEvent(days.clock("17:00"), "after the day"),
)
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> ReplayBar:
    bar = ReplayBar(theme)
    qtbot.addWidget(bar)
    bar.show_day(BEGINS, ENDS, days.ZONE, EVENTS)
    bar.resize(900, 48)
    with qtbot.waitActive(bar):
        bar.show()
        bar.activateWindow()
    bar.setFocus()
    return bar


@pytest.fixture
def heard(bar: ReplayBar) -> list[datetime]:
    moments: list[datetime] = []
    bar.moment_changed.connect(moments.append)
    return moments


def press(bar: ReplayBar, key: Qt.Key, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(bar.slider, key, keys)


def test_it_begins_at_the_start_and_shows_the_depots_clock(bar: ReplayBar) -> None:
    assert (bar.moment, bar.clock_label.text(), bar.playing) == (BEGINS, "08:00", False)


def test_beside_two_docks_the_slider_is_as_wide_as_the_map(bar: ReplayBar) -> None:
    bar.resize(540, bar.sizeHint().height())  # what a screen of 1366 pixels leaves
    QApplication.processEvents()
    assert bar.slider.width() > 500
    assert bar.minimumSizeHint().width() <= 540


def test_it_plays_as_fast_as_chosen(bar: ReplayBar, heard: list[datetime]) -> None:
    for speed in SPEEDS:
        before = bar.moment
        bar.set_speed(speed)
        bar.advance(0.5)
        assert bar.moment - before == timedelta(seconds=speed / 2)
        assert heard[-1] == bar.moment


def test_space_plays_and_pauses_by_the_clock_on_the_wall(bar: ReplayBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.moment_changed) as moved:
        press(bar, Qt.Key.Key_Space)
        assert bar.playing
    assert moved.args[0] > BEGINS
    press(bar, Qt.Key.Key_Space)
    assert not bar.playing
    assert bar.play_action.text() == "Play"


def test_it_stops_at_the_end_and_plays_again_from_the_start(bar: ReplayBar) -> None:
    bar.set_moment(ENDS - timedelta(seconds=10))
    bar.play()
    bar.advance(60)
    assert (bar.moment, bar.playing) == (ENDS, False)
    bar.play()
    assert bar.moment == BEGINS
    bar.pause()


def test_steps_lead_from_event_to_event(bar: ReplayBar, heard: list[datetime]) -> None:
    assert not bar.before_action.isEnabled()
    press(bar, Qt.Key.Key_Right, CTRL)
    press(bar, Qt.Key.Key_Right, CTRL)
    assert bar.event_label.toolTip() == "3 Aino K.: stop 2"
    assert not bar.next_action.isEnabled()
    press(bar, Qt.Key.Key_Left, CTRL)
    assert heard == [days.clock("09:00"), days.clock("09:30"), days.clock("09:00")]


def test_arrows_go_by_a_minute(bar: ReplayBar, heard: list[datetime]) -> None:
    press(bar, Qt.Key.Key_Right)
    press(bar, Qt.Key.Key_Right)
    press(bar, Qt.Key.Key_Left)
    assert heard[-1] == bar.moment == days.clock("08:01")


def test_plus_and_minus_change_the_speed_within_what_there_is(bar: ReplayBar) -> None:
    for _ in SPEEDS:
        press(bar, Qt.Key.Key_Plus)
    assert bar.speed == SPEEDS[-1]
    for _ in SPEEDS:
        press(bar, Qt.Key.Key_Minus)
    assert bar.speed == SPEEDS[0]


def test_a_click_on_the_slider_goes_there(bar: ReplayBar, heard: list[datetime]) -> None:
    at = QPoint(bar.slider.width() // 2, bar.slider.height() // 2)
    QTest.mouseClick(bar.slider, Qt.MouseButton.LeftButton, pos=at)
    assert abs(heard[-1] - days.clock("12:00")) < timedelta(minutes=5)


def test_what_the_program_sets_is_no_news(bar: ReplayBar, heard: list[datetime]) -> None:
    bar.set_moment(days.clock("10:42"))
    assert (bar.clock_label.text(), heard) == ("10:42", [])
    bar.set_moment(days.clock("23:00"))
    assert (bar.moment, heard) == (ENDS, [])


def test_escape_closes_and_pauses(bar: ReplayBar, qtbot: QtBot) -> None:
    bar.play()
    with qtbot.waitSignal(bar.closed):
        press(bar, Qt.Key.Key_Escape)
    assert not bar.playing


def test_a_hidden_bar_does_not_play(bar: ReplayBar) -> None:
    bar.play()
    bar.hide()
    assert not bar.playing


def test_a_day_must_have_a_length_and_a_zone(bar: ReplayBar) -> None:
    with pytest.raises(ValueError, match="end after it begins"):
        bar.show_day(BEGINS, BEGINS, days.ZONE)
    with pytest.raises(ValueError, match="time zone"):
        ReplayEvent(datetime(2026, 6, 15, 9), "somewhere")  # noqa: DTZ001 - that is the point


def test_every_part_has_a_name_and_a_tooltip_that_names_its_key(bar: ReplayBar) -> None:
    for action in bar.actions():
        assert action.shortcut().toString() in action.toolTip(), action.text()
        assert not action.icon().isNull()
    assert bar.slider.accessibleName()
