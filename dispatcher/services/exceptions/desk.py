"""The exception desk: raises, prices and settles what went otherwise than planned, and keeps the cage.

In a copy to try things out in, and where nobody follows the road, it only looks.
"""

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Incident, IncidentKind, Remedy
from dispatcher.domain.orders import Order
from dispatcher.incidents.queue import closed, reconciled, reopened, with_entry
from dispatcher.incidents.rules_desk import left_out_rule
from dispatcher.incidents.wanted import Sight
from dispatcher.services.exceptions import acts
from dispatcher.services.exceptions.board import board_of
from dispatcher.services.exceptions.cage import hand_out, require_not_planned, scan_in
from dispatcher.services.exceptions.case import case_of, require_open
from dispatcher.services.exceptions.chain import Chains
from dispatcher.services.exceptions.changes import Retried
from dispatcher.services.exceptions.facts import Facts, moment_of
from dispatcher.services.exceptions.history import history_of
from dispatcher.services.exceptions.offers import offers_for
from dispatcher.services.exceptions.step import Watcher
from dispatcher.services.exceptions.view import (
    ExceptionBoard,
    HistoryLine,
    Offer,
    Performed,
    PlanChange,
    Scanned,
)
from dispatcher.services.exceptions.words import named, spoken
from dispatcher.services.liveday import LiveDay
from dispatcher.services.logbook import Logbook, LogbookWriter
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Clock, Reader
from dispatcher.services.workplace import Workplace

CAGE_DAYS = 7
"""So far back a scan's order is looked for."""


