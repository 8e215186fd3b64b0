"""A day is closed from the workbench and reopened by what comes late; evidence is written; on real files and keys."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dispatcher.proof.files import ProofFiles
from dispatcher.services.closing import closings_on, key_fingerprint
from dispatcher.services.closing_open import OpenKind
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.evidence_file import verify_evidence
from dispatcher.services.verifying import verify_proofs
from tests.fixtures import days
from tests.ui.proofs.conftest import Doors, Shown, shown_on
from tests.ui.proofs.test_panel import press
from ui.parts.said import Tone
from ui.proofs import words
from ui.proofs.closing import CloseDialog
from ui.proofs.panel import ProofsPanel
from ui.proofs.paperwork import UNSIGNED
from ui.proofs.words import Filter
from ui.runner import OpRunner

Key = Qt.Key


def opened(shown: Shown) -> CloseDialog:
    """The dialog, with what is open in it."""
    press(Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    shown.settle()
    dialog = shown.panel.paperwork.dialog
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


def lines(dialog: CloseDialog) -> list[str]:
    return [dialog.list.item(n).text() for n in range(dialog.list.count())]


def sign(shown: Shown, dialog: CloseDialog, report: Path) -> None:
    dialog.by.setText("Anna Berg")
    dialog.report.setText(str(report))
    dialog.sign.click()
    shown.settle()


def test_a_day_is_closed_in_spite_of_what_is_open_and_says_so(shown: Shown, doors: Doors, tmp_path: Path) -> None:
    dialog = opened(shown)
    assert any("flagged proof" in line for line in lines(dialog))
    assert sum("round not ended" in line for line in lines(dialog)) == 2
    assert dialog.sign.text() == "Close the day all the same"
    sign(shown, dialog, tmp_path / "day.pdf")
    assert dialog.state.tone is Tone.GOOD
    assert key_fingerprint(doors.workplace) in dialog.signed.text()
    assert (tmp_path / "day.pdf").read_bytes().startswith(b"%PDF")
    last = doors.logbook.read(lambda r: closings_on(r, days.DATE)).last
    assert last is not None
    assert last.by == "Anna Berg"
    assert last.signed.head.head.hex() in dialog.signed.text()
    assert "Closed by Anna Berg at 18:00." in shown.panel.closed.text()
    files = ProofFiles(proofs_folder(doors.workplace.home, doors.workplace.slug))
    assert verify_proofs(doors.logbook, files, now=doors.time()).closings == 1
    dialog.close()


def test_a_decision_reopens_a_closed_day_and_it_is_closed_again(shown: Shown, doors: Doors, tmp_path: Path) -> None:
    dialog = opened(shown)
    sign(shown, dialog, tmp_path / "day.pdf")
    dialog.close()
    shown.panel.activateWindow()
    shown.panel.bench.deeds["accept"].trigger()
    shown.settle()
    assert "reopened: 1 record came since" in shown.panel.closed.text()
    assert shown.panel.closed.tone is Tone.WARNING
    shown.panel.paperwork.close_day.trigger()
    shown.settle()
    assert "1 record came after it was closed" in dialog.state.text()
    sign(shown, dialog, tmp_path / "again.pdf")
    assert len(doors.logbook.read(lambda r: closings_on(r, days.DATE)).done) == 2
    assert shown.panel.closed.tone is Tone.GOOD
    dialog.close()


def test_a_line_leads_to_its_proof_and_others_elsewhere(shown: Shown, qtbot: QtBot) -> None:
    dialog = opened(shown)
    shown.panel.bar.buttons[Filter.REJECTED].click()
    row = next(dialog.list.item(n) for n in range(dialog.list.count()) if "flagged" in dialog.list.item(n).text())
    dialog.list.itemActivated.emit(row)
    assert shown.current == row.data(Qt.ItemDataRole.UserRole).key
    other = next(dialog.list.item(n) for n in range(dialog.list.count()) if "round" in dialog.list.item(n).text())
    with qtbot.waitSignal(shown.panel.elsewhere_requested) as asked:
        dialog.list.itemActivated.emit(other)
    assert asked.args is not None
    assert asked.args[0].kind is OpenKind.ROUND
    dialog.close()


def test_nobody_and_nowhere_are_refused(shown: Shown, doors: Doors, tmp_path: Path) -> None:
    dialog = opened(shown)
    dialog.by.clear()
    dialog.sign.click()
    assert dialog.by.property("invalid")
    sign(shown, dialog, tmp_path / "nowhere" / "day.pdf")
    assert "cannot be written" in dialog.fault.text()
    assert dialog.sign.isEnabled()
    sign(shown, dialog, tmp_path / "day.pdf")
    assert (tmp_path / "day.pdf").exists(), "the day is closed already; its report is written now"
    assert len(doors.logbook.read(lambda r: closings_on(r, days.DATE)).done) == 1
    dialog.close()


def test_what_came_while_the_dialog_was_open_is_looked_at_first(shown: Shown, doors: Doors, tmp_path: Path) -> None:
    dialog = opened(shown)
    key = next(p.attempt.key for p in shown.panel.bench.model.proofs if p.flags)
    shown.panel.bench.choose_key(key)
    shown.panel.bench.deeds["accept"].trigger()
    shown.settle()
    sign(shown, dialog, tmp_path / "day.pdf")
    assert "Something else is open now" in dialog.fault.text()
    assert doors.logbook.read(lambda r: closings_on(r, days.DATE)).done == ()
    dialog.again.click()
    shown.settle()
    sign(shown, dialog, tmp_path / "day.pdf")
    assert len(doors.logbook.read(lambda r: closings_on(r, days.DATE)).done) == 1
    dialog.close()


def test_evidence_of_the_proof_shown_is_written_and_verifies(shown: Shown, doors: Doors, tmp_path: Path) -> None:
    dialog = opened(shown)
    sign(shown, dialog, tmp_path / "day.pdf")
    dialog.close()
    row = shown.panel.bench.current
    assert row is not None
    shown.panel.paperwork.write_evidence(row.proof, tmp_path / "stop.pdf")
    shown.settle()
    said = verify_evidence(tmp_path / "stop.pdf", key=key_fingerprint(doors.workplace)).described()
    assert (said["attempt"], said["photos"]) == (row.key, 1)
    assert "is written to stop.pdf, signed with key" in shown.panel.said.text()


def test_unsigned_evidence_is_asked_about_first(shown: Shown) -> None:
    press(Key.Key_E)
    assert shown.panel.ask.isVisible()
    assert shown.panel.ask.question.text() == UNSIGNED
    press(Key.Key_Escape)
    assert not shown.panel.ask.isVisible()


def test_evidence_that_cannot_be_written_says_so(shown: Shown, tmp_path: Path) -> None:
    row = shown.panel.bench.current
    assert row is not None
    shown.panel.paperwork.write_evidence(row.proof, tmp_path / "nowhere" / "stop.pdf")
    shown.settle()
    assert shown.panel.said.tone is Tone.BAD


@pytest.mark.parametrize(("width", "whole"), [(1270, False), (1860, True)])
def test_a_drivers_name_is_whole_where_there_is_room(shown: Shown, width: int, *, whole: bool) -> None:
    shown.panel.resize(width, 800)
    shown.settle()
    table = shown.panel.bench.table
    assert (table.columnWidth(words.DRIVER) >= table.sizeHintForColumn(words.DRIVER)) is whole
    assert table.columnWidth(words.FLAGS) >= shown.panel._theme.grid(20)


def test_numbers_of_twelve_signs_are_whole(doors: Doors, panel: ProofsPanel, runner: OpRunner, qtbot: QtBot) -> None:
    store = doors.workplace.store
    made = store.read(lambda r: r.day(days.DATE))
    orders = [replace(o, number=f"HEL-1000{n:04d}") for n, o in enumerate(made.orders.values())]
    drivers = [replace(d, name="Anna-Katariina Lehtonen") for d in made.drivers.values()]
    store.write("Numbers", lambda uow: (uow.put_orders(orders), [uow.put_driver(d) for d in drivers]))
    doors.outlook = doors.workplace.desk.look(store.read(lambda r: r.day(days.DATE)), why=False)
    doors.send()
    doors.deliver(doors.shifts[0], 0)
    shown = shown_on(panel, runner, qtbot)
    doors.deliver(doors.shifts[1], 1)
    panel._look()
    shown.settle()
    table = panel.bench.table
    for width, driver_too in ((1270, False), (1510, False), (1860, True)):
        panel.resize(width, 800)
        shown.settle()
        assert table.columnWidth(words.NUMBER) >= table.sizeHintForColumn(words.NUMBER), width
        assert (table.columnWidth(words.DRIVER) >= table.sizeHintForColumn(words.DRIVER)) is driver_too, width


def test_the_actions_are_listed_for_menus(shown: Shown) -> None:
    listed = shown.panel.actions_by_name
    assert set(listed) == {"proofs_close_day", "proofs_evidence"}
    assert all(action.isEnabled() and "…" in action.text() for action in listed.values())
