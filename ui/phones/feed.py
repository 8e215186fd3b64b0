"""Asks how gateway and phones stand, again and again, on a thread of its own; tells it in the GUI thread."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.services.gateway_keeping import GatewayKeeper, Standing
from dispatcher.services.phones import Phones, look
from dispatcher.services.workplace import Workplace

log = logging.getLogger(__name__)

LOOK_MS = 1_000
STATUS_S = 3.0
"""How often the gateway is looked after."""
PHONES_S = 15.0
"""Phones are read at least so often, since ages grow; sooner when the logbook has changed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look."""

    standing: Standing | None = None
    phones: Phones | None = None


class Lookout:
    """What is asked in the thread: the gateway when it is due, the phones when they may have changed."""

    def __init__(self, workplace: Workplace, monotonic: Callable[[], float] = time.monotonic) -> None:
        assert workplace.live is not None
        self._workplace, self._logbook, self._now = workplace, workplace.live.logbook, monotonic
        self.keeper = GatewayKeeper(
            workplace.home,
            workplace.slug,
            self._logbook,
            lambda: workplace.depot.road,
            keeps=workplace.what_if is None,
        )
        self._status_at = self._phones_at = float("-inf")
        self._version = -1

    def look(self, *, phones: bool, now: bool = False) -> Seen:
        """What is due, or everything."""
        at, standing, read = self._now(), None, None
        if now or at - self._status_at >= STATUS_S:
            standing = self.keeper.look()
            self._status_at = self._now()
        version = self._logbook.version()
        if phones and (now or version != self._version or at - self._phones_at >= PHONES_S):
            self._version, self._phones_at = version, at
            read = look(self._workplace.store, self._logbook, self._workplace.clock())
        return Seen(standing, read)

    def stop_gateway(self) -> Seen:
        """End the gateway."""
        return Seen(self.keeper.stop())

    def start_again(self) -> Seen:
        """Try to start the gateway at once."""
        self.keeper.again()
        return self.look(phones=False, now=True)


class PhonesFeed(QObject):
    """One question at a time. GUI thread; the answers come there too.

    Signals:
        standing_changed(Standing): how the gateway stands, every few seconds.
        phones_changed(Phones): how the phones stand, while somebody looks.
        fault_changed(str): neither can be known, and why; empty when they can again.
    """

    standing_changed = Signal(object)
    phones_changed = Signal(object)
    fault_changed = Signal(str)
    _answered = Signal(object)

    def __init__(self, workplace: Workplace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lookout = Lookout(workplace)
        self._lane = ThreadPoolExecutor(1, "roundhouse-phones")
        self._asked = 0
        self._stopped = False
        self._fault = ""
        self._watchers: set[str] = set()
        self.standing: Standing | None = None
        self.phones: Phones | None = None
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.setObjectName("phones.feed")
        self._timer.timeout.connect(self._on_timer)

    def start(self) -> None:
        """Begin to look after the gateway."""
        if not self._stopped:
            self._timer.start()
            self.look()

    def watch(self, who: str, *, wanted: bool) -> None:
        """Somebody looks at the phones, or no longer; while nobody does they are not read."""
        (self._watchers.add if wanted else self._watchers.discard)(who)
        if wanted and self._timer.isActive():
            self.look()

    @Slot()
    def look(self) -> None:
        """Look at everything now, whatever was asked before."""
        self._ask(partial(self._lookout.look, phones=bool(self._watchers), now=True))

    def stop_gateway(self) -> None:
        """End the gateway; its settings are another matter."""
        self._ask(self._lookout.stop_gateway)

    def start_again(self) -> None:
        """Try to start the gateway now, however often that failed."""
        self._ask(self._lookout.start_again)

    @Slot()
    def _on_timer(self) -> None:
        if not self._asked:
            self._ask(partial(self._lookout.look, phones=bool(self._watchers)))

    def _ask(self, question: Callable[[], Seen]) -> None:
        if not self._stopped:
            self._asked += 1
            self._lane.submit(question).add_done_callback(self._answered.emit)

    @Slot(object)
    def _on_answered(self, future: Future[Seen]) -> None:
        self._asked -= 1
        if self._stopped:
            return
        if (error := future.exception()) is not None:
            self._say(str(error))
            return
        self._say("")
        seen = future.result()
        if seen.standing is not None:
            self.standing = seen.standing
            self.standing_changed.emit(seen.standing)
        if seen.phones is not None:
            self.phones = seen.phones
            self.phones_changed.emit(seen.phones)

    def _say(self, fault: str) -> None:
        if fault != self._fault:
            self._fault = fault
            if fault:
                log.warning("the phones cannot be looked after: %s", fault)
            self.fault_changed.emit(fault)

    @property
    def idle(self) -> bool:
        """Whether no question is under way."""
        return self._asked == 0

    def stop(self) -> None:
        """Ask no more, and wait for the question under way; the gateway goes on."""
        self._stopped = True
        self._timer.stop()
        self._lane.shutdown(wait=True)