class ExceptionDesk:
    """One depot's exceptions. Worker threads; calls may overlap."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        self._workplace, self._clock = workplace, clock
        self._stepping, self._looking = threading.Lock(), threading.Lock()
        self._facts, self._chains = Facts(workplace.store), Chains()
        self._orders: tuple[int, date, dict[OrderId, Order]] = (-1, date.min, {})
        self._outlook: Outlook | None = None
        self._live: LiveDay | None = None

    @property
    def works(self) -> bool:
        """Whether anything is raised and done here: not in a copy to try things out in."""
        return self._workplace.live is not None and self._workplace.what_if is None

    # --- watching -------------------------------------------------------------------------------------------------

    def step(self, outlook: Outlook | None, live: LiveDay | None) -> bool:
        """Raise, let pass, reopen, escalate; whether anything changed. Idempotent."""
        self._remember(outlook, live)
        if not self.works:
            return False
        with self._stepping:
            return self._watcher().step(live)

    def retries(self) -> PlanChange | None:
        """By the depot's setting: what failed is put on the next working day, as one change to be submitted.

        Asked after a `step`, and not again before its answer was given to `retried`; only what failed on a round that
        is over.
        """
        if not self.works:
            return None
        with self._stepping:
            return self._watcher().retries(self._facts.over)

    def retried(self, results: Iterable[Retried]) -> None:
        """The operation of `retries` is done, and this is its answer."""
        if self.works:
            with self._stepping:
                self._watcher().retried(results)

    def left_out(self, file: str, rows: int, path: str = "") -> None:
        """An import of this file left so many rows out; `path` is where they were written, if they were."""
        if rows < 1 or not self.works:
            return
        moment = moment_of(self._workplace.store, self._clock())
        want = left_out_rule(file, rows, path, moment.today, moment.now)

        def write(book: LogbookWriter) -> None:
            known, policy = book.incident_about(want.kind, want.on, want.about), moment.policy.incidents
            if known is not None:  # the same file again
                told = replace(known, what=want.what)
                again = with_entry(told, moment.now, "", want.what) if told.open else None
                book.put_incident(again or reopened(told, policy, moment.now, "", want.what))
                return
            for incident in reconciled((), [want], Sight(), policy, now=moment.now, raise_from=moment.raise_from):
                book.put_incident(incident)

        self._logbook().write(write)

    # --- looking --------------------------------------------------------------------------------------------------

    def board(self, on: date) -> ExceptionBoard:
        """Open ones of all dates, and the closed ones of this one; the cage."""
        now, store = self._clock(), self._workplace.store
        if self._workplace.live is None:
            return ExceptionBoard(now)
        with self._looking:
            return self._logbook().read(lambda book: board_of(book, store, self._chains, on, now))

    def offers(self, incident_id: str, outlook: Outlook | None, live: LiveDay | None) -> tuple[Offer, ...]:
        """What can be done, the recommended one first, priced on today's routes; those that cannot be say why.

        None for one that is closed, or gone.
        """
        self._remember(outlook, live)
        incident = self._logbook().read(lambda book: book.incident(incident_id)) if self._workplace.live else None
        if incident is None or not incident.open:
            return ()
        now, book = self._clock(), self._logbook()
        return offers_for(case_of(self._workplace, book, incident, self._outlook, self._live, now))

    def history(self, order_id: OrderId) -> tuple[HistoryLine, ...]:
        """All that happened to an order: attempts, messages, replies, calls, wishes, exceptions; oldest first."""
        if self._workplace.live is None:
            return ()

        def known(reader: Reader) -> tuple[Order | None, dict[str, str]]:
            return reader.order(order_id), {driver.id: driver.name for driver in reader.drivers()}

        order, drivers = self._workplace.store.read(known)
        depot, dates = self._workplace.depot, [order.date] if order else []
        reasons = depot.road.reason_by_code
        return self._logbook().read(
            lambda book: history_of(book, order_id, dates, drivers=drivers, reasons=reasons, zone=depot.zone)  # type: ignore[arg-type]
        )

    # --- doing ----------------------------------------------------------------------------------------------------

    def perform(self, incident_id: str, offer: Offer, given: str, *, by: str) -> Performed:
        """Carry a remedy out. What changes the plan comes back as an operation; all else is done.

        Raises `BadInput` for what is given wrongly, `KnownError` if somebody else has settled it, or an offer that does
        not hold any more.
        """
        return acts.perform(self._deed(incident_id, offer, given, by, opened=True))

    def settled(self, incident_id: str, offer: Offer, given: str, *, by: str) -> None:
        """The operation that `perform` gave is done."""
        deed = self._deed(incident_id, offer, given, by, opened=False)

        def write(book: LogbookWriter) -> None:
            incident = book.incident(incident_id)
            # a step may have seen the change before its doer came to say so
            if incident is not None and (incident.open or incident.settled_by is None):
                acts.settle(book, deed, incident)

        if offer.remedy is Remedy.GRANT:
            acts.grant(deed)
        with self._stepping:
            self._writes(write)

    def take(self, ids: Collection[str], owner: str, *, by: str) -> None:
        """Say who sees to these; an empty owner for nobody."""
        by, owner = named(by), named(owner) if owner.strip() else ""
        now, text = self._clock(), f"{owner} sees to it." if owner else "Nobody sees to it any more."

        def taken(incident: Incident) -> Incident:
            if incident.owner == owner:
                return incident
            return with_entry(replace(require_open(incident), owner=owner), now, by, text)

        self._change(ids, taken)

    def note(self, incident_id: str, text: str, *, by: str) -> None:
        """Write a line into its history."""
        by, text, now = named(by), spoken(text, "the note"), self._clock()
        self._change([incident_id], lambda incident: with_entry(incident, now, by, text))

    def close(self, ids: Collection[str], text: str, *, by: str) -> None:
        """Close these with a note. All or none; a customer's wish is answered, not closed."""
        by, text, now = named(by), spoken(text, "the note"), self._clock()

        def write(book: LogbookWriter) -> None:
            incidents = [require_open(book.incident(incident_id)) for incident_id in ids]
            if any(incident.kind is IncidentKind.WISH for incident in incidents):
                raise KnownError("A customer waits for the answer to a wish.", "Grant it or decline it.")
            for incident in incidents:
                acts.see_reply(book, incident, by, now)
                book.put_incident(closed(incident, now, by, text, Remedy.CLOSE))

        self._writes(write)

    def reopen(self, incident_id: str, text: str, *, by: str) -> None:
        """Open a closed one again, due anew."""
        by, text, now = named(by), spoken(text, "the note"), self._clock()
        policy = self._workplace.depot.road.incidents

        def opened(incident: Incident) -> Incident:
            if incident.open:
                raise KnownError("That exception is open already.", "Look at the queue anew.")
            return reopened(incident, policy, now, by, text)

        self._change([incident_id], opened)

    # --- the cage -------------------------------------------------------------------------------------------------

    def scan(self, barcode: str, *, by: str) -> Scanned:
        """Goods come back: a piece's barcode, or its order's number. Raises `BadInput` for what is no barcode."""
        by, now = named(by), self._clock()
        on = moment_of(self._workplace.store, now).today
        orders = self._recent(on)
        return self._writes(lambda book: scan_in(book, barcode, orders, on=on, now=now, by=by))

    def hand_out(self, order_id: OrderId, remedy: Remedy, *, by: str) -> str:
        """Goods leave the cage: collected by the customer (`COLLECT`), or taken by the sender (`RETURN`); in words."""
        named(by)
        now = self._clock()
        order = self._workplace.store.read(lambda reader: reader.order(order_id))
        if order is not None:
            require_not_planned(order, self._logbook().read(lambda book: book.goods_of(order_id)))
        pieces = self._writes(lambda book: hand_out(book, order_id, remedy, now=now))
        many = "1 piece" if pieces == 1 else f"{pieces} pieces"
        return f"{many} handed out: {'collected' if remedy is Remedy.COLLECT else 'back to the sender'}."

    # --- within ---------------------------------------------------------------------------------------------------

    def _remember(self, outlook: Outlook | None, live: LiveDay | None) -> None:
        self._outlook, self._live = outlook or self._outlook, live or self._live

    def _watcher(self) -> Watcher:
        return Watcher(self._logbook(), self._workplace.store, self._clock, self._facts)

    def _logbook(self) -> Logbook:
        if self._workplace.live is None:
            raise KnownError("Nobody follows the road here.", "Open the depot in a window.")
        return self._workplace.live.logbook

    def _writes[T](self, change: Callable[[LogbookWriter], T]) -> T:
        if not self.works:
            raise KnownError("This is a copy to try things out in: nothing is settled here.", "Go back to the depot.")
        return self._logbook().write(change)

    def _change(self, ids: Collection[str], change: Callable[[Incident], Incident]) -> None:
        """All or none, each as it is now."""

        def write(book: LogbookWriter) -> None:
            for incident_id in ids:
                before = book.incident(incident_id)
                if before is None:
                    raise KnownError("That exception is not there any more.", "Look at the queue anew.")
                if (after := change(before)) is not before:
                    book.put_incident(after)

        self._writes(write)

    def _deed(self, incident_id: str, offer: Offer, given: str, by: str, *, opened: bool) -> acts.Deed:
        by, book = named(by), self._logbook()
        if not self.works:
            raise KnownError("This is a copy to try things out in: nothing is settled here.", "Go back to the depot.")
        incident = book.read(lambda reader: reader.incident(incident_id))
        if opened:
            incident = require_open(incident)
        if incident is None:
            raise KnownError("That exception is not there any more.", "Look at the queue anew.")
        case = case_of(self._workplace, book, incident, self._outlook, self._live, self._clock())
        return acts.Deed(self._workplace, book, case, offer, given, by, self._outlook)

    def _recent(self, on: date) -> dict[OrderId, Order]:
        """Orders whose goods a scan may be of: of the days before, and those that wait in the cage."""
        dates = [on - timedelta(days=n) for n in range(-1, CAGE_DAYS)]

        def read(reader: Reader) -> tuple[int, date, dict[OrderId, Order]]:
            if self._orders[:2] == (reader.revision, on):
                return self._orders
            return reader.revision, on, {order.id: order for order in reader.orders_of(dates)}

        self._orders = self._workplace.store.read(read)
        lying = self._logbook().read(lambda book: {piece.order_id for piece in book.goods_expected()})
        lacking = lying - self._orders[2].keys()
        older = self._workplace.store.read(lambda reader: reader.orders(lacking)) if lacking else ()
        return {**self._orders[2], **{order.id: order for order in older}}
