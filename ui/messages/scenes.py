"""What `ui.shots` pictures of messages: the panel off, empty and full, a message being written, and the words' editor.

Nothing is sent: the depot of the pictures has no line. What is put into its outbox stays there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dispatcher.domain.depot import Depot
from dispatcher.domain.ids import new_id
from dispatcher.domain.messages import CODE_MARK, Channel, Event, Message, MessagePolicy, MessageState
from dispatcher.domain.orders import Order
from dispatcher.services.replies import take_reply
from ui.depots.settings import DepotSettingsDialog
from ui.messages.words import Filter
from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from ui.shots import Album
    from ui.window.main import MainWindow

TOLD = (
    (Event.OUT, Channel.SMS, MessageState.SENT, ""),
    (Event.OUT, Channel.EMAIL, MessageState.SENT, ""),
    (Event.CODE, Channel.SMS, MessageState.SENT, ""),
    (Event.OUT, Channel.SMS, MessageState.FAILED, "400 no such number"),
    (Event.DELAYED, Channel.SMS, MessageState.UNKNOWN, "the message was handed over, and then: it does not answer"),
    (Event.OUT, Channel.EMAIL, MessageState.WITHHELD, "no e-mail address"),
    (Event.FAILED, Channel.SMS, MessageState.QUEUED, ""),
)
TEXTS = {
    Event.OUT: "We are on our way with {}. Expect us 14:00-16:00.",
    Event.CODE: f"Your code for {{}} is {CODE_MARK}. Tell it to the driver at the door only.",
    Event.DELAYED: "We are late with {}, sorry. New time: 15:30-17:30.",
    Event.FAILED: "We could not deliver {} (nobody was there).",
}


def play(album: "Album", window: "MainWindow", theme: Theme) -> None:
    """All scenes; nothing in a window without a logbook."""
    panel, workplace = window.messages, window.day.workplace
    if panel.feed is None or window.day.day is None:
        return
    window.show_panel(panel)
    _read(album, window)
    album.take("messages-off")
    with _telling(window):
        _read(album, window)
        album.take("messages-empty")
        _fill(window, list(window.day.day.orders.values()))
        _read(album, window)
        album.take("messages")
        panel.bench.deeds["write"].trigger()
        panel.composer.text.setPlainText("We come again at 15:00. Please ring twice.")
        album.take("messages-write")
        panel.composer.close_()
        theme.apply(Mode.DARK, 1.0)
        album.settle()
        album.take("messages-dark")
        theme.apply(Mode.LIGHT, 1.0)
        panel.bar.buttons[Filter.REPLIES].click()
        album.settle()
        album.take("messages-replies")
        panel.bar.reset(Filter.ALL)
    form = DepotSettingsDialog(workplace, window.runner, theme, window)
    form.open()
    form.tabs.setCurrentWidget(form.words.area)
    album.settle()
    album.take("messages-words", form)
    form.reject()
    window.show_panel(window.board)


def _read(album: "Album", window: "MainWindow") -> None:
    feed = window.messages.feed
    assert feed is not None
    feed.look()
    album.wait(feed.read)
    album.settle()


@contextmanager
def _telling(window: "MainWindow") -> Iterator[None]:
    """Messages on, but for none of the events, so that only what is put there is shown; then as it was."""
    store = window.day.workplace.store
    before = window.day.workplace.depot.road.messages
    quiet = replace(before, on=True, events=frozenset())
    store.write("Picture messages", lambda u: u.put_depot(_with(u.depot(), quiet)))
    try:
        yield
    finally:
        store.write("As it was", lambda u: u.put_depot(_with(u.depot(), before)))


def _with(depot: Depot, messages: MessagePolicy) -> Depot:
    return replace(depot, road=replace(depot.road, messages=messages))


def _fill(window: "MainWindow", orders: list[Order]) -> None:
    """Messages in most states, two replies of customers, one of a stranger, one who wants none."""
    live = window.day.workplace.live
    assert live is not None
    now = window.day.workplace.clock()
    made = [_message(n, orders[n], now - timedelta(minutes=9 * n + 5)) for n in range(min(len(TOLD), len(orders)))]
    live.logbook.write(lambda w: [w.put_message(message) for message in made])
    for sender, text in ((made[0].to, "Please ring twice, the bell is broken"), ("+4915199999999", "Who is this?")):
        at = now - timedelta(minutes=2)
        live.logbook.write(lambda w, s=sender, t=text, at=at: take_reply(w, Channel.SMS, s, t, at, new_id()))


def _message(n: int, order: Order, at: datetime) -> Message:
    event, channel, state, fault = TOLD[n]
    to = f"+4915112{n:06d}" if channel is Channel.SMS else f"customer{n}@example.org"
    return Message(
        id=new_id(),
        key=f"picture {new_id()}",
        order_id=order.id,
        on=order.date,
        event=event,
        channel=channel,
        to="" if state is MessageState.WITHHELD else to,
        text=TEXTS[event].format(order.number),
        made_at=at,
        state=state,
        tries=int(state is not MessageState.QUEUED),
        sent_at=at if state is MessageState.SENT else None,
        line="sms.example.org" if channel is Channel.SMS else "mail.example.org",
        fault=fault,
        by="Anna" if state is MessageState.QUEUED else "",
    )
