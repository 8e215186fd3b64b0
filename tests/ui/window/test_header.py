"""The day in figures at the top: what is said where there is no room for all of it."""

import pytest
from PySide6.QtGui import QTextDocumentFragment
from pytestqt.qtbot import QtBot

from dispatcher.domain.proof import Outcome
from dispatcher.domain.tracking import Risk
from dispatcher.services.planning import Outlook
from tests.fixtures.board import Board
from tests.fixtures.livedays import a_live_day, attempt, driven
from ui.theme import Theme
from ui.window.header import Header


@pytest.fixture
def header(qtbot: QtBot, theme: Theme, a_board: Board) -> Header:
    """A day on the road, with something to say of everything."""
    header = Header(theme)
    qtbot.addWidget(header)
    header.set_depot("Helsinki")
    header.set_date(a_board.day.date)
    header.set_outlook(Outlook(a_board.day, a_board.schedule, {}))
    first = a_board.day.plan.routes[0]
    round_ = driven(a_board, first.shift_id, 3, risks={6: Risk.AT_RISK, 9: Risk.LATE})
    header.set_live(a_live_day(a_board, [round_], [attempt(a_board, first.order_ids[0], Outcome.FAILED)]))
    header.show()
    return header


def figures(header: Header) -> str:
    return QTextDocumentFragment.fromHtml(header._counts.text()).toPlainText()


def test_with_room_everything_is_said(header: Header) -> None:
    header.resize(1_900, 60)
    assert all(
        what in figures(header) for what in ("orders", "unplanned", "late", "at risk", "failed", "rounds", " km")
    )
    assert header._counts.toolTip() == ""


@pytest.mark.parametrize("width", [700, 820, 940, 1_060])
def test_what_matters_least_goes_first_and_nothing_is_cut_off(header: Header, width: int, qtbot: QtBot) -> None:
    header.resize(width, 60)
    assert " km" not in figures(header)
    assert "failed" in figures(header)
    assert " km" in header._counts.toolTip()
    counts = header._counts
    qtbot.waitUntil(lambda: counts.sizeHint().width() <= counts.width())
    assert counts.geometry().right() < header.find.geometry().left()
