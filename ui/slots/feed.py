"""Reads the calendar for the dates shown, and does what is decided about slots.

Knows no widget. One lane reads and writes the logbook, in its order; offers and bulk are long work of the window's
runner, where the newest question wins. What changes the plan goes to the runner.
"""

import logging
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.progress import Progress
from dispatcher.domain.slots import RuleId, SlotBook
from dispatcher.domain.slots import Slot as Opening
from dispatcher.services.ports import Reader
from dispatcher.services.slots import Booked, BulkPreview, Enquiry, Offer, PlanChange, SlotDesk, Suggestion
from dispatcher.services.workplace import Workplace
from ui.runner import Job, Operation, OpRunner

log = logging.getLogger(__name__)

REST_MS, SOON_MS = 5_000, 200
"""Between two looks: other clerks take places, and those held run out; and after the plan changed."""
LEAST_S, EACH_S, LONGEST_S = 2.0, 0.058, 60.0
"""How long bulk may search: for a few orders as long as a person waits gladly, for a thousand a minute."""

type Told = Callable[[object], object]
type Faulted = Callable[[Exception], object]
type Key = tuple[RuleId, date]


@dataclass(frozen=True, slots=True)
class Read:
    """The calendar as it was read."""

    first: date
    days: int
    book: SlotBook
    slots: tuple[Opening, ...]
    stranded: tuple[Booked, ...]
    key: Key | None
    """The slot that is looked into."""
    booked: tuple[Booked, ...]
    """Who has a place in it."""


@dataclass(frozen=True, slots=True)
class _Task:
    then: Told | None
    failed: Faulted | None


class SlotFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        read(Read): the calendar as it is now, if it differs from the last one.
        failed(Exception): it cannot be read.
        looked(datetime): it was read, whether it differs or not.
    """

    read = Signal(object)
    failed = Signal(object)
    looked = Signal(object)
    _answered = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace, self._runner = workplace, runner
        self.desk = SlotDesk(workplace, workplace.clock)
        self._lane = ThreadPoolExecutor(1, "roundhouse-slots")
        self._first: date | None = None
        self._days = 7
        self._key: Key | None = None
        self._last: Read | None = None
        self._fault = ""
        self._shown = self._looking = self._again = self._stopped = False
        self._changes = 0
        self._under_way: dict[Future[object], _Task] = {}
        self._rest = QTimer(self, singleShot=True)
        self._rest.setObjectName("slots.rest")
        self._rest.timeout.connect(self.look)
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    @property
    def mine(self) -> bool:
        """Whether anything is written here: a what-if copy only looks."""
        return self._workplace.what_if is None

    @property
    def busy(self) -> bool:
        """Whether anything is under way in the lane or the plan."""
        return bool(self._under_way or self._changes)

    @property
    def now(self) -> datetime:
        """By the workplace's clock."""
        return self._workplace.clock()

    @property
    def zone(self) -> ZoneInfo:
        """The depot's clock."""
        return self._workplace.depot.zone

    # --- looking --------------------------------------------------------------------------------------------------

    def follow(self, first: date, days: int) -> None:
        """Look at these dates."""
        self._first, self._days = first, days
        self.look()

    def look_into(self, key: Key | None) -> None:
        """Read also who has a place in this slot."""
        if key != self._key:
            self._key = key
            self.look()

    def set_shown(self, shown: bool) -> None:
        """Only while somebody sees it the calendar is read again and again."""
        self._shown = shown
        if shown:
            self.look()
        else:
            self._rest.stop()

    def look_soon(self) -> None:
        """The plan is another."""
        if self._shown and not self._stopped:
            self._rest.start(SOON_MS)

    @Slot()
    def look(self) -> None:
        """Read now, or again after the look under way."""
        self._rest.stop()
        if self._first is None or self._stopped:
            return
        if self._looking:
            self._again = True
            return
        self._looking = True
        first, days, key = self._first, self._days, self._key
        self._send(lambda: self._read(first, days, key), self._on_read, self._on_not_read)

    def _read(self, first: date, days: int, key: Key | None) -> Read:
        """On the lane."""
        desk, book = self.desk, self.desk.book()
        slots = desk.calendar(first, days) if book.rules else ()
        booked = desk.booked(*key) if key and key[0] in book.rules else ()
        return Read(first, days, book, slots, desk.stranded(first, days), key, booked)

    def _on_read(self, answer: object) -> None:
        assert isinstance(answer, Read)
        self._looking, self._fault = False, ""
        fits = (answer.first, answer.days, answer.key) == (self._first, self._days, self._key)
        if fits and answer != self._last:
            self._last = answer
            self.read.emit(answer)
        self.looked.emit(self.now)
        self._go_on()

    def _on_not_read(self, fault: Exception) -> None:
        self._looking = False
        if repr(fault) != self._fault:
            self._fault = repr(fault)
            log.warning("slots cannot be looked at", exc_info=fault)
        self._last = None
        self.failed.emit(fault)
        self._go_on()

    def _go_on(self) -> None:
        if self._again:
            self._again = False
            self.look()
        elif self._shown and not self._stopped:
            self._rest.start(REST_MS)

    # --- doing ----------------------------------------------------------------------------------------------------

    def do(self, work: Callable[[SlotDesk], object], then: Told | None = None, failed: Faulted | None = None) -> None:
        """Ask or change something in the logbook, after what was asked before; then look again."""

        def done(answer: object) -> None:
            if then:
                then(answer)
            self.look()

        self._send(lambda: work(self.desk), done, failed)

    def ask(self, work: Callable[[SlotDesk], object], then: Told, failed: Faulted | None = None) -> None:
        """Ask something that changes nothing."""
        self._send(lambda: work(self.desk), then, failed)

    def change_plan(
        self, work: Callable[[SlotDesk], PlanChange], then: Callable[[str], object], failed: Faulted | None = None
    ) -> None:
        """Work a change of the plan out, and carry it out; `then` is told what was done."""

        def submit(answer: object) -> None:
            assert isinstance(answer, PlanChange)
            self._runner.submit(
                Operation(answer.label, answer.run),
                initiator=self,
                on_done=lambda _done: self._end_change(lambda: then(answer.label)),
                on_failed=lambda fault: self._end_change(lambda: self._refuse(fault, failed)),
            )

        def refused(fault: Exception) -> None:
            self._end_change(lambda: self._refuse(fault, failed))

        if not self._stopped:
            self._changes += 1
            self._send(lambda: work(self.desk), submit, refused)

    def _end_change(self, tell: Callable[[], object]) -> None:
        self._changes -= 1
        if not self._stopped:
            tell()
            self.look()

    def _refuse(self, fault: Exception, failed: Faulted | None) -> None:
        (failed or self._runner.failed.emit)(fault)

    # --- long work ------------------------------------------------------------------------------------------------

    def offers(self, enquiry: Enquiry, then: Callable[[tuple[Offer, ...]], object], failed: Faulted) -> Job:
        """Price slots for an enquiry; a newer one takes its place."""
        work = lambda progress: self.desk.offers(enquiry, cancelled=progress.cancelled)
        return self._runner.start(
            work, title="Pricing slots", on_done=then, on_failed=failed, latest_key="slots.offers"
        )

    def bulk(
        self,
        order_ids: Collection[OrderId],
        first: date,
        days: int,
        then: Callable[[BulkPreview], object],
        failed: Faulted,
    ) -> Job:
        """Assign orders to slots, for a look."""
        seconds = min(LONGEST_S, LEAST_S + len(order_ids) * EACH_S)

        def work(progress: Progress) -> BulkPreview:
            return self.desk.bulk(order_ids, first, days, seconds=seconds, progress=progress)

        return self._runner.start(
            work, title="Assigning orders to slots", on_done=then, on_failed=failed, latest_key="slots.bulk"
        )

    def suggest(self, on: date, then: Callable[[Suggestion], object], failed: Faulted) -> Job:
        """How many orders each slot of a date can take."""
        work = lambda progress: self.desk.suggest_capacity(on, progress=progress)
        return self._runner.start(
            work, title="Working out capacity", on_done=then, on_failed=failed, latest_key="slots.capacity"
        )

    def windowless(self, on: date, then: Callable[[list[Order]], object], failed: Faulted) -> None:
        """The open orders of a day that have no window."""

        def query(reader: Reader) -> list[Order]:
            orders = (o for o in reader.orders_of([on]) if o.state is OrderState.OPEN and not o.windows)
            return sorted(orders, key=lambda order: order.number)

        self._runner.read(query, then, on_failed=failed, latest_key="slots.windowless")

    # --- the lane -------------------------------------------------------------------------------------------------

    def _send(self, work: Callable[[], object], then: Told | None, failed: Faulted | None) -> None:
        """Do this after what was sent before; answers are told in the GUI thread."""
        if self._stopped:
            return
        future: Future[object] = self._lane.submit(work)
        self._under_way[future] = _Task(then, failed)
        future.add_done_callback(self._answered.emit)

    @Slot(object)
    def _on_answered(self, future: Future[object]) -> None:
        task = self._under_way.pop(future, None)
        if task is None:
            return
        fault = future.exception()
        if isinstance(fault, Exception):
            self._refuse(fault, task.failed)
        elif task.then:
            task.then(future.result())

    def stop(self) -> None:
        """Look no more; what was decided is done first. Before the runner stops, since some of it is the plan's."""
        self._rest.stop()
        self._shown = False
        self._lane.shutdown(wait=True)
        self._stopped = True
        while self._under_way:
            self._on_answered(next(iter(self._under_way)))
