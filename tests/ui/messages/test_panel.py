"""The panel on a real store, a real logbook, and real lines where something is sent."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dispatcher.domain.errors import KnownError
from dispatcher.domain.messages import CODE_MARK, Channel, Event, MessageState
from dispatcher.services import sending
from dispatcher.services.customer_pages_links import digest_of
from dispatcher.services.liveday import LiveDay
from dispatcher.services.today import Today
from dispatcher.services.whatifs import WhatIf
from tests.conftest import ExpectLog
from tests.fixtures import days, onroad
from tests.fixtures.lines import Gateway, MailServer, closed_port, gateway, mail_server
from tests.fixtures.outbox import Desk, mail_line, number, sms_line
from tests.ui.messages.conftest import Shown, fill, message, order
from ui.messages import feed
from ui.messages.panel import MessagesPanel
from ui.messages.words import DOTS, Filter
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Mode, Theme

Key = Qt.Key


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Wherever the keys are."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


def write(text: str) -> None:
    """Type where the keys are, and send it."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)
    press(Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def states(desk: Desk) -> dict[str, MessageState]:
    return {message.id: message.state for message in desk.all()}


def reply_id(desk: Desk, text: str) -> str:
    return next(reply.id for reply in desk.desk.box(days.DATE).replies if reply.text == text)


def test_a_depot_that_tells_nothing_says_so_and_offers_its_settings(shown: Shown) -> None:
    shown.settle()
    panel = shown.panel
    assert panel.stack.currentWidget() is panel.empty
    assert "told nothing by themselves" in panel.empty.text
    with shown.qtbot.waitSignal(panel.settings_requested):
        panel.empty.step_requested.emit()
    shown.desk.policy(on=True)
    shown.desk.clock.now = days.clock("05:00")
    shown.settle()
    assert "No messages on Mon 15 Jun yet" in panel.empty.text


def test_what_is_due_is_told_by_itself_and_arrives_once(shown: Shown) -> None:
    with gateway(Gateway()) as sms:
        shown.desk.policy(on=True, sms=sms_line(sms.url))
        shown.desk.clock.now = days.clock("17:00") - timedelta(days=1)
        shown.panel.take_outlook(shown.desk.outlook())
        shown.settle()
        shown.settle()
    assert sms.got() == {number(n): 1 for n in range(8)}
    assert {row.message.state for row in shown.panel.bench.model.rows if row.message} == {MessageState.SENT}
    assert "sent 8, last 17:00 -1" in shown.panel.health.said[Channel.SMS].text()


def test_customers_of_the_day_on_the_road_are_told_while_another_day_is_shown(shown: Shown) -> None:
    desk, outlook = shown.desk, shown.desk.outlook()
    assert desk.workplace.live
    desk.policy(on=True)
    day, clock = desk.outlook().day, days.clock("08:05")
    shift_id = next(iter(day.plan.routes)).shift_id
    logbook = desk.workplace.live.logbook
    sending.send(logbook, outlook, days.clock("06:00"))
    phone = onroad.pair(logbook, day.shifts[shift_id].driver_id, days.clock("06:00"))
    assert onroad.act(logbook, phone, "begin", shift_id, days.clock("08:00"))["taking"] == "taken"
    desk.clock.now = clock
    later = days.DATE + timedelta(days=3)
    empty = desk.workplace.store.read(lambda r: r.day(later))
    shown.panel.set_date(later)
    shown.panel.take_outlook(desk.outlook(empty))
    shown.settle()
    assert desk.all() == []
    shown.panel.take_today(Today(day, LiveDay(days.DATE, clock)))
    shown.settle()
    told = {m.order_id for m in desk.all() if m.event is Event.OUT}
    assert told == {order_id for route in day.plan.routes if route.shift_id == shift_id for order_id in route.order_ids}


def test_tomorrows_pages_open_once_their_links_are_sent_though_that_day_is_not_shown(shown: Shown) -> None:
    desk = shown.desk
    with gateway(Gateway()) as sms:
        desk.policy(on=True, page=True, page_origin="https://track.example.org", sms=sms_line(sms.url))
        desk.clock.now = days.clock("17:00") - timedelta(days=1)
        before = desk.workplace.store.read(lambda r: r.day(days.DATE - timedelta(days=1)))
        shown.panel.set_date(before.date)
        shown.panel.take_outlook(desk.outlook(before))
        shown.settle()
    links = [re.search(r"/t/([\w-]+)", body["text"]) for body in sms.taken]
    assert len(links) == 8
    assert desk.workplace.live
    for link in links:
        assert link
        digest = digest_of(link[1])
        page = desk.workplace.live.logbook.read(lambda r, digest=digest: r.customer_page(digest))
        assert page
        assert page.on == days.DATE


def test_what_cannot_be_told_keeps_nothing_from_being_read_and_sent(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KnownError("The depot's secret cannot be read.", "Allow it.")

    monkeypatch.setattr(feed, "publish", broken)
    desk = shown.desk
    shown.panel.take_outlook(desk.outlook())
    with gateway(Gateway()) as sms:
        desk.policy(sms=sms_line(sms.url))
        desk.put(message(desk, 1))
        with expect_log("secret cannot be read"):
            shown.settle()
        assert sms.got() == {number(1): 1}
    assert states(desk) == {"message-00001": MessageState.SENT}
    assert "secret cannot be read" in shown.panel.said.text()
    monkeypatch.undo()
    shown.settle()
    assert shown.panel.said.text() == ""


def test_whoever_presses_twice_writes_once(shown: Shown) -> None:
    shown.settle()
    shown.panel.deeds.write(order(shown.desk, 1).id)  # type: ignore[union-attr]
    shown.panel.composer.text.setPlainText("We come at two.")
    for _ in range(2):
        shown.panel.composer.go.click()
    shown.settle()
    assert [said.text for said in shown.desk.all()] == ["We come at two."]
    shown.panel.deeds.write(order(shown.desk, 1).id)  # type: ignore[union-attr]
    shown.panel.composer.text.setPlainText("At three.")
    shown.panel.composer.go.click()
    shown.settle()
    assert len(shown.desk.all()) == 2


def test_a_line_that_hangs_does_not_keep_the_window_from_closing(
    desk: Desk, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PATIENCE_S", 0.0)
    panel = MessagesPanel(desk.workplace, runner, theme, settings)
    qtbot.addWidget(panel)
    with gateway(Gateway(answers=lambda _asked: "hang")) as sms:
        desk.policy(sms=sms_line(sms.url))
        desk.put(message(desk, 1))
        panel.set_date(days.DATE)
        qtbot.waitUntil(lambda: bool(sms.received), timeout=20_000)
        panel.stop()
        assert panel.feed
        posting = panel.feed._posting
        assert posting
        assert not posting.done()
    assert states(desk)["message-00001"] in (MessageState.SENDING, MessageState.UNKNOWN)
    posting.result(20)


def test_a_message_written_by_hand_arrives_at_the_mail_server(shown: Shown) -> None:
    panel, desk = shown.panel, shown.desk
    shown.settle()
    with mail_server(MailServer()) as mail:
        desk.policy(mail=mail_line(mail.port))
        press(Key.Key_W)
        panel.composer.order.setCurrentIndex(2)
        panel.composer.channel.setCurrentIndex(panel.composer.channel.findData(Channel.EMAIL.name))
        panel.composer.text.setFocus()
        write("We come again at three.")
        shown.settle()
        shown.qtbot.waitUntil(lambda: not panel.composer.isVisible())
        shown.settle()
    (received,) = mail.received
    chosen = panel.orders()[2]
    about = desk.outlook().day.orders[chosen[0]]
    assert str(received["To"]) == about.contact.email
    assert received.get_content().strip() == "We come again at three."
    (kept,) = desk.all()
    assert (kept.state, kept.by, kept.order_id) == (MessageState.SENT, "Anna", about.id)


def test_what_cannot_be_written_says_why_and_keeps_the_words(shown: Shown) -> None:
    panel = shown.panel
    shown.settle()
    press(Key.Key_W)
    panel.composer.order.setEditText("A99999")
    panel.composer.text.setFocus()
    write("Hello")
    assert "No order of this day" in panel.composer.fault.text()
    shown.desk.desk.opt_out(Channel.SMS, number(1), "Anna")
    number_1 = order(shown.desk, 1).number
    panel.composer.order.setEditText(number_1)
    panel.composer.text.setFocus()
    write("!")
    shown.settle()
    assert "asked for no messages" in panel.composer.fault.text()
    assert panel.composer.text.toPlainText() == "Hello!"
    press(Key.Key_Escape)
    assert not panel.composer.isVisible()
    assert shown.desk.all() == []


def test_the_counter_counts_as_the_line_will(shown: Shown) -> None:
    shown.settle()
    press(Key.Key_W)
    composer = shown.panel.composer
    composer.text.setPlainText("x" * 160)
    assert composer.counter.text() == "1 short message, room for 0 more (GSM-7)"
    composer.text.setPlainText("x" * 70 + "ж")
    assert composer.counter.text() == "2 short messages, room for 63 more (UCS-2); because of ж"


def test_a_reply_is_read_and_counts_no_more(shown: Shown) -> None:
    fill(shown.desk)
    counts: list[int] = []
    shown.panel.count_changed.connect(counts.append)
    shown.settle()
    assert counts[-1] == 5, "three replies, one undeliverable, one unknown"
    shown.choose(reply_id(shown.desk, "Thanks"))
    row = shown.panel.bench.current
    assert row
    assert row.unread
    press(Key.Key_M)
    shown.settle()
    assert counts[-1] == 4
    current = shown.panel.bench.current
    assert current
    assert current.reply
    assert current.reply.seen_by == "Anna"


def test_a_reply_is_answered_in_place_and_is_read_with_that(shown: Shown) -> None:
    fill(shown.desk)
    shown.settle()
    asked = reply_id(shown.desk, "Please ring twice")
    shown.choose(asked)
    press(Key.Key_R)
    assert shown.panel.composer.isVisible()
    write("We will.")
    shown.settle()
    answer = next(m for m in shown.desk.all() if m.text == "We will.")
    assert (answer.to, answer.channel, answer.by) == (number(1), Channel.SMS, "Anna")
    assert next(r for r in shown.desk.desk.box(days.DATE).replies if r.id == asked).seen_by == "Anna"


def test_a_strangers_reply_is_put_to_an_order(shown: Shown) -> None:
    fill(shown.desk)
    shown.settle()
    stranger = reply_id(shown.desk, "Who is this?")
    shown.choose(stranger)
    assert not shown.panel.bench.deeds["reply"].isEnabled()
    press(Key.Key_P)
    shown.panel.composer.order.setEditText(order(shown.desk, 3).number)
    shown.panel.composer.go.click()
    shown.settle()
    reply = next(r for r in shown.desk.desk.box(days.DATE).replies if r.id == stranger)
    assert (reply.order_id, reply.seen_by) == (order(shown.desk, 3).id, "Anna")


def test_one_that_failed_is_sent_again_after_a_yes_and_one_that_waits_is_taken_out(shown: Shown) -> None:
    fill(shown.desk)
    shown.settle()
    failed, waits = (f"message-{n:05d}" for n in (2, 6))
    shown.choose(failed)
    press(Key.Key_S)
    press(Key.Key_Escape)
    shown.settle()
    assert states(shown.desk)[failed] is MessageState.FAILED
    press(Key.Key_S)
    press(Key.Key_Return)
    shown.settle()
    assert states(shown.desk)[failed] is MessageState.QUEUED
    shown.choose(waits)
    press(Key.Key_X)
    shown.settle()
    assert states(shown.desk)[waits] is MessageState.WITHHELD


def test_filters_words_and_keys_to_go_by(shown: Shown) -> None:
    fill(shown.desk)
    shown.settle()
    panel = shown.panel
    assert len(shown.keys()) == 10
    assert panel.bench.table.selectionModel().hasSelection()
    panel.bar.buttons[Filter.UNDELIVERABLE].click()
    assert shown.keys() == ["message-00002"]
    panel.bar.buttons[Filter.WITHHELD].click()
    assert set(shown.keys()) == {"message-00004", "message-00005"}
    press(Key.Key_J)
    second = panel.bench.current
    press(Key.Key_K)
    assert panel.bench.current != second
    press(Key.Key_Slash)
    assert panel.bar.finder.hasFocus()
    QTest.keyClicks(panel.bar.finder, "no such thing")
    assert panel.stack.currentWidget() is panel.empty
    panel.empty.step_requested.emit()
    assert len(shown.keys()) == 10


def test_codes_are_never_shown(shown: Shown) -> None:
    fill(shown.desk)
    shown.settle()
    shown.choose("message-00007")
    row = shown.panel.bench.current
    assert row
    assert row.texts[-1] == f"Your code is {DOTS}."
    assert shown.panel.bench.detail.text.toPlainText() == f"Your code is {DOTS}."
    assert all(CODE_MARK not in text for row in shown.panel.bench.model.rows for text in row.texts)


def test_an_opt_out_is_added_and_taken_back(shown: Shown) -> None:
    fill(shown.desk)
    shown.settle()
    panel = shown.panel
    panel.bar.opt_outs.click()
    assert panel.stack.currentWidget() is panel.opt_outs
    panel.opt_outs.address.setFocus()
    QTest.keyClicks(panel.opt_outs.address, "0151 12000006")
    press(Key.Key_Return)
    shown.settle()
    known = {(each.channel, each.to): each.how for each in shown.desk.desk.box(days.DATE).opt_outs}
    assert known[(Channel.SMS, number(6))] == "said to Anna"
    assert states(shown.desk)["message-00006"] is MessageState.WITHHELD
    rows = [panel.opt_outs.table.item(n, 0).text() for n in range(panel.opt_outs.table.rowCount())]
    panel.opt_outs.table.selectRow(rows.index(number(6)))
    panel.opt_outs.back.click()
    shown.settle()
    assert [each.to for each in shown.desk.desk.box(days.DATE).opt_outs] == ["customer5@example.org"]


def test_a_line_that_is_not_there_says_so_and_when_it_is_tried_again(shown: Shown) -> None:
    shown.desk.policy(sms=sms_line(f"http://127.0.0.1:{closed_port()}/send"))
    shown.desk.put(message(shown.desk, 6))
    shown.settle()
    shown.settle()
    said = shown.panel.health.said[Channel.SMS]
    assert "connection refused" in said.text()
    assert "next try 12:" in said.text()
    assert said.tone is Tone.BAD
    assert states(shown.desk)["message-00006"] is MessageState.QUEUED


def test_a_call_is_noted(shown: Shown) -> None:
    fill(shown.desk)
    shown.settle()
    shown.choose("message-00003")
    press(Key.Key_C)
    write("Comes to the depot")
    shown.settle()
    assert shown.desk.workplace.live
    (call,) = shown.desk.workplace.live.logbook.read(lambda r: r.calls_of(order(shown.desk, 3).id))
    assert (call.text, call.by, call.reached) == ("Comes to the depot", "Anna", True)


def test_the_name_is_asked_for_once(shown: Shown, settings: QSettings) -> None:
    settings.remove("proofs/reviewer")
    fill(shown.desk)
    shown.settle()
    shown.choose("message-00006")
    press(Key.Key_X)
    assert shown.panel.ask.isVisible()
    focused = QApplication.focusWidget()
    assert focused
    QTest.keyClicks(focused, "Berta")
    press(Key.Key_Return)
    shown.settle()
    assert "taken out by Berta" in next(m.fault for m in shown.desk.all() if m.id == "message-00006")
    assert shown.panel.bar.who.text() == "Berta"


def test_a_copy_only_looks(desk: Desk, runner: OpRunner, settings: QSettings, theme: Theme, shown: Shown) -> None:
    fill(desk)
    tried = WhatIf("Try", days.DATE, 1, desk.clock(), desk.workplace.home.database(desk.workplace.slug))
    copy = MessagesPanel(replace(desk.workplace, what_if=tried), runner, theme, settings)
    shown.qtbot.addWidget(copy)
    copy.take_outlook(desk.outlook())
    with shown.qtbot.waitSignal(copy.feed.read):  # type: ignore[union-attr]
        copy.set_date(days.DATE)
    assert copy.bench.model.rowCount() == 10
    assert [name for name, action in copy.bench.deeds.items() if action.isEnabled()] in ([], ["show"])
    copy.stop()


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_it_fits_a_small_screen(shown: Shown, theme: Theme, mode: Mode) -> None:
    fill(shown.desk)
    shown.settle()
    theme.apply(mode, 1.25)
    try:
        assert shown.panel.minimumSizeHint().width() <= 1_270
        assert shown.panel.minimumSizeHint().height() <= 660
    finally:
        theme.apply(Mode.LIGHT, 1.0)
