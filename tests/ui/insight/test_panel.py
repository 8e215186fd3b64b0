"""The panel on a real depot: numbers, their rows, cuts, scorecards, files, and what is remembered."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.opening import open_store
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.ui.insight.conftest import ON, Doors, InsightPanel, Shown, Time, put_days
from ui.insight.chart import Shape
from ui.insight.panel import NO_LOGBOOK
from ui.insight.words import Preset, Span
from ui.runner import OpRunner
from ui.theme import Theme

type Show = Callable[[], Shown]
VAIN = 2
"""The stop of each round that was in vain."""


@pytest.fixture
def driven(doors: Doors) -> Doors:
    """Four stops of each round behind, one of them in vain."""
    doors.send()
    for shift in doors.shifts:
        for turn in range(4):
            doors.deliver(shift, turn, photos=0, outcome="failed" if turn == VAIN else "delivered")
    return doors


def press(key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key)


def test_a_number_opens_its_formula_and_its_rows(driven: Doors, show: Show, qtbot: QtBot) -> None:
    shown = show()
    shown.choose("success")
    page = shown.page
    assert page.measure.value.text() == "75.0 %"
    assert "÷" in page.measure.formula.text()
    page.measure.open_all()
    shown.settle()
    assert page.right.currentWidget() is page.behind
    assert page.behind.sum.text() == "75.0 % = 100 × 6 ÷ 8"
    lines = page.behind.grid.lines()
    done = {driven.number(shift, turn) for shift in driven.shifts for turn in range(4)}
    assert len(lines) == 8
    assert {number for line in lines for number in line.texts if number in done} == done
    with qtbot.waitSignal(shown.panel.order_requested) as asked:
        press(Qt.Key.Key_Return)
    assert asked.args == [lines[0].of]
    press(Qt.Key.Key_Escape)
    assert page.right.currentWidget() is page.measure


def test_a_line_of_a_cut_opens_its_rows_alone(driven: Doors, show: Show) -> None:
    shown = show()
    shown.choose("success", "driver")
    page = shown.page
    assert page.measure.chart.shape_drawn is Shape.BARS
    rows = [line.of for line in page.measure.grid.lines()]
    assert [row.figure.rows for row in rows] == [4, 4]
    page.measure.chart.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    shown.settle()
    assert page.behind.sum.text() == "75.0 % = 100 × 3 ÷ 4"
    assert len(page.behind.grid.lines()) == 4
    assert rows[0].title in page.behind.title.text()


def test_a_click_on_a_column_opens_it(workplace: Workplace, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=10), 10)
    shown = show()
    shown.choose("first_attempt", "weekday")
    chart = shown.page.measure.chart
    assert chart.shape_drawn is Shape.COLUMNS
    mark = chart.marks[2]
    scene = chart.box.mapViewToScene(chart.box.viewRect().center())
    scene.setX(chart.box.mapViewToScene(type(scene)(mark.at, 0)).x())
    at: QPoint = chart.mapFromScene(scene)
    QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=at)
    shown.settle()
    assert mark.row.title in shown.page.behind.title.text()
    assert len(shown.page.behind.grid.lines()) == mark.row.figure.rows


def test_reasons_add_up_and_open_those_that_failed_so(driven: Doors, show: Show) -> None:
    shown = show()
    shown.choose("failures", "reason")
    rows = [line.of for line in shown.page.measure.grid.lines()]
    total = shown.page.measure.table
    assert total is not None
    assert sum(row.figure.value for row in rows) == pytest.approx(total.total.figure.value)
    assert all(row.figure.top for row in rows), "stops that did not fail are no reason"
    shown.page.measure.grid.setFocus()
    shown.page.measure.grid.choose(0)
    press(Qt.Key.Key_Return)
    shown.settle()
    assert len(shown.page.behind.grid.lines()) == rows[0].figure.rows


def test_a_measure_that_cannot_be_cut_so_is_cut_by_day(workplace: Workplace, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=10), 10)
    shown = show()
    shown.choose("first_attempt", "reason")
    assert shown.page.tiles.choose("slot_filling")
    shown.settle()
    assert shown.page.bar.cut_id == "day"
    table = shown.page.measure.table
    assert table is not None
    assert (table.measure.id, table.cut.id) == ("slot_filling", "day")
    assert not shown.page.said.text()


def test_spans_and_what_they_are_compared_with(workplace: Workplace, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=60), 60)
    shown = show()
    shown.choose("first_attempt", "driver")
    page = shown.page
    page.bar.choose_preset(Preset.MONTH)
    shown.settle()
    table = page.measure.table
    assert table is not None
    assert (table.span.days, table.compared) == (28, Span(ON - timedelta(days=55), ON - timedelta(days=28)))
    assert page.measure.change.text()
    press_compare = shown.panel.action("compare")
    press_compare.trigger()
    shown.settle()
    assert page.measure.table is not None
    assert page.measure.table.compared is None
    assert not page.measure.change.text()
    assert "span before" not in page.measure.note.text()


def test_a_span_of_ones_own_is_never_turned_round(workplace: Workplace, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=20), 20)
    shown = show()
    shown.page.bar.set_custom(Span(ON - timedelta(days=9), ON - timedelta(days=5)))
    shown.settle()
    assert shown.page.bar.span == Span(ON - timedelta(days=9), ON - timedelta(days=5))
    first = shown.page.bar.first
    first.setDate(first.date().addDays(20))
    shown.settle()
    assert shown.page.bar.span.days == 1
    assert shown.page.feed.asked is not None
    assert shown.page.feed.asked.span == shown.page.bar.span


def test_an_empty_span_says_so_and_offers_a_longer_one(workplace: Workplace, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=40), 10)
    shown = show()
    page = shown.page
    page.bar.set_custom(Span(ON - timedelta(days=25), ON - timedelta(days=20)))
    shown.settle()
    assert page.stack.currentWidget() is page.empty
    page.empty.step_requested.emit()
    shown.settle()
    assert page.bar.preset is Preset.QUARTER
    assert page.stack.currentWidget() is page.measures


def test_scorecards_have_parts_weeks_and_events(workplace: Workplace, show: Show, qtbot: QtBot) -> None:
    put_days(workplace, ON - timedelta(days=28), 28)
    shown = show()
    page = shown.page
    page.bar.choose_preset(Preset.MONTH)
    page.bar.drivers_button.setChecked(True)
    shown.settle()
    card = page.drivers.scorecards.card
    assert card.card is not None
    assert card.card.driver_id.startswith("driver-")
    assert len(card.bars) == len(card.card.parts) > 2
    assert len(card.trend.points) >= 4
    assert sum(len(part.events) for part in card.card.parts) == len(card.events.lines())
    lost = next(n for n, part in enumerate(card.card.parts) if part.kind.id == "proof")
    QTest.mouseClick(card.bars[lost], Qt.MouseButton.LeftButton)
    events = card.events.lines()
    assert {line.texts[2] for line in events} == {card.card.parts[lost].kind.name}
    with qtbot.waitSignal(shown.panel.order_requested) as asked:
        card.events.opened.emit(events[0].of)
    assert asked.args == [events[0].of.event.order_id]
    former = card.card
    page.drivers.grid.choose(1)
    assert card.card is not None
    assert card.card.driver_id != former.driver_id


def test_the_table_is_written_with_its_formula(workplace: Workplace, show: Show, tmp_path: Path) -> None:
    put_days(workplace, ON - timedelta(days=10), 10)
    shown = show()
    shown.choose("first_attempt", "driver")
    for ending in ("html", "xlsx", "pdf"):
        shown.page.export_to(str(tmp_path / f"measures.{ending}"))
        shown.settle()
        assert (tmp_path / f"measures.{ending}").stat().st_size > 500
    assert "Driver 0" in (tmp_path / "measures.html").read_text()
    assert "measures.pdf" in shown.page.said.text()
    shown.page.export_to(str(tmp_path / "nowhere" / "measures.pdf"))
    shown.settle()
    assert "nowhere" in shown.page.said.text()
    assert shown.page.said.tone.value == "late"


def test_gathering_can_be_stopped_and_shows_what_there_is(
    driven: Doors, workplace: Workplace, show: Show, qtbot: QtBot
) -> None:
    put_days(workplace, ON - timedelta(days=10), 10)
    shown = show()
    feed = shown.page.feed
    feed.look()
    assert feed.gathering
    feed.cancel()
    shown.settle()
    assert shown.page.stack.currentWidget() is shown.page.measures
    assert not shown.page.progress.isVisible()
    assert not shown.page.said.text()


def test_nothing_is_gathered_while_nobody_looks(driven: Doors, show: Show) -> None:
    shown = show()
    timer = shown.panel.findChild(QTimer, "insight.again")
    assert timer is not None
    assert timer.isActive(), "today goes on"
    shown.page.feed.look()
    shown.panel.hide()
    shown.settle()
    assert not timer.isActive()
    shown.panel.show()
    shown.settle()
    assert timer.isActive()
    shown.panel.show_day(ON - timedelta(days=1))
    shown.settle()
    assert not timer.isActive(), "yesterday does not"


def test_who_only_passes_by_starts_no_gathering(
    driven: Doors, panel: InsightPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    begun: list[float] = []
    panel.show_day(ON)
    panel.show()
    assert panel.page is not None
    panel.page.feed.gathering_changed.connect(lambda fraction, _text: begun.append(fraction))
    panel.hide()
    qtbot.waitUntil(lambda: runner.idle, timeout=30_000)
    assert begun == []
    panel.show()
    qtbot.waitUntil(lambda: panel.page is not None and not panel.page.feed.gathering and runner.idle, timeout=30_000)
    assert begun[0] == 0


def test_what_was_looked_at_is_there_tomorrow(
    workplace: Workplace, show: Show, runner: OpRunner, theme: Theme, settings: QSettings, qtbot: QtBot
) -> None:
    put_days(workplace, ON - timedelta(days=40), 40)
    shown = show()
    shown.page.bar.choose_preset(Preset.MONTH)
    shown.choose("cost_per_stop", "driver")
    shown.panel.hide()
    other = InsightPanel(workplace, runner, theme, settings)
    qtbot.addWidget(other)
    other.show_day(ON)
    other.show()
    tomorrow = Shown(other, runner, qtbot)
    tomorrow.settle()
    assert (tomorrow.page.bar.preset, tomorrow.page.bar.cut_id) == (Preset.MONTH, "driver")
    assert tomorrow.page.tiles.measure_id == "cost_per_stop"
    assert tomorrow.page.measure.table is not None
    other.stop()


def test_another_day_ends_the_span(workplace: Workplace, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=20), 20)
    shown = show()
    shown.panel.show_day(ON - timedelta(days=3))
    shown.settle()
    assert shown.page.bar.span.last == ON - timedelta(days=3)


def test_a_depot_without_a_logbook_has_nothing_to_measure(
    home: Path, time: Time, theme: Theme, settings: QSettings, qtbot: QtBot
) -> None:
    folder, stores = Home(home), partial(open_store, clock=time, author="Anna")
    slug = create_depot(folder, days.make_depot(), open_store=stores)
    with open_workplace(folder, slug, open_store=stores, clock=time) as opened:
        runner = OpRunner(opened.store)
        panel = InsightPanel(opened, runner, theme, settings)
        qtbot.addWidget(panel)
        panel.show_day(ON)
        panel.show()
        assert panel.page is None
        assert panel.empty is not None
        assert panel.empty.text == NO_LOGBOOK
        assert not any(action.isEnabled() for action in panel.actions())
        panel.stop()
        runner.shutdown()


def test_the_wall_shows_today_alone(
    driven: Doors, workplace: Workplace, panel: InsightPanel, settings: QSettings, qtbot: QtBot
) -> None:
    assert workplace.live
    live = workplace.live.step(driven.outlook, driven.time())
    assert live
    panel.take_outlook(driven.outlook)
    panel.take_exceptions(3, 1)
    panel.open_wall()
    wall = panel.wall
    assert wall is not None
    assert wall.tiles[0].value == "–"
    panel.take_live(live)
    values = {tile.title: (tile.value, tile.below) for tile in wall.tiles}
    assert values["Done"] == ("8", "of 12 planned stops")
    assert values["Open exceptions"] == ("3", "1 overdue")
    assert "Failed: 2" in wall.accessibleDescription()
    dark = wall.dark
    wall.toggle_dark()
    assert (wall.dark, settings.value("insight/wall_dark")) == (not dark, "0" if dark else "1")
    assert not wall.grab().isNull()
    with qtbot.waitSignal(wall.closed):
        wall.close()
    driven.time.pass_(days=1)
    panel.take_live(live)
    panel.open_wall()
    assert wall.tiles[0].value == "–", "yesterday is not today"


def test_a_round_behind_a_number_is_asked_for(driven: Doors, show: Show, qtbot: QtBot) -> None:
    put_days(driven.workplace, ON - timedelta(days=5), 5)
    shown = show()
    shown.choose("adherence")
    shown.page.measure.open_all()
    shown.settle()
    lines = shown.page.behind.grid.lines()
    assert "shows the round on the board" in shown.page.behind.hint.text()
    with qtbot.waitSignal(shown.page.round_requested) as asked:
        press(Qt.Key.Key_Return)
    assert tuple(asked.args) == (lines[0].of.shift_id, lines[0].of.on)


def test_the_tolerance_is_a_setting_that_can_be_undone(driven: Doors, show: Show, qtbot: QtBot) -> None:
    put_days(driven.workplace, ON - timedelta(days=10), 10)
    shown = show()
    shown.page.bar.choose_preset(Preset.MONTH)
    shown.choose("on_time")
    bar, measure = shown.page.bar.tolerance, shown.page.measure
    before = measure.value.text()
    assert "5 min before to 5 min after" in measure.formula.text()
    assert "from 5 min before" in bar.toolTip()
    bar.early.setValue(0)
    bar.late.setValue(60)
    with qtbot.waitSignal(shown.panel.told):
        bar.keep.click()
    shown.settle()
    qtbot.waitUntil(lambda: "0 min before to 60 min after" in measure.formula.text())
    assert measure.value.text() != before
    assert driven.workplace.depot.road.on_time_late_s == 3_600
    shown.runner.undo()
    shown.settle()
    shown.panel.refresh()
    shown.settle()
    assert measure.value.text() == before
    assert "from 5 min before" in bar.toolTip()


def test_measures_are_of_the_span_chosen_among_drivers(workplace: Workplace, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=40), 41)
    shown = show()
    page = shown.page
    page.bar.drivers_button.click()
    shown.settle()
    page.bar.choose_preset(Preset.QUARTER)
    shown.settle()
    page.bar.measures_button.click()
    shown.settle()
    assert page._tiles is not None
    assert page._tiles.span == page.bar.span
    assert page.measure.table is not None
    assert page.measure.table.span == page.bar.span


def test_who_begins_among_drivers_comes_to_the_measures(workplace: Workplace, settings: QSettings, show: Show) -> None:
    put_days(workplace, ON - timedelta(days=6), 7)
    settings.setValue("insight/asked", "WEEK 1 day drivers")
    shown = show()
    page = shown.page
    assert page.bar.drivers
    page.bar.measures_button.click()
    shown.settle()
    assert page.stack.currentWidget() is page.measures
