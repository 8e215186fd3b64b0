"""Certificates in the fleet panel: typed into cells, coloured and told as they run out, listed, written to a file."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.fleet import Driver, Vehicle
from dispatcher.services import fleet
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import ON, staff
from ui.fleet.page import RecordPage
from ui.fleet.panel import FleetPanel
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Theme

pytestmark = pytest.mark.qt_log_ignore("plugin does not support", extend=True)  # the offscreen platform, of pop-ups

ROLE = Qt.ItemDataRole
GONE = Certificate("driving licence", ON - timedelta(days=3), "FI-1", required=True)
SOON = Certificate("adr", ON + timedelta(days=30))
LATER = Certificate("forklift", ON + timedelta(days=31))
SKILL, NUMBER, UNTIL, REQUIRED, NOTE = range(5)

type Give = Callable[..., None]


@pytest.fixture
def panel(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> FleetPanel:
    staff(workplace, "Aino", "Eero", "Venla", on=None)
    panel = FleetPanel(workplace, runner, theme)
    qtbot.addWidget(panel)
    panel.resize(1280, 660)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    panel.set_date(ON)
    panel.tabs.setCurrentWidget(panel.drivers)
    runner.wait_until_idle()
    return panel


@pytest.fixture
def give(workplace: Workplace, panel: FleetPanel, runner: OpRunner) -> Give:
    """Give a driver certificates, and the first vehicle some."""

    def change(row: int, *certificates: Certificate, vehicle: tuple[Certificate, ...] = ()) -> None:
        driver, van = drivers(workplace)[row], vehicles(workplace)[0]
        workplace.store.write("Give", lambda uow: uow.put_driver(replace(driver, certificates=certificates)))
        workplace.store.write("Give", lambda uow: uow.put_vehicle(replace(van, certificates=vehicle)))
        panel.refresh()
        runner.wait_until_idle()

    return change


def drivers(workplace: Workplace) -> list[Driver]:
    return list(workplace.store.read(lambda r: r.drivers()))


def vehicles(workplace: Workplace) -> list[Vehicle]:
    return list(workplace.store.read(lambda r: r.vehicles()))


def names(page: RecordPage) -> list[str]:
    return [page.model.record(row).name for row in range(page.model.rowCount())]


def editor(page: RecordPage) -> QLineEdit:
    (found,) = (e for e in page.table.viewport().findChildren(QLineEdit) if e.isVisible())
    return found


def enter(page: RecordPage, text: str, runner: OpRunner) -> None:
    """Type into the open editor, and Enter."""
    open_one = editor(page)
    open_one.setText(text)
    QTest.keyClick(open_one, Qt.Key.Key_Return)
    QApplication.processEvents()  # the delegate takes the value over by a posted call
    runner.wait_until_idle()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def retype(page: RecordPage, row: int, column: int, text: str, runner: OpRunner) -> None:
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(row, column))
    page.table.edit(page.model.index(row, column))
    enter(page, text, runner)


def test_insert_takes_one_up_by_its_skill_and_asks_for_the_last_day(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner
) -> None:
    page = panel.driver_papers.page
    assert panel.driver_papers.title.text() == "Certificates"
    assert not page.add_button.isEnabled()
    panel.drivers.table.selectRow(1)
    assert panel.driver_papers.title.text() == "Certificates of Eero"
    page.add_button.click()
    enter(page, "ADR", runner)
    assert drivers(workplace)[1].certificates == (Certificate("adr"),)
    enter(page, "3.5.2027", runner)
    QTest.keyClick(page.table, Qt.Key.Key_Insert)
    enter(page, "first aid", runner)
    QTest.keyClick(editor(page), Qt.Key.Key_Escape)
    held = drivers(workplace)[1].certificates
    assert [(each.skill, each.valid_until and each.valid_until.isoformat()) for each in held] == [
        ("adr", "2027-05-03"), ("first aid", None),
    ]  # fmt: skip
    workplace.store.undo()
    assert len(drivers(workplace)[1].certificates) == 1


def test_every_cell_is_changed_in_place_and_delete_removes(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner, give: Give
) -> None:
    give(0, SOON, LATER)
    panel.drivers.table.selectRow(0)
    page = panel.driver_papers.page
    retype(page, 0, NUMBER, "77", runner)
    retype(page, 0, NOTE, "class 3", runner)
    retype(page, 1, UNTIL, "", runner)
    page.model.setData(page.model.index(1, REQUIRED), Qt.CheckState.Checked, ROLE.CheckStateRole)
    runner.wait_until_idle()
    first = replace(SOON, number="77", note="class 3")
    second = replace(LATER, valid_until=None, required=True)
    assert drivers(workplace)[0].certificates == (first, second)
    page.table.selectRow(0)
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    runner.wait_until_idle()
    assert drivers(workplace)[0].certificates == (second,)
    assert page.model.rowCount() == 1


@pytest.mark.parametrize(
    ("column", "text", "told"),
    [
        (UNTIL, "soon", "Valid until: “soon” is not a date. Write it as 2027-05-03"),
        (UNTIL, "2020-01-01", "cannot be taken up: 1 January 2020 is past"),
        (SKILL, "", "needs the skill it stands for"),
        (SKILL, "forklift", "has a certificate for “forklift” already"),
        (SKILL, "adr, tail lift", "are 2 skills"),
    ],
)
def test_what_cannot_be_stands_below_and_changes_nothing(
    column: int, text: str, told: str, panel: FleetPanel, workplace: Workplace, runner: OpRunner, give: Give
) -> None:
    give(0, SOON, LATER)
    panel.drivers.table.selectRow(0)
    page = panel.driver_papers.page
    retype(page, 0, column, text, runner)
    assert told in page.fault.text()
    assert page.fault.tone is Tone.BAD
    assert drivers(workplace)[0].certificates == (SOON, LATER)
    assert page.model.record(0).certificate == SOON


def test_a_row_that_is_being_filled_in_outlasts_other_changes(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner
) -> None:
    panel.drivers.table.selectRow(0)
    page = panel.driver_papers.page
    page.add_button.click()
    panel.refresh()
    runner.wait_until_idle()
    enter(page, "adr", runner)
    assert drivers(workplace)[0].certificates == (Certificate("adr"),)


def test_a_plain_skill_that_gets_a_certificate_is_one_no_more(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner
) -> None:
    driver = replace(drivers(workplace)[0], skills=frozenset({"adr", "tail lift"}))
    workplace.store.write("Give", lambda uow: uow.put_driver(driver))
    panel.refresh()
    runner.wait_until_idle()
    panel.drivers.table.selectRow(0)
    panel.driver_papers.page.add_button.click()
    enter(panel.driver_papers.page, "ADR", runner)
    changed = drivers(workplace)[0]
    assert (changed.skills, changed.certificates) == ({"tail lift"}, (Certificate("adr"),))


def test_the_list_tells_what_ends_first_in_its_colour(panel: FleetPanel, theme: Theme, give: Give) -> None:
    headers = [column.header for column in panel.drivers.model.columns]
    told = lambda row, role=ROLE.DisplayRole: panel.drivers.model.index(row, headers.index("Certificates")).data(role)
    give(0, LATER, GONE)
    give(1, LATER, SOON)
    give(2, LATER)
    assert [told(row) for row in range(3)] == [
        "driving licence ran out", "adr ends in 30 days", "forklift until Dec 2026",
    ]  # fmt: skip
    inks = [told(row, ROLE.ForegroundRole) for row in range(3)]
    assert inks == [theme.colour("late"), theme.colour("risk"), None]
    panel.drivers.table.selectRow(0)
    cells = panel.driver_papers.page.model
    assert [cells.index(row, UNTIL).data() for row in range(2)] == ["2026-12-25", "2026-11-21, ran out"]
    assert cells.index(1, UNTIL).data(ROLE.ForegroundRole) == theme.colour("late")


def test_the_strip_warns_and_shows_who_it_is(panel: FleetPanel, workplace: Workplace, give: Give) -> None:
    assert panel.strip.isHidden()
    give(1, SOON)
    assert panel.strip.said.text() == "Eero’s adr runs out in 30 days."
    assert panel.strip.said.tone is Tone.WARNING
    give(2, GONE, vehicle=(replace(SOON, skill="inspection"),))
    van = vehicles(workplace)[0].name
    assert panel.strip.said.text() == (
        "Venla’s driving licence ran out on 21 November 2026. "
        f"Eero’s adr runs out in 30 days. {van}’s inspection runs out in 30 days."
    )
    assert panel.strip.said.tone is Tone.BAD
    panel.tabs.setCurrentWidget(panel.shifts)
    panel.strip.button.click()
    assert panel.tabs.currentWidget() is panel.drivers
    assert names(panel.drivers) == ["Eero", "Venla"]
    assert panel.driver_papers.title.text() == "Certificates of Venla"
    panel.soon[0].setChecked(False)
    assert names(panel.drivers) == ["Aino", "Eero", "Venla"]
    assert panel.driver_papers.title.text() == "Certificates of Venla"
    panel.soon[1].setChecked(True)
    assert names(panel.vehicles) == [van]


def test_the_filter_says_when_nothing_runs_out(panel: FleetPanel, runner: OpRunner, give: Give) -> None:
    give(0, LATER)
    panel.soon[0].setChecked(True)
    assert panel.drivers.stack.currentWidget() is panel.drivers.empty
    assert panel.drivers.empty.text == "No certificate has run out or will within 30 days."
    panel.drivers.add_button.click()
    runner.wait_until_idle()
    assert not panel.soon[0].isChecked()
    assert editor(panel.drivers).text() == "Driver 4"


def test_a_vehicle_has_certificates_too(panel: FleetPanel, workplace: Workplace, runner: OpRunner) -> None:
    panel.tabs.setCurrentWidget(panel.vehicles)
    panel.vehicles.table.selectRow(0)
    panel.vehicle_papers.page.add_button.click()
    enter(panel.vehicle_papers.page, "inspection", runner)
    assert vehicles(workplace)[0].certificates == (Certificate("inspection"),)


def test_the_fleet_is_written_to_a_file_that_reads_back(
    panel: FleetPanel, workplace: Workplace, runner: OpRunner, give: Give, tmp_path: Path
) -> None:
    give(0, GONE, SOON)
    panel.export_button.click()
    (dialog,) = panel.findChildren(QFileDialog, "fleet.export.dialog")
    dialog.fileSelected.emit(str(tmp_path / "fleet.json"))
    runner.wait_until_idle()
    assert panel.drivers.fault.text() == "The fleet is in fleet.json."
    read = fleet.read_file(tmp_path / "fleet.json")
    assert [d.certificates for d in read.drivers] == [d.certificates for d in drivers(workplace)]
    dialog.fileSelected.emit(str(tmp_path / "nowhere" / "fleet.json"))
    runner.wait_until_idle()
    assert "cannot be written" in panel.drivers.fault.text()
    dialog.close()
