"""Changing what customers are told, by what lines and in which words; passwords stay out of databases."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.messages import Channel, Event, MessagePolicy, Security, SmsWay, Template
from dispatcher.services.gateway_process import folder_of
from dispatcher.services.habits import BadHabit, require_sense_on_road
from dispatcher.services.outbox_lines import MAIL_PASSWORD, secret_of
from dispatcher.services.reply_address import TOKEN_NAME, is_reply_token, reply_address
from tests.fixtures.lines import Gateway, MailServer, closed_port, gateway, mail_server
from tests.fixtures.outbox import Desk, mail_line, open_desk, sms_line
from ui.depots.settings import DepotSettingsDialog
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Mode, Theme

PATIENCE_MS = 20_000
PASSWORD = "correct-horse-battery"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A depot with a logbook."""
    with open_desk(tmp_path / "home") as opened:
        opened.policy(on=False)
        yield opened


@pytest.fixture
def runner(desk: Desk) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(desk.workplace.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def form(desk: Desk, runner: OpRunner, theme: Theme, qtbot: QtBot) -> Iterator[DepotSettingsDialog]:
    """On a small screen."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    dialog = DepotSettingsDialog(desk.workplace, runner, theme, window)
    dialog.open()
    runner.wait_until_idle()
    yield dialog
    runner.wait_until_idle()


def told(desk: Desk) -> MessagePolicy:
    return desk.workplace.depot.road.messages


def save(form: DepotSettingsDialog, runner: OpRunner) -> None:
    form.box.accepted.emit()
    runner.wait_until_idle()


def choose(form: DepotSettingsDialog, event: Event, channel: Channel) -> None:
    """A template in the list."""
    rows = range(form.words.list.count())
    wanted = (event.name, channel.name)
    form.words.list.setCurrentRow(
        next(n for n in rows if form.words.list.item(n).data(Qt.ItemDataRole.UserRole) == wanted)
    )


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_what_customers_are_told_is_kept_as_one_step_and_undone(
    form: DepotSettingsDialog, desk: Desk, runner: OpRunner
) -> None:
    before, page = told(desk), form.messages
    page.on.setChecked(True)
    page.events[Event.NEAR].setChecked(True)
    page.events[Event.CODE].setChecked(False)
    page.prefer.setCurrentIndex(page.prefer.findData(Channel.EMAIL.name))
    page.language.setCurrentIndex(page.language.findData("fi"))
    page.country.setEditText("fi")
    page.fields["messages.near_stops"].setValue(5)  # type: ignore[attr-defined]
    page.fields["messages.delayed_s"].setValue(20)  # type: ignore[attr-defined]
    page.quiet_from.setTime(QTime(20, 30))
    page.page.setChecked(True)
    page.origin.setText("https://track.example.org/")
    save(form, runner)
    assert told(desk) == replace(
        before, on=True, events=before.events - {Event.CODE} | {Event.NEAR}, prefer=Channel.EMAIL, language="fi",
        country="FI", near_stops=5, delayed_s=1_200, quiet_from=time(20, 30), page=True,
        page_origin="https://track.example.org",
    )  # fmt: skip
    runner.undo()
    runner.wait_until_idle()
    assert told(desk) == before


def test_lines_are_kept_and_only_fields_that_matter_are_shown(
    form: DepotSettingsDialog, desk: Desk, runner: OpRunner
) -> None:
    page = form.lines
    form.tabs.setCurrentWidget(page.area)
    assert not page.url.isVisible()
    page.way.setCurrentIndex(page.way.findData(SmsWay.GAMMU.name))
    assert (page.command.isVisible(), page.url.isVisible()) == (True, False)
    page.way.setCurrentIndex(page.way.findData(SmsWay.ANDROID.name))
    assert (page.token.isVisible(), page.url.isVisible(), page.body.isVisible()) == (True, True, False)
    page.way.setCurrentIndex(page.way.findData(SmsWay.HTTP.name))
    assert page.body.isVisible()
    page.method.setCurrentText("GET")
    assert not page.body.isVisible()
    page.url.setText("https://sms.example.org/send?to={to}&text={text}")
    page.headers.setPlainText("Accept: text/plain\n\n X-Key: {secret} ")
    page.taken.setText("^OK")
    page.host.setText("mail.example.org")
    page.security.setCurrentIndex(page.security.findData(Security.TLS.name))
    assert page.port.value() == 465
    page.sender.setText("Depot <depot@example.org>")
    save(form, runner)
    kept = told(desk)
    assert (kept.mail.host, kept.mail.port, kept.mail.security) == ("mail.example.org", 465, Security.TLS)
    assert kept.sms.headers == ("Accept: text/plain", "X-Key: {secret}")
    assert (kept.sms.way, kept.sms.method, kept.sms.taken) == (SmsWay.HTTP, "GET", "^OK")


def test_the_address_for_replies_is_there_to_copy_and_to_make_anew(
    form: DepotSettingsDialog, desk: Desk, runner: OpRunner
) -> None:
    page, folder = form.lines, folder_of(desk.workplace.home, desk.workplace.slug)
    form.tabs.setCurrentWidget(page.area)
    assert not (folder / TOKEN_NAME).exists()
    page.way.setCurrentIndex(page.way.findData(SmsWay.HTTP.name))
    runner.wait_until_idle()
    first = page.replies.line.text()
    assert first == reply_address(desk.workplace.depot.road, folder)
    page.replies.copy.click()
    assert QGuiApplication.clipboard().text() == first
    page.replies.anew.click()
    assert reply_address(desk.workplace.depot.road, folder) == first, "not before a yes"
    page.replies.ask.go.click()
    runner.wait_until_idle()
    assert page.replies.line.text() == reply_address(desk.workplace.depot.road, folder) != first
    assert not is_reply_token(folder, first.rpartition("/")[2])
    assert "void" in page.replies.said.text()


def test_every_label_is_one(form: DepotSettingsDialog) -> None:
    for label in form.findChildren(QLabel):
        assert not re.search(r"self\.|\(,|\w\(", label.text()), label.text()


def test_a_password_lies_in_a_file_of_its_own_and_in_no_database(
    form: DepotSettingsDialog, desk: Desk, runner: OpRunner, theme: Theme
) -> None:
    form.lines.host.setText("mail.example.org")
    form.lines.sender.setText("depot@example.org")
    QTest.keyClicks(form.lines.password.line, PASSWORD)
    save(form, runner)
    home, slug = desk.workplace.home, desk.workplace.slug
    folder = folder_of(home, slug)
    assert secret_of(folder, MAIL_PASSWORD) == PASSWORD
    (file,) = [file for file, data in bytes_of(home.root).items() if PASSWORD.encode() in data]
    assert file == folder / MAIL_PASSWORD
    assert file.stat().st_mode & 0o777 == 0o600
    again = DepotSettingsDialog(desk.workplace, runner, theme, form.parentWidget())
    again.open()
    runner.wait_until_idle()
    assert again.lines.password.line.text() == ""
    assert "one is kept" in again.lines.password.line.placeholderText()
    again.lines.password.forget.setChecked(True)
    save(again, runner)
    assert not file.exists()


@pytest.mark.parametrize(
    ("changes", "part", "said"),
    [
        ({"country": "XX"}, "messages.country", "no country"),
        ({"language": "English"}, "messages.language", "no language"),
        ({"page_origin": "http://track.example.org"}, "messages.page_origin", "safely"),
        ({"page_origin": "https://track.example.org/t"}, "messages.page_origin", "safely"),
        ({"scheduled_from": time(22, 0)}, "messages.scheduled_from", "told to nobody"),
        ({"near_stops": 0}, "messages.near_stops", "out of bounds"),
        ({"mail": replace(mail_line(25), host="a b")}, "messages.mail.host", "no name"),
        ({"mail": replace(mail_line(25), sender="Depot")}, "messages.mail.sender", "no sender"),
        ({"mail": mail_line(0)}, "messages.mail.port", "out of bounds"),
        ({"sms": sms_line("ftp://x")}, "messages.sms.url", "no address of a gateway"),
        ({"sms": sms_line("https://x", per_minute=60, headers=("nothing",))}, "messages.sms.headers", "no header"),
        ({"sms": sms_line("https://x", per_minute=60, body="{to}")}, "messages.sms.body", "{text}"),
        ({"sms": sms_line("https://x", per_minute=60, taken="(")}, "messages.sms.taken", "regular expression"),
        ({"sms": sms_line("https://x", per_minute=60, id_path="a..b")}, "messages.sms.id_path", "where in an answer"),
        ({"sms": sms_line("", per_minute=60, way=SmsWay.GAMMU, command=" ")}, "messages.sms.command", "modem"),
        (
            {"templates": (Template(Event.OUT, Channel.SMS, "en", "{{ whence }}"),)},
            "messages.templates",
            "no field “whence”",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object], part: str, said: str, desk: Desk) -> None:
    road = desk.workplace.depot.road
    bad = replace(road, messages=replace(road.messages, **{"sms": sms_line("https://x", per_minute=60), **changes}))  # type: ignore[arg-type]
    with pytest.raises(BadHabit, match=said) as caught:
        require_sense_on_road(bad)
    assert caught.value.part == part
    assert caught.value.remedy


def test_every_fault_has_its_field_to_go_to(form: DepotSettingsDialog) -> None:
    for page in (form.messages, form.lines, form.words):
        for part, field in page.fields.items():
            assert part.startswith("messages.")
            assert field.accessibleName()
    form.messages.origin.setText("track.example.org")
    form.messages.page.setChecked(True)
    form.box.accepted.emit()
    assert form.tabs.currentWidget() is form.messages.area
    assert form.messages.origin.hasFocus()
    assert "safely" in form.fault.text()
    form.reject()


def test_a_fault_in_a_template_is_shown_where_it_is_and_is_not_saved(
    form: DepotSettingsDialog, desk: Desk, runner: OpRunner
) -> None:
    page = form.words
    form.tabs.setCurrentWidget(page.area)
    choose(form, Event.OUT, Channel.SMS)
    page.text.setPlainText("{{ depot }}:\nWe come at {{ form }}")
    assert "line 2" in page.fault.text()
    assert "“from” was meant?" in page.fault.text()
    assert page.text.property("invalid")
    choose(form, Event.FAILED, Channel.EMAIL)
    form.tabs.setCurrentWidget(form.area)
    save(form, runner)
    assert form.isVisible()
    assert form.tabs.currentWidget() is page.area
    assert page.list.currentItem().text().startswith("Out for delivery, SMS")
    assert told(desk).templates == ()
    page.text.setPlainText("{{ depot }}: {% for i in articles %}{% for j in articles %}x{% endfor %}{% endfor %}")
    assert "loop within a loop" in page.fault.text()
    form.reject()


def test_own_words_are_previewed_kept_and_given_up_again(
    form: DepotSettingsDialog, desk: Desk, runner: OpRunner, theme: Theme
) -> None:
    page = form.words
    form.tabs.setCurrentWidget(page.area)
    choose(form, Event.NEAR, Channel.SMS)
    assert not page.reset.isEnabled()
    page.text.setPlainText("Hello ")
    cursor = page.text.textCursor()
    cursor.movePosition(cursor.MoveOperation.End)
    page.text.setTextCursor(cursor)
    item = next(page.names.item(n) for n in range(page.names.count()) if page.names.item(n).text() == "name")
    page.names.itemClicked.emit(item)
    assert page.text.toPlainText() == "Hello {{ name }}"
    assert page.shown.toPlainText() == "Hello Maija Virtanen"
    assert page.counter.text() == "1 short message, room for 140 more (GSM-7)"
    assert page.reset.isEnabled()
    save(form, runner)
    assert told(desk).templates == (Template(Event.NEAR, Channel.SMS, "en", "Hello {{ name }}"),)
    again = DepotSettingsDialog(desk.workplace, runner, theme, form.parentWidget())
    again.open()
    choose(again, Event.NEAR, Channel.SMS)
    assert again.words.list.currentItem().text() == "Nearly there, SMS (own)"
    again.words.reset.click()
    assert "stops before you" in again.words.text.toPlainText()
    save(again, runner)
    assert told(desk).templates == ()


def test_a_test_goes_by_the_line_as_it_is_filled_in(form: DepotSettingsDialog, desk: Desk, qtbot: QtBot) -> None:
    page = form.lines
    with mail_server(MailServer()) as mail:
        page.host.setText("127.0.0.1")
        page.security.setCurrentIndex(page.security.findData(Security.NONE.name))
        page.port.setValue(mail.port)
        page.sender.setText("Depot <depot@example.org>")
        page.mail_test.where.setText("me@example.org")
        page.mail_test.send.click()
        qtbot.waitUntil(lambda: not page.mail_test.busy, timeout=PATIENCE_MS)
    assert mail.got() == {"me@example.org": 1}
    assert "took it" in page.mail_test.said.text()
    page.way.setCurrentIndex(page.way.findData(SmsWay.HTTP.name))
    page.headers.setPlainText("X-Key: {secret}")
    page.token.line.setText(PASSWORD)
    page.sms_test.where.setText("0151 12000001")
    with gateway(Gateway()) as sms:
        page.url.setText(sms.url)
        page.sms_test.send.click()
        qtbot.waitUntil(lambda: not page.sms_test.busy, timeout=PATIENCE_MS)
    assert sms.received[0]["headers"]["X-Key"] == PASSWORD
    assert told(desk).mail.host == "", "nothing is saved by it"
    form.reject()


def test_what_the_line_answered_is_said_in_full(form: DepotSettingsDialog, qtbot: QtBot) -> None:
    page = form.lines
    page.way.setCurrentIndex(page.way.findData(SmsWay.HTTP.name))
    page.sms_test.send.click()
    assert "Type a mobile number" in page.sms_test.said.text()
    with gateway(Gateway(answers=lambda _asked: (200, '{"error": "no credit"}'))) as sms:
        page.url.setText(sms.url)
        page.taken.setText('"id"')
        page.sms_test.where.setText("0151 12000001")
        page.sms_test.send.click()
        qtbot.waitUntil(lambda: not page.sms_test.busy, timeout=PATIENCE_MS)
        assert "no credit" in page.sms_test.said.text()
        assert page.sms_test.said.tone is Tone.BAD
        page.taken.setText("")
        page.sms_test.send.click()
        qtbot.waitUntil(lambda: not page.sms_test.busy, timeout=PATIENCE_MS)
        assert "took it" in page.sms_test.said.text()
    page.url.setText(f"http://127.0.0.1:{closed_port()}/")
    page.sms_test.send.click()
    qtbot.waitUntil(lambda: not page.sms_test.busy, timeout=PATIENCE_MS)
    assert "connection refused" in page.sms_test.said.text()
    form.reject()


def test_a_gateway_that_hangs_is_waited_for_no_longer_than_one_likes(
    form: DepotSettingsDialog, runner: OpRunner, qtbot: QtBot
) -> None:
    page = form.lines
    page.way.setCurrentIndex(page.way.findData(SmsWay.HTTP.name))
    with gateway(Gateway(answers=lambda _asked: "hang")) as sms:
        page.url.setText(sms.url)
        page.sms_test.where.setText("0151 12000001")
        page.sms_test.send.click()
        qtbot.waitUntil(lambda: bool(sms.received), timeout=PATIENCE_MS)
        page.sms_test.stop.click()
        assert not page.sms_test.busy
        assert "Nobody waits" in page.sms_test.said.text()
    runner.wait_until_idle()
    form.reject()


@pytest.mark.parametrize("scale", [1.0, 1.25])
def test_the_pages_fit_the_smallest_screen(
    desk: Desk, runner: OpRunner, theme: Theme, qtbot: QtBot, scale: float
) -> None:
    theme.apply(Mode.DARK, scale)
    try:
        window = QWidget()
        qtbot.addWidget(window)
        window.resize(1366, 768)
        form = DepotSettingsDialog(desk.workplace, runner, theme, window)
        form.open()
        runner.wait_until_idle()
        assert (form.width() <= 1366, form.height() <= 768) == (True, True)
        for page in (form.messages, form.lines):
            form.tabs.setCurrentWidget(page.area)
            assert page.area.horizontalScrollBar().maximum() == 0
        form.lines.way.setCurrentIndex(form.lines.way.findData(SmsWay.HTTP.name))
        runner.wait_until_idle()
        form.lines.replies.anew.click()
        QApplication.processEvents()
        assert form.lines.area.horizontalScrollBar().maximum() == 0
        form.reject()
    finally:
        theme.apply(Mode.LIGHT, 1.0)
