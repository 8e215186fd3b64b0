"""Every contact on the order's page: as lines, and added to."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.customers import Wish, WishKind
from dispatcher.domain.messages import CODE_MARK, Channel
from tests.fixtures.outbox import NOON, Desk, number
from tests.ui.messages.conftest import fill, order
from ui.messages.contacts import NONE, ContactLog
from ui.messages.words import DOTS
from ui.orders.dialog import OrderDialog
from ui.runner import OpRunner
from ui.theme import Theme


@pytest.fixture
def log(desk: Desk, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot) -> Iterator[ContactLog]:
    log = ContactLog(desk.workplace, runner, theme, settings)
    qtbot.addWidget(log)
    log.show()
    yield log
    runner.wait_until_idle()


def lines(log: ContactLog) -> list[str]:
    return [log.list.item(n).text() for n in range(log.list.count())]


def test_all_kinds_of_contact_stand_newest_first(log: ContactLog, desk: Desk, runner: OpRunner) -> None:
    fill(desk)
    about = order(desk, 1)
    assert desk.workplace.live
    wish = Wish("w1", about.id, 1, NOON.replace(hour=9), WishKind.NEIGHBOUR, "With Kim next door")
    desk.workplace.live.logbook.write(lambda w: w.put_wish(wish))
    desk.desk.note_call(about.id, number(1), "", False, "Anna")
    log.show_order(about)
    runner.wait_until_idle()
    said = lines(log)
    assert len(said) == 5, "two replies, a message, a call, a wish"
    assert "Please ring twice" in said[0] + said[1]
    assert "written by hand, sent" in said[2]
    assert "not reached, by Anna" in said[3]
    assert said[4].startswith("Mon 15 Jun")
    assert "Wish: leave with a neighbour, open" in said[4]


def test_a_code_stays_hidden(log: ContactLog, desk: Desk, runner: OpRunner) -> None:
    fill(desk)
    log.show_order(order(desk, 7))
    runner.wait_until_idle()
    (line,) = lines(log)
    assert DOTS in line
    assert CODE_MARK not in line


def test_a_message_and_a_call_are_added_and_shown_at_once(log: ContactLog, desk: Desk, runner: OpRunner) -> None:
    about = order(desk, 2)
    log.show_order(about)
    runner.wait_until_idle()
    assert log.said.text() == NONE
    log.write.click()
    log.composer.text.setPlainText("We come again at three.")
    log.composer.go.click()
    runner.wait_until_idle()
    log.call.click()
    log.composer.text.setPlainText("Comes to the depot")
    log.composer.go.click()
    runner.wait_until_idle()
    assert [message.text for message in desk.all()] == ["We come again at three."]
    said = "\n".join(lines(log))
    assert "waiting, by Anna" in said
    assert "Comes to the depot" in said
    assert not log.composer.isVisible()
    assert log.said.text() == ""


def test_what_is_refused_says_why_and_keeps_the_words(log: ContactLog, desk: Desk, runner: OpRunner) -> None:
    desk.desk.opt_out(Channel.SMS, number(2), "Anna")
    log.show_order(order(desk, 2))
    log.write.click()
    log.composer.text.setPlainText("Hello")
    log.composer.go.click()
    runner.wait_until_idle()
    assert "asked for no messages" in log.composer.fault.text()
    assert log.composer.text.toPlainText() == "Hello"


def test_the_orders_form_has_them_on_a_page_of_their_own(
    desk: Desk, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> None:
    fill(desk)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    day = desk.outlook().day
    make = lambda parent: ContactLog(desk.workplace, runner, theme, settings, parent)
    form = OrderDialog(day, order(desk, 1), theme, None, window, contacts=make)
    form.open()
    runner.wait_until_idle()
    assert form.contacts
    assert form.contacts.list.count() == 3
    assert form.tabs.tabText(1) == "Contacts"
    form.tabs.setCurrentIndex(1)
    form.contacts.write.click()
    assert form.contacts.composer.isVisible()
    assert form.save.isDefault()
    form.fields.number.setText("")
    form.box.accepted.emit()
    assert form.tabs.currentWidget() is form.area, "the form goes to the field that is wrong"
    form._drop()
    new = OrderDialog(day, None, theme, None, window, contacts=make)
    assert new.contacts is None
    new._drop()
