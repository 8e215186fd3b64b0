"""The list of phones on a real store and a real logbook."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from db.logbook.store import SqliteLogbook
from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import App, Device
from dispatcher.domain.fleet import Driver
from dispatcher.domain.letters import Letter
from dispatcher.domain.tracking import Decoded, Fault, Source
from dispatcher.services import fleet, pairing
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import ON
from tests.ui.phones.conftest import Time, read
from ui.parts.said import Tone
from ui.phones import words
from ui.phones.panel import PhonesPanel
from ui.phones.quarantine import QuarantineDialog, beginning
from ui.runner import OpRunner
from ui.theme import Mode, Theme


def shown(panel: PhonesPanel) -> list[tuple[str, ...]]:
    """The cells of the list, row by row."""
    model = panel.sorting
    columns = range(model.columnCount())
    return [tuple(str(model.index(row, column).data()) for column in columns) for row in range(model.rowCount())]


def column(panel: PhonesPanel, which: int) -> list[str]:
    return [row[which] for row in shown(panel)]


def choose(panel: PhonesPanel, row: int) -> None:
    panel.table.setCurrentIndex(panel.sorting.index(row, 0))


def page_phone(logbook: SqliteLogbook, driver: Driver, label: str, time: Time) -> Device:
    offer = pairing.invite(logbook, driver_id=driver.id, label="", now=time())
    return pairing.redeem(logbook, offer.code, unique_id=f"{label} {driver.id}", label=label, now=time()).device


@pytest.fixture
def phones(panel: PhonesPanel, drivers: list[Driver], logbook: SqliteLogbook, time: Time, qtbot: QtBot) -> list[Device]:
    """Aino's with the driver page; Eero has none."""
    device = page_phone(logbook, drivers[0], "Pixel 7", time)
    read(panel, qtbot)
    panel.table.setFocus()
    return [device]


# --- what it shows ----------------------------------------------------------------------------------------------------


def test_without_drivers_the_first_step_is_to_add_some(panel: PhonesPanel, qtbot: QtBot) -> None:
    assert panel.stack.currentWidget() is panel.empty
    assert "No drivers yet" in panel.empty.text
    with qtbot.waitSignal(panel.drivers_requested):
        panel.empty.step_requested.emit()


def test_with_drivers_the_first_step_is_to_pair(panel: PhonesPanel, drivers: list[Driver], qtbot: QtBot) -> None:
    read(panel, qtbot)
    assert panel.stack.currentWidget() is panel.empty
    assert "No phone is paired yet" in panel.empty.text
    panel.empty.step_requested.emit()
    dialog = panel.findChild(QDialog, "pair")
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


def test_drivers_without_a_phone_are_rows_too(panel: PhonesPanel, phones: list[Device]) -> None:
    aino, eero = shown(panel)
    assert aino[: words.HEARD + 1] == ("1  Aino Korhonen", "Driver page", "Pixel 7", "paired", "just now")
    assert eero[words.DRIVER] == "2  Eero Laine"
    assert eero[words.STATE] == "Pair…"
    assert panel.count.text() == "1 phone"


def test_the_model_keeps_qts_promises(panel: PhonesPanel, phones: list[Device], qtmodeltester: object) -> None:
    qtmodeltester.check(panel.model)  # type: ignore[attr-defined]


