"""The driver's card: how it words a round, and that it can be read at any width and in either theme."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from dispatcher.domain.tracking import LiveRound, Risk
from tests.fixtures.board import Board
from tests.fixtures.livedays import MINUTE, a_live_day, driven
from ui.board.onroad import delay_short
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
    assert "No messages yet." in card.talk.toPlainText()
    assert theme.colour("muted").name() in card.talk.toHtml()
