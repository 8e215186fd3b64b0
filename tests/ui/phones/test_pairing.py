"""The form that lets a phone in, on a real logbook."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from db.logbook.store import SqliteLogbook
from dispatcher.domain.devices import App, Device
from dispatcher.domain.fleet import Driver
from dispatcher.domain.letters import Letter
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Source
from dispatcher.services import pairing
from dispatcher.services.pairing_apps import qr
from dispatcher.services.workplace import Workplace
from tests.ui.phones.conftest import Time
from ui.parts.said import Tone
from ui.phones.choosing import APPS
from ui.phones.feed import PhonesFeed
from ui.phones.pairing import EXPIRED, PairDialog
from ui.phones.qr import QUIET, QrCode
from ui.runner import OpRunner
from ui.theme import Mode, Theme


@pytest.fixture
def feed(workplace: Workplace) -> Iterator[PhonesFeed]:
    feed = PhonesFeed(workplace)
    yield feed
    feed.stop()


@pytest.fixture
def dialog(
    workplace: Workplace, runner: OpRunner, theme: Theme, feed: PhonesFeed, drivers: list[Driver], qtbot: QtBot
) -> PairDialog:
    """For Aino."""
    dialog = PairDialog(workplace, runner, theme, feed, drivers[0].id)
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    runner.wait_until_idle()
    return dialog


def go(dialog: PairDialog, runner: OpRunner, app: App = App.PAGE) -> None:
    dialog.choosing.choose(app)
    dialog.go.click()
    runner.wait_until_idle()


def devices(logbook: SqliteLogbook) -> list[Device]:
    return list(logbook.read(lambda r: r.devices()))


def test_it_asks_whose_phone_first(dialog: PairDialog, drivers: list[Driver]) -> None:
    assert dialog.choosing.driver_id == drivers[0].id
    assert dialog.choosing.app is App.PAGE
    assert list(APPS) == [App.PAGE, *(app for app in App if app is not App.PAGE)]
    dialog.choosing.driver.setCurrentIndex(-1)
    assert not dialog.go.isEnabled()
    dialog.choosing.choose(App.SERVER)
    assert dialog.go.isEnabled(), "a server has no driver"


def test_it_closes_by_itself_when_the_phone_is_in(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(dialog.gateway_wanted):
        go(dialog, runner)
    code = dialog.showing.code.text()
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert dialog.showing.qr.text.endswith(f"/driver/#pair={code.replace('-', '')}")
    assert dialog.showing.certificate.text.startswith("http://")
    assert "10:00" in dialog.showing.said.text()
    told: list[str] = []
    dialog.paired.connect(told.append)
    with qtbot.waitSignal(dialog.accepted):
        pairing.redeem(logbook, code, unique_id="u", label="Pixel 7", now=time())
    assert told == ["Aino’s Pixel 7 is paired."]


def test_a_name_that_was_typed_stays(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    dialog.choosing.label.setText("  the red one ")
    go(dialog, runner)
    with qtbot.waitSignal(dialog.accepted):
        pairing.redeem(logbook, dialog.showing.code.text(), unique_id="u", label="Pixel 7", now=time())
    assert [device.label for device in devices(logbook)] == ["the red one"]


def test_a_code_expires_and_another_is_made(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    go(dialog, runner)
    first = dialog.showing.code.text()
    time.pass_(minutes=4)
    qtbot.waitUntil(lambda: "6:00" in dialog.showing.said.text())
    time.pass_(minutes=6)
    qtbot.waitUntil(lambda: dialog.showing.said.text() == EXPIRED)
    assert dialog.showing.qr.text == ""
    assert not dialog.showing.copy_link.isEnabled()
    dialog.go.click()
    runner.wait_until_idle()
    assert dialog.showing.code.text() not in ("", first)
    assert dialog.showing.copy_link.isEnabled()
    dialog.reject()


def test_leaving_the_code_does_not_spend_it(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, time: Time
) -> None:
    go(dialog, runner)
    code = dialog.showing.code.text()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert pairing.redeem(logbook, code, unique_id="u", label="Pixel 7", now=time()).device.trusted


@pytest.mark.parametrize("app", [App.TRACCAR, App.OWNTRACKS, App.OVERLAND])
def test_apps_that_take_a_link_are_shown_it(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, time: Time, qtbot: QtBot, app: App
) -> None:
    go(dialog, runner, app)
    assert dialog.showing.qr.isVisible()
    assert dialog.showing.certificate.isVisible()
    assert not dialog.showing.code.isVisible()
    (device,) = devices(logbook)
    assert device.app is app
    dialog.showing.copy_link.click()
    assert QGuiApplication.clipboard().text() == dialog.showing.qr.text
    battery = Decoded(events=(DeviceEvent(time(), EventKind.HEARTBEAT),))
    with qtbot.waitSignal(dialog.paired):
        logbook.append([Letter(device.id, device.driver_id, Source.OSMAND, time(), b"", battery)])
    assert "heard" in dialog.showing.said.text()
    assert dialog.isVisible(), "what stands there may still be needed"


@pytest.mark.parametrize("app", [App.GPSLOGGER, App.OSMAND, App.NMEA])
def test_apps_that_are_typed_into_are_shown_what_goes_where(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, app: App
) -> None:
    go(dialog, runner, app)
    assert not dialog.showing.qr.isVisible()
    first = dialog.showing.findChild(QLineEdit, "pair.field.0")
    copy = dialog.showing.findChild(QToolButton, "pair.field.0.copy")
    assert first is not None
    assert copy is not None
    copy.click()
    assert QGuiApplication.clipboard().text() == first.text()
    assert first.text().startswith("https://")
    dialog.reject()


def test_a_servers_lines_are_pasted_and_its_trackers_named(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, drivers: list[Driver], qtbot: QtBot
) -> None:
    go(dialog, runner, App.SERVER)
    lines = dialog.showing.lines.toPlainText().splitlines()
    assert lines[0].startswith("<entry key='forward.url'>https://")
    assert all(line.endswith("</entry>") for line in lines)
    dialog.go.click()
    assert dialog.choosing.app is App.TRACKER
    assert dialog.choosing.unique_id.isVisible()
    dialog.choosing.unique_id.setText(" 8622 ")
    with qtbot.waitSignal(dialog.paired):
        dialog.go.click()
    runner.wait_until_idle()
    server, tracker = devices(logbook)
    assert (server.app, server.driver_id) == (App.SERVER, None)
    assert (tracker.app, tracker.driver_id, tracker.unique_id) == (App.TRACKER, drivers[0].id, "8622")
    assert dialog.choosing.unique_id.text() == "", "ready for the next one"


@pytest.mark.parametrize("unique_id", ["", "8622"])
def test_a_tracker_that_cannot_be_is_refused_in_words(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, drivers: list[Driver], time: Time, unique_id: str
) -> None:
    pairing.add_tracker(logbook, unique_id="8622", driver_id=drivers[1].id, label="", now=time())
    dialog.choosing.choose(App.TRACKER)
    dialog.choosing.unique_id.setText(unique_id)
    dialog.go.click()
    runner.wait_until_idle()
    assert dialog.fault.tone is Tone.BAD
    assert len(devices(logbook)) == 1
    assert dialog.choosing.unique_id.text() == unique_id
    assert dialog.go.isEnabled()


def test_a_new_code_voids_the_one_before(
    dialog: PairDialog, runner: OpRunner, logbook: SqliteLogbook, time: Time, drivers: list[Driver]
) -> None:
    go(dialog, runner)
    dialog.back.click()
    assert dialog.stack.currentWidget() is dialog.choosing
    assert dialog.showing.qr.text == ""
    go(dialog, runner)
    assert len(logbook.read(lambda r: r.invitations())) == 1
    dialog.reject()


def test_it_fits_a_small_screen_with_larger_text(
    dialog: PairDialog, runner: OpRunner, theme: Theme, workplace: Workplace
) -> None:
    theme.apply(Mode.DARK, 1.25)
    try:
        for app in App:
            if app is not App.TRACKER:
                go(dialog, runner, app)
                size = dialog.minimumSizeHint()
                assert (size.width() <= 1366, size.height() <= 745) == (True, True), f"{app}: {size}"
                dialog.choose_again()
    finally:
        theme.apply(Mode.LIGHT, 1.0)
    dialog.reject()


# --- the code itself --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
@pytest.mark.parametrize("side", [60, 101, 272])
def test_every_module_is_painted_as_large_as_the_next(qtbot: QtBot, theme: Theme, mode: Mode, side: int) -> None:
    """Read back from the picture: it is the code, black on white, with its quiet zone, in both themes."""
    theme.apply(mode, 1.0)
    try:
        around = QWidget()
        qtbot.addWidget(around)
        code = QrCode("code", "A code", side, around)
        code.show_text("https://192.168.1.20:8443/driver/#pair=ABCD")
        image = code.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    finally:
        theme.apply(Mode.LIGHT, 1.0)
    whole = code.modules()
    pixels = image.width() // whole
    assert pixels >= 1
    edge = (image.width() - pixels * whole) // 2
    expected = qr(code.text)
    for y in range(whole):
        for x in range(whole):
            inside = QUIET <= x < whole - QUIET and QUIET <= y < whole - QUIET
            dark = inside and expected[y - QUIET][x - QUIET]
            for dx, dy in ((0, 0), (pixels - 1, pixels - 1)):
                seen = image.pixelColor(edge + x * pixels + dx, edge + y * pixels + dy).name()
                assert seen == ("#000000" if dark else "#ffffff"), f"module {x}, {y}"
