"""The history panel on a real store: keys, mouse and slider step through the day, one reading at a time."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dispatcher.domain.changes import HistoryEntry
from dispatcher.domain.errors import KnownError
from dispatcher.domain.plan import Day
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from ui.day import DayBoard, Past
from ui.history.banner import PastBanner
from ui.history.panel import HistoryPanel
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Mode, Theme

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(changed: Workplace, theme: Theme, qtbot: QtBot) -> HistoryPanel:
    """Shown, with the day's changes, answered by nobody."""
    panel = HistoryPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(420, 560)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    tell(panel, changed)
    panel.view.setFocus()
    return panel


@pytest.fixture
def board(changed: Workplace, runner: OpRunner, panel: HistoryPanel) -> DayBoard:
    """The real day behind the panel, as a window connects them."""
    board = DayBoard(changed, runner)
    panel.moment_requested.connect(board.show_moment)
    panel.now_requested.connect(board.return_to_now)
    board.past_changed.connect(panel.set_past)
    runner.failed.connect(panel.show_fault)
    board.open(days.DATE)
    runner.wait_until_idle()
    return board


def tell(panel: HistoryPanel, workplace: Workplace, limit: int = 200) -> None:
    entries = workplace.store.entries(limit, on=days.DATE)
    panel.set_entries(entries, workplace.depot.zone, more=len(entries) == limit)


def entries_of(workplace: Workplace) -> list[HistoryEntry]:
    return list(workplace.store.entries(on=days.DATE))


