"""Steps the exception desk for the day shown, reads the queue when it may differ, and does what is decided.

Knows no widget. One lane does all that writes, in its order and one thing at a time; offers are long work of the
window's runner, where the newest question wins. What changes the plan goes to the runner, and back to the lane.
"""

import logging
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Remedy
from dispatcher.domain.progress import Progress
from dispatcher.services.exceptions import (
    ExceptionBoard,
    ExceptionDesk,
    HistoryLine,
    Offer,
    Performed,
    PlanChange,
    Scanned,
    Shown,
)
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Done
from dispatcher.services.today import Today
from dispatcher.services.workplace import Workplace
from ui.runner import Operation, OpRunner

log = logging.getLogger(__name__)

REST_SHARE = 10
"""It rests at least so many times as long as it worked: the window has the same interpreter."""
STAYING = frozenset({Remedy.CALL, Remedy.MESSAGE, Remedy.CHANGE_REASON, Remedy.SEND_AGAIN})
"""After these somebody still has to see whether that was enough."""
TITLE = "Working out what can be done"
REST_MS, SOON_MS = 3_000, 200
"""Between two looks, in which rules are worked through again, whatever has happened; and after the plan changed."""


@dataclass(frozen=True, slots=True)
class Read:
    """The queue as it was read."""

    on: date
    board: ExceptionBoard
    sound: bool
    """Whether the depot wants to hear grave ones."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a worker brings of one look."""

    read: Read | None
    """`None` where nothing differs."""
    retries: PlanChange | None
    """What is tried again the next working day by itself."""
    took_ms: float


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be done about one exception, and what happened to its order."""

    incident_id: str
    offers: tuple[Offer, ...]
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something decided about exceptions."""

    ids: tuple[str, ...]
    label: str
    """"deliver again today"."""
    leaves: bool = True
    """Whether they leave the queue by it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A deed that could not be done."""

    deed: Deed
    fault: Exception


@dataclass(frozen=True, slots=True)
class _Remedy:
    """A remedy on its way through the lane, the plan and the lane again."""

    deed: Deed
    offer: Offer
    given: str
    by: str


class ExceptionFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        read(Read): the queue as it is now.
        looked(): nothing differs, but it is later.
        failed(Exception): it cannot be read.
        offered(Offered): what can be done about one.
        not_offered(str, Exception): that cannot be worked out, by the exception's id.
        done(Deed, str): a deed is done; a sentence about it.
        refused(Refused): one is not.
        scanned(Scanned): what was scanned in the cage.
        not_scanned(Exception): that could not be kept.
    """

    read = Signal(object)
    looked = Signal()
    failed = Signal(object)
    offered = Signal(object)
    not_offered = Signal(str, object)
    done = Signal(object, str)
    refused = Signal(object)
    scanned = Signal(object)
    not_scanned = Signal(object)
    _answered = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace, self._runner = workplace, runner
        self.desk = ExceptionDesk(workplace, clock=workplace.clock)
        self._lane = ThreadPoolExecutor(1, "roundhouse-exceptions")
        self._on: date | None = None
        self._outlook: Outlook | None = None
        self._live: LiveDay | None = None
        self._today: Today | None = None
        self._looking = self._stopped = self._retrying = False
        self._wanted = True
        """The queue is to be read whether a step changed something or not."""
        self._doing: dict[str, Deed] = {}
        self._under_way: dict[Future[object], Callable[[Future[object]], None]] = {}
        self._fault = ""
        self._rest = QTimer(self, singleShot=True)
        self._rest.setObjectName("exceptions.rest")
        self._rest.timeout.connect(self._look)
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)

    @property
    def mine(self) -> bool:
        """Whether anything is written here: a what-if copy only looks."""
        return self._workplace.what_if is None

    @property
    def doing(self) -> Mapping[str, str]:
        """What will leave the queue and is not done yet, by the exception's id."""
        return {incident_id: deed.label for incident_id, deed in self._doing.items() if deed.leaves}

    @property
    def busy(self) -> bool:
        """Whether anything is under way in the lane or the plan."""
        return bool(self._under_way or self._doing)

    # --- looking --------------------------------------------------------------------------------------------------

    def follow(self, on: date) -> None:
        """Show this day's closed ones; what is open belongs to every day."""
        self._on, self._live, self._today = on, None, None  # what is known of the road is soon old
        if self._outlook and self._outlook.day.date != on:
            self._outlook = None
        self.look()

    def take_outlook(self, outlook: Outlook) -> None:
        """The plan as it stands, judged."""
        if outlook is self._outlook:
            return
        self._outlook = outlook
        if self._on is not None and not self._looking and not self._stopped:
            self._rest.start(SOON_MS)

    def take_live(self, live: LiveDay) -> None:
        """The road as it stands."""
        if live.date == self._on:
            self._live = live

    def take_today(self, today: Today) -> None:
        """The day on the road, while another one is shown: what happens on it is raised all the same."""
        self._today = today

    @property
    def _road(self) -> LiveDay | None:
        """What is known of the day on the road; of the day shown, if that is it."""
        return self._today.live if self._today and self._today.day.date != self._on else self._live

    def look(self) -> None:
        """Step and read now, or after the look under way."""
        self._wanted = True
        if not self._looking:
            self._look()

    @Slot()
    def _look(self) -> None:
        self._rest.stop()
        if self._stopped or self._looking or self._on is None:
            return
        self._looking = True
        wanted, self._wanted = self._wanted, False
        look = partial(self._step_and_read, self._on, self._outlook, self._road, wanted=wanted)
        self._send(look, self._on_looked)

    def _step_and_read(self, on: date, outlook: Outlook | None, live: LiveDay | None, *, wanted: bool) -> _Look:
        """On the lane."""
        began = time.monotonic()
        fitting = live if live and (live.date != on or (outlook and live.date == outlook.day.date)) else None
        changed = self.desk.step(outlook, fitting) if self.mine else True
        retries = self.desk.retries()
        read = None
        if changed or wanted or retries:
            read = Read(on, self.desk.board(on), self._workplace.depot.road.incidents.sound)
        return _Look(read, retries, 1_000 * (time.monotonic() - began))

    def _on_looked(self, future: Future[object]) -> None:
        self._looking = False
        fault, look = future.exception(), None if future.exception() else future.result()
        if isinstance(look, _Look) and look.retries:
            self._try_again(look.retries)
        if self._stopped:
            return
        self._rest.start(max(REST_MS, round(REST_SHARE * look.took_ms)) if isinstance(look, _Look) else REST_MS)
        self._note_fault(fault)
        if isinstance(fault, Exception):
            self._wanted = True
            self.failed.emit(fault)
        elif isinstance(look, _Look) and look.read and look.read.on == self._on:
            self.read.emit(look.read)
        else:
            self.looked.emit()
        if self._wanted and fault is None:
            self._look()

    def _try_again(self, change: PlanChange) -> None:
        """One at a time; what came of it is noted, and looked at then."""
        if self._retrying or self._stopped:
            return
        self._retrying = True
        operation = Operation(change.label, change.change, why=change.why)
        self._runner.submit(operation, initiator=self, on_done=self._note_retried, on_failed=self._on_not_retried)

    def _note_retried(self, done: Done[Any]) -> None:
        """At the window's end at once, since nobody waits any more."""
        note = partial(self.desk.retried, done.value)
        if self._stopped:
            note()
        else:
            self._send(note, self._on_retried)

    def _on_retried(self, future: Future[object]) -> None:
        if isinstance(fault := future.exception(), Exception):
            self._on_not_retried(fault)
        self._retrying = False
        self.look()

    def _on_not_retried(self, fault: Exception) -> None:
        """It is tried again with the next look."""
        self._retrying = False
        self._note_fault(fault)
        self.failed.emit(fault)

    def _note_fault(self, fault: BaseException | None) -> None:
        """In the log once, however often it comes back."""
        said = repr(fault) if fault else ""
        if said and said != self._fault:
            log.warning("exceptions cannot be looked at", exc_info=fault)
        self._fault = said

    def price(self, shown: Shown) -> None:
        """Work out what can be done about this one; `offered` follows, unless another one is asked for meanwhile."""
        incident_id, order_id = shown.incident.id, shown.incident.order_id
        outlook, live = self._outlook, self._road

        def work(_progress: Progress) -> Offered:
            offers = self.desk.offers(incident_id, outlook, live) if shown.incident.open else ()
            return Offered(incident_id, tuple(offers), tuple(self.desk.history(order_id)) if order_id else ())

        failed = lambda fault: self.not_offered.emit(incident_id, fault)
        if not self._stopped:
            self._runner.start(
                work, title=TITLE, on_done=self.offered.emit, on_failed=failed, latest_key="exceptions.offers"
            )

    # --- doing ----------------------------------------------------------------------------------------------------

    def perform(self, incident_id: str, offer: Offer, given: str, *, by: str) -> None:
        """Carry a remedy out, in the logbook and in the plan."""
        deed = Deed((incident_id,), offer.remedy.value, leaves=offer.remedy not in STAYING)
        remedy = _Remedy(deed, offer, given, by)
        if self._begin(remedy.deed):
            work = lambda: self.desk.perform(incident_id, offer, given, by=by)
            self._send(work, partial(self._on_performed, remedy))

    def _on_performed(self, remedy: _Remedy, future: Future[object]) -> None:
        fault, answer = future.exception(), None if future.exception() else future.result()
        if isinstance(fault, Exception):
            self._end(remedy.deed, fault)
            return
        assert isinstance(answer, Performed)
        if answer.operation is None:
            self._end(remedy.deed, told=answer.told)
            return
        change = answer.operation
        self._runner.submit(
            Operation(change.label, change.change, why=change.why),
            initiator=self,
            on_done=lambda _done: self._settle(remedy, answer.told),
            on_failed=lambda fault: self._end(remedy.deed, fault),
        )

    def _settle(self, remedy: _Remedy, told: str) -> None:
        """The plan is changed: say so in the logbook. At the window's end at once, since nobody waits any more."""
        (incident_id,) = remedy.deed.ids
        work = partial(self.desk.settled, incident_id, remedy.offer, remedy.given, by=remedy.by)
        if self._stopped:
            work()
            self._doing.pop(incident_id, None)
        else:
            self._send(work, lambda future: self._end(remedy.deed, future.exception(), told=told))

    def take(self, ids: Collection[str], *, by: str) -> None:
        """See to these oneself."""
        told = f"{_these(len(ids))} to {by}."
        self._do(Deed(tuple(ids), "take"), lambda: self.desk.take(tuple(ids), by, by=by), told)

    def note(self, incident_id: str, text: str, *, by: str) -> None:
        """Write a line into its history."""
        self._do(Deed((incident_id,), "note"), lambda: self.desk.note(incident_id, text, by=by), "Noted.")

    def close(self, ids: Collection[str], text: str, *, by: str) -> None:
        """Close these with a note."""
        deed = Deed(tuple(ids), "close")
        if self._begin(deed):
            self._do(deed, lambda: self.desk.close(deed.ids, text, by=by), f"{_these(len(ids))} closed.")

    def reopen(self, incident_id: str, text: str, *, by: str) -> None:
        """Open a closed one again."""
        self._do(Deed((incident_id,), "reopen"), lambda: self.desk.reopen(incident_id, text, by=by), "Open again.")

    def left_out(self, file: str, rows: int) -> None:
        """An import of this file left so many rows out."""
        self._send(lambda: self.desk.left_out(file, rows), lambda _future: self.look())

    def scan(self, barcode: str, *, by: str) -> None:
        """Goods come back."""
        self._send(lambda: self.desk.scan(barcode, by=by), self._on_scanned)

    def hand_out(self, order_id: OrderId, remedy: Remedy, *, by: str) -> None:
        """An order's goods leave the cage."""
        deed = Deed((), remedy.value)
        work = partial(self.desk.hand_out, order_id, remedy, by=by)
        self._send(work, lambda future: self._end(deed, future.exception(), told=_said(future)))

    def _on_scanned(self, future: Future[object]) -> None:
        fault = future.exception()
        if isinstance(fault, Exception):
            self.not_scanned.emit(fault)
            return
        answer = future.result()
        assert isinstance(answer, Scanned)
        self.scanned.emit(answer)
        self.look()

    def _do(self, deed: Deed, work: Callable[[], object], told: str) -> None:
        self._send(work, lambda future: self._end(deed, future.exception(), told=told))

    def _begin(self, deed: Deed) -> bool:
        """Unless one of them is being seen to already."""
        if self._stopped or any(incident_id in self._doing for incident_id in deed.ids):
            return False
        self._doing |= dict.fromkeys(deed.ids, deed)
        return True

    def _end(self, deed: Deed, fault: BaseException | None = None, *, told: str = "") -> None:
        for incident_id in deed.ids:
            if self._doing.get(incident_id) is deed:  # what is done beside it ends nothing else
                del self._doing[incident_id]
        if self._stopped:
            return
        if isinstance(fault, Exception):
            self.refused.emit(Refused(deed, fault))
        else:
            self.done.emit(deed, told)
        self.look()

    # --- the lane -------------------------------------------------------------------------------------------------

    def _send(self, work: Callable[[], object], then: Callable[[Future[object]], None]) -> None:
        """Do this after what was sent before; `then` is told in the GUI thread."""
        if self._stopped:
            return
        task: Future[object] = self._lane.submit(work)
        self._under_way[task] = then
        task.add_done_callback(self._answered.emit)

    @Slot(object)
    def _on_answered(self, future: Future[object]) -> None:
        if (then := self._under_way.pop(future, None)) is not None:
            then(future)

    def stop(self) -> None:
        """Look no more; all that was decided is done first. Before the runner stops, since some of it is the plan's."""
        self._rest.stop()
        self._lane.shutdown(wait=True)
        self._stopped = True
        while self._under_way:
            future, then = self._under_way.popitem()
            then(future)


def _said(future: Future[object]) -> str:
    return "" if future.exception() else str(future.result() or "")


def _these(n: int) -> str:
    return "1 exception" if n == 1 else f"{n:,} exceptions"
