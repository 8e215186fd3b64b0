"""The dialog does what the services do, shows it, and asks once before what cannot be undone."""

import zipfile
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.services.holds import holds
from tests.unit.services.test_persons import MAIL, WORD, Case, anywhere
from tests.unit.services.test_retention_proofs import at
from ui.keeping.dialog import KeepingDialog
from ui.runner import OpRunner
from ui.theme import Theme


def press(button: QAbstractButton, runner: OpRunner) -> None:
    assert button.isEnabled(), button.objectName()
    button.click()
    runner.wait_until_idle()


def find(dialog: KeepingDialog, runner: OpRunner, words: str) -> None:
    dialog.tabs.setCurrentWidget(dialog.person)
    dialog.person.words.setText(words)
    press(dialog.person.search, runner)


def said(dialog: KeepingDialog) -> str:
    return dialog.line.said.text()


def number_of(case: Case, place: int) -> str:
    order = case.place.store.read(lambda r: r.order(case.ids[place]))
    assert order
    return order.number


# --- retention --------------------------------------------------------------------------------------------------------


def test_what_is_due_is_shown_before_anything_goes(
    case: Case, theme: Theme, settings: QSettings, runner: OpRunner, qtbot: QtBot
) -> None:
    later = KeepingDialog(replace(at(case.evening, 40), store=case.place.store), runner, theme, settings)
    qtbot.addWidget(later)
    later.show()
    later.who.setText("Anna")
    qtbot.waitUntil(lambda: bool(later.retention.model.lines))
    runner.wait_until_idle()
    due = {line.key: line.texts[3] for line in later.retention.model.lines}
    assert (due["messages"], due["proofs"]) == ("5", "–")
    assert "due, about" in said(later)
    assert WORD in str(case.evening.book.read(lambda r: r.messages_of(case.ids[0])))
    press(later.retention.go, runner)
    assert WORD not in str(case.evening.book.read(lambda r: r.messages_of(case.ids[0])))
    assert {line.key: line.texts[3] for line in later.retention.model.lines}["messages"] == "–"
    assert later.retention.past.lines[0].texts[2] == "Anna"
    assert not later.retention.go.isEnabled(), "nothing is due any more"


def test_nothing_goes_without_a_name(dialog: KeepingDialog, runner: OpRunner, case: Case) -> None:
    dialog.who.clear()
    dialog.tabs.setCurrentWidget(dialog.holds)
    runner.wait_until_idle()
    dialog.holds.numbers.setText(number_of(case, 0))
    dialog.holds.why.setText("Claim 7")
    press(dialog.holds.add, runner)
    assert "Nobody is named" in said(dialog)
    assert holds(case.place) == []


# --- holds ------------------------------------------------------------------------------------------------------------


def test_orders_are_held_by_their_numbers_and_lifted(dialog: KeepingDialog, runner: OpRunner, case: Case) -> None:
    tab = dialog.holds
    dialog.tabs.setCurrentWidget(tab)
    runner.wait_until_idle()
    assert tab.empty.text() == "No order is under hold."
    tab.numbers.setText("nonesuch")
    tab.why.setText("Claim 7")
    press(tab.add, runner)
    assert "No order has the number nonesuch" in said(dialog)
    tab.numbers.setText(f"{number_of(case, 0)} {number_of(case, 1)}")
    press(tab.add, runner)
    assert [(line.texts[2], line.texts[5]) for line in tab.model.lines] == [(WORD, "Claim 7")] * 2
    assert not tab.lift.isEnabled()
    tab.table.selectRow(0)
    tab.why.setText("Settled")
    press(tab.lift, runner)
    assert [held.hold.order_id for held in holds(case.place)] == [tab.model.lines[0].key]


# --- a person ---------------------------------------------------------------------------------------------------------


def test_a_person_is_found_and_what_is_kept_is_told(dialog: KeepingDialog, runner: OpRunner, case: Case) -> None:
    find(dialog, runner, "x")
    assert "too little" in said(dialog)
    find(dialog, runner, "nobody at all")
    assert "Nobody was found" in said(dialog)
    find(dialog, runner, MAIL)
    assert [line.key for line in dialog.person.model.lines] == case.ids
    assert "2 orders, 1 proof of delivery, 1 signature, 2 photos" in dialog.person.known.text()


def test_unticked_orders_are_not_theirs(dialog: KeepingDialog, runner: OpRunner, case: Case) -> None:
    find(dialog, runner, MAIL)
    model = dialog.person.model
    assert model.setData(model.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    runner.wait_until_idle()
    assert model.chosen == (case.ids[1],)
    assert dialog.person.known.text().startswith("Kept of them: 1 order")


def test_their_data_is_written_out(dialog: KeepingDialog, runner: OpRunner, tmp_path: Path) -> None:
    find(dialog, runner, MAIL)
    dialog.person.export_to(str(tmp_path / "out.zip"))
    runner.wait_until_idle()
    assert "person.json" in zipfile.ZipFile(tmp_path / "out.zip").namelist()
    dialog.person.export_to(str(tmp_path / "no such folder" / "out.zip"))
    runner.wait_until_idle()
    assert "cannot be written" in said(dialog)


def test_erasing_takes_a_reason_and_the_number_of_orders(
    dialog: KeepingDialog, runner: OpRunner, case: Case, qtbot: QtBot
) -> None:
    find(dialog, runner, MAIL)
    tab = dialog.person
    for why, number in (("", "2"), ("Asked", ""), ("Asked", "3")):
        tab.why.setText(why)
        tab.number.setText(number)
        assert not tab.erase.isEnabled()
    tab.number.clear()
    QTest.keyClicks(tab.number, "2")
    with qtbot.waitSignal(runner.op_finished) as told:
        press(tab.erase, runner)
    assert told.args[0].dates
    assert anywhere(case) == []
    assert said(dialog).startswith("Erased: 2 orders")
    assert tab.model.lines == ()
    find(dialog, runner, MAIL)
    assert "Nobody was found" in said(dialog)


def test_what_speaks_against_it_is_told_and_nothing_can_be_pressed(
    dialog: KeepingDialog, runner: OpRunner, case: Case
) -> None:
    dialog.tabs.setCurrentWidget(dialog.holds)
    runner.wait_until_idle()
    dialog.holds.numbers.setText(number_of(case, 0))
    dialog.holds.why.setText("Claim 7")
    press(dialog.holds.add, runner)
    find(dialog, runner, MAIL)
    assert "Claim 7" in dialog.person.refused.text()
    assert not dialog.person.number.isEnabled()
    assert not dialog.person.erase.isEnabled()


def test_a_copy_only_looks(case: Case, theme: Theme, settings: QSettings, runner: OpRunner, qtbot: QtBot) -> None:
    copy = replace(case.place, what_if=object())  # type: ignore[arg-type]
    made = KeepingDialog(copy, runner, theme, settings)
    qtbot.addWidget(made)
    assert "Nothing is written here" in said(made)
    qtbot.waitUntil(lambda: bool(made.retention.model.lines))
    assert not made.retention.go.isEnabled()
    assert not made.holds.add.isEnabled()


def test_everything_has_a_name(dialog: KeepingDialog) -> None:
    for part in dialog.findChildren(QWidget):
        if part.objectName().startswith("keeping."):
            assert part.accessibleName(), part.objectName()
