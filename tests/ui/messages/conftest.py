"""The panel on a real depot whose customers can be reached, with a clock that a test moves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from dispatcher.domain.messages import CODE_MARK, Channel, Event, Message, MessageState
from dispatcher.domain.orders import Order
from dispatcher.services.replies import take_reply
from tests.fixtures import days
from tests.fixtures.outbox import NOON, Desk, number, open_desk, reachable, waiting
from ui.messages.model import Role
from ui.messages.panel import MessagesPanel
from ui.runner import OpRunner
from ui.theme import Theme

PATIENCE_MS = 20_000
STATES = {
    1: MessageState.SENT,
    2: MessageState.FAILED,
    3: MessageState.UNKNOWN,
    4: MessageState.WITHHELD,
    5: MessageState.EXPIRED,
    6: MessageState.QUEUED,
}
"""Of the messages of a whole day, by the customer's number."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Eight orders on two rounds; nothing is told by itself, so that a test sees only what it wrote."""
    with open_desk(tmp_path / "home") as opened:
        made = days.make_day(8, 2, seed=4, windows=0.0)
        orders = {order.id: reachable(order, n) for n, order in enumerate(made.orders.values())}
        ids, shifts = list(orders), list(made.shifts)
        day = days.with_plan(replace(made, orders=orders), {shifts[0]: ids[:4], shifts[1]: ids[4:]})
        opened.fill(day)
        opened.policy(on=False)
        yield opened


@pytest.fixture
def runner(desk: Desk) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(desk.workplace.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """The window's; Anna has said who she is."""
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("proofs/reviewer", "Anna")
    return settings


@pytest.fixture
def panel(desk: Desk, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot) -> Iterator[MessagesPanel]:
    """As wide as a small screen leaves it, not shown yet."""
    panel = MessagesPanel(desk.workplace, runner, theme, settings)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    panel.take_outlook(desk.outlook())
    panel.set_date(days.DATE)
    yield panel
    panel.stop()


@dataclass
class Shown:
    """The panel on the screen."""

    panel: MessagesPanel
    desk: Desk
    qtbot: QtBot

    def settle(self) -> None:
        """Until nothing is read, sent or written any more, and all of it is shown."""
        feed = self.panel.feed
        assert feed is not None
        self.qtbot.waitUntil(lambda: feed.idle, timeout=PATIENCE_MS)
        with self.qtbot.waitSignal(feed.read, timeout=PATIENCE_MS):
            feed.look()
        self.qtbot.waitUntil(lambda: feed.idle, timeout=PATIENCE_MS)

    def choose(self, key: str) -> None:
        """Go to a message or reply, and let the keys go there."""
        self.panel.bench.choose(key)
        self.panel.bench.table.setFocus()
        assert self.panel.bench.current
        assert self.panel.bench.current.key == key

    def keys(self) -> list[str]:
        """What the list shows, from the top."""
        sorting = self.panel.bench.sorting
        return [sorting.index(n, 0).data(Role.ROW).key for n in range(sorting.rowCount())]


@pytest.fixture
def shown(panel: MessagesPanel, desk: Desk, qtbot: QtBot) -> Shown:
    """Nothing told yet."""
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    return Shown(panel, desk, qtbot)


def order(desk: Desk, n: int) -> Order:
    """The order of the customer with this number."""
    return list(desk.outlook().day.orders.values())[n]


def message(desk: Desk, n: int, **changes: object) -> Message:
    """A message to this customer, about the order there is."""
    about = order(desk, n)
    made_at = NOON + timedelta(minutes=n)
    made = replace(waiting(n, Channel.SMS), subject="", order_id=about.id, to=number(n), made_at=made_at)
    return replace(made, **changes)  # type: ignore[arg-type]


def fill(desk: Desk) -> None:
    """A message in every state, a code, two replies of customers and one of a stranger, and one who wants none."""
    faults = {2: "550 no such number", 3: "it does not answer", 4: "no telephone number", 5: "too late"}
    for n, state in STATES.items():
        sent = NOON + timedelta(minutes=n) if state is MessageState.SENT else None
        desk.put(message(desk, n, state=state, fault=faults.get(n, ""), sent_at=sent, line="sms.example.org"))
    desk.put(message(desk, 7, event=Event.CODE, text=f"Your code is {CODE_MARK}.", state=MessageState.SENT))
    assert desk.workplace.live
    for sender, text in ((number(1), "Please ring twice"), (number(1), "Thanks"), ("+4915199999999", "Who is this?")):
        at = NOON + timedelta(hours=1)
        desk.workplace.live.logbook.write(
            lambda w, sender=sender, text=text, at=at: take_reply(w, Channel.SMS, sender, text, at, text)
        )
    desk.desk.opt_out(Channel.EMAIL, "customer5@example.org", "Anna")