def test_an_invitation_runs_out_by_the_second(
    panel: PhonesPanel, phones: list[Device], drivers: list[Driver], logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    pairing.invite(logbook, driver_id=drivers[1].id, label="", now=time())
    read(panel, qtbot)
    assert column(panel, words.STATE)[1] == "invited, 10:00 left"
    time.pass_(minutes=1, seconds=48)
    qtbot.waitUntil(lambda: column(panel, words.STATE)[1] == "invited, 8:12 left")
    time.pass_(minutes=9)
    qtbot.waitUntil(lambda: column(panel, words.STATE)[1] == "code expired")


def test_silence_is_amber_during_a_shift_and_not_after_it(
    panel: PhonesPanel, phones: list[Device], time: Time, qtbot: QtBot, theme: Theme
) -> None:
    amber = theme.colour("risk")
    heard = lambda: panel.sorting.index(0, words.HEARD)
    assert heard().data(Qt.ItemDataRole.ForegroundRole) is None
    time.pass_(minutes=11)
    read(panel, qtbot)
    assert heard().data() == "11 min ago"
    assert heard().data(Qt.ItemDataRole.ForegroundRole) == amber
    assert heard().data(Qt.ItemDataRole.DecorationRole) is not None
    assert "shift" in heard().data(Qt.ItemDataRole.ToolTipRole)
    time.pass_(hours=9)
    read(panel, qtbot)
    assert heard().data(Qt.ItemDataRole.ForegroundRole) is None


@pytest.mark.parametrize(
    ("fetched", "accepted", "said"),
    [(0, 0, "v7 waits"), (6, 6, "has v6, v7 waits"), (7, 6, "v7 there, not seen"), (7, 7, "v7 seen")],
)
def test_it_says_which_round_the_phone_has(
    panel: PhonesPanel,
    phones: list[Device],
    drivers: list[Driver],
    workplace: Workplace,
    logbook: SqliteLogbook,
    time: Time,
    qtbot: QtBot,
    fetched: int,
    accepted: int,
    said: str,
) -> None:
    shift = next(s for s in workplace.store.read(lambda r: r.shifts_of(ON)) if s.driver_id == drivers[0].id)
    body = {"zone": "Europe/Helsinki", "stops": []}
    sent = SentRound(shift.id, shift.driver_id, ON, 7, time(), shift.starts_at, shift.ends_at, body, accepted, fetched)
    logbook.write(lambda book: book.put_round(sent))
    read(panel, qtbot)
    assert column(panel, words.ROUND) == [said, ""]
    amber = panel.sorting.index(0, words.ROUND).data(Qt.ItemDataRole.DecorationRole) is not None
    assert amber == (accepted < 7)


def test_trackers_and_servers_are_listed(
    panel: PhonesPanel, phones: list[Device], drivers: list[Driver], logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    pairing.connect_app(logbook, app=App.SERVER, driver_id=None, label="Yard", now=time())
    pairing.add_tracker(logbook, unique_id="8622", driver_id=drivers[1].id, label="", now=time())
    read(panel, qtbot)
    assert [row[:3] for row in shown(panel)[1:]] == [
        ("2  Eero Laine", "Tracker", "8622"), ("All trackers", "Traccar server", "Yard"),
    ]  # fmt: skip


def test_words_filter_and_columns_sort(panel: PhonesPanel, phones: list[Device]) -> None:
    panel.filter.setText("pixel AINO")
    assert column(panel, words.DRIVER) == ["1  Aino Korhonen"]
    panel.filter.setText("nobody")
    assert shown(panel) == []
    panel.filter.clear()
    panel.table.sortByColumn(words.DRIVER, Qt.SortOrder.DescendingOrder)
    assert column(panel, words.DRIVER) == ["2  Eero Laine", "1  Aino Korhonen"]
    panel.table.sortByColumn(words.STATE, Qt.SortOrder.AscendingOrder)
    assert column(panel, words.DRIVER) == ["2  Eero Laine", "1  Aino Korhonen"]


def test_the_row_chosen_stays_chosen_when_others_come(
    panel: PhonesPanel, phones: list[Device], drivers: list[Driver], logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    choose(panel, 1)
    pairing.connect_app(logbook, app=App.OWNTRACKS, driver_id=drivers[0].id, label="tablet", now=time())
    read(panel, qtbot)
    assert panel.chosen_driver == drivers[1].id


def test_while_nobody_looks_nothing_is_read(panel: PhonesPanel, phones: list[Device], qtbot: QtBot) -> None:
    assert panel.feed is not None
    panel.hide()
    qtbot.waitUntil(lambda: panel.feed.idle)
    before = panel.feed.phones
    with qtbot.waitSignal(panel.feed.standing_changed):
        panel.feed.look()
    assert panel.feed.phones is before
    with qtbot.waitSignal(panel.feed.phones_changed):
        panel.show()


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_nothing_is_out_of_sight_on_a_small_screen(
    panel: PhonesPanel, phones: list[Device], theme: Theme, mode: Mode
) -> None:
    theme.apply(mode, 1.25)
    try:
        assert panel.table.horizontalScrollBar().maximum() == 0
        assert panel.bar.minimumSizeHint().width() <= 1270
    finally:
        theme.apply(Mode.LIGHT, 1.0)


# --- what is done about a phone ---------------------------------------------------------------------------------------


def test_delete_revokes_at_once(
    panel: PhonesPanel, phones: list[Device], runner: OpRunner, logbook: SqliteLogbook, qtbot: QtBot
) -> None:
    choose(panel, 0)
    with qtbot.waitSignal(panel.told) as told:
        QTest.keyClick(panel.table, Qt.Key.Key_Delete)
        runner.wait_until_idle()
    assert told.args == ["“Pixel 7” is revoked."]
    device = logbook.read(lambda r: r.device(phones[0].id))
    assert device is not None
    assert not device.trusted
    read(panel, qtbot)
    assert column(panel, words.STATE) == ["Pair…", "Pair…"]
    panel.revoked.setChecked(True)
    states = column(panel, words.STATE)
    assert sorted(states) == ["Pair…", "Pair…", "revoked 08:00"]
    assert panel.count.text() == "0 phones"
    choose(panel, states.index("revoked 08:00"))
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert not panel.revoke_action.isEnabled()


def test_f2_renames_in_place(
    panel: PhonesPanel, phones: list[Device], runner: OpRunner, logbook: SqliteLogbook, qtbot: QtBot
) -> None:
    choose(panel, 0)
    QTest.keyClick(panel.table, Qt.Key.Key_F2)
    editor = panel.table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Pixel 7"
    editor.setText("Aino’s own")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: column(panel, words.LABEL)[0] == "Aino’s own")
    runner.wait_until_idle()
    device = logbook.read(lambda r: r.device(phones[0].id))
    assert device is not None
    assert device.label == "Aino’s own"


def test_insert_opens_the_form_for_the_driver_chosen(
    panel: PhonesPanel, phones: list[Device], runner: OpRunner
) -> None:
    choose(panel, 1)
    QTest.keyClick(panel.table, Qt.Key.Key_Insert)
    runner.wait_until_idle()
    dialog = panel.findChild(QDialog, "pair")
    assert dialog is not None
    assert dialog.choosing.driver.currentText() == "2  Eero Laine"  # type: ignore[attr-defined]
    dialog.reject()


def test_enter_does_what_the_row_is_for(panel: PhonesPanel, phones: list[Device]) -> None:
    choose(panel, 1)
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    dialog = panel.findChild(QDialog, "pair")
    assert dialog is not None
    dialog.reject()


@pytest.mark.qt_log_ignore("plugin does not support", extend=True)
def test_the_menu_offers_what_can_be_done(panel: PhonesPanel, phones: list[Device]) -> None:
    choose(panel, 1)
    panel.table.customContextMenuRequested.emit(QPoint(5, 5))
    menu = panel.findChild(QMenu, "phones.menu")
    assert menu is not None
    able = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
    menu.close()
    assert able == {"Pair…": True, "Rename": False, "Revoke": False, "Copy the driver page's link": True}


def test_the_driver_pages_link_is_copied(panel: PhonesPanel, phones: list[Device]) -> None:
    assert panel.feed is not None
    assert panel.feed.standing is not None
    panel.copy_action.trigger()
    assert QGuiApplication.clipboard().text() == f"{panel.feed.standing.origin}/driver/"


def test_a_device_that_is_gone_is_told_of(
    panel: PhonesPanel, phones: list[Device], runner: OpRunner, drivers: list[Driver]
) -> None:
    panel.model.rename_requested.emit(replace(phones[0], id="no such device"), "x")  # type: ignore[arg-type]
    runner.wait_until_idle()
    assert panel.said.tone is Tone.BAD
    assert "not known" in panel.said.text()


def test_phones_of_drivers_who_are_gone_stay_in_the_list(
    panel: PhonesPanel, phones: list[Device], drivers: list[Driver], workplace: Workplace, qtbot: QtBot
) -> None:
    """Or they could not be revoked any more."""
    workplace.store.write("Off", lambda uow: fleet.end_duty(uow, [s.id for s in uow.shifts_of(ON)]))
    workplace.store.write("Remove", lambda uow: fleet.remove_drivers(uow, [drivers[0].id]))
    read(panel, qtbot)
    assert column(panel, words.DRIVER) == ["2  Eero Laine", "A driver who is gone"]
    choose(panel, 1)
    assert panel.revoke_action.isEnabled()


# --- messages set aside -----------------------------------------------------------------------------------------------


def test_messages_set_aside_are_counted_and_listed(
    panel: PhonesPanel, phones: list[Device], runner: OpRunner, logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    assert not panel.bar.aside.isVisible()
    why = Fault("Another phone, “iPhone”, uses the link of this one.")
    body = b'{"id": "iPhone"' + b" " * 300 + b"}"
    logbook.append(
        [Letter(phones[0].id, None, Source.OSMAND, time() - timedelta(hours=30), body, Decoded(faults=(why,)))]
    )
    read(panel, qtbot)
    assert panel.bar.aside.text() == "1 message set aside…"
    panel.bar.aside.click()
    dialog = panel.findChild(QuarantineDialog)
    assert dialog is not None
    runner.wait_until_idle()
    cells = [dialog.model.index(0, n).data() for n in range(5)]
    assert cells[:4] == ["Mon 23 Nov 02:00", "Pixel 7", "osmand", why.what]
    assert cells[4].startswith('{"id": "iPhone"')
    assert cells[4].endswith(" …")
    assert why.what in dialog.body.toPlainText()
    dialog.reject()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"lat=1", "lat=1"),
        (b"\xff\x00x", "\\xff x"),
        ("ä".encode() * 150, "ä" * 100 + " …"),
        (b"a\nb", "a b"),
        (b"", ""),
    ],
)
def test_the_beginning_of_a_message_can_always_be_read(body: bytes, said: str) -> None:
    assert beginning(body) == said


# --- where there is nothing to look after -----------------------------------------------------------------------------


def test_a_window_without_a_logbook_says_so(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> None:
    panel = PhonesPanel(replace(workplace, live=None), runner, theme)
    qtbot.addWidget(panel)
    panel.show()
    panel.start()
    assert panel.stack.currentWidget() is panel.empty
    with qtbot.waitSignal(panel.told):
        panel.pair()
    panel.stop()


def test_a_copy_pairs_and_starts_nothing(
    workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot, drivers: list[Driver]
) -> None:
    what_if = WhatIf("copy", ON, 1, workplace.clock(), workplace.home.root)
    panel = PhonesPanel(replace(workplace, what_if=what_if), runner, theme)
    qtbot.addWidget(panel)
    panel.start()
    panel.show()
    read(panel, qtbot)
    assert not panel.bar.start.isEnabled()
    panel.start_gateway()
    runner.wait_until_idle()
    assert not workplace.depot.road.serve
    with qtbot.waitSignal(panel.told):
        panel.pair(drivers[0].id)
    assert panel.findChild(QDialog, "pair") is None
    panel.stop()
