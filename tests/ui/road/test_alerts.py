"""The list of alerts: what is new in it, in which order and tone, and what it says when it is empty."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dispatcher.domain.tracking import Alert, AlertKind, LiveStop, Risk
from dispatcher.services.live import LiveDay
from tests.fixtures.board import Board
from tests.fixtures.livedays import MINUTE, a_live_day, driven
from ui.road.alerts import AlertsPanel
from ui.theme import Theme


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> AlertsPanel:
    panel = AlertsPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(400, 300)
    panel.show()
    return panel


def a_day(board: Board) -> LiveDay:
    """The first driver may come late to the sixth stop, and will come late to the ninth; the second is not heard."""
    first, second, *_ = board.day.shifts
    round_ = driven(board, first, 3, risks={6: Risk.AT_RISK, 9: Risk.LATE})
    live = a_live_day(board, [round_])
    risky = [stop for stop in round_.stops if stop.risk is not Risk.NONE]
    silent = Alert(AlertKind.SILENT, second, live.at, 700.0, 600.0, "Nothing heard for 11 minutes.")
    return replace(live, alerts=(silent, *(_at_risk(first, live, stop) for stop in risky)))


def _at_risk(shift_id: object, live: LiveDay, stop: LiveStop) -> Alert:
    words = f"Expected {stop.expected_at:%H:%M}."
    return Alert(AlertKind.AT_RISK, shift_id, live.at, 60.0, 0.0, words, stop.order_id)  # type: ignore[arg-type]


def later(live: LiveDay, span: timedelta, *, alerts: tuple[Alert, ...] | None = None) -> LiveDay:
    return replace(live, at=live.at + span, alerts=live.alerts if alerts is None else alerts)


def look_at_all(panel: AlertsPanel) -> None:
    for row in range(len(panel.model.rows)):
        panel.view.setCurrentIndex(panel.model.index(row))


def test_what_will_be_late_stands_before_what_may_be(panel: AlertsPanel, a_board: Board) -> None:
    panel.set_day(a_day(a_board), a_board.day)
    first = next(iter(a_board.day.shifts))
    stops = a_board.day.plan.route_of(next(iter(a_board.day.plan.routes[0].order_ids)))
    assert stops is not None
    assert stops.shift_id == first
    assert [(row.alert.order_id, row.late) for row in panel.model.rows] == [
        (stops.order_ids[9], True), (stops.order_ids[6], False), (None, False)
    ]  # fmt: skip


def test_what_was_looked_at_is_not_new_after_another_day_was_shown(panel: AlertsPanel, a_board: Board) -> None:
    counts: list[int] = []
    panel.count_changed.connect(counts.append)
    live = a_day(a_board)
    panel.set_day(live, a_board.day)
    look_at_all(panel)
    assert counts == [3, 2, 1, 0]
    panel.set_day(later(live, MINUTE), a_board.day, shown=a_board.day.date + timedelta(days=1))
    # back again, after a while in which the other day was being read
    panel.set_day(later(live, 9 * MINUTE), a_board.day)
    assert counts[-1] == 0
    assert not any(row.fresh for row in panel.model.rows)


def test_what_was_over_for_a_while_is_new_when_it_comes_again(panel: AlertsPanel, a_board: Board) -> None:
    live = a_day(a_board)
    panel.set_day(live, a_board.day)
    look_at_all(panel)
    for minutes, alerts in ((1, live.alerts[:1]), (3, live.alerts[:1]), (4, live.alerts)):
        panel.set_day(later(live, minutes * MINUTE, alerts=alerts), a_board.day)
    assert [row.fresh for row in panel.model.rows] == [True, True, False]


def test_what_began_later_than_now_did_not_begin_just_now(panel: AlertsPanel, a_board: Board) -> None:
    """A simulated day turns the clock back."""
    live = a_day(a_board)
    panel.set_day(later(live, -60 * MINUTE), a_board.day)
    assert "," not in panel.model.rows[0].since
    panel.set_day(later(live, 5 * MINUTE), a_board.day)
    assert panel.model.rows[0].since.endswith("5 min ago")


def test_an_empty_list_says_what_belongs_there(panel: AlertsPanel, a_board: Board) -> None:
    live = a_day(a_board)
    panel.set_day(later(live, MINUTE, alerts=()), a_board.day)
    assert panel.bare.isVisible()
    assert panel.bare.text.startswith("Nothing on the road wants attention")
    panel.set_day(LiveDay(live.date, live.at), a_board.day)
    assert panel.bare.text.startswith("No driver is followed")


def test_it_says_whose_they_are_while_another_day_is_shown(panel: AlertsPanel, a_board: Board) -> None:
    live, on = a_day(a_board), a_board.day.date
    panel.set_day(live, a_board.day, shown=on + timedelta(days=1))
    assert panel.day.isVisible()
    assert panel.day.text().startswith("Today, ")
    assert f"{on.day} " in panel.day.text()
    assert len(panel.model.rows) == 3
    panel.set_day(live, a_board.day)
    assert not panel.day.isVisible()


def test_with_the_keys_in_it_nothing_is_chosen_until_somebody_does(panel: AlertsPanel, a_board: Board) -> None:
    chosen: list[Alert] = []
    panel.chosen.connect(chosen.append)
    live = a_day(a_board)
    panel.set_day(later(live, MINUTE, alerts=()), a_board.day)
    panel.activateWindow()
    panel.setFocus()
    panel.set_day(live, a_board.day)
    panel.view.setFocus()
    assert panel.view.hasFocus()
    assert (chosen, panel.current) == ([], None)
    QTest.keyClick(panel.view, Qt.Key.Key_Down)
    assert chosen == [panel.model.rows[0].alert]