def press(panel: HistoryPanel, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(panel.view, key)


def click(panel: HistoryPanel, row: int) -> None:
    rect = panel.view.visualRect(panel.model.index(row))
    QTest.mouseClick(panel.view.viewport(), LEFT, pos=QPoint(rect.center().x(), rect.bottom() - 6))


def told(panel: HistoryPanel) -> list[str]:
    return [line.what for line in panel.model.lines]


def settle(panel: HistoryPanel, runner: OpRunner) -> None:
    """Until the moment wished for is shown; the wish that waited is asked for by a timer of 0 ms."""
    runner.wait_until_idle()
    while panel.reading or not runner.idle:
        QApplication.processEvents()
        runner.wait_until_idle()


def then(workplace: Workplace, entry: HistoryEntry) -> Day:
    return workplace.store.day_at(days.DATE, entry.revision)


def test_the_days_changes_are_listed_newest_first(panel: HistoryPanel) -> None:
    assert told(panel) == ["Now", "Move 1 stop", "Undo: Move 2 stops", "Move 2 stops", "Fill"]
    newest = panel.model.lines[1]
    assert (newest.time, newest.who, newest.why) == ("10:30", "Anna", "Van 7 broke"), "at the depot's clock"
    assert newest.heading == "Mon 15 Jun"
    undone = panel.model.lines[2]
    assert (undone.icon, undone.who, undone.heading) == ("undo-variant", "Bernd", "")
    assert "10:30, Anna: Move 1 stop – Van 7 broke" in panel.model.index(1).data()
    assert panel.count.text() == "4 changes"


def test_the_board_follows_the_keys_into_the_past_and_back(
    panel: HistoryPanel, board: DayBoard, changed: Workplace, runner: OpRunner
) -> None:
    entries = entries_of(changed)
    press(panel, KEY.Key_Left, KEY.Key_Down)
    settle(panel, runner)
    assert board.outlook is not None
    assert panel.looked_at == entries[1]
    assert board.outlook.day.plan == then(changed, entries[1]).plan
    press(panel, KEY.Key_Down)
    settle(panel, runner)
    assert board.outlook.day.plan == then(changed, entries[2]).plan
    press(panel, KEY.Key_Right, KEY.Key_Up)
    settle(panel, runner)
    assert panel.looked_at == entries[0]
    press(panel, KEY.Key_Up)
    settle(panel, runner)
    assert board.past is None
    assert panel.looked_at is None
    press(panel, KEY.Key_Up)
    assert not panel.reading, "after now comes nothing"


def test_escape_and_the_button_return_to_now(panel: HistoryPanel, board: DayBoard, runner: OpRunner) -> None:
    for leave in (lambda: press(panel, KEY.Key_Escape), panel.now.click):
        assert not panel.now.isEnabled()
        press(panel, KEY.Key_Left)
        settle(panel, runner)
        assert board.past is not None
        assert panel.now.isEnabled()
        leave()
        assert board.past is None
        assert panel.view.currentIndex().row() == 0


def test_a_click_shows_a_moment_and_marks_it(panel: HistoryPanel, board: DayBoard, runner: OpRunner) -> None:
    click(panel, 3)
    assert panel.said.text() == "Reading the day as it was at 10:30 (Move 2 stops, Anna)…"
    assert not panel.back.isEnabled(), "the moment is not there yet"
    settle(panel, runner)
    assert panel.said.text() == ""
    assert panel.painter.shown == panel.model.lines[3].revision
    assert panel.back.isEnabled()
    assert panel.slider.value() == panel.slider.maximum() - 3


def test_the_slider_steps_from_the_oldest_to_now(
    panel: HistoryPanel, board: DayBoard, changed: Workplace, runner: OpRunner
) -> None:
    assert panel.slider.value() == panel.slider.maximum() == 4
    panel.slider.setFocus()
    QTest.keyClick(panel.slider, KEY.Key_Home)
    settle(panel, runner)
    assert panel.looked_at == entries_of(changed)[-1]
    QTest.keyClick(panel.slider, KEY.Key_Right)
    settle(panel, runner)
    assert panel.looked_at == entries_of(changed)[-2]
    QTest.keyClick(panel.slider, KEY.Key_Escape)
    assert board.past is None


def test_while_one_moment_is_read_only_the_newest_wish_waits(
    panel: HistoryPanel, changed: Workplace, qtbot: QtBot
) -> None:
    entries, asked = entries_of(changed), []
    panel.moment_requested.connect(asked.append)
    press(panel, KEY.Key_Left, KEY.Key_Left, KEY.Key_Left)
    assert asked == entries[:1]
    look = changed.desk.look(then(changed, entries[0]))
    with qtbot.waitSignal(panel.moment_requested):
        panel.set_past(Past(entries[0], look))
    assert asked == [entries[0], entries[2]], "the one between is never read"
    assert panel.reading
    panel.set_past(Past(entries[2], look))
    assert not panel.reading


def test_now_is_wanted_while_a_moment_is_read(panel: HistoryPanel, changed: Workplace, qtbot: QtBot) -> None:
    """The answer comes all the same, and the panel asks for the present again."""
    entries = entries_of(changed)
    press(panel, KEY.Key_Left, KEY.Key_Escape)
    assert not panel.reading
    with qtbot.waitSignal(panel.now_requested):
        panel.set_past(Past(entries[0], changed.desk.look(then(changed, entries[0]))))
    panel.set_past(None)
    assert panel.looked_at is None
    assert not panel.reading
    press(panel, KEY.Key_Left)
    assert panel.reading, "it asks again"


def test_in_haste_board_and_panel_agree_in_the_end(panel: HistoryPanel, board: DayBoard, runner: OpRunner) -> None:
    keys = [KEY.Key_Left, KEY.Key_Left, KEY.Key_Escape, KEY.Key_Left, KEY.Key_Down, KEY.Key_Up, KEY.Key_Down]
    for key in keys * 4:
        press(panel, key)
    settle(panel, runner)
    assert panel.looked_at == (board.past.entry if board.past else None)
    press(panel, KEY.Key_Escape)
    settle(panel, runner)
    assert board.past is None


def test_a_moment_that_cannot_be_read_is_said(panel: HistoryPanel, changed: Workplace) -> None:
    press(panel, KEY.Key_Left)
    panel.show_fault(KnownError("That is not known.", "Choose a later one."))
    assert panel.said.text() == "That is not known. Choose a later one."
    assert panel.said.tone is Tone.BAD
    assert not panel.reading
    assert panel.view.currentIndex().row() == 0


def test_a_fault_does_not_drop_the_wish_that_waits(panel: HistoryPanel, changed: Workplace, qtbot: QtBot) -> None:
    press(panel, KEY.Key_Left, KEY.Key_Left)
    with qtbot.waitSignal(panel.moment_requested) as asked:
        panel.show_fault(KnownError("That is not known."))
    assert asked.args == [entries_of(changed)[1]]


def test_words_filter_by_what_who_and_why(panel: HistoryPanel, board: DayBoard, runner: OpRunner) -> None:
    for text, found in (
        ("broke VAN", ["Move 1 stop"]),
        ("bernd", ["Undo: Move 2 stops"]),
        ("2 anna", ["Move 2 stops"]),
    ):
        panel.filter.setText(text)
        assert told(panel)[1:] == found
    assert panel.count.text() == "1 of 4 changes"
    panel.filter.setText("nowhere")
    assert panel.missed.isVisible()
    assert panel.missed.text == "None of the 4 changes matches “nowhere”."
    panel.filter.setFocus()
    QTest.keyClick(panel.filter, KEY.Key_Escape)
    assert panel.filter.text() == ""
    assert panel.view.isVisible()
    QTest.keyClick(panel.filter, KEY.Key_Down)
    assert panel.view.hasFocus()
    QTest.keyClicks(panel.view, "un")
    assert panel.filter.text() == "un"
    assert not panel.reading, "letters look for words, not for moments"


def test_from_a_moment_that_the_filter_hides_the_next_shown_is_the_next(
    panel: HistoryPanel, board: DayBoard, changed: Workplace, runner: OpRunner
) -> None:
    entries = entries_of(changed)
    click(panel, 2)
    settle(panel, runner)
    panel.filter.setText("anna move")
    assert panel.looked_at == entries[1]
    press(panel, KEY.Key_Down)
    settle(panel, runner)
    assert panel.looked_at == entries[2]
    press(panel, KEY.Key_Up)
    settle(panel, runner)
    assert panel.looked_at == entries[0]


def test_newer_and_older_changes_come_without_moving_the_rest(panel: HistoryPanel, changed: Workplace) -> None:
    asked: list[bool] = []
    panel.more_requested.connect(lambda: asked.append(True))
    tell(panel, changed, limit=2)
    assert told(panel) == ["Now", "Move 1 stop", "Undo: Move 2 stops"]
    panel.older.click()
    assert asked
    assert not panel.older.isEnabled(), "once is enough"
    resets: list[bool] = []
    panel.model.modelReset.connect(lambda: resets.append(True))
    tell(panel, changed)
    assert told(panel)[-1] == "Fill"
    assert not panel.older.isVisible()
    changed.store.undo()
    tell(panel, changed)
    assert told(panel)[:3] == ["Now", "Undo: Move 1 stop", "Move 1 stop"]
    assert [line.heading for line in panel.model.lines if line.heading] == ["Mon 15 Jun"]
    assert not resets


def test_taking_the_plan_back_is_wished_for_once_a_moment_is_shown(
    panel: HistoryPanel, board: DayBoard, runner: OpRunner, qtbot: QtBot
) -> None:
    assert not panel.back.isEnabled()
    press(panel, KEY.Key_Left)
    settle(panel, runner)
    with qtbot.waitSignal(panel.take_back_requested):
        QTest.mouseClick(panel.back, LEFT)


def test_a_day_without_changes_says_what_belongs_here(theme: Theme, changed: Workplace, qtbot: QtBot) -> None:
    panel = HistoryPanel(theme)
    qtbot.addWidget(panel)
    panel.set_entries([], changed.depot.zone)
    panel.show()
    assert panel.bare.isVisible()
    assert not panel.slider.isEnabled()
    panel.go_earlier()
    panel.go_later()
    assert not panel.reading


def test_it_is_painted_in_every_look(panel: HistoryPanel, board: DayBoard, runner: OpRunner, theme: Theme) -> None:
    click(panel, 2)
    settle(panel, runner)
    seen = {}
    for mode, scale in ((Mode.LIGHT, 1.0), (Mode.DARK, 1.0), (Mode.LIGHT, 1.5)):
        theme.apply(mode, scale)
        image = panel.view.viewport().grab().toImage()
        rect = panel.view.visualRect(panel.model.index(2))
        seen[mode, scale] = rect.height()
        assert image.pixelColor(rect.right() - 2, rect.center().y()) == theme.colour("risk_tint")
    theme.apply(Mode.LIGHT, 1.0)
    assert seen[Mode.LIGHT, 1.5] > seen[Mode.LIGHT, 1.0]


def test_the_banner_says_which_moment_it_is(
    panel: HistoryPanel, board: DayBoard, runner: OpRunner, theme: Theme, qtbot: QtBot
) -> None:
    banner = PastBanner(theme)
    qtbot.addWidget(banner)
    board.past_changed.connect(banner.set_past)
    banner.now_requested.connect(board.return_to_now)
    assert not banner.isVisible()
    click(panel, 1)
    settle(panel, runner)
    assert banner.isVisible()
    assert banner.text == "As it was at 10:30 (Move 1 stop, Anna) – read only"
    now, back = (button for button, _ in banner._buttons)
    with qtbot.waitSignal(banner.take_back_requested):
        back.click()
    now.click()
    assert not banner.isVisible()
    assert panel.looked_at is None
