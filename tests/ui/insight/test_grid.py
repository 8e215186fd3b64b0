"""The table of prepared rows, the tiles, and the chart by itself."""

from datetime import date, timedelta

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from dispatcher.services.insight import BY_ID, CUT_BY_ID, CutRow, CutTable, Figure, Span, Tile
from tests.fixtures import days
from ui.insight.chart import MeasureChart, Shape
from ui.insight.grid import Grid
from ui.insight.lines import Head, Line
from ui.insight.tiles import Role, TileModel, way_of
from ui.insight.words import Units
from ui.theme import Mode, Theme

UNITS = Units("EUR", days.ZONE)
FIRST = date(2026, 6, 1)
MEASURE = BY_ID["on_time"]


def figure(value: float | None) -> Figure:
    return Figure(value, value or 0.0, 100.0 if value is not None else 0.0, 4)


def table(cut: str, values: dict[str, float | None], span_days: int = 14) -> CutTable:
    rows = tuple(CutRow(key, key, figure(value)) for key, value in values.items())
    span = Span(FIRST, FIRST + timedelta(days=span_days - 1))
    return CutTable(MEASURE, CUT_BY_ID[cut], span, None, CutRow("", "All", figure(90.0)), rows, "a ÷ b")


def test_rows_sort_by_what_they_are_and_nothing_comes_last(
    theme: Theme, qtbot: QtBot, qtmodeltester: ModelTester
) -> None:
    grid = Grid("test.grid", "Test", theme)
    qtbot.addWidget(grid)
    lines = [Line((word, str(value)), (word, value), of=word) for word, value in (("b", 10), ("a", None), ("c", 9))]
    grid.show_lines((Head("Word"), Head("Value", True)), lines)
    qtmodeltester.check(grid.model)
    assert [line.of for line in grid.lines()] == ["b", "a", "c"]
    grid.choose(1)
    grid.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [line.of for line in grid.lines()] == ["c", "b", "a"]
    grid.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [line.of for line in grid.lines()] == ["b", "c", "a"]
    assert grid.current == "a", "the row chosen stays chosen"
    grid.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert [line.of for line in grid.lines()] == ["b", "a", "c"]
    grid.show_lines((Head("Word"), Head("Value", True)), [])
    assert grid.lines() == []
    assert grid.current is None


def test_tiles_say_value_and_change(qtmodeltester: ModelTester) -> None:
    model = TileModel(UNITS)
    by_day = tuple((FIRST + timedelta(days=n), value) for n, value in enumerate((90.0, None, 80.0)))
    model.show_tiles([Tile(MEASURE, figure(90.0), figure(85.0), by_day)])
    qtmodeltester.check(model)
    index = model.index(0)
    assert index.data(Role.VALUE) == "90.0 %"
    assert index.data(Role.CHANGE).words == "▲ 5.0 pt"
    assert len(index.data(Role.WAY)) == 2, "a gap parts the line"
    assert "90.0 %" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_ways_stay_in_their_square() -> None:
    assert way_of([None, None]) == []
    for line in way_of([3.0, 3.0, None, -7.5, 1e6]):
        assert all(0 <= point.x() <= 1 and 0 <= point.y() <= 1 for point in line.toList())


def test_days_are_a_line_at_their_dates(theme: Theme, qtbot: QtBot) -> None:
    chart = MeasureChart(theme, UNITS)
    qtbot.addWidget(chart)
    chart.resize(800, 300)
    shown = table("day", {"2026-06-05": 90.0, "2026-06-02": 80.0, "2026-06-03": None})
    chart.show_table(shown, shown.rows)
    assert chart.shape_drawn is Shape.LINE
    assert [(mark.at, mark.row.key) for mark in chart.marks] == [(1, "2026-06-02"), (4, "2026-06-05")]
    assert chart.words_of(0) == "Tue 2 Jun: 80.0 % · 4 rows"
    theme.apply(Mode.DARK, 1.0)
    assert not chart.grab().isNull()
    theme.apply(Mode.LIGHT, 1.0)
    chart.clear_table()
    assert chart.marks == []


def test_of_names_as_many_as_there_is_room_for(theme: Theme, qtbot: QtBot) -> None:
    chart = MeasureChart(theme, UNITS)
    qtbot.addWidget(chart)
    chart.resize(800, 300)
    shown = table("customer", {f"Customer {n}": 50.0 + n for n in range(40)})
    chart.show_table(shown, shown.rows[::-1])
    assert [mark.row.key for mark in chart.marks] == [f"Customer {39 - n}" for n in range(chart.room)]
    assert chart.left_out == 40 - chart.room > 0


def test_keys_go_along_and_open(theme: Theme, qtbot: QtBot) -> None:
    chart = MeasureChart(theme, UNITS)
    qtbot.addWidget(chart)
    shown = table("weekday", {"0": 90.0, "1": 80.0, "2": None})
    chart.show_table(shown, shown.rows)
    opened: list[tuple[str, str]] = []
    chart.chosen.connect(lambda key, title: opened.append((key, title)))
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(chart, key)
    assert opened == [("1", "1")], "nothing opens before a column is chosen, and the last is the last"


def test_a_column_that_was_empty_is_measured_once_something_stands_in_it(theme: Theme, qtbot: QtBot) -> None:
    grid = Grid("rows", "Rows", theme)
    qtbot.addWidget(grid)
    grid.resize(600, 300)
    heads = (Head("What"), Head("Done"))
    line = lambda done: Line(("Ride along", done), ("Ride along", done), (), None)
    for before in ([], [line("")]):
        grid.show_lines(heads, before)
        grid.show_lines(heads, [line("Mon 23 November 2026")])
        assert grid.table.columnWidth(1) >= grid.table.sizeHintForColumn(1)
        grid.table.setColumnWidth(1, 40)
        grid.show_lines(heads, [line("Mon 23 November 2026")])
        assert grid.table.columnWidth(1) == 40, "what was made narrow by hand stays so"
