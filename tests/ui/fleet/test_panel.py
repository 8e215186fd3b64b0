"""The fleet panel on a real store: cells edited with their editors, refusals in words, people on and off duty."""

import json
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QTimeEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dispatcher.domain.fleet import Driver, Lock, Shift, Vehicle, VehicleKind
from dispatcher.services.demo import RESOURCES
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import ON, staff
from ui.fleet.page import RecordPage
from ui.fleet.panel import FleetPanel
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Mode, Theme

pytestmark = pytest.mark.qt_log_ignore("plugin does not support", extend=True)  # the offscreen platform, of pop-ups

ROLE = Qt.ItemDataRole


@pytest.fixture
def panel(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> FleetPanel:
    panel = FleetPanel(workplace, runner, theme)
    qtbot.addWidget(panel)
    panel.resize(1280, 660)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.set_date(ON)
    runner.wait_until_idle()
    return panel


@pytest.fixture
def staffed(workplace: Workplace, panel: FleetPanel, runner: OpRunner) -> FleetPanel:
    """Aino, Eero and Venla on duty, each with a van."""
    staff(workplace, "Aino", "Eero", "Venla")
    panel.refresh()
    runner.wait_until_idle()
    return panel


def column(page: RecordPage, header: str) -> int:
    return [c.header for c in page.model.columns].index(header)


def shown(page: RecordPage, row: int, header: str, role: Qt.ItemDataRole = ROLE.DisplayRole) -> object:
    return page.model.index(row, column(page, header)).data(role)


def edit[E: QWidget](page: RecordPage, row: int, header: str, kind: type[E]) -> E:
    """Begin to edit a cell by F2, as a person does."""
    index = page.model.index(row, column(page, header))
    page.table.setFocus()
    page.table.setCurrentIndex(index)
    page.table.edit(index)
    editors = [e for e in page.table.viewport().findChildren(kind) if e.isVisible()]
    assert len(editors) == 1
    return editors[0]


def done(page: RecordPage, editor: QWidget, runner: OpRunner) -> None:
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # the delegate takes the value over by a posted call
    runner.wait_until_idle()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def choose(page: RecordPage, row: int, header: str, text: str, runner: OpRunner) -> None:
    combo = edit(page, row, header, QComboBox)
    combo.setCurrentIndex(combo.findText(text))
    assert combo.currentIndex() >= 0, text
    combo.activated.emit(combo.currentIndex())
    runner.wait_until_idle()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def drivers(workplace: Workplace) -> list[Driver]:
    return list(workplace.store.read(lambda r: r.drivers()))


def vehicles(workplace: Workplace) -> list[Vehicle]:
    return list(workplace.store.read(lambda r: r.vehicles()))


def shifts(workplace: Workplace) -> list[Shift]:
    return list(workplace.store.read(lambda r: r.shifts_of(ON)))


# ── Empty ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_depot_offers_the_first_step(panel: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    for page, said in ((panel.shifts, "no drivers"), (panel.drivers, "No drivers"), (panel.vehicles, "No vehicles")):
        assert page.stack.currentWidget() is page.empty
        assert said in page.empty.text
        assert not page.remove_button.isEnabled()
    step = panel.shifts.empty.findChild(QPushButton)
    assert step is not None
    assert step.text() == "Add driver"
    step.click()
    runner.wait_until_idle()
    assert panel.tabs.currentWidget() is panel.drivers
    assert [d.name for d in drivers(workplace)] == ["Driver 1"]
    assert panel.drivers.stack.currentWidget() is panel.drivers.table


def test_a_day_with_nobody_offers_to_put_everyone_on_duty(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner
) -> None:
    staff(workplace, "Aino", "Eero", on=None)
    panel.refresh()
    runner.wait_until_idle()
    assert "Nobody is on duty on Tue 24 Nov" in panel.shifts.empty.text
    panel.shifts.empty.step_requested.emit()
    runner.wait_until_idle()
    assert len(shifts(workplace)) == 2
    assert panel.tabs.tabText(0) == "On duty Tue 24 Nov (2)"
    panel.staff_button.click()
    runner.wait_until_idle()
    assert panel.shifts.fault.tone is Tone.WARNING
    assert "usual vehicle" in panel.shifts.fault.text()


# ── How it looks ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_headers_stand_over_their_cells(staffed: FleetPanel) -> None:
    for page in (staffed.shifts, staffed.drivers, staffed.vehicles):
        for section in range(page.model.columnCount()):
            head = page.model.headerData(section, Qt.Orientation.Horizontal, ROLE.TextAlignmentRole)
            assert head == page.model.index(0, section).data(ROLE.TextAlignmentRole)


def test_columns_are_as_wide_as_what_they_show_and_all_in_sight(staffed: FleetPanel) -> None:
    for page in (staffed.shifts, staffed.drivers, staffed.vehicles):
        staffed.tabs.setCurrentWidget(page)
        header = page.table.horizontalHeader()
        for section in range(page.model.columnCount()):
            assert header.sectionSize(section) >= page.table.sizeHintForColumn(section)
            assert header.sectionSize(section) <= 330
        assert page.table.horizontalScrollBar().maximum() == 0, page.table.objectName()


def test_a_shift_tells_its_hours(staffed: FleetPanel) -> None:
    assert shown(staffed.shifts, 0, "Driver") == "1  Aino"
    assert shown(staffed.shifts, 0, "From") == "08:00"
    assert shown(staffed.shifts, 0, "Length") == "8:00 h"
    assert shown(staffed.shifts, 0, "Driver", ROLE.DecorationRole) is not None


def test_models_keep_qts_promises(staffed: FleetPanel, qtmodeltester: object) -> None:
    for page in (staffed.shifts, staffed.drivers, staffed.vehicles):
        qtmodeltester.check(page.model)  # type: ignore[attr-defined]


def test_it_follows_the_theme(staffed: FleetPanel, theme: Theme) -> None:
    staffed.shifts.complain("Something.")
    before = staffed.shifts.table.verticalHeader().defaultSectionSize()
    theme.apply(Mode.DARK, 1.25)
    try:
        assert staffed.shifts.fault.palette().windowText().color() == theme.colour("late")
        assert staffed.shifts.table.verticalHeader().defaultSectionSize() > before
    finally:
        theme.apply(Mode.LIGHT, 1.0)


# ── Cells ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_name_is_typed(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    staffed.tabs.setCurrentIndex(1)
    editor = edit(staffed.drivers, 1, "Name", QLineEdit)
    editor.setText("Eero Lehtonen")
    done(staffed.drivers, editor, runner)
    assert [d.name for d in drivers(workplace)] == ["Aino", "Eero Lehtonen", "Venla"]
    assert shown(staffed.drivers, 1, "Name") == "Eero Lehtonen"
    assert shown(staffed.shifts, 1, "Driver") == "2  Eero Lehtonen"
    assert workplace.store.history().undo == "Change Eero Lehtonen"


def test_a_limit_is_set_and_lifted(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    staffed.tabs.setCurrentIndex(1)
    editor = edit(staffed.drivers, 0, "Max stops", QSpinBox)
    assert editor.text() == "no limit"
    editor.setValue(20)
    done(staffed.drivers, editor, runner)
    assert drivers(workplace)[0].max_stops == 20
    editor = edit(staffed.drivers, 0, "Max stops", QSpinBox)
    editor.setValue(-1)
    done(staffed.drivers, editor, runner)
    assert drivers(workplace)[0].max_stops is None
    hours = edit(staffed.drivers, 0, "Max time", QDoubleSpinBox)
    hours.setValue(7.5)
    done(staffed.drivers, hours, runner)
    assert drivers(workplace)[0].max_duration_s == 27_000
    assert shown(staffed.drivers, 0, "Max time") == "7.5 h"


def test_a_vehicle_changes_kind_and_size(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    staffed.tabs.setCurrentIndex(2)
    choose(staffed.vehicles, 0, "Kind", "cargo bike", runner)
    assert vehicles(workplace)[0].kind is VehicleKind.CARGO_BIKE
    weight = edit(staffed.vehicles, 0, "Weight", QDoubleSpinBox)
    weight.setValue(120)
    done(staffed.vehicles, weight, runner)
    assert vehicles(workplace)[0].capacity.kg == 120


def test_a_tick_takes_a_driver_out_of_use(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    page = staffed.drivers
    index = page.model.index(0, column(page, "Active"))
    assert page.model.setData(index, Qt.CheckState.Unchecked.value, ROLE.CheckStateRole) is False, "it only wishes"
    runner.wait_until_idle()
    assert not drivers(workplace)[0].active
    assert shown(page, 0, "Active", ROLE.CheckStateRole) == Qt.CheckState.Unchecked


def test_times_are_set_and_a_night_ends_on_the_next_day(
    staffed: FleetPanel, workplace: Workplace, runner: OpRunner
) -> None:
    page = staffed.shifts
    editor = edit(page, 0, "From", QTimeEdit)
    assert editor.time() == QTime(8, 0)
    editor.setTime(QTime(20, 0))
    done(page, editor, runner)
    assert shown(page, 0, "Until") == "16:00 +1"
    until = edit(page, 0, "Until", QTimeEdit)
    until.setTime(QTime(2, 30))
    done(page, until, runner)
    shift = shifts(workplace)[0]
    assert shift.ends_at - shift.starts_at == timedelta(hours=6, minutes=30)
    back = edit(page, 0, "From", QTimeEdit)
    back.setTime(QTime(1, 30))
    done(page, back, runner)
    assert (shown(page, 0, "Until"), shown(page, 0, "Length")) == ("02:30", "1:00 h")


def test_an_open_round_ends_at_its_last_stop(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    page = staffed.shifts
    index = page.model.index(0, column(page, "Returns"))
    page.model.setData(index, Qt.CheckState.Unchecked.value, ROLE.CheckStateRole)
    runner.wait_until_idle()
    assert shifts(workplace)[0].end is None


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_has_two_shifts_a_day(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    before = shifts(workplace)
    choose(staffed.shifts, 0, "Driver", "2  Eero", runner)
    assert "Eero is on duty on Tuesday 24 November already." in staffed.shifts.fault.text()
    assert staffed.shifts.fault.isVisible()
    assert shifts(workplace) == before
    assert shown(staffed.shifts, 0, "Driver") == "1  Aino"


def test_a_vehicle_has_one_driver(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    choose(staffed.shifts, 0, "Vehicle", "Van 2 (van)", runner)
    assert "Eero drives that vehicle" in staffed.shifts.fault.text()
    assert [s.vehicle_id for s in shifts(workplace)] == [d.vehicle_id for d in drivers(workplace)]


def test_a_fault_goes_with_the_next_change(staffed: FleetPanel, runner: OpRunner) -> None:
    choose(staffed.shifts, 0, "Driver", "2  Eero", runner)
    assert staffed.shifts.fault.isVisible()
    index = staffed.shifts.model.index(0, column(staffed.shifts, "Returns"))
    staffed.shifts.model.setData(index, Qt.CheckState.Unchecked.value, ROLE.CheckStateRole)
    runner.wait_until_idle()
    assert not staffed.shifts.fault.isVisible()


@pytest.mark.parametrize(
    ("header", "kind", "value", "said"),
    [("No.", QSpinBox, 2, "Eero"), ("Name", QLineEdit, "  ", "needs a name")],
)
def test_numbers_and_names_are_told_apart(
    staffed: FleetPanel, workplace: Workplace, runner: OpRunner, header: str, kind: type[QWidget], value: object,
    said: str,
) -> None:  # fmt: skip
    staffed.tabs.setCurrentIndex(1)
    before = drivers(workplace)
    editor = edit(staffed.drivers, 0, header, kind)
    if isinstance(editor, QSpinBox):
        editor.setValue(int(str(value)))
    elif isinstance(editor, QLineEdit):
        editor.setText(str(value))
    done(staffed.drivers, editor, runner)
    assert said in staffed.drivers.fault.text()
    assert drivers(workplace) == before


def test_removing_a_driver_with_shifts_says_what_to_do(
    staffed: FleetPanel, workplace: Workplace, runner: OpRunner
) -> None:
    staffed.tabs.setCurrentIndex(1)
    staffed.drivers.remove_button.click()
    assert staffed.drivers.fault.text() == "Choose a row first."
    staffed.drivers.table.selectRow(0)
    staffed.drivers.remove_button.click()
    runner.wait_until_idle()
    assert "Aino has shifts or orders on record" in staffed.drivers.fault.text()
    assert "Untick “Active”" in staffed.drivers.fault.text()
    assert len(drivers(workplace)) == 3
    staffed.vehicles.table.selectRow(0)
    staffed.vehicles.remove_button.click()
    runner.wait_until_idle()
    assert "Van 1 has shifts on record" in staffed.vehicles.fault.text()


# ── Coming and going ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_insert_adds_and_begins_to_edit_and_delete_removes(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner
) -> None:
    staff(workplace, "Aino", on=None)
    panel.refresh()
    runner.wait_until_idle()
    panel.tabs.setCurrentIndex(1)
    panel.drivers.table.setFocus()
    QTest.keyClick(panel.drivers.table, Qt.Key.Key_Insert)
    runner.wait_until_idle()
    assert [d.name for d in drivers(workplace)] == ["Aino", "Driver 2"]
    editors = [e for e in panel.drivers.table.viewport().findChildren(QLineEdit) if e.isVisible()]
    assert [e.text() for e in editors] == ["Driver 2"]
    editors[0].setText("Eero")
    done(panel.drivers, editors[0], runner)
    assert [d.name for d in drivers(workplace)] == ["Aino", "Eero"]
    panel.drivers.table.selectRow(1)
    panel.drivers.table.setFocus()
    QTest.keyClick(panel.drivers.table, Qt.Key.Key_Delete)
    runner.wait_until_idle()
    assert [d.name for d in drivers(workplace)] == ["Aino"]
    runner.undo()
    runner.wait_until_idle()
    assert panel.drivers.model.rowCount() == 2


def test_vehicles_are_added_with_names_of_their_own(panel: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    for _ in range(2):
        panel.vehicles.add_button.click()
        runner.wait_until_idle()
    assert [v.name for v in vehicles(workplace)] == ["Vehicle 1", "Vehicle 2"]


def test_one_driver_is_put_on_duty_from_the_menu(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    staffed.shifts.add_button.click()
    assert "Every active driver is on duty" in staffed.shifts.fault.text()
    staffed.shifts.table.selectRow(1)
    staffed.shifts.remove_button.click()
    runner.wait_until_idle()
    assert len(shifts(workplace)) == 2
    staffed.shifts.add_button.click()
    menu = staffed.findChild(QMenu, "fleet.shifts.who")
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["2  Eero"]
    menu.actions()[0].trigger()
    menu.close()
    runner.wait_until_idle()
    assert [s.driver_id for s in shifts(workplace)] == [d.id for d in drivers(workplace)]


def test_without_a_vehicle_nobody_goes_on_duty(panel: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    panel.drivers.add_button.click()
    runner.wait_until_idle()
    panel._put_on_duty(drivers(workplace)[0])
    runner.wait_until_idle()
    assert "has no vehicle" in panel.shifts.fault.text()


def test_a_fleet_file_is_brought_in_or_says_why_not(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner, tmp_path: Path
) -> None:

    panel.import_button.click()
    ask = panel.findChild(QFileDialog, "fleet.import.dialog")
    assert ask is not None
    ask.fileSelected.emit(str(RESOURCES / "fleet.json"))
    ask.reject()
    runner.wait_until_idle()
    assert panel.drivers.fault.text() == "8 drivers and 8 vehicles brought in."
    assert len(drivers(workplace)) == 8
    broken = tmp_path / "fleet.json"
    broken.write_text(json.dumps({"drivers": 3}), encoding="utf-8")
    panel._on_import_chosen(str(broken))
    assert panel.drivers.fault.tone is Tone.BAD
    assert len(drivers(workplace)) == 8


def test_another_day_shows_other_shifts(staffed: FleetPanel, runner: OpRunner) -> None:
    staffed.set_date(ON + timedelta(days=1))
    runner.wait_until_idle()
    assert staffed.shifts.model.rowCount() == 0
    assert "Wed 25 Nov" in staffed.shifts.empty.text


def test_every_control_has_a_name(staffed: FleetPanel) -> None:
    for page in ("shifts", "drivers", "vehicles"):
        for part in ("", ".add", ".remove", ".fault"):
            widget = staffed.findChild(QWidget, f"fleet.{page}{part}")
            assert widget is not None
            assert widget.accessibleName()


# ── Breaks, reloads, locks ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_break_is_typed_in_two_cells_and_undone(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    page = staffed.drivers
    staffed.tabs.setCurrentWidget(page)
    assert (shown(page, 0, "Break"), shown(page, 0, "Break begins")) == ("–", "–")
    spin = edit(page, 0, "Break", QSpinBox)
    spin.setValue(30)
    done(page, spin, runner)
    line = edit(page, 0, "Break begins", QLineEdit)
    line.setText("11-13:30")
    done(page, line, runner)
    assert (shown(page, 0, "Break"), shown(page, 0, "Break begins")) == ("30 min", "11:00–13:30")
    aino = drivers(workplace)[0]
    assert (aino.break_s, aino.break_from, aino.break_until) == (1_800, time(11), time(13, 30))
    runner.undo()
    runner.wait_until_idle()
    assert (shown(page, 0, "Break"), shown(page, 0, "Break begins")) == ("30 min", "–")


@pytest.mark.parametrize(("typed", "said"), [("13-11", "must have begun by 11:00"), ("noon", "no time of day")])
def test_a_break_that_cannot_be_is_refused_in_words(
    staffed: FleetPanel, workplace: Workplace, runner: OpRunner, typed: str, said: str
) -> None:
    page = staffed.drivers
    staffed.tabs.setCurrentWidget(page)
    workplace.store.write("Break", lambda uow: uow.put_driver(replace(drivers(workplace)[0], break_s=1_800)))
    staffed.refresh()
    runner.wait_until_idle()
    before = drivers(workplace)
    line = edit(page, 0, "Break begins", QLineEdit)
    line.setText(typed)
    done(page, line, runner)
    assert said in page.fault.text()
    assert drivers(workplace) == before
    assert shown(page, 0, "Break begins") == "–"


def test_usual_hours_are_typed_in_one_cell(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    page = staffed.drivers
    staffed.tabs.setCurrentWidget(page)
    line = edit(page, 0, "Hours", QLineEdit)
    line.setText("22 to 6")
    done(page, line, runner)
    assert (drivers(workplace)[0].starts, drivers(workplace)[0].ends) == (time(22), time(6))
    assert shown(page, 0, "Hours") == "22:00–06:00"


def test_reloads_are_a_figure_of_the_vehicle(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    page = staffed.vehicles
    staffed.tabs.setCurrentWidget(page)
    assert shown(page, 0, "Reloads") == "–"
    spin = edit(page, 0, "Reloads", QSpinBox)
    assert (spin.minimum(), spin.maximum()) == (0, 20)
    spin.setValue(2)
    done(page, spin, runner)
    assert vehicles(workplace)[0].max_reloads == 2
    assert shown(page, 0, "Reloads") == "2"


def test_a_lock_is_shown_and_changed_elsewhere(staffed: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    page = staffed.shifts
    assert shown(page, 0, "Lock") == "Open"
    workplace.store.write("Lock", lambda uow: uow.put_shifts([replace(shifts(workplace)[0], lock=Lock.ROUTE)]))
    staffed.refresh()
    runner.wait_until_idle()
    assert shown(page, 0, "Lock") == "Route locked"
    index = page.model.index(0, column(page, "Lock"))
    assert not page.model.flags(index) & Qt.ItemFlag.ItemIsEditable


def test_whose_row_it_is_stays_in_sight(staffed: FleetPanel, theme: Theme, qtbot: QtBot) -> None:
    page = staffed.drivers
    staffed.tabs.setCurrentWidget(page)
    bar = page.table.horizontalScrollBar()
    assert (bar.maximum(), page.frozen.isVisible()) == (0, False)
    theme.apply(Mode.LIGHT, 1.5)
    try:
        qtbot.waitUntil(lambda: bar.maximum() > 0)
        bar.setValue(bar.maximum())
        assert page.frozen.isVisible()
        assert [c for c in range(page.model.columnCount()) if not page.frozen.isColumnHidden(c)] == [0, 1]
        assert page.frozen.rowHeight(0) == page.table.rowHeight(0)
        top = page.frozen.visualRect(page.model.index(1, 1)).top()
        assert top == page.table.visualRect(page.model.index(1, 2)).top()
        middle = page.frozen.visualRect(page.model.index(1, 1)).center()
        QTest.mouseClick(page.frozen.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        assert page.table.currentIndex().row() == 1
        qtbot.waitUntil(lambda: not page.frozen.isVisible())
        assert bar.value() == 0
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_a_cell_gone_to_by_keys_is_not_covered(staffed: FleetPanel, theme: Theme, qtbot: QtBot) -> None:
    page = staffed.drivers
    staffed.tabs.setCurrentWidget(page)
    theme.apply(Mode.LIGHT, 1.5)
    try:
        page.table.setFocus()
        qtbot.waitUntil(lambda: page.table.horizontalScrollBar().maximum() > 0)
        page.table.setCurrentIndex(page.model.index(0, page.model.columnCount() - 1))
        qtbot.waitUntil(page.frozen.isVisible)
        for _ in range(page.model.columnCount() - 3):
            QTest.keyClick(page.table, Qt.Key.Key_Left)
            QApplication.processEvents()
            at = page.table.columnViewportPosition(page.table.currentIndex().column())
            assert not page.frozen.isVisible() or at >= page.frozen.width()
    finally:
        theme.apply(Mode.LIGHT, 1.0)
