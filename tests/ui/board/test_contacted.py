"""What was said with a customer, among the details of the order: read from a real logbook, and again while shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from dispatcher.domain.customers import Wish, WishKind
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import CODE_MARK, Channel, Event, Message, MessageState
from dispatcher.domain.orders import Order
from dispatcher.services.replies import take_reply
from tests.fixtures import days
from tests.fixtures.outbox import NOON, Desk, number, open_desk, reachable, waiting
from ui.board.contacted import MOST
from ui.board.inspector import Inspector
from ui.messages.words import DOTS
from ui.runner import OpRunner
from ui.theme import Mode, Theme
from ui.window.contacts import ContactsDesk

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Four orders on one round, and nothing told by itself."""
    with open_desk(tmp_path / "home") as opened:
        made = days.make_day(4, 1, seed=4, windows=0.0)
        orders = {order.id: reachable(order, n) for n, order in enumerate(made.orders.values())}
        opened.fill(days.with_plan(replace(made, orders=orders), {next(iter(made.shifts)): list(orders)}))
        opened.policy(on=False)
        yield opened


@pytest.fixture
def runner(desk: Desk) -> Iterator[OpRunner]:
    runner = OpRunner(desk.workplace.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def inspector(desk: Desk, theme: Theme, qtbot: QtBot) -> Inspector:
    inspector = Inspector(theme)
    qtbot.addWidget(inspector)
    inspector.resize(300, 700)
    outlook = desk.outlook()
    inspector.set_day(outlook.day, outlook.schedule, {})
    inspector.show()
    return inspector


@pytest.fixture
def contacts(inspector: Inspector, desk: Desk, runner: OpRunner) -> Iterator[ContactsDesk]:
    contacts = ContactsDesk(inspector, desk.workplace, runner, inspector)
    yield contacts
    runner.wait_until_idle()
    contacts._again.stop()


def order(desk: Desk, n: int) -> Order:
    return list(desk.outlook().day.orders.values())[n]


def sent(desk: Desk, n: int, turn: int, **changes: object) -> Message:
    made = waiting(n, Channel.SMS, event=Event.OUT)
    at = NOON - turn * HOUR
    known = {"id": f"m{turn}", "key": f"m{turn}", "order_id": order(desk, n).id, "made_at": at, "sent_at": at, "by": ""}
    return replace(made, **{**known, "state": MessageState.SENT, "text": "We come.", **changes})  # type: ignore[arg-type]


def show(inspector: Inspector, runner: OpRunner, *order_ids: OrderId) -> list[tuple[str, str]]:
    inspector.show_selection(order_ids, [])
    runner.wait_until_idle()
    return said(inspector)


def said(inspector: Inspector) -> list[tuple[str, str]]:
    return [(fact.label, fact.value) for fact in inspector.sheet.contacts]


@pytest.mark.usefixtures("contacts")
def test_messages_replies_calls_and_wishes_stand_newest_first(
    inspector: Inspector, desk: Desk, runner: OpRunner
) -> None:
    about = order(desk, 1)
    desk.put(
        sent(desk, 1, 1),
        sent(
            desk, 1, 24, event=Event.CODE, text=f"Code {CODE_MARK}", state=MessageState.FAILED, fault="no such number"
        ),
    )
    assert desk.workplace.live
    text = "Ring\ntwice <b>please</b>"
    desk.workplace.live.logbook.write(lambda book: take_reply(book, Channel.SMS, number(1), text, NOON, ""))
    wish = Wish("w1", about.id, 1, NOON - 3 * HOUR, WishKind.NEIGHBOUR, "With Kim next door")
    desk.workplace.live.logbook.write(lambda book: book.put_wish(wish))
    desk.clock.now += timedelta(minutes=5)
    desk.desk.note_call(about.id, number(1), "Comes to the depot", False, "Anna")
    found = show(inspector, runner, about.id)
    assert found[0] == ("12:05", "Call not answered, noted by Anna\nComes to the depot")
    assert found[1] == ("12:00", "Reply by SMS, not read yet\nRing twice <b>please</b>")
    assert found[2] == ("11:00", "SMS, out for delivery: sent\nWe come.")
    assert found[3] == ("09:00", "Wish, leave with a neighbour: open\nWith Kim next door")
    assert found[4] == ("14 Jun 12:00", f"SMS, one-time code: undeliverable (no such number)\nCode {DOTS}")
    assert [fact.tone for fact in inspector.sheet.contacts] == ["text", "accent", "text", "text", "late"]
    page = inspector.page.toPlainText()
    assert "Contacts" in page
    assert "<b>please</b>" in page
    assert CODE_MARK not in page


@pytest.mark.usefixtures("contacts")
def test_of_many_the_newest_are_told_and_the_rest_counted(inspector: Inspector, desk: Desk, runner: OpRunner) -> None:
    desk.put(*(sent(desk, 2, turn, text="Word " * 80) for turn in range(MOST + 3)))
    found = show(inspector, runner, order(desk, 2).id)
    assert [label for label, _ in found] == ["12:00", "11:00", "10:00", "09:00", "08:00", "Before"]
    assert found[-1][1] == "3 more, under Edit order"
    assert found[0][1].endswith("Word …")


@pytest.mark.usefixtures("contacts")
def test_nothing_is_said_of_an_order_without_any_or_of_another(
    inspector: Inspector, desk: Desk, runner: OpRunner
) -> None:
    desk.put(sent(desk, 1, 1))
    assert show(inspector, runner, order(desk, 1).id) != []
    inspector.show_selection([order(desk, 2).id], [])
    assert said(inspector) == [], "of the order before nothing stays, not even for a moment"
    runner.wait_until_idle()
    assert said(inspector) == []
    assert "Contacts" not in inspector.page.toPlainText()
    assert show(inspector, runner, order(desk, 1).id, order(desk, 2).id) == []


def test_what_is_noted_meanwhile_appears(
    inspector: Inspector, desk: Desk, runner: OpRunner, contacts: ContactsDesk
) -> None:
    about = order(desk, 1)
    assert show(inspector, runner, about.id) == []
    assert contacts._again.isActive(), "it looks again while the order is shown"
    desk.desk.note_call(about.id, number(1), "Wants it early", True, "Anna")
    contacts._again.timeout.emit()
    runner.wait_until_idle()
    assert said(inspector) == [("12:00", "Call answered, noted by Anna\nWants it early")]
    show(inspector, runner)
    assert not contacts._again.isActive()


def test_where_there_is_no_logbook_nothing_is_looked_up(inspector: Inspector, desk: Desk, runner: OpRunner) -> None:
    ContactsDesk(inspector, replace(desk.workplace, live=None), runner, QObject(inspector))
    inspector.show_selection([order(desk, 1).id], [])
    assert runner.idle


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.usefixtures("contacts")
def test_nothing_is_cut_off_at_280_pixels(
    inspector: Inspector, desk: Desk, runner: OpRunner, theme: Theme, scale: float
) -> None:
    inspector.resize(280, 700)
    desk.put(sent(desk, 1, 30, text="https://track.example.org/" + "a" * 200, state=MessageState.UNKNOWN))
    try:
        theme.apply(Mode.DARK, scale)
        show(inspector, runner, order(desk, 1).id)
        assert inspector.page.document().size().width() <= inspector.page.viewport().width()
    finally:
        theme.apply(Mode.LIGHT, 1.0)
