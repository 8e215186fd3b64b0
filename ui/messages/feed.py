"""Makes, sends and reads a day's messages again and again, and does what people decide about them.

Knows no widget. Two lanes: one hands messages to the lines, which may keep silent for a minute; the other makes what is
due, publishes customers' pages, reads, and writes what is decided, so that none of that waits for a line.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order
from dispatcher.services.customer_pages import publish
from dispatcher.services.live import LiveDay
from dispatcher.services.outbox import MessageDesk, Outbox, Sent
from dispatcher.services.planning import Outlook
from dispatcher.services.today import Today
from dispatcher.services.workplace import Workplace
from ui.messages.words import About

log = logging.getLogger(__name__)

REST_MS = 3_000
"""Between two looks at the day, after each of which what may go is sent: by the depot's clock, whatever its pace."""
PATIENCE_S = 5.0
"""So long a line is waited for at the end."""
TOMORROW_EVERY = timedelta(minutes=10)
"""Of the depot's time, until the next day is looked at again: it has to be read and judged for it."""


@dataclass(frozen=True, slots=True)
class Read:
    """A day's outbox, and what its orders are called."""

    on: date
    box: Outbox
    orders: Mapping[OrderId, About]
    fault: str = ""
    """Why customers could not be told what is due."""


class MessageFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        read(Read): the outbox as it is now.
        sent(Sent): something was handed over, or not.
        done(object, object): a deed is done: what it was called with, and its answer.
        refused(object, Exception): it is not, and why.
        fault_changed(str): messages cannot be looked after, and why; empty when they can again.
    """

    read = Signal(object)
    sent = Signal(object)
    done = Signal(object, object)
    refused = Signal(object, object)
    fault_changed = Signal(str)
    _answered = Signal(object)

    def __init__(self, workplace: Workplace, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace = workplace
        self.desk = MessageDesk(workplace)
        self._lane = ThreadPoolExecutor(1, "roundhouse-messages")
        self._line = ThreadPoolExecutor(1, "roundhouse-post")
        self._on: date | None = None
        self._outlook: Outlook | None = None
        self._live: LiveDay | None = None
        self._today: Today | None = None
        self._posting: Future[Any] | None = None
        self._busy = self._sending = self._stopped = False
        self._deeds = 0
        self._tomorrow_at: datetime | None = None
        self._fault, self._faults = "", dict[str, str]()
        """What is said, and what there is to say of each lane."""
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=REST_MS)
        self._timer.setObjectName("messages.feed")
        self._timer.timeout.connect(self.look)

    # --- what is looked after ---------------------------------------------------------------------------------------

    @property
    def works(self) -> bool:
        """Whether anything is made, sent and written here."""
        return self.desk.works

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not (self._busy or self._sending or self._deeds)

    def start(self) -> None:
        """Look after messages from now on, whether anybody looks or not."""
        if not self._stopped:
            self._timer.start()
            self.look()

    def set_date(self, on: date) -> None:
        """Read this day's outbox from now on."""
        self._on = on
        self.look()

    def take_outlook(self, outlook: Outlook) -> None:
        """The day as it is planned now."""
        self._outlook = outlook

    def take_live(self, live: LiveDay) -> None:
        """The day as it stands on the road now."""
        self._live = live

    def take_today(self, today: Today) -> None:
        """The day on the road, while another one is planned: its customers are told all the same."""
        self._today = today

    @Slot()
    def look(self) -> None:
        """Make what is due, publish pages, and read; unless that is under way."""
        if self._busy or self._stopped or self._on is None:
            return
        self._busy = True
        task = self._lane.submit(self._look, self._on, self._outlook, self._live, self._today)
        task.add_done_callback(lambda future: self._answered.emit((future, self._on_read)))

    def _look(self, on: date, outlook: Outlook | None, live: LiveDay | None, today: Today | None) -> Read:
        """On the lane. What cannot be told keeps nobody from reading what is there, and from sending it."""
        fault = ""
        try:
            if self.works:
                self._tell_all(outlook, live, today)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, it is said
            fault = str(trouble) or type(trouble).__name__
        box = self.desk.box(on)
        return Read(on, box, self._orders_of(box, outlook), fault)

    def _tell_all(self, outlook: Outlook | None, live: LiveDay | None, today: Today | None) -> None:
        if outlook is not None:
            self._tell(outlook, live if live and live.date == outlook.day.date else None)
        shown = outlook.day.date if outlook else None
        if today is not None and today.day.date != shown:
            self._tell(self.desk.beside(today), today.live)
        now = self._workplace.clock()
        if shown == now.astimezone(self._workplace.depot.zone).date() + timedelta(days=1):
            return
        if self._tomorrow_at is None or abs(now - self._tomorrow_at) >= TOMORROW_EVERY:
            self._tomorrow_at = now
            if (tomorrow := self.desk.tomorrow()) is not None:
                self._tell(tomorrow, None)

    def _tell(self, outlook: Outlook, live: LiveDay | None) -> None:
        """The page first: who is told of it may open it at once."""
        publish(self._workplace, outlook, live, now=self._workplace.clock())
        self.desk.step(outlook, live)

    def _orders_of(self, box: Outbox, outlook: Outlook | None) -> Mapping[OrderId, About]:
        known = dict(outlook.day.orders) if outlook else {}
        wanted = {said.order_id for said in (*box.messages, *box.replies) if said.order_id}
        if missing := [order_id for order_id in wanted if order_id not in known]:
            known |= {order.id: order for order in self._workplace.store.read(lambda r: r.orders(missing))}
        return {order_id: about(known[order_id]) for order_id in wanted if order_id in known}

    def _on_read(self, read: Read) -> None:
        self._busy = False
        if read.on != self._on:
            self.look()
            return
        self.read.emit(read)
        self.send()

    # --- sending ----------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """Hand over what waits and may go; unless that is under way."""
        if self._sending or self._stopped or not self.works:
            return
        self._sending = True
        self._posting = task = self._line.submit(self.desk.send_some, lambda: self._stopped)
        task.add_done_callback(lambda future: self._answered.emit((future, self._on_sent)))

    def _on_sent(self, sent: Sent) -> None:
        self._sending = False
        if any(sent.counts.values()) or sent.replies:
            self.sent.emit(sent)
            self.look()

    # --- deeds ------------------------------------------------------------------------------------------------------

    def do(self, what: object, deed: Callable[[], Any]) -> None:
        """Write what somebody decided, and read again; `what` comes back with the answer."""
        if self._stopped:
            return
        self._deeds += 1
        task = self._lane.submit(deed)
        task.add_done_callback(lambda future: self._answered.emit((future, (what,))))

    def _on_deed(self, what: object, future: Future[Any]) -> None:
        self._deeds -= 1
        if (fault := future.exception()) is not None:
            self.refused.emit(what, fault)
            return
        self.done.emit(what, future.result())
        self.look()

    # --- answers ----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_answered(self, answer: tuple[Future[Any], Any]) -> None:
        future, then = answer
        if self._stopped:
            return
        if isinstance(then, tuple):
            self._on_deed(then[0], future)
            return
        looked, fault = then == self._on_read, future.exception()
        self._say("lane" if looked else "line", self._words(future))
        if fault is None:
            then(future.result())
        elif looked:
            self._busy = False
            self.send()
        else:
            self._sending = False

    @staticmethod
    def _words(future: Future[Any]) -> str:
        if (fault := future.exception()) is not None:
            return str(fault) or type(fault).__name__
        done = future.result()
        return done.fault if isinstance(done, Read) else ""

    def _say(self, lane: str, words: str) -> None:
        self._faults[lane] = words
        fault = next(filter(None, self._faults.values()), "")
        if fault != self._fault:
            self._fault = fault
            if fault:
                log.warning("messages cannot be looked after: %s", fault)
            self.fault_changed.emit(fault)

    def stop(self) -> None:
        """Look no more; what was decided is written, and what a line has in hand is waited for, but not for long.

        What a line answers later nobody hears: that message is unknown when the window opens again.
        """
        self._stopped = True
        self._timer.stop()
        self._lane.shutdown(wait=True)
        if self._posting:
            wait([self._posting], PATIENCE_S)
        self._line.shutdown(wait=False)
        self.desk.close()


def about(order: Order) -> About:
    """What is shown of it."""
    return About(order.number, order.contact.name)
