"""The driver's card: how it words a round, and that it can be read at any width and in either theme."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QTabWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.devices import Note
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.tracking import Factor, LiveRound, Risk
from tests.fixtures import days
from tests.fixtures.board import Board
from tests.fixtures.livedays import MINUTE, a_live_day, driven
from ui.board.onroad import delay_short
from ui.format import weekday_date
from ui.road.card import DriverCard
from ui.road.marks import delay_words
from ui.theme import Mode, Theme


@pytest.fixture
def card(qtbot: QtBot, theme: Theme) -> Iterator[DriverCard]:
    card = DriverCard(theme)
    qtbot.addWidget(card)
    card.resize(320, 600)
    card.show()
    yield card
    theme.apply(Mode.LIGHT, 1.0)


def show(card: DriverCard, board: Board, round_: LiveRound) -> None:
    live = a_live_day(board, [round_])
    card.set_live(board.day, live, (), ())
    card.show_round(round_.shift_id)


def test_late_stops_and_those_at_risk_are_counted_apart(card: DriverCard, a_board: Board) -> None:
    risks = {6: Risk.AT_RISK, 8: Risk.AT_RISK, 9: Risk.LATE}
    show(card, a_board, driven(a_board, next(iter(a_board.day.shifts)), 3, risks=risks))
    assert "1 stop late" in card.state.text()
    assert "2 stops at risk" in card.state.text()


@pytest.mark.parametrize("delay_s", [450, 464, 489, -489, 130])
def test_a_delay_is_the_same_number_wherever_it_is_said(delay_s: int) -> None:
    number = delay_words(delay_s).split()[0]
    assert delay_short(delay_s).lstrip("+−").split()[0] == number


@pytest.mark.parametrize(("width", "scale"), [(300, 1.0), (330, 1.25), (420, 1.0), (700, 1.25)])
def test_its_buttons_can_be_read_at_any_width(
    card: DriverCard, a_board: Board, theme: Theme, width: int, scale: float, qtbot: QtBot
) -> None:
    theme.apply(Mode.LIGHT, scale)
    show(card, a_board, driven(a_board, next(iter(a_board.day.shifts)), 3, late=12 * MINUTE))
    card.resize(width, 600)
    buttons = (card.follow, card.driven, card.replay)
    qtbot.waitUntil(lambda: all(button.width() >= button.sizeHint().width() for button in buttons))
    assert card.width() == width


def test_that_nothing_was_written_is_said_in_the_colours_of_the_theme(
    card: DriverCard, a_board: Board, theme: Theme
) -> None:
    show(card, a_board, driven(a_board, next(iter(a_board.day.shifts)), 3))
    theme.apply(Mode.DARK, 1.0)
    assert "No messages yet." in card.talk.talk.toPlainText()
    assert theme.colour("muted").name() in card.talk.talk.toHtml()


def test_what_the_expected_pace_rests_on_is_said(card: DriverCard, a_board: Board) -> None:
    round_ = driven(a_board, next(iter(a_board.day.shifts)), 3)
    show(card, a_board, replace(round_, pace=Factor(1.118, 0.2, 43)))
    assert card.facts["Pace"].text() == "×1.12 of empty roads, from 43 drives"
    show(card, a_board, replace(round_, pace=Factor(1.0, 0.2, 0)))
    assert "no drive is known here" in card.facts["Pace"].text()


def wrote(board: Board, shift_id: ShiftId, text: str, **changes: object) -> Note:
    at = min(shift.starts_at for shift in board.day.shifts.values())
    usual = Note(text, board.day.shifts[shift_id].driver_id, text, at, from_driver=True)
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_who_wrote_something_unseen_is_named_and_seen_once_shown(card: DriverCard, a_board: Board) -> None:
    first, second, *_ = a_board.day.shifts
    live = a_live_day(a_board, [driven(a_board, first, 3)])
    notes = [wrote(a_board, first, "one"), wrote(a_board, second, "two"), wrote(a_board, second, "three")]
    counts: list[int] = []
    seen: list[tuple[str, ...]] = []
    wanted: list[str] = []
    card.unread_changed.connect(counts.append)
    card.notes_seen.connect(seen.append)
    card.driver_wanted.connect(wanted.append)
    card.activateWindow()
    card.set_live(a_board.day, live, notes, ())
    assert counts == [3]
    assert seen == []
    assert card.next_unread == a_board.day.shifts[first].driver_id
    card.show_round(first)
    assert seen == [("one",)]
    other = a_board.day.drivers[a_board.day.shifts[second].driver_id]
    assert f"{other.name} (2)" in card.unread.text()
    assert card.unread.isVisible()
    card.unread.linkActivated.emit(other.id)
    assert wanted == [other.id]
    read = [replace(note, read_at=note.written_at) if note.text == "one" else note for note in notes]
    card.set_live(a_board.day, live, read, ())
    assert (counts, seen) == ([3, 2], [("one",)])
    card.show_round(second)
    assert seen[1:] == [("three", "two")]
    assert not card.unread.isVisible()


def test_behind_another_tab_nothing_is_seen(card: DriverCard, a_board: Board, qtbot: QtBot) -> None:
    first = next(iter(a_board.day.shifts))
    seen: list[tuple[str, ...]] = []
    card.notes_seen.connect(seen.append)
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(QLabel("Details"), "Details")
    tabs.addTab(card, "Driver")
    tabs.show()
    tabs.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is tabs.windowHandle())
    card.show_round(first)
    card.set_live(a_board.day, a_live_day(a_board, []), [wrote(a_board, first, "one")], ())
    assert seen == []
    tabs.setCurrentIndex(1)
    assert seen == [("one",)]
    card.setParent(None)


def test_a_driver_off_duty_can_be_read_and_answered(card: DriverCard, a_board: Board) -> None:
    shift_id = next(iter(a_board.day.shifts))
    off = a_board.day.shifts[shift_id].driver_id
    rest = {s: shift for s, shift in a_board.day.shifts.items() if s != shift_id}
    routes = tuple(route for route in a_board.day.plan.routes if route.shift_id != shift_id)
    day = replace(a_board.day, shifts=rest, plan=replace(a_board.day.plan, routes=routes))
    written: list[tuple[str, str]] = []
    card.note_written.connect(lambda driver_id, text: written.append((driver_id, text)))
    before = wrote(a_board, shift_id, "one", written_at=days.clock("08:00") - timedelta(days=1))
    card.set_live(day, a_live_day(a_board, []), [before], ())
    card.show_off_duty(off)
    assert "Not on duty" in card.state.text()
    assert not card.follow.isVisible()
    told = card.talk.talk.toPlainText()
    assert "one" in told
    assert weekday_date(a_board.day.date - timedelta(days=1)) in told
    card.talk.line.setText("Thanks")
    card.talk.send.click()
    assert written == [(off, "Thanks")]
    card.show_round(next(iter(rest)))
    assert card.follow.isVisible()
